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
# The trained reader takes `for k in range` for prose: it is 93 % sure. It reads one more character,
# the bracket, and takes `for k in range(` for code. Which character of this line moves its verdict
# most?
#
# We have a ruler for such a question, the gradient. The verdict is made from one number, the
# *score*: above 0 means code. We ask for the gradient of the score with respect to the vector of
# each character, and take its length. First the line itself, in float64:

# %%
import torch

from lstm_lessons import trained_reader

torch.set_default_dtype(torch.float64)
reader, number = trained_reader()
reader = reader.double().requires_grad_(False)

# %%
line = "for k in range("
x = reader.embedding(torch.tensor([number[character] for character in line]))  # (T, 8)

# %%
vectors = x.clone().requires_grad_()
output, (h_n, c_n) = reader.lstm(vectors)
score = reader.head(h_n[-1])
score.backward()
lengths = vectors.grad.norm(dim=1)  # (T,)
print(f"score {score.item():.2f}, which is {torch.sigmoid(score).item():.0%} code")

# %% [markdown]
# **Predict.** A guess: which character has the longest gradient?

# %%
from lstm_lessons import show
from lstm_lessons.drawing import figure

plot, axes = figure(height=260)
axes.bar(range(len(line)), lengths, color="black")
axes.set_xticks(range(len(line)), list(line.replace(" ", "␣")))
axes.set(ylabel="length of the gradient", title="What autograd says")
alt = """A bar for each character of the line "for k in range(". The f has 2.40 and the o 2.16. All
others are below 0.9, and the bracket at the end has 0.41."""
show(plot, alt)

# %% [markdown]
# The `f` with 2.40 and the `o` with 2.16, at the other end of the line. The bracket, which has just
# turned the verdict round, has a sixth of the gradient of the `f`.
#
# Has autograd made a mistake? Or does the gradient answer another question than the one that we
# asked? Whoever wants to know has to see where gradients go. The same person will know what to do
# when a loss of 0.3 turns into `nan` overnight.
#
# So in this lesson you do by hand what `backward()` does, first with two units on paper, and then
# with all of the reader. Then we come back to this line.

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
d_h, d_c = torch.tensor([1.0, -2]), torch.tensor([0.5, 0])

tanh_c = torch.tanh(c)
d_o = d_h * tanh_c
d_c = d_c + d_h * o * (1 - tanh_c**2)
print(f"d_o: {d_o[0]:.2f}, {d_o[1]:.2f}    d_c: {d_c[0]:.2f}, {d_c[1]:.2f}")

# %% [markdown]
# The name `d_c` stands for two things in this cell, one after the other: first for what the next
# step has handed back, and then for all of it.
#
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
pictures.way_back("gates")

# %% [markdown]
# Positive: −0.64 · (−2) = 1.28. The memory of unit 1 is negative, and the result would grow if it
# were smaller. A larger f keeps more of a negative memory. All four in code:

# %%
d_i = d_c * g
d_f = d_c * c_before
d_g = d_c * i
d_c_before = d_c * f
print(f"d_f: {d_f[0]:.2f}, {d_f[1]:.2f}    d_c_before: {d_c_before[0]:.2f}, {d_c_before[1]:.2f}")

# %% [markdown]
# `d_c_before` is `d_c` times f. That is the belt, on the way back: one step earlier, the gradient
# along c is multiplied by the forget gate, as you have found in lesson 01 with a nudge.

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
# Now all four sums:
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
dz_i = d_i * i * (1 - i)
dz_f = d_f * f * (1 - f)
dz_g = d_g * (1 - g**2)
dz_o = d_o * o * (1 - o)
dz = torch.cat((dz_i, dz_f, dz_g, dz_o))
print([f"{each:.2f}" for each in dz.tolist()])

# %%
pictures.way_back("sums")

# %% [markdown]
# Follow one number with a pocket calculator, from h to `dz_f` of unit 0: 1 · 0.50 · 0.29 is 0.15;
# with the 0.50 from the next step 0.65; times c_before = 1; times 0.88 · 0.12. That is 0.07.
#
# Does PyTorch say the same? We give the eight sums to `apply_gates`, the second half of our cell,
# make the result, and let `backward()` find the gradient.

# %%
from lstm_lessons import same
from lstm_lessons.lstm.cell import apply_gates

