"""What changed between two snapshots, use by use: for people, for machines, and for servers that hold the old one."""

from pipeline.diff.changes import CLINICAL, KINDS, Aspect, Change, Changes, Kind, Quote, Side
from pipeline.diff.choosing import choose
from pipeline.diff.compare import compare
from pipeline.diff.document import document
from pipeline.diff.markdown import literal, markdown
from pipeline.diff.telling import aspect_in_words, difference, kind_in_words, people, subject, summary, title
from pipeline.diff.writing import open_both, write_changes

__all__ = [
    "CLINICAL",
    "KINDS",
    "Aspect",
    "Change",
    "Changes",
    "Kind",
    "Quote",
    "Side",
    "aspect_in_words",
    "choose",
    "compare",
    "difference",
    "document",
    "kind_in_words",
    "literal",
    "markdown",
    "open_both",
    "people",
    "subject",
    "summary",
    "title",
    "write_changes",
]
