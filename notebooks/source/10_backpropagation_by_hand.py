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
# ## Which character made it change its mind?
#
# The trained reader reads `for k in range`, and takes it for prose. It reads one more character,
# the bracket, and takes the line for code:

# %%
import torch

from lstm_lessons import trained_reader

torch.set_default_dtype(torch.float64)
reader, number = trained_reader()
reader = reader.double().requires_grad_(False)

# %%
line = "for k in range("
x = reader.embedding(torch.tensor([number[character] for character in line]))  # (T, 8)
output, (h_n, c_n) = reader.lstm(x)
for t in (13, 14):
    score = reader.head(output[t])
    print(f"after {line[t]}: score {score.item():.2f}, {torch.sigmoid(score).item():.0%} code")

# %% [markdown]
# Which character of this line moves its verdict most? The verdict is made from one number, the
# *score*: above 0 means code. The tool for such a question seems to be the gradient. We ask for the
# gradient of the score with respect to the vector of each character, and take its length.

# %%
vectors = x.clone().requires_grad_()
_, (h_n, c_n) = reader.lstm(vectors)
reader.head(h_n[-1]).backward()
lengths = vectors.grad.norm(dim=1)  # (T,)

# %% [markdown]
# **Predict.** A guess: which character has the longest gradient?

# %%
from lstm_lessons import show
from lstm_lessons.drawing import figure

plot, axes = figure(height=260)
axes.bar(range(len(line)), lengths, color="black")
axes.set_xticks(range(len(line)), list(line.replace(" ", "␣")))
axes.set(ylabel="length of the gradient", title="What autograd says")
named = [f"{character} {length:.2f}" for character, length in zip(line, lengths)]
show(plot, "A bar for each character: " + ", ".join(named))

# %% [markdown]
# The `f` with 2.40 and the `o` with 2.16, at the other end of the line. The bracket, which has just
# turned the verdict round, has a sixth of the gradient of the `f`.
#
# Has autograd made a mistake? Or does the gradient answer another question? To know, we have to see
# how a gradient is made. So you do by hand what `backward()` does, first with two units on paper,
# and then with all of the reader. Then we come back to this line.

# %% [markdown]
# ## Numbers go forward
#
# Here is the cell on paper of lesson 03 once more. It has two units, so each box holds two numbers,
# one for unit 0 and one for unit 1. An arrow says that one number is made from another.

# %%
from lstm_lessons import pictures

pictures.way_back("forward")

# %% [markdown]
# The same in code. We begin at the four sums, and come to what made them later.

# %%
z_i, z_f, z_g, z_o = torch.tensor([[1.0, -2], [2, 0], [0.5, -1], [0, 2]])
c_before = torch.tensor([1.0, -2])

i, f, o = torch.sigmoid(z_i), torch.sigmoid(z_f), torch.sigmoid(z_o)
g = torch.tanh(z_g)
c = f * c_before + i * g
h = o * torch.tanh(c)
print(f"c: {c[0]:.2f}, {c[1]:.2f}    h: {h[0]:.2f}, {h[1]:.2f}")

# %% [markdown]
# In the end one number is made from all this, the *result*. It may be a score, or a loss. Here let
# it be
#
# $$\text{result} = 1 \cdot h[0] - 2 \cdot h[1] + 0.5 \cdot c[0]$$
#
# Here h[0] is h of unit 0. The first two terms are what a head makes of h. The last one stands for
# all that the next steps make of c.
#
# If h[0] grows by 0.001, the result grows by 1 · 0.001. If h[1] grows by 0.001, the result falls
# by 2 · 0.001. So the gradient of the result with respect to h is (1, −2). We call it `d_h`. It has
# the shape of h, and says how fast the result grows with each number of h. For each number in the
# picture we want such a gradient: `d_c`, `d_f`, and so on.

