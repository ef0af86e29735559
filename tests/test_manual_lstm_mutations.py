"""Single wrong lines, put one by one into the code of ManualLSTM: the checks catch every one.

Each row of the table is a mistake that a person makes: the file, what stands there, and the wrong
text. Copies of the modules with that one replacement are executed under a name of their own; no
file is written. The checks are those of the other tests of ManualLSTM, at fixed configurations.
"""

import sys
import warnings
from collections import Counter
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest
import test_manual_lstm_properties as properties
import test_manual_lstm_wrong as wrong_inputs
import torch
from test_manual_lstm_properties import Case
from torch import nn

from lstm_lessons import shapes
from lstm_lessons.lstm.compare import compare

# Wrong lines about warnings warn where they should not; the checks look at that themselves.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:dropout falls between layers")]

PACKAGE = Path(shapes.__file__).parent
COPY = "lstm_lessons_mutated"
# In such an order that each imports only those before it.
FILES = {
    "shapes": "shapes",
    "cell": "lstm/cell",
    "arguments": "lstm/arguments",
    "layouts": "lstm/layouts",
    "ragged": "lstm/ragged",
    "manual": "lstm/manual",
}


class Mutant(NamedTuple):
    """A mistake: what it is, and in which file which text says which other."""

    what: str
    file: str
    right: str
    wrong: str


def rows(file, *mistakes):
    return [Mutant(what, file, right, wrong) for what, right, wrong in mistakes]


CELL = rows(
    "cell",
    ("gates in the order i, f, o, g", "z_i, z_f, z_g, z_o =", "z_i, z_f, z_o, z_g ="),
    ("gates in the order f, i, g, o", "z_i, z_f, z_g, z_o =", "z_f, z_i, z_g, z_o ="),
    ("gates from the last to the first", "z_i, z_f, z_g, z_o =",
     "z_o, z_g, z_f, z_i ="),
    ("gates cut along the batch", "z.chunk(4, dim=-1)", "z.chunk(4, dim=0)"),
    ("gates interleaved", "z.chunk(4, dim=-1)", "z.unflatten(-1, (-1, 4)).unbind(-1)"),
    ("tanh on the input gate", "= torch.sigmoid(z_i),", "= torch.tanh(z_i),"),
    ("tanh on the output gate", "torch.sigmoid(z_o)", "torch.tanh(z_o)"),
    ("forget gate of the input gate's sum", "torch.sigmoid(z_f)", "torch.sigmoid(z_i)"),
    ("a hard sigmoid", "torch.sigmoid(z_f)", "F.hardsigmoid(z_f)"),
    ("a forget bias of 1 too many", "torch.sigmoid(z_f)", "torch.sigmoid(z_f + 1)"),
    ("sigmoid on the news", "g = torch.tanh(z_g)", "g = torch.sigmoid(z_g)"),
    ("no tanh on the news", "g = torch.tanh(z_g)", "g = z_g"),
    ("input and forget gate swapped", "c = f * c + i * g", "c = i * c + f * g"),
    ("coupled gates", "c = f * c + i * g", "c = f * c + (1 - f) * g"),
    ("the old c not forgotten", "c = f * c + i * g", "c = c + i * g"),
    ("the old c dropped", "c = f * c + i * g", "c = i * g"),
    ("the news not gated", "c = f * c + i * g", "c = f * c + g"),
    ("a minus for a plus", "c = f * c + i * g", "c = f * c - i * g"),
    ("no tanh on the new c", "h = o * torch.tanh(c)", "h = o * c"),
    ("sigmoid on the new c", "h = o * torch.tanh(c)", "h = o * torch.sigmoid(c)"),
    ("the output gate left out", "h = o * torch.tanh(c)", "h = torch.tanh(c)"),
    ("tanh around the product", "h = o * torch.tanh(c)", "h = torch.tanh(o * c)"),
    ("no gradient through c", "h = o * torch.tanh(c)", "h = o * torch.tanh(c.detach())"),
    ("no gradient to the old c", "c = f * c + i * g", "c = f * c.detach() + i * g"),
    ("c before h", "return h, c", "return c, h"),
    ("cell: the first bias dropped", "F.linear(x, weight_ih, bias_ih)", "F.linear(x, weight_ih)"),
    ("cell: the second bias dropped", "F.linear(h, weight_hh, bias_hh)", "F.linear(h, weight_hh)"),
    ("cell: the first bias twice", "F.linear(h, weight_hh, bias_hh)",
     "F.linear(h, weight_hh, bias_ih)"),
    ("cell: c for h in the sums", "F.linear(h, weight_hh, bias_hh)",
     "F.linear(c, weight_hh, bias_hh)"),
    ("cell: x and h swapped", "F.linear(x, weight_ih, bias_ih)", "F.linear(h, weight_ih, bias_ih)"),
    ("cell: h for c in the gates", "return apply_gates(z, c)", "return apply_gates(z, h)"),
    ("cell: bound from input_size", "1 / sqrt(hidden_size)", "1 / sqrt(input_size)"),
    ("cell: bound without the root", "1 / sqrt(hidden_size)", "1 / hidden_size"),
    ("cell: normal initial values", "uniform_(parameter, -bound, bound)",
     "normal_(parameter, 0, bound)"),
    ("cell: half of the range", "uniform_(parameter, -bound, bound)",
     "uniform_(parameter, 0, bound)"),
    ("cell: biases of zero", "nn.init.uniform_(parameter, -bound, bound)",
     "nn.init.uniform_(parameter, -bound * (parameter.dim() - 1), bound * (parameter.dim() - 1))"),
    ("cell: biases before weights", "        self.weight_ih = nn.Parameter",
     "        self.bias_ih = nn.Parameter(torch.empty(rows))\n"
     "        self.weight_ih = nn.Parameter"),
    ("cell: states swapped", "h, c = hx", "c, h = hx"),
    ("cell: biases not handed on", "self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh",
     "self.weight_ih, self.weight_hh"),
)  # fmt: skip

