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
# `exercise("06.1").hint()` gives a hint, and another one at the next call.
# `exercise("06.1").solution()` shows a solution: it asks first, so call it twice.

# %%
import torch
from torch import nn

from lstm_lessons import exercise

# %% [markdown]
# ## 06.1 Stack layers, with given masks
#
# Write `nn.LSTM` in training, for any number of layers. The masks have been drawn already.
#
# | argument | shape | meaning |
# |---|---|---|
# | `x` | (T, B, I) | the words |
# | `h_0`, `c_0` | (L, B, H) | states to start from, a row for each layer |
# | `layers` | a list of L | each is a list: `weight_ih`, `weight_hh`, `bias_ih`, `bias_hh` |
# | `masks` | (L − 1, T, B, H) | zeros and twos: `masks[k]` is for what layer k hands up |
#
# Return what `nn.LSTM` returns: `output, (h_n, c_n)`. One layer runs with the `unroll` of lesson
# 04, which you may use. Here is something to try your function on. With masks of ones, it has to
# give what `lstm(x, (h_0, c_0))` gives.

# %%
from lstm_lessons.lstm.unroll import unroll

lstm = nn.LSTM(3, 5, num_layers=3)
layers = lstm.all_weights
x = torch.randn(6, 2, 3)
h_0, c_0 = torch.randn(3, 2, 5), torch.randn(3, 2, 5)
ones = torch.ones(2, 6, 2, 5)
output, h, c = unroll(x, h_0[0], c_0[0], layers[0])
print("layer 0:", tuple(output.shape), tuple(h.shape), tuple(c.shape))

# %% [markdown]
# What is multiplied by a mask, and what is kept as it is? The check looks at all three results, at
# their gradients, and at a stack of a single layer, too.


# %%
def stack(x, h_0, c_0, layers, masks):
    ### BEGIN SOLUTION
    h_n, c_n = [], []
    for k in range(len(layers)):
        x, h, c = unroll(x, h_0[k], c_0[k], layers[k])
        h_n.append(h)
        c_n.append(c)
        if k < len(masks):
            x = x * masks[k]
    return x, (torch.stack(h_n), torch.stack(c_n))
    ### END SOLUTION


# %%
exercise("06.1").check(stack)

# %% [markdown] tags=["hints"]
# 1. One `unroll` for each layer, from the bottom up. Which four things does it need for layer k,
#    and which of the three that it returns does layer k + 1 need?
# 2. What layer k returns goes two ways. Its last h and c are kept for h_n and c_n, as they are. Its
#    output is multiplied by `masks[k]` for the layer above, if there is one.
# 3. Loop with k over `range(len(layers))`. Layer k starts from `h_0[k]` and `c_0[k]`. After the
#    call, append h and c to lists, as they are. Then, if `k < len(masks)`, multiply the output by
#    `masks[k]` for the next layer. At the end, `torch.stack` the lists.

# %% [markdown]
# ## 06.2 What does this dropout do?
#
# Four LSTMs. Answer from what you know, then run a cell of your own if you doubt it.
#
# | layer | made with | mode |
# |---|---|---|
# | A | `num_layers=2, dropout=0.25` | training |
# | B | `num_layers=2, dropout=0.25` | after `eval()` |
# | C | `num_layers=1, dropout=0.25` | training |
# | D | `num_layers=3, dropout=1.0` | training |

# %% [markdown]
# | key | question |
# |---|---|
# | `"A read"` | What share of the numbers that layer 1 reads is zeroed, on average? |
# | `"A factor"` | By what are the others multiplied? |
# | `"A output"` | What share of `output` is zeroed? |
# | `"A two calls"` | Is the output of two calls with one input the same, or does it differ? |
# | `"B two calls"` | The same question for B |
# | `"C two calls"` | and for C |
# | `"C warning"` | Does PyTorch warn when C is made? |
# | `"D h_n[0]"` | Does D's `h_n[0]` change if other words stand in x? |
# | `"D h_n[1]"` | And D's `h_n[1]`? |
#
# A share is a number from 0 to 1. Give the factor to two decimals, or as a fraction. Then come
# three times `"same"` or `"differ"`, and three times `"yes"` or `"no"`.

