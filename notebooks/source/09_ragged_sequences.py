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
# ## Lines of all lengths
#
# So far all sequences of a batch had one length. Real ones do not. Our sequences are now short
# lines from the documentation of Python; each character is a step. Half of the lines are code and
# half are prose, and at the end of this lesson an LSTM shall tell which. (The package keeps them,
# in `lstm_lessons/data`, with their source and licence. The lengths give nothing away: for each
# line of code there is one of prose as long.)
#
# **Predict.** Take the five lines below as a batch. A tensor is a block. What must its T be, and
# what will stand in the places where a line has no character?

# %%
import torch
from torch import nn
from torch.nn import functional as F

from lstm_lessons.data import code_or_prose

torch.set_default_dtype(torch.float64)
torch.manual_seed(0)

lines = code_or_prose()
lengths_of = {code: [len(each.text) for each in lines if each.code == code] for code in (0, 1)}
assert sorted(lengths_of[0]) == sorted(lengths_of[1])
print("lines:", len(lines), "  code:", sum(line.code for line in lines))
few = [lines[k] for k in (8, 46, 75, 19, 0)]
for line in few:
    print(f"{'code' if line.code else 'prose':<6}{len(line.text):>3}  {line.text}")

# %% [markdown]
# ## Padding, and the mask
#
# T is the length of the longest line, 11. The shorter lines are filled up behind their end. That is
# *padding*. Characters are numbered from 1 on, so 0 can mean "no character".
#
# Here the zeros show where a line ends; in measurements and states nothing does. So the lengths $n$
# travel with the block. They give the *mask*, true where a line has a character:
#
# $$\underset{(T,\,B)}{\text{mask}} = \underset{(T,\,1)}{t} < \underset{(B)}{n}$$
#
# `torch.arange(T)` is 0, 1, ..., T − 1, and `[:, None]` makes a column of it. A column against a
# row: each step is compared with each length.
#
# **Predict.** Which share of the 55 places is padding? (The mask is printed lying on its side: a
# row for each line.)


# %%
alphabet = sorted({character for line in lines for character in line.text})
number = {character: n for n, character in enumerate(alphabet, start=1)}


def pad(lines):
    """Return the numbers of all characters, (T, B), with zeros behind each line; and lengths."""
    lengths = torch.tensor([len(line.text) for line in lines])
    numbers = torch.zeros(max(lengths), len(lines), dtype=torch.long)
    for b, line in enumerate(lines):
        numbers[: lengths[b], b] = torch.tensor([number[each] for each in line.text])
    return numbers, lengths


numbers, lengths = pad(few)
T, B = numbers.shape
mask = torch.arange(T)[:, None] < lengths
assert torch.equal(mask, numbers != 0)
for b, line in enumerate(few):
    print("".join("#" if valid else "." for valid in mask[:, b]), line.text)
print("padding:", f"{(~mask).sum()} of {T * B} places, {(~mask).double().mean():.0%}")

# %% [markdown]
# Nearly a quarter, although the longest line has only 11 characters.
#
# The table of vectors (`nn.Embedding`, lesson 05) gets a row for the padding as well. With
# `padding_idx=0` that row is all zeros, and as its gradient is zero too, training leaves it so.
#
# **Predict.** A zero vector says nothing. Does the LSTM's state stay as it is when it reads one?
# So: is `h_n` of a line in the batch equal to `h_n` of that line read alone?

# %%
torch.manual_seed(0)
I, H = 7, 3
embedding = nn.Embedding(len(alphabet) + 1, I, padding_idx=0)
embedding(numbers).sum().backward()
assert not embedding.weight[0].any() and not embedding.weight.grad[0].any()

x = embedding(numbers).detach()
lstm = nn.LSTM(I, H)
_, (h_n, _) = lstm(x)

alone = torch.empty(B, H)
for b, n in enumerate(lengths):
    _, (h, _) = lstm(x[:n, b])  # one line, unbatched: h is (1, H)
    alone[b] = h[0]
for b, n in enumerate(lengths):
    gap = (h_n[0, b] - alone[b]).abs().max()
    print(f"{T - n} zeros behind {few[b].text!r:<14} h_n is off by {gap:.2f}")

