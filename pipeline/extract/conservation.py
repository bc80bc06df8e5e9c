"""No word of a use is lost: what no field holds, and what carries no sentence either, stays with the use in the page's words.

The rules read what they know. This is the net below them: it knows no rule and no kind of phrase. It asks of each sentence of a use
which words neither a field of the use nor the frame of a sentence accounts for ("it is used … for patients"), and keeps the words
around them as a qualifier ("Surgery is out of the question", "whose leukemia cells test positive for CD19").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from pipeline.extract.leaf import Leaf, in_order
from pipeline.language import closed
from pipeline.meaning.brackets import narrows
from pipeline.meaning.said import MUSTS, Place, Reading, SaidKind
from pipeline.model import Fact, Qualifier, Span, Use, facts_in
from pipeline.phrases.words import Word, closing_bracket, words_of
from pipeline.sentences.quote import fact
from pipeline.sentences.statements import Statement

#: Said to be no restriction by the rule that read it.
_EXPLAINED = ("gloss",)
#: Said by an opening sentence, these give way to what the item says itself.
_REPLACED: tuple[SaidKind, ...] = ("partner", "alone", "population")
#: The rules of a frame that repeat what a field says.
_AGAIN = ("disease-again", "this-use")


def keep_words(use: Use, leaf: Leaf, names: frozenset[str]) -> Use:
    """The use with the words of its own sentences that no field holds, as qualifiers in the page's words.

    Args:
        use: The use as built.
        leaf: What it was built from.
        names: The words of the drug's name and brands, which say nothing of a use.
    """
    whole = {id(one) for one in (use.text, use.parent, use.lead, *use.evidence) if one is not None}
    facts = [one for one in facts_in(use) if id(one) not in whole]
    in_place = {id(one) for one in facts_in((use.disease_status, use.stages, use.biomarkers, use.qualifiers))}
    texts = [one.text for one in facts if id(one) not in in_place]
    shown = " ".join(one.text for one in facts).casefold()
    # a head that is no condition in the end ("symptoms", "death") holds nothing
    texts += [head for told in leaf.told for head in told.heads if head.isupper() or head.casefold() in shown]
    held = _Held({part for text in (*texts, *names) for part in _parts(text)}, [span for one in facts for span in one.spans])
    found = [kept for reading in leaf.leading for kept in _lost(reading, held, _REPLACED)]
    also = any(reading.also for reading in leaf.own)
    # the sentence on one of several ways of use, whole: "with A as the first treatment", where the next says "also used alone"
    ways = {id(r) for r in leaf.own if also and not r.of("head", "intent") and r.of("line")}
    found += [kept for reading in (*leaf.above, *leaf.own) for kept in _lost(reading, held, ways=id(reading) in ways)]
    if use.alone is None and any(reading.of("partner") for reading in (*leaf.above, *leaf.own)) and not leaf.prose:
        # "with A to treat: … with B": the item's partner stands in its field, and the opening sentence's is not lost
        found += [
            reading.quote((_opened(reading, one.place[0]), one.place[1]), "words-left")
            for reading in leaf.leading for one in reading.of("partner")
            if one.mode in MUSTS and not held.words.issuperset(_parts(reading.text(one.place)))
        ]  # fmt: skip
    if not leaf.details:
        found += _cut_off(leaf.own[-1])
    return replace(use, qualifiers=in_order((*use.qualifiers, *(Qualifier(one, "use") for one in found)))) if found else use


_OPENED = re.compile(r"\b(?:(?:used|given|taken) )?(?:together |in combination )?with (?:an? |the )?\Z", re.IGNORECASE)


def _opened(reading: Reading, start: int) -> int:
    """Where "given with" before a partner begins."""
    found = _OPENED.search(reading.statement.plain[:start])
    return found.start() if found is not None else start


@dataclass(frozen=True, slots=True)
class _Held:
    """What the fields of a use hold: `words` wherever they stand, and what stands at the `spans` of the page.

    How the disease stands is held at its place alone: "has spread" of the disease does not hold "chemotherapy for cancer that has
    spread". A partner, a group of patients, a line that is said again is held.
    """

    words: set[str]
    spans: Sequence[Span]

    def holds(self, statement: Statement, word: Word) -> bool:
        if self.words.issuperset(_parts(word.low)):
            return True
        quoted = fact(statement.block, word.start, word.end, "word").spans
        return all(any(one.start <= span.start and span.end <= one.end for one in self.spans) for span in quoted)


def _lost(reading: Reading, held: _Held, replaced: tuple[SaidKind, ...] = (), *, ways: bool = False) -> list[Fact]:
    statement = reading.statement
    words = words_of(statement.plain, statement.start, statement.end)
    explained = [
        *(one.place for one in reading.said if one.kind in _EXPLAINED or (one.kind == "frame" and one.rule in _AGAIN)),
        *(one.place for one in reading.of(*replaced)),
        *reading.studied,
        *reading.denied,
    ]
    lost = [number for number in _outside_brackets(words) if not _neutral(statement, words[number], held, explained)]
    if lost and (reading.also or ways):
        return [statement.fact("words-left")]  # what holds in one way of use only, with the word that says so
    return [*(_run(statement, words, run, held) for run in _runs(words, lost)), *_brackets(reading, words, held)]


def _cut_off(reading: Reading) -> list[Fact]:
    """Reads "in adults who" at the end of a use: it opens a restriction, and the page's text breaks off."""
    statement = reading.statement
    words = [word for word in words_of(statement.plain, statement.start, statement.end) if not word.is_stop]
    if not words or not (words[-1].of("relative", "subordinator") or words[-1].low in closed("leads-on")):
        return []
    if words[-1].low == "before" and len(words) > 1 and words[-2].low.endswith("ed"):
        return []  # "who have not been treated before"
    return [fact(statement.block, words[max(0, len(words) - 3)].start, words[-1].end, "breaks-off")]


