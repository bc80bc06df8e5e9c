"""Items, leads and prose read by the clause rules: sentences in, readings out, each sentence accounted for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Literal

from pipeline.extract.antecedent import NO_ANTECEDENT, OTHER_SUBJECT, breaks_off, of_other_drug, points_back
from pipeline.extract.branches import BINDING, says_another_way
from pipeline.extract.clauses import NEGATION, Clause, ClauseKind, Cursor, Match, Part, Reading, read
from pipeline.extract.disease import disease_clauses, names_head, phrase_end
from pipeline.extract.head import Head, head_clause, read_head, starts_bold
from pipeline.extract.language import COUNT, TREATMENT_NOUN, rx
from pipeline.extract.outline import Item
from pipeline.extract.passages import ALSO_IT, LEAD, Passage
from pipeline.extract.population import population
from pipeline.extract.prior import prior_clauses
from pipeline.extract.registry import CLAUSE_RULES
from pipeline.extract.roles import SentenceRule, sentence_role
from pipeline.extract.sentences import Statement
from pipeline.extract.treatments import read_treatments

Dangling = Literal["", "partner", "partners", "priors", "criteria", "cause"]

_PARTNER = rx(r".*(?:used|given|combined|treatment|therapy)(?: only| also)? with(?: either)?:$")
_ONE_OF = r"(?:at least |any )?one (?:or more )?of the following"
# "in adults with at least one of the following:" opens no list of treatments
_PARTNERS = rx(
    rf".*\b{_ONE_OF} (?:\w+ ){{0,2}}?{TREATMENT_NOUN}:$"
    rf"|.*\b(?:used|given|combined|combination|treatment|therapy)(?: only| also)? with(?: or without)? {_ONE_OF}:$"
)
#: What follows says what patients must have, and names neither a treatment nor a disease that is treated.
_CRITERIA = rx(
    rf".*\b(?:adults|children|patients|people|women|men|who) .*\b(?:{COUNT}|any|all)(?: or more)? of the following"
    r"(?: (?!types|kinds|stages|forms|cancers|tumou?rs|conditions|diseases|disorders)\w+){0,3}:$"
)
_PRIORS = rx(
    rf".*(?:received|treated with|treatment with|after|had)(?: either| any of the following(?: \w+){{0,3}}"
    rf"| {_ONE_OF}(?: \w+){{0,3}})?:$"
)


@dataclass(eq=False)
class Told:
    """What an item, a lead or a prose use says: its readings, and the sentences in it that a sentence rule took.

    `lost` are sentences that cannot be laid to the item's use, each with the reason.
    """

    readings: list[Reading]
    asides: list[tuple[Statement, SentenceRule]] = field(default_factory=list)
    lost: list[tuple[Statement, str]] = field(default_factory=list)
    heads: tuple[str, ...] = ()
    dangling: Dangling = ""
    marks: str = ""

    def clauses(self, *kinds: str) -> list[tuple[Reading, Clause]]:
        """The clauses of some kinds with their readings, in order."""
        return [(reading, clause) for reading in self.readings for clause in reading.clauses if clause.kind in kinds]


def read_lead(passage: Passage) -> Told:
    """A lead: from the verb on ("is approved" | "to be used with X to treat:"), then the sentences that go on with it."""
    told = Told([])
    for number, statement in enumerate(passage.lead):
        start = None
        if not number and (found := LEAD.match(statement.text) or ALSO_IT.match(statement.text)) is not None:
            start = statement.start + found.end("standing" if found.re is ALSO_IT else "verb")
        reading = read(statement, CLAUSE_RULES, start=start, aim=start is not None)
        told.readings.append(_with_aim(reading) if start is not None else reading)
    told.marks = "".join(statement.marks for statement in passage.lead)
    return told


_AIM = re.compile(r"\b(?:to|for)\b")


def _with_aim(reading: Reading) -> Reading:
    """A lead whose words before the aim no rule knows ("is approved in pellet form to treat:"), read again from the aim on."""
    if not reading.leftover or reading.of("intent"):
        return reading
    statement, first = reading.statement, reading.leftover[0].start
    for found in _AIM.finditer(statement.plain, first, statement.end):
        again = read(statement, CLAUSE_RULES, start=found.start(), aim=True)
        if again.clauses and again.clauses[0].kind == "intent" and again.clauses[0].start == found.start():
            unknown = Part(first, first + len(statement.plain[first : found.start()].rstrip()))
            known = tuple(one for one in reading.clauses if one.end <= first)
            return Reading(statement, known + again.clauses, (unknown, *again.leftover), unread=(unknown, *again.unread))
    return reading


def read_prose(passage: Passage) -> Told:
    """A prose use: read as a lead, with bold words as its head, and the details after it."""
    told = read_lead(passage)
    first = told.readings[0]
    head = _prose_head(first)
    if head is not None:
        told.heads = (*head.names, *head.abbreviations)
        told.readings[0] = _with_head(first, head)
    for statement in passage.details:
        told.readings.append(read(statement, CLAUSE_RULES, told.heads))
        told.marks += statement.marks
    told.readings = _ways(told.readings)
    return told


def _prose_head(reading: Reading) -> Head | None:
    acted = next(iter(reading.of("object")), None)
    if acted is None or acted.phrase is None:
        return None
    return read_head(reading.statement, acted.phrase.start)


def _with_head(reading: Reading, head: Head) -> Reading:
    """The sentence read again from the head's end, with the head in place of the object."""
    start, names = head.parts[0].start, (*head.names, *head.abbreviations)
    before = (*(c for c in reading.clauses if c.end <= start and c.kind != "object"), head_clause(head))
    again = read(reading.statement, CLAUSE_RULES, names, start=head.end, before=before)
    left, unread = (tuple(part for part in parts if part.end <= start) for parts in (reading.leftover, reading.unread))
    return Reading(reading.statement, again.clauses, left + again.leftover, unread=unread + again.unread)


