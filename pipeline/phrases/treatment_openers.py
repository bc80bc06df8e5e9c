"""Openers of how a treatment is given: with what, alone, as which line, when, for how long, where."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.language import closed
from pipeline.phrases.kinds import CLAUSES, NOUNS, PREDICATES, Here, Opener, by_first
from pipeline.phrases.nouns import is_feature, names_drug
from pipeline.phrases.verbs import begins_verb
from pipeline.phrases.words import Word

_AGENT = closed("agent")


def alone(here: Here) -> Opener | None:
    """Reads "alone", "by itself", "with no other drug", "as a single agent"."""
    words, at, end, current, joined = here.parts
    low = words[at].low
    size = 0
    if low in ("alone", "unaccompanied"):
        size = 1
    elif low in ("with", "without") and _nothing_else(words, at, end):
        size = _nothing_else(words, at, end)
    elif low in ("by", "on") and at + 1 < end:
        if words[at + 1].low in ("itself", "themselves"):
            size = 2
        elif words[at + 1].low in ("its", "their") and at + 2 < end and words[at + 2].low == "own":
            size = 3
    elif low == "as" and at + 1 < end:
        number = at + 2 if words[at + 1].low in ("a", "an", "the") else at + 1
        if number < end and words[number].low == "monotherapy":
            size = number + 1 - at
        elif number < end and words[number].low in ("single-agent", "single-drug"):
            size = number + 2 - at
        elif number + 1 < end and words[number].low in ("single", "only", "sole", "stand-alone", "standalone"):
            agent = next((k for k in range(number + 1, min(end, number + 4)) if words[k].low in _AGENT), None)
            size = agent + 1 - at if agent is not None else 0
    if not size:
        return None
    if current in (*CLAUSES, "with", "time") and not joined:
        return None
    return Opener("alone", at + size)


def _nothing_else(words: Sequence[Word], at: int, end: int) -> int:
    """Reads "with no other drug", "without other medicines", "with nothing else": how many words say so, 0 if none."""
    said = tuple(word.low for word in words[at : min(end, at + 4)])
    if said[:3] == ("with", "nothing", "else"):
        return 3
    lead = (
        3
        if said[:3] == ("with", "no", "other")
        else 3
        if said[:3] == ("without", "any", "other")
        else 2
        if said[:2] == ("without", "other")
        else 0
    )
    return (
        lead + 1
        if lead
        and at + lead < end
        and words[at + lead].low in (*_AGENT, "drugs", "medicines", "treatments", "therapies", "medications")
        else 0
    )


def role(here: Here) -> Opener | None:
    """Reads "as the first treatment", "as maintenance therapy", "on maintenance therapy": the treatment's place."""
    words, at, end, current, _joined = here.parts
    if words[at].low not in ("as", "on") or (at and words[at - 1].low == "well") or _added_to(words, at, end):
        return None
    if at > 1 and current in CLAUSES and words[at - 1].of("use") and words[at - 2].of("treatment"):
        return None  # "(responded to) platinum chemotherapy given as the first treatment"
    number = at + 1
    if (
        number < end
        and words[number].low in ("part", "well", "a")
        and number + 1 < end
        and words[number + 1].low in ("of", "as")
    ):
        kinds = words[number + 2 : number + 4]
        if words[number].low == "well" or not any(word.of("line") for word in kinds):
            return None  # "as part of combination therapy" names a partner
        number += 2
    while number < end and number - at < 8:  # noqa: PLR2004 - no role is longer
        word = words[number]
        if word.of("treatment"):
            if words[at].low == "on" and not any(one.of("line") for one in words[at + 1 : number]):
                return None
            follows = words[number + 1].low if number + 1 < end else ""
            if follows in ("of", "for") and number + 2 < end and words[at].low == "as" and current in CLAUSES:
                return None  # elsewhere "as palliative treatment of" was found to be an aim before
            return Opener("role", at)
        if word.is_stop or (
            word.of("preposition", "relative", "subordinator", "be", "have", "modal", "pronoun") and not word.of("line")
        ):
            break
        number += 1
    named = (
        words[at].low == "as"
        and at + 1 < end
        and words[at + 1].of("article", "possessive")
        and current not in CLAUSES
        and number > at + 2
    )
    return Opener("role", at) if named else None


