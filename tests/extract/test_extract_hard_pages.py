"""Kinds of input that went wrong elsewhere: tables, headings, struck-out text, denials, brackets, a second use, brands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from pipeline.model import DrugFacts, Use
from tests.extract.in_words import LEAD

LISTED = f"{LEAD}- **Hardoma** that has spread.\n- **Neptoma** in adults.\n\n"
PAGE = "# {name}\n\nUS Brand Name(s)\n\nAlvera\nBexida\n\nFDA Approved\n\nYes\n\n## Use in Cancer\n\n{uses}\n\n## More\n"


@dataclass(frozen=True)
class Case:
    """A use section and what is right.

    `uses`: every condition, with the words that the fields of its use must hold between them (whole sentences do not count).
    `never`: what no use may have as its condition, as a narrower form, or as a treatment. `told`: words that an unread
    sentence, a denial or words kept with a use must hold. `brands`: those of the uses by condition.
    """

    said: str
    uses: dict[str, tuple[str, ...]]
    never: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    brands: dict[str, list[str]] = field(default_factory=dict)
    name: str = "Zolafen"


CASES = {
    # what stands in tables, HTML and code
    "table": Case(
        f"{LEAD}- **Vulcoma.**\n\n| Cancer | Who |\n| --- | --- |\n| **Hardoma** | adults only |\n",
        {"Vulcoma": ()},
        told=("Hardoma", "adults only"),
    ),
    "html": Case(
        "Zolafen is approved to treat **vulcoma**.\n\n<div><p>It is used only in adults with a QRS mutation.</p></div>",
        {"vulcoma": ()},
        told=("QRS mutation",),
    ),
    "indented list": Case(
        "Zolafen is approved to treat **vulcoma**.\n\nIt is also approved to treat:\n\n    - **Hardoma** in adults.\n",
        {"vulcoma": ()},
        told=("Hardoma",),
    ),
    # headings
    "heading of patients": Case(
        f"### Children aged 12 years and older\n\n{LEAD}- **Hardoma**.\n\n### Adults\n\n{LEAD}- **Neptoma**.",
        {"Hardoma": ("Children", "12 years"), "Neptoma": ("Adults",)},
    ),
    "heading of another country": Case(
        f"{LEAD}- **Vulcoma**.\n\n### Outside the United States\n\n{LEAD}- **Hardoma**.",
        {"Vulcoma": ()},
        never=("Hardoma",),
        told=("Hardoma",),
    ),
    "heading of the past": Case(
        f"{LEAD}- **Vulcoma**.\n\n### Former uses\n\n{LEAD}- **Hardoma**.",
        {"Vulcoma": ()},
        never=("Hardoma",),
        told=("Hardoma",),
    ),
    "heading of a brand": Case(
        f"### Alvera\n\n{LEAD}- **Hardoma**.\n\n### Bexida\n\n{LEAD}- **Neptoma**.",
        {"Hardoma": (), "Neptoma": ()},
        brands={"Hardoma": ["Alvera"], "Neptoma": ["Bexida"]},
    ),
    "heading of no rule": Case(
        f"### When nothing else helps\n\n{LEAD}- **Hardoma**.", {"Hardoma": ("When nothing else helps",)}
    ),
    # struck out
    **{
        f"struck out with {opening}": Case(
            f"{LEAD}- {opening}**Hardoma** that has spread.{closing}\n- **Neptoma** in adults.",
            {"Neptoma": ("adults",)},
            never=("Hardoma",),
            told=("Hardoma",),
        )
        for opening, closing in (("<del>", "</del>"), ("<s>", "</s>"), ("<strike>", "</strike>"), ("~~", "~~"))
    },
    # characters that cannot be seen
    "soft hyphen": Case(
        f"{LEAD}- **Hard\u00adoma** that has spread. It is used in adults.", {"Hardoma": ("has spread", "adults")}
    ),
    "blanks without width": Case(
        f"{LEAD}- **Hardoma** that has\u00a0spread. It is used in\u2009adults.",
        {"Hardoma": ("has spread", "adults")},
    ),
    # lost white space
    "glued sentences": Case(
        "Zolafen is approved to treat hardoma that has spread.It is used in adults.Zolafen is not approved to treat neptoma.",
        {"hardoma": ("has spread", "adults")},
        never=("neptoma",),
        told=("neptoma",),
    ),
    "bullets in a paragraph": Case(
        f"{LEAD}• **Hardoma** that has spread.\n• **Neptoma** in adults.", {}, told=("Hardoma", "Neptoma")
    ),
    # withdrawn
    **{
        f"withdrawn: {said}": Case(LISTED + said, {"Neptoma": ("adults",)}, never=("Hardoma",), told=("withdrawn",))
        for said in (
            "The FDA approval for hardoma was withdrawn in 2031.",
            "Zolafen's approval for hardoma was withdrawn.",
            "Its accelerated approval for hardoma was withdrawn because a later trial did not show that patients lived longer.",
            "The hardoma approval was withdrawn by the company.",
            "Approval for hardoma was withdrawn in 2031.",
            "The FDA has withdrawn approval of zolafen for hardoma.",
        )
    },
    # how far a negation reaches
    "except": Case(
        f"{LEAD}- **Hardoma** of any type except acute hardoma.",
        {"Hardoma": ("except acute hardoma",)},
        never=("acute hardoma",),
    ),
    "other than": Case(
        f"{LEAD}- **Cancers** of the skin other than hardoma.",
        {"Cancers of the skin": ("other than hardoma",)},
        never=("hardoma",),
    ),
    "not in an item": Case(
        f"{LEAD}- **Hardoma** that has spread.\n- Not **neptoma**.",
        {"Hardoma": ("has spread",)},
        never=("neptoma",),
        told=("neptoma",),
    ),
    "rather than": Case("Zolafen is approved to treat **hardoma** rather than neptoma.", {"hardoma": ()}, never=("neptoma",)),
    "neither nor": Case(
        "Zolafen is approved for neither hardoma nor neptoma.", {}, never=("hardoma", "neptoma"), told=("neptoma",)
    ),
    "but not": Case(
        f"{LEAD}- **Hardoma** that makes the LK-1 protein but not a QRS mutation, after brontinib but not vintelamide.",
        {"Hardoma": ("LK-1 protein", "not a QRS mutation", "brontinib", "not vintelamide")},
        never=("vintelamide",),
    ),
    # brackets
    "a narrower disease in brackets": Case(
        f"{LEAD}- **Lung cancer** (non-small cell lung cancer) that has spread.",
        {"Lung cancer": ("non-small cell lung cancer", "has spread")},
    ),
    "a marker in brackets": Case(
        f"{LEAD}- **Breast cancer** (QRS-positive disease) that has spread.", {"Breast cancer": ("QRS-positive", "has spread")}
    ),
    "an exception in brackets": Case(
        f"{LEAD}- **Leukemia** (but not acute hardoid leukemia) in adults.",
        {"Leukemia": ("not acute hardoid leukemia", "adults")},
    ),
    "a limit in brackets": Case(
        f"{LEAD}- **Lymphoma** (limited to QRS-positive lymphoma).", {"Lymphoma": ("limited to QRS-positive lymphoma",)}
    ),
    "sorts in brackets": Case(f"{LEAD}- **Hardoma** (nodular or diffuse).", {"Hardoma": ("nodular or diffuse",)}),
    "a state in brackets": Case(f"{LEAD}- **Neptoma** (a brain tumor that has come back).", {"Neptoma": ("has come back",)}),
    "taken back in brackets": Case(
        f"{LEAD}- **Hardoma**\n- **Neptoma** (withdrawn)", {"Hardoma": ()}, never=("Neptoma",), told=("withdrawn",)
    ),
    "a gloss in brackets": Case(
        f"{LEAD}- **Gastric** (stomach) **cancer** that has spread.", {"Gastric (stomach) cancer": ("has spread",)}
    ),
    # a second use behind the first
    "also alone or with others": Case(
        "Zolafen is used to treat hardoma that has spread. It is also used alone or with other drugs to treat neptoma.",
        {"hardoma": ("has spread",), "neptoma": ("alone",)},
    ),
    "with a partner": Case(
        "Zolafen is approved to treat hardoma that has spread. It is used with brontinib to treat neptoma in adults.",
        {"hardoma": ("has spread",), "neptoma": ("brontinib", "adults")},
    ),
    "in an item": Case(
        f"{LEAD}- **Hardoma** that has spread. It is also used to treat neptoma in adults.\n- **Vulcoma**.",
        {"Hardoma": ("has spread",), "neptoma": ("adults",), "Vulcoma": ()},
    ),
    "it is another drug": Case(
        f"{LEAD}- **Hardoma.**\n\nVintelamide is also approved to treat neptoma. It is also approved to treat vulcoma.",
        {"Hardoma": ()},
        never=("neptoma", "vulcoma"),
        told=("vulcoma",),
    ),
    # brands with fewer uses
    "a brand in brackets": Case(
        f"{LEAD}- **Hardoma** that has spread (Alvera only).\n- **Neptoma**.",
        {"Hardoma": ("has spread",), "Neptoma": ()},
        brands={"Hardoma": ["Alvera"], "Neptoma": []},
    ),
    "a brand that may do less": Case(
        f"{LEAD}- **Hardoma.**\n- **Neptoma.**\n\nBexida is approved to treat hardoma only.",
        {"Hardoma": (), "Neptoma": ("Bexida is approved to treat hardoma only",), "hardoma": ()},
        brands={"hardoma": ["Bexida"]},
    ),
    # limits in sentences of another kind
    **{
        f"limit: {said}": Case(
            f"{LEAD}- **Hardoma** that has spread. {said}\n- **Vulcoma**.", {"Hardoma": ("has spread", *words), "Vulcoma": ()}
        )
        for said, words in (
            ("It can be given only to patients who have had surgery.", ("surgery",)),
            ("The combination is used only in adults who cannot have chemotherapy.", ("adults", "cannot have chemotherapy")),
            ("This form is approved only for patients who have not been treated before.", ("not been treated before",)),
            ("Zolafen is given by infusion only to patients who have had a stem cell transplant.", ("stem cell transplant",)),
            ("Zolafen has not been shown to help patients with uveal hardoma.", ("uveal hardoma",)),
            ("Doctors may choose it after surgery.", ("after surgery",)),
        )
    },
    "no other drug at hand": Case(
        f"{LEAD}- **Vulcoma**.\n\nZolafen is also approved to treat **hardoma** if brontinib is not available.",
        {"Vulcoma": (), "hardoma": ("brontinib is not available",)},
    ),
    "approved and studied": Case(
        "Zolafen is approved to treat **hardoma** and is being studied in the treatment of **neptoma**.",
        {"hardoma": ()},
        never=("neptoma",),
    ),
    "part of a study": Case("Zolafen is approved to treat **hardoma** as part of a study.", {}, told=("as part of a study",)),
    # one of several substances, salts, suffixes
    "one of two": Case(
        "Zolafen and glifase is approved to treat:\n\n- **Hardoma** that has spread.\n\nZolafen is approved to treat neptoma.",
        {"Hardoma": ("has spread",)},
        never=("neptoma",),
        told=("neptoma",),
        name="Zolafen and Glifase",
    ),
    "another salt": Case(
        "Zolafen hydrochloride is approved to treat **hardoma**. Zolafen sulfate is approved to treat **neptoma**.",
        {"hardoma": ()},
        never=("neptoma",),
        told=("neptoma",),
        name="Zolafen Hydrochloride",
    ),
    "a suffix": Case(
        f"{LEAD}- **Vulcoma**.\n\nZolafen-abcd is approved to treat hardoma.",
        {"Vulcoma": ()},
        never=("hardoma",),
        told=("hardoma",),
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_nothing_is_broader_than_the_page_and_nothing_is_lost_unseen(
    case: Case, facts_of: Callable[[str], DrugFacts], fields_of: Callable[[Use], list[str]]
) -> None:
    facts = facts_of(PAGE.format(name=case.name, uses=case.said))

    by_condition = {one.text: use for use in facts.uses for one in use.conditions}
    assert set(by_condition) == set(case.uses)
    for condition, words in case.uses.items():
        fields = " \u2026 ".join(fields_of(by_condition[condition]))
        assert [one for one in words if one not in fields] == [], f"{condition}: {fields}"
    claimed = {one.text for use in facts.uses for one in (*use.conditions, *use.narrower, *names_of(use))}
    assert claimed & set(case.never) == set()
    told = " \u2026 ".join(outside(facts))
    assert [words for words in case.told if words not in told] == []
    for condition, brands in case.brands.items():
        assert [one.text for one in by_condition[condition].brands] == brands


def names_of(use: Use) -> list[Any]:
    return [name for group in (use.therapies, use.prior) for one in group for name in one.names]


def outside(facts: DrugFacts) -> list[str]:
    """What a person is shown: unread sentences, denials, and the words of a use that are understood by no rule."""
    stated = [one.fact.text for use in facts.uses for one in use.qualifiers if one.kind == "stated"]
    return [*(one.fact.text for one in facts.unread), *(one.text for one in facts.denials), *stated]


@pytest.mark.parametrize(
    "said",
    [
        "Zolafen is approved to treat adults with **hardoma** and to prevent **neptoma** in children.",
        "Zolafen is approved to treat **hardoma** and to prevent **neptoma**.",
        "Zolafen is approved to prevent **neptoma** and treat **hardoma**.",
    ],
)
def test_two_purposes_in_one_sentence_are_two_uses_or_none(facts_of: Callable[[str], DrugFacts], said: str) -> None:
    facts = facts_of(PAGE.format(name="Zolafen", uses=said))

    read = {(one.text, use.intent) for use in facts.uses for one in use.conditions}
    assert read in ({("hardoma", "treat"), ("neptoma", "prevent")}, set())
    assert bool(facts.unread) == (read == set())
    assert [use.narrower for use in facts.uses if use.narrower] == []


def test_two_ways_with_a_disease_each_in_one_sentence_are_two_uses_or_none(facts_of: Callable[[str], DrugFacts]) -> None:
    said = "Zolafen is approved to be used alone to treat **hardoma** and with brontinib to treat **neptoma**."
    facts = facts_of(PAGE.format(name="Zolafen", uses=said))

    read = {
        one.text: (use.alone is not None, [name.text for name in names_of(use)]) for use in facts.uses for one in use.conditions
    }
    assert read in ({"hardoma": (True, []), "neptoma": (False, ["brontinib"])}, {})
    assert bool(facts.unread) == (read == {})


@pytest.mark.parametrize(
    ("said", "low", "high"),
    [
        ("patients younger than 18 years", None, (18, True)),
        ("patients up to 17 years", None, (17, False)),
        ("patients over 65 years", (65, True), None),
        ("patients aged 65 years and older", (65, False), None),
        ("children aged 2 to less than 12 years", (2, False), (12, True)),
        ("children and young adults aged 1 month to 21 years", (1, False), (21, False)),
    ],
)
def test_a_bound_of_age_says_whether_it_is_itself_within(
    uses_of: Callable[[str], tuple[Use, ...]], said: str, low: tuple[int, bool] | None, high: tuple[int, bool] | None
) -> None:
    (use,) = uses_of(f"{LEAD}- **Hardoma.** It is used in {said}.")

    for population in use.populations:
        (age,) = [one for one in population.characteristics if one.low is not None or one.high is not None]
        assert (age.low and (age.low.value, age.low_exclusive)) == low
        assert (age.high and (age.high.value, age.high_exclusive)) == high
    assert use.populations


def test_a_weight_is_no_age(uses_of: Callable[[str], tuple[Use, ...]]) -> None:
    (use,) = uses_of(f"{LEAD}- **Hardoma.** It is used in children aged 6 months to 5 years who weigh less than 25 kg.")
    (population,) = use.populations
    ages = [(one.low, one.high) for one in population.characteristics if one.low is not None or one.high is not None]
    assert [(low and (low.value, low.unit), high and (high.value, high.unit)) for low, high in ages] == [
        ((6, "month"), (5, "year"))
    ]
    assert "weigh less than 25 kg" in [one.fact.text for one in population.characteristics]
