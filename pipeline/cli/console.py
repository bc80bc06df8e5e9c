"""What the command says, and where: results on standard output, everything else on standard error, as text or JSON lines."""

from __future__ import annotations

import io
import json
import os
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, TextIO

from pipeline.errors import Problem

if TYPE_CHECKING:
    from pipeline.snapshot import Record

#: Where there is no terminal, a long run says how far it is this often.
SECONDS_BETWEEN_LINES = 10.0
#: How many problems of one run are shown before the rest is counted.
PROBLEMS_SHOWN = 20
_OUTCOMES = ("published", "not_a_drug", "quarantined", "duplicate")
_NOUNS = ("drug", "regimen", "brand", "use", "indication")
_LEVELS = {"fatal": "critical", "error": "error", "warning": "warning", "information": "info"}
#: Not printable to Python, and no harm on a terminal: line break, tab, no-break space.
_HARMLESS = frozenset("\n\t\xa0")
_ORDER = ("fatal", "error", "warning", "information")


class Console:
    """The command's two streams. `quiet` silences all but errors; the result is printed in any case.

    With `log` json what goes to standard error is JSON lines, each with the time, the run (`run_id`) and what it is about.
    """

    #: For all consoles of this command line (`--log`): an error may be told by another one than that of the command.
    log: ClassVar[Literal["text", "json"]] = "text"

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self.run_id: str | None = None
        for stream in (sys.stdout, sys.stderr):
            # A drug's name may hold what the terminal's encoding has not: show its escape instead of failing.
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")

    def out(self, text: str) -> None:
        """Print a line of the result."""
        _write(sys.stdout, text)

    def file(self, text: str) -> None:
        """Print what is the content of a file: exactly so, but on a terminal as any other line."""
        if sys.stdout.isatty():
            self.out(text.rstrip("\n"))
        else:
            sys.stdout.write(text)

    def json(self, value: Any) -> None:  # noqa: ANN401 - whatever JSON can hold
        """Print a value as one line of JSON."""
        self.out(_line(value))

    def note(self, text: str) -> None:
        """Say what is going on, unless quiet."""
        if not self.quiet:
            self._say("info", text)

    def problem(self, problem: Problem, kind: str = "") -> None:
        """Show a problem: code, place, cause and remedy, and of what kind it is. Quiet keeps errors only."""
        if self.quiet and problem.severity not in {"fatal", "error"}:
            return
        if self.log == "json":
            told = as_json(problem)
            level, page, message = _LEVELS[told.pop("severity")], told.pop("source", None), told.pop("cause")
            self._say(level, message, page=page, **told, **({"kind": kind} if kind else {}))
        else:
            said = str(problem).removesuffix(f" Remedy: {problem.remedy}")
            said = f"[{kind}] {said}" if kind else said
            _write(sys.stderr, f"{said}\n    Remedy: {problem.remedy}")

    def problems(self, problems: Iterable[Problem], everything: str) -> None:
        """Show the gravest of many problems; `everything` says where the rest stands."""
        ranked = sorted(problems, key=lambda problem: _ORDER.index(problem.severity))
        for problem in ranked[:PROBLEMS_SHOWN]:
            self.problem(problem)
        if len(ranked) > PROBLEMS_SHOWN:
            self.note(f"… and {len(ranked) - PROBLEMS_SHOWN} more: {everything}")

    def _say(self, level: str, message: str, *, page: str | None = None, code: str | None = None, **more: object) -> None:
        if self.log == "text":
            _write(sys.stderr, message)
            return
        time = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = {"time": time, "level": level, "run": self.run_id, "page": page, "code": code, "message": message, **more}
        _write(sys.stderr, _line(line))

    def drugs(self, records: Iterable[Record]) -> None:
        """Print each drug with its brands, and its uses in the page's words under what introduces them."""
        from pipeline.fields import all_brands  # noqa: PLC0415 - `onlabel --help` does not wait for the model

        for record in records:
            facts = record.facts
            brands = ", ".join(all_brands(facts)) or "no brands"
            uses, indications = counted(len(facts.uses), "use"), counted(sum(map(len, record.indications)), "indication")
            self.out(f"{facts.name.text if facts.name else facts.slug} ({brands}): {uses}, {indications}")
            above: tuple[str, ...] = ()
            for use in facts.uses:
                context = tuple(fact.text for fact in (use.lead, use.parent) if fact)
                for depth, text in enumerate(context):
                    if context[: depth + 1] != above[: depth + 1]:
                        self.out(f"{'  ' * (depth + 1)}{text}")
                above = context
                brands = f" [{', '.join(dict.fromkeys(brand.text for brand in use.brands))}]" if use.brands else ""
                marked = " (only as the words say)" if use.qualified_in_words else ""
                self.out(f"{'  ' * (len(context) + 1)}- {use.text.text}{brands}{marked}")
            self.out("")

    def report(self, accounting: Mapping[str, int], counts: Mapping[str, Any], unread_in: str) -> None:
        """Print what went in, what became of it, what is published, and where the unread sentences are, if any."""
        became = ", ".join(f"{accounting[name]:,} {name.replace('_', ' ')}" for name in _OUTCOMES)
        self.out(f"{counted(accounting['inputs'], 'page')}: {became}")
        self.out(
            ", ".join(counted(counts[f"{noun}s"], noun) for noun in _NOUNS)
            + f"; {counted(counts['unread'], 'unread sentence')}"
            + (f" ({unread_in})" if counts["unread"] else "")
        )
        restricted = (
            f"{counted(counts['qualified_in_words'], 'use')} restricted by words that no rule understood (see `onlabel show`)"
        )
        told = [restricted] if counts["qualified_in_words"] else []
        told += [f"{counts['withheld']:,} withheld"] if counts["withheld"] else []
        if told:
            self.out("; ".join(told))

    @contextmanager
    def progress(self, of: str = "pages") -> Iterator[Progress]:
        """How far a run is: a bar on a terminal, a line now and then elsewhere."""
        if self.quiet:
            yield Progress()
        elif self.log == "text" and sys.stderr.isatty():
            with _Bar(of) as bar:
                yield bar
        else:
            yield _Lines(self, of)


