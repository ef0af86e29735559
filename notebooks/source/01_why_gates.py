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
# ## What must be remembered, and for how long
#
# *The **keys** to the old cabinet in the hall **are** on the table.* Is it *are* or *is*? The word
# that decides it stands at the beginning, and seven words lie between. So a reader has to
# keep one fact, through seven words that do not matter, and may then let it go.
#
# Text is full of that. A bracket that opens must be closed. A question that begins with *why* ends
# with a question mark. In lesson 00, unit 5 of the trained reader kept such a fact:

# %%
from lstm_lessons import show
from lstm_lessons.data.plain_reader import read
from lstm_lessons.drawing import figure

line = "we print the sum (see below) here"
steps = read(line)  # what the trained reader holds after each character
plot, axes = figure()
axes.step(range(len(line)), [step.c[5] for step in steps], where="mid")
axes.set_xticks(range(len(line)), list(line))
axes.set(ylabel="c of unit 5", title="One number of the reader's memory")
alt = """A curve over the 33 characters of the line. It is 0 up to the opening bracket, where
it rises to 1. It stays between 1 and 1.3 for ten characters, and falls to 0 at the closing one."""
show(plot, alt)

# %% [markdown]
# The number rises at the bracket, stays for ten characters, and is gone when it is no longer
# needed. It does not fade in between. (It even grows a little.)
#
# That looks easy, but the simplest network that reads does not do it when it is new, and can hardly
# learn to. This lesson shows why, and what has to be added so that it can.

# %% [markdown]
# ## The simplest network that reads
#
# A *recurrent network*, RNN for short, reads one word at a time and keeps a *state* h, which is a
# list of numbers. At each step it makes a new state out of the new word and the old state. It is
# the same box at each step.

# %%
from lstm_lessons import pictures

pictures.loop(("the", "cat", "sat"))

# %% [markdown]
# Take the smallest one: a word is one number x, and the state is one number h. Let the box be
#
# $$h_t = \tanh(0.5\,x_t + 0.8\,h_{t-1})$$
#
# The function tanh squeezes any number into the range from −1 to 1. It hardly changes small
# numbers, and large ones end near 1 or −1.
#
# The first word is 1. So the first state is tanh(0.5) = 0.46. All later words are 0, and then the
# second state is tanh(0.8 · 0.46) = tanh(0.37) = 0.35.
#
# **Predict.** Ten words of 0 have been read since. Is the state then about 0.4, 0.04 or 0.004?

# %%
from math import tanh

h = tanh(0.5 * 1)
for count in range(1, 11):
    h = tanh(0.5 * 0 + 0.8 * h)
    print(f"after {count:2} words of 0: h = {h:.3f}")

# %% [markdown]
# About 0.04. Each step leaves about 0.8 of what was there, and ten factors of 0.8 make 0.1. The
# first word fades, whether it still matters or not.
#
# A real RNN has H numbers in its state, and a word has I numbers. The two factors become matrices.
# Under each symbol stands its shape:
#
# $$\underset{(H)}{h_t} = \tanh\big(\underset{(H \times I)}{W_{ih}}\;\underset{(I)}{x_t}
#   + \underset{(H \times H)}{W_{hh}}\;\underset{(H)}{h_{t-1}} + \underset{(H)}{b}\big)$$
#
# The matrix $W_{ih}$, of shape H × I, takes I numbers and gives H numbers. The *bias* b is a list
# of numbers that are added at every step. The indices say where the numbers come from and where
# they go: `ih` is from the **i**nput to **h**, and `hh` is from **h** to **h**.
#
# In PyTorch it is `nn.RNN`. It keeps the bias as two lists, which it adds. The ending `_l0` of its
# names means layer 0, which is the only one here.
#
# In this lesson numbers become very small. PyTorch usually computes in `float32`, which keeps
# about 7 digits. We take `float64`, which keeps about 16. Then two ways to compute the same thing
# agree to 1e-12, which is 0.000000000001, and `same` can be strict.

