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
# ## An example that many have copied
#
# The second of the two popular posts on `nn.LSTM` (lesson 04), a tutorial, has our running picture:
# 10 sentences, 24 words, 100 numbers a word. Here is its first example.
#
# ```python
# x = torch.rand(10, 24, 100)
# lstm = nn.LSTM(100, 16, num_layers=2)
# output, (h, c) = lstm(x)
# ```
#
# It goes on: this prints `[24, 10, 16]`, `[2, 10, 16]` and `[2, 10, 16]` for `output`, `h` and `c`.
# (`num_layers=2` stacks two layers, so the states begin with a 2. Lesson 06 has more on it.)
#
# The second example has `bidirectional=True` in place of `num_layers=2` (lesson 07), and is said to
# print `[24, 10, 32]`, `[2, 10, 16]`, `[2, 10, 16]`.
#
# **Predict.** Which three shapes does PyTorch print for the first, and for the second? Write them
# down, then run it.

# %%
import torch
from torch import nn

torch.set_default_dtype(torch.float64)
torch.manual_seed(0)
T, B, I, H = 24, 10, 100, 16


def print_shapes(output, states):
    print(*(list(tensor.shape) for tensor in (output, *states)), sep="  ")


x = torch.rand(B, T, I)
print_shapes(*nn.LSTM(I, H, num_layers=2)(x))
print_shapes(*nn.LSTM(I, H, bidirectional=True)(x))

# %% [markdown]
# None of the six is what the tutorial says: 24 stands where 10 should, and in `output` 10 where 24
# should. And there was no error.
#
# ## Which axis does the loop walk along?
#
# The loop of lesson 04 has the answer. `for x_t in x` takes `x` apart along axis 0, whatever we
# call that axis.
#
# **Predict.** For this `x`, how often does the loop turn, and what shape has `x_t`?

# %%
turns = list(x)  # what `for x_t in x` goes through
print("turns:", len(turns), "  x_t:", tuple(turns[0].shape))

# %% [markdown]
# 10 turns: `x[0]` is *sentence 0*, all its words. The layer takes them for word 0 of 24
# sentences. At the next turn comes sentence 1, so the state goes from sentence to sentence.
#
# The position counts, not the name that you have in mind. `nn.LSTM` reads:
#
# | axis | default | with `batch_first=True` |
# |---|---|---|
# | 0 | time T | batch B |
# | 1 | batch B | time T |
# | 2 | features I | features I |
#
# A *sample* is one sequence of the batch: for us, a sentence.
#
# ## Two repairs
#
# Either turn `x` round, or tell the layer how `x` lies. `x.transpose(0, 1)` swaps axes 0 and 1.
#
# **Predict.** Three shapes for each repair of the first example. One of the two prints exactly what
# the tutorial says.

# %%
print_shapes(*nn.LSTM(I, H, num_layers=2)(x.transpose(0, 1)))
print_shapes(*nn.LSTM(I, H, num_layers=2, batch_first=True)(x))

# %% [markdown]
# `transpose` gives the tutorial's print-out. `batch_first=True` gives `output` the other way round:
# it comes out as `x` went in. But `h` and `c` have the same shape in both. `batch_first` only
# lets batch and time change places. A state has no time axis, so nothing changes places: it stays
# (L, B, H), with L in front, here (2, 10, 16).
#
# **Predict.** Lesson 04 took the last step with `output[-1]`. What is `output[-1]` with
# `batch_first=True`, and how do you write the last step?

# %%
lstm = nn.LSTM(I, H)
twin = nn.LSTM(I, H, batch_first=True)
twin.load_state_dict(lstm.state_dict())  # the same weights
output, (h_n, c_n) = twin(x)


def same(a, b):
    return torch.allclose(a, b, rtol=0, atol=1e-12)


print("output[-1]:   ", tuple(output[-1].shape))
print("output[:, -1]:", tuple(output[:, -1].shape))
assert same(output[:, -1], h_n[0])
print("output[:, -1] is h_n[0].")

# %% [markdown]
# `output[-1]` is now the last *sentence*: h after each of its 24 words. h after the last word of
# every sentence is `output[:, -1]`.
#
# Are the two repairs the same computation? And is our loop, which knows no `batch_first`, equal to
# both? We start from random states, so that nothing can hide.

