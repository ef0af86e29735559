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
# An open bracket has to be closed, and whoever reads the text between has to remember it until
# then. In lesson 00, unit 5 of the trained reader remembered that a bracket was open. Here it reads
# another line:

# %%
from lstm_lessons import pictures

line = "we print the sum (see below) here"
pictures.unit(line)

# %% [markdown]
# The number rises to 1 at the bracket that opens, and stays there or a little above through the
# nine characters inside. At the bracket that closes it is gone.
#
# To keep such a fact is one thing, and to *learn* to keep it is another. For that, training has to
# reach back over many steps, to where the fact was read. How far does it reach?

# %% [markdown]
# ## The simplest network that reads
#
# A *recurrent network*, RNN for short, reads one word at a time and keeps a *state* h, which is a
# list of numbers. At each step, the same box makes a new state from the new word and the old state.

# %%
pictures.loop(("the", "cat", "sat"))

# %% [markdown]
# Take the smallest one: a word is one number x, and the state is one number h. Let the box be
#
# $$h_t = \tanh(0.5\,x_t + 0.8\,h_{t-1})$$
#
# The function tanh hardly changes small numbers, and squeezes large ones to nearly 1 or −1.
#
# Before the first word h is 0, and the first word is 1. So the first state is tanh(0.5) = 0.46. All
# later words are 0, and then the second state is tanh(0.8 · 0.46) = tanh(0.37) = 0.35.
#
# **Predict.** When ten words of 0 have been read after the 1, is the state about 0.4, 0.04 or
# 0.004?

# %%
from math import tanh

h = tanh(0.5 * 1)
for count in range(1, 11):
    h = tanh(0.5 * 0 + 0.8 * h)
    print(f"after {count:2} words of 0: h = {h:.3f}")

# %% [markdown]
# About 0.04. Each word of 0 leaves about 0.8 of what was there, and ten of them about a tenth of
# 0.46. With these weights the first word fades, whether it still matters or not.

# %% [markdown]
# ## A memory with a tap
#
# A factor of exactly 1 is easy to get. Keep a second list of numbers, the *memory* c, copy it from
# step to step, and only add to it. Then nothing fades. But it is hard to empty: the network would
# have to add exactly what is there, with the other sign.
#
# So let the network choose the factor, at every step, for each number of its memory. This factor is
# the *forget gate* f, a number from 0 to 1. If f is 1, all of the old number goes on; if f is 0,
# nothing does. So the name misleads: f = 1 forgets *nothing*.
#
# Something new must come in, too. That is the *news* g, a number from −1 to 1. The *input gate* i,
# from 0 to 1, says how much of the news is let in.
#
# In the picture, the thick line is the memory, and a gate is like a tap, which lets more or less
# through. Gates and news read the word and the old h, which come in below. What is grey comes in
# lesson 02.

# %%
pictures.cell("f i g", {"f": 0.9, "i": 0.5, "g": -1, "c_before": 2})

# %% [markdown]
# $$c = \textcolor{#c2560c}{0.9} \cdot 2 + \textcolor{#1a75d1}{0.5} \cdot
#   (\textcolor{#0f8266}{-1}) = 1.8 - 0.5 = 1.3$$
#
# With letters, at step t:
#
# $$c_t = \textcolor{#c2560c}{f_t} \cdot c_{t-1} + \textcolor{#1a75d1}{i_t} \cdot
#   \textcolor{#0f8266}{g_t}$$
#
# This is the heart of the LSTM. A network has H numbers in its memory, its *units*, and each has
# gates and news of its own. Here is unit 5 of the reader once more. The input gate i is wide open
# at the opening bracket alone. Inside, it still lets in a little, so c grows a little. Between the
# brackets the forget gate f is near 1, and at the closing bracket it is shut.

# %%
pictures.unit(line, "f i")

