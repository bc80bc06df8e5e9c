"""The objects below one URL of a store: listed, read, written, tried again where trying again can help.

fsspec speaks to the store; its implementations (s3fs for `s3://`) take credentials, endpoints and regions where all tools of
that store take them. A URL never holds any.
"""

from __future__ import annotations

import errno
import hashlib
import re
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from pipeline.errors import Problem, StoreError, excerpt
from pipeline.store.refused import REACH, because, knows_no_conditions, problem_of, status

Result = TypeVar("Result")

#: Seconds before each new try of what may pass by itself. fsspec's implementations try some things again on their own.
PAUSES: Final = (0.5, 2.0, 8.0)
#: How long a store may take for its first answer, whatever it is, and from when on that is announced.
FIRST_ANSWER_SECONDS = 10.0
ANNOUNCED_AFTER_SECONDS = 1.0
#: How many objects are on their way at once.
IN_FLIGHT: Final = 16
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
#: What is wrong here and not there: no room, or a disk that is not to be written.
_OF_THIS_MACHINE: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})
#: What stores without ETags show of an object, and is another when its content is.
_TOKENS: Final = ("md5Hash", "crc32c", "content_md5", "LastModified", "mtime")
#: What fsspec's implementations call the time at which an object was written.
_WRITTEN: Final = ("LastModified", "last_modified", "updated", "mtime", "created")
_S3: Final = "Install onlabel with its extra s3 (in the checkout: pip install '.[s3]')"
_INSTALLED_BY: Final = {"s3": _S3, "s3a": _S3}


def is_url(place: str) -> bool:
    """Whether a place is a URL (`s3://bucket/pages`) and not a path."""
    return _URL.match(place) is not None


_SIGNED = re.compile(r"[?&;#][^=/]{0,100}(?:sig|token|key|secret|password|credential)[^=/]{0,100}=", re.IGNORECASE)


def without_secrets(url: str) -> str:
    """A URL as it is; raises StoreError (S102) for one that holds credentials, which would stand in logs and parameters."""
    scheme, _, rest = url.partition("://")
    # Not by the parts of a URL: a secret may hold "/", "#" or "?", and end them early.
    before, at, after = rest.rpartition("@")
    # A container of Azure stands before the account's name, as a user's name does elsewhere.
    is_user = bool(at) and (":" in before or ("/" not in before and not scheme.startswith(("ab", "az"))))
    if is_user or _SIGNED.search(rest) is not None:
        bare = f"{scheme}://{_SIGNED.split(after)[0]}"
        remedy = "Take them out, and give them as the store's own tools take them (AWS_PROFILE, AWS_ACCESS_KEY_ID, …)."
        raise StoreError(Problem("S102", "fatal", "the URL holds credentials", remedy, source=bare))
    return url


@dataclass(frozen=True, slots=True)
class Listed:
    """An object as a listing shows it. `token` is another when its content is; None where the store has nothing like it.

    `written` is when it was written, in seconds of the store's own clock since 1970; None where the store does not say.
    """

    size: int
    token: str | None
    etag: str | None
    written: float | None = None


