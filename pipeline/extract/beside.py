"""What a label puts beside the name of a disease and what restricts it to nothing: another name of it, what it includes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.extract.leaf import Leaf, said, unique
from pipeline.language import closed, rx
from pipeline.meaning.listed import STATE_ALONE
from pipeline.meaning.said import BESIDE
from pipeline.model import Fact
from pipeline.phrases.nouns import noun_end
from pipeline.phrases.words import words_of

_BRACKET = re.compile(r"\s*\(([^()]{3,200})\)")
_BOTH_WAYS = rx(r",? with or without (?=(?P<named>[\w -]{3,60}))")
#: "(formerly known as X)", "(e.g., X)", "with or without X": what leads to a name.
_LEAD = rx(
    r"(?:(?:also|formerly|previously|sometimes|commonly|or) )*(?:known as|called|referred to as|termed) |with or without "
)
_INCLUDES = rx(r"(?:including|such as|e\.?g\.?,?|for example,?) ")
_JOINTS = re.compile(r", (?:or |and )?| and/or | or |(?<! [IVX])(?<! [IVX]{2})(?<! [IVX]{3}) and ")
_SAYS_MORE = rx(r"\d|\b(?:see|once|twice|daily|only|other|type|class|grade|stage|criteria|mild|severe|post|pre|non|\w+ly)\b")
_ADJECTIVE = re.compile(r"[\w-]{2,}(?:al|ic|ous|ed|ary|ive|ing|ent|ant)")
#: In words: no name is longer.
_LONGEST = 6
_ORGANISM = re.compile(r"[A-Z]\. \w")  # "acute otitis media (H. influenzae)"
_SHORT = re.compile(r"\S*[A-Z][\w+/.-]*[A-Z0-9+-]\S*")


def beside_names(leaf: Leaf) -> tuple[Fact, ...]:
    """Reads "herpes labialis (cold sores)", "panic disorder, with or without agoraphobia", "X (e.g., Y)" in the sentences of a use."""
    return unique(_beside(leaf))


def _beside(leaf: Leaf) -> Iterator[Fact]:
    for reading, one in said((*leaf.leading, *leaf.above, *leaf.own), "head", "object", "narrower", "cause", "description"):
        plain, end = reading.statement.plain, reading.statement.end
        for start, at in one.names or (one.place,):
            found = _BRACKET.search(plain, start, end)
            if found is not None and found.start() <= at and names_in(found[1]):
                yield reading.quote((found.start(1) - 1, found.end()), BESIDE)
            found = _BOTH_WAYS.match(plain, at, end)
            if found is not None:
                words = words_of(plain, *found.span("named"))
                stop = noun_end(words, 0, len(words))
                if stop and not any(word.of("treatment") or word.low in ("food", "meals") for word in words[:stop]):
                    yield reading.quote((plain.index("with", found.start()), words[stop - 1].end), BESIDE)


def names_in(beside: str) -> list[str]:
    """The names in a bracket behind the name of a disease, or behind "with or without"; none where it says something else."""
    includes, called = _INCLUDES.match(beside), _LEAD.match(beside)
    led = includes or called
    parts = [part.strip() for part in _JOINTS.split(beside[led.end() :] if led is not None else beside)]
    by_form = includes is not None or (len(parts) > 1 and called is None)
    return parts if all(_is_name(part, by_form=by_form) for part in parts) else []


def _is_name(part: str, *, by_form: bool) -> bool:
    """Whether words are a noun phrase that may name a disease; `by_form`: by the form of one alone."""
    words = words_of(part, 0, len(part))
    whole = bool(words) and len(words) <= _LONGEST and noun_end(words, 0, len(words)) == len(words)
    if not whole or _SHORT.fullmatch(part) or _ORGANISM.match(part) or _SAYS_MORE.search(part) or STATE_ALONE.fullmatch(part):
        return False
    if any(word.of("disease") for word in words):
        return True
    open_words = (
        not words[-1].classes and words[-1].low not in closed("measures") and _ADJECTIVE.fullmatch(words[-1].low) is None
    )
    return open_words and not by_form and (part.isalpha() or len(part) > len("HDL C"))
