"""The current official releases, fetched over HTTPS. Used by `onlabel mappings refresh --online` alone."""

from __future__ import annotations

import urllib.request
import zipfile
from pathlib import Path
from typing import Final

from pipeline.errors import Problem, UsageError

#: Where the publishers keep their current release, and the folder that each is unpacked to.
RELEASES: Final = {
    "rxnorm": "https://download.nlm.nih.gov/rxnorm/RxNorm_full_prescribe_current.zip",
    "unii": "https://precision.fda.gov/uniisearch/archive/latest/UNII_Data.zip",
    "ncit": "https://evs.nci.nih.gov/ftp1/NCI_Thesaurus/Thesaurus.FLAT.zip",
}
_TIMEOUT: Final = 120.0


def download(folder: Path) -> None:
    """Fetch the current releases and unpack them below a folder, for `refresh`.

    This was written against the publishers' published addresses and has not been tried: no network was to be had where
    it was made. If one has moved, fetch the archive by hand and use `refresh --from DIR`.

    Raises:
        UsageError: M807 for an address that cannot be reached or gives no archive.
    """
    for name, address in RELEASES.items():
        archive = folder / f"{name}.zip"
        try:
            with urllib.request.urlopen(address, timeout=_TIMEOUT) as answer, archive.open("wb") as file:  # noqa: S310 - https only, from RELEASES
                while block := answer.read(1 << 20):
                    file.write(block)
            with zipfile.ZipFile(archive) as packed:
                packed.extractall(folder / name)
        except (OSError, zipfile.BadZipFile) as error:
            cause = f"the release could not be fetched: {error}"
            raise UsageError(Problem("M807", "fatal", cause, "Fetch it by hand; use --from DIR.", address)) from error
