"""Leaves to uses: what the leaf, the items above it and its opening sentence say, put together with inheritance."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from pipeline.extract.head import STATE_ALONE
from pipeline.extract.patients import narrowed, populations_of, widened, without_duplicates
from pipeline.extract.quote import join
from pipeline.extract.said import Reading, Said
from pipeline.extract.told import Told
from pipeline.language import rx
from pipeline.model import Fact, Phase, Population, PriorTherapy, Qualifier, Sentence, Span, Standing, Therapy, Use, facts_in
from pipeline.phrases.diseases import is_generic, names_head

#: Intents whose "in patients with X" names the population, not a disease that is treated.
PREVENTIVE = ("prevent", "prevent_and_treat", "reduce_risk")

#: The rule of a cause that an item's head names below an opening sentence that ends in "caused by:".
CAUSE_FROM_LEAD = "cause-from-lead"

_NO_CONDITION = rx(
    r"(?:notes?|important|warnings?|caution|overview|see also|(?:other )?uses?|treatments?|adults?|children|patients"
    r"|people|men|women|alone)(?: only)?[:.]?$"
)


@dataclass(eq=False)
class Leaf:
    """Everything that speaks of one use: `told` from the outermost item to the leaf, the opening sentence, the details below it.

    `general` are readings of sentences elsewhere that say more of it; `stated` sentences and words that may restrict it and that
    nobody understood.
    """

    lead: Told | None
    told: list[Told]
    text: Fact
    parent: Fact | None
    lead_fact: Fact | None
    details: list[Told] = field(default_factory=list)
    general: list[Reading] = field(default_factory=list)
    stated: list[Fact] = field(default_factory=list)

    @property
    def prose(self) -> bool:
        """Whether the use is a sentence of its own."""
        return self.told[-1] is self.lead

    @property
    def own(self) -> list[Reading]:
        """The readings of the leaf itself and of what only goes on with it."""
        return [*self.told[-1].readings, *(r for one in self.details for r in one.readings)]

    @property
    def above(self) -> list[Reading]:
        """The readings of the items above the leaf, outermost first."""
        return [reading for one in self.told[:-1] for reading in one.readings]

    @property
    def leading(self) -> list[Reading]:
        """The readings of the opening sentence."""
        return self.lead.readings if self.lead is not None and not self.prose else []

    @property
    def every(self) -> list[Reading]:
        """All of them, outermost first."""
        return [*self.leading, *self.above, *self.own, *self.general, *(r for one in self.told for r in one.aims)]


Pair = tuple[Reading, Said]


def said(readings: Iterable[Reading], *kinds: str) -> list[Pair]:
    """What the readings say of some kinds, in order."""
    return [(reading, one) for reading in readings for one in reading.said if one.kind in kinds]


def build_use(leaf: Leaf, standing: Standing, standing_fact: Fact | None) -> Use | str:
    """The use, or why there is none: without a verb or a condition nothing is said."""
    found = _intent(leaf)
    if found is None:
        return "no verb says what the drug is for"
    reading, verb = found
    conditions, settings, extra = _conditions(leaf)
    if not conditions:
        return "no condition is named"
    if (why := next(filter(None, map(_no_condition, conditions)), None)) is not None:
        return why
    causes = _causes(leaf, verb)
    if any(one.mode == "open" for _, one in said(leaf.leading, "cause")):
        causes = _unique((*(replace(one, rule=CAUSE_FROM_LEAD) for one in settings), *causes))
        settings = ()
    state = _state(leaf)
    return Use(
        text=leaf.text,
        parent=leaf.parent,
        lead=leaf.lead_fact,
        evidence=(),
        conditions=conditions,
        intent=verb.mode,  # type: ignore[arg-type]  # the intents are those of the model
        intent_text=reading.quote(verb.place, verb.rule),
        standing=standing,
        standing_fact=standing_fact,
        narrower=_unique((*extra, *_narrower(leaf, verb))),
        settings=settings,
        causes=causes,
        disease_status=_unique((*state["status"], *_inherited_names(leaf))),
        biomarkers=_unique(state["biomarker"]),
        stages=_unique(state["stage"]),
        line=_line(leaf),
        populations=_populations(leaf, verb),
        alone=_alone(leaf),
        therapies=_therapies(leaf),
        prior=_prior(leaf, verb),
        phases=_phases(leaf),
        qualifiers=_qualifiers(leaf, verb),
    )


def _no_condition(named: Fact) -> str | None:
    """Why words cannot be a condition, None where they may be one."""
    if "**" in named.text or "~~" in named.text:
        return "its bold or struck out words could not be told"
    if _NO_CONDITION.match(named.text):
        return "what it names first is no condition"
    return "it is said how a disease stands, and not which" if STATE_ALONE.fullmatch(named.text) else None


def with_evidence(use: Use, sentences: Sequence[Sentence], starts: Sequence[int]) -> Use:
    """The use with every sentence that a fact of it comes from among its evidence: a reader must see why the use says it.

    `starts` are where the sentences begin, in order, so that each fact finds its own at once.
    """
    shown = [use.text, *(one for one in (use.parent, use.lead) if one is not None), *use.evidence]
    places = [span for one in shown for span in one.spans]
    apart = [span for one in facts_in(use) for span in one.spans if not any(_holds(place, span) for place in places)]
    found = {number: sentences[number].fact for span in apart if (number := bisect_right(starts, span.start) - 1) >= 0}
    more = [
        found[number] for number in sorted(found) if any(_holds(place, span) for place in found[number].spans for span in apart)
    ]
    return replace(use, evidence=(*use.evidence, *more))


def _holds(place: Span, span: Span) -> bool:
    return place.start <= span.start and span.end <= place.end


def _unique(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    kept: dict[str, Fact] = {}
    for one in facts:
        kept.setdefault(one.text.casefold(), one)
    return tuple(kept.values())


def _quotes(pairs: Iterable[Pair]) -> list[Fact]:
    return [reading.quote(one.place, one.rule) for reading, one in pairs]


# -- what for ------------------------------------------------------------------------------------------------------------


def _intent(leaf: Leaf) -> Pair | None:
    """The opening sentence's verb, or the item's own where one covers it (convention: prevent, reduce the risk, palliate, prepare)."""
    for readings in (leaf.own, leaf.above):
        found = said(readings, "intent")
        own = [(r, one) for r, one in found if one.rule in ("own-verb", "prepare")]
        ways = [
            r for r in readings[1:] if r.of("partner", "alone", "line", "population") and not any(r is one for one, _ in own)
        ]
        if own and len(own) == len(found) and len({id(r) for r, _ in found}) == 1 and not own[0][0].also and not ways:
            return own[0]
    return next(iter(said(leaf.leading, "intent") or said(leaf.own, "intent") or said(leaf.above, "intent")), None)


def _conditions(leaf: Leaf) -> tuple[tuple[Fact, ...], tuple[Fact, ...], tuple[Fact, ...]]:
    """Conditions, settings and a narrower condition, after what the verb acts on and what the head is."""
    heads = said((*leaf.above, *leaf.own), "head")[:1]
    head = tuple(r.quote(place, one.rule) for r, one in heads for place in one.names)
    if leaf.prose:
        return head or _acted(said(leaf.own, "object")), (), ()
    for reading, thing in said(leaf.own, "object"):
        verb = next((one for one in reading.of("intent") if one.place[1] <= thing.place[0]), None)
        if not head or verb is None or verb.rule == "other-intent" or verb.mode == "other":
            continue
        words = reading.text(thing.place)
        if is_generic(words) or names_head(words, tuple(one.text for one in head)):
            continue
        acted = reading.quote(thing.place, thing.rule)
        if any(one.text.casefold() in words.casefold() for one in head):
            return head, (), (acted,)
        return (acted,), head, ()
    acted_on = _acted(said(leaf.leading, "object"))
    if acted_on:
        return acted_on, head, ()
    if not head:
        return _acted(said((*leaf.above, *leaf.own), "object")), (), ()
    return head, (), ()


def _acted(pairs: Iterable[Pair]) -> tuple[Fact, ...]:
    found = []
    for reading, one in pairs:
        for place in one.names or (one.place,):
            words = reading.text(place)
            bare = words.split(" (")[0]
            if not is_generic(bare):
                found.append(reading.quote((place[0], place[0] + len(bare)), one.rule))
    return tuple(found)


def _narrower(leaf: Leaf, verb: Said) -> list[Fact]:
    """The leaf's own narrower diseases."""
    return _quotes(
        (r, one)
        for r, one in said(leaf.own, "narrower")
        if not (verb.mode in PREVENTIVE and one.rule in ("disease-of-patients", "whose-disease"))
    )


