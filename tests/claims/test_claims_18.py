"""What lesson 18 says of its patients, and of the tool, beyond its own cells."""

import pytest
import torch
from page import defined
from torch import nn
from torch.nn import functional as F

from lstm_lessons import diagnose, trained_reader
from lstm_lessons.data import code_or_prose
from lstm_lessons.data.train_reader import TRAINED_ON, numbered

NUMBER = trained_reader()[1]
LINES = code_or_prose()
NUMBERS = numbered((line.text for line in LINES), NUMBER)


def four_lines(steps):
    return NUMBERS[TRAINED_ON:][[0, 40, 80, 120], :steps]


# Programs of the lesson, Dora mended.
Ann = defined("18", "Ann", nn=nn)
Ben = defined("18", "Ben", nn=nn, Ann=Ann)
Cleo = defined("18", "Cleo", F=F, Ann=Ann)
Dora = defined("18", "Dora", "self.lstm(x)", "self.lstm(x, state)", nn=nn)


class Mended(Cleo):
    def forward(self, numbers):
        return super(Cleo, self).forward(numbers)


def test_the_padding_that_cleo_reads_is_hidden_until_its_dropout_is_mended():
    torch.manual_seed(0)
    ill, mended = (diagnose(each(), four_lines(25), batch_first=True) for each in (Cleo, Mended))
    assert ill["batch composition"].status == "not tried" and "padding" not in repr(ill)
    assert "reads its padding" in mended["batch composition"].perhaps


def test_lines_that_fill_the_block_hide_that_ann_reads_its_padding():
    torch.manual_seed(0)
    assert (four_lines(8) != 0).all()
    filled = diagnose(Ann(), four_lines(8), batch_first=True)
    assert filled and not filled.suspicions and "not tried: padding" in filled.verdict
    padded = diagnose(Ann(), four_lines(25), batch_first=True)
    assert "reads its padding" in padded["batch composition"].perhaps


def test_another_neighbour_as_long_does_not_move_the_score_and_a_longer_one_does():
    report = diagnose(Ann(), four_lines(25), batch_first=True)
    assert report["sample independence"].status == "holds"
    assert report["batch composition"].status == "suspicion"


def test_the_columns_of_a_swapped_layer_are_taken_for_samples_unless_it_is_told():
    torch.manual_seed(0)
    x = torch.randn(4, 7, 8)
    swapped = nn.LSTM(8, 16)
    guess, told = diagnose(swapped, x), diagnose(swapped, x, batch_first=True)
    assert guess and guess.guessed and "batch is axis 1, 7 samples" in guess.axes
    assert guess["sample independence"].status == "holds"
    assert [each.probe for each in told.faults] == ["sample independence", "batch composition"]


class NoWayBack(Ann):
    def forward(self, numbers):
        with torch.no_grad():
            x = self.embedding(numbers)
        return self.head(self.lstm(x)[1][0][-1])


def test_a_parameter_inside_no_grad_is_a_suspicion_and_frozen_if_that_is_said():
    torch.manual_seed(0)
    program = NoWayBack()
    seen = diagnose(program, four_lines(8), batch_first=True)["parameter gradients"]
    assert seen.status == "suspicion" and "embedding.weight moves the results" in seen.fact
    program.embedding.weight.requires_grad_(False)
    seen = diagnose(program, four_lines(8), batch_first=True)["parameter gradients"]
    assert seen.status == "holds" and "frozen" in seen.fact


def test_the_loss_of_perfect_shares_is_that_of_one_1_and_eight_0s():
    share = torch.eye(9).softmax(dim=1).diag()
    assert share.tolist() == pytest.approx([0.254] * 9, abs=5e-4)
    loss = F.cross_entropy(torch.eye(9), torch.arange(9))
    assert loss.item() == pytest.approx(-share[0].log().item()) == pytest.approx(1.372, abs=5e-4)


def test_only_a_line_that_fills_the_last_slot_shows_the_bug_of_ben():
    torch.manual_seed(0)
    assert (four_lines(25) != 0).sum(dim=1).tolist() == [16, 13, 25, 13]
    padded, filled = (
        diagnose(Ben(), four_lines(steps), batch_first=True)["sample independence"]
        for steps in (25, 8)
    )
    assert padded.fact == "moving sample 2 moved sample 3 of output as well"
    assert filled.fact == "moving sample 0 moved samples 1 to 3 of output as well"


def handing(name, used):
    """Return a GRU in a module whose forward calls its state by this name, and may not use it."""

    class Lou(nn.Module):
        def __init__(self):
            super().__init__()
            self.gru = nn.GRU(8, 16, batch_first=True)

    given = f", {name}" if used else ""
    parts = {}
    exec(f"def forward(self, x, {name}=None):\n    return self.gru(x{given})", parts)
    Lou.forward = parts["forward"]
    torch.manual_seed(0)
    return diagnose(Lou(), torch.randn(4, 7, 8), batch_first=True)["chunk consistency"]


@pytest.mark.parametrize("name", ["state", "hidden", "hx"])
def test_a_state_is_known_by_its_name_and_has_to_be_used(name):
    assert handing(name, used=True).status == "holds"
    assert handing(name, used=False).status == "FAULT"


def test_a_state_by_another_name_is_not_known_and_the_report_says_that_it_is_the_name():
    seen = handing("s", used=True)
    assert seen.status == "not tried"
    assert seen.fact == (
        "no argument of forward has the name of a state, such as `state`, `hidden` or `hx`: "
        "forward takes `x` and `s`"
    )


class StateWanted(Dora):
    def forward(self, x, state):
        return super().forward(x, state)


def test_dora_is_mended_by_her_state_and_without_a_default_the_example_holds_one():
    torch.manual_seed(0)
    x, state = torch.randn(4, 7, 8), (torch.zeros(1, 4, 16), torch.zeros(1, 4, 16))
    assert diagnose(Dora(), x, batch_first=True)["chunk consistency"].status == "holds"
    given = diagnose(StateWanted(), (x, state), batch_first=True)
    assert given["chunk consistency"].status == "holds"
    with pytest.raises(ValueError, match="missing 1 required positional argument: 'state'"):
        diagnose(StateWanted(), x, batch_first=True)


class Emil(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(8, 16, batch_first=True, bidirectional=True)
        self.head = nn.Linear(32, 9)

    def forward(self, x):
        return self.head(self.lstm(x)[0][:, -1])


class Forecast(Emil):
    def forward(self, x):
        return self.head(self.lstm(x)[0])


def test_a_suspicion_and_a_property_alone_are_no_fault():
    torch.manual_seed(0)
    x = torch.randn(4, 7, 8)
    emil, forecast = diagnose(Emil(), x), diagnose(Forecast(), x)
    assert emil["parameter gradients"].status == "suspicion"
    assert forecast["causality"].status == "property"
    assert emil and forecast
    assert "no fault found" in forecast.verdict
