"""The treatment around a use: given alone, with partners, and when."""

from __future__ import annotations

import re

from pipeline.extract.clauses import Clause, Cursor, Match, Part
from pipeline.extract.language import rx
from pipeline.extract.population import TRAIT_FORM, after_patients
from pipeline.extract.treatments import Treatments, read_treatments

_ALONE = rx(
    r"(?:(?:and|or) )?(?:then )?(?P<alone>alone|by itself|on its own|(?:given |used )?as (?:a single[- ](?:agent|drug"
    r"|medicine|treatment)|single[- ]agent"
    r" (?:therapy|treatment)|monotherapy|a monotherapy))(?! or with other (?:drugs|treatments|types of treatment)s?\b)"
)
_ALONE_OR = rx(r"(?P<alone>alone|by itself) or with other (?:drugs|treatments|types of treatment|therapies)")
_WITH = rx(
    r"(?:(?:and|or) )?(?:(?:in combination|together|combined|along) )?(?P<optional>with or without "
    r"|and with or without )?(?P<with>with |in combination with |as part of (?:an? )?(?=\S+ (?:therapy"
    r"|chemotherapy|regimen))|in (?=(?:[\w-]+ ){1,2}therapy\b))?"
)
_TIMING = rx(
    r"(?:(?:and|or) )?(?:(?:around|at) the time of|before(?: or after)?|right before|immediately after|during) (?:or after )?"
    r"(?:(?:an?|the|their) )?(?:[\w-]+ ){0,4}?(?:surgery|transplant(?:ation)?|chemotherapy|radiation therapy"
    r"|treatment|procedure)(?: to \S+ remove [\w ]+?(?= for| in|,|\.|$))?"
)
# "Name of cancer with carcinoma in situ, with or without papillary tumors": a feature of the head, no partner.
_BEFORE = rx(r"(?:any )?(?:prior|previous|earlier) ")
_AND = rx(r"\band\b(?!/or)")
_TREATMENT = rx(r"therapy\b|treatments?\b|drugs?\b|surgery|radiation|transplant|inhibitors?\b|exchange\b")


def alone(at: Cursor) -> Match | None:
    """Reads "alone", "by itself", "and then alone"; "alone or with other drugs" says nothing of this use."""
    if (either := at.match(_ALONE_OR)) is not None:
        part = Part(either.start("alone"), either.end("alone"))
        return Match(either.end(), (at.clause("alone", "alone-or-with-other-drugs", either.end(), "unspecific", phrase=part),))
    found = at.match(_ALONE)
    if found is None:
        return None
    part = Part(found.start("alone"), found.end("alone"))
    mode = "or" if found.group().lower().startswith("or") else ""
    return Match(found.end(), (at.clause("alone", "alone", found.end(), mode, phrase=part),))


def partner(at: Cursor) -> Match | None:
    """Reads "with A and either B or C", "with or without D", "in combination with E"."""
    found = at.match(_WITH)
    if found is None or not (found["optional"] or found["with"]):
        return None
    listed = read_treatments(at, found.end(), given_for=False)
    if listed is None:
        return None
    if found["optional"] and _BEFORE.match(at.text, found.end(), listed.end) is not None:
        return Match(listed.end, (at.clause("status", "with-or-without", listed.end),))  # what they had, not what is given
    if not _TREATMENT.search(at.text, listed.start, listed.end) and (_of_head(at) or _of_patients(at, found["with"])):
        # after a head or the patients, what the disease or they have; a bare name there may as well be a drug
        feature = _of_head(at) and TRAIT_FORM.search(at.text, listed.start, listed.end) is not None
        return Match(listed.end, (at.clause("status", "with-feature", listed.end),)) if feature else None
    return Match(listed.end, _partners(at, listed, optional=_is_optional(at, found)))


def _is_optional(at: Cursor, found: re.Match[str]) -> bool:
    """Whether it need not be given: "with or without X", "is often used with X", "alone or with X"."""
    after_alone = at.last is not None and at.last.kind == "alone" and " or " in " " + at.text[at.last.end : found.end()].lower()
    often = any(c.kind == "carrier" and c.mode in ("often", "may") for c in at.before)
    return found["optional"] is not None or often or after_alone


def _partners(at: Cursor, listed: Treatments, *, optional: bool) -> tuple[Clause, ...]:
    """The treatments of a list as partners: needed ones, one of several, and those after "with or without"."""
    clauses = []
    names = list(listed.names)
    if listed.either is not None and not optional:
        needed = tuple(n for n in names if n.end <= listed.either)
        if needed:
            clauses.append(
                at.clause("partner", "with", listed.end, "required", names=needed, phrase=Part(needed[0].start, needed[-1].end))
            )
        names = [n for n in names if n.end > listed.either]
        phrase = Part(listed.either, listed.end)
        of_names = "combination" if _AND.search(at.text, listed.either, listed.end) else "alternative"
        mode = listed.mode if listed.choice else of_names
    else:
        phrase = Part(listed.start, listed.end)
        mode = "optional" if optional else listed.mode
    if names:
        clauses.append(at.clause("partner", "with", listed.end, mode, names=tuple(names), phrase=phrase))
    if listed.optional:
        part = Part(listed.optional[0].start, listed.optional[-1].end)
        clauses.append(at.clause("partner", "with-or-without", listed.end, "optional", names=listed.optional, phrase=part))
    if not clauses:
        clauses.append(at.clause("partner", "with-unnamed", listed.end, "unnamed"))
    return tuple(clauses)


def _of_patients(at: Cursor, word: str | None) -> bool:
    return word is not None and word.lower().split() == ["with"] and after_patients(at)


def _of_head(at: Cursor) -> bool:
    """Whether nothing but the head and its qualifiers was read, so that no verb of giving stands before "with"."""
    return (
        bool(at.before)
        and at.before[0].kind == "head"
        and all(c.kind in ("head", "gloss", "status", "connector", "stage", "biomarker", "subject") for c in at.before)
    )


def timing(at: Cursor) -> Match | None:
    """Reads "before surgery", "around the time of surgery"."""
    found = at.match(_TIMING)
    return Match(found.end(), (at.clause("timing", "timing", found.end()),)) if found is not None else None
