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
# is one at work. It reads a line one character at a time. After each character it says whether it
# takes the line for Python code or for English prose.
#
# Click into the box below, and press **Shift + Enter**: that runs it. For now look at the upper
# part of the picture alone; the lower part is for the next section. (If you want only the shapes
# of `nn.LSTM`, begin at [Words as numbers](#Words-as-numbers).)

# %%
from lstm_lessons import explorers

explorers.reader()

# %% [markdown]
# **Try it.**
#
# 1. The reader has read `for k in range(10`. Move the slider "characters read" back, with the mouse
#    or with the arrow keys. What did it say after the bracket, and what before it?
# 2. Type a line of your own, of 32 characters at most, that it takes for the wrong thing.
#
# If you see an error in place of a picture, close this page and run
# `python3 -m lstm_lessons doctor` in the folder of the course. It says what is missing.

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. After the bracket: code, 70 % sure. Before it: prose, 93 % sure. One character has changed its
#    mind.
# 2. It takes `for word in line:` for prose. And it takes `a number (not always whole) is` for code;
#    without the brackets it takes it for prose.
#
# </details>

# %% [markdown]
# ## What it keeps
#
# This is *the reader*. It is a small LSTM that was *trained* on 484 short lines of code and
# prose: the numbers inside it, its *weights*, were changed again and again, a little at a time, so
# that its answers for these lines became better.
#
# It cannot look back at the line. What it knows of the characters before, it has in two lists of
# 16 numbers, which it hands on from character to character. One is its *memory*, c. The other
# is h, the part of the memory that it shows. Its verdict on the line is made from h.
#
# The lower part of the picture draws c. It has a row for each of the 16 *units*. From left to right
# you see the number that the unit held after each character: the wider a box is, the farther the
# number is from zero. (The key at its top right shows three widths. For now it is enough to see
# whether a box is narrow or wide.) A hollow box is a number below zero. Here is the same picture
# once more:

# %%
explorers.reader()

# %% [markdown]
# Look at one row, unit 5, which is drawn larger below the others. It follows brackets, and that is
# no accident: **we helped**. In training the reader was asked two things at every character: is
# this line code, and is a bracket open? Of ten readers trained in this way, we kept the one in
# which a single unit follows the brackets best. But no one told it *how* to follow them. Training
# has found the weights that do it.
#
# The bars f and i below its row are two of its *gates*, numbers from 0 to 1. f says how much of
# the old number is kept, and i how much of the new one, g, is taken in. g has no bar: it stands in
# the line at the bottom.

# %% [markdown]
# **Try it.**
#
# 1. Press "an open bracket". Then move the slider slowly on to 11, or press the play button beside
#    it. What becomes of the memory of unit 5 at `(`, and what at `)`?
# 2. Which of its two gates makes it fall?
# 3. Press "nested brackets", and go on to the end of the line. What does the unit know of the outer
#    bracket after the inner one has closed?
# 4. Press "seven brackets", and then "a long bracket". Is the number a count of open brackets?
# 5. Press "a list of words", and then "a bracket in a string". What does the unit do wrong?

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. At `(` it rises from nearly 0 to nearly 1. Between the brackets it stays there, at about 0.8
#    or more. At `)` it falls to nearly 0.
# 2. The gate f. At `)` it is nearly 0, so nothing of the old number is kept. At `(` both i and g
#    were nearly 1, so a 1 was taken in. Between the two f was above 0.8, so most of it stayed.
# 3. Nothing: the number falls to 0 at the first closing bracket, although the outer bracket is
#    still open. The unit does not count brackets in pairs.
# 4. No. It is 7 after seven brackets. But in a long bracket it drifts up, here to 2.5 with a single
#    bracket open.
# 5. In the list it fades to 0.1 while the bracket is still open. In the other line the bracket is a
#    letter of a string and opens nothing. The unit takes it for an open bracket.
#
# </details>

# %% [markdown]
# ## The same in numbers
#
# What a picture of this course shows can be had in a cell, too. `read` reads a line and gives back
# a step for each character. `step.c[5]` is the memory of unit 5 after it.
#
# From here on some paragraphs begin with the word "Predict". Say your answer aloud before you run
# the cell, and do not read on before: the text below tells the answer. A prediction that turns out
# wrong teaches more than a result that you only read.
#
# **Predict.** A guess: the line `x = [0, 1)` opens a square bracket and closes a round one, which
# Python does not allow. How much will be left in unit 5 after the `)`?

# %%
from lstm_lessons.data.plain_reader import read

for step in read("x = [0, 1)"):
    print(step.character, f"{step.c[5]:4.1f}")

