"""The uses of a drug as cards, and what is said of the drug itself: words to show, each with its mark and its codes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pipeline.correct import reading, span_of
from pipeline.fields import FIELDS, PURPOSE
from pipeline.fields import Field as PlainField
from pipeline.model import Age, Characteristic, Coding, DrugFacts, Fact, Phase, Review, Use
from pipeline.review.marks import Marks
from pipeline.tables import unread_in

SYSTEMS: Final = {
    "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl": "NCI Thesaurus",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "RxNorm",
    "http://fdasis.nlm.nih.gov": "UNII",
    "http://hl7.org/fhir/sid/icd-10-cm": "ICD-10-CM",
    "http://purl.obolibrary.org/obo/mondo.owl": "Mondo",
    "https://www.nlm.nih.gov/mesh": "MeSH",
}
APPROVAL_STATUSES: Final = {
    "approved": "Approved",
    "accelerated_approval": "Accelerated approval",
    "used": "Used (the page does not say approved)",
}
FDA: Final = {
    "approved": "Approved",
    "not_approved": "Not approved",
    "discontinued": "Discontinued",
    "not_stated": "Not stated",
}
IDENTIFIERS: Final = {
    "ncit": "NCI Thesaurus",
    "nci-drug-dictionary": "NCI Drug Dictionary",
    "medlineplus": "MedlinePlus",
    "dailymed-setid": "DailyMed set id",
    "dailymed-query": "DailyMed query",
}
_MODES: Final = {
    "required": "required",
    "optional": "with or without",
    "alternative": "with one of",
    "combination": "in combination, as the phrase says",
    "concurrent": "while receiving",
    "one_of": "one of",
    "conditional": "in some situations",
}
#: Between the parts of a title.
_DOT: Final = " · "


@dataclass(frozen=True, slots=True)
class Value:
    """Words of a field. `note` says what was read from them, where that is not the words themselves; `choice` its name."""

    text: str
    mark: int
    rule: str
    codings: tuple[Coding, ...] = ()
    glossary: tuple[tuple[str, str], ...] = ()
    note: str = ""
    names: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a use with its values. `groups` are values that belong together (a population, a therapy)."""

    name: str
    label: str
    groups: tuple[tuple[Value, ...], ...]
    #: What stands between two groups.
    between: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A use to look at. `offset` and `length` are the place of its text, by which corrections name it."""

    number: int
    title: str
    rest: str
    text: Value
    #: The sentences above it that open its list, which its neighbors may share: they restrict it as its own words do.
    opening: tuple[Value, ...]
    #: Sentences that stand elsewhere and are said of it.
    evidence: tuple[Value, ...]
    fields: tuple[Field, ...]
    intent: str
    approval_status: str
    offset: int
    length: int
    reading: str
    indications: tuple[str, ...]
    reviews: tuple[Review, ...]
    uncoded: bool
    #: Words that restrict the use: shown first, because only a reader of them can apply the use where one is not understood.
    qualifiers: Field
    in_words: bool
    #: Sentences of it that no rule read: it may say more than its fields.
    unread: Field
    brands: tuple[str, ...]


def cards_of(facts: DrugFacts, indications: Iterable[tuple[str, ...]], marks: Marks) -> tuple[Card, ...]:
    """The uses of a page, in its order, marking their words."""
    named = zip(facts.uses, indications, titles_of(facts.uses), strict=True)
    return tuple(
        _Uses(marks, number, title, [one.fact for one in unread_in(facts, use)]).card(use, ids)
        for number, (use, ids, title) in enumerate(named, 1)
    )


def value_of(kind: str, fact: Fact, marks: Marks, use: int | None = None, note: str = "") -> Value:
    """A fact to show, marked."""
    glossary = tuple((link.text, link.glossary_id) for link in fact.links if link.glossary_id)
    return Value(fact.text, marks.add(kind, fact, use), fact.rule, fact.codings, glossary, note)


def words(choice: str) -> str:
    """A choice of the model as words: `prevent_and_treat` is `prevent and treat`."""
    return choice.replace("_", " ").replace("-", " ")


def titles_of(uses: Sequence[Use]) -> list[str]:
    """What the uses of a drug are called: disease, narrower disease, line, partner; further details where two are the same."""
    found = [_purpose_of(use) + _details(use, _TELLING[:2]) for use in uses]
    for depth in range(3, len(_TELLING) + 1):
        count = Counter(map(tuple, found))
        if max(count.values(), default=0) <= 1:
            break
        found = [
            _purpose_of(use) + _details(use, _TELLING[:depth]) if count[tuple(said)] > 1 else said
            for use, said in zip(uses, found, strict=True)
        ]
    return [_DOT.join(said) for said in found]


def rest_of(use: Use, title: str) -> str:
    """What restricts a use and its title leaves out: a list of titles alone would read as broader uses than the page states."""
    said = title.split(_DOT)
    return _DOT.join(one for one in _details(use, _TELLING) if one not in said)


def _purpose_of(use: Use) -> list[str]:
    """Its disease in words, as narrow as the page has it."""
    narrower = [one.text for one in use.narrower]
    conditions = [one.text for one in use.conditions if not any(one.text.casefold() in each.casefold() for each in narrower)]
    named = ", ".join(dict.fromkeys((*conditions, *narrower))) or use.text.text
    places = (("in", use.settings), ("caused by", use.causes))
    around = [f"{word} {' or '.join(one.text for one in facts)}" for word, facts in places if facts]
    return [" ".join((named, *around))]


def _details(use: Use, fields: Iterable[Callable[[Use], Iterable[str]]]) -> list[str]:
    return [words for field in fields for words in field(use)]


def _partners(use: Use) -> Iterator[str]:
    if use.phases:
        yield ", then ".join(one.phrase.text.removeprefix("then ") for one in use.phases)
        return
    if use.alone:
        yield use.alone.text
    before = {"optional": "with or without ", "concurrent": ""}
    for one in use.therapies:
        said = one.phrase.text
        yield said if said.startswith(("with", "plus", "in ")) else f"{before.get(one.mode, 'with ')}{said}"


#: What tells uses of one disease apart, in the order in which a title takes it up.
_TELLING: Final[tuple[Callable[[Use], Iterable[str]], ...]] = (
    lambda use: (use.line.text,) if use.line else (),
    _partners,
    lambda use: [one.text for one in (*use.stages, *use.biomarkers)],
    lambda use: [f"after {one.phrase.text}" for one in use.prior],
    lambda use: [one.text for one in use.disease_status],
    lambda use: [" and ".join(one.fact.text for one in group.characteristics) for group in use.populations],
    lambda use: [one.text for one in use.brands],
    lambda use: [one.fact.text for one in use.qualifiers],
)


_WORDS, _UNREAD, _PATIENTS, _WITH, _PRIOR, _PHASES = (
    "Restriction in words",
    "Not read",
    "Patients",
    "Given with",
    "Prior therapy",
    "Phases of treatment",
)
#: The fields of a use as columns, in their order.
_COLUMNS: Final = (
    _WORDS,
    _UNREAD,
    "Approval status",
    *(field.label for field in FIELDS),
    _PATIENTS,
    _WITH,
    _PHASES,
    _PRIOR,
    "Intent",
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The uses of a drug as a table: `same` is what all of them have in common, `rows` a card and its cells, by `labels`."""

    same: tuple[tuple[str, str], ...]
    labels: tuple[str, ...]
    rows: tuple[tuple[Card, tuple[str, ...]], ...]