# %%
answer = {
    "A read": ...,
    "A factor": ...,
    "A output": ...,
    "A two calls": ...,
    "B two calls": ...,
    "C two calls": ...,
    "C warning": ...,
    "D h_n[0]": ...,
    "D h_n[1]": ...,
}
### BEGIN SOLUTION
answer = {
    "A read": 0.25,
    "A factor": 1 / (1 - 0.25),
    "A output": 0,
    "A two calls": "differ",
    "B two calls": "same",
    "C two calls": "same",
    "C warning": "yes",
    "D h_n[0]": "yes",
    "D h_n[1]": "no",
}
### END SOLUTION

# %%
exercise("06.2").check(answer)

# %% [markdown] tags=["hints"]
# 1. Draw the layers of each, and put a cross on each arrow that meets a mask.
# 2. Masks sit between layers, in training only. Survivors are multiplied by 1 / (1 − p).
# 3. C has no arrow from layer to layer. In D every number on an arrow from layer to layer is
#    zeroed; the arrows from x, and those to the right, are whole.

# %% [markdown]
# ## 06.3 Which picture?
#
# Two layers over three steps, four times. The filled bars are masks.

# %%
from lstm_lessons import pictures

pictures.dropout_places()

# %% [markdown]
# | key | question |
# |---|---|
# | `"nn.LSTM"` | Which one is `nn.LSTM(..., num_layers=2, dropout=0.5)` in training? |
# | `"nn.Dropout behind"` | Which one is `nn.LSTM(..., num_layers=2)`, then an `nn.Dropout`? |
# | `"nn.Dropout before"` | And which an `nn.Dropout`, then `nn.LSTM(..., num_layers=2)`? |
# | `"top state"` | Which tensor is what the top layer shows after the last step? |
#
# The first three are letters. For the last one choose from `"h_n[0]"`, `"h_n[-1]"`, `"c_n[0]"`,
# `"c_n[-1]"`, `"output[0]"` and `"h_n"`.

# %%
answer = {
    "nn.LSTM": ...,
    "nn.Dropout behind": ...,
    "nn.Dropout before": ...,
    "top state": ...,
}
### BEGIN SOLUTION
answer = {
    "nn.LSTM": "C",
    "nn.Dropout behind": "B",
    "nn.Dropout before": "D",
    "top state": "h_n[-1]",
}
### END SOLUTION

# %%
exercise("06.3").check(answer)

# %% [markdown] tags=["hints"]
# 1. For each picture, name the arrows that meet a mask: from x, up to the next layer, to the right,
#    or into output.
# 2. The lesson found no zeros in output, and an h_n[0] that is the same in every call. Which
#    pictures can these two facts rule out?
# 3. nn.LSTM's masks sit between layers. A module behind the LSTM acts on output, one before it on
#    x. Rows of h_n are layers, from the bottom up.

# %% [markdown]
# ## 06.4 Mend a summary
#
# For each sentence, this function should give what the *top* layer shows after the last step, and
# beside it the memory c of the same layer: (B, 2H). x lies as the layer wants it: (T, B, I), or
# (B, T, I) where `lstm.batch_first` is True. With one layer and time first, it is right. With
# several layers it runs and is wrong. With `batch_first=True` it fails, unless T = B; then it runs
# and is wrong, too.


# %%
def broken_summary(lstm, x):
    output, (h_n, c_n) = lstm(x)
    return torch.cat([output[-1], c_n[0]], dim=-1)


three_layers = nn.LSTM(3, 5, num_layers=3)
six_words = torch.randn(6, 2, 3)
shape = tuple(broken_summary(three_layers, six_words).shape)
print("six words, two sentences:", shape)


# %% [markdown]
# Write it anew, with one call of `lstm`: right for any number of layers, however x lies, in use and
# in training. Gradients should go through it, and `lstm` stay as it is.


# %%
def summary(lstm, x):
    ### BEGIN SOLUTION
    output, (h_n, c_n) = lstm(x)
    return torch.cat([h_n[-1], c_n[-1]], dim=-1)
    ### END SOLUTION


# %%
exercise("06.4").check(summary)

# %% [markdown] tags=["hints"]
# 1. Print the shapes of output, h_n and c_n for two layers of your own with num_layers=3, one of
#    them with batch_first=True. Which axis counts what?
# 2. Which two of the three do not move with `batch_first`? Where is the top layer in them?
# 3. The first axis of h_n and c_n is layers, from the bottom up. Index −1 is the top one, for any
#    number of layers.
