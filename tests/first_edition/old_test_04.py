"""Lesson 04: answers that are right, however they are written; facts held against torch."""

import numpy as np
import pytest
import torch
from lstm_lessons.exercises.running import call_directly
from torch import nn
from torch.func import functional_call

from lstm_lessons import exercise
from lstm_lessons.drawing.pictures.wirings import STEPS, WIRINGS, wirings
from lstm_lessons.exercises.lesson_04 import H_, I_, ONE, SHORT, THREE
from lstm_lessons.lstm.cell import lstm_step


def with_none_for(states, x, weight_hh):
    return [x.new_zeros(x.shape[1], weight_hh.shape[1]) if s is None else s for s in states]


def by_index(x, h_0, c_0, weight_ih, weight_hh, bias_ih, bias_hh):
    T, B, _ = x.shape
    output, memory = (torch.zeros(T, B, weight_hh.shape[1]) for _ in "hc")
    h, c = with_none_for((h_0, c_0), x, weight_hh)
    for t in range(T):
        h, c = lstm_step(x[t], h, c, weight_ih, weight_hh, bias_ih, bias_hh)
        output[t], memory[t] = h, c
    return output, memory


def call_by_call(x, h_0, c_0, *weights):
    """Read one word a call with a layer of torch's, and keep both states of each."""
    layer = nn.LSTM(x.shape[2], weights[1].shape[1])
    parameters = dict(zip(dict(layer.named_parameters()), weights, strict=True))
    hx = None if h_0 is None else (h_0[None], c_0[None])
    states = []
    for x_t in x.split(1):
        _, hx = functional_call(layer, parameters, (x_t, hx))
        states.append(hx)
    return [torch.cat(each) for each in zip(*states, strict=True)]


def longer_and_longer(x, h_0, c_0, *weights):
    """Read every beginning of the sentence anew, and keep c_n of each."""
    layer = nn.LSTM(x.shape[2], weights[1].shape[1])
    parameters = dict(zip(dict(layer.named_parameters()), weights, strict=True))
    hx = None if h_0 is None else (h_0[None], c_0[None])
    memory = []
    for end in range(1, len(x) + 1):
        output, (_, c_n) = functional_call(layer, parameters, (x[:end], hx))
        memory.append(c_n[0])
    return output, torch.stack(memory)


def sentence_by_sentence(x, h_0, c_0, *weights):
    starts = with_none_for((h_0, c_0), x, weights[1])
    outputs, memories = [], []
    for b in range(x.shape[1]):
        h, c = starts[0][b], starts[1][b]
        rows = []
        for x_t in x[:, b]:
            h, c = lstm_step(x_t, h, c, *weights)
            rows.append(torch.stack([h, c]))
        rows = torch.stack(rows)
        outputs.append(rows[:, 0])
        memories.append(rows[:, 1])
    return torch.stack(outputs, dim=1), torch.stack(memories, dim=1)


def one_list(x, h_0, c_0, wi, wh, bi, bh):
    states = [(h_0, c_0)] if h_0 is not None else [(torch.zeros(wh.shape[1]),) * 2]
    for x_t in x:
        states.append(lstm_step(x_t, *states[-1], wi, wh, bi, bh))
    return tuple(map(torch.stack, zip(*states[1:], strict=True)))


