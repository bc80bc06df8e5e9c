"""Ids: the same page gives the same ids in every run, and no two pages of a corpus give the same one.

Levels are separated by dots, because slugs and brand parts have none: a drug named `denosumab-prolia` cannot meet the brand
Prolia of denosumab. Source: https://hl7.org/fhir/R5/datatypes.html#id (at most 64 letters, digits, `-` and `.`).
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata

from pipeline.errors import BuildError, Problem, excerpt
from pipeline.model import DrugFacts

DEVICE = "onlabel"

_LIMIT = 64
_HASH = 12
_NAME = re.compile(r"[a-z0-9-]+")
_WORDS = re.compile(r"[a-z0-9]+( [a-z0-9]+)*")


def drug_id(facts: DrugFacts) -> str:
    """The id of a page's MedicationKnowledge, Medication, DocumentReference and Provenance: its publisher's id, then its name.

    Raises:
        BuildError: F302, if `slug` is not a name, or not its publisher's id, a dot and a name.
    """
    name = facts.slug.removeprefix(f"{facts.publisher}.")
    if not _NAME.fullmatch(name):
        raise BuildError(
            Problem(
                code="F302",
                severity="error",
                cause="the page has no usable slug: it must be lower-case letters, digits and hyphens",
                remedy="Give the page a url whose last part names the drug, or a file name that does.",
                excerpt=excerpt(facts.slug),
            )
        )
    return _fit(f"{facts.publisher}.{name}")


def brand_id(facts: DrugFacts, brand: str) -> str:
    """The id of a brand's MedicationKnowledge and Medication."""
    return part_id(drug_id(facts), brand)


def part_id(record: str, words: str) -> str:
    """The id of what belongs to a record and is told from others there by words.

    A hash of what is written follows where reducing the words to `[a-z0-9-]` loses more than case (`Brand+`, another
    script, a hyphen beside a space), so that such brands of one drug stay apart.
    """
    folded = normal(words)
    part = re.sub(r"[^a-z0-9]+", "-", folded).strip("-")
    if not _WORDS.fullmatch(folded):
        part = f"{part}-{_digest(folded)}".lstrip("-")
    return _fit(f"{record}.{part}")


def indication_ids(facts: DrugFacts, keys: list[tuple[object, ...]]) -> list[str]:
    """One id for each key, in order: a hash of the key, and of its count among equal ones (source order is the tie-break).

    A key is what makes the indication that one (intent, condition, narrower, setting, cause, parent and leaf text), so
    that reordering a page changes no id.
    """
    seen: dict[str, int] = {}
    ids = []
    for key in keys:
        said = json.dumps([facts.slug, *key], ensure_ascii=False, separators=(",", ":"))
        seen[said] = seen.get(said, 0) + 1
        ids.append(_fit(f"{drug_id(facts)}.{_digest(said if seen[said] == 1 else f'{said} {seen[said]}')}"))
    return ids


def normal(text: str) -> str:
    """`text` with what does not change its meaning folded: case, white space, Unicode form, punctuation at its ends."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split()).strip(" .,;:")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_HASH]


def _fit(identifier: str) -> str:
    if len(identifier) <= _LIMIT:
        return identifier
    return f"{identifier[: _LIMIT - _HASH - 1].rstrip('.-')}.{_digest(identifier)}"
