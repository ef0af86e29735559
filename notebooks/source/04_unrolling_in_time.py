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
# ## One sentence, word by word
#
# Lesson 03 wrote one step: a word and two old states go in, two new states come out. A sentence has
# 24 words. So do the step 24 times.
#
# The package keeps the step of lesson 03 as `lstm_step`. Its weights we take from an `nn.LSTM`:
# `all_weights[0]` is the list of its four tensors, in the order `weight_ih`, `weight_hh`,
# `bias_ih`, `bias_hh`.

# %%
import torch
from torch import nn

from lstm_lessons.lstm.cell import lstm_step

torch.set_default_dtype(torch.float64)
torch.manual_seed(0)

I, H, T, B = 100, 16, 24, 10
lstm = nn.LSTM(input_size=I, hidden_size=H)
weights = lstm.all_weights[0]
sentence = torch.randn(T, I)
print("sentence:", tuple(sentence.shape), "  word 0:", tuple(sentence[0].shape))

# %% [markdown]
# One sentence is a matrix (T, I), with a word in each row. (PyTorch's documentation writes L for
# the length of a sequence. We write T, since L counts layers in this course.)
#
# $$\underset{(H)}{h_t},\; \underset{(H)}{c_t} = \text{step}\big(\underset{(I)}{x_t},\;
#   \underset{(H)}{h_{t-1}},\; \underset{(H)}{c_{t-1}}\big), \qquad t = 0, 1, \dots, T-1$$
#
# $h_t$ is h after word $t$. PyTorch calls the old states of word 0, $h_{-1}$ and $c_{-1}$, `h_0`
# and `c_0`. Do not take them for $h_t$ with t = 0, which step 0 makes.
#
# In code, `for x_t in x` goes along the first axis. `torch.stack` lays tensors of one shape on top
# of each other, along a new first axis.
#
# **Predict.** Can step 5 be done before step 4? So what does each turn of the loop have to hand to
# the next?


# %%
def unroll(x, h, c, weights):
    """Run one layer over all steps; return output and the last h and c."""
    outputs = []
    for x_t in x:
        h, c = lstm_step(x_t, h, c, *weights)
        outputs.append(h)
    return torch.stack(outputs), h, c


# %% [markdown]
# No: each turn needs the $h$ and $c$ of the one before. It writes the new ones over the old; every
# $h$ is also put away, in `outputs`. To go through the steps one after the other like this is to
# *unroll* the layer.
#
# ## What PyTorch does
#
# `nn.LSTM` takes the sentence as it is, and returns `output, (h_n, c_n)`. The *n* stands for the
# last step. Both have an axis more in front: a row for each layer (lesson 06), here one.
#
# **Predict.** What are the shapes of `h_n` and `c_n`? Our first turn gets zeros for its old states,
# PyTorch gets none. Will the last states be the same?

# %%
zeros = torch.zeros(H)
output, h, c = unroll(sentence, zeros, zeros, weights)
output_torch, (h_n, c_n) = lstm(sentence)

print("h_n:", tuple(h_n.shape), "  c_n:", tuple(c_n.shape))
assert torch.allclose(h, h_n[0], rtol=0, atol=1e-12)
assert torch.allclose(c, c_n[0], rtol=0, atol=1e-12)
print("h_n[0] and c_n[0] are the last h and c of our loop.")

# %% [markdown]
# So `h_0` and `c_0` are zero when they are not given, and `[0]` takes the row of the one layer.
#
# ## Which step is in output?
#
# A popular post on `nn.LSTM` says three things of its results; we test them here. (Another post
# comes in lesson 05.) First: `output` holds the features (it means h) of the *last* time step. So
# do the steps one by one, and after each one look where the new $h$ is found.
#
# **Predict.** How many rows would `output` have, if the post is right? And how many has it?

# %%
h, c = zeros, zeros
steps = found = 0
for t, x_t in enumerate(sentence):
    h, c = lstm_step(x_t, h, c, *weights)
    steps += 1
    found += torch.allclose(output_torch[t], h, rtol=0, atol=1e-12)
print("output:", tuple(output_torch.shape))
print("steps:", steps, "  h is output[t] in", found, "of them")

