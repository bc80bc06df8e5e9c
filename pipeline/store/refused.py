"""What it means that a store refuses something, in one place for all of fsspec's implementations."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from pipeline.errors import Problem, excerpt

#: Errors of botocore and others that are no PermissionError, and say that credentials are not there or not to be used.
_CREDENTIALS = re.compile(r"Credential|ProfileNotFound|SSO|Token")
REACH: Final = "See that the store can be reached from here (AWS_ENDPOINT_URL, proxy, region), then run again; nothing is lost."


def problem_of(error: Exception, url: str) -> Problem:
    """The problem that a store's refusal is: S101 to S104."""
    name, said = type(error).__name__, because(error)
    if isinstance(error, PermissionError) or (not isinstance(error, OSError) and _CREDENTIALS.search(name)):
        remedy = (
            "Give credentials with that right, as the store's own tools take them (AWS_PROFILE, AWS_ACCESS_KEY_ID, a role)."
        )
        return Problem("S102", "fatal", f"the store does not let us in {said}", remedy, source=url)
    if isinstance(error, FileNotFoundError):
        return Problem("S103", "fatal", f"there is no such bucket or object {said}", "Correct the URL.", source=url)
    if name == "ParamValidationError" or isinstance(error, NotImplementedError):
        return Problem("S101", "fatal", f"the store cannot use this URL {said}", "Correct the URL.", source=url)
    return Problem("S104", "fatal", f"the store does not answer as it should {said}", REACH, source=url)


def because(error: Exception) -> str:
    """A refusal in the words of whoever refused, in brackets."""
    said = excerpt(str(error), 160)
    return f"({type(error).__name__}{f': {said}' if said else ''})"


def status(error: BaseException | None) -> int | None:
    """What HTTP answered, where the library of the store tells it."""
    while error is not None:
        response = getattr(error, "response", None)
        if isinstance(response, Mapping):
            said = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
            return int(said) if said else None
        error = error.__cause__
    return None


def knows_no_conditions(error: Exception) -> bool:
    """Whether a store, or the library that speaks to it, says so: 501, or a parameter that it has not heard of."""
    unheard_of = isinstance(error, NotImplementedError) or type(error).__name__ == "ParamValidationError"
    return unheard_of or status(error) == 501  # noqa: PLR2004 - of HTTP: not implemented
