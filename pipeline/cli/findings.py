"""What `onlabel validate` prints of its findings: at once as JSON or OperationOutcome lines, or the gravest of them to read."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from pipeline.cli.console import PROBLEMS_SHOWN, Console, as_json
from pipeline.errors import Problem, Severity
from pipeline.publish.documents import operation_outcome
from pipeline.settings import DEFAULT_CANONICAL
from pipeline.validate import LAYERS, layer

_GRAVEST_FIRST: tuple[Severity, ...] = ("fatal", "error", "warning", "information")


class Findings:
    """Takes findings as they come and keeps no more than it will show."""

    def __init__(self, console: Console, form: Literal["text", "json", "outcome"]) -> None:
        self._console = console
        self._form = form
        self._severities: Counter[str] = Counter()
        self._layers: Counter[str] = Counter()
        self._kept: dict[Severity, list[Problem]] = {severity: [] for severity in _GRAVEST_FIRST}

    @property
    def has_errors(self) -> bool:
        """Whether anything graver than a warning was found."""
        return bool(self._severities["fatal"] or self._severities["error"])

    def add(self, problem: Problem) -> None:
        """Count a finding, and print it where each is printed."""
        name = layer(problem.code)
        self._severities[problem.severity] += 1
        self._layers[name] += 1
        if self._form == "json":
            self._console.json({"layer": name, **as_json(problem)})
        elif self._form == "outcome":
            outcome = operation_outcome(problem.source, [problem], DEFAULT_CANONICAL)
            issue = outcome["issue"][0]
            issue["diagnostics"] = f"Layer: {name}\n{issue['diagnostics']}"
            self._console.json(outcome)
        elif len(self._kept[problem.severity]) < PROBLEMS_SHOWN:
            self._kept[problem.severity].append(problem)

    def close(self) -> None:
        """Print the gravest findings to a person."""
        if self._form != "text":
            return
        shown = [problem for severity in _GRAVEST_FIRST for problem in self._kept[severity]][:PROBLEMS_SHOWN]
        for problem in shown:
            self._console.problem(problem, layer(problem.code))
        if (more := self._severities.total() - len(shown)) > 0:
            self._console.note(f"… and {more:,} more: see all with --json")

    def by_severity(self) -> str:
        """How many findings of each severity there are, in words."""
        return ", ".join(f"{self._severities[severity]} {severity}" for severity in _GRAVEST_FIRST)

    def by_layer(self) -> str:
        """How many findings each layer made, in words."""
        return ", ".join(f"{name} {self._layers[name]}" for name in LAYERS)
