"""The one line of proof: what it takes for the same, and what it says where it does not."""

import pytest
import torch

from lstm_lessons import same


def test_it_holds_up_to_rounding_and_no_further():
    x = torch.randn(3, 5, dtype=torch.float64)
    assert same(x, x + 9e-13)
    assert not same(x, x + 2e-12)
    assert same(x, x + 1e-3, tolerance=1e-2)
    assert repr(same(x, x.clone())) == "same: no two differ by more than 1e-12"


def test_single_precision_has_its_own_tolerance():
    x = torch.randn(3, 5)
    assert same(x, x + 3e-7)
    assert same(x.double(), x + 3e-7)
    assert not same(x, x + 3e-7, tolerance=1e-12)
    assert not same(x, x + 1e-3)


def test_it_says_where_the_two_differ_most():
    x = torch.zeros(2, 3, dtype=torch.float64)
    y = x.clone()
    y[1, 2], y[0, 1] = 0.306, 0.1
    assert repr(same(x, y)) == "different: by up to 0.31, at [1, 2]"


def test_a_shape_is_never_broadcast():
    verdict = same(torch.zeros(3, 5), torch.zeros(1, 3, 5))
    assert not verdict
    assert repr(verdict) == "different: shapes (3, 5) and (1, 3, 5)"


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_different(value):
    x = torch.zeros(4, dtype=torch.float64)
    y = x.clone()
    y[2] = value
    assert not same(x, y)
    assert "[2]" in repr(same(x, y))


def test_infinity_is_the_same_as_itself():
    x = torch.tensor([float("inf"), 1.0])
    assert same(x, x.clone())


def test_whole_numbers_and_truth_values_have_to_be_equal():
    assert repr(same(torch.tensor([1, 2]), torch.tensor([1, 2]))) == "same"
    assert not same(torch.tensor([True]), torch.tensor([False]))
    assert same(torch.empty(0, 3), torch.empty(0, 3))


def test_it_leaves_gradients_alone():
    x = torch.randn(3, requires_grad=True)
    assert same(x, x * 1)
    assert x.grad is None


def test_what_is_no_tensor_is_refused():
    with pytest.raises(TypeError, match="expected two tensors, got tuple"):
        same((torch.zeros(2),), torch.zeros(2))
