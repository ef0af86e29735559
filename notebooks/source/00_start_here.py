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
# ## A machine that reads
#
# An LSTM reads a sequence, one step after the other, and keeps a memory of what it has read. Here
# is one at work.
#
# The box below holds two lines of Python. Click into it, and press **Shift + Enter**: that runs it.

# %%
from lstm_lessons import explorers

explorers.reader()

# %% [markdown]
# If you see an error in place of a picture, close this page and run
# `python3 -m lstm_lessons doctor` in the folder of the course. It says what is missing.
#
# This is *the reader*. It is a small LSTM that was *trained* on 484 short lines of code and
# prose: its weights were changed again and again, a little at a time, so that its answers for
# these lines became better.
#
# * It reads the line one character at a time. After each one it says whether it takes the line for
#   Python code or for English prose. The curve under the line shows how sure it is.
# * It cannot look back. What it still knows of the characters before, it has in its *memory* c, a
#   list of 16 numbers. (What it shows of its memory is called h. It is not in this picture.)
# * The middle of the picture is the memory c. It has 16 *units*, a row for each. From left to right
#   you see what the unit held after each character.
# * Below that you can follow one unit more closely, at first unit 2, which goes up by nearly 1 with
#   each character so far. The bars f and i are two of its *gates*, numbers from 0 to 1: f says how
#   much of the old number it keeps, and i how much of the new it takes in.
# * The last line is the step that it has just made, in numbers. The g in it is the news, a number
#   from −1 to 1 that i lets in.

# %% [markdown]
# **Try it.** You need no more than the controls above the picture.
#
# 1. The reader has read `for k in range`. Move the slider "characters read" on by one, with the
#    mouse or with the arrow keys. What did it say before, and what does it say now?
# 2. Press "an open bracket". Then move the slider slowly from 1 to 11, or press the play button
#    beside it. One row of the memory has nothing drawn outside the brackets, and black boxes
#    inside. Which one?
# 3. Put "unit to follow" on that unit. What does its gate f do at the closing bracket?
# 4. Press "nested brackets", and go on to the end of the line. What does the unit know of the outer
#    bracket after the inner one has closed?
# 5. Press "seven brackets". How large is the number, and what does one closing bracket leave of it?
# 6. Press "a bracket in a string fools it". Why is the unit fooled?
# 7. Type a line of your own, of 32 characters at most, that the reader takes for the wrong thing.

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. Before: prose, 93 % sure. After the bracket: code, 70 % sure. One character has changed its
#    mind.
# 2. Unit 5. (Unit 8 changes at a bracket, too, but it has hollow boxes outside.)
# 3. It falls to nearly 0, so nothing of the old number is kept. At the opening bracket i and g
#    were nearly 1, so a 1 was taken in; between the two f was near 1, so it stayed.
# 4. Nothing: the number falls to 0 at the first closing bracket, although the outer bracket is
#    still open. The unit does not count brackets in pairs.
# 5. It is 7, one for each bracket. One closing bracket wipes all seven.
# 6. For Python the bracket in `'a(b'` is a letter of a string and opens nothing. The unit takes it
#    for an open bracket, and waits for the end of the line for one that closes it.
# 7. It takes `for word in line:` for prose, since there are only words in it. And it takes
#    `a number (not always whole) is` for code, because of the brackets.
#
# </details>

# %% [markdown]
# ## The same in numbers
#
# What a picture of this course shows can be had in a cell, too. `read` reads a line and gives back
# a step for each character. `step.c[5]` is the memory of unit 5 after it.
#
# **Predict.** The brackets of `x = [0, 1]` are square ones. What will the memory of unit 5 be
# between them?

# %%
from lstm_lessons.data.plain_reader import read

for step in read("x = [0, 1]"):
    print(step.character, f"{step.c[5]:4.1f}")

# %% [markdown]
# It is 1 at the opening bracket, between 1.0 and 1.4 inside, and 0 at the closing one: the unit
# follows square brackets as well. A number that is a little below zero is printed as -0.0.
#
# How good is the reader? Here are 242 other lines, from pages that it has not seen in training.
# We count those that it tells right when it has read them to their end. `certainty` is how sure it
# is of code: above 0.5 it says code, below it prose.

# %%
from lstm_lessons.data import code_or_prose

right = 0
for line in code_or_prose()[484:]:
    says_code = read(line.text)[-1].certainty > 0.5
    right += says_code == line.code
print(f"{right} of 242 lines, {right / 242:.1%}")

# %% [markdown]
# That is good, but it is no wonder. A rule of one line, "it is code if one of 13 signs is in it",
# is right for 86 % of them, as lesson 09 counts.
#
# And we helped. In training the reader was asked two things at every character: is this line code,
# and is a bracket open? The second question was put so that its memory has a use which one can
# see. Of ten readers we kept the one whose unit follows the brackets best; the package has the
# script that trained them. What the other units do, we do not know so well.
#
# By lesson 03 you will have written the heart of this machine yourself, by lesson 09 you will have
# trained all of it,
# and in lesson 13, which is to come, you will ask it what it knows.

# %% [markdown]
# ## One box, used again and again
#
# The reader does not have a part for each character. It is one box. For every character the same
# box, with the same numbers inside, takes in the character and what it has handed on to itself:

# %%
from lstm_lessons import pictures

pictures.loop(["p", "r", "i", "n"], ["h", "c"])

