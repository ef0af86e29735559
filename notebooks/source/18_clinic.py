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
# ## Three programs, one set of weights
#
# The trained reader of this course gets 217 of 242 lines right. Three people wrote a program round
# its weights. None of the three raises an error, and none is right.
#
# We take those 242 lines, on which it was not trained. `block_of` makes numbers of the characters
# and a block of the lines.

# %%
import torch
from torch import nn

from lstm_lessons import trained_reader
from lstm_lessons.data import code_or_prose
from lstm_lessons.data.train_reader import padded

torch.set_num_threads(1)
reader, number = trained_reader()
lines = code_or_prose()[484:]
is_code = torch.tensor([line.code for line in lines])


# %%
def block_of(texts):
    """Return texts as numbers, with zeros behind the shorter ones."""
    rows = []
    for text in texts:
        rows.append([number[character] for character in text])
    return padded(rows)


numbers = block_of([line.text for line in lines])
print("numbers:", tuple(numbers.shape))

# %% [markdown]
# Here is the first program. The reader knows 87 characters, and 0 is the padding.


# %%
class Ann(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(88, 8, padding_idx=0)
        self.lstm = nn.LSTM(8, 16, batch_first=True)
        self.head = nn.Linear(16, 1)

    def forward(self, numbers):
        output, _ = self.lstm(self.embedding(numbers))
        return self.head(output[:, -1])


# %% [markdown]
# The other two are made from it, so that they have its bug and one of their own.

# %%
from torch.nn import functional as F


class Ben(Ann):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(8, 16)


class Cleo(Ann):
    def forward(self, numbers):
        output, _ = self.lstm(self.embedding(numbers))
        return self.head(F.dropout(output[:, -1], p=0.2))


# %% [markdown]
# All three get the weights of the reader, and read the lines in batches of 22.


# %%
def with_weights(program):
    """Return the program with the trained reader's weights, in eval mode."""
    program.load_state_dict(reader.state_dict())
    return program.eval()


def count_right(program):
    """Return how many of the lines a program gets right, 22 at a time."""
    right = 0
    for chosen in torch.arange(242).split(22):
        longest = (numbers[chosen] != 0).sum(dim=1).max()
        scores = program(numbers[chosen, :longest])[:, 0]
        right += ((scores > 0) == is_code[chosen]).sum().item()
    return right


# %% [markdown]
# **Predict.** A guess: how many of the three programs get more than 200 lines right?

# %%
ann, ben, cleo = with_weights(Ann()), with_weights(Ben()), with_weights(Cleo())
torch.manual_seed(0)
for name, program in {"Ann": ann, "Ben": ben, "Cleo": cleo}.items():
    print(f"{name:5}{count_right(program):4} of 242")

# %% [markdown]
# Two of them. `Ben` is no better than a coin: somebody will notice. The others come so close to 217
# that you could blame the data. And no number of right lines says *which* bug it is. For that, this
# lesson has six questions to a program, and a tool that asks them.
#
# ## Change one thing, and see the rest
#
# You met such a question in lesson 05: change sentence 0, and see which sentences change. That is a
# *probe*. Unlike the linear probe of lesson 15, it trains nothing. A row of the batch is called a
# *sample* here.

# %%
from lstm_lessons import pictures

pictures.what_moves("sample independence")

# %% [markdown]
# On the left is x, a batch of 4 samples with 6 steps each. The probe changes what is filled: step 2
# of sample 0. On the right are the results. What has *moved* is filled: it is another number than
# before. In a right program that reads forward, sample 0 alone moves, from step 2 on. This one
# takes each column for a sequence, so that column 2 moves, and nothing else.
#
# There are six probes:
#
# | what you see | probe | what it changes | what may move |
# |---|---|---|---|
# | another neighbour, as long as the old one, changes a score | sample independence | one sample, or one step of it | that sample alone |
# | a longer neighbour changes a score | batch composition | which samples there are, their order, and the padding | no sample's score |
# | good in tests, useless in use | causality | one step | no step before it |
# | a text in pieces, with the state handed on, gets other scores than whole | chunk consistency | cuts the sequence in two, and hands the state on | nothing |
# | two calls do not agree | eval determinism | nothing: it calls again | nothing |
# | one weight never changes | parameter gradients | nothing: it runs `backward()` | nothing; every parameter gets a gradient |
#
# ## Pick a symptom
#
# **Try it.**
#
# 1. Press "as long", and move the sample to 3. The program is broken. Why does no other sample
#    move?
# 2. Press "longer", and take sample 0. Why does its score not move?

# %%
from lstm_lessons import explorers

explorers.probes()

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. Batch and time are swapped, so the state walks from sample 0 to sample 3. Behind sample 3 there
#    is none. A probe has to try more than one place.
# 2. Sample 0 is the longest and has no padding, so there is nothing to take away.
#
# </details>

# %% [markdown]
# ## Ann: one probe by hand
#
# Here is *batch composition* for `ann`. The batch holds the line `[0, 3, 6, 9]` with a longer one
# below it.

# %%
texts = ["[0, 3, 6, 9]", "The list is changed in place."]
batch = block_of(texts)
in_batch = ann(batch)[0, 0]
alone = ann(batch[:1, :12])[0, 0]  # its own 12 characters
print(f"in the batch: {in_batch:.2f}   alone: {alone:.2f}")

# %% [markdown]
# Alone the score is above 0, which says code; in the batch it is below. `ann` takes the state in
# the last slot, and that is *behind the padding*: the bug of lesson 09.
#
# Why, then, does `ann` get 212 lines right? Half of the scores are more than 4.4 away from 0, and
# half are moved by less than 0.63. Only 5 of the 242 cross 0. Other weights may do worse: read like
# this, your packed reader of lesson 09 falls from 223 right lines to 147.
#
# ## The tool
#
# `diagnose` runs all six probes. You give it a model, and an example of what the model is called
# with: here four other lines, of 16, 13, 25 and 13 characters. `batch_first=True` tells the tool
# how *we* mean them: axis 0 counts lines.

# %%
from lstm_lessons import diagnose

example = numbers[[0, 40, 80, 120], :25]
diagnose(ann, example, batch_first=True)

# %% [markdown]
# The first line is the verdict, with what was *not* tried. If only a part was tried, its row says
# so: "32 of 100 samples". The words below mean:
#
# * **holds**: the probe saw nothing wrong.
# * **suspicion**: a fact that may be a mistake, or may be meant so. The score does move when the
#   zeros go. But nobody has told the tool that they are padding.
# * **not tried** comes with its reason.
# * **Perhaps** is a guess at the cause. What stands before it was measured on this example.
#
# If the model is told the lengths, then the zeros behind a line *are* padding. The same fact is now
# a **fault**: hardly anybody wants it. A tensor of whole numbers, one for each line, counts as
# lengths if its argument has `len` in its name.
#
# This program takes lengths, and does not use them. A tuple holds the arguments of one call.


# %%
class WithLengths(Ann):
    def forward(self, numbers, lengths):
        return super().forward(numbers)


lengths = (example != 0).sum(dim=1)
told = with_weights(WithLengths())
diagnose(told, (example, lengths), batch_first=True)["batch composition"]

# %% [markdown]
# Square brackets ask the report for one probe. The tool works on copies: your model and the random
# numbers stay as they were.
#
# ## Ben: what an example can show
#
# `Ben` has forgotten `batch_first=True` in its `nn.LSTM`, which takes the four lines for four
# steps. So its state walks down each column, and the head takes the last one. In `example` only
# the longest line has a character there. What if it is the last row, row 3?

# %%
diagnose(ben, example[[0, 1, 3, 2]], batch_first=True)

# %% [markdown]
# No fault. But rows 0 to 2 move nothing, not even their own scores: the probe changes characters,
# and in the last column they have zeros. Below row 3 there is no row. *Causality* shows the bug,
# too: only the last step counts. Eight characters of each line show it plainly:

# %%
whole = numbers[[0, 40, 80, 120], :8]
diagnose(ben, whole, batch_first=True)["sample independence"]

# %% [markdown]
# Now row 0 moves all rows below it. Mend it, and ask again:

# %%
ben.lstm.batch_first = True
diagnose(ben, whole, batch_first=True)["sample independence"]

# %% [markdown]
# *Holds*: the swap is gone. But always say `batch_first`. Here we mean x batch first, and a bare
# layer reads time first:

# %%
torch.manual_seed(0)
x = torch.randn(4, 7, 8)  # 4 lines, 7 steps
print(diagnose(nn.LSTM(8, 16), x).verdict)

# %% [markdown]
# Not told, the tool believes the layer, and finds no fault. With `batch_first=True` this one bug
# raises two: in *sample independence* and in *batch composition*.
#
# **Predict.** `ann` reads its padding. What does the verdict say of it on `whole`?

# %%
print(diagnose(ann, whole, batch_first=True).verdict)

# %% [markdown]
# No fault, and no suspicion either: where there is no padding, none can be taken away. *Padding* is
# no probe, but a part of *batch composition*. **Before you believe "no fault found", read what was
# not tried.**
#
# ## Cleo: in eval mode
#
# Two calls of `cleo` do not agree: its `F.dropout` drops in eval mode, too.
#
# **Predict.** What can *sample independence* say of such a program?

# %%
report = diagnose(cleo, example, batch_first=True)
print(report.verdict)
report["eval determinism"]

# %% [markdown]
# Nothing. A score that moves may have moved by chance, so the other probes that compare calls are
# *not tried*. **One bug can hide another**: `cleo` reads its padding as `ann` does, and the report
# does not say so. Mend what was found, and examine the program again.
#
# `F.dropout` does not know of eval mode, unless it is told: `training=self.training`.
#
# ## Dora: a text in pieces
#
# The next patients have no trained weights, and read the x of the bare layer. For *chunk
# consistency*, `forward` has to take a state behind x, and to return the results of all steps, and
# the state. The tool knows a state by its name, such as `state`, `hidden` or `hx`.


# %%
class Dora(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(8, 16, batch_first=True)
        self.head = nn.Linear(16, 1)

    def forward(self, x, state=None):
        output, state = self.lstm(x)
        return self.head(output), state


torch.manual_seed(0)
diagnose(Dora(), x, batch_first=True)["chunk consistency"]

# %% [markdown]
# `Dora` takes a state, and does not give it to the layer: `self.lstm(x, state)` mends that.
#
# ## Emil: both ways, one slot
#
# `Emil` reads both ways and takes the last slot of `output`.


# %%
class Emil(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(8, 16, batch_first=True, bidirectional=True)
        self.head = nn.Linear(32, 1)

    def forward(self, x):
        output, _ = self.lstm(x)
        return self.head(output[:, -1])


# %% [markdown]
# **Predict.** In the last slot the reverse pass has made one step. Which of its weights gets
# nothing but zeros for a gradient, `weight_ih` or `weight_hh`?

# %%
diagnose(Emil(), x, batch_first=True)["parameter gradients"]

# %% [markdown]
# `weight_hh`: it is multiplied by the h before, which is zero here. The head should get `h_n[-2]`
# and `h_n[-1]`, joined (lesson 07).
#
# ## Fay: no patient
#
# `fay` is a bare layer that reads both ways. If its last step changes, all steps before it move.
#
# **Predict.** What is that to the report: a fault, a suspicion, or a third thing?

# %%
fay = nn.LSTM(8, 16, batch_first=True, bidirectional=True)
report = diagnose(fay, x, batch_first=True)
print(report.verdict)
report["causality"]

# %% [markdown]
# A third thing: a *property*, by design. (The other is *chunk consistency*.) *Silenced* means: with
# zeros for the weights of that pass.
#
# For a score of a whole line you want this. For a guess of the next character it is a leak: the
# model sees the answer (lesson 07). The next picture is of a forecast, so there it is called
# broken:

# %%
pictures.what_moves("causality")

# %% [markdown]
# The tool cannot know which of the two you are doing. **So read the properties as well.**
#
# ## Gus: a softmax too many
#
# A *softmax* turns scores into shares: e to the power of each score, divided by the sum of these
# powers. The loss `cross_entropy` has one inside. For one line it is minus the logarithm of the
# share of the right kind. `Gus` puts another softmax in front of it.


# %%
class Gus(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(8, 16, batch_first=True)
        self.head = nn.Linear(16, 9)  # nine kinds

    def forward(self, x):
        _, (h, c) = self.lstm(x)
        return self.head(h[-1]).softmax(dim=1)  # and then cross_entropy


# %% [markdown]
# **Predict.** A guess: how many of the six probes will find this bug?

# %%
print(diagnose(Gus(), x, batch_first=True).verdict)
perfect = torch.eye(9)  # nine lines: all of the share is on the right kind
loss = F.cross_entropy(perfect, torch.arange(9))
print(f"loss of perfect shares: {loss:.3f}")

# %% [markdown]
# None. But even with perfect shares the loss is 1.372. The second softmax takes them for scores,
# one of 1 and eight of 0, and leaves the right kind a share of e / (e + 8), which is 0.254.
#
# The bug is in what the numbers *mean* to the loss. No probe of these six sees that, or
#
# * labels that belong to other lines,
# * test lines that are training lines, too: a leak, as in lesson 14,
# * a target of shape (B, 1) beside scores of shape (B,), where `mse_loss` compares every pair,
# * what happens in training mode alone: the probes look in eval mode.
#
# **Six probes see six things. A report without a fault is not a proof.**
#
# ## In your own work
#
# The tool takes modules with a recurrence: GRUs, plain RNNs, cells in a loop of your own. Without
# lengths, padding is what stands at the *end* of a row: zeros, or the embedding's `padding_idx`.
#
# Take a small example: the model is called several times for each sample and each step.
#
# In a terminal: `python3 -m lstm_lessons diagnose model.py:example --batch-first`, where `example`
# is a function of your `model.py` that returns the model and its example.

# %% [markdown]
# ## What we have seen
#
# * No score says which bug it is. A probe changes one thing, and sees what else changes.
# * Say `batch_first`: a guess can hide a swap.
# * A *fault* is a fact that hardly anybody wants. A *suspicion* may be meant so. A *property* is by
#   design.
# * Before you believe "no fault found", read what was not tried, and the properties.
# * One bug can hide another, or raise two faults. And no probe sees what the numbers mean: labels,
#   losses.

# %% [markdown]
# **A common mistake.** You examine lines that all fill the block, and believe "no fault found". You
# recognise it by the rest of the verdict: "not tried: padding".
#
# The course began with two posts. [The audit](audit_of_two_posts.ipynb) takes each of their claims
# in turn.
#
# **Exercises:** [18 Clinic](../exercises/18_clinic.ipynb). Choose probes for symptoms, write one,
# mend a patient, examine four more programs, and say what an example cannot show.
#
# **Next:** an LSTM reads step by step, and no step can begin before the last one has ended. In
# [lesson 19](19_gates_without_a_loop.ipynb) there are gates that do not look back, and all steps
# run at once.
