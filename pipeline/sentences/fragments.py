"""What a label says of its drug without naming it: "Temporarily relieves X", "Indicated for X", "For use in adults as therapy of X when …"."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from pipeline.language import closed
from pipeline.phrases.nouns import CAUSED
from pipeline.phrases.verbs import VerbGroup
from pipeline.phrases.words import Word

_FINITE = closed("finite-aims")
_AIMS = closed("noun-aims")
_STARTS = ("for", "in", "as")


def fragment_at(words: Sequence[Word]) -> int | None:
    """Where the use begins in a sentence of a label that has no subject, None for any other sentence."""
    at = 0
    if words and words[0].low in ("use", "uses"):  # a heading that lost its line
        at = 1 + (len(words) > 1 and words[1].low == ":")
    lows = [word.low for word in words[at : at + 3]]
    if len(lows) < 3:  # noqa: PLR2004 - a verb, what it acts on, and a stop
        return None
    if lows[0] == "indicated" and lows[1] in ("for", "in", "to", "as"):
        return at + 1
    if lows[0] in _FINITE or (lows[0].endswith("ly") and lows[1] in _FINITE):
        return at
    clause = next((number for number, word in enumerate(words) if word.of("subordinator", "relative")), len(words))
    verb = any(word.of("be", "have", "modal", "do") for word in words[:clause])
    return 0 if lows[0] in _STARTS and not at and not verb and clause < len(words) and _says_aim(words[:clause]) else None


def has_main_verb(words: Sequence[Word], group: VerbGroup | None) -> bool:
    """Whether the verb of a sentence is its own, and not that of "when …", "who …"."""
    return group is not None and not any(word.of("subordinator", "relative") for word in words[: group.first])


def only_names(words: Sequence[Word]) -> bool:
    """Whether words begin with the name of a disease by its form, and no verb that nobody knows can be in it ("Gout implies fever")."""
    stop = next(
        (k for k, word in enumerate(words) if word.is_stop or word.of(*_AFTER_NAME) or word.low in (*CAUSED, "such")),
        len(words),
    )
    name = words[:stop]
    verbs = (word.low.endswith("s") and not word.low.endswith(_NO_VERB) for word in name[1:-1])
    return bool(name) and name[-1].of("disease") and not any(verbs) and not any(word.of("article", "pronoun") for word in name)


_AFTER_NAME = ("preposition", "subordinator", "relative")
_NO_VERB = ("us", "is", "ss", "'s")


def _says_aim(words: Sequence[Word]) -> bool:
    """Whether "the treatment of" or "to reduce" stands among words."""
    return any(
        (one.low in _AIMS and after.low == "of") or (one.low == "to" and after.of("aim") and not after.of("treatment"))
        for one, after in pairwise(words)
    )
