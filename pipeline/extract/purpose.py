"""What the drug is used for: the verb (intent) and what it acts on, line of therapy, aim of adjuvant use, manner."""

from __future__ import annotations

from pipeline.extract.clauses import Clause, Cursor, Match, Part
from pipeline.extract.disease import disease_clauses, phrase_end, related
from pipeline.extract.language import BOUNDARY, STOP, rx
from pipeline.extract.population import population
from pipeline.extract.prior import tail

_CARRIER = rx(
    r"(?:(?:and |or )?(?P<who>it|this (?:combination|drug|form)|they|(?:the )?(?!(?:for|in|after|with|as|when|if"
    r"|patients|adults|children) )(?-i:[A-Z])[^.:;]{0,110}?) )?(?:is|are|(?P<may>may be|can be)) "
    r"(?:(?:(?:also|sometimes|only|either|usually|given|now) )*)(?P<often>often )?(?P<verb>approved for use"
    r"|approved to be (?:used|given)|used|given)\b(?: either)?"
)
_TO_BE = rx(r"(?:to be|be) (?:used|given)\b(?! to be)|for use(?= in)")
_FOR = rx(r"for(?=:)")
_INTENT = rx(
    r"(?P<lead>(?:to be )?(?:used )?(?:as|for|in) (?:the |an? )?)?"
    r"(?:(?P<palliate>palliative (?:treatment|therapy|care))(?: (?:of|for))?"
    r"|(?P<emergency>(?:emergency )?treatment) of|to (?P<both>(?:prevent (?:and|or) treat|treat (?:and|or|or help) prevent))"
    r"|(?:to )?(?:help )?(?P<reduce>(?:reduce|lower|decrease|lessen) (?:the )?(?:chance|risk|chances|risks) (?:of|that|for))"
    r"|to (?:help )?(?P<prevent>prevent)(?! (?:it|them) from)|to (?:be used to )?(?:help )?(?P<treat>treat)|(?:for|as) (?:the "
    r"|an? )?(?:(?P<noun>treatment)|(?P<prevention>prevention)) (?:of|for)|to (?P<prepare>prepare)(?= ))"
)
_OTHER_INTENT = rx(
    r"(?:to|and|or) (?:be used to )?(?P<verb>(?:help )?(?:increase|reduce|decrease|lower|suppress|improve|relieve"
    r"|lessen|control|manage|help move|move|remove|protect|replace|stimulate|mobili[sz]e|raise|restore|boost"
    r"|support|diagnose|detect|find))\b(?: \([^()]*\))?"
)
_KEEP = rx(
    r",? ?(?:and )?(?:to )?(?:help )?(?:keep|prevent) (?:(?:the|their) )?(?:(?!(?:and|or|from"
    r"|in)\b)[\w-]+ ){0,4}?from (?:coming back|recurring|returning|spreading|metastasi[sz]ing|getting worse"
    r"|growing)(?: \([^()]*\))?(?: there)?"
    r"|from (?:coming back|recurring|returning)(?: \([^()]*\))?"
)
_SPREADING = rx(r"(?:to )?(?:help )?prevent .*(?:spreading|metastasi[sz]ing)")
_LINE = rx(
    r"(?:given |used )?(?:as|on|first|next) (?:(?:the|an?|part of) )*(?P<line>(?:(?:first|second|third|fourth"
    r"|later|initial)(?:-| )?(?:line)?(?: or (?:first|second|third|later)(?:-line)?)? |(?:first-line|second-line|third-line) )?"
    r"(?:(?:extended|adjuvant|neoadjuvant|maintenance|induction|consolidation|systemic|hormone|hormone-based|local"
    r"|targeted|bridging|salvage|continued|first-line|conditioning|additional) )*"
    r"(?:treatments?|therapy|therapies)|treatment)(?: or second treatment)?"
)
_PREPARE = rx(
    r"to prepare (?:the )?(?:patients?|body|adults|children|people|them) (?:with [\w ]+? )?(?:for"
    r"|before) (?:an? )?(?:[\w-]+ ){0,4}(?:transplants?|transplantation|surgery)"
)
_PLACES = (
    r"bladder|ureter|kidney|skin|vein|muscle|mouth|injection|infusion|tumou?rs?|spinal fluid|blood|bloodstream|brain|abdomen"
    r"|liver|chest"
)
_MANNER = rx(
    rf"(?:directly )?(?:in|into|by|through|under|to|on|onto) (?:the |an? )?(?:{_PLACES})(?: or (?:the )?\w+)?(?!"
    rf" cancer)|directly"
    r"|from the [\w ]+? to the [\w ]+?(?= so | in |\.|$)|from the \w+(?: \w+)?(?= in | so |\.|$)"
    r"|so that [^.;]+?(?= in (?:patients|adults|children)|[.;]|$)|including before [\w ]+? for patients with [\w -]+"
    r"|under (?:other|different) (?:brand )?names?|for the treatment of|as a treatment(?= for)"
    # who approved it, and where: what every "approved" of these pages means
    r"|as (?:found|determined|detected|shown) by an? (?:FDA-approved )?(?:blood |lab |genetic )?test"
    r"|by the (?:(?:US|U\.S\.) )?(?:FDA|Food and Drug Administration(?: \(FDA\))?)|in the United States"
)
_OBJECT = rx(r"(?:the |an? |their )?(?:body's )?")
_KINDS = rx(
    r"(?:(?:in|for|with|of) )?(?:the following|certain|other|these|one of the following|some)(?: (?:types|kinds"
    r"|stages|forms) of)? (?P<kinds>[\w -]+?)(?= in (?:adults|children|patients)|[,:.]| that|$)"
)


