"""A block (T, B, I), and what transpose and view make of a block of sentences by words."""

from __future__ import annotations

from collections.abc import Sequence

from lstm_lessons.drawing import svg
from lstm_lessons.drawing.arrow import arrow
from lstm_lessons.drawing.block import SLANT
from lstm_lessons.drawing.block import block as solid
from lstm_lessons.drawing.picture import Picture

STAGES = ("block", "transpose", "view")
SENTENCES = ("the cat sat", "a dog ran")
TINTS = (0, 0.3)  # of sentence A, white, and of sentence B, grey
MOST, LETTERS = 3, 5

WIDTH, HEIGHT = 760, 356
CELL, DEPTH, BEHIND = 46, 44, 78  # of the block: one number, one sentence, and from A to B
FRONT_X, FRONT_Y = 230, 128  # where the front of A begins
ENTRY_WIDTH, ENTRY_HEIGHT = 96, 58  # one word in a table
LEFT, RIGHT, TOP = 84, 544, 96  # where the two tables begin


def block(
    stage: str = "block", sentences: Sequence[str] = SENTENCES, input_size: int = 4
) -> Picture:
    """Return the picture of a batch of two sentences A and B, of two or three words each.

    ``stage`` "block" shows the block (T, B, I): T words down, B sentences deep, I numbers across.
    "transpose" and "view" show the words of x, (B, T, I), as a table of sentences by words, and
    the table (T, B, I) that x.transpose(0, 1) or x.view(T, B, I) makes of it.

    Raises:
        ValueError: there are not two sentences of equally many words, 2 or 3 of at most 5
            letters; input_size is not 1 to 5; or there is no such stage.
    """
    words = [sentence.split() for sentence in sentences]
    if len(words) != 2 or len(words[0]) != len(words[1]) or not 2 <= len(words[0]) <= MOST:
        raise ValueError(f"sentences must be two, of 2 or 3 words each, got {tuple(sentences)!r}")
    if any(len(word) > LETTERS for sentence in words for word in sentence):
        raise ValueError(f"a word must have at most {LETTERS} letters, got {tuple(sentences)!r}")
    if input_size not in range(1, 6):
        raise ValueError(f"input_size must be 1 to 5, got {input_size!r}")
    if stage not in STAGES:
        raise ValueError(f"stage must be one of {', '.join(STAGES)}; got {stage!r}")
    root = svg.panel(WIDTH, HEIGHT)
    if stage == "block":
        _solid(root, words, input_size)
        return Picture(svg.write(root), _alt_of_block(words, input_size))
    before = [[(row, word) for word in range(len(words[0]))] for row in range(2)]
    after = rearranged(before, stage)
    _tables(root, words, before, after, stage)
    return Picture(svg.write(root), _alt(words, after, stage))


Entry = tuple[int, int]
"""A sentence and a word of it."""


def rearranged(table: list[list[Entry]], stage: str) -> list[list[Entry]]:
    """Return the rows of the new table: swapped axes, or the old order cut into other rows."""
    if stage == "transpose":
        return [list(column) for column in zip(*table, strict=True)]
    flat = [entry for row in table for entry in row]
    return [flat[start : start + len(table)] for start in range(0, len(flat), len(table))]


def _solid(root: svg.Element, words: list[list[str]], input_size: int) -> None:
    """Draw a slab for each sentence, B behind A, and name the three axes."""
    steps = len(words[0])
    shape = f"x: (T, B, I) = ({steps}, 2, {input_size})"
    svg.label(root, 20, 38, shape, 20, "start", font_weight="bold")
    width, height = input_size * CELL, steps * CELL
    for sentence in (1, 0):
        left, top = FRONT_X + sentence * BEHIND, FRONT_Y - sentence * BEHIND * SLANT
        slab = (root, left, top, width, height, DEPTH)
        solid(*slab, "paper", 2)  # nothing shines through
        solid(*slab, "ink", TINTS[sentence] / 2, data_slab="AB"[sentence])
        inner = [f"M{left} {top + row * CELL}h{width}" for row in range(1, steps)]
        inner += [f"M{left + column * CELL} {top}v{height}" for column in range(1, input_size)]
        svg.add(root, "path", d="".join(inner) or "M0 0", stroke="ink")
        bold = {"font_weight": "bold"}
        middle = left + (width + DEPTH) / 2
        svg.label(root, middle, top - DEPTH * SLANT / 2 + 6, "AB"[sentence], 18, **bold)
    for row, word in enumerate(words[0]):
        svg.label(root, FRONT_X - 40, FRONT_Y + row * CELL + 30, word, 18, "end")
    bottom, right = FRONT_Y + height, FRONT_X + width
    arrow(root, "ink", (FRONT_X - 22, FRONT_Y + 2), (FRONT_X - 22, bottom))
    arrow(root, "ink", (FRONT_X + 2, bottom + 20), (right, bottom + 20))
    start, far = (right + 20, bottom + 4), BEHIND + DEPTH
    path = f"M{start[0]} {start[1]}l{far} {-far * SLANT}"
    svg.add(root, "path", d=path, fill="none", stroke="ink", stroke_width=2)
    axes = (
        (20, FRONT_Y + height / 2, "T", steps, "words, down", "start"),
        (FRONT_X + width / 2, bottom + 48, "I", input_size, "numbers of a word", "middle"),
        (right + 78, bottom - 2, "B", 2, "sentences, deep", "start"),
    )
    for x, y, letter, size, text, anchor in axes:
        bold = {"font_weight": "bold", "data_axis": letter}
        svg.label(root, x, y, f"{letter} = {size}", 20, anchor, **bold)
        svg.label(root, x, y + 24, text, 16, anchor)


