"""Words that may say that a use is not approved, no longer, or elsewhere."""

from __future__ import annotations

from functools import lru_cache

from pipeline.language import rx

#: As US and British pages write it.
_APPROVED = "(?:approved|licensed|authori[sz]ed)"
_MAY_DENY = rx(
    r"\b(?:withdrawn|withdrew|revoked|no longer|formerly(?! (?:called|known|referred|named))|discontinued|(?:not|never) (?:FDA[- ]?)?"
    rf"(?:{_APPROVED}|recommended|indicated|used|given)"
    r"|until (?:\w+ )?\d{4}|stud(?:y|ies|ied)|(?<!adequate\s)trials?|investigational|experimental|outside(?! (?:of )?(?:the|your) (?:milk|lungs?|brain|bones?|breasts?|prostate|colon|liver|kidneys?|ovar(?:y|ies)|body|bladder|skin|stomach)\b)|abroad"
    r"|countr(?:y|ies)|Europe(?:an)?|Canad(?:a|ian)|Japan(?:ese)?|emergency use|unapproved|unlicen[cs]ed|off-label"
    r"|China|EU|UK|tentative|pending|expected|proposed)\b"
)


def may_deny(words: str) -> bool:
    """Whether words that no rule reads may say that a use is not approved, no longer, or elsewhere."""
    return _MAY_DENY.search(words) is not None


_OFF_LABEL = r"\b(?:unapproved|unlicen[cs]ed|off-label|emergency[- ]use)\b"
#: Of a use: it is outside of what is approved.
OFF_LABEL = rx(_OFF_LABEL)
_TAKEN_BACK = rx(
    rf"\b(?:no longer|not|never)(?: currently| yet| been)? (?:FDA[- ])?{_APPROVED}\b"
    rf"|{_OFF_LABEL}"
    r"|\b(?:approvals?|licen[cs]es?|authori[sz]ations?)\b.{0,60}\b(?:withdrawn|revoked|rescinded|taken back)\b"
)
_BE = r"(?:may|might|could|can|will|would|should)(?: \w+){0,2} be|had been|used to be|is (?:expected|likely|hoped|about|due|yet) to be|is being|rarely|hardly|barely"
_ASKED = r"(?:submitted|recommended|considered|proposed|reviewed|filed|applied|asked|applications?|petitions?|requests?)"
_AGENCY = r"(?:FDA|company|maker|manufacturer|sponsor)"
#: What is not approved, not yet, no longer, or not here: however the sentence goes on, it states no approved use.
_LESSER = rx(
    rf"\b(?:{_BE}) (?:\w+ )?(?:FDA[- ])?(?:approved|authorized|licensed)\b|\bcould be (?:used|given)\b"
    rf"|\b{_ASKED} (?:\w+ ){{0,4}}for (?:\w+ ){{0,3}}approval\b|\bunder (?:\w+ )?review\b"
    r"|\bapproval\b.{0,40}\b(?:is|are) (?:pending|expected|sought)\b|\b(?:awaiting|waiting for|seeking|pending) (?:\w+ ){0,2}approval\b"
    rf"|\b{_AGENCY} (?:has )?(?:removed|withdrew|withdrawn|revoked|ended|canceled|cancelled|dropped)\b.{{0,40}}\b(?:uses?|approvals?|indications?)\b"
    r"|\b(?:asked|requested|plans?|decided)\b.{0,30}\bwithdraw\b"
    r"|\bapproved\b.{0,40}\b(?:and|but|then)(?: (?:it )?(?:was|is|has been))?(?: later| then| since)? (?:withdrawn|removed|revoked)\b"
    r"|\b(?:not|never|no longer) (?:an? )?(?:FDA[- ])?approved use\b|\b(?:no|lacks?) (?:FDA )?approval\b"
    r"|\bapproval\b.{0,40}\b(?:is|was|has|were|been) (?:withdrawn|revoked|rescinded|expired|lapsed|ended)\b"
    r"|\btentative(?:ly)?\b|\b(?:expanded access|compassionate[- ]use|right[- ]to[- ]try|special access|named[- ]patient)\b"
    r"|\b(?:investigational|experimental) (?:new )?(?:drug|treatment|therapy|medicine|vaccine|agent|use)s?\b.{0,60}\b(?:used|given|studied|tested|for|to)\b"
    r"|\b(?:this use|it) is (?:still )?(?:experimental|investigational|unproven)\b|\bonly (?:for|in) (?:\w+ )?emergenc(?:y|ies)\b"
    r"|\bveterinary\b|(?<!conducted\s)\b(?:in|for|by|of) (?:\w+ ){0,2}(?:animals|dogs|cats|horses|cattle|mice|rats|pets)\b"
    r"|\bapproved (?:for this use )?(?:only )?in (?:(?:some |many |several )?other countries|another country|Europe|Canada|Japan|China|the European Union)\b"
    r"|^(?:neither|no) (?:brand|form|version)\b.*\bapproved\b|\btaken off the market\b"
)
#: Steps on the way to an approval, which may have come or not: they state none by themselves.
_ON_THE_WAY = rx(
    r"\b(?:priority|regulatory|expedited) review\b|\bfast[- ]track\b"
    r"|\b(?:orphan|breakthrough(?: therapy)?|priority|RMAT)[- ](?:\w+ )?(?:designation|status|drug|product|therapy)\b"
)


_UNDER_STUDY = rx(
    r"\bbeing (?:\w+ )?(?:studied|tested|investigated|evaluated|explored|researched|reviewed|considered)\b|\bunder (?:study|investigation)\b"
)


def is_studied(words: str) -> bool:
    """Whether words that were read as the state of a disease or of patients say that the use is being studied."""
    return _UNDER_STUDY.search(words) is not None


def is_lesser(sentence: str) -> bool:
    """Whether a sentence says that something is not approved, not yet, no longer, or only elsewhere or for animals."""
    return _LESSER.search(sentence) is not None


@lru_cache(maxsize=512)  # the sentence that opens a list is asked for each of its items
def takes_back_approval(sentence: str) -> bool:
    """Whether a sentence takes an approval back, or states a lesser thing: whatever rule read it, no use is published from it."""
    return _TAKEN_BACK.search(sentence) is not None or is_lesser(sentence) or _ON_THE_WAY.search(sentence) is not None
