"""Every field of a use can be given another value, in the page's own words, in every version and profile."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, get_args

import orjson
import pytest
from fhir.resources import get_fhir_model_class
from fhir.resources.R4B import get_fhir_model_class as get_r4b_model_class

from pipeline.convert import convert
from pipeline.correct import (
    ApprovalStatusEdit,
    CharacteristicEdit,
    Corrections,
    Edits,
    IntentEdit,
    PriorEdit,
    QualifierEdit,
    Quote,
    TherapyEdit,
    dump,
)
from pipeline.errors import Problem
from pipeline.model import Age, Fact, Use, facts_in
from pipeline.settings import FhirVersion, Profile, Proof, Settings
from pipeline.terminology import default_folder
from pipeline.verify import verify
from tests.correct.correct_pages import corrected, entry, facts_of, page_bytes
from tests.fhir.unbuild import read_facts
from tests.fhir.unbuild_older import as_full
from tests.sampled import further, one_of


def quotes(*words: str) -> tuple[Quote, ...]:
    return tuple(Quote(each) for each in words)


def texts(name: str) -> Callable[[Use], object]:
    return lambda use: [fact.text for fact in getattr(use, name)]


#: Field, its new value, what is then read off the use, and what that is.
CASES: list[tuple[str, Any, Callable[[Use], Any], Any]] = [
    ("conditions", quotes("cancer", "pain"), texts("conditions"), ["cancer", "pain"]),
    ("narrower", quotes("cancer of the skin"), texts("narrower"), ["cancer of the skin"]),
    ("settings", quotes("lupus"), texts("settings"), ["lupus"]),
    ("causes", quotes("sunburn"), texts("causes"), ["sunburn"]),
    ("disease_status", quotes("has spread", "in lupus"), texts("disease_status"), ["has spread", "in lupus"]),
    ("biomarkers", quotes("BRX"), texts("biomarkers"), ["BRX"]),
    ("stages", (), texts("stages"), []),
    ("line", quotes("first treatment"), lambda use: use.line and use.line.text, "first treatment"),
    ("brands", quotes("Zolquin"), texts("brands"), ["Zolquin"]),
    ("alone", quotes("only drug"), lambda use: use.alone and use.alone.text, "only drug"),
    (
        "intent",
        IntentEdit("reduce_risk", Quote("lower the chance")),
        lambda use: (use.intent, use.intent_text and use.intent_text.text),
        ("reduce_risk", "lower the chance"),
    ),
    (
        "approval_status",
        ApprovalStatusEdit("accelerated_approval", Quote("approved for the Zolvex brand")),
        lambda use: (use.approval_status, use.approval_status_fact and use.approval_status_fact.text),
        ("accelerated_approval", "approved for the Zolvex brand"),
    ),
    (
        "populations",
        (
            (
                CharacteristicEdit("age-group", Quote("grown"), age_group="adult"),
                CharacteristicEdit("sex", Quote("women"), sex="female"),
                CharacteristicEdit("description", Quote("whose tumor has the BRX gene")),
            ),
            (CharacteristicEdit("age-range", Quote("12 years and older"), low=Age(12, "year")),),
        ),
        lambda use: [[(c.fact.text, c.age_group, c.sex, c.low) for c in one.characteristics] for one in use.populations],
        [
            [
                ("grown", "adult", None, None),
                ("women", None, "female", None),
                ("whose tumor has the BRX gene", None, None, None),
            ],
            [("12 years and older", None, None, Age(12, "year"))],
        ],
    ),
    (
        "therapies",
        (TherapyEdit("required", Quote("with zorafen or mirafen"), quotes("zorafen", "mirafen")),),
        lambda use: [(one.mode, one.phrase.text, [name.text for name in one.names]) for one in use.therapies],
        [("required", "with zorafen or mirafen", ["zorafen", "mirafen"])],
    ),
    (
        "prior",
        (PriorEdit("one_of", Quote("velastin and after dorvastin"), quotes("velastin", "dorvastin")),),
        lambda use: [(one.mode, one.phrase.text, [name.text for name in one.names]) for one in use.prior],
        [("one_of", "velastin and after dorvastin", ["velastin", "dorvastin"])],
    ),
    (
        "qualifiers",
        (
            QualifierEdit(Quote("of the skin"), "disease"),
            QualifierEdit(Quote("grown patients"), "patients"),
            QualifierEdit(Quote("as the only drug"), "treatment", "manner"),
            QualifierEdit(Quote("It helps")),
        ),
        lambda use: sorted((one.fact.text, one.of, one.kind) for one in use.qualifiers),
        [
            ("It helps", "use", "stated"),
            ("as the only drug", "treatment", "manner"),
            ("grown patients", "patients", "stated"),
            ("of the skin", "disease", "stated"),
        ],
    ),
]
every_field = pytest.mark.parametrize(("name", "value", "read", "expected"), CASES, ids=[case[0] for case in CASES])


def test_there_is_a_case_for_every_field_that_can_be_edited() -> None:
    assert [case[0] for case in CASES] == [field.name for field in fields(Edits)]


@every_field
def test_a_field_is_given_a_value_that_the_page_quotes(
    name: str, value: object, read: Callable[[Use], object], expected: object
) -> None:
    facts = facts_of()
    found, findings = corrected(facts, entry(facts, facts.uses[0], edits=Edits(**{name: value})))

    assert findings == []
    assert read(found.uses[0]) == expected
    assert found.uses[1] == facts.uses[1]
    said = [facts.page.text[span.start : span.end] for fact in facts_in(found.uses[0]) for span in fact.spans]
    assert all(words == words.strip() for words in said)
    assert {fact.rule for fact in new_facts(facts.uses[0], found.uses[0])} <= {"corrected"}
    others = [each.name for each in fields(Use) if each.name not in {name, f"{name}_text", f"{name}_fact", "reviews"}]
    assert {each: getattr(found.uses[0], each) for each in others} == {each: getattr(facts.uses[0], each) for each in others}


def new_facts(old: Use, new: Use) -> set[Fact]:
    return set(facts_in(new)) - set(facts_in(old))


def test_a_value_that_stays_keeps_the_rule_that_read_it() -> None:
    facts = facts_of()
    found, _ = corrected(facts, entry(facts, facts.uses[0], edits=Edits(conditions=quotes("quillar cancer", "pain"))))
    assert [fact.rule for fact in found.uses[0].conditions] == ["head", "corrected"]


def test_linked_words_of_a_corrected_text_keep_their_link() -> None:
    facts = facts_of()
    edits = Edits(therapies=(TherapyEdit("required", Quote("with zorafen"), quotes("zorafen")),))
    found, _ = corrected(facts, entry(facts, facts.uses[0], edits=edits))
    (therapy,) = found.uses[0].therapies
    assert [link.href for link in therapy.phrase.links] == ["/zorafen"]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all cases, each on a page of its own."""
    folder = tmp_path_factory.mktemp("fields")
    tables, seeds = folder / "mappings", folder / "seeds"
    tables.mkdir()
    seeds.mkdir()
    for path in default_folder().glob("*.sssom.tsv"):
        (tables / path.name).symlink_to(path)
    entries = []
    for name, value, _, _ in CASES:
        slug = f"zolerab-{name.replace('_', '-')}"
        (seeds / f"{slug}.md").write_bytes(page_bytes(slug))
        facts = facts_of(slug)
        entries.append(entry(facts, facts.uses[0], edits=Edits(**{name: value})))
    (tables / "corrections.yaml").write_text(dump(Corrections(tuple(entries))), encoding="utf-8")
    return folder


