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
# pieces. A piece is called a *chunk*.
#
# Our reader reads this line in chunks of ten characters:
#
# ```text
# the value |is (not al|ways) a nu|mber
# ```
#
# The bracket opens in the second chunk and closes in the third one. Unit 5 of the reader keeps in c
# whether a bracket is open, and what it shows of that is h. Does it still know, when the third
# chunk begins?

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
# In the next cell, `hx` is the pair (h, c) with which a call begins. `None` means zeros.


# %%
def unit_5(hand_on):
    """Return h of unit 5 after each character, read in chunks of ten."""
    hx, states = None, []
    for chunk in vectors.split(10):  # ten characters each
        output, hx = reader.lstm(chunk, hx)
        states.append(output[:, 5].detach())  # the numbers alone
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
# warns us. So the state must be handed on. In training, that brings a new trouble.

# %% [markdown]
# ## What does a layer keep?
#
# Weights, and nothing else. Each call without `hx` begins with zeros. To hand the state on is up to
# you: the pair that one call returns goes into the next call, as in lesson 04. The sizes are those
# of lesson 00.

# %%
torch.set_default_dtype(torch.float64)
torch.manual_seed(0)
lstm = nn.LSTM(100, 16)
x = torch.randn(24, 10, 100)  # 24 words, 10 sentences, 100 numbers a word
whole, _ = lstm(x)

# %% [markdown]
# `x.split(5)` cuts x along its first axis, which is time, into chunks of 5 words.

# %%
from lstm_lessons import same

hx, outputs = None, []
for chunk in x.split(5):
    output, hx = lstm(chunk, hx)
    outputs.append(output)
print("lengths:", [len(output) for output in outputs])
same(torch.cat(outputs), whole)

# %% [markdown]
# The outputs of the chunks are those of the whole. With `batch_first=True` time is axis 1, so write
# `x.split(5, dim=1)`. There `x.split(5)` cuts the batch: its first chunk is sentences 0 to 4, the
# second is 5 to 9, and the state of sentence 0 goes on into sentence 5. The outputs of sentences 5
# to 9 are wrong, and with 10 sentences there is no error.

# %% [markdown]
# ## Training on chunks
#
# In training, every chunk has its own loss, and `backward()` is called after every chunk.
# `backward()` walks from the loss back through the record of how it was made, the *graph* (lesson
# 03). To save memory, it throws away the values that it has walked through.
#
# The loss here is the mean of the squares of the output. It means nothing, but it has gradients.
#
# **Predict.** In which chunk, counted from 0, does the loop below fail?

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
# The error message names a way out: `retain_graph=True`, which throws nothing away. We try it, and
# count how many of the 24 words each loss reaches: the words whose gradient is not 0.
#
# A function, `between`, hands the state on. The first one, `carry`, leaves it as it is.


# %%
def carry(h, c):
    return h, c


# %%
def words_reached(between):
    """Return for each chunk how many words its loss reaches."""
    words, hx, reached = x.clone().requires_grad_(), None, []
    for chunk in words.split(5):
        output, (h, c) = lstm(chunk, hx)
        words.grad = None  # backward() adds to what stands here
        output.square().mean().backward(retain_graph=True)
        by_word = words.grad.abs().sum(dim=(1, 2))  # (24,): one sum a word
        reached.append(int((by_word > 0).sum()))  # how many are above 0
        hx = between(h, c)
    return reached


# %% [markdown]
# **Predict.** With `carry`, how many words does the loss of chunk 2 reach?

# %%
print(words_reached(carry))

# %% [markdown]
# 15: its own five, and the ten before. It runs, but the last chunk walks back over the whole text.
# For a book, each walk would take longer than the last, and need more memory.
#
# Here the weights stayed as they were. In training, an *optimiser* changes them after every chunk;
# ours is called *Adam*. A chunk then needs three lines:
#
# 1. `optimiser.zero_grad()` clears the old gradients, because `backward()` adds to what is there.
# 2. `backward()` computes the gradients of this chunk.
# 3. `optimiser.step()` changes every weight a little, to make the loss smaller: an *update*. We
#    choose `lr`, and a weight seldom moves further than `lr` in one update.
#
# The first optimiser of a program takes some seconds to load.
#
# **Predict.** A guess: with `retain_graph=True`, does chunk 1 still work if the weights change
# after each chunk?

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
    print(f"chunk {count}:", str(error).split(":")[0])

# %% [markdown]
# It does not. The graph of chunk 0 was kept, and it needs the weights as they were, because on the
# way back gradients are multiplied by them. But the optimiser has written new numbers into the same
# tensors: that is the "inplace operation" of the message.

# %% [markdown]
# ## Cut the graph, keep the numbers
#
# `detach` returns a tensor with the same numbers and without the graph. So we hand on `h.detach()`
# and `c.detach()`. In the picture a box is a chunk. Above, the state goes on. Below, the gradient
# runs back, and stops at each cut.

