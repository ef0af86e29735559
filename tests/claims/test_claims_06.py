"""Claims about lesson 06 that no page carries, or that its words rest on."""

import inspect

import pytest
import torch
from kept import kept
from torch import nn
from torch.nn import functional as F

from lstm_lessons import shapes, trained_reader
from lstm_lessons.data import code_or_prose, train_reader, trials
from lstm_lessons.data.trials import doubled, letters, measured
from lstm_lessons.lstm.cell import lstm_step
from lstm_lessons.lstm.compare import compare
from lstm_lessons.lstm.unroll import unroll

T, B, INPUT, H = 6, 3, 7, 5


@pytest.fixture
def x():
    return torch.randn(T, B, INPUT, generator=torch.Generator().manual_seed(0)).double()


def layer(num_layers, dropout=0.0):
    torch.manual_seed(0)
    return nn.LSTM(INPUT, H, num_layers, dropout=dropout).double()


@pytest.mark.parametrize("num_layers", [1, 2, 3])
def test_each_layer_above_the_first_has_as_many_parameters(num_layers):
    """Count them by 4H(I + H) + 8H, and by 4H(H + H) + 8H for each layer above."""
    first, above = 4 * H * (INPUT + H) + 8 * H, 4 * H * (H + H) + 8 * H
    by_torch = sum(parameter.numel() for parameter in layer(num_layers).parameters())
    assert by_torch == first + (num_layers - 1) * above
    assert by_torch == shapes.count_parameters(INPUT, H, num_layers)


def test_states_of_one_row_are_not_shared_by_two_layers(x):
    """Two layers that get states (1, B, H) raise an error, whose `hidden` is the pair."""
    with pytest.raises(RuntimeError, match=r"Expected hidden\[0\] size \(2, 3, 5\)"):
        layer(2)(x, (torch.zeros(1, B, H).double(), torch.zeros(1, B, H).double()))


def test_every_step_and_every_sentence_has_a_mask_of_its_own(x):
    """Masks of one step for all steps do not give what nn.LSTM gives; two steps agree by half."""
    torch.manual_seed(1)
    mask = F.dropout(torch.ones(200, 50, H).double(), p=0.5)
    for neighbours in (mask[1:] == mask[:-1], mask[:, 1:] == mask[:, :-1]):
        assert neighbours.double().mean().item() == pytest.approx(0.5, abs=0.02)
    noisy = layer(2, dropout=0.5)
    torch.manual_seed(1)
    output, _ = noisy(x)
    torch.manual_seed(1)
    mask = F.dropout(torch.ones(T, B, H).double(), p=0.5)
    for masks, right in ((mask, True), (mask[:1].expand(T, B, H), False)):
        assert torch.allclose(_two(noisy, x, masks), output, rtol=0, atol=1e-12) == right


def _two(lstm, x, mask):
    states = [[torch.zeros(B, H).double()] * 2 for _ in range(2)]
    outputs = []
    for t, read in enumerate(x):
        states[0] = lstm_step(read, *states[0], *lstm.all_weights[0])
        states[1] = lstm_step(states[0][0] * mask[t], *states[1], *lstm.all_weights[1])
        outputs.append(states[1][0])
    return torch.stack(outputs)


def test_all_layers_may_take_each_step_together(x):
    """Time outside and layers inside gives the same, with dropout and with all gradients."""
    deep = layer(3, dropout=0.3)

    def by_hand(x, states):
        h, c = (list(state) for state in states)
        masks = [F.dropout(torch.ones(T, B, H).double(), 0.3, deep.training) for _ in range(2)]
        outputs = []
        for t, read in enumerate(x):
            for k, weights in enumerate(deep.all_weights):
                h[k], c[k] = lstm_step(read, h[k], c[k], *weights)
                read = h[k] * masks[k][t] if k < 2 else h[k]
            outputs.append(read)
        return torch.stack(outputs), (torch.stack(h), torch.stack(c))

    states = torch.randn(3, B, H).double(), torch.randn(3, B, H).double()
    report = compare(by_hand, deep, x, states)
    assert report and len(report.differences) == 18


def test_any_number_of_layers_is_one_call_of_unroll_each(x):
    """By hand and by nn.LSTM three layers give the same, with all gradients."""
    deep = layer(3)

    def by_hand(x, states):
        ends = []
        for h, c, weights in zip(*states, deep.all_weights, strict=True):
            x, *end = unroll(x, h, c, weights)
            ends.append(end)
        h_n, c_n = zip(*ends, strict=True)
        return x, (torch.stack(h_n), torch.stack(c_n))

    states = torch.randn(3, B, H).double(), torch.randn(3, B, H).double()
    report = compare(by_hand, deep, x, states)
    assert report and len(report.differences) == 18


def test_one_layer_of_26_has_about_as_many_weights_as_two_of_16():
    """Characters are vectors of 8 numbers there."""
    assert [shapes.count_parameters(8, *sizes) for sizes in ((16, 2), (26, 1))] == [3840, 3744]


