"""A sentence with several purposes, each of another thing: "for the treatment of X and for the prevention of Y" is two uses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline.elements.acted import named, prose_head
from pipeline.elements.elements import Passage
from pipeline.elements.sentence import read_on
from pipeline.elements.told import Told
from pipeline.extract.leaf import Leaf
from pipeline.language import rx
from pipeline.meaning.head import apart_from_state, read_head, with_states
from pipeline.meaning.reading import read
from pipeline.meaning.said import Reading, Said
from pipeline.model import Fact
from pipeline.phrases.diseases import ends_in_disease
from pipeline.phrases.nouns import CAUSED, noun_aim, noun_list
from pipeline.phrases.words import Word, words_of
from pipeline.sentences.quote import fact, join
from pipeline.sentences.subjects import Names

#: The rule of the words of a sentence that belong to another of its purposes.
_ANOTHER_PURPOSE = "another-purpose"
#: What parts two purposes: "…; for X", "…, particularly for the relief of X".
_APART = (",", ";", "particularly", "especially")
#: What hangs on no thing that is treated.
_FRAME = ("frame", "gloss", "kinds", "intent", "object", "head")


@dataclass(frozen=True)
class Purpose:
    """One purpose of a sentence: what is told of it, its words, and what stands behind the last and may hold for it, too."""

    told: Told
    text: Fact
    behind: tuple[Fact, ...]


def purposes(passage: Passage, told: Told, names: Names) -> list[Purpose]:
    """The purposes of a use in prose that "and" or "or" joins, each with all that stands before the first; none where it has one."""
    frame, statement = passage.frame, passage.lead[0]
    if frame is None:
        return []
    words = words_of(statement.plain, statement.start, statement.end)
    whole = named(read_on(statement, frame), frame, names)
    starts = [start for verb in whole.of("intent") if (start := _start(words, verb)) >= frame.at]
    first, *later = starts or [0]
    bounds = [first, *(start for start in later if words[start - 1].of("coordinator") or words[start - 1].low in _APART)]
    apart = _diseases_apart(told.readings[0], words)
    bounds = sorted({*bounds, *(start for start in apart if start > first)})
    if len(bounds) < 2:  # noqa: PLR2004 - several
        return []
    ends = [*(_end(words, start) for start in bounds[1:]), len(words)]
    before = tuple(one for one in whole.said if one.place[1] <= words[first].start and one.kind not in ("intent", "object"))
    found = []
    for start, end in zip(bounds, ends, strict=True):
        reading = read(statement, at=start, until=end, group=frame.group)
        goes_on = start in apart and not reading.of("intent")
        verb = [one for one in whole.of("intent") if one.place[0] < words[start].start][-1:] if goes_on else ()
        reading = replace(reading, said=(*before, *verb, *reading.said), also=whole.also)
        head = read_head(statement, _named_at(words, start, end)) if goes_on else prose_head(reading, symptoms=not names.open)
        if head is None or head.end > end:
            return []
        head, states = apart_from_state(head, statement) if names.open else (head, ())
        heads = (*head.names, *head.abbreviations)
        kept = tuple(one for one in reading.said if one.place[1] <= head.parts[0][0] and one.kind != "object")
        kept = with_states(kept, states)
        again = read(statement, heads, at=head.end, until=end, head=head, before=kept, group=frame.group)
        found.append((replace(again, also=whole.also), heads))
    opened = min((one.place[0] for one in found[0][0].of("head", "population")), default=words[first].start)
    places = [(words[start].start, words[end - 1].end) for start, end in zip(bounds, ends, strict=True)]
    last = [one for one in found[-1][0].said if one.place[0] >= places[-1][0] and one.kind not in _FRAME]
    return [
        Purpose(
            Told([_without(reading, places, number), *told.readings[1:]], lost=told.lost, heads=heads, marks=told.marks),
            _text(passage, opened if bounds[number] in apart else words[first].start, places[number], number),
            tuple(_behind(reading, last)) if number < len(found) - 1 else (),
        )
        for number, (reading, heads) in enumerate(found)
    ]


def _diseases_apart(reading: Reading, words: Sequence[Word]) -> tuple[int, ...]:
    """Where a further disease of a sentence begins with what is said of it alone: patients, or a cause behind a semicolon."""
    of_patients = (*_with_patients_of_its_own(reading, words), *_with_patients_first(reading, words))
    return tuple(sorted({*of_patients, *_with_causes_of_their_own(words)}))


_NOT_TREATED = (*CAUSED, "associated", "resulting", "with", "including")


def _with_causes_of_their_own(words: Sequence[Word]) -> list[int]:
    """Reads "tinea pedis due to X; candidiasis due to Y; and athetosis": a disease by its form behind each semicolon."""
    found: list[int] = []
    colon = next((number for number, word in enumerate(words) if word.low in (":", ";")), 0)
    if words and words[colon].low == ":" and any(word.low in _NOT_TREATED or word.of("relative") for word in words[:colon]):
        return []  # "associated with the following conditions: pernicious anemia; tapeworm infestation"
    open_brackets = 0
    for number in range(1, len(words) - 1):
        open_brackets += (words[number].low == "(") - (words[number].low == ")")
        if words[number].low != ";" or open_brackets > 0:  # "renal cell carcinoma (RCC; a type of cancer that begins in …)"
            continue
        start = number + 1 + words[number + 1].of("coordinator")
        if noun_aim(words, start, len(words)) or words[start].low in ("as", "for", "in", "to"):
            continue  # a purpose by its own words
        stop = noun_list(words, start, len(words)).end
        end = next((k for k in range(stop, len(words)) if words[k].low in (";", ".")), len(words))
        caused = any(word.low in CAUSED for word in words[stop:end])
        named = stop == end or any(word.of("disease") for word in words[start:end])
        if stop == start or not (caused or named):
            return []
        found.append(start)
    return found


def _with_patients_of_its_own(reading: Reading, words: Sequence[Word]) -> list[int]:
    """Reads "relief of X in patients 2 years of age and older and Y in patients 6 months and older": the index where Y begins.

    Behind a semicolon a disease needs no patients: "melanoma in adults; glioma in children; and sarcoma, if it cannot be removed".
    """
    found: list[int] = []
    for number, (first, other) in enumerate(pairwise(reading.said)):
        if first.kind not in ("population", "description") or other.what != "stated":
            continue
        at = next((k for k, word in enumerate(words) if word.start >= other.place[0]), 0)
        start = next((k for k in range(at, len(words)) if not (words[k].is_stop or words[k].of("coordinator"))), 0)
        stop = next((k for k, word in enumerate(words) if word.end >= other.place[1]), 0) + 1
        last = reading.said[number + 2] if number + 2 < len(reading.said) else None
        people = last is not None and last.kind == "population" and last.place[0] <= words[min(stop, len(words) - 1)].end + 1
        joined = words[start - 1].low in ("and", "or") and stop < len(words) and words[stop].low in ("in", "for") and people
        joined = joined or any(word.low == ";" for word in words[max(0, start - 2) : start])
        if start and joined and noun_list(words, start, stop).end == stop and words[stop - 1].of("disease"):
            found.append(start)
    return found


def _with_patients_first(reading: Reading, words: Sequence[Word]) -> list[int]:
    """Reads "adults with melanoma and children with glioma": the index of the patients who have a disease of their own."""
    head = next(iter(reading.of("head")), None)
    found: list[int] = []
    for people, trait in pairwise(reading.said):
        after = head is not None and people.place[0] > head.place[1] and people.mode.startswith(("and", "or"))
        known = any(group.age_group or group.sex for group in people.groups)
        if after and known and trait.rule in ("patient-trait", "other-disease"):
            start = next(k for k, word in enumerate(words) if word.start >= people.place[0])
            stop = next((k for k in range(start, len(words)) if words[k].end >= trait.place[1]), len(words) - 1) + 1
            at = _named_at(words, start, stop)
            named = noun_list(words, at, stop)
            if at > start and named.items and words[named.end - 1].of("disease"):
                found.append(start)
    return found


def _named_at(words: Sequence[Word], start: int, end: int) -> int:
    """The index of a disease, behind the patients who have it: "children with glioma"."""
    if not any(word.of("person") for word in words[start : start + 2]):
        return start
    return next((number + 1 for number in range(start, end - 1) if words[number].low == "with"), start)


def _end(words: Sequence[Word], start: int) -> int:
    """The index after the words before a further purpose: "; and" belongs to neither."""
    while start and (words[start - 1].low in (",", ";") or words[start - 1].of("coordinator")):
        start -= 1
    return start


def _start(words: Sequence[Word], verb: Said) -> int:
    """The index of the first word of an aim: "for the" and "to" before its verb or noun belong to it."""
    number = next((k for k, word in enumerate(words) if word.end > verb.place[0]), 0)
    while number and words[number - 1].low in ("to", "for", "in", "as", "the", "a", "an", "adjunct", "adjunctive", "therapy"):
        number -= 1
    role = next((k for k in range(number - 1, max(0, number - _LONGEST_ROLE), -1) if words[k].low == "as"), 0)
    beside = role and words[role - 1].of("coordinator") and not any(word.is_stop for word in words[role:number])
    return role if beside else number  # "and as a drying agent in the relief of X"


#: In words: "as a drying agent".
_LONGEST_ROLE = 6


def _without(reading: Reading, places: Sequence[tuple[int, int]], number: int) -> Reading:
    others = tuple(Said("gloss", _ANOTHER_PURPOSE, place) for k, place in enumerate(places) if k != number)
    return replace(reading, said=(*reading.said, *others))


def _text(passage: Passage, first: int, place: tuple[int, int], number: int) -> Fact:
    """The words of a purpose behind those that open the sentence."""
    statement = passage.lead[0]
    if not number:
        return fact(statement.block, statement.start, place[1], "leaf")
    return join((fact(statement.block, statement.start, first, "leaf"), fact(statement.block, *place, "leaf")), "leaf")


def _behind(reading: Reading, last: Sequence[Said]) -> list[Fact]:
    """What stands behind the last purpose, where this one says nothing of that kind itself: it may hold for both."""
    own = {one.kind for one in reading.said}
    return [reading.quote(one.place, "stated") for one in last if one.kind not in own]


def several_purposes(leaf: Leaf) -> bool:
    """Reads "to treat adults with X, and to prevent Y": what the first verb is for is not what the second acts on."""
    for reading in (*leaf.leading, *leaf.own[:1]):
        words = words_of(reading.statement.plain, reading.statement.start, reading.statement.end)
        split = any(one.rule == _ANOTHER_PURPOSE for one in reading.of("gloss"))
        if leaf.prose and not split and _diseases_apart(reading, words):
            return True
        verbs = [one for one in reading.of("intent") if one.rule in ("intent", "own-verb")]
        verbs = [one for one in verbs if one is verbs[0] or not _is_end(reading, one)]
        things = [
            one for one in reading.of("object", "narrower", "head")
            if leaf.prose or one.rule in ("acted-on", "treated-disease", "head")
        ]  # fmt: skip
        if leaf.prose and any(_ANOTHER.match(reading.text(one.place)) for one in reading.of("qualifier")):
            return True
        if one_purpose(verbs, reading) and not (leaf.prose and _another_disease(verbs, reading)):
            continue
        for later in verbs[1:]:
            if any(one.place[0] > later.place[0] for one in things) and any(one.place[0] < later.place[0] for one in things):
                return True
    return False


def _is_end(reading: Reading, verb: Said) -> bool:
    """Reads "for the treatment of X to improve Y": what the treatment is to bring, with no "and" before it."""
    return verb.mode == "other" and _TO.search(reading.statement.plain[reading.statement.start : verb.place[0]]) is not None


_TO = rx(r"(?<!\band)(?<!\bor)(?<!,) to $")


def one_purpose(verbs: Sequence[Said], reading: Reading) -> bool:
    """Reads "for the management of X or for the short term relief of Y in adults": one kind of aim, said in one breath.

    What is said behind the last holds for all; what stands between them would be said of one alone.
    """
    last = max((one.place[1] for one in reading.of("object") if one.place[0] > verbs[-1].place[0]), default=0) if verbs else 0
    between = [
        one for one in reading.said
        if verbs and verbs[0].place[1] <= one.place[0] < last and one.kind not in ("intent", "object", "head", "gloss", "frame")
        and one.rule != "state"
    ]  # fmt: skip
    return {one.mode for one in verbs} <= {"treat", "other"} and bool(last) and not between


_ALIKE = (rx(r"treat|manag|relief|therapy|control"), rx(r"reduce|lower|suppress|decrease|lessen"))


def alike(verbs: Sequence[Said], reading: Reading) -> bool:
    """Whether verbs say one kind of aim."""
    return any(all(sort.search(reading.text(one.place)) for one in verbs) for sort in _ALIKE)


def _another_disease(verbs: Sequence[Said], reading: Reading) -> bool:
    """Reads "for the treatment of reflux disease, and for the maintenance of healing of esophagitis": each is of its own disease."""
    last = [name for one in reading.of("object") if one.place[0] > verbs[-1].place[0] for name in one.names]
    joined = _FOR.search(reading.statement.plain[reading.statement.start : verbs[-1].place[0]]) is not None
    return joined and not alike(verbs, reading) and any(ends_in_disease(reading.text(place)) for place in last)


_FOR = rx(r"\band (?:for|in) (?:the )?$")
_ANOTHER = rx(r"(?:and|or) (?:to )?(?:help )?(?:treat|prevent|reduce|lower)\b")
