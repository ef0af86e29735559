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
# ## nn.LSTM or nn.GRU?
#
# PyTorch has a second layer with gates, `nn.GRU`. Which one do you take? Let us give both the
# question of lesson 08: in a long text of dots and brackets, say at each character whether a
# bracket is open. These brackets are never nested, and half of the characters stand in one, so a
# guess is right at half of them. A *round* goes once through 8,000 characters; after each one the
# right answers on 2,000 others are counted.
#
# Ten seeds of each layer, with 8 units and a learning rate of 0.01, were trained beforehand, and
# `measured` loads what came of it:

# %%
from lstm_lessons import pictures
from lstm_lessons.data.trials import measured

runs = measured("relatives")
shown = {"nn.LSTM": runs["LSTM"], "nn.GRU": runs["GRU, torch"]}
pictures.runs(shown, "rounds", "share that is right", bounds=(0.4, 1))

# %% [markdown]
# From round 3 on every GRU gives at least 95 % of its answers right, and from round 6 on every
# LSTM. With a rate of 0.03 it is round 2 for the GRU and 4 for the LSTM; with 0.1 it is 1 and 3. So
# is the GRU the better cell? To see which of the differences matter, we change the LSTM part by
# part, and at last build the GRU.
#
# ## No forget gate: the cell of 1997
#
# The first LSTM, in 1997, had no forget gate: it was added in 2000, by Felix Gers and others, for
# texts without an end. Its gates were sigmoids, as here; in place of our tanh it had sigmoids that
# are stretched, to ±2 for g and to ±1 for c. Without a forget gate the belt of c runs through:
# nothing multiplies the old c. So c can grow and grow. Where it is large, tanh(c) is flat: what the
# unit shows hardly depends on c any more, and hardly any gradient comes through.

# %%
pictures.relative(forget="none")

# %%
import torch
from torch import nn
from torch.nn import functional as F

torch.set_default_dtype(torch.float64)


def step_of_1997(x, h, c, weight_ih, weight_hh, bias_ih=None, bias_hh=None):
    """Return the new (h, c) without a forget gate; the blocks are i, g, o."""
    z = F.linear(x, weight_ih, bias_ih) + F.linear(h, weight_hh, bias_hh)
    z_i, z_g, z_o = z.chunk(3, dim=-1)
    i, o = torch.sigmoid(z_i), torch.sigmoid(z_o)
    g = torch.tanh(z_g)
    c = c + i * g
    h = o * torch.tanh(c)
    return h, c


# %% [markdown]
# There are three blocks in place of four, so the weights have three quarters of the rows. An LSTM
# whose forget gates are always 1, by a bias of 100, should do the same; `unroll_step` is the loop
# of lesson 12.

# %%
from lstm_lessons import same
from lstm_lessons.lstm.relatives import unroll_step

torch.manual_seed(0)
lstm, x = nn.LSTM(100, 16), torch.randn(24, 10, 100)
lstm.bias_ih_l0.data[16:32] = 100.0  # the block of f
states = (torch.zeros(10, 16), torch.zeros(10, 16))
without_f = []
for weight in lstm.all_weights[0]:
    i, f, g, o = weight.chunk(4)
    without_f.append(torch.cat([i, g, o]))
output, _ = unroll_step(step_of_1997, x, states, without_f)
print(same(output, lstm(x)[0]))

# %% [markdown]
# It does. To empty its memory, this cell has to write the opposite of what is there.
#
# ## Coupled gates
#
# The more of the new is taken in, the less of the old should be kept. So f is 1 − i, and needs no
# weights. Against the cell of 1997 one line is different: `c = (1 - i) * c + i * g`.
#
# Let both take in the same news again and again, with i = 0.9 and g = 1, from an empty memory. The
# cell of 1997 adds 0.9 each time, and has 4.5 after five steps.
#
# **Predict.** What does the coupled cell have after five steps, roughly?

# %%
c_1997, c_coupled = 0.0, 0.0
i, g = 0.9, 1.0
for _ in range(5):
    c_1997 = c_1997 + i * g
    c_coupled = (1 - i) * c_coupled + i * g
    print(f"1997: {c_1997:.2f}   coupled: {c_coupled:.5f}")

