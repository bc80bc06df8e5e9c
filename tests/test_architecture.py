"""The house rules that a machine can check: who may import whom, how long a module may be, and what must be documented."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

from tests.error_codes import explained

REPOSITORY = Path(__file__).resolve().parent.parent
PACKAGE = REPOSITORY / "pipeline"

#: From left to right: a room knows those before it, never those after it. Rooms in one group do not know each other.
GROUND = frozenset({"model", "facts", "fields", "errors", "settings", "inputs", "seeds", "collecting", "withdrawal"})
CORE = (
    "read",
    "language",
    "publishers",
    "phrases",
    "sentences",
    "meaning",
    "elements",
    "extract",
    "correct",
    "terminology",
    "fhir",
    "validate",
    "publish",
)
#: The rooms that know a language and no page. `phrases` gives ages and groups of patients as the model has them.
OF_LANGUAGE: dict[str, frozenset[str]] = {"language": frozenset(), "phrases": frozenset({"language", "model"})}
#: Each room after the core, and what of the house it may know.
LATER = {
    "store": GROUND | {"publish"},
    "snapshot": GROUND | {"read", "fhir", "publish"},
    "diff": GROUND | {"snapshot"},
    "convert": GROUND | set(CORE) | {"store", "snapshot", "diff"},
    "options": GROUND | {"publishers", "publish", "convert"},
    "verify": GROUND - {"fields"} | {"publishers"},
    "load": GROUND | {"options", "web"},
    "tables": GROUND | {"snapshot"},
    "review": GROUND | {"read", "correct", "snapshot", "diff", "tables"},
    "flow": GROUND | {"store", "diff", "convert", "options", "load", "web"},
    "cli": GROUND
    | set(CORE)
    | {"store", "snapshot", "diff", "convert", "verify", "load", "tables", "review", "flow"}
    | {"options"},
    "workshop": GROUND | {"web", "terminology", "fhir", "validate", "options", "cli"},
    "__main__": {"cli"},
}
ALLOWED = {
    **{room: GROUND | set(CORE[:place]) for place, room in enumerate(CORE)},
    **OF_LANGUAGE,
    "web": {"errors"},
    "model": frozenset(),
    "facts": {"model"},
    "fields": {"model"},
    "errors": frozenset(),
    "settings": {"model"},
    "inputs": frozenset(),
    "collecting": frozenset(),
    "seeds": {"errors", "settings", "inputs"},
    "withdrawal": {"model"},
    "__init__": frozenset(),
    **LATER,
}
#: The only rooms in which Prefect may be named.
PREFECT_ROOMS = frozenset({"flow"})
MODULE_CEILING = 400
CODE = re.compile(r"\b[RXEFVPCLMUDSW]\d{3}\b")

MODULES = sorted(PACKAGE.rglob("*.py"))


def room_of(module: Path) -> str:
    return module.relative_to(PACKAGE).with_suffix("").parts[0]


@cache
def imports_of(module: Path) -> frozenset[str]:
    """The dotted names that a module imports anywhere in it, inside functions too; `from a import b` gives `a.b`."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: imports are absolute"
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return frozenset(names)


def test_every_room_has_a_place() -> None:
    assert {room_of(module) for module in MODULES} - ALLOWED.keys() == set(), "give it a place in the house, in this test"


def test_no_room_imports_one_to_its_right() -> None:
    wrong = {}
    for module in MODULES:
        rooms = {name.split(".")[1] for name in imports_of(module) if name.startswith("pipeline.")} - {"__version__"}
        if unknown := rooms - ALLOWED[room_of(module)] - {room_of(module)}:
            wrong[str(module.relative_to(PACKAGE))] = unknown
    assert wrong == {}


def test_only_the_flow_knows_prefect() -> None:
    knowing = {room_of(module) for module in MODULES if any(name.split(".")[0] == "prefect" for name in imports_of(module))}
    assert knowing <= PREFECT_ROOMS


def test_verify_shares_no_code_with_what_it_checks() -> None:
    """Not even through another room: whatever `verify` imports must not lead to the reader, the extractor, the builder or
    the table of fields that they share. The model it may read, as whoever reads `facts.ndjson` does.
    """
    reached: set[Path] = set()
    waiting = sorted((PACKAGE / "verify").rglob("*.py"))
    while waiting:
        module = waiting.pop()
        if module not in reached:
            reached.add(module)
            waiting.extend(source for name in imports_of(module) for source in sources_of(name))
    made_by = {*CORE, "fields"} - {"publishers", "validate", "publish"}
    assert not {room_of(module) for module in reached} & made_by


def sources_of(name: str) -> list[Path]:
    """The package's files that importing a dotted name runs."""
    parts = name.split(".")
    if parts[0] != "pipeline":
        return []
    places = [PACKAGE.joinpath(*parts[1:depth]) for depth in range(1, len(parts) + 1)]
    return [file for place in places for file in (place.with_suffix(".py"), place / "__init__.py") if file.is_file()]


def test_no_module_outgrows_its_reader() -> None:
    lines = {str(module.relative_to(PACKAGE)): len(module.read_text(encoding="utf-8").splitlines()) for module in MODULES}
    assert {module: length for module, length in lines.items() if length > MODULE_CEILING} == {}


def test_every_error_code_is_explained_and_every_explained_code_is_used() -> None:
    sources = (re.sub(r"noqa: [A-Z0-9, ]+", "", module.read_text(encoding="utf-8")) for module in MODULES)
    used = {code for source in sources for code in CODE.findall(source)}
    retired = {code for code, row in explained().items() if "(retired)" in row.means}
    assert used - explained().keys() == set(), "codes without a row in pipeline/ERRORS.md"
    assert explained().keys() - retired - used == set(), "rows in pipeline/ERRORS.md that no code uses: mark them (retired)"


def test_every_room_says_what_it_is_for() -> None:
    rooms = {module.parent for module in MODULES} - {PACKAGE}
    assert [room.name for room in sorted(rooms) if room.parent == PACKAGE and not (room / "README.md").is_file()] == []
