"""A sentence in phrases: each an opener and what it opens, up to the next opener on its own level.

Only openers are known; what stands inside a phrase need not be. "In adults whose nodes are snarled, with X as first therapy"
is people, a clause on the disease, a partner and a role, whatever "snarled" means. Every word is in exactly one phrase.

A *clause* ("that …", "who …", "when …", "to keep …") holds the phrases inside it: "treated with X after surgery" stays whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.phrases.nouns import is_feature
from pipeline.phrases.verbs import VerbGroup, begins_verb, verb_group
from pipeline.phrases.words import Word, closing_bracket

Kind = Literal[
    "start", "noun", "for", "place", "role", "having",          # an opener and a noun phrase
    "people", "with", "alone", "time", "span",                  # who, with what, when, how long
    "aim",                                                      # what for, and what the verb acts on
    "that", "who", "case", "purpose", "cause", "participle",    # clauses
    "including", "except", "bracket", "frame", "rest",
]  # fmt: skip

#: What a phrase of these kinds says is one clause: openers inside it belong to it, but for those that begin a new matter.
CLAUSES: frozenset[Kind] = frozenset(("that", "who", "case", "purpose", "cause", "participle", "including", "except"))
_NOUNS: frozenset[Kind] = frozenset(("start", "noun", "aim", "for", "place", "having", "people"))
_PREDICATES: frozenset[Kind] = frozenset(("that", "who", "case", "including", "except"))


@dataclass(frozen=True, slots=True)
class Phrase:
    """`first` is the opener's first word, `inner` the first word of what it opens, `end` (exclusive) its last, by index.

    `joint` is what leads to it from the phrase before: "and", "or", "but", "then", ";" or "". `comma` tells ", or" from "or".
    `group` is the verb group of a `frame`.
    """

    kind: Kind
    first: int
    inner: int
    end: int
    joint: str = ""
    comma: bool = False
    group: VerbGroup | None = None


@dataclass(frozen=True, slots=True)
class _Opener:
    kind: Kind
    inner: int
    group: VerbGroup | None = None


def phrases(words: Sequence[Word], at: int, end: int, kind: Kind = "start") -> tuple[Phrase, ...]:
    """The phrases of the words from `at` to `end`; `kind` is that of the words that no opener leads (what a list above them left open)."""
    found: list[Phrase] = []
    first = inner = at
    joint, comma, group = "", False, None
    current: Kind = kind
    number = at
    if kind == "aim" and at < end:  # "… is approved to:" above "help move stem cells"
        opened = _infinitive(words, at, at, end)
        current, inner = opened.kind, opened.inner
        number = inner
    while number < end:
        ahead, said, with_comma = _joint(words, number, end)
        if words[number].low == ":" and number > inner and number + 1 < end and _lists_diseases(words, number + 1, end):
            found.append(Phrase(current, first, inner, number, joint, comma, group))
            first = inner = number = number + 1
            current, joint, comma, group = "noun", "", False, None
            continue
        aside = _parenthesis(words, number, end, current)
        if aside:
            number = aside
            continue
        opener = _opener(words, ahead, end, current, joined=ahead > number, started=number > inner) if ahead < end else None
        if opener is None or (opener.kind == current == "start"):
            past = closing_bracket(words, number, end) if words[number].low == "(" else number + 1
            number = past
            continue
        if number > first:
            found.append(Phrase(current, first, inner, number, joint, comma, group))
        if opener.kind == "bracket":  # what was open before it goes on behind it
            found.append(Phrase("bracket", ahead, opener.inner, opener.inner, said, with_comma))
            first = inner = number = opener.inner
            joint, comma, group = "", False, None
            continue
        first, inner, current, group = ahead, opener.inner, opener.kind, opener.group
        joint, comma = said, with_comma
        number = max(opener.inner, ahead + 1)
    if first < end or not found:
        found.append(Phrase(current, first, min(inner, end), end, joint, comma, group))
    return tuple(one for one in found if one.end > one.first)


def _parenthesis(words: Sequence[Word], at: int, end: int, current: Kind) -> int:
    """Past "and, unless their kidneys did not allow it," inside a clause: what is set between commas after "and" belongs to it."""
    if words[at].low == "," and at + 1 < end and words[at + 1].of("coordinator"):
        at += 1
    if (
        at + 2 >= end
        or not words[at].of("coordinator")
        or words[at + 1].low != ","
        or not (current in CLAUSES or (current == "with" and words[at + 2].low in ("where", "if", "when", "unless")))
    ):
        return 0
    return next((number + 1 for number in range(at + 2, min(end, at + 16)) if words[number].low == ","), 0)


def _lists_diseases(words: Sequence[Word], at: int, end: int) -> bool:
    """Whether a colon inside a sentence leads to a list of diseases ("one of the following stages …: stage IIB, IIC, or IV melanoma")."""
    return words[at].low in ("stage", "stages", "grade") or _names_disease(words, at, end)


_LINKS = frozenset(("then", "next", "first", "finally", "also", "only", "either", "both", "neither", "followed", "otherwise", "especially",
                    "particularly", "always"))  # fmt: skip


def _joint(words: Sequence[Word], at: int, end: int) -> tuple[int, str, bool]:
    """Past ", and then" and its like: the index after it, the word that joins, and whether a comma stands in it."""
    number, joint, comma = at, "", False
    while number < end:
        low = words[number].low
        if low in (",", ";", "-", ":") and number + 1 < end:
            comma |= low in (",", "-")
            joint = ";" if low == ";" else joint
        elif words[number].of("coordinator") and low not in {"nor", "plus"}:
            joint = "or" if "or" in low and joint != "then" else joint or low
        elif low == "followed" and number + 1 < end and words[number + 1].low == "by":
            return (number + 2, "then", comma) if number + 2 < end else (at, "", False)
        elif low in _LINKS and low != "followed":
            if low in ("then", "next", "first", "finally"):
                if low in ("first", "next") and not (number + 1 < end and words[number + 1].low in ("with", "alone", "as")):
                    break
                joint = "then"
        else:
            break
        number += 1
    return number, joint, comma


@dataclass(frozen=True, slots=True)
class _Here:
    """A place in a sentence: the phrase that is open there, whether "and" or a comma leads there, whether the phrase has words yet."""

    words: Sequence[Word]
    at: int
    end: int
    current: Kind
    joined: bool
    fresh: bool

    @property
    def parts(self) -> tuple[Sequence[Word], int, int, Kind, bool]:
        """What every rule asks for."""
        return self.words, self.at, self.end, self.current, self.joined


def _opener(words: Sequence[Word], at: int, end: int, current: Kind, *, joined: bool, started: bool) -> _Opener | None:
    """What opens at `at` where a phrase of kind `current` is open."""
    word = words[at]
    if not word.classes and not joined and word.low not in _OPENING_WORDS and not word.low.endswith(("ed", "ing")):
        return None  # an open word opens nothing
    here = _Here(words, at, end, current, joined, not started)
    for rule in _OPENERS:
        found = rule(here)
        if found is not None:
            return found
    if joined and started and current not in CLAUSES and begins_verb(word):
        return _Opener("who" if current == "people" else "that", at)
    if not started and current in ("start", "noun") and begins_verb(word) and not joined:
        return _Opener("that", at)
    return None


def _bracket(here: _Here) -> _Opener | None:
    words, at, end, current, _joined = here.parts
    opens = words[at].low == "(" and (
        current in ("people", "frame", "alone", "bracket") or (current in ("noun", "start") and here.fresh)
    )
    return _Opener("bracket", closing_bracket(words, at, end)) if opens else None


def _frame(here: _Here) -> _Opener | None:
    """Reads "it is used", "and is being studied", "to be given", "taken together with": a verb of use at the sentence's level."""
    words, at, end, current, joined = here.parts
    low = words[at].low
    if low == "to" and at + 2 < end and words[at + 1].low == "be" and words[at + 2].of("use"):
        return _Opener("frame", at + 3, VerbGroup(at + 1, at + 3, words[at + 2], passive=True))
    number = at + 1 if words[at].low in ("it", "they") and at + 1 < end else at
    said = tuple(word.low for word in words[at : at + 3])
    lead = (
        4
        if said == ("in", "which", "case")
        else 3
        if said[:2] in (("in", "whom"), ("for", "whom")) and said[2:] in (("it",), ("they",))
        else 0
    )
    if lead:
        group = verb_group(words, at + lead, end) if at + lead < end else None
        if group is not None and group.is_of("use", "approve"):
            return _Opener("frame", group.end, group)
    if (
        words[at].low == "they"
        and joined
        and words[number].of("take")
        and number + 1 < end
        and words[number + 1].low in ("it", "this")
    ):
        return _Opener("frame", number + 2, verb_group(words, number, end) or VerbGroup(number, number + 1, words[number]))
    if number > at or joined:
        group = verb_group(words, number, end)
        if (
            group is not None
            and group.passive
            and group.is_of("use", "approve", "study", "recommend")
            and (joined or current not in CLAUSES)
        ):
            after = words[group.end].low if group.end < end else ""
            if not (current in CLAUSES and after in ("with", "by") and words[at].low not in ("it", "they")):
                return _Opener("frame", group.end, group)
    together = at + 1 < end and (low, words[at + 1].low) in (("added", "to"), ("combined", "with"), ("paired", "with"))
    if low in ("when", "if") and at + 1 < end and words[at + 1].of("use") and current not in CLAUSES:
        return _Opener("frame", at + 2, VerbGroup(at, at + 2, words[at + 1]))
    if words[at].of("use") and not together and current not in _PREDICATES and not _after_treatment(words, at, current):
        follows = words[at + 1] if at + 1 < end else None
        if follows is not None and (
            follows.of("preposition", "adverb", "relative", "manner")
            or follows.low in ("in", "to", "together", "alone", "directly", "every", "once")
        ):
            return _Opener("frame", at + 1, VerbGroup(at, at + 1, words[at]))
    return None


