"""What a run may be told, apart from its pages: one frozen value that goes into the snapshot's identity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:  # `onlabel --help` does not wait for the model
    from pipeline.model import Publisher

FhirVersion = Literal["R5", "R4B", "R4"]
#: `core` publishes MedicationKnowledge and DocumentReference alone, each readable without any other resource.
Profile = Literal["full", "core"]
#: What drugs and brands are in R5: `knowledge`, MedicationKnowledge (drug knowledge, in the US); `idmp`,
#: MedicinalProductDefinition, with Ingredient and RegulatedAuthorization (IDMP and ePI, in the EU).
Model = Literal["knowledge", "idmp"]
#: How resources carry where in the page each fact stands: `compact`, one extension a fact; `full`, HL7's derivation-reference
#: at every value; `none`, not at all: then `facts.ndjson` alone holds it.
Proof = Literal["compact", "full", "none"]

#: Which uses a publisher holds back: those that are restricted by words that no rule understood.
Withhold = Literal["qualified"]

#: The base of every canonical URL and identifier system that is onlabel's own. A reserved domain on purpose: whoever
#: publishes for others sets their own.
DEFAULT_CANONICAL = "https://onlabel.example/fhir"

#: What a page's file is called, in a folder as in a store.
PAGE_SUFFIXES: Final = frozenset({".md", ".txt"})


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """What a page may cost. `max_bytes` is the file's size; `max_nesting` bounds Markdown and YAML nesting.

    `max_pieces` bounds what the Markdown of a page is taken apart into (a paragraph is three, a cell too), some 700 bytes each;
    `max_uses` bounds what is made of a page: each use becomes some 20 kB of resources, in memory all at once.
    """

    max_bytes: int = 2 * 1024 * 1024
    max_nesting: int = 50
    max_pieces: int = 200_000
    max_uses: int = 2_000


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything besides pages, mappings and rules that the published bytes depend on.

    `as_of` is the date that the run speaks for; None means the newest `lastReviewed` of the pages. `publishers` are the
    profiles of the user, besides those that are known to onlabel (`pipeline/publishers`).
    """

    canonical: str = DEFAULT_CANONICAL
    fhir_versions: tuple[FhirVersion, ...] = ("R5",)
    as_of: date | None = None
    profile: Profile = "full"
    model: Model = "knowledge"
    withhold: Withhold | None = None
    proof: Proof = "compact"
    limits: ReadLimits = ReadLimits()
    publishers: tuple[Publisher, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The settings as a report has them; without `model` where it is the default, so that it is the report that it was."""
        said = asdict(self)
        if self.model == "knowledge":
            del said["model"]
        return said


def model_of(settings: Mapping[str, Any]) -> object:
    """The model of the settings in a report."""
    return settings.get("model", "knowledge")