# %% [markdown]
# Only the longest line is right. A step with $x_t = 0$ still has the biases and $W_{hh}h_{t-1}$, so
# the gates work, and the forget gate forgets. "`h_n` holds the state of the last word", one reads.
# Of a padded batch that is false: it holds the state after the padding.
#
# And how much padding there is, another line decides. Suppose a line of 40 or 110 characters comes
# into the batch.
#
# **Predict.** Let the *spread* be the largest difference between two of our five lines, in any
# unit. Does it grow, stay or shrink with T? What is left of it at T = 40?

# %%
for longest in (11, 15, 20, 40, 110):
    padded = torch.cat([x, torch.zeros(longest - T, B, I)])
    _, (states, _) = lstm(padded)
    spread = (states[0].amax(dim=0) - states[0].amin(dim=0)).max()
    print(f"T = {longest:>3}   spread of h_n: {spread:.4f}")

# %% [markdown]
# This layer is new, its forget gate is near one half, and it forgets fast (lesson 01). After 30
# zeros all five lines look alike, whatever was in them. Unless a layer has learned to ignore zeros,
# its `h_n` depends on T, which the longest line sets.
#
# ## What is right, and what is not
#
# `output` has every step, not only the last.
#
# **Predict.** Look only at places with a character. Is `output` right there, as if each line had
# been read alone? And with `bidirectional=True` (lesson 07), which of the two halves is?

# %%
both = nn.LSTM(I, H, bidirectional=True)
output, _ = both(x)
for name, half in (("forward", slice(0, H)), ("reverse", slice(H, 2 * H))):
    right = [
        torch.allclose(output[:n, b, half], both(x[:n, b])[0][:, half], rtol=0, atol=1e-12)
        for b, n in enumerate(lengths)
    ]
    print(f"{name} half right in {sum(right)} of {B} lines")

# %% [markdown]
# Forward: the padding comes *after* the line, and no step looks ahead. The reverse pass begins with
# the padding.
#
# ## The last state, and the mean
#
# So with one direction the right states are there, in `output`. Line b, of length $n_b$, ends at
# step $n_b - 1$. For the mean over a line, only steps with a character may count:
#
# $$\underset{(H)}{\text{last}_b} = \underset{(H)}{\text{output}_{n_b-1,\,b}}
#   \qquad \underset{(H)}{\text{mean}_b} = \frac{1}{n_b}
#   \sum_{t=0}^{T-1} \underset{(1)}{\text{mask}_{t,b}}\;
#   \underset{(H)}{\text{output}_{t,b}}$$
#
# **Predict.** What shapes have `output[lengths - 1]` and `output[lengths - 1, torch.arange(B)]`?
# And `output.mean(dim=0)` makes two mistakes at once. Which?

# %%
output, _ = lstm(x)
whole_steps = output[lengths - 1]
last = output[lengths - 1, torch.arange(B)]
print("lengths - 1 alone:", tuple(whole_steps.shape), "  with arange:", tuple(last.shape))
assert torch.allclose(last, alone, rtol=0, atol=1e-12)
print("last is what each line alone gives.")

mean = (output * mask[:, :, None]).sum(dim=0) / lengths[:, None]
wanted = torch.stack([lstm(x[:n, b])[0].mean(dim=0) for b, n in enumerate(lengths)])
assert torch.allclose(mean, wanted, rtol=0, atol=1e-12)
print("masked mean:", tuple(mean.shape), "as of each line alone")
right = (output.mean(dim=0) - wanted).abs().amax(dim=1) < 1e-12
print("output.mean(dim=0) is right for", [few[b].text for b in right.nonzero()])

# %% [markdown]
# One index takes five whole steps, each with all lines: (B, B, H). Two indices go in pairs: step
# $n_0 - 1$ of line 0, step $n_1 - 1$ of line 1, ... The plain mean adds states over the padding,
# and divides by T where $n_b$ is meant.
#
# ## Packing
#
# Better not to read the padding at all. Sort the lines, longest first. Then those that still run at
# step t are always the *first* rows, `batch_sizes[t]` of them. Lay the rows of all steps under one
# another, step by step: that is `data`, the *packed* batch.
#
# **Predict.** The lengths are 8, 7, 11, 6, 10. What is `batch_sizes`, for the eleven steps? And how
# many rows has `data`?