# %% [markdown]
# Nearly 1, and it will never be more. Its new c is a mixture of the old c and of g, and a mixture
# lies between its two parts. So a coupled unit that starts at zero stays between −1 and 1. It could
# not count as the reader's unit 5 does, whose c goes up to 7 at seven open brackets.
#
# ## Peepholes
#
# If o of a unit is shut, its h is zero, and then no gate can know what is in its memory. In 2000,
# Felix Gers and Jürgen Schmidhuber let the gates look. These looks are called *peepholes*, and they
# are the dashed lines:

# %%
pictures.relative(peepholes=True)

# %% [markdown]
# Usually a gate looks at the memory of its own unit alone, so its peepholes are one weight per
# unit, and not a matrix. i and f act before the new c is made, so they look at the old c; o acts
# afterwards, and looks at the new one. g is no tap, and has none.


# %%
def peephole_step(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh, peepholes):
    """Return the new (h, c); i and f look at the old c, o at the new one."""
    z = F.linear(x, weight_ih, bias_ih) + F.linear(h, weight_hh, bias_hh)
    z_i, z_f, z_g, z_o = z.chunk(4, dim=-1)
    p_i, p_f, p_o = peepholes
    i, f = torch.sigmoid(z_i + p_i * c), torch.sigmoid(z_f + p_f * c)
    g = torch.tanh(z_g)
    c = f * c + i * g
    o = torch.sigmoid(z_o + p_o * c)
    h = o * torch.tanh(c)
    return h, c


# %% [markdown]
# With peepholes of zero no gate looks, and this has to be `nn.LSTM`:

# %%
lstm = nn.LSTM(100, 16)
weights = [*lstm.all_weights[0], torch.zeros(3, 16)]
output, _ = unroll_step(peephole_step, x, states, weights)
print(same(output, lstm(x)[0]))

# %% [markdown]
# And what can a unit do with others? Let i and g be 1, so that each step adds 1 to c, and let o be
# shut, so that h is always zero. Let the unit read the same word at every step. Its forget gate is
# $\sigma(35 - 10\,c)$: the 35 comes from the word, and −10 is the peephole.
#
# With c = 3 the forget gate is $\sigma(5) = 0.993$, with c = 4 it is $\sigma(-5) = 0.007$.
#
# **Predict.** After four steps, c is about 4. How large is it after the fifth step, roughly?


# %%
def run_unit(peephole):
    """Return c, rounded, after each of 12 steps; i and g are 1."""
    c, seen = torch.zeros(()), []
    for _ in range(12):
        f = torch.sigmoid(35 + peephole * c)
        c = f * c + 1
        seen.append(round(c.item()))
    return seen


print("no peephole:    ", *run_unit(0.0))
print("peephole of −10:", *run_unit(-10.0))

# %% [markdown]
# About 1. At c = 4 the forget gate shuts, the four are thrown away, and 1 comes in. So the unit
# counts to four, and begins anew, and shows nothing all the while. Without the peephole its gates
# are the same at every step, as the word and h are. PyTorch has no peepholes.
#
# ## The GRU
#
# In 2014, Kyunghyun Cho and others published a cell with *one* state, now called the gated
# recurrent unit. Its h is the memory, and is also what is shown. Here is `nn.GRU`, with a thick h.
# Arrows leave a line at a dot, and cross it at a gap.

# %%
pictures.relative("GRU, torch")

# %% [markdown]
# The letters are PyTorch's. In a GRU, z is a gate; in the steps so far, z was the weighted sums.
#
# * n is the news, like g. It is made from x and from the old h.
# * z, the *update gate*, says how much of the old h is kept, and 1 − z how much of the news is
#   taken in. So z plays the part of f, and 1 − z that of i: they are coupled. The name misleads:
#   where z is 1, nothing is updated.
# * r, the *reset gate*, is new. It says how much of the old h goes into the news.
# * There is no output gate, so a GRU cannot keep a number without showing it. And its h stays
#   between −1 and 1, if it starts at zero.
#
# First z, for one unit. With an old h of 0.8, news of −0.4 and z = 0.25, the new h is
# 0.75 · (−0.4) + 0.25 · 0.8 = −0.1. That is a quarter of the way from n to the old h:

