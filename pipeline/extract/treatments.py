"""Lists of treatments as patients' pages write them: "at least two other types of chemotherapy that included A and B"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from pipeline.extract.clauses import Cursor, Part
from pipeline.extract.language import BOUNDARY, COUNT, TREATMENT_NOUN, rx

_JOIN = rx(
    r"\s*(?:(?:,? and then|,? followed by|,? given (?:together |in combination )?with|,? (?:and"
    r"|or)(?:, if [^,.]{1,80},)?|,? and/or|,? with or without)(?: (?:either|both|with|by))?|,(?: (?:either|both|by))?) "
)  # "and with", "or by": the preposition said again
_CONTENT = rx(r",? (?:(?:that|which) (?:included?|includes|contain(?:s|ed)?)|containing|including)(?: treatment with)? ")
_WHO_ACTS = rx(r" (?:that|which) (?:blocks?|targets?|inhibits?|lowers?|reduces?) ")
_STRIP = rx(
    rf"(?:(?:(?:an?|the) combination of|(?:the )?failure of|an?|the|either|both|an?other|other|certain|some|any"
    rf"|previous|prior|earlier"
    rf"|additional|initial|standard|combined"
    rf"|(?:first|second|third)(?:-line)?|(?:one|any|some) of the following|{COUNT}|(?:other )?(?:types?|lines?"
    rf"|kinds?|courses?|rounds?|classes|cycles?|doses?) of"
    rf"|{TREATMENT_NOUN} with|(?:chemotherapy|anticancer|cancer) drug(?= (?!(?:and|or|in|as|to|that|for|but|with"
    rf"|whose|who|before|after|it)\b)\w)"
    rf"|(?:being|been) (?:treated|given) with) )"
)
#: "at least one of the following drugs: A or B", "one of A or B": how many of the names that follow are meant.
_CHOICE = rx(
    rf"(?:(?P<one>(?:(?:at least )?one(?: or more)?|any|some|either)(?: one)?)|(?P<all>all|both|each)|{COUNT}(?: or more)?) of "
    rf"(?:(?:the|these) (?:following(?: (?:(?:types?|kinds?) of )?(?:[\w-]+ )?{TREATMENT_NOUN})?|{TREATMENT_NOUN}) ?: "
    r"|(?!(?:the|these|this|them|their|its|following)\b))"
)
#: "at least one of the leading drugs", "fewer than two types of X", "all drugs except X": no treatment, or all but one.
_NO_NAME = rx(
    r"of\b|[^,.;:()]*?\b(?:neither|nor|no|not|none|little|few|fewer|less|most|other than|except|excluding|without"
    r"|instead|rather)\b"
)
_AT_MOST = rx(r"no more than ")  # may be none
_COUNTED = rx(rf"(?:{COUNT} |(?:other|certain) )")
_TAIL = rx(r"\s*\([^()]*\)\s*$")
_UNNAMED = rx(
    r"(?:(?:other|more|several|multiple|many|FDA-approved|anticancer|available|cancer) )*(?:types? of )?"
    rf"(?:{TREATMENT_NOUN}|types?|lines?|doses?|either|both)$"
)
_SURGERY = rx(r"(?:\S+ )?surgery to (?:\S+ )?remove (?!stage )[^,.;:]*?(?=,| that | whose | who | in | but | with |[.;:]|$)")
# "treatment" alone names nothing; these say which by what they are for.
_WHOLE = rx(
    r"treatments? to the \w+|FDA-approved (?:therap(?:y|ies)|treatments?) for (?:this|these|the|their) (?:gene )?mutations?"
)
_FOR_IT = rx(
    r" (?:given )?for (?:(?:metastatic|advanced|this|these|the|their) )*(?:gene )?(?:cancer|disease|mutations?)(?! that)"
)


@dataclass(frozen=True, slots=True)
class Treatments:
    """A list of treatments: where it stands, its names, and how they are joined.

    `either` is where an explicit "either … or" starts (names before it are all needed); `optional` holds the names after
    "with or without"; `mixed` says that both "and" and "or" join them; `choice` is how many of them "one of the following:"
    and its like ask for.
    """

    start: int
    end: int
    names: tuple[Part, ...]
    join: str = "and"
    either: int | None = None
    optional: tuple[Part, ...] = ()
    mixed: bool = False
    choice: Literal["", "one", "several", "all"] = ""

    @property
    def mode(self) -> Literal["required", "alternative", "combination"]:
        """How the names go together; where both "and" and "or" join them, the words alone can say."""
        if self.join != "or" or len(self.names) <= 1:
            return "required"
        return "combination" if self.mixed else "alternative"


def read_treatments(cursor: Cursor, pos: int, *, given_for: bool = True) -> Treatments | None:
    """The list of treatments at `pos`, or None where no noun phrase stands there.

    With `given_for`, "for metastatic cancer" after a name belongs to it (it says what the earlier treatment was for).
    """
    if not _has_noun(cursor.text, pos, cursor.end):
        return None
    return _List(cursor, pos, given_for=given_for).read()


class _List:
    """One pass over a list; `pos` is where it has got to."""

    def __init__(self, cursor: Cursor, start: int, *, given_for: bool) -> None:
        self.cursor, self.text, self.limit = cursor, cursor.text, cursor.end
        self.start, self.pos, self.given_for = start, start, given_for
        self.names: list[Part] = []
        self.optional: list[Part] = []
        self.joins: list[str] = []
        self.either: int | None = None
        self.after_without = False
        self.choice: Literal["", "one", "several", "all"] = ""
        self.chosen = 0  # how many joins stand before the choice

    def read(self) -> Treatments | None:
        while self._element() and self._join():
            pass
        if self.pos == self.start:
            return None
        spoken = {join for join in self.joins if join != ","}
        if self.choice == "all":
            spoken = {"and"}
        elif self.choice == "several" or (self.choice and not {"and", "or"} <= set(self.joins[self.chosen :])):
            spoken = {"or"} if self.choice == "one" else {"and", "or"}
        join = "or" if "or" in spoken else "and"
        return Treatments(
            self.start, self.pos, tuple(self.names), join, self.either, tuple(self.optional), len(spoken) > 1, self.choice
        )

    def _element(self) -> bool:
        """Read one treatment, without the articles, counts and line words before it."""
        start = self.pos
        while (lead := (choice := self._choice()) or _STRIP.match(self.text, self.pos, self.limit)) is not None:
            if choice is not None or lead.group().lower().startswith("either"):
                self.either = self.pos
            self.pos = lead.end()
        if self.pos > self.start and not _has_noun(self.text, self.pos, self.limit):
            self.pos = self._past_purpose(self.pos - 1) if self.given_for else self.pos  # "at least one for metastatic cancer"
            return False
        end = _element_end(self.text, self.pos, self.limit)
        if end == self.pos:
            return False
        if _NO_NAME.match(self.text, self.pos, end) is not None or _AT_MOST.match(self.text, start, end) is not None:
            self.pos = start
            return False
        name = _trim(self.text, self.pos, end)
        self.pos, begin = self._past_purpose(end) if self.given_for else end, self.pos
        words = self.text[name.start : name.end]
        unnamed = not re.search(r"\w", words) or _UNNAMED.match(words) is not None
        content = _CONTENT.match(self.text, self.pos, self.limit)
        if content is not None and _has_noun(self.text, content.end(), self.limit):
            self._content(content, name, unnamed=unnamed, counted=_COUNTED.match(self.text, self.start, begin) is not None)
        elif not unnamed:
            (self.optional if self.after_without else self.names).append(name)
        return True

    def _choice(self) -> re.Match[str] | None:
        found = _CHOICE.match(self.text, self.pos, self.limit)
        if found is not None:
            self.chosen = len(self.joins)
            self.choice = "one" if found["one"] else "all" if found["all"] else "several"
        return found

    def _content(self, lead: re.Match[str], name: Part, *, unnamed: bool, counted: bool) -> None:
        """Reads "X that included A and B" is A and B; "three Xs, including Y" both; "surgery, including biopsy" surgery."""
        inner = read_treatments(self.cursor, lead.end())
        kept = lead.group().lstrip().startswith(",") and not unnamed
        if kept:
            self.names.append(name)
        if inner is None:
            return
        if unnamed or counted or not kept:
            self.names.extend(inner.names)
            self.joins.extend(("and", "or") if inner.mixed else (inner.join,))
            self.choice = inner.choice or self.choice
            self.either = inner.either if self.names == list(inner.names) else self.either
        self.pos = inner.end

    def _join(self) -> bool:
        """Read what leads to the next treatment, if one follows."""
        joint = _JOIN.match(self.text, self.pos, self.limit)
        if joint is None or not _has_noun(self.text, joint.end(), self.limit):
            return False
        if BOUNDARY.match(self.text, self.pos, self.limit) is not None and not _continues(joint):
            return False
        words = joint.group().lower().replace(",", " ").split()
        self.after_without = "without" in words
        if "either" in words:
            self.either = joint.end()
        if not self.after_without:
            self.joins.append("or" if "or" in words or "and/or" in words else "and" if "and" in words else ",")
        self.pos = joint.end()
        return True

    def _past_purpose(self, pos: int) -> int:
        purpose = _FOR_IT.match(self.text, pos, self.limit)
        return purpose.end() if purpose is not None else pos


def _continues(joint: re.Match[str]) -> bool:
    word = joint.group().lower()
    return any(said in word for said in ("without", ", if ", "and then", "followed", "given", " with ", " by "))


def _has_noun(text: str, pos: int, limit: int) -> bool:
    return (
        pos < limit and BOUNDARY.match(" " + text[pos : min(limit, pos + 80)]) is None and _element_end(text, pos, limit) > pos
    )


_SEPARATOR = re.compile(r",|\s(?:and|or|and/or)\s", re.IGNORECASE)


def _element_end(text: str, pos: int, limit: int) -> int:
    """Where one treatment's words end: at a comma, "and", "or" or a boundary, brackets skipped."""
    if (whole := _SURGERY.match(text, pos, limit) or _WHOLE.match(text, pos, limit)) is not None:
        return whole.end()
    at = pos
    while at < limit:
        if text[at] == "(" and (close := text.find(")", at, limit)) > 0:
            at = close + 1
            continue
        if text[at] in ",;:" or _SEPARATOR.match(text, at, limit):
            break
        if (acts := _WHO_ACTS.match(text, at, limit)) is not None:
            at = acts.end()
            continue
        if at > pos and BOUNDARY.match(text, at, limit) is not None:
            break
        at += 1
    return at


def _trim(text: str, start: int, end: int) -> Part:
    if _SURGERY.fullmatch(text, start, end) is not None:
        end = start + text[start:end].lower().index("surgery") + len("surgery")
    if (tail := _TAIL.search(text[start:end])) is not None:
        end = start + tail.start()
    while end > start and text[end - 1] in " .":
        end -= 1
    return Part(start, end)
