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
# ## A bracket that was opened earlier
#
# A book, a day of sound or a year of measurements is too long to be read at once. So it is read in
# pieces, one after the other. A piece is called a *chunk*.
#
# Our reader reads this line in chunks of ten characters:
#
# ```text
# the value |is (not al|ways) a nu|mber
# ```
#
# The bracket opens in the second chunk and closes in the third one. Unit 5 of the reader keeps in c
# whether a bracket is open, and what it shows of that is h. Does it still know, when the third
# chunk begins? That depends on one line of our program.

# %%
import torch
from torch import nn

from lstm_lessons import trained_reader

reader, number = trained_reader()

# %%
line = "the value is (not always) a number"
numbers = torch.tensor([number[character] for character in line])
vectors = reader.embedding(numbers)
print("vectors:", tuple(vectors.shape))

# %% [markdown]
# In the function, `hx` is the pair (h, c) with which a call begins. `None` means zeros.


# %%
def unit_5(hand_on):
    """Return h of unit 5 after each character, read in chunks of ten."""
    hx, states = None, []
    for chunk in vectors.split(10):  # ten characters each
        output, hx = reader.lstm(chunk, hx)
        states.append(output[:, 5].detach())  # the numbers alone: see below
        if not hand_on:
            hx = None  # the next chunk begins with zeros
    return torch.cat(states)


# %%
from lstm_lessons import pictures

curves = {"state handed on": unit_5(hand_on=True)}
curves["zeros each time"] = unit_5(hand_on=False)
question = "h of unit 5: is a bracket open?"
pictures.along(line, curves, question, cuts=[10, 20, 30])

# %% [markdown]
# If every chunk begins with zeros, the reader forgets the open bracket at the cut, and nothing
# warns us. So the state must be handed on. In training that brings a new trouble. This lesson shows
# what to do about it, and what that costs.

# %% [markdown]
# ## What does a layer keep?
#
# We take a new layer with the sizes from lesson 00: 24 words, 10 sentences, 100 numbers per word.
# We read the same words twice, in two calls.
#
# **Predict.** Does the second call give the same numbers as the first?

# %%
from lstm_lessons import same

torch.set_default_dtype(torch.float64)
torch.manual_seed(0)
lstm = nn.LSTM(100, 16)
x = torch.randn(24, 10, 100)  # (T, B, I)
whole, (h_n, c_n) = lstm(x)
again, _ = lstm(x)
same(again, whole)

# %% [markdown]
# It does. A layer has weights and nothing else, and each call without `hx` begins with zeros. To
# hand the state on is up to you: the pair that one call returns goes into the next call, as in
# lesson 04.
#
# `x.split(5)` cuts x along its first axis, which is time, into chunks of 5 words.

# %%
hx, outputs = None, []
for chunk in x.split(5):
    output, hx = lstm(chunk, hx)
    outputs.append(output)
print("lengths:", [len(output) for output in outputs])
same(torch.cat(outputs), whole)

# %% [markdown]
# The outputs of the chunks are those of the whole. Two things to keep in mind:
#
# * With `batch_first=True`, time is axis 1, and the line is `x.split(5, dim=1)`. Without `dim=1` it
#   cuts the batch into groups of 5 sentences.
# * A layer with two directions cannot be read like this. Its reverse pass would need the state of
#   the *next* chunk, which has not been read yet.
#
# Now somebody hands on h alone, with a new c of zeros.
#
# **Predict.** From which word on is the output wrong?

# %%
hx, start = None, 0
for chunk in x.split(5):
    output, (h, c) = lstm(chunk, hx)
    hx = (h, torch.zeros_like(c))
    end = start + len(chunk)
    print(f"words {start:2} to {end - 1}:", same(output, whole[start:end]))
    start = end

# %% [markdown]
# From word 5 on, the first word after the first cut. There is no error. The state is the
# *pair* (h, c).

# %% [markdown]
# ## Training on chunks
#
# In training, every chunk has its own loss, and `backward()` is called after every chunk.
# `backward()` walks from the loss back through the record of how it was made, the *graph* (lesson
# 03). To save memory, it throws away the values that it has walked through.
#
# The loss here is the mean of the squares of the output. It means nothing, but it has gradients.
#
# **Predict.** In which chunk, counted from 0, does this loop fail?

