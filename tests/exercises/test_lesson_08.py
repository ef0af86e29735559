"""Lesson 08: right answers, what is asked is true, and what was found by trying is told truly."""

import re
import traceback
from itertools import permutations

import numpy
import pytest
import torch
from torch import nn

from lstm_lessons import exercise

# --- Right answers --------------------------------------------------------------------------------


def square(output):
    return (output**2).sum()


def by_index(lstm, x, k):
    states, outputs = None, []
    for start in range(0, len(x), k):
        output, states = lstm(x[start : start + k], states)
        output.pow(2).sum().backward()
        states = [state.detach() for state in states]
        outputs.append(output.detach())
    return [torch.cat(outputs), lstm.weight_hh_l0.grad.clone()]


def by_autograd(lstm, x, k):
    hx, outputs, total = None, [], 0
    for chunk in x.split(k):
        output, (h, c) = lstm(chunk, hx)
        (grad,) = torch.autograd.grad((output * output).sum(), [lstm.weight_hh_l0])
        total = total + grad
        hx = h.clone().detach(), c.data
        outputs += list(output)
    return torch.stack(outputs), total


def in_one_backward(lstm, x, k):
    hx, outputs, losses = None, [], []
    for chunk in x.split(k):
        if hx is not None:
            hx = tuple(map(torch.Tensor.detach, hx))
        output, hx = lstm(input=chunk, hx=hx)
        losses.append(square(output))
        outputs.append(output)
    sum(losses).backward()
    return torch.cat(outputs), lstm.weight_hh_l0.grad


