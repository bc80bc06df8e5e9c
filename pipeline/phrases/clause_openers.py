"""Openers of clauses: "that", "who", "when", "including", "except", a verb of use."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.language import closed
from pipeline.phrases.kinds import CLAUSES, NOUNS, PREDICATES, Here, Kind, Opener, by_first, has_verb, names_disease
from pipeline.phrases.people_openers import is_age, people_end
from pipeline.phrases.verbs import VerbGroup, begins_verb, verb_group
from pipeline.phrases.words import Word, closing_bracket


def bracket(here: Here) -> Opener | None:
    """Reads "(stage IV)" right after patients, a frame or another bracket, "(in children)" after a treatment too."""
    words, at, end, current, _joined = here.parts
    opens = words[at].low == "(" and (
        current in ("people", "frame", "alone", "bracket")
        or (current in ("noun", "start") and here.fresh)
        or (at + 1 < end and (words[at + 1].low == "see" or _of_an_age(words, at, end)))
        or (current == "with" and at + 2 < end and words[at + 1].low in ("in", "for") and words[at + 2].of("person"))
    )
    return (
        Opener("bracket", closing_bracket(words, at, end))
        if opens and not (current == "people" and is_age(words, at, end))
        else None
    )


def _of_an_age(words: Sequence[Word], at: int, end: int) -> bool:
    """Reads "(patients aged 12 years and older only)"."""
    inside = words[at + 1 : closing_bracket(words, at, end)]
    return bool(inside) and inside[0].of("person") and any(word.low.isdigit() for word in inside)


def frame(here: Here) -> Opener | None:
    """Reads "it is used", "and is being studied", "to be given", "taken together with": a verb of use at the sentence's level."""
    words, at, end, current, joined = here.parts
    low = words[at].low
    if low == "to" and at + 2 < end and words[at + 1].low == "be" and words[at + 2].of("use"):
        return Opener("frame", at + 3, VerbGroup(at + 1, at + 3, words[at + 2], passive=True))
    if low == "been" and at and words[at - 1].of("adverb"):
        return None  # "has also been given X": the verb began before
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
            return Opener("frame", group.end, group)
    if (
        words[at].low == "they"
        and joined
        and words[number].of("take")
        and number + 1 < end
        and words[number + 1].low in ("it", "this")
    ):
        return Opener("frame", number + 2, verb_group(words, number, end) or VerbGroup(number, number + 1, words[number]))
    if number > at or joined:
        group = verb_group(words, number, end)
        if joined and group is not None and group.negative and group.head is None and _not_for(words, group.end, end):
            return Opener("frame", group.end + 3 * (words[group.end].low == "to"), group)
        if (
            group is not None
            and group.passive
            and group.is_of("use", "approve", "study", "recommend")
            and (joined or current not in CLAUSES)
        ):
            after = words[group.end].low if group.end < end else ""
            if not (current in CLAUSES and after in ("with", "by") and words[at].low not in ("it", "they")):
                return Opener("frame", group.end, group)
    together = at + 1 < end and (low, words[at + 1].low) in (("added", "to"), ("combined", "with"), ("paired", "with"))
    given = at + 3 if low == "when" and [word.low for word in words[at + 1 : at + 3]] == ["it", "is"] else at + 1
    if low in ("when", "if") and given < end and words[given].of("use"):
        partners = any(word.low in _WITH_WHAT for word in words[given + 1 : min(end, given + 3)])
        apart = partners and words[at - 1].low == ","  # "that has come back, when it is given with X"
        if apart or (current not in CLAUSES and given == at + 1):
            return Opener("frame", given + 1, VerbGroup(at, given + 1, words[given]))
    if words[at].of("use") and not together and current not in PREDICATES and not _after_treatment(words, at, current):
        follows = words[at + 1] if at + 1 < end else None
        if follows is not None and (
            follows.of("preposition", "adverb", "relative", "manner")
            or follows.low in ("in", "to", "together", "alone", "directly", "every", "once")
        ):
            return Opener("frame", at + 1, VerbGroup(at, at + 1, words[at]))
    return _own_clause(here)


_WITH_WHAT = frozenset(("with", "combination", "alone"))


