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
# ## What comes after
#
# "The bank was ..." steep? Or closed on Sundays? To understand a word, one often needs what comes
# after it. But at step t, an LSTM has read words 0 to t, and none after them.
#
# `bidirectional=True` adds a second pass, which reads the sentence from its last word to its first.
# It has weights of its own, and states of its own. The number of directions is D: 1, or now 2.
#
# **Predict.** One direction has four tensors, with 7552 parameters. How many tensors and
# parameters have two directions?

# %%
import torch
from torch import nn

torch.set_default_dtype(torch.float64)
torch.manual_seed(0)

T, B, I, H = 24, 10, 100, 16
lstm = nn.LSTM(input_size=I, hidden_size=H, bidirectional=True)
for name, parameter in lstm.named_parameters():
    print(f"{name:<21} {tuple(parameter.shape)}")
print("parameters:", sum(parameter.numel() for parameter in lstm.parameters()))

x = torch.randn(T, B, I)
print("output:", tuple(lstm(x)[0].shape))

# %% [markdown]
# Everything is there twice, once with `_reverse` in its name. And `output` has 2H = 32 numbers a
# word.
#
# ## Two passes by hand
#
# Both passes take lesson 03's step, each with its own weights. Before word t, the reverse pass has
# read word t + 1. At word T − 1 it takes its start, `h_0[1]`:
#
# $$\begin{aligned}
# \overrightarrow{h}_t,\ \overrightarrow{c}_t &= \mathrm{step}\big(x_t,\
#   \overrightarrow{h}_{t-1},\ \overrightarrow{c}_{t-1}\big) \\
# \underset{(B,\,H)}{\overleftarrow{h}_t},\ \underset{(B,\,H)}{\overleftarrow{c}_t}
#   &= \mathrm{step}\big(\underset{(B,\,I)}{x_t},\
#   \underset{(B,\,H)}{\overleftarrow{h}_{t+1}},\ \underset{(B,\,H)}{\overleftarrow{c}_{t+1}}\big)
# \end{aligned}$$
#
# At word t, `torch.cat` puts both side by side:
#
# $$\underset{(B,\,2H)}{\text{output}_t}
#   = \big[\,\underset{(B,\,H)}{\overrightarrow{h}_t},\
#   \underset{(B,\,H)}{\overleftarrow{h}_t}\,\big]$$
#
# `torch.flip(x, [0])` turns the order along axis 0 round: the last word comes first. So the reverse
# pass is `unroll`, lesson 04's loop, over the flipped sentence.
#
# **Predict.** It returns each h in the order in which they were made. Which word's comes first?
# What must be done before they stand beside the forward ones?

# %%
from lstm_lessons.lstm.unroll import unroll

h_0, c_0 = torch.randn(2, B, H), torch.randn(2, B, H)  # a row for each direction
# all_weights has a list for each pass now, not for each layer: [0] is forward, [1] is reverse.
forward, h_forward, c_forward = unroll(x, h_0[0], c_0[0], lstm.all_weights[0])
flipped, h_reverse, c_reverse = unroll(torch.flip(x, [0]), h_0[1], c_0[1], lstm.all_weights[1])
reverse = torch.flip(flipped, [0])  # back into the order of the words

output, (h_n, c_n) = lstm(x, (h_0, c_0))
ours = torch.cat([forward, reverse], dim=-1)
assert torch.allclose(ours, output, rtol=0, atol=1e-12)
assert torch.allclose(torch.stack([h_forward, h_reverse]), h_n, rtol=0, atol=1e-12)
assert torch.allclose(torch.stack([c_forward, c_reverse]), c_n, rtol=0, atol=1e-12)
print("Two calls of unroll give what nn.LSTM(bidirectional=True) gives.")

# %% [markdown]
# Word 23 came first, so the result had to be flipped back. `output[..., :H]` is the *forward half*
# and `output[..., H:]` the *reverse half*. (The three dots stand for all axes before.)
#
# So the reverse half needs no new layer. Give its weights to a plain `nn.LSTM`.
#
# **Predict.** At how many of the 24 words does it agree with the reverse half, if its output is
# flipped back? And at how many if that is forgotten?

