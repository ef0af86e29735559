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
# ## Which of 1,664 numbers?
#
# The reader of lesson 00 notices open brackets. At `(` its unit 5 writes a 1 into its memory. It
# keeps the 1 while it reads on, and at the closing bracket it wipes it out. Nobody wrote a rule
# for that. It has been learnt, and it stands somewhere in these four tensors. (`number` gives each
# character its number; we need it later.)

# %%
import torch
from lstm_lessons import trained_reader

reader, number = trained_reader()
for name, tensor in reader.lstm.named_parameters():
    print(f"{name:<13} {tuple(tensor.shape)}")

# %% [markdown]
# That is 64 · 8 + 64 · 16 + 64 + 64 = 1,664 numbers. Which of them wipe the memory at `)`? At the
# end of this lesson you can point at them, and break them. For that you have to know two things:
# what the four gates of an LSTM do, and where in these tensors each of them stands.
#
# ## One unit, four gates
#
# An LSTM keeps two vectors of H numbers, $c$ and $h$. The vector $c$ is the memory. The vector $h$
# is what the outside gets to see. PyTorch calls $c$ the *cell state* and $h$ the *hidden state*,
# and the pair of them *the states*. (A plain RNN has only one, h.)
#
# The reader has H = 16, so it has 16 *units*. Unit 5 owns number 5 of $c$ and number 5 of $h$.
# `read` of lesson 00 computes with the four tensors above, and shows what happens in each unit.
# Here is all that happens in unit 5 at the end of `print(x, y)`, one row per character:

# %%
from lstm_lessons.data.plain_reader import read

print("      f     i     g     o     c     h")
for step in read("print(x, y)")[4:]:
    values = [step.f[5], step.i[5], step.g[5], step.o[5], step.c[5], step.h[5]]
    rounded = [f"{value:z5.2f}" for value in values]  # z: no -0.00
    print(repr(step.character), *rounded)

# %% [markdown]
# You know f, i and g from lesson 01. Here they are at work:
#
# * At `(` the news g is 1.00, and the **input gate i** lets all of it in. So c becomes
#   0.99 · (−0.02) + 1.00 · 1.00 = 0.98.
# * At the space the news is −0.91, which would wipe out the bracket. But i is 0.00, so nearly
#   nothing is added, and the **forget gate f** keeps 0.99 · 0.93 = 0.92.
# * At `)` f is 0.00, and 0.00 · 0.90 = 0 is kept.
#
# New is the **output gate o**. It says how much of the memory is shown. What is shown is $h$. It is
# made from the *new* memory, and it passes through a tanh first. At `(` that is
# 0.98 · tanh(0.98), which is 0.98 · 0.75 = 0.74. In the picture the memory is the thick line:

# %%
from lstm_lessons import pictures

numbers = {"c_before": -0.02, "f": 0.99, "i": 1.00, "g": 1.00, "o": 0.98}
pictures.cell("all", numbers=numbers)

# %% [markdown]
# That is the whole cell. As equations:
#
# $$\begin{aligned}
# \underset{(H)}{c_t} &= \underset{(H)}{\textcolor{#c2560c}{f_t}} \odot \underset{(H)}{c_{t-1}}
#   + \underset{(H)}{\textcolor{#1a75d1}{i_t}} \odot \underset{(H)}{\textcolor{#0f8266}{g_t}} \\
# \underset{(H)}{h_t} &= \underset{(H)}{\textcolor{#a64bb0}{o_t}} \odot
#   \tanh(\underset{(H)}{c_t})
# \end{aligned}$$
#
# The sign $\odot$ multiplies number by number. So unit 5 of $c_t$ is made from unit 5 of f, i, g
# and of $c_{t-1}$ alone. (The gates themselves read all units of $h_{t-1}$.)
#
# | letter | name | question | answer between |
# |---|---|---|---|
# | f | forget gate | How much of the old do I keep? | 0 and 1 |
# | i | input gate | How much of the news do I let in? | 0 and 1 |
# | g | news, or *candidate* | What is new? | −1 and 1 |
# | o | output gate | How much do I show? | 0 and 1 |
#
# f, i and o are taps: 0 is shut and 1 is open. g is not a tap, it is a value. All the same, the
# four together are usually called gates.

