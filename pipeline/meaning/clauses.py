"""What a clause says of the disease ("that has spread") or of the patients ("who have received X"), predicate by predicate."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.language import closed, rx
from pipeline.meaning.markers import MARKER_NOUN, NO_MARKER, apart, beside_markers, is_of_person
from pipeline.meaning.priors import prior_clauses, priors_in
from pipeline.meaning.said import Place, Said
from pipeline.meaning.scene import Scene
from pipeline.phrases.adjuncts import phrases
from pipeline.phrases.coordination import Predicate, musts
from pipeline.phrases.diseases import diseases, is_generic, of_another_sort, related
from pipeline.phrases.nouns import noun_list
from pipeline.phrases.people import Group, read_age
from pipeline.phrases.treatments import read_treatments
from pipeline.phrases.verbs import begins_verb, verb_group
from pipeline.phrases.words import closing_bracket

_STAGE = rx(
    r"(?:either )?(?:stages? |grades? |high[- ]grade|low[- ]grade|in (?:the )?(?:chronic|accelerated|blast\w*)"
    r" phase|(?:early|extensive|limited|late)[- ]stage|(?:chronic|accelerated|blastic) phase)"
)
_LINK = rx(
    r"(?:(?:is|are|was|were)(?: also)? (?!not\b|been\b|being\b)|(?:has|have|had)(?: also)? (?=(?:an?|the|certain|at least|high|low|no)\b))"
)


def of_disease(scene: Scene) -> tuple[Said, ...]:
    """The predicates on the disease: status, biomarkers and stages, each "and" apart, what "or" joins as one quote."""
    found: list[Said] = list(_subject(scene))
    for group in musts(scene.words, scene.inner, scene.end):
        found.extend(_group(scene, group, patients=False))
    return tuple(found)


def of_patients(scene: Scene) -> tuple[Said, ...]:
    """The predicates on the patients: descriptions, ages, diseases that they have, earlier treatment."""
    start = scene.inner
    if scene.words[scene.phrase.first].low == "whose" or scene.opener == "":
        start = scene.phrase.first
    found: list[Said] = []
    for group in musts(scene.words, start, scene.end):
        found.extend(_group(scene, group, patients=True))
    return tuple(found)


def _subject(scene: Scene) -> tuple[Said, ...]:
    """Reads "whose rectal cancer has spread": the clause's subject names a narrower disease."""
    first, inner = scene.phrase.first, scene.phrase.inner
    if scene.words[first].low != "whose" or inner - first < 3:  # noqa: PLR2004 - "whose cancer" names none
        return ()
    named = diseases(scene.text, scene.words[first + 1].start, scene.words[inner - 1].end, scene.heads)
    return tuple(scene.tell(one.kind, "whose-disease", one.place) for one in named or ())


def _group(scene: Scene, group: Sequence[Predicate], *, patients: bool) -> list[Said]:
    """One must: a predicate, or several joined by "or" as one quote."""
    several = len(group) > 1
    a_choice = several and not _one_course(scene, group) and not _of_it(scene, group)
    first, end = group[0].first, group[-1].end
    while end > first and (scene.words[end - 1].low in ".,;:" or (scene.words[end - 1].low == "in" and end - first > 1)):
        end -= 1
    if end <= first:
        return []
    prior = [
        Said("prior", one.rule, one.place, "conditional" if a_choice or scene.some else one.mode, one.names, some=scene.some)
        for predicate in group
        for start in _in_turn(scene, predicate, end)
        for one in priors_in(scene, start, min(predicate.end, end), several=several)
    ]
    prior = [one for one in prior if not _explains(scene, first, one.place)]
    if patients and _WORSE.match(scene.text, scene.words[first].start) is None:
        prior = [one for one in prior if not _meanwhile(scene, scene.words[first].start, one)]
    if several:
        prior = [*_shared_object(scene, group, end), *prior]
    if patients and not several:
        own = _of_patients_alone(scene, first, end)
        if own is not None:
            return [*own, *(prior if not any(one.kind in ("concurrent", "partner") for one in own) else ())]
    prior += _removed(scene, first, end)
    start = _content_start(scene, first, end)
    place = scene.place(start, end)
    kind, rule = _kind(scene, place, several=several, patients=patients)
    if patients and kind == "biomarker" and scene.opener == "who" and is_of_person(scene.text[slice(*scene.place(first, end))]):
        return [scene.tell("description", "patient-description", scene.place(first, end))]
    if kind == "status" and not several and not prior and start > first:
        at = beside_markers(scene, start, end)
        if at is not None:
            markers = scene.tell("biomarker", "biomarker", scene.place(at + 1, end))
            return [scene.tell("status", "disease-status", scene.place(start, at)), markers]
    if kind == "biomarker" and not several:
        if prior and not _marked_beside(scene, place, prior):
            kind, rule = ("description", "patient-description") if patients else ("status", "disease-status")
        else:
            return [
                scene.tell(*_kind(scene, one, several=False, patients=patients), one)  # type: ignore[arg-type]  # as below
                for one in apart(scene, start, end)
            ] + prior
    if all(word.of("be") or word.is_stop for word in scene.words[start:end]):
        return [scene.tell("frame", "opens-list", place), *prior]  # "whose cancer is:"
    if patients and not several and not scene.some and _holds_all(scene, first, end, prior):
        return prior
    return [scene.tell(kind, rule, place), *prior]  # type: ignore[arg-type]  # one of four literals


