"""The words of a command line that are ours, and those behind ``--`` for another program."""

import argparse


def split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Return the words before the first ``--`` and those after it."""
    if "--" not in arguments:
        return arguments, []
    cut = arguments.index("--")
    return arguments[:cut], arguments[cut + 1 :]


def port(text: str) -> int:
    """Return a port's number, for argparse; 0 lets the system choose.

    Raises:
        ArgumentTypeError: it is none.
    """
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"expected a port from 0 to 65535, got {text!r}")
    return int(text)
