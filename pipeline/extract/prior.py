"""Treatment before: "after treatment with bisphosphonates", "who have received at least two lines of systemic therapy"."""

from __future__ import annotations

from pipeline.extract.clauses import Clause, Cursor, Match, Part
from pipeline.extract.language import ADVERB, COUNT, rx
from pipeline.extract.treatments import Treatments, read_treatments

_SPAN = r"(?:(?:at least|within|up to|more than) )?(?:\d+|one|two|three|four|six|twelve) (?:days?|weeks?|months?|years?) "
_RELATION = rx(
    rf",? (?:during or )?{_SPAN}(?:of|after) (?:completing|finishing|ending|stopping) "
    rf"|,? (?:{_SPAN})?(?:during|after|following|with|to|on|despite|while on)(?: (?:or|and) (?:{_SPAN})?(?:after"
    rf"|during|while on|on))? (?:completing |finishing |stopping )?"
)
_EVENT = rx(
    r",? ?(?:after|before|during)(?: or (?:after|during))? (?:the|their) (?:cancer|disease|tumou?r) (?:spread"
    r"|came back|got worse|was removed)"
)
_RECEIVED_VERB = rx(
    rf"(?:(?:have|has|had) {ADVERB}(?:not |never ){ADVERB}|(?:have|has|had|must have) {ADVERB})(?:received|had"
    rf"|tried|undergone|completed|been given)(?: |(?=:))|received(?: |(?=:))"
)
_TREATED = rx(
    rf"(?:(?:have|has|had|were|was|is|are) )?{ADVERB}(?P<not>not |never )?{ADVERB}(?:been )?{ADVERB}(?:treated"
    rf"|removed)(?P<by> (?:with|by|using) )?"
)
_BEFORE = rx(r" before(?= and\b| or\b| but\b|[.,;:]|$)")
_OUTCOME = rx(
    r",? (?:(?:and|but) )?(?:(?:it|they|the cancer|the disease) )?(?:(?:did|does) not work|is no longer working"
    r"|(?:has|have) (?:not worked|stopped working))"
    r"(?:,? or (?:(?:it )?is no longer working|(?:has )?stopped working))?(?:,? or the cancer has gotten worse)?"
    r"|, is no longer working, or the cancer has gotten worse| alone\b(?! or)| before or after surgery"
    r"| for (?:at least |about |up to )?\d+(?: to \d+)? (?:days?|weeks?|months?|years?)"
)
_OUTCOME_MORE = rx(r",? (?:or )?(?:is no longer working|the cancer has gotten worse)")
_AFTER = rx(
    r"(?:(?:and|or) )?(?:only )?(?P<how>after|following(?! (?:types?|kinds?|stages?|conditions?|cancers?|drugs?"
    r"|treatments?)\b)) (?:either )?"
)
_SURGERY_REMOVED = rx(
    r"(?:after )?(?:(?:it|the cancer|the tumou?r) )?(?:has|have) been (?:(?:completely|partially"
    r"|surgically) )?removed(?: by (?P<by>surgery))?"
)
# "have had": a treatment, or a disease ("had low-grade lymphoma"), which is no prior therapy.
_TREATMENT_FORM = rx(r"surgery|treatments?\b|therap(?:y|ies)\b|transplant|infusion|radiation|inhibitor|drug|\w+ectomy\b|vaccin")


#: "two of the following": no name of them is a must, and none alone is enough.
_OF_CHOICE = {"several": "conditional", "all": "required"}


def prior_clauses(listed: Treatments, rule: str, *, mode: str = "") -> tuple[Clause, ...]:
    """The prior clauses of a list of treatments: "A and either B or C" gives A, required, and one of B and C."""
    names = listed.names + listed.optional
    if not names:
        return ()
    needed = tuple(n for n in listed.names if listed.either is not None and n.end <= listed.either)
    if needed and not mode:
        choice = tuple(n for n in names if n not in needed)
        return (
            _prior(rule, needed[0].start, needed[-1].end, "required", needed),
            _prior(rule, listed.either or listed.start, listed.end, _OF_CHOICE.get(listed.choice, "one_of"), choice),
        )
    one_of = listed.join == "or" and len(names) > 1
    mode = mode or ("conditional" if one_of and listed.mixed else "one_of" if one_of else "required")
    return (_prior(rule, listed.start, listed.end, mode, names),)


def _prior(rule: str, start: int, end: int, mode: str, names: tuple[Part, ...]) -> Clause:
    return Clause("prior", rule, start, end, mode, names, phrase=Part(start, end))


def tail(at: Cursor, pos: int, rule: str) -> tuple[int, tuple[Clause, ...]]:
    """What follows a verb of course: "… during or after treatment with X" gives its end and the prior clause."""
    if (event := _EVENT.match(at.text, pos, at.end)) is not None:
        return event.end(), ()
    relation = _RELATION.match(at.text, pos, at.end)
    if relation is None:
        return pos, ()
    listed = read_treatments(at, relation.end())
    if listed is None:
        return pos, ()
    end = outcome(at, listed.end)
    return end, prior_clauses(listed, rule)


