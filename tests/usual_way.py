"""The explorers' pictures drawn the usual way: matplotlib, `plt.show()`, `interact`.

This is what the benchmark holds the explorers against. Each figure has the size of the explorer's
picture, the same shapes and the same numbers (test_usual_way.py holds them together), from the same
functions. The usual way works a gradient out when it is first asked for, and then has it; the
explorer has all of them in a file.
"""

import importlib
from collections.abc import Callable
from functools import lru_cache
from types import ModuleType
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from ipywidgets import Dropdown, FloatSlider, IntSlider, interact
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lstm_lessons import shapes
from lstm_lessons.data.by_lag_runs import (
    lstm_gradient_by_lag,
    rnn_gradient_by_lag,
    setting,
)
from lstm_lessons.explorers.base import Parameter, Range, parameters

COLOURS = {"i": "tab:blue", "f": "tab:orange", "g": "tab:green", "o": "tab:purple"}
INCH = 100  # pixels


def explorer(name: str) -> ModuleType:
    """Return an explorer's module; the package's attribute of this name is the function."""
    return importlib.import_module(f"lstm_lessons.explorers.{name}")


def show(name: str) -> None:
    """Show an explorer's picture under its controls, as `interact` does it."""
    draw: Callable[..., Figure] = DRAW[name]

    def draw_and_show(**values: Any) -> None:
        draw(**values)
        plt.show()

    table = parameters(explorer(name).view)
    interact(draw_and_show, **{key: control(key, each) for key, each in table.items()})


def control(name: str, parameter: Parameter) -> FloatSlider | IntSlider | Dropdown:
    """Return a slider or a list for one parameter of an explorer."""
    values, default, _ = parameter
    if not isinstance(values, Range):
        return Dropdown(options=values.options, value=default, description=name)
    kind = IntSlider if values.whole else FloatSlider
    return kind(min=values.low, max=values.high, step=values.step, value=default, description=name)


def canvas(name: str) -> tuple[Figure, int, int]:
    """Return a new figure of the size of the explorer's picture, and that size in pixels."""
    width, height = explorer(name).WIDTH, explorer(name).HEIGHT
    return plt.figure(figsize=(width / INCH, height / INCH), dpi=INCH), width, height


def drawing_board(axes: Axes, width: float, height: float) -> None:
    """Let the axes count in pixels from the top left corner."""
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.axis("off")


# The forget gate


@lru_cache(maxsize=64)
def gradient(forget_bias: float | None, of: str) -> np.ndarray:
    """Return the LSTM's gradient at each lag, 1 at lag 0; without a bias, as torch makes it."""
    network = setting().lstm
    if forget_bias is not None:
        network = network.with_forget_bias(forget_bias)
    of_memory = of == "the memory c"
    values = lstm_gradient_by_lag(network, setting().x, setting().weighting, of_memory)
    return values / values[0]


@lru_cache(maxsize=1)
def rnn_gradient() -> np.ndarray:
    """Return the same of the plain RNN."""
    values = rnn_gradient_by_lag(setting().rnn, setting().x, setting().weighting)
    return values / values[0]


