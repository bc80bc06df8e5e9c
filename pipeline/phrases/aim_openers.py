"""Openers of what for: "to treat", "for the palliative treatment of", "and keep it from recurring"."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, takewhile

from pipeline.language import closed
from pipeline.phrases.kinds import PREDICATES, Here, Kind, Opener, names_disease
from pipeline.phrases.nouns import noun_aim, noun_end, noun_list, past_bracket
from pipeline.phrases.words import Word

_NOT_AN_AIM = closed("not-an-aim")


_OF_SURGERY = closed("of-surgery")


_NOUN_AIMS = closed("noun-aims")
_ITEM_AIMS = closed("item-aims")


_FINITE_AIMS = closed("finite-aims")
#: In words: behind "Uses:" a sentence of a label may begin.
_EARLY = 3
_GERUNDS = closed("gerunds")


#: "As adjunctive therapy in edema", "as replacement therapy in hypothyroidism": what for.
_ADDED = closed("added")
_CLAUSE_VERBS = closed("clause-verbs")


def aim(here: Here) -> Opener | None:
    """Reads "to help prevent", "for the palliative treatment of", "and keep it from recurring": what for."""
    words, at, end, current, joined = here.parts
    word = words[at]
    # "(to treat) malignant effusion and keep it from coming back": behind the name, too
    goes_on = current in ("aim", "purpose") or (current == "noun" and here.fresh)
    if word.low == "to" or (joined and goes_on and word.of("aim") and not word.of("treatment", "course")):
        before = words[at - 1] if at else None
        if _leads_to_list(words, at, end):
            return infinitive(words, at + 1, end)
        if current in ("case", "time") and not joined and before is not None and before.of("use"):
            return None  # "when methotrexate is used to treat …"
        number = _past(words, at + (word.low == "to"), end)
        unknown = (
            here.fresh
            and current in ("start", "frame")
            and word.low == "to"
            and number < end
            and not words[number].is_stop
            and not words[number].classes - {"course"}
        )
        if (
            number >= end
            or not (words[number].of("aim") or unknown)
            or (
                word.low == "to" and not joined and not _of_the_drug(words, number) and _blocked(before, words[number], current)
            )
        ):
            return None
        return infinitive(words, number, end)
    if at == 0 and here.fresh and current == "start" and word.low in _ITEM_AIMS:
        return infinitive(words, at, end)  # an item below "is indicated to": "Reduce the risk of stroke"
    if here.fresh and current == "start" and at < _EARLY:  # "Temporarily relieves X", the drug's name left out
        verb = at + word.low.endswith("ly")
        if verb < end and words[verb].low in _FINITE_AIMS:
            return infinitive(words, verb, end)
    noun = noun_aim(words, at, end) or (at == 0 and _therapy_for(words, end))
    if word.low not in ("for", "in", "as") and here.fresh and current == "start" and not joined:
        # a fragment under the label's own heading: "Short term treatment of X", "the management of Y"
        if not noun or any(
            one.of("person") or (one.of("article") and words[k].low not in ("in", "to", "for"))
            for k, one in enumerate(words[at + 1 : noun], at)
        ):
            return None
        return Opener("aim", past_signs(words, noun, end))
    if joined and current in ("aim", "noun", "cause") and noun:
        return Opener("aim", past_signs(words, noun, end))  # "for the control of X and prevention and treatment of Y"
    if word.low not in ("for", "in", "as") or at + 1 >= end:
        return None
    if at and word.low == "for" and _names_another(words, at, end):
        return Opener("aim", at + 1)  # "is indicated for the treatment of X and for Y"
    if word.low in ("for", "in") and at and words[at - 1].of("indicate") and (noun := noun_aim(words, at + 1, end)):
        return Opener("aim", past_signs(words, noun, end))  # "is indicated for acute and maintenance treatment of X"
    if (
        word.low == "for"
        and at
        and words[at - 1].low in ("indicated", "effective", "useful")
        and not _is_no_disease(words, at + 1, end)
    ):
        return Opener("aim", at + 1)  # "is indicated for hypertension"
    if word.low == "for" and (words[at + 1].low == ":" or _is_a_treatment(words, at, end)):
        return Opener("aim", at + 1)
    if at > 1 and word.low == "for" and words[at - 1].of("coordinator") and words[at - 2].low == ",":
        noun = noun_aim(words, at + 1, end)
        if noun:  # "in adults whose X has spread, and for the relief of Y": another purpose, whatever is open
            return Opener("aim", past_signs(words, noun, end))
    if current in PREDICATES or current == "purpose":
        return None
    if words[at + 1].low in _GERUNDS and word.low in ("for", "in"):
        return Opener("aim", _past_gerunds(words, at + 1, end))
    number = at + 1
    while number < end and number - at < 6 and not words[number].of("preposition", "relative") and not words[number].is_stop:  # noqa: PLR2004
        after = past_bracket(words, number + 1, end)
        follows = words[after].low if words[number].low in _NOUN_AIMS and after < end else ""
        if follows == "in" and any(one.low in _ADDED for one in words[at:number]):
            # "as adjunctive therapy in the treatment of": a role, then an aim; "as adjunctive therapy in edema": an aim
            return (
                None
                if past_signs(words, number + 2, end) > number + 2
                else Opener("aim", _past_gerunds(words, number + 2, end))
            )
        if follows == "in" and words[number].low == "reduction":
            past = past_signs(words, after + 1 + words[after + 1].of("article"), end) if after + 1 < end else 0
            return Opener("aim", past) if past > after + 2 else None  # "for the reduction in the occurrence of X"
        if follows in ("of", "for", "against"):
            return Opener("aim", past_signs(words, after + 1, end)) if _is_aim(words, at, number) else None
        number += 1
    if at and words[at - 1].of("indicate"):  # "is indicated for glioma"
        stop = noun_end(words, at + 1, end)
        if stop == at + 2 and stop < end and words[stop].low in ("and", "or"):  # "in acute and chronic bronchitis"
            stop = noun_end(words, stop + 1, end)
        named = names_disease(words, at + 1, stop) and not any(one.of("person") for one in words[at + 1 : stop])
        return Opener("aim", at + 1) if named else None
    return Opener("aim", at + 1) if _of_indicated(words, at, end, current) else None


def _past_gerunds(words: Sequence[Word], at: int, end: int) -> int:
    """Past "reducing" and "treating or preventing"."""
    while at + 1 < end and words[at].low in _GERUNDS:
        at += 1
        if at + 1 < end and words[at].of("coordinator") and words[at + 1].low in _GERUNDS:
            at += 1
    return at


def _names_another(words: Sequence[Word], at: int, end: int) -> bool:
    """Whether only a disease by its form follows "and for" in a sentence on what the drug is indicated, effective or given for."""
    stop = noun_end(words, at + 1, end)
    first = next((k for k in range(at) if words[k].low in _NOUN_AIMS and words[k + 1].low == "of"), None)
    return (
        first is not None
        and words[at - 1].low in ("and", "or")
        and stop > at + 1
        and words[stop - 1].of("disease")
        and not any(word.of("person", "treatment", "article", "kind") for word in words[at + 1 : stop])
    )


def _is_a_treatment(words: Sequence[Word], at: int, end: int) -> bool:
    """Reads "X is a treatment for Y", "is a treatment for the itching of Y": what for, and no patients."""
    stop = next((k for k in range(at - 2, -1, -1) if words[k].of("be")), None)
    leads = stop is not None and words[at - 1].low in ("treatment", "therapy") and words[stop + 1].of("article")
    between = words[stop + 1 : at - 1] if stop is not None else ()
    return (
        leads and not any(w.is_stop or w.of("preposition", "relative") for w in between) and names_disease(words, at + 1, end)
    )


def _therapy_for(words: Sequence[Word], end: int) -> int:
    """Reads "Adjunctive therapy for adults with X", "Maintenance treatment in X" alone below a label's sentence: where what for begins."""
    at = next((k for k in range(1, min(_EARLY, end)) if words[k].low in ("therapy", "treatment")), 0)
    added = at and all(word.low in _ADDED or word.of("line") for word in words[:at])
    return at + 2 if added and at + 2 < end and words[at + 1].low in ("for", "in") else 0


