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
# ## One line, two verdicts
#
# Give the trained reader the line `[0, 3, 6, 9]`. It reads twelve characters, and its state after
# the last one says how sure it is that the line is code.
#
# A batch is a block, and lines of different lengths are *ragged*: their right edge is not straight.
# If another line has 40 characters, the short line has to be filled up at its end until it is as
# long. The usual filling is the number 0, which stands for no character, and that is called
# *padding*. (The character `0` has a number of its own.)
#
# The next cell reads the line with 28 zeros behind it, and asks the reader after each step how sure
# it is.

# %%
import torch
from torch import nn

from lstm_lessons import trained_reader

reader, number = trained_reader()
own = [number[character] for character in "[0, 3, 6, 9]"]
filled = torch.tensor(own + [0] * 28)  # (40,)
with torch.no_grad():
    states, _ = reader.lstm(reader.embedding(filled))  # (40, 16): each h
    sure = torch.sigmoid(reader.head(states))[:, 0]
print(f"after its own 12 characters: {sure[11]:.0%} code")
print(f"after 28 zeros more:         {sure[39]:.0%} code")

# %% [markdown]
# In the picture, each dot is a zero of the padding.

# %%
from lstm_lessons import pictures

shown = "[0, 3, 6, 9]" + "·" * 28
title = "How sure the reader is: 1 is code, 0 is prose"
pictures.along(shown, {"verdict": sure}, title, cuts=[12])

# %% [markdown]
# At the end of its own characters the line is code. At the end of the block it is prose, and no
# warning came. This lesson shows where that comes from, and how to read lines of different lengths
# in a batch as if each of them had been alone.

# %% [markdown]
# ## The block
#
# Here are four short lines as a block. A dot is a place where a line has no character.

# %%
lines = ["to", "f(a,b)", "word", "x"]
pictures.padded(lines)

# %% [markdown]
# In numbers, a dot is 0. PyTorch's `pad_sequence` takes a list of tensors of different lengths and
# makes the block. With `batch_first=True` a line is a row, so the shape is (B, T).
#
# A character that the reader does not know gets 0, too: that is what `number.get(character, 0)`
# does. So the zeros do not say where a line ends, and the *lengths* travel with the block.

# %%
from torch.nn.utils.rnn import pad_sequence


def batch_of(lines):
    """Return numbers (B, T), zeros behind shorter lines, and lengths (B,)."""
    rows = []
    for line in lines:
        row = [number.get(character, 0) for character in line]
        rows.append(torch.tensor(row))
    lengths = torch.tensor([len(row) for row in rows])
    return pad_sequence(rows, batch_first=True), lengths


numbers, lengths = batch_of(lines)
print(numbers)
print("lengths:", lengths.tolist())

# %% [markdown]
# ## What the zeros do
#
# The embedding (lesson 04) turns each character into a vector of 8 numbers. Our reader's table was
# made with `padding_idx=0`: the vector of number 0 consists of zeros, and training leaves it so.
#
# You would think that a vector of zeros says nothing. We let the LSTM read the block, and we let it
# read each line alone, in float64; `double()` turns the weights into it.

# %%
torch.set_default_dtype(torch.float64)
reader.double()
x = reader.embedding(numbers).detach()  # (B, T, 8)
output, (h_padded, _) = reader.lstm(x)

alone = torch.empty(4, 16)
for b, n in enumerate(lengths):
    _, (h, c) = reader.lstm(x[b, :n])  # one line, so h is (1, 16)
    alone[b] = h[0]

# %% [markdown]
# **Predict.** For how many of the four lines is `h_padded`, the h_n of the block, right?

# %%
for b, line in enumerate(lines):
    gap = (h_padded[0, b] - alone[b]).abs().max().item()
    print(f"{line:<6} {6 - len(line)} zeros behind it: h_n is off by {gap:.2f}")

# %% [markdown]
# Only for the longest line. In a step with $x_t = 0$ the product $W_{ih}\,x_t$ is zero, but the
# biases and $W_{hh}\,h_{t-1}$ are still there. So the gates have values, the forget gate forgets,
# and the memory changes. To the LSTM a zero is one more character, and `h_n` of a padded batch is
# the h after the *padding*.

