"""What a use is about: its conditions, the diseases in which they are treated, their causes; and which words name no disease."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pipeline.extract.leaf import PREVENTIVE, Leaf, Pair, quoted, said, unique
from pipeline.extract.purposes import alike, one_purpose
from pipeline.language import classes_of, closed, rx
from pipeline.meaning.listed import STATE_ALONE, conditions
from pipeline.meaning.said import SHARED_NOUN, Said
from pipeline.model import Fact
from pipeline.phrases.diseases import ends_in_disease, is_generic, names_head
from pipeline.phrases.nouns import noun_aim, noun_end, noun_list
from pipeline.phrases.words import words_of


def conditions_of(leaf: Leaf, *, of_label: bool) -> tuple[tuple[Fact, ...], tuple[Fact, ...], tuple[Fact, ...]]:
    """Conditions, settings and a narrower condition, after what the verb acts on and what the head is."""
    heads = said((*leaf.above, *leaf.own), "head")[:1]
    head = tuple(named for r, one in heads for named in r.diseases(one.names, one.rule))
    if leaf.prose:
        return (*head, *_in_one_breath(leaf)) or acted_by(_acted_on(leaf, of_label=of_label)), (), ()
    for reading, thing in said(leaf.own, "object"):
        verb = next((one for one in reversed(reading.of("intent")) if one.place[1] <= thing.place[0]), None)
        if not head or verb is None or verb.rule == "other-intent" or verb.mode == "other":
            continue
        words = reading.text(thing.place)
        if is_generic(words) or names_head(words, tuple(one.text for one in head)):
            continue
        acted = reading.quote(thing.place, thing.rule)
        if of_label and is_changed(acted):
            continue  # "Diphtheria, to prevent establishment of carriers"
        names = [one.text for one in head] + [name for told in leaf.told for name in told.heads]
        if any(name.casefold() in words.casefold() for name in names):
            return head, (), (acted,)
        return (acted,), head, ()
    acted_on = acted_by(said(leaf.leading, "object"))
    # "serious infections caused by susceptible bacteria", and the items name infections or, as in "caused by: - X", bacteria
    of_causes = any(_WITH.search(r.statement.text) for r in leaf.leading) and not (
        of_label and any(ends_in_disease(one.text) for one in head)
    )
    kinds = all(_KIND.fullmatch(one.text) for one in acted_on) and not of_causes
    if acted_on and head and (kinds or any(_LISTED.search(reading.statement.text) for reading in leaf.leading)):
        return head, (), ()  # "for the treatment of infections … in the conditions listed below": each of them
    if acted_on and not (of_label and head and all(map(is_changed, acted_on))):
        return acted_on, head, ()
    if not head:
        return acted_by(said((*leaf.above, *leaf.own), "object")), (), ()
    return head, (), ()


_LISTED = rx(
    r"\b(?:in|for|of) (?:the )?(?:[\w-]+ ){0,2}"
    r"(?:(?:conditions|diseases|infections|disorders|situations)(?: as)? (?:listed|described|specified)|following (?:[\w-]+ ){0,2}"
    r"(?:conditions|diseases|infections|disorders|situations))\b"
)


#: "for the treatment of serious infections due to susceptible strains:", and the items say which.
_KIND = rx(r"(?:[\w-]+ (?:to [\w-]+ )?){0,2}(?:infections?|diseases|disorders|conditions|illnesses)")


_WITH = rx(r"\b(?:with|who|have|having|caused by|organisms|strains|bacteria|pathogens)\W*$")


def _in_one_breath(leaf: Leaf) -> tuple[Fact, ...]:
    """Reads "for the treatment of hypertension and for the management of angina": what the later verbs of the same kind act on."""
    reading = leaf.own[0]
    verbs = reading.of("intent")
    if not verbs[1:] or not alike(verbs, reading) or not reading.of("head") or not one_purpose(verbs, reading):
        return ()
    behind = [one for one in reading.of("object", "narrower") if one.place[0] > verbs[1].place[0]]
    found = acted_by(
        (reading, replace(one, rule="head")) for one in behind if one.kind == "object" or one.rule == "treated-disease"
    )
    return tuple(one for one in found if not is_measure(one))


def _acted_on(leaf: Leaf, *, of_label: bool) -> list[Pair]:
    """What the verbs of a use in prose act on; in "the treatment of stable patients … to improve survival" survival is not treated."""
    objects = said(leaf.own, "object")
    verbs = leaf.own[0].of("intent")
    if not of_label or len(verbs) < 2 or verbs[0].mode != "treat":  # noqa: PLR2004 - a second verb
        return objects
    return [(reading, one) for reading, one in objects if reading is not leaf.own[0] or one.place[0] < verbs[1].place[0]]


#: "used in functional bowel disorders to reduce symptoms", "the remission period between acute attacks of colitis".
_IN_WHICH = rx(r"(?:in|for|between (?:[\w-]+ )?(?:attacks|episodes) of) ")
#: "(patients with bronchospasm) associated with bronchitis"
_BELONGING = rx(r"associated with (?:the )?")
_HAVE = rx(r"(?:in|with|who have|that have|having) (?:an? |the )?")


def settings_of(leaf: Leaf, verb: Said, *, of_label: bool) -> tuple[Fact, ...]:
    """Reads "to improve glycemic control in adults with type 2 diabetes": the disease that the patients have.

    In a label, too, where something is prevented ("to reduce the risk of stroke in patients with atrial fibrillation").
    """
    if not of_label and (not leaf.prose or verb.mode in PREVENTIVE):
        return ()
    found = _of_such_patients(leaf) if of_label else []
    if of_label and verb.mode in PREVENTIVE:  # "in hypertensive patients with gastropathy to reduce the risk of stroke"
        having = [(reading, one) for reading, one in said(leaf.own[:1], "narrower") if one.rule == "disease-of-patients"]
        found += [replace(each, rule="setting") for reading, one in having for each in reading.diseases([one.place], "setting")]
    within = [*leaf.leading, *leaf.own[:1]] if of_label else leaf.own[:1]
    for reading, one in said(within, "description", *(("status", "qualifier") if of_label else ())):
        of_disease = one.rule in ("patient-trait", "other-disease", "site", "with-feature")
        leads = _IN_WHICH if one.kind == "qualifier" else _HAVE if of_disease else _BELONGING if of_label else None
        lead = leads.match(reading.statement.plain, *one.place) if leads is not None else None
        if lead is None:
            continue
        states = _STATES.match(reading.statement.plain, lead.end(), one.place[1])  # "active, mild to moderate colitis"
        words = words_of(reading.statement.plain, (states or lead).end(), one.place[1])
        listed = noun_list(words, 0, len(words))
        if listed.end == len(words) and not any(
            words[last - 1].of("treatment", "marker", "person") or words[first].low in closed("history")
            for first, last in listed.items
        ):
            parts = conditions(reading.statement.plain, words, 0, len(words), plain=True)
            named = [reading.quote(part, "setting") for part in parts]
            site = one.kind != "description"  # "remission in ulcerative colitis", and not "lesions in the mouth"
            found += [
                each for each in named
                if not is_generic(each.text) and _TRAIT.search(each.text) is None
                and (not site or ends_in_disease(each.text))
                and (one.kind != "qualifier" or not (_EPISODE.fullmatch(each.text) or noun_aim(words, 0, len(words))))
            ]  # fmt: skip
    return tuple(found)


def _of_such_patients(leaf: Leaf) -> list[Fact]:
    """Reads "severe pain in cancer patients", "in duodenal ulcer patients": the disease that the patients have."""
    found = []
    for reading, one in said(leaf.own[:1], "population", "status"):
        if one.kind == "status" and one.rule != "site":
            continue
        words = words_of(reading.statement.plain, *one.place)
        first = next((number for number, word in enumerate(words) if not word.of("preposition", "quantifier", "article")), 0)
        last = next((number for number in range(first, len(words)) if words[number].of("person")), 0)
        named = " ".join(word.low for word in words[first:last])
        if (
            last > first
            and words[last - 1].of("disease")
            and noun_end(words, first, last) == last
            and named not in _ANY_DISEASE
        ):
            found.append(reading.quote((words[first].start, words[last - 1].end), "setting"))
    return found


_STATES = rx(rf"(?:(?:{STATE_ALONE.pattern}), )+")
_ANY_DISEASE = ("disease", "condition", "disorder", "illness", "problem")
#: What patients have and no disease: "a body mass index of 30", "a history of ulcers", "higher".
_TRAIT = rx(
    r"\d\d|\d ?%|\b(?:history|risk) of\b|\b(?:index|levels?|counts?|factors?|scores?|risk|higher|lower|older|younger|more|less|progression)$"
)


def acted_by(pairs: Iterable[Pair]) -> tuple[Fact, ...]:
    """What verbs act on, without a bracket behind it and what names no disease by itself."""
    found = []
    for reading, one in pairs:
        for place in one.names or (one.place,):
            words = reading.text(place)
            bare = _BRACKETS_BEHIND.sub("", words)  # "HR (HR)-positive breast cancer (a tumor)"
            if not is_generic(bare):
                found.append(reading.quote((place[0], place[0] + len(bare)), one.rule))
    return tuple(found)


_BRACKETS_BEHIND = rx(r"(?: \([^()]*\))+$")


def narrower_of(leaf: Leaf, verb: Said, *, of_label: bool = False) -> list[Fact]:
    """The leaf's own narrower diseases; in a label none behind a bracket: "primary hypogonadism (acquired) testicular failure"."""
    found: list[Fact] = []
    for reading in leaf.own:
        listed = [
            one for one in reading.of("narrower")
            if not (verb.mode in PREVENTIVE and one.rule in ("disease-of-patients", "whose-disease"))
            and not (of_label and reading.statement.plain[: one.place[0]].endswith(") "))
        ]  # fmt: skip
        named = reading.diseases([one.place for one in listed], "narrower")
        found += [
            fact if fact.rule == SHARED_NOUN else replace(fact, rule=one.rule) for one, fact in zip(listed, named, strict=True)
        ]
    return found


