"""What changed in the uses of one drug: those that went, those that stayed in what they say, and those that came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.diff.aspects import ASPECTS, change_of, quotes_of, shown
from pipeline.diff.changes import Aspect, Change, Kind, Quote
from pipeline.diff.pairing import Pairs, intent_of, pair
from pipeline.diff.people import on_aspect, on_use
from pipeline.diff.restriction import Direction, texts
from pipeline.diff.words import fold
from pipeline.model import Fact, Use
from pipeline.snapshot import Record

_DIRECTIONS: dict[Direction, Kind] = {"narrowed": "use-narrowed", "widened": "use-widened", "changed": "use-changed"}


def quote(record: Record, fact: Fact) -> Quote:
    """A fact's words with their place."""
    line = record.facts.page.line(fact.spans[0].start) if fact.spans else 0
    return Quote(fact.text, record.input.name, line or None)


def name_of(record: Record) -> str:
    """What the page calls its drug."""
    return record.facts.name.text if record.facts.name else record.slug


def changes_in_uses(old: Record, new: Record) -> Iterator[Change]:
    """Every change in the uses of a drug: withdrawn ones, those that stayed in the order of the new page, added ones."""
    pairs = pair(old.facts.uses, new.facts.uses)
    yield from (_with_people(withdrawn(old, i), old.facts.uses[i], old, new) for i in pairs.withdrawn)
    for i, j in pairs.both:
        yield from _Stayed(old, new, i, j).changes()
    yield from (_with_people(added(new, j), new.facts.uses[j], old, new) for j in pairs.added)
    if not _in_order(pairs):
        yield Change("wording-only", new.slug, name_of(new), aspect="order")


def withdrawn(record: Record, number: int) -> Change:
    """A use that is no longer on the page."""
    use = record.facts.uses[number]
    quotes, ids = _said_by(record, use, use.brands), record.indications[number]
    return _of_use("use-withdrawn", record, use, was=intent_of(use), old=quotes, old_ids=ids)


def added(record: Record, number: int) -> Change:
    """A use that was not on the page."""
    use = record.facts.uses[number]
    quotes, ids = _said_by(record, use, use.brands), record.indications[number]
    return _of_use("use-added", record, use, now=intent_of(use), new=quotes, new_ids=ids)


