"""The cheat sheet says what lesson 02, the ledger, the map and the lessons' mistakes say."""

import inspect

import pytest
from clone_copies import CLONE
from torch import nn

from lstm_lessons.course import lesson
from lstm_lessons.shapes import Configuration
from lstm_lessons.site import cheat_sheet, prose


def test_it_has_the_six_equations_of_lesson_02():
    gates, states = cheat_sheet.equations(CLONE)
    assert gates.count("&=") == 4 and states.count("&=") == 2
    lines = [f"{{{gate}_t}}" in gates for gate in "ifgo"]
    assert all(lines) and "c_t} &=" not in gates and "{h_t} &=" not in gates


def test_its_shapes_are_the_ledgers():
    text = cheat_sheet.page(CLONE)
    for configuration in (cheat_sheet.PLAIN, cheat_sheet.PROJECTED):
        for each in (*configuration.parameters, *configuration.tensors):
            if not each.name.endswith(("_reverse", "_l1")) or each.name == "weight_ih_l1":
                row = next(row for row in text.splitlines() if row.startswith(f"| `{each.name}`"))
                assert f"({', '.join(each.symbols)})" in row
    assert Configuration(3, 2, num_layers=2, bidirectional=True).formula in text


def test_its_arguments_and_defaults_are_torchs():
    head, line, *rows = cheat_sheet.arguments(CLONE)
    told = dict(tuple(cell.strip(" `") for cell in row.split("|")[1:3]) for row in rows)
    torchs = inspect.signature(nn.RNNBase.__init__).parameters
    for name in set(torchs) - {"self", "mode", "device", "dtype"}:
        default = torchs[name].default
        wanted = "none" if default is inspect.Parameter.empty else str(default)
        assert told.pop(name) in (wanted, wanted.removesuffix(".0")), name
    assert not told
    assert torchs["device"].default is torchs["dtype"].default is None


@pytest.mark.parametrize("number", cheat_sheet.TRAPS)
def test_a_trap_is_the_mistake_with_which_its_lesson_closes(number):
    told, _, link = cheat_sheet.trap(CLONE, number).rpartition(" [")
    assert link == f"Lesson {number}](notebooks/{lesson(number).name}.ipynb)"
    texts = " ".join("\n\n".join(prose.of(CLONE, lesson(number).name)).split())
    assert f"**A common mistake.** {told}" in texts and told.endswith(".")
    assert len(cheat_sheet.TRAPS) == 5