def _after_treatment(words: Sequence[Word], at: int, current: Kind) -> bool:
    """Reads "chemotherapy given for metastatic cancer": the participle speaks of the treatment before it."""
    return at > 0 and current in ("with", "time", "role") and not words[at - 1].is_stop and words[at - 1].of("treatment")


def _relative(here: _Here) -> _Opener | None:
    words, at, end, current, joined = here.parts
    low = words[at].low
    before = words[at - 1] if at else None
    if low in ("for", "in", "to", "with", "of") and at + 1 < end and words[at + 1].low in ("whom", "which", "whose"):
        if words[at + 1].low == "which":
            return _Opener("that", at) if current in (*_NOUNS, "bracket") else None
        return _Opener("who", at)
    if current == "including" and not joined:
        return None
    if low == "who":
        return _Opener("who", at + 1)
    if low == "whose":
        return _whose(words, at, end)
    if low not in ("that", "which", "where"):
        return None
    if low == "that" and not (
        at + 1 < end and (verb_group(words, at + 1, end) or words[at + 1].low == ":" or _acts(words, at + 1, end))
    ):
        named = current in _NOUNS and current != "people" and not here.fresh and _has_verb(words, at, end)
        return _Opener("that", at + 1) if at + 1 >= end or named else None
    if before is not None and not joined and _speaks_of_treatment(words, at, current):
        return None
    if current in ("purpose", "cause") and not joined and before is not None and not before.of("disease"):
        return None
    if current == "cause":
        return None
    return _Opener("that", at + 1)


