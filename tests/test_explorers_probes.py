"""What the picture of lesson 18 says of each probe is what such programs really do."""

from functools import cache
from itertools import product

import pytest
import torch
from drawn import SVG, tree
from torch import nn
from torch.nn import functional as F

from lstm_lessons.drawing.pictures.what_moves import (
    LAYERS,
    LENGTHS,
    PROBES,
    PROGRAMS,
    SAMPLES,
    STEPS,
    in_short,
    moves,
)
from lstm_lessons.explorers.probes import PRESETS, SYMPTOMS, view

PLACES = list(product(range(SAMPLES), range(1, STEPS)))


@cache
def layer(**options):
    torch.manual_seed(0)
    return nn.LSTM(3, 4, dtype=torch.float64, **options).requires_grad_(False)


def x():
    generator = torch.Generator().manual_seed(1)
    return torch.randn(SAMPLES, STEPS, 3, generator=generator, dtype=torch.float64)


def differing(before, after):
    """Return the places (sample, step) at which two results differ."""
    gap = (before - after).abs().amax(2) > 1e-12
    return {tuple(each) for each in gap.nonzero().tolist()}


def pushed(places):
    other = x()
    for sample, step in places:
        other[sample, step] += 1
    return other


@pytest.mark.parametrize(("program", "place"), list(product(PROGRAMS, PLACES)))
def test_one_sample_moves_what_the_picture_says(program, place):
    changed, moved = moves("sample independence", program, *place)
    assert changed == {place}
    read = layer(batch_first=program == "right")
    assert differing(read(x())[0], read(pushed(changed))[0]) == moved


@pytest.mark.parametrize(("program", "sample"), list(product(PROGRAMS, range(SAMPLES))))
def test_padding_moves_what_the_picture_says(program, sample):
    changed, moved = moves("batch composition", program, sample, 2)
    assert changed == {(sample, step) for step in range(LENGTHS[sample], STEPS)}
    read, batch = layer(batch_first=True), x()
    for row, length in enumerate(LENGTHS):
        batch[row, length:] = 0
    slot = STEPS - 1 if program == "broken" else LENGTHS[sample] - 1
    alone = read(batch[sample : sample + 1, : LENGTHS[sample]])[0][0, -1]
    gap = (read(batch)[0][sample, slot] - alone).abs().max() > 1e-12
    assert bool(gap) == (moved == {(sample, 0)}) and (gap or not moved)


@pytest.mark.parametrize(("program", "step"), list(product(PROGRAMS, range(1, STEPS))))
def test_one_step_moves_what_the_picture_says(program, step):
    changed, moved = moves("causality", program, 0, step)
    read = layer(batch_first=True, bidirectional=program == "broken")
    assert differing(read(x())[0], read(pushed(changed))[0]) == moved


@pytest.mark.parametrize(("program", "step"), list(product(PROGRAMS, range(1, STEPS))))
def test_a_cut_moves_what_the_picture_says(program, step):
    changed, moved = moves("chunk consistency", program, 0, step)
    read = layer(batch_first=True)
    first, states = read(x()[:, :step])
    second, _ = read(x()[:, step:], states if program == "right" else None)
    assert not changed
    assert differing(read(x())[0], torch.cat([first, second], dim=1)) == moved


def test_dropout_at_work_moves_what_the_picture_says():
    read = layer(batch_first=True)
    torch.manual_seed(0)
    calls = [F.dropout(read(x())[0]) for _ in range(2)]
    assert moves("eval determinism", "broken", 0, 1)[1] == differing(*calls)
    assert moves("eval determinism", "right", 0, 1)[1] == differing(read(x())[0], read(x())[0])


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_layers_that_get_a_gradient_are_those_of_the_picture(program):
    torch.manual_seed(0)
    layers = nn.Embedding(9, 3), nn.LSTM(3, 4, batch_first=True), nn.Linear(4, 1)
    vectors = layers[0](torch.tensor([[1, 2], [3, 4]]))
    vectors = vectors.detach() if program == "broken" else vectors
    layers[2](layers[1](vectors)[0]).sum().backward()
    got = {(0, n) for n, each in enumerate(layers) if next(each.parameters()).grad is not None}
    assert moves("parameter gradients", program, 0, 1)[1] == got
    assert len(layers) == len(LAYERS)


@pytest.mark.parametrize("symptom", SYMPTOMS)
def test_filled_is_what_changes_and_what_moves(symptom):
    kind = SYMPTOMS[symptom]
    for program in PROGRAMS:
        changed, moved = moves(kind, program, 1, 2)
        picture = view(symptom=symptom, program=program, sample=1, step=2)
        root = tree(picture.svg)
        for table, wanted in (("x", changed), ("result", moved)):
            full = {
                tuple(map(int, each.get(f"data-{table}").split(",")))
                for each in root.iter(f"{SVG}rect")
                if each.get(f"data-{table}") and each.get("data-full") == "True"
            }
            assert full == wanted
        assert in_short(kind, changed, moved) in picture.alt


def test_there_is_a_symptom_and_a_button_for_each_probe():
    assert set(SYMPTOMS.values()) == set(PROBES)
    assert {each["symptom"] for each in PRESETS.values()} == set(SYMPTOMS)


def test_the_probes_are_those_of_diagnose():
    from lstm_lessons.clinic.probes import PROBES as tried

    assert list(tried) == list(PROBES)


def test_a_probe_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="expected a probe"):
        moves("rhythm", "right", 0, 1)
    with pytest.raises(ValueError, match="expected a program"):
        moves("causality", "odd", 0, 1)
    with pytest.raises(ValueError, match="a step 1 to 5, got 0 and 6"):
        moves("causality", "right", 0, 6)
