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
# But could you train with it? Begin with the way forward alone. Let the loop and `nn.LSTM` read 20
# lines of our data, 32 characters of each.

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
# two biases. `given` has them in float32, with which most people train, and `exact` in float64, for
# comparisons; so is the layer `lstm64`. The states are random, as in lesson 03. `in_a_row` puts all
# three results behind each other, to compare them at once.

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
# Equal. And the time? Our clock is `thread_time`. It stands still while other software has our
# core. Each program first runs once unmeasured, to set up things. Then they run **in turn**: one
# run of each, then again one of each, for a second and at least ten times. We keep the shortest
# time of each, the one that was disturbed least.

# %%
import sys
from time import perf_counter, thread_time

# on Windows thread_time moves on too rarely: 64 times a second
clock = perf_counter if sys.platform == "win32" else thread_time


# %%
def shortest(*jobs):
    """Return the shortest time of each job (program, *arguments)."""
    for program, *arguments in jobs:
        program(*arguments)  # does not count
    times = [[] for _ in jobs]  # a list for each job
    began = perf_counter()
    while len(times[0]) < 10 or perf_counter() - began < 1:
        for job, mine in zip(jobs, times):
            program, *arguments = job
            start = clock()
            program(*arguments)
            mine.append(clock() - start)
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
# More than 10 times: we measured 50 to 80. Type `slow / fast` in a new cell to see your ratio.
#
# We measure in turn because it matters what ran before: straight after itself `nn.LSTM` took 0.15
# ms, and in turn, after other work, about 0.4 ms. In a model, too, other work stands between two
# calls of a layer. Measured alone, the ratios below are two to four times as large. So look at
# their order rather than at their size.
#
# Now we climb a ladder from this program towards `nn.LSTM`. At each rung the results stay equal.
#
# ## What costs time?
#
# A first guess is the multiplications in the matrix products. By lesson 02, the two matrices have
# 4HI and 4HH weights. A step multiplies with each weight once for each line:
#
# $$\text{multiplications} = T \cdot B \cdot 4H\,(I + H)$$
#
# For our lines that is 32 · 20 · 4 · 16 · (8 + 16) = 983,040. A second guess is the calls. A *call*
# is each time that our Python asks PyTorch for something: `torch.tanh(c)`, `F.linear(x, W)`, but
# also `a + b` and `a * b`. `count` runs a program and counts both.

# %%
from lstm_lessons.ladder.counting import count

print("nn.LSTM:   ", count(lstm, x, states))
print("per_sample:", count(per_sample, *given))

# %% [markdown]
# The multiplications are equal. Our Python makes 8,423 calls in place of one; what happens inside
# that one, we count later. Now we time one sort of call, a tanh. A single one is too short for a
# clock, so we time 100 in a row.
#
# **Predict.** A guess: does the tanh of 1,000 numbers take about 1,000 times as long as the tanh of
# one number, about 100 times, or less than 10 times?


# %%
def tanh_100_times(x):
    for _ in range(100):
        torch.tanh(x)


one, many = torch.randn(1), torch.randn(1000)
short, long = shortest((tanh_100_times, one), (tanh_100_times, many))
for limit in (10, 100):
    print(f"less than {limit} times:", long / short < limit)

# %% [markdown]
# Less than 10 times; in our runs, less than twice. Before a call computes anything, it has to
# look at its arguments, choose a program, and ask for memory. That takes about as long for a
# thousand numbers as for one. 8,423 times the tanh of 16 numbers came to about half of the time of
# `per_sample`. So a large part of it is the price of calling.
#
# ## Rung by rung: fewer calls
#
# ### The whole batch at once
#
# The lines do not need each other. So a step can serve all of them at once, as in lesson 03: x of a
# step is then B rows, one for each line. In the picture the weights are turned, `W.T`, as
# `F.linear` turns them. Each gate has some of the columns.

# %%
from lstm_lessons import pictures

pictures.rung("whole batch")

# %% [markdown]
# `unroll` can do this as it is. It gets all of x, and the states of all lines.


# %%
def whole_batch(x, h, c, *weights):
    """Run all sequences of the batch at once."""
    return unroll(x, h, c, weights)


print(count(whole_batch, *given))
same(in_a_row(whole_batch(*exact)), wanted)

