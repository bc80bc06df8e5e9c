"""The code systems that mappings may name: how SSSOM, FHIR and a reader write each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

SystemKey: TypeAlias = Literal["ncit", "rxnorm", "unii", "icd10cm", "mondo", "mesh"]
SubjectKind: TypeAlias = Literal["drug", "brand", "regimen", "therapy", "condition"]


@dataclass(frozen=True, slots=True)
class CodeSystem:
    """A code system.

    `uri` is its canonical URL in FHIR, `prefix` and `namespace` its CURIE in SSSOM, `notice` what its publisher asks to be said
    beside its codes. `prefixed` says that the code itself is
    written with the prefix in FHIR (MONDO:0004989).
    """

    key: SystemKey
    name: str
    uri: str
    prefix: str
    namespace: str
    source: str
    licence: str
    notice: str
    prefixed: bool = False

    def curie(self, code: str) -> str:
        """The code as SSSOM writes it: `NCIT:C61313`, `MONDO:0004989`."""
        return code if self.prefixed else f"{self.prefix}:{code}"

    def code(self, curie: str) -> str:
        """The code as FHIR writes it: `C61313`, `MONDO:0004989`."""
        return curie if self.prefixed else curie.removeprefix(f"{self.prefix}:")


_CC_BY = "https://creativecommons.org/licenses/by/4.0/"
_OPEN = "https://creativecommons.org/publicdomain/mark/1.0/"
_NLM = (
    "This product uses publicly available data from the U.S. National Library of Medicine (NLM), National Institutes of "
    "Health, Department of Health and Human Services; NLM is not responsible for the product and does not endorse or recommend "
    "this or any other product."
)

#: In the order in which codings are written beside a text.
SYSTEMS: Final[dict[SystemKey, CodeSystem]] = {
    system.key: system
    for system in (
        CodeSystem(
            "ncit",
            "NCI Thesaurus",
            "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl",
            "NCIT",
            "http://purl.obolibrary.org/obo/NCIT_",
            "https://bioregistry.io/ncit",
            _CC_BY,
            "NCI Thesaurus by the National Cancer Institute, CC BY 4.0. This is not NCI's own product.",
        ),
        CodeSystem(
            "rxnorm",
            "RxNorm",
            "http://www.nlm.nih.gov/research/umls/rxnorm",
            "RXNORM",
            "https://mor.nlm.nih.gov/RxNav/search?searchBy=RXCUI&searchTerm=",
            "https://bioregistry.io/rxnorm",
            _OPEN,
            _NLM,
        ),
        CodeSystem(
            "unii",
            "UNII",
            "http://fdasis.nlm.nih.gov",
            "UNII",
            "https://precision.fda.gov/uniisearch/srs/unii/",
            "https://bioregistry.io/unii",
            _OPEN,
            "UNII by the U.S. Food and Drug Administration, public domain.",
        ),
        CodeSystem(
            "icd10cm",
            "ICD-10-CM",
            "http://hl7.org/fhir/sid/icd-10-cm",
            "ICD10CM",
            "https://icd.codes/icd10cm/",
            "https://bioregistry.io/icd10cm",
            _OPEN,
            "ICD-10-CM by the National Center for Health Statistics, for use in the United States. ICD-10 is copyright of the "
            "World Health Organization.",
        ),
        CodeSystem(
            "mondo",
            "Mondo Disease Ontology",
            "http://purl.obolibrary.org/obo/mondo.owl",
            "MONDO",
            "http://purl.obolibrary.org/obo/MONDO_",
            "https://bioregistry.io/mondo",
            _CC_BY,
            "Mondo Disease Ontology by the Monarch Initiative, CC BY 4.0.",
            prefixed=True,
        ),
        CodeSystem(
            "mesh",
            "MeSH",
            "https://www.nlm.nih.gov/mesh",
            "MESH",
            "http://id.nlm.nih.gov/mesh/",
            "https://bioregistry.io/mesh",
            _OPEN,
            _NLM,
        ),
    )
}
#: Place of a FHIR canonical URL in that order.
ORDER: Final[dict[str, int]] = {system.uri: place for place, system in enumerate(SYSTEMS.values())}
KINDS: Final[tuple[SubjectKind, ...]] = ("drug", "brand", "regimen", "therapy", "condition")
#: What a treatment's name may be, the most exact list first.
TREATMENT: Final[tuple[SubjectKind, ...]] = ("drug", "therapy", "regimen", "brand")
