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
# ## Where does the 0.98 come from?
#
# At the bracket that opens in `print(x, y)`, the memory of the reader's unit 5 goes from −0.02 to
# 0.98. In lesson 02 we took the values of its gates ready-made. Could you compute them from the
# weights, with nothing but sums, products and two squeezing functions?
#
# It is easy to get wrong: most wrong steps raise no error. Their shapes are right, and they give
# numbers, but other ones. So in this lesson you write one step, first on paper, and then as code.
# Then you test whether it can be told from PyTorch's.
#
# ## A cell on paper
#
# Small first: two units, and a word of two numbers. Here are all weights, stacked as PyTorch does
# it. There are two rows for each gate, one for unit 0 and one for unit 1. To keep it short, there
# is only one bias.

# %%
import torch

torch.set_default_dtype(torch.float64)
rows = torch.tensor(
    [  # word, h, bias
        [1.0, 0.0, 2.0, 1.0, 0.0],  # i, unit 0
        [0.0, -1.0, 0.0, 1.0, 1.0],  # i, unit 1
        [0.0, 1.0, 2.0, 1.0, 0.0],  # f, unit 0
        [2.0, -1.0, 0.0, 1.0, 1.0],  # f, unit 1
        [-2.0, 1.0, 1.0, 0.0, 0.0],  # g, unit 0
        [1.0, -1.0, 0.0, 0.0, 0.0],  # g, unit 1
        [-1.0, 0.0, 2.0, 0.0, 0.0],  # o, unit 0
        [0.0, 1.0, 0.0, 1.0, 1.0],  # o, unit 1
    ]
)

# %% [markdown]
# In each row, the first two numbers are for the word, the next two are for h, and the last one is
# the bias. The word is (1, 2), and the old h is (0.5, −1). Get the weighted sum of the forget gate
# of unit 0 on paper, which is in the third row:
#
# (0 · 1 + 1 · 2) + (2 · 0.5 + 1 · (−1)) + 0 = 2 + 0 + 0 = 2
#
# The cell computes all eight sums. They are called $z$. `chunk(4)` cuts them into four equal
# pieces, one for each gate.

# %%
weight_ih, weight_hh, bias = rows[:, :2], rows[:, 2:4], rows[:, 4]
word, old_h = torch.tensor([1.0, 2.0]), torch.tensor([0.5, -1.0])

z = weight_ih @ word + weight_hh @ old_h + bias
z_i, z_f, z_g, z_o = z.chunk(4)
print("z_i", z_i.tolist(), "  z_f", z_f.tolist())
print("z_g", z_g.tolist(), "  z_o", z_o.tolist())

# %% [markdown]
# Each gate has two sums, one for unit 0 and one for unit 1. Now squeeze them. g goes through tanh,
# the three taps go through the sigmoid.

# %%
i, f, o = torch.sigmoid(z_i), torch.sigmoid(z_f), torch.sigmoid(z_o)
g = torch.tanh(z_g)
for name, gate in {"i": i, "f": f, "g": g, "o": o}.items():
    print(f"{name}: unit 0 {gate[0]:5.2f}   unit 1 {gate[1]:5.2f}")

# %% [markdown]
# The last two equations are those of lesson 02, $c_t = f_t \odot c_{t-1} + i_t \odot g_t$ and
# $h_t = o_t \odot \tanh(c_t)$. The old memory is 1 in unit 0 and −2 in unit 1.
#
# **Predict.** Is the new memory of unit 0 above 1 or below 1?

# %%
old_c = torch.tensor([1.0, -2.0])
new_c = f * old_c + i * g
new_h = o * torch.tanh(new_c)
print(f"c: unit 0 {new_c[0]:5.2f}   unit 1 {new_c[1]:5.2f}")
print(f"h: unit 0 {new_h[0]:5.2f}   unit 1 {new_h[1]:5.2f}")