# %% [markdown]
# ## A ruler: how far back does training see?
#
# Training makes an error smaller. Say the error is computed from the last state. Then of each
# weight, training asks: if it moves a little, how far does the last state move? The weight acts at
# every step. What it does at the first step travels the same path as the first word, through all
# states to the last one. So we measure the word, which is easier to move.
#
# So we *nudge* the first word of the smallest network from 1 to 1.001, let it read ten words of 0,
# and see how far the last state moves. If a nudge of the first word hardly moves the last state,
# training gets hardly a hint that this word matters.


# %%
def last_state(first_word):
    h = tanh(0.5 * first_word)
    for _ in range(10):
        h = tanh(0.8 * h)
    return h


moved = last_state(1.001) - last_state(1)
print(f"moved by {moved:.6f}, {moved / 0.001:.3f} times the nudge")

# %% [markdown]
# How far the result moves, divided by how far the word was nudged, is a *slope*. The slopes for all
# numbers that went in, together, are the *gradient*. PyTorch finds it without any nudge.
# `requires_grad` says for which number we want the slope. Then `backward()`, called on the result,
# goes back through all steps and leaves the slope in `.grad`.

# %%
import torch  # takes some seconds

word = torch.tensor(1.0, requires_grad=True)
h = torch.tanh(0.5 * word)
for _ in range(10):
    h = torch.tanh(0.8 * h)
h.backward()
print(f"{word.grad:.3f}")

# %% [markdown]
# The same 0.030. That is our ruler.
#
# ## A network that holds a sign
#
# Here is a network with other weights, a 2 in place of both 0.5 and 0.8. It reads 1 or −1, and
# after ten words of 0 its state still is 0.96 or −0.96.
#
# **Predict.** A guess: is its slope larger than 0.030, about as large or much smaller?

# %%
for first_word in (1.0, -1.0):
    word = torch.tensor(first_word, requires_grad=True)
    h = torch.tanh(2 * word)
    for _ in range(10):
        h = torch.tanh(2 * h)
    h.backward()
    print(f"first word {first_word:4}: h = {h:5.2f}, slope {word.grad:.0e}")

# %% [markdown]
# More than ten million times smaller: 2e-09 is 0.000000002. Such a network is a *latch*: it holds
# the sign while 0s follow. Why is its slope so small? Nudge the state itself, from 0.96 to 0.961,
# and take one step:

# %%
moved = tanh(2 * 0.961) - tanh(2 * 0.96)
print(f"moved by {moved:.6f}, {moved / 0.001:.2f} times the nudge")

# %% [markdown]
# Where tanh gives 0.96, it is nearly flat: its slope is 1 − 0.96² = 0.08, and times the weight 2
# that is 0.16. So one step leaves only a sixth of a nudge, and the next step a sixth of that. The
# slopes of the steps are multiplied, and ten of them leave nearly nothing. The latch pulls 0.961
# back to 0.96. That is how it holds the sign, and why a nudge dies.
#
# So the ruler does not measure what a network *remembers*. It measures how far back training sees
# with the weights as they are now.

# %% [markdown]
# ## A real RNN
#
# In a network of the usual size the state has H numbers and a word has I numbers. The two factors
# 0.5 and 0.8 become matrices. Below each symbol stands its shape:
#
# $$\underset{(H)}{h_t} = \tanh\big(\underset{(H \times I)}{W_{ih}}\;\underset{(I)}{x_t}
#   + \underset{(H \times H)}{W_{hh}}\;\underset{(H)}{h_{t-1}} + \underset{(H)}{b}\big)$$
#
# The *bias* b is a list of numbers that are added at every step. The index *ih* means from the
# input to h, and *hh* from h to h.
#
# In PyTorch it is `nn.RNN`. It returns `output`, the states after every word. We let a new RNN read
# 61 words of 8 numbers:

# %%
from torch import nn

torch.set_default_dtype(torch.float64)  # 16 digits; the usual numbers have 7
torch.manual_seed(4)
x = torch.randn(61, 8)  # one sentence, so no axis for sentences
rnn = nn.RNN(8, 16)  # I = 8, H = 16

