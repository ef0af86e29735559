"""Lesson 05: answers that are right, however they are written; where unknown mistakes are seen."""

import pytest
import torch
from torch import nn

from lstm_lessons import exercise
from lstm_lessons.lstm.cell import lstm_step

# --- Right answers -------------------------------------------------------------------------------


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


def with_a_twin_of_equal_weights(x, h_0, c_0, lstm):
    twin = nn.LSTM(lstm.input_size, lstm.hidden_size, batch_first=True, dtype=x.dtype)
    twin.load_state_dict(lstm.state_dict())
    return twin(x, (h_0, c_0))


def with_a_loop(x, h_0, c_0, lstm):
    h, c, outputs = h_0[0], c_0[0], []
    for x_t in x.unbind(1):
        h, c = lstm_step(x_t, h, c, *lstm.all_weights[0])
        outputs.append(h)
    return [torch.stack(outputs, 1), [h[None], c[None]]]


RIGHT = {
    "05.1": {
        "lists and other numbers": {
            "steps": 7.0,
            "samples": torch.tensor(30),
            "note": 7.0,
            "line": "c",
            "shape": [1, 30, 5],
            "repair": "2.",
        },
        "torch's own": {
            "steps": 7,
            "samples": 30,
            "note": torch.tensor([7]),
            "line": "(C)",
            "shape": torch.Size((1, 30, 5)),
            "repair": " 2 ",
        },
    },
    "05.2": {
        "with permute": with_permute,
        "sentence by sentence": sentence_by_sentence,
        "with a loop": with_a_loop,
    },
    "05.3": {
        "h_n": lambda x, lstm: lstm(x[..., None])[1][0][-1],
        "squeezed": lambda x, lstm: lstm(x.view(*x.shape, 1))[1][0].squeeze(0),
        "patient by patient": lambda x, lstm: torch.stack([lstm(p[:, None])[0][-1] for p in x]),
        "hour by hour": lambda x, lstm: hour_by_hour(x, lstm),
    },
}


def hour_by_hour(x, lstm):
    states = None
    for hour in x.T:
        output, states = lstm(hour.reshape(-1, 1, 1), states)
    return output[:, 0]


# --- The exercises are what they say -------------------------------------------------------------


def test_torch_says_what_the_print_out_should():
    torch.manual_seed(0)
    space = {"torch": torch, "nn": nn}
    exec(exercise("05.1").given, space)
    lstm, output, h_n = space["lstm"], space["output"], space["h_n"]
    said = {
        "A": (lstm.weight_ih_l0, (20, 12)),
        "B": (output, (30, 7, 5)),
        "C": (h_n, (1, 7, 5)),
        "D": (output[:, -1], (30, 5)),
    }
    assert [line for line, (tensor, shape) in said.items() if tensor.shape != shape] == ["C"]
    assert h_n.shape == (1, 30, 5)
    assert lstm(space["x"])[1][0].shape == (1, 7, 5)  # repair 2
    assert lstm(space["x"].transpose(0, 1))[1][0].shape == (1, 30, 5)  # repair 1 is none
    melodies = torch.arange(7 * 30).view(7, 30)
    parts = {part.key: part.right for part in exercise("05.1").parts}
    assert melodies[0, parts["note"]] == melodies.view(30, 7)[1, 0]
    assert melodies[0, 1] == melodies.transpose(0, 1)[1, 0]  # what a wrong answer takes view for


def test_the_broken_reader_fails_in_one_place_and_then_in_silence():
    space = {"torch": torch}
    exec(exercise("05.2").given, space)
    result = exercise("05.2").check(space["broken_read"])
    assert (result.outcome, result.misconception) == ("error", "states moved")
    assert "Expected hidden[0] size (1, 2, 5), got [2, 1, 5]" in result.message


@pytest.mark.parametrize("number", ["05.2", "05.3"])
def test_all_sizes_of_a_call_differ(number):
    for case in exercise(number).cases:
        sizes = [int(part.split("=")[1]) for part in case.label.split(", ")]
        assert len(set(sizes)) == len(sizes)


@pytest.mark.parametrize(
    ("number", "change"),
    [
        ("05.2", lambda lstm: setattr(lstm, "batch_first", True)),
        ("05.2", lambda lstm: lstm.bias_ih_l0.data.zero_()),
    ],
)
def test_a_layer_that_is_changed_is_told_and_the_next_check_is_not_disturbed(number, change):
    def answer(x, h_0, c_0, lstm):
        result = with_a_loop(x, h_0, c_0, lstm)
        change(lstm)
        return result

    result = exercise(number).check(answer)
    assert (result.outcome, result.misconception) == ("incorrect", "changes the layer")
    assert "your function changes lstm" in result.message
    assert exercise(number).check(with_permute).outcome == "correct"


def test_a_changed_layer_is_told_before_the_mistake_that_its_numbers_look_like():
    def answer(x, lstm):
        lstm.batch_first = False
        return lstm(x[..., None])[0][:, -1]

    result = exercise("05.3").check(answer)
    assert (result.outcome, result.misconception) == ("incorrect", "changes the layer")
    assert "changes lstm" in result.message and "right" not in result.message


def test_a_changed_x_is_told_before_the_mistake_that_is_made_as_well():
    result = exercise("05.3").check(lambda x, lstm: lstm(x.mul_(2)[..., None].div(2))[0][:, 0])
    assert (result.outcome, result.misconception) == ("incorrect", "changes its inputs")


