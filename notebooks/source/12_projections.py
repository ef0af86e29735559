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
# have had a thousand and more, because they have more to keep in mind. What does that cost? A layer
# has 4HI parameters in `weight_ih`, 4HH in `weight_hh`, and 8H in the biases. A character of the
# reader is I = 8 numbers.

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
# argument `proj_size` breaks this link. Once we have it, we read a whole layer, and nearly all of
# it is what you have written yourself.
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
# argument. The states travel as one tuple, (h, c), so that the loop needs to know only that h comes
# first.


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
# in place of H. The next picture draws the matrices at scale.
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
# The products with `weight_ih` can be made for all steps at once, since all words are known from
# the start.
#
# Whether it saves time has to be measured at your own sizes, as lesson 16 does. On a processor in
# float32, PyTorch gives a plain layer to oneDNN, a library with fast layers, where it can. A
# projected layer it computes itself, and warns: "not supported with oneDNN". The table has the time
# of the projected layer over that of the plain one, as a median of runs: 2 would mean twice as
# long. The plain one once has oneDNN, and once not:
#
# | layer | the plain one with oneDNN | without it |
# |---|---|---|
# | H = 128, P = 32 | 1.6 to 3.3 | 0.8 to 0.9 |
# | H = 512, P = 64 | 0.4 to 0.6 | 0.2 to 0.3 |
#
# <details><summary>How it was measured</summary>
#
# * forward and backward, processor time
# * one thread of an Intel Xeon, PyTorch 2.13
# * 10 and 32 lines, of 35 and 100 words of 8 numbers
#
# </details>
#
# So the projection itself saves time at both sizes. What costs is the loss of oneDNN.
#
# And it has a price. The gates now learn of the memory through P numbers only, and so does whatever
# reads `output`. Whether that is enough depends on the task; we have not measured it. Projections
# were introduced in 2014 for speech, by Haşim Sak and others
# ([arXiv 1402.1128](https://arxiv.org/abs/1402.1128)).
#
# ## The whole layer
#
# The package has a layer with all arguments of `nn.LSTM`, `ManualLSTM`. Most of them you have met.
# New are `bias`, and two that say how the weights are kept: `device`, on which processor, and
# `dtype`, as what kind of numbers. We read it from the inside out: first the sums with the words,
# then a direction, then the stack, at last what stands round it. The functions are the package's,
# without type hints.

# %% [markdown]
# ### The words: input_size and bias
#
# The layer is loops in loops. In each frame stand what is done there, the function that does it,
# and the arguments that act there. We begin at the stressed box.

# %%
pictures.whole_layer("sums")

# %% [markdown]
# The input x is one long table here: first the rows of step 0, one for each line that we read, then
# those of step 1, and so on, as packing has made it in lesson 09. No product with a word has to
# wait for a step before it. So one product serves for all rows, ahead of the loop:
#
# `F.linear(x, weight_ih, bias_ih + bias_hh)`
#
# The two biases are only ever added, so their sum goes in as one. The function `input_sums` returns
# this, and without biases the product alone. It takes the tensors of one direction of one layer as
# `Weights`, which holds them by their names. What a layer does not have, biases or a projection, is
# None there.

# %%
from lstm_lessons.lstm.ragged import Weights, input_sums

unbiased = nn.LSTM(100, 16, bias=False)
weights = Weights(unbiased.weight_ih_l0, unbiased.weight_hh_l0)
print(weights.bias_ih, tuple(input_sums(torch.randn(240, 100), weights).shape))

# %% [markdown]
# 240 rows are 24 steps of 10 lines. Now look at what a layer loses without its biases.
#
# **Predict.** A layer has no biases. The word and h are zeros, and all of the memory is 1. What is
# c after this step?

# %%
zeros, ones = torch.zeros(1, 16), torch.ones(1, 16)
_, (_, c_n) = unbiased(torch.zeros(1, 100), (zeros, ones))  # one step
print(c_n.unique().tolist())

# %% [markdown]
# One half, in each unit. All sums are zero, so f is $\sigma(0) = 0.5$, and g is tanh(0) = 0. There
# is no forget bias to open the gate with: a word of zeros costs half of the memory here.
#
# ### One direction: hidden_size and proj_size
#
# The sums of all rows are cut into one piece for each step. `sizes` says how many rows each step
# has: these are the `batch_sizes` of lesson 09. In a plain batch, all sizes are B. In a packed one
# they fall, and where a line has ended, its row of h and of c has to wait as it is. Two small
# functions do that: one takes the rows of the lines that still run, the other puts new rows in
# their place.


# %%
def first_rows(state, count):
    """Return the rows of the lines that are still running."""
    return state if count == state.shape[0] else state[:count]


def replace_first_rows(old, new):
    """Return the state with its first rows renewed."""
    count = new.shape[0]
    return new if count == old.shape[0] else torch.cat((new, old[count:]))


