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

from lstm_lessons.cell import lstm_step

torch.set_default_dtype(torch.float64)
torch.manual_seed(0)

I, H, T, B = 100, 16, 24, 10
lstm = nn.LSTM(input_size=I, hidden_size=H)
weights = lstm.all_weights[0]
sentence = torch.randn(T, I)
print("sentence:", tuple(sentence.shape), "  word 0:", tuple(sentence[0].shape))

# %% [markdown]
# One sentence is a matrix (T, I), with a word in each row. (PyTorch's documentation writes L for
# the length of a sequence. We write T, since L counts layers there as well.)
#
# The step at word $t$ needs what the step at word $t-1$ made. So there is no way round the order:
#
# $$\underset{(H)}{h_t},\; \underset{(H)}{c_t} = \text{step}\big(\underset{(I)}{x_t},\;
#   \underset{(H)}{h_{t-1}},\; \underset{(H)}{c_{t-1}}\big), \qquad t = 0, 1, \dots, T-1$$
#
# In code, `for x_t in x` goes along the first axis. `torch.stack` lays tensors of one shape on top
# of each other, along a new first axis.
#
# **Predict.** Two things must be handed from each turn of the loop to the next. Which? And what
# must be kept for later?


# %%
def unroll(x, h, c, weights):
    """Run one layer over all steps; return output and the last h and c."""
    outputs = []
    for x_t in x:
        h, c = lstm_step(x_t, h, c, *weights)
        outputs.append(h)
    return torch.stack(outputs), h, c


# %% [markdown]
# The new $h$ and $c$ are handed on: each turn writes them over the old ones. Every $h$ is kept, in
# `outputs`. To draw one block per step side by side, as below, is to *unroll* the loop.
#
# ## What PyTorch does
#
# `nn.LSTM` takes the sentence as it is, and returns `output, (h_n, c_n)`. The *n* stands for the
# last step.
#
# **Predict.** Our first turn needs two states, and we give it zeros. PyTorch gets none. Will the
# numbers be the same? And what are the shapes of its three results?

# %%
zeros = torch.zeros(H)
output, h, c = unroll(sentence, zeros, zeros, weights)
output_torch, (h_n, c_n) = lstm(sentence)
for name, tensor in {"output": output_torch, "h_n": h_n, "c_n": c_n}.items():
    print(f"{name:<7} {tuple(tensor.shape)}")

assert torch.allclose(output, output_torch, rtol=0, atol=1e-12)
assert torch.allclose(h, h_n[0], rtol=0, atol=1e-12)
assert torch.allclose(c, c_n[0], rtol=0, atol=1e-12)
print("The loop gives what nn.LSTM gives.")

# %% [markdown]
# So h_0 and c_0 are zero when they are not given. And `h_n` and `c_n` have one axis more than our
# `h` and `c`: PyTorch keeps a row for each layer (lesson 06), here one. `h_n[0]` is that row.
#
# ## Which step is in output?
#
# You can read that `output` holds the features of the *last* time step. Test it: do the steps one
# by one, and after each one look where the new $h$ is found.
#
# **Predict.** How many steps will there be, and in how many of them is $h$ a row of `output`?

# %%
h, c = zeros, zeros
steps = found = 0
for t, x_t in enumerate(sentence):
    h, c = lstm_step(x_t, h, c, *weights)
    steps += 1
    found += torch.allclose(output_torch[t], h, rtol=0, atol=1e-12)
print("steps:", steps, "  h is output[t] in", found, "of them")

# %% [markdown]
# In all of them: 24 words, 24 steps, and `output[t]` is $h_t$.
#
# | name | holds | one sentence |
# |---|---|---|
# | `output` | $h$ after **every** step | (T, H) |
# | `h_n` | $h$ after the **last** step | (1, H) |
# | `c_n` | $c$ after the **last** step | (1, H) |
#
# Below is a small layer, a column for each step. `hx` is the pair of states to start from.
#
# **Try it.**
#
# 1. Move `steps done` from 0 to 5. What fills a slot of `output`? When are `h_n` and `c_n` filled?
# 2. Do 4 steps, and look at unit 1, the middle box. Is its h large because its c is?
# 3. Move `steps done` to 6, then change `seq_len`. What happens to `output` and `h_n`, to shapes
#    and to numbers?

