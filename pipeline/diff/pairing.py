"""Which use of the new page is which use of the old one: by what they say, never by ids, and the same in both directions.

Pairs are taken greedily, best first, each use at most once, until no two are left that may be paired. In this order:

1. equal in every fact (those with the same words first);
2. the same words, context included (item, parent, lead);
3. the same words of the item alone, and no other disease;
4. the same conditions, intent and brands, and no other disease;
5. no other disease, the same intent or brands, and a likeness of at least `THRESHOLD`.

Another disease: both name conditions, or both a narrower disease, or both a setting, and the two are not related (they share
one, or the words of one are within those of the other: "lymphoma", "follicular lymphoma"). Bone mass in breast cancer and bone
mass in prostate cancer are two uses, however alike; so are "alone" below one cancer and "alone" below another.

Within one step, by likeness: the mean, over the fields that at least one of the two has, of how many words they share (0 to 1;
conditions count three times). What is still equal is decided by how far apart the two stand, then by their place.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from pipeline.diff.aspects import ASPECTS, quotes_of
from pipeline.diff.restriction import Statement, texts
from pipeline.diff.words import fold, likeness, words
from pipeline.model import Fact, Use

#: Below this two uses are two things: measured on pages with one use reworded, and on uses of different diseases of one drug.
THRESHOLD: Final = 0.5
#: So many candidates are compared word by word; of a page with more, steps 1, 2 and 4 alone pair the uses.
_MOST_CANDIDATES = 100_000
_CONDITION = 3.0
#: Each disease by the words of its name.
_Names: TypeAlias = tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Each use by its number on its page, from 0: every use of either page is in exactly one of the three."""

    both: tuple[tuple[int, int], ...]
    withdrawn: tuple[int, ...]
    added: tuple[int, ...]


def pair(old: Sequence[Use], new: Sequence[Use]) -> Pairs:
    """Pair the uses of a page with those of its older self; `both` is in the order of the new page."""
    before, after = dict(enumerate(map(_Profile.of, old))), dict(enumerate(map(_Profile.of, new)))
    both: list[tuple[int, int]] = []

    def take(found: Iterable[tuple[int, int]]) -> None:
        for i, j in found:
            if i in before and j in after:
                both.append((i, j))
                del before[i], after[j]

    for same in (_Profile.wholly, _Profile.in_facts, _Profile.in_words):
        take(_equal(same, before, after))
    if len(before) * len(after) <= _MOST_CANDIDATES:
        candidates = ((*_rank(one, other), i, j) for i, one in before.items() for j, other in after.items())
        ranked = sorted((step, -alike, abs(i - j), i + j, i, j) for step, alike, i, j in candidates if step)
        take((i, j) for *_, i, j in ranked)
    else:
        take(_equal(_Profile.in_head, before, after))
    return Pairs(tuple(sorted(both, key=lambda found: found[1])), tuple(before), tuple(after))


def _equal(
    same: Callable[[_Profile], object], before: Mapping[int, _Profile], after: Mapping[int, _Profile]
) -> list[tuple[int, int]]:
    """Uses that are the same in something; where several are, the first of one page with the first of the other."""
    waiting: defaultdict[object, deque[int]] = defaultdict(deque)
    for i, one in before.items():
        waiting[same(one)].append(i)
    found = ((waiting.get(same(other)), j) for j, other in after.items())
    return [(there.popleft(), j) for there, j in found if there]


def _rank(one: _Profile, other: _Profile) -> tuple[int, float]:
    """The step (3 to 5) at which two uses may be paired, or 0, and how alike they are."""
    alike = one.likeness(other)
    if not all(_are_related(some, others) for some, others in zip(one.diseases, other.diseases, strict=True)):
        return 0, alike
    if one.item == other.item:
        return 3, alike
    if one.named and one.in_head() == other.in_head():
        return 4, alike
    near = one.intent == other.intent or one.brands == other.brands
    return (5 if near and one.named and other.named and alike >= THRESHOLD else 0), alike


def _are_related(some: _Names, others: _Names) -> bool:
    """Whether a disease of one is also one of the other, or part of its name ("lymphoma", "follicular lymphoma").

    Where only one of the two names any, nothing is said against it.
    """
    return not some or not others or any(one <= other or other <= one for one in some for other in others)


@dataclass(frozen=True, slots=True)
class _Profile:
    """What a use says, made once for all comparisons."""

    facts: object
    quotes: tuple[str, ...]
    item: str
    conditions: Statement
    intent: str
    brands: Statement
    diseases: tuple[_Names, _Names, _Names]
    fields: tuple[frozenset[str], ...]

    @classmethod
    def of(cls, use: Use) -> _Profile:
        aspects = (words(fact.text for fact in aspect.facts(use)) for aspect in ASPECTS)
        rest = (words(fact.text for fact in use.brands), frozenset({use.intent}), words(fact.text for fact in quotes_of(use)))
        return cls(
            facts=facts_key(use),
            quotes=tuple(fold(quote.text) if quote else "" for quote in (use.text, use.parent, use.lead)),
            item=fold(use.text.text),
            conditions=texts(use.conditions),
            intent=use.intent,
            brands=texts(use.brands),
            diseases=(_names(use.conditions), _names(use.narrower), _names(use.settings)),
            fields=(*aspects, *rest),
        )

    @property
    def named(self) -> bool:
        """Whether it says what it is for."""
        return bool(self.conditions)

    def wholly(self) -> object:
        return self.facts, self.quotes

    def in_facts(self) -> object:
        return self.facts

    def in_words(self) -> object:
        return self.quotes

    def in_head(self) -> object:
        return self.conditions, self.intent, self.brands

    def likeness(self, other: _Profile) -> float:
        condition, *rest = zip(self.fields, other.fields, strict=True)  # the condition is the first aspect
        stated = [likeness(one, two) for one, two in rest if one or two]
        return (_CONDITION * likeness(*condition) + sum(stated)) / (_CONDITION + len(stated))


def _names(facts: tuple[Fact, ...]) -> _Names:
    return tuple(words([fact.text]) for fact in facts)


def intent_of(use: Use) -> tuple[str, ...]:
    """What a use is meant to do; where our words for it say nothing, the page's."""
    intent = use.intent.replace("_", " ")
    return (intent, use.intent_text.text) if use.intent == "other" and use.intent_text else (intent,)


def facts_key(use: Use) -> object:
    """What a use says without how and where it is said: equal keys, equal facts."""
    said = tuple(aspect.said(use) for aspect in ASPECTS)
    return (tuple(map(fold, intent_of(use))), use.approval_status, texts(use.brands), said)
