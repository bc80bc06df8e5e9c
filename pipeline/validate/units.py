"""Layer *units*: is a code of UCUM one that UCUM's grammar and tables give?

Source: https://ucum.org/ucum sections 1 to 12; the symbols in `ucum.json` come from UCUM's own table, by `workshop/units.py`.
Only that a unit is one is checked, not that it fits what it measures.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files

from pipeline.errors import Problem
from pipeline.validate.walk import Node, problem

UCUM = "http://unitsofmeasure.org"
_ANNOTATION = re.compile(r"\{[!-z|~]*\}")
_NUMBER = re.compile(r"\d+")
_EXPONENT = re.compile(r"(.+?)([+-]?\d{1,9})")
#: A stretch up to an operator, a parenthesis or an annotation; brackets may hold any of those (`[in_i'H2O]`).
_SYMBOL = re.compile(r"(?:\[[^\]\s]*\]|[^\s./(){}\[\]])+")
_LONGEST = 250


def units(found: Iterable[Node]) -> Iterator[Problem]:
    """The codes that claim to be UCUM and are not."""
    for node in found:
        if node.is_primitive or not isinstance(node.value, dict) or node.value.get("system") != UCUM:
            continue
        code = node.value.get("code")
        if isinstance(code, str) and not is_unit(code):
            remedy = "Write it as UCUM has it (case matters: mg, mL, [iU], 10*3/uL, {tablet}), or leave system and code out."
            yield problem("V470", "this is not a UCUM unit", remedy, node, shown=code, below="code")


def is_unit(code: str) -> bool:
    """Whether a code is a unit expression of UCUM, case-sensitive."""
    if not 0 < len(code) <= _LONGEST:
        return False
    rest = _term(code.removeprefix("/"), 0)
    return rest == ""


def _term(text: str, depth: int) -> str | None:
    """What is left of `text` behind a term; None where there is none."""
    rest = _component(text, depth)
    while rest and rest[0] in "./":
        rest = _component(rest[1:], depth)
    return rest


def _component(text: str, depth: int) -> str | None:
    if text.startswith("(") and depth < _LONGEST:
        inside = _term(text[1:], depth + 1)
        if not inside or inside[0] != ")":
            return None
        return _annotated(inside[1:])
    if annotation := _ANNOTATION.match(text):
        return text[annotation.end() :]
    symbol = _SYMBOL.match(text)
    if symbol is None or not _is_simple(symbol[0]):
        return None
    return _annotated(text[symbol.end() :])


def _annotated(text: str) -> str:
    annotation = _ANNOTATION.match(text)
    return text[annotation.end() :] if annotation else text


def _is_simple(symbol: str) -> bool:
    if _NUMBER.fullmatch(symbol) or symbol in _symbols():
        return True
    power = _EXPONENT.fullmatch(symbol)
    return power is not None and power[1] in _symbols()


@cache
def _symbols() -> frozenset[str]:
    table = json.loads(files("pipeline.validate").joinpath("ucum.json").read_text(encoding="utf-8"))
    prefixed = (prefix + unit for prefix in table["prefixes"] for unit in table["metric"])
    return frozenset([*table["metric"], *table["other"], *prefixed])