RIGHT = {
    "04.1": {
        "filled in by index": by_index,
        "nn.LSTM, a word a call": call_by_call,
        "nn.LSTM, longer and longer": longer_and_longer,
        "sentence by sentence": sentence_by_sentence,
        "one list of pairs": one_list,
    },
    "04.2": {
        "sizes and numpy's verdicts": {
            "one: output": torch.Size((9, 5)),
            "one: h_n": [1, 5],
            "three: output": [9, 3, 5],
            "three: h_n": torch.zeros(1, 3, 5).shape,
            "short: h_n": (1, 3, 5),
            "output[-1] equals h_n": np.bool_(False),
            "output[-1] equals h_n[0]": torch.tensor(True),
            "output[0] equals h_n[0]": "false",
            "c_n equals output[-1:]": "False",
        },
        "the verdicts as words": {
            **dict.fromkeys(("three: h_n", "short: h_n"), (1, 3, 5)),
            "one: output": (9, 5),
            "one: h_n": (1, 5),
            "three: output": (9, 3, 5),
            "output[-1] equals h_n": "False",
            "output[-1] equals h_n[0]": " TRUE ",
            "output[0] equals h_n[0]": False,
            "c_n equals output[-1:]": False,
        },
    },
    "04.3": {
        "in capitals": {
            **{"F": "TOO EARLY", "E": "Exchanged", "D": "Too Many"},
            **{"C": "RIGHT", "B": "Memory shown", "A": "Too few"},
        },
        "with points": {
            **{"A": "too few.", "B": "memory shown.", "C": "right."},
            **{"D": "(too many)", "E": "exchanged.", "F": " too early "},
        },
    },
    "04.4": {
        "arctanh": lambda h, o: h.div(o).arctanh(),
        "by logarithms": lambda h, o: 0.5 * torch.log((o + h) / (o - h)),
        "number by number": lambda h, o: torch.stack(
            [torch.atanh(a / b) for a, b in zip(h.flatten(), o.flatten(), strict=True)]
        ).view(h.shape),
    },
}


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
    parts = {part.key: part.right for part in exercise("04.2").parts}
    assert parts == {key: wanted[key] for key in parts}


def test_one_picture_is_torch_s_and_the_verdicts_on_the_others_fit():
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
    verdicts = {part.key: part.right for part in exercise("04.3").parts}
    for letter, wiring in WIRINGS.items():
        faults = set()
        for name, (state, steps) in wiring.items():
            wanted_state, wanted_steps = right[name]
            swapped = "memory shown" if name == "output" else "exchanged"
            faults |= {swapped} if state != wanted_state else set()
            early = len(steps) == len(wanted_steps) and steps < wanted_steps
            faults |= {"too early"} if early else set()
            faults |= {"too few"} if len(steps) < len(wanted_steps) else set()
            faults |= {"too many"} if len(steps) > len(wanted_steps) else set()
        assert (faults or {"right"}) == {verdicts[letter]}


def test_the_pictures_are_drawn_and_told_as_they_are():
    from drawn import crowded, texts

    picture = wirings()
    assert crowded(picture.svg) == []
    slots = [
        f"{s}, step {t}"
        for wiring in WIRINGS.values()
        for s, steps in wiring.values()
        for t in steps
    ]
    drawn = texts(picture.svg)
    assert sorted(t for t in drawn if ", step " in t) == sorted(slots)
    for letter, wiring in WIRINGS.items():
        assert letter in drawn
        for name, (state, steps) in wiring.items():
            fed = ", ".join(f"{state} of step {step}" for step in steps)
            said = picture.alt.split(f"Picture {letter}: ")[1].split(".")[0]
            assert f"{name} is made of {fed}" in said
    assert not any(word in picture.alt for word in ("right", "wrong", "nn.LSTM"))


def test_every_wrong_loop_that_only_cuts_the_graph_has_right_numbers():
    names = {"detached at every step", "h detached on the way", "c detached on the way"}
    each = exercise("04.1")
    cutting = [wrong for wrong in each.wrongs if wrong.name in names]
    assert len(cutting) == len(names)
    for wrong in cutting:
        assert each._right(each.attempts(wrong.answer, call_directly)), wrong.name


def leaks_between_steps(x, h_0, c_0, *weights):
    output, memory = by_index(x, h_0, c_0, *weights)
    return output, memory + 0.1 * torch.arange(len(x)).view(-1, 1, 1)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (leaks_between_steps, "memory differs first at step 1, sentence 0, unit 0"),
        (lambda *a: tuple(s * 2 for s in by_index(*a)), "output differs first at step 0"),
        (lambda *a: (by_index(*a)[0], by_index(*a)[1] + 1), "`output` is right, `memory` is not"),
    ],
)
def test_an_unknown_mistake_is_told_where_it_begins(answer, said):
    result = exercise("04.1").check(answer)
    assert (result.outcome, result.misconception) == ("incorrect", None)
    assert said in result.message


def test_results_nested_like_those_of_nn_lstm_are_told_how_they_are_wanted():
    result = exercise("04.1").check(lambda *a: (by_index(*a)[0], by_index(*a)))
    assert (result.outcome, result.misconception) == ("incorrect", "returned like nn.LSTM")
    assert "`return output, memory`" in result.message
    assert "nn.LSTMCell" not in result.message


