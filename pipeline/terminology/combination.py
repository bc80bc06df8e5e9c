"""The ingredients of a fixed combination, found inside its name.

A combination has no UNII and one RxNorm code of its own (MIN); each of its ingredients has both. The name lists them
("Daratumumab and Hyaluronidase-fihj"), so each is a fact with its own place in the page. A name is a list of ingredients only
where every part of it is a drug that the tables know: "Lutetium Lu 177 Vipivotide Tetraxetan" has no "and", and what stands on
either side of one may be anything.
"""

from __future__ import annotations

import re
from typing import Final

from pipeline.model import DrugFacts, Fact, Span
from pipeline.terminology import match
from pipeline.terminology.mapping import Mappings
from pipeline.terminology.systems import TREATMENT

_JOINTS: Final = re.compile(r",?\s{1,20}and\s{1,20}|,\s{1,20}")
RULE: Final = "combination-ingredient"


def ingredients(facts: DrugFacts, mappings: Mappings) -> tuple[Fact, ...]:
    """The ingredients that a fixed combination's name lists, in its order; empty for everything else."""
    name = facts.name
    if facts.kind != "drug" or name is None or len(name.spans) != 1:
        return ()
    start, end = name.spans[0].start, name.spans[0].end
    if facts.page.text[start:end] != name.text:
        return ()
    parts = []
    place = 0
    for joint in [*_JOINTS.finditer(name.text), None]:
        stop = joint.start() if joint else len(name.text)
        parts.append(Fact(name.text[place:stop], (Span(start + place, start + stop),), RULE))
        place = joint.end() if joint else stop
    known = all(match.whole(mappings, TREATMENT, part.text) for part in parts)
    return tuple(parts) if len(parts) > 1 and known else ()
