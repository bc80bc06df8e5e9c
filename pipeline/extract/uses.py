"""Leaves to uses: what the leaf, the items above it and its opening sentence say, put together with inheritance."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import accumulate

from pipeline.elements.label_blocks import is_group
from pipeline.extract.about import (
    SYMPTOMS,
    acted_by,
    causes_in_words,
    causes_of,
    conditions_of,
    is_changed,
    is_measure,
    names_of,
    narrower_of,
    settings_of,
)
from pipeline.extract.around import alone_of, line_of, phases_of, prior_of, therapies_of
from pipeline.extract.beside import beside_names
from pipeline.extract.leaf import CAUSE_FROM_LEAD, PREVENTIVE, Leaf, Pair, in_order, quoted, said, unique
from pipeline.extract.patients import narrowed, narrowed_for_one, populations_of, widened, without_duplicates
from pipeline.extract.purposes import several_purposes
from pipeline.extract.qualifiers import qualifiers_of
from pipeline.extract.state import state_of
from pipeline.language import rx
from pipeline.meaning.listed import STATES_ALONE, joined_adjectives
from pipeline.meaning.said import INCLUDED, STATES, Said
from pipeline.model import ApprovalStatus, Fact, Population, Qualifier, Sentence, Span, Use, facts_in
from pipeline.phrases.words import words_of
from pipeline.sentences.fragments import only_names

_NO_CONDITION = rx(
    r"(?:treatments?|prevention|management|use) of\b.*|(?:notes?|important|warnings?|caution|overview|see also|(?:other )?uses?|treatments?|adults?|children|patients"
    r"|people|men|women|alone|of|in|for|it|they|this|that|the|[a-z]|\d+|one|two|higher|lower|risks?|conversion|subacute|areas?|relapses?|PET|this condition|(?:susceptibility )?testing|cultures?)(?: only)?[:.]?$"
    r"|limitations?\b.*|(?:the )?classification of\b.*"
)


def build_use(
    leaf: Leaf,
    approval_status: ApprovalStatus,
    approval_status_fact: Fact | None,
    *,
    of_label: bool,
    of_heading: tuple[Fact, ...] = (),
) -> Use | str:
    """The use, or why there is none: without a verb or a condition nothing is said.

    Args:
        leaf: All that speaks of it.
        approval_status: Its status.
        approval_status_fact: What says so, if anything does besides its verb.
        of_label: It stands in a label.
        of_heading: The diseases that the heading above it names.
    """
    found = _intent(leaf) or (_of_heading(leaf) if leaf.bare else None)
    if found is None:
        return "no verb says what the drug is for"
    reading, verb = found
    if several_purposes(leaf):
        return "it says more than one purpose, each of another thing"
    conditions, settings, extra = conditions_of(leaf, of_label=of_label)
    if of_label:
        conditions = names_of(conditions)
    if not conditions and leaf.prose and of_label:
        conditions = of_heading  # "Epilepsy", and below it "X is indicated for use as an anticonvulsant"
    if not conditions:
        return "no condition is named"
    if (why := next(filter(None, map(_no_condition, conditions)), None)) is not None:
        return why
    causes = causes_of(leaf, verb)
    settings_of_patients = settings_of(leaf, verb, of_label=of_label)
    if (
        of_label
        and not leaf.prose
        and not said(leaf.own[:1], "intent")
        and not (settings or settings_of_patients)
        and all(map(is_measure, conditions))
    ):
        return "no condition is named"  # "LDL C remains 190 or", among the findings that must be there
    if causes and all(SYMPTOMS.fullmatch(one.text) for one in conditions):
        conditions, causes = (
            acted_by(said(leaf.own, "cause")) or causes,
            (),
        )  # "relief of symptoms associated with diabetic gastroparesis"
    purpose: tuple[Qualifier, ...] = ()
    intent_text = reading.quote(verb.place, verb.rule) if verb.rule != _BY_HEADING else None
    acting, act = next(iter(said(leaf.own[:1], "intent")), found)  # "for control of the rate in X" below "for the treatment of"
    ends = [one.place[1] for r, one in said([*leaf.leading, *leaf.own[:1]], "object", "head") if r is acting]
    narrower = narrower_of(leaf, verb, of_label=of_label)
    in_which = (
        settings_of_patients or settings or unique(narrower) or (of_heading if leaf.prose and verb.mode != "treat" else ())
    )
    if of_label and leaf.prose and verb.mode == "other" and not in_which and all(map(is_measure, conditions)):
        return "no condition is named"  # "to lower blood glucose in patients whose diet failed"
    measured = ends and verb.mode not in ("prevent", "palliate") and all(map(is_changed, conditions))
    if of_label and in_which and all(is_group(one.text) for one in conditions):  # "Renal Diseases: To induce a remission in X"
        conditions, settings, settings_of_patients = in_which, (), ()
    if of_label and in_which and measured:
        start, end = act.place[0], max(ends)
        purpose = (Qualifier(acting.quote((start, end), "purpose"), "use", "purpose"),)
        if act is verb:
            intent_text = acting.quote((start, end), verb.rule)  # "increase bone mass", and not "increase" osteoporosis
        conditions, settings, settings_of_patients = in_which, (), ()
    if of_label and verb.mode == "other" and not leaf.prose and not said(leaf.own, "population", "description"):
        conditions = tuple(one for one in conditions if one.rule != "acted-on" or not is_changed(one))
        if not conditions:
            return "no condition is named"
    at_risk = [one for one in settings if _RISK.match(one.text)]  # "in women who have: - a high risk of the disease"
    settings = (*(one for one in settings if one not in at_risk), *settings_of_patients)
    if any(one.mode == "open" for _, one in said(leaf.leading, "cause")):
        causes = unique((*(replace(one, rule=CAUSE_FROM_LEAD) for one in settings), *causes))
        settings = ()
    if any(one.mode == "listed" for _, one in said(leaf.leading, "cause")) and settings:
        causes, settings = unique(replace(one, rule="cause") for one in settings), ()
    named = {one.spans for one in conditions}
    beside = beside_names(leaf) if of_label else ()
    state = _of_setting(leaf, state_of(leaf)) if settings or causes else state_of(leaf)
    return Use(
        text=leaf.text,
        parent=leaf.parent,
        lead=leaf.lead_fact,
        evidence=(),
        conditions=conditions,
        intent=verb.mode,  # type: ignore[arg-type]  # the intents are those of the model
        intent_text=intent_text,
        approval_status=approval_status,
        approval_status_fact=approval_status_fact,
        narrower=unique(one for one in (*extra, *narrower) if one.spans not in named),
        settings=settings,
        causes=causes,
        disease_status=unique(
            (*state["status"], *_inherited_names(leaf), *beside, *(causes_in_words(leaf) if of_label else ()))
        ),
        biomarkers=unique(state["biomarker"]),
        stages=unique(state["stage"]),
        line=line_of(leaf),
        populations=_populations(leaf, verb),
        alone=alone_of(leaf),
        therapies=tuple(one for one in therapies_of(leaf) if not of_label or not _within(one.phrase, beside)),
        prior=prior_of(leaf, verb),
        phases=phases_of(leaf),
        qualifiers=in_order((*purpose, *qualifiers_of(leaf, verb), *(Qualifier(one, "patients") for one in at_risk))),
    )


def _within(named: Fact, quotes: Iterable[Fact]) -> bool:
    """Reads "migraine with or without aura": what the disease may come with is no treatment."""
    return any(_holds(place, span) for one in quotes for place in one.spans for span in named.spans)


_RISK = rx(r"(?:an? )?(?:very )?(?:high|higher|increased) (?:risk|chance)\b")


def _no_condition(named: Fact) -> str | None:
    """Why words cannot be a condition, None where they may be one."""
    if "**" in named.text or "~~" in named.text:
        return "its bold or struck out words could not be told"
    if _NO_CONDITION.match(named.text):
        return "what it names first is no condition"
    words = words_of(named.text, 0, len(named.text))
    states = any(word.of("coordinator") for word in words) and joined_adjectives(words)
    return "it is said how a disease stands, and not which" if states or STATES_ALONE.fullmatch(named.text) else None


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


def unheld(uses: Iterable[Use], sentences: Iterable[Sentence]) -> list[Sentence]:
    """The sentences; one that was read, and that no use holds, is unread."""
    shown = [one for use in uses for one in (use.text, use.parent, use.lead, *use.evidence) if one is not None]
    held = sorted({(span.start, span.end) for one in shown for span in one.spans})
    starts = [start for start, _ in held]
    ends = list(accumulate((end for _, end in held), max))
    return [
        one if one.role not in _OF_USES or _meets(one, starts, ends) else replace(one, role="unread", reason=NOT_HELD)
        for one in sentences
    ]


NOT_HELD = "it was read, and no use holds it"
_OF_USES = ("use", "lead", "detail")


def _meets(sentence: Sentence, starts: Sequence[int], ends: Sequence[int]) -> bool:
    """Whether a place among several, in order, has a character of a sentence."""
    for span in sentence.fact.spans:
        before = bisect_left(starts, span.end)
        if before and ends[before - 1] > span.start:
            return True
    return False


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
    leading = [(r, one) for r, one in said(leaf.leading, "intent") if one.rule != "indicated"]
    below = said(leaf.own, "intent") or said(leaf.above, "intent")
    if below and all(r.text(one.place).lower() == "for" for r, one in leading):
        return below[0]  # "is indicated for:" above "the treatment of X"
    return next(iter(leading or below or said(leaf.leading, "intent")), None)


#: That a label's section is on indications says that what stands in it is one, and not what the drug does to it.
_BY_HEADING = "by-heading"


def _of_heading(leaf: Leaf) -> Pair | None:
    """Reads "Vasomotor rhinitis." below "Indications and Usage": a disease by its form, and nothing else in the section."""
    reading, head = next(iter(said(leaf.own, "head")), (None, None))
    if reading is None or head is None:
        return None
    if not only_names(words_of(reading.statement.plain, head.place[0], reading.statement.end)):
        return None
    return reading, Said("intent", _BY_HEADING, head.place, mode="other")


def _of_setting(leaf: Leaf, state: dict[str, list[Fact]]) -> dict[str, list[Fact]]:
    """Reads "infection in patients with: neutropenia that is severe": how the setting stands is quoted with its name.

    Said by itself it would be the infection that is severe.
    """
    own = leaf.told[-1].readings[:1]
    head = next((one for r in own for one in r.of("head")), None)
    acted = said((*leaf.leading, *leaf.own), "object")
    if leaf.prose or head is None or not acted:
        return state
    pieces = [one for one in own[0].of(*STATES) if one.place[0] >= head.place[1] and one.rule != INCLUDED]
    quotes = {own[0].quote(place, one.rule).spans for one in pieces for place in one.names or (one.place,)}
    if not pieces:
        return state
    end = max(one.place[1] for one in pieces)
    end += own[0].statement.plain[end : end + 1] == ")"  # "Myelodysplastic syndromes (lower-risk)"
    whole = own[0].quote((head.place[0], end), "state-of-setting")
    kept = {kind: [one for one in facts if one.spans not in quotes] for kind, facts in state.items()}
    return {**kept, "status": [whole, *kept["status"]]}


def _inherited_names(leaf: Leaf) -> list[Fact]:
    """Narrower diseases that items between head and leaf name: how the leaf's disease stands."""
    return quoted(
        (r, one) for r, one in said(leaf.above, "narrower")
        if not any(s.place[0] >= one.place[0] and s.place[1] <= one.place[1] for s in r.of("stage", "biomarker"))
    )  # fmt: skip


