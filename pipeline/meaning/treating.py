"""The treatment of a use: what it is for, with what, alone, when, for how long, in which place beside others."""

from __future__ import annotations

from pipeline.language import closed, rx
from pipeline.meaning.listed import conditions
from pipeline.meaning.priors import priors_after
from pipeline.meaning.said import BESIDE, Place, Said
from pipeline.meaning.scene import Scene
from pipeline.model import Intent
from pipeline.phrases.diseases import diseases, ends_in_disease, is_generic, names_head
from pipeline.phrases.nouns import noun_list
from pipeline.phrases.people import Group, read_people
from pipeline.phrases.treatments import Treatments, read_treatments

# -- what for -----------------------------------------------------------------------------------------------------------

_REDUCE = rx(
    r"(?:help |helps )?(?:reduce|lower|decrease|lessen|cut) (?:the |their |a |your )?(?:chance|chances|risk|risks|likelihood|odds)\b"
)
_SAME_DISEASE = rx(
    r".*\b(?:keep|prevent|stop|lower|reduce|help)\b.*\b(?:from (?:coming back|recurring|returning|spreading|metastasi[sz]ing|getting worse|growing)"
    r"|(?:that|of) (?:it|the (?:cancer|disease|tumou?r)|their (?:cancer|disease)) (?:will |may |from )?(?:com(?:e|ing) back|return(?:ing)?|recur(?:ring)?"
    r"|spread(?:ing)?)).*"
)
_PREPARE = rx(r".*\bprepare\b")


def aim(scene: Scene) -> tuple[Said, ...] | None:
    """The verb of what the drug is for, and what it acts on: an `intent`, then an `object`."""
    words, first, inner = scene.words, scene.phrase.first, scene.phrase.inner
    start = first + 1 if words[first].low == "to" else first
    verb = scene.place(start, max(inner, start + 1)) if inner > start else scene.place(first, first + 1)
    whole = scene.text[verb[0] : scene.place(first, max(scene.end, inner))[1]]
    if scene.phrase.kind == "purpose":
        return _purpose(scene, verb, whole)
    intent = _intent(scene.text[slice(*verb)].lower(), whole)
    place = _verb_place(scene, verb, intent, whole)
    if words[first].low == "for" and inner == first + 1 and first and words[first - 1].low in ("treatment", "therapy"):
        intent, place = "treat", scene.place(first - 1, first)  # "is a treatment for X"
    rule = "own-verb" if intent in ("prevent", "prevent_and_treat", "reduce_risk", "palliate") else "intent"
    found = [scene.tell("intent", rule, place, mode=intent)]
    line = [number for number in range(first, inner) if words[number].of("line", "ordinal")]
    of_one = not any(word.of("coordinator") for word in words[first:inner]) and any(
        word.of("treatment") for word in words[first:inner]
    )
    # "as maintenance treatment of", "for the first-line treatment of", and no "acute and maintenance treatment of"
    if line and (words[first].low == "as" or (of_one and words[first].low != "to")):
        stop = next((number + 1 for number in range(line[-1], inner) if words[number].of("treatment")), line[-1] + 1)
        found.append(scene.tell("line", "line", scene.place(line[0], stop)))
    if scene.empty:
        return tuple(found)
    return (*found, *_object(scene, intent))


