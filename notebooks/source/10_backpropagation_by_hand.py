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
reader = reader.double().requires_grad_(False)  # its weights stay as they are

# %%
line = "for k in range("
numbers = torch.tensor([number[character] for character in line])
x = reader.embedding(numbers)  # (T, 8)
output, (h_n, c_n) = reader.lstm(x)
for t in (13, 14):
    score = reader.head(output[t])
    code = torch.sigmoid(score).item()
    print(f"after {line[t]!r}: score {score.item():.2f}, {code:.0%} code")

# %% [markdown]
# Which character of this line moves its verdict most? The verdict is made from one number, the
# *score*: above 0 means code. The tool for such a question seems to be the gradient of the score
# with respect to the vector of each character: the longer it is, the more the character
# would count.

# %%
vectors = x.clone().requires_grad_()
_, (h_n, c_n) = reader.lstm(vectors)
score = reader.head(h_n[-1])
score.backward()
lengths = vectors.grad.norm(dim=1)  # (T,)

# %% [markdown]
# **Predict.** A guess: which character has the longest gradient?

# %%
from lstm_lessons import show
from lstm_lessons.drawing import figure

shown = list(line.replace(" ", "␣"))
plot, axes = figure(height=260)
axes.bar(range(len(line)), lengths, color="black")
axes.set_xticks(range(len(line)), shown)
axes.set(ylabel="length of the gradient", title="What the gradient says")
named = [f"{each} {length:.2f}" for each, length in zip(shown, lengths)]
show(plot, "A bar for each character: " + ", ".join(named))

# %% [markdown]
# The first one, with 2.40, at the other end of the line. The bracket, which has just turned the
# verdict round, has a sixth of that.
#
# Has autograd made a mistake? Or does the gradient answer another question? To know, you do by hand
# what `backward()` does, first with two units on paper. Then we come back to this line.

# %% [markdown]
# ## Numbers go forward
#
# Here is the cell on paper of lesson 03. It has two units, so each box holds two numbers, one for
# unit 0 and one for unit 1. An arrow says that one number is made from another.

# %%
from lstm_lessons import pictures

pictures.way_back("forward")

# %% [markdown]
# In the end one number is made from all this, the *result*, such as a score or a loss. Here let it
# be
#
# $$\text{result} = 1 \cdot h[0] - 2 \cdot h[1] + 0.5 \cdot c[0]$$
#
# where h[0] is h of unit 0. The first two terms are what a head makes of h. The last one stands for
# all that later steps make of c.
#
# If h[0] grows by 0.001, the result grows by 1 · 0.001. If h[1] grows by 0.001, the result falls
# by 2 · 0.001. So the gradient of the result with respect to h is (1, −2). We call it `d_h`: it
# says how fast the result grows with each number of h. For each number in the picture we want such
# a gradient: `d_c`, `d_f`, and so on.

# %% [markdown]
# ## The way back through h
#
# h is made in the line h = o · tanh(c). In unit 0, o is 0.50, and tanh(c) is 0.84.
#
# * If o grows by 0.001, h grows by 0.84 · 0.001: the *slope* of this arrow is 0.84. And the result
#   grows 1 times as fast as h. So `d_o` is 1 · 0.84 = 0.84.
# * If c grows from 1.22 to 1.23, tanh(c) grows from 0.840 to 0.843, about 0.3 times as fast. This
#   slope can be computed from tanh(c) alone: $1 - \tanh(c)^2 = 1 - 0.84^2 = 0.29$. And h grows 0.50
#   times as fast as tanh(c). So 1 · 0.50 · 0.29 = 0.15 comes back to c.
#
# The rule, for o as for c: **what comes back is what has arrived, times the slope of this arrow.**
#
# But c acts on the result in a second way, through the next step, and both ways move the result.
# **Where two arrows leave a number, the gradients that come back add up.** From the next step comes
# 0.50, the factor of c[0] in the result, and through h comes 0.15: `d_c` is 0.65. In mathematics
# these two rules are called the *chain rule*.
#
# In the picture, an arrow that the gradient has passed points back, with its slope beside it.

# %%
pictures.way_back("c")

