"""Items, opening sentences and uses in prose, each sentence read: what an element says, and what in it nobody understood."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pipeline.elements.acted import HAVING, leading_head, led_by, named, prose_head
from pipeline.elements.details import conditional, for_some, read_detail
from pipeline.elements.outline import Item
from pipeline.elements.sentence import in_turn, points_back, read_on
from pipeline.language import rx
from pipeline.meaning.head import (
    Head,
    apart_from_state,
    bold_ranges,
    past_number,
    read_head,
    starts_bold,
    with_states,
)
from pipeline.meaning.reading import read
from pipeline.meaning.said import OTHER_WAY, STATES, Reading, Said
from pipeline.phrases.adjuncts import phrases
from pipeline.phrases.diseases import is_generic, related
from pipeline.phrases.kinds import Kind
from pipeline.phrases.nouns import is_relapsed
from pipeline.phrases.people import read_people
from pipeline.phrases.treatments import read_treatments
from pipeline.phrases.verbs import begins_verb
from pipeline.phrases.words import words_of
from pipeline.sentences.frames import Frame, frame_of
from pipeline.sentences.statements import Statement
from pipeline.sentences.subjects import Names

if TYPE_CHECKING:
    from pipeline.elements.elements import Passage

#: Why a sentence is left in the page's words.
NO_ANTECEDENT = "what it points back to is not clear"
OTHER_SUBJECT = "it speaks of something else than the page's drug"
NO_FRAME = "no rule knows this shape of sentence"
#: What an item above leaves open, as the kind of the words that go on with it.
_GOES_ON: dict[str, Kind] = {
    "who": "who", "that": "that", "with": "with", "time": "time", "participle": "participle", "case": "case",
    "for": "for", "cause": "cause", "criteria": "who", "to": "aim", "people": "people",
}  # fmt: skip


@dataclass(eq=False)
class Told:
    """What an item, an opening sentence or a use in prose says.

    `asides` are the sentences in it whose frame says something else than a use, `lost` those that nobody understood, each with the
    reason: they stay with its uses in words. `heads` are the names of its diseases, `open` what it leaves open for the items below.
    """

    readings: list[Reading]
    asides: list[tuple[Statement, Frame]] = field(default_factory=list)
    lost: list[tuple[Statement, str]] = field(default_factory=list)
    aims: list[Reading] = field(default_factory=list)
    heads: tuple[str, ...] = ()
    open: str = ""
    marks: str = ""


def read_prose(passage: Passage, names: Names) -> Told:
    """A use in prose: what the verb acts on is its head, bold or not; then the sentences that say more of it."""
    assert passage.frame is not None  # only a frame makes a use in prose  # noqa: S101
    statement = passage.lead[0]
    first = read_on(statement, passage.frame)
    first = named(first, passage.frame, names)
    head = prose_head(first, symptoms=not names.open)
    told = Told([first])
    unnamed = head is None or all(map(is_generic, head.names))
    if unnamed and first.of("intent") and (led := leading_head(statement, passage.frame)) is not None:
        told, head = Told([led_by(statement, passage.frame, led)], heads=(*led.names, *led.abbreviations)), None
    purpose = next((one for one in first.of("intent")), None)
    if not told.heads and purpose is not None and purpose.rule == "other-intent" and (head is None or not names.open):
        told.heads = tuple(first.text(place) for one in first.of("object") for place in one.names)
        head = None
    if head is not None:
        head, states = apart_from_state(head, statement) if names.open else (head, ())
        told.heads = (*head.names, *head.abbreviations)
        start = head.parts[0][0]
        kept = tuple(one for one in first.said if one.place[1] <= start and one.kind != "object")
        kept = with_states(kept, states)
        again = read(statement, told.heads, at=head.end, head=head, before=kept, group=passage.frame.group)
        told.readings = [Reading(statement, again.said, again.open, first.steps, first.also, first.studied, first.denied)]
    told.marks = statement.marks
    for detail in passage.details:
        told.marks += detail.marks
        frame = frame_of(detail, names)
        if frame.role == "detail":
            told.readings.append(read_detail(detail, frame, told.heads, names))
        elif frame.of_use:
            reading = in_turn(conditional(read_on(detail, frame, told.heads)), told.readings)
            told.readings.append(for_some(reading, frame, told.readings))
        else:
            told.lost.append((detail, NO_FRAME))
    return told


def read_item(item: Item, above: list[Told], names: Names, lead: Told | None = None) -> Told:
    """A list item, with what the items above it, or the opening sentence, leave open ("used with:", "in adults who:")."""
    told = Told([])
    broken = False
    goes_on = above or ([lead] if lead is not None and lead.heads and not _bold_start(item.statements[0]) else [])
    heads = tuple(name for one in goes_on for name in one.heads)
    around = [reading for one in (*([lead] if lead is not None else []), *above) for reading in one.readings]
    for number, statement in enumerate(item.statements):
        told.marks += statement.marks
        if not number:
            told.readings.extend(_first(statement, heads, told, goes_on, names, lead))
            told.heads += _abbreviations(told.readings[-1]) if told.readings else ()
            continue
        frame = frame_of(statement, names)
        if frame.of_use and frame.subject in ("it", "drug", "use"):
            if broken and points_back(statement):
                told.lost.append((statement, NO_ANTECEDENT))
                continue
            reading = conditional(read_on(statement, frame, (*heads, *told.heads)))
            reading = for_some(in_turn(reading, told.readings, around), frame, [*around, *told.readings])
            told.readings.append(_another_way(reading))
            told.heads += _abbreviations(told.readings[-1])
        elif frame.role == "detail":
            more = any(reading.of("population") for reading in around) or any(
                reading.of("population", "partner", "alone") for reading in told.readings
            )
            detail = read_detail(statement, frame, (*heads, *told.heads), names, more=more)
            told.readings.append(in_turn(detail, told.readings, around))
        elif frame.of_use or frame.role == "unread":
            told.lost.append((statement, OTHER_SUBJECT if frame.of_use else NO_FRAME))
            broken = broken or frame.subject not in ("it", "drug", "use")
        else:
            told.asides.append((statement, frame))
            if frame.name == "how-it-works" and frame.group is not None and frame.subject in ("it", "drug"):
                told.aims.append(_how_it_works(statement, frame))
            broken = broken or frame.role in ("denied", "studied") or frame.name == "unspecified-other-uses"
    told.open = told.readings[-1].open if told.readings and item.opens else ""
    return told


_OF_ONE_WAY = ("line", *STATES)


def _another_way(reading: Reading) -> Reading:
    """Reads "It is also used as maintenance therapy in advanced X": what holds in that way alone is not required of the use.

    The sentence is one quote with the musts of the way before it (see `state`), or its words stay with the use (see `conservation`).
    """
    if not reading.also:
        return reading
    said = tuple(one for one in reading.said if one.kind not in _OF_ONE_WAY)
    state = any(one.kind in STATES for one in reading.said)
    whole = (reading.statement.start, reading.statement.end)
    return replace(reading, said=(*said, Said("status", OTHER_WAY, whole)) if state else said)


def _how_it_works(statement: Statement, frame: Frame) -> Reading:
    """Reads "It helps lower the risk of the cancer coming back": what it is to do, in the page's words."""
    words = words_of(statement.plain, statement.start, statement.end)
    start = words[frame.group.first].start if frame.group is not None else statement.start
    return Reading(statement, (Said("qualifier", "how-it-works", (start, statement.end), of="use", what="purpose"),))


