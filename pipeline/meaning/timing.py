"""When a treatment is given, for how long, as which line, and what was tried before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.language import rx
from pipeline.meaning.clauses import of_disease
from pipeline.meaning.priors import Prior, failed_before, prior_clauses, priors_after, priors_in
from pipeline.meaning.said import Said
from pipeline.meaning.scene import Scene
from pipeline.phrases.coordination import predicates
from pipeline.phrases.diseases import is_generic
from pipeline.phrases.kinds import Phrase
from pipeline.phrases.nouns import goes_on
from pipeline.phrases.people import Group, read_age
from pipeline.phrases.treatments import Treatments, read_treatments
from pipeline.phrases.verbs import begins_verb, verb_group
from pipeline.phrases.words import Word, closing_bracket

_LINE = rx(
    r"(?:as|on) (?:(?:the|an?|part of|their) )*(?P<line>(?:(?:first|second|third|fourth|later|initial|next|only|main)(?:-| )?(?:line)?"
    r"(?:(?: or| and|,) (?:first|second|third|later|next)(?:-line)?)? )?"
    r"(?:(?:extended|adjuvant|neoadjuvant|maintenance|induction|consolidation|systemic|hormone|hormonal|hormone-based|local|targeted|bridging"
    r"|salvage|continued|continuing|first-line|second-line|third-line|later-line|front-line|frontline|upfront|conditioning|additional|initial"
    r"|subsequent|palliative|combination|drug|medical)(?:(?:,| or| and)? ))*"
    r"(?:treatments?|therapy|therapies|chemotherapy|immunotherapy)|treatment)(?: or (?:second|third|later) treatment)?$"
)


def role(scene: Scene) -> tuple[Said, ...] | None:
    """Reads "as the first treatment", "as maintenance therapy": a line of therapy; another word in it stays in words."""
    last = next((n for n in range(scene.inner, scene.end) if scene.words[n].low == "("), scene.end)
    explained = scene.phrase.first < last < scene.end and closing_bracket(scene.words, last, scene.end) == scene.end
    if explained:  # "as neoadjuvant therapy (to shrink the tumor before surgery)"
        inside = Phrase("bracket", last, scene.end, scene.end)
        told = scene.read(replace(scene, phrase=inside, previous=scene.phrase))
        said = role(replace(scene, phrase=replace(scene.phrase, end=last)))
        return (*said, *told) if said is not None else None
    found = _LINE.match(scene.text, *scene.whole)
    if found is None:
        return None
    line = scene.tell("line", "line", (found.start("line"), found.end()))
    palliative = "palliative" in found["line"].lower()
    return (scene.tell("intent", "own-verb", line.place, mode="palliate"), line) if palliative else (line,)


def time(scene: Scene) -> tuple[Said, ...] | None:
    """Reads "after surgery and platinum chemotherapy" (earlier treatment), "before surgery", "within 12 weeks after surgery" (timing)."""
    if scene.empty:
        return (scene.tell("frame", "opens-list"),)
    opener = scene.opener
    after = any(word in opener.split() for word in ("after", "following", "follow-up")) or (
        opener.startswith("within") and opener.endswith(" of")
    )
    verb = next((number for number in range(scene.inner, scene.end) if begins_verb(scene.words[number])), None)
    if verb is not None:
        # "after radiation therapy ends", "after the chemotherapy is finished": what is to come, and not what was before
        to_come = _TO_COME.match(scene.text, scene.words[verb].start) is not None
        prior = _event(scene, verb) if after and not to_come else ()
        return (scene.tell("qualifier", "timing", of="treatment", what="timing"), *prior)
    if scene.words[scene.inner].low in ("ending", "finishing", "completing", "stopping"):
        return (scene.tell("qualifier", "timing", of="treatment", what="timing"),)  # "within 4 days of ending treatment with X"
    if _OF_A_DOSE.match(scene.text, scene.words[scene.inner].start) is not None:
        return (scene.tell("qualifier", "timing", of="treatment", what="timing"),)
    listed = read_treatments(scene.words, _past_progression(scene), scene.end)
    starting = scene.words[scene.inner].low in ("start", "beginning") or (
        scene.inner + 1 < scene.end and scene.words[scene.inner + 1].low in ("start", "beginning")
    )
    if not after or starting or "before" in opener or listed is None or not listed.names:
        return (scene.tell("qualifier", "timing", of="treatment", what="timing"),)
    if _of_time(scene, listed):
        return (scene.tell("qualifier", "timing", of="treatment", what="timing"),)
    if (may := _may_be(scene)) is not None:
        place = (may.start, scene.whole[1])  # "It may be used after X": not that it must
        return (scene.tell("qualifier", "timing", place, of="treatment", what="timing"),)
    found = [
        Said("prior", one.rule, one.place, "conditional" if scene.some else one.mode, one.names, some=scene.some)
        for one in prior_clauses(scene, listed, "after-head" if _of_head(scene) else "after")
    ]
    rest = listed.end < scene.end and any(not word.is_stop for word in scene.words[listed.end : scene.end])
    surgery = any(scene.text[slice(*name)].lower() == "surgery" for one in found for name in one.names)
    if not found or rest or surgery or opener not in ("after", "following", "as a follow-up to") or scene.some:
        return (*found, scene.tell("qualifier", "timing", of="treatment", what="timing"))
    return tuple(found)


_TO_COME = rx(r"(?:ends?|starts?|begins?|(?:is|are) (?:finished|over|done|complete|completed|stopped))\b")
_OF_A_DOSE = rx(
    r"(?:(?:the|each|every|a|last|first|next|second|final) )*doses? of\b|the (?:transplant|surgery|procedure|operation)\b"
)


def _event(scene: Scene, verb: int) -> tuple[Said, ...]:
    """Reads "after another ALK inhibitor stopped working", "after it has been removed by surgery"."""
    listed = read_treatments(scene.words, scene.inner, verb)
    if listed is not None and listed.names and any(word.of("treatment") for word in scene.words[listed.first : listed.end]):
        told = prior_clauses(scene, listed, "after")
    else:
        told = failed_before(scene, scene.inner, scene.end) or priors_in(scene, verb, scene.end)
    return tuple(
        Said("prior", one.rule, one.place, "conditional" if scene.some else one.mode, one.names, some=scene.some)
        for one in told
    )


def _of_time(scene: Scene, listed: Treatments) -> bool:
    return any(scene.words[end - 1].of("unit", "period") for _, end in listed.names)


def _may_be(scene: Scene) -> Word | None:
    """The first word of "may be used (after X)"."""
    frame = scene.frames[-1].group if scene.frames else None
    return scene.words[frame.first] if frame is not None and frame.modal in ("may", "can") else None


def _of_head(scene: Scene) -> bool:
    last = next((one for one in reversed(scene.before) if one.kind not in ("frame", "gloss")), None)
    apart = scene.text[: scene.place(scene.phrase.first, scene.end)[0]].rstrip().endswith(",")  # "relapse to X, following Y"
    return not apart and last is not None and last.kind in ("head", "object")


def span(scene: Scene) -> tuple[Said, ...] | None:
    """Reads "for up to 3 years", "every 2 weeks": a duration, where its unit is known."""
    known = any(word.of("unit", "period") for word in scene.words[scene.phrase.first : scene.end])
    return (scene.tell("qualifier", "duration", of="treatment", what="duration"),) if known else None


def _priors_of_case(scene: Scene, *, conditional: bool) -> tuple[Said, ...]:
    """Earlier treatment in "if the cancer has X, patients must have received Y", "when the cancer got worse after Y"."""
    words, first = scene.words, scene.phrase.first + 1
    found = []
    starts = [
        first,
        *(number + 1 for number in range(first, scene.end - 1) if words[number].of("coordinator") or words[number].low == ","),
    ]
    for start in starts:
        found = failed_before(scene, start, scene.end) or _tried(scene, start)
        if found:
            break
    comma = next((n for n in range(first, scene.end) if words[n].low == "," and not _lists(words, n, scene.end)), scene.end)
    if any(words[n].low == "," and words[n - 1].of("coordinator") for n in range(first, comma)):
        comma = scene.end  # "… and, if X, Y": one list
    behind = [n + 1 for n in range(first, scene.end - 1) if words[n].low == "and"]  # "… and patients have received Y"
    for start, stop in ((first, comma), (comma, scene.end), *((n, scene.end) for n in behind)) if not found else ():
        verb = next((number for number in range(start, stop) if begins_verb(words[number])), stop)
        found = [one for said in predicates(words, verb, stop) for one in priors_in(scene, said.first, said.end)]
        if found:
            break
    found = found or priors_after(scene, first, scene.end)
    return tuple(
        Said("prior", one.rule, one.place, "conditional" if conditional or scene.some else one.mode, one.names, some=scene.some)
        for one in found
    )


def _lists(words: Sequence[Word], at: int, end: int) -> bool:
    """Whether a comma stands in a list of names ("A, B, and C") or behind "and"."""
    return words[at - 1].of("coordinator") or (
        at + 1 < end and (words[at + 1].of("coordinator") or goes_on(words, at + 1, end))
    )


def _tried(scene: Scene, first: int) -> list[Prior]:
    """Reads "an ALK inhibitor must have been tried": a treatment that is the subject of "must have been given"."""
    listed = read_treatments(scene.words, first, scene.end)
    if listed is None or not listed.names or not any(word.of("treatment") for word in scene.words[listed.first : listed.end]):
        return []
    group = verb_group(scene.words, listed.end, scene.end)
    if (
        group is None
        or not group.passive
        or group.negative
        or group.head is None
        or group.head.low not in ("tried", "given", "used", "received")
    ):
        return []
    return prior_clauses(scene, listed, "received")


#: "when it got worse during treatment with brontinib, or the patient cannot take brontinib"
_OR_ELSE = rx(r"\bor (?:the |these |those )?(?:patients?|they) ")


def case(scene: Scene) -> tuple[Said, ...] | None:
    """Reads "when the cancer has spread", "if surgery is not an option": said of the disease, of treatment, of the patients."""
    words = scene.words[scene.phrase.first : scene.end]
    if words[0].low == "unless":
        return None  # what it takes back is not read
    conditional = words[0].low == "if" or scene.phrase.joint == ";" or _OR_ELSE.search(scene.said) is not None
    prior = _priors_of_case(scene, conditional=conditional)
    if (verb := _of_disease(scene)) is not None:
        told = of_disease(replace(scene, phrase=replace(scene.phrase, inner=verb)))
        if not prior or any(one.kind == "prior" for one in told):
            return told
    if prior or (
        len(words) > 1
        and any(word.of("disease", "treatment", "person") or word.low in ("it", "they", "their") for word in words[1:])
    ):
        age = _age_in(scene)
        return (scene.tell("status", "circumstance"), *age, *prior)
    return None


def _of_disease(scene: Scene) -> int | None:
    """Where the verb of "when the cancer has spread and is HER2 positive" begins: it is said as in "that has spread"."""
    words, first = scene.words, scene.phrase.first
    if words[first].low != "when" or scene.some or scene.phrase.joint == ";" or first + 3 >= scene.end:
        return None
    low = {word.low for word in words[first + 1 : scene.end]}
    verb = first + 3
    known = words[first + 1].low in ("the", "their") and is_generic(words[first + 2].low) and begins_verb(words[verb])
    return verb if known and low.isdisjoint(("if", "patients", "patient", "they", "when", "whether")) else None


def _age_in(scene: Scene) -> tuple[Said, ...]:
    """Reads "if they are at least 75 years old": an age that the patients must have."""
    at = next((number for number in range(scene.phrase.first + 1, scene.end) if scene.words[number].of("be")), None)
    if at is None or at + 1 >= scene.end or scene.words[at - 1].low not in ("they", "patients", "adults", "children"):
        return ()
    age = read_age(scene.text, scene.words[at].end, scene.whole[1])
    return (scene.tell("description", "age-range", age.place, groups=(Group(age.place, age=age),)),) if age is not None else ()


def _past_progression(scene: Scene) -> int:
    """Reads "following (disease) progression on a CDK4/6 inhibitor": the treatment that was had stands behind it."""
    lows = [word.low for word in scene.words[scene.inner : scene.end]]
    given = "of" in lows[1:3] and scene.words[scene.inner + lows.index("of") - 1].of("treatment")
    if given and "with" in lows and any(word.of("unit", "period") for word in scene.words[scene.inner : scene.end]):
        return scene.inner + lows.index("with") + 1  # "following initial treatment of at least 5 days with heparin"
    at = lows.index("progression") + 1 if "progression" in lows[:2] else len(lows)
    return scene.inner + at + 1 if at + 1 < len(lows) and lows[at] in _ON else scene.inner


_ON = ("on", "after", "during", "following")
