"""Who the patients are: "certain postmenopausal women", "adults and in children aged 2 to less than 12 years"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from pipeline.language import classes_of, rx
from pipeline.model import Age, AgeGroup, Sex

_UNIT = r"(?:days?|weeks?|months?|years?)"
_AS_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen"
)
_SPELLED = tuple(_AS_WORDS.split())
_NUMBER = rf"(?:\d+|{'|'.join(_SPELLED)})"
_LEAD = r",? ?(?:(?:aged?|ages|(?:who|that) are|between|at least|as young as|down to|from|of)(?: (?:the )?ages? of)? )*+"
_AGE = rx(
    rf"{_LEAD}(?P<low>{_NUMBER})(?:[ -](?P<unit>{_UNIT}))?"
    rf"(?: ?(?P<to>to less than|to under|to younger than|up to|to|through|and|-) ?(?P<high>{_NUMBER}))?(?P<tail>[ -](?P<last>{_UNIT}))?"
    r"(?:[ -]of[ -]age|[ -]old)?"
    r"(?: (?:and|or) (?P<bound>older|above|over|up|more|younger|under|less))?(?: of age)?(?![\w-])"
)
_LIMIT = rx(
    r",? ?(?:(?:who|that) are |aged )?(?P<bound>no older than|no younger than|not older than|older than|younger than|less than|more than|over|under|below|above|up to)(?: the age of)?"
    rf" (?P<low>\d+)(?: (?P<unit>{_UNIT}))?(?: of age| old)?(?![\w-])"
)
_FROM_BIRTH = rx(
    rf",? ?(?:aged )?(?:from )?birth (?P<to>to less than|to under|to younger than|up to|to|through) (?P<high>{_NUMBER})[ -](?P<unit>{_UNIT})"
    r"(?: (?:of age|old))?(?![\w-])"
)
_EXCLUSIVE = ("older than", "younger than", "less than", "more than", "over", "under", "below", "above")
_QUANTITY = r"(?:(?P<some>certain|some|eligible|selected) |(?:all|most|the|other|many|these|both|any) )?"
_TRAIT = (
    r"(?:pre|peri|post)-?menopausal|(?:pre|post)-?menarch(?:e)?al|pregnant|male|female|adult|young|older|elderly|pa?ediatric|adolescent|newborn"
    r"|teenage|individual|younger|school-age"
)
_TRAITS = rf"(?P<traits>(?:(?:{_TRAIT})(?: and|,? or|,)? )*)"
_NOUN = (
    r"(?P<noun>adults?|children|child|infants?|babies|newborns?|toddlers?|teen(?:ager)?s|adolescents?|youth|patients?"
    r"|people|persons?|individuals?|those|anyone|women|woman|men|man|females?|males?|girls?|boys?)\b(?!')"
)
_GROUP = rx(_QUANTITY + _TRAITS + _NOUN)
_JOIN = rx(r"\s*(?:,? and|,? or|,) (?:also )?(?:in both )?(?P<own>in |for |to )?")
_APART = rx(r", or ")
_ADULT = re.compile(r"adult|elderly", re.IGNORECASE)
_ADULT_AND = re.compile(r"(?P<adult>adult)(?:,? and|,? or|,) ?", re.IGNORECASE)
_CHILD = re.compile(r"child|infant|bab(?:y|ies)|newborn|toddler|p(?:a)?ediatric|girl|boy|school-age", re.IGNORECASE)
_ADOLESCENT = re.compile(r"adolescent|teen|youth", re.IGNORECASE)
_FEMALE = re.compile(r"\b(?:wom[ae]n|females?|girls?)\b", re.IGNORECASE)
_MALE = re.compile(r"\b(?:m[ae]n|males?|boys?)\b", re.IGNORECASE)
_MENOPAUSAL = re.compile(r"(?:pre|peri|post)-?menopausal", re.IGNORECASE)
_AFTER_MENOPAUSE = rx(r" (?:after|past|before|who have (?:gone|been) through) menopause\b")

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Bounds:
    """An age as the page says it: where it stands and its bounds, inclusive unless marked."""

    place: Place
    low: Age | None = None
    high: Age | None = None
    low_exclusive: bool = False
    high_exclusive: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """One group of patients, by places in the text: "postmenopausal women", "children aged 2 years and older"."""

    noun: Place
    age_group: AgeGroup | None = None
    sex: Sex | None = None
    menopausal: Place | None = None
    age: Bounds | None = None
    some: Place | None = None  # "certain patients": not all of them
    bound: bool = False  # introduced by its own "in": a clause after it speaks of it alone


def read_people(text: str, start: int, end: int, *, traits: bool = False) -> tuple[tuple[Group, ...], int]:
    """The groups of patients at `start`, joined by commas, "and" and "or", and where their words end; none at `start`: ((), start).

    `traits`: the first of them may have a trait that is not known, as each later one may ("men and nonpregnant women").
    """
    groups: list[Group] = []
    own, at = False, start
    while (found := _GROUP.match(text, past := _past_traits(text, at, end) if traits or groups else at, end)) is not None:
        stop = found.end()
        status = _AFTER_MENOPAUSE.match(text, stop, end)
        if status is not None:
            stop = status.end()
        age, behind = _age_behind(text, stop, end)
        described = _described(found, age, status, bound=own or not groups)
        if past > at:
            described = [replace(one, noun=(at, stop), some=(at, stop)) for one in described]
        groups.extend(described)
        at = behind
        joint = _JOIN.match(text, at, end)
        if joint is None or _GROUP.match(text, _past_traits(text, joint.end(), end), end) is None:
            break
        own = joint["own"] is not None or (len(groups) == 1 and _APART.match(joint.group()) is not None)
        at = joint.end()
    return _shared_range(groups), at if groups else start


def _age_behind(text: str, start: int, end: int) -> tuple[Bounds | None, int]:
    """An age behind a group, in brackets too ("children (1 to 12 years of age)"), and where it ends, or else the group."""
    age = read_age(text, start, end)
    if age is not None:
        return age, age.place[1]
    inside = read_age(text, start + 2, end) if text.startswith(" (", start) else None
    if inside is not None and text.startswith(")", inside.place[1]):
        return inside, inside.place[1] + 1
    return None, start


def _past_traits(text: str, at: int, end: int) -> int:
    """Past words before a noun for persons that are in no class: "nonpregnant (women)", "sexually active (girls)"; else `at`."""
    found = _TRAIT_WORDS.match(text, at, end)
    open_words = found is not None and all(classes_of(word.strip(",").lower()) <= {"adverb"} for word in found["words"].split())
    return found.end("words") if found is not None and open_words else at


_TRAIT_WORDS = rx(rf"(?P<words>(?:(?!(?:{_TRAIT})\b)[a-z][\w'-]*,? ){{1,3}}?)(?:(?:{_TRAIT}) )*{_NOUN}")


def read_age(text: str, start: int, end: int) -> Bounds | None:
    """An age at `start`: "aged 12 years and older", "2 to less than 12 years of age", "younger than 18"."""
    born = _FROM_BIRTH.match(text, start, end)
    if born is not None:
        exclusive = born["to"].lower() in _EXCLUSIVE_TO
        return Bounds(_place(born), high=_aged(born["high"], born["unit"]), high_exclusive=exclusive)
    limit = _LIMIT.match(text, start, end)
    found = limit or _AGE.match(text, start, end)
    if found is None or _SINCE.match(text, found.end(), end) is not None:
        return None  # "at least 5 years past menopause"
    if limit is not None and (found["unit"] or "age of" in found.group().lower()):
        age = _aged(found["low"], found["unit"] or "years")
        upper = found["bound"].lower() in (
            "younger than",
            "less than",
            "under",
            "below",
            "up to",
            "no older than",
            "not older than",
        )
        exclusive = found["bound"].lower() in _EXCLUSIVE
        place = _place(found)
        return Bounds(place, high=age, high_exclusive=exclusive) if upper else Bounds(place, low=age, low_exclusive=exclusive)
    found = _AGE.match(text, start, end)
    if found is None or not (found["unit"] or found["last"]):
        return None
    unit = found["unit"] or found["last"]
    first = _aged(found["low"], unit)
    if found["high"]:
        open_end = found["to"].lower() in _EXCLUSIVE_TO
        return Bounds(_place(found), first, _aged(found["high"], found["last"] or unit), high_exclusive=open_end)
    if (found["bound"] or "").lower() in ("younger", "under", "less"):
        return Bounds(_place(found), high=first)
    return Bounds(_place(found), low=first)


_EXCLUSIVE_TO = ("to less than", "to under", "to younger than")
_SINCE = rx(r" (?:past|after|since|before|from|following|post-?[a-z]+)\b")


def _place(found: re.Match[str]) -> Place:
    shown = found.group()
    return found.start() + len(shown) - len(shown.lstrip(" ,")), found.end()


def _aged(value: str, unit: str) -> Age:
    count = int(value) if value.isdigit() else _SPELLED.index(value.lower()) + 1
    return Age(count, unit.lower().rstrip("s"))  # type: ignore[arg-type]  # the pattern admits only the four units


def _described(found: re.Match[str], age: Bounds | None, status: re.Match[str] | None, *, bound: bool) -> list[Group]:
    """One group, or one a menopausal status ("premenopausal and perimenopausal women")."""
    words, start = found.group(), found.start("traits") if found["traits"] else found.start("noun")
    some = (found.start(), found.end()) if found["some"] else None
    statuses: list[Place | None] = [
        (found.start("traits") + one.start(), found.start("traits") + one.end())
        for one in _MENOPAUSAL.finditer(found["traits"] or "")
    ]
    if status is not None:
        statuses = [(status.start() + 1, status.end())]
    both = _ADULT_AND.match(found["traits"] or "")
    if both is not None:  # "adult and pediatric patients aged 12 years and older": the age is said of the latter
        adult = Group((start, start + len(both["adult"])), "adult", _sex(words), None, None, some, bound)
        rest = (start + both.end(), found.end())
        return [adult, Group(rest, _age_group(words[both.end() :]), _sex(words), None, age, some, bound)]
    return [
        Group((start, found.end()), _age_group(words), _sex(words), menopausal, age, some, bound)
        for menopausal in statuses or [None]
    ]


def _age_group(words: str) -> AgeGroup | None:
    if _CHILD.search(words):
        return "child"
    if _ADOLESCENT.search(words):
        return "adolescent"
    return "adult" if _ADULT.search(words) else None


def _sex(words: str) -> Sex | None:
    female, male = _FEMALE.search(words) is not None, _MALE.search(words) is not None
    return None if female == male else "female" if female else "male"


def _shared_range(groups: list[Group]) -> tuple[Group, ...]:
    """Reads "children and young adults aged 1 to 21 years": a range with an upper bound speaks of all the groups before it.

    So does any age of "females and males aged 9 years and older", whose words say no other. A range that ends with childhood is
    of no adults: "adults and children aged 6 to 17 years".
    """
    last = groups[-1].age if len(groups) > 1 else None
    if (
        last is not None
        and last.low is not None
        and last.low.unit != "year"
        and all(one.age_group == "child" for one in groups)
    ):
        return tuple(
            one if one.age is not None else replace(one, age=last) for one in groups
        )  # "babies and children over 1 month"
    if last is None or ((last.low is None or last.high is None) and any(one.sex is None or one.age_group for one in groups)):
        return tuple(groups)
    of_children = last.high is not None and (last.high.unit != "year" or last.high.value <= _CHILDHOOD)
    return tuple(
        one
        if one.age is not None or (of_children and one.age_group == "adult")
        else Group(one.noun, one.age_group, one.sex, one.menopausal, last, one.some, one.bound)
        for one in groups
    )


#: In years: no adult is younger.
_CHILDHOOD = 18
