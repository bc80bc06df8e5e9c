"""What changed of one drug or regimen besides its uses, and what may be said where no fact changed at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pipeline.diff.aspects import quotes_of
from pipeline.diff.changes import Change, Kind, Quote
from pipeline.diff.people import on_page
from pipeline.diff.restriction import texts
from pipeline.diff.uses import added, changes_in_uses, holds, name_of, quote, withdrawn
from pipeline.diff.words import fold, likeness, words
from pipeline.model import Component, DrugFacts, Fact, facts_in
from pipeline.snapshot import Record

#: Two denials this alike are one that was reworded; what it denies may be another thing then.
_REWORDED = 0.5
#: Sentences that are looked at as facts of their own.
_READ = frozenset({"lead", "parent", "use", "denied", "unread"})


def changes_of_page(old: Record | None, new: Record | None) -> Iterator[Change]:
    """Every change of a drug that is in one snapshot or in both."""
    if old is not None and new is not None:
        found = [*_in_drug(old, new), *changes_in_uses(old, new), *_in_sentences(old, new)]
        yield from found or [_nothing_clinical(old, new)]
    elif new is not None:
        quotes = _of(new, new.facts.name)
        yield Change("drug-added", new.slug, name_of(new), now=_brands(new.facts), new=quotes)
        yield from (added(new, number) for number in range(len(new.facts.uses)))
    elif old is not None:
        quotes = _of(old, old.facts.name)
        yield Change("drug-removed", old.slug, name_of(old), was=_brands(old.facts), old=quotes)
        yield from (withdrawn(old, number) for number in range(len(old.facts.uses)))


def _in_drug(old: Record, new: Record) -> Iterator[Change]:
    before, after = old.facts, new.facts
    slug, drug = new.slug, name_of(new)
    was: tuple[str, ...]
    now: tuple[str, ...]
    named = _of(old, before.name), _of(new, after.name)
    if name_of(old) != drug:
        kind: Kind = "drug-changed" if fold(name_of(old)) != fold(drug) else "wording-only"
        yield Change(kind, slug, drug, "name", was=(name_of(old),), now=(drug,), old=named[0], new=named[1])
    said = _of(old, before.pronunciation), _of(new, after.pronunciation)
    if [one.text for one in said[0]] != [one.text for one in said[1]]:
        yield Change("wording-only", slug, drug, "pronunciation", old=said[0], new=said[1])
    if before.kind != after.kind:
        yield Change("drug-changed", slug, drug, "kind", was=(before.kind,), now=(after.kind,), old=named[0], new=named[1])
    if before.fda_status != after.fda_status:
        was, now = ((facts.fda_status.replace("_", " "),) for facts in (before, after))
        said = _of(old, before.fda_status_fact), _of(new, after.fda_status_fact)
        yield Change("fda-status-changed", slug, drug, was=was, now=now, old=said[0], new=said[1])
    if bool(before.page_status) != bool(after.page_status):
        said = _of(old, before.page_status), _of(new, after.page_status)
        was, now = (("no longer in force" if facts.page_status else "in force",) for facts in (before, after))
        yield Change("drug-changed", slug, drug, "page-status", was=was, now=now, old=said[0], new=said[1])
    yield from _in_brands(old, new)
    if {*map(_component, before.components)} != {*map(_component, after.components)}:
        was, now = (tuple(one.name.text for one in facts.components) for facts in (before, after))
        said = _of(old, *(one.name for one in before.components)), _of(new, *(one.name for one in after.components))
        yield Change("components-changed", slug, drug, was=was, now=now, old=said[0], new=said[1])
    if name_of(old) == drug and texts(before.ingredients) != texts(after.ingredients):
        # They are found in the name by the mapping tables: with the same name, it is the tables that say otherwise.
        was, now = (tuple(one.text for one in facts.ingredients) for facts in (before, after))
        yield Change("code-only", slug, drug, "ingredients", was=was, now=now, old=named[0], new=named[1])
    if _identifiers(before) != _identifiers(after):
        yield Change("identifiers-changed", slug, drug, was=_identifiers(before), now=_identifiers(after))


def _in_brands(old: Record, new: Record) -> Iterator[Change]:
    before, after = _brand_facts(old.facts), _brand_facts(new.facts)
    for key in sorted(before.keys() - after.keys()):
        fact = before[key]
        yield Change("brand-removed", new.slug, name_of(new), brands=(fact.text,), was=(fact.text,), old=_of(old, fact))
    for key in sorted(after.keys() - before.keys()):
        fact = after[key]
        yield Change("brand-added", new.slug, name_of(new), brands=(fact.text,), now=(fact.text,), new=_of(new, fact))


def _in_sentences(old: Record, new: Record) -> Iterator[Change]:
    slug, drug = new.slug, name_of(new)
    before, after = _only(old.facts.denials, new.facts.denials), _only(new.facts.denials, old.facts.denials)
    for one, other in _reworded(before, after):
        before.remove(one)
        after.remove(other)
        was, now = (one.text,), (other.text,)
        yield Change("denial-changed", slug, drug, was=was, now=now, old=_of(old, one), new=_of(new, other))
    unread = [[one.fact for one in record.facts.unread] for record in (old, new)]
    gone: tuple[tuple[Kind, Sequence[Fact]], ...] = (
        ("denial-removed", before),
        ("unread-removed", _only(unread[0], unread[1])),
    )
    came: tuple[tuple[Kind, Sequence[Fact]], ...] = (("denial-added", after), ("unread-added", _only(unread[1], unread[0])))
    for kind, facts in gone:
        yield from (Change(kind, slug, drug, was=(fact.text,), old=_of(old, fact)) for fact in facts)
    for kind, facts in came:
        yield from (Change(kind, slug, drug, now=(fact.text,), new=_of(new, fact)) for fact in facts)
    # What stands on both pages is not worded otherwise, whatever else it is taken for: a use withheld leaves its sentences.
    there = [[one.fact for one in facts.sentences] for facts in (old.facts, new.facts)]
    said = _of(old, *_only(_not_of_a_use(old.facts), there[1])), _of(new, *_only(_not_of_a_use(new.facts), there[0]))
    if any(said):
        yield Change("wording-only", slug, drug, "sentences", old=said[0], new=said[1])
    yield from _in_codes(old, new)


def _not_of_a_use(facts: DrugFacts) -> list[Fact]:
    """Sentences of the use section that say nothing of a use and are no facts of their own."""
    of_uses = [sentence for use in facts.uses for sentence in quotes_of(use)]
    found = (sentence.fact for sentence in facts.sentences if sentence.role not in _READ)
    return [fact for fact in found if not any(holds(wide, fact) for wide in of_uses)]


def _in_codes(old: Record, new: Record) -> Iterator[Change]:
    before, after = _coded(old.facts), _coded(new.facts)
    for text in sorted(before.keys() & after.keys()):
        (fact, codes), (other, others) = before[text], after[text]
        if codes != others:
            yield Change(
                "code-only",
                new.slug,
                name_of(new),
                use=other.text,
                was=tuple(sorted(codes - others)),
                now=tuple(sorted(others - codes)),
                old=_of(old, fact),
                new=_of(new, other),
            )


def _nothing_clinical(old: Record, new: Record) -> Change:
    """The bytes of a page are others, and nothing that it says of its drug is."""
    kind: Kind = "resources-only" if old.facts.page.sha256 == new.facts.page.sha256 else "page-only"
    was, now = on_page(old.facts, new.facts)
    return Change(kind, new.slug, name_of(new), old_reviews=was, new_reviews=now)


def _of(record: Record, *facts: Fact | None) -> tuple[Quote, ...]:
    return tuple(quote(record, fact) for fact in facts if fact)


def _only(these: Iterable[Fact], others: Iterable[Fact]) -> list[Fact]:
    """Facts whose words are not among those of others, in the order of the page."""
    known = texts(tuple(others))
    return [fact for fact in these if fold(fact.text) not in known]


def _reworded(before: Sequence[Fact], after: Sequence[Fact]) -> list[tuple[Fact, Fact]]:
    ranked = sorted(
        (-likeness(words([one.text]), words([other.text])), abs(i - j), i + j, i, j)
        for i, one in enumerate(before)
        for j, other in enumerate(after)
    )
    taken: dict[int, int] = {}
    for alike, *_, i, j in ranked:
        if -alike >= _REWORDED and i not in taken and j not in taken.values():
            taken[i] = j
    return [(before[i], after[j]) for i, j in sorted(taken.items())]


def _brand_facts(facts: DrugFacts) -> dict[str, Fact]:
    """The brands that a page lists or says a use of, each where it stands first."""
    named = [*facts.brands, *(brand for use in facts.uses for brand in use.brands)]
    return {fold(fact.text): fact for fact in reversed(named)}


def _brands(facts: DrugFacts) -> tuple[str, ...]:
    return tuple(fact.text for fact in reversed(_brand_facts(facts).values()))


def _component(one: Component) -> tuple[str, str, str | None]:
    return fold(one.name.text), fold(one.letter.text) if one.letter else "", one.slug


def _identifiers(facts: DrugFacts) -> tuple[str, ...]:
    return tuple(sorted({f"{one.kind} {one.fact.text}" for one in facts.identifiers}))


def _coded(facts: DrugFacts) -> dict[str, tuple[Fact, frozenset[str]]]:
    """Words with the codes that they have anywhere on the page: mapped ones, and the glossary's entries that the page links."""
    found: dict[str, tuple[Fact, frozenset[str]]] = {}

    def note(fact: Fact, codes: Iterable[str]) -> None:
        first, known = found.get(fold(fact.text), (fact, frozenset[str]()))
        found[fold(fact.text)] = first, known.union(codes)

    for fact in facts_in((facts.name, facts.brands, facts.components, facts.ingredients, facts.uses)):
        note(fact, (f"{one.system}|{one.code}{'' if one.relation == 'exact' else ' (broader)'}" for one in fact.codings))
        for link in fact.links:
            if link.glossary_id:
                note(Fact(link.text, (link.span,), ""), [f"glossary {link.glossary_id}"])
    return found
