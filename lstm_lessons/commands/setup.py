"""``setup``: make the environment, and stop."""

from __future__ import annotations

import argparse

from lstm_lessons.environment.clone import Clone
from lstm_lessons.environment.environment import Environment, is_current, usable_python
from lstm_lessons.environment.installer import ensure


def main(arguments: list[str]) -> int:
    """Make the environment where one is needed; return the exit status."""
    argparse.ArgumentParser(
        prog="python3 -m lstm_lessons setup",
        description="Make the course's environment (a .venv in the clone), and stop.",
    ).parse_args(arguments)
    clone = Clone.here()
    python = usable_python(clone)
    environment = Environment(clone)
    if python is None:
        ensure(clone)
        print("The environment is ready. Now: python3 -m lstm_lessons lab")
    elif python == environment.python or environment.is_this_python():
        print(f"The environment is ready: {environment.folder}")
    elif is_current(python):
        print(f"This Python already has all that is needed: {python}")
    return 0
