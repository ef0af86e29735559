"""Backpropagation through time by hand: every gradient of an LSTM, and autograd asked for none.

Lesson 10 derives the way back line by line. A loss is one number. ``d_x`` stands for its gradient
with regard to x: it has the shape of x, and says how fast the loss grows with each number of x.
A forward function keeps what its backward function needs; the backward one takes the gradients
of the results and gives those of all that went in. Numbers are real, inputs have a batch axis,
and there is no dropout.

Symbols: T time, B batch, n the numbers that a layer reads at a step (I in the first layer, D*R
above), H hidden_size, R the size of h (P under projection, else H), L layers, D directions.

Source: the chain rule on the equations in the documentation of torch.nn.LSTM. The way back in
time is that of Werbos, "Backpropagation through time: what it does and how to do it",
Proceedings of the IEEE 78 (1990). The tests hold every gradient against autograd.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Protocol, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lstm_lessons.lstm.ragged import Weights

Item = TypeVar("Item")

# --- One step ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """What one step keeps for the way back.

    Shapes: x (B, n), h_before (B, R) and c_before (B, H) as they went in; the gates i, f, g, o
    (B, H); tanh_c (B, H), the tanh of the new c.
    """

    x: Tensor
    h_before: Tensor
    c_before: Tensor
    i: Tensor
    f: Tensor
    g: Tensor
    o: Tensor
    tanh_c: Tensor


@torch.no_grad()
def step_forward(x: Tensor, h: Tensor, c: Tensor, weights: Weights) -> tuple[Tensor, Tensor, Step]:
    """Run one step; return the new h, the new c, and what the way back needs.

    Shapes: x (B, n); h (B, R) and c (B, H), before and after.

    Raises:
        ValueError: a shape does not fit the weights.
    """
    _check_step(x, h, c, weights)
    from_x = F.linear(x, weights.weight_ih, weights.bias_ih)
    from_h = F.linear(h, weights.weight_hh, weights.bias_hh)
    z = from_x + from_h
    z_i, z_f, z_g, z_o = z.chunk(4, dim=1)
    i, f, o = torch.sigmoid(z_i), torch.sigmoid(z_f), torch.sigmoid(z_o)
    g = torch.tanh(z_g)
    new_c = f * c + i * g
    tanh_c = torch.tanh(new_c)
    new_h = o * tanh_c
    if weights.weight_hr is not None:
        new_h = new_h @ weights.weight_hr.T
    return new_h, new_c, Step(x, h, c, i, f, g, o, tanh_c)


@torch.no_grad()
def step_backward(
    d_h: Tensor, from_next: Tensor, step: Step, weights: Weights
) -> tuple[Tensor, Tensor, Tensor, Weights]:
    """Go back through one step: return d_x, what goes back to the h and c before, d_weights.

    Shapes: d_h and d_h_before (B, R); from_next and d_c_before (B, H); d_x (B, n); d_weights as
    weights. The d_h and from_next given hold all that the rest of the network does with the step's
    h and c; what the step itself does with c, on its way into h, is added here.

    Raises:
        ValueError: a gradient does not have the shape of its state.
    """
    _expect("d_h", d_h, step.h_before.shape)
    _expect("from_next", from_next, step.c_before.shape)
    d_h, d_weight_hr = projection_backward(d_h, step, weights)
    dz, d_c_before = gates_backward(d_h, from_next, step)

    # z = W_ih x + b_ih + W_hh h + b_hh, for each row of the batch
    d_x = dz @ weights.weight_ih
    d_h_before = dz @ weights.weight_hh
    d_weight_ih = dz.T @ step.x  # a sum over the batch: every row used the same weights
    d_weight_hh = dz.T @ step.h_before
    d_bias = dz.sum(0)  # of both: they are added to each other, so their gradients are equal
    d_bias_ih = None if weights.bias_ih is None else d_bias
    d_bias_hh = None if weights.bias_hh is None else d_bias
    d_weights = Weights(d_weight_ih, d_weight_hh, d_bias_ih, d_bias_hh, d_weight_hr)
    return d_x, d_h_before, d_c_before, d_weights


@torch.no_grad()
def projection_backward(d_h: Tensor, step: Step, weights: Weights) -> tuple[Tensor, Tensor | None]:
    """Go back through h = W_hr m: return d_h of m (B, H), and d_weight_hr (P, H).

    m = o tanh(c) is what the gates let out. Without projection h is m itself, and there is no
    d_weight_hr.
    """
    if weights.weight_hr is None:
        return d_h, None
    m = step.o * step.tanh_c
    return d_h @ weights.weight_hr, d_h.T @ m


def gates_backward(d_h: Tensor, from_next: Tensor, step: Step) -> tuple[Tensor, Tensor]:
    """Go back through the gate equations: return dz (B, 4H) and what goes to c before (B, H).

    Shapes: d_h and from_next (B, H), where h = o tanh(c) is what the gates let out, not projected
    yet. from_next is what comes back to c from the next step; with what comes through h it makes
    d_c. The parts of dz stand in torch's order i, f, g, o.
    """
    i, f, g, o = step.i, step.f, step.g, step.o

    # h = o tanh(c), and tanh' = 1 - tanh²
    d_o = d_h * step.tanh_c
    d_c = from_next + d_h * o * (1 - step.tanh_c**2)

    # c = f c_before + i g
    d_i = d_c * g
    d_f = d_c * step.c_before
    d_g = d_c * i
    d_c_before = d_c * f

    # i = sigmoid(z_i), and sigmoid' = sigmoid (1 - sigmoid); g = tanh(z_g)
    dz_i = d_i * i * (1 - i)  # d_c g i (1 - i)
    dz_f = d_f * f * (1 - f)  # d_c c_before f (1 - f)
    dz_g = d_g * (1 - g**2)  # d_c i (1 - g²)
    dz_o = d_o * o * (1 - o)  # d_h tanh(c) o (1 - o)
    return torch.cat((dz_i, dz_f, dz_g, dz_o), dim=1), d_c_before


# --- All steps of one direction ------------------------------------------------------------------


@torch.no_grad()
def direction_forward(
    x: Tensor, h: Tensor, c: Tensor, weights: Weights, reverse: bool = False
) -> tuple[Tensor, Tensor, Tensor, list[Step]]:
    """Run one direction of one layer; return output, h_n, c_n, and the steps by their time.

    Shapes: x (T, B, n); h (B, R) and c (B, H), before and after; output (T, B, R).

    Raises:
        ValueError: x has no axis for time or no step, or a shape does not fit the weights.
    """
    _expect("x", x, ("T", "B", weights.weight_ih.shape[1]))
    if len(x) == 0:
        raise ValueError(f"x should have at least one time step, got the shape {tuple(x.shape)}")
    outputs: dict[int, Tensor] = {}
    steps: dict[int, Step] = {}
    for t in _times(len(x), reverse):
        h, c, steps[t] = step_forward(x[t], h, c, weights)
        outputs[t] = h
    return torch.stack(_in_order(outputs)), h, c, _in_order(steps)


@torch.no_grad()
def direction_backward(
    d_output: Tensor,
    d_h_n: Tensor,
    d_c_n: Tensor,
    steps: list[Step],
    weights: Weights,
    reverse: bool = False,
) -> tuple[Tensor, Tensor, Tensor, Weights]:
    """Go back through all steps of one direction: return d_x, d_h_0, d_c_0, d_weights.

    Shapes: d_output (T, B, R); d_h_n and d_h_0 (B, R); d_c_n and d_c_0 (B, H); d_x (T, B, n);
    d_weights as weights.

    The step that ran last comes first. A step's h went two ways, into the output and into the
    next step: its gradients add. So do those of the weights, which every step used.

    Raises:
        ValueError: a gradient does not have the shape of its result.
    """
    _expect("d_output", d_output, (len(steps), *steps[0].h_before.shape))
    _expect("d_h_n", d_h_n, steps[0].h_before.shape)
    _expect("d_c_n", d_c_n, steps[0].c_before.shape)
    d_h_before, d_c_before = d_h_n, d_c_n
    d_xs: list[Tensor] = []
    d_steps: list[Weights] = []
    for t in reversed(_times(len(steps), reverse)):
        d_h = d_h_before + d_output[t]
        back = step_backward(d_h, d_c_before, steps[t], weights)
        d_x, d_h_before, d_c_before, d_step = back
        d_xs.append(d_x)
        d_steps.append(d_step)
    if not reverse:
        d_xs.reverse()
    d_weights = sum(d_steps[1:], d_steps[0])
    return torch.stack(d_xs), d_h_before, d_c_before, d_weights


# --- All layers ----------------------------------------------------------------------------------


@torch.no_grad()
def layers_forward(
    x: Tensor, h_0: Tensor, c_0: Tensor, layers: list[list[Weights]]
) -> tuple[Tensor, Tensor, Tensor, list[list[list[Step]]]]:
    """Run all layers; return output, h_n, c_n, and the steps by layer, direction and time.

    Shapes: x (T, B, I); h_0 (L*D, B, R) and c_0 (L*D, B, H), layer by layer and in each layer
    forward before reverse, before and after; output (T, B, D*R).

    Raises:
        ValueError: a shape does not fit the weights.
    """
    _check_states("h_0", h_0, "c_0", c_0, layers)
    h, c = _by_layer(h_0, layers), _by_layer(c_0, layers)
    kept = []
    for layer, directions in enumerate(layers):
        x, h[layer], c[layer], runs = layer_forward(x, h[layer], c[layer], directions)
        kept.append(runs)
    return x, torch.cat(h), torch.cat(c), kept


@torch.no_grad()
def layer_forward(
    x: Tensor, h: Tensor, c: Tensor, directions: list[Weights]
) -> tuple[Tensor, Tensor, Tensor, list[list[Step]]]:
    """Run one layer in its one or two directions; return output, h, c, and the steps.

    Shapes: x (T, B, n); h (D, B, R) and c (D, B, H), before and after; output (T, B, D*R).
    """
    runs = [
        direction_forward(x, h[number], c[number], weights, reverse=number == 1)
        for number, weights in enumerate(directions)
    ]
    outputs, h_n, c_n, steps = zip(*runs, strict=True)
    return torch.cat(outputs, dim=2), torch.stack(h_n), torch.stack(c_n), list(steps)


@torch.no_grad()
def layers_backward(
    d_output: Tensor,
    d_h_n: Tensor,
    d_c_n: Tensor,
    kept: list[list[list[Step]]],
    layers: list[list[Weights]],
) -> tuple[Tensor, Tensor, Tensor, list[list[Weights]]]:
    """Go back through all layers: return d_x, d_h_0, d_c_0, and d_weights by layer and direction.

    Shapes: d_output (T, B, D*R); d_h_n and d_h_0 (L*D, B, R); d_c_n and d_c_0 (L*D, B, H); d_x
    (T, B, I); d_weights as layers. A result that the loss does not use has a gradient of zeros.

    The top layer comes first, and the d_x of each layer is the d_output of the one below.

    Raises:
        ValueError: a gradient does not have the shape of its result.
    """
    _check_states("d_h_n", d_h_n, "d_c_n", d_c_n, layers)
    d_h, d_c = _by_layer(d_h_n, layers), _by_layer(d_c_n, layers)
    d_layers: dict[int, list[Weights]] = {}
    for layer in reversed(range(len(layers))):
        d_output, d_h[layer], d_c[layer], d_layers[layer] = layer_backward(
            d_output, d_h[layer], d_c[layer], kept[layer], layers[layer]
        )
    return d_output, torch.cat(d_h), torch.cat(d_c), _in_order(d_layers)


@torch.no_grad()
def layer_backward(
    d_output: Tensor, d_h: Tensor, d_c: Tensor, runs: list[list[Step]], directions: list[Weights]
) -> tuple[Tensor, Tensor, Tensor, list[Weights]]:
    """Go back through one layer: return d_x, d_h, d_c, and d_weights by direction.

    Shapes: d_output (T, B, D*R); d_h (D, B, R) and d_c (D, B, H), before and after; d_x (T, B, n).

    Each direction made its own R columns of the output. Both read the same x: their d_x add.
    """
    _expect("d_output", d_output, _output_shape(runs))
    d_outputs = d_output.chunk(len(directions), dim=2)
    backward = [
        direction_backward(
            d_outputs[number], d_h[number], d_c[number], runs[number], weights, reverse=number == 1
        )
        for number, weights in enumerate(directions)
    ]
    d_x, d_h_0, d_c_0, d_weights = zip(*backward, strict=True)
    return torch.stack(d_x).sum(0), torch.stack(d_h_0), torch.stack(d_c_0), list(d_weights)


# --- Small things --------------------------------------------------------------------------------


class Layered(Protocol):
    """What `layers_of` asks of a module: nn.LSTM and ManualLSTM have it."""

    num_layers: int
    bidirectional: bool

    def named_parameters(self) -> Iterable[tuple[str, nn.Parameter]]:
        """Return every parameter with its name."""
        ...


def layers_of(lstm: Layered) -> list[list[Weights]]:
    """Return the parameters of an nn.LSTM or ManualLSTM by layer and direction, detached."""
    values = {name: value.detach() for name, value in lstm.named_parameters()}
    suffixes = ("", "_reverse") if lstm.bidirectional else ("",)

    def weights(suffix: str) -> Weights:
        weight_ih, weight_hh = values["weight_ih" + suffix], values["weight_hh" + suffix]
        others = (values.get(name + suffix) for name in ("bias_ih", "bias_hh", "weight_hr"))
        return Weights(weight_ih, weight_hh, *others)

    return [
        [weights(f"_l{layer}{suffix}") for suffix in suffixes] for layer in range(lstm.num_layers)
    ]


def by_name(layers: list[list[Weights]]) -> dict[str, Tensor]:
    """Return weights, or their gradients, under torch's names and in torch's order."""
    return {
        f"{each.name}_l{layer}" + ("_reverse" if reverse else ""): getattr(weights, each.name)
        for layer, directions in enumerate(layers)
        for reverse, weights in enumerate(directions)
        for each in fields(Weights)
        if getattr(weights, each.name) is not None
    }


def _times(count: int, reverse: bool) -> range:
    """Return the time steps in the order in which they run."""
    return range(count)[::-1] if reverse else range(count)


def _in_order(by_number: dict[int, Item]) -> list[Item]:
    """Return what was found for the numbers 0, 1, ... in any order as a list."""
    return [by_number[number] for number in range(len(by_number))]


def _expect(name: str, tensor: Tensor, shape: Iterable[int | str]) -> None:
    """Let a tensor pass that has the shape; a letter in the shape stands for any size."""
    wanted, got = tuple(shape), tuple(tensor.shape)
    fits = len(got) == len(wanted) and all(
        isinstance(want, str) or want == size for want, size in zip(wanted, got, strict=True)
    )
    if not fits:
        text = ", ".join(map(str, wanted))
        raise ValueError(f"{name} should have the shape ({text}), got {got}")


def _check_step(x: Tensor, h: Tensor, c: Tensor, weights: Weights) -> None:
    _expect("x", x, ("B", weights.weight_ih.shape[1]))
    _expect("h", h, (len(x), weights.weight_hh.shape[1]))
    _expect("c", c, (len(x), weights.weight_hh.shape[0] // 4))


def _check_states(
    name_h: str, h: Tensor, name_c: str, c: Tensor, layers: list[list[Weights]]
) -> None:
    weights = layers[0][0]
    slots = sum(map(len, layers))
    _expect(name_h, h, (slots, "B", weights.weight_hh.shape[1]))
    _expect(name_c, c, (slots, "B", weights.weight_hh.shape[0] // 4))


def _by_layer(states: Tensor, layers: list[list[Weights]]) -> list[Tensor]:
    """Return (L*D, B, .) as L tensors (D, B, .)."""
    return list(states.split(len(layers[0])))


def _output_shape(runs: list[list[Step]]) -> tuple[int, int, int]:
    batch, r = runs[0][0].h_before.shape
    return len(runs[0]), batch, len(runs) * r