# %%
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

sorted_indices = lengths.argsort(descending=True)
unsorted_indices = sorted_indices.argsort()
batch_sizes = mask.sum(dim=1)
data = torch.cat([x[t, sorted_indices[:n]] for t, n in enumerate(batch_sizes)])

packed = pack_padded_sequence(x, lengths, enforce_sorted=False)
assert torch.equal(sorted_indices, packed.sorted_indices)
assert torch.equal(unsorted_indices, packed.unsorted_indices)
assert torch.equal(batch_sizes, packed.batch_sizes)
assert torch.equal(data, packed.data)
print("sorted_indices:  ", sorted_indices.tolist())
print("unsorted_indices:", unsorted_indices.tolist())
print("batch_sizes:     ", batch_sizes.tolist())
print("data:            ", tuple(data.shape))

# %% [markdown]
# `pack_padded_sequence` makes the same four tensors. It refuses lengths that are not sorted, unless
# `enforce_sorted=False` lets it sort. `batch_sizes[t]` is the sum of row t of the mask.
# `sorted_indices` says which line stands in each row. Its own `argsort`, `unsorted_indices`, says
# in which row each line stands.
#
# In the picture, five sentences of words, padded and packed. Time goes to the right. A number in a
# place is its row of `data`.
#
# **Try it.**
#
# 1. Find row 5 of `data`, above and below. Which sentence, which step?
# 2. **Predict** `batch_sizes` for five sentences of 4 words. Then set them. What is saved?
# 3. Make one sentence 8 words long, all others 1. What share is saved?

# %%
from lstm_lessons import explorers

explorers.ragged()

# %% [markdown]
# Task 1: step 1 of sentence 3, the longest. (Rows 0 to 4 are step 0 of all five.) Task 2: 5, 5, 5,
# 5, and nothing is saved. Task 3: 28 of 40 places, 70 %.
#
# ## The loop over the staircase
#
# The loop of lesson 04, with one change. At step t only the first `running` rows of h and c take
# part. The rows below belong to lines that have ended, and are left alone.
#
# $$\underset{(B,\,H)}{h} \;\leftarrow\;
#   \begin{pmatrix} \text{new } h \\ \text{old } h \end{pmatrix}
#   \begin{matrix} \leftarrow\ \text{rows } 0 \text{ to running} - 1 \\
#   \leftarrow\ \text{the rest} \end{matrix}$$
#
# `data.split(sizes)` cuts the rows into pieces of these sizes, one for each step. (The condition in
# `replace_first_rows` saves a copy where all rows run.)
#
# **Predict.** At the end of the loop, what stands in each row of h?


# %%
from lstm_lessons.lstm.cell import lstm_step  # the step of lesson 03, which the package keeps


def first_rows(state, count):
    """Return the rows of the sequences that are still running."""
    return state if count == state.shape[0] else state[:count]


def replace_first_rows(old, new):
    """Return the state with its first rows renewed; the others are of sequences that have ended."""
    count = new.shape[0]
    return new if count == old.shape[0] else torch.cat((new, old[count:]))


def unroll_packed(data, batch_sizes, h, c, weights):
    """Run one layer over a packed batch; return output's rows and each row's last h and c."""
    outputs = []
    for x_t in data.split(batch_sizes.tolist()):
        running = x_t.shape[0]
        new_h, new_c = lstm_step(x_t, first_rows(h, running), first_rows(c, running), *weights)
        h, c = replace_first_rows(h, new_h), replace_first_rows(c, new_c)
        outputs.append(new_h)
    return torch.cat(outputs), h, c


