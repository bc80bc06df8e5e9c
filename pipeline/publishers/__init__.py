"""Who publishes a page: what each publisher's pages look like, as data (`*.toml`, described in README.md).

The language of uses is one language. What differs between publishers is where things stand on a page, what its words mean
("indicated" in a label is the approval), what names a page, and who is named as its author. No other room names a publisher.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipeline.model import IdentifierKind, Page


@dataclass(frozen=True, slots=True)
class IdentifierLink:
    """Where pages print an identifier: how the block begins, and the value inside the target of a link in it."""

    kind: IdentifierKind
    opening: str
    value: str


@dataclass(frozen=True, slots=True)
class Publisher:
    """A publisher's profile; README.md says what each key of the TOML file is.

    `organization`: it stands in each snapshot as an Organization; else its pages name it by its address.
    `hosts` and `sources` recognize a page by its `url` and its `source`. `indicated_is_approval`: on these pages "is indicated
    for" is the approval.
    """

    id: str
    name: str
    address: str
    notice: str
    document: str
    hosts: tuple[str, ...]
    sources: tuple[str, ...]
    uses: str
    indicated_is_approval: bool
    alias: str | None = None
    page_id: str | None = None
    organization: bool = False
    definition: str = "definition"
    first_letters: str = ""
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    identifiers: tuple[IdentifierLink, ...] = ()

    def wrote(self, page: Page) -> bool:
        """Whether the page itself says that it is this publisher's: by its source, or by its address."""
        host = host_of(page)
        return page.meta("source") in self.sources or any(host == each or host.endswith(f".{each}") for each in self.hosts)


def host_of(page: Page) -> str:
    """The host of the page's own address; empty where it states none that can be read."""
    try:
        return urlsplit(page.meta("url") or "").hostname or ""
    except ValueError:
        return ""


def publishers_of(page: Page) -> tuple[Publisher, ...]:
    """The profiles by which a page may be read, the likeliest first: its publisher's own, else each, by its layout alone."""
    known = profiles()
    return next(((each,) for each in known if each.wrote(page)), known)


def named(publisher: str) -> Publisher:
    """A profile by its id.

    Raises:
        KeyError: There is none.
    """
    return {each.id: each for each in profiles()}[publisher]


@cache
def profiles() -> tuple[Publisher, ...]:
    """All profiles, the general one last."""
    folder = Path(__file__).parent
    return tuple(_profile(folder / f"{name}.toml") for name in ("nci", "fda-label", "generic"))


def _profile(path: Path) -> Publisher:
    stated: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    links = tuple(IdentifierLink(**each) for each in stated.pop("identifiers", ()))
    hosts, sources = tuple(stated.pop("hosts")), tuple(stated.pop("sources"))
    return Publisher(**stated, hosts=hosts, sources=sources, identifiers=links)