# %% [markdown]
# How far does each word still move the last state? `backward()` wants a single number as the
# result, so we add up the 16 numbers of the last state.
#
# Each word has 8 numbers, so it gets 8 slopes. We make one number of these, their *length*, as of
# an arrow: the length of 3 and 4 is 5. *Lag* 20 means 20 words before the last one.


# %%
def gradient_by_lag(layer, x):
    """Return the length of each word's gradient, from the last word back."""
    words = x.clone().requires_grad_()  # a copy whose slopes we want
    output, _ = layer(words)
    output[-1].sum().backward()  # the last state, as a single number
    lengths = words.grad.norm(dim=1)  # the 8 slopes of a word make one length
    return lengths.flip(0)  # the last word first: lag 0


# %% [markdown]
# **Predict.** A guess: how many times smaller is the gradient at lag 20 than at lag 0, about 10,
# about 1,000, or over a million?

# %%
rnn_gradient = gradient_by_lag(rnn, x)
for lag in (0, 20, 40, 60):
    print(f"lag {lag:2}: {rnn_gradient[lag].item():.0e}")

factor = (rnn_gradient[20] / rnn_gradient[0]) ** (1 / 20)
print(f"factor per step, on average over 20 steps: {factor.item():.2f}")

# %% [markdown]
# In this RNN it is more than ten million times smaller. It is as if each of the twenty steps had
# multiplied it by 0.45, which we call the *factor per step*. The next twenty steps shrink it about
# as much again: $W_{hh}$ is the same, and tanh has about the same slope on average. That is a
# *vanishing gradient*. To reach back over many steps, training needs a factor near 1.
#
# The factor is small because PyTorch begins with small random weights. Larger ones are a gamble.
# With $W_{hh}$ three times as large, this RNN has 0.8 of its gradient left at lag 60. With six
# times, it has 70,000 times as much there as at lag 0: the gradient *explodes* (lesson 11). What we
# want is a factor that the network sets by itself, from what it reads.

# %% [markdown]
# ## The factor is the gate
#
# What is the factor in a memory with a gate? In the picture of the cell, nudge the old c from 2 to
# 2.001. The new c was 1.3, and now it is 0.9 · 2.001 − 0.5 = 1.3009. It has moved 0.9 times as far.
# So along the thick line, each step forward multiplies the memory by f, and each step back
# multiplies the gradient by the same f. The network itself chooses f, for each unit and at every
# step, and it can choose one that is nearly 1.
#
# There is a second way back: c goes down into h, in grey, and h into the gates of the next step. If
# f is about one half, then over many steps most of the gradient comes that way. If f is 0.98, most
# of what comes back over twenty steps comes along c.
#
# How long does a memory last, if f is not exactly 1? Take c = 1, and f = 0.9 at every step, with no
# news. What is left is 0.9, then 0.81, then 0.73, and after k steps the share $f^k$. The number n
# of steps after which one half is left is the *half-life* of the memory. With ln for the natural
# logarithm, `log` in Python:
#
# $$f^n = \tfrac12 \qquad\text{so}\qquad n = \frac{\ln \frac12}{\ln f}$$
#
# **Predict.** With f = 0.99, is the half-life nearer to 7, 70 or 700 steps?

# %%
from math import exp, log


def half_life(f):
    return log(1 / 2) / log(f)


for f in (0.9, 0.99):
    print(f"f = {f}: {half_life(f):.1f} steps")

# %% [markdown]
# 69 steps, about ten times as many as with 0.9.
#
# A *sigmoid*, $\sigma(z) = 1 / (1 + e^{-z})$, keeps a gate between 0 and 1. For the forget gate, z
# is a sum of three parts: one from the word, one from the old h, and a bias $b_f$. Where the first
# two parts are small, the gate rests near $\sigma(b_f)$. So the bias sets how long a memory lasts
# when nothing special is read:


# %%
def sigmoid(z):
    return 1 / (1 + exp(-z))