def published(pages: Path, name: str, settings: Settings) -> Path:
    report = convert([pages / "seeds"], pages / name, settings, mappings=pages / "mappings")
    assert report.problems == ()
    assert report.snapshot is not None
    return report.snapshot


@pytest.fixture(scope="module")
def snapshots(pages: Path) -> dict[Profile, Path]:
    """All cases in every version; in full and as the core profile. Facts are read back from proof that stands beside them."""
    every = Settings(fhir_versions=("R5", "R4B", "R4"), proof="full")
    return {profile: published(pages, profile, replace(every, profile=profile)) for profile in get_args(Profile)}


@pytest.fixture(scope="module", params=["compact", *map(further, {*get_args(Proof)} - {"compact"})])
def snapshot(pages: Path, request: pytest.FixtureRequest) -> Path:
    """All cases in R5, with as much proof in the resources as there may be."""
    return published(pages, f"proof-{request.param}", Settings(proof=request.param))


@pytest.fixture(scope="module", params=["compact", *map(further, {*get_args(Proof)} - {"compact"})])
def one_page(pages: Path, request: pytest.FixtureRequest) -> Path:
    """One of the cases, for what is the same with any."""
    folder = pages / f"one-{request.param}"
    seeds = folder / "seeds"
    seeds.mkdir(parents=True)
    shutil.copy(pages / "seeds" / "zolerab-conditions.md", seeds)
    report = convert([seeds], folder / f"proof-{request.param}", Settings(proof=request.param), mappings=pages / "mappings")
    assert report.snapshot is not None
    return report.snapshot


def test_every_corrected_field_is_proven(snapshots: dict[Profile, Path], snapshot: Path) -> None:
    for each in (snapshots["full"], snapshot):
        assert [str(problem) for problem in verify(each) if problem.severity != "information"] == []


