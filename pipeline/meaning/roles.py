"""What a phrase says, as a table: its kind, a test on it, and the reader of its content. The last row keeps the words.

To read another kind of phrase, write one reader `Scene -> tuple[Said, ...] | None` and add one row. A reader gives None for a
phrase that is none of its own; the first row that gives something holds. Nothing is dropped: what no row reads, and what a
reader leaves over, is a qualifier in the page's words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import takewhile

from pipeline.language import closed, rx
from pipeline.meaning import brackets, causes, timing, treating
from pipeline.meaning.clauses import APPOSITION, has_disease, of_disease, of_patients
from pipeline.meaning.said import INCLUDED, Said
from pipeline.meaning.scene import Scene
from pipeline.model import QualifierKind
from pipeline.phrases.diseases import diseases, is_generic, related
from pipeline.phrases.kinds import Kind
from pipeline.phrases.nouns import noun_list
from pipeline.phrases.people import Group, read_age, read_people

Reader = Callable[[Scene], tuple[Said, ...] | None]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the name that facts carry as their rule, the kinds of phrase, and the reader."""

    name: str
    kinds: tuple[Kind, ...]
    read: Reader


def read_phrase(scene: Scene) -> tuple[Said, ...]:
    """What a phrase says."""
    if all(word.is_stop for word in scene.words[scene.phrase.first : scene.phrase.end]):
        return (scene.tell("frame", "stop"),)
    if _PROGRAM.fullmatch(scene.text, *scene.whole) is not None:
        return (scene.tell("frame", "program"),)
    if scene.empty and scene.phrase.kind in _OPENERS_ALONE and scene.phrase.end < len(scene.words):
        return stated(scene)  # "after or (instead of surgery)": an opener that opens nothing
    for row in ROLES:
        if scene.phrase.kind in row.kinds:
            found = row.read(scene)
            if found is not None:
                return tuple(_leading(scene, one) for one in found) if scene.words[-1].low == ":" else found
    return stated(scene)


#: "It is given with X to: - adults", "whose cancer is: - HER2-low": words that lead to the items, and say nothing by themselves.
_LEADING = rx(r"(?:to|in|for|is|are|has|have|was|were)")


def _leading(scene: Scene, one: Said) -> Said:
    leads = one.kind in ("qualifier", "status", "description") and _LEADING.fullmatch(scene.text, *one.place) is not None
    return replace(one, kind="frame", rule="opens-list") if leads else one


#: Said by the approval status of the use.
_PROGRAM = rx(r"(?:(?:under|with|through) )?(?:the )?(?:FDA's )?accelerated(?: approval)?(?: program)?(?: of the FDA)?")
_OPENERS_ALONE = ("time", "with", "cause", "place")


def stated(scene: Scene) -> tuple[Said, ...]:
    """The last row: the phrase in the page's words."""
    if not any(word.low.isalnum() or len(word.low) > 1 for word in scene.words[scene.phrase.first : scene.end]):
        return (scene.tell("frame", "stop"),)
    return (scene.tell("qualifier", "stated", of=scene.on),)


def _qualifier(scene: Scene, rule: str, what: QualifierKind) -> tuple[Said, ...]:
    return (scene.tell("qualifier", rule, of="treatment", what=what),)


# -- who ----------------------------------------------------------------------------------------------------------------


def _people(scene: Scene) -> tuple[Said, ...] | None:
    if scene.empty:
        return None
    start, end = scene.place(scene.inner, scene.end)
    groups, stop = read_people(scene.text, start, end, traits=True)
    if not groups:
        return None
    if scene.some and all(one.some and not (one.age_group or one.sex or one.age) for one in groups):
        return (scene.tell("description", "one-of-several"),)  # "in newly diagnosed patients …, and in patients whose …"
    found = [
        scene.tell(
            "population",
            "population",
            (start, stop),
            groups=groups,
            mode=f"{scene.phrase.joint}{',' * scene.phrase.comma}{'+' if scene.opener else ''}",
        )
    ]
    rest = next((number for number in range(scene.inner, scene.end) if scene.words[number].start >= stop), scene.end)
    while rest < scene.end and scene.words[rest].low in (",", "and", "or"):
        rest += 1
    if rest < scene.end:
        found.append(scene.tell("qualifier", "stated", scene.place(rest, scene.end), of="patients"))
    return tuple(found)


