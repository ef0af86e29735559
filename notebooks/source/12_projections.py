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
# ## A wide memory costs much
#
# The reader of this course has a memory of 16 numbers. Programs that understand speech or translate
# have had a thousand and more. What does that cost? A layer has 4HI parameters in `weight_ih`, 4HH
# in `weight_hh`, and 8H in the biases. A character of the reader is I = 8 numbers.

# %%
for H in (16, 128, 1024):
    weight_ih, weight_hh, biases = 4 * H * 8, 4 * H * H, 8 * H
    total = weight_ih + weight_hh + biases
    share = weight_hh / total
    print(f"H = {H:4}: {total:9,} parameters, {share:.0%} of them in weight_hh")

# %% [markdown]
# The memory has become 64 times as wide, and the layer 2,545 times as large. Each step multiplies
# with every weight once, so it also takes about that much more work. And nearly all of it is one
# matrix: `weight_hh`, through which the gates read h.
#
# But we only wanted a wider c. A wider h came along, because h is made from c number by number. The
# argument `proj_size` breaks this link. Once we have it, we read a whole layer.
#
# ## A narrow way out
#
# In this picture there is something new on the way out: a matrix, $W_{hr}$. It makes P numbers out
# of the H numbers that o lets through. P is `proj_size`, and it is smaller than H.

# %%
from lstm_lessons import pictures

pictures.relative(projection=True)

# %% [markdown]
# These P numbers are now called h. They go into `output`, and the gates read them at the next step.
# The memory c stays as wide as it was. Such a matrix, which makes a short vector of a long one, is
# called a *projection*. Here it is with numbers, for a memory of three numbers and an h of two:

# %%
pictures.projection()

# %% [markdown]
# **Predict.** Without a projection, every number of h lies between −1 and 1. Do both numbers of
# this h lie there, too?

# %%
import torch
from torch import nn

torch.set_default_dtype(torch.float64)
shown = torch.tensor([0.5, -0.2, 0.8])
W_hr = torch.tensor([[1.0, 0.0, 2.0], [0.0, 1.0, -0.5]])
print([round(each, 2) for each in (W_hr @ shown).tolist()])

# %% [markdown]
# The first one does not. It is 1 · 0.5 + 0 · (−0.2) + 2 · 0.8 = 2.1. The tanh and the tap o bound
# what goes into the matrix. What comes out of it is no longer bounded by 1. As an equation:
#
# $$\underset{(P)}{h_t} = \underset{(P \times H)}{W_{hr}}\;\big(
#   \underset{(H)}{\textcolor{#a64bb0}{o_t}} \odot \tanh(\underset{(H)}{c_t})\big)$$
#
# Now the sizes of our example, a word of 100 numbers and 16 units, with `proj_size=4`.
#
# **Predict.** Without a projection, `weight_hh_l0` is (64, 16). What is its shape now?

# %%
torch.manual_seed(0)
T, B, I, H, P = 24, 10, 100, 16, 4
lstm = nn.LSTM(I, H, proj_size=P)
for name, parameter in lstm.named_parameters():
    print(f"{name:<13} {tuple(parameter.shape)}")

# %% [markdown]
# (64, 4). Rows are what comes out, four gates of 16 units. Columns are what goes in, and that is an
# h of 4 numbers. At the end stands the new matrix, `weight_hr_l0`. The two states no longer have
# the same shape:

# %%
x = torch.randn(T, B, I)
output, (h_n, c_n) = lstm(x)
print("output:", tuple(output.shape))
print("h_n:   ", tuple(h_n.shape))
print("c_n:   ", tuple(c_n.shape))

# %% [markdown]
# A second layer reads what the first one shows. Without a projection that is H numbers a step, or
# 2H from two directions. Now it is P, or 2P. They are the columns of its `weight_ih`:

# %%
for bidirectional in (False, True):
    deep = nn.LSTM(I, H, num_layers=2, bidirectional=bidirectional, proj_size=P)
    print(f"{bidirectional = }:", tuple(deep.weight_ih_l1.shape))

# %% [markdown]
# ## The projection by hand
#
# As code, the projection is one line below the step of lesson 03. `shown` is H wide, h is P wide.

# %%
from lstm_lessons.lstm.cell import lstm_step
from torch.nn import functional as F


def projected_step(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh, weight_hr):
    """Return the new (h, c) of an LSTM with a projection."""
    shown, c = lstm_step(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh)
    return F.linear(shown, weight_hr), c


# %% [markdown]
# The loop over time has to call this step. So here is the loop of lesson 04 with the step as an
# argument. The states travel as one tuple, with h in front.


# %%
def unroll_step(step, x, states, weights):
    """Run a step over time; return output and the last states."""
    outputs = []
    for x_t in x:
        states = step(x_t, *states, *weights)
        outputs.append(states[0])
    return torch.stack(outputs), states


# %% [markdown]
# Is it PyTorch's, with all gradients? `compare`, from lesson 03, says so, of 3 results and 8
# gradients: those of x, of the two states, and of the five weights. `h[None]` puts the axis for
# layers in front again.

# %%
from lstm_lessons.lstm.compare import compare


def by_hand(x, hx):
    h_0, c_0 = hx
    states = (h_0[0], c_0[0])
    output, (h, c) = unroll_step(projected_step, x, states, lstm.all_weights[0])
    return output, (h[None], c[None])


hx = (torch.randn(1, B, P), torch.randn(1, B, H))
print(compare(by_hand, lstm, x, hx).verdict)

# %% [markdown]
# ## Is it worth it?
#
# A layer now has 4H(I + P) + 8H + PH parameters. `weight_hh` has shrunk from 4HH to 4HP, and PH is
# new.
#
# **Predict.** A memory has H = 100 numbers, and P is 90. Has the layer with the projection fewer
# parameters than the plain one, or more?

# %%
H, I = 100, 8
print("plain:    ", 4 * H * (I + H) + 8 * H)
for P in (90, 80, 10):
    print(f"P = {P}:   ", 4 * H * (I + P) + 8 * H + P * H)

# %% [markdown]
# More. `weight_hh` has lost ten of its hundred columns, 4,000 numbers, but `weight_hr` has brought
# 9,000. The two are in balance at P = 80, which is four fifths of H: there 4H · H = 4H · P + P · H.
# Below that, a projection saves. A layer above this one saves more, since it also reads P numbers
# in place of H.
#
# The next picture draws the matrices at scale. Each pair of bars has a scale of its own, and "with
# h" counts the products with `weight_hh` and `weight_hr`.
#
# **Try it.** Press "long words". Why does the projection save so little there?

# %%
from lstm_lessons import explorers

explorers.projection()

# %% [markdown]
# <details><summary>Answer</summary>
#
# Four fifths of the plain layer's parameters are in `weight_ih`, which reads a word of 256 numbers.
# The projection does not touch it.
#
# </details>
#
# What a projection saves in a layer are products with h, which have to wait for the step before.
# Does that save time? In our runs on a processor, a projected layer took 1.3 to 4 times as long as
# the plain one with H = 128 and P = 32, and 0.3 to 0.6 times as long with H = 512 and P = 64.
# PyTorch hands a plain layer, where it can, to oneDNN, a library with fast layers. A projected one
# it computes itself, and warns: "not supported with oneDNN". So measure at your own sizes, as
# lesson 16 does.
#
# <details><summary>How it was measured</summary>
#
# Forward and backward in float32, the median of runs, in processor time, on one thread of an Intel
# Xeon with PyTorch 2.13. Each range is over several series, with 10 and 32 lines, of 35 and 100
# words of 8 numbers. With oneDNN switched off, the ranges are 0.6 to 1 and 0.2 to 0.4.
#
# </details>
#
# And a projection has a price. The gates now learn of the memory through P numbers only, and so
# does whatever reads `output`. Whether that is enough depends on the task; we have not measured it.
# Projections were introduced in 2014 for speech, by Haşim Sak and others
# ([arXiv 1402.1128](https://arxiv.org/abs/1402.1128)).
#
# ## The whole layer
#
# This is a good place for a break. What follows is one sitting.
#
# The package has a layer with all arguments of `nn.LSTM`: `ManualLSTM`. Nearly all of it you have
# written yourself. New are `bias`, and two that say how the weights are kept: `device`, on which
# processor, and `dtype`, as what kind of numbers.
#
# The layer is loops in loops. Each frame says what is done there, by which function, and which
# arguments act there. The loop over the steps has no function of its own, but stands in
# `run_direction`. We begin at the dark frame.

