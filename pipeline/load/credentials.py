"""Who the loader is to the server: none, basic, bearer, OAuth 2 client credentials, SMART Backend Services.

A secret comes from a file or the environment and goes into one header or form. No message, report or `repr` shows it: each is
known to `redaction.Secrets` from the moment it is read.
"""

from __future__ import annotations

import base64
import json
import os
import re
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any, NoReturn

import httpx
import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from pipeline.errors import LoadError, Problem, UsageError, excerpt
from pipeline.load.redaction import Secrets
from pipeline.options import Login
from pipeline.web import AnswerError, Bounds, UnreachableError, ask, client, is_private, parsed, shown

#: Where the secret is looked for when no file is named.
SECRET_VARIABLE = "ONLABEL_SECRET"  # noqa: S105 - the variable's name, not a secret
#: What the answer of a token endpoint may take.
TOKEN_BOUNDS = Bounds(seconds=60, size=2**20)
#: SMART: an assertion is good for five minutes at most.
ASSERTION_SECONDS = 300
#: A token is replaced so many seconds before it ends: a Bundle may be on its way for a while.
TOKEN_MARGIN = 30
#: What may stand in a header, and more than RFC 6750 takes for a token.
_TOKEN = re.compile(r"[!-~]+")
PrivateKey = RSAPrivateKey | EllipticCurvePrivateKey


class Credentials:
    """Signs requests. `fetch` gives a token and how many seconds it is good for."""

    def __init__(self, scheme: str, fetch: Callable[[], tuple[str, float]]) -> None:
        self._scheme, self._fetch = scheme, fetch
        self._lock = threading.Lock()
        self._header, self._until = "", 0.0

    def header(self, refused: str | None = None) -> str:
        """The Authorization header for a request; where the server no longer takes one, another, if one is to be had."""
        with self._lock:  # several Bundles are on their way: one of them fetches
            if self._header == refused or time.monotonic() >= self._until:
                token, seconds = self._fetch()
                self._until = time.monotonic() + seconds - TOKEN_MARGIN
                self._header = f"{self._scheme} {token}"
            return self._header


def sign_in(login: Login, base: str, secrets: Secrets) -> Credentials | None:
    """The credentials for a server, or None where it asks for none; each secret is known to `secrets` before it is used.

    Raises:
        UsageError: L720, something is missing or is no key; L721, credentials over plain HTTP; L723, no token.
        LoadError: L722, the server does not say where tokens are had.
    """
    if login.auth == "none":
        return None
    encrypted(base)
    secret = _secret(login)
    secrets.add(secret)
    if login.auth == "basic":
        pair = base64.b64encode(f"{_needed(login.user, '--user')}:{secret}".encode()).decode()
        secrets.add(pair)
        return Credentials("Basic", lambda: (pair, float("inf")))
    if login.auth == "bearer":
        if not _TOKEN.fullmatch(secret):
            cause = "the secret is not a token: it has a space, a line break or another character that no header takes"
            remedy = f"Put the token alone into the file of --secret-file, or into {SECRET_VARIABLE}."
            raise UsageError(Problem("L723", "error", cause, remedy))
        return Credentials("Bearer", lambda: (secret, float("inf")))
    name = _needed(login.client_id, "--client-id")
    form = {"grant_type": "client_credentials", **({"scope": login.scope} if login.scope else {})}
    if login.auth == "oauth2":
        url = _endpoint(_needed(login.token_url, "--token-url"))
        return Credentials("Bearer", lambda: _token(url, form, secrets, auth=(name, secret)))
    url = _endpoint(login.token_url or _token_endpoint(base, secrets))
    key, key_id = _private_key(secret, login.key_id)

    def signed() -> tuple[str, float]:
        assertion = _assertion(name, url, key, key_id)
        secrets.add(assertion)
        kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        return _token(url, {**form, "client_assertion_type": kind, "client_assertion": assertion}, secrets)

    return Credentials("Bearer", signed)


def encrypted(url: str) -> str:
    """A URL to which a secret may go: TLS, or this machine.

    Raises:
        UsageError: L721.
    """
    if not is_private(url):
        cause = f"credentials would go to {shown(url)} unencrypted"
        raise UsageError(Problem("L721", "error", cause, "Name an https:// address; plain HTTP is for this machine alone."))
    return url


def _endpoint(url: str) -> str:
    where = parsed(url)
    if where is None or where.userinfo:
        _unusable("the token URL is not a URL, or has a user or password in it")
    return encrypted(url)


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
    _unusable("the secret is not a private key for SMART: RSA or EC P-384, unencrypted, as PEM or JWK")


def _assertion(client: str, url: str, key: PrivateKey, key_id: str | None) -> str:
    """https://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html#authentication-using-private_key_jwt."""
    claims = {"iss": client, "sub": client, "aud": url, "exp": int(time.time()) + ASSERTION_SECONDS, "jti": str(uuid.uuid4())}
    algorithm = "RS384" if isinstance(key, RSAPrivateKey) else "ES384"
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": key_id} if key_id else None)


def _token_endpoint(base: str, secrets: Secrets) -> str:
    found = _json("GET", f"{base}/.well-known/smart-configuration", secrets).get("token_endpoint")
    if not isinstance(found, str) or parsed(found) is None:
        _no_token("the server's smart-configuration names no token_endpoint")
    return found


def _token(url: str, form: dict[str, str], secrets: Secrets, auth: tuple[str, str] | None = None) -> tuple[str, float]:
    answer = _json("POST", url, secrets, data=form, auth=auth)
    token, seconds = answer.get("access_token"), answer.get("expires_in", ASSERTION_SECONDS)
    if not isinstance(token, str) or not _TOKEN.fullmatch(token) or type(seconds) not in {int, float}:
        _no_token(f"{shown(url)} answered without an access_token that a header takes, for so many seconds")
    secrets.add(token)
    return token, float(seconds)


def _json(method: str, url: str, secrets: Secrets, **parts: Any) -> dict[str, Any]:  # noqa: ANN401 - httpx's own
    """Ask a token endpoint or for its address; three times, because nothing is loaded without."""
    said = ""
    for pause in (0.5, 2.0, None):
        try:
            with client(url, TOKEN_BOUNDS.seconds, {"Accept": "application/json"}) as http:
                answer = ask(http, method, url, TOKEN_BOUNDS, **parts)
        except UnreachableError as error:
            said = f"did not answer: {secrets.redact(str(error))}"
        except AnswerError as error:
            _no_token(f"{shown(url)} answered, and the answer {error}")
        else:
            found = answer.json
            if answer.is_success and isinstance(found, dict):
                return found
            told = found if isinstance(found, dict) else {}
            detail = ", ".join(str(told[name]) for name in ("error", "error_description") if name in told)
            said = f"answered HTTP {answer.status} {secrets.redact(detail, 200)}".strip()
            if answer.status < httpx.codes.INTERNAL_SERVER_ERROR and answer.status != httpx.codes.TOO_MANY_REQUESTS:
                break
        if pause is not None:
            time.sleep(pause)
    return _no_token(f"{shown(url)} {excerpt(said, 200)}")


def _no_token(cause: str) -> NoReturn:
    remedy = "Check --client-id, the secret, --scope and --token-url with whoever runs the server."
    raise LoadError(Problem("L722", "fatal", f"no access token: {cause}", remedy)) from None
