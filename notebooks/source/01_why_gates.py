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
# that decides it stands at the beginning of the sentence, and seven words lie between. So a reader
# has to keep one fact while it reads seven words that do not matter for it. Then it may let it go.
#
# Text is full of that. A bracket that was opened must be closed. A question that begins with *why*
# ends with a question mark. In lesson 00, unit 5 of the trained reader kept such a fact. Here it
# reads another line:

# %%
from lstm_lessons import pictures

line = "we print the sum (see below) here"
pictures.unit(line)

# %% [markdown]
# The number rises to 1 at the bracket that opens. It stays there, or a little above, through the
# nine characters inside. At the bracket that closes it is gone. It does not fade in between.
#
# That looks easy. But the simplest network that reads does not do it when it is new, and learns it
# slowly: at the end of this lesson you train some, and in 60 steps most do not get there. The
# lesson shows why, and what has to be added so that they do.

# %% [markdown]
# ## The simplest network that reads
#
# A *recurrent network*, RNN for short, reads one word at a time and keeps a *state* h, which is a
# list of numbers. At each step it makes a new state out of the new word and the old state. It is
# the same box at each step.

# %%
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
# **Predict.** When ten words of 0 have been read after the 1, is the state about 0.4, 0.04 or
# 0.004?

# %%
from math import tanh

h = tanh(0.5 * 1)
for count in range(1, 11):
    h = tanh(0.5 * 0 + 0.8 * h)
    print(f"after {count:2} words of 0: h = {h:.3f}")

# %% [markdown]
# About 0.04. Each word of 0 leaves about 0.8 of what was there, and ten factors of 0.8 make 0.1.
# The factor stands in the weights, and it is much the same at every step. So the first word fades,
# whether it still matters or not.

# %% [markdown]
# ## A memory with a tap
#
# A factor of exactly 1 is easy to get. Keep a second list of numbers, the *memory* c, copy it from
# step to step, and only add to it. Then nothing fades. But then nothing can be let go either: a
# bracket that was opened once would stay open for ever.
#
# So let the network choose the factor, at every step, for each number of its memory. This factor is
# the *forget gate* f, a number from 0 to 1. In the picture the memory is the thick line, like a
# belt that runs through the box, and f is a tap on it. The old c is 2 and f is 0.9, so that 0.9 · 2
# = 1.8 goes on. What is grey comes later.

# %%
pictures.cell("f", {"f": 0.9, "c_before": 2})

# %% [markdown]
# f = 1 is an open tap: all of the old number goes on. f = 0 is a tap that is shut. So the name
# misleads: f = 1 forgets *nothing*.
#
# Something new must come in, too. That is the *news* g, a number from −1 to 1. The *input gate* i,
# from 0 to 1, says how much of the news is let in. Here i is 0.5 and g is −1:
#
# $$c = \textcolor{#c2560c}{0.9} \cdot 2 + \textcolor{#1a75d1}{0.5} \cdot
#   (\textcolor{#0f8266}{-1}) = 1.8 - 0.5 = 1.3$$

# %%
pictures.cell("f i g", {"f": 0.9, "i": 0.5, "g": -1, "c_before": 2})

# %% [markdown]
# That was one number of the memory. A network has H of them, its *units*. For all of them at once,
# with $\odot$ for "number by number", and with the shape under each symbol:
#
# $$\underset{(H)}{c_t} = \underset{(H)}{\textcolor{#c2560c}{f_t}} \odot \underset{(H)}{c_{t-1}}
#   + \underset{(H)}{\textcolor{#1a75d1}{i_t}} \odot \underset{(H)}{\textcolor{#0f8266}{g_t}}$$
#
# This is the heart of the LSTM. Now we can look at how the reader keeps its bracket: inside the
# brackets f must be near 1, and at the closing one near 0.
#
# **Predict.** A guess: at how many of the 33 characters of the line is the input gate of unit 5
# above one half?

# %%
pictures.unit(line, "f i")

