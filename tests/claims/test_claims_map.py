"""What the map page says of errors, warnings and print-outs, in torch's own words."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

PAGE = (Path(__file__).parents[2] / "notebooks/source/map_of_nn_lstm.py").read_text("utf-8")
T, B, INPUT, H = 24, 10, 100, 16
PROJECTION_WARNING = (
    "LSTM with projections is not supported with oneDNN. Using default implementation."
)


def rows(heading):
    """Return the rows of the table below a heading of the page: first cell to second."""
    table = PAGE.split(f"# ## {heading}\n")[1].split("\n# ## ")[0].split("\n# %%")[0]
    found = re.findall(r"^# \| (.*) \| (.*) \|$", table, re.MULTILINE)
    return dict(found[1:])


SAID = rows("What PyTorch says, and what it means")
SEEN = rows("What you see, and what it means")


@pytest.fixture
def x():
    torch.manual_seed(0)
    return torch.randn(T, B, INPUT)


@pytest.fixture
def lstm():
    torch.manual_seed(0)
    return nn.LSTM(INPUT, H)


def in_chunks(lstm, x, pass_on=tuple, step=lambda: None, **keep):
    hx = None
    for chunk in x.split(12):
        output, hx = lstm(chunk, hx)
        output.square().mean().backward(**keep)
        step()
        hx = pass_on(hx)


def detached(hx):
    return tuple(state.detach() for state in hx)


def not_detached(lstm, x):
    in_chunks(lstm, x)


def one_loss_twice(lstm, x):
    loss = lstm(x)[0].mean()
    loss.backward()
    loss.backward()


def graph_kept(lstm, x):
    in_chunks(lstm, x, step=torch.optim.SGD(lstm.parameters(), lr=0.1).step, retain_graph=True)


def last_batch_smaller(lstm, x):
    _, hx = lstm(x)
    lstm(x[:, :4], hx)


def lengths_elsewhere(lstm, x):
    pack_padded_sequence(x, torch.full((B,), T, device="meta"))


def lengths_with_two_axes(lstm, x):
    pack_padded_sequence(x, torch.full((B, 1), T))


def not_sorted(lstm, x):
    pack_padded_sequence(x, torch.arange(1, B + 1))


def numbers_for_vectors(lstm, x):
    lstm(torch.randint(0, 9, (T, B, INPUT)))


def an_axis_too_many(lstm, x):
    lstm(x[:, :, None])


def an_empty_line(lstm, x):
    pack_padded_sequence(x[:, :3], torch.tensor([2, 0, 1]), enforce_sorted=False)


ERRORS = {
    "Trying to backward through the graph a second time": [not_detached, one_loss_twice],
    "modified by an inplace operation": [graph_kept],
    "Expected hidden[0] size (1, 4, 16), got [1, 10, 16]": [last_batch_smaller],
    "'lengths' argument should be a 1D CPU int64 tensor": [
        lengths_elsewhere,
        lengths_with_two_axes,
    ],
    "RNN input dtype (torch.int64) does not match weight dtype": [numbers_for_vectors],
    "LSTM: Expected input to be 2D or 3D, got 4D": [an_axis_too_many],
    "Length of all samples has to be greater than 0": [an_empty_line],
    "must be sorted in decreasing order": [not_sorted],
}


def test_the_page_lists_these_errors_and_no_others():
    assert [re.match("`(.*?)`", cell)[1] for cell in SAID] == list(ERRORS)


@pytest.mark.parametrize(
    ("words", "program"), [(words, each) for words in ERRORS for each in ERRORS[words]]
)
def test_torch_says_it_in_these_words(lstm, x, words, program):
    with pytest.raises((RuntimeError, ValueError), match=re.escape(words)):
        program(lstm, x)


def test_what_the_page_advises_mends_each_error(lstm, x):
    in_chunks(lstm, x, detached, torch.optim.SGD(lstm.parameters(), lr=0.1).step)
    lstm(x[:, :4])
    lengths = torch.tensor([3, 1, 24, 7, 5, 9, 2, 4, 8, 6])
    _, (h_n, _) = lstm(pack_padded_sequence(x, lengths.cpu(), enforce_sorted=False))
    for b, n in enumerate(lengths):
        torch.testing.assert_close(h_n[:, b], lstm(x[:n, b])[1][0], rtol=0, atol=1e-6)


def test_what_the_page_advises_of_types_and_axes(lstm, x):
    for other in (x.double(), x[0, 0]):
        with pytest.raises(ValueError, match=r"does not match weight dtype|got 1D"):
            lstm(other)
    lstm(x.double().float())
    lstm.double()(x.double())
    lstm.float()(x[0, :1])
    lstm(nn.Embedding(9, INPUT)(torch.randint(0, 9, (T, B))))


def test_packed_both_say_the_same_of_a_line_and_padded_both_are_wrong():
    """Padded, `output[-1]` is `h_n[-1]`, and both are the state after the padding."""
    torch.manual_seed(0)
    lstm = nn.LSTM(INPUT, H).double()
    x, lengths = torch.randn(T, B, INPUT).double(), torch.arange(1, B + 1)
    for b, n in enumerate(lengths):
        x[n:, b] = 0
    output, (h_n, _) = lstm(x)
    assert torch.equal(output[-1], h_n[-1])
    right = torch.stack([lstm(x[:n, b])[1][0][0] for b, n in enumerate(lengths)])
    assert ((h_n[0] - right).abs().amax(dim=1) > 1e-3).all()
    # It depends on the batch: the same line beside shorter ones has less padding.
    beside, _ = lstm(x[:12])
    assert ((beside[-1] - output[-1]).abs().amax(dim=1) > 1e-6).all()
    taken = output[lengths - 1, torch.arange(B)]
    torch.testing.assert_close(taken, right, rtol=0, atol=1e-12)
    turned = output.transpose(0, 1)[torch.arange(B), lengths - 1]
    torch.testing.assert_close(turned, right, rtol=0, atol=1e-12)
    assert any("`output[lengths - 1, torch.arange(B)]`" in cell for cell in SEEN.values())


def test_padded_all_steps_of_reverse_have_seen_the_padding():
    torch.manual_seed(0)
    lstm = nn.LSTM(INPUT, H, bidirectional=True).double()
    line = torch.randn(3, INPUT).double()
    alone, _ = lstm(line)
    padded, _ = lstm(torch.cat([line, torch.zeros(2, INPUT).double()]))
    torch.testing.assert_close(padded[:3, :H], alone[:, :H], rtol=0, atol=1e-12)
    assert ((padded[:3, H:] - alone[:, H:]).abs().amax(dim=1) > 1e-6).all()


@pytest.mark.parametrize(
    ("arguments", "packs"),
    [({"batch_first": True}, False), ({"bidirectional": True}, False), ({}, True)],
)
def test_where_the_last_of_output_is_not_h_n_it_is_h_n_that_is_right(arguments, packs):
    torch.manual_seed(0)
    lstm = nn.LSTM(5, 3, **arguments).double()
    x, lengths = torch.randn(4, 4, 5).double(), torch.tensor([2, 4, 1, 3])
    if packs:
        packed, (h_n, _) = lstm(pack_padded_sequence(x, lengths, enforce_sorted=False))
        output, _ = pad_packed_sequence(packed)
    else:
        output, (h_n, _) = lstm(x)
    assert output[-1].shape != h_n[-1].shape or not torch.allclose(output[-1], h_n[-1])
    for b in range(4):
        line = x[b] if lstm.batch_first else x[: lengths[b] if packs else 4, b]
        alone = lstm(line)[0]
        torch.testing.assert_close(h_n[-2 if lstm.bidirectional else -1, b], alone[-1, :3])
        if lstm.bidirectional:
            torch.testing.assert_close(h_n[-1, b], alone[0, 3:])


def test_the_last_step_is_zero_behind_the_end_after_pad_packed_sequence():
    lengths = torch.tensor([2, 4, 1])
    packed = pack_padded_sequence(
        torch.randn(3, 4, 5), lengths, batch_first=True, enforce_sorted=False
    )
    output, _ = pad_packed_sequence(nn.LSTM(5, 3, batch_first=True)(packed)[0], batch_first=True)
    assert (output[:, -1] == 0).all(dim=1).tolist() == [True, False, True]


def test_a_second_call_differs_by_dropout_a_state_or_an_update(lstm, x):
    first, hx = lstm(x)
    assert torch.equal(lstm(x)[0], first)
    assert not torch.equal(lstm(x, hx)[0], first)
    optimiser = torch.optim.SGD(lstm.parameters(), lr=0.1)
    first.mean().backward()
    optimiser.step()
    assert not torch.equal(lstm(x)[0], first)
    deep = nn.LSTM(INPUT, H, 2, dropout=0.5)
    assert not torch.equal(deep(x)[0], deep(x)[0])
    assert torch.equal(deep.eval()(x)[0], deep(x)[0])


def test_one_nan_of_the_input_makes_every_weight_nan(lstm, x):
    optimiser = torch.optim.SGD(lstm.parameters(), lr=0.1)
    x[3, 2, 0] = torch.nan
    for given in (x, torch.randn(T, B, INPUT)):
        optimiser.zero_grad()
        loss = lstm(given)[0].square().mean()
        loss.backward()
        optimiser.step()
        assert loss.isnan() and all(each.isnan().all() for each in lstm.parameters())


def test_a_projection_changes_the_columns_of_what_reads_h():
    plain, small = (dict(nn.LSTM(INPUT, H, 2, proj_size=p).named_parameters()) for p in (0, 5))
    assert tuple(small["weight_hh_l0"].shape) == tuple(small["weight_ih_l1"].shape) == (64, 5)
    changed = {name for name in plain if plain[name].shape != small[name].shape}
    assert changed == {"weight_hh_l0", "weight_hh_l1", "weight_ih_l1"}
    assert {*small} - {*plain} == {"weight_hr_l0", "weight_hr_l1"}
    assert tuple(small["weight_hr_l0"].shape) == (5, H)


@pytest.mark.slow
@pytest.mark.parametrize(("dtype", "times"), [("float32", 1), ("float64", 0)])
def test_a_projection_warns_once_in_float32_and_never_in_float64(dtype, times):
    """In a process of its own: torch says it once in a process."""
    program = (
        "import torch\n"
        f"x = torch.randn(24, 10, 100, dtype=torch.{dtype})\n"
        f"lstm = torch.nn.LSTM(100, 16, proj_size=5, dtype=torch.{dtype})\n"
        "lstm(x), lstm(x)"
    )
    command = [sys.executable, "-W", "always", "-c", program]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stderr.count(PROJECTION_WARNING) == times * torch.backends.mkldnn.is_available()
    assert PROJECTION_WARNING in PAGE.replace("\n# ", " ")


@pytest.mark.filterwarnings("ignore:LSTM with projections")
def test_a_projection_computes_the_same_in_float32(x):
    lstm = nn.LSTM(INPUT, H, proj_size=5)
    output, _ = lstm(x)
    wanted, _ = lstm.double()(x.double())
    torch.testing.assert_close(output.double(), wanted, rtol=0, atol=1e-5)


def test_states_of_a_projection_and_of_one_sequence_have_other_shapes(x):
    small = nn.LSTM(INPUT, H, proj_size=5).double()
    small(x.double(), (torch.zeros(1, B, 5).double(), torch.zeros(1, B, H).double()))
    nn.LSTM(INPUT, H)(x[:, 0], (torch.zeros(1, H), torch.zeros(1, H)))
    with pytest.raises(RuntimeError, match="should also be 2-D"):
        nn.LSTM(INPUT, H)(x[:, 0], (torch.zeros(1, B, H), torch.zeros(1, B, H)))


@pytest.mark.parametrize("directions", [1, 2])
def test_packed_data_has_a_row_for_each_word_and_states_keep_their_shapes(directions):
    lengths = torch.tensor([2, 4, 1])
    lstm = nn.LSTM(INPUT, H, 2, bidirectional=directions == 2)
    packed = pack_padded_sequence(torch.randn(4, 3, INPUT), lengths, enforce_sorted=False)
    output, (h_n, c_n) = lstm(packed)
    assert packed.data.shape == (7, INPUT)
    assert output.data.shape == (7, directions * H)
    assert h_n.shape == c_n.shape == (2 * directions, 3, H)
