"""Slips: made alone and in pairs, matched with what an answer does, and joined in words."""

import pytest
from toys import function_toy, scaled

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.slips import (
    AnotherWay,
    edited,
    other,
    pairs,
    place,
    singles,
    together,
)

CODE = "def f(x):\n    a = x + 1\n    return a * 2\n"
PLACES = (
    place(
        "x + 1", ("minus", "A", "x - 1", "x + -1"), ("twice", "B", "x + 2"), also_right=("1 + x",)
    ),
    place("a * 2", ("thrice", "C", "a * 3"), alone=(("square", "D", "a ** 2"),)),
)


def test_every_slip_is_made_in_every_way_beside_every_right_way_of_the_rest():
    made = [(wrong.slips[0].name, wrong.code) for wrong in singles(CODE, PLACES)]
    assert [name for name, _ in made] == [
        "minus",
        "minus",
        "twice",
        "thrice",
        "thrice",
        "square",
        "square",
    ]
    assert made[0][1] == "def f(x):\n    a = x - 1\n    return a * 2\n"
    assert made[4][1] == "def f(x):\n    a = 1 + x\n    return a * 3\n"


def test_pairs_are_slips_of_different_places_and_not_those_that_stand_alone():
    made = [tuple(slip.name for slip in wrong.slips) for wrong in pairs(CODE, PLACES)]
    assert made == [("minus", "thrice"), ("twice", "thrice")]


def test_a_slip_of_several_places_is_not_paired_with_one_in_them():
    both = together("both", "E", {"x + 1": "x - 1", "a * 2": "a / 2"})
    made = [tuple(slip.name for slip in wrong.slips) for wrong in pairs(CODE, (*PLACES, both))]
    assert made == [("minus", "thrice"), ("twice", "thrice")]
    assert ["both"] == [s.name for w in singles(CODE, (both,)) for s in w.slips]


@pytest.mark.parametrize(
    ("edits", "match"),
    [
        ({"y": "z"}, "stands 0 times"),
        ({"x": "z"}, "stands 2 times"),
        ({"x + 1": "", "+ 1": ""}, "overlaps"),
    ],
)
def test_a_snippet_that_is_not_there_once_is_refused(edits, match):
    with pytest.raises(ValueError, match=match):
        edited(CODE, edits)


# --- Matching -----------------------------------------------------------------------------------


def told(answer, **changes):
    result = function_toy(**changes).check(answer)
    return result.misconception, result.message


def test_one_slip_is_told():
    assert told(lambda x, scale: scale * x[0]) == ("the first step", "You take the first step.")


def test_two_slips_are_told_with_both_sentences():
    name, message = told(lambda x, scale: x[0] / scale)
    assert name == "the first step + divided"
    assert message == "You take the first step.\n\nYou divide by scale."


def test_another_way_of_thinking_is_told():
    assert told(lambda x, scale: scale * x.sum(0)) == ("the sum", "You add up all steps.")


def test_a_slip_in_the_gradients_is_told():
    assert told(lambda x, scale: scale * x[-1].detach()) == ("detached", "You cut the graph.")


def test_a_slip_in_the_gradients_is_told_where_an_input_is_a_constant():
    result = function_toy(constants=("scale",)).check(lambda x, scale: scale * x[-1].detach())
    assert result.misconception == "detached"


def test_fewest_slips_win():
    more = (
        place(
            "x[-1]",
            ("the first step", "You take the first step.", "x[0]"),
            ("first and divided", "Both at once.", "x[0] / scale / scale"),
        ),
        place("scale * last", ("divided", "You divide by scale.", "last / scale")),
    )
    assert told(lambda x, scale: x[0] / scale, slips=more)[0] == "first and divided"


def test_causes_that_no_input_tells_apart_are_all_told():
    twins = (
        other("a", "You do A.", lambda x, s: -s * x[-1]),
        other("b", "You do B.", lambda x, s: s * -x[-1]),
    )
    name, message = told(lambda x, scale: -scale * x[-1], others=twins)
    assert name == "a or b"
    assert message == (
        "More than one thing leads to this. It may be this:\n\nYou do A.\n\nOr this: You do B."
    )


def test_what_all_causes_share_is_told_for_certain():
    slips = (
        place("x[-1]", ("first", "You take the first step.", "x[0]")),
        place("scale *", ("minus", "You write minus.", "-scale *")),
        place("* last", ("negative", "You take -last.", "* -last")),
    )
    name, message = told(lambda x, scale: -scale * x[0], slips=slips)
    assert name == "first + minus or negative"
    assert message.startswith("You take the first step.\n\nBesides, more than one thing")


def test_of_too_many_causes_none_is_told():
    many = tuple(other(f"cause {n}", f"You do {n}.", lambda x, s: -s * x[-1]) for n in range(4))
    name, message = told(lambda x, scale: -scale * x[-1], others=many)
    assert name == "a factor"
    assert "You do" not in message


def test_a_slip_in_another_right_answer_is_told():
    way = AnotherWay(
        "def scaled(x, scale):\n    rows = list(x)\n    return rows.pop() * scale\n",
        (place("rows.pop()", ("the second", "You take step 1.", "rows[1 % len(rows)]")),),
    )
    assert told(lambda x, scale: scale * x[1 % len(x)], another_way=(way,))[0] == "the second"


def test_a_case_is_told_by_its_special_words_where_it_is_the_first_that_fails():
    name, message = told(lambda x, scale: (scale * x[-1]).squeeze())
    assert name == "squeezed"
    assert "Yet with T=5, B=3 all is right. There is one sentence." in message


def test_a_slip_that_changes_its_inputs_is_no_match_for_a_change_it_does_not_make():
    def changing(x, scale):
        x[-1] = x[0]
        return scale * x[-1]

    assert told(changing)[0] == "changes its inputs"


def test_lists_and_dicts_are_fresh_for_every_call():
    def listed():
        random = randoms(3)
        return (Case({"x": [random(3), random(3)], "scale": random()}, {"T": 2}),)

    toy = function_toy(cases=listed, axes={}, slips=(), others=())
    for _ in range(2):
        result = toy.check(lambda x, scale: scale * x.pop())
        assert result.misconception == "changes its inputs"
        assert "changes its inputs: x" in result.message
    assert toy.check(scaled).outcome == "correct"
