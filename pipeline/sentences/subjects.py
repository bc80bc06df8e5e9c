"""Of what a sentence speaks: its subject and its main verb, by the words of the page's own drug and brands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.language import closed
from pipeline.model import Fact, FdaStatus
from pipeline.phrases.people import read_people
from pipeline.phrases.verbs import verb_group
from pipeline.phrases.words import Word, closing_bracket, words_of
from pipeline.publishers import Publisher
from pipeline.sentences.statements import Statement

Subject = Literal["drug", "it", "brand", "form", "use", "agency", "people", "disease", "other", ""]


@dataclass(frozen=True, slots=True)
class Names:
    """The words of the page's own drug, and its brands that are no part of its name (lower case).

    `parts` are the words of each substance of a fixed combination ("X and Y"): a sentence on one of them is not on the combination.
    `open`: the page does not list its drug's names ("LASIX", "Furosemide tablets"), so what it says to be indicated is its drug.
    `approved`: that a use stands in the section is its approval, as in a label. `indicated`: "is indicated" says that it is
    approved, as on pages that print the drug's approval; on others it says that it is used. `refused`: there the page says that
    the drug is not approved ("FDA Approved: No"), so no sentence of it gives an approved use.
    """

    words: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()
    parts: tuple[frozenset[str], ...] = ()
    open: bool = False
    approved: bool = False
    indicated: bool = True
    refused: bool = False

    def brands_words(self) -> frozenset[str]:
        """The words of the brands."""
        return frozenset(word for brand in self.brands for word in _NAME_WORD.findall(brand))


BESIDE_NAME = closed("beside-name")


_FORMS = closed("forms")


_NAME_WORD = re.compile(r"[^\W_]+")


_USE_START = closed("use-start")


#: In words: no subject is longer; how soon "use" stands in "the approved use …"; how short "their cancer" is.
_LONGEST, _SOON, _SHORT = 60, 2, 3


def main_verb(words: Sequence[Word]) -> tuple[int, int | None]:
    """Where the subject and the main verb begin; the clause of a relative word before it is skipped with its own verb."""
    start = _past_leading(words)
    pending = 0
    number = start
    while number < len(words) and number - start < _LONGEST:
        word = words[number]
        if word.low == "(":
            number = closing_bracket(words, number, len(words))
            continue
        if word.of("relative") and not (number == start and word.low in ("that", "which")):
            pending += 1
        elif number > start and (
            word.of("be", "have", "do", "modal") or (word.of("works", "course", "take") and _is_verb(words, number))
        ):
            group = verb_group(words, number, len(words))
            if group is not None:
                if not pending:
                    while number - 1 > start and words[number - 1].of("adverb", "negation"):
                        number -= 1
                    return start, number
                number = group.end
                while (
                    number + 1 < len(words)
                    and words[number].of("coordinator")
                    and verb_group(words, number + 1, len(words)) is not None
                ):
                    number += 2
                pending -= 1
                continue
        number += 1
    return start, None


def _is_verb(words: Sequence[Word], at: int) -> bool:
    """Whether a word that may be a noun too ("forms", "tests") is the verb: not before "of", not after an article or adjective."""
    following = words[at + 1] if at + 1 < len(words) else None
    before = words[at - 1]
    return (
        following is not None and following.low != "of" and not before.of("article", "quantifier", "preposition", "possessive")
        and not following.of("be", "have", "modal")
    )  # fmt: skip


def _past_leading(words: Sequence[Word]) -> int:
    """Past "In 2027," and "For patients whose cancer has X,": an adjunct before the subject, up to its comma."""
    if [word.low for word in words[:2]] == ["for", "this"] and len(words) > 3 and words[2].low in ("purpose", "reason", "use"):  # noqa: PLR2004
        return 3 + (words[3].low == ",")
    if not words or not (words[0].of("preposition", "subordinator", "adverb", "use") or words[0].low in ("in", "as")):
        return 0
    for number, word in enumerate(words[:80]):
        if word.low != "," or number + 1 >= len(words):
            continue
        for ahead in range(number + 1, min(len(words), number + 12)):
            if words[ahead].of("relative", "subordinator") or (words[ahead].low == "," and ahead > number + 1):
                break
            group = verb_group(words, ahead, len(words)) if words[ahead].of("be", "have", "modal", "do", "works") else None
            if group is not None:
                if ahead > number + 1 and (group.passive or group.modal or group.head is not None):
                    return number + 1
                break
    return 0


def subject_of(text: str, words: Sequence[Word], at: int, first: int, names: Names) -> Subject:
    """What a sentence is about: the drug, a brand, "it", patients, the disease, a use, or something else."""
    end = next(
        (
            number
            for number in range(at, first)
            if words[number].low == "," and number > at and not _lists_on(words, number, first)
        ),
        first,
    )
    said = words[at:end]
    lows = [word.low for word in said]
    if not lows or lows[0] in ("you", "we", "your"):  # "You may be given medicine to prevent shingles": whoever reads
        return ""
    if lows == ["they"] and first < len(words) and _act(words, first):
        return "people"
    if lows in (["it"], ["they"]) or (lows[0] in ("it", "they") and len(lows) == 1):
        return "it"
    if ("fda" in lows[:3] and not any(word.of("use-noun") for word in said)) or "administration" in lows:
        return "agency"
    while said and said[0].of("adverb"):
        said = said[1:]
    if not said:
        return "other"
    content = {one for one in _NAME_WORD.findall(text[said[0].start : said[-1].end].casefold()) if not one.isdigit()}
    named = names.words | names.brands_words() if names.words else frozenset()
    if names.brands and content & names.brands_words() and content <= named | BESIDE_NAME:
        return "brand"
    if not names.words and not any(word.of("use-noun", "person") for word in said[:2]):
        return "drug"
    if (
        names.parts
        and content & names.words
        and not all(part & content for part in names.parts)
        and not content & names.brands_words()
    ):
        return "other"
    if names.open and _names_a_product(text, said, names):
        return "drug"
    if content & _FORMS and not content & names.words:
        return "form"
    if names.open and lows[-1] == "therapy" and not content & names.words and not said[0].of("quantifier", "article"):
        return "other"  # "Drug therapy is indicated …"
    if names.words and content <= names.words | BESIDE_NAME and not (content <= {"each", "both", "these", "the"}):
        return "drug"
    uses = [number for number, word in enumerate(said) if word.of("use-noun")]
    if uses and (lows[0] in _USE_START or lows[0].endswith("'s") or uses[0] <= _SOON):
        return "use"
    if (
        said[0].of("possessive", "article", "quantifier")
        and said[-1].of("disease")
        and len(said) <= _SHORT
        and said[0].low not in ("these", "some", "many")
    ):
        return "disease"
    if said[0].of("person") or read_people(text, said[0].start, said[-1].end)[0]:
        return "people"
    return "other"


_NOT_GIVEN = closed("not-given") | closed("operations")


def _names_a_product(text: str, said: Sequence[Word], names: Names) -> bool:
    """Whether a subject may be the drug under another of its names: "LASIX", "Furosemide Tablets, USP", "Oral ZYPREXA"."""
    if said[0].of("number"):  # "1.4 Fibromyalgia Zolafen is indicated …": what stands behind the heading
        said = said[1 + last_disease(said[1:]) :]
        if not said:
            return False
    if len(said) > 1 and said[-1].low == "monotherapy":
        said = said[:-1]  # "Zolafen monotherapy is indicated …"
    beside = next(
        (number for number, word in enumerate(said) if number and word.low in ("in", "with", "plus", "when")), len(said)
    )
    said = said[:beside]  # "ZOLAFEN in combination with other antiretroviral agents is indicated …"
    whole = [text[word.start : word.end] for word in said]
    if len(said) > 1 and (said[-1].low in names.words or (whole[-1].isupper() and len(whole[-1]) > _SHORT)):
        return not said[-2].of("preposition")  # behind a heading that lost its line: "1.2 Epilepsy ZOLAFEN is indicated …"
    if any(word.of("treatment", "person", "disease", "marker") and word.low not in names.words for word in said[-2:]):
        return False
    of_drug = any(word.low in names.words for word in said)
    if not of_drug and any(word.low in _NOT_GIVEN for word in said):
        return False  # "Caution is indicated in …"
    capitals = any(each.isupper() and len(each) > _SHORT for each in whole)
    title = any(each[:1].isupper() and not word.classes for each, word in zip(whole[-2:], said[-2:], strict=True))
    return of_drug or capitals or title or (whole[0][:1].isupper() and any(word.of("manner") for word in said))


def last_disease(said: Sequence[Word]) -> int:
    """The index after the last word that is a disease by its form, 0 where none is."""
    return next((number for number in range(len(said), 0, -1) if said[number - 1].of("disease")), 0)


def _act(words: Sequence[Word], first: int) -> bool:
    """Whether "they" take a drug or must have something, and so are patients ("They get it when …")."""
    group = verb_group(words, first, len(words))
    return (
        group is not None
        and not group.is_of("approve", "use", "study")
        and (not group.passive or group.modal in ("must", "should"))
    )


def _lists_on(words: Sequence[Word], comma: int, end: int) -> bool:
    """Whether a comma in a subject lists names ("A, B, and C is") and does not set words apart ("X, given as …, is", "X, alone or with Y, is")."""
    if words[comma + 1].low == "alone":
        return False
    return any(word.low in ("and", "or") for word in words[comma + 1 : min(end, comma + 5)])


def split_at(words: Sequence[Word], first: int, end: int) -> tuple[tuple[int, int], ...]:
    """The names of a list joined by commas, "and" and "or", as places."""
    found, start = [], first
    for number in range(first, end + 1):
        if number == end or words[number].low in (",", "and", "or"):
            if number > start:
                begin = start + (1 if words[start].low in ("the", "both") and number - start > 1 else 0)
                found.append((words[begin].start, words[number - 1].end))
            start = number + 1
    return tuple(found)


def split_names(statement: Statement, start: int, end: int) -> tuple[tuple[int, int], ...]:
    """The names of a list between two offsets of the block's text, as places."""
    words = words_of(statement.plain, start, end)
    return split_at(words, 0, len(words))


