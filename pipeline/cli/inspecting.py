"""The commands that look at pages and output without publishing: extract, validate, verify."""
# ruff: noqa: PLC0415 - imports inside the commands keep `onlabel --help` under 0.3 s

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar, get_args

from cyclopts import Parameter

from pipeline.cli.app import DONE, PARTLY, Quiet, app, holding, require, some_page
from pipeline.cli.console import Console, as_json, by_severity, counted, numbers_of
from pipeline.errors import OnlabelError, UsageError
from pipeline.options import Flag, OwnPublishers, fhir_version
from pipeline.settings import FhirVersion

if TYPE_CHECKING:
    from pipeline.model import Page
    from pipeline.seeds import Source
    from pipeline.verify import Proved

_Read = TypeVar("_Read")


@app.command
def extract(
    *pages: Annotated[Path, Parameter(help="Pages, or folders with pages below.")],
    unread: Annotated[Flag, Parameter(help="Print the sentences that no rule read instead.")] = False,
    follow_links: Annotated[Flag, Parameter(help="Follow links to files outside of the folder that was named.")] = False,
    publishers: OwnPublishers = (),
    quiet: Quiet = False,
) -> int:
    """Print the facts of pages as JSON lines, with their places in the source.

    For example:
    ```
    onlabel extract seeds/denosumab.md
    onlabel extract --unread seeds/ | head
    ```
    """
    from pipeline.extract import extract as facts_of
    from pipeline.extract import findings, record
    from pipeline.publishers import own

    console, pages_read, known = Console(quiet=quiet), _Pages(), own(publishers)
    require(pages, "PAGE")
    for page in pages_read(some_page(pages, follow_links=follow_links), console):
        facts = facts_of(page, known)
        for value in map(as_json, findings(facts)) if unread else [record(facts)]:
            console.json(value)
    return pages_read.code


@dataclass
class _Pages:
    """Reads pages one by one; what is wrong with one is told, and makes the exit code that of a partial success."""

    code: int = DONE

    def __call__(self, sources: Iterable[Source], console: Console) -> Iterator[Page]:
        from pipeline.read import read_page
        from pipeline.settings import ReadLimits

        return self.each(sources, console, lambda data, name: read_page(data, name, ReadLimits()))

    def each(self, sources: Iterable[Source], console: Console, read: Callable[[bytes, str], _Read]) -> Iterator[_Read]:
        """What `read` gives for the bytes and the name of each page that can be loaded and read."""
        from pipeline.seeds import load
        from pipeline.settings import ReadLimits

        for source in sources:
            try:
                if source.problem is not None:
                    raise UsageError(source.problem)
                found = read(load(source, ReadLimits().max_bytes), source.name)
            except OnlabelError as error:
                console.problem(error.problem)
                self.code = PARTLY
            else:
                yield found


@app.command
def publishers(
    *pages: Annotated[Path, Parameter(help="Pages, or folders with pages below; none: the profiles themselves.")],
    own: OwnPublishers = (),
    quiet: Quiet = False,
) -> int:
    """Print, as JSON lines, the publishers whose pages onlabel knows, or by which profile each page is read and why.

    For example:
    ```
    onlabel publishers
    onlabel publishers label.md
    onlabel publishers --publishers mine.toml page.md
    ```
    """
    from pipeline.extract import profiles_tried
    from pipeline.publishers import own as own_profiles
    from pipeline.publishers import profiles

    console, pages_read, known = Console(quiet=quiet), _Pages(), own_profiles(own)
    for each in profiles(known) if not pages else ():
        console.json(
            {"publisher": each.id, "name": each.name or None, "hosts": list(each.hosts), "sources": list(each.sources)}
        )
    for page in pages_read(some_page(pages) if pages else (), console):
        tried = profiles_tried(page, known)
        taken = next((publisher.id for publisher, kind, _ in tried if kind != "none"), None)
        looked = [{"publisher": publisher.id, "kind": kind, "reason": reason} for publisher, kind, reason in tried]
        console.json({"page": page.name, "publisher": taken, "tried": looked})
    return pages_read.code