# %%
from lstm_lessons import explorers

explorer = explorers.unrolled()
explorer

# %% [markdown]
# Task 1: h fills it, never c; and the two at the end are filled by the last step alone. Task 2: no.
# The memory of unit 1 is the largest number in the picture, and yet its h is the smallest of the
# three. Task 3: `output` has a slot for each word, and those that stay keep their numbers, because
# no step looks ahead. `h_n` keeps its shape; its numbers are those of another step.
#
# From Python, with the output gate of task 2: as $h = o \odot \tanh(c)$, it is $h / \tanh(c)$.

# %%
explorer.sliders["steps"].value = 6
for seq_len in (3, 5):
    explorer.sliders["seq_len"].value = seq_len
    print(explorer.picture.alt.split(". ")[-1])
explorer.sliders["steps"].value = 4
print(next(each for each in explorer.picture.alt.split(". ") if "After step 3" in each))
print(f"o of unit 1: {0.17 / torch.tanh(torch.tensor(1.99)):.2f}")

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
# An error that says what is missing. (`hx` and `cx` are h_0 and c_0.)
#
# Now the proof, gradients included, with `compare` from lesson 03. For that, our loop is put into
# the form of `nn.LSTM`: `[None]` adds the axis in front.
#
# **Predict.** How many tensors will it compare? There are three results now.


# %%
def our_lstm(x, hx):
    h_0, c_0 = hx
    output, h, c = unroll(x, h_0[0], c_0[0], weights)
    return output, (h[None], c[None])


from lstm_lessons.compare import compare

report = compare(our_lstm, lstm, x, (h_0, c_0))
assert report
report

# %% [markdown]
# Ten: three results, and the gradients for three inputs and four parameters. A layer of `nn.LSTM`
# is lesson 03's step in a short loop.
#
# ## Is output[-1] the same as h_n?
#
# You can also read that the two are equal. Both hold $h$ after the last word. `torch.equal` asks
# for the same shape and the same numbers. `torch.allclose` lays the smaller tensor over the larger
# one, as in lesson 03's bias that was added to every row, and compares the numbers alone.
#
# **Predict.** Three questions, three answers. Which?

# %%
print("output[-1]:", tuple(output_torch[-1].shape), "  h_n:", tuple(h_n.shape))
print("torch.equal(output[-1], h_n):   ", torch.equal(output_torch[-1], h_n))
print("torch.allclose(output[-1], h_n):", torch.allclose(output_torch[-1], h_n))
print("torch.equal(output[-1], h_n[0]):", torch.equal(output_torch[-1], h_n[0]))

# %% [markdown]
# The same numbers, but not the same tensor: `h_n` has its axis for layers in front. `h_n[0]` fits.
#
# And this holds for one layer that reads one way, and sentences of one length. For the rest, a look
# ahead: with two layers, `h_n[0]` is the lower one (lesson 06). With both directions, the shapes do
# not fit any more (lesson 07). Sentences of different lengths end at different steps (lesson 09).

# %%
two_layers = nn.LSTM(I, H, num_layers=2)
result, (states, _) = two_layers(x)
print("two layers, output[-1] against h_n[0]:", torch.equal(result[-1], states[0]))

both_ways = nn.LSTM(I, H, bidirectional=True)
result, (states, _) = both_ways(x)
print("both directions:", tuple(result[-1].shape), "against", tuple(states[0].shape))

# %% [markdown]
# ## Does h_n depend on the length?
#
# "`h_n` is independent of the length of the sentence", one reads. Take the same ten sentences, all
# of their words and only the first seven.
#
# **Predict.** Which is the same for both: the shape of `h_n`, its numbers, or both?

# %%
_, (h_24, c_24) = lstm(x, (h_0, c_0))
output_7, (h_7, c_7) = lstm(x[:7], (h_0, c_0))
print("shapes:", tuple(h_24.shape), tuple(h_7.shape))
print("same numbers:", torch.allclose(h_24, h_7))
print("output[6] of all words is h_n of seven:", torch.allclose(output_torch[6], h_7[0]))

