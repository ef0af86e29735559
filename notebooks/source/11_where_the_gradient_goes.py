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
# came first. The loss is the squared distance from the sign: 1, if the answer is always 0.

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
# The network is a plain RNN with `relu` in place of tanh. It leaves a positive number as it is,
# and makes 0 of a negative one. It has no biases. So a unit with a positive input weight answers
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
# The loop is that of lesson 08, but with `SGD`, plain gradient descent: an *update* moves each
# weight against its gradient, the *learning rate* `lr` times as far.
#
# Take the gradients of all parameters as one long list of numbers. Its *length* is that of an
# arrow: (3, 4) is 5 long. `clip_grad_norm_` shortens a gradient that is longer than a limit, and
# returns the length that it had before. At first the limit is `inf`, infinite.


# %%
def train(layer, head, limit=torch.inf, lr=0.01, updates=60, T=60):
    """Train; return each update's loss and the length of its gradient."""
    parameters = [*layer.parameters(), *head.parameters()]
    optimiser = torch.optim.SGD(parameters, lr=lr)
    losses, lengths = [], []
    for _ in range(updates):
        x, sign = examples(T)
        output, _ = layer(x)
        loss = (head(output[-1])[:, 0] - sign).square().mean()
        optimiser.zero_grad()
        loss.backward()
        lengths.append(nn.utils.clip_grad_norm_(parameters, limit).item())
        optimiser.step()
        losses.append(loss.item())
    return losses, lengths


# %%
losses, lengths = train(*new_network(seed=0), updates=4)
for n in (0, 1, 3):
    print(f"update {n}: loss {losses[n]:.1g}, length {lengths[n]:.2g}")

# %% [markdown]
# A single update took the loss from 0.5 to a number of sixteen digits. Soon after came `nan`, and
# no error was raised.
#
# But there is not always a `nan`. Here is the same network with 30 numbers in place of 60. We call
# the task *learnt* if the last 20 losses are below 0.1 on average. If they are about 1, the network
# only *guesses*.


# %%
def ending(run):
    """Say how a run went at its end, by the mean of its last 20 losses."""
    losses, _ = run
    loss = sum(losses[-20:]) / 20
    if loss < 0.1:
        return "learnt"
    return "guesses" if 0.9 < loss < 1.1 else f"loss {loss:.2g}"


# %%
losses, lengths = train(*new_network(seed=0), T=30)
for n in range(9):
    print(f"update {n}: loss {losses[n]:.2f}, length {lengths[n]:.3g}")
print("the end:", ending((losses, lengths)))

# %% [markdown]
# The second gradient is 20 times as long as the first, and its loss is five times that of guessing.
# Then the network learns for a while, until a second long gradient, that of update 7. From then on
# it guesses. At the end 14 of the 16 units are at 0 behind both signs.
#
# A run *breaks* when its gradients become so long that the updates do more harm than good. **A jump
# shows it:** from one update to the next the gradient becomes ten times as long or more, and the
# loss rises to more than twice that of guessing, as at update 1. So write both down at every
# update. But harm is also done without a jump: the loss of update 7 was only 1.55.
#
# ## Two ways back
#
# In lesson 10 a step handed back two gradients: one along c, multiplied by the forget gate, and one
# along h, through the gates and $W_{hh}$. Which of the two is the main road? Here is the reader's
# line again. Each character has a bar, the length of its gradient, 2.40 for the first one.
#
# **Try it.** Press "along c alone": now a step hands back to the one before only what goes along c.
# Then press "along h alone". How long is the gradient for the first character each time?

# %%
from lstm_lessons import explorers

explorers.gradient_flow()

# %% [markdown]
# <details><summary>Answer</summary>
#
# 0.57 along c alone, and 0.00 along h alone. Neither brings most of it.
#
# </details>
#
# From the last of the 15 characters to the first there are 14 steps back, and at each one the way
# may go on along c or along h. That makes 2 to the power 14 ways, 16,384. All but two of them are
# *mixed*, and these bring most of the gradient.

