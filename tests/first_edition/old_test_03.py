"""Lesson 03: answers that are right, however they are written; where unknown mistakes are seen."""

import pytest
import torch
from torch import nn
from torch.func import functional_call
from torch.nn import functional as F

from lstm_lessons import exercise
from lstm_lessons.lstm.cell import lstm_step

cell = exercise("03.1").reference


def with_split(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    H = h.shape[1]
    i, f, g, o = torch.split(
        torch.addmm(bias_ih, x, weight_ih.t()) + torch.addmm(bias_hh, h, weight_hh.t()), H, 1
    )
    c = c * f.sigmoid() + i.sigmoid() * g.tanh()
    return c.tanh() * o.sigmoid(), c


def by_slices(x, h, c, wi, wh, bi, bh):
    H = c.size(-1)
    z = {
        gate: x @ wi[k * H : (k + 1) * H].T
        + bi[k * H : (k + 1) * H]
        + h @ wh[k * H : (k + 1) * H].T
        + bh[k * H : (k + 1) * H]
        for k, gate in enumerate("ifgo")
    }
    new_c = torch.sigmoid(z["f"]) * c + torch.sigmoid(z["i"]) * torch.tanh(z["g"])
    return [torch.sigmoid(z["o"]) * torch.tanh(new_c), new_c]


def gate_by_gate(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    gates = []
    for w, u, b, d, squeeze in zip(
        weight_ih.chunk(4),
        weight_hh.chunk(4),
        bias_ih.chunk(4),
        bias_hh.chunk(4),
        (torch.sigmoid, torch.sigmoid, torch.tanh, torch.sigmoid),
        strict=True,
    ):
        gates.append(squeeze((w @ x.T).T + b + (u @ h.T).T + d))
    i, f, g, o = gates
    c = torch.addcmul(f * c, i, g)
    return o * torch.tanh(c), c


def with_einsum(x, h, c, wi, wh, bi, bh):
    W, U = wi.view(4, -1, wi.shape[1]), wh.view(4, -1, wh.shape[1])
    z = torch.einsum("bi,ghi->gbh", x, W) + torch.einsum("bi,ghi->gbh", h, U)
    z = z + (bi + bh).view(4, 1, -1)
    i, f, o = torch.sigmoid(z[[0, 1, 3]])
    c = f * c + i * z[2].tanh()
    return o * c.tanh(), c


def one_matrix(x, h, c, wi, wh, bi, bh):
    ones = torch.ones(len(x), 2)
    W = torch.cat([wi, wh, bi[:, None], bh[:, None]], dim=1)
    z = torch.cat([x, h, ones], dim=1) @ W.T
    i, f, g, o = z.tensor_split(4, dim=-1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


def sentence_by_sentence(x, h, c, wi, wh, bi, bh):
    new_h, new_c = [], []
    for b in range(x.shape[0]):
        z_i, z_f, z_g, z_o = (wi @ x[b] + bi + wh @ h[b] + bh).chunk(4)
        new_c.append(torch.sigmoid(z_f) * c[b] + torch.sigmoid(z_i) * torch.tanh(z_g))
        new_h.append(torch.sigmoid(z_o) * torch.tanh(new_c[-1]))
    return torch.stack(new_h), torch.stack(new_c)


def unit_by_unit(x, h, c, wi, wh, bi, bh):
    H = h.shape[1]
    z = [x @ wi[row] + bi[row] + h @ wh[row] + bh[row] for row in range(4 * H)]
    new_c = [
        torch.sigmoid(z[H + u]) * c[:, u] + torch.sigmoid(z[u]) * torch.tanh(z[2 * H + u])
        for u in range(H)
    ]
    new_h = [torch.sigmoid(z[3 * H + u]) * torch.tanh(new_c[u]) for u in range(H)]
    return torch.stack(new_h, dim=1), torch.stack(new_c, dim=1)


def into_an_empty_tensor(x, h, c, wi, wh, bi, bh):
    z = torch.empty(x.shape[0], 4 * h.shape[1])
    z[:] = x @ wi.T
    z += h @ wh.T + bi + bh
    i, f, g, o = z.unflatten(1, (4, -1)).unbind(1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    h = torch.sigmoid(o) * torch.tanh(c)
    return h, c


def sigmoid_by_hand(x, h, c, wi, wh, bi, bh):
    def s(z):
        return 1 / (1 + torch.exp(-z))

    def t(z):
        return 2 * s(2 * z) - 1

    i, f, g, o = (x @ wi.T + bi + h @ wh.T + bh).chunk(4, 1)
    new_c = s(f) * c + s(i) * t(g)
    return s(o) * t(new_c), new_c


def borrowed_cell(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    parameters = dict(zip(names, (weight_ih, weight_hh, bias_ih, bias_hh), strict=True))
    return functional_call(nn.LSTMCell(x.shape[1], h.shape[1]), parameters, (x, (h, c)))


def whole_layer(x, h, c, *weights):
    layer = nn.LSTM(x.shape[1], h.shape[1])
    parameters = dict(zip(dict(layer.named_parameters()), weights, strict=True))
    _, (h, c) = functional_call(layer, parameters, (x[None], (h[None], c[None])))
    return h[0], c[0]


class Cell:
    def __call__(self, x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
        return lstm_step(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh)


class Module(nn.Module):
    def forward(self, x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
        return lstm_step(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh)


def by_a_loop(weight, order="ifgo"):
    H = weight.size(0) // 4
    parts = {}
    for letter in order:
        parts[letter], weight = weight[:H], weight[H:]
    return parts


CELLS = {
    "split": with_split,
    "slices, a list": by_slices,
    "gate by gate": gate_by_gate,
    "einsum": with_einsum,
    "one matrix": one_matrix,
    "sentence by sentence": sentence_by_sentence,
    "unit by unit, stacked": unit_by_unit,
    "an empty tensor, filled": into_an_empty_tensor,
    "sigmoid by hand": sigmoid_by_hand,
    "torch.lstm_cell": lambda x, h, c, *weights: torch.lstm_cell(x, (h, c), *weights),
    "LSTMCell, functional_call": borrowed_cell,
    "LSTM, functional_call": whole_layer,
    "the package's": lstm_step,
    "callable object": Cell(),
    "module": Module(),
}

RIGHT = {
    "03.1": CELLS,
    "03.2": {name: CELLS[name] for name in ("slices, a list", "einsum", "callable object")},
    "03.3": {
        "zip and chunk": lambda w, order: dict(zip(order, w.chunk(4), strict=True)),
        "slices": lambda w, order: {
            gate: w[k * len(w) // 4 : (k + 1) * len(w) // 4] for k, gate in enumerate(order)
        },
        "split": lambda w, order: dict(zip(order, torch.split(w, w.shape[0] // 4), strict=True)),
        "reshape": lambda w, order: dict(
            zip(order, w.reshape(4, w.shape[0] // 4, *w.shape[1:]), strict=True)
        ),
        "other order of keys": lambda w, order: {
            gate: w.tensor_split(4, dim=0)[order.index(gate)].clone() for gate in "ogif"
        },
        "unpacked, a loop": by_a_loop,
    },
}


def z_of(x, h, wi, wh, bi, bh):
    return x @ wi.T + bi + h @ wh.T + bh


def finish(z, c):
    i, f, g, o = z.chunk(4, dim=1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


def bias_hh_missing_in_f(x, h, c, wi, wh, bi, bh):
    H = h.shape[1]
    bh = torch.cat([bh[:H], torch.zeros(H), bh[2 * H :]])
    return finish(z_of(x, h, wi, wh, bi, bh), c)


def gates_of_f_halved(x, h, c, wi, wh, bi, bh):
    H = h.shape[1]
    factors = torch.ones(4 * H)
    factors[H : 2 * H] = 0.5
    return finish(z_of(x, h, wi, wh, bi, bh) * factors, c)


def h_scaled(x, h, c, wi, wh, bi, bh):
    return finish(z_of(x, 0.7 * h, wi, wh, bi, bh), c)


def sentences_mixed(x, h, c, wi, wh, bi, bh):
    return finish(z_of(x - x.mean(0) + x[:1], h, wi, wh, bi, bh), c)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            bias_hh_missing_in_f,
            "cases: we set the old c to zero; we set bias_hh to zero; we set gate f to 1. So look",
        ),
        (gates_of_f_halved, "cases: we set the old c to zero; we set gate f to 1. So look"),
        (h_scaled, "Your result is right when we set the old h to zero. So look at what that"),
        (sentences_mixed, "cases: we set x to zero; there is one sentence only. So look"),
        (lambda x, h, c, *w: (cell(x, h, c, *w)[0] * 1.01, cell(x, h, c, *w)[1]), "The new c is"),
        (lambda x, h, c, *w: (cell(x, h, c, *w)[0], cell(x, h, c, *w)[1] * 1.01), "The new h is"),
        (lambda x, h, c, *w: tuple(s[:, :1] for s in cell(x, h, c, *w)), "should be (2, 5)"),
    ],
)
def test_an_unknown_mistake_is_told_where_to_look(answer, said):
    result = exercise("03.1").check(answer)
    assert (result.outcome, result.misconception) == ("incorrect", None)
    assert said in result.message


def test_the_first_place_that_differs_is_named():
    def answer(x, h, c, *weights):
        new_h, new_c = cell(x, h, c, *weights)
        return new_h, new_c + torch.tensor([0.0, 0.0, 3.0, 0.0, 0.0][: h.shape[1]])

    message = exercise("03.1").check(answer).message
    assert "c differs first at sentence 0, unit 2" in message
    assert "The new h is right" in message


def test_sizes_written_as_numbers_are_found():
    def answer(x, h, c, wi, wh, bi, bh):
        z = z_of(x, h, wi, wh, bi, bh)
        i, f, g, o = z[:, 0:5], z[:, 5:10], z[:, 10:15], z[:, 15:20]
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c

    result = exercise("03.1").check(answer)
    assert result.outcome == "error"
    assert "B=3, I=7, H=2" in result.message
    assert "Before, B=2, I=3, H=5 was right" in result.message


def in_place_c(x, h, c, *weights):
    i, f, g, o = z_of(x, h, *weights).chunk(4, dim=1)
    c *= f.sigmoid()
    c += i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


def in_place_h_and_x(x, h, c, *weights):
    new = cell(x, h, c, *weights)
    h.copy_(new[0])
    x.zero_()
    return new


@pytest.mark.parametrize(("answer", "which"), [(in_place_c, "c"), (in_place_h_and_x, "x and h")])
def test_inputs_changed_in_place_are_told(answer, which):
    result = exercise("03.1").check(answer)
    assert (result.outcome, result.misconception) == ("incorrect", "changes its inputs")
    assert f"changes {which}, which" in result.message


def copied_into_a_module(x, h, c, *weights):
    borrowed = nn.LSTMCell(x.shape[1], h.shape[1])
    with torch.no_grad():
        for own, given in zip(borrowed.parameters(), weights, strict=True):
            own.copy_(given)
    return borrowed(x, (h, c))


def through_numpy(x, h, c, *weights):
    return tuple(torch.tensor(state.detach().numpy()) for state in cell(x, h, c, *weights))


def weight_ih_data(x, h, c, weight_ih, *rest):
    return cell(x, h, c, weight_ih.data, *rest)


@pytest.mark.parametrize(
    ("answer", "name", "said"),
    [
        (copied_into_a_module, "parameters detached", "copied into a new module"),
        (through_numpy, "detached graph", "no gradient comes through your cell"),
        (weight_ih_data, "detached graph", "no gradient of h and c reaches weight_ih"),
    ],
)
def test_a_cut_graph_is_seen_and_said_where(answer, name, said):
    result = exercise("03.1").check(answer)
    assert (result.outcome, result.misconception) == ("incorrect", name)
    assert said in result.message


def test_a_graph_that_breaks_is_an_error_with_its_line():
    def answer(x, h, c, *weights):
        return tuple(torch.tensor(state.numpy()) for state in cell(x, h, c, *weights))

    result = exercise("03.1").check(answer)
    assert result.outcome == "error"
    assert "The numbers are right, but gradients cannot be taken" in result.message
    assert "state.numpy()" in result.message


@pytest.mark.parametrize(
    "cast", [lambda s: s.float(), lambda s: s.float().double(), lambda s: s.to(torch.float32)]
)
def test_results_rounded_to_float32_are_named(cast):
    result = exercise("03.1").check(lambda *a: tuple(cast(state) for state in cell(*a)))
    assert (result.outcome, result.misconception) == ("incorrect", "rounded to float32")


def test_a_loss_of_digits_that_is_not_float32_is_not_called_so():
    result = exercise("03.1").check(lambda *a: tuple(state + 1e-7 for state in cell(*a)))
    assert (result.outcome, result.misconception) == ("incorrect", None)
    assert "differs first" in result.message


@pytest.mark.parametrize(
    ("product", "name"),
    [
        (lambda x, h, wi, wh: F.linear(x, wh) + F.linear(h, wi), "weights swapped"),
        (lambda x, h, wi, wh: F.linear(x, wi.T) + F.linear(h, wh), "weight_ih the wrong way round"),
        (lambda x, h, wi, wh: torch.mm(x, wi.T) + torch.mm(h, wh), "weight_hh the wrong way round"),
        (lambda x, h, wi, wh: wi.matmul(x) + h @ wh.T, "W in front of x"),
        (lambda x, h, wi, wh: x @ wi[:5], "one gate's W_i the wrong way round"),
        (lambda x, h, wi, wh: F.linear(x, wi[5:10].T), "one gate's W_i the wrong way round"),
        (lambda x, h, wi, wh: wi.chunk(4)[2] @ x, "W in front of x"),
        (lambda x, h, wi, wh: x @ wi.T + wh @ h, "W in front of x"),
        (lambda x, h, wi, wh: x @ wi[:5].T + wh[:5] @ h, "W in front of x"),
    ],
)
def test_shape_errors_are_named_however_the_product_is_written(product, name):
    result = exercise("03.1").check(lambda x, h, c, wi, wh, bi, bh: (product(x, h, wi, wh), c))
    assert (result.outcome, result.misconception) == ("error", name)
    assert "RuntimeError: mat1 and mat2" in result.message
    assert "It was called with B=2, I=3, H=5." in result.message


def test_return_forms():
    check = exercise("03.1").check
    result = check(lambda *a: cell(*a)[0])
    assert (result.outcome, result.misconception) == ("incorrect", "one tensor")
    result = check(lambda *a: (cell(*a)[0], cell(*a)))
    assert result.misconception == "returned like nn.LSTM"
    result = check(lambda *a: (*cell(*a), 1))
    assert "returns 3 things" in result.message
    result = check(lambda *a: (cell(*a)[0].detach().numpy(), cell(*a)[1]))
    assert result.misconception == "not a tensor"
    assert "The h that you return is a numpy array" in result.message
    result = check(lambda *a: (cell(*a)[0].tanh, cell(*a)[1]))
    assert "parentheses" in result.message


def test_a_split_without_a_dict_is_told():
    result = exercise("03.3").check(lambda weight, order: weight.chunk(4))
    assert (result.outcome, result.misconception) == ("incorrect", "not a dict")
    result = exercise("03.3").check(
        lambda weight, order: dict(
            zip(("W_ii", "W_if", "W_ig", "W_io"), weight.chunk(4), strict=True)
        )
    )
    assert result.misconception == "other keys"
    assert 'missing: "i", "f", "g", "o"' in result.message


def test_the_reference_is_torch_in_every_case():
    for number in ("03.1", "03.2"):
        asked = exercise(number)
        for case, wanted in zip(asked.cases, asked.wanted, strict=True):
            x, h, c, *weights = case.inputs.values()
            module = nn.LSTMCell(x.shape[1], h.shape[1], dtype=torch.float64)
            with torch.no_grad():
                for own, given in zip(module.parameters(), weights, strict=True):
                    own.copy_(given)
            new_h, new_c = module(x, (h, c))
            torch.testing.assert_close(wanted["h"], new_h, rtol=0, atol=1e-12)
            torch.testing.assert_close(wanted["c"], new_c, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (
            lambda w, order: dict(zip(order, w.split(w.size(0) // 4)[::-1], strict=True)),
            "order from the back",
        ),
        (
            lambda w, order: dict(zip("ifog", w.split(w.size(0) // 4), strict=True)),
            "gate order i, f, o, g",
        ),
        (
            lambda w, order: dict(zip("ifgo", w.chunk(4), strict=True)),
            "order not used",
        ),
        (
            lambda w, order: dict(
                zip("ifgo", [w.chunk(4)["ifgo".index(gate)] for gate in order], strict=True)
            ),
            "order the wrong way round",
        ),
        (
            lambda w, order: {
                g: w[k * w.size(1) : (k + 1) * w.size(1)] for k, g in enumerate(order)
            },
            "H read from the columns",
        ),
        (lambda w, order: dict(zip(order, w.chunk(4, dim=-1), strict=True)), "columns for rows"),
        (lambda w, order: dict(zip(order, w.tensor_split(4, 1), strict=True)), "columns for rows"),
        (lambda w, order: dict(zip(order, w.view(4, -1, w.size(1)), strict=True)), "matrices only"),
        (
            lambda w, order: {
                g: w.narrow(0, 16 * k, 16) if 16 * k < len(w) else w[:0]
                for k, g in enumerate(order)
            },
            None,
        ),
    ],
)
def test_a_split_is_named_however_it_is_written(answer, name):
    result = exercise("03.3").check(answer)
    assert result.outcome in ("incorrect", "error")
    assert result.misconception == name


def in_parts(x, h, c, wi, wh, bi, bh):
    """Return the four sums of a right cell, to be used wrongly."""
    return z_of(x, h, wi, wh, bi, bh).chunk(4, dim=1)


def squeezed(*tensors):
    z_i, z_f, z_g, z_o = in_parts(*tensors)
    return z_i.sigmoid(), z_f.sigmoid(), z_g.tanh(), z_o.sigmoid()


def with_products(product):
    def answer(x, h, c, *weights):
        i, f, g, o = squeezed(x, h, c, *weights)
        c = product(f, c) + i * g
        return o * torch.tanh(c), c

    return answer


def matrix_product_in_h(x, h, c, *weights):
    i, f, g, o = squeezed(x, h, c, *weights)
    c = f * c + i * g
    return o @ torch.tanh(c), c


def four_gates(form):
    def answer(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
        return form(x, h, weight_ih, weight_hh)

    return answer


def unpacks(cut):
    def answer(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
        W_ii, W_if, W_ig, W_io = cut(weight_ih)
        return x @ W_ii.T, c

    return answer


def blocks_of_16(x, h, c, wi, wh, bi, bh):
    z = z_of(x, h, wi, wh, bi, bh)
    i, f = torch.sigmoid(z[:, :16]), torch.sigmoid(z[:, 16:32])
    g, o = torch.tanh(z[:, 32:48]), torch.sigmoid(z[:, 48:])
    c = f * c + i * g
    return o * torch.tanh(c), c


def size_with_a_fraction(x, h, c, wi, wh, bi, bh):
    H = wi.shape[0] / 4
    z = z_of(x, h, wi, wh, bi, bh)
    i = torch.sigmoid(z[:, :H])
    return i, c


def asks_for(name):
    def answer(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
        return getattr(answer, name)

    return answer


def uses_h_0(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    return x @ weight_ih.T + h_0 @ weight_hh.T, c  # noqa: F821 - the mistake


@pytest.mark.parametrize(
    ("answer", "name", "said"),
    [
        (with_products(lambda f, c: f @ c), "a matrix product for ⊙", "in Python that is `*`"),
        (with_products(torch.matmul), "a matrix product for ⊙", "in Python that is `*`"),
        (with_products(torch.dot), "a matrix product for ⊙", "in Python that is `*`"),
        (matrix_product_in_h, "a matrix product for ⊙", "in Python that is `*`"),
        (
            four_gates(lambda x, h, wi, wh: F.linear(x, wi.T)),
            "weight_ih the wrong way round",
            "`F.linear` turns it by itself: leave `.T` out there.",
        ),
        (
            four_gates(lambda x, h, wi, wh: x @ wi),
            "weight_ih the wrong way round",
            "so turn it: `x @ weight_ih.T`",
        ),
        (unpacks(lambda w: w.chunk(4, dim=-1)), "weights cut along the columns", "cut the rows"),
        (unpacks(lambda w: w.split(4)), "pieces of 4", "`chunk(4)` makes 4 pieces"),
        (blocks_of_16, "blocks of 16", "the lesson's H"),
        (size_with_a_fraction, "a size with a fraction", "Write `//`"),
        (asks_for("weight_ih"), "the lesson's names", "`weight_ih` for `cell.weight_ih`"),
        (asks_for("bias_hh"), "the lesson's names", "here `cell` is a function of yours"),
        (uses_h_0, "the lesson's names", "`h` for `h_0`"),
    ],
)
@pytest.mark.parametrize("number", ["03.1", "03.2"])
def test_an_error_of_a_beginner_is_explained(number, answer, name, said):
    result = exercise(number).check(answer)
    assert (result.outcome, result.misconception) == ("error", name)
    assert said in result.message
    assert "It was called with B=2, I=3, H=5." in result.message


def gates_not_used(x, h, c, *weights):
    z_i, z_f, z_g, z_o = in_parts(x, h, c, *weights)
    o = torch.sigmoid(z_o)
    c = z_f * c + z_i * z_g
    return o * torch.tanh(c), c


def no_gate_used(x, h, c, *weights):
    z_i, z_f, z_g, z_o = in_parts(x, h, c, *weights)
    c = z_f * c + z_i * z_g
    return z_o * torch.tanh(c), c


def i_and_f_exchanged(x, h, c, *weights):
    i, f, g, o = squeezed(x, h, c, *weights)
    c = i * c + f * g
    return o * torch.tanh(c), c


def i_and_o_exchanged(x, h, c, *weights):
    i, f, g, o = squeezed(x, h, c, *weights)
    c = f * c + o * g
    return i * torch.tanh(c), c


@pytest.mark.parametrize(
    ("answer", "name", "said"),
    [
        (gates_not_used, "i, f and g not squeezed", "use i, f and g in the equations"),
        (no_gate_used, "no gate squeezed", "not z_i, z_f, z_g and z_o"),
        (i_and_f_exchanged, "gate order f, i, g, o", "i and f have changed places."),
        (i_and_f_exchanged, "gate order f, i, g, o", "Or in the equation for c."),
        (i_and_o_exchanged, "gate order o, f, g, i", "i and o have changed places."),
        (
            lambda *tensors: tuple(state[None] for state in cell(*tensors)),
            "one axis too many",
            "The numbers are right",
        ),
        (
            lambda *tensors: tuple(state.unsqueeze(1) for state in cell(*tensors)),
            "one axis too many",
            "one row per sentence",
        ),
    ],
)
def test_a_mistake_of_a_beginner_is_named(answer, name, said):
    result = exercise("03.1").check(answer)
    assert (result.outcome, result.misconception) == ("incorrect", name)
    assert said in result.message


def test_a_wrong_shape_is_not_called_a_wrong_result():
    result = exercise("03.1").check(lambda *a: tuple(s[None].expand(3, -1, -1) for s in cell(*a)))
    assert (result.outcome, result.misconception) == ("incorrect", None)
    assert result.message == (
        "The shape of c should be (2, 5) with B=2, I=3, H=5; yours is (3, 2, 5)."
    )


BROKEN = exercise("03.2").given.replace("broken_cell", "answer")
ORDER = ("z_i, z_f, z_o, z_g", "z_i, z_f, z_g, z_o")
MEMORY = ("i * c + f * g", "f * c + i * g")


def changed(*changes):
    code = BROKEN
    for old, new in changes:
        assert old in code
        code = code.replace(old, new)
    space = {"torch": torch, "F": F}
    exec(code, space)
    return space["answer"]


@pytest.mark.parametrize("mended", [(), (ORDER,), (MEMORY,), (ORDER, MEMORY)])
@pytest.mark.parametrize(
    ("change", "line"),
    [
        (("g = torch.tanh(z_g)", "g = torch.sigmoid(z_g)"), "g = torch.tanh(z_g)"),
        (("o = torch.sigmoid(z_o)", "o = torch.tanh(z_o)"), "o = torch.sigmoid(z_o)"),
        (("torch.tanh(new_c)", "torch.tanh(c)"), "new_h = o * torch.tanh(new_c)"),
        (("o * torch.tanh(new_c)", "o * new_c"), "new_h = o * torch.tanh(new_c)"),
        (("return new_h, new_c", "return new_c, new_h"), "return new_h, new_c"),
    ],
)
def test_a_right_line_that_was_mended_is_told(change, line, mended):
    result = exercise("03.2").check(changed(change, *mended))
    assert result.outcome == "incorrect"
    assert result.misconception.startswith("changed what was right: ")
    assert f"ou have changed a line that was right: `{line}`." in result.message
    assert ("the two mistakes are in other lines" in result.message) == (len(mended) == 0)
    assert ("One of the two mistakes is mended." in result.message) == (len(mended) == 1)
    assert ("Both mistakes are mended." in result.message) == (len(mended) == 2)


def test_both_mistakes_can_be_mended_in_either_order():
    names = [
        exercise("03.2").check(changed(*mended)).misconception
        for mended in ((), (ORDER,), (MEMORY,), (ORDER, MEMORY))
    ]
    assert names == [
        "nothing mended",
        "gate order mended, one to go",
        "memory mended, one to go",
        None,
    ]
    assert exercise("03.2").check(changed(ORDER, MEMORY)).outcome == "correct"


def letters_without_quotes(weight, order):
    i, f, g, o = weight.chunk(4)
    return {i: i, f: f, g: g, o: o}


def divided_with_a_slash(weight, order):
    H = weight.shape[0] / 4
    return {gate: weight[k * H : (k + 1) * H] for k, gate in enumerate(order)}


def split_by_four(weight, order):
    i, f, g, o = weight.split(4)
    return {"i": i, "f": f, "g": g, "o": o}


@pytest.mark.parametrize(
    ("answer", "outcome", "name", "said"),
    [
        (letters_without_quotes, "incorrect", "keys without quotes", "in quotation marks"),
        (divided_with_a_slash, "error", "a size with a fraction", "Write `//`"),
        (
            lambda w, order: dict(zip(order, w.split(len(w) / 4), strict=True)),
            "error",
            "a size with a fraction",
            "Write `//`",
        ),
        (split_by_four, "error", "pieces of 4", "pieces *of* 4 rows"),
        (
            lambda w, order: dict(zip(order, w.split(4), strict=False)),
            "incorrect",
            "pieces of 4",
            "pieces *of* 4 rows",
        ),
    ],
)
def test_a_split_of_a_beginner_is_explained(answer, outcome, name, said):
    result = exercise("03.3").check(answer)
    assert (result.outcome, result.misconception) == (outcome, name)
    assert said in result.message


def test_the_order_that_is_asked_for_is_its_own_inverse_nowhere():
    orders = {case.inputs["order"] for case in exercise("03.3").cases}
    others = orders - {"ifgo"}
    assert len(others) >= 2
    for order in others:
        inverse = "".join("ifgo"[order.index(gate)] for gate in "ifgo")
        assert inverse != order


def two_orders_named(weight, order):
    i, second, third, fourth = weight.chunk(4)
    if order == "iofg":
        return {"i": i, "o": second, "f": third, "g": fourth}
    return {"i": i, "f": second, "g": third, "o": fourth}


def two_orders_or_nothing(weight, order):
    if order in ("ifgo", "iofg"):
        return dict(zip(order, weight.chunk(4), strict=True))


def two_orders_looked_up(weight, order):
    places = {"ifgo": (0, 1, 2, 3), "iofg": (0, 2, 3, 1)}[order]
    return {gate: weight.chunk(4)[k] for gate, k in zip("ifgo", places, strict=True)}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (two_orders_named, "incorrect"),
        (two_orders_or_nothing, "incorrect"),
        (two_orders_looked_up, "error"),
    ],
)
def test_a_split_for_some_orders_only_is_asked_about_the_order(answer, outcome):
    result = exercise("03.3").check(answer)
    assert result.outcome == outcome
    assert "does your code name an order, instead of reading `order`?" in result.message
    assert "should be an argument" not in result.message


def test_a_split_for_one_size_only_is_not_asked_about_the_order():
    result = exercise("03.3").check(lambda w, order: dict(zip(order, w.split(8), strict=False)))
    assert result.outcome == "incorrect"
    assert "reading `order`" not in result.message


def slices_of_rows(x, h, c, wi, wh, bi, bh):
    z, H = z_of(x, h, wi, wh, bi, bh), h.shape[1]
    i, f, g, o = z[:H], z[H : 2 * H], z[2 * H : 3 * H], z[3 * H :]
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


def slices_of_rows_news_first(x, h, c, wi, wh, bi, bh):
    z, H = z_of(x, h, wi, wh, bi, bh), h.shape[1]
    i, f, g, o = z[:H], z[H : 2 * H], z[2 * H : 3 * H], z[3 * H :]
    c = torch.sigmoid(i) * torch.tanh(g) + torch.sigmoid(f) * c
    return torch.sigmoid(o) * torch.tanh(c), c


def B_for_H(x, h, c, wi, wh, bi, bh):
    z, H = z_of(x, h, wi, wh, bi, bh), h.shape[0]
    i, f, g, o = z[:, :H], z[:, H : 2 * H], z[:, 2 * H : 3 * H], z[:, 3 * H : 4 * H]
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


def columns_for_sentences(x, h, c, wi, wh, bi, bh):
    return finish(wi @ x.T + bi + wh @ h.T + bh, c)


def biases_last(x, h, c, wi, wh, bi, bh):
    return finish(wi @ x.T + wh @ h.T + bi + bh, c)


def one_gate_turned(x, h, c, wi, wh, bi, bh):
    return finish(wi.chunk(4)[0] @ x.T + bi.chunk(4)[0], c)


@pytest.mark.parametrize(
    ("answer", "name", "said"),
    [
        (slices_of_rows, "slices along the sentences", "`z[:, :H]`"),
        (slices_of_rows_news_first, "slices along the sentences", "`z[:, :H]`"),
        (B_for_H, "B for H", "H is `h.shape[-1]`"),
        (columns_for_sentences, "W @ x.T and a bias", "Write `x @ W.T`"),
        (biases_last, "W @ x.T and a bias", "Write `x @ W.T`"),
        (one_gate_turned, "B for H", "`x @ W_ii.T` is (B, H)"),
    ],
)
@pytest.mark.parametrize("number", ["03.1", "03.2"])
def test_a_wrong_axis_is_explained(number, answer, name, said):
    result = exercise(number).check(answer)
    assert (result.outcome, result.misconception) == ("error", name)
    assert said in result.message


@pytest.mark.parametrize("number", ["03.1", "03.2"])
def test_half_of_the_sum_left_out_is_named(number):
    def answer(x, h, c, wi, wh, bi, bh):
        return finish(F.linear(x, wi, bi), c)

    result = exercise(number).check(answer)
    assert result.misconception == "all that comes from h left out"


def test_a_chunk_into_h_pieces_is_explained():
    def answer(weight, order):
        return dict(zip(order, weight.chunk(weight.shape[0] // 4), strict=False))

    result = exercise("03.3").check(answer)
    assert result.misconception == "pieces of 4"
    assert "`chunk(n)` makes n pieces" in result.message
