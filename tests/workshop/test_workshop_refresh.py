from __future__ import annotations

import gzip
import io
import json
import shutil
import socket
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.terminology import load
from pipeline.terminology.mapping import Row, file_name, table
from pipeline.web import Bounds
from pipeline.workshop import download
from pipeline.workshop.__main__ import compared, refreshed, run

OFFICIAL = Path(__file__).parent / "official"


def lay(folder: Path, *rows: Row) -> Path:
    folder.mkdir(exist_ok=True)
    for kind, system in {(each.kind, each.system) for each in rows}:
        chosen = [each for each in rows if (each.kind, each.system) == (kind, system)]
        (folder / file_name(kind, system)).write_text(table(kind, system, chosen), encoding="utf-8")
    return folder


ZORBIMAB = (
    Row("drug", "ncit", "Zorbimab", "exact", "C900001", "Zorbimab", sources="PAGE"),
    Row("drug", "rxnorm", "Zorbimab", "exact", "900001", "zorbimab", version="10062025", sources="RXN25"),
    Row("drug", "unii", "Zorbimab", "exact", "ZZZZZZZZ01", "ZORBIMAB", version="2025-06", sources="UNII25"),
)
QUELUTINIB = Row("drug", "rxnorm", "quelutinib", "exact", "900002", "quelutinib", sources="RXN25")


def test_official_files_give_versions_and_confirm_codes(tmp_path: Path) -> None:
    result = refreshed(OFFICIAL, lay(tmp_path, *ZORBIMAB))
    assert dict(result.versions) == {"ncit": "26.10d", "rxnorm": "11022026", "unii": "2026-08-18"}
    assert (result.confirmed, result.changes, result.fails) == (3, (), False)


def test_new_labels_and_versions_are_written_when_nothing_is_lost(tmp_path: Path) -> None:
    folder = lay(tmp_path, *ZORBIMAB, QUELUTINIB)
    result = refreshed(OFFICIAL, folder, write=True)
    assert [(change.what, change.label) for change in result.changes] == [("relabelled", "quelutinib maleic")]
    written = {(row.system, row.subject): (row.display, row.version) for row in load(folder).rows}
    assert written["rxnorm", "quelutinib"] == ("quelutinib maleic", "11022026")
    assert written["ncit", "Zorbimab"] == ("Zorbimab", "26.10d")


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (Row("drug", "rxnorm", "varnicin", "exact", "900004", "varnicin hydrochloride", sources="RXN25"), "retired"),
        (Row("condition", "ncit", "quelar lymphoma", "exact", "C900042", "Quelar Lymphoma", sources="PDQ2NCIT"), "retired"),
        (Row("drug", "rxnorm", "trelotin", "exact", "900099", "trelotin", sources="RXN25"), "lost"),
        (Row("drug", "unii", "trelotin", "exact", "ZZZZZZZZ99", "TRELOTIN", sources="UNII25"), "lost"),
    ],
)
def test_a_retired_or_lost_code_fails_and_nothing_is_written(
    tmp_path: Path, row: Row, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = lay(tmp_path, *ZORBIMAB, row)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    result = refreshed(OFFICIAL, folder, write=True)
    assert result.fails
    assert [(change.what, change.row.code) for change in result.changes] == [(what, row.code)]
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    assert what in compared(result)
    assert run(["refresh", "--from", str(OFFICIAL), "--mappings", str(folder), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["fails"] is True


def test_a_system_without_an_official_file_is_left_alone(tmp_path: Path) -> None:
    mondo = Row("condition", "mondo", "zorbic cancer", "exact", "MONDO:0000001", "zorbic cancer", sources="MONDO-SSSOM")
    result = refreshed(OFFICIAL / "unii", lay(tmp_path, *ZORBIMAB, mondo))
    assert (result.confirmed, result.changes) == (1, ())


def test_a_folder_without_official_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="M805"):
        refreshed(tmp_path / "nowhere", lay(tmp_path / "mappings", *ZORBIMAB))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("RXNCONSO.RRF", "900001|ENG|short\n"),
        ("UNII_Records_18Aug2026.txt", "code\tname\n"),
        ("Thesaurus.txt", "C1\tcut off\n"),
    ],
)
def test_a_file_that_is_not_in_its_official_format_is_refused(tmp_path: Path, name: str, text: str) -> None:
    official = tmp_path / "official" / "rrf"
    official.mkdir(parents=True)
    (official / name).write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="M806"):
        refreshed(tmp_path / "official", lay(tmp_path / "mappings", *ZORBIMAB))