def _inherited_names(leaf: Leaf) -> list[Fact]:
    """Narrower diseases that items between head and leaf name: how the leaf's disease stands."""
    return _quotes(
        (r, one) for r, one in said(leaf.above, "narrower")
        if not any(s.place[0] >= one.place[0] and s.place[1] <= one.place[1] for s in r.of("stage", "biomarker"))
    )  # fmt: skip


def _causes(leaf: Leaf, verb: Said) -> tuple[Fact, ...]:
    """The leaf's own causes, else those of the items above or the opening sentence (a sub-item's cause is a kind of its parent's)."""
    for readings in (leaf.own, leaf.above, leaf.leading):
        found = _quotes((r, one) for r, one in said(readings, "cause") if one.mode != "open")
        if verb.mode in PREVENTIVE:
            found += [
                r.quote(name, one.rule) for r, one in said(readings, "prior") if one.rule == "after-head" for name in one.names
            ]
        if found:
            return _unique(found)
    return ()


# -- how the disease stands ------------------------------------------------------------------------------------------------

_STATES = ("status", "biomarker", "stage")
_OF_SEVERAL = (*_STATES, "description", "narrower", "line", "qualifier")


def _state(leaf: Leaf) -> dict[str, list[Fact]]:
    """Status, biomarkers and stages; what "or" joins is one quote, so that no alternative reads as a must."""
    found: dict[str, list[Fact]] = {kind: [] for kind in _STATES}
    for reading in leaf.every:
        for one in reading.said:
            if one.kind in _STATES and not _in_run(reading, one):
                pieces = [reading.quote(place, one.rule) for place in one.names or (one.place,)]
                found[one.kind].append(pieces[0] if len(pieces) == 1 else join(pieces, one.rule))
        for kind, place in _runs(reading):
            found[kind if kind in found else "status"].append(reading.quote(place, "one-of-several"))
    return found