z = torch.cat((z_i, z_f, z_g, z_o)).requires_grad_()
new_h, new_c = apply_gates(z, c_before)
result = 1 * new_h[0] - 2 * new_h[1] + 0.5 * new_c[0]
result.backward()
same(dz, z.grad)

# %% [markdown]
# ## The same as functions
#
# Now for B rows and H units, and for any result. The way back needs numbers from the way forward:
# the gates, the c before, tanh(c), and also x and h as they came in. So the step forward keeps
# them. A `namedtuple` is a tuple whose parts have names.
#
# The first function makes the step that you know, and keeps what the second one will need.
# `weights` has the four tensors of a layer by their names.

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
# The second function is the way back that you have just walked, line by line. `step.c` is the c
# *before* the step.


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
# ## From the sums to x, h and the weights
#
# What made the sums? In the cell on paper, the first number of the word takes part in all eight of
# them. Its weights there were 1, 0, 0, 2, −2, 1, −1 and 0. So eight arrows leave it, and eight
# gradients come back and add up, each times its weight. Here is the sum:

# %%
column = torch.tensor([1.0, 0, 0, 2, -2, 1, -1, 0])
print(f"{(dz * column).sum():.2f}")

# %% [markdown]
# For all numbers of x at once, that is a product with the matrix itself, not turned round:
# `dz @ weight_ih`. For h it is `dz @ weight_hh`.
#
# And the weights? A weight is multiplied by one number of x, so this number is its slope. The
# weight in row r and column k has the gradient $dz_r \cdot x_k$. A bias is only added, so that its
# gradient is dz itself. All rows of a batch use the same weights, so here the gradients of the rows
# add up.
#
# $$\underset{(B \times I)}{d_x} = \underset{(B \times 4H)}{dz}\;\underset{(4H \times I)}{W_{ih}}
# \qquad
# \underset{(4H \times I)}{d_{W_{ih}}} = \underset{(4H \times B)}{dz^\top}\;
#   \underset{(B \times I)}{x}$$


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
# The two biases get the same gradient, because they are added to each other.
#
# ## Over time
#
# The steps are a chain, so the way back is a loop that begins at the *last* step. Two things go
# from a step to the one before it: `d_c` along the belt, and `d_h`.

# %%
pictures.back_in_time(["n", "g", "e", "("])

# %% [markdown]
# A step's h went two ways, into `output` and into the next step. So what comes back on both adds
# up: that is the `d_output` in the picture. And every step used the same weights, so that the
# gradients of the weights add up over the steps, too.
#
# Forward first. It is the loop over time, and it keeps each step under its time t.


# %%
def direction_forward(x, h, c, weights):
    """Return output, the last h and c, and what each step has kept."""
    outputs, steps = {}, {}
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
    d_x, d_steps = {}, []
    for t in reversed(range(len(steps))):
        d_h = d_h + d_output[t]
        d_x[t], d_h, d_c, d_step = step_backward(d_h, d_c, steps[t], weights)
        d_steps.append(d_step)
    in_order = [d_x[t] for t in range(len(steps))]
    return torch.stack(in_order), d_h, d_c, sum(d_steps[1:], d_steps[0])


# %% [markdown]
# That is backpropagation through time, all of it. Is it what autograd does? We take a layer with
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
# One more judge, who knows nothing of autograd. `gradcheck` nudges every number that goes in by a
# millionth, looks how far the results move, and compares that with the gradients that we claim. It
# wants forward and backward as a `Function`. In it `ctx` is a box: what the way forward puts there,
# the way back finds there.


# %%
class ByHand(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, h, c, *parameters):
        ctx.weights = Weights(*parameters)
        output, h, c, ctx.steps = direction_forward(x, h, c, ctx.weights)
        return output, h, c

    @staticmethod
    def backward(ctx, d_output, d_h, d_c):
        d_x, d_h, d_c, d = direction_backward(d_output, d_h, d_c, ctx.steps, ctx.weights)
        return d_x, d_h, d_c, d.weight_ih, d.weight_hh, d.bias_ih, d.bias_hh


torch.autograd.gradcheck(ByHand.apply, (*inputs, *lstm.parameters()))

