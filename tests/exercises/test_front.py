"""What a learner calls: exercise, check, hint, solution; and how it looks."""

import subprocess
import sys

import pytest
import torch
from catalogue import ALL, DICTS
from torch import nn
from toys import RIGHT_DICT, TEXTS, dict_toy, function_toy, scaled

from lstm_lessons import exercise
from lstm_lessons.commands import slips
from lstm_lessons.environment.failure import Failure
from lstm_lessons.exercises import numbers
from lstm_lessons.exercises.engine.result import Result


def label(value):
    return getattr(value, "number", None)


def test_a_number_gives_the_same_object_each_time():
    assert exercise("07.2") is exercise("07.2")


@pytest.mark.parametrize("number", ["9.9", "3.1", "", 3.1, None, [], "03.1 "])
def test_an_unknown_number_lists_those_there_are(number):
    with pytest.raises(ValueError) as caught:
        exercise(number)
    said = str(caught.value)
    assert "\n" not in said
    assert said.startswith(f"there is no exercise {number!r}")
    assert all(known in said for known in numbers())


@pytest.mark.slow
def test_an_exercise_imports_its_own_lesson_alone():
    program = (
        "import sys; from lstm_lessons import exercise; exercise('07.2'); "
        "print(sorted({n.split('.')[2] for n in sys.modules if '.exercises.lesson_' in n}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "['lesson_07']", done.stderr


@pytest.mark.parametrize("each", [function_toy(), dict_toy()], ids=label)
def test_hints_come_one_at_a_time_and_then_all_together(each):
    total = len(each.hints)
    for count, text in enumerate(each.hints, 1):
        note = each.hint()
        assert note.title == f"Exercise {each.number} · hint {count} of {total}"
        assert note.message == text
    for _ in range(2):
        note = each.hint()
        assert all(text in note.message for text in each.hints)


@pytest.mark.parametrize("each", [function_toy(), dict_toy()], ids=label)
def test_the_solution_asks_first(each):
    asked = each.solution()
    assert "Are you sure?" in asked.message
    assert f'exercise("{each.number}").solution()' in asked.message
    assert not asked.code
    for _ in range(2):
        assert each.solution().code == TEXTS[each.number].solution


@pytest.mark.parametrize("each", ALL, ids=label)
def test_nothing_but_the_second_call_shows_the_solution(each):
    lines = {line.strip() for line in each.text.solution.split("\n") if len(line.strip()) > 12}
    lines -= {line.strip() for line in each.text.before.split("\n")}
    lines = {line for line in lines if not line.startswith("def ")}
    shown = [repr(each), repr(each.solution), repr(each.hint), each.text.task, *each.hints[:-1]]
    shown += [repr(each.check(...)), repr(each.check("junk"))]
    if each in DICTS:
        shown += [row.says for question in each.questions for row in question.rows]
    else:
        shown += [slip.says for suspect in each.known.levels[0] for slip in suspect.slips]
    for line in lines:
        assert not any(line in text for text in shown), line


@pytest.mark.parametrize("each", ALL, ids=label)
def test_the_cell_that_a_learner_gets_is_not_attempted(each):
    """The placeholder that the build leaves is one that the check knows."""
    if each in DICTS:
        answer = {question.key: ... for question in each.questions}
        assert list(each.text.made()) == list(answer), (
            "the solution has the keys in the task's order"
        )
    else:
        head = each.text.solution.split("):\n")[0]
        space = each.text.namespace()
        exec(f"{head}):\n    raise NotImplementedError  # your code here", space)
        answer = space[each.function]
    assert each.check(answer).outcome == "not attempted"


# --- How it looks -------------------------------------------------------------------------------


def raises_html(x, scale):
    raise ValueError("<script>alert(1)</script> `a<b`")


@pytest.mark.parametrize(
    ("result", "title"),
    [
        (function_toy().check(scaled), "✓ Exercise 98.1 · Correct"),
        (function_toy().check(lambda x, scale: x[0]), "✗ Exercise 98.1 · Not right yet"),
        (function_toy().check(...), "○ Exercise 98.1 · Not attempted"),
        (function_toy().check(raises_html), "! Exercise 98.1 · Error"),
        (dict_toy().check({"letter": "b"}), "○ Exercise 98.2 · Not complete yet"),
        (dict_toy().check(RIGHT_DICT), "✓ Exercise 98.2 · Correct"),
    ],
)
def test_results_read_well_as_text_and_in_a_notebook(result, title):
    assert repr(result).startswith(f"{title}\n")
    html = result._repr_html_()
    assert title in html
    assert "var(--jp-" in html
    assert "background" not in html


def test_html_is_escaped():
    html = function_toy().check(raises_html)._repr_html_()
    assert "<script>" not in html
    assert "<code>a&lt;b</code>" in html
    toy = function_toy()
    toy.solution()
    assert "<pre><code>def scaled" in toy.solution()._repr_html_()


def test_a_stressed_word_is_stressed_and_code_is_left_alone():
    result = Result("incorrect", None, "It reads *every* one of `x * y * z`, 2 * 3 * 4.", "98.1")
    assert (
        "It reads <em>every</em> one of <code>x * y * z</code>, 2 * 3 * 4." in result._repr_html_()
    )
    assert "It reads every one of `x * y * z`, 2 * 3 * 4." in repr(result)


@pytest.mark.parametrize("each", [function_toy(), dict_toy()], ids=label)
def test_the_same_answer_gets_the_same_words(each):
    for answer in (scaled, RIGHT_DICT, ..., "junk", lambda x, scale: x[0], {"letter": "a"}):
        first, second = each.check(answer), each.check(answer)
        assert repr(first) == repr(second)
        assert first._repr_html_() == second._repr_html_()


def test_a_module_that_is_handed_in_keeps_its_gradients():
    class Scaled(nn.Module):
        def __init__(self):
            super().__init__()
            self.factor = nn.Parameter(torch.ones(()))

        def forward(self, x, scale):
            return self.factor * scale * x[-1]

    module = Scaled()
    assert function_toy().check(module).outcome == "correct"
    assert module.factor.grad is None
    assert module.factor.item() == 1


def test_the_slips_of_an_exercise_are_printed_with_what_each_is_told(capsys):
    assert slips.main(["05.3"]) == 0
    said = capsys.readouterr().out
    for wrong in exercise("05.3").known.levels[0]:
        assert f"## {wrong.slips[0].name}\n" in said
        assert exercise("05.3").check(wrong.function).message in said
    assert slips.main(["05.3", "--pairs"]) == 0
    heads = [line for line in capsys.readouterr().out.split("\n") if line.startswith("## ")]
    assert len(heads) == len(exercise("05.3").known.levels[1]) > 0
    assert all(" + " in head for head in heads)


@pytest.mark.parametrize("number", ["99.9", "00.1"])
def test_an_exercise_without_slips_is_told_in_one_line(number):
    with pytest.raises(Failure, match="there is no exercise|asks for no function"):
        slips.main([number])