def _runs(reading: Reading) -> list[tuple[str, tuple[int, int]]]:
    """The stretches of a sentence that "or" holds together, with what they are; patients alone and partners alone are none."""
    runs = []
    for several, group in groupby(reading.said, key=lambda one: one.some and one.kind != "frame"):
        members = list(group)
        kinds = {one.kind for one in members} - {"gloss", "frame", "kinds", "prior"}
        if not several or not kinds & set(_OF_SEVERAL) or (kinds == {"line"} and len(members) == 1):
            continue
        if kinds <= {"partner", "alone"} or kinds == {"population"}:
            continue
        kind = next(iter(kinds)) if len(kinds) == 1 else "status"
        runs.append((kind, (min(one.place[0] for one in members), max(one.place[1] for one in members))))
    return runs


def _in_run(reading: Reading, one: Said) -> bool:
    return any(place[0] <= one.place[0] and one.place[1] <= place[1] for _, place in _runs(reading))


# -- the treatment around it -----------------------------------------------------------------------------------------------


def _line(leaf: Leaf) -> Fact | None:
    """The line of therapy, or the treatment's place beside others (maintenance); several are quoted as one."""
    for readings in (leaf.own, leaf.above, leaf.leading):
        found = [(r, one) for r, one in said(readings, "line") if not _in_run(r, one) and not _in_step(r, one)]
        found += [(r, Said("line", "line-or", place)) for r in readings for kind, place in _runs(r) if kind == "line"]
        if found:
            quotes = _quotes(found)
            return quotes[0] if len(quotes) == 1 else join(quotes, "line")
    return None


