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
# Write your answer in its cell, run it, then run the cell below it, which checks it. Stuck?
# `exercise("18.1").hint()` gives a hint, and another one at the next call.
# `exercise("18.1").solution()`, called twice, shows a solution.

# %%
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from lstm_lessons import diagnose, exercise

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

# %% [markdown]
# ## 18.1 Which probe?
#
# Six people tell what they have seen. Which probe do you take first?
#
# | key | what was seen |
# |---|---|
# | `"neighbour"` | Line 3 is replaced by another as long, and the verdict on line 5 changes. |
# | `"longer"` | A line gets another verdict as soon as a longer line is in its batch. |
# | `"forecast"` | The next value is predicted nearly perfectly in tests. In use, it is not. |
# | `"cut"` | A text in pieces, with the state handed on, gets other scores than whole. |
# | `"again"` | The same line, asked twice in eval mode, gets two scores. |
# | `"still"` | One weight has the same numbers after 1,000 updates as before the first. |
#
# * `"A"`: sample independence
# * `"B"`: batch composition
# * `"C"`: causality
# * `"D"`: chunk consistency
# * `"E"`: eval determinism
# * `"F"`: parameter gradients

# %%
answer = {
    "neighbour": ...,
    "longer": ...,
    "forecast": ...,
    "cut": ...,
    "again": ...,
    "still": ...,
}
### BEGIN SOLUTION
answer = {
    "neighbour": "A",
    "longer": "B",
    "forecast": "C",
    "cut": "D",
    "again": "E",
    "still": "F",
}
### END SOLUTION

# %%
exercise("18.1").check(answer)

# %% [markdown] tags=["hints"]
# 1. What did each of the six change? Another line, the company of a line, nothing? Look for the
#    probe that changes the same thing.
# 2. A forecast that is too good knows the value that it has to forecast. Which probe changes a
#    step, and asks whether an earlier one has known of it?
# 3. A weight that stays as it is gets no gradient.

# %% [markdown]
# ## 18.2 Write a probe
#
# Write the heart of *causality*. `lstm` was made with `batch_first=True`, and `x` is (B, T, I). Add
# 1 to all numbers of x at one `step`, in every sample. How far does each step of `output` move?
#
# Return a tensor of shape (T,): for each step of `output` the largest change, without its sign,
# over all samples and units. `x` itself should stay as it was.

# %%
torch.manual_seed(0)
lstm = nn.LSTM(2, 3, batch_first=True)  # something to try it on
x = torch.randn(4, 5, 2)


# %%
def how_far(lstm, x, step):
    ### BEGIN SOLUTION
    other = x.clone()
    other[:, step] += 1
    before, _ = lstm(x)
    after, _ = lstm(other)
    return (after - before).abs().amax(dim=(0, 2))
    ### END SOLUTION


# %%
exercise("18.2").check(how_far)

# %% [markdown] tags=["hints"]
# 1. You need two calls of the layer, one with `x` and one with a changed copy of it. `x.clone()`
#    makes a copy.
# 2. With `batch_first=True`, axis 0 counts samples and axis 1 counts steps, in `x` and in `output`.
# 3. `abs()` takes the signs away, and `amax(dim=(0, 2))` takes the largest number over the axes 0
#    and 2. What is left is the axis of the steps.

# %% [markdown]
# ## 18.3 Mend a patient
#
# The function gets a padded batch `x` of shape (B, T, I), the `lengths` (B,) of its lines, an
# `lstm` with `batch_first=True`, and a `head`, which is an `nn.Linear(H, 1)`. It should return one
# score for each line, (B,). There are two faults in it.

# %%
lstm = nn.LSTM(2, 3, batch_first=True)  # something to try it on
head = nn.Linear(3, 1)
x, lengths = torch.randn(4, 5, 2), torch.tensor([5, 2, 4, 1])


# %%
def ill_scores(lstm, head, x, lengths):
    output, _ = lstm(x)
    return head(output[:, -1]).squeeze()


# %% [markdown]
# `diagnose` examines modules, so we put the function into the `forward` of one. The report names
# one of the two faults. It names the other when that one is mended.