# %% [markdown]
# ## The way back through c
#
# c is made in the line c = f · c_before + i · g. If f grows by 0.001, c grows by c_before · 0.001.
# So the slope for f is c_before. In the same way, the slope for c_before is f, the one for i is g,
# and the one for g is i.
#
# Take unit 1. To its c comes only what comes through h. There tanh(c) is −0.797, and its slope is
# 1 − 0.797² = 0.365: `d_c` is −2 · 0.88 · 0.365 = −0.64. Since c_before is −2, `d_f` is
# −0.64 · (−2) = 1.28. What goes back to c_before is `d_c` times f.

# %%
pictures.way_back("gates")

# %% [markdown]
# ## The way back through the squeezing
#
# Each gate is a squeezed sum, i = σ(z_i). If a sum grows from 0 by 0.001, its gate grows from 0.5
# to 0.50025, a quarter as fast. The slope of σ can be computed from its value alone, as
# i · (1 − i): at 0.5 that is 0.5 · 0.5 = 0.25. For tanh it is 1 − g².
#
# At its ends σ is flat. Where i is 0.999, the slope is 0.999 · 0.001, a thousandth. So **a gate
# that is nearly open or nearly shut lets next to nothing back to its sum.**
#
# Now all four sums. In unit 0, a gradient of 0.30 has come to i. There the slope of σ is
# 0.73 · 0.27 = 0.20. So 0.30 · 0.20 = 0.06 comes to its sum. We write it $dz_i$, which is short for
# $d_{z_i}$. Each $dz$ is what has come to its gate, times the slope of its squeezing:
#
# $$\begin{aligned}
# \underset{(H)}{dz_i} &= d_c \odot \textcolor{#0f8266}{g} \odot
#   \textcolor{#1a75d1}{i} \odot (1 - \textcolor{#1a75d1}{i}) &
# \underset{(H)}{dz_f} &= d_c \odot c_\text{before} \odot
#   \textcolor{#c2560c}{f} \odot (1 - \textcolor{#c2560c}{f}) \\
# \underset{(H)}{dz_g} &= d_c \odot \textcolor{#1a75d1}{i} \odot (1 - \textcolor{#0f8266}{g}^2) &
# \underset{(H)}{dz_o} &= d_h \odot \tanh(c) \odot
#   \textcolor{#a64bb0}{o} \odot (1 - \textcolor{#a64bb0}{o})
# \end{aligned}$$
#
# Here is the way back through the gates as a function, for B rows. `step` is what was kept on the
# way forward. `from_next` is what comes to c from the next step, 0.50 in the picture.


# %%
def gates_backward(d_h, from_next, step):
    """Return dz and what goes back to the c before."""
    i, f, g, o = step.i, step.f, step.g, step.o
    d_o = d_h * step.tanh_c
    d_c = from_next + d_h * o * (1 - step.tanh_c**2)
    d_i = d_c * g
    d_f = d_c * step.c_before
    d_g = d_c * i
    d_c_before = d_c * f
    dz_i = d_i * i * (1 - i)
    dz_f = d_f * f * (1 - f)
    dz_g = d_g * (1 - g**2)
    dz_o = d_o * o * (1 - o)
    return torch.cat((dz_i, dz_f, dz_g, dz_o), dim=1), d_c_before


# %% [markdown]
# Now the numbers of the picture, in code. `split(1)` makes tensors of the shape (1, 2), each a
# batch of one row. A `Step` of the package keeps what the way back needs.

# %%
from lstm_lessons.lstm.backprop import Step

sums = torch.tensor([[1.0, -2], [2, 0], [0.5, -1], [0, 2]])
z_i, z_f, z_g, z_o = sums.split(1)
i, f, o = torch.sigmoid(z_i), torch.sigmoid(z_f), torch.sigmoid(z_o)
g = torch.tanh(z_g)

before = torch.tensor([[1.0, 2], [0.5, -1], [1, -2]])
word, h_before, c_before = before.split(1)
tanh_c = torch.tanh(f * c_before + i * g)
step = Step(word, h_before, c_before, i, f, g, o, tanh_c)

# %% [markdown]
# **Predict.** With a calculator: in unit 1, 1.59 has come to o, and o is 0.88. How much of it comes
# to the sum of o?

# %%
d_h, from_next = torch.tensor([[1.0, -2]]), torch.tensor([[0.5, 0]])
dz, _ = gates_backward(d_h, from_next, step)
for name, each in zip("ifgo", dz[0].chunk(4)):
    print(f"dz_{name}: {each[0]:.2f}, {each[1]:.2f}")

