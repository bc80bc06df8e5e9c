"""Signing in: each way works, and no secret is ever shown, sent unencrypted, or sent on."""

from __future__ import annotations

import base64
import json
import logging
import ssl
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from pipeline.cli import run_command
from pipeline.errors import LoadError, UsageError
from pipeline.load import LoadOptions, LoadReport, Login, load
from tests.load.fhir_stub import Stub, serving
from tests.load.load_snapshots import snapshot

SECRET = "hunter2-correct-horse"  # noqa: S105 - invented, to be looked for
TOKEN = "token-battery-staple"  # noqa: S105 - as above
TOKENS = "https://login.example/token"


@pytest.fixture
def drugs(tmp_path: Path) -> Path:
    return snapshot(tmp_path, ["ablumab"])


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving(
        Stub(authorization=f"Bearer {TOKEN}", token_answers=[(200, {"access_token": TOKEN, "expires_in": 300})])
    ) as one:
        yield one


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONLABEL_SECRET", SECRET)


def run(folder: Path, base: str, login: Login) -> LoadReport:
    return load(folder, base, LoadOptions(login=login, pauses=()))


def token_url(stub: Stub) -> str:
    return stub.base.replace("/fhir", "/token")


def test_basic(drugs: Path, stub: Stub) -> None:
    stub.authorization = f"Basic {base64.b64encode(f'ward:{SECRET}'.encode()).decode()}"
    assert run(drugs, stub.base, Login("basic", user="ward")).exit_code == 0
    assert stub.seen_authorizations == {stub.authorization}


