"""Lesson 04: answers that are right however they are written, and the truth of what is asked."""

from itertools import accumulate

import numpy as np
import pytest
import torch
from drawn import crowded, texts
from torch import nn
from torch.func import functional_call

from lstm_lessons import exercise
from lstm_lessons.drawing.pictures.wirings import STEPS, WIRINGS, wirings
from lstm_lessons.exercises.lesson_04.predict_a_call import H_, I_, ONE, SHORT, THREE
from lstm_lessons.lstm.cell import lstm_step

CALL = exercise("04.2").text.made()
PICTURES = exercise("04.3").text.made()
VERDICTS = [key for key, value in CALL.items() if isinstance(value, bool)]


class Behind:
    """A callable object."""

    def __call__(self, h, o):
        return torch.atanh(torch.div(h, o))


def number_by_number(h, o):
    pairs = zip(h.flatten(), o.flatten(), strict=True)
    return torch.stack([torch.atanh(a / b) for a, b in pairs]).view(h.shape)


def with_zeros_for_none(states, x, weight_hh):
    return [torch.zeros(x.shape[1], weight_hh.shape[1]) if s is None else s for s in states]


def by_index(x, h_0, c_0, *weights):
    output, memory = (torch.zeros(*x.shape[:2], weights[1].shape[1]) for _ in "hc")
    h, c = with_zeros_for_none((h_0, c_0), x, weights[1])
    for t in range(len(x)):
        h, c = lstm_step(x[t], h, c, *weights)
        output[t], memory[t] = h, c
    return output, memory


def longer_and_longer(x, h_0, c_0, *weights):
    """Read every beginning of the sentence anew, and keep c_n of each."""
    layer = nn.LSTM(x.shape[2], weights[1].shape[1])
    parameters = dict(zip(dict(layer.named_parameters()), weights, strict=True))
    hx = None if h_0 is None else (h_0[None], c_0[None])
    reads = [functional_call(layer, parameters, (x[: t + 1], hx)) for t in range(len(x))]
    return reads[-1][0], torch.cat([c_n for _, (_, c_n) in reads])


def sentence_by_sentence(x, h_0, c_0, *weights):
    starts = zip(*with_zeros_for_none((h_0, c_0), x, weights[1]), strict=True)
    found = [
        by_index(words[:, None], h[None], c[None], *weights)
        for words, (h, c) in zip(x.unbind(1), starts, strict=True)
    ]
    return [torch.cat(each, dim=1) for each in zip(*found, strict=True)]


def by_recursion(x, h_0, c_0, *weights):
    h, c = with_zeros_for_none((h_0, c_0), x, weights[1])
    h, c = lstm_step(x[0], h, c, *weights)
    if len(x) == 1:
        return h[None], c[None]
    output, memory = by_recursion(x[1:], h, c, *weights)
    return torch.cat([h[None], output]), torch.cat([c[None], memory])


def accumulated(x, h_0, c_0, *weights):
    start = with_zeros_for_none((h_0, c_0), x, weights[1])
    states = accumulate(x, lambda hc, x_t: lstm_step(x_t, *hc, *weights), initial=start)
    hs, cs = zip(*list(states)[1:], strict=True)
    return torch.stack(hs), torch.stack(cs)


class Unrolled(nn.Module):
    """A module that does the work when it is called."""

    def forward(self, x, h_0, c_0, weight_ih, weight_hh, bias_ih, bias_hh):
        return accumulated(x, h_0, c_0, weight_ih, weight_hh, bias_ih, bias_hh)