# %% [markdown]
# Unit 0 kept 0.88 · 1 = 0.88, and took in 0.73 · 0.46 = 0.34. Together that is 1.22. Unit 1 kept
# 0.50 · (−2) = −1.00, and took in 0.12 · (−0.76) = −0.09. Both h are within −1 and 1.
#
# Below is unit 0 of this cell. Its sliders are its four sums, in the order in which the picture
# needs them, f first, and the old memory. Three of the buttons show nearly what the reader's unit 5
# does with a bracket.
#
# **Try it.** Find settings for which the unit
#
# 1. keeps its memory almost untouched, and shows almost nothing of it,
# 2. throws the old memory away and writes a new value,
# 3. has c near 2, and yet h near 0.

# %%
from lstm_lessons import explorers

explorers.cell_gates()

# %% [markdown]
# <details><summary>Answers</summary>
#
# There are many. One way to do each is:
#
# 1. $z_f$ = 6, $z_i$ = −6 and $z_o$ = −6.
# 2. $z_f$ = −6, and $z_i$ and $z_g$ = 6.
# 3. $z_f$, $z_i$ and $z_g$ = 6, $z_o$ = −6, and an old memory of 1. Then c = 1.995, and h = 0.002.
#
# Where a bracket opens, the button gives c = 0.998, and the reader has 0.977: its old memory is a
# little below 0, and the slider is at 0.
#
# </details>

# %% [markdown]
# ## An RNN with three taps
#
# Look at g alone. It is tanh of a weighted sum of the word and of the h before. In the picture the
# three taps are grey, so nothing of it reaches the memory yet.

# %%
from lstm_lessons import pictures

pictures.cell("g")

# %% [markdown]
# You have met this formula: it is the plain recurrent network of lesson 01. PyTorch has one step of
# it ready-made, `nn.RNNCell`. We give it the two rows of g, and compare what it makes with our g.
# `copy_` writes numbers into a parameter.

# %%
from lstm_lessons import same
from torch import nn

rnn = nn.RNNCell(2, 2)
with torch.no_grad():
    rnn.weight_ih.copy_(weight_ih[4:6])
    rnn.weight_hh.copy_(weight_hh[4:6])
    rnn.bias_ih.copy_(bias[4:6])
    rnn.bias_hh.zero_()
same(g, rnn(word, old_h))

# %% [markdown]
# So the step of a plain RNN is inside an LSTM, and g is its result. In the plain RNN, this result
# becomes the new h, and takes the place of the old one. In the LSTM it has to pass through taps
# first.
#
# **Predict.** If f is shut (0), and i and o are entirely open (1), is the new h what the RNN makes?

# %%
shut, opened = 0, 1
c_then = shut * old_c + opened * g
h_then = opened * torch.tanh(c_then)
print("the RNN:                ", same(h_then, rnn(word, old_h)))
print("the RNN, squeezed again:", same(h_then, torch.tanh(rnn(word, old_h))))

# %% [markdown]
# Not quite: it is squeezed once more, on its way out. So an LSTM is an RNN cell with a memory and
# three taps: f before the old memory, i before the news, o before what is shown. The taps read the
# word and h as well, each with its own weights.
#
# ## One step of the reader
#
# Now the step from the beginning, with the reader's own weights. `double()` makes a module float64,
# so that we can compare to twelve digits. The LSTM reads `print`, which gives h and c before the
# bracket. Then it reads `print(`, which gives the h and c that we have to arrive at.

# %%
from lstm_lessons import trained_reader

reader, number = trained_reader()
lstm = reader.double().lstm
numbers = torch.tensor([number[character] for character in "print("])
vectors = reader.embedding(numbers)

_, (h_n, c_n) = lstm(vectors[:5])  # reads "print"
h_before, c_before = h_n[0], c_n[0]  # [0]: the one layer that there is
bracket = vectors[5]
_, (h_wanted, c_wanted) = lstm(vectors)  # reads "print("

# %% [markdown]
# Unit 5 has row 5 of each block: rows 5, 21, 37 and 53. Each of its sums has three parts: one from
# the character, one from h, and the two biases.

