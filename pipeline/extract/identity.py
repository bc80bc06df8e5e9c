"""What a page is about: its name, brands, FDA status, identifiers and components, and whether it is a drug's page at all.

Everything is read from the layout that a publisher's pages share: labels on a line of their own, level-1 headings, fixed link
texts. Which these are, is the publisher's profile (`pipeline/publishers`). No name of a drug, brand or disease is known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, takewhile
from pathlib import PurePosixPath

from pipeline.extract.layout import address, words
from pipeline.extract.section import use_blocks
from pipeline.extract.template import may_be_of_the_template
from pipeline.model import Block, Component, Fact, FdaStatus, Identifier, IdentifierKind, Kind, Page
from pipeline.publishers import Publisher
from pipeline.sentences.quote import fact, quote, target

#: "About gabaveline - Brand names: Neurivel, Axalin", as the British NHS heads its pages.
_ABOUT = re.compile(r"\s*About (?=\S)")
_BRANDS_BEHIND = re.compile(r"\s[-\u2013|] Brand names?:")
_SITE_SUFFIX = re.compile(r"(?<=\S)\s+[-\u2013|]\s+(?P<site>\S.*?)\s*\Z")
#: What stands under the label of FDA approval, by its beginning; "No" alone, for "No information" is no answer.
_FDA_STATUS: tuple[tuple[FdaStatus, re.Pattern[str]], ...] = (
    ("approved", re.compile(r"yes\b", re.IGNORECASE)),
    ("discontinued", re.compile(r"no longer\b|discontinued\b|withdrawn\b", re.IGNORECASE)),
    ("not_approved", re.compile(r"no\s*(?:[^\w\s]|\Z)|not (?:yet )?(?:FDA[- ])?approved\b", re.IGNORECASE)),
)
#: A product for sale may combine drugs too; a regimen has no label of its own.
_COMBINATION = re.compile(r"\bThis (?:\w+ )?combination contains\b|\bDrugs in the\b.{0,200}\bcombination\b", re.IGNORECASE)
_USE_SECTION = "a section on its use"
#: The labels by which a page is told to be about a drug that is sold.
_MARKS = {"brands": "the label of US brand names", "fda_status": "the label of FDA approval"}
#: A brand name has a few words; a line with more is a sentence that strayed in.
_MOST_WORDS_OF_A_BRAND = 6


def find_name(page: Page, publisher: Publisher) -> Fact | None:
    """The drug's name: the level-1 heading after the one that repeats the page's title.

    A page whose only level-1 heading is the title ("Examplimab - Site") names the drug there, before the site's suffix, and
    "About examplimab" behind its first word.
    """
    headings = [block for block in page.blocks if block.kind == "heading" and block.level == 1 and block.text.strip()]
    if not headings:
        return None
    title = headings[0]
    suffix = _SITE_SUFFIX.search(title.text)
    if suffix is not None and suffix["site"] not in {publisher.alias, *publisher.sources, page.meta("source")}:
        suffix = None
    if publisher.introductions and (about := _ABOUT.match(headings[-1].text)) is not None:
        brands = _BRANDS_BEHIND.search(headings[-1].text)
        end = brands.start() if brands is not None else len(headings[-1].text)
        return fact(headings[-1], about.end(), end, "name.about-heading")
    if len(headings) > 1 and (
        suffix or title.text.strip() == page.meta("title") or title.text.startswith(headings[1].text.strip())
    ):
        return fact(headings[1], 0, len(headings[1].text), "name.second-heading")
    return fact(title, 0, suffix.start() if suffix else len(title.text), "name.only-heading")


def find_pronunciation(page: Page) -> Fact | None:
    """How the name is said: the paragraph before the first section that is one pair of brackets, without them."""
    for block in _head(page):
        text = block.text.strip()
        if block.kind == "paragraph" and re.fullmatch(r"\((?=[^()]*\w)[^()]*+\)", text):
            start = block.text.index("(") + 1
            return fact(block, start, start + len(text) - len("()"), "pronunciation.in-brackets")
    return None


def find_brands(page: Page, publisher: Publisher) -> tuple[Fact, ...]:
    """The brands under their label ("US Brand Name(s)"), in page order: one a line or list item, or separated by commas."""
    return tuple(
        fact(block, first, last, "brands.line-under-label")
        for block, start, end in _under(page, publisher, "brands")
        for first, last in _parts(block.text, start, end)
        if len(block.text[first:last].split()) <= _MOST_WORDS_OF_A_BRAND
    )


def find_fda_status(page: Page, publisher: Publisher) -> tuple[FdaStatus, Fact | None]:
    """What stands under its label ("FDA Approved"); words that say none of `_FDA_STATUS` are quoted and decide nothing."""
    for block, start, end in _under(page, publisher, "fda_status"):
        said = fact(block, start, end, "fda-status.line-under-label")
        return next((status for status, words in _FDA_STATUS if words.match(said.text)), "not_stated"), said
    return "not_stated", None


def find_page_status(page: Page, publisher: Publisher) -> Fact | None:
    """What the front matter says of the page's own status, where the publisher means by it that it is no longer in force."""
    return next(
        (
            Fact(value.text, (value.span,), "")
            for value in page.front_matter.get("status", ())[:1]
            if value.text.casefold() in publisher.withdrawn
        ),
        None,
    )


