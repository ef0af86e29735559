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
# pieces, called *chunks*. Here 24 words stand for the book (ten books, side by side).
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
# This works for any number of layers, and for *one* direction: a reverse pass would need the state
# of the next chunk, which has not been read. There is no error then, and wrong numbers.
#
# **Predict.** Two people save work. One hands on h alone, with a new c of zeros. The other hands on
# nothing. Which outputs are still right, and from which chunk on are they wrong?


# %%
def right_chunks(hand_on, layer=lstm):
    """Return for each chunk whether its output is that of the whole."""
    hx, right = None, []
    for chunk, wanted in zip(chunks, layer(x)[0].split(5)):
        output, (h, c) = layer(chunk, hx)
        hx = hand_on(h, c)
        right.append(torch.allclose(output, wanted, rtol=0, atol=1e-12))
    return right


print("h and c:", right_chunks(lambda h, c: (h, c)))
print("h alone:", right_chunks(lambda h, c: (h, torch.zeros_like(c))))
print("nothing:", right_chunks(lambda h, c: None))

for options in ({"num_layers": 3}, {"bidirectional": True}):
    print(options, right_chunks(lambda h, c: (h, c), nn.LSTM(I, H, **options)))

# %% [markdown]
# Both go wrong from the second chunk on, without an error. The state is the pair (h, c).
#
# ## The history is handed on, too
#
# In training, each chunk has its loss, and each loss its backward pass. A tensor that was computed
# carries its history, the graph of lesson 03, and so do the states that we hand on.
#
# Here the loss is the mean square of the output: it means nothing, but has gradients. `backward()`
# walks the graph backwards, from the loss. To save memory, it throws away what it has walked.
#
# **Predict.** In which chunk does this loop fail, if in any?

# %%
hx = None
try:
    for n, chunk in enumerate(chunks):
        output, hx = lstm(chunk, hx)
        output.square().mean().backward()
        print("chunk", n, "is done")
except RuntimeError as error:
    print(f"chunk {n}:", error)

# %% [markdown]
# Chunk 1 starts from `hx`, and `hx` hangs on the graph of chunk 0, which is gone. The message names
# a way out: `retain_graph=True`, which throws nothing away. Many take it, since it helps here.
#
# Now we also train: after each backward pass, `optimiser.step()` moves every weight by −0.1 times
# its gradient, in place. (The gradient of a product needs its factors, as they were.)
#
# **Predict.** Does chunk 1 work, with `retain_graph=True`?

# %%
layer = nn.LSTM(I, H)  # one of its own: its weights change, and those of lstm stay
optimiser = torch.optim.SGD(layer.parameters(), lr=0.1)
hx = None
try:
    for n, chunk in enumerate(chunks):
        optimiser.zero_grad()
        output, hx = layer(chunk, hx)
        output.square().mean().backward(retain_graph=True)
        optimiser.step()
        print("chunk", n, "is done")
except RuntimeError as error:
    print(f"chunk {n}:", str(error).split(":")[0])  # what follows says which tensor

# %% [markdown]
# Another error. The graph of chunk 0 was kept, and needs the weights as they were when it was
# made. But they have been changed, in place.
#
# ## How far back?
#
# Without an update, `retain_graph=True` runs. What does it cost? We count the words that each
# chunk's loss has a gradient for: so many steps its backward pass walks.
#
# `torch.autograd.grad(loss, words)` returns that gradient. Like `backward()`, it throws away what
# it has walked, so here it is told to keep it.
#
# **Predict.** Five chunks of 5, 5, 5, 5 and 4 words. For how many words has each of the five losses
# a gradient?


# %%
words = x.clone().requires_grad_()


def gradients(hand_on):
    """Return for each chunk the gradient of its loss by all words, (T, B, I)."""
    hx, found = None, []
    for chunk in words.split(5):
        output, hx = lstm(chunk, hx)
        found += torch.autograd.grad(output.square().mean(), words, retain_graph=True)
        hx = hand_on(hx)
    return found


def words_reached(hand_on):
    """Return for each chunk how many words its loss has a gradient for."""
    return [int((grad != 0).any(dim=2).any(dim=1).sum()) for grad in gradients(hand_on)]


