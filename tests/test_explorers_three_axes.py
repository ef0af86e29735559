"""What the three axes show is what nn.LSTM does: its shapes, and what one sentence changes."""

import pytest
import torch
from drawn import marked, texts, words
from settings import settings
from torch import nn

from lstm_lessons.explorers.three_axes import BOX_X, numbers, view


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
                side = ("height", "width")[axis]
                filled, full = (float(each[name].get(side)) for each in (reach, whole))
                assert filled == pytest.approx(full * len(slices) / tensor.shape[axis], abs=0.02)


def test_the_cuts_are_the_steps_of_the_loop():
    for given in settings(view):
        svg, made = view(**given).svg, numbers(**given)
        for name in ("x", "output"):
            path = marked(svg, "cuts")[name].get("d")
            assert path.count("M") == made["steps"] - 1
            # Upright lines are the cuts of axis 1, level ones those of axis 0.
            assert ("v" in path) == (given["batch_first"] == "True") != ("h" in path)
        (walk,) = marked(svg, "walk").values()
        assert words(walk) == f"steps 0 to {made['steps'] - 1}"


def test_the_picture_says_the_shapes_and_the_verdict():
    for given in settings(view):
        picture, made = view(**given), numbers(**given)
        shown = {name: words(each) for name, each in marked(picture.svg, "shape").items()}
        assert shown == {
            "x": f"x {given['order']} = {made['x']}",
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


def test_a_word_is_as_large_in_every_tensor_and_nothing_meets():
    for given in settings(view):
        boxes = marked(view(**given).svg, "tensor")
        made, ends = numbers(**given), {}
        for name, box in boxes.items():
            left, width, height = (float(box.get(each)) for each in ("x", "width", "height"))
            rows, columns = made[name][:2]
            assert width / columns == pytest.approx(height / rows, abs=0.02)
            ends[name] = left, left + width, width / columns
        assert len({round(size, 1) for _, _, size in ends.values()}) == 1
        assert ends["x"][1] + 20 < BOX_X and ends["h_n"][1] <= ends["output"][0]


def test_words_for_the_default():
    assert view().alt == (
        "Tables of words, with axis 0 down and axis 1 to the right. x (B, T, I) = (10, 24, 100) "
        "goes into nn.LSTM(100, 16, batch_first=False). The loop cuts x down into steps 0 to 9. "
        "axis 0, down: B = 10 sentences wrongly taken for 10 steps: the loop; axis 1, to the "
        "right: T = 24 words wrongly taken for 24 samples; axis 2, not drawn: I = 100 numbers "
        "taken for 100 features. Out come output (10, 24, 16) and h_n and c_n, each (1, 24, 16). "
        "Verdict: Swapped, no error: 10 steps, 24 samples. Sentence 0 reaches every sentence."
    )