def _acts(words: Sequence[Word], at: int, end: int) -> bool:
    """Reads "(melanoma) that surgery has completely removed"."""
    return words[at].of("treatment") and at + 1 < end and words[at + 1].of("have", "be", "do", "modal")


def _whose(words: Sequence[Word], at: int, end: int) -> _Opener:
    """Reads "whose cancer has spread" as said of the disease, "whose bones have finished growing" as said of the patients."""
    number = at + 1
    while (
        number < end and not begins_verb(words[number]) and (not words[number].is_stop or words[number].low in (",", "(", ")"))
    ):
        if words[number].of("disease") or (
            words[number].capital and words[number].low.upper()[:2].isalpha() and len(words[number].low) > 1
        ):
            follows = words[number + 1] if number + 1 < end else None
            if follows is None or begins_verb(follows) or follows.of("adverb") or follows.low in (":", "that", "("):
                return _Opener("that", number + 1)
        number += 1
    return _Opener("who", at)


def _speaks_of_treatment(words: Sequence[Word], at: int, current: Kind) -> bool:
    """Whether "that" before `at` goes on with a treatment: "chemotherapy that included X", "a treatment that lowers Y"."""
    if current not in (*_PREDICATES, "time", "with", "role", "participle"):
        return False
    number = at - 1
    while number > 0 and not words[number].is_stop and at - number < 6:  # noqa: PLR2004 - no name is longer
        if words[number].of("treatment"):
            return True
        if words[number].of("disease", "person"):
            return False
        if words[number].of("preposition", "coordinator") and words[number].low != "of":
            break
        number -= 1
    return at + 1 < len(words) and words[at + 1].low in ("included", "include", "includes", "contained", "contains", "contain", "blocks",
                                                         "block", "lowers", "lower", "targets", "target")  # fmt: skip