def read_item(item: Item, above: list[Told], names: frozenset[str] = frozenset()) -> Told:
    """A list item, with what the items above it leave open ("used with:", "caused by:"); `names` are the drug's words."""
    told = Told([])
    broken = False
    dangling = above[-1].dangling if above else ""
    heads = tuple(name for one in above for name in one.heads)
    for number, statement in enumerate(item.statements):
        told.marks += statement.marks
        rule = sentence_role(statement)
        if number and (rule is None or rule.role in ("brands", "standing")):
            other = rule is None and of_other_drug(statement, names)
            if other or (broken and points_back(statement)):
                told.lost.append((statement, OTHER_SUBJECT if other else NO_ANTECEDENT))
                broken = True
                continue
        if rule is not None and (number or rule.role in ("denied", "studied")):
            told.asides.append((statement, rule))
            broken = broken or breaks_off(statement, rule, names)
        elif number:
            told.readings.append(read(statement, CLAUSE_RULES, (*heads, *told.heads)))
            broken = broken or not told.readings[-1].clauses
            told.heads += _abbreviations(told.readings[-1])
        else:
            told.readings.append(_first(statement, dangling, heads, told, above))
            told.heads += _abbreviations(told.readings[-1])
    told.dangling = _dangling(item, told)
    told.readings = _ways(told.readings)
    return told


#: What a sentence says that would bind every patient; a partner of a further way of use is no must already.
_BINDS_ALL: tuple[ClauseKind, ...] = tuple(
    kind for kind in BINDING if kind not in ("narrower", "partner", "alone", "concurrent")
)


def _ways(readings: list[Reading]) -> list[Reading]:
    """Marks the sentences that say one of several ways of use: those with "also", and where they bind, those before them."""
    before = [reading for reading in readings if says_another_way(reading) is None]
    named = any(reading.of("narrower") for reading in before)
    of_all = not any(reading.of("population") for reading in before)
    also = [bool(number) and says_another_way(reading) is not None for number, reading in enumerate(readings)]
    if not any(
        one and (_binds_all(reading, named=named) or (of_all and reading.of("population")))
        for one, reading in zip(also, readings, strict=True)
    ):
        return readings
    last = max(number for number, one in enumerate(also) if one)
    return [
        replace(reading, another_way=True) if number <= last and (also[number] or _binds_all(reading, named=True)) else reading
        for number, reading in enumerate(readings)
    ]


def _binds_all(reading: Reading, *, named: bool) -> bool:
    """Whether a sentence says a must; the diseases that each way names (`named`) are alternatives as they are."""
    diseases = reading.of("narrower")
    if diseases and not named:
        return True
    return any(not any(d.start <= c.start < d.end for d in diseases) for c in reading.of(*_BINDS_ALL))


def _abbreviations(reading: Reading) -> tuple[str, ...]:
    """Reads "chronic immune thrombocytopenia (ITP)": what later sentences may call the disease."""
    plain = reading.statement.plain
    ends = [clause.whole.end for clause in reading.of("narrower")]
    return tuple(found[1] for end in ends if (found := _ABBREVIATION.match(plain, end)) is not None)


_ABBREVIATION = re.compile(r"\s*\(([A-Z][\w-]*)\)")


def _dangling(item: Item, told: Told) -> Dangling:
    if not item.opens:
        return ""
    last = item.statements[-1].text
    if _PARTNER.match(last):
        return "partner"
    if _PRIORS.match(last):
        return "priors"
    if _PARTNERS.match(last):
        return "partners"
    if _CRITERIA.match(last):
        return "criteria"
    return "cause" if told.clauses("cause") and not told.clauses("carrier") else ""


#: Why the items below such an opening are left unread.
UNKNOWN_OPENING = "no rule knows the sentence that opens the list"


def opening_rule(item: Item, told: Told) -> SentenceRule | Literal["unknown"] | None:
    """What keeps the items below an item from being uses ("It is not used in:"), None if nothing does."""
    if not item.opens:
        return None
    last = item.statements[-1].start
    refused = [rule for statement, rule in told.asides if statement.start == last and rule.role in ("denied", "studied")]
    if refused:
        return refused[0]
    unknown = any(reading.statement.start == last and _is_no_frame(reading) for reading in told.readings)
    return "unknown" if unknown or any(statement.start == last for statement, _ in told.lost) else None


