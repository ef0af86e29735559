"""Every exercise: right answers pass, wrong ones are named, and nothing a learner does hurts."""

import _thread
import ast
import contextlib
import importlib
import io
import random
import re
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from lstm_lessons.exercises.answers import DictExercise, ShapeOf
from lstm_lessons.exercises.base import Misformed
from lstm_lessons.exercises.forms import LikeLSTM, OneTensor, TensorDict, Tensors
from lstm_lessons.exercises.functions import FunctionExercise
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from lstm_lessons import exercise
from lstm_lessons.course import LESSONS
from lstm_lessons.exercises import numbers, running
from lstm_lessons.lstm.cell import lstm_step
from lstm_lessons.publishing import notebooks

ROOT = Path(__file__).parents[1]
ALL = [each for each in map(exercise, numbers()) if hasattr(each, "wrongs")]  # not moved yet
FUNCTIONS = [each for each in ALL if isinstance(each, FunctionExercise)]
DICTS = [each for each in ALL if isinstance(each, DictExercise)]
WRONGS = [(each, wrong) for each in ALL for wrong in each.wrongs]


def right_answers(each):
    """Return the other right answers that the lesson's own test file has for this exercise."""
    return importlib.import_module(f"test_exercises_{each.number[:2]}").RIGHT[each.number]


def solve(code, name="answer"):
    space = {"torch": torch, "nn": nn, "F": F, "math": importlib.import_module("math")}
    space["lstm_step"] = lstm_step
    space |= {each.__name__: each for each in (pack_padded_sequence, pad_packed_sequence)}
    exec(code, space)
    return space[name]


def solution(each):
    return solve(each.given + each.solution_code, getattr(each, "function", "answer"))


def wrong_answer(each, wrong):
    return {**solution(each), **wrong.answer} if each in DICTS else wrong.answer


def label(value):
    number = getattr(value, "number", None)
    return number or getattr(value, "name", None)


# --- Right answers, wrong answers, near misses ---------------------------------------------------


@pytest.mark.parametrize("each", ALL, ids=label)
def test_the_solution_is_right(each):
    result = each.check(solution(each))
    assert (result.outcome, result.misconception) == ("correct", None), result
    assert result.message


@pytest.mark.parametrize(
    ("each", "name"), [(e, n) for e in ALL for n in right_answers(e)], ids=label
)
def test_another_right_answer_is_right(each, name):
    result = each.check(right_answers(each)[name])
    assert (result.outcome, result.misconception) == ("correct", None), result


@pytest.mark.parametrize(("each", "wrong"), WRONGS, ids=label)
def test_a_wrong_answer_earns_its_name_and_message(each, wrong):
    result = each.check(wrong_answer(each, wrong))
    assert result.misconception == wrong.name
    assert result.message.startswith(wrong.message)
    assert result.outcome in ("incorrect", "error")
    assert (result.outcome == "error") == (
        "stopped" in result.message or "It was called" in result.message
    )


@pytest.mark.parametrize("each", ALL, ids=label)
def test_an_exercise_is_complete(each):
    assert len(right_answers(each)) >= 2
    assert len({wrong.name for wrong in each.wrongs}) >= 5
    assert len(each.hints) >= 3
    messages = {}
    for wrong in each.wrongs:
        assert messages.setdefault(wrong.name, wrong.message) == wrong.message
    assert len(set(messages.values())) == len(messages)