# %%
pictures.mixture(old=0.8, news=-0.4, z=0.25)

# %% [markdown]
# And what is r for? Let a unit have h = 0.8 from an old sentence, and let a word tell it to begin
# anew. So z is 0, and the new h is the news. But the news is made from the old h as well. Let the
# weight from h to n be 2, and let the word give −1. With r = 1, the news is
# tanh(−1 + 1 · 2 · 0.8) = tanh(0.6).
#
# **Predict.** Is the news positive or negative with r = 0?

# %%
for r in (1.0, 0.0):
    news = torch.tanh(torch.tensor(-1 + r * 2 * 0.8))
    print(f"r = {r:.0f}: the news is {news:.2f}")

# %% [markdown]
# Negative. With r = 1 the old sentence wins against the word; with r = 0 the news comes from the
# word alone. So two ways lead from the old h to the new one: a direct way, which z opens, and a way
# through the news, which r opens. This unit forgets only where both are shut.
#
# r and z are weighted sums through the sigmoid, as every tap. $W_{in}$ goes from the **i**nput to
# n, and $W_{hn}$ from h to n:
#
# $$\begin{aligned}
# \underset{(H)}{n_t} &= \tanh\big(\underset{(H \times I)}{W_{in}}\;\underset{(I)}{x_t}
#   + \underset{(H)}{b_{in}} + \underset{(H)}{r_t} \odot
#   (\underset{(H \times H)}{W_{hn}}\;\underset{(H)}{h_{t-1}} + \underset{(H)}{b_{hn}})\big) \\
# \underset{(H)}{h_t} &= (1 - \underset{(H)}{z_t}) \odot \underset{(H)}{n_t}
#   + \underset{(H)}{z_t} \odot \underset{(H)}{h_{t-1}}
# \end{aligned}$$
#
# The blocks lie in the order r, z, n. `from_x` is what x gives to each block, and `from_h` what h
# gives. The two are kept apart, because r multiplies `from_h[2]` only.


# %%
def gru_step(x, h, weight_ih, weight_hh, bias_ih=None, bias_hh=None):
    """Return the new (h,) of torch's GRU; the blocks are r, z, n."""
    from_x = F.linear(x, weight_ih, bias_ih).chunk(3, dim=-1)
    from_h = F.linear(h, weight_hh, bias_hh).chunk(3, dim=-1)
    r = torch.sigmoid(from_x[0] + from_h[0])
    z = torch.sigmoid(from_x[1] + from_h[1])
    n = torch.tanh(from_x[2] + r * from_h[2])
    return ((1 - z) * n + z * h,)


# %% [markdown]
# The step returns a tuple of one state, for `unroll_step`. Is it PyTorch's, with all gradients?

# %%
from lstm_lessons.lstm.compare import compare

torch.manual_seed(0)
gru, h_0 = nn.GRU(100, 16), torch.randn(1, 10, 16)


def gru_by_hand(x, h_0):
    weights = gru.all_weights[0]  # of layer 0: two matrices, two biases
    states = (h_0[0],)  # without the axis of layers, which is 1 long
    output, (h,) = unroll_step(gru_step, x, states, weights)
    return output, h[None]  # with that axis again


print(compare(gru_by_hand, gru, x, h_0).verdict)

# %% [markdown]
# What does a GRU save? First the parameters:

# %%
for layer in (nn.LSTM(100, 16), gru):
    print(sum(parameter.numel() for parameter in layer.parameters()))

# %% [markdown]
# Three quarters are left, for three blocks in place of four. And the time? A GRU took so many times
# as long as an LSTM, in processor time on one thread, with 1, 8 and 64 sentences of 24 words,
# words of 8 and of 128 numbers, forward and in training:
#
# | numbers | H = 16 | H = 512 |
# |---|---|---|
# | float32 | 2 to 8 | 0.7 to 2 |
# | float64, as on this page | 0.8 to 1.2 | 0.6 to 0.9 |
#
# In float32 PyTorch hands an LSTM to oneDNN, and a GRU not. With H = 16 that costs most for a
# single sentence, and least for 64.
#
# ## The GRU of the paper
#
# Cho's paper knows two orders. In its first version the order is PyTorch's. In its last version,
# "the paper's" from here on, r comes earlier, and multiplies h *before* the product with $W_{hn}$:

# %%
pictures.relative("GRU, paper")

# %% [markdown]
# Let two units have h = (1, −1) and r = (0, 1), a $W_{hn}$ of ones, and no bias. In PyTorch's
# order the product is made first. Each of its rows gives 1 − 1 = 0, and then r has nothing to do.
#
# **Predict.** With h = (1, −1), r = (0, 1) and a $W_{hn}$ of ones, which two numbers come out in
# the order of the paper?

# %%
pictures.reset_orders(h=(1, -1), r=(0, 1))

# %% [markdown]
# In the paper's order, r wipes out the 1 and keeps the −1, so the product gives −1 for both units.
# So the two orders are different cells. In the paper's, n needs a product of its own, after r, with
# $W_{hn}$, which is `weight_hh.chunk(3)[2]`, and `from_h[2]` is not used:


# %%
def papers_gru_step(x, h, weight_ih, weight_hh, bias_ih=None, bias_hh=None):
    """Return the new (h,) of the paper's GRU; the blocks are r, z, n."""
    from_x = F.linear(x, weight_ih, bias_ih).chunk(3, dim=-1)
    from_h = F.linear(h, weight_hh, bias_hh).chunk(3, dim=-1)
    r = torch.sigmoid(from_x[0] + from_h[0])
    z = torch.sigmoid(from_x[1] + from_h[1])
    b_hn = None if bias_hh is None else bias_hh.chunk(3)[2]
    n = torch.tanh(from_x[2] + F.linear(r * h, weight_hh.chunk(3)[2], b_hn))
    return ((1 - z) * n + z * h,)


# %% [markdown]
# The weights of `nn.GRU` fit into both steps, and no error comes. Suppose that weights trained in
# one order are run in the other: how would you notice? Load them into a layer without biases, begin
# with zeros, and look at the first two steps.
#
# **Predict.** At which of the two steps do both orders give the same?

# %%
plain = nn.GRU(100, 16, bias=False)
plain.load_state_dict(gru.state_dict(), strict=False)  # leaves the biases out
zeros, weights = torch.zeros(10, 16), plain.all_weights[0]
output, _ = unroll_step(papers_gru_step, x, (zeros,), weights)
for t in range(2):
    print(f"step {t}:", same(output[t], plain(x)[0][t]))

# %% [markdown]
# At the first: where h is zero and there is no bias, r has nothing to act on. With biases it acts
# on $b_{hn}$, in PyTorch's order alone. So run two steps without biases in both libraries, with
# `use_bias=False` in Keras: the first cannot see where r acts, and the second can.
#
# Keras and ONNX let you choose. PyTorch's order is `reset_after=True` in Keras, which is its
# default, and `linear_before_reset=1` in ONNX, where the default is 0.
#
# ## The switchboard
#
# Here are all relatives, and their parameters for I = 8.
#
# **Try it.** What do peepholes cost? Press "nn.LSTM", switch them on, and say how the number
# depends on H.

# %%
from lstm_lessons import explorers

explorers.relatives()

# %% [markdown]
# <details><summary>Answer</summary>
#
# 48 with H = 16, which is 3H: one weight a unit, for each of three gates.
#
# </details>
#
# ## Which one learns the brackets?
#
# Back to the brackets, with eight cells: the LSTM, its five relatives, the projection of lesson 12,
# with an h of 4 numbers, and an LSTM whose two forget biases make 1 together. All were trained by
# `open_brackets` in `lstm_lessons/data/trials.py`, on chunks of 10 characters, with the states
# handed on. Each row says how many percent are right after each of 8 rounds, at the *worst* of the
# ten seeds.
#
# **Predict.** A guess: which of the eight cells is the lowest after round 8?

