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
# The bracket opens in the second chunk and closes in the third one. Unit 5 of the reader remembers
# whether a bracket is open, and shows it in h. Does it still know, when the third chunk begins?

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
# `hx` is the pair (h, c) with which a call begins. `None` means zeros.


# %%
def unit_5(hand_on):
    """Return h of unit 5 after each character, read in chunks of ten."""
    hx, shown = None, []
    for chunk in vectors.split(10):  # ten characters each
        output, hx = reader.lstm(chunk, hx)
        shown += output[:, 5].tolist()
        if not hand_on:
            hx = None  # the next chunk begins with zeros
    return shown


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
# you: the pair that one call returns goes into the next call, as in lesson 04.

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
# The outputs of the chunks are those of the whole. This needs a layer with one direction, because
# the second one of lesson 07 begins at the end of the text.
#
# With `batch_first=True` x is (10, 24, 100) and time is axis 1, so write `x.split(5, dim=1)`. There
# `x.split(5)` makes two batches, sentences 0 to 4 and 5 to 9. The state of sentence 0 goes on into
# sentence 5, and since both batches have five sentences, no error tells you.

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
# The error message names a way out: `retain_graph=True`, which throws nothing away. We try it.
# After each `backward()` we count the words whose gradient is not 0: the words that this loss
# reaches.
#
# We shall try two ways to hand the state on, each a function. The first, `carry`, changes nothing.


# %%
def carry(h, c):
    return h, c


# %%
def words_reached(between):
    """Return for each chunk how many words its loss reaches."""
    words = x.clone().requires_grad_()  # a copy that gets a gradient
    hx, reached = None, []
    for chunk in words.split(5):
        output, (h, c) = lstm(chunk, hx)
        words.grad = None  # clear that of the chunk before
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
# For a book, the walks would take ever longer, and need ever more memory.
#
# Here the weights stayed as they were. In training, an *optimiser* changes the weights after every
# chunk; ours is called *Adam*. A chunk then needs three lines:
#
# 1. `optimiser.zero_grad()` clears the old gradients, because `backward()` adds to what is there.
# 2. `backward()` computes the gradients of this chunk.
# 3. `optimiser.step()` changes every weight a little, to make the loss smaller: an *update*. We
#    choose `lr`; with Adam a weight seldom moves further than `lr` in one update.
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
# It does not. The graph of chunk 0 was kept, but on the way back gradients must be multiplied by
# the weights as they were, and the optimiser has written new numbers into the same tensors: that is
# the "inplace operation" of the message.

# %% [markdown]
# ## Cut the graph, keep the numbers
#
# `detach` returns a tensor with the same numbers and without the graph. So we hand on `h.detach()`
# and `c.detach()`. In the picture a box is a chunk. Above the boxes the state goes on; below them
# the gradient runs back, and stops at each cut.

# %%
pictures.chunks(line, 10, between="detach")


# %%
def detach(h, c):
    return h.detach(), c.detach()


print(words_reached(detach))

# %% [markdown]
# Each loss reaches the words of its own chunk alone. So no `backward()` walks into an old graph,
# and nothing has to be retained.
#
# The loop with the optimiser once more, with `detach` instead of `retain_graph`. `output`
# keeps its graph, so `detach` may stand before `backward()`.

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
# | carry | h and c | as in the whole | an error, with a `backward()` for each chunk |
# | detach | `h.detach()` and `c.detach()` | as in the whole | ends at the cut |
# | reset | nothing | not as in the whole | ends at the cut |
#
# Where a chunk continues the one before, you train with the middle row. It is one form of
# *truncated backpropagation through time*
# ([Williams and Peng, 1990](https://doi.org/10.1162/neco.1990.2.4.490)); truncated means cut off.
#
# "As in the whole" is exact while the weights stay as they are. After an update the state was made
# by the old weights: with an `lr` of 0.001 that hardly counts, with the 0.1 above it does.
#
# To read without training, write `with torch.no_grad():` around the loop. Then there is no graph,
# and nothing to detach.

# %% [markdown]
# ## Turn the knob
#
# Each of 24 words has a loss of its own. A row is a loss, a column is a word, and a mark is the
# *effect* of this word on this loss: the larger, the stronger. A square is an effect that the
# gradient sees. A stroke is an effect whose gradient is lost at a cut.
#
# It is drawn as if c alone carried the memory: each step multiplies an effect by f, so after d
# steps it is $f^d$. The knob `forget bias` sets f.
#
# **Try it.**
#
# 1. Set `between chunks` to `detach`, then to `reset`. The squares are the same. What is gone?
# 2. Press "short memory", then "long memory". Both have chunks of 6. With which does the gradient
#    see a larger *share* of the effects? Look at "seen by the gradient".

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
# In the second. Its `split(2)` gives two chunks: stream 0 reads 0, 1, and then 2, 3. `view(4, 3)`
# deals the words out like cards: stream 0 gets 0, 3, 6, 9.
#
# Streams have a price: all but the first begin with zeros in the middle of the text.

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
# On average a bracket stays open for twenty characters. We read in chunks of *five*. Most have no
# bracket in them, and a network that begins them with zeros can only guess.
#
# `brackets(seed)` of the package cuts such a text of 8,000 characters into 16 streams. It returns
# x and the answers. In x, each character is three numbers: a 1 for what it is, a dot, `(` or `)`,
# and two zeros.

# %%
from lstm_lessons.data.streams import brackets

