"""Claims of lesson 09's earlier editions that no page carries; the clinic may need them."""

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

from lstm_lessons import trained_reader
from lstm_lessons.data import code_or_prose

T, B, INPUT, H = 11, 5, 7, 3
LENGTHS = torch.tensor([8, 7, 11, 6, 10])


@pytest.fixture
def x():
    generator = torch.Generator().manual_seed(0)
    lines = [torch.randn(n, INPUT, generator=generator, dtype=torch.float64) for n in LENGTHS]
    return pad_sequence(lines)  # (T, B, INPUT)


@pytest.fixture
def lstm():
    torch.manual_seed(0)
    return nn.LSTM(INPUT, H, bidirectional=True).double()


def test_the_way_back_from_the_sorted_order_is_its_own_argsort(x):
    packed = pack_padded_sequence(x, LENGTHS, enforce_sorted=False)
    assert torch.equal(packed.unsorted_indices, packed.sorted_indices.argsort())


def test_batch_first_packs_the_same_rows(x):
    packed = pack_padded_sequence(x, LENGTHS, enforce_sorted=False)
    turned = pack_padded_sequence(
        x.transpose(0, 1), LENGTHS, batch_first=True, enforce_sorted=False
    )
    assert torch.equal(packed.data, turned.data)


def test_a_new_layers_states_grow_alike_behind_many_zeros(x):
    """Its forget gate is near one half, so what was in a line is gone after thirty zeros."""
    torch.manual_seed(0)
    layer = nn.LSTM(INPUT, H).double()
    spreads = []
    for longest in (11, 15, 20, 40):
        padded = torch.cat([x, torch.zeros(longest - T, B, INPUT, dtype=torch.float64)])
        h_n = layer(padded)[1][0][0]
        spreads.append((h_n.amax(dim=0) - h_n.amin(dim=0)).max().item())
    assert spreads == sorted(spreads, reverse=True)
    assert spreads[-1] < 0.01 * spreads[0]


def test_packed_states_are_in_the_callers_order_with_states_given_too(x, lstm):
    h_0, c_0 = (torch.randn(2, B, H, dtype=torch.float64) for _ in "hc")
    packed = pack_padded_sequence(x, LENGTHS, enforce_sorted=False)
    _, (h_n, c_n) = lstm(packed, (h_0, c_0))
    for b, n in enumerate(LENGTHS):
        _, (h, c) = lstm(x[:n, b], (h_0[:, b], c_0[:, b]))
        torch.testing.assert_close(h_n[:, b], h, rtol=0, atol=1e-12)
        torch.testing.assert_close(c_n[:, b], c, rtol=0, atol=1e-12)


def test_unpacked_both_halves_are_right_and_the_mean_needs_no_mask(x, lstm):
    packed_output, (h_n, _) = lstm(pack_padded_sequence(x, LENGTHS, enforce_sorted=False))
    output, lengths = pad_packed_sequence(packed_output)
    assert torch.equal(lengths, LENGTHS)
    for b, n in enumerate(LENGTHS):
        alone = lstm(x[:n, b])[0]
        torch.testing.assert_close(output[:n, b], alone, rtol=0, atol=1e-12)
        mean = output[:, b].sum(dim=0) / n
        torch.testing.assert_close(mean, alone.mean(dim=0), rtol=0, atol=1e-12)
    forward = output[LENGTHS - 1, torch.arange(B), :H]
    torch.testing.assert_close(torch.stack([forward, output[0, :, H:]]), h_n, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("lengths", "said"),
    [
        ([8, 7, 11, 6, 10], "must be sorted in decreasing order"),
        ([11, 10, 8, 7, 0], "greater than 0"),
        ([11, 10, 8, 7], "to be equal to batch_size"),
        (torch.tensor([11, 10, 8, 7, 6], device="meta"), "CPU"),
    ],
)
def test_mistakes_in_lengths_that_raise_an_error(x, lengths, said):
    with pytest.raises(RuntimeError, match=said):
        pack_padded_sequence(x, lengths)


def test_lengths_longer_than_the_block_fail_inside_the_layer_only(x, lstm):
    packed = pack_padded_sequence(x, [12, 10, 8, 7, 6])
    assert len(packed.data) == packed.batch_sizes.sum() - 1
    with pytest.raises(RuntimeError):
        lstm(packed)


