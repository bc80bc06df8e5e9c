"""Official releases of RxNorm, UNII and NCI Thesaurus, read for the codes that the tables use.

Formats:
    RxNorm current prescribable content: `rrf/RXNCONSO.RRF`, 18 fields between `|` (RXCUI 0, SAB 11, TTY 12, STR 14,
    SUPPRESS 16), and `Readme_Full_Prescribe_MMDDYYYY.txt`, whose name gives the release.
    UNII: `UNII_Records_*.txt`, tab-separated with a header (UNII, PT or Display Name); the date in the name is the release.
    NCI Thesaurus: `Thesaurus.txt` of the FLAT archive, tab-separated without a header: code, concept name, parents, synonyms
    (the first is the preferred name), definition, display name, concept status, semantic type. The release stands in the
    archive's name: `Thesaurus_25.09d.FLAT.zip`, or the folder that it was unpacked to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from pipeline.errors import Problem, UsageError
from pipeline.terminology.systems import SystemKey

#: RxNorm's term types: the names of ingredients and brands, the preferred first.
_RXNORM_TYPES: Final = ("IN", "PIN", "MIN", "BN")
_RETIRED_STATUS: Final = frozenset({"Retired_Concept", "Obsolete_Concept"})
_RXNCONSO_FIELDS: Final = 17
_NCIT_FIELDS: Final = 7
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Release:
    """What an official release says of the codes asked for: `labels` of those in use, and those `retired`."""

    system: SystemKey
    version: str | None
    labels: dict[str, str]
    retired: frozenset[str]


def releases(folder: Path, codes: dict[SystemKey, AbstractSet[str]]) -> list[Release]:
    """Read the official files that are below a folder.

    Args:
        folder: Where the archives were unpacked; one, two or all three may be there.
        codes: The codes to look for, by system.

    Returns:
        One release a system found.

    Raises:
        UsageError: M805 if none is there, M806 for a file that is not in its official format.
    """
    readers: dict[SystemKey, tuple[str, Callable[[Path, AbstractSet[str]], Release]]] = {
        "ncit": ("Thesaurus*.txt", _ncit),
        "rxnorm": ("RXNCONSO.RRF", _rxnorm),
        "unii": ("UNII_Records*.txt", _unii),
    }
    found = []
    for system, (pattern, read) in readers.items():
        if paths := sorted(folder.rglob(pattern)):
            found.append(read(paths[-1], codes.get(system, frozenset())))
    if not found:
        cause = "no official file of RxNorm, UNII or NCI Thesaurus is below this folder"
        raise UsageError(Problem("M805", "fatal", cause, "Unpack the archives there.", str(folder)))
    return found


def _rxnorm(path: Path, codes: AbstractSet[str]) -> Release:
    labels: dict[str, tuple[int, str]] = {}
    retired: set[str] = set()
    for number, fields in _lines(path, "|"):
        if len(fields) < _RXNCONSO_FIELDS:
            raise _broken(path, number)
        cui, source, kind, name, suppress = fields[0], fields[11], fields[12], fields[14], fields[16]
        if cui not in codes or source != "RXNORM" or kind not in _RXNORM_TYPES:
            continue
        if suppress in {"O", "Y", "E"}:
            retired.add(cui)
        else:
            labels[cui] = min(labels.get(cui, (len(_RXNORM_TYPES), "")), (_RXNORM_TYPES.index(kind), name))
    stamp = next(
        (found[1] for readme in path.parent.parent.glob("*.txt") if (found := re.search(r"(\d{8})", readme.name))), None
    )
    return Release("rxnorm", stamp, {cui: name for cui, (_, name) in labels.items()}, frozenset(retired - set(labels)))


def _unii(path: Path, codes: AbstractSet[str]) -> Release:
    labels: dict[str, str] = {}
    columns: tuple[int, int] | None = None
    for number, fields in _lines(path, "\t"):
        if columns is None:
            name = next((column for column in ("PT", "Display Name") if column in fields), None)
            if name is None or "UNII" not in fields:
                raise _broken(path, number)
            columns = fields.index("UNII"), fields.index(name)
        elif len(fields) > max(columns) and fields[columns[0]] in codes:
            labels[fields[columns[0]]] = fields[columns[1]]
    return Release("unii", _dated(path.name), labels, frozenset())


def _ncit(path: Path, codes: AbstractSet[str]) -> Release:
    labels: dict[str, str] = {}
    retired: set[str] = set()
    for number, fields in _lines(path, "\t"):
        if len(fields) < _NCIT_FIELDS:
            raise _broken(path, number)
        code, synonyms, status = fields[0], fields[3], set(fields[6].split("|"))
        if code not in codes:
            continue
        if status & _RETIRED_STATUS:
            retired.add(code)
        else:
            labels[code] = synonyms.split("|")[0]
    version = re.search(r"\d\d\.\d\d[a-z]", str(path.relative_to(path.parents[1])))
    return Release("ncit", version[0] if version else None, labels, frozenset(retired))


def _lines(path: Path, separator: str) -> Iterator[tuple[int, list[str]]]:
    with path.open(encoding="utf-8", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            yield number, line.rstrip("\r\n").split(separator)


def _dated(name: str) -> str | None:
    """The date in `UNII_Records_18Aug2025.txt`, as 2025-08-18."""
    found = re.search(r"(\d{1,2})([A-Z][a-z]{2})(\d{4})", name)
    if found is None:
        return None
    if found[2] not in _MONTHS:
        return None
    return date(int(found[3]), _MONTHS.index(found[2]) + 1, int(found[1])).isoformat()


def _broken(path: Path, line: int) -> UsageError:
    return UsageError(
        Problem("M806", "fatal", "the file is not in its official format", "Unpack the archive again.", str(path), line)
    )
