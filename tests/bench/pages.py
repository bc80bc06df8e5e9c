"""Pages on invented drugs, as large and as varied as the real ones: any number, the same bytes for the same seed.

    write(folder, 1000)                 # files in folders of a thousand; gives what the pages are
    page(17).text, page(17).uses        # one page, and how many uses it states

Of a hundred pages about seventy are on a drug, fifteen on a regimen and eleven on neither, as on NCI's site; the uses are
lists, nested lists and prose, with partners, populations, earlier treatment, biomarkers, brands, accelerated approval,
denials and what is only studied. The diseases are real words; drugs, brands and dictionary numbers are made up.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Kind = Literal["drug", "regimen", "none"]

_SYLLABLES = (
    "ba", "ce", "di", "fo", "gu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "zu", "bra", "cle", "dri", "flo", "gru",
)  # fmt: skip
_STEMS = ("mab", "tinib", "platin", "rubicin", "ciclib", "zomib", "taxel", "degib")
_DISEASES = (
    "Breast cancer", "Bladder cancer", "Colorectal cancer", "Cervical cancer", "Melanoma", "Multiple myeloma",
    "Non-small cell lung cancer", "Small cell lung cancer", "Ovarian cancer", "Renal cell carcinoma", "Thyroid cancer",
    "Hepatocellular carcinoma", "Follicular lymphoma", "Mantle cell lymphoma", "Glioblastoma", "Neuroblastoma",
    "Gastric cancer", "Pancreatic cancer", "Acute myeloid leukemia", "Chronic lymphocytic leukemia", "Soft tissue sarcoma",
)  # fmt: skip
#: None of them: a page that denies what it approves contradicts itself, and its use is not read.
_DENIED = ("gallbladder cancer", "thymoma", "penile cancer", "salivary gland cancer")
_TYPES = ("breast", "bladder", "colorectal", "cervical", "lung", "melanoma", "ovarian", "kidney", "liver", "lymphoma")


@dataclass(frozen=True, slots=True)
class BenchPage:
    """A page: its file name, its Markdown, what it is about and how many uses it states."""

    name: str
    text: str
    kind: Kind
    uses: int


#: The parts of a page that are the same on all of a kind.
_DRUG = """\
({said})

This page contains brief information about {lower} and a collection of links to more information about the use of this
drug, research results, and ongoing clinical trials.

{brands}FDA Approved

Yes

