"""What a server of ``lab`` is told on a hub, where its memory counts as often as there are people.

Each entry says what it saves or why it is here; `tests/try_hub.py` measures it.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping

from lstm_lessons.environment.failure import Failure

MODULE = "jupyterhub.singleuser"

# Left to other programs of a server: terminals, language servers, another page.
_EXTENSIONS = {
    "jupyterlab": True,
    "jupyter_lsp": False,
    "jupyter_server_terminals": False,
    "nbgitpuller": False,
    "notebook_shim": False,
}
_IDLE_S = 3600

SETTINGS = {
    "--ServerApp.jpserver_extensions": repr(_EXTENSIONS),
    "--ServerApp.terminals_enabled": "False",
    "--LabApp.extension_manager": "readonly",
    # A lesson that was left an hour ago keeps no kernel: its cells are run again.
    "--MappingKernelManager.cull_idle_timeout": str(_IDLE_S),
    "--MappingKernelManager.cull_interval": "300",
    "--MappingKernelManager.cull_connected": "True",
}

_VARIABLES = {
    "OMP_NUM_THREADS": "1",  # else each kernel starts a thread a processor, for everybody
    "MALLOC_ARENA_MAX": "2",  # else glibc keeps up to eight heaps a processor
}


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