_TOGETHER = by_first(
    ("in", "combination", "with"), ("together", "with"), ("combined", "with"), ("along", "with"), ("alongside",), ("paired", "with"),
    ("added", "to"), ("in", "addition", "to"), ("given", "with"), ("used", "with"), ("plus",), ("as", "part", "of"), ("given", "together", "with"),
    ("in", "combination"), ("side", "by", "side", "with"), ("hand", "in", "hand", "with"), ("joined", "by"), ("on", "top", "of"),
    ("in", "tandem", "with"), ("as", "an", "add-on", "to"), ("accompanied", "by"),
)  # fmt: skip


def _after_list(words: Sequence[Word], at: int) -> bool:
    """Whether ", with or without X" in a clause goes on with a list of treatments ("did not respond to A, with or without B")."""
    for number in range(at - 2, max(at - 9, 0), -1):
        if words[number].low in ("to", "after", "with", "received", "had"):
            return True
        if words[number].is_stop or words[number].of("disease", "course"):
            return False
    return False


def _another_way(words: Sequence[Word], at: int) -> bool:
    """Reads "alone in adults whose cancer has spread, or with X in children": a comma and "or" end the clause."""
    return at > 1 and words[at - 1].low == "or" and words[at - 2].low == ","


def with_what(here: Here) -> Opener | None:
    """Reads "with X", "in combination with X", "with or without X"."""
    words, at, end, current, joined = here.parts
    low = words[at].low
    comma = at > 0 and words[at - 1].low == ","
    if low == "with" and current == "including" and not (comma or joined) and words[at - 1].of("disease"):
        return None  # "including refractory anemia with ringed sideroblasts"
    either = low == "with" and at + 2 < end and words[at + 1].low == "or" and words[at + 2].low == "without"
    if either:
        if current in CLAUSES and (not (comma or joined) or _after_list(words, at)):
            return None
        return Opener("having" if current in ("start", "noun", "aim", "place") and not here.fresh else "with", min(at + 3, end))
    if low == "as" and (added := _added_to(words, at, end)):
        return Opener("with", added)
    for said in _TOGETHER.get(low, ()):
        if tuple(word.low for word in words[at : at + len(said)]) == said:
            if current in CLAUSES and not (comma or joined):
                return None
            if said[0] in ("used", "given") and current in (*CLAUSES, "start"):
                return None
            return Opener("with", at + len(said) - (said[-1] != "with"))
    if tuple(word.low for word in words[at : at + 3]) == ("with", "the", "exception"):
        return None
    if low not in ("with", "without") or (current in NOUNS and current != "people" and is_feature(words, at, end)):
        return None
    if (
        current in CLAUSES
        and low == "with"
        and (
            _another_way(words, at)
            or (comma and at > 1 and words[at - 2].of("treatment"))
            or (joined and _for_others(words, at, end))
        )
    ):
        return Opener("with", at)
    if current in CLAUSES or (current == "time" and not (comma or joined or words[at - 1].low in _OPERATIONS)):
        return None
    if joined and current == "people" and (words[at - 1].low != "or" or words[at - 2].low == ","):
        return Opener("with", at)  # "alone in adults, or with X in children"
    behind_name = comma or (at > 1 and words[at - 1].low in _OFTEN and words[at - 2].low == ",")
    if behind_name and current in ("start", "noun", "aim") and at + 1 < end and names_drug(words[at + 1]):
        return Opener("with", at)  # "ovarian cancer, usually with carboplatin"
    if current in ("people", "noun", "aim", "place", "for", "having") or (current == "start" and not here.fresh):
        return Opener("having", at + 1 if low == "with" else at)
    return Opener("with", at)


