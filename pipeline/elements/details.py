"""Sentences that say more of a use: with patients, the disease or another treatment as their subject, or of some patients only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipeline.language import closed, rx
from pipeline.meaning.reading import read
from pipeline.meaning.said import INCLUDED, Reading, Said, SaidKind
from pipeline.phrases.treatments import read_treatments
from pipeline.phrases.verbs import VerbGroup
from pipeline.phrases.words import Word, words_of
from pipeline.sentences.frames import KINDS, Frame
from pipeline.sentences.statements import Statement
from pipeline.sentences.subjects import Names

_OF_BRAND = rx(r"\bbrands?\b")
_NOT_FOR = rx(
    r"\b(?:should|must|may|can) ?not (?:receive|take|use|be given|get|have)\b|\bshould avoid\b|\b(?:must|should) (?:also )?be tested\b"
)
#: What those need who are treated is no part of who is ("Women who receive it still need regular Pap tests").
_RECEIVE_IT = rx(r"(?:\w+ ){1,3}who (?:receive|get|take|are given|are treated with) (?:it|this|the (?:drug|vaccine))\b")
_STARTS_AND_ENDS = rx(
    r"^(?:the )?(?:drug )?treatment (?:[a-z]+ )?(?:is |be )?(?:[a-z]+ )?(?:ends?|stops?|stopped|ended|repeated)\b|\b(?:and|or|but|then) (?:it )?(?:ends?|stops?|is stopped|continues?|is continued)\b"
)
_AS_WELL = rx(
    r"\b(?:as well|in addition)\b(?! (?:as|to)\b)|\b(?:get|receive|are given|use|take) (?:the|a) (?:\w+ )?(?:form|dose|tablet|liquid)\b"
)
#: "Adults must have had X; children must be newly diagnosed.": what either group must have is said of it alone.
_OF_EACH_GROUP = rx(r"; (?:adults|children|adolescents|women|men) (?:must|should|may|can|receive|get|take|are|have)\b")
_ONLY_IF = rx(r"\b(?:only if|should|if|must (?!have\b|be\b))")


def read_detail(statement: Statement, frame: Frame, heads: tuple[str, ...], names: Names, *, more: bool = False) -> Reading:
    """Reads "Adults receive it with X", "Patients must have had Y", "Their tumors have grown back", "X is given with it".

    `more`: who receives it, or with what, was said before. Then "Patients who cannot have surgery are also given X" speaks of some
    of them: it is kept whole, and its partners and earlier treatment are no musts.
    """
    words = words_of(statement.plain, statement.start, statement.end)
    group = frame.group
    whole = (statement.start, statement.end)
    leading = frame.leading[1] > frame.leading[0]
    if frame.name == KINDS:
        at = next(word.start for word in words if word.low in closed("content"))
        said = Said("frame", KINDS, (statement.start, at)), Said("status", INCLUDED, (at, statement.end_of_words))
        return Reading(statement, said)
    if _OF_EACH_GROUP.search(statement.text):
        return of_some_patients(statement)
    if _OF_BRAND.search(statement.text) or (frame.subject != "disease" and _NOT_FOR.search(statement.text)):
        return Reading(statement, (Said("qualifier", "stated", whole),))
    if group is None or leading or _RECEIVE_IT.match(statement.text) or (group.negative and frame.subject != "disease"):
        return of_some_patients(statement)
    if frame.name == "given-with":
        listed = read_treatments(words, *frame.subject_words)
        if listed is not None and listed.names:
            place = (words[listed.first].start, words[listed.end - 1].end)
            names_of = tuple((words[a].start, words[b - 1].end) for a, b in listed.names)
            return Reading(statement, (Said("partner", "given-with", place, mode=listed.mode, names=names_of),))
        return of_some_patients(statement)
    if frame.name == "of-treatment":
        if _STARTS_AND_ENDS.search(statement.text) is not None:
            return Reading(statement, (Said("qualifier", "timing", whole, of="treatment", what="timing"),))
        told = read(statement, heads, at=group.end, group=group)
        torn = told.of("population") or any(one.what == "stated" for one in told.of("qualifier"))
        # "Treatment lasts up to 2 years in patients who have no sign of cancer": how long it lasts, and for some of them
        return Reading(statement, (Said("qualifier", "stated", whole, of="treatment"),)) if torn else told
    if frame.subject == "disease":
        return read(statement, heads, at=group.first, kind="that")
    had = any(word.of("have") for word in words[group.first : group.end])
    subject = read(statement, heads, at=frame.subject_words[0], until=frame.subject_words[1])
    after = _past_drug(words, group.end, names)
    told = _of_people(words, group, heads, subject, after, had=had)
    some = any(one.kind not in ("population", "frame") for one in subject.said)
    drug = group.is_of("take", "use") or after > group.end
    beside = group.also or _AS_WELL.search(statement.text) is not None
    narrower = (
        some
        or group.also
        or any(g.age is not None or g.sex is not None for one in subject.of("population") for g in one.groups)
    )
    if (
        words[frame.subject_words[0]].low in closed("some")
        or (some and (beside or _ONLY_IF.search(statement.text) or not drug))
        or (more and narrower)
    ):
        if _ONE_WAY.search(statement.text[: words[group.first].start - statement.start]) is not None:
            return of_some_patients(statement)
        verb = [one for one in told.said if one.place[0] >= words[group.first].start]
        return of_some_patients(statement, tuple(one for one in verb if one.kind == "partner" or (one.kind == "prior" and had)))
    return told


#: "Men who take it with brontinib may also be given caldisone": what goes with one of several ways of use.
_ONE_WAY = rx(r"\bwho (?:take|receive|get|are (?:taking|receiving|getting|given|treated with)) \S.* with ")


def _of_people(  # noqa: PLR0913 - a sentence and what is known of it
    words: Sequence[Word], group: VerbGroup, heads: tuple[str, ...], subject: Reading, after: int, *, had: bool
) -> Reading:
    """Patients as the `subject`, and what its verb says of them; `after` is the word behind the drug that they receive."""
    statement = subject.statement
    receives = group.head is not None and group.head.low in ("receive", "receives", "take", "takes", "get", "gets") and not had
    if after > group.end or (((group.is_of("use") and not had) or receives) and not group.is_of("approve")):
        rest = _partner_object(words, after, optional=group.modal in ("may", "can")) if after == group.end else None
        reading = read(
            statement, heads, at=rest[1] if rest else after, kind="frame" if after < len(words) else "start", group=group
        )
        said = (*subject.said, *(rest[0] if rest else ()), *reading.said)
        return Reading(statement, said, reading.open or subject.open, reading.steps)
    reading = read(statement, heads, at=group.first, kind="who")
    return Reading(statement, (*subject.said, *reading.said), reading.open)


def _past_drug(words: Sequence[Word], at: int, names: Names) -> int:
    """Past "it", "this drug", the drug's name after "receive", "are given", "start"."""
    number = at
    while number < len(words) and words[number].low in ("to", "on"):
        number += 1
    first = number
    while number < len(words) and (
        words[number].low in ("it", "them", "this", "the", "drug", "medicine", "combination", "treatment")
        or (
            names.words
            and set(re.findall(r"[^\W_]+", words[number].low)) <= names.words
            and words[number].low not in ("and", "of")
        )
    ):
        number += 1
    return number if number > first else at


