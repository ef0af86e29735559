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
# `exercise("13.1").hint()` gives a hint, and another one at the next call;
# `exercise("13.1").solution()`, called twice, shows a solution.

# %%
import torch
from torch.nn import functional as F

from lstm_lessons import exercise

# %% [markdown]
# ## 13.1 The reset gate, in both forms
#
# Write one step of a GRU that can do both. With `reset_first=False` it is PyTorch's: r multiplies
# what the product of h with $W_{hn}$ and $b_{hn}$ has made. With `reset_first=True` it is the
# paper's: r multiplies h, and then comes the product.
#
# | argument | shape |
# |---|---|
# | `x`, `h` | (B, I), (B, H) |
# | `weight_ih`, `weight_hh` | (3H, I), (3H, H), the blocks r, z, n |
# | `bias_ih`, `bias_hh` | (3H), (3H) |
# | `reset_first` | True or False |
#
# Return the new h alone, and not a tuple as the lesson's step does.


# %%
def gru(x, h, weight_ih, weight_hh, bias_ih, bias_hh, reset_first):
    ### BEGIN SOLUTION
    x_r, x_z, x_n = F.linear(x, weight_ih, bias_ih).chunk(3, dim=-1)
    h_r, h_z, h_n = F.linear(h, weight_hh, bias_hh).chunk(3, dim=-1)
    r = torch.sigmoid(x_r + h_r)
    z = torch.sigmoid(x_z + h_z)
    if reset_first:
        part = F.linear(r * h, weight_hh.chunk(3)[2], bias_hh.chunk(3)[2])
    else:
        part = r * h_n
    n = torch.tanh(x_n + part)
    return (1 - z) * n + z * h
    ### END SOLUTION


# %%
exercise("13.1").check(gru)

# %% [markdown] tags=["hints"]
# 1. Both forms make r and z in the same way, and mix in the same way at the end. Which line is
#    different?
# 2. Keep the parts from x and from h apart: two products, each cut in three. For n, the part from h
#    is multiplied by r, or made anew out of r * h.
# 3. The third blocks are `weight_hh.chunk(3)[2]` and `bias_hh.chunk(3)[2]`. `F.linear` with r * h
#    and these two is the paper's part from h.

# %% [markdown]
# ## 13.2 Count again
#
# How many parameters has a layer with I = 6 and H = 5?
#
# | key | the layer |
# |---|---|
# | `"LSTM"` | `nn.LSTM(6, 5)` |
# | `"bias=False"` | `nn.LSTM(6, 5, bias=False)` |
# | `"no forget gate"` | the cell of 1997, with two biases, as in the lesson |
# | `"peepholes"` | an LSTM with peepholes |
# | `"GRU"` | `nn.GRU(6, 5)` |
# | `"projection"` | `nn.LSTM(6, 5, proj_size=2)` |
# | `"layer 1"` | the second layer of `nn.LSTM(6, 5, num_layers=2, proj_size=2)`, alone |

# %%
answer = {
    "LSTM": ...,
    "bias=False": ...,
    "no forget gate": ...,
    "peepholes": ...,
    "GRU": ...,
    "projection": ...,
    "layer 1": ...,
}
### BEGIN SOLUTION
answer = {
    "LSTM": 4 * 5 * (6 + 5) + 2 * 20,
    "bias=False": 4 * 5 * (6 + 5),
    "no forget gate": 3 * 5 * (6 + 5) + 2 * 15,
    "peepholes": 4 * 5 * (6 + 5) + 2 * 20 + 3 * 5,
    "GRU": 3 * 5 * (6 + 5) + 2 * 15,
    "projection": 4 * 5 * (6 + 2) + 2 * 20 + 2 * 5,
    "layer 1": 4 * 5 * (2 + 2) + 2 * 20 + 2 * 5,
}
### END SOLUTION

# %%
exercise("13.2").check(answer)

# %% [markdown] tags=["hints"]
# 1. Write down the shape of each tensor before you count. Rows are what comes out, columns are what
#    goes in.
# 2. A block of a gate is H rows in four tensors: (H, I), (H, H), and twice (H). How many blocks has
#    each layer?
# 3. A peephole is H numbers per gate. With a projection, `weight_hh` has P columns, and `weight_hr`
#    is (P, H). Layer 1 reads the P numbers that layer 0 shows.

