"""Each rule fires on some page of ours and stays silent on some other; on the real pages none is idle."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from pipeline.extract import extract, reading, use_section
from pipeline.extract.clauses import Cursor, Match
from pipeline.extract.registry import CLAUSE_RULES
from pipeline.extract.roles import SENTENCE_RULES
from pipeline.read import read_page

PAGES = sorted((Path(__file__).parent / "pages").glob("*.md"))
CLAUSES = [f"{rule.__module__.rsplit('.', 1)[1]}.{rule.__name__}" for rule in CLAUSE_RULES]
SENTENCES = [rule.name for rule in SENTENCE_RULES]

#: Rules for shapes that the real pages at hand do not show, kept for the reason given.
IDLE_ON_REAL_PAGES: dict[str, str] = {
    "purpose.accelerated": "the pages say it in a sentence of its own; within a use's sentence it would be left unread",
}


def fired(pages: Iterable[Path], monkeypatch: pytest.MonkeyPatch) -> dict[str, Counter[str]]:
    """How often each rule took words, by page."""
    counts: dict[str, Counter[str]] = {}
    now = Counter[str]()

    def counted(number: int):  # noqa: ANN202 - a rule
        def rule(at: Cursor) -> Match | None:
            found = CLAUSE_RULES[number](at)
            if found is not None and found.end > at.pos:
                now[CLAUSES[number]] += 1
            return found

        return rule

    rules = tuple(counted(number) for number in range(len(CLAUSE_RULES)))
    monkeypatch.setattr(reading, "CLAUSE_RULES", rules)
    monkeypatch.setattr(use_section, "CLAUSE_RULES", rules)
    for path in pages:
        now.clear()
        facts = extract(read_page(path.read_bytes(), path.name))
        now.update(one.fact.rule for one in facts.sentences if one.fact.rule in SENTENCES)
        counts[path.stem] = Counter(now)
    return counts


def test_each_rule_fires_on_an_invented_page_and_is_silent_on_another(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = fired(PAGES, monkeypatch)

    for rule in (*CLAUSES, *SENTENCES):
        pages = [page for page, count in counts.items() if count[rule]]
        assert pages, f"no invented page shows {rule}"
        assert len(pages) < len(PAGES), f"{rule} fires on every page"


def test_no_rule_is_idle_on_the_real_pages(shared_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prints the coverage table (`pytest -s`): uses of each rule, and pages that show it."""
    counts = fired(sorted((shared_dir / "corpus" / "drugs").glob("*.md")), monkeypatch)
    total = sum(counts.values(), Counter[str]())

    for rule in (*CLAUSES, *SENTENCES):
        print(f"{rule:36} {total[rule]:6} times on {sum(1 for count in counts.values() if count[rule]):4} pages")  # noqa: T201 - the table
    assert {rule for rule in (*CLAUSES, *SENTENCES) if not total[rule]} == set(IDLE_ON_REAL_PAGES)


def test_no_name_of_a_real_drug_or_brand_stands_in_a_rule(shared_dir: Path) -> None:
    """Rules read language: a name of any page in the collection, or of a brand on it, in the code would be a look-up."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in (Path(extract.__code__.co_filename).parent).glob("*.py"))
    code = re.sub(r'"""[\s\S]*?"""|#.*', "", code).casefold()
    names = set()
    for path in (shared_dir / "corpus" / "drugs").glob("*.md"):
        facts = extract(read_page(path.read_bytes(), path.name))
        if facts.kind == "drug" and facts.name is not None:
            names |= {facts.name.text.casefold(), facts.name.text.split()[0].casefold()}
            names |= {brand.text.casefold() for brand in facts.brands}
    words = {name for name in names if len(name) > 5} - {"recombinant"}

    assert sorted(name for name in words if re.search(rf"\b{re.escape(name)}\b", code)) == []
