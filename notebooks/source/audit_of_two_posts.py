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
# This is a page of reference. The course began with two posts on the site CSDN, in Chinese. We
# learnt from both.
#
# * **Post A**: [torch.nn.LSTM()详解](https://blog.csdn.net/m0_45478865/article/details/104455978), by
#   Xhsun1997, of 23 February 2020.
# * **Post B**: pytorch中的nn.LSTM模块参数详解, by Foneone. Our copy has no date and no address.
#
# Here is each claim that they make, in our words, with a verdict and the cell that shows it. "Under
# conditions" means: true if what follows holds. A *finding* is no claim, but what we saw in the
# code. The drawings are not in our copies. All cells ran with PyTorch 2.13, which this course
# installs.
#
# The sizes are B sentences of T words of I numbers, H = `hidden_size`, L layers, D directions.
#
# ## The verdicts
#
# | claim | verdict | cell |
# |---|---|---|
# | A1. `input_size` is how many numbers a step has, usually those of a word's vector | true | [1](#1.-The-arguments) |
# | A2. `hidden_size` is the size of the hidden layer | under conditions: `proj_size` is 0 | [1](#1.-The-arguments) |
# | A3. `num_layers` is the number of layers | true | [1](#1.-The-arguments) |
# | A4. `bias` says whether biases are used; True by default | true | [1](#1.-The-arguments) |
# | A5. Data usually comes batch first, the default is False, so swap the two axes before | true, with `transpose_` as in its code; `batch_first=True` does as well | [2](#2.-Batch-first) |
# | A6. `dropout` is 0 by default, which means none | true | [1](#1.-The-arguments) |
# | A7. `bidirectional` is False by default | true | [1](#1.-The-arguments) |
# | A8. `input` is (T, B, I) | under conditions: a batch, and `batch_first=False` | [3](#3.-The-shapes) |
# | A9. `h_0` is (L·D, B, H) | under conditions: a batch, and `proj_size` is 0 | [3](#3.-The-shapes) |
# | A10. `h_0` holds a first hidden state for each sentence of the batch | true | [4](#4.-First-states) |
# | A11. D is 2 if `bidirectional`, else 1 | true | [3](#3.-The-shapes) |
# | A12. `c_0` has the shape of `h_0` | under conditions: `proj_size` is 0 | [3](#3.-The-shapes) |
# | A13. `c_0` holds a first cell state for each sentence | true | [4](#4.-First-states) |
# | A14. Without `h_0` and `c_0`, both are 0 | true | [4](#4.-First-states) |
# | A15. `output` is (T, B, D·H) | under conditions: a batch, `batch_first=False`, no packing, and `proj_size` is 0 | [3](#3.-The-shapes) |
# | A16. `output` holds the features of the last time step | false (最后一时间步的输出特征): those of every step, of the top layer | [5](#5.-What-output-holds) |
# | A17. The t of this last step is the length of each sentence | under conditions: the batch is packed, or all have the same length | [6](#6.-The-last-word) |
# | A18. `h_n` is (D·L, B, H) | under conditions: a batch, and `proj_size` is 0 | [3](#3.-The-shapes) |
# | A19. `c_n` has the shape of `h_n` | under conditions: `proj_size` is 0 | [3](#3.-The-shapes) |
# | A20. `h_n` is the hidden state of the last word, `c_n` its cell state | under conditions: the batch is packed, or all have the same length; and of the forward direction | [6](#6.-The-last-word) |
# | A21. So neither has to do with the length of the sentence | under conditions: true of their shapes, not of their numbers | [3](#3.-The-shapes) |
# | A22. `output[-1]` and `h_n` are equal | under conditions: one layer, one direction, no packing, `batch_first=False`; the shapes still differ | [7](#7.-Is-output[-1]-equal-to-h_n?) |
# | A23. `output[-1]` holds the hidden state of the last word of each sentence | under conditions: of the top layer; all have the same length, no packing, one direction, `batch_first=False` | [6](#6.-The-last-word) |
# | A24. The hidden state is the output | under conditions: of the top layer; other layers' h are not in `output` | [7](#7.-Is-output[-1]-equal-to-h_n?) |
# | A25. It is the cell state that stays hidden and keeps the information | under conditions: it is in no `output`, but its last value comes back as `c_n` | [5](#5.-What-output-holds) |
# | A26. The code runs, and its assertions on shapes hold | true | [8](#8.-The-code-of-post-A) |
# | A27. The code asks for `dropout=0.5` with one layer | finding: PyTorch warns, nothing is dropped | [8](#8.-The-code-of-post-A) |
# | A28. The code draws word numbers for a vocabulary of 20 | finding: 0 to 18 come, 19 never does | [8](#8.-The-code-of-post-A) |
# | B1. `input_size` is the size of the input | true | [1](#1.-The-arguments) |
# | B2. `hidden_size` is the size of h | under conditions: `proj_size` is 0 | [1](#1.-The-arguments) |
# | B3. `num_layers` is the number of stacked layers; 1 by default | true | [1](#1.-The-arguments) |
# | B4. `bias` is True by default | true | [1](#1.-The-arguments) |
# | B5. With `batch_first=True` `input` is (B, T, I); the default is False, (T, B, I) | under conditions: a batch | [2](#2.-Batch-first) |
# | B6. `bidirectional` is False by default | true | [1](#1.-The-arguments) |
# | B7. 10 sentences of 24 words of 100 numbers: batch 10, seq 24, `input_size` 100 | true | [9](#9.-The-numbers-of-post-B) |
# | B8. Because seq is 24, the layer loops 24 times and at last gives the result | under conditions: of its (24, 10, 100), where `output` has the result of each step; examples 1 and 2 loop 10 times | [9](#9.-The-numbers-of-post-B) |
# | B9. `hidden_size` mainly sets the sizes of each W and b | under conditions: `proj_size` is 0 | [9](#9.-The-numbers-of-post-B) |
# | B10. For g: W_ig is 16×100, x_t 100×1, W_hg 16×16, h 16×1 | under conditions: `proj_size` is 0 | [9](#9.-The-numbers-of-post-B) |
# | B11. `output` is (T, B, D·H) | under conditions: a batch, `batch_first=False`, no packing, and `proj_size` is 0 | [3](#3.-The-shapes) |
# | B12. `h_n` is (L·D, B, H) | under conditions: a batch, and `proj_size` is 0 | [3](#3.-The-shapes) |
# | B13. `c_n` is (L·D, B, H) | under conditions: a batch | [3](#3.-The-shapes) |
# | B14. h_0 and c_0 can be given, else they are 0 | true | [4](#4.-First-states) |
# | B15. Example 1 prints (24, 10, 16), (2, 10, 16), (2, 10, 16) | false: (10, 24, 16), (2, 24, 16), (2, 24, 16) | [10](#10.-The-examples-of-post-B) |
# | B16. Example 2 prints (24, 10, 32), (2, 10, 16), (2, 10, 16) | false: (10, 24, 32), (2, 24, 16), (2, 24, 16) | [10](#10.-The-examples-of-post-B) |
# | B17. Example 3, (24, 10, 100) with states (1, 10, 16), runs | true | [10](#10.-The-examples-of-post-B) |

