"""How the blocks of a label go on with the sentence that opens them: lists without a colon, groups of diseases, lost headings."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.extract.frames import Frame
from pipeline.extract.sentences import Statement
from pipeline.language import rx
from pipeline.phrases.nouns import CAUSED, noun_aim
from pipeline.phrases.words import words_of

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
    """Reads "Heart Failure" alone in a paragraph of a label: a heading that lost its mark."""
    if len(said) != 1 or len(said[0].text) > _LONGEST_TITLE or not said[0].text[:1].isupper() or not said[0].text[-1].isalnum():
        return False
    return frame.group is None and not frame.name and not any(f" {word} " in said[0].text for word in CAUSED)