# %%
from lstm_lessons.lstm.unroll import unroll  # the loop of lesson 04, which the package keeps

states = torch.randn(1, B, H), torch.randn(1, B, H)
output, (h_n, c_n) = twin(x, states)

theirs, (h_turned, c_turned) = lstm(x.transpose(0, 1), states)
ours, h, c = unroll(x.transpose(0, 1), states[0][0], states[1][0], lstm.all_weights[0])
assert same(theirs.transpose(0, 1), output) and same(ours.transpose(0, 1), output)
assert same(h_turned, h_n) and same(h, h_n[0])
assert same(c_turned, c_n) and same(c, c_n[0])
print("transpose, batch_first and our loop: the same output, h_n and c_n.")

# %% [markdown]
# ## A probe
#
# Time and batch swapped raise no error. (Features that are not last do raise one, unless the last
# axis has I numbers by chance.) So we need a test that sees it. The sentences of a batch have
# nothing to do with each other: change the *first*, and look which sentences' outputs change.
#
# `read` is any function that takes `x` (B, T, I) and returns an output with the sentences on axis 0
# as well. That is how your data lies, however the layer wants it.
#
# **Predict.** Which sentences change if all is right? And if the axes are swapped? Would changing
# the last sentence do as well?


# %%
def changed_sentences(read, x, which=0):
    """Change sentence ``which`` of x; return which sentences' outputs change."""
    other = x.clone()
    other[which] += 1
    pairs = enumerate(zip(read(x), read(other)))
    return [n for n, (a, b) in pairs if not torch.allclose(a, b, rtol=0, atol=1e-12)]


def turned(x):
    return lstm(x.transpose(0, 1))[0].transpose(0, 1)


def swapped(x):
    return lstm(x)[0]


print("turned: ", changed_sentences(turned, x))
print("swapped:", changed_sentences(swapped, x))
print("swapped, the last changed:", changed_sentences(swapped, x, which=B - 1))

# %% [markdown]
# Swapped, others change as well, here all: the state walks from sentence to sentence, forward only,
# so the probe changes the first. (With dropout, use it in eval mode: lesson 06.)
#
# **Try it.** The block is your `x`, each axis on a scale of its own. Thin lines cut it into steps.
# Orange is sentence 0, and all that it reaches.
#
# 1. It begins with the tutorial's example. Find the two repairs. (To choose the other order for `x`
#    is what `transpose` does.)
# 2. **Predict**: what happens if you do both at once? Then try.
# 3. In which of the four settings is `h_n` (1, 10, 16)?

# %%
from lstm_lessons import explorers

explorers.three_axes()

# %% [markdown]
# Both repairs at once undo each other. And `h_n` is (1, 10, 16) in the two right settings, however
# `output` lies. So here a shape tells. But suppose that each sentence has 10 words, as many as
# there are sentences.
#
# **Predict.** Does any shape still tell which of the four settings are right? Does the probe?


# %%
def reader(layer, turn):
    """Return a read that, with ``turn``, turns x round for the layer, and output back."""

    def read(x):
        output, _ = layer(x.transpose(0, 1) if turn else x)
        return output.transpose(0, 1) if turn else output

    return read


square = torch.rand(10, 10, I)  # 10 sentences of 10 words
for turn in (False, True):
    for layer in (lstm, twin):
        print(f"x turned round: {turn}, batch_first: {layer.batch_first}")
        for data in (x, square):
            output, (h_n, _) = layer(data.transpose(0, 1) if turn else data)
            assert data is x or output.shape == (10, 10, H)
            others = changed_sentences(reader(layer, turn), data) != [0]
            said = "changes others too" if others else "changes itself alone"
            print(f"    {data.shape[1]} words: h_n {tuple(h_n.shape)}, sentence 0 {said}")

# %% [markdown]
# With 10 words, `h_n` is the same in all four, and so is output, (10, 10, 16). The probe is not
# fooled.
#
# ## A repair that is none
#
# `x.view(T, B, I)` has the shape that the layer wants, too. `view` reads the numbers row by row,
# and only breaks the lines at another place. Is it a repair? Take a small table: 2 sentences (rows)
# of 3 words (columns), and each word is a number.
#
# **Predict.** Write down both 3 × 2 tables: `transpose(0, 1)` and `view(3, 2)`. Are they equal?

