"""The columns of the tables, in their order. README.md says what each of them means."""

from __future__ import annotations

from typing import Final

#: The code systems that have columns, by the name that stands in the column's.
SYSTEMS: Final = {
    "ncit": "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl",
    "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "unii": "http://fdasis.nlm.nih.gov",
    "icd10cm": "http://hl7.org/fhir/sid/icd-10-cm",
    "mesh": "https://www.nlm.nih.gov/mesh",
    "mondo": "http://purl.obolibrary.org/obo/mondo.owl",
}
#: What of a use is coded, and in which systems.
CODED: Final = {
    "drug": ("ncit", "rxnorm", "unii"),
    "brand": ("rxnorm",),
    "condition": ("ncit", "icd10cm", "mesh", "mondo"),
    "context": ("ncit", "icd10cm", "mesh", "mondo"),
}
_CODES: Final = tuple(
    f"{what}_{system}{relation}" for what, systems in CODED.items() for system in systems for relation in ("", "_broader")
)
_SOURCE: Final = ("page", "sha256", "url", "last_reviewed", "page_status", "stale")

#: `uses.csv` and the view `uses`: one row a use and brand.
COLUMNS: Final = (
    *("drug", "slug", "kind", "brand", "fda_status", "use", "indications", "intent", "intent_words", "approval_status"),
    *("condition", "narrower", "setting", "cause", "disease_status", "biomarker", "stage", "line_of_therapy"),
    *("age_group", "age_low_years", "age_low_exclusive", "age_high_years", "age_high_exclusive", "sex", "population"),
    *("with_required", "with_optional", "with_alternative", "with_combination", "with_concurrent"),
    *("prior_required", "prior_one_of", "prior_conditional", "alone"),
    *("phases", "qualified_in_words", "qualifiers"),
    *_CODES,
    *("quote", "lead", "parent", "evidence", "unread", "line", "offset", "length"),
    *_SOURCE,
)
#: `denials.csv` and the view `denials`: one row a sentence that says that a use is not approved.
DENIALS: Final = ("drug", "slug", "kind", "quote", "line", "offset", "length", *_SOURCE)
#: `unread.csv` and the view `unread`: one row a sentence of a use section that no rule read, or whose use a person withheld.
UNREAD: Final = ("drug", "slug", "kind", "role", "quote", "reason", "line", "offset", "length", *_SOURCE)
