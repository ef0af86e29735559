"""What lesson 15 says, or said, and no cell of it prints."""

import pytest
import torch
from torch.nn import functional as F

from lstm_lessons import trained_reader
from lstm_lessons.data import code_or_prose
from lstm_lessons.data.plain_reader import read
from lstm_lessons.data.train_reader import TRAINED_ON, open_brackets, padded, train

OTHERS = code_or_prose()[TRAINED_ON:]


def wrong(text):
    pairs = zip(read(text), open_brackets(text), strict=True)
    return sum((step.c[5] > 0.5) != is_open for step, is_open in pairs)


@pytest.fixture(scope="module")
def numbers():
    number = trained_reader()[1]
    return padded([[number[each] for each in line.text] for line in OTHERS])


def gates(model, numbers):
    """Return i, f and o after each character, from the states that the layer gives."""
    weight_ih, weight_hh, bias_ih, bias_hh = model.lstm.parameters()
    with torch.no_grad():
        x = model.embedding(numbers)
        before = F.pad(model.lstm(x)[0], (0, 0, 1, 0))[:, :-1]
        z = F.linear(x, weight_ih, bias_ih) + F.linear(before, weight_hh, bias_hh)
    z_i, z_f, _, z_o = z[numbers != 0].chunk(4, dim=-1)
    return {"i": z_i.sigmoid(), "f": z_f.sigmoid(), "o": z_o.sigmoid()}


def test_gates_of_a_trained_reader_stand_at_their_ends(numbers):
    """f is above 0.9 at 78 % of all places; i and o are at one end or the other at two thirds."""
    reader = gates(trained_reader()[0].double(), numbers)
    assert (reader["f"] > 0.9).double().mean() == pytest.approx(0.776, abs=0.002)
    for letter in "io":
        ends = (reader[letter] > 0.9) | (reader[letter] < 0.1)
        assert ends.double().mean() == pytest.approx(2 / 3, abs=0.03)


def test_gates_before_training_do_not(numbers):
    """They begin with a forget bias of 1: f stands at 0.73, and its slope is 0.19."""
    new = gates(train(0, rounds=0), numbers)
    assert new["f"].mean() == pytest.approx(0.73, abs=0.01)
    assert (new["f"] * (1 - new["f"])).mean() == pytest.approx(0.19, abs=0.01)
    for gate in new.values():
        assert ((gate > 0.9) | (gate < 0.1)).double().mean() < 0.02


def test_a_shut_gate_learns_an_eighth_of_what_it_would_in_the_middle():
    """At the V of lesson 02: f is 0.03 where it should be 1, and its slope is 0.03, not 0.25."""
    f = read("print(V)")[6].f[5]
    assert (f, f * (1 - f)) == pytest.approx((0.0336, 0.0325), abs=1e-4)


def test_all_of_h_is_read_by_the_gates():
    """Their 64 sums of its 16 numbers leave nothing over, as the head's one sum does."""
    weight = trained_reader()[0].lstm.weight_hh_l0.double()
    assert torch.linalg.matrix_rank(weight) == 16


@pytest.mark.slow
def test_the_story_fits_the_lines_that_were_trained_on_better():
    trained = code_or_prose()[:TRAINED_ON]
    characters = sum(len(line.text) for line in trained)
    share = 1 - sum(wrong(line.text) for line in trained) / characters
    assert share == pytest.approx(0.994, abs=0.0005)


def test_the_lists_that_stay_wrong_with_letters_in_front_have_brackets_in_brackets():
    lists = [line.text for line in OTHERS if line.text.startswith("[")]
    left = [text for text in lists if wrong("x = " + text)]
    assert left == [text for text in lists if wrong(" " + text)]
    assert len(left) == 3 and all("[" in text[1:] for text in left)


def test_round_brackets_in_place_of_square_ones_break_no_more_than_letters_in_front():
    lists = [line.text for line in OTHERS if line.text.startswith("[")]
    turned = [text.replace("[", "(").replace("]", ")") for text in lists]
    assert [sum(map(bool, map(wrong, each))) for each in (lists, turned)] == [13, 3]


def test_no_change_of_h_is_unseen_by_all_sums_of_the_gates():
    """The reader's 64 sums of 16 numbers have rank 16."""
    reader = trained_reader()[0].double()
    assert torch.linalg.matrix_rank(reader.lstm.weight_hh_l0.detach()) == 16
