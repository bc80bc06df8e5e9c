"""Other treatments in a use: given with the drug, received anyway, had before.

HL7's codes read backwards: `indicated-only-before` means that the *other* therapy was given before this one.
Source: https://hl7.org/fhir/R5/codesystem-therapy-relationship-type.html
"""

from __future__ import annotations

from typing import Final

from pipeline.fhir import systems
from pipeline.fhir.source import Json, Source
from pipeline.model import Fact, PriorTherapy, Therapy, Use

_WITH: Final = ("indicated-only-with", "Indicated only when the other therapy is given (co-occurrent)")
_AFTER: Final = ("indicated-only-before", "Indicated only if the other therapy was given before (follow-up)")


def other_therapies(use: Use, source: Source) -> list[Json]:
    """`indication.otherTherapy`: an entry for each treatment that the use requires, and one for each choice among several.

    The list has no "or": entries all apply. So "either X or Y" is one entry whose text is the phrase, its branches in an
    extension; so is "A and B or C" (mode `combination`), where the names are not branches and the phrase alone says how they
    go together. Treatments that not every patient of the use has are not here (`therapies_of_some`).
    """
    given = (therapy for therapy in use.therapies if therapy.mode != "optional")
    return [
        *(entry for therapy in given for entry in _entries(_WITH, therapy, source)),
        *(entry for prior in use.prior if prior.mode != "conditional" for entry in _entries(_AFTER, prior, source)),
    ]


def therapies_of_some(use: Use, source: Source) -> list[Json]:
    """Extensions for treatments that not every patient of the use has: no code of HL7's says that.

    They may be given with the drug or not, or must have been given before in some of the situations that the page names.
    """
    return [
        *(_of_some("optional-therapy", therapy, source) for therapy in use.therapies if therapy.mode == "optional"),
        *(_of_some("conditional-prior-therapy", prior, source) for prior in use.prior if prior.mode == "conditional"),
    ]


def phases(use: Use, source: Source) -> list[Json]:
    """An extension for each step of a treatment that the page gives in steps: FHIR has no element for their order."""
    return [
        {
            "url": source.url("phase"),
            "extension": [
                {"url": "order", "valueInteger": order},
                source.quote("phrase", phase.phrase),
                *({"url": "partner", "valueCodeableConcept": source.concept(fact)} for fact in phase.partners),
                *(source.quote("alone", fact) for fact in [phase.alone] if fact),
                *(source.quote("timing", fact) for fact in [phase.timing] if fact),
            ],
        }
        for order, phase in enumerate(use.phases, 1)
    ]


def _of_some(name: str, therapy: Therapy | PriorTherapy, source: Source) -> Json:
    names = [{"url": "name", "valueCodeableConcept": source.concept(name)} for name in therapy.names]
    return {"url": source.url(name), "extension": [source.quote("phrase", therapy.phrase), *names]}


def _entries(relationship: tuple[str, str], therapy: Therapy | PriorTherapy, source: Source) -> list[Json]:
    code, display = relationship
    branches = therapy.names if therapy.mode in {"alternative", "combination", "one_of"} else ()
    treatments = therapy.names if therapy.names and not branches else (therapy.phrase,)
    names = [{"url": "name", "valueCodeableConcept": source.concept(name)} for name in branches]

    def detail(treatment: Fact) -> Json:
        # Only a treatment that is named otherwise needs the page's phrase beside it.
        is_phrase = not source.is_full and (treatment.text, treatment.spans) == (therapy.phrase.text, therapy.phrase.spans)
        phrase = [] if is_phrase else [source.quote("phrase", therapy.phrase)]
        mode = {"url": "mode", "valueCode": therapy.mode.replace("_", "-")}
        return {"url": source.url("therapy-detail"), "extension": [mode, *phrase, *names]}

    return [
        {
            "extension": [detail(treatment)],
            "relationshipType": {"coding": [source.coding(systems.THERAPY_RELATIONSHIP, code, display)]},
            "treatment": {"concept": source.concept(treatment)},
        }
        for treatment in treatments
    ]
