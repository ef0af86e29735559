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
# ## A second layer
#
# One layer reads words. `num_layers=2` puts a second layer on top of it, which reads something at
# every step, too. Each layer has its own weights, its own h and its own c. Layers are counted from
# 0, from the bottom up: that is the `0` in `weight_ih_l0`.
#
# **Predict.** Three things could go up to layer 1 at step t: the word $x_t$, layer 0's $h_t$, or
# its $c_t$. What shape has `weight_ih_l1` in each case, with I = 100 and H = 16? Which of the three
# can its shape tell apart?

# %%
import torch
from torch import nn
from torch.nn import functional as F

torch.set_default_dtype(torch.float64)
torch.manual_seed(0)

T, B, I, H = 24, 10, 100, 16
lstm = nn.LSTM(input_size=I, hidden_size=H, num_layers=2)
for name, parameter in lstm.named_parameters():
    print(f"{name:<13} {tuple(parameter.shape)}")

# %% [markdown]
# Columns are what goes in (lesson 02). `weight_ih_l1` has 16, so layer 1 cannot read the word of
# 100 numbers: it reads H numbers that layer 0 made. But $h_t$ and $c_t$ both have 16, so the shape
# cannot tell which.
#
# Layer 0 shows $h$, and keeps $c$ to itself. So let layer 1 read $h$. A number in brackets above a
# letter says which layer:
#
# $$\underset{(B,\,H)}{h^{(1)}_t},\ \underset{(B,\,H)}{c^{(1)}_t}
#   = \mathrm{step}\big(\underset{(B,\,H)}{h^{(0)}_t},\ \underset{(B,\,H)}{h^{(1)}_{t-1}},\
#   \underset{(B,\,H)}{c^{(1)}_{t-1}}\big)$$
#
# `unroll` is the loop of lesson 04. It returns $h$ of every step, stacked: what the next layer
# needs for its `x`. So two layers are two calls: the result of the first, `below`, is what the
# second reads.
#
# **Predict.** What is the shape of `below`?

# %%
from lstm_lessons.lstm.cell import lstm_step  # the step of lesson 03, which the package keeps
from lstm_lessons.lstm.unroll import unroll  # and the loop of lesson 04

x = torch.randn(T, B, I)
h_0, c_0 = torch.randn(2, B, H), torch.randn(2, B, H)  # a row for each layer

below, h_below, c_below = unroll(x, h_0[0], c_0[0], lstm.all_weights[0])
above, h_above, c_above = unroll(below, h_0[1], c_0[1], lstm.all_weights[1])
print("below:", tuple(below.shape), "  above:", tuple(above.shape))

output, (h_n, c_n) = lstm(x, (h_0, c_0))
assert torch.allclose(above, output, rtol=0, atol=1e-12)
assert torch.allclose(torch.stack([h_below, h_above]), h_n, rtol=0, atol=1e-12)
assert torch.allclose(torch.stack([c_below, c_above]), c_n, rtol=0, atol=1e-12)
print("Two calls, one above the other, give what nn.LSTM(num_layers=2) gives.")

# %% [markdown]
# `lstm.all_weights[k]` is the list of layer k's four tensors. `output` is the *top* layer's h at
# every step. What layer 0 showed at each step is not in it.
#
# **Predict.** If a program hands up $c$ by mistake, what tells you: an error, a warning, or
# nothing?

# %%
h, c, memories = h_0[0], c_0[0], []
for x_t in x:
    h, c = lstm_step(x_t, h, c, *lstm.all_weights[0])
    memories.append(c)

above, _, _ = unroll(torch.stack(memories), h_0[1], c_0[1], lstm.all_weights[1])
print("shape as before:", above.shape == output.shape)
print("numbers as before:", torch.allclose(above, output))

# %% [markdown]
# Nothing tells you, unless you compare with `nn.LSTM`. $h$ goes up, $c$ stays inside its layer.
#
# ## Any number of layers
#
# Layer 2 reads layer 1, and so on. All layers above the first have the same shapes.
#
# **Predict.** Lesson 02 counted 4H(I + H) + 8H parameters for one layer: 7552. Which letter changes
# for layer 1, and how many parameters has it, with H = 16?

# %%
from lstm_lessons import shapes

first = 4 * H * (I + H) + 8 * H
each_above = 4 * H * (H + H) + 8 * H
for L in (1, 2, 3):
    by_torch = sum(p.numel() for p in nn.LSTM(I, H, num_layers=L).parameters())
    assert first + (L - 1) * each_above == by_torch == shapes.count_parameters(I, H, L)
    print(f"L = {L}: {by_torch} = {first} + {L - 1} × {each_above}")

