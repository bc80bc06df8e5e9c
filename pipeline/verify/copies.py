"""What a resource repeats from another, or from another part of itself, must be the same there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from xml.etree import ElementTree as ET

from pipeline.errors import Problem
from pipeline.model import Code
from pipeline.publishers import Publisher
from pipeline.verify.derived import drug_id
from pipeline.verify.document import Document
from pipeline.verify.elements import codes_of, ending, objects, quotes_of, reference_to, references_in, values
from pipeline.verify.finding import Json, finding
from pipeline.verify.idmp import OF_IDMP, check_idmp, unauthorized
from pipeline.verify.kept import Snapshot, details_of, stated_in, stated_patients
from pipeline.verify.marks import TAG, check_mark, tag_of
from pipeline.verify.records import APPROVALS, QUOTE, check_listed, check_record, entry_of
from pipeline.verify.reviews import check_reviews, review_words

_RELATIVE = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9\-.]{1,64}")
_OPENING = '<div xmlns="http://www.w3.org/1999/xhtml" lang="en" xml:lang="en">'
_TAGS = {"page-cancer-type": "cancerTypes", "page-topic": "tags", "page-audience": "audienceLevel"}
#: All that a narrative says besides quotes, and what publishers say of themselves.
_LABELS = frozenset({
    "Brand names in the US", "Drugs in the combination", "Uses that the page states",
    "Uses that it states for the drug without naming a brand", "The page also says",
    *(f": {status}{more}" for status in APPROVALS.values() for more in ("", ",")), ",", ": indication",
    "Restricted by words that no rule understood", "Address", "Use section, read", "Use section, not read",
    "Use section, withheld", "Uses that people looked at", "Patient drug information page", "The page says:", "onlabel",
    "Read from a drug information page by rules, without a person",
    "Read from a drug information page by rules, and looked at by people",
})  # fmt: skip
_NOT_ATTACHED = (
    "The page's text is not attached, because its license does not say that anybody may copy it: size and hash are its."
)
_ATTACHED = "The attachment is the page's text as it was stored (Markdown with front matter), not the HTML at its address."

_PROFILES = {"ClinicalUseDefinition": "indication", "DocumentReference": "source-document"}


def copies(resource: Json, document: Document | None, snapshot: Snapshot, proven: set[str]) -> Iterator[Problem]:
    """The copies in a resource that differ from what they copy, and references that lead nowhere."""
    kind, name = resource["resourceType"], reference_to(resource)
    for place, value in objects(resource, kind):
        reference = value.get("reference")
        if isinstance(reference, str):
            yield from _reference(value, reference, resource, snapshot, place, name)
    if document is not None:
        source = resource.get("meta", {}).get("source")
        if source != document.web_address:
            yield finding("C650", "the source is not the page's address", f"{kind}.meta.source", name, source)
        profile = [f"{document.canonical}/StructureDefinition/{each}" for each in _profile(resource)]
        claimed = resource.get("meta", {}).get("profile", [])
        if claimed != profile:
            yield finding("C641", f"the profile of such a resource is {profile}", f"{kind}.meta.profile", name, str(claimed))
        yield from check_mark(resource, document, name)
    yield from _by_kind(resource, document, snapshot, name)
    yield from _narrative(resource, proven, snapshot.publishers, name)


def _profile(resource: Json) -> Iterator[str]:
    """The name of the profile that a resource of this kind conforms to, if there is one."""
    if resource["resourceType"] == "MedicationKnowledge":
        yield "brand" if "brand" in codes_of(*resource.get("productType", ())) else "drug"
    elif resource["resourceType"] in _PROFILES:
        yield _PROFILES[resource["resourceType"]]


def _by_kind(resource: Json, document: Document | None, snapshot: Snapshot, name: str) -> Iterator[Problem]:
    kind = resource["resourceType"]
    if kind in {"Medication", "MedicationKnowledge", "MedicinalProductDefinition"}:
        yield from _own_identifier(resource, name)
    if kind == "Medication":
        knowledge = snapshot.statuses.get(f"MedicationKnowledge/{resource.get('id')}")
        if resource.get("status") != knowledge:
            yield finding("C650", f"its MedicationKnowledge is {knowledge}", "Medication.status", name, resource.get("status"))
    if kind == "ClinicalUseDefinition":
        yield from _indication(resource, snapshot, name)
    elif kind == "MedicationKnowledge":
        yield from check_record(resource, snapshot, name)
        yield from _classified(resource, document, name)
    elif kind in OF_IDMP and document is not None:
        yield from check_idmp(resource, document, snapshot, name)
    elif kind == "DocumentReference" and document is not None:
        yield from _document(resource, document, name)
        yield from _dated(resource, "date", document, name)
    elif kind == "Provenance" and document is not None:
        yield from _dated(resource, "recorded", document, name)
        yield from check_reviews(resource, snapshot.names, name)


def _dated(resource: Json, element: str, document: Document, name: str) -> Iterator[Problem]:
    reviewed = document.front_matter("lastReviewed")
    if reviewed and re.fullmatch(r"\d{4}-\d\d-\d\d", reviewed[0]) and resource.get(element) != f"{reviewed[0]}T00:00:00Z":
        place = f"{resource['resourceType']}.{element}"
        yield finding("C650", f"the page was reviewed on {reviewed[0]}", place, name, resource.get(element))


def _reference(  # noqa: PLR0913, PLR0917 - a reference is judged by all of these
    value: Json, reference: str, resource: Json, snapshot: Snapshot, place: str, name: str
) -> Iterator[Problem]:
    display = value.get("display")
    if reference.startswith("#"):
        group = next((c for c in resource.get("contained", ()) if f"#{c.get('id')}" == reference), None)
        if group is None:
            yield finding("C652", "", place, name, reference)
        elif display != "; ".join(dict.fromkeys(_words(group))):
            yield finding("C650", "the display is not the words of the population", place, name, display)
        return
    if not _RELATIVE.fullmatch(reference) or reference not in snapshot.names:
        yield finding("C652", "", place, name, reference)
        return
    called = snapshot.names[reference]
    if display is None or called is None:
        return
    # A proven display is the page's word at that place, in other capitals perhaps; a regimen may call its drugs otherwise than
    # their own pages do ("Bleomycin", "Bleomycin Sulfate"): there the link's target decides (`proof.py`).
    same = "identifier" in value or _folded(display) == _folded(called)
    if not same:
        yield finding("C650", f"{reference} is called {called!r}", f"{place}.display", name, display)


def _folded(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _words(group: Json) -> Iterator[str]:
    for characteristic in group.get("characteristic", ()):
        yield from quotes_of(characteristic, "words") or [str(characteristic.get("valueCodeableConcept", {}).get("text"))]


def _marked(resource: Json, name: str) -> Iterator[Problem]:
    """The mark of a use that words restrict, in two places: both are there where there are such words, and only there."""
    expected = bool(set(stated_in(resource)))
    tags = [tag_of(tag)[:2] for tag in resource.get("meta", {}).get("tag", ()) if tag_of(tag) != TAG]  # `check_mark` has TAG
    marks = values(resource, "qualified-in-words", "valueBoolean")
    if tags != ([("use-mark", "qualified-in-words")] if expected else []):
        yield finding("C650", "the tag is not what its qualifiers say", "ClinicalUseDefinition.meta.tag", name, str(tags))
    if marks != ([True] if expected else []):
        yield finding("C650", "the mark is not what its qualifiers say", "ClinicalUseDefinition.extension", name, str(marks))
    if len({tuple(stated_patients(group.get("characteristic", ()), "code")) for group in resource.get("contained", ())}) > 1:
        yield finding(
            "C650", "words restrict all patients, and not every Group has them", "ClinicalUseDefinition.contained", name
        )


def _indication(resource: Json, snapshot: Snapshot, name: str) -> Iterator[Problem]:
    yield from _marked(resource, name)
    indication = resource.get("indication", {})
    for element in ("diseaseStatus", "diseaseSymptomProcedure"):
        concept, assembled = indication.get(element, {}).get("concept", {}), _assembled(indication.get(element, {}))
        is_assembled = "text" in concept and indication[element].get("extension") and not concept.get("extension")
        if is_assembled and concept["text"] != assembled:
            place = f"ClinicalUseDefinition.indication.{element}.concept.text"
            yield finding("C650", f"its parts give {assembled!r}", place, name, concept["text"])
    subjects = references_in(resource, "subject")
    status = "inactive" if "retired" in codes_of(resource.get("status")) else "active"
    if any(snapshot.statuses.get(subject, "active") != status for subject in subjects):
        yield finding("C650", "its status is not that of the drug", "ClinicalUseDefinition.status", name)
    yield from unauthorized(subjects, snapshot, name)
    for subject in subjects:
        if subject not in snapshot.classified and (subject.partition("/")[2], name) not in snapshot.listed:
            yield finding(
                "C650", f"the MedicationKnowledge of {subject} does not list it", "ClinicalUseDefinition.subject", name
            )
    identifiers = [i.get("value") for i in resource.get("identifier", ()) if str(i.get("system")).endswith("/indication")]
    if identifiers != [resource.get("id")]:
        yield finding("C650", "its identifier is not its id", "ClinicalUseDefinition.identifier", name, identifiers)


def _own_identifier(resource: Json, name: str) -> Iterator[Problem]:
    """Our own identifiers say again what the id says."""
    identity = str(resource.get("id"))
    for identifier in resource.get("identifier", ()):
        value = str(identifier.get("value"))
        same = {"drug": drug_id(value, identity.partition(".")[0]), "brand": value}
        if same.get(ending(identifier.get("system", "")), identity) != identity:
            yield finding("C650", "its identifier is not its id", f"{resource['resourceType']}.identifier", name, value)


def _classified(resource: Json, document: Document | None, name: str) -> Iterator[Problem]:
    """The approval that the page states, where it is stated, and the status that follows from it."""
    codes: set[str] = set()
    if document is not None and resource.get("intendedJurisdiction", []) != _concepts(document.publisher.jurisdiction):
        yield finding("C641", "its publisher speaks of another", "MedicationKnowledge.intendedJurisdiction", name)
    for classification in resource.get("medicineClassification", ()):
        source = classification.get("sourceUri")
        if document is not None and source is not None and source != document.web_address:
            yield finding(
                "C650", "the source is not the page's address", "MedicationKnowledge.medicineClassification", name, source
            )
        codes |= codes_of(*classification.get("classification", ()))
    withdrawn = "discontinued" in codes or (document is not None and document.is_withdrawn)
    if resource.get("status") != ("inactive" if withdrawn else "active"):
        yield finding(
            "C650", "its status is not what the page states", "MedicationKnowledge.status", name, resource.get("status")
        )


def _assembled(concept: Json) -> str:
    """The text of a concept that is put together from its details, or from its condition and the narrower ones."""
    details = [text for _, text in details_of(concept)]
    condition, narrower = (
        "; ".join(each.get("text", "") for each in values(concept, kind, "valueCodeableConcept"))
        for kind in ("condition", "narrower-condition")
    )
    return "; ".join(details) if details else f"{condition}: {narrower}"


def _document(resource: Json, document: Document, name: str) -> Iterator[Problem]:
    for tag in resource.get("meta", {}).get("tag", ()):
        if tag_of(tag) == TAG:
            continue  # `check_mark` looks at it
        key = _TAGS.get(tag_of(tag)[0])
        if key is None or tag.get("code") not in document.front_matter(key):
            yield finding(
                "C650", f"the front matter's {key} has no such value", "DocumentReference.meta.tag", name, tag.get("code")
            )
    attachment = resource["content"][0]["attachment"]
    attached = "data" in attachment
    if attachment.get("url") != (None if attached else document.web_address):
        yield finding("C650", "it is not the page's address", "DocumentReference.content[0].attachment.url", name)
    status = "superseded" if document.is_withdrawn else "current"
    if resource.get("status") != status:
        yield finding("C641", f"its page's status means {status!r}", "DocumentReference.status", name, resource.get("status"))
    publisher = document.publisher
    types = resource.get("type", {}).get("coding", ())
    if [each.get("code") for each in types[:1]] != [publisher.document] or types[1:] != _coded(publisher.document_code):
        yield finding("C641", "its publisher's documents are of another type", "DocumentReference.type", name)
    if resource.get("category", []) != _concepts(publisher.section_code or publisher.document_code):
        yield finding("C641", "its publisher's uses stand in another section", "DocumentReference.category", name)
    description = f"{document.publisher.notice} {_ATTACHED if attached else _NOT_ATTACHED}"
    if resource.get("description") != description:
        yield finding("C641", f"it is {description!r}", "DocumentReference.description", name, resource.get("description"))


def _coded(code: Code | None) -> list[Json]:
    return [asdict(code)] if code else []


def _concepts(code: Code | None) -> list[Json]:
    return [{"coding": [each]} for each in _coded(code)]


def _narrative(resource: Json, proven: set[str], publishers: Sequence[Publisher], name: str) -> Iterator[Problem]:
    place = f"{resource['resourceType']}.text.div"
    labels = _LABELS | {label for each in publishers for label in (each.notice, each.name, f"{each.name} ({each.alias})")}
    labels |= review_words(resource) if resource["resourceType"] == "Provenance" else set()
    div = str(resource.get("text", {}).get("div", ""))
    try:
        root = ET.fromstring(div)  # noqa: S314 - declarations are refused by validation; expat expands nothing large
    except ET.ParseError as error:
        yield finding("C651", f"not XML: {error}", place, name)
        return
    if not div.startswith(_OPENING):
        yield finding("C651", f"it does not begin with {_OPENING}", place, name)
    for quote in _quoted(root, ()):
        if quote.strip() and quote not in proven:
            yield finding("C651", "a quote is not a proven value of the resource", place, name, quote)
    for element in root.iter():
        for text in (None if element.tag == QUOTE else element.text, element.tail):
            if text and text.strip() and text.strip() not in labels:
                yield finding("C651", "these words are neither a quote nor a label", place, name, text)
    if resource["resourceType"] == "MedicationKnowledge":
        yield from check_listed(resource, root, place, name)


def _quoted(element: ET.Element, above: tuple[str, ...]) -> Iterator[str]:
    """What a narrative quotes: in an entry below others the first quote is theirs and its own."""
    own, below = entry_of(element)
    if below:
        yield from (words for entry in below for words in _quoted(entry, (*above, *own)))
        return
    yield from [" ".join([*above, *own[:1]]), *own[1:]] if own else []
    yield from (words for each in element if each.tag != QUOTE for words in _quoted(each, ()))


def same_bundles(entries: Mapping[str, bytes], resources: Mapping[str, bytes], place: str) -> Iterator[Problem]:
    """The resources of the transaction Bundles are those of the resource files, each once."""
    for name in sorted(entries.keys() ^ resources.keys()):
        yield finding("C650", "it is in the resources or in the bundles, not in both", place, name)
    for name in sorted(entries.keys() & resources.keys()):
        if entries[name] != resources[name]:
            yield finding("C650", "the bundle's copy differs from the resource", place, name)
