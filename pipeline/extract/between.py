"""The sentences and blocks between passages: what they say of the uses beside them, and what of them stays in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipeline.elements.denials import of_another, read_denial
from pipeline.elements.details import conditional, read_detail
from pipeline.elements.elements import MAX_SENTENCE, Aside, Passage, Unseen
from pipeline.elements.limits import KINDS, Limits, is_only_title, opens_list, own_section
from pipeline.elements.scope import (
    Place,
    every_place,
    of_all_brands,
    reached,
)
from pipeline.elements.sentence import is_another, points_back, read_on
from pipeline.elements.told import NO_ANTECEDENT, NO_FRAME, OTHER_SUBJECT
from pipeline.extract.ledger import Ledger, Read, block_of, keep_with, note_said, rules_of
from pipeline.language import rx
from pipeline.model import Block, Fact
from pipeline.sentences.frames import Frame, frame_of, limits
from pipeline.sentences.quote import join, quote, shown
from pipeline.sentences.statements import Statement, longest, statements


def may_limit(statement: Statement, frame: Frame) -> bool:
    """Whether a sentence in another frame may restrict the uses beside it all the same ("This form is used only after …")."""
    if frame.role == "approval-status":  # "… for the X brand and falls under FDA's Accelerated Approval Program"
        return "brand" in statement.text
    if frame.role in ("studied", "denied"):
        return _OF_THE_USE.search(statement.text) is not None
    if frame.role == "explanation" and frame.subject == "other" and _SCHEDULE.search(statement.text) is not None:
        return True
    if frame.name in ("how-it-works", "what-it-is", "given-by", "about-the-form"):
        return _CHOICE.search(statement.text) is not None
    return frame.role in ("other-form", "explanation", "availability", "footnote") and limits(statement)


#: No explanation of a disease or of how the drug works: "After four cycles, carboplatin is stopped", "Blood tests are done first".
_SCHEDULE = rx(
    r"\b(?:stopped|done|continued|given|cycles?|(?:before|after|during) (?:the )?(?:treatment|first|each|last|\d+|\w+ cycles)|doses?|scans?)\b"
)


#: Whom it is for, or when: "Doctors choose this treatment when surgery has failed", "A test shows whether the cancer has the change".
_CHOICE = rx(
    r"\b(?:only|must|should|never|unless|until|except|cannot|limited|restricted|instead|if|whether|(?<!than.)when|while|once|during|before|after"
    r"|as long as|patients|people|adults?|children|wom[ae]n|m[ae]n|teenagers|adolescents|at (?:least|most)|(?:more|fewer) than|up to|\d+"
    r"|cancers? (?:that|which|with)|tumou?rs? (?:that|which|with)|needs? (?!to\b)|needed|required|choos\w+|chosen|prefer\w*|decid\w+|select\w*|reserved|tests?|tested|testing|checked|failed)\b"
)


#: What is said to be studied, or not approved, is the use beside it or some of its patients ("Use in children is being studied").
_OF_THE_USE = rx(r"\b(?:this use|these uses|(?:its |the )?use (?:of [\w-]+ )?(?:in|with|for))\b")


def read_aside(ledger: Ledger, aside: Aside) -> None:
    """Read a sentence between passages: more of the uses beside it, something else, or unread and kept with them."""
    statement, frame = aside.statement, aside.frame
    places = (ledger.noted(statement) if statement.note else []) or reached(aside, ledger.elements, ledger.following)
    lost = aside.lost and not _denies_another(statement, frame, ledger)
    if frame.role == "denied" and _FOR_THIS.search(statement.text) and aside.passage is not None and aside.passage.prose:
        ledger.role(statement, "denied", frame.name)
        ledger.state(aside.passage.leaves(), statement.fact("stated"))  # "It is not licensed for this.": the use before it
        ledger.result.denials.append(statement.fact(frame.name))
        return
    of_brands = of_all_brands(statement)
    if of_brands and frame.role == "denied":  # "Neither brand is approved for use in children.": of every use
        ledger.role(statement, "denied", frame.name)
        ledger.state(places, statement.fact("stated"))
        ledger.result.denials.append(statement.fact(frame.name))
        return
    if lost or of_brands or frame.role == "unread" or (frame.of_use and frame.subject == "other"):
        ledger.unread_beside(statement, NO_ANTECEDENT if lost else OTHER_SUBJECT if frame.of_use else NO_FRAME, places)
        return
    if frame.role == "detail" or (frame.of_use and frame.subject in ("people", "it", "drug", "use")):
        _more_of(ledger, aside, places)
        return
    if frame.of_use:
        ledger.unread_beside(statement, "it speaks of some brands only", places)
        return
    if statement.note and frame.role == "brands":
        ledger.unread_beside(statement, "a footnote on brands", places)
        return
    ledger.role(statement, "footnote" if statement.note else frame.role or "unread", frame.name)
    if frame.role == "programme":  # it is about the drug, wherever it stands
        ledger.state(every_place(ledger.elements), statement.fact(frame.name))
    elif may_limit(statement, frame) or (ledger.names.approved and _denied_in_paragraph(aside)):
        ledger.state(places, statement.fact("stated"))
    another = frame.role == "denied" and frame.group is not None and not frame.group.is_of("approve")
    note_said(ledger, statement, frame, ledger.of(places) if another and of_another(statement, frame, ledger.names) else ())


_FOR_THIS = rx(r"^(?:it|this medicine|this drug) (?:is|has)(?:n't| not| no).{0,40} for this(?: purpose)?\W*$")


def _denied_in_paragraph(aside: Aside) -> bool:
    """Reads "X is indicated for severe asthma. X is not indicated for other eosinophilic conditions." in a label."""
    passage = aside.passage
    own = passage is not None and passage.prose and passage.lead[0].block is aside.statement.block
    return own and aside.frame.role == "denied"


def _denies_another(statement: Statement, frame: Frame, ledger: Ledger) -> bool:
    """Reads "It is not recommended for the treatment of X": what is denied is named, whatever stood before."""
    if frame.role != "denied" or frame.subject not in ("it", "drug"):
        return False
    denial = read_denial(statement, frame, ledger.names)
    return denial is not None and bool(denial.names) and not denial.patients


def _more_of(ledger: Ledger, aside: Aside, places: Iterable[Place]) -> None:
    """A sentence after a list, or in a paragraph, that says more of the uses before it."""
    statement, frame = aside.statement, aside.frame
    if aside.passage is None and frame.of_use and frame.subject == "drug" and not aside.lost:
        _introduces(ledger, statement, frame, places)
        return
    covered = (ledger.of(_detailed(aside)) if not statement.note else []) or ledger.of(places)
    if not covered:
        ledger.unread(statement, NO_ANTECEDENT)
        return
    if is_another(statement, frame):
        ledger.unread_beside(statement, NO_FRAME, [one.place for one in covered])
        return
    clear = aside.passage is not None and (
        aside.passage.prose or not aside.last or len(aside.passage.items) == 1 or not points_back(statement)
    )
    if not clear:
        ledger.unread_beside(statement, NO_ANTECEDENT, [one.place for one in covered])
        return
    heads = tuple(name for one in covered for told in one.leaf.told for name in told.heads)
    reading = (
        read_detail(statement, frame, heads, ledger.names)
        if frame.role == "detail"
        else conditional(read_on(statement, frame, heads))
    )
    if not any(one.kind not in ("frame", "gloss") and one.rule != "manner" for one in reading.said):
        ledger.role(statement, "explanation", "given-by")
        return
    said = {name for name in heads if name.casefold() in statement.text.casefold()}
    named = [one for one in covered if _names(said, one)]
    if reading.of("narrower") and not named:
        ledger.unread_beside(statement, NO_ANTECEDENT, [one.place for one in covered])
        return
    ledger.role(statement, "detail", rules_of(reading) or "detail")
    for one in covered:
        if named and one not in named:
            one.leaf.stated.append(statement.fact("stated"))  # it may speak of this disease by another name
        else:
            one.leaf.general.append(reading)


def _introduces(ledger: Ledger, statement: Statement, frame: Frame, places: Iterable[Place]) -> None:
    """Reads "X is approved for use in adults." before the list: who, with what and when, for every use after it."""
    covered = ledger.of(places)
    if not covered:  # "X is indicated as an aid to smoking cessation." is approved for something
        ledger.unread(statement, "no condition is named" if ledger.names.approved else NO_ANTECEDENT)
        return
    reading = read_on(statement, frame)
    if reading.of("narrower"):  # "X is approved for use in patients with Y …": a use of its own, which no verb says
        ledger.unread_beside(statement, NO_FRAME, places)
        return
    ledger.role(statement, "detail", rules_of(reading) or "detail")
    for one in covered:
        one.leaf.general.append(reading)


def _detailed(aside: Aside) -> list[Place]:
    """What a sentence after a list speaks of: the item before it amid the list, else the whole list, or the use in prose."""
    if aside.passage is None:
        return []
    if aside.item is not None and not aside.last and not aside.passage.prose:
        return list(aside.item.leaves())
    return aside.passage.leaves()


def _names(said: set[str], one: Read) -> bool:
    """Whether one of the names that a sentence says is that of a use's disease, or stands in the use's own words ("who have ITP")."""
    heads = {name for told in one.leaf.told for name in told.heads}
    return not heads.isdisjoint(said) or any(name.isupper() and name in one.leaf.text.text for name in said)


def read_unseen(ledger: Ledger, element: Unseen) -> None:
    """A table's row, code, HTML: in the page's words, and with every use that it stands behind."""
    _keep_unseen(ledger, element.block, ledger.behind(element))


def _keep_unseen(ledger: Ledger, block: Block, reads: Sequence[Read]) -> None:
    ledger.unseen[id(block)] = f"it stands in {_NAMES[block.kind]}"
    if block.kind != "cell":
        said = shown(block, "unread")
        keep_with(reads if said is not None else (), said or quote(block, "unread"))
        return
    row = ledger.row_of(block)
    if row:
        said = join([quote(one, "unread") for one in row], "unread")
        keep_with([one for one in reads if _is_named(one, said)] or reads, said)


def _is_named(one: Read, said: Fact) -> bool:
    """Whether a row names the disease of a use, and not all of them: then it speaks of that use alone."""
    heads = "|".join(re.escape(name) for told in one.leaf.told for name in told.heads)
    whole = re.search(rf"(?<!\w)(?:{heads})(?!\w)", said.text, re.IGNORECASE) if heads else None
    return whole is not None and _ALL.search(said.text) is None


_ALL = rx(r"\b(?:all|every|each|any|both|other)\b")


_NAMES = {"cell": "a table", "code": "a code block", "html": "an HTML block", "item": "an item longer than any sentence",
          "paragraph": "a paragraph longer than any sentence", "heading": "a heading"}  # fmt: skip


def read_limits(ledger: Ledger) -> None:
    """What stands under "Limitations of Use": with the uses of its section; all, where it has none, or alone stands at the end."""
    if not ledger.limits:
        return
    places = [(ledger.at[id(block_of(one.place))], one) for one in ledger.reads]
    under = (each for one in ledger.elements if isinstance(one, Passage) for each in one.under)
    titles = frozenset(ledger.at[id(each)] for each in under if each.kind != "heading")
    for one in ledger.limits:
        start, end = own_section(one, ledger.blocks, titles)
        reads = [each for number, each in places if start <= number < end]
        alone_at_end = len(ledger.limits) == 1 and _closes(one, places)
        _keep_limits(ledger, one, ledger.reads if alone_at_end or not reads else reads)


def _keep_limits(ledger: Ledger, limits: Limits, reads: Sequence[Read]) -> None:
    """Each sentence of limits with the uses that they limit; of a list with the sentence that opens it."""
    opening: Statement | None = None
    for number, block in enumerate(limits.blocks):
        if (block.kind == "heading" and number) or (not number and is_only_title(block.text)):
            for statement in statements(block):
                ledger.role(statement, "parent", "heading")
            continue
        if block.kind not in KINDS or longest(block) > MAX_SENTENCE:
            _keep_unseen(ledger, block, reads)
            continue
        opening = opening if block.kind == "item" else None
        following = limits.blocks[number + 1] if number + 1 < len(limits.blocks) else None
        for at, statement in enumerate(statements(block)):
            own = statement.fact("stated")
            if opening is None and opens_list(statement, following):
                opening = statement
                _limit(ledger, statement, own, ())
            else:
                said = own if opening is None or at else join((opening.fact("stated"), own), "stated")
                _limit(ledger, statement, said, reads)


def _limit(ledger: Ledger, statement: Statement, said: Fact, reads: Iterable[Read]) -> None:
    """One sentence on limits; what it denies by name may be denied elsewhere, too."""
    frame = frame_of(statement, ledger.names)
    if _SENDS_ON.fullmatch(statement.text) is not None:
        ledger.role(statement, frame.role or "footnote", frame.name)
        return
    keep_with(reads, said)
    if frame.role != "denied" or of_another(statement, frame, ledger.names):
        ledger.unread(statement, "it limits uses, and stays with them in its own words")
        return
    ledger.role(statement, "denied", frame.name)
    ledger.result.denials.append(statement.fact(frame.name))
    denial = read_denial(statement, frame, ledger.names)
    if denial is not None and denial.names and not denial.patients:
        ledger.denials.add(replace(denial, placed=True))


#: "(See WARNINGS.)"
_SENDS_ON = rx(r"[(\[]see (?:also )?[A-Z][\w ,()\[\]-]*\W*")


def _closes(limits: Limits, places: Iterable[tuple[int, Read]]) -> bool:
    """Whether limits stand at the end of all uses, and not in an item of one."""
    nested = limits.title.kind == "item" and limits.title.level > 1
    return not nested and all(number < limits.at for number, _ in places)