def _partner_object(words: Sequence[Word], at: int, *, optional: bool) -> tuple[tuple[Said, ...], int] | None:
    """Reads "(Women are given) iron pills as well": what is given beside the drug."""
    end = next((number for number in range(at, len(words)) if words[number].low in closed("how-often")), len(words))
    listed = read_treatments(words, at, end) if at < end else None
    if listed is None or not listed.names or words[at].of("preposition", "subordinator"):
        return None
    if any(words[b - 1].of("unit", "period") for _, b in listed.names):
        return None  # "Other patients may be given up to 17 cycles"
    names_of = tuple((words[a].start, words[b - 1].end) for a, b in listed.names)
    place = (words[listed.first].start, words[listed.end - 1].end)
    mode = "optional" if optional else listed.mode
    return (Said("partner", "given-as-well", place, mode=mode, names=names_of),), listed.end


def of_some_patients(statement: Statement, told: tuple[Said, ...] = ()) -> Reading:
    """Reads "Patients whose cancer has X should receive it only if it got worse after Y": whole, for it holds for some patients.

    `told` are partners and earlier treatment that its verb names ("… must have been treated with Y", "… are also given X").
    """
    reading = read(statement)
    cases = [one.place for one in reading.of("status") if one.rule == "circumstance"]
    inside = [one for one in reading.of("prior") if any(a <= one.place[0] and one.place[1] <= b for a, b in cases)]
    known = {one.place for one in inside}
    prior = tuple(
        Said("prior", one.rule, one.place, "conditional", one.names, some=True)
        for one in (*inside, *(one for one in told if one.kind == "prior" and one.place not in known))
    )
    partners = tuple(replace(one, mode="optional") for one in told if one.kind == "partner")
    return Reading(statement, (Said("qualifier", "conditional", (statement.start, statement.end)), *prior, *partners))