def _outside_brackets(words: Sequence[Word]) -> list[int]:
    found, number = [], 0
    while number < len(words):
        if words[number].low == "(":
            number = closing_bracket(words, number, len(words))
            continue
        found.append(number)
        number += 1
    return found


def _brackets(reading: Reading, words: Sequence[Word], held: _Held) -> list[Fact]:
    """Brackets behind a name that may restrict it ("(nodular or diffuse)") and that no rule saw."""
    found: list[Fact] = []
    for number, word in enumerate(words):
        if word.low != "(":
            continue
        end = closing_bracket(words, number, len(words)) - 1
        place = (word.end, words[end].start)
        if end <= number + 1 or held.words.issuperset(_parts(reading.text(place))):
            continue
        seen = any(one.place[0] <= place[0] and place[1] <= one.place[1] for one in reading.said if one.kind != "head")
        if _certain_type(words, number) or (not seen and narrows(reading.text(place))):
            found.append(fact(reading.statement.block, *place, "words-left"))
    return found


def _certain_type(words: Sequence[Word], at: int) -> bool:
    """Reads "a certain type of thyroid cancer (medullary thyroid cancer)": the bracket says which."""
    before = [word.low for word in words[max(0, at - 8) : at]]
    return any(
        one in ("certain", "some", "specific") and after.startswith(("type", "kind", "form")) for one, after in pairwise(before)
    )


def _neutral(statement: Statement, word: Word, held: _Held, explained: Sequence[Place]) -> bool:
    return (
        word.is_stop
        or word.low in closed("carriers")
        or any(start <= word.start and word.end <= end for start, end in explained)
        or held.holds(statement, word)
    )


def _runs(words: Sequence[Word], lost: Sequence[int]) -> list[tuple[int, int]]:
    """Lost words of one part of a sentence make one run: up to a stop, or to a word that is held elsewhere."""
    runs: list[tuple[int, int]] = []
    for number in lost:
        if runs and not any(word.low in (";", ":", ".") for word in words[runs[-1][1] : number]):
            runs[-1] = (runs[-1][0], number + 1)
        else:
            runs.append((number, number + 1))
    return runs


def _run(statement: Statement, words: Sequence[Word], run: tuple[int, int], held: _Held) -> Fact:
    """The run with the words that it hangs on ("at least", "whose") and the patients behind it, without "it is used"."""
    first, end = run
    while first and not words[first - 1].is_stop and not held.holds(statement, words[first - 1]):
        first -= 1
    while first < run[0] and words[first].low in closed("verbs-of-use"):
        first += 1
    if words[first].of("relative"):  # "(chemotherapy for cancer) that has spread"
        treatment = next((k for k in range(first - 1, max(-1, first - 6), -1) if words[k].of("treatment")), first)
        first = treatment if not any(word.is_stop for word in words[treatment:first]) else first
    while end < len(words) and words[end].of("person", "treatment") and words[end].low in closed("carriers"):
        end += 1
    return fact(statement.block, words[first].start, words[end - 1].end, "words-left")


_PART = re.compile(r"[^\W_]+")


@lru_cache(maxsize=8192)  # the same words come again and again
def _parts(text: str) -> tuple[str, ...]:
    """The letters and numbers of a text, each without its ending ("hyaluronidase-nvhy" is two)."""
    return tuple(_stem(part) for part in _PART.findall(text.casefold()))


def _stem(word: str) -> str:
    for ending in ("ies", "es", "s", "ing", "ed"):
        if len(word) > len(ending) + 3 and word.endswith(ending):
            return word[: -len(ending)]
    return word
