"""Whose pages these are: a publisher's profile; the README.md of `pipeline/publishers` says what each key is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from pipeline.model.facts import IdentifierKind
from pipeline.model.page import Page


@dataclass(frozen=True, slots=True)
class IdentifierLink:
    """Where pages print an identifier: how the block begins, and the value inside the target of a link in it."""

    kind: IdentifierKind
    opening: str
    value: str


@dataclass(frozen=True, slots=True)
class Code:
    """A code of a public code system, as it stands in resources."""

    system: str
    code: str
    display: str


@dataclass(frozen=True, slots=True)
class Publisher:
    """A publisher's profile.

    `organization`: it stands in each snapshot as an Organization; else its pages name it by its address. `uses`: headings of
    its sections on uses; `introductions`: headings below which uses may stand, too.
    `hosts` and `sources` recognize a page by its `url` and its `source`. `indicated_is_approval`: on these pages "is indicated
    for" is the approval. `page_id` finds what names a page in its address, an identifier of `page_system`; `plain_slugs`: it
    stands alone in slugs, without the publisher's id before it. `document_code` says what its documents are, `section_code`
    which section its uses stand in, `jurisdiction` whose approval it speaks of. `told_by_source`: that a page is
    not a drug's may be told by how a line of its source begins. `license` holds where a page states none. `withdrawn`: what a
    page's own `status` is where it is no longer in force.
    """

    id: str
    name: str
    address: str
    notice: str
    uses: str
    introductions: str = ""
    document: str = "drug-information"
    hosts: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    indicated_is_approval: bool = False
    alias: str | None = None
    page_id: str | None = None
    page_system: str | None = None
    plain_slugs: bool = False
    document_code: Code | None = None
    section_code: Code | None = None
    jurisdiction: Code | None = None
    organization: bool = False
    definition: str = "definition"
    first_letters: str = ""
    told_by_source: bool = False
    license: str | None = None
    withdrawn: tuple[str, ...] = ("inactive", "deprecated")
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    identifiers: tuple[IdentifierLink, ...] = ()

    def wrote(self, page: Page) -> bool:
        """Whether the page itself says that it is this publisher's: by its source, or by its address."""
        host = _host_of(page)
        return page.meta("source") in self.sources or any(host == each or host.endswith(f".{each}") for each in self.hosts)

    def page_named(self, address: str | None) -> str | None:
        """What names a page in its address, as `page_id` finds it; None where it does not."""
        found = re.search(self.page_id, address or "", re.IGNORECASE) if self.page_id is not None else None
        return found["id"] if found else None


def _host_of(page: Page) -> str:
    """The host of the page's own address; empty where it states none that can be read."""
    try:
        return urlsplit(page.meta("url") or "").hostname or ""
    except ValueError:
        return ""
