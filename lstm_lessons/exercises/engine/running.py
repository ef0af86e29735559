"""Run a learner's code so that it can neither hang the notebook nor disturb it.

The code runs in a thread of its own with a deadline. A thread, because a function defined in a
notebook cannot be sent to another process on every system, and because a signal would work
neither on Windows nor off the main thread. When time is up the thread is told to end, again and
again, as code may swallow an exception; code that swallows many is put to sleep for good. A call
that is stuck outside Python (a long sleep) can be neither: it is left behind, and the learner is
told so. One limit is left: a single operation that holds Python's own lock for ever, such as a
power of huge integers.

The clock counts the learner's own work. While the thread imports something, the clock stands and
nothing interrupts it: a module that is cut off in the middle of its import is broken until the
kernel is restarted. (torch imports sympy and 500 modules more at the first gradient of a tensor
that is no single number, and as many at the first optimiser.)
"""

import ctypes
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from lstm_lessons.exercises.engine.raised import OutOfTime, Raised

SECONDS = 5.0
"""How long the learner's code may take in one check, all calls together."""

_LONGEST_IMPORT = 120.0
"""Seconds after which even an import counts as stuck."""

_PATIENCE = 2.0  # seconds for which a thread that is out of time is told to end
_SWALLOWED = 20  # orders to end that code may swallow before it is put to sleep
_TICK = 0.05  # short waits keep the notebook's stop button alive on Windows too
_STACK = 16 * 2**20  # bytes; some systems give threads too little for a deep recursion


class Clock:
    """Calls the learner's code against a time limit in seconds, which all its calls share."""

    def __init__(self, seconds: float | None = None) -> None:
        self.seconds = self._left = SECONDS if seconds is None else seconds

    def call(self, function: Callable, *args: Any, **kwargs: Any) -> Any:
        """Return what the function returns, or `Raised` with whatever it raised.

        Raises:
            OutOfTime: the time limit of this clock is used up.
            KeyboardInterrupt: the person at the notebook pressed stop.
        """
        worker = _Worker(lambda: function(*args, **kwargs))
        worker.begin()
        try:
            self._left -= worker.wait(self._left)
        except BaseException:
            worker.stop()
            raise
        if not worker.finished.is_set():
            raise OutOfTime(self.seconds, stopped=worker.stop())
        return worker.outcome


class _Worker(threading.Thread):
    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self._work = work
        self._ending = threading.Lock()  # whoever holds it knows whether the work is finished
        self.outcome: Any = None
        self.finished = threading.Event()
        self.frozen = threading.Event()

    def begin(self) -> None:
        """Start, with a stack as large as the main thread's."""
        before = threading.stack_size(_STACK)
        try:
            self.start()
        finally:
            threading.stack_size(before)

    def run(self) -> None:
        """Do the work; keep what it returned, or whatever it raised, SystemExit included."""
        try:
            outcome = self._work()
        except BaseException as error:
            outcome = Raised(error)
        while not self.finished.is_set():
            try:
                with self._ending:
                    self.outcome = outcome
                    self.finished.set()
            except BaseException:  # told to end while ending
                continue

    def wait(self, seconds: float) -> float:
        """Wait until the work is done, for at most this long; return the seconds that count."""
        counted, imported = 0.0, 0.0
        while not self.finished.is_set() and counted < seconds:
            start = time.monotonic()
            self.finished.wait(min(_TICK, seconds - counted))
            passed = time.monotonic() - start
            if not self.finished.is_set() and self.is_importing() and imported < _LONGEST_IMPORT:
                imported += passed
            else:
                counted += passed
        return counted

    def is_importing(self) -> bool:
        """Say whether the thread is inside an import statement now."""
        frame = sys._current_frames().get(self.ident or 0)
        while frame is not None:
            if frame.f_code.co_filename.startswith("<frozen importlib"):
                return True
            frame = frame.f_back
        return False

    def stop(self) -> bool:
        """Tell the thread to end until it does, or until patience is out; say whether it did.

        A thread that imports is let be until the import is done: see above. Only the time after
        an order counts, so that one is given even where the machine stands still for seconds.
        """
        order = ctypes.py_object(self._order())
        patience, latest = _PATIENCE, time.monotonic() + _LONGEST_IMPORT
        while patience > 0 and not self.frozen.is_set():
            with self._ending:
                if self.finished.is_set():
                    break
                start = time.monotonic()
                lets_be = self.is_importing() and start < latest
                if not lets_be:
                    ident = ctypes.c_ulong(self.ident or 0)
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, order)
            self.finished.wait(0.001)
            if not lets_be:
                patience -= time.monotonic() - start
        return self.finished.is_set() or self.frozen.is_set()

    def _order(self) -> type[BaseException]:
        """Return the exception that is raised in the thread to end it.

        Python makes an instance of it there, whenever it arrives. So code that has swallowed
        many of them can be put to sleep for good: it then takes neither time nor Python's lock.
        """
        worker, arrived = self, 0

        class Order(SystemExit):
            def __init__(self) -> None:
                nonlocal arrived
                arrived += 1
                while arrived > _SWALLOWED:
                    worker.frozen.set()
                    time.sleep(3600)

        return Order
