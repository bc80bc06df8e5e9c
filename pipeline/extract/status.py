"""How the disease stands: spread, course, response, stage, biomarkers. Predicates after "that", "whose cancer", "which is"."""

from __future__ import annotations

from pipeline.extract.clauses import Clause, Cursor, Match
from pipeline.extract.language import ADVERB, STOP, rx
from pipeline.extract.prior import prior_clauses, tail
from pipeline.extract.treatments import read_treatments

_PLACE = (
    r"(?: (?:only )?(?:to|outside|beyond|into|from|throughout) (?:the )?(?:(?!(?:and|or|but|has|have|is|are|cannot|in"
    r"|whose|who|that|does|did|got|as|after|with|it|for|when|to|before|during|where|if"
    r"|or)\b)[\w-]+(?:\([^)]*\))?(?:, (?=[\w-]+(?: [\w-]+)?,? or ))? ?){1,7})?"
)
_SPREAD = rx(
    rf"(?:(?:is )?(?:has|have|had) {ADVERB}(?P<not>not |never )?{ADVERB})?(?:metastasi[sz]ed"
    rf"|spread)\b(?: \([^()]*\))?{_PLACE}(?:, such as the \w+)?"
)
_CANNOT = rx(
    rf"(?:cannot|can not|can't|can|can no longer|could not|may not|is not able to|are not able to"
    rf"|not able to) {ADVERB}be {ADVERB}(?:completely |safely )?"
    r"(?:removed|treated|cured|controlled|helped|managed|operated on)(?: (?:by|with|using|or))?"
)
_NOR_RESPOND = rx(r" or (?:that |who )?(?:(?:has|have|did|does|do) not respond(?:ed)? to|got worse after)(?= )")
_COURSE = rx(
    rf"(?:(?:has|have|had|did|does|do|is|are|was) )?{ADVERB}(?:(?:not|never|no longer) )?{ADVERB}"
    r"(?:(?:come|came|comes) back|returned|returns|relapsed|relapses|recurred|recurs|recur|(?:got|gotten|get|gets"
    r"|become|became) (?:worse|better)|improved?|worsened"
    r"|progress(?:ed|es)?|grown?|responded|responds?|stopped responding)\b(?: \([^()]*\))?(?: (?:or|and) (?:got"
    r"|gotten|has gotten) (?:worse|better))?"
)
_NO_RESPONSE = rx(
    rf"(?:(?:did|does|do|has|have) {ADVERB}(?:not|never) {ADVERB}|didn't |doesn't |don't |no longer |stopped |(?:is"
    rf"|are) (?:not |un)?likely to )?respon(?:d|ds|ded|ding)\b"
)
_REFRACTORY_TO = rx(r"(?:is|are|was|were) (?:refractory|resistant|sensitive)(?= to )")
_RESPOND_CHAIN = rx(
    r"(?:have|has) not responded to, (?:have|has) stopped responding to,? or cannot (?:be treated with|receive) "
)
_RESPOND_OR_CANNOT = rx(
    r"(?:did|does|do|has|have) not respond(?:ed)? (?P<first>to )?(?:or|and) (?:stopped responding"
    r"|cannot be treated|cannot receive|is no longer responding) ?(?:to|with)? "
)
_STOPPED_TOO = rx(r",? or (?:has )?stopped responding to ")
_RESPONSE = rx(
    r"(?:(?:are|is|were|was) )?(?:having|in|(?:have|has|had)(?: had)?) (?:at least )?(?:an? |their "
    r"|the )?(?:(?:first|second|complete|partial|good|full) ?(?:or|and|,)? ?)+(?:response|remission)"
)
_RISK = rx(
    r"(?P<risk>)(?:(?:has|have|is|are|being) )?(?:considered )?(?:(?:at|with) )?(?:an? )?(?:very )?(?:high"
    r"|increased|higher|intermediate) risk (?:of|that|for) "
)
_NEED = rx(r"(?:requires?|required|needs?) (?:or (?:requires?|needs?) )?")
_SYMPTOM = rx(r"(?:is|are) causing [\w ]+?(?= but| and|,|\.|$)")


def _status(at: Cursor, rule: str, end: int, extra: tuple[Clause, ...] = ()) -> Match:
    return Match(end, (at.clause("status", rule, end), *extra))


def spread(at: Cursor) -> Match | None:
    """Reads "has spread to other parts of the body", "has not spread outside the chest", "metastasized"."""
    found = at.match(_SPREAD)
    if found is None or (found.group().lower().startswith("spread") and at.last is not None and at.last.kind == "carrier"):
        return None
    end = found.start() + len(found.group().rstrip())
    stop, prior = (
        tail(at, end, "spread")
        if at.text[end : end + 12].lower().lstrip().startswith(("after", "during", "or after"))
        else (end, ())
    )
    return _status(at, "spread", stop, prior)


def cannot_be_treated(at: Cursor) -> Match | None:
    """Reads "cannot be removed by surgery", "cannot be treated with or did not respond to X" (X is prior)."""
    found = at.match(_CANNOT)
    if found is None:
        return None
    if (nor := at.match(_NOR_RESPOND, found.end())) is not None:
        listed = read_treatments(at, nor.end() + 1)
        if listed is not None:
            return _status(
                at,
                "cannot-or-did-not-respond",
                listed.end,
                prior_clauses(listed, "cannot-or-did-not-respond", mode="conditional"),
            )
    listed = read_treatments(at, found.end() + 1) if found.group().lower().endswith(("by", "with", "using")) else None
    return _status(at, "cannot-be-treated", listed.end if listed is not None else found.end())


