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
# Here is such a run that takes only a second. The task is like that of lesson 01: the first number
# of a sequence is +1 or −1, then come 59 zeros, and at the end the network has to say which sign
# came first. Its answer is a number, and the loss is the squared distance from the sign. A
# network that always answers 0 has a loss of 1.

# %%
import torch
from torch import nn

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)  # small networks are quicker with one


# %%
def examples(T):
    """Return 16 sequences of T numbers, (T, 16, 1), and the sign of each."""
    sign = torch.randint(0, 2, (16,)) * 2.0 - 1
    x = torch.zeros(T, 16, 1)
    x[0, :, 0] = sign
    return x, sign


# %% [markdown]
# The network is a plain RNN with `relu` in the place of tanh. It leaves a positive number as it is,
# and makes 0 of a negative one. There are no biases. So a unit with a positive input weight answers
# to +1 alone, and one with a negative weight to −1 alone. $W_{hh}$ begins with 1.05 on the diagonal
# and 0 elsewhere: each unit hands on 1.05 times what it holds. With 1 in its place,
# [Le, Jaitly and Hinton, 2015](https://arxiv.org/abs/1504.00941) have made such networks remember.


# %%
def new_network(seed):
    """Return a relu RNN, with 1.05 on the diagonal of W_hh, and a head."""
    torch.manual_seed(seed)
    rnn, head = nn.RNN(1, 16, nonlinearity="relu", bias=False), nn.Linear(16, 1)
    with torch.no_grad():
        rnn.weight_hh_l0.copy_(1.05 * torch.eye(16))
    return rnn, head


# %% [markdown]
# An *update* moves each weight against its gradient, the *learning rate* `lr` times as far. This is
# plain gradient descent, which `torch.optim.SGD` does in its `step()`.


# %%
def update(parameters, lr):
    """Move the parameters by lr times their gradients, and clear these."""
    with torch.no_grad():
        for each in parameters:
            each -= lr * each.grad
            each.grad = None


# %% [markdown]
# Take the gradients of all parameters as one long list of numbers. Its *length* is meant as of an
# arrow, as in lesson 01: (3, 4) is 5 long. `clip_grad_norm_` shortens a gradient that is longer
# than a limit, and returns the length that it had before. For now we want only this length, so the
# limit is `inf`, infinite.


# %%
def train(layer, head, limit=torch.inf, lr=0.01, updates=60, T=60):
    """Train; return each update's loss and the length of its gradient."""
    both = [*layer.parameters(), *head.parameters()]
    parameters = [each for each in both if each.requires_grad]
    losses, lengths = [], []
    for _ in range(updates):
        x, sign = examples(T)
        output, _ = layer(x)
        loss = (head(output[-1])[:, 0] - sign).square().mean()
        loss.backward()
        length = nn.utils.clip_grad_norm_(parameters, limit)
        update(parameters, lr)
        losses.append(loss.item())
        lengths.append(length.item())
    return losses, lengths


# %%
losses, lengths = train(*new_network(seed=0), updates=4)
for n in (0, 1, 3):
    print(f"update {n}: loss {losses[n]:.1g}, length {lengths[n]:.2g}")

# %% [markdown]
# A single update took the loss from 0.5 to a number of sixteen digits. Soon after came `nan`, and
# no error was raised.
#
# But such a run does not always end in `nan`. Here is the same network with 30 numbers in place of
# 60. We call the task *learnt* if the last 20 losses are below 0.1 on average. If they are about 1,
# the network only *guesses*.


# %%
def ending(run):
    """Say how a run went at its end, by the mean of its last 20 losses."""
    losses, _ = run
    loss = sum(losses[-20:]) / 20
    if loss < 0.1:
        return "learnt"
    return "guesses" if 0.9 < loss < 1.1 else f"loss {loss:.2g}"


# %%
quiet = train(*new_network(seed=0), T=30)
losses, lengths = quiet
for n in range(3):
    print(f"update {n}: loss {losses[n]:.2f}, length {lengths[n]:.3g}")
print("the end:", ending(quiet))

# %% [markdown]
# The second gradient is 20 times as long as the first, and its loss is five times that of guessing.
# No `nan` comes, but the network ends in guessing: 14 of its 16 units are at 0 for both signs then,
# and where relu gives 0, it lets no gradient back.
#
# A run *explodes* when its gradients become so long that the updates do more harm than good. **A
# jump shows it:** from one update to the next the gradient becomes ten times as long or more, and
# the loss rises to more than twice that of guessing. So write both down at every update. But a run
# can explode without such a jump. We shall meet one, and a better test.
#
# ## Two ways back
#
# In lesson 10 a step handed back two gradients to the one before it: one along c, multiplied by the
# forget gate, and one along h, through the gates and $W_{hh}$. Which of the two is the main road?
# Here is the reader's line again. Each character has a bar, the length of its gradient. It is 2.40
# for the first one, as in lesson 10.
#
# **Try it.** Press "along c alone": now a step hands back to the one before only what goes along c.
# Then press "along h alone". How long is the gradient for the first character each time?

