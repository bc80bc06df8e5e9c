"""What a sentence says, piece by piece: each with its place, its kind and the row that read it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from pipeline.model import Fact, QualifierKind, QualifierTarget
from pipeline.phrases.diseases import shared_noun
from pipeline.phrases.people import Group
from pipeline.sentences.quote import fact, join
from pipeline.sentences.statements import Statement

Place = tuple[int, int]

#: "required blood transfusions, and": what only leads to the next item.
_AT_END = re.compile(r"(?<![ .,;:])[ .,;:]++(?:(?:and|or)[ .,;:]*+)?$")

SaidKind = Literal[
    "frame", "gloss", "kinds",                                    # hangs the rest together: no fact
    "intent", "object", "approval_status",                               # what for, and how it is approved
    "head", "narrower", "cause", "status", "biomarker", "stage",  # the disease
    "population", "description",                                  # the patients
    "partner", "alone", "concurrent", "prior", "line",            # the treatment around it
    "qualifier",                                                  # what no other field holds
]  # fmt: skip


#: How the disease stands.
STATES: tuple[SaidKind, ...] = ("status", "biomarker", "stage")
#: The modes of a partner that the use is given with for certain, alone or as one of several.
MUSTS = ("required", "alternative", "combination")
#: The rule of a sentence that says another way of use, with a state of the disease of its own.
OTHER_WAY = "other-way"
#: The rule of a disease whose noun stands behind a later one of the list.
SHARED_NOUN = "shared-noun"
#: The rule of "including X, Y, or Z": examples of the disease, which restrict it to none of them.
INCLUDED = "included"
#: The rule of what stands beside a disease and restricts it to nothing: "(cold sores)", "with or without agoraphobia".
BESIDE = "beside-name"


@dataclass(frozen=True, slots=True)
class Said:
    """A piece of a sentence: `place` is what is quoted, by offsets of the block's text.

    `mode` refines the kind (an intent, a therapy's mode); `names` are the treatments or conditions in it, `groups` the patients.
    `of` and `what` are those of a qualifier. `some`: it is one of several that "or" joins, and so not required.
    """

    kind: SaidKind
    rule: str
    place: Place
    mode: str = ""
    names: tuple[Place, ...] = ()
    groups: tuple[Group, ...] = ()
    of: QualifierTarget = "use"
    what: QualifierKind = "stated"
    some: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a treatment given in steps: its whole, and what in it is a partner, "alone" or its time."""

    place: Place
    partners: tuple[Place, ...] = ()
    alone: Place | None = None
    timing: Place | None = None


@dataclass(frozen=True, eq=False)  # each is itself: what is worked out of one is kept for it
class Reading:
    """A sentence as read. `open` is what its last words leave open for the items below it ("who:", "with:").

    `also`: it says one of several ways of use ("It is also used in children …"), so that it binds no other. `studied` and
    `denied` are where another frame in it says so ("… and is being studied in glioma").
    """

    statement: Statement = field(repr=False)
    said: tuple[Said, ...]
    open: str = ""
    steps: tuple[Step, ...] = ()
    also: bool = False
    studied: tuple[Place, ...] = ()
    denied: tuple[Place, ...] = ()

    def of(self, *kinds: SaidKind) -> tuple[Said, ...]:
        """What is said of some kinds, in order."""
        return tuple(one for one in self.said if one.kind in kinds)

    def text(self, place: Place) -> str:
        """The plain words of a place."""
        return self.statement.plain[place[0] : place[1]]

    def quote(self, place: Place, rule: str) -> Fact:
        """A place as a fact, without the stops at its end; "; and" alone stays as it is."""
        start, end = place
        said = self.statement.plain[start:end]
        shown = _AT_END.sub("", said) or said
        return fact(self.statement.block, start, start + len(shown), rule)

    def diseases(self, places: Sequence[Place], rule: str) -> tuple[Fact, ...]:
        """Diseases side by side as facts; a marker alone with the noun that it shares with the last."""
        plain = self.statement.plain
        nouns = [shared_noun(plain, place, places[-1]) for place in places]
        return tuple(
            self.quote(place, rule) if noun is None else join((self.quote(place, rule), self.quote(noun, rule)), SHARED_NOUN)
            for place, noun in zip(places, nouns, strict=True)
        )
