"""Claims of lesson 08's first edition that no page carries; the clinic may need them."""

import pytest
import torch
from kept import KEEP, kept
from torch import nn

from lstm_lessons.data.streams import brackets, echo, share_right
from lstm_lessons.explorers.chunks import numbers

T, B, INPUT, H = 24, 10, 100, 16


@pytest.fixture(autouse=True)
def double():
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(0)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.fixture
def x():
    return torch.randn(T, B, INPUT)


def as_they_are(h, c):
    return h, c


def both_detached(h, c):
    return h.detach(), c.detach()


def h_detached(h, c):
    return h.detach(), c


def c_detached(h, c):
    return h, c.detach()


def right_chunks(layer, x, hand_on):
    hx, right = None, []
    for chunk, wanted in zip(x.split(5), layer(x)[0].split(5), strict=True):
        output, hx = layer(chunk, hx)
        hx = hand_on(*hx)
        right.append(torch.allclose(output, wanted, rtol=0, atol=1e-12))
    return right


def gradients(layer, x, hand_on):
    """Return for each chunk the gradient of its loss with regard to all words."""
    words, hx, found = x.clone().requires_grad_(), None, []
    for chunk in words.split(5):
        output, hx = layer(chunk, hx)
        found += torch.autograd.grad(output.square().mean(), words, retain_graph=True)
        hx = hand_on(*hx)
    return found


def test_a_layer_keeps_no_state_between_calls(x):
    lstm = nn.LSTM(INPUT, H)
    torch.testing.assert_close(lstm(x)[0], lstm(x)[0], rtol=0, atol=1e-12)


def test_chunks_equal_the_whole_for_many_layers_but_not_with_two_directions(x):
    assert all(right_chunks(nn.LSTM(INPUT, H, num_layers=3), x, as_they_are))
    assert not any(right_chunks(nn.LSTM(INPUT, H, bidirectional=True), x, as_they_are)[:-1])


@pytest.mark.parametrize("one", [h_detached, c_detached])
def test_one_state_detached_walks_as_far_and_is_wrong_too(x, one):
    lstm = nn.LSTM(INPUT, H)
    exact = sum(gradients(lstm, x, as_they_are))
    found = gradients(lstm, x, one)
    reached = [int((each != 0).any(dim=2).any(dim=1).sum()) for each in found]
    assert reached == [5, 10, 15, 20, 24]
    assert (sum(found) - exact).norm() > 0.02 * exact.norm()


def test_the_long_memory_is_in_c(x):
    """Without c's gradient nearly as much is lost as without both, without h's little."""
    lstm = nn.LSTM(INPUT, H)
    exact = sum(gradients(lstm, x, as_they_are))
    h, c, both = (
        ((sum(gradients(lstm, x, how)) - exact).norm() / exact.norm()).item()
        for how in (h_detached, c_detached, both_detached)
    )
    assert h < c < both
    assert h < 0.5 * both < c


def test_kept_graphs_sum_to_the_gradient_of_the_summed_losses(x):
    lstm = nn.LSTM(INPUT, H)
    words = x.clone().requires_grad_()
    losses = sum(piece.square().mean() for piece in lstm(words)[0].split(5))
    (exact,) = torch.autograd.grad(losses, words)
    torch.testing.assert_close(sum(gradients(lstm, x, as_they_are)), exact, rtol=0, atol=1e-12)


def error(lstm, x, factors, k):
    """Return how far the gradient of all weights in chunks of k is from that of the whole."""

    def gradient(k):
        lstm.zero_grad()
        hx = None
        for chunk, factor in zip(x.split(k), factors.split(k), strict=True):
            output, hx = lstm(chunk, hx)
            (output * factor).sum().backward()
            hx = both_detached(*hx)
        return torch.cat([each.grad.flatten() for each in lstm.parameters()])

    exact = gradient(T)
    return ((gradient(k) - exact).norm() / exact.norm()).item()