# %%
pictures.whole_layer("layout")

# %% [markdown]
# ### The layout: batch_first
#
# The words come as (T, B, I), (B, T, I), (T, I) or packed. `layout_of` finds out how they lie.
# Inside the layer they are one long table, which has the order of a packed batch in lesson 09.
#
# **Predict.** Here are two lines of three words, batch first. A word is one number here: 11, 12 and
# 13 are the first line, 21, 22 and 23 the second. In which order will they stand in the table?

# %%
from lstm_lessons.lstm.layouts import layout_of

words = torch.tensor([[11, 12, 13], [21, 22, 23]])[..., None]  # (B, T, I)
layout = layout_of(words, batch_first=True)
print(layout.flat().flatten().tolist())
print("sizes:", layout.sizes)

# %% [markdown]
# First the rows of step 0, one for each line, then those of step 1, and so on. `sizes` says how
# many rows each step has. In a packed batch these are the `batch_sizes`. At the end the layout
# brings `output` back into the form in which the words came. The code inside knows nothing of
# `batch_first`.
#
# ### The words: input_size and bias
#
# All words are known from the start. So one product serves for all rows of the table, ahead of the
# loop. The two biases are only ever added, so their sum goes in as one. If one of them is None, the
# other one goes in alone; if both are, nothing is added.


# %%
from lstm_lessons.lstm.cell import apply_gates
from lstm_lessons.lstm.ragged import Weights


def input_sums(x, weights):
    """Return what the words and the biases add to all gates at all steps."""
    bias_ih, bias_hh = weights.bias_ih, weights.bias_hh
    if bias_ih is None or bias_hh is None:
        one = bias_hh if bias_ih is None else bias_ih
        return F.linear(x, weights.weight_ih, one)
    return F.linear(x, weights.weight_ih, bias_ih + bias_hh)


# %% [markdown]
# `weights` holds the tensors of one direction of one layer. It is made by
# `Weights(weight_ih, weight_hh, bias_ih, bias_hh, weight_hr)`, and what is not given is None.
# Without biases, give the projection by its name, `weight_hr=...`: as the third tensor it would be
# taken for `bias_ih`.
#
# **Predict.** A layer has no biases. The word and h are zeros, and all of the memory is 1. What is
# c after this step?

# %%
unbiased = nn.LSTM(100, 16, bias=False)
zeros, ones = torch.zeros(1, 16), torch.ones(1, 16)
_, (_, c_n) = unbiased(torch.zeros(1, 100), (zeros, ones))  # one step
print(c_n.unique().tolist())

# %% [markdown]
# One half, in each unit. All sums are zero, so f is $\sigma(0) = 0.5$, and g is tanh(0) = 0. There
# is no forget bias to open the gate with: such a step costs half of the memory.
#
# ### One direction: hidden_size and proj_size
#
# This is the loop over the stairs of lesson 09. At each step the first rows of h and c take part,
# those of the lines that are running. The other rows wait as they are. `first_rows(h, running)` is
# `h[:running]` there, and `replace_first_rows(h, new_h)` is its `torch.cat`.
#
# * `z_x` is the piece of the sums for one step, and `torch.addmm(z_x, h, W)` is `z_x + h @ W`.
#   `apply_gates`, from lesson 03, cuts this sum into four gates of `hidden_size` numbers each.
# * Without a projection, `weight_hr` is None, and `new_h` stays as it is.
# * In reverse the loop begins at the last step, which only the longest line has. At the end the
#   outputs are turned round again, by `[::-1]`.