def _purpose(scene: Scene, verb: Place, whole: str) -> tuple[Said, ...]:
    """Reads "to help keep the cancer from coming back" as the aim of the same treatment, "to prepare patients for …" as its own."""
    if _PREPARE.match(scene.text[slice(*verb)]):
        groups, stop = read_people(scene.text, *scene.place(scene.inner, scene.end)) if not scene.empty else ((), 0)
        people = (
            (scene.tell("population", "population", (scene.words[scene.inner].start, stop), groups=groups),) if groups else ()
        )
        return (scene.tell("intent", "prepare", (verb[0], scene.whole[1]), mode="other"), *people)
    if _SAME_DISEASE.match(whole):
        joined = scene.phrase.joint == "or"
        if joined:
            return (scene.tell("qualifier", "stated", of="use"),)
        prior = [
            Said("prior", one.rule, one.place, one.mode, one.names, some=scene.some)
            for one in priors_after(scene, scene.inner, scene.end)
        ]
        listed = noun_list(scene.words, scene.inner, scene.end)
        named = (
            diseases(scene.text, *scene.place(scene.inner, listed.end), scene.heads) if listed.items and scene.heads else None
        )
        kept = [scene.tell(one.kind, "kept-disease", one.place) for one in named or () if one.kind == "narrower"]
        if listed.items and not scene.heads and (own := _kept_from_recurring(scene, verb, listed.end)):
            return (*own, *prior)
        return (scene.tell("qualifier", "keep-from-recurring", of="use", what="purpose"), *kept, *prior)
    listed = noun_list(scene.words, scene.inner, scene.end)
    thing = scene.place(scene.inner, listed.end) if listed.items else None
    rest = scene.place(listed.end, scene.end) if listed.items and listed.end < scene.end else None
    prevents = scene.text[slice(*verb)].lower().endswith("prevent") and rest is not None
    if (
        prevents and thing is not None and _BODY.search(scene.text[slice(*thing)])
    ):  # "prevent the body from rejecting a transplant"
        return (scene.tell("intent", "other-intent", (verb[0], scene.whole[1]), mode="other"),)
    return (
        scene.tell("intent", "own-verb", verb, mode="prevent")
        if prevents
        else scene.tell("intent", "other-intent", verb, mode="other"),
        *((scene.tell("object", "acted-on", thing, names=(thing,)),) if thing else ()),
        *((scene.tell("qualifier", "purpose", rest, of="use", what="purpose"),) if rest else ()),
    )


def _kept_from_recurring(scene: Scene, verb: Place, end: int) -> tuple[Said, ...]:
    """Reads "(is approved) to help keep lung cancer from coming back", where no other verb says what for."""
    names = conditions(scene.text, scene.words, scene.inner, end, plain=True)
    if (
        any(one.kind == "intent" for one in scene.before)
        or not names
        or not all(ends_in_disease(scene.text[a:b]) for a, b in names)
    ):
        return ()
    rest = scene.tell("qualifier", "keep-from-recurring", scene.place(end, scene.end), of="use", what="purpose")
    thing = scene.tell("object", "acted-on", (names[0][0], names[-1][1]), names=names)
    return (scene.tell("intent", "intent", verb, mode="treat"), thing, rest)


_BODY = rx(r"\b(?:body|immune system|blood|cells?)$")
#: "the preventive treatment of migraine" treats nothing.
_PREVENTIVE = rx(r"\b(?:preventi?ve|preventative|prophylactic) treatment\b")


def _intent(verb: str, whole: str) -> Intent:
    if _REDUCE.match(whole) or ("reduction" in verb and "risk" in verb):
        return "reduce_risk"
    prevents = "prevent" in verb or "avoid" in verb or "prophyla" in verb
    if "palliati" in verb or "palliate" in verb:
        return "palliate"
    if prevents and "treat" in verb and not _PREVENTIVE.search(verb):
        return "prevent_and_treat"
    if prevents:
        return "prevent"
    if "treat" in verb or "therapy of" in verb or "management" in verb:
        return "treat"
    return "other"


def _verb_place(scene: Scene, verb: Place, intent: Intent, whole: str) -> Place:
    """The verb phrase to quote: "palliative treatment", "reduce the chance of", the bare verb."""
    if intent == "reduce_risk":
        found = _REDUCE.match(whole)
        if found is not None:
            return verb[0], verb[0] + found.end()
    words = [
        word
        for word in scene.words[scene.phrase.first : scene.phrase.inner]
        if word.low not in ("to", "for", "as", "in", "the", "a", "an", "of", ":")
    ]
    return (words[0].start, words[-1].end) if words else verb


