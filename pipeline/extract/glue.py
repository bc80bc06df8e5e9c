"""The words that hold clauses together, and glosses in brackets."""

from __future__ import annotations

from pipeline.extract.clauses import Clause, Cursor, Match, Part
from pipeline.extract.disease import disease_clauses
from pipeline.extract.language import ABBREVIATION, DISEASE_FORM, GENERIC_DISEASE, LIMITS, rx

_GLOSS = rx(r"\([^()]*\)")
_APPOSED = rx(
    r"(?:(?:which|that) (?:is|are) )?(?:an? (?:rare |common )?(?:type|form|kind)|(?:rare |common )?(?:types|forms|kinds))"
    r" of [\w -]+?(?= that| which| in |,|\.|$)|an? (?:condition|disease|disorder) in which [^,.;]+"
)
_OTHERS = rx(
    r"(?:(?:and|or) )?(?:many |certain |some )?other (?:types of cancer|cancers|diseases|conditions)(?: (?:and"
    r"|or) (?:other )?(?:conditions|diseases))?"
)
_CONNECTOR = rx(
    r"(?:and/or|and|or|but|also|both|either|then|next|first|including the following types?|including|as follows"
    r"|when|only if|only|if|it is used|when|and then|who|(?:with|in|for|of|after|by|that|from)(?: either"
    r"| (?:(?:one|any|some) of )?(?:the )?following(?: \w+)?)?(?=:)|(?:one of )?(?:the )?following \w+(?=:))(?![\w-])"
)
_DISEASE_SUBJECT = rx(
    rf"(?:(?:and|or|but) )?(?:that|which|whose (?:{GENERIC_DISEASE})|(?:(?:when|if|because|after|before) )?(?:the"
    rf"|their|it|the patient's) ?(?:{GENERIC_DISEASE})?|with (?:{GENERIC_DISEASE})(?: that| whose| which)?"
    rf"|(?:for|in|of) (?:{GENERIC_DISEASE}) (?:that|which|whose)|{GENERIC_DISEASE} (?:that|which))"
    r"(?= (?:is|are|was|were|has|have|had|does|do|did|cannot|can|got|came|come|spread|needs?|requires?|no longer"
    r"|responds?|responded|stopped|relapsed|worsened|progress(?:ed|es)|improved|grew|expresses|either|also|may|will|began|forms?|makes?|produces?"
    r"|contains?|involves?|affects?|blocks?|causes?|invades?|shows?)\b|:|$)"
)
_NAMED_SUBJECT = rx(
    rf"(?:(?:and|or|but) )?whose (?P<name>(?:(?!(?:was|were|is|are|has|have|and|or"
    rf"|whose)\b)[\w-]+ ){{0,4}}?(?:{DISEASE_FORM}|{ABBREVIATION}))(?= (?:is|are|has|have|had|does|do|did|cannot"
    rf"|got|came|responds?)\b)"
)
_PATIENT_SUBJECT = rx(r"(?:(?:and|or|but) )?(?P<who>who)\b")


def gloss(at: Cursor) -> Match | None:
    """Reads "(NSCLC)", "(a type of liver cancer)", ", a condition in which …": says the words before it again."""
    if at.before and (apposed := at.match(_APPOSED)) is not None:
        return Match(apposed.end(), (at.clause("gloss", "gloss", apposed.end()),))
    if at.match(LIMITS) is not None:
        return None
    found = at.match(_GLOSS)
    return Match(found.end(), (at.clause("gloss", "gloss", found.end()),)) if found is not None else None


def restriction(at: Cursor) -> Match | None:
    """Reads "(certain types)", "(excluding the lip)": brackets that narrow what stands before them."""
    found = at.match(LIMITS)
    if found is None:
        return None
    return Match(
        found.end(), (at.clause("restriction", "restriction", found.end(), phrase=Part(found.start() + 1, found.end() - 1)),)
    )


def head_again(at: Cursor) -> Match | None:
    """The head's own name said again: "… caused by chemotherapy and nausea and vomiting after surgery"."""
    for name in at.heads:
        end = at.pos + len(name)
        if at.before and at.text[at.pos : end].casefold() == name.casefold() and not at.text[end : end + 1].isalnum():
            return Match(end, (at.clause("connector", "head-again", end),))
    return None


