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
# ## What does a layer remember?
#
# Some sequences are too long to read at once: a book, a year of measurements. They are read in
# pieces, called *chunks*. Here 24 words stand for the book.
#
# **Predict.** We read the same words twice, one call after the other, and hand nothing on. Is the
# second result another one, because the layer has seen the words before?

# %%
import torch
from torch import nn

torch.set_default_dtype(torch.float64)
torch.manual_seed(0)

T, B, I, H = 24, 10, 100, 16
lstm = nn.LSTM(I, H)
x = torch.randn(T, B, I)
whole, (h_n, c_n) = lstm(x)
print("the same result:", torch.equal(lstm(x)[0], whole))

# %% [markdown]
# The same. A layer keeps weights, not states: every call without `hx` begins with zeros. So the
# memory between two calls is yours to carry. Lesson 04 did it once, with 10 and 14 words.
#
# `x.split(5)` cuts x along axis 0, which is time, into chunks of 5 steps.
#
# **Predict.** How many chunks, and how long is the last one? And are the outputs, put together, the
# output of the whole?

# %%
chunks = x.split(5)
hx, outputs = None, []
for chunk in chunks:
    output, hx = lstm(chunk, hx)
    outputs.append(output)

print("lengths:", [len(chunk) for chunk in chunks])
for ours, theirs in ((torch.cat(outputs), whole), (hx[0], h_n), (hx[1], c_n)):
    assert torch.allclose(ours, theirs, rtol=0, atol=1e-12)
print("Chunks with the state handed on: output, h_n and c_n of the whole.")

# %% [markdown]
# The last chunk has 4 steps, and nothing has to be done about it: the states have no time axis.
#
# **Predict.** Two people save work. One hands on h alone, with a new c of zeros. The other hands on
# nothing. Which outputs are still right, and from which chunk on are they wrong?


# %%
def right_chunks(hand_on):
    """Return for each chunk whether its output is that of the whole."""
    hx, right = None, []
    for chunk, wanted in zip(chunks, whole.split(5)):
        output, (h, c) = lstm(chunk, hx)
        hx = hand_on(h, c)
        right.append(torch.allclose(output, wanted, rtol=0, atol=1e-12))
    return right


print("h and c:", right_chunks(lambda h, c: (h, c)))
print("h alone:", right_chunks(lambda h, c: (h, torch.zeros_like(c))))
print("nothing:", right_chunks(lambda h, c: None))

# %% [markdown]
# Both go wrong from the second chunk on, without an error. The state is the pair (h, c).
#
# ## The history is handed on, too
#
# In training, each chunk has its loss, and each loss its backward pass. A tensor that was computed
# carries its history, the graph of lesson 03, and so do the states that we hand on.
#
# Here the loss is the mean square of the output: it means nothing, but has gradients. `backward()`
# walks the graph backwards. To save memory, it throws away what it has walked.
#
# **Predict.** In which chunk does this loop fail, if in any?


# %%
def first_line(error):
    return str(error).split(". ")[0].split(" (or")[0]


hx = None
try:
    for n, chunk in enumerate(chunks):
        output, hx = lstm(chunk, hx)
        output.square().mean().backward()
        print("chunk", n, "is done")
except RuntimeError as error:
    print(f"chunk {n}:", first_line(error))

# %% [markdown]
# Chunk 1 starts from `hx`, and `hx` hangs on the graph of chunk 0, which is gone. PyTorch's message
# goes on: "Specify retain_graph=True". Many do, since it helps here:
#
# **Predict.** With `retain_graph=True` nothing is thrown away. After the first backward pass, we
# also train a little: every weight moves by −0.1 times its gradient. Does chunk 1 work now?

# %%
layer = nn.LSTM(I, H)
hx = None
try:
    for n, chunk in enumerate(chunks):
        output, hx = layer(chunk, hx)
        output.square().mean().backward(retain_graph=True)
        with torch.no_grad():  # the update itself is no part of a graph
            for parameter in layer.parameters():
                parameter -= 0.1 * parameter.grad
        layer.zero_grad()
        print("chunk", n, "is done")
except RuntimeError as error:
    print(f"chunk {n}:", str(error).split(":")[0])

# %% [markdown]
# Another error. The graph of chunk 0 was kept, and needs the weights as they were when it was
# made. But they have been changed, in place.
#
# ## How far back?
#
# Without an update, `retain_graph=True` runs. What does it cost? We count the words that each
# chunk's loss has a gradient for. `torch.autograd.grad(loss, words)` returns that gradient.
#
# **Predict.** Five chunks of 5, 5, 5, 5 and 4 words. For how many words has each of the five losses
# a gradient?


