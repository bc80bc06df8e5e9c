"""What `onlabel validate` prints of its findings: at once as JSON or OperationOutcome lines, or the gravest of them to read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from pipeline.cli.console import PROBLEMS_SHOWN, Console, as_json, counted
from pipeline.errors import Problem, Severity
from pipeline.publish.documents import operation_outcome
from pipeline.settings import DEFAULT_CANONICAL, FhirVersion
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

    def close(self, resources: int, version: FhirVersion, unchecked: Sequence[str]) -> None:
        """Print the gravest findings to a person, and to anyone what was checked and what was not."""
        severities = {severity: self._severities[severity] for severity in _GRAVEST_FIRST}
        layers = {name: self._layers[name] for name in LAYERS}
        if self._form == "json":
            summary = {"fhir": version, "resources": resources, "findings": severities, "layers": layers}
            self._console.json({"summary": {**summary, "not_checked": unchecked}})
            return
        self._show()
        # Into a file of OperationOutcomes goes nothing else.
        say = self._console.out if self._form == "text" else self._console.note
        found = ", ".join(f"{number:,} {severity}" for severity, number in severities.items())
        say(f"{counted(resources, 'resource')} of {version} checked: {found}")
        self._console.note(f"By layer: {', '.join(f'{name} {number:,}' for name, number in layers.items())}.")
        self._console.note(f"Not checked: {'; '.join(unchecked)}.")

    def _show(self) -> None:
        if self._form != "text":
            return
        shown = [problem for severity in _GRAVEST_FIRST for problem in self._kept[severity]][:PROBLEMS_SHOWN]
        for problem in shown:
            self._console.problem(problem, layer(problem.code))
        if (more := self._severities.total() - len(shown)) > 0:
            self._console.note(f"… and {more:,} more: see all with --json")