def _tables(
    root: svg.Element,
    words: list[list[str]],
    before: list[list[Entry]],
    after: list[list[Entry]],
    stage: str,
) -> None:
    steps = len(words[0])
    call = "x.transpose(0, 1)" if stage == "transpose" else f"x.view({steps}, 2, I)"
    svg.label(root, LEFT, 38, f"x: (B, T, I) = (2, {steps}, I)", 18, "start", font_weight="bold")
    svg.label(root, WIDTH - 20, 38, f"({steps}, 2, I)", 18, "end", font_weight="bold")
    for row, letter in enumerate("AB"):
        y = TOP + row * ENTRY_HEIGHT + ENTRY_HEIGHT / 2 + 7
        svg.label(root, LEFT - 16, y, letter, 20, "end", font_weight="bold")
    for column, letter in enumerate("AB"):
        x = RIGHT + (column + 0.5) * ENTRY_WIDTH
        svg.label(root, x, TOP - 12, letter, 20, font_weight="bold")
    for left, table, wanted in (
        (LEFT, before, None),
        (RIGHT, after, rearranged(before, "transpose")),
    ):
        for row, entries in enumerate(table):
            for column, entry in enumerate(entries):
                wrong = wanted is not None and wanted[row][column] != entry
                place = (left + column * ENTRY_WIDTH, TOP + row * ENTRY_HEIGHT)
                _entry(root, *place, words, entry, wrong, data_entry=f"{left},{row},{column}")
    y = TOP + ENTRY_HEIGHT
    start = LEFT + steps * ENTRY_WIDTH + 16
    arrow(root, "ink", (start, y), (RIGHT - 12, y))
    foot = HEIGHT - 24
    if stage == "transpose":
        text = "each column is still one sentence, read downwards"
    else:
        text = "the same order, cut anew: a column mixes the sentences"
    svg.label(root, WIDTH - 20, foot, text, 17, "end")
    svg.label(root, RIGHT - 20, y + 102, call, 19, "end", font_weight="bold")


def _entry(
    root: svg.Element,
    x: float,
    y: float,
    words: list[list[str]],
    entry: Entry,
    wrong: bool,
    **mark: str,
) -> None:
    """Draw one word of x: its name, such as A0, and the word; dashed where it is not in place."""
    sentence, place = entry
    style = {"rx": 5, "fill": "ink", "fill_opacity": TINTS[sentence], "stroke": "ink"}
    style |= {"stroke_width": 2, "stroke_dasharray": "6 4" if wrong else "none"}
    box = (x + 2, y + 2, ENTRY_WIDTH - 4, ENTRY_HEIGHT - 4)
    svg.rect(root, *box, **style, **mark, data_wrong=str(wrong))
    name = f"{'AB'[sentence]}{place}"
    svg.label(root, x + ENTRY_WIDTH / 2, y + 24, name, 15, font_weight="bold")
    svg.label(root, x + ENTRY_WIDTH / 2, y + 45, words[sentence][place], 18)


def _alt_of_block(words: list[list[str]], input_size: int) -> str:
    steps = len(words[0])
    a, b = (" ".join(sentence) for sentence in words)
    return (
        f"A block of numbers, (T, B, I) = ({steps}, 2, {input_size}): down T = {steps} words, in "
        f"depth B = 2 sentences, A (“{a}”) in front of B (“{b}”), across the "
        f"I = {input_size} numbers of a word."
    )


def _alt(words: list[list[str]], after: list[list[Entry]], stage: str) -> str:
    def said(rows: list[list[Entry]]) -> str:
        texts = (", ".join(f"{'AB'[s]}{w} {words[s][w]}" for s, w in row) for row in rows)
        return "; ".join(texts)

    steps = len(words[0])
    before = [[(row, word) for word in range(steps)] for row in range(2)]
    call = "x.transpose(0, 1)" if stage == "transpose" else f"x.view({steps}, 2, I)"
    end = "Each column is still one sentence."
    if stage == "view":
        end = "The order is the same, cut anew: a column mixes the sentences."
    return (
        f"A table of two sentences, A and B, by words; a row each: {said(before)}. {call} makes "
        f"of it {steps} rows of two: {said(after)}. {end}"
    )
