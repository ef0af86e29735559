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
# A well-known tutorial on `nn.LSTM` has our running picture: 10 sentences, 24 words, 100 numbers a
# word. Here is its first example.
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
# **Predict.** Does PyTorch print these shapes? Write down what you expect, then run it.

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

# %% [markdown]
# None of the three is what the tutorial says: 10 and 24 have changed places. And there was no
# error.
#
# ## Which axis does the loop walk along?
#
# The loop of lesson 04 has the answer. `for x_t in x` takes `x` apart along axis 0, whatever we
# call that axis.
#
# **Predict.** For this `x`, how often does the loop turn, and what shape has `x_t`?
#
# And the tutorial's second example? It has `bidirectional=True` instead (lesson 07), and is said to
# print `[24, 10, 32]`, `[2, 10, 16]`, `[2, 10, 16]`.

# %%
turns = list(x)  # what `for x_t in x` goes through
print("turns:", len(turns), "  x_t:", tuple(turns[0].shape))
print_shapes(*nn.LSTM(I, H, bidirectional=True)(x))

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
# **Predict.** Three shapes for each repair. One of the two prints exactly what the tutorial says.

# %%
print_shapes(*nn.LSTM(I, H, num_layers=2)(x.transpose(0, 1)))
print_shapes(*nn.LSTM(I, H, num_layers=2, batch_first=True)(x))

# %% [markdown]
# `transpose` gives the tutorial's print-out. `batch_first=True` gives `output` the other way round:
# it comes out as `x` went in. But `h` and `c` are the same in both. A state has no time axis, so
# there is nothing to put first: it stays (L, B, H), here (2, 10, 16).
#
# **Predict.** Lesson 04 took the last step with `output[-1]`. What is `output[-1]` with
# `batch_first=True`, and how do you write the last step?

# %%
lstm = nn.LSTM(I, H)
twin = nn.LSTM(I, H, batch_first=True)
twin.load_state_dict(lstm.state_dict())  # the same weights
output, (h_n, c_n) = twin(x)

print("output[-1]:   ", tuple(output[-1].shape))
print("output[:, -1]:", tuple(output[:, -1].shape))
assert torch.allclose(output[:, -1], h_n[0], rtol=0, atol=1e-12)
print("output[:, -1] is h_n[0].")

# %% [markdown]
# `output[-1]` is now the last *sentence*, all its 24 words. The last word of every sentence is
# `output[:, -1]`.
#
# Are the two repairs the same computation? And is our loop, which knows no `batch_first`, equal to
# both? We start from random states, so that nothing can hide.

# %%
from lstm_lessons.cell import lstm_step


def unroll(x, h, c, weights):
    """Run one layer over all steps; return output and the last h and c."""
    outputs = []
    for x_t in x:
        h, c = lstm_step(x_t, h, c, *weights)
        outputs.append(h)
    return torch.stack(outputs), h, c


states = torch.randn(1, B, H), torch.randn(1, B, H)
output, (h_n, c_n) = twin(x, states)

theirs, (h_turned, c_turned) = lstm(x.transpose(0, 1), states)
ours, h, c = unroll(x.transpose(0, 1), states[0][0], states[1][0], lstm.all_weights[0])
for results in ((theirs, h_turned, c_turned), (ours, h[None], c[None])):
    for result, wanted in zip(results, (output.transpose(0, 1), h_n, c_n)):
        assert torch.allclose(result, wanted, rtol=0, atol=1e-12)
print("transpose, batch_first and our loop: the same output, h_n and c_n.")

# %% [markdown]
# ## A probe
#
# Swapped axes raise no error, so we need a test that sees them. The sentences of a batch have
# nothing to do with each other. So: change sentence 0, and look which sentences' outputs change.
#
# `read` is any function that takes `x` (B, T, I) and returns an output with the sentences on axis 0
# as well. That is how your data lies, however the layer wants it.
#
# **Predict.** Which sentences change if all is right? And if the axes are swapped?


# %%
def changed_sentences(read, x):
    """Change sentence 0 of x; return the numbers of the sentences whose output changes."""
    other = x.clone()
    other[0] += 1
    pairs = enumerate(zip(read(x), read(other)))
    return [n for n, (a, b) in pairs if not torch.allclose(a, b, rtol=0, atol=1e-12)]