# %% [markdown]
# Now the loop over time. It is the one over the staircase of lesson 09, with a projection and a
# reverse direction:
#
# * `z_x` is the piece of a step, the sums with the words and the biases. `addmm` adds the product
#   with h to it. `apply_gates`, from lesson 03, cuts the sums `z` into gates of `hidden_size`
#   numbers.
# * Without a projection there is no `weight_hr`, and `new_h` stays as it is.
# * In reverse the loop begins at the last step, which only the longest line has. If `sizes` are 4,
#   3, 2, 2, 1, 1, the steps now have 1, 1, 2, 2, 3 and 4 rows: where a shorter line begins, one row
#   more takes part. At the end the outputs are turned round again, by `[::-1]`.

# %%
from lstm_lessons.lstm.cell import apply_gates


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
# ### Layers and directions: num_layers, dropout, bidirectional
#
# Two loops go round one direction:

# %%
pictures.whole_layer("layers directions")

# %% [markdown]
# * `layers` has an entry for each layer, from the bottom up: a list of the `Weights` of its one or
#   two directions. `direction` is 0 for the first of them, and 1 for the reverse one.
# * Dropout falls on what a layer *reads* from the layer below it. So with one layer it never falls,
#   and what the top layer shows is never touched.
# * `cat` puts both directions side by side. That is the x of the next layer.


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
# When no direction is done, `h_n` is empty, `len(h_n)` is 0, and the first one starts from row 0 of
# h_0 and c_0. The next one starts from row 1, and so on: layer by layer, and in each layer forward
# before reverse. In this order stand h_n and c_n, too.
#
# Is that PyTorch's layer? We ask on a packed batch of six lines, which needs all that you have
# read. `layers` gets PyTorch's own weights, two directions to a layer.

# %%
arguments = {"num_layers": 3, "bidirectional": True, "proj_size": 4}
lstm = nn.LSTM(100, 16, **arguments)
weights = [Weights(*each) for each in lstm.all_weights]
layers = [weights[0:2], weights[2:4], weights[4:6]]

# %%
from lstm_lessons import same
from torch.nn.utils.rnn import pack_padded_sequence

lengths = [24, 20, 9, 9, 3, 1]
packed = pack_padded_sequence(torch.randn(24, 6, 100), lengths)
sizes = packed.batch_sizes.tolist()


def agrees(h_0, c_0, order=range(6)):
    """Say whether run_stack, with its states in this order, is PyTorch's."""
    ours = run_stack(packed.data, sizes, h_0[order], c_0[order], layers)
    output, states = lstm(packed, (h_0, c_0))
    theirs = (output.data, *states)
    return all(same(a, b) for a, b in zip(ours, theirs))


# %%
h_0, c_0 = torch.randn(6, 6, 4), torch.randn(6, 6, 16)
agrees(h_0, c_0)

# %% [markdown]
# The functions that you have read give PyTorch's output, h_n and c_n. Now a mistake that no shape
# shows: forward and reverse are exchanged in h_0 and c_0.
#
# **Predict.** We run it from these random states, and from zeros. Which of the two finds the
# mistake?

# %%
exchanged = [1, 0, 3, 2, 5, 4]
print("from random states:", agrees(h_0, c_0, exchanged))
print("from zeros:        ", agrees(0 * h_0, 0 * c_0, exchanged))

# %% [markdown]
# Random states find it. From zeros all is well, since an exchange of zeros changes nothing. So
# start a test from random states.
#
# ### Outside: batch_first, device and dtype
#
# What is left happens before and after `run_stack`, when you write `lstm(x)`. A layout makes the
# input one long table, whether it is (T, B, I), (B, T, I), (T, I) or packed, and brings the results
# back into the form of the input. `device` and `dtype` act before that, where the weights are made:
# `torch.empty(shape, device=device, dtype=dtype)`.
#
# | argument | where it acts | lesson |
# |---|---|---|
# | `input_size` | `input_sums`: the columns of `weight_ih` | 02 |
# | `hidden_size` | `apply_gates`: the numbers of a gate | 02 |
# | `num_layers` | outer loop of `run_stack` | 06 |
# | `bias` | `input_sums` | 12 |
# | `batch_first` | `layout_of`, on the way in and out | 05 |
# | `dropout` | between two turns of the outer loop | 06 |
# | `bidirectional` | inner loop of `run_stack` | 07 |
# | `proj_size` | the end of a step in `run_direction`; the width of h_0 | 12 |
# | `device`, `dtype` | `torch.empty`, where the weights are made | 12 |

# %% [markdown]
# ## What we have seen
#
# * `proj_size` puts a matrix (P × H) behind the cell. h has P numbers then, and c keeps H.
# * In one layer it saves parameters where P is below four fifths of H, and most where H is wide and
#   words are short. What it saves there is work that has to wait for the step before. Whether it
#   saves time has to be measured.
# * Without biases, a step with a word of zeros and h of zeros halves the memory.
# * A whole `nn.LSTM` is a step in a loop over time, in a loop over directions, in a loop over
#   layers, with a layout round it. Each argument has its place there.
# * A test from zeros does not see in which order the states stand.

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
