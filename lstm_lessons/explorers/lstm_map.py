"""The map of nn.LSTM: every argument, and with it all shapes, parameters and the code, at once."""

from __future__ import annotations

from textwrap import wrap
from typing import Annotated, Any, TypedDict, Unpack

from lstm_lessons import shapes
from lstm_lessons.drawing import Picture, svg, theme
from lstm_lessons.drawing.arrow import arrow
from lstm_lessons.explorers.base import Choice, Explorer, Range, checked
from lstm_lessons.explorers.lstm_map_words import Group, Setting, symbols

WIDTH, LEFT, RIGHT = 820, 16, 804
MONO = "font-family:ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;white-space:pre"
MEANING = (
    "T words   B sentences   I input_size   H hidden_size   L num_layers   D directions   "
    "P proj_size"
)

# The code, in a card of its own.
CODE_Y, CODE_LINE, COMMENT_X = 40, 19, 328
CODE_LETTERS = 108  # in a line
KEY_Y = 178

# The layers on the left, the tensors of a call beside them.
CALL_Y = 226
MIDDLE, HIGHEST = 190, 242  # of the layers: their middle, and where the top one may begin
ONE_WIDTH, TWO_WIDTH, CELL_HEIGHT, LEAD = 240, 168, 34, 18
# Between two layers: an arrow; or, of two directions, lines into a bar that joins them, and a fork.
GAP, JOIN_GAP, JOIN_LINE, JOIN_BAR, JOIN_STEM = 20, 39, 6, 17, 4
CALL_X, CALL_SYMBOLS_X, CALL_SHAPE_X = 388, 452, 566

# The remarks below, and the parameters below these.
PART = 44  # between what stands above a heading and its line of text
REMARK_LINE = 20
GROUP_SYMBOLS_X, GROUP_SHAPE_X, GROUP_NUMBERS_X, GROUP_WHY_X = 240, 310, 546, 560
WHY_LETTERS, CALL_LETTERS = 36, 62  # in a line
LINE, SPACE = 15, 8  # between lines of a row, and around them

# No colours of gates: forward is tinted in a full frame, reverse empty in a dashed one.
FILLS = {"forward": {"fill": "ink", "fill_opacity": 0.12}, "reverse": {"fill": "none"}}
FRAMES = {"forward": {}, "reverse": {"stroke_dasharray": "6 4"}}

# A preset sets every argument but the sizes: those that it does not speak of to torch's default.
_DEFAULTS = {
    "num_layers": 1,
    "bias": "True",
    "batch_first": "False",
    "dropout": 0.0,
    "bidirectional": "False",
    "proj_size": 0,
    "unbatched": "False",
}
PRESETS = {
    "the defaults": _DEFAULTS,
    "two layers, two directions": _DEFAULTS | {"num_layers": 2, "bidirectional": "True"},
    "batch first": _DEFAULTS | {"batch_first": "True"},
    "dropout that does nothing": _DEFAULTS | {"dropout": 0.5},
    "h smaller than c": _DEFAULTS | {"hidden_size": 16, "proj_size": 5},
    "one sequence alone": _DEFAULTS | {"unbatched": "True"},
}


def lstm_map() -> Explorer:
    """Return the explorer: a control for every argument of nn.LSTM, and for the call's sizes."""
    return Explorer(view, side_by_side=True, presets=PRESETS)


class Values(TypedDict):
    """What the controls say, by parameter."""

    input_size: int
    hidden_size: int
    num_layers: int
    bias: str
    batch_first: str
    dropout: float
    bidirectional: str
    proj_size: int
    seq_len: int
    batch: int
    unbatched: str


def numbers(**values: Unpack[Values]) -> dict[str, tuple[int, ...]]:
    """Return the shape of every parameter, input, state and result, by its name in torch."""
    made = _setting(**values).configuration
    return {entry.name: entry.shape for entry in (*made.parameters, *made.tensors)}


