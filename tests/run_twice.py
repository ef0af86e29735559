"""Runs a notebook with each cell run twice, in a process that has imported the big packages.

Most of a small notebook's time goes into starting a kernel and importing PyTorch. nbval does that
for each notebook; here a process that has done it once is forked instead (on Windows: is not).
The cells run in IPython's own kernel, which lives in that process.
"""

import multiprocessing
import os
import signal
import sys
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from lstm_lessons.publishing.execute import CELL_TIMEOUT, clean

BIG = ["torch", "matplotlib.figure", "ipywidgets", "nbformat", "ipykernel.inprocess.manager"]
SHOWN = ("stream", "display_data", "execute_result", "error")
Twice = list[tuple[list[NotebookNode], list[NotebookNode]]]


def run_twice(path: Path, folder: Path) -> Twice:
    """Return what each code cell of a notebook shows, the first time and the second.

    Raises:
        RuntimeError: the process ended on the way, or a cell took too long.
    """
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    if "forkserver" in methods:
        context.set_forkserver_preload(BIG)
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(path, folder, there))
    process.start()
    there.close()
    try:
        return here.recv()
    except EOFError:
        process.join()
        slow = process.exitcode == -getattr(signal, "SIGALRM", 0)
        why = f"a cell took more than {CELL_TIMEOUT} s" if slow else f"exit {process.exitcode}"
        raise RuntimeError(f"{path.name} did not come to its end: {why}") from None
    finally:
        process.join()


def _run(path: Path, folder: Path, answer: Connection) -> None:
    """Run the cells, in a process of its own."""
    os.chdir(folder)
    sys.path.insert(0, "")  # as a kernel's
    with tempfile.TemporaryDirectory(prefix="lstm-lessons-") as profile:
        os.environ["IPYTHONDIR"] = profile  # and none of the user's start-up files
        kernel = _Kernel()
        cells = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
        answer.send([(kernel.run(cell.source), kernel.run(cell.source)) for cell in cells])
    answer.close()


class _Kernel:
    """IPython's kernel in this process."""

    def __init__(self) -> None:
        from ipykernel.inprocess.manager import InProcessKernelManager

        self._manager = InProcessKernelManager()
        self._manager.start_kernel()
        self._client = self._manager.client()
        self._client.start_channels()

    def run(self, source: str) -> list[NotebookNode]:
        """Return the outputs of a cell."""
        if hasattr(signal, "alarm"):
            signal.alarm(CELL_TIMEOUT)  # ends the process
        asked = self._client.execute(source)
        outputs = []
        while (message := self._message())["header"]["msg_type"] != "status" or (
            message["content"]["execution_state"] != "idle"
            or message["parent_header"].get("msg_id") != asked
        ):
            if message["header"]["msg_type"] in SHOWN:
                outputs.append(nbformat.v4.output_from_msg(message))
        return clean(outputs)

    def _message(self) -> dict:
        return self._client.get_iopub_msg(timeout=CELL_TIMEOUT)
