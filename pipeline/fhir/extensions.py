"""StructureDefinitions of our extensions: what each holds and where it may stand, in each FHIR version.

Source: https://hl7.org/fhir/R5/defining-extensions.html. `README.md` says the same in a table for people; a test compares them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, get_args

from pipeline.fhir.source import Json
from pipeline.fhir.structures import header
from pipeline.fields import FIELDS
from pipeline.model import QualifierKind
from pipeline.settings import FhirVersion, Model

_CUD: Final = "ClinicalUseDefinition"
_MK: Final = "MedicationKnowledge"
_GUIDELINE: Final = f"{_MK}.indicationGuideline"
_PATIENT: Final = f"{_GUIDELINE}.dosingGuideline.patientCharacteristic"
_MPD: Final = "MedicinalProductDefinition"
_RELATED: Final = (f"{_MK}.relatedMedicationKnowledge", f"{_MPD}.crossReference")
_CONCEPTS: Final = ("CodeableReference", "CodeableConcept")
#: A string, with what a concept has beside its text.
_NAME_OF_PRODUCT: Final = f"{_MPD}.name.productName"
#: R5 paths that have another name in R4B and R4.
_OLDER: Final = {
    _GUIDELINE: f"{_MK}.administrationGuidelines",
    _PATIENT: f"{_MK}.administrationGuidelines.patientCharacteristics",
}
#: Contexts that are of one shape alone.
_OF_MODEL: Final[Mapping[Model, tuple[str, ...]]] = {
    "knowledge": ("Medication",), "idmp": (_MPD, "Ingredient", "RegulatedAuthorization"),
}  # fmt: skip
#: Contexts that R4 has not.
_NOT_IN_R4: Final = (_CUD, "CodeableReference")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a complex extension: `type` is its value's ("Range|Quantity": or), or `quote` for words with their proof."""

    name: str
    type: str
    at_least: int = 1
    at_most: str = "1"


@dataclass(frozen=True, slots=True)
class Extension:
    """An extension of ours: a value of one of `types`, or parts. `contexts` are R5 paths; `older` adds those of R4B and R4."""

    name: str
    means: str
    contexts: tuple[str, ...]
    types: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    older_only: bool = False


_TEXT: Final = Part("text", "string")
_NAME: Final = Part("name", "CodeableConcept", 0, "*")
_DETAIL: Final = (Part("mode", "code"), Part("phrase", "quote", 0), _NAME)
_INDICATION: Final = (f"{_CUD}.indication", _GUIDELINE)
_QUALIFIERS: Final = get_args(QualifierKind)
_TRAITS: Final = {
    kind: "Range|Quantity" if kind == "age-range" else "CodeableConcept"
    for kind in ("age-group", "age-range", "sex", "menopausal-status", "description", *_QUALIFIERS)
}
_DETAILS: Final = (*(field.detail for field in FIELDS if field.detail), *_QUALIFIERS)


def _quote(name: str, means: str, *contexts: str, parts: tuple[Part, ...] = ()) -> Extension:
    return Extension(name, means, contexts, parts=(_TEXT, *parts))


def _value(name: str, means: str, kind: str, *contexts: str) -> Extension:
    return Extension(name, means, contexts, (kind,))