reached = words_reached(lambda hx: hx)
print("states as they are:", reached)
print(f"steps walked, in all: {sum(reached)}, for {T} words")

# %% [markdown]
# Back to the very first word, every time: 74 steps, three times as many as there are words. The
# longer the text, the longer the walks. The sum of these gradients is right. But so is the gradient
# of the summed losses, in one walk of 24 steps.
#
# ## Cut the history
#
# `detach` (lesson 03) returns a tensor with the numbers and without the history.
#
# **Predict.** Detach both states: what does `words_reached` say now? Then h alone, then c alone.
# And are the outputs still right? ("Off by" is the length of the difference from the exact
# gradient, divided by its length.)


# %%
def detached(hx):
    h, c = hx
    return h.detach(), c.detach()


losses = sum(piece.square().mean() for piece in lstm(words)[0].split(5))
(exact,) = torch.autograd.grad(losses, words)
ways = {
    "as they are": lambda hx: hx,
    "both detached": detached,
    "h alone": lambda hx: (hx[0].detach(), hx[1]),
    "c alone": lambda hx: (hx[0], hx[1].detach()),
}
for name, hand_on in ways.items():
    off = (sum(gradients(hand_on)) - exact).norm() / exact.norm()
    print(f"{name:<14}{words_reached(hand_on)}, sum of gradients off by {off:.2f}")
print("outputs right:", right_chunks(lambda h, c: detached((h, c))))

# %% [markdown]
# With both, each loss reaches the words of its own chunk. With one alone, the walk is as long as
# before, by the other way, and the gradient is not right either: without c, the long memory, nearly
# as wrong as with both. Forwards, the memory passes.
#
# | handed on | next output | gradient |
# |---|---|---|
# | `(h, c)` | right | reaches back to the first word |
# | `(h.detach(), c.detach())` | right | ends at the cut |
# | nothing | wrong | ends at the cut |
#
# If you only read, write `with torch.no_grad():` before the loop: no history, nothing to detach.
#
# Now the training loop again, with both states detached and without `retain_graph`. Look where
# `detached` stands.
#
# **Predict.** Does every chunk still get a gradient?

# %%
with_gradient = []
for _ in range(2):
    hx = None  # a new round over the data begins with zeros
    for chunk in chunks:
        optimiser.zero_grad()
        output, hx = layer(chunk, hx)
        hx = detached(hx)
        output.square().mean().backward()
        optimiser.step()
        with_gradient.append(all(bool(p.grad.any()) for p in layer.parameters()))
print("chunks trained:", len(with_gradient), "  a gradient in all parameters:", all(with_gradient))

# %% [markdown]
# Yes. `detach` makes a new tensor, and leaves `output` and its history alone. So it may stand
# before `backward()` or after it: what counts is that it comes before the next call.

# %% [markdown]
# ## What the cut costs
#
# This is *truncated backpropagation through time*, TBPTT for short. *Truncated* means cut off: the
# gradient no longer says how a word acts on a loss that comes after the cut.
#
# How much is lost? The loss is now the sum of all outputs, each times a random factor. We add up
# the gradients of all chunks.
#
# Gradients of all weights are one long vector. The error is the length of
# the difference from that of the uncut text, divided by its length: 0 is right, 1 as wrong as no
# gradient at all.
#
# **Predict.** Chunks of 1 step: 1, or less? And chunks of 12, with one cut: nearer to 0, or to
# that?

# %%
torch.manual_seed(1)
factors = torch.randn(T, B, H)  # of a sum: a mean would depend on the length of its chunk


def gradient(lstm, k):
    """Return the gradient of all weights, summed over chunks of k steps, as one vector."""
    lstm.zero_grad()
    hx = None
    for chunk, factor in zip(x.split(k), factors.split(k)):
        output, hx = lstm(chunk, hx)
        (output * factor).sum().backward()
        hx = detached(hx)
    return torch.cat([parameter.grad.flatten() for parameter in lstm.parameters()])


def error(lstm, k):
    exact = gradient(lstm, T)
    return ((gradient(lstm, k) - exact).norm() / exact.norm()).item()


