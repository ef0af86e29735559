"""Claims of lesson 07's first edition that no page carries; the clinic may need them."""

import pytest
import torch
from torch import nn

from lstm_lessons import shapes
from lstm_lessons.data import trials

T, B, INPUT, H = 6, 3, 7, 5


@pytest.fixture
def x():
    return torch.randn(T, B, INPUT, generator=torch.Generator().manual_seed(0)).double()


def layer(num_layers=1):
    torch.manual_seed(0)
    return nn.LSTM(INPUT, H, num_layers, bidirectional=True).double()


def test_two_directions_have_eight_tensors_and_twice_the_parameters():
    """Each direction has the four tensors, and the count, of an LSTM with one direction."""
    parameters = list(layer().parameters())
    assert len(parameters) == 8
    one = shapes.count_parameters(INPUT, H, 1)
    assert sum(parameter.numel() for parameter in parameters) == 2 * one


def test_the_reverse_half_is_a_plain_lstm_over_the_flipped_sentence(x):
    """A plain nn.LSTM with its weights gives it, flipped back."""
    lstm, plain = layer(), nn.LSTM(INPUT, H).double()
    plain.load_state_dict(
        {name: getattr(lstm, f"{name}_reverse") for name, _ in plain.named_parameters()}
    )
    backwards = plain(x.flip(0))[0].flip(0)
    assert torch.allclose(backwards, lstm(x)[0][..., H:], rtol=0, atol=1e-12)


def test_the_middle_word_needs_no_second_flip(x):
    """Without the second flip an odd sentence is right at its middle word alone."""
    lstm, odd = layer(), x[:5]
    right = lstm(odd)[0][..., H:]
    gaps = (right.flip(0) - right).abs().amax(dim=(1, 2))
    assert (gaps < 1e-12).tolist() == [False, False, True, False, False]


def test_output_at_the_end_cannot_be_compared_with_h_n(x):
    """A post has `output[-1]` equal to `h_n`: with two directions their shapes do not fit."""
    output, (h_n, _) = layer()(x)
    with pytest.raises(RuntimeError, match=r"The size of tensor a \(10\) must match"):
        assert (output[-1] == h_n).all()
    assert torch.allclose(output[-1, :, :H], h_n[-2], rtol=0, atol=1e-12)
    assert not torch.allclose(output[-1, :, H:], h_n[-1])


def test_view_gives_layers_and_directions_their_axes_back(x):
    """`h_n.view(L, D, B, H)[k, d]` is row k·D + d; so a post's formulas for shapes are right."""
    output, (h_n, _) = layer(2)(x)
    for k in range(2):
        for d in range(2):
            assert torch.equal(h_n.view(2, 2, B, H)[k, d], h_n[2 * k + d])
    assert output.shape == (T, B, 2 * H) and h_n.shape == (2 * 2, B, H)


@pytest.mark.parametrize("num_layers", [1, 2])
def test_transpose_and_reshape_is_right_for_one_layer_alone(x, num_layers):
    """It joins all rows of a sentence: those of the lower layers as well."""
    _, (h_n, _) = layer(num_layers)(x)
    joined = h_n.transpose(0, 1).reshape(B, -1)
    top = torch.cat([h_n[-2], h_n[-1]], dim=-1)
    assert joined.shape == (B, 2 * H * num_layers)
    assert torch.equal(joined[:, -2 * H :], top)
    assert (num_layers == 1) == (joined.shape == top.shape)


def test_a_view_of_h_n_mixes_two_sentences(x):
    """Change sentence 0, and two rows of `h_n.view(B, -1)` change."""
    lstm, other = layer(), x.clone()
    other[:, 0] += 1
    views = [lstm(each)[1][0].view(B, -1) for each in (x, other)]
    assert (views[0] != views[1]).any(dim=1).sum() == 2


