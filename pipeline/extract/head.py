"""What an item is about: its head, one condition or several, with the words after it left to the clause rules."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.extract.clauses import Clause, Part
from pipeline.extract.language import BOUNDARY, DISEASE_FORM, GENERIC_DISEASE, LIMITS, LITERAL_BOLD, rx
from pipeline.extract.sentences import Statement
from pipeline.model import Block

_BRACKET = re.compile(r"\s*\([^()]*\)\s*$")
_ONE_WORD = re.compile(r"^\w+\s\([a-z]+\)$")
_SPLIT = rx(r"\s*(?:,? (?:and|or) |, )")
# "head and neck", "broken bones and other bone problems" are one thing, not two.
_ONE_THING = rx(r"head (?:and|&) neck|(?:and|or) other |bone and joint")
# After bold words a head goes on only to the noun of its name: "**Ovarian germ cell** tumors", not "**Melanoma** regardless".
_GOES_ON = rx(
    rf"(?: (?!(?:and|or|in|of|that|who|with|for)\b)[\w-]+){{0,3}}? (?:{DISEASE_FORM}|{GENERIC_DISEASE})\b|(?:"
    rf" \([^()]*\))?(?:,? (?:and|or)|,) "
)
_PREPOSITION_START = rx(
    r"(?:with|without|in|as|alone|after|before|for|to|when|who|whose|has|have|is|are|it|that|at|around|on|during"
    r"|by|if|both|or|and|of|from|(?:treatment|prevention|management|use) (?:of|in))\b"
)
_LINKED_TO = rx(r" (?:linked to|associated with|related to) ")
#: Words that say how a disease stands and name none: "relapsed or refractory X" is one condition, not two.
STATE_ALONE = rx(
    r"(?:(?:locally|newly|previously|highly|very) )?(?:relapsed|refractory|advanced|metastatic|recurrent|unresectable|localized"
    r"|persistent|progressive|resistant|diagnosed|treated|untreated|invasive|noninvasive|aggressive|indolent|acute|chronic|active"
    r"|primary|secondary|resectable|early|late)|(?:early|late|low|high|intermediate|limited|extensive)-(?:stage|grade|risk)"
    r"|(?:stage|grade) (?:[0IV]+[A-D]?|\d)"
)
_ADJECTIVE = rf"(?:{STATE_ALONE.pattern}|(?:[\w+/]+\s+){{0,2}}[\w+/-]+-(?:positive|negative|mutated|mutant|deficient|low|high))"
_ADJECTIVES = re.compile(rf"{_ADJECTIVE}(?:,?\s+(?:(?:and|or)\s+)?{_ADJECTIVE}){{0,5}}", re.IGNORECASE)
_LEADS_TO = rx(r" that sometimes lead to [^.;:]+")
_BUT = rx(r",? (?:except|excluding|other than|regardless|(?:but )?not)\b")
_PARTLY_BOLD = rx(r" of (?:the )?")


@dataclass(frozen=True, slots=True)
class Head:
    """The conditions of an item: `parts` as they are quoted, `names` as they read, `end` where the other words start."""

    parts: tuple[Part, ...]
    names: tuple[str, ...]
    abbreviations: tuple[str, ...]
    end: int
    bold: bool


def bold_ranges(block: Block) -> list[tuple[int, int]]:
    """The stretches of a block's text that are bold, neighbours joined over white space."""
    ranges: list[tuple[int, int]] = []
    at = 0
    for run in block.runs:
        end = at + len(run.text)
        if run.bold and run.text.strip():
            if ranges and not block.text[ranges[-1][1] : at].strip():
                ranges[-1] = (ranges[-1][0], end)
            else:
                ranges.append((at, end))
        at = end
    if "**" in block.text:
        ranges = sorted({*ranges, *(found.span("words") for found in LITERAL_BOLD.finditer(block.text))})
    return ranges


def starts_bold(block: Block) -> bool:
    """Whether the first words are bold."""
    ranges = bold_ranges(block)
    return bool(ranges) and not block.text[: ranges[0][0]].strip(" *\n")


def read_head(statement: Statement, pos: int | None = None) -> Head | None:
    """The head at the start of a statement (or at `pos`), or None where it starts with no noun phrase."""
    text, start, limit = statement.plain, statement.start if pos is None else pos, statement.end
    ranges = [r for r in bold_ranges(statement.block) if r[0] < limit and r[1] > start]
    if _PREPOSITION_START.match(text, start, limit) and not (ranges and ranges[0][0] <= start):
        return None
    end = _head_end(text, start, limit, ranges)
    if end <= start:
        return None
    parts = tuple(part for part in _conditions(text, start, end) if part.end > part.start)
    names = tuple(text[part.start : part.end] for part in parts)
    if not parts:
        return None
    return Head(
        parts,
        names,
        tuple(re.findall(r"\(([A-Z][\w-]*)\)", text[start : min(limit, end + 20)])),
        end,
        bool(ranges) and ranges[0][0] <= start,
    )


