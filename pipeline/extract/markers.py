"""Biomarkers, stages and states: "has the PD-L1 protein", "is HER2 negative", "is advanced", "stage III melanoma"."""

from __future__ import annotations

import re

from pipeline.extract.clauses import Clause, ClauseKind, Cursor, Match, Part
from pipeline.extract.disease import disease_clauses, phrase_end
from pipeline.extract.language import OTHER_PATIENTS, STAGE, STOP, rx

_END = rx(
    r"(?:,)?(?: (?:and|or|but))? in (?:which|whom)\b|(?:,)?(?: (?:and|or|but|who|which))?(?: not)? (?:whose|who|that"
    r"|is|are|was|were|has|have|had|does|do|did"
    r"|cannot|can|got|came|come|spread|as|to|after|for|to"
    r"|responds?|responded|relapsed|when|if|before|during|stopped|needs?|requires?|it|with|on)\b|(?:,)?(?: and"
    r"| or)? in (?:[\w-]+ ){0,3}?(?:patients|adults|children|certain|some|people|men|women|infants)\b"
    r"|" + OTHER_PATIENTS + "|" + STOP + r"|, (?:patients|whether|including)|$"
)  # fmt: skip
_HAS = rx(
    r"(?:(?P<any>with or without)|(?P<not>do not have|does not have|did not have|has no|have no|without|not have"
    r"|lacks?)|(?:has|have|had"
    r"|with|express(?:es)?|contains?|makes?)) "
)
_MARKER = re.compile(
    r"\b(?:mutations?|genes?|proteins?|fusions?|deletions?|chromosomes?|antigens?|amplifications?|rearrangements?"
    r"|receptors?|instability|expression"
    r"|biomarkers?|markers?|alterations?|abnormalit(?:y|ies)|translocations?|variants?|insertions?|pathway|PD-L1|changes?)\b",
    re.IGNORECASE,
)
_NOT_KNOWN = rx(
    r"(?:(?:and|or) )?(?:when )?(?:it is )?(?P<said>not known) (?:if|whether) (?:the )?(?:cancer|tumou?r|disease) (?:is|has) "
)
_IS = rx(
    r"(?:is|are|was|were)(?: also)?(?P<not> not)?(?: either)? (?!being|used|approved|given|available|also|having"
    r"|able|called|known|for |in (?:patients|adults))"
)
_ELEMENT = rx(r"\s*(?:,? (?:and|or) |, )")
_POSITIVE = re.compile(
    r"positive|negative|\b\S*[A-Z]\S*[+]|MSI|dMMR|deficient|instability|\b\S*\d[- ]low\b|wild-type|mutation|-high"
    r"|unknown|mutated"
    r"|mutant|amplified|[A-Z]{2,}\d*-low",
    re.IGNORECASE,
)
_STAGE = rx(
    r"(?:either )?(?:stages? |grades? |high[- ]grade|low[- ]grade|in (?:the )?(?:chronic|accelerated|blast\w*)"
    r" phase|early[- ]stage|(?:chronic|accelerated|blastic) phase)"
)


def biomarker(at: Cursor) -> Match | None:
    """Reads "has the PD-L1 protein", "does not have an abnormal EGFR or ALK gene", "with a germline mutation in the X gene"."""
    if (unknown := at.match(_NOT_KNOWN)) is not None:
        end = phrase_end(at, unknown.end())
        return Match(end, (at.clause("biomarker", "biomarker-unknown", end, phrase=Part(unknown.start("said"), end)),))
    found = at.match(_HAS)
    if found is None:
        return None
    limit = at.until(_END_OF_MARKER, found.end())
    markers = list(_MARKER.finditer(at.text, found.end(), limit))
    if not markers or (
        at.text[found.start() : found.end()].lower().startswith("with") and not _GENE_WORDS.search(at.text, found.end(), limit)
    ):
        return None
    if found["any"]:
        return Match(markers[-1].end(), (at.clause("status", "with-or-without", markers[-1].end()),))
    end = limit if markers[-1].group().lower().startswith(("antigen", "change")) else markers[-1].end()
    begin = (
        found.end()
        if found.group().lower().startswith(("has ", "have ", "had ", "with ")) and not found["not"]
        else found.start()
    )
    return Match(end, (at.clause("biomarker", "biomarker", end, "negative" if found["not"] else "", phrase=Part(begin, end)),))


