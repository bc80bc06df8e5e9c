"""No record of a real page is larger than what servers take in one piece, in any version, as it is published by default.

The record of pembrolizumab, 39 uses, was 305 kB in R4: HAPI stores such resources in pieces, and viewers stall on them.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import get_args

import orjson

from pipeline.fhir import build, derive
from pipeline.model import DrugFacts
from pipeline.settings import FhirVersion, Profile, Settings
from pipeline.terminology import code, default_folder, load
from tests.real_facts import facts_of

KB = 1000
#: Of one resource, and of all R5 resources of the real pages (half of what they were with proof at every value).
RESOURCE, CORPUS = 150 * KB, 9_600 * KB
#: Those with most uses, whatever the sample.
LARGEST = ("pembrolizumab", "nivolumab", "nivolumab-and-hyaluronidase-nvhy", "bevacizumab")
TABLES = load(default_folder())
KINDS = [(version, profile) for version in get_args(FhirVersion) for profile in get_args(Profile)]


def sizes(facts: DrugFacts, version: FhirVersion, profile: Profile) -> dict[str, int]:
    settings = Settings(profile=profile)
    found = derive(build(facts, settings), version, settings).resources
    return {f"{version} {profile} {each['resourceType']}/{each['id']}": len(orjson.dumps(each)) for each in found}


def test_no_resource_of_a_real_page_is_above_150_kb_in_any_version(real_pages: list[Path], shared_dir: Path) -> None:
    large = {page for name in LARGEST for page in (shared_dir / "corpus" / "drugs").glob(f"*-drugs-{name}.md")}
    assert len(large) == len(LARGEST)
    found: Counter[str] = Counter()
    for path in sorted({*real_pages, *large}):
        facts = code(facts_of(path), TABLES)
        for version, profile in KINDS:
            found.update(sizes(facts, version, profile))
        products = build(facts, Settings(model="idmp"))
        found.update({f"idmp {each['resourceType']}/{each['id']}": len(orjson.dumps(each)) for each in products})

    assert {name: size for name, size in found.items() if size > RESOURCE} == {}
    assert max(found.values()) > RESOURCE // 2, "the largest page is not among them"


def test_the_r5_resources_of_the_real_pages_are_half_of_what_they_were(published_pages: Path) -> None:
    files = list((published_pages / "current" / "R5" / "resources").glob("*.ndjson"))

    assert {path.stem for path in files} >= {"ClinicalUseDefinition", "MedicationKnowledge"}
    assert sum(path.stat().st_size for path in files) <= CORPUS