# %% [markdown]
# `True`: no nudge found a difference.
#
# ## Back to the bracket
#
# Now the reader's line. Only the score is made from h, and only from the last one. So `d_output` is
# zero, but for its last step, where it holds the weights of the head.

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
# So autograd has made no mistake: by hand, the `f` and the `o` have the longest gradients, too.
#
# But now we can look inside. The picture shows the way back from the score after the bracket.
# Above, a bar for each character. In the middle, how much comes to the sums of each gate. Below,
# one unit: what comes back to its h, to its c, and to its four sums. A full square is positive, an
# empty one negative.
#
# **Try it.**
#
# 1. It opens with unit 5, the one that follows brackets. At `(`, does much come back to its h and
#    its c?
# 2. And to its four sums there?
# 3. Press "along c alone": then a step hands back only `d_c` to the one before. Then press "along h
#    alone". How long is the gradient for the `f` with both ways, and how long with each one alone?

# %%
from lstm_lessons import explorers

explorers.gradient_flow()

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. Yes: 0.64 to its h, and 0.27 to its c.
# 2. No. `dz_o` is 0.01, and the other three are 0.00.
# 3. It is 2.40 with both ways, 0.57 along c alone, and 0.00 along h alone. So most of it has
#    changed over on its way: a stretch along c, then through h into the gates of the step before,
#    and along c again.
#
# </details>
#
# So at the bracket the gradient reaches the memory of unit 5, and next to nothing of it gets on to
# the sums. Here are its gates there, with the slope of each:

# %%
bracket = steps[14]
for name in "ifo":
    gate = getattr(bracket, name)[0, 5]
    print(f"{name} = {gate:.4f}   slope {gate * (1 - gate):.4f}")
print(f"g = {bracket.g[0, 5]:.4f}   slope {1 - bracket.g[0, 5] ** 2:.4f}")

# %% [markdown]
# i, f and g stand at an end, and o nearly does. The bracket pushes their sums so far out that σ and
# tanh are flat there. A *small* nudge of the bracket changes next to nothing in the memory of unit
# 5, because i would still be 1.
#
# What if we take the bracket away altogether, and put zeros in place of its vector? The slope makes
# a forecast: the score would change by $-d_x \cdot x$, summed over the eight numbers.

# %%
forecast = -(d_x[14, 0] * x[14]).sum()
print(f"the slope's forecast: {forecast:.2f}")


# %%
def score_with(place, share):
    """Return the score when the vector at this place is multiplied by this share."""
    changed = x.clone()
    changed[place] *= share
    _, (h_n, _) = reader.lstm(changed)
    return reader.head(h_n[-1]).item()


# %% [markdown]
# We take the bracket away little by little, and then the `f`, and look at the score on the way.
#
# **Predict.** The slope says that the score falls by 0.44 without the bracket. Does it fall by
# less, by about as much, or by more?

# %%
shares = [1 - step / 20 for step in range(21)]
plot, axes = figure()
axes.plot(shares, [score_with(14, share) for share in shares], "k-", label="(")
axes.plot(shares, [score_with(0, share) for share in shares], "k--", label="f")
axes.axhline(0, color="gray", linewidth=1)
axes.set(xlabel="share of its vector that is left", ylabel="score", title="Taken away")
axes.invert_xaxis()
axes.legend()
alt = """The score against the share of a vector that is left, from 1 at the left to 0 at the right.
For the bracket it begins at 0.87, is at 0.77 at a share of 0.8, falls more and more steeply, and
ends at -2.82. For the f it stays between 0.1 and 1.2."""
show(plot, alt)

# %% [markdown]
# By much more: from 0.87 to −2.82, which is 3.69, eight times as much.
#
# The gradient sees the left end of each curve, and nothing else. There the curve of the bracket is
# nearly flat. The fall comes later. Many units have a part in it; in unit 5, the gate i falls last
# of all:

# %%
for share in (1, 0.8, 0.6, 0.4, 0.2, 0):
    changed = x[:, None].clone()
    changed[14] *= share
    _, _, _, changed_steps = direction_forward(changed, start, start, weights)
    print(f"share {share:.1f}: i = {changed_steps[14].i[0, 5]:.2f}")

# %% [markdown]
# So the gradient was right, and we had asked it another question. It says what a *small* change
# would do *here*. It does not say what a character has done. For that, take the character away and
# look, for every one. (Away means zeros here, as the reader reads a character that it has never
# met. With another stand-in the numbers would be others.)