def _leads_to_list(words: Sequence[Word], at: int, end: int) -> bool:
    """Reads "is approved in adults who need systemic therapy to treat:": the only aim of a sentence that leads to a list is its own."""
    return (
        at + 3 == end
        and words[at].low == "to"
        and words[at + 1].of("treat", "prevent")
        and words[at + 2].low == ":"
        and not any(one.low in ("to", "for") and after.of("aim") for one, after in pairwise(words[:at]))
    )


def _of_indicated(words: Sequence[Word], at: int, end: int, current: Kind) -> bool:
    """Reads "is indicated as an adjunct to surgery in glaucoma", "is approved by itself for glaucoma": what for, if nothing else says."""
    of_people = current == "people" and words[at].low == "for"  # "is indicated in females for amenorrhea"
    if words[at].low not in ("in", "for") or not (of_people or current in _BESIDE_INDICATED):
        return False
    # "Zolafen is used for melanoma"; "It is used for melanoma" says which of the diseases before it
    used = words[at - 1].of("use") and not words[0].of("pronoun") and not words[at + 1].of("quantifier", "article")
    by = ("indicate", "approve", *(("use",) if used else ())) if words[at].low == "for" else ("indicate",)
    first = next((number for number in range(at - 1, -1, -1) if words[number].of(*by) or words[number].low in _OF_VALUE), None)
    if first is None or any(
        word.of("relative", "subordinator")
        or (word.of("person") and words[at].low == "in")
        or word.low in _NOUN_AIMS
        or (word.low == "to" and words[k].of("aim"))
        for k, word in enumerate(words[first + 1 : at], first + 2)
    ):
        return False
    named = noun_list(words, at + 1, end)
    said = words[at + 1 : named.end]
    return any(word.of("disease") for word in said) and not any(word.of("person", "treatment") for word in said)


