"""Every exercise: right answers pass, wrong ones are told in true words, and quickly."""

import inspect
import time

import pytest
from catalogue import ALL, DICTS, FUNCTIONS, random_pairs, told_of
from mutants import mutants

from lstm_lessons.exercises.engine.attempts import right
from lstm_lessons.exercises.engine.base import OUR_FAULT
from lstm_lessons.exercises.engine.slips import compiled

PAIRS, MUTANTS, SEED = 15, 30, 9  # of 200 pairs and more, tried when an exercise is made
MOST_KNOWN = 1200
"""Known wrong answers of an exercise: more would make the first wrong check slow."""


def label(value):
    return getattr(value, "number", None)


def functions(argument):
    return pytest.mark.parametrize(argument, FUNCTIONS, ids=label)


@pytest.mark.parametrize("each", ALL, ids=label)
def test_an_exercise_is_complete(each):
    assert len(each.hints) >= 3
    assert each.title
    assert "TODO" not in "\n".join([each.praise, each.text.task, *each.hints, *sentences(each)])
    assert len(told_of(each.number, "RIGHT")) >= 5, (
        "with the solution, six forms of the right answer"
    )


def sentences(each):
    """Return every sentence that a wrong answer to an exercise may earn."""
    if each in DICTS:
        rows = [row.says for question in each.questions for row in question.rows]
        return [*rows, *(story.says for story in each.stories)]
    return [slip.says for suspect in each.known.levels[0] for slip in suspect.slips]


@pytest.mark.parametrize("each", ALL, ids=label)
def test_the_solution_is_right(each):
    result = each.check(each.text.made())
    assert (result.outcome, result.misconception) == ("correct", None), result


@pytest.mark.slow
@pytest.mark.parametrize(
    ("each", "name"), [(e, n) for e in ALL for n in told_of(e.number, "RIGHT")], ids=label
)
def test_another_right_answer_is_right(each, name):
    result = each.check(told_of(each.number, "RIGHT")[name])
    assert (result.outcome, result.misconception) == ("correct", None), result


@pytest.mark.slow
@functions("each")
def test_no_slip_is_right_and_each_is_told_by_its_name(each):
    for suspect in each.known.levels[0]:
        (slip,) = suspect.slips
        result = each.check(suspect.function)
        assert result.outcome in ("incorrect", "error"), f"{slip.name} is right"
        assert OUR_FAULT not in result.message, result
        assert result.misconception, f"{slip.name} is told nothing: {result}"
        named = slip.name in result.misconception
        assert named or too_many(each, suspect), f"{slip.name} is told {result}"


def too_many(each, suspect):
    """More causes than can be told fit the same answer; or a reader has the first word."""
    return len(each.known.doing(each.attempts(suspect.function))) != 1


@pytest.mark.slow
@functions("each")
def test_two_slips_are_told(each):
    for slips, function in random_pairs(each, PAIRS):
        result = each.check(function)
        names = [slip.name for slip in slips]
        assert OUR_FAULT not in result.message, (names, result)
        if result.outcome != "correct":  # two slips may undo one another
            assert result.misconception, (names, result)
        else:
            assert right(each.attempts(function), each.wanted, each.returns)


@pytest.mark.slow
@functions("each")
def test_a_small_edit_is_right_only_where_it_is_the_same(each):
    same = told_of(each.number, "EQUIVALENT")
    found = set()
    for change, code in mutants(each.text.solution, MUTANTS, SEED):
        result = each.check(compiled(code, each.function, each.text.namespace()))
        assert OUR_FAULT not in result.message, (change, result)
        if result.outcome == "correct":
            assert change in same, f"{change} is accepted:\n{code}"
            found.add(change)
    assert found == set(same), "these are no longer accepted"


@functions("each")
def test_what_is_known_is_not_too_much(each):
    assert sum(map(len, each.known.levels)) <= MOST_KNOWN


