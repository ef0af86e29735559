"""Lesson 03: the solutions held to torch; how far 03.2 is mended; what beginners meet."""

import linecache
import math

import pytest
import torch
from torch import nn
from torch.func import functional_call
from torch.nn import functional as F

from lstm_lessons import exercise


def with_split(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    from_x, from_h = (
        torch.addmm(bias_ih, x, weight_ih.t()),
        torch.addmm(bias_hh, h, weight_hh.t()),
    )
    i, f, g, o = torch.split(from_x + from_h, h.shape[1], 1)
    c = c * f.sigmoid() + i.sigmoid() * g.tanh()
    return [c.tanh() * o.sigmoid(), c]


def gate_by_gate(x, h, c, *stacked):
    squeezes = torch.sigmoid, torch.sigmoid, torch.tanh, torch.sigmoid
    parts = zip(squeezes, *(each.chunk(4) for each in stacked), strict=True)
    i, f, g, o = (s((w @ x.T).T + b + (u @ h.T).T + d) for s, w, u, b, d in parts)
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
    W = torch.cat([wi, wh, bi[:, None], bh[:, None]], dim=1)
    z = torch.cat([x, h, torch.ones(len(x), 2)], dim=1) @ W.T
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


def into_an_empty_tensor(x, h, c, wi, wh, bi, bh):
    z = torch.empty(x.shape[0], 4 * h.shape[1])
    z[:] = x @ wi.T
    z += h @ wh.T + bi + bh
    i, f, g, o = z.unflatten(1, (4, -1)).unbind(1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


def sigmoid_by_hand(x, h, c, wi, wh, bi, bh):
    def s(z):
        return 1 / (1 + torch.exp(-z))

    i, f, g, o = (x @ wi.T + bi + h @ wh.T + bh).chunk(4, 1)
    new_c = s(f) * c + s(i) * (2 * s(2 * g) - 1)
    return s(o) * (2 * s(2 * new_c) - 1), new_c


def whole_layer(x, h, c, *weights):
    layer = nn.LSTM(x.shape[1], h.shape[1])
    parameters = dict(zip(dict(layer.named_parameters()), weights, strict=True))
    _, (h, c) = functional_call(layer, parameters, (x[None], (h[None], c[None])))
    return h[0], c[0]


class Cell(nn.Module):
    def forward(self, x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
        return with_split(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh)


def names_exchanged_twice(x, h, c, wi, wh, bi, bh):
    """The cut and the equation for c both call i what the lesson calls f."""
    z_f, z_i, z_g, z_o = (x @ wi.T + bi + h @ wh.T + bh).chunk(4, dim=-1)
    i, f, g, o = z_i.sigmoid(), z_f.sigmoid(), z_g.tanh(), z_o.sigmoid()
    new_c = i * c + f * g
    return o * new_c.tanh(), new_c


def by_a_loop(weight, order="ifgo"):
    H, parts = weight.size(0) // 4, {}
    for letter in order:
        parts[letter], weight = weight[:H], weight[H:]
    return parts


def by_recursion(weight, order):
    if not order:
        return {}
    size = len(weight) // len(order)
    return {order[0]: weight[:size], **by_recursion(weight[size:], order[1:])}


CELLS = {
    "split, a list": with_split,
    "gate by gate": gate_by_gate,
    "einsum": with_einsum,
    "one matrix": one_matrix,
    "sentence by sentence": sentence_by_sentence,
    "an empty tensor, filled": into_an_empty_tensor,
    "sigmoid by hand": sigmoid_by_hand,
    "torch.lstm_cell": lambda x, h, c, *weights: torch.lstm_cell(x, (h, c), *weights),
    "LSTM, functional_call": whole_layer,
    "a module": Cell(),
    "names exchanged twice": names_exchanged_twice,
}

RIGHT = {
    "03.1": CELLS,
    "03.2": CELLS,
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
        "a loop": by_a_loop,
        "recursion": by_recursion,
    },
}

EQUIVALENT = {
    "03.2": {"line 3: minus gone": "the last axis of z is axis 1: z has two"},
}


@pytest.mark.parametrize("number", ["03.1", "03.2"])
def test_the_solution_is_torch_s_cell_in_every_case(number):
    asked = exercise(number)
    for case, wanted in zip(asked.calls, asked.wanted, strict=True):
        x, h, c, *weights = case.fresh().values()
        module = nn.LSTMCell(x.shape[1], h.shape[1], dtype=torch.float64)
        with torch.no_grad():
            for own, given in zip(module.parameters(), weights, strict=True):
                own.copy_(given)
        for name, state in zip(("h", "c"), module(x, (h, c)), strict=True):
            torch.testing.assert_close(wanted[name], state, rtol=0, atol=1e-12)


def test_every_case_of_the_split_can_be_put_together_again():
    asked = exercise("03.3")
    for case, wanted in zip(asked.calls, asked.wanted, strict=True):
        weight, order = case.fresh().values()
        assert torch.equal(torch.cat([wanted[gate] for gate in order]), weight)


def _made(code, name="<string>"):
    space = {"torch": torch, "F": F, "math": math}
    exec(compile(code, name, "exec"), space)
    return space["mended_cell"]


CODE = exercise("03.2").text.solution
GIVEN_CUT = ("z_i, z_f, z_g, z_o", "z_i, z_f, z_o, z_g")
GIVEN_LINE = ("o * torch.tanh(new_c)", "o * torch.tanh(c)")
SWAPPED = ("f * c + i * g", "i * c + f * g")


def cell(*changes):
    code = CODE
    for old, new in changes:
        assert code.count(old) == 1
        code = code.replace(old, new)
    return _made(code)


def in_a_notebook(code):
    """Return the function of a text that Python can find, as in a cell of a notebook."""
    name = f"<cell {hash(code)}>"
    linecache.cache[name] = len(code), None, code.splitlines(keepends=True), name
    return _made(code, name)


def told(*changes, number="03.2"):
    result = exercise(number).check(cell(*changes))
    assert result.outcome != "correct"
    return result.message


IN_THE_CUT = "One of the two mistakes is mended: the gates are cut in PyTorch's order now."
IN_THE_LINE = "One of the two mistakes is mended: h is made from the new memory now."


def test_the_given_cell_has_both_mistakes():
    assert "Both mistakes of the broken cell are still there." in told(GIVEN_CUT, GIVEN_LINE)
    given = exercise("03.2").text.given.replace("broken_cell", "mended_cell")
    assert cell(GIVEN_CUT, GIVEN_LINE).__code__.co_code == _made(given).__code__.co_code


@pytest.mark.parametrize(
    "line",
    [
        "o * torch.tanh(c)",
        "torch.tanh(c) * o",
        "o * new_c",
        "o * torch.sigmoid(new_c)",
        "o",
        "i * torch.tanh(new_c)",
    ],
)
def test_a_mended_cut_is_told_whatever_the_line_for_h_is(line):
    assert IN_THE_CUT in told((GIVEN_LINE[0], line))


@pytest.mark.parametrize(
    "line", ["o * torch.tanh(new_c)", "new_c.tanh() * o", "torch.mul(o, torch.tanh(new_c))"]
)
@pytest.mark.parametrize("cut", ["z_i, z_f, z_o, z_g", "z_g, z_f, z_i, z_o", "z_o, z_i, z_g, z_f"])
def test_a_mended_line_is_told_in_all_its_forms_whatever_the_cut_is(line, cut):
    assert IN_THE_LINE in told((GIVEN_CUT[0], cut), (GIVEN_LINE[0], line))


@pytest.mark.parametrize("made", [_made, in_a_notebook], ids=["without its text", "with its text"])
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ((GIVEN_CUT, GIVEN_LINE), "Both mistakes of the broken cell are still there."),
        ((GIVEN_LINE,), f"{IN_THE_CUT} The other one comes later"),
        ((GIVEN_CUT,), f"{IN_THE_LINE} The other one comes earlier: your gates are cut as i, f, o"),
        (((GIVEN_CUT[0], "z_o, z_f, z_g, z_i"), GIVEN_LINE), "Both lines are still to be mended"),
    ],
)  # fmt: skip
def test_how_far_the_cell_is_mended_is_told_for_certain(changes, said, made):
    code = CODE
    for old, new in changes:
        code = code.replace(old, new)
    message = exercise("03.2").check(made(code)).message
    assert said in message
    assert "Or this" not in message and "More than one thing" not in message


