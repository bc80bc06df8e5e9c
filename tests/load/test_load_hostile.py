"""Servers that answer too much, too slowly, for ever, or not as FHIR has it: each ends with its code, none with a traceback."""

from __future__ import annotations

import threading
import time
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from pipeline.cli import run_command
from pipeline.errors import LoadError, OnlabelError, UsageError
from pipeline.load import Bounds, LoadOptions, Login, credentials, load, server
from tests.load import hostile
from tests.load.fhir_stub import TYPES, Handler, Stub
from tests.load.hostile import ENDLESS, UNPACKABLE, said, sent
from tests.load.load_runs import held, published
from tests.load.load_snapshots import snapshot
from tests.sampled import one_of

#: Room enough on a busy machine for what is not at fault, and too little for what is.
SOON, SMALL = Bounds(seconds=0.6, size=2**22), Bounds(seconds=60, size=200_000)
#: Seconds within which what has a bound has ended, on the busiest machine: far below SMALL's, and without one it never ends.
AT_ONCE = 20
#: Whatever is read of an answer, as something else than it is.
OTHER: tuple[Any, ...] = (None, 5, "x", [1], [None], {"x": 1})


@pytest.fixture
def drugs(tmp_path: Path) -> Path:
    return snapshot(tmp_path, ["ablumab"], definitions=["CodeSystem/codes"])


NOBODY = Login()


