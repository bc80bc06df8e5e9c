"""What must not change the facts (typography, names, layout), and what must (a "not" dropped, brands swapped)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.model import DrugFacts

PAGES = sorted((Path(__file__).parent / "pages").glob("*.md"))
Facts = Callable[[str], DrugFacts]
Plain = Callable[[DrugFacts], dict[str, Any]]

# Other names for the invented drugs and for real conditions: no rule may know one.
NAMES = {
    "zolafen": "quibrexane", "vintelamide": "dorbactin", "brontinib": "selvaquin", "caldisone": "ummerol",
    "zolarubicin": "pelitoxin",
    "Melanoma": "Hardoma", "melanoma": "hardoma", "Glioma": "Neptoma", "Sarcoma": "Vulcoma", "glioma": "neptoma",
    "Alvera": "Quorin", "Bexida": "Tavrelo", "XYZ": "QRS7", "ABC": "KLM", "plasmoma": "zentoma",
}  # fmt: skip


def star_bullets(text: str) -> str:
    return re.sub(r"^(\s*)- ", r"\1* ", text, flags=re.MULTILINE)


def underscored_bold(text: str) -> str:
    return re.sub(r"\*\*(\S[^*\n]*?\S)\*\*(?!\w)", r"__\1__", text)


def curly_quotes(text: str) -> str:
    front, body = _parts(text)
    return front + body.replace("'", "\u2019")


def straight_quotes(text: str) -> str:
    return text.replace("\u2019", "'")


def blank_lines(text: str) -> str:
    front, body = _parts(text)
    return front + re.sub(r"\n\n", "\n\n\n\n", body)


def windows_lines(text: str) -> str:
    return text.replace("\n", "\r\n")


def wrapped_lines(text: str) -> str:
    """Every third space of a sentence or an item becomes a line break, as the stored pages break at links."""
    front, body = _parts(text)
    lines = []
    for line in body.split("\n"):
        if not line or line.startswith(("#", "|", "[", "Alvera", "Bexida", "Cordexa", "US ", "FDA ", "Yes", "No ")):
            lines.append(line)
            continue
        words = re.split(r"(?<=[a-z]) (?=[a-z])", line)
        lines.append("".join(word + ("\n" if number % 3 == 2 else " ") for number, word in enumerate(words)).strip())
    return front + "\n".join(lines)


def reference_links(text: str) -> str:
    """Inline links become reference links."""
    found: list[str] = []

    def refer(link: re.Match[str]) -> str:
        found.append(link[2])
        return f"[{link[1]}][r{len(found)}]"

    front, body = _parts(text)
    head, uses, rest = body.partition("## Use in Cancer")
    section, more, tail = rest.partition("## More About")
    section = re.sub(r"\[([^\]]+)\]\(([^)]+)\)", refer, section)
    definitions = "".join(f"\n[r{number}]: {target}\n" for number, target in enumerate(found, 1))
    return front + head + uses + section + more + tail + definitions


def british_spelling(text: str) -> str:
    front, body = _parts(text)
    return front + re.sub(r"\b(t|T)umor", r"\1umour", body.replace("metastasized", "metastasised"))


def _parts(text: str) -> tuple[str, str]:
    head, mark, body = text.partition("\n---\n\n")
    return head + mark, body


def spelt_back(value: Any) -> Any:  # noqa: ANN401 - JSON
    return json.loads(json.dumps(value).replace("umour", "umor").replace("metastasised", "metastasized"))


CHANGES = [
    star_bullets, underscored_bold, curly_quotes, straight_quotes, blank_lines, windows_lines, wrapped_lines, reference_links,
    british_spelling,
]  # fmt: skip
#: Each change on every fourth page in `make test`, beginning with another page each.
CHANGED = [
    pytest.param(change, path, id=f"{change.__name__}-{path.stem}", marks=pytest.mark.slow if (place + at) % 4 else ())
    for place, change in enumerate(CHANGES)
    for at, path in enumerate(PAGES)
]


@pytest.mark.parametrize(("change", "path"), CHANGED)
def test_typography_and_layout_change_no_fact(path: Path, change: Callable[[str], str], facts_of: Facts, plain: Plain) -> None:
    text = path.read_text(encoding="utf-8")

    assert spelt_back(plain(facts_of(change(text)))) == spelt_back(plain(facts_of(text)))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_other_names_change_nothing_but_the_names(path: Path, facts_of: Facts, plain: Plain) -> None:
    text = path.read_text(encoding="utf-8")
    front, body = _parts(text)
    names = NAMES | {old.capitalize(): new.capitalize() for old, new in NAMES.items() if old.islower()}
    pattern = re.compile("|".join(sorted(map(re.escape, names), key=len, reverse=True)))

    def renamed(words: str) -> str:
        return pattern.sub(lambda found: names[found.group()], words)

    expected = json.loads(renamed(json.dumps(plain(facts_of(text)), ensure_ascii=False)))

    assert plain(facts_of(front + renamed(body))) == expected


@pytest.mark.parametrize(
    ("drop", "put"),
    [
        ("is not approved", "is approved"),
        ("does not have an abnormal", "has an abnormal"),
        ("have not received", "have received"),
        ("has not spread", "has spread"),
        ("Alvera brand", "Bexida brand"),
        ("12 years", "2 years"),
        ("adults", "children"),
        ("with vintelamide", "alone"),
        ("¹", ""),
        ("to treat:", "to prevent:"),
    ],
)
def test_a_word_that_matters_changes_the_facts(drop: str, put: str, uses_of: Callable[[str], tuple]) -> None:
    uses = """
Zolafen is approved to treat:

- **Melanoma** that does not have an abnormal *XYZ* gene. It is used with vintelamide in adults who
have not received immunotherapy.¹
- **Glioma** that has not spread in children aged 12 years and older. This use is approved for the Alvera brand of zolafen.

Zolafen is not approved to treat **sarcoma**.

¹This use is approved under FDA's Accelerated Approval Program.
"""
    assert drop in uses

    before, after = ([_meaning(use) for use in uses_of(text)] for text in (uses, uses.replace(drop, put)))

    assert before != after


def _meaning(use: Any) -> list[Any]:  # noqa: ANN401 - a Use
    """What a use says beyond its whole text, without places."""
    texts = [fact.text for field in ("conditions", "disease_status", "biomarkers", "brands") for fact in getattr(use, field)]
    people = [(one.age_group, one.low, one.fact.text) for population in use.populations for one in population.characteristics]
    around = [name.text for group in (use.therapies, use.prior) for one in group for name in one.names]
    return [texts, people, around, use.intent, use.approval_status, use.alone is not None]
