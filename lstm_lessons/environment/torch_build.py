"""Which build of PyTorch to install, and from where.

The ordinary package index offers Linux one build, with gigabytes of CUDA. A Linux machine without
an NVIDIA GPU gets the CPU build: pip's, where pip is set up to offer one, and otherwise through
uv, which knows where PyTorch keeps its CPU builds (``--torch-backend cpu``).
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable
from enum import Enum
from pathlib import Path


class Route(Enum):
    """How PyTorch is installed."""

    PIP = "the build for this machine"
    PIP_CPU = "the CPU build that pip offers"
    UV_CPU = "the CPU build, through uv"
    WHEELS = "the build in the folder wheels"


def has_nvidia_gpu(root: Path = Path("/")) -> bool:
    """Say whether a Linux machine shows an NVIDIA GPU. No driver is called, so none can fail."""
    return (
        (root / "proc/driver/nvidia").exists()
        or any((root / "dev").glob("nvidia[0-9]*"))
        or shutil.which("nvidia-smi") is not None
    )


def choose(
    version: str | None,
    ask_pip: Callable[[], str],
    platform: str = sys.platform,
    gpu: bool | None = None,
) -> Route:
    """Choose the route to ``torch==version`` (any version where it is ``None``).

    ``ask_pip`` returns what ``pip index versions torch`` prints; it is called only when it matters.
    """
    if platform != "linux":
        return Route.PIP
    if has_nvidia_gpu() if gpu is None else gpu:
        return Route.PIP
    return Route.PIP_CPU if offers_cpu_build(ask_pip(), version) else Route.UV_CPU


def offers_cpu_build(listing: str, version: str | None) -> bool:
    """Say whether pip's list of versions holds the CPU build that it would then choose."""
    offered = re.findall(r"[0-9][0-9A-Za-z.!]*\+cpu\b", listing)
    return f"{version}+cpu" in offered if version else bool(offered)


def uv_command(python: str, constraints: str) -> list[str]:
    """Return the command line that installs the CPU build into ``python``'s environment."""
    return [
        python, "-I", "-m", "uv", "pip", "install",
        "--python", python,
        "--torch-backend", "cpu",
        "--constraints", constraints,
        "torch",
    ]  # fmt: skip