# %%
def words_reached(hand_on):
    """Return for each chunk how many words its loss has a gradient for."""
    words = x.clone().requires_grad_()
    hx, reached = None, []
    for chunk in words.split(5):
        output, hx = lstm(chunk, hx)
        (grad,) = torch.autograd.grad(output.square().mean(), words, retain_graph=True)
        reached.append(int((grad != 0).any(dim=2).any(dim=1).sum()))
        hx = hand_on(hx)
    return reached


print("states as they are:", words_reached(lambda hx: hx))

# %% [markdown]
# Back to the very first word, every time. With a book, each chunk would cost more than the one
# before, in time and in memory.
#
# ## Cut the history
#
# `detach` (lesson 03) gives the numbers without the history. It has to be done to both states.
#
# **Predict.** What does `words_reached` say now? And do the outputs change?


# %%
def detached(hx):
    h, c = hx
    return h.detach(), c.detach()


print("detached:", words_reached(detached))
print("outputs right:", right_chunks(lambda h, c: detached((h, c))))

# %% [markdown]
# Each loss reaches the words of its own chunk, and the outputs stay right. Forwards the memory
# passes, backwards the gradient stops.
#
# | handed on | next output | gradient |
# |---|---|---|
# | `(h, c)` | right | reaches back to the first word |
# | `(h.detach(), c.detach())` | right | ends at the cut |
# | nothing | wrong | ends at the cut |
#
# The loop of before, with `detached`, and with the update:
#
# **Predict.** Does it come through?

# %%
hx, done = None, 0
for chunk in chunks:
    output, hx = layer(chunk, hx)
    hx = detached(hx)
    output.square().mean().backward()
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter -= 0.1 * parameter.grad
    layer.zero_grad()
    done += 1
print("chunks done:", done)

# %% [markdown]
# ## What the cut costs
#
# This is *truncated backpropagation through time*, TBPTT for short. *Truncated* means cut off: the
# gradient no longer says how a word acts on a loss behind the cut.
#
# How much is lost? We add up the gradients of all chunks and compare with the gradient of the
# whole. The loss is a random sum over all outputs. All gradients of the weights in one row are a
# vector. We divide the length of the difference by the length of the whole gradient: 0 is right,
# and 1 is as wrong as no gradient at all.
#
# **Predict.** Chunks of 1 step: 1, or less? And chunks of 12, with one cut in the middle?

# %%
torch.manual_seed(1)
upstream = torch.randn(T, B, H)


def gradient(lstm, k):
    """Return the gradient of all weights, summed over chunks of k steps, as one vector."""
    lstm.zero_grad()
    hx = None
    for chunk, weights in zip(x.split(k), upstream.split(k)):
        output, hx = lstm(chunk, hx)
        (output * weights).sum().backward()
        hx = detached(hx)
    return torch.cat([parameter.grad.flatten() for parameter in lstm.parameters()])


def error(lstm, k):
    exact = gradient(lstm, T)
    return ((gradient(lstm, k) - exact).norm() / exact.norm()).item()


for k in (1, 2, 3, 6, 12, 24):
    print(f"chunks of {k:2}: {error(lstm, k):.2f}")

# %% [markdown]
# Even with one step, the gradient is better than none: what a word does to its own output needs no
# history. Longer chunks lose less, and the whole loses nothing.
#
# But this is a layer at its start, and that forgets fast (lesson 01): its forget gates stand near
# one half. Lesson 01 opened them with a bias.
#
# **Predict.** With a bias of 3, the memory lasts. Do the same chunks lose less, or more?

# %%
from lstm_lessons import show
from lstm_lessons.drawing import figure

lengths = (1, 2, 3, 4, 6, 8, 12, 24)
fig, axes = figure(560, 320)
errors = {}
for bias in (0, 1, 3):
    torch.manual_seed(0)
    opened = nn.LSTM(I, H)
    with torch.no_grad():
        opened.bias_ih_l0[H : 2 * H] += bias
    errors[bias] = [error(opened, k) for k in lengths]
    axes.plot(lengths, errors[bias], marker="o", label=f"forget bias + {bias}")
axes.set_xlabel("chunk length")
axes.set_ylabel("error of the gradient")
axes.set_ylim(0, 1)
axes.legend()
alt = "; ".join(
    f"bias {b}: {v[0]:.2f} at 1, {v[4]:.2f} at 6, {v[6]:.2f} at 12" for b, v in errors.items()
)
show(fig, f"Error of the gradient, falling with the chunk length to 0 at 24. {alt}.")