def test_the_cut_loses_more_the_longer_the_layer_remembers(x):
    factors = torch.randn(T, B, H)
    errors = []
    for bias in (0, 1, 3):
        torch.manual_seed(0)
        lstm = nn.LSTM(INPUT, H)
        with torch.no_grad():
            lstm.bias_ih_l0[H : 2 * H] += bias
        errors.append([error(lstm, x, factors, k) for k in (1, 6, 12)])
        assert errors[-1] == sorted(errors[-1], reverse=True)
        assert errors[-1][0] < 1  # better than no gradient: a word's own loss needs no history
    for shorter, longer in zip(errors, errors[1:], strict=False):
        assert all(a < b for a, b in zip(shorter, longer, strict=True))


def test_detach_may_stand_before_the_backward_pass(x):
    lstm, hx = nn.LSTM(INPUT, H), None
    for chunk in x.split(5):
        lstm.zero_grad()
        output, hx = lstm(chunk, hx)
        hx = both_detached(*hx)
        output.square().mean().backward()
        assert all(each.grad.any() for each in lstm.parameters())


def test_a_state_carried_between_batches_that_have_nothing_to_do_with_each_other():
    """The second batch is wrong in silence, the third, which is smaller, raises an error."""
    lstm, hx, right = nn.LSTM(INPUT, H), None, []
    with pytest.raises(RuntimeError, match=r"Expected hidden\[0\] size \(1, 3, 16\)"):
        for batch in torch.randn(T, 19, INPUT).split(8, dim=1):
            output, hx = lstm(batch, hx)
            right.append(torch.allclose(output, lstm(batch)[0], rtol=0, atol=1e-12))
    assert right == [True, False]


def test_one_row_begins_anew_while_the_others_go_on():
    lstm = nn.LSTM(INPUT, H)
    before, after = torch.randn(8, 3, INPUT), torch.randn(8, 3, INPUT)
    keep = torch.tensor([1.0, 1.0, 0.0]).view(1, 3, 1)
    outputs = []
    for words in (before, before + 1):
        h, c = lstm(words)[1]
        outputs.append(lstm(after, (h * keep, c * keep))[0])
    differs = ((outputs[0] - outputs[1]).abs() > 1e-12).any(dim=2).any(dim=0)
    assert differs.tolist() == [True, True, False]


def behind_a_bracket(x, k):
    """Return where a bracket stands in the same chunk of k, there or before, (T, B)."""
    is_bracket, found = x[..., 0] == 0, []
    for step, here in enumerate(is_bracket):
        found.append(here if step % k == 0 else here | found[-1])
    return torch.stack(found)


@pytest.mark.slow
def test_answers_behind_a_bracket_of_the_same_chunk_are_right_first():
    """With all seeds of the lesson: 0.9 of them are right before 0.9 of the others are."""
    (x, answers), (other_x, other_answers) = brackets(seed=7), brackets(seed=3)
    behind = behind_a_bracket(other_x, 5)
    for seed in range(3):
        torch.manual_seed(seed)
        lstm, head = nn.LSTM(3, H), nn.Linear(H, 1)
        optimiser = torch.optim.Adam([*lstm.parameters(), *head.parameters()], lr=0.03)
        chunks = [*zip(x.split(5), answers.split(5), strict=True)] * 2
        hx, first = None, {}
        for update, (chunk, answer) in enumerate(chunks):
            hx = None if update == len(chunks) // 2 else hx
            if update % 10 == 0:
                with torch.no_grad():
                    right = (head(lstm(other_x)[0])[..., 0] > 0) == (other_answers == 1)
                for name, where in (("behind", behind), ("without", ~behind)):
                    if right[where].double().mean() > 0.9:
                        first.setdefault(name, update)
            output, states = lstm(chunk, hx)
            hx = both_detached(*states)
            score = head(output)[..., 0]
            optimiser.zero_grad()
            nn.functional.binary_cross_entropy_with_logits(score, answer).backward()
            optimiser.step()
        assert first["behind"] < first["without"]