RAGGED = rows(
    "ragged",
    ("the reverse direction runs forward", "reversed(steps) if reverse else steps\n", "steps\n"),
    ("both directions in reverse", "reversed(steps) if reverse else steps\n", "reversed(steps)\n"),
    ("directions swapped in time", "reversed(steps) if reverse else steps\n",
     "steps if reverse else reversed(steps)\n"),
    ("the last step blank in reverse", "reversed(steps) if reverse else steps\n",
     "reversed(steps) if reverse else (*steps[:-1], steps[-1] * 0)\n"),
    ("packed: as many rows at every step as at the first", ".split(sizes)", ".split(sizes[0])"),
    ("weight_hh not transposed", "weights.weight_hh.T)", "weights.weight_hh)"),
    ("h left out of the sums", "torch.addmm(z_x, first_rows(h, running), weights.weight_hh.T)",
     "z_x"),
    ("the sums of x left out", "torch.addmm(z_x, first_rows(h, running)",
     "torch.addmm(0 * z_x, first_rows(h, running)"),
    ("c for h in the sums", "torch.addmm(z_x, first_rows(h, running)",
     "torch.addmm(z_x, first_rows(c, running)"),
    ("h for c in the gates", "apply_gates(z, first_rows(c, running))",
     "apply_gates(z, first_rows(h, running))"),
    ("every step starts from c = 0", "apply_gates(z, first_rows(c, running))",
     "apply_gates(z, first_rows(c, running) * 0)"),
    ("truncated backpropagation through h", "torch.addmm(z_x, first_rows(h, running)",
     "torch.addmm(z_x, first_rows(h, running).detach()"),
    ("projection only where there is none", "if weights.weight_hr is not None:",
     "if weights.weight_hr is None:"),
    ("projection left out", "new_h = F.linear(new_h, weights.weight_hr)", "pass"),
    ("projection of c", "new_h = F.linear(new_h, weights.weight_hr)",
     "new_h = F.linear(new_c, weights.weight_hr)"),
    ("tanh on the projection", "new_h = F.linear(new_h, weights.weight_hr)",
     "new_h = torch.tanh(F.linear(new_h, weights.weight_hr))"),
    ("h never carried on", "h, c = replace_first_rows(h, new_h),", "h, c = h,"),
    ("c never carried on", "replace_first_rows(c, new_c)\n", "c\n"),
    ("h carried on as c", "replace_first_rows(c, new_c)\n",
     "replace_first_rows(c, new_h)\n"),
    ("c for the output", "outputs.append(new_h)", "outputs.append(new_c)"),
    ("outputs put in from the front", "outputs.append(new_h)", "outputs.insert(0, new_h)"),
    ("reverse outputs not turned back", "outputs[::-1] if reverse else outputs)", "outputs)"),
    ("all outputs turned", "outputs[::-1] if reverse else outputs)", "outputs[::-1])"),
    ("c_n before h_n", "if reverse else outputs), h, c\n", "if reverse else outputs), c, h\n"),
    ("biases dropped", "sums = F.linear(x, weights.weight_ih, weights.bias_ih)\n"
     "    if weights.bias_hh is not None:",
     "sums = F.linear(x, weights.weight_ih)\n    if weights.bias_hh is weights:"),
    ("the second bias dropped", "sums = sums + weights.bias_hh", "pass"),
    ("the first bias dropped", "weights.weight_ih, weights.bias_ih)", "weights.weight_ih)"),
    ("the first bias twice", "sums = sums + weights.bias_hh", "sums = sums + weights.bias_ih"),
    ("a difference of biases", "sums = sums + weights.bias_hh", "sums = sums - weights.bias_hh"),
    ("packed: the sequences that ended run on", "state[:count]", "state[-count:]"),
    ("packed: the states of ended sequences zeroed", "torch.cat((new, old[",
     "torch.cat((new, 0 * old["),
    ("packed: no gradient to states of ended sequences", "torch.cat((new, old[",
     "torch.cat((new, old.detach()["),
    ("dropout on the input", "if depth > 0 and dropout > 0:", "if dropout > 0:"),
    ("dropout from the third layer on", "if depth > 0 and dropout > 0:",
     "if depth > 1 and dropout > 0:"),
    ("dropout only below the first layer", "if depth > 0 and dropout > 0:",
     "if depth == 0 and dropout > 0:"),
    ("dropout never", "if depth > 0 and dropout > 0:", "if False:"),
    ("dropout's chance is to keep", "F.dropout(x, dropout)", "F.dropout(x, 1 - dropout)"),
    ("dropout that never trains", "F.dropout(x, dropout)", "F.dropout(x, dropout, training=False)"),
    ("dropout of whole features", "F.dropout(x, dropout)",
     "F.dropout(torch.ones_like(x[:1]), dropout) * x"),
    ("dropout without the factor", "F.dropout(x, dropout)",
     "(F.dropout(x, dropout) * (1 - dropout))"),
    ("dropout on the top layer's output", "    return x, torch.stack(h_n)",
     "    return (F.dropout(x, dropout) if dropout > 0 else x), torch.stack(h_n)"),
    ("dropout on the states", "torch.stack(h_n)",
     "F.dropout(torch.stack(h_n), dropout, dropout > 0)"),
    ("h_0 of the wrong layer", "h_0[row]", "h_0.flip(0)[row]"),
    ("c_0 of the wrong layer", "c_0[row]", "c_0.roll(1, 0)[row]"),
    ("h_0 and c_0 swapped", "h_0[row], c_0[row]",
     "c_0[row], h_0[row]"),
    ("the first layer's states for all", "h_0[row], c_0[row]",
     "h_0[0], c_0[0]"),
    ("states layer by direction", "h_0[row], c_0[row]",
     "h_0[direction * len(layers) + depth], c_0[direction * len(layers) + depth]"),
    ("the states of a layer without its directions", "depth * len(directions) + direction",
     "depth + direction"),
    ("each layer starts where the one below ended", "h_0[row], c_0[row]",
     "(h_n[-1] if h_n else h_0[0]), (c_n[-1] if c_n else c_0[0])"),
    ("every direction forward", "weights, direction == 1)", "weights, False)"),
    ("every layer above the first forward", "weights, direction == 1)",
     "weights, direction == 1 and depth == 0)"),
    ("each direction reads the one before, where it fits", "outputs.append(output)",
     "outputs.append(output)\n            x = output if x.shape == output.shape else x"),
    ("reverse states before forward ones", "            h_n.append(h)",
     "            h_n.insert(len(h_n) - direction, h)"),
    ("states of the top layer first", "            h_n.append(h)",
     "            h_n.insert(0, h)"),
    ("reverse beside forward, wrong way round", "torch.cat(outputs, dim=-1)",
     "torch.cat(outputs[::-1], dim=-1)"),
    ("directions below each other", "torch.cat(outputs, dim=-1)", "torch.cat(outputs, dim=0)"),
    ("directions interleaved", "torch.cat(outputs, dim=-1)",
     "torch.stack(outputs, dim=-1).flatten(-2)"),
    ("directions added", "torch.cat(outputs, dim=-1)", "sum(outputs)"),
    ("the reverse direction dropped", "torch.cat(outputs, dim=-1)", "outputs[0]"),
    ("h_n and c_n swapped", "torch.stack(h_n), torch.stack(c_n)",
     "torch.stack(c_n), torch.stack(h_n)"),
    ("states joined, not stacked", "torch.stack(h_n)", "torch.cat(h_n)"),
    ("states stacked along the batch", "torch.stack(h_n)", "torch.stack(h_n, dim=1)"),
)  # fmt: skip