# %%
print(f"old memory: {c_before[5]:.3f}")
print("      from (  from h   biases    sum")
for gate, row in {"i": 5, "f": 21, "g": 37, "o": 53}.items():
    from_x = (lstm.weight_ih_l0[row] @ bracket).item()
    from_h = (lstm.weight_hh_l0[row] @ h_before).item()
    biases = (lstm.bias_ih_l0[row] + lstm.bias_hh_l0[row]).item()
    total = from_x + from_h + biases
    print(f"{gate}   {from_x:8.2f} {from_h:8.2f} {biases:8.2f} {total:8.2f}")

# %% [markdown]
# For i and g, it is the character that counts. For f, the biases count as well. For o, the
# character hardly does: h and the biases open that gate alone.
#
# Type into a pocket calculator what follows from the four sums:
#
# * i = σ(12.99) = 1.000, f = σ(5.24) = 0.995, g = tanh(10.52) = 1.000, o = σ(4.16) = 0.985
# * c = 0.995 · (−0.023) + 1.000 · 1.000 = 0.977, which is the 0.98 of the beginning
# * h = 0.985 · tanh(0.977) = 0.985 · 0.752 = 0.74

# %% [markdown]
# Now all sixteen units at once, as two functions. One applies the gates, the other makes the four
# sums and calls it. Together they are six equations, four for the gates and two for c and h.
#
# `F.linear(x, W, b)` is PyTorch's name for $W x + b$. `chunk(4, dim=-1)` cuts along the *last*
# axis, here the only one.

# %%
from torch.nn import functional as F


def apply_gates(z, c):
    """Return the new (h, c) from the gates' weighted sums and the old c."""
    z_i, z_f, z_g, z_o = z.chunk(4, dim=-1)
    i, f, o = torch.sigmoid(z_i), torch.sigmoid(z_f), torch.sigmoid(z_o)
    g = torch.tanh(z_g)
    c = f * c + i * g
    h = o * torch.tanh(c)
    return h, c


def lstm_step(x, h, c, weight_ih, weight_hh, bias_ih=None, bias_hh=None):
    """Return the new (h, c) after one time step."""
    z = F.linear(x, weight_ih, bias_ih) + F.linear(h, weight_hh, bias_hh)
    return apply_gates(z, c)


# %% [markdown]
# Mind the order of the last two equations: h shows the memory *after* this character, so it needs
# the new c. Is it the reader's step? `all_weights[0]` is the list of the layer's four tensors, in
# the order that our function wants, and `*` hands them over one by one.

# %%
h_here, c_here = lstm_step(bracket, h_before, c_before, *lstm.all_weights[0])
print(f"unit 5: c = {c_here[5]:.3f}, h = {h_here[5]:.3f}")
print(same(c_here, c_wanted[0]))
print(same(h_here, h_wanted[0]))

# %% [markdown]
# That is one step of `nn.LSTM`, by hand.
#
# ## Ten sentences at once
#
# In practice one step reads a word of many sentences side by side. B is the number of sentences,
# here 10. Then x is a matrix with a row for each sentence, (B, I), and h and c are (B, H).
#
# `F.linear` makes $W x + b$ of each row of x, so our functions need no change. (Written out it is
# `x @ W.T + b`: the transpose turns W round on purpose.) `nn.LSTMCell` is PyTorch's own step. It
# keeps its weights as `nn.LSTM` does, without `_l0` in their names, since it knows only one layer.
#
# **Predict.** With B = 10, I = 100 and H = 16, what is the shape of z, before it is cut in four?

# %%
torch.manual_seed(0)
B, I, H = 10, 100, 16
cell = nn.LSTMCell(input_size=I, hidden_size=H)
x, h_0, c_0 = torch.randn(B, I), torch.randn(B, H), torch.randn(B, H)

from_x = F.linear(x, cell.weight_ih, cell.bias_ih)
from_h = F.linear(h_0, cell.weight_hh, cell.bias_hh)
print("z:", tuple((from_x + from_h).shape))

