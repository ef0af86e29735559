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
# PyTorch keeps the bias as two vectors, `bias_ih` and `bias_hh`, and adds both. So $b$ is their sum.
# The ending `_l0` means layer 0, the only one here.
#
# Does `nn.RNN` really do what the equation says? The loop is the equation.

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
# We add up the 16 numbers of the last state, and ask for the gradient with regard to every word: 8
# slopes for its 8 numbers. Their length (`norm`) tells how much that word still matters.
#
# *Lag* k means k steps back: lag 0 is the last word, and lag 60 is the first.
#
# **Predict.** The last word has a gradient of about 1. What do you expect at lag 20: about a
# half, a hundredth, or less than a millionth?


# %%
def gradient_by_lag(layer, x):
    """Return how much the word k steps before the last still matters, for k = 0, 1, 2, ..."""
    x = x.clone().requires_grad_()
    output, _ = layer(x)
    output[-1].sum().backward()
    return x.grad.norm(dim=-1).flip(0)  # flipped: the last word comes first


rnn_gradient = gradient_by_lag(rnn, x)
for lag in (0, 1, 5, 10, 20, 60):
    print(f"lag {lag:2}: {rnn_gradient[lag].item():.0e}")

# %% [markdown]
# `9e-08` is Python's way to write 9 in a hundred million. Twenty words back, almost nothing is left.
# Sixty words back, less than a billionth of a billionth is left.
#
# Training follows the gradient. Where the gradient is zero, nothing is learned. This network,
# as it starts, cannot learn that its first word was important.
#
# The numbers fall too far for a usual plot. On a *logarithmic* axis each grid line is a fixed
# factor below the one above it.
#
# **Predict.** Will the curve on such an axis bend, or be roughly straight?

# %%
from lstm_lessons import show
from lstm_lessons.drawing import figure

plot, axes = figure()
axes.semilogy(rnn_gradient)
axes.set(xlabel="lag k (words back)", ylabel="gradient", title="A plain RNN forgets")
show(
    plot,
    "Gradient of the plain RNN against lag on a logarithmic axis: roughly a straight line, "
    "falling from about 1 at lag 0 to less than 1e-20 at lag 60.",
)

# %% [markdown]
# It is roughly straight, and a straight line on a logarithmic axis means one thing: each step
# multiplies by about the same *factor*.
#
# That is no accident. To get from $h_t$ back to $h_{t-1}$, the gradient is multiplied by the slope
# of $\tanh$ (at most 1) and by $W_{hh}$. Sixty steps back means sixty such products.


# %%
def factor_per_step(gradient, first=10, last=60):
    """Return the factor by which the gradient shrinks in one step, on average."""
    return (gradient[last] / gradient[first]).item() ** (1 / (last - first))


print(f"plain RNN: factor {factor_per_step(rnn_gradient):.2f} a step")

# %% [markdown]
# Less than half of the gradient survives each step. With a factor below 1, the gradient
# *vanishes*. With a factor above 1, it would *explode*. A memory needs a factor very near 1.
#
# A factor of exactly 1 is easy to get: copy the memory, and only add to it.
#
# $$c_t = c_{t-1} + \text{news}$$
#
# But then nothing can ever be removed, and the memory fills with old news.

# %% [markdown]
# ## A memory with a tap
#
# So let the network choose: at each step a factor $f$ between 0 and 1 for the old memory, and
# another, $i$, for the news $g$.
#
# $$\underset{(H)}{c_t} = \underset{(H)}{f_t} \odot \underset{(H)}{c_{t-1}}
#   + \underset{(H)}{i_t} \odot \underset{(H)}{g_t}$$
#
# $\odot$ multiplies number by number. $f$ is the *forget gate* and $i$ the *input gate*. A gate is a
# tap: 0 is shut, 1 is open. This is the heart of the LSTM, and $c$ is its memory.
#
# The name misleads. The forget gate says how much to *keep*: $f = 1$ forgets nothing.

