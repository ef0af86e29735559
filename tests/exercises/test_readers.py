"""Readers say what is true of an answer, found by looking and trying; no wrong answer is known."""

import math
import time

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence
from toys import function_toy, scaled

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.kinds import ShapeOf
from lstm_lessons.exercises.engine.readers.names import about_name
from lstm_lessons.exercises.engine.readers.reach import _span
from lstm_lessons.exercises.engine.readers.relations import related
from lstm_lessons.exercises.engine.readers.torch_words import MEANINGS, meaning
from lstm_lessons.exercises.engine.returns import ANumber, OneTensor, SeveralTensors
from lstm_lessons.exercises.engine.slips import place
from lstm_lessons.lstm.frameworks import reorder
from lstm_lessons.shapes import Configuration

random = randoms(1)


def unknown_toy(**changes):
    """Return a toy that knows no wrong answer."""
    return function_toy(**{"slips": (), "others": (), **changes})


def told(answer, **changes):
    result = unknown_toy(**changes).check(answer)
    return result.misconception, result.message


# --- Changes, chance, rounding, constants -------------------------------------------------------


def test_numbers_drawn_at_random_are_told():
    assert told(lambda x, scale: torch.rand(x.shape[1]))[0] == "drawn at random"


def test_numbers_kept_from_the_call_before_are_told():
    calls = []

    def counting(x, scale):
        calls.append(1)
        return scaled(x, scale) + len(calls)

    assert told(counting)[0] == "drawn at random"


def test_rounding_is_told():
    name, message = told(lambda x, scale: scaled(x, scale).float().double())
    assert name == "rounded to float32"
    assert "seven digits" in message


def test_rounding_of_one_result_is_told():
    both = SeveralTensors(("h", "c"))
    toy = unknown_toy(returns=both, axes={})
    toy.__dict__["solved"] = lambda x, scale: (scale * x[-1], scale * x[0])
    result = toy.check(lambda x, scale: (scale * x[-1], (scale * x[0]).float()))
    assert result.misconception == "rounded to float32"
    assert "your numbers of c are rounded" in result.message


def test_a_number_that_is_always_the_same_is_told():
    toy = unknown_toy(returns=ANumber(), cases=numbers, axes={})
    result = toy.check(lambda x, scale: 4.27)
    assert result.misconception == "always the same"
    assert "returns 4.27 whatever it is given" in result.message
    assert "computed from x and scale" in result.message
    calls = iter([4.27])
    assert toy.check(lambda x, scale: next(calls)).misconception != "always the same"


def numbers():
    return tuple(
        Case({"x": [2.0, 3.0 + k], "scale": 2.0}, label=f"scaled(…, {k})") for k in range(3)
    )


@pytest.mark.parametrize(
    ("formula", "name"),
    [
        (lambda a, b: -a * b, "the sign turned round"),
        (lambda a, b: 3 * a * b, "a factor"),
        (lambda a, b: a * b + 5, "a number added"),
        (lambda a, b: 1 / (a * b), "turned round"),
        (lambda a, b: round(a * b, 1), "rounded"),
        (lambda a, b: a + 2, "an input not used"),
        (lambda a, b: math.nan, "not a number"),
        (lambda a, b: a * b * b + a, None),
    ],
)
def test_what_is_true_of_a_number_in_all_calls_is_told(formula, name):
    toy = unknown_toy(returns=ANumber(), cases=number_cases, axes={})
    toy.__dict__["solved"] = lambda a, b: a * b
    assert toy.check(formula).misconception == name


def number_cases():
    pairs = ((2.04, 3), (0.71, 5), (1.33, 7))
    return tuple(Case({"a": a, "b": b}, label=f"scaled({a}, {b})") for a, b in pairs)


# --- Gradients ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda x, scale: scaled(x.detach(), scale), "no gradient of result reaches x"),
        (lambda x, scale: scaled(x, scale.item()), "no gradient of result reaches scale"),
        (
            lambda x, scale: scaled(x, scale) / 2 + scaled(x, scale).detach() / 2,
            "the gradient of result with regard to x is not",
        ),
    ],
)
def test_a_cut_graph_is_told(answer, said):
    assert said in told(answer)[1]


