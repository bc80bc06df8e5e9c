"""The commands of whoever keeps the tables: `make workshop DO="refresh --from releases"`, or `python -m pipeline.workshop`."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, CycloptsError, Parameter

import pipeline.fhir
import pipeline.validate
from pipeline.cli import exit_code
from pipeline.cli.app import DONE, PARTLY, USAGE, Json, Seed
from pipeline.cli.console import Console
from pipeline.cli.mappings import Folder, pages_of
from pipeline.errors import OnlabelError, Problem, UsageError
from pipeline.options import Flag
from pipeline.terminology import default_folder, load
from pipeline.terminology.commands import mappings_coverage
from pipeline.workshop import build as building
from pipeline.workshop import definitions, languages, terminology, units
from pipeline.workshop import refresh as refreshing
from pipeline.workshop.bases import bases
from pipeline.workshop.download import download
from pipeline.workshop.suggest import Suggestion
from pipeline.workshop.suggest import suggest as suggestions

app = App(
    name="workshop",
    help="Make the tables that onlabel reads: mapping tables, and what FHIR and UCUM define.",
    result_action="return_value",
)
#: Where the tables of HL7 and UCUM stand.
_TABLES = Path(pipeline.validate.__file__).parent
#: Where the elements stand that our StructureDefinitions constrain.
_BASES = Path(pipeline.fhir.__file__).parent / "bases"


@app.command
def build(
    *,
    source: Annotated[Path, Parameter(name="--from", help="The folder of candidate facts (drugs.tsv, conditions.tsv, …).")],
    mappings: Folder = None,
) -> int:
    """Write the mapping tables from candidate facts and decisions.tsv, and list what was refused in pending.tsv."""
    folder = mappings or default_folder()
    changed = building.write(building.build(source, folder), folder)
    Console().out("\n".join(f"written: {name}" for name in changed) or "Nothing changed.")
    return DONE


@app.command
def suggest(*seeds: Seed, mappings: Folder = None, json: Json = False) -> int:
    """List candidates for words without a code, with scores, for a reader; nothing is applied."""
    folder = mappings or default_folder()
    uncoded = mappings_coverage(pages_of(seeds), folder).uncoded
    found = suggestions(uncoded, load(folder), folder)
    Console().out(_json([asdict(one) for one in found]) if json else suggested(found) or "Nothing is like what has no code.")
    return DONE


@app.command
def refresh(
    *,
    source: Annotated[Path | None, Parameter(name="--from", help="A folder with unpacked official files.")] = None,
    online: Annotated[Flag, Parameter(help="Fetch the current files. Never tried: no network where it was written.")] = False,
    write: Annotated[Flag, Parameter(help="Write the new labels and versions, if no code is lost.")] = False,
    mappings: Folder = None,
    json: Json = False,
) -> int:
    """Compare the mapping tables with official releases of RxNorm, UNII and NCI Thesaurus; exit code 1 where a code is lost.

    Official files: RXNCONSO.RRF (RxNorm, prescribable), UNII_Records_*.txt, Thesaurus.txt.
    """
    if (source is None) != online:
        raise UsageError(Problem("U901", "error", "either --from or --online is needed", "See the command's --help."))
    result = refreshed(source, mappings or default_folder(), write=write)
    shown = {name: value for name, value in asdict(result).items() if name != "rows"} | {"fails": result.fails}
    Console().out(_json(shown) if json else compared(result))
    return PARTLY if result.fails else DONE


@app.command(name="terminology")
def _terminology(*jars: Path) -> int:
    """Write validate/definitions/terminology.json.gz from HL7's packages (hapi-fhir-validation-resources-r5, -r4b, -r4)."""
    table = terminology.rebuild(jars)
    size = definitions.write(table, _TABLES / "definitions" / "terminology.json.gz")
    codes, extensions = sum(map(len, table["systems"].values())), len(table["extensions"])
    Console().out(f"{len(table['systems'])} code systems, {codes} codes, {extensions} extensions, {size} bytes")
    return DONE


@app.command(name="definitions")
def _definitions(*jars: Annotated[str, Parameter(help="R4=….jar, R4B=….jar, R5=….jar")]) -> int:
    """Write validate/definitions and fhir/bases (*.json.gz) from HL7's definitions (hapi-fhir-validation-resources-r4, …)."""
    for argument in jars:
        version, _, jar = argument.partition("=")
        table = definitions.rebuild(Path(jar))
        size = definitions.write(table, _TABLES / "definitions" / f"{version}.json.gz")
        definitions.write(bases(Path(jar)), _BASES / f"{version}.json.gz")
        Console().out(f"{version}: {len(table['resources'])} resource types, {len(table['types'])} types, {size} bytes")
    return DONE


@app.command(name="languages")
def _languages(registry: Path) -> int:
    """Write validate/definitions/languages.json.gz from IANA's registry of language subtags."""
    table = languages.rebuild(registry)
    size = definitions.write(table, _TABLES / "definitions" / "languages.json.gz")
    Console().out(f"{table['date']}: {sum(len(each.split()) for each in table['subtags'].values())} subtags, {size} bytes")
    return DONE


@app.command(name="units")
def _units(jar: Path) -> int:
    """Write validate/ucum.json from UCUM's table (org.fhir:ucum)."""
    table = units.rebuild(jar)
    (_TABLES / "ucum.json").write_text(json.dumps(table, indent=0) + "\n", encoding="utf-8")
    Console().out(f"{len(table['prefixes'])} prefixes, {len(table['metric']) + len(table['other'])} units")
    return DONE


def refreshed(official: Path | None, folder: Path, *, write: bool = False) -> refreshing.Refresh:
    """Compare the tables with official releases, and write new labels and versions if asked to and nothing was lost.

    Args:
        official: A folder with unpacked official files. None fetches the current releases (`--online`), which has never
            been tried: no network was to be had where this was made.
        folder: The mappings folder.
        write: Whether to write the tables.
    """
    if official is None:
        with tempfile.TemporaryDirectory() as fetched:
            download(Path(fetched))
            result = refreshing.refresh(folder, Path(fetched))
    else:
        result = refreshing.refresh(folder, official)
    if write:
        refreshing.write(result, folder)
    return result


def compared(result: refreshing.Refresh) -> str:
    """A comparison as text for a reader."""
    versions = ", ".join(f"{system} {version or '(no version)'}" for system, version in result.versions)
    ending = "a code in use was retired or lost" if result.fails else "no code in use was retired or lost"
    head = f"{versions}: {result.confirmed} rows confirmed, {len(result.changes)} changed; {ending}"
    return "\n".join([head, *refreshing.lines(result)])


def suggested(found: Iterable[Suggestion]) -> str:
    """Suggestions as text for a reader."""
    return "\n".join(
        f"{one.score:.2f} {one.system:8} {one.text} ~ {one.like}: {one.code} {one.display}"
        + (f" (left out: {one.pending})" if one.pending else "")
        for one in found
    )


def run(arguments: Sequence[str]) -> int:
    """Run one command line; errors and exit codes are those of `onlabel`."""
    console = Console()
    try:
        code: int | None = app(arguments, exit_on_error=False, print_error=False)
    except CycloptsError as error:
        console.problem(Problem("U901", "error", " ".join(str(error).split()), "See `python -m pipeline.workshop --help`."))
        return USAGE
    except OnlabelError as error:
        console.problem(error.problem)
        return exit_code(error)
    return code or DONE


def _json(value: Any) -> str:  # noqa: ANN401 - whatever a report holds
    return json.dumps(value, indent=2, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
