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
# You need some Python, and you should know what a matrix times a vector is.
# It helps to have met PyTorch. You need to know nothing about LSTMs.
#
# This page shows how the course works, using one call of `nn.LSTM`.
# You will not understand that call yet. By the end of lesson 03 you will have
# written the heart of it yourself.

# %% [markdown]
# ## How to read
#
# Boxes like the next one are *cells*: Python that runs on this page.
# Click into the box, then press **Shift + Enter**. The cell runs, and the next one is selected.
#
# Run them from top to bottom. A cell may use what an earlier one made.
#
# Opened with `python3 -m lstm_lessons lab`, this page is a copy of your own. Only some pictures
# are on it yet, no results: first predict one, then run the cell and see. (Opened elsewhere, it
# shows its results.) The text below a cell tells the answer, too, so do not read on before you
# have run it.
#
# Change what you like, and write between the cells. No command overwrites what you have done.

# %%
import sys
from importlib.metadata import version

for package in ("torch", "matplotlib", "ipywidgets", "lstm_lessons"):
    version(package)  # stops with an error if the package is missing
new_enough = sys.version_info >= (3, 11)
print("Ready." if new_enough else "This Python is too old: the course needs 3.11 or newer.")

# %% [markdown]
# If you see `Ready.`, all that the course needs is here. If you see an error, close this page
# and run `python3 -m lstm_lessons doctor` in the folder of the course. It says what is
# missing and how to mend it.

# %% [markdown]
# ## Words as numbers
#
# An LSTM reads sequences: words, sounds, temperatures. Here it will read sentences.
#
# A network reads only numbers, so each word becomes a list of 100 numbers.
# A sentence here has 24 words. We read 10 sentences side by side.
#
# That gives three sizes. The whole course calls them
#
# | letter | name | here |
# |---|---|---|
# | T | time steps, `seq_len`: words in a sentence | 24 |
# | B | `batch`: sentences side by side | 10 |
# | I | `input_size`: numbers in a word | 100 |

# %% [markdown]
# **Predict.** How many numbers is that in all? Say a number aloud before you run the cell.
# A prediction that turns out wrong teaches more than a result that you only read.

# %%
import torch
from torch import nn

T, B, I = 24, 10, 100

torch.manual_seed(0)
x = torch.randn(T, B, I)
print("shape:", tuple(x.shape))
print("numbers:", x.numel())

# %% [markdown]
# `x` is a *tensor*: a block of numbers with a shape. Its first axis counts words, its second
# counts sentences, its third counts the numbers in a word. So `x[0]` is the first word of every
# sentence, and `x[0, 3]` is the first word of sentence 3. Counting starts at 0.
#
# The numbers are random, because for now only the shapes matter.
# `manual_seed(0)` makes them the same numbers each time.

# %% [markdown]
# **Predict.** What is the shape of `x[0]`, and what is the shape of `x[0, 3]`?

# %%
print("x[0]:   ", tuple(x[0].shape))
print("x[0, 3]:", tuple(x[0, 3].shape))

# %% [markdown]
# ## A first call of nn.LSTM
#
# We make a layer that reads words of 100 numbers. For each sentence it keeps two lists of 16
# numbers: a *memory* c, which it hands on from word to word, and a *state* h, which it shows after
# every word. 16 is its *hidden size*, H.
#
# Then we let it read all 10 sentences, word by word.

# %%
H = 16
lstm = nn.LSTM(input_size=I, hidden_size=H)
output, (h_n, c_n) = lstm(x)
print("It has read", x.shape[0], "words in each of", x.shape[1], "sentences.")

# %% [markdown]
# Three tensors come back:
#
# * `output`: the state h after *every* word,
# * `h_n`: the state h after the *last* word,
# * `c_n`: the memory c after the last word.
#
# `h_n` and `c_n` have one more axis in front. It counts layers, L, and this is one layer.
#
# **Predict.** What shape does each of the three have?