# %% [markdown]
# ## Why h and c are two things
#
# Now the reader gets seven opening brackets, `(((((((`. At each of them, unit 5 adds a 1 to its
# memory, and wipes nothing out.
#
# **Predict.** After the seventh bracket, c is about 7. How large is h?

# %%
for step in read("((((((("):
    print(f"c = {step.c[5]:.2f}   h = {step.h[5]:.2f}")

# %% [markdown]
# c has no fixed bound, because it adds. h has one: tanh brings c into the range from −1 to 1, and
# o can only make it smaller.
#
# Why is c not shown as it is? What is shown is read: by all four gates at the next character, and
# by the layer at the end that says how sure the reader is. If a 7 arrived there, or a 700, it
# could drown everything else. So what is shown has to stay small.
#
# And why is h not kept, instead of c? Because a memory that passes through tanh at every step
# fades, even if it is kept with a factor of 1 and no gate touches it:

# %%
from math import tanh

kept = 7.0
for step in range(1, 11):
    kept = tanh(kept)
    if step in (1, 2, 10):
        print(f"after {step:2} steps: {kept:.2f}")

# %% [markdown]
# After one step the 7 has become a 1, and the count is lost. After ten steps more than half of
# that is gone, too. So c is kept, unsqueezed, and h is shown, squeezed. That is one reason why
# there are two.
#
# ## A gate that is stuck
#
# What goes wrong without a gate? The next function takes the gates that unit 5 had at each
# character, and sets one of them to a value. Then it makes c and h anew with the two equations.


# %%
def unit_5(stuck, value):
    """Return c and h of unit 5 along a line, with one gate stuck at a value."""
    c, memory, shown = 0.0, [], []
    for step in read("print(x, y)"):
        gates = {"f": step.f[5], "i": step.i[5], "g": step.g[5], "o": step.o[5]}
        gates[stuck] = value
        c = gates["f"] * c + gates["i"] * gates["g"]
        memory.append(c)
        shown.append(gates["o"] * tanh(c))
    return memory, shown


# %% [markdown]
# Begin with the forget gate, stuck at 1. All the other gates do what they did before.
#
# **Predict.** What is c after the closing bracket, roughly?

# %%
memory, shown = unit_5("f", 1)
print("          ", *[f"{character:>4}" for character in "print(x, y)"])
print("as it is, c", *[f"{step.c[5]:z4.1f}" for step in read("print(x, y)")])
print("f =  1,   c", *[f"{value:z4.1f}" for value in memory])

# %% [markdown]
# About 1: the bracket stays open. f wipes nothing out any more, and at `)` i lets no news in.
#
# Now the other way: each tap is shut in turn, and once the news is always −1. For o we look at h,
# since o has no part in c.

# %%
print("         ", *[f"{character:>4}" for character in "print(x, y)"])
for stuck, value in (("f", 0), ("i", 0), ("g", -1)):
    memory, shown = unit_5(stuck, value)
    print(f"{stuck} = {value:2}, c", *[f"{each:z4.1f}" for each in memory])
memory, shown = unit_5("o", 0)
print("o =  0, h", *[f"{each:z4.1f}" for each in shown])

# %% [markdown]
# | stuck | what you see |
# |---|---|
# | f = 0 | The 1 is written at `(`, and gone at the next character. |
# | i = 0 | Nothing is ever written: c stays 0. |
# | g = −1 | At `(`, c falls to −1 in place of rising to 1. |
# | o = 0 | c is as it should be, but h is 0: nobody sees it. |
#
# By these four symptoms you will find each gate in the reader's tensors. But first: who sets a
# gate?