def people_end(words: Sequence[Word], at: int, end: int) -> int | None:
    """The index after the first noun for persons of a noun phrase at `at` ("certain postmenopausal women"), or None."""
    number = at
    while number < end and number - at < 6:  # noqa: PLR2004 - no group of patients has more words before its noun
        word = words[number]
        follows = words[number + 1] if number + 1 < end else None
        if word.of("person") and not (follows is not None and follows.of("person") and follows.low != "those"):
            return None if follows is not None and follows.low == "'s" else number + 1
        if word.of("relative") and word.low != "that":
            return None
        if not (
            word.of("quantifier", "article", "person", "possessive", "coordinator", "adverb", "number")
            or word.low == ","
            or _is_trait(word)
        ):
            return None
        number += 1
    return None


def _is_trait(word: Word) -> bool:
    low = word.low
    return low.endswith(("menopausal",)) or low in (
        "pregnant", "young", "younger", "older", "elderly", "pediatric", "paediatric", "newborn", "teenage", "individual", "male",
        "female", "eligible", "selected", "school-age",
    )  # fmt: skip


def _people(here: _Here) -> _Opener | None:
    words, at, end, current, joined = here.parts
    low = words[at].low
    if current == "including" and not joined:
        return None
    if (
        low in ("in", "for", "among", "to")
        or (low == "by" and current in ("frame", "with", "place", "time", "alone", "start"))
        or (low == "of" and current in ("frame", "aim", "place"))
    ):
        inner = at + 1
        if inner < end and words[inner].low == "use" and inner + 1 < end and words[inner + 1].low == "in":
            inner += 2
        if inner < end and words[inner].low == "both":
            inner += 1
        found = people_end(words, inner, end)
        if (
            found is None
            or (low == "to" and current in CLAUSES)
            or (low == "of" and not here.fresh and current not in ("frame", "place"))
        ):
            return None
        return _Opener("people", inner)
    fresh = here.fresh and current in ("start", "frame", "aim")
    if not (fresh or joined):
        return None
    found = people_end(words, at, end)
    if found is None:
        return None
    if fresh:
        return _Opener("people", at) if not (current == "frame" and joined and low in ("these", "those")) else None
    follows = words[found] if found < end else None
    bound = follows is not None and (follows.low in ("who", "whose", "with", "aged", "at") or follows.of("number"))
    return _Opener("people", at) if bound and current not in ("with", "time") else None


def _including(here: _Here) -> _Opener | None:
    words, at, end, current, _joined = here.parts
    low = words[at].low
    following = words[at + 1].low if at + 1 < end else ""
    if low == "including" or (low == "such" and following == "as"):
        inner = at + (1 if low == "including" else 2)
        if people_end(words, inner, end) is not None and current != "start":
            return _Opener("including", inner)
        if inner + 1 < end and words[inner].low == "the" and words[inner + 1].low == "following":
            return _Opener("including", inner)
        if inner < end and words[inner].low == ":":
            return _Opener("including", inner)
        if current in _NOUNS and current != "people":
            return _Opener("including", inner)
        if current == "that" and _names_disease(words, inner, end):
            return _Opener("including", inner)
    return None


def _names_disease(words: Sequence[Word], at: int, end: int) -> bool:
    for number in range(at, min(end, at + 6)):
        if words[number].of("treatment"):
            return False
        if words[number].of("disease"):
            return True
    return False


