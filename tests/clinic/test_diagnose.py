"""Each probe sees its planted fault, and no right model of many kinds is accused."""

import random
from copy import deepcopy

import numpy
import pytest
import torch
from patients import (
    LENGTHS,
    NO_ONE,
    PLANTED,
    RIGHT,
    Keeps,
    OwnCell,
    Packs,
    PacksAndHandsOn,
    Tagger,
    embedded,
    fixed_state,
    floats,
    layer,
    one_short,
    padded,
    swapped_tagger,
    words,
)
from torch import nn

from lstm_lessons import diagnose


@pytest.mark.slow
@pytest.mark.parametrize("name", RIGHT)
def test_a_right_model_is_not_accused(name):
    torch.manual_seed(0)
    report = diagnose(*RIGHT[name]())
    assert not report.faults and not report.suspicions, report


@pytest.mark.slow
@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_found_by_its_probe(name):
    probe, status, said, make = PLANTED[name]
    torch.manual_seed(0)
    report = diagnose(*make())
    finding = report[probe]
    assert finding.status == status, report
    assert said in finding.fact + finding.perhaps, report
    assert bool(report) == (not report.faults)


# --- What was looked at is what it says --------------------------------------------------------


def test_where_no_row_is_padded_padding_is_named_in_front_as_not_tried():
    torch.manual_seed(0)
    assert "not tried: padding" in diagnose(Tagger(), words()).verdict
    assert "padding" not in diagnose(Packs(), (padded(), LENGTHS)).verdict


def test_the_report_begins_with_the_verdict():
    report = diagnose(Tagger(), words())
    assert " ".join(repr(report).split()).startswith(report.verdict)  # it may fill two lines


def test_the_verdict_counts_the_properties_that_are_to_be_read():
    torch.manual_seed(0)
    one = diagnose(layer(lambda m, x: m.lstm(x)[0], bidirectional=True), floats(), True)
    assert one and one.verdict.startswith("no fault found, 1 suspicion, 1 property to read; not")
    assert [each.probe for each in one.properties] == ["causality"]
    two = diagnose(nn.LSTM(3, 4, batch_first=True, bidirectional=True), floats(), True)
    assert two and two.verdict.startswith("no fault found, 2 properties to read; not tried")
    assert [each.probe for each in two.properties] == ["causality", "chunk consistency"]
    assert "propert" not in diagnose(nn.LSTM(3, 4, batch_first=True), floats(), True).verdict


def test_it_says_how_many_samples_and_steps_it_looked_at():
    few = diagnose(nn.LSTM(3, 4, batch_first=True), floats())
    assert "each of 5 samples" in few["sample independence"].fact
    assert "each of 5 samples" in few["batch composition"].fact
    assert "each step from 1 to 6" in few["causality"].fact
    many = diagnose(nn.LSTM(3, 4, batch_first=True), floats(80, 90, 3))
    assert "32 of 80 samples, moved one at a time," in many["sample independence"].fact
    assert "32 of 80 samples give alone what they give" in many["batch composition"].fact
    assert "of 90 steps, moved one at a time," in many["causality"].fact


def test_samples_that_moved_nothing_of_their_own_are_counted_and_named():
    """That other samples stayed still says little, where a sample's own results did so too."""
    torch.manual_seed(0)
    report = diagnose(layer(first_row_alone), floats(), batch_first=True)
    assert report["sample independence"].fact == (
        "each of 5 samples, moved by itself, moved no other sample; but 4 of them moved nothing at "
        "all, their own results neither (samples 1 to 4)"
    )
    assert "but 4 of them moved nothing" in " ".join(repr(report).split())
    assert "but 4 of them moved nothing" in report._repr_html_()
    report = diagnose(layer(first_row_left_out), floats(), batch_first=True)
    assert report["sample independence"].fact.endswith(
        "; but 1 of them moved nothing at all, its own results neither (sample 0)"
    )


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.slow
def test_short_and_padded_rows_of_a_right_model_move_their_own_results(name):
    torch.manual_seed(0)
    finding = diagnose(*RIGHT[name]())["sample independence"]
    assert "nothing at all" not in finding.fact


def first_row_alone(m, x):
    return m.lstm(x)[0] * (torch.arange(len(x)) == 0)[:, None, None]


def first_row_left_out(m, x):
    return m.lstm(x)[0] * (torch.arange(len(x)) > 0)[:, None, None]


def test_it_says_how_many_rows_it_read_without_their_padding():
    fact = diagnose(Packs(), (padded(), LENGTHS))["batch composition"].fact
    assert "4 of 4 with padding" in fact and "in the opposite order" in fact