def _first(  # noqa: PLR0913, PLR0917 - a sentence, and what stands above it
    statement: Statement, heads: tuple[str, ...], told: Told, above: list[Told], names: Names, lead: Told | None
) -> list[Reading]:
    """An item's first sentence: its head and what follows, a frame ("It is used …"), or what goes on with the item above."""
    words = words_of(statement.plain, statement.start, statement.end)
    if words and words[0].low in ("not", "never") and above == []:
        told.lost.append((statement, "it says what is not treated"))
        return []
    frame = frame_of(statement, names)
    if frame.of_use and frame.subject in ("it", "drug"):
        whole = read_on(statement, frame, heads)
        acted = prose_head(whole, symptoms=not names.open) if frame.group is None and not heads else None
        return [_of_acted(whole, acted, told)] if acted is not None else [whole]
    if frame.role in ("denied", "studied") and frame.subject in ("it", "drug", "use", "brand"):
        told.asides.append((statement, frame))
        return []
    opened = above[-1].open if above else ""
    if above and opened == "received":
        return [_of_received(statement, heads)]
    if above and opened in _GOES_ON and not _starts_people(statement):
        reading = read(statement, heads, kind=_GOES_ON[opened])
        choice = above[-1].readings and _ONE_OF.search(above[-1].readings[-1].statement.text)
        return [_optional(reading) if choice else reading]
    if _says_with_what(statement, above[-1] if above else lead):
        return [Reading(statement, (Said("qualifier", "stated", (statement.start, statement.end_of_words), of="patients"),))]
    if not above and lead is not None and lead.open == "to":
        return [_of_open_aim(statement, told, names)]
    acts = lead is not None and any(reading.of("object") for reading in lead.readings)
    if not above and not acts and _starts_plain_people(statement):
        return [_after_patients(statement, told)]
    if any(one.heads for one in above) or _starts_plain_people(statement):
        return [read(statement, heads)]
    head = (
        None
        if words and begins_verb(words[0]) and not _bold_start(statement) and not is_relapsed(words, 0, len(words))
        else read_head(statement, past_number(words) if names.approved else 0)
    )
    if names.open and head is not None and head.end < len(words) and _FOR.match(statement.plain, words[head.end].start):
        whole = read(statement, heads)  # "Anticonvulsant For the treatment of seizures": the first words are a heading
        acted = prose_head(whole, symptoms=False)
        if acted is not None and not all(name.lower() in ("infection", "infections") for name in acted.names):
            return [_of_acted(whole, acted, told)]
    if head is None and not heads and (adjunct := _after_adjunct(statement, told)) is not None:
        return [adjunct]
    if head is None:
        whole = read(statement, heads)
        acted = prose_head(whole, symptoms=False) if names.open and not heads else None
        if acted is None and names.approved and not heads and words[0].low == "for" and not whole.of("population"):
            acted = read_head(statement, 1)  # "For acute intermittent porphyria." below "is indicated:"
        return [_of_acted(whole, acted, told)] if acted is not None else [whole]
    head, states = apart_from_state(head, statement) if names.open else (head, ())
    told.heads = (*head.names, *head.abbreviations)
    number = tuple(Said("gloss", "section-number", (word.start, word.end)) for word in words[: past_number(words)])
    return [read(statement, told.heads, at=head.end, head=head, before=with_states(number, states))]


