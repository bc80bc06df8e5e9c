"""Bulk Data Publish, beside the snapshots: a manifest of the current one, and a chain of updates that leads to it.

What depends on history or clock is not in a snapshot. Below `bulk/<version>/` of an output folder stand `$bulk-publish`, the
manifest, and a folder for each snapshot, named by its `transactionTime`: `next.json`, the page of the chain at which a client
waits, and where another snapshot came before, `update.json` with the files that make the one of the other. Manifest and links
are derived from these folders in each run, so whatever a run that died left undone, the next one does.

Source: https://hl7.org/fhir/uv/bulkdata/4.0.0-202609-ballot/en/publish.html
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from pipeline.errors import Problem, UsageError
from pipeline.publish.files import NewFolder, sync_folder, write_file
from pipeline.publish.output import BULK, OutputFolder
from pipeline.publish.snapshot import SUMS
from pipeline.publish.spool import load_rank
from pipeline.withdrawal import deletion

#: The manifest. How its URL ends is prescribed, and so is its type.
ROOT: Final = "$bulk-publish"
_TYPE: Final = "http://hl7.org/fhir/uv/bulkdata/StructureDefinition/BulkPublishManifest"
_UPDATE, _NEXT, _OUTCOME, _DELETED = "update.json", "next.json", "outcome.ndjson", "deleted.ndjson"
_PENDING, _CLOSED = "#pending", "#closed"
_WEB_ADDRESS: Final = re.compile(r"https?://[^\s<>\"|#?]+")
_DURATION: Final = re.compile(r"P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?")
_SNAPSHOT: Final = re.compile(rf"snapshots/([0-9a-f]{{64}})/{SUMS}")


class Hosting(NamedTuple):
    """Where an output folder is published: its URL, without a slash at the end, and how often (an ISO 8601 duration).

    Without a URL, those in a manifest are relative to it.
    """

    base_url: str | None = None
    update_cadence: str | None = None

    @classmethod
    def of(cls, base_url: str | None, update_cadence: str | None) -> Hosting:
        """The options `--base-url` and `--update-cadence`, checked; raises UsageError (U915)."""
        if base_url is not None and not _WEB_ADDRESS.fullmatch(base_url):
            cause = f"--base-url {base_url!r} is not a web address to publish at"
            remedy = "Give an absolute URL, as in https://data.example.org/onlabel."
            raise UsageError(Problem("U915", "error", cause, remedy))
        if update_cadence is not None and not _DURATION.fullmatch(update_cadence):
            cause = f"--update-cadence {update_cadence!r} is not a duration"
            raise UsageError(Problem("U915", "error", cause, "Write it as ISO 8601 does: P1D, PT6H."))
        return cls(base_url and base_url.rstrip("/"), update_cadence)


def publish_manifests(  # noqa: PLR0913, PLR0917 - what, where, and when
    output: OutputFolder, snapshot: Path, hosting: Hosting, canonical: str, now: datetime, keep: int | None = None
) -> None:
    """Let the manifests of an output folder be those of a snapshot, one for each of its FHIR versions.

    Where they are, nothing is written. `transactionTime` is the moment at which the snapshot became current, and later than
    that of the one before even if the clock was set back.

    Args:
        output: The output folder, held by this run.
        snapshot: The snapshot that is current now.
        hosting: Where the folder is published.
        canonical: The base of the URLs that are onlabel's own.
        now: The moment of the run.
        keep: So many snapshots keep their updates (None for all); who waits at an older one is told to begin again.

    Raises:
        OSError: Something cannot be written, or a snapshot cannot be read.

    """
    here = {folder.parent.name for folder in snapshot.glob("*/resources")}
    there = {folder.name for folder in (output.path / BULK).glob("*") if folder.is_dir()}
    for version in sorted(here | there):
        chain = _Chain(output.path, f"{BULK}/{version}", hosting, f"{canonical}/StructureDefinition/snapshot")
        if version in here:
            chain.extend(snapshot / version, output.staging / BULK, now)
        else:
            (chain.place / ROOT).unlink(missing_ok=True)
        chain.link(_PENDING if version in here else _CLOSED, keep)


@dataclass(frozen=True, slots=True)
class _Chain:
    """The manifests of one FHIR version, in `path` of the output folder. `mark` is the URL of our extension."""

    output: Path
    path: str
    hosting: Hosting
    mark: str

    @property
    def place(self) -> Path:
        return self.output / self.path

    @property
    def folders(self) -> list[str]:
        return sorted(file.parent.name for file in self.place.glob(f"*/{_NEXT}"))

    def extend(self, version: Path, staging: Path, now: datetime) -> None:
        """Add a folder for a snapshot's version unless the last one is of it and open, and let the manifest be of it."""
        last = self.folders[-1] if self.folders else None
        # What was closed stays so, even where the same snapshot is current again.
        if last is None or self._link(last) == _CLOSED or self._head(last, version.parent.name) != self._said(last):
            folder = _folder(now, last)
            self._add(folder, version, self._before(last, version.name), staging)
            last = folder
        below = f"snapshots/{version.parent.name}/{version.name}/resources"
        manifest = {
            **self._head(last, version.parent.name, self.path),
            "output": [
                {"type": file.stem, **self._entry(file, f"{below}/{file.name}", self.path)} for file in _resource_files(version)
            ],
            "deleted": [],
            "outcome": self._outcome(self.place / last, last, self.path),
            "link": [{"relation": "next", "url": self._url(f"{self.path}/{last}/{_NEXT}", self.path)}],
        }
        _write_if_other(self.place / ROOT, _json(manifest))

    def link(self, end: str, keep: int | None) -> None:
        """Let each folder lead to the next one, and the last to the `end`; remove updates from before those to keep."""
        folders = self.folders
        for folder in folders[:-keep] if keep else ():
            for file in (self.place / folder).iterdir():
                if file.name != _NEXT:
                    file.unlink()
        targets = [
            self._url(f"{self.path}/{new}/{_UPDATE}", f"{self.path}/{old}")
            if (self.place / new / _UPDATE).is_file()
            else _CLOSED
            for old, new in pairwise(folders)
        ]
        for folder, target in zip(folders, [*targets, end], strict=False):
            # What was closed is closed for good.
            if self._link(folder) != _CLOSED:
                _write_if_other(self.place / folder / _NEXT, _json(_linked(self._said(folder), target)))

    def _before(self, last: str | None, version: str) -> Path | None:
        """The version of the snapshot that an update begins from: the last one, published likewise, and still here."""
        if last is None or self._link(last) != _PENDING:
            return None
        said = self._said(last)
        name = _SNAPSHOT.search(said["extension"][0]["valueUrl"])
        if name is None or said != self._head(last, name[1]):
            return None
        before = self.output / "snapshots" / name[1] / version
        return before if before.is_dir() else None

    def _add(self, folder: str, version: Path, before: Path | None, staging: Path) -> None:
        """Write the folder of a snapshot, whole or not at all."""
        shutil.rmtree(staging, ignore_errors=True)
        new = NewFolder(staging)
        with new.file(_OUTCOME) as file:
            for line in _problems(version.parent):
                file.write(line)
        head, here = self._head(folder, version.parent.name), f"{self.path}/{folder}"
        with new.file(_NEXT) as file:
            file.write(_json(_linked(head, _PENDING)))
        if before:
            changed, deleted = _write_update(new, before, version)
            update = {
                **head,
                "output": [{"type": kind, **self._entry(staging / name, f"{here}/{name}", here)} for kind, name in changed],
                "deleted": [self._entry(staging / name, f"{here}/{name}", here) for name in deleted],
                "outcome": self._outcome(staging, folder, here),
            }
            with new.file(_UPDATE) as file:
                file.write(_json(_linked(update, self._url(f"{here}/{_NEXT}", here))))
        self.place.mkdir(parents=True, exist_ok=True)
        staging.rename(self.place / folder)
        sync_folder(self.place)

    def _head(self, folder: str, snapshot: str, page: str | None = None) -> dict[str, Any]:
        """What all pages of a snapshot say, the one in the path `page` (its own folder unless it is given)."""
        cadence = self.hosting.update_cadence
        sums = self._url(f"snapshots/{snapshot}/{SUMS}", page or f"{self.path}/{folder}")
        return {
            "extension": [{"url": self.mark, "valueUrl": sums}],
            "manifestType": _TYPE,
            "transactionTime": _moment(folder).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            **({"updateCadence": cadence} if cadence else {}),
            "requiresAccessToken": False,
            "outputFormat": "application/fhir+ndjson",
        }

    def _said(self, folder: str) -> dict[str, Any]:
        """What a snapshot's page said when it was written, without its link."""
        said: dict[str, Any] = orjson.loads((self.place / folder / _NEXT).read_bytes())
        return {name: value for name, value in said.items() if name != "link"}

    def _link(self, folder: str) -> str:
        return str(orjson.loads((self.place / folder / _NEXT).read_bytes())["link"][0]["url"])

    def _outcome(self, folder: Path, name: str, page: str) -> list[dict[str, Any]]:
        file = folder / _OUTCOME
        return [self._entry(file, f"{self.path}/{name}/{_OUTCOME}", page)] if file.is_file() else []

    def _entry(self, file: Path, path: str, page: str) -> dict[str, Any]:
        return {"url": self._url(path, page), "count": sum(1 for _ in _lines(file)), "fileSize": file.stat().st_size}

    def _url(self, path: str, page: str) -> str:
        """The URL of a path in the output folder, for a page in another."""
        base = self.hosting.base_url
        return f"{base}/{path}" if base else Path(os.path.relpath(path, page)).as_posix()


