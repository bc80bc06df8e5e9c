"""How blocks without a mark go on with the sentence that opens them: lists without a colon, groups of diseases, lost headings, run-in headings."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.elements.outline import past_heading
from pipeline.language import rx
from pipeline.meaning.head import bold_ranges, read_head, starts_bold
from pipeline.model import Block
from pipeline.phrases.kinds import names_disease
from pipeline.phrases.nouns import CAUSED, noun_aim, noun_list
from pipeline.phrases.people import read_people
from pipeline.phrases.words import words_of
from pipeline.sentences.fragments import has_main_verb
from pipeline.sentences.frames import Frame, frame_of
from pipeline.sentences.statements import Statement, statements
from pipeline.sentences.subjects import Names

#: "is indicated in the treatment of serious infections caused by X.": which, paragraphs below may say.
INFECTIONS = rx(r"\bof (?:[\w-]+ ){0,3}infections(?: (?:when )?(?:caused|due)\b|: )")
BELOW = rx(
    r"\b(?:(?:listed|described|specified) (?:below|in this section)|the following(?: \w+){0,3}|following(?: (?:conditions|diseases|disorders|infections|situations))?)\W*$"
)
_GROUP = rx(r"\W{0,3}(?:\d{1,2}\.? |[a-z]\. )?(?:\w[\w-]*+ ){1,3}(?:disorders|diseases|states|conditions|system)[.:]?")
#: In characters.
_LONGEST_TITLE, _LONGEST_OPENING = 80, 160


def leads_label(statement: Statement, frame: Frame) -> bool:
    """Reads "X tablets are indicated in the treatment of" above its list, with no colon."""
    if not frame.of_label or frame.group is None:
        return False
    return not statement.text.rstrip().endswith((".", "!", "?", ")", "]")) or BELOW.search(statement.text) is not None


def is_group(text: str) -> bool:
    """Whether words only name a group of diseases ("2. Rheumatic Disorders"), which is no condition where its diseases follow."""
    return _GROUP.fullmatch(text.strip()) is not None


def is_item(text: str) -> bool:
    """Whether a heading with nothing below it is one of what a sentence opens ("Management of gout", "Essential hypertension")."""
    words = words_of(text, 0, len(text))
    return noun_aim(words, 0, len(words)) > 0 or any(word.of("disease") for word in words)


def opens_part(said: Sequence[Statement], frame: Frame) -> bool:
    """Reads "During an exacerbation or as maintenance therapy in selected cases of:" amid a label's list: it holds for what follows."""
    short = len(said) == 1 and said[0].opens and len(said[0].text) <= _LONGEST_OPENING
    return short and frame.group is None and not frame.name


def is_title(said: Sequence[Statement], frame: Frame) -> bool:
    """Reads "Heart Failure", "Adults:" alone in a paragraph: a heading that lost its mark."""
    first = said[0]
    if len(said) == 1 and first.opens:
        return read_people(first.plain, first.start, first.end)[1] >= first.end - 1
    if len(said) != 1 or len(said[0].text) > _LONGEST_TITLE or not said[0].text[:1].isupper() or not said[0].text[-1].isalnum():
        return False
    asks = first.text.startswith("What ")  # "What X is used for"
    return asks or (frame.group is None and not frame.name and not any(f" {word} " in first.text for word in CAUSED))


def is_fragment(block: Block, names: Names) -> bool:
    """Whether a paragraph is a part of the sentence that opens it: no first sentence of its own, as items that lost their marks."""
    said = statements(block)
    if not said or said[0].opens:
        return False
    first, frame = said[0], frame_of(said[0], names)
    words = words_of(first.plain, past_heading(first), first.end)
    aim = names.approved and noun_aim(words, 0, len(words)) > 0
    fragment = not first.text.endswith(".") or names_disease(words, 0, len(words)) or aim or frame.of_use
    return fragment and not has_main_verb(words_of(first.plain, first.start, first.end), frame.group)


def is_sentence(block: Block, names: Names, *, beside: bool) -> bool:
    """Whether an item is a whole sentence, "CODRIX is indicated for …", or stands `beside` one and has a verb of its own."""
    said = statements(block)
    frame = frame_of(said[0], names) if said else None
    if frame is None:
        return False
    return (frame.of_label and frame.group is not None) or (beside and bool(frame.name or frame.group))


def breaks_off(statement: Statement, frame: Frame) -> bool:
    """Reads "X is indicated for the prevention of" and "X is indicated" without a colon: what follows goes on with it."""
    leads = _LEADS_TO.search(statement.text) is not None or statement.opens
    return frame.of_use and frame.subject in ("drug", "brand", "it") and leads


_LEADS_TO = re.compile(r"\b(?:of|for|to|in|as|indicated|following|below|conditions|patients|who)[\s:]*\Z", re.IGNORECASE)


def runs_in(first: Statement, frame: Frame) -> bool:
    """Reads "**Migraine.** It is given to …": a bold heading that a paragraph begins with."""
    bold = bold_ranges(first.block) if not frame.name and starts_bold(first.block) else []
    return bool(bold) and first.end_of_words <= bold[0][1]


def is_note(block: Block) -> bool:
    """Reads "**Important:** …", "**Do not use** …", "**Side effects** of …": a bold beginning that names no disease."""
    bold = bold_ranges(block)
    said = block.text[slice(*bold[0])].strip() if bold else ""
    return said.endswith(":") or _NOTE.match(said) is not None


_NOTE = rx(
    r"(?:important|notes?|warnings?|cautions?|precautions?|limit\w*|side effects?|do not|don't|before|after|how|when|what|who|other|dos(?:e|es|age)"
    r"|contraindications?|interactions?|pregnancy|remember|tell|ask|your)\b"
)


def names_caused(statement: Statement, frame: Frame) -> bool:
    """Reads "Psittacosis caused by X." behind "is indicated in the treatment of the following infections: …": one more of them."""
    words = words_of(statement.plain, statement.start, statement.end)
    stop = noun_list(words, 0, len(words)).end
    named = not frame.name and frame.group is None and read_head(statement) is not None
    return named and any(word.low in CAUSED for word in words[stop:-1])
