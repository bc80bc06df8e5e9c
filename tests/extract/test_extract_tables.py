"""The tables of the reader: every frame, every role and every opener is shown by a sentence of ours, and no name is a row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import pipeline
from pipeline.extract import extract
from pipeline.extract.identity import find_brands, find_name
from pipeline.extract.section import use_blocks
from pipeline.language import WORD_CLASSES
from pipeline.meaning import roles
from pipeline.meaning.roles import ROLES
from pipeline.model import Page
from pipeline.phrases import adjuncts
from pipeline.publishers import named
from pipeline.read import read_page
from pipeline.sentences import frames
from pipeline.sentences.frames import FRAMES, frame_of
from pipeline.sentences.statements import Statement, statements
from pipeline.sentences.subjects import Names, names_of
from tests.real_facts import real_facts

NCI = named("nci")

PAGES = sorted((Path(__file__).parent / "pages").glob("*.md"))
#: Read on pages that were not seen while rules were written; the collection has no such phrase.
IDLE_ON_REAL_PAGES = {"duration", "exception", "span"}
OPENERS = [rule.__name__ for rule in adjuncts._OPENERS]
LANGUAGE_ROOMS = ("language", "phrases", "extract")


@pytest.fixture(scope="module")
def ours(pages_of_ours: tuple[str, ...]) -> list[Page]:
    return [read_page(text.encode(), "zolafen.md") for text in pages_of_ours]


def sentences(pages: Iterable[Page]) -> Iterator[tuple[Statement, Names]]:
    for page in pages:
        names = names_of(find_name(page, NCI), find_brands(page, NCI))
        for block in use_blocks(page, NCI):
            for statement in statements(block) if block.text.strip() else ():
                yield statement, names


@pytest.fixture(scope="module")
def said(ours: list[Page]) -> list[tuple[Statement, Names]]:
    return list(sentences(ours))


@pytest.fixture(scope="module")
def named(said: list[tuple[Statement, Names]]) -> Callable[[int], list[str]]:
    """The frame of each sentence where the table has only its first rows. What is behind a row is before the next one."""

    @cache
    def by_first(rows: int) -> list[str]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(frames, "FRAMES", FRAMES[:rows])
            frame_of.cache_clear()
            found = [frame_of(statement, names).name for statement, names in said]
        frame_of.cache_clear()
        return found

    return by_first


@pytest.mark.parametrize("number", range(len(FRAMES)), ids=[f"{number}-{row.name}" for number, row in enumerate(FRAMES)])
def test_every_frame_is_the_first_to_take_a_sentence_of_ours(
    number: int, said: list[tuple[Statement, Names]], named: Callable[[int], list[str]]
) -> None:
    before, after = named(number), named(number + 1)

    taken = [statement.text for (statement, _), was, now in zip(said, before, after, strict=True) if now and not was]
    assert taken, f"no sentence of ours shows row {number} ({FRAMES[number].name}): add one to tests/extract/sentences.py"
    assert len(taken) < len(said)


def test_frames_of_one_name_have_one_role() -> None:
    assert [name for name in {row.name for row in FRAMES} if len({row.role for row in FRAMES if row.name == name}) > 1] == []


def test_roles_and_openers_have_names_of_their_own() -> None:
    names = [row.name for row in ROLES]
    assert sorted(set(names)) == sorted(names)
    assert sorted(set(OPENERS)) == sorted(OPENERS)


def test_every_kind_of_phrase_has_a_role_or_is_kept_in_words() -> None:
    kinds = {kind for row in ROLES for kind in row.kinds}
    assert set(adjuncts.Kind.__args__) - kinds == {"rest"}


def counted(name: str, rule: Callable[[Any], Any], counts: Counter[str]) -> Callable[[Any], Any]:
    def run(at: Any) -> Any:  # noqa: ANN401 - a scene or a place
        found = rule(at)
        if found is not None:
            counts[name] += 1
        return found

    return run


def fired(pages: Iterable[Page], monkeypatch: pytest.MonkeyPatch) -> tuple[Counter[str], Counter[str]]:
    """How often each role and each opener took words."""
    by_role, by_opener = Counter[str](), Counter[str]()
    monkeypatch.setattr(roles, "ROLES", tuple(replace(row, read=counted(row.name, row.read, by_role)) for row in ROLES))
    openers = tuple(counted(rule.__name__, rule, by_opener) for rule in adjuncts._OPENERS)
    monkeypatch.setattr(adjuncts, "_OPENERS", openers)
    for page in pages:
        extract(page)
    return by_role, by_opener


def test_every_role_and_every_opener_takes_words_of_ours(ours: list[Page], monkeypatch: pytest.MonkeyPatch) -> None:
    by_role, by_opener = fired(ours, monkeypatch)

    assert [row.name for row in ROLES if not by_role[row.name]] == []
    assert [name for name in OPENERS if not by_opener[name]] == []


@pytest.mark.slow
def test_no_role_and_no_opener_is_idle_on_the_real_pages(shared_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prints how often each took words (`pytest -s`)."""
    paths = sorted((shared_dir / "corpus" / "drugs").glob("*.md"))

    by_role, by_opener = fired((read_page(path.read_bytes(), path.name) for path in paths), monkeypatch)

    for name, count in (*by_role.most_common(), *by_opener.most_common()):
        print(f"{name:20} {count:6}")  # noqa: T201 - the table
    idle = {row.name for row in ROLES if not by_role[row.name]} | {name for name in OPENERS if not by_opener[name]}
    assert idle <= IDLE_ON_REAL_PAGES


def test_a_closed_word_is_in_lower_case() -> None:
    assert [word for word in WORD_CLASSES if word != word.lower()] == []


def test_no_name_of_a_real_drug_or_brand_stands_in_a_rule(shared_dir: Path) -> None:
    """Rules read language: a name of any page in the collection, or of a brand on it, in the code would be a look-up."""
    package = Path(_file(pipeline)).parent
    code = "\n".join(path.read_text(encoding="utf-8") for room in LANGUAGE_ROOMS for path in (package / room).glob("*.py"))
    code = re.sub(r'"""[\s\S]*?"""|#.*', "", code).casefold()
    names = set()
    for _, facts in real_facts(shared_dir):
        if facts.kind == "drug" and facts.name is not None:
            names |= {facts.name.text.casefold(), facts.name.text.split()[0].casefold()}
            names |= {brand.text.casefold() for brand in facts.brands}
    words = {name for name in names if len(name) > 5} - {"recombinant"}

    assert sorted(name for name in words if name in code and re.search(rf"\b{re.escape(name)}\b", code)) == []


def _file(module: ModuleType) -> str:
    assert module.__file__ is not None
    return module.__file__
