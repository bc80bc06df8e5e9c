"""The uses of a drug as cards, and what is said of the drug itself: words to show, each with its mark and its codes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from pipeline.correct import reading, span_of
from pipeline.fields import FIELDS, PURPOSE
from pipeline.fields import Field as PlainField
from pipeline.model import Age, Characteristic, Coding, DrugFacts, Fact, Phase, Review, Use
from pipeline.review.marks import Marks

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
FDA: Final = {"approved": "Approved", "discontinued": "Discontinued", "not_stated": "Not stated"}
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
    text: Value
    context: tuple[Value, ...]
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


def cards_of(facts: DrugFacts, indications: Iterable[tuple[str, ...]], marks: Marks) -> tuple[Card, ...]:
    """The uses of a page, in its order, marking their words."""
    return tuple(
        _Uses(marks, number).card(use, ids) for number, (use, ids) in enumerate(zip(facts.uses, indications, strict=True), 1)
    )


def value_of(kind: str, fact: Fact, marks: Marks, use: int | None = None, note: str = "") -> Value:
    """A fact to show, marked."""
    glossary = tuple((link.text, link.glossary_id) for link in fact.links if link.glossary_id)
    return Value(fact.text, marks.add(kind, fact, use), fact.rule, fact.codings, glossary, note)


def words(choice: str) -> str:
    """A choice of the model as words: `prevent_and_treat` is `prevent and treat`."""
    return choice.replace("_", " ").replace("-", " ")


def title_of(use: Use) -> str:
    """What a use is called: its conditions, or its words where it has none."""
    return "; ".join(dict.fromkeys(fact.text for fact in use.conditions)) or use.text.text


def is_uncoded(use: Use) -> bool:
    """Whether a condition of the use has no code at all."""
    return any(not fact.codings for fact in (*use.conditions, *use.narrower))


@dataclass(frozen=True, slots=True)
class _Uses:
    marks: Marks
    number: int

    def card(self, use: Use, indications: tuple[str, ...]) -> Card:
        span = span_of(use)
        fields = [field for field in self._fields(use) if field.groups]
        context = tuple(self._value("context", fact) for fact in (use.lead, use.parent, *use.evidence) if fact is not None)
        return Card(
            number=self.number,
            title=title_of(use),
            text=self._value("use", use.text),
            context=context,
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
        )

    def _qualifiers(self, use: Use) -> Field:
        said = (self._value("qualifier", one.fact, f"{words(one.kind)}, of the {one.of}") for one in use.qualifiers)
        return Field("qualifiers", "Only as the words say", tuple((each,) for each in said), "and")

    def _fields(self, use: Use) -> Iterator[Field]:
        yield from (self._plain(use, field) for field in PURPOSE)
        if use.intent_text is not None:
            yield Field("intent", "Intent", ((self._value("intent", use.intent_text, words(use.intent)),),))
        groups = tuple(tuple(map(self._characteristic, group.characteristics)) for group in use.populations)
        yield Field("populations", "Patients", groups, "or")
        yield from (self._plain(use, field) for field in FIELDS[len(PURPOSE) :])
        for each, name, label, kind in (
            (use.therapies, "therapies", "Given with", "therapy"),
            (use.prior, "prior", "Had before", "prior"),
        ):
            yield Field(name, label, tuple((self._therapy(kind, one.phrase, one.names, one.mode),) for one in each), "and")
        steps = tuple((self._phase(one),) for one in use.phases)
        yield Field("phases", "In steps", steps, "then")
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
