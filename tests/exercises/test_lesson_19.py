"""Lesson 19: answers that are right, edits that change nothing, and that what is asked is true."""

import numpy as np
import torch

from lstm_lessons import exercise
from lstm_lessons.drawing.scan_tree import joins
from lstm_lessons.lstm.minimal import scan


def by_the_loop(f, let_in, c):
    seen = []
    for f_t, let_in_t in zip(f, let_in, strict=True):
        c = f_t * c + let_in_t
        seen.append(c)
    return torch.stack(seen)


def with_the_lessons_scan(f, let_in, c):
    return scan(f, torch.cat([(f[0] * c + let_in[0])[None], let_in[1:]]))


def c_as_a_step_before_all(f, let_in, c):
    """c is let in by one more step, which is thrown away at the end."""
    return scan(torch.cat([torch.zeros_like(f[:1]), f]), torch.cat([c[None], let_in]))[1:]


def what_is_left_of_c_added(f, let_in, c):
    return scan(f, let_in) + f.cumprod(dim=0) * c


def in_halves(f, let_in, c):
    if len(f) == 1:
        return f * c + let_in
    half = len(f) // 2
    first = in_halves(f[:half], let_in[:half], c)
    return torch.cat([first, in_halves(f[half:], let_in[half:], first[-1])])


def from_zeros(run):
    return lambda f, let_in: run(f, let_in, torch.zeros_like(let_in[0]))


SCANNED = {
    "SRU": "yes",
    "GRU": "no",
    "plain RNN": "no",
    "without tanh": "yes",
    "peephole": "no",
    "o looks": "yes",
}
COUNTS = {
    "rounds": 7,
    "joins in round 1": 99,
    "joins": 573,
    "loop": 99,
    "covered": 8,
    "turns": 13,
}

RIGHT = {
    "19.1": {
        "by the loop": by_the_loop,
        "the lesson's scan": with_the_lessons_scan,
        "c as a step before all": c_as_a_step_before_all,
        "what is left of c added": what_is_left_of_c_added,
        "in halves": in_halves,
    },
    "19.2": {
        "plain": SCANNED,
        "capitals": {key: value.upper() for key, value in SCANNED.items()},
        "with blanks": {key: f" {value} " for key, value in SCANNED.items()},
        "with full stops": {key: f"{value}." for key, value in SCANNED.items()},
        "numpy": {key: np.str_(value) for key, value in SCANNED.items()},
    },
    "19.3": {
        "plain": COUNTS,
        "text": {key: str(value) for key, value in COUNTS.items()},
        "floats": {key: float(value) for key, value in COUNTS.items()},
        "numpy": {key: np.int64(value) for key, value in COUNTS.items()},
        "tensors": {key: torch.tensor(value) for key, value in COUNTS.items()},
    },
    "19.4": {
        "the lesson's scan": scan,
        "by the loop": from_zeros(by_the_loop),
        "in halves": from_zeros(in_halves),
        "c as a step before all": from_zeros(c_as_a_step_before_all),
        "with the scan of 19.1": from_zeros(with_the_lessons_scan),
    },
}

# Small random edits of the solution that are right as well: what was changed, and why it is the
# same. The tests print an edit that is accepted and not listed here.
EQUIVALENT: dict[str, dict[str, str]] = {
    "19.1": {},
    "19.4": {
        "line 3: Lt -> LtE": "a round with a reach of T joins nothing: all of earlier is 0",
    },
}


def test_the_counts_of_19_3_are_those_of_the_picture():
    rounds = joins(100)
    assert COUNTS["rounds"] == len(rounds) and COUNTS["joins"] == sum(rounds)
    assert COUNTS["joins in round 1"] == rounds[0]
    assert COUNTS["turns"] == sum(-(-each // 50) for each in rounds)


def test_two_steps_with_a_matrix_can_be_joined_as_19_2_says():
    U, x_1, x_2, h = (torch.randn(*size).double() for size in ((3, 3), (3,), (3,), (3,)))
    torch.testing.assert_close(x_2 + U @ (x_1 + U @ h), (x_2 + U @ x_1) + (U @ U) @ h)


def test_the_broken_scan_of_19_4_lets_a_step_know_what_comes_later():
    broken = exercise("19.4").text.namespace()["broken_scan"]
    f, let_in = torch.rand(6, 2, 3).double(), torch.randn(6, 2, 3).double()
    later = let_in.clone()
    later[-1] += 1
    assert not torch.allclose(broken(f, let_in)[0], broken(f, later)[0])
    assert exercise("19.4").check(broken).misconception == "both faults left"