def test_reading_in_pieces_leaks_within_a_piece(x):
    """Words 0 to 4, then word 5: a change of word 5 alone does not show the leak, word 4 does."""
    lstm = layer()

    def read(x):
        return torch.cat([lstm(piece)[0] for piece in x.split(5)])

    for changed, moved in ((5, [5]), (4, [0, 1, 2, 3, 4])):
        other = x.clone()
        other[changed] += 1
        gaps = (read(other) - read(x)).abs().amax(dim=(1, 2))
        assert (gaps > 1e-12).nonzero().flatten().tolist() == moved


@pytest.mark.slow
def test_the_leak_is_copied_more_often_after_thirty_rounds():
    """Two directions guess 85 % of the next characters after ten rounds, 93 % after thirty."""
    _, others, _ = trials.windows()
    usual = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)  # as in the lesson: other weights are drawn
    try:
        shares = {}
        for n, model in enumerate(trials.next_characters_by_round(True, 16, seed=0, rounds=30), 1):
            if n in (10, 30):
                right = model(others)[:-1].argmax(-1) == others[1:]
                shares[n] = right.double().mean().item()
        assert shares == pytest.approx({10: 0.85, 30: 0.93}, abs=0.01)
    finally:
        torch.set_default_dtype(usual)


def fit(features, targets):
    return torch.linalg.lstsq(features, targets).solution


def error(features, weights, targets):
    return (features @ weights - targets).square().mean().item()


def windows(series):
    """Return the last 25 values up to each t from 24 on."""
    return torch.stack([series[t - 24 : t + 1] for t in range(24, 1000)], dim=1)


@pytest.fixture
def noise():
    torch.manual_seed(0)
    return torch.randn(1001, 2, 1).double()


@torch.no_grad()
def forecasts(noise, both):
    """Return the errors of a forecast of noise: on a whole series, and from the past alone."""
    lstm = nn.LSTM(1, 16, bidirectional=both).double()
    output, _ = lstm(noise[:-1])
    weights = fit(output[:, 0], noise[1:, 0])
    whole = error(output[:, 1], weights, noise[1:, 1])
    return whole, error(lstm(windows(noise[:, 1]))[0][-1], weights, noise[25:, 1]), lstm


def test_one_direction_cannot_forecast_noise(noise):
    """Its error is about the variance of the noise, 1, on a series and from the past alone."""
    whole, past, _ = forecasts(noise, both=False)
    assert whole == pytest.approx(1, abs=0.15) and past == pytest.approx(1, abs=0.15)


def test_two_directions_forecast_noise_by_a_leak(noise):
    """Next to no error on a series not fitted on; worse than a forecast of 0 from the past."""
    whole, past, _ = forecasts(noise, both=True)
    assert whole < 0.1 and past > 1.1


@torch.no_grad()
def test_fitted_on_the_past_two_directions_do_not_leak(noise):
    """Both passes at their end, given the past alone: the error is about 1."""
    _, _, lstm = forecasts(noise, both=True)
    ends = [torch.cat(list(lstm(windows(noise[:, k]))[1][0]), dim=-1) for k in (0, 1)]
    weights = fit(ends[0], noise[25:, 0])
    assert error(ends[1], weights, noise[25:, 1]) == pytest.approx(1, abs=0.15)


def test_the_halves_beside_a_gap_leak_with_two_layers_unless_a_sign_stands_there():
    """With one layer neither has read the gap's letter; with two both have, where it is in x."""
    for num_layers, moved in ((1, 0), (2, 2)):
        model = trials.GapGuesser(6, 5, 3, num_layers, bidirectional=True)
        one, other = torch.tensor([[0, 1, 2, 3, 4]]).T, torch.tensor([[0, 1, 4, 3, 4]]).T

        def halves(x, lstm=model.lstm, vectors=model.embedding):
            output = lstm(vectors(x))[0]
            return output[1, 0, :3], output[3, 0, 3:]

        pairs = zip(halves(one), halves(other), strict=True)
        assert sum(not torch.equal(*pair) for pair in pairs) == moved
        one[2] = other[2] = 5  # the sign
        assert torch.equal(model(one), model(other))