# %%
table = torch.tensor([[0, 1, 2], [3, 4, 5]])
print(table.transpose(0, 1).tolist())
print(table.view(3, 2).tolist())

# %% [markdown]
# The first row should hold the first word of each sentence: 0 and 3. `transpose` does that. `view`
# keeps the order 0, 1, 2, 3, 4, 5, and breaks the line elsewhere. It moves no axis: 0 and 1 are
# both words of sentence 0.
#
# **Predict.** What will the probe say of `x.view(T, B, I)`?


# %%
def viewed(x):
    return lstm(x.view(T, B, I))[0].transpose(0, 1)


print("shapes:", tuple(viewed(x).shape), tuple(turned(x).shape))
print("equal: ", torch.allclose(viewed(x), turned(x)))
print("viewed:", changed_sentences(viewed, x))
assert torch.equal(x.reshape(T, B, I), x.view(T, B, I))

# %% [markdown]
# The right shape, the wrong rows: the 24 words of sentence 0 fill two rows of ten and a part of the
# third, so they stand in every column. `x.reshape(T, B, I)` does the same.
#
# `transpose` leaves the numbers where they are in memory and reads them in another order. Such a
# tensor is called *not contiguous*. `nn.LSTM` takes it, as we saw. `view` never copies: to
# lay two axes together, their numbers must lie one behind the other in memory.
#
# **Predict.** Can you use `view` *after* `transpose`, to lay all 240 words under one another?

# %%
crossed = x.transpose(0, 1)
print("contiguous:", crossed.is_contiguous())
try:
    crossed.view(T * B, I)
except RuntimeError as error:
    print(error)
rows = crossed.reshape(T * B, I)
assert torch.equal(rows[B], x[0, 1])  # after word 0 of each sentence comes word 1 of sentence 0
print("reshape:", tuple(rows.shape))

# %% [markdown]
# `view` refuses: in memory, the words of sentence 0 come first. `reshape` copies the numbers into
# the new order, as `.contiguous()` would. Here that is right: two neighbouring axes become one, and
# none changes places.
#
# ## Two axes
#
# Another trap is an axis that is missing. Suppose there are 8 samples of 20 numbers each, in a
# tensor (8, 20), and the layer has `input_size=20`.
#
# **Predict.** Error, or not? If not: how many sequences does the layer read, and how long are they?
# Does `batch_first=True` change that?

# %%
flat = torch.rand(8, 20)
layer = nn.LSTM(20, H)
layer_first = nn.LSTM(20, H, batch_first=True)
layer_first.load_state_dict(layer.state_dict())

print_shapes(*layer(flat))
print("batch_first changes nothing:", torch.equal(layer(flat)[0], layer_first(flat)[0]))
print("rows that change:", changed_sentences(lambda x: layer(x)[0], flat))

# %% [markdown]
# One sequence of 8 steps. A tensor with two axes is *unbatched*: (T, I). There is no batch axis to
# change places with, so `batch_first` changes nothing, and the states have no batch axis either.
# Row 0 changes all rows, as an earlier word changes all later ones.
#
# For a batch, an axis is missing. If a row is *one step of 20 numbers*, the axis of time is
# missing. If it is *20 steps of one number*, that of the features is, and `input_size` is 1.
# `[None]` adds an axis in front, `[:, None]` behind the first one, `[..., None]` at the end.
#
# **Predict.** `flat[None]`, `flat[:, None]`, `flat[..., None]`: which lie as (T, B, I), which as
# (B, T, I)?

# %%
print("flat[None]", end="       ")
print_shapes(*layer(flat[None]))
print("flat[:, None]", end="    ")
print_shapes(*layer_first(flat[:, None]))
print("flat[..., None]", end="  ")
print_shapes(*nn.LSTM(1, H, batch_first=True)(flat[..., None]))

# %% [markdown]
# Eight samples each time. The first is (T, B, I). The other two have the samples in front, and need
# `batch_first=True`; without it, they would be swapped, and no error.
#
# ## States never move
#
# With `batch_first=True`, people move the batch axis of the states as well.
#
# **Predict.** `twin` gets `x` (10, 24, 100) and states of shape (10, 1, 16). And then `lstm`,
# without `batch_first`, gets the same `x` and states of shape (1, 10, 16). What does PyTorch
# expect in each case?

