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
# The reader of this course has a memory of 16 numbers. Programs that understand speech have had a
# thousand and more. What does that cost? A layer has 4HI parameters in `weight_ih`, 4HH in
# `weight_hh`, and 8H in the biases. A character of the reader is I = 8 numbers.

# %%
for H in (16, 128, 1024):
    weight_ih, weight_hh, biases = 4 * H * 8, 4 * H * H, 8 * H
    total = weight_ih + weight_hh + biases
    share = weight_hh / total
    print(f"H = {H:4}: {total:9,} parameters, {share:.0%} of them in weight_hh")

# %% [markdown]
# The memory has become 64 times as wide, and the layer 2,545 times as large. Each step uses every
# weight once, so its work grows about as much. And nearly all of it is one matrix: `weight_hh`,
# through which the gates read h.
#
# But what remembers is c. A wider h only came along, because h is made from c number by number. The
# argument `proj_size` breaks this link.
#
# ## A narrow way out
#
# In this picture there is something new on the way out: a matrix, $W_{hr}$. `proj_size`, or P, has
# to be smaller than H, and the default, 0, means that there is no projection. $W_{hr}$ makes P
# numbers out of the H numbers that o lets through.

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
# only what goes into the matrix. What comes out is bounded by the sizes of the weights in a row,
# added up: here by 1 + 0 + 2 = 3, and by 0 + 1 + 0.5 = 1.5. As an equation:
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
# (64, 4). Rows are what comes out, four gates of 16 units; columns are what goes in, an h of 4
# numbers. At the end stands the new matrix, `weight_hr_l0`. The shapes of the two states, h_n and
# c_n, now differ:

# %%
x = torch.randn(T, B, I)
output, (h_n, c_n) = lstm(x)
print("output:", tuple(output.shape))
print("h_n:   ", tuple(h_n.shape))
print("c_n:   ", tuple(c_n.shape))

# %% [markdown]
# A second layer reads what the first one shows: without a projection H numbers a step, or 2H from
# two directions, and now P, or 2P. They are the columns of its `weight_ih`:

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
# argument; lesson 13 will give it other steps. The states travel as one tuple, with h in front.


# %%
def unroll_step(step, x, states, weights):
    """Run a step over time; return output and the last states."""
    outputs = []
    for x_t in x:
        states = step(x_t, *states, *weights)
        outputs.append(states[0])
    return torch.stack(outputs), states


# %% [markdown]
# Is it PyTorch's? `compare`, from lesson 03, looks at 3 results and 8 gradients: those of x, of the
# two states, and of the five weights. `h[None]` puts the axis for layers in front again.

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
# Layer 0 now has 4H(I + P) + 8H + PH parameters. `weight_hh` has shrunk from 4HH to 4HP, and PH is
# new.
#
# **Predict.** A memory has H = 100 numbers, and P is 90. Has layer 0 with the projection fewer
# parameters than the plain one, or more?

# %%
H, I = 100, 8
print("plain:    ", 4 * H * (I + H) + 8 * H)
for P in (90, 80, 10):
    print(f"P = {P}:   ", 4 * H * (I + P) + 8 * H + P * H)

# %% [markdown]
# More. `weight_hh` has lost ten of its hundred columns, 4,000 numbers, but `weight_hr` has brought
# 9,000. The two are in balance at P = 80, which is four fifths of H: there 4H · H = 4H · P + P · H.
# Below that, a projection saves in layer 0.
#
# In a layer above, with one direction, `weight_ih` shrinks as well, from 4H · H to 4H · P. With
# `weight_hh`, that is 8H · H = 8H · P + P · H at the balance, so P = 8/9 H: it saves up to P = 88.
#
# All words are known from the start, so the products with x can be made at once. Those with
# `weight_hh` and `weight_hr` stay in the loop, where each step waits for the step before. Here are
# the matrices of layer 0, at scale. Each pair of bars has a scale of its own.
#
# **Try it.** Press "long words". Why does the projection save so few parameters there?

# %%
from lstm_lessons import explorers

explorers.projection()

