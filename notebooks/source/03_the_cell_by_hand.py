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
# ## Six equations
#
# Lesson 02 found the four gates. Two more equations make a whole step:
#
# $$\begin{aligned}
# i_t &= \sigma(W_{ii}\,x_t + b_{ii} + W_{hi}\,h_{t-1} + b_{hi}) \\
# f_t &= \sigma(W_{if}\,x_t + b_{if} + W_{hf}\,h_{t-1} + b_{hf}) \\
# g_t &= \tanh(W_{ig}\,x_t + b_{ig} + W_{hg}\,h_{t-1} + b_{hg}) \\
# o_t &= \sigma(W_{io}\,x_t + b_{io} + W_{ho}\,h_{t-1} + b_{ho}) \\
# c_t &= f_t \odot c_{t-1} + i_t \odot g_t \\
# h_t &= o_t \odot \tanh(c_t)
# \end{aligned}$$
#
# The gates, $c$ and $h$ all have the shape (H). $\odot$ multiplies number by number, so unit 3 of
# $c_t$ is made from unit 3 of f, i, g and of $c_{t-1}$.
#
# PyTorch calls $h$ the hidden state and $c$ the cell state. "The states" means both.

# %% [markdown]
# ## One unit
#
# The last two equations work on each unit alone. So watch a single unit first. Suppose its four
# weighted sums are already there. We call them $z$, as before:
#
# $z_i = 1$, $z_f = 2$, $z_g = 0.5$, $z_o = 0$. Its memory holds $c_{t-1} = 1$.
#
# **Predict.** Lesson 01 has a table of $\sigma$, and $\tanh(0.5)$ is a little below 0.5. Is the new
# memory $c_t$ above or below 1? And is $h_t$ above or below $c_t$?

# %%
import torch
from torch import nn

torch.set_default_dtype(torch.float64)

c_prev = 1.0
z_i, z_f, z_g, z_o = torch.tensor([1.0, 2.0, 0.5, 0.0])
i, f, o = torch.sigmoid(z_i), torch.sigmoid(z_f), torch.sigmoid(z_o)
g = torch.tanh(z_g)
c = f * c_prev + i * g
h = o * torch.tanh(c)
print(f"i = {i:.2f}, f = {f:.2f}, g = {g:.2f}, o = {o:.2f}")
print(f"c = {c:.2f}, h = {h:.2f}")

# %% [markdown]
# The unit kept 0.88 · 1, and took in 0.73 · 0.46 = 0.34. Together that is 1.22. A memory can grow
# beyond 1, because it adds.
#
# What it shows, $h$, stays within −1 and 1: $\tanh$ brings $c$ back into that range, and $o$ makes
# it smaller still.
#
# Below is this one unit. Its sliders are the four sums, in the order in which the gates act on the
# memory, and the old memory itself.
#
# **Try it.** Find settings for which the unit
#
# 1. keeps its memory almost untouched, and shows almost nothing of it,
# 2. throws the old memory away and writes a new value,
# 3. has $c$ near 2, and yet $h$ near 0.

# %%
from lstm_lessons import explorers

explorer = explorers.cell_gates()
explorer

# %% [markdown]
# One way to do each: (1) $z_f$ high, $z_i$ and $z_o$ low. (2) $z_f$ low, $z_i$ and $z_g$ high.
# (3), from Python this time:

# %%
for name, value in {"z_f": 6, "z_i": 6, "z_g": 6, "z_o": -6, "c_prev": 1}.items():
    explorer.sliders[name].value = value
print(explorer.picture.alt)

# %% [markdown]
# ## A whole layer, one step
#
# Now all 16 units, and 10 sentences side by side, as in lesson 02. PyTorch has one step ready-made:
# `nn.LSTMCell`. It reads one word of each sentence and the two old states, and returns the
# two new ones. In code, `x` is $x_t$, and `h_0` and `c_0` are the old states $h_{t-1}$ and
# $c_{t-1}$.
#
# Its weights are stacked as in lesson 02. As it knows only one layer, their names have no `_l0`.

