"""Addresses, read by the parser of the library that asks by them: what was looked at is what is asked."""

from __future__ import annotations

import ipaddress

import httpx

_LAST_PORT = 65535


def parsed(url: str) -> httpx.URL | None:
    """An http or https URL in its parts; None for whatever else a text may be."""
    try:
        found = httpx.URL(url)
        usable = found.scheme in {"http", "https"} and found.host and (found.port or 0) <= _LAST_PORT
    except (httpx.InvalidURL, UnicodeError):  # no URL, or a host that no name server could be asked for
        return None
    return found if usable else None


def shown(url: str) -> str:
    """A URL as it may be shown: without user, password, query and fragment, all of which may hold secrets."""
    found = parsed(url)
    return "an address that is none" if found is None else f"{found.scheme}://{found.netloc.decode()}{found.path}"


def is_loopback(url: str) -> bool:
    """Whether a URL leads to this machine, by its name or address."""
    found = parsed(url)
    try:
        return found is not None and (found.host == "localhost" or ipaddress.ip_address(found.host).is_loopback)
    except ValueError:
        return False


def is_private(url: str) -> bool:
    """Whether nobody on the way reads what is sent to a URL: TLS, or this machine."""
    found = parsed(url)
    return found is not None and (found.scheme == "https" or is_loopback(url))
