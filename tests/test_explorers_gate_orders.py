"""The explorer of gate orders says of the reader what torch says, with its rows carried so."""

from copy import deepcopy
from itertools import product

import pytest
import torch
from drawn import marked, words

from lstm_lessons.data import code_or_prose
from lstm_lessons.data.train_reader import TRAINED_ON, numbered, trained_reader
from lstm_lessons.drawing.pictures.gate_orders import LETTERS, gates
from lstm_lessons.explorers.gate_orders import AS_THEY_LIE, IN_ORDER, LINES, PRESETS, RIGHT, view
from lstm_lessons.lstm.frameworks import reorder

PAIRS = list(product(LETTERS, repeat=2))


def carried(came, taken):
    """Return torch's reader, its rows lying in one order and taken to lie in another."""
    reader, number = trained_reader()
    other = deepcopy(reader)
    with torch.no_grad():
        for weight in other.lstm.parameters():
            weight.copy_(reorder(reorder(weight, "ifgo", came), taken, "ifgo"))
    return other, number


@pytest.mark.parametrize("came, taken", [("ifgo", "ifgo"), *RIGHT])
def test_the_verdicts_are_those_of_torchs_reader(came, taken):
    other, number = carried(came, taken)
    lines = code_or_prose()[TRAINED_ON:]
    numbers = numbered((line.text for line in lines), number)
    is_code = torch.tensor([line.code for line in lines])
    with torch.no_grad():
        says_code = other(numbers, (numbers != 0).sum(dim=1))[:, 0] > 0
    right = (says_code == is_code).sum().item()
    source, target = (next(n for n in LETTERS if gates(n) == each) for each in (came, taken))
    svg = view(source, target, AS_THEY_LIE).svg
    (said,) = marked(svg, "right").values()
    assert words(said).startswith(f"{right} of 242 lines right")
    assert ("without the 1" in words(said)) == ("TensorFlow 1" in {source, target} != {source})
    for line in LINES:
        row = torch.tensor([[number[each] for each in line]])
        with torch.no_grad():
            sure = torch.sigmoid(other(row, torch.tensor([len(line)]))).item()
        assert words(marked(svg, "said")[line]) == f"{sure:.0%} code"


@pytest.mark.parametrize("source, target", PAIRS)
def test_rows_put_in_order_are_right_and_others_only_where_the_orders_are_equal(source, target):
    lying, ordered = (view(source, target, rows) for rows in (AS_THEY_LIE, IN_ORDER))
    assert "wrong" not in ordered.alt and "217 of 242" in ordered.alt
    equal = gates(source) == gates(target)
    assert ("wrong" not in lying.alt) == ("217 of 242" in lying.alt) == equal


def test_each_way_leads_a_block_to_where_it_is_looked_for():
    ways = [key.split(",") for key in marked(view("PyTorch", "ONNX", IN_ORDER).svg, "way")]
    assert sorted(ways, key=lambda way: way[1]) == [[g, str(n)] for n, g in enumerate("iofg")]


@pytest.mark.parametrize("units", [1, 4])
def test_a_block_has_a_row_for_each_unit(units):
    assert len(marked(view(units=units).svg, "row")) == 2 * 4 * units


def test_the_presets_name_what_there_is():
    for preset in PRESETS.values():
        view(**preset)
