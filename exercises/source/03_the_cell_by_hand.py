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
# Write one step of an LSTM, if you can without looking at the lesson. It returns the new h and
# the new c: `return h, c`, in this order.
#
# | argument | shape | meaning |
# |---|---|---|
# | `x` | (B, I) | a word of each sentence, one row per sentence |
# | `h`, `c` | (B, H) | those of the step before |
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

# %% [markdown] tags=["hints"]
# 1. Work in three steps: one sum of shape (B, 4H) for all four gates; cut it into four; then the
#    equations for c and h.
# 2. The sum has four terms: x with `weight_ih`, h with `weight_hh`, and both biases. With a word in
#    each row of x, the product is `x @ weight_ih.T`, of shape (B, 4H).
# 3. `z.chunk(4, dim=-1)` gives the four blocks in PyTorch's order. Three go through
#    `torch.sigmoid`, one through `torch.tanh`. Make the new c before the new h.

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
    new_c = f * c + i * g
    new_h = o * torch.tanh(c)
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

# %% [markdown] tags=["hints"]
# 1. Lay the six equations beside the code and go through it line by line. Which line is which
#    equation, and does each name stand where it stands there?
# 2. One mistake is in how z is cut into gates, the other in one of the two equations behind the
#    gates.
# 3. In which order does PyTorch stack the four gates? And which memory does h show: the one that
#    came in, or the one that this step has made?

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

# %% [markdown] tags=["hints"]
# 1. What have (4H, I), (4H, H) and (4H,) in common? Use only that to cut.
# 2. `chunk` cuts a tensor into equal parts along axis 0 unless told otherwise. That gives four
#    blocks. Which letter of `order` belongs to the first of them?
# 3. The letters of `order` and the blocks go in step: `zip` pairs them, and a loop over the places
#    0 to 3 does too.
