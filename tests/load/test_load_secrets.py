"""Every failure of a load, with a server that repeats the secret wherever it can: it is in nothing that anybody sees."""

from __future__ import annotations

import json
import logging
import socket
import traceback
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from pipeline.cli import run_command
from pipeline.errors import OnlabelError
from pipeline.load import LoadOptions as Options
from pipeline.load import Login, load
from pipeline.load.redaction import Secrets
from tests.error_codes import explained
from tests.load.fhir_stub import DEFINITIONS, TYPES, Fault, RefusalError, Stub, serving
from tests.load.hostile import HEAD, said, sent, wire
from tests.load.leaks import leaked, written
from tests.load.load_snapshots import snapshot
from tests.sampled import variant

REPOSITORY = Path(__file__).resolve().parents[2]
SECRET = "mk-0Hunter2/Correct+Horse~Battery=_Staple.mk1"  # noqa: S105 - invented, to be looked for
PASSWORD = 'mk-ünter2 "correct" <horse> & bättery\\staple% mk1'  # noqa: S105 - as above
ECHO = written(SECRET)
AUTHORIZATION = f"Bearer {SECRET}"

#: Makes a failure: sets the server up, and gives the options of `onlabel load` with what is loaded.
Failure = Callable[[Stub, Path], list[str]]


def _drugs(folder: Path, **options: Any) -> str:  # noqa: ANN401 - of `snapshot`
    return str(snapshot(folder, ["ablumab"], **options))


def _instead(**answers: Any) -> Failure:  # noqa: ANN401 - answerers, by what is asked
    def failure(stub: Stub, folder: Path) -> list[str]:
        stub.instead = answers
        return [_drugs(folder), "--prune"]

    return failure


def _stated(**state: Any) -> Failure:  # noqa: ANN401 - of the stub
    def failure(stub: Stub, folder: Path) -> list[str]:
        for name, value in state.items():
            setattr(stub, name, deepcopy(value))
        return [_drugs(folder, definitions=["CodeSystem/codes"])]

    return failure


def _statement(**parts: object) -> dict[str, object]:
    return {"resourceType": "CapabilityStatement", "fhirVersion": "5.0.0", **parts}


def _mark(kind: str) -> Callable[[dict[str, Any]], None]:
    """A server that adds an element to what it takes, and names it after what it was sent."""

    def mark(resource: dict[str, Any]) -> None:
        if resource["resourceType"] == kind:
            resource[ECHO] = 1

    return mark


def _pruning(stub: Stub, folder: Path, *options: str) -> list[str]:
    assert run_command(["load", str(snapshot(folder, ["ablumab", "bexinib"])), "--server", stub.base, "--quiet", *_SIGNED]) == 0
    return [_drugs(folder), "--prune", *options]


def _nothing_known(_: Stub, folder: Path) -> list[str]:
    return [_drugs(folder, quarantined=[("lost/", None)]), "--prune"]


def _not_deleted(stub: Stub, folder: Path) -> list[str]:
    options = _pruning(stub, folder, "--max-removed", "1")
    done = stub.transaction

    def refused(bundle: dict[str, Any], *, tags_stay: bool) -> dict[str, Any]:
        if any(entry["request"]["method"] == "DELETE" for entry in bundle["entry"]):
            raise RefusalError(409, ECHO)
        return done(bundle, tags_stay=tags_stay)

    stub.transaction = refused  # type: ignore[method-assign]
    return options


def _not_all_loaded(stub: Stub, folder: Path) -> list[str]:
    options = _pruning(stub, folder, "--max-removed", "1")
    stub.store.pop("Provenance/org.ablumab")
    stub.refuse = lambda _: ECHO
    return options


def _not_retired(stub: Stub, folder: Path) -> list[str]:
    options = _pruning(stub, folder, "--max-removed", "1", "--withdrawn", "retire")
    stub.refuse = lambda _: ECHO
    return options


def _taken_and_gone(stub: Stub, folder: Path) -> list[str]:
    def done(bundle: dict[str, Any], **_: bool) -> dict[str, Any]:
        return {"resourceType": "Bundle", "entry": [{"response": {"status": f"201 {ECHO}"}}] * len(bundle["entry"])}

    stub.transaction = done  # type: ignore[assignment, method-assign]
    return [_drugs(folder)]


def _refusing_everything(stub: Stub, folder: Path) -> list[str]:
    stub.refuse = lambda _: ECHO
    return [str(snapshot(folder, [f"drug{number}" for number in range(6)]))]