# %% [markdown]
# ## A gate is a weighted sum
#
# Take the forget gate. At each step it has to look at what comes in, the vector $x_t$, and at what
# was shown before, $h_{t-1}$. The gate has to come up with one number for each unit.
#
# The simplest way is a weighted sum. Let us make it small: three numbers come in at a step, and
# there are two units. Each unit needs one weight for each number that comes in. The weights of unit
# 0 are one row, the weights of unit 1 are the next row. So they form a matrix, $W_{if}$: from the
# **i**nput to **f**. For example:
#
# $$W_{if}\,x_t = \begin{pmatrix} 0.5 & -1 & 0.25 \\ -1 & 3 & 0.5 \end{pmatrix}
#   \begin{pmatrix} 1 \\ 0 \\ 2 \end{pmatrix}$$
#
# Get unit 0 on paper first. It has the upper row: 0.5 · 1 + (−1) · 0 + 0.25 · 2 = 1.

# %%
torch.set_default_dtype(torch.float64)  # 16 digits, as in lesson 01
W_if = torch.tensor([[0.5, -1.0, 0.25], [-1.0, 3.0, 0.5]])
x_t = torch.tensor([1.0, 0.0, 2.0])
print("from the input:", (W_if @ x_t).tolist())

# %% [markdown]
# In the same way, each unit needs one weight for each number of $h_{t-1}$. They form the matrix
# $W_{hf}$, from **h** to **f**:
#
# $$W_{hf}\,h_{t-1} = \begin{pmatrix} 1 & 0.5 \\ 2 & 0 \end{pmatrix}
#   \begin{pmatrix} 0.5 \\ -1 \end{pmatrix}$$
#
# For unit 0 that is 1 · 0.5 + 0.5 · (−1) = 0. Last, each unit adds a number of its own, the bias
# $b_f$. For unit 0 it is 0.5, so the sum is 1 + 0 + 0.5 = 1.5. A tap must be between 0 and 1, so
# the sum goes through the sigmoid $\sigma$ of lesson 01:
# $\sigma(1.5) = 1 / (1 + e^{-1.5}) = 0.82$.

# %%
W_hf = torch.tensor([[1.0, 0.5], [2.0, 0.0]])
h = torch.tensor([0.5, -1.0])
b_f = torch.tensor([0.5, -1.0])

sums = W_if @ x_t + W_hf @ h + b_f
print("sums:", sums.tolist())
print("f:   ", [round(value, 2) for value in torch.sigmoid(sums).tolist()])

# %% [markdown]
# Unit 1 has the sum 0, so its tap stands at one half. As an equation, with the shape under each
# symbol:
#
# $$\underset{(H)}{\textcolor{#c2560c}{f_t}} = \sigma\big(\underset{(H \times I)}{W_{if}}\;
#   \underset{(I)}{x_t} + \underset{(H)}{b_{if}} + \underset{(H \times H)}{W_{hf}}\;
#   \underset{(H)}{h_{t-1}} + \underset{(H)}{b_{hf}}\big)$$
#
# PyTorch gives each of the two products a bias of its own, so there are two. They are only ever
# added, and one would do. PyTorch keeps both because NVIDIA's library for GPUs, cuDNN, has two.
#
# I is how many numbers come in at a step, PyTorch's `input_size`: 3 above. H is how many h and c
# have, `hidden_size`: 2 above. Now larger, with I = 100 and H = 16, as in most examples of the
# course that are about shapes.

# %%
torch.manual_seed(0)
I, H = 100, 16
x_t, h = torch.randn(I), torch.randn(H)
W_if, W_hf = torch.randn(H, I), torch.randn(H, H)

print("W_if:", tuple(W_if.shape), "  W_if @ x_t:", tuple((W_if @ x_t).shape))
print("W_hf:", tuple(W_hf.shape), "   W_hf @ h:  ", tuple((W_hf @ h).shape))

# %% [markdown]
# The rule to remember: **rows are what comes out, columns are what goes in.** Out of both come 16
# numbers. Into $W_{if}$ go the 100 numbers of $x_t$, and into $W_{hf}$ the 16 of h.
#
# Matrices are easily turned round, since other libraries keep them the other way. `W_if.T` is
# $W_{if}$ turned round.
#
# **Predict.** Which products stop with an error: `W_if.T @ x_t`, `W_hf.T @ h` or both?

# %%
from lstm_lessons import same

try:
    W_if.T @ x_t
