"""Claims of lessons 10 and 11 that no page carries any more, or that a page says in words alone."""

import pytest
import torch
from torch import nn

from lstm_lessons import trained_reader
from lstm_lessons.lstm.backprop import (
    direction_backward,
    direction_forward,
    gates_backward,
    step_backward,
)
from lstm_lessons.lstm.ragged import Weights


@pytest.fixture(autouse=True)
def double():
    """Draw weights in float64, as the lessons do."""
    usual = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(usual)


class ByHand(torch.autograd.Function):
    """The way back of the lesson as a `Function`, so that gradcheck can nudge it."""

    @staticmethod
    def forward(ctx, x, h, c, *parameters):
        ctx.weights = Weights(*parameters)
        output, h, c, ctx.steps = direction_forward(x, h, c, ctx.weights)
        return output, h, c

    @staticmethod
    def backward(ctx, d_output, d_h, d_c):
        d_x, d_h, d_c, d = direction_backward(d_output, d_h, d_c, ctx.steps, ctx.weights)
        return d_x, d_h, d_c, d.weight_ih, d.weight_hh, d.bias_ih, d.bias_hh


def test_no_nudge_finds_a_difference():
    """gradcheck, which knows nothing of autograd, confirms every gradient by hand."""
    torch.manual_seed(0)
    lstm = nn.LSTM(3, 2).double()
    inputs = [torch.randn(*shape).double() for shape in ((4, 2, 3), (2, 2), (2, 2))]
    for each in inputs:
        each.requires_grad_()
    assert torch.autograd.gradcheck(ByHand.apply, (*inputs, *lstm.parameters()))


def gradients(d_output, d_h, forget=None):
    """Return the gradients of W_hh by the lesson's loop, which may forget one of two ways."""
    torch.manual_seed(1)
    T, B, H = len(d_output), *d_output.shape[1:]
    weights = Weights(*nn.LSTM(3, H).double().requires_grad_(False).parameters())
    x, start = torch.randn(T, B, 3).double(), torch.zeros(B, H).double()
    *_, steps = direction_forward(x, start, start, weights)
    right = direction_backward(d_output, d_h, start, steps, weights)[-1].weight_hh
    given = d_output.clone(), d_h
    if forget == "output":  # of all steps but the last
        given[0][:-1] = 0
    return right, direction_backward(*given, start, steps, weights)[-1].weight_hh


def test_a_loss_on_the_last_output_alone_hides_a_forgotten_way():
    """Who forgets d_output of earlier steps has the right numbers, if only the last has one."""
    last_alone = torch.zeros(4, 2, 2).double()
    last_alone[-1] = 1
    nothing = torch.zeros(2, 2).double()
    assert torch.equal(*gradients(last_alone, nothing, forget="output"))
    right, wrong = gradients(torch.ones(4, 2, 2).double(), nothing, forget="output")
    assert not torch.allclose(right, wrong)


def test_two_characters_turn_the_verdict_if_they_are_left_out():
    """Lesson 10: without its f, or its bracket, the shorter line is prose."""
    reader, number = trained_reader()
    line = "for k in range("
    turned = []
    for place in range(len(line)):
        rest = line[:place] + line[place + 1 :]
        x = reader.embedding(torch.tensor([number[character] for character in rest]))
        _, (h, _) = reader.lstm(x)
        if reader.head(h[-1]) < 0:
            turned.append(line[place])
    assert turned == ["f", "("]


def test_what_comes_to_c_of_the_first_character_and_how_much_along_c_alone():
    """5.05 comes to c of the f. Along c alone 1.58 of the bracket's 1.88 would."""
    reader, number = trained_reader()
    reader = reader.double().requires_grad_(False)
    x = reader.embedding(torch.tensor([number[character] for character in "for k in range("]))
    weights = Weights(*reader.lstm.parameters())
    zeros = torch.zeros(1, 16)
    *_, steps = direction_forward(x[:, None], zeros, zeros, weights)
    d_h, d_c, all_to_c = reader.head.weight, zeros, []
    for step in reversed(steps):
        all_to_c.append(d_c + d_h * step.o * (1 - step.tanh_c**2))
        _, d_h, d_c, _ = step_backward(d_h, d_c, step, weights)
    alone = all_to_c[0] * torch.stack([step.f for step in steps[1:]]).prod(dim=0)
    assert round(all_to_c[-1].norm().item(), 2) == 5.05
    assert round(alone.norm().item(), 2) == 1.58


