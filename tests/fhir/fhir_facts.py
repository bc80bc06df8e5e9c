"""Facts of invented pages, written by hand: what `extract` would say of `pages/`, with every field of the model in use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from pipeline.model import (
    Age,
    Characteristic,
    Coding,
    Component,
    DrugFacts,
    Fact,
    FrontMatterValue,
    Identifier,
    Link,
    Page,
    Phase,
    Population,
    PriorTherapy,
    Qualifier,
    Review,
    Sentence,
    Span,
    Therapy,
    Use,
    Withheld,
)

PAGES = Path(__file__).parent / "pages"
_LINK = re.compile(r"\[([^\]]*)\]\(([^)]*)\)")
MAPPED = Coding("http://purl.obolibrary.org/obo/mondo.owl", "MONDO:9000001", "quillar carcinoma", version="2026")
BROADER = Coding("http://purl.obolibrary.org/obo/mondo.owl", "MONDO:9000002", "carcinoma", relation="broader")


class Words:
    """The words of a page: finds them in its source, markup or not, and says where they stand."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __call__(self, words: str, rule: str = "a rule", *, after: str = "", codings: tuple[Coding, ...] = ()) -> Fact:
        """The first place where the page says `words`, from the place of `after` on."""
        start = self.text.index(after)
        # Between any two characters the source may have emphasis or the ends of a link.
        gap = r"(?:\*\*|\[|\]\([^)]*\))*"
        found = re.search(gap.join(re.escape(character) for character in words), self.text[start:])
        assert found, words
        span = Span(start + found.start(), start + found.end())
        return Fact(words, (span,), rule, self._links(span), codings)

    def joined(self, *facts: Fact) -> Fact:
        """One fact of several places."""
        spans = tuple(span for fact in facts for span in fact.spans)
        return Fact(" ".join(fact.text for fact in facts), spans, facts[0].rule)

    def _links(self, within: Span) -> tuple[Link, ...]:
        links = []
        for found in _LINK.finditer(self.text):
            span = Span(*found.span(1))
            if within.start <= span.start and span.end <= within.end:
                entry = re.search(r"popDefinition\.aspx\?id=(\d+)", found[2])
                links.append(Link(found[1], span, found[2], entry[1] if entry else None))
        return tuple(links)


def page_of(name: str) -> Page:
    text = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    return Page(f"{name}.md", text, front_matter_of(text), ())


def front_matter_of(text: str) -> Mapping[str, tuple[FrontMatterValue, ...]]:
    """Front matter of the simple kind that the pages here have."""
    found: dict[str, tuple[FrontMatterValue, ...]] = {}
    key = ""
    for line in re.finditer(r"^(?:(\w+):|-)(?: '?([^'\n]+)'?)?$", text[: text.index("\n---\n")], re.MULTILINE):
        key = line[1] or key
        if line[2]:
            found[key] = (*found.get(key, ()), FrontMatterValue(line[2], Span(*line.span(2))))
    return found