for bias in (-2, 0, 1, 2, 4, 6):
    f = sigmoid(bias)
    print(f"bias {bias:2}: f = {f:.3f}, half-life {half_life(f):6.1f} steps")

# %% [markdown]
# ## What a new nn.LSTM keeps
#
# An LSTM is said to cure vanishing gradients. Here is a new one. `forget_gates` computes f
# for each step and each unit (lesson 02 shows how). The product of the last 30 values of f is what
# is left of an old c, and of the gradient along c.
#
# **Predict.** After 30 steps, is about a tenth of an old c left, about a thousandth, or less than a
# millionth?

# %%
from lstm_lessons.data.trials import forget_gates

torch.manual_seed(4)
lstm = nn.LSTM(8, 16)
gates = forget_gates(lstm, x)
print(f"f on average: {gates.mean():.2f}")
print(f"left of c after 30 steps, at most: {gates[-30:].prod(dim=0).max():.0e}")

# %% [markdown]
# Less than a millionth, even in the unit that has kept most. The weights and biases are small, so z
# is near 0, and $\sigma(0)$ is one half. A new LSTM forgets about half of its memory at *every*
# step.
#
# So we open the gates. Which bias gives a half-life of n steps? First the gate: $f^n = \tfrac12$,
# so $f = 0.5^{1/n}$. Then the bias whose sigmoid is this f, called the *logit* of f:
#
# $$\frac{1}{1 + e^{-b_f}} = f \qquad\text{so}\qquad b_f = \ln \frac{f}{1 - f}$$
#
# For a half-life of 30 steps:

# %%
f = 0.5 ** (1 / 30)
b_f = log(f / (1 - f))
print(f"f = {f:.3f}, bias {b_f:.2f}, and its sigmoid is {sigmoid(b_f):.3f}")

# %% [markdown]
# PyTorch keeps the biases for i, f, g and the grey o in one list, in this order, so the second
# quarter is the forget gate's. There are two such lists, `bias_ih_l0` and `bias_hh_l0` (lesson 02),
# and the gate gets their sum. So we write our bias into one, and 0 into the other.


# %%
def set_forget_bias(lstm, bias):
    """Let the two biases of the forget gate add up to `bias`."""
    H = lstm.hidden_size
    with torch.no_grad():  # so that we may write over weights
        lstm.bias_ih_l0[H : 2 * H] = bias
        lstm.bias_hh_l0[H : 2 * H] = 0


# %%
torch.manual_seed(4)
opened = nn.LSTM(8, 16)
set_forget_bias(opened, b_f)
left = forget_gates(opened, x)[-30:].prod(dim=0)
print(f"left of c after 30 steps, on average: {left.mean():.2f}")

# %% [markdown]
# About one half, as we wanted.
#
# ## Turn the knob
#
# What do open gates do to the gradient? Below, another LSTM reads a long text. The solid curve is
# for the forget bias that you choose. We measure as before, except that for the LSTM the result is
# the last c in place of the last h, because f acts on c.
#
# All curves begin at 1, for each is divided by its value at lag 0. From each line of the axis down
# to the next, a gradient gets 10,000 times smaller. On such a *logarithmic* axis, a constant factor
# per step is a straight line.
#
# The orange dashes are $f^k$, what the forget gate alone would leave after k steps. With a bias of
# 4, they seem to lie on the solid curve, since a factor of 1.5 is hardly seen here.
#
# **Try it.** Press "nearly shut: −2". Does training reach farther back in this LSTM, or in the
# plain RNN?

# %%
from lstm_lessons import explorers

explorers.forget_gate()

# %% [markdown]
# <details><summary>Answers</summary>
#
# In the plain RNN. A gate that is nearly shut is worse than none.
#
# The solid curve now lies above the dashes, because of the second way back, through h.
#
# </details>
#
# With open gates the gradient of c hardly vanishes. Press "open: 4": 0.6 of it is left at lag 50.
# With h as the result it is 0.04, and most is lost in the first step. But a gate must also shut at
# times, as that of unit 5 does.