# %%
from pathlib import Path

import lstm_lessons

course = Path(lstm_lessons.__file__).parents[1]
page = course / "notebooks/source/audit_of_two_posts.py"  # this page
text = page.read_text(encoding="utf-8")
for verdict in ("true", "under conditions", "false", "finding"):
    print(f"{verdict:17}", text.count(f" | {verdict}"))

# %% [markdown]
# The largest group is true under conditions. Three claims are false.

# %%
from inspect import signature

import torch
from torch import nn

from lstm_lessons import same

torch.set_default_dtype(torch.float64)
T, B, I, H = 24, 10, 100, 16


def shapes(lstm, x, *states):
    output, (h_n, c_n) = lstm(x, *states)
    return tuple(output.shape), tuple(h_n.shape), tuple(c_n.shape)


# %% [markdown]
# ## 1. The arguments
#
# A1 to A4, A6, A7, B1 to B4, B6. The defaults, as PyTorch has them, and what two layers are:

# %%
torch.manual_seed(0)
defaults = signature(nn.RNNBase.__init__).parameters
arguments = "num_layers bias batch_first dropout bidirectional proj_size"
for name in arguments.split():
    print(f"{name:14}", defaults[name].default)
lstm = nn.LSTM(input_size=I, hidden_size=H, num_layers=2)
print("layers:", len(lstm.all_weights), end="  ")
print("numbers of a step:", lstm.weight_ih_l0.shape[1])
names = [name for name, _ in lstm.named_parameters()]
print("biases:", [name for name in names if name.startswith("bias")])
bare = nn.LSTM(I, H, bias=False)
print("without:", [name for name, _ in bare.named_parameters()])

# %% [markdown]
# A2, B2. With a projection, h has `proj_size` numbers. `hidden_size` is then the size of c alone.

# %%
torch.manual_seed(0)
output, (h_n, c_n) = nn.LSTM(I, H, proj_size=5)(torch.randn(T, B, I))
print("h:", h_n.shape[-1], "numbers, c:", c_n.shape[-1])

# %% [markdown]
# ## 2. Batch first
#
# A5, B5. Both ways are right, and give the same. A `view` would not swap anything: it gives the same
# shape, and other numbers.

