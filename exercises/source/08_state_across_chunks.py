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
# `exercise("08.1").hint()` gives a hint, and another one at the next call.
# `exercise("08.1").solution()` shows a solution. It asks first; call it twice.

# %%
import torch
from torch import nn

from lstm_lessons import exercise

torch.set_default_dtype(torch.float64)

# %% [markdown]
# ## 08.1 Mend a training loop
#
# The loop reads x in chunks of k steps. It hands the state on, takes the loss of each chunk, and
# returns two things: the output of all steps, and the gradient of `weight_hh_l0`, summed over the
# chunks. (`backward()` adds to what is in `.grad` already.) The weights are not updated here: they
# stay as they are given.
#
# It should do **truncated** backpropagation: no gradient passes a cut. It runs without an error,
# and two things are wrong. Once both are mended, a third thing is not needed any more, and you can
# delete it.
#
# | argument | is |
# |---|---|
# | `lstm` | an `nn.LSTM` of one layer, a fresh copy for each call |
# | `x` | (T, B, I) |
# | `k` | the length of a chunk; if it does not divide T, the last chunk is shorter |


# %%
def broken_train(lstm, x, k):
    hx, outputs = None, []
    for n in range(len(x) // k):
        chunk = x[n * k : (n + 1) * k]
        output, hx = lstm(chunk, hx)
        loss = (output**2).sum()
        loss.backward(retain_graph=True)
        outputs.append(output)
    return torch.cat(outputs), lstm.weight_hh_l0.grad


# %% [markdown]
# Here is something to try it on. `.grad` adds up from call to call, so every try makes a new layer.

# %%
lstm = nn.LSTM(3, 5)
x = torch.randn(7, 4, 3)
output, gradient = broken_train(lstm, x, 2)
print("gradient:", tuple(gradient.shape))

# %% [markdown]
# Return `output` (T, B, H) and `gradient` (4H, H), in this order, of the same loss. You can check
# after each change: the check says when one of the two is mended.


# %%
def train(lstm, x, k):
    ### BEGIN SOLUTION
    hx, outputs = None, []
    for chunk in x.split(k):
        output, (h, c) = lstm(chunk, hx)
        hx = h.detach(), c.detach()
        loss = (output**2).sum()
        loss.backward()
        outputs.append(output)
    return torch.cat(outputs), lstm.weight_hh_l0.grad
    ### END SOLUTION


# %%
exercise("08.1").check(train)

# %% [markdown] tags=["hints"]
# 1. Run `broken_train(lstm, x, 2)` with the 7 steps of x. How many steps has its output?
# 2. The line with `retain_graph=True` hides an error. Which tensors bring the old graph into the
#    next chunk?
# 3. `x.split(k)` has a smaller last chunk. And between two chunks both states need `.detach()`:
#    hand on what it returns. (`clone` copies the numbers and keeps the graph.)
#    `retain_graph=True` is then no longer needed.

# %% [markdown]
# ## 08.2 Find the bug in ten lines
#
# Somebody trains on songs. A batch holds 32 songs, and the last batch holds 5. No song continues
# another. All songs have T notes of 40 numbers, and `batch` is (T, B, 40). The program runs for a
# while, and stops in the last batch.
#
# ```text
#  1  lstm = nn.LSTM(40, 64)
#  2  hx = (torch.zeros(1, 32, 64), torch.zeros(1, 32, 64))
#  3  for batch in batches:
#  4      output, hx = lstm(batch, hx)
#  5      loss = (output**2).mean()
#  6      lstm.zero_grad()
#  7      loss.backward(retain_graph=True)
#  8      hx = tuple(state.detach() for state in hx)
#  9      with torch.no_grad():
# 10          lstm.weight_hh_l0 -= 0.1 * lstm.weight_hh_l0.grad
# ```

# %% [markdown]
# * `"line"`: the number of the line in which PyTorch stops.
# * `"expected"`: the shape of h that it expects there, a tuple.
# * `"leak"`: does the second batch start from what the layer remembers of the songs of the first?
#   `True` or `False`.
# * `"retain_graph"`: what does it do in line 7? `"A"`: without it, the second batch would raise an
#   error. `"B"`: nothing that is needed. `"C"`: it lets the gradient reach earlier batches.
# * `"repair"`: which one makes the program right? `"D"`: cut `hx` to the rows of the batch. `"E"`:
#   leave out the last batch. `"F"`: write `lstm(batch)` in line 4, and drop lines 2 and 8. `"G"`:
#   `batch_first=True`.

# %%
answer = {
    "line": ...,
    "expected": ...,
    "leak": ...,
    "retain_graph": ...,
    "repair": ...,
}
### BEGIN SOLUTION
answer = {
    "line": 4,
    "expected": (1, 5, 64),
    "leak": True,
    "retain_graph": "B",
    "repair": "F",
}
### END SOLUTION

# %%
exercise("08.2").check(answer)

# %% [markdown] tags=["hints"]
# 1. Follow the shapes: what is `hx` when the last batch comes, and what is `batch`?
# 2. What does `detach` take away from a state, and what does it leave?
# 3. Are the songs of one batch the continuation of those before? If not, what should `hx` be at the
#    start of each batch, and which lines are then left over?

# %% [markdown]
# ## 08.3 Cut a text into streams
#
# A long text of N words, each a vector of I numbers: `text` is (N, I). Cut it into B streams that
# are read side by side, and return them as (T, B, I) with T = N // B.
#
# Stream 0 holds the beginning of the text, stream 1 goes on where stream 0 ends, and so on. Words
# at the end that do not fill all streams are dropped.

# %%
# Word n is (n, n): try your function on it.
words = torch.arange(17)[:, None] * torch.ones(2)
words.shape


# %%
def streams(text, B):
    ### BEGIN SOLUTION
    T = len(text) // B
    pieces = text[: T * B].view(B, T, -1)
    return pieces.transpose(0, 1)
    ### END SOLUTION


# %%
exercise("08.3").check(streams)

# %% [markdown] tags=["hints"]
# 1. Write the numbers 0 to 16 on paper, for 5 streams. Which numbers are in stream 0, which in
#    stream 1, and which are left over?
# 2. First keep only as many words as fill all streams. Then the text is B pieces, one behind the
#    other, of N // B words each.
# 3. A `view` that breaks the text into B pieces has the streams in front. Which operation moves an
#    axis?