def carrier(at: Cursor) -> Match | None:
    """Reads "It is used", "Name may be given", "and is often used": says that what follows is the use."""
    if (found := at.match(_TO_BE)) is not None:
        return Match(found.end(), (at.clause("carrier", "carrier", found.end()),))
    found = at.match(_CARRIER)
    if found is None:
        return None
    if (
        found["who"] is None
        and not at.before
        and found.start() == at.pos
        and at.text[at.pos : at.pos + 3].lower() not in ("is ", "are", "may")
    ):
        return None
    mode = "often" if found["often"] else "may" if found["may"] else ""
    return Match(found.end(), (at.clause("carrier", "carrier", found.end(), mode),))


def keep_from_recurring(at: Cursor) -> Match | None:
    """Reads "to help keep the cancer from coming back after surgery": the aim of adjuvant use, which stays treatment."""
    found = at.match(_KEEP)
    if found is None or (_SPREADING.match(found.group()) and at.before and at.before[-1].mode == "or"):
        return None  # "or to prevent it from spreading" is another purpose, which no field holds
    stop, prior = tail(at, found.end(), "keep-from-recurring")
    return Match(stop, (at.clause("purpose", "keep-from-recurring", stop), *prior))


def prepare(at: Cursor) -> Match | None:
    """Reads "to prepare patients for a stem cell transplant"."""
    found = at.match(_PREPARE)
    return (
        Match(found.end(), (at.clause("intent", "prepare", found.end(), "other", phrase=Part(found.start() + 3, found.end())),))
        if found
        else None
    )


def intent(at: Cursor) -> Match | None:
    """Reads "to treat", "as palliative treatment of", "to reduce the chance of infection": the verb, and what it acts on."""
    found = at.match(_INTENT)
    if found is None:
        return None
    name = next(
        key
        for key in ("palliate", "emergency", "both", "reduce", "prevent", "prevention", "treat", "noun", "prepare")
        if found[key]
    )
    if name == "prepare":
        return None
    mode = {
        "both": "prevent_and_treat",
        "emergency": "treat",
        "noun": "treat",
        "reduce": "reduce_risk",
        "prevention": "prevent",
    }.get(name, name)
    own = at.clause("intent", "intent", found.end(), mode, phrase=Part(found.start(name), found.end(name)))
    thing, end = (_treated(at, found.end()) if mode in ("treat", "palliate") and at.heads else None) or _acted_on(
        at, found.end()
    )
    return Match(end, (own, *thing))


def other_intent(at: Cursor) -> Match | None:
    """Reads "to increase bone mass", "to help move stem cells …": any other verb, with what it acts on; a bare "for:"."""
    if (bare := at.match(_FOR)) is not None:
        return Match(bare.end(), (at.clause("intent", "bare-for", bare.end(), "other"),))
    found = at.match(_OTHER_INTENT)
    if found is None:
        return None
    own = at.clause("intent", "other-intent", found.end(), "other", phrase=Part(found.start("verb"), found.end("verb")))
    thing, end = _acted_on(at, found.end())
    return Match(end, (own, *thing)) if thing else None


def _treated(at: Cursor, pos: int) -> tuple[tuple[Clause, ...], int] | None:
    """In an item, "to treat X" names the head again, a narrower disease, or a state of the head's disease."""
    spaced = pos if at.text[pos - 1].isspace() else pos + 1
    if spaced >= at.end or BOUNDARY.match(at.text, spaced - 1, at.end) is not None:
        return None
    end = phrase_end(at, spaced)
    named = disease_clauses(at, spaced, end, "treated-disease")
    return (named, end) if named is not None else None


def _acted_on(at: Cursor, pos: int) -> tuple[tuple[Clause, ...], int]:
    """The noun phrase after the verb, if one stands there: an `object`, or `kinds` ("the following types of brain cancer")."""
    if BOUNDARY.match(at.text, pos, at.end) is not None:
        return (), pos
    spaced = pos + 1
    here = Cursor(at.text, spaced, at.end, at.before, at.heads)
    if spaced >= at.end or population(here) is not None:
        return (), pos
    if (kinds := here.match(_KINDS)) is not None:
        return (Clause("kinds", "kinds", spaced, kinds.end()),), kinds.end()
    if (article := here.match(_OBJECT)) is not None:
        spaced = article.end()
    end = phrase_end(at, spaced)
    if end <= spaced:
        return (), pos
    return (Clause("object", "acted-on", pos + 1, end, phrase=Part(spaced, end)),), end