EXTENSIONS: Final[tuple[Extension, ...]] = (
    _value(
        "proof", "Where in the page the words stand, and the rule that read them: offset+length in code points, for each span, "
        "then the rule's name.", "string", "Element",
    ),
    _value("rule", "The rule that read the value from the page.", "code", "Element"),
    _quote(
        "quote", "A sentence of the page that states the use.", _CUD, _GUIDELINE, parts=(Part("role", "code"),)
    ),
    _value("use", "The use of the page (from 1) of which the indication is a branch.", "integer", _CUD, _GUIDELINE),
    _value(
        "qualified-in-words", "Words that no rule understood restrict the use; never false.", "boolean", _CUD, _GUIDELINE
    ),
    _quote(
        "words", "The words that an age in numbers was read from.", "Group.characteristic",
        _PATIENT, "Range", "Quantity",
    ),
    _value("mapped", "The code comes from a mapping file, not from the page.", "boolean", "Coding"),
    _value(
        "broader-concept", "A mapped code that means more than the words.", "CodeableConcept",
        "CodeableConcept", _NAME_OF_PRODUCT,
    ),
    _value("linked-term", "The glossary entry of words inside the phrase.", "Coding", "CodeableConcept", _NAME_OF_PRODUCT),
    _value(
        "condition", "The condition that the narrower ones belong to.", "CodeableConcept", *_CONCEPTS
    ),
    _value(
        "narrower-condition", "A narrower disease that the use names.", "CodeableConcept", *_CONCEPTS
    ),
    _value(
        "comorbidity-role", "How the other disease stands to the condition: its setting or its cause.", "code",
        f"{_CUD}.indication.comorbidity", "CodeableConcept",
    ),
    Extension(
        "disease-detail", "What the page says of the disease, and qualifiers: a part for each, named by its kind.",
        ("CodeableReference", _GUIDELINE), parts=tuple(Part(kind, "CodeableConcept", 0, "*") for kind in _DETAILS),
    ),
    _value("qualifier-of", "What a qualifier among the details is of: disease, treatment or use.", "code", "CodeableConcept"),
    Extension(
        "therapy-detail", "How another therapy belongs to the use, and its branches.", (f"{_CUD}.indication.otherTherapy",),
        parts=_DETAIL,
    ),
    Extension(
        "optional-therapy", "A therapy that may be given with the drug or not.", _INDICATION,
        parts=(Part("phrase", "quote"), _NAME),
    ),
    Extension(
        "conditional-prior-therapy", "A therapy that only some of the patients must have had before.", _INDICATION,
        parts=(Part("phrase", "quote"), _NAME),
    ),
    Extension(
        "phase", "One step of a treatment that is given in steps.", _INDICATION,
        parts=(
            Part("order", "integer"), Part("phrase", "quote"), Part("partner", "CodeableConcept", 0, "*"),
            Part("alone", "quote", 0), Part("timing", "quote", 0),
        ),
    ),
    _value("line-of-therapy", "The line of therapy.", "CodeableConcept", *_INDICATION),
    _quote("given-alone", "The page says that the drug is given alone.", *_INDICATION),
    _quote("pronunciation", "How the name is pronounced, as written on the page.", _MK, _MPD),
    _quote("dailymed-query", "The page's search for the drug at DailyMed.", _MK, _MPD),
    _quote("denied-use", "A sentence that says that a use is not approved.", _MK, _MPD),
    _quote("component-letter", "The drug's letter in the regimen's acronym.", *_RELATED),
    _value(
        "component-concept", "The drug of a regimen with its mapped codes.", "CodeableConcept", *_RELATED,
    ),
    _quote("studied", "A sentence on what is only being studied.", "DocumentReference"),
    _quote(
        "sentence", "A sentence of the use section, and what became of it.", "DocumentReference",
        parts=(Part("role", "code"), Part("reason", "string", 0)),
    ),
    _quote(
        "link", "Linked words of the page.", "DocumentReference",
        parts=(Part("target", "string", 0), Part("glossary-id", "code", 0)),
    ),
    _quote(
        "front-matter", "A value of the page's front matter, as stated.", "DocumentReference", parts=(Part("key", "string"),)
    ),
    _value("kind-reason", "Why the page counts as a drug's or a regimen's.", "string", "DocumentReference"),
    _quote(
        "review", "What a person decided on a use of the page: the use's text, its indications unless it is withheld, the "
        "verdict, when and why, and the fields that were given another value; who, where there is no agent.",
        "Provenance.agent", "DocumentReference",
        parts=(
            Part("indication", "Identifier", 0, "*"), Part("verdict", "code"), Part("date", "date"),
            Part("reason", "string", 0), Part("changed", "code", 0, "*"), Part("reviewer", "string", 0),
        ),
    ),
    _value(
        "stale", "The day on which the page was read last: it cannot be read now.", "date",
        _MK, _CUD, "DocumentReference", "Medication", "Provenance", *_OF_MODEL["idmp"],
    ),
    _value(
        "stated-for", "Whether the page states the use for a brand, or for the drug without naming one.", "code", _GUIDELINE,
    ),
    _value("approval-status", "Whether the use is approved, and how.", "CodeableConcept", _GUIDELINE),
    _value("subject", "A brand that the page states the use for; without one it is for the drug.", "Reference", _GUIDELINE),
    _value("disease", "What is treated or prevented.", "CodeableConcept", f"{_GUIDELINE}.indication", _GUIDELINE),
    # What stands in ClinicalUseDefinition where there is one (`fold`).
    _value("indication-identifier", "The identifier of the indication.", "Identifier", _GUIDELINE),
    _value("comorbidity", "The disease in which, or because of which, the condition exists.", "CodeableConcept", _GUIDELINE),
    Extension(
        "other-therapy", "A therapy that the use requires, before or with the drug.", (_GUIDELINE,),
        parts=(Part("relationship-type", "code"), Part("treatment", "CodeableConcept"), *_DETAIL),
    ),
    # What MedicationKnowledge of R4B and R4 has no element for (`older`).
    Extension("treatment-intent", "What the drug is to do.", (_GUIDELINE,), ("CodeableConcept",), older_only=True),
    Extension("clinical-use", "The indication in full.", (_GUIDELINE,), ("Reference",), older_only=True),
    Extension(
        "patient-characteristic", "A patient characteristic with its codes, its range or its one bound.",
        (_PATIENT,), ("CodeableConcept", "Quantity", "Range"), older_only=True,
    ),
    Extension(
        "population", "One of several groups of patients: a part for each characteristic, named by its kind.", (_PATIENT,),
        parts=tuple(Part(kind, types, 0, "*") for kind, types in _TRAITS.items()), older_only=True,
    ),
)  # fmt: skip


