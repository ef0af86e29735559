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
# ## A network that reads
#
# A recurrent network reads one word at a time and keeps a *state* $h$, a list of H numbers.
# At each step it mixes the new word $x_t$ with the state of the step before:
#
# $$\underset{(H)}{h_t} = \tanh\big(\underset{(H \times I)}{W_{ih}}\;\underset{(I)}{x_t}
#   + \underset{(H \times H)}{W_{hh}}\;\underset{(H)}{h_{t-1}} + \underset{(H)}{b}\big)$$
#
# Under each symbol stands its shape. A matrix (H × I) takes I numbers in and gives H numbers out.
# $\tanh$ squeezes each number into the range from −1 to 1.
#
# This is the plain recurrent network, the RNN. It has no gates yet.

# %% [markdown]
# Here it is in PyTorch. A word has 8 numbers and the state has 16. One sentence is enough for this
# lesson, so `x` has no batch axis: its shape is (T, I). We work in `float64`, the more exact of the
# usual number types, so that tiny numbers can be trusted.
#
# PyTorch keeps the bias as two vectors, `bias_ih` and `bias_hh`, and adds both. So $b$ is their
# sum. The ending `_l0` means layer 0, the only one here.
#
# Does `nn.RNN` really do what the equation says? The loop is the equation. `nn.RNN` returns
# `output`, which holds the state after every word, so `output[-1]` is the last.

# %%
import torch
from torch import nn

torch.set_default_dtype(torch.float64)
torch.manual_seed(4)

T, I, H = 61, 8, 16
x = torch.randn(T, I)
rnn = nn.RNN(I, H)

b = rnn.bias_ih_l0 + rnn.bias_hh_l0
h = torch.zeros(H)
for x_t in x:
    h = torch.tanh(rnn.weight_ih_l0 @ x_t + rnn.weight_hh_l0 @ h + b)

output, h_n = rnn(x)
assert torch.allclose(h, output[-1], rtol=0, atol=1e-12)
print("The loop and nn.RNN agree after", T, "words.")

# %% [markdown]
# ## A ruler for forgetting
#
# After 61 words, what does the network still know of the first? Nudge that word and see how far the
# last state moves. That is what a *gradient* measures.
#
# A gradient needs a single result, so we add up the 16 numbers of the last state. For every word
# that gives 8 slopes, one for each of its 8 numbers. Their length (`norm`) is our ruler: how much
# that word still matters.
#
# *Lag* k means k steps back: lag 0 is the last word, and lag 60 is the first.
#
# **Predict.** Guess the gradient at lag 20, if it is about 1 at lag 0: a half, a hundredth, or
# less than a millionth?


# %%
def gradient_by_lag(layer, x):
    """Return how much the word k steps before the last still matters, for k = 0, 1, 2, ..."""
    x = x.clone().requires_grad_()
    output, _ = layer(x)
    output[-1].sum().backward()
    return x.grad.norm(dim=-1).flip(0)  # flipped: the last word comes first


rnn_gradient = gradient_by_lag(rnn, x)
for lag in (0, 1, 20, 60):
    print(f"lag {lag:2}: {rnn_gradient[lag].item():.0e}")

# %% [markdown]
# `9e-08` is Python's way to write 9 in a hundred million. Twenty words back, almost nothing is
# left. Sixty words back, less than a billionth of a billionth is left.
#
# Training follows the gradient. Where there is next to none, there is next to nothing to follow.
#
# **Predict.** From lag 10 to lag 20 the gradient is multiplied by about 0.0002. In the next ten
# steps, and the ten after that: by less, by more, or by about the same?


# %%
def factor_per_step(gradient, first, last):
    """Return the factor by which the gradient changes in one step, on average."""
    return (gradient[last] / gradient[first]).item() ** (1 / (last - first))


for lag in (10, 20, 30, 40, 50):
    shrinks = (rnn_gradient[lag + 10] / rnn_gradient[lag]).item()
    factor = factor_per_step(rnn_gradient, lag, lag + 10)
    print(f"lag {lag} to {lag + 10}: times {shrinks:.4f}, that is {factor:.2f} a step")

# %% [markdown]
# About the same: each step multiplies by a *factor* of about 0.43. Why? To get from $h_t$ back to
# $h_{t-1}$, the gradient is multiplied by the slope of $\tanh$ and by $W_{hh}$, sixty times over.
#
# The slope of $\tanh$ at each number is $1 - h^2$. And what does one matrix do, many times over?
# An *eigenvalue* is the factor by which it stretches a direction that it does not turn. In the
# long run the largest one wins. (It may be negative or complex, so we take its size.)
#
# **Predict.** What should the two roughly give, multiplied?