KINDS = ".()"


def trained(lstm, head, data, k, rounds=2, never=False, counts=None, between=both_detached):
    """Train as in the lesson, and return both; ``counts`` says which answers have a loss.

    ``never`` trains the head alone; ``between`` is what is done with the state at a cut.
    """
    parameters = [*head.parameters()] if never else [*lstm.parameters(), *head.parameters()]
    optimiser = torch.optim.Adam(parameters, lr=0.03)
    counts = torch.ones(data[1].shape, dtype=torch.bool) if counts is None else counts
    pieces = [each.split(k) for each in (*data, counts)]
    for _ in range(rounds):
        hx = None
        for chunk, answer, here in zip(*pieces, strict=True):
            output, states = lstm(chunk, hx)
            hx = between(*states)
            if here.any():
                optimiser.zero_grad()
                score = head(output)[..., 0][here]
                nn.functional.binary_cross_entropy_with_logits(score, answer[here]).backward()
                optimiser.step()
    return lstm, head


def brackets_trained(seed, k, without=""):
    """Return LSTM and head, trained as in the lesson; no loss where one of ``without`` stands."""
    torch.manual_seed(seed)
    data = brackets(seed=7)
    counts = data[0][..., [KINDS.index(each) for each in without]].sum(dim=2) == 0
    return trained(nn.LSTM(3, H), nn.Linear(H, 1), data, k, counts=counts)


@pytest.mark.slow
@pytest.mark.parametrize("without", ["", *KINDS])
def test_chunks_of_one_learn_brackets_and_need_the_losses_at_all_three_kinds(without):
    def share(seed):
        model = brackets_trained(seed, 1, without)
        return [share_right(model, *brackets(seed=3), 1, True)]

    name = f"brackets, chunks of one, no loss at {without or 'nothing'}"
    shares = [share for (share,) in kept(name, share, seeds=3, anew=[0] if without else [1])]
    assert all(0.5 < share < 0.575 if without else share > 0.98 for share in shares)


@torch.no_grad()
def share_right_by_steps(lstm, head, between):
    """Return the share right on the other text; ``between`` is done with the state at each step."""
    hx, right = None, []
    for step, answer in zip(*brackets(seed=3), strict=True):
        output, states = lstm(step[None], hx)
        hx = between(*states)
        right.append((head(output)[0, :, 0] > 0) == (answer == 1))
    return torch.stack(right).double().mean().item()


@pytest.mark.slow
@pytest.mark.parametrize("alone", ["h", "c"])
def test_either_state_alone_carries_a_bracket_from_step_to_step(alone):
    """In chunks of one, in training and after it, the other state begins with zeros each time."""

    def one(h, c):
        kept = (h, c * 0) if alone == "h" else (h * 0, c)
        return both_detached(*kept)

    torch.manual_seed(0)
    data = brackets(seed=7)
    lstm, head = trained(nn.LSTM(3, H), nn.Linear(H, 1), data, 1, between=one)
    assert share_right_by_steps(lstm, head, one) > 0.98


@pytest.mark.slow
def test_chunks_of_one_keep_the_bracket_in_c():
    """The three networks of the lesson, read with zeros in place of one state at every step."""
    shares = {"h": [], "c": []}
    for seed in range(3):
        lstm, head = brackets_trained(seed, 1)
        shares["h"].append(share_right_by_steps(lstm, head, lambda h, c: (h * 0, c)))
        shares["c"].append(share_right_by_steps(lstm, head, lambda h, c: (h, c * 0)))
    assert 0.94 < min(shares["h"]) and 0.5 < max(shares["c"]) < 0.55, shares


