"""Who the patients are: age groups, age bounds, sex, menopausal status, and what else is said of them."""

from __future__ import annotations

import re
from dataclasses import replace

from pipeline.extract.clauses import Cursor, Group, Match, Part
from pipeline.extract.language import DISEASE_FORM, OTHER_PATIENTS, STOP, rx
from pipeline.extract.treatments import read_treatments
from pipeline.model import Age, AgeGroup, Sex

_UNIT = r"(?:days?|weeks?|months?|years?)"
_AGE = rx(
    rf",? ?(?:(?:aged?|ages|(?:who|that) are|who are aged|between|at least"
    rf"|from)(?: the ages of)? )*(?P<low>\d+)(?: (?P<unit>{_UNIT}))?"
    rf"(?: (?P<to>to|through|and|-) (?P<high>\d+))?(?P<tail> (?P<last>{_UNIT}))?(?: of age| old)?"
    r"(?: (?:and|or) (?P<bound>older|above|over|up|younger|under))?(?: of age)?(?![\w-])"
)
_LIMIT = rx(
    r",? ?(?:who are )?(?P<bound>(?:older|younger|less|more) than|over|under|up to)(?: the age of)?"
    rf" (?P<low>\d+) (?P<unit>{_UNIT})(?: of age| old)?"
)
_QUANTITY = r"(?:(?P<some>certain|some|eligible) |(?:all|most|the|other|many|these) )?"
_TRAIT = (
    r"(?:pre|peri|post)-?menopausal|pregnant|males?|females?|adult|young|older|elderly|pa?ediatric|adolescent|newborn"
    r"|teenage|individual"
)
_TRAITS = rf"(?P<traits>(?:(?:{_TRAIT})(?: and|,? or|,)? )*)"
_NOUN = (
    r"(?P<noun>adults?|children|child|infants?|babies|newborns?|toddlers?|teen(?:ager)?s|adolescents?|youth|patients?"
    r"|people|persons?|individuals?|those|women|woman|men|man|females?|males?|girls?|boys?)\b"
)
_GROUP = rx(_QUANTITY + _TRAITS + _NOUN)
_JOIN = rx(r"\s*(?:,? and|,? or|,) (?:also )?(?P<own>in |for )?")
_APART = rx(r", or ")
_IN = rx(r"(?:,? ?(?:and|or) )?(?:for use )?(?:in|for|of) ")
_BOTH = rx(r"both ")

_ADULT = re.compile(r"adult|elderly", re.IGNORECASE)
_CHILD = re.compile(r"child|infant|bab(?:y|ies)|newborn|toddler|p(?:a)?ediatric|girl|boy", re.IGNORECASE)
_ADOLESCENT = re.compile(r"adolescent|teen|youth", re.IGNORECASE)
_FEMALE = re.compile(r"\b(?:wom[ae]n|females?|girls?)\b", re.IGNORECASE)
_MALE = re.compile(r"\b(?:m[ae]n|males?|boys?)\b", re.IGNORECASE)
_MENOPAUSAL = re.compile(r"(?:pre|peri|post)-?menopausal", re.IGNORECASE)


def population(at: Cursor) -> Match | None:
    """Reads "in adults and children aged 12 years and older", "postmenopausal women, and men", "for patients"."""
    pos = at.pos
    bound = at.match(_IN)
    if bound is not None:
        pos = bound.end()
    if (both := _BOTH.match(at.text, pos, at.end)) is not None:
        pos = both.end()
    groups, end = _groups(at, pos)
    return Match(end, (at.clause("population", "population", end, groups=groups),)) if groups else None


def _groups(at: Cursor, pos: int) -> tuple[tuple[Group, ...], int]:
    groups: list[Group] = []
    own = False
    while (found := _GROUP.match(at.text, pos, at.end)) is not None:
        age = _age(at, found.end())
        groups.extend(_described(found, age, bound=own or not groups))
        pos = age.end() if age is not None else found.end()
        joint = _JOIN.match(at.text, pos, at.end)
        if joint is None:
            break
        if _GROUP.match(at.text, joint.end(), at.end) is None:
            break
        own = joint["own"] is not None or (len(groups) == 1 and _APART.match(joint.group()) is not None)
        pos = joint.end()
    return _shared_range(groups), pos if not groups else max(
        pos, groups[-1].noun.end, groups[-1].age.end if groups[-1].age else 0
    )


