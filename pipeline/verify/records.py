"""Records of drugs and brands: what each guideline and the narrative say of a use must be what its indication says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from pipeline.errors import Problem
from pipeline.verify.elements import ending, values
from pipeline.verify.finding import Json, finding
from pipeline.verify.kept import Snapshot, stated_patients
from pipeline.verify.marks import check_stated_for, drug_of

QUOTE, LIST, ENTRY = (f"{{http://www.w3.org/1999/xhtml}}{name}" for name in ("q", "ul", "li"))
#: What a narrative says of the approval of a use, by its code.
APPROVALS = {"approved": "approved", "accelerated-approval": "accelerated approval", "used": "used"}
_STATES_APPROVAL = re.compile(r": (?:approved|accelerated approval|used)(?:, |$)")


def check_record(resource: Json, snapshot: Snapshot, name: str) -> Iterator[Problem]:
    """Guidelines that say otherwise than the indications that they refer to."""
    for number, guideline in enumerate(resource.get("indicationGuideline", ())):
        place = f"MedicationKnowledge.indicationGuideline[{number}]"
        for indication in guideline.get("indication", ()):
            reference = str(indication.get("reference", {}).get("reference"))
            if indication.get("concept", {}).get("text") != snapshot.statements.get(reference):
                yield finding("C650", f"{reference} says otherwise", f"{place}.indication", name)
            subjects = snapshot.subjects.get(reference, ())
            yield from check_stated_for(guideline, subjects, resource, f"{place}.extension", name)
            brands = [f"MedicationKnowledge/{each}" for each in subjects if each != drug_of(resource)]
            named = [each.get("reference") for each in values(guideline, "subject", "valueReference")]
            if named != brands:
                whose = ", ".join(brands) or "the drug"
                yield finding("C650", f"{reference} is of {whose}", f"{place}.extension", name, str(named))
            yield from _said_beside(guideline, indication, reference, snapshot, place, name)
            if not guideline.get("dosingGuideline") and (snapshot.stated.get(reference) or reference in snapshot.for_patients):
                said = "is for certain patients" if reference in snapshot.for_patients else "is restricted by words"
                yield finding("C650", f"{reference} {said}", f"{place}.dosingGuideline", name)
            for dosing in guideline.get("dosingGuideline", ()):
                words, codes = _coded_words(dosing.get("treatmentIntent", {}))
                effect, coded = _coded_words(snapshot.effects.get(reference, {}))
                # Of the codes for one intent a copy has HL7's, or ours where HL7 has none.
                ends = [ending(system) for system, _ in coded]
                one = tuple(code for code, end in zip(coded, ends, strict=True) if end != "intent")
                if words != effect or codes not in {coded, one if "product-intended-use" in ends else coded}:
                    yield finding("C650", f"{reference} has another intent", f"{place}.dosingGuideline", name)
                stated = sorted(set(stated_patients(dosing.get("patientCharacteristic", ()), "type")))
                if stated != snapshot.stated.get(reference):
                    yield finding("C650", f"{reference} is restricted by other words", f"{place}.dosingGuideline", name)


def _said_beside(  # noqa: PLR0913, PLR0917 - a guideline, its indication, and where they stand
    guideline: Json, indication: Json, reference: str, snapshot: Snapshot, place: str, name: str
) -> Iterator[Problem]:
    """What a guideline says of an indication besides its statement and its brands: its approval, and what is treated."""
    approvals = [*map(_coded_words, values(guideline, "approval-status", "valueCodeableConcept"))]
    if approvals != [_coded_words(snapshot.approvals.get(reference, {}))]:
        yield finding("C650", f"{reference} has another approval status", f"{place}.extension", name, str(approvals))
    disease = snapshot.diseases.get(reference)
    found = [*map(_coded_words, values(indication, "disease", "valueCodeableConcept"))]
    if found != ([_coded_words(disease)] if disease else []):
        yield finding("C650", f"{reference} treats something else", f"{place}.indication", name, str(found))


def _coded_words(concept: Json) -> tuple[object, tuple[tuple[object, object], ...]]:
    """The words and the codes of a concept; its displays and extensions stand once."""
    return concept.get("text"), tuple((each.get("system"), each.get("code")) for each in concept.get("coding", ()))


def check_listed(resource: Json, root: ET.Element, place: str, name: str) -> Iterator[Problem]:
    """Each use of a record is in its narrative with its approval, and in a drug's with its brands."""
    of_drug = resource.get("id") == drug_of(resource)
    stated = set()
    for guideline in resource.get("indicationGuideline", ()):
        approvals = values(guideline, "approval-status", "valueCodeableConcept")
        codes = [each.get("code") for one in approvals for each in one["coding"]]
        brands = [str(each.get("display")) for each in values(guideline, "subject", "valueReference") if of_drug]
        for indication in guideline.get("indication", ()):
            said = ", ".join([f": {APPROVALS.get(str(code))}" for code in codes] + brands)
            stated.add(f"{indication.get('concept', {}).get('text')}{said}")
    listed = {said for block in root if block.tag == LIST for entry in block for said in _listed(entry, ())}
    for said in sorted(stated - listed):
        yield finding("C651", "a use is not in the list, or not as it is approved", place, name, said)
    uses = {each for each in listed if _STATES_APPROVAL.search(each) is not None}
    for said in sorted(uses - stated):
        yield finding("C651", "the list has a use that is none", place, name, said)


def _listed(entry: ET.Element, above: tuple[str, ...]) -> Iterator[str]:
    own, below = entry_of(entry)
    if below:
        yield from (said for each in below for said in _listed(each, (*above, *own)))
        return
    yield " ".join([*above, "".join(entry.itertext())])


def entry_of(element: ET.Element) -> tuple[list[str], list[ET.Element]]:
    """The quotes of an element, and if it is an entry of a list, the entries below it."""
    below = [entry for each in element if each.tag == LIST for entry in each] if element.tag == ENTRY else []
    return [each.text or "" for each in element if each.tag == QUOTE], below