@pytest.mark.slow
@functions("each")
def test_the_first_wrong_check_is_quick(each):
    fresh = type(each)(**{name: getattr(each, name) for name in parameters(each)})
    start = time.process_time()
    fresh.check(lambda *inputs, **keywords: None)
    fresh.check(wrong_of_the_right_shape(each))
    assert time.process_time() - start < 2.0, "aim at 1 second of a quiet core"


def parameters(each):
    return [name for name in inspect.signature(type(each)).parameters]


def wrong_of_the_right_shape(each):
    """Return an answer that no slip is, so that all of them are tried."""
    solved = each.solved

    def nearly(*inputs, **keywords):
        return nudged(solved(*inputs, **keywords))

    return nearly


def nudged(value, by=1e-6):
    """Return a result that is nearly the one given, but not within the checker's reach."""
    if isinstance(value, dict):
        return {key: nudged(each, by) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(nudged(each, by) for each in value)
    if hasattr(value, "is_floating_point") and not value.is_floating_point():
        return value
    return value * (1 + 1e-3) + by


@pytest.mark.slow
@functions("each")
def test_a_near_miss_of_the_solution_is_neither_right_nor_taken_for_a_slip(each):
    result = each.check(wrong_of_the_right_shape(each))
    assert result.outcome == "incorrect"
    known = {slip.name for suspect in each.known for slip in suspect.slips}
    assert not any(name == result.misconception for name in known), result


@pytest.mark.parametrize("each", DICTS, ids=label)
def test_each_row_and_story_is_told_by_its_name(each):
    solved = each.text.made()
    for question in each.questions:
        for row in question.rows:
            for value in row.values:
                result = each.check({**solved, question.key: value})
                assert row.name in (result.misconception or ""), (question.key, value, result)
    for story in each.stories:
        result = each.check({**solved, **story.entries})
        assert story.name in (result.misconception or ""), (story, result)


@pytest.mark.parametrize("each", DICTS, ids=label)
def test_a_near_miss_in_an_entry_is_not_right(each):
    solved = each.text.made()
    for question in each.questions:
        value = solved[question.key]
        if isinstance(value, tuple | list):
            wrong = type(value)([*value[:-1], value[-1] + 1000])
        elif isinstance(value, int | float) and not isinstance(value, bool):
            wrong = value * 1000 + 1
        else:
            continue
        result = each.check({**solved, question.key: wrong})
        assert result.outcome == "incorrect"
        assert question.key in result.message


@functions("each")
def test_the_first_call_has_sizes_that_all_differ(each):
    """Weak inputs hide real mistakes; layers and directions are few by their nature."""
    sizes = {key: size for key, size in each.calls[0].sizes.items() if key not in ("L", "D")}
    assert len(set(sizes.values())) == len(sizes), sizes


@pytest.mark.slow
@functions("each")
def test_what_is_wrong_in_one_call_alone_is_told_and_no_reader_fails(each):
    """In a later call an input may be None, or of another kind than in the first.

    Odd calls are tried in test_degenerate.py.
    """
    for number, case in enumerate(each.calls):
        if case.special:
            continue
        result = each.check(nudged_in(each, case))
        assert OUR_FAULT not in result.message, (case.label, result)
        assert result.outcome == "incorrect", (case.label, result)
        assert number == 0 or case.label in result.message, (case.label, result)


def nudged_in(each, case):
    """Return an answer that is right but for inputs of the kind of one call."""
    solved, like = each.solved, kinds([*case.inputs.values(), *case.keywords.values()])

    def nearly(*inputs, **keywords):
        found = solved(*inputs, **keywords)
        return nudged(found, 1e-3) if kinds([*inputs, *keywords.values()]) == like else found

    return nearly


def kinds(values):
    """Return the shapes of tensors, also of those in lists and dicts, and what else there is."""
    values = [*values.values()] if isinstance(values, dict) else values
    return [
        kinds(each) if isinstance(each, tuple | list | dict) else str(getattr(each, "shape", each))
        for each in values
    ]
