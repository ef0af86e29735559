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
# `exercise("13.1").hint()` gives a hint, and another one at the next call.

# %%
import torch

from lstm_lessons import exercise

# %% [markdown]
# ## 13.1 TODO: a title
#
# TODO: the task. `x` is (T, B); return its last step, (B,).

# %%
print(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))  # 2 steps of 2 sentences


# %%
def find_the_unit(x):
    ### BEGIN SOLUTION
    return x[-1]
    ### END SOLUTION


# %%
exercise("13.1").check(find_the_unit)

# %% [markdown] tags=["hints"]
# 1. TODO: a nudge.
# 2. TODO: a step.
# 3. TODO: nearly the answer.
