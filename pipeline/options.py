"""What a run can be told, once: the command line, Prefect's form and a deployment's parameters are made of these fields."""
# ruff: noqa: PLC0415 - imports inside the methods keep `onlabel --help` under 0.3 s

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter, Token
from cyclopts.validators import Number

from pipeline.errors import Problem, UsageError
from pipeline.settings import DEFAULT_CANONICAL, FhirVersion, Model, Profile, Proof, Settings, Withhold

Flag = Annotated[bool, Parameter(negative="")]
OwnPublishers = Annotated[
    tuple[Path, ...],
    Parameter(
        name="--publishers",
        help="A file with the profile of a publisher besides those that onlabel knows; repeatable.",
        negative="",
        show_default=False,
    ),
]


#: What of `Publishing` says where a run works, or is part of its settings.
_OF_PLACE_AND_SETTINGS = frozenset(
    {"output", "work", "fhir", "profile", "model", "proof", "as_of", "withhold", "canonical", "publishers"}
)


def fhir_version(name: str) -> FhirVersion:
    """A FHIR version by its name; raises UsageError (U902) for one that is not to be had."""
    match name.upper():
        case "R5":
            return "R5"
        case "R4B":
            return "R4B"
        case "R4":
            return "R4"
        case "STU3" | "R3" | "DSTU2" | "R2":
            cause = f"FHIR {name} has no ClinicalUseDefinition or MedicationKnowledge, so an indication has no place in it"
            remedy = "Name R5, R4B or R4."
        case _:
            cause, remedy = f"there is no FHIR version {name!r}", "Name R5, R4B or R4."
    raise UsageError(Problem("U902", "error", cause, remedy))


def canonical_base(url: str) -> str:
    """A base for canonical URLs, without a slash at its end; raises UsageError (U903)."""
    base = url.rstrip("/")
    if not base.startswith(("http://", "https://", "urn:")) or any(c.isspace() or c in '<>"|#' for c in base):
        remedy = "Give an absolute URL without fragment, as in https://example.org/fhir."
        raise UsageError(Problem("U903", "error", f"--canonical {url!r} is not a base for URLs", remedy))
    return base


