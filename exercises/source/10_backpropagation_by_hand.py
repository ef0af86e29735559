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
# `exercise("10.1").hint()` gives a hint, and another one at the next call.
# `exercise("10.1").solution()` shows a solution: it asks first, so call it twice.

# %%
import torch

from lstm_lessons import exercise

torch.set_default_dtype(torch.float64)

# %% [markdown]
# ## 10.1 Write the step back
#
# Go back through the gates of one step, if you can without looking at the lesson.
#
# | argument | shape | meaning |
# |---|---|---|
# | `d_h` | (B, H) | the gradient of the result with respect to the new h |
# | `from_next` | (B, H) | what comes back to the new c from the *next step* |
# | `i`, `f`, `g`, `o` | (B, H) | the gates of the step, squeezed already |
# | `c_before`, `c` | (B, H) | the memory before the step, and after it |
#
# Return `dz, d_c_before`: the gradient of the four sums side by side, (B, 4H), in PyTorch's order
# i, f, g, o; and the gradient of the memory before the step, (B, H). Make new tensors, and leave
# those that come in as they are.


# %%
def step_back(d_h, from_next, i, f, g, o, c_before, c):
    ### BEGIN SOLUTION
    tanh_c = torch.tanh(c)
    d_o = d_h * tanh_c
    d_c = from_next + d_h * o * (1 - tanh_c**2)
    d_i = d_c * g
    d_f = d_c * c_before
    d_g = d_c * i
    dz_i = d_i * i * (1 - i)
    dz_f = d_f * f * (1 - f)
    dz_g = d_g * (1 - g**2)
    dz_o = d_o * o * (1 - o)
    dz = torch.cat((dz_i, dz_f, dz_g, dz_o), dim=1)
    return dz, d_c * f
    ### END SOLUTION


# %%
exercise("10.1").check(step_back)

# %% [markdown] tags=["hints"]
# 1. Write down the two equations in which the gates stand, and walk them backwards: first the one
#    for h, then the one for c.
# 2. c acts in two ways, through h and through the next step. What comes back on both adds up to
#    `d_c`, and the gates i, f and g get their gradient from it.
# 3. Each gate's gradient is `d_c` or `d_h` times what it was multiplied with. Then comes the slope
#    of its squeezing: i (1 − i) for the sigmoids, 1 − g² for tanh. `torch.cat(..., dim=1)` lays
#    four tensors side by side.

# %% [markdown]
# ## 10.2 Find the sign error
#
# A plain RNN makes its states by $h_t = \tanh(z_t)$ with $z_t = W_{ih}\,x_t + W_{hh}\,h_{t-1} + b$.
# Here is its way back over time, by the two rules of the lesson. It runs, and its shapes are right.
# But one line has a wrong **sign**, and in another one something is **missing**.
#
# | argument | shape | meaning |
# |---|---|---|
# | `d_output` | (T, B, H) | the gradient of the result with respect to each output |
# | `output` | (T, B, H) | the states h of all steps |
# | `weight_hh` | (H, H) | the weights for h |


# %%
def broken_back(d_output, output, weight_hh):
    d_h = torch.zeros_like(output[0])
    dz = []
    for t in reversed(range(len(output))):
        d_h = d_output[t]
        dz_t = d_h * (1 + output[t] ** 2)
        d_h = dz_t @ weight_hh
        dz.append(dz_t)
    dz.reverse()
    return torch.stack(dz), d_h


# %% [markdown]
# Copy its body into the function below, and mend it there. It returns the gradient `dz` of the sums
# of all steps, (T, B, H), and the gradient `d_h` of the state before the first step, (B, H). You
# can check after each change.


# %%
def mended_back(d_output, output, weight_hh):
    ### BEGIN SOLUTION
    d_h = torch.zeros_like(output[0])
    dz = []
    for t in reversed(range(len(output))):
        d_h = d_h + d_output[t]
        dz_t = d_h * (1 - output[t] ** 2)
        d_h = dz_t @ weight_hh
        dz.append(dz_t)
    dz.reverse()
    return torch.stack(dz), d_h
    ### END SOLUTION


# %%
exercise("10.2").check(mended_back)