@app.command
def validate(
    *files: Annotated[Path, Parameter(name="PATH", help="NDJSON, JSON resources or Bundles, folders, an output folder.")],
    fhir: Annotated[str, Parameter(help="The FHIR version that the resources are in: R5, R4B or R4.")] = "R5",
    definitions: Annotated[Path | None, Parameter(help="StructureDefinitions to check against: a file or folder.")] = None,
    format_: Annotated[Literal["text", "json", "outcome"], Parameter(name="--format", help="How to print findings.")] = "text",
    json: Annotated[
        Flag, Parameter(help="Print each finding as a JSON line, and in the last line the summary (--format json).")
    ] = False,
    quiet: Quiet = False,
) -> int:
    """Check FHIR resources, ours or not, layer by layer.

    With --format outcome every line is an OperationOutcome, and nothing else.

    For example:
    ```
    onlabel validate output
    onlabel validate bundle.json ClinicalUseDefinition.ndjson --fhir R4B --json
    onlabel validate theirs/ --fhir R4 --format outcome > OperationOutcome.ndjson
    ```
    """
    from pipeline.cli.findings import Findings
    from pipeline.cli.resources import check

    version, console = fhir_version(fhir), Console(quiet=quiet)
    require(files, "PATH")
    findings = Findings(console, "json" if json else format_)
    checked = check(files, version, findings.add, definitions)
    findings.close(checked.resources, version, (*checked.unchecked, *_passed_over(files, version)))
    return PARTLY if findings.has_errors else DONE


def _passed_over(paths: Iterable[Path], version: FhirVersion) -> list[str]:
    """What lies beside the resources of a snapshot, and is not among those that were counted."""
    from pipeline.cli.resources import resource_files

    said: list[str] = []
    for path in paths:
        folder = resource_files(path, version)[0].parent
        if path == folder or not path.is_dir() or folder.name != "resources":
            continue
        snapshot = folder.parent.parent
        others = (snapshot / other for other in get_args(FhirVersion) if other != version)
        beside = (folder.parent / "bundles", folder.parent / "conformance", snapshot / "outcome", *others)
        names = [str(one.relative_to(snapshot)) for one in beside if one.is_dir()]
        if names:
            said.append(f"{', '.join(names)} of this snapshot (name one of them to have it counted and checked)")
    return said


@app.command
def verify(
    output: Annotated[Path, Parameter(help="An output folder, or one snapshot.")] = Path("output"),
    *,
    pages: Annotated[
        Path | None, Parameter(help="The folder with the pages, for those whose license keeps their text out of the output.")
    ] = None,
    json: Annotated[Flag, Parameter(help="Print each finding as a JSON line, and in the last line the summary.")] = False,
    quiet: Quiet = False,
) -> int:
    """Prove every quoted fact of an output again, from the page bytes in it, by code that shares nothing with the extractor.

    For example:
    ```
    onlabel verify
    onlabel verify out/snapshots/3f9a… --json
    onlabel verify out --pages seeds/
    ```
    """
    from pipeline.verify import prove

    console = Console(quiet=quiet)
    with holding(output) as folder:
        proved = prove(folder, _by_hash(pages, console))
    unproven = any(problem.severity != "information" for problem in proved.problems)
    if json:
        for problem in proved.problems:
            console.json(as_json(problem))
        console.json({"summary": {"snapshot": str(folder.absolute()), **_summary(proved), "proven": not unproven}})
    else:
        console.problems(proved.problems, "see all with --json")
        found = by_severity(proved.problems) if unproven else "every quoted fact is proven"
        console.out(f"{output}: {found}")
        if proved.unread:
            console.out(f"NOT CHECKED: what is quoted from {counted(len(proved.unread), 'page')} whose text is not published")
        console.out(
            f"{counted(proved.proven, 'quote')} proven of {proved.quotes:,}, in {counted(proved.resources, 'resource')} "
            f"({', '.join(proved.versions)}), against {counted(proved.pages, 'page')}"
        )
    return PARTLY if unproven else DONE


def _by_hash(folder: Path | None, console: Console) -> dict[str, bytes]:
    """The pages below a folder by their SHA-256; one that cannot be read is told, and costs no other."""
    from hashlib import sha256

    sources = some_page([folder]) if folder is not None else ()
    return {sha256(data).hexdigest(): data for data in _Pages().each(sources, console, lambda data, _: data)}


def _summary(proved: Proved) -> dict[str, Any]:
    return {
        "fhir": proved.versions,
        "pages": proved.pages,
        "resources": proved.resources,
        "quotes": proved.quotes,
        "quotes_proven": proved.proven,
        "pages_not_checked": len(proved.unread),
        "findings": numbers_of(proved.problems),
    }