# %%
stretch = torch.linalg.eigvals(rnn.weight_hh_l0).abs().max().item()
slope = (1 - output**2).mean().item()
print(f"W_hh {stretch:.2f} times slope {slope:.2f} is {stretch * slope:.2f} a step")

# %% [markdown]
# So the factor is in the weights. PyTorch starts them between $-1/\sqrt H$ and $1/\sqrt H$, here
# ±0.25: too small to remember. With a factor below 1, the gradient *vanishes*. With one above 1,
# it would *explode*. A memory needs a factor very near 1.
#
# A factor of exactly 1 is easy to get: copy the memory, and only add to it. But then a thing goes
# away only if its exact opposite is added later. The memory fills up.

# %% [markdown]
# ## A memory with a tap
#
# So let the network choose. The LSTM has a *memory* $c$, beside its state $h$. At each step, each
# of its H numbers gets a factor $f$ between 0 and 1 for the old, and another, $i$, for the news
# $g$:
#
# $$\underset{(H)}{c_t} = \underset{(H)}{f_t} \odot \underset{(H)}{c_{t-1}}
#   + \underset{(H)}{i_t} \odot \underset{(H)}{g_t}$$
#
# $\odot$ multiplies number by number. $f$ is the *forget gate* and $i$ the *input gate*. A gate is
# a tap: 0 is shut, 1 is open. The name misleads: $f = 1$ forgets *nothing*.
#
# Nudge $c_{t-1}$, and $c_t$ moves $f_t$ times as far. So one step back, the gradient along $c$ is
# multiplied by $f_t$. (Lesson 02 is about the rest: $i$, $g$, and how $h$ is made from $c$.)

# %% [markdown]
# ## Half-life
#
# Take one number of the memory. Suppose its $f$ stays the same and nothing new comes in. Each step
# multiplies it by $f$, so after $k$ steps the share $f^k$ is left. When is half of it gone? We want
# the $n$ for which $f^n = \tfrac12$. Taking logarithms on both sides gives
#
# $$n = \frac{\ln \frac12}{\ln f}$$
#
# This $n$ is the *half-life* of the memory, in steps.
#
# **Predict.** A gate of 0.99 sounds almost open. Is its half-life nearer to 7 steps, 70 or 700?

# %%
from math import exp, log


def half_life(f):
    """Return after how many steps a constant forget gate f leaves one half."""
    return log(1 / 2) / log(f)


for f in (0.5, 0.9, 0.99, 0.999):
    print(f"f = {f:<5}  half-life {half_life(f):5.1f} steps")

# %% [markdown]
# Near 1, small steps matter: from 0.99 to 0.999 the memory lasts ten times as long.
#
# What keeps a gate between 0 and 1? It is a *sigmoid*, $\sigma(z) = 1 / (1 + e^{-z})$. For the
# forget gate, $z$ comes from the word, the state and a bias, as in the RNN:
#
# $$\underset{(H)}{f_t} = \sigma\big(\underset{(H \times I)}{W_{if}}\;\underset{(I)}{x_t}
#   + \underset{(H \times H)}{W_{hf}}\;\underset{(H)}{h_{t-1}} + \underset{(H)}{b_f}\big)$$
#
# ($W_{if}$: from the **i**nput to **f**; this i is not the gate $i$. $W_{hf}$: from **h** to
# **f**.) If the parts with $W$ are small, the gate rests at $f \approx \sigma(b_f)$.
#
# **Predict.** With $b_f = 0$, where does the gate rest, and what is its half-life?


# %%
def sigmoid(z):
    return 1 / (1 + exp(-z))


for bias in (-2, 0, 1, 2, 4, 6):
    f = sigmoid(bias)
    print(f"bias {bias:2}: f = {f:.3f}, half-life {half_life(f):6.1f} steps")

# %% [markdown]
# A bias of 0 leaves half after one single step. To remember across 50 words you want something
# above 4.
#
# To find the bias for the half-life $n$ that you want, go backwards. Half must be left after $n$
# steps, so $f = 0.5^{1/n}$. Solving $f = \sigma(b_f)$ for $b_f$ gives $b_f = \ln \dfrac{f}{1 -
# f}$.

