"""What lesson 18 says of its patients, and of the tool, beyond its own cells."""

import re

import pytest
import torch
from page import defined
from torch import nn
from torch.nn import functional as F

from lstm_lessons import diagnose, trained_reader
from lstm_lessons.clinic.sequences import Block
from lstm_lessons.data import code_or_prose
from lstm_lessons.data.train_reader import TRAINED_ON, batch_of, numbered
from lstm_lessons.lstm.reader import Reader

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


CODE = torch.tensor([line.code for line in LINES])
LENGTHS = (NUMBERS != 0).sum(dim=1)
OTHERS = {"numbers": NUMBERS[TRAINED_ON:], "is_code": CODE[TRAINED_ON:]}
count_right = defined("18", "count_right", torch=torch, **OTHERS)


def reading_its_padding(reader):
    program = Ann()
    program.load_state_dict(reader.state_dict())
    return program.eval()


def test_the_zeros_move_the_scores_of_ann_and_few_cross_0():
    """Ann gets 212 lines right where the reader gets 217: in batches of 22, as on the page."""
    reader = trained_reader()[0]
    ann, numbers, lengths = reading_its_padding(reader), OTHERS["numbers"], LENGTHS[TRAINED_ON:]
    padded = torch.zeros(242)
    with torch.no_grad():
        alone = reader(numbers, lengths)[:, 0]
        for chosen in torch.arange(242).split(22):
            padded[chosen] = ann(numbers[chosen, : lengths[chosen].max()])[:, 0]
    assert ((alone > 0) == OTHERS["is_code"]).sum() == 217
    assert ((padded > 0) == OTHERS["is_code"]).sum() == count_right(ann) == 212
    assert ((alone > 0) != (padded > 0)).sum() == 5
    assert (padded - alone).abs().median() == pytest.approx(0.6255, abs=5e-4)  # less than 0.63
    assert alone.abs().quantile(0.5) > 4.4


def test_the_packed_reader_of_lesson_09_falls_far_if_it_is_read_as_ann_reads():
    number = trained_reader()[1]
    numbers, lengths = batch_of((line.text for line in LINES), number)
    torch.set_default_dtype(torch.float64)
    try:
        known = {"data_numbers": numbers, "data_lengths": lengths, "is_code": CODE.double()}
        train = defined("09", "train", torch=torch, nn=nn, Reader=Reader, number=number, **known)
        packed = train(lengths)
        ann = reading_its_padding(packed)
        with torch.no_grad():
            scores = packed(numbers[TRAINED_ON:], lengths[TRAINED_ON:])[:, 0]
        right = ((scores > 0) == OTHERS["is_code"]).sum().item(), count_right(ann)
    finally:
        torch.set_default_dtype(torch.float32)
    assert right[0] == pytest.approx(223, abs=2) and right[1] == pytest.approx(147, abs=5)


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
    assert not guess.faults and "unless the guessed axes are the wrong way round" in guess.verdict


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


def test_cross_entropy_has_a_softmax_inside_and_gives_minus_the_logarithm_of_a_share():
    torch.manual_seed(0)
    scores, kinds = torch.randn(5, 9).double(), torch.tensor([0, 3, 8, 2, 3])
    powers = scores.exp()
    shares = powers / powers.sum(dim=1, keepdim=True)
    assert torch.allclose(shares, scores.softmax(dim=1), atol=1e-12)
    for row in range(5):
        loss = F.cross_entropy(scores[row : row + 1], kinds[row : row + 1])
        assert loss.item() == pytest.approx(-shares[row, kinds[row]].log().item(), abs=1e-12)


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


def test_the_probe_changes_characters_and_not_the_zeros_behind_a_line():
    example = four_lines(25)
    for sample in range(4):
        changed = Block(example, 0, 1, 0).moved(None, [sample]) != example
        assert torch.equal(changed[sample], example[sample] != 0)
        assert changed.any(dim=1).tolist() == [place == sample for place in range(4)]


def test_with_the_longest_line_at_the_bottom_the_bug_of_ben_does_not_show():
    torch.manual_seed(0)
    ben, example = Ben(), four_lines(25)
    turned = diagnose(ben, example[[0, 1, 3, 2]], batch_first=True)
    seen = turned["sample independence"]
    assert seen.status == "holds" and not turned.faults
    assert "but 3 of them moved nothing at all, their own results neither" in seen.fact
    assert seen.fact.endswith("(samples 0 to 2)")
    assert (example[[0, 1, 3, 2]][:, -1] != 0).tolist() == [False, False, False, True]
    assert turned["causality"].status == "suspicion"
    assert "only the last one moved a result" in turned["causality"].fact
    ben.lstm.batch_first = True
    mended = diagnose(ben, example[[0, 1, 3, 2]], batch_first=True)
    assert mended["sample independence"].status == "holds"
    assert "nothing at all" not in mended["sample independence"].fact
    assert mended["causality"].status == "not tried"


