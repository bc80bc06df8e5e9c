"""Opening sentences: what holds for every item below one, and the disease that it names for items that name none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.elements.acted import named, prose_head
from pipeline.elements.details import read_detail
from pipeline.elements.sentence import read_on
from pipeline.elements.told import NO_FRAME, Told
from pipeline.language import rx
from pipeline.meaning.reading import read
from pipeline.meaning.said import Reading, Said
from pipeline.phrases.adjuncts import phrases
from pipeline.phrases.diseases import is_generic
from pipeline.phrases.words import words_of
from pipeline.sentences.frames import Frame, frame_of
from pipeline.sentences.statements import Statement
from pipeline.sentences.subjects import Names

if TYPE_CHECKING:
    from pipeline.elements.elements import Passage


def read_lead(passage: Passage, names: Names) -> Told:
    """An opening sentence, from its frame on, then the sentences that go on with it."""
    told = Told([])
    for number, statement in enumerate(passage.lead):
        frame = passage.frame if not number and passage.frame is not None else frame_of(statement, names)
        if number and frame.role == "detail":
            told.readings.append(read_detail(statement, frame, (), names))
            continue
        if number and not frame.of_use:
            told.lost.append((statement, NO_FRAME))
            continue
        told.readings.append(named(_opened(read_on(statement, frame), frame), frame, names))
    told.marks = "".join(statement.marks for statement in passage.lead)
    told.open = told.readings[-1].open if told.readings else ""
    if _is_of_its_disease(told, passage, names):
        _with_its_disease(told, passage)
    return told


_THAT_IS = rx(r"\b(?:that|who|whose [\w-]+) (?:is|are|has|have)\s?:$")


def _is_of_its_disease(told: Told, passage: Passage, names: Names) -> bool:
    """Whether the items below say more of the disease that an opening names."""
    alone = len(passage.lead) == 1
    if alone and (told.open in ("that", "who", "criteria") or _THAT_IS.search(passage.lead[0].text) is not None):
        return True
    # "adults with X", and nothing else is treated; in a label's one sentence, also where its verb acts on something
    of_patients = not told.readings[0].of("object") or (alone and names.approved)
    return len(told.readings) == len(passage.lead) and of_patients and _names_it(passage)


def _with_its_disease(told: Told, passage: Passage) -> None:
    """Reads "X is approved to treat adults with **breast cancer** that is:": the items go on with that disease."""
    first, *others = told.readings
    head = prose_head(first)
    treats = any(one.mode == "treat" for one in first.of("intent"))
    if head is None or passage.frame is None or not treats or is_generic(head.names[0]):
        return
    told.heads = (*head.names, *head.abbreviations)
    whole = (head.parts[0][0], head.parts[-1][1])
    kept = tuple(one for one in first.said if one.place[1] <= whole[0] and one.kind != "object")
    before = (*kept, Said("object", "acted-on", whole, names=head.parts))
    again = read(first.statement, told.heads, at=head.end, before=before, kind="noun", group=passage.frame.group)
    told.readings = [replace(again, also=first.also), *others]
    told.open = told.readings[-1].open


def _opened(reading: Reading, frame: Frame) -> Reading:
    """Reads "X is indicated as replacement therapy in conditions associated with Y" above its list: what for is not said.

    So it is in "X is approved for use in adults with:".
    """
    group = frame.group
    if group is None or group.head is None or reading.of("intent"):
        return reading
    if not frame.of_label and not (group.head.of("approve") and _FOR_USE.search(reading.statement.text)):
        return reading
    words = words_of(reading.statement.plain, reading.statement.start, reading.statement.end)
    place = (words[group.first].start, words[group.end - 1].end)
    return replace(reading, said=(Said("intent", "indicated", place, mode="other"), *reading.said))


_FOR_USE = rx(r"\bfor use (?:in|for)\b[^:]*\b(?:with|have|in|for):$")


#: What an item may begin with that says more of the disease of its opening sentence, and names none.
_MORE_OF_IT = ("with", "alone", "people", "who", "time", "role", "having", "case")


def _names_it(passage: Passage) -> bool:
    """Reads "X is indicated for the treatment of adults with Y:" above "in combination with Z in …", "as monotherapy in …".

    So it is in "X is approved to treat adults with Y that has Z. It is used:".
    """
    return (
        bool(passage.lead and passage.items)
        and passage.lead[-1].opens
        and all(_says_more(item.statements[0]) for item in passage.items)
    )


def _says_more(statement: Statement) -> bool:
    words = words_of(statement.plain, statement.start, statement.end)
    found = phrases(words, 0, len(words))
    kinds = {phrase.kind for phrase in found}
    return bool(found) and found[0].kind in _MORE_OF_IT and kinds.isdisjoint(("aim", "purpose", "frame"))
