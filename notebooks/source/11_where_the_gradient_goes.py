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


def examples(T):
    """Return 16 sequences of T numbers, (T, 16, 1), and the sign of each."""
    sign = torch.randint(0, 2, (16,)) * 2.0 - 1
    x = torch.zeros(T, 16, 1)
    x[0, :, 0] = sign
    return x, sign


# %% [markdown]
# The network is a plain RNN that has `relu` in the place of tanh. It leaves a positive number as it
# is, makes 0 of a negative one, and squeezes nothing. There are no biases. $W_{hh}$ begins with
# 1.05 on the diagonal and 0 elsewhere, so that each unit hands on 1.05 times what it holds.
# Begun with 1, it can learn to remember, as
# [Le, Jaitly and Hinton, 2015](https://arxiv.org/abs/1504.00941) have found. For our task it needs
# clipping even then, as we shall see.


# %%
def new_network(seed, factor=1.05):
    """Return a relu RNN, with factor on the diagonal of W_hh, and a head."""
    torch.manual_seed(seed)
    rnn, head = nn.RNN(1, 16, nonlinearity="relu", bias=False), nn.Linear(16, 1)
    with torch.no_grad():
        rnn.weight_hh_l0.copy_(factor * torch.eye(16))
    return rnn, head


# %%
def judge(rnn, head, T=60):
    """Return the loss of 16 new sequences, and the share that is right."""
    x, sign = examples(T)
    output, _ = rnn(x)
    answer = head(output[-1])[:, 0]
    right = (answer * sign > 0).double().mean()
    return (answer - sign).square().mean(), right.item()


# %% [markdown]
# `torch.optim.SGD` is plain gradient descent: `step()` moves the weights by the *learning rate*
# `lr` times their gradient, against it. We call that an *update*. `clip_grad_norm_` takes the
# gradients of all parameters together as one long list of numbers. Its *length* is meant as of an
# arrow, as in lesson 01: (3, 4) is 5 long. Where this length is above a limit, the function makes
# all the numbers smaller, and it returns the length that was there *before*. For now we want only
# this length: with a limit of `inf`, infinite, nothing is changed.


# %%
def train(rnn, head, limit=torch.inf, lr=0.01, updates=60, T=60):
    """Train; return each update's loss, share right and gradient's length."""
    parameters = [*rnn.parameters(), *head.parameters()]
    optimiser = torch.optim.SGD(parameters, lr=lr)
    losses, rights, lengths = [], [], []
    for _ in range(updates):
        loss, right = judge(rnn, head, T)
        optimiser.zero_grad()
        loss.backward()
        lengths.append(nn.utils.clip_grad_norm_(parameters, limit).item())
        optimiser.step()
        losses.append(loss.item())
        rights.append(right)
    return losses, rights, lengths


# %%
losses, _, lengths = train(*new_network(seed=0), updates=5)
for update in range(5):
    loss, length = losses[update], lengths[update]
    print(f"update {update}: loss {loss:.1g}, gradient's length {length:.2g}")

# %% [markdown]
# A single update took the loss from 0.5 to a number of sixteen digits. The next loss is smaller,
# but only because the long update threw every unit that still held the +1 below 0, where relu gives
# 0. Then a number became too large for float64, and so `inf`, infinite. No error was raised, and
# from there to `nan` it is not far:

# %%
torch.inf - torch.inf

# %% [markdown]
# But such a run does not always end in `nan`. Here is the same network with sequences of 30 numbers
# in place of 60:


# %%
def ending(run):
    """Say how the last 20 updates of a run went, on average."""
    losses, rights, _ = run
    loss, right = sum(losses[-20:]) / 20, sum(rights[-20:]) / 20
    if loss != loss:  # nan alone is not equal to itself
        return "nan"
    return f"{right:.0%} right, loss {loss:.2f}"


# %%
quiet = train(*new_network(seed=0), T=30)
losses, _, lengths = quiet
for update in range(3):
    loss, length = losses[update], lengths[update]
    print(f"update {update}: loss {loss:.2f}, gradient's length {length:.3g}")
