"""A sentence of use read from its frame on; whether it says what for, or points back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.elements.details import of_some_patients
from pipeline.language import rx
from pipeline.meaning.head import has_bold
from pipeline.meaning.reading import read
from pipeline.meaning.said import INCLUDED, Reading, Said, Step
from pipeline.phrases.nouns import noun_list
from pipeline.phrases.words import words_of
from pipeline.sentences.frames import Frame
from pipeline.sentences.statements import Statement

_POINTS_BACK = rx(
    r"(?:and |also,? |all (?:of )?|both (?:of )?)*(?:it|they|this (?:use|indication)|these (?:uses|indications)|the same|(?:for )?(?:these |such |the same )?(?:patients|adults|children))\b"
)


_THIS_USE = rx(r"\b(?:this (?:use|indication)|these (?:uses|indications))\b")


def is_another(statement: Statement, frame: Frame) -> bool:
    """Reads "It is also approved as the first treatment for **anal cancer**.": a use of its own, which no rule reads."""
    return frame.of_use and frame.group is not None and frame.group.also and has_bold(statement)


def points_back(statement: Statement) -> bool:
    """Whether the sentence is about what stands before it ("This use …", "It is also used …")."""
    return _POINTS_BACK.match(statement.text) is not None or _THIS_USE.search(statement.text) is not None


def read_on(statement: Statement, frame: Frame, heads: tuple[str, ...] = ()) -> Reading:
    """A sentence of use, from its frame on; an adjunct before the subject ("In adults, X is used …") is read too."""
    head = frame.group.head if frame.group is not None else None
    joins = head is not None and head.low in ("combined", "paired", "joined")  # "is combined with X" is "is used with X"
    added = joins or (head is not None and head.low == "added")
    reading = read(statement, heads, at=frame.at, group=frame.group, kind="with" if added else "start")
    if frame.leading[1] > frame.leading[0]:
        before = _before(statement, read(statement, heads, at=frame.leading[0], until=frame.leading[1]), frame)
        if frame.of_label:
            before = replace(before, said=tuple(_in_disease(statement, one) for one in before.said))
            if reading.of("intent") or _TO.search(statement.text) is not None:
                before = replace(before, said=tuple(map(_of_heading, before.said)))
        reading = replace(
            reading, said=(*(one for one in before.said if not _ADDS.fullmatch(before.text(one.place))), *reading.said)
        )
    if (
        head is not None
        and not head.of("approve")
        and head.low not in ("used", "given", "intended", "meant", "offered", "recommended", "shown", "found")
        and not (joins and reading.of("partner"))
    ):
        way = Said("qualifier", "manner", (head.start, head.end), of="treatment", what="manner")
        reading = replace(reading, said=(way, *reading.said))
    whom = frame.of_label or (_is_approved(frame) and bool(reading.of("narrower")))
    if head is not None and whom and not reading.of("intent") and _names_whom(reading):
        # "is indicated in patients with hypertension", "is approved as initial treatment for adults with follicular lymphoma":
        # what for is not said, and whom it is for says of what
        what_for = Said("intent", "indicated", (head.start, head.end), mode="other")
        reading = replace(reading, said=(what_for, *reading.said))
    if frame.group is not None and head is None and frame.group.modal:  # "may be useful in X": no certain claim
        words = words_of(statement.plain, statement.start, statement.end)[frame.group.first : frame.group.end]
        reading = replace(reading, said=(Said("qualifier", "stated", (words[0].start, words[-1].end)), *reading.said))
    also = frame.group is not None and frame.group.also
    may = frame.group is not None and frame.group.modal in ("may", "can")
    if head is not None and head.low in ("continued", "continue", "continues"):
        # "It may be continued for up to 3 years in women who …": the others are treated, too
        return of_some_patients(statement) if may and reading.of("population") else _then_alone(reading)
    if _WHEN_USED.match(statement.text) is not None:
        return of_some_patients(statement, reading.of("partner"))
    in_a_case = may and bool(reading.of("partner")) and any(one.rule == "circumstance" for one in reading.of("status"))
    if in_a_case or (also and _adds_for_some(reading, frame)):
        return of_some_patients(statement, reading.of("partner"))
    return replace(reading, also=also)


def _before(statement: Statement, reading: Reading, frame: Frame) -> Reading:
    """Reads "After brontinib is given to lower the risk of X, it is used …": what another drug is for is no purpose of this one."""
    words = words_of(statement.plain, statement.start, statement.end)[slice(*frame.leading)]
    own_verb = any(word.of("be", "have") for word in words)
    if not reading.of("intent") or not own_verb or not words[0].of("time", "subordinator"):
        return reading
    kept = tuple(one for one in reading.said if one.kind in ("population", "prior"))
    place = (words[0].start, words[-2].end if words[-1].is_stop and len(words) > 1 else words[-1].end)
    return replace(reading, said=(*kept, Said("qualifier", "stated", place, of="treatment")))


#: "In addition, X is used to treat Y": it goes on, and restricts nothing.
_ADDS = rx(r"in addition|additionally|also")
#: "When used in children, it must be given with X": in that case only.
_WHEN_USED = rx(r"(?:when|if|whenever) (?:it is |this drug is )?(?:used|given|taken)\b(?! (?:to|for)\b)[^,]*, ")
_IN_DISEASE = re.compile(r"In (?=\w)")


def _in_disease(statement: Statement, one: Said) -> Said:
    """Reads "In acute leukemia, X is indicated in the prophylaxis of meningitis": the disease that the patients have."""
    if one.rule == INCLUDED:  # "In patients with a risk factor such as X, Y is indicated": no kind of what is treated
        return replace(one, rule="included-elsewhere")
    found = _IN_DISEASE.match(statement.plain, *one.place) if one.kind == "qualifier" else None
    words = words_of(statement.plain, found.end(), one.place[1]) if found is not None else ()
    named = bool(words) and noun_list(words, 0, len(words)).end == len(words) and words[-1].of("disease")
    return Said("description", "patient-trait", one.place) if named else one


def _is_approved(frame: Frame) -> bool:
    """Not "It is approved for use in adults with X" nor "In X, zolafen is approved only for", which go on with a use before them."""
    group = frame.group
    own = frame.subject in ("drug", "agency") and frame.leading == (0, 0)
    return own and group is not None and group.is_of("approve") and not (group.only or group.negative or group.also)


_TO = rx(r" to:?$")


def _of_heading(one: Said) -> Said:
    """Reads "1.6 Prevention of X In adults, Y is indicated to": a heading that lost its line is not what the drug is for."""
    return Said("qualifier", "stated", one.place) if one.kind in ("intent", "object") else one


_HAVE = rx(r"\W*(?:with|who have|having) ")


def _names_whom(reading: Reading) -> bool:
    """Whether the patients of a sentence have something ("in patients with hypertension"), or its list names it."""
    people = next(iter(reading.of("population")), None)
    plain = reading.statement.plain
    with_something = people is not None and _HAVE.match(plain, people.place[1], reading.statement.end) is not None
    return with_something or _FOLLOWING.search(reading.statement.text) is not None


_FOLLOWING = rx(r"\b(?:in|for)(?: (?:the )?following(?: \w+){0,2})?\W*$")


def _then_alone(reading: Reading) -> Reading:
    """Reads "After radiation therapy, it is continued alone for up to 24 months": a later step, which frees nobody from the first."""
    alone = next(iter(reading.of("alone")), None)
    if alone is None or reading.steps:
        return reading
    times = [one.place for one in reading.of("qualifier") if one.what in ("timing", "duration")]
    before = [one.place for one in reading.of("prior")]
    whole = (min(place[0] for place in (alone.place, *times, *before)), reading.statement.end)
    step = Step(whole, alone=alone.place, timing=times[0] if times else before[0] if before else None)
    return replace(reading, said=tuple(one for one in reading.said if one.kind != "prior"), steps=(step,))


def in_turn(reading: Reading, before: Sequence[Reading], around: Sequence[Reading] = ()) -> Reading:
    """Reads "After six cycles, it is given alone" behind a sentence with partners: a later step of one treatment.

    `around` are the readings of the opening sentence and of the items above, which may name the partners of the first step.
    """
    if reading.also or reading.steps:
        return reading
    partner = any(one.of("partner") for one in before)
    then = _AND_THEN.match(reading.statement.text) is not None and (
        any(map(is_step, before)) or any(one.names and not one.some for r in around for one in r.of("partner"))
    )
    if reading.of("partner"):
        return _later_step(reading, then=then) if then or (partner and _THEN.match(reading.statement.text)) else reading
    return _then_alone(reading) if then or (partner and _LATER.search(reading.statement.text)) else reading


#: After a partner was named, "alone" is then said of one step: "After six cycles, it is given alone", "alone for three cycles, then …".
_LATER = rx(r"^(?:after|once|following|when)\b|\bthen\b|\balone for\b")
_THEN = rx(r"(?:after|once|following|then)\b")
_AND_THEN = rx(r"^(?:it|they|patients)(?: (?:is|are|may be|can be))? then\b|^then\b")


def is_step(reading: Reading) -> bool:
    """Whether a sentence says with what or when the drug is given, so that a later one may go on from it."""
    return bool(reading.of("partner", "alone")) or any(one.what in _WHEN for one in reading.of("qualifier"))


_WHEN = ("timing", "duration")


def _later_step(reading: Reading, *, then: bool = False) -> Reading:
    """Reads "After the transplant, it is given with lenalidomide" after "with A and B": a later step, with partners of its own.

    `then`: it says so ("It is then given with lenalidomide").
    """
    partners = tuple(name for one in reading.of("partner") for name in one.names)
    times = [
        *(one.place for one in reading.of("qualifier") if one.what in _WHEN),
        *(one.place for one in reading.of("prior")),
    ]
    if not partners or not (times or then) or reading.steps or reading.also:
        return reading
    whole = (reading.statement.start, reading.statement.end)
    said = tuple(one for one in reading.said if one.kind not in ("partner", "prior", "line") and one.what not in _WHEN)
    return replace(reading, said=said, steps=(Step(whole, partners, timing=min(times, default=None)),))


def _adds_for_some(reading: Reading, frame: Frame) -> bool:
    """Reads "In premenopausal women, it is also given with X": more for some of the patients, and no other way of use.

    Another age group ("In children, it is also given with X") is another way.
    """
    groups = [group for one in reading.of("population") for group in one.groups]
    told = {one.kind for one in reading.said} - {"frame", "gloss", "kinds"}
    return (
        frame.leading[1] > frame.leading[0]
        and bool(groups)
        and all(group.age_group is None and group.age is None for group in groups)
        and told <= {"population", "description", "partner", "status", "biomarker", "stage"}
        and "partner" in told
    )


def starts_with_aim(statement: Statement, frame: Frame) -> bool:
    """Reads "For the relief of X", "As adjunctive therapy in X", and behind a heading "Melanosis In the treatment of X".

    No fragment of a use: "Zolafen protects against the effects of drugs given to reverse X", with a verb that nobody knows.
    """
    reading = read_on(statement, frame)
    first = next(iter(reading.of("intent")), None)
    if first is None:
        return False
    before = statement.plain[statement.start : first.place[0]]
    if _BEFORE_AIM.fullmatch(before) is not None:
        return True
    said = [one for one in reading.said if one.place[1] <= first.place[0]]
    beside = _BESIDE.match(before) is not None  # "Adjunct to diet to reduce X"
    return all(one.kind in _NO_VERB or (beside and one.kind == "qualifier") for one in said)


_NO_VERB = ("frame", "line", "alone", "partner", "population", "description")
_BESIDE = rx(r"\W*(?:for use |as |an? )*(?:in (?=adults|children|patients)|adjunct|alternative|aid|part|component)")
_BEFORE_AIM = re.compile(r"[^\w'-]*(?:[\w'-]+[\s:.]+){0,6}(?:For|In|To)\s(?:the\s)?")


def has_aim(statement: Statement, frame: Frame) -> bool:
    """Whether a sentence says what the drug is for."""
    return bool(read_on(statement, frame).of("intent"))


def has_object(statement: Statement, frame: Frame) -> bool:
    """Whether a sentence says what the drug acts on."""
    return bool(read_on(statement, frame).of("object"))


def is_for(statement: Statement, frame: Frame) -> bool:
    """Whether a sentence says what the drug is for without a verb: "is approved for glioma"."""
    reading = read_on(statement, frame)
    return [reading.text(one.place) for one in reading.of("intent")] == ["for"]


def says_more(statement: Statement, frame: Frame) -> bool:
    """Whether a sentence after a use in prose goes on with it: "It is used …", "Patients must …", one that nobody understood."""
    dose = frame.subject == "other" and _A_DOSE.match(statement.text) is not None  # "The first dose is given before surgery."
    return (frame.of_use and (dose or frame.subject in ("it", "drug", "use"))) or frame.role in ("detail", "unread")


_A_DOSE = re.compile(r"(?:The|Each|One) (?:first |second |last |single )?(?:doses?|injections?|infusions?|courses?|cycles?)\b")