def _marked_beside(scene: Scene, place: Place, prior: Sequence[Said]) -> bool:
    """Whether a marker stands outside the names of treatments: "received a PD-L1 inhibitor" says of none."""
    named = [name for one in prior for name in one.names]
    return any(
        not any(start <= found.start() < end for start, end in named) for found in MARKER_NOUN.finditer(scene.text, *place)
    )


_WORSE = rx(
    r"(?:(?:has|have|had|is|are|did|does|do) )?(?:(?:either|then|still|also|since|again) )*(?:c[ao]me back|relapsed"
    r"|recur(?:red|rent)|returned|refractory|g[oe]t(?:ten)? (?:worse|better|smaller)|worsened|progressed"
    r"|went away(?: completely)?|shr[au]nk|improved|responded|stopped (?:growing|responding)"
    r"|not (?:respond(?:ed)?|improved?|get better|gotten better))\b"
)


def _explains(scene: Scene, first: int, place: Place) -> bool:
    """Reads "is castrate resistant (has not responded to treatments that lower testosterone)": the bracket says what a word means."""
    words = scene.words
    opened = (n for n in range(first + 1, scene.end - 1) if words[n].low == "(" and begins_verb(words[n + 1]))
    return any(words[n].start < place[0] < words[closing_bracket(words, n, scene.end) - 1].end for n in opened)


def _of_it(scene: Scene, group: Sequence[Predicate]) -> bool:
    """Reads "did not respond to X or came back within a year of it": however the disease went on, X was before."""
    said = [scene.text[slice(*scene.place(one.first, one.end))].strip(" .,") for one in group]
    return all(_POINTS_BACK.search(one) is not None for one in said[1:])


_POINTS_BACK = rx(r" (?:of|after|with|to|during|on) (?:it|(?:this|that) (?:treatment|therapy))$")
_WHILE = re.compile(r"\bwhile (?:taking|receiving|getting|on|being treated with)(?: an?| the)? \Z")


def _meanwhile(scene: Scene, start: int, prior: Said) -> bool:
    """Reads "who have a high risk of broken bones while taking X": what they take anyway."""
    return _WHILE.search(scene.text[start : prior.names[0][0]]) is not None


def _in_turn(scene: Scene, predicate: Predicate, end: int) -> list[int]:
    """Where the verbs of "came back and then responded to X" begin, one after the other."""
    then = (n + 1 for n in range(predicate.first, min(predicate.end, end) - 1) if scene.words[n].low == "then")
    return [predicate.first, *then]


def _one_course(scene: Scene, group: Sequence[Predicate]) -> bool:
    """Reads "came back or got worse after treatment with X": however the disease went on, X was before.

    So it is in "did not respond to or came back after X", where the first verb waits for the object of the last.
    """
    words = scene.words
    waits = [words[one.end - 1].low in _TO_OBJECT for one in group[:-1]]
    return (
        all(_WORSE.match(scene.text, words[one.first].start) is not None for one in group)
        and (any(waits) or any(word.of("time") for word in words[group[-1].first : group[-1].end]))
        and not any(
            word.of("time", "preposition")
            for one, waiting in zip(group, waits, strict=False)
            for word in words[one.first : one.end - waiting]
        )
    )