def _folder(now: datetime, last: str | None) -> str:
    """The name of a new folder: its moment, later than that of the last one."""
    moment = now.astimezone(UTC)
    if last is not None:
        moment = max(moment, _moment(last) + timedelta(milliseconds=1))
    return f"{moment:%Y%m%dT%H%M%S}.{moment.microsecond // 1000:03}Z"


def _moment(folder: str) -> datetime:
    return datetime.strptime(folder, "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC)


def _linked(page: Mapping[str, Any], url: str) -> dict[str, Any]:
    return {**page, "link": [{"relation": "next", "url": url}]}


def _write_update(new: NewFolder, before: Path, after: Path) -> tuple[list[tuple[str, str]], list[str]]:
    """Write what makes one version folder of another: resources that are new or differ, and a Bundle that deletes the others.

    Returns:
        Type and name of each file of resources, in load order; and the name of the Bundle's file, if there is one.

    """
    gone: list[str] = []
    there = {path.stem: path for path in (*_resource_files(before), *_resource_files(after))}
    for kind in sorted(there, key=load_rank):
        old, now = (_lines_by_id(version / "resources" / f"{kind}.ndjson") for version in (before, after))
        gone += (f"{kind}/{one}" for one in old.keys() - now.keys())
        with new.file(f"{kind}.ndjson") as file:
            for line in _lines(after / "resources" / f"{kind}.ndjson"):
                if _digest(line) != old.get(_id(line)):
                    file.write(line)
    with new.file(_DELETED) as file:
        if gone:
            file.write(orjson.dumps(deletion(sorted(gone))) + b"\n")
    return [(kind, name) for kind in sorted(there, key=load_rank) if (name := f"{kind}.ndjson") in new.files], [
        name for name in (_DELETED,) if name in new.files
    ]


def _problems(snapshot: Path) -> Iterator[bytes]:
    """The OperationOutcomes of a snapshot, without what is information only."""
    for line in _lines(snapshot / "outcome" / "OperationOutcome.ndjson"):
        outcome = orjson.loads(line)
        issues = [issue for issue in outcome["issue"] if issue["severity"] != "information"]
        if issues:
            yield orjson.dumps({**outcome, "issue": issues}) + b"\n"


def _resource_files(version: Path) -> list[Path]:
    return sorted((version / "resources").glob("*.ndjson"), key=lambda path: load_rank(path.stem))


def _lines(path: Path) -> Iterator[bytes]:
    if path.is_file():
        with path.open("rb") as file:
            yield from file


def _lines_by_id(path: Path) -> dict[str, bytes]:
    return {_id(line): _digest(line) for line in _lines(path)}


def _id(line: bytes) -> str:
    return str(orjson.loads(line)["id"])


def _digest(line: bytes) -> bytes:
    return hashlib.sha256(line).digest()


def _json(document: Mapping[str, Any]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _write_if_other(path: Path, data: bytes) -> None:
    if not path.is_file() or path.read_bytes() != data:
        write_file(path, data)
