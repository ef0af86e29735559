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
# * `exercise("03.1").hint()` gives a hint. Call it again for the next one.
# * `exercise("03.1").solution()` shows a solution. It asks first; call it twice.

# %%
import torch
from torch.nn import functional as F

from lstm_lessons import exercise

# %% [markdown]
# ## 03.1 Write the cell
#
# Write one step of an LSTM, if you can without looking at the lesson. It returns the new state
# and the new memory: `return h, c`, in this order.
#
# | argument | shape | meaning |
# |---|---|---|
# | `x` | (B, I) | a word of each sentence, one row per sentence |
# | `h`, `c` | (B, H) | state and memory of the step before |
# | `weight_ih` | (4H, I) | the gates' weights for x, stacked i, f, g, o |
# | `weight_hh` | (4H, H) | the gates' weights for h, stacked likewise |
# | `bias_ih`, `bias_hh` | (4H,) | the gates' biases, stacked likewise |
#
# The check compares your results and their gradients with PyTorch's, for sizes of its own. Leave
# the tensors that come in as they are: make new ones.


# %%
def cell(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    ### BEGIN SOLUTION
    z = x @ weight_ih.T + bias_ih + h @ weight_hh.T + bias_hh
    z_i, z_f, z_g, z_o = z.chunk(4, dim=-1)
    i = torch.sigmoid(z_i)
    f = torch.sigmoid(z_f)
    g = torch.tanh(z_g)
    o = torch.sigmoid(z_o)
    c = f * c + i * g
    h = o * torch.tanh(c)
    return h, c
    ### END SOLUTION


# %%
exercise("03.1").check(cell)

# %% [markdown]
# ## 03.2 Mend a broken cell
#
# This cell runs without an error, and every shape is right. Still **two** of its lines are wrong.
# Arguments and results are those of 03.1.


# %%
def broken_cell(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    z = F.linear(x, weight_ih, bias_ih) + F.linear(h, weight_hh, bias_hh)
    z_i, z_f, z_o, z_g = z.chunk(4, dim=-1)
    i = torch.sigmoid(z_i)
    f = torch.sigmoid(z_f)
    g = torch.tanh(z_g)
    o = torch.sigmoid(z_o)
    new_c = i * c + f * g
    new_h = o * torch.tanh(new_c)
    return new_h, new_c


# %% [markdown]
# Copy its body into the function below and mend it there. You can check after each change: the
# check says when the first of the two is gone.


# %%
def mended_cell(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    ### BEGIN SOLUTION
    z = F.linear(x, weight_ih, bias_ih) + F.linear(h, weight_hh, bias_hh)
    z_i, z_f, z_g, z_o = z.chunk(4, dim=-1)
    i = torch.sigmoid(z_i)
    f = torch.sigmoid(z_f)
    g = torch.tanh(z_g)
    o = torch.sigmoid(z_o)
    new_c = f * c + i * g
    new_h = o * torch.tanh(new_c)
    return new_h, new_c
    ### END SOLUTION


# %%
exercise("03.2").check(mended_cell)

# %% [markdown]
# ## 03.3 Split weights by gate
#
# PyTorch stacks the gates in the order i, f, g, o. Weights that come from another library may be
# stacked in another one; the file format ONNX, for instance, has i, o, f, g.
#
# Write a function that takes a stacked tensor and the order of its gates, a string such as
# `"ifgo"` or `"iofg"`. It returns the four gates' parts in a dict with the keys `"i"`, `"f"`,
# `"g"` and `"o"`. So `split_gates(weight, "iofg")["o"]` is the second block.
#
# | `weight` is | each part is |
# |---|---|
# | (4H, I) | (H, I) |
# | (4H, H) | (H, H) |
# | (4H,) | (H,) |
#
# One function for all three shapes, for any H and any order.


# %%
def split_gates(weight, order):
    ### BEGIN SOLUTION
    blocks = weight.chunk(4)
    return {order[k]: blocks[k] for k in range(4)}
    ### END SOLUTION


# %%
exercise("03.3").check(split_gates)