def nudged(value):
    """Return a result that is nearly the one given, but not within the checker's reach."""
    if isinstance(value, Tensor):
        return value * (1 + 1e-3) + 1e-6
    if isinstance(value, dict):
        return {key: nudged(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(nudged(each) for each in value)
    return value * (1 + 1e-3) + 1e-6


@pytest.mark.parametrize(
    ("each", "wrong"), [pair for pair in WRONGS if pair[0] in FUNCTIONS], ids=label
)
def test_a_near_miss_of_a_wrong_function_is_not_named(each, wrong):
    def near(*values, **options):
        return nudged(wrong.answer(*values, **options))

    result = each.check(near)
    if result.outcome == "error":  # it stops before it returns anything that could be nudged
        assert result.misconception == wrong.name
        return
    assert result.outcome == "incorrect"
    assert result.misconception is None or result.misconception in {*FORMS, "changes the layer"}
    assert result.message


FORMS = {
    "one tensor",
    "several results",
    "nothing returned",
    "returned like nn.LSTM",
    "not stacked",
    "not a dict",
    "other keys",
}


@pytest.mark.parametrize("each", FUNCTIONS, ids=label)
def test_a_near_miss_of_the_solution_is_neither_right_nor_named(each):
    right = solution(each)
    result = each.check(lambda *values, **options: nudged(right(*values, **options)))
    assert (result.outcome, result.misconception) == ("incorrect", None)


def shapes_in(each, wrong):
    return {part.key for part in each.parts if isinstance(part, ShapeOf)} & set(wrong.answer)


@pytest.mark.parametrize(
    ("each", "wrong"),
    [(each, wrong) for each, wrong in WRONGS if each in DICTS and shapes_in(each, wrong)],
    ids=label,
)
def test_a_near_miss_of_a_wrong_shape_is_not_named(each, wrong):
    keys = shapes_in(each, wrong)
    near = {key: (*wrong.answer[key][:-1], wrong.answer[key][-1] + 1000) for key in keys}
    result = each.check({**solution(each), **near})
    assert (result.outcome, result.misconception) == ("incorrect", None)
    assert all(key in result.message for key in keys)


def test_the_24_gate_orders_are_all_known():
    names = [wrong.name for wrong in exercise("03.1").wrongs]
    assert sum(name.startswith("gate order ") for name in names) == 23
    result = exercise("03.1").check(
        next(w.answer for w in exercise("03.1").wrongs if w.name == "gate order i, f, o, g")
    )
    assert result.message == "Your gates are stacked i, f, o, g; torch stacks i, f, g, o."


def test_a_right_answer_that_is_not_complete_is_headed_so():
    for each in DICTS:
        right = solution(each)
        first = each.parts[0].key
        result = each.check({**dict.fromkeys(right, ...), first: right[first]})
        assert (result.outcome, result.misconception) == ("incorrect", None)
        title = f"○ Exercise {each.number} · Not complete yet"
        assert repr(result).startswith(title)
        assert title in result._repr_html_()
        assert f"Right so far: `{first}`." in result.message
        assert "Still to fill in" in result.message
        wrong = each.check({**dict.fromkeys(right, ...), **each.wrongs[0].answer})
        assert "Not right yet" in repr(wrong)


def test_a_constant_is_told_that_it_is_one():
    for number, inputs in (("01.2", "share and steps"), ("02.2", "input_size and hidden_size")):
        result = exercise(number).check(give(4.27))
        assert (result.outcome, result.misconception) == ("incorrect", "always the same")
        assert (
            f"returns 4.27 whatever it is given. What it returns has to be computed from {inputs}"
            in (result.message)
        )


# --- Not attempted -------------------------------------------------------------------------------


def dots(x): ...


def passes(x):
    pass


def documented(x):
    """Do it later."""


def raises(*values, **options):
    raise NotImplementedError


@pytest.mark.parametrize("each", ALL, ids=label)
def test_no_answer_is_not_attempted(each):
    answers = [..., None]
    if each in FUNCTIONS:
        answers += [dots, passes, documented, raises]
    else:
        answers += [{part.key: ... for part in each.parts}, {each.parts[0].key: None}, {}]
    for answer in answers:
        result = each.check(answer)
        assert (result.outcome, result.misconception) == ("not attempted", None)
        assert f'exercise("{each.number}").hint()' in result.message
    assert each.check().outcome == "not attempted"


@pytest.mark.parametrize("each", FUNCTIONS, ids=label)
def test_an_error_of_torchs_that_looks_like_a_placeholder_is_an_error(each):
    def answer(*values, **options):
        raise NotImplementedError("no kernel for this")

    assert each.check(answer).outcome == "error"


@pytest.mark.parametrize("each", FUNCTIONS, ids=label)
def test_a_function_that_returns_a_constant_is_an_attempt(each):
    assert each.check(lambda *values, **options: 5).outcome == "incorrect"
    assert each.check(lambda *values, **options: "text").outcome == "incorrect"


# --- Junk ----------------------------------------------------------------------------------------


class Hostile:
    """Raises whatever it is asked."""

    def __getattribute__(self, name):
        raise RuntimeError("leave me alone")

    def __call__(self, *values, **options):
        raise RuntimeError("leave me alone")


class HostileDict(dict):
    def keys(self):
        raise RuntimeError("no keys")

    __iter__ = items = values = keys

    def __len__(self):
        raise RuntimeError("no length")


class BrokenError(Exception):
    def __str__(self):
        raise ValueError("not even a text")


def raiser(error):
    def function(*values, **options):
        raise error

    return function


def give(value):
    return lambda *values, **options: value


async def coroutine(*values, **options):
    return 1


def generator(*values, **options):
    yield 1


def endless_recursion(*values, **options):
    return endless_recursion(*values, **options)


def forgets_to_return(*values, **options):
    sum(len(str(value)) for value in values)


JUNK_VALUES = [
    0,
    1.5,
    True,
    "text",
    b"bytes",
    (),
    [],
    set(),
    {"no": 1},
    {1: 2},
    object(),
    Hostile(),
    HostileDict(a=1),
    float("nan"),
    10**400,
    1j,
    range(3),
    np.zeros(3),
    np.array("text"),
    torch.zeros(2, 3),
    torch.tensor(True),
    torch.tensor([]),
    [torch.zeros(2)],
    (torch.zeros(2, 5), torch.zeros(2, 5)),
    (torch.zeros(2, 5, dtype=torch.complex64), torch.zeros(2, 5)),
    (torch.zeros(2, 5), None),
    (torch.zeros(0), torch.zeros(0)),
    (torch.zeros(2, 5).to_sparse(), torch.zeros(2, 5, device="meta")),
    (torch.full((2, 5), torch.nan), torch.full((2, 5), torch.inf)),
    {gate: torch.zeros(8, 12) for gate in "ifgo"},
    {gate: "text" for gate in "ifgo"},
    torch,
    nn.LSTMCell,
    nn.LSTMCell(3, 5),
    print,
    len,
    torch.sigmoid,
]

JUNK_FUNCTIONS = [
    *(give(value) for value in JUNK_VALUES),
    lambda: 1,
    lambda a, b, c, d, e, f, g, h, i, j: a,
    coroutine,
    generator,
    endless_recursion,
    forgets_to_return,
    raiser(ValueError("a text\nof two lines")),
    raiser(ValueError("x" * 10_000)),
    raiser(BrokenError()),
    raiser(KeyError("key")),
    raiser(SystemExit(3)),
    raiser(KeyboardInterrupt()),
    raiser(GeneratorExit()),
    raiser(StopIteration()),
    raiser(MemoryError()),
    raiser(ExceptionGroup("several", [ValueError("one"), TypeError("two")])),
]


@pytest.mark.parametrize("each", ALL, ids=label)
@pytest.mark.filterwarnings("ignore")
def test_junk_gets_a_clear_line_and_never_raises(each):
    names = {wrong.name for wrong in each.wrongs}
    for answer in [*JUNK_VALUES, *JUNK_FUNCTIONS]:
        result = each.check(answer)
        assert result.outcome in ("incorrect", "error"), type(answer)
        assert 20 < len(result.message) < 1000, type(answer)
        assert result.misconception not in names, result
        assert re.fullmatch(r"[^\x00-\x08]+", repr(result) + result._repr_html_())


@pytest.mark.parametrize("each", FUNCTIONS, ids=label)
def test_what_is_no_function_is_told_how_to_hand_one_in(each):
    for answer, name in (
        (nn.LSTMCell, "a class, no function"),
        (torch.zeros(3), "a value, no function"),
        ((1, 2), "a value, no function"),
        ("cell", "a string"),
    ):
        result = each.check(answer)
        assert (result.outcome, result.misconception) == ("incorrect", name)
        assert f'exercise("{each.number}").check({each.function})' in result.message


@pytest.mark.parametrize("each", FUNCTIONS, ids=label)
def test_other_arguments_are_told(each):
    result = each.check(lambda: 1)
    assert (result.outcome, result.misconception) == ("incorrect", "other arguments")
    assert f"The check calls `{each.function}(" in result.message


@pytest.mark.parametrize("each", FUNCTIONS, ids=label)
def test_a_missing_return_is_told(each):
    result = each.check(forgets_to_return)
    assert (result.outcome, result.misconception) == ("incorrect", "nothing returned")


@pytest.mark.parametrize("each", ALL, ids=label)
def test_two_answers_are_one_too_many(each):
    assert each.check(1, 2).outcome == "incorrect"


# --- Errors in the learner's code ----------------------------------------------------------------


def stops(*values, **options):
    first = values[0]
    return first.chunk_of_nothing


@pytest.mark.parametrize("each", FUNCTIONS, ids=label)
def test_an_error_is_told_with_its_line(each):
    result = each.check(stops)
    line = stops.__code__.co_firstlineno + 2
    assert result.outcome == "error"
    assert f"Line {line} of your code: `return first.chunk_of_nothing`" in result.message
    assert "AttributeError" in result.message
    assert each.cases[0].label in result.message


def test_the_line_is_the_learners_where_a_library_raises():
    def answer(weight, order):
        return nn.functional.linear(weight, weight.new_zeros(3, 3, 3))

    message = exercise("03.3").check(answer).message
    assert "`return nn.functional.linear(weight, weight.new_zeros(3, 3, 3))`" in message


# --- Loops that never end ------------------------------------------------------------------------


def endless(*values, **options):
    while True:
        pass


def endless_in_except(*values, **options):
    while True:
        try:
            sum(range(100))
        except:  # noqa: E722
            continue


def endless_in_except_inside(*values, **options):
    while True:
        try:
            while True:
                len(values)
        except BaseException:
            continue


def endless_in_torch(*values, **options):
    total = torch.zeros(3)
    while True:
        total = torch.tanh(total + 1)


@pytest.fixture
def short_limit(monkeypatch):
    monkeypatch.setattr(running, "SECONDS", 0.3)


@pytest.mark.parametrize("each", FUNCTIONS, ids=label)
@pytest.mark.parametrize(
    "answer", [endless, endless_in_except, endless_in_except_inside, endless_in_torch]
)
def test_an_endless_loop_is_ended_and_told(each, answer, short_limit):
    result = each.check(answer)
    assert (result.outcome, result.misconception) == ("error", "does not end")
    assert "It has been stopped" in result.message


@pytest.mark.parametrize("swallows", [False, True])
def test_what_was_stopped_does_not_go_on(swallows, short_limit):
    rounds = []

    def counting(weight, order):
        while True:
            try:
                rounds.append(1)
            except BaseException:
                if not swallows:
                    raise

    exercise("03.3").check(counting)
    counted = len(rounds)
    assert counted > 0
    time.sleep(0.1)
    assert len(rounds) == counted


def test_code_that_cannot_be_stopped_is_left_behind_and_told(short_limit, monkeypatch):
    monkeypatch.setattr(running, "_PATIENCE", 0.2)
    release = threading.Event()
    result = exercise("03.3").check(lambda weight, order: release.wait(60))
    release.set()
    assert (result.outcome, result.misconception) == ("error", "does not end")
    assert "Restart Kernel" in result.message


def test_a_loop_that_is_only_endless_later_is_ended(short_limit):
    def answer(f, steps):
        left, step = 1.0, 0
        while step != steps or steps == 50:
            left, step = left * f, step + 1
        return left

    assert exercise("01.1").check(answer).misconception == "does not end"


def test_a_dict_that_never_ends_is_ended(short_limit):
    class Endless(dict):
        def keys(self):
            while True:
                pass

    result = exercise("02.1").check(Endless(W_ig=(5, 6)))
    assert result.outcome in ("error", "incorrect")
    assert exercise("02.1").check({"W_ig": range(10**12)}).misconception == "does not end"


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
        exercise("03.3").check(endless)
    deadline = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert threading.active_count() == before


def test_checks_work_off_the_main_thread(monkeypatch):
    found = []

    def work():
        found.append(exercise("03.1").check(solution(exercise("03.1"))).outcome)
        monkeypatch.setattr(running, "SECONDS", 0.3)
        found.append(exercise("03.1").check(endless).misconception)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(20)
    assert found == ["correct", "does not end"]


def test_a_stopped_thread_says_nothing(short_limit):
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        exercise("03.1").check(endless_in_except)
    assert said.getvalue() == ""


# --- Nothing is changed --------------------------------------------------------------------------


def disturb(function):
    """Return the function, made to disturb all that it can reach."""

    def disturbing(*values, **options):
        torch.rand(3)
        np.random.rand(3)
        random.random()
        torch.manual_seed(5)
        random.seed(5)
        np.random.seed(5)
        torch.set_default_dtype(torch.float16)
        torch.set_grad_enabled(False)
        result = function(*values, **options)
        return result

    return disturbing


def global_state():
    return (
        random.getstate(),
        str(np.random.get_state()),
        torch.get_rng_state().tolist(),
        torch.get_default_dtype(),
        torch.is_grad_enabled(),
        torch.is_inference_mode_enabled(),
    )


@pytest.mark.parametrize("each", ALL, ids=label)
def test_global_state_is_left_as_it_was(each, short_limit):
    torch.rand(1)
    answers = [solution(each), "junk"]
    if each in FUNCTIONS:
        answers += [disturb(solution(each)), disturb(each.wrongs[0].answer), disturb(endless)]
    before = global_state()
    for answer in answers:
        each.check(answer)
        assert global_state() == before
    each.hint()
    each.solution()
    assert global_state() == before


@pytest.mark.parametrize("each", FUNCTIONS, ids=label)
def test_the_callers_modes_do_not_change_the_verdict(each):
    right = solution(each)
    with torch.no_grad():
        assert each.check(right).outcome == "correct"
        assert not torch.is_grad_enabled()
    with torch.inference_mode():
        assert each.check(right).outcome == "correct"
        assert torch.is_inference_mode_enabled()
    before = torch.get_default_dtype()
    for dtype in (torch.float32, torch.float64):
        torch.set_default_dtype(dtype)
        try:
            assert each.check(right).outcome == "correct"
            assert torch.get_default_dtype() == dtype
        finally:
            torch.set_default_dtype(before)


def test_a_module_that_is_handed_in_keeps_its_gradients():
    class Scaled(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(torch.ones(()))

        def forward(self, x, h, c, *weights):
            h, c = torch.lstm_cell(x, (h, c), *weights)
            return self.scale * h, self.scale * c

    module = Scaled()
    assert exercise("03.1").check(module).outcome == "correct"
    assert module.scale.grad is None
    assert module.scale.item() == 1


@pytest.mark.parametrize("each", DICTS, ids=label)
def test_an_answer_is_left_as_it_was(each):
    answer = {key: list(v) if isinstance(v, tuple) else v for key, v in solution(each).items()}
    copy = {key: list(v) if isinstance(v, list) else v for key, v in answer.items()}
    each.check(answer)
    assert answer == copy
    assert list(answer) == list(copy)


@pytest.mark.parametrize("each", FUNCTIONS, ids=label)
def test_the_next_check_is_not_disturbed_by_one_that_changes_its_inputs(each):
    def destructive(*values, **options):
        for value in values:
            if isinstance(value, Tensor):
                value.zero_()
        return solution(each)(*values, **options)

    each.check(destructive)
    assert each.check(solution(each)).outcome == "correct"


@pytest.mark.parametrize("each", ALL, ids=label)
def test_the_same_answer_gets_the_same_words(each):
    for answer in (solution(each), ..., wrong_answer(each, each.wrongs[0])):
        first, second = each.check(answer), each.check(answer)
        assert repr(first) == repr(second)
        assert first._repr_html_() == second._repr_html_()


# --- exercise, hint, solution --------------------------------------------------------------------


def fresh(each):
    """Forget what was shown so far."""
    each._hints_shown, each._asked = 0, False
    return each


def test_a_number_gives_the_same_object_each_time():
    assert exercise("03.1") is exercise("03.1")


@pytest.mark.parametrize("number", ["9.9", "3.1", "", 3.1, None, [], "03.1 "])
def test_an_unknown_number_lists_those_there_are(number):
    with pytest.raises(ValueError) as caught:
        exercise(number)
    text = str(caught.value)
    assert "\n" not in text
    assert text.startswith(f"there is no exercise {number!r}")
    assert all(known in text for known in numbers())


@pytest.mark.parametrize("each", ALL, ids=label)
def test_hints_come_one_at_a_time_and_then_all_together(each):
    fresh(each)
    total = len(each.hints)
    for count, text in enumerate(each.hints, 1):
        note = each.hint()
        assert note.title == f"Exercise {each.number} · hint {count} of {total}"
        assert note.message == text
    for _ in range(2):
        note = each.hint()
        assert all(text in note.message for text in each.hints)


@pytest.mark.parametrize("each", ALL, ids=label)
def test_the_solution_asks_first(each):
    fresh(each)
    asked = each.solution()
    assert "Are you sure?" in asked.message
    assert f'exercise("{each.number}").solution()' in asked.message
    assert not asked.code
    assert each.solution().code == each.solution_code.strip()
    assert each.solution().code == each.solution_code.strip()


@pytest.mark.parametrize("each", ALL, ids=label)
def test_nothing_but_the_second_call_shows_the_solution(each):
    fresh(each)
    lines = {line.strip() for line in each.solution_code.split("\n") if len(line.strip()) > 12}
    lines -= {line.strip() for line in each.given.split("\n")}
    lines = {line for line in lines if not line.startswith("def ")}
    shown = [repr(each), repr(each.solution), repr(each.hint), repr(each.solution())]
    shown += [repr(each.check(...)), repr(each.check("junk")), *each.hints[:-1]]
    shown += [repr(each.check(wrong_answer(each, wrong))) for wrong in each.wrongs]
    for line in lines:
        assert not any(line in text for text in shown), line


# --- How it looks --------------------------------------------------------------------------------


@pytest.mark.parametrize("each", ALL, ids=label)
def test_results_read_well_as_text_and_in_a_notebook(each):
    fresh(each)
    right, wrong = each.check(solution(each)), each.check(wrong_answer(each, each.wrongs[0]))
    blank = each.check(...)
    words = {right: "Correct", wrong: "Not right yet", blank: "Not attempted"}
    if wrong.outcome == "error":
        words[wrong] = "Error"
    for result, word in words.items():
        assert f"Exercise {each.number} · {word}\n{result.message}" in repr(result)
        html = result._repr_html_()
        assert word in html
        assert "var(--jp-" in html
        assert "background" not in html
    hint = each.hint()
    assert "hint 1 of" in repr(hint)
    assert "hint 1 of" in hint._repr_html_()


def test_html_is_escaped():
    result = exercise("03.3").check(raiser(ValueError("<script>alert(1)</script> `a<b`")))
    html = result._repr_html_()
    assert "<script>" not in html
    assert "<code>a&lt;b</code>" in html
    fresh(exercise("02.2")).solution()
    assert "<pre><code>def count_parameters" in exercise("02.2").solution()._repr_html_()


# --- The notebooks' sources ----------------------------------------------------------------------

SOURCES = sorted((ROOT / "exercises/source").glob("*.py"))
WITH_A_SOURCE = [each for each in ALL if not each.number.startswith("00")]


def cells(source):
    """Return the code cells of a source text, without the prose."""
    parts = re.split(r"^# %%(.*)\n", source.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return [text for kind, text in zip(parts[::2], parts[1::2], strict=True) if not kind.strip()]


def answer_cell(each):
    """Return the cell of the answer to an exercise, the one of its check, and all cells."""
    (source,) = (path for path in SOURCES if path.name.startswith(each.number[:2]))
    texts = cells(source)
    (checked,) = (
        place for place, text in enumerate(texts) if f'exercise("{each.number}").check(' in text
    )
    return texts[checked - 1], texts[checked], texts


def tree(code):
    return ast.dump(ast.parse(code))


@pytest.mark.parametrize("each", WITH_A_SOURCE, ids=label)
def test_the_solution_shown_is_the_one_between_the_markers(each):
    text, _, _ = answer_cell(each)
    assert text.count(notebooks.BEGIN) == text.count(notebooks.END) == 1
    if each in DICTS:
        text = text[text.index(notebooks.BEGIN) : text.index(notebooks.END)]
    assert tree(text) == tree(each.solution_code)


@pytest.mark.parametrize("each", WITH_A_SOURCE, ids=label)
def test_the_learners_cell_is_not_attempted(each):
    text, check, _ = answer_cell(each)
    name = getattr(each, "function", "answer")
    assert check.strip() == f'exercise("{each.number}").check({name})'
    left = notebooks.without_solutions(text)
    assert each.check(solve(left, name)).outcome == "not attempted"
    if each in DICTS:
        assert list(solve(left)) == [part.key for part in each.parts]


@pytest.mark.parametrize("each", [each for each in ALL if each.given], ids=label)
def test_what_the_notebook_gives_is_what_the_package_knows(each):
    assert tree(each.given) in [tree(text) for text in answer_cell(each)[2]]


@pytest.mark.parametrize("number", [each.number for each in LESSONS if each.exercise_minutes])
def test_a_lesson_has_three_exercises_and_one_source(number):
    of_lesson = [each for each in ALL if each.number.startswith(number)]
    assert len(of_lesson) >= 3
    assert len([path for path in SOURCES if path.name.startswith(number)]) == 1


@pytest.fixture
def default_dtype():
    """Put torch's default dtype back, which notebooks set for themselves."""
    before = torch.get_default_dtype()
    yield
    torch.set_default_dtype(before)


def test_every_source_solves_and_runs(default_dtype):
    for path in SOURCES:
        space = {}
        for text in cells(path):
            body = ast.parse(text)
            last = body.body[-1] if isinstance(body.body[-1], ast.Expr) else None
            exec(
                compile(ast.Module(body.body[: -1 if last else None], []), path.name, "exec"), space
            )
            if last:
                result = eval(compile(ast.Expression(last.value), path.name, "eval"), space)
                assert ".check(" not in text or result.outcome == "correct"


def test_the_impossible_layer_is_impossible_and_the_others_are_not():
    layers = solve(exercise("02.3").given, "layers")
    answer = solution(exercise("02.3"))
    possible = []
    for name, found in layers.items():
        rows, input_size = found["weight_ih"]
        layer = nn.LSTM(input_size, rows // 4, bias="bias_ih" in found)
        wanted = {key.removesuffix("_l0"): tuple(p.shape) for key, p in layer.named_parameters()}
        if wanted == found:
            possible.append(name)
        else:
            assert name == answer["layer"]
            assert wanted == {**found, answer["tensor"]: answer["shape"]}
    assert possible == ["A", "B", "D"]


def test_one_tensor_is_asked_for_by_its_name():
    form = OneTensor(("output",))
    tensor = torch.zeros(2, 3)
    assert form.read(tensor) == {"output": tensor}
    for value, said, name in (
        ((tensor, tensor), "a tuple of 2 things. It should return one tensor, output", None),
        ([tensor], "returns a list of 1 thing.", None),
        (None, "gives back nothing", "nothing returned"),
        (3.5, "What you return is a value of type `float`", "not a tensor"),
    ):
        with pytest.raises(Misformed, match=re.escape(said)) as caught:
            form.read(value)
        assert caught.value.name == (name or "several results")


def test_what_nn_lstm_returns_may_be_flat_or_nested():
    form = LikeLSTM()
    output, h_n, c_n = (torch.full((size,), 1.0) for size in (1, 2, 3))
    wanted = {"output": output, "h_n": h_n, "c_n": c_n}
    for value in (
        (output, (h_n, c_n)),
        [output, [h_n, c_n]],
        (output, h_n, c_n),
    ):
        assert form.read(value) == wanted
    for value in (output, (output, h_n), (output, (h_n,)), (output, h_n, c_n, c_n)):
        with pytest.raises(Misformed, match=re.escape("`return output, (h_n, c_n)`")):
            form.read(value)


def test_a_list_of_tensors_that_should_be_one_is_told_how_they_become_one():
    one = torch.ones(2)
    rows = [one, one, one]
    for form, values in (
        (LikeLSTM(), ((rows, (one, one)), (one, (rows, one)), (one, one, rows), (rows, one, one))),
        (Tensors(("output", "memory")), ((one, rows), (rows, one), (rows, rows), ([one], one))),
        (TensorDict(("i",)), ({"i": rows},)),
    ):
        for value in values:
            with pytest.raises(Misformed, match=r"`torch\.stack` makes one tensor") as caught:
                form.read(value)
            assert caught.value.name == "not stacked"
    for value in ((one, (one, one)), (one, [one, one])):  # a pair: (h, c)
        with pytest.raises(Misformed) as caught:
            Tensors(("output", "memory")).read(value)
        assert caught.value.name == "returned like nn.LSTM"
    for value in ((one, [1.0, 2.0, 3.0]), (one, [])):
        with pytest.raises(Misformed) as caught:
            Tensors(("output", "memory")).read(value)
        assert caught.value.name == "not a tensor"
