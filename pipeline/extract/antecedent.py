"""Of what a sentence speaks: the page's own drug or another; and whether what "it" or "this use" point back to is clear."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.extract.language import THIS_USE, rx
from pipeline.extract.roles import SentenceRule
from pipeline.extract.sentences import Statement
from pipeline.model import Fact

_WORD = re.compile(r"[^\W_]+")
#: What may stand beside the name: "the X brand of Y", "the Y vaccine", "the Y and Z co-pack".
_BESIDE_NAME = frozenset({
    "the", "this", "these", "brand", "brands", "of", "and", "or", "drug", "drugs", "combination", "regimen", "vaccine",
    "co", "pack", "it", "they",
    # The form that it is given in: "X tablets are approved", "Sterile X powder is used". Another drug has a name beside it.
    "tablet", "tablets", "capsule", "capsules", "injection", "infusion", "cream", "gel", "ointment", "lotion", "patch",
    "patches", "solution", "suspension", "powder", "spray", "implant", "implants", "wafer", "wafers", "topical", "oral",
    "subcutaneous", "intravenous", "sterile", "liquid", "form", "forms",
})  # fmt: skip
_SUBJECT = rx(
    r"(?P<subject>(?:the )?(?-i:[A-Z])[^.:;]{0,160}?) (?:is|are|was|were|may|can|has|have|helps?|works?|blocks?|binds?"
    r"|should|will)\b"
)
_OF_USE = rx(
    r"(?:[^.:;]{1,100}, )??(?P<subject>[^.:;,]{1,100}?),? (?:is|are|may be|can be) (?:(?:also|only|often|sometimes) )*"
    r"(?:approved|used|given)\b"
)
_USES = rx(r"(?:this|these|the)? ?uses?\b")
_POINTS_BACK = rx(
    r"(?:and |also,? )?(?:it|they|this use|these uses|the same"
    r"|(?:for )?(?:these |such |the same )?(?:patients|adults|children))\b"
)
_AVAILABLE = rx(r".*\bavailable\b")

#: Why a sentence that points back is left unread.
NO_ANTECEDENT = "what it points back to is not clear"
OTHER_SUBJECT = "it speaks of something else than the page's drug"


def words_of(names: Iterable[Fact | None]) -> frozenset[str]:
    """The words of a drug's names."""
    return frozenset(word for one in names if one is not None for word in _WORD.findall(one.text.casefold()))


def is_drug(subject: str, names: frozenset[str]) -> bool:
    """Whether a subject is the page's drug: made of the words of its names (any subject, where the names are not known)."""
    return not names or names.union(_BESIDE_NAME).issuperset(_WORD.findall(subject.casefold()))


def of_other_drug(statement: Statement, names: frozenset[str]) -> bool:
    """Reads "Othermab is used in …" on a page of another drug."""
    found = _OF_USE.match(statement.text)  # of "Another drug, Othermab, is used" and "In adults, it is used" the last words
    subject = found["subject"] if found is not None else ""
    return bool(subject) and not _USES.match(subject) and not is_drug(subject, names)


def points_back(statement: Statement) -> bool:
    """Whether the sentence is about what stands before it ("This use …", "It is also used …")."""
    return _POINTS_BACK.match(statement.text) is not None or THIS_USE.search(statement.text) is not None


def is_stranger(statement: Statement, names: frozenset[str]) -> bool:
    """Whether "it" in the next sentence may be something else than the drug."""
    found = _SUBJECT.match(statement.text)
    return found is None or not names or not is_drug(found["subject"], names) or _AVAILABLE.match(statement.text) is not None


def breaks_off(statement: Statement, rule: SentenceRule | None, names: frozenset[str]) -> bool:
    """Whether "this use" after this sentence may be another use than the one read before it."""
    if rule is None or rule.role in ("denied", "studied") or rule.name == "unspecified-other-uses":
        return True
    return rule.role in ("other-form", "availability", "explanation") and is_stranger(statement, names)
