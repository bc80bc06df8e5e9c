"""Mapping tables built from candidate facts and a reader's decisions; what nobody stands behind is left out and listed.

The candidates are tab-separated tables (`drugs.tsv`, `brands.tsv`, `therapies.tsv`, `conditions.tsv`,
`conditions_all_linked_terms.tsv`), every code with its source. The rules that make rows of them are the functions below, one a
table and system, and nothing else applies a code: a fact that a rule refuses goes to `pending.tsv` with the reason, and
`decisions.tsv` (beside the tables, kept by hand) applies, widens or refuses single rows, each with a source and a reason.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pipeline.errors import Problem, UsageError
from pipeline.terminology.mapping import SUFFIX, Relation, Row, file_name, table
from pipeline.terminology.normalise import key
from pipeline.terminology.systems import KINDS, SYSTEMS, SubjectKind, SystemKey

DECISIONS: Final = "decisions.tsv"
PENDING: Final = "pending.tsv"
PENDING_COLUMNS: Final = ("kind", "subject", "system", "code", "display", "sources", "reason")
DECISION_COLUMNS: Final = ("kind", "subject", "system", "code", "display", "decision", "source", "reason")

#: For each code system a source and the release that it speaks for; a row from another source leaves the version open. All
#: codes of ICD-10-CM are of one release.
_VERSIONS: Final[dict[SystemKey, tuple[str, str]]] = {
    "ncit": ("PDQ2NCIT", "16.10e"),
    "rxnorm": ("RXN25", "10062025"),
    "unii": ("UNII25", "2025-06"),
    "icd10cm": ("", "2026"),
    "mondo": ("MONDO-SSSOM", "2026-08-04"),
}
_CHAINED: Final = "semapv:MappingChaining"
_MANUAL: Final = "semapv:ManualMappingCuration"
Facts = dict[str, str]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row that a source offers; `reason` says why it is not applied, if it is not."""

    row: Row
    reason: str = ""


def build(source: Path, folder: Path) -> dict[str, str]:
    """The files of the mappings folder, by name.

    Args:
        source: The folder of candidate facts.
        folder: The mappings folder, for its `decisions.tsv`.

    Returns:
        The text of every table and of `pending.tsv`. Nothing is written; tables no longer built are not in it.

    Raises:
        UsageError: M803 for a missing or unreadable table, M804 for a decision that cannot be carried out.
    """
    decided = _decide(list(_candidates(source)), read_facts(folder / DECISIONS, DECISION_COLUMNS))
    decided = _without_contradictions(decided)
    applied = sorted({candidate.row for candidate in decided if not candidate.reason})
    files = {}
    for kind in KINDS:
        for system in SYSTEMS:
            if rows := [row for row in applied if (row.kind, row.system) == (kind, system)]:
                files[file_name(kind, system)] = table(kind, system, rows)
    files[PENDING] = _pending(candidate for candidate in decided if candidate.reason)
    return files


def write(files: dict[str, str], folder: Path) -> list[str]:
    """Write what `build` made, remove tables that it did not make, and name the files that changed."""
    changed = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        if path.name not in files:
            path.unlink()
            changed.append(path.name)
    for name, text in files.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(name)
    return sorted(changed)


def read_facts(path: Path, columns: Iterable[str] = ()) -> list[Facts]:
    """The rows of a tab-separated table with a header.

    Raises:
        UsageError: M803 for a table that is not there or lacks a column.
    """
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        problem = Problem("M803", "fatal", f"a table of facts cannot be read: {reason}", "Name its folder.", str(path))
        raise UsageError(problem) from error
    missing = set(columns) - set(rows[0] if rows else columns)
    if missing:
        cause = f"a table of facts lacks the column {min(missing)}"
        raise UsageError(Problem("M803", "fatal", cause, "Restore the table.", str(path), 1))
    return [{name: value or "" for name, value in row.items()} for row in rows]


