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
# One layer reads words. A second layer can stand on top of it: at every step, after layer 0 has
# read its word, layer 1 reads something that layer 0 has made. `num_layers=2` asks for that. Each
# layer has its own weights, its own h and its own c. Layers are counted from 0, from the bottom
# up: that is the `0` in `weight_ih_l0`.
#
# **Predict.** Three things could go up at step t: the word $x_t$, and layer 0's $h_t$ and $c_t$.
# The shape of `weight_ih_l1` rules out one of them. Which?

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
# cannot tell which. The numbers can.
#
# Layer 0 shows $h$, and keeps $c$ to itself. So let layer 1 read $h$. A small number above a
# letter says which layer:
#
# $$\underset{(B,\,H)}{h^1_t},\ \underset{(B,\,H)}{c^1_t}
#   = \mathrm{step}\big(\underset{(B,\,H)}{h^0_t},\ \underset{(B,\,H)}{h^1_{t-1}},\
#   \underset{(B,\,H)}{c^1_{t-1}}\big)$$
#
# `unroll` is the loop of lesson 04. It returns $h$ of every step, stacked: what the next layer
# needs for its `x`. So two layers are two calls.
#
# **Predict.** What is the shape of `below`?

# %%
from lstm_lessons.cell import lstm_step  # the step of lesson 03, which the package keeps


def unroll(x, h, c, weights):
    """Run one layer over all steps; return output and the last h and c."""
    outputs = []
    for x_t in x:
        h, c = lstm_step(x_t, h, c, *weights)
        outputs.append(h)
    return torch.stack(outputs), h, c


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
# And $c$? It has the right shape, too. Hand it up instead of $h$, and see.
#
# **Predict.** An error, wrong numbers, or the same numbers?

# %%
h, c, memories = h_0[0], c_0[0], []
for x_t in x:
    h, c = lstm_step(x_t, h, c, *lstm.all_weights[0])
    memories.append(c)

wrong, _, _ = unroll(torch.stack(memories), h_0[1], c_0[1], lstm.all_weights[1])
print("shape as before:", wrong.shape == output.shape)
print("off by more than 0.01:", bool((wrong - output).abs().max() > 0.01))

# %% [markdown]
# No error, and wrong numbers: $h$ goes up, $c$ stays inside its layer.
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
    print(f"L = {L}: {by_torch} parameters")

# %% [markdown]
# I becomes H, so each layer above adds 2176.
#
# Now the loop over the layers. The output of one is the input of the next, so one name, `x`, serves
# for both.
#
# **Predict.** Which of the two, `output` or `h_n`, has another shape when L is another?


# %%
def run_layers(x, h_0, c_0, layers):
    """Run all layers, from the bottom up; return what nn.LSTM returns."""
    ends = []
    for h, c, weights in zip(h_0, c_0, layers):
        x, h, c = unroll(x, h, c, weights)
        ends.append((h, c))
    h_n, c_n = (torch.stack(states) for states in zip(*ends))
    return x, (h_n, c_n)


for L in (1, 2, 4):
    torch_stack = nn.LSTM(I, H, num_layers=L)
    states = torch.randn(L, B, H), torch.randn(L, B, H)
    by_hand, (h_n, c_n) = run_layers(x, *states, torch_stack.all_weights)
    output, (h_torch, c_torch) = torch_stack(x, states)
    for ours, theirs in ((by_hand, output), (h_n, h_torch), (c_n, c_torch)):
        assert torch.allclose(ours, theirs, rtol=0, atol=1e-12)
    print(f"L = {L}: equal;  output {tuple(output.shape)}, h_n {tuple(h_n.shape)}")

# %% [markdown]
# `output` has the same shape for any L. `h_n` has a first axis of length L. **The first axis of
# `h_n` is layers, not time.** It holds each layer's h after the last step.
#
# A popular post says that `output[-1]` equals `h_n`, and lesson 04 found how far that goes with one
# layer.
#
# **Predict.** With two layers, what does `output[-1]` equal: the whole `h_n`, `h_n[0]` or
# `h_n[-1]`?

# %%
output, (h_n, c_n) = lstm(x, (h_0, c_0))
last = output[-1]
print("last:", tuple(last.shape), "  h_n:", tuple(h_n.shape))
for name, state in (("h_n[0]", h_n[0]), ("h_n[-1]", h_n[-1])):
    same = torch.allclose(state, last, rtol=0, atol=1e-12)
    print(f"{name:<8} {'equals output[-1]' if same else 'is something else'}")
print("h_n[0] is off by more than 0.3:", bool((h_n[0] - last).abs().max() > 0.3))

h_n[0].sum().backward()
for k, weights in enumerate(lstm.all_weights):
    print(f"layer {k}: gradients all zero:", all(bool((w.grad == 0).all()) for w in weights))

