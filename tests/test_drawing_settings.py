"""The user's own matplotlib settings do not reach the course's pictures."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
import sys
from lstm_lessons.drawing import plots

made, axes = plots.figure()
axes.plot([1, 2, 3], [1, 4, 9], label="squares")
axes.set_title("a title")
axes.legend()
print(plots.to_svg(made))
"""

SETTINGS = """
text.usetex: True
axes.facecolor: black
text.color: white
xtick.color: white
font.size: 30
lines.linewidth: 9
legend.fontsize: 25
savefig.bbox: tight
figure.dpi: 300
font.family: No Such Font
"""
"""Each of these alone once changed a picture, or stopped it where there is no LaTeX."""


def drawn(folder, settings):
    folder.mkdir()
    (folder / "matplotlibrc").write_text(settings)
    environ = {**os.environ, "MATPLOTLIBRC": str(folder), "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environ, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_matplotlibrc_changes_no_picture(tmp_path):
    plain = drawn(tmp_path / "plain", "")
    assert "squares" in plain
    assert drawn(tmp_path / "own", SETTINGS) == plain