def test_a_graph_that_is_cut_on_one_way_alone_is_told_of_that_way_alone():
    """Of two results that miss other inputs, each is told with its own."""
    toy = unknown_toy(returns=SeveralTensors(("h", "c")), axes={})
    toy.__dict__["solved"] = lambda x, scale: (x[-1] * scale, scale * x[0] + x[-1])
    result = toy.check(lambda x, scale: (x[-1].detach() * scale, (scale * x[0] + x[-1]).detach()))
    assert result.misconception == "detached graph"
    assert "cut: no gradient of h reaches x, and no gradient of c reaches x and scale." in (
        result.message
    )
    both = toy.check(lambda x, scale: (x[-1].detach() * scale, scale * x[0].detach() + x.data[-1]))
    assert "cut: no gradient of h and c reaches x." in both.message


def test_a_gradient_that_cannot_be_taken_is_told():
    def in_place(x, scale):
        y = x * 1
        y[-1] = scale * x[-1]
        with torch.no_grad():
            return torch.from_numpy((scale * x[-1]).numpy(force=True))

    assert "no gradient of result reaches x and scale" in told(in_place)[1]


def test_a_graph_that_is_cut_in_a_later_call_alone_is_told():
    name, message = told(lambda x, scale: scaled(x if len(x) == 5 else x.detach(), scale))
    assert name == "detached graph"
    assert message.endswith("There is one step.")
    slip = place(
        "scale * last", ("cut", "You cut it.", "scale * (last.detach() if len(x) == 1 else last)")
    )
    toy = function_toy(slips=(slip,), others=())
    assert (
        toy.check(lambda x, scale: scaled(x if len(x) == 5 else x.detach(), scale)).misconception
        == "detached graph"
    )
    assert (
        toy.check(lambda x, scale: scaled(x.detach() if len(x) == 1 else x, scale)).misconception
        == "cut"
    )


def test_a_gradient_of_zeros_is_as_good_as_none():
    assert unknown_toy().check(lambda x, scale: scaled(x, scale) + 0 * x.sum()).outcome == "correct"


# --- What moves what ----------------------------------------------------------------------------


def test_an_input_that_is_not_used_is_told():
    assert told(lambda x, scale: 2.5 * x[-1].tanh())[0] == "an input not used"
    one = {"cases": lambda: cases_with("other"), "axes": {}}
    toy = unknown_toy(**one)
    toy.__dict__["solved"] = lambda x, scale, other: scale * x[-1]
    result = toy.check(lambda x, scale, other: scale * x[-1].tanh() + other)
    assert result.misconception == "an input too many"
    assert "Other numbers in `other` change your result" in result.message


def cases_with(name):
    draw = randoms(4)
    return (Case({"x": draw(5, 3), "scale": draw(), name: draw(3)}, {"T": 5, "B": 3}),)


def test_a_sentence_that_moves_another_is_told():
    name, message = told(lambda x, scale: scale * x[-1] + x[-1].sum().tanh() * x[0])
    assert name == "reads other places"
    assert "sentence 0 of your result changes with sentences 0 to 2 of `x`" in message
    assert "should change with sentence 0 alone" in message


def test_a_step_that_reads_the_future_is_told_as_a_leak():
    def running():
        draw = randoms(4)
        return (Case({"x": draw(5, 3), "scale": draw()}, {"T": 5, "B": 3}),)

    toy = unknown_toy(cases=running, returns=OneTensor(("result",), axes=("step", "sentence")))
    toy.__dict__["solved"] = lambda x, scale: scale * x.cumsum(0)
    result = toy.check(lambda x, scale: scale * (x.cumsum(0) + x.roll(-1, 0).tanh()))
    assert result.misconception == "reads other places"
    assert (
        "step 0 of your result changes with steps 0 to 1 of `x`. That is a leak." in result.message
    )
    result = toy.check(lambda x, scale: scale * (x.cumsum(0) + x.roll(-1, 0).tanh().tril(-1)))
    assert "It should change with steps 0 to 1, and with no other step." in result.message
    result = toy.check(lambda x, scale: scale * x * x)
    assert "step 1 of your result changes with step 1 alone of `x`. It should" in result.message