def _is_no_frame(reading: Reading) -> bool:
    """Whether unread words open the sentence, turn it round, or say right before the colon what the items are."""
    left = reading.leftover
    return bool(left) and (
        left[0].start <= reading.statement.start
        or left[-1].end >= reading.statement.end - 1
        or NEGATION.search(reading.left()) is not None
    )


def are_criteria(item: Item, told: Told) -> bool:
    """Whether the sub-items are no uses: what must all hold ("…, and"), or what treatments count."""
    if told.dangling not in _NOT_A_CRITERION:
        return True
    return any(child.block.text.rstrip().endswith((", and", "; and", " and")) for child in item.children)


_NOT_A_CRITERION = ("", "partner", "cause")


def is_received_list(item: Item) -> bool:
    """Reads "It is used in patients who have received:" with its items below."""
    return bool(item.children) and _RECEIVED_LIST.match(item.statements[-1].text) is not None


_RECEIVED_LIST = rx(
    r"(?:it is|they are) (?:also )?used in (?:\w+ ){0,4}who (?:have|had) (?:already |previously )?(?:received|had"
    r"|been treated with)(?: (?:either|one of the following))?:$"
)


def _first(statement: Statement, dangling: Dangling, heads: tuple[str, ...], told: Told, above: list[Told]) -> Reading:
    cursor = Cursor(statement.plain, statement.start, statement.end, _context(above), heads)
    opening = _OPENINGS[dangling](cursor) if dangling else None
    if opening is not None:
        return _read_on(statement, opening, heads, cursor)
    head = None if population(cursor) is not None and not starts_bold(statement.block) else read_head(statement)
    if head is None:
        return _read_on(statement, Match(statement.start), heads, cursor)
    if not any(one.heads for one in above):
        told.heads = (*head.names, *head.abbreviations)
        return _read_on(statement, Match(head.end, (head_clause(head),)), told.heads, cursor)
    end = phrase_end(cursor, statement.start)
    named = disease_clauses(cursor, statement.start, end, "sub-item")
    if named is None:
        named = tuple(
            Clause("narrower", "sub-item", part.start, part.end)
            for part, name in zip(head.parts, head.names, strict=True)
            if not names_head(name, heads) and _NO_DISEASE.search(name) is None
        )
        end = head.end
    return _read_on(statement, Match(end, named), heads, cursor)


#: What a sub-item may start with, and what is no narrower disease.
_NO_DISEASE = rx(r"\b(?:side effects?|warnings?|notes?|received|treated|doses?|patients?|doctors?|information)\b")


def _read_on(statement: Statement, opening: Match, heads: tuple[str, ...], cursor: Cursor) -> Reading:
    return read(statement, CLAUSE_RULES, heads, start=opening.end, before=opening.clauses, context=cursor.before)


def _context(above: list[Told]) -> tuple[Clause, ...]:
    """Of whom the item above speaks: "It is used in adults who:" goes on in its sub-items."""
    if not above or not above[-1].readings:
        return ()
    return tuple(c for c in above[-1].readings[-1].clauses if c.kind in ("population", "subject"))


def _partner(at: Cursor) -> Match | None:
    return _given_with(at, "with-from-parent")


def _partners(at: Cursor) -> Match | None:
    return _given_with(at, "listed-partner", "optional")


def _given_with(at: Cursor, rule: str, mode: str | None = None) -> Match | None:
    """Treatments that an opening above says the drug is given with, in the mode they are listed in unless one is given."""
    listed = read_treatments(at, at.pos)
    if listed is None or not listed.names:
        return None
    phrase = Part(listed.start, listed.end)
    clause = at.clause("partner", rule, listed.end, mode or listed.mode, names=listed.names, phrase=phrase)
    return Match(listed.end, (clause,))


def _priors(at: Cursor) -> Match | None:
    listed = read_treatments(at, at.pos)
    if listed is None:
        return None
    return Match(
        listed.end,
        prior_clauses(listed, "listed-prior", mode="conditional") or (at.clause("status", "listed-prior", listed.end),),
    )


def _criterion(at: Cursor) -> Match:
    """What is left to the clause rules: no noun phrase there is a disease."""
    return Match(at.pos)


def _cause(at: Cursor) -> Match | None:
    end = at.end - (1 if at.text[at.end - 1] in ".;:" else 0)
    return Match(end, (at.clause("cause", "cause-from-parent", end, phrase=Part(at.pos, end)),)) if end > at.pos else None


_OPENINGS = {"partner": _partner, "partners": _partners, "priors": _priors, "criteria": _criterion, "cause": _cause}


def received(item: Item, chain: list[Told]) -> list[Told]:
    """Reads "It is used in patients who have received:" and its items: prior therapy of the uses around it, no use."""
    found: list[Told] = []
    for child in item.children:
        if is_received_list(child):
            first = read_item(child, chain)
            found += [first, *(read_item(one, [*chain, first]) for one in child.children)]
    return found


def rules_of(reading: Reading) -> str:
    """The names of the rules that read a sentence."""
    return "+".join(dict.fromkeys(clause.rule for clause in reading.clauses))