def turned(x):
    return lstm(x.transpose(0, 1))[0].transpose(0, 1)


def swapped(x):
    return lstm(x)[0]


print("turned: ", changed_sentences(turned, x))
print("swapped:", changed_sentences(swapped, x))

# %% [markdown]
# Right: sentence 0 alone. Swapped: all of them, because the state walks from sentence to sentence.
# Keep this function: it takes any `read`, not only an LSTM's.
#
# In the picture, the block is your `x`: axis 0 goes down, axis 1 to the back, axis 2 across. Thin
# lines cut it into the steps of the loop. Sentence 0 is filled, and so is all that it changes.
#
# **Try it.**
#
# 1. It begins with the tutorial's example. Find the two repairs. (To choose the other order for `x`
#    is what `transpose` does.)
# 2. **Predict**: what happens if you do both at once? Then try.
# 3. In which of the four settings is `h_n` (1, 10, 16)?

# %%
from lstm_lessons import explorers

explorer = explorers.three_axes()
explorer

# %% [markdown]
# Both repairs at once undo each other: the axes are swapped again. And `h_n` is (1, 10, 16) in the
# two right settings, whichever way `output` lies. Here are all four, from Python:

# %%
for order in ("(B, T, I)", "(T, B, I)"):
    for batch_first in ("False", "True"):
        explorer.sliders["order"].value = order
        explorer.sliders["batch_first"].value = batch_first
        verdict = explorer.picture.alt.split("Verdict: ")[1]
        print(f"x {order}, batch_first={batch_first}: {verdict}")

# %% [markdown]
# ## A repair that is none
#
# `x.view(T, B, I)` has the shape that the layer wants, too. Is it a repair? Take a small table: 2
# sentences (rows) of 3 words (columns), and each word is a number.
#
# **Predict.** Write down both 3 × 2 tables: `transpose(0, 1)` and `view(3, 2)`. Are they equal?

# %%
table = torch.tensor([[0, 1, 2], [3, 4, 5]])
print(table.transpose(0, 1).tolist())
print(table.view(3, 2).tolist())

# %% [markdown]
# The first row should hold the first word of each sentence: 0 and 3. `transpose` does that. `view`
# reads the numbers in their old order, 0, 1, 2, 3, 4, 5, and breaks the line elsewhere. It moves no
# axis: 0 and 1 are both words of sentence 0.
#
# **Predict.** What will the probe say of `x.view(T, B, I)`? And can you use `view` *after*
# `transpose`, to lay all 240 words under one another?


# %%
def viewed(x):
    return lstm(x.view(T, B, I))[0].transpose(0, 1)


print("shapes:", tuple(viewed(x).shape), tuple(turned(x).shape))
print("equal: ", torch.allclose(viewed(x), turned(x)))
print("viewed:", changed_sentences(viewed, x))
assert torch.equal(x.reshape(T, B, I), x.view(T, B, I))

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
# The right shape, the wrong rows. `x.reshape(T, B, I)` does the same.
#
# `transpose` leaves the numbers where they are in memory and reads them in another order. Such a
# tensor is called *not contiguous*. `nn.LSTM` takes it, as we saw; `view` may refuse it.
# `reshape` then copies the numbers into the new order first, as `.contiguous()` would. Here that is
# right: two neighbouring axes become one, and none changes places.
#
# ## Two axes
#
# The third trap is an axis that is missing. Suppose there are 8 samples of 20 numbers each, in a
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
# One sequence of 8 steps. A tensor with two axes is *unbatched*: (T, I). Its states have no batch
# axis either. And row 0 changes all rows, as an earlier word changes all later ones.
#
# 8 samples of one number at each of 20 steps need a third axis; the exercises come back to this.
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
# Line 1: states are (L, B, H), always. Line 2 is the tutorial's first `x` with the states of its
# third example. Here the swapped axes do raise an error, because the layer looks for 24 samples. So
# states that you make yourself, with the B that you mean, are a cheap guard.
#
# ## A whole program
#
# Another popular post has a complete program: 3 sentences of 4 words. Each word is a number from a
# vocabulary of 20, so from 0 to 19. It draws them with `np.random.uniform(0, 19)`, which gives
# numbers below 19, and makes them whole with `.long()`.
#
# **Predict.** Which word is never drawn?