def unspecified(at: Cursor) -> Match | None:
    """Reads "and other diseases and conditions": nothing that could be a use."""
    found = at.match(_OTHERS)
    return (
        Match(found.end(), (at.clause("connector", "unspecified", found.end()),)) if found is not None and at.before else None
    )


def connector(at: Cursor) -> Match | None:
    """Reads "and", "or", "but", "also", "then": a closed list."""
    found = at.match(_CONNECTOR)
    return (
        Match(found.end(), (at.clause("connector", "connector", found.end(), found.group().lower()),))
        if found is not None
        else None
    )


def subject(at: Cursor) -> Match | None:
    """Reads "that", "whose cancer", "who": of whom the next predicates speak; "whose rectal cancer" names a disease too."""
    if (found := at.match(_DISEASE_SUBJECT)) is not None and found.end() > at.pos:
        return Match(found.end(), (at.clause("subject", "subject", found.end(), "disease"),))
    if (found := at.match(_NAMED_SUBJECT)) is not None:
        named = disease_clauses(at, found.start("name"), found.end("name"), "whose-disease")
        if named is not None or at.text[found.start("name") : found.end("name")].isupper():
            return Match(found.end(), (*(named or ()), at.clause("subject", "subject", found.end(), "disease")))
    if (found := at.match(_PATIENT_SUBJECT)) is not None:
        return Match(found.end(), (at.clause("subject", "subject", found.end(), "patient"),))
    return None


_CAUSE = rx(
    r"(?:that (?:is|are) )?(?P<not>not )?(?:caused|induced|associated|related|due|resulting) (?:by|with|to|from)(?: |(?=:))"
)
_BY = rx(r" or (?:by|with|to) ")
_KIND_WORDS = rx(r"(?:(?:some|certain|all|many) (?:types|kinds|forms) of |the )")


def cause(at: Cursor) -> Match | None:
    """Reads "caused by multiple myeloma or by solid tumors that have spread to bone": one cause a branch."""
    found = at.match(_CAUSE)
    if found is None:
        return None
    if found["not"]:
        end = _cause_end(at, found.end())
        return Match(end, (Clause("status", "not-caused-by", found.start("not"), end),))
    parts: list[Part] = []
    pos = found.end()
    while True:
        end = _cause_end(at, pos)
        parts.extend(_branches(at, pos, end))
        joint = at.match(_BY, end)
        if joint is None:
            break
        pos = joint.end()
    if not parts:
        return Match(found.end(), (Clause("cause", "cause", at.pos, found.end(), "open"),))
    return Match(end, tuple(Clause("cause", "cause", at.pos, end, phrase=part) for part in parts))


_CAUSE_END = rx(
    r" or (?:by|with|to) |,? (?:and|or) (?:nausea|whose|who)|(?: and)? in (?:adults|children|patients|women|men"
    r"|people|certain|some)\b| (?:who|whose) |, |[.;:](?= |$)|$"
)
_BRANCH = rx(r" or (?!by|with|cannot|has|have|is|are|whose)")
_RELATIVE = rx(r" that ")


def _cause_end(at: Cursor, pos: int) -> int:
    stop = _CAUSE_END.search(at.text, pos, at.end)
    return stop.start() if stop is not None else at.end


def _branches(at: Cursor, start: int, end: int) -> list[Part]:
    """Reads "A or B" gives two; in "A that have spread or …" the "or" belongs to the relative clause, and there is one."""
    parts, pos = [], start
    relative = _RELATIVE.search(at.text, start, end)
    for joint in _BRANCH.finditer(at.text, start, relative.start() if relative is not None else end):
        parts.append(_kindless(at, pos, joint.start()))
        pos = joint.end()
    if pos < end:
        parts.append(_kindless(at, pos, end))
    return [part for part in parts if part.end > part.start]


def _kindless(at: Cursor, start: int, end: int) -> Part:
    lead = _KIND_WORDS.match(at.text, start, end)
    return Part(lead.end() if lead is not None else start, end)
