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
# its weights. None of the three programs raises an error, and none of them is right.
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
# `super().__init__()` makes the layers of `Ann` first.

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
# All three get the weights of the reader. Then they read the lines in batches of 22.


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
# Two of them. `Ben` is no better than a coin, so that its bug will be noticed. The others come so
# close to 217 that you could blame the data. And no number of right lines says *which* bug it is.
# For that, this lesson has six questions to a program, and a tool that puts them.
#
# ## Change one thing, and see the rest
#
# You met such a question in lesson 05: change sentence 0, and see which sentences change. That is a
# *probe*. Unlike the linear probe of lesson 15, it trains nothing. It needs no trained weights, no
# right answers and no idea of the bug. A row of the batch is called a *sample* here, as libraries
# call it.

# %%
from lstm_lessons import pictures

pictures.what_moves("sample independence")

# %% [markdown]
# On the left is x, a batch of 4 samples with 6 steps each. The probe changes what is filled: step 2
# of sample 0. On the right are the results. What has *moved* is filled: it is another number than
# before. In a right program that reads forward, sample 0 alone moves, from step 2 on. This one takes
# each column for a sequence, so that all of column 2 moves, and nothing else.
#
# There are six probes:
#
# | what you see | probe | what it changes | what may move |
# |---|---|---|---|
# | another neighbour, as long as the old one, changes a score | sample independence | one sample, or one step of it | that sample alone |
# | a longer neighbour changes a score | batch composition | which samples there are, their order, and the padding | nothing |
# | very good in tests, useless in use | causality | one step | no step before it |
# | it takes a state, and forgets where a chunk ends | chunk consistency | cuts the sequence in two, and hands the state on | nothing |
# | two calls do not agree | eval determinism | nothing: it calls twice | nothing |
# | one weight never changes | parameter gradients | nothing: it runs `backward()` | nothing; every parameter gets a gradient |
#
# ## Pick a symptom
#
# **Try it.**
#
# 1. Press "as long", and move the sample to 3. The program is broken. Why does no other sample
#    move?
# 2. Press "longer", and take sample 0. Why does its score not move?
# 3. Press "too good". Step 2 is changed. From which step on do results move?

# %%
from lstm_lessons import explorers

explorers.probes()

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. Batch and time are swapped, so the state walks from sample 0 to sample 3. Behind sample 3 there
#    is none. A probe has to try more than one place.
# 2. Sample 0 is the longest and has no padding, so there is nothing to take away. An example
#    without padding cannot show this bug.
# 3. From step 0 on. In the right program, from the step that was changed.
#
# </details>

# %% [markdown]
# ## Ann: one probe by hand
#
# A probe is a few lines of code. Here is *batch composition* for `ann`. The batch holds the line
# `[0, 3, 6, 9]` with a longer one below it.

# %%
texts = ["[0, 3, 6, 9]", "The list is changed in place."]
batch = block_of(texts)
in_batch = ann(batch)[0, 0]
alone = ann(batch[:1, :12])[0, 0]  # its own 12 characters
print(f"in the batch: {in_batch:.2f}   alone: {alone:.2f}")

# %% [markdown]
# Alone the score is above 0, which says code. In the batch it is below 0. `ann` takes the state in
# the last slot, and the last slot is *behind the padding*. That is the bug of lesson 09.
#
# ## The tool
#
# `diagnose` runs all six probes. You give it a model, and an example of what the model is called
# with. Here it gets four other lines, of three lengths, in a block of 25 characters.
# `batch_first=True` tells the tool how *we* mean them: axis 0 counts lines.

# %%
from lstm_lessons import diagnose

example = numbers[[0, 40, 80, 120], :25]
diagnose(ann, example, batch_first=True)

