"""Leaves to uses: what the leaf, its parents and its lead say, put together with inheritance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pipeline.extract.branches import in_a_branch, says_another_way
from pipeline.extract.clauses import Clause, Part, Reading
from pipeline.extract.disease import names_head
from pipeline.extract.disease_state import disease_state, ways_of_use
from pipeline.extract.head import STATE_ALONE
from pipeline.extract.language import GENERIC_DISEASE, rx
from pipeline.extract.leaf import CAUSE_FROM_LEAD, PREVENTIVE, Leaf, clauses, quoted
from pipeline.extract.patients import narrowed, populations_of, widened, without_duplicates
from pipeline.extract.treatment_context import alone_of, line_of, prior_of, therapies_of
from pipeline.model import Fact, Population, Sentence, Span, Standing, Use, facts_in

GENERIC_OBJECT = rx(
    rf"(?:(?:advanced|other|certain|the following|types of|different|many|following|several) )*(?:types of )?{GENERIC_DISEASE}$"
)
_NO_CONDITION = rx(
    r"(?:notes?|important|warnings?|caution|overview|see also|(?:other )?uses?|treatments?|adults?|children|patients"
    r"|people|men|women"
    r"|alone)(?: only)?[:.]?$"
)
NO_CONDITION = "no condition is named"
NO_DISEASE = "what it names first is no condition"
STATE_ONLY = "it is said how a disease stands, and not which"
#: Why a leaf states no use of its own, so that it may limit others.
NO_USE = frozenset({NO_CONDITION, NO_DISEASE, STATE_ONLY})
_OVERRIDES = ("prevent", "reduce_risk", "palliate")


def build_use(leaf: Leaf, standing: Standing, standing_fact: Fact | None) -> Use | str:
    """The use, or why there is none: without a verb or a condition nothing is said."""
    intent = _intent(leaf)
    if intent is None:
        return "no verb says what the drug is for"
    reading, verb = intent
    if _several_purposes(leaf):
        return "it says more than one purpose, each of another thing"
    conditions, settings, extra = _conditions(leaf)
    if not conditions:
        return NO_CONDITION
    if (why := next(filter(None, map(_no_condition, conditions)), None)) is not None:
        return why
    causes = _causes(leaf, verb)
    if any(c.mode == "open" for _, c in clauses(leaf.leading, "cause")):
        # "bone damage caused by:" makes causes of what the items name
        causes = _unique((*_from_lead(settings), *causes))
        settings = ()
    said = (*leaf.leading, *leaf.above, *leaf.own, *leaf.general)
    states = [disease_state(one) for one in said]
    narrower, inherited = _narrower(leaf, verb)
    return Use(
        text=leaf.text,
        parent=leaf.parent,
        lead=leaf.lead_fact,
        evidence=(),
        conditions=conditions,
        intent=verb.mode,  # type: ignore[arg-type]  # the intent rules give no other modes
        intent_text=quoted(reading, verb.whole, verb.rule),
        standing=standing,
        standing_fact=standing_fact,
        narrower=_unique((*extra, *narrower)),
        settings=settings,
        causes=causes,
        disease_status=_unique((*(f for s in states for f in s.status), *ways_of_use(said), *inherited, *_when(leaf))),
        biomarkers=_unique(f for s in states for f in s.biomarkers),
        stages=_unique(f for s in states for f in s.stages),
        line=line_of(leaf),
        populations=_populations(leaf, verb),
        alone=alone_of(leaf),
        therapies=therapies_of(leaf),
        prior=prior_of(leaf, verb),
    )


def _no_condition(named: Fact) -> str | None:
    """Why words cannot be a condition, None where they may be one."""
    if "**" in named.text or "~~" in named.text:
        return "its bold or struck out words could not be told"
    if _NO_CONDITION.match(named.text):
        return NO_DISEASE
    return STATE_ONLY if STATE_ALONE.fullmatch(named.text) else None


def with_evidence(use: Use, sentences: Iterable[Sentence]) -> Use:
    """The use with every sentence that a fact of it comes from among its evidence.

    An item two levels up, a list of received treatments, a footnote: what the text, the parent and the lead do not show
    must be shown beside them, or a reader could not see why the use says it.
    """
    shown = [use.text, *(one for one in (use.parent, use.lead) if one is not None), *use.evidence]
    places = [span for one in shown for span in one.spans]
    apart = [span for one in facts_in(use) for span in one.spans if not any(_holds(place, span) for place in places)]
    more = [one.fact for one in sentences if any(_holds(place, span) for place in one.fact.spans for span in apart)]
    return replace(use, evidence=(*use.evidence, *more))


def _holds(place: Span, span: Span) -> bool:
    return place.start <= span.start and span.end <= place.end


def _unique(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    kept: dict[str, Fact] = {}
    for one in facts:
        kept.setdefault(one.text.casefold(), one)
    return tuple(kept.values())


def _intent(leaf: Leaf) -> tuple[Reading, Clause] | None:
    """The lead's verb, or the item's own where one covers the whole item (convention: prevent, reduce the risk, palliate)."""
    for readings in (leaf.own, leaf.above):
        found = clauses(readings, "intent")
        own = [(r, c) for r, c in found if c.mode in _OVERRIDES or c.rule == "prepare"]
        if own and len(own) == len(found) and len(clauses(readings, "carrier")) <= 1:
            return own[0]
    return next(iter(clauses(leaf.leading, "intent") or clauses(leaf.own, "intent")), None)


def _several_purposes(leaf: Leaf) -> bool:
    """Reads "to treat adults with X, and to prevent Y": what the first verb is for is not what the second acts on."""
    for reading in (*leaf.leading, *leaf.own[:1]):
        text = reading.statement.plain
        verbs = [c for c in reading.of("intent") if c.rule == "intent" or _JOINED.match(text, max(0, c.start - len("and ")))]
        things = [c.start for c in reading.of("head", "object", "narrower") if c.rule in _THINGS]
        said = [c.start for c in reading.of("head", "object", "narrower", "population", "description")]
        if any(
            any(s > later.start for s in things) and any(verbs[0].start < s < later.start or s < verbs[0].start for s in said)
            for later in verbs[1:]
        ):
            return True
        heads = reading.of("head")
        if heads and any(_AND.match(reading.statement.plain, heads[-1].end, c.end) for c in reading.of("intent")[:1]):
            return True
    return any(
        says_another_way(reading) is not None and any(c.mode not in ("treat", "palliate") for c in reading.of("intent"))
        for reading in leaf.own[1:]
    )


_THINGS = ("head", "acted-on", "treated-disease")
_JOINED = rx(r"\W*(?:and|or) ")
_AND = rx(r"[\s,]*(?:and|or) (?:to )?(?:help )?\w+ ")


def _conditions(leaf: Leaf) -> tuple[tuple[Fact, ...], tuple[Fact, ...], tuple[Fact, ...]]:
    """Conditions, settings and a narrower condition, after what the verb acts on and what the head is."""
    heads = clauses((*leaf.above, *leaf.own), "head")[:1]
    head = tuple(quoted(r, part, c.rule) for r, c in heads for part in c.names)
    for reading, thing in clauses(leaf.own, "object"):
        if not head or leaf.prose or not _of_own_verb(reading, thing):
            continue
        said = reading.text(thing.whole)
        if GENERIC_OBJECT.match(said) or names_head(said, tuple(f.text for f in head)):
            continue
        acted = quoted(reading, thing.whole, thing.rule)
        if any(f.text.casefold() in said.casefold() for f in head):
            return head, (), (acted,)
        return (acted,), head, ()
    acted_on = [(r, c) for r, c in clauses(leaf.leading, "object") if not GENERIC_OBJECT.match(r.text(c.whole))]
    if acted_on and not leaf.prose:
        return tuple(quoted(r, c.whole, c.rule) for r, c in acted_on), head, ()
    if head and leaf.prose:
        more = [
            (r, c)
            for r, c in clauses(leaf.own[:1], "object")
            if not GENERIC_OBJECT.match(r.text(c.whole)) and c.start > heads[0][1].start
        ]
        return head + tuple(quoted(r, c.whole, c.rule) for r, c in more), (), ()
    if not head:
        objects = [(r, c) for r, c in clauses(leaf.own, "object") if not GENERIC_OBJECT.match(r.text(c.whole))]
        return tuple(quoted(r, c.whole, c.rule) for r, c in objects), (), ()
    return head, (), ()


def _of_own_verb(reading: Reading, thing: Clause) -> bool:
    """Whether a verb of treating or preventing acts on it ("used to remove X from the body" is how the drug works)."""
    return any(
        c.kind == "intent" and c.rule == "intent" and c.end <= thing.end and c.start < thing.start for c in reading.clauses
    )


def _narrower(leaf: Leaf, verb: Clause) -> tuple[list[Fact], list[Fact]]:
    """The leaf's own narrower diseases, and those that items between head and leaf name (kept as status text)."""
    own = [
        quoted(r, c.whole, c.rule)
        for r, c in clauses(leaf.own, "narrower")
        if not in_a_branch(r, c) and not (verb.mode in PREVENTIVE and c.rule == "disease-of-patients")
    ]
    between = [
        (r, c)
        for r, c in clauses(leaf.above, "narrower")
        if not in_a_branch(r, c) and not any(s.start >= c.start and s.end <= c.end for s in r.of("stage", "biomarker"))
    ]
    return own, [quoted(r, c.whole, c.rule) for r, c in between]


