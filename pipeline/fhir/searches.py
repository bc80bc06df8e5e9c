"""SearchParameters for what our users search and FHIR has no parameter for.

Source: https://hl7.org/fhir/R5/searchparameter.html
"""

from __future__ import annotations

from typing import Final, NamedTuple

from pipeline.fhir.narrative import narrative
from pipeline.fhir.source import Json
from pipeline.fhir.structures import definition, title
from pipeline.settings import FhirVersion

_INDICATION: Final = "ClinicalUseDefinition"
_RECORD: Final = "MedicationKnowledge"
_ARTIFACT_IDENTIFIER: Final = "http://hl7.org/fhir/StructureDefinition/artifact-identifier"


class _Search(NamedTuple):
    """A token parameter: `code` is how it is asked for, `path` what it looks at."""

    code: str
    base: str
    path: str
    means: str


def search_parameters(canonical: str, version: FhirVersion) -> list[Json]:
    """The SearchParameters of one FHIR version.

    Uses stand in ClinicalUseDefinition where there is one; guidelines of MedicationKnowledge have their approval and condition
    too. A guideline of R5 in full may have several indications, each with its own condition.
    """
    guideline = f"{_RECORD}.indicationGuideline" if version == "R5" else f"{_RECORD}.administrationGuidelines"
    disease = _extension(f"{canonical}/StructureDefinition/disease", "CodeableConcept")
    apart = [f"{guideline}.indication.{disease}"] if version == "R5" else []
    found = [
        _Search(
            "use-approval-status",
            _RECORD,
            f"{guideline}.{_extension(f'{canonical}/StructureDefinition/approval-status', 'CodeableConcept')}",
            "The approval status of a use of the drug or brand.",
        ),
        _Search(
            "condition",
            _RECORD,
            " | ".join([f"{guideline}.{disease}", *apart]),
            "What a use of the drug or brand treats or prevents.",
        ),
    ]
    if version != "R4":
        found.append(
            _Search("approval-status", _INDICATION, f"{_INDICATION}.category", "Whether the use is approved, and how.")
        )
    if version != "R5":  # which has an element and a parameter for it
        path = f"{_RECORD}.{_extension(_ARTIFACT_IDENTIFIER, 'Identifier')}"
        found.append(_Search("identifier", _RECORD, path, "The identifier of the drug, regimen or brand."))
    return [_definition(each, canonical, version) for each in found]


def _extension(url: str, kind: str) -> str:
    return f"extension.where(url='{url}').value.ofType({kind})"


def _definition(search: _Search, canonical: str, version: FhirVersion) -> Json:
    name = f"{'drug' if search.base == _RECORD else 'indication'}-{search.code}"
    url, text = f"{canonical}/SearchParameter/{name}", narrative(f"{title(name)}: {search.means}")
    first = definition("SearchParameter", name, url, title(name), search.means, text)
    if version != "R5":
        del first["title"]
    return {
        **first,
        "code": search.code,
        "base": [search.base],
        "type": "token",
        "expression": search.path,
        **({"processingMode": "normal"} if version == "R5" else {}),
    }
