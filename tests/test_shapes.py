"""The shape ledger held against real layers over every combination of arguments."""

import itertools
import re
from html.parser import HTMLParser

import pytest
import torch
from torch import nn

from lstm_lessons.shapes import (
    Configuration,
    Ledger,
    cell_parameters,
    count_parameters,
    lstm_parameters,
    lstm_tensors,
)

T, B, I, H, P = 7, 5, 9, 11, 8  # noqa: E741 - the field's own symbols, all different
SWITCHES = ("bias", "batch_first", "bidirectional")
EVERY = [
    pytest.param(
        dict(zip(SWITCHES, switches, strict=True), num_layers=layers, proj_size=proj),
        id=f"{layers}-{proj}-" + "".join("-+"[switch] for switch in switches),
    )
    for layers, proj in itertools.product((1, 2, 3), (0, P))
    for switches in itertools.product((True, False), repeat=3)
]


def meaning(options, batch=B):
    """Return what each symbol means, straight from the arguments."""
    found = {"T": T, "B": batch, "I": I, "H": H, "L": options["num_layers"]}
    found |= {"D": 2 if options["bidirectional"] else 1, "P": options["proj_size"]}
    return found | {"R": options["proj_size"] or H}


def evaluated(text, values):
    """Return what a formula in the course's writing comes to; 4H is 4 times H."""
    text = re.sub(r"(\d)([A-Z])", r"\1*\2", text.replace("·", "*").replace("−", "-"))
    return eval(text, {"__builtins__": {}}, values)


def call(options, batch):
    """Return the tensors of a real call, by name."""
    layer = nn.LSTM(I, H, **options)
    slots = options["num_layers"] * (2 if options["bidirectional"] else 1)
    middle = () if batch is None else (batch,)
    front = (*middle, T) if options["batch_first"] else (T, *middle)
    h_0 = torch.randn(slots, *middle, options["proj_size"] or H)
    c_0 = torch.randn(slots, *middle, H)
    x = torch.randn(*front, I)
    output, (h_n, c_n) = layer(x, (h_0, c_0))
    results = {"output": output, "h_n": h_n, "c_n": c_n}
    return layer, {"input": x, "h_0": h_0, "c_0": c_0} | results


class Cells(HTMLParser):
    """The cells of the rows of a table, as a reader sees them."""

    def __init__(self, html):
        super().__init__()
        self.rows, self.open = [], False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self.open = True

    def handle_endtag(self, tag):
        self.open = self.open and tag not in ("td", "th")

    def handle_data(self, data):
        if self.open:
            self.rows[-1][-1] += data


@pytest.mark.parametrize("options", EVERY)
@pytest.mark.parametrize("batch", [B, None], ids=["batched", "unbatched"])
def test_every_tensor_is_that_of_a_real_layer(options, batch):
    configuration = Configuration(I, H, seq_len=T, batch=batch, **options)
    layer, real = call(options, batch)
    parameters = {name: tuple(each.shape) for name, each in layer.named_parameters()}
    assert [(e.name, e.shape) for e in configuration.parameters] == list(parameters.items())
    assert {e.name: e.shape for e in configuration.tensors} == {
        name: tuple(each.shape) for name, each in real.items()
    }
    for name, tensor in [*layer.named_parameters(), *real.items()]:
        entry = configuration[name]
        assert (entry.shape, entry.size) == (tuple(tensor.shape), tensor.numel())
        assert entry.why
        values = meaning(options, batch)
        assert tuple(evaluated(symbol, values) for symbol in entry.symbols) == entry.shape
        assert evaluated(entry.product.replace("×", "*"), values) == entry.size


@pytest.mark.parametrize("options", EVERY)
def test_the_closed_form_counts_the_numbers_of_a_real_layer(options):
    configuration = Configuration(I, H, **options)
    count = sum(each.numel() for each in nn.LSTM(I, H, **options).parameters())
    assert configuration.total == count == sum(e.size for e in configuration.parameters)
    assert evaluated(configuration.formula, meaning(options)) == count
    formula, numbers, total = configuration.count.split(" = ")
    assert (formula, total) == (configuration.formula, str(count))
    assert evaluated(numbers, {}) == count
    for term, there in (
        ("8·H", options["bias"]), ("P·H", options["proj_size"]), ("L", options["num_layers"] > 1)
    ):  # fmt: skip
        assert (term in formula) is bool(there)
    without = {name: value for name, value in options.items() if name != "batch_first"}
    assert count_parameters(I, H, **without) == count


@pytest.mark.parametrize("options", EVERY)
def test_short_pages_write_out_what_the_configuration_settles(options):
    values = meaning(options)
    pages = (
        lstm_parameters(I, H, **{k: v for k, v in options.items() if k != "batch_first"}),
        lstm_tensors(T, B, I, H, **{k: v for k, v in options.items() if k != "bias"}),
    )
    configuration = Configuration(I, H, seq_len=T, batch=B, **options)
    for page, whole in zip(pages, (configuration.parameters, configuration.tensors), strict=True):
        assert [(e.name, e.shape, e.why) for e in page] == [(e.name, e.shape, e.why) for e in whole]
        for entry in page:
            assert tuple(evaluated(symbol, values) for symbol in entry.symbols) == entry.shape
            used = "".join(entry.symbols)
            assert "R" not in used
            assert options["bidirectional"] or "D" not in used
            assert options["proj_size"] or "P" not in used