LAYOUTS = rows(
    "layouts",
    ("an unbatched input taken for a batch", "self.input.dim() == 3", "self.input.dim() >= 2"),
    ("an unbatched input made a batch of T", "self.input.unsqueeze(1)", "self.input.unsqueeze(0)"),
    ("batch_first left out on the way in",
     "return self.input.transpose(0, 1) if self.batch_first else self.input", "return self.input"),
    ("batch_first the wrong way round on the way in",
     "return self.input.transpose(0, 1) if self.batch_first else self.input",
     "return self.input if self.batch_first else self.input.transpose(0, 1)"),
    ("reshaped, not transposed, on the way in", "return self.input.transpose(0, 1) if",
     "return self.input.reshape(self.input.shape[1], self.input.shape[0], -1) if"),
    ("T rows for each of B steps", "return (batch,) * steps", "return (steps,) * batch"),
    ("flat batch by batch", "self._steps.flatten(0, 1)",
     "self._steps.transpose(0, 1).flatten(0, 1)"),
    ("output unfolded batch by batch", "flat.reshape(steps, batch, flat.shape[1])",
     "flat.reshape(batch, steps, flat.shape[1]).transpose(0, 1)"),
    ("unbatched output keeps its axis", "return output.squeeze(1)", "return output"),
    ("all axes of 1 squeezed from the output", "return output.squeeze(1)",
     "return output.squeeze()"),
    ("batch_first left out on the way out",
     "return output.transpose(0, 1) if self.batch_first else output", "return output"),
    ("reshaped, not transposed, on the way out", "return output.transpose(0, 1) if",
     "return output.reshape(batch, steps, -1) if"),
    ("batch_first on the states in", "return state if self.batched else state.unsqueeze(1)",
     "state = state.transpose(0, 1) if self.batch_first else state\n"
     "        return state if self.batched else state.unsqueeze(1)"),
    ("batch_first on the states out", "return state if self.batched else state.squeeze(1)",
     "state = state.transpose(0, 1) if self.batch_first and self.batched else state\n"
     "        return state if self.batched else state.squeeze(1)"),
    ("unbatched states keep an axis", "return state if self.batched else state.squeeze(1)",
     "return state"),
    ("all axes of 1 squeezed from the states", "else state.squeeze(1)", "else state.squeeze()"),
    ("a packed output in another order",
     "PackedSequence(flat, batch_sizes, sorted_indices, unsorted_",
     "PackedSequence(flat, batch_sizes, unsorted_indices, unsorted_"),
    ("a packed output without its order",
     "PackedSequence(flat, batch_sizes, sorted_indices, unsorted_indices)",
     "PackedSequence(flat, batch_sizes)"),
    ("packed states left unsorted on the way in", "order = self.input.sorted_indices",
     "order = None"),
    ("packed states sorted back on the way in", "order = self.input.sorted_indices",
     "order = self.input.unsorted_indices"),
    ("packed states left sorted on the way out", "order = self.input.unsorted_indices",
     "order = None"),
    ("packed states sorted twice on the way out", "order = self.input.unsorted_indices",
     "order = self.input.sorted_indices"),
    ("batch_first forgotten", "return Dense(input, batch_first)", "return Dense(input, False)"),
)  # fmt: skip