def _age(at: Cursor, pos: int) -> re.Match[str] | None:
    found = _LIMIT.match(at.text, pos, at.end) or _AGE.match(at.text, pos, at.end)
    named = found is not None and (found["unit"] or (found.re is _AGE and found["last"]))
    return found if named else None


def _described(found: re.Match[str], age: re.Match[str] | None, *, bound: bool) -> list[Group]:
    """One group, or one a menopausal status ("premenopausal and perimenopausal women")."""
    words, start = found.group(), found.start("traits") if found["traits"] else found.start("noun")
    noun = Part(start, found.end())
    low, high = _bounds(age)
    base = {
        "age_group": _age_group(words), "sex": _sex(words), "low": low, "high": high, "bound": bound,
        "exclusive": age is not None and age.re is _LIMIT and age["bound"].lower() != "up to",
        "age": _trimmed(age) if age is not None else None,
        "some": Part(found.start(), found.end()) if found["some"] else None,
    }  # fmt: skip
    statuses = list(_MENOPAUSAL.finditer(found["traits"] or ""))
    if not statuses:
        return [Group(noun, **base)]  # type: ignore[arg-type]  # the fields are Group's own
    offset = found.start("traits")
    return [Group(noun, menopausal=Part(offset + one.start(), offset + one.end()), **base) for one in statuses]  # type: ignore[arg-type]


def _trimmed(age: re.Match[str]) -> Part:
    shown = age.group()
    return Part(age.start() + len(shown) - len(shown.lstrip(" ,")), age.end())


def _age_group(words: str) -> AgeGroup | None:
    if _CHILD.search(words):
        return "child"
    if _ADOLESCENT.search(words):
        return "adolescent"
    return "adult" if _ADULT.search(words) else None


def _sex(words: str) -> Sex | None:
    female, male = _FEMALE.search(words) is not None, _MALE.search(words) is not None
    return None if female == male else "female" if female else "male"


def _bounds(age: re.Match[str] | None) -> tuple[Age | None, Age | None]:
    if age is None:
        return None, None
    unit = age["unit"] or age["last"]
    first = _aged(age["low"], unit)
    if age.re is _AGE and age["high"]:
        return first, _aged(age["high"], age["last"] or unit)
    upper = (age["bound"] or "").lower() in ("younger", "under", "younger than", "less than", "up to")
    return (None, first) if upper else (first, None)


def _aged(value: str, unit: str) -> Age:
    return Age(int(value), unit.lower().rstrip("s"))  # type: ignore[arg-type]  # the pattern admits only the four units


def _shared_range(groups: list[Group]) -> tuple[Group, ...]:
    """Reads "children and young adults aged 1 to 21 years": a range with an upper bound speaks of all the groups before it."""
    if len(groups) < 2 or groups[-1].low is None or groups[-1].high is None:  # noqa: PLR2004 - one group shares with no other
        return tuple(groups)
    last = groups[-1]
    return tuple(replace(g, age=last.age, low=last.low, high=last.high) if g.age is None else g for g in groups)


_CONCURRENT = rx(
    r"(?:(?:who|that) (?:are|is) (?:(?:also|already|currently) )?)?(?P<state>receiving|taking|being treated with|undergoing) "
)
_WHO = rx(
    r"(?:(?P<who>who|that|which) )?"
    r"(?P<said>(?:have|has|had|(?:are|is)(?! (?:being studied|approved|used))|cannot|can|can't|needs?|requires?"
    r"|may|do not|must|receives?|takes?|gets?|weigh|smoke|want) )"
)
_WHOSE = rx(
    r"(?:(?:and|or|but) )?whose (?P<said>(?!cancer|disease|tumou?r)[\w' -]{2,40}? (?:are|is|was|were|has|have|do"
    r"|does|did|cannot) )"
)
_END_OF_TRAIT = rx(
    r"(?:,? (?:and|or|but))? (?:who|whose) |,? (?:and|or|but) (?:have|has|had|cannot|are|is|needs?|do|did|were"
    r"|was) |, (?:who|whose|to|when|and|with|has|have|is|are) |(?<!\bor)(?<!\band)(?<!\bthey) (?:should|must|will)\b"
    rf"|,? (?:and|or) to |{OTHER_PATIENTS}|{STOP}| (?:in|to) (?:patients|adults|children|help)\b|$"
)


