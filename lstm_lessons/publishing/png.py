"""A PNG beside each picture of a notebook: the form that every viewer shows, however it sanitises.

A repository's page sanitises what it shows of a notebook. It leaves a PNG as it is; of HTML it may
leave the text of an <img>, and of an SVG a black box.

resvg draws it, with the fonts that matplotlib brings: no browser, and no font of this machine.
"""

import math
import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import matplotlib
import nbformat
import resvg_py
from nbformat import NotebookNode
from PIL import Image, PngImagePlugin

from lstm_lessons.drawing import theme
from lstm_lessons.drawing.picture import Picture

SCALES = {2: 20_000, 1.5: 30_000, 1: math.inf}
"""Dots a pixel, best first, and the most bytes that a PNG so large may have.

2 is sharp on every screen; at 1.5 the smallest letters still read at 200 % zoom.
"""
COLOURS = 32
DRAWN_FROM = "Source"
"""The key, in the PNG's own remarks, of the digest of the SVG that it shows."""

_SIZE = re.compile(r'<svg[^>]* width="([\d.]+)" height="([\d.]+)"')


def add(notebook: NotebookNode) -> None:
    """Lay a PNG beside each picture that the outputs of a notebook keep, and its words behind it.

    Of one output a viewer shows one form alone: so the words are an output of their own.
    """
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [part for output in cell.outputs for part in _with_png(output)]


def _with_png(output: NotebookNode) -> list[NotebookNode]:
    picture = Picture.kept_in(output.get("data", {}))
    if picture is None:
        return [output]
    width, height = size(picture)
    output.data["image/png"] = b64encode(draw(picture)).decode()
    # The one place where a viewer may look for the words of a PNG; few do.
    output.metadata["image/png"] = NotebookNode(width=width, height=height, alt=picture.alt)
    words = {"text/html": output.data.pop("text/html")}
    return [output, nbformat.v4.new_output("display_data", words)]


def draw(picture: Picture) -> bytes:
    """Return a picture as a PNG on white: the best scale that is small enough, or the last one."""
    remark = PngImagePlugin.PngInfo()
    remark.add_text(DRAWN_FROM, digest(picture))
    made = b""
    for scale, most in SCALES.items():
        made = _few_colours(_render(theme.on_white(picture.svg), scale), remark)
        if len(made) <= most:
            break
    return made


def digest(picture: Picture) -> str:
    """Return what tells a picture's SVG from others."""
    return sha256(picture.svg.encode()).hexdigest()[:16]


def size(picture: Picture) -> tuple[int, int]:
    """Return a picture's width and height in pixels."""
    found = _SIZE.match(picture.svg)
    assert found, picture.svg[:80]  # each is drawn on a panel, which has both
    return round(float(found[1])), round(float(found[2]))


def _render(svg: str, scale: float) -> bytes:
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            zoom=scale,
            background="#ffffff",
            skip_system_fonts=True,
            font_files=_fonts(),
            font_family="DejaVu Sans",
            monospace_family="DejaVu Sans Mono",
        )
    )


@cache
def _fonts() -> list[str]:
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    return [str(path) for path in sorted(folder.glob("DejaVuSans*.ttf"))]


def _few_colours(png: bytes, remark: PngImagePlugin.PngInfo) -> bytes:
    """Return the PNG in a few colours: enough for it, and less than half of the bytes."""
    image = Image.open(BytesIO(png)).convert("RGB")
    few = image.quantize(COLOURS, dither=Image.Dither.NONE)
    made = BytesIO()
    few.save(made, "PNG", optimize=True, pnginfo=remark)
    return made.getvalue()
