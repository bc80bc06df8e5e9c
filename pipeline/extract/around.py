"""The treatment around a use: line of therapy, alone, partners, earlier treatment, steps, with inheritance."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.elements.sentence import is_step
from pipeline.extract.leaf import PREVENTIVE, Leaf, quoted, said
from pipeline.extract.state import in_run, runs_of, ways_of
from pipeline.language import rx
from pipeline.meaning.said import MUSTS, Reading, Said, Step
from pipeline.model import Fact, Phase, PriorTherapy, Therapy
from pipeline.sentences.quote import join


def line_of(leaf: Leaf) -> Fact | None:
    """The line of therapy, or the treatment's place beside others (maintenance); several are quoted as one."""
    if not leaf.prose and _several_ways(leaf) and said(leaf.own, "line"):
        return None  # "with A as the first treatment. It is also used alone …": the line of one way, in words
    for readings in (leaf.own, leaf.above, leaf.leading):
        found = [(r, one) for r, one in said(readings, "line") if not in_run(r, one) and not in_step(r, one)]
        found += [(r, Said("line", "line-or", place)) for r in readings for kind, place in runs_of(r) if kind == "line"]
        if found:
            quotes = quoted(found)
            return quotes[0] if len(quotes) == 1 else join(quotes, "line")
    return None


def in_step(reading: Reading, one: Said, steps: Sequence[tuple[Reading, Step]] = ()) -> bool:
    """Whether something is said within one of several steps of a treatment (`steps`: those whose sentences are two)."""
    return any(_in(one, step) for step in reading.steps) or any(
        one.place in (step.timing, step.alone) for said_in, step in steps if said_in is reading
    )


def alone_of(leaf: Leaf) -> Fact | None:
    """The word that says it is given alone: in the leaf or above it, never in one step of several; in the opening sentence without partners."""
    readings = leaf.own if leaf.prose else [*leaf.own, *leaf.above]
    if not said(leaf.every, "partner") and not any(one.some for _, one in said(leaf.leading, "alone")):
        readings = [*readings, *leaf.leading]  # "is approved to be used alone to treat:", and not "alone or with X"
    steps = steps_of(leaf)
    found = [(r, one) for r, one in said(readings, "alone") if not in_step(r, one, steps)]
    return next(iter(quoted(found)), None)


def therapies_of(leaf: Leaf) -> tuple[Therapy, ...]:
    """Partners of the leaf and the items above; the opening sentence's only where neither they nor "alone" are said below it."""
    below = [*leaf.above, *leaf.own, *leaf.general]
    own = said(below, "partner") or [(r, one) for r, one in said(below, "alone") if not in_step(r, one)]
    partners = said(below, "partner") if own else said(leaf.leading, "partner")
    several = _several_ways(leaf)
    ways_alone = bool(said(below, "alone"))
    also = [reading for reading in leaf.own[1:] if reading.also]
    # "It is given with A. It is also given with B.": one of them, at least
    each = bool(also) and not ways_alone and any(r not in also for r, _ in partners) and all(r.of("partner") for r in also)
    # "with A for X or with B for Y"
    each_way = not several and not ways_alone and sum(one.some for _, one in partners) > 1
    found = [
        (r, one, _mode(one, way=several or one.some or in_run(r, one), each=each or (one.some and each_way)))
        for r, one in partners
    ]
    around = below if leaf.prose else [*leaf.leading, *below]
    found += [(r, one, "optional" if one.some else "concurrent") for r, one in said(around, "concurrent")]
    return tuple(
        Therapy(mode, r.quote(one.place, one.rule), tuple(r.quote(name, one.rule) for name in one.names))  # type: ignore[arg-type]  # the modes are those of the model
        for r, one, mode in found
        if one.names
    )


def _mode(one: Said, *, way: bool, each: bool) -> str:
    """How a partner is given; in one `way` of several it is no must, but where `each` way has partners it is one of them."""
    if one.mode not in MUSTS or not (way or each):
        return one.mode
    return "combination" if each else "optional"


def _several_ways(leaf: Leaf) -> bool:
    """Whether the item says more than one way of giving it, so that no partner is a must in all of them."""
    if any(reading.also for reading in leaf.own[1:]):
        return True
    partners = {id(r) for r, _ in said(leaf.own, "partner")}
    alone = [(r, one) for r, one in said(leaf.own, "alone") if not in_step(r, one)]
    return any(one.some or (partners and id(r) not in partners) or _or_added(r, one) for r, one in alone)


def _or_added(reading: Reading, alone: Said) -> bool:
    """Reads "both as monotherapy and as an adjunct to X": two ways."""
    behind = (reading.statement.plain[alone.place[1] : one.place[0]] for one in reading.of("partner"))
    return any(_AND_ADDED.fullmatch(said) is not None for said in behind)


_AND_ADDED = rx(
    r" and (?:as (?:an? )?(?:adjunct\w*|add-on)(?: therapy| treatment)? (?:to|with)|in combination with) (?:either )?"
)