def in_a_wide_block(x, width=12):
    """Return sequences in a block that is longer than the longest of them."""
    return nn.functional.pad(x, (0, 0) * (x.ndim - 2) + (0, width - x.shape[1]))


@pytest.mark.parametrize("make", [words, padded], ids=["of one length", "of several lengths"])
def test_padding_that_all_rows_share_is_seen(make):
    torch.manual_seed(0)
    ends = embedded(lambda m, x: m.head(m.lstm(m.embedding(x))[0][:, -1]))
    report = diagnose(ends, in_a_wide_block(make()))
    finding = report["batch composition"]
    assert finding.status == "suspicion" and "zeros at its end are left off" in finding.fact
    assert "5 more steps, of zeros in every row, were left off" in report.axes


def test_shared_padding_that_is_not_read_is_said_to_have_been_tried():
    torch.manual_seed(0)
    forward = embedded(lambda m, x: m.head(m.lstm(m.embedding(x))[0]))
    for make in (words, padded):
        report = diagnose(forward, in_a_wide_block(make()))
        assert report["batch composition"].status == "holds", report
        assert "with the 5 steps of zeros behind all rows" in report["batch composition"].fact
        assert "not tried: padding" not in report.verdict
    report = diagnose(layer(lambda m, x: m.head(m.lstm(x)[0][:, -1])), in_a_wide_block(floats()))
    assert report["batch composition"].status == "suspicion"


def test_a_model_for_one_width_is_examined_in_a_block_that_all_rows_leave_empty():
    torch.manual_seed(0)
    fixed = nn.Linear(12 * 4, 2)
    model = layer(lambda m, x: m.fixed(m.lstm(x)[0].flatten(1)))
    model.fixed = fixed
    report = diagnose(model, in_a_wide_block(floats()))
    assert "padding" in report.verdict and "did not run without" in report["batch composition"].fact


def test_dropout_and_no_grad_may_be_meant_so():
    torch.manual_seed(0)
    samples = layer(lambda m, x: m.head(nn.functional.dropout(m.lstm(x)[0][:, -1], training=True)))
    report = diagnose(samples, floats())
    assert report["eval determinism"].status == "suspicion" and not report.faults
    assert "Right if chance is meant" in report["eval determinism"].perhaps
    model = NotTrained()
    report = diagnose(model, words())
    assert report["parameter gradients"].status == "suspicion" and not report.faults
    assert "requires_grad_(False) says so" in report["parameter gradients"].perhaps
    model.embedding.weight.requires_grad_(False)
    report = diagnose(model, words())
    assert report["parameter gradients"].status == "holds"
    assert "1 more are frozen" in report["parameter gradients"].fact


class NotTrained(Tagger):
    """Switches gradients off for its embedding."""

    def forward(self, numbers):
        with torch.no_grad():
            x = self.embedding(numbers)
        return self.head(self.rnn(x)[0])


class TwoStates(nn.Module):
    """Takes h and c as two arguments, as the step of lesson 17 does; ``forgets`` loses c."""

    def __init__(self, forgets=False):
        super().__init__()
        self.lstm, self.forgets = nn.LSTM(3, 4, batch_first=True), forgets

    def forward(self, x, h=None, c=None):
        if h is None:
            h = c = x.new_zeros(1, len(x), 4)
        output, (h, c) = self.lstm(x, (h, 0 * c if self.forgets else c))
        return output, h, c


@pytest.mark.parametrize("given", [(), (torch.zeros(1, 5, 4), torch.zeros(1, 5, 4))])
def test_h_and_c_are_handed_on_as_two_arguments(given):
    torch.manual_seed(0)
    finding = diagnose(TwoStates(), (floats(), *given))["chunk consistency"]
    assert finding.status == "holds" and "as `h` and `c`" in finding.fact
    assert diagnose(TwoStates(True), (floats(), *given))["chunk consistency"].status == "FAULT"