# %%
plain = nn.LSTM(I, H)
plain.load_state_dict(
    {name: getattr(lstm, f"{name}_reverse") for name, _ in plain.named_parameters()}
)
backwards, _ = plain(torch.flip(x, [0]), (h_0[1:], c_0[1:]))
for name, half in (("flipped back", torch.flip(backwards, [0])), ("as it is", backwards)):
    gaps = (half - output[..., H:]).abs().amax(dim=(1, 2))  # the largest difference at each word
    print(f"{name:<13} agrees at {int((gaps < 1e-12).sum()):2} words")

# %% [markdown]
# Flip, read, flip back: that is all of the reverse direction. Without the second flip, a word would
# stand beside another one's reverse half. (With an odd number of words, the middle one is spared.)
#
# ## What has each half seen?
#
# Ask by a probe, as in lesson 05. There we changed a sentence; now we change one *word* s. Let a
# *slot* of `output` be one `output[t]`. If slot t moves, it has seen word s.
#
# **Predict.** A sentence of 6 words. Which of them has `output[-1]` seen in its forward half? And
# in its reverse half?


# %%
def seen(read, x):
    """Return for each slot t of read(x) a string: an X for each word that moves it."""
    marks = [""] * len(x)
    for s in range(len(x)):
        other = x.clone()
        other[s] += 1
        for t, (a, b) in enumerate(zip(read(x), read(other))):
            marks[t] += "." if torch.allclose(a, b, rtol=0, atol=1e-12) else "X"
    return marks


six = x[:6]
forward_half = seen(lambda x: lstm(x)[0][..., :H], six)
reverse_half = seen(lambda x: lstm(x)[0][..., H:], six)
print("slot t   forward   reverse   (words 0 to 5)")
for t in range(6):
    print(f"{t:^6}   {forward_half[t]:<7}   {reverse_half[t]}")

# %% [markdown]
# Read the last line. The forward half of `output[-1]` has seen all six words. The reverse half has
# seen **one**, the last. So with both directions, no single slot of `output` holds
# two finished passes.
#
# ## Where a pass ends
#
# `h_n` holds each pass's state after *its own* last step. Its first axis counted layers; now it
# counts layers times directions, L·D. Here that is 2: two *rows*, `h_n[0]` and `h_n[1]`.
#
# **Predict.** Each row is also in `output`. In which slot, and in which half?

# %%
print("h_n:", tuple(h_n.shape))
for d in (0, 1):
    for t in (0, T - 1):
        for name, half in (("forward", output[t, :, :H]), ("reverse", output[t, :, H:])):
            if torch.allclose(h_n[d], half, rtol=0, atol=1e-12):
                print(f"h_n[{d}] is the {name} half of output[{t}].")

# %% [markdown]
# For the reverse pass, the last step is word 0. There it has seen all words. So the `n` of `h_n`
# does not mean word T − 1.
#
# The popular post of lessons 04 and 06 has it otherwise: "`h_n` holds the state of the last word",
# and "`output[-1]` equals `h_n`". Its sizes are T = 4, B = 3, I = 6, H = 5.
#
# **Predict.** Make its layer bidirectional. Does `output[-1] == h_n` compare them, or is it an
# error? And which row of `h_n` does the forward half of `output[-1]` equal? Give its index, counted
# from the end.

# %%
small = nn.LSTM(6, 5, bidirectional=True)
output, (h_n, c_n) = small(torch.randn(4, 3, 6))
print("output[-1]:", tuple(output[-1].shape), "  h_n:", tuple(h_n.shape))
try:
    print(output[-1] == h_n)
except RuntimeError as error:
    print(error)

print("forward half:", torch.allclose(output[-1, :, :5], h_n[-2], rtol=0, atol=1e-12))
print("reverse half:", torch.allclose(output[-1, :, 5:], h_n[-1], rtol=0, atol=1e-12))

# %% [markdown]
# An error: 10 numbers against 5. And of the two halves, only the forward one is in `h_n`, as
# `h_n[-2]`.
#
# ## Layers and directions
#
# A second layer reads what the first one shows at each step (lesson 06). That is the whole slot of
# `output`, both halves.
#
# **Predict.** How many columns has `weight_ih_l1` now? How many rows has `h_n` for two layers? They
# could go layer by layer or direction by direction: in which one is layer 0's reverse state, in
# each case?

# %%
deep = nn.LSTM(I, H, num_layers=2, bidirectional=True)
print("weight_ih_l1:", tuple(deep.weight_ih_l1.shape))