# %%
I, H, B = 100, 16, 10
torch.manual_seed(0)
cell = nn.LSTMCell(input_size=I, hidden_size=H)
for name, parameter in cell.named_parameters():
    print(f"{name:<10} {tuple(parameter.shape)}")

x = torch.randn(B, I)
h_0, c_0 = torch.randn(B, H), torch.randn(B, H)
h_torch, c_torch = cell(x, (h_0, c_0))

# %% [markdown]
# We write the four gates one by one, as the equations say. Sentences are rows, so $W x$ becomes
# `x @ W.T` (lesson 02).
#
# **Predict.** What is the shape of `i`?

# %%
W_ii, W_if, W_ig, W_io = cell.weight_ih.chunk(4)
W_hi, W_hf, W_hg, W_ho = cell.weight_hh.chunk(4)
b_ii, b_if, b_ig, b_io = cell.bias_ih.chunk(4)
b_hi, b_hf, b_hg, b_ho = cell.bias_hh.chunk(4)

i = torch.sigmoid(x @ W_ii.T + b_ii + h_0 @ W_hi.T + b_hi)
f = torch.sigmoid(x @ W_if.T + b_if + h_0 @ W_hf.T + b_hf)
g = torch.tanh(x @ W_ig.T + b_ig + h_0 @ W_hg.T + b_hg)
o = torch.sigmoid(x @ W_io.T + b_io + h_0 @ W_ho.T + b_ho)
print("i:", tuple(i.shape))

# %% [markdown]
# One number for each sentence and unit: (B, H). The bias has shape (16,). PyTorch adds it to every
# row.
#
# Then the two states. Mind the order: $h$ shows the memory *after* this word, so it needs the new
# $c$.

# %%
c = f * c_0 + i * g
h = o * torch.tanh(c)

assert torch.allclose(c, c_torch, rtol=0, atol=1e-12)
assert torch.allclose(h, h_torch, rtol=0, atol=1e-12)
print("The six equations give what nn.LSTMCell gives.")

# %% [markdown]
# Two sums of a hundred products need not agree to the last digit, because they may be added in
# another order. So we ask that no number differs by more than `1e-12`, a millionth of a millionth.
# In `float64` and at these sizes, only a true mistake is larger than that.
#
# ## Shorter
#
# Four products with `x`, when the matrices are already stacked? One is enough: multiply by the
# whole stack, then cut the *result* in four.
#
# `F.linear(x, W, b)` is PyTorch's name for `x @ W.T + b`. If the bias is `None`, it adds none.
#
# **Predict.** What is the shape of `z`, before it is cut?

# %%
from torch.nn import functional as F

z = F.linear(x, cell.weight_ih, cell.bias_ih) + F.linear(h_0, cell.weight_hh, cell.bias_hh)
print("z:", tuple(z.shape))
z_i, z_f, z_g, z_o = z.chunk(4, dim=-1)
print("z_i:", tuple(z_i.shape))

# %% [markdown]
# (10, 64): one row per sentence, and in each row the four gates side by side. So this time we cut
# along the *last* axis, `dim=-1`. Cutting along the first would cut the sentences apart.
#
# Now the step as two functions: one makes the four sums, the other applies the gates. Six
# equations, and the heart of the course.


# %%
def apply_gates(z, c):
    """Return the new (h, c) from the weighted sums of the four gates and the old c."""
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


weights = (cell.weight_ih, cell.weight_hh, cell.bias_ih, cell.bias_hh)
h, c = lstm_step(x, h_0, c_0, *weights)
assert torch.allclose(h, h_torch, rtol=0, atol=1e-12)
assert torch.allclose(c, c_torch, rtol=0, atol=1e-12)
print("lstm_step gives what nn.LSTMCell gives.")

