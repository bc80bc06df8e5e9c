"""Corrections by people: what a reviewer decided on single uses, applied to the facts of the page that they looked at.

`load` reads `corrections.yaml` (README.md describes it) and other such files, `merged` makes one of several, `agreements` puts
two people's side by side, `correct` applies it to one page's facts, `held_back` and `refusals_in` list what a run could not
apply, `tally` counts it, `dump` writes the file, `progress` and `draw` say how far the review is and what a sample shows.
"""

from pipeline.correct.agreement import Agreement, agreements, settled
from pipeline.correct.applying import Corrected, correct, without
from pipeline.correct.corrections import (
    FILE_NAME,
    ApprovalStatusEdit,
    CharacteristicEdit,
    Correction,
    Corrections,
    Edits,
    IntentEdit,
    PriorEdit,
    QualifierEdit,
    Quote,
    TherapyEdit,
    reading,
    span_of,
)
from pipeline.correct.loading import files_of, load, load_files, load_opinions, parse
from pipeline.correct.merging import merged
from pipeline.correct.progress import Interval, Progress, ReviewedPage, draw, progress, reviewed_page, wilson
from pipeline.correct.unapplied import held_back, refusals_in, tally
from pipeline.correct.writing import dump

__all__ = [
    "FILE_NAME",
    "Agreement",
    "ApprovalStatusEdit",
    "CharacteristicEdit",
    "Corrected",
    "Correction",
    "Corrections",
    "Edits",
    "IntentEdit",
    "Interval",
    "PriorEdit",
    "Progress",
    "QualifierEdit",
    "Quote",
    "ReviewedPage",
    "TherapyEdit",
    "agreements",
    "correct",
    "draw",
    "dump",
    "files_of",
    "held_back",
    "load",
    "load_files",
    "load_opinions",
    "merged",
    "parse",
    "progress",
    "reading",
    "refusals_in",
    "reviewed_page",
    "settled",
    "span_of",
    "tally",
    "wilson",
    "without",
]