def extension_definitions(canonical: str, version: FhirVersion, model: Model) -> list[Json]:
    """The StructureDefinition of every extension that has a place in a FHIR version and a shape of it."""
    found = ((extension, _contexts(extension, version, model)) for extension in EXTENSIONS)
    return [_definition(extension, contexts, canonical, version) for extension, contexts in found if contexts]


def _contexts(extension: Extension, version: FhirVersion, model: Model) -> list[str]:
    others = tuple(path for other, paths in _OF_MODEL.items() if other != model for path in paths)
    contexts = [path for path in extension.contexts if not path.startswith(others)]
    if version == "R5":
        return [] if extension.older_only else contexts
    if version == "R4B" and extension.name == "clinical-use":
        return [_OLDER[_GUIDELINE]]
    if extension.name == "clinical-use":
        return []
    # There a guideline has one indication: what is said of it stands beside it.
    paths = [_OLDER.get(path, path) for path in contexts if path != f"{_GUIDELINE}.indication"]
    return [path for path in paths if version == "R4B" or not path.startswith(_NOT_IN_R4)]


def _definition(extension: Extension, contexts: list[str], canonical: str, version: FhirVersion) -> Json:
    head = header(extension.name, extension.means, canonical, version)
    return {
        **head,
        "kind": "complex-type",
        "abstract": False,
        "context": [{"type": "element", "expression": path} for path in contexts],
        "type": "Extension",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Extension",
        "derivation": "constraint",
        "differential": {
            "element": [
                {"id": "Extension", "path": "Extension", "short": extension.means, "definition": extension.means},
                *_content("Extension", "Extension", head["url"], extension.types, extension.parts),
            ]
        },
    }


def _content(identity: str, path: str, url: str, types: tuple[str, ...], parts: tuple[Part, ...]) -> Iterator[Json]:
    """The elements of an extension or of a part of one: parts or none, the URL, a value or none."""
    slicing = {"discriminator": [{"type": "value", "path": "url"}], "ordered": False, "rules": "open"}
    yield {"id": f"{identity}.extension", "path": f"{path}.extension", **({"slicing": slicing} if parts else {"max": "0"})}
    for part in parts:
        inner, inner_path = f"{identity}.extension:{part.name}", f"{path}.extension"
        yield {"id": inner, "path": inner_path, "sliceName": part.name, "min": part.at_least, "max": part.at_most}
        if part.type == "quote":
            yield from _content(inner, inner_path, part.name, (), (_TEXT,))
        else:
            yield from _content(inner, inner_path, part.name, tuple(part.type.split("|")), ())
    yield {"id": f"{identity}.url", "path": f"{path}.url", "fixedUri": url}
    value: Mapping[str, object] = {"max": "0"} if parts else {"min": 1, "type": [{"code": each} for each in types]}
    yield {"id": f"{identity}.value[x]", "path": f"{path}.value[x]", **value}