def since_a_bracket(x):
    """Return how many steps ago the last bracket came, -1 where there was none, (T, B)."""
    found = [torch.full(x.shape[1:2], -1)]
    for bracket in x[..., 0] == 0:
        found.append(torch.where(bracket, 0, found[-1] + (found[-1] >= 0)))
    return torch.stack(found[1:])


@pytest.mark.parametrize("seed", range(3))
def test_chunks_of_one_learn_brackets_first_then_the_next_dot_and_far_dots_last(seed):
    """When the shares of the answer 1, where it is right and where it is not, differ by 0.2."""
    (x, answers), (other_x, other_answers) = brackets(seed=7), brackets(seed=3)
    other_x, other_answers = other_x[:150], other_answers[:150]
    since, is_open = since_a_bracket(other_x), other_answers == 1
    torch.manual_seed(seed)
    lstm, head = nn.LSTM(3, H), nn.Linear(H, 1)
    optimiser = torch.optim.Adam([*lstm.parameters(), *head.parameters()], lr=0.03)
    hx, first = None, {}
    for update, (step, answer) in enumerate(zip(x[:300], answers[:300], strict=True)):
        if update % 5 == 0:
            with torch.no_grad():
                share = head(lstm(other_x)[0])[..., 0].sigmoid()
            for lag in (0, 1, 10):
                here = since == lag
                if share[here & is_open].mean() - share[here & ~is_open].mean() > 0.2:
                    first.setdefault(lag, update)
        output, states = lstm(step[None], hx)
        hx = both_detached(*states)
        optimiser.zero_grad()
        loss_of = nn.functional.binary_cross_entropy_with_logits
        loss_of(head(output)[..., 0], answer[None]).backward()
        optimiser.step()
    assert 0 < first[0] < first[1] < first[10], first


def test_most_errors_left_stand_before_the_first_bracket_of_a_stream():
    x, answers = brackets(seed=3)
    assert sum(answers[0] != x[0, :, 1] - x[0, :, 2]) == 9  # open before the first character
    before = (x[..., 0] == 1).cumprod(dim=0) == 1

    def errors(seed):
        lstm, head = brackets_trained(seed, 5)
        with torch.no_grad():
            wrong = (head(lstm(x)[0])[..., 0] > 0) != (answers == 1)
        return [wrong.sum().item(), wrong[before].sum().item()]

    runs = kept("brackets, all errors and those before a bracket", errors, seeds=3, anew=[0])
    assert all(0.8 * every < at_the_beginning for every, at_the_beginning in runs)


def echo_trained(seed, k, never=False, rounds=2):
    """Return LSTM and head, trained as in the lesson; ``never`` trains the head alone."""
    torch.manual_seed(seed)
    return trained(nn.LSTM(1, H), nn.Linear(H, 1), echo(seed=100), k, rounds, never)


def test_chunks_of_3_wear_down_the_trace_of_a_layer_that_was_never_trained():
    """What is made anew is the share without training: the other hangs on rounding errors."""
    others = echo(seed=101)

    def shares(seed):
        models = [echo_trained(seed, 3, never=True)]
        if KEEP:
            models.append(echo_trained(seed, 3, rounds=6))
        return [share_right(model, *others, 3, True) for model in models]

    runs = kept(
        "echo, chunks of 3, without training and after 6 rounds", shares, seeds=10, anew=[0, 1]
    )
    never, trained = (sum(column) / 10 for column in zip(*runs, strict=True))
    assert min(share for share, _ in runs) > 0.56  # half of 6,400 right: 0.5, give or take 0.006
    assert round(never, 2) == 0.62
    assert 0.5 < trained < 0.55


@pytest.mark.slow
def test_with_chunks_of_3_two_of_three_seeds_are_above_one_half():
    others = echo(seed=101)
    shares = [share_right(echo_trained(seed, 3), *others, 3, True) for seed in range(3)]
    assert [share > 0.5 + 4 * 0.00625 for share in shares] == [True, True, False]
    assert max(shares) < 0.7