# %% [markdown]
# (10, 64): a row for each sentence, and in each row the four gates side by side. That is why we cut
# along the last axis: to cut along the first would cut the sentences apart.
#
# ## What a test can see
#
# Does our step agree with PyTorch's for ten sentences, too? And how much is such a test worth?
# Beside our step we test a broken one: with a bias of 50, as in lesson 02, the forget gate of every
# unit is stuck at 1.

# %%
stuck = cell.bias_ih.clone()
stuck[16:32] = 50
right = list(cell.parameters())
wrong = [cell.weight_ih, cell.weight_hh, stuck, cell.bias_hh]

# %% [markdown]
# We compare h with that of PyTorch's step twice, once from states of random numbers and once from
# states of zeros, as at the beginning of a sentence.
#
# **Predict.** Which of the two tests see the mistake: both, only the first or only the second?

# %%
zeros = torch.zeros(B, H)
for h, c, states in ((h_0, c_0, "random"), (zeros, zeros, "zeros")):
    h_torch, _ = cell(x, (h, c))
    h_right, _ = lstm_step(x, h, c, *right)
    h_wrong, _ = lstm_step(x, h, c, *wrong)
    print(f"{states:<6} our step:    {same(h_right, h_torch)}")
    print(f"{states:<6} broken step: {same(h_wrong, h_torch)}")

# %% [markdown]
# Only the first: with a memory of zero there is nothing to forget, so the broken step passes. A
# test from zeros finds other mistakes, such as gates that are cut in a wrong order. But f · c is
# zero whatever f is, and $W_{hf}$ · h is zero whatever the weights are, as in the other three
# gates. So it sees no mistake there. From here on we test with random weights and random states.

# %% [markdown]
# ## A cell of our own
#
# Our step is a function, and the weights come from another cell. To train it, we need both in one
# *module*: that is what PyTorch calls an object that holds weights and computes with them.
# `nn.LSTMCell` is one. Ours keeps four tensors under PyTorch's names, and when it is called, it
# runs `lstm_step`. `hx` is PyTorch's name for the pair (h, c). If you have not yet written a class,
# you may skip how it is made.
#
# <details><summary>How it is made</summary>
#
# * A module is a class that is built upon `nn.Module`. `super().__init__()` has to come first.
# * A weight that can be trained is an `nn.Parameter`. From then on, each one that we assign to
#   `self` is entered in the module's list of parameters under its name.
# * `torch.empty` makes a tensor of a given shape. `nn.init.uniform_` fills it with random numbers
#   between two bounds. They are PyTorch's: from $-1/\sqrt H$ to $1/\sqrt H$.
# * `forward` is what runs when the module is called.
#
# </details>

# %%
from math import sqrt


class ManualLSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        rows, bound = 4 * hidden_size, 1 / sqrt(hidden_size)
        self.weight_ih = nn.Parameter(torch.empty(rows, input_size))
        self.weight_hh = nn.Parameter(torch.empty(rows, hidden_size))
        self.bias_ih = nn.Parameter(torch.empty(rows))
        self.bias_hh = nn.Parameter(torch.empty(rows))
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)

    def forward(self, x, hx):
        h, c = hx
        weights = self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh
        return lstm_step(x, h, c, *weights)


# %% [markdown]
# Our class draws its numbers in PyTorch's order and from PyTorch's range. So from one seed, both
# cells have the same parameters.
#
# Equal results are half of the test. A network is trained by its gradients, so these have to agree
# as well. The course has a function that tests both, `compare`. You give it two cells and the
# inputs. It compares all results, and all the gradients that training or an earlier step could ask
# for.
#
# **Predict.** How many tensors will it compare for our cell?

# %%
from lstm_lessons.lstm.compare import compare

torch.manual_seed(1)
manual = ManualLSTMCell(I, H)
torch.manual_seed(1)
reference = nn.LSTMCell(I, H)
compare(manual, reference, x, (h_0, c_0))

