"""R5 resources of the full profile back into facts, by the contract of `pipeline/fhir/README.md`: "How proof is carried".

What this cannot read back, FHIR has lost; the tests hold `fhir` to it. It knows the output only.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any, Literal

from pipeline.model import (
    Coding,
    Component,
    DrugFacts,
    Fact,
    FrontMatterValue,
    Identifier,
    Link,
    Page,
    Phase,
    Population,
    PriorTherapy,
    Qualifier,
    Review,
    Sentence,
    Span,
    Therapy,
    Use,
    Withheld,
)
from tests.fhir.unbuild_elements import Json, details_of, drug_and_brands, extensions, parts
from tests.fhir.unbuild_patients import QUALIFIERS, kind_of, population

_DICTIONARIES = {
    "https://www.cancer.gov/publications/dictionaries/cancer-drug": "nci-drug-dictionary",
    "https://medlineplus.gov/druginfo/meds": "medlineplus",
    "https://dailymed.nlm.nih.gov/dailymed": "dailymed-setid",
}


def read_facts(resources: Iterable[Json], name: str) -> DrugFacts:
    """The facts in one page's resources.

    Args:
        resources: The page's resources as R5 in full has them (`as_full` brings others into that form).
        name: What the page was called, which no resource says.

    Raises:
        ValueError, LookupError, TypeError: The resources are not as `pipeline/fhir/README.md` describes them.
    """
    return _Reader(list(resources)).facts(name)


def by_use(resources: Iterable[Json]) -> dict[int, list[Json]]:
    """The indications of a page by the number of their use, in the order of the uses."""
    found: dict[int, list[Json]] = {}
    for each in resources:
        if each["resourceType"] == "ClinicalUseDefinition":
            found.setdefault(extensions(each, "use")[0]["valueInteger"], []).append(each)
    return {number: found[number] for number in sorted(found)}


def _agree(what: str, said: object, expected: object) -> None:
    if said != expected:
        message = f"{what}: {said!r}, not {expected!r}"
        raise ValueError(message)


def _in_order(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Each fact once, by its place in the page."""
    return tuple(sorted(dict.fromkeys(facts), key=lambda fact: fact.spans))


def _order(phase: Json) -> int:
    found: int = parts(phase, "order")[0]["valueInteger"]
    return found


def _holds(wide: Span, narrow: Span) -> bool:
    return wide.start <= narrow.start and narrow.end <= wide.end


