"""Whatever is handed in, a check gives one clear answer, and never raises."""

import re

import numpy as np
import pytest
import torch
from catalogue import ALL, FUNCTIONS
from torch import nn
from toys import dict_toy, function_toy, scaled

from lstm_lessons.exercises.engine.base import OUR_FAULT


class Hostile:
    """Raises whatever it is asked."""

    def __getattribute__(self, name):
        raise RuntimeError("leave me alone")

    def __call__(self, *values, **options):
        raise RuntimeError("leave me alone")


class HalfHostile:
    """A callable whose attributes raise when they are looked up."""

    def __getattr__(self, name):
        raise RuntimeError("leave me alone")

    def __call__(self, *values, **options):
        return 1


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


VALUES = [
    *(0, 1.5, True, "text", b"bytes", (), [], set(), {"no": 1}, {1: 2}, object()),
    *(Hostile(), HalfHostile(), HostileDict(a=1), float("nan"), 10**400, 1j, range(3)),
    *(np.zeros(3), np.array("text"), torch.zeros(2, 3), torch.tensor(True), torch.tensor([])),
    [torch.zeros(2)],
    (torch.zeros(2, 5), torch.zeros(2, 5)),
    (torch.zeros(2, 5, dtype=torch.complex64), torch.zeros(2, 5)),
    (torch.zeros(2, 5), None),
    (torch.zeros(2, 5).to_sparse(), torch.zeros(2, 5, device="meta")),
    (torch.full((2, 5), torch.nan), torch.full((2, 5), torch.inf)),
    torch.nested.nested_tensor([torch.zeros(2), torch.zeros(3)]),
    torch.zeros(2, 3).to_sparse(),
    torch.zeros(2, 3, device="meta"),
    torch.quantize_per_tensor(torch.zeros(2, 3), 0.1, 0, torch.quint8),
    {gate: torch.zeros(8, 12) for gate in "ifgo"},
    {gate: "text" for gate in "ifgo"},
    *(torch, nn.LSTMCell, nn.LSTMCell(3, 5), print, len, torch.sigmoid),
]

ANSWERS = [
    *(give(value) for value in VALUES),
    lambda: 1,
    lambda a, b, c, d, e, f, g, h, i, j: a,
    *(coroutine, generator, endless_recursion, forgets_to_return),
    raiser(ValueError("a text\nof two lines")),
    raiser(ValueError("x" * 10_000)),
    raiser(ExceptionGroup("several", [ValueError("one"), TypeError("two")])),
    *map(raiser, (BrokenError(), KeyError("key"), SystemExit(3), KeyboardInterrupt())),
    *map(raiser, (GeneratorExit(), StopIteration(), MemoryError())),
]

ENTRIES = [
    (float("nan"), 8),
    range(10**9),
    (float("inf"),),
    [[1], [2]],
    (True, False),
    (1j, 2),
    "7, 3, 5",
    *VALUES[:20],
    np.zeros(3),
    torch.zeros(3),
    torch.nested.nested_tensor([torch.zeros(2), torch.zeros(3)]),
    Hostile(),
]


JUNK = [*VALUES, *ANSWERS]
SHARES = 4


def share(each):
    """Return a toy's junk, which is all, or an exercise's share.

    What comes back is read by the class of what is to be returned: exercises with one class have
    all the junk between them.
    """
    if each not in ALL:
        return JUNK
    alike = [other for other in ALL if type(returned(other)) is type(returned(each))]
    shares = min(len(alike), SHARES)
    return JUNK[alike.index(each) % shares :: shares]


def returned(each):
    return getattr(each, "returns", None)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("each", [function_toy(), dict_toy(), *ALL], ids=lambda each: each.number)