def test_bearer_from_a_file(drugs: Path, stub: Stub, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    assert run(drugs, stub.base, Login("bearer", secret_file=tmp_path / "token")).exit_code == 0


def test_client_credentials(drugs: Path, stub: Stub) -> None:
    login = Login("oauth2", client_id="loader", token_url=token_url(stub), scope="system/*.cruds")
    assert run(drugs, stub.base, login).exit_code == 0
    ((form, authorization),) = stub.token_requests
    assert form == {"grant_type": "client_credentials", "scope": "system/*.cruds"}
    assert authorization == f"Basic {base64.b64encode(f'loader:{SECRET}'.encode()).decode()}"


def test_a_token_that_the_server_no_longer_takes_is_replaced(drugs: Path, stub: Stub) -> None:
    stub.token_answers.insert(0, (200, {"access_token": "revoked", "expires_in": 300}))
    login = Login("oauth2", client_id="loader", token_url=token_url(stub))
    assert run(drugs, stub.base, login).exit_code == 0
    assert len(stub.token_requests) == 2


def test_a_token_is_replaced_before_it_ends(drugs: Path, stub: Stub) -> None:
    stub.token_answers = [(200, {"access_token": TOKEN, "expires_in": 1})]
    run(drugs, stub.base, Login("oauth2", client_id="loader", token_url=token_url(stub)))
    assert len(stub.token_requests) > 2


@pytest.mark.parametrize(("algorithm", "form"), [("RS384", "PEM"), ("ES384", "PEM"), ("ES384", "JWK")])
def test_smart_backend_services(drugs: Path, stub: Stub, tmp_path: Path, algorithm: str, form: str) -> None:
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    key = rsa.generate_private_key(65537, 2048) if algorithm == "RS384" else ec.generate_private_key(ec.SECP384R1())
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    if form == "JWK":
        text = json.dumps(jwt.algorithms.ECAlgorithm.to_jwk(key, as_dict=True) | {"kid": "of-the-key"})
    (tmp_path / "key").write_text(text)
    login = Login("smart", client_id="loader", key_id="k1" if form == "PEM" else None, secret_file=tmp_path / "key")
    assert run(drugs, stub.base, login).exit_code == 0
    ((asked, authorization),) = stub.token_requests
    assert authorization is None
    assert asked["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assertion = asked["client_assertion"]
    claims = jwt.decode(assertion, key.public_key(), algorithms=[algorithm], audience=token_url(stub))
    assert (claims["iss"], claims["sub"]) == ("loader", "loader")
    assert claims["jti"]
    assert jwt.get_unverified_header(assertion)["kid"] == ("k1" if form == "PEM" else "of-the-key")


@pytest.mark.parametrize(
    ("login", "code"),
    [
        (Login("basic"), "L720"),
        (Login("oauth2", client_id="loader"), "L720"),
        (Login("oauth2", token_url=TOKENS), "L720"),
        (Login("smart", client_id="loader", token_url=TOKENS), "L720"),
        (Login("bearer", secret_file=Path("no-such-file")), "L720"),
        (Login("oauth2", client_id="loader", token_url=TOKENS.replace("https", "http")), "L721"),
    ],
    ids=["no user", "no token URL", "no client", "no key", "no file", "token over plain HTTP"],
)
def test_what_is_missing_is_said(drugs: Path, stub: Stub, login: Login, code: str) -> None:
    with pytest.raises(UsageError) as refused:
        run(drugs, stub.base, login)
    assert refused.value.problem.code == code
    assert SECRET not in "".join(traceback.format_exception(refused.value))


def test_no_secret_at_all(drugs: Path, stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ONLABEL_SECRET", raising=False)
    with pytest.raises(UsageError, match=r"L720.*secret for --auth bearer is missing"):
        run(drugs, stub.base, Login("bearer"))


@pytest.mark.parametrize("base", ["http://fhir.example/r5", "http://127.0.0.1.example/fhir", "http://10.0.0.7/fhir"])
def test_credentials_do_not_go_over_plain_http(drugs: Path, base: str) -> None:
    with pytest.raises(UsageError, match="L721"):
        run(drugs, base, Login("bearer"))


@pytest.mark.parametrize(
    "base",
    ["fhir.example", "ftp://fhir.example", "https://ward:pass-word@fhir.example/r5", "https://fhir.example/r5?token=pass-word"],
)
def test_an_address_with_more_than_an_address_is_refused_and_not_repeated(drugs: Path, base: str) -> None:
    with pytest.raises(UsageError, match="L701") as refused:
        run(drugs, base, Login())
    assert "pass-word" not in str(refused.value)


def test_credentials_do_not_follow_a_redirect(drugs: Path, stub: Stub) -> None:
    with serving(Stub()) as elsewhere:
        stub.redirect = elsewhere.base
        with pytest.raises(LoadError, match="L704"):
            run(drugs, stub.base, Login("bearer"))
    assert not elsewhere.seen_authorizations


def test_a_certificate_that_nobody_vouches_for_is_refused(drugs: Path, tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    unsigned = x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(1), now + timedelta(1))
    addresses = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = unsigned.add_extension(addresses, critical=False).sign(key, hashes.SHA256())
    pem = tmp_path / "server.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(secret + certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    stub = Stub()
    with serving(stub, context), pytest.raises(LoadError, match=r"L703.*CERTIFICATE_VERIFY_FAILED"):
        load(drugs, stub.base, LoadOptions(login=Login("bearer")))
    assert not stub.seen_authorizations


@pytest.mark.parametrize("kind", ["basic", "bearer", "oauth2", "smart"])
def test_no_secret_is_shown_even_where_the_server_repeats_it(  # noqa: PLR0913, PLR0917 - fixtures
    drugs: Path,
    stub: Stub,
    kind: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The stub says in its refusal which Authorization it was sent; its token endpoint may say what it likes."""
    key = ec.generate_private_key(ec.SECP384R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    (tmp_path / "secret").write_text(key if kind == "smart" else SECRET)
    stub.authorization = "Bearer something else"
    shared = ["--auth", kind, "--user", "ward", "--client-id", "loader", "--secret-file", str(tmp_path / "secret")]
    arguments = ["load", str(drugs), "--server", stub.base, *shared, "--token-url", token_url(stub)]
    with caplog.at_level(logging.DEBUG):
        assert run_command(arguments) == 4
        repeated = "" if kind == "smart" else SECRET  # with a key, no secret ever reaches the endpoint
        stub.token_answers = [(400, {"error": "invalid_client", "error_description": f"your secret {repeated} is wrong"})]
        assert run_command([*arguments, "--json"]) == 4
    printed = capsys.readouterr()
    assert "L705" in printed.err
    encoded = base64.b64encode(f"ward:{SECRET}".encode()).decode()
    for shown in (printed.out, printed.err, caplog.text):
        for secret in (SECRET, TOKEN, encoded, *key.splitlines()[1:-1]):
            assert secret not in shown
    assert {authorization is None for authorization in stub.seen_authorizations} == {False}


def test_the_secret_is_in_no_repr() -> None:
    assert SECRET not in repr(LoadOptions(login=Login("bearer")))
