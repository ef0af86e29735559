"""Lesson 13: answers that are right, edits that change nothing, what the explorer draws."""

import pytest
import torch
from drawn import marked

from lstm_lessons.explorers.unit_and_gate import view


def by_flip(x):
    return x.flip(0)[0]


def by_loop(x):
    last = x[0]
    for step in x:
        last = step
    return last


def by_select(x):
    return x.select(0, len(x) - 1)


def by_unbind(x):
    return x.unbind()[-1]


def by_index(x):
    return x.index_select(0, torch.tensor([len(x) - 1])).squeeze(0)


RIGHT = {
    "13.1": {
        "by flip": by_flip,
        "by loop": by_loop,
        "by select": by_select,
        "by unbind": by_unbind,
        "by index": by_index,
    },
}

# Small random edits of the solution that are right as well: what was changed, and why it is the
# same. The tests print an edit that is accepted and not listed here.
EQUIVALENT: dict[str, dict[str, str]] = {"13.1": {}}


@pytest.mark.parametrize("steps", [1, 3, 6])
def test_every_step_is_drawn(steps):
    assert sorted(marked(view(steps).svg, "step")) == [str(step) for step in range(steps)]