# %% [markdown]
# The calls fall from 8,423 to 418: a step makes 13, and now serves 20 lines.
#
# ### One product in a step
#
# By lesson 03, one product makes the sums of all four gates. But a step still has two, one with x
# and one with h. We put x and h side by side, and the two weights as well. Then a single product is
# left.

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
# `chunk` is one call. `for x_t in x` is one call for the whole loop, so none of a single turn.
#
# **Predict.** How many calls are in one turn of the loop of `one_product`?

# %%
calls = count(one_product, *given).calls
print(f"{calls} calls, {calls / T:.1f} per step")
same(in_a_row(one_product(*exact)), wanted)

# %% [markdown]
# 12: `cat`, `F.linear`, and the ten of `apply_gates`, which are `chunk`, three sigmoids, two tanh,
# three times `*`, and one `+`. Four more stand outside the loop: `cat`, `+`, `for`, and `stack`.
#
# ### Out of the loop
#
# All of x is known before the loop begins. So one large product is enough for all steps, as in
# `input_sums` of lesson 12. To lift work out of a loop is called *hoisting*.

# %%
pictures.rung("hoisted")

# %% [markdown]
# The picture leaves out that both sums of a step are added. `torch.addmm(z_t, h, W)` is
# `z_t + h @ W` in a single call, as in lesson 12.


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
# so expect little.
#
# Now the times, on your machine. The last column is the time of each program over that of
# `nn.LSTM`.

# %% tags=["nbval-ignore-output"]
# differs between machines: it measures time
rungs = (per_sample, whole_batch, one_product, hoisted)
jobs = [(rung, *given) for rung in rungs]
with torch.no_grad():
    *times, unit = shortest(*jobs, (lstm, x, states))
for rung, time in zip(rungs, times):
    calls = count(rung, *given).calls
    print(f"{rung.__name__:15} {calls:5} calls  {time / unit:6.1f}")

# %% [markdown]
# The time falls as the calls do. We measured 50 to 75 for the first, 3 to 5 for `whole_batch`, and
# in most runs a little less for each of the last two. Differences so small may turn round.
#
# What is left between `hoisted` and `nn.LSTM`? In float32 PyTorch leaves the layer, where it can,
# to *oneDNN*, a library that has it ready-made. Here are calls counted *inside* PyTorch, those that
# compute something, so without `chunk`. The times are over that of `nn.LSTM`, in several runs:
#
# | program | calls inside | time |
# |---|---|---|
# | `nn.LSTM` | 4 | 1 |
# | `nn.LSTM`, oneDNN switched off | 392 | 2.2 to 3.2 |
# | `hoisted` | 325 | 2.9 to 4.1 |
#
# So most of what is left is oneDNN. The rest is that the calls of `hoisted` come from Python, while
# those of `nn.LSTM` are made inside the library.
#
# ## The way back
#
# Training goes back through the loop as well. Autograd takes the calls of `hoisted` one by one,
# from the last to the first. At each step it has dz, the gradient of the four sums, as in lesson
# 10. A step makes two products with dz: one for d_h, the gradient of the h that the step has read,
# and one for this step's share of the gradient of `weight_hh`. For the second one dz is turned.

# %%
pictures.rung("autograd")

# %% [markdown]
# The first product has to wait: dz of step t needs what step t + 1 has handed back. Nothing else
# needs the second one: its T shares are only added up. If two steps of one unit have dz =
# 2 and 5, and h = 3 and 1, that sum is 2 · 3 + 5 · 1 = 11. It is also the product of the row (2, 5)
# with the column (3, 1). So one product of longer matrices adds up by itself. In the cell, `before`
# stands for the h that each step has read: h_0, and every h but the last. `flatten(0, 1)` puts the
# rows of all steps below each other.

# %%
torch.manual_seed(0)
dz, before = torch.randn(T, B, 4 * H).double(), torch.randn(T, B, H).double()
added = 0
for t in range(T):
    added = added + dz[t].T @ before[t]
at_once = dz.flatten(0, 1).T @ before.flatten(0, 1)  # (4H, T·B) @ (T·B, H)
same(added, at_once)

# %% [markdown]
# So the product for `weight_hh` can leave the loop, too:

# %%
pictures.rung("own backward")

# %% [markdown]
# In PyTorch you can write a way back of your own, as a class made from `torch.autograd.Function`.
# The package has one for the whole loop, in `ladder/backward.py`. The rung made of it is
# `own_backward`.
#
# Are its gradients those of `hoisted`? The loss is the mean of the squares of all results. `leaves`
# are copies of the seven arguments that ask for gradients.