class _Reader:
    def __init__(self, resources: list[Json]) -> None:
        self.of = {
            kind: [each for each in resources if each["resourceType"] == kind]
            for kind in ("DocumentReference", "ClinicalUseDefinition", "Provenance")
        }
        (self.document,) = self.of["DocumentReference"]
        self.drug, self.brands = drug_and_brands(resources)
        self.links = [self._link(each) for each in extensions(self.document, "link")]
        self.reviews, self.withheld = self._reviews()

    def facts(self, name: str) -> DrugFacts:
        drug = self.drug
        listed = [self._brand(self._primitive(text, proof)) for text, proof in zip(drug["name"], drug["_name"], strict=True)][
            1:
        ]
        # By their rules too: a correction may quote a use's brand from the list of brands.
        of_uses = [brand for cud in self.of["ClinicalUseDefinition"] for brand in self._subjects(cud)]
        mentioned = {(brand.spans, brand.rule) for brand in of_uses}
        classification = drug.get("medicineClassification", [{"classification": [None]}])[0]["classification"][0]
        kind = drug["productType"][0]["coding"][0]["code"]
        name_fact = self._concept(drug["code"])
        ingredients = tuple(
            self._concept(each["item"]["concept"]) for each in drug.get("definitional", {}).get("ingredient", ())
        )
        (reason,) = extensions(self.document, "kind-reason")
        return DrugFacts(
            page=self._page(name),
            slug=drug["identifier"][0]["value"],
            publisher=self.document["id"].partition(".")[0],
            kind="regimen" if kind == "regimen" else "drug",
            kind_reason=reason["valueString"],
            name=name_fact,
            ingredients=() if ingredients == (name_fact,) else ingredients,
            pronunciation=self._one(extensions(drug, "pronunciation")),
            brands=tuple(brand for brand in listed if (brand.spans, brand.rule) not in mentioned),
            fda_status=classification["coding"][0]["code"].replace("-", "_")
            if classification and "coding" in classification
            else "not_stated",
            fda_status_fact=self._concept(classification) if classification and "text" in classification else None,
            identifiers=tuple(self._identifiers()),
            components=tuple(
                self._component(each)
                for each in drug.get("relatedMedicationKnowledge", ())
                if each["type"]["coding"][0]["code"] == "has-component"
            ),
            uses=tuple(self._uses()),
            withheld=tuple(Withheld(text, reviews) for text, reviews in self.withheld.items()),
            denials=tuple(self._string(each) for each in extensions(drug, "denied-use")),
            studied=tuple(self._string(each) for each in extensions(self.document, "studied")),
            sentences=tuple(self._sentence(each) for each in extensions(self.document, "sentence")),
            page_status=self._page_status(),
        )

    # Facts, from the elements that hold them

    def _fact(self, text: str, element: Json, codings: Iterable[Coding] = ()) -> Fact:
        spans = tuple(self._span(each) for each in extensions(element, "derivation-reference"))
        rule = extensions(element, "rule")
        within = [each for each in self.links if any(_holds(span, each.span) for span in spans)]
        links = tuple(each for each in within if not any(_holds(wide.span, each.span) for wide in within if wide != each))
        return Fact(text, spans, rule[0]["valueCode"] if rule else "", links, tuple(codings))

    def _concept(self, concept: Json) -> Fact:
        exact = [self._coding(each, "exact") for each in concept.get("coding", ()) if extensions(each, "mapped")]
        broader = [
            self._coding(coding, "broader")
            for each in extensions(concept, "broader-concept")
            for coding in each["valueCodeableConcept"]["coding"]
        ]
        fact = self._fact(concept["text"], concept, [*exact, *broader])
        coded = {each["code"] for each in concept.get("coding", ()) if each["system"].endswith("cancer-terms")}
        coded |= {each["valueCoding"]["code"] for each in extensions(concept, "linked-term")}
        _agree("a glossary id is lost or invented", coded, {link.glossary_id for link in fact.links if link.glossary_id})
        return fact

    def _string(self, extension: Json) -> Fact:
        (text,) = parts(extension, "text")
        return self._fact(text["valueString"], extension)

    def _page_status(self) -> Fact | None:
        stated = [
            each for each in extensions(self.document, "front-matter") if parts(each, "key")[0]["valueString"] == "status"
        ]
        return self._one(stated) if self.document["status"] == "superseded" else None

    def _primitive(self, text: str, beside: Json) -> Fact:
        return self._fact(text, beside)

    def _one(self, found: list[Json]) -> Fact | None:
        return self._string(found[0]) if found else None

    def _concepts(self, found: Iterable[Json]) -> tuple[Fact, ...]:
        return tuple(self._concept(each["valueCodeableConcept"]) for each in found)

    def _span(self, extension: Json) -> Span:
        (offset,), (length,) = parts(extension, "offset"), parts(extension, "length")
        (reference,) = parts(extension, "reference")
        _agree(
            "a span is in another page", reference["valueReference"]["reference"], f"DocumentReference/{self.document['id']}"
        )
        return Span(offset["valueInteger"], offset["valueInteger"] + length["valueInteger"])

    def _coding(self, coding: Json, relation: Literal["exact", "broader"]) -> Coding:
        return Coding(coding["system"], coding["code"], coding["display"], relation, coding.get("version"))

    # The page

    def _page(self, name: str) -> Page:
        values: dict[str, tuple[FrontMatterValue, ...]] = {}
        for each in extensions(self.document, "front-matter"):
            (key,), (value,) = parts(each, "key"), parts(each, "text")
            (span,) = extensions(each, "derivation-reference")
            stated = FrontMatterValue(value["valueString"], self._span(span))
            values[key["valueString"]] = (*values.get(key["valueString"], ()), stated)
        data = self.document["content"][0]["attachment"]["data"]
        return Page(name, base64.b64decode(data).decode(), values, ())

    def _link(self, extension: Json) -> Link:
        (words,), target, entry = parts(extension, "text"), parts(extension, "target"), parts(extension, "glossary-id")
        (span,) = extensions(extension, "derivation-reference")
        href = target[0]["valueString"] if target else ""
        return Link(words["valueString"], self._span(span), href, entry[0]["valueCode"] if entry else None)

    def _sentence(self, extension: Json) -> Sentence:
        (role,), reason = parts(extension, "role"), parts(extension, "reason")
        return Sentence(self._string(extension), role["valueCode"], reason[0]["valueString"] if reason else None)

    # What people decided

    def _reviews(self) -> tuple[dict[Fact, tuple[Review, ...]], dict[Fact, tuple[Review, ...]]]:
        """The reviews of each use by its text: of published uses, and of withheld ones in the order of the page."""
        found: dict[bool, dict[Fact, tuple[Review, ...]]] = {True: {}, False: {}}
        of_people = [
            (agent["who"]["display"], each)
            for provenance in self.of["Provenance"]
            for agent in provenance["agent"]
            for each in extensions(agent, "review")
        ]
        # The core profile has no Provenance.
        in_core = [(parts(each, "reviewer")[0]["valueString"], each) for each in extensions(self.document, "review")]
        for who, each in [*of_people, *in_core]:
            (verdict,), (day,), reason = parts(each, "verdict"), parts(each, "date"), parts(each, "reason")
            changed = tuple(one["valueCode"].replace("-", "_") for one in parts(each, "changed"))
            why = reason[0]["valueString"] if reason else None
            review = Review(verdict["valueCode"], who, date.fromisoformat(day["valueDate"]), why, changed)
            reviews, text = found[bool(parts(each, "indication"))], self._string(each)
            reviews[text] = (*reviews.get(text, ()), review)
        return found[True], dict(sorted(found[False].items(), key=lambda one: one[0].spans))

    # The drug

    def _identifiers(self) -> Iterable[Identifier]:
        for coding in self.drug["code"].get("coding", ()):
            if "_code" in coding:
                yield Identifier("ncit", self._primitive(coding["code"], coding["_code"]))
        for each in self.drug["identifier"]:
            if each["system"] in _DICTIONARIES:
                kind: Any = _DICTIONARIES[each["system"]]
                yield Identifier(kind, self._primitive(each["value"], each["_value"]))
        for each in extensions(self.drug, "dailymed-query"):
            yield Identifier("dailymed-query", self._string(each))

    def _component(self, related: Json) -> Component:
        (reference,) = related["reference"]
        coded = self._concepts(extensions(related, "component-concept"))
        return Component(
            coded[0] if coded else self._primitive(reference["display"], reference["_display"]),
            self._one(extensions(related, "component-letter")),
            reference.get("identifier", {}).get("value"),
        )

    # The uses

    def _subjects(self, cud: Json) -> list[Fact]:
        brands = [each for each in cud["subject"] if each["reference"] != f"Medication/{self.drug['id']}"]
        return [self._brand(self._primitive(each["display"], each["_display"])) for each in brands]

    def _brand(self, named: Fact) -> Fact:
        """The words of a brand with the codes that its own record has."""
        codes = {each["name"][0].casefold(): self._concept(each["code"]).codings for each in self.brands}
        return replace(named, codings=codes.get(named.text.casefold(), ()))

    def _uses(self) -> Iterable[Use]:
        for branches in by_use(self.of["ClinicalUseDefinition"]).values():
            yield self._use(branches)

    def _use(self, branches: list[Json]) -> Use:
        cud = branches[0]
        said: dict[str, list[Fact]] = {"text": [], "parent": [], "lead": [], "evidence": []}
        for each in extensions(cud, "quote"):
            said[parts(each, "role")[0]["valueCode"]].append(self._string(each))
        indication, (category,) = cud["indication"], cud["category"]
        effect = indication["intendedEffect"]["concept"]
        details = [(kind, self._concept(concept)) for kind, concept in details_of(indication.get("diseaseStatus", {}))]
        diseases = [branch["indication"].get("diseaseSymptomProcedure") for branch in branches]
        with_narrower: Json = next((each for each in diseases if each and extensions(each, "narrower-condition")), {})
        therapies, prior = self._therapies(indication)
        return Use(
            text=said["text"][0],
            parent=said["parent"][0] if said["parent"] else None,
            lead=said["lead"][0] if said["lead"] else None,
            evidence=tuple(said["evidence"]),
            # As the page has them: bundles have their indications by id.
            conditions=_in_order(self._condition(each) for each in diseases if each),
            intent=effect["coding"][-1]["code"].replace("-", "_") if "text" not in effect else self._local(effect, "intent"),
            intent_text=self._concept(effect) if "text" in effect else None,
            approval_status=self._local(category, "approval-status"),
            approval_status_fact=self._concept(category) if "text" in category else None,
            narrower=self._concepts(extensions(with_narrower, "narrower-condition")),
            settings=self._comorbidities(branches, "setting"),
            causes=self._comorbidities(branches, "cause"),
            disease_status=tuple(fact for kind, fact in details if kind == "status"),
            biomarkers=tuple(fact for kind, fact in details if kind == "biomarker"),
            stages=tuple(fact for kind, fact in details if kind == "stage"),
            line=next(iter(self._concepts(extensions(indication, "line-of-therapy"))), None),
            brands=tuple(self._subjects(cud)),
            populations=tuple(filter(lambda one: one.characteristics, map(self._population, cud.get("contained", ())))),
            alone=self._one(extensions(indication, "given-alone")),
            therapies=therapies,
            prior=prior,
            phases=tuple(self._phase(each) for each in sorted(extensions(indication, "phase"), key=_order)),
            qualifiers=self._qualifiers(cud),
            reviews=self.reviews.get(said["text"][0], ()),
        )

    def _local(self, concept: Json, system: str) -> Any:  # noqa: ANN401 - which of the model's literals it is, the system decides
        (code,) = [each["code"] for each in concept["coding"] if each["system"].endswith(f"/CodeSystem/{system}")]
        return code.replace("-", "_")

    def _condition(self, disease: Json) -> Fact:
        apart = extensions(disease, "condition")
        return self._concept(apart[0]["valueCodeableConcept"] if apart else disease["concept"])

    def _comorbidities(self, branches: list[Json], role: str) -> tuple[Fact, ...]:
        found = [
            self._concept(each["concept"])
            for branch in branches
            for each in branch["indication"].get("comorbidity", ())
            if extensions(each, "comorbidity-role")[0]["valueCode"] == role
        ]
        return _in_order(found)

    def _therapies(self, indication: Json) -> tuple[tuple[Therapy, ...], tuple[PriorTherapy, ...]]:
        grouped: dict[tuple[str, str, Fact], tuple[Fact, ...]] = {}
        for each in indication.get("otherTherapy", ()):
            (detail,) = extensions(each, "therapy-detail")
            mode = parts(detail, "mode")[0]["valueCode"].replace("-", "_")
            key = (each["relationshipType"]["coding"][0]["code"], mode, self._string(parts(detail, "phrase")[0]))
            names = self._concepts(parts(detail, "name")) or (self._concept(each["treatment"]["concept"]),)
            grouped[key] = (*grouped.get(key, ()), *names)
        therapies, prior = [], []
        for (relationship, mode, phrase), names in grouped.items():
            known: Any = mode
            if relationship == "indicated-only-with":
                therapies.append(Therapy(known, phrase, names))
            else:
                _agree("another therapy has an unknown relationship", relationship, "indicated-only-before")
                prior.append(PriorTherapy(known, phrase, names))
        for each in extensions(indication, "optional-therapy"):
            phrase, names = self._string(parts(each, "phrase")[0]), self._concepts(parts(each, "name"))
            therapies = [*therapies, Therapy("optional", phrase, names)]
        for each in extensions(indication, "conditional-prior-therapy"):
            phrase, names = self._string(parts(each, "phrase")[0]), self._concepts(parts(each, "name"))
            prior = [*prior, PriorTherapy("conditional", phrase, names)]
        return tuple(therapies), tuple(prior)

    def _phase(self, extension: Json) -> Phase:
        phrase, alone, timing = (
            self._string(found[0]) if (found := parts(extension, name)) else None for name in ("phrase", "alone", "timing")
        )
        if phrase is None:
            message = "a phase without its words"
            raise ValueError(message)
        return Phase(phrase, self._concepts(parts(extension, "partner")), alone, timing)

    def _qualifiers(self, cud: Json) -> tuple[Qualifier, ...]:
        """Those of the patients stand in every Group, all others among the details of the disease."""
        found = [
            Qualifier(self._concept(each["valueCodeableConcept"]), "patients", kind_of(each))
            for group in cud.get("contained", ())
            for each in group["characteristic"]
            if kind_of(each) in QUALIFIERS
        ]
        for kind, concept in details_of(cud["indication"].get("diseaseStatus", {})):
            if of := extensions(concept, "qualifier-of"):
                known: Any = kind
                found.append(Qualifier(self._concept(concept), of[0]["valueCode"], known))
        return tuple(sorted(dict.fromkeys(found), key=lambda one: (one.fact.spans, one.of, one.kind)))

    def _population(self, group: Json) -> Population:
        return population(group, self._concept, self._string)
