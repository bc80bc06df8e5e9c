"""The layers by name: which one a finding's code belongs to, and what no layer looks at."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: In the order in which they are run. A code belongs to the first whose prefix it has.
LAYERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "json": ("V46", "U907"),
        "shape": ("V40",),
        "values": ("V41",),
        "bindings": ("V420", "V423"),
        "code systems": ("V42",),
        "units": ("V47",),
        "references": ("V43",),
        "invariants": ("V44",),
        "narrative": ("V45",),
        "extensions": ("V49",),
        "profiles": ("V48",),
    }
)

#: What no layer looks at, in words: said at the end of each check.
UNCHECKED = (
    "terminology beyond HL7's: of RxNorm, NCIt, SNOMED CT, LOINC, UNII and ICD-10-CM codes only the form is looked at",
    "bindings that are not required",
    "targets of absolute URLs",
    "slicing",
    "FHIRPath constraints of types that onlabel does not publish",
    "whether a MIME type is registered",
)


def layer(code: str) -> str:
    """The name of the layer that reports a code; empty for a code of another room."""
    return next((name for name, prefixes in LAYERS.items() if code.startswith(prefixes)), "")
