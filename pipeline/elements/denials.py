"""Denials: a use that the page states and denies in one breath is not published; a denial for some patients only limits it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Literal

from pipeline.elements.scope import THIS_USE
from pipeline.language import closed, rx
from pipeline.meaning.reading import read
from pipeline.meaning.said import Reading
from pipeline.model import AgeGroup, Fact, Use
from pipeline.phrases.diseases import called, folded, is_generic
from pipeline.phrases.nouns import noun_end, noun_list
from pipeline.phrases.words import Word, words_of
from pipeline.sentences.frames import Frame, brand_names
from pipeline.sentences.statements import Statement
from pipeline.sentences.subjects import BESIDE_NAME, Names

#: Why a use is withheld that the page denies elsewhere.
CONTRADICTED = "the page also says that it is not approved for this"

#: When, by whom and why: nothing that a denial is limited to.
_NO_LIMIT = rx(r"(?:in|since|on|as of|from|after) (?:\w+ )?(?:\d{1,2}, )?\d{4}\b.*|by (?:the|its) (?:FDA|U\.?S\.? .*|company|maker|manufacturer|sponsor)|(?:at|upon) the request.*"
               r"|because\b.*|in the (?:United States|U\.?S\.?)|for use|currently|of .*")  # fmt: skip
_OPENING = rx(
    r"(?:(?:to|for|in|of|be|help|the|use|used|given|treat|treating|prevent|preventing|treatment|prevention|patients|people|those"
    r"|anyone|with|who|have) )+"
)
#: The rules that read a disease of patients, which may be the one treated.
_OF_PATIENTS = ("patient-trait", "other-disease", "disease-of-patients", "whose-disease")
_LIST = rx(r",? (?:and|or) |, ")
_IN_GROUP = rx(r"(?P<name>.*?) ?\b(?:(?:in|for) )?(?P<group>adults|children|infants|adolescents|pediatric patients)$")
_GROUPS: dict[str, AgeGroup] = {"adults": "adult", "adolescents": "adolescent"}
_BESIDE_APPROVAL = closed("beside-approval")


@dataclass(frozen=True, slots=True)
class Denial:
    """What a sentence denies: the names, the age groups and brands that it is denied for (none: all).

    `limited`: it is denied in some cases only ("… in people with a low platelet count"). `patients`: the names may tell which
    patients, whatever is treated ("not used in patients who have lung disease"). `said` is the sentence.
    """

    names: tuple[str, ...]
    whole: str
    groups: tuple[AgeGroup, ...] = ()
    brands: tuple[str, ...] = ()
    limited: bool = False
    patients: bool = False
    said: Fact | None = None
    placed: bool = False


def of_another(statement: Statement, frame: Frame, names: Names) -> bool:
    """Reads "Vintelamide is not approved …" on a page of another drug."""
    if frame.subject != "other" or frame.name != "denied":
        return False
    words = words_of(statement.plain, statement.start, statement.end)
    said = {word for one in words[slice(*frame.subject_words)] for word in re.findall(r"[^\W_]+", one.low)}
    return bool(said) and bool(names.words) and not said <= names.words | names.brands_words() | BESIDE_NAME


def read_denial(statement: Statement, frame: Frame, names: Names) -> Denial | None:
    """What a denial names, None where it speaks of a use said before ("This use is no longer approved")."""
    if THIS_USE.search(statement.text) is not None:
        return None
    words = words_of(statement.plain, statement.start, statement.end)
    start, end = frame.subject_words
    named: tuple[str, ...]
    if frame.name == "denied-use":
        listed = noun_list(words, start, end)
        readings, named = (
            [read(statement, at=listed.end, until=end)],
            tuple(statement.plain[words[a].start : words[b - 1].end] for a, b in listed.items),
        )
    elif frame.subject in ("use", "other", "") and any(word.of("use-noun") for word in words[start:end]):
        noun = next(number for number in range(start, end) if words[number].of("use-noun"))
        readings = (
            [read(statement, at=noun + 1, until=end), read(statement, at=frame.at)]
            if noun + 1 < end
            else [read(statement, at=frame.at)]
        )
        named = _before_approval(statement, words[start:end], names)
    else:
        readings, named = [read(statement, at=_past_approval(words, frame.at))], ()
    traits = _traits(readings)
    named = (*named, *_named(readings))
    found = [*named, *traits]
    of_approval = frame.group is not None and frame.group.is_of("approve")
    ages = tuple(dict.fromkeys(
        group.age_group for r in readings for one in r.of("population") for group in one.groups if group.age_group is not None
    ))  # fmt: skip
    brands = tuple(statement.plain[a:b] for a, b in brand_names(statement, frame, names))
    aged = any(group.age is not None for r in readings for one in r.of("population") for group in one.groups)
    limited = aged or any(  # "not recommended for children younger than 6 months"
        not _NO_LIMIT.fullmatch(r.text(one.place).strip(" .,;"))
        for r in readings for one in r.of("status", "biomarker", "stage", "description", "narrower", "prior", "partner", "alone", "cause", "qualifier", "line")
        if ((one.mode != "unnamed" and one.kind != "qualifier") or one.what in ("stated", "timing"))
        and (bool(named) if one.rule in _OF_PATIENTS else one.kind != "narrower")
    )  # fmt: skip
    return Denial(
        tuple(dict.fromkeys(found)),
        "" if ages or limited else " ".join(found),  # "not approved for glioma in children" is not all of "Glioma"
        ages,
        brands,
        limited,
        not named and not of_approval,
        statement.fact("denied"),
    )


def _past_approval(words: Sequence[Word], at: int) -> int:
    """Past "(the FDA has withdrawn) its approval of zolafen": what the approval was for begins there."""
    noun = next((number for number in range(at, min(len(words), at + 4)) if words[number].of("use-noun")), None)
    if noun is None or words[at].low in ("for", "to", "in"):
        return at
    after = noun + 1
    return noun_end(words, after + 1, len(words)) if after < len(words) and words[after].low == "of" else after


def _named(readings: Sequence[Reading]) -> list[str]:
    return [
        reading.text(place)
        for reading in readings
        for one in reading.of("object", "narrower")
        if one.rule not in _OF_PATIENTS
        for place in one.names or (one.place,)
        if not is_generic(reading.text(place))
    ]


def _traits(readings: Sequence[Reading]) -> list[str]:
    """The diseases of "in patients with X": what is treated, or what patients have besides."""
    return [
        _OPENING.sub("", reading.text(one.place))
        for reading in readings
        for one in reading.of("description", "narrower")
        if one.rule in _OF_PATIENTS
    ]


def _before_approval(statement: Statement, subject: Sequence[Word], names: Names) -> tuple[str, ...]:
    """Reads "The melanoma approval was withdrawn": the words before "approval" name what it was for."""
    stop = next((number for number, word in enumerate(subject) if word.of("use-noun")), 0)
    beside = names.words | _BESIDE_APPROVAL
    own = [
        word
        for word in subject[:stop]
        if word.low not in _BESIDE_APPROVAL and not set(re.findall(r"[^\W_]+", word.low)) <= beside
    ]
    return (statement.plain[own[0].start : own[-1].end],) if own else ()


def denial_of(what: str) -> Denial:
    """The denial of what an item names below "is not approved to treat:"."""
    said = what.strip(" .:")
    opening = _OPENING.match(said)
    said = said[opening.end() :] if opening is not None else said
    limited = _IN_GROUP.fullmatch(said)
    named = limited["name"] if limited is not None else said
    groups: tuple[AgeGroup, ...] = (_GROUPS.get(limited["group"].lower(), "child"),) if limited is not None else ()
    return Denial(tuple(name for name in _LIST.split(named.strip(" .,")) if name), said, groups)


def judge(
    denial: Denial, use: Use, heads: Iterable[str], treated: AbstractSet[str] = frozenset()
) -> Literal["refused", "limited", "beside", ""]:
    """What a denial does to a use: refuses it where it is what the denial names, limits it where that is a part of it.

    "beside": it may be a kind of the use's disease, so that the sentence stays with the use. `treated` are the diseases of all uses
    of the page: "It is not given to patients with sarcoma who have X" speaks of that use alone.
    """
    if denial.brands and use.brands and not {one.text.casefold() for one in use.brands} & set(map(str.casefold, denial.brands)):
        return ""
    if _bare(denial.whole) == _bare(use.text.text):
        return "refused"
    known = _known(use, heads)
    named = {folded(name) for name in denial.names}
    within = any(name.endswith(f" {head}") for name in named for head in known)
    if denial.names and not named & known and not within:
        apart = not _of_one_sort(named, known) and not _shares(denial.names, known) and _ANY.isdisjoint(named)
        if apart and named <= treated:
            return ""
        if denial.patients or (denial.limited and _shares(denial.names, known)):
            return "limited"
        return "beside" if _of_one_sort(named, known) else ""
    ages = {one.age_group for group in use.populations for one in group.characteristics if one.age_group is not None}
    if denial.names and named & known and not denial.limited:
        if not denial.groups or (ages and ages <= set(denial.groups)):
            return "limited" if denial.brands and not use.brands else "refused"
        return "limited" if not ages or ages & set(denial.groups) else ""
    return "limited" if not denial.groups or not ages or ages & set(denial.groups) else ""


def _shares(names: Iterable[str], known: Iterable[str]) -> bool:
    """Whether a name has a word of its own with a disease of the use ("ovarian cancer", "ovarian epithelial cancer")."""
    words = [set(re.findall(r"[a-z]{5,}", " ".join(some).casefold())) - _GENERIC for some in (names, known)]
    return not words[0].isdisjoint(words[1])


def _of_one_sort(named: Iterable[str], known: Iterable[str]) -> bool:
    """Whether what is denied may be a kind of the disease of the use: "primary CNS lymphoma" of "large B-cell lymphoma"."""
    nouns = [{name.rsplit(" ", 1)[-1] for name in some} - _NO_SORT for some in (named, known)]
    return not nouns[0].isdisjoint(nouns[1]) or not _ANY.isdisjoint(known)


#: Every cancer that is denied is a kind of these.
_ANY = frozenset(["solid tumor", "cancer", "tumor", "malignancy"])
_NO_SORT = frozenset(["cancer", "tumor", "disease", "carcinoma", "syndrome"])
_GENERIC = _NO_SORT | {"cancers", "tumors", "lymphoma", "leukemia"}


@dataclass(eq=False)
class Denials:
    """The denials of a page, and what the diseases of its uses are called."""

    found: list[Denial] = field(default_factory=list)
    treated: frozenset[str] = frozenset()

    def add(self, denial: Denial) -> None:
        """Take a denial in, once."""
        if denial not in self.found:
            self.found.append(denial)

    def of(self, use: Use, heads: Iterable[str]) -> tuple[Use | None, tuple[Fact, ...]]:
        """A use that goes by the names of `heads` without the age groups that they deny (None: nothing is left), and what limits it."""
        known = tuple(heads)
        verdicts = [(denial, judge(denial, use, known, self.treated)) for denial in self.found]
        left = None if any(verdict == "refused" for _, verdict in verdicts) else use
        for denial, verdict in verdicts:
            of_some = denial.limited or (denial.patients and denial.names)  # "not recommended for children with X"
            if left is not None and verdict == "limited" and denial.groups and not of_some:
                kept = tuple(
                    one for one in left.populations if not any(c.age_group in denial.groups for c in one.characteristics)
                )
                left = replace(left, populations=kept) if kept or not left.populations else None
        return left, tuple(
            denial.said
            for denial, verdict in verdicts
            if denial.said and (verdict == "limited" or (verdict == "beside" and not denial.placed))
        )


def _known(use: Use, heads: Iterable[str]) -> set[str]:
    return {name for head in {*heads, *(one.text for one in (*use.conditions, *use.narrower))} for name in called(head) if name}


def _bare(words: str) -> str:
    return re.sub(r"\W+", " ", words).casefold().strip()
