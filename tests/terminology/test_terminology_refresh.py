from __future__ import annotations

import io
import json
import shutil
import urllib.request
import zipfile
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.terminology import load
from pipeline.terminology.commands import as_json, as_text, mappings_refresh
from pipeline.terminology.mapping import Row, file_name, table

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
    result = mappings_refresh(OFFICIAL, lay(tmp_path, *ZORBIMAB))
    assert dict(result.versions) == {"ncit": "26.10d", "rxnorm": "11022026", "unii": "2026-08-18"}
    assert (result.confirmed, result.changes, result.fails) == (3, (), False)


def test_new_labels_and_versions_are_written_when_nothing_is_lost(tmp_path: Path) -> None:
    folder = lay(tmp_path, *ZORBIMAB, QUELUTINIB)
    result = mappings_refresh(OFFICIAL, folder, write=True)
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
def test_a_retired_or_lost_code_fails_and_nothing_is_written(tmp_path: Path, row: Row, what: str) -> None:
    folder = lay(tmp_path, *ZORBIMAB, row)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    result = mappings_refresh(OFFICIAL, folder, write=True)
    assert result.fails
    assert [(change.what, change.row.code) for change in result.changes] == [(what, row.code)]
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    assert what in as_text(result)
    assert json.loads(as_json(result))["fails"] is True


def test_a_system_without_an_official_file_is_left_alone(tmp_path: Path) -> None:
    mondo = Row("condition", "mondo", "zorbic cancer", "exact", "MONDO:0000001", "zorbic cancer", sources="MONDO-SSSOM")
    result = mappings_refresh(OFFICIAL / "unii", lay(tmp_path, *ZORBIMAB, mondo))
    assert (result.confirmed, result.changes) == (1, ())


def test_a_folder_without_official_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="M805"):
        mappings_refresh(tmp_path / "nowhere", lay(tmp_path / "mappings", *ZORBIMAB))


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
        mappings_refresh(tmp_path / "official", lay(tmp_path / "mappings", *ZORBIMAB))


def test_online_fetches_unpacks_and_compares(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def packed(address: str, timeout: float) -> io.BytesIO:
        assert timeout > 0
        name = next(name for name in ("rxnorm", "UNII", "Thesaurus") if name in address)
        return io.BytesIO(Path(shutil.make_archive(str(tmp_path / name), "zip", OFFICIAL / _FOLDERS[name])).read_bytes())

    monkeypatch.setattr(urllib.request, "urlopen", packed)
    assert mappings_refresh(None, lay(tmp_path / "mappings", *ZORBIMAB)).confirmed == 3


_FOLDERS = {"rxnorm": "rxnorm", "UNII": "unii", "Thesaurus": "ncit"}


@pytest.mark.parametrize("failure", [OSError("no network"), zipfile.BadZipFile("not an archive")])
def test_online_without_a_network_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: Exception) -> None:
    def fail(_address: str, timeout: float) -> io.BytesIO:
        assert timeout > 0
        raise failure

    monkeypatch.setattr(urllib.request, "urlopen", fail)
    with pytest.raises(UsageError, match="M807"):
        mappings_refresh(None, lay(tmp_path / "mappings", *ZORBIMAB))