# %%
f = 0.5 ** (1 / 50)
b_f = log(f / (1 - f))
print(f"For a half-life of 50 steps: f = {f:.4f}, bias {b_f:.2f}")

# %% [markdown]
# ## What nn.LSTM remembers when it is new
#
# PyTorch keeps two biases here too, and adds them. Both start at random between −0.25 and 0.25
# (that is $1/\sqrt{16}$), so $b_f$ is near 0. In `nn.LSTM`, the forget gate owns the second
# quarter of every weight and bias (lesson 02 shows why). So we can compute the gate at every step.
#
# **Predict.** What is $f$ on average, in a new LSTM? And is the gradient's factor per step nearer
# to a half, or to 1?


# %%
def forget_gates(lstm, x):
    """Return the forget gate at every step after the first, (T - 1, H)."""
    rows = slice(lstm.hidden_size, 2 * lstm.hidden_size)  # the second quarter
    W_if, W_hf = lstm.weight_ih_l0[rows], lstm.weight_hh_l0[rows]
    bias = lstm.bias_ih_l0[rows] + lstm.bias_hh_l0[rows]
    states, _ = lstm(x)
    gates = []
    for x_t, h in zip(x[1:], states[:-1]):  # a word, and the state after the word before it
        gates.append(torch.sigmoid(W_if @ x_t + W_hf @ h + bias))
    return torch.stack(gates)


torch.manual_seed(4)
lstm = nn.LSTM(I, H)
gates = forget_gates(lstm, x)
share = gates[-50:].prod(dim=0)  # the product of the last 50 gates, for each of the 16 numbers
lstm_gradient = gradient_by_lag(lstm, x)
print(f"gates: {gates.min():.2f} to {gates.max():.2f}, on average {gates.mean():.2f}")
print(f"left of the memory after 50 steps: at most {share.max():.0e}")
print(f"gradient: factor {factor_per_step(lstm_gradient, 10, 60):.2f} a step")

# %% [markdown]
# On average the gate is about a half, as its bias promised, and nothing is left after 50 steps.
# The gradient's factor is a little above that. The numbers of the memory differ, and the slowest
# to forget last longest. And some gradient goes round the gate, through $h$ into the next step.
# But the factor is far from 1. An LSTM is said to cure vanishing gradients. It only has the
# *means*: a gate that can be opened.
#
# So open it. We put all of $b_f$ in one bias and zero in the other.
#
# **Predict.** The gates still move with the words. After 50 steps, will exactly a half be left,
# about a half, or nothing like it?


# %%
def set_forget_bias(lstm, bias):
    """Let the two biases of the forget gate add up to `bias`."""
    H = lstm.hidden_size
    with torch.no_grad():  # PyTorch lets us change a parameter only outside its bookkeeping
        lstm.bias_ih_l0[H : 2 * H] = bias
        lstm.bias_hh_l0[H : 2 * H] = 0


torch.manual_seed(4)
opened = nn.LSTM(I, H)
set_forget_bias(opened, b_f)
share = forget_gates(opened, x)[-50:].prod(dim=0)
print(f"left after 50 steps: {share.min():.2f} to {share.max():.2f}, on average {share.mean():.2f}")

# %% [markdown]
# About a half. And the gradient? Here are all three, each divided by its value at lag 0. On a
# *logarithmic* axis, every grid line is a fixed factor below the one above. So a constant factor a
# step is a straight line.

# %%
from lstm_lessons import show
from lstm_lessons.drawing import figure

opened_gradient = gradient_by_lag(opened, x)
plot, axes = figure()
axes.semilogy(rnn_gradient / rnn_gradient[0], ":", color="C0", label="plain RNN")
axes.semilogy(lstm_gradient / lstm_gradient[0], "-.", color="C3", label="new LSTM")
axes.semilogy(opened_gradient / opened_gradient[0], "-", color="C1", label="forget bias 4.27")
axes.set(xlabel="lag k (words back)", ylabel="gradient, 1 at lag 0", title="An open gate remembers")
axes.legend()
alt = """Three curves of gradient against lag on a logarithmic axis. The plain RNN falls to below
1e-21 at lag 60, the new LSTM to about 3e-14. With forget bias 4.27 the curve falls to about a fifth
in the first steps, and then stays roughly level up to lag 60."""
show(plot, alt)  # alt: the picture in words, for those who cannot see it

