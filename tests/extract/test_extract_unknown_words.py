"""A word that nobody knows costs no use and no restriction: one content word of a page becomes an invented one."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from pipeline.extract import extract
from pipeline.extract.section import use_blocks
from pipeline.language import WORD_CLASSES, english
from pipeline.model import DrugFacts, Page, Span, Use, facts_in
from pipeline.publishers import named
from pipeline.read import read_page
from tests.sampled import one_of

PAGES = sorted((Path(__file__).parent / "pages").glob("*.md"))
#: Words a page, at most; the seed is its name.
SAMPLES = one_of(5, 40)
FRAME_WORDS = ("accelerated", "program", "situ", "countries", "risk", "chance", "purpose")
#: Words of a class, words that single rules know, and others that carry a frame ("accelerated approval", "in other countries").
KNOWN = {*WORD_CLASSES, *(word for words in english._SETS.values() for word in words.split()), *FRAME_WORDS}
WORD = re.compile(r"(?<![\w-])[A-Za-z][a-z]{3,}(?![\w-])")
#: What a word's form tells of it stays: an unknown participle is one, an unknown disease in "-oma" is one.
ENDING = re.compile(r"(?:omas?|a?emias?|osis|penia|itis|ectomy|therapy|ing|ed|s|ly|al|ive|ic|ous|)$")


def content_words(page: Page) -> Iterator[tuple[str, Span]]:
    """The words of the use section that are in no class and no part of the drug's names."""
    facts = extract(page)
    names = " ".join(fact.text for fact in (facts.name, *facts.brands) if fact is not None).casefold()
    for block in use_blocks(page, named("nci")):
        for found in WORD.finditer(block.text):
            word = found.group()
            if word.casefold() not in KNOWN and word.casefold() not in names:
                span = block.locate(*found.span())
                if page.text[span.start : span.end] == word:
                    yield word, span


def invented(word: str) -> str:
    ending = ENDING.search(word)
    made = "quorv" + (ending.group() if ending is not None else "")
    return made.capitalize() if word[0].isupper() else made


def words_held(use: Use, held: ModuleType, back: Callable[[str], str]) -> set[str]:
    """The words that the fields of a use hold beside its whole sentences."""
    whole = {id(fact) for fact in (use.text, use.parent, use.lead, *use.evidence) if fact is not None}
    texts = [back(fact.text) for fact in facts_in(use) if id(fact) not in whole]
    return {held.stem(word) for text in texts for word in held.words(text) if word not in held.FRAME}


def wrong(before: DrugFacts, after: DrugFacts, back: Callable[[str], str], held: ModuleType) -> list[str]:
    """What went wrong: a use lost and not reported, a use that was not there, a word of a restriction that no field holds."""
    found = {back(use.text.text): use for use in after.uses}
    unread = " \u2026 ".join(back(one.fact.text) for one in after.unread)
    said = [use.text.text for use in before.uses]
    problems = [f"lost: {text}" for text in said if text not in found and text not in unread]
    problems += [f"new: {text}" for text in found if text not in said]
    for use in before.uses:
        if (now := found.get(use.text.text)) is not None:
            gone = words_held(use, held, str) - words_held(now, held, back)
            problems += [f"no longer held: {sorted(gone)} of: {use.text.text}"] if gone else []
    return problems


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_an_unknown_word_loses_no_use_and_no_restriction(
    path: Path, sample: int, load_beside: Callable[[str], ModuleType]
) -> None:
    held = load_beside("held")
    page = read_page(path.read_bytes(), path.name)
    before = extract(page)
    words = list(content_words(page))

    problems = []
    for word, span in random.Random(path.stem).sample(words, min(sample, len(words))):  # noqa: S311 - no secret
        line = page.text[page.text.rfind("\n", 0, span.start) + 1 : page.text.find("\n", span.end)]
        if line.casefold().count(word.casefold()) > 1:
            continue  # one of two mentions of a disease changed is another disease
        new = invented(word)
        changed = page.text[: span.start] + new + page.text[span.end :]
        after = extract(read_page(changed.encode(), path.name))
        found = wrong(before, after, lambda text, new=new, word=word: text.replace(new, word), held)
        problems += [f"{page.text[max(0, span.start - 40) : span.start]}{new}: {one}" for one in found]
    assert problems == []