# %%
import torch
from torch import nn

from lstm_lessons import same

torch.set_default_dtype(torch.float64)
torch.manual_seed(4)
x = torch.randn(61, 8)  # 61 words of 8 numbers
rnn = nn.RNN(8, 16)  # I = 8, H = 16

h = torch.zeros(16)
for x_t in x:
    from_x = rnn.weight_ih_l0 @ x_t + rnn.bias_ih_l0
    from_h = rnn.weight_hh_l0 @ h + rnn.bias_hh_l0
    h = torch.tanh(from_x + from_h)
output, h_n = rnn(x)
same(h, output[-1])

# %% [markdown]
# Our loop gives what `nn.RNN` gives, after 61 words.

# %% [markdown]
# ## A ruler for forgetting
#
# After 61 words, what does the last state still know of an early one? We find out by a nudge. Add
# 0.001 to one number of a word, read everything again, and see how far the last state moves.
#
# If the word is the last one, the state moves. If the word stands 20 words before it, the state
# should move less.
#
# **Predict.** A guess: how many times less does it move, about 10, about 1,000, or over a million?


# %%
def moved(layer, lag):
    """Return how far the last state moves if the word `lag` words before the last one is nudged."""
    nudged = x.clone()
    nudged[60 - lag, 0] += 0.001
    change = layer(nudged)[0][-1] - layer(x)[0][-1]
    return change.norm().item()


print(f"the last word:       {moved(rnn, 0):.1e}")
print(f"20 words before it:  {moved(rnn, 20):.1e}")
print(f"how many times less: {moved(rnn, 0) / moved(rnn, 20):,.0f}")

# %% [markdown]
# Twenty million times less. (`5.2e-04` is how Python writes 0.00052, and `1e+03` is 1,000. `norm`
# is the length of a list of numbers: 5 for the numbers 3 and 4.)
#
# Nudging each of 8 numbers of 61 words would take 488 runs. PyTorch does it in one go.
# `backward()` computes, for every number that went in, how much a result moves if that number is
# nudged, per unit of nudge. This list of slopes is called the *gradient*. The result has to be a
# single number, so we add up the 16 numbers of the last state.


# %%
def gradient_by_lag(layer):
    """Return the gradient of the last state for the word 0, 1, 2, ... words before the last one."""
    words = x.clone().requires_grad_()
    output, _ = layer(words)
    output[-1].sum().backward()
    return words.grad.norm(dim=1).flip(0)  # one length a word; flipped: the last word first


rnn_gradient = gradient_by_lag(rnn)
for lag in (0, 10, 20, 30, 40, 50, 60):
    print(f"lag {lag:2}: {rnn_gradient[lag].item():.0e}")

# %% [markdown]
# *Lag* 20 means 20 words before the last one. Training follows the gradient: it changes the
# weights in the direction in which the result gets better. Where there is next to no gradient,
# there is next to nothing to follow. The network cannot learn that the first word mattered.
#
# **Predict.** From lag 10 to lag 20 the gradient falls by some factor. From 20 to 30, does it fall
# by less, by more, or by about as much?

# %%
for lag in (10, 20, 30, 40, 50):
    in_ten_steps = (rnn_gradient[lag + 10] / rnn_gradient[lag]).item()
    print(f"lag {lag} to {lag + 10}: factor {in_ten_steps:.5f}, a step {in_ten_steps**0.1:.2f}")

# %% [markdown]
# By about as much. Each step multiplies by about 0.43, as each step of the smallest network
# multiplied by about 0.8. That is a *vanishing gradient*: sixty factors below 1.
#
# <details><summary>Where does 0.43 come from? (for those who know eigenvalues)</summary>
#
# One step back, the gradient is multiplied by the slope of tanh, which is $1 - h^2$, and by the
# matrix $W_{hh}$. A matrix that is applied many times stretches, in the long run, by the size of
# its largest eigenvalue, which may be a complex number. Here that size is 0.55, and the mean slope
# is 0.80. Their product is 0.44. A new `nn.RNN` has small weights, from $-1/\sqrt{H}$ to
# $1/\sqrt{H}$, so the product is well below 1.
#
# </details>