# %% [markdown]
# The first line is the verdict, with what was *not* tried. The words below it mean:
#
# * **holds**: the probe saw nothing wrong. In `ann` a neighbour may become another line *as long*,
#   and no other score moves.
# * **suspicion**: a fact that may be a mistake, or may be meant so. The score does move when the
#   zeros go. But nobody has told the tool where the lines end.
# * **not tried** comes with its reason.
# * **Perhaps** is a guess at the cause. What stands before it was measured on this example.
#
# If the model is told the lengths, then the zeros behind them *are* padding, and hardly anybody
# wants them to count. So the same fact is then a **fault**. This program takes lengths, and does not
# use them.


# %%
class WithLengths(Ann):
    def forward(self, numbers, lengths):
        return super().forward(numbers)


lengths = (example != 0).sum(dim=1)
with_lengths = with_weights(WithLengths())
report = diagnose(with_lengths, (example, lengths), batch_first=True)
report["batch composition"]

# %% [markdown]
# A tuple holds the arguments of one call. Square brackets ask the report for one probe.
#
# The tool works on copies. Your model, its mode, its gradients and the random numbers stay as they
# were.
#
# ## Ben: who reaches whom?
#
# `Ben` has forgotten `batch_first=True` in its `nn.LSTM`, which takes the four lines for four steps.
# Its head takes the last slot alone. Behind a shorter line there is padding in that slot, and the
# probe does not change padding. So we take eight characters of each line.

# %%
whole = numbers[[0, 40, 80, 120], :8]
diagnose(ben, whole, batch_first=True)["sample independence"]

# %% [markdown]
# The state walks from line to line, as in the first picture.
#
# What if we do not say `batch_first`? Here is a program with the bug of `Ben` and a score for each
# step.


# %%
class BenAtEachStep(Ben):
    def forward(self, numbers):
        output, _ = self.lstm(self.embedding(numbers))
        return self.head(output)


each_step = with_weights(BenAtEachStep())
not_told = diagnose(each_step, whole)
print(not_told.verdict)
print(not_told.axes)
diagnose(each_step, whole, batch_first=True)["sample independence"]

# %% [markdown]
# The tool tries both axes, and takes for the batch the one along which nothing mixes. So it takes
# the axes as the *layer* does: 8 samples of 4 steps. No swap can show then. A bare `nn.LSTM` hides
# its swap, too. **Say `batch_first`**: the layer stays as it is, but the tool knows what you mean.
#
# The *padding* that was not tried is no probe, but a part of *batch composition*.
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
# Nothing. A score that moves may have moved by chance, so the probes that compare calls are *not
# tried*. **One bug can hide another.** `cleo` reads its padding as `ann` does, and the report
# does not say so. Mend what was found, and examine the program again.
#
# The function `F.dropout` does not know of eval mode, unless it is told:
# `F.dropout(x, p=0.2, training=self.training)`. An `nn.Dropout` that is made in `__init__` knows it
# by itself.
#
# ## Dora: a row of scores
#
# The next patients have no trained weights. `Dora` wants a row of scores, (B,), in place of (B, 1):


# %%
class Dora(Ann):
    def forward(self, numbers):
        output, (h, c) = self.lstm(self.embedding(numbers))
        return self.head(h[-1]).squeeze()


print("four lines:", tuple(Dora()(whole).shape))

# %% [markdown]
# **Predict.** Which shape has the result for a batch of one line?

# %%
torch.manual_seed(0)
diagnose(Dora(), whole, batch_first=True)["batch composition"]

# %% [markdown]
# `()`: `squeeze()` removes *every* axis of length 1. With one line in the batch, as it can happen
# at the end of a round, the batch goes as well. `squeeze(-1)` removes the last axis alone.
#
# ## Emil: both ways, one slot
#
# *Parameter gradients* calls the model, goes back, and looks at the gradient of each parameter.
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
torch.manual_seed(0)
x = torch.randn(4, 7, 8)
diagnose(Emil(), x, batch_first=True)["parameter gradients"]

# %% [markdown]
# `weight_hh`: it is multiplied by the h before, which is zero here. So the loss cannot change this
# weight. The reverse pass runs over all steps, but what is read of it has seen one step only. The
# head should get `h_n[-2]` and `h_n[-1]`, joined (lesson 07).
#
# ## Fay: not even zeros
#
# `Fay` wants to save memory, and switches gradients off for the embedding.