def _own_clause(here: Here) -> Opener | None:
    """Reads "(in adults), but children should not receive it", "(in adults) and does not work in children": a clause of its own.

    It says nothing of the patients before it, and those in it are none of the use's: it is kept whole, in words.
    """
    words, at, end, current, joined = here.parts
    if not joined or here.fresh or current in CLAUSES:
        return None
    verb = at
    while (
        verb < min(end, at + 6)
        and words[verb].of("person", "pronoun", "article", "quantifier")
        and not words[verb].of("relative")
    ):
        verb += 1
    people = any(word.of("person") for word in words[at:verb])
    if people and verb < end and words[verb].low == "who":  # "but children who are small cannot take it"
        takes = next(
            (k for k in range(verb + 2, end) if words[k].of("take") and k + 1 < end and words[k + 1].low == "it"), None
        )
        return Opener("except", at) if takes is not None else None
    group = verb_group(words, verb, end) if verb < end and words[verb].of("be", "have", "do", "modal", "take") else None
    if group is None:
        return None
    if not people and group.is_of("use", "approve", "study", "recommend"):
        return None  # "and is also used …", "and it is given …"
    of_drug = current == "people" and words[at].low in ("is", "has", "does", "was") and not group.is_of("course")
    return Opener("except", at) if verb > at or group.negative or group.modal or of_drug else None


def _not_for(words: Sequence[Word], at: int, end: int) -> bool:
    """Reads "(and is not) for patients who have X", "(and is not) to be used in children": said of the drug, never of a disease."""
    if at + 2 < end and words[at].low == "to" and words[at + 1].low == "be" and words[at + 2].of("use"):
        return True
    number = at + (at < end and words[at].low in ("suitable", "appropriate", "safe", "right", "a"))
    return number < end and words[number].low == "for"


def _after_treatment(words: Sequence[Word], at: int, current: Kind) -> bool:
    """Reads "chemotherapy given for metastatic cancer": the participle speaks of the treatment before it."""
    return (
        at > 0 and current in ("with", "time", "role", "cause") and not words[at - 1].is_stop and words[at - 1].of("treatment")
    )


def relative(here: Here) -> Opener | None:
    """Reads "that …", "who …", "whose …", "in which …"."""
    words, at, end, current, joined = here.parts
    low = words[at].low
    before = words[at - 1] if at else None
    if low in ("for", "in", "to", "with", "of") and at + 1 < end and words[at + 1].low in ("whom", "which", "whose"):
        if words[at + 1].low == "which":
            return Opener("that", at) if current in (*NOUNS, "bracket") else None
        return Opener("who", at)
    if words[at].of("negation", "quantifier") and tuple(word.low for word in words[at + 1 : at + 3]) in _OF_WHOM:
        return Opener("who", at)  # "adults none of whom have had surgery": torn from "of whom …", "none" would say nothing
    if current == "including" and not joined:
        return None
    if low == "who":
        return Opener("who", at + 1)
    if low == "whose":
        return _whose(words, at, end)
    if low not in ("that", "which", "where"):
        return None
    if before is not None and (
        (low == "where" and before.of("preposition"))
        or (
            low == "which"
            and (current in CLAUSES or (current in ("time", "with", "role") and before.low == "of"))
            and (before.low == "of" or (current == "that" and before.low in ("for", "in", "to", "with")))
        )
    ):
        return None  # "near where it started", "at least two treatments, one of which was X"
    if current in _OF_PATIENTS and not joined and before is not None and not before.is_stop and _may_have(words, at):
        return None
    if current == "place" and not joined and before is not None and _of_the_place(words, at, end):
        return None
    if low == "that" and not (
        at + 1 < end and (verb_group(words, at + 1, end) or words[at + 1].low == ":" or _acts(words, at + 1, end))
    ):
        of_disease = current == "who" and not joined and _of_a_tumor(words, at, end)
        named = (current in NOUNS and current != "people" and not here.fresh and has_verb(words, at, end)) or of_disease
        return Opener("that", at + 1) if at + 1 >= end or named else None
    if before is not None and not joined and _speaks_of_treatment(words, at, current):
        return None
    if current in ("purpose", "cause", "case") and not joined and before is not None and not before.of("disease"):
        return None  # "when cancer was found in the tissue that was removed"
    if current == "cause":
        return None
    return Opener("that", at + 1)


_TREATED = closed("treated") | {"diagnosed", "found", "metastasized", "caused"}


