"""Two small exercises that are no lesson's: what is true of every exercise is proven on them."""

import torch

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.kinds import OneOf, Quantity, ShapeOf, TrueOrFalse
from lstm_lessons.exercises.engine.question import row, story
from lstm_lessons.exercises.engine.returns import OneTensor, Returns
from lstm_lessons.exercises.engine.slips import other, place
from lstm_lessons.exercises.engine.text import read
from lstm_lessons.shapes import Configuration

SOURCE = """
# %% [markdown]
# Words before the first exercise.

# %%
import torch

# %% [markdown]
# ## 98.1 The last step, scaled
#
# x is (T, B); return its last step times `scale`, (B,).

# %%
print("an experiment, which the checker does not run")


def helper(x):
    return x


# %%
def scaled(x, scale):
    ### BEGIN SOLUTION
    last = x[-1]
    return scale * last
    ### END SOLUTION


# %%
exercise("98.1").check(scaled)

# %% [markdown] tags=["hints"]
# 1. Which step is the last one?
# 2. An index of -1 counts from
#    the end.
# 3. Multiply it by `scale`.

# %% [markdown]
# ## 98.2 Some entries

# %%
answer = {"shape": ..., "letter": ..., "share": ..., "causal": ...}
### BEGIN SOLUTION
answer = {"shape": (7, 3, 5), "letter": "b", "share": 0.25, "causal": True}
### END SOLUTION

# %%
exercise("98.2").check(answer)

# %% [markdown] tags=["hints"]
# 1. One.
# 2. Two.
# 3. Three.
"""

TEXTS = {each.number: each for each in read(SOURCE)}


def cases() -> tuple[Case, ...]:
    def case(T: int, B: int, special: str = "") -> Case:
        random = randoms(T)
        return Case({"x": random(T, B), "scale": random()}, {"T": T, "B": B}, special=special)

    return case(5, 3), case(1, 4, "There is one step."), case(6, 1, "There is one sentence.")


def function_toy(returns: Returns | None = None, **changes) -> FunctionExercise:
    """Return the first toy anew."""
    parts = {
        "cases": cases,
        "returns": returns or OneTensor(("result",), axes=("sentence",)),
        "axes": {"x": ("step", "sentence")},
        "slips": (
            place("x[-1]", ("the first step", "You take the first step.", "x[0]")),
            place(
                "scale * last",
                ("divided", "You divide by scale.", "last / scale"),
                ("not scaled", "You leave out scale.", "last"),
                ("detached", "You cut the graph.", "scale * last.detach()"),
            ),
        ),
        "others": (other("the sum", "You add up all steps.", lambda x, scale: scale * x.sum(0)),),
        "praise": "So it is.",
    }
    toy = FunctionExercise("98.1", **{**parts, **changes})
    toy.__dict__["text"] = TEXTS["98.1"]
    return toy


def dict_toy(**changes) -> DictExercise:
    """Return the second toy anew."""
    layer = Configuration(input_size=4, hidden_size=5, batch=3, seq_len=7)
    parts = {
        "questions": (
            ShapeOf(
                "shape",
                "Count the axes.",
                (row("batch first", "You have the batch first.", (3, 7, 5)),),
                of=layer,
            ),
            OneOf(
                "letter", "Read them again.", (row("a", "Not a.", "a"),), options=("a", "b", "c")
            ),
            Quantity("share", "Half of a half.", (row("a half", "Only once.", 0.5),)),
            TrueOrFalse("causal", "Look at the arrows."),
        ),
        "stories": (story("both", "You take a for b.", {"letter": "a", "share": 0.5}),),
    }
    toy = DictExercise("98.2", **{**parts, **changes})
    toy.__dict__["text"] = TEXTS["98.2"]
    return toy


def scaled(x, scale):
    """The right answer to the first toy."""
    return scale * x[-1]


RIGHT_DICT = {"shape": (7, 3, 5), "letter": "b", "share": 0.25, "causal": True}


def nothing() -> torch.Tensor:
    """A tensor without numbers."""
    return torch.zeros(0)
