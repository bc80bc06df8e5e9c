"""Who publishes a page: what each publisher's pages look like, as data (`*.toml`, described in README.md).

The language of uses is one language. What differs between publishers is where things stand on a page, what its words mean
("indicated" in a label is the approval), what names a page, and who is named as its author. No other room names a publisher.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from pipeline.model import Page, Publisher
from pipeline.publishers.licenses import refusal
from pipeline.publishers.profile import load, publisher_from

__all__ = ["Publisher", "named", "own", "profiles", "publisher_from", "publishers_of", "refusal"]


def publishers_of(page: Page, more: Sequence[Publisher] = ()) -> tuple[Publisher, ...]:
    """The profiles by which a page may be read, the likeliest first: its publisher's own, else each, by its layout alone.

    Args:
        page: The page.
        more: Profiles besides those of this package.
    """
    known = profiles(more)
    return next(((each,) for each in known if each.wrote(page)), known)


def named(publisher: str, more: Sequence[Publisher] = ()) -> Publisher:
    """A profile by its id.

    Raises:
        KeyError: There is none.
    """
    return {each.id: each for each in profiles(more)}[publisher]


def profiles(more: Sequence[Publisher] = ()) -> tuple[Publisher, ...]:
    """All profiles in the order in which they are tried: a user's own, then those of this package, the general one last."""
    return (*more, *_of_the_package())


def own(files: Sequence[Path]) -> tuple[Publisher, ...]:
    """The profiles of a user's own TOML files, a profile each.

    Raises:
        UsageError: U913 (no file that can be read, no TOML), U914 (not as described, or with the id of another profile).
    """
    return load(files, _of_the_package())


@cache
def _of_the_package() -> tuple[Publisher, ...]:
    folder = Path(__file__).parent
    names = ("nci", "fda-label", "generic")
    return tuple(publisher_from(tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))) for name in names)
