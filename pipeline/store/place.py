"""Where a run works: its folders as they are, or, where pages or output are in a store, a local folder that stands for it."""

from __future__ import annotations

import hashlib
import os
import re
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pipeline.errors import Problem, StoreError, excerpt
from pipeline.publish.files import refusals
from pipeline.publish.lock import lock_or_holder, say
from pipeline.publish.output import BULK
from pipeline.seeds import Fetched
from pipeline.store.keeping import remove_beyond
from pipeline.store.objects import Objects, is_url, without_secrets
from pipeline.store.pages import fetch_pages
from pipeline.store.snapshots import Began, base, push, push_bulk, push_folder


@dataclass
class Place:
    """The local side of a run, for plain calls and tasks alike: `fetch`, convert what it gives to `output`, `push`.

    `seeds` and `target` are what the user named, `output` the folder to convert to, `folder` the local folder for what is in a
    store; None without a URL, and then `fetch` and `push` have nothing to do.
    """

    seeds: tuple[str, ...]
    target: str
    folder: Path | None
    output: Path
    _began: Began = field(default_factory=Began)
    _reached: bool = False

    @classmethod
    def of(cls, seeds: Sequence[str], output: str, work: Path | None = None) -> Place:
        """Where a run works.

        Args:
            seeds: Paths, and URLs of a store (`s3://bucket/pages`). A `file://` URL is the path in it.
            output: A folder's path, or a URL of a store.
            work: The local folder for what is in a store, kept between runs; one for the output (or pages) below the user's
                cache folder unless it is given.

        Raises:
            StoreError: S101, a `file://` URL names a host; S102, a URL holds credentials.

        """
        seeds, output = tuple(map(_local, seeds)), _local(output)
        urls = [without_secrets(given) for given in (output, *seeds) if is_url(given)]
        if not urls:
            return cls(seeds, output, None, Path(output))
        # By the output, where it is in a store: two runs that publish to one place must meet. Else by the pages.
        folder = (work or _cache_folder(output if is_url(output) else "\n".join(sorted(urls)))).absolute()
        return cls(seeds, output, folder, folder / "output" if is_url(output) else Path(output))

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the local folder for a `with` block.

        Raises:
            StoreError: S107, another run on this machine uses it.

        """
        if self.folder is None:
            yield
        else:
            with _held(self.folder):
                yield

    @property
    def in_store(self) -> bool:
        """Whether pages or output are in a store, so that there is something to fetch or push."""
        return self.folder is not None

    def reach(self, announce: Callable[[str], None] = lambda _: None) -> None:
        """See that every store answers at all, once; only then is trying again of use.

        Args:
            announce: Told, in a line, where one takes its time.

        Raises:
            StoreError: S101, S111.

        """
        if self._reached:
            return
        urls = [given for given in (*self.seeds, self.target) if is_url(given)]
        # One bucket is one store; what is below it is found out by using it.
        for url in {urlsplit(url)[:2]: url for url in urls}.values():
            Objects.at(url).reach(announce)
        self._reached = True

    def fetch(self, max_bytes: int) -> tuple[Path | Fetched, ...]:
        """Bring here what is in a store: the pages, and the snapshot that is current there.

        Raises:
            StoreError: S101 to S105, S108, S109, S111.
            PublishError: P503 to P505, the local folder cannot be written.

        """
        urls = [seed for seed in self.seeds if is_url(seed)]
        seeds: list[Path | Fetched] = [Path(seed) for seed in self.seeds if not is_url(seed)]
        if self.folder is None:
            return tuple(seeds)
        self.reach()
        with refusals(self.folder):
            if urls:
                seeds += fetch_pages(urls, self.folder / "pages", max_bytes, self.target)
            if is_url(self.target):
                self._began = base(Objects.at(self.target), self.output)
        return tuple(seeds)

    def push(self, snapshot: Path, run: Path, keep: int | None = None) -> tuple[Problem, ...]:
        """Publish a snapshot of `output` in the store, and keep the run's folder there; nothing where the output is a folder.

        Args:
            snapshot: The snapshot's folder.
            run: The run's own folder.
            keep: How many snapshots to keep in the store; None for all.

        Returns:
            S110, where the run's folder or `bulk/` could not be kept, S112, where old snapshots could not be removed: the new
            one stands.

        Raises:
            StoreError: S101 to S104, S106, S108.

        """
        if not is_url(self.target):
            return ()
        store = Objects.at(self.target)
        push(store, snapshot, self._began)
        try:
            push_folder(store, run, f"runs/{run.name}")
            push_bulk(store, self.output)
        except StoreError as error:
            cause = f"the run's folder, or `{BULK}`, is not kept in the store: {error.problem.cause}"
            remedy = f"The snapshot stands; the run's folder is {run}."
            return (Problem("S110", "warning", cause, remedy, source=error.problem.source),)
        try:
            if keep is not None:
                remove_beyond(store, keep)
        except StoreError as error:
            cause = f"snapshots beyond the {keep} to keep could not be removed: {error.problem.cause}"
            remedy = "Give the right to list and delete objects there; the next run tries again."
            return (Problem("S112", "warning", cause, remedy, source=error.problem.source),)
        return ()

    def shown(self, path: Path) -> str:
        """Where something of `output` is for the user: in the store, or on this machine."""
        if is_url(self.target) and path.is_relative_to(self.output):
            return f"{self.target.rstrip('/')}/{path.relative_to(self.output).as_posix()}"
        return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def _local(given: str) -> str:
    parts = urlsplit(given)
    if parts.scheme != "file":
        return given
    if parts.netloc not in {"", "localhost"}:
        # `file://seeds`: without its host the path is empty, which is the folder that one stands in.
        cause = f"a file:// URL is a path of this machine, and {excerpt(parts.netloc)!r} stands where a host's name does"
        remedy = "Name the path itself, or three slashes and the whole path, as in file:///data/seeds."
        raise StoreError(Problem("S101", "fatal", cause, remedy, source=without_secrets(given)))
    return unquote(parts.path)


def _cache_folder(named: str) -> Path:
    readable = re.sub(r"[^a-z0-9]+", "-", named.lower()).strip("-")[:40]
    digest = hashlib.sha256(named.rstrip("/").encode()).hexdigest()[:12]
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "onlabel", f"{readable}-{digest}")


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold the local folder for one run; the lock goes with the process."""
    lock = folder / ".onlabel-store"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not lock.exists() and any(folder.iterdir()):
            # What is not wanted any more is removed from it: it must be ours.
            cause = "the local folder for what is in the store holds something that onlabel did not write"
            remedy = "Name an empty folder with --work. Nothing was touched."
            raise StoreError(Problem("S107", "fatal", cause, remedy, source=str(folder)))
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    except OSError as error:
        cause = f"the local folder for what is in the store cannot be used ({error.strerror})"
        raise StoreError(Problem("S107", "fatal", cause, "Name another one with --work.", source=str(folder))) from error
    try:
        holder = lock_or_holder(handle)
        if holder is not None:
            cause = f"another run on this machine works for the same place in the store. Held by {holder}"
            remedy = "Wait until it has ended."
            raise StoreError(Problem("S107", "fatal", cause, remedy, source=str(folder)))
        say(handle, f"process {os.getpid()} on {socket.gethostname()}")
        yield
    finally:
        with suppress(OSError):
            os.close(handle)
