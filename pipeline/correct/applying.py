"""The facts of a page with what people decided on its uses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.correct.corrections import Correction, Corrections, reading, span_of
from pipeline.correct.editing import edited
from pipeline.correct.quoting import UnquotableError
from pipeline.correct.unapplied import another_look, said_by
from pipeline.errors import Problem, excerpt
from pipeline.extract.uses import with_evidence
from pipeline.model import DrugFacts, Fact, Page, Sentence, Span, Use, Withheld

_REMEDIES = {
    "E112": "Look at the page's uses again, and fix the entry or take it out.",
    "E113": "Look at the use again, and write the entry's reading anew, or take the entry out.",
    "E114": "Quote the page's own words in one piece; for words outside the use's own sentences give offset and length.",
    "E115": "Give the offset and length of the words that are meant.",
    "E116": "Quote the words that say the age, number and unit.",
    "E120": "None is needed, unless the use should be published: fix the entry then.",
}
#: What states a use; other sentences say something beside it.
_STATING = frozenset({"use", "detail"})


@dataclass(frozen=True, slots=True)
class Corrected:
    """A page's facts after its corrections, the entries that were applied, and what a person should know."""

    facts: DrugFacts
    applied: tuple[Correction, ...] = ()
    findings: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of one use: None if it is withheld."""

    use: Use | None
    applied: tuple[Correction, ...]
    findings: tuple[Problem, ...]


def correct(facts: DrugFacts, page: Page, corrections: Corrections) -> Corrected:
    """Apply what people decided on the uses of this very page.

    An entry on other bytes of the page of this drug changes nothing and is a finding (E110). Where an entry's edits cannot be
    applied as they are written, none of them is: a use that its reviewer found wrong is then withheld, any other stays as it
    was read.

    Args:
        facts: What was read from the page, before codes are put beside the words.
        page: The page.
        corrections: All entries of the file.

    Returns:
        The facts with edited uses, with the reviews of each use beside it, and without withheld uses, whose sentences have the
        role `withheld`. Findings (E110, E112 to E116, E120) name the page and its line.
    """
    entries = corrections.by_page.get(page.sha256, ())
    old = [entry for entry in corrections.by_drug.get(facts.slug, ()) if entry.sha256 != page.sha256]
    findings = [another_look(entry, page.name, _line_of(entry, facts)) for entry in old]
    if not entries:
        return Corrected(facts, (), tuple(findings))
    by_use: dict[tuple[Span, str], list[Correction]] = {}
    for entry in entries:
        by_use.setdefault((entry.span, entry.quote), []).append(entry)
    uses: list[Use] = []
    withheld: list[Withheld] = []
    applied: list[Correction] = []
    for use in facts.uses:
        speaking = by_use.pop((span_of(use), use.text.text), None)
        if speaking is None:
            uses.append(use)
            continue
        outcome = _decided(use, speaking, facts)
        applied += outcome.applied
        findings += outcome.findings
        if outcome.use is None:
            reviews = sorted((replace(entry.review, changed=()) for entry in speaking), key=lambda review: review.reviewer)
            withheld.append(Withheld(use.text, tuple(reviews)))
        else:
            uses.append(outcome.use)
    cause = "the page is the one that was looked at, but no use with this text stands at this place of it"
    findings += [_finding("E112", cause, entry, page) for lost in by_use.values() for entry in lost]
    sentences = without(facts.sentences, uses, [each.text for each in withheld], "withheld by a reviewer")
    changed = replace(facts, uses=tuple(uses), withheld=tuple(withheld), sentences=sentences)
    return Corrected(changed, tuple(applied), tuple(findings))


def _decided(use: Use, entries: Sequence[Correction], facts: DrugFacts) -> _Outcome:
    """What the entries on one use, which say the same, make of it."""
    # By name, whatever the order of the file: so they are published.
    entries = sorted(entries, key=lambda entry: entry.reviewer)
    first, page = entries[0], facts.page
    findings: list[Problem] = []
    kept: Use | None = use
    failed = False
    if first.edits.changed:
        try:
            kept = with_evidence(edited(use, first.edits, facts), facts.sentences)
        except UnquotableError as error:
            failed = True
            stays = "the use is withheld" if first.verdict == "wrong" else "the use stays as it was read"
            findings.append(_finding(error.code, f"{error.cause}; {stays}", first, page))
    if first.withhold or (failed and first.verdict == "wrong"):
        kept = None
        why = f": {first.reason}" if first.reason else ""
        cause = f"{first.reviewer} found this use {first.verdict} on {first.date}, and it is not published{why}"
        findings.append(replace(_finding("E120", cause, first, page), severity="information"))
    readings = {reading(use), *([reading(kept)] if kept is not None else [])}
    stale = [entry for entry in entries if entry.reading is not None and entry.reading not in readings]
    cause = "the use is read differently now than when it was reviewed"
    findings += [_finding("E113", cause, entry, page) for entry in stale]
    # What does not change the use is a word on its reading alone: it is not carried over to another reading.
    applied = [entry for entry in entries if not failed and (entry not in stale or first.edits.changed or first.withhold)]
    if kept is not None:
        kept = replace(kept, reviews=tuple(entry.review for entry in applied))
    return _Outcome(kept, tuple(applied), tuple(findings))


def without(sentences: Sequence[Sentence], uses: Sequence[Use], withheld: Sequence[Fact], reason: str) -> tuple[Sentence, ...]:
    """The account of the use section: what stated a withheld use, given by its text, and none of `uses`, says so and why."""
    spans = [span for each in withheld for span in each.spans]
    shown = [
        span
        for use in uses
        for fact in (use.text, use.parent, use.lead, *use.evidence)
        if fact is not None
        for span in fact.spans
    ]

    def mark(sentence: Sentence) -> Sentence:
        if sentence.role not in _STATING or not _inside(sentence, spans) or _inside(sentence, shown):
            return sentence
        return replace(sentence, role="withheld", reason=reason)

    return tuple(mark(sentence) for sentence in sentences) if withheld else tuple(sentences)


def _inside(sentence: Sentence, spans: Sequence[Span]) -> bool:
    return any(span.start <= own.start and own.end <= span.end for own in sentence.fact.spans for span in spans)


def _finding(code: str, cause: str, entry: Correction, page: Page) -> Problem:
    """What a person should know of an entry, at the place of its use."""
    return Problem(
        code,
        "warning",
        f"{said_by(entry)}: {cause}",
        _REMEDIES[code],
        source=page.name,
        line=page.line(min(entry.span.start, len(page.text))),
        excerpt=excerpt(entry.quote),
    )


def _line_of(entry: Correction, facts: DrugFacts) -> int | None:
    """The line of the use that has the same text on the page as it is now, if one has."""
    use = next((use for use in facts.uses if use.text.text == entry.quote), None)
    return facts.page.line(use.text.spans[0].start) if use is not None else None