@pytest.mark.parametrize("comment", ["", "  # mine"])
def test_of_two_lines_that_give_the_same_numbers_the_one_that_is_there_is_told(comment):
    for beside in ((), (GIVEN_LINE,), (GIVEN_CUT,), (GIVEN_CUT, GIVEN_LINE)):
        code = CODE
        for old, new in (*beside, (SWAPPED[0], SWAPPED[1] + comment)):
            code = code.replace(old, new)
        message = exercise("03.2").check(in_a_notebook(code)).message
        assert "ou have changed what was right: `new_c = f * c + i * g`." in message
        assert "Or this" not in message


def test_the_first_cell_with_one_source_of_two_is_told_by_its_text():
    for cut, line, said in (
        ("z_i, z_f, z_g, z_o", "i * c + f * g", "In the equation for c, i multiplies"),
        ("z_f, z_i, z_g, z_o", "f * c + i * g", "cut as f, i, g, o"),
    ):
        code = CODE.replace(GIVEN_CUT[0], cut).replace(SWAPPED[0], line)
        message = exercise("03.1").check(in_a_notebook(code)).message
        assert said in message
        assert "Or this" not in message


@pytest.mark.parametrize("gate", ["f", "g", "o"])
def test_a_gate_that_is_missing_in_a_dict_is_explained(gate):
    def in_a_dict(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
        z = x @ weight_ih.T + bias_ih + h @ weight_hh.T + bias_hh
        parts = dict(zip("i" if gate == "f" else "ifgo", z.chunk(4), strict=False))
        return parts[gate]

    message = exercise("03.1").check(in_a_dict).message
    assert "`z.chunk(4, dim=-1)`" in message
    assert "A gate is missing in your dict" in message


@pytest.mark.parametrize("left", [(), (GIVEN_CUT,), (GIVEN_LINE,), (GIVEN_CUT, GIVEN_LINE)])
@pytest.mark.parametrize(
    ("change", "line"),
    [
        (("torch.tanh(z_g)", "torch.sigmoid(z_g)"), "g = torch.tanh(z_g)"),
        (("torch.sigmoid(z_o)", "torch.tanh(z_o)"), "o = torch.sigmoid(z_o)"),
        (("torch.sigmoid(z_f)", "torch.tanh(z_f)"), "f = torch.sigmoid(z_f)"),
        (("return new_h, new_c", "return new_c, new_h"), "return new_h, new_c"),
    ],
)
def test_a_right_line_that_was_changed_is_told(change, line, left):
    message = told(change, *left)
    assert f"ou have changed what was right: `{line}`." in message
    assert ("Both mistakes are mended. But you" in message) == (not left)
    assert ("One of the two mistakes is mended" in message) == (len(left) == 1)
    assert ("Both mistakes of the broken cell" in message) == (len(left) == 2)


def test_two_sources_of_one_order_are_both_named():
    swapped = exercise("03.1").check(cell(SWAPPED)).message
    assert "cut as f, i, g, o" in swapped
    assert "In the equation for c, i multiplies the old c, and f multiplies g." in swapped
    both = ("f * c + i * g", "f * c + o * g"), ("o * torch.tanh(new_c)", "i * torch.tanh(new_c)")
    exchanged = exercise("03.1").check(cell(*both)).message
    assert "cut as o, f, g, i" in exchanged and "i and o have changed places" in exchanged


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("torch.sigmoid(z_i)", "1 / (1 + math.exp(-z_i))", "torch has its own: `torch.exp`"),
        ("return new_h, new_c", "return lstm_step(x, h, c)", "a function of lesson 03"),
        ("F.linear(h, ", "F.linear(h_0, ", "the state that comes in is `h`"),
        ("return new_h, new_c", "return new_h.squeeze(), new_c.squeeze()", "B = 1"),
        ("f * c", "f @ c", "number by number, ⊙, is `*`"),
        ("z.chunk(4, dim=-1)", "z.split(z.shape[1] / 4, -1)", "whole numbers"),
        ("z.chunk(4, dim=-1)", "z.chunk(4)", "cut along axis 0"),
        ("return new_h, new_c", "return [new_h]", "Your function returns one thing."),
        ("torch.sigmoid(z_i)", "torch.exp(z_i) / (1 + torch.exp(z_i))", "inf / inf is nan"),
        ("return new_h, new_c", "return new_h.float(), new_c.float()", "rounded to float32"),
        ("f * c + i * g", "(f * c + i * g).clamp(-1, 1)", "farther than 1 from zero"),
        ("f * c + i * g", "(f * c + i * g).clamp(-9, 9)", "c has no bounds"),
        ("f * c + i * g", "(f * c + i * g).clamp(-150, 150)", "c has no bounds"),
        ("z.chunk(4, dim=-1)", "[z[:, k::4] for k in range(4)]", "as cards are dealt out"),
        (
            "new_c = f * c + i * g",
            "new_c = (f * c + i * g).detach()",
            "no gradient of the new h reaches the old c, and no gradient of the new c reaches x, "
            "the old h, the old c, weight_ih,",
        ),
        ("f * c", "(2 if len(x) == 1 else f) * c", "There is one sentence only: B = 1."),
        (
            "    z = ",
            '    """Mend it."""\n    raise NotImplementedError\n    z = ',
            "delete that line",
        ),
    ],
)
def test_what_beginners_meet_is_explained(old, new, said):
    assert said in told((old, new), number="03.1")


