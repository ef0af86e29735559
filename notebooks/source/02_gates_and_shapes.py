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
# Lesson 01 had one gate. An LSTM has four. This lesson finds the shape of everything in them, with
# one example throughout:
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
# The memory has 16 units, one for each of its numbers. At every word, each unit asks:
#
# | letter | name | question | answer lies in |
# |---|---|---|---|
# | i | input gate | How much of the news do I let in? | 0 to 1 |
# | f | forget gate | How much of the old do I keep? | 0 to 1 |
# | g | candidate | What is the news? | −1 to 1 |
# | o | output gate | How much do I show? | 0 to 1 |
#
# i, f and o are taps: they use the sigmoid $\sigma$. The candidate g is a value and may be
# negative: it uses $\tanh$. All four are usually called gates.

# %%
z = torch.linspace(-20, 20, 401)
print(f"sigmoid: from {torch.sigmoid(z).min():.1f} to {torch.sigmoid(z).max():.1f}")
print(f"tanh:    from {torch.tanh(z).min():.1f} to {torch.tanh(z).max():.1f}")

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
print("result: ", tuple(g_of_unit_0.shape), "- a single number")

# %% [markdown]
# ## All units, one question
#
# There are 16 units, each with its own weights. Put the weights for the word under one another, a
# row a unit. That is the matrix $W_{ig}$: the word's (`i` for *input*) weights for gate `g`.
# The weights for the state give $W_{hg}$.
#
# **Predict.** Write down the shapes of $W_{ig}$ and $W_{hg}$, rows first.

# %%
W_ig = torch.randn(H, I)
W_hg = torch.randn(H, H)
b_g = torch.randn(H)

print("W_ig:", tuple(W_ig.shape), "  W_ig @ x_t:", tuple((W_ig @ x_t).shape))
print("W_hg:", tuple(W_hg.shape), "   W_hg @ h:  ", tuple((W_hg @ h).shape))
g = torch.tanh(W_ig @ x_t + W_hg @ h + b_g)
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
# There are two biases here, because PyTorch keeps two. We come back to that.
#
# **Predict.** What if somebody builds the matrix the other way round, as (100, 16)?

# %%
wrong = torch.randn(I, H)
try:
    wrong @ x_t
except RuntimeError as error:
    print("RuntimeError:", error)

# %% [markdown]
# The message names both shapes: a (100 × 16) matrix cannot take a vector of 100. Here we were
# lucky. If I and H were equal, nothing would have complained. That is why this course never uses
# two equal sizes in an example.

# %% [markdown]
# ## All units, all questions
#
# The other gates look the same, each with its own weights. Only the squeezing function differs:
#
# $$\begin{aligned}
# i_t &= \sigma(W_{ii}\,x_t + b_{ii} + W_{hi}\,h_{t-1} + b_{hi}) \\
# f_t &= \sigma(W_{if}\,x_t + b_{if} + W_{hf}\,h_{t-1} + b_{hf}) \\
# g_t &= \tanh(W_{ig}\,x_t + b_{ig} + W_{hg}\,h_{t-1} + b_{hg}) \\
# o_t &= \sigma(\underset{(16 \times 100)}{W_{io}}\,\underset{(100)}{x_t} + \underset{(16)}{b_{io}}
#   + \underset{(16 \times 16)}{W_{ho}}\,\underset{(16)}{h_{t-1}} + \underset{(16)}{b_{ho}})
# \end{aligned}$$
#
# Read the names as *from, to*: $W_{if}$ goes from the input to the forget gate, $W_{ho}$ from the
# hidden state to the output gate.

# %% [markdown]
# ## See it to scale
#
# Below is one gate, with every matrix drawn to scale, and next to it the stack of all four.
#
# **Try it.**
#
# 1. Make `input_size` small. Which of the matrices change their shape, and which do not?
# 2. Double `hidden_size`. Which matrix grows twofold, and which fourfold?
# 3. Choose another gate. What moves in the stack?

# %%
from lstm_lessons import explorers

explorer = explorers.gates_and_shapes()
explorer

# %%
explorer.sliders["hidden_size"].value = 32
print(explorer.picture.alt)

# %% [markdown]
# `input_size` changes only the columns of $W_{ig}$. Doubling `hidden_size` doubles $W_{ig}$, but it
# makes $W_{hg}$ four times as large: it has H rows *and* H columns.
#
# Eight matrices and eight biases, for one layer? PyTorch does it with four tensors. It stacks the
# matrices of the four gates on top of each other, so that one product serves all gates.
#
# **Predict.** What is the shape of the stacked `weight_ih_l0`? And of `weight_hh_l0`?
# (`l0` is layer 0.)

# %%
lstm = nn.LSTM(input_size=I, hidden_size=H)
for name, parameter in lstm.named_parameters():
    print(f"{name:<13} {tuple(parameter.shape)}")

# %% [markdown]
# 64 is 4 · 16: four gates of 16 rows. In symbols, `weight_ih_l0` is (4H, I) and `weight_hh_l0` is
# (4H, H). The course keeps a *ledger* of such shapes, which says why each is what it is:

# %%
from lstm_lessons import shapes

shapes.lstm_parameters(input_size=I, hidden_size=H)

# %% [markdown]
# `chunk(4)` cuts a tensor into four equal pieces along its first axis. That gives the gates back,
# in the order in which PyTorch stacks them: **i, f, g, o**.