@checked
def view(
    input_size: Annotated[int, Range(1, 200, 1), "input_size I"] = 100,
    hidden_size: Annotated[int, Range(1, 64, 1), "hidden_size H"] = 16,
    num_layers: Annotated[int, Range(1, 4, 1), "num_layers L"] = 1,
    bias: Annotated[str, Choice(("False", "True")), "bias"] = "True",
    batch_first: Annotated[str, Choice(("False", "True")), "batch_first"] = "False",
    dropout: Annotated[float, Range(0.0, 0.9, 0.1), "dropout"] = 0.0,
    bidirectional: Annotated[str, Choice(("False", "True")), "bidirectional"] = "False",
    proj_size: Annotated[int, Range(0, 63, 1), "proj_size P"] = 0,
    seq_len: Annotated[int, Range(1, 48, 1), "seq_len T"] = 24,
    batch: Annotated[int, Range(1, 32, 1), "batch B"] = 10,
    unbatched: Annotated[str, Choice(("False", "True")), "one sequence, no B"] = "False",
) -> Picture:
    """Return the map of one setting.

    nn.LSTM takes no proj_size of hidden_size or more. The map then shows the largest that it
    takes, and says so.

    Raises:
        ValueError: a parameter is outside its range.
    """
    setting = _setting(
        input_size=input_size,
        hidden_size=hidden_size,
        num_layers=num_layers,
        bias=bias,
        batch_first=batch_first,
        dropout=dropout,
        bidirectional=bidirectional,
        proj_size=proj_size,
        seq_len=seq_len,
        batch=batch,
        unbatched=unbatched,
    )
    remarks = setting.remarks
    groups = setting.groups
    call_end = CALL_Y + 8 + sum(map(_call_height, setting.configuration.tensors))
    middle = max((CALL_Y + call_end) / 2, HIGHEST + _layers_height(setting) / 2)
    layers_end = middle + _layers_height(setting) / 2 + LEAD + 14
    remarks_y = max(call_end, layers_end) + PART - 8
    groups_y = remarks_y + REMARK_LINE * len(remarks) + PART
    root = svg.panel(WIDTH, groups_y + 36 + sum(map(_group_height, groups)) + 20)
    _code(root, setting)
    _layers(root, setting, middle)
    _call(root, setting)
    _remarks(root, remarks, remarks_y)
    _parameters(root, setting, groups, groups_y)
    return Picture(svg.write(root), _alt(setting, groups, remarks))


def _setting(**values: Unpack[Values]) -> Setting:
    """Return the setting of the controls' values.

    Raises:
        ValueError: a parameter is outside its range.
    """
    asked, largest = values["proj_size"], values["hidden_size"] - 1
    made = shapes.Configuration(
        values["input_size"],
        values["hidden_size"],
        num_layers=values["num_layers"],
        bias=values["bias"] == "True",
        batch_first=values["batch_first"] == "True",
        bidirectional=values["bidirectional"] == "True",
        proj_size=min(asked, largest),
        seq_len=values["seq_len"],
        batch=None if values["unbatched"] == "True" else values["batch"],
    )
    # A slider's 0.1 + 0.2 is no 0.3.
    return Setting(made, round(values["dropout"], 2), asked if asked > largest else None)


def _mono(
    parent: svg.Element,
    x: float,
    y: float,
    text: str,
    size: float = 12,
    anchor: str = "start",
    colour: str = "ink",
    **attributes: str,
) -> svg.Element:
    """Append a line of code, every letter as wide as the others."""
    style = f"{MONO};fill:{theme.variable(colour)}"
    return svg.label(parent, x, y, text, size, anchor, style=style, **attributes)


def _heading(root: svg.Element, x: float, right: float, y: float, text: str) -> None:
    svg.label(root, x, y, text, 14, "start", font_weight="bold")
    svg.add(root, "path", d=f"M{x} {y + 8}H{right}", stroke="edge")


def _row(root: svg.Element, box: tuple[float, float, float, float], title: str) -> svg.Element:
    """Return a group to draw a row of a table in, which says more under the pointer."""
    row = svg.add(root, "g")
    svg.add(row, "title", title)
    x, y, width, height = box
    svg.rect(row, x, y, width, height, fill="paper")
    svg.add(row, "path", d=f"M{x} {y + height}h{width}", stroke="edge")
    return row