# %% [markdown]
# At one, the opening bracket. There a 1 comes in. Inside the brackets f is near 1 at each of the
# nine characters, so the 1 is kept. At the closing bracket f is shut, and the number is gone.
#
# That *some* unit follows brackets is no wonder. The reader was asked in training, at every
# character, whether a bracket is open. But nobody told it when to open and to shut a tap. It was
# only told whether its answer was right, and training found the weights.

# %% [markdown]
# ## A ruler for forgetting
#
# How fast does a network forget, before it has learnt anything? We need a ruler, and we find it
# with a nudge. Take the smallest network again. We change its first word from 1 to 1.001, read
# some words of 0, and see how far the last state moves.


# %%
def last_state(first_word, zeros):
    h = tanh(0.5 * first_word)
    for _ in range(zeros):
        h = tanh(0.8 * h)
    return h


# %%
for zeros in (0, 5, 10):
    moved = last_state(1.001, zeros) - last_state(1, zeros)
    print(f"{zeros:2} words of 0: moved by {moved:.6f}, {moved / 0.001:.3f} times the nudge")

# %% [markdown]
# Right after the word, the state moves 0.393 times as far as the word. When ten words have been
# read in between, it moves only 0.030 times as far. This number, how far the result moves for each
# unit of nudge, is a *slope*. The slopes for all numbers that went in, together, are the
# *gradient*.
#
# PyTorch finds slopes without any nudge. We tell it with `requires_grad` for which number we want
# the slope. Then `backward()`, called on the result, goes back through all steps and leaves the
# slope in `.grad`.

# %%
import torch

word = torch.tensor(1.0, requires_grad=True)
h = torch.tanh(0.5 * word)
for _ in range(10):
    h = torch.tanh(0.8 * h)
h.backward()
print(f"{word.grad:.3f}")

# %% [markdown]
# The same 0.030. Now we have a ruler, and take it to a network of the usual size.
#
# ## A real RNN
#
# There the state has H numbers and a word has I numbers. The two factors 0.5 and 0.8 become
# matrices:
#
# $$\underset{(H)}{h_t} = \tanh\big(\underset{(H \times I)}{W_{ih}}\;\underset{(I)}{x_t}
#   + \underset{(H \times H)}{W_{hh}}\;\underset{(H)}{h_{t-1}} + \underset{(H)}{b}\big)$$
#
# The matrix $W_{ih}$, of shape H × I, takes I numbers and gives H numbers. The *bias* b is a list
# of numbers that are added at every step. The index says where the numbers come from and where
# they go: *ih* is from the input to h, and *hh* is from h to h.
#
# In PyTorch it is `nn.RNN`. It returns `output`, the states after every word, and `h_n`, the last
# one.
#
# PyTorch usually computes in `float32`, which keeps about 7 digits. This course takes `float64`
# from here on, which keeps about 16. Then two ways to compute the same thing agree to 1e-12, which
# is 0.000000000001, and `same` of lesson 00 can be strict.
#
# One sentence alone needs no axis for sentences: x is 61 words of 8 numbers.

# %%
from torch import nn

torch.set_default_dtype(torch.float64)
torch.manual_seed(4)
x = torch.randn(61, 8)
rnn = nn.RNN(8, 16)  # I = 8, H = 16

# %% [markdown]
# What does the last state still know of the words before? There are 61 words of 8 numbers, so we
# would need 488 nudges. `backward()` finds all 488 slopes at once. It wants a single number as the
# result, so we add up the 16 numbers of the last state.
#
# Then each word has 8 slopes. We take the length of this list (`norm`), as one takes the length of
# an arrow: the length of the list 3, 4 is 5. It tells how much the word still matters. *Lag* 20
# means 20 words before the last one.
#
# In the cell, `clone()` makes a copy of the words, and `requires_grad_()` says that we want its
# slopes. `flip(0)` turns the list round, so that the last word comes first.


# %%
def gradient_by_lag(layer):
    """Return the length of the gradient for the word 0, 1, 2, ... words before the last one."""
    words = x.clone().requires_grad_()
    output, _ = layer(words)
    output[-1].sum().backward()
    return words.grad.norm(dim=1).flip(0)  # one length for each word


# %% [markdown]
# **Predict.** A guess: how many times smaller is the gradient at lag 20 than at lag 0, about 10,
# about 1,000, or over a million?

