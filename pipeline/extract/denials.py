"""Denials that name what they deny: a use that the page states and denies in one breath is not published."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.extract.frames import BESIDE_NAME, Names
from pipeline.extract.scope import THIS_USE
from pipeline.extract.sentences import Statement
from pipeline.language import rx
from pipeline.model import AgeGroup, Use
from pipeline.phrases.diseases import called, folded

#: Why a use is withheld that the page denies elsewhere.
CONTRADICTED = "the page also says that it is not approved for this"

_VERB = r"(?:is|are|was|were|has|have|had|should|must|may|can)"
# "Zolafen is not approved to treat X", "should not be used in X"
_AFTER_VERB = rx(
    rf"(?P<subject>[^.:;]{{1,160}}?) {_VERB} (?:not|no longer|never) (?:(?:been|be|currently|yet|FDA[- ]?) ?)*"
    r"(?:approved|recommended|indicated|used|given) (?:by the (?:FDA|U\.?S\.? FDA) )?(?P<what>(?:to|for|in) [^.;]{1,200}?)\.?$"
)
# "The use of zolafen to treat X is no longer approved", "Approval for X was withdrawn"
_BEFORE_VERB = rx(
    r"(?:the )?(?:use|approval)(?: of (?P<subject>[\w -]{1,80}?))? (?P<what>(?:to|for|in) [^.;]{1,200}?) "
    rf"{_VERB} (?:(?:not|no longer|never|been|currently) )*(?:FDA[- ]?)?(?:approved|recommended|indicated|withdrawn|revoked)\b"
)
# "The FDA has withdrawn approval of zolafen for X"
_WITHDRAWN = rx(
    r".{0,80}?\b(?:withdrawn|withdrew|revoked) (?:the |its )?(?:accelerated )?approval(?: of (?P<subject>[\w -]{1,80}?))?"
    r" (?P<what>(?:to|for|in) [^.;]{1,200}?)\.?$"
)
_OPENING = rx(
    r"(?:(?:to|for|in|of|be|help|the|use|used|given|treat|treating|prevent|preventing|treatment|prevention|patients|people|those"
    r"|anyone|with|who|have) )+"
)
_CLOSING = rx(r",? (?:in|since|as of|from|after) (?:\w+ )?\d{4}$| by the FDA$| in the (?:United States|U\.?S\.?)$")
_LIST = rx(r",? (?:and|or) |, ")
_IN_GROUP = rx(r"(?P<name>.*?) ?\b(?:(?:in|for) )?(?P<group>adults|children|infants|adolescents|pediatric patients)$")
_BRAND = rx(r"the (?P<names>.+?) brands?\b")
_NO_SUBJECT = rx(r"(?:it|they|this|these|that|the (?:drug|FDA|combination)|patients|people|in)\b")
_MAY_DENY = rx(
    r"\b(?:withdrawn|withdrew|revoked|no longer|formerly|discontinued|(?:not|never) (?:FDA[- ]?)?(?:approved"
    r"|recommended|indicated|used|given)"
    r"|until (?:\w+ )?\d{4}|stud(?:y|ies|ied)|trials?|investigational|experimental|off-label|outside|abroad"
    r"|countr(?:y|ies)|Europe|Canada|Japan"
    r"|China|tentative|pending|expected)\b"
)
_GROUPS: dict[str, AgeGroup] = {"adults": "adult", "adolescents": "adolescent"}


@dataclass(frozen=True, slots=True)
class Denial:
    """What a sentence denies: the names, the age group that it is denied for (None: all), the brands it speaks of."""

    names: tuple[str, ...]
    whole: str
    group: AgeGroup | None = None
    brands: tuple[str, ...] = ()


def may_deny(words: str) -> bool:
    """Whether words that no rule reads may say that a use is not approved, no longer, or elsewhere."""
    return _MAY_DENY.search(words) is not None


def subject_of(statement: Statement) -> str:
    """Of which drug a denial speaks, "" where it does not say."""
    for pattern in (_BEFORE_VERB, _WITHDRAWN, _AFTER_VERB):
        if (found := pattern.match(statement.text)) is not None:
            subject = found["subject"] or ""
            return "" if _NO_SUBJECT.match(subject) or THIS_USE.search(subject) else subject
    return ""


def of_another(statement: Statement, names: Names) -> bool:
    """Reads "Vintelamide is not approved …" on a page of another drug."""
    subject = subject_of(statement)
    said = set(re.findall(r"[^\W_]+", subject.casefold()))
    return bool(said) and bool(names.words) and not said <= names.words | names.brands_words() | BESIDE_NAME


def read_denial(statement: Statement) -> Denial | None:
    """What a denial names, None where it names nothing ("This use is no longer approved")."""
    found = _BEFORE_VERB.match(statement.text) or _WITHDRAWN.match(statement.text) or _AFTER_VERB.match(statement.text)
    if found is None or THIS_USE.search(statement.text) is not None:
        return None
    brand = _BRAND.match(found["subject"] or "")
    return denial_of(found["what"], tuple(_LIST.split(brand["names"])) if brand is not None else ())


def denial_of(what: str, brands: tuple[str, ...] = ()) -> Denial:
    """The denial of what words name ("to treat melanoma or glioma in children")."""
    said = _CLOSING.sub("", what.strip(" .:"))
    opening = _OPENING.match(said)
    said = said[opening.end() :] if opening is not None else said
    limited = _IN_GROUP.fullmatch(said)
    named = limited["name"] if limited is not None else said
    group: AgeGroup | None = _GROUPS.get(limited["group"].lower(), "child") if limited is not None else None
    return Denial(tuple(name for name in _LIST.split(named.strip(" .,")) if name), said, group, brands)


def contradicts(denial: Denial, use: Use, heads: Iterable[str]) -> bool:
    """Whether a use is what a denial names: the same disease, for the same patients where the denial is for some only."""
    if denial.brands and use.brands and not {one.text.casefold() for one in use.brands} & set(map(str.casefold, denial.brands)):
        return False
    if _bare(denial.whole) == _bare(use.text.text):
        return True
    if denial.names and not {folded(name) for name in denial.names} & _known(use, heads):
        return False
    if denial.group is None:
        return bool(denial.names)
    return any(one.age_group == denial.group for group in use.populations for one in group.characteristics)


class Denials:
    """The denials of a page, found by what they name, so that many uses and many denials cost no more than their sum."""

    def __init__(self) -> None:
        self._by_name: dict[str, dict[Denial, None]] = {}

    def add(self, denial: Denial) -> None:
        """Take a denial in."""
        for key in (*map(folded, denial.names), _bare(denial.whole), *([] if denial.names else [""])):
            self._by_name.setdefault(key, {})[denial] = None

    def contradict(self, use: Use, heads: Iterable[str]) -> bool:
        """Whether one of them denies a use that goes by the names of `heads`."""
        if not self._by_name:
            return False
        known = tuple(heads)
        keys = {"", _bare(use.text.text), *_known(use, known)}
        return any(contradicts(denial, use, known) for key in keys for denial in self._by_name.get(key, ()))


def _known(use: Use, heads: Iterable[str]) -> set[str]:
    return {name for head in {*heads, *(one.text for one in (*use.conditions, *use.narrower))} for name in called(head) if name}


def _bare(words: str) -> str:
    return re.sub(r"\W+", " ", words).casefold().strip()
