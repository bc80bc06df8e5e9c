"""What a server refuses, told while a load runs; and the end of a load where it refuses everything for one reason."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Final

from pipeline.errors import LoadError, Problem
from pipeline.load.redaction import Secrets

#: So many refusals are told each; from then on their number, whenever it has doubled.
_TOLD: Final = 10
#: After so many refusals for one reason, and nothing taken, the rest would fare no better.
_ENOUGH: Final = 20
#: Resources, places and numbers in a server's words: what differs from one refusal to the next though the reason is one.
_PARTICULAR = re.compile(r"(?<!\S)(?=\S*[\d/])\S+")
#: What servers say of a reason, and what to do about it.
_REMEDIES: Final = (
    (
        re.compile(r"client.?assigned|client.?supplied|invalid id|create as update|uuid|HTTP 404|not found", re.IGNORECASE),
        "The server does not take our ids: have whoever runs it allow ids of the client's; for Medplum also load --ids uuid.",
    ),
    (
        re.compile(r"HTTP 413|too (?:large|many|big)|exceed", re.IGNORECASE),
        "Lower --max-entries or --max-bytes to what the server takes at once.",
    ),
)
_OTHERWISE: Final = "See what the server says: it is a rule or a setting of its own, which every resource breaks."


class Refusals:
    """Hears of each refusal as it happens. Safe for several threads."""

    def __init__(self, base: str, secrets: Secrets, tell: Callable[[str], None] | None) -> None:
        self._base, self._secrets, self._tell = base, secrets, tell
        self._lock = threading.Lock()
        self._number = 0
        self._reasons: dict[tuple[str, str], str] = {}
        self._some_are_there = False

    def taken(self) -> None:
        """The server has something of ours: whatever it refuses, it does not refuse everything."""
        self._some_are_there = True

    def hear(self, problem: Problem) -> None:
        """Tell of a refusal, if it is one of the first or their number has doubled.

        Raises:
            LoadError: L735, the server has taken nothing and refuses everything for one reason.
        """
        with self._lock:
            self._number += 1
            if problem.code != "L733":  # that one is refused for the reason of what it names
                said = problem.cause.partition(": ")[2]  # before it stands how many resources could not be told apart
                self._reasons.setdefault((problem.code, _PARTICULAR.sub("…", said)), problem.cause)
            self._say(problem)
            if self._number >= _ENOUGH and not self._some_are_there and [code for code, _ in self._reasons] == ["L730"]:
                (cause,) = self._reasons.values()
                remedy = next((remedy for said, remedy in _REMEDIES if said.search(cause)), _OTHERWISE)
                all_of_it = f"{self._base} refuses everything for one reason, so nothing more is sent; the first: {cause}"
                raise LoadError(Problem("L735", "fatal", all_of_it, remedy))

    def _say(self, problem: Problem) -> None:
        if self._tell is None:
            return
        if self._number <= _TOLD:
            self._tell(self._secrets.redact(f"refused: {problem.resource}: {problem.cause} ({problem.code})"))
        elif self._number % _TOLD == 0 and (self._number // _TOLD).bit_count() == 1:
            self._tell(f"{self._number:,} resources are refused so far; all are listed at the end")