# %% [markdown]
# I becomes H, so each layer above adds 2176.
#
# Now the loop over the layers. The output of one is the input of the next, so one name, `x`, serves
# for both.
#
# **Predict.** With L = 4, layer 0 makes 24 h's, one at each step. How many of them are in what
# `run_layers` returns?


# %%
def run_layers(x, h_0, c_0, layers):
    """Run all layers, from the bottom up; return what nn.LSTM returns."""
    h_n, c_n = [], []
    for k, weights in enumerate(layers):
        x, h, c = unroll(x, h_0[k], c_0[k], weights)  # x: from now on what layer k showed
        h_n.append(h)
        c_n.append(c)
    return x, (torch.stack(h_n), torch.stack(c_n))


for L in (1, 2, 4):
    torch_stack = nn.LSTM(I, H, num_layers=L)
    states = torch.randn(L, B, H), torch.randn(L, B, H)
    by_hand, (h_n, c_n) = run_layers(x, *states, torch_stack.all_weights)
    output, (h_torch, c_torch) = torch_stack(x, states)
    for ours, theirs in ((by_hand, output), (h_n, h_torch), (c_n, c_torch)):
        assert torch.allclose(ours, theirs, rtol=0, atol=1e-12)
    print(f"L = {L}: equal;  output {tuple(output.shape)}, h_n {tuple(h_n.shape)}")

# %% [markdown]
# One, as `h_n[0]`: each turn of the loop replaces `x`, and keeps the last h alone. So `output` has
# the same shape for any L, and `h_n` has a first axis of length L. **The first axis of `h_n` is
# layers, not time.**
#
# The first post of lesson 04 says that `output[-1]` equals `h_n`. With one layer, that holds but
# for the leading axis.
#
# **Predict.** With two layers, what does `output[-1]` equal: the whole `h_n`, `h_n[0]` or
# `h_n[-1]`? The other row of `h_n` is the last step of another tensor that you have met: which?

# %%
output, (h_n, c_n) = lstm(x, (h_0, c_0))
last = output[-1]
print("last:", tuple(last.shape), "  h_n:", tuple(h_n.shape))
for name, state in (("h_n[0]", h_n[0]), ("h_n[-1]", h_n[-1])):
    same = torch.allclose(state, last, rtol=0, atol=1e-12)
    print(f"{name:<8} {'equals output[-1]' if same else 'is something else'}")
print("h_n[0] equals below[-1]:", torch.allclose(h_n[0], below[-1], rtol=0, atol=1e-12))

# %% [markdown]
# `h_n[-1]`: the top layer. `h_n[0]` is what the *lowest* layer showed last. It has the right shape,
# so a linear layer that reads it runs, and can be trained.
#
# Training goes by gradients: `backward()` (lesson 01) works out how the loss would move with each
# number of each parameter, and leaves that in the parameter's `.grad`. As a loss, the sum of
# `h_n[0]` will do.
#
# **Predict.** For which of the two layers are these gradients all zero?

# %%
lstm.zero_grad()  # `.grad` adds up over calls of backward
_, (h_n, _) = lstm(x, (h_0, c_0))
h_n[0].sum().backward()
for k, weights in enumerate(lstm.all_weights):
    print(f"layer {k}: gradients all zero:", all(bool((w.grad == 0).all()) for w in weights))

# %% [markdown]
# Layer 1 has no part in `h_n[0]`, so it would never learn anything.
#
# States to start from have the same layout as those that come out, (L, B, H).
#
# **Predict.** Two layers get states of one row, (1, B, H). Do they share it, or is it an error?

# %%
try:
    lstm(x, (h_0[:1], c_0[:1]))
except RuntimeError as error:
    print(error)

# %% [markdown]
# (In this message, `hidden` is the pair `(h_0, c_0)`. So `hidden[0]` is `h_0`, not layer 0's
# state.)
#
# ## Dropout
#
# A network with many weights can learn its examples by heart. *Dropout* makes that harder: in
# training, it sets each number to zero with probability p, anew at every call. Those that survive
# are multiplied by $1/(1-p)$. `F.dropout` does that, at every call.
#
# **Predict.** A million ones, with p = 0.2. What share becomes zero, what are the others, and what
# is the mean of all?

# %%
dropped = F.dropout(torch.ones(1_000_000), p=0.2)
print("share of zeros:", f"{(dropped == 0).double().mean():.2f}")
print("values that occur:", sorted(set(dropped.tolist())))
print("mean:", f"{dropped.mean():.2f}")