def _by_first(*phrases_of: tuple[str, ...]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Fixed phrases by their first word."""
    return {first: tuple(said for said in phrases_of if said[0] == first) for first in {said[0] for said in phrases_of}}


_EXCEPTIONS = _by_first(
    ("other", "than"), ("rather", "than"), ("instead", "of"), ("regardless", "of"), ("except", "for"), ("but", "not"), ("but", "only"),
    ("in", "spite", "of"), ("in", "addition", "to"), ("with", "the", "exception", "of"), ("limited", "to"),
    ("except",), ("excluding",), ("despite",), ("besides",), ("not",), ("only",), ("no",), ("never",),
)  # fmt: skip


def _except(here: _Here) -> _Opener | None:
    words, at, end, current, joined = here.parts
    if current in CLAUSES or current == "start":
        return None
    for said in _EXCEPTIONS.get(words[at].low, ()):
        if tuple(word.low for word in words[at : at + len(said)]) == said and at + len(said) < end:
            if said in (("only",), ("no",)) and (joined or current not in ("noun", "head")):
                return None
            return _Opener("except", at)
    return None


_KNOWN = frozenset(("known", "clear", "sure", "determine", "certain", "know", "see", "unknown"))


def _case(here: _Here) -> _Opener | None:
    words, at, end, current, joined = here.parts
    low = words[at].low
    if low == "as" and at + 2 < end and words[at + 1].low in ("long", "soon", "far") and words[at + 2].low == "as":
        return _Opener("case", at)
    if (low, words[at + 1].low if at + 1 < end else "") in (("in", "case"), ("provided", "that")):
        return _Opener("case", at)
    if not words[at].of("subordinator") or low in ("so", "where", "since") or (low == "whether" and current in _PREDICATES):
        return None
    if (
        low in ("if", "when")
        and at
        and (
            words[at - 1].low in _KNOWN
            or (current in _PREDICATES and at > 1 and words[at - 1].low == "," and words[at - 2].of("coordinator"))
        )
    ):
        return None
    if low in ("while", "until", "till", "once", "because") and current in _PREDICATES and not joined:
        return None
    if low == "once" and not _has_verb(words, at, end):
        return None
    return _Opener("case", at)


def _has_verb(words: Sequence[Word], at: int, end: int) -> bool:
    return any(begins_verb(word) for word in words[at + 1 : min(end, at + 10)])


_AGENT = frozenset(("agent", "drug", "medicine", "medication", "treatment", "therapy"))


def _alone(here: _Here) -> _Opener | None:
    words, at, end, current, joined = here.parts
    low = words[at].low
    size = 0
    if low in ("alone", "unaccompanied"):
        size = 1
    elif low in ("with", "without") and _nothing_else(words, at, end):
        size = _nothing_else(words, at, end)
    elif low in ("by", "on") and at + 1 < end:
        if words[at + 1].low in ("itself", "themselves"):
            size = 2
        elif words[at + 1].low in ("its", "their") and at + 2 < end and words[at + 2].low == "own":
            size = 3
    elif low == "as" and at + 1 < end:
        number = at + 2 if words[at + 1].low in ("a", "an", "the") else at + 1
        if number < end and words[number].low == "monotherapy":
            size = number + 1 - at
        elif number < end and words[number].low in ("single-agent", "single-drug"):
            size = number + 2 - at
        elif number + 1 < end and words[number].low in ("single", "only", "sole", "stand-alone", "standalone"):
            agent = next((k for k in range(number + 1, min(end, number + 4)) if words[k].low in _AGENT), None)
            size = agent + 1 - at if agent is not None else 0
    if not size:
        return None
    if current in (*CLAUSES, "with", "time") and not joined:
        return None
    return _Opener("alone", at + size)


def _nothing_else(words: Sequence[Word], at: int, end: int) -> int:
    """Reads "with no other drug", "without other medicines", "with nothing else": how many words say so, 0 if none."""
    said = tuple(word.low for word in words[at : min(end, at + 4)])
    if said[:3] == ("with", "nothing", "else"):
        return 3
    lead = (
        3
        if said[:3] == ("with", "no", "other")
        else 3
        if said[:3] == ("without", "any", "other")
        else 2
        if said[:2] == ("without", "other")
        else 0
    )
    return (
        lead + 1
        if lead
        and at + lead < end
        and words[at + lead].low in (*_AGENT, "drugs", "medicines", "treatments", "therapies", "medications")
        else 0
    )


def _role(here: _Here) -> _Opener | None:
    """Reads "as the first treatment", "as maintenance therapy", "on maintenance therapy": the treatment's place."""
    words, at, end, current, _joined = here.parts
    if words[at].low not in ("as", "on") or (at and words[at - 1].low == "well"):
        return None
    number = at + 1
    if (
        number < end
        and words[number].low in ("part", "well", "a")
        and number + 1 < end
        and words[number + 1].low in ("of", "as")
    ):
        kinds = words[number + 2 : number + 4]
        if words[number].low == "well" or not any(word.of("line") for word in kinds):
            return None  # "as part of combination therapy" names a partner
        number += 2
    while number < end and number - at < 8:  # noqa: PLR2004 - no role is longer
        word = words[number]
        if word.of("treatment"):
            if words[at].low == "on" and not any(one.of("line") for one in words[at + 1 : number]):
                return None
            follows = words[number + 1].low if number + 1 < end else ""
            if follows in ("of", "for") and number + 2 < end and words[at].low == "as":
                return None  # "as palliative treatment of" is an aim
            return _Opener("role", at)
        if word.is_stop or (
            word.of("preposition", "relative", "subordinator", "be", "have", "modal", "pronoun") and not word.of("line")
        ):
            break
        number += 1
    named = (
        words[at].low == "as"
        and at + 1 < end
        and words[at + 1].of("article", "possessive")
        and current not in CLAUSES
        and number > at + 2
    )
    return _Opener("role", at) if named else None


_NOT_AN_AIM = frozenset(
    ["able", "unable", "likely", "unlikely", "need", "needs", "needed", "enough", "too", "reasonable", "going", "ready", "safe", "continue", "continued", "begun", "began", "want", "wants", "willing", "eligible", "required", "allowed", "failed", "have", "has"]
)
_OF_SURGERY = frozenset(("remove", "shrink", "destroy", "suppress", "lower", "reduce", "collect", "cut", "kill", "help"))
_NOUN_AIMS = frozenset(("treatment", "management", "relief", "prevention", "reduction", "control", "care", "therapy", "diagnosis", "detection",
                        "palliation"))  # fmt: skip
_GERUNDS = frozenset(("treating", "preventing", "reducing", "lowering", "relieving", "controlling", "managing", "finding", "detecting",
                      "helping", "keeping"))  # fmt: skip


_CLAUSE_VERBS = frozenset(
    ("keep", "prepare", "move", "stop", "slow", "make", "get", "allow", "bring", "limit", "extend", "give", "collect")
)


def _aim(here: _Here) -> _Opener | None:
    """Reads "to help prevent", "for the palliative treatment of", "and keep it from recurring": what for."""
    words, at, end, current, joined = here.parts
    word = words[at]
    if word.low == "to" or (joined and current in ("aim", "purpose") and word.of("aim") and not word.of("treatment", "course")):
        before = words[at - 1] if at else None
        number = _past(words, at + (word.low == "to"), end)
        unknown = (
            here.fresh
            and current in ("start", "frame")
            and word.low == "to"
            and number < end
            and not words[number].is_stop
            and not words[number].classes - {"course"}
        )
        if (
            number >= end
            or not (words[number].of("aim") or unknown)
            or (word.low == "to" and not joined and _blocked(before, words[number], current))
        ):
            return None
        return _infinitive(words, at, number, end)
    if word.low not in ("for", "in", "as") or at + 1 >= end:
        return None
    if word.low == "for" and words[at + 1].low == ":":
        return _Opener("aim", at + 1)
    if current in _PREDICATES or current == "purpose":
        return None
    if words[at + 1].low in _GERUNDS and word.low in ("for", "in"):
        return _Opener("aim", at + 2)
    number = at + 1
    while number < end and number - at < 6 and not words[number].of("preposition", "relative") and not words[number].is_stop:  # noqa: PLR2004
        if words[number].low in _NOUN_AIMS and number + 1 < end and words[number + 1].low in ("of", "for"):
            return _Opener("aim", number + 2) if _is_aim(words, at, number, end) else None
        number += 1
    return None


def _is_aim(words: Sequence[Word], at: int, noun: int, end: int) -> bool:
    """Whether "as … treatment of" says what for, and not only in which line ("as the first therapy for cancer that has spread")."""
    if words[at].low != "as" or words[noun + 1].low == "of":
        return True
    said = words[at + 1 : noun]
    return any(word.low in ("palliative", "emergency") for word in said) or not any(word.of("line", "ordinal") for word in said)


def _past(words: Sequence[Word], at: int, end: int) -> int:
    while at < end and words[at].of("adverb"):
        at += 1
    if at + 2 < end and words[at].low == "be" and words[at + 1].low in ("used", "given") and words[at + 2].low == "to":
        at += 3
    return at


def _blocked(before: Word | None, verb: Word, current: Kind) -> bool:
    """Reads "unable to receive", "surgery to remove the tumor": the infinitive goes on with the words before it."""
    if before is None:
        return False
    surgery = before.of("treatment") and verb.low in _OF_SURGERY and current not in ("start", "frame")
    return before.low in _NOT_AN_AIM or surgery


def _infinitive(words: Sequence[Word], at: int, verb: int, end: int) -> _Opener:
    """The aim after its verb or verbs ("prevent and treat"); a verb that takes a whole clause is a purpose."""
    while verb + 1 < end and words[verb].low in ("help", "helps") and words[verb + 1].of("aim"):
        verb += 1
    number = verb + 1
    if number < end and words[number].low in ("up", "down", "out", "off"):
        number += 1
    while (
        number + 1 < end
        and words[number].of("coordinator")
        and words[number + 1].of("aim")
        and not words[number + 1].of("treatment")
    ):
        if words[number + 1].low == "help" and number + 2 < end and words[number + 2].of("aim"):
            number += 1
        number += 2
    stop = next((k for k in range(number, end) if words[k].of("coordinator", "relative")), end)
    from_doing = any(
        words[k].low == "from" and words[k + 1].low.endswith("ing") for k in range(number, min(stop, number + 8) - 1)
    )
    clause = any(words[k].low in _CLAUSE_VERBS for k in range(verb, number)) or from_doing
    return _Opener("purpose" if clause else "aim", number)


_TOGETHER = _by_first(
    ("in", "combination", "with"), ("together", "with"), ("combined", "with"), ("along", "with"), ("alongside",), ("paired", "with"),
    ("added", "to"), ("in", "addition", "to"), ("given", "with"), ("used", "with"), ("plus",), ("as", "part", "of"), ("given", "together", "with"),
    ("in", "combination"), ("side", "by", "side", "with"), ("hand", "in", "hand", "with"), ("joined", "by"), ("on", "top", "of"),
    ("in", "tandem", "with"), ("as", "an", "add-on", "to"), ("accompanied", "by"),
)  # fmt: skip


def _after_list(words: Sequence[Word], at: int) -> bool:
    """Whether ", with or without X" in a clause goes on with a list of treatments ("did not respond to A, with or without B")."""
    for number in range(at - 2, max(at - 9, 0), -1):
        if words[number].low in ("to", "after", "with", "received", "had"):
            return True
        if words[number].is_stop or words[number].of("disease", "course"):
            return False
    return False


def _with(here: _Here) -> _Opener | None:
    words, at, end, current, joined = here.parts
    low = words[at].low
    comma = at > 0 and words[at - 1].low == ","
    either = low == "with" and at + 2 < end and words[at + 1].low == "or" and words[at + 2].low == "without"
    if either:
        if current in CLAUSES and (not (comma or joined) or _after_list(words, at)):
            return None
        return _Opener("having" if current in ("start", "noun", "aim", "place") and not here.fresh else "with", at)
    for said in _TOGETHER.get(low, ()):
        if tuple(word.low for word in words[at : at + len(said)]) == said:
            if current in CLAUSES and not (comma or joined):
                return None
            if said[0] in ("used", "given") and current in (*CLAUSES, "start"):
                return None
            return _Opener("with", at + len(said) - 1)
    if low not in ("with", "without") or (current in _NOUNS and current != "people" and is_feature(words, at, end)):
        return None
    if current in CLAUSES or (current == "time" and not (comma or joined or words[at - 1].low in _OPERATIONS)):
        return None
    if joined and current == "people":
        return _Opener("with", at)
    if current in ("people", "noun", "aim", "place", "for", "having") or (current == "start" and not here.fresh):
        return _Opener("having", at + 1 if low == "with" else at)
    return _Opener("with", at)


def _time(here: _Here) -> _Opener | None:
    words, at, end, current, joined = here.parts
    if current in CLAUSES and not (current == "cause" and joined):
        return None
    if (words[at].low, words[at + 1].low if at + 1 < end else "") in (
        ("ahead", "of"),
        ("prior", "to"),
    ) and current not in CLAUSES:
        return _Opener("time", at + 2)
    if tuple(word.low for word in words[at : at + 4]) == ("as", "a", "follow-up", "to"):
        return _Opener("time", at + 4)
    number = at
    if words[number].low in ("right", "immediately", "shortly", "soon", "just") and number + 1 < end:
        number += 1
    if (
        words[number].low in ("at", "around", "about")
        and number + 2 < end
        and words[number + 1].low == "the"
        and words[number + 2].low == "time"
    ):
        return _Opener("time", number + 3 + (number + 3 < end and words[number + 3].low == "of"))
    if (
        words[number].of("number")
        and number + 2 < end
        and words[number + 1].of("unit", "period")
        and words[number + 2].of("time")
    ):
        return _Opener("time", at + 3)
    word = words[number]
    if not word.of("time") or (word.low == "once") or (word.low == "following" and at and words[at - 1].low in ("the", "of")):
        return None
    return _Opener("time", _past_time(words, number + 1, end))


def _past_time(words: Sequence[Word], at: int, end: int) -> int:
    """Past "or after", "12 weeks after", "6 to 8 weeks of": what goes on with the opener."""
    if at + 1 < end and words[at].of("coordinator") and words[at + 1].of("time"):
        return _past_time(words, at + 2, end)
    number = at
    while number < end and (
        words[number].of("number", "article", "unit", "period") or words[number].low in ("to", "or", "about", "least", "at")
    ):
        number += 1
    if (
        number > at
        and number < end
        and words[number - 1].of("unit", "period")
        and (words[number].of("time") or words[number].low == "of")
    ):
        return number + 1
    return at


_OPERATIONS = frozenset(["surgery", "transplant", "transplantation", "procedure", "operation", "resection", "removal", "biopsy"])


def _span(here: _Here) -> _Opener | None:
    words, at, end, current, _joined = here.parts
    if (
        current in _PREDICATES
        or words[at].low not in ("for", "over", "every", "up")
        or (current == "people" and words[at].low in ("up", "over"))
    ):
        return None
    number = at + 1
    while number < end and number - at < 7 and not words[number].is_stop:  # noqa: PLR2004 - "for a total of up to 6 months"
        if words[number].of("unit", "period"):
            return _Opener("span", at)
        if not (words[number].of("number", "article", "quantifier", "adverb", "ordinal") or words[number].low in (
            "up", "to", "total", "of", "about", "around", "than", "maximum", "long", "as", "or", "whole", "full", "entire")):  # fmt: skip
            return _Opener("span", at) if _counts(words, at + 1, number) else None
        number += 1
    return None


def _counts(words: Sequence[Word], at: int, end: int) -> bool:
    """Reads "for up to six snords": a count of what no rule knows."""
    said = [word.low for word in words[at:end]]
    return bool(said) and words[end - 1].of("number") and ("up" in said or "least" in said or "than" in said)


def _cause(here: _Here) -> _Opener | None:
    words, at, end, current, joined = here.parts
    if current in _PREDICATES or (current == "cause" and not joined):
        return None
    low = words[at].low
    if (
        low in ("caused", "induced", "associated", "related", "due", "resulting", "linked", "triggered", "brought")
        and at + 1 < end
    ) and words[at + 1].low in ("by", "with", "to", "from", "on"):
        return _Opener("cause", at)
    return None


def _participle(here: _Here) -> _Opener | None:
    words, at, end, current, joined = here.parts
    if current not in (*_NOUNS, "with") or (current == "start" and not at):
        return None
    low = words[at].low
    follows = words[at + 1] if at + 1 < end else None
    if current == "people" and low in (
        "receiving",
        "taking",
        "undergoing",
        "getting",
        "being",
        "already",
        "not",
        "newly",
        "recently",
    ):
        return _Opener("participle", at)
    if current == "with" or follows is None or joined:
        return None
    if (
        low.endswith(("ed", "ing"))
        and follows.of("preposition")
        and follows.low not in ("of", "for")
        and not words[at].classes - {"adverb", "course", "use"}
    ):
        return _Opener("participle", at)
    return None


def _for(here: _Here) -> _Opener | None:
    words, at, _end, current, joined = here.parts
    if words[at].low != "for" or current in CLAUSES:
        return None
    before = words[at - 1].low if at else ""
    if current in ("with", "time") and not joined and before in ("given", "used", "received", "needed"):
        return None
    return _Opener("for", at + 1)


_PLACES = frozenset(
    ["in", "on", "at", "from", "into", "through", "by", "under", "over", "between", "against", "via", "to", "onto", "outside", "inside", "within", "near", "per", "upon"]
)


def _place(here: _Here) -> _Opener | None:
    words, at, end, current, joined = here.parts
    low = words[at].low
    if current in CLAUSES or (current in ("time", "span") and not joined):
        return None
    follows = words[at + 1].low if at + 1 < end else ""
    if (
        low in ("over", "under", "above", "below", "up")
        and at > 1
        and words[at - 1].low in ("and", "or")
        and words[at - 2].of("unit", "number")
    ):
        return None  # "aged 12 years or under"
    if (
        current == "people"
        and low in ("over", "under", "above", "below", "from")
        and at + 1 < end
        and (
            words[at + 1].of("number") or (words[at + 1].low == "the" and at + 2 < end and words[at + 2].low in ("age", "ages"))
        )
    ):
        return None
    if low not in _PLACES or follows == "situ" or (low == "to" and at and words[at - 1].of("number")):
        return None
    if (
        low == "to"
        and at
        and words[at - 1].low.endswith(("-risk", "risk", "low", "intermediate", "low-intermediate", "mild", "moderate"))
    ):
        return None
    if low == "to" and current not in ("frame", "start", "place"):
        return None
    return _Opener("place", at + 1)


#: Open words that may open a phrase all the same.
_OPENING_WORDS = frozenset(
    (
        "(",
        "alone",
        "unaccompanied",
        "together",
        "side",
        "hand",
        "plus",
        "alongside",
        "accompanied",
        "such",
        "due",
        "brought",
        "ahead",
        "prior",
        "provided",
    )
)
_OPENERS = (
    _bracket, _frame, _relative, _including, _people, _case, _alone, _aim, _time, _role, _span, _with, _except, _cause, _participle, _for, _place,
)  # fmt: skip