def test_places_of_an_axis_that_the_result_does_not_have_are_tried_too():
    name, message = told(lambda x, scale: scale * x[-2].tanh())
    assert name == "reads other places"
    assert "step by step: your result changes with step 3 alone of `x`. It should" in message


@pytest.mark.parametrize("start", [None, 2.0, randoms(5)()])
def test_an_input_that_is_another_thing_in_a_later_call_breaks_no_reader(start):
    """None, a number, or a tensor with other axes: no place of it can be tried."""

    def calls():
        draw = randoms(4)
        x, usual = draw(5, 3), draw(3)
        return Case({"x": x, "start": usual}, {"T": 5}), Case({"x": x, "start": start}, {"T": 4})

    def begun(x, start):
        return x[-1] + (0 if start is None else start if isinstance(start, float) else start.sum())

    toy = unknown_toy(cases=calls, axes={"start": ("sentence",), "x": ("step", "sentence")})
    toy.__dict__["solved"] = begun
    usual = toy.calls[0].inputs["start"]

    def later_only(x, start):
        first = isinstance(start, torch.Tensor) and start.shape == usual.shape
        return begun(x, start) if first else begun(x, start) + x[-1].tanh()

    message = toy.check(later_only).message
    assert "This check itself has failed" not in message
    assert "Yet with T=5 all is right." in message


def test_a_number_of_an_error_that_may_come_from_the_first_call_is_told_without_a_symbol():
    def calls():
        draw = randoms(4)
        x, scale = draw(5, 3), draw()
        return Case({"x": x, "scale": scale}, {"T": 5, "B": 3}), Case(
            {"x": draw(3, 7), "scale": scale}, {"T": 3, "B": 7}
        )

    answer = lambda x, scale: x[-1] * scale + torch.zeros(3)  # noqa: E731
    message = unknown_toy(cases=calls).check(answer).message
    assert "7 (B)" in message
    assert "3 (T)" not in message


# --- Relations ----------------------------------------------------------------------------------

W = random(4, 6, 3)
AXES = ("step", "sentence", "unit")


@pytest.mark.parametrize(
    ("ours", "name"),
    [
        (0 * W, "all zeros"),
        (W[None], "an axis too many"),
        (W[:, :, None], "an axis too many"),
        (W.transpose(0, 1), "axes in another order"),
        (W.permute(2, 0, 1), "axes in another order"),
        (W.unflatten(1, (2, 3)), "one axis on two"),
        (W.unflatten(1, (2, 3)).permute(1, 0, 3, 2), "one axis on two"),
        (W.flatten(0, 1), "two axes joined"),
        (W.transpose(1, 2).flatten(1), "two axes joined"),
        (W.transpose(0, 1).reshape(4, 6, 3), "mixed by reshape"),
        (W.flip(0), "turned round"),
        (torch.cat([0 * W[:1], W[:-1]]), "one late"),
        (torch.cat([W[1:], 0 * W[:1]]), "one early"),
        (W[[2, 0, 3, 1]], "another order"),
        (W[:, [1, 0, 2, 3, 5, 4]], "another order"),
        (W[:3], "the last missing"),
        (W[1:], "the first missing"),
        (torch.cat([W, W]), "too many"),
        (torch.cat([0 * W, W]), "too many"),
        (W[2], "one alone"),
        (W[:, 4], "one alone"),
        (W.sum(1), "summed"),
        (W.mean(2), "averaged"),
        (2.5 * W, "a factor"),
        (-W, "a factor"),
        (W + 0.3, "a number added"),
        (W.floor(), "rounded"),
        (W.tanh(), "a tanh too many"),
        (W.abs(), "the sign lost"),
        (W.round(decimals=2), "rounded to decimals"),
        (W.clamp(-1, 1), "clamped"),
        (torch.cat([W[:1].clamp(-1, 1), W[1:].clamp(-1, 1) / 2]), "clamped"),
        (W.roll((1, 2), (0, 1)).reshape(3, 24).T.reshape(4, 6, 3), "in other places"),
    ],
)
def test_a_relation_is_told(ours, name):
    assert related(ours, W, AXES)[0] == name