def names_of(named: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """Without "its extension" and "this syndrome", and without "death" beside a disease: their words stay with the use."""
    found = tuple(one for one in named if not (_POINTS.match(one.text) or _EPISODE.fullmatch(one.text) or _is_person(one)))
    found = tuple(one for one in found if not is_measure(one)) or found
    return tuple(one for one in found if SYMPTOMS.fullmatch(one.text) is None) or found


def _is_person(condition: Fact) -> bool:
    """Reads "short term treatment of hyperactive children": who is treated, and not of what."""
    last = condition.text.rsplit(" ", 1)[-1].lower()
    return "person" in classes_of(last) or "person" in classes_of(f"{last}s")


_EPISODE = rx(
    r"\w+ly|(?:(?:initial|first|acute|recurrent|repeated|severe|chronic|other) )*(?:episodes?|attacks?|cases?|events?|effects?)"
)


_POINTS = rx(r"(?:this|these|that|those|such|its|their)\b")


def is_changed(condition: Fact) -> bool:
    """Whether it is what the drug changes for the sake of a disease: a measure, or no disease by its form ("rate of thrombotic events")."""
    words = words_of(condition.text, 0, len(condition.text))
    return is_measure(condition) or (condition.rule == "acted-on" and not any(word.of("disease") for word in words))


def is_measure(condition: Fact) -> bool:
    """Whether what the verb acts on is no disease: "glycemic control", "LDL C"."""
    words = _MEASURED.sub("", condition.text).lower().split(" ")
    measured = words[-1] in closed("measures") or words[-1].rsplit("-", 1)[-1] in closed("measures")
    done = words[0] in closed("gerunds") and not ends_in_disease(condition.text)
    return measured or done or SYMPTOMS.fullmatch(condition.text) is not None


_MEASURED = rx(r" \([^()]*\)$")


SYMPTOMS = rx(r"(?:the )?(?:signs? (?:and|or) )?symptoms?")


_DUE = rx(r"\bdue to\b")
_BETWEEN = rx(r"[\s,]*+(?:and/or|and|or)?\s*+(?:to )?(?:the |an? )?")


def causes_in_words(leaf: Leaf) -> list[Fact]:
    """Reads "due to A, B, or C" as a label says it: that the one is due to the other is more than that both are there."""
    found = []
    for reading in (*leaf.leading, *leaf.above, *leaf.own):
        plain = reading.statement.plain
        causes = [one.place for one in reading.of("cause")]
        for due in _DUE.finditer(plain, reading.statement.start, reading.statement.end):
            end = due.end()
            for start, stop in causes:
                if start <= due.start() < stop or (start >= end and _BETWEEN.fullmatch(plain, end, start)):
                    end = max(end, stop)
            if end > due.end():
                found.append(reading.quote((due.start(), end), "cause-in-words"))
    return found


def causes_of(leaf: Leaf, verb: Said) -> tuple[Fact, ...]:
    """The leaf's own causes, else those of the items above or the opening sentence (a sub-item's cause is a kind of its parent's)."""
    for readings in (leaf.own, leaf.above, leaf.leading):
        found = quoted((r, one) for r, one in said(readings, "cause") if one.mode not in ("open", "listed"))
        if verb.mode in PREVENTIVE:
            found += [
                r.quote(name, one.rule) for r, one in said(readings, "prior") if one.rule == "after-head" for name in one.names
            ]
        if found:
            return unique(found)
    return ()
