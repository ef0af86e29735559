"""What a way to run an LSTM asks of the library: how many calls, and how many multiplications."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch.overrides import TorchFunctionMode
from torch.utils.flop_counter import FlopCounterMode


@dataclass(frozen=True)
class Count:
    """``calls`` are those of torch's functions that Python makes, operators such as * included.

    ``multiplications`` are those of matrix products, each number of a result counted by itself.
    """

    calls: int
    multiplications: int


def count(function: Callable[..., Any], *arguments: Any) -> Count:
    """Run a function once, without gradients, and return what it asked of torch.

    To look at a tensor is no call: its shape, its length, its transpose.
    """
    counter = _Calls()
    with torch.no_grad(), counter, FlopCounterMode(display=False) as operations:
        function(*arguments)
    # torch counts a multiplication and the addition that follows it as two operations.
    return Count(counter.calls, operations.get_total_flops() // 2)


class _Calls(TorchFunctionMode):
    """Counts torch's functions as they are called from Python."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def __torch_function__(
        self, func: Any, types: Any, args: tuple = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Run the function, and count it unless it only looks."""
        self.calls += func.__name__ not in ("__get__", "__len__", "dim", "size")
        return func(*args, **(kwargs or {}))
