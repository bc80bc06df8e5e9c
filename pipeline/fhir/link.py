"""What crosses pages: the drugs of a regimen."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.model import Resource


def link(resource: Resource, published: Mapping[str, str]) -> Resource:
    """A MedicationKnowledge whose logical references to other drugs are literal where those are published.

    Args:
        resource: any resource; all but a MedicationKnowledge of a regimen come back as they are. It is not changed.
        published: drug slug → id of its MedicationKnowledge, for all drugs of the snapshot.

    Returns:
        The resource. A reference keeps its identifier and display; a drug that is not published stays a logical reference,
        which dangles nowhere.
    """
    related = resource.get("relatedMedicationKnowledge")
    if resource.get("resourceType") != "MedicationKnowledge" or not related:
        return resource
    linked = [{**entry, "reference": [_literal(each, published) for each in entry["reference"]]} for entry in related]
    return {**resource, "relatedMedicationKnowledge": linked}


def _literal(reference: Resource, published: Mapping[str, str]) -> Resource:
    target = published.get(reference.get("identifier", {}).get("value"))
    if target is None or "reference" in reference:
        return reference
    return {"reference": f"MedicationKnowledge/{target}", **reference}
