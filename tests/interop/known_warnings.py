"""The validator's warnings that we know and leave standing, each with its reason."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.interop.hapi import Finding


@dataclass(frozen=True)
class KnownWarning:
    """Warnings with the message id `code` whose whole text matches the regular expression `text`; `older`: not in R5."""

    code: str
    text: str
    reason: str
    older: bool = False

    def explains(self, finding: Finding) -> bool:
        return self.code == finding.code and re.fullmatch(self.text, finding.text, re.DOTALL) is not None


def read_known_warnings() -> list[KnownWarning]:
    """The entries of `known-warnings.toml`, all three fields filled."""
    file = Path(__file__).with_name("known-warnings.toml")
    entries = [KnownWarning(**entry) for entry in tomllib.loads(file.read_text(encoding="utf-8"))["warning"]]
    assert all(entry.code and entry.text and entry.reason for entry in entries)
    return entries


def unexplained(findings: Iterable[Finding], known: Iterable[KnownWarning]) -> list[Finding]:
    """The warnings for which no entry gives a reason."""
    entries = list(known)
    return [found for found in findings if found.severity == "warning" and not any(entry.explains(found) for entry in entries)]


def unused(findings: Iterable[Finding], known: Iterable[KnownWarning]) -> list[KnownWarning]:
    """The entries that explain no warning any more."""
    warnings = [found for found in findings if found.severity == "warning"]
    return [entry for entry in known if not entry.older and not any(entry.explains(found) for found in warnings)]