def comparison_of(cards: Sequence[Card]) -> Comparison:
    """The uses beside each other, field by field."""
    cells = []
    for card in cards:
        said = {field.label: _cell(field) for field in (card.qualifiers, card.unread, *card.fields)}
        cells.append({**said, "Approval status": APPROVAL_STATUSES[card.approval_status]})
    used = [label for label in _COLUMNS if any(row.get(label) for row in cells)]
    alike = {label for label in used if len({row.get(label) for row in cells}) == 1}
    labels = tuple(label for label in used if label not in alike)
    rows = tuple((card, tuple(row.get(label, "") for label in labels)) for card, row in zip(cards, cells, strict=True))
    return Comparison(tuple((label, cells[0][label]) for label in used if label in alike), labels, rows)


def _cell(field: Field) -> str:
    between = f" {field.between} " if field.between else "; "
    return between.join(", ".join(map(_said, group)) for group in field.groups).replace(" then then ", " then ")


def _said(value: Value) -> str:
    note = "" if value.text.casefold().startswith(value.note.casefold()) or value.note == _MODES["required"] else value.note
    return f"{value.text} ({note})" if note else value.text


def is_uncoded(use: Use) -> bool:
    """Whether a condition of the use has no code at all."""
    return any(not fact.codings for fact in (*use.conditions, *use.narrower))


