"""Runs a notebook in a kernel of this very Python, and keeps of its outputs what never varies."""

import os
import subprocess
import tempfile
from pathlib import Path

from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from lstm_lessons.drawing.picture import IN_FILES, WANTED

CELL_TIMEOUT = 120
"""Seconds that one cell may take, here as under nbval."""

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")


class CellFailed(Exception):
    """A cell stopped the notebook; the message is one line: which cell, and the error."""


def execute(notebook: NotebookNode, cwd: Path, environ: dict[str, str]) -> None:
    """Run every cell in a fresh kernel that starts in ``cwd``; the outputs are stored in place.

    The kernel is the running interpreter's own, whatever kernels the user has, and reads none
    of the user's IPython start-up files. Widgets stay out of the outputs: only a kernel can
    show them, and without one JupyterLab would show an error in place of the picture beside them.

    Raises:
        CellFailed: a cell raised an error, took longer than `CELL_TIMEOUT`, or ended the kernel.
    """
    with tempfile.TemporaryDirectory(prefix="lstm-lessons-") as profile:
        # Without folders to search, the manager knows one kernel: this interpreter's.
        specs = KernelSpecManager(kernel_dirs=[])
        client = NotebookClient(
            notebook,
            km=AsyncKernelManager(kernel_name="python3", kernel_spec_manager=specs),
            timeout=CELL_TIMEOUT,
            record_timing=False,
            store_widget_state=False,
            shutdown_kernel="immediate",
        )
        metadata = notebook.metadata.copy()
        try:
            client.execute(
                cwd=str(cwd),
                env={
                    **os.environ,
                    **environ,
                    **ONE_THREAD,
                    "IPYTHONDIR": profile,
                    WANTED: IN_FILES,
                },
                stderr=subprocess.DEVNULL,  # the kernel's own remarks on its start-up
                cleanup_kc=True,
            )
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            raise CellFailed(_complaint(notebook, client, error)) from error
        finally:
            notebook.metadata = metadata
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = clean(cell.outputs)


def clean(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Return outputs without what varies: widgets' ids, tracebacks' paths, how text was cut up."""
    kept: list[NotebookNode] = []
    for output in outputs:
        if output.output_type == "error":
            output.traceback = [f"{output.ename}: {output.evalue}"]
        if "data" in output:
            had = len(output.data)
            output.data.pop(WIDGET_VIEW, None)
            if had and not output.data:
                continue
        before = kept[-1] if kept else None
        if (
            output.output_type == "stream"
            and before is not None
            and before.output_type == "stream"
            and before.name == output.name
        ):
            before.text += output.text
        else:
            kept.append(output)
    return kept


def _complaint(notebook: NotebookNode, client: NotebookClient, error: Exception) -> str:
    """Return one line for the cell that stopped a notebook."""
    number = client.code_cells_executed
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    first = code[number - 1].source.strip().split("\n")[0] if 0 < number <= len(code) else ""
    if isinstance(error, CellExecutionError):
        reason = f"{error.ename}: {error.evalue}"
    elif isinstance(error, CellTimeoutError):
        reason = f"it took longer than {CELL_TIMEOUT} seconds"
    else:
        reason = "the kernel died"
    return f"code cell {number} ({first}): " + " ".join(reason.split())
