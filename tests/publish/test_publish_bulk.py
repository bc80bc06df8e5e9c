"""What a Bulk Data client gets from a plain web server over an output folder: the snapshot, and then what changes of it.

The client is written after "Manifest Retrieval Flow" of https://hl7.org/fhir/uv/bulkdata/4.0.0-202609-ballot/en/publish.html.
"""

from __future__ import annotations

import json
import re
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest

from pipeline.publish import Hosting, held, publish_manifests
from pipeline.settings import Settings
from tests.invented_pages import drug_page
from tests.snapshot_reader import Publish, lines, tree

Json = dict[str, Any]
CORPUS = {f"{name.lower()}.md": drug_page(name) for name in ("Abrotinib", "Zelanib")}


@dataclass
class Client:
    """Keeps what a server publishes, by type and id; `page` is the URL that it waits at."""

    root: str
    held: dict[tuple[str, str], Json] = field(default_factory=dict)
    page: str = ""
    times: list[str] = field(default_factory=list)

    def start(self) -> None:
        """Read the manifest, and what it leads to."""
        self.held.clear()
        self._follow(self.root)

    def poll(self) -> str:
        """Look again at the page; gives where it leads."""
        link = str(_json(self.page)["link"][0]["url"])
        if not link.startswith("#"):
            self._follow(urljoin(self.page, link))
        return link

    def _follow(self, url: str) -> None:
        while not url.startswith("#"):
            manifest = _json(url)
            self.times.append(manifest["transactionTime"])
            self.page = url
            for entry in manifest.get("output", ()):
                for resource in self._file(entry):
                    assert resource["resourceType"] == entry["type"]
                    self.held[resource["resourceType"], resource["id"]] = resource
            for entry in manifest.get("deleted", ()):
                for bundle in self._file(entry):
                    assert bundle["type"] == "transaction"
                    for each in bundle["entry"]:
                        assert each["request"]["method"] == "DELETE"
                        kind, _, identity = each["request"]["url"].partition("/")
                        self.held.pop((kind, identity), None)
            link = manifest["link"][0]["url"]
            url = link if link.startswith("#") else urljoin(url, link)

    def _file(self, entry: Json) -> list[Json]:
        data = _get(urljoin(self.page, entry["url"]))
        found = [json.loads(line) for line in data.splitlines()]
        assert (len(found), len(data)) == (entry["count"], entry["fileSize"])
        return found


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own server
        return bytes(answer.read())