# %% [markdown]
# With the open gate, the gradient stays within a factor of twenty over 60 steps. It drops in the
# first few: the last word also has a short way to $h$ that does not pass through $c$ (lesson 02).
# Earlier words act mainly through the memory, and a little through $h$. So the gradient does not
# simply halve like the memory.

# %% [markdown]
# ## Turn the knob
# Below is an LSTM with other weights. The solid curve is its gradient, for the forget bias that you
# choose. The dashed line is $f^k$, what the gate alone would leave.
#
# **Try it.**
#
# 1. Set the bias to −2. Is the LSTM better or worse than the plain RNN?
# 2. Set `lags shown` to 100. From which bias on is half of $c$ left after 100 steps?
# 3. Compare bias 0 and bias 6. Where does the solid curve lie against the dashed line?

# %%
from lstm_lessons import explorers

explorer = explorers.forget_gate()
explorer

# %%
explorer.sliders["lags"].value = 100  # task 2, from Python
explorer.sliders["forget_bias"].value = 5
print(explorer.picture.alt)

# %% [markdown]
# Task 1: worse. Task 2: 5. Task 3: at 0 the curve lies above, because some gradient goes round the
# gate. At 6 it drops at first, and stays below. So $f^k$ is a guide, no more: the real gates move
# with the words.
#
# ## Does it matter in training?
#
# A small test. The first input is +1 or −1, then come 49 small random numbers. At the end, a
# linear layer reads the last state, and must name the sign that came first. Guessing gets one half
# right. We train 100 steps.


# %%
def examples(B, T=50):
    """Return B sequences, (T, B, 1), and the sign that each of them starts with, (B,)."""
    sign = torch.randint(0, 2, (B,)) * 2.0 - 1
    x = 0.1 * torch.randn(T, B, 1)
    x[0, :, 0] = sign
    return x, sign


def learns(forget_bias, seed):
    """Train an LSTM; return whether it then names the sign 9 times in 10."""
    torch.manual_seed(seed)
    lstm, read = nn.LSTM(1, 16), nn.Linear(16, 1)
    if forget_bias is not None:
        set_forget_bias(lstm, forget_bias)
    optimiser = torch.optim.Adam([*lstm.parameters(), *read.parameters()], lr=0.005)
    for _ in range(100):
        x, sign = examples(B=16)
        output, _ = lstm(x)
        guess = read(output[-1])[:, 0]  # one number for each sequence: is it positive?
        loss = nn.functional.softplus(-sign * guess).mean()  # near 0 when the signs agree
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    x, sign = examples(B=200)
    return ((read(lstm(x)[0][-1])[:, 0].sign() == sign).double().mean() > 0.9).item()


# %% [markdown]
# **Predict.** Each choice gets three random starts. How many learn it with the default biases?
# With a forget bias of 1, as many recommend? With 5? (This takes some seconds.)

# %%
for name, forget_bias in (("as it is", None), ("1", 1.0), ("5", 5.0)):
    learned = sum(learns(forget_bias, seed) for seed in range(3))
    print(f"forget bias {name}: {learned} of 3 have learned it")

# %% [markdown]
# The same network, the same data, the same number of steps. The table of biases says why 1 does
# not help: its half-life is 2.2 steps, and 50 are needed. There is a gradient, but it comes from
# the last few inputs. Next to nothing in it tells of the first: $0.731^{49}$ is about $2 \cdot
# 10^{-7}$.

# %% [markdown]
# ## What we have seen
#
# * A plain RNN's gradient changes by a roughly constant factor a step. Below 1, it vanishes.
# * The memory $c_t = f_t \odot c_{t-1} + i_t \odot g_t$ lets the network choose that factor: it is
#   $f_t$.
# * A constant gate $f$ has the half-life $n = \ln\frac12 / \ln f$, and rests near $\sigma(b_f)$.
# * A new `nn.LSTM` has $f \approx 0.5$: it forgets half of its memory at every step. Open its gate
#   if your sequences are long.

# %% [markdown]
# **A common mistake.** To set the forget bias to 1, people write 1 into *both* biases. They add.
# You recognise it by where the gate rests: at 0.881 instead of 0.731 (see the table of biases
# above).
#
# **Exercises:** [01 Why gates](../exercises/01_why_gates.ipynb). Predict a decay and measure it,
# find a bias, explain a failure.
#
# **Next:** [lesson 02](02_gates_and_shapes.ipynb) writes down all four gates, and finds the shape
# of every matrix in them.