# %% [markdown]
# Nothing is left. The unit goes up at a square bracket as at a round one, and the bracket of the
# other kind wipes it out: it does not know which kind was opened. It was not asked to know. (A
# number that is a little below zero is printed as -0.0.)
#
# ## How good is it?
#
# Here are 242 other lines, from pages that it has not seen in training. Half of them are code. We
# count the lines that the reader gets right at their end. `certainty` is how sure it is of code:
# above 0.5 it says code, below it prose.

# %%
from lstm_lessons.data import code_or_prose

lines = code_or_prose()[484:]  # the first 484 were for training
right = 0
for line in lines:
    says_code = read(line.text)[-1].certainty > 0.5
    if says_code == line.code:
        right += 1
print(f"code:       {sum(line.code for line in lines)} of {len(lines)} lines")
print(f"the reader: {right} of {len(lines)} lines, {right / len(lines):.1%}")

# %% [markdown]
# That sounds good, but we need something to compare it with. Here is a rule that has learnt
# nothing: a line is code if one of 13 signs is in it, among them the brackets, the colon and the
# underscore.
#
# **Predict.** A guess: the reader gets 217 lines right. How many does the rule get right?

# %%
right = 0
for line in lines:
    says_code = any(sign in line.text for sign in "()=[]{}<>:_'#")
    if says_code == line.code:
        right += 1
print(f"the rule:   {right} of {len(lines)} lines, {right / len(lines):.1%}")

# %% [markdown]
# The reader is only 8 lines better than one line of Python. With only 242 lines, that may be
# chance. Here is a second rule. It looks at the *last* character alone: a line is code, unless it
# ends in a letter, a full stop or a comma.

# %%
right = 0
for line in lines:
    last = line.text[-1]
    says_code = not (last.isalpha() or last in ".,")
    if says_code == line.code:
        right += 1
print(f"the last one: {right} of {len(lines)} lines, {right / len(lines):.1%}")

# %% [markdown]
# It is as good as the reader, which has read the whole line. That is no chance of these lines: on
# the 484 lines of training, too, it beats the rule of the signs. So do not admire what the reader
# says.
# What is worth a look is how it keeps what it has read. Of unit 5 we have seen a little of that. Of
# the other 15 we do not know much.
#
# By lesson 03 you will have written the heart of this machine yourself, by lesson 09 you will have
# trained all of it, and in lesson 15 you will ask it what it knows.

# %% [markdown]
# ## One box, used again and again
#
# The reader does not have a part for each character. It is one box. For every character the same
# box, with the same weights inside, takes in the character and the two lists that it has handed on
# to itself, c and h:

# %%
from lstm_lessons import pictures

pictures.loop(["p", "r", "i", "n"], ["h", "c"])

# %% [markdown]
# In these drawings c is a thick line, like a belt that carries the memory along, and h is a thin
# one.
#
# ## How to read the lessons
#
# Boxes with Python are called *cells*. Run them from top to bottom, with Shift + Enter. A cell may
# use what an earlier one made.
#
# Opened with `python3 -m lstm_lessons lab`, this page is a copy of your own. It shows some
# pictures, but no results: you see them when you run the cells. Change what you like, and write
# between the cells. No command overwrites what you have done.
#
# You should know some Python, and what a matrix times a vector is. It helps to have met PyTorch. Of
# LSTMs you need to know nothing.

# %% [markdown]
# ## Words as numbers
#
# A network reads only numbers. So each step, a character or a word, becomes a list of numbers. Now
# that you have seen what a reader does, we leave it, and look at the sizes of what goes in and
# comes out. For that we take words, and each word becomes 100 numbers. A sentence has 24 words,
# and we read 10 sentences side by side. The whole course calls these sizes
#
# | letter | name | here |
# |---|---|---|
# | T | time steps, `seq_len`: words in a sentence | 24 |
# | B | `batch`: sentences side by side | 10 |
# | I | `input_size`: numbers that stand for a word | 100 |
#
# The numbers are random, because for now only the shapes matter. `manual_seed(0)` makes them the
# same numbers each time.

# %%
import torch
from torch import nn

T, B, I = 24, 10, 100

torch.manual_seed(0)
x = torch.randn(T, B, I)
print("shape:", tuple(x.shape))

# %% [markdown]
# `x` is a *tensor*: a block of numbers with a shape. It has three *axes*, one for each number of
# its shape: axis 0 counts words, axis 1 sentences, axis 2 the numbers in a word. PyTorch counts
# from 0.
#
# **Predict.** What is the shape of `x[0]`?

# %%
print("x[0]:   ", tuple(x[0].shape))
print("x[0, 3]:", tuple(x[0, 3].shape))

