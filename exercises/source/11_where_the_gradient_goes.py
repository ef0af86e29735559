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
# Write your answer in its cell, run it, then run the cell below it, which checks it. Stuck?
# `exercise("11.1").hint()` gives a hint, and another one at the next call;
# `exercise("11.1").solution()`, called twice, shows a solution.

# %%
import torch

from lstm_lessons import exercise

torch.set_default_dtype(torch.float64)

# %% [markdown]
# ## 11.1 The factor per step
#
# A layer has read T steps. `z_f`, of shape (T, H), holds the sums of the forget gates of its H
# units at every step. Compute for each unit the *factor per step* of its gradient along c alone:
# the one number that, taken T times as a factor, gives the same as the gates of all T steps.
#
# Two gates of 0.9 and 0.4 leave 0.36. The factor per step is 0.6, because 0.6 · 0.6 is 0.36.
#
# Return a tensor of shape (H,).


# %%
def factor_a_step(z_f):
    ### BEGIN SOLUTION
    f = torch.sigmoid(z_f)
    left = f.prod(dim=0)
    return left ** (1 / len(f))
    ### END SOLUTION


# %%
exercise("11.1").check(factor_a_step)

# %% [markdown] tags=["hints"]
# 1. The gates are the sigmoid of their sums. What do all T gates of one unit leave of a gradient of
#    1? And which number, taken T times as a factor, leaves as much?
# 2. The T-th root undoes T factors. A root is a power: the third root of a is `a ** (1 / 3)`.
# 3. `f.prod(dim=0)` multiplies along the axis of time, and `len(f)` is T.

# %% [markdown]
# ## 11.2 Clip by norm
#
# Write the clipping of the lesson for a layer with two parameters. `d_weight` (H, I) and `d_bias`
# (H,) are their gradients. Take both together as one list of numbers, and its length. If the length
# is above `limit`, multiply all numbers by the same factor, so that the length becomes `limit`.
# Else leave them as they are.
#
# Return both, `d_weight, d_bias`. Leave the tensors that come in as they are.

# %%
d_weight = torch.tensor([[3.0]])  # with d_bias of length 5: try limit 1
d_bias = torch.tensor([4.0])


# %%
def clip(d_weight, d_bias, limit):
    ### BEGIN SOLUTION
    length = (d_weight.square().sum() + d_bias.square().sum()).sqrt()
    factor = min(1, limit / length)
    return factor * d_weight, factor * d_bias
    ### END SOLUTION


# %%
exercise("11.2").check(clip)

# %% [markdown] tags=["hints"]
# 1. The length of (3, 4) is 5: the root of 9 + 16. Which numbers belong to the list here?
# 2. One length, and one factor for both tensors. By what do you multiply (3, 4) so that its length
#    becomes 1?
# 3. `torch.cat((d_weight.flatten(), d_bias))` is the list. The factor is `limit / length`, but
#    never more than 1.

# %% [markdown]
# ## 11.3 Which sickness is it?
#
# Four runs have gone wrong. Each is a plain RNN with a head. For some updates you see the loss, the
# length of the whole gradient, the length of the part that belongs to the head, and the factor per
# step of the gradient over time.
#
# Run `"first"`:
#
# | update | loss | length | of the head | factor per step |
# |---|---|---|---|---|
# | 0 | 2.1 | 485 | 17 | 1.05 |
# | 1 | 6e44 | 4e46 | 2e45 | 1.22 |
# | 2 | nan | nan | nan | nan |
#
# Run `"second"`:
#
# | update | loss | length | of the head | factor per step |
# |---|---|---|---|---|
# | 0 | 1.05 | 0.66 | 0.66 | 0.80 |
# | 1 | 1.01 | 0.14 | 0.14 | 0.80 |
# | 149 | 1.00 | 0.26 | 0.26 | 0.80 |
#
# Run `"third"`:
#
# | update | loss | length | of the head | factor per step |
# |---|---|---|---|---|
# | 20 | 0.203 | 17.4 | 1.2 | 1.00 |
# | 40 | 0.005 | 4.7 | 0.4 | 1.04 |
# | 41 | nan | nan | nan | 1.04 |
#
# Run `"fourth"`:
#
# | update | loss | length | of the head | factor per step |
# |---|---|---|---|---|
# | 0 | 1.00 | 0.24 | 0.17 | 0.58 |
# | 2 | 1.03 | 0.92 | 0.72 | 0.57 |
# | 3 | 1.88 | 3.45 | 2.79 | 0.55 |
#
# Say for each what it most likely has:
#
# * `"A"`: its gradient vanishes over time,
# * `"B"`: its gradient explodes through time,
# * `"C"`: its learning rate is too large, without any growth over time,
# * `"D"`: there was a `nan` in its data.

# %%
answer = {"first": ..., "second": ..., "third": ..., "fourth": ...}
### BEGIN SOLUTION
answer = {"first": "B", "second": "A", "third": "D", "fourth": "C"}
### END SOLUTION

# %%
exercise("11.3").check(answer)

# %% [markdown] tags=["hints"]
# 1. Take the factor per step first. In which run is it above 1 from the beginning, and in which two
#    is it below 1 at every update? It is a hint, and no proof: a run may learn with 1.04.
# 2. Then look at the update right before the first `nan`. Is the gradient long there? And where the
#    factor is small, is the gradient long, and how much of it belongs to the head?
# 3. A factor that can still be measured says that the weights are no `nan`. If the loss is one all
#    the same, it has come in from outside. A loss that grows from update to update while nothing
#    grows over time overshoots.

# %% [markdown]
# ## 11.4 What clipping does
#
# Predict. Gradients are clipped *by norm*, with a limit of 5:
#
# | key | question |
# |---|---|
# | `"long"` | The gradient is (6, 8). What is its first number after clipping? |
# | `"short"` | The gradient is (0.3, 0.4). What is its first number after clipping? |
#
# And *by value*, with a limit of 5 for each number:
#
# | key | question |
# |---|---|
# | `"by_value"` | The gradient is (6, 4). What is its first number after clipping? |
#
# The answer to each of these is a letter:
#
# | key | question |
# |---|---|
# | `"turned"` | What can turn a gradient elsewhere: `"A"` by norm, `"B"` by value, `"C"` both? |
# | `"line"` | Clip where: `"A"` before `backward()`, `"B"` right behind it, `"C"` after `step()`? |
# | `"nan"` | By norm, the first number of (3, nan) becomes: `"A"` 3, `"B"` nan, `"C"` 5? |

# %%
answer = {
    "long": ...,
    "short": ...,
    "by_value": ...,
    "turned": ...,
    "line": ...,
    "nan": ...,
}
### BEGIN SOLUTION
answer = {
    "long": 3,
    "short": 0.3,
    "by_value": 5,
    "turned": "B",
    "line": "B",
    "nan": "B",
}
### END SOLUTION

# %%
exercise("11.4").check(answer)

# %% [markdown] tags=["hints"]
# 1. The length of (6, 8) is 10, and that of (0.3, 0.4) is 0.5. Which of them is above the limit?
# 2. By norm, all numbers are multiplied by one factor. By value, each number is cut off for itself.
# 3. The gradient must be there before it can be shortened, and be shortened before it is used. And
#    the length of a list that holds `nan` is `nan`.