def _versions(_type: object, tokens: Sequence[Token]) -> tuple[FhirVersion, ...]:
    return tuple(dict.fromkeys(fhir_version(token.value) for token in tokens))


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Publishing:
    """The options of every command that publishes."""

    output: Annotated[str, Parameter(help="The folder to publish to, or a URL of a store (s3://bucket/prefix).")] = "output"
    fhir: Annotated[
        tuple[FhirVersion, ...],
        Parameter(
            help="A FHIR version (R5, R4B, R4); repeatable, a folder each.",
            negative="",
            show_choices=False,
            show_default=" ".join,
            converter=_versions,
        ),
    ] = ("R5",)
    profile: Annotated[
        Profile, Parameter(help="core: only MedicationKnowledge and DocumentReference, each readable by itself.")
    ] = "full"
    model: Annotated[Model, Parameter(help="idmp: drugs as MedicinalProductDefinition, with their approvals, in R5 alone.")] = (
        "knowledge"
    )
    proof: Annotated[
        Proof,
        Parameter(help="How resources say where facts stand in the page: an extension each, HL7's, or facts.ndjson alone."),
    ] = "compact"
    workers: Annotated[int, Parameter(help="How many convert pages at once; same bytes.", validator=Number(gte=1))] = 1
    as_of: Annotated[
        date | Literal["today"] | None,
        Parameter(help="The date to speak for (2026-01-31), or today. [default: the newest lastReviewed]"),
    ] = None
    max_removed: Annotated[
        float, Parameter(help="Stop if more than this share of the drugs would be removed.", validator=Number(gte=0, lte=1))
    ] = 0.05
    full: Annotated[Flag, Parameter(help="Read every page again, unchanged ones too; same bytes.")] = False
    keep: Annotated[
        int | None,
        Parameter(help="How many snapshots to keep in the output folder. [default: all]", validator=Number(gte=1)),
    ] = None
    on_unreadable: Annotated[
        Literal["keep", "drop"],
        Parameter(help="What to do with a page that was published and cannot be read now: keep it as last read, or drop it."),
    ] = "keep"
    stale_for: Annotated[
        int, Parameter(help="How many days such a page is kept, marked as stale.", validator=Number(gte=0))
    ] = 14
    page_timeout: Annotated[
        float,
        Parameter(help="Quarantine a page that takes more seconds of processor time.", validator=Number(gt=0, lte=86_400)),
    ] = 20.0
    corrections: Annotated[
        tuple[Path, ...],
        Parameter(help="A file of corrections besides that of --mappings; repeatable.", negative="", show_default=False),
    ] = ()
    publishers: OwnPublishers = ()
    release_withheld: Annotated[
        Flag, Parameter(help="Publish uses that reviewers withheld, where their corrections are missing now.")
    ] = False
    follow_links: Annotated[
        Flag, Parameter(help="Follow links among the pages to files outside of the folder that was named.")
    ] = False
    withhold: Annotated[
        Withhold | None, Parameter(help="qualified: hold back uses that are restricted by words that no rule understood.")
    ] = None
    canonical: Annotated[str, Parameter(help="The base of onlabel's own URLs; set yours.")] = DEFAULT_CANONICAL
    base_url: Annotated[
        str | None,
        Parameter(help="Where the output folder is on the web, for Bulk Data clients. [default: relative URLs]"),
    ] = None
    update_cadence: Annotated[
        str | None, Parameter(help="How often it changes, for them too: a duration of ISO 8601 (P1D, PT6H).")
    ] = None
    mappings: Annotated[Path | None, Parameter(help="A folder of mapping tables. [default: onlabel's own]")] = None
    work: Annotated[
        Path | None, Parameter(help="The local folder for what is in a store. [default: one in the user's cache folder]")
    ] = None

    def settings(self) -> Settings:
        """The run's settings; raises UsageError (U903, U911, U913 to U915): what cannot be is said before a run begins."""
        from pipeline.convert import check_settings, day_named
        from pipeline.publish import Hosting
        from pipeline.publishers import own

        Hosting.of(self.base_url, self.update_cadence)
        settings = Settings(
            canonical=canonical_base(self.canonical),
            fhir_versions=self.fhir,
            as_of=day_named(self.as_of),
            profile=self.profile,
            model=self.model,
            proof=self.proof,
            withhold=self.withhold,
            publishers=own(self.publishers),
        )
        check_settings(settings)
        return settings

    def conversion(self) -> dict[str, Any]:
        """What `convert` takes by the same names."""
        return {each.name: getattr(self, each.name) for each in fields(Publishing) if each.name not in _OF_PLACE_AND_SETTINGS}


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Flowing(Publishing):
    """The options of the commands that go through Prefect."""

    runner: Annotated[Literal["threads", "processes", "dask", "ray"], Parameter(help="What converts pages; same bytes.")] = (
        "processes"
    )
    cluster: Annotated[
        str | None,
        Parameter(help="The address of a Dask or Ray cluster. [default: DASK_SCHEDULER_ADDRESS, RAY_ADDRESS, or one here]"),
    ] = None
    load_to: Annotated[str | None, Parameter(help="The base URL of a FHIR server to load what is published into.")] = None
    prune: Annotated[Flag, Parameter(help="Delete what onlabel loaded onto that server and no longer publishes.")] = False
    withdrawn: Annotated[
        Literal["delete", "retire"], Parameter(help="How: delete, or keep it there with the status retired.")
    ] = "delete"


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Login:
    """How to sign in at a FHIR server; the secret itself is not in it, so that it can be a parameter of a flow.

    `secret_file` holds the password, token, client secret or private key (PEM or JWK); without it `ONLABEL_SECRET` does.
    Without `token_url` SMART asks the server's `.well-known/smart-configuration`.
    """

    auth: Annotated[
        Literal["none", "basic", "bearer", "oauth2", "smart"],
        Parameter(help="How to sign in; the secret comes from --secret-file or ONLABEL_SECRET."),
    ] = "none"
    user: Annotated[str | None, Parameter(help="The user, for basic.")] = None
    client_id: Annotated[str | None, Parameter(help="The client, for oauth2 and smart.")] = None
    token_url: Annotated[str | None, Parameter(help="The token endpoint; smart can ask the server for it.")] = None
    scope: Annotated[str | None, Parameter(help="The scopes to ask for, as in system/*.cruds.")] = None
    key_id: Annotated[str | None, Parameter(help="The key's id, for smart; a JWK has its own.")] = None
    secret_file: Annotated[
        Path | None, Parameter(help="A file with the password, token, client secret or private key (PEM or JWK).")
    ] = None


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Loading:
    """How to load a snapshot into a FHIR server.

    `version` None is the newest that the snapshot has, `ids` are those that were published or UUIDs made of them, and
    `max_removed` is the share (0 to 1) of our resources there, of each type by itself, that `prune` may delete or retire.
    """

    version: Annotated[
        FhirVersion | None, Parameter(name="--fhir", help="The version to load. [default: the newest that was published]")
    ] = None
    login: Login = Login()
    max_entries: Annotated[int, Parameter(help="Resources in a Bundle, at most.", validator=Number(gte=1))] = 100
    max_bytes: Annotated[int, Parameter(help="Bytes in a Bundle, at most.", validator=Number(gte=1))] = 4_000_000
    in_flight: Annotated[int, Parameter(help="Bundles in flight at once.", validator=Number(gte=1, lte=64))] = 4
    no_conformance: Annotated[Flag, Parameter(help="Leave out the definitions of our codes, extensions and profiles.")] = False
    ids: Annotated[
        Literal["published", "uuid"],
        Parameter(
            help="The ids on the server: as published, or UUIDs made of them, for servers that accept only those (Medplum)."
        ),
    ] = "published"
    prune: Annotated[Flag, Parameter(help="Delete what onlabel loaded onto the server and no longer publishes.")] = False
    withdrawn: Annotated[
        Literal["delete", "retire"] | None,
        Parameter(help="What --prune does: delete, or keep it there with the status retired. [default: delete]"),
    ] = None
    max_removed: Annotated[
        float,
        Parameter(help="Stop if pruning would take more than this share of our resources.", validator=Number(gte=0, lte=1)),
    ] = 0.05
    dry_run: Annotated[Flag, Parameter(help="Only ask the server, and print what would be done.")] = False