def layer(x, h_0, c_0, both):
    """Run one layer in both directions; return output and the last states, (2, B, H) each."""
    forward, h, c = unroll(x, h_0[0], c_0[0], both[0])
    flipped, h_reverse, c_reverse = unroll(torch.flip(x, [0]), h_0[1], c_0[1], both[1])
    output = torch.cat([forward, torch.flip(flipped, [0])], dim=-1)
    return output, torch.stack([h, h_reverse]), torch.stack([c, c_reverse])


h_0, c_0 = torch.randn(4, B, H), torch.randn(4, B, H)
below, h_below, c_below = layer(x, h_0[:2], c_0[:2], deep.all_weights[:2])
above, h_above, c_above = layer(below, h_0[2:], c_0[2:], deep.all_weights[2:])

output, (h_n, c_n) = deep(x, (h_0, c_0))
assert torch.allclose(above, output, rtol=0, atol=1e-12)
assert torch.allclose(torch.cat([h_below, h_above]), h_n, rtol=0, atol=1e-12)
print("h_n:", tuple(h_n.shape), "is layer 0's two states, then layer 1's.")

# %% [markdown]
# 2H columns: layer 1 reads both halves. And the four rows of `h_n` go layer by layer, forward
# before reverse: layer 0's reverse state is `h_n[1]`. `all_weights` has the same order.
# (Both popular posts give these shapes, (T, B, D·H) and (L·D, B, H). As formulas they are right.)
#
# If you do not want to count, give the axis its two parts back: `view` breaks L·D into L and D.
# This is right, since the D states of one layer are neighbours. The next cell also has the proof,
# gradients included.
#
# **Predict.** What does `h_n.view(2, 2, B, H)[1, 0]` hold? Which index of `h_n` is that? And how
# many tensors will `compare` look at?

# %%
L, D = 2, 2
states = h_n.view(L, D, B, H)
passes = {(0, 0): h_below[0], (0, 1): h_below[1], (1, 0): h_above[0], (1, 1): h_above[1]}
for (k, d), ours in passes.items():
    assert torch.allclose(states[k, d], ours, rtol=0, atol=1e-12)
    row = next(n for n in range(L * D) if torch.equal(h_n[n], states[k, d]))
    print(f"layer {k}, {'reverse' if d else 'forward'}: h_n[{row}]")

from lstm_lessons.lstm.compare import compare


def by_hand(x, hx):
    x, h_low, c_low = layer(x, hx[0][:2], hx[1][:2], deep.all_weights[:2])
    x, h_top, c_top = layer(x, hx[0][2:], hx[1][2:], deep.all_weights[2:])
    return x, (torch.cat([h_low, h_top]), torch.cat([c_low, c_top]))


report = compare(by_hand, deep, x, (h_0, c_0), tolerance=1e-12)
assert report
print(report.verdict)

# %% [markdown]
# Three results, and the gradients of three inputs and 16 parameters.
#
# **Predict.** With two layers, has the reverse half of `output[-1]` still seen one word only? Its
# own pass has made one step. But what did it read in that step?

# %%
print("reverse half of output[-1]:", seen(lambda x: deep(x)[0][..., H:], six)[-1])
print("forward half of output[0]: ", seen(lambda x: deep(x)[0][..., :H], six)[0])

# %% [markdown]
# All six words. At slot t, layer 0's forward half has seen words 0 to t, its reverse half words t
# to 5: together, all. But in `output[-1]`, layer 1's own reverse pass has still made one step: that
# half is no row of `h_n`.
#
# Below are all slots of `output`, all rows of `h_n` and `c_n`, and the box that fills each. A box
# says which words it has seen.
#
# **Try it.**
#
# 1. Keep `output`, take its last slot, and choose each `half`. How many steps has its pass made?
# 2. **Predict**, then find it: which row of `h_n` holds `output[0]`'s reverse half?
# 3. Set `num_layers` to 1, then `bidirectional` to False. Which boxes have seen all words?

# %%
from lstm_lessons import explorers

explorer = explorers.slots()
explorer

# %% [markdown]
# Task 1: 6 steps forward, 1 in reverse. Task 2: row 3, the last. Task 3: with one layer and both
# directions, the box at the end of each pass; with one direction, the last box. (With two layers
# and both directions, it was every box of layer 1, and in layer 0 the end of each pass.)
#
# ## One vector for a sentence
#
# To classify a sentence, one wants a vector of its own for each: (B, 2H), from two passes that have
# both been through all of it.
#
# **Predict.** Here are four ways to get 2H numbers for each of 10 sentences, all found in programs,
# with one layer. Change sentence 0: which rows of each change?

