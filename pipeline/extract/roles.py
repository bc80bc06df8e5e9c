"""Sentences that are no use themselves: what kind of thing they say, each by a named pattern.

The order matters: the first pattern that fits names the role. A sentence that fits none is a lead, a use or a detail of one if
the clause rules can read it, and is unread otherwise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.extract.clauses import ClauseKind, read
from pipeline.extract.language import rx
from pipeline.extract.registry import CLAUSE_RULES
from pipeline.extract.sentences import Statement
from pipeline.model import SentenceRole


@dataclass(frozen=True, slots=True)
class SentenceRule:
    """A shape of sentence: its name, the role it gives, and the words that show it (searched for; `^` anchors)."""

    name: str
    role: SentenceRole
    pattern: re.Pattern[str]


_APPROVED = r"(?:is|are|was|were|has been|have been|been)"

# Of which uses a sentence on approval or brands speaks; who has to be able to say it of every word (scope.py).
_NO_LIMIT = r"(?:(?!\b(?:not|no|never|nor|neither|only|but|except|if|whether|when|which|who|that|was|were)\b)[^.,;:])"
_USES = rf"(?:this use|these uses|(?:the )?uses? (?:in|of|for) {_NO_LIMIT}{{1,80}}?)"
_BRAND_LIST = r"(?:(?!\b(?:not|no|but|except|other|is|are)\b)[^.;:]){1,200}"

SENTENCE_RULES: tuple[SentenceRule, ...] = (
    SentenceRule("being-studied", "studied", rx(
        r"\b(?:is|are) (?:also |still |currently )*(?:being )?(?:studied|tested)\b|\bcontinues? to be studied\b"
        r"|\bunder study\b")),
    SentenceRule("special-programme", "programme", rx(
        r"\bavailable (?:only )?(?:as part of|through|under) (?:an? )?(?:special|restricted"
        r"|limited)?.{0,40}\b(?:program|programme|REMS)\b")),
    SentenceRule("accelerated-approval", "standing", rx(
        rf"^(?:{_USES}|(?!(?:(?:the|one|some|both|most|each) )?(?:\w+ )?(?:uses?"
        rf"|approvals?)\b){_NO_LIMIT}{{1,100}}?) (?:is|are) (?:(?:also|currently) )*(?:FDA[- ])?approved"
        r" under (?:the )?(?:FDA's |the )?accelerated approval(?: program(?:me)?)?\.?$")),
    SentenceRule("confirmatory-trials", "standing", rx(
        r"^as a condition of approval, .{0,40}\bconfirmatory\b"
        r"|\bconfirmatory trials?\b")),
    SentenceRule("denied", "denied", rx(
        rf"\b{_APPROVED} (?:not|no longer|never) (?:been )?(?:FDA[- ])?(?:approved|recommended|indicated)\b"
        rf"|\b{_APPROVED} (?:not|no longer) recommended\b"
        r"|\bnot (?:FDA[- ])?approved (?:to|for|in)\b|\bshould not be (?:used|given)\b|\b(?:is|are) (?:not|never)"
        r" (?:to be )?(?:used|given)\b"
        r"|\bapproval .{0,60}\bwithdrawn\b"
        r"|\b(?:withdrawn|withdrew|revoked) .{0,60}\bapproval\b|\b(?:uses?|approvals?) (?:[^.;]{0,80} )?(?:was|were|has been"
        r"|have been) (?:withdrawn|revoked)\b"
        r"|\bhas not been (?:FDA[- ])?approved\b")),
    SentenceRule("no-longer-available", "availability", rx(
        r"\b(?:no longer|not) (?:being )?(?:available|sold|made|marketed)\b|\bstill (?:used"
        r"|available) in other countries\b|\bdiscontinued\b")),
    SentenceRule("brand-scope", "brands", rx(
        rf"^{_USES} (?:is|are) (?:only )?(?:also )?approved (?:only )?(?:for|under|as) the {_BRAND_LIST}\bbrands?\b"
        r"(?: names?)?(?: of [^.,;:]{1,80}?)?\.?$")),
    SentenceRule("unspecified-other-uses", "explanation", rx(
        r"\bmay also be used\b.{0,60}\b(?:to treat|for) other (?:types of cancer|conditions|diseases)"
        r"|\bused (?:alone or with other drugs )?to treat (?:many |some |certain )?other (?:diseases|conditions"
        r"|types of cancer)(?: and (?:conditions|diseases))?\.?$")),
    SentenceRule("more-information", "other-form", rx(
        r"^for (?:more )?information\b.{0,200}\bsee\b|\bsee the drug information summar(?:y"
        r"|ies)\b")),
    SentenceRule("another-form", "other-form", rx(
        r"\b(?:is|are) (?:also )?available (?:separately|in|as|under|with|without)\b|\b(?:is"
        r"|are) an? (?:\S+ ){0,3}(?:form|combination|version|biosimilar|mixture)s? (?:form )?of\b"
        r"|^(?:this|the|each|it) (?:\S+ ){0,2}(?:form|combination|version|wafer|liposome)s? |^for .{0,40}, this"
        r" form\b|^it can be given\b|\bmay work better together\b"
        r"|^(?:this|the) drug is (?:also )?available|\bworks? better than other forms\b|\bits effects last longer\b")),
    SentenceRule("also-called", "explanation", rx(
        r"\b(?:is|are) (?:also )?(?:called|known as|sometimes called"
        r"|abbreviated)\b")),
    SentenceRule("given-by", "explanation", rx(
        r"^\S+(?: \S+){0,4} is (?:given|taken) (?:by (?:infusion|injection|mouth)|as an? (?:injection|infusion|tablet"
        r"|capsule|pill))[^,]*$")),
    SentenceRule("how-it-works", "explanation", rx(
        r"^(?:(?!\b(?:is|are|may|used|approved|given)\b)[^.]){1,80} (?:helps?|works?|blocks?|binds?|attaches"
        r"|stops?|kills?|contains?|prevents the body) [^.]+\.?$|\bis a condition in which\b|\b(?:is|are) (?:an?"
        r" )?(?:type|types|kind|kinds|form|group|condition|drug|protein)s? (?:of|that|in which|made)\b"
        r"|^[^.]{1,60}\b(?:cancers|tumou?rs|lymphomas|leukemias)? have certain (?:genetic )?(?:mutations"
        r"|changes)\b|\bmade from the bacterium\b")),
)  # fmt: skip


#: A sentence that says what the drug is used for or how it is given may hold words that look like an explanation.
_SOFT = ("also-called", "given-by", "how-it-works")
_SAYS_A_USE = rx(
    r"(?:it|they|(?:the )?[A-Z][^.:;,]{0,100}?) (?:is|are|may be|can be) (?:(?:also|sometimes|only|usually|often) )*"
    r"(?:approved|used|given)\b"
)
_CLINICAL: tuple[ClauseKind, ...] = (
    "head", "narrower", "status", "biomarker", "stage", "population", "description", "partner", "alone", "concurrent",
    "prior", "line", "cause", "negated", "history", "object",
)  # fmt: skip


def sentence_role(statement: Statement) -> SentenceRule | None:
    """The first rule whose words the sentence shows.

    A sentence of use ("It is used in adults with X, which is a type of Y, that has come back") is no explanation
    where the clause rules read something clinical in it.
    """
    rule = next((rule for rule in SENTENCE_RULES if rule.pattern.search(statement.text)), None)
    if rule is None or rule.name not in _SOFT or _SAYS_A_USE.match(statement.text) is None:
        return rule
    return None if read(statement, CLAUSE_RULES).of(*_CLINICAL) else rule
