"""The checkers of the first edition with their 1,598 wrong answers, kept as a test set.

It goes when every lesson's exercises have moved to the engine.
"""

import importlib

LESSONS = ("00", "01", "02", "03", "04", "05", "06", "07", "08", "09")


def exercises(lesson: str) -> dict:
    """Return a lesson's exercises of the first edition, by number."""
    module = importlib.import_module(f"first_edition.lesson_{lesson}")
    return {each.number: each for each in module.EXERCISES}
