"""Options from a TOML file: one file serves every command, and each takes from it what it has."""
# ruff: noqa: PLC0415 - imports inside the functions keep `onlabel --help` under 0.3 s

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

from cyclopts import App
from cyclopts.config import Dict

from pipeline.errors import Problem, UsageError, excerpt
from pipeline.inputs import NotTomlError, parse_toml, read_file

#: A command's options by their names without the two hyphens, and whether each may be given several times.
Options: TypeAlias = dict[str, bool]
#: Options of the root, which no command has: read before the command is known.
OF_ALL: Final = ("log",)
#: More than a file of options has; what reads TOML takes time with the square of a dotted key's length.
_MAX_BYTES: Final = 16 * 1024


def read(path: Path) -> dict[str, Any]:
    """What a configuration file says.

    Raises:
        UsageError: U904, it is not there or is no TOML.

    """
    try:
        return parse_toml(read_file(path, _MAX_BYTES))
    except (OSError, ValueError) as error:
        line = error.line if isinstance(error, NotTomlError) else None
        if line is not None:
            cause = f"the configuration file is not TOML: {error}"
            remedy = 'Fix the line; texts and dates stand in quotes, numbers do not, as in `output = "out"` and `workers = 2`.'
        else:
            reason = getattr(error, "strerror", None) or error
            cause, remedy = f"the configuration file cannot be read ({reason})", "Name a TOML file."
        raise UsageError(Problem("U904", "error", cause, remedy, source=str(path), line=line)) from error


def options_of(app: App, said: Mapping[str, Any], source: Path) -> Dict:
    """What a configuration file says to each command.

    A key at the top is for every command that has the option; the table of a command (`[convert]`, `["mappings coverage"]`)
    is for that one alone, and beats the top. A list at the top is only for the commands that take the option several times:
    `fhir = ["R5", "R4"]` says what to publish, and leaves to `show` which of them it reads.

    Args:
        app: The root of all commands.
        said: The file.
        source: Its path, for messages.

    Raises:
        UsageError: U901, no command has such an option.

    """
    commands = _commands(app)
    # `publishers` is a command and an option: a list is the option's.
    tables = {words for words in map(" ".join, commands) if not isinstance(said.get(words), list)}
    top = {_plain(key): value for key, value in said.items() if key not in tables}
    known = {*OF_ALL, *(option for options in commands.values() for option in options)}
    _refuse(top, known, "of onlabel", source)
    data: dict[str, Any] = {}
    for command, options in commands.items():
        words = " ".join(command)
        table = _table(said.get(words, {}) if words in tables else {}, words, source)
        own = {_plain(key): value for key, value in table.items()}
        _refuse(own, {*options}, f"of `onlabel {words}`", source)
        mine = {key: value for key, value in top.items() if key in options and _fits(value, several=options[key])}
        *above, last = command
        place = data
        for name in above:
            place = place.setdefault(name, {})
        place[last] = mine | own
    return Dict(data, source=str(source))


def _commands(app: App, above: tuple[str, ...] = ()) -> dict[tuple[str, ...], Options]:
    """Every command by its words, with its options."""
    found: dict[tuple[str, ...], Options] = {}
    for name in (name for name in app if not name.startswith("-")):
        words, command = (*above, name), app[name]
        if command.default_command is None:
            found |= _commands(command, words)
            continue
        arguments = command.assemble_argument_collection()
        found[words] = {
            option.removeprefix("--"): argument.token_count()[1]
            for argument in arguments
            for option in argument.names
            if option.startswith("--")
        }
    return found


def _table(value: object, command: str, source: Path) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    cause = f"{command!r} in the configuration file is not an option of onlabel, but a command"
    remedy = f"Write what is for that command alone under [{command}]."
    raise UsageError(Problem("U901", "error", cause, remedy, source=str(source)))


def _plain(key: str) -> str:
    return key.replace("_", "-")


def _is_plain(value: object) -> bool:
    """Whether it is a single value such as a command line can have."""
    if isinstance(value, dict | list):
        return False
    return "\0" not in value if isinstance(value, str) else not isinstance(value, int) or abs(value) < 1 << 63


def _fits(value: object, *, several: bool) -> bool:
    return several or not isinstance(value, list)


def _refuse(given: Mapping[str, Any], known: set[str], whose: str, source: Path) -> None:
    import difflib

    for key, value in given.items():
        if key not in known:
            near = difflib.get_close_matches(key, sorted(known), n=1)
            remedy = f"Did you mean {near[0]}?" if near else "See the commands' --help for what there is."
            cause = f"{excerpt(key)!r} in the configuration file is not an option {whose}"
            raise UsageError(Problem("U901", "error", cause, remedy, source=str(source)))
        if not all(map(_is_plain, value if isinstance(value, list) else [value])):
            cause = f"the value of {key!r} in the configuration file is not one that an option can have"
            remedy = "Give a text, a number, true or false, or a list of them."
            raise UsageError(Problem("U901", "error", cause, remedy, source=str(source)))
