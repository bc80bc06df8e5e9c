"""The flow `onlabel`: what `pipeline.convert` does, with its batches as task runs, and artifacts to look at afterwards.

No `from __future__ import annotations` here: a served flow reaches its process as a pickle, which holds the names that its
code uses. Annotations that are text would be looked up there in vain ("`OnlabelModel` is not fully defined").
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any, cast

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.context import TagsContext
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from pipeline.convert import Report, convert, new_run_id
from pipeline.errors import OnlabelError, Problem
from pipeline.flow.artifacts import describe
from pipeline.flow.batches import as_tasks, whole
from pipeline.flow.expected_failures import log, stopped_in_silence
from pipeline.flow.form import asks_for_options
from pipeline.flow.loading import load_published, loaded
from pipeline.flow.storing import fetch, push
from pipeline.flow.watch import watcher
from pipeline.load import LoadOptions, LoadReport
from pipeline.options import Flowing, Login
from pipeline.settings import FhirVersion
from pipeline.store import Place

#: The exit code of a load of which the server took nothing.
REFUSED = 4


@dataclass(frozen=True, slots=True)
class Run:
    """What a flow run did: what it published, what of that a server has, and why not where it was to have it."""

    report: Report
    loaded: LoadReport | None = None
    not_loaded: Problem | None = None


class Broken(OnlabelError):  # noqa: N818 - named like the state that it belongs to
    """A run that a guard stopped, or a server: where a run failed, Prefect wants an exception as its result."""

    def __init__(self, problem: Problem, run: Run) -> None:
        super().__init__(problem)
        self.run = run

    def __reduce__(self) -> "tuple[type[Broken], tuple[Problem, Run]]":  # type: ignore[override]  # one more
        """Pickled with its run."""
        return type(self), (self.problem, self.run)


def tags_of(fhir: Sequence[FhirVersion]) -> list[str]:
    """The tags of a run that publishes these FHIR versions."""
    return ["onlabel", *fhir]


def _tags_are_the_runs(fhir: Sequence[FhirVersion]) -> AbstractContextManager[object]:
    """Keep our tags from task runs.

    A task run asks the server for a slot of each of its tags before it begins. After a batch of more than five seconds that
    is over a connection that the server has closed, and Prefect tries again two seconds later.
    """
    return TagsContext(current_tags=TagsContext.get().current_tags.difference(tags_of(fhir)))


def _run_name() -> str:
    """What ran: `seeds to output (R5)`."""
    given = flow_run.parameters
    seeds = [PurePath(seed).name or str(seed) for seed in given["seeds"]]
    shown = ", ".join(seeds[:3]) + (f" and {len(seeds) - 3} more" if len(seeds) > 3 else "")  # noqa: PLR2004 - fits a line
    return f"{shown} to {PurePath(given['output']).name} ({', '.join(given['fhir'])})"


@flow(name="onlabel", flow_run_name=_run_name)
@asks_for_options
def onlabel(
    *,
    seeds: list[str] = ["seeds"],  # noqa: B006 - Prefect shows the default in its form; the list is never changed
    login: Login | None = None,
    **options: Any,  # noqa: ANN401 - the fields of `Flowing`
) -> Run:
    """Publish what drug-information pages say each drug is approved for, quoted and proven, as FHIR NDJSON.

    Completed, with a name that says how many pages were quarantined, when a snapshot was published; Failed when nothing
    could be published or a guard stopped the run, and then what was published before is still in place. Failed too when it
    was published and could not be loaded.

    Args:
        seeds: Pages, and folders with .md and .txt pages below, on the machine that runs the flow; or URLs of a store.
        login: How to sign in at the server of `load_to`; the secret is in the environment (ONLABEL_SECRET) or in its file,
            never a parameter.
        **options: What the command line has too, each by itself:
    """
    told = Flowing(**options)
    run_id = new_run_id(flow_run.id)
    place = Place.of(seeds, told.output, told.work)
    stopped_in_silence()
    with _tags_are_the_runs(told.fhir):
        try:
            settings = told.settings()
            run_batches = as_tasks(told.runner, told.workers, told.cluster)
            with place.held():
                report = convert(
                    fetch(place, settings.limits.max_bytes),
                    place.output,
                    settings,
                    progress=watcher(),
                    run_id=run_id,
                    run_batches=run_batches,
                    **told.conversion(),
                )
                if report.snapshot is not None:
                    report = replace(report, notes=(*report.notes, *push(place, report.snapshot, report.folder, told.keep)))
        except OnlabelError as error:
            # A state, not an exception: a full disk or a folder that is not ours is no reason for a traceback.
            return _state(Failed(name="Stopped", message=str(error.problem), data=error))
        log(report.problems, run_id)
        describe(**whole(report=report, place=place))
        if report.stopped is not None:
            return _state(Failed(name="Stopped", message=str(report.stopped), data=Broken(report.stopped, Run(report))))
        if told.load_to is None or report.snapshot is None:
            return _state(Completed(name=_outcome(report), message=_message(report), data=Run(report)))
        loading = LoadOptions(
            version=told.fhir[0],
            login=login or Login(),
            prune=told.prune,
            withdrawn=told.withdrawn,
            max_removed=told.max_removed,
        )
        return _load(report, report.snapshot, told.load_to, loading)


def _load(report: Report, snapshot: Path, server: str, options: LoadOptions) -> Run:
    """Load what was published, and end the run with what became of that."""
    # As a state: a task that returns a failed one does not raise.
    state = load_published(**whole(snapshot=snapshot, options=options), server=server, return_state=True)
    done: LoadReport | Exception = state.result(raise_on_failure=False)
    if isinstance(done, Exception) and not isinstance(done, OnlabelError):
        raise done
    run = Run(report, not_loaded=done.problem) if isinstance(done, OnlabelError) else Run(report, loaded=done)
    log(run.loaded.problems if run.loaded else (), report.folder.name)
    problem = run.not_loaded or (run.loaded and run.loaded.stopped)
    if run.loaded and run.loaded.exit_code == REFUSED:
        problem = run.loaded.problems[0]
    if problem:
        return _state(Failed(name="Published, not loaded", message=str(problem), data=Broken(problem, run)))
    name = f"{_outcome(report)}{f', {loaded(run.loaded)}' if run.loaded else ''}"
    return _state(Completed(name=name, message=_message(report), data=run))


def _state(state: State[Any]) -> Run:
    """A state to return from the flow: for Prefect it stands for the data in it, and gives the run its name and end."""
    return cast("Run", state)


def _outcome(report: Report) -> str:
    return f"{report.became}, {report.accounting['quarantined']} quarantined"


def _message(report: Report) -> str:
    parts = ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in report.accounting.items() if name != "inputs")
    return f"{report.accounting['inputs']} pages: {parts}"
