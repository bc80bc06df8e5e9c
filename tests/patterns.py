"""Every pattern of the project, how it is used, and texts that attack it: repeats of what it is made of."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import types
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from re import _constants as op  # type: ignore[attr-defined]  # the parser of `re`: no other knows the syntax
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import pipeline
from pipeline.language.text import Uncompiled

#: What anything is attacked with: blanks, digits, commas, marks, markup, abbreviations, items, notes, link targets.
FILLERS = (
    *(" ", "\u00a0", "\t", "\n", "a", "A", "7", ",", ".", "-", "*", "_", "`", "#", "|", "(", "[", "<", '"', "'", "\\", "¹"),
    *("A. ", "A ", "a ", "a, ", "1, ", "- item\n", "- ", "[1] ", "[a](/b) ", "id=CDR0000", "/a", "a and ", "(a) ", "<!--"),
)
#: Characters of which a class of characters may hold some.
SAMPLES = (" ", "a", "0", ",", "\u00a0", "A", "-", ".", "\n", "(", ")", "[", "/", "=", "+", "|", "<", "*", '"', ":", "\x01")
#: A repeat without an end, or with one so far off that it might as well have none.
UNBOUNDED = 1_000
METHODS = {"match": "match", "fullmatch": "fullmatch", "search": "search"}
ALL_METHODS = frozenset({"finditer", "match", "fullmatch"})
REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)


@dataclass(frozen=True)
class Found:
    """A pattern, where it was found, and by which methods it reads."""

    pattern: re.Pattern[str]
    module: str
    name: str
    methods: frozenset[str]


def all_patterns() -> tuple[list[Found], list[str]]:
    """The patterns of all modules, and the places in functions where one is made of something else than a literal."""
    found: dict[tuple[Any, int], Found] = {}
    unknown: list[str] = []
    for info in pkgutil.walk_packages(pipeline.__path__, "pipeline."):
        if info.name.endswith("__main__"):
            continue
        module = importlib.import_module(info.name)
        source = Path(str(module.__file__)).read_text(encoding="utf-8")
        tree = ast.parse(source)
        for name, value in [*vars(module).items()]:
            for pattern in _held(value, set()):
                methods = _methods(name, source) if name.startswith("_") else ALL_METHODS
                found.setdefault((pattern.pattern, pattern.flags), Found(pattern, info.name, name, methods))
        for function in ast.walk(tree):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                continue
            for call in _compiling(function):
                given, flags = call.args[0], _flags(call)
                if isinstance(given, ast.Constant):
                    pattern = re.compile(given.value, flags)
                    methods = frozenset({METHODS.get(_called(call), "finditer")})
                    found.setdefault((pattern.pattern, pattern.flags), Found(pattern, info.name, str(call.lineno), methods))
                else:
                    unknown.append(f"{info.name}: {ast.unparse(given)}")
    return [one for one in found.values() if isinstance(one.pattern.pattern, str)], sorted(set(unknown))


def _held(value: object, seen: set[int]) -> Iterator[re.Pattern[str]]:
    """The patterns in a value: in collections, attributes of what is ours, defaults and closures of functions."""
    if id(value) in seen:
        return
    seen.add(id(value))
    inner: Iterable[object] = ()
    if isinstance(value, Uncompiled):
        yield value.compiled
    elif isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        inner = (*value.keys(), *value.values())
    elif isinstance(value, list | tuple | set | frozenset):
        inner = tuple(value)
    elif isinstance(value, types.FunctionType):
        cells = (cell.cell_contents for cell in value.__closure__ or () if cell != types.CellType())
        inner = (*(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values(), *cells)
    elif (value if isinstance(value, type) else type(value)).__module__.startswith("pipeline"):
        slots = (name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ()))
        inner = (*getattr(value, "__dict__", {}).values(), *(getattr(value, name, None) for name in slots))
    for one in inner:
        yield from _held(one, seen)


def _methods(name: str, source: str) -> frozenset[str]:
    """How a module uses a pattern of its own; as it uses those in variables, where it hands it on."""
    method = r"\.(match|fullmatch|search|finditer|findall|sub|subn|split)\b"
    uses = set(re.findall(rf"(?<![\w.]){name}\b(?!\s*[=:])(?:{method})?", source))
    if not uses or "" in uses:
        uses = (uses - {""}) | set(re.findall(rf"(?<![\w.])(?!re\.)[a-z]\w*{method}", source))
    return frozenset(METHODS.get(use, "finditer") for use in uses) or ALL_METHODS


def _compiling(function: ast.AST) -> Iterator[ast.Call]:
    for call in ast.walk(function):
        if isinstance(call, ast.Call) and call.args and _called(call) not in {"", "escape"}:
            yield call


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Attribute(value=ast.Name(id="re"), attr=name):
            return name
        case ast.Name(id="rx"):
            return "rx"
    return ""


def _flags(call: ast.Call) -> int:
    names = {
        n.attr
        for part in (*call.args, *(k.value for k in call.keywords))
        for n in ast.walk(part)
        if isinstance(n, ast.Attribute)
    }
    return sum(int(getattr(re, name)) for name in names & {"IGNORECASE", "DOTALL", "MULTILINE", "ASCII", "VERBOSE"})


def attacks(pattern: re.Pattern[str]) -> list[tuple[str, str]]:
    """Texts to attack a pattern with: what stands before, and what is repeated behind it."""
    tree = list(_parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG))
    whole = _example(tree)
    told = [("", filler) for filler in FILLERS]
    told += [pair for before, unit in _loops(tree, "") for pair in ((before, unit), ("", before + unit))]
    literals = list(dict.fromkeys(_literals(tree)))[:12]
    if pattern.flags & re.IGNORECASE:
        literals += [literal.upper() for literal in literals]
    told += [("", f"{blank}{literal}") for literal in literals for blank in ("", " ")]
    told += [(whole, filler) for filler in FILLERS[:12]] + [("", whole)]
    return [pair for pair in dict.fromkeys(told) if pair[1]]


def _in(items: list[Any], character: str) -> bool:
    code, negated, hit = ord(character), False, False
    kinds = {op.CATEGORY_SPACE: character.isspace(), op.CATEGORY_DIGIT: character.isdigit()}
    kinds[op.CATEGORY_WORD] = character.isalnum() or character == "_"
    kinds |= {
        op.CATEGORY_NOT_SPACE: not kinds[op.CATEGORY_SPACE],
        op.CATEGORY_NOT_DIGIT: not kinds[op.CATEGORY_DIGIT],
        op.CATEGORY_NOT_WORD: not kinds[op.CATEGORY_WORD],
    }
    for kind, value in items:
        if kind is op.NEGATE:
            negated = True
        elif kind is op.LITERAL:
            hit |= value == code
        elif kind is op.RANGE:
            hit |= value[0] <= code <= value[1]
        elif kind is op.CATEGORY:
            hit |= kinds[value]
    return hit != negated


def _example(items: Iterable[tuple[Any, Any]]) -> str:
    """A short text that a part of a pattern may read."""
    return "".join(_one(kind, value) for kind, value in items)


def _one(kind: Any, value: Any) -> str:  # noqa: ANN401, PLR0911 - the parser's own, a line a kind
    if kind is op.LITERAL:
        return chr(value)
    if kind is op.NOT_LITERAL:
        return "b" if value == ord("a") else "a"
    if kind is op.ANY:
        return "a"
    if kind is op.IN:
        named = [chr(of) for each, of in value if each is op.LITERAL]
        return next((each for each in (*named, *SAMPLES, "\u00b9") if _in(value, each)), "")
    if kind is op.SUBPATTERN:
        return _example(value[-1])
    if kind is op.ATOMIC_GROUP:
        return _example(value)
    if kind is op.BRANCH:
        return _example(value[1][0])
    if kind in REPEATS:
        return _example(value[2]) * value[0]
    return ""


def _inner(kind: Any, value: Any) -> list[Any]:  # noqa: ANN401 - the parser's own
    """The parts of a node."""
    if kind is op.SUBPATTERN:
        return [value[-1]]
    if kind is op.ATOMIC_GROUP:
        return [value]
    if kind is op.BRANCH:
        return list(value[1])
    if kind in REPEATS:
        return [value[2]]
    if kind in {op.ASSERT, op.ASSERT_NOT}:
        return [value[1]]
    return []


def _loops(items: Iterable[tuple[Any, Any]], before: str) -> Iterator[tuple[str, str]]:
    """Of each repeat: a text that leads to it, and one that it may take in one turn."""
    for kind, value in items:
        if kind in REPEATS and value[1] > UNBOUNDED:
            yield from ((before, unit) for unit in _units(list(value[2])))
        for part in _inner(kind, value):
            yield from _loops(part, before)
        before += _one(kind, value)


def _units(body: list[tuple[Any, Any]]) -> Iterator[str]:
    yield _example(body)
    for kind, value in body:
        if kind is op.IN and len(body) == 1:
            yield from [each for each in SAMPLES if _in(value, each)][:8]
        elif kind in {op.BRANCH, op.SUBPATTERN}:
            for part in _inner(kind, value):
                yield from _units(list(part))


def _literals(items: Iterable[tuple[Any, Any]]) -> Iterator[str]:
    word = ""
    for kind, value in items:
        if kind is op.LITERAL:
            word += chr(value)
            continue
        if word:
            yield word
        word = ""
        for part in _inner(kind, value):
            yield from _literals(part)
    if word:
        yield word