# %% [markdown]
# One fifth is gone and the rest is 1/0.8 = 1.25. So the mean stays, and on average so do the sums
# that the next layer makes.
#
# ## Where dropout sits
#
# `nn.LSTM(..., dropout=0.5)` has it between layers: on what each layer hands up to another layer.
# Nothing else is dropped. (A module is either in training or in use. That is a switch, and a new
# module is in training, even if nobody trains it yet.)
#
# **Predict.** Three layers, two calls with the same input. Are there zeros in `output`, or in
# `h_n`? And which of the three rows of `h_n` are the same in both calls?

# %%
deep = nn.LSTM(I, H, num_layers=3, dropout=0.5)
output_1, (h_1, _) = deep(x)
output_2, (h_2, _) = deep(x)

print("zeros in output:", int((output_1 == 0).sum()), "  zeros in h_n:", int((h_1 == 0).sum()))
print("output the same:", torch.allclose(output_1, output_2))
for k in range(3):
    print(f"h_n[{k}] the same:", torch.allclose(h_1[k], h_2[k]))

# %% [markdown]
# No zeros in `output`. And `h_n[0]` is the same, although layer 0 hands up holes: its own h goes on
# whole, from step to step. Only the copy that goes up has holes. So layer 1 reads other numbers in
# each call: its h differs, and so do all above.
#
# ## One mask, or many?
#
# Dropout of ones shows the *mask*, and dropout is a product with it. From one seed (on the CPU),
# `nn.LSTM` and `F.dropout` draw the same mask.
#
# **Predict.** Has each step its own mask, or do all share one? If each has its own, at what share
# of the places do two neighbouring steps agree, with p = 0.5?

# %%
noisy = nn.LSTM(I, H, num_layers=2, dropout=0.5)
noisy.load_state_dict(lstm.state_dict())
torch.manual_seed(1)
output, _ = noisy(x, (h_0, c_0))
torch.manual_seed(1)
mask = F.dropout(torch.ones(T, B, H), p=0.5)
first = mask[:1].expand(T, B, H)  # that of step 0, for all steps

for name, m in (("a mask for each step", mask), ("one mask for all", first)):
    agree = (m[1:] == m[:-1]).double().mean()
    above, _, _ = unroll(below * m, h_0[1], c_0[1], noisy.all_weights[1])
    same = torch.allclose(above, output, rtol=0, atol=1e-12)
    print(f"{name + ':':<21} agree {agree:.2f}, {'equals' if same else 'is not'} nn.LSTM")
print(f"sentences 0 and 1 agree: {(mask[:, 0] == mask[:, 1]).double().mean():.1f}")

# %% [markdown]
# One half, as with two coins: each step and each sentence has its own mask. Dropout with one mask
# for all steps exists; it is called *variational*. `nn.LSTM` does not have it.
#
# Below, the layers stand over time for one sentence of 6 words. Each small square is a unit on its
# way up: filled if kept, hollow if zeroed. Another `seed` is another call.
#
# **Try it.**
#
# 1. Move `seed`. Which arrows never meet a mask?
# 2. **Predict**, then try three ways to make all masks go away.
# 3. Back to two layers in training, set `dropout` to 1. What does layer 1 read? **Predict**, as no
#    picture shows it: is `output` zero, and does $x$ still reach it?

# %%
from lstm_lessons import explorers

explorer = explorers.stack_and_dropout()
explorer

# %% [markdown]
# Task 1: the arrows to the right, those from x, and those into `output`. (The share kept is near
# 1 − p, and not often equal to it: each unit is left to chance.) Task 2: no dropout, `training`
# off, or a single layer, which has no layer to hand up to. Task 3: only zeros, at every step, so
# nothing of x gets past layer 0. (1/(1 − p) would be 1/0, but nothing survives to be multiplied.)
# `output` is not zero, though: layer 1 still has its biases and its own h. From Python:

# %%
for name, value in (("num_layers", 1), ("dropout", 0.0), ("training", "False")):
    slider = explorer.sliders[name]
    before, slider.value = slider.value, value
    print(f"{name}={value}: {explorer.picture.alt.split('. ')[0]}")
    assert "No mask" in explorer.picture.alt
    slider.value = before

all_dropped = nn.LSTM(I, H, num_layers=2, dropout=1.0)
print("zeros in output:", int((all_dropped(x)[0] == 0).sum()))
print("x changes output:", not torch.equal(all_dropped(x)[0], all_dropped(-x)[0]))

# %% [markdown]
# ## Training and use
#
# `train()` turns a module's switch to training, `eval()` to use. `nn.LSTM` looks at it. So does
# `nn.Dropout`, a module that you can put behind an LSTM if you want holes in `output`. `F.dropout`
# is a function.
#
# **Predict.** After `eval()`, no mask is drawn. Is `noisy` then equal to `lstm`, which has its
# weights and no dropout, or must something be multiplied, to have the mean of training? And what
# does an `F.dropout` do that you wrote by hand?

