"""What people decided on the uses of a page, as agents of its Provenance: who, on which use, when, with what verdict, and why.

They stand in the page's own Provenance and not in one for each use: that one is written anew whenever the page's resources are,
so that a review never outlives on a server what it speaks of, nor keeps it from being withdrawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from pipeline.fhir import systems
from pipeline.fhir.indication import Indication
from pipeline.fhir.narrative import quotation
from pipeline.fhir.primitives import string
from pipeline.fhir.source import Json, Source
from pipeline.model import DrugFacts, Fact, Review


def reviewers(facts: DrugFacts, indications: Sequence[Indication], source: Source) -> list[Json]:
    """An agent for each person who looked at a use, by name, with an extension for each use."""
    said: dict[str, list[Json]] = {}
    for number, text, review in _reviews(facts):
        ids = [each.id for each in indications if each.number == number]
        said.setdefault(review.reviewer, []).append(_review(text, review, ids, source))
    return [
        {"extension": said[name], "type": participant("verifier", source), "who": {"display": string(name)}}
        for name in sorted(said)
    ]


def reviewed(facts: DrugFacts) -> list[str]:
    """What people decided, as inline XHTML: the use's text, then the verdict, who, when, and why."""
    return [f"{quotation(text.text)}{escape(_in_words(review), quote=False)}" for _, text, review in _reviews(facts)]


def named_reviews(provenance: Json) -> Iterator[Json]:
    """The reviews in a Provenance, each with its reviewer's name: for where there is no agent to stand in."""
    for agent in provenance["agent"]:
        for extension in agent.get("extension", ()):
            yield {
                **extension,
                "extension": [*extension["extension"], {"url": "reviewer", "valueString": agent["who"]["display"]}],
            }


def participant(code: str, source: Source) -> Json:
    """How an agent took part, as a CodeableConcept."""
    return {"coding": [source.coding(systems.PARTICIPANT_TYPE, code, code.capitalize())]}


def _reviews(facts: DrugFacts) -> Iterator[tuple[int | None, Fact, Review]]:
    """Each review with the text of its use, and the number of the use; None for one that is withheld."""
    for number, use in enumerate(facts.uses, 1):
        yield from ((number, use.text, review) for review in use.reviews)
    for withheld in facts.withheld:
        yield from ((None, withheld.text, review) for review in withheld.reviews)


def _review(text: Fact, review: Review, ids: Sequence[str], source: Source) -> Json:
    reason = [{"url": "reason", "valueString": string(review.reason)}] if review.reason else []
    return source.quote(
        source.url("review"),
        text,
        *({"url": "indication", "valueIdentifier": source.identifier("indication", each)} for each in ids),
        {"url": "verdict", "valueCode": review.verdict},
        {"url": "date", "valueDate": review.date.isoformat()},
        *reason,
        *({"url": "changed", "valueCode": name.replace("_", "-")} for name in review.changed),
    )


def _in_words(review: Review) -> str:
    verdict = "corrected by" if review.changed else f"{review.verdict},"
    said = f": {verdict} {review.reviewer}, {review.date.isoformat()}"
    return f"{said}, {review.reason}" if review.reason else said