# %% [markdown]
# ## The way back through h
#
# h is made in the line h = o · tanh(c). In unit 0, o is 0.50, and tanh(c) is 0.84.
#
# * If o grows by 0.001, h grows by 0.84 · 0.001. That is what h = o · tanh(c) says. And the result
#   grows 1 times as fast as h. So `d_o` is 1 · 0.84 = 0.84.
# * If c grows by 0.001, tanh(c) grows by its slope, $1 - \tanh(c)^2 = 1 - 0.84^2 = 0.29$, times
#   0.001, and h grows 0.50 times as much. That makes 1 · 0.50 · 0.29 = 0.15.
#
# Both go by one rule: **what comes back is what has arrived, times the slope of this arrow.**
#
# But c acts on the result in a second way, through the next steps. From there 0.5 comes back. Both
# ways move the result, so **where two arrows leave a number, the gradients that come back add up**:
# `d_c` is 0.50 + 0.15 = 0.65.
#
# In the picture, an arrow that the gradient has passed points back, with its slope beside it.

# %%
pictures.way_back("c")

# %%
d_h, from_next = torch.tensor([1.0, -2]), torch.tensor([0.5, 0])

tanh_c = torch.tanh(c)
d_o = d_h * tanh_c
d_c = from_next + d_h * o * (1 - tanh_c**2)
print(f"d_o: {d_o[0]:.2f}, {d_o[1]:.2f}    d_c: {d_c[0]:.2f}, {d_c[1]:.2f}")

# %% [markdown]
# ## The way back through c
#
# c is made in the line c = f · c_before + i · g. If f grows by 0.001, c grows by c_before · 0.001.
# So the slope for f is c_before. In the same way, the slope for c_before is f, the one for i is g,
# and the one for g is i.
#
# Take unit 1. There `d_c` is −0.64 and c_before is −2.
#
# **Predict.** Is `d_f` of unit 1 positive or negative?

# %%
d_f = d_c * c_before
print(f"d_f: {d_f[0]:.2f}, {d_f[1]:.2f}")

# %% [markdown]
# Positive: −0.64 · (−2) = 1.28. The memory of unit 1 is negative, and the result would grow if it
# were still lower. A larger f keeps more of a negative memory. Now all that c was made from. What
# goes back to c_before is `d_c` times f: that is the belt of lesson 01, on the way back.

# %%
pictures.way_back("gates")

# %% [markdown]
# ## The way back through the squeezing
#
# Each gate is a squeezed sum, i = σ(z_i). The slope of σ can be computed from its value alone: it
# is i · (1 − i). For i = 0.5 that is 0.25, and it is nowhere larger. The slope of tanh is 1 − g².
#
# **Predict.** If a gate is open to 0.99, is the slope of σ there about 0.5, 0.1 or 0.01?

# %%
for value in (0.5, 0.73, 0.9, 0.99, 0.999):
    print(f"gate {value:<5}  slope {value * (1 - value):.3f}")

# %% [markdown]
# About 0.01. At its ends σ is flat. So **a gate that is nearly open or nearly shut lets next to
# nothing back to its sum.** Keep that in mind.
#
# Now all four sums. Each $dz$ is what has come to its gate, times the slope of its squeezing:
#
# $$\begin{aligned}
# \underset{(H)}{dz_i} &= d_c \odot \textcolor{#0f8266}{g} \odot
#   \textcolor{#1a75d1}{i} \odot (1 - \textcolor{#1a75d1}{i}) &
# \underset{(H)}{dz_f} &= d_c \odot c_{t-1} \odot
#   \textcolor{#c2560c}{f} \odot (1 - \textcolor{#c2560c}{f}) \\
# \underset{(H)}{dz_g} &= d_c \odot \textcolor{#1a75d1}{i} \odot (1 - \textcolor{#0f8266}{g}^2) &
# \underset{(H)}{dz_o} &= d_h \odot \tanh(c_t) \odot
#   \textcolor{#a64bb0}{o} \odot (1 - \textcolor{#a64bb0}{o})
# \end{aligned}$$

# %%
d_i = d_c * g
d_g = d_c * i
dz_i = d_i * i * (1 - i)
dz_f = d_f * f * (1 - f)
dz_g = d_g * (1 - g**2)
dz_o = d_o * o * (1 - o)
dz = torch.cat((dz_i, dz_f, dz_g, dz_o))
print([f"{each:.2f}" for each in dz.tolist()])

# %% [markdown]
# Below you can walk it number by number, with one unit. It begins at h; the box with the thick
# frame is the one that has just got its gradient, and the last lines say how. "Play" walks on by
# itself. The buttons "unit 0" and "unit 1" are the two units from above.
#
# **Try it.**
#
# 1. Press "unit 1" and play. From which two numbers is its `d_f` made?
# 2. Press "gates at their ends", and play. Does any of the four sums get more than 0.01?
# 3. Press "output shut": o is 0.002. What comes to c through h, and what comes to it all the same?

