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
# ## Three wishes, one call
#
# Lesson 03 wrote one step of an LSTM, and one step reads one character. A line has many
# characters, so the step is done again and again. That makes many numbers. Which of them do you
# need?
#
# * An editor colours a line while you type. It wants a verdict **at every character**.
# * A program sorts lines that are finished. It wants **one verdict per line**.
# * A line may come in two parts. Then the reader has to **go on** where it stopped.
#
# `nn.LSTM` returns three tensors, `output`, `h_n` and `c_n`, and each wish needs a different one,
# or two. If you take the wrong one, there is no error. You get a number all the same.
#
# Here is the third wish, gone wrong. The line `'Hello World'`, with its two quotation marks, is
# code. It comes in two parts, `'Hello ` and `World'`, and the second part is read as if it were a
# line of its own.

# %%
from lstm_lessons.data import plain_reader

for text in ("'Hello World'", "World'"):
    last = plain_reader.read(text)[-1]
    print(f"{text:13}  sure that it is code: {last.certainty:.2f}")

# %% [markdown]
# Of the whole line the reader is 90 % sure that it is code. Of the second part alone it is almost
# sure that it is prose, because it knows nothing of what stood before.

# %% [markdown]
# ## The same step, again and again
#
# The picture shows a line of four characters, `f(x)`.

# %%
from lstm_lessons import pictures

pictures.loop(steps="f(x)", states=("h", "c"))

# %% [markdown]
# On the left is the step of lesson 03, one box. What it hands on, h and c, comes back into it. On
# the right, the same box is drawn once for each character. To draw or to compute it like this is
# called *to unroll* it in time. There are not four boxes with four sets of weights: it is one box,
# used four times.
#
# * Each time, the box gets a new character, and the h and c of the time before.
# * The first time there is no time before. So h and c are zeros.
# * Above each box, its h comes out. No arrow leads c out at the top. The last h and c come out of
#   the last box at the right.

# %% [markdown]
# Now with numbers. We take a layer that is as small as can be, so that you can see all of it: a
# word has 2 numbers, h and c have 2 units, and a sentence has 3 words. `nn.LSTM` makes the weights
# at random. `all_weights[0]` is the list of its four tensors, as in lesson 03. The package keeps
# that step as `lstm_step`. `requires_grad_(False)` says that this layer will not be trained, so
# that PyTorch need not prepare for gradients.

# %%
import torch
from torch import nn

from lstm_lessons.lstm.cell import lstm_step

torch.set_default_dtype(torch.float64)
torch.set_printoptions(precision=2, sci_mode=False)

torch.manual_seed(4)
small = nn.LSTM(input_size=2, hidden_size=2).requires_grad_(False)
weights = small.all_weights[0]
sentence = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])

# %% [markdown]
# The sentence is a table with a row for each word: `sentence[0]` is word 0. Here is the loop.

# %%
h = torch.zeros(2)
c = torch.zeros(2)
for t in range(3):
    h, c = lstm_step(sentence[t], h, c, *weights)
    print("after word", t, "  h:", h, "  c:", c)

# %% [markdown]
# Each turn needs the h and c of the turn before, so no turn can be done before the one above it.
# The new h and c are written over the old ones, and the last line shows what is left at the end.
#
# In symbols, $x_t$ is word $t$, and T is the number of words, here 3:
#
# $$\underset{(H)}{h_t},\; \underset{(H)}{c_t} = \text{step}\big(\underset{(I)}{x_t},\;
#   \underset{(H)}{h_{t-1}},\; \underset{(H)}{c_{t-1}}\big), \qquad t = 0, 1, \dots, T-1$$
#
# ## What PyTorch returns
#
# `nn.LSTM` takes the whole sentence and does the loop itself. It returns `output, (h_n, c_n)`. We
# give it no states, so it starts from zeros, as we did.
#
# **Predict.** Our loop has printed three h's and three c's. How many of these six will you find
# again in what PyTorch returns?

