"""What an answer leaves behind is put back: random numbers, modes, torch's own functions, stdout.

`isolated` is for a whole check. A `Watch` is for one call of the learner's code: it puts back at
once whatever of torch the call replaced, so that the next call, and the checker, meet the true one.
"""

import builtins
import contextlib
import io
import math
import os
import random
import sys
import warnings
from collections.abc import Iterator
from operator import is_
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy
import torch
from torch import nn

_CHARACTERS, _LINES = 2000, 20
"""How much of what an answer prints is shown, in one check."""

_WATCHED: tuple[tuple[str, ModuleType | type], ...] = (
    ("torch", torch),
    ("torch.Tensor", torch.Tensor),
    ("torch.autograd", torch.autograd),
    ("torch.nn.functional", nn.functional),
    ("torch._VF", torch._VF),
    ("nn", nn),
    ("nn.Module", nn.Module),
    ("nn.RNNBase", nn.RNNBase),
    ("nn.LSTM", nn.LSTM),
    ("nn.LSTMCell", nn.LSTMCell),
    ("nn.Linear", nn.Linear),
    ("nn.Embedding", nn.Embedding),
    ("nn.Dropout", nn.Dropout),
    ("nn.utils.rnn", nn.utils.rnn),
    ("math", math),
    ("builtins", builtins),
)
"""The modules and classes whose functions an answer might replace."""

_TORCH = str(Path(torch.__file__).parent)


@contextlib.contextmanager
def isolated() -> Iterator[None]:
    """Keep the global state as it is; inside, new tensors are float64 and gradients are on.

    So a right answer that makes tensors is right to the last digits. Kept are random numbers,
    dtype, device, threads, deterministic mode, anomaly mode, printing, warning filters, the
    working folder, the environment, the recursion limit, and the three standard streams.
    """
    with contextlib.ExitStack() as stack:
        for keep in (_random_numbers, _torch_modes, _process, _streams, warnings.catch_warnings):
            stack.enter_context(keep())
        stack.enter_context(torch.inference_mode(False))
        stack.enter_context(torch.enable_grad())
        torch.set_default_dtype(torch.float64)
        yield


@contextlib.contextmanager
def _random_numbers() -> Iterator[None]:
    python, arrays, tensors = random.getstate(), numpy.random.get_state(), torch.get_rng_state()
    devices = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else None
    try:
        yield
    finally:
        random.setstate(python)
        numpy.random.set_state(arrays)
        torch.set_rng_state(tensors)
        if devices is not None:
            torch.cuda.set_rng_state_all(devices)


@contextlib.contextmanager
def _torch_modes() -> Iterator[None]:
    dtype, device, threads = (
        torch.get_default_dtype(),
        torch.get_default_device(),
        torch.get_num_threads(),
    )
    deterministic = torch.are_deterministic_algorithms_enabled()
    warn_only = torch.is_deterministic_algorithms_warn_only_enabled()
    anomaly, onednn = torch.is_anomaly_enabled(), torch._C._get_mkldnn_enabled()
    printing = vars(torch._tensor_str.PRINT_OPTS).copy()
    try:
        yield
    finally:
        torch.set_default_dtype(dtype)
        if torch.get_default_device() != device:
            torch.set_default_device(device)
        if torch.get_num_threads() != threads:
            torch.set_num_threads(threads)
        if (
            torch.are_deterministic_algorithms_enabled(),
            torch.is_deterministic_algorithms_warn_only_enabled(),
        ) != (deterministic, warn_only):
            torch.use_deterministic_algorithms(deterministic, warn_only=warn_only)
        torch.autograd.set_detect_anomaly(anomaly)
        if torch._C._get_mkldnn_enabled() != onednn:
            torch._C._set_mkldnn_enabled(onednn)
        vars(torch._tensor_str.PRINT_OPTS).update(printing)


@contextlib.contextmanager
def _process() -> Iterator[None]:
    folder, environ, depth = os.getcwd(), dict(os.environ), sys.getrecursionlimit()
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # the folder itself may be gone
            os.chdir(folder)
        if dict(os.environ) != environ:
            os.environ.clear()
            os.environ.update(environ)
        sys.setrecursionlimit(depth)


@contextlib.contextmanager
def _streams() -> Iterator[None]:
    """Show the first lines of what is printed, and say how much more there was."""
    before, shown = (sys.stdin, sys.stdout, sys.stderr), _Printed()
    sys.stdout = shown
    try:
        yield
    finally:
        sys.stdin, sys.stdout, sys.stderr = before
        if told := shown.told():
            print(told)


class _Printed(io.TextIOBase):
    """Keeps the beginning of what is written, and counts the rest; closing it does nothing."""

    def __init__(self) -> None:
        self._kept, self._written = "", 0

    def write(self, text: str) -> int:
        """Take a text; return its length."""
        self._written += len(text)
        if len(self._kept) < _CHARACTERS:
            self._kept += text[: _CHARACTERS - len(self._kept)]
        return len(text)

    def writable(self) -> bool:
        """Say that it can be written to."""
        return True

    def close(self) -> None:
        """Stay open: an answer that closes stdout closes nothing of the notebook's."""

    def told(self) -> str:
        """Return what is shown."""
        shown = "".join(self._kept.splitlines(keepends=True)[:_LINES])
        cut = self._written - len(shown)
        more = f"\n... and {cut:,} characters more, which are left out." if cut > 0 else ""
        return shown.removesuffix("\n") + more


class Watch:
    """The functions of torch and Python as they were; `put_back` mends and names what is not."""

    def __init__(self) -> None:
        self._before = [(name, place, dict(vars(place))) for name, place in _WATCHED]

    def put_back(self) -> list[str]:
        """Put back what was replaced, added or deleted; return the names of what was replaced."""
        names: list[str] = []
        for name, place, before in self._before:
            if _is_as_it_was(place, before):  # as nearly always, and it is asked after each call
                continue
            for key, value in before.items():
                now = vars(place).get(key, ...)
                if now is not value and not _is_torchs(now):
                    setattr(place, key, value)
                    names.append(f"{name}.{key}")
            for key in vars(place).keys() - before.keys():
                if not _is_torchs(vars(place)[key]):
                    delattr(place, key)
        return names


def _is_as_it_was(place: ModuleType | type, before: dict[str, Any]) -> bool:
    """Say whether a place holds the same objects, in the same order: nothing was put there."""
    now = vars(place)
    return len(now) == len(before) and all(map(is_, now.values(), before.values()))


def _is_torchs(value: Any) -> bool:
    """Say whether torch put it there: its submodules load, and wrap some functions, when used."""
    code = getattr(value, "__code__", None)
    return isinstance(value, ModuleType) or getattr(code, "co_filename", "").startswith(_TORCH)
