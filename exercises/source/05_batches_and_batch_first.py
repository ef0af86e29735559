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
# * `exercise("05.1").hint()` gives a hint. Call it again for the next one.
# * `exercise("05.1").solution()` shows a solution. It asks first; call it twice.

# %%
import torch
from torch import nn

from lstm_lessons import exercise

# %% [markdown]
# ## 05.1 Read a print-out that cannot be
#
# Somebody wanted to be on the safe side: the layer has the batch first, and x was given another
# shape as well.


# %%
x = torch.randn(7, 30, 12)  # 7 melodies, 30 notes in each, 12 numbers a note
lstm = nn.LSTM(12, 5, batch_first=True)
output, (h_n, c_n) = lstm(x.view(30, 7, 12))

# %% [markdown]
# It ran without an error. Then a report was typed by hand, and one of its four lines is not what
# PyTorch says:
#
# | line | tensor | shape in the report |
# |---|---|---|
# | A | `lstm.weight_ih_l0` | (20, 12) |
# | B | `output` | (30, 7, 5) |
# | C | `h_n` | (1, 7, 5) |
# | D | `output[:, -1]` | (30, 5) |
#
# Answer without printing anything:
#
# | entry | question |
# |---|---|
# | `"steps"` | How many steps does the layer read? |
# | `"samples"` | Of how many samples? |
# | `"note"` | At [1, 0] of what goes in, there is a note of melody 0. Which one, counted from 0? |
# | `"line"` | Which line of the report is impossible? |
# | `"shape"` | What is the right shape in that line? |
# | `"repair"` | Which one repair makes the layer read 7 melodies of 30 notes? |
#
# These are the repairs to choose from:
#
# * "1": `lstm(x.transpose(0, 1))`
# * "2": `lstm(x)`
# * "3": `output = output.transpose(0, 1)` after the call
# * "4": `h_n = h_n.transpose(0, 1)` after the call

# %%
answer = {
    "steps": ...,
    "samples": ...,
    "note": ...,
    "line": ...,
    "shape": ...,
    "repair": ...,
}
### BEGIN SOLUTION
answer = {
    "steps": 7,
    "samples": 30,
    "note": 7,
    "line": "C",
    "shape": (1, 30, 5),
    "repair": "2",
}
### END SOLUTION

# %%
exercise("05.1").check(answer)

# %% [markdown] tags=["hints"]
# 1. Write the shape beside each name, from left to right: x, then what goes into the layer.
# 2. With `batch_first=True` axis 0 is the batch and axis 1 is time. That holds for what goes into
#    the layer, whatever its axes meant before.
# 3. For the note, look at the lesson's picture of `view`: which word stands at the beginning of its
#    second row? For the line, remember which results have a time axis.

# %% [markdown]
# ## 05.2 Mend a function
#
# This function reads sentences batch first, with a layer that has its default arguments. So it
# should do what `batch_first=True` does.
#
# | argument | shape | meaning |
# |---|---|---|
# | `x` | (B, T, I) | sentences first |
# | `h_0`, `c_0` | (1, B, H) | the states to begin with |
# | `lstm` | – | an `nn.LSTM` with default arguments: time first |
# | returns | | `output` (B, T, H), and `h_n`, `c_n` (1, B, H) |
#
# Three things are wrong in it. One raises an error. The other two do not.


# %%
def broken_read(x, h_0, c_0, lstm):
    B, T, I = x.shape
    h_0, c_0 = h_0.transpose(0, 1), c_0.transpose(0, 1)
    output, (h_n, c_n) = lstm(x.view(T, B, I), (h_0, c_0))
    output = output.view(B, T, -1)
    return output, (h_n, c_n)


# %% [markdown]
# Mend it in the function below. You can check after each change. Leave `x`, the states and the
# layer as they are: they belong to the caller. The check compares results,
# and the gradients of x, of the states and of the layer's weights.


# %%
def read(x, h_0, c_0, lstm):
    ### BEGIN SOLUTION
    output, (h_n, c_n) = lstm(x.transpose(0, 1), (h_0, c_0))
    return output.transpose(0, 1), (h_n, c_n)
    ### END SOLUTION


# %%
exercise("05.2").check(read)

# %% [markdown] tags=["hints"]
# 1. Run the broken function first. PyTorch tells you one of the mistakes.
# 2. Go through the shapes one by one: what is (B, T, ...), what is (T, B, ...), and what is
#    neither? And which operation moves an axis?
# 3. Write `transpose(0, 1)` where a `view` stands: on the way in and on the way out. And hand over
#    the states as they come.

# %% [markdown]
# ## 05.3 The axis that is missing
#
# In a hospital, the temperature of B patients is measured once an hour, for T hours. So `x` has
# two axes, (B, T), and each step has one number. (Somebody fed it to `nn.LSTM(T, H)`. That ran,
# and read one sequence.)
#
# Write a function that returns the state h of each patient after the last hour, (B, H). `lstm` is
# an `nn.LSTM(1, H, batch_first=True)`; its states begin with zero. There may be one patient only.


# %%
def last_states(x, lstm):
    ### BEGIN SOLUTION
    output, (h_n, c_n) = lstm(x[..., None])
    return output[:, -1]
    ### END SOLUTION


# %%
exercise("05.3").check(last_states)

# %% [markdown] tags=["hints"]
# 1. The layer wants three axes: batch, time, features. Which of them does x have?
# 2. Each hour has one number. So the features are an axis of length 1, and with `batch_first=True`
#    it is the last one.
# 3. `x[..., None]` adds an axis of length 1 at the end, as in the lesson. Then take the last hour
#    of every patient: which index of output is time?