# %%
class Fay(Ann):
    def forward(self, numbers):
        with torch.no_grad():
            x = self.embedding(numbers)
        output, (h, c) = self.lstm(x)
        return self.head(h[-1])


torch.manual_seed(0)
diagnose(Fay(), whole, batch_first=True)["parameter gradients"]

# %% [markdown]
# The vectors of the characters move the scores, and get no gradient: their `grad` is `None`. So
# they stay as they were drawn. If that is meant, say `embedding.weight.requires_grad_(False)`: the
# report then counts it as frozen.
#
# ## A property is no fault
#
# Here is a layer that reads both ways.

# %%
torch.manual_seed(0)
both = nn.LSTM(8, 16, batch_first=True, bidirectional=True)
report = diagnose(both, torch.randn(4, 7, 8), batch_first=True)
print(report.verdict)
report["causality"]

# %% [markdown]
# To be sure of the cause, the tool has put zeros for the weights of the reverse pass: then no
# earlier step moves.
#
# For a score of a whole line you want this. For a guess of the next character it is a leak: the
# model sees the answer (lesson 07). The tool cannot know which of the two you are doing. So it says
# *property*, and "no fault found".
#
# ## Gus: a softmax too many
#
# `Gus` puts a softmax in front of a loss that has one already: `cross_entropy` turns scores into
# shares by itself.


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
torch.manual_seed(0)
print(diagnose(Gus(), torch.randn(4, 7, 8), batch_first=True).verdict)
perfect = torch.eye(9)  # nine lines: all of the share is on the right kind
loss = F.cross_entropy(perfect, torch.arange(9))
print(f"loss of perfect shares: {loss:.3f}")

# %% [markdown]
# None. But even with perfect shares the loss is 1.372. It takes the softmax of one 1 and eight 0s,
# and so leaves the right kind a share of e / (e + 8), which is 0.254. Without the softmax of `Gus`,
# the loss could come as near to 0 as you like.
#
# The bug is in what the numbers *mean* to the loss. Other things that no probe of these six sees
# are:
#
# * labels that belong to other lines,
# * a target of shape (B, 1) beside scores of shape (B,), where `mse_loss` compares every pair, and
#   warns,
# * lines for testing that were used for training as well,
# * what happens in training mode alone: they all look in eval mode.
#
# **Six probes see six things. A report without a fault is not a proof.**
#
# ## In your own work
#
# The tool takes modules with a recurrence: GRUs, plain RNNs, cells in a loop of your own. A plain
# function has to be put into the `forward` of one. Take a small example: the model is called several
# times for each sample and each step.
#
# For *chunk consistency* `forward` has to take a state behind x, and to return two things: the
# results of all steps, and the state. Name the argument `state`, `hidden` or `hx`, so that the tool
# knows it. In this picture a program forgets the state at the cut.

# %%
pictures.what_moves("chunk consistency", step=4)

# %% [markdown]
# For the tool, padding is what stands at the *end* of a row: zeros, or the `padding_idx` of the
# first embedding.
#
# In a terminal: `python3 -m lstm_lessons diagnose model.py:example --batch-first`, where `example`
# is a function of your `model.py` that returns the model and its example.

# %% [markdown]
# ## What we have seen
#
# * No score says which bug it is. A probe changes one thing, and sees what else changes.
# * A bug must be able to show in the example: give it lines of different lengths, if the model is
#   to read such lines. And say `batch_first`: a guess can hide a swap.
# * A *fault* is a fact that hardly anybody wants. A *suspicion* may be meant so. A *property* is by
#   design.
# * One bug can hide another. And no probe sees what the numbers mean: labels, losses.

# %% [markdown]
# **A common mistake.** You examine a model with lines that all fill the block. We did so with `Dora`
# and `Fay`: they read their padding as well. You recognise it by the first line of the report, which
# then says "not tried: padding".
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