two_texts = brackets(seed=7), brackets(seed=3)  # to learn from, to test on
x_known, answers_known = two_texts[0]
print("x:", tuple(x_known.shape), " answers:", tuple(answers_known.shape))

# %% [markdown]
# `train` reads x twice, in chunks of k. At every cut the state is detached and handed on, or it
# begins anew with zeros. `nn.Linear(16, 1)` is the *head*: with 16 weights and a bias it makes one
# score of each h. PyTorch calls the score a *logit*. Its sigmoid is the share that the answer 1
# gets: a score of 2 gives 0.88 to the answer 1. The loss is −ln of the share that the right answer
# gets, here 0.13 if the answer is 1, and 2.13 if it is 0; it is the mean over a chunk.

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
# `share_right` of the package counts the right answers on the other text, read as in training. We
# train three times, from other random weights. `*known` hands over both x and the answers.

# %%
from lstm_lessons.data.streams import share_right

torch.set_num_threads(1)  # small networks are quicker with one


def three_seeds(texts, k, hand_on):
    known, others = texts
    results = []
    for seed in range(3):
        torch.manual_seed(seed)
        model = train(*known, k, hand_on)
        share = share_right(model, *others, k, hand_on)
        results.append(round(share, 2))
    return results


# %% [markdown]
# Each cell that trains takes some seconds. An answer that is always the same is right in about half
# of the text.
#
# **Predict.** A guess: with the state handed on, does the network learn it well, or only a little
# better than guessing?

# %%
print("state handed on:", three_seeds(two_texts, 5, True))
print("zeros each time:", three_seeds(two_texts, 5, False))

# %% [markdown]
# Nearly perfect with the state handed on, and little better than guessing without it. Most of the
# errors left stand before the first bracket of a stream, where the network can only guess: the
# price of streams.
#
# How can it learn this, if no gradient crosses a cut? In chunks of *one*, no gradient even leaves
# its step.
#
# **Predict.** A guess: with chunks of one, does the network still learn it well?

# %%
print("chunks of one:", three_seeds(two_texts, 1, True))

# %% [markdown]
# It does. Each step learns from its own answer alone. But it begins with the state that the step
# before has left. So the learning goes from step to step:
#
# 1. The answer at `(` is 1, at `)` it is 0. So these steps learn to leave a state that says so:
#    that is to *store* and to *wipe*.
# 2. With this state the next dot begins. Its answer is the same as the one before, and h is
#    partly made of f · c_before. This f is made at the dot itself, so the dot's own loss can open
#    it: that is to *keep*.
# 3. Then the dot after it has something to keep, and so on.
#
# No gradient has to see both ends of a bracket. What is kept is in c: if the networks with chunks
# of one begin every step with zeros for h, they still get about 95 of 100 right or more; with zeros
# for c, about half.

# %% [markdown]
# ## An echo
#
# We train a second task with chunks of 3 and of 4, and hand the state on. The task, an *echo*: the
# network reads signs, +1 or −1, and says at each step the sign that came three steps before; in the
# first three steps of a stream it can only guess.
#
# **Predict.** A guess: which chunks learn the echo, those of 3, those of 4, both or none? To guess
# is right half of the time.

# %%
from lstm_lessons.data.streams import echo

two_echoes = echo(seed=100), echo(seed=101)
print("chunks of 3:", three_seeds(two_echoes, 3, True))
print("chunks of 4:", three_seeds(two_echoes, 4, True))

# %% [markdown]
# Those of 4 alone. Here is what a gradient can see in chunks of 4:

# %%
pictures.echo(chunk=4, lag=3)

# %% [markdown]
# In a chunk of 4, the first sign is in the same chunk as its answer. From there a gradient goes
# back to the sign, and says: store it. The answers to the other three signs are right too: a layer
# has the same weights at every step, so what it learns from the first sign, it does with all four.
#
# In a chunk of 3, no sign is in the same chunk as its answer, so no gradient says: store it. With
# the brackets that was easier: each `(` has an answer in its own step.
#
# <details><summary>Why are two of the three seeds above one half?</summary>
#
# Even a layer that was never trained holds a trace of the sign of three steps before. If the head
# alone is trained, in the same way, it learns to read some of it: 0.62 on average over ten seeds.
#
# </details>
#
# ### What the cut costs
#
# A gradient does not see what lies across a cut. So, as a rule:
#
# * If a word matters only to a loss d steps later, chunks must be longer than d. That is the least:
#   chunks of d + 1 hold one of d + 1 such pairs.
# * If each thing to learn has an answer in its own chunk, as with the brackets, short chunks will
#   do.
# * The price of long chunks: a longer graph to keep in memory, and fewer updates for the same text.

# %% [markdown]
# ## When to begin with zeros
#
# Hand the state on if stream b of the next chunk *continues* stream b of this one. Begin with
# zeros
#
# * at the beginning of a new document; if it begins in one stream alone, only the row of this
#   stream in h and c is set to zero,
# * in a new round over the text, also called an *epoch*,
# * for other data, such as a test text,
# * for batches of sentences that do not continue each other, as those of a `DataLoader` that
#   shuffles. That is the usual case, and there you write `lstm(x)` without any state.

# %% [markdown]
# ## What we have seen
#
# * `nn.LSTM` keeps no state between calls. If you hand on the pair (h, c), the chunks have the
#   outputs of the whole, read by the same weights, in one direction and without dropout.
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