_OF_VALUE = closed("of-value")
_BESIDE_INDICATED = ("start", "frame", "role", "with", "alone", "place", "for", "rest")


def past_signs(words: Sequence[Word], at: int, end: int) -> int:
    """Past "the signs and symptoms of" and "treatment and prophylaxis of" before the disease: they belong to the aim."""
    ahead = takewhile(lambda number: words[number].low != "(", range(at, min(end, at + _LONGEST_AIM)))
    stop = next((number for number in ahead if _leads(words, number)), at)
    said = [word for word in words[at:stop] if not word.of("article", "coordinator")]
    aims = [word for word in said if word.low in _NOUN_AIMS or word.low in _SIGNS]
    if not aims or stop + 1 >= end or said[-1] is not aims[-1] or any(word.of("preposition", "disease") for word in said):
        return at  # "treatment of hypertension and for the management of …": a disease of its own
    return past_signs(words, stop + 1 + words[stop + 1].of("article"), end)


def _leads(words: Sequence[Word], at: int) -> bool:
    """Whether the disease stands behind a word: "of", or "to" in "relapse to opioid dependence"."""
    return words[at].low == "of" or (words[at].low == "to" and words[at - 1].low in ("relapse", "relapses"))


#: In words: "the inflammatory and pruritic manifestations of".
_LONGEST_AIM = 7
_SIGNS = closed("signs")