def _candidates(source: Path) -> Iterator[Candidate]:
    brands = read_facts(source / "brands.tsv", ("brand", "slug", "rxnorm_bn_cui"))
    ingredient = {brand["slug"]: brand["rxnorm_ingredient"] for brand in brands if "|" not in brand["rxnorm_ingredient"]}
    for drug in read_facts(source / "drugs.tsv", ("name", "kind", "ncit_code", "rxnorm_cui", "unii")):
        if drug["kind"] == "regimen":
            yield from _regimen(drug)
        else:
            yield from _drug_ncit(drug)
            yield from _drug_rxnorm(drug, ingredient.get(drug["slug"], ""))
            yield from _drug_unii(drug)
    for brand in brands:
        yield from _brand(brand)
    for therapy in read_facts(source / "therapies.tsv", ("lay_term", "ncit_code")):
        yield from _therapy(therapy)
    for term in read_facts(source / "conditions_all_linked_terms.tsv", ("lay_term", "kind", "ncit_code")):
        if term["kind"] == "other":
            yield from _therapy(term)
    for term in read_facts(source / "conditions.tsv", ("lay_term", "ncit_code", "icd10cm", "mondo", "mesh")):
        yield from _condition_ncit(term)
        yield from _condition_icd10cm(term)
        yield from _condition_other(term)


def _row(  # noqa: PLR0913, PLR0917 - the cells of a row, in the order in which a table has them
    kind: SubjectKind, system: SystemKey, subject: str, code: str, display: str, sources: str, relation: Relation = "exact"
) -> Row:
    source, release = _VERSIONS.get(system, ("", None))
    version = release if source in sources else None
    return Row(kind, system, subject, relation, code, display or subject, version=version, sources=sources)


def _regimen(drug: Facts) -> Iterator[Candidate]:
    """A regimen's NCIt code: the one that its Drug Dictionary id, printed on its page, has in NCI's own list."""
    if drug["ncit_code"]:
        row = _row("regimen", "ncit", drug["name"], drug["ncit_code"], drug["ncit_label"], drug["ncit_source"])
        reason = "several codes" if "|" in drug["ncit_code"] else ""
        yield Candidate(replace(row, justification=_CHAINED), reason)


def _drug_ncit(drug: Facts) -> Iterator[Candidate]:
    """A drug's NCIt code as its own page prints it, for its name on other pages.

    The code is the page's; what it names elsewhere is decided by its label. "Osimertinib Mesylate" with the code of
    Osimertinib is broader; "Nilotinib" with the code of its hydrochloride monohydrate would say more than the word.
    """
    if not drug["ncit_code"]:
        return
    name, label = set(key(drug["name"]).split()), set(key(drug["ncit_label"]).split())
    wider, narrower = bool(label) and label < name, bool(label) and name < label
    same_words = bool(label) and label == name
    row = _row(
        "drug",
        "ncit",
        drug["name"],
        drug["ncit_code"],
        drug["ncit_label"] if wider or same_words else drug["name"],
        drug["ncit_source"],
        "broader" if wider else "exact",
    )
    yield Candidate(replace(row, justification=_MANUAL), "its code means less than its name" if narrower else "")


def _drug_rxnorm(drug: Facts, ingredient: str) -> Iterator[Candidate]:
    """RxNorm's precise ingredient (PIN) for a salt or a suffixed biologic, its ingredient (IN) as the broader code.

    A fixed combination has a MIN of plain ingredients: exact where the name lists those, broader where it lists salts.
    """
    cui, name, subject, source = drug["rxnorm_cui"], drug["rxnorm_name"], drug["name"], drug["rxnorm_source"]
    if not cui:
        return
    if drug["rxnorm_tty"] == "MIN":
        parts = {key(part) for part in re.split(r",? and |, ", subject)}
        same = parts == {key(part) for part in name.split(" / ")}
        yield Candidate(_row("drug", "rxnorm", subject, cui, name, source, "exact" if same else "broader"))
        return
    same = key(name) == key(subject)
    yield Candidate(_row("drug", "rxnorm", subject, cui, name, source, "exact" if same else "broader"))
    if not same:
        yield Candidate(_row("drug", "rxnorm", name, cui, name, source))
    base = drug["rxnorm_in_cui"]
    if base and base != cui and ingredient and name.startswith(ingredient) and name != ingredient:
        yield Candidate(_row("drug", "rxnorm", subject, base, ingredient, source, "broader"))
        yield Candidate(_row("drug", "rxnorm", ingredient, base, ingredient, source))