# %% [markdown]
# Nine: two results, and the gradients for three inputs and four parameters. For inputs of this
# size, nobody can tell our cell from PyTorch's. A mistake that shows only where c is large would
# need a test with a large c. In a row that is equal, "largest difference" shows how much is
# allowed. For gradients it is more, since more rounding adds up in them.
#
# The course's package has our cell, too: `from lstm_lessons import ManualLSTMCell`.
#
# ## Right results, wrong gradient
#
# Is the second half of the test really needed? Here is a cell with a mistake that people do make.
# `detach` gives a tensor's numbers without the record of how they were made, which PyTorch calls
# the *graph*. For the gradient, they are constants.


# %%
class Detached(ManualLSTMCell):
    def forward(self, x, hx):
        h, c = hx
        return super().forward(x, (h, c.detach()))


torch.manual_seed(1)
detached = Detached(I, H)

# %% [markdown]
# `Detached` is our cell with one change, in the last line of the class: its step gets
# `c.detach()` in place of c. From the same seed as before it has the same parameters.
#
# **Predict.** In how many of the nine rows will this cell differ?

# %%
compare(detached, reference, x, (h_0, c_0))

# %% [markdown]
# In one, and both results are right. No test of results would ever find it. Only the way
# to c_0 goes through the cut. x, h_0 and the weights reach the results through the four sums.
#
# Does it matter? Over many steps the gradient goes back through every c. We take the ruler of
# lesson 01, now for a cell, and let both cells read 21 random words of 8 numbers. So that the
# memory lasts, the forget gates get a bias of 50 again.


# %%
def gradient_by_lag(kind):
    """Return the length of each word's gradient, from the last word back."""
    torch.manual_seed(4)
    cell = kind(8, 16)
    with torch.no_grad():
        cell.bias_ih[16:32] = 50
    words = torch.randn(21, 8, requires_grad=True)
    h, c = torch.zeros(16), torch.zeros(16)
    for word in words:
        h, c = cell(word, (h, c))
    h.sum().backward()
    return words.grad.norm(dim=-1).flip(0)


# %% [markdown]
# Both cells have the same parameters and read the same words, so they give the same results. Their
# gradients:

# %%
from lstm_lessons import show
from lstm_lessons.drawing import figure

plot, axes = figure()
axes.semilogy(gradient_by_lag(ManualLSTMCell), "k-", label="along c and h")
axes.semilogy(gradient_by_lag(Detached), "k--", label="c detached")
axes.set(xlabel="lag k (words back)", ylabel="gradient")
axes.set_title("The same results, other gradients")
axes.set_xticks(range(0, 21, 5))
axes.legend()
alt = """Two curves of gradient against lag on a logarithmic axis. With the way
along c the gradient drops from 0.29 at lag 0 to 0.20 at lag 1, and then it
stays between 0.12 and 0.20. With c detached it falls in a nearly straight
line to below 1e-18 at lag 20."""
show(plot, alt)

# %% [markdown]
# With the way along c, the gradient drops over the first words, and then, in these 20 words, it
# fades no further. With c detached, only the way round through h is left. There it falls, here on
# average to about a ninth per step. Ten words back, next to nothing is left to learn from. And no
# error, no shape and no result tells you.

# %% [markdown]
# ## What we have seen
#
# * One step is four weighted sums, squeezed: σ for i, f, o and tanh for g. Then
#   $c_t = f_t \odot c_{t-1} + i_t \odot g_t$, and then $h_t = o_t \odot \tanh(c_t)$.
# * The news g is a plain RNN step. An LSTM is an RNN cell with a memory and three taps.
# * One stacked product gives all four gates. Cut it along the last axis.
# * A test from states of zero cannot see a mistake in f · c, and a test of results cannot see a
#   wrong gradient.
# * Our cell equals `nn.LSTMCell`, gradients included.

# %% [markdown]
# **A common mistake.** h is made from the old c, because the line for h was written first. You
# recognise it by this: c is right and h is wrong, and where the old memory is zero, h is zero, too.
#
# **Exercises:** [03 The cell by hand](../exercises/03_the_cell_by_hand.ipynb). Write the cell
# without looking, mend a broken one, split stacked weights by gate.
#
# **Next:** the cell reads one word. [Lesson 04](04_unrolling_in_time.ipynb) puts it into a loop,
# and then it reads the whole line.