# %% [markdown]
# ## Is the test strong enough?
#
# A test that cannot fail proves nothing. Let us break the step: the line for $c$ leaves out
# the forget gate. We try it twice, with random states and with states of zero.
#
# **Predict.** Which of the two tests sees the mistake, and why?


# %%
def broken_step(x, h, c):
    z = F.linear(x, cell.weight_ih, cell.bias_ih) + F.linear(h, cell.weight_hh, cell.bias_hh)
    z_i, z_f, z_g, z_o = z.chunk(4, dim=-1)
    c = c + torch.sigmoid(z_i) * torch.tanh(z_g)  # f is missing
    return torch.sigmoid(z_o) * torch.tanh(c), c


zeros = torch.zeros(B, H)
for name, state in (("random states", (h_0, c_0)), ("zero states", (zeros, zeros))):
    same = torch.allclose(broken_step(x, *state)[0], cell(x, state)[0], rtol=0, atol=1e-12)
    print(f"{name}: {'no difference seen' if same else 'the mistake is seen'}")

# %% [markdown]
# With a memory of zero there is nothing to forget, so the broken step passes. Weak inputs hide
# real mistakes. From here on, we test with random weights and random states.
#
# One more doubt: lesson 02 found the order i, f, g, o with an experiment. Four letters can be put
# in 24 orders. Which of them give PyTorch's numbers?
#
# **Predict.** Only one? Or do some others happen to work as well?

# %%
from itertools import permutations

z = F.linear(x, cell.weight_ih, cell.bias_ih) + F.linear(h_0, cell.weight_hh, cell.bias_hh)
for order in permutations("ifgo"):
    gate = dict(zip(order, z.chunk(4, dim=-1)))
    c = torch.sigmoid(gate["f"]) * c_0 + torch.sigmoid(gate["i"]) * torch.tanh(gate["g"])
    h = torch.sigmoid(gate["o"]) * torch.tanh(c)
    if torch.allclose(h, h_torch, rtol=0, atol=1e-12):
        print("This order gives PyTorch's h:", ", ".join(order))

# %% [markdown]
# Only one. Not even i and o, both of them sigmoids, can change places.
#
# ## A cell of our own
#
# Now wrap the step in a class like `nn.LSTMCell`. `nn.Module` is PyTorch's base class for all that
# is trained. An `nn.Parameter` is a tensor that it keeps, for training, under its name.
#
# * `torch.empty` makes a tensor, and `uniform_` fills it with random numbers, here from
#   $-1/\sqrt H$ to $1/\sqrt H$.
# * `device` and `dtype`: where the numbers live, and their type. `new_zeros` takes both from `x`.
# * Calling `cell(x, hx)` runs its `forward`.
# * `hx` is PyTorch's name for the pair (h, c). If it is not given, both are zero: one row per
#   sentence. `x.shape[:-1]` is (B,), or () for a single word without a batch.

# %%
from math import sqrt


class ManualLSTMCell(nn.Module):
    """A twin of torch.nn.LSTMCell."""

    def __init__(self, input_size, hidden_size, bias=True, device=None, dtype=None):
        super().__init__()
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        bound = 1 / sqrt(hidden_size)

        def parameter(*shape):
            values = torch.empty(shape, device=device, dtype=dtype)
            return nn.Parameter(values.uniform_(-bound, bound))

        self.weight_ih = parameter(4 * hidden_size, input_size)
        self.weight_hh = parameter(4 * hidden_size, hidden_size)
        self.bias_ih = parameter(4 * hidden_size) if bias else None
        self.bias_hh = parameter(4 * hidden_size) if bias else None

    def forward(self, x, hx=None):
        if hx is None:
            zeros = x.new_zeros(*x.shape[:-1], self.hidden_size)
            hx = (zeros, zeros)
        return lstm_step(x, *hx, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)


# %% [markdown]
# **Predict.** We make both cells from the same seed. What must both do alike, so that their random
# weights come out as the same numbers?