# %% [markdown]
# With larger weights, the factor can be above 1. Then sixty steps multiply the gradient again and
# again, and it *explodes*. Here is its length for all weights, in our RNN and in one whose
# $W_{hh}$ is six times as large.

# %%
large = nn.RNN(8, 16)
large.load_state_dict(rnn.state_dict())
with torch.no_grad():  # weights may be changed only where PyTorch is told not to take notes
    large.weight_hh_l0 *= 6
for name, network in (("as it is", rnn), ("W_hh times 6", large)):
    network.zero_grad()
    network(x)[0][-1].sum().backward()
    length = nn.utils.clip_grad_norm_(network.parameters(), max_norm=1.0)
    print(f"{name:<13} {length:,.0f}")

# %% [markdown]
# A step of training along such a gradient throws all weights far away. `clip_grad_norm_` is the
# usual help: it returns the length, and shortens the gradient to the length that you give, here 1.
# It cannot help against vanishing, since it only shortens.
#
# Too small or too large: to *learn* to keep a fact over many steps, a network wants a factor near
# 1.

# %% [markdown]
# ## A memory with a tap
#
# A factor of exactly 1 is easy to get. Keep a second list of numbers, the *memory* c, copy it from
# step to step, and only add to it. Then nothing fades. But then nothing can be let go either, and
# the memory fills up with everything that was ever added.
#
# So let the network choose the factor, at every step, for each number of its memory. That is the
# *forget gate* f. It is a tap on the way of c: f = 1 is open, and lets all of the old number
# through; f = 0 is shut.

# %%
pictures.cell("f", {"f": 0.9, "c_before": 2})

# %% [markdown]
# The name misleads: f = 1 forgets *nothing*.
#
# Something new must come in, too. That is the *news* g, a number from −1 to 1, and the *input
# gate* i says how much of it is let in. For one unit with an old c of 2, f = 0.9, i = 0.5 and g =
# −1:
#
# $$c = \textcolor{#c2560c}{0.9} \cdot 2 + \textcolor{#1a75d1}{0.5} \cdot
#   (\textcolor{#0f8266}{-1}) = 1.8 - 0.5 = 1.3$$

# %%
pictures.cell("f i g", {"f": 0.9, "i": 0.5, "g": -1, "c_before": 2})

# %% [markdown]
# For all H units at once, with $\odot$ for "number by number":
#
# $$\underset{(H)}{c_t} = \underset{(H)}{\textcolor{#c2560c}{f_t}} \odot \underset{(H)}{c_{t-1}}
#   + \underset{(H)}{\textcolor{#1a75d1}{i_t}} \odot \underset{(H)}{\textcolor{#0f8266}{g_t}}$$
#
# If you nudge the old c, the new c moves f times as far. So f is the factor that we looked for: one
# step back, the gradient along c is multiplied by f.
#
# This is the heart of the LSTM. (How h is made from c, and the fourth gate, come in lesson 02.)
#
# What do the gates of unit 5 do, in the line at the top of this page?
#
# **Predict.** At which character is its forget gate f nearly 0?

# %%
plot, axes = figure()
axes.step(range(len(line)), [step.f[5] for step in steps], where="mid", color="C1", label="f")
axes.step(range(len(line)), [step.i[5] for step in steps], ":", where="mid", color="C0", label="i")
axes.set_xticks(range(len(line)), list(line))
axes.set(ylabel="gate", title="The taps of unit 5")
axes.legend(loc="center left")
alt = """Two gates of unit 5 over the line. The forget gate f lies between 0.6 and 1, is 1 inside
the brackets, and falls to 0 at the closing one. The input gate i is near 0, but 1 at the opening
bracket."""
show(plot, alt)

# %% [markdown]
# At the closing bracket. At the opening one, i is 1: the news comes in. Inside, f stays near 1, so
# the number stays. At the closing one f is 0, and it is gone. Nobody has written that down for the
# reader. Its weights were trained, and they open and shut these taps.