# %%
h_0 = torch.randn(1, B, H)
moved = h_0.transpose(0, 1)
for reader, state in ((twin, moved), (lstm, h_0)):
    try:
        reader(x, (state, state))
    except RuntimeError as error:
        print(f"batch_first={reader.batch_first}: {error}")

# %% [markdown]
# Line 1: states are (L, B, H), whatever `batch_first` says. (Two directions double L: lesson 07.)
# Line 2: the tutorial's third example hands over such states, with this `x`. The error is a cheap
# guard against swapped axes, but not against `view`, nor if T equals B.
#
# ## From word numbers to output
#
# The other post has a program: 3 sentences of 4 words. A word is a number from 0 to 19, drawn with
# `np.random.uniform(0, 19)`, cut to a whole number with `.long()`, and looked up in a table.
# `nn.Embedding(20, 6)` is a table (20, 6), with the vector of word k in row k.
#
# **Predict.** Which word is never drawn? And what shape does the table give for (3, 4) words?

# %%
import numpy as np

np.random.seed(0)
drawn = torch.from_numpy(np.random.uniform(0, 19, size=100_000)).long()
torch.manual_seed(0)
numbers = torch.randint(20, (100_000,))
print("uniform:", drawn.min().item(), "to", drawn.max().item())
print("randint:", numbers.min().item(), "to", numbers.max().item())

embedding = nn.Embedding(20, 6)
numbers = numbers[:12].view(3, 4)  # here view is right: no word had a place yet
words = embedding(numbers)
print("words:", tuple(words.shape))
assert torch.equal(words[1, 2], embedding.weight[numbers[1, 2]])
try:
    embedding(numbers.double())
except RuntimeError as error:
    print(str(error).split(";")[0])

# %% [markdown]
# `uniform(0, 19)` stays below 19, and `.long()` cuts off what stands behind the point: 19 never
# comes. `torch.randint` draws it too. A table is looked up with whole numbers only: floats are an
# error, hence the `.long()`.
#
# The table gives a vector of 6 for each word, sentences first. The post swaps the axes with
# `transpose_`, whose underscore means *in place*: it changes `words` itself. (Its layer has
# `dropout=0.5` as well, of which lesson 06 says more; we leave it out.)
#
# **Predict.** What happens to `words` if a cell with `transpose_` is run twice?

# %%
in_place = words.detach().clone()  # a copy: words stays as it is
for run in (1, 2):
    print(f"run {run}:", tuple(in_place.transpose_(0, 1).shape))

reader = nn.LSTM(input_size=6, hidden_size=5)
output, (h_n, c_n) = reader(words.transpose(0, 1))
assert words.shape == (3, 4, 6) and output.shape == (4, 3, 5)
assert h_n.shape == c_n.shape == (1, 3, 5)

first = nn.LSTM(input_size=6, hidden_size=5, batch_first=True)
first.load_state_dict(reader.state_dict())
output_first, (h_first, c_first) = first(words)
assert same(output_first.transpose(0, 1), output)
assert same(h_first, h_n) and same(c_first, c_n)
print("transpose:  ", end=" ")
print_shapes(output, (h_n, c_n))
print("batch_first:", end=" ")
print_shapes(output_first, (h_first, c_first))

# %% [markdown]
# The second run swaps them back, without an error. With `batch_first=True` there is nothing to
# swap, so nothing to forget.
#
# ## What we have seen
#
# * The layer walks along axis 0, or along axis 1 with `batch_first=True`. It does not know what you
#   meant.
# * `batch_first` says how `x` and `output` lie. The states stay (L, B, H), and the last step
#   becomes `output[:, -1]`.
# * `transpose` moves axes. `view` and `reshape` only break the lines elsewhere.
# * A tensor with two axes is one sequence, (T, I).
# * The probe: change the first sample, see which samples change. No shape sees a
#   `view`, or a swap if T equals B.

# %% [markdown]
# **A common mistake.** `x.view(T, B, I)`, to get the shape right. Every shape agrees, and there is
# no error. You can tell by the probe: change the first sentence, and others change.
#
# **Exercises:** [05 Batches and batch_first](../exercises/05_batches_and_batch_first.ipynb). Read a
# print-out that cannot be, mend a function, add the axis that is missing.
#
# **Next:** [lesson 06](06_stacking_and_dropout.ipynb) puts a second layer on top of the first.