def announced(scene: Scene) -> tuple[Said, ...]:
    """Reads "the following types of brain cancer": announces the items, which are all of the kind that it names."""
    at = next((number + 1 for number in range(scene.inner, scene.end) if scene.words[number].low == "following"), scene.inner)
    while at < scene.end and (
        scene.words[at].of("kind", "article", "quantifier", "preposition") or scene.words[at].low == "of"
    ):
        at += 1
    whole = scene.tell("kinds", "kinds")
    listed = noun_list(scene.words, at, scene.end)
    if (
        not listed.items
        or is_generic(scene.text[slice(*scene.place(at, scene.end))])
        or names_head(scene.text[slice(*scene.place(at, scene.end))], scene.heads)
        or scene.words[listed.end - 1].of("treatment", "person")
    ):
        return (whole,)
    return (whole, scene.tell("status", "kind-of-disease", scene.place(at, scene.end)))


def _people_treated(scene: Scene, groups: tuple[Group, ...], start: int, past: int) -> tuple[Said, ...]:
    """Reads "to treat postmenopausal women, and men, whose …": the patients, and not what is treated."""
    found = [scene.tell("population", "population", (start, past), groups=groups)]
    rest = next((number for number in range(scene.inner, scene.end) if scene.words[number].start >= past), scene.end)
    while rest < scene.end and (scene.words[rest].is_stop or scene.words[rest].of("coordinator")):
        rest += 1
    more, end = read_people(scene.text, scene.words[rest].start, scene.whole[1]) if rest < scene.end else ((), 0)
    if more:
        return (*found, *(one for one in _people_treated(scene, more, scene.words[rest].start, end)))
    if rest < scene.end:
        found.append(scene.tell("qualifier", "stated", scene.place(rest, scene.end), of="patients"))
    return tuple(found)


def _described_people(scene: Scene, first: int, end: int) -> tuple[Said, ...]:
    """Reads "the treatment of hemodynamically stable patients with X": the patients, and how they are."""
    groups, _ = read_people(scene.text, *scene.place(end - 1, end))
    if not groups:
        return (scene.tell("qualifier", "stated", scene.place(first, scene.end), of="patients"),)
    found = [scene.tell("population", "population", scene.place(end - 1, end), groups=groups)]
    if first < end - 1:
        found.insert(0, scene.tell("qualifier", "stated", scene.place(first, end - 1), of="patients"))
    if end < scene.end:
        found.append(scene.tell("qualifier", "stated", scene.place(end, scene.end), of="patients"))
    return tuple(found)


_ARTICLE = rx(r"(?:the |an? |their |his |her )?(?:body's )?(?:need for )?")
_KINDS_OF = rx(r"(?:the |these |certain |some |several |different )+(?:types|kinds|forms) of\b")
_RISK_OF = rx(
    r"(?:the |their |a |your )?(?:chance|chances|risk|risks|likelihood|odds) (?:of |that |for )?(?:getting |developing |having |needing )?(?:an? )?"
)


def _object(scene: Scene, intent: Intent) -> tuple[Said, ...]:
    """What the verb acts on; "the following types of cancer" announces the items; the head's disease may be named again."""
    start, end = scene.place(scene.inner, scene.end)
    said = scene.text[start:end]
    if intent == "reduce_risk":
        lead = _RISK_OF.match(scene.text, start, end)
        start = lead.end() if lead is not None else start
        if scene.text[start:end].strip(" :") in ("", "of"):
            return ()
    if "following" in [word.low for word in scene.content][:5] and not said.lower().startswith("following"):
        return announced(scene)
    if _KINDS_OF.match(said) is not None and scene.text[end:].lstrip()[:1] == ":":
        return announced(scene)  # "certain types of leukemia:", and the items name them
    groups, past = read_people(scene.text, start, end)
    if groups:
        return _people_treated(scene, groups, start, past)
    first = next(number for number in range(scene.inner, scene.end) if scene.words[number].end > start)
    listed = noun_list(scene.words, first, scene.end)
    if len(listed.items) == 1 and scene.words[listed.end - 1].of("person"):
        return _described_people(scene, first, listed.end)
    stop = scene.place(first, listed.end)[1] if listed.end > first else start
    rest = scene.end > listed.end
    tail = (scene.tell("qualifier", "stated", scene.place(listed.end, scene.end), of="use"),) if rest and listed.items else ()
    if not listed.items:
        return (scene.tell("qualifier", "stated", (start, end), of="use"),)
    states = diseases(scene.text, start, stop, ()) if scene.phrase.kind == "aim" else None
    if states is not None and not any(one.kind == "narrower" for one in states):
        return (
            scene.tell("kinds", "generic-object", (start, stop)),
            *(scene.tell(one.kind, "treated-disease", one.place) for one in states),
            *tail,
        )
    if scene.heads and intent in ("treat", "palliate"):
        named = diseases(scene.text, start, stop, scene.heads)
        if named is not None:
            return (*(scene.tell(one.kind, "treated-disease", one.place) for one in named), *tail)
    article = _ARTICLE.match(scene.text, start, stop)
    begin = article.end() if article is not None else start
    names = conditions(scene.text, scene.words, first, listed.end, plain=True)
    names = ((begin, names[0][1]), *names[1:]) if names else ()
    if is_generic(scene.text[begin:stop]):
        return (scene.tell("kinds", "generic-object", (start, stop)), *tail)
    return (scene.tell("object", "acted-on", (begin, stop), names=names), *tail)


