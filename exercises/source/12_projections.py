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
# `exercise("12.1").hint()` gives a hint, and another one at the next call;
# `exercise("12.1").solution()`, called twice, shows a solution.

# %%
import torch
from torch.nn import functional as F

from lstm_lessons import exercise

# %% [markdown]
# ## 12.1 Add a projection
#
# Write one layer of `nn.LSTM(..., bias=False, proj_size=P)` over time.
#
# | argument | shape | meaning |
# |---|---|---|
# | `x` | (T, B, I) | the words |
# | `h` | (B, P) | h to start from |
# | `c` | (B, H) | c to start from |
# | `weight_ih` | (4H, I) | gates i, f, g, o, for the word |
# | `weight_hh` | (4H, P) | the same for h |
# | `weight_hr` | (P, H) | the projection |
#
# Return `output, (h_n, c_n)`, as `nn.LSTM` does, but without an axis for layers in the states. One
# step without a projection is the `lstm_step` of lesson 03. Without biases, it is called
# `lstm_step(x_t, h, c, weight_ih, weight_hh)`.

# %%
from lstm_lessons.lstm.cell import lstm_step


# %%
def layer(x, h, c, weight_ih, weight_hh, weight_hr):
    ### BEGIN SOLUTION
    outputs = []
    for x_t in x:
        h, c = lstm_step(x_t, h, c, weight_ih, weight_hh)
        h = F.linear(h, weight_hr)
        outputs.append(h)
    return torch.stack(outputs), (h, c)
    ### END SOLUTION


# %%
exercise("12.1").check(layer)

# %% [markdown] tags=["hints"]
# 1. Write the loop of lesson 04 first. Where in it does h become narrow, and who reads it then?
# 2. The next step reads the projected h, since `weight_hh` has P columns. So the projection stands
#    inside the loop, behind the step.
# 3. In the loop: `h, c = lstm_step(...)`, then `F.linear(h, weight_hr)` becomes the new h, and that
#    one is put away. c is left alone.

# %% [markdown]
# ## 12.2 Shapes with a projection
#
# Before you run anything: what are the shapes?

# %%
from torch import nn

layer_of_two = nn.LSTM(7, 5, num_layers=2, bidirectional=True, proj_size=3)
sentences = torch.randn(9, 8, 7)  # (T, B, I)

# %% [markdown]
# `output, (h_n, c_n) = layer_of_two(sentences)` gives the first three. The next three are weights
# of the layer. `"tensors"` is how many tensors hold its weights and biases, in all.

# %%
answer = {
    "output": ...,
    "h_n": ...,
    "c_n": ...,
    "weight_hh_l0": ...,
    "weight_ih_l1": ...,
    "weight_hr_l1_reverse": ...,
    "tensors": ...,
}
### BEGIN SOLUTION
answer = {
    "output": (9, 8, 2 * 3),
    "h_n": (2 * 2, 8, 3),
    "c_n": (2 * 2, 8, 5),
    "weight_hh_l0": (4 * 5, 3),
    "weight_ih_l1": (4 * 5, 2 * 3),
    "weight_hr_l1_reverse": (3, 5),
    "tensors": 2 * 2 * 5,
}
### END SOLUTION

# %%
exercise("12.2").check(answer)

# %% [markdown] tags=["hints"]
# 1. Where does h appear, and where c? h has 3 numbers, c has 5.
# 2. `output` has both directions side by side, and layer 1 reads them so. A state has a row for
#    each direction of each layer.
# 3. Rows of a weight are what comes out: 4 gates of 5 units, or 3 numbers of h. In each direction
#    of each layer there are two weights for the gates, two biases, and `weight_hr`.

# %% [markdown]
# ## 12.3 Whose weights are these?
#
# Somebody has sent you the weights of an `nn.LSTM`, and has forgotten to say how it was made. Names
# and shapes are all that you have:

# %%
print("weight_ih_l0          (48, 9)")
print("weight_hh_l0          (48, 5)")
print("weight_hr_l0          (5, 12)")
print("weight_ih_l0_reverse  (48, 9)")
print("weight_hh_l0_reverse  (48, 5)")
print("weight_hr_l0_reverse  (5, 12)")
print("weight_ih_l1          (48, 10)")
print("weight_hh_l1          (48, 5)")
print("weight_hr_l1          (5, 12)")
print("weight_ih_l1_reverse  (48, 10)")
print("weight_hh_l1_reverse  (48, 5)")
print("weight_hr_l1_reverse  (5, 12)")

# %% [markdown]
# With which arguments do you make a layer that takes them? `bias` and `bidirectional` are True or
# False. For `batch_first` give `"True"`, `"False"` or `"no trace"`, for `dropout` give `"0"`,
# `"above 0"` or `"no trace"`. "No trace" means that names and shapes do not show it.

# %%
answer = {
    "input_size": ...,
    "hidden_size": ...,
    "num_layers": ...,
    "bias": ...,
    "bidirectional": ...,
    "proj_size": ...,
    "batch_first": ...,
    "dropout": ...,
}
### BEGIN SOLUTION
answer = {
    "input_size": 9,
    "hidden_size": 48 // 4,
    "num_layers": 2,
    "bias": False,
    "bidirectional": True,
    "proj_size": 5,
    "batch_first": "no trace",
    "dropout": "no trace",
}
### END SOLUTION

# %%
exercise("12.3").check(answer)

# %% [markdown] tags=["hints"]
# 1. Names show which layers, directions, biases and projections there are. Shapes show the sizes.
# 2. The rows of `weight_ih` are four gates. Its columns are what the layer reads: words in layer 0.
# 3. `weight_hr` has P rows and H columns. Two of the eight arguments change no weight at all.

# %% [markdown]
# ## 12.4 Mend the projection
#
# Somebody has written one step of an LSTM with a projection, without biases. All shapes are right,
# it runs, and it can be trained. But with the weights of an `nn.LSTM` it gives other numbers. There
# are two faults.


# %%
def broken_step(x, h, c, weight_ih, weight_hh, weight_hr):
    z = F.linear(x, weight_ih) + F.linear(h, weight_hh)
    z_i, z_f, z_g, z_o = z.chunk(4, dim=-1)
    i, f, o = torch.sigmoid(z_i), torch.sigmoid(z_f), torch.sigmoid(z_o)
    c = f * c + i * torch.tanh(z_g)
    P = len(weight_hr)
    h = o[:, :P] * torch.tanh(F.linear(c, weight_hr))
    return h, c


# %% [markdown]
# Write it anew. `x` is (B, I), `h` is (B, P), `c` is (B, H), and the weights are those of 12.1.
# Return the new h and c.


# %%
def mended_step(x, h, c, weight_ih, weight_hh, weight_hr):
    ### BEGIN SOLUTION
    z = F.linear(x, weight_ih) + F.linear(h, weight_hh)
    z_i, z_f, z_g, z_o = z.chunk(4, dim=-1)
    i, f, o = torch.sigmoid(z_i), torch.sigmoid(z_f), torch.sigmoid(z_o)
    c = f * c + i * torch.tanh(z_g)
    h = F.linear(o * torch.tanh(c), weight_hr)
    return h, c
    ### END SOLUTION


# %%
exercise("12.4").check(mended_step)

# %% [markdown] tags=["hints"]
# 1. In the picture of the lesson, which three things happen between c and h, and in which order?
# 2. One fault is that o has P units left, where it should have H. Why was it cut?
# 3. c goes through tanh, o multiplies it, H numbers each, and only then comes `weight_hr`.
