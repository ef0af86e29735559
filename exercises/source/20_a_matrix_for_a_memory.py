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
# `exercise("20.1").hint()` gives a hint, and another one at the next call;
# `exercise("20.1").solution()` shows a solution.

# %%
import torch
from torch.nn import functional as F

from lstm_lessons import exercise

# %% [markdown]
# ## 20.1 Mend a stabiliser
#
# The paper's other layer, the *sLSTM*, is an LSTM with an exponential i that shows o · c / n. It
# stores c and n divided by $e^m$, and its stabiliser m is that of the lesson. Let the old m be 800,
# $\log f$ be −0.1, and $z_i$ be 801. What is stored then has the exponent 799.9, so the new m is
# 801. i becomes $e^0$, which is 1, and f becomes $e^{799.9 - 801}$, which is 0.33. Neither is ever
# above 1.
#
# Here is such a memory, with one number of c and of n per unit. The weighted sums `z_i` and `z_f`,
# and `g`, are given for all steps, each (T, H). What is returned is c / n after every step, (T, H).
# `F.logsigmoid` is the logarithm of the sigmoid. With small numbers the memory is right, so the
# test was green. There are two faults, and both give `nan` with large ones.


# %%
def broken_memory(z_i, z_f, g):
    c = n = m = torch.zeros_like(g[0])
    seen = []
    for t in range(len(g)):
        log_f = F.logsigmoid(z_f[t])
        new_m = torch.maximum(log_f, z_i[t])
        i = torch.exp(z_i[t] - new_m)
        f = torch.exp(log_f + m - new_m)
        c, n, m = f * c + i * g[t], f * n + i, new_m
        seen.append(c / n)
    return torch.stack(seen)


# %% [markdown]
# Here is one of them at work, with a $z_i$ of −2,000 at the first step:

# %%
first_z_i = torch.tensor([[-2000.0]])
print(broken_memory(first_z_i, torch.zeros(1, 1), torch.ones(1, 1)))

# %% [markdown]
# Write it anew, so that it is right for any numbers.


# %%
def mended_memory(z_i, z_f, g):
    ### BEGIN SOLUTION
    c = n = torch.zeros_like(g[0])
    m = torch.full_like(g[0], -torch.inf)
    seen = []
    for t in range(len(g)):
        log_f = F.logsigmoid(z_f[t])
        new_m = torch.maximum(log_f + m, z_i[t])
        i = torch.exp(z_i[t] - new_m)
        f = torch.exp(log_f + m - new_m)
        c, n, m = f * c + i * g[t], f * n + i, new_m
        seen.append(c / n)
    return torch.stack(seen)
    ### END SOLUTION


# %%
exercise("20.1").check(mended_memory)

# %% [markdown] tags=["hints"]
# 1. At the first step nothing is stored. Which m makes i equal to 1 then, whatever $z_i$ is?
# 2. Look at f. When does `log_f + m - new_m` become a large positive number?
# 3. m begins at minus infinity, and the new m is the larger one of $z_i$ and `log_f + m`.

# %% [markdown]
# ## 20.2 Write over
#
# A matrix that only adds has a weakness: a value that is stored twice under one key comes out
# twice. The *delta rule*, from which the layer DeltaNet has its name, mends this. Before it stores
# a pair, it looks up what the key finds now, C k. It then stores only the difference, v − C k, and
# multiplies all of that by i. With i = 1 and a key of length 1 the old value is written over.
#
# | argument | shape | meaning |
# |---|---|---|
# | `q`, `k` | (T, D) | queries and keys |
# | `v` | (T, V) | values |
# | `i` | (T,) | how much is written, one number per step |
#
# C begins with zeros, (V, D). Return C q after every step, (T, V). Nothing is forgotten, and
# nothing is divided.


# %%
def delta_memory(q, k, v, i):
    ### BEGIN SOLUTION
    C = torch.zeros(v.shape[1], k.shape[1], dtype=v.dtype)
    seen = []
    for t in range(len(q)):
        difference = v[t] - C @ k[t]
        C = C + i[t] * torch.outer(difference, k[t])
        seen.append(C @ q[t])
    return torch.stack(seen)
    ### END SOLUTION


# %%
exercise("20.2").check(delta_memory)

# %% [markdown] tags=["hints"]
# 1. Begin with `matrix_loop` of the lesson, without f and n. Which line of `matrix_step` stores?
# 2. In front of that line, look up what the key finds now, `C @ k[t]`, and take it from the value.
# 3. Store this difference in the place of the value: `i[t] * torch.outer(..., k[t])` is added to C.
#    What is shown is the new C times the query.

# %% [markdown]
# ## 20.3 Count what is kept
#
# How many numbers are handed on from step to step, for one text?
#
# | key | question |
# |---|---|
# | `"LSTM"` | What does `nn.LSTM(32, 64)` hand on? |
# | `"mLSTM"` | What does an mLSTM with D = 32 hand on, C and n? |
# | `"attention"` | What has attention with D = 32 kept after 100 steps, keys and values? |
# | `"crossing"` | From which number of steps on does that attention keep more than that mLSTM? |
# | `"scores"` | How many products q · k does `matrix_at_once` make for T = 1,000? |

# %%
answer = {
    "LSTM": ...,
    "mLSTM": ...,
    "attention": ...,
    "crossing": ...,
    "scores": ...,
}
### BEGIN SOLUTION
answer = {
    "LSTM": 2 * 64,
    "mLSTM": 32 * 32 + 32,
    "attention": 100 * 2 * 32,
    "crossing": 17,
    "scores": 1000 * 1000,
}
### END SOLUTION

# %%
exercise("20.3").check(answer)

# %% [markdown] tags=["hints"]
# 1. An LSTM hands on two vectors. An mLSTM hands on a matrix and a vector.
# 2. Attention keeps a key and a value for each step, D numbers each.
# 3. For `"crossing"` find the first number of steps at which 64 times it is above what you have
#    written for `"mLSTM"`.

# %% [markdown]
# ## 20.4 Who can do it?
#
# For each wish choose the layer of this lesson and the last one that fits: `"LSTM"`,
# `"minimal LSTM"`, `"matrix memory"` or `"attention"`. Each of them is one layer. What has to be
# learnt is trained as in the lessons, at the best of their rates. The matrix has 16 by 16 numbers.
#
# | key | what is wanted |
# |---|---|
# | `"parity"` | say whether the ones of 200 bits are odd in number |
# | `"100 pairs"` | keep 100 pairs, each in a place of its own |
# | `"8 pairs"` | find one of 8 pairs in 99 of 100 lists, in a memory that does not grow |
# | `"a scan"` | one number per unit, no matrix, and all steps by a scan |
# | `"waits"` | which of them makes its gates from the h of the step before? |
# | `"grows"` | which of them keeps more with every step? |

# %%
answer = {
    "parity": ...,
    "100 pairs": ...,
    "8 pairs": ...,
    "a scan": ...,
    "waits": ...,
    "grows": ...,
}
### BEGIN SOLUTION
answer = {
    "parity": "LSTM",
    "100 pairs": "attention",
    "8 pairs": "matrix memory",
    "a scan": "minimal LSTM",
    "waits": "LSTM",
    "grows": "attention",
}
### END SOLUTION

# %%
exercise("20.4").check(answer)

# %% [markdown] tags=["hints"]
# 1. Whose gates read h? That answers two of the six.
# 2. A key of 16 numbers can be kept apart from 15 others at most, if all products are to be 0.
# 3. Only one of the four has no state of a fixed size.