# %% [markdown]
# Only the shape. `h_n` after seven words is what `output[6]` was on the way to 24.
#
# ## What c holds that h does not
#
# $h_t = o_t \odot \tanh(c_t)$ is squeezed. $c_t = f_t \odot c_{t-1} + i_t \odot g_t$ is a sum.
#
# **Predict.** We read a thousand sentences, from states of zero. Will the largest |h| reach 1? Will
# the largest |c|?

# %%
_, (h_n, c_n) = lstm(torch.randn(T, 1000, I))
print("largest |h| below 1:", bool(h_n.abs().max() < 1))
print("largest |c| below 1:", bool(c_n.abs().max() < 1))

# %% [markdown]
# $o_t$ is below 1, and $\tanh$ never reaches 1: so neither does their product. A sum has no such
# bound.
#
# Next, a layer of one unit that counts words. All weights are zero, so the biases alone decide:
# they open i and f, push g to 1, and leave o half open. So each word adds 1 to $c$.
#
# **Predict.** What are c and h after 1, 12 and 24 words? Could you tell the last two apart by h?

# %%
counter = nn.LSTM(input_size=3, hidden_size=1)
with torch.no_grad():
    for parameter in counter.parameters():
        parameter.zero_()
    counter.bias_ih_l0.copy_(torch.tensor([50.0, 50.0, 50.0, 0.0]))  # i, f, g, o

for words in (1, 12, 24):
    _, (h_n, c_n) = counter(torch.randn(words, 3))
    print(f"{words:2} words: c = {c_n.item():4.1f}   h = {h_n.item():.4f}")

# %% [markdown]
# The memory knows how many words there were. What the unit shows does not, once $\tanh$ is close to
# 1. And a closed output gate can hide $c$ entirely, as in lesson 03.
#
# So who needs the memory itself, say to look at what a unit keeps, must ask for $c$. `nn.LSTM`
# returns only the last one. For all of them, write the loop yourself, with `lstm_step` or with
# `nn.LSTMCell`.
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
assert torch.allclose(memories[-1], c_24[0], rtol=0, atol=1e-12)
assert torch.allclose(memories[6], c_7[0], rtol=0, atol=1e-12)
print("The last one is c_n. Memory 6 is c_n after seven words.")

# %% [markdown]
# Any of them, as it turns out: stop after that word, and `c_n` is it.
#
# ## Stop, and go on
#
# The loop hands on h and c, and nothing else. So they are all that a later step can know of the
# words before it.
#
# **Predict.** Read 10 words, put `(h_n, c_n)` away, and later read the other 14 from there. Is the
# result that of reading 24 at once? And if we hand on nothing?

# %%
first, hx = lstm(x[:10], (h_0, c_0))
second, _ = lstm(x[10:], hx)
print("handed on:  ", torch.allclose(torch.cat([first, second]), output_torch, rtol=0, atol=1e-12))
forgetful, _ = lstm(x[10:])
print("from zeros: ", torch.allclose(forgetful, second, rtol=0, atol=1e-12))

# %% [markdown]
# ## What we have seen
#
# * One layer over time is lesson 03's step in a loop. It hands on h and c, nothing else.
# * `output` holds h after every step; `h_n` and `c_n` hold the states after the last one, with an
#   axis for layers in front. States that are not given are zero.
# * With one layer, one direction and one length, `output[-1]` has the numbers of `h_n[0]`.
# * |h| stays below 1, c has no bound, and of all memories only the last is returned.
# * Handing on `(h_n, c_n)` continues a sequence as if it had never stopped.

# %% [markdown]
# **A common mistake.** Taking `output` for the last step, or `h_n` for a sequence. Print both
# shapes: an axis as long as the sentence means "every step". A second sign: for one layer,
# `h_n[0]` has the numbers of `output[-1]`, and not those of `output[0]`.
#
# **Exercises:** [04 Unrolling in time](../exercises/04_unrolling_in_time.ipynb). Keep the memory
# of every step, predict shapes and verdicts, find what is wrong in three of four pictures.
#
# **Next:** [lesson 05](05_batches_and_batch_first.ipynb) looks at the three axes of a batch, and at
# what goes wrong when two of them change places.
