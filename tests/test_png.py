"""The PNG beside each picture: drawn from its SVG, small, on white, and shown where pages clean."""

import re
from html import unescape
from io import BytesIO

import bleach
import nbformat
import numpy as np
import pytest
from nbconvert import HTMLExporter
from PIL import Image
from traitlets.config import Config

from lstm_lessons.drawing import Picture, figure, plots, svg, theme
from lstm_lessons.drawing.picture import KEPT
from lstm_lessons.environment.clone import Clone
from lstm_lessons.publishing import notebooks, png

ROOT = Clone.here().root


def drawn(picture):
    return Image.open(BytesIO(png.draw(picture)))


def boxes(text="f = 0.5"):
    root = svg.panel(200, 100)
    svg.rect(root, 100, 0, 100, 100, fill="f")
    svg.label(root, 50, 50, text)
    return Picture(svg.write(root), "A box.")


def test_a_picture_is_drawn_twice_as_large_in_the_colours_of_a_light_page():
    image = drawn(boxes())
    assert image.size == (400, 200)
    shown = np.asarray(image.convert("RGB"))
    orange = [int(theme.LIGHT["f"][at : at + 2], 16) for at in (1, 3, 5)]
    assert shown[100, 300].tolist() == orange
    assert shown[0, 0].tolist() == [255, 255, 255]  # outside of the panel's round corner
    assert shown[70:110, 20:180].min() < 50  # the text
    assert image.info[png.DRAWN_FROM] == png.digest(boxes())


def test_the_same_picture_gives_the_same_bytes():
    assert png.draw(boxes()) == png.draw(boxes()) != png.draw(boxes("f = 0.6"))


def test_a_plot_is_drawn_with_its_curves():
    made, axes = figure()
    axes.plot([0, 1], label="a")
    axes.legend()
    image = drawn(Picture(plots.to_svg(made), "A line."))
    colours = {colour for _, colour in image.convert("RGB").getcolors(256)}
    blue = np.array([int(theme.LIGHT["i"][at : at + 2], 16) for at in (1, 3, 5)])
    assert image.size == (1280, 720)
    assert min(np.abs(np.array(colour) - blue).max() for colour in colours) < 8


def test_one_with_too_much_in_it_is_drawn_smaller():
    root = svg.panel(400, 300)
    for at, height in enumerate(np.random.default_rng(0).uniform(0, 290, 4000)):
        svg.rect(root, at % 390, height, 3, 3, fill="ifgo"[at % 4], fill_opacity=0.5)
    image = drawn(Picture(svg.write(root), "Noise."))
    assert image.size in ((600, 450), (400, 300))
    assert len(png.draw(boxes())) < png.SCALES[2]


def test_nothing_that_only_a_browser_understands_is_left():
    plain = theme.on_white(boxes().svg)
    assert "var(" not in plain and "@media" not in plain and theme.DARK["paper"] not in plain
    assert theme.LIGHT["f"] in plain and theme.LIGHT["ink"] in plain


# What a page shows that cleans all it shows


def kept():
    """Return every cell of the course with a picture, and the words of the pictures."""
    cells, words = [], []
    for path in notebooks.committed(ROOT):
        for cell in notebooks.read(path).cells:
            found = [each for each in cell.get("outputs", ()) if KEPT in each.get("data", {})]
            if found:
                cells.append(cell)
                words += [each.data["text/plain"] for each in found]
    return cells, words


def text_of(page):
    """Return the text that a page shows, without marks."""
    seen = re.sub(r"<(style|script)\b.*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL)
    return " ".join(unescape(unescape(seen)).split())


@pytest.mark.slow
@pytest.mark.parametrize("sanitised", [False, True], ids=["plain", "sanitised"])
def test_nbconvert_shows_every_picture_and_says_its_words(sanitised):
    cells, words = kept()
    assert len(words) > 100
    config = Config(SanitizeHTML={"enabled": sanitised})
    page, _ = HTMLExporter(config=config).from_notebook_node(nbformat.v4.new_notebook(cells=cells))
    assert page.count('src="data:image/png;base64,') == len(words)
    text = text_of(page)
    assert [each for each in words if " ".join(each.split()) not in text] == []
    assert "base64" not in text


@pytest.mark.slow
def test_where_a_page_allows_no_image_but_from_the_web_the_words_are_left():
    cells, words = kept()
    page, _ = HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=cells))
    tags = {"div", "pre", "details", "summary", "img", "span", "p"}
    body = page[page.index("<body") :]
    left = bleach.clean(body, tags=tags, attributes={"img": ["src"]}, protocols=["http", "https"])
    assert "data:image" not in text_of(left)
    assert left.count("<details><summary>The picture in words</summary>") == len(words)
