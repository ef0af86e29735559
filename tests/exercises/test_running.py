"""The learner's code runs against a clock, and is stopped in time, but not amid an import."""

import _thread
import contextlib
import io
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest
import torch
from toys import RIGHT_DICT, dict_toy, function_toy, scaled

from lstm_lessons.exercises.engine import running
from lstm_lessons.exercises.engine.raised import OutOfTime, Raised
from lstm_lessons.exercises.engine.running import Clock

pytestmark = pytest.mark.slow


def endless(*values):
    while True:
        pass


def endless_in_except(*values):
    while True:
        try:
            sum(range(100))
        except:  # noqa: E722
            continue


def endless_in_except_inside(*values):
    while True:
        try:
            while True:
                len(values)
        except BaseException:
            continue


def endless_in_torch(*values):
    total = torch.zeros(3)
    while True:
        total = torch.tanh(total + 1)


def endless_in_a_later_case(x, scale):
    while len(x) == 1:
        pass
    return scaled(x, scale)


@pytest.fixture
def short_limit(monkeypatch):
    monkeypatch.setattr(running, "SECONDS", 0.3)


@pytest.mark.parametrize(
    "answer",
    [
        endless,
        endless_in_except,
        endless_in_except_inside,
        endless_in_torch,
        endless_in_a_later_case,
    ],
)
def test_an_endless_loop_is_ended_and_told(answer, short_limit):
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        result = function_toy().check(answer)
    assert (result.outcome, result.misconception) == ("error", "does not end")
    assert "It has been stopped" in result.message
    assert said.getvalue() == ""


@pytest.mark.parametrize("swallows", [False, True])
def test_what_was_stopped_does_not_go_on(swallows, short_limit):
    rounds = []

    def counting(x, scale):
        while True:
            try:
                rounds.append(1)
            except BaseException:
                if not swallows:
                    raise

    function_toy().check(counting)
    counted = len(rounds)
    assert counted > 0
    time.sleep(0.1)
    assert len(rounds) == counted


def test_code_that_cannot_be_stopped_is_left_behind_and_told(short_limit, monkeypatch):
    monkeypatch.setattr(running, "_PATIENCE", 0.2)
    release = threading.Event()
    result = function_toy().check(lambda x, scale: release.wait(60))
    release.set()
    assert (result.outcome, result.misconception) == ("error", "does not end")
    assert "Restart Kernel" in result.message


def test_a_dict_that_never_ends_is_ended(short_limit):
    class Endless(dict):
        def keys(self):
            while True:
                pass

        __iter__ = keys

    assert dict_toy().check(Endless(shape=(5, 6))).misconception == "does not end"


@pytest.fixture
def heeded_interrupts():
    """A shell's background jobs, and so this run perhaps, start with SIGINT ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_the_stop_button_works_and_leaves_nothing_running(heeded_interrupts):
    before = threading.active_count()
    threading.Timer(0.5, _thread.interrupt_main).start()
    with pytest.raises(KeyboardInterrupt):
        function_toy().check(endless)
    deadline = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert threading.active_count() == before


def test_checks_work_off_the_main_thread(monkeypatch):
    found = []

    def work():
        found.append(function_toy().check(scaled).outcome)
        monkeypatch.setattr(running, "SECONDS", 0.3)
        found.append(function_toy().check(endless).misconception)
        found.append(dict_toy().check(RIGHT_DICT).outcome)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(20)
    assert found == ["correct", "does not end", "correct"]


def test_calls_of_one_runner_share_its_time():
    clock = Clock(0.4)
    clock.call(time.sleep, 0.25)
    with pytest.raises(OutOfTime):
        clock.call(time.sleep, 0.25)


# --- Imports ------------------------------------------------------------------------------------


@pytest.fixture
def slow_module(tmp_path, monkeypatch):
    """A package of five modules, each of which takes 0.15 seconds to import."""
    folder = tmp_path / "slow_to_import"
    folder.mkdir()
    names = "abcde"
    body = "import time\ntime.sleep(0.15)\nDONE = True\n"
    for name in names:
        (folder / f"{name}.py").write_text(body)
    imports = "".join(f"from slow_to_import import {name}\n" for name in names)
    (folder / "__init__.py").write_text(
        imports + "DONE = all(each.DONE for each in (a, b, c, d, e))\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    yield "slow_to_import"
    for name in [each for each in sys.modules if each.startswith("slow_to_import")]:
        del sys.modules[name]


def test_an_import_takes_none_of_the_learners_time(slow_module, short_limit):
    def importing(x, scale):
        module = __import__(slow_module)
        assert module.DONE
        return scaled(x, scale)

    assert function_toy().check(importing).outcome == "correct"


def test_an_import_is_finished_before_a_loop_behind_it_is_stopped(slow_module, short_limit):
    def importing(x, scale):
        __import__(slow_module)
        endless()

    assert function_toy().check(importing).misconception == "does not end"
    assert sys.modules[slow_module].DONE


def test_slow_imports_of_torchs_own_spoil_no_check(tmp_path):
    """sympy takes longer than an answer may: right ones stay right, and so do the later ones."""
    program = textwrap.dedent(
        """
        import sys, time
        from importlib.machinery import SourceFileLoader

        load = SourceFileLoader.exec_module

        def slowly(self, module):
            if SLOW:
                time.sleep(0.002)
            load(self, module)

        SLOW = False
        SourceFileLoader.exec_module = slowly
        import torch
        from lstm_lessons.exercises.engine import running
        from toys import function_toy
        running.SECONDS = 0.5
        SLOW = True

        def with_an_import(x, scale):
            y = x * 1
            ones = torch.ones(x.shape, dtype=x.dtype)
            leaf = torch.ones(x.shape, requires_grad=True)
            torch.autograd.grad(leaf * 1, leaf, ones)  # imports sympy
            return scale * y[-1]

        print([function_toy().check(with_an_import).outcome for _ in range(2)])
        print("sympy" in sys.modules and hasattr(sys.modules["sympy"], "printing"))
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": ":".join(sys.path)},
        timeout=120,
    )
    assert done.stdout.split("\n")[:2] == ["['correct', 'correct']", "True"], done.stderr


def test_the_check_of_a_gradient_imports_nothing_large():
    """So no check pays for sympy, and none can cut its import in two."""
    program = (
        "import sys; from toys import function_toy, scaled; "
        "print(function_toy().check(scaled).outcome, 'sympy' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": ":".join(sys.path)},
    )
    assert done.stdout.split() == ["correct", "False"], done.stderr


def test_what_a_call_raised_is_returned():
    raised = Clock().call(lambda: 1 / 0)
    assert isinstance(raised, Raised)
    assert isinstance(raised.error, ZeroDivisionError)