def _populations(leaf: Leaf, verb: Clause) -> tuple[Population, ...]:
    """Lead narrowed by the items above, narrowed by the leaf."""
    lead = populations_of(leaf.leading)
    above: tuple[Population, ...] = ()
    for one in leaf.told[:-1]:
        above = narrowed(above, populations_of(one.readings))
    only = [reading for reading in (*leaf.own, *leaf.general) if says_another_way(reading) is None or reading is leaf.own[0]]
    own = populations_of(only, with_diseases=verb.mode in PREVENTIVE)
    found = own if leaf.prose else narrowed(narrowed(lead, above), own)
    for reading in (*leaf.own, *leaf.general):
        if reading not in only and found:  # where all patients are meant, "also in children" takes none away
            found = widened(found, populations_of([reading]))
    return without_duplicates(found)


def _when(leaf: Leaf) -> list[Fact]:
    """When it is given beside the disease's course or another treatment ("before surgery"): words of the disease's state."""
    found = []
    for reading, clause in clauses((*leaf.leading, *leaf.above, *leaf.own, *leaf.general), "timing"):
        if in_a_branch(reading, clause):
            continue
        verb = next((c for c in reversed(reading.of("carrier")) if c.end <= clause.start), clause)
        start = verb.start if clause.rule == "may-be-used-after" else clause.start  # "may be" is no must
        end = clause.end - len(reading.text(clause.whole)) + len(reading.text(clause.whole).rstrip(" .,;"))
        found.append(quoted(reading, Part(start, end), clause.rule))
    return found


def _from_lead(heads: tuple[Fact, ...]) -> tuple[Fact, ...]:
    return tuple(replace(head, rule=CAUSE_FROM_LEAD) for head in heads)


def _causes(leaf: Leaf, verb: Clause) -> tuple[Fact, ...]:
    """The leaf's own causes, else those of the items above or the lead (a sub-item's cause is a kind of its parent's)."""
    for readings in (leaf.own, leaf.above, leaf.leading):
        found = [quoted(r, c.phrase, c.rule) for r, c in clauses(readings, "cause") if c.phrase is not None]
        if verb.mode in PREVENTIVE:
            found += [
                quoted(r, name, c.rule) for r, c in clauses(readings, "prior") if c.rule == "after-head" for name in c.names
            ]
        if found:
            return _unique(found)
    return ()