def zorvalimab() -> DrugFacts:
    """A drug with every field."""
    page = page_of("zorvalimab")
    say = Words(page.text)
    lead, parent = say("Zorvalimab is approved to treat:"), say(
        "Quillar carcinoma of the brome, HER9 positive and stage III, that cannot be removed by surgery or has come back. "
        "It is used:"
    )  # fmt: skip
    condition = say("Quillar carcinoma of the brome", codings=(MAPPED, BROADER))
    status = (say("cannot be removed by surgery"), say("has come back"))
    of_item = {
        "parent": parent,
        "lead": lead,
        "conditions": (condition,),
        "intent": "treat",
        "intent_text": say("treat"),
        "disease_status": status,
        "biomarkers": (say("HER9 positive"),),
        "stages": (say("stage III"),),
    }
    footnote = say("This use is approved under FDA's Accelerated Approval Program.")
    adults = Population(
        (
            Characteristic("age-group", say("adults"), age_group="adult"),
            Characteristic("sex", say("women"), sex="female"),
            Characteristic("menopausal-status", say("past menopause")),
        )
    )
    adolescents = Population(
        (
            Characteristic("age-group", say("adolescents"), age_group="adolescent"),
            Characteristic("age-range", say("aged 12 years to 17 years"), low=Age(12, "year"), high=Age(17, "year")),
            Characteristic("sex", say("women"), sex="female"),
        )
    )
    first = Use(
        text=say(page.text[page.text.index("With paraxel") : page.text.index("¹\n")]),
        evidence=(footnote,),
        approval_status="accelerated_approval",
        approval_status_fact=footnote,
        line=say("as the first treatment"),
        brands=(say("Zorvaq", after="for the Zorvaq"),),
        populations=(adults, adolescents),
        therapies=(
            Therapy("required", say("With paraxel & doxafen"), (say("paraxel"), say("doxafen"))),
            Therapy("alternative", say("either cisfolin or topofolin"), (say("cisfolin"), say("topofolin"))),
        ),
        prior=(PriorTherapy("required", say("platinol and folinase"), (say("platinol"), say("folinase"))),),
        **of_item,
    )
    second = Use(
        text=say("Alone, or with or without tamofol, in juvenile quillar sarcoma in men receiving andronil, after velastin or "
                 "dorvastin, and after glumex if it has spread. It is not given to children who are small."),
        evidence=(),
        approval_status="approved",
        approval_status_fact=None,
        narrower=(say("juvenile quillar sarcoma"),),
        populations=(
            Population(
                (Characteristic("sex", say("men receiving"), sex="male"), Characteristic("description", say("who are small"))),
            ),
        ),
        alone=say("Alone"),
        therapies=(
            Therapy("optional", say("with or without tamofol"), (say("tamofol"),)),
            Therapy("concurrent", say("receiving andronil"), (say("andronil"),)),
        ),
        prior=(
            PriorTherapy("one_of", say("velastin or dorvastin"), (say("velastin"), say("dorvastin"))),
            PriorTherapy("conditional", say("after glumex if it has spread"), (say("glumex"),)),
        ),
        **of_item,
    )  # fmt: skip
    third = Use(
        text=say("Vessel blight or vessel rust. It is used in children aged 1 month and older. This use is approved for the "
                 "Velzor brand of zorvalimab."),
        parent=None,
        lead=lead,
        evidence=(),
        conditions=(say("Vessel blight"), say("vessel rust")),
        intent="treat",
        intent_text=say("treat"),
        approval_status="approved",
        approval_status_fact=say("approved", after="Use in Cancer"),
        brands=(say("Velzor"),),
        populations=(
            Population(
                (
                    Characteristic("age-group", say("children aged"), age_group="child"),
                    Characteristic("age-range", say("aged 1 month and older"), low=Age(1, "month")),
                )
            ),
        ),
    )  # fmt: skip
    sentence = say(
        "Zorvalimab is used to lower the risk of bone loss in bromal cancer or in skelar cancer caused by wasting or by "
        "plating."
    )
    fourth = Use(
        text=sentence,
        parent=None,
        lead=None,
        evidence=(),
        conditions=(say("bone loss"),),
        intent="reduce_risk",
        intent_text=say.joined(say("lower the risk"), say("of bone loss")),
        approval_status="used",
        approval_status_fact=say("is used", after="## Use"),
        settings=(say("bromal cancer"), say("skelar cancer")),
        causes=(say("wasting"), say("plating")),
        disease_status=(say("loss"),),
        reviews=(
            Review("wrong", "Ann <Ex>", date(2026, 11, 2), "Loss & <loss>", ("disease_status", "intent")),
            Review("wrong", "Bo Wye", date(2026, 11, 3), "As Ann says"),
        ),
    )
    unsaid = say("Ask about the Zorva wheel.")
    denial, studied = say("Zorvalimab is not approved to treat the common blight."), say(
        "Zorvalimab is being studied in the treatment of glums."
    )  # fmt: skip
    return DrugFacts(
        publisher="nci",
        page=page,
        slug="zorvalimab",
        kind="drug",
        kind_reason="a name, brands and a use section",
        name=say("Zorvalimab", after="# Zorva", codings=(Coding("http://www.nlm.nih.gov/research/umls/rxnorm", "9", "zorva"),)),
        pronunciation=say("zor-VAL-ih-mab"),
        brands=(say("Zorvaq", after="US Brand"), say("Zorvaq Sub-Q")),
        fda_status="approved",
        fda_status_fact=say("Yes"),
        identifiers=(
            Identifier("ncit", say("C900900")),
            Identifier("nci-drug-dictionary", say("900900", after="cancer-drug/def")),
            Identifier("medlineplus", say("a900900")),
            Identifier("dailymed-setid", say("0a1b2c3d-0000-4000-8000-000000000000")),
            Identifier("dailymed-query", say("ZORVALIMAB")),
        ),
        uses=(first, replace(second, reviews=(Review("right", "Bo Wye", date(2026, 11, 3)),)), third, fourth),
        withheld=(Withheld(unsaid, (Review("wrong", "Ann <Ex>", date(2026, 11, 2), "It states no use"),)),),
        denials=(denial,),
        studied=(studied,),
        sentences=(
            Sentence(lead, "lead"),
            Sentence(parent, "parent"),
            *(Sentence(use.text, "use") for use in (first, second, third, fourth)),
            Sentence(footnote, "footnote"),
            Sentence(denial, "denied"),
            Sentence(studied, "studied"),
            Sentence(say("Ask about the Zorva wheel."), "unread", "no rule knows this sentence"),
        ),
    )