# %%
from lstm_lessons import explorers

explorers.gradient_flow()

# %% [markdown]
# <details><summary>Answer</summary>
#
# It is 0.57 along c alone, and 0.00 along h alone.
#
# </details>
#
# Neither brings most of it. From the last of the 15 characters to the first there are 14 steps
# back, and at each one the way may go on along c or along h. That makes 2 · 2 · ... · 2 ways, with
# 14 twos: 16,384. All but two of them are *mixed*, and what comes back on them adds up, to an arrow
# of length 1.92. It points elsewhere than the arrow of c, so the two lengths do not make 2.40.

# %% [markdown]
# ## Factors on one axis
#
# The number by which a step back multiplies the gradient is its *factor per step*. Where it is
# below 1, the gradient *vanishes*. Where it is above 1, it *explodes*. In an LSTM, f is never above
# 1, but the way through h has $W_{hh}$ in it, which may be large.
#
# We measure it with the ruler of lesson 01: the length of the gradient of the last state for the
# word k steps before, where k is called the *lag*. `flip(0)` puts lag 0 first.


# %%
def gradient_by_lag(layer, x):
    """Return the gradient's length for the word 0, 1, 2, ... words back."""
    read = x.clone().requires_grad_()
    output, _ = layer(read)
    (back,) = torch.autograd.grad(output[-1].sum(), read)
    return back.norm(dim=-1).flip(0)


# %%
def new_lstm(seed, forget_bias=None, input_size=1):
    """Return a new LSTM and a head; a bias opens its forget gates."""
    torch.manual_seed(seed)
    lstm, head = nn.LSTM(input_size, 16), nn.Linear(16, 1)
    if forget_bias is not None:
        with torch.no_grad():
            lstm.bias_ih_l0[16:32] = forget_bias  # the second quarter: f
            lstm.bias_hh_l0[16:32] = 0
    return lstm, head


# %%
torch.manual_seed(4)
words = torch.randn(61, 8)
rnn = nn.RNN(8, 16)
large, _ = new_lstm(4, input_size=8)
with torch.no_grad():
    large.weight_hh_l0 *= 30

# %%
from lstm_lessons import show
from lstm_lessons.drawing import figure

layers = {
    "LSTM, W_hh times 30": large,
    "LSTM, forget bias 3": new_lstm(4, 3.0, input_size=8)[0],
    "LSTM, forget bias 1": new_lstm(4, 1.0, input_size=8)[0],
    "LSTM, new": new_lstm(4, input_size=8)[0],
    "plain RNN, new": rnn,
}

# %% [markdown]
# 60 steps multiply 60 times, so we take the 60th root of what is left at lag 60.
#
# A forget gate with bias 1 rests at σ(1) = 0.73. Along c alone, the factor would be about 0.73.
#
# **Predict.** Is the factor per step that we measure in that LSTM below 0.73, about 0.73, or above
# it?

# %%
plot, axes = figure(width=720, height=400)
for name, layer in layers.items():
    curve = gradient_by_lag(layer, words)
    left = curve / curve[0]
    axes.plot(left, "k-")
    axes.text(61, left[60], f"{left[60] ** (1 / 60):.2f}: {name}", va="center")
axes.set(xlabel="lag (words back)", ylabel="gradient, 1 at lag 0", yscale="log")
axes.set(title="The factor per step, and what it leaves")
axes.set(xlim=(0, 94), xticks=range(0, 61, 10))
alt = """Five curves of gradient against lag on a logarithmic axis. The LSTM
with larger weights rises to 3e10 at lag 60, with a factor of 1.50 per step.
With a forget bias of 3 the curve is nearly level, at 0.35 and a factor of 0.98.
With a bias of 1 it falls to 5e-6, by 0.82 per step, the new LSTM to 3e-14, by
0.60, and the new plain RNN to 2e-22, by 0.44."""
show(plot, alt)

# %% [markdown]
# Above it: 0.82, because of the mixed ways. So f says what c carries, not what the whole network
# carries.

# %% [markdown]
# ## Where the run broke
#
# Back to the run that ended in `nan`. Did its gradient grow on the way back, *through time*? Or did
# the head break it, which stands behind the last step? Three tests tell. The first one is the
# factor per step. Each of the two signs has its own, and we take the larger one.