def _code(root: svg.Element, setting: Setting) -> None:
    """Draw the lines that make the layer and call it, and what the letters stand for."""
    lines = setting.code
    card = {"rx": 8, "fill": "ink", "fill_opacity": 0.06}
    svg.rect(root, 8, CODE_Y - 24, WIDTH - 16, CODE_LINE * len(lines) + 20, **card)
    for place, (line, comment) in enumerate(lines):
        y = CODE_Y + CODE_LINE * place
        # The longest call is written a little narrower.
        squeezed = {"textLength": str(RIGHT - LEFT), "lengthAdjust": "spacingAndGlyphs"}
        room: dict[str, Any] = squeezed if len(line) > CODE_LETTERS else {}
        _mono(root, LEFT, y, line, data_code=str(place), **room)
        if comment:
            mark = {"data_comment": str(place)}
            _mono(root, COMMENT_X, y, f"# {comment}", colour="muted", **mark)
    svg.label(root, LEFT, KEY_Y, setting.configuration.key, 14, "start", font_weight="bold")
    svg.label(root, RIGHT, KEY_Y, f"parameters: {setting.configuration.total}", 14, "end",
              font_weight="bold")  # fmt: skip
    meaning = svg.label(root, LEFT, KEY_Y + 18, MEANING, 12, "start")
    meaning.set("style", f"white-space:pre;fill:{theme.variable('muted')}")


def _layers_height(setting: Setting) -> int:
    rows = setting.configuration.num_layers
    gap = JOIN_GAP if setting.configuration.bidirectional else GAP
    return rows * CELL_HEIGHT + (rows - 1) * gap


def _layers(root: svg.Element, setting: Setting, middle: float) -> None:
    """Draw the layers, the first below, with the place of each direction in the states."""
    made = setting.configuration
    rows, both = made.num_layers, made.bidirectional
    width, gap, inner = (TWO_WIDTH, JOIN_GAP, 12) if both else (ONE_WIDTH, GAP, 0)
    whole = 2 * width + inner if both else width
    left, height = MIDDLE - whole / 2, _layers_height(setting)
    bottom = middle + height / 2
    top = bottom - height
    for place, (layer, direction) in enumerate(setting.cells):
        x = left + (width + inner) * setting.directions.index(direction)
        y = bottom - CELL_HEIGHT - layer * (CELL_HEIGHT + gap)
        _cell(root, setting, place, (x, y, width, CELL_HEIGHT))
    # Arrows to one cell stand at its left end, and leave its middle for words.
    ends = (left + width / 2, left + 1.5 * width + inner) if both else (left + 14,)
    for x in ends:
        arrow(root, "muted", (x, bottom + LEAD), (x, bottom + 2))
        arrow(root, "muted", (x, top), (x, top - LEAD + 2))
    for layer in range(1, rows):
        low = bottom - layer * (CELL_HEIGHT + gap) + gap
        if both:
            _join(root, setting, layer, (left, low, width, inner))
        else:
            arrow(root, "muted", (ends[0], low), (ends[0], low - gap + 2))
            svg.label(root, MIDDLE + 8, low - 6, _between(setting), 12, fill="muted")
    for name, y in (("input", bottom + LEAD + 14), ("output", top - LEAD - 6)):
        text = f"{name} {made[name].shape}"
        _mono(root, MIDDLE, y, text, 13, "middle", font_weight="bold")


