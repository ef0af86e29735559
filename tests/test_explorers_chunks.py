"""What is drawn of a cut gradient is what autograd gives, over the whole range of each slider."""

import re
from functools import cache
from itertools import product
from xml.etree import ElementTree

import pytest
import torch
from drawn import SVG, marked, texts, words
from torch import nn

from lstm_lessons.explorers.base import parameters
from lstm_lessons.explorers.chunks import (
    CELL,
    GRID_Y,
    LEFT,
    SEQ_LEN,
    SMALLEST,
    numbers,
    view,
)

PARAMETERS = parameters(view)
BETWEEN = PARAMETERS["between"].allowed
CHUNK = PARAMETERS["chunk"].allowed
FORGET_BIAS = PARAMETERS["forget_bias"].allowed

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
        layer.weight_ih_l0[2] = 1  # x goes into the news alone
        layer.bias_ih_l0[1] = forget_bias
    return layer


@cache
def gradients(bias, chunk, between):
    """Return (T, T): row t is the gradient of the output at step t with regard to every word.

    With "carry" and with "reset" it says what a word does to an output; a detached state has the
    outputs of "carry".
    """
    layer = memory_layer(bias)
    x = torch.zeros(SEQ_LEN, 1, dtype=torch.float64, requires_grad=True)
    hx, rows = None, []
    for each in x.split(chunk):
        output, hx = layer(each, hx)
        rows += [torch.autograd.grad(h, x, retain_graph=True)[0][:, 0] for h in output]
        hx = hand_on(hx, between)
    return torch.stack(rows)


@pytest.mark.slow
@pytest.mark.parametrize("bias", BIASES)
def test_each_mark_is_a_gradient_of_autograd(bias):
    whole = gradients(bias, SEQ_LEN, "carry")
    whole = whole / whole[0, 0]
    for chunk, between in product((1, 4, 5, 12, 13, 24), BETWEEN.options):
        theirs = gradients(bias, chunk, between)
        acting = gradients(bias, chunk, "reset" if between == "reset" else "carry")
        svg = view(chunk, bias, between).svg
        kept, lost = (drawn(svg, mark) for mark in ("kept", "lost"))
        assert kept.keys() == {tuple(at) for at in theirs.nonzero().tolist()}
        assert kept.keys() | lost.keys() == {tuple(at) for at in acting.nonzero().tolist()}
        assert not kept.keys() & lost.keys()
        for sides in (kept, lost):
            for (t, s), side in sides.items():
                wanted = max(SMALLEST, (CELL - 2) * whole[t, s].item() ** 0.5)
                assert side == pytest.approx(wanted, abs=0.006)


def drawn(svg, mark):
    """Return the side of every mark of this kind, by loss and word."""
    found = {}
    shape = {"kept": r"M(\S+) (\S+)h(\S+)v\3h-\3z", "lost": r"M(\S+) (\S+)l(\S+) -\3(?=M|$)"}[mark]
    for path in marked(svg, mark).values():
        assert re.sub(shape, "", path.get("d")) == ""
        for corner in re.findall(shape, path.get("d")):
            x, y, side = map(float, corner)
            middle = x + side / 2, y + side / 2 * (1 if mark == "kept" else -1)
            t, s = (middle[1] - GRID_Y) / CELL - 0.5, (middle[0] - LEFT) / CELL - 0.5
            at = round(t), round(s)
            assert (t, s) == pytest.approx(at, abs=0.002)
            found[at] = side
    return found


def sum_of_gradients(bias, chunk, between):
    """Return the sum of all that `gradients` returns, in one backward pass."""
    x = torch.zeros(SEQ_LEN, 1, dtype=torch.float64, requires_grad=True)
    made = outputs(memory_layer(bias), x, chunk, between)
    return torch.autograd.grad(made.sum(), x)[0].sum().item()


@pytest.mark.slow
@pytest.mark.parametrize("bias", BIASES)
def test_the_shares_are_those_of_autograd(bias):
    assert sum_of_gradients(bias, 6, "detach") == pytest.approx(
        gradients(bias, 6, "detach").sum().item(), rel=1e-12
    )
    whole = sum_of_gradients(bias, SEQ_LEN, "carry")
    for chunk, between in product(range(1, SEQ_LEN + 1), BETWEEN.options):
        made = numbers(chunk, bias, between)
        share = sum_of_gradients(bias, chunk, between) / whole
        assert made.kept == pytest.approx(share, abs=1e-12)
        acting = sum_of_gradients(bias, chunk, "reset") if between == "reset" else whole
        assert made.acts == pytest.approx(acting / whole, abs=1e-12)
        assert made.f == pytest.approx(torch.sigmoid(torch.tensor(bias)).item(), abs=1e-6)
        assert made.f**made.half_life == pytest.approx(0.5)


