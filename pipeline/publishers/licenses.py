"""Whether a page's text may be handed on: by the license that it states, else by that of its publisher's profile."""

from __future__ import annotations

import re
from typing import Final

from pipeline.model import Publisher

#: Licenses under which anybody may copy the text for any purpose: public domain, CC0, CC BY, CC BY-SA, Open Government Licence.
_OPEN: Final = re.compile(
    r"public domain|cc ?0(?: 1 0)?|cc by(?: sa)?(?: \d(?: \d)?)?|(?:ogl|open government licence)(?: v?\d(?: \d)?)?"
    r"|https? creativecommons org (?:licenses by(?: sa)? \d \d|publicdomain (?:zero|mark) 1 0)(?: deed(?: en)?)?"
)


def license_of(stated: str | None, publisher: Publisher) -> str | None:
    """What the front matter's `license` says, else the profile's; None where neither says anything."""
    return (stated or "").strip() or publisher.license


def refusal(stated: str | None, publisher: Publisher) -> str | None:
    """Why a page's text may not be published; None where it may.

    Args:
        stated: What the front matter says under `license`.
        publisher: The profile by which the page is read.
    """
    license_ = license_of(stated, publisher)
    if license_ is None:
        return "no license is stated"
    said = " ".join(re.findall(r"[^\W_]+", license_.casefold()))
    return None if _OPEN.fullmatch(said) else f"the license is {license_[:80]}"