def _in_step(reading: Reading, one: Said) -> bool:
    return any(step.place[0] <= one.place[0] and one.place[1] <= step.place[1] for step in reading.steps)


def _alone(leaf: Leaf) -> Fact | None:
    """The word that says it is given alone: in the leaf or above it, never in the opening sentence, never in one step of several."""
    readings = leaf.own if leaf.prose else [*leaf.own, *leaf.above]
    found = [(r, one) for r, one in said(readings, "alone") if not _in_step(r, one) and not (leaf.prose and one.some)]
    return next(iter(_quotes(found)), None)


_MUSTS = ("required", "alternative", "combination")


def _therapies(leaf: Leaf) -> tuple[Therapy, ...]:
    """Partners of the leaf and the items above; the opening sentence's only where neither they nor "alone" are said below it."""
    below = [*leaf.above, *leaf.own, *leaf.general]
    partners = said(below, "partner") if said(below, "partner", "alone") else said(leaf.leading, "partner")
    several = _several_ways(leaf)
    found = [
        (r, one, "optional" if one.mode in _MUSTS and (several or one.some or _in_run(r, one)) else one.mode)
        for r, one in partners
    ]
    around = below if leaf.prose else [*leaf.leading, *below]
    found += [(r, one, "optional" if one.some else "concurrent") for r, one in said(around, "concurrent")]
    return tuple(
        Therapy(mode, r.quote(one.place, one.rule), tuple(r.quote(name, one.rule) for name in one.names))  # type: ignore[arg-type]  # the modes are those of the model
        for r, one, mode in found
        if one.names
    )


def _several_ways(leaf: Leaf) -> bool:
    """Whether the item says more than one way of giving it, so that no partner is a must in all of them."""
    if any(reading.also for reading in leaf.own[1:] if reading.of("partner", "alone", "population", "status")):
        return True
    partners = {id(r) for r, _ in said(leaf.own, "partner")}
    return any(one.some or (partners and id(r) not in partners) for r, one in said(leaf.own, "alone") if not _in_step(r, one))


def _prior(leaf: Leaf, verb: Said) -> tuple[PriorTherapy, ...]:
    """Earlier treatment of leaf, parents and opening sentence. Surgery that the drug is also given before is none."""
    before_surgery = any(
        "before" in r.text(one.place).lower() and "surgery" in r.text(one.place).lower()
        for r, one in said(leaf.every, "qualifier") if one.what == "timing"
    ) or any("before" in r.text(step.timing).lower() for r in leaf.every for step in r.steps if step.timing is not None)  # fmt: skip
    unique: dict[tuple[str, ...], PriorTherapy] = {}
    for reading, one in said(leaf.every, "prior"):
        names = [name for name in one.names if not (before_surgery and reading.text(name).lower() == "surgery")]
        if not names or _brings_on(leaf, verb, reading, one):
            continue  # "nausea after surgery", "in patients treated with X": what brings on the thing prevented
        ways = reading.also and not leaf.prose
        mode = "conditional" if one.some or ways or _in_run(reading, one) else one.mode
        quotes = tuple(reading.quote(name, one.rule) for name in names)
        told = PriorTherapy(mode, reading.quote(one.place, one.rule), quotes)  # type: ignore[arg-type]  # the modes are those of the model
        unique.setdefault(tuple(name.text.casefold() for name in quotes), told)
    return tuple(unique.values())