# %%
pictures.chunks(line, 10, between="detach")


# %%
def detach(h, c):
    return h.detach(), c.detach()


print(words_reached(detach))

# %% [markdown]
# Each loss reaches the words of its own chunk alone. So no `backward()` walks into an old graph,
# and nothing has to be retained. The loop that failed, once more:

# %%
hx = None
for chunk in x.split(5):
    output, (h, c) = layer(chunk, hx)
    hx = detach(h, c)
    optimiser.zero_grad()
    output.square().mean().backward()
    optimiser.step()
print("all five chunks are done")

# %% [markdown]
# Between two chunks you can do three things:
#
# | between chunks | handed on | next output | gradient |
# |---|---|---|---|
# | carry | h and c | as in the whole | to the first word, or an error |
# | detach | `h.detach()` and `c.detach()` | as in the whole | ends at the cut |
# | reset | nothing | not as in the whole | ends at the cut |
#
# The middle row is what you train with. It is one form of *truncated backpropagation through time*
# ([Williams and Peng, 1990](https://doi.org/10.1162/neco.1990.2.4.490)); truncated means cut off.
#
# "As in the whole" is exact while the weights stay as they are. After an update it is nearly so, if
# `lr` is small: the state was made by the weights before.
#
# If you only read and do not train, write `with torch.no_grad():` around the loop. Then there is no
# graph, and nothing to detach.

# %% [markdown]
# ## Turn the knob
#
# Each of 24 words has a loss of its own. A row is a loss, a column is a word, and a mark is the
# *effect* of this word on this loss: the larger, the stronger. It is drawn as if c alone carried
# the memory: each step multiplies the effect by f, so after d steps it is $f^d$. The knob
# `forget bias` sets f. The gradient sees a square. A stroke is an effect that it loses at a cut.
#
# **Try it.**
#
# 1. Set `between chunks` to `detach`, then to `reset`. The squares are the same. What is gone?
# 2. Press "short memory", then "long memory". Both have chunks of 6. Does the gradient see more of
#    the effects with a short memory, or with a long one? Look at "seen by the gradient".

# %%
from lstm_lessons import explorers

explorers.chunks()

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. The strokes. With `detach` a word still moves the losses after the cut, unseen by the gradient.
#    With `reset` it does not move them at all.
# 2. With a short one: 87 %, against 31 %. The longer a memory lasts, the more of what it does lies
#    across a cut.
#
# </details>

# %% [markdown]
# ## A long text, read in streams
#
# A layer reads B sentences side by side. To fill a batch, one long text is cut into B pieces of
# equal length, the *streams*. Stream b of a chunk must go on where stream b of the chunk before has
# ended, because its state is handed on to it. Time comes first, so in a table a stream is a column.
# The price: all streams but the first begin with zeros in the middle of the text.
#
# Take 12 words, numbered 0 to 11, and 3 streams. Two calls give the shape (T, B) = (4, 3):
# `view(4, 3)` and `view(3, 4).transpose(0, 1)`.
#
# **Predict.** In which of the two does stream 0, the first column, read 0, 1, 2, 3?

# %%
numbered = torch.arange(12)
print("view(4, 3)")
print(numbered.view(4, 3))
print("view(3, 4).transpose(0, 1)")
print(numbered.view(3, 4).transpose(0, 1))

# %% [markdown]
# In the second. `view(4, 3)` deals the words out like cards: stream 0 gets 0, 3, 6, 9.

# %% [markdown]
# ## Can it learn what is longer than a chunk?
#
# If the gradient ends at the cut, can a network learn to remember across it? We try it on a long
# text of dots and brackets. The question at each character is that of unit 5: is a bracket open?


# %%
from lstm_lessons.data.brackets import bracket_text, is_open

text = bracket_text(90, seed=7)
print(text)
print("".join(str(answer) for answer in is_open(text)))

# %% [markdown]
# On average a bracket stays open for twenty characters. We read in chunks of *five*. So most chunks
# have no bracket in them, and a network that begins them with zeros can only guess.
#
# `brackets(seed)` of the package makes such a text of 8,000 characters, cuts it into 16 streams,
# and returns a pair:
#
# | tensor | shape | for each character |
# |---|---|---|
# | x | (500, 16, 3) | a 1 for what it is, dot or `(` or `)`, and two zeros |
# | answers | (500, 16) | 1 where a bracket is open, else 0 |

# %%
from lstm_lessons.data.streams import brackets

known, others = brackets(seed=7), brackets(seed=3)  # two pairs
print("x:", tuple(known[0].shape), " answers:", tuple(known[1].shape))

