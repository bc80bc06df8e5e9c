"""Snapshots in a store: the current one brought here as the base of a run, a new one sent there and made current last.

The layout is that of an output folder, with `CURRENT` (`snapshots/<hash>`) in place of the link. Snapshots are named by their
content, so sending one is harmless; only writing `CURRENT` publishes, and it is one object.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import Problem, StoreError, excerpt
from pipeline.publish.files import content_hash, files_below, write_file
from pipeline.publish.output import BULK, MARKER, refuse_links
from pipeline.store.objects import IN_FLIGHT, Listed, Objects

CURRENT = "CURRENT"
_REPORT = "report.json"
_POINTER = re.compile(r"snapshots/([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Began:
    """What was current in a store when a run began: its hash, and the `CURRENT` that said so; None where there was none."""

    name: str | None = None
    seen: Listed | None = None


def base(store: Objects, output: Path) -> Began:
    """Make the local output folder's current snapshot the store's; it is fetched only if it is not here already.

    Raises:
        StoreError: S101 to S104 (the store), S105 (it holds something else), S108 (a snapshot that is not what it is called),
            S109 (`CURRENT` names none).

    """
    _claim(store)
    began = current(store)
    output.mkdir(parents=True, exist_ok=True)
    refuse_links(output)
    (output / MARKER).touch()
    (output / "current").unlink(missing_ok=True)
    _fetch_other(store, output, BULK)
    if began.name is None:
        (output / CURRENT).unlink(missing_ok=True)
        return began
    folder = output / "snapshots" / began.name
    if not folder.is_dir() or content_hash(folder) != began.name:
        _fetch(store, began.name, folder, output / ".fetched")
    write_file(output / CURRENT, f"snapshots/{began.name}\n".encode())
    return began


def current(store: Objects) -> Began:
    """What the store's `CURRENT` says now; raises StoreError (S109) where it names no snapshot."""
    # What it looks like before what it says: if it changes in between, the condition on writing it fails, which is safe.
    seen = store.seen(CURRENT)
    if seen is None:
        return Began()
    said = store.read(CURRENT).decode("utf-8", "replace").strip()
    match = _POINTER.fullmatch(said)
    if match is None:
        cause = f"what is current there cannot be known: CURRENT says {excerpt(said)!r}"
        remedy = "Write `snapshots/<hash>` of a snapshot there into it, or remove it to publish as if for the first time."
        raise StoreError(Problem("S109", "fatal", cause, remedy, source=store.at_url(CURRENT)))
    return Began(match[1], seen)


def push(store: Objects, snapshot: Path, began: Began) -> None:
    """Send a snapshot, read back what arrived, and make it the current one, unless another run did so meanwhile.

    Raises:
        StoreError: S101 to S104 (the store), S106 (another run published meanwhile), S108 (what arrived is not what was sent).

    """
    there = f"snapshots/{snapshot.name}"
    if began.name != snapshot.name:
        # Sent in any case: where an old snapshot is to be current again, that makes it a new one for `remove_beyond`.
        store.upload(snapshot / _REPORT, f"{there}/{_REPORT}")
    _send(store, snapshot, there)
    found = current(store)
    if found.name == snapshot.name:
        return
    if found.name != began.name:
        raise _overtaken(store, found)
    if not store.replace(CURRENT, f"{there}\n".encode(), found.seen):
        now = current(store)
        # It is what we wrote where the answer to a first try was lost.
        if now.name != snapshot.name:
            raise _overtaken(store, now)


def push_folder(store: Objects, folder: Path, name: str) -> None:
    """Send a run's own folder."""
    _send(store, folder, name)


def push_bulk(store: Objects, output: Path) -> None:
    """Send `bulk/` of an output folder, then remove what the run removed there: manifests that ended, and old updates.

    A folder that is not here at all is left alone: another run made it meanwhile.
    """
    _send(store, output / BULK, BULK)
    gone = [name for name in store.list(BULK) if (output / name).parent.is_dir() and not (output / name).exists()]
    if gone:
        store.remove(gone)


