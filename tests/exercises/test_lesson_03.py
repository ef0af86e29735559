"""Lesson 03: the solutions held to torch; how far 03.2 is mended; what beginners meet."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from lstm_lessons import exercise


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


CODE = exercise("03.2").text.solution
GIVEN_CUT = ("z_i, z_f, z_g, z_o", "z_i, z_f, z_o, z_g")
GIVEN_LINE = ("f * c + i * g", "i * c + f * g")


def cell(*changes):
    code = CODE
    for old, new in changes:
        assert code.count(old) == 1
        code = code.replace(old, new)
    space = {"torch": torch, "F": F, "math": math}
    exec(code, space)
    return space["mended_cell"]


def told(*changes, number="03.2"):
    result = exercise(number).check(cell(*changes))
    assert result.outcome != "correct"
    return result.message


IN_THE_CUT = "One of the two mistakes is mended: the gates are cut in torch's order now."
IN_THE_LINE = "One of the two mistakes is mended: f acts on the old memory, and i on the news."


def test_the_given_cell_has_both_mistakes():
    assert "Both mistakes of the broken cell are still there." in told(GIVEN_CUT, GIVEN_LINE)
    given = exercise("03.2").text.given.replace("broken_cell", "mended_cell")
    assert cell(GIVEN_CUT, GIVEN_LINE).__code__.co_code == _made(given).__code__.co_code


def _made(code):
    space = {"torch": torch, "F": F}
    exec(code, space)
    return space["mended_cell"]


@pytest.mark.parametrize(
    "line",
    [
        "f * c + f * g",
        "i * c + i * g",
        "i * c + f * g",
        "o * c + i * g",
        "f * c + g",
        "f * h + i * g",
    ],
)
def test_a_mended_cut_is_told_whatever_the_line_for_c_is(line):
    assert IN_THE_CUT in told(("f * c + i * g", line))


@pytest.mark.parametrize(
    "line", ["f * c + i * g", "i * g + f * c", "torch.addcmul(f * c, i, g)", "(c * f).add(g * i)"]
)
@pytest.mark.parametrize("cut", ["z_i, z_f, z_o, z_g", "z_f, z_i, z_g, z_o", "z_o, z_i, z_g, z_f"])
def test_a_mended_line_is_told_in_all_its_forms_whatever_the_cut_is(line, cut):
    assert IN_THE_LINE in told((GIVEN_CUT[0], cut), (GIVEN_LINE[0], line))


def test_numbers_that_have_two_sources_are_told_with_both():
    for changes in (((GIVEN_CUT[0], "z_f, z_i, z_g, z_o"),), (GIVEN_LINE,)):
        message = told(*changes)
        assert IN_THE_CUT in message and IN_THE_LINE in message
        assert "cut as f, i, g, o" in message
    message = told((GIVEN_CUT[0], "z_f, z_i, z_o, z_g"), GIVEN_LINE)
    assert "cut as f, i, o, g" in message and IN_THE_LINE in message


@pytest.mark.parametrize("left", [(), (GIVEN_CUT,), (GIVEN_LINE,), (GIVEN_CUT, GIVEN_LINE)])
@pytest.mark.parametrize(
    ("change", "line"),
    [
        (("torch.tanh(z_g)", "torch.sigmoid(z_g)"), "g = torch.tanh(z_g)"),
        (("torch.sigmoid(z_o)", "torch.tanh(z_o)"), "o = torch.sigmoid(z_o)"),
        (("torch.tanh(new_c)", "torch.tanh(c)"), "new_h = o * torch.tanh(new_c)"),
        (("return new_h, new_c", "return new_c, new_h"), "return new_h, new_c"),
    ],
)
def test_a_right_line_that_was_changed_is_told(change, line, left):
    message = told(change, *left)
    assert f"ou have changed what was right: `{line}`." in message
    assert ("Both mistakes are mended. But you" in message) == (not left)
    assert ("One of the two mistakes is mended" in message) == bool(left)
    assert ("Both mistakes of the broken cell" in message) == (len(left) == 2)


def test_two_sources_of_one_order_are_both_named():
    swapped = exercise("03.1").check(cell(GIVEN_LINE)).message
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
        ("f * c", "f @ c", "in Python that is `*`"),
        ("z.chunk(4, dim=-1)", "z.split(z.shape[1] / 4, -1)", "whole numbers"),
        ("z.chunk(4, dim=-1)", "z.chunk(4)", "cut along axis 0"),
        (
            "    z = ",
            '    """Mend it."""\n    raise NotImplementedError\n    z = ',
            "delete that line",
        ),
    ],
)
def test_what_beginners_meet_is_explained(old, new, said):
    assert said in told((old, new), number="03.1")


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