# %%
from lstm_lessons import explorers

explorers.one_step_back()

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. From `d_c` = −0.64 and c_before = −2.
# 2. No. About one half comes to each of the four gates, but their slopes let next to nothing on.
# 3. Through h comes 0.00, because it is multiplied by o. From the next step comes 0.50.
#
# </details>
#
# Does PyTorch say the same as our eight sums? We give them to `apply_gates`, the second half of our
# cell, make the result, and let `backward()` find the gradient.

# %%
from lstm_lessons import same
from lstm_lessons.lstm.cell import apply_gates

z = torch.cat((z_i, z_f, z_g, z_o)).requires_grad_()
new_h, new_c = apply_gates(z, c_before)
result = 1 * new_h[0] - 2 * new_h[1] + 0.5 * new_c[0]
result.backward()
same(dz, z.grad)

# %% [markdown]
# ## From the sums to x, h and the weights
#
# What made the sums? Here is the one of f of unit 0. The word is (1, 2), and the h before is
# (0.5, −1):
#
# $$z_f[0] = 0 \cdot 1 + 1 \cdot 2 + 2 \cdot 0.5 + 1 \cdot (-1) + 0 = 2$$
#
# In each product there are two numbers that we want a gradient for, the weight and the number that
# it is multiplied by. Each is the slope for the other.
#
# Begin with the word. Its first number, 1, takes part in all eight sums, two for each of i, f, g
# and o. Its weights there are the first column of the table with which lesson 03 began: 1, 0, 0, 2,
# −2, 1, −1 and 0. So eight arrows leave it. What comes back on them adds up, each times its weight:

# %%
column = torch.tensor([1.0, 0, 0, 2, -2, 1, -1, 0])
print(f"d_x of the first number: {(dz * column).sum():.2f}")

# %% [markdown]
# For all numbers of x at once, that is a product with the matrix itself, not turned round:
# `dz @ weight_ih`. For h it is `dz @ weight_hh`.
#
# Now the weights. `dz_f` of unit 0 is 0.07, and the word is (1, 2).
#
# **Predict.** In the row of f of unit 0, what is the gradient of the weight for the *second* number
# of the word, about 0.07, about 0.14 or about 2?

# %%
word, h_before = torch.tensor([1.0, 2]), torch.tensor([0.5, -1])
multiplied_by = [*word, *h_before, 1]
for name, each in zip(("word[0]", "word[1]", "h[0]", "h[1]", "bias"), multiplied_by):
    print(f"weight for {name:<8} {dz_f[0] * each:6.2f}")

# %% [markdown]
# 0.14: its slope is the number that it was multiplied by, which is 2. The weight in row r and
# column k has the gradient $dz_r \cdot x_k$. A bias is only added, so that its gradient is dz
# itself.
#
# All rows of a batch use the same weights. So many arrows leave each weight, one for each row of
# the batch, and what comes back adds up. A product of matrices does that sum:
#
# $$\underset{(B \times I)}{d_x} = \underset{(B \times 4H)}{dz}\;\underset{(4H \times I)}{W_{ih}}
# \qquad
# \underset{(4H \times I)}{d_{W_{ih}}} = \underset{(4H \times B)}{dz^\top}\;
#   \underset{(B \times I)}{x}$$

# %% [markdown]
# ## The same as functions
#
# Now for B rows and H units, and for any result. The way back needs numbers from the way forward:
# the gates, the c before, tanh(c), and also x and h as they came in. So the step forward keeps
# them, in a `namedtuple`, which is a tuple whose parts have names. `weights` has the four tensors
# of a layer by their names, and `Weights + Weights` adds name by name.

# %%
from collections import namedtuple

from torch.nn import functional as F

from lstm_lessons.lstm.ragged import Weights

Step = namedtuple("Step", "x h c i f g o tanh_c")