def _says_with_what(statement: Statement, above: Told | None) -> bool:
    """Reads "With AIDS" below "It is used in patients:": a name that may be what they have, or what they are given beside it."""
    words = words_of(statement.plain, statement.start, statement.end)
    if above is None or not above.readings or _PATIENTS.search(above.readings[-1].statement.text) is None:
        return False
    heads = (*above.heads, *(r.text(place) for r in above.readings for one in r.of("object") for place in one.names))
    known = any(word.of("treatment", "coordinator") for word in words) or related(statement.text, heads)
    return words[0].low == "with" and len(phrases(words, 0, len(words))) == 1 and not known


_PATIENTS = rx(r"\b(?:patients|people|those|adults|children|women|men):$")
_FOR = re.compile(r"(?:For|In|To|As) ")


def _of_acted(whole: Reading, head: Head, told: Told) -> Reading:
    """Reads "In the treatment of patients with glioma who have …" below "is indicated": the head stands after the item's own verb."""
    head, states = apart_from_state(head, whole.statement)
    told.heads = (*head.names, *head.abbreviations)
    kept = tuple(one for one in whole.said if one.place[1] <= head.parts[0][0])
    kept = with_states(kept, states)
    return read(whole.statement, told.heads, at=head.end, head=head, before=kept)


_ONE_OF = rx(
    r"\b(?:one|any|some|two) (?:or more )?of the following\b|\bwith or without\b[^.]*:$|\bat least \w+ of the following\b"
)


def _optional(reading: Reading) -> Reading:
    """Partners of a list of which one or none is given."""
    return replace(reading, said=tuple(replace(one, mode="optional") if one.kind == "partner" else one for one in reading.said))


