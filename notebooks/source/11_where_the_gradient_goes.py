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
# ## A run that ends overnight
#
# You start a training run in the evening. The loss is 0.5, the code is right, and every test is
# green. In the morning the loss is `nan`, "not a number", and so is every weight of your model.
#
# Such a run can be had in a second. The task is a small one: the first number of a sequence is +1
# or −1, then come 59 zeros, and at the end the network has to say which sign came first. Its answer
# is a number, and the loss is the squared distance from the sign. Whoever always answers 0 has a
# loss of 1.

# %%
import torch
from torch import nn

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)  # small networks are quicker with one


def examples(T):
    """Return 16 sequences of T numbers, (T, 16, 1), and the sign that each begins with."""
    sign = torch.randint(0, 2, (16,)) * 2.0 - 1
    x = torch.zeros(T, 16, 1)
    x[0, :, 0] = sign
    return x, sign


# %% [markdown]
# The network is a plain RNN whose squeezing is `relu`, which leaves a positive number as it is and
# makes 0 of a negative one. Its $W_{hh}$ begins with 1.05 on the diagonal and 0 elsewhere, so that
# each unit hands on 1.05 times what it holds. In 2015 Le, Jaitly and Hinton began such a network
# with 1 on the diagonal, so that it would remember. Here it is a little too large. There are no
# biases.


# %%
def new_network(seed, factor=1.05):
    """Return a plain RNN with relu, which keeps its state times a factor, and its head."""
    torch.manual_seed(seed)
    rnn, head = nn.RNN(1, 16, nonlinearity="relu", bias=False), nn.Linear(16, 1)
    with torch.no_grad():
        rnn.weight_hh_l0.copy_(factor * torch.eye(16))
    return rnn, head


# %% [markdown]
# Training is plain gradient descent: each update moves the weights by `lr` times their gradient,
# against it; `lr` is the *learning rate*. In your own code that is `step()` of an optimiser,
# `torch.optim.SGD`.


# %%
def step(parameters, lr):
    """Move every parameter against its gradient."""
    with torch.no_grad():
        for parameter in parameters:
            parameter -= lr * parameter.grad


# %% [markdown]
# `clip_grad_norm_` returns the length of the whole gradient, in which all parameters are taken
# together as one long list. It can do more, and that is for later: with the limit `inf`, infinite,
# it changes nothing.


# %%
def train(rnn, head, limit=torch.inf, lr=0.01, updates=60, T=60):
    """Train; return the loss of every update, and the length of its gradient."""
    parameters = [*rnn.parameters(), *head.parameters()]
    losses, lengths = [], []
    for _ in range(updates):
        x, sign = examples(T)
        output, _ = rnn(x)
        loss = (head(output[-1])[:, 0] - sign).square().mean()
        rnn.zero_grad()
        head.zero_grad()
        loss.backward()
        lengths.append(nn.utils.clip_grad_norm_(parameters, limit).item())
        step(parameters, lr)
        losses.append(loss.item())
    return losses, lengths


# %%
losses, lengths = train(*new_network(seed=0), updates=5)
for update in range(5):
    print(f"update {update}: loss {losses[update]:.1g}, gradient's length {lengths[update]:.1g}")

# %% [markdown]
# A single update took the loss from 0.5 to a number of sixteen digits, and a few updates later all
# was lost. No error was raised. Somewhere a number became too large for float64, and so `inf`,
# infinite. From there it is one step to `nan`:

# %%
torch.inf - torch.inf

# %% [markdown]
# Why is the gradient so long, what has that to do with time, and what saves the run? For that we
# follow a gradient on its way back, first in the reader, then in five new networks, and then in
# this one.
#
# ## Two ways back
#
# In lesson 10 a step handed back two gradients to the one before it: `d_c` and `d_h`. So there are
# two ways through time. Along c the gradient is multiplied by the forget gate at each step. Along h
# it goes to the sums, through the slopes of the gates, and through $W_{hh}$.

# %%
from lstm_lessons import pictures

pictures.back_in_time(["n", "g", "e", "("])