def _join(
    root: svg.Element, setting: Setting, layer: int, place: tuple[float, float, float, float]
) -> None:
    """Draw what a layer reads of the one below: both halves in one, and all of it in both cells."""
    left, low, width, inner = place
    middles = (left + width / 2, left + 1.5 * width + inner)
    bar_y, half = low - JOIN_LINE - JOIN_BAR, width + inner / 2
    for number, direction in enumerate(setting.directions):
        line = f"M{middles[number]} {low}V{low - JOIN_LINE}"
        svg.add(root, "path", d=line, stroke="muted", stroke_width=2)
        mark = {f"data_{direction}_half": str(layer)}
        place = (left + number * half, bar_y, half, JOIN_BAR)
        svg.rect(root, *place, **FILLS[direction], **mark)
    frame = {"fill": "none", "stroke": "muted", "rx": 3}
    svg.rect(root, left, bar_y, 2 * half, JOIN_BAR, **frame)
    svg.label(root, MIDDLE, bar_y + JOIN_BAR - 4.5, _between(setting), 12)
    svg.add(root, "path", d=f"M{MIDDLE} {bar_y}v{-JOIN_STEM}", stroke="muted", stroke_width=2)
    for x in middles:
        fork = ((MIDDLE, bar_y - JOIN_STEM), (x, bar_y - JOIN_STEM), (x, low - JOIN_GAP + 2))
        arrow(root, "muted", *fork)


def _between(setting: Setting) -> str:
    made = setting.configuration
    count = made.numbers["D"] * made.numbers["R"]
    text = f"{count} number{'s' if count > 1 else ''} a word"
    return f"{text}, dropout {setting.dropout}" if setting.dropout else text


def _cell(
    root: svg.Element, setting: Setting, place: int, box: tuple[float, float, float, float]
) -> None:
    """Draw one direction of one layer: its name, and the states that it begins and ends with."""
    layer, direction = setting.cells[place]
    x, y, width, height = box
    cell = svg.add(root, "g", data_cell=str(place))
    svg.add(cell, "title", _cell_title(setting, place))
    style = {**FILLS[direction], **FRAMES[direction], "stroke": "ink", "rx": 6}
    svg.rect(cell, x, y, width, height, **style)
    middle = x + width / 2
    name = setting.cell_name(layer, direction)
    svg.label(cell, middle, y + 14, name, 12, font_weight="bold")
    way = f"h_0[{place}] → h_n[{place}]"
    if direction == "reverse":
        way = f"h_n[{place}] ← h_0[{place}]"
    _mono(cell, middle, y + 28, way, 12, "middle", data_states=str(place))


def _cell_title(setting: Setting, place: int) -> str:
    layer, direction = setting.cells[place]
    end = f"_l{layer}" + ("_reverse" if direction == "reverse" else "")
    own = [entry for entry in setting.configuration.parameters if entry.name.endswith(end)]
    return (
        f"{setting.cell_name(layer, direction)}: starts from h_0[{place}], c_0[{place}], ends with "
        f"h_n[{place}], c_n[{place}]\n" + "\n".join(_said(entry) for entry in own)
    )


def _call(root: svg.Element, setting: Setting) -> None:
    """Draw the table of the tensors that go into a call and come out."""
    _heading(root, CALL_X, RIGHT, CALL_Y, "A call")
    y = CALL_Y + 8
    for entry in setting.configuration.tensors:
        why, height = wrap(entry.why, CALL_LETTERS), _call_height(entry)
        row = _row(root, (CALL_X, y, RIGHT - CALL_X, height), _call_title(setting, entry))
        _mono(row, CALL_X, y + 16, entry.name, 13, font_weight="bold")
        svg.label(row, CALL_SYMBOLS_X, y + 16, symbols(entry), 13, "start")
        mark = {"font_weight": "bold", "data_shape": entry.name}
        svg.label(row, CALL_SHAPE_X, y + 16, f"= {entry.shape}", 13, "start", **mark)
        for place, text in enumerate(why):
            svg.label(row, CALL_X, y + 31 + LINE * place, text, 12, "start", fill="muted")
        y += height


def _call_height(entry: shapes.Entry) -> int:
    return 23 + LINE * len(wrap(entry.why, CALL_LETTERS))


def _call_title(setting: Setting, entry: shapes.Entry) -> str:
    """Return where each part of a tensor of the call is found."""
    if entry.name not in ("input", "output"):
        parts = (
            f"{entry.name}[{place}]: {setting.cell_name(layer, direction)}"
            for place, (layer, direction) in enumerate(setting.cells)
        )
        return "\n".join(parts)
    name = "x" if entry.name == "input" else "output"
    letters = {"T": "t", "B": "b"}
    axes = ", ".join(letters[axis] for axis in entry.symbols[:-1])
    word = "word t" if setting.configuration.batch is None else "word t of sentence b"
    return f"{name}[{axes}]: {word}"


