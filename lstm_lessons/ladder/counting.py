"""What a way to run an LSTM asks of the library: how many calls, and how many multiplications."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry


@dataclass(frozen=True)
class Count:
    """``calls`` are those of torch's functions that Python makes, operators such as * included.

    ``multiplications`` are those of matrix products, each number of a result counted by itself.
    """

    calls: int
    multiplications: int


def count(function: Callable[..., Any], *arguments: Any) -> Count:
    """Run a function once, without gradients, and return what it asked of torch.

    To look at a tensor is no call: its shape, its length, its transpose. The products of a layer
    that oneDNN runs on a CPU are counted, those that cuDNN runs on a GPU are not.
    """
    calls, products = _Calls(), _Products()
    with torch.no_grad(), calls, products:
        function(*arguments)
    # torch counts a multiplication and the addition that follows it as two operations.
    return Count(calls.calls, products.operations // 2)


def calls_inside(function: Callable[..., Any], *arguments: Any) -> int:
    """Run a function once and return how many calls torch makes inside, autograd's included.

    A call that only makes a view, such as ``chunk``, computes nothing and is not counted.
    """
    inside = _Inside()
    with inside:
        function(*arguments)
    return inside.calls


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


class _Watch(TorchDispatchMode):
    """Sees each operation, those inside nn.LSTM as well."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Say that no compiler has to be kept away from here, so that none is imported."""
        return False


class _Products(_Watch):
    """Counts the operations of matrix products by torch's own table, inside nn.LSTM as well.

    torch's FlopCounterMode does so, too. But its first use imports the compiler, torch._dynamo,
    which takes up to half a minute on a busy machine.
    """

    def __init__(self) -> None:
        super().__init__()
        self.operations = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Run the operation, and add what torch's table says of it, if it is in there."""
        result = func(*args, **(kwargs or {}))
        if func.overloadpacket is torch.ops.aten.mkldnn_rnn_layer:
            self.operations += 2 * _products_of_a_layer(*args)
        elif func.overloadpacket in flop_registry:
            operations = flop_registry[func.overloadpacket]
            self.operations += operations(*args, **(kwargs or {}), out_val=result)
        return result


class _Inside(_Watch):
    """Counts the operations that compute something, those that autograd asks for as well."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Run the operation, and count it unless it only makes a view."""
        self.calls += not func.is_view
        return func(*args, **(kwargs or {}))


def _products_of_a_layer(x: Tensor, weight_ih: Tensor, weight_hh: Tensor, *_: Any) -> int:
    """Return the multiplications of a layer that oneDNN runs at once: torch's table lacks it."""
    rows = x.shape[:-1].numel()
    return rows * (weight_ih.numel() + weight_hh.numel())
