"""How a use stands: approved, approved under the accelerated program, or used."""

from __future__ import annotations

from pipeline.extract.leaf import Leaf
from pipeline.extract.passages import LEAD
from pipeline.extract.sentences import Statement
from pipeline.model import Fact, Standing


def standing_in(statement: Statement) -> Standing:
    """The standing that the verb of a lead gives."""
    found = LEAD.match(statement.text)
    if found is not None and found["accelerated"]:
        return "accelerated_approval"
    word = (found["standing"] or found["may"] or "") if found is not None else statement.text
    return "approved" if "approved" in word.lower() else "used"


def granted_to(leaf: Leaf, standing: Standing) -> tuple[Standing, Fact | None]:
    """The standing that the lead's verb gives, or words of accelerated approval in the use's own sentence."""
    said = [*leaf.leading, *leaf.above, *leaf.own]
    granted = next((r.statement for r in said if r.of("standing")), None)
    if granted is None and standing == "accelerated_approval":
        granted = said[0].statement
    if granted is None:
        return standing, None
    return "accelerated_approval", granted.fact("accelerated-approval")
