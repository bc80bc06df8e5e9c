"""The day of a run: what a clock says, for all that must not be in a snapshot."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Literal


def day_named(name: date | Literal["today"] | None) -> date | None:
    """The date that `--as-of` names; `today` is the day of the clock (UTC)."""
    return _today() if name == "today" else name


def day_of_run(as_of: date | None, today: date | None = None) -> date:
    """The day by which a run judges what is overdue: today (UTC), or the date that it is to speak for if that is later."""
    today = today or _today()
    return max(today, as_of or today)


def _today() -> date:
    return datetime.now(UTC).date()