# %% [markdown]
# `x[0]` is not a sentence. It is word 0 of *all* 10 sentences, because axis 0 counts words.
# `x[0, 3]` is a single word, word 0 of sentence 3.
#
# ## A first call of nn.LSTM
#
# In PyTorch an LSTM is called `nn.LSTM`. We make one that reads words of 100 numbers and has 16
# units. 16 is its *hidden size*, H. It is not trained: it remembers, but nothing useful.

# %%
H = 16
lstm = nn.LSTM(input_size=I, hidden_size=H)

# %% [markdown]
# Now it reads all 10 sentences, word by word. For each sentence it has an h and a c of its own, 16
# numbers each. The two together are its *states*. Three tensors come back:
#
# * `output`: h after *every* word,
# * `h_n`: h after the *last* word,
# * `c_n`: the memory c after the last word.
#
# **Predict.** What is the shape of `output`?

# %%
output, (h_n, c_n) = lstm(x)
print("output:", tuple(output.shape))

# %% [markdown]
# `output` keeps the first two axes of `x`: 24 words, 10 sentences. Only the last axis changed, from
# 100 to 16. Here are the other two:

# %%
print("h_n:", tuple(h_n.shape))
print("c_n:", tuple(c_n.shape))

# %% [markdown]
# `h_n` and `c_n` have no axis for words: they belong to the end of the sentence. The 1 in front
# counts *layers*, L. One LSTM may read what another one shows; each of them is a layer, and here
# there is one.
#
# If `h_n` is h after the last word, its numbers must also stand at the end of `output`. We can ask.
# `same` looks at two tensors and says in one line whether they have one shape and the same numbers,
# but for rounding.

# %%
from lstm_lessons import same

same(output[-1], h_n[0])

# %% [markdown]
# They do. This is the habit of the whole course: when we say that two things are equal, the next
# cell checks it.
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
from lstm_lessons import explorers

explorers.in_and_out()

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. `input_size`.
# 2. `batch` and `hidden_size`.
# 3. `output` alone. However long the sentence is, what is left at its end has the same size.
#
# </details>

# %% [markdown]
# ## Exercises
#
# Each lesson from 01 on has a notebook of exercises. You write an answer, and `check` says what it
# sees in it. When it recognises a mistake, it names it.
#
# ### 00.1 What comes out
#
# Here is one to practise on. The layer above has hidden size 16. Suppose it reads **7 sentences of
# 5 words**. **What shapes come out?** Put a tuple such as `(1, 2, 3)` in place of each `...`, and
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
# 1. Look at the three shapes that were printed above. Which of their numbers were the words,
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
# The lessons build on one another, so take them in order. Those up to 09 are what you need to use
# `nn.LSTM` well.

# %%
from lstm_lessons import pictures

pictures.course_map()

# %% [markdown]
# When `check` says that an answer is right, that is noted in a text file of yours, `progress.txt`
# in the folder `my_lessons`, and nowhere else. `progress()` reads it, and says what comes next. To
# note that you have read a lesson, write its number in the brackets: `progress("00")`.

# %%
from lstm_lessons import progress

progress()

# %% [markdown]
# Beside the lessons stands a page to look things up in:
# [the map of nn.LSTM](map_of_nn_lstm.ipynb). It shows what every argument changes, and needs no
# order.
#
# The course began with two posts on CSDN:
# ["torch.nn.LSTM()详解"](https://blog.csdn.net/m0_45478865/article/details/104455978) by Xhsun1997,
# of February 2020, and "pytorch中的nn.LSTM模块参数详解" by Foneone. Each of their claims has
# its verdict in [an audit of the two](audit_of_two_posts.ipynb).

# %% [markdown]
# ## What we have seen
#
# * An LSTM reads step by step, and all that it knows of what it has read is in two lists: its
#   memory c, and h, which is what it shows of the memory.
# * A unit of a trained one can have a meaning. We asked the reader about brackets in training, and
#   its unit 5 holds about 1 inside a short bracket. It does so with gates: i takes in, f keeps or
#   wipes. In long brackets the number drifts up, in some lists it fades, and at nested brackets and
#   strings it is wrong.
# * `nn.LSTM` reads a tensor (T, B, I), and gives back `output` (T, B, H), and `h_n` and `c_n`, here
#   (1, B, H).
# * Predict, run, and compare. `same` compares, `check` says what it thinks of an answer.

# %% [markdown]
# **A common mistake.** Cells are run out of order. You change a cell far up, go on further down,
# and the numbers no longer fit together. If something looks strange, choose **Run**, then
# **Restart Kernel and Run All Cells**.
#
# **Next:** what are gates needed for? A network without them can learn such short brackets, too.
# [Lesson 01](01_why_gates.ipynb) measures how far back it learns, and what a gate changes.