# %% [markdown]
# `h_n[-1]`: the top layer. `h_n[0]` is the state of the *lowest* layer after the last step. It has
# the right shape, so a classifier made on it runs. But the layers above have no part in it: the
# gradient, which is what training goes by, is zero for all their weights.
#
# States to start from have the same layout as those that come out, (L, B, H): a row for each layer.
#
# **Predict.** What happens if two layers are given states of shape (1, B, H): do both start from
# them?

# %%
try:
    lstm(x, (h_0[:1], c_0[:1]))
except RuntimeError as error:
    print(error)

# %% [markdown]
# ## Dropout
#
# A network with many weights can learn its examples by heart. *Dropout* makes that harder: while
# training, it sets each number to zero with probability p, anew at every call. Those that survive
# are multiplied by $1/(1-p)$.
#
# **Predict.** A million ones, with p = 0.2. What share becomes zero, what are the others, and what
# is the mean of all?

# %%
dropped = F.dropout(torch.ones(1_000_000), p=0.2)
print("share of zeros:", f"{(dropped == 0).double().mean():.2f}")
print("values that occur:", sorted(set(dropped.tolist())))
print("mean:", f"{dropped.mean():.2f}")

# %% [markdown]
# One fifth is gone and the rest is 1/0.8 = 1.25. So the mean stays, and the next layer gets sums of
# the usual size.
#
# ## Where dropout sits
#
# `nn.LSTM(..., dropout=0.5)` puts it between layers: on what each layer hands up. Nothing else is
# touched.
#
# **Predict.** Two layers, two calls with the same input. Are there zeros in `output`? And which
# rows of `h_n` are the same in both calls: `h_n[0]`, `h_n[1]`, both, none?

# %%
noisy = nn.LSTM(I, H, num_layers=2, dropout=0.5)
noisy.load_state_dict(lstm.state_dict())
output_1, (h_1, _) = noisy(x, (h_0, c_0))
output_2, (h_2, _) = noisy(x, (h_0, c_0))

print("zeros in output:", int((output_1 == 0).sum()))
print("output the same:", torch.allclose(output_1, output_2))
print("h_n[0] the same:", torch.allclose(h_1[0], h_2[0]))
print("h_n[1] the same:", torch.allclose(h_1[1], h_2[1]))
print("h_n[0] as without dropout:", torch.allclose(h_1[0], h_n[0]))
print("zeros behind an nn.Dropout:", bool((nn.Dropout(0.5)(output_1) == 0).any()))

# %% [markdown]
# No zeros in `output`: nothing is dropped from what the top layer shows. If you want that, put an
# `nn.Dropout` behind the LSTM yourself, as the last line does. And layer 0 does not notice: its own
# h goes on from step to step whole, into `h_n[0]` too. Only the copy that goes up has holes.
#
# So by hand, dropout is one line between two calls. From the same seed, both draw the same holes.

# %%
torch.manual_seed(1)
below, _, _ = unroll(x, h_0[0], c_0[0], noisy.all_weights[0])
above, _, _ = unroll(F.dropout(below, p=0.5), h_0[1], c_0[1], noisy.all_weights[1])

torch.manual_seed(1)
output, _ = noisy(x, (h_0, c_0))
assert torch.allclose(above, output, rtol=0, atol=1e-12)
print("One F.dropout between the two layers gives what nn.LSTM gives.")

# %% [markdown]
# ## A fresh mask at every step
#
# Dropout of ones shows the *mask*: a zero where a number is dropped, 1/(1 − p) where it is kept.
# From the same seed, `F.dropout` draws the same mask for `below` and for ones of that shape.
#
# **Predict.** Take the masks of two neighbouring steps, with p = 0.5. At what share of the places
# do they agree, if each step has its own mask? And if one mask serves for all steps?

# %%
torch.manual_seed(1)
mask = F.dropout(torch.ones(T, B, H), p=0.5)
agree = (mask[1:] == mask[:-1]).double().mean()
print("neighbouring steps agree:", f"{agree:.1f}")

for name, m in (("its own mask for each step", mask), ("step 0's mask for all", mask[:1])):
    above, _, _ = unroll(below * m, h_0[1], c_0[1], noisy.all_weights[1])
    same = torch.allclose(above, output, rtol=0, atol=1e-12)
    print(f"{name}: {'what nn.LSTM does' if same else 'not what nn.LSTM does'}")

# %% [markdown]
# One half, as with two coins. Dropout with one mask for all steps exists; it is called
# *variational*. `nn.LSTM` does not have it.
#
# Below, the layers stand over time for one sentence of 6 words. Each small square is a unit on its
# way up: filled if kept, hollow if zeroed. Another `seed` is another call.
#
# **Try it.**
#
# 1. Move `seed`. Which arrows never meet a mask?
# 2. **Predict**, then try three ways to make all masks go away.
# 3. Set `dropout` to 1. What does layer 1 read then? Does $x$ still reach `output`?

