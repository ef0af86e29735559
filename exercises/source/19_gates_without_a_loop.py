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
# `exercise("19.1").hint()` gives a hint, and another one at the next call;
# `exercise("19.1").solution()` shows a solution.

# %%
import torch

from lstm_lessons import exercise

# %% [markdown]
# ## 19.1 A scan that begins anywhere
#
# The scan of the lesson begins with a c of zeros. Write one that begins with any c, so that a long
# text can be read in chunks.
#
# | argument | shape | meaning |
# |---|---|---|
# | `f` | (T, B, H) | the forget gates of all steps |
# | `let_in` | (T, B, H) | what each step lets in, i · g |
# | `c` | (B, H) | c before the first step |
#
# Return c after every step, (T, B, H). Do it in rounds, as in the lesson. The check sees only what
# you return, so a loop over all steps would pass as well.


# %%
def scan_from(f, let_in, c):
    ### BEGIN SOLUTION
    first = f[0] * c + let_in[0]
    let_in = torch.cat([first[None], let_in[1:]])
    reach = 1
    while reach < len(f):
        joined = f[reach:] * let_in[:-reach] + let_in[reach:]
        let_in = torch.cat([let_in[:reach], joined])
        f = torch.cat([f[:reach], f[reach:] * f[:-reach]])
        reach = 2 * reach
    return let_in
    ### END SOLUTION


# %%
exercise("19.1").check(scan_from)

# %% [markdown] tags=["hints"]
# 1. What is c after step 0? Nothing has to be joined for that.
# 2. If you know c after step 0, you can let a scan begin with zeros: c after step 0 takes the
#    place of what step 0 lets in.
# 3. `first = f[0] * c + let_in[0]`, and `torch.cat([first[None], let_in[1:]])` is the new `let_in`.
#    From there on it is the scan of the lesson.

# %% [markdown]
# ## 19.2 What can be scanned?
#
# Here are six layers. In each, W, U and p are weights, σ and tanh are as usual, and all that is
# written with (x) is made from the word alone.
#
# | key | one step |
# |---|---|
# | `"SRU"` | c = f(x) · c + (1 − f(x)) · g(x), and then h = o(x) · tanh(c) |
# | `"GRU"` | h = (1 − z) · n + z · h, where z and n read x and h |
# | `"plain RNN"` | h = tanh(W x + U h) |
# | `"without tanh"` | h = W x + U h, with a matrix U |
# | `"peephole"` | c = f · c + i(x) · g(x), where f = σ(W x + p · c) with the old c |
# | `"o looks"` | c = f(x) · c + i(x) · g(x), and then h = o · tanh(c), where o = σ(W x + p · c) |
#
# This SRU is that of the first paper about it, without its way past the memory; in a later one f
# reads the old c. For each say `"yes"` if one scan can compute the memory of all steps, and all
# else follows from that without a loop over time. Otherwise say `"no"`.

# %%
answer = {
    "SRU": ...,
    "GRU": ...,
    "plain RNN": ...,
    "without tanh": ...,
    "peephole": ...,
    "o looks": ...,
}
### BEGIN SOLUTION
answer = {
    "SRU": "yes",
    "GRU": "no",
    "plain RNN": "no",
    "without tanh": "yes",
    "peephole": "no",
    "o looks": "yes",
}
### END SOLUTION

# %%
exercise("19.2").check(answer)

# %% [markdown] tags=["hints"]
# 1. Write each step as "something times the old memory, plus something". Does one of the two
#    somethings need the old memory?
# 2. What is made *after* the memory may be as crooked as it likes, as long as the memory does not
#    read it again.
# 3. Two steps h = W x + U h can be joined, too: U times U is a matrix again.

# %% [markdown]
# ## 19.3 Count joins and turns
#
# A row has **100** steps, and the scan is that of the lesson. A turn in which some hands are idle
# counts as a whole one.
#
# | key | question |
# |---|---|
# | `"rounds"` | How many rounds does the scan have? |
# | `"joins in round 1"` | How many joins are made in the first round? |
# | `"joins"` | How many joins does the scan make in all? |
# | `"loop"` | How many joins does the loop make? |
# | `"covered"` | For how many steps does the last dot stand after round 3? |
# | `"turns"` | How many turns does the scan take, if 50 joins can be made at the same time? |

# %%
answer = {
    "rounds": ...,
    "joins in round 1": ...,
    "joins": ...,
    "loop": ...,
    "covered": ...,
    "turns": ...,
}
### BEGIN SOLUTION
answer = {
    "rounds": 7,
    "joins in round 1": 99,
    "joins": 99 + 98 + 96 + 92 + 84 + 68 + 36,
    "loop": 99,
    "covered": 8,
    "turns": 6 * 2 + 1,
}
### END SOLUTION

# %%
exercise("19.3").check(answer)

# %% [markdown] tags=["hints"]
# 1. The reach is 1, 2, 4, and so on, as long as it is below 100. How many such numbers are there?
# 2. In a round with reach r, the first r steps have nothing to be joined with.
# 3. 99 joins with 50 hands take two turns. So do 98, 96, 92, 84 and 68. And 36?

# %% [markdown]
# ## 19.4 Mend a scan
#
# Here is a shorter scan. `roll` moves a tensor along its first axis. No error comes, and the shapes
# are right. But it has two faults, and one of them lets a step know what comes later.


# %%
def broken_scan(f, let_in):
    reach = 1
    while reach < len(f):
        f = f * f.roll(reach, 0)
        let_in = f * let_in.roll(reach, 0) + let_in
        reach = 2 * reach
    return let_in


# %% [markdown]
# See what `roll` does with the last numbers:

# %%
print(torch.tensor([0, 1, 2, 3, 4]).roll(2, 0).tolist())

# %% [markdown]
# Mend it; `roll` can stay. `f` and `let_in` are (T, B, H). Return c after every step, from zeros.


# %%
def mended_scan(f, let_in):
    ### BEGIN SOLUTION
    reach = 1
    while reach < len(f):
        earlier = let_in.roll(reach, 0)
        earlier[:reach] = 0
        let_in = f * earlier + let_in
        f = f * f.roll(reach, 0)
        reach = 2 * reach
    return let_in
    ### END SOLUTION


# %%
exercise("19.4").check(mended_scan)

# %% [markdown] tags=["hints"]
# 1. In the lesson, which of the two lines comes first, the one for `let_in` or the one for f?
# 2. `roll` puts the last steps in front. What should a step be joined with that has nothing before
#    it?
# 3. With a step that lets nothing in. After `earlier = let_in.roll(reach, 0)` write zeros in front,
#    `earlier[:reach] = 0`. What `roll` puts in front of f is then multiplied by these zeros.