RIGHT = {
    "04.1": {
        "filled in by index": by_index,
        "nn.LSTM, longer and longer": longer_and_longer,
        "sentence by sentence": sentence_by_sentence,
        "recursion": by_recursion,
        "accumulate": accumulated,
        "a module": Unrolled(),
    },
    "04.2": {
        "lists": {key: list(v) if isinstance(v, tuple) else v for key, v in CALL.items()},
        "torch.Size": {k: torch.Size(v) if isinstance(v, tuple) else v for k, v in CALL.items()},
        "numpy's verdicts": {**CALL, **{key: np.bool_(CALL[key]) for key in VERDICTS}},
        "torch's verdicts": {**CALL, **{key: torch.tensor(CALL[key]) for key in VERDICTS}},
        "verdicts as words": {**CALL, **{key: f" {CALL[key]} ".upper() for key in VERDICTS}},
        "in another order": dict(reversed(CALL.items())),
    },
    "04.3": {
        "in capitals": {key: value.upper() for key, value in PICTURES.items()},
        "with points": {key: f"{value}." for key, value in PICTURES.items()},
        "in brackets": {key: f"({value})" for key, value in PICTURES.items()},
        "with blanks": {key: f"  {value.replace(' ', '  ')} " for key, value in PICTURES.items()},
        "in another order": dict(reversed(PICTURES.items())),
    },
    "04.4": {
        "arctanh": lambda h, o: h.div(o).arctanh(),
        "by logarithms": lambda h, o: 0.5 * torch.log((o + h) / (o - h)),
        "number by number": number_by_number,
        "a product": lambda h, o: torch.atanh(h * o.reciprocal()),
        "an object": Behind(),
        "difference of logarithms": lambda h, o: (torch.log1p(h / o) - torch.log1p(-h / o)) / 2,
    },
}

EQUIVALENT: dict[str, dict[str, str]] = {
    "04.1": {
        "line 3: Is -> Eq": "a tensor == None is False, and None == None is True",
        "line 4: Is -> Eq": "a tensor == None is False, and None == None is True",
    },
}


def test_the_loop_is_torchs_own_cell_in_every_case():
    asked = exercise("04.1")
    for case, wanted in zip(asked.calls, asked.wanted, strict=True):
        x, h_0, c_0, *weights = case.fresh().values()
        hc = with_zeros_for_none((h_0, c_0), x, weights[1].double())
        for t, x_t in enumerate(x):
            hc = torch.lstm_cell(x_t, [each.double() for each in hc], *weights)
            for name, state in zip(("output", "memory"), hc, strict=True):
                torch.testing.assert_close(wanted[name][t], state, rtol=0, atol=1e-12)


def changed(old, new):
    code = exercise("04.1").text.solution
    assert code.count(old) == 1
    space = {"torch": torch, "lstm_step": lstm_step}
    exec(code.replace(old, new), space)
    return exercise("04.1").check(space["unroll_all"])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("zeros if h_0 is None else h_0", "h_0 or zeros", "`h_0 is None` asks"),
        ("torch.stack(shown)", "shown", "The output that you return is a list of 6 tensors"),
        ("torch.stack(kept)", "torch.stack(kept).squeeze()", "There is one word only: T = 1"),
        ("torch.zeros(", "torch.rand(", "Without states, `h_0` and `c_0` are None"),
        ("weight_hh.shape[1])", "H)", "H is the number of units"),
        ("for x_t in x:", "for x_t in 0.5 * x:", "memory differs first at step 0"),
        ("zeros if c_0 is None", "zeros + 1 if c_0 is None", "your c starts at 1"),
        ("zeros if h_0 is None", "zeros + 1 if h_0 is None", "your h starts at 1"),
        ("zeros if c_0 is None", "zeros + 0.5 if c_0 is None", "Step 0 then starts from zeros"),
        ("x.shape[1], weight_hh.shape[1])", "2, 5)", "with the 2 or the 5 of the try-out"),
        (
            "kept.append(c)",
            "c = c.clamp(-3, 3)\n        kept.append(c)",
            "farther than 3 from zero",
        ),
        ("kept.append(c)", "kept.append(c.clamp(-9, 9))", "c has no bounds"),
    ],
)
def test_what_goes_wrong_in_the_loop_is_told(old, new, said):
    result = changed(old, new)
    assert result.outcome in ("incorrect", "error")
    assert said in result.message


def test_no_size_of_the_first_call_is_another_one_in_a_later_call():
    for number in ("03.1", "04.1"):
        first, *others = [case.sizes for case in exercise(number).calls]
        for sizes in others:
            for name, size in sizes.items():
                assert size in (1, first[name]) or size not in first.values(), (number, sizes)


def test_weights_of_another_layer_are_told_by_what_the_result_does_not_read():
    others = nn.LSTM(3, 5, dtype=torch.float64).all_weights[0]
    result = exercise("04.1").check(lambda x, h, c, *weights: by_index(x, h, c, *others))
    assert "It should depend on `weight_ih`." in result.message


