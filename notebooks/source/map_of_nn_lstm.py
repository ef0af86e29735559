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
# lesson, or from your own work, whenever you ask "what shape has this?" or "what does this error
# mean?" If something went wrong, go to [what you see](#What-you-see,-and-what-it-means) or to
# [what PyTorch says](#What-PyTorch-says,-and-what-it-means).
#
# The next cell draws the map of one `nn.LSTM` and of one call of it. The controls are all its
# arguments that change a result, and the sizes of the call. Set them as yours are.

# %%
from lstm_lessons import explorers

explorers.lstm_map()

# %% [markdown]
# ## How to read it
#
# * **At the top** stands the code that makes this layer and calls it. You can copy it. An argument
#   is written only where it differs from its default.
# * **The line below** says what the letters are worth now. $h$ has H numbers, unless you ask for a
#   smaller $h$ with `proj_size`. Then it has P: one more weight, `weight_hr`, makes them out of the
#   H at each step. This is called a *projection*.
# * **On the left** are the layers, the first one at the bottom. A cell shows its own place in `h_0`
#   and `h_n`; `c_0` and `c_n` have the same places. An arrow to the left means that this cell
#   reads from the last word to the first.
# * **On the right** are the six tensors of a call.
# * **Below them** is what you should know of exactly this setting. It changes with the controls.
# * **At the end** are the parameters. Those that have one shape share a row.
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
# 2. With one layer it does nothing, and PyTorch warns of it. With two it acts on the numbers that
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
# | `input_size` | none | last axis of `input`; columns of `weight_ih` of layer 0 | all states, `output` |
# | `hidden_size` | none | last axis of `output` and of the states, without a projection; rows and columns of the weights | time and batch |
# | `num_layers` | 1 | first axis of the states; a set of parameters for each layer | the shape of `output` |
# | `bias` | True | whether there are two biases for each layer and direction | all shapes of a call |
# | `batch_first` | False | the order of the first two axes of `input` and `output` | the states, all parameters |
# | `dropout` | 0 | what a layer hands up to the next one, in training | all shapes; nothing is dropped from `output` or `h_n` themselves |
# | `bidirectional` | False | last axis of `output` and first axis of the states, both doubled; a second set of parameters; columns of `weight_ih` from layer 1 on | the last axis of the states |
# | `proj_size` | 0 | last axis of `output`, `h_0` and `h_n`; columns of `weight_hh`, and of `weight_ih` from layer 1 on; one more weight, `weight_hr` | `c_0` and `c_n`, the biases, `weight_ih` of layer 0 |
#
# The next cells let PyTorch say the same. `shapes_with` makes a layer that reads words of 100
# numbers with a hidden size of 16, lets it read 10 sentences of 24 words, and prints what comes
# out.

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
# float32 on a CPU, PyTorch warns once: "LSTM with projections is not supported with oneDNN. Using
# default implementation." The results are right all the same. In float64 there is no warning.

# %%
lstm = nn.LSTM(100, 16, proj_size=5).double()
output, (h_n, c_n) = lstm(torch.randn(24, 10, 100).double())
print("output ", tuple(output.shape))
print("h_n    ", tuple(h_n.shape))
print("c_n    ", tuple(c_n.shape))

# %% [markdown]
# What reads $h$ has fewer columns, too: `weight_hh` in each layer, and `weight_ih` from layer 1 on.

# %%
lstm = nn.LSTM(100, 16, num_layers=2, proj_size=5)
for name, parameter in lstm.named_parameters():
    if name.startswith("weight"):
        print(f"{name:13}", tuple(parameter.shape))

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
# direction. In `weight_ih`, `weight_hh` and both biases, the four gates stand below each other, in
# the order i, f, g, o: that is why their first axis is 4H = 64. (`weight_hr`, of a projection, has
# no gates. It is (P, H).)

# %%
lstm = nn.LSTM(100, 16, num_layers=2, bidirectional=True)
for name, parameter in lstm.named_parameters():
    print(f"{name:22}", tuple(parameter.shape))

# %% [markdown]
# Layer 1 reads both halves of layer 0, so its `weight_ih` has 2 · 16 = 32 columns, in both
# directions.
#
# ## Sentences of several lengths
#
# In one tensor, all sentences have T words. A shorter sentence is filled up with words that mean
# nothing, which is called *padding*. If the layer reads them, `h_n` is the state after the padding.
# (The reverse direction begins with the padding, so all of its steps have seen it.) A *packed*
# batch has no padding: the layer reads of each sentence its own words only, and `h_n` is the state
# after the last one of them. Let N be the number of words in all.

# %%
from torch.nn.utils.rnn import pack_padded_sequence

lstm = nn.LSTM(100, 16)
x = torch.randn(4, 3, 100)  # 3 sentences, padded to 4 words
lengths = torch.tensor([2, 4, 1])  # N is 7
packed = pack_padded_sequence(x, lengths, enforce_sorted=False)
packed_output, (h_n, c_n) = lstm(packed)
print("packed.data       ", tuple(packed.data.shape))
print("packed_output.data", tuple(packed_output.data.shape))
print("h_n               ", tuple(h_n.shape))

