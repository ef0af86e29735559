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
# is the same in float64, for comparisons, and `lstm64` is the layer in float64.

# %%
from copy import deepcopy
from lstm_lessons import same

zeros = torch.zeros(B, H)
given = [x, zeros, zeros, *(weight.detach() for weight in lstm.parameters())]
exact, lstm64 = [tensor.double() for tensor in given], deepcopy(lstm).double()
wanted = lstm64(exact[0])[0].detach()
same(per_sample(*exact)[0], wanted)

# %% [markdown]
# Equal. And the time? When a program runs for the first time, it has to set up things, so we run it
# once without a clock. Then we run it again and again for 0.4 seconds, at least ten times. We keep
# the shortest time, because other work on the machine can only make a run longer. A long run seldom
# escapes it, so on a busy machine the ratio of a long one to a short one comes out too large.

# %%
from time import perf_counter


def seconds(function, *arguments):
    """Return the shortest time of many runs, after one that does not count."""
    function(*arguments)
    times, began = [], perf_counter()
    while len(times) < 10 or perf_counter() - began < 0.4:
        start = perf_counter()
        function(*arguments)
        times.append(perf_counter() - start)
    return min(times)


# %% [markdown]
# Seconds differ from machine to machine. So we look at ratios, and print only whether a ratio is
# above a limit that leaves much room.
#
# **Predict.** A guess: does `per_sample` take about 3 times as long as `nn.LSTM`, about 10 times,
# or more than 30 times?

# %%
with torch.no_grad():
    ratio = seconds(per_sample, *given) / seconds(lstm, x)
for limit in (3, 10, 30):
    print(f"more than {limit} times:", ratio > limit)

# %% [markdown]
# On our machine we measured 70 to 160 times, and 240 to 440 beside other work. At 70 to 160, what
# takes `nn.LSTM` a minute would take one to nearly three hours. Type `ratio` in a new cell to see
# yours. In this lesson we climb a ladder from this program towards `nn.LSTM`. At each rung we ask
# what has become cheaper, and whether the results are still equal.
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

print("nn.LSTM:   ", count(lstm64, exact[0]))
print("per_sample:", count(per_sample, *exact))

# %% [markdown]
# The multiplications are equal. The calls of our Python are not: 8,423 in place of 3. Two of the 3
# make zeros for h and c, and one runs the layer. What does a call cost?
#
# **Predict.** A guess: does the tanh of 1,000 numbers take about 1,000 times as long as the tanh of
# one number, about 100 times, or less than 10 times?

# %%
one, many = torch.randn(1), torch.randn(1000)
ratio = seconds(torch.tanh, many) / seconds(torch.tanh, one)
for limit in (10, 100):
    print(f"less than {limit} times:", ratio < limit)

# %% [markdown]
# Less than 10 times; in our runs it was less than twice. Before a call computes anything, it has to
# look at its arguments, choose a program, and ask for memory for the result. That takes about as
# long for a thousand numbers as for one. In `per_sample`, most calls make 16 or 64 numbers. We have
# measured 8,423 times the tanh of 16 numbers: it took more than half of the time of `per_sample`.
# So most of its time is the price of calling.
#
# ## Rung by rung: fewer calls
#
# ### The whole batch at once
#
# `per_sample` multiplies a single row of x and a single row of h, T · B times. But the lines do not
# need each other. So a step can serve all of them at once: x of a step is then B rows, as in lesson
# 03. The next program does that, and writes the equations as you read them: each gate has two
# products of its own. In the picture the weights are turned, `W.T`, as `F.linear` turns them, so
# that each gate has some of the columns.

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
print(count(eight_products, *exact), same(eight_products(*exact)[0], wanted))

# %% [markdown]
# ### One product for four gates
#
# The four gates read the same x and the same h. PyTorch keeps their weights stacked, so one product
# gives all sums. We also put x and h side by side, and the two weights as well. Then a single
# product is left in a step.

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
# `chunk` is one call. To take the next step of x is none.
#
# **Predict.** How many calls are in one turn of this loop?

# %%
calls = count(one_product, *exact).calls
print(f"{calls} calls, {calls / T:.1f} per step")
same(one_product(*exact)[0], wanted)

# %% [markdown]
# 12: `cat`, `F.linear`, and the ten of `apply_gates`, which are `chunk`, three sigmoids, two tanh,
# three times `*`, and one `+`. Four more stand outside: `cat`, `+`, `stack`, and the one that takes
# x apart into steps. `eight_products` has 21 calls per step.
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
x64, weight_ih = exact[0], exact[3]
sums_from_x, whole = count(F.linear, x64, weight_ih), count(hoisted, *exact)
share = sums_from_x.multiplications / whole.multiplications
print(f"{share:.0%} have left")
print(whole, same(hoisted(*exact)[0], wanted))