def bracket():
    """Return the reader's weights, head, vectors and kept steps for its line."""
    reader, number = trained_reader()
    reader = reader.double().requires_grad_(False)
    x = reader.embedding(torch.tensor([number[character] for character in "for k in range("]))
    weights, zeros = Weights(*reader.lstm.parameters()), torch.zeros(1, 16)
    *_, steps = direction_forward(x[:, None], zeros, zeros, weights)
    return weights, reader.head, x, steps


def test_a_twentieth_of_what_comes_to_c_of_the_bracket_goes_on_to_the_sums_of_i_f_and_g():
    """Of a length of 1.88 it is 0.09."""
    _, head, _, steps = bracket()
    to_c = head.weight * steps[14].o * (1 - steps[14].tanh_c ** 2)
    dz, _ = gates_backward(head.weight, torch.zeros(1, 16), steps[14])
    assert round(to_c.norm().item(), 2) == 1.88 and round(dz[:, :48].norm().item(), 2) == 0.09


def test_the_length_of_the_brackets_vector_puts_its_gates_at_their_ends():
    """Lesson 10: with a third of it 18 of the 48 are there, with zeros 13, where it has 35."""
    weights, _, x, steps = bracket()
    sizes = torch.stack([step.x @ weights.weight_ih.T for step in steps]).abs().mean(dim=(1, 2))
    assert round(sizes[14].item(), 1) == 6.0 and sizes[:14].max() < 2.5
    at_end = []
    for share in (1, 0.35, 0):
        changed, zeros = x[:, None].clone(), torch.zeros(1, 16)
        changed[14] *= share
        *_, read = direction_forward(changed, zeros, zeros, weights)
        gates = torch.cat((read[14].i, read[14].f, read[14].o))
        at_end.append((gates * (1 - gates) < 0.01).sum().item())
    assert at_end == [35, 18, 13]


def scores_with(place, vectors):
    """Return the score of the line with each of the vectors in a place, (N, 1)."""
    weights, head, x, _ = bracket()
    lines = x[:, None].repeat(1, len(vectors), 1)
    lines[place] = vectors
    start = torch.zeros(len(vectors), 16)
    return head(direction_forward(lines, start, start, weights)[1])


def test_zeros_turn_the_verdict_in_the_place_of_the_bracket_alone():
    """Lesson 10: so do 72 of the 86 other characters; of those in the line, each."""
    weights, head, x, _ = bracket()
    turned, zeros = [], torch.zeros(1, 16)
    for place in range(len(x)):
        changed = x[:, None].clone()
        changed[place] = 0
        if head(direction_forward(changed, zeros, zeros, weights)[1]) < 0:
            turned.append(place)
    assert turned == [14]
    known = trained_reader()[0].double().embedding.weight.detach()[1:]

    def prose(place, vectors):
        return (scores_with(place, vectors) < 0).sum().item()

    assert [prose(place, known) for place in (0, 1, 14)] == [40, 5, 72] and len(known) == 87
    assert prose(14, x[:14]) == 14
    assert max(prose(place, known) for place in range(1, 14)) == 12


def test_the_slope_of_tanh_by_a_nudge_from_122_to_123():
    """Lesson 10: c is 1.22; tanh grows from 0.840 to 0.843, 0.29 times as fast as c."""
    c = torch.tensor([1.22, 1.23])
    assert [round(each, 3) for each in torch.tanh(c).tolist()] == [0.840, 0.843]
    assert round(1 - torch.tanh(c[0]).item() ** 2, 1) == round(
        torch.tanh(c).diff().item() / 0.01, 1
    )


