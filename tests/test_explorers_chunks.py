"""What is drawn of a cut gradient is what autograd gives, over the whole range of each slider."""

import re
from itertools import product
from xml.etree import ElementTree

import pytest
import torch
from drawn import SVG, marked, texts, words
from torch import nn

from lstm_lessons.explorers.chunks import (
    BETWEEN,
    CELL,
    CHUNK,
    FAINTEST,
    FORGET_BIAS,
    GRID_Y,
    LEFT,
    SEQ_LEN,
    numbers,
    view,
)

BIASES = (-1.0, 0.0, 1.0, 2.5, 5.0)
SETTINGS = list(product(range(CHUNK.low, CHUNK.high + 1), BIASES, BETWEEN.options))


def hand_on(hx, between):
    return {"carry": hx, "detach": tuple(s.detach() for s in hx), "reset": None}[between]


def memory_layer(forget_bias):
    """Return a layer of one unit in which the memory alone passes from step to step."""
    layer = nn.LSTM(1, 1, dtype=torch.float64)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.zero_()
        layer.weight_ih_l0[2] = 1  # x goes into the candidate alone
        layer.bias_ih_l0[1] = forget_bias
    return layer


def gradients(layer, chunk, between):
    """Return (T, T): row t is the gradient of the output at step t with regard to every word."""
    x = torch.zeros(SEQ_LEN, 1, dtype=torch.float64, requires_grad=True)
    hx, rows = None, []
    for each in x.split(chunk):
        output, hx = layer(each, hx)
        rows += [torch.autograd.grad(h, x, retain_graph=True)[0][:, 0] for h in output]
        hx = hand_on(hx, between)
    return torch.stack(rows)


@pytest.mark.parametrize("bias", BIASES)
def test_each_mark_is_a_gradient_of_autograd(bias):
    layer = memory_layer(bias)
    whole = gradients(layer, SEQ_LEN, "carry")
    whole = whole / whole[0, 0]
    for chunk, between in product((1, 4, 5, 12, 13, 24), BETWEEN.options):
        theirs = gradients(layer, chunk, between)
        svg = view(chunk, bias, between).svg
        kept, lost = (drawn(svg, mark) for mark in ("kept", "lost"))
        assert kept.keys() == {tuple(at) for at in theirs.nonzero().tolist()}
        assert kept.keys() | lost.keys() == {tuple(at) for at in whole.nonzero().tolist()}
        assert not kept.keys() & lost.keys()
        for (t, s), opacity in (kept | lost).items():
            wanted = FAINTEST + (1 - FAINTEST) * whole[t, s].item()
            assert opacity == pytest.approx(wanted, abs=0.006)


def drawn(svg, mark):
    """Return the opacity of every mark of this kind, by loss and word."""
    found = {}
    inset = {"kept": (1, 1), "lost": (3, CELL - 3)}[mark]
    for path in marked(svg, mark).values():
        opacity = float(path.get("fill-opacity") or path.get("stroke-opacity"))
        for x, y in re.findall(r"M(\d+) (\d+)", path.get("d")):
            t, s = (int(y) - inset[1] - GRID_Y) / CELL, (int(x) - inset[0] - LEFT) / CELL
            assert t == int(t) and s == int(s)
            found[int(t), int(s)] = opacity
    return found


@pytest.mark.parametrize("bias", BIASES)
def test_the_shares_are_those_of_autograd(bias):
    layer = memory_layer(bias)
    whole = gradients(layer, SEQ_LEN, "carry").sum().item()
    for chunk, between in product(range(1, SEQ_LEN + 1), BETWEEN.options):
        made = numbers(chunk, bias, between)
        share = gradients(layer, chunk, between).sum().item() / whole
        assert made.kept == pytest.approx(share, abs=1e-12)
        assert made.kept + made.lost == pytest.approx(1)
        assert made.f == pytest.approx(torch.sigmoid(torch.tensor(bias)).item(), abs=1e-6)
        assert made.f**made.half_life == pytest.approx(0.5)


@pytest.mark.parametrize("between", BETWEEN.options)
def test_reach_and_steps_walked_are_those_of_a_random_layer(between):
    torch.manual_seed(0)
    layer = nn.LSTM(3, 4, dtype=torch.float64)
    for chunk in range(1, SEQ_LEN + 1):
        x = torch.randn(SEQ_LEN, 3, dtype=torch.float64, requires_grad=True)
        hx, reached = None, []
        for each in x.split(chunk):
            output, hx = layer(each, hx)
            (grad,) = torch.autograd.grad(output.sum(), x, retain_graph=True)
            reached.append(int((grad != 0).any(dim=1).sum()))
            hx = hand_on(hx, between)
        made = numbers(chunk, 1.0, between)
        assert (made.reach, made.walked) == (max(reached), sum(reached))


@pytest.mark.parametrize(("chunk", "bias", "between"), SETTINGS[::7])
def test_the_picture_and_its_words_say_the_numbers(chunk, bias, between):
    picture, made = view(chunk, bias, between), numbers(chunk, bias, between)
    kept, lost = (f"{100 * share:.0f} %" for share in (made.kept, made.lost))
    shown = {name: words(each) for name, each in marked(picture.svg, "number").items()}
    assert shown == {"kept": f"gradient kept: {kept}", "lost": f"gradient lost: {lost}"}
    assert f"Steps walked back, in all: {made.walked}" in texts(picture.svg)
    assert f"In all, {kept} of the gradient is kept and {lost} lost" in picture.alt
    assert f"{made.walked} steps are walked back" in picture.alt


def test_there_is_a_box_for_each_chunk_that_torch_makes():
    for chunk in range(1, SEQ_LEN + 1):
        lengths = [len(each) for each in torch.zeros(SEQ_LEN).split(chunk)]
        boxes = marked(view(chunk).svg, "chunk").values()
        assert [(float(box.get("width")) + 2) / CELL for box in boxes] == lengths


def test_arrows_say_who_passes_a_cut():
    def heads(between):
        root = ElementTree.fromstring(view(6, 1.0, between).svg)
        styles = [each.get("style") for each in root.iter(f"{SVG}polygon")]
        return tuple(sum(f"--ll-{colour})" in style for style in styles) for colour in "if")

    assert {between: heads(between) for between in BETWEEN.options} == {
        "detach": (1, 4),
        "carry": (1, 1),
        "reset": (4, 4),
    }


def test_the_bias_moves_in_halves():
    assert (FORGET_BIAS.low, FORGET_BIAS.high, FORGET_BIAS.step) == (-1, 5, 0.5)
