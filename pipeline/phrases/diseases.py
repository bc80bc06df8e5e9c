"""Diseases in a noun phrase: "stage III melanoma", "accelerated phase or blastic phase CML", "HER2-positive cancer".

A phrase is taken apart into words of course, extent, stage and biomarker before a core. What is left decides: nothing or a
generic noun ("metastatic cancer") is a state of the head's disease; the head's own name or abbreviation with a stage, and any
other name, is a narrower disease.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from pipeline.language import classes_of, rx

_GENERIC_NOUN = r"(?:cancers?|disease|tumou?rs?|conditions?|malignanc(?:y|ies)|illness(?:es)?|disorders?|problems?)"
_COURSE = (
    r"(?:(?:newly|recently|just)[- ]diagnosed|untreated|previously (?:un)?treated|relapsed|relapsing|recurrent|recurring|refractory"
    r"|progressive|persistent|residual)"
)
_EXTENT = (
    r"(?:(?:locally or regionally|locally|regionally) (?:advanced|recurrent)|locally|regionally|advanced"
    r"|metastatic|localized|localised|(?:early|late|extensive|limited)[- ]stage"
    r"|early|low-intermediate|intermediate-[12]|(?:very )?(?:high|low|intermediate)[- ](?:risk|grade)"
    r"|unresectable|\w{0,10}invasive|inflammatory|resectable|main|original|extensive|bulky|visible|measurable|minimal"
    r"|(?:chronic|accelerated|blastic|blast)[- ]phase|disseminated|systemic|primary|secondary)"
)
_STAGE = r"(?:(?:stages?|grades?) (?:[0IV]+[ABCD]?\d?|\d[ABCD]?(?:(?:, (?:or |and )?| or | and | to )\d[ABCD]?)*+)\b)"
_MARKER = (
    r"(?:(?:hormone receptor|(?:o?estrogen|progesterone|somatostatin) receptor|Philadelphia chromosome|triple"
    r"|\S{1,100})[- ](?:positive|negative|mutated|mutant|deficient|low)"
    r"(?: \([^()]*\))?|\S{1,100}\+|(?-i:[A-Z]+\d+-)(?= )|mismatch repair deficient(?: \([^()]*\))?"
    r"|(?:microsatellite instability|tumor mutational burden)-high(?: \([^()]*\))?|MSI-H|TMB-H|dMMR)"
)
_MODIFIER = rx(
    rf"(?:(?P<status>{_COURSE})|(?P<stage>{_STAGE}|{_EXTENT}|(?-i:(?:I{{1,3}}|IV)[ABCD]?\b))"
    rf"|(?P<biomarker>{_MARKER}))(?:,? (?:and/or|and|or|to) |, ?| |$)"
)
_QUANTITY = rx(
    r"(?:(?:one|any|some) of (?:the following )?(?:(?:stages|types|kinds|forms) of )?)?(?:(?:an?|the|certain|some|other|all|several"
    r"|any|their|many|these|this|that|such) )*(?:(?:types?|forms?|kinds?|stages?) of )?(?:(?:an?|the|certain|some|other|their) )*"
)
_GENERIC = rx(rf"(?:types? of )?{_GENERIC_NOUN}$")
_BRACKET = re.compile(r"\s*\([^()]*\)\s*$")
_SPLIT = rx(r" ?(?:,? (?:and/or|and|or) |, )")
_LATER = rx(r"\b(?:and|or)\b")
_FEATURE = rx(
    r" (?:of|in) (?:the )?[\w /,-]+$| with (?:an? )?(?:[\w-]+ )?(?:changes|features|differentiation|histology|neoplasm)\b.*$| in situ$"
)
_STAGE_ALONE = rx(rf"{_STAGE}$")
_SHORT = re.compile(r"[A-Z][A-Za-z0-9-]*[A-Z]s?$")
_NO_DISEASE = rx(
    r"^of\b|\brisk of|\bdeveloping\b|\blevels?\b|\bcounts?\b|\b(?:side effects?|warnings?|notes?|received|treated|doses?|patients?|doctors?"
    r"|information|symptoms?|problems?|response|remission)\b"
)
_A_DOSE = rx(r"\bdoses?$")
_NEOPLASM = rx(
    r"cancer|tumou?r|neoplas|\w+omas?\b|leuka?emia|myelodysplas|in situ|metasta|malignan|histiocyt|mastocyt|macroglobulin"
)

#: A marker with the name that it modifies: "mismatch repair deficient (dMMR) solid tumors".
_MARKED = rx(rf"(?:{_MARKER}) (?P<noun>\S.*)")
_MARKER_ALONE = rx(rf"(?:{_MARKER})(?: \([^()]*\))?")

Place = tuple[int, int]


def shared_noun(text: str, place: Place, last: Place) -> Place | None:
    """Reads "microsatellite instability-high (MSI-H) or mismatch repair deficient (dMMR) solid tumors": the noun of both.

    A marker alone is no disease: said without the noun, the first would be any disease with that marker.
    """
    if place == last or _MARKER_ALONE.fullmatch(text, *place) is None:
        return None
    found = _MARKED.fullmatch(text, *last)
    return found.span("noun") if found is not None else None


@dataclass(frozen=True, slots=True)
class Disease:
    """What a noun phrase says of the disease: a `narrower` name, or a word of `status` (its course), `stage` or `biomarker`."""

    kind: Literal["narrower", "status", "stage", "biomarker"]
    place: Place


@dataclass(frozen=True, slots=True)
class _Element:
    """One disease of a list: its whole, its core, from the first modifier that is not of course, and the modifiers by sort."""

    whole: Place
    core: Place
    taken: Place
    modifiers: tuple[tuple[str, Place], ...]


def diseases(text: str, start: int, end: int, heads: tuple[str, ...], *, short: bool = False) -> tuple[Disease, ...] | None:
    """What the noun phrase `text[start:end]` says of the disease, or None where it names none.

    Args:
        text: The plain text.
        start: Where the noun phrase begins.
        end: Where it ends.
        heads: The names of the diseases that the item is about, which are no narrower ones.
        short: Whether an abbreviation that was not said before counts as a name.
    """
    listed = _elements(text, start, end)
    if not listed:
        return None
    last = _BRACKET.sub("", text[listed[-1].core[0] : listed[-1].core[1]].strip())
    generic = not last or _GENERIC.match(last) is not None
    if any(_A_DOSE.search(text[slice(*one.core)]) for one in listed):
        return None  # "(melanoma) at a low dose, and glioma at a high dose"
    if (
        not generic
        and not (_is_name(last, short=short) and _NO_DISEASE.search(last) is None)
        and not _ends_in_head(_FEATURE.sub("", last), heads)
    ):
        return None
    found: list[Disease] = []
    noun = last.rsplit(" ", 1)[-1]
    for one in listed:
        whole = text[one.whole[0] : one.whole[1]]
        if one is not listed[-1] and names_head(f"{whole} {noun}", heads):
            continue
        named = _named(text, one, heads, generic=generic)
        if named is not None:
            found.append(Disease("narrower", named))
        if not any(whole.casefold().startswith(head.casefold()) for head in heads):
            found.extend(Disease(sort, place) for sort, place in one.modifiers)  # type: ignore[arg-type]  # the groups of _MODIFIER
    return _joined(text, _either(text, found))


def _either(text: str, found: Sequence[Disease]) -> list[Disease]:
    """Reads "A-positive or B-deficient tumors": the markers of two diseases are one quote, and neither is a must."""
    markers = [one for one in found if one.kind == "biomarker"]
    between = [text[one.place[1] : other.place[0]].strip(" ,") for one, other in pairwise(markers)]
    if "or" not in between:
        return [*found]
    whole = Disease("biomarker", (markers[0].place[0], markers[-1].place[1]))
    return [whole if one is markers[0] else one for one in found if one is markers[0] or one not in markers]


def _joined(text: str, found: Sequence[Disease]) -> tuple[Disease, ...]:
    """Reads "recurrent or progressive" and "stage III, stage IV, or recurrent" as one: none of them is a must."""
    kept: list[Disease] = []
    for one in found:
        last = kept[-1] if kept else None
        joined = last is not None and text[last.place[1] : one.place[0]].strip(" ,") == "or"
        if last is None or not joined or "narrower" in (last.kind, one.kind):
            kept.append(one)
            continue
        kinds = {one.kind, kept.pop().kind}
        first = last.place[0]
        while kept and kept[-1].kind != "narrower" and text[kept[-1].place[1] : first].strip() == ",":
            kinds.add(kept[-1].kind)
            first = kept.pop().place[0]
        kept.append(Disease(kinds.pop() if len(kinds) == 1 else "status", (first, one.place[1])))
    return tuple(kept)


def _is_name(core: str, *, short: bool) -> bool:
    """Whether words name a disease by their form: its last noun's ending, "… of the …" and "… with … changes" aside."""
    bare = _FEATURE.sub("", core)
    noun = bare.rsplit(" ", 1)[-1].strip(".,;:").lower()
    return (
        "disease" in classes_of(noun) or _STAGE_ALONE.search(core) is not None or core.lower().endswith("in situ")
        or (short and _SHORT.search(core) is not None)
    )  # fmt: skip


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
    return " ".join(words.split()).strip(" .,").casefold().removesuffix("s")