# -- with what ----------------------------------------------------------------------------------------------------------

_OPTIONAL = rx(r"(?:and |often |sometimes |usually )*with or without\b")
#: "with or without the ABC gene", "with or without prior chemotherapy": no treatment that goes with the drug.
_NO_TREATMENT = rx(
    r"\b(?:mutations?|genes?|proteins?|deletions?|fusions?|rearrangements?|translocations?|amplifications?|tumou?rs?|metastases|symptoms?"
    r"|prior|previous|earlier)\b"
)
_OPENERS = closed("openers")


def partners(scene: Scene) -> tuple[Said, ...] | None:
    """Reads "with A and either B or C", "with or without D", "in combination with E", "as part of combination therapy"."""
    words = scene.words
    first = scene.inner if "adjunct" in scene.opener or "add-on" in scene.opener else scene.phrase.first
    if first > 1 and words[first - 1].low in ("treatment", "therapy") and words[first - 2].low == "for":
        return None  # "to choose patients for treatment with X": what they may get then
    disease = words[scene.end - 1].of("disease") and not any(word.of("treatment") for word in scene.content)
    if _OPTIONAL.match(scene.text, *scene.whole) is not None and (disease or _NO_TREATMENT.search(scene.said) is not None):
        return (scene.tell("description" if scene.on == "patients" else "status", BESIDE if disease else "with-or-without"),)
    while (
        first < scene.end
        and words[first].low in _OPENERS
        and not (words[first].low == "combination" and words[first - 1].low != "in")
    ):
        first += 1
    if first >= scene.end or words[first].low in (":", "it", "them"):
        if not scene.some and words[scene.end - 1].low == "combination":  # with what is not said, but not alone
            return (scene.tell("qualifier", "manner", of="treatment", what="manner"),)
        return (scene.tell("frame", "opens-list"),)
    if [word.low for word in words[first : scene.end]][:3] in (["one", "of", "the"], ["any", "of", "the"]) and scene.text[
        words[scene.end - 1].end :
    ].lstrip()[:1] == ":":
        return (scene.tell("kinds", "kinds"),)
    if words[first].low in ("little", "no", "few", "fewer") or any(word.low == "weight" for word in words[first : scene.end]):
        return None  # "with a body weight of 30 kg or more"
    listed = read_treatments(words, first, scene.end)
    if listed is None:
        return None
    opener = words[scene.phrase.first].low
    opening = scene.text[scene.whole[0] : words[first].start].lower()
    optional = _OPTIONAL.match(opening) is not None or _often(scene)
    found = _partners(scene, listed, optional=optional)
    if opener in ("plus", "added", "paired", "alongside") or "adjunct" in opening or "add-on" in opening:
        found.append(scene.tell("qualifier", "manner", (scene.whole[0], words[first - 1].end), of="treatment", what="manner"))
    rest = [word.low for word in words[listed.end : scene.end] if not word.is_stop]
    if rest in (["to"], ["in"], ["for"]):
        found.append(scene.tell("frame", "opens-list", scene.place(listed.end, scene.end)))  # "is given with X to:"
    elif rest:
        found.append(scene.tell("qualifier", "stated", scene.place(listed.end, scene.end), of="treatment"))
    return tuple(found)


