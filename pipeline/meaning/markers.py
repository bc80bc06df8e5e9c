"""Markers of a disease in a predicate: "is advanced and HER2 negative", and what is none ("whose scan was positive")."""

from __future__ import annotations

import re

from pipeline.language import rx
from pipeline.meaning.said import Place
from pipeline.meaning.scene import Scene
from pipeline.phrases.diseases import diseases
from pipeline.phrases.verbs import begins_verb

#: What marks a disease.
MARKER_NOUN = re.compile(
    r"\b(?:mutations?|mutated|genes?|proteins?|fusions?|deletions?|chromosomes?|antigens?|amplifications?|rearrangements?"
    r"|receptors?|instability|biomarkers?|markers?|alterations?|abnormalit(?:y|ies)|translocations?|variants?|insertions?"
    r"|wild-type|PD-L1|positive|negative|MSI-H|dMMR|deficient|HER2-low|TMB-H|mutant|amplified|unmethylated|methylated)\b"
    r"|(?-i:(?<![A-Z0-9])[A-Z][A-Z0-9]+[+-](?= |$|[,.;)]))",
    re.IGNORECASE,
)
#: What is found, done or seen, and marks none.
NO_MARKER = re.compile(
    r"\bnode|\b(?:scans? (?:is|are|was|were)\b|surg|treat|therap|metasta|spread|symptom)|\btest(?:ed|s)?\b(?! positive| negative)",
    re.IGNORECASE,
)


def apart(scene: Scene, start: int, end: int) -> list[Place]:
    """Reads "hormone receptor positive (HR+) and HER2 negative (HER2-)" as two; what "or" joins stays together."""
    items, first, number = [], start, start
    words = scene.words
    while number < end:
        if words[number].low == "(":
            while number < end and words[number].low != ")":
                number += 1
        elif words[number].low in ("and", ",") and number > first and _splits(scene, number, end, first):
            items.append(scene.place(first, number))
            number += words[number].low == "," and number + 1 < end and words[number + 1].low == "and"
            first = number + 1
        number += 1
    if first < end:
        items.append(scene.place(first, end))
    return items


_OF_PERSON = rx(r"(?:is|are) \S+ (?:positive|negative)")


def is_of_person(said: str) -> bool:
    """Reads "(adults) who are HIV negative": said of the patients, and not of their disease."""
    return _OF_PERSON.fullmatch(said) is not None


def beside_markers(scene: Scene, start: int, end: int) -> int | None:
    """Reads "(is) advanced or metastatic and HER2 positive or unknown": the "and" between how far it is and its markers."""
    words = scene.words
    at = next((n for n in range(start + 1, end - 1) if words[n].low == "and"), None)
    if at is None or any(word.low in ("(", "and", ",") for word in (*words[start:at], *words[at + 1 : at + 2])):
        return None
    named = diseases(scene.text, *scene.place(start, at), ())
    left = named is not None and all(one.kind in ("stage", "status") for one in named)
    right = scene.text[slice(*scene.place(at + 1, end))]
    return at if left and MARKER_NOUN.search(right) is not None and " and " not in right else None


_DENIES = rx(r"\b(?:not|no|never|lacks?|lacking|without|negative for)\b")


def _splits(scene: Scene, at: int, end: int, first: int) -> bool:
    def marked(a: int, b: int) -> bool:
        return b > a and MARKER_NOUN.search(scene.text, scene.words[a].start, scene.words[b - 1].end) is not None

    rest = [word.low for word in scene.words[first:end]]
    return (
        (marked(first, at) or _is_adjective(scene, first, at))
        and marked(at + 1, end)
        and (
            begins_verb(scene.words[at + 1])
            or _DENIES.search(scene.text, scene.words[first].start, scene.words[at].start) is None
        )
        and "or" not in rest
        and not (scene.words[first].low in ("certain", "a", "an", "the") or scene.words[first].of("have"))
    )


def _is_adjective(scene: Scene, first: int, at: int) -> bool:
    """Reads "(is) advanced, (HER2-negative, …)": a state beside markers, which is none."""
    words = [word for word in scene.words[first:at] if not word.of("be")]
    return len(words) == 1 and not words[0].is_stop and not words[0].of("negation", "have", "treatment")
