"""Diseases that a sentence names beside its head: "stage III melanoma", "accelerated phase or blastic phase CML".

A phrase is taken apart into words of course, extent, stage and biomarker before a core. What is left decides: nothing or a
generic noun ("metastatic cancer") is a state of the head's disease; the head's own name or abbreviation with a stage, and any
other name, is a narrower disease.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from pipeline.extract.clauses import Clause, ClauseKind, Cursor, Part
from pipeline.extract.language import ABBREVIATION, BOUNDARY, COURSE, DISEASE_FORM, EXTENT, GENERIC_DISEASE, STAGE, rx

_MARKER = (
    r"(?:(?:hormone receptor|(?:o?estrogen|progesterone) receptor|Philadelphia chromosome|triple"
    r"|\S+)[- ](?:positive|negative|mutated|mutant|deficient|low)"
    r"(?: \([^()]*\))?|\S+\+|(?-i:[A-Z]+\d+-)(?= )|mismatch repair deficient(?: \([^()]*\))?"
    r"|microsatellite instability-high(?: \([^()]*\))?|MSI-H|dMMR)"
)
_PHASE = r"(?:(?:chronic|accelerated|blastic|blast)[- ]phase)"
_MODIFIER = rx(
    rf"(?:(?P<course>{COURSE})|(?P<stage>{STAGE}|{_PHASE}|{EXTENT}|(?-i:(?:I{{1,3}}|IV)[ABCD]?\b))"
    rf"|(?P<marker>{_MARKER}))(?:,? (?:and|or|to) |, ?| |$)"
)
_QUANTITY = rx(
    r"(?:(?:an?|the|certain|some|other|all|several|any|their) )?(?:(?:types?|forms?|kinds?) of )?(?:(?:an?|the"
    r"|certain|some|other) )?"
)
_GENERIC = rx(rf"(?:types? of )?{GENERIC_DISEASE}$")
_BRACKET = re.compile(r"\s*\([^()]*\)\s*$")
_SPLIT = rx(r"\s*(?:,? (?:and|or) |, )")
_FORM = rx(
    rf".*\b{DISEASE_FORM}$|.*\b{DISEASE_FORM} of the [\w -]+$|.* with [\w-]+ (?:changes|features|differentiation"
    rf"|histology)$|{STAGE}$"
)
_APPOSITION = rx(r"\s*, an? (?:(?:rare|common) )?(?:type|form|kind|condition|disease|disorder)\b")
_RISK_RANGE = rx(r" to (?:intermediate|high)[- ]risk")
_SHORT = rx(rf"{ABBREVIATION}$")
_NO_DISEASE = rx(r"\brisk of|\bdeveloping\b|\blevels?\b|\bcounts?\b")
_WITH_FEATURE = rx(
    r" with (?:an? )?(?:associated|related) [\w -]+?(?=\s*\(|[.,;:]|$)| with [\w-]+ (?:changes|features"
    r"|differentiation|histology)"
)


@dataclass(frozen=True, slots=True)
class Element:
    """One disease of a list: its whole, its core, and the modifiers before the core by sort."""

    whole: Part
    core: Part
    taken: Part  # from the first modifier that is not of course
    modifiers: tuple[tuple[str, Part], ...]


def names_head(core: str, heads: tuple[str, ...]) -> bool:
    """Whether words are the name or the abbreviation of one of `heads`."""
    said = folded(core)
    return any(said in called(head) for head in heads)


def folded(core: str) -> str:
    """Words as names are compared: without brackets, case and plural."""
    return _fold(_BRACKET.sub("", core))


@lru_cache(maxsize=256)
def called(head: str) -> tuple[str, str, str]:
    """What a disease may be called: its name, its initials, "B-cell CLL" for "B-cell chronic lymphocytic leukemia"."""
    first, _, tail = head.partition(" ")
    return _fold(head), _initials(head).casefold(), f"{first} {_initials(tail)}".casefold() if tail else ""


def _fold(words: str) -> str:
    return re.sub(r"\s+", " ", words).strip(" .,").casefold().removesuffix("s")


def _initials(name: str) -> str:
    return "".join(word[0] for word in re.split(r"[\s-]+", name) if word).upper()


_NEOPLASM = rx(
    r"cancer|tumou?r|neoplas|\w+omas?\b|leuka?emia|myelodysplas|in situ|metasta|malignan|histiocyt|mastocyt"
    r"|macroglobulin|neurofibrom"
)


def related(core: str, heads: tuple[str, ...]) -> bool:
    """Whether a disease may be a form of one of `heads`: it shares a word with it, or both are neoplasms by their form."""
    words = set(re.findall(r"[a-z]{5,}", core.casefold()))
    for head in heads:
        if words & set(re.findall(r"[a-z]{5,}", head.casefold())) or (_NEOPLASM.search(core) and _NEOPLASM.search(head)):
            return True
    return _ends_in_head(core, heads) or _MODIFIER.fullmatch(core) is not None  # "stage II (or stage III disease)"


def _ends_in_head(words: str, heads: tuple[str, ...]) -> bool:
    """Reads "squamous NSCLC": the head's name or abbreviation after other words."""
    said = words.split()
    return any(names_head(" ".join(said[number:]), heads) for number in range(len(said)))


