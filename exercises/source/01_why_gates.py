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
# ## How it works
#
# Write your answer in its cell, run it (Shift + Enter), then run the cell below it, which checks
# it. You can check as often as you like. A wrong answer costs nothing: if the check recognises the
# mistake, it names it.
#
# Stuck? Put one of these in a new cell (the number is the exercise's):
#
# * `exercise("01.1").hint()` gives a hint. Call it again for the next one.
# * `exercise("01.1").solution()` shows a solution. It asks first; call it twice.

# %%
import math

from lstm_lessons import exercise

# %% [markdown]
# ## 01.1 Predict, then measure
#
# A forget gate stays at the same value `f` (a number from 0 to 1), and nothing new comes in. Which
# share of the memory is left after `steps` steps? All of it is 1, half of it 0.5.
#
# **Predict first.** With f = 0.9 and 50 steps: is about half left, a tenth, or less than a
# hundredth? Write your guess down. Then write the function and look.
#
# | argument | meaning |
# |---|---|
# | `f` | the gate, a number from 0 to 1, both included |
# | `steps` | how many steps, a whole number; 0 steps leave everything |
#
# It returns one number.


# %%
def memory_left(f, steps):
    ### BEGIN SOLUTION
    return f**steps
    ### END SOLUTION


# %%
exercise("01.1").check(memory_left)

# %% [markdown] tags=["hints"]
# 1. Start with a c of 1. What is left after one step with f = 0.9? And after the second, of what
#    the first one left?
# 2. Each step multiplies by f. After two steps: f times f.
# 3. In Python `a ** b` is a to the power b. A loop that starts with 1 and multiplies `steps` times
#    will do too.

# %% [markdown]
# ## 01.2 The bias for a share
#
# The lesson found the bias for a half-life: half of the memory is left after so many steps. Now you
# want any share: a tenth after 20 steps, or nine tenths after 200. Which bias $b_f$ does the forget
# gate need, if it rests at $\sigma(b_f)$?
#
# | argument | meaning |
# |---|---|
# | `share` | what is to be left, between 0 and 1 |
# | `steps` | after how many steps, 1 or more |
#
# It returns one number: the whole $b_f$. (In `nn.LSTM` it is the sum of two biases; you are asked
# for the sum.) With a share of 0.5 it gives the bias for a half-life.
#
# `math.log` is the natural logarithm, $\ln$:

# %%
print(f"ln(1/2) = {math.log(1 / 2):.3f}")


# %%
def bias_for(share, steps):
    ### BEGIN SOLUTION
    f = share ** (1 / steps)
    return math.log(f / (1 - f))
    ### END SOLUTION


# %%
exercise("01.2").check(bias_for)

# %% [markdown] tags=["hints"]
# 1. Go in two steps, as the lesson does for a half-life: first the gate f, then its bias.
# 2. After `steps` steps f ** steps is left. The lesson solves f ** n = 1/2 for f. What changes when
#    `share` stands in place of 1/2?
# 3. The second step is the lesson's own: turn f = sigmoid(b) round. Mind the brackets: Python takes
#    a power before it divides, and divides before it subtracts.

# %% [markdown]
# ## 01.3 Why a new LSTM cannot recall
#
# A new `nn.LSTM`, not trained yet, reads a sign at its first step. After 50 more steps, its memory
# holds next to nothing of that sign. Why?
#
# * **a** The forget gate starts near 0, because weights and biases start near 0.
# * **b** The forget gate starts half open, and it acts at each of the 50 steps.
# * **c** The later steps write news into the memory, and that wipes out the sign.
# * **d** The memory has too few numbers to hold a sign beside so much noise.

# %% [markdown]
# Give the letter as a string, such as `"a"`. And give a share. Suppose one forget gate stays at a
# new LSTM's average value. What share of the first step's $c$ is left after 50 steps? You may let
# Python compute it. A factor of ten more or less is accepted.

# %%
answer = {
    "reason": ...,
    "share": ...,
}
### BEGIN SOLUTION
answer = {"reason": "b", "share": 0.5**50}
### END SOLUTION

# %%
exercise("01.3").check(answer)

# %% [markdown] tags=["hints"]
# 1. What does nn.LSTM put into sigmoid for the forget gate when it has just been made? Large
#    numbers, or small ones?
# 2. Weights and biases start near 0, so f starts near sigmoid(0). And which share of the old is
#    left in a memory depends on f alone.
# 3. What is left after one step of such a gate? After two? Exercise 01.1 has the function.