class Sorted(nn.Module):
    """Wants its lengths sorted, and runs with no other order."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 4, batch_first=True)

    def forward(self, x, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True)
        return self.lstm(packed)[1][0][-1]


def test_an_order_in_which_the_model_does_not_run_is_not_said_to_hold():
    report = diagnose(Sorted(), (floats(), torch.tensor([7, 6, 4, 3, 2])))
    assert report["batch composition"].status == "holds"
    assert "opposite order the model stopped: Runtime" in report["batch composition"].fact
    assert "; not tried: another order, " in report.verdict


def test_a_model_that_draws_by_chance_is_compared_with_nothing_but_itself():
    torch.manual_seed(0)
    report = diagnose(layer(lambda m, x: nn.functional.dropout(m.lstm(x)[0])), floats())
    assert report["eval determinism"].status == "suspicion" and not report.faults
    names = ["sample independence", "batch composition", "causality"]
    assert [report[name].status for name in names] == ["not tried"] * 3
    assert all("by chance in eval mode" in report[name].fact for name in names)


@pytest.mark.parametrize("p", [0.02, 0.01, 0.005, 0.001])
def test_a_dropout_of_small_chance_is_seen(p):
    """Where five calls agree, the dropout itself is seen: it is told to drop in eval mode."""
    torch.manual_seed(0)
    small = layer(lambda m, x: m.head(nn.functional.dropout(m.lstm(x)[0][:, -1], p)))
    finding = diagnose(small, floats())["eval determinism"]
    assert finding.status == "suspicion" and "dropout is at work" in finding.fact


def test_a_chance_that_the_second_seed_does_not_show_is_seen_by_a_later_one():
    """No dropout, and numbers that differ in two calls of five, on average."""
    torch.manual_seed(0)
    rare = layer(lambda m, x: m.lstm(x)[0] + (torch.rand(()) < 0.4))
    drawn = {}
    for seed in range(20, 25):
        torch.manual_seed(seed)
        drawn[seed] = (torch.rand(()) < 0.4).item()
    assert drawn[20] == drawn[21] and len(set(drawn.values())) == 2
    report = diagnose(rare, floats())
    assert report["eval determinism"].status == "suspicion" and not report.faults


@pytest.mark.parametrize("told", [{"training": False}, {"p": 0.0}])
def test_a_dropout_that_is_told_to_rest_is_no_suspicion(told):
    torch.manual_seed(0)
    for drop in (nn.functional.dropout, nn.functional.alpha_dropout):
        resting = layer(lambda m, x, drop=drop: drop(m.lstm(x)[0], **told))
        assert diagnose(resting, floats())["eval determinism"].status == "holds"
    resting = layer(lambda m, x: nn.functional.alpha_dropout(m.lstm(x)[0]))
    assert diagnose(resting, floats())["eval determinism"].status == "holds"


def test_results_without_chance_are_compared_though_others_are_drawn():
    torch.manual_seed(0)
    drawn = layer(lambda m, x: ((y := m.lstm(x)[0]), y + torch.randn_like(y)))
    report = diagnose(drawn, floats())
    assert not report.faults, report
    for name in ("sample independence", "batch composition", "causality"):
        assert report[name].status == "holds"
        assert report[name].fact.endswith("Not looked at: output[1], drawn by chance")
        assert f"{name} of output[1]" in report.verdict


def test_a_model_for_one_size_is_held_in_copies_and_it_says_if_that_cannot_be():
    fact = diagnose(layer(fixed_state), floats())["batch composition"].fact
    assert "not with one" in fact and "each of 5 samples gives in 5 copies" in fact
    report = diagnose(layer(lambda m, x: one_batch_alone(m, x)), floats())
    assert report["batch composition"].status == "suspicion"
    assert "copies" not in report["batch composition"].fact


def one_batch_alone(m, x):
    """Refuse one sample, and any batch of one sample's copies."""
    if (x == x[:1]).all():
        raise ValueError("all alike")
    return m.lstm(x)[0]


def test_a_sequence_of_one_step_is_not_cut():
    report = diagnose(PacksAndHandsOn(), (floats(), LENGTHS))
    assert "no cut leaves each sequence a step" in report["chunk consistency"].fact
    report = diagnose(PacksAndHandsOn(), (floats(), NO_ONE))
    assert "two chunks, of 1 and 6 steps" in report["chunk consistency"].fact


def test_one_step_of_a_cell_is_not_taken_for_its_features():
    axes = diagnose(OwnCell(), (floats(5, 3), (floats(5, 4), floats(5, 4)))).axes
    assert "one step of each" in axes and "time is axis" not in axes


def test_an_array_of_lengths_stays_as_it_was():
    lengths = LENGTHS.numpy().copy()
    model = Packs()
    forward = model.forward

    def sorting(numbers, given):
        result = forward(numbers, given.copy())
        given.sort()
        return result

    model.forward = sorting
    diagnose(model, (padded(), lengths))
    assert (lengths == LENGTHS.numpy()).all()


def test_where_batch_and_time_are_swapped_the_other_probes_point_to_it():
    torch.manual_seed(0)
    swapped = layer(lambda m, x: m.head(m.lstm(x)[0][:, -1]), batch_first=False)
    report = diagnose(swapped, floats())
    for probe in ("batch composition", "causality"):
        assert report[probe].perhaps.startswith("the swap that sample independence saw"), report
    assert "swap that" not in report["parameter gradients"].perhaps


