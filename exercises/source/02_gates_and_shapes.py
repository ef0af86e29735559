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
# * `exercise("02.1").hint()` gives a hint. Call it again for the next one.
# * `exercise("02.1").solution()` shows a solution. It asks first; call it twice.

# %%
from lstm_lessons import exercise

# %% [markdown]
# ## 02.1 Fill in the shapes
#
# Another layer than the lesson's: a word has 6 numbers (I = 6), and h has 5 (H = 5). It reads
# 3 sentences of 7 words (B = 3, T = 7). Here is gate g for **one** word of **one** sentence:
#
# $$g_t = \tanh(W_{ig}\,x_t + b_{ig} + W_{hg}\,h_{t-1} + b_{hg})$$
#
# Put a shape in place of each `...`. A shape is a tuple: `(2, 3)` has two axes, and `(9,)` has one.
# Mind its comma. The first five are in the equation; `h` is $h_{t-1}$. The next three are tensors
# that `nn.LSTM` keeps, for all four gates.

# %% [markdown]
# Last, take a stack apart: which rows of `weight_ih` are $W_{io}$? Give two numbers, the first row
# and the last, as in `(2, 3)`. Counting starts at 0.

# %%
answer = {
    "W_ig": ...,
    "x_t": ...,
    "W_hg": ...,
    "h": ...,
    "b_ig": ...,
    "weight_ih": ...,
    "weight_hh": ...,
    "bias_ih": ...,
    "rows of W_io": ...,
}
### BEGIN SOLUTION
answer = {
    "W_ig": (5, 6),
    "x_t": (6,),
    "W_hg": (5, 5),
    "h": (5,),
    "b_ig": (5,),
    "weight_ih": (20, 6),
    "weight_hh": (20, 5),
    "bias_ih": (20,),
    "rows of W_io": (15, 19),
}
### END SOLUTION

# %%
exercise("02.1").check(answer)

# %% [markdown] tags=["hints"]
# 1. Begin with x_t and h: how many numbers has a word, how many has h? Two of the four sizes
#    have nothing to do with one word of one sentence.
# 2. A matrix has a row for each number that comes out, and a column for each that goes in. Gate g
#    has one number for each unit.
# 3. PyTorch stacks the four gates in the order i, f, g, o, each with as many rows as there are
#    units. A gate's block begins where those before it end. Counting starts at 0.

# %% [markdown]
# ## 02.2 Count before PyTorch does
#
# How many parameters has an `nn.LSTM` with one layer? Write a function that returns the number.
#
# | argument | meaning |
# |---|---|
# | `input_size` | I, numbers in a word |
# | `hidden_size` | H, numbers in h |
# | `bias` | with `True` there are biases; with `False` there are none |


# %%
def count_parameters(input_size, hidden_size, bias=True):
    ### BEGIN SOLUTION
    rows = 4 * hidden_size
    weights = rows * input_size + rows * hidden_size
    biases = 2 * rows if bias else 0
    return weights + biases
    ### END SOLUTION


# %%
exercise("02.2").check(count_parameters)

# %% [markdown] tags=["hints"]
# 1. Write down the shapes of the four tensors: `weight_ih`, `weight_hh`, `bias_ih`, `bias_hh`. How
#    many numbers does each hold?
# 2. The weights hold 4H * I and 4H * H numbers.
# 3. Each bias holds 4H numbers, and there are two, but only if `bias` is true.

# %% [markdown]
# ## 02.3 Spot the impossible shape
#
# Four people have each written down the shapes of an `nn.LSTM` layer. I and H differ from layer to
# layer, and with `bias=False` a layer has no biases. Three layers can exist. In one, a single
# tensor has a shape that does not go with the others.

# %%
layers = {
    "A": {
        "weight_ih": (20, 1),
        "weight_hh": (20, 5),
        "bias_ih": (20,),
        "bias_hh": (20,),
    },
    "B": {"weight_ih": (12, 12), "weight_hh": (12, 3)},
    "C": {
        "weight_ih": (32, 6),
        "weight_hh": (32, 32),
        "bias_ih": (32,),
        "bias_hh": (32,),
    },
    "D": {
        "weight_ih": (4, 7),
        "weight_hh": (4, 1),
        "bias_ih": (4,),
        "bias_hh": (4,),
    },
}

# %% [markdown]
# Which layer is impossible (a letter, such as `"A"`), which tensor of it has to change (its name,
# such as `"bias_ih"`), and to which shape?

# %%
answer = {
    "layer": ...,
    "tensor": ...,
    "shape": ...,
}
### BEGIN SOLUTION
answer = {"layer": "C", "tensor": "weight_hh", "shape": (32, 8)}
### END SOLUTION

# %%
exercise("02.3").check(answer)

# %% [markdown] tags=["hints"]
# 1. For each layer, find H first: the number of rows is 4H.
# 2. A word may hold any number of numbers, even 1 or 4H. So the columns of `weight_ih` tell you
#    nothing about H.
# 3. Write H beside each layer. Then write down what the lesson says of all four tensors, (4H, I),
#    (4H, H), (4H,) and (4H,), with that H put in, and compare.