MANUAL = rows(
    "manual",
    ("cell: always biases", 'wanted = bias or name.startswith("weight")', "wanted = True"),
    ("cell: no biases ever", 'wanted = bias or name.startswith("weight")',
     'wanted = name.startswith("weight")'),
    ("cell: dtype not handed on", "torch.empty(entry.shape, device=device, dtype=dtype)\n"
     "            wanted", "torch.empty(entry.shape, device=device)\n            wanted"),
    ("cell: zero states with features of x", "input.new_zeros(*input.shape[:-1], self.hidden_size)",
     "torch.zeros_like(input)"),
    ("cell: c starts at one", "hx = (zeros, zeros)", "hx = (zeros, zeros + 1)"),
    ("cell: states given are not used", "        if hx is None:\n            zeros = input",
     "        if True:\n            zeros = input"),
    ("cell: arguments not checked",
     "        check_cell_arguments(input_size, hidden_size, bias, dtype)\n", ""),
    ("cell: input not checked",
     "        check_cell_call(input, hx, self.input_size, self.hidden_size, self.weight_ih)\n", ""),
    ("cell: given states not handed on", "super().forward(input, hx)", "super().forward(input)"),
    ("arguments not checked", "        check_arguments(\n", "        (\n"),
    ("dtype not checked", "        check_dtype(dtype)\n", ""),
    ("dropout kept as given", "float(dropout)", "dropout"),
    ("the layer in the default dtype", "device=device, dtype=dtype)\n            self",
     "device=device)\n            self"),
    ("the layer's device lost", "device=device, dtype=dtype)\n            self",
     "dtype=dtype)\n            self"),
    ("the cell in the default dtype", "device=device, dtype=dtype)\n            wanted",
     "device=device)\n            wanted"),
    ("the cell's device lost", "device=device, dtype=dtype)\n            wanted",
     "dtype=dtype)\n            wanted"),
    ("plain tensors for parameters", "nn.Parameter(values))\n        self",
     "nn.Parameter(values, requires_grad=False))\n        self"),
    ("bound from input_size", "bound = 1 / sqrt(self.hidden_size)",
     "bound = 1 / sqrt(self.input_size)"),
    ("bound from proj_size", "bound = 1 / sqrt(self.hidden_size)",
     "bound = 1 / sqrt(self.proj_size or self.hidden_size)"),
    ("the usual xavier", "nn.init.uniform_(parameter, -bound, bound)",
     "nn.init.uniform_(parameter, -(6 ** 0.5) * bound, 6 ** 0.5 * bound)"),
    ("parameters drawn from the last", "in self.parameters():",
     "in reversed(list(self.parameters())):"),
    ("only weights drawn", "in self.parameters():",
     "in (each for each in self.parameters() if each.dim() > 1):"),
    ("an input not checked",
     "        check_input(input, self.input_size, self.weight_ih_l0, self.batch_first)\n", ""),
    ("an input checked as if time came first",
     "self.weight_ih_l0, self.batch_first)\n        layout",
     "self.weight_ih_l0, False)\n        layout"),
    ("the layout without batch_first", "layout_of(input, self.batch_first)",
     "layout_of(input, False)"),
    ("packed: zero states for the sequences that run to the end", "x, sizes[0], hx)",
     "x, sizes[-1], hx)"),
    ("another mode", 'self.mode = "LSTM"', 'self.mode = "RNN"'),
    ("dropout in evaluation too", "self.dropout if self.training else 0.0", "self.dropout"),
    ("dropout in evaluation only", "self.dropout if self.training else 0.0",
     "0.0 if self.training else self.dropout"),
    ("h_n given back in the computed form", "(layout.states_out(h_n),", "(h_n,"),
    ("c_n given back in the computed form", "layout.states_out(c_n))", "c_n)"),
    ("c_n before h_n", "(layout.states_out(h_n), layout.states_out(c_n))",
     "(layout.states_out(c_n), layout.states_out(h_n))"),
    ("the output given back flat", "return layout.output(output),", "return output,"),
    ("the first layer's weights in all_weights", "for group in self._groups()]",
     "for group in self._groups()[:1]]"),
    ("proj_size left out of the repr", '            "proj_size": 0,\n', ""),
    ("defaults in the repr too", "if value != defaults[name]]", "]"),
    ("bias left out of the ledger", "            self.bias,\n            self.bid",
     "            True,\n            self.bid"),
    ("directions left out of the ledger", "            self.bidirectional,\n",
     "            False,\n"),
    ("projection left out of the ledger", "            self.proj_size,\n        )",
     "            0,\n        )"),
    ("parts of the ledger by layer",
     "len(ledger) // (self.num_layers * (2 if self.bidirectional else 1))",
     "len(ledger) // self.num_layers"),
    ("only one direction", "directions = 2 if self.bidirectional else 1", "directions = 1"),
    ("two directions at all times", "directions = 2 if self.bidirectional else 1",
     "directions = 2"),
    ("reverse weights first", 'suffixes = ["", "_reverse"][:directions]',
     'suffixes = ["", "_reverse"][:directions][::-1]'),
    ("forward weights for both directions", 'suffixes = ["", "_reverse"][:directions]',
     'suffixes = ["", ""][:directions]'),
    ("layers from the top", "for layer in range(self.num_layers)\n",
     "for layer in reversed(range(self.num_layers))\n"),
    ("the first layer only", "for layer in range(self.num_layers)\n", "for layer in range(1)\n"),
    ("the first bias's name twice", '"bias_ih", "bias_hh", "weight_hr")\n        return',
     '"bias_ih", "bias_ih", "weight_hr")\n        return'),
    ("no projection", '"bias_hh", "weight_hr")\n', '"bias_hh")\n'),
    ("states of one direction", "slots = self.num_layers * (2 if self.bidirectional else 1)",
     "slots = self.num_layers"),
    ("h of hidden_size under projection", "h_size = self.proj_size or self.hidden_size",
     "h_size = self.hidden_size"),
    ("c projected too", "x.new_zeros(slots, batch, self.hidden_size)",
     "x.new_zeros(slots, batch, h_size)"),
    ("states of ones", "return x.new_zeros(slots, batch, h_size)",
     "return x.new_ones(slots, batch, h_size)"),
    ("states given are not used", "        if hx is None:\n            return",
     "        if True:\n            return"),
    ("states not checked",
     "        check_states(hx, (*front, h_size), (*front, self.hidden_size), self.weight_ih_l0)\n",
     ""),
    ("given states swapped", "h_0, c_0 = hx", "c_0, h_0 = hx"),
    ("given c not used", "layout.states_in(h_0), layout.states_in(c_0)",
     "layout.states_in(h_0), 0 * layout.states_in(c_0)"),
    ("given h in no order", "return layout.states_in(h_0),",
     "return (h_0 if layout.batched else layout.states_in(h_0)),"),
    ("no gradient to given states", "h_0, c_0 = hx", "h_0, c_0 = (each.detach() for each in hx)"),
)  # fmt: skip

