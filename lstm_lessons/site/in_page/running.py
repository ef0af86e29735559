"""Stands in for the engine's own in the page, where there are no threads.

What limits an answer's time is the page: it ends the worker in which Python runs.
"""

from collections.abc import Callable
from typing import Any

from lstm_lessons.exercises.engine.raised import call_directly


class Clock:
    """Calls a learner's code, as the engine's own does, without a limit."""

    def __init__(self, seconds: float | None = None) -> None:
        """Take the limit, as the engine's does; the page has its own."""

    def call(self, function: Callable, *args: Any, **kwargs: Any) -> Any:
        """Return what the function returns, or `Raised` with whatever it raised."""
        return call_directly(function, *args, **kwargs)