# %% [markdown]
# ## The right h is there, in output
#
# `output` holds the h after *every* step. The LSTM reads forward, so what it has read at step 3
# cannot depend on zeros that come later. The right h of the line `word`, of four characters, is
# therefore in `output`, at step 3; the right h of a line of length n is at step n − 1.
#
# We want a different step from each row. In a table of three rows, this takes the number in column
# 0 of row 0, in column 2 of row 1, and in column 1 of row 2:

# %%
table = torch.tensor([[10, 11, 12], [20, 21, 22], [30, 31, 32]])
print(table[[0, 1, 2], [0, 2, 1]])

# %% [markdown]
# Two lists of indices are read in pairs: (0, 0), (1, 2), (2, 1). So for our lines the first list
# counts the rows, and the second one says which step to take. `same`, from lesson 00, then compares
# the result with what each line gives alone.

# %%
from lstm_lessons import same

last = output[torch.arange(4), lengths - 1]  # (B, H)
same(last, alone)

# %% [markdown]
# So with one direction the padding does no harm, if you take h from the right step. Two directions
# (lesson 07) are another matter. A new layer reads both ways: we compare both halves of its
# `output` for `word` with what it gives for `word` alone.
#
# **Predict.** Which half is wrong, the forward or the reverse one?

# %%
torch.manual_seed(0)
both = nn.LSTM(8, 16, batch_first=True, bidirectional=True)
both_padded, _ = both(x)
word, _ = both(x[2, :4])  # line 2 alone
print("forward half:", same(both_padded[2, :4, :16], word[:, :16]))
print("reverse half:", same(both_padded[2, :4, 16:], word[:, 16:]))

# %% [markdown]
# The reverse half, which reads the zeros first. Packing mends that as well.

# %% [markdown]
# ## Packing: do not read the padding at all
#
# If the LSTM does not read the zeros at all, `h_n` is right, and both directions are right. So lay
# the longest line on top, then the second longest, and so on:

# %%
pictures.padded(lines, stage="sorted")

# %% [markdown]
# The lines now lie like *stairs*: each row is a stair, and each column is a step of time. At each
# step the lines that still have a character are the *upper* stairs. So a step needs one number: how
# many lines still run. These numbers are called `batch_sizes`: one for each step, not for each
# line.
#
# Now push all characters together, column by column: first the four characters of step 0, then
# those of step 1, and so on. This is the *packed* batch, and its long list of characters is called
# `data`. In the next picture the small number of a character says where in `data` it stands.
#
# **Predict.** How many of the lines `to`, `f(a,b)`, `word` and `x` are still running at step 3?

# %%
pictures.padded(lines, stage="packed")

# %% [markdown]
# Two: only `f(a,b)` and `word` have a fourth character. The `batch_sizes` are 4, 3, 2, 2, 1, 1.
#
# PyTorch has `pack_padded_sequence` for this. With `enforce_sorted=False` it sorts the lines
# itself; without it, it raises an error if they are not sorted. To see what `pack_padded_sequence`
# does, we pack the numbers themselves, and turn each one back into its character.

# %%
from torch.nn.utils.rnn import pack_padded_sequence

packed_numbers = pack_padded_sequence(
    numbers,
    lengths,
    batch_first=True,
    enforce_sorted=False,
)
character_of = {value: key for key, value in number.items()}
characters = [character_of[each.item()] for each in packed_numbers.data]
print("data:       ", " ".join(characters))
print("batch_sizes:", packed_numbers.batch_sizes.tolist())

# %% [markdown]
# The characters stand as in the picture of the packed batch.
#
# Two lists lead from your order to the stairs and back:

# %%
pictures.two_orders(lines)

# %% [markdown]
# The bottom row is `sorted_indices`, which says which line lies on each stair. If no two lengths
# are equal, it is `lengths.argsort(descending=True)`. The top row of the picture is
# `unsorted_indices`, which says on which stair each line lies.