ARGUMENTS = rows(
    "arguments",
    ("a size of 0 taken", "if size <= 0:", "if size < 0:"),
    ("True taken for a number", "(kind is int and isinstance(value, bool))", "False"),
    ("proj_size up to hidden_size", "0 <= proj_size < hidden_size",
     "0 <= proj_size <= hidden_size"),
    ("a negative proj_size taken", "0 <= proj_size < hidden_size", "proj_size < hidden_size"),
    ("no warning for dropout without layers", "if dropout > 0 and num_layers == 1:", "if False:"),
    ("a warning for every dropout", "if dropout > 0 and num_layers == 1:", "if dropout > 0:"),
    ("a warning for every single layer", "if dropout > 0 and num_layers == 1:",
     "if num_layers == 1:"),
    ("dropout of 1 refused", "or not 0 <= float(dropout) <= 1:", "or not 0 <= float(dropout) < 1:"),
    ("dropout above 1 taken", "or not 0 <= float(dropout) <= 1:", "or not 0 <= float(dropout):"),
    ("dropout below 0 taken", "or not 0 <= float(dropout) <= 1:", "or not dropout <= 1:"),
    ("whole numbers for parameters", "if not (dtype.is_floating_point or dtype.is_complex):",
     "if False:"),
    ("an input of 1 axis taken", "if input.dim() not in (2, 3):",
     "if input.dim() not in (1, 2, 3):"),
    ("an input of 4 axes taken", "if input.dim() not in (2, 3):", "if input.dim() < 2:"),
    ("an unbatched input refused", "if input.dim() not in (2, 3):", "if input.dim() != 3:"),
    ("another number of features taken",
     "        raise RuntimeError(_wrong_last_axis(input, input_size))\n    axis",
     "        pass\n    axis"),
    ("time counted on the batch's axis", "axis = 1 if batch_first and input.dim() == 3 else 0",
     "axis = 0"),
    ("a sequence of no steps taken", "if input.size(axis) == 0:", "if False:"),
    ("packed: another number of features taken", "if data.size(-1) != input_size:", "if False:"),
    ("packed: any dtype taken", '    _check_numbers("input", data, weight)\n', ""),
    ("packed: rows left over", " or sum(sizes) != len(data):", ":"),
    ("packed: steps without rows", " or sizes[-1] < 1 or", " or"),
    ("packed: a batch that grows", "if not falling or", "if"),
    ("states of any shape", "if tuple(state.shape) != expected:", "if False:"),
    ("states of another count of axes only", "if tuple(state.shape) != expected:",
     "if state.dim() != len(expected):"),
    ("states of any dtype", '        _check_numbers(f"hx[{number}]", state, weight)\n', ""),
    ("h and c checked against each other's shape",
     "zip(pair, (expected_h, expected_c), strict=True)",
     "zip(pair, (expected_c, expected_h), strict=True)"),
    ("h without c taken", "if not isinstance(hx, tuple | list):", "if False:"),
    ("a list of states refused", "if not isinstance(hx, tuple | list):",
     "if not isinstance(hx, tuple):"),
    ("any number of states", "if len(hx) != 2:", "if False:"),
    ("cell: a whole sequence taken", "if input.dim() not in (1, 2):",
     "if input.dim() not in (1, 2, 3):"),
    ("cell: one step without a batch refused", "if input.dim() not in (1, 2):",
     "if input.dim() != 2:"),
    ("cell: one state for all rows", "    check_states(hx, expected, expected, weight)\n", ""),
    ("any dtype taken", "if tensor.dtype == weight.dtype or", "if True or"),
    ("any device taken", "if tensor.device != weight.device:", "if False:"),
    ("the wrong of two kinds of error", "raise kind(\n", "raise TypeError(\n"),
)  # fmt: skip

