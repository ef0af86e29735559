"""Lesson 14: answers that are right, edits that change nothing, and that what is asked is true."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from lstm_lessons import exercise


def report_by_loop(validation, test, baseline):
    tests = []
    for row, other in zip(validation, test, strict=True):
        tests.append(other[row.argmin()])
    tests = torch.stack(tests)
    return tests, tests.mean(), (tests < baseline).to(tests.dtype).mean()


def report_by_gather(validation, test, baseline):
    tests = test.gather(1, validation.min(dim=1).indices[:, None])[:, 0]
    return tests, tests.sum() / len(tests), (tests < baseline).double().sum() / len(tests)


def report_by_sorting(validation, test, baseline):
    order = validation.argsort(dim=1)
    tests = test.take_along_dim(order, dim=1)[:, 0]
    return tests, torch.mean(tests), torch.where(tests < baseline, 1.0, 0.0).double().mean()


def report_by_mask(validation, test, baseline):
    mask = validation == validation.min(dim=1, keepdim=True).values
    tests = test[mask]
    return [tests, tests.mean(), (baseline > tests).double().mean()]


def report_by_one_hot(validation, test, baseline):
    chosen = F.one_hot(validation.argmin(dim=1), validation.shape[1]).double()
    tests = (test * chosen).sum(dim=1)
    below = torch.sign(baseline - tests.detach()).clamp(min=0)
    return tests, tests.mean(), below.mean()


def loss_by_torch(scores, classes):
    return F.cross_entropy(scores, classes)


def loss_by_nll(scores, classes):
    return F.nll_loss(F.log_softmax(scores, dim=-1), classes)


def loss_by_logsumexp(scores, classes):
    return (scores.logsumexp(dim=1) - scores[torch.arange(len(scores)), classes]).mean()


def loss_by_loop(scores, classes):
    total = 0
    for row, k in zip(scores, classes, strict=True):
        total = total - torch.log_softmax(row, dim=0)[k]
    return total / len(scores)


def loss_by_one_hot(scores, classes):
    right = F.one_hot(classes, scores.shape[1]).double()
    return -(right * scores.log_softmax(1)).sum() / len(scores)


def scaled_in_parts(series, count):
    mean, std = series[:count].mean(0), series[:count].std(0)
    return (series[:count] - mean) / std, (series[count:] - mean) / std


def scaled_by_std_mean(series, count):
    std, mean = torch.std_mean(series[:count], dim=0, keepdim=True)
    return list(((series - mean) / std).split([count, len(series) - count]))


def scaled_by_columns(series, count):
    columns = [(c - c[:count].mean()) / c[:count].std() for c in series.T]
    scaled = torch.stack(columns, dim=1)
    return scaled[:count], scaled[count:]


def scaled_by_hand(series, count):
    mean = series[:count].sum(dim=0) / count
    std = (((series[:count] - mean) ** 2).sum(dim=0) / (count - 1)).sqrt()
    return (series[:count] - mean) / std, (series[count:] - mean) / std


def scaled_by_var(series, count):
    known = series[:count]
    scaled = (series - known.mean(dim=0)) * known.var(dim=0).rsqrt()
    return scaled[:count], scaled[count:]


TABLE = {
    "shape": (3, 3),
    "loss": 28 / 9,
    "best guess": 7 / 3,
    "best loss": 14 / 9,
    "mended by": "B",
}

RIGHT = {
    "14.1": {
        "by loop": report_by_loop,
        "gather": report_by_gather,
        "sorting": report_by_sorting,
        "mask": report_by_mask,
        "one hot": report_by_one_hot,
    },
    "14.2": {
        "plain": TABLE,
        "a list": TABLE | {"shape": [3, 3]},
        "fractions": TABLE | {"loss": "28/9", "best guess": "7/3", "best loss": "14/9"},
        "tensors": TABLE | {"loss": torch.tensor(28 / 9), "best guess": np.float64(7 / 3)},
        "two decimals": TABLE | {"loss": 3.11, "best guess": 2.33, "best loss": 1.56},
        "small": TABLE | {"mended by": "b", "shape": torch.Size((3, 3))},
    },
    "14.3": {
        "cross_entropy": loss_by_torch,
        "nll_loss": loss_by_nll,
        "logsumexp": loss_by_logsumexp,
        "by loop": loss_by_loop,
        "one hot": loss_by_one_hot,
    },
    "14.4": {
        "in parts": scaled_in_parts,
        "std_mean": scaled_by_std_mean,
        "by columns": scaled_by_columns,
        "by hand": scaled_by_hand,
        "var": scaled_by_var,
    },
}

# Small random edits of the solution that are right as well: what was changed, and why it is the
# same. The tests print an edit that is accepted and not listed here.
EQUIVALENT: dict[str, dict[str, str]] = {
    "14.1": {"line 3: test -> validation": "both have as many rows"},
    "14.3": {
        "line 3: scores -> log_p": "both have as many rows",
        "line 3: scores -> classes": "both are as long",
    },
    "14.4": {},
}


def test_the_table_of_14_2_is_what_torch_makes():
    p = torch.tensor([[1.0], [2.0], [4.0]], dtype=torch.float64)
    y = p[:, 0].clone()
    assert tuple((p - y).shape) == TABLE["shape"]
    assert ((p - y) ** 2).mean().item() == pytest.approx(TABLE["loss"])
    guesses = p.clone().requires_grad_()
    optimiser = torch.optim.LBFGS([guesses])
    for _ in range(3):

        def loss():
            optimiser.zero_grad()
            found = ((guesses - y) ** 2).mean()
            found.backward()
            return found

        optimiser.step(loss)
    assert guesses.flatten().tolist() == pytest.approx([TABLE["best guess"]] * 3, abs=1e-6)
    assert loss().item() == pytest.approx(TABLE["best loss"])
    assert ((p - y[None]) ** 2).mean() > 3 and ((p[:, 0] - y) ** 2).mean() == 0


@pytest.mark.parametrize("number, broken", [("14.3", "broken_loss"), ("14.4", "broken_scaling")])
def test_what_is_broken_is_told_by_its_name(number, broken):
    function = exercise(number).text.namespace()[broken]
    told = {"14.3": "softmax twice", "14.4": "scaled by all years"}
    assert exercise(number).check(function).misconception == told[number]