# %%
class Patient(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.lstm, self.head, self.function = lstm, head, function

    def forward(self, x, lengths):
        return self.function(self.lstm, self.head, x, lengths)


diagnose(Patient(ill_scores), (x, lengths), batch_first=True)

# %% [markdown]
# Mend both in the function below. `diagnose(Patient(scores), ...)` examines yours.


# %%
def scores(lstm, head, x, lengths):
    ### BEGIN SOLUTION
    output, _ = lstm(x)
    last = output[torch.arange(len(x)), lengths - 1]
    return head(last).squeeze(-1)
    ### END SOLUTION


# %%
exercise("18.3").check(scores)

# %% [markdown] tags=["hints"]
# 1. The last slot of a line is not the last slot of the block. In which slot of `output` stands the
#    state after the last step of a line of length n?
# 2. Two lists of indices are read in pairs: `output[rows, slots]` takes one slot of each row, as in
#    lesson 09. Packing and `h_n[-1]` do it as well.
# 3. With one line in the batch, `squeeze()` takes the axis of the batch, too. `squeeze(-1)` takes
#    the last axis alone.

# %% [markdown]
# ## 18.4 Four more programs
#
# Four people have sent their programs. Examine them with `diagnose`, and read them: the report does
# not always say what is wrong in *their* use. All of them get `x` with the batch first.
#
# Hal predicts at each step which of 9 characters comes *next*. Ida gives each line of the batch one
# of 9 kinds. Jon gives each line one score, and each batch has new lines. Kim gives each line of a
# padded batch one score.


# %%
class Hal(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(8, 16, batch_first=True, bidirectional=True)
        self.head = nn.Linear(32, 9)

    def forward(self, x):
        output, _ = self.lstm(x)
        return self.head(output)


# %%
class Ida(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(8, 16, batch_first=True)
        self.head = nn.Linear(16, 9)

    def forward(self, x):
        _, (h_n, _) = self.lstm(x)
        return self.head(h_n[-1]).log_softmax(dim=0)


# %%
class Jon(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(8, 16, batch_first=True)
        self.head = nn.Linear(16, 1)
        self.states = None

    def forward(self, x):
        _, (h_n, c_n) = self.lstm(x, self.states)
        self.states = (h_n.detach(), c_n.detach())
        return self.head(h_n[-1])


# %%
class Kim(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(8, 16, batch_first=True, bidirectional=True)
        self.head = nn.Linear(32, 1)

    def forward(self, x, lengths):
        packed = pack_padded_sequence(
            x,
            lengths,
            batch_first=True,
            enforce_sorted=False,
        )
        _, (h_n, _) = self.lstm(packed)
        return self.head(torch.cat([h_n[0], h_n[1]], dim=1))


# %% [markdown]
# This examines Hal. Go on with the others; Kim wants `(x, lengths)`.

# %%
x, lengths = torch.randn(4, 7, 8), torch.tensor([7, 3, 5, 2])
diagnose(Hal(), x, batch_first=True)

# %% [markdown]
# What is wrong with each?
#
# * `"A"`: batch and time are swapped
# * `"B"`: it reads the padding
# * `"C"`: it takes the softmax over the lines, not over the kinds
# * `"D"`: it sees the answer that it has to guess
# * `"E"`: a batch begins with the state that the batch before has left
# * `"F"`: dropout is at work in eval mode
# * `"G"`: a part of it gets no gradient
# * `"H"`: nothing

# %%
answer = {"Hal": ..., "Ida": ..., "Jon": ..., "Kim": ...}
### BEGIN SOLUTION
answer = {"Hal": "D", "Ida": "C", "Jon": "E", "Kim": "H"}
### END SOLUTION

# %%
exercise("18.4").check(answer)

# %% [markdown] tags=["hints"]
# 1. Look at one program after the other, and at what it is *for*. A property in the report is a
#    fault, if the use does not allow it.
# 2. For Ida, count what is summed up to 1: the 9 kinds of a line, or the lines of one kind? For
#    Jon, call it twice with the same x.
# 3. One of the four has no bug. Which one gives each line what it gives alone, takes the ends of
#    both passes, and is asked for one score a line?

# %% [markdown]
# ## 18.5 Can it show?
#
# A probe finds a bug only if the example lets it. Say for each row whether *any* of the six probes
# can see the bug with this example: True or False. You may try it.
#
# | key | bug | example |
# |---|---|---|
# | `"padding"` | it reads the padding | 4 lines of 7 steps each, none with padding |
# | `"swap"` | batch and time are swapped, `batch_first=True` is told | 6 lines of 6 steps |
# | `"dropout"` | `F.dropout` in eval mode | one line of 5 steps |
# | `"loss"` | the (B, 1) scores meet a target of shape (B,) in `mse_loss` | any |
# | `"squeeze"` | `squeeze()` takes the axis of the batch, too | 4 lines |
# | `"leak"` | the lines for training and for testing are the same | any |

# %%
answer = {
    "padding": ...,
    "swap": ...,
    "dropout": ...,
    "loss": ...,
    "squeeze": ...,
    "leak": ...,
}
### BEGIN SOLUTION
answer = {
    "padding": False,
    "swap": True,
    "dropout": True,
    "loss": False,
    "squeeze": True,
    "leak": False,
}
### END SOLUTION

# %%
exercise("18.5").check(answer)

# %% [markdown] tags=["hints"]
# 1. A probe knows the model and one example. Does it know the loss, or the data?
# 2. For the others ask what the probe would have to change. Is that in the example? What cannot be
#    taken away is not missed.
# 3. Samples that mix are found by what moves, and not by shapes. And for two calls that do not
#    agree one line is enough.