# %% [markdown]
# It would have one row. It has 24: `output[t]` is $h_t$, as in our loop.
#
# | name | holds | one sentence |
# |---|---|---|
# | `output` | $h$ after **every** step | (T, H) |
# | `h_n` | $h$ after the **last** step | (1, H) |
# | `c_n` | $c$ after the **last** step | (1, H) |
#
# Below, each step has a column.
#
# **Try it.**
#
# 1. Move `steps done` from 0 to 5. What fills a slot of `output`? When are `h_n` and `c_n` filled?
# 2. Do 4 steps. Units 0 and 1 have c's about as far from zero. And their h's? Which gate is it?
# 3. Move `steps done` to 6, and change `seq_len`. Which slots keep their numbers?
# 4. Set `hx` to `(h_0, c_0)`. Which slots change?

# %%
from lstm_lessons import explorers

explorer = explorers.unrolled()
explorer

# %% [markdown]
# Task 1: h fills it, never c; and the two at the end are filled by the last step alone. Task 2:
# unit 1 shows much less of its c: its output gate is nearly shut. Task 3: those of `output` that
# stay, because no step looks ahead; `h_n` and `c_n` change. Task 4: all (single numbers by less
# than two decimals show), as each step reads the states of the one before.
#
# From Python: the numbers of task 2. (Row 0 is the start, so row 4 is step 3.) As
# $h = o \odot \tanh(c)$, the output gate is $h / \tanh(c)$.

# %%
from lstm_lessons.explorers.unrolled import numbers

made = numbers(seq_len=5, hidden_size=3, hx="None")
h, c = torch.tensor(made["h"][4]), torch.tensor(made["c"][4])  # after step 3
for name, values in {"h": h, "c": c, "o": h / torch.tanh(c)}.items():
    print(f"{name} after step 3:", [round(each, 2) for each in values.tolist()])

# %% [markdown]
# ## Ten sentences side by side
#
# Sentences can be read side by side: one axis more, in the middle, so that `x[:, b]` is sentence b.
# Then $x_t$ is a matrix with a row for each sentence, and so are $h$ and $c$, as in lesson 03.
# (Lesson 05 is about these axes.) This time we give states of our own. PyTorch wants them as it
# returns them, with an axis for the layers in front.
#
# **Predict.** What has to change in `unroll`? And what are the shapes of `output` and `h_n`?

# %%
x = torch.randn(T, B, I)
h_0, c_0 = torch.randn(1, B, H), torch.randn(1, B, H)

output, h, c = unroll(x, h_0[0], c_0[0], weights)
output_torch, (h_n, c_n) = lstm(x, (h_0, c_0))
print("output:", tuple(output.shape), "  h_n:", tuple(h_n.shape))
assert torch.allclose(output, output_torch, rtol=0, atol=1e-12)

for b in range(B):
    alone, _, _ = unroll(x[:, b], h_0[0, b], c_0[0, b], weights)
    assert torch.allclose(alone, output[:, b], rtol=0, atol=1e-12)
print("Each sentence read alone gives the same numbers.")

# %% [markdown]
# Nothing has to change. The loop still turns 24 times, not 240: each turn does one word of all ten
# sentences. And the rows never meet.
#
# **Predict.** What if we forget the axis in front, and give `h_0[0]` and `c_0[0]` to PyTorch?

# %%
try:
    lstm(x, (h_0[0], c_0[0]))
except RuntimeError as error:
    print(str(error).split("\n")[0])

# %% [markdown]
# An error that says what is missing. (In this message `hx` is h_0 alone, and `cx` is c_0. As an
# argument, `hx` is the pair.)
#
# Now the proof, gradients included, with `compare` from lesson 03. For that, our loop is put into
# the form of `nn.LSTM`: `[None]` adds the axis in front. The loop has no weights of its own:
# `weights` holds the very tensors of `lstm`, so `compare` finds their gradients there.
#
# **Predict.** How many tensors will it compare? There are three results now.


# %%
def our_lstm(x, hx):
    h_0, c_0 = hx
    output, h, c = unroll(x, h_0[0], c_0[0], weights)
    return output, (h[None], c[None])


from lstm_lessons.lstm.compare import compare