except RuntimeError:
    print("W_if turned round: an error")
print("W_hf turned round:", same(W_hf.T @ h, W_hf @ h))

# %% [markdown]
# The first alone: (100 × 16) does not fit 100 numbers. $W_{hf}$ is square, so its shape cannot tell
# which way round it is, and the numbers are wrong. The error was the lucky case. When I equals H,
# both mistakes are silent. That is why this course never trusts shapes alone. It compares numbers.

# %% [markdown]
# ## Four gates, one product
#
# The other three gates are made in the same way, each with its own weights. Only g goes through
# tanh in place of the sigmoid, since it may be negative:
#
# $$\begin{aligned}
# \textcolor{#1a75d1}{i_t} &= \sigma(W_{ii}\,x_t + b_{ii} + W_{hi}\,h_{t-1} + b_{hi}) \\
# \textcolor{#c2560c}{f_t} &= \sigma(W_{if}\,x_t + b_{if} + W_{hf}\,h_{t-1} + b_{hf}) \\
# \textcolor{#0f8266}{g_t} &= \tanh(W_{ig}\,x_t + b_{ig} + W_{hg}\,h_{t-1} + b_{hg}) \\
# \underset{(H)}{\textcolor{#a64bb0}{o_t}} &= \sigma(\underset{(H \times I)}{W_{io}}\,
#   \underset{(I)}{x_t} + \underset{(H)}{b_{io}} + \underset{(H \times H)}{W_{ho}}\,
#   \underset{(H)}{h_{t-1}} + \underset{(H)}{b_{ho}})
# \end{aligned}$$
#
# Read the names as *from, to*. $W_{ii}$ goes from the **i**nput to the **i**nput gate: the same
# letter twice, for two different things.

# %% [markdown]
# All four matrices for the input are multiplied by the same $x_t$. So they can be put on top of
# each other and multiplied at once. PyTorch does that, and calls the stack `weight_ih`. Its product
# with $x_t$ is cut into four afterwards. In the small example:

# %%
pictures.weights(input_size=3, hidden_size=2, stage="product")

# %% [markdown]
# The matrices for h are stacked in the same way, and so are both biases. The ending `_l0` that
# PyTorch adds to the names stands for layer 0, the only one here. This layer has the sizes of our
# example, I = 100 and H = 16:

# %%
from torch import nn

lstm = nn.LSTM(input_size=I, hidden_size=H)
for name, parameter in lstm.named_parameters():
    print(f"{name:<13} {tuple(parameter.shape)}")

# %% [markdown]
# 64 is 4 · 16: four gates of 16 rows each. In symbols, `weight_ih_l0` is (4H, I), `weight_hh_l0` is
# (4H, H), and each bias is (4H). So the whole layer has
#
# $$4\,(HI + HH + 2H) = 4H(I + H) + 8H$$
#
# parameters. T, how many characters a line has, is not in it, nor is B, how many lines are read
# side by side: the same weights serve every step and every line.

# %%
print("formula:", 4 * H * (I + H) + 8 * H)
print("PyTorch:", sum(parameter.numel() for parameter in lstm.parameters()))

# %% [markdown]
# The picture below has two rows. The upper one is the equation of one gate, with every matrix drawn
# to one scale. The lower one is the stacks of all four gates, with the rows of that gate marked.
#
# **Try it.**
#
# 1. Press "twice the units". Which matrix in the upper row grows twofold, and which fourfold? Is
#    the count of parameters then twice as large, more, or less?
# 2. Press "the reader". Which rows of the stacks are the forget gate's? Which of these rows is that
#    of unit 5?

# %%
from lstm_lessons import explorers

explorers.gates_and_shapes()

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. $W_{if}$ gets twice the rows, so it is twice as large. $W_{hf}$ gets twice the rows and twice
#    the columns, so it is four times as large. So the count grows by more than two: 17,152 in place
#    of 7,552, which is 2.27 times as many.
# 2. Rows 16 to 31. That of unit 5 is row 16 + 5 = 21.
#
# </details>

