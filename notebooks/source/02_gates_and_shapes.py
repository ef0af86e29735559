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
# ## One example, all the way
#
# Lesson 01 had a memory with a tap. An LSTM has four gates. This lesson finds the shape of
# everything in them, with one example throughout:
#
# | symbol | meaning | here |
# |---|---|---|
# | I | numbers in a word, `input_size` | 100 |
# | H | numbers in the state, `hidden_size` | 16 |
# | T | words in a sentence | 24 |
# | B | sentences read side by side | 10 |
#
# To begin with, there is one sentence and one word of it, $x_t$: a vector of 100 numbers. The
# state of the word before, $h_{t-1}$, is a vector of 16.

# %%
import torch
from torch import nn

torch.set_default_dtype(torch.float64)
torch.manual_seed(0)

I, H, T, B = 100, 16, 24, 10
x_t = torch.randn(I)
h = torch.randn(H)
print("x_t:", tuple(x_t.shape), "  h:", tuple(h.shape))

# %% [markdown]
# ## Four questions
#
# An LSTM keeps two vectors of H numbers: the memory $c$ stays inside, and the state $h$ is what it
# shows. So there are 16 *units*, each with one number of $c$ and one of $h$. At every word, each
# unit asks:
#
# | letter | name | question | answer between |
# |---|---|---|---|
# | i | input gate | How much of the news do I let in? | 0 and 1 |
# | f | forget gate | How much of the old do I keep? | 0 and 1 |
# | g | candidate | What is the news? | −1 and 1 |
# | o | output gate | How much do I show? | 0 and 1 |

# %% [markdown]
# i, f and o are taps: they use the sigmoid $\sigma$. The candidate g is a value and may be
# negative: it uses $\tanh$. All four are usually called gates.
#
# **Predict.** What do $\sigma$ and $\tanh$ make of −50, of 0 and of 50?

# %%
for z in torch.tensor([-50.0, 0.0, 50.0]):
    print(f"z = {z:5.0f}   sigmoid {torch.sigmoid(z):4.1f}   tanh {torch.tanh(z):4.1f}")

# %% [markdown]
# ## One unit, one question
#
# Take the candidate g, and only unit 0. It must look at the whole word and at the whole state, and
# come up with one number. The simplest way is a weighted sum:
#
# * one weight for each number of the word,
# * one weight for each number of the state,
# * and a bias.
#
# **Predict.** How many weights does this one unit need for this one question, without the bias?

# %%
w = torch.randn(I)  # weights for the word
u = torch.randn(H)  # weights for the state
bias = torch.randn(())
g_of_unit_0 = torch.tanh(w @ x_t + u @ h + bias)
print("weights:", w.numel() + u.numel())
print("numbers that come out:", g_of_unit_0.numel())

# %% [markdown]
# ## All units, one question
#
# There are 16 units, each with its own weights. Put the weights for the word under one another, one
# row for each unit. That matrix is called $W_{ig}$: from the **i**nput to **g**. In the same way,
# the weights for the state give $W_{hg}$: from **h** to **g**.
#
# **Predict.** Write down the shapes of $W_{ig}$ and $W_{hg}$, rows first.

# %%
W_ig, b_ig = torch.randn(H, I), torch.randn(H)
W_hg, b_hg = torch.randn(H, H), torch.randn(H)
g = torch.tanh(W_ig @ x_t + b_ig + W_hg @ h + b_hg)

print("W_ig:", tuple(W_ig.shape), "  W_ig @ x_t:", tuple((W_ig @ x_t).shape))
print("W_hg:", tuple(W_hg.shape), "   W_hg @ h:  ", tuple((W_hg @ h).shape))
print("g:   ", tuple(g.shape))

# %% [markdown]
# The rule to remember: **rows are what comes out, columns are what goes in.**
#
# 16 numbers come out, so each matrix has 16 rows. A word of 100 goes into $W_{ig}$, so it has 100
# columns. A state of 16 goes into $W_{hg}$, so it has 16.
#
# $$\underset{(16)}{g_t} = \tanh\big(\underset{(16 \times 100)}{W_{ig}}\;\underset{(100)}{x_t}
#   + \underset{(16)}{b_{ig}}
#   + \underset{(16 \times 16)}{W_{hg}}\;\underset{(16)}{h_{t-1}} + \underset{(16)}{b_{hg}}\big)$$
#
# PyTorch gives each product its own bias, so there are two.
#
# **Predict.** Turn both matrices round: $W_{ig}$ to (100 × 16), $W_{hg}$ to (16 × 16). For each: an
# error, or wrong numbers?

# %%
try:
    W_ig.T @ x_t
    print("W_ig turned round: no error.")
except RuntimeError:
    print("W_ig turned round: an error, the sizes do not fit.")

same = torch.allclose(W_hg.T @ h, W_hg @ h)
print("W_hg turned round: no error, and the numbers are", "right." if same else "wrong.")