# %%
rnn_gradient = gradient_by_lag(rnn)
for lag in (0, 20):
    print(f"lag {lag:2}: {rnn_gradient[lag].item():.10f}")

# %% [markdown]
# Ten million times smaller. Training follows the gradient: it changes the weights in the direction
# in which the result gets better. A word that has next to no gradient has next to no say in that.
# So at first the network hardly learns that the word mattered.
#
# **Predict.** From lag 10 to lag 20 the gradient falls by some factor. From 20 to 30, does it fall
# by less, by more, or by about as much?


# %%
for lag in (10, 20, 30, 40, 50):
    in_ten_steps = (rnn_gradient[lag + 10] / rnn_gradient[lag]).item()
    each = in_ten_steps**0.1
    print(f"lag {lag} to {lag + 10}: times {in_ten_steps:.5f}, so times {each:.2f} at each step")

# %% [markdown]
# By about as much. Each step multiplies by about 0.43, as each step of the smallest network
# multiplied by about 0.8. It comes from $W_{hh}$ and from the slope of tanh. Sixty factors below 1
# leave nearly nothing: that is a *vanishing gradient*.

# %% [markdown]
# With larger weights the factor can be above 1. We copy the network, and multiply its $W_{hh}$ by
# 6. `load_state_dict` copies all weights, and `no_grad` is needed wherever we change a weight by
# hand.

# %%
large = nn.RNN(8, 16)
large.load_state_dict(rnn.state_dict())
with torch.no_grad():
    large.weight_hh_l0 *= 6
large_gradient = gradient_by_lag(large)
in_sixty_steps = (large_gradient[60] / large_gradient[0]).item()
print(f"lag 0 to 60: factor {in_sixty_steps:,.0f}, a step {in_sixty_steps ** (1 / 60):.2f}")

# %% [markdown]
# The gradient *explodes*: on average it grows by a fifth at each step. Then one step of training
# can throw the weights far away. The usual help is to *clip* the gradient: it is shortened to a
# fixed length, if it is longer than that. It cannot help against vanishing, since it only
# shortens.
#
# Too small or too large: to *learn* to keep a fact over many steps, a network wants a factor near
# 1.

# %% [markdown]
# ## The factor is the gate
#
# What is the factor in a memory with a tap? Nudge the old c from 2 to 2.001. The new c was 1.3, and
# now it is 0.9 · 2.001 − 0.5 = 1.3009. It has moved 0.9 times as far. So one step back, the
# gradient along c is multiplied by f.
#
# In a plain RNN the factor stands in the weights. In an LSTM the network chooses it, for each unit
# and at every step, and it can choose one that is nearly 1.
#
# How long does a memory last, if f is not exactly 1? Take c = 1, and f = 0.9 at every step, with
# no news. What is left is 0.9, then 0.81, then 0.73, 0.66, 0.59, 0.53 and 0.48. So between six and
# seven steps it is down to one half. After k steps the share $f^k$ is left. The number n of steps
# after which one half is left is the *half-life* of the memory:
#
# $$f^n = \tfrac12 \qquad\text{or}\qquad n = \frac{\ln \frac12}{\ln f}$$
#
# Here ln is the natural logarithm, `log` in Python. It is what brings n down from the exponent.
#
# **Predict.** With f = 0.99, is the half-life nearer to 7, 70 or 700 steps?

# %%
from math import exp, log


def half_life(f):
    return log(1 / 2) / log(f)


for f in (0.5, 0.9, 0.99, 0.999):
    print(f"f = {f:<5}  half-life {half_life(f):5.1f} steps")

# %% [markdown]
# About 70. Near 1, small differences matter much: with 0.999 the memory lasts ten times as long as
# with 0.99.
#
# What keeps a gate between 0 and 1? A *sigmoid* does, $\sigma(z) = 1 / (1 + e^{-z})$. It gives 0.5
# for z = 0, nearly 1 for z = 6 and nearly 0 for z = −6. For the forget gate, z is made from the
# word, the old h and a bias, as in the RNN. The index says again from where to where: *if* is from
# the input to f, and *hf* is from h to f.
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
# To find the bias for the half-life n that you want, go the other way, in two steps. One half must
# be left after n steps, so $f = 0.5^{1/n}$. And $f = 1 / (1 + e^{-b_f})$ says that $1/f = 1 +
# e^{-b_f}$. So $e^{-b_f}$ is $(1 - f) / f$, and $b_f = \ln \dfrac{f}{1 - f}$. For 30 steps:

