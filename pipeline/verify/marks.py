"""Marks: of a page that could not be read when the snapshot was made, on all its resources; of whose use a guideline is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.errors import Problem
from pipeline.verify.document import Document
from pipeline.verify.elements import ending, references_in, value_of, values
from pipeline.verify.finding import Json, finding

#: How a resource is tagged that has the mark.
TAG = ("page-state", "stale", "Stale")


def stale_day(resource: Json) -> str | None:
    """The day on which its page was read last, as a resource says it; None for one that has no such mark."""
    day = value_of(resource, "stale", "valueDate")
    return None if day is None else str(day)


def tag_of(tag: Json) -> tuple[str, str, str]:
    """A tag as the name of its code system, its code and its display."""
    return ending(tag.get("system", "")), str(tag.get("code")), str(tag.get("display"))


def check_mark(resource: Json, document: Document, name: str) -> Iterator[Problem]:
    """A resource of a stale page says so twice, as its page's DocumentReference does; no other one does."""
    kind, day = resource["resourceType"], stale_day(resource)
    if day != stale_day(document.resource):
        yield finding("C650", f"its page says {stale_day(document.resource)}", f"{kind}.extension", name, day)
    tags = [tag_of(tag) for tag in resource.get("meta", {}).get("tag", ())]
    if tags.count(TAG) != (day is not None):
        yield finding("C650", "its tag and its extension do not agree on whether its page is stale", f"{kind}.meta.tag", name)


def drug_of(record: Json) -> str:
    """The id of the drug of a MedicationKnowledge, which may be a brand's: it is the page's."""
    return next((each.partition("/")[2] for each in references_in(record, "monograph", "source")), "")


def check_stated_for(guideline: Json, subjects: Sequence[str], record: Json, place: str, name: str) -> Iterator[Problem]:
    """Whether a guideline is of brands, of this one in the record of a brand, or of the drug where the use names none."""
    drug = drug_of(record)
    of = "drug" if list(subjects) == [drug] else "brand" if record.get("id") in {drug, *subjects} else "another brand"
    said = values(guideline, "stated-for", "valueCode")
    if said != [of]:
        yield finding("C650", f"the indication is of {', '.join(subjects)}", place, name, str(said))