def _of_the_place(words: Sequence[Word], at: int, end: int) -> bool:
    """Reads "(found) by a test that the FDA has approved": it says no course of a disease, and so speaks of the noun before it."""
    if words[at - 1].of("disease", "marker", "person") or at + 1 >= end:
        return False
    group = verb_group(words, at + 1, end)
    if group is None:
        return words[at + 1].of("article")
    return group.head is not None and not group.head.of("course") and group.head.low not in _TREATED


def _of_a_tumor(words: Sequence[Word], at: int, end: int) -> bool:
    """Reads "who have neurofibromas that cause symptoms and cannot be removed": a verb that is none of the closed classes."""
    who = next((k for k in range(at - 1, max(-1, at - 8), -1) if words[k].low == "who"), at)
    return (
        who < at < end - 1
        and words[at - 1].of("disease")
        and not words[at - 1].low.startswith(("problem", "condition", "disorder", "illness"))
        and not any(word.of("treatment") for word in words[who:at])
        and not words[at + 1].of("article", "quantifier", "possessive", "treatment")
    )


_OF_PATIENTS = ("who", "participle", "having", "place", "people")
_DOUBT = closed("doubt")


_OF_WHOM = (("of", "whom"), ("of", "whose"))


def _may_have(words: Sequence[Word], at: int) -> bool:
    """Reads "who may have cancer that has spread", "who do not have …", "suspected of having …": no fact of the disease."""
    people = next((k for k in range(at - 1, max(-1, at - 16), -1) if words[k].of("person")), None)
    return people is not None and any(word.low in _DOUBT or word.of("negation") for word in words[people:at])


def _acts(words: Sequence[Word], at: int, end: int) -> bool:
    """Reads "(melanoma) that surgery has completely removed"."""
    return words[at].of("treatment") and at + 1 < end and words[at + 1].of("have", "be", "do", "modal")


def _whose(words: Sequence[Word], at: int, end: int) -> Opener:
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
                return Opener("that", number + 1)
        number += 1
    return Opener("who", at)


def _speaks_of_treatment(words: Sequence[Word], at: int, current: Kind) -> bool:
    """Whether "that" before `at` goes on with a treatment: "chemotherapy that included X", "a treatment that lowers Y"."""
    if current not in (*PREDICATES, "time", "with", "role", "participle"):
        return False
    number = at - 1
    while number > 0 and not words[number].is_stop and at - number < 6:  # noqa: PLR2004 - no name is longer
        if words[number].of("treatment"):
            return True
        if number > 1 and words[number].of("disease") and words[number - 1].low == "for" and words[number - 2].of("treatment"):
            return True  # "chemotherapy for cancer that has spread"
        if words[number].of("disease", "person"):
            return False
        if words[number].of("preposition", "coordinator") and words[number].low != "of":
            break
        number -= 1
    return at + 1 < len(words) and words[at + 1].low in ("included", "include", "includes", "contained", "contains", "contain", "blocks",
                                                         "block", "lowers", "lower", "targets", "target")  # fmt: skip


def including(here: Here) -> Opener | None:
    """Reads "including X", "such as X"."""
    words, at, end, current, _joined = here.parts
    low = words[at].low
    following = words[at + 1].low if at + 1 < end else ""
    if low in closed("for-example") or (low == "such" and following == "as"):
        inner = at + (1 if low in closed("for-example") else 2)
        inner += low != "including" and inner < end and words[inner].low == ","
        if people_end(words, inner, end) is not None and current != "start":
            return Opener("including", inner)
        if inner + 1 < end and words[inner].low == "the" and words[inner + 1].low == "following":
            return Opener("including", inner)
        if inner < end and words[inner].low == ":":
            return Opener("including", inner)
        if (current in NOUNS and current != "people") or (current == "cause" and low != "including"):
            return Opener("including", inner)
        if current in ("that", "people") and names_disease(words, inner, end):
            return Opener("including", inner)
    return None


_EXCEPTIONS = by_first(
    ("other", "than"), ("rather", "than"), ("instead", "of"), ("in", "place", "of"), ("regardless", "of"), ("except", "for"), ("but", "not"), ("but", "only"),
    ("in", "spite", "of"), ("in", "addition", "to"), ("with", "the", "exception", "of"), ("limited", "to"),
    ("except",), ("excluding",), ("despite",), ("besides",), ("not",), ("only",), ("no",), ("never",), ("apart", "from"), ("aside", "from"),
)  # fmt: skip
#: Those that leave somebody or something out, wherever they stand.
_LEAVE_OUT = frozenset((("other", "than"), ("except", "for"), ("with", "the", "exception", "of"), ("except",), ("excluding",),
                        ("apart", "from"), ("aside", "from")))  # fmt: skip


