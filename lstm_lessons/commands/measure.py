"""What ``bench`` measures: the time of each way to run an LSTM, and the memory that it takes.

``python -m lstm_lessons.commands.measure NAME DEVICE`` prints the peak memory of one way, in bytes.
"""

import gc
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

import torch
from torch import Tensor, nn

from lstm_lessons import ManualLSTM
from lstm_lessons.ladder import RUNGS, rivals
from lstm_lessons.lstm.unroll import OutputAndStates

Size = tuple[int, int, int, int]
"""(T, B, I, H)."""
Way = Callable[[Tensor, Tensor, Tensor], OutputAndStates]

REFERENCE = "nn.LSTM"
CPU = "cpu"
MEMORY_SIZE: Size = (128, 32, 128, 256)
WARM_UP = 4
"""Rounds that are not counted: TorchScript optimises itself in its first calls."""
_MANY_SMALL_STEPS = 500


def ways(lstm: nn.LSTM, steps: int, batch: int) -> dict[str, Way]:
    """Return every way by name, nn.LSTM first, with the weights of ``lstm``.

    The per-sample rung is left out where it would take more than 500 small steps.
    """
    weights = lstm.all_weights[0]
    manual = ManualLSTM(lstm.input_size, lstm.hidden_size, dtype=weights[0].dtype)
    manual.load_state_dict(lstm.state_dict())
    made: dict[str, Way] = {
        REFERENCE: rivals.Torch(lstm),
        "ManualLSTM": rivals.Torch(manual),
        "textbook": rivals.Textbook(lstm),
        "LSTMCell loop": rivals.CellLoop(lstm),
        "TorchScript": rivals.Script(lstm),
    }
    for name, rung in RUNGS.items():
        if name != "per sample" or steps * batch <= _MANY_SMALL_STEPS:
            made[f"rung: {name}"] = partial(_with_weights, rung, weights)
    return made


def _with_weights(
    rung: Callable[..., OutputAndStates], weights: Sequence[Tensor], x: Tensor, h: Tensor, c: Tensor
) -> OutputAndStates:
    return rung(x, h, c, *weights)


@dataclass
class Times:
    """The seconds of each round, of one way at one size."""

    forward: list[float] = field(default_factory=list)
    step: list[float] = field(default_factory=list)

    def ratios(self, reference: "Times") -> tuple[float, float]:
        """Return the medians of the paired ratios: forward, and training step."""
        pairs = ((self.forward, reference.forward), (self.step, reference.step))
        forward, step = (
            median(a / b for a, b in zip(ours, theirs, strict=True)) for ours, theirs in pairs
        )
        return forward, step


class Contest:
    """All ways at one size, with the same weights and input, in float32, on one device."""

    def __init__(
        self, size: Size, without: frozenset[str] = frozenset(), device: str = CPU
    ) -> None:
        """Make the ways."""
        steps, batch, features, width = size
        torch.manual_seed(steps)
        self.lstm = nn.LSTM(features, width).to(device)
        self.device = device
        self.inputs = (
            torch.randn(steps, batch, features).to(device),
            torch.randn(batch, width).to(device),
            torch.randn(batch, width).to(device),
        )
        self.upstream = torch.randn(steps, batch, width).to(device)
        made = ways(self.lstm, steps, batch)
        self.ways = {name: way for name, way in made.items() if name not in without}
        self.times = {name: Times() for name in self.ways}
        self._order = random.Random(steps)

    def check(self, name: str) -> None:
        """Hold the results of one way against nn.LSTM's.

        Raises:
            AssertionError: they differ by more than float32's rounding.
        """
        with torch.no_grad():
            expected = self.ways[REFERENCE](*self.inputs)
            for ours, theirs in zip(self.ways[name](*self.inputs), expected, strict=True):
                torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-4)

    def round(self, keep: bool) -> None:
        """Run every way once, in an order drawn anew; keep the times or drop them."""
        names = list(self.ways)
        self._order.shuffle(names)
        gc.disable()  # Python's search for cycles would fall on whoever is at work
        try:
            for name in names:
                forward, step = self._forward(name), self._step(name)
                if keep:
                    self.times[name].forward.append(forward)
                    self.times[name].step.append(step)
        finally:
            gc.enable()

    def ratios(self, name: str) -> tuple[float, float]:
        """Return the medians of one way's times over nn.LSTM's: forward, training step."""
        return self.times[name].ratios(self.times[REFERENCE])

    def _forward(self, name: str) -> float:
        with torch.no_grad():
            started = self._now()
            self.ways[name](*self.inputs)
            return self._now() - started

    def _step(self, name: str) -> float:
        for way in self.ways.values():  # the weights are shared: no way adds to another's gradient
            if isinstance(way, nn.Module):
                way.zero_grad()
        started = self._now()
        output, _, _ = self.ways[name](*self.inputs)
        output.backward(self.upstream)
        return self._now() - started

    def _now(self) -> float:
        """Return the time in seconds, once all work that was given to the device is done."""
        if self.device != CPU:
            torch.accelerator.synchronize(self.device)
        return perf_counter()


def saved_bytes(way: Way, inputs: tuple[Tensor, Tensor, Tensor], given: set[int]) -> int:
    """Return the bytes that autograd keeps from the forward to the backward pass.

    ``given`` holds the addresses of the storages that are there anyway: weights and input.
    """
    kept: dict[int, int] = {}

    def pack(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in given:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        results = way(*inputs)  # held until all is counted, so that no address comes twice
    del results
    return sum(kept.values())


def saved_by(name: str, size: Size = MEMORY_SIZE, device: str = CPU) -> int:
    """Return the bytes that autograd keeps for one way, beside weights and input."""
    contest = Contest(size, device=device)
    way = contest.ways[name]
    module = way if isinstance(way, nn.Module) else contest.lstm
    tensors = [*contest.inputs, *module.parameters()]
    return saved_bytes(way, contest.inputs, {t.untyped_storage().data_ptr() for t in tensors})


def peak_bytes(name: str, size: Size = MEMORY_SIZE, device: str = CPU) -> int:
    """Return by how many bytes the memory in use grows at most, in one training step.

    On a CPU it is this process's: right in a fresh one alone, and on Linux alone. Elsewhere it is
    what torch has allocated on the device.
    """
    small = Contest((3, 2, *size[2:]), device=device)
    small._step(name)  # libraries load and set up
    contest = Contest(size, device=device)
    gc.collect()
    if device != CPU:
        torch.accelerator.reset_peak_memory_stats(device)
        before = torch.accelerator.memory_allocated(device)
        contest._step(name)
        return torch.accelerator.max_memory_allocated(device) - before
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew from what is used now
    before = _status("VmRSS")
    contest._step(name)
    return _status("VmHWM") - before


def _status(entry: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(entry + ":"):
            return int(line.split()[1]) * 1024
    raise LookupError(f"expected {entry} in /proc/self/status")


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(peak_bytes(sys.argv[1], device=sys.argv[2]))