# %%
def step_forward(x, h, c, weights):
    """Return the new h, the new c, and what the way back needs."""
    from_x = F.linear(x, weights.weight_ih, weights.bias_ih)
    from_h = F.linear(h, weights.weight_hh, weights.bias_hh)
    z = from_x + from_h
    z_i, z_f, z_g, z_o = z.chunk(4, dim=1)
    i, f, o = torch.sigmoid(z_i), torch.sigmoid(z_f), torch.sigmoid(z_o)
    g = torch.tanh(z_g)
    new_c = f * c + i * g
    tanh_c = torch.tanh(new_c)
    new_h = o * tanh_c
    return new_h, new_c, Step(x, h, c, i, f, g, o, tanh_c)


# %% [markdown]
# The way back through the gates is the one that you have just walked, line by line. `step.c` is the
# c *before* the step. `d_c` comes in as what the next step hands back, and the way through h is
# added to it.


# %%
def gates_backward(d_h, d_c, step):
    """Return dz and the d_c of the c before."""
    i, f, g, o = step.i, step.f, step.g, step.o
    d_o = d_h * step.tanh_c
    d_c = d_c + d_h * o * (1 - step.tanh_c**2)
    d_i = d_c * g
    d_f = d_c * step.c
    d_g = d_c * i
    d_c_before = d_c * f
    dz_i = d_i * i * (1 - i)
    dz_f = d_f * f * (1 - f)
    dz_g = d_g * (1 - g**2)
    dz_o = d_o * o * (1 - o)
    return torch.cat((dz_i, dz_f, dz_g, dz_o), dim=1), d_c_before


# %% [markdown]
# And then the way from the sums to all that went into the step. The two biases get the same
# gradient, because they are added to each other.


# %%
def step_backward(d_h, d_c, step, weights):
    """Return d_x, d_h and d_c of the states before the step, and the gradients of the weights."""
    dz, d_c = gates_backward(d_h, d_c, step)
    d_x = dz @ weights.weight_ih
    d_h = dz @ weights.weight_hh
    d_weight_ih = dz.T @ step.x
    d_weight_hh = dz.T @ step.h
    d_bias = dz.sum(0)
    return d_x, d_h, d_c, Weights(d_weight_ih, d_weight_hh, d_bias, d_bias)


# %% [markdown]
# ## Over time
#
# The steps are a chain, so the way back is a loop that begins at the *last* step.
#
# **Predict.** In the next picture a step is one box, and arrows show the way back. How many arrows
# will come *into* a box in the middle?

# %%
pictures.back_in_time(["n", "g", "e", "("])

# %% [markdown]
# Three: `d_c` along the belt and `d_h` from the step after it, and `d_output` from above. On the
# way forward, h went two ways, into the next step and into `output`, so the last two add up. And
# every step used the same weights. So the gradients of the weights add up over the steps, as they
# do over the rows of a batch.
#
# Forward first. It is the loop over time. `outputs` and `steps` are dicts, whose keys are the times
# t = 0, 1, 2 and so on. On the way back we fill such a dict from its last time to its first, and a
# dict allows that.


# %%
def direction_forward(x, h, c, weights):
    """Return output, the last h and c, and what each step has kept."""
    outputs = {}
    steps = {}
    for t in range(len(x)):
        h, c, steps[t] = step_forward(x[t], h, c, weights)
        outputs[t] = h
    return torch.stack(list(outputs.values())), h, c, list(steps.values())


# %% [markdown]
# And back. `sum(d_steps[1:], d_steps[0])` begins with the weights' gradients of one step, and adds
# those of all others.


# %%
def direction_backward(d_output, d_h, d_c, steps, weights):
    """Return d_x, d_h and d_c of the first states, and the gradients of the weights."""
    d_x = {}
    d_steps = []
    for t in reversed(range(len(steps))):
        d_h = d_h + d_output[t]
        d_x[t], d_h, d_c, d_step = step_backward(d_h, d_c, steps[t], weights)
        d_steps.append(d_step)
    in_order = [d_x[t] for t in range(len(steps))]
    return torch.stack(in_order), d_h, d_c, sum(d_steps[1:], d_steps[0])


# %% [markdown]
# That is backpropagation through time, all of it (Rumelhart, Hinton and Williams 1986; Werbos
# 1990). Is it what autograd does? We take a layer with
# random weights and states, and random gradients for its three results. Ours first.

# %%
from torch import nn

