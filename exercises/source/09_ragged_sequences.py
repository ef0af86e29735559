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
# * `exercise("09.1").hint()` gives a hint. Call it again for the next one.
# * `exercise("09.1").solution()` shows a solution. It asks first; call it twice.

# %%
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from lstm_lessons import exercise

torch.set_default_dtype(torch.float64)

# %% [markdown]
# ## 09.1 Pack by hand
#
# Pack a batch without `pack_padded_sequence`. The batch comes first, as in the lesson.
#
# | argument | shape | meaning |
# |---|---|---|
# | `x` | (B, T, I) | padded sentences, batch first |
# | `lengths` | (B) | how many words each has, in any order, all different; T is the greatest |
# | returns | | `data, batch_sizes, sorted_indices` |
#
# `sorted_indices` says which sentence lies on each stair, the longest on stair 0. The padding is
# not zero here, so you cannot tell it by its numbers.


# %%
def pack(x, lengths):
    ### BEGIN SOLUTION
    order = lengths.argsort(descending=True)
    steps = torch.arange(x.shape[1])
    batch_sizes = (steps[:, None] < lengths).sum(dim=1)
    rows = [x[order[:running], t] for t, running in enumerate(batch_sizes)]
    data = torch.cat(rows)
    return data, batch_sizes, order
    ### END SOLUTION


# %%
exercise("09.1").check(pack)

# %% [markdown] tags=["hints"]
# 1. Begin with the order: which sentence is the longest, the second longest, ...?
#    `argsort(descending=True)` says so.
# 2. At step t, a sentence still runs if its length is greater than t. Count them: that is
#    `batch_sizes[t]`. As the longest come first, they are the first so many of the order.
# 3. For each step t, take step t of these sentences: two indices for x, first the sentences, then
#    the step. Then lay the pieces of all steps under one another with `torch.cat`.

# %% [markdown]
# ## 09.2 The masked mean
#
# `output` (B, T, H) comes from a layer with `batch_first=True` that has read a padded batch. Return
# the mean of each sentence's states over its own words, (B, H). T may be larger than the greatest
# length.
#
# An example: one unit has the states 2, 4 and 7, and the third step is padding. The mean is
# (2 + 4) / 2 = 3. The 7 is not added, and we divide by 2, not by 3.


# %%
def masked_mean(output, lengths):
    ### BEGIN SOLUTION
    mask = torch.arange(output.shape[1]) < lengths[:, None]
    return (output * mask[:, :, None]).sum(dim=1) / lengths[:, None]
    ### END SOLUTION


# %%
exercise("09.2").check(masked_mean)

# %% [markdown] tags=["hints"]
# 1. Two things: what is added up, and by what it is divided. Where does each depend on the length?
# 2. The mask has the shape (B, T): compare a row of steps with a column of lengths.
# 3. With `[:, :, None]` the mask fits output. Multiply, sum over axis 1, and divide by the lengths
#    as a column.

# %% [markdown]
# ## 09.3 Mend the last states
#
# Somebody sorts and packs, as it should be. `x` is (T, B, I), time first, and `lstm` has one layer
# that reads forward. The function should return the state h after the last word of each sentence,
# (B, H): row b for sentence b, as the caller counts.


# %%
def broken_last_states(x, lengths, lstm):
    lengths, order = lengths.sort(descending=True, stable=True)
    packed = pack_padded_sequence(x[:, order], lengths)
    packed_output, _ = lstm(packed)
    output, _ = pad_packed_sequence(packed_output)
    return output[-1]


# %% [markdown]
# It never raises an error. It is right when all sentences have one length (`stable=True` leaves
# equal lengths in their order), so its author saw nothing. Two things are wrong in it. Mend them
# below; there is more than one way, and it may get shorter.


# %%
def last_states(x, lengths, lstm):
    ### BEGIN SOLUTION
    packed = pack_padded_sequence(x, lengths, enforce_sorted=False)
    packed_output, (h_n, c_n) = lstm(packed)
    return h_n[0]
    ### END SOLUTION


# %%
exercise("09.3").check(last_states)

# %% [markdown] tags=["hints"]
# 1. There are two mistakes. Take three sentences of the lengths 5, 2, 6 and write down what
#    `output[-1]` holds, row by row.
# 2. The state after a sentence's last word is at its own step, or in what the layer returns beside
#    output. And the rows have been sorted: the way back is the `argsort` of the order.
# 3. `pack_padded_sequence` can sort by itself, with `enforce_sorted=False`. Then nn.LSTM gives h_n
#    in the order of the caller.

# %% [markdown]
# ## 09.4 Predict a packing
#
# Four sentences of 2, 5, 4 and 1 words, once packed and once padded:


# %%
x = torch.randn(5, 4, 3)  # 4 sentences, padded to 5 words of 3 numbers each
lengths = torch.tensor([2, 5, 4, 1])
lstm = nn.LSTM(3, 6)
packed = pack_padded_sequence(x, lengths, enforce_sorted=False)
packed_output, (h_n, c_n) = lstm(packed)
output, _ = pad_packed_sequence(packed_output)
_, (h_padded, _) = lstm(x)

# %% [markdown]
# Without printing anything, and counting from 0:
#
# | key | question |
# |---|---|
# | `"sorted_indices"` | Which sentence lies on each stair? A list of four numbers. |
# | `"batch_sizes"` | How many sentences still run at each step? A list. |
# | `"data"` | the shape of `packed.data` |
# | `"place"` | At which place in `packed.data` does word 1 of sentence 0 stand? |
# | `"h_n"` | its shape |
# | `"step"` | `h_n[0, 0]` is `output[t, 0]`. Which t? |
# | `"zeros"` | `output` has 5 × 4 states. How many of them are all zeros? |
# | `"same"` | One sentence has the same state in `h_n` and `h_padded`. Which? |

# %%
answer = {
    "sorted_indices": ...,
    "batch_sizes": ...,
    "data": ...,
    "place": ...,
    "h_n": ...,
    "step": ...,
    "zeros": ...,
    "same": ...,
}
### BEGIN SOLUTION
answer = {
    "sorted_indices": [1, 2, 0, 3],
    "batch_sizes": [4, 3, 2, 2, 1],
    "data": (12, 3),
    "place": 6,
    "h_n": (1, 4, 6),
    "step": 1,
    "zeros": 8,
    "same": 1,
}
### END SOLUTION

# %%
exercise("09.4").check(answer)

# %% [markdown] tags=["hints"]
# 1. Draw the four sentences as rows of boxes, the longest on top. What are the columns?
# 2. `batch_sizes` counts the boxes of each column. `data` goes down column 0, then down column 1,
#    ...
# 3. `h_n` comes back in your order, with each sentence's own last state. What lies behind the end
#    of a sentence is zero in `output`, and was read by `lstm(x)`.
