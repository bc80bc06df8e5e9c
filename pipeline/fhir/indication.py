"""ClinicalUseDefinition: one for each use and condition, and for each cause or setting that the page joins with "or".

`indication` has no "or" in it: what a list of it holds all applies. So each branch is an indication of its own, and all of
them carry the same sentences. Source: https://hl7.org/fhir/R5/clinicalusedefinition.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pipeline.fhir import systems
from pipeline.fhir.brands import brand_references, drug_reference
from pipeline.fhir.ids import indication_ids, normal
from pipeline.fhir.medication import status_of
from pipeline.fhir.narrative import in_words, narrative, quotation
from pipeline.fhir.population import group_references, groups
from pipeline.fhir.source import Json, Source, extended, filled
from pipeline.fhir.structures import head
from pipeline.fhir.therapy import other_therapies, phases, therapies_of_some
from pipeline.fields import FIELDS
from pipeline.model import DrugFacts, Fact, QualifierTarget, Use

#: Only where the page's word and HL7's code mean the same. Two codings in one concept would mean the same thing, so
#: "prevent and treat" has none; "reduce the risk" is less than prevention.
_INTENDED_USE: Final = {"treat": "Treatment", "prevent": "Prevention", "palliate": "Alleviation"}


@dataclass(frozen=True, slots=True)
class Indication:
    """A branch of a use. `number` is the use's place on the page, from 1."""

    id: str
    number: int
    use: Use
    condition: Fact | None
    setting: Fact | None
    cause: Fact | None


def indications_of(facts: DrugFacts) -> list[Indication]:
    """The indications of a page in source order, with their ids."""
    branches = [
        (number, use, condition, setting, cause)
        for number, use in enumerate(facts.uses, 1)
        for condition in use.conditions or (None,)
        for setting in use.settings or (None,)
        for cause in use.causes or (None,)
    ]
    ids = indication_ids(facts, [_key(use, *branch) for _, use, *branch in branches])
    return [Indication(identifier, *branch) for identifier, branch in zip(ids, branches, strict=True)]


def clinical_use_definition(indication: Indication, facts: DrugFacts, source: Source) -> Json:
    """The resource of one indication."""
    use = indication.use
    references = brand_references(use.brands, source.product, facts, source) or [drug_reference(source.product, facts, source)]
    meta = source.meta([source.local("use-mark", "qualified-in-words")] if use.qualified_in_words else ())
    return {
        **head("ClinicalUseDefinition", indication.id, _narrative(indication, references, source), meta),
        **filled(contained=groups(use, source)),
        "extension": [
            *source.spans(sorted({span for _, fact in _sentences(use) for span in fact.spans})),
            *(_quote(role, fact, source) for role, fact in _sentences(use)),
            {"url": source.url("use"), "valueInteger": indication.number},
            *([{"url": source.url("qualified-in-words"), "valueBoolean": True}] if use.qualified_in_words else ()),
        ],
        "identifier": [source.identifier("indication", indication.id)],
        "type": "indication",
        "category": [approval_status(use, source)],
        "subject": references,
        "status": publication_status(facts, source),
        "indication": _indication(indication, source),
        **filled(population=group_references(use)),
    }


def publication_status(facts: DrugFacts, source: Source) -> Json:
    """The status of what has one of HL7's publication statuses, as a CodeableConcept.

    Who asks for active indications must not be given those of a drug that is no longer available, or of an old page.
    """
    code, display = ("retired", "Retired") if status_of(facts) == "inactive" else ("active", "Active")
    return {"coding": [source.coding(systems.PUBLICATION_STATUS, code, display)]}


def intended_effect(use: Use, source: Source) -> Json:
    """What the drug is to do, as a CodeableConcept: the page's words, HL7's code where it means the same, and ours.

    A copy has one of them: HL7's says the same where there is one.
    """
    code = _INTENDED_USE.get(use.intent)
    codings = [source.coding(systems.INTENDED_USE, code, code)] if code else []
    if not codings or not source.copies:
        codings.append(source.local("intent", use.intent.replace("_", "-")))
    return source.coded(use.intent_text, *codings)


def approval_status(use: Use, source: Source) -> Json:
    """Whether the use is approved, and how, as a CodeableConcept."""
    return source.coded(use.approval_status_fact, source.local("approval-status", use.approval_status.replace("_", "-")))


def _key(use: Use, condition: Fact | None, setting: Fact | None, cause: Fact | None) -> tuple[object, ...]:
    def text(fact: Fact | None) -> str:
        return normal(fact.text) if fact else ""

    narrower = [text(fact) for fact in use.narrower]
    return (use.intent, text(condition), narrower, text(setting), text(cause), text(use.parent), text(use.text))