def _initials(name: str) -> str:
    return "".join(word[0] for word in re.split(r"[\s-]+", name) if word).upper()


#: Letters that two words of one root share ("lymphoma", "lymphomatous").
_STEM = 8


def related(core: str, heads: tuple[str, ...]) -> bool:
    """Whether a disease may be a form of one of `heads`: it shares a word with it, or both are neoplasms by their form."""
    words = set(re.findall(r"[a-z]{5,}", core.casefold()))
    for head in heads:
        others = set(re.findall(r"[a-z]{5,}", head.casefold()))
        if (
            words & others
            or any(one[:_STEM] == other[:_STEM] for one in words for other in others if len(one) > _STEM)
            or (_NEOPLASM.search(core) and _NEOPLASM.search(head))
        ):
            return True
    return _ends_in_head(core, heads) or _MODIFIER.fullmatch(core) is not None  # "stage II (or stage III disease)"


def of_another_sort(words: str, heads: tuple[str, ...]) -> bool:
    """Whether "cancer" is no word for any of `heads`, which are no neoplasms ("neutropenia")."""
    return _NEOPLASM.search(words) is not None and not any(_NEOPLASM.search(head) for head in heads)


def _ends_in_head(words: str, heads: tuple[str, ...]) -> bool:
    """Reads "squamous NSCLC": the head's name or abbreviation after other words."""
    said = words.split()[-12:]
    return any(names_head(" ".join(said[number:]), heads) for number in range(len(said)))