# %% [markdown]
# Which of the two is the main road? The next picture is about the reader, and the line that it
# takes for code after the bracket. Above, a bar for each character is the length of its gradient.
# In the middle you see how much comes to the sums of each gate. Below is one unit: what comes back
# to its h, to its c, and to its four sums. A full square is positive, an empty one negative.
#
# **Try it.**
#
# 1. How long is the gradient for the `f`, the first character, with both ways?
# 2. Press "along c alone": now a step hands back only `d_c` to the one before. Then press "along h
#    alone". How long is it with each?
# 3. Press "it changes its mind" again, and look at the four rows in the middle. The sums of which
#    gate get least?

# %%
from lstm_lessons import explorers

explorers.gradient_flow()

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. 2.40.
# 2. It is 0.57 along c alone, and 0.00 along h alone.
# 3. Those of f: nowhere more than 0.10.
#
# </details>
#
# Neither way alone brings much to the `f`. So most of its gradient has changed over on its way: a
# stretch along c, then through h into the gates of the step before, and along c again. The two ways
# do not add up to the whole, because there are many mixed ones.
#
# ## A slope is not a fall
#
# In lesson 10 the bracket had a short gradient, and yet the score fell by 3.69 without it. How can
# that be? Here we take its vector away little by little, from all of it to none. The slope makes a
# forecast of what that does to the score: minus the gradient times the vector, summed over its
# eight numbers.

# %%
from lstm_lessons import trained_reader

reader, number = trained_reader()
reader = reader.double().requires_grad_(False)
line = "for k in range("
letters = reader.embedding(torch.tensor([number[character] for character in line]))


def score_with(place, share):
    """Return the score when the vector at this place is multiplied by this share."""
    changed = letters.clone()
    changed[place] *= share
    _, (h_n, _) = reader.lstm(changed)
    return reader.head(h_n[-1]).item()


# %%
vectors = letters.clone().requires_grad_()
_, (h_n, _) = reader.lstm(vectors)
reader.head(h_n[-1]).backward()
forecast = -(vectors.grad[14] * letters[14]).sum()
print(f"score {score_with(14, 1):.2f}; the slope's forecast without the bracket: {forecast:+.2f}")

# %% [markdown]
# **Predict.** A guess: how large a share of the bracket must be taken away until the score is below
# 0, about a quarter, about a half, or nearly all?

# %%
from lstm_lessons import show
from lstm_lessons.drawing import figure

shares = [1 - twentieth / 20 for twentieth in range(21)]
plot, axes = figure()
axes.plot(shares, [score_with(14, share) for share in shares], "k-", label="the score")
axes.plot([1, 0], [score_with(14, 1), score_with(14, 1) + forecast], "k:", label="the slope says")
axes.axhline(0, color="gray", linewidth=1)
axes.set(xlabel="share of the bracket's vector that is left", ylabel="score")
axes.set(title="The bracket, taken away")
axes.invert_xaxis()
axes.legend()
alt = """The score against the share of the bracket that is left. It begins at 0.87, is at 0.77 at
a share of 0.8, passes 0 at about one half, and ends at -2.82. The line of the slope ends at
0.43."""
show(plot, alt)

# %% [markdown]
# About a half. Up to a fifth the score follows the slope. Then it falls far more steeply, to
# −2.82.
#
# The gradient sees the left end of the curve, and nothing else. There the gates of unit 5 stand at
# their ends, and next to nothing comes back to their sums. So a gradient says what a small step
# from here would change. Training takes many small steps, so that is what it needs. But if one
# step is long, the gradient knows nothing of the place where it ends. Keep that in mind.

# %% [markdown]
# ## Factors on one axis
#
# Over many steps, the gradient is multiplied again and again. Here are five networks, just made,
# and the ruler of lesson 01: the length of the gradient of the last state for the word k steps
# before, where k is called the *lag*. The words, the plain RNN and the new LSTM are those of
# lesson 01, made from the same seed in the same order.

# %%
torch.manual_seed(4)
words = torch.randn(61, 8)
rnn = nn.RNN(8, 16)


def gradient_by_lag(layer, x):
    """Return the length of the gradient for the word 0, 1, 2, ... words before the last."""
    read = x.clone().requires_grad_()
    output, _ = layer(read)
    output[-1].sum().backward()
    return read.grad.flatten(1).norm(dim=1).flip(0)