def _of_someone_else(stub: Stub, folder: Path) -> list[str]:
    stub.store["Medication/org.ablumab"] = {"resourceType": "Medication", "id": "org.ablumab", "identifier": [{"system": ECHO}]}
    return [_drugs(folder)]


def _damaged(_: Stub, folder: Path) -> list[str]:
    drugs = Path(_drugs(folder))
    (drugs / "R5" / "bundles" / "transaction.ndjson").write_text(f"{ECHO}\n")
    return [str(drugs)]


def _broken_line(_: Stub, folder: Path) -> list[str]:
    (folder / "token").write_text(f"{SECRET[:20]}\n{SECRET[20:]}\n")
    return [_drugs(folder), "--secret-file", str(folder / "token")]


def _no_token(stub: Stub, folder: Path) -> list[str]:
    stub.instead = {"token": said({"error": ECHO, "error_description": ECHO}, status=f"400 {quote(ECHO)}")}
    address = stub.base.replace("/fhir", "/token")
    return [_drugs(folder), "--auth", "oauth2", "--client-id", "loader", "--token-url", f"{address}?client_secret={SECRET}"]


def _token_address(url: str) -> Failure:
    return lambda _, folder: [_drugs(folder), "--auth", "oauth2", "--client-id", "loader", "--token-url", url]


def _at(server: str) -> Failure:
    return lambda _, folder: [_drugs(folder), "--server", server]


def _not_there(_: Stub, folder: Path) -> list[str]:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return [_drugs(folder), "--server", f"http://127.0.0.1:{unused.getsockname()[1]}/fhir"]


NEXT = {"relation": "next", "url": f"https://elsewhere.example/{quote(ECHO)}?{quote(ECHO)}"}
FAILURES: list[tuple[str, Failure]] = [
    ("L700", lambda _, folder: [str(folder / "nowhere")]),
    ("L701", _at(f"https://ward:{SECRET}@fhir.example/r5")),
    ("L701", _at(f"https://fhir.example/r5?token={SECRET}")),
    ("L702", _stated(faults=[Fault(503, {"Retry-After": "86400"}, body=ECHO)])),
    ("L703", _not_there),
    ("L703", _instead(metadata=wire([ECHO.encode()]))),
    ("L703", _instead(metadata=wire([HEAD + f"{ECHO}\r\n\r\n".encode()]))),
    ("L704", _instead(metadata=sent(b"", f"Location: https://elsewhere.example/{quote(ECHO)}", status="302 Found"))),
    ("L704", _instead(search=said({"resourceType": "Bundle", "link": [NEXT]}))),
    ("L705", _stated(authorization="Bearer another")),
    ("L705", _instead(metadata=sent(ECHO.encode(), f"X-Echo: {ECHO}", status=f"403 {ECHO}"))),
    ("L706", _instead(metadata=said({"resourceType": ECHO}, status=f"200 {ECHO}"))),
    ("L706", _instead(metadata=sent(("x" * 376 + SECRET).encode()))),
    ("L706", _instead(batch=said({"resourceType": "Bundle", "entry": [{"response": {"status": ECHO}}] * 2}))),
    ("L707", _damaged),
    ("L708", _instead(metadata=sent(b"x", f"Content-Encoding: {SECRET}"))),
    ("L709", _instead(search=said({"resourceType": "Bundle", "link": [{"relation": "next", "url": f"x?{quote(ECHO)}"}]}))),
    ("L710", _instead(metadata=said(_statement(fhirVersion=ECHO)))),
    ("L711", _stated(types=TYPES[:4])),
    ("L712", _stated(interactions=(ECHO,))),
    ("L713", _stated(creating=False)),
    ("L714", _stated()),
    ("L715", _stated(types=TYPES + DEFINITIONS, refuse=lambda one: ECHO if one["resourceType"] == "CodeSystem" else None)),
    ("L716", _stated(types=TYPES + DEFINITIONS, refuse=_mark("CodeSystem"))),
    ("L720", lambda _, folder: [_drugs(folder), "--auth", "basic"]),
    ("L720", lambda _, folder: [_drugs(folder), "--auth", "smart", "--client-id", "x"]),
    ("L720", _token_address(f"https://ward:{SECRET}@login.example/token")),
    ("L721", _token_address(f"http://login.example/token?client_secret={SECRET}")),
    ("L722", _no_token),
    ("L723", _broken_line),
    ("L730", _stated(refuse=lambda _: ECHO)),
    ("L731", _of_someone_else),
    ("L732", _taken_and_gone),
    ("L733", _stated(refuse=lambda one: ECHO if one["resourceType"] == "Medication" else None)),
    ("L734", _stated(refuse=_mark("Medication"))),
    ("L735", _refusing_everything),
    ("L740", _pruning),
    ("L741", _nothing_known),
    ("L742", _not_deleted),
    ("L743", _not_all_loaded),
    ("L744", _not_retired),
]
_SIGNED = ("--auth", "bearer")


