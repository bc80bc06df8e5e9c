"""Everything that onlabel says to people is written in one way: a cause is a phrase, a remedy is a sentence."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.error_codes import explained

PACKAGE = Path(__file__).resolve().parent.parent / "pipeline"
#: The first word of a remedy is a capital, a name in backticks, or put in at run time.
SENTENCE = re.compile(r"[A-Z`{].*([.?`]|{})", re.DOTALL)


def texts(node: ast.expr) -> Iterator[tuple[int, str]]:
    """The literal strings that an expression may give; what is put in at run time is `{}`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.lineno, node.value
    elif isinstance(node, ast.JoinedStr):
        yield node.lineno, "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    elif isinstance(node, ast.IfExp):
        yield from texts(node.body)
        yield from texts(node.orelse)


def arguments(tree: ast.AST, places: dict[str, int], name: str) -> Iterator[ast.expr]:
    """What is given for the parameter `name` of the functions in `places`, and assigned to a variable of that name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if places.get(function, len(node.args)) < len(node.args):
                yield node.args[places[function]]
            yield from (keyword.value for keyword in node.keywords if keyword.arg == name)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                targets = target.elts if isinstance(target, ast.Tuple) else [target]
                values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
                named = zip(targets, values, strict=False)
                yield from (value for left, value in named if isinstance(left, ast.Name) and left.id.lower() == name)


def signatures(tree: ast.AST) -> dict[str, list[str]]:
    """The parameters of each function, in their order."""
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return {function.name: [each.arg for each in function.args.args if each.arg != "self"] for function in functions}


@cache
def sources() -> dict[Path, ast.Module]:
    """The modules of the package."""
    return {module: ast.parse(module.read_text(encoding="utf-8")) for module in sorted(PACKAGE.rglob("*.py"))}


def literals(name: str) -> list[tuple[str, str]]:
    """Every literal cause or remedy of the source and its place."""
    trees = sources()
    here = {module: signatures(tree) for module, tree in trees.items()}
    everywhere = {"Problem": ["code", "severity", "cause", "remedy"]}
    for own in here.values():
        everywhere |= {function: parameters for function, parameters in own.items() if name in parameters}
    return [
        (f"{module.relative_to(PACKAGE)}:{line}", text)
        for module, tree in trees.items()
        for given in arguments(tree, {f: p.index(name) for f, p in (everywhere | here[module]).items() if name in p}, name)
        for line, text in texts(given)
    ]


def test_every_remedy_is_a_sentence() -> None:
    found = literals("remedy")
    assert {place.split("/")[0] for place, _ in found} >= {"read", "validate", "publish", "load", "flow", "cli"}
    assert [(place, text) for place, text in found if not SENTENCE.fullmatch(text)] == []


def test_no_cause_is_a_sentence_of_its_own() -> None:
    """A cause stands after a code and a place, with a remedy behind it: it is a phrase."""
    found = literals("cause")
    assert [(place, text) for place, text in found if text.endswith(".") or re.match(r"[A-Z][a-z]+ ", text)] == []


def test_the_table_of_codes_is_written_in_phrases() -> None:
    cells = [cell for row in explained().values() for cell in row]
    assert [cell for cell in cells if cell.endswith(".") or re.match(r"[A-Z][a-z]+ ", cell)] == []


def test_nothing_says_to_install_onlabel_from_an_index() -> None:
    """No package index has it."""
    texts = {file: file.read_text(encoding="utf-8") for pattern in ("*.py", "*.md") for file in PACKAGE.rglob(pattern)}
    texts[PACKAGE.parent / "README.md"] = (PACKAGE.parent / "README.md").read_text(encoding="utf-8")
    named = re.compile(r"""install [^`\n]*['" ]onlabel\b(?=[\['"`\s])""")
    assert [f"{file}: {found[0]}" for file, text in texts.items() for found in named.finditer(text)] == []
