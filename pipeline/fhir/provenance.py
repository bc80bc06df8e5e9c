"""Who wrote what: Provenance of a page's resources, and the two resources that all pages share.

Source: https://hl7.org/fhir/R5/provenance.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline import __version__
from pipeline.fhir import systems
from pipeline.fhir.document import author, is_nci
from pipeline.fhir.ids import DEVICE, ORGANIZATION, drug_id
from pipeline.fhir.indication import Indication
from pipeline.fhir.narrative import LANGUAGE, narrative
from pipeline.fhir.primitives import midnight
from pipeline.fhir.reviews import participant, reviewed, reviewers
from pipeline.fhir.source import Json, Source
from pipeline.model import DrugFacts
from pipeline.settings import Settings


def provenance(
    facts: DrugFacts, targets: Iterable[Json], indications: Sequence[Indication], settings: Settings, source: Source
) -> Json:
    """How a page's resources came about: made by onlabel from the page, which NCI wrote, and looked at by people.

    `recorded` is the page's own `lastReviewed` (else `as_of`, else left out), so that an unchanged page keeps its bytes.
    """
    as_of = settings.as_of.isoformat() if settings.as_of else None
    recorded = midnight(facts.page.meta("lastReviewed")) or midnight(as_of)
    # NCI stands as the author of the page, below it, and not beside the Device: it did not write our reading.
    wrote = [{"type": participant("author", "Author"), "who": author()}] if is_nci(facts.page) else []
    looked_at = reviewed(facts)
    by = ", and looked at by people" if looked_at else ", without a person"
    return {
        "resourceType": "Provenance",
        "id": drug_id(facts.slug),
        **source.meta(),
        "language": LANGUAGE,
        "text": narrative(f"Read from a patient drug information page by rules{by}", ("Uses that people looked at", looked_at)),
        "target": [{"reference": f"{target['resourceType']}/{target['id']}"} for target in targets],
        **({"recorded": recorded} if recorded else {}),
        "activity": {
            "coding": [
                {
                    "system": systems.LIFECYCLE_EVENT,
                    "code": "transform",
                    "display": "Transform/Translate Record Lifecycle Event",
                }
            ]
        },
        "agent": [
            {"type": participant("assembler", "Assembler"), "who": {"reference": f"Device/{DEVICE}"}},
            *reviewers(facts, indications, source),
        ],
        "entity": [{"role": "source", "what": {"reference": source.document}, **({"agent": wrote} if wrote else {})}],
    }


def organization() -> Json:
    """The National Cancer Institute."""
    return {
        "resourceType": "Organization",
        "id": ORGANIZATION,
        "language": LANGUAGE,
        "text": narrative("National Cancer Institute (NCI)", limits=False),
        "identifier": [{"system": systems.URI, "value": "https://www.cancer.gov/"}],
        "active": True,
        "name": "National Cancer Institute",
        "alias": ["NCI"],
        "contact": [{"telecom": [{"system": "url", "value": "https://www.cancer.gov/"}]}],
    }


def device() -> Json:
    """This program, in this version."""
    return {
        "resourceType": "Device",
        "id": DEVICE,
        "language": LANGUAGE,
        "text": narrative("onlabel"),
        "name": [{"value": "onlabel", "type": "registered-name"}],
        "version": [{"value": __version__}],
    }