# %% [markdown]
# ## Does it matter in training?
#
# Here is a test, made beforehand:
#
# * A sequence is +1 or −1, and then 29 random numbers, mostly between −0.2 and 0.2. At its end the
#   network must say the sign that came first.
# * There are five networks of 16 units: a plain RNN, an LSTM as PyTorch makes it, and LSTMs with
#   forget biases of 1, 2 and 4.
# * Each is trained from 45 *starts*, with other random weights each time. A method named Adam
#   (lesson 08) moves all weights 60 times. Each time is an *update*. How far it goes is set by the
#   learning rate, here 0.01.
# * A network *has learnt it* when it gets more than nine in ten new signs right. Guessing gets
#   half.
# * Before the training, our ruler measured the gradient of the last h at the sign, as a share of
#   that at lag 0. The middle one of the 45 is printed.
#
# **Predict.** A guess: which of the five has learnt it in the fewest starts?

# %%
from statistics import median

from lstm_lessons.data.trials import first_signs

for name, starts in first_signs().items():
    learnt = sum(start.right > 0.9 for start in starts)
    gradient = median(start.gradient for start in starts)
    print(f"{name:<14} learnt in {learnt:2} of 45, gradient {gradient:.0e}")

# %% [markdown]
# The new LSTM: in none. With a forget bias of 2 or 4, an LSTM learns it in nearly all starts. So
# among these LSTMs it is the open gate that helps. A bias of 1, often advised, is mostly too
# little here.
#
# The plain RNN's place depends on the learning rate. At 0.03 it learns it in 38 starts, an LSTM
# with a bias of 4 in 37, with 2 in 16, and the other two in none. So a bias of 4 does well at both
# rates, and a new LSTM at neither.
#
# The plain RNN begins with the smallest gradient, and yet it learns. The ruler does not see where
# training moves the weights. After 180 updates at 0.01, the RNN's middle gradient has grown to
# 3e-04, and it has learnt it in 30 starts. The new LSTM's has shrunk to 3e-08, and it has in none.

# %% [markdown]
# <details><summary>Where gates come from</summary>
#
# Sepp Hochreiter described vanishing gradients in 1991. In 1994 Yoshua Bengio and others showed
# that they must vanish in a network which holds a fact safely, as a latch does. The LSTM of
# Hochreiter and Jürgen Schmidhuber, of 1997, had a factor of exactly 1. Felix Gers and others added
# the forget gate in 2000.
#
# </details>

# %% [markdown]
# ## What we have seen
#
# * The gradient tells how far back training sees, with the weights as they are now. It does not
#   tell what a network *remembers*: a latch holds its sign, and its gradient vanishes. Nor does
#   it tell where training moves the weights.
# * In a new plain RNN the gradient is multiplied by about the same factor per step, on average. If
#   it stays below 1, the gradient vanishes; if it stays above 1, it explodes.
# * The memory $c_t = f_t \cdot c_{t-1} + i_t \cdot g_t$ lets the network choose the factor along c:
#   it is f. A gate that stays at f gives c a half-life of $\ln \frac12 / \ln f$ steps.
# * A new `nn.LSTM` has f near 0.5, and keeps half of its memory per step. Open its gates with the
#   forget bias: it is the logit of the f that you want.

# %% [markdown]
# **A common mistake.** To set the forget bias to 1, people write 1 into both biases of PyTorch. The
# two are added, so it is 2. You recognise it by where the gate rests: at 0.881, which is
# $\sigma(2)$, and not at 0.731.
#
# **Exercises:** [01 Why gates](../exercises/01_why_gates.ipynb). Predict a decay and measure it,
# find a bias, explain a failure.
#
# **Next:** unit 5 opens and shuts its gates at brackets. Which of the 1,664 weights of the reader's
# LSTM tell it to? [Lesson 02](02_gates_and_shapes.ipynb) writes down all four gates, and finds the
# place of every weight.