def course(at: Cursor) -> Match | None:
    """Reads "has come back", "got worse during or after treatment with X", "did not respond to at least two Xs"."""
    if (chain := at.match(_RESPOND_CHAIN) or at.match(_RESPOND_OR_CANNOT)) is not None:
        listed = read_treatments(at, chain.end())
        if listed is not None:
            return _status(at, "respond-or-cannot", listed.end, prior_clauses(listed, "respond-or-cannot", mode="conditional"))
    found = at.match(_COURSE) or at.match(_NO_RESPONSE) or at.match(_REFRACTORY_TO)
    if found is None:
        return None
    end = found.end()
    if (too := at.match(_STOPPED_TOO, end)) is not None:
        listed = read_treatments(at, too.end())
        if listed is not None:
            return _status(at, "course", listed.end, prior_clauses(listed, "course"))
    stop, prior = tail(at, end, "course")
    return _status(at, "course", stop, prior)


def response(at: Cursor) -> Match | None:
    """Reads "are having a complete or partial response to X", "in the first or second complete remission"."""
    found = at.match(_RESPONSE)
    if found is None:
        return None
    stop, prior = tail(at, found.end(), "response")
    return _status(at, "response", stop, prior)


def risk(at: Cursor) -> Match | None:
    """Reads "has a high risk of coming back after surgery"; of patients it is a description."""
    found = at.match(_RISK)
    if found is None:
        return None
    end = at.until(_END_OF_RISK, found.end())
    after, prior = tail(at, end, "risk")
    kind = "description" if _of_patient(at) else "status"
    start = found.start("risk")
    return Match(after, (Clause(kind, "high-risk", start, after), *prior))  # type: ignore[arg-type]  # one of two literals


_END_OF_RISK = rx(r"(?:,? (?:and|or|but))? (?:who|whose|that did|after|in (?:patients|adults)|as) |,(?= )|" + STOP + r"|$")


def need(at: Cursor) -> Match | None:
    """Reads "requires systemic anticancer therapy", "require treatment but not immediate surgery"."""
    found = at.match(_NEED)
    if found is None:
        return None
    stop = at.until(_NEED_END, found.end())
    return (
        Match(stop, (at.clause("description" if _of_patient(at) else "status", "need", stop),)) if stop > found.end() else None
    )


_NEED_END = rx(r"(?:,? (?:and|or))? (?:who|whose|has|have|is|are) |,(?= )|" + STOP + r"|$")


_SITE_WORD = r"(?!(?:that|which|who|in|it|with|is|and|or|as|so|to|for)\b)[\w/-]+"
_SITE_WORDS = rf"(?:the |another |other )?{_SITE_WORD}(?: {_SITE_WORD})*"
_SITE = rx(
    rf"(?!from the [\w ]+? to |from \w+ing\b)(?:of|in|from) {_SITE_WORDS}"
    rf"(?:(?:,? (?:and|or) |, (?={_SITE_WORD}(?: {_SITE_WORD})?,? (?:and|or) )){_SITE_WORDS})*"
)
_NOT_POSSIBLE = rx(
    r"(?:if|when|because) (?!it )(?P<what>[\w -]{3,60}?) (?:cannot be (?:used|given|done|performed)|(?:is|are) not"
    r" (?:an option|possible|recommended|available))(?: for [\w ]+? reasons)?"
)
_FOUND = rx(r"but (?:cancer|tumou?r) cells were found in [^.;]+")
_DIAGNOSED = rx(
    r"(?:has|have|is|are) (?:just |recently |newly )?been (?:just |newly |recently )?diagnosed(?: with (?:the "
    r"|this |their )?(?:disease|cancer))?"
)
_ACTS = rx(
    r"(?:(?:does|do|did) not )?(?:forms?|makes?|produces?|contains?|involves?|affects?|blocks?|causes?|presses on"
    r"|invades?|shows?) [^,.;:()]+"
)
_WITHIN = rx(
    r"within (?:\d+|\w+) (?:hours?|days?|weeks?|months?|years?) (?:of|after|before) (?:(?:ending|starting"
    r"|finishing|receiving|stopping) )?[^,.;:]+"
)


_ABROAD = rx(r"\b(?:countr(?:y|ies)|states|trials?|stud(?:y|ies)|europe|canada)\b")  # where it is used, not where it grows


def site(at: Cursor) -> Match | None:
    """Reads "in the upper urinary tract", "of the pancreas or another organ", right after a disease: where it is."""
    found = at.match(_SITE)
    if found is None or at.last is None or at.last.kind not in ("head", "narrower") or _ABROAD.search(found.group()):
        return None
    return _status(at, "site", found.end())


def circumstance(at: Cursor) -> Match | None:
    """Reads "when surgery is not an option", "but cancer cells were found in …", "within 4 days of …"."""
    acts = at.match(_ACTS) if not _of_treatment(at) else None
    found = at.match(_NOT_POSSIBLE) or at.match(_FOUND) or at.match(_DIAGNOSED) or acts or at.match(_WITHIN)
    return _status(at, "circumstance", found.end()) if found is not None else None


def symptom(at: Cursor) -> Match | None:
    """Reads "is causing symptoms"."""
    found = at.match(_SYMPTOM)
    return _status(at, "symptom", found.end()) if found is not None else None


def _of_patient(at: Cursor) -> bool:
    subject = next((c for c in reversed(at.before) if c.kind == "subject"), None)
    return subject is not None and subject.mode == "patient"


def _of_treatment(at: Cursor) -> bool:
    """Reads "chemotherapy that does not contain X": "that" right after a treatment speaks of it."""
    said = [c.kind for c in at.before if c.kind != "gloss"]
    return len(said) > 1 and said[-1] == "subject" and said[-2] in ("partner", "prior", "concurrent")