def prior_of(leaf: Leaf, verb: Said) -> tuple[PriorTherapy, ...]:
    """Earlier treatment of leaf, parents and opening sentence. Surgery that the drug is also given before is none."""
    before_surgery = any(
        "before" in r.text(one.place).lower() and "surgery" in r.text(one.place).lower()
        for r, one in said(leaf.every, "qualifier") if one.what == "timing"
    ) or any("before" in r.text(step.timing).lower() for r in leaf.every for step in r.steps if step.timing is not None)  # fmt: skip
    first, _ = ways_of(leaf)
    unique: dict[tuple[str, ...], PriorTherapy] = {}
    for reading, one in said(leaf.every, "prior"):
        if reading in leaf.general and any(
            _in(one, way) and _GIVEN.search(reading.text(way.place)) for way in reading.of("qualifier")
        ):
            continue  # "X is given once, after the patient has received A": how it is given, and no earlier treatment
        each = {reading.text(name).casefold(): name for name in one.names}  # "surgery to X or surgery to Y": once
        names = [name for name in each.values() if not (before_surgery and reading.text(name).lower() == "surgery")]
        if not names or brings_on(leaf, verb, reading, one) or _in_later_step(reading, one):
            continue  # "nausea after surgery", "in patients treated with X": what brings on the thing prevented
        ways = (reading.also and not leaf.prose) or reading in first
        mode = "conditional" if one.some or ways or in_run(reading, one) or _unless(reading, one) else one.mode
        mode = "required" if mode == "one_of" and len(names) == 1 < len(one.names) else mode
        quotes = tuple(reading.quote(name, one.rule) for name in names)
        told = PriorTherapy(mode, reading.quote(one.place, one.rule), quotes)  # type: ignore[arg-type]  # the modes are those of the model
        unique.setdefault(tuple(name.text.casefold() for name in quotes), told)
    return tuple(unique.values())


def _unless(reading: Reading, one: Said) -> bool:
    """Reads "after X, unless X could not be given", "not controlled with X, or who cannot use X": what is behind it takes it back."""
    behind = reading.statement.plain[one.place[0] : reading.statement.end]
    return " if " in reading.text(one.place) or " unless " in behind or _OR_CANNOT.search(behind) is not None


_OR_CANNOT = rx(r"^[^.;:]*?,? or (?:who|that|whose [\w-]+) (?:cannot|can't|could not|are (?:un|not )able)\b")


def _in_later_step(reading: Reading, one: Said) -> bool:
    """Reads "with X and then alone after X": when a later step begins."""
    return any(_in(one, step) for number, step in enumerate(reading.steps) if number or step.alone is not None)


_GIVEN = rx(r"^(?:after|once) (?:the )?(?:patients?|they|people)\b")


def _in(one: Said, other: Said | Step) -> bool:
    return other.place[0] <= one.place[0] and one.place[1] <= other.place[1]


def brings_on(leaf: Leaf, verb: Said, reading: Reading, one: Said) -> bool:
    """Whether an earlier treatment is what brings on the thing prevented ("nausea after surgery"), and no condition of the use."""
    return verb.mode in PREVENTIVE and (
        one.rule in ("after-head", "treated") or (one.rule == "after" and reading is leaf.own[0])
    )


def phases_of(leaf: Leaf) -> tuple[Phase, ...]:
    """The steps of a treatment given in steps."""
    return tuple(
        Phase(
            reading.quote(step.place, "phase"),
            tuple(reading.quote(name, "with") for name in step.partners),
            reading.quote(step.alone, "alone") if step.alone is not None else None,
            reading.quote(step.timing, "timing") if step.timing is not None else None,
        )
        for reading, step in steps_of(leaf)
    )


def steps_of(leaf: Leaf) -> list[tuple[Reading, Step]]:
    """The steps of the innermost sentence that gives any; a later step has the first before it.

    Those of the opening sentence hold where nothing below it says with what the drug is given.
    """
    below = [*leaf.above, *leaf.own]
    readings = below if said(below, "partner", "alone") else [*leaf.leading, *below]
    for number, reading in reversed([*enumerate(readings)]):
        if len(reading.steps) > 1 or (reading.steps and (reading.steps[0].alone or reading.steps[0].timing)):
            alone = reading.steps[0].alone
            # "It is given alone for three cycles, and then both drugs are given": no step goes before it
            goes_on = len(reading.steps) == 1 and not (alone and " then " in reading.statement.plain[alone[1] :][:60])
            before = readings[:number] if reading in leaf.leading else [*leaf.leading, *readings[:number]]
            first = _first_step(before) if goes_on else []
            return [*first, *((reading, step) for step in reading.steps)]
    return []


def _first_step(readings: Sequence[Reading]) -> list[tuple[Reading, Step]]:
    """Reads "It is used with A before surgery." before "It is then given alone.": what the last such sentence says of it."""
    with_partners = (one for one in reversed(readings) if one.of("partner"))
    reading = next(with_partners, None) or next((one for one in reversed(readings) if is_step(one)), None)
    if reading is None or reading.steps:
        return []
    partners, alone = reading.of("partner"), reading.of("alone")
    times = [one for one in reading.of("qualifier") if one.what in ("timing", "duration")]
    places = [one.place for one in (*partners, *alone, *times)]
    whole = (min(start for start, _ in places), max(end for _, end in places))
    names = tuple(name for one in partners for name in one.names)
    step = Step(whole, names, alone[0].place if alone and not names else None, times[0].place if times else None)
    return [(reading, step)]
