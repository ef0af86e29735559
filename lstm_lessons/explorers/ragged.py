"""Sentences of different lengths: the padded block and the packed staircase."""

from __future__ import annotations

from typing import Annotated

from lstm_lessons.drawing import Picture, svg
from lstm_lessons.explorers.base import Explorer, Range, checked

LONGEST = 8
DEFAULTS = (3, 6, 2, 7, 5)
SENTENCES = len(DEFAULTS)


WIDTH, HEIGHT = 720, 516
LEFT, CELL, ROW = 124, 44, 28  # of the grids: where they begin, and the size of a place
TOP = {"padded": 76, "packed": 282}
RIGHT = LEFT + LONGEST * CELL + 22  # where the words about h_n begin
TINT, PAD_TINT = 0.2, 0.1


def ragged() -> Explorer:
    """Return the explorer: a length for each of five sentences."""
    tried = {
        "all of 4": (4, 4, 4, 4, 4),
        "one of 8": (8, 1, 1, 1, 1),
        "longest first": (8, 6, 5, 3, 2),
    }
    presets = {
        name: {f"length_{b}": length for b, length in enumerate(lengths)}
        for name, lengths in tried.items()
    }
    return Explorer(view, presets=presets)


def numbers(*lengths: int) -> dict[str, list | int]:
    """Return what torch's packing of these lengths holds, under its names, and two counts.

    The lengths come sentence by sentence.

    ``rows`` says for each row of data the step and the sentence that it comes from. ``places``
    are those of the padded block, ``valid`` those of them that hold a word.
    """
    n = list(lengths)
    order = sorted(range(SENTENCES), key=lambda b: -n[b])
    batch_sizes = [sum(length > t for length in n) for t in range(max(n))]
    return {
        "lengths": n,
        "sorted_indices": order,
        "unsorted_indices": [order.index(b) for b in range(SENTENCES)],
        "batch_sizes": batch_sizes,
        "rows": [(t, b) for t, running in enumerate(batch_sizes) for b in order[:running]],
        "places": max(n) * SENTENCES,
        "valid": sum(n),
    }


@checked
def view(
    length_0: Annotated[int, Range(1, LONGEST, 1), "length of sentence 0"] = DEFAULTS[0],
    length_1: Annotated[int, Range(1, LONGEST, 1), "length of sentence 1"] = DEFAULTS[1],
    length_2: Annotated[int, Range(1, LONGEST, 1), "length of sentence 2"] = DEFAULTS[2],
    length_3: Annotated[int, Range(1, LONGEST, 1), "length of sentence 3"] = DEFAULTS[3],
    length_4: Annotated[int, Range(1, LONGEST, 1), "length of sentence 4"] = DEFAULTS[4],
) -> Picture:
    """Return the picture: the padded block, the staircase below it, and what h_n is in each.

    Raises:
        ValueError: a length is outside its range.
    """
    made = numbers(length_0, length_1, length_2, length_3, length_4)
    root = svg.panel(WIDTH, HEIGHT)
    _padded(root, made)
    _packed(root, made)
    line = {"font_weight": "bold", "data_saved": "yes"}
    svg.label(root, 24, HEIGHT - 44, _saved(made), 14, "start", **line)
    key = "number n: data[n].  dashed: padding.  thick frame: h_n is the state after it."
    svg.label(root, 24, HEIGHT - 18, key, 12, "start", fill="muted")
    return Picture(svg.write(root), _alt(made))


def _padded(root: svg.Element, made: dict) -> None:
    """Draw the block: a row for each sentence, a column for each step."""
    lengths, top = made["lengths"], TOP["padded"]
    steps = max(lengths)
    _heads(root, "padded", f"padded: x is ({steps}, {SENTENCES}, I)", steps)
    for b, length in enumerate(lengths):
        y = top + b * ROW
        svg.label(root, LEFT - 12, y + 19, f"sentence {b}", 13, "end")
        for t in range(steps):
            if t < length:
                _place(root, "padded", t, y, made["rows"].index((t, b)), (t, b))
            else:
                _padding(root, t, y, (t, b))
        _mark(root, "padded", steps - 1, y, b)
        svg.label(root, RIGHT, y + 19, _unpacked(length, steps), 13, "start", data_unpacked=str(b))


