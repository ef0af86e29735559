"""What lesson 05 has said of axes, and no page says any more: each claim is an assertion."""

import numpy
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader

T, B, I, H = 24, 10, 100, 16  # noqa: E741


@pytest.fixture
def x():
    torch.manual_seed(0)
    return torch.rand(B, T, I, dtype=torch.float64)


@pytest.fixture
def layers(x):
    """Return two layers with the same weights: time first, and batch first."""
    time_first, lines_first = (
        nn.LSTM(I, H, batch_first=first, dtype=x.dtype) for first in (False, True)
    )
    lines_first.load_state_dict(time_first.state_dict())
    return time_first, lines_first


def shapes(results):
    output, states = results
    return [tuple(each.shape) for each in (output, *states)]


def test_the_second_posts_examples(x):
    """Post 2: its first two examples print other shapes than it says; transposed, they fit."""
    stacked, both = (
        nn.LSTM(I, H, dtype=x.dtype, **given)
        for given in ({"num_layers": 2}, {"bidirectional": True})
    )
    assert shapes(stacked(x)) == [(10, 24, 16), (2, 24, 16), (2, 24, 16)]
    assert shapes(both(x)) == [(10, 24, 32), (2, 24, 16), (2, 24, 16)]
    assert shapes(stacked(x.transpose(0, 1))) == [(24, 10, 16), (2, 10, 16), (2, 10, 16)]
    assert shapes(both(x.transpose(0, 1))) == [(24, 10, 32), (2, 10, 16), (2, 10, 16)]


def test_states_guard_against_swapped_axes(x, layers):
    """Post 2, third example: its states fit (24, 10, 100); with the x of the first, an error."""
    state = torch.zeros(1, B, H, dtype=x.dtype)
    assert shapes(layers[0](x.transpose(0, 1), (state, state)))[0] == (24, 10, 16)
    with pytest.raises(RuntimeError, match=r"hidden\[0\] size \(1, 24, 16\), got \[1, 10, 16\]"):
        layers[0](x, (state, state))
    layers[0](x.view(T, B, I), (state, state))  # it guards against no view
    square = x[:, :B]
    layers[0](square, (state, state))  # nor where there are as many words as sentences


def test_features_that_are_not_last(x, layers):
    """Features that are not the last axis are refused."""
    with pytest.raises(RuntimeError, match="input.size.-1. must be equal to input_size"):
        layers[0](x.permute(0, 2, 1))


def test_the_last_row_with_the_batch_first(x, layers):
    """With batch_first, output[-1] is the last sentence, all its words; output[:, -1] is h_n."""
    output, (h_n, _) = layers[1](x)
    alone, _ = layers[1](x[-1:])
    assert torch.allclose(output[-1], alone[0], rtol=0, atol=1e-12)
    assert torch.equal(output[:, -1], h_n[0])


def test_as_many_words_as_sentences(x, layers):
    """With T = B, all four settings give the same shapes."""
    square = x[:, :B]
    inputs = (square, square.transpose(0, 1))
    seen = {str(shapes(layer(each))) for layer in layers for each in inputs}
    assert seen == {str([(10, 10, 16), (1, 10, 16), (1, 10, 16)])}


def test_view_transpose_and_reshape(x):
    """A transposed tensor is not contiguous: view refuses it, reshape copies."""
    table = torch.tensor([[0, 1, 2], [3, 4, 5]])
    assert table.transpose(0, 1).tolist() == [[0, 3], [1, 4], [2, 5]]
    assert table.view(3, 2).tolist() == [[0, 1], [2, 3], [4, 5]]
    assert torch.equal(x.reshape(T, B, I), x.view(T, B, I))
    crossed = x.transpose(0, 1)
    assert not crossed.is_contiguous()
    with pytest.raises(RuntimeError, match="view size is not compatible"):
        crossed.view(T * B, I)
    assert torch.equal(crossed.reshape(T * B, I)[B], x[0, 1])


