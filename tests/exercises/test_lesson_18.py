"""Lesson 18: right answers; the programs of the exercises are as ill as it says, by diagnose."""

import re
from pathlib import Path

import numpy
import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence

from lstm_lessons import diagnose, exercise

# --- Right answers --------------------------------------------------------------------------------


def far_by_a_loop(lstm, x, step):
    other = x.clone()
    for sample in range(len(x)):
        other[sample, step] = x[sample, step] + 1
    gaps = (lstm(other)[0] - lstm(x)[0]).abs()
    return torch.stack([gaps[:, t].max() for t in range(x.shape[1])])


def far_by_a_mask(lstm, x, step):
    here = (torch.arange(x.shape[1]) == step).to(x)[:, None]
    return (lstm(x + here)[0] - lstm(x)[0]).abs().amax(2).amax(0)


def far_by_norm(lstm, x, step):
    pushed = torch.zeros_like(x)
    pushed[:, step] = 1
    gaps = lstm(x)[0] - lstm(x + pushed)[0]
    return torch.linalg.vector_norm(gaps, ord=torch.inf, dim=(0, 2))


def far_by_both_signs(lstm, x, step):
    other = torch.cat([x[:, :step], x[:, step : step + 1] + 1, x[:, step + 1 :]], dim=1)
    gaps = lstm(other)[0] - lstm(x)[0]
    flat = gaps.transpose(0, 1).flatten(1)
    return torch.maximum(flat.max(1).values, -flat.min(1).values)


def far_in_one_batch(lstm, x, step):
    other = x.clone()
    other[:, step].add_(1)
    before, after = lstm(torch.cat([x, other]))[0].chunk(2)
    return (after - before).abs().movedim(1, 0).reshape(x.shape[1], -1).amax(dim=1)


def scores_by_packing(lstm, head, x, lengths):
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    return head(lstm(packed)[1][0][-1])[:, 0]


def scores_by_gather(lstm, head, x, lengths):
    output, _ = lstm(x)
    place = (lengths - 1)[:, None, None].expand(-1, 1, output.shape[2])
    return head(output.gather(1, place)[:, 0]).squeeze(1)


def scores_one_by_one(lstm, head, x, lengths):
    found = [head(lstm(x[b, :n])[0][-1]) for b, n in enumerate(lengths.tolist())]
    return torch.cat(found)


def scores_of_all_steps(lstm, head, x, lengths):
    every = head(lstm(x)[0])[..., 0]
    return every[torch.arange(len(lengths)), lengths - 1]


def scores_by_a_mask(lstm, head, x, lengths):
    last = torch.arange(x.shape[1]) == (lengths - 1)[:, None]
    return head(lstm(x)[0][last]).flatten()


PROBES = dict(
    zip(("neighbour", "longer", "forecast", "cut", "again", "still"), "ABCDEF", strict=True)
)
PROGRAMS = {"Hal": "D", "Ida": "C", "Jon": "E", "Kim": "H"}
SHOWN = {
    "padding": False,
    "swap": True,
    "dropout": True,
    "loss": False,
    "squeeze": True,
    "leak": False,
}

RIGHT = {
    "18.1": {
        "small letters": {key: letter.lower() for key, letter in PROBES.items()},
        "in brackets": {key: f"({letter})" for key, letter in PROBES.items()},
        "another order": dict(reversed(PROBES.items())),
        "with spaces": PROBES | {"cut": " D "},
        "mixed": PROBES | {"again": "e", "still": "(f)"},
    },
    "18.2": {
        "a loop": far_by_a_loop,
        "a mask": far_by_a_mask,
        "a norm": far_by_norm,
        "both signs": far_by_both_signs,
        "one batch": far_in_one_batch,
    },
    "18.3": {
        "packed": scores_by_packing,
        "gather": scores_by_gather,
        "one by one": scores_one_by_one,
        "all steps": scores_of_all_steps,
        "a mask": scores_by_a_mask,
    },
    "18.4": {
        "small letters": {key: letter.lower() for key, letter in PROGRAMS.items()},
        "in brackets": {key: f"({letter})" for key, letter in PROGRAMS.items()},
        "another order": dict(reversed(PROGRAMS.items())),
        "with spaces": PROGRAMS | {"Kim": " H "},
        "mixed": PROGRAMS | {"Hal": "d", "Ida": "(c)"},
    },
    "18.5": {
        "words": {key: str(value) for key, value in SHOWN.items()},
        "small words": {key: str(value).lower() for key, value in SHOWN.items()},
        "numpy's own": {key: numpy.bool_(value) for key, value in SHOWN.items()},
        "tensors": {key: torch.tensor(value) for key, value in SHOWN.items()},
        "another order": dict(reversed(SHOWN.items())),
    },
}

EQUIVALENT: dict[str, dict[str, str]] = {
    "18.2": {},
    "18.3": {
        "line 4: minus gone": "the scores are (B, 1), so that its last axis is axis 1",
        "line 3: x -> output": "output has as many lines as x",
        "line 3: x -> lengths": "there is a length for each line of x",
    },
}

