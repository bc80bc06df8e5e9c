"""Brackets: most say the words before them again; some narrow what stands before them."""

from __future__ import annotations

import re
from dataclasses import replace

from pipeline.language import rx
from pipeline.meaning.said import Said
from pipeline.meaning.scene import Scene
from pipeline.phrases.adjuncts import phrases
from pipeline.phrases.diseases import diseases, related
from pipeline.phrases.nouns import noun_list
from pipeline.phrases.people import read_people
from pipeline.sentences.denying import may_deny

#: What narrows: "(certain types)", "(excluding the lip)", "(HER2-positive disease)", "(but not X)", "(limited to X)".
_LIMITS = rx(
    r"(?:(?:excluding|except|but|not|no|certain|some|only|other than|limited|if|when|unless|in|for|with|without|after|before|who|whose|that"
    r"|at least|more than|less than|up to)\b|\d).*|.*\bonly$|the [\w -]+ (?:kind|type|form|variant|subtype)s?"
)
_MARKED = rx(
    r"\S*(?:-(?:positive|negative|mutated|mutant|deficient|amplified|low|high)|\+)\b|\S+ (?:positive|negative|mutated|mutant)\b"
)
#: "HER2", "GIST", "PD-L1": a capital, and behind it another one, a digit, a plus or a hyphen.
_SHORT = r"(?-i:(?=(?:[^\WA-Z]|[+/.-])*+[A-Z][\w+/.-]*[A-Z0-9+-])[\w+/.-]++)"
_ABBREVIATED = rx(rf"{_SHORT}(?:(?:,|,? and|,? or|/)? {_SHORT})*+")
_AGAIN = rx(r"(?:also|sometimes|formerly|previously) (?:called|known as) .+|an? .*\b(?:types?|kinds?|forms?|condition|disease|disorder|tumou?r"
            r"|cancer|problem|protein|drug|medicine)\b.*|(?:rare )?(?:types|kinds|forms) of .+|to .+|(?:come|came|coming) back|spread(?:ing)?.*"
            r"|(?:does|do|did|has|have) not respond(?:ed)?\b.*|[\w-]+")  # fmt: skip


#: Where the label says more: "see Clinical Studies (14.1)", "see WARNINGS and PRECAUTIONS".
_REFERENCE = re.compile(r"\(?(?:[A-Z][\w,&;-]*|\d[\d.,]*|and|under|also|the|of|in|[,;])[).,;]*")


def bracket(scene: Scene) -> tuple[Said, ...] | None:
    """What a bracket says: nothing new, a narrower disease, a limit in words."""
    words = scene.words[scene.phrase.first + 1 : scene.end]
    if words and words[-1].low == ")":
        words = words[:-1]
    if not words:
        return (scene.tell("gloss", "gloss"),)
    start, end = words[0].start, words[-1].end
    inside = scene.text[start:end]
    if inside.lower().startswith("see ") and all(map(_REFERENCE.fullmatch, inside.split()[1:])):
        return (scene.tell("gloss", "gloss"),)
    if may_deny(inside):
        return (scene.tell("qualifier", "stated", (start, end), of="use"),)
    of_patients = words[0].of("person") and read_people(scene.text, start, end)[1] >= end - len(" only")
    head = next((one for one in scene.before if one.kind == "head" and len(one.names) > 1), None)
    if of_patients and head is not None and "(" in scene.text[slice(*head.place)]:
        # so is each of "melanoma (adults only) and glioma (children only)"
        return (scene.tell("qualifier", "stated", (start, end), of="use"),)
    if (
        words[0].low == "alone"
        or of_patients
        or (words[0].low in ("in", "for") and read_people(scene.text, *scene.place(scene.phrase.first + 2, scene.end))[0])
    ):
        return tuple(_patients(scene, scene.phrase.first + 1, scene.phrase.first + 1 + len(words)))
    if _ABBREVIATED.fullmatch(inside):
        return (scene.tell("gloss", "gloss"),)
    if _LIMITS.fullmatch(inside):
        return (scene.tell("status", "restriction", (start, end)),)
    if _STAGE.fullmatch(inside):
        return (scene.tell("stage", "in-brackets", (start, end)),)
    if _MARKED.match(inside) is not None:
        return (scene.tell("biomarker", "biomarker", (start, end)),)
    if _CLAUSE.search(inside) and not inside.lower().startswith(("does", "do ", "did", "has not", "have not", "to ")):
        return (scene.tell("status", "restriction", (start, end)),)
    if _EITHER.fullmatch(inside):
        return (scene.tell("status", "restriction", (start, end)),)
    if _COURSE.fullmatch(inside):
        return (scene.tell("status", "restriction", (start, end)),)
    if _AGAIN.fullmatch(inside):
        return (scene.tell("gloss", "gloss"),)
    narrower = diseases(scene.text, start, end, scene.heads)
    if narrower is not None:
        if any(head.casefold() != inside.casefold() and head.casefold() in inside.casefold() for head in scene.heads):
            return tuple(scene.tell(one.kind, "in-brackets", one.place) for one in narrower)
        if not related(inside, ()) or all(one.kind == "narrower" for one in narrower):
            return (scene.tell("gloss", "gloss"),)
    if scene.previous is not None and scene.previous.kind == "people" and len(words) > _ANOTHER_NAME:
        return (scene.tell("status", "restriction", (start, end)),)  # "in adults (magnetic resonance angiography)"
    first = scene.phrase.first + 1
    last = first + len(words)
    stop = noun_list(scene.words, first, last).end
    of_body = stop + 1 < last and scene.words[stop].low in ("in", "of") and not any(word.of("disease") for word in words)
    if (noun_list(scene.words, stop + 1, last).end if of_body else stop) == last:
        return (scene.tell("gloss", "gloss"),)  # its other name: "(low platelet levels)", "(fluid build-up in the brain)"
    return (scene.tell("status", "restriction", (start, end)),)


#: In words: "children (teenagers)", "adults (young adults)".
_ANOTHER_NAME = 2


def _patients(scene: Scene, first: int, end: int) -> list[Said]:
    """Reads "(in adults aged 18 years and older)" as the sentence would say it."""
    found: list[Said] = []
    for phrase in phrases(scene.words, first, end):
        found.extend(scene.read(replace(scene, phrase=phrase, before=(*scene.before, *found))))
    return found


def narrows(inside: str) -> bool:
    """Whether the words in a bracket may restrict what stands before it, by their form alone."""
    return may_deny(inside) or _LIMITS.fullmatch(inside) is not None or _EITHER.fullmatch(inside) is not None


_CLAUSE = rx(r"\b(?:that|which|who) (?:has|have|had|is|are|was|were|cannot|can|did|does|got|came|comes)\b")
_STAGE = rx(r"(?:stages?|grades?) [\w, -]+")
_EITHER = rx(r"[\w-]+ or [\w-]+")
#: How the disease stands or how far it is, not what it is called: "(unresectable)", "(Child-Pugh class A)", "(Gleason score of 8)".
_COURSE = rx(
    r"(?:newly|previously|early|late|un\w+able|in?operable|resect\w+|metasta\w+|recurr\w+|relaps\w+|refractory|resistant|sensitive"
    r"|progress\w+|persist\w+|advanced|locali[sz]ed|locally|invasive|noninvasive|(?:neo)?adjuvant|maintenance|primary|secondary"
    r"|active|severe|moderate|mild|acute|chronic|residual|treated|untreated)\b.*"
    r"|.*\b(?:class|scores?|grades?|stages?|phase|risk|status|line|setting|remission)\b.*|.*\d.*"
)
