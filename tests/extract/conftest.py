"""What the tests of this room share: pages from text, facts as plain data, the halves of the annotations."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pipeline.extract import extract, record
from pipeline.model import DrugFacts, Fact, Use, facts_in
from pipeline.read import read_page
from tests.extract.in_words import Fields, Uses

HERE = Path(__file__).parent

TEMPLATE = """\
---
title: Zolafen - NCI
url: https://www.cancer.gov/about-cancer/treatment/drugs/zolafen
---

# Zolafen - NCI

# Zolafen

US Brand Name(s)

Alvera
Bexida

FDA Approved

Yes

## Use in Cancer

{uses}

## More About Zolafen
"""

LABEL = """\
---
title: Zolafen
source: DailyMed
url: https://dailymed.nlm.nih.gov/dailymed/drugInfo.cfm?setid=0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0
---

# Zolafen

## Indications and Usage

"""


def read_facts(text: str) -> DrugFacts:
    return extract(read_page(text.encode(), "zolafen.md"))


@pytest.fixture(scope="session")
def facts_of() -> Callable[[str], DrugFacts]:
    """The facts of a page given as text."""
    return read_facts


@pytest.fixture(scope="session")
def uses_of() -> Uses:
    """The uses of an invented drug whose use section is given."""
    return lambda uses: read_facts(TEMPLATE.format(uses=uses.strip())).uses


@pytest.fixture(scope="session")
def facts_of_label() -> Callable[[str], DrugFacts]:
    """The facts of a label whose section on its use is given."""
    return lambda section: read_facts(LABEL + section)


@pytest.fixture(scope="session")
def uses_of_label(facts_of_label: Callable[[str], DrugFacts]) -> Uses:
    """The uses of a label whose section on its use is given."""
    return lambda section: facts_of_label(section).uses


@pytest.fixture(scope="session")
def fields_of() -> Fields:
    """What the fields of a use hold beside its whole sentences, in the page's words."""
    return fields


def fields(use: Use) -> list[str]:
    whole = {id(fact) for fact in (use.text, use.parent, use.lead, *use.evidence) if fact is not None}
    return [_folded(fact.text) for fact in facts_in(use) if id(fact) not in whole]


@pytest.fixture(scope="session")
def plain() -> Callable[[DrugFacts], dict[str, Any]]:
    """Facts as plain data: what they say, without proof and page."""
    return _plain


@pytest.fixture(scope="session")
def pages_of_ours() -> tuple[str, ...]:
    """Every invented page: the files in `pages`, and one page for each sentence of `sentences.py`."""
    more = load(HERE / "sentences.py", "sentences")
    lead = "Zolafen is approved to treat:\n\n- **Glioma**"
    return (
        *(path.read_text(encoding="utf-8") for path in sorted((HERE / "pages").glob("*.md"))),
        *(TEMPLATE.format(uses=f"{lead}\n\n{said}") for said in more.AFTER_A_LIST),
        *(TEMPLATE.format(uses=f"{lead}{said}") for said in more.IN_AN_ITEM),
    )


@pytest.fixture(scope="session")
def gold_split() -> ModuleType:
    """The module that says on which side of the split an annotated page falls."""
    return load(HERE / "gold_split.py", "gold_split")


@pytest.fixture
def score(shared_dir: Path, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """The figures of facts against annotations, by the scorer beside the annotations (in `gold` or in `labels`)."""

    def run(gold: Path, facts: list[DrugFacts], beside: str = "gold") -> dict[str, Any]:
        records = tmp_path / "records.jsonl"
        records.write_text("\n".join(json.dumps(record(one)) for one in facts), encoding="utf-8")
        command = [sys.executable, str(shared_dir / beside / "score.py"), str(gold), str(records), "--json"]
        figures: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        return figures

    return run


@pytest.fixture(scope="session")
def load_beside() -> Callable[[str], ModuleType]:
    """A helper module of these tests, by its name."""
    return lambda name: load(HERE / f"{name}.py", name)


def load(path: Path, name: str) -> ModuleType:
    """A module that lies beside the tests or the annotations, by its path (test folders are no packages)."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _plain(facts: DrugFacts) -> dict[str, Any]:
    return {
        "kind": facts.kind,
        "name": _text(facts.name),
        "brands": [_text(brand) for brand in facts.brands],
        "fda_status": facts.fda_status,
        "components": [component.name.text for component in facts.components],
        "uses": [_use(use) for use in facts.uses],
        "denials": [_text(denial) for denial in facts.denials],
        "studied": [_text(sentence) for sentence in facts.studied],
        "sentences": [[one.role, one.reason, _folded(one.fact.text)] for one in facts.sentences],
    }


def _use(use: Use) -> dict[str, Any]:
    said = {
        "text": _text(use.text),
        "parent": _text(use.parent),
        "lead": _text(use.lead),
        "conditions": [_text(fact) for fact in use.conditions],
        "intent": use.intent,
        "intent_text": _text(use.intent_text),
        "approval_status": use.approval_status,
        "line": _text(use.line),
        "alone": use.alone is not None,
        "populations": [
            [
                " ".join(str(part) for part in (one.kind, one.age_group or one.sex, _text(one.fact)) if part)
                + "".join(f" {bound}={age.value} {age.unit}" for bound, age in (("low", one.low), ("high", one.high)) if age)
                for one in population.characteristics
            ]
            for population in use.populations
        ],
        "therapies": [[one.mode, _text(one.phrase), [_text(name) for name in one.names]] for one in use.therapies],
        "prior": [[one.mode, _text(one.phrase), [_text(name) for name in one.names]] for one in use.prior],
    }
    for field in ("narrower", "settings", "causes", "disease_status", "biomarkers", "stages", "brands", "evidence"):
        said[field] = [_text(fact) for fact in getattr(use, field)]
    said["phases"] = [
        [_text(step.phrase), [_text(name) for name in step.partners], step.alone is not None, _text(step.timing)]
        for step in use.phases
    ]
    said["qualifiers"] = [[one.of, one.kind, _text(one.fact)] for one in use.qualifiers]
    return {key: value for key, value in said.items() if value not in ([], None, False)}


def _text(fact: Fact | None) -> str | None:
    return None if fact is None else _folded(fact.text)


def _folded(text: str) -> str:
    return text.replace("\u2019", "'").replace("\u2018", "'").replace("\u201c", '"').replace("\u201d", '"')