def _json(url: str) -> Json:
    found = json.loads(_get(url))
    assert isinstance(found, dict)
    return found


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The URL at which a plain web server publishes the output folder."""
    (tmp_path / "output").mkdir()

    class Silent(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(tmp_path / "output"))) as http:
        threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_address[1]}"
        http.shutdown()


def published(output: Path, version: str = "R5") -> dict[tuple[str, str], Json]:
    """What the current snapshot holds."""
    files = (output / "current" / version / "resources").iterdir()
    return {(one["resourceType"], one["id"]): one for path in files for one in lines(path)}


def root(output: Path, version: str = "R5") -> Json:
    found = json.loads((output / "bulk" / version / "$bulk-publish").read_bytes())
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("urls", ["absolute", "relative"])
def test_a_client_gets_the_snapshot_and_then_each_change_of_it(
    publish: Publish, tmp_path: Path, server: str, urls: str
) -> None:
    options: dict[str, Any] = {"base_url": server, "update_cadence": "P1D"} if urls == "absolute" else {}
    output = tmp_path / "output"
    publish(CORPUS, **options)
    client = Client(f"{server}/bulk/R5/$bulk-publish")
    client.start()
    assert client.held == published(output)
    assert client.poll() == "#pending"

    without = {name: text for name, text in CORPUS.items() if name != "zelanib.md"}
    for pages in (
        {**CORPUS, "new.md": drug_page("Newinib")},
        {**without, "new.md": drug_page("Newinib").replace("**melanoma**", "**ovarian cancer**")},
        CORPUS,
    ):
        publish(pages, max_removed=1, **options)
        assert client.poll() != "#pending"
        assert client.held == published(output)
        late = Client(client.root)
        late.start()
        assert (late.held, late.page) == (client.held, client.page)
    assert client.times == sorted(client.times)
    assert len(set(client.times)) == 4
    manifest = root(output)
    assert manifest.get("updateCadence") == options.get("update_cadence")
    assert all(entry["url"].startswith(f"{server}/snapshots/") for entry in manifest["output"]) is (urls == "absolute")


def test_the_manifest_is_of_the_published_type_and_leads_to_the_hashes(publish: Publish, server: str) -> None:
    snapshot = publish(CORPUS, base_url=f"{server}/").snapshot
    assert snapshot is not None
    manifest = _json(f"{server}/bulk/R5/$bulk-publish")
    assert manifest["manifestType"] == "http://hl7.org/fhir/uv/bulkdata/StructureDefinition/BulkPublishManifest"
    assert (manifest["requiresAccessToken"], manifest["outputFormat"]) == (False, "application/fhir+ndjson")
    # What the guide has no name for any more, or may be only once.
    assert not manifest.keys() & {"request", "error"}
    assert [link["relation"] for link in manifest["link"]] == ["next"]
    (extension,) = manifest["extension"]
    assert _get(extension["valueUrl"]) == (snapshot / "SHA256SUMS").read_bytes()
    order = [entry["type"] for entry in manifest["output"]]
    assert order.index("Medication") < order.index("ClinicalUseDefinition") < order.index("Provenance")


def test_problems_are_told_and_what_is_information_only_is_not(publish: Publish, tmp_path: Path, server: str) -> None:
    publish(CORPUS, base_url=server)
    assert root(tmp_path / "output")["outcome"] == []
    copy = CORPUS["zelanib.md"]
    publish({**CORPUS, "copy.md": copy, "broken.md": "---\ntitle: 'x\n---\n"}, base_url=server)
    (entry,) = root(tmp_path / "output")["outcome"]
    issues = [issue for line in _get(entry["url"]).splitlines() for issue in json.loads(line)["issue"]]
    assert {issue["severity"] for issue in issues} == {"error"}
    told = lines(tmp_path / "output/current/outcome/OperationOutcome.ndjson")
    assert "information" in {issue["severity"] for outcome in told for issue in outcome["issue"]}


def test_the_time_grows_with_every_other_content_whatever_the_pages_say_and_is_never_to_come(
    publish: Publish, tmp_path: Path
) -> None:
    """As hapifhir/hapi-fhir#6841 had it wrong: a client that asked for what is newer than what it has missed changes."""
    was, times = drug_page("Manifastinib", reviewed="2025-12-30"), []
    narrowed = was.replace("**melanoma**", "**uveal melanoma**")
    days = [was, narrowed, narrowed.replace("2025-12-30", "2024-01-01"), narrowed.replace("2025-12-30", "2099-01-01")]
    for page in days:
        publish({"manifastinib.md": page})
        times.append(datetime.fromisoformat(root(tmp_path / "output")["transactionTime"]))
        assert times[-1] <= datetime.now(UTC)
    assert times == sorted(set(times))


def test_what_depends_on_the_clock_is_not_in_the_snapshot(publish: Publish, tmp_path: Path) -> None:
    here, there = publish(CORPUS).snapshot, publish(CORPUS, output="other", base_url="https://data.example.org").snapshot
    assert here is not None
    assert there is not None
    assert here.name == there.name
    assert root(tmp_path / "output") != root(tmp_path / "other")


def test_the_same_again_leaves_the_manifests_as_they_are(publish: Publish, tmp_path: Path) -> None:
    publish(CORPUS)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "output/bulk").rglob("*")}
    publish(CORPUS)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "output/bulk").rglob("*")} == before


