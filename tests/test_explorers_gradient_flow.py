"""The explorer of lesson 11 is held against autograd: every gradient that it draws or says."""

from functools import cache

import numpy as np
import pytest
import torch
from drawn import SVG, marked, tree, words

from lstm_lessons import trained_reader
from lstm_lessons.data.plain_reader import HIDDEN_SIZE, read, weights
from lstm_lessons.drawing import svg
from lstm_lessons.explorers.gradient_flow import (
    ALONG_C,
    ALONG_H,
    BOTH,
    MOST,
    PRESETS,
    flow,
    gradient_flow,
    view,
)
from lstm_lessons.lstm.cell import apply_gates

LINES = ["for k in range(", "the value (if any) is used", "((((", "x", "Jack|said (no)", "W" * MOST]
WAYS = (BOTH, ALONG_C, ALONG_H)


@cache
def torchs(line, way):
    """Return autograd's gradients of the score: of x, h, c and z at every step, and the score."""
    _, number = trained_reader()
    held = [torch.tensor(each, dtype=torch.float64) for each in weights().values()]
    table, w_ih, w_hh, b_ih, b_hh, head, bias = held
    xs = table[[number.get(character, 0) for character in line]].clone().requires_grad_()
    h = c = torch.zeros(HIDDEN_SIZE, dtype=torch.float64)
    kept = {"h": [], "c": [], "z": []}
    for x in xs:
        if way == ALONG_C:
            h = h.detach()
        if way == ALONG_H:
            c = c.detach()
        z = w_ih @ x + b_ih + w_hh @ h + b_hh
        h, c = apply_gates(z.requires_grad_(), c)
        for name, value in (("z", z), ("h", h), ("c", c)):
            value.retain_grad()
            kept[name].append(value)
    score = (head @ h + bias)[0]
    score.backward()
    found = {}
    for name, values in kept.items():  # what no way leads to has none
        found[name] = torch.stack(
            [torch.zeros_like(v) if v.grad is None else v.grad for v in values]
        )
    found["z"] = found["z"].view(-1, 4, HIDDEN_SIZE)
    return {"score": score, "x": xs.grad, **found}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("line", LINES)
def test_every_gradient_is_autograds(line, way):
    ours, theirs = flow(line, way)._asdict(), torchs(line, way)
    for name, wanted in theirs.items():
        np.testing.assert_allclose(ours[name], wanted.detach().numpy(), rtol=0, atol=1e-10)


def test_both_ways_alone_do_not_make_up_the_whole():
    lengths = [np.linalg.norm(flow("for k in range(", way).x, axis=1)[0] for way in WAYS]
    assert lengths[0] > 3 * (lengths[1] + lengths[2])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("line", LINES)
def test_the_bars_are_the_lengths_of_the_gradients_on_one_axis_for_all_ways(line, way):
    drawn = marked(view(line, MOST, way=way).svg, "bar")
    lengths = np.linalg.norm(flow(line, way).x, axis=1)
    most = max(np.linalg.norm(flow(line, each).x, axis=1).max() for each in WAYS)
    heights = [float(each.get("height")) for _, each in sorted(_numbered(drawn))]
    assert len(heights) == len(line)
    np.testing.assert_allclose(np.array(heights) / 76, lengths / most, atol=2e-3)


def _numbered(drawn):
    return ((int(number), each) for number, each in drawn.items())


@pytest.mark.parametrize(
    "given", [{}, {"line": "said|(no)", "characters": 7}, *PRESETS.values()], ids=str
)
def test_the_words_and_the_titles_say_the_numbers(given):
    picture = view(**given)
    line = given.get("line", "for k in range(10):")
    part = line[: given.get("characters", 15)]
    found = flow(part, given.get("way", BOTH))
    said = [words(each) for each in tree(picture.svg).iter(f"{SVG}title")]
    for step, character in enumerate(part):
        length = svg.number(float(np.linalg.norm(found.x[step])), 2)
        shown = "␣" if character == " " else character
        assert f"{shown} {length}" in picture.alt
        named = {" ": "a space", "|": "|, never met,"}.get(character, character)
        assert said[step] == f"{named}: {length}"
    assert svg.number(read(part)[-1].score, 2) in picture.alt
    assert f"{len(part)} of the {len(line)} characters" in picture.alt


@pytest.mark.parametrize("given", PRESETS.values(), ids=list(PRESETS))
def test_the_numbers_that_the_lesson_asks_for_stand_in_the_picture(given):
    picture = view(**given)
    line = given["line"]
    found = flow(line[: given["characters"]], given.get("way", BOTH))
    (first,) = marked(picture.svg, "first").values()
    assert words(first) == svg.number(float(np.linalg.norm(found.x[0])), 2)


def test_it_opens_with_the_line_that_the_lesson_asks_about():
    assert "15 of the 19 characters of 'for k in range(10):'" in gradient_flow().picture.alt
    assert "the largest at f" in gradient_flow().picture.alt