# %%
torch.manual_seed(0)
x = torch.randn(B, T, I)
lstm, first = nn.LSTM(I, H), nn.LSTM(I, H, batch_first=True)
first.load_state_dict(lstm.state_dict())
swapped = lstm(x.transpose(0, 1))[0].transpose(0, 1)
print("swapped before:", same(swapped, first(x)[0]))
viewed = lstm(x.view(T, B, I))[0].transpose(0, 1)
print("with a view:   ", same(viewed, first(x)[0]))

# %% [markdown]
# ## 3. The shapes
#
# A8, A9, A11, A12, A15, A18, A19, A21, B11 to B13. `output`, `h_n`, `c_n` for x of (24, 10, 100).
# States that are handed in have the shapes of those that come out.

# %%
torch.manual_seed(0)
x = torch.randn(T, B, I)
print("as in the posts: ", shapes(nn.LSTM(I, H), x))
print("two layers:      ", shapes(nn.LSTM(I, H, 2), x))
print("both directions: ", shapes(nn.LSTM(I, H, bidirectional=True), x))
print("4 words, not 24: ", shapes(nn.LSTM(I, H), x[:4]))

# %% [markdown]
# The last row is A21: no state has an axis for time. And these are the conditions:

# %%
torch.manual_seed(0)
first = nn.LSTM(I, H, batch_first=True)
print("batch_first=True:", shapes(first, x.transpose(0, 1)))
print("proj_size=5:     ", shapes(nn.LSTM(I, H, proj_size=5), x))
print("one sentence:    ", shapes(nn.LSTM(I, H), x[:, 0]))

# %% [markdown]
# The numbers of the states do depend on the length:

# %%
_, (h_24, _) = lstm(x)
_, (h_4, _) = lstm(x[:4])
same(h_24, h_4)

# %% [markdown]
# ## 4. First states
#
# A10, A13, A14, B14. Other first states for sentence 3 change sentence 3 alone. Zeros change
# nothing.

# %%
torch.manual_seed(0)
h_0, c_0 = torch.randn(1, B, H), torch.randn(1, B, H)
for name, state in (("h_0", h_0), ("c_0", c_0)):
    before, _ = lstm(x, (h_0, c_0))
    state[:, 3] += 1
    after, _ = lstm(x, (h_0, c_0))
    moved = [b for b in range(B) if not same(after[:, b], before[:, b])]
    print(name, "of sentence 3 moves:", moved)
zeros = torch.zeros(1, B, H)
print("zeros:", same(lstm(x, (zeros, zeros))[0], lstm(x)[0]))

# %% [markdown]
# ## 5. What output holds
#
# A16. `output` has h after *every* word. Step 9 of it is h after ten words.

# %%
output, (h_n, c_n) = lstm(x)
_, (h_after_ten, _) = lstm(x[:10])
print("steps in output:", len(output))
print("step 9:", same(output[9], h_after_ten[0]))

# %% [markdown]
# A25. What comes back of c is its last value, as `c_n`. `output` has h, which is o · tanh(c), and
# stays within 1. c may leave that range, and is no step of `output`:

# %%
torch.manual_seed(0)
wide = nn.LSTM(I, H)
with torch.no_grad():
    for parameter in wide.parameters():
        parameter.mul_(4)
output, (h_n, c_n) = wide(x)
print("largest of output is below 1:", output.abs().max().item() < 1)
print("largest of c_n is above 1:   ", c_n.abs().max().item() > 1)
found = any(same(step, c_n[0]) for step in output)
print("c_n is a step of output:     ", found)

# %% [markdown]
# ## 6. The last word
#
# A17, A20, A23. Sentence 1 has 4 words, and 20 words of zeros behind them. As a padded block, `h_n`
# and `output[-1]` are the state after the zeros. Packed, `h_n` is that of its own last word.

# %%
from torch.nn.utils.rnn import pack_padded_sequence

lengths = torch.full((B,), T)
lengths[1] = 4
padded = x.clone()
padded[4:, 1] = 0
_, (alone, _) = lstm(x[:4, 1:2])
output, (h_padded, _) = lstm(padded)
packed = pack_padded_sequence(padded, lengths, enforce_sorted=False)
_, (h_packed, _) = lstm(packed)
print("padded, h_n:       ", same(h_padded[:, 1:2], alone))
print("padded, output[-1]:", same(output[-1:, 1:2], alone))
print("packed, h_n:       ", same(h_packed[:, 1:2], alone))

# %% [markdown]
# And of two directions, the reverse one ends at the *first* word:

# %%
torch.manual_seed(0)
both = nn.LSTM(I, H, bidirectional=True)
output, (h_n, c_n) = both(x)
print("forward, at the last word: ", same(h_n[0], output[-1, :, :H]))
print("reverse, at the first word:", same(h_n[1], output[0, :, H:]))

# %% [markdown]
# ## 7. Is output[-1] equal to h_n?
#
# A22. The numbers are, with one layer and one direction. The shapes differ: `h_n` has an axis for
# layers in front.