def _head_end(text: str, start: int, limit: int, ranges: list[tuple[int, int]]) -> int:
    """The end of the head's noun phrase: never inside bold words; "of …" outside bold belongs to it only if nothing is bold."""
    end = start
    while end < limit:
        if (lead := _LEADS_TO.match(text, end, limit)) is not None:
            return lead.end()
        past = _past_whole(text, end, limit, ranges)
        if past is not None and past > end:
            end = past
        elif past is not None or _stops(text, end, limit, ranges):
            break
        else:
            end += 1
    return end


def _past_whole(text: str, end: int, limit: int, ranges: list[tuple[int, int]]) -> int | None:
    """The end of what must not be cut in two at `end` (bold words, brackets, "linked to **X**"), None where nothing is."""
    inside = next((r for r in ranges if r[0] <= end < r[1]), None)
    if inside is not None:
        return _bold_end(text, inside, limit)
    if text[end] == "(" and LIMITS.match(text, end, limit) is None and (close := text.find(")", end, limit)) > 0:
        return close + 1
    linked = _LINKED_TO.match(text, end, limit)
    if linked is not None and any(r[0] <= linked.end() < r[1] for r in ranges):
        return linked.end()
    return None


def _stops(text: str, end: int, limit: int, ranges: list[tuple[int, int]]) -> bool:
    if text[end] == "(" or (text[end] == "," and not _next_is_head(text, end, limit, ranges)):
        return True
    if BOUNDARY.match(text, end, limit) is not None or _BUT.match(text, end, limit) is not None:
        return True
    past_bold = any(r[1] <= end for r in ranges)
    if past_bold and _PARTLY_BOLD.match(text, end, limit) is not None:
        return True
    if not past_bold or not text[end].isspace():
        return False
    following = end + len(text[end:limit]) - len(text[end:limit].lstrip())
    return not any(r[0] == following for r in ranges) and _GOES_ON.match(text, end, limit) is None


def _bold_end(text: str, inside: tuple[int, int], limit: int) -> int:
    """Bold words are all head, except what is after a full stop inside the bold."""
    shown = text[inside[0] : min(inside[1], limit)].rstrip()
    return inside[0] + len(shown.rstrip(".:")) if shown.rstrip(".:") != shown else inside[0] + len(shown)


def _next_is_head(text: str, comma: int, limit: int, ranges: list[tuple[int, int]]) -> bool:
    """Whether a comma goes on with another condition: bold words follow, or (nothing bold) a list that ends in "or"."""
    rest = _SPLIT.match(text, comma, limit)
    if rest is None:
        return False
    if ranges:
        return any(r[0] <= rest.end() < r[1] for r in ranges)
    return BOUNDARY.match(text, comma, limit) is None and (
        re.match(r"[^.;:()]*,? (?:and|or) ", text[rest.end() : limit]) is not None or _ends_list(text, rest, limit)
    )


def _ends_list(text: str, joint: re.Match[str], limit: int) -> bool:
    """Reads the last of "bladder, breast, or lung cancer": a disease by its form."""
    return joint.group().strip() != "," and _LAST.match(text, joint.end(), limit) is not None


_LAST = rx(rf"(?:(?!(?:and|or|in|of|that|who|with|for)\b)[\w-]+ ){{0,4}}?(?:{DISEASE_FORM}|{GENERIC_DISEASE})\b")


def _conditions(text: str, start: int, end: int) -> list[Part]:
    found, pos, at = [], start, start
    while at < end:
        if text[at] == "(" and (close := text.find(")", at, end)) > 0:
            at = close + 1
            continue
        one = _ONE_THING.match(text, at, end) or _ONE_THING.match(text, at + 1, end)
        if one is not None and text[at] != ",":
            at = one.end()
            continue
        joint = _SPLIT.match(text, at, end)
        if joint is not None and _ADJECTIVES.fullmatch(text[pos:at].strip()) is not None:
            at = joint.end()
            continue
        if joint is not None and _LEADS_TO.search(text, start, end) is None and not _within_of(text, pos, at):
            found.append(_trimmed(text, pos, at))
            pos = at = joint.end()
            continue
        at += 1
    found.append(_trimmed(text, pos, end, last=True))
    return found


def _within_of(text: str, pos: int, at: int) -> bool:
    """Reads "carcinoma of the lip and mouth": "and" after "of the …" joins the sites of one disease."""
    return re.search(r" of (?:the )?[\w-]+$", text[pos:at]) is not None


def _trimmed(text: str, start: int, end: int, *, last: bool = False) -> Part:
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
    return Part(start, end)


def head_clause(head: Head) -> Clause:
    """The head as a clause."""
    return Clause("head", "head", head.parts[0].start, head.end, "bold" if head.bold else "", names=head.parts)