def exception(here: Here) -> Opener | None:
    """Reads "other than X", "except X", "instead of X"; inside a clause "but not in those with X", "except when X"."""
    words, at, end, current, joined = here.parts
    for said in _EXCEPTIONS.get(words[at].low, ()):
        after = at + len(said)
        if tuple(word.low for word in words[at:after]) == said and after < end:
            out = said in _LEAVE_OUT or (joined and said in (("not",), ("never",), ("but", "not")))
            if current in CLAUSES and not (
                out and words[after].of("person", "preposition", "subordinator", "disease", "pronoun", "quantifier")
            ):
                return None
            if current == "start" and not joined and said not in _LEAVE_OUT:
                return None
            if current == "time" and said in (("not",), ("never",)) and words[at - 1].of("do", "have", "be", "modal"):
                return None  # "after X and Y did not work"
            if said in (("only",), ("no",)) and (joined or current not in ("noun", "head")):
                return None
            return Opener("except", at)
    return None


_KNOWN = closed("known")


def case(here: Here) -> Opener | None:
    """Reads "if …", "when …", "as long as …"."""
    words, at, end, current, joined = here.parts
    low = words[at].low
    if low == "as" and at + 2 < end and words[at + 1].low in ("long", "soon", "far") and words[at + 2].low == "as":
        return Opener("case", at)
    if (low, words[at + 1].low if at + 1 < end else "") in (("in", "case"), ("provided", "that")):
        return Opener("case", at)
    if not words[at].of("subordinator") or low in ("so", "where", "since") or (low == "whether" and current in PREDICATES):
        return None
    if (
        low in ("if", "when")
        and at
        and (
            words[at - 1].low in _KNOWN
            or (current in PREDICATES and at > 1 and words[at - 1].low == "," and words[at - 2].of("coordinator"))
        )
    ):
        return None
    if low in ("while", "until", "till", "once", "because") and current in PREDICATES and not joined:
        return None
    if low == "once" and not has_verb(words, at, end):
        return None
    return Opener("case", at)


def cause(here: Here) -> Opener | None:
    """Reads "caused by X", "due to X", "in association with X"."""
    words, at, end, current, joined = here.parts
    if current in PREDICATES or (current == "cause" and not joined):
        return None
    low = words[at].low
    if current in NOUNS and tuple(word.low for word in words[at : at + 3]) in _UNDER:
        return Opener("cause", at)
    if (
        low in ("caused", "induced", "associated", "related", "due", "resulting", "linked", "triggered", "brought", "secondary")
        and at + 1 < end
    ) and words[at + 1].low in ("by", "with", "to", "from", "on"):
        return Opener("cause", at)
    return None


#: "claudication on the basis of arterial disease": the condition comes with another, or from it.
_UNDER = {("on", "the", "basis"), ("in", "association", "with"), ("in", "connection", "with")}
_OF_PEOPLE = ("receiving", "taking", "undergoing", "getting", "being", "already", "not", "newly", "recently")


def participle(here: Here) -> Opener | None:
    """Reads "receiving X" after patients, "linked to X" after a disease."""
    words, at, end, current, joined = here.parts
    if current not in (*NOUNS, "with") or (current == "start" and not at) or (at and words[at - 1].low in ("of", "from")):
        return None  # "the chance of bleeding in adults"
    if here.fresh and current == "aim" and words[at].low.endswith("ing"):
        return None  # "to treat bedwetting in children"
    if at and words[at - 1].low == "as":
        return None  # "a mutation, as detected by a test"
    low = words[at].low
    follows = words[at + 1] if at + 1 < end else None
    if low == "as" and follows is not None and follows.low.endswith("ed") and at + 2 < end and words[at + 2].of("preposition"):
        return Opener("participle", at) if current != "with" and not joined else None
    opens = bool(at) and words[at - 1].of("preposition")  # "in newly diagnosed adults"
    if current == "people" and not opens and low in _OF_PEOPLE:
        return Opener("participle", at)
    if current == "with" or follows is None or joined:
        return None
    if (
        low.endswith(("ed", "ing"))
        and follows.of("preposition")
        and follows.low not in ("of", "for")
        and not words[at].classes - {"adverb", "course", "use"}
    ):
        return Opener("participle", at)
    return None
