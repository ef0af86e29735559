"""What earlier editions of lesson 02 proved and no page proves any more."""

import pytest
import torch
from torch import nn

from lstm_lessons import same, shapes, trained_reader
from lstm_lessons.data import code_or_prose
from lstm_lessons.data.plain_reader import read

I, H, T, B = 100, 16, 24, 10  # noqa: E741 - the field's own symbols


@pytest.fixture
def lstm() -> nn.LSTM:
    torch.manual_seed(0)
    return nn.LSTM(I, H, dtype=torch.float64)


def test_one_unit_of_one_gate_has_a_weight_for_each_number_of_the_word_and_of_h(lstm):
    """One unit needs I + H = 116 weights for one gate, without the bias."""
    assert lstm.weight_ih_l0[5].numel() + lstm.weight_hh_l0[5].numel() == 116


def test_a_gates_matrix_for_the_word_turned_round_is_an_error_unless_I_is_H(lstm):
    """W_if turned round stops with an error when I is not H, and does not when it is."""
    W_if = lstm.weight_ih_l0.chunk(4)[1]
    with pytest.raises(RuntimeError):
        W_if.T @ torch.randn(I, dtype=torch.float64)
    square = nn.LSTM(H, H).weight_ih_l0.chunk(4)[1]
    assert (square.T @ torch.randn(H)).shape == (H,)


def test_the_two_biases_are_only_ever_added(lstm):
    """All of bias_hh moved into bias_ih, and zeros left: the results stay the same."""
    merged = nn.LSTM(I, H, dtype=torch.float64)
    merged.load_state_dict(lstm.state_dict())
    with torch.no_grad():
        merged.bias_ih_l0 += merged.bias_hh_l0
        merged.bias_hh_l0.zero_()
    x = torch.randn(T, B, I, dtype=torch.float64)
    hx = tuple(torch.randn(1, B, H, dtype=torch.float64) for _ in "hc")
    assert same(merged(x, hx)[0], lstm(x, hx)[0])


def test_chunk_gives_the_gates_in_order(lstm):
    """The third of four chunks, W_ig, is rows 2H to 3H - 1 of weight_ih_l0."""
    assert torch.equal(lstm.weight_ih_l0.chunk(4)[2], lstm.weight_ih_l0[2 * H : 3 * H])


def test_one_product_of_the_stack_gives_what_four_products_give(lstm):
    """weight_ih_l0 @ x is the four products of its blocks, one after the other."""
    x = torch.randn(I, dtype=torch.float64)
    one_by_one = [block @ x for block in lstm.weight_ih_l0.chunk(4)]
    assert same(torch.cat(one_by_one), lstm.weight_ih_l0 @ x)


def test_twice_the_units_are_more_than_twice_the_parameters():
    """H from 16 to 32, with I = 100: 17,152 parameters in place of 7,552, 2.27 times as many."""
    assert (shapes.count_parameters(I, H), shapes.count_parameters(I, 2 * H)) == (7552, 17152)
    assert round(17152 / 7552, 2) == 2.27


@pytest.mark.parametrize(("length", "sentences"), [(24, 10), (7, 3)])
def test_time_and_batch_are_in_no_parameter(lstm, length, sentences):
    """The same weights read any number of sentences of any length."""
    output, _ = lstm(torch.randn(length, sentences, I, dtype=torch.float64))
    assert tuple(output.shape) == (length, sentences, H)


def test_a_unit_can_keep_a_thing_and_not_show_it_yet():
    """Inside the brackets of print(x, y), c of unit 10 is -5.9 to -4.2, and h above -0.3."""
    steps = read("print(x, y)")
    inside = steps[5:10]
    assert all(-5.95 < step.c[10] < -4.15 for step in inside)
    assert all(-0.3 < step.h[10] < 0.01 and step.o[10] < 0.225 for step in inside)
    assert round(steps[10].h[10], 2) == -0.98


def test_an_input_gate_stuck_at_1_writes_noise_and_an_output_gate_changes_nearly_nothing():
    """Unit 5: with i = 1 c is between -3 and -0.9 all along; o was above 0.94 from t on."""
    steps = read("print(x, y)")
    c, noise = 0.0, []
    for step in steps:
        c = step.f[5] * c + step.g[5]
        noise.append(c)
    assert all(-3 < each < -0.9 for each in noise)
    assert all(step.o[5] > 0.94 for step in steps[4:])


def test_a_bias_of_50_outweighs_the_rest():
    """sigmoid(-50) is 0 and sigmoid(50) is 1 to twelve digits, tanh(-50) is -1."""
    fifty = torch.tensor([-50.0, 50.0], dtype=torch.float64)
    assert same(torch.sigmoid(fifty), torch.tensor([0.0, 1.0], dtype=torch.float64))
    assert same(torch.tanh(fifty), torch.tensor([-1.0, 1.0], dtype=torch.float64))