# %% [markdown]
# ## 13.3 Which relative made these traces?
#
# Here are four units. Before the first step, every c is 0.5. Then c is listed after each of four
# steps. i and g are the same in all four; f is not shown. All numbers are rounded.

# %%
print("step    i     g       A       B       C       D")
print("1     0.8   1.0    1.30   0.900    1.05    1.25")
print("2     0.5   0.6    1.60   0.750    1.35    2.80")
print("3     0.1  -1.0    1.50   0.575   -0.10    2.70")
print("4     0.0   0.3    1.50   0.575   -0.08    2.70")

# %% [markdown]
# For `"A"` to `"D"` choose the cell that can have made the column:
#
# * `"1997"`: no forget gate,
# * `"coupled"`: 1 − i in the place of f,
# * `"LSTM"`: a forget gate of its own,
# * `"none"`: none of the three.
#
# If more than one of them can, give the one with fewer gates.
#
# | key | question |
# |---|---|
# | `"f in C, step 3"` | What was the forget gate of C at step 3, to one digit? |
# | `"steps to empty A"` | After step 4, A holds 1.5. In how few steps can it come to 0? |

# %%
answer = {
    "A": ...,
    "B": ...,
    "C": ...,
    "D": ...,
    "f in C, step 3": ...,
    "steps to empty A": ...,
}
### BEGIN SOLUTION
answer = {
    "A": "1997",
    "B": "coupled",
    "C": "LSTM",
    "D": "none",
    "f in C, step 3": 0.0,
    "steps to empty A": 2,
}
### END SOLUTION

# %%
exercise("13.3").check(answer)

# %% [markdown] tags=["hints"]
# 1. Begin with i · g at each step: 0.8, 0.3, −0.1 and 0. Is this all that changes c?
# 2. Where it is not, solve c = f · (the old c) + i · g for f. Is f = 1 − i at every step?
# 3. A tap stands between 0 and 1. In one column f would have to be 2.

# %% [markdown]
# ## 13.4 Mend the peepholes
#
# Somebody has put peepholes into the step of an LSTM without biases. With `peepholes` of zero it
# equals PyTorch's, so the test was green. With other weights it is wrong, in two ways.


# %%
def broken_step(x, h, c, weight_ih, weight_hh, peepholes):
    z = F.linear(x, weight_ih) + F.linear(h, weight_hh)
    z_i, z_f, z_g, z_o = z.chunk(4, dim=-1)
    p_i, p_f, p_o = peepholes
    i, f = torch.sigmoid(z_i + p_i * h), torch.sigmoid(z_f + p_f * h)
    g, o = torch.tanh(z_g), torch.sigmoid(z_o + p_o * c)
    c = f * c + i * g
    return o * torch.tanh(c), c


# %% [markdown]
# Write it anew. `x` is (B, I), `h` and `c` are (B, H), `peepholes` is (3, H), for i, f and o.
# Return the new h and c.


# %%
def mended_step(x, h, c, weight_ih, weight_hh, peepholes):
    ### BEGIN SOLUTION
    z = F.linear(x, weight_ih) + F.linear(h, weight_hh)
    z_i, z_f, z_g, z_o = z.chunk(4, dim=-1)
    p_i, p_f, p_o = peepholes
    i = torch.sigmoid(z_i + p_i * c)
    f = torch.sigmoid(z_f + p_f * c)
    g = torch.tanh(z_g)
    c = f * c + i * g
    o = torch.sigmoid(z_o + p_o * c)
    return o * torch.tanh(c), c
    ### END SOLUTION


# %%
exercise("13.4").check(mended_step)

# %% [markdown] tags=["hints"]
# 1. What do the three peepholes look at in the picture of the lesson? And where does each of the
#    dashed lines leave the belt?
# 2. One fault is *what* i and f look at. The other is *when* o looks.
# 3. i and f look at the old c. Then the new c is made. Below it comes the line for o, which looks
#    at the new one.
