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
# ## Six lines, and three verdicts wrong
#
# The reader of this course gets a batch of six lines that it has never seen. Each has seven
# characters. Three are code, and three are prose. (As in lesson 04, nothing is trained here, so
# gradients are switched off.)

# %%
import torch

from lstm_lessons import trained_reader
from lstm_lessons.data import code_or_prose

torch.set_grad_enabled(False)
reader, number = trained_reader()

lines = []
for line in code_or_prose()[484:]:  # the first 484 were used to train it
    if len(line.text) == 7:
        lines.append(line)

# %% [markdown]
# Each line becomes a row of numbers, and `reader.embedding` puts a vector of 8 numbers in the place
# of each. So x has three axes: 6 lines, 7 characters, 8 numbers.


# %%
def encoded(text):
    """Return the numbers of the characters of a text."""
    return torch.tensor([number[character] for character in text])


numbers = torch.stack([encoded(line.text) for line in lines])
x = reader.embedding(numbers)
print("numbers:", tuple(numbers.shape), "  x:", tuple(x.shape))

# %% [markdown]
# Two layers read x. One is the layer of the reader, which was made with `batch_first=True`. The
# other was made without it, and `load_state_dict` copies all weights of the first into it. The
# reader's head makes a score of an h. Here it gets the h in the last slot of each row of output.

# %%
from torch import nn

forgot = nn.LSTM(8, 16)
forgot.load_state_dict(reader.lstm.state_dict())
output, _ = reader.lstm(x)
output_forgot, _ = forgot(x)

for n, line in enumerate(lines):
    first = torch.sigmoid(reader.head(output[n, -1])).item()
    without = torch.sigmoid(reader.head(output_forgot[n, -1])).item()
    truth = "code" if line.code else "prose"
    verdicts = f"with batch_first: {first:.2f}  without: {without:.2f}"
    print(f"{line.text}  {truth:5}  {verdicts}")

# %% [markdown]
# With `batch_first=True` all six verdicts are right: above 0.5 for code, below 0.5 for prose. (Not
# every batch goes so well: of all lines that it has not seen, the reader gets nine in ten right.)
# Without it, everything is code. Yet both layers ran, both outputs have the same shape, and there
# was no error and no warning.

# %% [markdown]
# ## How a batch lies
#
# The lines of a batch are rows, one below the other. In this picture there are three lines of four
# characters.

# %%
from lstm_lessons import pictures

pictures.walk()

# %% [markdown]
# It is not by chance that the lines come first. PyTorch's `DataLoader` takes some lines from a
# list, and lays them on top of each other, as `torch.stack` does. That makes a new axis **in
# front**, and this axis counts the lines. (We call one row of a batch a line or a sentence.
# Libraries say *sample* or *sequence*.)

# %%
from torch.utils.data import DataLoader

samples = [encoded(line.text) for line in lines]
for batch in DataLoader(samples, batch_size=3):
    shape = tuple(reader.embedding(batch).shape)
    print("a batch:", tuple(batch.shape), "  with vectors:", shape)

# %% [markdown]
# So (B, T, I) comes out: lines, characters, numbers of a character. This order is called *batch
# first*.
#
# ## Along which axis does the loop walk?
#
# Lesson 04 wrote the loop: `for x_t in x`.
#
# **Predict.** Our x is (6, 7, 8): lines, characters, numbers. How many steps does the loop make?

# %%
shapes = []
for x_t in x:
    shapes.append(tuple(x_t.shape))
print("steps:", len(shapes), "  shape of x_t:", shapes[0])

# %% [markdown]
# Six steps, where seven characters should be read one after the other. Python takes x apart along
# axis 0, whatever that axis means to you. So each step gets a whole line. In the picture with three
# lines it looks like this:

# %%
pictures.walk(axis=0)