# %%
behind = nn.Dropout(0.5)
for training in (True, False):
    noisy.train(training)  # train(False) is eval()
    behind.train(training)
    once, twice = noisy(x, (h_0, c_0))[0], noisy(x, (h_0, c_0))[0]
    print(f"training={training}: two calls the same: {torch.allclose(once, twice)}")
    print("    zeros from nn.Dropout:", bool((behind(once) == 0).any()))
    print("    zeros from F.dropout:", bool((F.dropout(once, p=0.5) == 0).any()))

assert torch.allclose(once, lstm(x, (h_0, c_0))[0], rtol=0, atol=1e-12)
print("After eval(), it is the layer without dropout.")

# %% [markdown]
# Nothing is multiplied in use: survivors were, in training, so that the mean stays. And `F.dropout`
# goes on dropping: it has an argument `training`, which is True if you do not set it. In a module
# of your own, write `F.dropout(x, p, training=self.training)`. (So
# lesson 05's probe needs `eval()`.)
#
# ## One layer with dropout
#
# The post with 3 sentences of 4 words (lesson 05) makes its layer with `num_layers=1,
# dropout=0.5`.
#
# A reader of the post finds that the network learns by heart all the same, and raises `dropout` to
# 0.9. What that changes, the picture has told.
#
# **Predict.** Does PyTorch raise an error, warn, or say nothing? When: as the layer is made, or at
# each call?

# %%
import warnings

singles = {}
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    for p in (0.0, 0.5, 0.9):
        torch.manual_seed(2)  # the same weights each time
        singles[p] = nn.LSTM(I, H, num_layers=1, dropout=p)

for warning in caught:
    print("PyTorch warns:", warning.message)
for p, single in singles.items():
    same = torch.equal(single(x)[0], singles[0.0](x)[0])
    print(f"dropout={p}, training={single.training}: as without dropout: {same}")

# %% [markdown]
# It warns, where the layer is made, and that is easily lost. One layer has no layer to hand up to:
# nothing changes but the number in the warning.
#
# At last, all of it against PyTorch: three layers, dropout, states. `compare` runs both from one
# seed, so both draw the same masks. And we turn the loops inside out: all layers read word 0, then
# all read word 1, and so on.
#
# **Predict.** Is that the same? And how many tensors will `compare` look at?

# %%
from lstm_lessons.lstm.compare import compare

deep = nn.LSTM(I, H, num_layers=3, dropout=0.3)


def by_hand(x, states):
    h, c = (list(state) for state in states)  # a state for each layer
    masks = [F.dropout(torch.ones(T, B, H), 0.3, deep.training) for _ in range(2)]
    outputs = []
    for t, x_t in enumerate(x):
        read = x_t  # by layer 0
        for k, weights in enumerate(deep.all_weights):
            h[k], c[k] = lstm_step(read, h[k], c[k], *weights)
            if k < 2:
                read = h[k] * masks[k][t]  # by layer k + 1
        outputs.append(h[2])
    return torch.stack(outputs), (torch.stack(h), torch.stack(c))


states = torch.randn(3, B, H), torch.randn(3, B, H)
report = compare(by_hand, deep, x, states, tolerance=1e-12)
assert report
print(report.verdict)

# %% [markdown]
# It is the same: layer 1's step t needs layer 0's step t, and no later one. `compare` has looked at
# three results and 15 gradients: of x, two states and 12 parameters.
#
# ## What we have seen
#
# * Layer 0 reads the words. Each layer above reads the h of the layer below, so `weight_ih_l1` is
#   (4H, H). c stays inside.
# * The first axis of `h_n` and `c_n` is layers, (L, B, H). `h_n[-1]` is the top one.
# * Dropout sits between layers, in training only, with a fresh mask for every step and sentence. No
#   mask falls elsewhere. But all that is made above a mask changes from call to call.
# * With one layer, `dropout` does nothing but warn.

# %% [markdown]
# **A common mistake.** `h_n[0]` for "the last state". With one layer it is right, so it goes
# unseen when someone sets `num_layers=2`: the shape is still right. You can tell by this: `h_n[0]`
# is not the last step of `output` (`output[-1]`; with `batch_first=True` it is `output[:, -1]`).
# And if the loss is made from `h_n[0]` alone, the gradients of `weight_ih_l1` are all zero.
#
# **Exercises:** [06 Stacking and dropout](../exercises/06_stacking_and_dropout.ipynb). Stack layers
# with given masks, predict what dropout does, choose the right picture, mend a summary.
#
# **Next:** [lesson 07](07_both_directions.ipynb) lets a second pass read the sentence from its end.
