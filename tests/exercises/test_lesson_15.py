"""Lesson 15: answers that are right, edits that change nothing, and that what is asked is true."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from lstm_lessons import exercise
from lstm_lessons.data.plain_reader import read
from lstm_lessons.data.trials import muted
from lstm_lessons.exercises.lesson_15.falsify_a_story import depths
from lstm_lessons.lstm.reader import Reader

# --- Right answers --------------------------------------------------------------------------------


def with_corrcoef(states, wanted):
    found = torch.corrcoef(torch.cat((states, wanted[:, None]), dim=1).T)
    return found[-1, :-1].abs().nan_to_num(0.0)


def with_numpy(states, wanted):
    found = []
    for unit in states.T.numpy():
        if unit.std() == 0 or wanted.numpy().std() == 0:
            found.append(0.0)
        else:
            found.append(abs(np.corrcoef(unit, wanted.numpy())[0, 1]))
    return torch.tensor(found)


def with_cosine(states, wanted):
    rows = (states - states.mean(0)).T
    return F.cosine_similarity(rows, (wanted - wanted.mean())[None], dim=1).abs()


def with_z_scores(states, wanted):
    both = torch.cat((states, wanted[:, None]), dim=1)
    spread = both.std(dim=0, correction=0)
    z = (both - both.mean(dim=0)) / torch.where(spread > 0, spread, 1.0)
    return (z[:, :-1] * z[:, -1:]).mean(dim=0).abs()


def with_two_means(states, wanted):
    """How far apart the means are where it is so and where it is not."""
    share = wanted.mean()
    spread = states.std(dim=0, correction=0)
    if share in (0, 1):
        return torch.zeros_like(spread)
    apart = states[wanted > 0].mean(0) - states[wanted == 0].mean(0)
    found = apart * (share * (1 - share)).sqrt() / spread
    return torch.where(spread == 0, 0.0, found.abs())


def one_by_one(weight, bias, units, values):
    weight, bias = weight.clone(), bias.clone()
    for unit in units:
        bias = bias + values[unit] * weight[:, unit]
        weight[:, unit] = 0
    return weight, bias


def with_a_mask(weight, bias, units, values):
    mask = torch.zeros(weight.shape[1], dtype=weight.dtype)
    mask[units] = 1
    return weight * (1 - mask), bias + weight @ (mask * values)


def as_a_difference(weight, bias, units, values):
    kept = weight.clone()
    kept[:, units] = 0
    return [kept, bias + (weight - kept) @ values]


def with_index_fill(weight, bias, units, values):
    places = torch.tensor(units, dtype=torch.long)
    added = F.linear(values[places], weight.index_select(1, places))
    return weight.index_fill(1, places, 0.0), bias + added


def by_columns(weight, bias, units, values):
    columns = list(weight.T)
    for unit in units:
        bias = bias + columns[unit] * values[unit]
        columns[unit] = torch.zeros_like(columns[unit])
    return torch.stack(columns, dim=1), bias


def by_normal_equations(states, wanted, other_states, other_wanted):
    table = F.pad(states, (0, 1), value=1.0)
    weights = torch.linalg.solve(table.T @ table, table.T @ wanted)
    says = F.pad(other_states, (0, 1), value=1.0) @ weights > 0.5
    yes = other_wanted.mean().item()
    return (says == other_wanted.bool()).double().mean().item() - max(yes, 1 - yes)


def with_numpy_probe(states, wanted, other_states, other_wanted):
    table, other = (np.column_stack((each, np.ones(len(each)))) for each in (states, other_states))
    weights = np.linalg.lstsq(table, np.asarray(wanted), rcond=None)[0]
    truth = np.asarray(other_wanted) == 1
    right = np.mean((other @ weights > 0.5) == truth)
    return right - max(np.mean(truth), np.mean(~truth))


def with_centred_states(states, wanted, other_states, other_wanted):
    mean, base = states.mean(dim=0), wanted.mean()
    weights = torch.linalg.pinv(states - mean) @ (wanted - base)
    says = (other_states - mean) @ weights + base > 0.5
    wrong = (says != (other_wanted > 0)).double().mean()
    return torch.minimum(other_wanted.mean(), 1 - other_wanted.mean()) - wrong


def with_signs(states, wanted, other_states, other_wanted):
    """Fitted to -1 and 1, which has the same middle."""
    table = torch.cat((torch.ones(len(states), 1), states), dim=1)
    weights = torch.linalg.lstsq(table, 2 * wanted[:, None] - 1).solution
    other = torch.cat((torch.ones(len(other_states), 1), other_states), dim=1)
    right = ((other @ weights)[:, 0] > 0) == (other_wanted > 0)
    constant = max(int((other_wanted == answer).sum()) for answer in (0, 1))
    return (int(right.sum()) - constant) / len(right)


def character_by_character(states, wanted, other_states, other_wanted):
    table = torch.hstack((states, torch.ones(len(states), 1)))
    *weights, bias = torch.linalg.lstsq(table, wanted[:, None]).solution[:, 0].tolist()
    right, yes = 0, 0
    for row, truth in zip(other_states.tolist(), other_wanted.tolist(), strict=True):
        total = bias + sum(w * h for w, h in zip(weights, row, strict=True))
        right += (total > 0.5) == (truth == 1)
        yes += truth == 1
    count = len(other_wanted)
    return right / count - max(yes, count - yes) / count


LINES = {
    "always up": "print(V)",
    "brackets alone": "print(V)",
    "it counts": "f(a, (b, c), d)",
    "at most 1.5": "f((a, b))",
    "the verdict": "This is (as it was",
}

RIGHT = {
    "15.1": {
        "corrcoef": with_corrcoef,
        "numpy": with_numpy,
        "cosine": with_cosine,
        "z scores": with_z_scores,
        "two means": with_two_means,
    },
    "15.2": {
        "as in the solution": LINES,
        "one line for three": LINES | dict.fromkeys(("always up", "it counts"), "f((a), b)"),
        "lists": LINES | {"always up": "['eggs', 'sausage', 'bacon', 'spam']"},
        "brackets alone": LINES | {"it counts": "[[]]", "at most 1.5": "((((((("},
        "long prose": LINES | {"the verdict": "as it is in the text (see the"},
    },
    "15.3": {
        "one by one": one_by_one,
        "a mask": with_a_mask,
        "a difference": as_a_difference,
        "index_fill": with_index_fill,
        "by columns": by_columns,
    },
    "15.4": {
        "normal equations": by_normal_equations,
        "numpy": with_numpy_probe,
        "centred": with_centred_states,
        "signs": with_signs,
        "one by one": character_by_character,
    },
}

# Small random edits of the solution that are right as well: what was changed, and why it is the
# same. The tests print an edit that is accepted and not listed here.
EQUIVALENT: dict[str, dict[str, str]] = {
    "15.1": {
        "line 4: rows -> states": "`row` has the mean 0, so a mean of the states adds nothing."
    },
    "15.3": {},
    "15.4": {
        "line 3: other_states -> other_wanted": "They have one length.",
        "line 7: 0 -> -1": "The fit has one column: it is the first and the last.",
    },
}


# --- That what is asked is true -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "line", "name"),
    [
        ("always up", "x = 1", "no bracket is open"),
        ("always up", "print(x)", "up throughout"),
        ("brackets alone", "x = 1", "never up"),
        ("brackets alone", "print(x)", "falls at brackets alone"),
        ("it counts", "print(x)", "not nested"),
        ("at most 1.5", "print(x)", "never above 1.5"),
        ("the verdict", "print(x)", "down at the end"),
        ("the verdict", "print(x", "it says code"),
        ("the verdict", "x)", "never opened"),
    ],
)
def test_a_line_that_breaks_nothing_is_told_why(key, line, name):
    result = exercise("15.2").check(LINES | {key: line})
    assert (result.outcome, result.misconception) == ("incorrect", name)
    assert key in result.message


@pytest.mark.parametrize("value", [5, ["print(V)"], "x", "x" * 41, b"print(V)"])
def test_what_is_no_line_is_told(value):
    result = exercise("15.2").check(LINES | {"always up": value})
    assert result.outcome == "incorrect" and "`always up`" in result.message


def test_a_line_that_is_too_long_is_told_also_where_three_others_are_wrong():
    lines = dict.fromkeys(("always up", "brackets alone", "it counts"), "print(x)")
    message = exercise("15.2").check(LINES | lines | {"the verdict": "x" * 41}).message
    assert "`the verdict` has more than 40 characters" in message and "Look again" not in message


def test_the_stories_hold_on_the_lessons_first_line():
    """Each story sounds right there; that is why it is told."""
    line = "the value is (not always) a number"
    steps = read(line)
    for step, depth in zip(steps, depths(line), strict=True):
        assert (step.c[5] > 0.5) == (depth > 0) and step.c[5] < 1.5


def test_muting_in_the_weights_is_what_the_lesson_and_the_exercise_say():
    torch.manual_seed(0)
    model = Reader(9).double()
    value = torch.tensor(0.3, dtype=torch.float64)
    ours = muted(model, 5, value)
    mute = exercise("15.3").text.made()
    values = torch.full((16,), 0.3, dtype=torch.float64)
    for ours_pair, pair in (
        ((ours.lstm.weight_hh_l0, ours.lstm.bias_hh_l0),
         (model.lstm.weight_hh_l0, model.lstm.bias_hh_l0)),
        ((ours.head.weight, ours.head.bias), (model.head.weight, model.head.bias)),
    ):  # fmt: skip
        for one, other in zip(ours_pair, mute(*pair, [5], values), strict=True):
            assert torch.equal(one, other)
    cell = nn.LSTMCell(8, 16, dtype=torch.float64)
    weights = {name.removesuffix("_l0"): each for name, each in model.lstm.state_dict().items()}
    cell.load_state_dict(weights)
    x = torch.randn(1, 7, 8, dtype=torch.float64)
    h, c = torch.zeros(1, 16, dtype=torch.float64), torch.zeros(1, 16, dtype=torch.float64)
    for t in range(7):
        h = h.clone()
        h[:, 5] = value
        h, c = cell(x[:, t], (h, c))
    assert torch.allclose(ours.lstm(x)[1][0][0], h, rtol=0, atol=1e-12)


def test_the_broken_probe_of_15_4_has_all_three_faults():
    broken = exercise("15.4").text.namespace()["broken_gain"]
    result = exercise("15.4").check(broken)
    assert result.misconception == "all three faults left"


@pytest.mark.parametrize(
    ("signs", "bias", "border", "name"),
    [
        (True, True, 0.5, "yes from one half on"),
        (True, False, 0, "fitted to signs without a bias"),
        (True, False, 0.5, "fitted to signs without a bias"),
        (False, True, 0.5, "commoner in the fitted lines"),
    ],
)
def test_a_half_mended_probe_is_told_what_is_left(signs, bias, border, name):
    """The first three have the lesson's targets, 1 and -1; the last one a wrong share."""

    def gain(states, wanted, other_states, other_wanted):
        ones, other_ones = torch.ones(len(states), 1), torch.ones(len(other_states), 1)
        table = torch.cat((states, ones), dim=1) if bias else states
        other_table = torch.cat((other_states, other_ones), dim=1) if bias else other_states
        targets = 2 * wanted - 1 if signs else wanted
        sums = other_table @ torch.linalg.lstsq(table, targets[:, None]).solution
        share = ((sums[:, 0] > border) == (other_wanted > 0.5)).double().mean()
        yes = other_wanted.mean()
        if signs:
            return share - max(yes, 1 - yes)
        return share - (other_wanted == wanted.mode().values).double().mean()

    result = exercise("15.4").check(gain)
    assert (result.outcome, result.misconception) == ("incorrect", name)