def names_of(
    name: Fact | None, brands: Sequence[Fact], publisher: Publisher | None = None, status: FdaStatus = "not_stated"
) -> Names:
    """The words of the drug's name, and its brands that share no word with it, on a page of a publisher (None: it lists them).

    `status` is what the page says of the drug's approval.
    """
    own = frozenset(_NAME_WORD.findall(name.text.casefold())) if name is not None else frozenset()
    refused = status == "not_approved"
    if not own:
        return Names(refused=refused)
    apart = frozenset(one.text.casefold() for one in brands if not set(_NAME_WORD.findall(one.text.casefold())) & own)
    shared = frozenset(
        word for one in brands if one.text.casefold() not in apart for word in _NAME_WORD.findall(one.text.casefold())
    )
    pieces = (
        [
            frozenset(one for one in _NAME_WORD.findall(piece) if not one.isdigit()) - BESIDE_NAME
            for piece in re.split(r",| and ", name.text.casefold())
        ]
        if name is not None
        else []
    )
    parts = tuple(filter(None, pieces))
    if len(parts) == 1:  # "Zolafen Capsules and Oral Solution" is one substance
        parts = ()
    listed = publisher is None or "brands" in publisher.labels
    approved = publisher is not None and publisher.indicated_is_approval
    indicated = publisher is None or "fda_status" in publisher.labels
    return Names(own | shared, apart, parts, not listed, approved, indicated, refused)
