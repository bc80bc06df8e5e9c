"""Reading takes time in proportion to a page, whatever stands in it: each pattern, and whole pages."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from functools import cache, partial

import pytest

from pipeline.convert.deadline import Overdue, within
from pipeline.elements.elements import MAX_SENTENCE
from pipeline.extract import extract
from pipeline.extract.layout import address, heading, words
from pipeline.extract.template import _labels
from pipeline.publishers import profiles
from pipeline.read import read_page
from tests.invented_pages import drug_page
from tests.patterns import Found, all_patterns, attacks
from tests.sampled import sampled, variant
from tests.uncollected import uncollected

OF_SENTENCES = tuple(f"pipeline.{room}." for room in ("phrases", "sentences", "meaning", "elements", "extract"))
#: Modules that read whole blocks or pages; what else the reader has reads no more than a sentence at a time.
OF_BLOCKS = frozenset(
    f"pipeline.{name}"
    for name in (
        "sentences.statements", "sentences.quote", "elements.elements",
        "extract.identity", "extract.template", "extract.section", "extract.headings",
    )
)  # fmt: skip
LONG = 12_000
#: Below so many times what the simplest quadratic search over a sentence takes on this machine, a time says nothing: no text
#: that a pattern is given is longer.
FLOOR = 12
MOST_GROWTH = 8
#: A search that takes longer is broken off: it is not linear, whatever a quarter of it takes.
CAP = 1.0


@cache
def floor() -> float:
    """In seconds of the processor."""
    times = []
    for _ in range(5):
        start = time.process_time()
        re.search(r"\w*x", "a" * MAX_SENTENCE)
        times.append(time.process_time() - start)
    return FLOOR * min(times)


def took(found: Found, method: str, text: str, tries: int = 1) -> float:
    """The least processor time of some tries, in seconds."""
    read = getattr(found.pattern, method)
    best = CAP
    for _ in range(tries):
        start = time.process_time()
        try:
            within(CAP, lambda: list(read(text)) if method == "finditer" else read(text))
        except Overdue:
            continue
        best = min(best, time.process_time() - start)
    return best


def length_of(found: Found) -> int:
    """How long a text of those that a pattern is given may become in the attack."""
    of_sentences = found.module.startswith(OF_SENTENCES)
    return MAX_SENTENCE if of_sentences and found.module not in OF_BLOCKS else LONG


def broken(found: Found) -> str | None:
    length = length_of(found)
    for before, unit in attacks(found.pattern):
        for end in ("", "\x01"):
            long = before + unit * (length // len(unit)) + end
            for method in sorted(found.methods):
                first = took(found, method, long)
                if first < floor():
                    continue
                short = before + unit * (length // 4 // len(unit)) + end
                slow = min(first, took(found, method, long, 2))
                if slow >= CAP or (slow >= floor() and slow > MOST_GROWTH * took(found, method, short, 3)):
                    return f"{found.module}.{found.name} {method} {(before, unit, end)!r}: {slow:.3f} s"
    return None


#: Where a function makes a pattern of something else than a literal, and why that is linear.
MADE_WHERE_NEEDED = {
    "pipeline.correct.nodes: pattern": "of a literal, kept in what the function gives, where it is attacked",
    "pipeline.correct.quoting: '(?=(' + '\\\\s+'.join(map(re.escape, words.split())) + '))'": "words, with blanks between them",
    "pipeline.correct.quoting: number": "one number",
    "pipeline.elements.scope: f'(?<!\\\\w){re.escape(words)}(?! ?\\\\w)'": "words of the page, escaped",
    "pipeline.extract.between: f'(?<!\\\\w)(?:{heads})(?!\\\\w)'": "names of the page, escaped, with bars between them",
    "pipeline.extract.layout: f'(?:{text}) ?[?:]?\\\\Z'": "of a profile, attacked below",
    "pipeline.extract.layout: text": "of a profile, attacked below",
    "pipeline.extract.layout: text.replace(' ', f'[\\\\s{UNSEEN_CLASS}]+')": "of a profile, attacked below",
    "pipeline.extract.template: '|'.join(map(_label, beginnings))": "of a profile, attacked below",
    "pipeline.language.text: self.pattern": "`rx`: its patterns are attacked where they are",
    "pipeline.model.publisher: self.page_id": "of a profile, attacked below",
    "pipeline.publishers.profile: pattern": "of a profile, to see whether it is one",
    "pipeline.read.page: deep": "a class so many times",
    "pipeline.read.page: end + deep": "as above, behind a line end",
    "pipeline.tables.search: f'{re.escape(needle)}(?!\\\\d)'": "the words that were looked for",
    "pipeline.validate.codes: pattern": "of a table, over one code",
    "pipeline.verify.derived: _COMPARED.get(comparator, '\\\\Z\\\\A.')": "words of a table",
    "pipeline.verify.derived: f'(?<![\\\\d.,]){_number(quantity)}'": "one number",
    "pipeline.verify.derived: f'{_LEFT_OUT}{_number(quantity)}'": "words of a table and one number",
    "pipeline.verify.derived: f'{before}|{behind}|{bare}'": "over the quoted words of an age, a part of a sentence",
    "pipeline.verify.document: f'(?:{document.publisher.uses}) ?[?:]?\\\\Z'": "of a profile, attacked below",
    "pipeline.verify.inline: f'(?<!`)`{{{width}}}(?!`)'": "so many backticks",
    "pipeline.verify.scalars: _LINE_END": "a line end",
}


@sampled(60, slow=8)
def test_no_pattern_takes_more_than_linear_time(step: int) -> None:
    patterns, made = all_patterns()
    assert len(patterns) > 250
    assert set(made) == MADE_WHERE_NEEDED.keys()
    assert [said for found in [*patterns, *of_profiles()][::step] if (said := broken(found))] == []


def of_profiles() -> Iterator[Found]:
    """The patterns of the publishers' profiles, as pages are read by them."""
    for publisher in profiles():
        stated = {
            "uses": heading(publisher.uses),
            "introductions": heading(publisher.introductions),
            "page_id": address(publisher.page_id or ""),
        }
        stated |= {f"labels.{name}": words(label) for name, label in publisher.labels.items()}
        if (marks := _labels(tuple(publisher.labels.values()))) is not None:
            stated["beginnings of labels"] = marks[0]
        for link in publisher.identifiers:
            stated |= {f"{link.kind} opening": words(link.opening), f"{link.kind} value": address(link.value)}
        for name, pattern in stated.items():
            yield Found(pattern, f"publishers/{publisher.id}", name, frozenset({"finditer" if "value" in name else "match"}))


