"""How much memory a class needs on a hub, from what `tests/try_hub.py` measured.

Megabytes of 10^6 bytes, each shared page divided among those that have it, at eight learners.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

SERVER_MB = 125
KERNEL_MB = 270
"""Of a kernel that has run a whole lesson: the largest of those before lesson 17."""
KERNELS = 2
"""A lesson and its exercises are open at once; what was left an hour ago is ended."""
HUB_MB = 700
"""The hub, its proxy, and what the system itself needs."""
SPARE = 1.2

_SIZES_GB = (2, 4, 8, 16, 32, 64, 128, 256)


@dataclass(frozen=True)
class Needs:
    """The memory that a class needs, in megabytes."""

    learners: int

    @property
    def learner(self) -> int:
        """Of each learner: a server and the kernels that are open."""
        return SERVER_MB + KERNELS * KERNEL_MB

    @property
    def limit(self) -> int:
        """What no learner may exceed: room for two kernels more, in whole hundreds."""
        return math.ceil((self.learner + 2 * KERNEL_MB) / 100) * 100

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
        return max(2, math.ceil(self.learners / 4))

    @property
    def told(self) -> str:
        """The sum, in two sentences."""
        return (
            f"{self.learners} learners need {self.whole / 1000:.1f} GB of memory: "
            f"{self.learner} MB each, for a server of {SERVER_MB} and {KERNELS} kernels of"
            f" {KERNEL_MB}, a fifth to spare, and {HUB_MB} for the hub. Take a machine with"
            f" {self.machine_gb} GB and {self.processors} processors."
        )