@dataclass(frozen=True)
class Objects:
    """Objects below a URL, by their names from it on (`R5/resources/Medication.ndjson`; the empty name is the URL's own)."""

    url: str
    root: str
    store: Any = field(repr=False, compare=False)  # an fsspec file system: untyped

    @classmethod
    def at(cls, url: str) -> Objects:
        """The objects below a URL.

        Raises:
            StoreError: S101, no such kind of store, or its package is not installed.

        """
        url = url.rstrip("/")
        parts = urlsplit(url)
        if parts.scheme in {"http", "https"}:
            remedy = "Fetch the pages to a folder, or name a store that can be listed, as in s3://bucket/pages."
            raise StoreError(
                Problem("S101", "fatal", "a web server is not a store: it has no list of pages", remedy, source=url)
            )
        import fsspec  # noqa: PLC0415 - only what works with a store waits for it

        try:
            # A listing from a cache would hide what another run wrote meanwhile.
            store, root = fsspec.url_to_fs(url, use_listings_cache=False)
        except ImportError as error:
            remedy = f"{_INSTALLED_BY.get(parts.scheme, f'Install what fsspec needs for {parts.scheme}://')}, then run again."
            cause = f"what {parts.scheme}:// needs is not installed ({error.name or type(error).__name__})"
            raise StoreError(Problem("S101", "fatal", cause, remedy, source=url)) from error
        except ValueError as error:
            remedy = "Name a folder, or a URL that fsspec knows, as in s3://bucket/pages."
            cause = f"there is no such kind of store ({excerpt(str(error))})"
            raise StoreError(Problem("S101", "fatal", cause, remedy, source=url)) from error
        return cls(url, root.rstrip("/"), store)

    def reach(self, announce: Callable[[str], None]) -> None:
        """Wait some seconds for the store's first answer, of any kind: what never answered is not tried again.

        Args:
            announce: Told, in a line, when that takes longer than usual.

        Raises:
            StoreError: S111, it cannot be reached.

        """
        failures: list[Exception] = []

        def ask() -> None:
            try:
                _asked_once(self.store).info(self.root)
            except Exception as error:  # noqa: BLE001 - whatever a store or its library says, it is looked at below
                failures.append(error)

        # In a thread: not all implementations have a limit on time, and a name server may be what does not answer.
        asking = Thread(target=ask, daemon=True)
        asking.start()
        asking.join(ANNOUNCED_AFTER_SECONDS)
        if asking.is_alive():
            announce(f"Waiting for {self.url} to answer (at most {FIRST_ANSWER_SECONDS:g} s) …")
            asking.join(FIRST_ANSWER_SECONDS - ANNOUNCED_AFTER_SECONDS)
        if asking.is_alive():
            said = f"(no answer within {FIRST_ANSWER_SECONDS:g} s)"
        elif failures and problem_of(failures[0], self.url).code == "S104":
            said = because(failures[0])
        else:
            return
        problem = Problem("S111", "fatal", f"the store cannot be reached {said}", REACH, source=self.url)
        raise StoreError(problem) from (failures[0] if failures else None)

    def list(self, below: str = "") -> dict[str, Listed]:
        """The objects whose names begin with `below/`, or all."""
        place = self._path(below)
        found: Mapping[str, Mapping[str, Any]] = self._tried(lambda: self.store.find(place, detail=True), below)
        names = {path: path[len(self.root) :].removeprefix("/") for path in map(str, found)}
        return {names[path]: _listed(seen) for path, seen in found.items() if not path.endswith("/")}

    def seen(self, name: str) -> Listed | None:
        """An object as the store shows it, or None where it is not (or its bucket is not: `list` tells the two apart)."""
        try:
            return _listed(self._tried(lambda: self.store.info(self._path(name)), name))
        except StoreError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                return None
            raise

    def read(self, name: str) -> bytes:
        """An object's bytes."""
        data: bytes = self._tried(lambda: self.store.cat_file(self._path(name)), name)
        return data

    def write(self, name: str, data: bytes) -> None:
        """Write an object whole."""
        self._tried(lambda: self.store.pipe_file(self._path(name), data), name)

    def replace(self, name: str, data: bytes, before: Listed | None) -> bool:
        """Write an object whole if it still is what `before` showed (None: if there is none); tells whether it was.

        A store that does not know such conditions (only S3 does) writes it all the same. Where an answer is lost and the
        write is tried again, the first try may be why the condition does not hold any more.
        """
        condition = {"IfNoneMatch": "*"} if before is None else {"IfMatch": before.etag}
        if self.store.protocol[0] != "s3" or None in condition.values():
            self.write(name, data)
            return True

        def conditionally() -> bool | None:
            try:
                self.store.pipe_file(self._path(name), data, **condition)
            except Exception as error:
                if knows_no_conditions(error):
                    return None
                # 404: what was to be replaced is gone.
                if status(error) in {409, 412} or (status(error) == 404 and before is not None):  # noqa: PLR2004 - of HTTP
                    return False
                raise
            return True

        done = self._tried(conditionally, name)
        if done is None:
            self.write(name, data)
        return done is not False

    def remove(self, names: Sequence[str]) -> None:
        """Remove objects."""
        self._tried(lambda: self.store.rm([self._path(name) for name in names]), names[0])

    def upload(self, file: Path, name: str) -> None:
        """Write a file's bytes as an object."""
        self._tried(lambda: self.store.put_file(str(file), self._path(name)), name)

    def download(self, name: str, file: Path) -> None:
        """Write an object's bytes to a file (its folder is made)."""
        file.parent.mkdir(parents=True, exist_ok=True)
        self._tried(lambda: self.store.get_file(self._path(name), str(file)), name)

    def sha256(self, name: str) -> str:
        """SHA-256 of an object's bytes, read back in blocks."""

        def digest() -> str:
            with self.store.open(self._path(name), "rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()

        return self._tried(digest, name)

    def at_url(self, name: str) -> str:
        """The URL of an object."""
        return f"{self.url}/{name}" if name else self.url

    def _path(self, name: str) -> str:
        return f"{self.root}/{name}" if name else self.root

    def _tried(self, work: Callable[[], Result], name: str) -> Result:
        for pause in (*PAUSES, None):
            try:
                return work()
            except Exception as error:
                if isinstance(error, OSError) and error.errno in _OF_THIS_MACHINE:
                    raise
                problem = problem_of(error, self.at_url(name))
                if problem.code != "S104" or pause is None:
                    raise StoreError(problem) from error
            time.sleep(pause)
        raise AssertionError  # the last turn returns or raises


def _listed(seen: Mapping[str, Any]) -> Listed:
    etag = seen.get("ETag") or seen.get("etag")
    token = etag or next((seen[key] for key in _TOKENS if seen.get(key)), None)
    written = _seconds(next((seen[key] for key in _WRITTEN if seen.get(key)), None))
    return Listed(int(seen["size"] or 0), None if token is None else str(token), None if etag is None else str(etag), written)


def _seconds(said: object) -> float | None:
    """A time as one of fsspec's implementations gives it."""
    if isinstance(said, str):
        with suppress(ValueError):
            said = datetime.fromisoformat(said)
    if isinstance(said, datetime):
        return said.timestamp() if said.tzinfo else said.replace(tzinfo=UTC).timestamp()
    return float(said) if isinstance(said, int | float) else None


def _asked_once(store: Any) -> Any:  # noqa: ANN401 - an fsspec file system: untyped
    """The same store, which does not try for half a minute by itself."""
    if store.protocol[0] != "s3":
        return store
    config = {**store.config_kwargs, "retries": {"max_attempts": 1}}
    return type(store)(**{**store.storage_options, "config_kwargs": config})