def test_lengths_too_short_cut_lines_off_and_raise_nothing(x, lstm):
    output, _ = pad_packed_sequence(lstm(pack_padded_sequence(x, [5] * B))[0])
    assert output.shape[0] == 5


def test_zeros_in_front_of_a_line_change_its_last_state():
    """A reader that was not trained so is moved by padding on the left, too: by 0.34 for `cat`."""
    reader, number = trained_reader()
    cat = reader.embedding(torch.tensor([number[character] for character in "cat"]))
    left = torch.cat([torch.zeros(2, 8), cat])
    with torch.no_grad():
        gap = (reader.lstm(left)[1][0] - reader.lstm(cat)[1][0]).abs().max().item()
    assert gap == pytest.approx(0.34, abs=0.005)


def test_a_plain_mean_is_right_where_there_is_no_padding_alone(x, lstm):
    output = lstm(x)[0]
    mask = torch.arange(T)[:, None] < LENGTHS
    mean = (output * mask[:, :, None]).sum(dim=0) / LENGTHS[:, None]
    gaps = (output.mean(dim=0) - mean).abs().amax(dim=1)
    assert (gaps < 1e-12).tolist() == (LENGTHS == T).tolist()


def padding(lengths):
    """Return which share of all places is padding, in batches of 44."""
    batches = [lengths[start : start + 44] for start in range(0, len(lengths), 44)]
    return 1 - sum(lengths) / sum(max(batch) * len(batch) for batch in batches)


def test_batches_of_like_length_have_a_tenth_of_the_padding():
    """The 726 lines in batches of 44: 45 % is padding as they come, 4 % sorted by length."""
    lengths = [len(line.text) for line in code_or_prose()]
    assert padding(lengths) == pytest.approx(0.45, abs=0.005)
    assert padding(sorted(lengths)) == pytest.approx(0.04, abs=0.005)


def test_cross_entropy_leaves_out_steps_with_the_target_minus_100():
    scores, target = torch.randn(6, 4), torch.tensor([0, 3, 1, -100, 2, -100])
    loss = nn.functional.cross_entropy
    kept = target >= 0
    torch.testing.assert_close(loss(scores, target), loss(scores[kept], target[kept]))


def test_a_longer_block_does_not_find_the_last_slot_of_an_unpacked_output():
    """`output[:, -1]` behind packing: more zeros change nothing, a longer line beside it does."""
    layer = nn.LSTM(3, 4, batch_first=True).double()
    lines, lengths = torch.randn(2, 6, 3).double(), torch.tensor([4, 6])

    def last_slot(x, lengths):
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        return pad_packed_sequence(layer(packed)[0], batch_first=True)[0][:, -1]

    both = last_slot(lines, lengths)
    assert torch.equal(both, last_slot(nn.functional.pad(lines, (0, 0, 0, 20)), lengths))
    assert not torch.allclose(both[:1], last_slot(lines[:1, :4], lengths[:1]))


class LastStep(nn.Module):
    """Pack, unpack, take the last step: with total_length as long as the block, or without."""

    def __init__(self, whole):
        super().__init__()
        self.reader, self.whole = trained_reader()[0].double(), whole

    def forward(self, numbers, lengths):
        x = self.reader.embedding(numbers)
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        total = numbers.shape[1] if self.whole else None
        output, _ = pad_packed_sequence(
            self.reader.lstm(packed)[0], batch_first=True, total_length=total
        )
        return output[:, -1]


@pytest.mark.parametrize("whole", [True, False])
@torch.no_grad()
def test_more_zeros_find_the_last_step_with_total_length_alone_and_a_line_alone_finds_both(whole):
    """After packing, the last step is zero for each line that is shorter than the longest one."""
    numbers, lengths = torch.randint(1, 87, (3, 7)), torch.tensor([7, 4, 2])
    model = LastStep(whole)
    together = model(numbers, lengths)
    assert together.any(dim=1).tolist() == [True, False, False]
    longer = nn.functional.pad(numbers, (0, 5))
    assert torch.allclose(model(longer, lengths), together) != whole
    alone = model(numbers[1:2, :4], lengths[1:2])
    assert not torch.allclose(alone, together[1:2])
