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
# Now give it the same line in a batch, together with a longer line. A batch is a block, so the
# short line has to be filled up at its end until it is as long as the other one. The usual filling
# is zeros, and that is called *padding*.
#
# The weights are the same, and so are the twelve characters. The next cell reads the line alone,
# and then with more and more zeros behind it.

# %%
import torch
from torch import nn

from lstm_lessons import trained_reader

reader, number = trained_reader()


def certainty(characters):
    """Return how sure the reader is of code after the last of these numbers, from 0 to 1."""
    x = reader.embedding(torch.tensor([characters]))  # (1, T, 8)
    output, (h_n, c_n) = reader.lstm(x)
    return torch.sigmoid(reader.head(h_n[-1])).item()


line = [number[character] for character in "[0, 3, 6, 9]"]
with torch.no_grad():
    curve = [certainty(line + [0] * zeros) for zeros in range(31)]
print(f"alone: {curve[0]:.0%} code    with 28 zeros behind it: {curve[28]:.0%} code")

# %%
from lstm_lessons import show
from lstm_lessons.drawing import figure

plot, axes = figure()
axes.plot(curve, marker="o", markersize=3)
axes.axhline(0.5, linestyle=":", color="gray")
axes.set(xlabel="zeros behind the line", ylabel="certainty of code", ylim=(0, 1))
axes.set(title="The same line, more and more padding")
alt = """A curve of the reader's certainty that the line is code, against the number of zeros behind
the line. It starts at 0.76, stays near 0.6 for a while, falls below one half with seven zeros, and
is near 0 from fifteen zeros on."""
show(plot, alt)

# %% [markdown]
# Alone, the line is code. Beside a line of 40 characters it is prose. Nothing has failed, and no
# warning came. What the reader says about a line depends on which other line happens to stand in
# the batch.
#
# This lesson shows where that comes from, which results of a padded batch are right all the same,
# and how to read a batch of lines with different lengths as if each of them had been alone.

# %% [markdown]
# ## The block, and the mask
#
# Here are five short lines as a block. A dot is a place where a line has no character.

# %%
from lstm_lessons import pictures

lines = ["cat", "x=10", "hello", "to", "a"]
pictures.padded(lines)

# %% [markdown]
# In numbers, a dot is 0. PyTorch's `pad_sequence` takes a list of tensors of different lengths and
# makes the block. With `batch_first=True` a line is a row, so the shape is (B, T).
#
# The block alone does not say what is padding in everything that we compute from it: a vector of
# zeros may be a word, too. So the *lengths* travel with the block.

# %%
from torch.nn.utils.rnn import pad_sequence

rows = [torch.tensor([number[character] for character in line]) for line in lines]
numbers = pad_sequence(rows, batch_first=True)  # (B, T)
lengths = torch.tensor([len(line) for line in lines])  # (B,)
print(numbers)
print("lengths:", lengths.tolist())

# %% [markdown]
# From the lengths we can make the *mask*, which is true where a line has a character. Step t of a
# line holds a character if t is smaller than its length. For the line `cat`, of length 3, the steps
# 0, 1 and 2 are true, and the steps 3 and 4 are false.
#
# $$\underset{(B,\,T)}{\text{mask}_{b,t}} = \big(t < n_b\big)$$
#
# `torch.arange(5)` is the row 0, 1, 2, 3, 4. `lengths[:, None]` makes a column of the lengths. A
# row that is compared with a column gives a table: each step is compared with each length.

# %%
T = numbers.shape[1]
mask = torch.arange(T) < lengths[:, None]  # (B, T)
print(mask.int())

# %% [markdown]
# ## What the zeros do
#
# The embedding (lesson 05) turns each character into a vector of 8 numbers. Our reader's table was
# made with `padding_idx=0`: the vector of number 0 consists of zeros, and training leaves it so.
#
# A vector of zeros says nothing. We let the LSTM read the block, and we let it read each line
# alone. We compute in float64 from here on, so that no small difference is rounding; `double()`
# turns the weights into it.

# %%
torch.set_default_dtype(torch.float64)
reader = reader.double().requires_grad_(False)  # no gradients for now
x = reader.embedding(numbers)  # (B, T, 8)
output, (h_n, c_n) = reader.lstm(x)

alone = torch.empty(5, 16)
for b, n in enumerate(lengths):
    _, (h, c) = reader.lstm(x[b, :n])  # one line, so h is (1, 16)
    alone[b] = h[0]