# %% [markdown]
# Step 0 should read `f`, `a` and `s`, the first characters of three lines. It reads `f`, `(`, `x`
# and `)` instead, as if these began four lines. Step 1 reads line B, and h and c are handed on from
# line A to line B. Take the last column of the picture: `)`, `]`, `e`. It is read as if it were a
# line of three characters. So in the last slot of line C the layer has read these three, and
# nothing else.
#
# Did the layer without `batch_first` do this with the six lines? To test it, the reader's own layer
# reads their six last characters alone, as one line.

# %%
from lstm_lessons import same

column = "".join(line.text[-1] for line in lines)
output_column, _ = reader.lstm(reader.embedding(encoded(column)))
print("the last characters:", column)
same(output_column, output_forgot[:, -1])

# %% [markdown]
# The same h's. So no line was judged by its text. Each got the verdict on its own last character,
# and on those of the lines above it.
#
# With `batch_first=True` the layer walks along axis 1:

# %%
pictures.walk(axis=1)

# %% [markdown]
# Now step 0 reads the first character of each line, and each line hands its h and c on to itself.
#
# | axis of x | by default | with `batch_first=True` |
# |---|---|---|
# | 0 | time T | batch B |
# | 1 | batch B | time T |
# | 2 | numbers of a word I (*features*) | numbers of a word I |
#
# The default has its reason, too: with time in front, `x[t]` is all that step t needs, in one
# piece. So a loop wants time first, and data comes batch first. You stand between the two.
#
# ## Shapes that cannot come out
#
# From here on we use random numbers and the sizes of the second post of lesson 00,
# "pytorch中的nn.LSTM模块参数详解": 10 sentences, 24 words, 100 numbers per word, 16 units. It
# has this code, with two layers where we take one:
#
# ```python
# x = torch.rand(10, 24, 100)
# lstm = nn.LSTM(100, 16)
# output, (h, c) = lstm(x)
# ```
#
# It says that `output` is (24, 10, 16), and that h has a 10 in the middle.
#
# **Predict.** Which shape does PyTorch print for `output`?

# %%
torch.set_default_dtype(torch.float64)
torch.manual_seed(0)
T, B, I, H = 24, 10, 100, 16

x = torch.rand(B, T, I)
output, (h, c) = nn.LSTM(I, H)(x)
print("output:", tuple(output.shape), "  h:", tuple(h.shape))

# %% [markdown]
# (10, 24, 16): `output` lies as x does, and h has a 24 where the post has a 10. The layer has read
# 10 steps of 24 sentences, and no error reports the slip.
#
# ## Two repairs
#
# There are two ways to mend it. Either turn x round: `x.transpose(0, 1)` swaps axes 0 and 1. Or
# tell the layer how x lies: `batch_first=True`.
#
# **Predict.** The post has (24, 10, 16) for `output`. Which of the two repairs gives that shape?

# %%
output, (h, c) = nn.LSTM(I, H)(x.transpose(0, 1))
print("transpose:    output", tuple(output.shape), "  h", tuple(h.shape))
output, (h, c) = nn.LSTM(I, H, batch_first=True)(x)
print("batch_first:  output", tuple(output.shape), "  h", tuple(h.shape))

# %% [markdown]
# `transpose` does. With `batch_first=True`, `output` comes out as x went in, batch first. Both are
# right, and the second is the simpler one: x stays as it is. Note two things:
#
# * **The last step** is no longer `output[-1]`. With `batch_first=True` that is the last
#   *sentence*. The last step of every sentence is `output[:, -1]`.
# * **h has the same shape in both.** A state belongs to one moment, so it has no axis for time.
#   What `batch_first` swaps is time and batch, and here there is nothing to swap. The states of a
#   batch are (layers, B, H), whatever `batch_first` says.
#
# Do the two repairs compute the same? Two layers with the same weights will tell, on random states:
# `lstm`, and `lstm_bf` with the batch first.

# %%
lstm = nn.LSTM(I, H)
lstm_bf = nn.LSTM(I, H, batch_first=True)
lstm_bf.load_state_dict(lstm.state_dict())
states = (torch.randn(1, B, H), torch.randn(1, B, H))