def changed(snapshot: Path, folder: Path, change: Callable[[dict[str, Any]], object]) -> list[Problem]:
    """What is found in a copy of R5 in which each Provenance is changed."""
    shutil.copytree(snapshot, folder, dirs_exist_ok=True)
    path = folder / "R5" / "resources" / "Provenance.ndjson"
    resources = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    for resource in resources:
        change(resource)
    path.write_bytes(b"".join(orjson.dumps(resource) + b"\n" for resource in resources))
    # The files themselves are no longer those of the manifest, nor the Bundles' copies.
    return [problem for problem in verify(folder / "R5") if problem.code not in {"C602", "C650"}]


def test_a_code_that_its_words_do_not_say_needs_a_reviewer(snapshot: Path, tmp_path: Path) -> None:
    problems = changed(snapshot, tmp_path, lambda provenance: provenance["agent"].pop())

    unnamed = {str(problem.resource) for problem in problems if problem.code == "C643"}
    assert all(any(name.replace("_", "-") in each for each in unnamed) for name, *_ in CASES if name != "stages")
    unsaid = {str(problem.resource) for problem in problems if problem.code == "C640"}
    named = {name for name, *_ in CASES if any(f"zolerab-{name.replace('_', '-')}" in each for each in unsaid)}
    assert named == {"populations", "approval_status"}


def test_a_corrected_value_needs_a_review_that_names_its_very_field(snapshot: Path, tmp_path: Path) -> None:
    """A reviewer of another field of the same use does not vouch for it."""

    def of_another_field(provenance: dict[str, Any]) -> None:
        for extension in provenance["agent"][-1].get("extension", ()):
            for one in extension["extension"]:
                if one["url"] == "changed":
                    one["valueCode"] = "biomarkers" if one["valueCode"] == "stages" else "stages"

    problems = changed(snapshot, tmp_path, of_another_field)

    found = {(str(problem.resource), problem.cause) for problem in problems if problem.code == "C643"}
    for name, *_ in CASES:
        field = name.replace("_", "-")
        causes = {cause.rsplit(": ", 1)[-1] for resource, cause in found if f"zolerab-{field}" in resource}
        assert causes == ({f"no review says {field} is changed"} if name != "stages" else set())


def part(name: str, key: str, value: object) -> Callable[[dict[str, Any]], None]:
    def change(provenance: dict[str, Any]) -> None:
        (review,) = provenance["agent"][1]["extension"]
        next(one for one in review["extension"] if one["url"].endswith(name))[key] = value

    return change


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda provenance: provenance["agent"][1]["who"].update(display="Bo Wye"), "C651"),
        (lambda provenance: provenance["agent"][1].pop("extension"), "C605"),
        (part("reason", "valueString", "No reason"), "C651"),
        (part("date", "valueDate", "2026-11-03"), "C651"),
        (part("verdict", "valueCode", "maybe"), "C641"),
        (part("changed", "valueCode", "slug"), "C641"),
        (part("text", "valueString", "another use"), "C622"),
        (part("indication", "valueIdentifier", {"system": "x", "value": "nci.zolerab.0"}), "C652"),
    ],
)
def test_a_review_that_was_tampered_with_is_found(
    one_page: Path, tmp_path: Path, change: Callable[[dict[str, Any]], object], code: str
) -> None:
    # Without a span, other words than those of the facts stand nowhere.
    expected = "C623" if code == "C622" and one_page.parent.parent.name == "proof-none" else code
    assert expected in {problem.code for problem in changed(one_page, tmp_path, change)}


@pytest.mark.parametrize("profile", get_args(Profile))
@pytest.mark.parametrize("version", one_of("R5", *(one for one in get_args(FhirVersion) if one != "R5")))
def test_every_version_and_profile_says_the_corrected_fields_and_who_corrected_them(
    snapshots: dict[Profile, Path], version: FhirVersion, profile: Profile
) -> None:
    by_slug: dict[str, list[dict[str, Any]]] = {}
    for path in sorted((snapshots[profile] / version / "resources").glob("*.ndjson")):
        for line in path.read_bytes().splitlines():
            resource = orjson.loads(line)
            model = get_fhir_model_class if version == "R5" else get_r4b_model_class
            if version != "R4":
                model(resource["resourceType"]).model_validate(resource)
            by_slug.setdefault(".".join(resource["id"].split(".")[:2]), []).append(resource)
    for name, _, read, expected in CASES:
        resources = by_slug[f"nci.zolerab-{name.replace('_', '-')}"]
        # The drug's own record comes before those of its brands.
        resources.sort(key=lambda each: each["id"])
        first = read_facts(as_full(resources), "page").uses[0]
        # Files are in the order of ids: the indications of a use may come in another one.
        assert read(first) == expected or (name == "conditions" and set(read(first)) == set(expected)), name
        (review,) = first.reviews
        assert (review.reviewer, review.verdict, review.changed) == ("Ann Example", "wrong", (name,))
        assert review.reason == "The page says otherwise."
