"""The benchmark compares like with like: the usual way's figures show what the explorers show."""

import re

import matplotlib
import pytest
from browser.page import texts_of
from matplotlib.text import Text

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from usual_way import DRAW, explorer

from lstm_lessons.explorers.base import parameters

RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
CORNERS = {
    "forget_gate": [
        {"forget_bias": -2.0, "lags": 10, "of": "the state h"},
        {"forget_bias": 6.0, "lags": 100, "of": "the memory c"},
    ],
    "gates_and_shapes": [
        {"input_size": 2, "hidden_size": 3, "gate": "i"},
        {"input_size": 128, "hidden_size": 32, "gate": "o"},
    ],
    "cell_gates": [
        {"z_i": -6.0, "z_f": 6.0, "z_g": -6.0, "z_o": 6.0, "c_prev": -3.0},
        {"z_i": 6.0, "z_f": -6.0, "z_g": 1.25, "z_o": -6.0, "c_prev": 3.0},
    ],
}


def numbers(texts: list[str]) -> set[str]:
    """Return the numbers in texts, without their signs, powers of ten as 10^n."""
    plain = " ".join(texts).translate(RAISED).replace(" × 10", "e")
    plain = re.sub(r"\$\\mathdefault\{10\^\{(-?\d+)\}\}\$", r"10\1", plain)
    found = re.findall(r"\d+(?:\.\d+)?(?:e-?\d+)?", plain)
    return {re.sub(r"e-0*", "e-", each) for each in found}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(DRAW))
@pytest.mark.parametrize("corner", [None, 0, 1], ids=["start", "least", "most"])
def test_the_usual_figure_shows_every_number_of_the_explorer(name, corner):
    module = explorer(name)
    start = {key: each.default for key, each in parameters(module.view).items()}
    values = start if corner is None else CORNERS[name][corner]
    figure = DRAW[name](**values)
    figure.canvas.draw()
    drawn = numbers([text.get_text() for text in figure.findobj(Text)])
    plt.close(figure)
    assert numbers(texts_of(module.view(**values).svg)) - drawn == set()
