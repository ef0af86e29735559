"""Which kernel a notebook gets: the one of the Python that runs the course, and no other."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from lstm_lessons.environment.clone import Clone

NAME = "python3"  # The name in every notebook; each Python with a kernel has one of this name.


@dataclass(frozen=True)
class Kernel:
    """A kernel as Jupyter finds it: the program that it starts, and what it is called."""

    program: str
    title: str

    def is_own(self) -> bool:
        """Say whether it runs on this very Python; a bare ``python`` is Jupyter's own."""
        if os.path.basename(self.program) == self.program:
            return True
        return Path(self.program).parent == Path(sys.executable).parent


def environ(clone: Clone) -> dict[str, str]:
    """Return the variables under which the kernel is this Python's own.

    A kernel of the same name in the user's home, or on ``JUPYTER_PATH``, would else come first.
    """
    variables = clone.environ()
    own = str(Path(sys.prefix) / "share" / "jupyter")
    there = variables.get("JUPYTER_PATH")
    variables["JUPYTER_PATH"] = os.pathsep.join([own, there] if there else [own])
    variables["JUPYTER_PREFER_ENV_PATH"] = "1"
    return variables


def find() -> Kernel:
    """Return the kernel that notebooks get under the variables of this process.

    Raises:
        jupyter_client.kernelspec.NoSuchKernel: there is none.
    """
    from jupyter_client.kernelspec import KernelSpecManager

    spec = KernelSpecManager().get_kernel_spec(NAME)
    return Kernel(program=spec.argv[0], title=spec.display_name)