_TO_OBJECT = ("with", "to", "after", "on", "by")


def _removed(scene: Scene, first: int, end: int) -> list[Said]:
    """Reads "have had surgery to remove stage III colon cancer": the disease that was removed is a narrower one."""
    at = next((n + 1 for n in range(first, end - 2) if scene.words[n].low == "remove" and scene.words[n - 1].low == "to"), None)
    if at is None:
        return []
    found = has_disease(scene, at, noun_list(scene.words, at, end).end)
    return [one for one in found or () if one.kind in ("narrower", "stage")]


def _shared_object(scene: Scene, group: Sequence[Predicate], end: int) -> list[Said]:
    """Reads "did not get better with, or cannot be treated with, X": the object after the last predicate is that of all."""
    words = scene.words
    first = group[0]
    last = next((number for number in range(first.end - 1, first.first, -1) if not words[number].is_stop), first.first)
    if words[last].low not in _TO_OBJECT:
        return []
    at = next((k for k in range(group[-1].first, end - 1) if words[k].low in _TO_OBJECT), None)
    if at is None:
        return []
    start = at + 1 + (at + 1 < end and words[at + 1].low == ",")
    listed = read_treatments(words, start, end)
    if listed is None or not listed.names:
        return []
    course = _one_course(scene, group) and not scene.some
    return [
        Said("prior", one.rule, one.place, one.mode if course else "conditional", one.names, some=scene.some)
        for one in prior_clauses(scene, listed, "shared-object")
    ]


def _content_start(scene: Scene, first: int, end: int) -> int:
    """Past "is" and "has" before a noun or an adjective: "is HER2 negative" is quoted "HER2 negative", "has spread" whole."""
    if not _LINK.match(scene.text, scene.words[first].start, scene.words[end - 1].end):
        return first
    group = verb_group(scene.words, first, end)
    if group is None or group.negative or group.end > end:
        return first
    if group.head is None:
        if any(word.low in ("able", "unable") for word in scene.words[first : group.end]):
            return first  # "are able to wait for chemotherapy"
        kept = group.only or scene.words[group.end - 1].low in ("too", "still", "so")
        start = group.end - kept  # "is only in the breast", "are too frail"
        return start if group.end < end else first
    follows = scene.words[group.end] if group.end < end else None
    adjective = (
        group.passive
        and not group.modal
        and not group.head.of("use", "approve", "course", "works")
        and (follows is None or follows.low == "(" or follows.of("coordinator"))
    )
    return first + 1 + (scene.words[first + 1].low == "also") if adjective and scene.words[first].of("be") else first


def _kind(scene: Scene, place: Place, *, several: bool, patients: bool) -> tuple[str, str]:
    said = scene.text[slice(*place)]
    marked = MARKER_NOUN.search(said) is not None and NO_MARKER.search(said) is None
    if marked and (not several or all(MARKER_NOUN.search(part) for part in re.split(r",? or (?=has|have|is|are)", said))):
        return "biomarker", "biomarker"
    if _STAGE.match(said) is not None and not several:
        return "stage", "stage"
    if patients:
        return "description", "one-of-several" if several else "patient-description"
    return "status", "one-of-several" if several else "disease-status"