def test_what_a_run_that_died_left_undone_the_next_one_does(publish: Publish, tmp_path: Path, server: str) -> None:
    publish(CORPUS)
    client = Client(f"{server}/bulk/R5/$bulk-publish")
    client.start()
    before = tree(tmp_path / "output/bulk")
    publish({**CORPUS, "new.md": drug_page("Newinib")})
    for name, data in before.items():  # the folder of the new snapshot is there, and nothing leads to it
        (tmp_path / "output/bulk" / name).write_bytes(data)
    publish({**CORPUS, "new.md": drug_page("Newinib")})
    client.poll()
    assert client.held == published(tmp_path / "output")


def test_a_client_that_waits_longer_than_updates_are_kept_is_told_to_begin_again(
    publish: Publish, tmp_path: Path, server: str
) -> None:
    client = Client(f"{server}/bulk/R5/$bulk-publish")
    for number, name in enumerate(("Newinib", "Otherib", "Thirdib", "Fourthib")):
        publish({**CORPUS, "new.md": drug_page(name)}, keep=2, max_removed=1)
        if not number:
            client.start()
    assert client.poll() == "#closed"
    client.start()
    assert client.held == published(tmp_path / "output")
    folders = sorted(path for path in (tmp_path / "output/bulk/R5").iterdir() if path.is_dir())
    assert [(path / "update.json").is_file() for path in folders] == [False, False, True, True]


@pytest.mark.parametrize("change", [{"base_url": "https://data.example.org"}, {"update_cadence": "P7D"}])
def test_published_elsewhere_or_otherwise_the_chain_begins_anew(publish: Publish, server: str, change: Json) -> None:
    publish(CORPUS)
    client = Client(f"{server}/bulk/R5/$bulk-publish")
    client.start()
    publish(CORPUS, **change)
    assert client.poll() == "#closed"
    publish(CORPUS)
    assert client.poll() == "#closed"


def test_a_version_that_is_not_published_any_more_is_closed(publish: Publish, tmp_path: Path, server: str) -> None:
    publish(CORPUS, settings=Settings(fhir_versions=("R5", "R4")))
    client = Client(f"{server}/bulk/R4/$bulk-publish")
    client.start()
    assert client.held == published(tmp_path / "output", "R4")
    publish(CORPUS)
    assert client.poll() == "#closed"
    assert not (tmp_path / "output/bulk/R4/$bulk-publish").exists()
    # With the very snapshot that it was closed at, it comes back as a chain that goes on.
    publish(CORPUS, settings=Settings(fhir_versions=("R5", "R4")))
    assert client.poll() == "#closed"
    client.start()
    assert client.poll() == "#pending"
    assert client.held == published(tmp_path / "output", "R4")


def test_the_time_grows_though_the_clock_was_set_back(publish: Publish, tmp_path: Path) -> None:
    first, times = publish(CORPUS).snapshot, []
    publish({**CORPUS, "new.md": drug_page("Newinib")})
    assert first is not None
    times.append(root(tmp_path / "output")["transactionTime"])
    with held(tmp_path / "output", "by-hand", "a test") as output:
        publish_manifests(output, first, Hosting(), "https://onlabel.example/fhir", datetime.now(UTC) - timedelta(days=1))
    times.append(root(tmp_path / "output")["transactionTime"])
    assert times == sorted(set(times))
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", time) for time in times)


def test_manifests_that_cannot_be_written_are_said_and_the_snapshot_stands(publish: Publish, tmp_path: Path) -> None:
    publish(CORPUS)
    (page,) = (tmp_path / "output/bulk/R5").glob("*/next.json")
    page.write_text("[", encoding="utf-8")
    report = publish({**CORPUS, "new.md": drug_page("Newinib")})
    assert report.snapshot is not None
    assert [note.code for note in report.notes] == ["P508"]