# --- Axes that are a guess ---------------------------------------------------------------------

ROUND = "no fault found, unless the guessed axes are the wrong way round; not tried: "


def test_a_guess_hides_the_swap_where_there_is_a_result_a_step_and_the_verdict_says_so():
    torch.manual_seed(0)
    model, numbers = swapped_tagger(), words(4, 7)
    guessed = diagnose(model, numbers)
    assert not guessed.faults and guessed.guessed
    assert guessed.verdict.startswith(ROUND)
    assert guessed.axes.endswith("; if they are the other way round, say batch_first=True")
    assert guessed["sample independence"].fact.endswith(", if axis 1 is the batch")
    told = diagnose(model, numbers, batch_first=True)
    assert told["sample independence"].status == "FAULT" and not told.guessed
    assert "round" not in told.verdict and "if axis" not in repr(told)
    bare = diagnose(nn.LSTM(3, 4), floats(4, 7, 3))
    assert bare.verdict.startswith(ROUND)
    right = diagnose(Tagger(), numbers)
    assert right.axes.endswith("; if they are the other way round, say batch_first=False")


def test_padding_that_the_guess_does_not_see_is_named_with_its_axis():
    torch.manual_seed(0)
    model, x = nn.LSTM(3, 4), floats(4, 7, 3)
    assert "; not tried: padding (none along axis 0)." in diagnose(model, x).verdict
    x[1, 5:] = 0
    report = diagnose(model, x)
    assert "; not tried: padding (none along axis 0, but along axis 1)." in report.verdict
    assert "in padding along axis 0, but along axis 1, so" in report["batch composition"].fact
    told = diagnose(model, x, False)
    assert "; not tried: padding." in told.verdict
    assert "along" not in told["batch composition"].fact


@pytest.mark.parametrize("first", [True, False])
def test_padding_tells_the_axes_only_where_one_way_round_explains_all_of_it(first):
    torch.manual_seed(0)
    model = Tagger() if first else swapped_tagger()

    def told(numbers, model=model):
        return diagnose(model, numbers if first else numbers.t()).guessed is False

    assert told(one_short(5, 2)) and told(padded())
    in_front = one_short(5, 2).flip(1)
    assert told(in_front)
    assert not told(one_short(5, 4)) and not told(one_short(5, 0)), "a corner is either"
    inside = one_short(5, 2)
    inside[1, 3] = 0
    assert not told(inside)
    model.embedding = nn.Embedding(11, 3)  # a zero may be a word
    assert not told(one_short(5, 2))


# --- Nothing of the model changes --------------------------------------------------------------


class Channels(nn.Module):
    """Takes (B, 1, I, T), as a convolution would have it."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 4, batch_first=True)

    def forward(self, x, lengths):
        return self.lstm(x[:, 0].transpose(1, 2))[0]


class Counting(nn.Module):
    """Keeps a state, counts its calls, and draws random numbers."""

    def __init__(self):
        super().__init__()
        self.tagger, self.drop = Tagger(), nn.Dropout(0.5)
        self.norm = nn.BatchNorm1d(11)
        self.calls, self.seen = 0, []
        self.register_buffer("count", torch.zeros(()))

    def forward(self, numbers):
        self.calls += 1
        self.seen.append(len(numbers))
        self.count += 1
        random.random(), numpy.random.rand(), torch.rand(1)
        scores, self.hidden = self.tagger(numbers)
        return self.drop(self.norm(scores.transpose(1, 2)))


def everything(model):
    attributes = {k: v for k, v in vars(model).items() if k in ("calls", "seen")}
    gradients = [None if p.grad is None else p.grad.clone() for p in model.parameters()]
    modes = [module.training for module in model.modules()]
    state = {name: each.clone() for name, each in model.state_dict().items()}
    return deepcopy(attributes), gradients, modes, state, torch.get_default_dtype()


def equal(a, b):
    if isinstance(a, torch.Tensor):
        return torch.equal(a, b) and a.dtype == b.dtype
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(equal(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(equal, a, b))
    return a == b


def test_nothing_of_the_model_changes_and_no_random_state():
    torch.manual_seed(0)
    model = Counting().train()
    model.tagger.eval()
    model(words()).sum().backward()  # a state that hangs on a graph, and gradients
    hidden = model.hidden
    before, numbers = everything(model), words()
    chance = (torch.get_rng_state(), random.getstate(), numpy.random.get_state()[1].tolist())
    diagnose(model, numbers)
    assert equal(everything(model), before)
    assert model.hidden is hidden
    assert torch.equal(numbers, words())
    after = (torch.get_rng_state(), random.getstate(), numpy.random.get_state()[1].tolist())
    assert torch.equal(after[0], chance[0]) and after[1:] == chance[1:]
    assert all(not module._forward_hooks for module in model.modules())


def test_it_works_without_gradients_and_says_the_same_twice():
    torch.manual_seed(0)
    model = Keeps()
    first = repr(diagnose(model, floats()))
    with torch.no_grad():
        assert repr(diagnose(model, floats())) == first
    with torch.inference_mode():
        assert repr(diagnose(model, floats())) == first


class OnlyShort(nn.Module):
    """Runs in float32 alone."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 4, batch_first=True)

    def forward(self, x):
        return self.lstm(x.float())[0]