def _added_to(words: Sequence[Word], at: int, end: int) -> int:
    """Reads "as an adjunct to lithium", "as adjunctive therapy to X": where X begins; 0 where it is "diet and exercise" or nothing."""
    number = at + 1 + (at + 1 < end and words[at + 1].of("article"))
    if number >= end or words[number].low not in _ADDED:
        return 0
    number += 1 + (number + 1 < end and words[number + 1].low in ("therapy", "treatment"))
    other = any(word.low in _NO_DRUG for word in words[number : number + 8])
    return number + 1 if number + 1 < end and words[number].low in ("to", "with") and not other else 0


_OFTEN = ("usually", "often", "sometimes")
_ADDED = ("adjunct", "adjunctive", "add-on")
#: Beside what a drug is given, and no drug.
_NO_DRUG = closed("no-drug") | closed("operations")


def _for_others(words: Sequence[Word], at: int, end: int) -> bool:
    """Reads "(with A in patients who have X and) with B in patients who have Y": B is another partner."""
    return any(words[k].low == "in" and words[k + 1].of("person") for k in range(at + 1, min(end - 1, at + 8)))


def time(here: Here) -> Opener | None:
    """Reads "after surgery", "within 12 weeks of X", "before and after X"."""
    words, at, end, current, joined = here.parts
    if words[at].low == "through" and at + 3 < end and words[at + 2].of("manner") and words[at + 3].is_stop:
        return None  # "given through a vein.": how
    if current == "people" and _of_age(words, at, end):
        return None
    if current in CLAUSES and not (current == "cause" and joined) and not (words[at].of("time") and _another_way(words, at)):
        return None
    if (words[at].low, words[at + 1].low if at + 1 < end else "") in (
        ("ahead", "of"),
        ("prior", "to"),
    ) and current not in CLAUSES:
        return Opener("time", at + 2)
    if tuple(word.low for word in words[at : at + 4]) == ("as", "a", "follow-up", "to"):
        return Opener("time", at + 4)
    if current == "time" and not joined and any(begins_verb(word) for word in words[max(0, at - 4) : at]):
        return None  # "after the cancer got worse during treatment with X": one event
    number = at
    if words[number].low in ("right", "immediately", "shortly", "soon", "just") and number + 1 < end:
        number += 1
    if (
        words[number].low in ("at", "around", "about")
        and number + 2 < end
        and words[number + 1].low == "the"
        and words[number + 2].low == "time"
    ):
        return Opener("time", number + 3 + (number + 3 < end and words[number + 3].low == "of"))
    if (
        words[number].of("number")
        and number + 2 < end
        and not (at and words[at - 1].low in ("for", "than", "least", "most", "to"))  # "for no more than 4 days before X"
        and words[number + 1].of("unit", "period")
        and words[number + 2].of("time")
    ):
        return Opener("time", at + 3)
    word = words[number]
    if word.low in ("beginning", "starting") and number + 1 < end and words[number + 1].of("number"):
        return Opener("time", _past_time(words, number + 1, end))  # "beginning 4 days before the stem cells are collected"
    if not word.of("time") or (word.low == "once") or (word.low == "following" and at and words[at - 1].low in ("the", "of")):
        return None
    return Opener("time", _past_time(words, number + 1, end))


def _of_age(words: Sequence[Word], at: int, end: int) -> bool:
    """Reads "(individuals) 6 weeks through 5 years of age", "(children) from birth to 17 years": how old they are, from any of these words on."""
    birth = next((k for k in range(at, at + 2) if words[min(k, end - 1)].low == "birth"), at - 1 if at else 0)
    if words[birth].low == "birth":
        return words[at].low == "from" or words[at].low in ("to", "through", "up")
    through = next((k for k in range(at, min(end - 2, at + 3)) if words[k].low == "through"), 0)
    from_unit = through > 0 and words[through - 1].of("unit")
    return from_unit and words[through + 1].of("number") and words[through + 2].of("unit")


