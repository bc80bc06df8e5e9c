"""Who a publisher is stands in `pipeline/publishers` alone; names of dictionaries and code systems are no publisher's."""

from __future__ import annotations

import re
from pathlib import Path

from pipeline.publishers import profiles

PACKAGE = Path(__file__).resolve().parents[2] / "pipeline"
#: Code systems, dictionaries and kinds of identifiers are named after those who keep them.
_SYSTEMS = re.compile(
    r"NCI(?:'s)? (?:Thesaurus|Drug Dictionary|dictionary|EVS)|/EVS/Thesaurus\.owl|cancer\.gov/publications/dictionaries"
    r"|nci-drug-dictionary|dailymed-(?:setid|query)|dailymed\.nlm\.nih\.gov/dailymed|Thesaurus by the National Cancer Institute"
)
#: module -> words of a publisher that it has all the same, and why.
ALLOWED = {
    "fhir/extensions.py: DailyMed": "where the page's search for the drug leads",
    "load/definitions.py: NCI": "a docstring on the Thesaurus",
    "cli/terminal.py: DailyMed": "the label of an identifier",
    "review/cards.py: DailyMed": "the label of an identifier",
    "terminology/mapping.py: cancer.gov": "SSSOM: whose words the tables map",
    "terminology/systems.py: NCI": "as below",
    "terminology/systems.py: National Cancer Institute": "the license of the Thesaurus asks for these words",
}


def test_no_other_room_knows_a_publisher() -> None:
    names = {name for one in profiles() for name in (one.name, one.alias, *one.hosts) if name}
    names = {*names, "DailyMed"} - {"FDA"}  # who approves is no publisher here
    named = re.compile(rf"(?<![\w.])(?:www\.)?({'|'.join(map(re.escape, sorted(names)))})(?![\w-])")
    found = {
        f"{module.relative_to(PACKAGE)}: {hit}"
        for module in PACKAGE.rglob("*.py")
        if module.relative_to(PACKAGE).parts[0] not in ("publishers", "workshop")
        for hit in named.findall(_SYSTEMS.sub("", module.read_text(encoding="utf-8")))
    }
    assert "NCI" in names
    assert found - ALLOWED.keys() == set()
    assert ALLOWED.keys() - found == set()
