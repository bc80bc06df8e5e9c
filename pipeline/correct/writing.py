"""`corrections.yaml` out: what `loading` reads back as the same."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import yaml

from pipeline.correct.corrections import FORMAT, Correction, Corrections, Quote
from pipeline.model import Span

_WIDTH = 120


class _Dumper(yaml.SafeDumper):
    """Writes every value where it stands: two entries of one day share a date, and aliases are refused when read."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - the dumper's own signature
        return True


def dump(corrections: Corrections) -> str:
    """The file's text (UTF-8 when encoded), keys always in the same order, defaults left out."""
    document = {"format": FORMAT, "corrections": [_entry(entry) for entry in corrections.entries]}
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)


def _entry(entry: Correction) -> dict[str, Any]:
    use = {
        **_place(entry.span),
        "quote": entry.quote,
        **_given(entry, "indication", "reading"),
    }
    edits = {name: _plain(getattr(entry.edits, name)) for name in entry.edits.changed}
    return {
        "drug": entry.drug,
        **_given(entry, "page"),
        "sha256": entry.sha256,
        "use": use,
        "verdict": entry.verdict,
        **({"edits": edits} if edits else {}),
        **_given(entry, "withhold"),
        "reviewer": entry.reviewer,
        "date": entry.date,
        **_given(entry, "reason", "sampled"),
    }


def _given(entry: Correction, *names: str) -> dict[str, Any]:
    return {name: value for name in names if (value := getattr(entry, name)) not in {None, False}}


def _plain(value: object) -> Any:  # noqa: ANN401 - any YAML
    """Dataclasses of an edit as mappings; a quote beside other keys stands among them."""
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Quote):
        return {"quote": value.text, **(_place(value.span) if value.span else {})}
    if isinstance(value, str | int):
        return value
    said: dict[str, Any] = {}
    for each in fields(value):  # type: ignore[arg-type]  # all that is left are dataclasses
        part = getattr(value, each.name)
        if part is None or part is False or part == ():
            continue
        if each.name == "quote":
            said |= _plain(part)
        else:
            said[each.name] = _plain(part)
    return said


def _place(span: Span) -> dict[str, int]:
    return {"offset": span.start, "length": span.end - span.start}
