"""The conditions that a list of words names: where each begins and ends, and which words are of several."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.language import closed, rx
from pipeline.meaning.said import Place
from pipeline.phrases.nouns import ends_noun, joint_of, noun_end
from pipeline.phrases.words import Word, closing_bracket, words_of

_BRACKET = re.compile(r"\s*\([^()]*\)\s*$")
_ONE_WORD = re.compile(r"^\w+\s\([a-z]+\)$")
_ONE_THING = (("head", "and", "neck"), ("head", "&", "neck"), ("and", "other"), ("or", "other"), ("bone", "and", "joint"))
#: Words that say how a disease stands and name none: "relapsed or refractory X" is one condition, not two.
STATE_ALONE = rx(
    r"(?:mild|moderate) to (?:moderate|moderately severe|severe)|selected|known|suspected|symptomatic|asymptomatic|documented|confirmed|(?:(?:locally|newly|previously|highly|very) )?(?:relapsed|refractory|advanced|metastatic|recurrent|unresectable|localized"
    r"|persistent|progressive|resistant|diagnosed|treated|untreated|invasive|noninvasive|aggressive|indolent|acute|chronic|active"
    r"|primary|secondary|resectable|early|late|mild|moderate|severe|low|high|intermediate)"
    r"|(?:early|late|low|high|intermediate|limited|extensive)-(?:stage|grade|risk)"
    r"|(?:stage|grade) (?:[0IV]+[A-D]?|\d)"
)
ADJECTIVE = rf"(?:{STATE_ALONE.pattern}|(?:(?!of\b)[\w+/]+\s+){{0,2}}(?!of\b)[\w+/-]+(?:-| (?=pos|neg|unk))(?:positive|negative|unknown|mutated|mutant|deficient|low|high))"
STATES_ALONE = re.compile(rf"(?<![\w+/-]){ADJECTIVE}(?:,?\s+(?:(?:and|or)\s+)?{ADJECTIVE}){{0,5}}", re.IGNORECASE)
#: "severe, recalcitrant, disabling psoriasis": after such a word and a comma, the name is still to come.
STATES_FIRST = re.compile(rf"(?:{STATE_ALONE.pattern}),", re.IGNORECASE)
LEADS_TO = rx(r"that (?:sometimes|can|may|could) (?:lead to|become|turn into) [^.;:]+")


def conditions(text: str, words: Sequence[Word], at: int, end: int, *, plain: bool) -> tuple[Place, ...]:
    """The conditions between two words. `plain`: nothing is bold, so that an adjective alone is no name."""
    found: list[Place] = []
    if plain:
        at = _past_called(words, at, end)
    first = number = at
    whole = any(LEADS_TO.match(text, word.start) for word in words[at:end])
    while number < end:
        if words[number].low == "(":
            number = closing_bracket(words, number, end)
            continue
        one = next((said for said in _ONE_THING if tuple(w.low for w in words[number : number + len(said)]) == said), None)
        if one is not None and not (plain and one[-1] == "other" and _ADJECTIVE_END.fullmatch(words[number - 1].low) is None):
            number += len(one)
            continue
        joint, after = joint_of(words, number, end)
        if joint and joint != "and/or" and after < end and number > first and not whole:
            said = text[words[first].start : words[number - 1].end]
            states = joint == "," and (STATES_FIRST.match(f"{said},") is not None or compound(words[first:number]))
            shares = plain and _shares_noun(words, first, number, after)
            if (
                not (states or shares or _still_to_come(text, words[first:number]))
                and STATES_ALONE.fullmatch(said) is None
                and not _within_of(words, first, number)
            ):
                found.append(_trimmed(text, words[first].start, words[number - 1].end))
                first = number = after
                continue
            number = after
            continue
        if number > first and words[number].low.endswith("itis") and words[number - 1].low.endswith("itis"):
            found.append(_trimmed(text, words[first].start, words[number - 1].end))  # "Pharyngitis Tonsillitis": no joint
            first = number
        number += 1
    if plain and end - first > 1 and words[end - 1].low == "patients" and words[end - 2].of("disease"):
        end -= 1  # "maintenance therapy for duodenal ulcer patients"
    if found and plain and words[first - 1].low == "," and joined_adjectives(words[first:end]):
        return (*found[:-1], (found[-1][0], words[end - 1].end))  # "blastomycosis, pulmonary and extrapulmonary"
    if first < end:
        found.append(_trimmed(text, words[first].start, words[end - 1].end, last=True))
    return _untorn(text, found) if plain else tuple(found)


def _untorn(text: str, found: Sequence[Place]) -> tuple[Place, ...]:
    """Reads "non-infectious intermediate, posterior, and panuveitis": an adjective alone names nothing, so the list is one name."""
    torn = any(adjectives(words_of(text, *place)) for place in found)
    return ((found[0][0], found[-1][1]),) if torn and len(found) > 1 else tuple(found)


_SITES = closed("sites")
_ADJECTIVE_END = re.compile(
    r"(?:day|night)time|non|(?:poster|anter|infer|super|inter|exter)ior|known|intermediate|simple|complex|mixed|impending|acute|chronic|sole|definite|probable|possible|(?:non-?)?[a-z-]{2,}(?:al|ic|ous|ar|ive|ed|ly|ant|ent|oid|ory|ary|able|ible|acute)"
)


def _shares_noun(words: Sequence[Word], first: int, at: int, after: int) -> bool:
    """Reads "oropharyngeal and esophageal candidiasis", "skin and skin structure infections": the last noun is of both."""
    if words[at - 1].low == words[after].low:  # and not "chronic stable angina and angina due to …"
        return after + 1 < len(words) and not ends_noun(words, after + 1, len(words))
    stop = noun_end(words, after, len(words))
    if (
        words[at - 1].low in _SITES
        and words[stop - 1].low == "infections"
        and not any(word.of("disease") for word in words[first:at])
    ):
        return True  # "serious skin and soft tissue infections"
    opened = next((number for number in range(first, at) if words[number].low == "("), at)
    said = [
        word for number, word in enumerate(words[first:opened]) if not (number and (word.of("coordinator") or word.low == ","))
    ]
    before, joint = said[-1], words[at]
    if before.low.endswith("ing") and joint.low == "or" and adjectives(words[after : after + 1]):
        said = said[:-1]  # "fulminating or disseminated tuberculosis"
    return adjectives(said)


def compound(said: Sequence[Word]) -> bool:
    """Reads "BCG-unresponsive, high-risk bladder cancer": a compound that ends like this names nothing, so the name is still to come."""
    return said[-1].low.endswith(_COMPOUND_ENDS) and not any(word.of("disease") for word in said)


def _still_to_come(text: str, said: Sequence[Word]) -> bool:
    """Reads "HR-positive, HER2-negative locally advanced (or metastatic breast cancer)": how the disease stands, and no name yet."""
    state = text[said[-2].start : said[-1].end] if len(said) > 1 else ""
    alone = text[said[-1].start : said[-1].end]
    stands = any(STATE_ALONE.fullmatch(one) is not None for one in (state, alone))
    marked = any(word.low.endswith(_COMPOUND_ENDS) for word in said)
    return stands and marked and not any(word.of("disease") for word in said)


_COMPOUND_ENDS = (
    "unresponsive",
    "refractory",
    "resistant",
    "responsive",
    "dependent",
    "sensitive",
    "-positive",
    "-negative",
    "-risk",
)


def adjectives(said: Sequence[Word]) -> bool:
    """Reads "radiolucent, noncalcified stones": no noun stands before the comma."""
    return all(_ADJECTIVE_END.fullmatch(word.low) and not word.of("disease") for word in said)


def joined_adjectives(said: Sequence[Word]) -> bool:
    """Reads "pulmonary and extrapulmonary": adjectives, and what joins them."""
    return adjectives([word for word in said if not word.of("coordinator")])


def _within_of(words: Sequence[Word], first: int, at: int) -> bool:
    """Reads "carcinoma of the lip and mouth": "and" after "of the …" joins the sites of one disease."""
    if any(word.low in ("of", "in") for word in words[max(first + 1, at - 3) : at]):
        after = noun_end(words, at + 1, len(words))
        if not words[after - 1].of("disease"):
            return True
        leading = next(number for number in range(at - 1, first, -1) if words[number].low in ("of", "in"))
        if words[leading - 1].of("disease") and not words[at - 1].of("disease"):
            return False  # "cancer of the testicles, lung cancer"
        return words[at].low != "," or not words[at - 1].of("disease")  # "exacerbations of chronic bronchitis, pneumonia": two
    site = next((number for number in range(at - 1, first, -1) if words[number].low in ("of", "in")), 0)
    commas = any(word.low == "," for word in words[site : at + 1])
    listed = site and commas and not any(word.of("disease") for word in words[site:at])
    after = at + 1 + (words[at].low == "," and at + 1 < len(words) and words[at + 1].of("coordinator"))
    stop = noun_end(words, after, len(words))
    if site and words[at - 1].low in _SITES and words[stop - 1].low in _SITES:
        return True  # "infections of the female pelvis and genital tract"
    return bool(listed) and not any(word.of("disease") for word in words[after : noun_end(words, after, len(words))])


def _past_called(words: Sequence[Word], at: int, end: int) -> int:
    """Reads "a kind of skin cancer called melanoma": where the name begins, if words behind "called" name a disease."""
    called = next((k + 1 for k in range(at, end) if words[k].low == "called"), end)
    begin = called + (called < end and words[called].of("article"))
    before = words[at : called - 1]
    state = bool(before) and (
        STATE_ALONE.fullmatch(before[0].low) is not None or any(word.is_stop or word.of("coordinator") for word in before)
    )
    kind = not state and any(word.of("disease") for word in before)
    return begin if kind and any(word.of("disease") for word in words[begin:end]) else at


_ARTICLE = rx(r"(?:of )?the |of ")


def _trimmed(text: str, start: int, end: int, *, last: bool = False) -> Place:
    """Without final brackets; "Gastric (stomach) and pancreatic …" keeps the gloss of a word that shares the last noun."""
    while True:
        while end > start and text[end - 1] in " .,:;":
            end -= 1
        bracket = _BRACKET.search(text[start:end])
        if bracket is None or (not last and _ONE_WORD.search(text[start:end]) is not None):
            break
        end = start + bracket.start()
    while start < end and text[start] in " ,":
        start += 1
    article = _ARTICLE.match(text, start, end)
    return (article.end() if article is not None else start), end