def test_the_bars_say_how_far_a_small_step_moves_the_score():
    """Lesson 10: along its gradient; a step to the nearest other character is never small."""
    _, head, x, _ = bracket()
    lstm, read = trained_reader()[0].double().lstm, x.clone().requires_grad_()

    def score(vectors):
        return head(lstm(vectors)[1][0][-1])

    with torch.enable_grad():
        score(read).backward()
    for place, gradient in enumerate(read.grad):
        nudged = x.clone()
        nudged[place] += 1e-5 * gradient / gradient.norm()
        moved = (score(nudged) - score(x)).item() / 1e-5
        assert moved == pytest.approx(gradient.norm().item(), rel=1e-3)
    known = trained_reader()[0].double().embedding.weight.detach()[1:]
    for vector in x:
        others = (known - vector).norm(dim=1)
        assert others[others > 0].min() > 0.5 * vector.norm()


def test_by_hand_the_gradients_of_the_readers_line_are_autograds():
    """Lesson 10: those of the bars, each of the 15 vectors."""
    weights, head, x, steps = bracket()
    read, nothing = x.clone().requires_grad_(), torch.zeros(1, 16)
    with torch.enable_grad():
        head(trained_reader()[0].double().lstm(read)[1][0][-1]).backward()
    by_hand, *_ = direction_backward(torch.zeros(15, 1, 16), head.weight, nothing, steps, weights)
    assert torch.allclose(by_hand[:, 0], read.grad, rtol=0, atol=1e-10)
    assert [round(by_hand[t].norm().item(), 2) for t in (0, 1, 14)] == [2.40, 2.16, 0.41]


def test_with_a_hundredth_of_the_bracket_away_the_64_slopes_are_nearly_the_same():
    """Lesson 10: none moves by 0.02; with zeros for the bracket, most move by more."""
    weights, _, x, _ = bracket()

    def slopes(left):
        changed, zeros = x[:, None].clone(), torch.zeros(1, 16)
        changed[14] *= left
        *_, read = direction_forward(changed, zeros, zeros, weights)
        gates = torch.cat((read[14].i, read[14].f, read[14].o))
        return torch.cat((gates * (1 - gates), 1 - read[14].g ** 2))

    assert (slopes(0.99) - slopes(1)).abs().max() < 0.02
    assert ((slopes(0) - slopes(1)).abs() > 0.02).double().mean() > 0.5


def test_another_second_character_moves_the_score_as_far_as_another_bracket_but_up():
    """Means over the 86 others: 2.67 and 2.77; up for 79 of the 86."""
    _, _, x, _ = bracket()
    known = trained_reader()[0].double().embedding.weight.detach()[1:]
    as_it_is = scores_with(14, x[14:])
    second, last = (scores_with(place, known) - as_it_is for place in (1, 14))
    means = [(each.abs().sum() / 86).item() for each in (second, last)]
    assert [round(each, 2) for each in means] == [2.67, 2.77]
    assert (second > 1e-9).sum() == 79
    away = [((known - x[place]).norm(dim=1).sum() / 86).item() for place in (0, 14)]
    assert [round(each, 1) for each in away] == [3.8, 8.9]


def test_three_gates_that_the_bracket_shuts_stand_in_units_that_move_the_score():
    """Units 3, 4 and 1 give 1.87 of the 3.69; 15 and 12, with most gradient, 0.12."""
    weights, head, x, steps = bracket()
    without, zeros = x[:, None].clone(), torch.zeros(1, 16)
    without[14] = 0
    _, h, _, read = direction_forward(without, zeros, zeros, weights)
    for gate, unit, before, after in (
        ("o", 3, 0.988, 0.002),
        ("f", 4, 0.794, 0),
        ("f", 1, 0.797, 0),
    ):
        moved = [getattr(each[14], gate)[0, unit].item() for each in (read, steps)]
        assert [round(each, 3) for each in moved] == [before, after]
    given = head.weight[0] * (steps[14].o * steps[14].tanh_c - h)[0]
    assert round(given.sum().item(), 2) == 3.69
    assert [round(given[unit].item(), 2) for unit in (3, 4, 1)] == [0.83, 0.56, 0.48]
    assert [abs(round(given[unit].item(), 2)) for unit in (15, 12)] == [0, 0.12]
    to_c = (head.weight * steps[14].o * (1 - steps[14].tanh_c ** 2))[0].abs()
    assert set(to_c.topk(2).indices.tolist()) == {15, 12}


