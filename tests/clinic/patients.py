"""Small models for the clinic: right ones of many kinds, and one fault planted in each other."""

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import (
    pack_padded_sequence,
    pad_packed_sequence,
)

B, T, I, H, V = 5, 7, 3, 4, 11  # noqa: E741


def floats(*shape):
    return torch.randn(*(shape or (B, T, I)), generator=torch.Generator().manual_seed(1))


def words(*shape):
    return torch.randint(1, V, shape or (B, T), generator=torch.Generator().manual_seed(2))


LENGTHS = torch.tensor([7, 3, 5, 1, 6])


def padded():
    return words() * (torch.arange(T) < LENGTHS[:, None])


def padded_in_front():
    return torch.stack([row.roll(T - int(n)) for row, n in zip(padded(), LENGTHS, strict=True)])


def turned(numbers, lengths):
    """Return rows with their padding in front as rows with it at the end."""
    return torch.stack([row.roll(int(n)) for row, n in zip(numbers, lengths, strict=True)])


def where_they_stand(m, numbers, lengths):
    """Return a result for each step, in the place of the step."""
    blanks = numbers.shape[1] - lengths
    results = m.head(m.lstm(m.embedding(turned(numbers, lengths)))[0])
    rows = [row.roll(int(blank), 0) for row, blank in zip(results, blanks, strict=True)]
    own = torch.arange(numbers.shape[1]) >= blanks[:, None]
    return torch.stack(rows) * own[:, :, None]


class Made(nn.Module):
    """Layers by name, and a forward that is a function of the module and its inputs."""

    def __init__(self, run, **layers):
        super().__init__()
        for name, layer in layers.items():
            setattr(self, name, layer)
        self.run = run

    def forward(self, x, *rest, **named):
        return self.run(self, x, *rest, **named)


class Tagger(nn.Module):
    def __init__(self, kind=nn.LSTM, **options):
        super().__init__()
        self.embedding = nn.Embedding(V, I, padding_idx=0)
        self.rnn = kind(I, H, batch_first=True, **options)
        self.head = nn.Linear(H * (1 + self.rnn.bidirectional), V)

    def forward(self, numbers, hidden=None):
        output, hidden = self.rnn(self.embedding(numbers), hidden)
        return self.head(output), hidden


class Packs(nn.Module):
    """Packs, and gives a verdict a sequence."""

    def __init__(self, sort=False):
        super().__init__()
        self.embedding = nn.Embedding(V, I)
        self.lstm = nn.LSTM(I, H, batch_first=True, bidirectional=True)
        self.head = nn.Linear(2 * H, 2)
        self.sort = sort

    def forward(self, numbers, lengths):
        x = self.embedding(numbers)
        if self.sort:
            lengths, order = torch.as_tensor(lengths).sort(descending=True)
            x = x[order]
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        _, (h, _) = self.lstm(packed)
        return self.head(torch.cat([h[0], h[1]], 1))


class Pairs(nn.Module):
    """Compares two sequences, each with lengths of its own."""

    def __init__(self):
        super().__init__()
        self.embedding, self.gru = nn.Embedding(V, I), nn.GRU(I, H, batch_first=True)

    def last(self, numbers, lengths):
        x = self.embedding(numbers)
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        return self.gru(packed)[1][-1]

    def forward(self, first, first_lengths, second, second_lengths):
        return (self.last(first, first_lengths) - self.last(second, second_lengths)).abs()


class PairsInOne(Pairs):
    """Takes the same as one tuple, whose parts have no names."""

    def forward(self, pair):
        return super().forward(*pair)


OTHER_LENGTHS = torch.tensor([2, 7, 4, 5, 3])


def other_padded(width=T):
    return words(B, width).flip(0) * (torch.arange(width) < OTHER_LENGTHS[:, None])


class PacksAndHandsOn(nn.Module):
    """Packs, and takes and gives a state."""

    def __init__(self, bidirectional=False):
        super().__init__()
        self.gru = nn.GRU(I, H, batch_first=True, bidirectional=bidirectional)

    def forward(self, x, lengths, hidden=None):
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        output, hidden = self.gru(packed, hidden)
        return pad_packed_sequence(output, batch_first=True)[0], hidden


NO_ONE = LENGTHS.clamp(min=2)  # no sequence of one step, which cannot be cut


