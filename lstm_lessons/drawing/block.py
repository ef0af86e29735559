"""A tensor of three axes as a block that one could hold."""

from __future__ import annotations

from lstm_lessons.drawing import svg, theme

SLANT = 0.6
"""How far the depth axis rises, for each pixel that it goes to the right."""


def block(
    parent: svg.Element,
    x: float,
    y: float,
    width: float,
    height: float,
    depth: float,
    colour: str,
    tint: float = theme.TINT,
    **mark: str,
) -> None:
    """Draw a block whose front face has its upper left corner at (x, y). Sizes in pixels.

    ``colour`` is one of the theme's names, ``tint`` the opacity of the front face. ``mark`` is
    added to the front face.
    """
    rise = depth * SLANT
    right, bottom = x + width, y + height
    faces = (
        (((x, y), (right, y), (right, bottom), (x, bottom)), tint),
        (((x, y), (x + depth, y - rise), (right + depth, y - rise), (right, y)), tint / 2),
        (
            (
                (right, y),
                (right + depth, y - rise),
                (right + depth, bottom - rise),
                (right, bottom),
            ),
            2 * tint,
        ),
    )
    for place, (corners, opacity) in enumerate(faces):
        points = " ".join(f"{a:.2f},{b:.2f}" for a, b in corners)
        svg.add(
            parent,
            "polygon",
            points=points,
            fill=colour,
            stroke=colour,
            fill_opacity=opacity,
            stroke_linejoin="round",
            **({} if place else mark),
        )