def _elements(text: str, start: int, end: int) -> tuple[_Element, ...]:
    """The diseases of the phrase between two places, split at commas, "and" and "or"."""
    found: list[_Element] = []
    at = start
    while at < end:
        quantity = _QUANTITY.match(text, at, end)
        at = quantity.end() if quantity is not None else at
        element, at = _element(text, at, end)
        if element is not None:
            found.append(element)
        joint = _SPLIT.match(text, at, end)
        if joint is None or not _coordinates(text, joint, end):
            break
        at = joint.end()
    return tuple(found)


def _element(text: str, at: int, end: int) -> tuple[_Element | None, int]:
    start, modifiers = at, []
    while (found := _MODIFIER.match(text, at, end)) is not None:
        sort = next(name for name, value in found.groupdict().items() if value)
        modifiers.append((sort, found.span(sort)))
        joint = text[found.end(sort) : found.end()]
        if re.search(r"\bor\b", joint) or ("," in joint and _LATER.search(text, found.end(), end)):
            # "stage IIB, stage IIC, or stage III melanoma": the first stand for themselves and share the last noun
            whole = (start, found.end(sort))
            return _Element(whole, (found.end(sort), found.end(sort)), _taken(modifiers, whole), tuple(modifiers)), found.end(
                sort
            )
        at = found.end()
    stop = _core_end(text, at, end)
    if stop <= start:
        return None, max(stop, at)
    whole = (start, stop)
    return _Element(whole, (at, stop), _taken(modifiers, whole), tuple(modifiers)), stop