# %%
from lstm_lessons.ladder import own_backward


def gradients(program):
    """Return the gradients of all seven arguments, in a row."""
    leaves = [tensor.clone().requires_grad_() for tensor in exact]
    in_a_row(program(*leaves)).square().mean().backward()
    return in_a_row([leaf.grad for leaf in leaves])


same(gradients(own_backward), gradients(hoisted))

# %% [markdown]
# Equal. What does it save? Autograd's calls are made inside PyTorch, so we count there, with
# `calls_inside`. A step of `hoisted` makes 10 calls forward, and 17 back: 27. The next cell takes
# the difference of 16 steps and 15, so that what stands outside the loop drops out.
#
# **Predict.** Two of the 17 are the product for `weight_hh` and its addition. A guess: are these
# two most of what `own_backward` saves?

# %%
from lstm_lessons.ladder.counting import calls_inside


def training_step(program, steps=16):
    """Go forward and back once, through the first steps."""
    arguments = [x[:steps], *given[1:]]
    leaves = [tensor.clone().requires_grad_() for tensor in arguments]
    program(*leaves)[0].square().sum().backward()


for program in (hoisted, own_backward):
    sixteen = calls_inside(training_step, program, 16)
    calls = sixteen - calls_inside(training_step, program, 15)
    print(f"{program.__name__:12} {calls} calls per step, forward and back")

# %% [markdown]
# No: two of 14. Forward it makes 8 in place of 10: i and f share one sigmoid, and `+ i * g` is one
# call. Back it makes 5 in place of 17. At each step autograd multiplies by the slopes of lesson 10,
# one arrow after the other: d_c by g, and this by i · (1 − i), is $dz_i$. But after the way forward
# all gates are known. So `own_backward` multiplies the slopes with each other before its loop, for
# many steps at once. It keeps a *factor* for each sum, such as g · i · (1 − i) for $z_i$. Five
# calls are left in a step:
#
# 1. d_c gets d_h times o · (1 − tanh(c)²) added.
# 2. The factors of $z_i$, $z_f$ and $z_g$, which lie side by side, are multiplied by d_c.
# 3. The factor of $z_o$ is multiplied by d_h. All of dz is now in one place, without a `cat`.
# 4. dz times `weight_hh`, plus what the loss adds, is d_h of the step before.
# 5. d_c times f is d_c of the step before.
#
# Does the time fall, too?

# %%
slow, fast = shortest((training_step, hoisted), (training_step, own_backward))
print("less than 0.9 of the time:", fast / slow < 0.9)

# %% [markdown]
# It does, to about 0.6. This is a good place for a break.
#
# ## The whole ladder
#
# For four sizes, the picture shows the median time of each rung over that of `nn.LSTM`, on one core
# of an Intel Xeon. Nothing else was at work there, so we did not need the shortest time. The axis
# is logarithmic. `whole_batch` is not there. Two rungs are new:
#
# * `eight products`: the whole batch, but each gate has two products of its own, as the equations
#   are written. A step makes 21 calls.
# * `compiled`: `torch.compile` translates `hoisted` into C++. Forward, two calls of a step are
#   left: the product, and one for all that follows. It takes about a minute first, for each size.
#
# **Try it.**
#
# 1. Press "one line". There `per sample` is only a little slower than `one product`. Why?
# 2. Still at "one line", choose "training step". Which share of the time of `hoisted` does
#    `compiled` take?
# 3. Still for a training step, press "long and wide". Which rung is level with `nn.LSTM`?

# %%
from lstm_lessons import explorers