def _of_received(statement: Statement, heads: tuple[str, ...]) -> Reading:
    """Reads "interferon-alpha therapy" below "… who have received:": one of the treatments that patients had."""
    words = words_of(statement.plain, statement.start, statement.end)
    listed = read_treatments(words, 0, len(words))
    rest = read(statement, heads, at=listed.end) if listed is not None and listed.end < len(words) else None
    if listed is None or not listed.names:
        return read(statement, heads)
    names = tuple((words[a].start, words[b - 1].end) for a, b in listed.names)
    place = (words[listed.first].start, words[listed.end - 1].end)
    return Reading(
        statement, (Said("prior", "listed-prior", place, "conditional", names, some=True), *(rest.said if rest else ()))
    )


def _of_open_aim(statement: Statement, told: Told, names: Names) -> Reading:
    """Reads "help move stem cells …" below "is approved to:", "Treat patients with gout" below "is indicated to"."""
    reading = read(statement, kind="aim")
    acted = prose_head(reading, symptoms=False) if names.open and not reading.of("object") else None
    if acted is not None:
        return _of_acted(reading, acted, told)
    told.heads = tuple(reading.text(place) for one in reading.of("object") for place in one.names)
    return reading


def _after_patients(statement: Statement, told: Told) -> Reading:
    """Reads "Patients whose chronic lymphocytic leukemia did not yield to X": the item's head stands after its patients."""
    whole = read(statement)
    words = words_of(statement.plain, statement.start, statement.end)
    people = next(iter(whole.of("population")), None)
    if people is None:
        return whole
    after = (start for start, _ in bold_ranges(statement.block) if people.place[1] <= start < statement.end)
    bold = next(after, None)
    found = (HAVING if statement.opens else _SAYS_WHAT).match(statement.plain, people.place[1], statement.end)
    start = bold if bold is not None else found.end() if found is not None else None
    at = next((number for number, word in enumerate(words) if start is not None and word.end > start), None)
    head = read_head(statement, at) if at is not None else None
    if head is None:
        return whole
    told.heads = (*head.names, *head.abbreviations)
    kept = tuple(one for one in read(statement, until=at).said if one.kind != "frame")
    return read(statement, told.heads, at=head.end, head=head, before=kept)


#: "Adults with melanoma", "Adults: melanoma"
_SAYS_WHAT = rx(rf"{HAVING.pattern}|: (?=\w)")


def _after_adjunct(statement: Statement, told: Told) -> Reading | None:
    """Reads "In adults, **melanoma** that has spread": the head is bold behind a comma, and what stands before it is said of the use."""
    words = words_of(statement.plain, statement.start, statement.end)
    bold = next((start for start, end in bold_ranges(statement.block) if statement.start <= start < statement.end), None)
    at = next((number for number, word in enumerate(words) if word.start == bold), 0)
    if at < 2 or words[at - 1].low != "," or phrases(words, 0, at)[0].kind not in _ADJUNCTS:  # noqa: PLR2004 - an opener and a comma
        return None
    head = read_head(statement, at)
    if head is None:
        return None
    told.heads = (*head.names, *head.abbreviations)
    return read(statement, told.heads, at=head.end, head=head, before=read(statement, until=at - 1).said)


_ADJUNCTS = ("people", "with", "time", "for", "span", "case", "place", "alone", "role")


def _starts_people(statement: Statement) -> bool:
    return bool(read_people(statement.plain, statement.start, statement.end)[0])


def _starts_plain_people(statement: Statement) -> bool:
    """Whether patients stand first and no name that begins with them ("**Adult leukemia**"): "**Adults** with X", "**Adults with X**"."""
    end = read_people(statement.plain, statement.start, statement.end)[1]
    behind = statement.plain[end : bold_ranges(statement.block)[0][1]].strip(" :.,") if _bold_start(statement) else ""
    named = behind and not HAVING.match(statement.plain, end)
    return _starts_people(statement) and not named


def _bold_start(statement: Statement) -> bool:
    return starts_bold(statement.block)


_ABBREVIATION = re.compile(r"\s*\(([A-Z][\w-]*)\)")


def _abbreviations(reading: Reading) -> tuple[str, ...]:
    """Reads "chronic immune thrombocytopenia (ITP)": what later sentences may call the disease."""
    plain = reading.statement.plain
    ends = [one.place[1] for one in reading.of("narrower")]
    return tuple(found[1] for end in ends if (found := _ABBREVIATION.match(plain, end)) is not None)
