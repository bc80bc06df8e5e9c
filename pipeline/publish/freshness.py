"""Which pages their own front matter calls overdue: `lastReviewed` and `reviewFrequency` against the day of a run."""

from __future__ import annotations

import calendar
import re
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final, NamedTuple

from pipeline.publish.guards import Settled

#: How often a page says that it is to be reviewed, in months. What can mean two things ("bimonthly", "biannually") is not here.
MONTHS: Final = {
    "monthly": 1, "every month": 1,
    "quarterly": 3, "every three months": 3,
    "semiannually": 6, "semi-annually": 6, "twice a year": 6, "every six months": 6,
    "annually": 12, "annual": 12, "yearly": 12, "every year": 12,
    "every two years": 24,
}  # fmt: skip
#: The same in days.
DAYS: Final = {"daily": 1, "every day": 1, "weekly": 7, "every week": 7}
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Overdue(NamedTuple):
    """A published page that was to be reviewed again by `due`. `last_reviewed` and `frequency` are the page's own words."""

    name: str
    drug: str
    last_reviewed: str
    frequency: str
    due: date


def day_of(text: str | None) -> date | None:
    """The day that a front matter's date names; None for what is no `YYYY-MM-DD`."""
    # `date.fromisoformat` alone also takes "20251230" and "2025-W52-2", which no page means.
    if text is None or not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def is_known(frequency: str) -> bool:
    """Whether a `reviewFrequency` is one that is understood."""
    return _folded(frequency) in MONTHS or _folded(frequency) in DAYS


def due(last_reviewed: str | None, frequency: str | None) -> date | None:
    """The day by which a page is to be reviewed again; None where its front matter does not say so in known words.

    Months are those of the calendar: quarterly after 30 November is 28 (or 29) February.
    """
    day = day_of(last_reviewed)
    if day is None or frequency is None:
        return None
    word = _folded(frequency)
    try:
        if word in DAYS:
            return day + timedelta(days=DAYS[word])
        if word not in MONTHS:
            return None
        years, month = divmod(day.month - 1 + MONTHS[word], 12)
        last = calendar.monthrange(day.year + years, month + 1)[1]
        return date(day.year + years, month + 1, min(day.day, last))
    except (ValueError, OverflowError):  # the year 10000
        return None


def _folded(frequency: str) -> str:
    return " ".join(frequency.lower().split())


def overdue(settled: Iterable[Settled], day: date) -> list[Overdue]:
    """The published pages that were to be reviewed again before `day`, by name."""
    found = []
    # Many pages have one of few dates and words.
    days: dict[tuple[str | None, str | None], date | None] = {}
    for one in settled:
        page = one.page
        if one.outcome != "published" or page.last_reviewed is None or page.frequency is None:
            continue
        said = (page.last_reviewed, page.frequency)
        until = days[said] if said in days else days.setdefault(said, due(*said))
        if until is not None and until < day:
            found.append(Overdue(page.name, page.slug or "", *said, until))
    return found


def unknown_frequencies(settled: Iterable[Settled]) -> dict[str, int]:
    """What published pages state as `reviewFrequency` that is not understood, and how many of them."""
    stated = Counter(one.page.frequency for one in settled if one.outcome == "published" and one.page.frequency is not None)
    return {word: count for word, count in sorted(stated.items()) if not is_known(word)}
