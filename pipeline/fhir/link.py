"""What crosses pages: the drugs of a regimen."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.model import Resource


def link(resource: Resource, published: Mapping[str, str]) -> Resource:
    """A MedicationKnowledge whose references to other drugs are literal where those are published, and logical where not.

    What was linked before is linked anew: the same resource comes out, whatever was published then.

    Args:
        resource: any resource; all but a MedicationKnowledge of a regimen come back as they are. It is not changed.
        published: drug slug → id of its MedicationKnowledge, for all drugs of the snapshot.

    Returns:
        The resource. A reference keeps its identifier and display; a drug that is not published is a logical reference,
        which dangles nowhere.
    """
    related = resource.get("relatedMedicationKnowledge")
    if resource.get("resourceType") != "MedicationKnowledge" or not related:
        return resource
    linked = [{**entry, "reference": [_linked(each, published) for each in entry["reference"]]} for entry in related]
    return {**resource, "relatedMedicationKnowledge": linked}


def _linked(reference: Resource, published: Mapping[str, str]) -> Resource:
    if "identifier" not in reference:
        return reference
    target = published.get(reference["identifier"].get("value"))
    logical = {name: value for name, value in reference.items() if name != "reference"}
    return {"reference": f"MedicationKnowledge/{target}", **logical} if target is not None else logical