def test_a_model_that_runs_in_float32_alone_is_examined_too():
    report = diagnose(OnlyShort(), floats())
    assert not report.faults and not report.suspicions, report


# --- The report --------------------------------------------------------------------------------


def test_the_report_reads_in_a_terminal_and_in_a_notebook():
    torch.manual_seed(0)
    report = diagnose(layer(lambda m, x: m.lstm(x)[0][:, -1].softmax(0)), floats())
    text, page = repr(report), report._repr_html_()
    assert max(map(len, text.splitlines())) <= 100
    for probe in ("sample independence", "chunk consistency", "parameter gradients"):
        assert probe in text and probe in page
    assert report.verdict in " ".join(text.split()) and report.verdict in page
    assert "color" not in page  # those of the page, light or dark
    assert [each.probe for each in report.not_tried] == ["causality", "chunk consistency"]
    assert "not tried: causality, chunk consistency" in report.verdict
    assert repr(report["causality"]) in text
    with pytest.raises(KeyError, match="sample independence, batch composition"):
        report["rhythm"]


def test_a_name_in_the_page_is_escaped():
    report = diagnose(Evil(), floats())
    assert "<script>" not in report._repr_html_()


class Evil(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 4, batch_first=True)

    def forward(self, x):
        return {"<script>": self.lstm(x)[0].softmax(0)}


@pytest.mark.parametrize(
    ("batch_first", "said"), [(None, "guessed"), (True, "as told"), (False, "as told")]
)
def test_the_axes_are_found_or_told_and_it_says_which(batch_first, said):
    report = diagnose(nn.LSTM(3, 4, batch_first=True), floats(), batch_first)
    assert said in report.axes
    assert bool(report) == (batch_first is not False)


def test_what_could_not_be_tried_is_named_with_its_reason():
    report = diagnose(nn.LSTM(3, 4), floats(7, 3))
    assert "one sequence" in report["sample independence"].fact
    packed = torch.nn.utils.rnn.pack_sequence([floats(4, 3), floats(2, 3)])
    assert "packed" in diagnose(nn.LSTM(3, 4), packed)["chunk consistency"].fact
    same = torch.ones(5, 7, dtype=torch.long)
    assert "give one with different" in diagnose(Tagger(), same)["sample independence"].fact


# --- Bad input ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ((len, floats()), TypeError, "expected model to be a torch.nn.Module, got builtin"),
        ((nn.LSTM(3, 4), 3), TypeError, "got int without a tensor"),
        ((nn.LSTM(3, 4), ()), TypeError, "got tuple without a tensor"),
        ((nn.LSTM(3, 4), torch.tensor(1.0)), TypeError, "no tensor with an axis for time"),
        ((nn.LSTM(3, 4), floats(5, 7, 9)), ValueError, "does not run on the example: RuntimeError"),
        ((nn.LSTM(3, 4), floats(), "yes"), TypeError, "batch_first to be True, False or None"),
        ((nn.Embedding(11, 3), words(7), True), ValueError, "has one axis"),
        ((layer(lambda m, x: "nothing"), floats()), ValueError, "gives none"),
        (
            (Channels(), (floats(5, 1, 3, 7), LENGTHS)),
            ValueError,
            "the lengths go up to 7, and axis 1 of (5, 1, 3, 7) counts 1",
        ),
    ],
)
def test_bad_input_gets_one_clear_line(arguments, error, said):
    with pytest.raises(error) as caught:
        diagnose(*arguments)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_lengths_are_not_taken_for_labels():
    """A vector of whole numbers that are no lengths goes with the samples, and nothing else."""
    model = layer(lambda m, x, labels: m.head(m.lstm(x)[0]) + labels[:, None, None])
    report = diagnose(model, (floats(), torch.tensor([40, 3, 0, 9, 2])))
    assert not report.faults, report
