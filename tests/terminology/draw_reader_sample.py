"""Draw the codings that a reader checks one by one: `python tests/terminology/draw_reader_sample.py PAGES`.

150 different applied codings (what is coded, words, system, code, relation), drawn with a fixed seed from all that `code` puts
on the pages, written to `reader_check_sample.tsv` with an empty verdict. A coding is `right` if the code's concept means what
the words mean on that page (relation exact), or all of it and perhaps more (broader); `wrong` otherwise, with a note.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path

from pipeline.extract import extract
from pipeline.model import DrugFacts, Fact
from pipeline.read import read_page
from pipeline.terminology import code, default_folder, load
from pipeline.terminology.systems import SYSTEMS

SEED = 20261123
SIZE = 150
COLUMNS = ("number", "subject", "text", "page", "sentence", "system", "code", "display", "relation", "verdict", "note")
NAMES = {system.uri: system.name for system in SYSTEMS.values()}


def mentions(facts: DrugFacts) -> Iterator[tuple[str, Fact, str]]:
    """Everything coded on a page: what it is, its words, the words around it."""
    if facts.name is not None:
        yield "drug" if facts.kind == "drug" else "regimen", facts.name, ""
    for subject, found in (("brand", facts.brands), ("ingredient", facts.ingredients)):
        for fact in found:
            yield subject, fact, ""
    for component in facts.components:
        yield "component", component.name, ""
    for use in facts.uses:
        for subject, found in (
            ("condition", use.conditions),
            ("narrower condition", use.narrower),
            ("setting", use.settings),
            ("cause", use.causes),
            ("therapy", tuple(name for therapy in use.therapies for name in therapy.names)),
            ("prior therapy", tuple(name for prior in use.prior for name in prior.names)),
        ):
            for fact in found:
                yield subject, fact, use.text.text


def main(pages: Path) -> None:
    """Write the sample of the pages of a folder."""
    mappings = load(default_folder())
    found: dict[tuple[str, ...], tuple[str, str]] = {}
    for path in sorted(pages.glob("*.md")):
        for subject, fact, around in mentions(code(extract(read_page(path.read_bytes(), path.name)), mappings)):
            for coding in fact.codings:
                place = (subject, fact.text, NAMES[coding.system], coding.code, coding.display, coding.relation)
                found.setdefault(place, (path.name, around))
    drawn = random.Random(SEED).sample(sorted(found), SIZE)  # noqa: S311 - a sample to read, not a secret
    lines = ["\t".join(COLUMNS)]
    for number, place in enumerate(drawn, 1):
        subject, text, system, coded, display, relation = place
        page, around = found[place]
        cells = (str(number), subject, text, page, " ".join(around.split()), system, coded, display, relation, "", "")
        lines.append("\t".join(cells))
    target = Path(__file__).parent / "reader_check_sample.tsv"
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(found)} different codings, {SIZE} drawn: {target.name}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