# %% [markdown]
# ## Factors on one axis
#
# In lesson 01, a *factor per step* below 1 let the gradient *vanish*, and one above 1 let it
# *explode*. In an LSTM f is never above 1, but the way through h has $W_{hh}$ in it, which may be
# large.
#
# Here is the ruler of lesson 01: the length of the gradient of the last state for the word k steps
# before. This k is the *lag*.


# %%
def gradient_by_lag(layer, x):
    """Return the gradient's length for the word 0, 1, 2, ... words back."""
    words = x.clone().requires_grad_()
    output, _ = layer(words)
    output[-1].sum().backward()
    return words.grad.norm(dim=-1).flip(0)


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


# %% [markdown]
# We measure three new LSTMs with the same random words. Two of them differ in the bias of the
# forget gates. In the third one we make $W_{hh}$ large, 30 times as large as it was.

# %%
from lstm_lessons import show
from lstm_lessons.drawing import figure

torch.manual_seed(4)
words = torch.randn(61, 8)
large, _ = new_lstm(4, input_size=8)
with torch.no_grad():
    large.weight_hh_l0 *= 30
layers = {
    "LSTM, W_hh times 30": large,
    "LSTM, forget bias 3": new_lstm(4, 3.0, input_size=8)[0],
    "LSTM, forget bias 1": new_lstm(4, 1.0, input_size=8)[0],
}

# %% [markdown]
# 60 steps multiply 60 times, so the factor is the 60th root of what is left at lag 60. A forget
# gate with bias 1 rests at σ(1) = 0.73. So along c alone, the factor would be about that.
#
# **Predict.** Is the factor per step of the LSTM with bias 1 below 0.73, about 0.73, or above it?

# %%
plot, axes = figure(width=720, height=400)
for name, layer in layers.items():
    curve = gradient_by_lag(layer, words)
    left = curve / curve[0]
    axes.plot(left, "k-")
    axes.text(61, left[60], f"{left[60] ** (1 / 60):.2f}: {name}", va="center")
axes.set(xlabel="lag (words back)", ylabel="gradient, 1 at lag 0", yscale="log")
axes.set(title="The factor per step, and what it leaves", xlim=(0, 94))
alt = """Three curves of gradient against lag on a logarithmic axis. The LSTM
with larger weights rises to 3e10 at lag 60, with a factor of 1.50 per step.
With a forget bias of 3 the curve is nearly level, at 0.35 and a factor of 0.98.
With a bias of 1 it falls to 5e-6, by 0.82 per step."""
show(plot, alt)

# %% [markdown]
# Above it: 0.82, because of the mixed ways. So f says what c carries, not what the whole network
# carries. With a bias of 3 the curve is nearly level. With the large $W_{hh}$ the factor is 1.50.
# No f is above 1, so this growth comes in through $W_{hh}$.

# %% [markdown]
# ## Where the run broke
#
# Back to the run that ended in `nan`. Of a run that breaks, ask two questions:
#
# 1. **Is time the reason?** Measure the factor per step before an update that does harm. Then make
#    this update for the head alone, and for the layer alone. If the factor, to the power of the
#    steps, is far above 1, and the layer alone does the harm, and not the head, then time is the
#    likely reason.
# 2. **Are the updates too long?** Train again with a limit for the length of the gradient, and then
#    with smaller limits. If the run learns with one of them, they were.
#
# We begin with time. The factor is measured for both signs, and the larger one counts.


# %%
def factor_of(layer, T=60):
    """Return the factor per step over T numbers, the larger of two signs."""
    x = torch.zeros(T, 2, 1)
    x[0, :, 0] = torch.tensor([1.0, -1.0])
    curve = gradient_by_lag(layer, x)
    return (curve[-1] / curve[0]).max().item() ** (1 / (T - 1))


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
# About 1.4, because the first gradient was so long: 120. The gradient of $W_{hh}$ is a sum of
# shares, one for each step but the first, which has no h before it. A share is what has come back
# to a step, times the h before that step. What comes back has grown by 1.05 for each later step,
# and h by 1.05 for each earlier one. At *every* step that makes 1.05 to the power 58 together. So
# all 59 shares are equally long, and they point the same way: each of them is 120 / 59 = 2.03 long.
#
# The update was 0.01 · 120 = 1.2 long, nearly all of it in $W_{hh}$. After it, three units hold
# something at the end of a sequence that begins with +1. The weights between them are:

