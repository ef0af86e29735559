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
# `exercise("07.1").hint()` gives a hint, and another one at the next call.
# `exercise("07.1").solution()` shows a solution. It asks first; call it twice.

# %%
import torch
from torch import nn

from lstm_lessons import exercise

# %% [markdown]
# ## 07.1 The vector of a sentence
#
# A colleague's model gives you nothing but `output`. It is that of
# `nn.LSTM(..., bidirectional=True, batch_first=True)`, of shape (B, T, 2H). There is no `h_n`.
#
# Make of it the vector of each sentence, (B, 2H): first the forward pass, then the reverse pass,
# each after it has read the whole sentence.


# %%
def sentence_vector(output):
    ### BEGIN SOLUTION
    H = output.shape[-1] // 2
    forward = output[:, -1, :H]
    reverse = output[:, 0, H:]
    return torch.cat([forward, reverse], dim=-1)
    ### END SOLUTION


# %%
exercise("07.1").check(sentence_vector)

# %% [markdown] tags=["hints"]
# 1. Which slot has the forward pass filled last? And which slot the reverse pass?
# 2. The last axis of output is 2H long. How do you get H, when only output is given?
# 3. Time is axis 1 here. You need the first H numbers of one slot and the other H of another one,
#    joined along the last axis.

# %% [markdown]
# ## 07.2 Mend a leak
#
# Somebody measures how well a bidirectional LSTM forecasts. For each t, let the series end at t:
# what would the layer's last slot be? The function should return these slots, (T, B, 2H). Time is
# axis 0. This function has a leak:


# %%
def leaking(lstm, x):
    output, _ = lstm(x)
    return output


# %% [markdown]
# To see the leak, change value 5, the last one, and see which slots change. Only slot 5 may.

# %%
lstm = nn.LSTM(1, 4, bidirectional=True)
x = torch.randn(6, 2, 1)
changed = x.clone()
changed[-1] += 1
before, after = leaking(lstm, x), leaking(lstm, changed)
moved = [t for t in range(6) if not torch.equal(before[t], after[t])]
print("slots that change with value 5:", moved)

# %% [markdown]
# Write it anew: slot t may depend on all values up to t, and on nothing that comes after. The layer
# stays as it is, bidirectional, with any number of layers, and the result has the shape of
# `output`, (T, B, 2H). It may be slow.


# %%
def known_at_t(lstm, x):
    ### BEGIN SOLUTION
    slots = []
    for t in range(len(x)):
        output, _ = lstm(x[: t + 1])
        slots.append(output[-1])
    return torch.stack(slots)
    ### END SOLUTION


# %%
exercise("07.2").check(known_at_t)

# %% [markdown] tags=["hints"]
# 1. Imagine that it is time t. Which part of x is there? Let the layer read that, and nothing else.
# 2. One call for each t. What is wanted of its output is the slot of value t: which one is that,
#    when the series ends at t?
# 3. `x[:t + 1]` are the values up to t. `torch.stack` puts the slots of all calls on a new first
#    axis.

# %% [markdown]
# ## 07.3 Which slot is it?
#
# The layer is `nn.LSTM(8, 5, num_layers=3, bidirectional=True)`. It reads 4 sentences of 7 words,
# (7, 4, 8). Answer from what you know, before you run anything.
#
# | key | question |
# |---|---|
# | `"h_n"`, `"weight_ih_l1_reverse"` | their shapes |
# | `"top forward"` | Which row of `h_n` is the top layer's forward pass? (Its index.) |
# | `"middle reverse"` | And which the middle layer's reverse pass? |
# | `"h_n[5] in output"` | Where does `h_n[5]` stand in `output`? |
#
# For the last one choose from `"output[0, :, :5]"`, `"output[0, :, 5:]"`, `"output[-1, :, :5]"` and
# `"output[-1, :, 5:]"`.

# %% [markdown]
# The other four are about the halves of `output`: the first three of them about the reverse half of
# `output[-1]`.
#
# | key | question |
# |---|---|
# | `"steps"` | How many steps has the reverse pass made there? |
# | `"words, one layer"` | With `num_layers=1`: on how many words does that half depend? |
# | `"words, three layers"` | With all three layers: on how many words does it depend? |
# | `"causal"` | With three layers, is the *forward* half of `output` causal? `"yes"` or `"no"` |

# %%
answer = {
    "h_n": ...,
    "weight_ih_l1_reverse": ...,
    "top forward": ...,
    "middle reverse": ...,
    "h_n[5] in output": ...,
    "steps": ...,
    "words, one layer": ...,
    "words, three layers": ...,
    "causal": ...,
}
### BEGIN SOLUTION
answer = {
    "h_n": (6, 4, 5),
    "weight_ih_l1_reverse": (20, 10),
    "top forward": 4,
    "middle reverse": 3,
    "h_n[5] in output": "output[0, :, 5:]",
    "steps": 1,
    "words, one layer": 1,
    "words, three layers": 7,
    "causal": "no",
}
### END SOLUTION

# %%
exercise("07.3").check(answer)

# %% [markdown] tags=["hints"]
# 1. Write the six rows of h_n under one another: for each layer, from the bottom, first forward,
#    then reverse. Count from 0.
# 2. Draw three words and one layer, with an arrow for each pass. Where does each begin? The
#    explorer `slots` draws it for you.
# 3. Layer 1 reads whole slots of layer 0, both halves, at every step. One of them comes from the
#    beginning of the sentence, the other one from its end.

# %% [markdown]
# ## 07.4 Mend a summary
#
# For each sentence, this function should give what the *top* layer shows when its passes have read
# the whole sentence: with both directions (B, 2H), forward first; with one direction (B, H). It
# runs without an error, and it is wrong in two ways.


# %%
def broken_summary(lstm, x):
    output, (h_n, c_n) = lstm(x)
    B = x.shape[1]
    return h_n.view(B, -1)


# %% [markdown]
# Write it anew, right for any number of layers, and for one direction as well as for two. `x` is
# (T, B, I).


# %%
def summary(lstm, x):
    ### BEGIN SOLUTION
    output, (h_n, c_n) = lstm(x)
    D = 2 if lstm.bidirectional else 1
    return torch.cat(list(h_n[-D:]), dim=-1)
    ### END SOLUTION


# %%
exercise("07.4").check(summary)

# %% [markdown] tags=["hints"]
# 1. `lstm.bidirectional` is True or False. How many rows of h_n belong to the top layer?
# 2. They are the last rows. And for each sentence, they are to be side by side: `torch.cat` with
#    which `dim`?
# 3. With D directions, `h_n[-D:]` has the rows. `torch.cat` takes a list of tensors,
#    `list(h_n[-D:])`.
