"""Every rule of this room, in the order in which it is tried. To read another shape of sentence, add one here."""

from __future__ import annotations

from pipeline.extract import glue, markers, population, prior, purpose, status, therapy
from pipeline.extract.clauses import ClauseRule

#: What a piece of a use sentence says. The first rule that knows the words at a place takes them.
CLAUSE_RULES: tuple[ClauseRule, ...] = (
    # brackets
    glue.restriction,
    glue.gloss,
    glue.head_again,
    glue.unspecified,
    # sentences about some of the patients
    prior.conditional,
    population.included,
    # what for
    purpose.prepare,
    purpose.keep_from_recurring,
    purpose.remove,
    purpose.intent,
    purpose.other_intent,
    purpose.kinds,
    purpose.carrier,
    # the treatment around it
    therapy.alone,
    purpose.line,
    population.concurrent,
    prior.removed,
    prior.received,
    prior.treated,
    # how the disease stands
    status.circumstance,
    markers.bare_stage,
    markers.biomarker,
    status.response,
    status.risk,
    status.spread,
    status.cannot_be_treated,
    status.symptom,
    status.course,
    status.need,
    glue.cause,
    # who
    population.population,
    purpose.named_disease,
    status.site,
    # where clauses start
    glue.subject,
    population.aged,
    population.description,
    population.with_trait,
    markers.state,
    therapy.timing,
    prior.after,
    therapy.partner,
    purpose.accelerated,
    purpose.manner,
    glue.connector,
)