def test_an_answer_without_the_states_is_told_no_other_cause():
    result = exercise("04.1").check(lambda x, h_0, c_0, *w: by_index(x, None, None, *w))
    assert result.misconception == "states not used"
    assert "Or this" not in result.message


def test_the_predictions_are_what_torch_says():
    torch.manual_seed(0)
    lstm = nn.LSTM(I_, H_)
    wanted = {}
    for name, shape in (("one", ONE), ("short", SHORT), ("three", THREE)):
        output, (h_n, c_n) = lstm(torch.randn(shape))
        found = {"output": output, "h_n": h_n, "c_n": c_n}
        wanted |= {f"{name}: {key}": tuple(each.shape) for key, each in found.items()}
    wanted["output[-1] equals h_n"] = torch.equal(output[-1], h_n)
    wanted["output[-1] equals h_n[0]"] = torch.equal(output[-1], h_n[0])
    wanted["output[0] equals h_n[0]"] = torch.equal(output[0], h_n[0])
    wanted["c_n equals output[-1:]"] = torch.equal(c_n, output[-1:])
    assert {key: wanted[key] for key in CALL} == CALL


def test_one_picture_is_torchs_and_the_verdicts_on_the_others_fit():
    torch.manual_seed(0)
    lstm, cell = nn.LSTM(2, 3), nn.LSTMCell(2, 3)
    cell.load_state_dict({n.removesuffix("_l0"): v for n, v in lstm.state_dict().items()})
    x, states, hx = torch.randn(STEPS, 4, 2), {"h": [], "c": []}, None
    for x_t in x:
        hx = cell(x_t, hx)
        for name, state in zip("hc", hx, strict=True):
            states[name].append(state)
    output, (h_n, c_n) = lstm(x)
    theirs = {"output": output, "h_n": h_n, "c_n": c_n}
    right = {"output": ("h", (0, 1, 2)), "h_n": ("h", (2,)), "c_n": ("c", (2,))}
    for name, (state, steps) in right.items():
        made = torch.stack([states[state][step] for step in steps])
        assert made.shape == theirs[name].shape and torch.allclose(made, theirs[name], atol=1e-6)
    for letter, wiring in WIRINGS.items():
        faults = {each for name in right for each in faults_of(name, wiring[name], right[name])}
        assert (faults or {"right"}) == {PICTURES[letter]}


def faults_of(name, drawn, right):
    """Return the verdicts that fit a row of a picture."""
    (state, steps), (right_state, right_steps) = drawn, right
    if state != right_state:
        yield "memory shown" if name == "output" else "exchanged"
    if len(steps) == len(right_steps) and steps < right_steps:
        yield "too early"
    if len(steps) < len(right_steps):
        yield "too few"
    if len(steps) > len(right_steps):
        yield "too many"


def test_the_pictures_are_drawn_and_told_as_they_are():
    picture = wirings()
    assert crowded(picture.svg) == []
    rows = [row for wiring in WIRINGS.values() for row in wiring.values()]
    drawn = texts(picture.svg)
    slots = sorted(f"{state}, step {step}" for state, steps in rows for step in steps)
    assert sorted(text for text in drawn if ", step " in text) == slots
    for letter, wiring in WIRINGS.items():
        assert letter in drawn
        for name, (state, steps) in wiring.items():
            fed = ", ".join(f"{state} of step {step}" for step in steps)
            said = picture.alt.split(f"Picture {letter}: ")[1].split(".")[0]
            assert f"{name} is made of {fed}" in said
    assert not any(word in picture.alt for word in ("right", "wrong", "nn.LSTM"))


def test_every_wrong_verdict_on_a_picture_is_told_by_a_name_and_truly():
    for question in exercise("04.3").questions:
        wiring = WIRINGS[question.key]
        for verdict in set(question.options) - {PICTURES[question.key]}:
            result = exercise("04.3").check({**PICTURES, question.key: verdict})
            assert result.misconception, (question.key, verdict)
            if "no row is too early" in result.message:
                assert wiring["h_n"][1] == wiring["c_n"][1] == (2,)
            if "number of slots" in result.message:
                assert [len(steps) for _, steps in wiring.values()] == [3, 1, 1]
            if "`output` is made of h" in result.message:
                assert wiring["output"][0] == "h"
            if "`h_n` is made of h and `c_n` of c" in result.message:
                assert (wiring["h_n"][0], wiring["c_n"][0]) == ("h", "c")