# %%
def new_lstm(forget_bias=None):
    """Return a new LSTM, with its forget gates opened if a bias is given."""
    torch.manual_seed(4)
    lstm = nn.LSTM(8, 16)
    if forget_bias is not None:
        with torch.no_grad():
            lstm.bias_ih_l0[16:32] = forget_bias  # the second quarter: f
            lstm.bias_hh_l0[16:32] = 0
    return lstm


# %%
large = nn.RNN(8, 16)
large.load_state_dict(rnn.state_dict())
with torch.no_grad():
    large.weight_hh_l0 *= 6
layers = {"plain RNN, W_hh times 6": large, "LSTM, forget bias 3": new_lstm(3.0)}
layers |= {"LSTM, forget bias 1": new_lstm(1.0), "LSTM, new": new_lstm(), "plain RNN, new": rnn}
curves = {name: gradient_by_lag(layer, words) for name, layer in layers.items()}

# %% [markdown]
# A forget gate with bias 1 rests at σ(1) = 0.73. Along c alone, the gradient would be multiplied by
# about 0.73 at each step.
#
# **Predict.** Is the factor a step that we measure in that LSTM below 0.73, about 0.73, or above
# it?

# %%
for name, curve in curves.items():
    factor = (curve[60] / curve[10]) ** (1 / 50)
    print(f"{name:<24} {factor:.2f} a step, lag 10 to 60")

# %%
plot, axes = figure(height=420)
for name, style in zip(curves, ("k-", "k--", "k-.", "k:", "k.")):
    axes.semilogy(curves[name] / curves[name][0], style, markersize=3, label=name)
axes.set(xlabel="lag (words back)", ylabel="gradient, 1 at lag 0", title="One axis for all")
axes.legend(fontsize=9)
alt = """Five curves of gradient against lag on a logarithmic axis. The plain RNN with larger
weights rises to 7e4 at lag 60. With a forget bias of 3 the curve is nearly level, at 0.35. With a
bias of 1 it falls to 5e-6, the new LSTM to 3e-14, and the new plain RNN to 2e-22."""
show(plot, alt)

# %% [markdown]
# Above it, and so it is in all three LSTMs: their gates rest at 0.50, 0.73 and 0.95. The gate is
# not always at its rest, and the units with the most open gates count most. And something comes
# back on the second way, through h, as well. So f says what c carries, and not what the whole
# network carries.
#
# Below 1 the curve falls: the gradient *vanishes*. Above 1 it rises: it *explodes*. An LSTM can do
# both. f is never above 1, but the second way has $W_{hh}$ in it, which may become as large as it
# likes:

# %%
wild = new_lstm()
with torch.no_grad():
    wild.weight_hh_l0 *= 30
curve = gradient_by_lag(wild, words)
print(f"LSTM, W_hh times 30: {(curve[60] / curve[10]) ** (1 / 50):.2f} a step")

# %% [markdown]
# ## Where the run broke
#
# Now back to the run that ended in `nan`. Did its gradient grow *through time*? There could be
# another reason, a learning rate that is simply too large. So we measure. First the factor a step,
# before each update, with the ruler that we have.


# %%
def factor_of(rnn):
    """Return the factor a step of the gradient, from lag 0 to lag 59."""
    x = torch.zeros(60, 1, 1)
    x[0] = 1
    curve = gradient_by_lag(rnn, x)
    return (curve[59] / curve[0]).item() ** (1 / 59)


# %% [markdown]
# **Predict.** A guess: before the first update the factor is 1.05. What is it after one update,
# about 1.1, about 1.4, or above 10?

# %%
rnn, head = new_network(seed=0)
print(f"before update 0: {factor_of(rnn):.2f} a step")
train(rnn, head, updates=1)
print(f"before update 1: {factor_of(rnn):.2f} a step")

# %% [markdown]
# About 1.4. That looks harmless. But 59 steps multiply it 59 times: 1.05 to the power 59 is 18, and
# 1.41 to the power 59 is more than 600 million. The first update was so long because the gradient
# had grown over time; it made $W_{hh}$ larger; and with that the next gradient grew far more.
#
# Second: which parameters have the long gradient? A learning rate that is too large for the head
# would show in the gradient of the head.