_FOLDERS = {"rxnorm": "rxnorm", "unii": "unii", "ncit": "ncit"}
Answers = dict[str, tuple[int, dict[str, str], bytes]]


class _Handler(BaseHTTPRequestHandler):
    answers: Answers
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        status, headers, body = self.answers[self.path]
        self.send_response(status)
        for name, text in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def publishers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Answers]:
    """A server with the releases, at /rxnorm, /unii and /ncit, for a test to change."""
    answers: Answers = {}
    for name, folder in _FOLDERS.items():
        packed = Path(shutil.make_archive(str(tmp_path / name), "zip", OFFICIAL / folder)).read_bytes()
        answers[f"/{name}"] = (200, {}, packed)
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Publisher", (_Handler,), {"answers": answers})) as server:
        for name in _FOLDERS:
            monkeypatch.setitem(download.RELEASES, name, f"http://127.0.0.1:{server.server_port}/{name}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield answers
        finally:
            server.shutdown()
            thread.join()


def test_online_fetches_unpacks_and_compares(tmp_path: Path, publishers: Answers) -> None:
    publishers["/moved"] = publishers["/unii"]
    publishers["/unii"] = (302, {"Location": "/moved"}, b"it is over there")
    assert refreshed(None, lay(tmp_path / "mappings", *ZORBIMAB)).confirmed == 3


def _packed(*names: str, size: int = 1) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in names:
            packed.writestr(name, b"0" * size)
    return file.getvalue()


def _encrypted() -> bytes:
    """An archive that says of its file that it is encrypted."""
    data = bytearray(_packed("x"))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def _unheard_of() -> bytes:
    """An archive that says of its file that it is packed in a way of its own."""
    data = bytearray(_packed("x"))
    data[8] = data[data.index(b"PK\x01\x02") + 10] = 97
    return bytes(data)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((404, {}, b"gone"), "HTTP 404"),
        ((200, {}, b"not an archive"), "not a zip file"),
        ((200, {}, b""), "not a zip file"),
        ((200, {"Content-Encoding": "gzip"}, b"x"), "broken gzip"),
        ((200, {"Content-Length": "1000"}, b"x" * 999), "did not come whole|peer closed"),
        ((200, {}, _packed("x", size=300_000)), "200,000 bytes"),
        ((200, {}, _packed(*map(str, range(40)))), "30 files"),
        ((200, {}, b"x" * 300_000), "more than 200,000 bytes"),
        ((200, {"Content-Encoding": "gzip"}, gzip.compress(b"x" * 300_000)), "more than 200,000 bytes"),
        ((200, {}, _encrypted()), "encrypted"),
        ((200, {}, _unheard_of()), "compression method"),
        ((302, {"Location": "http://elsewhere.example/x"}, b""), "http://elsewhere.example/x, which is not HTTPS"),
        ((302, {"Location": "ftp://elsewhere.example/x"}, b""), "not HTTPS"),
        ((302, {"Location": "file:///etc/passwd"}, b""), "not HTTPS"),
        ((302, {"Location": "/unii"}, b""), "HTTP 302"),
    ],
)
def test_whatever_a_publisher_answers_gets_a_code(
    tmp_path: Path, publishers: Answers, monkeypatch: pytest.MonkeyPatch, answer: tuple[int, dict[str, str], bytes], said: str
) -> None:
    monkeypatch.setattr(download, "ARCHIVE", Bounds(seconds=0.7, size=200_000))
    monkeypatch.setattr(download, "UNPACKED", 200_000)
    monkeypatch.setattr(download, "MOST_FILES", 30)
    publishers["/unii"] = answer
    with pytest.raises(UsageError, match=f"M807.*({said})"):
        refreshed(None, lay(tmp_path / "mappings", *ZORBIMAB))


def test_online_without_a_network_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setitem(download.RELEASES, "rxnorm", f"http://127.0.0.1:{unused.getsockname()[1]}/rxnorm")
        with pytest.raises(UsageError, match=r"M807.*refused"):
            refreshed(None, lay(tmp_path / "mappings", *ZORBIMAB))