def _of_patients_alone(scene: Scene, first: int, end: int) -> list[Said] | None:
    """Reads "are 75 years or older", "have stage II or III breast cancer"; None for any other predicate."""
    text, words = scene.text, scene.words
    going = next((number for number in range(first, end) if words[number].low == "being"), None)
    if going is not None and going + 2 < end and words[going + 1].low == "treated" and words[going + 2].low in ("with", "by"):
        listed = read_treatments(words, going + 3, end)
        if listed is not None and listed.names and not any(word.of("negation") for word in words[first:going]):
            return [scene.tell("concurrent", "concurrent-therapy", scene.place(first, end), names=scene.names(listed.names))]
    turned = next((number for number in range(first, end - 1) if words[number].low in ("turned", "reached")), None)
    if turned is not None:
        age = read_age(text, words[turned + 1].start, words[end - 1].end)
        if age is not None and age.place[1] >= words[end - 1].end:
            return [scene.tell("description", "age-range", age.place, groups=(Group(age.place, age=age),))]
    be = next((number for number in range(first, min(end, first + 4)) if words[number].of("be")), None)
    if be is not None and not any(word.of("negation") for word in words[first:be]):
        start = be + 1
        age = read_age(text, words[start].start, words[end - 1].end) if start < end else None
        if age is not None:
            group = Group(age.place, age=age)
            rest = next((number for number in range(start, end) if words[number].start >= age.place[1]), end)
            found = [scene.tell("description", "age-range", age.place, groups=(group,))]
            if rest < end:
                found.append(scene.tell("qualifier", "stated", scene.place(rest, end), of="patients"))
            return found
    verb = verb_group(words, first, end)
    if verb is not None and not verb.negative and words[first].low in ("take", "takes", "receive", "receives", "use", "get"):
        listed = read_treatments(words, verb.end, end)
        if (
            listed is not None
            and listed.names
            and not any(word.of("pronoun", "disease") for word in words[listed.first : listed.end])
        ):
            return [scene.tell("concurrent", "concurrent-therapy", scene.place(first, end), names=scene.names(listed.names))]
        if verb.end < end and words[verb.end].low in ("it", "them"):
            return _given_to(scene, verb.end + 1, end)
    if (
        words[first].low == "had"
        and any(word.of("disease") for word in words[first:end])
        and not any(word.of("treatment") for word in words[first:end])
    ):
        return [scene.tell("description", "patient-description", scene.place(first, end))]
    if words[first].low in ("have", "has") and verb is not None and verb.head is None and not verb.negative and verb.end < end:
        named = has_disease(scene, verb.end, end)
        return list(named) if named is not None else None
    return None


def _given_to(scene: Scene, first: int, end: int) -> list[Said]:
    """Reads "who receive it in combination with X": how these patients are given the drug."""
    found: list[Said] = []
    for phrase in phrases(scene.words, first, end, "frame"):
        found.extend(scene.read(replace(scene, phrase=phrase, before=(*scene.before, *found))))
    return found


_HISTORY = closed("history")


def _holds_all(scene: Scene, first: int, end: int, prior: Sequence[Said]) -> bool:
    """Whether a predicate says no more than what was received: its earlier treatments hold all its words."""
    group = verb_group(scene.words, first, end)
    if group is None or group.negative or group.modal or not prior or prior[-1].rule not in ("received", "treated"):
        return False
    if any(one.mode == "conditional" for one in prior):  # "A or with B and C": which go together the words alone say
        return False
    low = group.head.low if group.head is not None else scene.words[first].low
    return low in (*_HISTORY, "have", "has") and prior[-1].place[1] >= scene.words[end - 1].end


#: The rule of ", a condition (in which …)": it tells what a disease is.
APPOSITION = "apposition"


def has_disease(scene: Scene, first: int, end: int) -> tuple[Said, ...] | None:
    """Reads "have stage III melanoma" and "with metastatic cancer" as said of the item's disease, "have osteoporosis" as not."""
    listed = noun_list(scene.words, first, end)
    if listed.end <= first or not listed.items:
        return None
    start, stop = scene.place(first, listed.end)
    named = diseases(scene.text, start, stop, scene.heads)
    if named is None:
        return None
    if scene.words[listed.end - 1].low in ("risk", "chance"):
        return None  # "have a high risk that the cancer will come back": no state of it
    if scene.words[listed.end - 1].low == "syndrome" and not any(
        head.endswith(("syndrome", "syndromes")) for head in scene.heads
    ):
        return None  # what the patients have besides
    if scene.heads and not named and of_another_sort(scene.text[start:stop], scene.heads):
        return None  # "(infection in) adults with cancer"
    if scene.heads and any(one.kind == "narrower" and not related(scene.text[slice(*one.place)], scene.heads) for one in named):
        return None
    found = tuple(scene.tell(one.kind, "disease-of-patients", one.place) for one in named)
    rest = scene.words[listed.end : end]
    if any(not word.is_stop for word in rest):
        if begins_verb(rest[0]):
            return None
        if [word.low in (",", "a", "an") for word in rest[:2]] == [True, True] and any(
            word.of("kind") or is_generic(word.low) for word in rest[2:3]
        ):
            return (*found, scene.tell("gloss", APPOSITION, scene.place(listed.end, end)))  # ", a type of X (that …)"
        found += (scene.tell("qualifier", "stated", scene.place(listed.end, end), of="disease"),)
    return found
