"""Lesson 17: answers that are right, edits that change nothing, and that what is asked is true."""

from pathlib import Path
from pickle import UnpicklingError

import numpy as np
import torch

from lstm_lessons import exercise
from lstm_lessons.lstm.cell import apply_gates, lstm_step
from lstm_lessons.lstm.frameworks import reorder, tensorflow_1_step, to_tensorflow_1

# --- Right answers --------------------------------------------------------------------------------


def gate_by_gate(weight_ih, weight_hh, bias_ih, bias_hh):
    rows = [torch.cat(pair, 1) for pair in zip(weight_ih.chunk(4), weight_hh.chunk(4), strict=True)]
    sums = [a + b for a, b in zip(bias_ih.chunk(4), bias_hh.chunk(4), strict=True)]
    order = (0, 2, 1, 3)
    kernel = torch.cat([rows[k] for k in order]).T
    return kernel, torch.cat([sums[k] - float(k == 1) for k in order])


def turned_first(weight_ih, weight_hh, bias_ih, bias_hh):
    kernel = torch.cat((weight_ih.T, weight_hh.T))
    i, f, g, o = kernel.chunk(4, dim=1)
    b_i, b_f, b_g, b_o = (bias_ih + bias_hh).chunk(4)
    return [torch.cat((i, g, f, o), dim=1), torch.cat((b_i, b_g, b_f - 1, b_o))]


def by_an_index(weight_ih, weight_hh, bias_ih, bias_hh):
    H = weight_hh.shape[1]
    order = torch.arange(4 * H).view(4, H)[[0, 2, 1, 3]].flatten()
    ones = torch.zeros_like(bias_ih)
    ones[H : 2 * H] = 1
    both = torch.hstack((weight_ih, weight_hh))
    return both[order].t(), (bias_ih + bias_hh - ones)[order]


def by_a_view(weight_ih, weight_hh, bias_ih, bias_hh):
    H = weight_hh.shape[1]
    both = torch.cat((weight_ih, weight_hh), dim=1).view(4, H, -1)[[0, 2, 1, 3]]
    bias = (bias_ih + bias_hh).view(4, H) - torch.tensor([0.0, 1.0, 0.0, 0.0])[:, None]
    return both.flatten(0, 1).mT, bias[[0, 2, 1, 3]].reshape(-1)


def by_where(x, new, h, c, weight_ih, weight_hh, bias):
    outputs = []
    for t in range(len(x)):
        begins = new[t].bool()[:, None]
        h, c = torch.where(begins, 0.0, h), torch.where(begins, 0.0, c)
        h, c = lstm_step(x[t], h, c, weight_ih, weight_hh, bias)
        outputs.append(h)
    return torch.stack(outputs)


def line_by_line(x, new, h, c, *weights):
    lines = []
    for b in range(x.shape[1]):
        h_b, c_b, shown = h[b], c[b], []
        for x_t, begins in zip(x[:, b], new[:, b], strict=True):
            if begins:
                h_b, c_b = torch.zeros_like(h_b), torch.zeros_like(c_b)
            h_b, c_b = lstm_step(x_t, h_b, c_b, *weights)
            shown.append(h_b)
        lines.append(torch.stack(shown))
    return torch.stack(lines, dim=1)


def words_first(x, new, h, c, weight_ih, weight_hh, bias):
    from_x, outputs = x @ weight_ih.T + bias, []
    for z, goes_on in zip(from_x, (new == 0).unsqueeze(-1), strict=True):
        h, c = apply_gates(z + (h * goes_on) @ weight_hh.T, c * goes_on)
        outputs.append(h)
    return torch.stack(outputs)


def masked(x, new, h, c, *weights):
    outputs = x.new_empty(*x.shape[:2], h.shape[1])
    for t, begins in enumerate(new > 0.5):
        h, c = (each.masked_fill(begins[:, None], 0) for each in (h, c))
        h, c = lstm_step(x[t], h, c, *weights)
        outputs[t] = h
    return outputs


def zeros_put_in(x, new, h, c, *weights):
    outputs = []
    for x_t, new_t in zip(x, new, strict=True):
        h, c = h.clone(), c.clone()
        h[new_t == 1] = 0
        c[new_t == 1] = 0
        h, c = lstm_step(x_t, h, c, *weights)
        outputs.append(h)
    return torch.stack(outputs)