# %%
hx = None
try:
    for count, chunk in enumerate(x.split(5)):
        output, hx = lstm(chunk, hx)
        output.square().mean().backward()
        print("chunk", count, "is done")
except RuntimeError as error:
    print(f"chunk {count}:", error)

# %% [markdown]
# In chunk 1. A tensor brings its graph along, and so do the states that we hand on. `hx` hangs on
# the graph of chunk 0, and the values in it have been thrown away.
#
# The error message names a way out: `retain_graph=True`, which throws nothing away. Here it is in a
# loop that also trains. After each `backward()`, the *optimiser* makes an update: its `step()`
# moves every weight a little, in the direction in which the loss gets smaller. This one is called
# *Adam*. As `backward()` *adds* to what stands in `.grad`, `zero_grad()` clears that before. (The
# first optimiser of a program takes some seconds to load, on a busy machine up to a minute.)
#
# **Predict.** A guess: does chunk 1 work now?

# %%
layer = nn.LSTM(100, 16)  # one of its own, because its weights change
optimiser = torch.optim.Adam(layer.parameters(), lr=0.1)
hx = None
try:
    for count, chunk in enumerate(x.split(5)):
        output, hx = layer(chunk, hx)
        optimiser.zero_grad()
        output.square().mean().backward(retain_graph=True)
        optimiser.step()
        print("chunk", count, "is done")
except RuntimeError as error:
    print(f"chunk {count}:", error)

# %% [markdown]
# It does not. The graph of chunk 0 was kept, and it needs the weights as they were when it was
# made, because on the way back gradients are multiplied by them. But the optimiser has written new
# numbers into the same tensors: that is the "inplace operation" of the message.

# %% [markdown]
# And if the weights did not change? Then it would run, and walk further and further. We count for
# each chunk how many words its loss has a gradient for. `torch.autograd.grad` returns the gradient,
# in place of leaving it in `.grad`. Here `retain_graph=True` is right, because we walk through the
# same graph several times on purpose, to measure.


# %%
def words_reached(cut):
    """Return for each chunk how many words the gradient of its loss reaches."""
    words, hx, reached = x.clone().requires_grad_(), None, []
    for chunk in words.split(5):
        output, hx = lstm(chunk, hx)
        loss = output.square().mean()
        (gradient,) = torch.autograd.grad(loss, words, retain_graph=True)
        by_word = gradient.abs().sum(dim=(1, 2))  # one number a word
        reached.append(int((by_word > 0).sum()))
        if cut:
            hx = (hx[0].detach(), hx[1].detach())
    return reached


print(words_reached(cut=False))

# %% [markdown]
# The last chunk walks back over the whole text. For a book, each walk would take longer than the
# one before, and need more memory.

# %% [markdown]
# ## Cut the graph, keep the numbers
#
# `detach` returns a tensor with the same numbers and without the graph. So we hand on `(h.detach(),
# c.detach())`. In the picture a box is a chunk. Above, the state goes on from chunk to chunk.
# Below, the gradient runs back, and stops at each cut.

# %%
pictures.chunks(line, 10, between="detach")

# %%
print(words_reached(cut=True))

# %% [markdown]
# Each loss reaches the words of its own chunk, and no further. Here are the three things that you
# can hand on, side by side:
#
# | handed on | next output | gradient |
# |---|---|---|
# | `(h, c)` | right | goes back to the first word; in training, an error |
# | `(h.detach(), c.detach())` | right | ends at the cut |
# | nothing | wrong | ends at the cut |
#
# The middle row is what you train with. This is *truncated backpropagation through time* ([Williams
# and Peng, 1990](https://doi.org/10.1162/neco.1990.2.4.490)); truncated means cut off.
#
# If you only read and do not train, write `with torch.no_grad():` around the loop. Then there is no
# graph, and nothing to detach.

