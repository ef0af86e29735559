# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# <!-- opening -->

# %% [markdown]
# ## How it works
#
# Write your answer in its cell, run it (Shift + Enter), then run the cell below it, which checks
# it. You can check as often as you like. A wrong answer costs nothing: if the check recognises the
# mistake, it names it.
#
# Stuck? Put one of these in a new cell (the number is the exercise's):
#
# * `exercise("04.1").hint()` gives a hint. Call it again for the next one.
# * `exercise("04.1").solution()` shows a solution. It asks first; call it twice.

# %%
import torch
from torch import nn

from lstm_lessons import exercise
from lstm_lessons.lstm.cell import lstm_step

torch.set_default_dtype(torch.float64)

# %% [markdown]
# ## 04.1 Keep every memory
#
# `nn.LSTM` returns h after every step, but c after the last one only. Write the loop that returns
# both after every step: `return output, memory`, each of shape (T, B, H).
#
# | argument | shape | meaning |
# |---|---|---|
# | `x` | (T, B, I) | the words |
# | `h_0`, `c_0` | (B, H), or None | the states to start from; both may be None, not given |
# | `weight_ih`, `weight_hh` | (4H, I), (4H, H) | the stacked weights |
# | `bias_ih`, `bias_hh` | (4H,) | the stacked biases |
#
# States that are not given are what they are in `nn.LSTM`. `lstm_step` does one step, as in the
# lesson. The check compares results and gradients. Here is something to try your function on:

# %%
x = torch.randn(6, 2, 3)
h_0, c_0 = torch.randn(2, 5), torch.randn(2, 5)
tensors = nn.LSTM(3, 5).all_weights[0]
h, c = lstm_step(x[0], h_0, c_0, *tensors)
print("after word 0:", tuple(h.shape), tuple(c.shape))


# %%
def unroll_all(x, h_0, c_0, weight_ih, weight_hh, bias_ih, bias_hh):
    ### BEGIN SOLUTION
    zeros = torch.zeros(x.shape[1], weight_hh.shape[1])
    h = zeros if h_0 is None else h_0
    c = zeros if c_0 is None else c_0
    shown, kept = [], []
    for x_t in x:
        h, c = lstm_step(x_t, h, c, weight_ih, weight_hh, bias_ih, bias_hh)
        shown.append(h)
        kept.append(c)
    return torch.stack(shown), torch.stack(kept)
    ### END SOLUTION


# %%
exercise("04.1").check(unroll_all)

# %% [markdown] tags=["hints"]
# 1. Begin with the lesson's loop. Which two things change from turn to turn, and which of them does
#    it put away?
# 2. A second list takes the memories. Both are filled in the same turn, after the step.
# 3. Before the loop: where a state is None, put zeros of shape (B, H) in its place. B is
#    `x.shape[1]`, and H is the number of columns of `weight_hh`.

# %% [markdown]
# ## 04.2 Predict a call
#
# A layer `nn.LSTM(7, 5)` with random weights, and three calls of it without states:
#
# | call | input |
# |---|---|
# | one | (9, 7): one sentence |
# | three | (9, 3, 7): three sentences |
# | short | (4, 3, 7): three shorter ones |
#
# Put in the shapes, as tuples. The last four are about the results of the call "three": what does
# `torch.equal` say, `True` or `False`? It asks for the same shape and the same numbers. (The
# slice `output[-1:]` is the last row, too, but keeps the first axis, with one row in it.) Decide
# before you run anything.

# %%
answer = {
    "one: output": ...,
    "one: h_n": ...,
    "three: output": ...,
    "three: h_n": ...,
    "short: h_n": ...,
    "output[-1] equals h_n": ...,
    "output[-1] equals h_n[0]": ...,
    "output[0] equals h_n[0]": ...,
    "c_n equals output[-1:]": ...,
}
### BEGIN SOLUTION
answer = {
    "one: output": (9, 5),
    "one: h_n": (1, 5),
    "three: output": (9, 3, 5),
    "three: h_n": (1, 3, 5),
    "short: h_n": (1, 3, 5),
    "output[-1] equals h_n": False,
    "output[-1] equals h_n[0]": True,
    "output[0] equals h_n[0]": False,
    "c_n equals output[-1:]": False,
}
### END SOLUTION

# %%
exercise("04.2").check(answer)

# %% [markdown] tags=["hints"]
# 1. Begin with what each result holds: which state, h or c, and after which steps?
# 2. `output` has an axis for time. `h_n` and `c_n` have none, but one for layers in front. A
#    sentence alone, (T, I), has no axis for the batch, going in or coming out.
# 3. For the four verdicts, write both shapes down first. Then ask for both sides: h or c, and of
#    which step?

# %% [markdown]
# ## 04.3 Which picture is right?
#
# Six pictures of one layer and three steps. Each row below the steps is a result. Each slot of it
# says of which state it is made: "h, step 1" is h after step 1.

# %%
from lstm_lessons import pictures

pictures.wirings()

# %% [markdown]
# One picture is what `nn.LSTM` does. For each, choose the verdict that fits. A verdict
# may fit several pictures, or none:
#
# | verdict | meaning |
# |---|---|
# | `"right"` | every row is as in PyTorch |
# | `"too few"` | a row has fewer slots than in PyTorch |
# | `"too many"` | a row has more slots than in PyTorch |
# | `"memory shown"` | `output` is made of c, not of h |
# | `"exchanged"` | what belongs into `h_n` and into `c_n` has changed places |
# | `"too early"` | a row is made of a step before the right one |
# | `"turned round"` | a row has the right steps, from the last to the first |

# %%
answer = {
    "A": ...,
    "B": ...,
    "C": ...,
    "D": ...,
    "E": ...,
    "F": ...,
}
### BEGIN SOLUTION
answer = {
    "A": "too few",
    "B": "memory shown",
    "C": "right",
    "D": "too many",
    "E": "exchanged",
    "F": "too early",
}
### END SOLUTION

# %%
exercise("04.3").check(answer)

# %% [markdown] tags=["hints"]
# 1. Take one row at a time, through all six pictures: first `output`, then `h_n`, then `c_n`.
# 2. `output` needs a slot for every step. The n of `h_n` and `c_n` stands for the last step.
# 3. Two pictures are wrong in the row of `output`, three in the two rows below it. For each slot,
#    ask two things: which state, and of which step?

# %% [markdown]
# ## 04.4 Look behind h
#
# `output` shows h, not c. Suppose you also know the output gate `o` of each step. Write a function
# that finds the memory again: from `h` and `o`, tensors of one shape, to `c`. The inverse of tanh
# is `torch.atanh`: it takes tanh(c), and gives c.
#
# The gate is never fully shut here, and c is never so large that tanh(c) is rounded to 1. The check
# compares results and gradients.


# %%
def memory_behind(h, o):
    ### BEGIN SOLUTION
    return torch.atanh(h / o)
    ### END SOLUTION


# %%
exercise("04.4").check(memory_behind)

# %% [markdown] tags=["hints"]
# 1. Write the sixth equation down. Start at c, and read outwards: what has been done to c, and in
#    which order?
# 2. The last thing done to it was the product with o. Undo that first.
# 3. What is left is tanh(c), and the task names its inverse. What was done last is undone first.