# %%
torch.manual_seed(0)
output, (h_n, c_n) = lstm(x)
print("one layer, output[-1] and h_n:   ", same(output[-1], h_n))
print("one layer, output[-1] and h_n[0]:", same(output[-1], h_n[0]))
output, (h_n, c_n) = nn.LSTM(I, H, 2)(x)
print("two layers, h_n[-1]:", same(output[-1], h_n[-1]))

# %% [markdown]
# A24. With two layers, the h of the lower one stands in `h_n[0]`, and nowhere in `output`:

# %%
print("two layers, h_n[0]: ", same(output[-1], h_n[0]))
both_ways, (h_both, _) = both(x)
ends = (both_ways[-1], h_both[0])
print("both directions, shapes:", *(tuple(end.shape) for end in ends))

# %% [markdown]
# ## 8. The code of post A
#
# A26 to A28. Its steps, with `transpose_` in place: 3 sentences of 4 words out of 20, vectors of 6
# numbers, 5 units. The warning is caught, so that it can be shown.

# %%
import warnings

import numpy as np

torch.manual_seed(0)
words = torch.from_numpy(np.random.uniform(0, 19, size=(3, 4))).long()
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    small = nn.LSTM(6, 5, num_layers=1, dropout=0.5)
x = nn.Embedding(20, 6)(words)
print("x before and after:", tuple(x.shape), tuple(x.transpose_(1, 0).shape))
print("shapes hold:", shapes(small, x) == ((4, 3, 5), (1, 3, 5), (1, 3, 5)))
warning = "non-zero dropout expects num_layers greater than 1"
print("warned:", warning in str(caught[0].message))
print("in training, two calls:", same(small(x)[0], small(x)[0]))

# %% [markdown]
# A number drawn evenly from 0 to 19 is below 19, and `long()` rounds it down. `randint` draws all 20.

# %%
torch.manual_seed(0)
drawn = torch.from_numpy(np.random.uniform(0, 19, size=100_000)).long()
print("smallest:", drawn.min().item(), " largest:", drawn.max().item())
print("randint, largest:", torch.randint(20, (100_000,)).max().item())

# %% [markdown]
# ## 9. The numbers of post B
#
# B7, B8. Each step of the loop takes one entry of axis 0:

# %%
torch.manual_seed(0)
for name, x in (
    ("(24, 10, 100)", torch.rand(24, 10, 100)),
    ("(10, 24, 100)", torch.rand(10, 24, 100)),
):
    print(f"x of {name}: {len(x)} steps, each reads {tuple(x[0].shape)}")

# %% [markdown]
# The layer does so, too. Entry 0 of axis 0 is a whole sentence in the first two examples:

# %%
torch.manual_seed(0)
x = torch.rand(10, 24, 100)
other = x.clone()
other[0] += 1
before, after = lstm(x)[0], lstm(other)[0]
moved = [n for n in range(10) if not same(before[n], after[n])]
print("moved along axis 0:", moved)

# %% [markdown]
# B9, B10. The third of four blocks of rows is that of g:

# %%
torch.manual_seed(0)
W_ig, W_hg = lstm.weight_ih_l0.chunk(4)[2], lstm.weight_hh_l0.chunk(4)[2]
print("W_ig:", tuple(W_ig.shape), " W_hg:", tuple(W_hg.shape))
product = W_ig @ torch.rand(100, 1) + W_hg @ torch.rand(16, 1)
print("W_ig x_t + W_hg h:", tuple(product.shape))
projected = nn.LSTM(I, H, proj_size=5).weight_hh_l0.chunk(4)[2]
print("with proj_size=5, W_hg:", tuple(projected.shape))

# %% [markdown]
# ## 10. The examples of post B
#
# B15 to B17. In examples 1 and 2, the layer is not told that the batch comes first. The printed
# shapes are those of an x that has been transposed.

# %%
torch.manual_seed(0)
x = torch.rand(10, 24, 100)
two, both = nn.LSTM(100, 16, num_layers=2), nn.LSTM(100, 16, bidirectional=True)
print("1, as it is:   ", *shapes(two, x))
print("1, transposed: ", *shapes(two, x.transpose(0, 1)))
print("2, as it is:   ", *shapes(both, x))
print("2, transposed: ", *shapes(both, x.transpose(0, 1)))
x = torch.rand(24, 10, 100)
states = (torch.rand(1, 10, 16), torch.rand(1, 10, 16))
print("3:             ", *shapes(nn.LSTM(100, 16), x, states))

# %% [markdown]
# ## What is left out in both
#
# Neither post names padding and packing, or what `batch_first` does to `output`. Neither names
# `proj_size`, which came with PyTorch 1.8 in 2021, a year after post A. Post B is silent on
# `dropout`.
