"""The layouts in which nn.LSTM takes and gives sequences, and the flat one it is computed on.

The layout of an input turns it flat, says how many rows each time step has, and gives the results
back as they came: unbatched (T, I), batched (T, B, I) or (B, T, I), or packed. States go in and
out with it, (L*D, R) for one sequence, else (L*D, B, R); they have no time axis, so
``batch_first`` does not touch them.
"""

from dataclasses import dataclass

from torch import Tensor
from torch.nn.utils.rnn import PackedSequence


@dataclass(frozen=True)
class Dense:
    """An input that is a tensor: one sequence (T, I), or a batch (T, B, I) or (B, T, I)."""

    input: Tensor
    batch_first: bool

    @property
    def batched(self) -> bool:
        """Whether there is an axis for the batch."""
        return self.input.dim() == 3

    @property
    def _steps(self) -> Tensor:
        """The input as (T, B, I)."""
        if not self.batched:
            return self.input.unsqueeze(1)
        return self.input.transpose(0, 1) if self.batch_first else self.input

    @property
    def sizes(self) -> tuple[int, ...]:
        """The number of rows of each time step: B, every time."""
        steps, batch, _ = self._steps.shape
        return (batch,) * steps

    def flat(self) -> Tensor:
        """Return the input as (T*B, I)."""
        return self._steps.flatten(0, 1)

    def output(self, flat: Tensor) -> Tensor:
        """Return a flat output in the layout of the input."""
        steps, batch, _ = self._steps.shape
        output = flat.reshape(steps, batch, flat.shape[1])
        if not self.batched:
            return output.squeeze(1)
        return output.transpose(0, 1) if self.batch_first else output

    def states_in(self, state: Tensor) -> Tensor:
        """Return a state that came with the input as (L*D, B, .)."""
        return state if self.batched else state.unsqueeze(1)

    def states_out(self, state: Tensor) -> Tensor:
        """Return a state (L*D, B, .) in the layout of the input."""
        return state if self.batched else state.squeeze(1)


@dataclass(frozen=True)
class Packed:
    """An input that is a PackedSequence; states keep the order in which the user gave them."""

    input: PackedSequence
    batched = True

    @property
    def sizes(self) -> tuple[int, ...]:
        """The number of sequences that are still running, at each time step."""
        return tuple(self.input.batch_sizes.tolist())

    def flat(self) -> Tensor:
        """Return the input as (N, I): a PackedSequence is flat already."""
        return self.input.data

    def output(self, flat: Tensor) -> PackedSequence:
        """Return a flat output as a PackedSequence."""
        _, batch_sizes, sorted_indices, unsorted_indices = self.input
        return PackedSequence(flat, batch_sizes, sorted_indices, unsorted_indices)

    def states_in(self, state: Tensor) -> Tensor:
        """Return a state with the longest sequence first, as the data has it."""
        order = self.input.sorted_indices
        return state if order is None else state.index_select(1, order)

    def states_out(self, state: Tensor) -> Tensor:
        """Return a state in the user's own order."""
        order = self.input.unsorted_indices
        return state if order is None else state.index_select(1, order)


Layout = Dense | Packed


def layout_of(input: Tensor | PackedSequence, batch_first: bool) -> Layout:
    """Return the layout of an input."""
    if isinstance(input, PackedSequence):
        return Packed(input)
    return Dense(input, batch_first)
