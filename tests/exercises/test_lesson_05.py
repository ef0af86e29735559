"""Lesson 05: what is asked is true, and what was found by trying is told in true words."""

import numpy as np
import pytest
import torch
from torch import nn

from lstm_lessons import exercise
from lstm_lessons.lstm.cell import lstm_step

PRINT_OUT = {"steps": 7, "samples": 30, "note": 7, "line": "C", "shape": (1, 30, 5), "repair": "2"}


def with_permute(x, h_0, c_0, lstm):
    output, states = lstm(x.permute(1, 0, 2).contiguous(), (h_0, c_0))
    return output.permute(1, 0, 2).contiguous(), states


def sentence_by_sentence(x, h_0, c_0, lstm):
    outputs, ends = [], []
    for b, sentence in enumerate(x):
        output, states = lstm(sentence, (h_0[:, b], c_0[:, b]))
        outputs.append(output)
        ends.append(states)
    h_n, c_n = (torch.stack(each, dim=1) for each in zip(*ends, strict=True))
    return torch.stack(outputs), h_n, c_n


def with_a_loop(x, h_0, c_0, lstm):
    h, c, outputs = h_0[0], c_0[0], []
    for x_t in x.unbind(1):
        h, c = lstm_step(x_t, h, c, *lstm.all_weights[0])
        outputs.append(h)
    return [torch.stack(outputs, 1), [h[None], c[None]]]


def with_torchs_function(x, h_0, c_0, lstm):
    output, h_n, c_n = torch.lstm(
        x, (h_0, c_0), lstm._flat_weights, True, 1, 0.0, lstm.training, False, batch_first=True
    )
    return output, (h_n, c_n)


class ByCall:
    def __call__(self, x, h_0, c_0, lstm):
        output, states = lstm(torch.stack(x.unbind(1)), (h_0.clone(), c_0.clone()))
        return torch.stack(output.unbind(1)), states


def by_recursion(x, h_0, c_0, lstm):
    output, states = lstm(x[:, :1].movedim(0, 1), (h_0, c_0))
    output = output.movedim(1, 0)
    if x.shape[1] == 1:
        return output, states
    rest, states = by_recursion(x[:, 1:], *states, lstm)
    return torch.cat([output, rest], dim=1), states


def hour_by_hour(x, lstm):
    states = None
    for hour in x.T:
        output, states = lstm(hour.reshape(-1, 1, 1), states)
    return output[:, 0]


def with_the_step(x, lstm):
    h = c = x.new_zeros(len(x), lstm.hidden_size)
    for t in range(x.shape[1]):
        h, c = lstm_step(x[:, t : t + 1], h, c, *lstm.parameters())
    return h


RIGHT = {
    "05.1": {
        "lists and other numbers": PRINT_OUT | {"steps": 7.0, "line": "c", "shape": [1, 30, 5]},
        "tensors": PRINT_OUT | {"samples": torch.tensor(30), "note": torch.tensor([7])},
        "torch's shape": PRINT_OUT | {"line": "(C)", "shape": torch.Size((1, 30, 5))},
        "numpy's": PRINT_OUT | {"steps": np.int64(7), "samples": np.float32(30)},
        "text": PRINT_OUT | {"steps": "7", "repair": " 2. ", "shape": "(1, 30, 5)"},
        "a number": PRINT_OUT | {"repair": 2},
    },
    "05.2": {
        "with permute": with_permute,
        "sentence by sentence": sentence_by_sentence,
        "with a loop": with_a_loop,
        "torch's function": with_torchs_function,
        "a class": ByCall(),
        "by recursion": by_recursion,
    },
    "05.3": {
        "h_n": lambda x, lstm: lstm(x[..., None])[1][0][-1],
        "squeezed": lambda x, lstm: lstm(x.view(*x.shape, 1))[1][0].squeeze(0),
        "patient by patient": lambda x, lstm: torch.stack([lstm(p[:, None])[0][-1] for p in x]),
        "hour by hour": hour_by_hour,
        "with the step": with_the_step,
    },
}

EQUIVALENT = {}