@dataclass(frozen=True, slots=True)
class _Uses:
    marks: Marks
    number: int
    title: str
    beside: Sequence[Fact]

    def card(self, use: Use, indications: tuple[str, ...]) -> Card:
        span = span_of(use)
        fields = [field for field in self._fields(use) if field.groups]
        opening = tuple(self._value("context", fact) for fact in (use.lead, use.parent) if fact is not None)
        return Card(
            number=self.number,
            title=self.title,
            rest=rest_of(use, self.title),
            text=self._value("use", use.text),
            opening=opening,
            evidence=tuple(self._value("context", fact) for fact in use.evidence),
            fields=tuple(fields),
            intent=use.intent,
            approval_status=use.approval_status,
            offset=span.start,
            length=span.end - span.start,
            reading=reading(use),
            indications=indications,
            reviews=use.reviews,
            uncoded=is_uncoded(use),
            qualifiers=self._qualifiers(use),
            in_words=use.qualified_in_words,
            unread=Field("unread", _UNREAD, tuple((self._value("unread", one),) for one in self.beside), "and"),
            brands=tuple(dict.fromkeys(fact.text for fact in use.brands)),
        )

    def _qualifiers(self, use: Use) -> Field:
        said = (
            self._value(
                "qualifier", one.fact, f"{'' if one.kind == 'stated' else f'{words(one.kind)}, '}restricts the {one.of}"
            )
            for one in use.qualifiers
        )
        return Field("qualifiers", _WORDS, tuple((each,) for each in said), "and")

    def _fields(self, use: Use) -> Iterator[Field]:
        yield from (self._plain(use, field) for field in PURPOSE)
        if use.intent_text is not None:
            yield Field("intent", "Intent", ((self._value("intent", use.intent_text, words(use.intent)),),))
        groups = tuple(tuple(map(self._characteristic, group.characteristics)) for group in use.populations)
        yield Field("populations", _PATIENTS, groups, "or")
        yield from (self._plain(use, field) for field in FIELDS[len(PURPOSE) :])
        for each, name, label, kind in (
            (use.therapies, "therapies", _WITH, "therapy"),
            (use.prior, "prior", _PRIOR, "prior"),
        ):
            yield Field(name, label, tuple((self._therapy(kind, one.phrase, one.names, one.mode),) for one in each), "and")
        steps = tuple((self._phase(one),) for one in use.phases)
        yield Field("phases", _PHASES, steps, "then")
        if use.approval_status_fact is not None:
            note = APPROVAL_STATUSES[use.approval_status]
            yield Field(
                "approval_status", "Approval status", ((self._value("approval_status", use.approval_status_fact, note),),)
            )

    def _plain(self, use: Use, field: PlainField) -> Field:
        return Field(field.name, field.label, tuple((self._value(field.mark, fact),) for fact in field.facts(use)))

    def _value(self, kind: str, fact: Fact, note: str = "") -> Value:
        return value_of(kind, fact, self.marks, self.number, note)

    def _phase(self, one: Phase) -> Value:
        parts = (*one.partners, *(fact for fact in (one.alone, one.timing) if fact is not None))
        return replace(self._value("therapy", one.phrase), names=tuple(self._value("therapy", fact) for fact in parts))

    def _characteristic(self, one: Characteristic) -> Value:
        low, high = "above" if one.low_exclusive else "from", "below" if one.high_exclusive else "to"
        bounds = [f"{word} {_age(age)}" for word, age in ((low, one.low), (high, one.high)) if age is not None]
        note = one.age_group or one.sex or " ".join(bounds) or (words(one.kind) if one.kind != "description" else "")
        return self._value("population", one.fact, note)

    def _therapy(self, kind: str, phrase: Fact, names: tuple[Fact, ...], mode: str) -> Value:
        inner = tuple(self._value(kind, name) for name in names)
        said = self._value(kind, phrase, _MODES[mode])
        # Entries of the dictionary that a name shows are not shown beside the phrase again.
        shown = {entry for name in inner for entry in name.glossary}
        return replace(said, names=inner, glossary=tuple(entry for entry in said.glossary if entry not in shown))


def _age(age: Age) -> str:
    return f"{age.value} {age.unit}{'' if age.value == 1 else 's'}"