# %%
print("sorted_indices:  ", packed_numbers.sorted_indices.tolist())
print("unsorted_indices:", packed_numbers.unsorted_indices.tolist())

# %% [markdown]
# ## Turn the knob
#
# Below, you set the lengths of five sentences. The number in a place says where in `data` it
# stands.
#
# **Try it.**
#
# 1. Find `data[5]` in the padded and in the packed block. Which sentence is it from, and which
#    step?
# 2. Make one sentence 8 words long, and all the others 1 word. Which share of the places is left
#    out?

# %%
from lstm_lessons import explorers

explorers.ragged()

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. Step 1 of sentence 3, the longest one. `data[0]` to `data[4]` are step 0 of all five.
# 2. 28 of 40 places, which is 70 %. These are places, and not seconds: on a CPU, packing is often
#    slower. We pack because the states are right.
#
# </details>

# %% [markdown]
# ## The loop over the staircase
#
# How does an LSTM read a packed batch? With the loop of lesson 04, and one change: at step t only
# the upper `batch_sizes[t]` stairs of h and c take part. The stairs below belong to lines that have
# ended.
#
# Of our lines, `x` on stair 3 takes part in step 0 only, `to` on stair 2 in the steps 0 and 1. Each
# stair keeps the state that it had when its line ended, and that is the right one.
#
# `data.split([4, 3, 2, 2, 1, 1])` cuts `data` into one piece for each step.

# %%
from lstm_lessons.lstm.cell import lstm_step


def unroll_packed(data, batch_sizes, h, c, weights):
    """Return a packed batch's output, and the last h and c of each stair."""
    outputs = []
    for x_t in data.split(batch_sizes.tolist()):
        running = x_t.shape[0]
        new_h, new_c = lstm_step(x_t, h[:running], c[:running], *weights)
        h = torch.cat([new_h, h[running:]])  # stairs of ended lines stay
        c = torch.cat([new_c, c[running:]])
        outputs.append(new_h)
    return torch.cat(outputs), h, c


# %% [markdown]
# `nn.LSTM` takes a packed batch as it is. We give it the four lines, packed, and compare its h_n
# with `alone`, whose row 0 is our line 0, `to`. In the packed batch `to` lies on stair 2.
#
# **Predict.** A guess: in which row of the h_n that `nn.LSTM` returns does the state of
# `to` stand?

# %%
packed = pack_padded_sequence(
    x,
    lengths,
    batch_first=True,
    enforce_sorted=False,
)
packed_output, (h_packed, c_packed) = reader.lstm(packed)
print("row 0 is the state of `to`:", same(h_packed[0, 0], alone[0]))
print("row 2 is the state of `to`:", same(h_packed[0, 2], alone[0]))
print("all rows:", same(h_packed[0], alone))

# %% [markdown]
# In row 0: `h_n` comes back in *your* order, and so does `c_n`. They have read no padding, so each
# row is what its line gives alone. The output is packed, too, in the order of `data`.
#
# Is our loop what `nn.LSTM` does? It begins with zeros, and its states come back with a row for
# each stair. `back` is the list 2, 0, 1, 3: line 0 lies on stair 2, line 1 on stair 0. So
# `h_stairs[back]` has a row for each line, in your order.

# %%
zeros = torch.zeros(4, 16)
weights = reader.lstm.all_weights[0]
data, sizes = packed.data, packed.batch_sizes
ours, h_stairs, c_stairs = unroll_packed(data, sizes, zeros, zeros, weights)
back = packed.unsorted_indices  # 2, 0, 1, 3: the stair of each line
print("output:", same(ours, packed_output.data))
print("h_n:   ", same(h_stairs[back], h_packed[0]))
print("c_n:   ", same(c_stairs[back], c_packed[0]))

# %% [markdown]
# To go back from packed data to a block, there is `pad_packed_sequence`. It gives back the lengths
# as well. At the end of the cell, the layer with both directions reads the packed batch, and we
# look at `word` again.
#
# **Predict.** What stands in the output of `word` behind its end: its last state once more, the
# state after the padding, or zeros?

