"""Sizes of 1 and other odd calls: every exercise has them, and says what is odd about them.

An answer that is right but for one odd call hears of that call in words, as its numbers alone
would not tell why just this one goes wrong.
"""

import inspect

import pytest
import torch
from catalogue import FUNCTIONS

from lstm_lessons import exercise
from lstm_lessons.exercises.engine.values import unchanged

SYMBOLS = "BTLIH"

NOT_THERE: dict[tuple[str, str], str] = {
    ("12.1", "H"): "a projection is narrower than the memory, so H is 2 or more",
    ("12.4", "H"): "the same",
    ("14.4", "T"): "there is a part to train on and a part to test on",
    ("14.4", "count"): "a standard deviation needs two years",
}
"""Sizes and whole numbers that cannot be 1, and why, by (number, symbol or name)."""


def label(value):
    return getattr(value, "number", value)


ODD = [
    pytest.param(each, at, id=f"{each.number} call {at}")
    for each in FUNCTIONS
    for at, case in enumerate(each.calls)
    if case.special
]


@pytest.mark.parametrize("each", FUNCTIONS, ids=label)
def test_every_size_is_1_in_some_call_that_is_said_to_be_odd(each):
    first, *others = each.calls
    for symbol in SYMBOLS:
        if not any(symbol in case.sizes for case in each.calls):
            continue
        found = [case for case in others if case.sizes.get(symbol) == 1 and case.special]
        there = bool(found) or first.sizes.get(symbol) == 1
        assert there is ((each.number, symbol) not in NOT_THERE), symbol


@pytest.mark.parametrize("each", FUNCTIONS, ids=label)
def test_every_whole_number_that_is_handed_in_is_1_in_some_call(each):
    for name, value in each.calls[0].inputs.items():
        if type(value) is int:
            there = any(case.inputs[name] == 1 for case in each.calls)
            assert there is ((each.number, name) not in NOT_THERE), name


@pytest.mark.parametrize("each", FUNCTIONS, ids=label)
def test_the_first_call_is_an_ordinary_one_and_some_are_odd(each):
    assert not each.calls[0].special
    assert any(case.special for case in each.calls)


@pytest.mark.parametrize(
    "each", [each for each in FUNCTIONS if "lengths" in each.calls[0].inputs], ids=label
)
def test_a_sentence_of_one_word_and_equal_lengths_are_there(each):
    lengths = [case.inputs["lengths"].tolist() for case in each.calls]
    assert any(1 in found for found in lengths)
    different = "all different" in each.text.task
    equal = [found for found in lengths if len(found) > 1 and len(set(found)) == 1]
    assert bool(equal) is not different


def test_f_is_tried_at_both_ends():
    tried = [tuple(case.inputs.values()) for case in exercise("01.1").calls]
    for ends in ((0.0, 0), (0.0, 2), (1.0, 7), (0.8, 0), (0.8, 1)):
        assert ends in tried


def test_a_bias_below_zero_and_one_of_zero_are_tried():
    biases = [float(results["number"]) for results in exercise("01.2").wanted]
    assert min(biases) < -0.1
    assert any(abs(bias) < 1e-12 for bias in biases)
    assert any(case.inputs["share"] < 0.5 and case.inputs["steps"] == 1 for case in calls("01.2"))


def calls(number):
    return exercise(number).calls


def wrong_in(each, case, spoil):
    """Return an answer that is right but for one call, where ``spoil`` is done to the results."""
    solved = each.solved

    def planted(*inputs, **keywords):
        before = case.inputs.values()
        this = keywords == dict(case.keywords) and all(map(unchanged, inputs, before))
        results = solved(*inputs, **keywords)
        return spoil(results) if this else results

    planted.__signature__ = inspect.signature(solved)
    return planted


def mapped(change, value):
    if isinstance(value, dict):
        return {key: mapped(change, each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(mapped(change, each) for each in value)
    return change(value)


def squeezed(results):
    return mapped(lambda value: value.squeeze() if hasattr(value, "squeeze") else value, results)


def off(results):
    return mapped(lambda value: value + 0.37 if torch.is_tensor(value) else value + 37, results)


def raising(results):
    raise ZeroDivisionError("here alone")


@pytest.mark.slow
@pytest.mark.parametrize(("each", "at"), ODD)
@pytest.mark.parametrize("spoil", [squeezed, off])
def test_what_is_odd_is_said_where_it_is_the_first_call_that_fails(each, at, spoil):
    case = each.calls[at]
    if spoil is squeezed and not any(1 in value.shape for value in each.wanted[at].values()):
        return  # no axis of length 1: nothing is spoilt
    result = each.check(wrong_in(each, case, spoil))
    assert result.outcome == "incorrect", result
    assert case.special in result.message, result


@pytest.mark.slow
@pytest.mark.parametrize("each", FUNCTIONS, ids=label)
def test_what_is_odd_is_said_where_only_that_call_raises(each):
    case = next(case for case in each.calls if case.special)
    result = each.check(wrong_in(each, case, raising))
    assert result.outcome == "error", result
    assert case.special in result.message, result