print("the last 20 updates:", ending(quiet))

# %% [markdown]
# The second gradient is 20 times as long as the first. No `nan` comes of it, and yet in the end
# only half is right, as when one guesses: 14 of the 16 units are at 0 then for both signs, and the
# others hold at most 0.002. Below 0, relu gives 0 and lets no gradient back.
#
# **So you recognise a run that explodes by a jump:** from one update to the next the gradient
# becomes ten times as long or more, and the loss rises to more than twice that of guessing, which
# is 1 here. Write both down at every update, and do not wait for `nan`.
#
# Why is the gradient so long, what has that to do with time, and what saves the run?
#
# ## Two ways back
#
# In lesson 10 a step handed back two gradients to the one before it, along c and along h. So there
# are two ways through time. Along c the gradient is multiplied by the forget gate at each step.
# Along h it goes from h to the gates, to most of them through c, from the gates to their sums, and
# from the sums through $W_{hh}$ to the h before.
#
# Which of the two is the main road? The next picture shows the reader's line again. Each character
# has a bar, the length of its gradient. It is 2.40 for the first one, as in lesson 10.
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
# Neither way alone brings most of it. Most comes on *mixed ways*, along c for some steps and along
# h for others. Here is one, from the c of step 14 back to that of step 0:
#
# c of 14 → ... → c of 9 → a gate of step 9 → **h of 8** → c of 8 → ... → c of 0

# %% [markdown]
# ## Factors on one axis
#
# The number by which a step back multiplies the gradient is its *factor per step*. Where it is
# below 1, the gradient *vanishes*. Where it is above 1, it *explodes*. In an LSTM, f is never above
# 1, but the way through h has $W_{hh}$ in it, which may be large.
#
# We measure it with the ruler of lesson 01: the length of the gradient of the last state for the
# word k steps before, where k is called the *lag*. `flip(0)` puts lag 0 first. 60 steps multiply 60
# times, so we take the 60th root of what is left at lag 60.

# %%
torch.manual_seed(4)
words = torch.randn(61, 8)
rnn = nn.RNN(8, 16)


def gradient_by_lag(layer, x):
    """Return the gradient's length for the word 0, 1, 2, ... words back."""
    read = x.clone().requires_grad_()
    output, _ = layer(read)
    output[-1].sum().backward()
    return read.grad.norm(dim=1).flip(0)


# %%
def new_lstm(forget_bias=None, times=1):
    """Return a new LSTM, its W_hh multiplied; a bias opens its forget gates."""
    torch.manual_seed(4)
    lstm = nn.LSTM(8, 16)
    with torch.no_grad():
        lstm.weight_hh_l0 *= times
        if forget_bias is not None:
            lstm.bias_ih_l0[16:32] = forget_bias  # the second quarter: f
            lstm.bias_hh_l0[16:32] = 0
    return lstm


# %%
from lstm_lessons import show
from lstm_lessons.drawing import figure

layers = {
    "LSTM, W_hh times 30": new_lstm(times=30),
    "LSTM, forget bias 3": new_lstm(3.0),
    "LSTM, forget bias 1": new_lstm(1.0),
    "LSTM, new": new_lstm(),
    "plain RNN, new": rnn,
}

# %% [markdown]
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
# Above it: 0.82. Along c alone we have measured 0.74, which no cell here shows. The mixed ways
# bring the rest. So f says what c carries, and not what the whole network carries.

# %% [markdown]
# ## Where the run broke
#
# Now back to the run that ended in `nan`. Did its gradient grow *through time*? There could be
# another reason, such as a learning rate that is too large for the head. The first of three tests
# is the factor per step, for a sequence that begins with +1.


# %%
def factor_of(rnn):
    """Return the factor per step of the gradient, from lag 0 to lag 59."""
    x = torch.zeros(60, 1)
    x[0] = 1
    curve = gradient_by_lag(rnn, x)
    return (curve[59] / curve[0]).item() ** (1 / 59)