# %%
from torch.nn.utils.rnn import pad_packed_sequence

unpacked, lengths_back = pad_packed_sequence(packed_output, batch_first=True)
print("output:", tuple(unpacked.shape), " lengths:", lengths_back.tolist())
print("`word`, at its end:", same(unpacked[2, 3], alone[2]))
behind = unpacked[2, 4:]
print("`word`, behind it, the largest number:", behind.abs().max().item())
both_packed, _ = pad_packed_sequence(both(packed)[0], batch_first=True)
print("`word`, both directions:", same(both_packed[2, :4], word))

# %% [markdown]
# Zeros, because no state was computed there. So after packing, `output[:, -1]` is zero for each
# line that is shorter than the longest one: take `h_n`. And both halves of the two directions are
# right now.

# %% [markdown]
# ## The loss is padded, too
#
# The reader that comes with the course was trained with a verdict at *every* step, by
# `lstm_lessons/data/train_reader.py`. So there is a loss at every step of the block, behind a
# line's end, too. These must not count. The *mask* says which steps count: step t of a line does if
# t is smaller than the line's length $n_b$. In lesson 06 a mask held numbers; this one is true
# where a line has a character. For a length of 2, the steps 0 and 1 are true.
#
# $$\underset{(B,\,T)}{\text{mask}_{b,t}} = \big(t < n_b\big)$$
#
# `torch.arange(4)` is the row 0, 1, 2, 3, and `[:, None]` makes a column of the lengths. A row that
# is compared with a column gives a table: each step is compared with each length. Indexing with the
# mask then keeps the true steps only, as one long row. Here is a line of two characters and one of
# four:

# %%
losses = torch.tensor([[0.9, 0.7, 0.1, 0.1], [0.4, 0.6, 0.5, 0.5]])
mask = torch.arange(4) < torch.tensor([2, 4])[:, None]  # (B, T)
print(mask.int())
kept = losses[mask]
print("kept:", kept.tolist())
mean, mean_kept = losses.mean(), kept.mean()
print(f"mean of all: {mean:.3f}    mean of those kept: {mean_kept:.3f}")

# %% [markdown]
# Counting the padding makes this loss look better than it is: 0.475 in place of 0.600. The mean of
# a line's states wants the mask as well: you write it in exercise 09.2.

# %% [markdown]
# ## The module to take home
#
# Packing, reading and unpacking become one function:


# %%
def run_packed(lstm, x, lengths):
    """Return output (B, T, H) and h_n, with no padding read."""
    packed = pack_padded_sequence(
        x,
        lengths.cpu(),
        batch_first=True,
        enforce_sorted=False,
    )
    output, (h_n, _) = lstm(packed)
    T = x.shape[1]
    output, _ = pad_packed_sequence(output, batch_first=True, total_length=T)
    return output, h_n


# %% [markdown]
# `total_length` makes the block as long as x is, even if all lines are shorter. And this is the
# reader, whole.