@pytest.mark.parametrize("pick", [list, tuple])
def test_states_that_are_not_stacked_are_told_so(pick):
    """Three steps or more, in a list: no pair (h, c), as nn.LSTM would return it."""
    first = {
        "memory": lambda *a: (by_index(*a)[0], pick(by_index(*a)[1])),
        "output": lambda *a: (pick(by_index(*a)[0]), by_index(*a)[1]),
    }
    first["output "] = lambda *a: tuple(pick(each) for each in by_index(*a))
    for name, answer in first.items():
        result = exercise("04.1").check(answer)
        assert (result.outcome, result.misconception) == ("incorrect", "not stacked")
        said = f"The {name.strip()} that you return is a {pick.__name__} of 6 tensors"
        assert result.message.startswith(said)
        assert "`torch.stack`" in result.message


def test_a_list_that_holds_other_things_than_tensors_is_no_stack_to_be_made():
    result = exercise("04.1").check(lambda *a: (by_index(*a)[0], by_index(*a)[1].tolist()))
    assert result.misconception == "not a tensor"


def test_the_step_done_for_all_words_at_once_is_named():
    """Nothing is handed on, and without states it stops: the same as h_0 and c_0 at each turn."""

    def all_at_once(x, h_0, c_0, *weights):
        return lstm_step(x, h_0, c_0, *weights)

    def at_each_turn(x, h_0, c_0, *weights):
        h, c = with_none_for((h_0, c_0), x, weights[1])
        rows = []
        for x_t in x:
            h, c = lstm_step(x_t, h_0, c_0, *weights)
            rows.append((h, c))
        return tuple(map(torch.stack, zip(*rows, strict=True)))

    for answer in (all_at_once, at_each_turn):
        assert exercise("04.1").check(answer).misconception == "states not carried"


def test_a_random_start_where_nothing_is_given_is_told_of_that_call():
    def answer(x, h_0, c_0, *weights):
        if h_0 is None:
            h_0, c_0 = torch.rand(2, x.shape[1], weights[1].shape[1]).unbind()
        return by_index(x, h_0, c_0, *weights)

    result = exercise("04.1").check(answer)
    assert (result.outcome, result.misconception) == ("incorrect", None)
    assert "all is right. Without states, `h_0` and `c_0` are None" in result.message


def test_what_gives_nan_is_told_what_the_inverse_of_tanh_takes():
    result = exercise("04.4").check(lambda h, o: torch.atanh(3 * h / o))
    assert (result.outcome, result.misconception) == ("incorrect", None)
    assert "between -1 and 1" in result.message and "yours is nan" in result.message
    result = exercise("04.4").check(lambda h, o: torch.atanh((h / o).abs()))
    assert (result.outcome, result.misconception) == ("incorrect", None)
    assert "nan" not in result.message


@pytest.mark.parametrize("value", ["maybe", 1, 0.0, None, [True], torch.zeros(2), "yes"])
def test_a_verdict_is_true_or_false(value):
    right = {part.key: part.right for part in exercise("04.2").parts}
    result = exercise("04.2").check({**right, "output[-1] equals h_n": value})
    assert result.outcome == "incorrect"
    assert "`output[-1] equals h_n`" in result.message


@pytest.mark.filterwarnings("error")
def test_a_module_of_the_learners_own_is_judged_without_a_warning():
    def own_layer(x, h_0, c_0, *weights):
        output, _ = nn.LSTM(x.shape[2], weights[1].shape[1])(x)
        return output, output

    result = exercise("04.1").check(own_layer)
    assert (result.outcome, result.misconception) == ("incorrect", None)
    assert "differs first at step 0" in result.message


def told_of_other_weights(result):
    return (result.outcome, result.misconception) == ("incorrect", None) and (
        result.message.startswith("Weights that your function is not given")
    )


TENSORS = nn.LSTM(3, 5, dtype=torch.float64).all_weights[0]


def a_new_layer(x, h_0, c_0, *weights):
    layer = nn.LSTM(x.shape[2], weights[1].shape[1])
    output, _ = layer(x, (h_0[None], c_0[None]))
    return output, torch.cat([layer(x[: t + 1])[1][1] for t in range(len(x))])


