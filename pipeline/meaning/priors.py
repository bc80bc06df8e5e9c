"""Treatment before: "got worse after treatment with X", "have received at least two lines of systemic therapy"."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipeline.language import closed
from pipeline.meaning.said import Place
from pipeline.meaning.scene import Scene
from pipeline.phrases.nouns import names_drug
from pipeline.phrases.treatments import Treatments, of_one_noun, read_treatments
from pipeline.phrases.verbs import VerbGroup, begins_verb, verb_group

_RECEIVED = closed("received")
_TREATED = closed("treated")
_HELD = closed("held")
_BEFORE = closed("before")
#: Verbs and adjectives that say how it went with a treatment: the preposition after them leads to it.
_WENT = closed("went")
_TO_TREATMENT = closed("to-treatment")
_FAILED = closed("failed")


@dataclass(frozen=True, slots=True)
class Prior:
    """Treatments that patients must have had: the phrase, its names, and how they go together."""

    rule: str
    place: Place
    mode: str
    names: tuple[Place, ...]


def priors_in(scene: Scene, first: int, end: int, *, several: bool = False) -> list[Prior]:
    """The earlier treatments that a predicate of a clause names. What patients have not had, or cannot have, is none.

    In "cannot be treated with or did not respond to X" (`several`) X counts: one of the alternatives had it.
    """
    words = scene.words
    while first < end and (words[first].of("adverb") or words[first].low in ("and", "or", "but", ",")):
        first += 1
    if any(word.low in ("neither", "nor") for word in words[first + 1 : end]):
        return []  # "have neither received X nor had surgery"
    group = verb_group(words, first, end)
    if group is None:
        return _of_subject(scene, first, end) or _after(scene, first, end, VerbGroup(first, first, None))
    head = group.head.low if group.head is not None else ""
    if head in ("", "had", "have") and words[first].low in ("have", "has", "had"):
        listed = _listed(scene, group.end, end)
        return (
            _told(scene, listed, "received")
            if listed is not None and not group.negative and (_is_treatment(scene, listed) or _already(scene, group, listed))
            else (_after(scene, group.end, end, group))
        )
    if head == "taken" and group.end < end and words[group.end].low == "out":
        group, head = replace(group, end=group.end + 1), "removed"
    if head in ("exposed", "decided", "declined", "refused", "chosen", "opted", "based"):
        return []  # "to high doses of radiation": what happened to them; "against surgery": what they have not had
    if head in _RECEIVED:
        if _never(group) and head not in ("tolerated", "tolerate"):
            return _after(scene, group.end, end, group) if several else []
        listed = _listed(scene, group.end, end)
        return _with_later(scene, listed, end, group, "received")
    if head in _HELD and not group.modal.startswith("can") and group.modal not in ("may", "will"):
        at = next((k for k in range(group.end, end) if words[k].low in ("by", "with")), None)
        if at is not None:
            return _told(scene, _listed(scene, at + 1, end), "course")
    if head == "treated" and group.end < end and words[group.end].low == "for":  # "treated for DCIS with surgery"
        group = replace(group, end=next((k for k in range(group.end, end) if words[k].low in ("with", "by")), group.end))
    if head in _TREATED and group.end < end and words[group.end].low in ("with", "by", "using"):
        if _never(group) and head in ("treated", "removed", "cured", "operated", "managed", "controlled"):
            return []
        listed = _listed(scene, group.end + 1, end)
        return _with_later(scene, listed, end, group, "treated")
    return _after(scene, first, end, group)


def _with_later(scene: Scene, listed: Treatments | None, end: int, group: VerbGroup, rule: str) -> list[Prior]:
    """The treatments after a verb, and those of "… and after treatment with X" behind them."""
    if listed is None:
        return []
    return [*_told(scene, listed, rule), *_after(scene, listed.end, end, group)]


def priors_after(scene: Scene, first: int, end: int) -> list[Prior]:
    """The earlier treatments of "to keep it from coming back after surgery", "… after it has been removed by surgery"."""
    words = scene.words
    for at in range(first, end - 1):
        if words[at].low in ("after", "following", "once"):
            verb = next((number for number in range(at + 1, end) if begins_verb(words[number])), None)
            if verb is not None:
                return priors_in(scene, verb, end)
            listed = _listed(scene, at + 1, end)
            return _told(scene, listed, "after") if listed is not None and not _counts_time(scene, listed) else []
    return []


def _never(group: VerbGroup) -> bool:
    return group.negative or group.modal in ("cannot", "can't", "can", "could", "may", "will")


def _after(scene: Scene, first: int, end: int, group: VerbGroup) -> list[Prior]:
    """Past the verb: "… during or after treatment with X", "… to X" after a word of response."""
    words = scene.words
    went = risky = False
    at = first
    while at < end:
        low = words[at].low
        if low == "before" and at > first:
            return []  # "got worse before treatment with X"
        risky |= low in ("risk", "chance", "likely")
        went |= (low in _WENT and not risky) or low == "against"
        if (
            low in _BEFORE or (low == "through" and at and words[at - 1].low in ("been", "gone") and not group.negative)
        ) and at + 1 < end:
            start = at + 1 + (low == "spite") + (words[at + 1].low == "being")
            if start < end and words[start].low in ("or", "and") and start + 1 < end and words[start + 1].of("time"):
                start += 2
            if start + 1 < end and words[start].low in ("they", "it") and begins_verb(words[start + 1]):
                return priors_in(scene, start + 1, end)  # "came back 6 months after they received X"
            listed = _listed(scene, start, end)
            if listed is not None and listed.names and not _counts_time(scene, listed):
                return _told(scene, listed, "after")
        elif (
            low in ("taking", "receiving", "on")
            and at
            and words[at - 1].low in ("were", "was", "while", "being")
            and at + 1 < end
        ):
            listed = _listed(scene, at + 1, end)
            if listed is not None and listed.names:
                return _told(scene, listed, "course")
        elif (low == "of" and at and words[at - 1].of("unit")) or (low == "through" and not group.negative):
            listed = _listed(scene, at + 1, end) if at + 1 < end else None
            if listed is not None and listed.names and _is_treatment(scene, listed):
                return _told(scene, listed, "after")
        elif (
            low == "by"
            and at + 1 < end
            and words[at + 1].low == "surgery"
            and not _never(group)
            and not any(word.of("negation", "modal") for word in words[max(first, at - 4) : at])
        ):  # and not "(chemotherapy for cancer that) cannot be removed by surgery"
            return _told(scene, _listed(scene, at + 1, end), "removed")
        elif (
            low in _TO_TREATMENT
            and went
            and at + 1 < end
            and not words[at + 1].of("aim")
            and words[at - 1].low != "based"  # "on the results of a PSA test"
            and not (low in ("of", "from") and not _side_effects(words, at))
        ):
            spread = any(word.low in ("spread", "metastasized", "back", "returned") for word in words[first:at])
            listed = _listed(scene, at + 1, end)
            if listed is not None and listed.names and (not spread or low == "on") and not _risk(scene, listed):
                return _told(scene, listed, "course")
        at += 1
    return []


def _side_effects(words: object, at: int) -> bool:
    said = words[at - 1].low  # type: ignore[index]  # the words of the scene
    return said in ("recovered", "effects", "benefit", "benefited", "intolerant", "reactions", "reaction")


def _risk(scene: Scene, listed: Treatments) -> bool:
    said = scene.text[slice(*scene.place(listed.first, listed.end))].lower()
    return said.startswith(("coming", "getting", "spreading", "their own", "bone", "other parts"))


def _counts_time(scene: Scene, listed: Treatments) -> bool:
    return any(scene.words[end - 1].of("unit", "period") for _, end in listed.names)


def _of_subject(scene: Scene, first: int, end: int) -> list[Prior]:
    """Reads "whose first chemotherapy did not cure it": a treatment is the subject."""
    words = scene.words
    if first >= end:
        return []
    start = first + 1 if words[first].low == "whose" else first
    if words[first].low in ("for", "in") and first + 1 < end and words[first + 1].low == "whom":
        start = first = first + 2
    if start < end and words[start].low == "neither":
        return _neither(scene, start + 1, end)
    listed = _listed(scene, start, end)
    if (
        listed is None
        or not listed.names
        or any(word.of("disease", "person", "pronoun") for word in words[listed.first : listed.end])
    ):
        return []
    if [word.low for word in words[listed.end : listed.end + 2]] == ["cannot", "remove"]:
        return []  # "cancer that surgery cannot remove": it was not tried
    if [word.low for word in words[listed.end : listed.end + 2]] == ["no", "longer"]:
        return _told(scene, listed, "failed")
    group = verb_group(words, listed.end, end)
    if group is None or (start > first and not _is_treatment(scene, listed)):
        return []
    little = [word.low for word in words[group.end : group.end + 2]] == ["too", "little"]
    failed = (
        group.head is not None
        and (group.head.low in _FAILED or (group.negative and _is_treatment(scene, listed)))
        and not group.passive
    )
    over = (
        group.end < end
        and words[group.end].low in ("over", "complete", "done", "finished")
        and group.passive
        and not group.negative
    )
    over |= group.is_of("use") and group.passive and _is_treatment(scene, listed) and not group.negative and not group.modal
    over |= group.head is not None and group.head.low in ("completed", "finished") and not group.negative
    return _told(scene, listed, "failed") if little or failed or over else []


def failed_before(scene: Scene, first: int, end: int) -> list[Prior]:
    """Reads "(once) oxaliplatin has stopped working", "(after) imatinib fails them": a treatment that patients had."""
    return _of_subject(scene, first, end)


def _neither(scene: Scene, first: int, end: int) -> list[Prior]:
    """Reads "(CML that) neither imatinib nor dasatinib could hold in check"."""
    words = scene.words
    verb = next((number for number in range(first, end) if begins_verb(words[number])), None)
    nor = next((number for number in range(first, end) if words[number].low == "nor"), None)
    group = verb_group(words, verb, end) if verb is not None else None
    if verb is None or nor is None or nor > verb or nor == first or group is None or group.passive:
        return []
    names = (scene.place(first, nor), scene.place(nor + 1, verb))
    return [Prior("failed", (names[0][0], names[1][1]), "required", names)]


def _listed(scene: Scene, at: int, end: int) -> Treatments | None:
    return read_treatments(scene.words, at, end) if at < end else None


def _is_treatment(scene: Scene, listed: Treatments) -> bool:
    """Whether a noun names a treatment by its form: "had surgery", not "had low-grade lymphoma"."""
    return any(word.of("treatment") for word in scene.words[listed.first : listed.end])


def _already(scene: Scene, group: VerbGroup, listed: Treatments) -> bool:
    """Reads "who have already had sorafenib": a drug by the stem of its name ("already had chickenpox" is none)."""
    said = any(word.low in ("already", "previously") for word in scene.words[group.first : group.end])
    return said and all(names_drug(scene.words[end - 1]) for _, end in listed.names)


def _told(scene: Scene, listed: Treatments | None, rule: str) -> list[Prior]:
    if listed is None or any(word.low == "current" for word in scene.words[listed.first : listed.end]):
        return []  # "not controlled with their current medicines": they go on with them
    words = scene.words[listed.first : listed.end]
    if any(one.of("possessive") and two.of("disease") for one, two in zip(words, words[2:], strict=False)):
        return []  # "if you have been through the menopause and your breast cancer is"
    return prior_clauses(scene, listed, rule)


_EVENTS = closed("events")


def _is_event(scene: Scene, name: tuple[int, int]) -> bool:
    """Reads "after the leak", "after the end of treatment": no treatment is named."""
    first, end = name
    words = scene.words
    if (end == first + 1 and words[first].low.endswith("ly")) or words[first].low == "of":
        return True  # "which is given weekly", "both of these drugs"
    return words[end - 1].low in _EVENTS or (words[first].low in _EVENTS and first + 1 < end and words[first + 1].low == "of")


def _at_least_one(scene: Scene, listed: Treatments) -> bool:
    """Reads "surgery and/or radiation": nothing else joins them."""
    joints = {word.low for word in scene.words[listed.first : listed.end]} & {"and", "or", "and/or"}
    return joints == {"and/or"}


_OF_CHOICE = {"several": "conditional", "all": "required"}


def prior_clauses(scene: Scene, listed: Treatments, rule: str) -> list[Prior]:
    """The priors of a list of treatments: "A and either B or C" gives A, required, and one of B and C."""
    names = tuple(one for one in listed.names + listed.optional if not _is_event(scene, one))
    if not names:
        return []
    needed = tuple(one for one in listed.names if listed.either is not None and one[1] <= listed.either)
    if needed:
        choice = tuple(one for one in names if one not in needed)
        found = [Prior(rule, scene.place(needed[0][0], needed[-1][1]), "required", scene.names(needed))]
        if choice and listed.either is not None:
            mode = _OF_CHOICE.get(listed.choice, "one_of")
            found.append(Prior(rule, scene.place(listed.either, listed.end), mode, scene.names(choice)))
        return found
    pair = of_one_noun(scene.words, listed)
    if pair is not None:
        before, choice, after = listed.names[:pair], listed.names[pair : pair + 2], listed.names[pair + 2 :]
        groups = ((before, "required"), (choice, "one_of"), (after, "required"))
        starts = (listed.first, choice[0][0] if before else listed.first, after[0][0] if after else listed.end)
        return [
            Prior(rule, scene.place(start, group[-1][1]), mode, scene.names(group))
            for (group, mode), start in zip(groups, starts, strict=True)
            if group
        ]
    if listed.optional and listed.names and not listed.mixed:  # "chemotherapy, with or without bevacizumab"
        sure = replace(listed, optional=())
        some = tuple(one for one in listed.optional if one in names)
        place = scene.place(listed.first, listed.end)
        return [*prior_clauses(scene, sure, rule), *([Prior(rule, place, "conditional", scene.names(some))] if some else [])]
    one_of = listed.join == "or" and len(names) > 1
    mode = "conditional" if one_of and listed.mixed and not _at_least_one(scene, listed) else "one_of" if one_of else "required"
    return [Prior(rule, scene.place(listed.first, listed.end), mode, scene.names(names))]