torch.manual_seed(0)
T, B, I, H = 7, 3, 5, 4
lstm = nn.LSTM(I, H)
words, h_0, c_0 = torch.randn(T, B, I), torch.randn(B, H), torch.randn(B, H)
d_output, d_h_n, d_c_n = torch.randn(T, B, H), torch.randn(B, H), torch.randn(B, H)

# %%
weights = Weights(*lstm.parameters())
with torch.no_grad():  # we ask autograd for nothing
    output, h_n, c_n, steps = direction_forward(words, h_0, c_0, weights)
    ours = direction_backward(d_output, d_h_n, d_c_n, steps, weights)

# %% [markdown]
# `torch.autograd.grad` takes the results, the inputs, and the gradients that come back to the
# results. `nn.LSTM` wants an axis for layers in its states, `h_0[None]`.

# %%
inputs = [words.requires_grad_(), h_0.requires_grad_(), c_0.requires_grad_()]
output, (h_n, c_n) = lstm(words, (h_0[None], c_0[None]))
results, arriving = (output, h_n[0], c_n[0]), (d_output, d_h_n, d_c_n)
theirs = torch.autograd.grad(results, [*inputs, *lstm.parameters()], arriving)

# %%
d_x, d_h, d_c, d_weights = ours
found = [d_x, d_h, d_c, d_weights.weight_ih, d_weights.weight_hh, d_weights.bias_ih]
for name, hand, autograd in zip(("x", "h_0", "c_0", "W_ih", "W_hh", "bias"), found, theirs):
    print(f"{name:<5}", same(hand, autograd, 1e-10))

# %% [markdown]
# Every gradient is autograd's. The package has these functions under the same names, in
# `lstm_lessons/lstm/backprop.py`, where they go on to layers, directions and projections.
#
# ## Back to the bracket
#
# Now the reader's line. Nothing but the score is made from h, and only from the last h. So
# `d_output` is zero, but for its last step, where it holds the weights of the head.

# %%
weights = Weights(*reader.lstm.parameters())
start = torch.zeros(1, 16)
output, h, c, steps = direction_forward(x[:, None], start, start, weights)  # one row: B = 1

# %%
d_output = torch.zeros(len(line), 1, 16)
d_output[-1] = reader.head.weight
d_x, d_h, d_c, d_weights = direction_backward(d_output, start, start, steps, weights)
same(d_x[:, 0], vectors.grad)

# %% [markdown]
# So autograd has made no mistake: by hand, the `f` and the `o` have the longest gradients, too. But
# now we can look inside. Here is how much comes back at the bracket to h and to c of all 16 units,
# as a length.

# %%
bracket, to_h = steps[14], reader.head.weight
to_c = to_h * bracket.o * (1 - bracket.tanh_c**2)
print(f"to h: {to_h.norm():.2f}    to c: {to_c.norm():.2f}")

# %% [markdown]
# **Predict.** A guess: from h and c the gradients go on to the 64 sums of the step, which gates are
# made of. What length will be left there, about 1.9, about 0.3, or 0.00?

# %%
dz, _ = gates_backward(to_h, start, bracket)
print(f"to all sums: {dz.norm():.2f}")
for gate, of_gate in zip("ifgo", dz.view(4, 16)):
    print(f"dz_{gate}: length {of_gate.norm():.2f}, of unit 5 {of_gate[5].abs():.2f}")
print(f"unit 5: i = {bracket.i[0, 5]:.4f}, g = {bracket.g[0, 5]:.4f}, o = {bracket.o[0, 5]:.4f}")

# %% [markdown]
# About 0.3, and nearly all of that to o. Take unit 5, the one that follows brackets. The bracket
# pushes the sums of its i and g so far out that σ and tanh are flat there. If the bracket were a
# *little* different, i would still be 1. In nearly all units the gates stand at an end like that,
# or what comes to them is small.
#
# A gradient is about small changes. What does a large one do? Here the bracket's vector is taken
# away little by little, from all of it to none.


# %%
def score_with(place, share):
    """Return the score when the vector at this place is multiplied by this share."""
    changed = x[:, None].clone()
    changed[place] *= share
    _, h, _, _ = direction_forward(changed, start, start, weights)
    return reader.head(h).item()