# %% [markdown]
# Before the first update the factor is 1.05: relu's slope is 1 for a positive number, so only
# $W_{hh}$ is left.
#
# **Predict.** A guess: what is the factor after one update, about 1.1, about 1.4, or above 10?

# %%
rnn, head = new_network(seed=0)
print(f"before update 0: {factor_of(rnn):.2f} per step")
train(rnn, head, updates=1)
print(f"before update 1: {factor_of(rnn):.2f} per step")

# %% [markdown]
# About 1.4. The gradient of a word grows to 18 times its length, which is 1.05 to the power 59. But
# the gradient of $W_{hh}$ is a sum over 59 steps, as in lesson 10. Each step's share has that
# growth in it, and is 2.03 long. All point the same way, so they add up: 59 · 2.03 = 120.
#
# So the update was 0.01 · 120 = 1.2 long, nearly all of it in $W_{hh}$. Now three units that hold a
# +1 feed one another, too, and each step multiplies by 1.41. Over 59 steps, that makes more than
# 600 million. The sign grows by as much on its way forward, and so the loss grows with it.
#
# The second test: train one part alone, with the same learning rate of 0.01, and *freeze* the other
# one. `requires_grad_(False)` does that: a frozen part gets no gradient, and stays as it is. The
# third test trains both on 10 numbers in place of 60.

# %%
rnn, head = new_network(seed=0)
rnn.requires_grad_(False)
print("the head alone:  ", ending(train(rnn, head)))
rnn, head = new_network(seed=0)
head.requires_grad_(False)
print("the RNN alone:   ", ending(train(rnn, head)))
print("both, 10 numbers:", ending(train(*new_network(seed=0), T=10)))

# %% [markdown]
# We call the task *learnt* where this loss is below 0.1. Each test shows one thing:
#
# * The factor shows that the gradient grows on its way back, and after one update far more.
# * Freezing shows which part breaks the run: the RNN alone is enough for `nan`. The head alone
#   learns. The learning rate may be too large for the RNN: with 0.00005, it alone learns, too.
# * Short sequences show that it takes many steps: with 10 numbers and the same rate, both learn.
#
# So this run exploded through time: 0.01 is too large for this RNN over 60 steps, and not over 10.
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
# That is what `clip_grad_norm_(parameters, limit)` does. It stands between `backward()` and
# `step()`, as in our `train`. The same network from the same seed, with a limit of 0.5:

# %%
clipped_losses, _, clipped_lengths = train(*new_network(seed=0), limit=0.5)
for update in (0, 1, 2, 20, 40, 59):
    print(f"update {update:2}: loss {clipped_losses[update]:.2f}")

# %% [markdown]
# **Predict.** A guess: how many of the 60 gradients are longer than the limit, only the first ones,
# about a half, or all?

# %%
plot, axes = figure(height=300)
axes.plot(clipped_lengths, "k-")
axes.axhline(0.5, color="gray", linestyle=":")
axes.text(1, 0.6, "the limit", fontsize=9)
axes.set(xlabel="update", ylabel="gradient's length", yscale="log")
axes.set(title="The run that is clipped, before clipping")
axes.set(xlim=(0, 60), ylim=(0.2, 200))
axes.set(yticks=(1, 10, 100))
alt = """Length of the gradient before it is clipped, over the updates, on a
logarithmic axis. It begins at 120, and stays between 3.5 and 80 from then on,
far above the limit of 0.5."""
show(plot, alt)

# %% [markdown]
# All. So here every update has the same length: limit times learning rate, 0.5 · 0.01 = 0.005. It
# is as long near the goal, too, and so the loss goes up and down there.
#
# **With plain gradient descent, limit times learning rate is the longest update that can come.**
# With Adam it can be far longer: in its first update, Adam moves each number by the learning rate,
# whatever the limit is.
#
# ## Which limit?
#
# 0.5 was found by trying, and one seed proves little. So here are three seeds without a limit, and
# with each of three limits. Without one, 20 updates are enough to see how they end.