# %% [markdown]
# <details><summary>Answer</summary>
#
# Four fifths of the plain layer's parameters are in `weight_ih`, which reads a word of 256 numbers.
# The projection does not touch it. Of the products in the loop it saves more than two thirds.
#
# </details>
#
# Where P is small, a projection saves products in the loop, and in the layers above also products
# with x. Does that save time? Not always: on a CPU, PyTorch hands a plain layer in float32 to
# oneDNN, a library with fast layers. A projected one it does not. It warns, "not supported with
# oneDNN", but if the input is packed it says nothing.
#
# The table has the time of a projected layer 0 over that of a plain one, in our runs on one thread:
# above 1 it is slower. Each entry is the smallest and the largest of 12 measurements: 1, 8 or 64
# sentences of 24 words, words of 8 or 128 numbers, the forward pass or a training step.
#
# | dtype | H = 128, P = 32 | H = 512, P = 64 |
# |---|---|---|
# | float32 | 1 to 5 | 0.2 to 0.7 |
# | float32, oneDNN switched off | 0.6 to 1.2 | 0.1 to 0.5 |
# | float64, as on this page | 0.6 to 1 | 0.1 to 0.5 |
#
# So measure with your own sizes, as lesson 16 does.
#
# And a projection has a price. The gates now learn of the memory through P numbers only, and so
# does whatever reads `output`. Whether that is enough depends on the task: for the small one of
# lesson 13 it is. Projections were introduced in 2014 for speech, by Haşim Sak and others
# ([arXiv 1402.1128](https://arxiv.org/abs/1402.1128)).
#
# ## The whole layer
#
# This is a good place for a break. What follows is one sitting.
#
# `nn.LSTM` has ten arguments. Where does each of them act? We write what a layer with all ten
# computes, and prove that it is PyTorch's. New are `bias`, and two that say how the weights are
# kept: `device`, on which processor, and `dtype`, as what kind of numbers.
#
# The layer is loops in loops. Each frame says what is done there, by which function, and which
# arguments act there. A frame that names no function is a line or a loop of the function round it.
# We begin at the thick frame, the layout. Then come the sums inside, the loop over the steps of one
# direction, the two loops round it, and last the module round it all.

# %%
pictures.whole_layer("layout")

# %% [markdown]
# ### The layout: batch_first
#
# The words come as (T, B, I), (B, T, I), (T, I) or packed. `layout_of` finds out how they lie.
# Inside the layer they are one long table, in the order of a packed batch in lesson 09. Here are
# two lines of three words, and a word is one number:

# %%
from lstm_lessons.lstm.layouts import layout_of

words = torch.tensor([[11, 12, 13], [21, 22, 23]])[..., None]  # (B, T, I)
layout = layout_of(words, batch_first=True)
print(layout.flat().flatten().tolist())
print("sizes:", layout.sizes)

# %% [markdown]
# First the rows of step 0, one for each line, then those of step 1, and so on. `sizes` says how
# many rows each step has, as `batch_sizes` do in a packed batch. At the end the layout brings
# `output` back into the form in which the words came.
#
# ### The words: input_size and bias
#
# `weights` holds the tensors of one direction of one layer. It is made by
# `Weights(weight_ih, weight_hh, bias_ih, bias_hh, weight_hr)`, and what is not given is None. In a
# layer without biases, give the projection by its name, `weight_hr=...`: as the third tensor it
# would be taken for `bias_ih`.
#
# One product serves for all rows of the table, ahead of the loop. `F.linear` adds `bias_ih` to each
# row, or nothing if that is None. Then the second bias is added, if there is one.


# %%
from lstm_lessons.lstm.cell import apply_gates
from lstm_lessons.lstm.ragged import Weights


def input_sums(x, weights):
    """Return what the words and the biases add to all gates at all steps."""
    sums = F.linear(x, weights.weight_ih, weights.bias_ih)
    if weights.bias_hh is not None:
        sums = sums + weights.bias_hh
    return sums


# %% [markdown]
# ### One direction: hidden_size and proj_size

# %%
pictures.whole_layer("direction")

# %% [markdown]
# At each step of the stairs of lesson 09 the first rows of h and c take part, those of the lines
# that run. The others wait as they are. Forward, a row waits when its line has ended. In reverse
# the loop begins at the last step. Take lines of 5, 2 and 1 words.
#
# **Predict.** In reverse, at which step does row 1 join in?

# %%
lengths = [5, 2, 1]
print("step     4     3     2     1     0")
for row, length in enumerate(lengths):
    marks = []
    for t in (4, 3, 2, 1, 0):
        marks.append("runs " if t < length else "waits")
    print(f"row {row}:", *marks)