# %%
output, (h_n, c_n) = small(sentence)
print("output:", output)
print("h_n:", h_n)
print("c_n:", c_n)

# %% [markdown]
# Four: all three h's, and the last c. Compare the numbers, one by one:
#
# * `output` holds all three h's, a row for each word: `output[0]` is h after word 0.
#   (PyTorch's `h_0` is the h before word 0, $h_{-1}$ in our formula.)
# * `h_n` holds the last h: the *n* stands for the last step. The last row of `output` is the same.
# * `c_n` holds the last c. It is in no row of `output`, and the first two c's are nowhere.
#
# `h_n` and `c_n` have one more pair of brackets. Their shape is (1, 2), not (2,), because they have
# an axis in front that counts layers. This LSTM has one layer, so there is one row, and `h_n[0]`
# takes it out. (Lesson 06 stacks layers; until then this axis is 1 long.)
#
# The next picture puts the three results where they come from. In it, "h at 2" is h after word 2.

# %%
words = ("word 0", "word 1", "word 2")
pictures.grid(steps=words, labels=("h at 0", "h at 1", "h at 2"))

# %% [markdown]
# `output` has a *slot*, a place, for each step. The h of the last step goes two ways: up into the
# last slot, and to the right into `h_n`.
#
# ## The loop as a function
#
# To return what PyTorch returns, our loop has to put every h away before the next one is written
# over it. A list does that. At the end, `torch.stack` lays the tensors of the list on top of each
# other, as the rows of one tensor. `for x_t in x` goes through the rows of x.


# %%
def unroll(x, h, c, weights):
    """Run one layer over all steps; return output and the last h and c."""
    outputs = []
    for x_t in x:
        h, c = lstm_step(x_t, h, c, *weights)
        outputs.append(h)
    return torch.stack(outputs), h, c


# %% [markdown]
# Further down it is compared with `nn.LSTM`. First move the loop yourself: each step has a column,
# and the play button does one step after the other. `hx` is PyTorch's name for the pair of states
# that a layer starts from.
#
# **Try it.**
#
# 1. Press "at the start", then play. After which step are `h_n` and `c_n` filled?
# 2. Press "a c that is hidden". The first two numbers of c, those of units 0 and 1, are of nearly
#    the same size, one below zero and one above. Which of the two units shows less of its c in h?
# 3. Press "all steps", then make `seq_len` shorter by one. Which of the numbers in `output` change?

# %%
from lstm_lessons import explorers

explorers.unrolled()

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. After the last step, and not before. The slots of `output` are filled one by one: the h of a
#    step goes into its slot at once.
# 2. Unit 1: its c is 1.99 and its h is only 0.17. tanh(1.99) is 0.96, so its output gate, which
#    the picture does not show, is 0.17 / 0.96, about 0.18. Unit 0 has a c of −1.96 and an h of
#    −0.93.
# 3. None of them. A slot disappears, but no step looks ahead, so the slots before it stay as they
#    are. `h_n` and `c_n` do change: they now belong to an earlier step.
#
# </details>

# %% [markdown]
# ## What each result is for
#
# Back to the three wishes. `trained_reader()` is the reader of the first cell, as modules of
# PyTorch. It has three parts:
#
# * `embedding`, a table that has 8 numbers for each character;
# * `lstm`, a layer with 16 units;
# * `head`, which makes one score of the 16 numbers of an h. `torch.sigmoid` turns the score into a
#   share between 0 and 1: how sure the reader is that the line is code.
#
# `read_line` does the first two parts for one line. It can be given states to start from; with
# `None` it starts from zeros. `verdict` puts the head on `h_n`.

# %%
from lstm_lessons import trained_reader

reader, number = trained_reader()
reader.double().requires_grad_(False)


def read_line(text, states=None):
    numbers = torch.tensor([number[character] for character in text])
    return reader.lstm(reader.embedding(numbers), states)


def verdict(text, states=None):
    _, (h_n, _) = read_line(text, states)
    return torch.sigmoid(reader.head(h_n)).item()