# %%
f = 0.5 ** (1 / 30)
b_f = log(f / (1 - f))
print(f"f = {f:.3f}, bias {b_f:.2f}")

# %% [markdown]
# ## What a new nn.LSTM remembers
#
# An LSTM is said to cure vanishing gradients. Let us see what a new one does. Its weights and
# biases are small random numbers, here between −0.25 and 0.25: PyTorch takes 1 divided by the root
# of H, which is 16.
#
# To see its forget gate, we compute f at every step with the equation above. Three things to know
# before you read the cell:
#
# * PyTorch keeps the weights of all four gates in one matrix of 64 rows. The forget gate owns the
#   second quarter of the rows, here 16 to 31. It is the same for the biases. Lesson 02 shows why.
# * `output[t - 1]` is the state h after the word before. The first word starts from h = 0; we skip
#   it.
# * `torch.stack` puts the 60 lists of 16 numbers on top of each other, which gives (60, 16).


# %%
def forget_gates(lstm):
    """Return the forget gate at every step after the first, (60, 16)."""
    rows = slice(16, 32)  # the second quarter of 64
    W_if, W_hf = lstm.weight_ih_l0[rows], lstm.weight_hh_l0[rows]
    b_f = lstm.bias_ih_l0[rows] + lstm.bias_hh_l0[rows]
    output, _ = lstm(x)  # h after every word
    gates = []
    for t in range(1, 61):
        gates.append(torch.sigmoid(W_if @ x[t] + W_hf @ output[t - 1] + b_f))
    return torch.stack(gates)


# %% [markdown]
# `prod(dim=0)` multiplies the gates of all steps, for each unit. That is what is left of an old c.
#
# **Predict.** What is f on average, in a new LSTM: about 0.1, 0.5 or 0.9?

# %%
torch.manual_seed(4)
lstm = nn.LSTM(8, 16)
gates = forget_gates(lstm)
print(f"f on average: {gates.mean():.2f}")
print(f"left of c after 30 steps, at most: {gates[-30:].prod(dim=0).max():.0e}")

# %% [markdown]
# About 0.5, because small weights make a z near 0, and $\sigma(0)$ is one half. So a new LSTM
# forgets about half of its memory at *every* step. After 30 steps, even the unit that has kept
# most has kept less than a ten-millionth. An LSTM has the means against forgetting, which is a gate
# that can be opened. But at the start the gate is half shut.
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


# %%
torch.manual_seed(4)
opened = nn.LSTM(8, 16)
set_forget_bias(opened, b_f)
left = forget_gates(opened)[-30:].prod(dim=0)
print(f"left after 30 steps: {left.min():.2f} to {left.max():.2f}, on average {left.mean():.2f}")

# %% [markdown]
# About one half, as we wanted. Here are the gradients of all three, each divided by its value at
# lag 0. The vertical axis is *logarithmic*, which `semilogy` makes: each grid line is a fixed
# factor below the one above it. So a constant factor a step is a straight line.

# %%
from lstm_lessons import show
from lstm_lessons.drawing import figure

plot, axes = figure()
lstm_gradient, opened_gradient = gradient_by_lag(lstm), gradient_by_lag(opened)
axes.semilogy(rnn_gradient / rnn_gradient[0], label="plain RNN")
axes.semilogy(opened_gradient / opened_gradient[0], label="forget bias 3.76")
axes.semilogy(lstm_gradient / lstm_gradient[0], label="new LSTM")
axes.set(xlabel="lag (words back)", ylabel="gradient, 1 at lag 0", title="An open gate remembers")
axes.legend()
alt = """Gradient against lag, on a logarithmic axis. The plain RNN falls to below 1e-21 at lag 60,
the new LSTM to 3e-14. With forget bias 3.76 it falls to about a third, and then stays level."""
show(plot, alt)