# %% [markdown]
# **Predict.** For how many of the five lines is `h_n` right?

# %%
for b, line in enumerate(lines):
    gap = (h_n[0, b] - alone[b]).abs().max().item()
    print(f"{line:<6} {T - len(line)} zeros behind it: h_n is off by {gap:.2f}")

# %% [markdown]
# Only for the longest line. In a step with $x_t = 0$ the product $W_{ih}\,x_t$ is zero, but the
# biases and $W_{hh}\,h_{t-1}$ are still there. So the gates have values, the forget gate forgets,
# and the memory changes. To the LSTM a zero is one more character.
#
# `h_n` of a padded batch is the state after the *padding*. And how much padding there is, the
# longest line decides. That is the mistake at the top of this page.

# %% [markdown]
# ## The states are there, in output
#
# `output` holds the state after *every* step. The LSTM reads forward, so what it has read at step
# 2 cannot depend on zeros that come later. The right state of the line `cat` is therefore in
# `output`, at step 2; the right state of a line of length n is at step n − 1.
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

last = output[torch.arange(5), lengths - 1]  # (B, H)
same(last, alone)

# %% [markdown]
# So with one direction the padding does no harm, if you take the state from the right step. Two
# directions (lesson 07) are another matter. A new layer reads both ways; we hold both halves of its
# `output` for `cat` against what it gives for `cat` alone.
#
# **Predict.** Which half is wrong, the forward or the reverse one?

# %%
torch.manual_seed(0)
both = nn.LSTM(8, 16, batch_first=True, bidirectional=True)
in_the_block, _ = both(x)
by_itself, _ = both(x[0, :3])
print("forward half:", same(in_the_block[0, :3, :16], by_itself[:, :16]))
print("reverse half:", same(in_the_block[0, :3, 16:], by_itself[:, 16:]))

# %% [markdown]
# The reverse half, which reads the zeros first. Packing, further below, mends that as well.

# %% [markdown]
# ## The mean over a line
#
# Sometimes one wants the mean of all states of a line instead of the last one. Take one unit with
# the states 2, 4 and then 7, and let the third step be padding. The mean is (2 + 4) / 2 = 3. The 7
# must not be added, and we must divide by 2, not by 3. The mask does the first, the length the
# second:
#
# $$\underset{(H)}{\text{mean}_b} = \frac{1}{n_b}
#   \sum_{t=0}^{T-1} \underset{(1)}{\text{mask}_{b,t}}\;\underset{(H)}{\text{output}_{b,t}}$$

# %% [markdown]
# For the whole batch the mask gets a third axis, `mask[:, :, None]`, so that it multiplies all H
# numbers of a state. The plain `output.mean(dim=1)` adds the padding and divides by T, so it is
# right only where there is no padding.

# %%
mean = (output * mask[:, :, None]).sum(dim=1) / lengths[:, None]  # (B, H)
plain = output.mean(dim=1)
for b, line in enumerate(lines):
    print(f"{line:<6} plain mean off by {(plain[b] - mean[b]).abs().max().item():.2f}")

# %% [markdown]
# ## Packing: do not read the padding at all
#
# So far the LSTM reads zeros, and we must take care which results we use. If it does not read them
# at all, `h_n` is right, both directions are right, and no time is spent on zeros. So lay the
# longest line on top, then the second longest, and so on:

# %%
pictures.padded(lines, stage="sorted")

# %% [markdown]
# Now look at one step, which is one column. The lines that still have a character there are always
# the *first* rows: five of them at step 0, four at step 1, then three, two, one. So a step needs no
# mask. It needs one number, which says how many rows are still running. These numbers are called
# `batch_sizes`.
#
# Now push all characters together, column by column: first the five characters of step 0, then the
# four of step 1, and so on. This is the *packed* batch. A character's number is its row.

# %%
pictures.padded(lines, stage="packed")

# %% [markdown]
# PyTorch's `pack_padded_sequence` does this. With `enforce_sorted=False` it sorts the lines itself
# (without it, it raises an error if they are not sorted). To see what it does we pack the numbers
# themselves, and turn each one back into its character.

# %%
from torch.nn.utils.rnn import pack_padded_sequence

packed = pack_padded_sequence(numbers, lengths, batch_first=True, enforce_sorted=False)
character = {value: key for key, value in number.items()}
print("data:       ", " ".join(character[each.item()] for each in packed.data))
print("batch_sizes:", packed.batch_sizes.tolist())
print("sorted:     ", [lines[b] for b in packed.sorted_indices])

