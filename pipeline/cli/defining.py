"""The command that writes the definitions of what is ours: conformance."""
# ruff: noqa: PLC0415 - imports inside the commands keep `onlabel --help` under 0.3 s

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from pipeline import __version__
from pipeline.cli.app import DONE, Quiet, app
from pipeline.cli.console import Console, counted
from pipeline.options import Flag, canonical_base, fhir_version
from pipeline.settings import DEFAULT_CANONICAL, Settings


@app.command
def conformance(
    *,
    fhir: Annotated[tuple[str, ...], Parameter(help="A FHIR version; repeatable.", negative="", show_default=" ".join)] = (
        "R5",
        "R4B",
        "R4",
    ),
    package: Annotated[Flag, Parameter(help="As FHIR packages, in place of a folder of JSON files for each version.")] = False,
    to: Annotated[Path, Parameter(help="The folder to write to.")] = Path(),
    canonical: Annotated[str, Parameter(help="The base of onlabel's own URLs; set yours.")] = DEFAULT_CANONICAL,
    quiet: Quiet = False,
) -> int:
    """Write the definitions of all that is onlabel's own: code systems, extensions, profiles, search parameters.

    For example:
    ```
    onlabel conformance --package --to packages/
    onlabel conformance --fhir R4 --to definitions/ --canonical https://pharmacy.example/fhir
    ```
    """
    from pipeline.fhir.package import definition_files
    from pipeline.fhir.package import package as as_package
    from pipeline.publish.files import refusals, write_file

    settings, console = Settings(canonical=canonical_base(canonical)), Console(quiet=quiet)
    with refusals(to):
        for version in dict.fromkeys(fhir_version(name) for name in fhir):
            found = definition_files(settings, version)
            place = to / (f"onlabel-{__version__}-{version.lower()}.tgz" if package else version)
            files = (
                {place: as_package(found, settings, version, __version__)}
                if package
                else {place / name: data for name, data in found.items()}
            )
            for path, data in files.items():
                path.parent.mkdir(parents=True, exist_ok=True)
                write_file(path, data)
            console.out(f"{place}: {counted(len(found), 'definition')}")
    return DONE
