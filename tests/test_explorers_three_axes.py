"""What the three axes show is what nn.LSTM does: its shapes, and what one sentence changes."""

import re

import pytest
import torch
from drawn import SVG, corners, marked, texts, tree, words
from settings import settings
from torch import nn

from lstm_lessons.explorers.three_axes import (
    LEVEL,
    numbers,
    view,
)


def read(given):
    """Return x and what torch's layer makes of it, with NaN in all of sentence 0."""
    sizes = {"T": given["seq_len"], "B": given["batch"], "I": given["input_size"]}
    x = torch.zeros([sizes[symbol] for symbol in given["order"] if symbol in sizes])
    x.select(0 if given["order"].startswith("(B") else 1, 0).fill_(torch.nan)
    batch_first = given["batch_first"] == "True"
    layer = nn.LSTM(given["input_size"], given["hidden_size"], batch_first=batch_first)
    with torch.no_grad():
        output, (h_n, c_n) = layer(x)
    return x, {"output": output, "h_n": h_n, "c_n": c_n}


def test_shapes_and_mixing_are_torchs():
    for given in settings(view):
        x, results = read(given)
        made = numbers(**given)
        assert made["x"] == tuple(x.shape)
        for name, result in results.items():
            assert made[name] == tuple(result.shape), given
        assert made["samples"] == results["h_n"].shape[1]
        assert made["steps"] * made["samples"] == given["seq_len"] * given["batch"]
        everything = all(bool(result.isnan().all()) for result in results.values())
        assert made["mixed"] == everything, given


def test_what_is_filled_is_what_sentence_0_reaches_in_torch():
    for given in settings(view):
        x, results = read(given)
        svg = view(**given).svg
        reach, whole = marked(svg, "reach"), marked(svg, "tensor")
        for name, tensor in {"x": x, "output": results["output"], "h_n": results["h_n"]}.items():
            hit = tensor.isnan()
            # Slices of axis 0 and axis 1 that sentence 0 reaches: all, or the first alone.
            for axis in (0, 1):
                others = [each for each in range(3) if each != axis]
                slices = hit.amax(others).nonzero().flatten().tolist()
                assert slices in ([0], list(range(tensor.shape[axis])))
                filled = thickness(reach[name], svg, axis)
                full = thickness(whole[name], svg, axis)
                assert filled == pytest.approx(full * len(slices) / tensor.shape[axis], abs=0.02)


def thickness(front, svg, axis):
    """Return how far a block goes down (axis 0) or back (axis 1), in pixels."""
    if axis == 0:
        ys = [y for _, y in corners(front)]
        return max(ys) - min(ys)
    # The face on top is drawn right after the front: its second corner lies behind its first.
    top = following(svg, front)
    return corners(top)[1][0] - corners(top)[0][0]


def following(svg, front):
    parts = list(tree(svg))
    place = next(n for n, part in enumerate(parts) if part.attrib == front.attrib)
    return parts[place + 1]


def test_the_cuts_are_the_steps_of_the_loop():
    for given in settings(view):
        svg, made = view(**given).svg, numbers(**given)
        for name in ("x", "output"):
            path = marked(svg, "cuts")[name].get("d")
            assert path.count("M") == made["steps"] - 1
            # Upright lines end the cuts of axis 1, slanted ones those of axis 0.
            assert ("v" in path) == (given["batch_first"] == "True")
        (walk,) = marked(svg, "walk").values()
        assert words(walk).startswith(f"steps 0 to {made['steps'] - 1}")


def test_the_picture_says_the_shapes_and_the_verdict():
    for given in settings(view):
        picture, made = view(**given), numbers(**given)
        shown = {name: words(each) for name, each in marked(picture.svg, "shape").items()}
        assert shown == {
            "x": f"{given['order']} = {made['x']}",
            "output": f"output {made['output']}",
            "h_n": f"h_n and c_n, each {made['h_n']}",
        }
        assert made["h_n"] == made["c_n"]
        (verdict,) = marked(picture.svg, "verdict").values()
        assert words(verdict).startswith("Swapped" if made["mixed"] else "Right")
        assert f"{made['steps']} steps, {made['samples']} samples" in words(verdict)
        assert texts(picture.svg).count("✗") == 2 * made["mixed"]
        assert picture.alt.count("wrongly taken for") == 2 * made["mixed"]
        assert picture.alt.endswith(f"Verdict: {words(verdict)}")


def test_the_arrow_of_the_loop_stays_beside_x():
    for given in settings(view):
        if given["batch_first"] == "True":
            continue
        top, bottom = (y for _, y in corners(marked(view(**given).svg, "tensor")["x"])[1:3])
        (label,) = marked(view(**given).svg, "walk").values()
        assert top < float(label.get("y")) < bottom + 6


def test_labels_and_arrow_stand_by_the_blocks():
    for given in settings(view)[::2]:
        svg = view(**given).svg
        whole, labels = marked(svg, "tensor"), marked(svg, "shape")
        for name in ("x", "output"):
            top = min(y for _, y in corners(following(svg, whole[name])))
            assert 10 < top - float(labels[name].get("y")) < 20
        right = max(x for x, _ in corners(following(svg, whole["x"])))
        paths = [each.get("d") for each in tree(svg).iter(f"{SVG}path")]
        level = [re.match(rf"M([\d.]+) {LEVEL}L", path) for path in paths]
        into, _ = (float(start[1]) for start in level if start)
        assert right + 20 < into < right + 30


def test_words_for_the_default():
    assert view().alt == (
        "Blocks with axis 0 down, axis 1 back and axis 2 across. x (B, T, I) = (10, 24, 100) goes "
        "into nn.LSTM(100, 16, batch_first=False). The loop cuts x down into steps 0 to 9. "
        "axis 0, down: B = 10 sentences wrongly taken for 10 steps: the loop; axis 1, back: "
        "T = 24 words wrongly taken for 24 samples; axis 2, across: I = 100 numbers taken for 100 "
        "features. Out come output (10, 24, 16) and h_n and c_n, each (1, 24, 16). Verdict: "
        "Swapped, no error: 10 steps, 24 samples. Sentence 0 reaches every sentence."
    )