output, (h_n, c_n) = read_line("print(x, y)")
print("output:", tuple(output.shape))
print("h_n:   ", tuple(h_n.shape))
print("c_n:   ", tuple(c_n.shape))

# %% [markdown]
# `output` has a row of 16 numbers for each of the 11 characters.
#
# **Wish 1, a verdict at every character.** There is an h at every character, so the head is put on
# each row of `output`. The head takes all the rows in one call.
#
# **Predict.** A guess: at which character of `print(x, y)` will the reader be more than
# 90 % sure, for the first time, that it reads code?

# %%
sure = torch.sigmoid(reader.head(output))
for character, each in zip("print(x, y)", sure):
    print(character, f"{each.item():.2f}")

# %% [markdown]
# At the bracket. The word `print` could begin a sentence as well, and the reader stays between 0.49
# and 0.67. Then comes a bracket, and it is sure.
#
# The picture shows these verdicts, and those on a line of prose. Each character stands beside the
# verdict that the reader gives when it has just read it. The sign ␣ is a space.

# %%
pictures.verdicts("print(x, y)", "See section Calls")

# %% [markdown]
# **Wish 2, one verdict per line.** The h after the last character has read all of the line. So the
# head is put on `h_n`, as `verdict` does.

# %%
print("verdict on the line:", round(verdict("print(x, y)"), 2))

# %% [markdown]
# It is the last number of the list above.
#
# **Wish 3, go on later.** If you keep `(h_n, c_n)`, you can leave the loop and come back. `nn.LSTM`
# takes such a pair as its second argument, `hx`. Here the reader begins `World'` with the pair that
# came out of `'Hello `:

# %%
from lstm_lessons import same

whole, _ = read_line("'Hello World'")
first, pair = read_line("'Hello ")
second, _ = read_line("World'", pair)
sure = verdict("World'", pair)
print(f"verdict: {sure:.2f}")
same(torch.cat([first, second]), whole)

# %% [markdown]
# It is 0.90, as for the whole line. And `torch.cat` puts the rows of the second part below those of
# the first: together they are the `output` of the whole line.
#
# Now one of the two states is lost on the way, and begins at zero again. `zeros_like(h_n)` has the
# shape of `h_n`, and zeros in it.
#
# **Predict.** A guess: does the reader still take the line for code if h is lost, if c is lost, in
# both cases, or in neither?

# %%
h_n, c_n = pair
zeros = torch.zeros_like(h_n)
print("h lost:", round(verdict("World'", (zeros, c_n)), 2))
print("c lost:", round(verdict("World'", (h_n, zeros)), 2))

# %% [markdown]
# In neither, and there is no error. But one line proves little. So we take the 242 lines
# that the reader was not trained on, cut each in the middle, and count the verdicts that change
# when a state is lost at the cut.
#
# **Predict.** Will more verdicts change when h is lost, or when c is lost?

# %%
from lstm_lessons.data import code_or_prose

changed = {"h lost": 0, "c lost": 0}
for line in code_or_prose()[484:]:  # the first 484 were used to train it
    middle = len(line.text) // 2
    first, second = line.text[:middle], line.text[middle:]
    _, (h_n, c_n) = read_line(first)
    zeros = torch.zeros_like(h_n)
    is_code = verdict(line.text) > 0.5
    changed["h lost"] += (verdict(second, (zeros, c_n)) > 0.5) != is_code
    changed["c lost"] += (verdict(second, (h_n, zeros)) > 0.5) != is_code
print(changed)

# %% [markdown]
# When c is lost: 32 verdicts change, and 6 when h is lost. In this reader c carries most of what
# was read. To go on as if nothing had happened, hand on both. This is the table to keep:
#
# | name | what it holds | its shape, one line | what it is for |
# |---|---|---|---|
# | `output` | h after **every** step | (T, H) | a verdict at every step |
# | `h_n` | h after the **last** step | (1, H) | one verdict for the whole line |
# | `(h_n, c_n)` | both states after the last step | (1, H) each | going on later |
#
# Embedding, LSTM, head: these three parts are the reader. In lesson 09 you will write it as a
# class, `Reader`, and take it home. The choice at its end is yours: the head on `output`, for a
# verdict at every step, or on `h_n`, for one per line.