@pytest.fixture
def smart(tmp_path: Path) -> Login:
    key = ec.generate_private_key(ec.SECP384R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key.pem").write_bytes(key)
    return Login("smart", client_id="loader", secret_file=tmp_path / "key.pem")


def run(folder: Path, stub: Stub, login: Login = NOBODY, bounds: Bounds = SMALL, **options: Any) -> None:  # noqa: ANN401
    load(folder, stub.base, LoadOptions(pauses=(0.0,), prune=True, bounds=bounds, login=login, **options))


@pytest.mark.parametrize("name", one_of("silence", *(name for name in ENDLESS if name != "silence")))
def test_an_answer_without_end_ends_at_a_bound(drugs: Path, stub: Stub, name: str) -> None:
    answerer, of_what = ENDLESS[name]
    bounds, limit = (SOON, "within 0.6 s") if of_what == "time" else (SMALL, "more than 200,000 bytes")
    started, before = time.monotonic(), {*threading.enumerate()}
    for asked in ("metadata", "batch"):
        stub.instead = {asked: answerer}
        with pytest.raises(LoadError, match=f"L708.*{limit}"):
            run(drugs, stub, bounds=bounds)
    assert time.monotonic() - started < AT_ONCE
    while name != "silence" and any(one.name == "asks a server" for one in {*threading.enumerate()} - before):
        assert time.monotonic() - started < 2 * AT_ONCE, "what was given up is still asking"
        time.sleep(0.02)


@pytest.mark.parametrize("name", UNPACKABLE)
def test_what_cannot_be_unpacked_is_said(drugs: Path, stub: Stub, name: str) -> None:
    for asked in ("metadata", "batch", "search", "transaction"):
        stub.instead = {asked: UNPACKABLE[name]}
        with pytest.raises(LoadError, match="L708"):
            run(drugs, stub)


def test_a_packed_answer_is_unpacked(drugs: Path, stub: Stub) -> None:
    def packed(handler: Handler) -> None:
        sent(hostile.gzip.compress(hostile.json.dumps(stub.statement()).encode()), "Content-Encoding: gzip")(handler)

    stub.instead = {"metadata": packed}
    run(drugs, stub)
    assert held(stub) == published(drugs)


def test_a_search_whose_pages_name_each_other_ends(drugs: Path, stub: Stub) -> None:
    stub.instead = {"search": hostile.the_same_next}
    with pytest.raises(LoadError, match=r"L709.*comes again"):
        run(drugs, stub)


def test_a_search_without_a_last_page_ends(drugs: Path, stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MOST_PAGES", 30)
    stub.instead = {"search": hostile.another_next}
    with pytest.raises(LoadError, match=r"L709.*30 pages"):
        run(drugs, stub)


@pytest.mark.parametrize("asked", ["metadata", "batch", "search", "smart", "token"])
def test_any_json_instead_of_an_answer_gets_a_code(drugs: Path, stub: Stub, asked: str, smart: Login) -> None:
    signing_in = asked in {"smart", "token"}
    for value in (*OTHER, {}, True):
        stub.instead = {asked: said(value)}
        with pytest.raises(LoadError, match="L722" if signing_in else "L706"):
            run(drugs, stub, smart if signing_in else NOBODY)


def _bundle(**parts: object) -> dict[str, object]:
    return {"resourceType": "Bundle", **parts}


def _entry(**parts: object) -> dict[str, object]:
    return _bundle(entry=[parts])


#: By what is asked: an answer with a hole, for each of `OTHER` to stand in.
SHAPES: dict[str, Any] = {
    "metadata rest": lambda x: {"resourceType": "CapabilityStatement", "fhirVersion": "5.0.0", "rest": x},
    "metadata rest[0]": lambda x: {"resourceType": "CapabilityStatement", "fhirVersion": "5.0.0", "rest": [x]},
    "metadata resource": lambda x: {"resourceType": "CapabilityStatement", "fhirVersion": "5.0.0", "rest": [{"resource": x}]},
    "metadata interaction": lambda x: {
        "resourceType": "CapabilityStatement",
        "fhirVersion": "5.0.0",
        "rest": [{"interaction": x}],
    },
    "metadata fhirVersion": lambda x: {"resourceType": "CapabilityStatement", "fhirVersion": x},
    "batch entry": lambda x: _bundle(entry=x),
    "batch entry[0]": lambda x: _bundle(entry=[x]),
    "batch response": lambda x: _entry(response=x),
    "batch status": lambda x: _entry(response={"status": x}),
    "batch resource": lambda x: _entry(response={"status": "200"}, resource=x),
    "search entry": lambda x: _bundle(entry=x),
    "search link": lambda x: _bundle(link=x),
    "search url": lambda x: _bundle(link=[{"relation": "next", "url": x}]),
    "search resource": lambda x: _entry(resource=x),
    "search identifier": lambda x: _entry(resource={"resourceType": "Medication", "id": "a", "identifier": x}),
    "search id": lambda x: _entry(
        resource={"resourceType": "Medication", "id": x, "identifier": [{"system": "https://pages.example/fhir/drug"}]}
    ),
    "transaction entry": lambda x: _bundle(entry=x),
    "transaction response": lambda x: _bundle(entry=[{"response": x}] * 7),
    "validate issue": lambda x: {"resourceType": "OperationOutcome", "issue": x},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_any_json_in_an_answer_gets_a_code_or_is_nothing(drugs: Path, stub: Stub, shape: str) -> None:
    asked = shape.partition(" ")[0]
    for value in OTHER:
        stub.instead = {asked: said(SHAPES[shape](value))}
        if asked in {"transaction", "validate"}:
            stub.refuse = lambda _: "no"
            assert run_command(["load", str(drugs), "--server", stub.base, "--quiet"]) == 4
        else:
            assert ended(drugs, stub) in {"well", "L706", "L709", "L710", "L711"}


@pytest.mark.parametrize("element", ["meta", "text", "identifier", "extension", "status", "entity", "population"])
@pytest.mark.parametrize("withdrawn", ["delete", "retire"])
def test_any_json_in_what_a_server_holds_gets_a_code(tmp_path: Path, stub: Stub, element: str, withdrawn: str) -> None:
    stub.unsearchable = frozenset(TYPES)
    gone, there = snapshot(tmp_path, ["ablumab", "bexinib"]), snapshot(tmp_path, ["ablumab"])
    run(gone, stub)
    loaded = deepcopy(stub.store)
    for value in (None, 5, [1]):
        for target in ("Medication/org.ablumab", "Medication/org.bexinib", "Provenance/org.bexinib"):
            stub.store = deepcopy(loaded)
            stub.store[target][element] = value
            assert ended(there, stub, max_removed=1.0, withdrawn=withdrawn) in {"well", "L706"}


def ended(folder: Path, stub: Stub, **options: Any) -> str:  # noqa: ANN401 - of `run`
    """The code that a load ended with."""
    try:
        run(folder, stub, **options)
    except LoadError as error:
        return error.problem.code
    return "well"


@pytest.mark.parametrize(("nested", "code"), [(240, "well"), (300, "L706"), (900, "L706")])
def test_what_is_nested_too_deep_gets_a_code(tmp_path: Path, stub: Stub, nested: int, code: str) -> None:
    deep: list[Any] = []
    for _ in range(nested):
        deep = [deep]
    gone, there = snapshot(tmp_path, ["ablumab", "bexinib"]), snapshot(tmp_path, ["ablumab"])
    run(gone, stub)
    stub.store["Medication/org.bexinib"]["note"] = deep
    assert ended(there, stub, max_removed=1.0, withdrawn="retire") == code
    stub.store["Medication/org.ablumab"]["note"] = deep
    assert ended(there, stub) == code


def test_markup_that_never_closes_is_read_in_its_length(drugs: Path, stub: Stub) -> None:
    run(drugs, stub)
    stub.store["Medication/org.ablumab"]["text"] = {"div": "<" * 150_000}
    started = time.process_time()
    run(drugs, stub)
    assert time.process_time() - started < 2


@pytest.mark.parametrize("charset", ["zlib", "bz2", "hex", "undefined", "no-such", "utf-7"])
def test_no_character_set_makes_a_difference(drugs: Path, stub: Stub, charset: str) -> None:
    for status in ("200 OK", "404 Not Found"):
        stub.instead = {"metadata": sent(b"<html>no", f"Content-Type: text/html; charset={charset}", status=status)}
        with pytest.raises(LoadError, match=r"L706.*<html>no"):
            run(drugs, stub)


@pytest.mark.parametrize("there", ["http://[::1", "http://h:x", "http://h:99999999", "http://\x01", "//[", "http://u:p@h/", ""])
def test_an_address_that_is_none_gets_a_code(drugs: Path, stub: Stub, there: str, smart: Login) -> None:
    stub.instead = {"metadata": sent(b"", f"Location: {there}", status="302 Found")}
    assert ended(drugs, stub) in {"L703", "L704"}  # a control character makes no HTTP
    stub.instead = {"search": said(_bundle(link=[{"relation": "next", "url": there}]))}
    assert ended(drugs, stub) in {"L704", "L709"}  # what is no whole address is one of the server's own, and comes again
    stub.instead = {"smart": said({"token_endpoint": there})}
    with pytest.raises(OnlabelError, match=r"L72[0-2]"):
        run(drugs, stub, smart)


def test_a_next_page_that_no_address_is_long_enough_for_gets_a_code(drugs: Path, stub: Stub) -> None:
    stub.instead = {"search": said(_bundle(link=[{"relation": "next", "url": f"{stub.base}/{'x' * 70_000}"}]))}
    assert ended(drugs, stub) == "L704"


def test_a_token_does_not_travel_unencrypted_where_the_server_says_so(drugs: Path, stub: Stub, smart: Login) -> None:
    stub.instead = {"smart": said({"token_endpoint": "http://login.example/token"})}
    with pytest.raises(UsageError, match="L721"):
        run(drugs, stub, smart)


@pytest.mark.parametrize(
    "address",
    ["http://[::1", "http://h:x", "http://h:99999999/fhir", "http://xn--/", "http://h\x00/", "http://\udcff/", "5"],
    ids=ascii,
)
def test_an_address_of_a_server_that_is_none_is_said(drugs: Path, address: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["load", str(drugs), "--server", address]) == 2
    assert "L701" in capsys.readouterr().err
    with pytest.raises(UsageError, match="L720"):
        load(drugs, "https://fhir.example", LoadOptions(login=Login("oauth2", client_id="loader", token_url=address)))


@pytest.mark.parametrize("address", ["http://a..b/fhir", "http://[", f"http://{'a' * 64}.example/fhir"])
def test_a_name_that_cannot_be_one_is_not_reached(drugs: Path, address: str) -> None:
    with pytest.raises(LoadError, match="L703"):
        load(drugs, address, LoadOptions(pauses=()))


@pytest.mark.parametrize(
    ("variable", "value"),
    [("SSL_CERT_FILE", "/no/such"), ("HTTPS_PROXY", "ftp://ward:hunter2@proxy"), ("ALL_PROXY", "http://[::1")],
)
def test_an_environment_that_cannot_be_used_is_said(
    drugs: Path, variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(LoadError, match="L703") as refused:
        load(drugs, "https://fhir.example/r5", LoadOptions(pauses=()))
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("asked", ["9" * 5000, "Mon, 01 Jan 99999999999 00:00:00 GMT", "-1", "\u0669", "x", "Mon, 32 Foo 20"])
def test_any_retry_after_is_taken_or_left(asked: str) -> None:
    assert server.retry_after(asked) >= 0


TOKEN_ANSWERS: tuple[object, ...] = (
    *({"access_token": value} for value in OTHER if value != "x"),
    *({"access_token": "token", "expires_in": value} for value in (None, "x", [], {}, True)),
    *({"access_token": value} for value in ("to\nken", "to ken", "tökén")),
    {"error": {"x": 1}},
)


def test_any_token_answer_gets_a_code(drugs: Path, stub: Stub, smart: Login) -> None:
    for value in TOKEN_ANSWERS:
        stub.instead = {"token": said(value)}
        with pytest.raises(LoadError, match="L722"):
            run(drugs, stub, smart)
    for number in ("1" + "0" * 400, "1e400", "NaN", "[" * 2000):
        stub.instead = {"token": sent(f'{{"access_token": "x", "expires_in": {number}}}'.encode())}
        with pytest.raises(LoadError, match="L722"):
            run(drugs, stub, smart)


@pytest.mark.parametrize("name", [*UNPACKABLE, *one_of(*(name for name in ENDLESS if name != "silence"))])
def test_a_token_answer_without_end_ends_at_a_bound(
    drugs: Path, stub: Stub, name: str, smart: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credentials, "TOKEN_BOUNDS", Bounds(0.3, 100_000))
    started = time.monotonic()
    for asked in ("smart", "token"):
        stub.instead = {asked: UNPACKABLE[name] if name in UNPACKABLE else ENDLESS[name][0]}
        with pytest.raises(LoadError, match="L722"):
            run(drugs, stub, smart)
    assert time.monotonic() - started < AT_ONCE