# %%
W_ii, W_if, W_ig, W_io = lstm.weight_ih_l0.chunk(4)
W_hi, W_hf, W_hg, W_ho = lstm.weight_hh_l0.chunk(4)
b_ii, b_if, b_ig, b_io = lstm.bias_ih_l0.chunk(4)
b_hi, b_hf, b_hg, b_ho = lstm.bias_hh_l0.chunk(4)
print("W_ig:", tuple(W_ig.shape), "  W_hg:", tuple(W_hg.shape), "  b_ig:", tuple(b_ig.shape))
assert torch.equal(W_ig, lstm.weight_ih_l0[2 * H : 3 * H])
print("W_ig is rows", 2 * H, "to", 3 * H - 1)

# %% [markdown]
# ## How do we know the order?
#
# Nothing in the tensor says which block is which gate. So do an experiment: shut one block at a
# time, and watch. A bias of −50 makes a sigmoid 0, whatever the word.
#
# With $c_t = f_t \odot c_{t-1} + i_t \odot g_t$ from lesson 01 in mind, look for three symptoms:
#
# * `h_n` is all zero: nothing is *shown*.
# * `c_n` is the same for two different old memories: nothing is *kept*.
# * `c_n` is still empty after a word, when the old memory was empty: nothing is *let in*.
#
# **Predict.** Which gate, when shut, causes which symptom? One of the four causes none.


# %%
def shut(block):
    """Return a copy of the layer with one block of 16 rows shut."""
    copy = nn.LSTM(I, H)
    copy.load_state_dict(lstm.state_dict())
    with torch.no_grad():
        rows = slice(block * H, (block + 1) * H)
        copy.weight_ih_l0[rows] = 0
        copy.weight_hh_l0[rows] = 0
        copy.bias_ih_l0[rows] = -50
    return copy


# %%
word = torch.randn(1, I)
h_0, c_0, other_c_0 = torch.randn(3, 1, H)
empty = torch.zeros(1, H)

for block in range(4):
    layer = shut(block)
    _, (h_n, c_n) = layer(word, (h_0, c_0))
    _, (_, c_n_of_other) = layer(word, (h_0, other_c_0))
    _, (_, c_n_of_empty) = layer(word, (h_0, empty))
    symptoms = {
        "nothing shown": torch.allclose(h_n, empty),
        "nothing kept": torch.allclose(c_n, c_n_of_other),
        "nothing let in": torch.allclose(c_n_of_empty, empty),
    }
    found = [symptom for symptom, seen in symptoms.items() if seen] or ["none of these"]
    print(f"block {block} shut: {', '.join(found)}")

# %% [markdown]
# Block 0 lets in: i. Block 1 keeps: f. Block 3 shows: o. The one left over is g. (Its tanh
# becomes −1, not 0: the news is then a constant, but it is not shut out.) The order is
# **i, f, g, o**. Other libraries use other orders, so keep these four letters in mind.
#
# Now to the biases.
# $b_{ig}$ and $b_{hg}$ are simply added, so one would do. PyTorch keeps two because NVIDIA's
# library for GPUs, cuDNN, has two.
#
# **Predict.** If we move all of `bias_hh` into `bias_ih`, does the output change?

# %%
x = torch.randn(T, B, I)
merged = nn.LSTM(I, H)
merged.load_state_dict(lstm.state_dict())
with torch.no_grad():
    merged.bias_ih_l0 += merged.bias_hh_l0
    merged.bias_hh_l0.zero_()
assert torch.allclose(merged(x)[0], lstm(x)[0], rtol=0, atol=1e-12)
print("The output is the same.")

# %% [markdown]
# ## Counting
#
# Now count all parameters. Each gate has a matrix (H × I), a matrix (H × H) and two biases (H).
# There are four gates:
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
# **Predict.** With `hidden_size` 32 instead of 16, is the count twice as large, less, or more?

# %%
twice = shapes.count_parameters(I, 2 * H)
print(f"{twice} parameters, {twice / by_formula:.2f} times as many")

# %% [markdown]
# ## Where are T and B?
#
# 24 and 10 appear in no parameter. The same weights serve every word and every sentence. So one
# layer can read sentences of any length, and any number of them.
#
# When 10 sentences are read side by side, the words at step t form a matrix (10, 100), a row a
# sentence. The equations write $W x$ for one column vector. With rows, the same product is
# `x @ W.T`: the transpose swaps the axes of W. Inner sizes must meet, outer sizes remain:
# (10, **100**) times (**100**, 16) gives (10, 16). In symbols: (B, I) times (I, H) gives (B, H).

# %%
words = torch.randn(B, I)
together = words @ W_ig.T
one_by_one = torch.stack([W_ig @ word for word in words])
print(
    "words:",
    tuple(words.shape),
    "  W_ig.T:",
    tuple(W_ig.T.shape),
    "  result:",
    tuple(together.shape),
)
assert torch.allclose(together, one_by_one, rtol=0, atol=1e-12)
print("All at once equals one by one.")

# %% [markdown]
# ## What we have seen
#
# * Each gate is a weighted sum of the word and the state, squeezed: σ for i, f, o and tanh for g.
# * $W_{ig}$ is H × I and $W_{hg}$ is H × H. Rows come out, columns go in.
# * PyTorch stacks the gates in the order i, f, g, o: `weight_ih_l0` is (4H, I), `weight_hh_l0` is
#   (4H, H). Two biases of (4H,) are added.
# * An LSTM layer has 4H(I + H) + 8H parameters, whatever T and B.

# %% [markdown]
# **A common mistake.** Matrices built as (in, out), as some other libraries do. You recognise it by
# an error such as `size mismatch`, or, if I equals H, by wrong numbers and no error at all. Test
# with sizes that all differ.
#
# **Exercises:** [02 Gates and shapes](../exercises/02_gates_and_shapes.ipynb). Fill in shapes, count,
# spot the impossible one.
#
# **Next:** [lesson 03](03_the_cell_by_hand.ipynb) puts the four gates to work and writes one whole step.