for k in (1, 2, 3, 6, 12, 24):
    print(f"chunks of {k:2}: {error(lstm, k):.2f}")

# %% [markdown]
# Even with one step, the gradient is better than none: what a word does to its own output needs no
# history. Of these lengths, the longer lose less: there are fewer cuts. (The last line compares the
# whole, which has none, with itself.)
#
# But this is a layer at its start, and that forgets fast (lesson 01): its forget gates stand near
# one half. Lesson 01 opened them with a bias.
#
# **Predict.** With 3 added to that bias, the memory lasts. Do the same chunks lose less, or more?

# %%
from lstm_lessons import show
from lstm_lessons.drawing import figure

lengths = (1, 2, 3, 4, 6, 8, 12)  # those that divide 24: equal chunks
fig, axes = figure(560, 320)
errors = {}
for bias in (0, 1, 3):
    torch.manual_seed(0)
    opened = nn.LSTM(I, H)
    with torch.no_grad():
        opened.bias_ih_l0[H : 2 * H] += bias
    errors[bias] = [error(opened, k) for k in lengths]
    axes.plot(lengths, errors[bias], marker="o", label=f"{bias} added to the bias")
axes.set_xlabel("chunk length")
axes.set_ylabel("error of the gradient")
axes.set_ylim(0, 1)
axes.set_xticks(lengths)
axes.legend()
alt = "; ".join(
    f"{b} added: {v[0]:.2f} at 1, {v[4]:.2f} at 6, {v[6]:.2f} at 12" for b, v in errors.items()
)
show(fig, f"Error of the gradient, falling with the chunk length from 1 to 12. {alt}.")

# %% [markdown]
# More. Of the k places that a word may have in its chunk, k − d have a loss d steps later in the
# same chunk: a share of 1 − d/k, for k = 2d a half. So let a chunk be several times as long as the
# task's memory.
#
# Below, each *word* has a loss, a row. A mark is what one word does to one loss through the memory,
# $f^d$.
#
# **Try it.**
#
# 1. Move `chunk length`. Which gradients are lost? What do longer ones cost?
# 2. **Predict**, then try: from which length on does the gradient tell half of what words do, with
#    a forget bias of 1, and of 4?
# 3. Choose "carry" and "reset". What do they cost?

# %%
from lstm_lessons import explorers

explorer = explorers.chunks()
explorer

# %% [markdown]
# Task 1: all that lie across a cut. With a forget bias of 1, the strong ones are near the diagonal,
# and most of them stay. The price of longer chunks is memory. Task 2, from Python, and also for a
# text without end, by the share 1 − d/k:

# %%
from lstm_lessons.explorers.chunks import numbers

d = torch.arange(5000)  # how many steps lie between a word and a loss


def told(k, bias):
    """Return the share that chunks of k tell, of a text without end: links of d steps, f**d."""
    links = torch.sigmoid(torch.tensor(float(bias))) ** d
    return ((1 - d / k).clamp(min=0) * links).sum() / links.sum()


for bias in (1, 4):
    shares = {k: numbers(k, bias, "detach").kept for k in range(1, 25)}
    enough = min(k for k, share in shares.items() if share >= 0.5)
    long = next(k for k in range(1, 1000) if told(k, bias) >= 0.5)
    print(f"forget bias {bias}: chunks of {enough} for 24 words, of {long} for a text without end")

# %% [markdown]
# The longer the memory, the longer the chunk. For *half*, in a text without end, about twice the
# half-life (2.2 and 38 steps); for most, several times as much. Task 3: "carry" costs memory and
# longer walks. With "reset" the outputs are others; of what is left, the gradient misses nothing.
#
# ## Many texts at once
#
# A batch has B rows, so a long text is cut into B *streams*, read side by side. Row b of a
# chunk goes on where row b of the last one ended.
#
# **Predict.** A text of 24 words, in 3 streams: `view(3, 8).transpose(0, 1)` and `view(8, 3)` both
# make (T, B) = (8, 3) of it. In which does stream 0 read on as the text does?