# %% [markdown]
# ## Which block is which gate?
#
# Back to the reader. Its tensors have four blocks of 16 rows. The picture claims that they are
# i, f, g, o, in this order. Is it so? We check it with unit 5, which has row 5 of each block: row 5
# in block 0, row 21 in block 1, row 37 in block 2 and row 53 in block 3.
#
# We put −50 into the bias of one of these rows. That outweighs all the rest of its sum. If the row
# belongs to a tap, the sigmoid makes 0 of it, and the tap is shut. If it belongs to the news, tanh
# makes −1 of it.
#
# The function below changes one bias of a new copy of the reader, which is float32 as always, and
# lets it read a text. `number` gives each character its number, and `embedding` gives each of these
# the 8 numbers that go in.


# %%
def read_with(text, row, bias):
    """Return h and c after a text, with one number of `bias_ih_l0` changed."""
    changed, _ = trained_reader()
    with torch.no_grad():
        changed.lstm.bias_ih_l0[row] = bias
        numbers = torch.tensor([number[character] for character in text])
        _, (h_n, c_n) = changed.lstm(changed.embedding(numbers))
    return h_n[0], c_n[0]  # 16 numbers each


# %% [markdown]
# We look at two moments: after `print(`, where c and h should be 0.98 and 0.74, and after
# `print(x, y`, where they should be 0.90 and 0.72. The symptoms are those of the table above.
#
# **Predict.** If the picture is right, what is c of unit 5 at these two moments when row 21 gets
# the −50?

# %%
print("        after print(     after print(x, y")
for row in (5, 21, 37, 53):
    values = []
    for text in ("print(", "print(x, y"):
        h, c = read_with(text, row, -50)
        values.append(f"c = {c[5]:z5.2f}, h = {h[5]:z5.2f}")
    print(f"row {row:2} ", *values, sep="  ")

# %% [markdown]
# Row 53: the 1 is in the memory, but h is 0, so block 3 is **o**. With row 21 the 1 is written, and
# soon gone: **f**. With row 5 nothing is ever written: **i**. With row 37 c is −1 at the bracket:
# **g**.
#
# At the second moment two numbers may surprise you. With o shut c is 0.63, though o has no part in
# c, and with g at −1 it is −0.33. Above, when we changed one gate of `unit_5`, we left the others
# as they had been. Here the changed gate makes a wrong h, and all gates of the next step read it.
#
# So the order is **i, f, g, o**, as in the picture. It is a convention, no more: the file format
# ONNX, for one, has i, o, f, g.

# %% [markdown]
# ## The numbers that wipe the memory
#
# Now we can point at them. The forget gate of unit 5 is row 21 of all four tensors: 8 weights for
# the character, 16 for h and two biases, 26 of the 1,664 numbers. At the `)` of our line, this is
# its sum:

# %%
closing = reader.embedding.weight[number[")"]]  # the 8 numbers of ")"
before = read("print(x, y)")[9]  # the step of "y"
h_before = torch.tensor(before.h, dtype=closing.dtype)  # float32, like closing
biases = reader.lstm.bias_ih_l0[21] + reader.lstm.bias_hh_l0[21]
print(f"from the character: {reader.lstm.weight_ih_l0[21] @ closing:5.1f}")
print(f"from h:             {reader.lstm.weight_hh_l0[21] @ h_before:5.1f}")
print(f"from the biases:    {biases:5.1f}")

# %% [markdown]
# Together that is −13.5, and the sigmoid of it is nearly 0. It is the character that shuts the
# gate. Which others do so? Multiply the 8 weights with the vector of each character that the reader
# knows. The lower the number is, the more that character shuts the gate.

# %%
row = reader.lstm.weight_ih_l0[21]
part = {}
for character, place in number.items():
    part[character] = (row @ reader.embedding.weight[place]).item()

in_order = sorted(part, key=part.get)
for character in in_order[:4]:
    print(character, round(part[character], 1))