def _parameters(root: svg.Element, setting: Setting, groups: list[Group], top: float) -> None:
    """Draw the number of parameters in closed form, and a row for all of one shape."""
    made = setting.configuration
    formula, figures = made.count.split(" = ", 1)
    svg.label(root, LEFT, top, "Parameters", 14, "start", font_weight="bold")
    svg.label(root, 116, top, formula, 13, "start", data_formula="symbols")
    count = {"font_weight": "bold", "data_formula": "numbers"}
    svg.label(root, 116, top + 26, f"= {figures}", 13, "start", **count)
    y = top + 36
    svg.add(root, "path", d=f"M{LEFT} {y}H{RIGHT}", stroke="edge")
    for group in groups:
        _group(root, group, y)
        y += _group_height(group)


def _group_height(group: Group) -> int:
    lines = len(wrap(group.members[0].why, WHY_LETTERS)) if group.members else 1
    return LINE * lines + SPACE


def _group(root: svg.Element, group: Group, y: float) -> None:
    """Draw the row of the parameters that share a shape."""
    title = "\n".join(map(_said, group.members)) or group.absent
    row = _row(root, (LEFT, y, RIGHT - LEFT, _group_height(group)), title)
    base = y + LINE
    if not group.members:
        _mono(row, LEFT, base, group.name, colour="muted")
        svg.label(row, GROUP_SYMBOLS_X, base, group.absent, 12, "start", fill="muted")
        return
    entry = group.members[0]
    _mono(row, LEFT, base, group.name, font_weight="bold")
    svg.label(row, GROUP_SYMBOLS_X, base, entry.product, 13, "start")
    mark = {"font_weight": "bold", "data_shape": group.name}
    svg.label(row, GROUP_SHAPE_X, base, f"= {entry.shape}", 13, "start", **mark)
    svg.label(row, GROUP_NUMBERS_X, base, group.numbers, 12, "end", data_count=group.name)
    for place, text in enumerate(wrap(entry.why, WHY_LETTERS)):
        svg.label(row, GROUP_WHY_X, base + LINE * place, text, 12, "start", fill="muted")


def _remarks(root: svg.Element, remarks: list[str], y: float) -> None:
    _heading(root, LEFT, RIGHT, y, "Worth knowing here")
    for place, text in enumerate(remarks, 1):
        at = y + 6 + REMARK_LINE * place
        svg.add(root, "circle", cx=LEFT + 4, cy=at - 4, r=2.5, fill="muted")
        svg.label(root, LEFT + 16, at, text, 12.5, "start", data_remark=str(place))


def _said(entry: shapes.Entry) -> str:
    return f"{entry.name} {entry.shape}, {entry.size} number{'s' if entry.size > 1 else ''}"


def _alt(setting: Setting, groups: list[Group], remarks: list[str]) -> str:
    made = setting.configuration
    code = "; ".join(line for line, _ in setting.code)
    call = "; ".join(f"{e.name} {symbols(e)} = {e.shape}, {e.why}" for e in made.tensors)
    rows = "; ".join(
        f"{group.name}: {group.members[0].product} = {group.members[0].shape}, {group.numbers}"
        if group.members
        else f"{group.name}: {group.absent}"
        for group in groups
    )
    cells = "; ".join(
        f"{setting.cell_name(*cell)} has place {place}" for place, cell in enumerate(setting.cells)
    )
    shapes_out = ", ".join(f"{name} {made[name].shape}" for name in ("output", "h_n", "c_n"))
    layer = setting.constructor.removeprefix("lstm = ")
    return (
        f"The map of {layer}: {shapes_out}, {made.total} parameters. {made.key}. "
        f"Code: {code}. A call: {call}. "
        f"In the states {cells}. Worth knowing: {' '.join(remarks)} "
        f"Parameters: {made.count}; {rows}."
    )