# %% [markdown]
# `data` is (N, I) of what goes in, and (N, D·H) of what comes out, or (N, D·P) with a projection.
# The states keep their shapes.
#
# ## What you see, and what it means
#
# | you see | it means |
# |---|---|
# | `h_n` is (2, B, H) | two layers, or two directions: look at the last axis of `output` |
# | `output` is (B, T, H) and you wanted (T, B, H) | the layer was made with `batch_first=True`, or `input` was given as (B, T, I) to one that was not |
# | `output` is (T, H), with no axis for the batch | `input` had two axes: it was read as one sequence |
# | `output[-1]` is not `h_n[-1]` | one of three things: `batch_first=True`, two directions, or packed sentences. In all three `h_n` is right, unless padding was read (the next row). Take `h_n[-1]`, and with two directions `h_n[-2]` for forward and `h_n[-1]` for reverse |
# | `output[-1]` is `h_n[-1]`, but what the model says of a line depends on the other lines of its batch | the lines are padded, and the layer has read the padding. The two are equal, and for each line that has padding both are wrong. This is the more frequent trouble, and nothing warns of it. Pack; or, with one direction, take `output[lengths - 1, torch.arange(B)]` |
# | `output[:, -1]` is zero in many rows | it comes from `pad_packed_sequence` with `batch_first=True`, which writes zeros behind the end of each sentence. Take `h_n` |
# | the second call gives other numbers than the first | one of three things: dropout is at work (call `lstm.eval()` before you compare), or you handed on the state of the first call, or an optimiser has changed the weights in between |
# | the loss is `nan`, "not a number" | an input was `nan`, or the updates were far too large. The next update makes the weights `nan` too, and no later one mends them. Go back to weights that were saved; look at the inputs, and at the length of the gradient in the updates before; clip it ([lesson 11](11_where_the_gradient_goes.ipynb)) |
#
# With `batch_first=True`, the right steps of a padded batch are
# `output[torch.arange(B), lengths - 1]`.
#
# ## What PyTorch says, and what it means
#
# | PyTorch says | it means |
# |---|---|
# | `Trying to backward through the graph a second time` | in a loop over chunks: the state that you handed on hangs on the graph of the chunk before, which `backward()` has thrown away. Hand on `(h.detach(), c.detach())`. Do not follow the advice to write `retain_graph=True`. (Elsewhere: `backward()` was called twice for one loss.) |
# | `modified by an inplace operation` | in a loop over chunks: you did follow it. The old graph is kept, and needs the weights as they were before the optimiser's update. Detach both states, and delete `retain_graph=True` |
# | `Expected hidden[0] size (1, 4, 16), got [1, 10, 16]`, in the last batch | the last batch is smaller than the state. If its sentences do not go on where those before ended, give no state at all. If they do, all batches must be of one size: leave the last one out |
# | `'lengths' argument should be a 1D CPU int64 tensor` | the lengths are on the GPU, or (without `enforce_sorted=False`) they have two axes. Packing wants `lengths.cpu()`, also where all else is on the GPU |
# | `RNN input dtype (torch.int64) does not match weight dtype` | the layer got the numbers of words as they are. It wants vectors: put an `nn.Embedding` before it. With `torch.float64`, call `x.float()` or `lstm.double()` |
# | `LSTM: Expected input to be 2D or 3D, got 4D` | `input` has an axis too many. It is (T, B, I), or (T, I) for one sentence |
# | `Length of all samples has to be greater than 0` | a line of the batch is empty: leave it out |
# | `must be sorted in decreasing order` | say `enforce_sorted=False` when you pack. Then PyTorch sorts, and gives `h_n` back in your order |
#
# Three more are met often. We make each on purpose.

# %%
lstm = nn.LSTM(100, 16)
try:
    lstm(torch.randn(24, 10, 99))
except RuntimeError as error:
    print(error)

# %% [markdown]
# The last axis of `input` must be `input_size`. Without states it is the only axis of `input` that
# PyTorch can check, so time and batch that are swapped raise no error.

# %%
h_0 = c_0 = torch.zeros(1, 24, 16)
try:
    lstm(torch.randn(24, 10, 100), (h_0, c_0))
except RuntimeError as error:
    print(error)

# %% [markdown]
# `h_0` must be (layers × directions, sentences, hidden size). Here somebody took the words for the
# sentences; or they are right, and `input` has its first two axes swapped. Two exceptions:
#
# * With a projection, the last axis of `h_0` is P. That of `c_0` stays H.
# * If `input` is one sequence, (T, I), a state has no axis for the sentences.

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
# * [01](01_why_gates.ipynb): the forget gate.
# * [02](02_gates_and_shapes.ipynb): shapes of the weights.
# * [03](03_the_cell_by_hand.ipynb): one step.
# * [04](04_unrolling_in_time.ipynb): `output`, `h_n`, `c_n`.
# * [05](05_batches_and_batch_first.ipynb): axes.
# * [06](06_stacking_and_dropout.ipynb): layers, dropout.
# * [07](07_both_directions.ipynb): directions.
# * [08](08_state_across_chunks.ipynb): chunks, the graph, `detach`.
# * [09](09_ragged_sequences.ipynb): padding, packing.
# * [11](11_where_the_gradient_goes.ipynb): `nan`, the length of a gradient, clipping.
# * [12](12_projections.ipynb): `proj_size`, and where each argument acts.
# * [16](16_speed.ipynb): what costs time.
# * [17](17_shipping_and_other_frameworks.ipynb): saving, loading, exporting; other frameworks.
# * [18](18_clinic.ipynb): six probes for a model that is wrong and raises no error.
