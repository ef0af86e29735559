"""Lesson 08: answers that are right, however they are written; the bug is one of torch's own."""

import re
import traceback
from pathlib import Path

import pytest
import torch
from torch import nn

from lstm_lessons import exercise

# --- Right answers -------------------------------------------------------------------------------


def train_with_indices(lstm, x, k):
    states, outputs = None, []
    for start in range(0, len(x), k):
        output, states = lstm(x[start : start + k], states)
        output.pow(2).sum().backward()
        states = [state.detach() for state in states]
        outputs.append(output.detach())
    return [torch.cat(outputs), lstm.weight_hh_l0.grad.clone()]


def train_with_numbers_alone(lstm, x, k):
    hx, outputs, total = None, [], 0
    for chunk in x.split(k):
        output, (h, c) = lstm(chunk, hx)
        (grad,) = torch.autograd.grad((output * output).sum(), [lstm.weight_hh_l0])
        total = total + grad
        hx = h.clone().detach(), c.data
        outputs += list(output)
    return torch.stack(outputs), total


def train_in_one_backward(lstm, x, k):
    hx, outputs, losses = None, [], []
    for chunk in x.split(k):
        if hx is not None:
            hx = tuple(map(torch.Tensor.detach, hx))
        output, hx = lstm(chunk, hx)
        losses.append((output**2).sum())
        outputs.append(output)
    sum(losses).backward()
    return torch.cat(outputs), lstm.weight_hh_l0.grad