# %% [markdown]
# The error is the lucky case. $W_{hg}$ is square, so its shape cannot tell which way round it is:
# the numbers are silently wrong. That is why this course never trusts shapes alone. It always
# compares the numbers with PyTorch's.
#
# ## All units, all questions
#
# The other gates look the same, each with its own weights. Only the squeezing function differs:
#
# $$\begin{aligned}
# i_t &= \sigma(W_{ii}\,x_t + b_{ii} + W_{hi}\,h_{t-1} + b_{hi}) \\
# f_t &= \sigma(W_{if}\,x_t + b_{if} + W_{hf}\,h_{t-1} + b_{hf}) \\
# g_t &= \tanh(W_{ig}\,x_t + b_{ig} + W_{hg}\,h_{t-1} + b_{hg}) \\
# \underset{(H)}{o_t} &= \sigma(\underset{(H \times I)}{W_{io}}\,\underset{(I)}{x_t}
#   + \underset{(H)}{b_{io}}
#   + \underset{(H \times H)}{W_{ho}}\,\underset{(H)}{h_{t-1}} + \underset{(H)}{b_{ho}})
# \end{aligned}$$

# %% [markdown]
# All four lines have the shapes of the last one; here I = 100 and H = 16. Read the names as *from,
# to*: $W_{if}$ goes from the input to the forget gate, $W_{ho}$ from the state to the output gate.
# And $W_{ii}$ goes from the **i**nput to the **i**nput gate: twice the same letter, for two
# different things.
#
# ## How PyTorch keeps them
#
# Eight matrices and eight biases, for one layer? PyTorch does it with four tensors. It stacks the
# matrices of the four gates on top of each other.
#
# **Predict.** What is the shape of the stacked `weight_ih_l0`? And of `weight_hh_l0`?
# (`l0` is layer 0.)

# %%
lstm = nn.LSTM(input_size=I, hidden_size=H)
for name, parameter in lstm.named_parameters():
    print(f"{name:<13} {tuple(parameter.shape)}")

# %% [markdown]
# 64 is 4 · 16: four gates of 16 rows. In symbols, `weight_ih_l0` is (4H, I) and `weight_hh_l0` is
# (4H, H).
#
# And there are two biases, where one would do. PyTorch keeps both because NVIDIA's library for
# GPUs, cuDNN, has two.
#
# **Predict.** If we move all of `bias_hh` into `bias_ih`, and leave zeros, what happens to the
# output?

# %%
x = torch.randn(T, B, I)
states = torch.randn(1, B, H), torch.randn(1, B, H)  # h and c to start from
merged = nn.LSTM(I, H)
merged.load_state_dict(lstm.state_dict())  # the same weights as `lstm`
with torch.no_grad():
    merged.bias_ih_l0 += merged.bias_hh_l0
    merged.bias_hh_l0.zero_()
assert torch.allclose(merged(x, states)[0], lstm(x, states)[0], rtol=0, atol=1e-12)
print("The output stays the same: the two biases are only ever added.")

# %% [markdown]
# ## Which block is which gate?
#
# Lesson 01 took the second block for the forget gate. Nothing in the tensor says so. So do an
# experiment: put −50 into one block of biases at a time, which outweighs all else in that gate, and
# watch the first step. From lesson 01, $c_t = f_t \odot c_{t-1} + i_t \odot g_t$. And what is shown
# is $h_t = o_t \odot \tanh(c_t)$ (lesson 03 has more on it). Look for three symptoms:
#
# * h is zero.
# * c is the same for two different old memories.
# * c stays zero when the old memory was zero.
#
# **Predict.** Which gate causes which symptom? One gate causes none.


# %%
def first_step(block, c):
    """Return h and c after one word, with −50 in one block of 16 biases."""
    changed = nn.LSTM(I, H)
    changed.load_state_dict(lstm.state_dict())
    with torch.no_grad():
        changed.bias_ih_l0[block * H : (block + 1) * H] = -50
    _, (h_n, c_n) = changed(x_t[None], (h[None], c[None]))
    return h_n, c_n


# %% [markdown]
# `[None]` adds an axis of length 1: for `x_t` it counts the words, one; for `h` and `c` it counts
# the layers, one.

# %%
old, other, zero = torch.randn(H), torch.randn(H), torch.zeros(H)
for block in range(4):
    h_n, c_n = first_step(block, old)
    print(f"block {block}:", end=" ")
    if torch.allclose(h_n, zero):
        print("h is zero")
    elif torch.allclose(c_n, first_step(block, other)[1]):
        print("c is the same for two old memories")
    elif torch.allclose(first_step(block, zero)[1], zero):
        print("c stays zero")
    else:
        print("none of the three")

# %% [markdown]
# Block 0 lets the news in: i. Block 1 keeps the old: f. Block 3 shows: o. The one left over is g:
# its tanh becomes −1, so there is still news. The order is **i, f, g, o**. It is a convention, no
# more: ONNX, for one, has i, o, f, c, where c is our g.
#
# `chunk(4)` cuts a tensor into four equal pieces along its first axis. So it gives the gates'
# matrices, under their names. ($W_{ig}$ is PyTorch's own from now on, no longer ours from above.)