def draw_forget_gate(forget_bias: float, lags: int, of: str) -> Figure:
    """Draw gradient by lag on a logarithmic axis, with f as a half-life above it."""
    here = explorer("forget_gate")
    f, half_life, _ = here.memory(forget_bias, lags)
    steps = np.arange(lags + 1)
    figure, _, _ = canvas("forget_gate")
    axes = figure.add_axes((0.105, 0.13, 0.53, 0.65))
    curves = {
        "plain RNN": (rnn_gradient(), ":"),
        "new LSTM": (gradient(None, of), "-."),
        "LSTM with this forget bias": (gradient(forget_bias, of), "-"),
        "f^k, the forget gate alone": (f**steps, "k--"),
    }
    for name, (values, line) in curves.items():
        axes.semilogy(steps, values[: lags + 1], line, label=f"{name}\n{small(values[lags])}")
    digits = 2 if half_life < 10 else 1
    figure.suptitle(
        f"f = sigmoid({forget_bias:.2f}) = {f:.4f}     half-life {half_life:.{digits}f} steps",
        fontsize=10,
    )
    axes.set(xlabel="lag k: the word k steps back", ylabel="gradient, 1 at lag 0")
    axes.set(xlim=(0, lags), ylim=(here.LOWEST, here.HIGHEST))
    axes.set(xticks=range(0, lags + 1, lags // 5), yticks=[1e-16, 1e-12, 1e-8, 1e-4, 1])
    axes.grid()
    axes.legend(title=f"gradient left at lag {lags}", loc="upper left", bbox_to_anchor=(1.02, 1))
    return figure


def small(value: float) -> str:
    """Return a number that may be tiny."""
    return f"{value:.3f}" if value >= 0.001 else f"{value:.1e}"


# Gates and shapes


def draw_gates_and_shapes(input_size: int, hidden_size: int, gate: str) -> Figure:
    """Draw one gate's equation in rectangles, and the stacked weights, to one scale."""
    figure, width, height = canvas("gates_and_shapes")
    axes = figure.add_axes((0, 0, 1, 1))
    drawing_board(axes, width, height)
    places = (44, 242, 354, 428, 519, 592, 664)
    tensors = {each.name: each for each in shapes.gate_entries(input_size, hidden_size, gate)}
    names = f"{gate}_t W_i{gate} x_t b_i{gate} W_h{gate} h_{{t-1}} b_h{gate}".split()
    for name, x in zip(names, places, strict=True):
        box(axes, tensors[name], x, 42, [COLOURS[gate]], symbol(name))
    squash = "tanh(" if gate == "g" else "sigmoid("
    for sign, x in ((f"= {squash}", 120), ("+", 391), ("+", 461), ("+", 628), (")", 690)):
        axes.text(x, 42, sign, ha="center", fontsize=11)
    stacked = shapes.lstm_parameters(input_size, hidden_size)
    for tensor, x in zip(stacked, (262, 412, 526, 634), strict=True):
        box(axes, tensor, x, 282, list(COLOURS.values()), tensor.name, "ifgo".index(gate))
    for position, each in enumerate("ifgo"):
        rows = shapes.gate_rows(each, hidden_size)
        y = 294 + (position + 0.5) * max(18, 1.25 * hidden_size)
        weight = "bold" if each == gate else "normal"
        text = f"{each}: rows {rows.start} to {rows.stop - 1}"
        axes.text(160, y, text, ha="right", va="center", fontsize=9, weight=weight)
        end = 294 + (position + 0.5) * 1.25 * hidden_size
        axes.plot([166, 262 - 1.25 * input_size / 2], [y, end], color=COLOURS[each])
    count = shapes.count_parameters(input_size, hidden_size)
    axes.text(
        width / 2,
        height - 44,
        f"4H(I + H) + 8H = 4·{hidden_size}·({input_size} + {hidden_size}) + 8·{hidden_size}"
        f" = {count} parameters",
        ha="center",
        weight="bold",
    )
    note = "One scale for all: 1.25 pixels a number. No side is drawn thinner than 4."
    axes.text(width / 2, height - 18, note, ha="center", fontsize=8)
    return figure


def symbol(name: str) -> str:
    """Return a name such as W_ig as a formula."""
    letter, _, below = name.partition("_")
    return f"${letter}_{{{below.strip('{}')}}}$"


def box(
    axes: Axes,
    tensor: shapes.Entry,
    x: float,
    y: float,
    colours: list[str],
    name: str,
    chosen: int = 0,
) -> None:
    """Draw a tensor to scale in as many bands as colours, its name above, its shape below."""
    rows, columns = (*tensor.shape, 1)[:2]
    width, height = max(4, 1.25 * columns), max(4, 1.25 * rows)
    for band, colour in enumerate(colours):
        top = y + 12 + band * height / len(colours)
        strength = 0.75 if band == chosen else 0.2
        axes.add_patch(
            Rectangle((x - width / 2, top), width, height / len(colours), facecolor=colour,
                      alpha=strength, edgecolor="black")
        )  # fmt: skip
    axes.text(x, y, name, ha="center", fontsize=10, weight="bold")
    texts = [str(tensor.shape), f"({', '.join(tensor.symbols)})"]
    if len(tensor.shape) == 2:
        texts.append(f"{rows * columns} numbers")
    for line, text in enumerate(texts):
        axes.text(x, y + 30 + height + 16 * line, text, ha="center", fontsize=9)


# One cell's gates


def draw_cell_gates(**given: float) -> Figure:
    """Draw four squashing functions with a dot each, and the flow to c and h."""
    made = explorer("cell_gates").numbers(**given) | {"c_prev": given["c_prev"]}
    figure, width, height = canvas("cell_gates")
    columns = {"f": 126, "i": 286, "g": 446, "o": 606}
    for gate, x in columns.items():
        axes = figure.add_axes(((x - 60) / width, 1 - 140 / height, 120 / width, 74 / height))
        dial(axes, gate, given[f"z_{gate}"], made[gate])
    axes = figure.add_axes((0, 0, 1, 1))
    axes.patch.set_alpha(0)
    drawing_board(axes, width, height)
    for gate, x in columns.items():
        axes.text(x, 175, f"{gate} = {made[gate]:.3f}", ha="center", weight="bold")
        line = {"f": [(126, 185), (126, 325)], "o": [(606, 185), (606, 325)],
                "i": [(286, 246), (350, 246)], "g": [(446, 246), (382, 246)]}[gate]  # fmt: skip
        arrow(axes, *line, COLOURS[gate])
        if gate in "ig":
            axes.plot([x, x], [185, 246], color=COLOURS[gate])
    for start, end in ((76, 110), (141, 350), (381, 480), (532, 590), (621, 664)):
        arrow(axes, (start, 340), (end, 340), "black")
    arrow(axes, (366, 262), (366, 325), "black")
    for x, y, sign in ((126, 340, "×"), (366, 246, "×"), (366, 340, "+"), (506, 340, "tanh"),
                       (606, 340, "×")):  # fmt: skip
        around = {"boxstyle": "round", "facecolor": "white"}
        axes.text(x, y, sign, ha="center", va="center", bbox=around, weight="bold")
    for x, y, name, text in ((46, 316, r"$c_{prev}$", f"{made['c_prev']:.2f}"),
                             (246, 365, r"$f \cdot c_{prev}$", f"{made['kept']:.3f}"),
                             (440, 290, "i · g", f"{made['added']:.3f}"),
                             (436, 365, "c", f"{made['c']:.3f}"),
                             (556, 365, "tanh(c)", f"{made['tanh_c']:.3f}"),
                             (690, 316, "h", f"{made['h']:.3f}")):  # fmt: skip
        axes.text(x, y, name, ha="center", fontsize=10)
        axes.text(x, y + 22, text, ha="center", weight="bold")
    axes.text(24, height - 12, r"$c = f \cdot c_{prev} + i \cdot g$")
    axes.text(width - 24, height - 12, r"$h = o \cdot \tanh(c)$", ha="right")
    return figure


def dial(axes: Axes, gate: str, z: float, value: float) -> None:
    """Draw one squashing function, and where this z stands on it."""
    every = np.linspace(-6, 6, 49)
    squashed = np.tanh(every) if gate == "g" else 1 / (1 + np.exp(-every))
    axes.set_facecolor(plt.matplotlib.colors.to_rgba(COLOURS[gate], 0.16))
    axes.plot(every, squashed, color=COLOURS[gate])
    axes.plot([z, z], [0, value], color="black")
    axes.plot(z, value, "o", color=COLOURS[gate])
    axes.set(xticks=[-6, 6], yticks=[-1 if gate == "g" else 0, 1], xlim=(-6, 6))
    axes.set_title(f"$z_{gate}$ = {z:.2f}\n{'tanh' if gate == 'g' else 'sigmoid'}", fontsize=10)


def arrow(axes: Axes, start: tuple, end: tuple, colour: str) -> None:
    """Draw an arrow between two points."""
    axes.annotate("", end, start, arrowprops={"arrowstyle": "->", "color": colour})


DRAW = {
    "forget_gate": draw_forget_gate,
    "gates_and_shapes": draw_gates_and_shapes,
    "cell_gates": draw_cell_gates,
}