def outcome(at: Cursor, pos: int) -> int:
    """Past "and it did not work or is no longer working", if that stands at `pos`."""
    found = _OUTCOME.match(at.text, pos, at.end)
    while found is not None:
        pos = found.end()
        found = _OUTCOME_MORE.match(at.text, pos, at.end)
    return pos


_LIST_BELOW = rx(rf"(?:{COUNT}|any|some|either)(?: or more)? of the following(?: \w+){{0,3}}:")


def received(at: Cursor) -> Match | None:
    """Reads "have already received A and B", "have never had X" (negative history is quoted, and is no prior therapy)."""
    found = at.match(_RECEIVED_VERB)
    if found is None:
        return None
    if at.text[found.end() : found.end() + 1] == ":":
        return Match(found.end(), (at.clause("history", "received-the-following", found.end()),))
    if (listing := at.match(_LIST_BELOW, found.end())) is not None and listing.end() == at.end:
        return Match(listing.end(), (at.clause("history", "received-the-following", listing.end()),))
    listed = read_treatments(at, found.end())
    if listed is None or (
        found.group().lower().endswith("had ") and not _TREATMENT_FORM.search(at.text, listed.start, listed.end)
    ):
        return None
    said = at.text[found.start() : found.end()].lower()
    if " not " in said or " never " in said:
        return Match(listed.end, (at.clause("negated", "never-received", listed.end),))
    end = outcome(at, listed.end)
    found_prior = prior_clauses(listed, "received")
    return Match(end, (at.clause("history" if found_prior else "status", "received", end), *found_prior))


def treated(at: Cursor) -> Match | None:
    """Reads "has been treated with up to two types of chemotherapy", "was treated with X but it is no longer working"."""
    found = at.match(_TREATED)
    if found is None:
        return None
    negative = found["not"] is not None
    if found["by"] is None:
        end = (at.match(_BEFORE, found.end()) or found).end()
        return Match(end, (at.clause("negated" if negative else "status", "treated", end),))
    listed = read_treatments(at, found.end())
    if listed is None:
        return None
    end = outcome(at, listed.end)
    if negative:
        return Match(end, (at.clause("negated", "never-treated", end),))
    return Match(end, (at.clause("status", "treated", end), *prior_clauses(listed, "treated")))


def removed(at: Cursor) -> Match | None:
    """Reads "has been completely removed by surgery"."""
    found = at.match(_SURGERY_REMOVED)
    if found is None:
        return None
    clauses = [at.clause("status", "removed", found.end())]
    if found["by"]:
        by = Part(found.start("by"), found.end("by"))
        clauses.append(Clause("prior", "removed", by.start, by.end, "required", (by,), phrase=by))
    return Match(found.end(), tuple(clauses))


def after(at: Cursor) -> Match | None:
    """Reads "after surgery and platinum chemotherapy", "following surgery to remove the primary tumor"."""
    if (event := at.match(_EVENT)) is not None:
        return Match(event.end(), (at.clause("timing", "after-event", event.end()),))
    found = at.match(_AFTER)
    if found is None:
        return None
    listed = read_treatments(at, found.end())
    if listed is None or not listed.names:
        end = listed.end if listed is not None else 0
        return Match(end, (at.clause("timing", "after", end),)) if end else None
    may = any(c.kind == "carrier" and c.mode == "may" for c in at.before)
    if may:
        return Match(listed.end, (at.clause("timing", "may-be-used-after", listed.end),))
    if at.before and at.before[-1].rule == "head-again":
        return Match(
            listed.end, tuple(Clause("cause", "head-again-after", at.pos, listed.end, phrase=name) for name in listed.names)
        )
    end = outcome(at, listed.end)
    rule = "after-head" if at.last is not None and at.last.kind == "head" else "after"
    return Match(end, (at.clause("history", rule, end), *prior_clauses(listed, rule)))


_IF_CANCER = rx(
    r"if (?:the|their) (?:cancer|disease|tumou?r) [^,.;]+, (?:patients|they) must have (?:received|been treated with) "
)
_ONLY_IF = rx(
    r"[^.;]{10,200}? (?:only )?if (?:their|the) (?:cancer|disease|tumou?rs?) (?:(?:has|have) )?(?:got|gotten|get"
    r"|worsened|come back)(?: worse)?(?: during or)? after "
)
_OF_SOME = rx(r"(?:for )?patients (?:whose|with)\b|.{1,80} (?:is|are) (?:used|given) (?:for|in) patients\b")


def conditional(at: Cursor) -> Match | None:
    """Reads "Patients whose cancer has X should receive it only if their cancer got worse after Y": some patients' prior."""
    found = at.match(_IF_CANCER)
    if found is None and not at.before and at.match(_OF_SOME) is not None:
        found = at.match(_ONLY_IF)
    if found is None:
        return None
    listed = read_treatments(at, found.end())
    if listed is None:
        return None
    end = outcome(at, listed.end)
    own = at.clause("status", "conditional-prior", end)
    return Match(end, (own, *prior_clauses(listed, "conditional-prior", mode="conditional")))
