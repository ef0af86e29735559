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
# | `f` | the gate, a number from 0 to 1 |
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

# %% [markdown]
# ## 01.2 The bias for a half-life
#
# You want a forget gate that leaves half of the memory after `steps` steps. Which bias $b_f$ does
# it need, if the gate rests at $\sigma(b_f)$?
#
# The function takes the half-life, a number above 0, and returns one number: the whole $b_f$. (In
# `nn.LSTM` it is the sum of two biases; you are asked for the sum.)
#
# `math.log` is the natural logarithm, $\ln$:

# %%
print(f"ln(1/2) = {math.log(1 / 2):.3f}")


# %%
def bias_for_half_life(steps):
    ### BEGIN SOLUTION
    f = 0.5 ** (1 / steps)
    return math.log(f / (1 - f))
    ### END SOLUTION


# %%
exercise("01.2").check(bias_for_half_life)

# %% [markdown]
# ## 01.3 Why a new LSTM cannot recall
#
# A sign is shown at the first step, and the network must name it 50 steps later. A new `nn.LSTM`,
# with its default start, does not get there in a short training. What is the reason?
#
# * **a** Weights and biases start near 0, so the forget gate starts near 0: it is shut.
# * **b** The forget gate starts near 0.5, so each step halves what is left of the sign, and with it
#   the gradient.
# * **c** No reason: an LSTM remembers from the start. The training was unlucky.
# * **d** The state has too few numbers. With more units, the sign would still be there.

# %% [markdown]
# Give the letter as a text, such as `"a"`. And give the share of the first step's memory that is
# left after 50 steps, if the gate rests exactly where a new LSTM's rests on average. You may let
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
