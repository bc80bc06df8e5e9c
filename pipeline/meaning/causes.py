"""What causes the condition that is treated: "caused by chemotherapy", "caused by multiple myeloma or by solid tumors"."""

from __future__ import annotations

import re

from pipeline.language import closed, rx
from pipeline.meaning.listed import STATE_ALONE
from pipeline.meaning.said import Place, Said
from pipeline.meaning.scene import Scene
from pipeline.phrases.diseases import ends_in_disease
from pipeline.phrases.nouns import goes_on, is_one_name, noun_list
from pipeline.phrases.words import closing_bracket, words_of

#: The rule of a disease of which the condition is a part ("irritability associated with autistic disorder").
UNDERLYING = "underlying-disease"
#: The rule of a cause that is a disease by its form, in a label ("angina due to coronary artery spasm").
CAUSING_DISEASE = "causing-disease"


def cause(scene: Scene) -> tuple[Said, ...] | None:
    """The causes that a phrase names, one a branch of its "or"; said of patients it describes them."""
    if scene.empty:
        return (scene.tell("cause", "cause", mode="open"),)
    if scene.before and scene.before[-1].kind in ("population", "description"):
        return (scene.tell("description", "patient-description"),)
    if not scene.before and scene.words[scene.phrase.first].low == "in":
        return (scene.tell("qualifier", "stated", of="treatment"),)  # "In association with digitalis for the control of X"
    first = scene.inner
    while first < scene.end and (scene.words[first].of("preposition") or scene.words[first].low in (*_CAUSED, "not", "the")):
        first += 1
    if first >= scene.end:
        return (scene.tell("cause", "cause", mode="open"),)
    if any(word.low == "following" for word in scene.words[first : scene.end]) and all(
        word.is_stop for word in scene.words[scene.end :]
    ):
        return (scene.tell("cause", "cause", mode="listed"),)  # "caused by susceptible strains of the following organisms:"
    if (again := _head_again(scene, first)) is not None:
        return tuple(scene.tell("cause", "cause", place, names=(place,)) for place in again)
    rule = UNDERLYING if scene.words[scene.phrase.first].low in ("associated", "in", "on", "secondary") else "cause"
    found: list[Said] = []
    for place in _branches(scene, first):
        remark = _REMARK.search(scene.text, *place)
        says = words_of(scene.text, *remark.span("says")) if remark is not None else ()
        if remark is not None and any(word.of("negation", "be", "modal") for word in says):
            found.append(scene.tell("qualifier", "stated", remark.span("says"), of="use"))
            place = (place[0], remark.start())  # noqa: PLW2901 - "alcoholism (not to be taken concomitantly with alcohol)"
        symptoms = scene.text[slice(*place)].lower().endswith("symptoms")  # "associated with disabling symptoms": no disease
        kept = scene.tell("qualifier", "stated", (scene.whole[0], place[1]), of="disease")
        found.append(kept if symptoms and rule == UNDERLYING else scene.tell("cause", rule, place, names=(place,)))
    return tuple(found)


_REMARK = re.compile(r" \((?P<says>[^() ]++ [^()]*+)\)\Z")


def is_of_disease(scene: Scene) -> bool:
    """Whether the cause that stands before a phrase is a disease by its form, as far as a sentence shows it."""
    last = scene.before[-1]
    return last.rule == UNDERLYING or (last.kind == "cause" and ends_in_disease(scene.text[slice(*last.place)]))


_CAUSED = closed("caused")


def _head_again(scene: Scene, first: int) -> list[Place] | None:
    """Reads "(nausea) caused by chemotherapy and nausea after surgery": what brings it on each time."""
    named = {part for head in scene.heads for part in head.casefold().split()}
    words = scene.words
    for number in range(first + 1, scene.end - 1):
        after = number + 1
        while after < scene.end and (words[after].low in named or words[after].of("coordinator")):
            after += 1
        names = {word.low for word in words[number + 1 : after] if not word.of("coordinator")}
        again = words[number].low == "and" and named and names == named and after + 1 < scene.end and words[after].of("time")
        parts = (first, number), (after + 1, scene.end)
        if again and all(noun_list(words, at, end).end == end for at, end in parts):  # and nothing else is said of either
            return [scene.place(*part) for part in parts]
    return None


def _branches(scene: Scene, first: int) -> list[tuple[int, int]]:
    """Reads "multiple myeloma or by solid tumors that have spread": one cause a branch; an "or" within a clause is none."""
    words, found, number, start = scene.words, [], first, first
    if _SOME_KINDS.match(scene.text, words[first].start) is not None:
        return [scene.place(first, scene.end)]  # "certain types of X or Y": certain types of either
    listed = any(words[k].low == "," and goes_on(words, k + 1, scene.end) for k in range(first, scene.end))  # "A, B, and C"
    while number < scene.end:
        if words[number].low == "(":
            number = closing_bracket(words, number, scene.end)  # "pathology (such as inflammation of the muscles or joints)"
            continue
        if is_one_name(words, number, scene.end):
            number += 1
            continue
        if words[number].of("relative"):
            number = next(
                (
                    k
                    for k in range(number, scene.end)
                    if words[k].low == "or" and k + 1 < scene.end and words[k + 1].low in ("by", "with", "to")
                ),
                scene.end,
            )
            continue
        if words[number].low == "," and listed:
            last = number + 1 < scene.end and words[number + 1].low in ("and", "or")
            if last or goes_on(words, number + 1, scene.end):
                found.append(scene.place(start, number))
                start = number = number + 1 + last
                continue
        if words[number].low in ("or", "and/or") and number > start and not _state(scene, start, number):
            found.append(scene.place(start, number))
            start = number + 2 if number + 1 < scene.end and words[number + 1].low in ("by", "with", "to") else number + 1
            number = start
            continue
        number += 1
    if start < scene.end:
        found.append(scene.place(start, scene.end))
    return [(_past_article(scene, a), b) for a, b in found]


def _state(scene: Scene, start: int, end: int) -> bool:
    """Reads "primary or metastatic brain tumor": what stands before "or" is no name."""
    return STATE_ALONE.fullmatch(scene.text[slice(*scene.place(start, end))]) is not None


_SOME_KINDS = rx(r"(?:some|certain|many) (?:types|kinds|forms) of\b")


def _past_article(scene: Scene, at: int) -> int:
    """Past an article; "certain types of" stays: a cause that is only some of a disease is not the disease."""
    return next((at + len(one) for one in ("the ", "a ", "an ") if scene.text.startswith(one, at)), at)