# %% [markdown]
# It is 1.59 · 0.88 · 0.12 = 0.17. Below you can walk it number by number, with one unit. It begins
# at h; the box with the thick frame has just got its gradient, and the last lines say how.
#
# **Try it.** Press "gates at their ends", and play. Does any of the four sums get more than 0.01?

# %%
from lstm_lessons import explorers

explorers.one_step_back()

# %% [markdown]
# <details><summary>Answer</summary>
#
# No. About one half comes to each gate, but their slopes let next to nothing on.
#
# </details>

# %% [markdown]
# ## From the sums to x, h and the weights
#
# What made the sums? Here is the sum of f of unit 0, with (1, 2) for the word and (0.5, −1) for the
# h before:
#
# $$z_f[0] = 0 \cdot 1 + 1 \cdot 2 + 2 \cdot 0.5 + 1 \cdot (-1) + 0 = 2$$
#
# In each product, the weight is the slope for the number that it is multiplied by, and this number
# is the slope for the weight.
#
# Begin with the word. Here is the table of its weights, from lesson 03. At the end of each row
# stands what has come back to the sum that this row makes.

# %%
of_i_and_f = [[1.0, 0], [0, -1], [0, 1], [2, -1]]
of_g_and_o = [[-2, 1], [1, -1], [-1, 0], [0, 1]]
weight_ih = torch.tensor([*of_i_and_f, *of_g_and_o])
for name, row, each in zip("iiffggoo", weight_ih, dz[0]):
    print(f"{name}   {row[0]:4.0f} {row[1]:4.0f}   dz {each:5.2f}")

# %% [markdown]
# The first number of the word, 1, takes part in all eight sums. So eight arrows leave it, with the
# weights of the first column. What comes back on them adds up, each times its weight: 0.06 · 1 +
# 0.05 · 0 + 0.07 · 0 + 0.32 · 2 + ... A product of dz with the table multiplies and adds up, for
# both numbers of the word.

# %%
dz @ weight_ih

# %% [markdown]
# On the way forward, each *row* of the table makes one sum; on the way back, each *column* collects
# for one number. For h the same is `dz @ weight_hh`.
#
# Now the weights. In the third row, that of f of unit 0, dz is 0.07. The word is (1, 2).
#
# **Predict.** In this row, what is the gradient of the weight for the *second* number of the word,
# about 0.07, about 0.14 or about 2?

# %%
dz.T @ word

# %% [markdown]
# 0.14, in the third row: the weight was multiplied by 2, so its slope is 2. `dz.T` is dz set
# upright, (8, 1), and `word` is (1, 2). So the product, (8, 2), has each dz times each number of
# the word. For the weights of h it is `dz.T @ h_before`. A bias is only added, so its gradient is
# dz itself.
#
# All rows of a batch use the same weights. So what comes back to a weight adds up over the rows.
# The same product, (8, B) times (B, 2), does that, too.

# %% [markdown]
# These were all the rules. It is a good place for a break. Here they are in code, for B rows.
# `Weights` holds the four tensors of a layer by their names. The two biases get the same gradient,
# because they are added to each other.

# %%
from lstm_lessons.lstm.backprop import Weights


def step_backward(d_h, from_next, step, weights):
    """Return d_x, what goes back to the h and c before, and d_weights."""
    dz, d_c_before = gates_backward(d_h, from_next, step)
    d_x = dz @ weights.weight_ih  # (B, 4H) @ (4H, I)
    d_h_before = dz @ weights.weight_hh
    d_weight_ih = dz.T @ step.x  # (4H, B) @ (B, I)
    d_weight_hh = dz.T @ step.h_before
    d_bias = dz.sum(0)
    d_weights = Weights(d_weight_ih, d_weight_hh, d_bias, d_bias)
    return d_x, d_h_before, d_c_before, d_weights


# %% [markdown]
# ## Over time
#
# The steps are a chain, so the way back is a loop that begins at the *last* step. Let the result be
# made from the `output` of all steps, as when each character gets a verdict of its own.
#
# **Predict.** In the next picture a step is one box, and arrows show the way back. How many arrows
# will come *into* a box in the middle?

# %%
pictures.back_in_time(["n", "g", "e", "("])

