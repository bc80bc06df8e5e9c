"""Whatever is changed in a published snapshot is found, also where every hash was made to fit again."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator
from itertools import starmap
from pathlib import Path
from typing import Any, TypeAlias, get_args

import pytest

from pipeline.convert import convert
from pipeline.errors import VerifyError
from pipeline.publishers import profiles
from pipeline.settings import FhirVersion, Profile, Settings
from pipeline.verify import prove, verify
from pipeline.verify.derived import derived
from pipeline.verify.document import use_sections
from pipeline.verify.facts import FactsFile
from pipeline.verify.mapped import Conformance
from pipeline.verify.proof import EXTENSIONS
from pipeline.verify.resources import Resources
from pipeline.verify.seen import FRONT_MATTER, TEXT
from tests.invented_pages import drug_page, write_pages
from tests.sampled import one_of, sampled, variant

Json = dict[str, Any]
Published: TypeAlias = Any  # the class stands in conftest.py, which no test can import

_PIPELINE = Path(__file__).parents[2] / "pipeline"

#: What no page can prove, by the end of its path: the name of the rule, our own reasons, the number of a use, what stands in
#: Organization and Device, and which language our own labels are in.
_NOT_OF_THE_PAGE = re.compile(
    r"(?:^|\.)(?:Organization|Device)\.|\.language$|kind-reason|^Provenance\.id$|\.rule$|\.use$|\.attachment\.(?:data|size|hash)$"
    r"|\.sha256$|\.resourceType$"
)


def _places(value: object, path: tuple[Any, ...] = (), label: str = "") -> Iterator[tuple[tuple[Any, ...], str, Any]]:
    """Every string, number and boolean, its path, and a label in which an extension goes by its name."""
    if isinstance(value, dict):
        name = str(value.get("url", "")).rsplit("/", 1)[-1]
        system = str(value.get("system", "")).rsplit("/", 1)[-1]
        for key, item in value.items():
            shown = name if name and key.startswith("value") else system if system == "sha256" and key == "value" else key
            yield from _places(item, (*path, key), f"{label}.{shown}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _places(item, (*path, index), label)
    else:
        yield path, label, value


def _with(resource: Json, path: tuple[Any, ...], value: object) -> Json:
    changed = json.loads(json.dumps(resource))
    place: Any = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return changed  # type: ignore[no-any-return]


def _changes(value: str | float) -> list[Any]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value - 1]
    middle = len(value) // 2
    other = "a" if value[middle] != "a" else "b"
    return [value[:middle] + other + value[middle + 1 :]]


def test_a_snapshot_as_published_is_proven(output: Path, published: Published) -> None:
    assert verify(output) == []
    assert verify(output / "current") == []
    assert verify(output / "current" / "R5") == []
    assert published.problems(published.resources[0], published.resources[0]) == []


def _missed(published: Published, step: int) -> list[tuple[str, Any, Any]]:
    """The changes that are not found, of every value or of a sample."""
    changes = [
        (resource, path, label, value, other)
        for resource in published.resources
        for path, label, value in _places(resource, label=resource["resourceType"])
        if not _NOT_OF_THE_PAGE.search(label)
        for other in _changes(value)
    ]
    assert len(changes) > 750
    return [
        (label, value, other)
        for resource, path, label, value, other in changes[::step]
        if not published.problems(resource, _with(resource, path, other))
    ]


@sampled(52, slow=13)
def test_a_changed_value_offset_length_code_or_reference_is_found_wherever_it_stands(published: Published, step: int) -> None:
    assert _missed(published, step) == []


@sampled(68, slow=17)
def test_it_is_found_too_where_the_facts_hold_the_proof(lean: Published, step: int) -> None:
    assert _missed(lean, step) == []


def test_a_lean_output_is_proven_and_a_version_of_it_without_the_facts_is_not(lean: Published, tmp_path: Path) -> None:
    proved = prove(lean.output)
    assert proved.problems == []
    assert proved.quotes == proved.proven > 190
    alone = Path(shutil.copytree((lean.output / "current" / "R5").resolve(), tmp_path / "R5"))
    assert "C623" in {problem.code for problem in verify(alone)}


def test_a_value_of_one_field_in_the_place_of_another_is_found(lean: Published) -> None:
    # Both are words of the use: what the patients are is not what the disease is.
    indication = next(r for r in lean.resources if "hypercalcemia" in json.dumps(r) and r["resourceType"].startswith("Clin"))
    changed = json.loads(json.dumps(indication))
    words = changed["indication"]["otherTherapy"][0]["treatment"]["concept"]["text"]
    changed["indication"]["diseaseSymptomProcedure"]["concept"]["text"] = words
    assert lean.problems(indication, changed)


@sampled(28, slow=7)
def test_an_offset_and_a_length_that_are_one_off_are_found(published: Published, step: int) -> None:
    changes = [
        (resource, path, label, value, other)
        for resource in published.resources
        for path, label, value in _places(resource, label=resource["resourceType"])
        if label.rsplit(".", 1)[-1] in {"offset", "length"}
        for other in (value - 1, value + 1)
    ]
    assert len(changes) > 500
    assert [
        (label, value, other)
        for resource, path, label, value, other in changes[::step]
        if not published.problems(resource, _with(resource, path, other))
    ] == []


def test_an_offset_moved_to_another_occurrence_of_the_word_is_found(published: Published) -> None:
    # A page says "treat" many times; an indication must quote it from the sentences of its own use.
    (document,) = [r for r in published.resources if r["resourceType"] == "DocumentReference"]
    text = base64.b64decode(document["content"][0]["attachment"]["data"]).decode()
    indication = next(
        r for r in published.resources if "hypercalcemia" in json.dumps(r) and r["resourceType"].startswith("Clin")
    )
    extension = indication["indication"]["intendedEffect"]["concept"]["extension"][0]["extension"]
    (offset,) = [e for e in extension if e["url"] == "offset"]
    word = indication["indication"]["intendedEffect"]["concept"]["text"]
    elsewhere = [m.start() for m in re.finditer(rf"\b{word}\b", text)][-1]
    assert elsewhere != offset["valueInteger"]
    changed = json.loads(json.dumps(indication))
    changed["indication"]["intendedEffect"]["concept"]["extension"][0]["extension"][extension.index(offset)]["valueInteger"] = (
        elsewhere
    )
    assert {p.code for p in published.problems(indication, changed)} >= {"C625"}


def _document(published: Published) -> tuple[Json, str]:
    (document,) = [r for r in published.resources if r["resourceType"] == "DocumentReference"]
    return document, base64.b64decode(document["content"][0]["attachment"]["data"]).decode()


def _quoted(published: Published, document: Json) -> set[int]:
    """Every code point that something quotes: spans, and the targets of the links listed."""
    checked = Resources(published.conformance, profiles())
    list(checked.gather(document, ""))
    page = checked.documents[f"DocumentReference/{document['id']}"]
    found: set[int] = set()
    for resource in published.resources:
        for _, label, value in _places(resource, label=resource["resourceType"]):
            if label.endswith("offset"):
                offset = value
            elif label.endswith("length"):
                found.update(range(offset, offset + value))
    listed = {part["valueString"] for e in document["extension"] for part in e.get("extension", ()) if part["url"] == "target"}
    for link in page.seen.links:
        if link.href in listed and link.start in found:
            found.update(range(link.target_start, link.target_end))
    return {at for at in found if page.seen.shown[at]}


def _with_character(document: Json, text: str, at: int) -> Json:
    other = "0" if text[at].isdigit() and text[at] != "0" else "x" if text[at] != "x" else "y"
    changed = json.loads(json.dumps(document))
    data = (text[:at] + other + text[at + 1 :]).encode()
    changed["content"][0]["attachment"]["data"] = base64.b64encode(data).decode()
    return changed  # type: ignore[no-any-return]


@sampled(116, slow=29)
def test_a_changed_character_of_the_page_that_something_quotes_is_found(published: Published, step: int) -> None:
    document, text = _document(published)
    quoted = sorted(_quoted(published, document))
    missed = [at for at in quoted[::step] if not published.problems(document, _with_character(document, text, at))]
    assert [(at, text[max(0, at - 10) : at + 10]) for at in missed] == []


def test_all_that_a_reader_sees_of_the_use_section_and_all_front_matter_values_are_quoted(published: Published) -> None:
    document, text = _document(published)
    checked = Resources(published.conformance, profiles())
    list(checked.gather(document, ""))
    page = checked.documents[f"DocumentReference/{document['id']}"]
    quoted = _quoted(published, document)
    sections = use_sections(page)
    seen = [
        at
        for first, last in sections
        for at in range(first, last)
        if page.seen.part[at] == TEXT and page.seen.shown[at].strip()
    ]
    assert len(seen) > 700
    assert [at for at in seen if at not in quoted] == []
    values = [
        line.split(": ", 1)[-1].strip("-' ") for line in text.split("---")[1].strip().splitlines() if not line.endswith(":")
    ]
    assert values
    front = "".join(text[at] if at in quoted else "\n" for at in range(len(text)) if page.seen.part[at] == FRONT_MATTER)
    assert [value for value in values if value not in front] == []


# Through the files, with every hash made to fit again


@pytest.fixture
def copied(output: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree((output / "current").resolve(), tmp_path / (output / "current").resolve().name))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _refit(snapshot: Path) -> Path:
    """Make the bundles, the hashes, the report, the facts' page and the folder's name fit the files as they are now."""
    folder = snapshot / "R5"
    resources: dict[str, Json] = {}
    for path in (folder / "resources").glob("*.ndjson"):
        for line in path.read_bytes().splitlines():
            resource = json.loads(line)
            resources[f"{resource['resourceType']}/{resource['id']}"] = resource
    bundles = folder / "bundles" / "transaction.ndjson"
    lines = [json.loads(line) for line in bundles.read_bytes().splitlines()]
    for bundle in lines:
        for entry in bundle["entry"]:
            entry["resource"] = resources[entry["request"]["url"]]
    bundles.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    report = json.loads((snapshot / "report.json").read_bytes())
    (document,) = [r for r in resources.values() if r["resourceType"] == "DocumentReference"]
    data = base64.b64decode(document["content"][0]["attachment"]["data"])
    report["inputs"][0]["sha256"] = hashlib.sha256(data).hexdigest()
    facts = snapshot / "facts.ndjson"
    facts.write_text(
        re.sub('"sha256":"[0-9a-f]+"', f'"sha256":"{report["inputs"][0]["sha256"]}"', facts.read_text("utf-8")), "utf-8"
    )
    (snapshot / "report.json").write_text(json.dumps(report), encoding="utf-8")
    sums = snapshot / "SHA256SUMS"
    sums.unlink()
    sums.write_text(_listing(snapshot), encoding="utf-8")
    return snapshot.rename(snapshot.with_name(hashlib.sha256(_listing(snapshot).encode()).hexdigest()))


def _listing(snapshot: Path) -> str:
    files = sorted(p.relative_to(snapshot).as_posix() for p in snapshot.rglob("*") if p.is_file())
    return "".join(f"{_sha256(snapshot / name)}  {name}\n" for name in files)


def _edit(snapshot: Path, kind: str, change: Callable[[Json], None]) -> None:
    path = snapshot / "R5" / "resources" / f"{kind}.ndjson"
    first, *rest = path.read_bytes().splitlines(keepends=True)
    resource = json.loads(first)
    change(resource)
    path.write_bytes(json.dumps(resource).encode() + b"\n" + b"".join(rest))


def test_hashes_that_are_made_to_fit_again_are_found_right(copied: Path) -> None:
    _edit(copied, "Medication", lambda _: None)  # the same content, written otherwise
    assert {p.code for p in verify(copied)} == {"C602", "C604"}
    assert verify(_refit(copied)) == []


def _condition(resource: Json) -> None:
    resource["indication"]["diseaseSymptomProcedure"]["concept"]["text"] += "s"


def _offset(resource: Json) -> None:
    parts = resource["indication"]["diseaseSymptomProcedure"]["concept"]["extension"][0]["extension"]
    next(part for part in parts if part["url"] == "offset")["valueInteger"] += 1


def _intent(resource: Json) -> None:
    for coding in resource["indication"]["intendedEffect"]["concept"]["coding"]:
        swap = {"treat": "prevent", "prevent": "treat", "Treatment": "Prevention", "Prevention": "Treatment"}
        coding["code"] = swap[coding["code"]]
        coding["display"] = coding["code"].capitalize()


def _unaccounted(resource: Json) -> None:
    resource["extension"] = [e for e in resource["extension"] if not e["url"].endswith("/sentence")]


def _page(resource: Json) -> None:
    attachment = resource["content"][0]["attachment"]
    text = base64.b64decode(attachment["data"]).decode().replace("cannot be removed", "cannot be reached")
    data = text.encode()
    attachment.update(data=base64.b64encode(data).decode(), size=str(len(data)))
    attachment["hash"] = base64.b64encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()
    (sha256,) = [i for i in resource["identifier"] if i["system"].endswith("/sha256")]
    sha256["value"] = hashlib.sha256(data).hexdigest()


def _mapped(resource: Json) -> Json:
    (found,) = [each for each in resource["code"]["coding"] if each["system"].endswith("/rxnorm")]
    return found  # type: ignore[no-any-return]


def _broader(resource: Json) -> None:
    coding = _mapped(resource)
    resource["code"]["coding"].remove(coding)
    url = coding["extension"][0]["url"].replace("/mapped", "/broader-concept")
    resource["code"]["extension"].append({"url": url, "valueCodeableConcept": {"coding": [coding]}})


@pytest.mark.parametrize(
    ("kind", "change", "code"),
    [
        ("Medication", lambda r: _mapped(r).update(code="993450"), "C642"),
        ("Medication", lambda r: _mapped(r).update(display="Denosumax"), "C642"),
        ("Medication", lambda r: _mapped(r).update(version="10062026"), "C642"),
        ("Medication", lambda r: _mapped(r).update(userSelected=True), "C642"),
        ("Medication", lambda r: _mapped(r).update(extension=[]), "C642"),
        ("Medication", _broader, "C642"),
        ("ClinicalUseDefinition", _condition, "C622"),
        ("ClinicalUseDefinition", _offset, "C621"),
        ("ClinicalUseDefinition", _intent, "C640"),
        ("DocumentReference", _page, "C622"),
        ("DocumentReference", _unaccounted, "C660"),
    ],
)
def test_a_change_is_found_though_all_hashes_fit(copied: Path, kind: str, change: Callable[[Json], None], code: str) -> None:
    _edit(copied, kind, change)
    assert code in {p.code for p in verify(_refit(copied))}


@pytest.mark.parametrize(
    ("number", "unit", "code", "found"),
    [(6, "months", "mo", []), (12, "years", "a", []), (12, "months", "mo", ["C640"]), (6, "years", "a", ["C640"])],
)
def test_an_age_is_a_number_with_the_unit_that_goes_with_it(number: int, unit: str, code: str, found: list[str]) -> None:
    age = {"value": number, "unit": unit, "system": "http://unitsofmeasure.org", "code": code}
    words = {"url": "text", "valueString": "6 months to 12 years"}
    quoted = {"url": "https://x.example/StructureDefinition/words", "extension": [words]}
    group = {"resourceType": "Group", "characteristic": [{"extension": [quoted], "valueRange": {"low": age}}]}
    assert [problem.code for problem in derived(group, Conformance({}, frozenset()))] == found


def test_an_indication_of_one_brand_given_to_another_is_found(copied: Path) -> None:
    path = copied / "R5" / "resources" / "ClinicalUseDefinition.ndjson"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Medication/nci.denosumab.xgeva", "Medication/nci.denosumab.prolia"), encoding="utf-8")
    assert "C650" in {p.code for p in verify(_refit(copied))}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda s: (s / "R5/resources/Device.ndjson").unlink(), "C601"),
        (lambda s: (s / "R5/resources/Basic.ndjson").write_text("{}\n"), "C601"),
        (lambda s: (s / "R5/resources/Device.ndjson").write_text("{}\n"), "C605"),
        (lambda s: (s / "R5/resources/Device.ndjson").write_text("{"), "C605"),
        (lambda s: (s / "R5/bundles/transaction.ndjson").write_text("{}\n"), "C605"),
        (lambda s: (s / "facts.ndjson").unlink(), "C601"),
        (lambda s: (s / "facts.schema.json").unlink(), "C601"),
        (lambda s: (s / "facts.ndjson").write_text((s / "facts.ndjson").read_text() * 2), "C602"),
        (lambda s: (s / "report.json").write_text("{}"), "C603"),
        (lambda s: s.rename(s.with_name("0" * 64)), "C604"),
    ],
)
def test_a_changed_file_is_found(copied: Path, change: Callable[[Path], Any], code: str) -> None:
    moved = change(copied)
    assert code in {p.code for p in verify(moved if isinstance(moved, Path) else copied)}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('"text":"hypercalcemia of malignancy"', '"text":"hypercalcemia of malignance"', "C622"),
        ('"kind":"drug"', '"kind":"regimen"', "C670"),
        ('"intent":"treat"', '"intent":"cure"', "C670"),
        ('"slug":"denosumab"', '"slug":"zolerab"', "C670"),
        ('"name":"denosumab.md"', '"name":"other.md"', "C670"),
        ('"spans":[{', '"spans":[],"more":[{', "C670"),
        ("{", "[", "C670"),
    ],
)
def test_changed_facts_are_found_though_all_hashes_fit(copied: Path, old: str, new: str, code: str) -> None:
    file = copied / "facts.ndjson"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert code in {p.code for p in verify(_refit(copied))}


@pytest.mark.parametrize("times", [0, 2])
def test_facts_of_fewer_or_more_pages_than_there_are_are_found(copied: Path, times: int) -> None:
    file = copied / "facts.ndjson"
    file.write_bytes(file.read_bytes() * times)
    assert "C603" in {p.code for p in verify(_refit(copied))}


@pytest.mark.parametrize("profile", ["full", "core"])
def test_the_facts_are_proven_where_r5_in_full_is_not_there(tmp_path: Path, seed: Path, profile: Profile) -> None:
    convert([seed], tmp_path, Settings(fhir_versions=("R4",), profile=profile))
    proved = prove(tmp_path)
    assert proved.proven == proved.quotes > 100
    file = tmp_path / "current" / "facts.ndjson"
    file.write_text(file.read_text(encoding="utf-8").replace('"text":"Prolia"', '"text":"Prolix"'), encoding="utf-8")
    changed = prove(tmp_path)
    assert changed.quotes - changed.proven == sum(problem.code == "C622" for problem in changed.problems) > 0


@pytest.mark.parametrize(
    ("version", "profile"),
    [("R5", "full"), ("R4", "core"), *starmap(variant, (("R5", "core"), ("R4B", "full"), ("R4B", "core"), ("R4", "full")))],
)
@pytest.mark.parametrize(
    "change",
    [
        ("facts.ndjson", '"intent":"prevent"', '"intent":"treat"'),
        ("facts.ndjson", '"approval_status":"approved"', '"approval_status":"accelerated_approval"'),
        ("facts.ndjson", '"age_group":"adult"', '"age_group":"child"'),
        ("facts.ndjson", '"code":"C121932"', '"code":"C121933"'),
        ("bundles", "giant cell tumor of the bone", "tumor of the bone"),
        ("bundles", "cannot be removed by surgery", "may be removed"),
        ("bundles", '"code":"prevent"', '"code":"treat"'),
        ("bundles", '/use","valueInteger":5', '/use","valueInteger":6'),
    ],
)
def test_resources_that_do_not_say_what_the_facts_say_are_found_in_every_version_and_profile(
    everything: Path, tmp_path: Path, version: FhirVersion, profile: Profile, change: tuple[str, str, str]
) -> None:
    file, old, new = change
    copied = Path(shutil.copytree(everything / profile / "current", tmp_path / "snapshot"))
    path = copied / file if file == "facts.ndjson" else copied / version / "bundles" / "transaction.ndjson"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1 if file == "facts.ndjson" else -1), encoding="utf-8")
    found = [problem for problem in verify(copied) if problem.code == "C671"]
    assert any(str(copied / version) in str(problem.source) for problem in found)


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory, seed: Path) -> Path:
    folder = tmp_path_factory.mktemp("everything")
    for profile in get_args(Profile):
        convert([seed], folder / profile, Settings(fhir_versions=get_args(FhirVersion), profile=profile))
    return folder


_ADDRESS = "https://www.cancer.gov/about-cancer/treatment/drugs/zelanib"


@pytest.mark.parametrize(
    "stated",
    [
        f'url: "{_ADDRESS}" # where it stood',
        f"url: >-\n  {_ADDRESS}",
        f"url: [{_ADDRESS}, https://x.example/b]",
        f"url:\n  - {_ADDRESS}\n  - https://x.example/b",
        'url: "https:\\/\\/x.example\\/zelanib"',
        'url: ""',
        "url:",
        "category: drug",
    ],
)
def test_a_url_is_proven_in_whatever_way_the_front_matter_writes_it(tmp_path: Path, stated: str) -> None:
    page = drug_page("Zelanib")
    assert f"url: {_ADDRESS}" in page
    convert([write_pages(tmp_path / "seeds", {"zelanib.md": page.replace(f"url: {_ADDRESS}", stated)})], tmp_path / "output")
    assert verify(tmp_path / "output") == []


#: What is quoted in the facts, or says of which page they are, by the name of its property.
_OF_THE_FACTS = {"text", "start", "end", "href", "glossary_id", "name", "sha256", "url", "slug"}


@pytest.mark.parametrize("step", one_of(7, 1))
def test_every_quote_span_and_link_of_the_facts_that_is_changed_is_found(
    published: Published, output: Path, tmp_path: Path, step: int
) -> None:
    document, _ = _document(published)
    checked = Resources(published.conformance, profiles())
    list(checked.gather(document, ""))
    pages = {page.sha256: page for page in checked.documents.values()}
    for name in ("facts.schema.json", "report.json"):
        shutil.copy(output / "current" / name, tmp_path)
    facts = json.loads((output / "current" / "facts.ndjson").read_bytes())

    def problems(changed: Json) -> list[Any]:
        (tmp_path / "facts.ndjson").write_text(json.dumps(changed) + "\n", encoding="utf-8")
        return [*FactsFile(tmp_path, pages).check(versions=())]

    assert problems(facts) == []
    places = [(path, value) for path, _, value in _places(facts) if path[-1] in _OF_THE_FACTS]
    changes = [(path, value, other) for path, value in places for other in _changes(value)]
    assert len(changes) > 500
    assert [one for one in changes[::step] if not problems(_with(facts, one[0], one[2]))] == []


def test_a_bundle_that_says_otherwise_than_the_resources_is_found(copied: Path) -> None:
    bundles = copied / "R5/bundles/transaction.ndjson"
    text = bundles.read_text(encoding="utf-8")
    bundles.write_text(text.replace("solid tumors", "solid humors"), encoding="utf-8")
    assert "C650" in {p.code for p in verify(copied)}


@pytest.mark.parametrize("field", ["size", "hash"])
def test_a_wrong_size_or_hash_of_the_page_is_found(copied: Path, field: str) -> None:
    _edit(copied, "DocumentReference", lambda r: r["content"][0]["attachment"].update({field: "7777"}))
    assert "C611" in {p.code for p in verify(_refit(copied))}


def test_a_page_that_cannot_be_decoded_is_said(copied: Path) -> None:
    _edit(copied, "DocumentReference", lambda r: r["content"][0]["attachment"].update(data="////"))
    assert "C610" in {p.code for p in verify(copied)}


def test_a_folder_without_a_snapshot_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VerifyError) as refused:
        verify(tmp_path)
    assert refused.value.problem.code == "C600"


@pytest.mark.parametrize("name", ["SHA256SUMS", "report.json"])
@pytest.mark.parametrize("text", ["[", "[]"], ids=["no JSON", "no object"])
def test_a_snapshot_that_does_not_say_what_is_in_it_is_refused(copied: Path, name: str, text: str) -> None:
    (copied / name).write_text(text, encoding="utf-8")
    with pytest.raises(VerifyError) as refused:
        verify(copied)
    assert refused.value.problem.code == "C607"


def test_it_says_how_much_it_proved(output: Path, copied: Path) -> None:
    whole = prove(output)
    assert (whole.problems, whole.versions, whole.pages, whole.resources) == ([], ("R5",), 1, 16)
    assert whole.proven == whole.quotes > 100
    file = copied / "R5" / "resources" / "Medication.ndjson"
    file.write_text(file.read_text(encoding="utf-8").replace('"text":"Prolia"', '"text":"Prolix"'), encoding="utf-8")
    changed = prove(copied)
    unproven = [problem for problem in changed.problems if problem.code == "C622"]
    assert (changed.quotes, changed.quotes - changed.proven) == (whole.quotes, len(unproven))
    assert unproven


def test_it_knows_every_extension_that_the_resources_are_documented_to_have() -> None:
    table = (_PIPELINE / "fhir" / "README.md").read_text(encoding="utf-8").partition("## Our extensions")[2]
    rows = [line.split("|") for line in table.splitlines() if line.startswith("| `")]
    # Those of older versions and of the core profile stand on a guideline: what is proven is R5 in full.
    older = re.compile(r" (?:G\b|patientCharacteristics)")
    first_cells = [row[1] for row in rows if not older.match(row[2])]
    named = {name for cell in first_cells for name in re.findall(r"`([a-z-]+)`", cell)}
    assert named == EXTENSIONS


def test_it_shares_no_code_with_the_rooms_that_make_the_output() -> None:
    room = _PIPELINE / "verify"
    imports = {
        m for p in room.glob("*.py") for m in re.findall(r"^\s*(?:from|import) (pipeline[\w.]*)", p.read_text(), re.MULTILINE)
    }
    others = {name for name in imports if not name.startswith("pipeline.verify")}
    assert others == {"pipeline.errors", "pipeline.facts", "pipeline.model", "pipeline.publishers"}