@pytest.mark.parametrize(
    ("ours", "right", "said"),
    [
        (W[-1:], W, "of 4 steps it holds the last one only."),
        (W[1:], W, "of 4 steps it holds the last 3 only."),
        (W, W[:1], "the one step is right, and behind it there are 3 more."),
        (W, W[-1:], "the one step is right, and before it there are 3 more."),
        (W, W[2:], "all 2 steps are right, and before them there are 2 more."),
    ],
)
def test_one_thing_is_told_in_the_singular(ours, right, said):
    assert related(ours, right, AXES)[1] == said


@pytest.mark.parametrize(
    ("ours", "name"),
    [
        (torch.cat([W[..., 3:], W[..., :3]], -1), None),
        (torch.cat([W[:1], W[1:] * 2]), None),
        (W + torch.rand(W.shape), None),
        (W.clamp(-1, 1) / 2, None),
        ((-W).clamp(-1, 1), None),
        (W, None),
    ],
)
def test_where_there_is_no_relation_none_is_told(ours, name):
    assert related(ours, W, AXES) is None or ours.equal(W)


def test_nothing_is_told_to_be_1_times_what_it_should_be():
    assert related(W / (1 + 1e-8), W, AXES) is None  # with something small in the denominator
    cleared = W.clone()
    cleared[:, 1] = 0
    assert related(W, cleared, AXES) is None  # what should be 0 is not


def test_places_that_are_not_neighbours_are_counted_and_listed():
    assert _span([1, 3, 4], "unit") == "three units (1, 3, 4)"
    assert _span([1, 2, 3], "unit") == "units 1 to 3"


HALVES = random(4, 6)


@pytest.mark.parametrize(
    ("ours", "name"),
    [
        (HALVES.roll(3, 1), "halves exchanged"),
        (torch.cat([HALVES[:, :3]] * 2, 1), "first half twice"),
        (torch.cat([HALVES[:, 3:]] * 2, 1), "second half twice"),
    ],
)
def test_halves_are_told(ours, name):
    assert related(ours, HALVES, ("sentence", "number"))[0] == name


def test_a_squeezed_axis_is_told_by_its_word():
    name, said = related(random(5, 3)[:, :1].squeeze(1), W[:, :1, 0][:0], ()) or ("", "")
    right = random(5, 1, 3)
    assert (name, said) == ("", "")
    assert related(right.squeeze(1), right, AXES) == (
        "squeezed",
        "the numbers are right, but the axis of the sentences, 1 long here, is gone. Did "
        "`squeeze()` take it?",
    )


def test_zeros_that_make_a_right_result_nan_prove_nothing():
    """With scale at zero, both results are nan."""
    toy = unknown_toy()
    toy.__dict__["solved"] = lambda x, scale: x[-1] / scale * scale
    message = toy.check(lambda x, scale: (x[-1] / scale * scale).exp()).message
    assert "is zero" not in message


def test_parts_that_are_right_are_told():
    wide = {"cases": lambda: (Case({"x": random(5, 6), "scale": random()}, {"T": 5, "B": 6}),)}
    half = told(lambda x, scale: torch.cat([scaled(x, scale)[:3], scale * x[-1, 3:] ** 2]), **wide)
    assert half[0] == "other half wrong"
    thirds = torch.tensor([1.0, 1, 1, 1, 3, 3])  # of the second half one is right
    assert told(lambda x, scale: scaled(x, scale) * thirds, **wide)[0] != "other half wrong"
    name, message = told(
        lambda x, scale: scaled(x, scale) * torch.tensor([1.0, 3, 1, 1, 1, 1]), **wide
    )
    assert (name, "all is right but sentence 1." in message) == ("one wrong place", True)
    holes = torch.tensor([1.0, 0, 1, 0, 0, 1])
    assert told(lambda x, scale: scaled(x, scale) * holes, **wide)[0] == "holes"