# %%
from lstm_lessons.lstm.ragged import first_rows, replace_first_rows


def run_direction(x, sizes, h, c, weights, reverse=False):
    """Run one direction of one layer; return output, h_n, c_n."""
    outputs = []
    steps = input_sums(x, weights).split(sizes)
    in_order = reversed(steps) if reverse else steps
    for z_x in in_order:
        running = z_x.shape[0]
        z = torch.addmm(z_x, first_rows(h, running), weights.weight_hh.T)
        new_h, new_c = apply_gates(z, first_rows(c, running))
        if weights.weight_hr is not None:
            new_h = F.linear(new_h, weights.weight_hr)
        h, c = replace_first_rows(h, new_h), replace_first_rows(c, new_c)
        outputs.append(new_h)
    return torch.cat(outputs[::-1] if reverse else outputs), h, c


# %% [markdown]
# Now with numbers: one unit, and the four lines of lesson 09, which have 6, 4, 2 and 1 characters.
# All weights are zeros, and there are no biases. So a step halves c, as above, in each row that
# takes part. Every c begins as 1.
#
# **Predict.** What is c at the end, in the row of the line with 4 characters?

# %%
weights = Weights(torch.zeros(4, 8), torch.zeros(4, 1))
sizes, x = [4, 3, 2, 2, 1, 1], torch.randn(13, 8)
h, c = torch.zeros(4, 1), torch.ones(4, 1)
for reverse in (False, True):
    _, _, c_n = run_direction(x, sizes, h, c, weights, reverse)
    print(f"{reverse = }:", c_n.flatten().tolist())

# %% [markdown]
# 1/16 = 0.0625: it is halved four times. Then the row waits, while the longest line goes on. In
# reverse it waits *before* its steps: the first two turns of the loop are steps 5 and 4, which this
# line does not have. So when it joins, it still holds its start state.
#
# ### Layers and directions: num_layers, dropout, bidirectional
#
# Two loops go round one direction:
#
# * `layers` has an entry for each layer, from the bottom up: a list of the `Weights` of its one or
#   two directions. `direction` 1 is the reverse one.
# * Dropout falls on what a layer *reads* from the layer below it, as in lesson 06.
# * `cat` puts both directions side by side. That is the x of the next layer.
# * `len(h_n)` counts the directions that are done. So the first one starts from row 0 of h_0 and
#   c_0, the next one from row 1: layer by layer, and in each layer forward before reverse.


# %%
def run_stack(x, sizes, h_0, c_0, layers, dropout=0.0):
    """Run all layers, each in all its directions; return output, h_n, c_n."""
    h_n, c_n = [], []
    for depth, directions in enumerate(layers):
        if depth > 0 and dropout > 0:
            x = F.dropout(x, dropout)
        outputs = []
        for direction, weights in enumerate(directions):
            hx = h_0[len(h_n)], c_0[len(h_n)]
            output, h, c = run_direction(x, sizes, *hx, weights, direction == 1)
            outputs.append(output)
            h_n.append(h)
            c_n.append(c)
        x = torch.cat(outputs, dim=-1)
    return x, torch.stack(h_n), torch.stack(c_n)