# %%
class Reader(nn.Module):
    def __init__(self, num_characters, embedding_dim=8, hidden_size=16,
                 outputs=1, dropout=0.0):  # fmt: skip
        super().__init__()
        rows = num_characters + 1  # row 0 is the padding
        self.embedding = nn.Embedding(rows, embedding_dim, padding_idx=0)
        self.lstm = nn.LSTM(embedding_dim, hidden_size, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(hidden_size, outputs)

    def forward(self, numbers, lengths, each_step=False):
        x = self.dropout(self.embedding(numbers))  # (B, T, embedding_dim)
        output, h_n = run_packed(self.lstm, x, lengths)
        states = output if each_step else h_n[-1]  # (B, T, H) or (B, H)
        return self.head(self.dropout(states))


# %% [markdown]
# It takes any batch of numbers with its lengths, and gives one verdict per line, or with
# `each_step=True` one at every step. `h_n[-1]` is right for one direction. For two, lesson 07 has
# the line. The package keeps the module as `lstm_lessons.lstm.reader.Reader`.

# %% [markdown]
# ## Does it matter?
#
# We train it, at last: on the first 484 lines of our data, and we test it on 242 lines from other
# pages. The loss is that of lessons 06 and 08, −ln of the share that the truth gets. We train two
# readers. One packs, as above. The other one is told that every line is 40 characters long, so it
# reads the padding and takes the state behind it, as at the top of this page.
#
# To compare with, there is the rule of lesson 00: "code" if one of 13 signs is in the line.

# %%
from lstm_lessons.data import code_or_prose

torch.set_num_threads(1)  # small networks are quicker with one
data = code_or_prose()
texts = [line.text for line in data]
data_numbers, data_lengths = batch_of(texts)  # (726, 40), (726,)
is_code = torch.tensor([float(line.code) for line in data])

signs = set("()=[]{}<>:_'#")
rule = sum(bool(signs & set(line.text)) == line.code for line in data[484:])
print(f"the rule: {rule} of 242, {rule / 242:.0%}")


# %% [markdown]
# The loop is that of lesson 08: score, loss, `zero_grad`, `backward`, `step`. What is new is
# `torch.randperm(484).split(121)`, which deals the 484 lines out into four batches, in a random
# order.


# %%
def train(lengths):
    """Return a reader trained on the first 484 lines, with these lengths."""
    torch.manual_seed(0)
    model = Reader(len(number))
    optimiser = torch.optim.Adam(model.parameters(), lr=0.05)
    for _ in range(5):  # five times through all lines
        for chosen in torch.randperm(484).split(121):
            scores = model(data_numbers[chosen], lengths[chosen])[:, 0]
            truth = is_code[chosen]
            loss = nn.functional.binary_cross_entropy_with_logits(scores, truth)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return model.eval()  # no dropout from now on, where there is any


# %%
def count_right(model, lengths):
    """Return how many of the 242 other lines the reader gets right."""
    with torch.no_grad():
        scores = model(data_numbers[484:], lengths[484:])[:, 0]
    return ((scores > 0) == (is_code[484:] > 0)).sum().item()


# %% [markdown]
# The packed and the padded reader are trained in the next cell, which takes some seconds, on a busy
# machine up to a minute.
#
# **Predict.** Which of the two beats the 209 lines of the rule: the packed reader, the padded one,
# both or none?

# %%
all_40 = torch.full((726,), 40)
packed_reader, padded_reader = train(data_lengths), train(all_40)
print("packed:", count_right(packed_reader, data_lengths))
print("padded:", count_right(padded_reader, all_40))

# %% [markdown]
# The packed one alone. But one seed says little. Ten of each were trained beforehand. The last row
# is the one above it with open forget gates, as in lesson 01: a forget bias of 4.

# %%
from lstm_lessons.data.trials import measured

for kind, counts in measured("padding").items():
    print(f"{kind + ':':18} {counts}")

# %% [markdown]
# Nine of ten packed ones beat the rule. Of the padded ones two do, and four are hardly better than
# guessing. With three times the training, none of the ten beats it. Why does training not teach the
# padded readers to wait through the zeros? Look how many there are:

# %%
zeros = 40 - data_lengths
mean, most = zeros.double().mean(), zeros.max()
print(f"zeros behind a line, on average: {mean:.0f}, at most: {most}")
print(f"left after 19 steps with f = 0.5:   {0.5**19:.0e}")
print(f"left after 19 steps with f = 0.982: {0.982**19:.2f}")

# %% [markdown]
# The forget gate of a new LSTM stands near 0.5, a half-life of one step. So next to nothing is left
# of a line behind its zeros, and hardly any gradient comes back through them. A forget bias of 4
# gives 0.982, and in the last row eight of ten beat the rule. Lesson 01 pays here: open the gates
# where something has to be kept for long. But a packed reader needs neither that nor the longer
# training.
#
# The mistake is hard to see, because such a reader runs, it learns, and with a lucky seed it even
# beats the rule.
#
# ### Yours, and the one that comes with the course
#
# Your packed reader gets 223 lines right, and seven of its ten seeds get more than 217. That is the
# number of the reader that goes through the course, and of lesson 00's rule of the last character.
# That reader was chosen for its unit 5, and not for its verdicts.
# Its loop, `lstm_lessons/data/train_reader.py`, has five things more:
#
# * a second question at each character, whether a bracket is open, and so two outputs,
# * a loss at every step, with the mask,
# * a forget bias of 1 (lesson 01),
# * dropout with p = 0.3 in training (lesson 06),
# * a bound for the gradient, which lesson 11 explains.
#
# Here is your packed reader on two lines of our own. It does not know `é`, which becomes 0.

# %%
mine = ["print(name)", "A café opens at nine."]
with torch.no_grad():
    scores = packed_reader(*batch_of(mine))[:, 0]
for line, score in zip(mine, torch.sigmoid(scores)):
    print(f"{score:.0%} code: {line}")

# %% [markdown]
# ## A probe for padding
#
# You can find the mistake without reading the code. What a model says about a line must not depend
# on the others in its batch. So give it each line alone, with no zero behind it, and compare, after
# `eval()` if the model has dropout. We also try somebody's third way: pack, unpack, and take the
# verdict at the last step.


# %%
def alone_or_not(read, lengths):
    """Compare the verdicts on 20 lines in a batch with those on each alone."""
    together = read(data_numbers[:20], lengths[:20])
    each = [read(*batch_of([text])) for text in texts[:20]]
    return same(together, torch.cat(each))


def last_step(numbers, lengths):
    return packed_reader(numbers, lengths, each_step=True)[:, -1]


# %%
with torch.no_grad():
    print("packed:            ", alone_or_not(packed_reader, data_lengths))
    print("padded:            ", alone_or_not(padded_reader, all_40))
    print("packed, last step: ", alone_or_not(last_step, data_lengths))

# %% [markdown]
# The padded reader says something else of a line alone, so it reads its padding. The last step of a
# packed batch is wrong as well: behind a line's end there are zeros.

# %% [markdown]
# ## On your own data
#
# Some things to know before you use the reader elsewhere:
#
# * No line may be empty: packing refuses a length of 0.
# * On a GPU, `reader.to("cuda")` moves the weights, and you move the numbers. Only the lengths must
#   be on the CPU, which is why they get `.cpu()`.
# * A `DataLoader` gives it batches, if `collate_fn` tells how a list of lines becomes one:

# %%
from torch.utils.data import DataLoader

for block, ends in DataLoader(lines, batch_size=2, collate_fn=batch_of):
    print("numbers:", tuple(block.shape), " lengths:", ends.tolist())

# %% [markdown]
# ## What we have seen
#
# * `h_n` of a padded batch is the state after the padding. So it depends on the longest line.
# * With one direction, `output[torch.arange(B), lengths - 1]` holds the right states. A loss at
#   every step needs the mask.
# * Packed means: the longest line first, then step by step. `batch_sizes[t]` lines still run at
#   step t, and the loop leaves the states of the others alone.
# * After packing, `h_n` holds the last state of every line, in your order.
# * The reader is whole: a module of fourteen lines, and you have trained it.

# %% [markdown]
# **A common mistake.** `output[:, -1]` or `h_n` of a padded batch. It runs, it learns, and it
# raises no error. You recognise it with the probe: a line alone gets another answer than in a
# batch.
#
# **To look things up:** all arguments of `nn.LSTM` stand on one page,
# [the map of nn.LSTM](map_of_nn_lstm.ipynb).
#
# **Exercises:** [09 Ragged sequences](../exercises/09_ragged_sequences.ipynb). Pack by hand, write
# the masked mean, mend a function that takes the wrong step, and predict a packing.
#
# **Next:** the reader can be trained, but how does the error at the end of a line find its way back
# to a bracket at its beginning? [Lesson 10](10_backpropagation_by_hand.ipynb) goes that way by
# hand, and asks which character moves the verdict most.
