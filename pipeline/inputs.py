"""A file that somebody named, whole or not at all: no pipe is waited for, and nothing larger than it may be is read."""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path
from typing import Any


class NotAFileError(OSError):
    """A folder, a named pipe, a socket or a device."""


class TooLargeError(OSError):
    """A file of more bytes than it may have; `size` is how many it has, as far as is known."""

    def __init__(self, size: int, most: int) -> None:
        super().__init__(errno.EFBIG, f"it has {size} bytes, more than the {most} that it may have")
        self.size = size


class NotTomlError(ValueError):
    """Bytes that are no TOML; `line` is where, as far as is known."""

    def __init__(self, reason: str, line: int | None) -> None:
        super().__init__(reason)
        self.line = line


def read_file(path: str | Path, most: int) -> bytes:
    """The bytes of a regular file; links are followed.

    Raises:
        NotAFileError: It is something else.
        TooLargeError: It has more than `most` bytes.
        OSError: The operating system does not give it.

    """
    # O_NONBLOCK: opening a named pipe must not wait for a writer.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise NotAFileError(errno.EINVAL, "it is a folder, a pipe or a device, not a file")
        if status.st_size > most:
            raise TooLargeError(status.st_size, most)
        with open(handle, "rb", closefd=False) as file:
            data = file.read(most + 1)
        if len(data) > most:  # it grew since
            raise TooLargeError(len(data), most)
        return data
    finally:
        os.close(handle)


def parse_toml(data: bytes) -> dict[str, Any]:
    """What a TOML file says.

    Raises:
        NotTomlError: It is none.
        UnicodeDecodeError: It is not UTF-8.

    """
    import tomllib  # noqa: PLC0415 - most commands read none, and `onlabel --help` takes under 0.3 s

    text = data.decode("utf-8")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # The place is a part of its message alone before Python 3.14.
        place = re.search(r"\(at line (\d+), column \d+\)", str(error))
        raise NotTomlError(str(error), int(place[1]) if place else len(text.splitlines())) from error
    except (ValueError, RecursionError) as error:
        deep = "it is nested too deep" if isinstance(error, RecursionError) else str(error)
        raise NotTomlError(deep, None) from error