def concurrent(at: Cursor) -> Match | None:
    """Reads "women receiving aromatase inhibitor therapy": what the patient receives anyway."""
    found = at.match(_CONCURRENT)
    if found is None:
        return None
    listed = read_treatments(at, found.end())
    if listed is None or not listed.names:
        return None
    phrase = Part(found.start("state"), listed.end)
    return Match(listed.end, (at.clause("concurrent", "concurrent-therapy", listed.end, names=listed.names, phrase=phrase),))


_TRAILING = rx(r",? (?:and|or)$")


def description(at: Cursor) -> Match | None:
    """Reads "who have a high risk of breaking bones", "whose bones have finished growing": words about the patients alone."""
    if not any(c.kind == "population" or (c.kind == "subject" and c.mode == "patient") for c in at.before):
        return None
    found = at.match(_WHOSE) or at.match(_WHO)
    if found is None or (found.re is _WHO and found["who"] is None and not _of_patients(at)):
        return None
    start = found.start("said") if found.re is _WHO else at.text.lower().index("whose", found.start())
    end = at.until(_END_OF_TRAIT, found.end())
    shown = _TRAILING.sub("", at.text[start:end])
    if start + len(shown) <= found.end():
        return None
    end = start + len(shown)
    return Match(end, (at.clause("description", "patient-description", end, phrase=Part(start, end)),))


_WITH = rx(r"with (?!or )")
_TREATMENT = rx(
    r"(?:(?! (?:caused|due|in|who|whose|that|as|for|from|and|or)\b)[^,.;:])*?\b(?:therapy|chemotherapy|treatments?"
    r"|drugs?|surgery"
    r"|radiation|transplants?|inhibitors?|antibod(?:y|ies)|steroids?|medicines?)\b"
)


#: What somebody has: "pain caused by …", "high levels of …"; a bare name after "with" may as well be a drug.
TRAIT_FORM = rx(
    rf"\b(?:{DISEASE_FORM}|pain|symptoms?|problems?|infections?|levels?|counts?|function|risk|history|damage|failure|bleeding"
    r"|blood|(?:caused|due|related))\b"
)


def with_trait(at: Cursor) -> Match | None:
    """Reads "in adults with pain caused by cancer": after the patients, "with" says what they have, not are given."""
    found = at.match(_WITH)
    if found is None or not after_patients(at) or _TREATMENT.match(at.text, found.end(), at.end):
        return None
    end = at.until(_END_OF_TRAIT, found.end())
    if end <= found.end() or TRAIT_FORM.search(at.text, found.end(), end) is None:
        return None
    return Match(end, (at.clause("description", "patient-trait", end),))


def after_patients(at: Cursor) -> bool:
    """Whether the words right before are the patients, so that "with X" may be what they have or what they are given."""
    return bool(at.before) and at.before[-1].kind == "population" and at.before[-1].end == len(at.text[: at.pos].rstrip())


_INCLUDED = rx(r"including (?:those|patients|people|adults|children) (?:who|whose|with) ")


def included(at: Cursor) -> Match | None:
    """Reads "including those who received X and it did not work": some of the patients, so nothing that all must have had."""
    found = at.match(_INCLUDED)
    if found is None:
        return None
    end = at.until(_SENTENCE_END, found.end())
    return Match(end, (at.clause("description", "included-patients", end),))


_SENTENCE_END = rx(STOP + r"|$")


def aged(at: Cursor) -> Match | None:
    """Reads "who are 75 years or older": an age said after the patients."""
    found = at.match(_ARE_AGED)
    age = _age(at, found.end() - 1) if found is not None else None
    if age is None or not any(clause.kind == "population" for clause in at.before):
        return None
    low, high = _bounds(age)
    group = Group(_trimmed(age), age=_trimmed(age), low=low, high=high)
    return Match(age.end(), (at.clause("description", "age-range", age.end(), groups=(group,)),))


_ARE_AGED = rx(r"(?:are|is) (?=(?:aged |at least )?\d)")


def _of_patients(at: Cursor) -> bool:
    subject = next((c for c in reversed(at.before) if c.kind in ("subject", "description", "population")), None)
    if subject is not None and subject.kind == "population":
        return any(group.age is not None and at.text.startswith("who ", group.age.start) for group in subject.groups)
    return subject is not None and (subject.kind == "description" or subject.mode == "patient")