# %% [markdown]
# `train` reads x twice, in chunks of k. At every cut the state is detached and handed on, or it
# begins anew with zeros. The *head* makes a score of each h, which PyTorch calls a *logit*. The
# sigmoid of the score is the share that the answer 1 gets. The loss is −ln of the share that the
# right answer gets: small where this share is near 1.

# %%
loss_of = nn.functional.binary_cross_entropy_with_logits  # sigmoid inside


# %%
def train(x, answers, k, hand_on):
    lstm, head = nn.LSTM(x.shape[2], 16), nn.Linear(16, 1)
    parameters = [*lstm.parameters(), *head.parameters()]
    optimiser = torch.optim.Adam(parameters, lr=0.03)
    for _ in range(2):
        hx = None
        for chunk, answer in zip(x.split(k), answers.split(k)):
            output, (h, c) = lstm(chunk, hx)
            hx = detach(h, c) if hand_on else None
            score = head(output)[..., 0]  # (T, B, 1) becomes (T, B)
            loss = loss_of(score, answer)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return lstm, head


# %% [markdown]
# `share_right` of the package counts the right answers on another text, read as in training. An
# answer that is always the same is right in about half of the text. `*known` hands over both of the
# pair. Each training from here on takes some seconds.
#
# **Predict.** A guess: with the state handed on, does the network learn it well, or only a little
# better than guessing?

# %%
from lstm_lessons.data.streams import share_right

torch.set_num_threads(1)  # small networks are quicker with one
for hand_on in (True, False):
    shares = []
    for seed in range(3):
        torch.manual_seed(seed)
        model = train(*known, 5, hand_on)
        shares.append(round(share_right(model, *others, 5, hand_on), 2))
    print("state handed on:" if hand_on else "zeros each time:", shares)

# %% [markdown]
# Nearly perfect with the state handed on, and little better than guessing without it. Most of the
# errors left stand before the first bracket of a stream: 9 of the 16 streams begin inside one.
#
# How can that be, if no gradient crosses a cut? In chunks of *one*, none even leaves its step.
#
# **Predict.** A guess: with chunks of one, does the network still learn it well?

# %%
torch.manual_seed(0)
model = train(*known, 1, True)
print("chunks of one:", round(share_right(model, *others, 1, True), 2))

# %% [markdown]
# It does, and with the other two seeds too. So each step teaches its part by its own answer:
#
# * At `(` the answer is 1: *store*.
# * At a dot it is 1 if the state that comes in holds a bracket: *keep* it. For h is made from the
#   new c, so only what c has kept can be answered.
# * At `)` it is 0, whatever comes in: *wipe*.
#
# All three are needed: without the losses at one of these characters, chunks of one reach 0.57 at
# most. No gradient has to see both ends of a bracket.

# %% [markdown]
# ## An echo
#
# A second task, an *echo*: the network reads signs, +1 or −1, and at each step it must say the sign
# that came three steps before. In the first three steps of a stream it can only guess. There are 16
# streams of 400 signs. We train with chunks of 3 and of 4, and hand the state on in both.
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
# In each chunk of 4, the first sign stands with its answer. From there a gradient goes back to the
# sign, and says: store it. Why are the answers to the other three signs right too? A layer has the
# same weights at every step, and does not know where a cut is. What it learns from the first sign,
# it does with all four.
#
# In the bracket task, a `(` stands with its answer. Here, in a chunk of 3, no sign does, so no
# gradient says: store it. Two of the three seeds are still above one half. Even a layer that was
# never trained holds a trace of the sign of three steps before, and a trained head can read it:
# 0.62 on average over ten seeds. Training on chunks of 3 wears the trace down, to about 0.53 after
# six rounds.
#
# ### What the cut costs
#
# A gradient does not see what lies across a cut. So, as a rule:
#
# * If a word matters only to a loss d steps later, chunks must be longer than d.
# * If each thing to learn has an answer in its own chunk, as with the brackets, short chunks will
#   do.
# * The price of long chunks is memory, because the graph of a chunk is kept until its `backward()`,
#   and fewer updates for the same text.

# %% [markdown]
# ## When to begin with zeros
#
# Hand the state on if stream b of the next chunk *continues* stream b of this one. Begin with
# zeros
#
# * at the beginning of a new document,
# * in a new round over the text,
# * for other data, such as a test text,
# * for batches of sentences that have nothing to do with each other, as those of a `DataLoader`
#   that shuffles. That is the usual case, and there you write `lstm(x)` without any state.

# %% [markdown]
# ## What we have seen
#
# * `nn.LSTM` keeps no state between calls. If you hand on the pair (h, c), the chunks have the
#   outputs of the whole, read by the same weights.
# * States bring their graph along. `detach` both at every cut: the numbers go on, the gradient
#   ends.
# * A network can learn to remember across cuts, if the state is handed on, and if an answer in the
#   same chunk says what to store.
# * A stream goes on in the same place of the batch. Where nothing goes on, begin with zeros.

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