# %%
print("output:", tuple(output.shape))
print("h_n:   ", tuple(h_n.shape))
print("c_n:   ", tuple(c_n.shape))

# %% [markdown]
# `output` keeps the first two axes of `x`: 24 words, 10 sentences. Only the last axis changed,
# from 100 to 16.
#
# `h_n` and `c_n` have no axis for words: they belong to the end of the sentence.
#
# If `h_n` is the state after the last word, it must also stand at the end of `output`. We can ask.

# %%
print(torch.equal(output[-1], h_n[0]))

# %% [markdown]
# It does. This is the habit of the whole course: nothing is only claimed. When we say that two
# things are equal, the next cell checks it.
#
# (With other settings, `output[-1]` and `h_n` are *not* equal. That is a famous trap, for later.)

# %% [markdown]
# ## Sliders
#
# Some pictures have sliders. Below, each slider is one of the four sizes T, B, I and H, and the
# picture shows the blocks that go in and come out.
#
# Take hold of a slider with the mouse. Or click on its handle and use the arrow keys.
#
# **Try it.**
#
# 1. Which slider changes the shape of what goes in, but no shape that comes out?
# 2. Which two sliders change the shapes of all three results?

# %%
from lstm_lessons import explorers

explorer = explorers.in_and_out()
explorer

# %% [markdown]
# Task 1: `input_size`. Task 2: `batch` and `hidden_size`. And `seq_len`, the number of words,
# changes `output` but neither `h_n` nor `c_n`: however long the sentence, its summary stays the
# same size. Lesson 01 asks what that costs.
#
# A slider can be moved from Python, too. And each picture can say in words what it shows:

# %%
explorer.sliders["seq_len"].value = 48
print(explorer.picture.alt)

# %% [markdown]
# ## Exercises
#
# Each lesson from 01 on has a notebook of exercises. You write an answer, and `check` says what it
# sees in it. When it recognises a mistake, it names it.
#
# ### 00.1 What comes out
#
# Here is one to practise on. The layer above has hidden size 16. Suppose it reads **7** sentences
# of **5** words. What shapes come out? Put a tuple such as `(1, 2, 3)` in place of each `...`, and
# run both cells. Then try a wrong answer on purpose.

# %%
answer = {"output": ..., "h_n": ..., "c_n": ...}

# %%
from lstm_lessons import exercise

exercise("00.1").check(answer)

# %% tags=["solution"]
### BEGIN SOLUTION
answer = {"output": (5, 7, 16), "h_n": (1, 7, 16), "c_n": (1, 7, 16)}
### END SOLUTION

# %% [markdown] tags=["hints"]
# 1. Look at the three shapes that the call above printed. Which of their numbers were the words,
#    and which the sentences?
# 2. There are 5 words now in place of 24, and 7 sentences in place of 10. The layer is the same,
#    and so is its hidden size, 16.
# 3. `output` is (words, sentences, hidden size). `h_n` and `c_n` have no axis for words; their
#    first number counts layers, and is 1.

# %% [markdown]
# If you are stuck, ask for a hint. There is more than one, and each says a little more.

# %%
exercise("00.1").hint()

# %% [markdown]
# ## The map
#
# The lessons build on one another, so take them in order. Those with a filled dot are here today.

# %%
from lstm_lessons import pictures

pictures.course_map()

# %% [markdown]
# ## What we have seen
#
# * `nn.LSTM` reads a tensor of shape (T, B, I): words, sentences, numbers in a word.
# * It gives back `output` (T, B, H), and `h_n` and `c_n`, here (1, B, H).
# * A cell is run with Shift + Enter, from top to bottom. Predict first.
# * `check` says what it thinks of an answer, and `hint` helps.

# %% [markdown]
# **A common mistake.** Cells are run out of order. You change a cell far up, go on further down,
# and the numbers no longer fit together. If something looks strange, choose **Run**, then
# **Restart Kernel and Run All Cells**.
#
# **Next:** [lesson 01](01_why_gates.ipynb) asks why a memory needs gates at all.
