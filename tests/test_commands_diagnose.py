"""``diagnose FILE:FUNCTION``: a report and an exit status, or one honest line."""

import pytest

from lstm_lessons.commands import diagnose
from lstm_lessons.environment.failure import Failure

MODEL = """
import torch
from torch import nn
import beside

class Reader(nn.Module):
    def __init__(self, batch_first):
        super().__init__()
        self.lstm = nn.LSTM(3, 4, batch_first=batch_first)
    def forward(self, x):
        return self.lstm(x)[0][:, -1]

def right():
    return Reader(True), torch.randn(5, 7, 3)

def wrong():
    return Reader(False), torch.randn(5, 7, 3)

class Idle(Reader):
    def forward(self, x):
        return super().forward(0 * x)

def idle():
    return Idle(True), torch.randn(5, 7, 3)

def one():
    return Reader(True)

def three():
    return 1, 2, 3

def breaks():
    return Reader(True) / 0

def both():
    return nn.LSTM(3, 4, batch_first=True, bidirectional=True), torch.randn(5, 7, 3)

def size():
    return Reader(True), torch.randn(5, 7, 9)

number = 3
"""


@pytest.fixture
def file(tmp_path, monkeypatch):
    (tmp_path / "model.py").write_text(MODEL)
    (tmp_path / "beside.py").write_text("")
    (tmp_path / "broken.py").write_text("def f(:\n")
    (tmp_path / "raises.py").write_text("\n1 / 0\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", list(__import__("sys").path))
    return tmp_path / "model.py"


def test_a_right_model_is_0_and_a_wrong_one_3(file, capsys):
    assert diagnose.main([f"{file}:right"]) == 0
    assert "no fault found" in capsys.readouterr().out
    assert diagnose.main(["model.py:wrong"]) == 3
    assert "FAULT" in capsys.readouterr().out
    assert diagnose.main(["model.py:wrong", "--time-first"]) == 0
    assert "as told" in capsys.readouterr().out
    assert diagnose.main(["model.py:wrong", "--batch-first"]) == 3


def test_a_property_is_counted_in_the_first_line_and_leaves_with_0(file, capsys):
    assert diagnose.main(["model.py:both", "--batch-first", "--strict"]) == 0
    assert capsys.readouterr().out.startswith("no fault found, 2 properties to read; ")


def test_with_strict_a_suspicion_leaves_with_3_as_well(file, capsys):
    assert diagnose.main(["model.py:idle", "--batch-first"]) == 0
    assert "no fault found, 2 suspicions" in capsys.readouterr().out
    assert diagnose.main(["model.py:idle", "--batch-first", "--strict"]) == 3
    assert diagnose.main(["model.py:right", "--batch-first", "--strict"]) == 0
    assert diagnose.main(["model.py:wrong", "--batch-first", "--strict"]) == 3


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("nothing.py:right", "There is no file nothing.py"),
        ("model.py:number", "has no function number. It has: right, wrong, idle"),
        ("model.py:one", "returned Reader. It has to return two things"),
        ("model.py:three", "returned a tuple of 3"),
        ("model.py:breaks", "breaks() stopped with TypeError"),
        ("model.py:size", "does not run on the example"),
        ("broken.py:f", "SyntaxError"),
        ("raises.py:f", "ZeroDivisionError: division by zero (line 2)"),
    ],
)
def test_what_cannot_be_examined_is_told_in_one_line(file, where, said):
    with pytest.raises(Failure) as caught:
        diagnose.main([where])
    assert said in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("where", ["model.py", "model.py:", ":right", "model.py:a b"])
def test_a_place_that_is_none_is_misuse(file, where, capsys):
    with pytest.raises(SystemExit) as caught:
        diagnose.main([where])
    assert caught.value.code == 2
    assert "expected FILE:FUNCTION" in capsys.readouterr().err