# %% [markdown]
# ## Half-life
#
# Suppose $f$ stays the same and nothing new comes in. Each step multiplies the memory by $f$, so
# after $k$ steps the share $f^k$ is left. When is half of it gone? We want the $n$ for which
# $f^n = \tfrac12$. Taking logarithms on both sides gives
#
# $$n = \frac{\ln \frac12}{\ln f}$$
#
# This $n$ is the *half-life* of the memory, in steps.
#
# **Predict.** A gate of 0.99 sounds almost open. Is its half-life nearer to 7 steps, 70 or 700?

# %%
from math import log


def half_life(f):
    """Return after how many steps a constant forget gate f leaves one half."""
    return log(1 / 2) / log(f)


for f in (0.5, 0.9, 0.99, 0.999):
    print(f"f = {f:<5}  half-life {half_life(f):5.1f} steps")

# %% [markdown]
# Near 1, small steps matter: from 0.99 to 0.999 the memory becomes ten times as long.
#
# What keeps a gate between 0 and 1? It is a *sigmoid*, $\sigma(z) = 1 / (1 + e^{-z})$. For the
# forget gate, $z$ comes from the word, the state and a bias, as in the RNN:
#
# $$\underset{(H)}{f_t} = \sigma\big(\underset{(H \times I)}{W_{if}}\;\underset{(I)}{x_t}
#   + \underset{(H \times H)}{W_{hf}}\;\underset{(H)}{h_{t-1}} + \underset{(H)}{b_f}\big)$$
#
# The part with $W$ is about 0 on average, at the start. So the bias alone sets where the gate
# rests: $f \approx \sigma(b_f)$. Here too PyTorch keeps two biases, and $b_f$ is their sum.
#
# **Predict.** With $b_f = 0$, where does the gate rest, and what is its half-life?


# %%
def sigmoid(z):
    return 1 / (1 + torch.e ** (-z))


for bias in (-2, 0, 1, 2, 4, 6):
    f = sigmoid(bias)
    print(f"bias {bias:2}: f = {f:.3f}, half-life {half_life(f):6.1f} steps")

# %% [markdown]
# A bias of 0 leaves half after one single step. To remember across 50 words you want something
# above 4.
#
# To find the bias for a wished half-life $n$, go backwards: $f = 0.5^{1/n}$, and the sigmoid turned
# round is $b_f = \ln \dfrac{f}{1 - f}$.

# %%
f = 0.5 ** (1 / 50)
b_f = log(f / (1 - f))
print(f"For a half-life of 50 steps: f = {f:.4f}, bias {b_f:.2f}")
print(f"Back again: half-life {half_life(sigmoid(b_f)):.1f} steps")

# %% [markdown]
# ## What nn.LSTM remembers when it is new
#
# PyTorch draws every weight and bias of `nn.LSTM` at random between $-1/\sqrt H$ and $1/\sqrt H$,
# here −0.25 and 0.25. So its forget biases start near 0.
#
# **Predict.** An LSTM is said to cure the vanishing gradient. Is its factor per step, when new,
# near 0.45 like the RNN's, near 0.6, or near 1?

# %%
torch.manual_seed(4)
lstm = nn.LSTM(I, H)
lstm_gradient = gradient_by_lag(lstm, x)
print(f"plain RNN: factor {factor_per_step(rnn_gradient):.2f} a step")
print(f"new LSTM:  factor {factor_per_step(lstm_gradient):.2f} a step")

# %% [markdown]
# A little better, and far from 1. The gate gives the network the *means* to remember. It does not
# remember until the gate is open.
#
# We can open it. In `nn.LSTM` the forget gate owns the second quarter of each bias (lesson 02
# shows why). We put all of $b_f$ in one bias and zero in the other.


# %%
def set_forget_bias(lstm, bias):
    """Let the two biases of the forget gate add up to `bias`."""
    H = lstm.hidden_size
    with torch.no_grad():
        lstm.bias_ih_l0[H : 2 * H] = bias
        lstm.bias_hh_l0[H : 2 * H] = 0


torch.manual_seed(4)
opened = nn.LSTM(I, H)
set_forget_bias(opened, b_f)
opened_gradient = gradient_by_lag(opened, x)
print(f"half-life 50: factor {factor_per_step(opened_gradient):.2f} a step")

