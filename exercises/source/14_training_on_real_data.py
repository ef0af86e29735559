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
# `exercise("14.1").hint()` gives a hint, and another one at the next call;
# `exercise("14.1").solution()` shows a solution, at the second call.

# %%
import torch
from torch.nn import functional as F

from lstm_lessons import exercise
from lstm_lessons.data.sunspots import sunspots

# %% [markdown]
# ## 14.1 An honest report
#
# S seeds were trained for E epochs each. You have their errors:
#
# | argument | shape | meaning |
# |---|---|---|
# | `validation` | (S, E) | error on the validation part, by seed and epoch |
# | `test` | (S, E) | error on the test part |
# | `baseline` | a number | the baseline's error on the test part |
#
# Each seed stops at its own best epoch, as in the lesson. Return three things:
#
# * `tests`, (S): what each seed reports,
# * `mean`, a number: their mean,
# * `share`, a number: the share of the seeds that are below the baseline, from 0 to 1.


# %%
def honest_report(validation, test, baseline):
    ### BEGIN SOLUTION
    best = validation.argmin(dim=1)
    tests = test[torch.arange(len(test)), best]
    return tests, tests.mean(), (tests < baseline).double().mean()
    ### END SOLUTION


# %%
exercise("14.1").check(honest_report)

# %% [markdown] tags=["hints"]
# 1. Which of the two tables may decide at which epoch a seed stops?
# 2. `argmin(dim=1)` gives the place of the smallest number in each row.
# 3. `table[rows, columns]`, with two tensors of (S), takes one number from each row. As rows take
#    `torch.arange(S)`. A tensor of True and False becomes numbers by `.double()`.

# %% [markdown]
# ## 14.2 A column against a row
#
# Somebody forgot the `[:, 0]` behind the head. Predict without running it.

# %%
p = torch.tensor([[1.0], [2.0], [4.0]])  # (3, 1), what the head says
y = torch.tensor([1.0, 2.0, 4.0])  # (3), what is right

# %% [markdown]
# | key | question |
# |---|---|
# | `"shape"` | What is the shape of `p - y`? |
# | `"loss"` | What is `((p - y) ** 2).mean()`? Note that every guess is right. |
# | `"best guess"` | With this loss, to which number would training bring each of the guesses? |
# | `"best loss"` | What is the loss then? |
# | `"mended by"` | Which one is the loss that was meant: A, B or C? |
#
# Write a number as a fraction, such as `5 / 3`, or with two decimals.
#
# * A: `((p - y[None]) ** 2).mean()`
# * B: `((p[:, 0] - y) ** 2).mean()`
# * C: `(p.mean() - y.mean()) ** 2`

# %%
answer = {
    "shape": ...,
    "loss": ...,
    "best guess": ...,
    "best loss": ...,
    "mended by": ...,
}
### BEGIN SOLUTION
answer = {
    "shape": (3, 3),
    "loss": 28 / 9,
    "best guess": 7 / 3,
    "best loss": 14 / 9,
    "mended by": "B",
}
### END SOLUTION

# %%
exercise("14.2").check(answer)

# %% [markdown] tags=["hints"]
# 1. `y` has no second axis, so PyTorch puts one in front: (1, 3). Then each axis that is 1 long is
#    repeated.
# 2. Write the table of the differences: the first row is 1 less each of 1, 2, 4.
# 3. Every guess meets 1, 2 and 4. The sum of squares to several numbers is smallest at their mean.

# %% [markdown]
# ## 14.3 Softmax once
#
# Where there are K classes in place of a number, the head gives K scores for each line, and
# *softmax* makes shares of them that add up to 1: each is e to the power of its score, divided by
# the sum of all. Scores of 0, 0 and 1.1 become 1, 1 and 3, and the shares 0.2, 0.2 and 0.6. If the
# last class is right, the loss of the line is −ln 0.6 = 0.51, as in lesson 06.
#
# This loss was written for such a classifier. It runs, and it learns something, but it never comes
# near zero, however sure and right the scores are:


# %%
def broken_loss(scores, classes):
    shares = F.softmax(scores, dim=1)
    return F.cross_entropy(shares, classes)


very_sure = torch.tensor([[20.0, -20.0], [-20.0, 20.0]])
print(f"{broken_loss(very_sure, torch.tensor([0, 1])):.3f}")

# %% [markdown]
# `cross_entropy` has a softmax inside, so there are two. Write the loss with one: for each line the
# logarithm of the share that its right class has, then the mean over the lines, with a minus.
#
# Scores may be far apart. Then a share is rounded to 0, and its logarithm is minus infinity.
# `F.log_softmax` makes softmax and logarithm in one, and does not go through that 0.
#
# | argument | shape | meaning |
# |---|---|---|
# | `scores` | (B, K) | as the head gives them |
# | `classes` | (B) | the number of the right class of each line |


# %%
def softmax_once(scores, classes):
    ### BEGIN SOLUTION
    log_p = F.log_softmax(scores, dim=1)
    own = log_p[torch.arange(len(scores)), classes]
    return -own.mean()
    ### END SOLUTION


# %%
exercise("14.3").check(softmax_once)

# %% [markdown] tags=["hints"]
# 1. Softmax makes shares that add up to 1 in each line. Which axis is that?
# 2. `F.log_softmax(scores, dim=...)` has the shape of `scores`. Each line needs one number of it.
# 3. `log_p[torch.arange(B), classes]` takes the right class of each line.

# %% [markdown]
# ## 14.4 Mend the scaling
#
# This function scales a table of I columns, of which the first `count` years are for training. The
# mean and the standard deviation are those of all years.


# %%
def broken_scaling(series, count):
    known = series
    mean, std = known.mean(dim=0), known.std(dim=0)
    scaled = (series - mean) / std
    return scaled[:count], scaled[count:]


# %% [markdown]
# Here is a probe for the leak. Change the *last* year of the sunspots, 2008, to 1000, and look
# whether the first inputs of the training move. The training ends with 1920, after 221 years.

# %%
true = torch.tensor(list(sunspots().values()))[:, None]  # (309, 1)
changed = true.clone()
changed[-1] = 1000
for series in (true, changed):
    first_inputs = broken_scaling(series, 221)[0][:3, 0]
    print([round(number, 3) for number in first_inputs.tolist()])

# %% [markdown]
# They move. So a network for the years up to 1920 would read something that was known in 2008 only.
# How much that changes its error, you cannot know beforehand.
#
# Write the function without the leak. `series` is (T, I). Each column has a mean and a standard
# deviation of its own. Return the training years and the test years, both scaled.


# %%
def scale_by_the_past(series, count):
    ### BEGIN SOLUTION
    known = series[:count]
    mean, std = known.mean(dim=0), known.std(dim=0)
    scaled = (series - mean) / std
    return scaled[:count], scaled[count:]
    ### END SOLUTION


# %%
exercise("14.4").check(scale_by_the_past)

# %% [markdown] tags=["hints"]
# 1. If the last year were another one, which numbers of the training part would change?
# 2. The mean and the standard deviation may know the first `count` years only.
# 3. One line is to be changed, the one that says what is known. The test years are scaled by the
#    same mean and standard deviation as the training years.