SHAPES = rows(
    "shapes",
    ("a layer above reads one direction", 'reads, columns = "D·R", "a', 'reads, columns = "R", "a'),
    ("a layer above reads what is not projected", 'reads, columns = "D·R", "a',
     'reads, columns = "D·H", "a'),
    ("a layer above reads the input", "        if layer > 0:\n", "        if layer < 0:\n"),
    ("hidden weights of hidden_size under projection", '("4H", "R"), stacked',
     '("4H", "H"), stacked'),
    ("the projection transposed", '("P", "H"), "makes', '("H", "P"), "makes'),
    ("three gates, as in a GRU", '("4H", reads)', '("3H", reads)'),
    ("biases only without projection", "        if self.bias:\n            yield",
     "        if self.bias and not self.proj_size:\n            yield"),
    ("all layers forward before all reverse", '''            for layer in range(self.num_layers)
            for suffix in (("", "_reverse") if self.bidirectional else ("",))
''', '''            for suffix in (("", "_reverse") if self.bidirectional else ("",))
            for layer in range(self.num_layers)
'''),
    ("another name for the second direction", '("", "_reverse")', '("", "_backward")'),
    ("layers counted from 1", 'f"_l{layer}{suffix}"', 'f"_l{layer + 1}{suffix}"'),
)  # fmt: skip

MUTANTS = [*SHAPES, *CELL, *RAGGED, *LAYOUTS, *MANUAL, *ARGUMENTS]

