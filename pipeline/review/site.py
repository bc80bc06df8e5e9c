"""The review as a folder of files: an overview, a page a drug, the changes, and what they share."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from pipeline.correct import Agreement, Corrections
from pipeline.diff import Changes
from pipeline.errors import Problem
from pipeline.model import Resource
from pipeline.review.cards import APPROVAL_STATUSES, FDA, SYSTEMS, words
from pipeline.review.changes import changed_slugs, changes_view
from pipeline.review.drug import view_of
from pipeline.review.folder import replacing
from pipeline.review.marks import LOOKS
from pipeline.review.overview import NEEDS, Labels, is_again, judged_of, row_of, settings_of
from pipeline.review.sample import Drawn, by_page, sampled_of
from pipeline.review.visible import script_json, visible
from pipeline.snapshot import Input, Snapshot, facts_of
from pipeline.tables import abbreviations_of

_HERE: Final = Path(__file__).parent
#: Resources that no page's bundle repeats.
_SHARED: Final = ("Organization", "Device")


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the page to open, and how many drugs and regimens have a page."""

    index: Path
    drugs: int


def write_review(  # noqa: PLR0913, PLR0917 - what a review shows comes from five places
    snapshot: Snapshot,
    folder: Path,
    corrections: Corrections,
    changes: Changes | None = None,
    drawn: Collection[Drawn] = (),
    done: Callable[[int, int], None] = lambda _done, _total: None,
    *,
    agreements: Sequence[Agreement] = (),
    before: Mapping[str, str] | None = None,
) -> Written:
    """Write the review of a snapshot.

    Args:
        snapshot: What to show.
        folder: Where; a review that stands there is replaced, anything else refused.
        corrections: What people decided so far.
        changes: What changed since another snapshot, if one was compared.
        drawn: Uses that were drawn at random; those that `corrections` lists as sampled are marked besides.
        done: Told how many pages of how many are written.
        agreements: What reviewers say side by side; `corrections` are without their disagreements.
        before: The SHA-256 of each drug's page in the snapshot that `changes` begin at, by the drug's slug.

    Raises:
        ReviewError: W200 (the folder is not ours), W201 (it cannot be written).
        SnapshotError: W101, W102, the snapshot cannot be read.

    """
    templates = _templates(snapshot, changes)
    findings = snapshot.findings()
    published = snapshot.published()
    known = [one.slug for one in published if one.slug is not None]
    partners = _regimens_of(snapshot)
    abbreviations, labels = abbreviations_of(facts_of(snapshot)), Labels()
    shared = _shared(snapshot)
    changed, places = changed_slugs(changes), by_page(drawn)
    marked = 0
    apart = {one.use for pair in agreements for one, _ in pair.disagreements}
    rows: list[list[Any]] = []
    judged: list[list[Any]] = []
    hashes: dict[str, str] = {}
    with replacing(folder) as new:
        shutil.copytree(_HERE / "static", new / "static")
        (new / "drugs").mkdir()
        (new / "data").mkdir()
        template = templates.get_template("drug.html")
        for number, record in enumerate(snapshot.records(), 1):
            facts = record.facts
            found = findings.get(record.input.name, ())
            if record.input.stale:
                # What stands in the way of the page as it is now has no place in the page as it was.
                found = tuple(replace(one, line=None) if one.severity in {"error", "fatal"} else one for one in found)
            decided = corrections.by_page.get(facts.page.sha256, ())
            sampled = sampled_of(facts, places.get(facts.page.sha256, ()), decided)
            marked += len(sampled)
            view = view_of(record, shared, known, partners.get(record.slug, ()), found, decided, sampled)
            changed_too, stale = record.slug in changed, record.input.stale is not None
            again = is_again(facts, corrections)
            marked_as = {"again": again, "changed": changed_too, "findings": bool(found), "stale": stale}
            row = row_of(facts, decided, sampled, abbreviations, labels, apart, **marked_as)
            _write(new / "drugs" / f"{row[0]}.html", template, view=view, root="../")
            rows.append(row)
            hashes[facts.slug] = facts.page.sha256
            judged.append(judged_of(record))
            done(number, len(published))
        searched = script_json(settings_of(labels, abbreviations))
        (new / "data" / "overview.js").write_text(
            f"window.onlabelDrugs={script_json(rows)};\nwindow.onlabelSearch={searched};\n", encoding="ascii"
        )
        (new / "data" / "queue.js").write_text(f"window.onlabelJudged={script_json(judged)};\n", encoding="ascii")
        files = {row[5]: row[0] for row in rows}
        queue = {"marked": marked, "agreements": agreements, "files": files, "needs": NEEDS}
        _write(new / "queue.html", templates.get_template("queue.html"), root="", **queue)
        left_out = changes.left_out if changes is not None else 0
        counted = {"marked": marked, "left_out": left_out, "stale": sum(one.stale is not None for one in published)}
        _write(new / "index.html", templates.get_template("overview.html"), root="", **counted)
        listed = {"unpublished": _unpublished(snapshot, findings), "stale": counted["stale"]}
        _write(new / "pages.html", templates.get_template("pages.html"), root="", **listed)
        shown = changes_view(changes, before, hashes)
        _write(new / "changes.html", templates.get_template("changes.html"), root="", changes=changes, groups=shown)
    return Written(folder / "index.html", len(rows))


def _unpublished(
    snapshot: Snapshot, findings: Mapping[str, tuple[Problem, ...]]
) -> list[tuple[list[Input], tuple[Problem, ...]]]:
    """The pages that are not published, those of which the same is said together: dozens can be about no single drug."""
    alike: dict[object, tuple[list[Input], tuple[Problem, ...]]] = {}
    for one in snapshot.inputs:
        if one.outcome != "published":
            problems = findings.get(one.name, ())
            said = one.outcome, *((each.code, each.line, each.cause, each.excerpt, each.remedy) for each in problems)
            alike.setdefault(said, ([], problems))[0].append(one)
    return list(alike.values())


def _templates(snapshot: Snapshot, changes: Changes | None) -> Environment:
    def seen(value: object) -> object:
        """Whatever a template prints: text that is not yet markup has its unseen characters written out."""
        return visible(value) if type(value) is str else value

    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=seen,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["words"] = words
    environment.filters["script_json"] = lambda value: Markup(script_json(value))  # noqa: S704 - ASCII without < > &
    environment.globals.update(
        snapshot=snapshot,
        report=snapshot.report,
        compared=changes is not None,
        looks=LOOKS,
        approval_statuses=APPROVAL_STATUSES,
        systems=SYSTEMS,
        fda=FDA,
    )
    return environment


def _write(path: Path, template: Template, **values: object) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(template.generate(**values))


def _regimens_of(snapshot: Snapshot) -> dict[str, list[tuple[str, str]]]:
    """For each drug the regimens that it is part of; read before the drugs, which stand first in a snapshot."""
    found: dict[str, list[tuple[str, str]]] = {}
    for facts in facts_of(snapshot):
        if facts.kind == "regimen":
            name = facts.name.text if facts.name else facts.slug
            for slug in dict.fromkeys(one.slug for one in facts.components if one.slug is not None):
                found.setdefault(slug, []).append((facts.slug, name))
    return found


def _shared(snapshot: Snapshot) -> list[Resource]:
    files = (snapshot.folder / "resources" / f"{kind}.ndjson" for kind in _SHARED)
    return [orjson.loads(line) for file in files if file.is_file() for line in file.read_bytes().splitlines()]
