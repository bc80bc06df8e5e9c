"""Which words of a use's own sentences no field holds: what only the quote holds, a system never sees."""

from __future__ import annotations

import re

from pipeline.model import Fact, Use, facts_in

#: What carries a sentence and restricts nothing, and what a code says (an intent, a mode, a approval_status).
_FRAME = """
a an the of in on to for with by from at as into and or but nor and/or also if it its this these that those they them
their he his she her who whom whose which is are was were be been being has have had do does did may can could should
will would must used use uses using given give approved approval indicated treat treats treated treating treatment
treatments prevent prevents help helps drug drugs medicine brand brands name names called certain some following type
types kind kinds form forms other each both either such there when then how patient patients people person individuals
cancer cancers disease diseases condition conditions tumor tumors fda fda's only alone including after already received
caused associated related due back often sometimes usually currently now combination combined together without so longer
because under accelerated program vaccine stages take takes taken receive receives get gets start starts switch meant
it's you might doctors addition undergone tumour tumours licensed licenced authorised authorized
need come continued completed just turned one offered paired brought applied linked along joined purpose reason case part where
"""
FRAME = frozenset(_FRAME.split())
_WORD = re.compile(r"[A-Za-z][\w'+/-]*|\d+(?:\.\d+)?")
_MARKS = re.compile(r"[¹²³]")
#: "one of the following stages of melanoma": what it announces says which.
_ONE_OF = re.compile(r"\bone of the following\b")
#: What explains a word: "(low platelet levels)", ", which is a type of lymphoma,", "ITP is a condition in which …".
_GLOSS = (
    re.compile(r"\([^()]*\)"),
    re.compile(r", which is an? [^,.;:]*"),
    re.compile(
        r"(?<![^.]\s)\b(?:It|This|[A-Z][\w-]*(?: [\w-]+){0,4}) (?:is|are) an? "
        r"(?:condition|disorder|disease|type|kind|form)\b[^.]*\."
    ),
)
_LIMITS = re.compile(r"\b(?:only|must|should|cannot|not|no|unless|except|patients|adults|children|women|men)\b", re.IGNORECASE)


#: "Chronic grannogenous leukemia (CGL)": the abbreviation says the name again.
_DEFINED = re.compile(r"\((?:also called )?(t?[A-Z][A-Za-z0-9-]*[A-Z0-9+-])\)")
#: A partner that a lead names and a lower level replaces with one of its own, or with "alone".
_PARTNER = re.compile(r"\bwith\b(?! or without)[^:.]*?(?=\s+to (?:treat|prevent|reduce|help|be)\b)")
_OWN_PARTNER = re.compile(r"\b(?:with|alone)\b", re.IGNORECASE)


def words(text: str) -> list[str]:
    """The words of a text, in lower case."""
    return [word.strip("-'/").casefold() for word in _WORD.findall(text.replace("\u2019", "'"))]


def stem(word: str) -> str:
    """A word without its ending."""
    for end in ("ies", "es", "s", "ing", "ed"):
        if len(word) > len(end) + 3 and word.endswith(end):
            return word[: -len(end)]
    return word


def lost(use: Use, name: str) -> list[str]:
    """The words of the use, of its parent and of its lead that no field of it holds, in order; `name` is the drug's."""
    levels = [level.text for level in (use.text, use.parent, use.lead) if level is not None]
    # The item that defines an abbreviation may stand above the parent.
    told = [*levels, *(one.text for one in use.evidence)]
    known = {*words(name), *(found.casefold() for level in told for found in _DEFINED.findall(level))}
    held = {stem(word) for fact in _leaves(use) for word in words(fact.text)} | {stem(word) for word in known}
    if use.lead is not None and any(_OWN_PARTNER.search(level) for level in levels[:-1]):
        levels[-1] = _PARTNER.sub(" ", levels[-1])
    return [word for level in levels for word in _asked(level) if stem(word) not in held]


def _leaves(use: Use) -> list[Fact]:
    """Every fact of a use but its whole sentences; one that is a qualifier in words counts."""
    whole = {id(fact) for fact in (use.text, use.parent, use.lead, *use.evidence) if fact is not None}
    return [fact for fact in facts_in(use) if id(fact) not in whole]


def _asked(text: str) -> list[str]:
    said = _ONE_OF.sub(" ", _MARKS.sub("", text))
    for shape in _GLOSS:
        said = shape.sub(lambda found: found.group() if _LIMITS.search(found.group()) else " ", said)
    return [word for word in words(said) if word and word not in FRAME]
