"""Who the loader is to the server: none, basic, bearer, OAuth 2 client credentials, SMART Backend Services.

A secret comes from a file or the environment and goes into one header or form. No message, report or `repr` shows it; what a
server says is searched for it before it is shown (`Credentials.redact`).
"""

from __future__ import annotations

import base64
import ipaddress
import json
import os
import threading
import time
import uuid
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NoReturn
from urllib.parse import urlsplit

import httpx
import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from pipeline.errors import LoadError, Problem, UsageError, excerpt

#: Where the secret is looked for when no file is named.
SECRET_VARIABLE = "ONLABEL_SECRET"  # noqa: S105 - the variable's name, not a secret
TOKEN_SECONDS = 60
#: SMART: an assertion is good for five minutes at most.
ASSERTION_SECONDS = 300
#: A token is replaced so many seconds before it ends: a Bundle may be on its way for a while.
TOKEN_MARGIN = 30
UNAUTHORISED = 401
PrivateKey = RSAPrivateKey | EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Login:
    """How to sign in; the secret itself is not in it, so that it can be a parameter of a flow.

    `secret_file` holds the password, token, client secret or private key (PEM or JWK); without it `ONLABEL_SECRET` does.
    Without `token_url` SMART asks the server's `.well-known/smart-configuration`.
    """

    auth: Literal["none", "basic", "bearer", "oauth2", "smart"] = "none"
    user: str | None = None
    client_id: str | None = None
    token_url: str | None = None
    scope: str | None = None
    key_id: str | None = None
    secret_file: Path | None = None


class Credentials(httpx.Auth):
    """Puts an Authorization header on each request. `token` gives a token and how many seconds it is good for."""

    def __init__(self, scheme: str, token: Callable[[], tuple[str, float]], secrets: tuple[str, ...]) -> None:
        self._scheme, self._fetch, self._secrets = scheme, token, set(secrets)
        self._lock = threading.Lock()
        self._token, self._until = "", 0.0

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign a request; where the server no longer takes the token, fetch a new one, once."""
        token = self._current(refused=None)
        request.headers["Authorization"] = f"{self._scheme} {token}"
        response = yield request
        if response.status_code == UNAUTHORISED:
            other = self._current(refused=token)
            if other != token:
                request.headers["Authorization"] = f"{self._scheme} {other}"
                yield request

    def redact(self, text: str) -> str:
        """A text without any secret that this knows."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, "[secret]")
        return text

    def _current(self, refused: str | None) -> str:
        with self._lock:  # several Bundles are on their way: one of them fetches
            if self._token == refused or time.monotonic() >= self._until:
                self._token, seconds = self._fetch()
                self._until = time.monotonic() + seconds - TOKEN_MARGIN
                self._secrets.add(self._token)
            return self._token


def sign_in(login: Login, base: str) -> Credentials | None:
    """The credentials for a server, or None where it asks for none.

    Raises:
        UsageError: L720, something is missing or is no key; L721, credentials over plain HTTP.
        LoadError: L722, the server does not say where tokens are had.
    """
    if login.auth == "none":
        return None
    encrypted(base)
    secret = _secret(login)
    if login.auth == "basic":
        pair = base64.b64encode(f"{_needed(login.user, '--user')}:{secret}".encode()).decode()
        return Credentials("Basic", lambda: (pair, float("inf")), (secret, pair))
    if login.auth == "bearer":
        return Credentials("Bearer", lambda: (secret, float("inf")), (secret,))
    client = _needed(login.client_id, "--client-id")
    form = {"grant_type": "client_credentials", **({"scope": login.scope} if login.scope else {})}
    if login.auth == "oauth2":
        url = encrypted(_needed(login.token_url, "--token-url"))
        return Credentials("Bearer", lambda: _token(url, form, (secret,), auth=(client, secret)), (secret,))
    url = encrypted(login.token_url or _token_endpoint(base))
    key, key_id = _private_key(secret, login.key_id)

    def signed() -> tuple[str, float]:
        assertion = _assertion(client, url, key, key_id)
        kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        return _token(url, {**form, "client_assertion_type": kind, "client_assertion": assertion}, (assertion,))

    return Credentials("Bearer", signed, (secret,))