def every_other_step(m, x, lengths):
    """Return half as many steps, from sequences that end where they end."""
    own = torch.arange(x.shape[1]) < lengths[:, None]
    halves = m.conv((x * own[..., None]).transpose(1, 2)).transpose(1, 2)
    left = (lengths + 1) // 2
    packed = pack_padded_sequence(halves, left, batch_first=True, enforce_sorted=False)
    return pad_packed_sequence(m.lstm(packed)[0], batch_first=True)[0]


def halving(run):
    conv = nn.Conv1d(I, I, 3, stride=2, padding=1)
    return Made(run, conv=conv, lstm=nn.LSTM(I, H, batch_first=True))


class OwnCell(nn.Module):
    """A cell round a cell."""

    def __init__(self):
        super().__init__()
        self.cell = nn.LSTMCell(I, H)

    def forward(self, x, states):
        return self.cell(2 * x, states)


class Counts(nn.Module):
    """Finds the lengths itself, packs, and gives a dict."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(V, I, padding_idx=0)
        self.gru = nn.GRU(I, H, batch_first=True)

    def forward(self, numbers):
        lengths = (numbers != 0).sum(1)
        packed = pack_padded_sequence(
            self.embedding(numbers), lengths, batch_first=True, enforce_sorted=False
        )
        output, h = self.gru(packed)
        states, _ = pad_packed_sequence(output, batch_first=True)
        return {"states": states, "last": h[-1], "name": "x"}


class Cells(nn.Module):
    """A loop over cells; ``cut`` detaches in it, ``forgets`` begins each step with zeros."""

    def __init__(self, cut=False, forgets=False, time=1):
        super().__init__()
        self.cell, self.head = nn.LSTMCell(I, H), nn.Linear(H, 2)
        self.cut, self.forgets, self.time = cut, forgets, time

    def forward(self, x):
        h = c = torch.zeros(x.shape[1 - self.time], H, dtype=x.dtype)
        outputs = []
        for x_t in x.unbind(self.time):
            if self.forgets:
                h, c = torch.zeros_like(h), torch.zeros_like(c)
            h, c = self.cell(x_t, (h, c))
            outputs.append(h)
            if self.cut:
                h, c = h.detach(), c.detach()
        return self.head(torch.stack(outputs, self.time))


class Keeps(nn.Module):
    """Keeps its state from call to call."""

    def __init__(self):
        super().__init__()
        self.lstm, self.hidden = nn.LSTM(I, H, batch_first=True), None

    def forward(self, x):
        output, (h, c) = self.lstm(x, self.hidden)
        self.hidden = (h.detach(), c.detach())
        return output


def embedded(run, **options):
    layers = {"embedding": nn.Embedding(V, I, padding_idx=0)}
    layers["lstm"] = nn.LSTM(I, H, **{"batch_first": True, **options})
    layers["head"] = nn.Linear(H * (1 + layers["lstm"].bidirectional), 2)
    return Made(run, **layers)


def layer(run, **options):
    lstm = nn.LSTM(I, H, **{"batch_first": True, **options})
    return Made(run, lstm=lstm, head=nn.Linear(H * (1 + lstm.bidirectional), 2))


STATES = (floats(1, B, H), floats(1, B, H) + 1)


# name: (model, example input); nothing is wrong with them, so no fault and no suspicion
RIGHT = {
    "nn.LSTM": lambda: (nn.LSTM(I, H), floats(T, B, I)),
    "nn.LSTM with states": lambda: (nn.LSTM(I, H, batch_first=True), (floats(), STATES)),
    "nn.LSTM, two layers, dropout": lambda: (nn.LSTM(I, H, 2, dropout=0.5), floats(T, B, I)),
    "nn.GRU": lambda: (nn.GRU(I, H, batch_first=True), floats()),
    "nn.RNN": lambda: (nn.RNN(I, H), floats(T, B, I)),
    "nn.LSTM, both ways": lambda: (nn.LSTM(I, H, bidirectional=True), floats(T, B, I)),
    "nn.LSTM, projected": lambda: (nn.LSTM(I, H, proj_size=2), floats(T, B, I)),
    "nn.LSTM, B is T": lambda: (nn.LSTM(I, H), floats(6, 6, I)),
    "nn.LSTM, one sequence": lambda: (nn.LSTM(I, H), floats(T, I)),
    "nn.LSTM, one sample": lambda: (nn.LSTM(I, H, batch_first=True), floats(1, T, I)),
    "nn.LSTM, packed": lambda: (
        nn.LSTM(I, H, bidirectional=True),
        pack_padded_sequence(floats(), LENGTHS, batch_first=True, enforce_sorted=False),
    ),
    "nn.LSTM, packed in order": lambda: (
        nn.LSTM(I, H),
        pack_padded_sequence(floats(), LENGTHS.sort(descending=True)[0], batch_first=True),
    ),
    "a tagger of words": lambda: (Tagger(), words()),
    "a tagger with a GRU": lambda: (Tagger(nn.GRU), words()),
    "a tagger, both ways": lambda: (Tagger(bidirectional=True), words()),
    "packs with lengths": lambda: (Packs(), (padded(), LENGTHS)),
    "packs with a list of lengths": lambda: (Packs(), (padded(), LENGTHS.tolist())),
    "padding in front, with lengths": lambda: (
        embedded(
            lambda m, x, lengths: m.head(
                m.lstm(m.embedding(turned(x, lengths)))[0][range(len(x)), lengths - 1]
            )
        ),
        (padded_in_front(), LENGTHS),
    ),
    "padding in front, a result a step": lambda: (
        embedded(where_they_stand),
        (padded_in_front(), LENGTHS),
    ),
    "named arguments": lambda: (Packs(), {"numbers": padded(), "lengths": LENGTHS}),
    "finds its lengths, gives a dict": lambda: (Counts(), padded()),
    "a loop over cells": lambda: (Cells(), floats()),
    "a loop over cells, time first": lambda: (Cells(time=0), floats(T, B, I)),
    "a mean over time": lambda: (
        embedded(lambda m, x: m.head(m.lstm(m.embedding(x))[0].mean(1))),
        words(),
    ),
    "rows of a language model": lambda: (
        embedded(lambda m, x: m.head(m.lstm(m.embedding(x))[0].reshape(-1, H))),
        words(),
    ),
    "rows of a language model, time first": lambda: (
        embedded(lambda m, x: m.head(m.lstm(m.embedding(x))[0].view(-1, H)), batch_first=False),
        words(T, B),
    ),
    "turns its batch round, then rows": lambda: (
        embedded(lambda m, x: m.head(m.lstm(m.embedding(x.t()))[0].view(-1, H)), batch_first=False),
        words(B, T),
    ),
    "dropout that knows eval": lambda: (
        layer(lambda m, x: F.dropout(m.head(m.lstm(x)[0]), training=m.training)),
        floats(),
    ),
    "a batch norm in eval": lambda: (
        Made(
            lambda m, x: m.norm(m.lstm(x)[0].transpose(1, 2)),
            lstm=nn.LSTM(I, H, batch_first=True),
            norm=nn.BatchNorm1d(H),
        ),
        floats(),
    ),
    "frozen words": lambda: frozen(),
    "a state before the input": lambda: (StateFirst(), (floats(1, B, H), floats())),
    "one step of each sample": lambda: (OneStep(), (words(B), STATES)),
    "one step of a cell": lambda: (nn.LSTMCell(I, H), (floats(B, I), (floats(B, H), floats(B, H)))),
    "a cell whose sizes agree": lambda: (nn.GRUCell(H, H), (floats(B, H), floats(B, H))),
    "the rows of a packed batch": lambda: (embedded(packed_rows), (padded(), LENGTHS)),
    "weight norm": lambda: (
        layer(lambda m, x: m.head(m.lstm(x)[0])).apply(
            lambda each: (
                nn.utils.parametrizations.weight_norm(each) if isinstance(each, nn.Linear) else each
            )
        ),
        floats(),
    ),
    "a pair of sequences": lambda: (Pairs(), (padded(), LENGTHS, other_padded(), OTHER_LENGTHS)),
    "a pair of two widths": lambda: (
        Pairs(),
        (padded(), LENGTHS, other_padded(T + 2), OTHER_LENGTHS),
    ),
    "a pair in one tuple, the second longer": lambda: (
        PairsInOne(),
        (((padded()[:, :5], LENGTHS.clamp(max=5), other_padded(), OTHER_LENGTHS)),),
    ),
    "packs with an array of lengths": lambda: (Packs(), (padded(), LENGTHS.numpy())),
    "packs, and hands a state on": lambda: (PacksAndHandsOn(), (floats(), NO_ONE)),
    "packs both ways, and hands on": lambda: (PacksAndHandsOn(True), (floats(), NO_ONE)),
    "takes every other step": lambda: (halving(every_other_step), (floats(), LENGTHS)),
    "a cell of one's own": lambda: (OwnCell(), (floats(B, I), (floats(B, H), floats(B, H)))),
    "a mask beside it": lambda: (
        embedded(lambda m, x, mask: m.head(m.lstm(m.embedding(x))[0]) * mask[..., None]),
        (words(), torch.ones(B, T)),
    ),
}


class StateFirst(nn.Module):
    """Takes its state before its input."""

    def __init__(self):
        super().__init__()
        self.rnn, self.head = nn.RNN(I, H, batch_first=True), nn.Linear(H, 2)

    def forward(self, hidden, x):
        return self.head(self.rnn(x, hidden)[0][:, -1])


class OneStep(nn.Module):
    """Reads one step of each sample, and hands its states on."""

    def __init__(self):
        super().__init__()
        self.embedding, self.lstm = nn.Embedding(V, I), nn.LSTM(I, H)

    def forward(self, numbers, states):
        output, states = self.lstm(self.embedding(numbers)[None], states)
        return output[0], states


def packed_rows(m, x, lengths):
    packed = pack_padded_sequence(m.embedding(x), lengths, batch_first=True, enforce_sorted=False)
    return m.head(m.lstm(packed)[0].data)


def wrong_name():
    model = Tagger()
    model.embedding.weights = nn.Parameter(floats(V, I), requires_grad=False)
    return model, words()


def weights_of_another():
    """Return a tagger whose reverse weights are made of others, as weight norm does it."""
    model = Tagger(bidirectional=True)
    nn.utils.parametrizations.weight_norm(model.rnn, "weight_hh_l0_reverse")
    return model


class NoState(Tagger):
    """Takes a state, and does not hand it in."""

    def forward(self, numbers, hidden=None):
        return super().forward(numbers)


def swapped_tagger():
    model = Tagger()
    model.rnn = nn.LSTM(I, H)
    return model


def frozen():
    model = Tagger()
    model.embedding.weight.requires_grad_(False)
    return model, words()


def lost_axis(m, x):
    return m.head(m.lstm(x)[0][:, -1]).squeeze()


def fixed_state(m, x):
    return m.head(m.lstm(x, (torch.zeros(1, B, H), torch.zeros(1, B, H)))[0])


def fixed_and_last(m, x, lengths=None):
    states = torch.zeros(1, B, H), torch.zeros(1, B, H)
    return m.head(m.lstm(m.embedding(x), states)[0][:, -1])


def lucky():
    """Return sequences whose own steps have larger numbers than their padding of zeros."""
    lengths = torch.tensor([7, 1, 1, 1, 1])
    return (floats().abs() + 0.1) * (torch.arange(T) < lengths[:, None])[..., None]


def maximum_that_wins_by_luck():
    """A layer that passes x on, and a maximum of it over time and padding."""
    model = layer(lambda m, x: m.lstm(x)[0].amax(1))
    with torch.no_grad():
        for each in model.lstm.parameters():
            each.fill_(0)
        model.lstm.weight_ih_l0[2 * H : 3 * H] = torch.eye(H, I)  # the entries are tanh of x
        model.lstm.bias_ih_l0[H : 2 * H] = -100  # nothing is kept
    return model


def weights_for_places():
    model = layer(lambda m, x: m.head(m.lstm(x)[0] * m.places[: len(x), None]))
    model.places = nn.Parameter(torch.rand(B, H))
    return model


def mean_and_draw(m, x):
    """Return a mean, and what is drawn round it, of states that a view has mixed."""
    mean = m.head(m.lstm(x)[1][0].view(len(x), 2 * H))
    return mean, mean + torch.randn_like(mean)


def h_handed_on(m, x, hidden=None):
    if hidden is not None:
        hidden = (hidden[0], torch.zeros_like(hidden[0]))
    output, (h, c) = m.lstm(x, hidden)
    return output, (h, c)


class HandsOnH(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(I, H, batch_first=True)

    def forward(self, x, hidden=None):
        return h_handed_on(self, x, hidden)


def last_of_block(m, x, lengths=None):
    return m.head(m.lstm(m.embedding(x))[0][:, -1])


def one_short(samples, short, pad=0):
    """Return words of which one row alone ends in padding."""
    numbers = words(samples, T)
    numbers[numbers == pad] = pad + 1
    numbers[short, 4:] = pad
    return numbers


def lengths_of(numbers):
    return (numbers != 0).sum(1)


def padded_by_three():
    model = embedded(last_of_block)
    model.embedding = nn.Embedding(V, I, padding_idx=3)
    return model


def reads_the_next(rows, sample):
    """Let one sample read the next one."""
    rows = rows.clone()
    rows[sample] = rows[sample] + rows[sample + 1]
    return rows


def pairs_of_steps(rows):
    """Let each even step read the odd one behind it."""
    read = rows.clone()
    count = rows.shape[1] // 2 * 2
    read[:, 0:count:2] = rows[:, 0:count:2] + rows[:, 1:count:2]
    return read


def poisson_noise(m, x):
    """Draw as many numbers as the input asks for, so that the next sample draws others."""
    return m.head(m.lstm(x)[0]) + torch.poisson(x.abs().sum(2, keepdim=True))


def random_start(m, x):
    return m.lstm(x, (torch.randn(1, len(x), H), torch.randn(1, len(x), H)))[0]


# name: (probe, status, words that the finding has, model, example input)
PLANTED = {
    "batch and time swapped": (
        "sample independence", "FAULT", "sample 0 moved samples 1 to 4",
        lambda: (layer(lambda m, x: m.head(m.lstm(x)[0][:, -1]), batch_first=False), floats()),
    ),
    "batch and time swapped, as told": (
        "sample independence", "FAULT", "walks along the batch",
        lambda: (nn.LSTM(I, H), floats(), True),
    ),
    "a result for each step, and none for a sample": (
        "sample independence", "suspicion", "batch and time are swapped",
        lambda: (layer(lambda m, x: m.lstm(x)[0][:, -1], batch_first=True), floats(), False),
    ),
    "a view for a transpose": (
        "sample independence", "FAULT", "samples 1 to 4",
        lambda: (
            layer(lambda m, x: m.head(m.lstm(x.reshape(T, B, I))[0][-1]), batch_first=False),
            floats(),
        ),
    ),
    "softmax over the batch": (
        "sample independence", "FAULT", "a mean, norm, softmax",
        lambda: (layer(lambda m, x: m.head(m.lstm(x)[0][:, -1]).softmax(0)), floats()),
    ),
    "cars as steps": (
        "sample independence", "FAULT", "samples 1 to",
        lambda: (nn.LSTM(20, H), floats(8, 20), True),
    ),
    "an input that is not used": (
        "sample independence", "suspicion", "moved nothing at all",
        lambda: (layer(lambda m, x: m.head(m.lstm(x * 0)[0])), floats()),
    ),
    "the last step of a padded batch": (
        "batch composition", "suspicion", "reads its padding",
        lambda: (embedded(lambda m, x: m.head(m.lstm(m.embedding(x))[0][:, -1])), padded()),
    ),
    "weights for each place": (
        "batch composition", "FAULT", "a row for each place in the batch",
        lambda: (weights_for_places(), floats()),
    ),
    "one size of the batch, and the padding is read": (
        "batch composition", "suspicion", "And with as many copies of one sample",
        lambda: (embedded(fixed_and_last), padded()),
    ),
    "one size of the batch, with lengths": (
        "batch composition", "FAULT", "without padding, differs",
        lambda: (embedded(fixed_and_last), (padded(), LENGTHS)),
    ),
    "one size of the batch alone": (
        "batch composition", "suspicion", "gives in 5 copies what it gives",
        lambda: (layer(fixed_state), floats()),
    ),
    "reads every other step of the padding": (
        "batch composition", "FAULT", "reads the padding",
        lambda: (
            halving(lambda m, x, lengths: m.lstm(m.conv(x.transpose(1, 2)).transpose(1, 2))[0]),
            (floats(), LENGTHS),
        ),
    ),
    "chance in one result, a view in the other": (
        "sample independence", "FAULT", "Not looked at: output[1], drawn by chance",
        lambda: (layer(mean_and_draw, bidirectional=True), floats()),
    ),
    "a maximum that the padding wins seldom": (
        "batch composition", "suspicion", "with other numbers in the place of yours, ",
        lambda: (maximum_that_wins_by_luck(), lucky()),
    ),
    "lengths that are not used": (
        "batch composition", "FAULT", "reads the padding",
        lambda: (
            embedded(lambda m, x, lengths: m.head(m.lstm(m.embedding(x))[0][:, -1])),
            (padded(), LENGTHS),
        ),
    ),
    "padding in front that is read": (
        "batch composition", "FAULT", "reads the padding",
        lambda: (
            embedded(lambda m, x, lengths: m.head(m.lstm(m.embedding(x))[0][:, -1])),
            (padded_in_front(), LENGTHS),
        ),
    ),
    "sorted and not back": (
        "batch composition", "FAULT", "order of the lengths",
        lambda: (Packs(sort=True), (padded(), LENGTHS)),
    ),
    "a mean over the batch": (
        "batch composition", "FAULT", "over the axis of the batch",
        lambda: (layer(lambda m, x: m.head(m.lstm(x - x.mean(0))[0])), floats()),
    ),
    "squeeze": (
        "batch composition", "FAULT", "an axis is lost",
        lambda: (layer(lost_axis), floats()),
    ),
    "a state for one size of the batch": (
        "batch composition", "suspicion", "not with one",
        lambda: (layer(fixed_state), floats()),
    ),
    "a flip that looks ahead": (
        "causality", "suspicion", "moving step 6 moved steps 0 to 5",
        lambda: (layer(lambda m, x: m.head(m.lstm(x.flip(1))[0].flip(1))), floats()),
    ),
    "both ways": (
        "causality", "property", "By design",
        lambda: (Tagger(bidirectional=True), words()),
    ),
    "a shift behind a layer that reads both ways": (
        "causality", "suspicion", "pass of lstm silenced, moving step 6 moved step 5 of output",
        lambda: (layer(lambda m, x: m.lstm(x)[0].roll(-1, 1), bidirectional=True), floats()),
    ),
    "a shift behind its forward half": (
        "causality", "suspicion", "pass of lstm silenced, moving step 6 moved step 5 of output",
        lambda: (
            layer(lambda m, x: m.lstm(x)[0][..., :H].roll(-1, 1), bidirectional=True), floats(),
        ),
    ),
    "two layers both ways": (
        "causality", "property", "with the reverse pass of rnn silenced no earlier step moves",
        lambda: (Tagger(num_layers=2, bidirectional=True), words()),
    ),
    "both ways, and the weights of another": (
        "causality", "property", "Perhaps by design",
        lambda: (weights_of_another(), words()),
    ),
    "a state handed on, both ways": (
        "chunk consistency", "property", "pass of rnn silenced nothing differs",
        lambda: (Tagger(bidirectional=True), words()),
    ),
    "a state not used, both ways": (
        "chunk consistency", "FAULT", "pass of rnn silenced, output[0] in two chunks differs",
        lambda: (NoState(bidirectional=True), words()),
    ),
    "a tagger swapped, with padding": (
        "sample independence", "FAULT", "walks along the batch",
        lambda: (swapped_tagger(), one_short(5, 2)),
    ),
    "a tagger swapped, with padding, time first": (
        "sample independence", "FAULT", "samples 1 to 4",
        lambda: (Tagger(), one_short(5, 2).t()),
    ),
    "steps that know no past": (
        "causality", "suspicion", "only the last one",
        lambda: (layer(lambda m, x: m.head(m.lstm(x[:, -1:])[0][:, -1])), floats()),
    ),
    "h handed on alone": (
        "chunk consistency", "FAULT", "only h is handed on",
        lambda: (HandsOnH(), floats()),
    ),
    "no state taken": (
        "chunk consistency", "not tried", "forward takes no state",
        lambda: (Cells(), floats()),
    ),
    "dropout in eval": (
        "eval determinism", "suspicion", "dropout is at work",
        lambda: (layer(lambda m, x: F.dropout(m.head(m.lstm(x)[0]))), floats()),
    ),
    "nn.Dropout made in forward": (
        "eval determinism", "suspicion", "dropout is at work",
        lambda: (layer(lambda m, x: nn.Dropout(0.5)(m.head(m.lstm(x)[0]))), floats()),
    ),
    "a random start is not blamed on the batch": (
        "batch composition", "not tried", "draws numbers by chance",
        lambda: (layer(random_start), floats()),
    ),
    "dropout at work is not blamed on the batch": (
        "batch composition", "not tried", "draws numbers by chance",
        lambda: (layer(lambda m, x: F.dropout(m.head(m.lstm(x)[0]))), floats()),
    ),
    "noise as large as a state says is not blamed on the samples": (
        "sample independence", "not tried", "draws numbers by chance",
        lambda: (layer(poisson_noise), floats()),
    ),
    "padding read in one row, and lengths not used": (
        "batch composition", "FAULT", "output of sample 1,",
        lambda: (embedded(last_of_block), (one_short(5, 1), lengths_of(one_short(5, 1)))),
    ),
    "padding read in one row of 32": (
        "batch composition", "suspicion", "output of sample 7 moves",
        lambda: (embedded(last_of_block), one_short(32, 7)),
    ),
    "padding read in one row of 100": (
        "batch composition", "suspicion", "output of sample 41 moves",
        lambda: (embedded(last_of_block), one_short(100, 41)),
    ),
    "padding by another number": (
        "batch composition", "suspicion", "the numbers 3 at its end",
        lambda: (padded_by_three(), one_short(5, 1, pad=3)),
    ),
    "one sample reaches its neighbour": (
        "sample independence", "FAULT", "moving sample 7 moved sample 6",
        lambda: (layer(lambda m, x: reads_the_next(m.head(m.lstm(x)[0]), 6)), floats(20, T, I)),
    ),
    "a leak inside pairs of steps": (
        "causality", "suspicion", "moving step 7 moved step 6",
        lambda: (layer(lambda m, x: pairs_of_steps(m.head(m.lstm(x)[0]))), floats(B, 9, I)),
    ),
    "a leak inside pairs of 101 steps": (
        "causality", "suspicion", "moved step",
        lambda: (layer(lambda m, x: pairs_of_steps(m.head(m.lstm(x)[0]))), floats(B, 101, I)),
    ),
    "a batch norm without running numbers": (
        "batch composition", "suspicion", "takes its mean from the batch",
        lambda: (
            Made(
                lambda m, x: m.norm(m.lstm(x)[0][:, -1]),
                lstm=nn.LSTM(I, H, batch_first=True),
                norm=nn.BatchNorm1d(H, track_running_stats=False),
            ),
            floats(),
        ),
    ),
    "weights under another name": (
        "parameter gradients", "suspicion", "embedding.weights is frozen",
        lambda: wrong_name(),
    ),
    "a random start": (
        "eval determinism", "suspicion", "randn",
        lambda: (layer(random_start), floats()),
    ),
    "a state kept in self": (
        "eval determinism", "suspicion", "from call to call",
        lambda: (Keeps(), floats()),
    ),
    "dropout with one layer": (
        "eval determinism", "suspicion", "dropout=0.5 and one layer",
        lambda: (quietly(lambda: layer(lambda m, x: m.head(m.lstm(x)[0]), dropout=0.5)), floats()),
    ),
    "a detach before the head": (
        "parameter gradients", "suspicion", "weight_ih_l0",
        lambda: (layer(lambda m, x: m.head(m.lstm(x)[0].detach())), floats()),
    ),
    "no graph at all": (
        "parameter gradients", "FAULT", "no result hangs on a graph",
        lambda: (layer(lambda m, x: m.head(m.lstm(x)[0]).detach()), floats()),
    ),
    "a layer that is not used": (
        "parameter gradients", "suspicion", "no result depends on",
        lambda: (layer(lambda m, x: m.lstm(x)[0]), floats()),
    ),
    "the reverse half at the last step": (
        "parameter gradients", "suspicion", "it has made one step",
        lambda: (
            layer(lambda m, x: m.head(m.lstm(x)[0][:, -1]), bidirectional=True),
            floats(),
        ),
    ),
    "each step from zeros": (
        "parameter gradients", "suspicion", "not handed on",
        lambda: (Cells(forgets=True), floats()),
    ),
    "a detach in the loop": (
        "parameter gradients", "suspicion", "through time is cut",
        lambda: (Cells(cut=True), floats()),
    ),
}  # fmt: skip


def quietly(make):
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make()