def combination() -> DrugFacts:
    """A fixed combination, named by its drugs."""
    facts = zorvalimab()
    say = Words(facts.page.text)
    ingredients = (say("paraxel", codings=(MAPPED,)), say("doxafen"))
    return replace(facts, name=say("paraxel & doxafen"), ingredients=ingredients)


def zva() -> DrugFacts:
    """A regimen: one component with a page that is published, one without a page, one whose page is not published."""
    page = page_of("zva")
    say = Words(page.text)
    use = Use(
        text=say("ZVA is used to treat quillar carcinoma."),
        parent=None,
        lead=None,
        evidence=(),
        conditions=(say("quillar carcinoma"),),
        intent="treat",
        intent_text=say("treat", after="is used to"),
        approval_status="used",
        approval_status_fact=say("is used"),
    )
    return DrugFacts(
        publisher="nci",
        page=page,
        slug="zva",
        kind="regimen",
        kind_reason="a table of components",
        name=say("ZVA", after="# ZVA"),
        components=(
            Component(say("Zorvalimab"), say("Z", after="| Z"), "zorvalimab"),
            Component(say("Velastin", codings=(MAPPED, BROADER)), say("V", after="| V |"), None),
            Component(say("Avorubin"), None, "avorubin"),
        ),
        uses=(use,),
        sentences=(Sentence(use.text, "use"),),
    )


def querin() -> DrugFacts:
    """A drug whose uses are restricted by words that no field holds, by ages without their bounds, and step by step."""
    page = page_of("querin")
    say = Words(page.text)
    lead = say("Querin is approved, for no longer than a spring, to treat:")
    term, cart = Qualifier(say("for no longer than a spring")), say("The cart must be green.")
    ages = say("older than 2 years but younger than 10 years")
    shared = {
        "parent": None,
        "lead": lead,
        "evidence": (cart,),
        "intent": "treat",
        "intent_text": say("treat"),
        "approval_status": "approved",
        "approval_status_fact": say("approved", after="Use in"),
    }
    first = Use(
        text=say("Glum sarcoma that glows, upon relapse, in adults whose palms are dry and in children younger than 18 years "
                 "or older than 2 years but younger than 10 years. It may be of use as a powder."),
        conditions=(say("Glum sarcoma"),),
        populations=(
            Population((Characteristic("age-group", say("adults"), age_group="adult"),)),
            Population(
                (
                    Characteristic("age-group", say("children"), age_group="child"),
                    Characteristic(
                        "age-range", say("younger than 18 years"), high=Age(18, "year"), high_exclusive=True
                    ),
                )
            ),
            Population(
                (Characteristic("age-range", ages, low=Age(2, "year"), high=Age(10, "year"), high_exclusive=True),)
            ),
            Population(
                (
                    Characteristic(
                        "age-range", ages, low=Age(2, "year"), high=Age(10, "year"), low_exclusive=True, high_exclusive=True
                    ),
                )
            ),
        ),
        qualifiers=(
            term,
            Qualifier(say("that glows"), "disease"),
            Qualifier(say("upon relapse"), "disease", "timing"),
            Qualifier(say("whose palms are dry"), "patients"),
            Qualifier(say("as a powder"), "treatment", "manner"),
            Qualifier(cart),
        ),
        **shared,
    )  # fmt: skip
    second = Use(
        text=say("Vellum blight, stage II, with cisfolin before surgery and then alone after surgery, to lower the chance that "
                 "it comes back, in people with a steady hand."),
        conditions=(say("Vellum blight"),),
        stages=(say("stage II"),),
        phases=(
            Phase(say("with cisfolin before surgery"), (say("cisfolin"),), timing=say("before surgery")),
            Phase(say("alone after surgery"), alone=say("alone"), timing=say("after surgery")),
        ),
        qualifiers=(
            term,
            Qualifier(say("to lower the chance that it comes back"), "use", "purpose"),
            Qualifier(say("with a steady hand"), "patients"),
            Qualifier(cart),
        ),
        **shared,
    )  # fmt: skip
    return DrugFacts(
        publisher="nci",
        page=page,
        slug="querin",
        kind="drug",
        kind_reason="a name and a use section",
        name=say("Querin", after="# Querin"),
        fda_status="approved",
        fda_status_fact=say("Yes"),
        uses=(first, second),
        sentences=(
            Sentence(lead, "lead"),
            Sentence(first.text, "use"),
            Sentence(second.text, "use"),
            Sentence(cart, "unread", "no rule knows this sentence"),
        ),
    )
