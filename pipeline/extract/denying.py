"""Words that may say that a use is not approved, no longer, or elsewhere."""

from __future__ import annotations

from pipeline.language import rx

_MAY_DENY = rx(
    r"\b(?:withdrawn|withdrew|revoked|no longer|formerly(?! (?:called|known|referred|named))|discontinued|(?:not|never) (?:FDA[- ]?)?(?:approved"
    r"|recommended|indicated|used|given)"
    r"|until (?:\w+ )?\d{4}|stud(?:y|ies|ied)|trials?|investigational|experimental|outside|abroad"
    r"|countr(?:y|ies)|Europe(?:an)?|Canad(?:a|ian)|Japan(?:ese)?|emergency use|unapproved|off-label"
    r"|China|tentative|pending|expected)\b"
)


def may_deny(words: str) -> bool:
    """Whether words that no rule reads may say that a use is not approved, no longer, or elsewhere."""
    return _MAY_DENY.search(words) is not None


_TAKEN_BACK = rx(
    r"\b(?:no longer|not|never)(?: currently| yet| been)? (?:FDA[- ])?approved\b"
    r"|\b(?:unapproved|off-label|emergency use)\b"
    r"|\bapprovals?\b.{0,60}\b(?:withdrawn|revoked|rescinded|taken back)\b"
)


def takes_back_approval(sentence: str) -> bool:
    """Whether a sentence takes an approval back: whatever rule read it, no use is published from it."""
    return _TAKEN_BACK.search(sentence) is not None
