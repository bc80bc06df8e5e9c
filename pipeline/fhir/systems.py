"""The URIs that resources use: HL7's, those of the dictionaries that a page links to, and our own below the canonical base."""

from __future__ import annotations

from typing import Final

DERIVATION_REFERENCE: Final = "http://hl7.org/fhir/StructureDefinition/derivation-reference"
INTENDED_USE: Final = "http://hl7.org/fhir/product-intended-use"
THERAPY_RELATIONSHIP: Final = "http://hl7.org/fhir/therapy-relationship-type"
PUBLICATION_STATUS: Final = "http://hl7.org/fhir/publication-status"
GENDER: Final = "http://hl7.org/fhir/administrative-gender"
LIFECYCLE_EVENT: Final = "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle"
PARTICIPANT_TYPE: Final = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
DATA_OPERATION: Final = "http://terminology.hl7.org/CodeSystem/v3-DataOperation"
INGREDIENT_ROLE: Final = "http://hl7.org/fhir/ingredient-role"
COUNTRY: Final = "urn:iso:std:iso:3166"
LOINC: Final = "http://loinc.org"
UCUM: Final = "http://unitsofmeasure.org"
URI: Final = "urn:ietf:rfc:3986"
NCI_THESAURUS: Final = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"

# No URI is registered for these: the dictionary's own base address stands for it.
CANCER_TERMS: Final = "https://www.cancer.gov/publications/dictionaries/cancer-terms"
DRUG_DICTIONARY: Final = "https://www.cancer.gov/publications/dictionaries/cancer-drug"
MEDLINEPLUS: Final = "https://medlineplus.gov/druginfo/meds"
DAILYMED: Final = "https://dailymed.nlm.nih.gov/dailymed"


def extension_url(canonical: str, name: str) -> str:
    """The URL of one of our extensions (README.md lists them)."""
    return f"{canonical}/StructureDefinition/{name}"


def code_system(canonical: str, name: str) -> str:
    """The URL of one of our code systems (`CODES` holds them)."""
    return f"{canonical}/CodeSystem/{name}"


def value_set(canonical: str, name: str) -> str:
    """The URL of the value set that has all codes of one of our code systems."""
    return f"{canonical}/ValueSet/{name}"


def identifier_system(canonical: str, name: str) -> str:
    """The system of one of our identifiers: `drug` (a slug), `sha256` (of a page, hexadecimal), else of an id."""
    return f"{canonical}/{name}"


#: Our code systems: name → code → (display, definition). What a code means is said once, here; `conformance` publishes it.
CODES: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "intent": {
        "treat": ("Treat", "The page says that the drug treats the condition."),
        "prevent": ("Prevent", "The page says that the drug prevents the condition."),
        "prevent-and-treat": ("Prevent and treat", "The page says both of the same condition."),
        "palliate": ("Palliate", "The page says palliative treatment: it eases the condition."),
        "reduce-risk": ("Reduce the risk", "The page says that the drug reduces the risk or chance of the condition."),
        "other": ("Other", "The page states another purpose; the words beside the code say which."),
    },
    "approval-status": {
        "approved": ("Approved", "The page says that this use is approved."),
        "accelerated-approval": ("Accelerated approval", "The page says that this use has accelerated FDA approval."),
        "used": ("Used", 'The page says "is used" of this use, and does not say that it is approved.'),
    },
    "fda-status": {
        "approved": ("FDA approved", "The page says that the drug is FDA approved."),
        "not-approved": ("Not FDA approved", 'The page says "No" under "FDA Approved".'),
        "discontinued": ("No longer available in the U.S.", "The page says that the drug is no longer available."),
    },
    "classification-type": {
        "fda-approval": ("FDA approval", 'What the page states under "FDA Approved".'),
    },
    "product-type": {
        "generic": ("Generic drug", "The drug under its generic name."),
        "brand": ("US brand", "A brand of the drug in the US."),
        "regimen": ("Regimen", "A named combination of drugs, each with a page of its own."),
    },
    "related-medication": {
        "has-brand": ("Has brand", "The other record is a brand of this drug."),
        "brand-of": ("Brand of", "The other record is the drug of which this is a brand."),
        "has-component": ("Has component", "The other record is a drug of this regimen."),
    },
    "page-state": {
        "stale": ("Stale", "The page cannot be read now; what is published of it is what it said when it was read last."),
    },
    "document-type": {
        "patient-drug-information": ("Patient drug information page", "A page that tells patients about a drug or a regimen."),
        "drug-label": ("Drug label", "The text of a label that an authority approved."),
        "drug-information": ("Drug information page", "A page about a drug by a publisher that onlabel has no profile of."),
    },
    "patient-characteristic": {
        "age-group": ("Age group", "A group of ages that the page names."),
        "age-range": (
            "Age range",
            "Ages that the page gives in numbers: the bounds of a Range are included, others are compared.",
        ),
        "sex": ("Sex", "The page limits the use to women or girls, or to men or boys."),
        "menopausal-status": ("Menopausal status", "The page limits the use by menopause."),
        "description": ("Description", "Anything else that the page says of the patients."),
        "group": ("Group", "Each value describes one group of patients: those of any of them are meant."),
        "stated": ("Stated", "Words that restrict the use and that no rule understood: apply them as the page states them."),
        "timing": ("Timing", "When, as the page says it."),
        "manner": ("Manner", "How it is given, as the page says it."),
        "duration": ("Duration", "For how long, as the page says it."),
        "purpose": ("Purpose", "What for, as the page says it."),
    },
    "use-mark": {
        "qualified-in-words": (
            "Qualified in words",
            "Words that no rule understood restrict the use. Servers keep old tags: trust the extension of the same name.",
        ),
    },
    "age-group": {
        "adult": ("Adult", "The page says adults."),
        "adolescent": ("Adolescent", "The page says adolescents or teenagers."),
        "child": ("Child", "The page says children, or names a younger group of them."),
    },
}
