"""Pages that were published and cannot be read now: their bytes as they were read last, in the output folder's `kept/`.

Like the seeds they are an input: what is published is a function of pages, kept pages and settings. Which pages are kept, and
until when, depends on what was published before and on the day of the run; that is settled here, before anything is written.
"""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import orjson

from pipeline.errors import Problem, PublishError
from pipeline.publish import OutputFolder, PageResult, compare, current_snapshot, published_in, settle
from pipeline.publish.files import LARGE, refusals, write_file
from pipeline.seeds import Source, Stale

#: What becomes of a page that was published and cannot be read now.
OnUnreadable: TypeAlias = Literal["keep", "drop"]

_LIST: Final = "kept.json"
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Keeping:
    """What a run is to do with pages that cannot be read: keep them or not, for how many days, and which day it is."""

    on_unreadable: OnUnreadable
    days: int
    today: date


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page as `kept.json` lists it: its name and drug, the hash of its bytes, when they were read last, since when not."""

    name: str
    drug: str
    sha256: str
    read: date
    since: date


@dataclass(frozen=True, slots=True)
class Kept:
    """The kept pages of a run as sources to convert, each with its drug and a note on it."""

    sources: tuple[Source, ...] = ()
    drugs: tuple[str, ...] = ()
    notes: tuple[Problem, ...] = ()

    def notes_on(self, published: Container[str]) -> tuple[Problem, ...]:
        """What people must know of those kept pages that are published."""
        return tuple(note for note, drug in zip(self.notes, self.drugs, strict=True) if drug in published)

    def checked(self, pages: Sequence[PageResult]) -> list[PageResult]:
        """The results of the sources in their order; one that is another drug's by now is not published."""
        return [
            page if page.slug == drug else replace(page, outcome="quarantined")
            for page, drug in zip(pages, self.drugs, strict=True)
        ]


def keep_pages(output: OutputFolder, pages: Sequence[PageResult], how: Keeping) -> Kept:
    """Settle which pages are kept, and write them to the output folder's `kept/`: these, and no others.

    Args:
        output: The output folder, held by this run.
        pages: What became of the pages of the run.
        how: Whether to keep them, and for how long.

    Raises:
        PublishError: P503 to P505 (`kept/` cannot be written), P506 (what was published before cannot be read),
            P532 (`kept/` is not as onlabel wrote it).

    """
    folder = output.kept
    wanted: list[KeptPage] = []
    snapshot = None
    settled = settle(pages, {})
    if how.on_unreadable == "keep" and any(one.outcome == "quarantined" for one in settled):
        snapshot = current_snapshot(output.path)
        known = {**_listed(folder), **_published(snapshot, output, how.today)}
        stale = compare(settled, {drug: page.name for drug, page in known.items()}).stale
        wanted = [known[drug] for drug in stale if (how.today - known[drug].since).days <= how.days]
    with refusals(folder):
        written = _write(folder, wanted, snapshot)
    return Kept(
        tuple(Source(one.name, str(folder / one.sha256), stale=Stale(one.read, one.since)) for one in written),
        tuple(one.drug for one in written),
        tuple(_note(one, one.since + timedelta(days=how.days)) for one in written),
    )


def _note(page: KeptPage, last: date) -> Problem:
    cause = (
        f"the page of {page.drug!r} cannot be read, so what it said when it was read last ({page.read}) is published, "
        "marked as stale"
    )
    remedy = f"Fix the page; after {last} the drug is left out (--stale-for)."
    return Problem("P531", "warning", cause, remedy, source=page.name)


def _listed(folder: Path) -> dict[str, KeptPage]:
    """The pages in `kept/`, by drug."""
    file = folder / _LIST
    if not file.exists():
        return {}
    try:
        found = [_kept(item) for item in orjson.loads(file.read_bytes())]
        for page in found:
            if hashlib.sha256((folder / page.sha256).read_bytes()).hexdigest() != page.sha256:
                raise ValueError(page.sha256)  # noqa: TRY301 - as any other fault
    except (OSError, ValueError, KeyError, TypeError) as error:
        cause = f"the kept pages are not as onlabel wrote them ({type(error).__name__}: {error})"
        remedy = "Put them back, or remove the folder: pages are then kept as the current snapshot has them."
        raise PublishError(Problem("P532", "fatal", cause, remedy, source=str(folder))) from error
    return {page.drug: page for page in found}


def _kept(item: Mapping[str, Any]) -> KeptPage:
    if not _SHA256.fullmatch(item["sha256"]):
        raise ValueError(item["sha256"])
    dates = {name: date.fromisoformat(item[name]) for name in ("read", "since")}
    return KeptPage(str(item["name"]), str(item["drug"]), item["sha256"], **dates)


def _published(snapshot: Path | None, output: OutputFolder, today: date) -> dict[str, KeptPage]:
    """The pages of the current snapshot by drug, as they would be kept."""
    read = _last_day(snapshot, output) if snapshot else today
    return {
        drug: KeptPage(page.name, drug, page.sha256, *((page.stale.read, page.stale.since) if page.stale else (read, today)))
        for drug, page in published_in(snapshot)
    }


def _last_day(snapshot: Path, output: OutputFolder) -> date:
    """The day of the last run after which a snapshot was current: on it, its pages could be read."""
    for path in sorted((output.path / "runs").glob("*/run.json"), reverse=True):
        try:
            run = orjson.loads(path.read_bytes())
            if run["snapshot"] == snapshot.name:
                return date.fromisoformat(run["day"])
        except (OSError, ValueError, KeyError, TypeError):
            continue  # a run that could not write it whole, or of an older onlabel
    return datetime.fromtimestamp(snapshot.stat().st_mtime, UTC).date()


def _write(folder: Path, pages: Sequence[KeptPage], snapshot: Path | None) -> list[KeptPage]:
    """Make `kept/` hold these pages and no others; gives those whose bytes are to be had.

    Its list is written when what it names is there, and what it no longer names is removed last.
    """
    if not pages:
        if folder.exists():
            shutil.rmtree(folder)
        return []
    folder.mkdir(exist_ok=True)
    missing = {page.sha256 for page in pages if not (folder / page.sha256).exists()}
    for sha256, data in _bytes_of(snapshot, missing):
        write_file(folder / sha256, data)
    there = [page for page in pages if (folder / page.sha256).exists()]
    write_file(folder / _LIST, orjson.dumps(there, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    hashes = {page.sha256 for page in there}
    for path in folder.iterdir():
        if path.name not in {*hashes, _LIST}:
            path.unlink()
    return there


def _bytes_of(snapshot: Path | None, hashes: Collection[str]) -> Iterator[tuple[str, bytes]]:
    """Pages of a snapshot, byte for byte, by their hashes: each is in its DocumentReference."""
    documents = next(iter(snapshot.glob("*/resources/DocumentReference.ndjson")), None) if snapshot and hashes else None
    if documents is None:
        return
    with documents.open("rb", buffering=LARGE) as lines:
        for line in lines:
            attachment = orjson.loads(line)["content"][0]["attachment"]
            if "data" not in attachment:
                continue  # its license does not let it be published: such a page is not kept
            data = base64.b64decode(attachment["data"])
            sha256 = hashlib.sha256(data).hexdigest()
            if sha256 in hashes:
                yield sha256, data
