"""The resources of a page against its facts, in any FHIR version and profile: nothing that was read is left out of them.

A use whose resources lack a restriction would be a use that the page does not state. Quoted words are looked for as they
are, choices and codes where codes stand; for a use, in its own resources.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from pipeline.errors import Problem
from pipeline.facts import PublishedFacts
from pipeline.model import Fact, Use, facts_in
from pipeline.verify.elements import values
from pipeline.verify.finding import Json, finding

_CODES = frozenset({"code", "valueCode"})
#: Text that is no value: the page itself, and what a narrative repeats.
_REPEATED = frozenset({"data", "div"})


@dataclass
class _Said:
    """What a part of the resources says: its texts, and apart from them its codes."""

    texts: set[str] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)

    def lacks(self, texts: set[str], codes: set[str]) -> list[str]:
        """Which of the texts and codes it does not say."""
        return sorted((texts - self.texts) | (codes - self.codes))


def stated(facts: PublishedFacts, resources: list[Json], place: str) -> Iterator[Problem]:
    """What the facts of a page say and its resources do not, and uses that the facts do not have.

    Args:
        facts: The facts of the page.
        resources: The resources of its Bundle.
        place: Where the Bundle stands.
    """
    # What was read in the use section stands in its uses; the account of it is the facts' where they hold the proof.
    facts = replace(facts, sentences=tuple(each for each in facts.sentences if each.role in {"unread", "withheld"}))
    whole = _Said()
    uses: dict[tuple[str, int], _Said] = {}
    apart = any(each.get("resourceType") == "ClinicalUseDefinition" for each in resources)
    for resource in resources:
        of_uses = apart == (resource.get("resourceType") == "ClinicalUseDefinition")
        # The indications of a use share its facts; a drug and each of its brands repeat them all.
        holder = "" if apart else str(resource.get("id"))
        _collect(resource, [whole], uses if of_uses else None, holder)
    every = list(facts_in(facts if apart else replace(facts, uses=tuple(map(_unquoted, facts.uses)))))
    codes = {coding.code for fact in every for coding in fact.codings}
    printed = {each.fact.text for each in facts.identifiers}  # of a drug: where the page prints a code, it is one
    for value in whole.lacks({fact.text for fact in every if fact.text} - (printed & whole.codes), codes):
        yield finding("C671", "", place, shown=value)
    numbers = {number for _, number in uses}
    if numbers != set(range(1, len(facts.uses) + 1)):
        yield finding("C671", f"the facts have {len(facts.uses)} uses, the resources those numbered {sorted(numbers)}", place)
        return
    for (_, number), said in sorted(uses.items()):
        use = facts.uses[number - 1]
        texts = {fact.text for fact in facts_in(use if apart else _unquoted(use)) if fact.text}
        for value in said.lacks(texts if apart else texts | {_statement(use)}, _choices(use)):
            yield finding("C671", f"use {number}", place, shown=value)


def _unquoted(use: Use) -> Use:
    """A use without the sentences that a guideline has in one: its statement."""
    empty = Fact("", (), "")
    return replace(use, lead=None, parent=None, text=empty)


def _statement(use: Use) -> str:
    return " ".join(fact.text for fact in (use.lead, use.parent, use.text) if fact is not None)


def _choices(use: Use) -> set[str]:
    traits = [each for population in use.populations for each in population.characteristics]
    chosen = [use.intent, use.approval_status, *(each.age_group for each in traits), *(each.sex for each in traits)]
    return {each.replace("_", "-") for each in chosen if each}


def _collect(value: object, parts: list[_Said], uses: dict[tuple[str, int], _Said] | None, holder: str, key: str = "") -> None:
    if isinstance(value, list):
        for each in value:
            _collect(each, parts, uses, holder, key)
    elif isinstance(value, dict):
        if uses is not None:
            numbers = values(value, "use", "valueInteger")
            parts = [*parts, *(uses.setdefault((holder, each), _Said()) for each in numbers if isinstance(each, int))]
        for name, each in value.items():
            _collect(each, parts, uses, holder, name)
    elif isinstance(value, str) and key not in _REPEATED:
        for part in parts:
            (part.codes if key in _CODES else part.texts).add(value)