# %% [markdown]
# Three: `d_c_before` and `d_h_before`, which the step after it hands back, and `d_output` from
# above. On the way forward, h went two ways, into the next step and into `output`. So the last two
# add up, to `d_h`. And every step used the same weights, so their gradients add up over the steps.
#
# The last step has none after it: there `d_c_n` and `d_h_n` come in. What the first step hands back
# is `d_c_0` and `d_h_0`. In the end `sum` begins with the gradients of the weights of one step, and
# adds those of the others to them, tensor by tensor.


# %%
def direction_backward(d_output, d_h_n, d_c_n, steps, weights):
    """Return d_x, d_h_0, d_c_0 and d_weights."""
    d_h_before, d_c_before = d_h_n, d_c_n
    d_xs = []
    d_steps = []
    for t in reversed(range(len(steps))):
        d_h = d_h_before + d_output[t]  # all that comes to h of step t
        back = step_backward(d_h, d_c_before, steps[t], weights)
        d_x, d_h_before, d_c_before, d_step = back
        d_xs.append(d_x)
        d_steps.append(d_step)
    d_xs.reverse()
    d_weights = sum(d_steps[1:], d_steps[0])
    return torch.stack(d_xs), d_h_before, d_c_before, d_weights


# %% [markdown]
# That is backpropagation through time, all of it (Rumelhart, Hinton and Williams 1986; Werbos
# 1990). Is it what autograd does? We make one result from all that a random layer returns: each
# number times a random factor, added up. These factors are the gradients that come in, like 1 and
# −2 at the beginning.

# %%
from torch import nn

torch.manual_seed(0)
lstm = nn.LSTM(5, 4)
words = torch.randn(7, 3, 5, requires_grad=True)  # (T, B, I)
h_0 = torch.randn(3, 4, requires_grad=True)  # (B, H)
c_0 = torch.randn(3, 4, requires_grad=True)
output, (h_n, c_n) = lstm(words, (h_0[None], c_0[None]))  # L = 1
d_output, (d_h_n, d_c_n) = torch.randn(7, 3, 4), torch.randn(2, 3, 4)
result = (d_output * output).sum()
result = result + (d_h_n * h_n).sum() + (d_c_n * c_n).sum()
result.backward()

# %% [markdown]
# That was autograd. Now by hand. `direction_forward` of the package is the loop of lesson 04. It
# returns the `Step` of each step, too.

# %%
from lstm_lessons.lstm.backprop import direction_forward

weights = Weights(*lstm.parameters())
*_, steps = direction_forward(words, h_0, c_0, weights)
with torch.no_grad():  # we ask autograd for nothing
    by_hand = direction_backward(d_output, d_h_n, d_c_n, steps, weights)

# %%
from lstm_lessons import same

d_x, d_h_0, d_c_0, d = by_hand
ours = [d_x, d_h_0, d_c_0, d.weight_ih, d.weight_hh, d.bias_ih, d.bias_hh]
names = ["x", "h_0", "c_0", "weight_ih", "weight_hh", "bias_ih", "bias_hh"]
theirs = [words, h_0, c_0, *lstm.parameters()]
for name, hand, each in zip(names, ours, theirs):
    print(f"{name:<10}", same(hand, each.grad, 1e-10))

# %% [markdown]
# Every gradient is autograd's. Now the reader's line. Its score is made from the last h alone, by
# the head: how fast it grows with each number of h is the head's weight.

# %%
of_reader, zeros = Weights(*reader.lstm.parameters()), torch.zeros(1, 16)
*_, steps = direction_forward(x[:, None], zeros, zeros, of_reader)
nothing = torch.zeros(len(line), 1, 16)  # from output, no gradient comes
score_by_h = reader.head.weight  # (1, 16)
d_x, *_ = direction_backward(nothing, score_by_h, zeros, steps, of_reader)
same(d_x[:, 0], vectors.grad, 1e-10)

# %% [markdown]
# So autograd has made no mistake.
#
# ## Back to the bracket
#
# Then what does the gradient say of the bracket? Take one of the 8 numbers of its vector. If it
# goes from 0.8 to 0, and has the gradient 0.3, the score should fall by 0.8 · 0.3 = 0.24.
# `vectors.grad` is still there from the beginning. If all 8 numbers go to 0, eight products of a
# number and its gradient add up.