def given(number):
    """Return what the exercise's given code defines."""
    return exercise(number).text.namespace()


def test_torch_says_what_the_print_out_should():
    solved = exercise("05.1").text.made()
    x = torch.randn(7, 30, 12)
    lstm = nn.LSTM(12, 5, batch_first=True)
    output, (h_n, _) = lstm(x.view(30, 7, 12))
    shapes = {
        "A": (lstm.weight_ih_l0, (20, 12)),
        "B": (output, (30, 7, 5)),
        "C": (h_n, (1, 7, 5)),
        "D": (output[:, -1], (30, 5)),
    }
    for shape in ("(20, 12)", "(30, 7, 5)", "(1, 7, 5)", "(30, 5)"):
        assert shape in exercise("05.1").text.task
    wrong = [line for line, (tensor, shape) in shapes.items() if tensor.shape != shape]
    assert wrong == [solved["line"]]
    assert h_n.shape == solved["shape"]
    assert lstm(x)[1][0].shape == (1, 7, 5)  # repair 2
    assert lstm(x.transpose(0, 1))[1][0].shape == (1, 30, 5)  # repair 1 is none
    melodies = torch.arange(7 * 30).view(7, 30)
    assert melodies[0, solved["note"]] == melodies.view(30, 7)[1, 0]
    assert melodies[0, 1] == melodies.transpose(0, 1)[1, 0]  # what a wrong answer takes view for


def test_a_shape_with_the_right_batch_is_not_asked_about_the_batch():
    answer = exercise("05.1").text.made() | {"shape": (2, 30, 5)}
    assert "how many layers, samples and units" in exercise("05.1").check(answer).message


def test_several_wrong_entries_are_told_at_once():
    answer = exercise("05.1").text.made() | {"steps": 30, "samples": 7, "repair": "1"}
    result = exercise("05.1").check(answer)
    assert result.misconception == "as it was meant + transpose instead"


def test_no_sentence_about_the_print_out_gives_another_answer_away():
    for question in exercise("05.1").questions:
        for row in question.rows:
            assert "30 samples" not in row.says and "7 steps" not in row.says


def test_the_broken_reader_fails_in_one_place_and_then_in_silence():
    result = exercise("05.2").check(given("05.2")["broken_read"])
    assert (result.outcome, result.misconception) == ("error", "states moved")
    assert "Expected hidden[0] size (1, 2, 5), got [2, 1, 5]" in result.message


@pytest.mark.parametrize("number", ["05.2", "05.3"])
def test_all_sizes_of_a_call_differ(number):
    for case in exercise(number).calls:
        sizes = list(case.sizes.values())
        assert case.special or len(set(sizes)) == len(sizes)


def test_a_layer_of_equal_weights_cuts_the_callers_off():
    def answer(x, h_0, c_0, lstm):
        twin = nn.LSTM(lstm.input_size, lstm.hidden_size, batch_first=True, dtype=x.dtype)
        twin.load_state_dict(lstm.state_dict())
        return twin(x, (h_0, c_0))

    assert exercise("05.2").check(answer).misconception == "a copy of the layer"


def reader(come_out=lambda output: output.transpose(0, 1), give=lambda h_n, c_n: (h_n, c_n)):
    def answer(x, h_0, c_0, lstm):
        output, states = lstm(x.transpose(0, 1), (h_0, c_0))
        return come_out(output), give(*states)

    return answer


def test_a_layer_that_is_changed_is_told_and_the_next_check_is_not_disturbed():
    def answer(x, h_0, c_0, lstm):
        lstm.batch_first = True
        return lstm(x, (h_0, c_0))

    result = exercise("05.2").check(answer)
    assert (result.outcome, result.misconception) == ("incorrect", "changes the layer")
    assert exercise("05.2").check(reader()).outcome == "correct"


def test_an_unknown_mistake_in_the_output_alone_is_found_there():
    result = exercise("05.2").check(reader(lambda output: 1.5 - output.transpose(0, 1)))
    assert (result.outcome, result.misconception) == ("incorrect", None)
    assert result.message.startswith("h_n and c_n are right")