_GENE_WORDS = re.compile(r"mutation|gene\b|genes|protein|chromosome|antigen|fusion", re.IGNORECASE)
_END_OF_MARKER = rx(
    r"(?:,)?(?: (?:and|or|but))? (?:whose|who|that|is|are|was|were|has|have|had|does|do|did|cannot|got|came|come"
    r"|spread|as|to|after|for|if|responds?|relapsed|when|before|during)\b"
    r"|(?:,)?(?: and| or)? in (?:[\w-]+ ){0,3}?(?:patients|adults|children|people|men|women|infants)\b"
    r"|" + OTHER_PATIENTS + r"|[.;](?= |$)|:(?= |$)|, (?:patients|it) |$"
)

_OF_THE_DRUG = rx(r"\b(?:used|given|approved|recommended)\b")  # "is less often used": no state of a disease


def state(at: Cursor) -> Match | None:
    """Reads "is advanced", "are X positive and Y negative", "is grade 2": an adjective says how the disease stands."""
    found = at.match(_IS)
    if found is None or (at.last is not None and at.last.kind == "population") or _of_the_sentence(at):
        return None
    limit = at.until(_END, found.end())
    if limit <= found.end() or _OF_THE_DRUG.search(at.text, found.end(), limit) is not None:
        return None
    start = found.start("not") + 1 if found["not"] else found.end()
    return Match(limit, tuple(_states(at, start, limit)))


def _of_the_sentence(at: Cursor) -> bool:
    """Reads "It is not known whether …", "It is not for use in …": "it" at the start of a sentence is no disease."""
    subject = at.last
    return (
        len(at.before) <= 1
        and subject is not None
        and subject.kind == "subject"
        and _IT.match(at.text, subject.start) is not None
    )


_IT = rx(r"it\b")


def _states(at: Cursor, start: int, end: int) -> list[Clause]:
    """One clause an adjective joined by "and" or a comma; what "or" joins stays together, "a, b, or c" as a whole."""
    pieces: list[list[int]] = []
    pos, joint, listed, before = start, "", 0, ""
    while pos < end:
        following = _outside_brackets(at.text, pos, end)
        if pieces and " or " in f" {joint} " and _STAGE.match(at.text, pos, end) is None:
            if before.split() == ["and"] and joint.split() == ["or"] and _same_kind(at, pieces[-2:], pos, following):
                pieces[-2:] = [[pieces[-2][0], pieces[-1][1]]]  # "A and B or C" may be "(A and B) or C"
            # `listed` commas before it: their pieces are alternatives of the same list.
            pieces[-1 - listed :] = [[pieces[-1 - listed][0], following]]
            listed = 0
        else:
            pieces.append([pos, following])
            listed = listed + 1 if len(pieces) > 1 and not joint.strip() else 0
        found = _ELEMENT.match(at.text, following, end)
        if found is None:
            break
        before = joint
        joint, pos = found.group().lower().replace(",", " "), found.end()
    return [_state(at, begin, stop) for begin, stop in pieces]


def _same_kind(at: Cursor, pieces: list[list[int]], start: int, end: int) -> bool:
    return len({_state(at, begin, stop).kind for begin, stop in [*pieces, [start, end]]}) == 1


def _state(at: Cursor, begin: int, stop: int) -> Clause:
    words = at.text[begin:stop]
    kind: ClauseKind = "status"
    if _POSITIVE.search(words) is not None and "node-" not in words.lower():
        kind = "biomarker"
    elif _STAGE.match(words) is not None:
        kind = "stage"
    return Clause(kind, "state", begin, stop, "negative" if words.startswith("not ") else "", phrase=Part(begin, stop))


def _outside_brackets(text: str, pos: int, end: int) -> int:
    while pos < end:
        if text[pos] == "(" and (close := text.find(")", pos, end)) > 0:
            pos = close + 1
            continue
        if _ELEMENT.match(text, pos, end) is not None:
            return pos
        pos += 1
    return end


def bare_stage(at: Cursor) -> Match | None:
    """Reads "stage IIB, IIC, or IV melanoma" without a preposition before it."""
    if at.match(_BARE_STAGE) is None:
        return None
    end = phrase_end(at, at.pos)
    clauses = disease_clauses(at, at.pos, end, "bare-stage")
    return Match(end, clauses) if clauses is not None else None


_BARE_STAGE = rx(STAGE)