# %% [markdown] tags=["hints"]
# 1. Which line makes h from z on the way forward? What is its slope, if h = 0.5?
# 2. A state h goes two ways: into the output, and into the next step. Where do the two gradients
#    that come back meet in this code?
# 3. The slope of tanh is never above 1. And `d_h` at the head of the loop holds what the next step
#    has handed back: it must not be thrown away.

# %% [markdown]
# ## 10.3 The gradients of the weights
#
# The way back has found `dz`, the gradient of the four sums, at every step. What is left are the
# gradients of the weights and of the bias of the layer.
#
# | argument | shape | meaning |
# |---|---|---|
# | `dz` | (T, B, 4H) | the gradient of the sums of all steps |
# | `x` | (T, B, I) | the words |
# | `output` | (T, B, H) | the states h *after* each step |
# | `h_0` | (B, H) | the state h before the first step |
#
# Return `d_weight_ih, d_weight_hh, d_bias`, of the shapes (4H, I), (4H, H) and (4H,).


# %%
def weights_back(dz, x, output, h_0):
    ### BEGIN SOLUTION
    d_weight_ih, d_weight_hh, d_bias = 0, 0, 0
    h_before = h_0
    for t in range(len(x)):
        d_weight_ih = d_weight_ih + dz[t].T @ x[t]
        d_weight_hh = d_weight_hh + dz[t].T @ h_before
        d_bias = d_bias + dz[t].sum(0)
        h_before = output[t]
    return d_weight_ih, d_weight_hh, d_bias
    ### END SOLUTION


# %%
exercise("10.3").check(weights_back)

# %% [markdown] tags=["hints"]
# 1. Take one step and one sentence first: what is the gradient of the weight in row r and column k?
# 2. Every step and every sentence used the same weights. What becomes of all that comes back? And
#    with which h was the sum of step t made?
# 3. For one step, `dz[t].T @ x[t]` adds up over the sentences. A loop adds up over the steps. The h
#    before step t is `output[t - 1]`, and `h_0` before step 0.

# %% [markdown]
# ## 10.4 Where does it end?
#
# Predict, with a pocket calculator at most. A unit has read five steps. Its forget gate was
#
# | step | 0 | 1 | 2 | 3 | 4 |
# |---|---|---|---|---|---|
# | f | 0.9 | 0.5 | 1.0 | 0.8 | 0.5 |
#
# The gradient of the result with respect to c after step 4 is 2, and we follow it along c alone.
#
# | key | question |
# |---|---|
# | `"d_c_0"` | What is the gradient with respect to c after step 0? |
# | `"dz_i"` | In step 4, i was 0.9 and g was 0.5. What is the gradient of the sum of i there? |
# | `"at its end"` | With i = 0.999? `"A"` a bit more, `"B"` as much, `"C"` about a hundredth |
#
# Another unit has o = 0.5 and tanh(c) = 0.6. To its h comes back a gradient of 1, and from the next
# step 0.2 to its c.
#
# | key | question |
# |---|---|
# | `"two_ways"` | What is the gradient of its c, with all that comes back? |
#
# A weight of f took part in two steps. At one of them the gradient of f's sum is 0.3, and the
# weight was multiplied by 2. At the other one the gradient is 0.1, and the weight was multiplied
# by −1.
#
# | key | question |
# |---|---|
# | `"d_w"` | What is the gradient of this weight? |

# %%
answer = {
    "d_c_0": ...,
    "dz_i": ...,
    "at its end": ...,
    "two_ways": ...,
    "d_w": ...,
}
### BEGIN SOLUTION
answer = {
    "d_c_0": 0.4,
    "dz_i": 0.09,
    "at its end": "C",
    "two_ways": 0.52,
    "d_w": 0.5,
}
### END SOLUTION

# %%
exercise("10.4").check(answer)

# %% [markdown] tags=["hints"]
# 1. From c after step 4 to c after step 3 the gradient is multiplied by the forget gate of step 4.
#    How many such factors are there down to step 0?
# 2. Each arrow of the way back has its slope. For the sum of i there are two arrows: from c to i,
#    and from i to its sum.
# 3. Through h, c gets 1 · o · (1 − tanh(c)²). The gradient of a weight is dz times the number that
#    it was multiplied by, and the two steps add up.