# %%
for name, seeds in runs.items():
    worst = [min(shares) for shares in zip(*seeds, strict=True)]
    print(f"{name:20}", *(f"{share:4.0%}" for share in worst))

# %% [markdown]
# The cell of 1997: its worst seed is near a guess, but seven of the ten have learnt it. So its ten
# seeds were run again, for 16 rounds:

# %%
longer = {"no forget gate": measured("relatives, longer")["no forget gate"]}
along, up = "rounds", "share that is right"
pictures.runs(longer, along, up, bounds=(0.4, 1), apart=True)

# %% [markdown]
# In the end all ten have learnt it. But three of them have nearly all right, fall back to between
# 50 and 66 %, and learn it again. One of ten LSTMs falls back as well, but in round 3. The c of the
# cell of 1997 does grow: from round 8 on it is beyond ±1,000 with every seed, where that of an LSTM
# is never beyond ±59. But it is as large where all is right, so why the three fall back is not
# known.
#
# Which of the differences makes the GRU quick? Here the coupled gates are enough: with them alone
# every LSTM is there in round 3, as every GRU is. With a rate of 0.1 the GRU is one round sooner.
# Why coupling helps is not shown here. The place of r makes hardly a difference, and peepholes do
# not help.
#
# ## What the large comparisons found
#
# Two groups compared such cells in 2015:
#
# * Klaus Greff and others ([arXiv 1503.04069](https://arxiv.org/abs/1503.04069)) tried eight
#   variants of an LSTM with peepholes on speech, handwriting and music, in 5,400 runs: none was
#   clearly better, also not the one without peepholes, which is ours. The forget gate was among the
#   parts that matter most, and coupled gates did no clear harm. A GRU was not among them.
# * Rafal Jozefowicz and others ([ICML 2015](https://proceedings.mlr.press/v37/jozefowicz15.html))
#   tried more than ten thousand cells: one of them was better than LSTM and GRU on some tasks, but
#   not on all. And a forget bias of 1 closed the gap between the LSTM and the GRU.
#
# They measured how *good* a cell becomes, and our table says how *soon* one small task is learnt.
#
# So, `nn.LSTM` or `nn.GRU`? Begin with `nn.LSTM` and a forget bias of 1:
#
# * There this bias closed the gap in quality. Here it saves one round of the three that lie between
#   them.
# * Its c can count, and a GRU's h stays between −1 and 1 (this page). Our brackets need no
#   counting.
# * On a CPU a small LSTM took less time in float32 (our table of times).
#
# If it learns too slowly, try `nn.GRU`: in our table all of its seeds have 95 % in round 3, those
# of the plain LSTM in round 6, and with a forget bias of 1 in round 5.

# %% [markdown]
# ## What we have seen
#
# * A coupled unit that starts at zero stays between −1 and 1; a unit with peepholes notices its own
#   memory even while it shows nothing.
# * A GRU has one state and three blocks. z says how much of the old h is kept, and r how much of it
#   goes into the news: after the product with h in PyTorch, before it in the paper.
# * On brackets that are not nested, GRU and coupled gates learnt soonest, and the LSTM without a
#   forget gate last. In large comparisons no cell was the best at all tasks.

# %% [markdown]
# **A common mistake.** GRU weights go into `nn.GRU` from a library in which r may act in another
# place. Make the test of two steps, without biases and from zeros:
#
# * The first step is wrong: the blocks lie in another order, or z and 1 − z are exchanged, as in
#   some texts ([Chung and others, 2014](https://arxiv.org/abs/1412.3555)).
# * Only the second one is wrong: run the weights with the step of the other order. If both steps
#   are right now, it was the place of r. If not, r and 1 − r are exchanged, or a block of
#   `weight_hh` lies wrong, or that of r in `weight_ih`.
# * Both are right: run them once more with biases, which may lie wrong too.
#
# **Exercises:** [13 Relatives](../exercises/13_relatives.ipynb). Write the GRU in both forms, count
# again, find out which relative made a trace, and mend peepholes.
#
# **Next:** all our tasks were small or made up. [Lesson 14](14_training_on_real_data.ipynb) trains
# on real data, where the first thing to beat is a guess.
