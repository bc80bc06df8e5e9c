"""An invented page whose first use has words for every field, and corrections of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from pipeline.correct import Correction, Corrections, correct, span_of
from pipeline.extract import extract
from pipeline.model import DrugFacts, Use, Verdict
from pipeline.read import read_page

PAGE = """---
language: en
lastReviewed: '2025-12-30'
source: NCI
title: 'Zolerab - NCI'
url: https://www.cancer.gov/about-cancer/treatment/drugs/{slug}
---

# Zolerab - NCI

# Zolerab

US Brand Name(s)

Zolvex
Zolquin

FDA Approved

Yes

## Use in Cancer

Zolerab is approved to treat:

- **quillar *cancer*** of the skin that has spread in women and in teenagers aged 12 years and older. It is used in grown \
patients whose tumor has the BRX gene at stage IV, with [zorafen](/zorafen) or mirafen as the first treatment, or as the \
only drug after velastin and after dorvastin. It helps lower the chance of pain in lupus \
caused by sunburn. This use is approved for the Zolvex brand of zolerab
- **vessel blight** in adults. Approval by the fast way ends soon

Zolerab is also being studied in the treatment of other types of cancer.

## More About Zolerab

[Definition from the NCI Drug Dictionary](https://www.cancer.gov/publications/dictionaries/cancer-drug/def/999001)
"""


def facts_of(slug: str = "zolerab", text: str = PAGE) -> DrugFacts:
    """What is read from the page, under any slug."""
    return extract(read_page(page_bytes(slug, text), f"{slug}.md"))


def page_bytes(slug: str = "zolerab", text: str = PAGE) -> bytes:
    return text.replace("{slug}", slug).encode()


def entry(facts: DrugFacts, use: Use, verdict: Verdict = "wrong", **more: Any) -> Correction:  # noqa: ANN401 - any fields
    """What Ann Example decided on a use."""
    said: dict[str, Any] = {"reviewer": "Ann Example", "date": date(2026, 11, 2), "reason": "The page says otherwise.", **more}
    return Correction(facts.slug, facts.page.sha256, span_of(use), use.text.text, verdict, **said)


def corrected(facts: DrugFacts, *entries: Correction) -> tuple[DrugFacts, list[str]]:
    """The facts after some corrections, and the codes of the findings."""
    found = correct(facts, facts.page, Corrections(entries))
    return found.facts, [problem.code for problem in found.findings]