def begun_with_another_layer_s_state(x, h_0, c_0, *weights):
    h, c = lstm_step(torch.zeros(len(h_0), 3), h_0, c_0, *TENSORS)
    return by_index(x, h, c, *weights)


@pytest.mark.parametrize(
    "answer",
    [
        lambda x, h_0, c_0, *weights: by_index(x, h_0, c_0, *TENSORS),
        lambda x, h_0, c_0, *weights: by_index(x, h_0, c_0, *TENSORS[:2], *weights[2:])[::-1],
        lambda x, h_0, c_0, *weights: by_index(x, h_0, c_0, *weights[:2], *TENSORS[2:]),
        a_new_layer,
        lambda *a: tuple(each[:-1] for each in a_new_layer(*a)),
        begun_with_another_layer_s_state,
    ],
)
def test_weights_that_are_not_given_are_told(answer):
    """As far as they are parameters: those of `tensors` in the notebook, or of a new layer."""
    assert told_of_other_weights(exercise("04.1").check(answer))


def test_a_layer_with_the_given_weights_is_not_told_of_other_ones():
    def answer(x, h_0, c_0, *weights):
        layer = nn.LSTM(x.shape[2], weights[1].shape[1])
        with torch.no_grad():
            for own, given in zip(layer.parameters(), weights, strict=True):
                own.copy_(given)
        hx = None if h_0 is None else (h_0[None], c_0[None])
        output, (_, c_n) = layer(x, hx)
        return output, c_n.expand(output.shape)

    result = exercise("04.1").check(answer)
    assert result.misconception is None
    assert result.message.startswith("`output` is right, `memory` is not")
    result = exercise("04.1").check(lambda *a: tuple(each * 2 for each in answer(*a)))
    assert result.message.startswith("output differs first at step 0")


def refilled_inside_the_loop(which):
    def answer(x, h_0, c_0, *weights):
        h, c = with_none_for((h_0, c_0), x, weights[1])
        hs, cs = [], []
        for x_t in x:
            if h_0 is None and "h" in which:
                h = torch.zeros(x.shape[1], weights[1].shape[1])
            if c_0 is None and "c" in which:
                c = torch.zeros(x.shape[1], weights[1].shape[1])
            h, c = lstm_step(x_t, h, c, *weights)
            hs.append(h)
            cs.append(c)
        return torch.stack(hs), torch.stack(cs)

    return answer


@pytest.mark.parametrize("which", ["hc", "h", "c"])
def test_zeros_at_every_turn_where_no_states_are_given_are_no_wrong_start(which):
    result = exercise("04.1").check(refilled_inside_the_loop(which))
    start = {"hc": "", "h": "h from ", "c": "c from "}[which]
    name = f"{start}zeros at every turn, where no states are given"
    assert (result.outcome, result.misconception) == ("incorrect", name)


@pytest.mark.parametrize("kept", ["h", "c"])
def test_a_new_state_that_is_thrown_away_is_named(kept):
    def answer(x, h_0, c_0, *weights):
        h, c = with_none_for((h_0, c_0), x, weights[1])
        hs, cs = [], []
        for x_t in x:
            if kept == "h":
                h, _ = lstm_step(x_t, h, c, *weights)
            else:
                _, c = lstm_step(x_t, h, c, *weights)
            hs.append(h)
            cs.append(c)
        return torch.stack(hs), torch.stack(cs)

    lost = "c" if kept == "h" else "h"
    assert exercise("04.1").check(answer).misconception == f"{lost} not carried"


def test_a_mistake_that_begins_later_is_told_with_its_step():
    def changed_from(step):
        def answer(x, h_0, c_0, *weights):
            half = torch.where(torch.arange(len(x)).view(-1, 1, 1) < step, x, 0.5 * x)
            return by_index(half, h_0, c_0, *weights)

        return exercise("04.1").check(answer)

    for step, said in ((1, "Step 0 is right"), (3, "Steps 0 to 2 are right")):
        result = changed_from(step)
        assert (result.outcome, result.misconception) == ("incorrect", None)
        assert result.message.startswith(f"{said} in both results, step {step} is not.")
    assert changed_from(0).message.startswith("output differs first at step 0")