READ = {
    "example": (2, 8),
    "five lines": "2",
    "one long line": "3",
    "anything": "4",
    "calls": 30,
    "h": (1, 7, 16),
    "test": "C",
}
LOADED = {
    "weights.pt": "loads",
    "model.pt": "refuses",
    "parcel.pt": "loads",
    "greeting.pt": "refuses",
    "steps.pt": "refuses",
    "when": "loading",
    "model.pt from a stranger": "C",
    "right": False,
}
NUMBERED = {key: int(READ[key]) for key in ("five lines", "one long line", "anything")}
VERBS = {key: value[:-1] for key, value in LOADED.items() if key.endswith(".pt")}
RIGHT = {
    "17.1": {
        "gate by gate": gate_by_gate,
        "turned first": turned_first,
        "by an index": by_an_index,
        "by a view": by_a_view,
        "the package's": to_tensorflow_1,
    },
    "17.2": {
        "tuples": READ,
        "lists": READ | {"example": [2, 8], "h": [1, 7, 16]},
        "numbers": READ | NUMBERED,
        "text": {key: str(value) for key, value in READ.items()},
        "numpy": READ | {"calls": np.int64(30), "h": torch.Size((1, 7, 16)), "test": "c"},
    },
    "17.3": {
        "plain": LOADED,
        "verbs": LOADED | VERBS,
        "capitals": {k: v.upper() if isinstance(v, str) else v for k, v in LOADED.items()},
        "text": LOADED | {"right": "False", "model.pt from a stranger": "(c)"},
        "a tensor": LOADED | {"right": torch.tensor(False)},
    },
    "17.4": {
        "where": by_where,
        "line by line": line_by_line,
        "words first": words_first,
        "masked": masked,
        "zeros put in": zeros_put_in,
    },
}

# Small random edits of the solution that are right as well: what was changed, and why it is the
# same. The tests print an edit that is accepted and not listed here.
EQUIVALENT: dict[str, dict[str, str]] = {"17.1": {}, "17.4": {}}


def test_the_old_cell_with_the_weights_of_17_1_is_torchs():
    torch.manual_seed(0)
    weights = [torch.randn(*size).double() for size in ((20, 3), (20, 5), (20,), (20,))]
    x, h, c = (torch.randn(2, size).double() for size in (3, 5, 5))
    found = tensorflow_1_step(x, h, c, *exercise("17.1").solved(*weights))
    for ours, torchs in zip(found, lstm_step(x, h, c, *weights), strict=True):
        assert torch.allclose(ours, torchs, rtol=0, atol=1e-12)


def turned_too_early(weight_ih, weight_hh, bias_ih, bias_hh):
    above, below = (reorder(each.T, "ifgo", "igfo") for each in (weight_ih, weight_hh))
    return torch.cat([above, below]), reorder(bias_ih + bias_hh, "ifgo", "igfo")


def test_to_reorder_a_matrix_that_is_turned_already_is_told_with_the_cure():
    found = exercise("17.1").check(turned_too_early)
    assert found.outcome == "error"
    assert found.misconception == "a matrix turned before it is put in order"
    assert "So reorder first, then transpose." in found.message


def test_torch_does_with_the_files_of_17_3_what_the_answer_says(tmp_path, capsys):
    made = exercise("17.3").text.namespace()
    made["make_files"](Path(tmp_path))
    for name in (key for key in LOADED if key.endswith(".pt")):
        try:
            torch.load(tmp_path / name, weights_only=True)
            does = "loads"
        except UnpicklingError:
            does = "refuses"
        assert does == LOADED[name], name
    assert capsys.readouterr().out == ""
    torch.load(tmp_path / "greeting.pt", weights_only=False)
    assert capsys.readouterr().out == "hello\n"


def chosen_by(marks):
    """Return an answer to 17.4 that writes zeros where ``marks(new)`` chooses lines."""

    def stream(x, new, h, c, *weights):
        outputs = []
        for x_t, chosen in zip(x, marks(new), strict=True):
            h, c = h.clone(), c.clone()
            h[chosen] = 0
            c[chosen] = 0
            h, c = lstm_step(x_t, h, c, *weights)
            outputs.append(h)
        return torch.stack(outputs)

    return stream


def test_marks_that_are_floats_choose_no_lines_and_as_whole_numbers_they_are_places():
    each = exercise("17.4")
    assert each.check(chosen_by(lambda new: new == 1)).outcome == "correct"
    found = each.check(chosen_by(lambda new: new))
    assert (found.outcome, found.misconception) == ("error", "numbers for True and False")
    assert "`mark == 1` is True at the ones" in found.message
    assert each.check(chosen_by(lambda new: new.long())).misconception == "marks for places"


def test_the_broken_stream_of_17_4_has_both_faults():
    each = exercise("17.4")
    broken = each.text.namespace()["broken_stream"]
    assert each.check(broken).misconception == "both faults left"