def with_an_argument(name, given):
    """Return what is said of a program that takes one more argument, and does not use it."""
    parts = {}
    exec(
        f"def forward(self, numbers, {name}):\n    return Ann.forward(self, numbers)",
        globals(),
        parts,
    )
    program = type("Given", (Ann,), parts)
    torch.manual_seed(0)
    report = diagnose(program(), (four_lines(25), given), batch_first=True)
    return report["batch composition"].status


@pytest.mark.parametrize(
    ("name", "given", "status"),
    [
        ("lengths", [16, 13, 25, 13], "FAULT"),
        ("n", [16, 13, 25, 13], "FAULT"),
        ("n", [16, 13, 24, 13], "suspicion"),
        ("seqlen", [16, 13, 24, 13], "FAULT"),
        ("lengths", [16.0, 13.0, 25.0, 13.0], "suspicion"),
    ],
)
def test_lengths_are_known_by_the_longest_or_by_the_name(name, given, status):
    assert with_an_argument(name, torch.tensor(given)) == status


CALLS = []


class Counted(nn.Module):
    """One score a step; counts how often it is called."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(8, 16, batch_first=True)

    def forward(self, x):
        CALLS.append(x.shape)
        return self.lstm(x)[0]


class Blind(nn.Module):
    """Cuts the way back at each step, so that each step is tried twice."""

    def __init__(self):
        super().__init__()
        self.cell = nn.LSTMCell(8, 16)

    def forward(self, x):
        CALLS.append(x.shape)
        h = c = x.new_zeros(len(x), 16)
        outputs = []
        for step in range(x.shape[1]):
            h, c = self.cell(x[:, step], (h.detach(), c.detach()))
            outputs.append(h)
        return torch.stack(outputs, dim=1)


def calls(kind, samples, steps, padded=False, batch_first=True):
    """Return how often diagnose calls a model, and what it reports."""
    torch.manual_seed(0)
    CALLS.clear()
    x = torch.randn(samples, steps, 8)
    if padded:
        for sample in range(1, samples):
            x[sample, 1 + sample % (steps - 1) :] = 0
    report = diagnose(kind(), x, batch_first=batch_first)
    return len(CALLS), report


@pytest.mark.parametrize(("samples", "steps"), [(3, 3), (4, 7), (4, 60), (60, 7)])
@pytest.mark.parametrize("padded", [False, True])
@pytest.mark.parametrize("batch_first", [True, None])
@pytest.mark.parametrize("kind", [Counted, Blind])
def test_the_model_is_called_at_most_so_often(kind, batch_first, padded, samples, steps):
    count, _ = calls(kind, samples, steps, padded, batch_first=batch_first)
    parameters = len(list(kind().parameters()))
    assert count <= 5 * samples + 2 * steps + parameters + 40


def test_five_calls_a_sample_and_two_a_step_are_what_one_more_of_them_may_cost():
    padded = [calls(Counted, samples, 7, padded=True)[0] for samples in (8, 16)]
    assert padded[1] - padded[0] == 5 * 8
    blind = [calls(Blind, 4, steps)[0] for steps in (10, 20)]
    assert blind[1] - blind[0] == 2 * 10
    blind = [calls(Blind, 4, steps)[0] for steps in (40, 60)]
    assert blind[1] - blind[0] == 20  # where the way back is cut, all steps are tried


def test_of_more_than_32_samples_or_steps_some_32_are_tried_and_the_report_says_so():
    few, many = (calls(Counted, samples, 7)[0] for samples in (40, 60))
    assert few == many
    count, report = calls(Counted, 60, 60)
    assert calls(Counted, 60, 80)[0] == count
    found = {each.probe: each.fact for each in report.findings}
    for probe in ("sample independence", "batch composition", "causality"):
        assert re.search(r"\b3[0-4] of 60 s", found[probe])
    _, report = calls(Counted, 100, 7)
    assert "32 of 100 samples" in report["sample independence"].fact
    assert "100" not in report.verdict


@pytest.mark.parametrize("filled", [0.0, 9.0])
def test_with_lengths_padding_is_what_lies_beyond_them_whatever_it_is(filled):
    torch.manual_seed(0)
    x, lengths = torch.randn(4, 7, 8), torch.tensor([7, 3, 5, 2])
    for row, length in zip(x, lengths, strict=True):
        row[length:] = filled
    report = diagnose(defined("18", "Dora", nn=nn)(), (x,), batch_first=True)
    told = diagnose(LastSlot(), (x, lengths), batch_first=True)
    assert told["batch composition"].status == "FAULT"
    assert ("padding" in report.verdict) == (filled != 0)


class LastSlot(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(8, 1, batch_first=True)

    def forward(self, x, lengths):
        return self.lstm(x)[0][:, -1]


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
    assert "1 property to read" in forecast.verdict or "2 properties to read" in forecast.verdict
    assert forecast["causality"].status == "property"
    assert emil and forecast
    assert "no fault found" in forecast.verdict