# Other words for the same thing: to these the checks must be blind.
EQUIVALENT = [
    *rows("cell", ("factors swapped", "c = f * c + i * g", "c = g * i + c * f")),
    *rows(
        "ragged",
        ("the second bias in front", "sums = sums + weights.bias_hh",
         "sums = weights.bias_hh + sums"),
        ("rows cut at every step", "state if count == state.shape[0] else state[:count]",
         "state[:count]"),
    ),
    *rows("manual", ("the bound as a power", "1 / sqrt(self.hidden_size)",
                     "self.hidden_size**-0.5")),
]  # fmt: skip


# --- Copies of the modules, with at most one line changed ----------------------------------------


def source(file):
    return (PACKAGE / f"{FILES[file]}.py").read_text(encoding="utf-8")


@cache
def compiled(file, text):
    """Return the code of a module; its imports of the others find the copies."""
    for other in FILES:
        text = text.replace(f"from lstm_lessons.lstm.{other} import", f"from {COPY}.{other} import")
    text = text.replace("from lstm_lessons import shapes", f"from {COPY} import shapes")
    return compile(text, f"{file}.py with a wrong line", "exec")


def patched(mutant):
    """Return the file's text with its one wrong line."""
    text = source(mutant.file)
    count = text.count(mutant.right)
    assert count == 1, (
        f"{mutant.what}: {mutant.file}.py must say {mutant.right!r} once, it does {count} times: "
        "bring the row up to date"
    )
    return text.replace(mutant.right, mutant.wrong)


@contextmanager
def copies(mutant=None):
    """Give the module `manual` as a copy, with a wrong line in it or in what it imports."""
    names = [COPY, *(f"{COPY}.{file}" for file in FILES)]
    try:
        for name in names:
            module = sys.modules[name] = ModuleType(name)
            if name == COPY:
                module.__path__ = []
                continue
            file = name.rpartition(".")[2]
            wrong = mutant is not None and mutant.file == file
            exec(compiled(file, patched(mutant) if wrong else source(file)), module.__dict__)
            setattr(sys.modules[COPY], file, module)
        yield sys.modules[f"{COPY}.manual"]
    finally:
        for name in names:
            sys.modules.pop(name, None)


# --- The checks ----------------------------------------------------------------------------------

SIZES, LENGTHS = (6, 4, 3, 2, 5), (3, 6, 1, 4)
CASES = [
    # form, hx, batch_first, num_layers, bidirectional, bias, projected, dropout
    Case("batched", "tuple", False, 3, True, True, True, 0.3, SIZES, LENGTHS, 1),
    Case("packed unsorted", "tuple", True, 2, True, True, False, 0.3, SIZES, LENGTHS, 2),
    Case("batched", "none", True, 2, True, False, True, 0.0, SIZES, LENGTHS, 3),
    Case("unbatched", "list", True, 2, True, True, False, 0.3, SIZES, LENGTHS, 4),
    Case("unbatched", "none", False, 1, False, True, True, 0.0, SIZES, LENGTHS, 5),
    Case("unbatched", "tuple", False, 1, False, True, False, 0.0, (1, 4, 3, 2, 5), (1,) * 4, 6),
    Case("packed", "none", False, 3, False, False, True, 0.3, SIZES, (6, 4, 3, 1), 7),
    Case("batched", "list", True, 1, False, True, False, 0.0, SIZES, LENGTHS, 8),
    # I = H, the one case of equal sizes: some wrong lines only run where shapes happen to fit.
    Case("batched", "tuple", False, 2, True, True, False, 0.0, (6, 4, 5, 2, 5), LENGTHS, 9),
]


def results_and_gradients_agree(manual):
    for case in CASES:
        properties.agree(case)


def results_in_evaluation_agree(manual):
    case = CASES[0]
    torch.manual_seed(1)
    ours, theirs = (each.eval() for each in properties.modules(case, torch.float64))
    x, h, c = properties.leaves(case, torch.float64)
    assert compare(ours, theirs, x, (h, c))


def the_layer_starts_as_torchs_does(manual):
    for case in CASES:
        made = []
        for kind in (nn.LSTM, manual.ManualLSTM):
            torch.manual_seed(3)
            made.append(kind(**case.arguments, dtype=torch.float64))
        same_parameters(*made)
        theirs, ours = made
        assert repr(theirs).removeprefix("LSTM") == repr(ours).removeprefix("ManualLSTM")
        names = [[named(layer, each) for each in layer.all_weights] for layer in made]
        assert names[0] == names[1]
        for name in ("mode", "dropout", "num_layers", "bias", "batch_first", "bidirectional"):
            assert type(getattr(ours, name)) is type(getattr(theirs, name)), name
            assert getattr(ours, name) == getattr(theirs, name), name
    assert manual.ManualLSTM(3, 4, 2, dropout=1).dropout == 1.0
    assert (
        repr(manual.ManualLSTM(3, 4, 2, dropout=1)) == "ManualLSTM(3, 4, num_layers=2, dropout=1.0)"
    )
    assert manual.ManualLSTM(3, 4, device="meta").weight_ih_l0.is_meta