# %% [markdown]
# A third: I / (I + H). Their number is the same as ever, but those that have left are made in one
# large product now. In a small layer that saves little time, because one call per step is saved.
#
# Now the times, on your machine. The last column is the time of each program over that of
# `nn.LSTM`.

# %% tags=["nbval-ignore-output"]
# differs between machines: it measures time
with torch.no_grad():
    unit = seconds(lstm, x)
    for rung in (per_sample, eight_products, one_product, hoisted):
        calls, ratio = count(rung, *given).calls, seconds(rung, *given) / unit
        print(f"{rung.__name__:15} {calls:5} calls  {ratio:6.1f}")

# %% [markdown]
# In this small layer, the time falls with the calls. To take the whole batch at once saves most.
# `one_product` and `hoisted` may be nearly equal on your machine.
#
# What is left between `hoisted` and `nn.LSTM`? `nn.LSTM` has the same loop, but inside the library,
# where a step needs no Python. And in float32 PyTorch hands the layer, where it can, to *oneDNN*, a
# library that has such layers ready-made.
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
# PyTorch lets us write the way back of a function ourselves, as the method `backward` of a class
# that is made from `torch.autograd.Function`. The package has done so, in `own_backward`, which
# takes the same seven arguments. It walks back with the equations of lesson 10, and keeps dz of
# each step. Behind that loop it calls `behind_the_loop`, which ends with these lines:

# %%
from lstm_lessons.ladder.backward import behind_the_loop, own_backward

print("\n".join(getsource(behind_the_loop).splitlines()[-2:]))

# %% [markdown]
# Are its gradients those of `nn.LSTM`? The loss is the sum of the squares of all outputs. `leaves`
# are copies of the seven arguments that ask for gradients.

# %%
leaves = [tensor.clone().requires_grad_() for tensor in exact]
own_backward(*leaves)[0].square().sum().backward()
ours = [leaf.grad.flatten() for leaf in leaves[3:]]  # weights and biases

lstm64.zero_grad()
lstm64(exact[0])[0].square().sum().backward()
theirs = [weight.grad.flatten() for weight in lstm64.parameters()]
same(torch.cat(ours), torch.cat(theirs))

# %% [markdown]
# ## The whole ladder
#
# At which sizes does which rung pay? A bar to the right of the line 1 is slower than `nn.LSTM`, a
# bar to the left is faster. The axis is logarithmic: from 1 to 2 is as far as from 5 to 10. The
# sizes are not those of our lines. `compiled` is what a compiler makes of `hoisted`; more of it
# near the end of this page. At the two wide sizes `per sample` was not measured.
#
# The picture shows what was measured once, in float32 on one core of an Intel Xeon with PyTorch
# 2.13.0 in November 2026, with nothing else at work: medians of 31 to 161 rounds, by the clock.
# `own backward` has a forward pass of its own. On other processors the ratios are others. On an
# AMD EPYC, at "one line" and forward, we measured 5.21 for `hoisted`, where the picture has 6.13.
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
# 1. `compiled`, with 3.05. For one line alone, `per_sample` has fewer calls than `eight_products`.
# 2. 11.68 and 1.86. In a wide layer a product takes far longer than it takes to call it, so the
#    number of calls matters less.
# 3. `own backward`, with 0.92. That does not say which of the two is faster: on the same processor,
#    while other programs ran, the middle half of nine rounds went from 0.91 to 1.12.
#
# </details>
#
# ## How a cost grows
#
# Now we can predict, from two counts: the multiplications, T · B · 4H(I + H), and the calls, which
# for `hoisted` are about 11 T. In a small layer the calls decide, in a large one the
# multiplications.
#
# **Predict.** Our layer, with H = 16, reads 16 lines in place of 4. Does `hoisted` take about four
# times as long, about three times, or less than twice?

# %%
few = [x[:, :4], zeros[:4], zeros[:4], *given[3:]]
many = [x[:, :16], zeros[:16], zeros[:16], *given[3:]]
with torch.no_grad():
    ratio = seconds(hoisted, *many) / seconds(hoisted, *few)
for limit in (2, 3):
    print(f"less than {limit} times:", ratio < limit)