@pytest.mark.parametrize("test", ["if not h_0: pass", "h_0 = h_0 or c_0", "if h_0 == 0: pass"])
def test_a_tensor_asked_whether_it_is_true_is_told_to_be_compared_with_none(test):
    space = {"lstm_step": lstm_step, "by_index": by_index}
    exec(f"def answer(x, h_0, c_0, *w):\n    {test}\n    return by_index(x, h_0, c_0, *w)", space)
    result = exercise("04.1").check(space["answer"])
    assert (result.outcome, result.misconception) == ("error", "a tensor asked whether it is true")
    assert "`h_0 is None`" in result.message


def test_a_state_that_is_compared_with_none_by_equals_is_right():
    def answer(x, h_0, c_0, *weights):
        h, c = (
            torch.zeros(x.shape[1], weights[1].shape[1]) if state == None else state  # noqa: E711
            for state in (h_0, c_0)
        )
        return by_index(x, h, c, *weights)

    assert exercise("04.1").check(answer).outcome == "correct"


RIGHT_CALL = {part.key: part.right for part in exercise("04.2").parts}
SHAPES = [key for key, right in RIGHT_CALL.items() if isinstance(right, tuple)]


@pytest.mark.parametrize("key", SHAPES)
def test_a_slip_in_any_entry_is_told_by_its_axis(key):
    """One and the same slip is named in every entry, and told of that entry alone."""
    right = RIGHT_CALL[key]
    length = 4 if key.startswith("short") else 9
    slips = {
        (*right[:-1], I_): "7 places, as a word has numbers",
        (*right[:-1], 4 * H_): "4H places",
        (*right[:-1], length): "the last axis is as long as the sentence",
        right[:-1]: "the axis for the numbers of h is missing",
    }
    if key.endswith("h_n"):
        slips[right[1:]] = "the axis in front is missing"
        slips[length, *right[1:]] = "there is a row for each step"
    else:
        slips[1, *right[1:]] = "the shape of `h_n`"
        slips[right[1:]] = "the shape of one step"
    if 3 in right:
        slips[tuple(n for n in right if n != 3)] = "the axis for the sentences is missing"
        slips[tuple(length if n == 3 else n for n in right)] = "It counts sentences"
    for shape, said in slips.items():
        result = exercise("04.2").check({**RIGHT_CALL, key: shape})
        assert result.message.startswith(f"In `{key}`, "), shape
        assert said in result.message


def test_a_slip_in_several_entries_is_told_of_all_of_them():
    states = {key: (*RIGHT_CALL[key][:-1], I_) for key in SHAPES}
    message = exercise("04.2").check({**RIGHT_CALL, **states}).message
    assert message.startswith("In `one: h_n`, `three: h_n` and `short: h_n`, the last axis")
    assert "Look again at `one: output`, `three: output` too." in message


def test_a_shape_that_nobody_has_named_is_told_which_axes_there_are():
    message = exercise("04.2").check({**RIGHT_CALL, "three: h_n": (8, 6, 2)}).message
    assert "one axis for layers, one for the sentences, one for the numbers of h" in message


@pytest.mark.parametrize("bound", [0.5, 0.9, 0.99])
def test_what_is_clamped_is_told_where_it_stops(bound):
    def clamped(h, o):
        return torch.atanh((h / o).clamp(-bound, bound))

    for answer in (clamped, lambda h, o: torch.atanh(h / o).clamp(*clamped_at(bound))):
        result = exercise("04.4").check(answer)
        assert (result.outcome, result.misconception) == ("incorrect", None)
        assert result.message.startswith("Your c is right up to a point, and never farther than")
        assert f"{clamped_at(bound)[1]:.4g} from zero. Is something clamped?" in result.message
        assert "should be an argument" not in result.message


def clamped_at(bound):
    return tuple(float(torch.atanh(torch.tensor(side))) for side in (-bound, bound))


def test_what_is_wrong_for_a_reason_of_its_own_is_not_told_of_clamping():
    for answer in (
        lambda h, o: torch.zeros_like(h),
        lambda h, o: torch.atanh(h / o).abs(),
        lambda h, o: torch.atanh(h / o) * 0.9,
        lambda h, o: torch.atanh(h / o)[:1],
    ):
        assert "clamped" not in exercise("04.4").check(answer).message
