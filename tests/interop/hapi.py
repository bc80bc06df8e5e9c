"""The two Java programs of this suite: built by Maven once, a FHIR server, and the HL7 validator."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SOURCES = Path(__file__).parent / "java"
JAVA_MAJOR = 17
BUILD_SECONDS = 600
VALIDATE_SECONDS = 1500
READY_SECONDS = 300
STOP_SECONDS = 20
HEAP = "-Xmx2g"
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


def validate(programs: Programs, version: str, files: Iterable[Path], lines: Iterable[str]) -> list[Finding]:
    """What the HL7 validator says of each resource in `lines`, where relative references lead into `files` (NDJSON).

    The first call for a FHIR version also writes the version's definitions to the cache, which takes about half a minute.

    Raises:
        ProgramError: the validator ended early, or answered for more or fewer resources than it was given.
    """
    sent = [line.rstrip("\n") for line in lines]
    definitions = programs.folder / f"definitions-{version}.ndjson.gz"
    command = programs.command("Validate", version, str(definitions), *map(str, files))
    done = subprocess.run(
        command, input="\n".join(sent), capture_output=True, encoding="utf-8", check=False, timeout=VALIDATE_SECONDS
    )
    answers = [json.loads(line) for line in done.stdout.split("\n") if line]
    if done.returncode or len(answers) != len(sent):
        message = f"the validator answered {len(answers)} of {len(sent)} resources:\n{done.stderr[-4000:]}"
        raise ProgramError(message)
    return [
        Finding(answer["resource"], issue["severity"], issue.get("code", ""), issue.get("path", ""), issue["text"])
        for answer in answers
        for issue in answer["issues"]
    ]


@contextmanager
def server(programs: Programs, version: str, folder: Path) -> Iterator[str]:
    """A FHIR server with an empty database; the value is its base URL. It uses `folder` for its log and scratch files.

    Raises:
        ProgramError: it ended or was not ready in time; the message ends with its log.
    """
    log = folder / "server.log"
    command = programs.command("FhirServer", version, options=[f"-Djava.io.tmpdir={folder}"])
    with (
        log.open("w") as out,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out, stderr=subprocess.STDOUT) as process,
    ):
        try:
            yield _base_url(process, log)
        finally:
            _stop(process)


def _base_url(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + READY_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        ready = [line for line in log.read_text(errors="replace").splitlines() if line.startswith("READY ")]
        if ready:
            return ready[0].removeprefix("READY ")
        time.sleep(0.25)
    message = f"the FHIR server was not ready after {READY_SECONDS} s, or ended:\n{log.read_text(errors='replace')[-4000:]}"
    raise ProgramError(message)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ends the server. (It also ends with its standard input, which the system closes when the test run itself is killed.)"""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