# %% [markdown]
# The two networks that forget are nearly straight lines. With the open gate the gradient falls to
# about a third at once, and then, in this one, moves up and down around that, as far back as we
# look. (It falls at once because the last word also acts on h through the part that was grey in
# the picture.)
#
# The gate alone would leave one half after 30 steps, and one quarter after 60. But a word reaches
# the last state in another way, too: it acts on h, and h acts on the gates of the next step, as in
# a plain RNN. What counts here is that nothing vanishes.
#
# ## Turn the knob
#
# Below is an LSTM with other weights, which has read 151 words. The solid curve is the gradient of
# its last memory c, for the forget bias that you choose. The dashed line is $f^k$, which is what
# the forget gate alone would leave after k steps; the number at the top says how much that is. The
# plain RNN has no c: its curve is that of h. ("gradient of" shows that of h for the LSTM, too. It
# lies lower, since h shows only a part of c.)
#
# **Try it.**
#
# 1. Press "nearly shut". Does the LSTM remember better or worse than the plain RNN?
# 2. Set "lags shown" to 100. From which whole number on does the bias leave half of c after 100
#    steps?

# %%
from lstm_lessons import explorers

explorers.forget_gate()

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. Worse. A gate that is nearly shut forgets faster than a plain RNN.
# 2. From 5 on.
#
# </details>
#
# A gate must be open to remember. It must also shut now and then, as that of unit 5 does. What is
# never let go piles up.

# %% [markdown]
# ## Does it matter in training?
#
# A small test. The first number of a sequence is +1 or −1. Then come 29 small random numbers,
# which mean nothing. At the end the network must say the sign that came first. Guessing gets one
# half right.
#
# Training goes as always. A *head* makes the answer out of the last state: `nn.Linear(16, 1)` adds
# up its 16 numbers, each times a weight of its own, and a bias. The sign of the sum is the answer.
# A *loss* says how wrong the answers are, here by `softplus`, which is near 0 where the answer is
# large and has the right sign. `backward()` finds its gradient, and the *optimiser*, here the usual
# one, Adam, moves all weights a little in the direction that makes the loss smaller. Training does
# not need 16 digits. So `.float()` turns numbers and weights into `float32`, which is faster.


# %%
torch.set_num_threads(1)  # networks as small as these are faster so


def examples(B):
    """Return B sequences of 30 numbers, (30, B, 1), and the sign that each begins with, (B,)."""
    sign = torch.randint(0, 2, (B,)) * 2.0 - 1
    x = 0.1 * torch.randn(30, B, 1)
    x[0, :, 0] = sign
    return x.float(), sign.float()


# %%
def train(network, head, steps):
    """Train a network, and the head that reads its last state, to say the first sign."""
    optimiser = torch.optim.Adam([*network.parameters(), *head.parameters()], lr=0.01)
    for _ in range(steps):
        x, sign = examples(B=32)
        output, _ = network(x)
        guess = head(output[-1])[:, 0]  # one number for each sequence
        loss = nn.functional.softplus(-sign * guess).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()


# %% [markdown]
# There are five networks: a plain RNN, an LSTM as PyTorch makes it, and LSTMs with forget biases of
# 1, 2 and 4. A bias of 1 is often recommended. We say that a network *has learnt it* when it says
# more than nine in ten new signs right.

# %%
BIASES = {"forget bias 1": 1.0, "forget bias 2": 2.0, "forget bias 4": 4.0}


def has_learnt(name, seed, steps):
    """Train a new network of this name, and say "yes" or "no"."""
    torch.manual_seed(seed)
    network = nn.RNN(1, 16) if name == "plain RNN" else nn.LSTM(1, 16)
    head = nn.Linear(16, 1)
    if name in BIASES:
        set_forget_bias(network, BIASES[name])
    train(network.float(), head.float(), steps)
    x, sign = examples(B=200)
    output, _ = network(x)
    guess = head(output[-1])[:, 0]
    right = (guess.sign() == sign).double().mean()
    return "yes" if right > 0.9 else "no"