# %% [markdown]
# In these drawings c is a thick line, like a belt that carries the memory along, and h
# is a thin one. Still drawings come from `pictures`, those that you can move from `explorers`.
#
# ## How to read the lessons
#
# Boxes with Python are called *cells*. Run them from top to bottom, with Shift + Enter. A cell may
# use what an earlier one made.
#
# Opened with `python3 -m lstm_lessons lab`, this page is a copy of your own. It shows some
# pictures, but no results: first predict one, then run the cell and see. The text below a cell
# tells the answer, too, so do not read on before you have run it. Change what you like, and write
# between the cells. No command overwrites what you have done.
#
# You should know some Python, and what a matrix times a vector is. It helps to have met PyTorch. Of
# LSTMs you need to know nothing.

# %% [markdown]
# ## Words as numbers
#
# A network reads only numbers. So each step, a character or a word, becomes a list of numbers. For
# the rest of this page we take words, and each word becomes 100 numbers. A sentence has 24
# words, and we read 10 sentences side by side. The whole course calls these sizes
#
# | letter | name | here |
# |---|---|---|
# | T | time steps, `seq_len`: words in a sentence | 24 |
# | B | `batch`: sentences side by side | 10 |
# | I | `input_size`: numbers in a word | 100 |
#
# **Predict.** How many numbers is that in all? Say a number aloud before you run the cell: a
# prediction that turns out wrong teaches more than a result that you only read.

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
# sentences, its third the numbers in a word. Counting starts at 0, so `x[0]` is the first word of
# every sentence.
#
# The numbers are random, because for now only the shapes matter. `manual_seed(0)` makes them the
# same numbers each time.
#
# **Predict.** What is the shape of `x[0]`?

# %%
print("x[0]:   ", tuple(x[0].shape))
print("x[0, 3]:", tuple(x[0, 3].shape))

# %% [markdown]
# `x[0]` is one word for each of the 10 sentences. `x[0, 3]` is a single word, the first one of
# sentence 3.
#
# ## A first call of nn.LSTM
#
# In PyTorch an LSTM is called `nn.LSTM`. We make one that reads words of 100 numbers and has 16
# units. 16 is its *hidden size*, H. It is not trained: it remembers, but nothing useful.
#
# Then we let it read all 10 sentences, word by word. For each sentence it has a memory c and a
# state h of its own, 16 numbers each.

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
# The state of one sentence is 16 numbers, so that of 10 sentences is (10, 16). `h_n` and `c_n`
# have a third axis in front of these two. It counts layers, L. One LSTM may read what another
# one shows; each of them is a layer, and here there is one.
#
# **Predict.** What is the shape of `output`?

# %%
print("output:", tuple(output.shape))
print("h_n:   ", tuple(h_n.shape))
print("c_n:   ", tuple(c_n.shape))

# %% [markdown]
# `output` keeps the first two axes of `x`: 24 words, 10 sentences. Only the last axis changed, from
# 100 to 16. `h_n` and `c_n` have no axis for words: they belong to the end of the sentence.
#
# If `h_n` is the state after the last word, its numbers must also stand at the end of `output`. We
# can ask. `same` looks at two tensors and says in one line whether they have one shape and the same
# numbers, but for rounding.

# %%
from lstm_lessons import same

same(output[-1], h_n[0])

# %% [markdown]
# They have. This is the habit of the whole course: when we say that two things are equal, the next
# cell checks it.
#
# With other settings `output[-1]` and `h_n` are *not* the same. That is a famous trap, for later.
#
# ## Four sizes, four blocks
#
# The next picture shows the blocks that go in and come out. Each slider is one of the four sizes.
#
# **Try it.**
#
# 1. Which slider changes the shape of what goes in, but no shape that comes out?
# 2. Which two sliders change the shapes of all three results?
# 3. Press "long sentences". Which of the three results grows?

# %%
explorer = explorers.in_and_out()
explorer

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. `input_size`.
# 2. `batch` and `hidden_size`.
# 3. `output` alone. However long the sentence is, what is left at its end has the same size.
#
# </details>

# %% [markdown]
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
pictures.course_map()

# %% [markdown]
# Beside them stands a page to look things up in: [the map of nn.LSTM](map_of_nn_lstm.ipynb). It
# shows what every argument changes, and needs no order.
#
# ## Where this course began
#
# It began with two posts on `nn.LSTM`. Their sizes are those of our examples, and what they say is
# tested in the lessons. Most of it holds. Where something holds only under some settings, a lesson
# says so, and a cell shows it.
#
# * *The first post*: "torch.nn.LSTM()详解" (nn.LSTM explained) by Xhsun1997, CSDN, 23 February
#   2020, [blog.csdn.net](https://blog.csdn.net/m0_45478865/article/details/104455978). Its example
#   has 3 sentences of 4 words.
# * *The second post*: "pytorch中的nn.LSTM模块参数详解" (the parameters of nn.LSTM in PyTorch
#   explained) by Foneone, CSDN; our copy bears no date. From it come our 24 words, 10 sentences
#   and 100 numbers.

# %% [markdown]
# ## What we have seen
#
# * An LSTM reads step by step, and all that it knows of what it has read is in its memory c and its
#   state h.
# * A unit of a trained one can have a meaning: unit 5 of the reader holds 1 for an open bracket.
#   It does so with gates: i takes in, f keeps or wipes. It fails at nested brackets and at
#   strings.
# * `nn.LSTM` reads a tensor (T, B, I), and gives back `output` (T, B, H), and `h_n` and `c_n`, here
#   (1, B, H).
# * Predict, run, and compare. `same` proves, `check` says what it thinks of an answer.

# %% [markdown]
# **A common mistake.** Cells are run out of order. You change a cell far up, go on further down,
# and the numbers no longer fit together. If something looks strange, choose **Run**, then
# **Restart Kernel and Run All Cells**.
#
# **Next:** why does the reader need gates to keep a 1 for some characters? A network without them
# forgets, and [lesson 01](01_why_gates.ipynb) measures how fast.
