"""What a server of ``lab`` is told on a hub, where what one takes counts once a learner."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping

from lstm_lessons.environment.failure import Failure

MODULE = "lstm_lessons.commands.jupyterhub"

_IDLE_S = 3600

SETTINGS = {
    # A second notebook takes 72 MB in place of 176, the first 77 more; all begin at once.
    "--AsyncMappingKernelManager.kernel_manager_class": (
        "lstm_lessons.publishing.warm_on_a_hub.HubKernelManager"
    ),
    # A notebook that was left an hour ago keeps no kernel: its cells are run again.
    "--MappingKernelManager.cull_idle_timeout": str(_IDLE_S),
    "--MappingKernelManager.cull_interval": "300",
    "--MappingKernelManager.cull_connected": "True",
    "--LabApp.extension_manager": "readonly",  # what everybody shares, nobody changes
}

_VARIABLES = {"OMP_NUM_THREADS": "1"}
"""Else each kernel computes on all processors at once, and all of them get in each other's way."""


def check() -> None:
    """Make sure that this Python can be a hub's server.

    Raises:
        Failure: JupyterHub is not installed in it.
    """
    if importlib.util.find_spec("jupyterhub") is None:
        raise Failure(
            "This Python has no JupyterHub, so it cannot be a server of one.",
            "Install it in the hub's own version: python3 -m pip install jupyterhub==5.2.1",
        )


def environ(variables: Mapping[str, str]) -> dict[str, str]:
    """Return variables for the server and its kernels; what the hub has set stays."""
    return {**_VARIABLES, **variables}