# %% [markdown]
# Each row holds its line's own last state. The rows are sorted, though. `nn.LSTM` takes h_0 and c_0
# in the order in which the lines were given to `pack_padded_sequence`, and returns h_n and c_n in
# that order. So we sort on the way in, and go back on the way out.
#
# `compare` takes a function and the module whose tensors it uses, as in lesson 04, and holds the
# weights' gradients against each other too.
#
# **Predict.** In which order are the rows of the packed *output*?

# %%
from lstm_lessons.lstm.compare import compare


def by_hand(x, hx):
    h_0, c_0 = (state[0, sorted_indices] for state in hx)
    data = torch.cat([x[t, sorted_indices[:n]] for t, n in enumerate(batch_sizes)])
    rows, h, c = unroll_packed(data, batch_sizes, h_0, c_0, lstm.all_weights[0])
    h, c = h[unsorted_indices], c[unsorted_indices]  # the way back
    return rows, (h[None], c[None])


class ByTorch(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = lstm

    def forward(self, x, hx):
        output, states = self.lstm(pack_padded_sequence(x, lengths, enforce_sorted=False), hx)
        return output.data, states


h_0, c_0 = torch.randn(1, B, H), torch.randn(1, B, H)
report = compare(by_hand, ByTorch(), x, (h_0, c_0), tolerance=1e-12)
assert report
print(report.verdict)

# %%
# Equal to nn.LSTM. And is that what each line alone gives, with its own h_0 and c_0?
_, (h_n, c_n) = ByTorch()(x, (h_0, c_0))
for b, n in enumerate(lengths):
    _, (h_alone, c_alone) = lstm(x[:n, b], (h_0[:, b], c_0[:, b]))
    assert torch.allclose(h_alone, h_n[:, b], rtol=0, atol=1e-12)
    assert torch.allclose(c_alone, c_n[:, b], rtol=0, atol=1e-12)
print("h_n[0, b] and c_n[0, b] are those of line b alone.")

# %% [markdown]
# The rows of output lie as those of `data` do: it is packed as well. The ten tensors are output,
# h_n and c_n, and the gradients of x, h_0, c_0 and of the four parameters.
#
# `pad_packed_sequence` leads back to a block, in your order, and gives the lengths with it. (Its T
# is the greatest length; `total_length=T` keeps yours.)
#
# **Predict.** We pack for the layer that reads both ways, and unpack. Is the reverse half right
# now? In which slot of `output` does each of the two passes end? And what is `output[-1]` of the
# lines that are shorter than T?

# %%
packed_output, (h_both, _) = both(packed)
output, lengths_back = pad_packed_sequence(packed_output)
assert torch.equal(lengths_back, lengths)
assert torch.equal(pad_packed_sequence(packed_output, batch_first=True)[0].transpose(0, 1), output)
for b, n in enumerate(lengths):
    assert torch.allclose(output[:n, b], both(x[:n, b])[0], rtol=0, atol=1e-12)
mean = output.sum(dim=0) / lengths[:, None]  # no mask: unpacking has put zeros there
for b, n in enumerate(lengths):
    assert torch.allclose(mean[b], output[:n, b].mean(dim=0), rtol=0, atol=1e-12)
print("The mean needs no mask now. Both halves are right in every line.")
print("zero behind every line:", bool((output[~mask] == 0).all()))
print("lines with output[-1] not zero:", [few[b].text for b in output[-1].any(dim=1).nonzero()])
forward, reverse = output[lengths - 1, torch.arange(B), :H], output[0, :, H:]
assert torch.allclose(torch.stack([forward, reverse]), h_both, rtol=0, atol=1e-12)
print("h_n: the forward half of each line's last slot, the reverse half of slot 0.")

# %% [markdown]
# `pad_packed_sequence` fills up with zeros. So `output[-1]` is zero for every line but the longest,
# and `h_n` is where each line's last states are, one for each direction.
#
# ## What can go wrong
#
# If your batch comes first (lesson 05), tell `pack_padded_sequence` and `pad_packed_sequence` so,
# each with `batch_first=True`. (A packed batch has no axis B, so the layer's own `batch_first`
# makes no difference to it.) And `pad_sequence` pads a list of tensors for you.
#
# **Predict.** Six calls below with lengths that are not as they should be. Which mistake goes
# unseen?

# %%
from torch.nn.utils.rnn import pad_sequence

assert torch.equal(pad_sequence([numbers[:n, b] for b, n in enumerate(lengths)]), numbers)
assert torch.equal((numbers != 0).sum(dim=0), lengths)
turned = pack_padded_sequence(x.transpose(0, 1), lengths, batch_first=True, enforce_sorted=False)
assert torch.equal(turned.data, packed.data)
print("pad_sequence and batch_first=True: the same numbers as by hand")

mistakes = {
    "not sorted": [8, 7, 11, 6, 10],
    "a length of 0": [11, 10, 8, 7, 0],
    "one too few": [11, 10, 8, 7],
    "longer than T": [12, 10, 8, 7, 6],
    "too short": [5, 5, 5, 5, 5],
    # "meta" is a device without memory, that every computer has: it stands for a GPU here.
    "not on the CPU": torch.tensor([11, 10, 8, 7, 6], device="meta"),
}
for name, given in mistakes.items():
    try:
        accepted = pack_padded_sequence(x, given)
        rows = accepted.batch_sizes.sum()
        print(f"{name}: accepted, with {len(accepted.data)} rows; batch_sizes say {rows}")
        lstm(accepted)
    except RuntimeError as error:
        print(f"{name}: {str(error).split('. ')[0]}")

# %% [markdown]
# Lengths longer than T fail inside the LSTM. Too short ones fail nowhere: the lines are cut off. So
# hold lengths against the numbers, `(numbers != 0).sum(dim=0)`. Lengths from a GPU need
# `lengths.cpu()`.
#
# ## Does it matter?
#
# A small classifier: numbers → vectors → LSTM → last state → one number, positive for code. It is
# trained on the first 484 lines, and tested on 242 from other pages. Only the packing differs:
# padded, all lines have T = 40.
#
# One seed says little, so we take three. We compare with a simple rule: "code" if one of 13 signs,
# such as a bracket, is in the line. It is right in 86 %.
#
# **Predict.** Which of the two beats the rule: padded, packed, both, none?

# %%
(all_numbers, all_lengths), is_code = pad(lines), torch.tensor([line.code * 1.0 for line in lines])


def train_one(seed, packing, rounds=5):
    """Train a classifier; return its function from numbers and lengths to a score a line."""
    torch.manual_seed(seed)
    embedding, lstm = nn.Embedding(len(number) + 1, 8, padding_idx=0), nn.LSTM(8, 16)
    read = nn.Linear(16, 1)
    parameters = [*embedding.parameters(), *lstm.parameters(), *read.parameters()]

    def score(numbers, lengths):
        x = embedding(numbers)
        if packing:
            x = pack_padded_sequence(x, lengths, enforce_sorted=False)
        _, (h_n, _) = lstm(x)
        return read(h_n[-1])[:, 0]

    optimiser = torch.optim.Adam(parameters, lr=0.02)
    for chosen in torch.cat([torch.randperm(484) for _ in range(rounds)]).split(44):
        optimiser.zero_grad()
        scores = score(all_numbers[:, chosen], all_lengths[chosen])
        # This loss is near 0 if each score is far on the right side of 0.
        F.binary_cross_entropy_with_logits(scores, is_code[chosen]).backward()
        optimiser.step()
    return torch.no_grad()(score)  # from now on it only reads: no graph is kept


# %%
test = torch.arange(484, len(lines))
signs = "()=[]{}<>:_'#"
rule = sum(any(c in signs for c in lines[b].text) == lines[b].code for b in test) / len(test)
print(f"zeros behind a line, on average: {(all_numbers == 0).sum() / len(lines):.0f}")
print(f"always the same answer: {is_code[test].mean():.2f}")
print(f"one of the signs  {' '.join(signs)}  is in it: {rule:.3f}")
given, answers = (all_numbers[:, test], all_lengths[test]), is_code[test] > 0
models = {
    name: [train_one(seed, packing) for seed in range(3)]
    for name, packing in (("padded", False), ("packed", True))
}
for name, scores in models.items():
    shares = [((score(*given) > 0) == answers).double().mean() for score in scores]
    better = sum(share > rule for share in shares)
    print(f"{name}, seeds 0 to 2:", *(f"{share:.3f}" for share in shares), end="  ")
    print(f"mean {sum(shares) / 3:.3f}, better than the rule: {better} of 3")

# %% [markdown]
# Packed, about 0.90 with every seed. Padded, the seed decides, and after five rounds none does
# better than the rule. (Do more rounds help? Put `rounds=20` into the first line of `train_one`.
# With the PyTorch of this course, padded gives 0.84, 0.75 and 0.85 then.)
#
# How could you find out that a model reads its padding, without its code? The answer for a line
# must not depend on zeros behind it. So put 20 more behind every line, and look.
#
# **Predict.** What will the probe say of the two kinds? And behind 220 zeros, will 20 more? Would
# it be enough to give a line alone, and then beside a longer one?

# %%
longer = F.pad(all_numbers[:, test], (0, 0, 0, 20))  # 20 more steps, all zeros, behind the others
assert longer.shape == (60, len(test))
for name, scores in models.items():
    changed = [not torch.allclose(score(longer, given[1]), score(*given)) for score in scores]
    print(f"{name}: 20 zeros more change the answers:", changed)
    # 220 zeros behind what was there, and 240; of 60 lines, which is quicker
    far = [F.pad(longer[:, :60], (0, 0, 0, more)) for more in (200, 220)]
    some = given[1][:60]
    changed = [not torch.allclose(*(score(each, some) for each in far)) for score in scores]
    print("    behind 220 zeros:", changed)

k, long = (test[each].item() for each in (given[1].argmin(), given[1].argmax()))
for score in models["padded"]:
    by_itself = score(all_numbers[:, [k]], all_lengths[[k]])
    beside = score(all_numbers[:, [k, long]], all_lengths[[k, long]])
    assert torch.allclose(by_itself[0], beside[0])
print("padded to 40, a line alone and beside a long one: the same answer")
by_itself, beside = (score(*pad(each))[0] for each in ([lines[k]], [lines[k], lines[long]]))
print("each batch padded for itself: the same answer", torch.allclose(by_itself, beside))

# %% [markdown]
# More zeros show it, unless so many stand there that the state has settled. A longer line shows it
# only where each batch is padded for itself.
#
# ## The map of nn.LSTM
#
# All arguments of `nn.LSTM` that change a result. One is new: `proj_size`
# multiplies $h$ by one more matrix, so that it has R numbers, fewer than $c$ (lesson 11). With
# several layers, point at a row of states for more.
#
# **Try it.**
#
# 1. Set `batch_first` to True. Which two of the six tensors change?
# 2. Set `dropout` to 0.5 with one layer, then with two. What does the map say?
# 3. Set `bidirectional` to True with two layers. Which weight gets more columns?

# %%
the_map = explorers.lstm_map()
the_map

# %% [markdown]
# Task 1: input and output. Task 2: that it does nothing with one layer; with two it acts between
# them, in training only. Task 3: `weight_ih_l1`, from 16 columns to 32.
#
# ## What we have seen
#
# * In a padded batch, with one direction, `h_n` is the state after the padding, so it depends on T.
# * `output[lengths - 1, torch.arange(B)]` is then right without packing, and so is the mean with
#   the mask.
# * Packed means: sorted, longest first, step by step. `batch_sizes[t]` lines still run at step t.
# * Then `h_n` is every line's own last state, in the order in which you gave the lines to
#   `pack_padded_sequence`, in both directions.

# %% [markdown]
# **A common mistake.** `output[-1]` or `h_n` of a padded batch. It runs, it trains, and with some
# seeds it is not even bad. You can tell by the probe: put more zeros behind a line that has few. If
# the model's answer changes, it reads the padding.
#
# **Exercises:** [09 Ragged sequences](../exercises/09_ragged_sequences.ipynb). Pack by hand, write
# the masked mean, mend a function that takes the wrong step, and predict a packing.
#
# **Next:** lesson 10 goes backwards through all of this, and finds every gradient by hand. It is on
# its way.