def _past_time(words: Sequence[Word], at: int, end: int) -> int:
    """Past "or after", "12 weeks after", "6 to 8 weeks of": what goes on with the opener."""
    if at + 1 < end and words[at].of("coordinator") and words[at + 1].of("time"):
        return _past_time(words, at + 2, end)
    number = at
    while number < end and (
        words[number].of("number", "article", "unit", "period") or words[number].low in ("to", "or", "about", "least", "at")
    ):
        number += 1
    if (
        number > at
        and number < end
        and words[number - 1].of("unit", "period")
        and (words[number].of("time") or words[number].low == "of")
    ):
        return number + 1
    return at


_OPERATIONS = closed("operations")


def span(here: Here) -> Opener | None:
    """Reads "for up to 3 years", "every 2 weeks"."""
    words, at, end, current, _joined = here.parts
    if (
        current in PREDICATES
        or words[at].low not in ("for", "over", "every", "up")
        or (current == "people" and words[at].low in ("up", "over"))
    ):
        return None
    number = at + 1
    while number < end and number - at < 7 and not words[number].is_stop:  # noqa: PLR2004 - "for a total of up to 6 months"
        if words[number].of("unit", "period"):
            return Opener("span", at)
        if not (words[number].of("number", "article", "quantifier", "adverb", "ordinal") or words[number].low in (
            "up", "to", "total", "of", "about", "around", "than", "maximum", "long", "as", "or", "whole", "full", "entire")):  # fmt: skip
            return Opener("span", at) if _counts(words, at + 1, number) else None
        number += 1
    return None


def _counts(words: Sequence[Word], at: int, end: int) -> bool:
    """Reads "for up to six snords": a count of what no rule knows."""
    said = [word.low for word in words[at:end]]
    if not said or not words[end - 1].of("number"):
        return False
    unit = (
        end + 1 < len(words) and words[end].of("treatment") and words[end + 1].of("unit", "period")
    )  # "for six treatment cycles"
    return unit or "up" in said or "least" in said or "than" in said


def for_what(here: Here) -> Opener | None:
    """Reads "for metastatic cancer"."""
    words, at, _end, current, joined = here.parts
    if words[at].low != "for" or current in CLAUSES:
        return None
    before = words[at - 1].low if at else ""
    if current in ("with", "time") and not joined and before in ("given", "used", "received", "needed"):
        return None
    return Opener("for", at + 1)


_PLACES = closed("places")


def place(here: Here) -> Opener | None:
    """Reads "in the skin", "into a vein", "by mouth"."""
    words, at, end, current, joined = here.parts
    low = words[at].low
    if current == "people" and _of_age(words, at, end):
        return None
    if current in CLAUSES or (current in ("time", "span") and not joined):
        return None
    if current == "having" and low == "in" and any(word.low in ("gene", "genes", "protein") for word in words[at : at + 8]):
        return None  # "with certain mutations in the BRCA1 or BRCA2 gene"
    follows = words[at + 1].low if at + 1 < end else ""
    if (
        low in ("over", "under", "above", "below", "up")
        and at > 1
        and words[at - 1].low in ("and", "or")
        and words[at - 2].of("unit", "number")
    ):
        return None  # "aged 12 years or under"
    if (
        current == "people"
        and low in ("over", "under", "above", "below", "from")
        and at + 1 < end
        and (
            words[at + 1].of("number") or (words[at + 1].low == "the" and at + 2 < end and words[at + 2].low in ("age", "ages"))
        )
    ):
        return None
    if low not in _PLACES or follows in ("situ", "least", "most") or (low == "to" and at and words[at - 1].of("number")):
        return None
    if (
        low == "to"
        and at
        and words[at - 1].low.endswith(("-risk", "risk", "low", "intermediate", "low-intermediate", "mild", "moderate"))
    ):
        return None
    if low == "to" and current not in ("frame", "start", "place"):
        return None
    return Opener("place", at + 1)
