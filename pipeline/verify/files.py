"""The files of a snapshot: what is there, what SHA256SUMS and the report say of it, and the lines in it."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from pipeline.errors import Problem, VerifyError
from pipeline.publishers import Publisher, profiles, publisher_from
from pipeline.verify.finding import Json, finding

_HASH = re.compile(r"[0-9a-f]{64}")
_SUMS = "SHA256SUMS"
_SUM = re.compile(r"([0-9a-f]{64})  (.+)")


def snapshot_of(path: Path) -> tuple[Path | None, list[Path]]:
    """The snapshot folder and its version folders, for an output, snapshot or version folder.

    Returns:
        The snapshot (None where only a version folder was given by itself) and the version folders.

    Raises:
        VerifyError: C600, if there is no snapshot.
    """
    folder = path
    if (path / "current").is_dir():
        folder = path / "current"
    elif (path / "CURRENT").is_file():
        folder = path / (path / "CURRENT").read_text(encoding="utf-8").strip()
    folder = folder.resolve()
    if (folder / "resources").is_dir():
        whole = folder.parent if (folder.parent / "report.json").is_file() else None
        return whole, [folder]
    versions = sorted(child for child in folder.iterdir() if (child / "resources").is_dir()) if folder.is_dir() else []
    if not versions:
        cause = "there is no snapshot here" if path.exists() else "there is no such folder"
        remedy = "Name an output folder, a snapshot in it, or a FHIR version's folder."
        raise VerifyError(Problem("C600", "fatal", cause, remedy, source=str(path)))
    return folder, versions


def below(folder: Path) -> list[str]:
    """The relative paths of the files below a folder, in byte order."""
    return sorted(
        (p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file() or p.is_symlink()), key=os.fsencode
    )


def sha256(path: Path) -> str:
    """SHA-256 of a file's bytes in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def document(path: Path) -> Json:
    """A JSON object of the snapshot.

    Raises:
        VerifyError: C607, if it cannot be read or is none.
    """
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise VerifyError(_unreadable(path, f"it cannot be read ({error})")) from error
    if not isinstance(found, dict):
        raise VerifyError(_unreadable(path, "it is not a JSON object"))
    return found


def publishers_of(snapshot: Path | None) -> tuple[tuple[Publisher, ...], list[Problem]]:
    """The publishers' profiles in a snapshot's report, and what is wrong with them.

    Those that onlabel knows where only a version folder was given, or where the report has none.

    Raises:
        VerifyError: C607, if there is no report.
    """
    if snapshot is None:
        return profiles(), []
    report = snapshot / "report.json"
    try:
        found = tuple(map(publisher_from, document(report).get("publishers") or ()))
    except (TypeError, AttributeError, ValueError) as error:
        return profiles(), [finding("C603", f"the publishers are not as onlabel writes them ({error})", str(report))]
    return (found, []) if found else (profiles(), [finding("C603", "it names no publishers", str(report))])


def _unreadable(path: Path, cause: str) -> Problem:
    remedy = "Do not use this output: it is damaged. Make it again from the pages."
    return Problem("C607", "fatal", cause, remedy, source=str(path))


def check_files(snapshot: Path) -> Iterator[Problem]:
    """Every file is listed in SHA256SUMS with its hash, and the folder's name is that of all (`pipeline/publish/README.md`).

    Raises:
        VerifyError: C607, if SHA256SUMS cannot be read.
    """
    found = {name: sha256(snapshot / name) for name in below(snapshot)}
    listed = _sums(snapshot / _SUMS)
    for name in sorted((found.keys() - {_SUMS}) ^ listed.keys()):
        yield finding("C601", "", str(snapshot / name))
    for name in sorted(found.keys() & listed.keys()):
        if found[name] != listed[name]:
            yield finding("C602", "", str(snapshot / name))
    content = hashlib.sha256("".join(f"{digest}  {name}\n" for name, digest in found.items()).encode()).hexdigest()
    if _HASH.fullmatch(snapshot.name) and snapshot.name != content:
        yield finding("C604", f"that is {content}", str(snapshot))


def _sums(path: Path) -> dict[str, str]:
    """The hash of each file that `sha256sum` has listed, by its path."""
    try:
        rows = [_SUM.fullmatch(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise VerifyError(_unreadable(path, f"it cannot be read ({error})")) from error
    if None in rows:
        raise VerifyError(_unreadable(path, "it is not a list of hashes and files"))
    return {row[2]: row[1] for row in rows if row}


def check_report(
    snapshot: Path, version: str, counts: Counter[str], pages: Counter[str], stale: Mapping[str, str]
) -> Iterator[Problem]:
    """The report's accounting adds up and speaks of these resources and these pages (by their SHA-256).

    `stale` are the pages that are marked so, each with the day on which it was read last.
    """
    report = document(snapshot / "report.json")
    accounting = dict(report.get("accounting", {}))
    inputs = accounting.pop("inputs", None)
    if inputs != sum(accounting.values()) or inputs != len(report.get("inputs", ())):
        yield finding("C603", "the accounting does not add up to the number of inputs", str(snapshot / "report.json"))
    if report.get("resources", {}).get(version) != dict(counts):
        yield finding("C603", f"there are {dict(counts)}", str(snapshot / "report.json"))
    listed = [*report.get("inputs", ()), *report.get("stale", ())]
    if {str(page.get("sha256")): str(page.get("read")) for page in report.get("stale", ())} != stale:
        yield finding("C603", "the stale pages are not those that are marked so", str(snapshot / "report.json"))
    published = Counter(str(page.get("sha256")) for page in listed if page.get("outcome") == "published")
    if published != pages:
        yield finding("C603", "the published inputs are not the pages in the snapshot", str(snapshot / "report.json"))


def lines(path: Path) -> Iterator[tuple[int, Json | None]]:
    """The JSON objects of an NDJSON file with their line numbers; None for a line that is none."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                value = json.loads(line)
            except ValueError:
                value = None
            yield number, value if isinstance(value, dict) and line.endswith(b"\n") else None