def _drug_unii(drug: Facts) -> Iterator[Candidate]:
    """The UNII of the substance that has this name; FDA's list gives a suffixed biologic the UNII of the name before it."""
    if drug["unii"]:
        row = _row("drug", "unii", drug["name"], drug["unii"], drug["unii_display"], drug["unii_source"])
        yield Candidate(row, "the UNII is that of the base, another substance" if drug["unii_match"] == "salt-stripped" else "")


def _brand(brand: Facts) -> Iterator[Candidate]:
    """RxNorm's brand name (BN), where RxNorm gives it the drug of the page. A UNII is a substance's, not a brand's."""
    if brand["rxnorm_bn_cui"]:
        row = _row("brand", "rxnorm", brand["brand"], brand["rxnorm_bn_cui"], brand["rxnorm_bn_name"], brand["rxnorm_source"])
        agrees = brand["rxnorm_check"] == "ingredient-agrees"
        yield Candidate(row, "" if agrees else "RxNorm gives the brand another ingredient")


def _therapy(term: Facts) -> Iterator[Candidate]:
    """A treatment's NCIt code, where NCI's own lists (PDQ, clinical trials) give the code to this name."""
    if not term["ncit_code"]:
        return
    row = _row("therapy", "ncit", term["lay_term"], term["ncit_code"], term["ncit_label"], term["ncit_source"])
    if term["needs_review"] or not {"PDQ2NCIT", "CTRPINT"} & set(term["ncit_source"].split("+")):
        yield Candidate(row, "needs a reader")
    else:
        yield Candidate(row)


def _condition_ncit(term: Facts) -> Iterator[Candidate]:
    """A disease's NCIt code.

    Where the code's label is the term itself, the two are the same whatever the list's grouping; other rows stand where
    no source contradicts another in a way that asks for a reader.
    """
    code, label = term["ncit_code"], term["ncit_label"]
    if not code:
        return
    row = _row("condition", "ncit", term["lay_term"], code, label, term["ncit_source"])
    same = key(label) == key(term["lay_term"])
    rival = any(key(other) == key(label) for other in re.findall(r"=([^;\[]{0,300}) \[", term["ncit_alternatives"]))
    yield Candidate(row, "needs a reader" if term["needs_review"] and (not same or rival) else "")


def _condition_icd10cm(term: Facts) -> Iterator[Candidate]:
    """ICD-10-CM: exact by title or by Mondo's exact match; a category that holds the disease is broader.

    A residual class ("…, unspecified", "other …") holds what is not specified further, not everything below its name: it is
    neither the same as the disease nor broader. Anemia is not D64.9 alone.
    """
    code, label, relation = term["icd10cm"], term["icd10cm_label"], term["icd10cm_relation"]
    if not code:
        return
    source = term["icd10cm_source"].split(" (rolled")[0].removeprefix("BROADER: ")
    exact = relation == "exact"
    row = _row("condition", "icd10cm", term["lay_term"], code, label, source, "exact" if exact else "broader")
    residual = re.search(r"\b(unspecified|other|elsewhere)\b", label, re.IGNORECASE) is not None
    named = key(label) == key(term["lay_term"])
    row = replace(row, justification=row.justification if exact and named else _CHAINED)
    yield Candidate(row, "a residual class" if residual else "")


