"""The current official releases, fetched over HTTPS. Used by `refresh --online` alone."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import urljoin

from pipeline.errors import Problem, UsageError, excerpt
from pipeline.web import AnswerError, Bounds, ask, client, is_private, shown

#: Where the publishers keep their current release, and the folder that each is unpacked to.
RELEASES: Final = {
    "rxnorm": "https://download.nlm.nih.gov/rxnorm/RxNorm_full_prescribe_current.zip",
    "unii": "https://precision.fda.gov/uniisearch/archive/latest/UNII_Data.zip",
    "ncit": "https://evs.nci.nih.gov/ftp1/NCI_Thesaurus/Thesaurus.FLAT.zip",
}
#: Many times what a release takes: an archive, its files, and how many they are.
ARCHIVE: Final = Bounds(seconds=3600, size=2**30)
UNPACKED: Final = 8 * 2**30
MOST_FILES: Final = 10_000
_SILENCE: Final = 120.0
_REDIRECTS: Final = 5
#: What `zipfile` raises for an archive that is broken, encrypted or packed in a way that it does not know.
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError, ValueError)


def download(folder: Path) -> None:
    """Fetch the current releases and unpack them below a folder, for `refresh`.

    This was written against the publishers' published addresses and has not been tried: no network was to be had where
    it was made. If one has moved, fetch the archive by hand and use `refresh --from DIR`.

    Raises:
        UsageError: M807 for an address that cannot be reached or gives no archive, or one that is larger than a release can be.
    """
    for name, address in RELEASES.items():
        archive = folder / f"{name}.zip"
        try:
            with archive.open("wb") as file:
                _fetch(address, file)
            _unpack(archive, folder / name)
        except (AnswerError, OSError, *_BROKEN) as error:
            cause = f"the release could not be fetched: {excerpt(str(error) or type(error).__name__, 200)}"
            raise UsageError(Problem("M807", "fatal", cause, "Fetch it by hand; use --from DIR.", address)) from error


def _fetch(address: str, file: BinaryIO) -> None:
    for _ in range(_REDIRECTS):
        with client(address, _SILENCE, {}) as http:
            answer = ask(http, "GET", address, ARCHIVE, into=file)
        if answer.redirect is None:
            break
        address = urljoin(address, answer.redirect)
        if not is_private(address):
            message = f"it sends on to {shown(address)}, which is not HTTPS"
            raise AnswerError(message)
        file.seek(0)
        file.truncate()
    if not answer.is_success:
        message = f"HTTP {answer.status}"
        raise AnswerError(message)


def _unpack(archive: Path, folder: Path) -> None:
    with zipfile.ZipFile(archive) as packed:
        files = packed.infolist()
        if len(files) > MOST_FILES or sum(file.file_size for file in files) > UNPACKED:
            message = f"the archive holds more than {MOST_FILES:,} files or {UNPACKED:,} bytes"
            raise AnswerError(message)
        packed.extractall(folder)