def test_a_number_without_axes_differs_at_no_place():
    toy = unknown_toy(returns=OneTensor(("result",)), axes={})
    toy.__dict__["solved"] = lambda x, scale: scale * x[-1, 0]
    told = toy.check(lambda x, scale: scale * x[-1, 0] ** 2)
    assert told.misconception is None
    assert "result should be " in told.message and "differs first" not in told.message


def test_another_result_in_its_place_is_told():
    toy = unknown_toy(returns=SeveralTensors(("h", "c"), axes=("sentence",)))
    toy.__dict__["solved"] = lambda x, scale: (scale * x[-1], x[0])
    result = toy.check(lambda x, scale: (x[0], scale * x[-1]))
    assert result.misconception == "c for h"
    assert "Your h: these are the numbers of c." in result.message


def test_the_first_difference_is_told_of_any_answer():
    _, message = told(lambda x, scale: scale * x[-1] ** 3)
    assert "result differs first at sentence 0: it should be " in message
    assert "(with T=5, B=3)." in message


def test_a_place_on_an_axis_without_a_word_is_told_by_its_number():
    two_words = OneTensor(("result",), axes=("sentence", "unit"))
    _, message = told(lambda x, scale: scale * x[-1] ** 3, returns=two_words)
    assert "result differs first at axis 0, place 0: it should be " in message


# --- Shapes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "name", "said"),
    [
        (lambda x: x[-1, :2] ** 2, "another length", "sentences, 3 of them; yours is 2 long."),
        (lambda x: x[:, 0] ** 2, "another length", "yours is 5 (T) long"),
        (lambda x: x[:2] ** 2, "an axis too many", "axis 0, 2 long"),
        (lambda x: x.sum() ** 2, "no axis for the sentence", "that of the sentences"),
        (lambda x: x[:2, None] ** 2, "another number of axes", "It should have one axis"),
    ],
)
def test_a_wrong_shape_is_read(make, name, said):
    found, message = told(lambda x, scale: make(x))
    assert found == name
    assert said in message
    assert "The shape of result should be (3,) with T=5, B=3" in message


LAYER = Configuration(input_size=6, hidden_size=5, num_layers=2, seq_len=7, batch=3)


@pytest.mark.parametrize(
    ("tensor", "given", "said"),
    [
        ("output", (3, 7, 5), "another order"),
        ("output", (7, 3, 6), "That is the shape of `input`."),
        ("output", (7, 3, 20), "Yours is (T, B, 4H). Look at axis 2: what does it count?"),
        ("output", (3, 3, 20), "Look at axes 0 and 2: what do they count?"),
        ("output", (2, 3, 5), "That is the shape of `h_0`, `c_0`, `h_n` and `c_n`."),
        ("output", (5,), "Yours is (H,). It counts numbers of a state. It has too few axes."),
        ("output", (7, 3), "It has too few axes."),
        ("output", (7, 3, 11), "Count."),
        ("h_n", (1, 3, 5), "Yours is (1, B, H)."),
    ],
)
def test_a_shape_is_read_from_the_ledger(tensor, given, said):
    question = ShapeOf(tensor, "Count.", of=LAYER)
    about = question.about(given, LAYER[tensor].shape)
    if said == "Count.":
        assert about is None  # then the question's own words are said
    else:
        assert said in about[1]


def test_four_are_the_gates_where_no_size_is_4():
    question = ShapeOf("weight_ih_l0", "", of=Configuration(6, 5, seq_len=7, batch=3))
    said = question.about((4, 5, 6), (20, 6))[1]
    assert said.startswith("Yours is (4, H, I). It counts gates, numbers of a state and")