# %%
for place in range(len(line)):
    change = score_with(place, 0) - score_with(place, 1)
    print(line[place], f"{change:5.2f}")

# %% [markdown]
# The bracket, with −3.69, made it change its mind. And there is a second lesson in it: training
# follows the gradient. What a gate at its end does wrong, training can hardly see.
#
# This is a good place for a break. What follows needs little of the code above.

# %% [markdown]
# ## Too small and too large
#
# On its way back through time the gradient is multiplied again and again: along c by f, and along h
# by slopes and by $W_{hh}$. So it shrinks or grows by some factor a step. Here are five new
# networks on one axis, with the measure that you know: how large is the gradient of the last state
# for the word k steps before?


# %%
def gradient_by_lag(layer):
    """Return the gradient for the word 0, 1, 2, ... words before the last, 1 at lag 0."""
    torch.manual_seed(4)
    words = torch.randn(61, 8, requires_grad=True)
    output, _ = layer(words)
    output[-1].sum().backward()
    lengths = words.grad.norm(dim=1).flip(0)
    return lengths / lengths[0]


# %%
def new_layer(kind, scale=1, forget_bias=None):
    """Return nn.RNN or nn.LSTM, with W_hh times a scale, and its forget gates opened."""
    torch.manual_seed(4)
    layer = kind(8, 16)
    with torch.no_grad():
        layer.weight_hh_l0 *= scale
        if forget_bias is not None:
            layer.bias_ih_l0[16:32] = forget_bias  # the second quarter: f
            layer.bias_hh_l0[16:32] = 0
    return layer


# %%
layers = {
    "plain RNN, W_hh times 6": new_layer(nn.RNN, scale=6),
    "LSTM, forget bias 3": new_layer(nn.LSTM, forget_bias=3.0),
    "LSTM, forget bias 1": new_layer(nn.LSTM, forget_bias=1.0),
    "LSTM, new": new_layer(nn.LSTM),
    "plain RNN, new": new_layer(nn.RNN),
}
curves = {name: gradient_by_lag(layer) for name, layer in layers.items()}

# %%
plot, axes = figure(height=420)
for name, style in zip(curves, ("k-", "k--", "k-.", "k:", "k.")):
    axes.semilogy(curves[name], style, markersize=3, label=name)
axes.set(xlabel="lag (words back)", ylabel="gradient, 1 at lag 0", title="One axis for all")
axes.legend(fontsize=9)
alt = """Five curves of gradient against lag on a logarithmic axis. The plain RNN with larger
weights rises to above 1e5 at lag 60. With a forget bias of 3 the curve is nearly level, at 0.35.
With a bias of 1 it falls to 5e-6, the new LSTM to 3e-14, and the new plain RNN to 2e-18."""
show(plot, alt)

# %% [markdown]
# A forget gate with bias 1 rests at σ(1) = 0.73. If the gradient went along c alone, it would be
# multiplied by about 0.73 a step.
#
# **Predict.** Is the factor that we measure below 0.73, about 0.73, or above it?

# %%
rests = {"LSTM, new": 0.5, "LSTM, forget bias 1": 0.731, "LSTM, forget bias 3": 0.953}
for name, f_at_rest in rests.items():
    factor = (curves[name][60] / curves[name][10]) ** (1 / 50)
    print(f"{name:<20} f rests at {f_at_rest:.2f}, the gradient has {factor:.2f} a step")

# %% [markdown]
# Above it, in all three. The gate is not always at its rest, and the units with the most open
# gates count most. And something comes back on the second way, through h, as well. So f says what
# c carries, and not what the whole network carries.
#
# The same second way can make an LSTM explode, too. f is never above 1, but $W_{hh}$ may become as
# large as it likes:

# %%
exploding = gradient_by_lag(new_layer(nn.LSTM, scale=30))
print(f"LSTM, W_hh times 30: the gradient at lag 60 is {exploding[60]:.0e} times that at lag 0")

# %% [markdown]
# ## What it does to training
#
# Now see in training what a vanishing gradient does, and what steps do that are too long. We train
# a plain RNN on a small task: say at the end which sign, +1 or −1, came first, here twenty steps
# before. Its answer is a number, and the loss is the squared distance from the sign. Whoever
# always answers 0 has a loss of 1.