# %% [markdown]
# ## Half-life
#
# How long does a memory last, if f is not exactly 1? Take c = 1, and f = 0.9 at every step, with
# no news. What is left is 0.9, then 0.81, then 0.73, 0.66, 0.59, 0.53 and 0.48. So after between
# six and seven steps half of it is left. After k steps the share $f^k$ is left, and it is one half
# when
#
# $$f^n = \tfrac12 \qquad\text{or}\qquad n = \frac{\ln \frac12}{\ln f}$$
#
# (ln is the natural logarithm, `log` in Python. It turns a power into a product.) This n is the
# *half-life* of the memory, in steps.
#
# **Predict.** With f = 0.99, is the half-life nearer to 7, 70 or 700 steps?

# %%
from math import exp, log


def half_life(f):
    """Return after how many steps a constant forget gate f leaves one half."""
    return log(1 / 2) / log(f)


for f in (0.5, 0.9, 0.99, 0.999):
    print(f"f = {f:<5}  half-life {half_life(f):5.1f} steps")

# %% [markdown]
# About 70. Near 1, small differences matter much: with 0.999 the memory lasts ten times as long as
# with 0.99.
#
# What keeps a gate between 0 and 1? A *sigmoid* does, $\sigma(z) = 1 / (1 + e^{-z})$. It gives 0.5
# for z = 0, nearly 1 for z = 6 and nearly 0 for z = −6. For the forget gate, z is made from the
# word, the old h and a bias, as in the RNN:
#
# $$\underset{(H)}{\textcolor{#c2560c}{f_t}} = \sigma\big(
#   \underset{(H \times I)}{W_{if}}\;\underset{(I)}{x_t}
#   + \underset{(H \times H)}{W_{hf}}\;\underset{(H)}{h_{t-1}} + \underset{(H)}{b_f}\big)$$
#
# If the two parts with W are small, the gate rests near $\sigma(b_f)$. So the bias sets how long a
# memory lasts when nothing special is read.


# %%
def sigmoid(z):
    return 1 / (1 + exp(-z))


for bias in (-2, 0, 1, 2, 4, 6):
    f = sigmoid(bias)
    print(f"bias {bias:2}: f = {f:.3f}, half-life {half_life(f):6.1f} steps")

# %% [markdown]
# To find the bias for the half-life n that you want, go the other way. Half must be left after n
# steps, so $f = 0.5^{1/n}$. And $f = \sigma(b_f)$ turned round is $b_f = \ln \dfrac{f}{1 - f}$.

# %%
f = 0.5 ** (1 / 30)
b_f = log(f / (1 - f))
print(f"for a half-life of 30 steps: f = {f:.3f}, bias {b_f:.2f}")

# %% [markdown]
# ## What a new nn.LSTM remembers
#
# An LSTM is said to cure vanishing gradients. Let us see. In a new `nn.LSTM` all weights and
# biases are small random numbers, here between −0.25 and 0.25, so z is near 0.
#
# In PyTorch's names, the forget gate owns the second quarter of the rows of every weight and bias.
# Lesson 02 shows why. So we can compute f at every step.


# %%
def forget_gates(lstm):
    """Return the forget gate at every step after the first, (60, 16)."""
    rows = slice(16, 32)  # the second quarter of 64
    W_if, W_hf = lstm.weight_ih_l0[rows], lstm.weight_hh_l0[rows]
    b_f = lstm.bias_ih_l0[rows] + lstm.bias_hh_l0[rows]
    states, _ = lstm(x)
    gates = []
    for x_t, h in zip(x[1:], states[:-1]):  # a word, and h after the word before it
        gates.append(torch.sigmoid(W_if @ x_t + W_hf @ h + b_f))
    return torch.stack(gates)


# %% [markdown]
# **Predict.** What is f on average, in a new LSTM: about 0.1, 0.5 or 0.9?