# %%
plot, axes = figure()
axes.semilogy(rnn_gradient / rnn_gradient[0], "-", label="plain RNN")
axes.semilogy(lstm_gradient / lstm_gradient[0], "--", label="new LSTM")
axes.semilogy(opened_gradient / opened_gradient[0], "-.", label="forget bias 4.3")
axes.set(xlabel="lag k (words back)", ylabel="gradient, 1 at lag 0", title="An open gate remembers")
axes.legend()
show(
    plot,
    "Three curves of gradient against lag on a logarithmic axis. The plain RNN falls steepest, the "
    "new LSTM less steeply, both to below 1e-10. With forget bias 4.3 the curve stays flat.",
)

# %% [markdown]
# ## Turn the knob
#
# The slider below sets the forget bias of an LSTM. The dashed line is $f^k$, what the half-life
# alone promises. The solid curve is the gradient that a whole LSTM really has.
#
# **Try it.**
#
# 1. Set the bias to −2. Is the LSTM better or worse than the plain RNN?
# 2. Find the smallest bias that leaves at least half of $c$ after 50 steps. You computed it above.
# 3. Does the curve follow the dashed line exactly? Where does it leave it?

# %%
from lstm_lessons import explorers

explorer = explorers.forget_gate()
explorer

# %% [markdown]
# At −2 the LSTM forgets faster than the plain RNN. For 2., the slider must go to 4.5. We can move
# it from Python, too. Each picture can say in words what it shows:

# %%
explorer.sliders["forget_bias"].value = 4.5
print(explorer.picture.alt)

# %% [markdown]
# The curve and the dashed line do not agree exactly. The gate of a real LSTM is pushed up and down
# by each word, and some gradient also travels through $h$. But the bias sets the slope.
#
# Does it matter in training? A small test. The first input is +1 or −1, then come 49 small random numbers. At the end the network
# must say which sign came first. Guessing gets one half right.
#
# We train 150 steps from three different random starts. (The first run takes a few seconds: PyTorch
# loads its optimisers.)


# %%
def recalls(forget_bias, seed, T=50, B=32):
    """Train to recall the first input's sign; return whether it then does, 9 times in 10."""
    torch.manual_seed(seed)
    lstm, head = nn.LSTM(1, 16), nn.Linear(16, 1)
    if forget_bias is not None:
        set_forget_bias(lstm, forget_bias)
    optimiser = torch.optim.Adam([*lstm.parameters(), *head.parameters()], lr=0.005)
    for step in range(151):
        sign = torch.randint(0, 2, (B,)) * 2.0 - 1
        x = 0.1 * torch.randn(T, B, 1)
        x[0, :, 0] = sign
        guess = head(lstm(x)[0][-1])[:, 0]
        if step == 150:
            return ((guess.sign() == sign).double().mean() > 0.9).item()
        loss = nn.functional.softplus(-sign * guess).mean()  # small when the sign is right
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()


# %% [markdown]
# **Predict.** Of three starts, how many learn it with the default biases? How many with a forget
# bias of 5?

# %%
for forget_bias, name in ((None, "default start"), (5.0, "forget bias 5")):
    learned = sum(recalls(forget_bias, seed) for seed in range(3))
    print(f"{name}: {learned} of 3 have learned it")

# %% [markdown]
# The same network, the same data, the same number of steps. Only where the gate starts is
# different. The bias is learned like every weight, so this choice is a start, not a fate.

# %% [markdown]
# ## What we have seen
#
# * A plain RNN's gradient shrinks by a constant factor a step. Sixty steps leave nothing.
# * The memory $c_t = f_t \odot c_{t-1} + i_t \odot g_t$ lets the network choose that factor.
# * A constant gate $f$ has the half-life $n = \ln\frac12 / \ln f$, and rests at $\sigma(b_f)$.
# * A new `nn.LSTM` has $f \approx 0.5$: it forgets half at every step. Open its gate if your
#   sequences are long.

# %% [markdown]
# **A common mistake.** To set the forget bias to 1, people write 1 into *both* biases. They add. You
# recognise it by where the gate rests: at 0.881 instead of 0.731 (see the table of biases above).
#
# **Exercises:** [01 Why gates](../exercises/01_why_gates.ipynb). Predict a decay and measure it, find
# a bias, explain a failure.
#
# **Next:** [lesson 02](02_gates_and_shapes.ipynb) writes down all four gates, and finds the shape of
# every matrix in them.
