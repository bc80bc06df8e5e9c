"""Rebuilds `terminology.json.gz`: HL7's code systems and extensions; run by hand when its packages have a new version.

    mvn dependency:get -Dartifact=ca.uhn.hapi.fhir:hapi-fhir-validation-resources-r5:8.8.0 -Dtransitive=false
    (and -r4b, -r4)
    python -m pipeline.workshop terminology …-r5-8.8.0.jar …-r4b-8.8.0.jar …-r4-8.8.0.jar

What any of the jars has is kept, so that one table serves all versions: `systems` (of each complete code system its codes
and their displays), `caseless` (those in which case does not matter), `known` (other addresses of systems) and
`extensions` (what each may hold, as `pipeline.validate.extensions` reads it).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pipeline.validate.extensions import Contents, contents
from pipeline.workshop.definitions import all_of, in_jar, one_of

_OF_HL7 = ("http://hl7.org/fhir/", "http://terminology.hl7.org/")
#: An extension that takes as many types takes any.
_ANY_TYPE = 40


def rebuild(jars: Iterable[Path]) -> dict[str, Any]:
    """The table over all jars."""
    systems: dict[str, dict[str, list[str]]] = {}
    known: set[str] = set()
    caseless: set[str] = set()
    extensions: dict[str, Contents] = {}
    for kind, found in (each for jar in jars for each in in_jar(jar, {"CodeSystem", "NamingSystem", "StructureDefinition"})):
        url = str(one_of(found, "url")).partition("|")[0]
        if kind == "NamingSystem":
            known |= {str(one_of(each, "value")) for each in all_of(found, "uniqueId") if one_of(each, "type") == "uri"}
        elif kind == "CodeSystem":
            known.add(url)
            if url.startswith(_OF_HL7) and one_of(found, "content") == "complete" and all_of(found, "concept"):
                codes = systems.setdefault(url, {})
                for code, display in _concepts(found):
                    codes.setdefault(code, []).extend({display} - {*codes.get(code, ()), ""})
                if one_of(found, "caseSensitive") in {False, "false"}:
                    caseless.add(url)
        elif one_of(found, "type") == "Extension" and one_of(found, "derivation") == "constraint":
            extensions[url] = _merged(extensions.get(url), contents(_rows(found)))
    plain = {url: each for url, each in sorted(extensions.items()) if url.startswith(_OF_HL7)}
    return {"systems": systems, "known": sorted(known - systems.keys()), "caseless": sorted(caseless), "extensions": plain}


def _concepts(parent: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - JSON
    """Codes and their displays (in every language that they are given in), those of parts included."""
    for concept in all_of(parent, "concept"):
        for display in [one_of(concept, "display"), *all_of(concept, "designation", "value")]:
            yield str(one_of(concept, "code")), " ".join(str(display or "").split())
        yield from _concepts(concept)


def _rows(definition: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - JSON
    """The elements of an extension, from XML too, as JSON has them."""
    for element in all_of(definition, "snapshot", "element"):
        kinds = [{"code": code} for code in dict.fromkeys(all_of(element, "type", "code"))]
        single = {name: one_of(element, name) for name in ("path", "sliceName", "max", "fixedUri")}
        yield {**single, **({"type": kinds} if len(kinds) < _ANY_TYPE else {})}


def _merged(one: Contents | None, other: Contents) -> Contents:
    if one is None:
        return other
    names = [*one["parts"], *(name for name in other["parts"] if name not in one["parts"])]
    parts = {name: _merged(one["parts"].get(name), other["parts"].get(name) or one["parts"][name]) for name in names}
    return {"types": sorted({*one["types"], *other["types"]}), "parts": parts}
