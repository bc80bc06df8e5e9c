"""Who wrote what: Provenance of a page's resources, and the two resources that all pages share.

Source: https://hl7.org/fhir/R5/provenance.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline import __version__
from pipeline.fhir import systems
from pipeline.fhir.document import author
from pipeline.fhir.ids import DEVICE, drug_id
from pipeline.fhir.indication import Indication
from pipeline.fhir.narrative import narrative
from pipeline.fhir.primitives import midnight
from pipeline.fhir.reviews import participant, reviewed, reviewers
from pipeline.fhir.source import Json, Source, filled
from pipeline.fhir.structures import head
from pipeline.model import DrugFacts
from pipeline.publishers import Publisher
from pipeline.settings import Settings


def provenance(
    facts: DrugFacts, targets: Iterable[Json], indications: Sequence[Indication], settings: Settings, source: Source
) -> Json:
    """How a page's resources came about: made by onlabel from the page, which its publisher wrote, and looked at by people.

    `recorded` is the page's own `lastReviewed` (else `as_of`, else left out), so that an unchanged page keeps its bytes.
    """
    as_of = settings.as_of.isoformat() if settings.as_of else None
    recorded = midnight(facts.page.meta("lastReviewed")) or midnight(as_of)
    # The publisher stands as the author of the page, below it, and not beside the Device: it did not write our reading.
    by = source.publisher
    wrote = [{"type": participant("author", source), "who": author(by)}] if by.wrote(facts.page) else []
    looked_at = reviewed(facts)
    how = ", and looked at by people" if looked_at else ", without a person"
    text = narrative(f"Read from a drug information page by rules{how}", ("Uses that people looked at", looked_at))
    transformed = source.coding(systems.LIFECYCLE_EVENT, "transform", "Transform/Translate Record Lifecycle Event")
    return {
        **head("Provenance", drug_id(facts), text, source.meta()),
        "target": [{"reference": f"{target['resourceType']}/{target['id']}"} for target in targets],
        **filled(recorded=recorded),
        "activity": {"coding": [transformed]},
        "agent": [
            {"type": participant("assembler", source), "who": {"reference": f"Device/{DEVICE}"}},
            *reviewers(facts, indications, source),
        ],
        "entity": [{"role": "source", "what": {"reference": source.document}, **filled(agent=wrote)}],
    }


def organization(publisher: Publisher) -> Json:
    """The publisher of pages."""
    name = f"{publisher.name} ({publisher.alias})" if publisher.alias else publisher.name
    return {
        **head("Organization", publisher.id, narrative(name)),
        "identifier": [{"system": systems.URI, "value": publisher.address}],
        "active": True,
        "name": publisher.name,
        **filled(alias=[publisher.alias] if publisher.alias else []),
        "contact": [{"telecom": [{"system": "url", "value": publisher.address}]}],
    }


def device() -> Json:
    """This program, in this version."""
    return {
        **head("Device", DEVICE, narrative("onlabel")),
        "name": [{"value": "onlabel", "type": "registered-name"}],
        "version": [{"value": __version__}],
    }