# %%
one_layer = nn.LSTM(I, H, bidirectional=True)


def four_ways(x):
    """Return four candidates, by the code that makes them; and the reverse pass's last state."""
    output, (h_n, _) = one_layer(x)
    ways = {
        "output[-1]": output[-1],
        "h_n.view(B, -1)": h_n.view(B, -1),
        "h_n.transpose(0, 1).reshape(B, -1)": h_n.transpose(0, 1).reshape(B, -1),
        "torch.cat([h_n[-2], h_n[-1]], dim=-1)": torch.cat([h_n[-2], h_n[-1]], dim=-1),
    }
    return ways, h_n[-1]


other = x.clone()
other[:, 0] += 1  # sentence 0
(before, last_reverse), (after, _) = four_ways(x), four_ways(other)
for name, vectors in before.items():
    moved = (vectors - after[name]).abs().amax(dim=-1) > 1e-12
    finished = torch.allclose(vectors[:, H:], last_reverse, rtol=0, atol=1e-12)
    print(f"{name:<38} rows {moved.nonzero().flatten().tolist()}, ends with h_n[-1]: {finished}")

# %% [markdown]
# The first does not mix sentences, but its second half is not the reverse pass's last state: it has
# read one word. In the second, two rows change.
#
# **Predict.** Let a number stand for a state: 0 to 3 for the forward ones of four sentences, 10 to
# 13 for the reverse ones. Which states does `view` put into row 0? And with *two layers*, what are
# the shapes of the third and the last way?

# %%
states = torch.tensor([[0, 1, 2, 3], [10, 11, 12, 13]])  # (D, B)
print("view:", states.view(4, 2).tolist())
print("transpose, reshape:", states.transpose(0, 1).reshape(4, 2).tolist())

output, (h_n, _) = deep(x)
third = h_n.transpose(0, 1).reshape(B, -1)
last = torch.cat([h_n[-2], h_n[-1]], dim=-1)
print("with two layers: third way", tuple(third.shape), "  last way", tuple(last.shape))
top = torch.cat([output[-1, :, :H], output[0, :, H:]], dim=-1)
assert torch.allclose(last, top, rtol=0, atol=1e-12)

# %% [markdown]
# `view` reads on along the memory: row 0 gets the forward states of sentences 0 and 1. `transpose`
# first brings a sentence's states together, of all layers. So the third way is right for one layer,
# the last for any number.
#
# ## A forecaster must not look ahead
#
# To fill in a missing word, looking both ways is right. To *forecast* a value from a slot that has
# read it is cheating. Take pure noise, of variance 1: the best forecast is 0, of mean squared error
# 1.
#
# A weighted sum of `output[t]` is fitted to x[t + 1] by `torch.linalg.lstsq` on series 0, and
# measured on series 1.
#
# **Predict.** What is the error, about, for one direction? For two?


# %%
def fit(features, targets):
    """Return the weights, (2H, 1) or (H, 1), that make targets of features best."""
    return torch.linalg.lstsq(features, targets).solution


def error(features, weights, targets):
    return (features @ weights - targets).square().mean()


readers, fitted = {}, {}
for both in (False, True):
    errors = []
    for seed in range(4):
        torch.manual_seed(seed)
        noise = torch.randn(1001, 2, 1)  # two series
        reader = nn.LSTM(1, H, bidirectional=both).requires_grad_(False)  # not trained
        output, _ = reader(noise[:-1])
        weights = fit(output[:, 0], noise[1:, 0])
        errors.append(error(output[:, 1], weights, noise[1:, 1]))
        readers[both, seed], fitted[both, seed] = (reader, noise), weights
    print(f"bidirectional={both!s:<5}  errors", *(f"{each:.2f}" for each in errors))

# %% [markdown]
# Four draws each. One direction is near 1, sometimes below it: an error measured on 1000 values of
# noise varies by some hundredths.
#
# Two directions have nearly none, on a series that was not used for the fit. The reverse half of
# `output[t]` has read `x[t + 1]`: the answer. That is a *leak*. The test series leaks too, so the
# test hides it. (Not exactly none: no weighted sum undoes tanh and the gates.)
#
# In real use, the future is not there: the layer gets the values up to t, and its last slot makes
# the forecast. (The last 25 are enough: what lies farther back has faded, lesson 01.)
#
# **Predict.** What happens to both errors then?