class Progress:
    """Told how many pages (or resources) of how many are done; this one keeps it to itself."""

    def __call__(self, done: int, total: int) -> None:
        """Take note that `done` of `total` are done."""


class _Lines(Progress):
    def __init__(self, console: Console, of: str) -> None:
        self._console = console
        self._of = of
        self._said: float | None = None

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if self._said is None:
            self._said = now  # from the first batch on: what comes before (a server's start) is no progress
        elif now - self._said >= SECONDS_BETWEEN_LINES:
            self._said = now
            self._console.note(f"{done:,} of {total:,} {self._of}")


class _Bar(Progress):
    def __init__(self, of: str) -> None:
        from rich import progress  # noqa: PLC0415 - only a terminal needs it
        from rich.console import Console as RichConsole  # noqa: PLC0415 - as above

        self._of = of.capitalize()
        self._bar = progress.Progress(
            *(self._of, progress.BarColumn(), progress.MofNCompleteColumn(), progress.TimeRemainingColumn()),
            console=RichConsole(stderr=True),
            transient=True,
        )
        self._task: Any = None

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def __call__(self, done: int, total: int) -> None:
        if self._task is None:
            self._task = self._bar.add_task(self._of, total=total)
        self._bar.update(self._task, completed=done)


def as_json(problem: Problem) -> dict[str, Any]:
    """A problem as JSON data, without what it leaves empty."""
    return {name: value for name, value in asdict(problem).items() if value is not None}


def numbers_of(problems: Iterable[Problem]) -> dict[str, int]:
    """How many problems of each severity there are, the gravest first."""
    counts: dict[str, int] = dict.fromkeys(_ORDER, 0)
    for problem in problems:
        counts[problem.severity] += 1
    return counts


def by_severity(problems: Iterable[Problem]) -> str:
    """How many problems of each severity there are, in words."""
    return ", ".join(f"{number:,} {severity}" for severity, number in numbers_of(problems).items())


def counted(number: int, noun: str) -> str:
    """A number and its noun: `1 page`, `2 pages`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def hang_up() -> int:
    """Leave quietly where the reader of standard output has gone (`onlabel extract … | head`)."""
    # The interpreter flushes standard output once more at exit, and would fail again.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 128 + int(getattr(signal, "SIGPIPE", 13))


def _line(value: object) -> str:
    import orjson  # noqa: PLC0415 - `onlabel --help` does not wait for it

    try:
        return orjson.dumps(value, option=orjson.OPT_PASSTHROUGH_SUBCLASS, default=str).decode()
    except TypeError:  # the bytes of a file's name that are no text: half a surrogate pair each, which orjson refuses
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def seen(text: str) -> str:
    """A text in which nothing is unseen: what turns the reading direction, has no width or speaks to the terminal is escaped.

    As JSON escapes it, so that a line of JSON stays the same data.
    """
    return text if text.isprintable() else "".join(c if c.isprintable() or c in _HARMLESS else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def _write(stream: TextIO, text: str) -> None:
    stream.write(f"{seen(text)}\n")
    stream.flush()
