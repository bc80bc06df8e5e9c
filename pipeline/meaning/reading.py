"""A sentence from words to what it says: its phrases, which of them are alternatives or steps, and each by the table of roles."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.language import closed
from pipeline.meaning.head import Head
from pipeline.meaning.roles import read_phrase
from pipeline.meaning.said import Place, Reading, Said, Step
from pipeline.meaning.scene import Scene
from pipeline.model import QualifierTarget
from pipeline.phrases.adjuncts import phrases
from pipeline.phrases.kinds import Kind, Phrase
from pipeline.phrases.people_openers import people_end
from pipeline.phrases.verbs import VerbGroup
from pipeline.phrases.words import Word, words_of
from pipeline.sentences.statements import Statement

#: What may stand for what beside "or".
_SORTS: dict[str, str] = {
    "that": "clause", "who": "clause", "having": "clause", "case": "clause", "participle": "clause", "with": "treatment",
    "alone": "treatment", "time": "when", "role": "when", "span": "when", "people": "people", "place": "place", "for": "place",
    "start": "place",
}  # fmt: skip
_ON: dict[str, QualifierTarget] = {
    "head": "disease", "object": "disease", "narrower": "disease", "status": "disease", "biomarker": "disease", "stage": "disease",
    "cause": "disease", "population": "patients", "description": "patients", "concurrent": "patients", "partner": "treatment",
    "alone": "treatment", "line": "treatment", "frame": "use", "intent": "use",
}  # fmt: skip


def read(  # noqa: PLR0913 - a sentence, and what is known before it is read
    statement: Statement,
    heads: tuple[str, ...] = (),
    *,
    at: int = 0,
    until: int | None = None,
    head: Head | None = None,
    kind: Kind = "start",
    before: tuple[Said, ...] = (),
    group: VerbGroup | None = None,
) -> Reading:
    """Read a sentence from its word `at` on.

    Args:
        statement: The sentence.
        heads: The names of the diseases that the item is about.
        at: The index of the first word to read.
        until: The index after the last word to read; the sentence's end if None.
        head: The head that stands before it, which is said too.
        kind: What the words that no opener leads go on with ("who" below "in adults who:").
        before: What was said of it already.
        group: The verb group of its frame.
    """
    words = words_of(statement.plain, statement.start, statement.end)[:until]
    said: list[Said] = [*before]
    if head is not None:
        said.append(
            Said("head", "head", (head.parts[0][0], words[head.end - 1].end), "bold" if head.bold else "", names=head.parts)
        )
    found = phrases(words, at, len(words), "noun" if head is not None and kind == "start" else kind)
    found = _with_exceptions(_with_genes(found, words), words)
    alternatives = _alternatives(found, words)
    studied: list[Place] = []
    denied: list[Place] = []
    also = False
    frames = [Phrase("frame", group.first, group.end, group.end, group=group)] if group is not None else []
    skip: list[Place] | None = None
    previous: Phrase | None = None
    on: QualifierTarget = "disease" if head is not None else "use"
    for number, phrase in enumerate(found):
        if phrase.kind == "frame" and phrase.group is not None:
            frames.append(phrase)
            also |= phrase.group.also and at == 0
            skip = studied if phrase.group.is_of("study") else denied if phrase.group.negative else None
        scene = Scene(
            statement.plain, words, phrase, heads, tuple(said), number in alternatives, on, previous, tuple(frames), read_phrase
        )
        if skip is not None:
            skip.append(scene.whole)
            continue
        told = read_phrase(scene)
        said.extend(told)
        on = next((_ON[one.kind] for one in reversed(told) if one.kind in _ON), on)
        previous = phrase
    steps = _steps(statement.plain, words, found)
    return Reading(statement, tuple(said), _open(found, words), steps, also, tuple(_merged(studied)), tuple(_merged(denied)))


def _with_genes(found: Sequence[Phrase], words: Sequence[Word]) -> tuple[Phrase, ...]:
    """Reads "a mutation in a gene that helps repair DNA": what a gene does says which is meant; so does "found by a test"."""
    kept: list[Phrase] = []
    for phrase in found:
        of_gene = (
            phrase.kind in ("that", "participle")
            and phrase.first
            and words[phrase.first - 1].low in ("gene", "genes", "protein", "proteins")
        )
        found_by = words[phrase.first].low == "by" and words[phrase.first - 1].low in closed("found-by")
        if kept and (found_by or (of_gene and words[min(phrase.inner, len(words) - 1)].low in closed("of-genes"))):
            kept[-1] = replace(kept[-1], end=phrase.end)
        else:
            kept.append(phrase)
    return tuple(kept)


_OF_EXCEPTIONS = ("people", "that", "who", "having", "participle", "place", "case", "time")


def _with_exceptions(found: Sequence[Phrase], words: Sequence[Word]) -> tuple[Phrase, ...]:
    """Reads "but not uveal melanoma in adults": what follows without a comma belongs to the exception.

    So does whatever stands right behind a bare "not": "but not as the first treatment", "though not in those with X".
    """
    kept: list[Phrase] = []
    for phrase in found:
        last = kept[-1] if kept else None
        bare = last is not None and all(word.of("negation", "subordinator") for word in words[last.first : last.end])
        if (
            last is not None
            and (last.kind == "except" or bare)
            and not phrase.joint
            and not phrase.comma
            and (bare or phrase.kind in _OF_EXCEPTIONS)
        ):
            kept[-1] = replace(last, kind="except", end=phrase.end)
        else:
            kept.append(phrase)
    return tuple(kept)


def _merged(places: Sequence[Place]) -> list[Place]:
    return [(places[0][0], places[-1][1])] if places else []


def _open(found: Sequence[Phrase], words: Sequence[Word]) -> str:
    """What the last phrase leaves open for what stands below: its kind, where a colon ends the sentence (or "is indicated to")."""
    if words and words[-1].low == "to":
        return "to"
    if not found or not words or words[-1].low != ":":
        return ""
    last = found[-1]
    content = [word for word in words[last.inner : last.end] if not word.is_stop]
    if words[-2:-1] and words[-2].low == "to" and last.kind != "cause":
        return "to"
    if not content:
        if last.kind == "including" and len(found) > 1 and found[-2].kind == "cause":
            return "cause"  # "caused by some types of chemotherapy, including:"
        return last.kind
    lows = [word.low for word in content]
    if lows[-1] == "either" and "after" in (*lows[-3:], words[last.first].low):
        return "received"
    if (
        "following" in lows
        and last.kind in ("who", "that", "time")
        and not {"received", "had", "after"}.isdisjoint((*lows, words[last.first].low))
    ):
        return "received"
    if lows[-1] in ("these", "criteria") and last.kind in ("who", "that"):
        return "criteria"
    if last.kind in ("with", "time") and ("following" in lows or lows[-1:] == ["either"]):
        return last.kind
    if lows[-1] in ("either", "with", "received", "had", "after", "to"):
        return {"with": "with", "after": "time", "either": last.kind}.get(lows[-1], "received")
    if "following" in lows and last.kind in ("who", "that", "having", "participle"):
        return "criteria" if last.kind != "having" or not any(word.of("kind", "disease") for word in content) else ""
    return ""


def _alternatives(found: Sequence[Phrase], words: Sequence[Word]) -> frozenset[int]:
    """The phrases that stand on either side of an "or": none of them is a must."""
    several = _branches(found, words)
    for number, phrase in enumerate(found):
        if phrase.joint != "or" or not number:
            continue
        sort = _SORTS.get(phrase.kind, phrase.kind)
        left = next(
            (
                k
                for k in range(number - 1, -1, -1)
                if found[k].kind != "frame" and _SORTS.get(found[k].kind, found[k].kind) == sort
            ),
            number - 1,
        )
        if any(found[k].kind in ("frame", "aim") for k in range(left + 1, number)):
            left = number - 1
        while phrase.comma and left and found[left].joint == "and" and _SORTS.get(found[left - 1].kind) == sort == "clause":
            left -= 1  # "who A and whose B, or who C": the comma parts A and B from C
        sorts = [_SORTS.get(found[k].kind, found[k].kind) for k in range(left, number)]
        several.update(k for k in range(left, number) if found[k].kind != "frame")
        several.add(number)
        several.update(_of_those(found, number))
        right = number
        while right < len(found) and right - number < len(sorts) and _SORTS.get(found[right].kind, found[right].kind) in sorts:
            if right > number and found[right].joint in ("and", "but", ";"):
                break
            several.add(right)
            several.update(_of_those(found, right))
            right += 1
    return frozenset(several)


_OF_ALL = ("that", "time", "role", "case", "having")
_OF_GROUP = ("who", "participle")
_HOW = ("with", "alone", "role", "time", "span")


def _branches(found: Sequence[Phrase], words: Sequence[Word]) -> set[int]:
    """Reads "in adults whose cancer has spread and in children whose cancer has come back": each clause is of its own group."""
    groups = [number for number, phrase in enumerate(found) if phrase.kind == "people"]
    several: set[int] = set()
    for one, other in itertools.pairwise(groups):
        own = range(one + 1, other)
        after = next(
            (k for k in range(other + 1, len(found)) if found[k].joint or found[k].kind in ("people", "frame", "aim")),
            len(found),
        )
        if (
            one
            and found[one - 1].kind in _HOW
            and found[other - 1].kind in _HOW
            and found[other - 1].joint in ("and", "or", ";")
        ):
            several.update(range(one - 1, after))  # "alone in women and with X in men"
        if one and found[one - 1].kind in (*_OF_ALL, *_OF_GROUP) and _each_its_own(found, words, one, other):
            several.update(range(one - 1, after))
        kinds = [{found[k].kind for k in part} for part in (own, range(other + 1, after))]
        if (
            found[other].joint in ("and", ";")
            and all(not each.isdisjoint((*_OF_ALL, *_OF_GROUP)) for each in kinds)
            and any(not each.isdisjoint(_OF_ALL) for each in kinds)
        ):
            several.update(range(one, after))
    return several


def _each_its_own(found: Sequence[Phrase], words: Sequence[Word], one: int, other: int) -> bool:
    """Reads "HER2 positive in adults and HER2 negative in children": what is joined is a state and its patients, each with their own."""
    if found[other].joint:
        return False
    if other > one + 1:
        return found[other - 1].joint in ("and", "or", ";")
    people = found[one]
    joints = [k for k in range(people.inner, people.end) if words[k].of("coordinator")]
    return any(people_end(words, k + 1, people.end) is None for k in joints)  # "in adults and children": both are patients


def _of_those(found: Sequence[Phrase], number: int) -> Iterator[int]:
    """Reads "or in children whose cancer has come back": the clauses right after a group of patients belong to it alone."""
    if found[number].kind not in ("people", "place"):
        return
    for after in range(number + 1, len(found)):
        if found[after].joint or found[after].comma or found[after].kind not in ("who", "that", "having", "participle"):
            return
        yield after


_STEP_KINDS = ("with", "having", "alone", "time", "role", "span", "place")


def _steps(text: str, words: Sequence[Word], found: Sequence[Phrase]) -> tuple[Step, ...]:
    """The steps of "with A before surgery and then alone after surgery"."""
    starts = [
        number
        for number, phrase in enumerate(found)
        if (phrase.joint == "then" or _goes_on_after(words, found, number)) and phrase.kind in ("with", "alone", "having")
    ]
    if not starts:
        return _times(text, words, found)
    first = starts[0]
    if first and any(phrase.kind in ("with", "alone") for phrase in found[:first]):
        begin = first - 1
        while begin > 0 and found[begin].kind not in ("with", "alone"):
            begin -= 1
        starts = [begin, *starts]
    elif first and found[first - 1].kind in _TIMES:  # "before surgery and then alone after surgery"
        begin = first - 1
        while begin > 0 and found[begin - 1].kind in _TIMES:
            begin -= 1
        starts = [begin, *starts]
    bounds = [*starts, len(found)]
    steps = []
    for start, stop in itertools.pairwise(bounds):
        run = [found[start]]
        for phrase in found[start + 1 : stop]:
            if phrase.kind not in _STEP_KINDS:
                break
            run.append(phrase)
        steps.append(_step(text, words, run))
    return tuple(steps)


def _goes_on_after(words: Sequence[Word], found: Sequence[Phrase], number: int) -> bool:
    """Reads "with A before surgery and by itself after surgery": what is given before and what is given after are two steps."""
    if (
        found[number].joint != "and"
        or not 1 < number < len(found) - 1
        or found[number - 2].kind not in ("with", "alone", "having")
    ):
        return False
    before, after = found[number - 1], found[number + 1]
    return before.kind == after.kind == "time" and words[before.first].low == "before" and words[after.first].low in _AFTER


_AFTER = ("after", "following")
_TIMES = ("time", "span")


def _times(text: str, words: Sequence[Word], found: Sequence[Phrase]) -> tuple[Step, ...]:
    """The steps of "before surgery and then for up to 1 year after surgery": each is when the treatment is given."""
    then = next((number for number, phrase in enumerate(found) if phrase.joint == "then" and phrase.kind in _TIMES), 0)
    if not then or found[then - 1].kind not in _TIMES:
        return ()
    begin, end = then - 1, then + 1
    while begin and found[begin - 1].kind in _TIMES and not found[begin].joint:
        begin -= 1
    while end < len(found) and found[end].kind in _TIMES and not found[end].joint:
        end += 1
    return _step(text, words, found[begin:then]), _step(text, words, found[then:end])


_FOLLOWED_BY = ("followed", "by")


def _step(text: str, words: Sequence[Word], run: Sequence[Phrase]) -> Step:
    scenes = [Scene(text, words, phrase) for phrase in run]
    told = [one for scene in scenes for one in read_phrase(scene)]
    partners = tuple(name for one in told if one.kind == "partner" for name in one.names)
    alone = next((one.place for one in told if one.kind == "alone"), None)
    when = [scene.whole for scene in scenes if scene.phrase.kind in ("time", "role", "span")]
    timing = (when[0][0], when[-1][1]) if when else None
    first = run[0].first
    while first and words[first - 1].low in ("first", "next", "then"):
        first -= 1
    named = first - len(_FOLLOWED_BY) - 1  # "followed by zolafen alone"
    if named >= 0 and tuple(word.low for word in words[named : first - 1]) == _FOLLOWED_BY:
        first = named
    return Step((words[first].start, scenes[-1].whole[1]), partners, alone, timing)
