"""Facts as JSON and back, and the JSON Schema of that: what `facts.ndjson` of a snapshot holds, one page a line.

All of it follows from the dataclasses of `model.py`: a field that is added there is written, read and described here without
an edit. What has its default is left out. Of the page there is the reference alone: its bytes are in its DocumentReference.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pipeline.model import DrugFacts, Page, PageReference

if TYPE_CHECKING:
    from pydantic import TypeAdapter

#: Facts as a snapshot holds them, without the page's text.
PublishedFacts: TypeAlias = DrugFacts[PageReference]

#: Where a snapshot has the facts, and their schema.
FACTS: Final = "facts.ndjson"
FACTS_SCHEMA: Final = "facts.schema.json"


def reference(page: Page) -> PageReference:
    """What facts that are written say of their page."""
    return PageReference(page.name, page.sha256, page.meta("url") or None)


def facts_to_json(facts: DrugFacts | PublishedFacts) -> bytes:
    """Facts as one line of JSON in UTF-8, without the line's end.

    Raises:
        ValueError: They hold what UTF-8 cannot (half of a surrogate pair).

    """
    of: Any = facts  # what `replace` gives back cannot be of another type for mypy
    page = facts.page if isinstance(facts.page, PageReference) else reference(facts.page)
    return _adapter().dump_json(replace(of, page=page), exclude_defaults=True)


def facts_from_json(line: bytes) -> PublishedFacts:
    """The facts that `facts_to_json` wrote.

    Raises:
        ValueError: It is no JSON, or not what `facts_schema` describes; the message says where and why.

    """
    from pydantic import ValidationError  # noqa: PLC0415 - see `_adapter`

    try:
        return _adapter().validate_json(line, strict=True, extra="forbid")
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        message = f"{'.'.join(map(str, first['loc'])) or 'the line'}: {first['msg']}"
        raise ValueError(message) from error


def facts_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a line; each type has the words that stand with its dataclass in `model.py`."""
    from pydantic.json_schema import GenerateJsonSchema  # noqa: PLC0415 - see `_adapter`

    class OfFacts(GenerateJsonSchema):
        """Says what is written: nothing that the model does not have, and what has no value is left out, never null."""

        def nullable_schema(self, schema: Any) -> dict[str, Any]:  # noqa: ANN401 - pydantic's own
            return self.generate_inner(schema["schema"])

        def default_schema(self, schema: Any) -> dict[str, Any]:  # noqa: ANN401 - pydantic's own
            described = super().default_schema(schema)
            return {key: value for key, value in described.items() if key != "default" or value is not None}

        def dataclass_schema(self, schema: Any) -> dict[str, Any]:  # noqa: ANN401 - pydantic's own
            return {**super().dataclass_schema(schema), "additionalProperties": False}

        def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002 - pydantic's own
            return False

    described = _adapter().json_schema(schema_generator=OfFacts, mode="validation")
    return {"$schema": GenerateJsonSchema.schema_dialect, **described, "title": "DrugFacts"}


@cache
def _adapter() -> TypeAdapter[PublishedFacts]:
    from pydantic import TypeAdapter  # noqa: PLC0415 - loads only where facts are written or read

    return TypeAdapter(PublishedFacts)