def test_a_layer_of_equal_weights_cuts_the_callers_off():
    result = exercise("05.2").check(with_a_twin_of_equal_weights)
    assert (result.outcome, result.misconception) == ("incorrect", "a copy of the layer")


def test_a_transpose_in_place_changes_what_is_the_callers():
    def answer(x, h_0, c_0, lstm):
        output, states = lstm(x.transpose_(0, 1), (h_0, c_0))
        return output.transpose(0, 1), states

    result = exercise("05.2").check(answer)
    assert (result.outcome, result.misconception) == ("incorrect", "changes its inputs")
    assert "`transpose_`" in result.message and "f * c" not in result.message


@pytest.mark.parametrize("number", ["05.2", "05.3"])
def test_what_is_detached_is_told_though_its_numbers_are_right(number):
    right = RIGHT[number]["with permute" if number == "05.2" else "h_n"]

    def answer(x, *rest):
        return right(x.detach(), *rest)

    result = exercise(number).check(answer)
    assert result.outcome == "incorrect"
    assert "gradient" in result.message


@pytest.mark.parametrize(
    "answer",
    [
        lambda x, lstm: lstm(x[:, -1:])[0],
        lambda x, lstm: lstm(x.transpose(0, 1)[..., None])[0][-1],
    ],
)
def test_two_ways_from_patient_to_patient_are_told_together(answer):
    result = exercise("05.3").check(answer)
    assert result.misconception == "from patient to patient"
    assert "two axes are one sequence" in result.message and "turned x round" in result.message


@pytest.mark.parametrize(
    "answer",
    [
        lambda x, lstm: lstm(x[..., None])[0][:, -1].squeeze(),
        lambda x, lstm: lstm(x[..., None])[1][0].squeeze(),
        lambda x, lstm: lstm(x[..., None])[0].squeeze()[:, -1],
        lambda x, lstm: lstm(x[..., None])[0].squeeze().transpose(0, 1)[-1],
        lambda x, lstm: lstm(x.squeeze()[..., None])[0][:, -1],
        lambda x, lstm: lstm(x.squeeze()[:, :, None])[0][:, -1],
    ],
)
def test_a_squeeze_that_takes_the_batch_as_well_is_seen(answer):
    assert exercise("05.3").check(answer).misconception == "squeezed"


@pytest.mark.parametrize(
    "answer",
    [
        lambda x, lstm: lstm(x[..., None])[0][:, x.shape[1]],
        lambda x, lstm: torch.stack([x[:, t] for t in range(1, x.shape[1] + 1)]),
    ],
)
def test_one_hour_too_many_is_seen_in_x_and_in_output(answer):
    assert exercise("05.3").check(answer).misconception == "one past the last hour"


@pytest.mark.parametrize("shape", ["view", "reshape"])
def test_the_mended_states_alone_are_told_what_is_left_whatever_comes_out(shape):
    def answer(x, h_0, c_0, lstm):
        B, T, I = x.shape  # noqa: E741, N806 - as in the exercise
        return lstm(getattr(x, shape)(T, B, I), (h_0, c_0))

    result = exercise("05.2").check(answer)
    assert result.misconception == "input not mended, output not turned back"
    assert "time first" in result.message and "wrong rows" in result.message


def test_several_wrong_entries_are_told_at_once():
    right = {part.key: part.right for part in exercise("05.1").parts}
    result = exercise("05.1").check({**right, "steps": 30, "samples": 7, "repair": "1"})
    assert result.misconception == "as it was meant"
    assert "Look again at `repair` too." in result.message


# --- Unknown mistakes ----------------------------------------------------------------------------


def test_an_unknown_mistake_in_the_output_alone_is_found_there():
    def answer(x, h_0, c_0, lstm):
        output, states = with_permute(x, h_0, c_0, lstm)
        return output.flip(1), states

    result = exercise("05.2").check(answer)
    assert (result.outcome, result.misconception) == ("incorrect", None)
    assert "Only output is not" in result.message
    assert "right when there is one word in each sentence" in result.message


def test_an_unknown_mistake_between_patients_is_found_there():
    def answer(x, lstm):
        return hour_by_hour(x, lstm).flip(0)

    result = exercise("05.3").check(answer)
    assert (result.outcome, result.misconception) == ("incorrect", None)
    assert "right when there is one patient only" in result.message


def test_what_fails_with_one_patient_only_is_not_asked_for_a_number():
    def answer(x, lstm):
        return lstm(x[..., None])[0][:, -1] * min(len(x), 2) / 2

    result = exercise("05.3").check(answer)
    assert (result.outcome, result.misconception) == ("incorrect", None)
    assert "Yet with B=3, T=7, H=5 all is right. Here there is one patient" in result.message
    assert "number in your code" not in result.message


def test_an_output_that_lies_time_first_is_told_so_whatever_else_is_wrong():
    result = exercise("05.2").check(lambda x, h_0, c_0, lstm: lstm(x.view(4, 2, 3)))
    assert (result.outcome, result.misconception) == ("incorrect", None)
    assert "your output is (T, B, H), time first" in result.message
    result = exercise("05.2").check(
        lambda x, h_0, c_0, lstm: (x.new_zeros(2, 4, 5), (h_0 + 1, c_0))
    )
    assert "time first" not in result.message