[FDA label information for this drug is available at DailyMed.](https://dailymed.nlm.nih.gov/dailymed/search.cfm?query={upper})

## Use in Cancer

{section}
"""
_REGIMEN = """\
This chemotherapy combination contains the drugs {listed}. Combinations usually work better than single drugs because
different drugs kill
cancer
cells in different ways.

Drugs in the {name} combination:

|  |  |
| --- | --- |
{rows}

Each of the drugs in this combination is approved by the {fda} to treat cancer or conditions related to cancer.

## Use in Cancer

{name} is used to treat:

{items}

This combination may also be used with other drugs or treatments or to treat other types of cancer.

"""
_LIST = """\
This page lists cancer drugs approved by the Food and Drug Administration (FDA) for {lower}. The list includes generic names
and brand names.

## Drugs Approved for {disease}

{listed}
"""
_CLOSING = """\
## More About {name}

[Definition from the NCI Drug Dictionary](https://www.cancer.gov/publications/dictionaries/cancer-drug/def/{entry}) -
Detailed scientific definition and other names for this drug.

MedlinePlus Information on [{name}](https://medlineplus.gov/druginfo/meds/{lay}.html) - A lay language summary of important
information about this drug that may include the following:

- warnings about this drug,
- what this drug is used for and how it is used,
- what you should tell your doctor before using this drug,
- what you should know about this drug before using it,
- other drugs that may interact with this drug, and
- possible side effects.

Drugs are often studied to find out if they can help treat or prevent conditions other than the ones they are approved for.
This patient information sheet applies only to approved uses of the drug. However, much of the information may also apply to
unapproved uses that are being studied.

## Research Results and Related Resources

[Targeted Therapy to Treat Cancer](https://www.cancer.gov/about-cancer/treatment/types/targeted-therapies)

## Clinical Trials Accepting Patients

[Find Clinical Trials for {name}](https://www.cancer.gov/research/participate/clinical-trials/intervention/{trial}) - Check
for trials from NCI's list of cancer clinical trials now accepting patients.
"""


def page(number: int, seed: int = 0) -> BenchPage:
    """The page of that number, which depends on nothing else."""
    rng = random.Random(f"{seed}:{number}")  # noqa: S311 - nothing secret
    share = rng.random()
    if share < 0.11:
        return _list_of_drugs(number, rng)
    return _regimen(number, rng) if share < 0.26 else _drug(number, rng)


def pages(count: int, seed: int = 0) -> Iterator[BenchPage]:
    """The first `count` pages."""
    return (page(number, seed) for number in range(count))


def write(folder: Path, count: int, seed: int = 0) -> list[Path]:
    """Write the first `count` pages; gives their paths, in order."""
    paths = []
    for number, each in enumerate(pages(count, seed)):
        path = folder / f"{number // 1000:03}" / each.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(each.text, encoding="utf-8", newline="")
        paths.append(path)
    return paths


def _name(number: int, stem: str) -> str:
    """A name that no other number has: syllables are its digits."""
    digits, rest = [], number * 7919 % 160_000  # neighbours shall not look alike; 7919 and 160,000 have no common factor
    for _ in range(4):
        rest, digit = divmod(rest, len(_SYLLABLES))
        digits.append(_SYLLABLES[digit])
    beyond = f"-{'abcdefghij'[number // 160_000 % 10]}{'bcdfghjklm'[number // 1_600_000 % 10]}" if number >= 160_000 else ""
    return ("".join(digits) + stem + beyond).capitalize()


def _drug(number: int, rng: random.Random) -> BenchPage:
    name = _name(number, rng.choice(_STEMS))
    brands = [
        _name(number, ending)
        for ending in rng.sample(["ria", "zo", "vexa", "mity", "qua"], rng.choice([1] * 12 + [2, 2, 3, 5]))
    ]
    brands = brands if rng.random() < 0.95 else []
    shape = rng.choices([_listed, _nested, _prose, _scoped, _accelerated], [48, 30, 8, 5, 9])[0]
    section, uses = shape(name, brands, rng)
    text = _DRUG.format(
        name=name,
        lower=name.lower(),
        upper=name.upper(),
        said="-".join(name.lower()[i : i + 3] for i in range(0, len(name), 3)),
        brands="\n".join(["US Brand Name(s)", "", *brands, "", ""]) if brands else "",
        section="\n".join(section),
    )
    body = [text, _closing(name, number, rng)]
    return BenchPage(_file(name), _whole(name, body, rng), "drug", uses)


def _listed(name: str, _: list[str], rng: random.Random) -> tuple[list[str], int]:
    """A list, one use an item."""
    diseases = rng.sample(_DISEASES, rng.choice([1, 2, 2, 3, 4, 6]))
    items = [f"- **{_link(disease, rng)}** {rng.choice(_COURSES)}. {_given(name, rng)}." for disease in diseases]
    return [f"{name} is approved to treat:", "", *items, "", *_after(name, rng)], len(items)


def _nested(name: str, _: list[str], rng: random.Random) -> tuple[list[str], int]:
    """A list in a list: the uses are the inner items."""
    first, second = rng.sample(_DISEASES, 2)
    ways = [_way(rng) for _ in range(rng.choice([2, 3, 4, 5]))]
    items = [
        f"- **{_link(first, rng)}** {rng.choice(_COURSES)}. It is used:",
        *(f"    - {way[0].upper()}{way[1:]}." for way in ways),
        f"- **{_link(second, rng)}** {rng.choice(_COURSES)}. {_given(name, rng)}.",
    ]
    lead = f"{name}\nis approved to be used alone or with other {_link('drugs', rng)} to treat:"
    return [lead, "", *items, "", *_after(name, rng)], len(ways) + 1


def _prose(name: str, _: list[str], rng: random.Random) -> tuple[list[str], int]:
    """Sentences, one use each."""
    diseases = rng.sample(_DISEASES, rng.choice([1, 2]))
    said = []
    for disease in diseases:
        said += [f"{name} is approved to treat **{_link(disease.lower(), rng)}** {rng.choice(_COURSES)}.", ""]
    return [*said, *_after(name, rng)], len(diseases)


def _scoped(name: str, brands: list[str], rng: random.Random) -> tuple[list[str], int]:
    """Uses that are each approved for some of the brands only."""
    if not brands:
        return _listed(name, brands, rng)
    items = []
    diseases = rng.sample(_DISEASES, 3)
    for disease in diseases:
        some = rng.sample(brands, rng.randint(1, len(brands)))
        listed = some[0] if len(some) == 1 else f"{', '.join(some[:-1])} and {some[-1]}"
        scope = f"This use is approved for the {listed} {'brand' if len(some) == 1 else 'brands'} of {name.lower()}"
        items.append(f"- **{_link(disease, rng)}** {rng.choice(_COURSES)}. {scope}.")
    return [f"{name} is approved to treat:", "", *items, "", *_after(name, rng)], len(items)


def _accelerated(name: str, _: list[str], rng: random.Random) -> tuple[list[str], int]:
    """Uses with a footnote that says that the approval is an accelerated one."""
    diseases = rng.sample(_DISEASES, 2)
    items = [f"- **{_link(disease, rng)}** {rng.choice(_COURSES)}.{mark}" for disease, mark in zip(diseases, "¹ ", strict=True)]
    note = (
        "¹This use is approved under FDA's Accelerated Approval Program. As a condition of approval, confirmatory trial(s) "
        f"must show that {name.lower()} provides a clinical benefit in these patients."
    )
    lead = f"{name} is approved to treat adults with:"
    return [lead, "", *(item.rstrip() for item in items), "", note, "", *_after(name, rng)], len(items)


def _after(name: str, rng: random.Random) -> list[str]:
    """What is no use: denials, and what is being studied."""
    said = []
    if rng.random() < 0.05:
        said += [f"{name} is not approved to treat {_link(rng.choice(_DENIED), rng)}.", ""]
    if rng.random() < 0.75:
        said += [f"{name} is also being studied in the treatment of other types of cancer.", ""]
    return said


_COURSES = (
    "that has spread to other parts of the body or cannot be removed by surgery",
    "that has come back",
    "that has spread to other parts of the body",
    "that cannot be removed by surgery",
    "that is locally advanced or metastatic",
    "that got worse after treatment with chemotherapy",
)


def _given(name: str, rng: random.Random) -> str:
    """A sentence on how the drug is used in the disease before it."""
    return f"{rng.choice([name, 'It'])} is used {_way(rng)}"


def _way(rng: random.Random) -> str:
    partner, other = (_link(_name(rng.randrange(100_000), rng.choice(_STEMS)).lower(), rng) for _ in range(2))
    return rng.choice(
        (
            "alone in adults and children aged 2 years and older",
            f"with {partner} in patients who have not received {_link('systemic therapy', rng)}",
            f"with {partner} and either {other} or {_link('radiation therapy', rng)}",
            f"alone as the first treatment in adults whose cancer has the {_link('PD-L1', rng)} protein",
            f"in adults whose cancer got worse after treatment with {_link('platinum', rng)} chemotherapy",
            f"with {partner} for cancer that got worse after treatment with {_link('hormone therapy', rng)}",
            "in patients whose cancer has a certain mutation in the *BRAF* gene",
            f"with {partner} as the first treatment in {_link('postmenopausal', rng)} women",
        )
    )


def _regimen(number: int, rng: random.Random) -> BenchPage:
    drugs = [_name(rng.randrange(20_000), rng.choice(_STEMS)) for _ in range(rng.choice([2, 3, 4, 5]))]
    name = "".join(drug[0] for drug in drugs) + _name(number, "").upper()
    listed = f"{', '.join(drug.lower() for drug in drugs[:-1])} and {drugs[-1].lower()}"
    diseases = rng.sample(_DISEASES, rng.choice([1, 1, 2]))
    text = _REGIMEN.format(
        name=name,
        listed=listed,
        fda=_link("Food and Drug Administration (FDA)", rng),
        rows="\n".join(f"| **{drug[0]}** | = [{drug}](/about-cancer/treatment/drugs/{drug.lower()}) |" for drug in drugs),
        items="\n".join(f"- **{_link(disease, rng)}.**" for disease in diseases),
    )
    body = [text, _closing(name, number, rng)]
    return BenchPage(_file(name), _whole(name, body, rng), "regimen", len(diseases))


def _list_of_drugs(number: int, rng: random.Random) -> BenchPage:
    """A page about a disease: it names drugs and is about none."""
    disease = f"{rng.choice(_DISEASES)} ({_name(number, '')})"
    drugs = [_name(rng.randrange(20_000), rng.choice(_STEMS)) for _ in range(40)]
    listed = "\n".join(f"- [{drug}](/about-cancer/treatment/drugs/{drug.lower()})" for drug in drugs)
    body = [_LIST.format(disease=disease, lower=disease.lower(), listed=listed)]
    title = f"Drugs Approved for {disease}"
    return BenchPage(_file(f"drugs-approved-{_name(number, '')}"), _whole(title, body, rng), "none", 0)


def _closing(name: str, number: int, rng: random.Random) -> str:
    return _CLOSING.format(name=name, entry=900_000 + number, lay=f"a9{number:05}", trial=f"C{rng.randrange(900_000, 999_999)}")


def _whole(name: str, body: Iterable[str], rng: random.Random) -> str:
    front_matter = [
        "audienceLevel: patient",
        "cancerTypes:",
        *(f"- {each}" for each in rng.sample(_TYPES, rng.choice([1, 2, 3]))),
        "citation: NCI, 2025",
        "language: en",
        f"lastReviewed: '2025-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}'",
        "license: public_domain",
        "reviewFrequency: quarterly",
        "source: NCI",
        "sourceType: 02_nci_core",
        "status: active",
        "tags:",
        "- treatment",
        f"title: {name} - NCI",
        f"url: https://www.cancer.gov/about-cancer/treatment/drugs/{_slug(name)}",
        "version: v1",
    ]
    head = ["---", *front_matter, "---", "", f"# {name} - NCI", "", f"# {name}", "", "Placeholder slot", ""]
    return "\n".join([*head, *body])


def _link(words: str, rng: random.Random) -> str:
    entry = rng.randrange(900_000, 999_999)
    return f"[{words}](/Common/PopUps/popDefinition.aspx?id={entry}&version=Patient&language=English)"


def _slug(name: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in name.lower()).strip("-")


def _file(name: str) -> str:
    return f"{_slug(name)}.md"