# %% [markdown]
# They stand as in the picture. Rows 5 to 8 are step 1 of the four lines that have a second
# character: `e`, `=`, `a` and `o`.
#
# `sorted_indices` says which of your lines stands in which row: 2, 1, 0, 3, 4. You need it only if
# you look into the packed batch yourself.

# %% [markdown]
# ## Turn the knob
#
# Below, you set the lengths of five sentences. A number in a place is its row in `data`.
#
# **Try it.**
#
# 1. Find row 5 of `data` above and below. Which sentence is it from, and which step?
# 2. Set all five lengths to 4. What are the `batch_sizes`, and how many places are saved?
# 3. Make one sentence 8 words long, and all the others 1 word. Which share of the places is saved?

# %%
from lstm_lessons import explorers

explorers.ragged()

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. Row 5 is step 1 of sentence 3, the longest one. Rows 0 to 4 are step 0 of all five.
# 2. `batch_sizes` is 5, 5, 5, 5, and nothing is saved, because there was no padding.
# 3. 28 of 40 places, which is 70 %.
#
# </details>

# %% [markdown]
# ## The loop over the staircase
#
# How does an LSTM read a packed batch? With the loop of lesson 04, and one change: at step t only
# the first `batch_sizes[t]` rows of h and c take part. The rows below belong to lines that have
# ended. They are left as they are.
#
# With the lengths 3, 2 and 1, row 2 takes part in step 0 only, row 1 in the steps 0 and 1. Each row
# keeps the state that it had when its line ended, and that is the right one.
#
# `data.split([5, 4, 3, 2, 1])` cuts the rows into one piece for each step.

# %%
from lstm_lessons.lstm.cell import lstm_step


def unroll_packed(data, batch_sizes, h, c, weights):
    """Run one layer over a packed batch; return output's rows and each row's last h and c."""
    outputs = []
    for x_t in data.split(batch_sizes.tolist()):
        running = x_t.shape[0]
        new_h, new_c = lstm_step(x_t, h[:running], c[:running], *weights)
        h = torch.cat([new_h, h[running:]])  # the rows of lines that have ended stay
        c = torch.cat([new_c, c[running:]])
        outputs.append(new_h)
    return torch.cat(outputs), h, c


# %% [markdown]
# We run it on our five lines and hold it against `nn.LSTM`. A proof needs states that are not
# zero, so each line gets its own random h_0 and c_0. Our loop wants them in the order of the rows,
# the longest line first. `nn.LSTM` takes them in the order of your lines.

# %%
packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
h_0, c_0 = torch.randn(1, 5, 16), torch.randn(1, 5, 16)
order = packed.sorted_indices
weights = reader.lstm.all_weights[0]
rows, h, c = unroll_packed(packed.data, packed.batch_sizes, h_0[0, order], c_0[0, order], weights)
packed_output, (h_n, c_n) = reader.lstm(packed, (h_0, c_0))
print("output:", same(rows, packed_output.data))
print("h_n:   ", same(h, h_n[0, order]))
print("c_n:   ", same(c, c_n[0, order]))

# %% [markdown]
# The output of `nn.LSTM` is packed, too: its rows lie as those of `data` do. `h_n` and `c_n` come
# back in *your* order.
#
# They have read no padding now. From states of zeros, `h_n` is what each line gives alone:

# %%
packed_output, (h_n, c_n) = reader.lstm(packed)
same(h_n[0], alone)

# %% [markdown]
# To go back from packed rows to a block, there is `pad_packed_sequence`. It
# puts zeros where there was no character, and gives back the lengths as well.

# %%
from torch.nn.utils.rnn import pad_packed_sequence

output, lengths_back = pad_packed_sequence(packed_output, batch_first=True)
print("output:", tuple(output.shape), " lengths:", lengths_back.tolist())
print("state of `cat` behind its end:", output[0, 3].abs().max().item())

# %%
both_output, _ = both(packed)
in_the_block, _ = pad_packed_sequence(both_output, batch_first=True)
print("reverse half of `cat`, packed:", same(in_the_block[0, :3, 16:], by_itself[:, 16:]))

# %% [markdown]
# So after packing, `output[:, -1]` is zero for each line but the longest one. Take `h_n`.
#
# Could one put the zeros on the *left*, in front of each line? Then every line ends at the last
# step, and `output[:, -1]` is easy. We put two zeros in front of `cat`.
#
# **Predict.** Is the last state the one of `cat` alone?