def _having(scene: Scene) -> tuple[Said, ...] | None:
    """Reads "(adults) with metastatic disease", "(tumors) with an H3 K27M mutation", "(cancer) with carcinoma in situ"."""
    if scene.empty:
        return (scene.tell("frame", "opens-list"),)
    of_people = scene.previous is not None and scene.previous.kind in ("people", "who", "participle")
    last, before = (scene.before[-1] if scene.before else None), scene.previous
    if last and before and (last.rule == "this-use" or (before.kind == "place" and last.what == "manner")):
        return treating.partners(scene)  # "approved for use with X", "given by infusion with X"
    if (
        not of_people
        and any(word.of("treatment") for word in scene.content)
        and scene.words[scene.phrase.first].low != "without"
    ):
        return treating.partners(scene)
    if _announces(scene):
        return treating.announced(scene)
    if of_people:
        named = _named(scene)
        if named is not None:
            return (scene.tell("description", "patient-trait"),) if _of_a_second_group(scene) else named
        if _MARKER.search(scene.said) is not None:
            return (scene.tell("biomarker", "biomarker", scene.place(scene.inner, scene.end)),)
        return (scene.tell("description", "patient-trait"),)
    if _MARKER.search(scene.said) is not None and scene.opener == "with":
        return (scene.tell("biomarker", "biomarker", scene.place(scene.inner, scene.end)),)
    behind = last is not None and last.kind == "head" and scene.phrase.comma and not scene.phrase.joint
    if behind and not any(word.classes and not word.is_stop for word in scene.content):
        return (scene.tell("qualifier", "stated", of="use"),)  # "X, with gemcitabine": given beside it, or what X comes with
    return (scene.tell("status", "with-feature"),)


def _of_a_second_group(scene: Scene) -> bool:
    """Reads "in adults with either disease and in children with acute leukemia": the disease of the children alone."""
    before = scene.previous
    groups = [one for one in scene.before if one.kind == "population"]
    if before is None or before.kind != "people" or before.joint != "and" or len(groups) < 2:  # noqa: PLR2004 - a second group
        return False
    return " with " in scene.text[groups[-2].place[1] : groups[-1].place[0]]


def _with(scene: Scene) -> tuple[Said, ...] | None:
    """Reads "with stage IV melanoma" below "It is used in adults:": a disease or a marker is no partner."""
    first = scene.phrase.first
    if scene.words[first].low == "without":
        return stated(scene)
    said = [word for word in scene.words[first + 1 : scene.end] if not word.is_stop]
    core = list(takewhile(lambda word: word.low != "(", scene.words[first + 1 : scene.end]))  # "X disease (XD)"
    whose = scene.end < len(scene.words) and scene.words[scene.end].low in ("who", "whose")  # no treatment has a cancer
    of_disease = bool(said) and (
        whose or said[-1].of("disease") or (core and core[-1].of("disease")) or _MARKER.search(scene.said) is not None
    )
    if (
        scene.words[first].low != "with"
        or scene.phrase.inner > first + 1
        or not of_disease
        or any(word.of("treatment") for word in said)
    ):
        return treating.partners(scene)
    named = _named(replace(scene, phrase=replace(scene.phrase, inner=first + 1)))
    return named if named is not None else (scene.tell("description", "patient-trait"),)


_MARKER = rx(
    r"\b(?:mutations?|genes?|proteins?|fusions?|deletions?|chromosomes?|antigens?|rearrangements?|amplifications?|alterations?)\b"
)


