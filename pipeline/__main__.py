"""The command `onlabel`, as the installed script and as `python -m pipeline`."""

from __future__ import annotations

import sys

from pipeline import __version__


def main() -> None:
    """Run the command. Its version is told here: the parser of arguments and what prints its help take a fifth of a second.

    Processes that a run starts import this module again, so that it is well that it needs no other.
    """
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"{__version__}\n")
        return
    from pipeline import cli  # noqa: PLC0415 - see above

    cli.main()


if __name__ == "__main__":
    main()