def test_a_stack_turned_round_is_silent_only_where_it_is_square():
    """nn.LSTM(4H, H) has a square weight_ih, and copies it turned round without an error."""
    wide = nn.LSTM(64, H)
    with torch.no_grad():
        wide.weight_ih_l0.copy_(wide.weight_ih_l0.T.clone())
        with pytest.raises(RuntimeError, match="size"):
            wide.weight_hh_l0.copy_(wide.weight_hh_l0.T.clone())


def test_a_forget_gate_that_is_stuck_moves_some_verdicts_and_turns_none_round():
    """Unit 5 with f = 1, over all 98 held-out lines with a bracket of any kind: 10 move by 0.05."""
    reader, number = trained_reader()
    stuck, _ = trained_reader()
    with torch.no_grad():
        stuck.lstm.bias_ih_l0[21] = 50
        moves = []
        for line in code_or_prose()[484:]:
            if not any(bracket in line.text for bracket in "([{"):
                continue
            numbers = torch.tensor([[number[character] for character in line.text]])
            both = [
                torch.sigmoid(each.head(each.lstm(each.embedding(numbers))[1][0][0])).item()
                for each in (reader, stuck)
            ]
            assert (both[0] > 0.5) == (both[1] > 0.5), line.text
            moves.append(abs(both[0] - both[1]))
    assert len(moves) == 98
    assert sum(move > 0.05 for move in moves) == 10


def test_what_the_two_squeezes_make_of_a_small_a_middle_and_a_large_sum():
    """Of -50, 0 and 50 sigmoid makes 0, 0.5 and 1, and tanh makes -1, 0 and 1."""
    z = torch.tensor([-50.0, 0.0, 50.0], dtype=torch.float64)
    assert same(torch.sigmoid(z), torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64))
    assert same(torch.tanh(z), torch.tensor([-1.0, 0.0, 1.0], dtype=torch.float64))


def test_all_units_of_the_news_at_once_are_one_unit_after_the_other(lstm):
    """Unit k of g is tanh of row k times the word, plus row k times h, plus biases: one number."""
    x, h = torch.randn(I, dtype=torch.float64), torch.randn(H, dtype=torch.float64)
    W_ig, W_hg, b_ig, b_hg = (each.chunk(4)[2] for each in lstm.all_weights[0])
    g = torch.tanh(W_ig @ x + b_ig + W_hg @ h + b_hg)
    assert (W_ig.shape, W_hg.shape, g.shape) == ((H, I), (H, H), (H,))
    for unit in range(H):
        alone = torch.tanh(W_ig[unit] @ x + b_ig[unit] + W_hg[unit] @ h + b_hg[unit])
        assert alone.numel() == 1 and same(alone, g[unit])


def test_a_gates_matrix_for_h_turned_round_gives_other_numbers_and_no_error(lstm):
    """W_hg is square: turned round it raises nothing, and the numbers are wrong."""
    W_hg, h = lstm.weight_hh_l0.chunk(4)[2], torch.randn(H, dtype=torch.float64)
    assert (W_hg.T @ h).shape == (W_hg @ h).shape
    assert not same(W_hg.T @ h, W_hg @ h)


def test_minus_50_in_one_block_of_biases_tells_which_gate_it_is(lstm):
    """Block 0: c stays zero. 1: c is the same for two memories. 3: h is zero. 2: none of them."""
    x, h, old, other = (torch.randn(size, dtype=torch.float64) for size in (I, H, H, H))
    zero = torch.zeros_like(h)

    def first_step(block, c):
        changed = nn.LSTM(I, H, dtype=torch.float64)
        changed.load_state_dict(lstm.state_dict())
        with torch.no_grad():
            changed.bias_ih_l0[block * H : (block + 1) * H] = -50
        _, (h_n, c_n) = changed(x[None], (h[None], c[None]))
        return h_n[0], c_n[0]

    symptoms = [
        [
            name
            for name, shows in (
                ("h is zero", same(first_step(block, old)[0], zero)),
                ("same c", same(first_step(block, old)[1], first_step(block, other)[1])),
                ("c stays zero", same(first_step(block, zero)[1], zero)),
            )
            if shows
        ]
        for block in range(4)
    ]
    assert symptoms == [["c stays zero"], ["same c"], [], ["h is zero"]]


def test_a_larger_word_widens_the_two_matrices_that_read_it_and_nothing_else():
    """From I = 100 to 200 the matrices for x have twice the columns; no other tensor changes."""
    one, two = (dict(nn.LSTM(size, H).named_parameters()) for size in (100, 200))
    changed = {name: tuple(two[name].shape) for name in one if one[name].shape != two[name].shape}
    assert changed == {"weight_ih_l0": (4 * H, 200)}
    assert one["weight_ih_l0"].shape == (4 * H, 100)


def test_what_opens_the_input_gate_of_unit_5():
    """The three opening brackets most, and far behind them the sign of per cent."""
    reader, number = trained_reader()
    from_character = reader.embedding.weight @ reader.lstm.weight_ih_l0[5]
    in_order = sorted(number, key=lambda each: from_character[number[each]].item())
    assert in_order[-4:] == ["%", "{", "[", "("]
