"""A dict of entries: each wrong one earns a sentence, several of a kind share one."""

import pytest
from toys import RIGHT_DICT, dict_toy

from lstm_lessons.exercises.engine.kinds import Quantity, ShapeOf
from lstm_lessons.exercises.engine.question import row

KEYS = ("shape", "letter", "share", "causal")
NAMED = row("turned round", "{keys}: turned round.", 2)
UNNAMED = row("turned round", "That is turned round.", 2)


def asked(*questions):
    """Return an exercise with these questions, whose right answer is 1 for each."""
    toy = dict_toy(questions=questions, stories=())
    toy.__dict__["right"] = {each.key: each.read(1) for each in questions}
    return toy


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (NAMED, "`shape`, `letter` and `share`: turned round."),
        (UNNAMED, "`shape`, `letter`, `share`: That is turned round."),
    ],
)
def test_entries_that_earn_one_sentence_share_it(known, said):
    toy = asked(*(Quantity(key, "", (known,)) for key in KEYS))
    result = toy.check({"shape": 2, "letter": 2, "share": 2, "causal": 1})
    assert result.message == f"{said}\n\nRight so far: `causal`."
    assert result.misconception == "turned round"
    result = toy.check({"shape": 1, "letter": 1, "share": 2, "causal": 1})
    assert result.message.startswith("That is" if known is UNNAMED else "`share`: turned")


def test_entries_of_which_the_same_is_seen_share_a_sentence():
    layer = dict_toy().questions[0].of
    toy = dict_toy(questions=tuple(ShapeOf(key, "", of=layer) for key in KEYS), stories=())
    toy.__dict__["right"] = dict.fromkeys(KEYS, (7, 3, 5))
    answer = {"shape": (3, 7, 5), "letter": (3, 7, 5), "share": (7, 3, 5), "causal": (7, 3)}
    said = toy.check(answer).message.split("\n\n")
    assert said[0].startswith("`shape` and `letter` are not right yet. The numbers are the right")
    assert said[1].startswith("`causal` is not right yet. Yours is (T, B).")


def test_entries_of_another_kind_share_a_sentence():
    toy = dict_toy(questions=tuple(ShapeOf(key, "") for key in KEYS), stories=())
    toy.__dict__["right"] = dict.fromkeys(KEYS, (2,))
    result = toy.check(dict.fromkeys(KEYS, 2))
    assert result.message.startswith("`shape` is the number 2, not a shape.")
    assert result.message.endswith("The same goes for `letter`, `share`, `causal`.")


def test_three_sentences_are_told_and_the_rest_is_named():
    toy = asked(*(Quantity(key, f"Look at {key}.") for key in KEYS))
    said = toy.check(dict.fromkeys(KEYS, 5)).message.split("\n\n")
    assert said[:3] == [f"`{key}` is not right yet. Look at {key}." for key in KEYS[:3]]
    assert said[3] == "Look again at `causal` too."


def test_a_known_mistake_is_told_however_many_entries_are_wrong():
    known = {"causal": (UNNAMED,)}
    toy = asked(*(Quantity(key, f"Look at {key}.", known.get(key, ())) for key in KEYS))
    said = toy.check({**dict.fromkeys(KEYS, 5), "causal": 2}).message.split("\n\n")
    assert said[:2] == [f"`{key}` is not right yet. Look at {key}." for key in KEYS[:2]]
    assert said[2:4] == ["`causal`: That is turned round.", "Look again at `share` too."]


@pytest.mark.parametrize(
    "says", ["`shape` is turned.", "In shape, all is turned.", "The shape: turned."]
)
def test_a_sentence_that_begins_with_its_entry_is_not_named_twice(says):
    toy = asked(
        Quantity("shape", "", (row("turned", says, 2),)), Quantity("letter", "", (UNNAMED,))
    )
    said = toy.check({"shape": 2, "letter": 2}).message.split("\n\n")
    assert said[:2] == [says, "`letter`: That is turned round."]


def test_an_entry_is_judged_after_the_one_that_it_would_give_away():
    toy = asked(Quantity("letter", ""), Quantity("shape", "Look.", after="letter"))
    assert "shape" not in toy.check({"letter": 5, "shape": 1}).message
    assert "shape" not in toy.check({"letter": 5, "shape": 5}).message
    assert toy.check({"shape": 5}).message == "Still to fill in: `letter`."
    assert toy.check({"letter": 1, "shape": 5}).message.startswith("`shape` is not right yet.")


def test_a_story_is_told_before_its_entries():
    result = dict_toy().check({**RIGHT_DICT, "letter": "a", "share": 0.5})
    assert (result.misconception, result.message.split("\n\n")[0]) == ("both", "You take a for b.")
    said = dict_toy().check({**RIGHT_DICT, "letter": "a", "share": 0.5, "shape": (9, 9)}).message
    assert said.startswith("`letter`, `share`: You take a for b.")


def test_a_shape_that_another_entry_asks_for_is_not_given_away():
    toy = dict_toy()
    layer = toy.questions[0].of
    toy = dict_toy(
        questions=(ShapeOf("input", "", of=layer), ShapeOf("output", "", of=layer)), stories=()
    )
    toy.__dict__["right"] = {"input": (7, 3, 4), "output": (7, 3, 5)}
    assert "the shape of" not in toy.check({"output": (7, 3, 4)}).message
    assert "the shape of `input`" in toy.check({"input": (7, 3, 4), "output": (7, 3, 4)}).message


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 10**400, "nan"])
def test_a_number_that_is_none_is_told(value):
    said = dict_toy().check({**RIGHT_DICT, "share": value}).message
    assert said.startswith("`share` is ")
    assert len(said) < 200


def test_a_share_in_per_cent_is_told_how_it_is_written():
    said = dict_toy().check({**RIGHT_DICT, "share": "25 %"}).message
    assert said.startswith("`share` is in per cent. Give a number")
    assert dict_toy().check({**RIGHT_DICT, "share": "1/4"}).outcome == "correct"