@pytest.mark.slow
def test_what_a_word_does_to_an_output_is_seen_when_the_word_is_changed():
    layer, size = memory_layer(1.0), 1e-6
    for chunk, between in product((5, 12), BETWEEN.options):
        svg = view(chunk, 1.0, between).svg
        before = outputs(layer, torch.zeros(SEQ_LEN, 1, dtype=torch.float64), chunk, between)
        for s in range(SEQ_LEN):
            x = torch.zeros(SEQ_LEN, 1, dtype=torch.float64)
            x[s] = size
            changed = outputs(layer, x, chunk, between) - before
            marks = {at for mark in ("kept", "lost") for at in drawn(svg, mark) if at[1] == s}
            assert {t for t, _ in marks} == set(changed.nonzero()[:, 0].tolist())


def outputs(layer, x, chunk, between):
    """Return the outputs of all chunks, one behind the other."""
    hx, found = None, []
    for each in x.split(chunk):
        output, hx = layer(each, hx)
        found.append(output)
        hx = hand_on(hx, between)
    return torch.cat(found)


@pytest.mark.parametrize(("chunk", "bias", "between"), SETTINGS[::7])
def test_the_picture_and_its_words_say_the_numbers(chunk, bias, between):
    picture, made = view(chunk, bias, between), numbers(chunk, bias, between)
    acts, kept = (f"{100 * share:.0f} %" for share in (made.acts, made.kept))
    shown = {name: words(each) for name, each in marked(picture.svg, "number").items()}
    assert shown == {
        "acts": f"effect on the losses: {acts}",
        "kept": f"seen by the gradient: {kept}",
    }
    assert f"{acts} is here, and the gradient sees {kept}." in picture.alt


def test_the_legend_and_the_words_speak_of_marks_that_are_there():
    for chunk, between in product((1, 6, 23, 24), BETWEEN.options):
        picture = view(chunk, 1.0, between)
        lost = bool(marked(picture.svg, "lost"))
        assert lost == any("lost at a cut" in each for each in texts(picture.svg))
        assert lost == ("lost at a cut" in picture.alt)
        assert lost == (between == "detach" and chunk < 24)
        uncut = "there is no cut." in picture.alt and "there is no cut." in texts(picture.svg)
        assert uncut == (chunk == 24)


def test_a_reset_has_other_marks_and_other_words_than_a_detach():
    detached, reset = view(6, 1.0, "detach"), view(6, 1.0, "reset")
    assert drawn(detached.svg, "kept") == drawn(reset.svg, "kept")
    assert drawn(detached.svg, "lost") and not drawn(reset.svg, "lost")
    assert "follows has other outputs." in texts(reset.svg)


def test_there_is_a_box_for_each_chunk_that_torch_makes():
    for chunk in range(1, SEQ_LEN + 1):
        lengths = [len(each) for each in torch.zeros(SEQ_LEN).split(chunk)]
        boxes = marked(view(chunk).svg, "chunk").values()
        assert [(float(box.get("width")) + 2) / CELL for box in boxes] == lengths
        long_enough = [str(length) for length in lengths if length > 1]
        assert [each for each in texts(view(chunk).svg) if each.isdigit()] == long_enough


def test_arrows_say_who_passes_a_cut():
    def heads(between):
        root = ElementTree.fromstring(view(6, 1.0, between).svg)
        styles = [each.get("style") for each in root.iter(f"{SVG}polygon")]
        colours = ("ink", "muted")  # of the state, of the gradient
        return tuple(sum(f"--ll-{colour})" in style for style in styles) for colour in colours)

    assert {between: heads(between) for between in BETWEEN.options} == {
        "detach": (1, 4),
        "carry": (1, 1),
        "reset": (4, 4),
    }


def test_an_arrow_that_ends_at_a_cut_ends_at_a_bar():
    for chunk, between in product((1, 5, 6, 23, 24), BETWEEN.options):
        found = {"state": [], "gradient": []}
        for name in marked(view(chunk, 1.0, between).svg, "stop"):
            what, x = name.split(",")
            # The bar of a gradient stands just behind the cut, that of a state just before it.
            found[what].append(round((float(x) - LEFT) / CELL))
            assert (found[what][-1] * CELL + LEFT < float(x)) == (what == "gradient")
        cuts = list(range(chunk, SEQ_LEN, chunk))
        assert found["gradient"] == (cuts if between != "carry" else [])
        assert found["state"] == (cuts if between == "reset" else [])


def test_the_bias_moves_in_halves():
    assert (FORGET_BIAS.low, FORGET_BIAS.high, FORGET_BIAS.step) == (-1, 5, 0.5)