def graphs_kept(lstm, x, k):
    hx, outputs = None, []
    for n in range(-(-len(x) // k)):
        output, hx = lstm(x[n * k : (n + 1) * k], hx)
        hx = tuple(state.detach() for state in hx)
        square(output).backward(retain_graph=True)
        outputs.append(output)
    return torch.cat(outputs), lstm.weight_hh_l0.grad


def detached_in_place(lstm, x, k):
    hx, outputs = None, []
    for chunk in x.split(k):
        output, hx = lstm(chunk, hx)
        square(output).backward()
        for state in hx:
            state.detach_()
        outputs.append(output)
    return torch.vstack(outputs), lstm.weight_hh_l0.grad


def step_by_step(lstm, x, k):
    hx, outputs, loss = None, [], 0
    for t in range(len(x)):
        if t % k == 0 and t:
            loss.backward()
            hx, loss = tuple(state.detach() for state in hx), 0
        output, hx = lstm(x[t : t + 1], hx)
        outputs.append(output[0])
        loss = loss + square(output)
    loss.backward()
    return torch.stack(outputs), lstm.weight_hh_l0.grad


def by_recursion(lstm, x, k, hx=None):
    output, (h, c) = lstm(x[:k], hx)
    square(output).backward()
    if len(x) <= k:
        return output, lstm.weight_hh_l0.grad
    rest, gradient = by_recursion(lstm, x[k:], k, (h.detach(), c.detach()))
    return torch.cat((output, rest)), gradient


class Trainer:
    """The loop as an object that is called."""

    def __call__(self, lstm, x, k):
        return by_index(lstm, x, k)


def streams_of_slices(text, B):
    T = len(text) // B
    return torch.stack([text[b * T : (b + 1) * T] for b in range(B)], dim=1)


def streams_by_number(text, B):
    T = len(text) // B
    return text[torch.arange(B) * T + torch.arange(T)[:, None]]


def streams_in_a_loop(text, B):
    T, rows = len(text) // B, []
    for t in range(T):
        rows.append(torch.stack([text[t + b * T] for b in range(B)]))
    return torch.stack(rows)


def streams_by_recursion(text, B):
    T = len(text) // B
    if B == 1:
        return text[:T, None]
    rest = streams_by_recursion(text[T : T * B], B - 1)
    return torch.cat((text[:T, None], rest), dim=1)


def streams_filled(text, B):
    T = len(text) // B
    found = text.new_empty(T, B, text.shape[1])
    for n in range(T * B):
        found[n % T, n // T] = text[n]
    return found


SOLVED = {"line": 4, "expected": (1, 5, 64), "leak": True, "retain_graph": "B", "repair": "F"}

RIGHT = {
    "08.1": {
        "by index": by_index,
        "autograd.grad and .data": by_autograd,
        "one backward, states detached": in_one_backward,
        "graphs kept, states detached": graphs_kept,
        "states detached in place": detached_in_place,
        "a call for each step": step_by_step,
        "recursion": by_recursion,
        "an object": Trainer(),
    },
    "08.2": {
        "words": SOLVED | {"leak": "true", "retain_graph": "b", "repair": "(f)"},
        "a list, a float": SOLVED | {"line": 4.0, "expected": [1, 5, 64]},
        "torch's own": SOLVED | {"line": torch.tensor(4), "leak": torch.tensor(True)},
        "a torch.Size, a point": SOLVED | {"expected": torch.Size((1, 5, 64)), "repair": "F."},
        "numpy's own": SOLVED | {"line": numpy.int64(4), "leak": numpy.True_},
    },
    "08.3": {
        "slices": streams_of_slices,
        "places": streams_by_number,
        "a loop": streams_in_a_loop,
        "recursion": streams_by_recursion,
        "filled": streams_filled,
        "chunk": lambda text, B: torch.stack(text[: len(text) // B * B].chunk(B), dim=1),
        "unflatten": lambda text, B: (
            text[: len(text) - len(text) % B].unflatten(0, (B, -1)).permute(1, 0, 2)
        ),
    },
}

# --- What is asked is true ------------------------------------------------------------------------


def test_the_gradient_is_the_sum_of_those_of_chunks_that_start_from_numbers():
    for case in exercise("08.1").calls:
        lstm, x, k = case.fresh().values()
        output, gradient = exercise("08.1").solved(lstm, x, k)
        whole, _ = case.fresh()["lstm"](x)
        assert torch.allclose(output, whole, rtol=0, atol=1e-12)
        total = 0
        for start in range(0, len(x), k):
            states = lstm(x[:start])[1] if start else None
            if states:
                states = tuple(each.detach() for each in states)
            chunk, _ = lstm(x[start : start + k], states)
            total = total + torch.autograd.grad(square(chunk), lstm.weight_hh_l0)[0]
        assert torch.allclose(gradient, total, rtol=0, atol=1e-12)


def test_the_broken_loop_has_two_faults_and_each_is_told_when_it_is_left():
    broken = exercise("08.1").text.namespace()["broken_train"]
    result = exercise("08.1").check(broken)
    assert (result.outcome, result.misconception) == ("incorrect", "nothing mended")
    left = exercise("08.1").check(lambda lstm, x, k: loop(lstm, full(x, k), cut)).message
    assert "One of the two is mended: the gradient ends at each cut" in left
    assert "Step 6 is never read" in left
    left = exercise("08.1").check(lambda lstm, x, k: loop(lstm, x.split(k), tuple)).message
    assert "One of the two is mended: every step is read" in left
    assert "The gradient passes the cuts" in left


def program():
    """Return the ten lines as they stand in the exercise."""
    lines = re.findall(r"^ ?(\d+)  (.*)$", exercise("08.2").text.task, flags=re.MULTILINE)
    assert [int(number) for number, _ in lines] == list(range(1, 11))
    return [line for _, line in lines]


def run(lines, batches):
    space = {"torch": torch, "nn": nn, "batches": batches}
    torch.manual_seed(0)
    exec(compile("\n".join(lines), "program", "exec"), space)
    return space


def songs(*sizes):
    torch.manual_seed(1)
    return [torch.randn(6, size, 40) for size in sizes]


def test_the_program_stops_in_the_line_and_with_the_size_of_the_answer():
    solved = exercise("08.2").text.made()
    said = f"{solved['expected']}, got [1, 32, 64]"
    with pytest.raises(RuntimeError, match=re.escape(said)) as caught:
        run(program(), songs(32, 32, 5))
    frames = traceback.extract_tb(caught.value.__traceback__)
    assert [each.lineno for each in frames if each.filename == "program"] == [solved["line"]]


def test_the_second_batch_depends_on_the_first_until_it_is_repaired():
    lines = program()
    repaired = [line for number, line in enumerate(lines, 1) if number not in (2, 8)]
    repaired = [line.replace("lstm(batch, hx)", "lstm(batch)") for line in repaired]
    first, other, second = songs(32, 32, 32)
    for version, leaks in ((lines, True), (repaired, False)):
        steady = [line for line in version if "weight_hh_l0" not in line and "no_grad" not in line]
        one, two = (run(steady, [before, second])["output"] for before in (first, other))
        assert torch.equal(one, two) != leaks
    assert run(repaired, songs(32, 32, 5))["output"].shape == (6, 5, 64)


def test_retain_graph_does_nothing_that_is_needed():
    lines = program()
    without = [line.replace("retain_graph=True", "") for line in lines]
    batches = songs(32, 32, 32)
    ours, theirs = (run(version, batches)["lstm"].weight_hh_l0 for version in (lines, without))
    torch.testing.assert_close(ours, theirs, rtol=0, atol=0)


def test_each_stream_reads_on_as_the_text_does():
    words = torch.arange(17.0)[:, None]
    streams = exercise("08.3").solved(words, 5)
    assert streams[..., 0].T.tolist() == [[3 * b, 3 * b + 1, 3 * b + 2] for b in range(5)]


# --- What is told ---------------------------------------------------------------------------------


@pytest.mark.parametrize("order", sorted({*permutations((1, 5, 64))} - {(1, 5, 64)}))
def test_right_sizes_in_another_order_are_told_what_stands_first(order):
    result = exercise("08.2").check(SOLVED | {"expected": order})
    assert (result.outcome, result.misconception) == ("incorrect", "axes in another order")
    assert "First in a state stand the layers, because each layer keeps a block" in result.message
    assert "Which B and which H" not in result.message


def test_to_delete_retain_graph_alone_is_an_error_and_after_mending_none():
    assert "a third thing is not needed any more" in exercise("08.1").text.task
    broken = exercise("08.1").text.namespace()["broken_train"]
    assert "`retain_graph=True` is none of the two" in exercise("08.1").check(broken).message
    lstm, x, k = exercise("08.1").calls[0].fresh().values()
    with pytest.raises(RuntimeError, match="backward through the graph a second time"):
        without_retain_graph(lstm, x, k, tuple)
    with_cut = without_retain_graph(*exercise("08.1").calls[0].fresh().values(), cut)
    assert torch.equal(with_cut, exercise("08.1").calls[0].fresh()["lstm"](x)[0])


def without_retain_graph(lstm, x, k, pass_on):
    hx, outputs = None, []
    for chunk in x.split(k):
        output, hx = lstm(chunk, hx)
        square(output).backward()
        hx = pass_on(hx)
        outputs.append(output)
    return torch.cat(outputs)


def loop(lstm, chunks, pass_on, loss=square, after=lambda: None):
    """Return what a loop over these chunks gives; graphs are kept."""
    hx, outputs = None, []
    for chunk in chunks:
        output, hx = lstm(chunk, hx)
        loss(output).backward(retain_graph=True)
        after()
        hx = pass_on(hx)
        outputs.append(output)
    return torch.cat(outputs), lstm.weight_hh_l0.grad


def cut(hx):
    return tuple(state.detach() for state in hx)


def full(x, k):
    return [x[n * k : (n + 1) * k] for n in range(len(x) // k)]


@pytest.mark.slow
def test_a_gradient_that_a_known_answer_leaves_is_not_added_to_by_the_next():
    new = exercise("08.1")
    for suspect in new.known.levels[0]:
        alone = new.attempts(suspect.function)
        assert all(
            each.same(suspect.at(number), new.returns) for number, each in enumerate(alone)
        ), suspect.slips


@pytest.mark.parametrize("share", [0.5, 1.5])
def test_the_right_loss_and_a_part_of_the_gradient_is_not_put_down_to_the_loss(share):
    def train(lstm, x, k):
        output, gradient = by_index(lstm, x, k)
        return output, gradient * share

    result = exercise("08.1").check(train)
    assert f"Your gradient: every number is {share} times what it should be" in result.message
    assert "gradient differs first at row 0, column 0" in result.message
    assert "loss" not in result.message
    by_the_loss = exercise("08.1").check(
        lambda lstm, x, k: loop(lstm, x.split(k), cut, lambda output: share * square(output))
    )
    assert by_the_loss.message == result.message


@pytest.mark.parametrize(
    ("chunks", "pass_on", "told"),
    [
        (lambda x, k: x.chunk(k), cut, "You cut x into k pieces"),
        (lambda x, k: [x], cut, "x is read whole, in one call"),
        (lambda x, k: x.split(k + 1), cut, "The chunk of steps 0 to 2 has more than k steps"),
        (lambda x, k: x.split(k - 1 or 1), cut, "The chunk of step 0 has fewer than k steps"),
        (lambda x, k: x[2:].split(k), cut, "2 steps of x are never read"),
        (lambda x, k: [x[n : n + k] for n in range(len(x))], cut, "read more than once, such as"),
        (lambda x, k: x.split(k), lambda hx: (0.9 * hx[0].detach(), hx[1].detach()),
         "A chunk starts from (other numbers, c)"),
        (lambda x, k: x.split(k), lambda hx: None, "starts from zeros, so its memory"),
        (lambda x, k: x.split(k), lambda hx: (hx[0].detach(), hx[1]), "Only one of the two states"),
    ],
)  # fmt: skip
def test_what_the_layer_gets_is_told(chunks, pass_on, told):
    result = exercise("08.1").check(lambda lstm, x, k: loop(lstm, chunks(x, k), pass_on))
    assert result.outcome == "incorrect"
    assert told in result.message


def test_two_things_that_the_layer_gets_are_told_at_once():
    result = exercise("08.1").check(
        lambda lstm, x, k: loop(lstm, full(x, k), lambda hx: (hx[0], hx[0].detach()))
    )
    assert result.misconception == "steps missing + one state detached + the pair (h, h)"
    assert "mended" not in result.message


def test_an_update_of_any_rate_is_told():
    for optimiser, rate in ((torch.optim.SGD, 0.1), (torch.optim.SGD, 0.37), (torch.optim.Adam, 1)):

        def train(lstm, x, k, optimiser=optimiser, rate=rate):
            step = optimiser(lstm.parameters(), lr=rate).step
            return loop(lstm, x.split(k), cut, after=step)

        assert exercise("08.1").check(train).misconception in (
            "weights updated",
            "changes the layer",
        )


def test_weights_that_are_changed_on_a_graph_that_is_kept_are_told():
    def train(lstm, x, k):
        step = torch.optim.SGD(lstm.parameters(), lr=0.3).step
        return loop(lstm, x.split(k), tuple, after=step)

    result = exercise("08.1").check(train)
    assert (result.outcome, result.misconception) == ("error", "a changed tensor")


def test_a_gradient_that_is_not_there_asks_for_the_backward_pass():
    def thrown_away(lstm, x, k):
        output, _ = by_index(lstm, x, k)
        lstm.zero_grad()
        return [output, lstm.weight_hh_l0.grad]

    message = exercise("08.1").check(thrown_away).message
    assert "gradient that you return is nothing (None). Has `backward()` been called?" in message
    for value in ((None, torch.zeros(2)), None, (None, None)):
        message = exercise("08.1").check(lambda lstm, x, k, value=value: value).message
        assert "Has `backward()` been called?" not in message


def test_gradients_of_all_weights_are_several():
    def train(lstm, x, k):
        output, _ = by_index(lstm, x, k)
        return output, [each.grad for each in lstm.parameters()]

    assert exercise("08.1").check(train).misconception == "several gradients"


def test_outputs_that_are_not_joined_are_told_of_cat():
    def train(lstm, x, k):
        output, gradient = by_index(lstm, x, k)
        return list(output.split(k)), gradient

    result = exercise("08.1").check(train)
    assert "is a list of 4 tensors. `torch.cat` makes one tensor of them" in result.message


def test_an_empty_chunk_is_told_where_k_divides_the_steps():
    def train(lstm, x, k):
        return loop(lstm, [x[n * k : (n + 1) * k] for n in range(len(x) // k + 1)], cut)

    result = exercise("08.1").check(train)
    assert (result.outcome, result.misconception) == ("error", "nothing to read")
    assert "T=6, B=4, I=2, H=5, k=3" in result.message


def test_an_answer_that_does_not_call_the_layer_is_not_told_what_it_gets():
    def train(lstm, x, k):
        output, gradient = by_index(lstm, x, k)
        return output.detach(), torch.zeros_like(gradient)

    assert "every number is 0" in exercise("08.1").check(train).message

    def zeros(lstm, x, k):
        return x.new_zeros(*x.shape[:2], lstm.hidden_size), lstm.weight_hh_l0.detach() * 0

    assert "every number is 0" in exercise("08.1").check(zeros).message


def test_streams_that_differ_are_told_in_words_of_the_text():
    def ends_of_pieces(text, B):
        return torch.stack([p[-(len(text) // B) :] for p in text.tensor_split(B)], dim=1)

    def rounded(text, B):
        T = len(text) // B
        return torch.stack([text[round(b * len(text) / B) :][:T] for b in range(B)], dim=1)

    def one_twice(text, B):
        result = streams_of_slices(text, B)
        result[-1, 0] = result[0, 0]
        return result

    for answer, said in (
        (ends_of_pieces, "Stream 0 begins with word 1 of the text. It should begin with word 0."),
        (rounded, "Stream 2 begins with word 7 of the text. It should begin with word 6."),
        (one_twice, "In stream 0, word 1 of the text is followed by word 0. It should be followed"),
    ):
        result = exercise("08.3").check(answer)
        assert result.outcome == "incorrect"
        assert said in result.message


def test_a_text_of_which_nothing_is_left_is_told_why():
    def answer(text, B):
        return text[: -(len(text) % B)].view(B, -1, text.shape[1]).transpose(0, 1)

    message = exercise("08.3").check(answer).message
    assert "with n = 0, it is `text[:0]`, which is empty" in message
    assert "Yet with N=17, I=11, B=5, T=3 all is right" in message


def test_lengths_in_another_order_are_not_called_axes_in_another_order():
    message = exercise("08.3").check(lambda text, B: text.new_zeros(B, len(text) // B, 11)).message
    assert "axes stand" not in message


@pytest.mark.parametrize(
    ("loss", "said"),
    [
        (lambda output: (output**2).mean(dim=0).sum(), "smaller in a shorter chunk"),
        (lambda output: (output**2).mean(dim=1).sum(), "divided by B, the number of sentences"),
        (lambda output: (output**2).mean(dim=-1).sum(), "divided by H, the number of units"),
        (lambda output: (output**2).mean(dim=(1, 2)).sum(), "divided by B · H"),
        (lambda output: (output**2).sum(dim=1).mean(), "smaller in a shorter chunk"),
        (lambda output: output.mean(), "the mean of the numbers in output"),
        (lambda output: (output.mean(dim=0) ** 2).sum(), "adds up first, or takes a mean"),
    ],
)
def test_a_mean_over_the_wrong_axis_is_told_by_what_divides(loss, said):
    result = exercise("08.1").check(lambda lstm, x, k: loop(lstm, x.split(k), cut, loss))
    assert result.outcome == "incorrect"
    assert said in result.message


def test_a_stream_too_long_by_one_is_not_named_by_numbers_of_a_word():
    def answer(text, B):
        T = len(text) // B + 1
        return torch.stack([text[b : b + T] for b in range(B)], dim=1)

    message = exercise("08.3").check(answer).message
    assert "Axis 0 should count the steps, 3 of them; yours is 4 long." in message