# %%
torch.set_num_threads(1)  # small networks are quicker with one


def examples():
    """Return 16 sequences of 20 numbers, (20, 16, 1), and the sign that each begins with."""
    sign = torch.randint(0, 2, (16,)) * 2.0 - 1
    x = 0.1 * torch.randn(20, 16, 1)
    x[0, :, 0] = sign
    return x, sign


# %% [markdown]
# The optimiser is plain gradient descent, `SGD`: each update moves the weights by `lr` times their
# gradient, against it; `lr` is the *learning rate*. `clip_grad_norm_` returns the length of the
# whole gradient, in which all parameters are taken together as one long list. It can do more, and
# that is for later: with the limit `inf`, infinite, it changes nothing.


# %%
def new_network(seed, scale=3):
    """Return a plain RNN, with W_hh times a scale, and its head."""
    torch.manual_seed(seed)
    rnn, head = nn.RNN(1, 16), nn.Linear(16, 1)
    with torch.no_grad():
        rnn.weight_hh_l0 *= scale
    return rnn, head


# %%
def train(rnn, head, limit=torch.inf, lr=0.2):
    """Update the weights 240 times; return all losses, and all lengths of the gradient."""
    parameters = [*rnn.parameters(), *head.parameters()]
    optimiser = torch.optim.SGD(parameters, lr=lr)
    losses, lengths = [], []
    for _ in range(240):
        x, sign = examples()
        output, _ = rnn(x)
        loss = (head(output[-1])[:, 0] - sign).square().mean()
        optimiser.zero_grad()
        loss.backward()
        lengths.append(nn.utils.clip_grad_norm_(parameters, limit).item())
        optimiser.step()
        losses.append(loss.item())
    return losses, lengths


# %% [markdown]
# First with $W_{hh}$ as it comes, where the gradient vanishes: with about half of it left at each
# step, twenty steps leave some millionths.

# %%
usual_losses, _ = train(*new_network(seed=0, scale=1))
print(f"update 239: loss {usual_losses[239]:.2f}")

# %% [markdown]
# Nothing is learnt. So we take $W_{hh}$ three times as large, and change nothing else.
#
# **Predict.** A guess: how does this run end, with a loss near 0, with a loss near 1, or with
# something else?

# %%
losses, lengths = train(*new_network(seed=0))
for update in (0, 1, 2, 3, 4, 5, 239):
    print(f"update {update:3}: loss {losses[update]:6.2f}, length {lengths[update]:6.2f}")

# %% [markdown]
# With `nan`, "not a number". Up to update 4 the gradient gets longer from update to update. Such a
# long step throws the weights far away, to where the loss is larger. From there on it is above all
# the head that overshoots, since nothing bounds its answers: its weights grow and grow, until a
# number is too large for float64. It becomes `inf`, infinite, and from there it is one step to
# `nan`:

# %%
torch.inf - torch.inf

# %% [markdown]
# A weight that is `nan` makes everything `nan` that it touches, for ever. No error is raised.
#
# ## Clip it
#
# The direction of the long gradient may be good. Its length is the trouble. So shorten it: if its
# length is above a limit, multiply *all* of it by one number, so that the length becomes the limit.
# The list (3, 4) has the length 5. With a limit of 1 it is multiplied by 1/5, and becomes (0.6,
# 0.8).
#
# $$\text{gradient} \leftarrow \text{gradient} \cdot
#   \min\left(1, \frac{\text{limit}}{\text{length}}\right)$$
#
# That is what `clip_grad_norm_(parameters, limit)` does with a limit that is not infinite. It
# stands between `backward()` and `step()`.
#
# The same network, from the same seed, with a limit of 0.5:

# %%
clipped_losses, clipped_lengths = train(*new_network(seed=0), limit=0.5)
for update in (0, 1, 2, 5, 10, 20):
    print(f"update {update:3}: loss {clipped_losses[update]:.2f}")