def _packed(root: svg.Element, made: dict) -> None:
    """Draw the staircase: sorted rows, and under each step how many sentences still run."""
    lengths, top = made["lengths"], TOP["packed"]
    title = f"packed: data is ({made['valid']}, I)"
    _heads(root, "packed", title, len(made["batch_sizes"]))
    for row, b in enumerate(made["sorted_indices"]):
        y = top + row * ROW
        svg.label(root, LEFT - 12, y + 19, f"sentence {b}", 13, "end", data_sorted=str(row))
        for t in range(lengths[b]):
            _place(root, "packed", t, y, made["rows"].index((t, b)), (t, b))
        _mark(root, "packed", lengths[b] - 1, y, b)
        svg.label(root, RIGHT, y + 19, _own(lengths[b]), 13, "start", data_own=str(b))
    y = top + SENTENCES * ROW + 18
    svg.label(root, LEFT - 12, y, "batch_sizes", 13, "end")
    for t, size in enumerate(made["batch_sizes"]):
        bold = {"font_weight": "bold", "data_size": str(t)}
        svg.label(root, LEFT + (t + 0.5) * CELL, y, str(size), 14, **bold)


def _heads(root: svg.Element, kind: str, title: str, steps: int) -> None:
    """Write the title of a grid, what stands on its right, and the steps above it."""
    y = TOP[kind]
    svg.label(root, 24, y - 38, title, 15, "start", font_weight="bold", data_title=kind)
    svg.label(root, RIGHT, y - 10, "h_n is the state after", 13, "start", fill="muted")
    svg.label(root, LEFT - 12, y - 10, "step", 13, "end", fill="muted")
    for t in range(steps):
        svg.label(root, LEFT + (t + 0.5) * CELL, y - 10, str(t), 13, fill="muted")


def _place(
    root: svg.Element, kind: str, t: int, y: float, row: int, source: tuple[int, int]
) -> None:
    """Draw a place that holds a word, with its number in data in it."""
    colours = {"fill": "ink", "stroke": "muted", "fill_opacity": TINT, "rx": 3}
    mark = {f"data_{kind}": ",".join(map(str, source))}
    x = LEFT + t * CELL
    box = svg.rect(root, x + 2, y + 2, CELL - 4, ROW - 4, **colours, **mark)
    step, sentence = source
    text = f"data[{row}] is x[{step}, {sentence}]: step {step} of sentence {sentence}"
    svg.add(box, "title", text)
    # The number lets the pointer through, so that the place below it can say where it is from.
    svg.label(root, x + CELL / 2, y + 19, str(row), 13, pointer_events="none")


def _padding(root: svg.Element, t: int, y: float, source: tuple[int, int]) -> None:
    """Draw a place that holds nothing: hollow, with a dash."""
    x, (step, sentence) = LEFT + t * CELL, source
    line = {"stroke": "muted", "stroke_dasharray": "3 3", "fill": "muted", "rx": 3}
    mark = {"data_padding": f"{step},{sentence}"}
    box = svg.rect(root, x + 2, y + 2, CELL - 4, ROW - 4, **line, fill_opacity=PAD_TINT, **mark)
    svg.add(box, "title", f"x[{step}, {sentence}] is padding: not in data")


def _mark(root: svg.Element, kind: str, t: int, y: float, sentence: int) -> None:
    """Draw a frame round the place after which h_n is taken."""
    frame = {"fill": "none", "stroke": "ink", "stroke_width": 4, "rx": 4}
    frame["pointer_events"] = "none"
    mark = {f"data_end_{kind}": str(sentence)}
    svg.rect(root, LEFT + t * CELL + 1, y + 1, CELL - 2, ROW - 2, **frame, **mark)


def _unpacked(length: int, steps: int) -> str:
    pads = steps - length
    if not pads:
        return f"step {steps - 1}, its last word"
    return f"step {steps - 1}, {pads} past its last word"


def _own(length: int) -> str:
    return f"step {length - 1}, its last word"


def _saved(made: dict) -> str:
    places, valid = made["places"], made["valid"]
    share = round(100 * (places - valid) / places)
    return f"Left out by packing: {places - valid} of {places} places, {share} %."


def _alt(made: dict) -> str:
    steps = max(made["lengths"])
    late = [b for b, length in enumerate(made["lengths"]) if length < steps]
    wrong = ", ".join(map(str, late)) or "none"
    return (
        f"Five sentences of the lengths {_listed(made['lengths'])}. Padded, x is ({steps}, "
        f"{SENTENCES}, I), and h_n of every sentence is the state after step {steps - 1}; for "
        f"these sentences that is past their last word: {wrong}. Packed, the sentences stand in "
        f"the order {_listed(made['sorted_indices'])}, data is ({made['valid']}, I), batch_sizes "
        f"are {_listed(made['batch_sizes'])}, and h_n of every sentence is the state after its "
        f"own last word. {_saved(made)}"
    )


def _listed(values: list[int]) -> str:
    return ", ".join(map(str, values))
