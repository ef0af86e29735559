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
# `exercise("15.1").hint()` gives a hint, and another one at the next call;
# `exercise("15.1").solution()` shows a solution, at the second call.

# %%
import torch

from lstm_lessons import exercise

# %% [markdown]
# ## 15.1 Find the unit
#
# Write what finds the unit that goes most closely with something, whatever it is.
#
# | argument | shape | meaning |
# |---|---|---|
# | `states` | (N, H) | h of all units after N characters |
# | `wanted` | (N,) | 1.0 where something is so, 0.0 where it is not |
#
# Return the sizes of the correlations, without their signs, one for each unit: (H,). The unit is
# the place of the largest. The correlation of two rows of numbers is made like this: take from each
# row its own mean; multiply the two rows number by number, and add up; divide by the lengths of
# both rows. The length of a row is the root of the sum of its squares.
#
# A unit that shows the same number everywhere goes with nothing: its answer is 0. If `wanted` is
# the same number everywhere, then all answers are 0.


# %%
def ties(states, wanted):
    ### BEGIN SOLUTION
    rows = states - states.mean(dim=0)
    row = wanted - wanted.mean()
    product = row @ rows
    lengths = rows.norm(dim=0) * row.norm()
    return (product / lengths.clamp(min=1e-9)).abs()
    ### END SOLUTION


# %%
exercise("15.1").check(ties)

# %% [markdown] tags=["hints"]
# 1. For one unit first: `states[:, 0]` and `wanted` are the two rows. What is the mean of each?
# 2. For all units at once the mean is `states.mean(dim=0)`. `row @ rows` multiplies and adds up.
# 3. Divide by `rows.norm(dim=0) * row.norm()`, and take `.abs()` at the end, since a unit that
#    falls is tied as well. A length of 0 must not be divided by: `lengths.clamp(min=1e-9)`.

# %% [markdown]
# With it you can ask which unit of the reader follows anything that you like, letters or spaces or
# the beginning of a word.

# %% [markdown]
# ## 15.2 Falsify a story
#
# Here are five stories about unit 5 of the reader. Each of them is wrong. Find a line
# that breaks it. Your line is given to the reader, which says what its unit 5 does. A line has 2 to
# 40 characters, and each bracket that is closed must have been opened.
#
# "Up" means that c of unit 5 is above 0.5 behind a character, "down" that it is below.
#
# | key | the story |
# |---|---|
# | `"always up"` | While a bracket is open, the unit is up. |
# | `"brackets alone"` | Only a bracket brings it down. |
# | `"it counts"` | A closing bracket brings it down only if no other one is still open. |
# | `"at most 1.5"` | c of the unit is never above 1.5. |
# | `"the verdict"` | If the unit is up at the end of a line, the reader says code. |
#
# Here brackets in strings count like others, which the lesson's rule leaves out. For `"brackets
# alone"` the unit has to be up behind a character, and down behind the next one, which is no
# bracket.
#
# This shows what your line does:

# %%
from lstm_lessons.data.plain_reader import read

for step in read("print(x)"):
    c, sure = step.c[5], step.certainty
    # The z in z5.2f leaves out the minus of -0.00.
    print(step.character, f"c of unit 5: {c:z5.2f}   code: {sure:.2f}")

# %%
answer = {
    "always up": ...,
    "brackets alone": ...,
    "it counts": ...,
    "at most 1.5": ...,
    "the verdict": ...,
}
### BEGIN SOLUTION
answer = {
    "always up": "print(V)",
    "brackets alone": "print(V)",
    "it counts": "f(a, (b, c), d)",
    "at most 1.5": "f((a, b))",
    "the verdict": "This is (as it was",
}
### END SOLUTION

# %%
exercise("15.2").check(answer)

# %% [markdown] tags=["hints"]
# 1. One line can break more than one story. Lesson 02 has a letter that wipes the bracket out.
# 2. Nested brackets break two of them. Which bracket closes first?
# 3. For `"the verdict"`, write prose, and open a bracket near the end that you do not close.

# %% [markdown]
# ## 15.3 Mute a unit
#
# Write the ablation of the lesson for one matrix and its bias, and for several units at once. A
# layer reads h and makes `h @ weight.T + bias`. From now on some units of h are to read as a
# constant, whatever they are.
#
# | argument | shape | meaning |
# |---|---|---|
# | `weight` | (K, H) | the weights of what reads h |
# | `bias` | (K,) | its bias |
# | `units` | list | the numbers of the units, each once |
# | `values` | (H,) | what each unit reads from now on; those of other units do not matter |
#
# Return the new `weight, bias`. The tensors that you were given stay as they are.


# %%
def mute(weight, bias, units, values):
    ### BEGIN SOLUTION
    bias = bias + weight[:, units] @ values[units]
    weight = weight.clone()
    weight[:, units] = 0
    return weight, bias
    ### END SOLUTION


# %%
exercise("15.3").check(mute)

# %% [markdown] tags=["hints"]
# 1. Take one unit, and a value of 0.3. What does it add to each of the K sums?
# 2. Its column of `weight`, times 0.3. Add that to the bias before the column becomes zero.
# 3. `weight[:, units]` are the columns, (K, number of units), and `@ values[units]` adds them up.
#    Work on `weight.clone()`, so that the given tensor stays as it is.

# %% [markdown]
# ## 15.4 Mend a linear probe
#
# A report gives the share of right answers of a linear probe on the other lines, **less** the share
# that you get on the *other* lines by always giving the answer that is commoner there. Here is the
# code. It has three faults: one in the fit, one in the test, one in what is subtracted.
#
# | argument | shape | meaning |
# |---|---|---|
# | `states` | (N, H) | h after the characters of the lines to fit to |
# | `wanted` | (N,) | 1.0 or 0.0 for each |
# | `other_states` | (M, H) | h after the characters of other lines |
# | `other_wanted` | (M,) | 1.0 or 0.0 for each |


# %%
def broken_gain(states, wanted, other_states, other_wanted):
    weights = torch.linalg.lstsq(states, wanted[:, None]).solution
    says = (states @ weights)[:, 0] > 0.5
    share = (says == (wanted > 0.5)).double().mean()
    return share - 0.5


# %% [markdown]
# Copy it into the function below, and mend it there.


# %%
def gain(states, wanted, other_states, other_wanted):
    ### BEGIN SOLUTION
    ones = torch.ones(len(states), 1)
    other_ones = torch.ones(len(other_states), 1)
    table = torch.cat((states, ones), dim=1)
    weights = torch.linalg.lstsq(table, wanted[:, None]).solution
    other_table = torch.cat((other_states, other_ones), dim=1)
    says = (other_table @ weights)[:, 0] > 0.5
    share = (says == (other_wanted > 0.5)).double().mean()
    yes = other_wanted.mean()
    return share - max(yes, 1 - yes)
    ### END SOLUTION


# %%
exercise("15.4").check(gain)

# %% [markdown] tags=["hints"]
# 1. A weighted sum without a bias is 0 where all states are 0. What did the lesson put beside the
#    states?
# 2. On which lines does it count what is right?
# 3. If 79 % of the answers are 0, always saying 0 is right at 79 %. For what share `yes` of ones
#    in general?