explorers.speed_ladder()

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. With B = 1 there are no other lines to take at once. What is left are the calls of a step: 13
#    in `per sample`, and 12 in `one product`.
# 2. 5.83 / 15.10, about 0.4.
# 3. `own backward`. Its 0.92 is within what such a measurement varies by, so call it level.
#
# </details>
#
# ## How a cost grows
#
# From two counts we can now predict: the multiplications, T · B · 4H(I + H), and the calls, which
# for `hoisted` are about 11 T. In a small layer the calls decide, in a large one the
# multiplications.
#
# The next cell doubles each letter by itself. Beside the predictions it prints how many times as
# long `hoisted` took when we measured it: for a large layer, T = B = 32 and I = H = 256, and for a
# small one, T = 32, B = 4 and I = H = 16.
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
# follows the multiplications, except that twice B takes only 1.7 times as long. In the small one it
# follows the calls: T doubles their number, and B, I and H do not change it. So in a small layer
# more lines cost little: one reason to train in batches.
#
# ## What a loop over time cannot do
#
# Most processors have several *cores*, which work at the same time, and a GPU has thousands of
# small ones. Could each of them take a step? No: step t reads the h of step t − 1, so the T
# products with `weight_hh` stand in a row, in each rung and in `nn.LSTM`. For one line in one
# layer, more cores can share only what is *within* a step, and the product with x. If a step is
# small, there is little to share, and the cores wait for each other.
#
# If you measure on several cores or a GPU, change three things:
#
# * Ask first whether there is a GPU: `torch.cuda.is_available()`. Without one, `layer.to("cuda")`
#   fails, and may leave a layer that cannot be called any more.
# * Take `perf_counter`, because `thread_time` does not see what other cores do.
# * Before you read the clock, wait with `torch.cuda.synchronize()`. A call hands an order to the
#   GPU and returns at once, so you would measure how long it takes to give orders.
#
# The next cells do so for a wide layer on your machine, in turn. They move a copy, never the layer
# itself. Each number is a time over that of one core.


# %%
def in_seconds(cores, layer, words):
    """Return the time of a run on so many cores, or on a GPU."""
    torch.set_num_threads(cores)
    for _ in range(2):  # the first sets up a change of cores: does not count
        start = perf_counter()
        layer(words)
        if words.is_cuda:
            torch.cuda.synchronize()
        seconds = perf_counter() - start
    return seconds


# %%
wide, words = nn.LSTM(256, 256), torch.randn(32, 32, 256)
jobs = {"two cores": (2, wide, words), "one core": (1, wide, words)}
if torch.cuda.is_available():
    jobs["a GPU"] = (1, deepcopy(wide).to("cuda"), words.to("cuda"))

# %% tags=["nbval-ignore-output"]
# differs between machines: cores, and whether there is a GPU
shortest_of = dict.fromkeys(jobs, float("inf"))
with torch.no_grad():
    for _ in range(20):
        for name, job in jobs.items():
            shortest_of[name] = min(shortest_of[name], in_seconds(*job))
for name, seconds in shortest_of.items():
    print(f"{name:9} {seconds / shortest_of['one core']:.2f}")

# %% [markdown]
# Two cores could halve the time. Our machine was busy with other software, and gave anything
# from 0.4 to 3.1. Such numbers say nothing: measure this where nothing else is at work. We had no
# GPU, so we have no number for one.
#
# ## Which one to take
#
# Where `nn.LSTM` can do what you need, take it. If your cell is another one, write `hoisted`. If
# training then takes too long and the layer is small, try `torch.compile`. In the explorer it took
# 0.39 to 1.06 of the time of `hoisted` for a training step. A way back of your own comes last: it
# took 0.35 to 0.72, but is more work.

# %% [markdown]
# ## What we have seen
#
# * Time is made of multiplications and of calls. In a small layer the calls decide, so fewer and
#   larger products win: all lines at once, x and h side by side, or all of x before the loop. The
#   results stay equal.
# * On the way back the slopes are made before the loop, and the gradient of `weight_hh` behind it.
# * In a large layer the time grows with T · B · 4H(I + H). In a small one it grows with T, and
#   hardly with B, I and H.
# * The T products with h stand in a row. More cores can share a step, but not take two at a time.
# * Measure ratios, after a warm-up and in turn, by a clock that stands still while other software
#   works. For several cores or a GPU take `perf_counter`, and wait for the GPU.

# %% [markdown]
# **A common mistake.** A benchmark that runs each program once, and the new one first. It measures
# what has to be set up, too. You recognise it when you turn the order round in a fresh kernel: each
# program takes longer as the first than as the second.
#
# **Exercises:** [16 Speed](../exercises/16_speed.ipynb). Hoist for a GRU, predict counts, find out
# why a benchmark lies, mend a rung, and add up a gradient at once.
#
# **Next:** a fast model is still on your machine alone.
# [Lesson 17](17_shipping_and_other_frameworks.ipynb) sends it to others, who may not even use
# PyTorch.