def _condition_other(term: Facts) -> Iterator[Candidate]:
    """Mondo and MeSH by the NCIt code's exact matches, where their own label has the words of the term.

    Elsewhere the chain may have left the term: breast cancer, Breast Carcinoma, breast carcinoma, beside which Mondo has
    a breast cancer. MeSH turns its headings round ("Lymphoma, Follicular"), so the order of words is left aside.
    """
    words = sorted(key(term["lay_term"]).split())
    chained: tuple[tuple[SystemKey, str], ...] = (("mondo", "MONDO-SSSOM"), ("mesh", "MONDO-SSSOM exact MESH"))
    for system, source in chained:
        code, label = term[system], term[f"{system}_label"]
        if code and label and "|" not in code and (system == "mondo" or term["mesh_source"] == source):
            row = _row("condition", system, term["lay_term"], code, label, "MONDO-SSSOM")
            row = replace(row, justification=_CHAINED)
            yield Candidate(row, "" if sorted(key(label).split()) == words else "another label than the term")


def _decide(candidates: list[Candidate], decisions: list[Facts]) -> list[Candidate]:
    """The candidates after the reader's decisions, which are `apply`, `broader` and `leave-out`."""
    decided: dict[tuple[str, str, str, str], Candidate] = {}
    for candidate in candidates:
        place = (candidate.row.kind, candidate.row.key, candidate.row.system, candidate.row.code)
        known = decided.get(place)
        if known is None or (known.reason and not candidate.reason):
            decided[place] = candidate
    for number, decision in enumerate(decisions, 2):
        kind = next((kind for kind in KINDS if kind == decision["kind"]), None)
        system = next((system for system in SYSTEMS if system == decision["system"]), None)
        if kind is None or system is None or decision["decision"] not in {"apply", "broader", "leave-out"}:
            raise _undecidable(number, "a decision names a kind, a system and one of apply, broader, leave-out")
        place = (kind, key(decision["subject"]), system, decision["code"])
        known = decided.get(place)
        if decision["decision"] == "leave-out":
            if known is None:
                raise _undecidable(number, "a decision leaves out a row that no source offers")
            decided[place] = replace(known, reason=decision["reason"])
            continue
        relation: Relation = "exact" if decision["decision"] == "apply" else "broader"
        display = decision["display"] or (known.row.display if known else "")
        sources = decision["source"] or (known.row.sources if known else "")
        if not display or not sources or not decision["reason"]:
            raise _undecidable(number, "a decision that applies a code needs its label, its source and a reason")
        row = _row(kind, system, decision["subject"], decision["code"], display, sources, relation)
        decided[place] = Candidate(replace(row, justification=_MANUAL))
    return list(decided.values())


def _without_contradictions(candidates: list[Candidate]) -> list[Candidate]:
    """Two exact codes of one system for the same words: neither is applied until a reader decides."""
    exact: dict[tuple[str, str, str], set[str]] = {}
    for candidate in candidates:
        row = candidate.row
        if not candidate.reason and row.relation == "exact":
            exact.setdefault((row.kind, row.key, row.system), set()).add(row.code)
    return [
        replace(candidate, reason="two codes for the same words")
        if not candidate.reason
        and candidate.row.relation == "exact"
        and len(exact[candidate.row.kind, candidate.row.key, candidate.row.system]) > 1
        else candidate
        for candidate in candidates
    ]


def _pending(candidates: Iterable[Candidate]) -> str:
    lines = {
        f"{row.kind}\t{row.subject}\t{row.system}\t{row.code}\t{row.display}\t{row.sources}\t{candidate.reason}"
        for candidate in candidates
        for row in (candidate.row,)
    }
    return "\n".join(["\t".join(PENDING_COLUMNS), *sorted(lines)]) + "\n"


def _undecidable(line: int, cause: str) -> UsageError:
    return UsageError(Problem("M804", "fatal", cause, "Correct the line.", DECISIONS, line))