# %%
says = -(x[14] * vectors.grad[14]).sum()
print(f"by the gradient: {says:.2f}")

# %% [markdown]
# The score is 0.87. So it should fall to 0.43, and the line should still be code. Now we really
# take a part of the vector away, in the end all of it. Each time we ask the gradient again: from
# here on, by how much should the next 1 % move the score?


# %%
def with_less(away):
    """Return the score, and what its gradient says of the next 1 %."""
    changed = x.clone()
    changed[14] *= 1 - away
    changed.requires_grad_()
    _, (h_n, _) = reader.lstm(changed)
    score = reader.head(h_n[-1])
    score.backward()
    return score.item(), -(0.01 * x[14] * changed.grad[14]).sum().item()


# %% [markdown]
# **Predict.** A guess: with the whole vector away, by how much does the score really fall, about
# 0.04, about 0.4 or about 4?

# %%
for away in (0.01, 0.1, 0.5, 0.75, 1):
    less, next_one = with_less(away)
    print(f"{away:4.0%} away: score {less - score.item():6.3f}", end=", ")
    print(f"by the gradient {away * says:6.3f}; the next 1 %: {next_one:6.3f}")

# %% [markdown]
# About 4: eight times as far as the gradient says, and the verdict turns. For 1 % the gradient is
# right, for 10 % nearly.
#
# A gradient is made with the slopes of one place, here those of the line as it stands. With 1 %
# away they are nearly the same. Further on they are others: with three quarters away, the next 1 %
# takes 0.093 off the score, where the first one took 0.004. At the end it takes nothing any more.
#
# So which character moves the verdict most? That depends on the change. A large change is another
# character: the reader knows 86 others, and in every place we try them all.

# %%
known = reader.embedding.weight[1:]  # (87, 8): row 0 is the padding
turn = []
for place in range(len(line)):
    lines = x.repeat(87, 1, 1)  # (B, T, 8): the reader is batch_first
    lines[:, place] = known
    _, (h_n, _) = reader.lstm(lines)
    turn.append((reader.head(h_n[-1]) < 0).sum().item())

# %%
plot, axes = figure(height=260)
axes.bar_label(axes.bar(range(len(line)), turn, color="gray"))
axes.set_xticks(range(len(line)), shown)
axes.set(ylabel="turn the verdict, of 86")
axes.set(title="Another character in the place of this one")
named = [f"{each} {count}" for each, count in zip(shown, turn)]
show(plot, "A bar for each character: " + ", ".join(named))

# %% [markdown]
# In the place of the bracket, 72 of the 86 turn the verdict back to prose. For the first character,
# whose gradient is the longest, it is 40. For the second it is only 5: another character there
# moves the score as far as in the place of the bracket, but mostly up. A length does not say in
# which direction. Asked like this, it is the bracket.
#
# The gradient was right as well. It answers another question: how fast does the score move when a
# vector changes a *little*? And another character is not a little: to the other vectors it is 8.9
# from that of the bracket on average, and 3.8 from that of the first character.

# %% [markdown]
# ## What we have seen
#
# * What comes back is what has arrived, times the slope of the arrow.
# * Where two arrows leave a number, what comes back adds up: over the two ways of c and h, the rows
#   of a batch, the steps.
# * Along c the gradient is multiplied by f at each step. On its way to a sum it is multiplied by
#   the slope of the squeezing, which is next to nothing for a gate at its end.
# * The whole way back is some 35 lines, and gives autograd's gradients.
# * A gradient is made with the slopes of one place, so it says what a small change would do; what a
#   large one does, you have to try.

# %% [markdown]
# **A common mistake.** In a way back by hand, one of two ways is forgotten: what the next step
# hands back, or what comes from `output`. No shape is wrong, and no error comes. You recognise it
# by comparing with autograd on *two* steps or more, with random gradients for all that the layer
# returns. With a single step, or a loss on the last output alone, some of these mistakes give the
# right numbers.
#
# **Exercises:** [10 Backpropagation by hand](../exercises/10_backpropagation_by_hand.ipynb). Write
# the step back, find a wrong sign, add up the gradients of the weights, and predict where a
# gradient ends.
#
# **Next:** over many steps, such slopes are multiplied again and again. What is left of a gradient
# after sixty steps, and what happens to a training run when it has grown instead? [Lesson
# 11](11_where_the_gradient_goes.ipynb) follows it.