# %%
largest_below_19 = torch.nextafter(torch.tensor(19.0), torch.tensor(0.0))
print("below 19:", bool(largest_below_19 < 19), "  long():", largest_below_19.long().item())

torch.manual_seed(0)
many = torch.randint(20, (10_000,))
print("randint:", many.min().item(), "to", many.max().item())
numbers = torch.randint(20, (3, 4))

# %% [markdown]
# `.long()` cuts off what stands behind the point, so 19 never comes. `torch.randint(20, ...)` draws
# from 0 to 19.
#
# An LSTM reads vectors, not word numbers. `nn.Embedding(20, 6)` is a table of shape (20, 6), and
# row k is the vector of word k. (Its numbers are parameters, trained with all the others.)
#
# **Predict.** `numbers` is (3, 4). What shape comes out of the table? And what if the numbers are
# not whole?

# %%
embedding = nn.Embedding(20, 6)
words = embedding(numbers)
print("words:", tuple(words.shape))
assert torch.equal(words[1, 2], embedding.weight[numbers[1, 2]])
try:
    embedding(numbers.double())
except RuntimeError as error:
    print(str(error).split(";")[0])

# %% [markdown]
# A vector of 6 for each word, sentences first. So the axes must be swapped. The post uses
# `transpose_`, whose underscore means *in place*: it changes `words` itself. And it asks for
# `dropout=0.5`. PyTorch only warns of that; lesson 06 explains why. We catch the warning to print
# it.
#
# **Predict.** What happens to `words` if a cell with `transpose_` is run twice?

# %%
import warnings

in_place = words.detach().clone()
for run in (1, 2):
    in_place.transpose_(0, 1)
    print(f"run {run}:", tuple(in_place.shape))

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    reader = nn.LSTM(input_size=6, hidden_size=5, dropout=0.5)
print(str(caught[0].message).split(",")[0])

output, (h_n, c_n) = reader(words.transpose(0, 1))
assert words.shape == (3, 4, 6)
assert output.shape == (4, 3, 5)
assert h_n.shape == c_n.shape == (1, 3, 5)

# %% [markdown]
# The second run swaps them back, without an error. `transpose` leaves `words` as it is, so the cell
# may run as often as you like.
#
# Last, the same program with `batch_first=True`: nothing to swap, so nothing to forget.
#
# **Predict.** Which of the three shapes changes?

# %%
first = nn.LSTM(input_size=6, hidden_size=5, batch_first=True)
first.load_state_dict(reader.state_dict())
output_first, (h_first, c_first) = first(words)

assert torch.allclose(output_first, output.transpose(0, 1), rtol=0, atol=1e-12)
assert torch.allclose(h_first, h_n, rtol=0, atol=1e-12)
assert torch.allclose(c_first, c_n, rtol=0, atol=1e-12)
print("output:", tuple(output_first.shape), "  h_n, c_n:", tuple(h_first.shape))
print("sentences that change:", changed_sentences(lambda x: first(x)[0], words.detach()))

# %% [markdown]
# ## What we have seen
#
# * The layer walks along axis 0, or along axis 1 with `batch_first=True`. It does not know what you
#   meant.
# * `batch_first` moves `x` and `output`. The states stay (L, B, H), and the last step becomes
#   `output[:, -1]`.
# * `transpose` moves axes. `view` and `reshape` only break the lines elsewhere.
# * A tensor with two axes is one sequence, (T, I).
# * The probe: change one sample, see which samples change.

# %% [markdown]
# **A common mistake.** `x.view(T, B, I)`, to get the shape right. Every shape agrees, and there is
# no error. You can tell by the probe: change one sentence, and others change.
#
# **Exercises:** [05 Batches and batch_first](../exercises/05_batches_and_batch_first.ipynb). Read a
# print-out that cannot be, mend a function, add the axis that is missing.
#
# **Next:** [lesson 06](06_stacking_and_dropout.ipynb) puts a second layer on top of the first.