report = compare(our_lstm, lstm, x, (h_0, c_0))
assert report
report

# %% [markdown]
# Ten: three results, and the gradients for three inputs and four parameters. A layer of `nn.LSTM`
# is lesson 03's step in a short loop.
#
# ## Is output[-1] the same as h_n?
#
# The same post says that the two are equal. Both hold $h$ after the last word. `torch.equal` asks
# for the same shape and the same numbers. `torch.allclose` lays the smaller tensor over the larger
# one, as in lesson 03's bias that was added to every row, and compares the numbers alone, to within
# a small tolerance.
#
# **Predict.** What does `torch.equal` say of `output[-1]` and `h_n`? What does `torch.allclose` say
# of the two? And `torch.equal` of `output[-1:]` and `h_n`? (A slice keeps its axis.)

# %%
print("output[-1]:", tuple(output_torch[-1].shape), "  h_n:", tuple(h_n.shape))
print("torch.equal(output[-1], h_n):   ", torch.equal(output_torch[-1], h_n))
print("torch.allclose(output[-1], h_n):", torch.allclose(output_torch[-1], h_n))
print("torch.equal(output[-1], h_n[0]):", torch.equal(output_torch[-1], h_n[0]))
print("torch.equal(output[-1:], h_n):  ", torch.equal(output_torch[-1:], h_n))

# %% [markdown]
# The same numbers, but not the same tensor: `h_n` has its axis for layers in front. `h_n[0]` fits.
#
# These numbers are equal only for one layer that reads one way, with time on the first axis, and
# sentences of one length. Elsewhere, a look ahead:
#
# * A switch can put the sentences first. Then `output[-1]` is the last *sentence* (lesson 05).
# * With two layers, `h_n[0]` is the lower one (lesson 06).
# * With a second pass, from the last word to the first, the shapes do not fit (lesson 07).
# * Sentences of different lengths end at different steps (lesson 09).

# %%
two_layers = nn.LSTM(I, H, num_layers=2)
result, (h_last, _) = two_layers(x)
print("two layers, output[-1] against h_n[0]:", torch.equal(result[-1], h_last[0]))

both_ways = nn.LSTM(I, H, bidirectional=True)
result, (h_last, _) = both_ways(x)
print("both directions:", tuple(result[-1].shape), "against", tuple(h_last[0].shape))

# %% [markdown]
# ## Does h_n depend on the length?
#
# The post goes on: `h_n` and `c_n` are independent of the length of the sentence. Take the same ten
# sentences, all of their words and only the first seven.
#
# **Predict.** Which is the same for both: the shape of `h_n`, its numbers, or both?

# %%
_, (h_24, c_24) = lstm(x, (h_0, c_0))
_, (h_7, c_7) = lstm(x[:7], (h_0, c_0))
print("h_n:", tuple(h_24.shape), tuple(h_7.shape), "  c_n:", tuple(c_24.shape), tuple(c_7.shape))
print("same numbers:", torch.allclose(h_24, h_7), torch.allclose(c_24, c_7))
assert torch.allclose(output_torch[6], h_7[0], rtol=0, atol=1e-12)
print("output[6] of all words is h_n[0] of seven.")

# %% [markdown]
# Only the shape: that much of it is right, and no more. `h_n` after seven words is what `output[6]`
# was on the way to 24.
#
# ## What c holds that h does not
#
# $h_t = o_t \odot \tanh(c_t)$ is squeezed. $c_t = f_t \odot c_{t-1} + i_t \odot g_t$ is a sum.
#
# **Predict.** Gates lie between 0 and 1, and tanh between −1 and 1. From states of zero: how far
# from zero can $c$ be after one word, and after 24? So how far can $h$ be? Below, our layer reads a
# thousand sentences.

# %%
torch.manual_seed(1)
many = torch.randn(T, 1000, I)
for words in (1, T):
    _, (h_n, c_n) = lstm(many[:words])
    print(f"{words:2} words: largest |h| {h_n.abs().max():.2f}, largest |c| {c_n.abs().max():.2f}")
assert h_n.abs().max() < 1 < c_n.abs().max() < T

