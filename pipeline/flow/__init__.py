"""The Prefect shell around `pipeline.convert`. Importing this package alone imports nothing of Prefect."""

from __future__ import annotations

import os
from typing import Final

#: What its console shows unless its user chose: the setting, and its value.
CONSOLE_LEVEL: Final = ("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "WARNING")


def calm() -> None:
    """Set what Prefect should do unless its user says otherwise; it reads the environment once, when it is imported.

    Its log reaches the server in full; this console shows warnings and errors. Nothing is sent to Prefect's makers.
    """
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    if not any(name.startswith("PREFECT_LOGGING_") for name in os.environ):
        name, level = CONSOLE_LEVEL
        os.environ[name] = level