def test_it_is_not_said_that_a_shape_is_one_that_is_asked_for_as_well():
    question = ShapeOf("output", "", of=LAYER)
    assert "input" not in question.about((7, 3, 6), (7, 3, 5), [(7, 3, 6)])[1]


# --- Errors -------------------------------------------------------------------------------------

A, B, V = random(3, 4), random(3, 5), random(3)
LSTM = nn.LSTM(3, 4, dtype=torch.float64)
TWO = nn.LSTM(3, 4, 2, dtype=torch.float64)


def in_place():
    leaf = torch.ones(3, requires_grad=True)
    leaf += 1


def changed_in_the_graph():
    leaf = torch.ones(3, requires_grad=True)
    y = leaf.exp()
    y += 1
    y.sum().backward()


def twice():
    leaf = torch.ones(3, requires_grad=True)
    y = leaf.exp().sum()
    y.backward()
    y.backward()


def written_too_large():
    torch.zeros(2)[:] = torch.ones(3)


def gone_deep():
    gone_deep()


def give_two(first, second):
    return first, second


ERRORS = [
    (lambda: A @ B, "a product that does not fit", "3 rows and 4 columns"),
    (lambda: A @ A[:2], "a product of two with as many columns", "2 rows and 4 columns: both"),
    (lambda: A @ V, "a product that does not fit", "3 numbers"),
    (lambda: A + B, "sizes that do not go together", "has 4 places, the other 5"),
    (lambda: torch.cat([A, B]), "pieces that do not fit", ""),
    (lambda: torch.stack([A, B]), "pieces of different shapes", "(3, 4), then (3, 5)"),
    (lambda: torch.stack([]), "nothing to put together", ""),
    (lambda: torch.cat([]), "nothing to put together", ""),
    (lambda: torch.stack([(A, B)]), "other things than tensors put together", "type `tuple`"),
    (lambda: torch.stack([A, 3]), "other things than tensors put together", "Place 1 of what"),
    (lambda: torch.cat(A), "no list of tensors", "type `Tensor`"),
    (lambda: torch.stack(A.sum()), "no list of tensors", "type `Tensor`"),
    (lambda: torch.stack(3), "no list of tensors", "of the type `int`"),
    (lambda: A[0].__setitem__(0, A), "a piece with too many axes", "2 axes, and its place has 0"),
    (lambda: torch.cat([A, V]), "pieces with different numbers of axes", "2 axes and another 1"),
    (lambda: torch.cat([A.sum(), A.sum()]), "single numbers joined", ""),
    (lambda: LSTM(torch.zeros(0, 2, 3, dtype=torch.float64)), "nothing to read", ""),
    (lambda: A[7], "an index too far", "place 7 on axis 0, which is 3 long"),
    (lambda: [1][3], "an index too far", ""),
    (lambda: "ifgo"["i"], "an index that is no whole number", "whole number"),
    (lambda: nn.functional.linear([1.0], A), "an argument of another kind", "type `list`"),
    (lambda: A.ndim[0], "square brackets behind what has no places", "type `int`"),
    (lambda: nn.functional.linear(A, V, V), "a product that does not fit", "has 1"),
    (lambda: "ifgo"[4], "an index too far", "a string"),
    (
        written_too_large,
        "a piece that does not fit",
        "what has 3 places is to fill 2",
    ),
    (lambda: A[torch.arange(2), torch.arange(3)], "indices that do not go together", ""),
    (lambda: A.sum(5), "an axis that is not there", "axis 5, and the tensor has the axes 0 to 1"),
    (lambda: A[0, 0, 0], "more indices than axes", "it has 2"),
    (lambda: LSTM(random(5, 2, 7)), "words of another length", "input_size is 3: so many"),
    (
        lambda: LSTM(random(5, 2, 3), (random(1, 9, 4), random(1, 9, 4))),
        "states of another shape",
        "wants states of the shape (1, 2, 4), and gets (1, 9, 4)",
    ),
    (
        lambda: LSTM(random(5, 2, 3), (random(2, 4), random(2, 4))),
        "states with another number of axes",
        "",
    ),
    (lambda: LSTM(random(5, 2, 3, 1)), "an input with another number of axes", "your input has 4"),
    (lambda: LSTM(random(5, 2, 3), A, A), "states in no pair", ""),
    (
        lambda: LSTM(random(5, 2, 3), random(2, 1, 2, 4)),
        "states in no pair",
        "as one pair of two tensors",
    ),
    (lambda: [1] < 2, "two things that do not compare", "`list` and `int`"),
    (lambda: give_two(1, 2, 3), "too many things in brackets", "is given 3 things in its brackets"),
    (lambda: give_two(1), "too few things in brackets", "Missing: 'second'."),
    (
        lambda: random(4, 5, 6) @ random(4, 5, 6),
        "two stacks of matrices that do not fit",
        "should begin with (4, 6), and begins with (4, 5)",
    ),
    (lambda: A.T.view(12), "view after a transpose", ""),
    (lambda: A.view(5, 5), "a shape of another size", "shape (5, 5), and there are 12 numbers"),
    (lambda: A.split([1, 1]), "parts that do not add up", ""),
    (lambda: A.split(4 / 2), "a size that is no whole number", "whole numbers"),
    (lambda: A[: 4 / 2], "a size that is no whole number", "whole numbers"),
    (lambda: range(2.0), "a size that is no whole number", "whole numbers"),
    (lambda: torch.zeros(2.0), "a size that is no whole number", "whole numbers"),
    (lambda: (lambda a, b: a)(*[]) if False else _unpack([1], 2), "fewer parts than names", ""),
    (lambda: _unpack([1, 2, 3], 2), "more parts than names", ""),
    (twice, "an old graph", ""),
    (changed_in_the_graph, "a changed tensor", ""),
    (in_place, "a parameter written over", ""),
    (lambda: A.sum().backward(), "no graph", ""),
    (lambda: torch.ones(2, requires_grad=True).numpy(), "numpy in a graph", ""),
    (
        lambda: pack_padded_sequence(A[..., None], torch.tensor([1, 2, 3, 3])),
        "lengths not sorted",
        "",
    ),
    (lambda: pack_padded_sequence(A[..., None], torch.tensor([3])), "lengths of another batch", ""),
    (
        lambda: pack_padded_sequence(A[..., None], torch.tensor([3, 2, 1, 0])),
        "a length of zero",
        "",
    ),
    (lambda: A.narrow(0, 2, 3), "more rows than there are", ""),
    (lambda: math.exp(A), "a whole tensor for one number", "`torch.exp`"),
    (lambda: A.item(), "a whole tensor for one number", ""),
    (lambda: int(A), "a whole tensor for one number", ""),
    (lambda: A[: torch.tensor([1, 2])], "a whole tensor for one number", "An index, or an end"),
    (lambda: bool(A > 0), "a whole tensor for a yes or no", ""),
    (lambda: len[0], "square brackets behind what has no places", "type `builtin_function"),
    (lambda: A[0, 0][:1], "a place in a single number", ""),
    (lambda: A[0, 0][0], "a place in a single number", ""),
    (lambda: A[A], "numbers for True and False", "`mark == 1`"),
    (lambda: torch.where(A, 0.0, A), "numbers for True and False", "`mark == 1`"),
    (lambda: ~A, "numbers for True and False", "`mark == 1`"),
    (lambda: (3)(4), "brackets behind what is no function", "of the type `int`"),
    (lambda: A.nothing, "an attribute that is not there", "type `Tensor` has no `nothing`"),
    (lambda: (A, B)[:, 0], "a tuple for a tensor", ""),
    (lambda: (A, B).detach(), "a tuple for a tensor", "`detach` is asked of a tuple, and it is a"),
    (lambda: [A, B].mean(), "a tuple for a tensor", "`mean` is asked of a list, and it is a"),
    (lambda: (A, B).append(A), "an attribute that is not there", "type `tuple` has no `append`"),
    (
        lambda: (A,) + 1 if False else (A,) - (B,),
        "two things that do not go together",
        "of the types `tuple` and `tuple`",
    ),
    (lambda: -LSTM, "two things that do not go together", "`-` stands before"),
    (lambda: [A] + A.ndim, "two things that do not go together", "types `list` and `int`"),
    (lambda: len(LSTM), "a length of what has none", "of the type `LSTM`"),
    (lambda: math.log(0), "a logarithm or root that there is not", ""),
    (lambda: 1 / 0, "a division by zero", ""),
    (lambda: 1.0 // 0, "a division by zero", ""),
    (lambda: A @ B.T.float() if False else A.float() @ A.T, "two kinds of numbers", ""),
    (lambda: (A > 0).mean(), "a mean of no floats", "gets `Bool`. `.double()` makes them"),
    (lambda: A.long().mean(), "a mean of no floats", "gets `Long`"),
    (lambda: A.unflatten(0, (7, -1)), "a shape of another size", "Axis 0 is to be laid out as (7"),
    (lambda: A.view(-2, 5), "a size below zero", "with -2 in it"),
    (lambda: A.view(1.5, -1), "a size that is no whole number", "20 // 4"),
    (lambda: A.reshape(1.5, -1), "a size that is no whole number", "20 // 4"),
    (lambda: A.view(1, A), "a tensor for a size", ""),
    (lambda: A.view(A, 1), "a tensor for a size", ""),
    (
        lambda: (A.clone().requires_grad_() * 2).backward(),
        "a loss of many numbers",
        "such as their sum",
    ),
    (lambda: LSTM**2, "two things that do not go together", "`**` stands between"),
    (lambda: A.split(None), "an argument of another kind", "of the type `NoneType`"),
    (gone_deep, "calls itself without end", ""),
    (
        lambda: reorder(torch.zeros(4), "ifgo", "ijfo"),
        "a gate by another library's letter",
        "the letter j",
    ),
]


def _unpack(values, count):
    a, b = values
    return a, b


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("run", "name", "said"), ERRORS, ids=lambda value: value if type(value) is str else ""
)
def test_an_error_is_told_in_the_courses_words(run, name, said):
    with pytest.raises(Exception) as caught:
        run()
    found = meaning(caught.value)
    assert found is not None, caught.value
    assert found[0] == name, caught.value
    assert said in found[1]