def test_what_is_said_of_c_in_picture_b_is_true_of_that_picture():
    """c is shown in its row c_n: the message speaks of output alone."""
    message = exercise("04.3").check({**PICTURES, "B": "right"}).message
    assert WIRINGS["B"]["c_n"][0] == "c"
    assert "nowhere" not in message and "c itself is not in it" in message


@pytest.mark.parametrize("value", ["maybe", 1, 0.0, [True], torch.zeros(2), "yes"])
def test_a_verdict_is_true_or_false(value):
    result = exercise("04.2").check({**CALL, "output[-1] equals h_n": value})
    assert result.outcome == "incorrect"
    assert "`output[-1] equals h_n`" in result.message


def test_a_slip_in_several_entries_is_told_once_of_all_of_them():
    states = {key: (*CALL[key][:-1], I_) for key in ("one: h_n", "three: h_n", "short: h_n")}
    message = exercise("04.2").check({**CALL, **states}).message
    assert "`three: h_n` and `short: h_n` are not right yet. Yours is (1, B, I)." in message


def test_what_gives_nan_is_told_what_the_inverse_of_tanh_takes():
    result = exercise("04.4").check(lambda h, o: torch.atanh(3 * h / o))
    assert result.misconception == "nan"
    assert "between -1 and 1" in result.message
    assert "nan" not in exercise("04.4").check(lambda h, o: torch.atanh((h / o).abs())).message


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (lambda h, o: torch.atanh(h / o).abs(), "the sign lost"),
        (lambda h, o: torch.atanh(h / o).round(decimals=3), "rounded to decimals"),
        (lambda h, o: torch.atanh(h / o).float(), "rounded to float32"),
        (lambda h, o: torch.atanh(h.float() / o.float()), "rounded to float32"),
        (lambda h, o: torch.atanh(h / o).sin(), None),
    ],
)
def test_nothing_is_read_from_a_gate_of_zero_where_all_is_nan(answer, name):
    result = exercise("04.4").check(answer)
    assert result.misconception == name
    assert "is zero" not in result.message


@pytest.mark.parametrize("bound", [0.5, 0.9, 0.99])
def test_what_is_clamped_is_told_where_it_stops(bound):
    far = float(torch.atanh(torch.tensor(bound, dtype=torch.float64)))
    for answer in (
        lambda h, o: torch.atanh((h / o).clamp(-bound, bound)),
        lambda h, o: torch.atanh(h / o).clamp(-far, far),
    ):
        result = exercise("04.4").check(answer)
        assert result.misconception == "clamped"
        assert f"never farther than {far:.4g} from zero. Is something clamped?" in result.message


@pytest.mark.parametrize(
    "answer",
    [
        lambda h, o: torch.zeros_like(h),
        lambda h, o: torch.atanh(h / o).abs(),
        lambda h, o: torch.atanh(h / o) * 0.9,
        lambda h, o: torch.atanh(h / o)[:1],
    ],
)
def test_what_is_wrong_for_a_reason_of_its_own_is_not_told_of_clamping(answer):
    assert "clamped" not in exercise("04.4").check(answer).message


def test_a_start_that_is_drawn_is_told_before_what_it_moves():
    """Where no states are given the start is another at each call: nothing has leaked."""
    message = changed("torch.zeros(", "torch.rand(").message
    assert "Two calls with the same inputs give other numbers" in message
    assert "leak" not in message


@pytest.mark.parametrize(
    ("shape", "said"),
    [((9, 7), "the last axis"), ((9, 1, 5), "one axis too many"), ((5,), "the steps are missing")],
)
def test_a_wrong_shape_of_output_names_the_axis(shape, said):
    message = exercise("04.2").check({**CALL, "one: output": shape}).message
    assert said in message and ("every" in message) == (shape == (5,))


def test_the_habit_of_the_batch_first_is_named():
    for key, shape in (("three: output", (3, 9, 5)), ("short: h_n", (3, 1, 5))):
        said = exercise("04.2").check({**CALL, key: shape}).message
        assert f"`{key}`: you put the sentences first." in said
