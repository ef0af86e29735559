"""nbval, made stricter: no network, from another folder, and each cell run twice.

A learner runs a cell again to look once more: it must show the same, and so must all that follow.
And a notebook works wherever its copy lies.

This module is a plugin of pytest (``-p lstm_lessons.publishing.strict``): nbval has no option for
how its kernels are started, nor for how often a cell is run.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
from nbval.plugin import IPyNbCell

from lstm_lessons.publishing.offline import OfflineKernelManager

NEXT_EACH_TIME = ".hint()"
"""Asked again, it gives the next hint: a cell with it is run once."""


class ElsewhereKernelManager(OfflineKernelManager):
    """Starts kernels with no network, in an empty folder."""

    def start_kernel(self, **options: Any) -> Any:
        """Start the kernel; ``options`` are those of KernelManager, but for its folder."""
        folder = tempfile.mkdtemp(prefix="elsewhere-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        return super().start_kernel(**options | {"cwd": folder})


def pytest_configure() -> None:
    """Let nbval start its kernels so."""
    import nbval.kernel

    nbval.kernel.KernelManager = ElsewhereKernelManager


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark the cells of notebooks, so that a run can leave them out."""
    if isinstance(item, IPyNbCell):
        item.add_marker("notebook")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Run a notebook's cell once more, against the same stored output."""
    result = yield
    if isinstance(item, IPyNbCell) and NEXT_EACH_TIME not in item.cell.source:
        item.runtest()
    return result