# %%
rnn, head = new_network(seed=0)
x, sign = examples(T=60)
output, _ = rnn(x)
loss = (head(output[-1])[:, 0] - sign).square().mean()
loss.backward()
for name, parameter in [*rnn.named_parameters(), *head.named_parameters()]:
    print(f"{name:<13} {parameter.grad.norm():6.1f}")

# %% [markdown]
# The last two are the head's. The long one is that of $W_{hh}$, which takes part at every step.
# From each step it gets the state before, times what has come back. The one has grown on its way
# forward, the other one on its way back.
#
# Third, and this is the test that decides: the same network, the same learning rate of 0.01, and
# shorter sequences. Then there is less time to grow. We say that a run has "learnt" the task when
# the loss of its last 20 updates is below 0.1 on average.


# %%
def ending(losses):
    """Say how a run has ended."""
    end = sum(losses[-20:]) / 20
    if end != end:  # nan alone is not equal to itself
        return "nan"
    return "learnt" if end < 0.1 else "not learnt"


# %% [markdown]
# **Predict.** A guess: does the run with sequences of 10 numbers break too, learn nothing, or learn
# the task?

# %%
for T in (10, 20, 40, 60):
    some_losses, some_lengths = train(*new_network(seed=0), T=T)
    print(f"T = {T}: first gradient {some_lengths[0]:5.1f} long; {ending(some_losses)}")

# %% [markdown]
# With 10 numbers it learns the task, with 20 and 40 it does not, and with 60 it breaks. The longer
# the sequence, the longer is its first gradient. Nothing else was changed. So this run exploded
# through time.
#
# ## Clip it
#
# The direction of the long gradient may be good. Its length is the trouble: it asks for a step
# that is far too long. So shorten it. If its length is above a limit, multiply *all* of it by one
# number, so that the length becomes the limit. The list (3, 4) has the length 5. With a limit of 1
# it is multiplied by 1/5, and becomes (0.6, 0.8).
#
# $$\text{gradient} \leftarrow \text{gradient} \cdot
#   \min\left(1, \frac{\text{limit}}{\text{length}}\right)$$
#
# That is what `clip_grad_norm_(parameters, limit)` does with a limit that is not infinite. It
# stands between `backward()` and `step()`, as in our `train`. The same network from the same seed,
# with a limit of 0.5:

# %%
clipped_losses, clipped_lengths = train(*new_network(seed=0), limit=0.5)
for update in (0, 1, 2, 20, 40, 59):
    print(f"update {update:2}: loss {clipped_losses[update]:.1f}")

# %%
plot, axes = figure()
axes.semilogy(lengths[:3], "k--", marker="o", label="not clipped, then nan")
axes.semilogy(clipped_lengths[:20], "k-", label="with clipping, before it is clipped")
axes.axhline(0.5, color="gray", linestyle=":", label="the limit")
axes.set(xlabel="update", ylabel="length of the gradient", title="Two runs from one start")
axes.legend()
alt = """Length of the gradient over the updates, on a logarithmic axis. Without clipping it goes
from 120 to 3e17 and 3e20, and then there is none. With clipping it begins at 120, and then stays
below 80 and above the limit of 0.5."""
show(plot, alt)

# %% [markdown]
# The clipped run begins with the same gradient, and meets many more that are longer than the limit.
# Each time it takes a short step in the same direction, and goes on.
#
# One seed proves little. Here are five, with and without.
#
# **Predict.** A guess: how many of the five seeds learn it with clipping?

# %%
for seed in range(5):
    without, _ = train(*new_network(seed), updates=30)
    with_limit, _ = train(*new_network(seed), limit=0.5)
    print(f"seed {seed}: not clipped: {ending(without)}, clipped: {ending(with_limit)}")

# %% [markdown]
# All five. Without clipping four of them end with `nan`. In the run of seed 4 a long step threw the
# weights to a place where `relu` makes 0 of every state. From there nothing comes back to the RNN
# any more: the run is lost without a `nan`.
#
# Would a smaller learning rate have saved it, too? A tenth of it, and a hundredth:

