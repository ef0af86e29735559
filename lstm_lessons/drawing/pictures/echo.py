"""An echo, cut into chunks: which signs share a chunk with their answers, and which do not."""

from __future__ import annotations

from lstm_lessons.drawing import svg, theme
from lstm_lessons.drawing.picture import Picture

SIGNS = "+−−+−++−"
MOST = 10

WIDTH, HEIGHT = 760, 252
LEFT, RIGHT, GAP = 116, 736, 34  # the columns lie between them; GAP is the width of a cut
SIGN_Y, ANSWER_Y, TALL = 58, 158, 38
BOX = 44


def echo(signs: str = SIGNS, chunk: int = 4, lag: int = 3) -> Picture:
    """Return the picture of signs and, ``lag`` steps later, their answers, in chunks.

    A line goes from each sign to its answer: full where both stand in one chunk, dashed where a
    cut is between them.

    Raises:
        ValueError: there are not 2 to 10 signs, or ``chunk`` or ``lag`` is not 1 to their number.
    """
    count = len(signs)
    if not 2 <= count <= MOST:
        raise ValueError(f"signs must be 2 to {MOST}, got {signs!r}")
    for name, value in (("chunk", chunk), ("lag", lag)):
        if not 1 <= value <= count:
            raise ValueError(f"{name} must be 1 to {count}, got {value!r}")
    cuts = range(chunk, count, chunk)
    pitch = (RIGHT - LEFT - GAP * len(cuts)) / count
    middles = [LEFT + (t + 0.5) * pitch + GAP * (t // chunk) for t in range(count)]
    root = svg.panel(WIDTH, HEIGHT)
    bold = {"font_weight": "bold"}
    for y, name in ((SIGN_Y, "sign"), (ANSWER_Y, "answer")):
        svg.label(root, 24, y + 25, name, 18, "start", **bold)
    svg.label(root, 24, SIGN_Y - 20, "step", 14, "start", fill="muted")
    for cut in cuts:
        x = (middles[cut - 1] + middles[cut]) / 2
        dashes = {"stroke": "muted", "stroke_width": 2, "stroke_dasharray": "5 4"}
        path = f"M{x:.2f} {SIGN_Y - 8}V{ANSWER_Y + TALL + 8}"
        svg.add(root, "path", d=path, fill="none", **dashes, data_cut=str(cut))
    for t in range(count - lag):
        _pair(root, middles[t], middles[t + lag], t // chunk == (t + lag) // chunk, t)
    for t, x in enumerate(middles):
        svg.label(root, x, SIGN_Y - 20, str(t), 14, fill="muted")
        _box(root, x, SIGN_Y, signs[t])
        _box(root, x, ANSWER_Y, signs[t - lag] if t >= lag else "·")
    key = "full line: in one chunk.  dashed: a cut is between."
    svg.label(root, LEFT, HEIGHT - 22, key, 15, "start", fill="muted")
    return Picture(svg.write(root), _alt(signs, chunk, lag))


def _pair(root: svg.Element, sign: float, answer: float, whole: bool, t: int) -> None:
    """Draw the line from a sign down to its answer."""
    style = {"stroke": "ink", "stroke_width": 4} if whole else {"stroke": "muted"}
    if not whole:
        style |= {"stroke_width": 2, "stroke_dasharray": "6 5"}
    path = f"M{sign:.2f} {SIGN_Y + TALL}L{answer:.2f} {ANSWER_Y}"
    svg.add(root, "path", d=path, fill="none", **style, data_pair=f"{t},{whole}")


def _box(root: svg.Element, x: float, y: float, text: str) -> None:
    style = {"fill": "ink", "fill_opacity": theme.TINT, "stroke": "muted", "rx": 6}
    svg.rect(root, x - BOX / 2, y, BOX, TALL, **style)
    svg.label(root, x, y + 26, text, 20, font_weight="bold")


def _alt(signs: str, chunk: int, lag: int) -> str:
    pairs = [(t, t + lag) for t in range(len(signs) - lag)]
    parts = {True: [], False: []}
    for sign, answer in pairs:
        parts[sign // chunk == answer // chunk].append(f"{sign} and {answer}")
    one, two = ("; ".join(each) or "none" for each in (parts[True], parts[False]))
    return (
        f"Signs {' '.join(signs)} in chunks of {chunk}, with the answer {lag} steps later. Steps "
        f"of a sign and its answer in one chunk: {one}. With a cut between them: {two}."
    )
