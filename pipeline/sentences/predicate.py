"""What the verb of a sentence says: whether it is a label's, where it stands when it comes late, and whether it is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.language import closed, rx
from pipeline.phrases.nouns import noun_aim
from pipeline.phrases.verbs import VerbGroup, verb_group
from pipeline.phrases.words import Word, closing_bracket
from pipeline.sentences.statements import Statement


def is_indicated(group: VerbGroup) -> bool:
    """Whether the verb is that of a label."""
    return group.is_of("indicate") and not group.modal


#: Of a drug that is no longer sold "was used to treat" says what its uses are; these say that a use is over.
_OVER = rx(
    r"\b(?:in the past|previously|formerly|at one time|once (?:approved|used|given)|historically|years ago|used to be)\b"
)


def is_over(statement: Statement, words: Sequence[Word], first: int, group: VerbGroup) -> bool:
    """Reads "was previously used to treat", "used to be given to prevent": what was done once, and may not be done now."""
    habit = [word.low for word in words[max(0, first - 2) : first]] == ["used", "to"]
    over = habit or (group.past and not words[first].of("have") and _OVER.search(statement.text) is not None)
    return over and not group.negative and group.is_of("approve", "use")


def late_verb(statement: Statement, words: Sequence[Word]) -> int | None:
    """Reads "1.6 Prevention of X In individuals with Y and Z …, CODRIX is indicated to": behind a heading and a long adjunct."""
    pairs = (k for k in range(1, len(words) - 1) if words[k].of("be") and words[k + 1].low == "indicated")
    return next((k for k in pairs if statement.plain[words[k - 1].start].isupper()), None)


#: What follows the participle of "is a medicine used together with other medicines to treat".
_GOES_ON = ("for", "to", "in", "as", "with", "together", "alone", "along", "either", "by", "on", ",", ":")
#: Of "is a medicine that is used to treat"; "is given as an infusion" says how.
_GOES_ON_THAT = frozenset(_GOES_ON) - {"as"}
#: "is a type of drug that is used", and no "copy of a drug that is used".
_KINDS = ("type", "kind", "form", "class", "group")
_GERUNDS = closed("gerunds")


def _says_what_for(words: Sequence[Word], at: int) -> bool:
    """Reads "(is a medicine) for the treatment of X", "(is an ointment) for treating X", "(is a treatment) for X"."""
    following = words[at + 1].low if at + 1 < len(words) else ""
    return bool(noun_aim(words, at + 1, len(words))) or following in _GERUNDS or words[at - 1].low in ("treatment", "therapy")


#: In words: "is a super potent topical corticosteroid formulation indicated …".
_LONGEST_KIND = 18


#: What it is not, or not yet: "is a drug contraindicated for", "is a failed treatment for", "is a candidate for".
_NOT_IT = (
    r"(?!(?:not|too|never|no|that|which|who|of|under|in|only|banned|rejected|contra\w+|un\w+ed|unsuitable|inappropriate|alternative"
    r"|potential|possible|future|emerging|experimental|investigational|candidate|proposed|failed|former|obsolete|outdated|withdrawn"
    r"|option|choice)\b)"
)
_KIND = (
    r"(?:medicines?|drugs?|medications?|tablets?|capsules?|creams?|ointments?|gels?|lotions?|sprays?|patch|inhaler|injection|solution"
    r"|suspension|vaccine|agent|inhibitor|antibody|antibiotic|antidepressant|steroid|hormone|product|treatment|therapy)"
)
#: "is a medicine for the treatment of X", "is an ointment for treating Y", "is a treatment for Z".
FOR_TREATING = rx(
    rf"\b(?:is|are) an? (?:{_NOT_IT}[\w-]+ ){{0,7}}?{_KIND} for (?:the (?:[\w-]+ )?(?:treatment|prevention|management|relief) of"
    rf"|treating|preventing|relieving)\b|\b(?:is|are) an? (?:{_NOT_IT}[\w-]+ ){{0,7}}?(?:treatment|therapy) for\b"
)


def with_participle(words: Sequence[Word], group: VerbGroup) -> VerbGroup:
    """Reads "is a kinase inhibitor indicated for …" as "is indicated for …"; so "has been in use for years and is approved to …"."""
    if group.head is None and words[group.end : group.end + 1] and words[group.end].low == "in":
        joints = (k + 1 for k in range(group.end, len(words) - 1) if words[k].low == "and")
        later = next(filter(None, (verb_group(words, joint, len(words)) for joint in joints)), None)
        return later if later is not None and later.is_of("approve") and not later.negative and not group.negative else group
    if group.head is not None or group.end >= len(words) or not words[group.end].of("article"):
        return group
    joints = (k + 1 for k in range(group.end + 1, min(len(words) - 1, group.end + _LONGEST_KIND)) if words[k].low == "and")
    after = next((one for one in (verb_group(words, joint, len(words)) for joint in joints) if one is not None), None)
    if after is not None and is_indicated(after) and not group.negative:
        return after  # "is a coronary vasodilator and is indicated for …"
    past = group.end + 1
    for number in range(group.end + 1, min(len(words), group.end + _LONGEST_KIND)):
        word = words[number]
        if number < past:
            continue
        if word.low == "(":  # "is an anti-inflammatory drug (NSAID) indicated for …"
            past = closing_bracket(words, number, len(words))
            continue
        if word.low == "for" and _says_what_for(words, number):
            return replace(group, end=number)  # "is a medicine for the treatment of"
        if word.low in ("that", "which") and (said := verb_group(words, number + 1, len(words))) is not None:
            now = words[said.first].low in ("is", "are") and said.passive and said.is_of("approve", "use")
            other = any(
                word.low == "of" and words[k - 1].low not in _KINDS for k, word in enumerate(words[:number]) if k > group.end
            )
            following = words[said.end].low if said.end < len(words) else ""
            return said if now and following in _GOES_ON_THAT and not (other or group.negative) else group
        if (
            word.is_stop
            or word.of("relative", "be", "have", "modal")
            or (word.of("coordinator") and verb_group(words, number + 1, len(words)) is not None)
            or (word.of("preposition") and word.low not in ("of", "once"))
        ):
            break
        following = words[number + 1].low if number + 1 < len(words) else ""
        if word.of("approve", "use") and following in _GOES_ON:
            return replace(group, end=number + 1, head=word, passive=True)
    return group


def given_by(words: Sequence[Word], names: frozenset[str]) -> tuple[int, int] | None:
    """Reads "You might have zolafen to treat", "You may have it on its own": the place of the drug behind the verb."""
    verb = next((number for number, word in enumerate(words[:_FIRST_WORDS]) if word.low in _GIVING), 0)
    before = words[:verb]
    agent = any(word.low in _GIVERS for word in before) and not any(
        word.is_stop or word.of("negation", "preposition") for word in before
    )
    end = verb + 1
    while end < len(words) and (words[end].low in names or words[end].low == "it"):
        end += 1
    following = words[end].low if end < len(words) else ""
    # "You may have it with X": perhaps; "on its own, or with X": either way
    sure = not any(word.of("modal") for word in before) or any(word.low == "or" for word in words[end:])
    how = following == "to" or (following in _GIVEN_HOW and words[0].low == "you" and sure)
    return (verb + 1, end) if agent and end > verb + 1 and how else None


#: What follows "You might have it": with what.
_GIVEN_HOW = ("with", "alone", "together", "on", "by", "either")
#: Who gives a drug or has it, by which verb; in words: how soon the verb stands.
_GIVERS, _GIVING, _FIRST_WORDS = closed("givers"), closed("giving"), 6
