"""What a sentence of use acts on: its first condition; and the drug as a label calls it."""

from __future__ import annotations

import re
from dataclasses import replace

from pipeline.language import rx
from pipeline.meaning.head import Head, read_head
from pipeline.meaning.listed import STATE_ALONE
from pipeline.meaning.reading import read
from pipeline.meaning.said import Reading, Said
from pipeline.phrases.aim_openers import past_signs
from pipeline.phrases.diseases import ends_in_disease, is_generic
from pipeline.phrases.words import words_of
from pipeline.sentences.frames import Frame
from pipeline.sentences.statements import Statement
from pipeline.sentences.subjects import BESIDE_NAME, Names, last_disease


def named(first: Reading, frame: Frame, names: Names) -> Reading:
    """The drug as a page calls it that lists no names ("Zolafen tablets, USP"), and what its subject adds ("in combination with X")."""
    start, end = frame.subject_words
    if end <= start or frame.subject == "it":
        return first
    statement = first.statement
    words = words_of(statement.plain, statement.start, statement.end)
    comma = next((number for number in range(start, end - 2) if words[number].low == ","), end)
    ways: tuple[Said, ...] = ()
    how = " ".join(word.low for word in words[comma + 1 : comma + 3])
    if comma < end and (not names.open or how.startswith(_WAYS)):  # "Zolafen, in combination with X, is approved …"
        added = read(statement, at=comma + 1, until=end, kind="frame").said
        ways = tuple(one for one in added if one.kind in ("partner", "alone") or one.what != "stated")
        end = comma
    if not names.open:
        return replace(first, said=(*ways, *first.said))
    numbered = words[start].of("number")  # and not "Zolafen 200 mg"
    glued = next((k for k in range(start, end) if words[k].of("disease") or (k == start and numbered)), None)
    heading: tuple[Said, ...] = ()
    if glued is not None:  # "1.2 Epilepsy ZOLAFEN is indicated …": a heading that lost its line
        behind = max(glued + 1, start + last_disease(words[start:end]))
        heading = (Said("qualifier", "stated", (words[start].start, words[behind - 1].end)),) if behind < end else ()
        start = min(behind, end - 1)
    stop = next((number for number in range(start + 1, end) if words[number].of("preposition", "relative", "treatment")), end)
    place = (words[start].start, words[stop - 1].end)
    own = {word for word in names.words | BESIDE_NAME if not word.isdigit()}  # "Zolafen 200 mg": of which strength
    form = any(word.of("manner") or not {word.low, *re.findall(r"\w+", word.low)} & own for word in words[start:stop])
    product = Said("qualifier", "manner", place, of="treatment", what="manner") if form else Said("frame", "this-use", place)
    added = read(statement, at=stop, until=end, kind="frame").said if stop < end else ()
    return replace(first, said=(*heading, product, *added, *ways, *first.said))


_WAYS = ("alone", "in combination", "in addition", "with ", "given with", "used with", "either alone", "as monotherapy", "as a")


def prose_head(reading: Reading, *, symptoms: bool = True) -> Head | None:
    """What is treated: after the verb, after "adults with", or the subject of "adults whose X has …".

    `symptoms`: "symptoms of X" is the condition; else X is, as in labels ("for the relief of the signs and symptoms of arthritis").
    """
    statement = reading.statement
    words = words_of(statement.plain, statement.start, statement.end)
    intent, *later = reading.of("intent") or (None,)
    if intent is None:
        return None
    last = later[0].place[0] if later else statement.end  # "for the treatment of stable patients with X to reduce Y"
    acted = next((one for one in reading.of("object") if one.place[0] < last), None)
    start = acted.place[0] if acted is not None and not is_generic(reading.text(acted.place)) else None
    if start is None:
        start = next((one.place[0] for one in reading.of("kinds") if STATE_ALONE.fullmatch(reading.text(one.place))), None)
    if start is None:
        start = _before_people(reading, intent) if not symptoms else None
    if start is None:
        start = _after_people(reading, intent)
    if start is None and not symptoms:
        start = _after_colon(statement, intent)
    if start is None:
        return None
    at = next((number for number, word in enumerate(words) if word.end > start), None)
    if at is not None and not symptoms:
        every = _EVERY.match(statement.plain, words[at].start, statement.end)
        at = next((k for k, word in enumerate(words) if every is not None and word.start >= every.end()), at)
        at = past_signs(words, at, len(words))
    return read_head(statement, at) if at is not None else None


def leading_head(statement: Statement, frame: Frame) -> Head | None:
    """Reads "For gastric cancer, X is approved to treat adults who …": the disease stands before the subject, and nowhere behind it."""
    first, end = frame.leading
    words = words_of(statement.plain, statement.start, statement.end)
    if end - first < _SHORTEST or words[first].low not in ("for", "in") or frame.group is None or frame.group.negative:
        return None
    head = read_head(statement, first + 1)
    if head is None or head.end >= end or any(map(is_generic, head.names)):
        return None
    return head if head.bold or all(map(ends_in_disease, head.names)) else None


#: In words: "For glioma,".
_SHORTEST = 3


def led_by(statement: Statement, frame: Frame, head: Head) -> Reading:
    """A sentence whose disease stands before its subject."""
    heads = (*head.names, *head.abbreviations)
    before = read(statement, heads, at=head.end, until=frame.leading[1], head=head)
    behind = read(statement, heads, at=frame.at, group=frame.group)
    also = frame.group is not None and frame.group.also
    return replace(behind, said=(*before.said, *behind.said), also=also)


def _after_people(reading: Reading, intent: Said) -> int | None:
    """Reads "to treat adults with X", "to treat adults whose X has spread": where X begins."""
    people = next((one for one in reading.of("population") if one.place[0] >= intent.place[1] - 1), None)
    if people is None:
        return None
    found = HAVING.match(reading.statement.plain, people.place[1], reading.statement.end)
    return found.end() if found is not None else None


def _before_people(reading: Reading, intent: Said) -> int | None:
    """Reads "maintenance therapy for gastric ulcer patients": where the disease begins."""
    places = (one.place for one in reading.of("qualifier") if 0 <= one.place[0] - intent.place[1] <= len(" for "))
    return next((place[0] for place in places if ends_in_disease(reading.text(place))), None)


HAVING = rx(
    r"(?<![^\w)])(?:\W*\([^()]*\))?\W*(?:with|who have|that have|whose|of"
    r"|(?:(?:who|that) (?:are|have been) |newly |recently )*(?:infected|diagnosed|living) with|(?:(?:who|that) are )?suffering from) (?:an? (?:diagnosis of )?|the |certain types of |advanced (?=cancers?\b))?"
)


def _after_colon(statement: Statement, intent: Said) -> int | None:
    """Reads "for the treatment of the following infections: X, Y, and Z": where they begin."""
    found = _COLON.match(statement.plain, intent.place[1], statement.end)
    return found.end() if found is not None else None


_EVERY = rx(r"(?:all|various) (?:forms|types|kinds|stages|degrees|grades) of (?=\w)")


_COLON = re.compile(r"[^:]*\bfollowing\b[^:.]*:\s+(?=\w)")