# %%
def three_seeds(factor=1.05, **settings):
    """Say how the runs of three seeds end."""
    runs = [train(*new_network(seed, factor), **settings) for seed in range(3)]
    return "; ".join(ending(run) for run in runs)


# %% [markdown]
# **Predict.** A guess: with which of the limits 0.1, 0.5 and 4 do all three seeds learn the task,
# with a loss below 0.1?

# %%
print("no limit: ", three_seeds(updates=20))
for limit in (0.1, 0.5, 4):
    print(f"limit {limit}:", three_seeds(limit=limit))

# %% [markdown]
# With 0.5 alone. All three limits keep `nan` away, and nearly all signs are right. But here every
# update is as long as the limit lets it be. With 4 the sizes are wrong: with seed 0 the answers are
# −2.19 and 0.48 at the end, in place of −1 and 1. With 0.1 the updates are so short that for one
# seed 60 are not enough. **So try several limits**, each a few times as large as the one before.
#
# A smaller learning rate would do nearly as well here: at 0.00005 we have seen 11 of 12 seeds learn
# the task without a limit.
#
# ## What clipping changes, and what it does not
#
# PyTorch has a second function, `clip_grad_value_`, which cuts off each number for itself where it
# is above the limit. We give both the gradient (3, 40), and a limit of 1.
#
# **Predict.** Which of the two, by norm or by value, turns it to another direction?

# %%
parameter = nn.Parameter(torch.zeros(2))
for clip in (nn.utils.clip_grad_norm_, nn.utils.clip_grad_value_):
    parameter.grad = torch.tensor([3.0, 40.0])
    clip([parameter], 1.0)
    first, second = parameter.grad.tolist()
    print(f"{clip.__name__:<17} {first:.3f}, {second:.3f}")

# %% [markdown]
# By value: (1, 1) points elsewhere than (3, 40), and (0.075, 0.997) does not. Clipping by norm
# keeps the direction, because it multiplies all numbers of the gradient by one factor. But one
# `nan`, from an explosion or from the data, makes the length `nan`, and with it the whole gradient.
#
# Last, a gradient that vanishes. Now $W_{hh}$ begins with 0.8 on the diagonal in the place of 1.05.
# 59 steps multiply a gradient by 0.8 to the power 59, which is two millionths.

# %%
print(three_seeds(factor=0.8, limit=0.5))

# %% [markdown]
# All three guess, just like the run that exploded with 30 numbers. What tells the two apart?

# %%
_, _, lengths = train(*new_network(seed=0, factor=0.8))
print(f"longest gradient here:    {max(lengths):6.2f}")
print(f"in the run of 30 numbers: {max(quiet[2]):6.2f}")

# %% [markdown]
# The jump does. Here no gradient of all 60 updates is longer than 0.95, and the loss stays near 1.
# The factor before the first update tells less: of six seeds that begin with 0.95, five explode
# without a limit, because the updates change the factor.
#
# Clipping cannot help where a gradient vanishes, since it only shortens. And on the way forward the
# sign shrinks in the same way. The factor has to come nearer to 1, as it does in an LSTM when you
# open the forget gate, **and then you clip.** Of six seeds that begin with 1, we have seen five
# learn with a limit of 0.5, and none without.

# %% [markdown]
# ## What we have seen
#
# * A gradient goes back over time along c, where it is multiplied by f, along h, through the gates
#   and $W_{hh}$, and on mixed ways.
# * With a factor of 0.44 per step, that of the new plain RNN, next to nothing is left of it after
#   59 steps. With 1.05 it becomes 18 times as long. A long update can make the factor grow, also
#   one that began at 1 or a little below.
# * A run that explodes ends in `nan`, or in guessing, as one whose gradient vanishes. You recognise
#   it by a jump of the gradient's length and of the loss. Whether time is the reason, you see by
#   the factor at the jump, by freezing one part after the other, and by shorter sequences.
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