# %% [markdown]
# More. The longer a layer remembers, the more there is to cut. A chunk should be longer than what
# the task asks to remember, or the layer is never told to remember it.
#
# In the picture below, a square stands for the gradient that one word gets from one loss, in a
# layer whose memory alone passes from step to step. Its share is f, the forget gate, once for every
# step between.
#
# **Try it.**
#
# 1. Move `chunk length`. Which squares are lost? Why do most of the strong ones stay?
# 2. **Predict**, then try: with a forget bias of 4, do longer chunks help?
# 3. Choose "carry" and "reset" for `between chunks`. What does each cost?

# %%
from lstm_lessons import explorers

explorer = explorers.chunks()
explorer

# %% [markdown]
# Task 1: all that lie across a cut. Strong ones are near the diagonal, where word and loss are
# close. Task 3: "carry" loses nothing, and walks further back with each chunk. "reset" loses the
# memory as well as its gradient. Task 2, from Python:

# %%
for bias in (1, 4):
    explorer.sliders["forget_bias"].value = bias
    for k in (6, 12):
        explorer.sliders["chunk"].value = k
        print(f"forget bias {bias}, chunks of {k:2}:", explorer.picture.alt.split("In all, ")[1])

# %% [markdown]
# ## Many texts at once
#
# A batch has B rows, so a long text is cut into B *streams*, read side by side. Row b of the state
# comes from row b of the chunk before. So row b of the next chunk must go on where that ended.
#
# **Predict.** A text of 24 words, numbered 0 to 23, in 3 streams. Two ways to make (T, B) = (8, 3)
# of it. In which of the two does stream 0 read on as the text does?

# %%
text = torch.arange(24)
for name, streams in (
    ("view(3, 8).transpose(0, 1)", text.view(3, 8).transpose(0, 1)),
    ("view(8, 3)", text.view(8, 3)),
):
    first, second = streams.split(4)
    print(f"{name:<27} stream 0: {first[:, 0].tolist()}, then {second[:, 0].tolist()}")

# %% [markdown]
# The first: each stream is a piece of the text. `view(8, 3)` deals the words out like cards, so
# that a stream jumps over two words at each step. Shapes are the same, and there is no error.
#
# The other kind of batch: 11 sentences that have nothing to do with each other, in batches of 8.
# The last has 3.
#
# **Predict.** Someone hands the state on from batch to batch. What does PyTorch say to the last
# one?

# %%
sentences = torch.randn(T, 11, I)
hx = None
try:
    for batch in sentences.split(8, dim=1):
        output, hx = lstm(batch, hx)
        print("batch of", batch.shape[1])
except RuntimeError as error:
    print(error)

# %% [markdown]
# An error, and a lucky one. To cut the state down to 3 rows would silence it. But sentence 8 does
# not go on where sentence 0 ended, so no state should have been handed on at all. Leave out `hx`:
# then the zeros always have the size of x.
#
# ## When to reset
#
# Hand the state on when the next chunk is the *continuation*, row by row. Start from zeros at a new
# document, in a new round over the data, and when you go over to test data.
#
# A probe like that of lesson 05: change document 1, and look whether document 2 is read
# differently.
#
# **Predict.** With the state handed on, and with a reset?

# %%
document_1, document_2 = torch.randn(12, 1, I), torch.randn(12, 1, I)


def read(first, reset):
    _, hx = lstm(first)
    return lstm(document_2, None if reset else hx)[0]


for reset in (False, True):
    same = torch.allclose(read(document_1, reset), read(document_1 + 1, reset), rtol=0, atol=1e-12)
    print(f"reset={reset!s:<5}  document 1 {'does not matter' if same else 'leaks'}")

# %% [markdown]
# ## What we have seen
#
# * `nn.LSTM` keeps no state between calls. Chunks with (h, c) handed on equal the whole.
# * States carry their history. `detach` both, once a chunk: the numbers pass, the gradient ends.
# * `retain_graph=True` is no cure: the next update breaks it, and without one it costs more with
#   every chunk.
# * The cut loses more, the longer the layer remembers.
# * Row b must continue row b. Where nothing continues, start from zeros.

# %% [markdown]
# **A common mistake.** `retain_graph=True`, because the error message names it. You can tell by
# this: each chunk takes longer than the one before, or the next error speaks of "an inplace
# operation".
#
# **Exercises:** [08 State across chunks](../exercises/08_state_across_chunks.ipynb). Mend a
# training loop, find the bug in ten lines, cut a text into streams.
#
# **Next:** lesson 09 reads sentences of different lengths.
