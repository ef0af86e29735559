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
# ## The same numbers, and a clock
#
# In lesson 04 you wrote the loop over time, and it gives the numbers of `nn.LSTM` to twelve digits.
# But could you train with it? Begin with the way forward alone. Let both read 20 lines of our data,
# 32 characters of each.

# %%
import torch
from lstm_lessons import trained_reader
from lstm_lessons.data import code_or_prose

torch.set_num_threads(1)  # one core of the processor
reader, number = trained_reader()
long_lines = [line.text for line in code_or_prose() if len(line.text) >= 32]
rows = []
for text in long_lines[:20]:
    rows.append([number[character] for character in text[:32]])
numbers = torch.tensor(rows)
x = reader.embedding(numbers).detach().transpose(0, 1)
T, B, I = x.shape

# %%
from torch import nn
from torch.nn import functional as F

lstm = nn.LSTM(8, 16)  # the reader's layer, with time first
lstm.load_state_dict(reader.lstm.state_dict())
H = lstm.hidden_size
print(f"T = {T} characters, B = {B} lines, I = {I}, H = {H}")

# %% [markdown]
# The simplest program is the loop of lesson 04, `unroll`, for one line after the other.

# %%
from lstm_lessons.lstm.unroll import unroll


def per_sample(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    """Run each sequence of the batch by itself."""
    weights = (weight_ih, weight_hh, bias_ih, bias_hh)
    outputs, last_h, last_c = [], [], []
    for b in range(x.shape[1]):
        output, h_b, c_b = unroll(x[:, b], h[b], c[b], weights)
        outputs.append(output)
        last_h.append(h_b)
        last_c.append(c_b)
    return torch.stack(outputs, dim=1), torch.stack(last_h), torch.stack(last_c)


# %% [markdown]
# All programs of this lesson are called with these seven arguments: x, two states, two weights and
# two biases. We keep them in two lists. `given` is float32, with which most people train. `exact`
# is the same in float64, for comparisons, and so is the layer `lstm64`. The states are random, as
# in lesson 03. `in_a_row` puts all three results behind each other, to compare them at once.

# %%
from copy import deepcopy
from lstm_lessons import same


def in_a_row(tensors):
    """Put the numbers of all tensors into one row."""
    return torch.cat([tensor.flatten() for tensor in tensors])


torch.manual_seed(0)
h_0, c_0 = torch.randn(2, B, H)
given = [x, h_0, c_0, *(weight.detach() for weight in lstm.parameters())]
exact, lstm64 = [tensor.double() for tensor in given], deepcopy(lstm).double()

output, (h_n, c_n) = lstm64(exact[0], (exact[1][None], exact[2][None]))
wanted = in_a_row([output, h_n, c_n]).detach()
same(in_a_row(per_sample(*exact)), wanted)

# %% [markdown]
# Equal. And the time? When a program runs for the first time, it has to set up things, so each runs
# once without a clock. Then the programs run *in turn*: one run of each, then again one of each,
# for a second and at least ten times. We keep the shortest time of each, because other work on the
# machine can only make a run longer.

# %%
from time import perf_counter


def shortest(*jobs):
    """Return the shortest time of each job (program, *arguments)."""
    for program, *arguments in jobs:
        program(*arguments)  # does not count
    times, began = [[] for _ in jobs], perf_counter()
    while len(times[0]) < 10 or perf_counter() - began < 1:
        for (program, *arguments), mine in zip(jobs, times):
            start = perf_counter()
            program(*arguments)
            mine.append(perf_counter() - start)
    return [min(mine) for mine in times]


# %% [markdown]
# Seconds differ from machine to machine, so we look at ratios.
#
# **Predict.** A guess: does `per_sample` take about as long as `nn.LSTM`, about 3 times as long, or
# more than 10 times?

# %%
states = (h_0[None], c_0[None])  # as nn.LSTM takes them
with torch.no_grad():
    slow, fast = shortest((per_sample, *given), (lstm, x, states))
for limit in (3, 10):
    print(f"more than {limit} times:", slow / fast > limit)

# %% [markdown]
# Type `slow / fast` in a new cell to see your ratio. Where other programs interrupt, it comes out
# larger. With `time.thread_time` in place of `perf_counter`, a clock that stands still meanwhile,
# we measured about 60. At 60, what takes `nn.LSTM` a minute takes an hour.
#
# In this lesson we climb a ladder from this program towards `nn.LSTM`. At each rung we ask what has
# become cheaper, and whether the results are still equal.
#
# ## What costs time?
#
# A first guess is the multiplications. By lesson 02, the two matrices have 4HI and 4HH weights. A
# step multiplies with each weight once for each line:
#
# $$\text{multiplications} = T \cdot B \cdot 4H\,(I + H)$$
#
# For our lines that is 32 · 20 · 4 · 16 · (8 + 16) = 983,040. `count` runs a program and counts two
# things: the multiplications of its matrix products, and its calls. A *call* is each time that our
# Python asks PyTorch for something, such as `torch.tanh(c)` or `F.linear(x, W)`. `a + b` and
# `a * b` are calls, too.

# %%
from lstm_lessons.ladder.counting import count

print("nn.LSTM:   ", count(lstm, x, states))
print("per_sample:", count(per_sample, *given))

# %% [markdown]
# The multiplications are equal. The calls of our Python are not: 8,423 in place of one. What does a
# call cost?
#
# **Predict.** A guess: does the tanh of 1,000 numbers take about 1,000 times as long as the tanh of
# one number, about 100 times, or less than 10 times?

# %%
one, many = torch.randn(1), torch.randn(1000)
short, long = shortest((torch.tanh, one), (torch.tanh, many))
for limit in (10, 100):
    print(f"less than {limit} times:", long / short < limit)

# %% [markdown]
# Less than 10 times; in our runs it was less than twice. Before a call computes anything, it has to
# look at its arguments, choose a program, and ask for memory for the result. That takes about as
# long for a thousand numbers as for one. In `per_sample`, most calls make 16 or 64 numbers. 8,423
# times the tanh of 16 numbers took more than half of its time when we measured it.
# So most of its time is the price of calling.
#
# ## Rung by rung: fewer calls
#
# ### The whole batch at once
#
# `per_sample` multiplies a single row of x and a single row of h, T · B times. But the lines do not
# need each other. So a step can serve all of them at once: x of a step is then B rows, as in lesson
# 03. The next program does that.
#
# In one thing it goes back. Each gate has two products of its own, as the equations are written, so
# a step makes 21 calls. With the stacked weights of lesson 03, a step of `unroll` makes 13. In the
# picture the weights are turned, `W.T`, as `F.linear` turns them, so that each gate has some of the
# columns.

# %%
from lstm_lessons import pictures

pictures.rung("eight products")


# %%
def eight_products(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    """Run the batch at once, with two products in each gate."""
    W_ii, W_if, W_ig, W_io = weight_ih.chunk(4)
    W_hi, W_hf, W_hg, W_ho = weight_hh.chunk(4)
    b_i, b_f, b_g, b_o = (bias_ih + bias_hh).chunk(4)
    outputs = []
    for x_t in x:
        i = torch.sigmoid(F.linear(x_t, W_ii, b_i) + F.linear(h, W_hi))
        f = torch.sigmoid(F.linear(x_t, W_if, b_f) + F.linear(h, W_hf))
        g = torch.tanh(F.linear(x_t, W_ig, b_g) + F.linear(h, W_hg))
        o = torch.sigmoid(F.linear(x_t, W_io, b_o) + F.linear(h, W_ho))
        c = f * c + i * g
        h = o * torch.tanh(c)
        outputs.append(h)
    return torch.stack(outputs), h, c


# %%
print(count(eight_products, *given))
same(in_a_row(eight_products(*exact)), wanted)

# %% [markdown]
# ### One product for four gates
#
# The four gates read the same x and the same h, so with stacked weights one product gives all sums.
# We also put x and h side by side, and the two weights as well. Then a single product is left in a
# step.

# %%
pictures.rung("one product")

# %% [markdown]
# `apply_gates` of lesson 03 makes h and c of the sums. These are its last lines:

# %%
from inspect import getsource
from lstm_lessons.lstm.cell import apply_gates

print("\n".join(getsource(apply_gates).splitlines()[-6:]))


# %%
def one_product(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    """Put x and h side by side, and all weights: one product per step."""
    weight = torch.cat([weight_ih, weight_hh], dim=1)
    bias = bias_ih + bias_hh
    outputs = []
    for x_t in x:
        z = F.linear(torch.cat([x_t, h], dim=1), weight, bias)
        h, c = apply_gates(z, c)
        outputs.append(h)
    return torch.stack(outputs), h, c


# %% [markdown]
# `chunk` is one call. To take the next step of x is none, and `.T` is none.
#
# **Predict.** How many calls are in one turn of this loop?

# %%
calls = count(one_product, *given).calls
print(f"{calls} calls, {calls / T:.1f} per step")
same(in_a_row(one_product(*exact)), wanted)

# %% [markdown]
# 12: `cat`, `F.linear`, and the ten of `apply_gates`, which are `chunk`, three sigmoids, two tanh,
# three times `*`, and one `+`. Four more stand outside: `cat`, `+`, `stack`, and the one that takes
# x apart into steps.
#
# ### Out of the loop
#
# All of x is known before the loop begins. You know from `input_sums` in lesson 12 that one large
# product is then enough for all steps. To lift work out of a loop is called *hoisting*.

# %%
pictures.rung("hoisted")

# %% [markdown]
# In the loop the sums from h are added to those from x of the same step, which the picture leaves
# out. `torch.addmm(z_t, h, W)` is `z_t + h @ W` in a single call, as in lesson 12.


# %%
def hoisted(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    """Take what x adds out of the loop, as one product for all steps."""
    z_x = F.linear(x, weight_ih, bias_ih + bias_hh)
    turned, outputs = weight_hh.T, []
    for z_t in z_x:
        z = torch.addmm(z_t, h, turned)
        h, c = apply_gates(z, c)
        outputs.append(h)
    return torch.stack(outputs), h, c


# %% [markdown]
# **Predict.** In our layer, I is 8 and H is 16. Which share of all multiplications has left the
# loop?

# %%
weight_ih = given[3]
sums_from_x, whole = count(F.linear, x, weight_ih), count(hoisted, *given)
share = sums_from_x.multiplications / whole.multiplications
print(f"{share:.0%} have left")
print(whole, same(in_a_row(hoisted(*exact)), wanted))

# %% [markdown]
# A third: I / (I + H). They are still made, in one large product. Only one call per step is saved,
# so expect little: in two wide layers of the ladder below it saved a seventh of the time, and
# nothing.
#
# Now the times, on your machine. The last column is the time of each program over that of
# `nn.LSTM`.

# %% tags=["nbval-ignore-output"]
# differs between machines: it measures time
rungs = (per_sample, eight_products, one_product, hoisted)
jobs = [(rung, *given) for rung in rungs]
with torch.no_grad():
    *times, unit = shortest(*jobs, (lstm, x, states))
for rung, time in zip(rungs, times):
    calls = count(rung, *given).calls
    print(f"{rung.__name__:15} {calls:5} calls  {time / unit:6.1f}")

# %% [markdown]
# In this small layer, the time falls as the calls do. With `thread_time` we measured about 60, 5,
# 3, and a little less than 3. From the first rung to the second there are 12 times fewer calls, and
# the time was a thirteenth.
#
# What is left between `hoisted` and `nn.LSTM`? `nn.LSTM` has the same loop, but inside the library,
# where a step needs no Python. And in float32 PyTorch hands the layer, where it can, to *oneDNN*, a
# library that has such layers ready-made. With oneDNN switched off, our ratios were half as large:
# 28 for `per_sample`, and 1.3 for `hoisted`.
#
# A ratio depends on the company, too. By itself, `nn.LSTM` finds all that it needs in the
# processor's fast memory, the *cache*. Other programs push it out. In ms, by `thread_time`:
#
# | in the turn | `nn.LSTM` | `hoisted` | ratio |
# |---|---|---|---|
# | each by itself | 0.15 | 0.99 | 6.6 |
# | these two | 0.19 | 1.01 | 5.3 |
# | the four rungs and `nn.LSTM` | 0.37 | 1.06 | 2.9 |
#
# In most programs other work stands between two calls of a layer, so we measure in turn. In a wide
# layer, where a run takes far longer, the company hardly matters.
#
# ## The way back
#
# Training goes back through the loop as well. Autograd takes the calls of `hoisted` one by one,
# from the last to the first. At each step it has dz, the gradient of the four sums, as in lesson
# 10. It makes two products with it: one for d_h, the gradient of the h that the step has read, and
# one for this step's share of the gradient of `weight_hh`. For the second one dz is turned.

# %%
pictures.rung("autograd")

# %% [markdown]
# The first product has to wait: dz of step t needs what step t + 1 has handed back. Nothing needs
# the second one before the end, where its T shares are added up. With numbers, for one sum and one
# unit: if two steps have dz = 2 and 5, and h = 3 and 1, the shares are 2 · 3 and 5 · 1, and 6 + 5 =
# 11. The product of the row (2, 5) with the column (3, 1) is 11, too. So one product of longer
# matrices adds up by itself. `flatten(0, 1)` puts the rows of all steps below each other.

# %%
torch.manual_seed(0)
dz, before = torch.randn(T, B, 4 * H).double(), torch.randn(T, B, H).double()
added = 0
for t in range(T):
    added = added + dz[t].T @ before[t]
at_once = dz.flatten(0, 1).T @ before.flatten(0, 1)  # (4H, T·B) @ (T·B, H)
same(added, at_once)

# %% [markdown]
# So this product can leave the loop, too. It is made once, behind it:

# %%
pictures.rung("own backward")

# %% [markdown]
# In PyTorch, a way back of our own needs a class made from `torch.autograd.Function`. Its `forward`
# computes the results and saves what the way back needs. Its `backward` gets the gradients of the
# results, and returns those of the arguments. In outline:
#
# ```python
# class AllSteps(torch.autograd.Function):
#     @staticmethod
#     def forward(ctx, x, h, c, weight_ih, weight_hh, bias):
#         ...  # the steps of hoisted, written into tensors that keep them all
#         ctx.save_for_backward(...)
#         return output, h, c
#
#     @staticmethod
#     def backward(ctx, d_output, d_h, d_c):
#         ...  # the steps of lesson 10, from the last to the first, which keep each dz
#         return d_x, d_h, d_c, *behind_the_loop(dz, x, before)
# ```
#
# The package has the whole class, in `ladder/backward.py`. `own_backward` has our seven arguments.
# It adds the two biases and calls the class with six, and autograd hands the gradient of that sum
# to both biases. `behind_the_loop` ends with these lines:

# %%
from lstm_lessons.ladder.backward import behind_the_loop, own_backward

print("\n".join(getsource(behind_the_loop).splitlines()[-2:]))

# %% [markdown]
# Are the gradients of `own_backward` those of `nn.LSTM`? The loss is the mean of the squares of all
# results. `leaves` are copies of the seven arguments that ask for gradients.

# %%
leaves = [tensor.clone().requires_grad_() for tensor in exact]
in_a_row(own_backward(*leaves)).square().mean().backward()
ours = in_a_row([leaf.grad for leaf in leaves])

lstm64.zero_grad()
x_, h_, c_ = (tensor.clone().requires_grad_() for tensor in exact[:3])
output, (h_n, c_n) = lstm64(x_, (h_[None], c_[None]))
in_a_row([output, h_n, c_n]).square().mean().backward()
same(ours, in_a_row([leaf.grad for leaf in (x_, h_, c_, *lstm64.parameters())]))

# %% [markdown]
# All seven are equal. And the time of a training step, forward and back? We take the first 16
# characters of each line, because a shorter run is interrupted less often.
#
# **Predict.** A guess: does `own_backward` take about a tenth of the time of `hoisted`, about six
# tenths, or nearly all of it?


# %%
def training_step(program, steps=16):
    """Go forward and back once, through the first steps."""
    arguments = [x[:steps], *given[1:]]
    leaves = [tensor.clone().requires_grad_() for tensor in arguments]
    program(*leaves)[0].square().sum().backward()


slow, fast = shortest((training_step, hoisted), (training_step, own_backward))
for limit in (0.3, 0.9):
    print(f"less than {limit} of the time:", fast / slow < limit)

# %% [markdown]
# About six tenths. In our runs a training step with `hoisted` took 2.6 to 2.9 times as long as with
# `nn.LSTM`, and with `own_backward` 1.5 to 1.8 times.
#
# What has saved so much? The move takes two calls out of each step back, a product and an addition.
# `count` sees only what our Python calls. `calls_inside` counts what PyTorch calls inside, forward
# and back, without those that only look at a tensor, such as `chunk`.
#
# **Predict.** Are these two calls most of what `own_backward` saves in a step?

# %%
from lstm_lessons.ladder.counting import calls_inside

for program in (hoisted, own_backward):
    sixteen = calls_inside(training_step, program, 16)
    calls = sixteen - calls_inside(training_step, program, 15)
    print(f"{program.__name__:12} {calls} calls per step, forward and back")

# %% [markdown]
# No: two of 14. Forward the class makes 8 calls in place of 10. Back it makes 5, where autograd
# makes 17: it computes the slopes of the gates for many steps at once, multiplies those of i, f and
# g in one call, and writes into tensors that are there already. So the cause is fewer and larger
# calls, once more.
#
# In a large layer the move itself pays. With H = 256 we measured `own_backward` at about 0.8 of the
# time of `hoisted`, and at about 0.95 with the T products in place of the one.
#
# ## The whole ladder
#
# At which sizes does which rung pay? A bar to the right of the line 1 is slower than `nn.LSTM`, a
# bar to the left is faster. The axis is logarithmic: from 1 to 2 is as far as from 5 to 10. The
# sizes stand above the bars.
#
# The picture shows the medians of 31 to 161 rounds, on one core of an Intel Xeon. Nothing else was
# at work there, so we did not have to take the shortest. On other processors the ratios are others.
# `compiled` is what `torch.compile` makes of `hoisted`. It needs about a minute first, for each
# size.
#
# **Try it.**
#
# 1. Press "one line". Which rung is nearest to `nn.LSTM`?
# 2. `eight products` has a long bar at "one line" and a much shorter one at "wide". Why?
# 3. Press "long and wide", and choose "training step". Which rung is level with `nn.LSTM`?

# %%
from lstm_lessons import explorers

explorers.speed_ladder()

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. `compiled`, with 3.05.
# 2. 11.68 and 1.86. In a wide layer a product takes far longer than it takes to call it, so the
#    number of calls matters less.
# 3. `own backward`. Its 0.92 is within what such a measurement varies by, so call it level.
#
# </details>
#
# ## How a cost grows
#
# Now we can predict, from two counts: the multiplications, T · B · 4H(I + H), and the calls, which
# for `hoisted` are about 11 T. In a small layer the calls decide, in a large one the
# multiplications.
#
# For a large layer, I = H = 256, each line and step needs 4 · 256 · 512 = 524,288 multiplications.
# The next cell doubles each letter by itself. Beside the predictions it prints how many times as
# long `hoisted` took when we measured it: for this layer with T = B = 32, and for a small one with
# T = 32, B = 4 and I = H = 16.
#
# **Predict.** I and H are both 256. H is doubled, and I stays. How many times as many
# multiplications are there?

# %%
from lstm_lessons.data.speed import growth


def predict(T, B, I, H):
    return T * B * 4 * H * (I + H)


base = {"T": 32, "B": 32, "I": 256, "H": 256}
print("doubled  times as many multiplications  times as long: large  small")
for letter in "TBIH":
    doubled = base | {letter: 2 * base[letter]}
    predicted = predict(**doubled) / predict(**base)
    large, small = growth()["large"][letter], growth()["small"][letter]
    print(f"{letter:7} {predicted:30.1f} {large:22.1f} {small:6.1f}")

# %% [markdown]
# Three times: the rows double, and the columns go from 512 to 768. In the large layer the time
# follows the multiplications, a little below them. In the small one it follows the calls: T doubles
# their number, and B, I and H do not change it. So in a small layer more lines cost little. This is
# one reason to train in batches.
#
# ## What a loop over time cannot do
#
# Most processors have several *cores*, which work at the same time, and a GPU has thousands of
# small ones. Could each of them take a step? No: step t reads the h of step t − 1, so the T
# products with `weight_hh` stand in a row, in each rung and in `nn.LSTM`. More cores can share the
# product with x, which is lifted out, and what is *within* a step: B rows of 4H sums. If a step is
# small, there is little to share, and the cores wait for each other.
#
# For a GPU, you move a copy of the layer and of its input there. Two rules for that:
#
# * Ask first whether there is one: `torch.cuda.is_available()`. A move that fails may leave a layer
#   that cannot be called any more.
# * A GPU works behind Python's back. A call hands over an order and returns at once. So wait with
#   `torch.cuda.synchronize()` before you read the clock, or you measure how long it takes to give
#   orders.
#
# The next cells measure a wide layer on your machine: on one core, on two, and on a GPU if there is
# one.

# %%
wide, words = nn.LSTM(256, 256), torch.randn(32, 32, 256)


def run_wide(layer, words, cores=1):
    """Run a layer on so many cores, or on a GPU, and wait for it."""
    torch.set_num_threads(cores)
    layer(words)
    if words.is_cuda:
        torch.cuda.synchronize()


# %% tags=["nbval-ignore-output"]
# differs between machines: cores, and whether there is a GPU
jobs = {"one core": (run_wide, wide, words)}
jobs["two cores"] = (run_wide, wide, words, 2)
if torch.cuda.is_available():
    jobs["GPU"] = (run_wide, deepcopy(wide).to("cuda"), words.to("cuda"))
with torch.no_grad():
    times = shortest(*jobs.values())
torch.set_num_threads(1)
print("is there a GPU:", torch.cuda.is_available())
for name, time in zip(jobs, times):
    print(f"{name:9}  {time / times[0]:.2f}")

# %% [markdown]
# Two cores can at best take about half the time, 0.50. On our busy machine we saw 0.8 to 3, and
# sometimes 30: where other programs need the second core, one core waits for the other at each
# step. For a GPU we have no number.
#
# ## Which one to take
#
# Where `nn.LSTM` can do what you need, take `nn.LSTM`. The rungs are for the day when it cannot,
# because your cell is another one: then write `hoisted` first, and a way back of your own only if
# the training still takes too long.

# %% [markdown]
# ## What we have seen
#
# * Time is made of multiplications and of calls. In a small layer the calls decide, so fewer and
#   larger products win: all lines at once, four gates at once, all of x before the loop.
# * Each rung gives the three results of `nn.LSTM`, and `own_backward` all its gradients, too.
# * In a large layer the time grows with T · B · 4H(I + H). In a small one it grows with T, and
#   hardly with B, I and H.
# * The T products with h stand in a row. More cores can share a step, but not take two at a time.
# * Measure ratios, after a warm-up, over several runs in turn, and wait for a GPU.

# %% [markdown]
# **A common mistake.** A benchmark that runs each program once, and the new one first. It measures
# what has to be set up, too. You recognise it when you turn the order round in a fresh kernel: then
# the other program is slower.
#
# **Exercises:** [16 Speed](../exercises/16_speed.ipynb). Hoist for a GRU, predict counts, find out
# why a benchmark lies, mend a rung, and add up a gradient at once.
#
# **Next:** a fast model is still on your machine alone.
# [Lesson 17](17_shipping_and_other_frameworks.ipynb) sends it to others, who may not even use
# PyTorch.
