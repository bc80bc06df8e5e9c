"""Which rows speak for a page's words: the whole phrase, else the longest part of it that must mean more.

Nothing here is fuzzy: a row matches when its normalized words are the phrase's, or those of a part that the phrase's own
grammar makes wider: the end of a noun phrase ("locally advanced [breast cancer]") or the words before "of", "that", "caused by"
("[squamous cell carcinoma] of the penis"). A code found by a part is broader, whatever it is to the part.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pipeline.terminology.mapping import Mappings, Row
from pipeline.terminology.normalise import key, without_abbreviation
from pipeline.terminology.systems import SubjectKind

#: The four letters that FDA puts after a biologic's name (Hyaluronidase-tqjs).
_SUFFIX: Final = re.compile(r"-[a-z]{4}$")
#: Words that start what narrows the noun before them.
_POSTMODIFIERS: Final = frozenset(
    {"of", "in", "on", "at", "with", "without", "that", "which", "who", "whose", "caused", "due", "from", "after", "during"}
)
#: Words that make the end of a phrase something else than its head ("risk of [cancer]", "lesions that lead to [cancer]").
_BREAKS: Final = frozenset(
    {"and", "or", "to", "by", "for", "than", "as", "is", "are", "nor", "lead", "leads", "linked", "may", "can", "other"}
)
#: Words before a disease that deny it or make it another thing.
_DENIALS: Final = frozenset(
    {"no", "non", "not", "without", "suspected", "possible", "anti", "pre", "risk", "family", "history", "prior", "previous"}
)
#: Nouns that a list of diseases may share: "ovarian epithelial, fallopian tube, or primary peritoneal cancer".
_SHARED_HEADS: Final = frozenset(
    ["cancer", "carcinoma", "adenocarcinoma", "sarcoma", "lymphoma", "leukemia", "myeloma", "melanoma", "tumor", "neoplasm"]
)
#: Parts so wide that their code would say nothing of the phrase.
_TOO_WIDE: Final = frozenset(["cancer", "tumor", "neoplasm", "lesion", "disease", "symptom", "infection", "toxicity"])


def whole(mappings: Mappings, kinds: Sequence[SubjectKind], text: str) -> tuple[Row, ...]:
    """The rows whose words are the whole text: in each code system those of the first kind that has any.

    A biologic whose suffixed name no table has is looked up without its suffix: UNII gives both one code; RxNorm's ingredient
    and NCIt's concept are broader.
    """
    found: list[Row] = []
    for kind in kinds:
        have = {row.system for row in found}
        found += [row for row in mappings.find(kind, text) if row.system not in have]
    if suffix := _SUFFIX.search(text):
        have = {row.system for row in found}
        plain = whole(mappings, kinds, text[: suffix.start()])
        found += [row if row.system == "unii" else replace(row, relation="broader") for row in plain if row.system not in have]
    return tuple(found)


def condition(mappings: Mappings, text: str, later: Sequence[str] = ()) -> tuple[Row, ...]:
    """The rows for a disease or finding.

    Args:
        mappings: The rows to look in.
        text: The page's words ("Ovarian epithelial").
        later: The texts that follow in the same list ("fallopian tube", "primary peritoneal cancer").

    Returns:
        Rows for the whole phrase, or for the phrase completed by the noun that the list shares; then, in the code systems
        that these leave open, rows for a part of it, as broader ones. Empty if nothing speaks for it.
    """
    rows: tuple[Row, ...] = ()
    for name in dict.fromkeys((text, without_abbreviation(text))):
        rows = rows or mappings.find("condition", name) or _completed(mappings, name, later)
    have = {row.system for row in rows}
    return rows + tuple(row for row in _part(mappings, without_abbreviation(text)) if row.system not in have)


def _completed(mappings: Mappings, text: str, later: Sequence[str]) -> tuple[Row, ...]:
    own = key(text).split()
    if not own or own[-1] in _SHARED_HEADS:
        return ()
    for other in later:
        words = key(without_abbreviation(other)).split()
        if words and words[-1] in _SHARED_HEADS:
            return mappings.find("condition", f"{text} {words[-1]}")
    return ()


def _part(mappings: Mappings, text: str) -> tuple[Row, ...]:
    words = key(text).split()
    if "/" in text or any(word in _DENIALS for word in words):
        return ()
    stop = next((place for place, word in enumerate(words) if word in _POSTMODIFIERS), len(words))
    head = words[:stop]
    if any(word in _BREAKS for word in head):
        return ()
    parts = (" ".join(head[start:]) for start in range(1 if stop == len(words) else 0, len(head)))
    for part in parts:
        if part in _TOO_WIDE:
            return ()
        if rows := mappings.find_key("condition", part):
            return tuple(replace(row, relation="broader") for row in rows)
    return ()