# %%
cat = x[0, :3]  # its three vectors
left = torch.cat([torch.zeros(2, 8), cat])  # two vectors of zeros, and then the line
_, (h_left, c_left) = reader.lstm(left)
same(h_left[0], alone[0])

# %% [markdown]
# It is not. The zeros are read first, so that the line begins with a state that they have made. (A
# network that was trained with its padding on the left, as some are, has learnt to live with it.)
#
# ## Batches of like length
#
# Packing skips the padding, but the loop still makes as many turns as the longest line has
# characters. So one also puts lines of about the same length into one batch. Here are all 726
# lines in batches of 44, once as they come, and once sorted by length.

# %%
from lstm_lessons.data import code_or_prose

data = code_or_prose()


def padding(line_lengths):
    """Return which share of all places is padding, in batches of 44."""
    places = 0
    for start in range(0, len(line_lengths), 44):
        batch = line_lengths[start : start + 44]
        places += max(batch) * len(batch)
    return 1 - sum(line_lengths) / places


as_they_come = [len(line.text) for line in data]
print(f"as they come: {padding(as_they_come):.0%} padding")
print(f"sorted:       {padding(sorted(as_they_come)):.0%} padding")

# %% [markdown]
# In training one still reads the batches in random order: the `batch_sampler` of a DataLoader says
# which lines go into which batch.

# %% [markdown]
# ## The loss is padded, too
#
# The reader that comes with the course was trained with a verdict at *every* step. So there is a
# loss at every step of the block, at the steps behind a line's end, too. Suppose a line of two
# characters has the losses 0.9 and 0.7, and then two steps of padding with 0.1 and 0.1. The mean
# over all four is 0.45, the mean over the line is 0.8. Counting the padding makes the loss look
# better than it is, and a network can lower it by being good at padding.
#
# Indexing with the mask keeps the true steps only, as one long row:

# %%
losses = torch.tensor([[0.9, 0.7, 0.1, 0.1], [0.4, 0.6, 0.5, 0.5]])
valid = torch.arange(4) < torch.tensor([2, 4])[:, None]
print("all:   ", round(losses.mean().item(), 3))
print("masked:", round(losses[valid].mean().item(), 3), "from", losses[valid].numel(), "steps")

# %% [markdown]
# (`nn.CrossEntropyLoss`, for more than two classes, does the same by itself: give the padding the
# target −100, or another number that you name in `ignore_index`.)

# %% [markdown]
# ## The module to take home
#
# This is the reader, whole. Everything in it has been the topic of a lesson: the table of vectors
# and `batch_first` (05), the LSTM (00 to 04), dropout (06), packing (this one), one verdict for
# each line or one for each step (04).