def _often(scene: Scene) -> bool:
    """Reads "is often used with X", "may be used with X": not required."""
    first = scene.phrase.first
    if scene.words[first].low == "with" and first and scene.words[first - 1].low in ("usually", "often", "sometimes"):
        return True  # "ovarian cancer, usually with carboplatin"
    frame = scene.frames[-1].group if scene.frames else None
    if frame is None:
        return False
    said = {word.low for word in scene.words[frame.first : frame.end]}
    if frame.only or any(
        word.low == "only" for word in scene.words[max(frame.end - 1, scene.phrase.first - 1) : scene.phrase.inner + 1]
    ):
        return False  # "can be used only with X"
    return bool(said & {"often", "sometimes", "usually", "may", "can", "generally", "typically", "commonly"})


def _partners(scene: Scene, listed: Treatments, *, optional: bool) -> list[Said]:
    found: list[Said] = []
    names = listed.names
    mode: str
    if listed.either is not None and not optional and not scene.some:
        needed = tuple(one for one in names if one[1] <= listed.either)
        if needed:
            found.append(
                scene.tell(
                    "partner", "with", scene.place(needed[0][0], needed[-1][1]), mode="required", names=scene.names(needed)
                )
            )
        names = tuple(one for one in names if one[0] >= listed.either)
        place = scene.place(listed.either, listed.end)
        mixed = any(word.low == "and" for word in scene.words[listed.either : listed.end])
        mode = listed.mode if listed.choice else "combination" if mixed else "alternative"
        if listed.choice == "" and len(names) == 1:
            or_other = any(word.low == "or" for word in scene.words[listed.either : listed.end])
            mode = "alternative" if or_other else "required"  # "either docetaxel or other drugs"
    else:
        place = scene.place(listed.first, max(listed.end - (scene.words[listed.end - 1].low == "given"), listed.first + 1))
        mode = "optional" if optional else listed.mode
    if names:
        found.append(scene.tell("partner", "with", place, mode=mode, names=scene.names(names)))
    if listed.optional:
        place = scene.place(listed.optional[0][0], listed.optional[-1][1])
        found.append(scene.tell("partner", "with-or-without", place, mode="optional", names=scene.names(listed.optional)))
    if not found:
        found.append(
            scene.tell(
                "partner",
                "with-unnamed",
                scene.place(scene.phrase.first, listed.end),
                mode="optional" if optional else "unnamed",
            )
        )
    return found


def alone(scene: Scene) -> tuple[Said, ...] | None:
    """Reads "alone", "by itself", "as a single agent"; behind a bracket the words that go on with it are none of these."""
    if scene.phrase.inner <= scene.phrase.first:
        return None
    found = scene.tell("alone", "alone", scene.place(scene.phrase.first, scene.phrase.inner))
    if scene.empty:
        return (found,)
    return (found, scene.tell("qualifier", "stated", scene.place(scene.inner, scene.end), of="treatment"))


_STATE = closed("state")


def concurrent(scene: Scene) -> tuple[Said, ...] | None:
    """Reads "women receiving aromatase inhibitor therapy": what the patient receives anyway."""
    first = scene.phrase.first
    while first < scene.end and scene.words[first].low in _STATE:
        first += 1
    listed = read_treatments(scene.words, first, scene.end) if first > scene.phrase.first and first < scene.end else None
    if listed is None or not listed.names or listed.end < scene.end:
        return None
    lows = [word.low for word in scene.words[scene.phrase.first : scene.end]]
    if lows[0] == "treated" and ({"more", "previously", "earlier"} & set(lows) or scene.words[first].of("number")):
        # "adults treated with two or more types of systemic therapy": what they had before
        return (scene.tell("prior", "treated", mode="required", names=scene.names(listed.names)),)
    return (scene.tell("concurrent", "concurrent-therapy", names=scene.names(listed.names)),)