def test_junk_gets_a_clear_line_and_never_raises(each):
    known = (
        {slip.name for suspect in each.known for slip in suspect.slips} if each in FUNCTIONS else ()
    )
    for answer in share(each):
        result = each.check(answer)
        assert result.outcome in ("incorrect", "error"), answer
        assert OUR_FAULT not in result.message, result
        assert 20 < len(result.message) < 1500, result
        assert result.misconception not in known, result
        assert re.fullmatch(r"[^\x00-\x08]+", repr(result) + result._repr_html_())


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("key", ["shape", "letter", "share", "causal"])
def test_junk_in_an_entry_gets_a_true_word_and_the_others_are_judged(key):
    for value in ENTRIES:
        result = dict_toy().check(
            {"shape": (7, 3, 5), "letter": "b", "share": 0.25, "causal": True, key: value}
        )
        if result.outcome == "correct":
            continue
        assert OUR_FAULT not in result.message, (value, result)
        assert result.outcome in ("incorrect", "error"), value
        assert f"`{key}`" in result.message or result.outcome == "error", (value, result)


@pytest.mark.parametrize("each", [function_toy(), *FUNCTIONS], ids=lambda each: each.number)
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


@pytest.mark.slow
@pytest.mark.parametrize("each", [function_toy(), *FUNCTIONS], ids=lambda each: each.number)
def test_other_arguments_and_a_missing_return_are_told(each):
    result = each.check(lambda: 1)
    assert (result.outcome, result.misconception) == ("incorrect", "other arguments")
    assert f"The check calls `{each.function}(" in result.message
    result = each.check(forgets_to_return)
    assert (result.outcome, result.misconception) == ("incorrect", "nothing returned")
    assert each.check(scaled, 2).outcome == "incorrect"


def test_an_error_is_told_with_its_line():
    def stops(x, scale):
        return x.chunk_of_nothing

    line = stops.__code__.co_firstlineno + 1
    result = function_toy().check(stops)
    assert result.outcome == "error"
    assert f"Line {line} of your code: `return x.chunk_of_nothing`" in result.message
    assert "type `Tensor` has no `chunk_of_nothing`" in result.message
    assert "T=5, B=3" in result.message


def test_the_line_is_the_learners_where_a_library_raises():
    def answer(x, scale):
        return nn.functional.linear(x, x.new_zeros(3, 3, 3))

    assert (
        "`return nn.functional.linear(x, x.new_zeros(3, 3, 3))`"
        in function_toy().check(answer).message
    )


# --- Not attempted ------------------------------------------------------------------------------


def dots(*values): ...


def passes(*values):
    pass


def documented(*values):
    """Do it later."""


def placeholder(*values, **options):
    raise NotImplementedError  # your code here


@pytest.mark.parametrize("each", [function_toy(), dict_toy(), *ALL], ids=lambda each: each.number)
def test_no_answer_is_not_attempted(each):
    answers = [..., None]
    if hasattr(each, "returns"):
        answers += [dots, passes, documented, placeholder]
    else:
        answers += [{q.key: ... for q in each.questions}, {each.questions[0].key: None}, {}]
    for answer in answers:
        result = each.check(answer)
        assert (result.outcome, result.misconception) == ("not attempted", None), result
        assert f'exercise("{each.number}").hint()' in result.message
    assert each.check().outcome == "not attempted"


def below_a_placeholder(x, scale):
    raise NotImplementedError  # your code here
    last = x[-1]
    return scale * last


def below_a_docstring(x, scale):
    """Return the last step, scaled."""
    raise NotImplementedError
    return scale * x[-1]


@pytest.mark.parametrize("answer", [below_a_placeholder, below_a_docstring])
def test_code_below_a_left_over_placeholder_is_told(answer):
    result = function_toy().check(answer)
    assert (result.outcome, result.misconception) == ("incorrect", "a line left over")
    assert "delete that line" in result.message


def test_an_error_of_torchs_that_looks_like_a_placeholder_is_an_error():
    assert (
        function_toy().check(raiser(NotImplementedError("no kernel for this"))).outcome == "error"
    )


def test_a_layer_in_place_of_a_tensor_is_called_one():
    result = function_toy().check(lambda x, scale: torch.nn.Linear(2, 3))
    assert "is a layer, `Linear`; a tensor was expected." in result.message
