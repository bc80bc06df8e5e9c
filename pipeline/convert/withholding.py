"""Uses that a publisher chose not to publish: those that are restricted by words that no rule understood."""

from __future__ import annotations

from dataclasses import replace

from pipeline.correct import without
from pipeline.errors import Problem, excerpt
from pipeline.model import DrugFacts

#: What stands beside the sentences of such a use.
REASON = "withheld: words that no rule understood restrict it"


def withhold_qualified(facts: DrugFacts) -> tuple[DrugFacts, tuple[Problem, ...]]:
    """The facts without uses that are qualified in words, and a finding (P531) for each of these.

    Their sentences stay in the account of the use section, with the role `withheld`.
    """
    withheld = [use for use in facts.uses if use.qualified_in_words]
    if not withheld:
        return facts, ()
    kept = tuple(use for use in facts.uses if not use.qualified_in_words)
    sentences = without(facts.sentences, kept, [use.text for use in withheld], REASON)
    page = facts.page
    findings = []
    for use in withheld:
        said = "; ".join(f"“{one.fact.text}”" for one in use.qualifiers if one.kind == "stated")
        findings.append(
            Problem(
                "P531",
                "information",
                f"a use is withheld, because words restrict it that no rule understood: {excerpt(said)}",
                "None is needed. Correct the use in corrections.yaml, or publish without `--withhold qualified`.",
                source=page.name,
                line=page.line(use.text.spans[0].start),
                excerpt=excerpt(use.text.text),
            )
        )
    return replace(facts, uses=kept, sentences=sentences), tuple(findings)