def test_what_the_first_sign_of_a_chunk_teaches_serves_all_four():
    """The answer to the first sign comes in the same chunk, at its end, the others after a cut."""
    x, answers = echo(seed=101)
    for seed in range(3):
        lstm, head = echo_trained(seed, 4)
        with torch.no_grad():
            right = (head(lstm(x)[0])[..., 0] > 0) == (answers == 1)
        for place in range(4):
            assert right[4 + place :: 4].double().mean() > 0.97


def test_after_an_update_a_state_is_a_little_old(x):
    """The chunks of the lesson's loop against the whole, by the weights of the moment."""
    farthest = {}
    for lr in (0.1, 0.001):
        torch.manual_seed(0)
        lstm, hx, differ = nn.LSTM(INPUT, H), None, []
        optimiser = torch.optim.Adam(lstm.parameters(), lr=lr)
        for count, chunk in enumerate(x.split(5)):
            output, states = lstm(chunk, hx)
            whole = lstm(x[: 5 * count + len(chunk)])[0][5 * count :]
            differ.append((output - whole).abs().max().item())
            hx = both_detached(*states)
            optimiser.zero_grad()
            output.square().mean().backward()
            optimiser.step()
        assert differ[0] < 1e-12
        farthest[lr] = max(differ)
    assert 1e-12 < farthest[0.001] < 0.03
    assert farthest[0.1] > 0.5


def test_a_weight_seldom_moves_further_than_lr_in_one_update():
    """Of all moves of all weights while brackets are learned, fewer than one in twenty."""
    x, answers = brackets(seed=7)
    lstm, head = nn.LSTM(3, H), nn.Linear(H, 1)
    weights = [*lstm.parameters(), *head.parameters()]
    optimiser, hx, further = torch.optim.Adam(weights, lr=0.03), None, []
    for chunk, answer in zip(x.split(5), answers.split(5), strict=True):
        output, states = lstm(chunk, hx)
        hx = both_detached(*states)
        optimiser.zero_grad()
        score = head(output)[..., 0]
        nn.functional.binary_cross_entropy_with_logits(score, answer).backward()
        before = torch.cat([each.detach().flatten() for each in weights])
        optimiser.step()
        moved = (torch.cat([each.detach().flatten() for each in weights]) - before).abs()
        further.append((moved > 0.03 * (1 + 1e-6)).double().mean().item())
    assert sum(further) / len(further) < 0.05


def test_batch_first_wants_axis_1_and_axis_0_is_wrong_without_an_error(x):
    lstm = nn.LSTM(INPUT, H, batch_first=True)
    batch = x.transpose(0, 1)
    for axis, right in ((1, True), (0, False)):
        hx, outputs = None, []
        for chunk in batch.split(5, dim=axis):
            output, hx = lstm(chunk, hx)
            outputs.append(output)
        output, whole = torch.cat(outputs, dim=axis), lstm(batch)[0]
        assert torch.allclose(output, whole, rtol=0, atol=1e-12) == right
        if not right:  # sentences 0 to 4 are as they should be, and 5 began with the state of 0
            torch.testing.assert_close(output[:5], whole[:5], rtol=0, atol=1e-12)
            state = lstm(batch[:1])[1]
            torch.testing.assert_close(output[5:6], lstm(batch[5:6], state)[0])


def test_h_handed_on_with_a_new_c_is_wrong_from_the_first_cut_on(x):
    def new_c(h, c):
        return h, torch.zeros_like(c)

    assert right_chunks(nn.LSTM(INPUT, H), x, new_c) == [True, False, False, False, False]


def test_a_cut_loses_more_of_a_long_memory():
    """The buttons of the explorer, both with chunks of 6: 87 % seen, and 31 %."""
    seen = [round(numbers(6, bias, "detach").kept, 2) for bias in (0.0, 4.0)]
    assert seen == [0.87, 0.31]