# %%
torch.manual_seed(4)
lstm = nn.LSTM(8, 16)
gates = forget_gates(lstm)
print(f"f on average: {gates.mean():.2f}")
print(f"left after 30 steps, at most: {gates[-30:].prod(dim=0).max():.0e}")

# %% [markdown]
# About 0.5. So a new LSTM forgets half of its memory at *every* step, and after 30 steps nothing
# is left. It has the means against forgetting, a gate that can be opened. But at the start the
# gate is half shut.
#
# So we open it. We give the bias that we have just computed to all its forget gates. PyTorch has
# two biases and adds them, so one gets the number and the other one zero.


# %%
def set_forget_bias(lstm, bias):
    """Let the two biases of the forget gate add up to `bias`."""
    H = lstm.hidden_size
    with torch.no_grad():
        lstm.bias_ih_l0[H : 2 * H] = bias
        lstm.bias_hh_l0[H : 2 * H] = 0


torch.manual_seed(4)
opened = nn.LSTM(8, 16)
set_forget_bias(opened, b_f)
left = forget_gates(opened)[-30:].prod(dim=0)
print(f"left after 30 steps: {left.min():.2f} to {left.max():.2f}, on average {left.mean():.2f}")

# %% [markdown]
# About one half, as we wanted. Here are the gradients of all three, each divided by its value at
# lag 0. The axis is *logarithmic*: each grid line is a fixed factor below the one above it. So a
# constant factor a step is a straight line.

# %%
plot, axes = figure()
lstm_gradient, opened_gradient = gradient_by_lag(lstm), gradient_by_lag(opened)
axes.semilogy(rnn_gradient / rnn_gradient[0], ":", color="C0", label="plain RNN")
axes.semilogy(lstm_gradient / lstm_gradient[0], "-.", color="C3", label="new LSTM")
axes.semilogy(opened_gradient / opened_gradient[0], "-", color="C1", label="forget bias 3.76")
axes.set(xlabel="lag (words back)", ylabel="gradient, 1 at lag 0", title="An open gate remembers")
axes.legend()
alt = """Three curves of gradient against lag on a logarithmic axis. The plain RNN falls to below
1e-21 at lag 60, the new LSTM to about 3e-14. With forget bias 3.76 the curve falls to about a fifth
in the first steps, and then stays roughly level up to lag 60."""
show(plot, alt)

# %% [markdown]
# The straight lines are the two networks that forget. With the open gate, the gradient falls in the
# first few steps, and then stays on one level, as far back as we look.
#
# ## Turn the knob
#
# Below is an LSTM with other weights. The solid curve is its gradient for the forget bias that you
# choose. The dashed line is $f^k$, which is what the forget gate alone would leave.
#
# **Try it.**
#
# 1. Set the bias to −2. Does the LSTM remember better or worse than the plain RNN?
# 2. Set "lags shown" to 100. From which whole number on does the bias leave half of c after 100
#    steps?
# 3. Set "lags shown" to 50, and move the bias from 2 to 6. The end of the dashed line moves far,
#    the end of the solid curve hardly. What is $f^{50}$ for a bias of 2, and for 6?

# %%
from lstm_lessons import explorers

explorers.forget_gate()

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. Worse. A gate that is nearly shut forgets faster than a plain RNN.
# 2. From 5 on.
# 3. It is about 0.002 for 2, and about 0.88 for 6. The solid curve does not follow:
#    it drops in the first step, and some of the gradient goes another way, through h into the gates
#    of the next step. So $f^k$ is a guide to the memory, and not the whole gradient.
#
# </details>

# %% [markdown]
# ## Does it matter in training?
#
# A small test. The first number of a sequence is +1 or −1. Then come 29 small random numbers,
# which mean nothing. At the end the network must say the sign that came first. Guessing gets one
# half right.
#
# Training goes as always. A *loss* says how wrong the answers are, here by `softplus`, which is
# near 0 where the signs agree. `backward()` finds its gradient, and the *optimiser*, here the
# usual one, Adam, moves all weights a little in the direction that makes the loss smaller.


