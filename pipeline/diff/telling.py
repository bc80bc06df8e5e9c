"""Changes in the words of a reader, part by part: what kind of change, of what, the values, and who decided on it."""

from __future__ import annotations

from typing import Final

from pipeline.diff.changes import Aspect, Change, Changes, Correction, Kind
from pipeline.model import Review

#: What each kind is called, for one drug or use; `{of}` is in what it changed.
_TITLES: Final[dict[Kind, str]] = {
    "drug-removed": "drug removed",
    "drug-added": "drug added",
    "drug-changed": "drug changed ({of})",
    "fda-status-changed": "FDA status changed",
    "brand-removed": "brand no longer named",
    "brand-added": "brand added",
    "components-changed": "drugs of the regimen changed",
    "use-withdrawn": "use removed",
    "use-added": "use added",
    "use-narrowed": "use narrowed ({of})",
    "use-widened": "use widened ({of})",
    "use-changed": "use changed ({of})",
    "use-brand-removed": "use no longer stated for a brand",
    "use-brand-added": "use now stated for another brand too",
    "use-brand-moved": "use moved between brands",
    "approval-status-changed": "approval status changed",
    "intent-changed": "intent changed",
    "use-reread": "same words, read differently ({of})",
    "denial-removed": "no longer stated as not approved",
    "denial-added": "stated as not approved",
    "denial-changed": "statement of what is not approved changed",
    "unread-removed": "unread sentence removed",
    "unread-added": "sentence not read",
    "not-compared": "not comparable",
    "became-stale": "stale: not in this snapshot (its page is quarantined); a server keeps what it has",
    "identifiers-changed": "identifiers changed",
    "wording-only": "wording only ({of})",
    "code-only": "codes only",
    "page-only": "page only: no fact changed",
    "resources-only": "resources only: same page, same facts",
}
_CORRECTIONS: Final[dict[Correction, str]] = {
    "applied": "a correction is applied now: {now}",
    "lapsed": "a correction is no longer applied (look again at the use): {was}",
    "replaced": "another correction is applied: {now}; before: {was}",
}
#: What an aspect is called on the cards of the review site, where that is not its name.
_ASPECTS: Final[dict[Aspect, str]] = {
    "narrower-condition": "narrower disease",
    "population": "patients",
    "combination": "given with",
    "phase": "phases of treatment",
    "qualifier": "restriction in words",
}
_NOTHING: Final = "—"


def title(change: Change) -> str:
    """What kind of change it is and in what, in words."""
    return _TITLES[change.kind].format(of=aspect_in_words(change.aspect))


def aspect_in_words(aspect: Aspect | None) -> str:
    """What a reader calls an aspect; empty where a change has none."""
    return _ASPECTS.get(aspect, aspect.replace("-", " ").replace("_", " ")) if aspect else ""


def kind_in_words(kind: Kind) -> str:
    """What a kind of change is called."""
    return _TITLES[kind].removesuffix(" ({of})")


def subject(change: Change) -> str:
    """What of the drug it is a change of: the brands that a use is said of, and the use; empty where it is the drug itself."""
    brands = ", ".join(change.brands) if change.use else ""
    return " · ".join(part for part in (brands, change.use) if part)


def difference(change: Change) -> str:
    """The values that differ, old and new; empty where the quotes say it all."""
    if not change.was and not change.now:
        return ""
    if change.kind in {"use-withdrawn", "use-added"}:
        return (change.was or change.now)[-1]  # what it is meant to do: our word for it, or the page's
    was, now = "; ".join(change.was), "; ".join(change.now)
    if change.kind.endswith(("-removed", "-added")) and not (was and now):
        return was or now
    return f"{was or _NOTHING} → {now or _NOTHING}"


def people(change: Change) -> str:
    """What corrections have to do with the change: who gave these values or withheld the use; empty where nobody did."""
    if change.correction is None:
        return ""
    was, now = ("; ".join(dict.fromkeys(map(_decided, each))) for each in (change.old_reviews, change.new_reviews))
    return _CORRECTIONS[change.correction].format(was=was, now=now)


def _decided(review: Review) -> str:
    said = f"{review.verdict}, {review.reviewer}, {review.date.isoformat()}"
    return f"{said}, {review.reason}" if review.reason else said


def summary(changes: Changes) -> str:
    """All in one line: how many changes of which kind, or that there is none."""
    pages = changes.pages
    if changes.first:
        return f"first snapshot: {pages['added']:,} drugs and regimens"
    others = sum(changes.totals.values()) - changes.clinical
    told = [f"{pages[name]:,} {name}" for name in ("changed", "added", "removed", "stale") if pages[name]]
    told.append(f"{pages['same']:,} the same")
    return f"clinical changes {changes.clinical:,}, others {others:,}; pages: {', '.join(told)}"