# %%
x = torch.zeros(60, 1)
x[0] = 1
output, _ = rnn(x)
awake = output[-1] > 0
block = rnn.weight_hh_l0.detach()[awake][:, awake]
print(block.numpy().round(2))
held = output[-1].detach()[awake]
print(f"one more step: {(block @ held).sum() / held.sum():.2f} times as much")

# %% [markdown]
# Before, there was 1.05 on the diagonal and 0 beside it. Now the three units feed one another, so
# that they hold 1.40 times as much after each step. A gradient grows as fast on its way back, and
# 1.41 to the power 59 is more than 600 million.
#
# Now we make the first update for one part alone, on copies. The other part is *frozen* by
# `requires_grad_(False)`: it gets no gradient, and stays as it is. We train for two updates, since
# the loss of the second one shows what the first one has done, each time on the same examples.

# %%
from copy import deepcopy


def one_update(layer, head, T=60, lr=0.01):
    """Print the loss, and that after an update of one part, or both."""
    state, found = torch.get_rng_state(), []
    for moved in ("head", "layer", "both"):
        torch.set_rng_state(state)  # the same examples each time
        copies = deepcopy(layer), deepcopy(head)
        copies[0].requires_grad_(moved != "head")
        copies[1].requires_grad_(moved != "layer")
        (before, after), _ = train(*copies, lr=lr, updates=2, T=T)
        found.append(f"{moved} {after:.2g}")
    print(f"loss {before:.2f}, after an update of:", ", ".join(found))


# %%
for seed in range(3):
    one_update(*new_network(seed))

# %% [markdown]
# With the head moved alone, the loss becomes smaller. With the RNN alone it becomes huge, for all
# seeds. And before this update, 1.05 to the power 59 was 18. So time is the likely reason.
#
# ## Clip it
#
# If a gradient is longer than a limit, multiply *all* of it by one number, so that its length
# becomes the limit ([Pascanu, Mikolov and Bengio, 2013](https://arxiv.org/abs/1211.5063)). With a
# limit of 1, (3, 4) is multiplied by 1/5, and becomes (0.6, 0.8).
#
# $$\text{gradient} \leftarrow \text{gradient} \cdot
#   \min\left(1, \frac{\text{limit}}{\text{length}}\right)$$
#
# That is what `clip_grad_norm_(parameters, limit)` does, between `backward()` and the update. We
# try a limit of 1, from three seeds. Without one, 20 updates are enough to reach `nan`:


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
rnn, head = new_network(seed=0)
_, lengths = train(rnn, head, limit=1)
print(f"factor at the end: {factor_of(rnn):.2f}")
plot, axes = figure(height=300)
axes.plot(lengths, "k-")
axes.axhline(1, color="gray", linestyle=":")
axes.set(xlabel="update", ylabel="gradient's length", yscale="log")
axes.set(title="Before clipping, and the limit", ylim=(0.5, 300))
alt = """Length of the gradient before it is clipped, over the updates, on a
logarithmic axis. It begins at 120 and ends at 12, and is never below 2.7,
above the limit of 1."""
show(plot, alt)

# %% [markdown]
# All of them. So every update is as long as it may be: limit times learning rate, 1 · 0.01 = 0.01.
# **With plain gradient descent, no update can be longer.** All three seeds learn with this limit:
# the updates without it were too long. This run learns, although its factor is still above 1: the
# factor alone proves nothing.
#
# Adam, of lesson 08, divides by the size of the gradients. So there a limit hardly changes how long
# an update is.
#
# The gradient keeps its direction. `clip_grad_value_` cuts off each number for itself: with a limit
# of 1 it makes (1, 1) of (3, 4), which points elsewhere. Neither helps against a `nan`. By norm, a
# single one makes the length `nan`, and then all numbers.
#
# ## An LSTM that breaks
#
# A gradient that vanishes is not saved by clipping, which only shortens. It needs a factor nearer
# to 1, as in an LSTM whose forget gates are open. On 20 numbers we train new LSTMs, and others that
# are opened by a bias of 3.


