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
# This is a page of reference. It stands beside the lessons and needs no order: come to it from any
# lesson, or from your own work, whenever you ask "what shape has this?"
#
# Run the next cell. It draws the map of one `nn.LSTM` and of one call of it. The controls are all
# its arguments that change a result, and the sizes of the call. Set them as yours are.

# %%
from lstm_lessons import explorers

explorers.lstm_map()

# %% [markdown]
# ## How to read it
#
# * **At the top** stands the code that makes this layer and calls it. You can copy it. An argument
#   is written only where it differs from its default.
# * **The line below** says what the letters are worth now. R is the number of numbers in $h$: it is
#   H, or P with a projection.
# * **On the left** are the layers, the first one at the bottom. A cell shows its own place in `h_0`
#   and `h_n`; `c_0` and `c_n` have the same places. An arrow to the left means that this cell
#   reads from the last word to the first.
# * **On the right** are the six tensors of a call.
# * **Below** are the parameters. Those that have one shape share a row.
# * **At the end** is what one should know of exactly this setting. It changes with the controls.
#
# Point at a row or at a cell, and wait for a moment: it says more.
#
# **Try it.**
#
# 1. Press "batch first". Which two of the six tensors change?
# 2. Press "dropout that does nothing". Then give the layer two layers. What does the map say of
#    dropout before, and what after?
# 3. Press "two layers, two directions". What does each cell of layer 1 read?

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. `input` and `output`. The four states stay (layers, sentences, numbers).
# 2. With one layer it does nothing, and torch warns of it. With two it acts on the numbers that
#    layer 0 hands up, and only in training.
# 3. All 32 numbers of a word: the 16 of forward and the 16 of reverse. So `weight_ih_l1` has 32
#    columns, and `weight_ih_l1_reverse` has 32, too.
#
# </details>

# %% [markdown]
# ## What each argument changes
#
# | argument | default | what it changes | what it leaves as it is |
# |---|---|---|---|
# | `input_size` | none | last axis of `input`; columns of `weight_ih_l0` | all states, `output` |
# | `hidden_size` | none | last axis of `output` and of the states; rows and columns of the weights | time and batch |
# | `num_layers` | 1 | first axis of the states; a set of parameters for each layer | the shape of `output` |
# | `bias` | True | whether there are two biases for each layer and direction | all shapes of a call |
# | `batch_first` | False | the order of the first two axes of `input` and `output` | the states, all parameters |
# | `dropout` | 0 | what a layer hands up to the next one, in training | all shapes; nothing is dropped from `output` or `h_n` themselves |
# | `bidirectional` | False | last axis of `output` and first axis of the states, both doubled; a second set of parameters; columns of `weight_ih` from layer 1 on | the last axis of the states |
# | `proj_size` | 0 | last axis of `output`, `h_0` and `h_n`; one more weight, `weight_hr` | `c_0` and `c_n` |
#
# The next cells let PyTorch say the same. `shapes_with` makes a layer that reads words of 100
# numbers with a hidden size of 16, lets it read 10 sentences of 24 words, and prints what comes out.

# %%
import torch
from torch import nn


def shapes_with(**arguments):
    lstm = nn.LSTM(100, 16, **arguments)
    output, (h_n, c_n) = lstm(torch.randn(24, 10, 100))
    for name, tensor in (("output", output), ("h_n", h_n), ("c_n", c_n)):
        print(f"{name:7}", tuple(tensor.shape))


# %%
shapes_with()

# %%
shapes_with(num_layers=2)

# %%
shapes_with(bidirectional=True)

# %% [markdown]
# `h_n` is (2, 10, 16) in both. Two layers and two directions cannot be told apart by that shape;
# `output` tells them apart.

# %%
shapes_with(num_layers=2, bidirectional=True)

# %% [markdown]
# `proj_size` is the only argument that lets `h_n` and `c_n` have other shapes than each other. In
# float32, torch may warn once that this is slower; so we ask in float64.

# %%
lstm = nn.LSTM(100, 16, proj_size=5).double()
output, (h_n, c_n) = lstm(torch.randn(24, 10, 100).double())
print("output ", tuple(output.shape))
print("h_n    ", tuple(h_n.shape))
print("c_n    ", tuple(c_n.shape))

# %% [markdown]
# With `batch_first=True` the sentences come first in `input` and in `output`, and in no other
# tensor.

# %%
lstm = nn.LSTM(100, 16, batch_first=True)
output, (h_n, c_n) = lstm(torch.randn(10, 24, 100))
print("output ", tuple(output.shape))
print("h_n    ", tuple(h_n.shape))

# %% [markdown]
# ## The parameters by name
#
# A name says which weight it is, of which layer (`l0`, `l1`, ...), and whether of the reverse
# direction. The four gates stand below each other in every weight, in the order i, f, g, o: that is
# why the first axis is 4H = 64.

# %%
lstm = nn.LSTM(100, 16, num_layers=2, bidirectional=True)
for name, parameter in lstm.named_parameters():
    print(f"{name:22}", tuple(parameter.shape))

# %% [markdown]
# Layer 1 reads both halves of layer 0, so its `weight_ih` has 2 · 16 = 32 columns, in both
# directions.
#
# ## Common print-outs, and what they mean
#
# | you see | it means |
# |---|---|
# | `h_n` is (2, B, H) | two layers, or two directions: look at the last axis of `output` |
# | `output` is (B, T, H) and you wanted (T, B, H) | the layer was made with `batch_first=True`, or `input` was given as (B, T, I) to one that was not |
# | `output` is (T, H), with no axis for the batch | `input` had two axes: it was read as one sequence |
# | `output[-1]` is not `h_n[-1]` | two directions, or `batch_first=True`, or sequences of several lengths that were packed |
# | the second call gives other numbers than the first | dropout is at work: call `lstm.eval()` before you compare |
#
# And three errors that one meets often. We make each on purpose.

# %%
lstm = nn.LSTM(100, 16)
try:
    lstm(torch.randn(24, 10, 99))
except RuntimeError as error:
    print(error)

# %% [markdown]
# The last axis of `input` must be `input_size`. Without states it is the only axis of `input` that
# torch can check, so time and batch that are swapped raise no error.

# %%
h_0 = c_0 = torch.zeros(1, 24, 16)
try:
    lstm(torch.randn(24, 10, 100), (h_0, c_0))
except RuntimeError as error:
    print(error)

# %% [markdown]
# The states must be (layers × directions, sentences, hidden size). Here somebody took the words for
# the sentences; or they are right, and `input` has its first two axes swapped.

# %%
result = lstm(torch.randn(24, 10, 100))
try:
    nn.Linear(16, 2)(result)
except TypeError as error:
    print(str(error).split("\n")[0])

# %% [markdown]
# A call gives back a pair, `output` and the pair of states. Take it apart first:
# `output, (h_n, c_n) = lstm(x)`.
#
# ## Where it is told
#
# [02](02_gates_and_shapes.ipynb) why the weights have these shapes,
# [04](04_unrolling_in_time.ipynb) `output`, `h_n` and `c_n`,
# [05](05_batches_and_batch_first.ipynb) the axes,
# [06](06_stacking_and_dropout.ipynb) layers and dropout,
# [07](07_both_directions.ipynb) directions,
# [09](09_ragged_sequences.ipynb) padding and packing. Lesson 11, which is to come, tells of
# `proj_size`.