# %% [markdown]
# At step 1, the last one of its line. In reverse a short line's row waits *before* its steps, so it
# still holds its start state when it joins. In the code:
#
# * `first_rows(h, running)` is `h[:running]`, and `replace_first_rows(h, new_h)` is
#   `torch.cat([new_h, h[running:]])`. Where all rows run, they return h and new_h themselves.
# * `z_x` is the piece of the sums for one step, and `torch.addmm(z_x, h, W.T)` is `z_x + h @ W.T`.
#   `apply_gates`, from lesson 03, cuts this into four gates of `hidden_size` numbers each.
# * `[::-1]` turns the outputs of the reverse direction round again.


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
# ### Layers and directions: num_layers, dropout, bidirectional
#
# Two loops go round one direction, and the result is output, h_n and c_n of the whole stack:
#
# * `layers` has an entry for each layer, from the bottom up: a list of the `Weights` of its one or
#   two directions. `direction` 1 is the reverse one.
# * Dropout falls on what a layer *reads* from the layer below it, as in lesson 06. `F.dropout`
#   drops even after `eval()`, unless it is told otherwise. So `forward`, below, hands over a
#   dropout of 0 then.
# * `row` says from which row of h_0 and c_0 a direction starts. With two directions these are the
#   rows 0 and 1 in layer 0, the rows 2 and 3 in layer 1, and so on.
# * `cat` puts both directions side by side. That is the x of the next layer.


# %%
def run_stack(x, sizes, h_0, c_0, layers, dropout=0.0):
    h_n, c_n = [], []
    for depth, directions in enumerate(layers):
        if depth > 0 and dropout > 0:
            x = F.dropout(x, dropout)
        outputs = []
        for direction, weights in enumerate(directions):
            row = depth * len(directions) + direction
            hx = h_0[row], c_0[row]
            output, h, c = run_direction(x, sizes, *hx, weights, direction == 1)
            outputs.append(output)
            h_n.append(h)
            c_n.append(c)
        x = torch.cat(outputs, dim=-1)
    return x, torch.stack(h_n), torch.stack(c_n)


# %% [markdown]
# Is this what PyTorch computes? We take two layers with two directions, a projection and biases,
# and give them random states and our three lines, of 5, 2 and 1 words, packed. `compare` needs
# tensors, so `PackedLSTM` packs them inside. `all_weights` has an entry for each direction of each
# layer, from the bottom up and forward first.

# %%
from torch.nn.utils.rnn import pack_padded_sequence

lengths = [5, 2, 1]


class PackedLSTM(nn.LSTM):
    def forward(self, x, hx):
        output, states = super().forward(pack_padded_sequence(x, lengths), hx)
        return output.data, states


lstm = PackedLSTM(8, 6, num_layers=2, bidirectional=True, proj_size=2)
weights = [Weights(*each) for each in lstm.all_weights]  # with biases
layers = [weights[:2], weights[2:]]


# %%
def by_hand(x, hx):
    packed = pack_padded_sequence(x, lengths)
    sizes = packed.batch_sizes.tolist()
    output, h_n, c_n = run_stack(packed.data, sizes, *hx, layers)
    return output, (h_n, c_n)


x = torch.randn(5, 3, 8)
hx = (torch.randn(4, 3, 2), torch.randn(4, 3, 6))
print(compare(by_hand, lstm, x, hx).verdict)

# %% [markdown]
# Our stack and PyTorch's agree, with all gradients, in both directions, and for the rows that wait.
#
# ### Round it all: training, device and dtype
#
# What is left is the module round these functions. We take all of the package's `ManualLSTM`, in
# `lstm_lessons/lstm/manual.py`, but `forward`, so that the functions of this lesson are called.


# %%
from lstm_lessons import ManualLSTM


class OurLSTM(ManualLSTM):
    def forward(self, input, hx=None):
        layout = layout_of(input, self.batch_first)
        x, sizes = layout.flat(), layout.sizes
        h_0, c_0 = self._starting_states(layout, x, sizes[0], hx)
        layers = self._layers()
        dropout = self.dropout if self.training else 0.0
        output, h_n, c_n = run_stack(x, sizes, h_0, c_0, layers, dropout)
        return layout.output(output), (
            layout.states_out(h_n),
            layout.states_out(c_n),
        )


