"""The explorers' pictures drawn the usual way: matplotlib, `plt.show()`, `interact`.

This is what the benchmark holds the explorers against. Numbers come from the same functions, and
each figure has the same content and size as the explorer's picture. A gradient that was computed
once is kept, as the explorer keeps its own; the two do not share them.
"""

from functools import lru_cache
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
from ipywidgets import FloatSlider, IntSlider, ToggleButtons, interact
from matplotlib.patches import Rectangle

from lstm_lessons.explorers.base import Range
from lstm_lessons.explorers.gradients import lstm_gradient_by_lag, setting

COLOURS = {"i": "tab:blue", "f": "tab:orange", "g": "tab:green", "o": "tab:purple"}


def module(name):
    """Return an explorer's module; the package's attribute of this name is the function."""
    import importlib

    return importlib.import_module(f"lstm_lessons.explorers.{name}")


def controls(parameters):
    """Return a slider or a row of buttons for each parameter of an explorer."""
    return {name: control(name, values) for name, (values, _) in parameters.items()}


def control(name, values):
    """Return one of them."""
    if not isinstance(values, Range):
        return ToggleButtons(options=values.options, value=values.default, description=name)
    kind = IntSlider if values.whole else FloatSlider
    return kind(
        min=values.low, max=values.high, step=values.step, value=values.default, description=name
    )


def usual_forget_gate():
    """Show gradient by lag on a logarithmic axis, under sliders."""
    explorer = module("forget_gate")
    fixed = explorer.fixed_gradients()

    @lru_cache(maxsize=64)
    def gradient(forget_bias):
        network = setting().lstm.with_forget_bias(forget_bias)
        values = lstm_gradient_by_lag(network, setting().x, setting().weighting)
        return values / values[0]

    def draw(forget_bias, lags):
        f, half_life, left = explorer.memory(forget_bias, lags)
        steps = np.arange(lags + 1)
        plt.figure(figsize=(7.2, 4))
        plt.semilogy(steps, fixed["rnn"][: lags + 1], ":", label="plain RNN")
        plt.semilogy(steps, fixed["new"][: lags + 1], "-.", label="new LSTM")
        plt.semilogy(steps, gradient(forget_bias)[: lags + 1], label="LSTM, this forget bias")
        plt.semilogy(steps, f**steps, "k--", label="f^k")
        plt.title(f"f = {f:.4f}, half-life {half_life:.2f} steps, left {left:.1e}")
        plt.xlabel("lag k (steps back)")
        plt.ylabel("gradient, 1 at lag 0")
        plt.ylim(explorer.LOWEST, explorer.HIGHEST)
        plt.grid()
        plt.legend()
        plt.show()

    ranges = {"forget_bias": (explorer.FORGET_BIAS, ""), "lags": (explorer.LAGS, "")}
    interact(draw, **controls(ranges))


def usual_gates_and_shapes():
    """Show one gate's equation in rectangles, and the stacked weights, under sliders."""
    explorer = module("gates_and_shapes")

    def draw(input_size, hidden_size, gate):
        sizes = explorer.numbers(input_size, hidden_size, gate)
        scale = explorer.SCALE
        _, axes = plt.subplots(figsize=(7.2, 5.8))
        axes.set(xlim=(0, 720), ylim=(580, 0))
        axes.axis("off")
        x, y = 60, 80
        for name, shape in sizes.items():
            if name.startswith("weight_ih"):
                x, y = 160, 300
            rows, columns = (shape * 2)[:2] if len(shape) == 2 else (shape[0], 1)
            width, height = max(4, columns * scale), max(4, rows * scale)
            parts = 4 if rows == 4 * hidden_size and "_l0" in name else 1
            for part, colour in zip(range(parts), COLOURS.values(), strict=False):
                place = (x, y + part * height / parts)
                strong = parts == 4 and "ifgo"[part] == gate
                axes.add_patch(
                    Rectangle(place, width, height / parts, facecolor=colour, edgecolor="black",
                              alpha=0.8 if strong else 0.3)
                )  # fmt: skip
                if parts == 4 and name.startswith("weight_ih"):
                    first = part * hidden_size
                    axes.text(20, place[1] + 8, f"{'ifgo'[part]}: {first} to "
                              f"{first + hidden_size - 1}", fontsize=8)  # fmt: skip
            axes.text(x, y - 8, name, fontsize=8)
            axes.text(x, y + height + 14, str(shape), fontsize=8)
            x += width + 50
        count = 4 * hidden_size * (input_size + hidden_size) + 8 * hidden_size
        axes.text(360, 560, f"4H(I + H) + 8H = {count} parameters", ha="center")
        plt.show()

    interact(draw, **controls(explorer.PARAMETERS))


def usual_cell_gates():
    """Show four squashing functions with a dot each, and the flow to c and h, under sliders."""
    explorer = module("cell_gates")
    z = np.linspace(-6, 6, 49)
    squashed = {"g": np.tanh(z)} | dict.fromkeys("fio", 1 / (1 + np.exp(-z)))
    flow = {"c_prev": 0, "kept": 1.5, "added": 3, "c": 4.2, "tanh_c": 5.4, "h": 7}

    def draw(**given):
        made = explorer.numbers(**given) | {"c_prev": given["c_prev"]}
        figure = plt.figure(figsize=(7.2, 4.4))
        grid = figure.add_gridspec(2, 4)
        for column, gate in enumerate("figo"):
            axes = figure.add_subplot(grid[0, column])
            axes.plot(z, squashed[gate], color=COLOURS[gate])
            axes.plot(given[f"z_{gate}"], made[gate], "o", color=COLOURS[gate])
            axes.set(xticks=[], yticks=[-1 if gate == "g" else 0, 1])
            axes.set_title(f"z_{gate} = {given[f'z_{gate}']:.2f}\n{gate} = {made[gate]:.3f}")
        axes = figure.add_subplot(grid[1, :])
        axes.set(xlim=(-0.5, 7.5), ylim=(-1, 2))
        axes.axis("off")
        for x, end in pairwise(flow.values()):
            axes.annotate("", (end - 0.3, 0), (x + 0.3, 0), arrowprops={"arrowstyle": "->"})
        for name, x in flow.items():
            axes.text(x, 0, f"{name}\n{made[name]:.3f}", ha="center", va="center")
        for gate, x in {"f": 1.5, "i": 2.7, "g": 3.3, "o": 7}.items():
            axes.annotate("", (x, 0.4), (x, 1.9), arrowprops={"arrowstyle": "->",
                                                              "color": COLOURS[gate]})  # fmt: skip
        axes.text(0, -0.9, "c = f · c_prev + i · g,   h = o · tanh(c)")
        plt.show()

    interact(draw, **controls(explorer.PARAMETERS))