def encrypted(url: str) -> str:
    """A URL to which a secret may go: TLS, or this machine.

    Raises:
        UsageError: L721.
    """
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        return url
    cause = f"credentials would go to {parts.scheme}://{parts.hostname} unencrypted"
    raise UsageError(Problem("L721", "error", cause, "Name an https:// address; plain HTTP is for this machine alone."))


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its name or address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _secret(login: Login) -> str:
    try:
        found = login.secret_file.read_text(encoding="utf-8") if login.secret_file else os.environ.get(SECRET_VARIABLE, "")
    except (OSError, UnicodeDecodeError) as error:
        _unusable(f"the secret's file {login.secret_file} cannot be read ({type(error).__name__})")
    return _needed(found.strip(), f"the secret for --auth {login.auth}")


def _needed(value: str | None, name: str) -> str:
    if not value:
        _unusable(f"{name} is missing")
    return value


def _unusable(cause: str) -> NoReturn:
    remedy = f"See `onlabel load --help`; a secret comes from --secret-file or {SECRET_VARIABLE}, never from the command line."
    raise UsageError(Problem("L720", "error", cause, remedy)) from None


def _private_key(text: str, key_id: str | None) -> tuple[PrivateKey, str | None]:
    """A private key in PEM or JWK, and its id. What is wrong with it is not said in its own words: they could hold it."""
    key: object = None
    try:
        if text.startswith("{"):
            key_id = key_id or json.loads(text).get("kid")
            key = jwt.PyJWK.from_json(text).key
        else:
            key = load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm, jwt.PyJWTError):
        pass
    if isinstance(key, RSAPrivateKey) or (isinstance(key, EllipticCurvePrivateKey) and key.curve.name == "secp384r1"):
        return key, key_id
    _unusable("the secret is no private key for SMART: RSA or EC P-384, unencrypted, as PEM or JWK")


def _assertion(client: str, url: str, key: PrivateKey, key_id: str | None) -> str:
    """https://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html#authentication-using-private_key_jwt."""
    claims = {"iss": client, "sub": client, "aud": url, "exp": int(time.time()) + ASSERTION_SECONDS, "jti": str(uuid.uuid4())}
    algorithm = "RS384" if isinstance(key, RSAPrivateKey) else "ES384"
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": key_id} if key_id else None)


def _token_endpoint(base: str) -> str:
    found = _json("GET", f"{base}/.well-known/smart-configuration", ()).get("token_endpoint")
    if not isinstance(found, str):
        _no_token("the server's smart-configuration names no token_endpoint")
    return found


def _token(url: str, form: dict[str, str], secrets: tuple[str, ...], auth: tuple[str, str] | None = None) -> tuple[str, float]:
    answer = _json("POST", url, secrets, data=form, auth=auth)
    token, seconds = answer.get("access_token"), answer.get("expires_in", ASSERTION_SECONDS)
    if not isinstance(token, str) or not token or not isinstance(seconds, int | float):
        _no_token(f"{url} answered without an access_token")
    return token, float(seconds)


def _json(method: str, url: str, secrets: tuple[str, ...], **parts: Any) -> dict[str, Any]:  # noqa: ANN401 - httpx's own
    """Ask a token endpoint or for its address; three times, because nothing is loaded without."""
    said = ""
    for pause in (0.5, 2.0, None):
        try:
            with httpx.Client(timeout=TOKEN_SECONDS, trust_env=not is_loopback(urlsplit(url).hostname or "")) as http:
                response = http.request(method, url, headers={"Accept": "application/json"}, **parts)
        except httpx.HTTPError as error:
            said = type(error).__name__
        else:
            try:
                answer = response.json()
            except ValueError:
                answer = None
            if response.is_success and isinstance(answer, dict):
                return answer
            detail = ", ".join(str(answer[name]) for name in ("error", "error_description") if name in answer) if answer else ""
            said = f"HTTP {response.status_code} {detail}".strip()
            if response.is_client_error and response.status_code != httpx.codes.TOO_MANY_REQUESTS:
                break
        if pause is not None:
            time.sleep(pause)
    for secret in secrets:
        said = said.replace(secret, "[secret]")
    return _no_token(f"{url} answered {excerpt(said, 200)}")


def _no_token(cause: str) -> NoReturn:
    remedy = "Check --client-id, the secret, --scope and --token-url with whoever runs the server."
    raise LoadError(Problem("L722", "fatal", f"no access token: {cause}", remedy)) from None
