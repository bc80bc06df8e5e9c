"""Which snapshots of a store stay: those that were current last, and those that somebody may be reading or sending.

What decides is the time at which the store itself says that an object was written; the clocks of machines do not matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from math import inf
from typing import Final

import orjson

from pipeline.errors import StoreError
from pipeline.store.objects import IN_FLIGHT, Listed, Objects
from pipeline.store.snapshots import current

#: How long a snapshot stays after it was current or was sent. Whoever reads one cannot hold it in a store, as in a folder.
STAYS_SECONDS = 12 * 60 * 60.0
_SNAPSHOT: Final = re.compile(r"snapshots/([0-9a-f]{64})/.+")
_RUN: Final = re.compile(r"runs/[^/]+/run\.json")


def remove_beyond(store: Objects, keep: int) -> list[str]:
    """Remove the snapshots beyond the `keep` that were current last; never the current one, nor one that was so just before.

    When a snapshot was current last is told by the newest `run.json` that names it, as published or as the one before, or by
    its own newest object. The run that asks has sent its own `run.json` already.

    Returns:
        The names of those that were removed.

    Raises:
        StoreError: S101 to S104.

    """
    named = _named(store)
    now = max((moment for _, moment in named if moment < inf), default=0.0)
    sent, said = _newest(_objects(store)), _newest(named)
    last = {name: max(moment, said.get(name, 0.0)) for name, moment in sent.items()}
    last.pop(current(store).name or "", None)
    newest_first = sorted(last, key=lambda name: (last[name], name), reverse=True)
    old = [name for name in newest_first[keep - 1 :] if last[name] <= now - STAYS_SECONDS]
    return [name for name in old if _remove(store, name, now - STAYS_SECONDS)]


def _remove(store: Objects, name: str, before: float) -> bool:
    # Looked at again: another run may be sending it, or have made it current.
    there = store.list(f"snapshots/{name}")
    if any(_written(seen) > before for seen in there.values()) or current(store).name == name:
        return False
    store.remove(sorted(there))
    return True


def _objects(store: Objects) -> Iterator[tuple[str, float]]:
    """Each snapshot with the time of each of its objects."""
    for path, seen in store.list("snapshots").items():
        if match := _SNAPSHOT.fullmatch(path):
            yield match[1], _written(seen)


def _named(store: Objects) -> list[tuple[str, float]]:
    """The snapshots that runs name, with the times of those runs."""
    runs = {path: _written(seen) for path, seen in store.list("runs").items() if _RUN.fullmatch(path)}
    with ThreadPoolExecutor(max_workers=IN_FLIGHT) as threads:
        names = threads.map(lambda path: _names(store, path), runs)
        return [(name, moment) for of_one, moment in zip(names, runs.values(), strict=True) for name in of_one]


def _names(store: Objects, path: str) -> list[str]:
    try:
        run = orjson.loads(store.read(path))
        return [name for name in (run["snapshot"], run["previous"]) if isinstance(name, str)]
    except StoreError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return []  # somebody tidies up there
        raise
    except (ValueError, KeyError, TypeError):
        return []  # no run of ours


def _newest(moments: Iterable[tuple[str, float]]) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, moment in moments:
        found[name] = max(found.get(name, 0.0), moment)
    return found


def _written(seen: Listed) -> float:
    """When an object was written; where a store does not say, it is as if it had been just now, and stays."""
    return inf if seen.written is None else seen.written