# %% [markdown]
# * `_starting_states` makes zeros if you give no states: B rows, and B is `sizes[0]`, since every
#   line runs at step 0. `device` and `dtype` are those of x. It puts states that you give into the
#   order of the stairs, and `states_out` brings h_n and c_n back into yours.
# * `_layers` lists the `Weights`. The tensors in them were made before, and there the last two
#   arguments act: `torch.empty(shape, device=device, dtype=dtype)`.
#
# Now every argument is set, with biases and without. Both layers are in training, and draw the same
# masks, since `compare` sets the same seed before each.

# %%
given = {"num_layers": 3, "bidirectional": True, "proj_size": 4}
others = {"batch_first": True, "dropout": 0.5}
kept = {"device": "cpu", "dtype": torch.float64}
x = torch.randn(10, 24, 100)  # (B, T, I)
hx = (torch.randn(6, 10, 4), torch.randn(6, 10, 16))
for bias in (True, False):
    lstm = nn.LSTM(100, 16, bias=bias, **given, **others, **kept)
    ours = OurLSTM(100, 16, bias=bias, **given, **others, **kept)
    ours.load_state_dict(lstm.state_dict())
    print(f"{bias = }:", compare(ours, lstm, x, hx).verdict)

# %% [markdown]
# 3 results, the gradients of x and two states, and those of six directions: five tensors each, or
# three without biases. `ManualLSTM` itself calls the same functions, and checks first that your
# input and your states fit.
#
# Now take the ten arguments one by one, and say of each which weights it shapes, and where in our
# code it acts.
#
# <details><summary>Answers</summary>
#
# | argument | which weights | where in the code | lesson |
# |---|---|---|---|
# | `input_size` | columns of `weight_ih_l0` | `input_sums` | 02 |
# | `hidden_size` | rows of all but `weight_hr` | `apply_gates` cuts 4H into gates | 02 |
# | `num_layers` | how many layers of them | outer loop of `run_stack` | 06 |
# | `bias` | whether there are biases | `input_sums` | 12 |
# | `batch_first` | | `layout_of`, and on the way out | 05 |
# | `dropout` | | `forward`, and `run_stack` between two layers | 06 |
# | `bidirectional` | a second set for each layer | inner loop of `run_stack` | 07 |
# | `proj_size` | `weight_hr` | `run_direction`, behind the gates | 12 |
# | `device`, `dtype` | all of them | `torch.empty`, before the layer runs | 12 |
#
# The columns of the other matrices follow: `weight_hr` reads H numbers, each `weight_hh` reads an h
# of P numbers, or of H without a projection, and each `weight_ih` above layer 0 reads that from one
# direction or from two. The last axis of h_0 is as wide as h, and that of c_0 always H. In our code
# `input_size` and `hidden_size` act only through these shapes. Where you give no states, the shapes
# of the zeros come from `num_layers`, `bidirectional`, `hidden_size` and `proj_size`.
#
# </details>

# %% [markdown]
# ## What we have seen
#
# * `proj_size` puts a matrix (P × H) behind the cell: h has P numbers then, and c keeps H.
# * In layer 0 it saves parameters where P is below four fifths of H, and most where H is wide and
#   words are short. In layers above it saves products with x, too. Time has to be measured.
# * A whole `nn.LSTM` is a step in a loop over time, in a loop over directions, in a loop over
#   layers, with a layout round it. Each argument shapes the weights, or acts in one of these
#   places, or does both.

# %% [markdown]
# **A common mistake.** You add `proj_size` and leave the head behind the layer as it was,
# `nn.Linear(H, ...)`. You recognise it by an error: two shapes cannot be multiplied, and the first
# one ends with P, or with 2P for two directions. The head has to read P or 2P numbers now. Do not
# give it `c_n` instead, which still has H: no error comes, but the head reads the bare memory,
# without tanh and without the gate o.
#
# **Exercises:** [12 Projections, and the whole layer](../exercises/12_projections.ipynb). Write a
# projection, predict shapes, find a layer's arguments from its weights, and mend a layer that
# projects in the wrong place.
#
# **Next:** why has a cell just these parts? [Lesson 13](13_relatives.ipynb) takes some of them
# away, adds others, and builds the GRU.