def _in_that_case(reading: Reading, case: Said) -> Reading:
    """Reads "who have received A; if the cancer has X, they must also have received B": A is a must for all, B in that case."""
    return replace(
        reading,
        said=tuple(
            replace(one, mode="conditional", some=True) if one.kind == "prior" and one.place[0] >= case.place[0] else one
            for one in reading.said
        ),
    )


def conditional(reading: Reading) -> Reading:
    """Reads "It is used for patients with X if their cancer got worse after Y": what it says of these patients binds no others."""
    case = next(
        (
            one
            for one in reading.of("status")
            if one.rule == "circumstance" and reading.text(one.place).lower().startswith("if ")
        ),
        None,
    )
    people = next((one for one in reading.of("population")), None)
    if case is None or people is None or people.place[0] > case.place[0]:
        return reading
    if reading.statement.plain[: case.place[0]].rstrip().endswith(";"):
        return _in_that_case(reading, case)
    between = [
        one
        for one in reading.said
        if people.place[1] <= one.place[0] < case.place[0]
        and one.kind in ("status", "biomarker", "stage", "narrower", "description")
    ]
    last = max((one.place[1] for one in between), default=0)
    if not between or re.search(r"\bor\b", reading.statement.plain[last : case.place[0]]):
        return reading
    kept = tuple(one for one in reading.said if one.place[1] <= people.place[0])
    prior = tuple(Said("prior", one.rule, one.place, "conditional", one.names, some=True) for one in reading.of("prior"))
    whole = (reading.statement.start, reading.statement.end)
    return Reading(reading.statement, (*kept, Said("qualifier", "conditional", whole), *prior), reading.open)


def for_some(reading: Reading, frame: Frame, before: Sequence[Reading]) -> Reading:
    """Reads "(adults and children …) In children, it is used with X": what a sentence says of one group, or one case, binds no other.

    So it is with "It is used alone, unless the tumor has Y, in which case it is used with X". Its words are kept whole.
    """
    statement = reading.statement
    if _may_have_others(reading, frame):
        return of_some_patients(statement)
    if _IN_THAT_CASE.search(statement.text) is not None:
        return of_some_patients(statement, reading.of("partner"))
    led = [one for one in reading.said if one.place[1] <= _end_of_leading(statement, frame)]
    people = [one for one in led if one.kind == "population"]
    own, known = groups_of(people), groups_of(one for each in before for one in each.of("population"))
    way = any(each.of("partner", "alone") for each in before)
    in_case = way and any(one.rule == "circumstance" for one in led) and bool(reading.of("partner", "alone"))
    apart = own.isdisjoint(known) and any(each.of("population") and each.of(*OF_A_GROUP) for each in before)
    if reading.also or reading.steps or apart or not ((own and known - own) or in_case):
        return reading  # `apart`: each group has its own way, and both are kept as one quote
    some = of_some_patients(statement, reading.of("partner"))
    return replace(some, said=(*people, *some.said))


def _may_have_others(reading: Reading, frame: Frame) -> bool:
    """Reads "(for men with gout) It may be used in women with X": of other patients, who do not narrow those said before."""
    may = frame.group is not None and frame.group.modal in ("may", "can") and not frame.group.only
    return may and bool(reading.of("population")) and any(one.rule in _OF_PATIENTS for one in reading.of("description"))


_OF_PATIENTS = ("patient-trait", "other-disease")
#: What a sentence may say of one group of patients.
OF_A_GROUP: tuple[SaidKind, ...] = ("partner", "alone", "line", "prior", "biomarker", "stage", "status")
_IN_THAT_CASE = rx(r"\b(?:in which case|(?:for|in) (?:whom|which)) (?:it|they) (?:is|are|may|can|must|should)\b")


def _end_of_leading(statement: Statement, frame: Frame) -> int:
    words = words_of(statement.plain, statement.start, statement.end)
    return words[frame.leading[1] - 1].end if frame.leading[1] > frame.leading[0] else statement.start


def groups_of(people: Iterable[Said]) -> set[str]:
    """The age groups and sexes that patients are of."""
    return {str(group.age_group or group.sex) for one in people for group in one.groups if group.age_group or group.sex}