def test_symbols_as_they_are_written():
    both = Configuration(I, H, num_layers=2, bidirectional=True, proj_size=P)
    written = {
        name: both[name].product for name in ("weight_ih_l1_reverse", "output", "h_n", "c_n")
    }
    assert written == {
        "weight_ih_l1_reverse": "4H × D·P",
        "output": "T × B × D·P",
        "h_n": "L·D × B × P",
        "c_n": "L·D × B × H",
    }
    assert lstm_parameters(I, H, 2, True, True)["weight_ih_l1"].symbols == ("4H", "D·H")
    assert lstm_parameters(I, H, 2, True, True, P)["weight_ih_l1"].symbols == ("4H", "D·P")
    assert lstm_parameters(I, H, 2)["weight_ih_l1"].symbols == ("4H", "H")
    assert lstm_tensors(T, None, I, H)["h_n"].symbols == ("L", "H")
    assert cell_parameters(I, H)["weight_hh"].symbols == ("4H", "H")


@pytest.mark.parametrize("options", EVERY)
def test_a_configuration_is_a_table_in_a_notebook_and_in_a_terminal(options):
    configuration = Configuration(I, H, seq_len=T, batch=B, **options)
    html, text = configuration._repr_html_(), repr(configuration)
    rows = [
        [e.name, e.product, str(e.shape), str(e.size), e.why]
        for e in (*configuration.parameters, *configuration.tensors)
    ]
    seen = Cells(html).rows
    assert seen[0] == ["tensor", "shape", "here", "size", "why"]
    assert [row for row in seen[1:] if len(row) > 1] == rows
    assert [row for row in seen if len(row) == 1] == [["parameters"], ["a call"]]
    lines = text.splitlines()
    assert [re.split(r" {2,}", line) for line in lines[1:-1]] == rows
    values = meaning(options)
    assert f"T = {T}, B = {B}, I = {I}, H = {H}" in configuration.key
    for symbol in "LDP":
        there = symbol != "P" or options["proj_size"]
        assert (f"{symbol} = {values[symbol]}" in configuration.key) is bool(there)
    assert not any("R" in part for row in rows for part in (row[1], configuration.key))
    for shown in (configuration.key, configuration.count):
        assert shown in html and shown in text


WRONG = [
    ({"input_size": 0}, "input_size must be a whole number above 0, got 0"),
    ({"hidden_size": 2.0}, "hidden_size must be a whole number above 0, got 2.0"),
    ({"num_layers": True}, "num_layers must be a whole number above 0, got True"),
    ({"bias": 1}, "bias must be True or False, got 1"),
    ({"bias": None}, "bias must be True or False, got None"),
    ({"batch_first": "yes"}, "batch_first must be True or False, got 'yes'"),
    ({"bidirectional": "no"}, "bidirectional must be True or False, got 'no'"),
    ({"bidirectional": 2}, "bidirectional must be True or False, got 2"),
    (
        {"proj_size": H},
        "proj_size must be a whole number from 0 .* to hidden_size - 1 = 10, got 11",
    ),
    ({"proj_size": -1}, "proj_size must be a whole number from 0 .* got -1"),
    ({"proj_size": True}, "proj_size must be .* got True"),
    ({"proj_size": 3.0}, "proj_size must be .* got 3.0"),
    ({"seq_len": 0}, "seq_len must be a whole number above 0, got 0"),
    ({"batch": "5"}, "batch must be a whole number above 0, got '5'"),
]


@pytest.mark.parametrize(("options", "said"), WRONG)
def test_an_argument_out_of_range_gets_a_clear_line(options, said):
    given = {"input_size": I, "hidden_size": H} | options
    with pytest.raises(ValueError, match=said) as caught:
        Configuration(**given)
    assert "\n" not in str(caught.value)
    for page in (lstm_parameters, count_parameters, lstm_tensors):
        extra = {"seq_len": T, "batch": B} if page is lstm_tensors else {}
        accepted = page.__code__.co_varnames[: page.__code__.co_argcount]
        if set(options) <= set(accepted):
            with pytest.raises(ValueError, match=said):
                page(**extra | given)


def test_ledgers_are_sliced_into_ledgers_and_name_what_is_missing():
    ledger = lstm_parameters(I, H, num_layers=2)
    assert isinstance(ledger[:4], Ledger) and [e.name for e in ledger[:4]][-1] == "bias_hh_l0"
    assert repr(ledger[:0]) == ""
    with pytest.raises(KeyError, match="weight_ih_l0.*c_n.*got 'weight_l0'"):
        _ = Configuration(I, H)["weight_l0"]