def _named(scene: Scene) -> tuple[Said, ...] | None:
    """Diseases of a noun phrase, said of the item's disease; a disease of another kind describes the patients."""
    listed = noun_list(scene.words, scene.inner, scene.end)
    if not listed.items:
        return None
    found = has_disease(scene, scene.inner, scene.end)
    if found is not None:
        return found
    if diseases(scene.text, *scene.place(scene.inner, listed.end), scene.heads) is not None:
        return (scene.tell("description", "other-disease"),)
    return None


def _participle(scene: Scene) -> tuple[Said, ...] | None:
    if scene.previous is not None and scene.previous.kind == "people":
        found = treating.concurrent(scene)
        return found if found is not None else (scene.tell("description", "patient-description"),)
    return (scene.tell("status", "participle"),)


# -- the disease --------------------------------------------------------------------------------------------------------


def _that(scene: Scene) -> tuple[Said, ...] | None:
    last = scene.before[-1] if scene.before and not scene.phrase.joint and not scene.empty else None
    had = (  # "have anemia that needed blood transfusions"
        last is not None and last.rule == "patient-description" and scene.words[scene.phrase.first - 1].end <= last.place[1]
    )
    if last is not None and last.rule == APPOSITION and scene.words[scene.phrase.first].of("preposition"):
        return (scene.tell("gloss", APPOSITION),)  # "ITP, a condition in which platelets are destroyed"
    if last is not None and (had or last.rule == "other-disease"):
        return (scene.tell("description", "patient-description"),)  # "men with prostate cancer that has not spread"
    return (scene.tell("frame", "opens-list"),) if scene.empty else of_disease(scene)


def _who(scene: Scene) -> tuple[Said, ...] | None:
    opens = scene.empty or (
        scene.end < len(scene.words)
        and scene.words[scene.end].low == ":"
        and all(word.of("have") or word.low in closed("history") for word in scene.content)
    )
    return (scene.tell("frame", "opens-list"),) if opens else of_patients(scene)


def _for(scene: Scene) -> tuple[Said, ...] | None:
    """Reads "for metastatic cancer", "in localized prostate cancer": the disease again, a narrower one, or its state."""
    if scene.empty:
        return (scene.tell("frame", "opens-list"),)
    if _announces(scene):
        return treating.announced(scene)
    if " ".join(word.low for word in scene.content) in ("this purpose", "this reason", "this use", "these uses", "use"):
        return (scene.tell("frame", "this-use"),)
    listed = noun_list(scene.words, scene.inner, scene.end)
    if listed.end < scene.end or (not scene.heads and scene.phrase.kind == "place"):
        return None
    named = diseases(scene.text, *scene.place(scene.inner, scene.end), scene.heads, short=scene.phrase.kind in ("for", "start"))
    if named is None:
        return None
    if _of_treatment(scene) and any(one.kind == "narrower" for one in named):
        return (scene.tell("qualifier", "stated", of="use"),)
    return tuple(scene.tell(one.kind, "named-disease", one.place) for one in named) or (scene.tell("frame", "disease-again"),)


def _of_treatment(scene: Scene) -> bool:
    """Reads "kidney damage after cisplatin for advanced ovarian cancer": the other disease is what the cisplatin is for."""
    before = scene.previous
    names = scene.heads or tuple(scene.text[slice(*name)] for one in scene.before if one.kind == "object" for name in one.names)
    behind = before is not None and before.kind in ("time", "cause") and scene.phrase.kind == "for"
    return behind and not (scene.phrase.joint or scene.phrase.comma) and bool(names) and not related(scene.said, names)


def _announces(scene: Scene) -> bool:
    """Reads "the following types of cancer:", "certain other types of cancer": what follows names them."""
    said = [word.low for word in scene.content]
    return "following" in said[:5] or (
        bool(said) and scene.text[scene.words[scene.end - 1].end :].lstrip()[:1] == ":" and is_generic(scene.said)
    )