def _is_no_disease(words: Sequence[Word], at: int, end: int) -> bool:
    """Whether "indicated for" goes on with a purpose ("the treatment of X", "use in X", "reducing X") or with patients."""
    for number in range(at, min(end, at + 8)):
        word = words[number]
        if (
            word.low in _NOUN_AIMS
            or word.low in _GERUNDS
            or word.of("use-noun", "person", "treatment")
            or word.low.endswith("ing")
        ):
            return True
        if word.is_stop or word.of("preposition", "relative", "coordinator"):
            return number == at
    return False


def _is_aim(words: Sequence[Word], at: int, noun: int) -> bool:
    """Whether "as … treatment of" says what for, and not only in which line ("as the first therapy for cancer that has spread")."""
    if words[at].low != "as" or words[noun + 1].low == "of":
        return True
    said = words[at + 1 : noun]
    return any(word.low in ("palliative", "emergency") for word in said) or not any(word.of("line", "ordinal") for word in said)


def _past(words: Sequence[Word], at: int, end: int) -> int:
    while at < end and words[at].of("adverb"):
        at += 1
    if at + 2 < end and words[at].low == "be" and words[at + 1].low in ("used", "given") and words[at + 2].low == "to":
        at += 3
    return at


def _of_the_drug(words: Sequence[Word], verb: int) -> bool:
    """Reads "(after radiation therapy) to lower the risk of X": no surgery lowers a risk or helps find a tumor, the drug does."""
    of_risk = any(word.low in ("risk", "chance") for word in words[verb + 1 : verb + 3])
    finds = words[verb].low == "help" and verb + 1 < len(words) and words[verb + 1].low in ("find", "detect", "see", "diagnose")
    return finds or (of_risk and not any(word.low in _BACK for word in words[verb + 1 : verb + 12]))


def _of_the_same(words: Sequence[Word], verb: int, end: int) -> bool:
    """Reads "to lower the chance that the cancer will come back" as one clause."""
    risk = [word.low for word in words[verb + 1 : min(end, verb + 5)]]
    return (
        "that" in risk and not {"chance", "risk"}.isdisjoint(risk) and any(one.low in _BACK for one in words[verb : verb + 14])
    )


#: "to lower the chance that the cancer will come back": the same disease is treated.
_BACK = frozenset(("come", "comes", "coming", "returns", "returning", "recurs", "recurring", "recurrence"))


def _blocked(before: Word | None, verb: Word, current: Kind) -> bool:
    """Reads "unable to receive", "surgery to remove the tumor": the infinitive goes on with the words before it."""
    if before is None:
        return False
    surgery = (
        before.of("treatment")
        and (verb.low in _OF_SURGERY or current in PREDICATES)
        and current not in ("start", "frame", "role")
    )
    return before.low in _NOT_AN_AIM or before.low == "not" or surgery


def infinitive(words: Sequence[Word], verb: int, end: int) -> Opener:
    """The aim after its verb or verbs ("prevent and treat"); a verb that takes a whole clause is a purpose."""
    while verb + 1 < end and words[verb].low in ("help", "helps") and words[verb + 1].of("aim"):
        verb += 1
    number = verb + 1
    if number < end and words[number].low in ("up", "down", "out", "off"):
        number += 1
    while (
        number + 1 < end
        and words[number].of("coordinator")
        and words[number + 1].of("aim")
        and not words[number + 1].of("treatment")
    ):
        if words[number + 1].low == "help" and number + 2 < end and words[number + 2].of("aim"):
            number += 1
        number += 2
    number = past_bracket(words, number, end)  # "suppress (lower) the immune response"
    stop = next((k for k in range(number, end) if words[k].of("coordinator", "relative")), end)
    from_doing = any(
        words[k].low == "from" and words[k + 1].low.endswith("ing") for k in range(number, min(stop, number + 8) - 1)
    )
    clause = any(words[k].low in _CLAUSE_VERBS for k in range(verb, number)) or from_doing or _of_the_same(words, verb, end)
    return Opener("purpose" if clause else "aim", number)