def _populations(leaf: Leaf, verb: Said) -> tuple[Population, ...]:
    """The opening sentence narrowed by the items above, narrowed by the leaf; "also in children" widens."""
    preventive = verb.mode in PREVENTIVE
    lead = populations_of(leaf.leading)
    above: tuple[Population, ...] = ()
    for one in leaf.told[:-1]:
        above = narrowed(above, populations_of(one.readings))
    own = [*leaf.own, *leaf.general]
    of_one = [reading for reading in own[1:] if _ONE_GROUP.match(reading.statement.text)]
    only = [reading for reading in own if (not reading.also and reading not in of_one) or reading is leaf.own[0]]
    mine = populations_of(only, preventive=preventive)
    found = mine if leaf.prose else narrowed(narrowed(lead, above), mine)
    for reading in of_one:
        found = narrowed_for_one(found, populations_of([reading], preventive=preventive))
    for reading in own:
        if reading.also and reading not in only and found:
            found = widened(found, populations_of([reading]))
    return without_duplicates(found)


#: "Children must be at least 12 years old." behind "adults and children with:": the adults stay.
_ONE_GROUP = rx(r"(?:\w+ )?(?:adults|children|adolescents|infants|women|men|girls|boys)(?: [^.,;:]+)? must (?:be|weigh|have)\b")
