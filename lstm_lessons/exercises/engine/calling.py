"""How the learner's function is called: against the clock, and with torch put back afterwards."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lstm_lessons.exercises.engine.elsewhere import Elsewhere
from lstm_lessons.exercises.engine.isolation import Watch
from lstm_lessons.exercises.engine.refusals import noting_calls
from lstm_lessons.exercises.engine.running import Clock


@dataclass
class Caller:
    """Calls a function, and notes what of torch it replaced, and which of ``by_hand`` it called."""

    clock: Clock
    by_hand: tuple[str, ...] = ()
    watch: Watch = field(default_factory=Watch)
    replaced: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)

    def __call__(self, function: Callable, *inputs: Any, **keywords: Any) -> Any:
        """Return what the function returns, or `Raised`.

        Raises:
            OutOfTime: the time limit of the clock is used up.
        """
        if isinstance(function, Elsewhere):
            return self._call_elsewhere(function, *inputs, **keywords)
        noting = noting_calls(function, self.by_hand, self.used)
        try:
            return self.clock.call(noting, *inputs, **keywords)
        finally:
            self.replaced.update(self.watch.put_back())

    def _call_elsewhere(self, function: Elsewhere, *inputs: Any, **keywords: Any) -> Any:
        function.by_hand = self.by_hand
        try:
            return self.clock.call(function, *inputs, **keywords)
        finally:
            self.used.update(function.used & set(self.by_hand))
            self.replaced.update(function.replaced)