# %% [markdown]
# ## A long text, read in rows
#
# A batch has rows, and one long text has none. So the text is cut into B pieces of equal length,
# which are read side by side. They are called *streams*. Row b of a chunk must go on where row b of
# the chunk before has ended, because the state of row b is handed on to row b.
#
# Take a text of 12 words, numbered 0 to 11, and 3 streams. Two lines of code give the right shape,
# (T, B) = (4, 3): `view(4, 3)` and `view(3, 4).transpose(0, 1)`.
#
# **Predict.** In which of the two does stream 0, the first column, read 0, 1, 2, 3?

# %%
numbered = torch.arange(12)
print("view(4, 3)")
print(numbered.view(4, 3))
print("view(3, 4).transpose(0, 1)")
print(numbered.view(3, 4).transpose(0, 1))

# %% [markdown]
# In the second. `view(4, 3)` deals the words out like cards: stream 0 gets 0, 3, 6, 9. It is the
# trap of lesson 05, once more.

# %% [markdown]
# ## Can it learn what is longer than a chunk?
#
# If the gradient ends at the cut, can a network learn to remember across it? We try it on a long
# text of dots and brackets. The question at each character is the one that unit 5 answers: is a
# bracket open?


# %%
from lstm_lessons.data.brackets import bracket_text, is_open

text = bracket_text(90, seed=7)
print(text)
print("".join(str(answer) for answer in is_open(text)))

# %% [markdown]
# On average a bracket stays open for twenty characters. We read in chunks of *five*. So most chunks
# have no bracket in them at all, and a network that begins each of them with zeros can only guess.
#
# `brackets(seed)` of the package makes a text of 8,000 characters. It returns for each a vector of
# three numbers, with a 1 for what it is, and an answer, which is 1 where a bracket is open. Both
# are cut into 16 streams.
#
# `train` returns an LSTM and its head, trained for two rounds over x in chunks of k. The head makes
# a score of each h, and the sigmoid of the score is the share that it gives to the answer 1. The
# loss is −ln of the share that the right answer gets. `binary_cross_entropy_with_logits` takes the
# scores as they are, because it has the sigmoid inside. At every cut the state is detached and
# handed on, or it begins anew with zeros.


# %%
def train(x, answers, k, hand_on):
    lstm, head = nn.LSTM(x.shape[2], 16), nn.Linear(16, 1)
    parameters = [*lstm.parameters(), *head.parameters()]
    optimiser = torch.optim.Adam(parameters, lr=0.03)
    for _ in range(2):
        hx = None
        for chunk, answer in zip(x.split(k), answers.split(k)):
            output, (h, c) = lstm(chunk, hx)
            hx = (h.detach(), c.detach()) if hand_on else None
            score = head(output)[..., 0]  # (T, B, 1) becomes (T, B)
            loss = nn.functional.binary_cross_entropy_with_logits(score, answer)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return lstm, head


# %% [markdown]
# `share_right` of the package counts the right answers on another text, read as in training. An
# answer that is always the same is right in about half of the text. This training, and the
# next one, take some seconds.
#
# **Predict.** A guess: with the state handed on, does the network learn it well, or only a little
# better than guessing?

# %%
from lstm_lessons.data.streams import brackets, share_right

torch.set_num_threads(1)  # small networks are quicker with one
known, others = brackets(seed=7), brackets(seed=3)
for hand_on in (True, False):
    shares = []
    for seed in range(3):
        torch.manual_seed(seed)
        model = train(*known, 5, hand_on)
        shares.append(round(share_right(model, *others, 5, hand_on), 2))
    print("state handed on:" if hand_on else "zeros each time:", shares)

# %% [markdown]
# Nearly perfect with the state handed on, and little better than guessing without it.
#
# How can that be, if no gradient crosses a cut? In a chunk with a bracket, there are often dots
# behind it. Their answers teach to set the state, or to clear it, and in all three trainings they
# are right first. Then there is something to keep. Take a chunk of five dots inside a bracket. Its
# answers are 1 1 1 1 1, and only the state that came in says so. All five are right only if that
# state is kept to the end of the chunk. So this chunk teaches to keep it. No gradient has to see
# both ends of a long bracket.