# %% [markdown]
# Less than twice, because there is no B in the number of calls. So in a small layer more lines cost
# little, and this is one reason to train in batches.
#
# For a large layer, I = H = 256, each line and step needs 4H(I + H) = 4 · 256 · 512 = 524,288
# multiplications. The next cell doubles each letter by itself. Beside the predictions it prints how
# many times as long `hoisted` took when we measured it: for this layer with T = B = 32, and for a
# small one with T = 32, B = 4 and I = H = 16.
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
# their number, and B, I and H do not change it, so they cost only a little.
#
# ## What a loop over time cannot do
#
# Most processors have several *cores*, which work at the same time, and a GPU has thousands of
# small ones. Could each of them take a step? No: step t reads the h of step t − 1, so that step has
# to be done first. The T products with `weight_hh` stand in a row. They do in each rung, and in
# `nn.LSTM`, too. More cores can share what we have lifted out of the loop, such as the product with
# x. Of what has to wait they can share only the work *within* a step: B rows of 4H sums. If a step
# is small, there is little to share, and the cores wait for each other at each step.
#
# `torch.set_num_threads(2)` lets PyTorch use two cores. For a GPU, you move a copy of the layer and
# of its input there. Two rules for that:
#
# * Ask first whether there is one: `torch.cuda.is_available()`. A move that fails may leave a layer
#   that cannot be called any more.
# * A GPU works behind Python's back. A call hands over an order and returns at once. So wait with
#   `torch.cuda.synchronize()` before you read the clock, or you measure how long it takes to give
#   orders.
#
# The next two cells measure a wide layer on your machine, on one core, on two, and on a GPU if
# there is one.

# %%
wide, words = nn.LSTM(256, 256), torch.randn(32, 32, 256)


def run_wide(layer, words):
    """Run a layer, and wait for the GPU if it is there."""
    layer(words)
    if words.is_cuda:
        torch.cuda.synchronize()


# %% tags=["nbval-ignore-output"]
# differs between machines: cores, and whether there is a GPU
with torch.no_grad():
    one_core = seconds(run_wide, wide, words)
    torch.set_num_threads(2)
    two_cores = seconds(run_wide, wide, words)
    print(f"two cores: {two_cores / one_core:.2f} of the time with one")
    torch.set_num_threads(1)
    print("is there a GPU:", torch.cuda.is_available())
    if torch.cuda.is_available():
        gpu = seconds(run_wide, deepcopy(wide).to("cuda"), words.to("cuda"))
        print(f"GPU: {gpu / one_core:.2f} of the time with one core")

# %% [markdown]
# Where other programs need the second core, two threads can take longer than one.
#
# ## Which one to take
#
# Where `nn.LSTM` can do what you need, take `nn.LSTM`. The rungs are for the day when it cannot,
# because your cell is another one: then write `hoisted` first.
#
# <details><summary>When a compiler pays</summary>
#
# `torch.compile` reads a function and, for a processor, writes a program in C++. What stands
# between two products becomes a few loops over the numbers, in place of ten calls. But this has to
# be done first, once for each size: for `compiled` it took about a minute on our machine. At the
# small size of the ladder, a training step of `compiled` takes 1.52 ms less than one of `hoisted`.
# So that minute, 60,000 ms, is won back after about 40,000 steps.
#
# So a compiler pays for small layers, in a long training with few different sizes, and not while
# you try things out. At the wide sizes of the ladder, `compiled` takes at most a sixth less than
# `hoisted`, and `own_backward` is faster in training.
#
# </details>

# %% [markdown]
# ## What we have seen
#
# * Time is made of multiplications and of calls. In a small layer the calls decide, so fewer and
#   larger products win: all lines at once, four gates at once, all of x before the loop.
# * Each rung gives the numbers of `nn.LSTM`, and `own_backward` the gradients of its weights.
# * In a large layer the time grows with T · B · 4H(I + H). In a small one it grows with T, and
#   hardly with B, I and H.
# * The T products with h stand in a row. More cores can share a step, but not take two at a time.
# * Measure ratios, after a warm-up, over several runs, and wait for a GPU.

# %% [markdown]
# **A common mistake.** A benchmark that runs each program once, and the new one first. It measures
# what has to be set up, too. You recognise it when you turn the order round: then the other program
# is slower.
#
# **Exercises:** [16 Speed](../exercises/16_speed.ipynb). Hoist for a GRU, predict counts, find out
# why a benchmark lies, mend a rung, and add up a gradient at once.
#
# **Next:** a fast model is still on your machine alone.
# [Lesson 17](17_shipping_and_other_frameworks.ipynb) sends it to others, who may not even use
# PyTorch.