def test_a_call_of_one_sentence_is_told_without_a_cause_that_it_may_not_have():
    message = told(("f * c", "(2 if len(x) == 1 else f) * c"), number="03.1")
    assert "axis" not in message
    squeezed = told(("return new_h, new_c", "return new_h.squeeze(), new_c"), number="03.1")
    assert "the axis of the sentences, 1 long here, is gone" in squeezed


@pytest.mark.parametrize(
    "line",
    [
        "own = nn.LSTMCell(len(x.T), len(h.T))",
        "own = torch.nn.LSTMCell(len(x.T), len(h.T), bias=True)",
    ],
)
def test_an_answer_that_is_torchs_own_cell_is_told_so(line):
    head = CODE.split("\n")[0]
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    weights = ", ".join(f'"{name}": {name}' for name in names)
    lines = ("from torch import nn", line, f"own.load_state_dict({{{weights}}})")
    code = "\n    ".join([head, *lines, "return own(x, (h, c))"])
    result = exercise("03.1").check(in_a_notebook(code))
    assert result.misconception == "torch's own cell"
    assert "by PyTorch's own `nn.LSTMCell`" in result.message


def test_blocks_without_a_graph_are_blocks_too():
    """The task of 03.3 says nothing of gradients."""
    answer = lambda w, order: {  # noqa: E731
        gate: block.detach().clone() for gate, block in zip(order, w.chunk(4), strict=True)
    }
    assert exercise("03.3").check(answer).outcome == "correct"


def two_orders_named(weight, order):
    places = {"ifgo": "ifgo", "iofg": "iofg"}.get(order, "ifgo")
    return dict(zip(places, weight.chunk(4), strict=True))


def test_a_split_for_some_orders_only_is_asked_about_the_order():
    message = exercise("03.3").check(two_orders_named).message
    assert "does your code name an order, instead of reading `order`?" in message
    sized = exercise("03.3").check(lambda w, order: dict(zip(order, w.split(8), strict=False)))
    assert sized.outcome == "incorrect" and "reading `order`" not in sized.message


def test_the_orders_that_are_asked_for_are_not_their_own_inverses():
    others = {case.inputs["order"] for case in exercise("03.3").calls[:3]} - {"ifgo"}
    for order in others:
        assert "".join("ifgo"[order.index(gate)] for gate in "ifgo") != order
