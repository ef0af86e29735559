"""The words of a command line that are ours, and those behind ``--`` for another program."""

import argparse

from lstm_lessons import course
from lstm_lessons.environment.failure import Failure


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


def route(name: str) -> course.Route:
    """Return the route of this name.

    Raises:
        Failure: there is none.
    """
    try:
        return course.route(name)
    except KeyError as error:
        raise Failure(f"{error.args[0]}.", "Give one of these names.") from None