# %%
torch.manual_seed(1)
manual = ManualLSTMCell(I, H)
torch.manual_seed(1)
reference = nn.LSTMCell(I, H)

ours, theirs = dict(manual.named_parameters()), dict(reference.named_parameters())
assert list(ours) == list(theirs)
assert all(torch.equal(ours[name], theirs[name]) for name in theirs)
print("Same names, same shapes, same numbers.")

# %% [markdown]
# They must draw from the same range, in the same order: `weight_ih`, `weight_hh`, `bias_ih`,
# `bias_hh`.
#
# ## Gradients too
#
# Equal results are half of the proof. A network is trained by its gradients, so these must agree as
# well: with respect to every weight, every bias, the word and both old states.
#
# The course has a function for this. `compare` runs both on the same inputs. It multiplies every
# result by random numbers and adds all up, so that no error can hide behind another. It takes the
# gradients of that sum, and holds every result and every gradient of one against the other.
#
# **Predict.** How many tensors will it compare?

# %%
from lstm_lessons.lstm.compare import compare

report = compare(manual, reference, x, (h_0, c_0), tolerance=1e-12, gradient_tolerance=1e-12)
assert report  # a report is true when all agree
report

# %% [markdown]
# Nine: two results, and the gradients for three inputs and four parameters. (Without the two
# tolerances, `compare` allows gradients 1e-10.)
#
# What about the options: no states given, a single word without a batch, no biases?

# %%
without, reference_without = ManualLSTMCell(I, H, bias=False), nn.LSTMCell(I, H, bias=False)
without.load_state_dict(reference_without.state_dict())  # copies PyTorch's weights into ours

assert compare(manual, reference, x)  # the states are then zero: the default itself is tested
assert compare(manual, reference, x[0], (h_0[0], c_0[0]))
assert compare(without, reference_without, x, (h_0, c_0))
print("All three are equal, too.")

# %% [markdown]
# By its numbers, nobody can tell our cell from PyTorch's.
#
# And a cell with right results and wrong gradients? `detach` gives a tensor's numbers without their
# history, which PyTorch calls the *graph*: for the gradient they are constants.
#
# **Predict.** This cell detaches the old memory before it uses it. Which of the nine rows will
# differ?


# %%
class Detached(ManualLSTMCell):
    def forward(self, x, hx):
        h, c = hx
        return super().forward(x, (h, c.detach()))


wrong = Detached(I, H)
wrong.load_state_dict(reference.state_dict())
compare(wrong, reference, x, (h_0, c_0))

# %% [markdown]
# One row, and both results are right. In a longer sequence, the gradient along $c$ would end after
# one step. Only the way round through $h$ would be left, and there it vanishes much faster.
#
# When results differ too, read those first, and `c` before `h`, because $h$ is made from $c$. The
# largest number need not be nearest to the mistake. (In the table, a *sample* is a sentence, and a
# *feature* one number of a word.)

# %% [markdown]
# ## What we have seen
#
# * One step is six equations: four gates, then $c_t = f_t \odot c_{t-1} + i_t \odot g_t$, then
#   $h_t = o_t \odot \tanh(c_t)$.
# * $c$ can grow beyond 1. $h$ cannot.
# * One stacked product gives all four gates; cut it along the last axis.
# * A test needs random states, and must look at gradients too: weak tests hide real mistakes.
# * Our cell equals `nn.LSTMCell`, to 1e-12.

# %% [markdown]
# **A common mistake.** Making $h$ from the old $c$, because the line for $h$ stands first. You
# can tell by this: $c$ is right, $h$ is wrong, and with a memory of zero $h$ is zero.
#
# **Exercises:** [03 The cell by hand](../exercises/03_the_cell_by_hand.ipynb). Write the cell
# without looking, mend a broken one, split stacked weights by gate.
#
# **Next:** [lesson 04](04_unrolling_in_time.ipynb) repeats the step over all 24 words.