# %%
def factor_of(layer, T=60):
    """Return the factor per step over T numbers, the larger of two signs."""
    x = torch.zeros(T, 2, 1)
    x[0, :, 0] = torch.tensor([1.0, -1.0])
    curve = gradient_by_lag(layer, x)
    return (curve[-1] / curve[0]).max().item() ** (1 / (T - 1))


# %% [markdown]
# Before the first update it is 1.05: relu's slope is 1 for a positive number, so only $W_{hh}$ is
# left.
#
# **Predict.** A guess: what is the factor after one update, about 1.1, about 1.4, or above 10?

# %%
rnn, head = new_network(seed=0)
print(f"before update 0: {factor_of(rnn):.2f} per step")
_, lengths = train(rnn, head, updates=1)
print(f"before update 1: {factor_of(rnn):.2f} per step")
print(f"update 0 had a gradient of length {lengths[0]:.0f}")

# %% [markdown]
# About 1.4, because the first gradient was so long. The gradient of $W_{hh}$ is a sum: each of 59
# steps has a share in it, as in lesson 10. A share is what has come back to a step, times the h
# before that step. What comes back has grown by 1.05 for each later step, and h by 1.05 for each
# earlier one. At *every* step that makes 1.05 to the power 58 together, which is 17. So the shares
# are equal, and point the same way: 59 · 2.03 = 120.
#
# The update was 0.01 · 120 = 1.2 long, nearly all of it in $W_{hh}$. After it, three units hold
# something at the end of a sequence that begins with +1. Here are the weights between these three:

# %%
x = torch.zeros(60, 1)
x[0] = 1
output, _ = rnn(x)
awake = output[-1] > 0
block = rnn.weight_hh_l0.detach()[awake][:, awake]

# %%
for row in block.tolist():
    print("  ".join(f"{weight:.2f}" for weight in row))
print(f"largest eigenvalue: {torch.linalg.eigvals(block).abs().max():.2f}")

# %% [markdown]
# Before, there was 1.05 on the diagonal and 0 beside it. Now the three units feed one another, too.
# Multiplied again and again, a gradient grows by the largest eigenvalue of this block, 1.40 per
# step. The measured 1.41 is an average, since the steps at both ends bring a little more. And 1.41
# to the power 59 is more than 600 million.
#
# The second test: train one part alone, and *freeze* the other one. `requires_grad_(False)` does
# that: a frozen part gets no gradient, and stays as it is. The third test trains both on 10 numbers
# in place of 60.

# %%
rnn, head = new_network(seed=0)
rnn.requires_grad_(False)
print("the head alone:  ", ending(train(rnn, head)))
rnn, head = new_network(seed=0)
head.requires_grad_(False)
print("the RNN alone:   ", ending(train(rnn, head)))
print("both, 10 numbers:", ending(train(*new_network(seed=0), T=10)))

# %% [markdown]
# All three runs have the same learning rate. It is small enough for the head, and for both over 10
# numbers, but not for the RNN over 60. So the run exploded *through time*: an update is the
# learning rate times the gradient, and 60 steps have made this gradient too long.
#
# ## Clip it
#
# A gradient says what a small change of the weights does, and little of what a large one does, as
# in lesson 10. Its direction may be good *here*, but the update is far too long. So shorten it
# ([Pascanu, Mikolov and Bengio, 2013](https://arxiv.org/abs/1211.5063)). If its length is above a
# limit, multiply *all* of it by one number, so that the length becomes the limit. With a limit of
# 1, (3, 4) is multiplied by 1/5, and becomes (0.6, 0.8).
#
# $$\text{gradient} \leftarrow \text{gradient} \cdot
#   \min\left(1, \frac{\text{limit}}{\text{length}}\right)$$
#
# That is what `clip_grad_norm_(parameters, limit)` does, between `backward()` and the update. We
# try a limit of 1, from three seeds:


# %%
def three_seeds(make, **settings):
    """Say how the runs of three seeds end."""
    runs = [train(*make(seed), **settings) for seed in range(3)]
    return "; ".join(ending(run) for run in runs)


# %%
print("no limit:  ", three_seeds(new_network, updates=20))
print("limit of 1:", three_seeds(new_network, limit=1))

# %% [markdown]
# **Predict.** A guess: of the 60 gradients of seed 0, how many are longer than the limit, only the
# first ones, about a half, or all?

# %%
_, lengths = train(*new_network(seed=0), limit=1)
plot, axes = figure(height=300)
axes.plot(lengths, "k-")
axes.axhline(1, color="gray", linestyle=":")
axes.text(1, 1.2, "the limit", fontsize=9)
axes.set(xlabel="update", ylabel="gradient's length", yscale="log")
axes.set(title="The run that is clipped, before clipping")
axes.set(xlim=(0, 60), ylim=(0.5, 300), yticks=(1, 10, 100))
alt = """Length of the gradient before it is clipped, over the updates, on a
logarithmic axis. It begins at 120 and ends at 12, and is never below 2.7, far
above the limit of 1."""
show(plot, alt)