# %%
shares = [1 - twentieth / 20 for twentieth in range(21)]
whole, slope = score_with(14, 1), (vectors.grad[14] * x[14]).sum()
plot, axes = figure(height=300)
axes.plot(shares, [score_with(14, share) for share in shares], "k-", label="the score")
axes.plot([1, 0], [whole, whole - slope], "k:", label="what the gradient says")
axes.axhline(0, color="gray", linewidth=1)
axes.set(xlabel="share of the bracket's vector that is left: all → nothing", ylabel="score")
axes.set(title="The bracket, taken away", xlim=(1, 0))
axes.legend()
alt = """The score against the share of the bracket that is left. It begins at 0.87, is at 0.77 at
a share of 0.8, passes 0 at about one half, and ends at -2.82. The line of the gradient ends at
0.43."""
show(plot, alt)

# %% [markdown]
# Until a fifth is taken away (0.8 is left) the score follows the gradient. Then it falls far more
# steeply. The gradient sees the left end of the curve, and nothing else.
#
# To ask what a character has done, make a large change to each of them: put zeros in place of its
# vector. So the reader sees a character that it has never met.
#
# **Predict.** A guess: how many of the 15 characters, put to zeros one at a time, turn the verdict
# back to prose, with a score below 0?

# %%
changes = [score_with(place, 0) - whole for place in range(len(line))]
plot, axes = figure(height=260)
axes.bar(range(len(line)), changes, color="black")
axes.axhline(-whole, color="gray", linestyle=":", label="below it: prose")
axes.set_xticks(range(len(line)), list(line.replace(" ", "␣")))
axes.set(ylabel="change of the score", title="Zeros in place of a character, one at a time")
axes.legend()
named = [f"{character} {change:.2f}" for character, change in zip(line, changes)]
show(plot, "A bar for each character: " + ", ".join(named))

# %% [markdown]
# One, the bracket: with zeros in its place the score falls by 3.69, from 0.87 to −2.82. The `f`,
# with the longest gradient, moves the score by 0.75 only; with zeros for the `o` the reader
# would be even surer that this is code.
#
# Which units make the fall of 3.69? The head adds up what it makes of each unit, so we can ask that
# of each:

# %%
changed = x[:, None].clone()
changed[14] = 0
_, other_h, _, _ = direction_forward(changed, start, start, weights)
_, h, _, _ = direction_forward(x[:, None], start, start, weights)
parts = (reader.head.weight * (other_h - h))[0]
for unit in parts.argsort()[:6]:
    print(f"unit {unit:>2}: {parts[unit]:.2f}")

# %% [markdown]
# No unit alone: five of these bring about a half each, and unit 5 is one of them.
#
# What is put in the place of a character matters, too. If each is left out, so that the line is
# shorter by one, the `f` turns the verdict as well. The bracket does it both times.
#
# So the gradient was right, and we had asked it another question. It says what a small change would
# do *here*. Training follows the gradient, too. What a gate at its end does wrong, training can
# hardly see.

# %% [markdown]
# ## What we have seen
#
# * What comes back is what has arrived, times the slope of the arrow. Where two arrows leave a
#   number, what comes back adds up: over the two ways of c and h, the rows of a batch, the steps.
# * Along c the gradient is multiplied by f at each step. To the sum of a gate it is multiplied by
#   i (1 − i), which is next to nothing for a gate at its end.
# * The whole way back is about thirty lines, and equals autograd.
# * A gradient says what a small change would do. What a character has done, large changes tell
#   better, and each of them tells of one change only.

# %% [markdown]
# **A common mistake.** In a way back by hand, one of two ways is forgotten: what the next step
# hands back, or what comes from `output`. No shape is wrong, and no error comes. You recognise it
# by comparing with autograd on *two* steps or more, with random gradients for all results. With a
# single step, or a loss on the last output alone, some of these mistakes give the right numbers.
#
# **Exercises:** [10 Backpropagation by hand](../exercises/10_backpropagation_by_hand.ipynb). Write
# the step back, find a wrong sign, add up the gradients of the weights, and foretell where a
# gradient ends.
#
# **Next:** over many steps, these factors are multiplied again and again. What is left of a
# gradient after sixty steps, and what happens to a training run when it has grown instead? [Lesson
# 11](11_where_the_gradient_goes.ipynb) follows it.
