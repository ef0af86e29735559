"""The user's own matplotlib settings do not reach the course's pictures."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
import sys
from lstm_lessons.drawing import plots
from lstm_lessons.explorers.forget_gate import view

made, axes = plots.figure()
axes.plot([1, 2, 3], [1, 4, 9], label="squares")
axes.set_title("a title")
axes.legend()
print(plots.to_svg(made))
print(view().svg)
"""

SETTINGS = {
    "LaTeX": "text.usetex: True\n",
    "dark": "axes.facecolor: black\ntext.color: white\nxtick.color: white\n",
    "large": "font.size: 30\nlines.linewidth: 9\nlegend.fontsize: 25\n",
    "tight": "savefig.bbox: tight\nfigure.dpi: 300\n",
    "font": "font.family: No Such Font\n",
}


def drawn(folder, settings):
    (folder / "matplotlibrc").write_text(settings)
    environ = {**os.environ, "MATPLOTLIBRC": str(folder), "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environ, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return drawn(tmp_path_factory.mktemp("plain"), "")


@pytest.mark.slow
@pytest.mark.parametrize("settings", SETTINGS)
def test_a_matplotlibrc_changes_no_picture(settings, plain, tmp_path):
    assert "squares" in plain
    assert drawn(tmp_path, SETTINGS[settings]) == plain