def kinds(at: Cursor) -> Match | None:
    """Reads "in the following types of cancer:": announces the items."""
    found = at.match(_FOLLOWING)
    return Match(found.end(), (at.clause("kinds", "kinds", found.end()),)) if found is not None else None


_FOLLOWING = rx(
    r"(?:(?:in|for|with|of|including) )?the following (?:(?:types|kinds|forms|stages) of )?[\w -]+?(?= in"
    r" (?:adults|children|patients)|[,:.]| that|$)"
)


def line(at: Cursor) -> Match | None:
    """Reads "as the first treatment", "as maintenance therapy", "as first-line hormone therapy"."""
    found = at.match(_LINE)
    if found is None:
        return None
    part = Part(found.start("line"), found.end())
    if found.group().lower().startswith(("given", "used")) and at.last is not None and at.last.kind in ("prior", "status"):
        return Match(found.end(), (at.clause("timing", "line-of-prior", found.end()),))
    return Match(found.end(), (at.clause("line", "line", found.end(), phrase=part),))


def remove(at: Cursor) -> Match | None:
    """Reads "(surgery) to remove stage III colon cancer", "to partially or completely remove the tumor"."""
    found = at.match(_REMOVE)
    if found is None:
        return None
    end = phrase_end(at, found.end())
    named = disease_clauses(at, found.end(), end, "removed-disease") if at.heads else None
    return Match(end, (at.clause("purpose", "remove", end), *(named or ())))


_REMOVE = rx(r"to (?:(?:\w+ly|or) )*remove (?:(?:the|an?|all) )?")


def manner(at: Cursor) -> Match | None:
    """Reads "directly into the bladder": how it is given, which no field holds."""
    found = at.match(_MANNER)
    return Match(found.end(), (at.clause("manner", "manner", found.end()),)) if found is not None else None


def named_disease(at: Cursor) -> Match | None:
    """Reads "in patients with stage III melanoma", "for squamous cancer", "adults with early-stage cancer", "including X"."""
    found = at.match(_DISEASE_LEAD)
    if found is None:
        return None
    lead, last = found.group().lower().lstrip(", "), at.last.kind if at.last is not None else ""
    if lead.startswith("with") and last not in ("population", "head", "description"):
        return None  # "used with X"
    having = lead.startswith(("have", "has"))
    of_patients = having or any(c.kind == "population" for c in at.before)
    rule = "disease-of-patients" if of_patients and not lead.startswith("incl") else "named-disease"
    end = phrase_end(at, found.end())
    clauses = disease_clauses(at, found.end(), end, rule, short=lead.startswith("for")) if end > found.end() else None
    if clauses is None or "including" in lead:
        return _included(at, end, clauses) if clauses is not None else None
    if last == "head" and lead.startswith("with"):
        return Match(end, (at.clause("status", "with-feature", end),))
    kin = [related(at.text[c.start : c.end], at.heads) for c in clauses if c.kind == "narrower"]
    if kin and of_patients and at.heads and not (all(kin) if having else any(kin)):
        # another disease of the patient: "who have osteoporosis" is left to the rule for descriptions
        return None if having else Match(end, (at.clause("description", "other-disease", end),))
    return Match(end, clauses)


def _included(at: Cursor, end: int, clauses: tuple[Clause, ...]) -> Match:
    """Reads "including X that has spread": it widens the use, so that nothing said of X may restrict it."""
    stop = at.until(_END_OF_INCLUDED, end) if _OF_INCLUDED.match(at.text, end, at.end) is not None else end
    named = tuple(clause for clause in clauses if clause.kind == "narrower")
    return Match(end, (at.clause("gloss", "included-disease", stop), *named))


_OF_INCLUDED = rx(r" (?:that|which|whose) ")
_END_OF_INCLUDED = rx(
    r",? (?:and|or) (?:to|in|with|for|used|given|alone|after)\b|,(?! (?:(?:and|or|but) )?(?:that|which|whose|is|are|has|have"
    r"|had|did|does|cannot|got|came)\b)| (?:in|for) (?:adults|children|patients|people|women|men)\b|" + STOP + r"|$"
)
_DISEASE_LEAD = rx(r",? ?(?:(?:and|or) )?(?:with|for|in|of|including|have|has) (?:one of the following stages of )?")


def accelerated(at: Cursor) -> Match | None:
    """Reads "(approved to treat X) under FDA's Accelerated Approval Program" within a sentence that says a whole use."""
    found = at.match(_ACCELERATED) if any(clause.kind in ("head", "intent") for clause in at.before) else None
    return Match(found.end(), (at.clause("standing", "accelerated", found.end()),)) if found is not None else None


_ACCELERATED = rx(r"under (?:the )?(?:FDA's )?accelerated approval(?: program(?:me)?)?\b")
