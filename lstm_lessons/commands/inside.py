"""What only the environment itself can tell ``doctor``: run in its Python, prints one JSON line."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from typing import Any

from lstm_lessons.environment import kernel
from lstm_lessons.environment.clone import Clone
from lstm_lessons.publishing import trust

_ASK_TORCH = """
import torch
print(torch.cuda.get_device_name(0) if torch.cuda.is_available() else "")
"""


def facts(clone: Clone) -> dict[str, Any]:
    """Return the kernel, the GPU and the trusted notebooks, each with the error it met if any."""
    os.environ.update(kernel.environ(clone))
    return {"kernel": _kernel(), "gpu": _gpu(), "trust": _trust(clone)}


def _kernel() -> dict[str, Any]:
    try:
        from jupyter_client.kernelspec import NoSuchKernel
    except ImportError as error:
        return {"error": str(error)}
    try:
        found = kernel.find()
    except NoSuchKernel as error:
        return {"error": str(error)}
    return {"title": found.title, "program": found.program, "own": found.is_own()}


def _gpu() -> dict[str, Any]:
    """Ask PyTorch in a process of its own: where it crashes, the rest can still be told."""
    answer = subprocess.run([sys.executable, "-c", _ASK_TORCH], capture_output=True, text=True)
    if answer.returncode != 0:
        last = answer.stderr.strip().splitlines()[-1:]
        return {"error": last[0] if last else f"exit status {answer.returncode}"}
    return {"name": answer.stdout.strip() or None}


def _trust(clone: Clone) -> dict[str, Any]:
    try:
        signed, count = trust.signed(clone)
    except (ImportError, OSError, sqlite3.Error) as error:
        return {"error": str(error)}
    return {"signed": signed, "count": count}


if __name__ == "__main__":
    print(json.dumps(facts(Clone.here())))