def _brings_on(leaf: Leaf, verb: Said, reading: Reading, one: Said) -> bool:
    """Whether an earlier treatment is what brings on the thing prevented ("nausea after surgery"), and no condition of the use."""
    return verb.mode in PREVENTIVE and (
        one.rule in ("after-head", "treated") or (one.rule == "after" and reading is leaf.own[0])
    )


def _phases(leaf: Leaf) -> tuple[Phase, ...]:
    """The steps of a treatment given in steps, of the innermost sentence that gives any."""
    for reading in reversed([*leaf.above, *leaf.own]):
        if len(reading.steps) > 1 or (reading.steps and reading.steps[0].alone):
            return tuple(
                Phase(
                    reading.quote(step.place, "phase"),
                    tuple(reading.quote(name, "with") for name in step.partners),
                    reading.quote(step.alone, "alone") if step.alone is not None else None,
                    reading.quote(step.timing, "timing") if step.timing is not None else None,
                )
                for step in reading.steps
            )
    return ()


# -- who, and what is left in words ------------------------------------------------------------------------------------------


def _populations(leaf: Leaf, verb: Said) -> tuple[Population, ...]:
    """The opening sentence narrowed by the items above, narrowed by the leaf; "also in children" widens."""
    preventive = verb.mode in PREVENTIVE
    lead = populations_of(leaf.leading)
    above: tuple[Population, ...] = ()
    for one in leaf.told[:-1]:
        above = narrowed(above, populations_of(one.readings))
    own = [*leaf.own, *leaf.general]
    only = [reading for reading in own if not reading.also or reading is leaf.own[0]]
    mine = populations_of(only, preventive=preventive)
    found = mine if leaf.prose else narrowed(narrowed(lead, above), mine)
    for reading in own:
        if reading.also and reading not in only and found:
            found = widened(found, populations_of([reading]))
    return without_duplicates(found)


def _qualifiers(leaf: Leaf, verb: Said) -> tuple[Qualifier, ...]:
    """What no other field holds; the words of alternatives are quoted with them."""
    found = [
        Qualifier(reading.quote(one.place, one.rule), one.of, one.what)
        for reading, one in said(leaf.every, "qualifier")
        if not _in_run(reading, one) and not (one.what != "stated" and _in_step(reading, one))
    ]
    found += [Qualifier(reading.quote(place, "denied"), "use") for reading in leaf.every for place in reading.denied]
    found += [Qualifier(one, "use") for one in leaf.stated]
    found += _other_aims(leaf, verb)
    found += [
        Qualifier(reading.quote(one.place, one.rule), "patients", "timing")
        for reading, one in said(leaf.every, "prior") if one.rule != "after-head" and _brings_on(leaf, verb, reading, one)
    ]  # fmt: skip
    below = [*leaf.above, *leaf.own, *leaf.general]
    unnamed = said(below, "partner") if said(below, "partner", "alone") else said(leaf.leading, "partner")
    found += [
        Qualifier(reading.quote(one.place, one.rule), "treatment", "manner")
        for reading, one in unnamed
        if one.mode == "unnamed" and not one.some
    ]
    unique: dict[str, Qualifier] = {}
    for one in found:
        unique.setdefault(one.fact.text.casefold(), one)
    return tuple(unique.values())


def _other_aims(leaf: Leaf, verb: Said) -> list[Qualifier]:
    """What else an item says the drug is for ("… as palliative treatment", "to remove methotrexate from the body")."""
    found = []
    for reading in (*leaf.above, *leaf.own):
        for one in reading.of("intent"):
            if one is verb or one.mode == "treat" or reading.text(one.place) in ("treat", "for"):
                continue
            things = [
                other.place[1]
                for other in reading.of("object", "qualifier")
                if other.place[0] >= one.place[1] and other.place[0] - one.place[1] < 12
            ]
            found.append(Qualifier(reading.quote((one.place[0], max([one.place[1], *things[:1]])), one.rule), "use", "purpose"))
    return found