output, (h_n, c_n) = lstm_bf(x, states)
turned, (h_turned, c_turned) = lstm(x.transpose(0, 1), states)
print("output", same(turned.transpose(0, 1), output))
print("h_n   ", same(h_turned, h_n))
print("the last step of output", same(output[:, -1], h_n[0]))

# %% [markdown]
# Try all four combinations yourself. x is a table of words, as in the pictures above. What is
# filled is sentence 0, and all that would change if sentence 0 were another sentence. A strip is
# what the loop reads in one step.
#
# **Try it.**
#
# 1. Press "as it lies". How far does sentence 0 reach?
# 2. Press "transposed", then "batch_first". What is different between the two, and what is not?
# 3. Press "both at once". Is it twice as right?
# 4. Press "ten words each", and change `batch_first` and the order of x. Do the shapes still tell
#    you when the axes are swapped?

# %%
from lstm_lessons import explorers

explorers.three_axes()

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. It reaches all of `output`, and all of the states: 10 steps of 24 samples.
# 2. x and `output` lie differently. `h_n` and `c_n` have one shape in both, (1, 10, 16), and in
#    both sentence 0 reaches itself alone.
# 3. No. The two repairs undo each other, and the axes are swapped again.
# 4. No. All shapes are the same, right or swapped. Only what is filled tells.
#
# </details>

# %% [markdown]
# ## A probe that sees it
#
# With 10 sentences of 10 words no shape helps. But what is filled in the explorer does, and you can
# have it in your own programs. The sentences of a batch have nothing to do with each other. So:
# change the first sentence, and see which sentences get another output.
#
# First we need something to test: functions that take x with the sentences in front, and give
# output with the sentences in front.


# %%
def right(x):
    output, _ = lstm_bf(x)
    return output


def swapped(x):
    output, _ = lstm(x)
    return output


# %% [markdown]
# And this is the probe. It adds 1 to every number of one sentence, and compares the outputs before
# and after, sentence by sentence. In an `if`, what `same` returns counts as True or False.


# %%
def changed_sentences(read, x, which=0):
    """Return the sentences whose output changes when one of x is changed."""
    other = x.clone()
    other[which] += 1
    before, after = read(x), read(other)
    changed = []
    for n in range(len(x)):
        if not same(before[n], after[n]):
            changed.append(n)
    return changed


square = torch.rand(10, 10, I)
print("right:  ", changed_sentences(right, square))
print("swapped:", changed_sentences(swapped, square))

# %% [markdown]
# The shapes are equal, and the probe tells the two apart: in `right` only sentence 0 changes, in
# `swapped` all ten. Three things to know before you use it:
#
# * It adds 1 to vectors. If your model takes the numbers of characters, put another sentence in the
#   place of the first one.
# * Of many sentences it may name only some, because a change can be forgotten on the way. One that
#   it names besides the first is enough.
# * It wants a model that is in use, `model.eval()`. In training, dropout (lesson 06) changes
#   outputs by chance.
#
# **Predict.** What will the probe print for `swapped` if it changes the last sentence, number 9?

# %%
changed = changed_sentences(swapped, square, which=9)
print("swapped, the last one changed:", changed)

# %% [markdown]
# The last one alone, as if all were well. The state walks forward, so a change in the last sentence
# reaches no other. That is why the probe changes the *first*.
#
# ## A third way to the shape
#
# x is (10, 24, 100), and the layer wants (24, 10, 100). There is a third way to get that shape,
# `x.view(24, 10, 100)`. First a picture of `transpose`, on two sentences of three words:

# %%
pictures.block("transpose")

# %% [markdown]
# Each row holds one word of A and one word of B, and a column is still one sentence. Now `view`:

# %%
pictures.block("view")

# %% [markdown]
# `view` reads the words in their old order, row by row, and only breaks the lines at another place.
# No axis has moved, and every dashed word is in a wrong place.
#
# **Predict.** `viewed` below uses `view` in place of `transpose`, and all shapes come out right.
# Which of the ten sentences will the probe name?


# %%
def viewed(x):
    output, _ = lstm(x.view(T, B, I))
    return output.transpose(0, 1)