# %% [markdown]
# $c$ may grow at each word, by less than 1. After one word $|c| < 1$, so $|h| < \tanh(1) = 0.76$.
# After 24, $|c| < 24$, and $|h| < 1$ still, as $o_t$ and $\tanh$ never reach 1. (In the computer
# they may be rounded to it.) No bound of $c$ holds for all lengths.
#
# Next, a layer of one unit that counts words. All weights are zero. The biases open i and f so far
# that both are rounded to 1, push g to 1, and leave o half open. So each word adds 1 to $c$.
#
# **Predict.** What are c and h after 1, 24 and 40 words? Could you tell the last two apart by h?

# %%
counter = nn.LSTM(input_size=3, hidden_size=1)
with torch.no_grad():
    for parameter in counter.parameters():
        parameter.zero_()
    counter.bias_ih_l0.copy_(torch.tensor([50.0, 50.0, 50.0, 0.0]))  # i, f, g, o

shown = {}
for words in (1, 24, 40):
    _, (shown[words], c_n) = counter(torch.randn(words, 3))
    print(f"{words:2} words: c = {c_n.item():4.1f}   h = {shown[words].item():.4f}")
print("the same h to the last digit:", torch.equal(shown[24], shown[40]))

# %% [markdown]
# The memory knows how many words there were. What the unit shows does not, once $\tanh$ is rounded
# to 1. And a closed output gate can hide $c$ entirely, as in lesson 03.
#
# To look at what a unit keeps, you need $c$, and `nn.LSTM` returns only the last one. For all of
# them, write the loop yourself.
#
# **Predict.** Of the 24 memories that this loop keeps, which can be checked against PyTorch?

# %%
h, c = h_0[0], c_0[0]
memories = []
for x_t in x:
    h, c = lstm_step(x_t, h, c, *weights)
    memories.append(c)
memories = torch.stack(memories)

print("memories:", tuple(memories.shape))
for t in range(T):
    _, (_, c_n) = lstm(x[: t + 1], (h_0, c_0))
    assert torch.allclose(memories[t], c_n[0], rtol=0, atol=1e-12)
print("Each of them is c_n of the words up to there.")

# %% [markdown]
# All of them: stop after that word, and `c_n` is it. But that took 24 calls, ever longer ones.
#
# ## Stop, and go on
#
# **Predict.** Read 10 words, put `(h_n, c_n)` away, and later read the other 14 from there. Is the
# result that of reading 24 at once? And if we hand on nothing?

# %%
first, hx = lstm(x[:10], (h_0, c_0))
second, _ = lstm(x[10:], hx)
print("handed on:  ", torch.allclose(torch.cat([first, second]), output_torch, rtol=0, atol=1e-12))
forgetful, _ = lstm(x[10:])
print("from zeros: ", torch.allclose(forgetful, second, rtol=0, atol=1e-12))

hx = h_0, c_0
for t in range(T):
    _, hx = lstm(x[t : t + 1], hx)
    assert torch.allclose(memories[t], hx[1][0], rtol=0, atol=1e-12)
print("Word by word, nn.LSTM gives every memory.")

# %% [markdown]
# Handed on, it is the same: h and c are all that a later step knows of the words before it.
#
# ## What we have seen
#
# * One layer over time is lesson 03's step in a loop. It hands on h and c, nothing else.
# * `output` holds h after every step; `h_n` and `c_n` hold the states after the last one, with an
#   axis for layers in front. States that are not given are zero.
# * With one layer, one direction, one length and time in front, `output[-1]` has the numbers of
#   `h_n[0]`.
# * |h| is never beyond 1, c may go far beyond. Of all memories, only the last is returned.
# * Handing on `(h_n, c_n)` continues a sequence.

# %% [markdown]
# **A common mistake.** Taking `output` for the last step, or `h_n` for a sequence. Print both
# shapes, with a T that is neither B nor H: an axis as long as the sentence means "every step".
#
# **Exercises:** [04 Unrolling in time](../exercises/04_unrolling_in_time.ipynb). Keep the memory
# of every step, predict shapes and verdicts, find what is wrong in five of six pictures.
#
# **Next:** [lesson 05](05_batches_and_batch_first.ipynb) looks at the three axes of a batch, and at
# what goes wrong when two of them change places.