def find_identifiers(page: Page, publisher: Publisher) -> tuple[Identifier, ...]:
    """The drug's identifiers, as they stand in the targets of the page's own links about it, each once."""
    found: dict[tuple[IdentifierKind, str], Identifier] = {}
    for block in page.blocks if publisher.identifiers else ():
        if not block.may_begin(publisher.first_letters):
            continue
        for link in publisher.identifiers:
            if not words(link.opening).match(block.text.lstrip()):
                continue
            for run in block.runs:
                for match in address(link.value).finditer(run.href or ""):
                    if run.href_span:
                        said = target(run, match.start(), match.end(), f"identifiers.{link.kind}")
                        found.setdefault((link.kind, said.text), Identifier(link.kind, said))
    return tuple(found.values())


def find_components(page: Page, publisher: Publisher) -> tuple[Component, ...]:
    """The drugs of a regimen, from the table or list under "Drugs in the … combination"."""
    label = publisher.labels.get("components")
    for number, block in enumerate(page.blocks if label is not None else ()):
        if block.kind not in {"paragraph", "heading"} or not block.may_begin(publisher.first_letters):
            continue
        if label is not None and words(label).fullmatch(block.text):
            rows = groupby(
                _group(page.blocks[number + 1 :]), key=lambda block: block.row if block.kind == "cell" else block.span
            )
            return tuple(component for _, row in rows for component in _components_of(tuple(row), publisher))
    return ()


def classify(page: Page, publisher: Publisher) -> tuple[Kind, str]:
    """Whether the page is about a drug, a regimen or neither, and what says so.

    Where a publisher's pages print labels (brands, approval, a definition), two marks are asked for; else a name and a section
    on the drug's use.
    """
    if not publisher.labels:
        marks = {_USE_SECTION: bool(use_blocks(page, publisher)), "a name": find_name(page, publisher) is not None}
        missing = [mark for mark, found in marks.items() if not found]
        return ("none", f"it lacks {' and '.join(missing)}") if missing else ("drug", " and ".join(marks))
    if publisher.told_by_source and not may_be_of_the_template(page, publisher):
        return "none", _no_mark(publisher)
    if find_components(page, publisher):
        return "regimen", "a list of the drugs in the combination"
    combination = any(_COMBINATION.search(block.text) for block in _head(page))
    marks = {name: _labelled(page, publisher, key) is not None for key, name in _MARKS.items() if key in publisher.labels}
    marks[_USE_SECTION] = bool(use_blocks(page, publisher))
    definition = publisher.labels.get("definition")
    marks[f"its {publisher.definition}"] = definition is not None and any(
        block.may_begin(publisher.first_letters) and words(definition).match(block.text) for block in page.blocks
    )
    present = [mark for mark, found in marks.items() if found]
    if combination and present and not any(marks.get(name) for name in _MARKS.values()):
        return "regimen", f"a sentence on what the combination contains and {present[0]}"
    if len(present) > 1:
        return "drug", " and ".join(present)
    return "none", f"of the marks of a drug's page only {present[0]}" if present else _no_mark(publisher)


def _no_mark(publisher: Publisher) -> str:
    labels = [mark for key, mark in _MARKS.items() if key in publisher.labels]
    return f"it has neither {', '.join(labels)}, {_USE_SECTION} nor its {publisher.definition}"


def slug_of(page: Page, publisher: Publisher) -> str:
    """The drug's identity across runs, where the publisher's profile finds it in the page's address, else its file name.

    The publisher's id stands before it, and a dot, which no name has: pages of two publishers never have one slug.
    Only `[a-z0-9-]` is left of it, so that it is safe in a file name and in a FHIR id whatever the page says. A page that
    has neither is known by the hash of its bytes.
    """
    stem = PurePosixPath(page.name.replace("\\", "/")).stem
    name = _slug(publisher.page_named(page.meta("url")) or "") or _slug(stem) or f"page-{page.sha256[:12]}"
    return _of_the_publisher(name, publisher)