# %% [markdown]
# ## An echo
#
# A second task, an *echo*: the network reads signs, +1 or −1, and at each step it must say the sign
# that came three steps before. There are 16 streams of 400 signs. We train with chunks of 3 and
# with chunks of 4, by the same function, with the state handed on in both. Other signs test it.
#
# **Predict.** Guessing is right half of the time. Which chunks learn the echo: those of 3, those of
# 4, both or none?

# %%
from lstm_lessons.data.streams import echo

known, others = echo(seed=100), echo(seed=101)
for k in (3, 4):
    shares = []
    for seed in range(3):
        torch.manual_seed(seed)
        model = train(*known, k, True)
        shares.append(round(share_right(model, *others, k, True), 2))
    print(f"chunks of {k}:", shares)

# %% [markdown]
# Those of 4 alone, and with every seed. Here is what a gradient can see in them:

# %%
pictures.echo(chunk=4, lag=3)

# %% [markdown]
# In each chunk of 4, one sign stands with its answer. From there a gradient goes back to the sign,
# and says: store it. In a chunk of 3 no sign stands with its answer, so no gradient says it. What
# is right beyond one half there is read from what happens to be left of the sign.
#
# ### What the cut costs
#
# With chunks of 4, one pair of four is seen: $(4 - 3) / 4$. In chunks of k steps, with a loss d
# steps later, the share is
#
# $$\frac{k - d}{k} = 1 - \frac{d}{k}$$
#
# and nothing if d is k or more. So, as a rule:
#
# * If a word matters only to a loss d steps later, chunks must be longer than d. Few pairs may be
#   enough: a quarter was, here.
# * If keeping is taught at every step, as with the brackets, short chunks will do.
# * The price of long chunks is memory, because the graph of a chunk is kept until its `backward()`.

# %% [markdown]
# ## Turn the knob
#
# Below, a row is the loss of one word, and a column is a word. The more this word moves this loss
# through the memory, the fuller is the square: that is its *effect*. A word that stands d steps
# before has the effect $f^d$, if f is the forget gate. A square is an effect that the gradient
# sees, a stroke is one that is lost at a cut.
#
# **Try it.**
#
# 1. Move `chunk length` from 6 down to 1. What is left of the squares at 1?
# 2. Press "short memory", then "long memory". Both have chunks of 6. Does the gradient see more of
#    the effects with a short memory, or with a long one?

# %%
from lstm_lessons import explorers

explorers.chunks()

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. Those of each word and its own loss.
# 2. With a short one: 87 %, against 31 %. The longer a memory lasts, the more of what it does lies
#    across a cut.
#
# </details>

# %% [markdown]
# ## When to begin with zeros
#
# Hand the state on if row b of the next chunk *continues* row b of this one. So the chunks must
# come in their order: a `DataLoader` with `shuffle=True` would mix them. Begin with zeros
#
# * at the beginning of a new document,
# * in a new round over the text, because the text then begins again,
# * for other data, such as a test text,
# * for batches of sentences that have nothing to do with each other. That is the usual case, and
#   there you write `lstm(x)` without any state.
#
# With streams, a document may end in one row while the others go on. Cut the chunk there, and
# multiply h and c by 0 in that row alone.

# %% [markdown]
# ## What we have seen
#
# * `nn.LSTM` keeps no state between calls. If you hand on the pair (h, c), the chunks have the
#   outputs of the whole.
# * States bring their graph along. `detach` both at every cut: the numbers go on, the gradient
#   ends.
# * A network can learn to remember across cuts, if the state is handed on.
# * Row b must continue row b. Where nothing continues, begin with zeros.

# %% [markdown]
# **A common mistake.** `retain_graph=True`, because the error message names it. You recognise it by
# the next error, which speaks of "an inplace operation", or by a program that gets slower with
# every chunk.
#
# **Exercises:** [08 State across chunks](../exercises/08_state_across_chunks.ipynb). Mend a
# training loop, find the bug in ten lines, cut a text into streams.
#
# **Next:** so far all rows of a batch had the same length. [Lesson 09](09_ragged_sequences.ipynb)
# reads lines as they are, some short and some long, and finds one line with two verdicts.
