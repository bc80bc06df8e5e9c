"""Leaves to uses: what the leaf, the items above it and its opening sentence say, put together with inheritance."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipeline.extract.around import alone_of, line_of, phases_of, prior_of, therapies_of
from pipeline.extract.head import STATE_ALONE
from pipeline.extract.leaf import CAUSE_FROM_LEAD, PREVENTIVE, Leaf, Pair, in_order, quoted, said, unique
from pipeline.extract.patients import narrowed, populations_of, widened, without_duplicates
from pipeline.extract.qualifiers import qualifiers_of
from pipeline.extract.said import SHARED_NOUN, STATES, Reading, Said
from pipeline.extract.state import state_of
from pipeline.language import closed, rx
from pipeline.model import ApprovalStatus, Fact, Population, Qualifier, Sentence, Span, Use, facts_in
from pipeline.phrases.diseases import is_generic, names_head
from pipeline.phrases.nouns import noun_list
from pipeline.phrases.words import words_of

_NO_CONDITION = rx(
    r"(?:treatments?|prevention|management|use) of\b.*|(?:notes?|important|warnings?|caution|overview|see also|(?:other )?uses?|treatments?|adults?|children|patients"
    r"|people|men|women|alone|of|in|for|it|they|this|that|the|[a-z]|one|two|higher|lower|risks?|conversion|subacute|this condition|(?:susceptibility )?testing|cultures?)(?: only)?[:.]?$"
    r"|limitations?\b.*|(?:the )?classification of\b.*"
)


def build_use(leaf: Leaf, approval_status: ApprovalStatus, approval_status_fact: Fact | None, *, of_label: bool) -> Use | str:
    """The use, or why there is none: without a verb or a condition nothing is said. `of_label`: it stands in a label."""
    found = _intent(leaf)
    if found is None:
        return "no verb says what the drug is for"
    reading, verb = found
    if _several_purposes(leaf):
        return "it says more than one purpose, each of another thing"
    conditions, settings, extra = _conditions(leaf)
    if not conditions:
        return "no condition is named"
    if (why := next(filter(None, map(_no_condition, conditions)), None)) is not None:
        return why
    causes = _causes(leaf, verb)
    settings_of_patients = _settings(leaf, verb, of_label=of_label)
    if causes and all(_SYMPTOMS.fullmatch(one.text) for one in conditions):
        conditions, causes = causes, ()  # "relief of symptoms associated with diabetic gastroparesis"
    purpose: tuple[Qualifier, ...] = ()
    if of_label and settings_of_patients and verb.mode == "other" and all(map(_is_measure, conditions)):
        start, end = verb.place[0], max(one.place[1] for r, one in said(leaf.own[:1], "object", "head") if r is reading)
        purpose = (Qualifier(reading.quote((start, end), "purpose"), "use", "purpose"),)
        conditions, settings, settings_of_patients = settings_of_patients, (), ()
    at_risk = [one for one in settings if _RISK.match(one.text)]  # "in women who have: - a high risk of the disease"
    settings = (*(one for one in settings if one not in at_risk), *settings_of_patients)
    if any(one.mode == "open" for _, one in said(leaf.leading, "cause")):
        causes = unique((*(replace(one, rule=CAUSE_FROM_LEAD) for one in settings), *causes))
        settings = ()
    named = {one.spans for one in conditions}
    state = _of_setting(leaf, state_of(leaf)) if settings or causes else state_of(leaf)
    return Use(
        text=leaf.text,
        parent=leaf.parent,
        lead=leaf.lead_fact,
        evidence=(),
        conditions=conditions,
        intent=verb.mode,  # type: ignore[arg-type]  # the intents are those of the model
        intent_text=reading.quote(verb.place, verb.rule),
        approval_status=approval_status,
        approval_status_fact=approval_status_fact,
        narrower=unique(one for one in (*extra, *_narrower(leaf, verb)) if one.spans not in named),
        settings=settings,
        causes=causes,
        disease_status=unique((*state["status"], *_inherited_names(leaf))),
        biomarkers=unique(state["biomarker"]),
        stages=unique(state["stage"]),
        line=line_of(leaf),
        populations=_populations(leaf, verb),
        alone=alone_of(leaf),
        therapies=therapies_of(leaf),
        prior=prior_of(leaf, verb),
        phases=phases_of(leaf),
        qualifiers=in_order((*purpose, *qualifiers_of(leaf, verb), *(Qualifier(one, "patients") for one in at_risk))),
    )


def _is_measure(condition: Fact) -> bool:
    """Whether what the verb acts on is no disease: "glycemic control", "LDL C"."""
    return _MEASURED.sub("", condition.text).rsplit(" ", 1)[-1].lower() in closed("measures")


_MEASURED = rx(r" \([^()]*\)$")
_RISK = rx(r"(?:an? )?(?:very )?(?:high|higher|increased) (?:risk|chance)\b")
_ANOTHER = rx(r"(?:and|or) (?:to )?(?:help )?(?:treat|prevent|reduce|lower)\b")


def _several_purposes(leaf: Leaf) -> bool:
    """Reads "to treat adults with X, and to prevent Y": what the first verb is for is not what the second acts on."""
    for reading in (*leaf.leading, *leaf.own[:1]):
        verbs = [one for one in reading.of("intent") if one.rule in ("intent", "own-verb")]
        things = [
            one for one in reading.of("object", "narrower", "head")
            if leaf.prose or one.rule in ("acted-on", "treated-disease", "head")
        ]  # fmt: skip
        if leaf.prose and any(_ANOTHER.match(reading.text(one.place)) for one in reading.of("qualifier")):
            return True
        if _one_purpose(verbs, reading):
            continue
        for later in verbs[1:]:
            if any(one.place[0] > later.place[0] for one in things) and any(one.place[0] < later.place[0] for one in things):
                return True
    return False


def _one_purpose(verbs: Sequence[Said], reading: Reading) -> bool:
    """Reads "for the management of X or for the short term relief of Y in adults": one kind of aim, said in one breath.

    What is said behind the last holds for all; what stands between them would be said of one alone.
    """
    last = max((one.place[1] for one in reading.of("object") if one.place[0] > verbs[-1].place[0]), default=0) if verbs else 0
    between = [
        one for one in reading.said
        if verbs and verbs[0].place[1] <= one.place[0] < last and one.kind not in ("intent", "object", "head", "gloss", "frame")
    ]  # fmt: skip
    return {one.mode for one in verbs} <= {"treat", "other"} and bool(last) and not between


def _no_condition(named: Fact) -> str | None:
    """Why words cannot be a condition, None where they may be one."""
    if "**" in named.text or "~~" in named.text:
        return "its bold or struck out words could not be told"
    if _NO_CONDITION.match(named.text):
        return "what it names first is no condition"
    return "it is said how a disease stands, and not which" if STATE_ALONE.fullmatch(named.text) else None


def with_evidence(use: Use, sentences: Sequence[Sentence], starts: Sequence[int] | None = None) -> Use:
    """The use with every sentence that a fact of it comes from among its evidence: a reader must see why the use says it.

    `starts` are where the sentences begin, in order, so that each fact finds its own at once.
    """
    starts = [one.fact.spans[0].start for one in sentences] if starts is None else starts
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


def _intent(leaf: Leaf) -> Pair | None:
    """The opening sentence's verb, or the item's own where one covers it (convention: prevent, reduce the risk, palliate, prepare)."""
    for readings in (leaf.own, leaf.above):
        # "as palliative treatment to relieve symptoms": what it is to do beside
        found = [(r, one) for r, one in said(readings, "intent") if one.mode != "other" or one.rule != "intent"]
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
    head = tuple(named for r, one in heads for named in r.diseases(one.names, one.rule))
    if leaf.prose:
        return (*head, *_in_one_breath(leaf)) or _acted(said(leaf.own, "object")), (), ()
    for reading, thing in said(leaf.own, "object"):
        verb = next((one for one in reversed(reading.of("intent")) if one.place[1] <= thing.place[0]), None)
        if not head or verb is None or verb.rule == "other-intent" or verb.mode == "other":
            continue
        words = reading.text(thing.place)
        if is_generic(words) or names_head(words, tuple(one.text for one in head)):
            continue
        acted = reading.quote(thing.place, thing.rule)
        names = [one.text for one in head] + [name for told in leaf.told for name in told.heads]
        if any(name.casefold() in words.casefold() for name in names):
            return head, (), (acted,)
        return (acted,), head, ()
    acted_on = _acted(said(leaf.leading, "object"))
    if acted_on:
        return acted_on, head, ()
    if not head:
        return _acted(said((*leaf.above, *leaf.own), "object")), (), ()
    return head, (), ()


_ALIKE = rx(r"treat|manag|relief|therapy|control")


def _in_one_breath(leaf: Leaf) -> tuple[Fact, ...]:
    """Reads "for the treatment of hypertension and for the management of angina": what the later verbs of the same kind act on."""
    reading = leaf.own[0]
    verbs = reading.of("intent")
    alike = len(verbs) > 1 and all(_ALIKE.search(reading.text(one.place)) for one in verbs)
    if not alike or not reading.of("head") or not _one_purpose(verbs, reading):
        return ()
    behind = [one for one in reading.of("object", "narrower") if one.place[0] > verbs[1].place[0]]
    return _acted(
        (reading, replace(one, rule="head")) for one in behind if one.kind == "object" or one.rule == "treated-disease"
    )


def _of_setting(leaf: Leaf, state: dict[str, list[Fact]]) -> dict[str, list[Fact]]:
    """Reads "infection in patients with: neutropenia that is severe": how the setting stands is quoted with its name.

    Said by itself it would be the infection that is severe.
    """
    own = leaf.told[-1].readings[:1]
    head = next((one for r in own for one in r.of("head")), None)
    acted = said((*leaf.leading, *leaf.own), "object")
    if leaf.prose or head is None or not acted:
        return state
    pieces = [one for one in own[0].of(*STATES) if one.place[0] >= head.place[1]]
    quotes = {own[0].quote(place, one.rule).spans for one in pieces for place in one.names or (one.place,)}
    if not pieces:
        return state
    whole = own[0].quote((head.place[0], max(one.place[1] for one in pieces)), "state-of-setting")
    kept = {kind: [one for one in facts if one.spans not in quotes] for kind, facts in state.items()}
    return {**kept, "status": [whole, *kept["status"]]}


_HAVE = rx(r"(?:with|who have|that have|having) (?:an? |the )?")


def _settings(leaf: Leaf, verb: Said, *, of_label: bool) -> tuple[Fact, ...]:
    """Reads "to improve glycemic control in adults with type 2 diabetes": the disease that the patients have.

    In a label, too, where something is prevented ("to reduce the risk of stroke in patients with atrial fibrillation").
    """
    if not of_label and (not leaf.prose or verb.mode in PREVENTIVE):
        return ()
    found = []
    for reading, one in said(leaf.own[:1], "description"):
        lead = _HAVE.match(reading.statement.plain, *one.place) if one.rule in ("patient-trait", "other-disease") else None
        if lead is None:
            continue
        words = words_of(reading.statement.plain, lead.end(), one.place[1])
        listed = noun_list(words, 0, len(words))
        if listed.end == len(words) and not any(
            words[last - 1].of("treatment", "marker", "person") for _, last in listed.items
        ):
            named = [reading.quote((words[a].start, words[b - 1].end), "setting") for a, b in listed.items]
            found += [one for one in named if not is_generic(one.text)]
    return tuple(found)


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
    found: list[Fact] = []
    for reading in leaf.own:
        listed = [
            one for one in reading.of("narrower")
            if not (verb.mode in PREVENTIVE and one.rule in ("disease-of-patients", "whose-disease"))
        ]  # fmt: skip
        named = reading.diseases([one.place for one in listed], "narrower")
        found += [
            fact if fact.rule == SHARED_NOUN else replace(fact, rule=one.rule) for one, fact in zip(listed, named, strict=True)
        ]
    return found


_SYMPTOMS = rx(r"(?:the )?(?:signs? (?:and|or) )?symptoms?")


def _inherited_names(leaf: Leaf) -> list[Fact]:
    """Narrower diseases that items between head and leaf name: how the leaf's disease stands."""
    return quoted(
        (r, one) for r, one in said(leaf.above, "narrower")
        if not any(s.place[0] >= one.place[0] and s.place[1] <= one.place[1] for s in r.of("stage", "biomarker"))
    )  # fmt: skip


def _causes(leaf: Leaf, verb: Said) -> tuple[Fact, ...]:
    """The leaf's own causes, else those of the items above or the opening sentence (a sub-item's cause is a kind of its parent's)."""
    for readings in (leaf.own, leaf.above, leaf.leading):
        found = quoted((r, one) for r, one in said(readings, "cause") if one.mode != "open")
        if verb.mode in PREVENTIVE:
            found += [
                r.quote(name, one.rule) for r, one in said(readings, "prior") if one.rule == "after-head" for name in one.names
            ]
        if found:
            return unique(found)
    return ()


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