@dataclass(frozen=True, slots=True)
class _Stayed:
    """A use that is on both pages, and what it says on each."""

    old: Record
    new: Record
    i: int
    j: int

    def changes(self) -> list[Change]:
        found = [*self._in_aspects(), *self._in_brands(), *self._in_approval_status(), *self._in_intent()]
        same = _section(self.old) == _section(self.new)
        # The page says the same words: whatever is different, it is we, or who corrected it, who read them otherwise.
        if found and (same or (self._is_said_as_before() and any(change.correction for change in found))):
            return [replace(change, kind="use-reread") if same or change.correction else change for change in found]
        if not found and _words(quotes_of(self.before)) != _words(quotes_of(self.after)):
            return [self._reworded()]
        return found

    @property
    def before(self) -> Use:
        return self.old.facts.uses[self.i]

    @property
    def after(self) -> Use:
        return self.new.facts.uses[self.j]

    def _in_aspects(self) -> Iterator[Change]:
        unread = _unread(self.old), _unread(self.new)
        # A use that was not read to its end says less than the page; and of another condition nothing is narrower or wider.
        unclear = _is_unread(self.old, self.before) or _is_unread(self.new, self.after)
        for aspect in ASPECTS:
            found = change_of(aspect, self.before, self.after, *unread)
            if found is None:
                continue
            unclear = unclear or (aspect.name == "condition" and found == "changed")
            values = aspect.values(self.before), aspect.values(self.after)
            proof = aspect.facts(self.before), aspect.facts(self.after)
            yield self._change("use-changed" if unclear else _DIRECTIONS[found], aspect.name, values, proof)

    def _in_brands(self) -> Iterator[Change]:
        before, after = self.before.brands, self.after.brands
        was, now = texts(before), texts(after)
        if was == now:
            return
        # From a brand to the drug as a whole, or back, is no more and no fewer brands: the page speaks of another thing.
        kind: Kind = "use-brand-moved"
        if was and now and was < now:
            kind = "use-brand-added"
        elif was and now and now < was:
            kind = "use-brand-removed"
        yield self._change(kind, "brand", (_words(before), _words(after)), (before, after))

    def _in_approval_status(self) -> Iterator[Change]:
        before, after = self.before, self.after
        if before.approval_status != after.approval_status:
            values = ((before.approval_status.replace("_", " "),), (after.approval_status.replace("_", " "),))
            yield self._change(
                "approval-status-changed",
                "approval_status",
                values,
                (_some(before.approval_status_fact), _some(after.approval_status_fact)),
            )

    def _in_intent(self) -> Iterator[Change]:
        was, now = intent_of(self.before), intent_of(self.after)
        if [*map(fold, was)] != [*map(fold, now)]:
            proof = (_some(self.before.intent_text), _some(self.after.intent_text))
            yield self._change("intent-changed", "intent", (was, now), proof)

    def _is_said_as_before(self) -> bool:
        """Whether the use's own words are the same, and all that is said of it elsewhere stands on both pages."""
        heads = [_words([fact for fact in (use.text, use.parent, use.lead) if fact]) for use in (self.before, self.after)]
        sections = " ".join(_section(self.old)), " ".join(_section(self.new))
        evidence = (*self.before.evidence, *self.after.evidence)
        return heads[0] == heads[1] and all(fact.text in said for fact in evidence for said in sections)

    def _reworded(self) -> Change:
        before, after = quotes_of(self.before), quotes_of(self.after)
        kept = {fact.text for fact in before} & {fact.text for fact in after}
        was, now = (tuple(fact for fact in facts if fact.text not in kept) for facts in (before, after))
        return self._change("wording-only", "quote", (_words(was), _words(now)), (was, now))

    def _change(
        self,
        kind: Kind,
        aspect: Aspect,
        values: tuple[tuple[str, ...], tuple[str, ...]],
        proof: tuple[Sequence[Fact], Sequence[Fact]],
    ) -> Change:
        was, now = values
        decided = on_aspect(aspect, self.before, self.after)
        return replace(
            _of_use(kind, self.new, self.after, was=was, now=now),
            aspect=aspect,
            old=_said_by(self.old, self.before, proof[0]),
            new=_said_by(self.new, self.after, proof[1]),
            old_ids=self.old.indications[self.i],
            new_ids=self.new.indications[self.j],
            old_reviews=decided[0],
            new_reviews=decided[1],
        )


def _with_people(change: Change, use: Use, old: Record, new: Record) -> Change:
    was, now = on_use(use.text, old.facts, new.facts)
    return replace(change, old_reviews=was, new_reviews=now)


def _of_use(kind: Kind, record: Record, use: Use, **rest: object) -> Change:
    named = ", ".join(shown(use.conditions)) or use.text.text
    if within := ", ".join(shown((*use.narrower, *use.settings))):
        named = f"{named} ({within})"
    change = Change(kind, record.slug, name_of(record), use=named, brands=_words(use.brands))
    return replace(change, **rest)  # type: ignore[arg-type]  # the names are those of Change, given a few lines above


def _said_by(record: Record, use: Use, facts: Sequence[Fact]) -> tuple[Quote, ...]:
    """The words of a use, and of what stands around it the sentences that hold these facts."""
    around = [one for one in quotes_of(use)[1:] if not holds(use.text, one) and any(holds(one, fact) for fact in facts)]
    return tuple(dict.fromkeys(quote(record, sentence) for sentence in (use.text, *around)))


def holds(sentence: Fact, fact: Fact) -> bool:
    """Whether some of a fact's words stand in a sentence."""
    return any(wide.start <= span.start and span.end <= wide.end for wide in sentence.spans for span in fact.spans)


def _unread(record: Record) -> str:
    return " ".join(sentence.fact.text for sentence in record.facts.unread)


def _is_unread(record: Record, use: Use) -> bool:
    """Whether words of a use, or around it, were left unread and do not restrict it as its qualifiers."""
    unread = [one.fact for one in record.facts.unread if not any(holds(one.fact, each.fact) for each in use.qualifiers)]
    return any(holds(quoted, fact) for quoted in quotes_of(use) for fact in unread)


def _section(record: Record) -> list[str]:
    return [sentence.fact.text for sentence in record.facts.sentences]


def _words(facts: Sequence[Fact]) -> tuple[str, ...]:
    return tuple(fact.text for fact in facts)


def _some(fact: Fact | None) -> tuple[Fact, ...]:
    return (fact,) if fact else ()


def _in_order(pairs: Pairs) -> bool:
    places = [i for i, _ in pairs.both]
    return places == sorted(places)