# %%
text = torch.arange(24)
for name, streams in (
    ("view(3, 8).transpose(0, 1)", text.view(3, 8).transpose(0, 1)),
    ("view(8, 3)", text.view(8, 3)),
):
    first, second = streams.split(4)
    print(f"{name:<27} stream 0: {first[:, 0].tolist()}, then {second[:, 0].tolist()}")

# %% [markdown]
# The first: each stream is a piece of the text. `view(8, 3)` deals the words out like cards. Shapes
# are the same, and there is no error.
#
# Of 26 words, two would be left over: each stream gets 26 // 3 = 8, and the last two are dropped.
# And stream 1 starts from zeros at word 8, in the middle of the text: a small price.
#
# The other kind of batch: 19 sentences that have nothing to do with each other, in batches of 8, 8
# and 3.
#
# **Predict.** Someone hands the state on from batch to batch. Which of the three batches come out
# as if read alone?

# %%
sentences = torch.randn(T, 19, I)
hx = None
try:
    for batch in sentences.split(8, dim=1):
        output, hx = lstm(batch, hx)
        right = torch.allclose(output, lstm(batch)[0], rtol=0, atol=1e-12)
        print(
            f"batch of {batch.shape[1]}: {'as if read alone' if right else 'not as if read alone'}"
        )
except RuntimeError as error:
    print(f"batch of {batch.shape[1]}:", error)

# %% [markdown]
# The first one. The second is wrong without a word, and the third stops. That error was a lucky
# one. To cut the state down to 3 rows would silence it. But no sentence goes on where one of the
# batch before ended, so no state should have been handed on. Leave out `hx`: the zeros then have
# the batch size of x.

# %% [markdown]
# ## When to reset
#
# Hand the state on when the next chunk is the *continuation*, row by row. Start from zeros at a new
# document, in a new *epoch* (one round over the data: the text begins again), and for test data
# (another text).
#
# With streams, documents end in different rows. Where one ends, end the chunk too, and reset its
# row. (Or wait for the next cut, and accept a few words with a wrong memory.)
#
# **Predict.** Three rows; in row 2 a new document begins. We change every word of the chunk before.
# Which rows of the next chunk come out differently: with the state handed on, with its row 2 set to
# zero, with nothing?

# %%
before, after = torch.randn(8, 3, I), torch.randn(8, 3, I)
keep = torch.tensor([1.0, 1.0, 0.0]).view(1, 3, 1)  # a new document in row 2


def rows_that_differ(hand_on):
    """Return for each row of `after` whether its output depends on `before`."""
    one, two = (lstm(after, hand_on(*lstm(words)[1]))[0] for words in (before, before + 1))
    return ((one - two).abs() > 1e-12).any(dim=2).any(dim=0).tolist()


print("handed on:  ", rows_that_differ(lambda h, c: (h, c)))
print("row 2 reset:", rows_that_differ(lambda h, c: (h.detach() * keep, c.detach() * keep)))
print("all reset:  ", rows_that_differ(lambda h, c: None))

# %% [markdown]
# Each row can begin anew while the others go on. (`keep` has the axes of a state.) The middle line
# cuts the history as well: it is the one for training.
#
# ## What we have seen
#
# * `nn.LSTM` keeps no state between calls. With one direction, chunks with (h, c) handed on equal
#   the whole.
# * States carry their history. `detach` both, once a chunk: the numbers pass, the gradient ends.
# * `retain_graph=True` is no cure: the next update breaks it, and without one every backward pass
#   walks further than the one before.
# * The cut loses more, the longer the layer remembers. Longer chunks lose less, and keep more steps
#   in memory.
# * Row b must continue row b. Where nothing continues, start from zeros.

# %% [markdown]
# **A common mistake.** `retain_graph=True`, because the error message names it. You can tell by
# this: the next error speaks of "an inplace operation", or the backward pass walks further with
# each chunk, and memory grows.
#
# **Exercises:** [08 State across chunks](../exercises/08_state_across_chunks.ipynb). Mend a
# training loop, find the bug in ten lines, cut a text into streams.
#
# **Next:** [lesson 09](09_ragged_sequences.ipynb) reads sentences of different lengths.