@pytest.mark.parametrize(
    "pattern",
    [r"id=0*\d+y", *map(variant, (r"(?:a|b|ab)*c", r"\s*\s*x", r"(?:second\s+)*\s*(?:second\s+)*x", r"(?:(?:an?|\w+)\s)+x"))],
)
def test_the_attack_finds_what_is_not_linear(pattern: str) -> None:
    assert broken(Found(re.compile(pattern), "pipeline.read", pattern, frozenset({"search"}))) is not None


#: What stood in pages that took seconds, minutes or for ever, each as so many characters.
USES: dict[str, Callable[[int], str]] = {
    "an adverb again and again": lambda n: (
        f"is approved to treat glioma in adults who have had at least {'second ' * (n // 7)}x."
    ),
    "ages again and again": lambda n: f"is approved to treat glioma in adults, who are aged {'the ages of ' * (n // 12)}x.",
    "spaces before a full stop": lambda n: f"is approved to treat{' ' * n}.",
    "no-break spaces": lambda n: f"is approved to treat glioma{chr(160) * n}in adults.",
    "a glossary link": lambda n: f"is approved to treat [glioma](/Common/PopUps/popDefinition.aspx?id=CDR{'0' * n}x).",
    "abbreviations": lambda n: f"is approved to treat {'A. ' * (n // 3)}",
    "identical items": lambda n: "is approved to treat:\n\n" + "- **glioma** in adults\n" * (n // 40),
    "brand sentences": lambda n: f"is approved to treat glioma. {'This use is approved for Zolaria. ' * (n // 34)}",
    "footnote marks": lambda n: "is approved to treat:\n\n" + "- glioma¹\n" * (n // 40) + "\n¹ in adults.",
    "each item with its footnote": lambda n: "is approved to treat:\n\n" + "- glioma*\n\n*In adults.\n\n" * (n // 40),
    "link targets": lambda n: f"is approved to treat {'[glioma](/a?id=CDR0000045) ' * (n // 27)}",
    "words in a bracket": lambda n: f"is approved to treat glioma ({'AND A ' * (n // 6)}x)",
    "commas": lambda n: f"is approved to treat glioma{',' * n}",
    "digits": lambda n: f"is approved to treat glioma in adults aged {'1' * n}",
}
#: Beyond the 256 sentences that are kept at hand; and a sentence, beyond whose length none is read.
SIZES = {"paragraph": (24_000, 96_000), "sentence": (450, 1_800)}
#: Those whose many pieces take seconds to read.
LONG_ONES = {"identical items", "footnote marks", "brand sentences"}
#: What takes less is no trouble, and too short to be compared.
QUICK = 0.3


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "uses", [variant(uses, id=name) if name in LONG_ONES else pytest.param(uses, id=name) for name, uses in USES.items()]
)
def test_a_page_takes_time_in_proportion_to_its_size(uses: Callable[[int], str], size: str) -> None:
    small, large = map(uses, SIZES[size])
    slow = spent(large)
    assert slow < QUICK or slow < 5 * spent(small) or spent(large, 3) < 5 * spent(small, 3)


def spent(uses: str, tries: int = 1) -> float:
    """The least processor time of reading a page with such uses, each time another: the last sentences are kept at hand."""
    took: list[float] = []
    with uncollected():
        for number in range(tries):
            said = f"Zolafen {uses}{' ' * (number + 1)}It is a tablet."
            page = drug_page("Zolafen").replace("Zolafen is approved to treat:", said, 1).encode()
            start = time.process_time()
            within(20, partial(_read, page))
            took.append(time.process_time() - start)
    return min(took)


def _read(page: bytes) -> None:
    extract(read_page(page, "zolafen.md"))