# %% [markdown]
# All of them. So every update is as long as it may be: limit times learning rate, 1 · 0.01 = 0.01.
# **With plain gradient descent, no update can be longer.** Which limit is right? With 4, the
# updates are too long, and the task is not learnt. So try several, each a few times as large as the
# one before.
#
# All numbers are multiplied by one factor, so the gradient keeps its direction. A second function,
# `clip_grad_value_`, cuts off each number for itself. With a limit of 1 it makes (1, 1) of (3, 4),
# which points elsewhere. And against a `nan` clipping does not help: a single one in the gradient
# makes the length `nan`, and then all numbers.
#
# ## An LSTM that explodes
#
# A gradient that vanishes is not saved by clipping, which only shortens. The factor has to come
# nearer to 1, as in an LSTM whose forget gates are opened. We train new LSTMs, and others that are
# opened by a bias of 3, on 20 numbers.


# %%
def opened(seed):
    """Return an LSTM with open forget gates, and a head."""
    return new_lstm(seed, forget_bias=3.0)


# %% [markdown]
# **Predict.** A guess: who learns the task, the new ones with a limit, the opened ones without a
# limit, both, or neither?

# %%
settings = {"lr": 0.1, "updates": 100}
print("new, limit of 1:   ", three_seeds(new_lstm, limit=1, T=20, **settings))
print("opened, no limit:  ", three_seeds(opened, T=20, **settings))
print("opened, 5 numbers: ", three_seeds(opened, T=5, **settings))
print("opened, limit of 1:", three_seeds(opened, limit=1, T=20, **settings))

# %% [markdown]
# Neither. It takes both, open gates and a limit. Over 5 numbers the opened LSTMs learn without a
# limit, so time is the reason here, too. But f is never above 1. Where does the gradient grow? We
# train with the limit for 30 updates, and then take it away.

# %%
lstm, head = opened(seed=0)
print(f"factor at first:         {factor_of(lstm, T=20):.2f}")
train(lstm, head, limit=1, lr=0.1, updates=30, T=20)
print(f"factor after 30 updates: {factor_of(lstm, T=20):.2f}")
losses, lengths = train(lstm, head, lr=0.1, updates=3, T=20)
for n in range(3):
    print(f"update {30 + n}: loss {losses[n]:.2f}, length {lengths[n]:.1f}")

# %% [markdown]
# The updates have raised its factor from 0.98 to 1.16. Along c alone it is still below 1: the ways
# through $W_{hh}$ have grown. A single update without the limit, and what it had learnt is gone.
#
# The opened LSTMs that never had a limit are the runs without a jump: none of their losses is above
# 2. They end in guessing, just like the new ones, whose gradient vanishes. **So the better test is
# to run it again with a limit.** If it learns then, its updates were too long. If its gradient
# vanishes, it guesses as before.
#
# Why not a smaller learning rate? It shortens every update, and a limit only the long ones: with
# seed 0, these are 44 of 100. With a tenth of the rate in place of the limit, only one of the three
# seeds has learnt the task after 100 updates.

# %% [markdown]
# ## What we have seen
#
# * A gradient goes back over time along c, multiplied by f, along h, through the gates and
#   $W_{hh}$, and on very many mixed ways.
# * With a factor of 0.44 per step, that of the new plain RNN, next to nothing is left of it after
#   59 steps. With 1.05 it becomes 18 times as long. Updates can raise the factor above 1, also that
#   of an LSTM.
# * A run that explodes can end in `nan`, but also in guessing, as one whose gradient vanishes. A
#   jump of the gradient's length and of the loss shows it. Without a jump, try a limit: if the run
#   learns then, its updates were too long. Whether time is the reason, you see by the factor, by
#   freezing one part after the other, and by shorter sequences.
# * Clipping by norm shortens the gradient and keeps its direction. In plain gradient descent, limit
#   times learning rate is the longest update. Against vanishing it does nothing.

# %% [markdown]
# **A common mistake.** `clip_grad_norm_` stands in the wrong place, before `backward()` or after
# `step()`. No error comes, and the updates stay as long as they were. You recognise it by a loss
# that jumps as before: print the gradient's length right before `step()`; it must never be above
# the limit.
#
# **Exercises:** [11 Where the gradient goes](../exercises/11_where_the_gradient_goes.ipynb). Find
# the factor per step, clip by norm, tell four sick runs apart, and predict what clipping does.
#
# **Next:** along h all goes through $W_{hh}$, which is the largest tensor of many layers. It has
# a column for each number of h. Could h be shorter than c, so that fewer numbers have to go through
# it? [Lesson 12](12_projections.ipynb) makes it shorter.