def _sentences(use: Use) -> list[tuple[str, Fact]]:
    said = [("lead", use.lead), ("parent", use.parent), ("text", use.text), *(("evidence", fact) for fact in use.evidence)]
    return [(role, fact) for role, fact in said if fact is not None]


def _quote(role: str, fact: Fact, source: Source) -> Json:
    return source.quote(source.url("quote"), fact, {"url": "role", "valueCode": role})


def _indication(indication: Indication, source: Source) -> Json:
    use = indication.use
    extensions = [
        *({"url": source.url("line-of-therapy"), "valueCodeableConcept": source.concept(fact)} for fact in [use.line] if fact),
        *(source.quote(source.url("given-alone"), fact) for fact in [use.alone] if fact),
        *therapies_of_some(use, source),
        *phases(use, source),
    ]
    comorbidities = [
        {
            "extension": [{"url": source.url("comorbidity-role"), "valueCode": role}],
            "concept": source.concept(fact, with_terms=True),
        }
        for role, fact in (("setting", indication.setting), ("cause", indication.cause))
        if fact is not None
    ]
    return {
        **filled(extension=extensions),
        **_disease(indication, source),
        **_disease_status(use, source),
        **filled(comorbidity=comorbidities),
        "intendedEffect": {"concept": intended_effect(use, source)},
        **filled(otherTherapy=other_therapies(use, source)),
    }


def _disease(indication: Indication, source: Source) -> Json:
    """The condition.

    With a narrower one neither is the indication alone ("cervical cancer" in "stage III", "squamous cell cancer" in
    "esophageal"): the text then says both, uncoded, and each stands with its proof and codes in an extension.
    """
    condition, narrower = indication.condition, indication.use.narrower
    if condition is None:
        return {}
    if not narrower:
        return {"diseaseSymptomProcedure": {"concept": source.concept(condition, with_terms=True)}}
    parts = [("condition", condition), *(("narrower-condition", fact) for fact in narrower)]
    extensions = [
        {"url": source.url(name), "valueCodeableConcept": source.concept(fact, with_terms=True)} for name, fact in parts
    ]
    text = f"{condition.text}: {'; '.join(fact.text for fact in narrower)}"
    return {"diseaseSymptomProcedure": {"extension": extensions, "concept": {"text": text}}}


def disease_of(indication: Indication, source: Source) -> list[Json]:
    """The condition of an indication as the extension `disease`, for records that repeat it; none where there is none."""
    found = _disease(indication, source).values()
    concepts = [each["concept"] if source.copies else in_one(each) for each in found]
    return [{"url": source.url("disease"), "valueCodeableConcept": each} for each in concepts]


def in_one(reference: Json) -> Json:
    """A CodeableReference as a CodeableConcept: what stood beside the concept stands in it."""
    return extended(reference["concept"], *reference.get("extension", ()))


def _disease_status(use: Use, source: Source) -> Json:
    """What the disease must be, and every qualifier but those of the patients.

    `diseaseStatus` is 0..1: its text joins all, so that who reads no extensions sees every restriction.
    """
    details: list[tuple[str, QualifierTarget | None, Fact]] = [
        *((field.detail, None, fact) for field in FIELDS if field.detail for fact in field.facts(use)),
        *((one.kind, one.of, one.fact) for one in use.qualifiers if one.of != "patients"),
    ]
    if not details:
        return {}
    facts = [fact for _, _, fact in details]
    parts = [{"url": kind, "valueCodeableConcept": _of(of, source.concept(fact), source)} for kind, of, fact in details]
    concept = source.of_copies.concept(facts[0]) if len(facts) == 1 else {"text": "; ".join(fact.text for fact in facts)}
    return {"diseaseStatus": {"extension": [{"url": source.url("disease-detail"), "extension": parts}], "concept": concept}}


def _of(of: QualifierTarget | None, concept: Json, source: Source) -> Json:
    """The words of a qualifier, which say what it is of; those of any other detail as they are."""
    return concept if of is None else extended(concept, {"url": source.url("qualifier-of"), "valueCode": of})


def _narrative(indication: Indication, subjects: list[Json], source: Source) -> Json:
    use = indication.use
    # The branches of a use share their sentences: the heading says which of them this is.
    branch = (use.intent_text, indication.condition, *use.narrower, indication.setting, indication.cause)
    named = [*(subject["display"] for subject in subjects), *(fact.text for fact in branch if fact)]
    sentences = [quotation(fact.text) for _, fact in _sentences(use)]
    heading = f"{', '.join(map(quotation, named))}: indication"
    return narrative(heading, ("The page says:", sentences), in_words([use]), notice=source.publisher.notice)