# --- What is asked is true ------------------------------------------------------------------------

SOURCE = Path(__file__).parents[2] / "exercises/source/18_clinic.py"


@pytest.fixture(scope="module")
def programs():
    """Return the classes of 18.4 as the page has them."""
    text = SOURCE.read_text(encoding="utf-8")
    cells = re.split(r"^# %%.*$", text, flags=re.MULTILINE)
    wanted = rf"\s*class ({'|'.join(PROGRAMS)})\b"
    code = "\n".join(each for each in cells if re.match(wanted, each))
    space = {"torch": torch, "nn": nn, "pack_padded_sequence": pack_padded_sequence}
    exec(compile(code, str(SOURCE), "exec"), space)
    torch.manual_seed(0)
    return {name: space[name]() for name in PROGRAMS}


def inputs():
    torch.manual_seed(1)
    return torch.randn(4, 7, 8), torch.tensor([7, 3, 5, 2])


def test_hal_has_no_fault_and_looks_ahead(programs):
    report = diagnose(programs["Hal"], inputs()[0], batch_first=True)
    assert report and not report.suspicions
    assert report["causality"].status == "property"


def test_ida_mixes_its_lines(programs):
    report = diagnose(programs["Ida"], inputs()[0], batch_first=True)
    assert report["sample independence"].status == "FAULT"
    assert report["parameter gradients"].status == "holds"
    shares = programs["Ida"](inputs()[0]).exp()
    torch.testing.assert_close(shares.sum(0), torch.ones(9), rtol=0, atol=1e-5)


def test_jon_keeps_its_states(programs):
    report = diagnose(programs["Jon"], inputs()[0], batch_first=True)
    assert "from call to call" in report["eval determinism"].fact
    assert report["parameter gradients"].status == "holds"
    assert report["sample independence"].status == "holds"


def test_kim_has_nothing(programs):
    report = diagnose(programs["Kim"], inputs(), batch_first=True)
    assert not report.faults and not report.suspicions, report


class Of(nn.Module):
    def __init__(self, run, **options):
        super().__init__()
        self.lstm, self.run = nn.LSTM(8, 16, **options), run
        self.head = nn.Linear(16, 1)

    def forward(self, x):
        return self.run(self, x)


def test_the_examples_of_18_5_show_what_it_says():
    torch.manual_seed(0)
    last = Of(lambda m, x: m.head(m.lstm(x)[0][:, -1]), batch_first=True)
    report = diagnose(last, torch.randn(4, 7, 8), batch_first=True)
    assert not report.faults and not report.suspicions
    assert "was not tried" in report["batch composition"].fact
    assert diagnose(nn.LSTM(8, 16), torch.randn(6, 6, 8), batch_first=True).faults
    drops = Of(lambda m, x: F.dropout(m.head(m.lstm(x)[0])), batch_first=True)
    one = diagnose(drops, torch.randn(1, 5, 8), batch_first=True)
    assert "dropout is at work" in one["eval determinism"].fact
    lost = Of(lambda m, x: m.head(m.lstm(x)[1][0][-1]).squeeze(), batch_first=True)
    four = diagnose(lost, torch.randn(4, 7, 8), batch_first=True)
    assert "an axis is lost" in four["batch composition"].fact


def test_the_patient_of_18_3_has_two_faults_and_the_solution_none():
    class Scores(nn.Module):
        def __init__(self, run):
            super().__init__()
            self.lstm, self.head, self.run = nn.LSTM(8, 16, batch_first=True), nn.Linear(16, 1), run

        def forward(self, x, lengths):
            return self.run(self.lstm, self.head, x, lengths)

    def ill(lstm, head, x, lengths):
        return head(lstm(x)[0][:, -1]).squeeze()

    def half(lstm, head, x, lengths):
        return head(lstm(x)[0][:, -1]).squeeze(-1)

    def other_half(lstm, head, x, lengths):
        return head(lstm(x)[0][torch.arange(len(x)), lengths - 1]).squeeze()

    torch.manual_seed(0)
    for one in (ill, other_half):  # the report names the lost axis first, and that alone
        (lost,) = diagnose(Scores(one), inputs(), batch_first=True).faults
        assert "an axis is lost" in lost.fact
    (padding,) = diagnose(Scores(half), inputs(), batch_first=True).faults
    assert "padding" in padding.perhaps
    for right in RIGHT["18.3"].values():
        assert not diagnose(Scores(right), inputs()).faults


def test_the_probe_of_18_2_is_that_of_diagnose():
    """Zeros before the step where the layer is causal, as it says, and not where it is not."""
    asked = exercise("18.2")
    for case, wanted in zip(asked.calls, asked.wanted, strict=True):
        made = case.fresh()
        early = wanted["moved"][: made["step"]]
        if len(early):
            assert bool(early.any()) == made["lstm"].bidirectional
            status = diagnose(made["lstm"], made["x"], batch_first=True)["causality"].status
            assert (status == "property") == made["lstm"].bidirectional