def _place(scene: Scene) -> tuple[Said, ...] | None:
    """Reads "(melanoma) in the skin and lymph nodes": where it is; "(given) into the bladder": how it is given."""
    kind = scene.previous.kind if scene.previous is not None else ""
    if scene.empty:
        return (scene.tell("frame", "opens-list"),)
    if _announces(scene):
        return treating.announced(scene)
    if _ABROAD.search(scene.text, *scene.whole) is not None:
        return None
    first = scene.phrase.first
    if first and scene.words[first - 1].low == "only" and scene.opener in ("in", "within", "inside", "on"):
        return (scene.tell("status", "site", scene.place(first - 1, scene.end)),)  # "(mutations found) only in the tumor"
    age = read_age(scene.text, scene.whole[0], scene.whole[1])
    if age is not None and age.place[1] >= scene.whole[1]:
        return (scene.tell("description", "age-range", age.place, groups=(Group(age.place, age=age),)),)
    of_disease = scene.before and scene.before[-1].kind in ("head", "object", "gloss", "narrower") and scene.opener == "in"
    if not of_disease and _MANNER.match(scene.text, *scene.whole) is not None and kind in _BEFORE_MANNER:
        return _qualifier(scene, "manner", "manner")
    listed = noun_list(scene.words, scene.inner, scene.end)
    if (
        kind in ("", "frame")
        and scene.opener == "in"
        and listed.end == scene.end
        and scene.words[scene.end - 1].of("treatment")
        and scene.words[scene.inner].low not in ("place", "spite", "addition")
    ):
        return treating.partners(scene)  # "used in photodynamic therapy"
    if scene.opener == "from" and scene.words[scene.inner].low in _RECURRING and not scene.some:
        return (scene.tell("qualifier", "keep-from-recurring", of="use", what="purpose"),)  # "to prevent: X from coming back"
    if kind == "having" and scene.opener == "from":
        return (scene.tell("description", "patient-description"),)  # "(adults with bone metastases) from solid tumors"
    if kind == "having" and scene.previous is not None:
        having = scene.place(scene.previous.first, scene.end)
        if all(one.place[1] <= having[0] for one in scene.before):
            return (scene.tell("description", "patient-description", having),)  # "(women) with cancer in the lymph nodes"
    if scene.opener in ("in", "within") and scene.before and scene.before[-1].kind == "biomarker":
        return (scene.tell("status", "site"),)  # "a BRCA mutation in the tumor"
    found = _for(scene) if scene.opener in ("", "in", "of", "for", "on", "at", "as", "from") else None
    if found is not None:
        return found
    if kind in ("aim", "purpose") and scene.heads and scene.before and scene.before[-1].rule == "acted-on":
        return (scene.tell("qualifier", "purpose", of="use", what="purpose"),)
    if kind in ("people", "having") and _STATE.match(scene.text, *scene.whole) is not None:
        return (scene.tell("description", "patient-description"),)
    if (
        scene.before
        and scene.before[-1].kind in ("head", "object", "narrower", "gloss")
        and scene.opener in ("", "in", "of", "on", "at", "from")
    ):
        return (scene.tell("status", "site"),)
    if _STATE.match(scene.text, *scene.whole) is not None:
        return (scene.tell("status", "disease-status"),)
    return None


_RECURRING = ("coming", "recurring", "returning", "spreading", "growing", "getting", "metastasizing")
_ABROAD = rx(r"\b(?:countr(?:y|ies)|states|trials?|stud(?:y|ies)|europe|canada|japan|china|u\.?s\.?|abroad)\b")
_STATE = rx(
    r"(?:in|at) (?:an? |the |their |complete |partial |first |second |high |low |very |or )*(?:remission|response|risk|relapse)\b"
)
_PLACES = (
    r"bladder|ureter|kidney|skin|vein|muscle|mouth|injection|infusion|tumou?rs?|spinal fluid|blood|bloodstream|brain|abdomen|liver"
    r"|chest|pill|tablet|capsule|needle|catheter|drip"
)
_BEFORE_MANNER = ("", "frame", "start", "place", "people", "with", "alone")
_MANNER = rx(
    rf"(?:directly )?(?:in|into|by|through|under|to|on|onto|as|via) (?:the |an? )?(?:[\w-]+ ){{0,2}}?(?:{_PLACES})s?\b(?! cancer)"
)