def named(layer, weights):
    known = {id(value): name for name, value in layer.named_parameters()}
    return [known[id(each)] for each in weights]


def same_parameters(theirs, ours):
    wanted, got = dict(theirs.named_parameters()), dict(ours.named_parameters())
    assert list(got) == list(wanted) and list(ours.state_dict()) == list(theirs.state_dict())
    for name, value in wanted.items():
        torch.testing.assert_close(got[name].detach(), value.detach(), rtol=0, atol=1e-15)
        assert got[name].requires_grad, name


def the_cell_agrees(manual):
    b, i, h = 4, 3, 5
    derived = []  # what lesson 03 derives has no other arguments
    for kind in (nn.LSTMCell, manual.DerivedCell):
        torch.manual_seed(4)
        derived.append(kind(i, h))
    same_parameters(*derived)
    for bias in (True, False):
        made = []
        for kind in (nn.LSTMCell, manual.ManualLSTMCell):
            torch.manual_seed(4)
            made.append(kind(i, h, bias, dtype=torch.float64))
        theirs, ours = made
        same_parameters(theirs, ours)
        for batch in ((b,), ()):
            x, *states = (torch.randn(*batch, size, dtype=torch.float64) for size in (i, h, h))
            assert compare(ours, theirs, x)
            assert compare(ours, theirs, x, tuple(states))
    assert manual.ManualLSTMCell(3, 4, device="meta").weight_ih.is_meta


def dropout_warns_as_torchs_does(manual):
    for layers, dropout in ((1, 0.5), (1, 0.0), (2, 0.5)):
        seen = []
        for kind in (nn.LSTM, manual.ManualLSTM):
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                kind(3, 4, layers, dropout=dropout)
            seen.append([each.category for each in caught])
        assert seen[0] == seen[1], (layers, dropout)


def wrong_inputs_are_refused(manual):
    for table, mistakes in wrong_inputs.EVERY.items():
        for each in mistakes:
            wrong_inputs.test_a_mistake_gets_torchs_kind_of_error_and_clear_words(table, each)


BATTERY = (
    results_and_gradients_agree,
    results_in_evaluation_agree,
    the_layer_starts_as_torchs_does,
    the_cell_agrees,
    dropout_warns_as_torchs_does,
    wrong_inputs_are_refused,
)


def first_failure(mutant=None):
    """Return the first check that fails and why; None if all pass."""
    with copies(mutant) as manual, pytest.MonkeyPatch.context() as patch:
        patch.setattr(properties, "ManualLSTM", manual.ManualLSTM)
        patch.setattr(wrong_inputs, "ManualLSTM", manual.ManualLSTM)
        patch.setattr(wrong_inputs, "ManualLSTMCell", manual.ManualLSTMCell)
        # What is wrong with arguments is seen by the last check alone: it is asked first there.
        checks = BATTERY[::-1] if mutant is not None and mutant.file == "arguments" else BATTERY
        for check in checks:
            try:
                check(manual)
            except NameError:  # the row is at fault: no person's mistake gets as far as a test
                raise
            except Exception as error:  # whatever it is: the wrong line was seen
                return f"{check.__name__}: {type(error).__name__}: {error}"
    return None


def test_the_lines_as_they_stand_pass():
    assert first_failure() is None


@pytest.mark.parametrize("same", EQUIVALENT, ids=lambda each: f"{each.file}: {each.what}")
def test_another_way_to_say_the_same_passes(same):
    assert first_failure(same) is None


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda each: f"{each.file}: {each.what}")
def test_a_wrong_line_is_caught(mutant):
    assert first_failure(mutant) is not None, f"survived: {mutant.wrong!r} for {mutant.right!r}"


def test_the_table_has_no_row_twice():
    assert len(MUTANTS) >= 60
    for key in ((m.file, m.what) for m in MUTANTS), ((m.file, m.right, m.wrong) for m in MUTANTS):
        assert Counter(key).most_common(1)[0][1] == 1
    assert {mutant.file for mutant in MUTANTS} == set(FILES)


def test_a_row_that_is_out_of_date_says_so():
    with pytest.raises(AssertionError, match="must say 'no such line' once, it does 0 times"):
        patched(Mutant("gone", "cell", "no such line", ""))


if __name__ == "__main__":
    survivors = []
    for each in MUTANTS:
        seen = first_failure(each)
        print(f"{each.file}: {each.what}: {(seen or 'SURVIVED').splitlines()[0][:110]}")
        survivors += [] if seen else [each]
    print(f"{len(MUTANTS)} wrong lines, {len(MUTANTS) - len(survivors)} caught")