# %%
plot, axes = figure()
axes.semilogy(lengths[:11], "k--", label="not clipped")
axes.semilogy(clipped_lengths[:11], "k-", label="with clipping, before it is clipped")
axes.axhline(0.5, color="gray", linestyle=":", label="the limit")
axes.set(xlabel="update", ylabel="length of the gradient", title="Two runs from one start")
axes.legend()
alt = """Length of the gradient over the first 11 updates, on a logarithmic axis. Without clipping
it rises from 2 to about 600 at update 4, and to more than 1e5 at update 10. With clipping it stays
between 0.5 and 10, above the limit of 0.5."""
show(plot, alt)

# %% [markdown]
# The clipped run also meets gradients that are longer than the limit. It takes a short step, and
# goes on.
#
# One seed proves little. Here are two more, with and without. "Learnt" means that the loss of the
# last 20 updates is below 0.1 on average.


# %%
def ending(losses):
    """Say how a run has ended."""
    end = sum(losses[-20:]) / 20
    if end != end:  # nan alone is not equal to itself
        return "nan"
    return "learnt" if end < 0.1 else "not learnt"


# %%
for seed in (1, 2):
    without, _ = train(*new_network(seed))
    with_limit, _ = train(*new_network(seed), limit=0.5)
    print(f"seed {seed}: not clipped: {ending(without)}, clipped: {ending(with_limit)}")

# %% [markdown]
# Is any limit good? And would shorter steps have done it, too? From seed 0 again, with a limit of
# 5, and then with a tenth of the learning rate and no clipping:

# %%
high_limit, _ = train(*new_network(seed=0), limit=5)
low_rate, _ = train(*new_network(seed=0), lr=0.02)
print("limit 5:           ", ending(high_limit))
print("learning rate 0.02:", ending(low_rate))

# %% [markdown]
# A limit of 5 keeps `nan` away, and still lets steps through that are too long. So print the
# lengths before you choose a limit. And shorter steps save this run, too. But then *every* step is
# shorter, while clipping shortens the long ones alone.

# %% [markdown]
# ## What clipping changes, and what it does not
#
# * It changes the length, and not the direction. It is one number for all parameters.
# * A gradient that is shorter than the limit stays as it is. So clipping cannot help against
#   vanishing.
# * It must come before the first `nan`. A gradient that holds `nan` has the length `nan`, and
#   multiplying does not mend it.
#
# PyTorch has a second function, `clip_grad_value_`, which cuts off every number at a limit of its
# own.
#
# **Predict.** Does cutting each number off at 1 leave the direction of (3, 4) as it is?

# %%
parameter = nn.Parameter(torch.zeros(2))
for clip in (nn.utils.clip_grad_norm_, nn.utils.clip_grad_value_):
    parameter.grad = torch.tensor([3.0, 4.0])
    clip([parameter], 1.0)
    print(f"{clip.__name__:<17} {parameter.grad[0]:.2f}, {parameter.grad[1]:.2f}")
parameter.grad = torch.tensor([3.0, torch.nan])
nn.utils.clip_grad_norm_([parameter], 1.0)
print("with a nan:      ", parameter.grad.tolist())

# %% [markdown]
# It does not: (1, 1) points elsewhere. And one `nan` makes the whole gradient `nan`, through the
# length.

# %% [markdown]
# ## What we have seen
#
# * What comes back is what has arrived, times the slope of the arrow. Where two arrows leave a
#   number, what comes back adds up: over the two ways of c and h, the rows of a batch, the steps.
# * Along c the gradient is multiplied by f at each step. To the sum of a gate it is multiplied by
#   i (1 − i), which is next to nothing for a gate at its end.
# * The whole way back is about thirty lines. They equal autograd, and stand the nudges of
#   `gradcheck`.
# * A gradient says what a small change would do. What a character has done, you find out by taking
#   it away.
# * Against vanishing, open the gates. Against steps that are too long, clip, before the first
#   `nan`.

# %% [markdown]
# **A common mistake.** `clip_grad_norm_` stands in the wrong place, before `backward()` or after
# `step()`. No error comes, and nothing is clipped. You recognise it by a loss that jumps as before:
# print the gradient's length right before `step()`; it must never be above the limit.
#
# **Exercises:** [10 Backpropagation by hand](../exercises/10_backpropagation_by_hand.ipynb). Write
# the step back, find a wrong sign, clip by norm, and foretell where a gradient ends.
#
# **Next:** the gates can be wired in other ways. Some networks leave one out, and some let h be
# shorter than c. [Lesson 12](12_projections.ipynb) begins with the second of the two.
