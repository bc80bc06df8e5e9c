"""The flow `onlabel`: what `pipeline.convert` does, with its batches as task runs, and artifacts to look at afterwards.

No `from __future__ import annotations` here: a served flow reaches its process as a pickle, which holds the names that its
code uses. Annotations that are text would be looked up there in vain ("`OnlabelModel` is not fully defined").
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePath
from typing import Annotated, Any, Literal, cast

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.context import TagsContext
from prefect.runtime import flow_run
from prefect.states import Completed, Failed
from pydantic import Field

from pipeline.convert import Report, convert, day_named, new_run_id, own_publishers
from pipeline.errors import OnlabelError, Problem
from pipeline.flow.artifacts import describe
from pipeline.flow.batches import Runner, as_tasks, whole
from pipeline.flow.expected_failures import log, stopped_in_silence
from pipeline.flow.loading import load_published, loaded
from pipeline.flow.storing import fetch, push
from pipeline.flow.watch import watcher
from pipeline.load import LoadOptions, LoadReport, Login
from pipeline.settings import DEFAULT_CANONICAL, FhirVersion, Profile, Proof, Settings, Withhold
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
def onlabel(  # noqa: PLR0913, PLR0917 - what Prefect's form asks for, each with a default
    seeds: list[str] = ["seeds"],  # noqa: B006 - Prefect shows the default in its form; the list is never changed
    output: str = "output",
    fhir: list[FhirVersion] = ["R5"],  # noqa: B006 - as above
    workers: Annotated[int, Field(ge=1)] = 1,
    runner: Runner = "processes",
    cluster: str | None = None,
    as_of: date | Literal["today"] | None = None,
    max_removed: Annotated[float, Field(ge=0, le=1)] = 0.05,
    full: bool = False,  # noqa: FBT001, FBT002 - a parameter of Prefect's form
    keep: Annotated[int, Field(ge=1)] | None = None,
    on_unreadable: Literal["keep", "drop"] = "keep",
    stale_for: Annotated[int, Field(ge=0)] = 14,
    page_timeout: Annotated[float, Field(gt=0, le=86_400)] = 20.0,
    canonical: str = DEFAULT_CANONICAL,
    profile: Profile = "full",
    proof: Proof = "compact",
    withhold: Withhold | None = None,
    mappings: Path | None = None,
    corrections: list[Path] = [],  # noqa: B006 - as above
    publishers: list[Path] = [],  # noqa: B006 - as above
    release_withheld: bool = False,  # noqa: FBT001, FBT002 - a parameter of Prefect's form
    follow_links: bool = False,  # noqa: FBT001, FBT002 - a parameter of Prefect's form
    base_url: str | None = None,
    update_cadence: str | None = None,
    work: Path | None = None,
    load_to: str | None = None,
    login: Login | None = None,
    prune: bool = False,  # noqa: FBT001, FBT002 - a parameter of Prefect's form
    withdrawn: Literal["delete", "retire"] = "delete",
) -> Run:
    """Publish what drug-information pages say each drug is approved for, quoted and proven, as FHIR NDJSON.

    Completed, with a name that says how many pages were quarantined, when a snapshot was published; Failed when nothing
    could be published or a guard stopped the run, and then what was published before is still in place. Failed too when it
    was published and could not be loaded.

    Args:
        seeds: Pages, and folders with .md and .txt pages below, on the machine that runs the flow; or URLs of a store.
        output: The folder to publish to, or a URL of a store (s3://bucket/prefix).
        fhir: The FHIR versions to publish.
        workers: How many convert pages at once. The published bytes do not depend on it.
        runner: What they are: threads or processes of this machine, or workers of a Dask or Ray cluster.
        cluster: The address of a Dask or Ray cluster that is there already; else one is started here for the run.
        as_of: The date that the snapshot speaks for, or today; the newest lastReviewed of the pages unless it is given.
        max_removed: The share of what was published before that the run may remove.
        full: Whether to read every page anew, also those that did not change. The published bytes do not depend on it.
        keep: How many snapshots to keep in the output folder; all unless it is given.
        on_unreadable: What becomes of a page that was published and cannot be read now: it stays as it was read last, or not.
        stale_for: For how many days such a page stays, marked as stale.
        page_timeout: How many seconds a page may take; one that takes longer is quarantined.
        canonical: The base of the URLs that are onlabel's own.
        profile: full, or core for MedicationKnowledge and DocumentReference alone.
        proof: How resources say where each fact stands in its page: compact, one extension each; full, HL7's
            derivation-reference at every value; none, not at all.
        withhold: qualified, to hold back uses that are restricted by words that no rule understood.
        mappings: A folder of mapping tables instead of onlabel's own.
        corrections: Files of what people decided on single uses, besides the one in the folder of mapping tables.
        publishers: Files with profiles of publishers besides those that onlabel knows, a profile each.
        release_withheld: Whether uses may be published again that people withheld, where their corrections are missing.
        follow_links: Whether links among the pages are followed to files outside of the folder that was named.
        base_url: Where a web server publishes the output folder, for the manifests that Bulk Data clients read.
        update_cadence: How often it changes, for them too: a duration of ISO 8601 (P1D).
        work: The local folder for what is in a store; one in the user's cache folder unless it is given.
        load_to: The base URL of a FHIR server into which the first of `fhir` is loaded.
        login: How to sign in there; the secret is in the environment (ONLABEL_SECRET) or in its file, never a parameter.
        prune: Whether to take away there what is no longer published, within `max_removed`.
        withdrawn: How: delete it, or keep it there with the status of what is retired.
    """
    settings = Settings(
        canonical=canonical,
        fhir_versions=tuple(fhir),
        as_of=day_named(as_of),
        profile=profile,
        proof=proof,
        withhold=withhold,
        publishers=own_publishers(publishers),
    )
    run_id = new_run_id(flow_run.id)
    place = Place.of(seeds, output, work)
    stopped_in_silence()
    with _tags_are_the_runs(fhir):
        try:
            run_batches = as_tasks(runner, workers, cluster)
            with place.held():
                report = convert(
                    fetch(place, settings.limits.max_bytes),
                    place.output,
                    settings,
                    mappings=mappings,
                    corrections=corrections,
                    release_withheld=release_withheld,
                    follow_links=follow_links,
                    max_removed=max_removed,
                    full=full,
                    keep=keep,
                    on_unreadable=on_unreadable,
                    stale_for=stale_for,
                    page_timeout=page_timeout,
                    base_url=base_url,
                    update_cadence=update_cadence,
                    progress=watcher(),
                    run_id=run_id,
                    run_batches=run_batches,
                )
                if report.snapshot is not None:
                    report = replace(report, notes=(*report.notes, *push(place, report.snapshot, report.folder, keep)))
        except OnlabelError as error:
            # A state, not an exception: a full disk or a folder that is not ours is no reason for a traceback.
            return _state(Failed(name="Stopped", message=str(error.problem), data=error))
        log(report.problems, run_id)
        describe(**whole(report=report, place=place))
        if report.stopped is not None:
            return _state(Failed(name="Stopped", message=str(report.stopped), data=Broken(report.stopped, Run(report))))
        if load_to is None or report.snapshot is None:
            return _state(Completed(name=_outcome(report), message=_message(report), data=Run(report)))
        options = LoadOptions(
            version=fhir[0], login=login or Login(), prune=prune, withdrawn=withdrawn, max_removed=max_removed
        )
        return _load(report, report.snapshot, load_to, options)


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
