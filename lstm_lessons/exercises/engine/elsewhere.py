"""An answer whose code runs in another process: what a check asks of it besides calling it."""

from abc import ABC, abstractmethod
from typing import Any


class Elsewhere(ABC):
    """A function of the learner's that this process can call and cannot look into.

    ``empty`` says that it has no body, ``source`` is its text if there is one, and ``goes_on`` says
    that finished code stands below the line that marked its place. ``used`` and ``replaced`` are
    what a call noted there, of the functions ``by_hand`` and of torch.
    """

    def __init__(self, empty: bool = False, source: str = "") -> None:
        self.empty, self.source, self.goes_on = empty, source, False
        self.by_hand: tuple[str, ...] = ()
        self.used: set[str] = set()
        self.replaced: set[str] = set()

    @abstractmethod
    def __call__(self, *inputs: Any, **keywords: Any) -> Any:
        """Return what the function returns, or raise what it raised."""