def _of_the_publisher(name: str, publisher: Publisher) -> str:
    return name if publisher.plain_slugs else f"{publisher.id}.{name}"


def _last_segment(path: str) -> str:
    return _slug(path.rstrip("/").rsplit("/", 1)[-1])


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"\.(?:html?|aspx?|md)\Z", "", text.casefold())).strip("-")


def _is_section(block: Block) -> bool:
    return block.kind == "heading" and block.level > 1


def _head(page: Page) -> Sequence[Block]:
    """The blocks before the page's first section, where the labels stand."""
    return tuple(takewhile(lambda block: not _is_section(block), page.blocks))


def _labelled(page: Page, publisher: Publisher, name: str) -> tuple[int, int] | None:
    """The first block before the sections that begins with a label, by its number, and where the label ends in its text."""
    label = publisher.labels.get(name)
    if label is None:
        return None
    for number, block in enumerate(_head(page)):
        first = next(_lines(page, block, 0), None) if block.kind in {"paragraph", "heading"} else None
        found = words(label).match(block.text[: first[2]]) if first else None
        if found:
            return number, found.end()
    return None


def _under(page: Page, publisher: Publisher, name: str) -> Iterator[tuple[Block, int, int]]:
    """The lines under a label: in the label's own block, else in the paragraphs up to the next label, or the items of a list.

    Where no label ends them, the first paragraph alone: the next may be about something else.
    """
    place = _labelled(page, publisher, name)
    if place is None:
        return
    head, (number, end) = _head(page), place
    after = head[number + 1 :]
    if head[number].text[end:].strip():
        yield from _lines(page, head[number], end)
        return
    if after and after[0].kind == "item":
        under = _group(after)
    else:
        under = tuple(takewhile(lambda block: block.kind == "paragraph" and not _is_label(block, publisher), after))
        if not any(_is_label(block, publisher) for block in after[len(under) : len(under) + 1]):
            under = under[:1]
    for block in under:
        yield from _lines(page, block, 0)


def _is_label(block: Block, publisher: Publisher) -> bool:
    return any(words(publisher.labels[each]).match(block.text) for each in _MARKS if each in publisher.labels)


def _group(blocks: Sequence[Block]) -> Sequence[Block]:
    """The list or table at the start of `blocks`; nothing where they start with another block."""
    number = blocks[0].group if blocks else 0
    return tuple(takewhile(lambda block: number and block.group == number, blocks))


def _lines(page: Page, block: Block, start: int) -> Iterator[tuple[Block, int, int]]:
    """The lines of a block as the page writes them, from an offset of its text on."""
    at, line = 0, start
    for run in block.runs:
        at += len(run.text)
        if run.text == " " and page.text[run.span.start : run.span.end].strip(" \t") != "" and at > line:
            if block.text[line : at - 1].strip():
                yield block, line, at - 1
            line = at
    if block.text[line:].strip():
        yield block, line, len(block.text)


def _parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The pieces of a line between commas or semicolons."""
    for part in re.finditer(r"[^,;]+", text[start:end]):
        if part.group().strip():
            yield start + part.start(), start + part.end()


def _components_of(row: Sequence[Block], publisher: Publisher) -> Iterator[Component]:
    """The drugs of one row or item: "**R** = [Examplimab](…/examplimab) (Other Name)"; the letters stand in bold before."""
    letter = _letter(row[0])
    for block in row:
        links = quote(block, "components.linked").links if block.text.strip() else ()
        linked = [link for link in links if "/drugs/" in link.href]
        for link in linked:
            name = Fact(link.text, (link.span,), "components.linked", (link,))
            slug = _last_segment(re.split(r"[?#]", link.href)[0])
            yield Component(name, letter, _of_the_publisher(slug, publisher) if slug else None)
        plain = None if linked else re.search(r"[=+]\s*(?P<name>[^\s(][^(]*)", block.text)
        if plain:
            yield Component(fact(block, *plain.span("name"), "components.plain"), letter)


def _letter(block: Block) -> Fact | None:
    """The letters that stand for a drug: what is bold at the start of its row, before any "=" or link."""
    end = 0
    for run in block.runs:
        if run.href or not (run.bold or not run.text.strip()):
            break
        end += len(run.text)
    return fact(block, 0, end, "components.letter") if block.text[:end].strip() else None