def train_with_rounded_up_count(lstm, x, k):
    hx, outputs = None, []
    for n in range(-(-len(x) // k)):
        output, hx = lstm(x[n * k : (n + 1) * k], hx)
        hx = tuple(state.detach() for state in hx)
        (output**2).sum().backward(retain_graph=True)
        outputs.append(output)
    return torch.cat(outputs), lstm.weight_hh_l0.grad


def train_with_detach_in_place(lstm, x, k):
    hx, outputs = None, []
    for chunk in x.split(k):
        output, hx = lstm(chunk, hx)
        (output**2).sum().backward()
        for state in hx:
            state.detach_()
        outputs.append(output)
    return torch.vstack(outputs), lstm.weight_hh_l0.grad


def streams_of_slices(text, B):
    T = len(text) // B
    return torch.stack([text[b * T : (b + 1) * T] for b in range(B)], dim=1)


def streams_by_number(text, B):
    T = len(text) // B
    places = torch.arange(B) * T + torch.arange(T)[:, None]
    return text[places]


def streams_in_a_loop(text, B):
    T, rows = len(text) // B, []
    for t in range(T):
        rows.append(torch.stack([text[t + b * T] for b in range(B)]))
    return torch.stack(rows)


RIGHT = {
    "08.1": {
        "indices and lists": train_with_indices,
        "autograd.grad and .data": train_with_numbers_alone,
        "one backward, states detached": train_in_one_backward,
        "graphs kept, states detached": train_with_rounded_up_count,
        "states detached in place": train_with_detach_in_place,
    },
    "08.2": {
        "other forms": {
            "line": 4.0,
            "expected": [1, 5, 64],
            "leak": "true",
            "retain_graph": "b",
            "repair": "(f)",
        },
        "torch's own": {
            "line": torch.tensor(4),
            "expected": torch.Size((1, 5, 64)),
            "leak": torch.tensor(True),
            "retain_graph": "B.",
            "repair": " F ",
        },
    },
    "08.3": {
        "slices": streams_of_slices,
        "places": streams_by_number,
        "a loop": streams_in_a_loop,
    },
}

# --- What a learner reads -------------------------------------------------------------------------


def test_an_answer_with_an_empty_chunk_is_told_so_where_k_divides_T():  # noqa: N802
    (wrong, *_) = (each for each in exercise("08.1").wrongs if each.name == "an empty chunk")
    result = exercise("08.1").check(wrong.answer)
    assert "Expected sequence length to be larger than 0 in RNN" in result.message
    assert "T=6, B=4, I=2, H=5, k=3" in result.message


def test_a_gradient_is_spoken_of_in_rows_and_columns():
    def train(lstm, x, k):
        output, gradient = train_with_indices(lstm, x, k)
        return output, gradient * 1.5

    result = exercise("08.1").check(train)
    assert "gradient differs first at row 0, column 0" in result.message


def test_the_praise_holds_for_a_loop_that_keeps_its_graphs():
    result = exercise("08.1").check(train_with_rounded_up_count)
    assert "wherever it still stands, it only keeps graphs in memory" in result.message


@pytest.mark.parametrize("index", [0, 1])
def test_pieces_and_chunks_differ_from_the_first_case_on(index):
    inputs = exercise("08.1").cases[index].inputs
    x, k = inputs["x"], inputs["k"]
    assert len(x.chunk(k)) != len(x.split(k))


@pytest.mark.parametrize("case", exercise("08.1").cases, ids=lambda case: case.label)
def test_the_sizes_of_a_loop_are_distinct(case):
    sizes = [*case.inputs["x"].shape, case.inputs["lstm"].hidden_size, case.inputs["k"]]
    assert len({1, *sizes}) == 6


@pytest.mark.parametrize("case", exercise("08.3").cases, ids=lambda case: case.label)
def test_the_sizes_of_streams_are_distinct_and_each_number_tells_its_word(case):
    text, B = case.inputs["text"], case.inputs["B"]
    assert len({len(text) // B, B, text.shape[1]}) == 3
    assert len(text.unique()) == text.numel()
    assert torch.equal(text.floor()[:, -1], torch.arange(float(len(text))))


# --- The program of 08.2 is what the exercise says of it ------------------------------------------

SOURCE = Path(__file__).parents[1] / "exercises/source/08_state_across_chunks.py"


def program():
    """Return the ten lines as they stand in the exercise."""
    text = SOURCE.read_text(encoding="utf-8")
    lines = re.findall(r"^#  ?(\d+)  (.*)$", text, flags=re.MULTILINE)
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
    with pytest.raises(RuntimeError, match=re.escape("(1, 5, 64), got [1, 32, 64]")) as caught:
        run(program(), songs(32, 32, 5))
    frames = traceback.extract_tb(caught.value.__traceback__)
    assert [frame.lineno for frame in frames if frame.filename == "program"] == [4]


def test_the_second_batch_depends_on_the_first_until_it_is_repaired():
    lines = program()
    repaired = [line for number, line in enumerate(lines, 1) if number not in (2, 8)]
    repaired = [line.replace("lstm(batch, hx)", "lstm(batch)") for line in repaired]
    still = [line for line in lines if "weight_hh_l0" not in line and "no_grad" not in line]
    steady = [line for line in repaired if "weight_hh_l0" not in line and "no_grad" not in line]
    first, other, second = songs(32, 32, 32)
    for version, leaks in ((still, True), (steady, False)):
        one, two = (run(version, [before, second])["output"] for before in (first, other))
        assert torch.equal(one, two) != leaks
    assert run(repaired, songs(32, 32, 5))["output"].shape == (6, 5, 64)


def test_retain_graph_does_nothing_that_is_needed():
    lines = program()
    without = [line.replace("retain_graph=True", "") for line in lines]
    batches = songs(32, 32, 32)
    ours, theirs = (run(version, batches)["lstm"].weight_hh_l0 for version in (lines, without))
    torch.testing.assert_close(ours, theirs, rtol=0, atol=0)


# --- Mistakes that have no name of their own -----------------------------------------------------


def test_a_gradient_of_another_weight_is_told_by_its_shape():
    def train(lstm, x, k):
        right = train_with_indices(lstm, x, k)
        return right[0], lstm.weight_ih_l0.grad

    result = exercise("08.1").check(train)
    assert "shape of gradient should be (20, 5)" in result.message


def test_a_state_that_is_scaled_is_seen_in_the_second_chunk():
    def train(lstm, x, k):
        hx, outputs = None, []
        for chunk in x.split(k):
            output, (h, c) = lstm(chunk, hx)
            hx = h.detach() * 0.9, c.detach()
            (output**2).sum().backward()
            outputs.append(output)
        return torch.cat(outputs), lstm.weight_hh_l0.grad

    result = exercise("08.1").check(train)
    assert "what does each chunk start from?" in result.message
    assert "output differs first at step 2" in result.message
    assert "right when there is one chunk only" in result.message


def loop(lstm, x, starts, k, pass_on, after=lambda: None, **options):
    """Return the outputs and the gradient of a loop over chunks that begin at ``starts``."""
    hx, outputs = None, []
    for start in starts:
        output, hx = lstm(x[start : start + k], hx)
        (output**2).sum().backward(**options)
        after()
        hx = pass_on(hx)
        outputs.append(output)
    return outputs, lstm.weight_hh_l0.grad


def cut(hx):
    return tuple(state.detach() for state in hx)


def test_outputs_that_are_not_joined_are_told_of_cat():
    result = exercise("08.1").check(lambda lstm, x, k: loop(lstm, x, range(0, len(x), k), k, cut))
    assert result.misconception == "not stacked"
    assert "The output that you return is a list of 4 tensors. `torch.cat` makes" in result.message


@pytest.mark.parametrize("options", [{}, {"retain_graph": True}], ids=["freed", "kept"])
@pytest.mark.parametrize("optimiser", [torch.optim.SGD, torch.optim.Adam])
def test_an_optimiser_in_the_loop_is_told(options, optimiser):
    def train(lstm, x, k):
        step = optimiser(lstm.parameters(), lr=0.01).step
        outputs, gradient = loop(lstm, x, range(0, len(x), k), k, cut, step, **options)
        return torch.cat(outputs), gradient

    assert exercise("08.1").check(train).misconception == "weights updated"


def test_an_optimiser_on_graphs_that_are_kept_is_told():
    def train(lstm, x, k):
        step = torch.optim.SGD(lstm.parameters(), lr=0.3).step
        outputs, gradient = loop(lstm, x, range(0, len(x), k), k, tuple, step, retain_graph=True)
        return torch.cat(outputs), gradient

    result = exercise("08.1").check(train)
    assert (result.outcome, result.misconception) == ("error", "weights changed on the old graph")


def test_an_update_of_an_unusual_rate_changes_the_layer():
    def train(lstm, x, k):
        step = torch.optim.SGD(lstm.parameters(), lr=0.37).step
        outputs, gradient = loop(lstm, x, range(0, len(x), k), k, cut, step)
        return torch.cat(outputs), gradient

    assert exercise("08.1").check(train).misconception == "changes the layer"


def test_steps_that_are_missing_are_counted():
    for last, said in ((-1, "The last step is missing."), (-3, "The last 3 steps are missing.")):

        def train(lstm, x, k, last=last):
            return train_with_indices(lstm, x[:last], k)

        message = exercise("08.1").check(train).message
        assert f"output is right as far as it goes. {said}" in message
        assert "shape of output should be (7, 4, 5)" in message


def test_steps_that_are_too_many_are_counted():
    for more, said in ((1, "1 step follows"), (2, "2 steps follow")):

        def train(lstm, x, k, more=more):
            output, gradient = train_with_indices(lstm, x, k)
            return torch.cat((output, output[:more])), gradient

        message = exercise("08.1").check(train).message
        assert f"The first 7 steps of output are right. {said} that should not be there." in message


def test_an_output_that_is_too_short_and_wrong_is_told_where_it_goes_wrong():
    def train(lstm, x, k):
        starts = range(0, len(x) // k * k, k)
        outputs, gradient = loop(
            lstm, x, starts, k, lambda hx: tuple(0.9 * state for state in cut(hx))
        )
        return torch.cat(outputs), gradient

    result = exercise("08.1").check(train)
    assert result.misconception is None
    said = "output has 6 steps, and x has 7. The first step that is wrong is step 2."
    assert said in result.message
    assert "missing" not in result.message


def test_a_gradient_that_is_not_there_asks_for_the_backward_pass():
    def without(lstm, x, k):
        return train_with_indices(lstm, x, k)[0], None

    def thrown_away(lstm, x, k):
        output, _ = train_with_indices(lstm, x, k)
        lstm.zero_grad()
        return [output, lstm.weight_hh_l0.grad]

    for answer in (without, thrown_away):
        result = exercise("08.1").check(answer)
        assert (result.outcome, result.misconception) == ("incorrect", "not a tensor")
        assert "gradient that you return is nothing (None)" in result.message
        assert "Has `backward()` been called? It returns nothing itself" in result.message
    for value in ((None, torch.zeros(2)), ([torch.zeros(2)], None), None, (None, None)):
        message = exercise("08.1").check(lambda lstm, x, k, value=value: value).message
        assert "Has `backward()` been called?" not in message


def test_a_loss_that_is_partly_wrong_is_not_put_down_to_the_number_of_chunks():
    def train(lstm, x, k):
        hx, outputs = None, []
        for chunk in x.split(k):
            output, hx = lstm(chunk, cut(hx) if hx else None)
            (output[-1] ** 2).sum().mul(len(output)).backward()
            outputs.append(output)
        return torch.cat(outputs), lstm.weight_hh_l0.grad

    result = exercise("08.1").check(train)
    assert result.misconception is None
    assert "of the same loss as before?" in result.message
    assert "Your result is right" not in result.message


def test_a_loss_of_the_last_state_is_a_loss_of_one_step():
    def train(lstm, x, k):
        hx, outputs = None, []
        for chunk in x.split(k):
            output, hx = lstm(chunk, hx)
            (hx[0] ** 2).sum().backward()
            hx = cut(hx)
            outputs.append(output)
        return torch.cat(outputs), lstm.weight_hh_l0.grad

    assert exercise("08.1").check(train).misconception == "loss of one step"


def test_the_gradient_of_x_read_whole_is_asked_for_its_chunks_and_its_states():
    def whole(lstm, x, k):
        output, _ = lstm(x)
        (output**2).sum().backward()
        return output, lstm.weight_hh_l0.grad

    def detach_thrown_away(lstm, x, k):
        def look_at(hx):
            for state in hx:
                state.detach()
            return hx

        outputs, gradient = loop(lstm, x, range(0, len(x), k), k, look_at, retain_graph=True)
        return torch.cat(outputs), gradient

    def in_pieces_of_sentences(lstm, x, k):
        outputs = [lstm(piece)[0] for piece in x.split(k, dim=1)]
        sum((output**2).sum() for output in outputs).backward()
        return torch.cat(outputs, dim=1), lstm.weight_hh_l0.grad

    for answer in (whole, detach_thrown_away, in_pieces_of_sentences):
        result = exercise("08.1").check(answer)
        assert result.misconception == "steps mended, the gradient passes the cuts"
        assert "Is x read in chunks of k steps?" in result.message
        assert "a call whose result is thrown away changes nothing" in result.message


def test_a_first_chunk_without_steps_is_told_where_chunks_begin_and_end():
    def train(lstm, x, k):
        outputs, hx = [], None
        for n in range(len(x) // k):
            output, hx = lstm(x[n : n * k], hx)
            outputs.append(output)
        return torch.cat(outputs), lstm.weight_hh_l0.grad

    result = exercise("08.1").check(train)
    assert (result.outcome, result.misconception) == ("error", "a chunk without steps")
    assert "Where does each begin, and where does it end?" in result.message


def test_an_output_that_is_wrong_at_once_is_not_put_down_to_the_state():
    def train(lstm, x, k):
        return train_with_indices(lstm, 2 * x, k)

    message = exercise("08.1").check(train).message
    assert "output is wrong in the first step already, before there is any cut" in message
    assert "what does each chunk start from?" not in message


def test_a_gradient_set_to_zero_is_seen():
    def train(lstm, x, k):
        output, gradient = train_with_indices(lstm, x, k)
        return output, gradient * 0

    message = exercise("08.1").check(train).message
    assert "output is right, and the gradient is 0 everywhere" in message


def test_streams_that_differ_are_told_in_words_of_the_text():
    def ends_of_pieces(text, B):
        return torch.stack([p[-(len(text) // B) :] for p in text.tensor_split(B)], dim=1)

    def rounded(text, B):
        T = len(text) // B
        return torch.stack([text[round(b * len(text) / B) :][:T] for b in range(B)], dim=1)

    def one_twice(text, B):
        result = streams_of_slices(text, B)
        result[2, 1] = result[1, 1]
        return result

    for answer, said in (
        (ends_of_pieces, "Stream 0 begins with word 1 of the text. It should begin with word 0."),
        (rounded, "Stream 2 begins with word 7 of the text. It should begin with word 6."),
        (one_twice, "In stream 1, word 4 of the text is followed by word 4. It should be followed"),
        (lambda text, B: -streams_of_slices(text, B), "step 0 of stream 0 is no word of the text"),
    ):
        result = exercise("08.3").check(answer)
        assert (result.outcome, result.misconception) == ("incorrect", None)
        assert said in result.message


def test_a_text_of_which_nothing_is_left_is_told_why():
    def answer(text, B):
        return text[: -(len(text) % B)].view(B, -1, text.shape[1]).transpose(0, 1)

    message = exercise("08.3").check(answer).message
    assert "with n = 0, it is `text[:0]`, which is empty" in message
    assert "Yet with N=17, I=2, B=5 all is right" in message