# %%
class Reader(nn.Module):
    def __init__(self, num_characters, embedding_dim=8, hidden_size=16, outputs=1, dropout=0.0):
        super().__init__()
        self.embedding = nn.Embedding(num_characters + 1, embedding_dim, padding_idx=0)
        self.lstm = nn.LSTM(embedding_dim, hidden_size, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(hidden_size, outputs)

    def forward(self, numbers, lengths, each_step=False):
        x = self.dropout(self.embedding(numbers))  # (B, T, E)
        packed = pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
        output, (h_n, _) = self.lstm(packed)  # h_n: (1, B, H)
        if not each_step:
            return self.head(self.dropout(h_n[-1]))  # (B, outputs)
        output, _ = pad_packed_sequence(output, batch_first=True, total_length=numbers.shape[1])
        return self.head(self.dropout(output))  # (B, T, outputs)


# %% [markdown]
# It takes any batch of numbers with its lengths, and gives one verdict a line, or with
# `each_step=True` one at every step (`total_length` makes the block as long as `numbers` is). Some
# things to know before you use it:
#
# * No line may be empty: packing refuses a length of 0.
# * As torch makes it, it is float32. (Here it is float64, because we have set that.) On a GPU,
#   `reader.to("cuda")` moves the weights, and you move the numbers. Only the lengths must be on
#   the CPU, which is why they get `.cpu()`.
# * Every line begins with zeros. To go on with a state (lesson 08), it would have to take `hx` as
#   well.
#
# The package keeps it as `lstm_lessons.lstm.reader.Reader`.

# %% [markdown]
# ## Does it matter?
#
# We train it, at last: on the first 484 lines of our data, and we test it on 242 lines from other
# pages. The loss is near 0 where each score is far on the right side of 0, above it for code and
# below it for prose. Each seed is trained twice. Once it packs, as above. Once it is told that
# every line is 40 characters long, so it reads the padding and takes the state behind it, as at
# the top of this page. Nothing else differs.

# %%
torch.set_num_threads(1)  # small networks are quicker with one
rows = [torch.tensor([number[each] for each in line.text]) for line in data]
numbers = pad_sequence(rows, batch_first=True)  # (726, 40)
lengths = torch.tensor([len(row) for row in rows])
is_code = torch.tensor([float(line.code) for line in data])


# %%
def train(seed, lengths, rounds=12):
    """Return a reader that was trained on the first 484 lines, read with these lengths."""
    torch.manual_seed(seed)
    reader = Reader(len(number))
    optimiser = torch.optim.Adam(reader.parameters(), lr=0.03)
    for _ in range(rounds):
        for chosen in torch.randperm(484).split(121):
            scores = reader(numbers[chosen], lengths[chosen])[:, 0]
            loss = nn.functional.binary_cross_entropy_with_logits(scores, is_code[chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return reader.eval()  # no dropout from now on, where there is any


# %% [markdown]
# A simple rule to compare with: "code" if one of 13 signs is in the line.

# %%
signs = set("()=[]{}<>:_'#")
rule = sum(bool(signs & set(line.text)) == line.code for line in data[484:])
print(f"the rule: {rule} of 242, {rule / 242:.0%}")

# %% [markdown]
# **Predict.** Which of the two kinds beats the rule with all three seeds: the packed readers, the
# padded ones, both or none?


# %%
def count_right(reader, lengths):
    """Return how many of the 242 other lines the reader tells right."""
    with torch.no_grad():
        scores = reader(numbers[484:], lengths[484:])[:, 0]
    return ((scores > 0) == (is_code[484:] > 0)).sum().item()


padded_lengths = torch.full_like(lengths, 40)
packed_readers = [train(seed, lengths) for seed in range(3)]
padded_readers = [train(seed, padded_lengths) for seed in range(3)]
print("packed:", [count_right(each, lengths) for each in packed_readers])
print("padded:", [count_right(each, padded_lengths) for each in padded_readers])

# %% [markdown]
# The packed ones, with every seed, and after as much training none of the padded ones. But one of
# these comes near to the rule. That is what makes this mistake so hard to see: it runs, it learns,
# and with a lucky seed it is not even bad.
#
# ## A probe for any model
#
# You can find it without reading the code. What a model says about a line must not depend on zeros
# behind it. So put twenty more zeros behind every line, give the lengths that your program would
# give then, and compare.

# %%
longer = nn.functional.pad(numbers, (0, 20))  # (726, 60)
with torch.no_grad():
    reader = packed_readers[0]
    print("packed:", same(reader(numbers, lengths), reader(longer, lengths)))
    reader = padded_readers[0]
    print("padded:", same(reader(numbers, padded_lengths), reader(longer, padded_lengths + 20)))

# %% [markdown]
# The padded reader gives other scores, so it reads its padding. (A program that always pads to 40
# never shows this by itself: the probe has to make the block longer.)

# %% [markdown]
# ## What we have seen
#
# * `h_n` of a padded batch is the state after the padding. So it depends on the longest line.
# * With one direction, `output[torch.arange(B), lengths - 1]` holds the right states. A mean needs
#   the mask, and so does a loss at every step.
# * Packed means: the longest line first, then step by step. `batch_sizes[t]` lines still run at
#   step t, and the loop leaves the rows of the others alone.
# * After packing, `h_n` holds the last state of every line, in your order.
# * The reader is whole: a module of fifteen lines, and you have trained it.

# %% [markdown]
# **A common mistake.** `output[:, -1]` or `h_n` of a padded batch. It runs, it learns, and it
# raises no error. You recognise it with the probe: more zeros behind a line change the answer.
#
# **Exercises:** [09 Ragged sequences](../exercises/09_ragged_sequences.ipynb). Pack by hand, write
# the masked mean, mend a function that takes the wrong step, and predict a packing.
#
# **Next:** the reader can be trained, but how does the error at the end of a line find its way
# back to a bracket at its beginning? [Lesson 10](10_backpropagation_by_hand.ipynb) goes that way by
# hand, and finds every gradient. All arguments of `nn.LSTM` on one page: [the map of
# nn.LSTM](map_of_nn_lstm.ipynb).