def _claim(store: Objects) -> None:
    if store.seen(MARKER) is None:
        others = sorted(store.list())
        if others and CURRENT not in others:
            cause = f"the store holds something there that onlabel did not write ({', '.join(others[:3])})"
            remedy = "Name a prefix of its own for the output. Nothing was touched."
            raise StoreError(Problem("S105", "fatal", cause, remedy, source=store.url))
        store.write(MARKER, b"What is below this prefix is written by onlabel.\n")


def _fetch_other(store: Objects, output: Path, folder: str) -> None:
    """Bring a folder's files here that are not here as they are there: another machine may have run last."""
    for name, seen in store.list(folder).items():
        here = output / name
        if not {"", ".", ".."} & set(name.split("/")) and not (here.is_file() and _same(store, name, seen, here)):
            store.download(name, here)


def _fetch(store: Objects, name: str, folder: Path, unfinished: Path) -> None:
    shutil.rmtree(unfinished, ignore_errors=True)
    there = f"snapshots/{name}"
    names = [one.removeprefix(f"{there}/") for one in store.list(there)]
    # A key may hold anything; what would be written outside the folder is of no snapshot.
    names = [one for one in names if not {"", ".", ".."} & set(one.split("/"))]
    with ThreadPoolExecutor(max_workers=IN_FLIGHT) as threads:
        for _ in threads.map(lambda one: store.download(f"{there}/{one}", unfinished / one), names):
            pass
    if not unfinished.is_dir() or content_hash(unfinished) != name:
        cause = "the snapshot that is current there is not what it is called by: files of it are missing or were changed"
        remedy = "Put its files back, or let CURRENT name a whole one."
        raise StoreError(Problem("S108", "fatal", cause, remedy, source=store.at_url(there)))
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(exist_ok=True)
    unfinished.rename(folder)


def _send(store: Objects, folder: Path, name: str) -> None:
    """Send the files of a folder that are not there as they are here, and look at all of them again."""
    missing = _missing(store, folder, name)
    with ThreadPoolExecutor(max_workers=IN_FLIGHT) as threads:
        for _ in threads.map(lambda one: store.upload(folder / one, f"{name}/{one}"), missing):
            pass
    missing = missing and _missing(store, folder, name)
    if missing:
        cause = f"what the store gives back is not what was sent ({', '.join(missing[:3])})"
        remedy = "Look at the store; another program may write there. What was current is current."
        raise StoreError(Problem("S108", "fatal", cause, remedy, source=store.at_url(name)))


def _missing(store: Objects, folder: Path, name: str) -> list[str]:
    """The files of a folder that the store has not, or not as they are here."""
    names = files_below(folder)
    there = store.list(name)
    with ThreadPoolExecutor(max_workers=IN_FLIGHT) as threads:
        same = threads.map(lambda one: _same(store, f"{name}/{one}", there.get(f"{name}/{one}"), folder / one), names)
        return [one for one, is_there in zip(names, same, strict=True) if not is_there]


def _same(store: Objects, name: str, seen: Listed | None, file: Path) -> bool:
    if seen is None or seen.size != file.stat().st_size:
        return False
    with file.open("rb") as data:
        # What an ETag is, is the store's business; but one that is the content's MD5 is no accident.
        md5 = hashlib.file_digest(data, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
        if seen.etag is not None and seen.etag.strip('"') == md5:
            return True
        data.seek(0)
        return store.sha256(name) == hashlib.file_digest(data, "sha256").hexdigest()


def _overtaken(store: Objects, found: Began) -> StoreError:
    cause = f"another run published there meanwhile (current is {found.name or 'none'})"
    remedy = "Run again: the new run begins from what is there now. Nothing was replaced."
    return StoreError(Problem("S106", "fatal", cause, remedy, source=store.at_url(CURRENT)))