def test_every_row_of_the_table_has_been_met():
    assert {name for _, name, _ in MEANINGS} == {name for _, name, _ in ERRORS}


def test_an_error_without_words_is_still_shown_with_its_line():
    def odd(x, scale):
        raise LookupError("something odd")

    result = unknown_toy().check(odd)
    assert (result.outcome, result.misconception) == ("error", None)
    assert "LookupError: something odd" in result.message
    assert "Line" in result.message


# --- Names --------------------------------------------------------------------------------------


def name_error(text, known=("scale", "torch"), advice=None):
    with pytest.raises(NameError) as caught:
        exec(text, {})
    return about_name(caught.value, known, advice or {})


def test_a_missing_name_is_told_where_it_comes_from():
    assert "lesson 03" in name_error("lstm_step")[1]
    assert "import numpy" in name_error("np.zeros(3)")[1]
    assert name_error("scael")[1] == "There is no `scael` in this notebook. Did you mean `scale`?"
    assert name_error("gate", advice={"gate": "Here it is f."})[1] == "Here it is f."
    with pytest.raises(AttributeError) as caught:
        math.ln(2)
    assert about_name(caught.value, (), {})[1].startswith("`math` has no `ln`. The natural log")
    late = name_error("def f():\n    y = late\n    late = 3\nf()")
    assert late[0] == "used before it is made"


def test_a_missing_name_in_an_answer_is_told():
    name, message = told(lambda x, scale: lstm_step(x))  # noqa: F821
    assert name == "a name that is not there"
    assert "`from lstm_lessons.lstm.cell import lstm_step`" in message


def test_an_error_without_end_is_read_quickly():
    start = time.process_time()
    assert meaning(ValueError("a" * 1_000_000)) is None
    assert time.process_time() - start < 1