# %%
from lstm_lessons import explorers

explorer = explorers.stack_and_dropout()
explorer

# %% [markdown]
# Task 1: the arrows to the right, those from x, and those into `output`. (The share kept is near
# 1 − p, and hardly ever equal to it: each unit is left to chance.) Task 2: no dropout, `training`
# off, or a single layer, which has no layer to hand up to. Task 3: only zeros, at every step, so
# nothing of x gets past layer 0. Tasks 2 and 3 from Python:

# %%
explorer.sliders["num_layers"].value = 1
assert "No mask" in explorer.picture.alt
explorer.sliders["num_layers"].value = 2
explorer.sliders["training"].value = "False"
assert "No mask" in explorer.picture.alt
print(explorer.picture.alt.split(". ")[0] + ".")
explorer.sliders["training"].value = "True"

all_dropped = nn.LSTM(I, H, num_layers=2, dropout=1.0)
print("x changes output:", not torch.equal(all_dropped(x)[0], all_dropped(-x)[0]))

# %% [markdown]
# ## Training and use
#
# Every module has a switch: `train()` turns it to training, `eval()` to use. A new module is in
# training. `F.dropout` has an argument for it; `nn.LSTM` and `nn.Dropout` look at the switch.
#
# **Predict.** In use no mask is drawn. Must the numbers that go up be multiplied by something then,
# to have the mean of training? Is `noisy` after `eval()` equal to `lstm`, which has these weights
# and no dropout?

# %%
for mode in (noisy.train, noisy.eval):
    mode()
    once, twice = noisy(x, (h_0, c_0))[0], noisy(x, (h_0, c_0))[0]
    print(f"training={noisy.training!s:<5}  two calls the same: {torch.allclose(once, twice)}")

assert torch.allclose(once, lstm(x, (h_0, c_0))[0], rtol=0, atol=1e-12)
print("After eval(), it is the layer without dropout.")

# %% [markdown]
# No: survivors were multiplied in training already, so that the mean stays.
#
# ## The dropout that does nothing
#
# The same popular post makes its layer with `num_layers=1, dropout=0.5`. It is a very common line,
# and the picture showed no mask for it.
#
# **Predict.** How does PyTorch answer to it: with an error, with a warning, or not at all?
# (`warnings.catch_warnings` collects what it would otherwise write under the cell.)

# %%
import warnings

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    single = nn.LSTM(I, H, num_layers=1, dropout=0.5)

print("PyTorch warns:", caught[0].message)
print("training:", single.training)
print("two calls the same:", torch.equal(single(x)[0], single(x)[0]))

# %% [markdown]
# Two calls in training are the same: there is no layer above, so there is nothing between layers.
# The warning says so once, where the layer is made, and is easily lost.
#
# At last, all of it against PyTorch: three layers, dropout, states, and the gradients of
# everything. `compare` runs both from one random state, so both draw the same masks.

# %%
from lstm_lessons.compare import compare

deep = nn.LSTM(I, H, num_layers=3, dropout=0.3)


def by_hand(x, states):
    h_n, c_n = [], []
    for k, weights in enumerate(deep.all_weights):
        x = F.dropout(x, p=0.3) if k > 0 else x
        x, h, c = unroll(x, states[0][k], states[1][k], weights)
        h_n.append(h)
        c_n.append(c)
    return x, (torch.stack(h_n), torch.stack(c_n))


states = torch.randn(3, B, H), torch.randn(3, B, H)
report = compare(by_hand, deep, x, states, tolerance=1e-12)
assert report
print(report.verdict)

# %% [markdown]
# ## What we have seen
#
# * Layer k reads layer k − 1's h, at every step. So `weight_ih_l1` is (4H, H). c stays inside.
# * The first axis of `h_n` and `c_n` is layers: (L, B, H). `h_n[-1]` is the top layer's, and equals
#   `output[-1]`.
# * Dropout sits between layers, in training only, with a fresh mask at every step. It is not on the
#   way from step to step, not on `output`, not on `h_n` of lower layers.
# * One layer has no between: its `dropout` does nothing but warn.

# %% [markdown]
# **A common mistake.** `h_n[0]` for "the last state". With one layer it is right, so it goes
# unseen when someone sets `num_layers=2`: the shape is still right. You can tell by the gradients
# of `weight_ih_l1`, which are all zero, or by this: `h_n[0]` is not `output[-1]`.
#
# **Exercises:** [06 Stacking and dropout](../exercises/06_stacking_and_dropout.ipynb). Stack layers
# with given masks, predict what dropout does, choose the right picture, mend a summary.
#
# **Next:** lesson 07 lets a second pass read the sentence from its end.
