"""No word is dropped: the phrases of any sentence hold all of it, and a field holds every word of a use's own sentences."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract import extract
from pipeline.language import WORD_CLASSES
from pipeline.phrases.adjuncts import phrases
from pipeline.phrases.words import words_of
from pipeline.read import read_page
from tests.sampled import examples

PAGES = sorted((Path(__file__).parent / "pages").glob("*.md"))

OPEN = [
    "blent",
    "snord",
    "corvic",
    "plimbing",
    "drolled",
    "Zolafen",
    "hardoma",
    "tharnectomy",
    "quendritis",
    "ABC",
    "12",
    "T999I",
]
STOPS = [",", ";", ":", ".", "(", ")", "-", "(snord)", "(that", "blent)", "¹"]
WORDS = st.one_of(st.sampled_from(sorted(WORD_CLASSES)), st.sampled_from(OPEN), st.sampled_from(STOPS))
SENTENCES = st.lists(WORDS, min_size=1, max_size=40).map(" ".join)
#: What may stand between two phrases: what joins them, and no word that says more than that.
_JOINTS = """
, ; : - and or but and/or & then next first finally also only either both neither followed by otherwise
especially particularly always
"""
JOINTS = frozenset(_JOINTS.split())


@examples(600)
@given(text=SENTENCES)
def test_the_words_of_a_sentence_are_the_sentence(text: str) -> None:
    words = words_of(text, 0, len(text))

    assert "".join(text[word.start : word.end] for word in words) == "".join(text.split())
    assert all(one.end <= two.start for one, two in pairwise(words))


@examples(1500)
@given(text=SENTENCES, kind=st.sampled_from(["start", "noun", "who", "that", "with", "aim", "time"]))
def test_the_phrases_of_a_sentence_and_what_joins_them_are_the_sentence(text: str, kind: str) -> None:
    words = words_of(text, 0, len(text))

    found = phrases(words, 0, len(words), kind)  # type: ignore[arg-type]  # one of the kinds

    place = 0
    for phrase in found:
        assert place <= phrase.first <= phrase.inner <= phrase.end
        assert phrase.first < phrase.end
        between = {word.low for word in words[place : phrase.first]}
        assert between <= JOINTS, f"{between - JOINTS} between phrases"
        place = phrase.end
    assert {word.low for word in words[place:]} <= JOINTS


@pytest.fixture(scope="module")
def held(load_beside: Callable[[str], ModuleType]) -> ModuleType:
    return load_beside("held")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_field_of_a_use_holds_every_word_of_its_own_sentences(path: Path, held: ModuleType) -> None:
    facts = extract(read_page(path.read_bytes(), path.name))
    name = facts.name.text if facts.name is not None else ""

    assert {use.text.text: lost for use in facts.uses if (lost := held.lost(use, name))} == {}


@pytest.mark.parametrize("said", [" in adults who", " in adults with.", ". It is used with", ". It is used after:"])
def test_a_restriction_that_breaks_off_is_kept(uses_of: Callable[[str], tuple[Any, ...]], said: str) -> None:
    (use,) = uses_of(f"Zolafen is approved to treat:\n\n- **Melanoma**{said}")
    assert [one.fact.rule for one in use.qualifiers] == ["breaks-off"]
    assert use.qualifiers[0].fact.text.split()[-1] in said