# %%
def windows(series):
    """Return the last 25 values up to each t from 24 on, (25, 976, 1): a window is a sample."""
    return torch.stack([series[t - 24 : t + 1] for t in range(24, 1000)], dim=1)


for both in (False, True):
    errors = []
    for seed in range(4):
        reader, noise = readers[both, seed]
        output, _ = reader(windows(noise[:, 1]))
        errors.append(error(output[-1], fitted[both, seed], noise[25:, 1]))
    print(f"bidirectional={both!s:<5}  errors", *(f"{each:.2f}" for each in errors))

# %% [markdown]
# One direction: as before. Two: worse than saying 0 each time. The weights were fitted to a reverse
# half in the middle of a series. Here they meet the first step of that pass, which they have met
# once in 1000 slots. How far off that is differs from draw to draw.
#
# **Predict.** And if we also *fit* two directions on the past alone, with both passes at their end?

# %%
errors = []
for seed in range(4):
    reader, noise = readers[True, seed]
    ends = []
    for k in (0, 1):
        _, (h_n, _) = reader(windows(noise[:, k]))
        ends.append(torch.cat([h_n[0], h_n[1]], dim=-1))
    weights = fit(ends[0], noise[25:, 0])
    errors.append(error(ends[1], weights, noise[25:, 1]))
print("both directions, fitted on the past:", *(f"{each:.2f}" for each in errors))

# %% [markdown]
# About 1, so no leak. What is wrong is `output[t]` of a *bidirectional* layer that was given what
# comes after t.
#
# *Causal* means: no slot has seen what comes after it. `seen` finds a leak. Change every word, as a
# leak may sit anywhere; after `eval()`, as dropout moves every slot; in float64, as far away the
# effect is tiny (lesson 01).
#
# **Predict.** Five readers of our 6 words: one direction; both; only the forward half of both, with
# one layer, and with two; both, in pieces: words 0 to 4, then word 5 alone. Which are causal? And
# whose leak would you miss, if you changed the last word alone?


# %%
single = nn.LSTM(I, H)
both = nn.LSTM(I, H, bidirectional=True)
both_2 = nn.LSTM(I, H, num_layers=2, bidirectional=True)
probed = {
    "one direction": lambda x: single(x)[0],
    "both directions": lambda x: both(x)[0],
    "forward half, 1 layer": lambda x: both(x)[0][..., :H],
    "forward half, 2 layers": lambda x: both_2(x)[0][..., :H],
    "both, pieces of 5": lambda x: torch.cat([both(piece)[0] for piece in x.split(5)]),
}
for name, read in probed.items():
    marks = seen(read, six)
    ahead = [t for t in range(6) if "X" in marks[t][t + 1 :]]
    print(f"{name:<23} {f'slots {ahead} look ahead' if ahead else 'causal'}")

# %% [markdown]
# Cutting off the reverse half helps with one layer only: layer 1 has read layer 0's reverse half.
# The last reader leaks within a piece. A change of word 5 alone would not show it.
#
# ## What we have seen
#
# * The reverse direction is flip, read, flip back. `output` is (T, B, 2H), forward half first.
# * The reverse pass begins in `output[-1]` and ends in `output[0]`.
# * `h_n` is (L·D, B, H), layer by layer, forward before reverse. `h_n[-2]` and `h_n[-1]` joined are
#   a sentence's vector, if all are equally long (lesson 09).
# * Layer 1 reads both halves, and through them every word.
# * Never forecast from `output[t]` of a bidirectional layer that was given what comes after t.

# %% [markdown]
# **A common mistake.** `output[-1]` as the vector of a sentence, carried over from one direction.
# The shape is right and training runs, but half of the vector comes from a pass that has made one
# step. You can tell by this: its second half is not `h_n[-1]`.
#
# **Exercises:** [07 Both directions](../exercises/07_both_directions.ipynb). Find the sentence's
# vector in `output` alone, mend a leak, predict shapes and slots, mend a summary.
#
# **Next:** [lesson 08](08_state_across_chunks.ipynb) reads a sequence in pieces, and asks what to
# hand on from one to the next.