# %%
for lr in (0.001, 0.0001):
    for_long, _ = train(*new_network(seed=0), lr=lr)
    print(f"learning rate {lr}, 60 numbers: {ending(for_long)}")
for_short, _ = train(*new_network(seed=0), lr=0.0001, T=10)
print(f"learning rate 0.0001, 10 numbers: {ending(for_short)}, loss {for_short[-1]:.1f}")

# %% [markdown]
# A tenth is not enough. A hundredth is, for the long sequences. But then *every* step is shorter.
# With short sequences, whose gradients are short anyway, the network has learnt next to nothing
# after 60 updates. Clipping shortens the long steps alone.
#
# Nor is any limit good. With a limit of 5:

# %%
for seed in range(3):
    high, _ = train(*new_network(seed), limit=5)
    print(f"seed {seed}: limit 5: {ending(high)}")

# %% [markdown]
# A limit of 5 keeps `nan` away, and still lets steps through that are too long. So print the
# lengths of some good updates before you choose a limit.
#
# ## What clipping changes, and what it does not
#
# * It changes the length, and not the direction. It is one number for all parameters.
# * A gradient that is shorter than the limit stays as it is.
# * It must come before the first `nan`.
#
# PyTorch has a second function, `clip_grad_value_`, which cuts off every single number at a limit
# of its own. We give both the gradient (3, 40).
#
# **Predict.** Which of the two, by norm or by value, turns it to another direction?

# %%
parameter = nn.Parameter(torch.zeros(2))
for clip in (nn.utils.clip_grad_norm_, nn.utils.clip_grad_value_):
    parameter.grad = torch.tensor([3.0, 40.0])
    clip([parameter], 1.0)
    print(f"{clip.__name__:<17} {parameter.grad[0]:.3f}, {parameter.grad[1]:.3f}")

# %% [markdown]
# By value: (1, 1) points elsewhere than (3, 40), and (0.075, 0.997) does not. And one `nan` makes
# the whole gradient `nan`, through the length:

# %%
parameter.grad = torch.tensor([3.0, torch.nan])
nn.utils.clip_grad_norm_([parameter], 1.0)
print(parameter.grad.tolist())

# %% [markdown]
# Last, a gradient that vanishes. With a factor of 0.8, there is 0.8 to the power 59 left of it,
# which is two millionths. Without clipping and with it:

# %%
for limit in (torch.inf, 0.5):
    weak = new_network(seed=0, factor=0.8)
    vanishing, short = train(*weak, limit=limit)
    print(f"limit {limit}: {ending(vanishing)}, the longest gradient {max(short):.1f}")

# %% [markdown]
# Clipping does not help here, since it only shortens. Against vanishing the factor has to come
# nearer to 1, as you have done in lesson 01 by opening the forget gate.

# %% [markdown]
# ## What we have seen
#
# * A gradient goes back over time along c, where it is multiplied by f, and along h, through the
#   slopes and $W_{hh}$, and it changes over between the two.
# * A factor of 0.43 a step leaves next to nothing after sixty steps. One of 1.05 makes 18 times as
#   much, and can end a run: a long step, a larger factor, a longer step, `nan`.
# * To find out whether a run explodes through time, measure the factor a step and the length of the
#   gradient for each parameter, and try shorter sequences.
# * Clipping by norm shortens the gradient and keeps its direction. It saves a run that explodes,
#   and does nothing against vanishing.

# %% [markdown]
# **A common mistake.** `clip_grad_norm_` stands in the wrong place, before `backward()` or after
# `step()`. No error comes, and the steps stay as long as they were. You recognise it by a loss that
# jumps as before: print the gradient's length right before `step()`; it must never be above the
# limit.
#
# **Exercises:** [11 Where the gradient goes](../exercises/11_where_the_gradient_goes.ipynb). Find
# the factor of a step, clip by norm, tell four sick runs apart, and foretell what clipping does.
#
# **Next:** the gates can be wired in other ways. Some networks leave one out, and some let h be
# shorter than c. [Lesson 12](12_projections.ipynb) begins with the second of the two.