def _including(scene: Scene) -> tuple[Said, ...] | None:
    """Reads "including X": it widens the use and restricts nothing, so that what it names is no narrower disease of the use."""
    if scene.empty:
        return (scene.tell("kinds", "kinds"),)
    if _announces(scene):
        return treating.announced(scene)
    those = [word.low for word in scene.content[:2]] == ["those", "who"]
    if scene.on == "patients" and (those or any(word.of("person") and word.low != "those" for word in scene.content[:1])):
        return (scene.tell("description", INCLUDED),)
    # "bleeding due to hormones in the absence of pathology, such as X": X is no kind of what is treated
    of_cause = scene.previous is not None and scene.previous.kind in ("cause", "time") and not causes.is_of_disease(scene)
    return (scene.tell("status", "included-elsewhere" if of_cause else INCLUDED),)


def _except(scene: Scene) -> tuple[Said, ...] | None:
    if scene.on == "disease" and scene.words[scene.phrase.first].low not in ("only", "no"):
        return (scene.tell("status", "exception"),)
    return None


def _frame(scene: Scene) -> tuple[Said, ...] | None:
    if scene.empty:
        return (scene.tell("frame", "carrier"),)
    words = [word for word in scene.content if not word.is_stop and word.low not in ("use", "be", "used", "given")]
    return (scene.tell("frame", "carrier"), *_ways(scene)) if all(word.of("adverb", "coordinator") for word in words) else None


def _ways(scene: Scene) -> tuple[Said, ...]:
    """Reads "(given) directly (into the bladder)": an adverb that says how it is given."""
    found = [word for word in scene.content if word.of("adverb") and word.low in _WAYS]
    return tuple(scene.tell("qualifier", "manner", (word.start, word.end), of="treatment", what="manner") for word in found)


_WAYS = closed("ways")


def _start(scene: Scene) -> tuple[Said, ...] | None:
    """The words before the first opener: a disease, a stage."""
    if scene.empty:
        return (scene.tell("frame", "stop"),)
    if all(word.of("adverb", "coordinator", "pronoun") or word.is_stop for word in scene.content):
        return (scene.tell("frame", "connector"), *_ways(scene))
    if (
        scene.words[scene.inner].low == "of"
        and scene.before
        and scene.before[-1].kind in ("head", "gloss", "narrower", "object")
    ):
        return (scene.tell("status", "site"),)
    groups, _ = read_people(scene.text, *scene.whole)  # "postmenopausal women (who …)"
    return _people(scene) if groups else _for(scene)


ROLES: tuple[Row, ...] = (
    Row("population", ("people",), _people),
    Row("having", ("having",), _having),
    Row("participle", ("participle",), _participle),
    Row("patients", ("who",), _who),
    Row("disease-state", ("that",), _that),
    Row("circumstance", ("case",), timing.case),
    Row("intent", ("aim", "purpose"), treating.aim),
    Row("line", ("role",), timing.role),
    Row("partner", ("with",), _with),
    Row("alone", ("alone",), treating.alone),
    Row("time", ("time",), timing.time),
    Row("duration", ("span",), timing.span),
    Row("cause", ("cause",), causes.cause),
    Row("disease-again", ("for",), _for),
    Row("place", ("place",), _place),
    Row(INCLUDED, ("including",), _including),
    Row("exception", ("except",), _except),
    Row("bracket", ("bracket",), brackets.bracket),
    Row("carrier", ("frame",), _frame),
    Row("start", ("start", "noun"), _start),
)