# %%
W_ii, W_if, W_ig, W_io = lstm.weight_ih_l0.chunk(4)
W_hi, W_hf, W_hg, W_ho = lstm.weight_hh_l0.chunk(4)
b_ii, b_if, b_ig, b_io = lstm.bias_ih_l0.chunk(4)
b_hi, b_hf, b_hg, b_ho = lstm.bias_hh_l0.chunk(4)

assert torch.equal(W_ig, lstm.weight_ih_l0[2 * H : 3 * H])
print("W_ig is rows", 2 * H, "to", 3 * H - 1, "of weight_ih_l0.")

# %% [markdown]
# The course keeps a *ledger* of all shapes, each with its reason. Here is its page for this layer:

# %%
from lstm_lessons import shapes

shapes.lstm_parameters(input_size=I, hidden_size=H)

# %% [markdown]
# ## Counting
#
# Each gate has a matrix (H × I), a matrix (H × H) and two biases (H). There are four gates:
#
# $$4\,(HI + HH + 2H) = 4H(I + H) + 8H$$
#
# **Predict.** Put in I = 100 and H = 16, by hand or in your head. Then let PyTorch count.

# %%
by_formula = 4 * H * (I + H) + 8 * H
by_torch = sum(parameter.numel() for parameter in lstm.parameters())
print("formula:", by_formula, "  PyTorch:", by_torch)
assert by_formula == by_torch == shapes.count_parameters(I, H)

# %% [markdown]
# ## See it to scale
#
# The picture below has two rows. The upper one is the equation of one gate, with every matrix
# drawn to one scale. The lower one is the stacks of all four gates, with the rows of that gate
# marked. Choose the gate in the menu.
#
# **Try it.**
#
# 1. Change `input_size`. What grows, and in which direction? Put it back to 100.
# 2. **Predict**: with `hidden_size` 32, is the count of parameters twice as large, less, or more?
# 3. Now set it to 32. Which matrix has grown twofold, and which fourfold?

# %%
from lstm_lessons import explorers

explorer = explorers.gates_and_shapes()
explorer

# %% [markdown]
# Task 1: only the matrices for x grow, and they grow wider, not taller; x itself grows, too. Task
# 3: $W_{ig}$ gets twice the rows. But $W_{hg}$ has H rows *and* H columns, so it becomes four
# times as large. The stacks do the same. So the count more than doubles:

# %%
explorer.sliders["input_size"].value = I
explorer.sliders["hidden_size"].value = 32
twice = shapes.count_parameters(I, 32)
assert f"{twice} parameters" in explorer.picture.alt
print(f"{twice} parameters, {twice / by_formula:.2f} times as many")
explorer.sliders["hidden_size"].value = 16

# %% [markdown]
# ## Where are T and B?
#
# 24 and 10 appear in no parameter. The same weights serve every word of every sentence. So one
# layer can read sentences of any length, and any number of them.
#
# When 10 sentences are read side by side, the words at step t form a matrix (10, 100), one row per
# sentence. The equations write $W x$ for one column vector. For rows the same product is
# `x @ W.T`; the transpose turns W round, this time on purpose.
#
# **Predict.** (10, 100) times (100, 16): which shape comes out?

# %%
words = torch.randn(B, I)
together = words @ W_ig.T  # inner sizes must be equal, outer sizes remain
one_by_one = torch.stack([W_ig @ word for word in words])
assert torch.allclose(together, one_by_one, rtol=0, atol=1e-12)
print("All sentences at once equals one by one:", tuple(together.shape))

for length, size in ((24, 10), (7, 3)):
    shape = tuple(lstm(torch.randn(length, size, I))[0].shape)
    print(f"{length:2} words, {size:2} sentences: output", shape)

# %% [markdown]
# ## What we have seen
#
# * Each gate is a weighted sum of the word and the state, squeezed: σ for i, f, o and tanh for g.
# * $W_{ig}$ is H × I and $W_{hg}$ is H × H. Rows are what comes out, columns what goes in.
# * PyTorch stacks the gates in the order i, f, g, o: `weight_ih_l0` is (4H, I), `weight_hh_l0` is
#   (4H, H), and there are two biases of (4H,).
# * An LSTM layer has 4H(I + H) + 8H parameters, whatever T and B.

# %% [markdown]
# **A common mistake.** Matrices turned round, (in, out), as Keras keeps them. For the stacks, and
# for one gate's $W_{ig}$, an error about sizes tells you. One gate's $W_{hg}$ is square, so there
# is none: only a comparison with PyTorch's numbers shows it.
#
# **Exercises:** [02 Gates and shapes](../exercises/02_gates_and_shapes.ipynb). Fill in shapes,
# count, spot the impossible one.
#
# **Next:** [lesson 03](03_the_cell_by_hand.ipynb) puts the four gates to work and writes one whole
# step.