# %% [markdown]
# Out of 87 characters, the three that shut the gate most are the three closing brackets. In
# training the reader was told at every character whether a bracket is open. So it learnt by example
# which characters close one. Change 21 to 5 and `[:4]` to `[-4:]`, and you see the four that open
# the input gate most: the three opening brackets, and a `%`.
#
# But there is a fourth character in the list, and it closes nothing.
#
# **Predict.** In `print(V)`, how much of the bracket will be left in unit 5 after the `V`?

# %%
for letter in "xVUZW":
    step = read(f"print({letter})")[6]
    print(letter, f"{step.c[5]:z.2f}")

# %% [markdown]
# Next to nothing. The `V` wipes the bracket out, although it is still open, and so does a `U`. Why
# was that not unlearnt? Here are all lines with a `V` or a `U` that it was trained on:

# %%
from lstm_lessons.data import code_or_prose

lines = code_or_prose()[:484]
for line in lines:
    if "V" in line.text or "U" in line.text:
        print(line.text)

# %% [markdown]
# In none of these lines does the letter stand in brackets. Training corrects what does harm in its
# lines, and this never did. That says why the mistake was not unlearnt. It does not say why it is
# there: `Z` and `W` wipe nothing. So "unit 5 keeps a 1 while a bracket is open" is no law. If you
# say what a unit does, look also for lines in which it does not.

# %% [markdown]
# Last, we break it. With +50 in the bias of row 21 the gate is stuck at 1. This line is prose, and
# its bracket is closed in the middle. `head` makes one number of the last h, and the sigmoid turns
# it into how sure the reader is that the line is code:


# %%
def with_bias(text, bias):
    """Return c of unit 5, and how sure the reader is, for a bias in row 21."""
    h, c = read_with(text, 21, bias)
    return c[5].item(), torch.sigmoid(reader.head(h)).item()


unchanged = reader.lstm.bias_ih_l0[21].item()
for bias in (unchanged, 50):
    c, sure = with_bias("the value is (not always) a number", bias)
    print(f"c of unit 5: {c:z.2f}   sure that it is code: {sure:.2f}")

# %% [markdown]
# With one number changed, the reader thinks that the bracket is still open at the end of the line.
# And it is far less sure that the line is prose: 0 would be prose, and 1 would be code. We have
# chosen this line because it shows that well. Of the lines with a round bracket that the reader was
# not trained on, this is how many have a verdict that moves by more than 0.05:

# %%
held_out = [line.text for line in code_or_prose()[484:] if "(" in line.text]
moved = 0
for text in held_out:
    if abs(with_bias(text, 50)[1] - with_bias(text, unchanged)[1]) > 0.05:
        moved += 1
print(moved, "of", len(held_out))

# %% [markdown]
# In most of them the verdict hardly moves. The reader has fifteen other units.

# %% [markdown]
# ## What we have seen
#
# * f keeps, i lets in, g is the news, o shows: $c_t = f_t \odot c_{t-1} + i_t \odot g_t$ and
#   $h_t = o_t \odot \tanh(c_t)$.
# * c is kept unsqueezed and has no fixed bound. h is shown, and stays between −1 and 1.
# * Each gate is a weighted sum of $x_t$ and of $h_{t-1}$. Rows are what comes out, columns what
#   goes in: $W_{if}$ is (H × I), $W_{hf}$ is (H × H).
# * PyTorch stacks the gates in the order i, f, g, o: `weight_ih_l0` is (4H, I), `weight_hh_l0` is
#   (4H, H), and there are two biases of (4H). That is 4H(I + H) + 8H parameters.

# %% [markdown]
# **A common mistake.** Weights are copied turned round, (in, out), as the library Keras keeps
# them. You recognise it by an error about sizes, but only where a shape is not square. $W_{hf}$ is
# always square, so a copy gate by gate is silent. $W_{if}$ is square when I equals H, and
# `weight_ih` when I equals 4H. Compare the numbers with PyTorch's.
#
# **Exercises:** [02 Gates and shapes](../exercises/02_gates_and_shapes.ipynb). Fill in shapes,
# count, spot the impossible one.
#
# **Next:** we took the values of the gates from the reader, ready-made. In
# [lesson 03](03_the_cell_by_hand.ipynb) you compute them yourself, and write a cell that nobody can
# tell from PyTorch's.
