"""How much memory a class needs on a hub, from what `tests/try_hub.py` measured.

Megabytes of 10^6 bytes, each shared page divided among those that have it, at eight learners.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

SERVER_MB = 110
FIRST_MB = 300
"""Of the first kernel, with the process that all of a learner's kernels are forked from."""
FURTHER_MB = 75
"""Of each further one, which shares most with the first."""
FURTHER = 2
"""A lesson, its exercises, and the lesson before: what was left an hour ago is ended."""
HUB_MB = 700
"""The hub, its proxy, and what the system itself needs."""
SPARE = 1.2

_SIZES_GB = (2, 4, 8, 16, 32, 64, 128, 256)
_PROCESSORS = (2, 4, 8, 16, 32, 64)


@dataclass(frozen=True)
class Needs:
    """The memory that a class needs, in megabytes."""

    learners: int

    @property
    def learner(self) -> int:
        """Of each learner: a server and the kernels that are open."""
        return SERVER_MB + FIRST_MB + FURTHER * FURTHER_MB

    @property
    def limit(self) -> int:
        """What no learner may exceed: twice what they need, in whole hundreds."""
        return math.ceil(2 * self.learner / 100) * 100

    @property
    def whole(self) -> int:
        """Of the whole machine."""
        return HUB_MB + math.ceil(SPARE * self.learners * self.learner)

    @property
    def machine_gb(self) -> int:
        """Of the smallest machine of a usual size; what is larger is no usual size."""
        fitting = (size for size in _SIZES_GB if size * 1000 >= self.whole)
        return next(fitting, math.ceil(self.whole / 1000))

    @property
    def processors(self) -> int:
        """How many, so that a room that starts at once waits no more than a minute."""
        return next((n for n in _PROCESSORS if 4 * n >= self.learners), _PROCESSORS[-1])

    @property
    def told(self) -> str:
        """The sum, in two sentences."""
        return (
            f"{self.learners} learners need {self.whole / 1000:.1f} GB of memory: "
            f"{self.learner} MB each (a server {SERVER_MB}, a kernel {FIRST_MB}, {FURTHER} more"
            f" {FURTHER_MB} each), a fifth to spare, and {HUB_MB} for the hub. Take a machine with"
            f" {self.machine_gb} GB and {self.processors} processors."
        )