def test_every_failure_is_driven() -> None:
    assert {code for code, _ in FAILURES} == {code for code in explained() if code.startswith("L")}


@pytest.mark.parametrize("more", [(), variant(("--json",))], ids=["text", "json"])
@pytest.mark.parametrize(("code", "failure"), FAILURES, ids=[code for code, _ in FAILURES])
def test_no_failure_shows_a_secret(  # noqa: PLR0913, PLR0917 - fixtures
    code: str,
    failure: Failure,
    more: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("ONLABEL_SECRET", SECRET)
    with serving(Stub()) as stub, caplog.at_level(logging.DEBUG):
        options = failure(stub, tmp_path)
        capsys.readouterr()
        log = ("--log", "json") if more else ()
        server = () if "--server" in options else ("--server", stub.base)
        signed = () if "--auth" in options else _SIGNED
        status = run_command([*log, "load", *server, *signed, *options, *more])
    printed = capsys.readouterr()
    assert code in printed.err + printed.out
    assert status in {0, 1, 2, 3, 4}
    assert "Traceback" not in printed.err
    for shown in (printed.out, printed.err, caplog.text):
        assert leaked(shown, SECRET) is None


@pytest.mark.parametrize("auth", ["basic", "oauth2"])
def test_no_password_is_shown_either(
    auth: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A password may hold what a token may not: each way of writing that is undone too."""
    monkeypatch.setenv("ONLABEL_SECRET", PASSWORD)
    echo = written(PASSWORD) + written(f"ward:{PASSWORD}") + json.dumps(PASSWORD)
    with serving(Stub()) as stub:
        stub.instead = {"token": said({"error_description": echo}, status="401 No"), "metadata": said([echo], status="403 No")}
        signed = ["--auth", auth, "--user", "ward", "--client-id", "ward", "--token-url", stub.base.replace("/fhir", "/token")]
        assert run_command(["load", _drugs(tmp_path), "--server", stub.base, *signed]) == 4
    assert leaked(capsys.readouterr().err, PASSWORD) is None


def test_no_traceback_shows_a_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither where it was foreseen that something goes wrong, nor where nobody thought of it."""
    monkeypatch.setenv("ONLABEL_SECRET", SECRET)

    def surprise(done: int, _: int) -> None:
        message = f"Illegal header value {AUTHORIZATION.encode()!r} after {done}"
        raise KeyError(message)

    with serving(Stub(refuse=lambda _: None)) as stub:
        drugs = Path(_drugs(tmp_path))
        with pytest.raises(RuntimeError) as unforeseen:
            load(drugs, stub.base, Options(login=Login("bearer")), progress=surprise)
        stub.authorization = "Bearer another"
        with pytest.raises(OnlabelError) as foreseen:
            load(drugs, stub.base, Options(login=Login("bearer")))
    for error in (unforeseen.value, foreseen.value):
        shown = "".join(traceback.format_exception(error))
        assert leaked(shown, SECRET) is None
    assert "Illegal header value" in str(unforeseen.value)
    assert "surprise" in str(unforeseen.value)


def test_what_waits_are_said_to_be_for_shows_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONLABEL_SECRET", SECRET)
    told: list[str] = []
    with serving(Stub(faults=[Fault(503, body=ECHO)])) as stub:
        load(Path(_drugs(tmp_path)), stub.base, Options(login=Login("bearer"), pauses=(0.0,)), tell=told.append)
    assert told
    assert leaked(told[0], SECRET) is None


def test_of_what_is_said_all_but_the_secret_stays() -> None:
    secrets = Secrets()
    secrets.add(SECRET)
    assert secrets.redact(f"you sent {SECRET}, which is wrong") == "you sent [secret], which is wrong"
    assert secrets.redact(f"you sent {SECRET[:12]}…") == "you sent [secret]…"
    assert secrets.redact(f"{SECRET}, and more", 3) == "[secret]"
    assert secrets.redact("Bundle 3 of 7: an element is missing") == "Bundle 3 of 7: an element is missing"


def test_a_short_secret_is_hidden_as_a_whole() -> None:
    secrets = Secrets()
    secrets.add("pa55")
    assert secrets.redact("pa55 is no password, pa is") == "[secret] is no password, pa is"