def phrase_end(at: Cursor, pos: int) -> int:
    """Where the noun phrase at `pos` ends (brackets belong to it)."""
    while pos < at.end:
        if at.text[pos] == "(" and (close := at.text.find(")", pos, at.end)) > 0:
            pos = close + 1
            continue
        if _APPOSITION.match(at.text, pos, at.end) is not None:
            break
        if (span := _RISK_RANGE.match(at.text, pos, at.end)) is not None:
            pos = span.end()
            continue
        if (feature := _WITH_FEATURE.match(at.text, pos, at.end)) is not None:
            pos = feature.end()
            continue
        if BOUNDARY.match(at.text, pos, at.end) is not None:
            break
        pos += 1
    return pos


def elements(at: Cursor, start: int, end: int) -> tuple[Element, ...]:
    """The diseases of the phrase between two places, split at commas, "and" and "or"."""
    found: list[Element] = []
    pos = start
    while pos < end:
        quantity = _QUANTITY.match(at.text, pos, end)
        pos = quantity.end() if quantity is not None else pos
        element, pos = _element(at.text, pos, end)
        if element is not None:
            found.append(element)
        joint = _SPLIT.match(at.text, pos, end)
        if joint is None or not _coordinates(at.text, joint, end):
            break
        pos = joint.end()
    return tuple(found)


def _element(text: str, pos: int, end: int) -> tuple[Element | None, int]:
    start, modifiers = pos, []
    while (found := _MODIFIER.match(text, pos, end)) is not None:
        sort = next(name for name, value in found.groupdict().items() if value)
        modifiers.append((sort, Part(found.start(sort), found.end(sort))))
        joint = text[found.end(sort) : found.end()]
        if re.search(r"\bor\b", joint) or ("," in joint and _LATER.search(text, found.end(), end)):
            # "stage IIB, stage IIC, or stage III melanoma": the first stand for themselves and share the last noun
            whole = Part(start, found.end(sort))
            return Element(
                whole, Part(found.end(sort), found.end(sort)), _taken(modifiers, whole), tuple(modifiers)
            ), found.end(sort)
        pos = found.end()
    stop = _core_end(text, pos, end)
    whole, core = Part(start, stop), Part(pos, stop)
    if stop <= start:
        return None, max(stop, pos)
    return Element(whole, core, _taken(modifiers, whole), tuple(modifiers)), stop


def _taken(modifiers: list[tuple[str, Part]], whole: Part) -> Part:
    for sort, part in modifiers:
        if sort != "course":
            return Part(part.start, whole.end)
    return Part(modifiers[-1][1].end, whole.end) if modifiers else whole


def _core_end(text: str, pos: int, end: int) -> int:
    while pos < end:
        if text[pos] == "(" and (close := text.find(")", pos, end)) > 0:
            pos = close + 1
            continue
        joint = _SPLIT.match(text, pos, end)
        if joint is not None and _coordinates(text, joint, end):
            break
        pos += 1
    return pos


_LATER = rx(r"\b(?:and|or)\b")


def _coordinates(text: str, joint: re.Match[str], end: int) -> bool:
    """Whether a comma lists diseases ("A, B, or C") and not adjectives ("early-stage, X-positive cancer")."""
    return joint.group().strip() != "," or _LATER.search(text, joint.end(), end) is not None


def disease_clauses(at: Cursor, start: int, end: int, rule: str, *, short: bool = False) -> tuple[Clause, ...] | None:
    """What a noun phrase says of the disease, or None where it names none.

    Gives `narrower` clauses for names (with `short`, abbreviations not said before count too), and `stage`, `status`,
    `biomarker` clauses for modifiers.
    """
    listed = elements(at, start, end)
    if not listed:
        return None
    last = at.text[listed[-1].core.start : listed[-1].core.end].strip()
    bare = _BRACKET.sub("", last)
    generic = not bare or _GENERIC.match(bare) is not None
    formed = _FORM.match(bare) is not None or (short and _SHORT.search(bare) is not None)
    if not generic and (not formed or _NO_DISEASE.search(bare) is not None) and not _ends_in_head(bare, at.heads):
        return None
    clauses: list[Clause] = []
    noun = bare.rsplit(" ", 1)[-1]
    for element in listed:
        whole = at.text[element.whole.start : element.whole.end]
        if element is not listed[-1] and names_head(f"{whole} {noun}", at.heads):
            continue
        named = _named(at, element, generic=generic)
        if named is not None:
            clauses.append(Clause("narrower", rule, element.whole.start, element.whole.end, phrase=named))
        if any(whole.casefold().startswith(head.casefold()) for head in at.heads):
            continue
        for sort, part in element.modifiers:
            clauses.append(Clause(_SORTS[sort], rule, part.start, part.end, phrase=part))
    return tuple(clauses) or (Clause("connector", rule, start, end),)


_SORTS: dict[str, ClauseKind] = {"course": "status", "stage": "stage", "marker": "biomarker"}


def _named(at: Cursor, element: Element, *, generic: bool) -> Part | None:
    """The part to quote as a narrower disease, None where the element is a mere state of the head's disease."""
    core = _BRACKET.sub("", at.text[element.core.start : element.core.end].strip())
    whole = _BRACKET.sub("", at.text[element.whole.start : element.whole.end].strip())
    if (generic and (not core or _GENERIC.match(core))) or names_head(whole, at.heads):
        return None
    if names_head(core, at.heads) and all(sort == "course" for sort, _ in element.modifiers):
        return None
    taken = at.text[element.taken.start : element.taken.end]
    shown = _BRACKET.sub("", taken) if core or not taken.endswith(")") else taken
    lead = len(shown) - len(shown.lstrip())
    return Part(element.taken.start + lead, element.taken.start + len(shown.rstrip())) if shown.strip() else None