# %% [markdown]
# Each network gets five random starts, and 60 steps of training. The cell takes a few seconds.
#
# **Predict.** How many of the five networks will have learnt it from all five starts?

# %%
for name in ("plain RNN", "new LSTM", *BIASES):
    answers = []
    for seed in range(5):
        answers.append(has_learnt(name, seed, steps=60))
    print(f"{name:<14}", *answers)

# %% [markdown]
# Two: those with a forget bias of 2 and 4. The task and the number of steps are the same for all.
# The plain RNN gets there in 60 steps from two of its starts, and the new LSTM, with its gates
# half shut, from none. So it is not the name LSTM that helps here. It is the open gate. (Five
# starts are few. With others, the plain RNN and a bias of 1 get there now and then; the new LSTM
# did not in any that we tried, and with 2 and 4 nearly all did.)
#
# Why 2 and not 1? Count the 29 steps in half-lives, from the table of biases above. With a bias of
# 2 they are about five, which leave about three hundredths of the first sign. That is enough to
# begin with, and training then opens the gates of some units further. With a bias of 1 they are
# thirteen, which leave a ten-thousandth, and 60 steps of training are too few to make something of
# it.
#
# Does it help to train longer? The first three starts failed for both, the plain RNN and the new
# LSTM. We give them three times as many steps. This takes a few seconds, too.

# %%
for name in ("plain RNN", "new LSTM"):
    answers = []
    for seed in range(3):
        answers.append(has_learnt(name, seed, steps=180))
    print(f"{name:<14}", *answers)

# %% [markdown]
# It helps the plain RNN: two of the three have learnt it now. So a plain RNN *can* learn to keep a
# fact over 29 steps: its gradient is small at first, but not zero, and more steps help. The new
# LSTM has not learnt it in 180 steps either.
#
# Our ruler does not foresee that. In the plot above it is the new LSTM that has more gradient left
# than the plain RNN. The ruler measures a network as it is, here before training. Training changes
# the weights, and the factor with them, for better or for worse. So use it for what it can say:
# whether a new network has a gradient to begin with. With a bias of 2 it had one, and learnt from
# every start.

# %% [markdown]
# ## Where it comes from
#
# * 1991: Sepp Hochreiter describes in his thesis why gradients of recurrent networks vanish or
#   explode. 1994: Yoshua Bengio and others show that learning over long spans must then be hard.
# * 1997: Hochreiter and Jürgen Schmidhuber publish the LSTM. Its memory has a factor of exactly 1,
#   and no forget gate.
# * 2000: Felix Gers and others add the forget gate, because the memory must be emptied. With it
#   the cell has the parts that it has in `nn.LSTM`.

# %% [markdown]
# ## What we have seen
#
# * A new plain RNN multiplies its gradient by about the same factor at every step. Below 1 it
#   vanishes, above 1 it explodes. It can learn to keep a fact, but often needs more steps for that.
# * The memory $c_t = f_t \odot c_{t-1} + i_t \odot g_t$ lets the network choose the factor: it is
#   f. The trained reader keeps f near 1 while a bracket is open.
# * A gate that stays at f gives the memory c a half-life of $\ln \frac12 / \ln f$ steps. It rests
#   near $\sigma(b_f)$. The state h also has other ways to the past.
# * A new `nn.LSTM` has f near 0.5, and forgets half of its memory at every step. Open its gates if
#   your sequences are long: here a half-life of a fifth of the length was enough. (With more
#   layers or directions, each has forget biases of its own.)

# %% [markdown]
# **A common mistake.** To set the forget bias to 1, people write 1 into both biases of PyTorch.
# The two are added. You recognise it by where the gate rests: at 0.881, which is $\sigma(2)$, and
# not at 0.731. Both stand in the table of biases above.
#
# **Exercises:** [01 Why gates](../exercises/01_why_gates.ipynb). Predict a decay and measure it,
# find a bias, explain a failure.
#
# **Next:** unit 5 opens and shuts its taps at brackets. Which of the reader's 1,664 weights tell
# it to? [Lesson 02](02_gates_and_shapes.ipynb) writes down all four gates, and finds the place of
# every weight.