# %% [markdown]
# ## Ten sentences side by side
#
# Many sentences can be read at once. We take 10 sentences of 24 words, with 100 numbers per word
# and 16 units. All sizes differ, so that none can be taken for another. `x` gets one more axis, in
# the middle, for the B sentences: it is (T, B, I). This time we also give states to start from.
# They lie as `h_n` does: (1, B, H), with the axis for layers in front.

# %%
T, B, I, H = 24, 10, 100, 16
torch.manual_seed(0)
large = nn.LSTM(I, H)
x = torch.randn(T, B, I)
h_0 = torch.randn(1, B, H)
c_0 = torch.randn(1, B, H)

# %% [markdown]
# Nothing has to change in `unroll`. Each turn of `for x_t in x` takes word t of all ten sentences,
# a table of 10 rows, and lesson 03's step works on each row for itself.
#
# Now the proof, with `compare` of lesson 03: all results and all gradients. Ours is a function this
# time, and it computes with the weights of `large` itself. `compare` calls it as it calls
# `nn.LSTM`, with x and a pair of states, and wants the same back. So `our_lstm` takes the axis for
# layers away from the states, and puts it back at the end.

# %%
from lstm_lessons.lstm.compare import compare


def our_lstm(x, states):
    h, c = states
    output, h, c = unroll(x, h[0], c[0], large.all_weights[0])
    return output, (h[None], c[None])  # [None] puts an axis in front


compare(our_lstm, large, x, (h_0, c_0))

# %% [markdown]
# Ten tensors agree: three results, and the gradients of x, of both states, of two weights and of
# two biases. A layer of `nn.LSTM` is the step of lesson 03 in a loop. (Your own work will mostly
# be in float32. There `same` allows 1e-5.)
#
# ## A c for every step
#
# h comes out at every step, c does not: `nn.LSTM` returns the last c alone. If you want to see what
# a unit *keeps*, you need c at every step. Here are two ways to it:
#
# * in your own loop, put c away, as `unroll` does with h (exercise 04.1);
# * or give `nn.LSTM` one word per call, and hand on the pair.
#
# Here is the second way. `sentence[t : t + 1]` is word t, with the axis for time still there.

# %%
pair = None
for t in range(3):
    _, pair = small(sentence[t : t + 1], pair)
    h_n, c_n = pair
    print("after word", t, "  c:", c_n[0])

# %% [markdown]
# These are the c's that our first loop printed, word by word. With one word per call, every step is
# a last step, so PyTorch hands out every memory.
#
# ## What we have seen
#
# * One layer over time is lesson 03's step in a loop. It hands on h and c, and nothing else.
# * `output` is for a verdict at every step, `h_n` for one on the whole. `h_n` and `c_n` have an
#   axis in front, for layers.
# * The pair `(h_n, c_n)` lets a layer go on later, with the same numbers. One of the two is not
#   enough.
# * Only the last c is returned. For the others, hand on the pair word by word, or keep c in a loop
#   of your own.

# %% [markdown]
# **A common mistake.** `output` is taken for the last step, or `h_n` for all the steps. You
# recognise it by the shapes, printed with a T that is neither B nor H: the tensor that has an axis
# of length T holds every step.
#
# **Exercises:** [04 Unrolling in time](../exercises/04_unrolling_in_time.ipynb). Keep the memory
# of every step, predict shapes and verdicts, and find what is wrong in five of six pictures.
#
# **Next:** in x, time was the first axis. But if you stack ten lines, the first axis counts lines.
# What does the layer do with those? It does not complain, and many of the reader's verdicts are
# wrong: [lesson 05](05_batches_and_batch_first.ipynb).