# %%
def examples(B):
    """Return B sequences of 30 numbers, (30, B, 1), and the sign that each begins with, (B,)."""
    sign = torch.randint(0, 2, (B,)) * 2.0 - 1
    x = 0.1 * torch.randn(30, B, 1)
    x[0, :, 0] = sign
    return x, sign


# %%
def train(lstm, head):
    """Train an LSTM, and the head that reads its last state, to say the first sign."""
    optimiser = torch.optim.Adam([*lstm.parameters(), *head.parameters()], lr=0.01)
    for _ in range(60):
        x, sign = examples(B=32)
        output, _ = lstm(x)
        guess = head(output[-1])[:, 0]  # one number for each sequence
        loss = nn.functional.softplus(-sign * guess).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()


# %%
def share_right(forget_bias, seed):
    """Return the share of signs that a newly trained LSTM says right."""
    torch.manual_seed(seed)
    lstm, head = nn.LSTM(1, 16), nn.Linear(16, 1)
    if forget_bias is not None:
        set_forget_bias(lstm, forget_bias)
    train(lstm, head)
    x, sign = examples(B=200)
    guess = head(lstm(x)[0][-1])[:, 0]
    return (guess.sign() == sign).double().mean().item()


# %% [markdown]
# Each choice gets three random starts: the biases as PyTorch makes them, and forget biases of 1, 2
# and 4. A bias of 1 is often recommended.
#
# **Predict.** From which of the four choices on does the network learn it?

# %%
for forget_bias in (None, 1.0, 2.0, 4.0):
    learnt = sum(share_right(forget_bias, seed) > 0.9 for seed in range(3))
    left = sigmoid(forget_bias or 0.0) ** 29
    print(f"forget bias {forget_bias}: {left:.0e} is left, {learnt} of 3 have learnt it")

# %% [markdown]
# From 2 on, and then every time. It is the same network, with the same data and the same number of
# steps.
#
# "Left" is what the forget gate leaves of the first sign at the end, before any training:
# $f^{29}$. With a bias of 2 that is two or three hundredths. That is enough to begin with, and
# training then opens the gates further. With a bias of 1 it is a ten-thousandth, and there is next
# to nothing to follow.

# %% [markdown]
# ## Where it comes from
#
# * 1991: Sepp Hochreiter describes in his thesis why gradients of recurrent networks vanish or
#   explode. 1994: Yoshua Bengio and others show that learning over long spans must then be hard.
# * 1997: Hochreiter and Jürgen Schmidhuber publish the LSTM. Its memory has a factor of exactly 1,
#   and no forget gate.
# * 2000: Felix Gers and others add the forget gate, because the memory must be emptied. That is
#   the LSTM of today, and of PyTorch.

# %% [markdown]
# ## What we have seen
#
# * A new plain RNN multiplies its gradient by about the same factor at every step. Below 1 it
#   vanishes, above 1 it explodes.
# * The memory $c_t = f_t \odot c_{t-1} + i_t \odot g_t$ lets the network choose the factor: it is
#   f.
# * A gate that stays at f has a half-life of $\ln \frac12 / \ln f$ steps. It rests near
#   $\sigma(b_f)$.
# * A new `nn.LSTM` has f near 0.5, and forgets half of its memory at every step. Open its gates if
#   your sequences are long.

# %% [markdown]
# **A common mistake.** To set the forget bias to 1, people write 1 into both biases of PyTorch.
# The two are added. You recognise it by where the gate rests: at 0.881, which is $\sigma(2)$, and
# not at 0.731.
#
# **Exercises:** [01 Why gates](../exercises/01_why_gates.ipynb). Predict a decay and measure it,
# find a bias, explain a failure.
#
# **Next:** unit 5 opens and shuts its taps at brackets. Which of the reader's 1,664 weights tell
# it to? [Lesson 02](02_gates_and_shapes.ipynb) writes down all four gates, and finds the place of
# every weight.