def test_for_four_characters_the_gradient_has_the_wrong_sign():
    """Lesson 10: f, two spaces and e, where the change is that to zeros."""
    weights, head, x, _ = bracket()
    zeros, read = torch.zeros(1, 16), x.clone().requires_grad_()
    with torch.enable_grad():
        _, (h, _) = trained_reader()[0].double().lstm(read)
        head(h[-1]).backward()

    def score(vectors):
        return head(direction_forward(vectors, zeros, zeros, weights)[1]).item()

    wrong = []
    for place in range(len(x)):
        changed = x[:, None].clone()
        changed[place] = 0
        change, says = score(changed) - score(x[:, None]), -(x[place] * read.grad[place]).sum()
        if change * says < 0:
            wrong.append(place)
    assert wrong == [0, 5, 8, 13]


def test_the_slopes_at_the_bracket_are_smaller_and_the_sum_of_o_has_its_part_from_h():
    """Lesson 10: means over the units; 1.75 comes to o of the bracket, and 0.25 to its sum."""
    _, head, _, steps = bracket()
    of_i = [(steps[t].i * (1 - steps[t].i)).mean().item() for t in (14, 1, 0)]
    of_g = [(1 - steps[t].g ** 2).mean().item() for t in (14, 1, 0)]
    assert [round(each, 2) for each in of_i] == [0.06, 0.10, 0.14]
    assert [round(each, 2) for each in of_g] == [0.09, 0.33, 0.19]
    dz, _ = gates_backward(head.weight, torch.zeros(1, 16), steps[14])
    assert round((head.weight * steps[14].tanh_c).norm().item(), 2) == 1.75
    assert round(dz[:, 48:].norm().item(), 2) == 0.25


def test_the_score_follows_the_gradient_until_a_fifth_of_the_bracket_is_away():
    """At a fifth it is 0.77, near a half it passes 0, and at the end it is -2.82."""
    weights, head, x, _ = bracket()

    def score(left):
        changed, zeros = x[:, None].clone(), torch.zeros(1, 16)
        changed[14] *= left
        return head(direction_forward(changed, zeros, zeros, weights)[1]).item()

    assert [round(score(left), 2) for left in (1, 0.8, 0)] == [0.87, 0.77, -2.82]
    assert score(0.55) > 0 > score(0.4)


def test_of_twenty_runs_nine_end_in_nan_and_eleven_where_every_state_is_zero():
    """Lesson 11: a run without clipping that has no nan is lost, too: relu makes 0 of all."""
    ends = [end_of(seed) for seed in range(20)]
    assert ends.count("nan") == 9 and ends.count("dead") == 11


def end_of(seed):
    """Train the network of lesson 11 without clipping; return how it has ended."""
    torch.manual_seed(seed)
    rnn, head = nn.RNN(1, 16, nonlinearity="relu", bias=False), nn.Linear(16, 1)
    with torch.no_grad():
        rnn.weight_hh_l0.copy_(1.05 * torch.eye(16))
    parameters = [*rnn.parameters(), *head.parameters()]
    optimiser = torch.optim.SGD(parameters, lr=0.01)
    for _ in range(8):
        sign = torch.randint(0, 2, (16,)) * 2.0 - 1
        x = torch.zeros(60, 16, 1)
        x[0, :, 0] = sign
        output, _ = rnn(x)
        loss = (head(output[-1])[:, 0] - sign).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    if loss.isnan():
        return "nan"
    dead = not output[2:].any() and not any(each.grad.any() for each in rnn.parameters())
    return "dead" if dead else "alive"
