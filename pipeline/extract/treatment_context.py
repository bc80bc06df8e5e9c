"""The treatment around a use: line of therapy, given alone, partners, prior therapy, with inheritance."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.extract.branches import in_a_branch
from pipeline.extract.clauses import Clause, Part, Reading
from pipeline.extract.disease_state import disease_state
from pipeline.extract.leaf import PREVENTIVE, Leaf, clauses, quoted
from pipeline.extract.quote import join
from pipeline.model import Fact, PriorTherapy, Therapy


def line_of(leaf: Leaf) -> Fact | None:
    """The line of therapy, or the treatment's place beside others (maintenance); several are quoted as one stretch."""
    for reading in (*leaf.own, *leaf.above):
        for part in disease_state(reading).lines:
            return quoted(reading, Part(part.start, part.start + len(reading.text(part).rstrip(" .,;"))), "line-or")
    found = _of_all(leaf.own) or _of_all(leaf.above)
    if not found:
        return None
    first, last = found[0], found[-1]
    if first[0] is last[0]:
        return quoted(first[0], Part(first[1].whole.start, last[1].whole.end), "line")
    return join([quoted(r, c.whole, c.rule) for r, c in found], "line")


def _of_all(readings: Iterable[Reading]) -> list[tuple[Reading, Clause]]:
    return [(reading, clause) for reading, clause in clauses(readings, "line") if not in_a_branch(reading, clause)]


def alone_of(leaf: Leaf) -> Fact | None:
    """The word that says it is given alone: in the leaf or above it, never in the lead."""
    if leaf.prose:
        return next((quoted(r, c.whole, c.rule) for r, c in clauses(leaf.own, "alone") if c.mode != "unspecific"), None)
    return next((quoted(r, c.whole, c.rule) for r, c in clauses((*leaf.own, *leaf.above), "alone")), None)


def therapies_of(leaf: Leaf) -> tuple[Therapy, ...]:
    """Partners of the leaf and the items above; the lead's only where neither they nor "alone" are said below it."""
    below = [*leaf.above, *leaf.own, *leaf.general]
    partners = clauses(below, "partner") if clauses(below, "partner", "alone") else clauses(leaf.leading, "partner")
    several = _several_ways(leaf)
    found = [(r, c, "optional" if c.mode in _MUSTS and (several or _of_some(r, c)) else c.mode) for r, c in partners]
    around = below if leaf.prose else [*leaf.leading, *below]
    found += [(r, c, "optional" if in_a_branch(r, c) else "concurrent") for r, c in clauses(around, "concurrent")]
    return tuple(
        Therapy(mode, quoted(r, c.whole, c.rule), tuple(quoted(r, name, c.rule) for name in c.names))  # type: ignore[arg-type]  # the rules give no other modes
        for r, c, mode in found
        if c.names
    )


_OR = re.compile(r"\bor\b", re.IGNORECASE)
#: Of whom or of what not all is said: "or alone" beside "with X or Y" leaves neither a must.
_MUSTS = ("required", "alternative")


def _of_some(reading: Reading, clause: Clause) -> bool:
    """Whether a partner is one of a branch, or of one line of therapy of several ("as the first treatment with X or …")."""
    lines = reading.of("line")
    if in_a_branch(reading, clause) or len(lines) < 2:  # noqa: PLR2004 - one line of therapy is no alternative
        return in_a_branch(reading, clause)
    one_of = _OR.search(reading.statement.plain, lines[0].end, lines[-1].start) is not None
    return one_of and lines[0].start <= clause.start < lines[-1].end


def _several_ways(leaf: Leaf) -> bool:
    """Whether the item says more than one way of giving it, so that no partner is a must in all of them."""
    if any(" also " in r.text(c.whole).lower() + " " for r, c in clauses(leaf.own, "carrier")):
        return True
    partners = {id(r) for r, _ in clauses(leaf.own, "partner")}
    return any(c.mode == "or" or (partners and id(r) not in partners) for r, c in clauses(leaf.own, "alone"))


def prior_of(leaf: Leaf, verb: Clause) -> tuple[PriorTherapy, ...]:
    """Prior therapy of leaf, parents and lead; one that is only a branch of an "or" is conditional.

    Surgery that the drug is also given before is no prior therapy.
    """
    readings = (*leaf.leading, *leaf.above, *leaf.own, *leaf.general) if not leaf.prose else leaf.own
    before_surgery = any(
        "before" in r.text(c.whole).lower() and "surgery" in r.text(c.whole).lower() for r, c in clauses(readings, "timing")
    )
    found: list[PriorTherapy] = []
    for reading in readings:
        alternative = disease_state(reading).alternative
        for _, clause in clauses((reading,), "prior"):
            names = [n for n in clause.names if not (before_surgery and reading.text(n).lower() == "surgery")]
            if not names or (verb.mode in PREVENTIVE and clause.rule in ("after-head", "treated")):
                continue  # "nausea after surgery", "in patients treated with X": what brings on the thing prevented
            branch = in_a_branch(reading, clause) or any(
                c.start in alternative and c.start <= clause.start < c.end for c in reading.of("status", "history")
            )
            mode = "conditional" if branch else clause.mode
            quotes = tuple(quoted(reading, name, clause.rule) for name in names)
            found.append(PriorTherapy(mode, quoted(reading, clause.whole, clause.rule), quotes))  # type: ignore[arg-type]  # the rules give no other modes
    unique: dict[tuple[str, ...], PriorTherapy] = {}
    for one in found:
        unique.setdefault(tuple(name.text.casefold() for name in one.names), one)
    return tuple(unique.values())
