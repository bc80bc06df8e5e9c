"""The two Java programs of this suite: built by Maven once, a FHIR server, and the HL7 validator."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SOURCES = Path(__file__).parent / "java"
JAVA_MAJOR = 17
BUILD_SECONDS = 600
VALIDATE_SECONDS = 1500
READY_SECONDS = 600
STOP_SECONDS = 20
HEAP = "-Xmx3g"
#: Programs that live for a minute or two: to start takes half as long without the compiler for those that live for days.
QUICK = "-XX:TieredStopAtLevel=1"


class ProgramError(Exception):
    """A Java program could not be built, started or finished; the message ends with what it printed."""


@dataclass(frozen=True)
class Finding:
    """One issue of the HL7 validator: `path` is its place in `resource` (`Type/id`), `code` the validator's message id."""

    resource: str
    severity: str
    code: str
    path: str
    text: str

    def __str__(self) -> str:
        return f"{self.severity} {self.resource} {self.path}: {self.text} ({self.code})"


@dataclass(frozen=True)
class Programs:
    """The built programs: the folder that keeps them, and the class path of their libraries."""

    folder: Path
    libraries: str

    def command(self, program: str, *arguments: str, options: Iterable[str] = ()) -> list[str]:
        classes = f"{self.folder / 'classes'}:{self.libraries}"
        machine = [HEAP, QUICK, "-XX:+UseParallelGC", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error"]
        return ["java", *machine, *options, "-cp", classes, f"onlabel.interop.{program}", *arguments]


def missing() -> str | None:
    """Why the programs cannot be built here, or None."""
    for tool in ("java", "javac", "mvn"):
        if shutil.which(tool) is None:
            return f"`{tool}` is not installed; the suite needs a JDK {JAVA_MAJOR} or newer, and Maven"
    said = subprocess.run(["javac", "-version"], capture_output=True, text=True, check=False)  # noqa: S607 - the javac that mvn would use
    version = (said.stdout + said.stderr).removeprefix("javac ").strip()
    if not version.partition(".")[0].isdigit() or int(version.partition(".")[0]) < JAVA_MAJOR:
        return f"javac is version {version or 'unknown'}; the suite needs a JDK {JAVA_MAJOR} or newer"
    return None


def build(cache: Path) -> Programs:
    """Compile the programs, unless `cache` holds them from these very sources and versions.

    Raises:
        ProgramError: Maven failed; the message is what it printed.
    """
    digest = hashlib.sha256()
    for source in sorted(path for path in SOURCES.rglob("*") if path.suffix in {".java", ".xml"}):
        digest.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    folder = cache / digest.hexdigest()[:16]
    if not _is_built(folder):
        unfinished = folder.with_suffix(".unfinished")
        for left in (unfinished, folder):
            shutil.rmtree(left, ignore_errors=True)
        unfinished.mkdir(parents=True)
        _maven(f"-Dinterop.build={unfinished}", f"-Dmdep.outputFile={unfinished / 'classpath.txt'}")
        unfinished.rename(folder)
    return Programs(folder, (folder / "classpath.txt").read_text().strip())


def _is_built(folder: Path) -> bool:
    """Whether the classes are there, and every library still is where Maven put it."""
    libraries = folder / "classpath.txt"
    return libraries.exists() and all(Path(jar).exists() for jar in libraries.read_text().strip().split(":"))


def _maven(*properties: str) -> None:
    command = ["mvn", "-ntp", "-q", "-B", *properties, "compile", "dependency:build-classpath"]
    done = subprocess.run(
        command, cwd=SOURCES, capture_output=True, text=True, check=False, timeout=BUILD_SECONDS, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        message = f"{' '.join(command)} failed:\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
        raise ProgramError(message)


class Validator:
    """The HL7 validator, a program that stays: what its first answers take is for Java to become quick."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self._process, self._log = process, log

    def validate(self, version: str, files: Iterable[Path], lines: Iterable[str]) -> list[Finding]:
        """What it says of the resources in `lines`, where relative references lead into `files` (NDJSON)."""
        return [finding for findings in self.each(version, files, lines) for finding in findings]

    def each(self, version: str, files: Iterable[Path], lines: Iterable[str]) -> list[list[Finding]]:
        """The same for each line. A request of many is much quicker than many requests: each begins with nothing remembered.

        Raises:
            ProgramError: it ended early, or took too long; the message ends with its log.
        """
        sent = [line.rstrip("\n") for line in lines]
        request = "\t".join([version, str(len(sent)), *map(str, files)])
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        too_long = threading.Timer(VALIDATE_SECONDS, self._process.kill)
        too_long.start()
        try:
            self._process.stdin.write("\n".join([request, *sent, ""]))
            self._process.stdin.flush()
            answers = [json.loads(self._process.stdout.readline()) for _ in sent]
        except (OSError, ValueError) as error:
            message = f"the validator ended before it had answered for {len(sent)} resources:\n{_tail(self._log)}"
            raise ProgramError(message) from error
        finally:
            too_long.cancel()
        return [
            [
                Finding(answer["resource"], issue["severity"], issue.get("code", ""), issue.get("path", ""), issue["text"])
                for issue in answer["issues"]
            ]
            for answer in answers
        ]


@contextmanager
def validator(programs: Programs, folder: Path) -> Iterator[Validator]:
    """The validator, for many requests. It uses `folder` for its log."""
    log, command = folder / "validator.log", programs.command("Validate", str(programs.folder))
    pipe = subprocess.PIPE
    with log.open("w") as out, subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=out, encoding="utf-8") as process:
        try:
            yield Validator(process, log)
        finally:
            _stop(process)


class Servers:
    """FHIR servers of several versions in one program, which starts one after the other."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self._process, self._log = process, log

    def base(self, version: str) -> str:
        """The base URL of a version's server, as soon as that is ready.

        Raises:
            ProgramError: it ended or was not ready in time; the message ends with its log.
        """
        deadline = time.monotonic() + READY_SECONDS
        mark = f"READY {version} "
        while self._process.poll() is None and time.monotonic() < deadline:
            ready = [line for line in self._log.read_text(errors="replace").splitlines() if line.startswith(mark)]
            if ready:
                return ready[0].removeprefix(mark)
            time.sleep(0.25)
        message = f"the {version} server was not ready after {READY_SECONDS} s, or ended:\n{_tail(self._log)}"
        raise ProgramError(message)


@contextmanager
def servers(programs: Programs, versions: Sequence[str], folder: Path) -> Iterator[Servers]:
    """FHIR servers with empty databases, starting. They use `folder` for their log and scratch files."""
    log = folder / "server.log"
    command = programs.command("FhirServer", str(programs.folder), *versions, options=[f"-Djava.io.tmpdir={folder}"])
    with (
        log.open("w") as out,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out, stderr=subprocess.STDOUT) as process,
    ):
        try:
            yield Servers(process, log)
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[Any]) -> None:
    """Ends a program. (It also ends with its standard input, which the system closes when the test run itself is killed.)"""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-4000:]
