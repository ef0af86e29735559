"""A learner's kernels on a hub: forked from one process, so that they share its memory.

A kernel that has PyTorch holds 220 MB before the first cell. Of a second one, most is the same.
"""

from __future__ import annotations

from typing import Any

from jupyter_server.services.kernels.kernelmanager import ServerKernelManager

from lstm_lessons.publishing import warm

NAMES = (*warm.BIG, "lstm_lessons.explorers", "lstm_lessons.exercises")
SERVE = f"from lstm_lessons.publishing.warm import serve; serve({NAMES!r}, None)"


class HubProvisioner(warm.WarmProvisioner):
    """Asks the warm process of this server."""

    serve = SERVE


COMMAND = HubProvisioner.warm_command()
"""What the server starts."""


class HubKernelManager(ServerKernelManager):
    """Starts kernels warm, and else as its class does."""

    async def _async_pre_start_kernel(self, **options: Any) -> Any:
        if self.provisioner is None:  # it is kept when a kernel is restarted
            number = self.kernel_id or options.get("kernel_id")
            self.provisioner = HubProvisioner(
                kernel_id=number, kernel_spec=self.kernel_spec, parent=self
            )
        return await super()._async_pre_start_kernel(**options)


def begin() -> None:
    """Start the warm process, so that it is ready before a learner has opened a notebook."""
    warm.start(COMMAND)