def test_one_sentence_keeps_its_axis():
    result = exercise("05.2").check(reader(lambda output: output.transpose(0, 1).squeeze()))
    assert result.misconception == "squeezed"
    assert "the axis of the sentences, 1 long here, is gone" in result.message


def of_the_layer(pick, shape=lambda x: x[..., None]):
    """Return an answer to 05.3 that picks from output, h_n and c_n."""

    def answer(x, lstm):
        output, (h_n, c_n) = lstm(shape(x))
        return pick(output, h_n, c_n)

    return answer


@pytest.mark.parametrize(
    "answer",
    [
        of_the_layer(lambda output, h_n, c_n: h_n.squeeze()),
        of_the_layer(lambda output, h_n, c_n: output[:, -1].squeeze(0)),
        of_the_layer(lambda output, h_n, c_n: output.squeeze()[:, -1]),
        of_the_layer(lambda output, h_n, c_n: output.squeeze(0)[:, -1]),
        of_the_layer(lambda output, h_n, c_n: output[:, -1], lambda x: x.squeeze()[..., None]),
    ],
)
def test_a_squeeze_that_takes_the_patients_is_told_what_it_takes(answer):
    result = exercise("05.3").check(answer)
    assert result.outcome == "incorrect"
    assert "Here there is one patient, so the axis of the patients has length 1." in result.message
    assert "`squeeze(n)` axis n" in result.message


def test_two_ways_from_patient_to_patient_are_told_together():
    result = exercise("05.3").check(lambda x, lstm: lstm(x[:, -1:])[0])
    assert result.misconception == "patients taken for steps"
    assert "where x goes in turned round" in result.message
    assert "two axes, (B, 1), which are one sequence" in result.message


def test_what_fails_with_one_patient_only_is_told_so():
    last = of_the_layer(lambda output, h_n, c_n: h_n[-1] * min(h_n.shape[1], 2) / 2)
    result = exercise("05.3").check(last)
    assert "Yet with B=3, T=7, H=5 all is right. Here there is one patient" in result.message


@pytest.mark.parametrize(("index", "hours"), [(-2, "hours 0 to 5"), (1, "hours 0 to 1")])
def test_another_hour_is_told_by_what_it_has_read(index, hours):
    result = exercise("05.3").check(of_the_layer(lambda output, h_n, c_n: output[:, index]))
    assert f"your result changes with {hours} of `x`" in result.message
    assert "It should change with hours 0 to 6." in result.message


@pytest.mark.parametrize(
    ("pick", "name"),
    [
        (lambda output, h_n, c_n: output[-1], "one patient alone"),
        (lambda output, h_n, c_n: output[:, 0], "the first hour"),
        (lambda output, h_n, c_n: output[..., -1], "one unit alone"),
    ],
)
def test_an_index_on_another_axis_is_told_by_what_it_takes(pick, name):
    assert exercise("05.3").check(of_the_layer(pick)).misconception == name


def test_what_begins_with_a_name_of_torch_begins_small():
    result = exercise("05.3").check(lambda x, lstm: lstm(x[None, :, :, None])[0][:, -1])
    assert "nn.LSTM reads three axes" in result.message


def test_x_read_twice_turned_is_not_told_that_it_lies_as_it_came():
    def answer(x, h_0, c_0, lstm):
        twin = nn.LSTM(lstm.input_size, lstm.hidden_size, batch_first=True, dtype=x.dtype)
        twin.load_state_dict(lstm.state_dict())
        output, states = twin(x.transpose(0, 1), (h_0[:, :1], c_0[:, :1]))
        return output.transpose(0, 1), states

    assert "x goes in as it lies" not in exercise("05.2").check(answer).message


@pytest.mark.parametrize("shape", [(7, 5), (30, 5), (30, 1, 5), (7, 30, 5)])
def test_a_wrong_shape_is_told_in_words_of_this_exercise(shape):
    message = exercise("05.1").check(exercise("05.1").text.made() | {"shape": shape}).message
    assert "words" not in message and "A state has" in message or "a state has" in message