print("shape:", tuple(viewed(x).shape), "  right:", tuple(right(x).shape))
print("viewed:", changed_sentences(viewed, x))

# %% [markdown]
# All of them. The 24 words of sentence 0 fill two rows of the new table, (24, 10), and a part of
# the third. So they stand in every column. With this x, `reshape(24, 10, 100)` gives the same as
# `view`. To let two axes change places, use `transpose`.
#
# ## A table with two axes
#
# Suppose that the speed of 8 cars was measured 20 times. The table is (8, 20), and somebody makes a
# layer with `input_size=20`. There is no error.
#
# **Predict.** How many sequences does this layer read?

# %%
table = torch.rand(8, 20)
output, (h_n, c_n) = nn.LSTM(20, H, batch_first=True)(table)
print("output:", tuple(output.shape), "  h_n:", tuple(h_n.shape))

# %% [markdown]
# One, of 8 steps. `h_n` is (1, 16), which is (layers, H): it has no axis for cars. An input with
# two axes is one sequence, (T, I), as a single line was in lesson 04. The state has walked from car
# to car, and `batch_first=True` did not help, because with two axes there is no batch.
#
# Which axis is missing? That depends on what a row of your table is:
#
# * A row is 20 steps of one number. Then the axis of the features is missing, and the layer needs
#   `input_size=1`. `table[..., None]` adds an axis of length 1 at the end: the three dots stand for
#   all axes that are there.
# * A row is one step of 20 numbers. Then the axis of time is missing. `table[:, None]` adds one in
#   the middle.

# %%
long = table[..., None]
output, (h_n, c_n) = nn.LSTM(1, H, batch_first=True)(long)
print("20 steps of one number: x", tuple(long.shape), "  h_n", tuple(h_n.shape))

wide = table[:, None]
output, (h_n, c_n) = nn.LSTM(20, H, batch_first=True)(wide)
print("one step of 20 numbers: x", tuple(wide.shape), "  h_n", tuple(h_n.shape))

# %% [markdown]
# Both times `h_n` has an axis for the eight cars. For the speeds, the first one is right.
#
# ## States
#
# If states are given, two mistakes raise an error. The first call has `batch_first=True`, and
# states that are batch first as well, (10, 1, 16). In the second, the states are right, and the
# axes of x are swapped.

# %%
batch_in_front = (torch.randn(B, 1, H), torch.randn(B, 1, H))
for layer, given in ((lstm_bf, batch_in_front), (lstm, states)):
    try:
        layer(x, given)
    except RuntimeError as error:
        print(error)

# %% [markdown]
# The first call wants (1, 10, 16), layers first. (In the message, `hidden[0]` is `h_0`.) The
# second took the 24 words for sentences, and wanted a state for each. For one sentence, both
# orders are (1, 1, 16), and right. With as many words as sentences, the second raises no error.
#
# ## What we have seen
#
# * A `DataLoader` makes batches with the lines first, (B, T, I). The loop walks along axis 0, or
#   along axis 1 with `batch_first=True`. It does not know what you meant.
# * Swapped axes raise no error, unless states are given and B differs from T. The probe sees them:
#   change sentence 0, and see which sentences change. No shape is needed for that.
# * `transpose` moves axes. `view` only breaks the lines elsewhere.
# * `batch_first` is about x and `output`. The last step becomes `output[:, -1]`. States stay
#   (layers, B, H).
# * An input with two axes is one sequence, (T, I).

# %% [markdown]
# **A common mistake.** `x.view(T, B, I)`, to get the shape that the layer wants. Every shape is
# right, and there is no error. You recognise it by the probe: change the first sentence, and others
# change.
#
# **Exercises:** [05 Batches and batch_first](../exercises/05_batches_and_batch_first.ipynb). Read a
# print-out that cannot be, mend a function, and add the axis that is missing.
#
# **Next:** until now one layer has read the words. What is there for a second layer to read, and
# does it help? [Lesson 06](06_stacking_and_dropout.ipynb) puts one on top.