# %% [markdown]
# ### Round it all: training, device and dtype
#
# When you write `lstm(x, hx)`, this runs, after a check of the input:
#
# ```python
# def forward(self, input, hx=None):
#     layout = layout_of(input, self.batch_first)
#     x, sizes = layout.flat(), layout.sizes
#     h_0, c_0 = self._starting_states(layout, x, sizes[0], hx)
#     dropout = self.dropout if self.training else 0.0
#     output, h_n, c_n = run_stack(x, sizes, h_0, c_0, self._layers(), dropout)
#     return layout.output(output), (
#         layout.states_out(h_n),
#         layout.states_out(c_n),
#     )
# ```
#
# `run_stack` does not know whether the layer is in training. It is `forward` that hands it a
# dropout of 0 after `eval()`. `_starting_states` makes zeros if you give no states, and `_layers`
# lists the `Weights`. `device` and `dtype` act earlier, where the weights are made:
# `torch.empty(shape, device=device, dtype=dtype)`.
#
# Is this PyTorch's layer? Every argument is set, and the states are random. Both layers are in
# training, and `compare` sets the same seed before each, so that both can draw the same masks.

# %%
from lstm_lessons import ManualLSTM

arguments = {"num_layers": 3, "bidirectional": True, "proj_size": 4}
arguments |= {"batch_first": True, "dropout": 0.5, "dtype": torch.float64}
x = torch.randn(10, 24, 100)  # (B, T, I)
hx = (torch.randn(6, 10, 4), torch.randn(6, 10, 16))
for bias in (True, False):
    lstm = nn.LSTM(100, 16, bias=bias, device="cpu", **arguments)
    ours = ManualLSTM(100, 16, bias=bias, device="cpu", **arguments)
    ours.load_state_dict(lstm.state_dict())
    print(f"{bias = }:", compare(ours, lstm, x, hx).verdict)

# %% [markdown]
# They agree, with biases and without. So h_n and c_n have the order of h_0 and c_0, too. Now take
# the arguments one by one, and say of each where it acts in the code. The picture of the frames
# helps.
#
# <details><summary>Answers</summary>
#
# | argument | where it acts | lesson |
# |---|---|---|
# | `input_size` | `input_sums`: the columns of `weight_ih_l0` | 02 |
# | `hidden_size` | `apply_gates`: the numbers of a gate | 02 |
# | `num_layers` | outer loop of `run_stack` | 06 |
# | `bias` | `input_sums` | 12 |
# | `batch_first` | `layout_of`, and the layout on the way out | 05 |
# | `dropout` | `forward`: only in training; `run_stack`: between two layers | 06 |
# | `bidirectional` | inner loop of `run_stack` | 07 |
# | `proj_size` | `run_direction`: behind the gates | 12 |
# | `device`, `dtype` | `torch.empty`, where the weights are made | 12 |
#
# `proj_size` also sets the width of h_0, the columns of each `weight_hh`, and those of `weight_ih`
# above layer 0.
#
# </details>

# %% [markdown]
# ## What we have seen
#
# * `proj_size` puts a matrix (P × H) behind the cell. h has P numbers then, and c keeps H.
# * In one layer it saves parameters where P is below four fifths of H, and most where H is wide and
#   words are short. Whether it saves time has to be measured.
# * Without biases, a step with a word of zeros and h of zeros halves the memory.
# * A whole `nn.LSTM` is a step in a loop over time, in a loop over directions, in a loop over
#   layers, with a layout round it. Each argument has its place there.

# %% [markdown]
# **A common mistake.** You add `proj_size` and leave the head behind the layer as it was,
# `nn.Linear(H, ...)`. You recognise it by an error: two shapes cannot be multiplied, and the first
# one ends with P. Worse is a head that reads `c_n`: it still fits, and no error comes, but it reads
# the memory and not what the layer shows.
#
# **Exercises:** [12 Projections, and the whole layer](../exercises/12_projections.ipynb). Write a
# projection, predict shapes, find a layer's arguments from its weights, and mend a layer that
# projects in the wrong place.
#
# **Next:** why has a cell just these parts? [Lesson 13](13_relatives.ipynb) takes some of them
# away, adds others, and builds the GRU.
