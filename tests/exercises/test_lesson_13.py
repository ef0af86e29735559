"""Lesson 13: answers that are right, edits that change nothing, and that what is asked is true."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from lstm_lessons import exercise
from lstm_lessons.environment.clone import Clone
from lstm_lessons.lstm.cell import apply_gates
from lstm_lessons.lstm.relatives import (
    count_parameters,
    coupled_step,
    gru_step,
    papers_gru_step,
)
from lstm_lessons.lstm.relatives import peephole_step as lesson_step


def with_the_lessons_steps(x, h, *weights):
    *weights, reset_first = weights
    return (papers_gru_step if reset_first else gru_step)(x, h, *weights)[0]


def gate_by_gate(x, h, w, u, b, d, reset_first):
    H = h.shape[1]
    W_r, W_z, W_n = w.view(3, H, -1)
    U_r, U_z, U_n = u.view(3, H, H)
    (b_r, b_z, b_n), (d_r, d_z, d_n) = b.view(3, H), d.view(3, H)
    r = torch.sigmoid(x @ W_r.T + h @ U_r.T + b_r + d_r)
    z = torch.sigmoid(x @ W_z.T + h @ U_z.T + b_z + d_z)
    from_h = (r * h) @ U_n.T + d_n if reset_first else r * (h @ U_n.T + d_n)
    n = torch.tanh(x @ W_n.T + b_n + from_h)
    return torch.lerp(n, h, z)


def with_torch_gru_cell(x, h, *weights):
    *weights, reset_first = weights
    if not reset_first:
        return torch.gru_cell(x, h, *weights)
    return gate_by_gate(x, h, *weights, reset_first)


def sentence_by_sentence(x, h, *weights):
    return torch.stack(
        [gate_by_gate(a[None], b[None], *weights)[0] for a, b in zip(x, h, strict=True)]
    )


def with_where(x, h, w, u, b, d, reset_first):
    x_r, x_z, x_n = torch.split(F.linear(x, w, b), h.shape[1], dim=1)
    h_r, h_z, h_n = torch.split(F.linear(h, u, d), h.shape[1], dim=1)
    r, z = (x_r + h_r).sigmoid(), (x_z + h_z).sigmoid()
    before = F.linear(r * h, u[2 * h.shape[1] :], d[2 * h.shape[1] :])
    part = torch.where(torch.tensor(reset_first), before, r * h_n)
    n = (x_n + part).tanh()
    return n - z * n + z * h


def with_the_lessons_peepholes(x, h, c, weight_ih, weight_hh, peepholes):
    return lesson_step(x, h, c, weight_ih, weight_hh, None, None, peepholes)


def peepholes_stacked(x, h, c, weight_ih, weight_hh, peepholes):
    """What i and f see of the old c is added to the sums at once."""
    looks = torch.cat([peepholes[0] * c, peepholes[1] * c, 0 * c, 0 * c], dim=1)
    i, f, g, o = (x @ weight_ih.T + h @ weight_hh.T + looks).chunk(4, 1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    o = torch.addcmul(o, peepholes[2].expand_as(c), c)
    return [o.sigmoid() * c.tanh(), c]


def peepholes_as_diagonals(x, h, c, weight_ih, weight_hh, peepholes):
    P_i, P_f, P_o = torch.diag_embed(peepholes)
    z_i, z_f, z_g, z_o = torch.split(F.linear(x, weight_ih) + F.linear(h, weight_hh), c.shape[1], 1)
    new_c = torch.sigmoid(z_f + c @ P_f) * c + torch.sigmoid(z_i + c @ P_i) * torch.tanh(z_g)
    return torch.sigmoid(z_o + new_c @ P_o) * torch.tanh(new_c), new_c


def peepholes_by_sentence(*given):
    x, h, c, *weights = given
    pairs = [with_the_lessons_peepholes(*each, *weights) for each in zip(x, h, c, strict=True)]
    return tuple(map(torch.stack, zip(*pairs, strict=True)))


def peepholes_by_apply_gates(x, h, c, weight_ih, weight_hh, peepholes):
    """The memory from one call, h from a second one with the new c in the sum of o."""
    z_i, z_f, z_g, z_o = (x @ weight_ih.T + h @ weight_hh.T).chunk(4, dim=1)
    sums = [z_i + peepholes[0] * c, z_f + peepholes[1] * c, z_g]
    _, new_c = apply_gates(torch.cat([*sums, z_o], dim=1), c)
    return apply_gates(torch.cat([*sums, z_o + peepholes[2] * new_c], dim=1), c)


COUNTS = {
    "LSTM": 260,
    "bias=False": 220,
    "no forget gate": 195,
    "peepholes": 275,
    "GRU": 195,
    "projection": 210,
    "layer 1": 130,
}
TRACES = {
    "A": "1997",
    "B": "coupled",
    "C": "LSTM",
    "D": "none",
    "f in C, step 3": 0,
    "steps to empty A": 2,
}

RIGHT = {
    "13.1": {
        "the lesson's steps": with_the_lessons_steps,
        "gate by gate": gate_by_gate,
        "torch.gru_cell": with_torch_gru_cell,
        "sentence by sentence": sentence_by_sentence,
        "where": with_where,
    },
    "13.4": {
        "the lesson's step": with_the_lessons_peepholes,
        "stacked": peepholes_stacked,
        "diagonals": peepholes_as_diagonals,
        "sentence by sentence": peepholes_by_sentence,
        "apply_gates twice": peepholes_by_apply_gates,
    },
    "13.2": {
        "numbers": COUNTS,
        "floats": {key: float(value) for key, value in COUNTS.items()},
        "numpy": {key: np.int64(value) for key, value in COUNTS.items()},
        "tensors": {key: torch.tensor(value) for key, value in COUNTS.items()},
        "text": {key: str(value) for key, value in COUNTS.items()},
    },
    "13.3": {
        "plain": TRACES,
        "capitals": TRACES | {"B": "Coupled", "C": "lstm", "D": "None"},
        "a year": TRACES | {"A": 1997},
        "blanks": TRACES | {"A": " 1997 ", "D": "none "},
        "floats": TRACES | {"f in C, step 3": 0.0, "steps to empty A": 2.0},
    },
}

# Small random edits of the solution that are right as well: what was changed, and why it is the
# same. The tests print an edit that is accepted and not listed here.
EQUIVALENT: dict[str, dict[str, str]] = {"13.1": {}, "13.4": {}}


def test_the_counts_of_13_2_are_those_of_modules():
    def size(module, ending=""):
        named = module.named_parameters()
        return sum(value.numel() for name, value in named if name.endswith(ending))

    assert COUNTS == {
        "LSTM": size(nn.LSTM(6, 5)),
        "bias=False": size(nn.LSTM(6, 5, bias=False)),
        "no forget gate": count_parameters("no forget gate", 6, 5),
        "peepholes": count_parameters("peepholes", 6, 5),
        "GRU": size(nn.GRU(6, 5)),
        "projection": size(nn.LSTM(6, 5, proj_size=2)),
        "layer 1": size(nn.LSTM(6, 5, num_layers=2, proj_size=2), "_l1"),
    }
    assert exercise("13.2").right == COUNTS


def test_13_3_takes_f_to_one_digit_and_reads_never():
    check = exercise("13.3").check
    assert check(TRACES | {"f in C, step 3": 0.04}).outcome == "correct"
    assert check(TRACES | {"f in C, step 3": 0.06}).outcome == "incorrect"
    assert check(TRACES | {"steps to empty A": "never"}).misconception == "A never"


I_GATE, NEWS = (0.8, 0.5, 0.1, 0.0), (1.0, 0.6, -1.0, 0.3)
COLUMNS = {
    "A": (1.30, 1.60, 1.50, 1.50),
    "B": (0.900, 0.750, 0.575, 0.575),
    "C": (1.05, 1.35, -0.10, -0.08),
    "D": (1.25, 2.80, 2.70, 2.70),
}


def forget_gates(column):
    """Return what f would have to be at each step."""
    old, found = 0.5, []
    for i, g, c in zip(I_GATE, NEWS, column, strict=True):
        found.append((c - i * g) / old)
        old = c
    return found


def test_the_traces_of_13_3_are_what_it_says():
    f = {name: forget_gates(column) for name, column in COLUMNS.items()}
    assert f["A"] == pytest.approx([1, 1, 1, 1])
    assert f["B"] == pytest.approx([1 - i for i in I_GATE])
    assert f["C"] == pytest.approx([0.5, 1, 0, 0.8], abs=1e-9)
    assert f["D"][1] == pytest.approx(2)
    source = (Clone.here().root / "exercises/source/13_relatives.py").read_text("utf-8")
    for row in range(4):
        line = [f"{row + 1}", f"{I_GATE[row]:.1f}", f"{NEWS[row]:.1f}"]
        line += [f"{COLUMNS[name][row]:.{3 if name == 'B' else 2}f}" for name in "ABCD"]
        assert " ".join(line) in " ".join(source.split())


def test_the_broken_step_of_13_4_is_right_where_nobody_looks_and_has_two_faults():
    torch.manual_seed(0)
    broken = exercise("13.4").text.namespace()["broken_step"]
    cell = nn.LSTMCell(3, 2, bias=False, dtype=torch.float64)
    x, h, c = torch.randn(5, 3).double(), torch.randn(5, 2).double(), torch.randn(5, 2).double()
    weights = list(cell.parameters())[:2]
    found = broken(x, h, c, *weights, torch.zeros(3, 2, dtype=torch.float64))
    for ours, theirs in zip(found, cell(x, (h, c)), strict=True):
        assert torch.allclose(ours, theirs, rtol=0, atol=1e-12)
    assert exercise("13.4").check(broken).misconception == "both faults left"


def test_a_coupled_unit_stays_between_minus_one_and_one():
    """What lesson 13 says, with weights and words as large as one likes."""
    torch.manual_seed(0)
    h, c = torch.zeros(5, 4), torch.zeros(5, 4)
    weights = [10 * torch.randn(12, 3), 10 * torch.randn(12, 4), torch.randn(12), torch.randn(12)]
    for _ in range(200):
        h, c = coupled_step(10 * torch.randn(5, 3), h, c, *weights)
        assert c.abs().max() <= 1


def test_who_does_not_look_at_reset_first_is_told_that_true_and_false_give_the_same():
    result = exercise("13.1").check(lambda *given: gate_by_gate(*given[:-1], False).sin())
    assert "Your h is the same for `reset_first` True and False." in result.message
