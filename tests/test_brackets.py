"""The text of dots and brackets of lesson 08, and its tasks in streams."""

import pytest
import torch
from torch import nn

from lstm_lessons.data import streams
from lstm_lessons.data.brackets import OFTEN, bracket_text, is_open


@pytest.mark.parametrize("seed", range(3))
def test_brackets_open_and_close_in_turn(seed):
    text = bracket_text(4000, seed)
    brackets = text.replace(".", "")
    assert len(text) == 4000
    assert set(text) == set(".()")
    assert brackets == ("()" * len(brackets))[: len(brackets)]
    assert len(brackets) / 4000 == pytest.approx(OFTEN, abs=0.015)


def test_a_seed_is_a_text():
    assert bracket_text(200, 1) == bracket_text(200, 1) != bracket_text(200, 2)
    assert bracket_text(0, 1) == ""


def test_what_is_open_is_said_behind_each_character():
    assert is_open("..(.)..(") == [0, 0, 1, 1, 0, 0, 0, 1]
    assert is_open("") == []


def test_a_stream_is_a_piece_of_the_text_with_its_answers():
    vectors, answers = streams.brackets(seed=7)
    assert (vectors.shape, answers.shape) == ((500, 16, 3), (500, 16))
    text = bracket_text(8000, seed=7)
    piece = "".join(".()"[kind] for kind in vectors[:, 1].argmax(dim=-1))
    assert piece == text[500:1000]
    assert answers[:, 1].tolist() == is_open(text)[500:1000]


def test_an_echo_comes_three_steps_after_its_sign():
    signs, answers = streams.echo(seed=100)
    assert (signs.shape, answers.shape) == ((400, 16, 1), (400, 16))
    assert ((signs[:-3, :, 0] > 0) == (answers[3:] == 1)).all()
    assert not torch.equal(answers, streams.echo(seed=101)[1])


def test_a_share_counts_scores_above_zero_and_hands_on_only_when_told():
    torch.manual_seed(0)
    lstm, head = nn.LSTM(3, 4).double(), nn.Linear(4, 1).double()
    x, answers = streams.brackets(seed=3)
    with torch.no_grad():
        whole = (head(lstm(x)[0])[..., 0] > 0).double()
    assert streams.share_right((lstm, head), x, whole, 5, hand_on=True) == 1
    assert streams.share_right((lstm, head), x, 1 - whole, 5, hand_on=True) == 0
    with torch.no_grad():
        apart = torch.cat([head(lstm(chunk)[0])[..., 0] for chunk in x.split(5)])
    apart = (apart > 0).double()
    assert streams.share_right((lstm, head), x, apart, 5, hand_on=False) == 1