# %%
def opened(seed):
    """Return an LSTM with open forget gates, and a head."""
    return new_lstm(seed, forget_bias=3.0)


# %% [markdown]
# **Predict.** A guess: who learns the task, the new ones with a limit, the opened ones without a
# limit, both, or neither?

# %%
settings = {"T": 20, "lr": 0.1, "updates": 100}
print("new, limit of 1:   ", three_seeds(new_lstm, limit=1, **settings))
print("opened, no limit:  ", three_seeds(opened, **settings))
print("opened, limit of 1:", three_seeds(opened, limit=1, **settings))

# %% [markdown]
# Neither. At this rate it takes both. Without a limit, the updates of the opened ones are too long.
# No jump shows it, as none of the losses of these three runs is above 2.
#
# And is time the reason? We take the runs with the limit, half-way, while they learn, and make one
# update without it:

# %%
print(f"before all updates: factor {factor_of(opened(seed=0)[0], T=20):.2f}")
for seed in range(3):
    layer, head = opened(seed)
    train(layer, head, limit=1, T=20, lr=0.1, updates=40)
    print(f"seed {seed}: factor {factor_of(layer, T=20):.2f}", end=", ")
    one_update(layer, head, T=20, lr=0.1)

# %% [markdown]
# The updates have raised the factor above 1; over 19 steps even 1.09 makes 5. With the head moved
# alone, the loss stays about where it was, or becomes smaller. With the LSTM alone it rises above
# 1. So time is the likely reason here, too.
#
# Would a limit of 8 do, or a tenth of the learning rate?


# %%
print("limit of 8: ", three_seeds(opened, limit=8, **settings))
for updates in (100, 300):
    found = three_seeds(opened, lr=0.01, updates=updates, T=20)
    print(f"lr 0.01, {updates} updates: {found}")

# %% [markdown]
# A limit of 8 is too high: only two of the 300 gradients are longer, and get shorter. So if a limit
# does not help, try smaller ones. A tenth of the rate helps, but needs more updates: it shortens
# all of them, a limit only the long ones.

# %% [markdown]
# ## What we have seen
#
# * A gradient goes back over time along c, multiplied by f, along h, through $W_{hh}$, and on very
#   many mixed ways.
# * With a factor of 0.82 per step it vanishes. With 1.05 it is 18 times as long after 59 steps.
#   Updates can raise the factor above 1, also that of an LSTM.
# * A run that breaks can end in `nan`, but also in guessing. Not every one shows a jump.
# * *Is time the reason?* It is likely, if the gradient grows much over the steps before an update
#   that does harm, and the layer alone does the harm, and not the head. The factor proves nothing
#   alone.
# * *Are the updates too long?* They are, if the run learns with a limit. If not, try smaller ones.
# * Clipping by norm shortens the gradient and keeps its direction. In plain gradient descent, limit
#   times learning rate is the longest update. Against vanishing it does nothing.

# %% [markdown]
# **A common mistake.** `clip_grad_norm_` stands in the wrong place, before `backward()` or after
# `step()`. No error comes, and the updates stay as long as they were. You recognise it by the
# gradient's length right before `step()`, which must never be above the limit.
#
# **Exercises:** [11 Where the gradient goes](../exercises/11_where_the_gradient_goes.ipynb). Find
# the factor per step, clip by norm, tell four sick runs apart, and predict what clipping does.
#
# **Next:** along h all goes through $W_{hh}$, which is the largest tensor of many layers. Could h
# be shorter than c, so that $W_{hh}$ gets smaller? [Lesson 12](12_projections.ipynb) does that.