def test_the_reader_was_trained_with_dropout_and_comes_without_it():
    """Its p was 0.3 on what the LSTM and the head read; as it is delivered, p is 0."""
    assert "dropout=0.3" in inspect.getsource(train_reader.train)
    assert trained_reader()[0].dropout.p == 0


def test_c_handed_up_in_place_of_h_has_the_right_shape_and_wrong_numbers(x):
    """Nothing tells that c of layer 0 was handed up: no error, no warning, only a comparison."""
    lstm = layer(2)
    zeros = torch.zeros(B, H).double()
    h, c, memories = zeros, zeros, []
    for x_t in x:
        h, c = lstm_step(x_t, h, c, *lstm.all_weights[0])
        memories.append(c)
    wrong, _, _ = unroll(torch.stack(memories), zeros, zeros, lstm.all_weights[1])
    output, _ = lstm(x)
    assert wrong.shape == output.shape
    assert not torch.allclose(wrong, output)


def test_the_top_row_of_h_n_is_the_last_step_with_batch_first_too(x):
    """`batch_first=True` moves x and output; the states stay layers first."""
    lstm = nn.LSTM(INPUT, H, 2, batch_first=True).double()
    output, (h_n, _) = lstm(x.transpose(0, 1))
    assert output.shape == (B, T, H) and h_n.shape == (2, B, H)
    assert torch.equal(output[:, -1], h_n[-1])


def test_after_eval_nn_lstm_drops_nothing_and_f_dropout_drops_all_the_same(x):
    """A function has no switch: F.dropout(x, p) needs training=self.training."""
    noisy, quiet = layer(2, dropout=0.5).eval(), layer(2)
    output = noisy(x)[0]
    assert torch.equal(output, quiet(x)[0])
    assert (F.dropout(output, p=0.5) == 0).any()
    assert not (F.dropout(output, p=0.5, training=noisy.training) == 0).any()


def test_with_dropout_1_nothing_of_x_reaches_the_output(x):
    """The output is not zero, is the same for every x, and is the same in every call."""
    deaf = layer(2, dropout=1.0)
    once, twice = deaf(x)[0], deaf(-x)[0]
    assert torch.equal(once, twice)
    assert not (once == 0).any()


@pytest.mark.filterwarnings("ignore:dropout option adds dropout")
def test_one_layer_is_the_same_with_any_dropout(x):
    """Raising dropout of a single layer to 0.9 changes nothing."""
    assert torch.equal(layer(1, 0.9)(x)[0], layer(1)(x)[0])


def test_to_say_even_each_time_is_right_in_054():
    """Every text begins even, so doubled letters are odd in less than one half of the places."""
    answers = [odd for text in letters(2000, seed=0) for odd in doubled(text)]
    assert round(1 - sum(answers) / len(answers), 2) == 0.54


def test_one_layer_comes_near_doubled_letters_after_three_times_as_many_batches():
    """After 1,200 batches two of five layers of 26 units end above 0.9, where 400 gave none."""
    longer, before = measured("doubled letters, longer"), measured("doubled letters")
    ends, early = ([run[-1] for run in each["1 layer of 26"]] for each in (longer, before))
    assert sum(end > 0.9 for end in ends) == 2
    assert max(early) < 0.7


@pytest.mark.slow
def test_what_is_learnt_by_heart_makes_wrong_verdicts_surer():
    """From round 11 to round 40 the loss of the wrong verdicts on other lines doubles.

    What is trained anew ends at round 11.
    """
    kept("wrong verdicts", lambda _: wrong_verdicts(upto=11), seeds=1, anew=[0])
    ((at_11, at_40),) = kept("wrong verdicts", lambda _: wrong_verdicts(upto=40), seeds=1, anew=[])
    assert at_40 > 2 * at_11 > 3.5


def wrong_verdicts(upto):
    """Return the losses of the wrong verdicts on other lines after round 11, and after round 40."""
    torch.manual_seed(1)
    lines = code_or_prose()
    number = trials._numbers("".join(line.text for line in lines))
    x = nn.utils.rnn.pad_sequence([trials._row(line.text, number) for line in lines])
    ends = torch.tensor([len(line.text) - 1 for line in lines])
    is_code = torch.tensor([float(line.code) for line in lines]).double()
    model = trials.Guesser(len(number), 1, 16, 2)

    def losses(chosen):
        scores = model(x[:, chosen])[ends[chosen], torch.arange(len(chosen)), 0]
        return F.binary_cross_entropy_with_logits(scores, is_code[chosen], reduction="none")

    wrong, others = [], torch.arange(trials.TRAINED_ON, len(lines))
    rounds = trials.train(model, lambda n: losses(n).mean(), trials.TRAINED_ON, 44, 0.01)
    for n, _ in zip(range(1, upto + 1), rounds, strict=False):
        if n in (11, 40):
            each = losses(others).detach()
            wrong.append(each[each > torch.log(torch.tensor(2.0))].mean().item())
    return wrong
