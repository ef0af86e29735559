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
# `exercise("16.1").hint()` gives a hint, and another one at the next call.
# `exercise("16.1").solution()`, called twice, shows a solution.

# %%
import torch
from torch.nn import functional as F

from lstm_lessons import exercise

# %% [markdown]
# ## 16.1 Hoist for a GRU
#
# Here is a layer of `nn.GRU` over time, with the step of lesson 13. Its blocks are r, z, n. At each
# step it makes a product with x and one with h.


# %%
def plain_gru(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    outputs = []
    for x_t in x:
        x_r, x_z, x_n = F.linear(x_t, weight_ih, bias_ih).chunk(3, dim=-1)
        h_r, h_z, h_n = F.linear(h, weight_hh, bias_hh).chunk(3, dim=-1)
        r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
        n = torch.tanh(x_n + r * h_n)
        h = (1 - z) * n + z * h
        outputs.append(h)
    return torch.stack(outputs), h


# %% [markdown]
# Write it as two functions. `before_the_loop` does everything that needs no step before, for all
# steps at once. Look which of the biases may be lifted out with it: the loop is given, and it adds
# no other bias than `bias_n` where you see it. `x` is (T, B, I), `weight_ih` is (3H, I), and each
# bias is (3H). Return the sums, (T, B, 3H), and `bias_n`, (H).


# %%
def loop(sums, bias_n, h, weight_hh):
    outputs = []
    for sums_t in sums:
        x_r, x_z, x_n = sums_t.chunk(3, dim=-1)
        h_r, h_z, h_n = (h @ weight_hh.T).chunk(3, dim=-1)
        r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
        n = torch.tanh(x_n + r * (h_n + bias_n))
        h = (1 - z) * n + z * h
        outputs.append(h)
    return torch.stack(outputs), h


# %%
def before_the_loop(x, weight_ih, bias_ih, bias_hh):
    ### BEGIN SOLUTION
    hh_r, hh_z, bias_n = bias_hh.chunk(3)
    lifted = torch.cat([hh_r, hh_z, torch.zeros_like(bias_n)])
    sums = F.linear(x, weight_ih, bias_ih + lifted)
    return sums, bias_n
    ### END SOLUTION


# %%
exercise("16.1").check(before_the_loop)

# %% [markdown] tags=["hints"]
# 1. In `plain_gru`, what is between the third part of `bias_hh` and the sum that tanh gets?
# 2. The parts of `bias_hh` for r and z are only added, so they may be lifted. The part for n is
#    multiplied by r first, and r is not known before the loop.
# 3. Cut `bias_hh` in three. The first two parts and a block of zeros are added to `bias_ih`; then
#    one `F.linear(x, weight_ih, ...)` makes the sums. The third part is `bias_n`.

# %% [markdown]
# ## 16.2 Predict the counts
#
# A layer of `nn.LSTM` has T = 10, B = 5, I = 20 and H = 30. Count its forward pass, without running
# anything.
#
# * `"multiplications"`: how many its matrix products have, in all steps;
# * `"waiting"`: how many of them are left in the loop of `hoisted`;
# * `"products, eight"`: how many matrix products are made, in all steps, where each gate has one
#   with x and one with h of its own;
# * `"products, hoisted"`: the same for `hoisted`;
# * `"H doubled"`: how many times as many multiplications there are when H is 60;
# * `"B doubled"`: how many times as many calls `hoisted` makes when B is 10.

# %%
answer = {
    "multiplications": ...,
    "waiting": ...,
    "products, eight": ...,
    "products, hoisted": ...,
    "H doubled": ...,
    "B doubled": ...,
}
### BEGIN SOLUTION
answer = {
    "multiplications": 10 * 5 * 4 * 30 * (20 + 30),
    "waiting": 10 * 5 * 4 * 30 * 30,
    "products, eight": 10 * 8,
    "products, hoisted": 10 + 1,
    "H doubled": (60 * (20 + 60)) / (30 * (20 + 30)),
    "B doubled": 1,
}
### END SOLUTION

# %%
exercise("16.2").check(answer)

# %% [markdown] tags=["hints"]
# 1. Each weight of the two matrices is multiplied once, at each step and for each line.
# 2. `hoisted` leaves the products with h in the loop, one per step. The one with x stands before
#    it.
# 3. For "H doubled", write 4H(I + H) for H = 60 and for H = 30, and divide. A call takes all lines
#    at once.

# %% [markdown]
# ## 16.3 Why does it lie?
#
# Five people have measured which of two programs is faster. What is wrong with each of the
# measurements? `x` and `h` are small tensors, and `clock()` is `perf_counter()`. On a GPU, x is
# there as well.
#
# ```python
# # A
# fast = torch.compile(step)
# start = clock(); fast(x, h); ours = clock() - start
# start = clock(); step(x, h); theirs = clock() - start
#
# # B, on a GPU, after both have been run once
# start = clock()
# for _ in range(100): layer(x)
# ours = clock() - start        # and the same with the other layer
#
# # C, after both have been run once
# start = clock(); step(x, h); ours = clock() - start
# start = clock(); other(x, h); theirs = clock() - start
# print(ours / theirs)          # 0.98, so ours is faster
#
# # D, after both have been run 10 times; the median of 50 rounds of
# start = clock(); step(x, h); ours = clock() - start
# with torch.no_grad():
#     start = clock(); other(x, h); theirs = clock() - start
#
# # E, after both have been run 10 times; the median of 50 rounds of
# start = clock(); step(x, h); ours = clock() - start
# start = clock(); other(x, h); theirs = clock() - start
# # ours / theirs is 3.1, and 3.0 where the other one runs first
# ```
#
# Choose for each the fault that matters most: `"cold"` (the first call is measured), `"one run"`,
# `"does not wait"`, `"unequal work"`, or `"none"`. Each word fits once.

# %%
answer = {"A": ..., "B": ..., "C": ..., "D": ..., "E": ...}
### BEGIN SOLUTION
answer = {
    "A": "cold",
    "B": "does not wait",
    "C": "one run",
    "D": "unequal work",
    "E": "none",
}
### END SOLUTION

# %%
exercise("16.3").check(answer)

# %% [markdown] tags=["hints"]
# 1. Ask of each: was everything set up before the clock started, and was the work done when it was
#    read?
# 2. A call on a GPU returns before the work is done. `torch.compile` compiles when its result is
#    called for the first time.
# 3. Two per cent can be chance when each side has run once. And a program that keeps what a
#    gradient needs has more to do than one under `no_grad`.

# %% [markdown]
# ## 16.4 Mend the rung
#
# Here is `one_product`, written anew. It runs, and its shapes are right, but its numbers are not
# those of `nn.LSTM`. There are two faults.

# %%
from lstm_lessons.lstm.cell import apply_gates


# %%
def broken_rung(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    weight = torch.cat([weight_hh, weight_ih], dim=1)
    outputs = []
    for x_t in x:
        z = F.linear(torch.cat([x_t, h], dim=1), weight, bias_ih)
        h, c = apply_gates(z, c)
        outputs.append(h)
    return torch.stack(outputs), (h, c)


# %% [markdown]
# Mend it. The numbers are to be those of `nn.LSTM`. Return `output, (h_n, c_n)`: `output` is
# (T, B, H), and `h_n` and `c_n` are (B, H), like the h and c that are given.


# %%
def mended_rung(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    ### BEGIN SOLUTION
    weight = torch.cat([weight_ih, weight_hh], dim=1)
    bias = bias_ih + bias_hh
    outputs = []
    for x_t in x:
        z = F.linear(torch.cat([x_t, h], dim=1), weight, bias)
        h, c = apply_gates(z, c)
        outputs.append(h)
    return torch.stack(outputs), (h, c)
    ### END SOLUTION


# %%
exercise("16.4").check(mended_rung)

# %% [markdown] tags=["hints"]
# 1. Which numbers of `torch.cat([x_t, h])` meet which columns of the weight?
# 2. x stands first, so the columns of `weight_ih` have to stand first. And how many biases has an
#    `nn.LSTM`?
# 3. `torch.cat([weight_ih, weight_hh], dim=1)`, and the bias is the sum of both.

# %% [markdown]
# ## 16.5 All shares at once
#
# On the way back, dz of step t is (B, 4H), and the gradient of `weight_hh` is the sum over all
# steps of `dz[t].T @ (the h that step t has read)`. Write it as a single product. `dz` is
# (T, B, 4H), `h_0` is (B, H), and `output`, (T, B, H), is what the layer has shown at each step.
# Return the gradient, (4H, H).


# %%
def gradient_of_weight_hh(dz, h_0, output):
    ### BEGIN SOLUTION
    before = torch.cat([h_0[None], output[:-1]])
    return dz.flatten(0, 1).T @ before.flatten(0, 1)
    ### END SOLUTION


# %%
exercise("16.5").check(gradient_of_weight_hh)

# %% [markdown] tags=["hints"]
# 1. Which h has step 0 read, and which one step 1?
# 2. Step 0 has read `h_0`, and step t the output of step t − 1. Put them into one tensor,
#    (T, B, H).
# 3. `torch.cat([h_0[None], output[:-1]])` are these h. Then `flatten(0, 1)` makes (T·B, ...) of
#    both tensors, and one of them has to be turned.
