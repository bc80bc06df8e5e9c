"""Lists of treatments as patients' pages write them: "at least two other types of chemotherapy that included A and B"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.language import closed
from pipeline.phrases.nouns import joint_of, noun_end, noun_list
from pipeline.phrases.words import Word

Range = tuple[int, int]

#: Nouns that name no treatment by themselves.
_GENERIC = closed("generic")
_PLAIN = closed("plain")
_LEADS = closed("leads")
_UNITS = closed("units")
_CONTENT = closed("content")
_ACTS = closed("acts")
_NEGATIVE = closed("negative")


@dataclass(frozen=True, slots=True)
class Treatments:
    """A list of treatments, by word index: from `first` to `end` (exclusive), its names, and how they are joined.

    `either` is where an explicit "either … or" starts (names before it are all needed); `optional` holds the names after
    "with or without"; `mixed` says that both "and" and "or" join them; `choice` is how many of them "one of the following:"
    and its like ask for.
    """

    first: int
    end: int
    names: tuple[Range, ...]
    join: str = "and"
    either: int | None = None
    optional: tuple[Range, ...] = ()
    mixed: bool = False
    choice: Literal["", "one", "several", "all"] = ""

    @property
    def mode(self) -> Literal["required", "alternative", "combination"]:
        """How the names go together; where both "and" and "or" join them, the words alone can say."""
        if self.join != "or" or len(self.names) <= 1:
            return "required"
        return "combination" if self.mixed else "alternative"


def of_one_noun(words: Sequence[Word], listed: Treatments) -> int | None:
    """Where two names of a list share one noun ("a PD-1 or PD-L1 inhibitor and chemotherapy"): the number of the first of them.

    The only "or" of the list joins these two and no more, so that the "and" before or after them is a must.
    """
    names = listed.names if listed.mixed else ()
    joins = [
        number for number in range(len(names) - 1) if any(w.low == "or" for w in words[names[number][1] : names[number + 1][0]])
    ]
    if len(joins) != 1:
        return None
    (first, end), (start, stop) = names[joins[0]], names[joins[0] + 1]
    side_by_side = stop > start + 1 and words[stop - 1].of("treatment")
    targets = end == first + 1 and words[first].capital and words[start].capital  # a drug's name is in lower case
    alike = end > first + 1 and words[end - 1].low == words[stop - 1].low
    return joins[0] if side_by_side and (targets or alike) else None


def read_treatments(words: Sequence[Word], at: int, end: int) -> Treatments | None:
    """The list of treatments at `at`, or None where no noun phrase stands there."""
    return _List(words, at, end).read()


_OF_SURGERY = closed("of-surgery")
_PURPOSES = (*_OF_SURGERY, "completely", "partially", "the")


class _List:
    """One pass over a list; `at` is where it has got to."""

    def __init__(self, words: Sequence[Word], at: int, end: int) -> None:
        self.words, self.first, self.at, self.end = words, at, at, end
        self.names: list[Range] = []
        self.optional: list[Range] = []
        self.joins: list[str] = []
        self.either: int | None = None
        self.without = False
        self.choice: Literal["", "one", "several", "all"] = ""
        self.chosen = 0

    def read(self) -> Treatments | None:
        while self._element() and self._join():
            pass
        if self.at == self.first:
            return None
        spoken = {join for join in self.joins if join != ","}
        if "and/or" in spoken:
            spoken = {"and", "or"}
        if self.choice == "all":
            spoken = {"and"}
        elif self.choice == "several":
            spoken = {"and", "or"}
        elif self.choice == "one" and not {"and", "or"} <= set(self.joins[self.chosen :]):
            spoken = {"or"}
        return Treatments(
            self.first, self.at, tuple(self.names), "or" if "or" in spoken else "and", self.either, tuple(self.optional),
            len(spoken) > 1, self.choice,
        )  # fmt: skip

    def _low(self, at: int) -> str:
        return self.words[at].low if at < self.end else ""

    def _element(self) -> bool:
        """Read one treatment, without the articles, counts and line words before it."""
        start = self.at
        at = self._lead(start)
        if self._low(at) == ":":
            at += 1
        stop = noun_end(self.words, at, self.end)
        if stop == at:
            if at > start and not self.words[at - 1].is_stop:
                self.at = at  # "at least two": a count alone
            return False
        if any(word.low in _NEGATIVE for word in self.words[start:stop]) or (
            self._low(start) == "no" or (self._low(start), self._low(start + 1)) == ("fewer", "than")
        ):
            self.at = start
            return False
        if start > self.first and self.words[stop - 1].of("person"):
            self.at = start  # "treatment with X, or the patient cannot take Y"
            return False
        counted = at > start
        stop = self._past_action(at, stop)
        name = self._trimmed(at, stop)
        self.at = self._past_purpose(stop)
        content = self._content(self.at)
        if content is not None:
            self._read_content(content, name, counted=counted)
        elif not self._unnamed(*name):
            (self.optional if self.without else self.names).append(name)
        return True

    def _past_action(self, at: int, stop: int) -> int:
        """Past "(an antibody) that blocks PD-1", "(drugs) to lower testosterone levels": what tells which treatment is meant."""
        if self._low(stop) == "to" and self._low(stop + 1) in _OF_SURGERY and self._unnamed(at, stop):
            return noun_end(self.words, stop + 2, self.end)
        if (self._low(stop), self._low(stop + 1)) == ("to", "the") and self._unnamed(at, stop):
            return noun_end(self.words, stop + 2, self.end)  # "treatment to the skin"
        if self._low(stop) in ("that", "which") and self._low(stop + 1) in _ACTS:
            return noun_end(self.words, stop + 2, self.end)
        if (
            self._low(stop) == "for"
            and self._low(stop + 1) in ("this", "these", "the", "their")
            and self._low(at) == "fda-approved"
        ):
            return noun_end(self.words, stop + 1, self.end)
        return stop

    def _lead(self, at: int) -> int:
        """Past what names no treatment: "at least two other types of", "prior treatment with", "either"."""
        while at < self.end:
            word, low, following = self.words[at], self._low(at), self._low(at + 1)
            if low in ("either", "both"):
                self.either = at if low == "either" else self.either
                at += 1
            elif (low, following) in (("at", "least"), ("up", "to"), ("more", "than"), ("fewer", "than"), ("less", "than")):
                at += 2
            elif (
                low in ("one", "any", "some", "all", "each", "two", "three")
                and following == "of"
                and self._low(at + 2) in ("the", "these")
            ):
                at = self._chosen(at, low)
            elif low in ("one", "two", "three", "four", "1", "2", "3") and following == "of":
                self.choice, self.chosen = ("one" if low in ("one", "1") else "several"), len(self.joins)
                at += 2
            elif (
                ((low in _UNITS or low in ("combination", "failure", "course") or word.of("unit")) and following == "of")
                or (low in _GENERIC and following in ("with", "using") and at + 2 < self.end)
                or (low in ("treated", "given") and following == "with")
            ):
                at += 2
            elif (low in ("drug", "agent", "medicine") and at > self.first and self._open(at + 1)) or (
                low in ("completing", "finishing") or (low in ("ending", "stopping", "starting") and following in _GENERIC)
            ):
                at += 1
            elif (low, following) == ("or", "more") and at > self.first:
                at += 2
            elif low in ("or", "to") and at > self.first and self.words[at + 1 : at + 2] and self.words[at + 1].of("number"):
                at += 2  # "one to three", "one or two"
            elif (
                word.of("article", "number", "ordinal", "possessive")
                or low in _LEADS
                or low.endswith("-line")
                or (word.of("quantifier") and low not in ("those", "that", "which"))
            ):
                at += 1
            elif (
                low in ("chemotherapy", "cancer", "anticancer")
                and following in ("drug", "drugs", "medicine", "agent")
                and self._open(at + 2)
            ):
                at += 2
            else:
                break
        return at

    def _chosen(self, at: int, low: str) -> int:
        """Past "one of the following (drugs):"."""
        self.chosen, self.either = len(self.joins), at
        self.choice = "all" if low in ("all", "each") else "one" if low in ("one", "any", "some") else "several"
        at += 3
        while (
            at < self.end
            and self._low(at) != ":"
            and (self._low(at) == "following" or self.words[at].of("treatment", "kind") or self._low(at) in ("of", *_PLAIN))
        ):
            at += 1
        return at + 1 if self._low(at) == ":" else at

    def _open(self, at: int) -> bool:
        return at < self.end and not self.words[at].classes and not self.words[at].is_stop

    def _content(self, at: int) -> int | None:
        """Past "that included" or ", including"."""
        comma = self._low(at) == ","
        start = at + comma
        if self._low(start) in ("that", "which") and self._low(start + 1) in _CONTENT:
            at = start + 2
        elif tuple(self._low(start + k) for k in range(3)) == ("one", "of", "which") and self._low(start + 3) in _CONTENT:
            at = start + 4
        elif self._low(start) in ("containing", "including"):
            at = start + 1
        else:
            return None
        return at if noun_end(self.words, self._lead_only(at), self.end) > at else None

    def _lead_only(self, at: int) -> int:
        either, choice = self.either, self.choice
        at = self._lead(at)
        self.either, self.choice = either, choice
        return at

    def _read_content(self, at: int, name: Range, *, counted: bool) -> None:
        """Reads "X that included A and B" as A and B; "three Xs, including Y" as both; "surgery, including biopsy" as surgery."""
        kept = self.words[self.at].low == "," and not self._unnamed(*name)
        if kept:
            self.names.append(name)
        inner = read_treatments(self.words, at, self.end)
        if inner is None:
            return
        if not kept or counted:
            self.names.extend(inner.names)
            self.joins.extend(("and", "or") if inner.mixed else (inner.join,) if len(inner.names) > 1 or not kept else ("and",))
            self.choice = inner.choice or self.choice
            self.either = inner.either if self.names == list(inner.names) else self.either
        self.at = self._past_purpose(inner.end)

    def _join(self) -> bool:
        """Read what leads to the next treatment, if one follows."""
        at, said = self.at, ""
        if self._low(at) == "," and (self._low(at + 1), self._low(at + 2), self._low(at + 3)) == ("with", "or", "without"):
            at += 1
        if (self._low(at), self._low(at + 1), self._low(at + 2)) == ("with", "or", "without"):
            self.without, said, after = True, "without", at + 3
        elif (self._low(at), self._low(at + 1)) == ("followed", "by"):
            said, after = "and", at + 2
        elif (self._low(at), self._low(at + 1), self._low(at + 2)) == ("given", "together", "with"):
            said, after = "and", at + 3
        elif self._low(at) == "plus" or (self._low(at) == "," and self._low(at + 1) == "plus"):
            said, after = "and", at + (1 if self._low(at) == "plus" else 2)
        elif (self._low(at), self._low(at + 1)) == ("as", "well") and self._low(at + 2) == "as":
            said, after = "and", at + 3
        else:
            said, after = joint_of(self.words, at, self.end)
            if not said:
                return False
            if any(word.low == "either" for word in self.words[at:after]):
                self.either = after
            if self._low(after) == "," and self._low(after + 1) in ("if", "unless", "after", "when", "where", "in", "for"):
                after = next((number + 1 for number in range(after + 2, self.end) if self._low(number) == ","), after)
            if self._low(after) in ("with", "by", "then", "after") and said != "," and self._low(after + 1) != "or":
                after += 1
        if said == "," and not self._lists(after):
            return False
        if after >= self.end or noun_end(self.words, self._lead_only(after), self.end) <= after:
            return False
        if self.words[after].of("aim") and self.words[after].of("treat", "prevent", "reduce"):
            return False
        if not self.without:
            self.joins.append(said)
        self.at = after
        return True

    def _lists(self, at: int) -> bool:
        """Whether a comma goes on with the list: a treatment or "and" or "or" after the next noun phrase."""
        for _ in range(40):
            stop = noun_end(self.words, self._lead_only(at), self.end)
            if stop <= at:
                return False
            joint, after = joint_of(self.words, stop, self.end)
            if joint in ("and", "or", "and/or"):
                return True
            if joint != ",":
                return any(word.of("treatment") for word in self.words[at:stop])
            at = after
        return False

    def _unnamed(self, at: int, stop: int) -> bool:
        said = [word.low for word in self.words[at:stop]]
        while said and (said[0] in _PLAIN or (said[0] in _UNITS and said[1:2] == ["of"])):
            said = said[2:] if said[0] in _UNITS else said[1:]
        return not said or (len(said) == 1 and said[0] in _GENERIC) or not any(c.isalnum() for c in said[0])

    def _trimmed(self, at: int, stop: int) -> Range:
        """Without final brackets; "surgery to remove …" is cut by its infinitive already."""
        while stop - at > 1 and self.words[stop - 1].low in (
            "given",
            "used",
            "first",
            "already",
            "before",
        ):  # "an aromatase inhibitor given:"
            stop -= 1
        last = self.words[stop - 1].low
        if stop - at > 1 and last.startswith("(") and last.endswith(")"):  # "(GF)" is one word
            return at, stop - 1
        if last == ")":
            depth = 0
            for number in range(stop - 1, at, -1):
                depth += (self.words[number].low == ")") - (self.words[number].low == "(")
                if not depth:
                    return (at, number) if number > at else (at, stop)
        return at, stop

    def _past_purpose(self, at: int) -> int:
        """Past "to remove the tumor", "given for metastatic cancer": what an earlier treatment was for."""
        if self._low(at) == "to" and self._low(at + 1) in _PURPOSES:
            listed = noun_list(self.words, at + 2, self.end)
            stop = at
            for first, last in listed.items:
                if any(word.of("treatment") for word in self.words[first:last]):
                    break
                stop = last
            return stop
        start = at + 1 if self._low(at) == "given" else at
        if self._low(start) == "for":
            stop = noun_end(self.words, start + 1, self.end)
            if any(word.of("disease", "marker") for word in self.words[start + 1 : stop]) and self._low(stop) != "that":
                return stop
        return at