def test_two_axes():
    """Two axes are one sequence, batch_first or not: row 0 changes all rows."""
    torch.manual_seed(0)
    flat = torch.rand(8, 20)
    layer, first = nn.LSTM(20, H), nn.LSTM(20, H, batch_first=True)
    first.load_state_dict(layer.state_dict())
    assert shapes(layer(flat)) == [(8, 16), (1, 16), (1, 16)]
    assert torch.equal(layer(flat)[0], first(flat)[0])
    other = flat.clone()
    other[0] += 1
    assert bool((layer(flat)[0] != layer(other)[0]).any(dim=1).all())
    assert shapes(layer(flat[None])) == [(1, 8, 16), (1, 8, 16), (1, 8, 16)]  # eight samples
    assert shapes(first(flat[:, None])) == [(8, 1, 16), (1, 8, 16), (1, 8, 16)]


def test_word_numbers():
    """Post 1: uniform(0, 19) cut to whole numbers never gives word 19; randint(20) does."""
    random = numpy.random.default_rng(0)
    drawn = torch.from_numpy(random.uniform(0, 19, size=100_000)).long()
    assert (drawn.min(), drawn.max()) == (0, 18)
    torch.manual_seed(0)
    numbers = torch.randint(20, (100_000,))
    assert (numbers.min(), numbers.max()) == (0, 19)


def test_a_table_of_vectors():
    """An embedding (20, 6) makes (3, 4, 6) of (3, 4) whole numbers, and refuses floats."""
    table, numbers = nn.Embedding(20, 6), torch.randint(20, (3, 4))
    assert table(numbers).shape == (3, 4, 6)
    assert torch.equal(table(numbers)[1, 2], table.weight[numbers[1, 2]])
    with pytest.raises(RuntimeError, match="scalar types: Long, Int"):
        table(numbers.double())


def test_the_first_posts_program():
    """Post 1: transpose_ turns x itself, and back if run twice; batch_first needs none of it."""
    torch.manual_seed(0)
    words = torch.randn(3, 4, 6)
    in_place = words.clone()
    assert in_place.transpose_(1, 0).shape == (4, 3, 6)
    layer, first = nn.LSTM(6, 5), nn.LSTM(6, 5, batch_first=True)
    first.load_state_dict(layer.state_dict())
    output, (h_n, c_n) = layer(in_place)
    assert output.shape == (4, 3, 5) and h_n.shape == c_n.shape == (1, 3, 5)
    assert torch.allclose(first(words)[0].transpose(0, 1), output, atol=1e-6)
    assert in_place.transpose_(1, 0).shape == (3, 4, 6)


def test_how_many_the_probe_names(layers):
    """With 200 sentences the probe of a swapped layer names more than one, and not all."""
    torch.manual_seed(0)
    many = torch.rand(200, T, I, dtype=torch.float64)
    other = many.clone()
    other[0] += 1
    change = (layers[0](many)[0] - layers[0](other)[0]).abs().amax(dim=(1, 2)) > 1e-12
    assert 20 < int(change.sum()) < 180 and not bool(change[180:].any())


def test_lines_of_several_lengths_need_a_function_that_fills_them_up():
    """A DataLoader refuses lines of several lengths; with pad_sequence they make a batch."""
    lines = [torch.arange(1, length + 1) for length in (4, 5, 3)]
    with pytest.raises(RuntimeError, match="equal size"):
        next(iter(DataLoader(lines, batch_size=3)))
    filled = DataLoader(lines, 3, collate_fn=lambda each: pad_sequence(each, batch_first=True))
    assert next(iter(filled)).tolist()[2] == [1, 2, 3, 0, 0]


def test_states_of_one_sentence_fit_with_the_batch_in_front_too(layers):
    """States that are batch first raise an error, but where B = 1."""
    x, state = torch.rand(1, T, I, dtype=torch.float64), torch.zeros(1, 1, H, dtype=torch.float64)
    assert shapes(layers[1](x, (state.transpose(0, 1), state.transpose(0, 1))))[0] == (1, T, H)


def test_the_probe_needs_vectors():
    """To numbers of characters 1 cannot be added: the largest has no row in the table."""
    table, numbers = nn.Embedding(87, 8), torch.tensor([[86, 3]])
    with pytest.raises(IndexError):
        table(numbers + 1)