def _taken(modifiers: list[tuple[str, Place]], whole: Place) -> Place:
    for sort, place in modifiers:
        if sort != "status":
            return place[0], whole[1]
    return (modifiers[-1][1][1], whole[1]) if modifiers else whole


_SITE = rx(r".* (?:of|in)\b")


def _joins_sites(text: str, start: int, at: int, after: int, end: int) -> bool:
    """Reads "carcinoma of the head and neck": "and" after "of the …" joins the sites of one disease."""
    if _SITE.match(text[start:at]) is None:
        return False
    following = _SPLIT.split(text[after:end], maxsplit=1)[0].strip(" .,;:")
    return not following or not ends_in_disease(following)


def _core_end(text: str, at: int, end: int) -> int:
    start = at
    while at < end:
        if text[at] == "(" and (close := text.find(")", at, end)) > 0:
            at = close + 1
            continue
        joint = _SPLIT.match(text, at, end) if text[at] in " ," else None
        if joint is not None and _coordinates(text, joint, end) and not _joins_sites(text, start, at, joint.end(), end):
            break
        at += 1
    return at


def _coordinates(text: str, joint: re.Match[str], end: int) -> bool:
    """Whether a comma lists diseases ("A, B, or C") and not adjectives ("early-stage, X-positive cancer") or numbers ("types 6 and 11")."""
    if text[joint.start() - 1 : joint.start()].isdigit() and text[joint.end() : joint.end() + 1].isdigit():
        return False
    return joint.group().strip() != "," or _LATER.search(text, joint.end(), end) is not None


def _named(text: str, one: _Element, heads: tuple[str, ...], *, generic: bool) -> Place | None:
    """The part to quote as a narrower disease, None where the element is a mere state of the head's disease."""
    core = _BRACKET.sub("", text[one.core[0] : one.core[1]].strip())
    whole = _BRACKET.sub("", text[one.whole[0] : one.whole[1]].strip())
    if (generic and (not core or _GENERIC.match(core))) or names_head(whole, heads):
        return None
    if names_head(core, heads) and all(sort == "status" for sort, _ in one.modifiers):
        return None
    taken = text[one.taken[0] : one.taken[1]]
    shown = _BRACKET.sub("", taken) if core or not taken.endswith(")") else taken
    lead = len(shown) - len(shown.lstrip())
    return (one.taken[0] + lead, one.taken[0] + len(shown.rstrip(" .,;:"))) if shown.strip(" .,;:") else None


_NO_NAME = rx(
    rf"(?:(?:the|their|this|that|other|certain|advanced|rare|a|an|types of|many|different|several|following) )*{_GENERIC_NOUN}$"
)


def ends_in_disease(words: str) -> bool:
    """Whether words name a disease by the form of their last ("coronary artery spasm", and not "dust")."""
    return "disease" in classes_of(words.rsplit(" ", 1)[-1].lower())


def is_generic(words: str) -> bool:
    """Whether words are a noun that names no disease by itself ("cancer", "this disease")."""
    return _NO_NAME.match(words.strip(" .,:;")) is not None
