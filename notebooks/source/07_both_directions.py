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
# ## A letter is missing
#
# Here is a line with a gap: `whi_e True:`. You know at once that the missing letter is an `l`. But
# you did not know it from `whi` alone: `which`, `whisper` and `whirl` begin like that, too. You
# have looked at what comes **after** the gap.
#
# An LSTM cannot do that. At step t it has read nothing that comes after t. How much does it lose?
# We join the 484 lines of lesson 00, cut them into pieces of 25 characters, and let two networks
# guess missing characters:
#
# * one LSTM with 32 units, which reads the characters before the gap;
# * two LSTMs with 16 units each: one reads the characters before the gap, the other one reads those
#   after it, from the end of the piece to the gap. The guess is made from the two states beside the
#   gap.
#
# Both have 32 numbers from which to guess. No letter is really taken out: a gap is one that none
# of these states has read. Each kind was trained beforehand from five *seeds*, that is five draws
# of its first weights, by `lstm_lessons/data/trials.py`. The picture shows the share of characters
# that they guess right, on text that they were not trained on.

# %%
from lstm_lessons import pictures
from lstm_lessons.data.trials import measured

across, up = "rounds through the text", "gaps filled right"
pictures.runs(measured("gaps"), across, up, bounds=(0, 0.4))

# %% [markdown]
# From the left side alone, the network fills about a quarter of the gaps. From both sides it fills
# about a third, with each of the five seeds.
#
# ## Two passes
#
# `nn.LSTM(..., bidirectional=True)` runs two passes over the line:
#
# * the **forward** pass reads from the first character to the last,
# * the **reverse** pass reads from the last character to the first.
#
# Each pass has its own weights, its own h and its own c. They do not meet while they run.
# [Schuster and Paliwal](https://doi.org/10.1109/78.650093) made such networks in 1997,
# [Graves and Schmidhuber](https://doi.org/10.1016/j.neunet.2005.06.042) made them of LSTMs in 2005.
#
# In the next picture, `output` has a slot for each step, as before. Now two passes fill it.

# %%
pictures.grid(steps="f(x)", bidirectional=True, lit="forward")

# %% [markdown]
# Lit here is the forward pass, which is what you know. It fills the left half of each slot. After
# the last character it ends, and its state is `h_n[0]`, at the right.

# %%
pictures.grid(steps="f(x)", bidirectional=True, lit="reverse")

# %% [markdown]
# And here is the reverse pass. It fills the right half of each slot, and runs the other way. Its
# state at its end is `h_n[1]`, at the left.
#
# So `output` has 2H numbers at each step, and `h_n` has a row for each direction. The number of
# directions is called D: 1, or here 2.
#
# **Predict.** Look at both pictures. How many characters has the reverse pass read when it fills
# its half of the *last* slot, that of `)`?

# %%
import torch
from torch import nn

from lstm_lessons import same

torch.set_default_dtype(torch.float64)
torch.set_grad_enabled(False)
torch.manual_seed(0)

small = nn.LSTM(input_size=2, hidden_size=2, bidirectional=True)
line = torch.randn(4, 2)
output, _ = small(line)
output_alone, _ = small(line[3:])  # the last character alone
print("reverse half:", same(output[-1, 2:], output_alone[0, 2:]))
print("forward half:", same(output[-1, :2], output_alone[0, :2]))

# %% [markdown]
# One. On the last character alone, the layer gives the same reverse half. The reverse pass begins
# at `)`, and has read nothing else when it fills this slot. That is the first trap of this lesson.
#
# ## By hand: flip, run, flip
#
# The reverse pass needs no code of its own. Turn the line round, run the loop of lesson 04 over it,
# and turn the result round again. In numbers, for a line of three characters:
#
# * the line is a, b, c. Flipped it is c, b, a.
# * The loop returns the h after c, the h after b, the h after a.
# * Flipped back they are the h at a, at b, at c, in the order of the characters.
#
# The reverse pass starts from its own h and c, and gets at step t what it had at step t + 1:
#
# $$\overleftarrow{h}_t,\ \overleftarrow{c}_t = \mathrm{step}\big(x_t,\ \overleftarrow{h}_{t+1},\
#   \overleftarrow{c}_{t+1}\big)$$
#
# PyTorch keeps everything twice, once with `_reverse` in its name.

# %%
T, B, I, H = 24, 10, 100, 16
torch.manual_seed(0)
lstm = nn.LSTM(input_size=I, hidden_size=H, bidirectional=True)
for name, weight in lstm.named_parameters():
    print(f"{name:<21} {tuple(weight.shape)}")

# %% [markdown]
# `all_weights` has a list for each pass: `all_weights[0]` is forward, `all_weights[1]` is reverse.
# The states to start from have a row for each direction, in the same order.
#
# `x.flip(0)` turns x round along axis 0, which is time. `torch.cat(..., dim=-1)` lays tensors side
# by side.

# %%
from lstm_lessons.lstm.unroll import unroll


def both_ways(x, h_0, c_0, weights):
    """Run one layer in both directions; return what nn.LSTM returns."""
    forward, h_f, c_f = unroll(x, h_0[0], c_0[0], weights[0])
    reverse, h_r, c_r = unroll(x.flip(0), h_0[1], c_0[1], weights[1])
    output = torch.cat([forward, reverse.flip(0)], dim=-1)
    return output, (torch.stack([h_f, h_r]), torch.stack([c_f, c_r]))


# %% [markdown]
# The proof, with all gradients, which `compare` switches on while it works:

# %%
from lstm_lessons.lstm.compare import compare

torch.manual_seed(1)
x = torch.randn(T, B, I)
states = (torch.randn(2, B, H), torch.randn(2, B, H))


def by_hand(x, states):
    return both_ways(x, *states, lstm.all_weights)


print(compare(by_hand, lstm, x, states).verdict)

# %% [markdown]
# Now a deliberate mistake. Somebody flips the words, and does not flip the result back.

# %%
h_0, c_0 = states
output, _ = lstm(x, states)
flipped, _, _ = unroll(x.flip(0), h_0[1], c_0[1], lstm.all_weights[1])

# %% [markdown]
# We count the words at which it is right all the same.
#
# **Predict.** At how many of the 24 words is the reverse half then right?

# %%
right = 0
for t in range(T):
    if same(flipped[t], output[t, :, H:]):
        right += 1
print("right at", right, "of", T, "words")

# %% [markdown]
# At none, and nothing complains: each word stands beside the reverse half of another one. (With an
# odd number of words, the middle one is right all the same.)
#
# ## What has each half seen?
#
# We ask as in lesson 05, with a probe: change one word s, and see which slots of `output` change.
# If slot t changes, it has seen word s. The function below returns a line of marks for each slot:
# an X for each word that it has seen, a dot for each that it has not. So `XX....` for slot 1 says
# that it has seen the words 0 and 1 of six. (With many words a dot may also mean that a word was
# forgotten on the way.)


# %%
def seen(read, x):
    """Return for each slot of read(x) an X for each step that changes it."""
    before = read(x)
    marks = [""] * len(x)
    for s in range(len(x)):  # change one word
        changed = x.clone()
        changed[s] += 1
        after = read(changed)
        for t in range(len(x)):  # and ask every slot
            marks[t] += "." if same(before[t], after[t]) else "X"
    return marks


# %% [markdown]
# It wants a function that reads x and returns slots. Here are two, one for each half. (The three
# dots stand for all the axes before the last.)


# %%
def forward_half(x):
    return lstm(x)[0][..., :H]


def reverse_half(x):
    return lstm(x)[0][..., H:]


# %%
six = x[:6]
forward, reverse = seen(forward_half, six), seen(reverse_half, six)
print("slot   forward   reverse")
for t in range(6):
    print(f"{t:^4}   {forward[t]}    {reverse[t]}")

# %% [markdown]
# Together, each slot has seen every word. But in slot 5 the reverse pass has only begun, and in
# slot 0 the forward pass. There is no slot in which both passes have read all words.
#
# ## One vector for a line
#
# For one verdict per line, the head wants one vector from each pass, after that pass has read the
# whole line. `h_n` holds just that. The `n` does not mean the last character: it means the last
# step *of that pass*.
#
# **Predict.** Each row of `h_n` is also found in `output`. In which slot is `h_n[1]`?

# %%
output, (h_n, c_n) = lstm(x)
print("h_n[0] and output[-1, :, :H]:", same(h_n[0], output[-1, :, :H]))
print("h_n[1] and output[0, :, H:]: ", same(h_n[1], output[0, :, H:]))

# %% [markdown]
# In slot 0, in the reverse half: the pictures have it at the left. So this line is right with two
# directions, for any number of layers:
#
# ```python
# vector = torch.cat([h_n[-2], h_n[-1]], dim=-1)  # (B, 2H)
# ```
#
# In the module that you take home, `Reader`, the head would take 2H numbers, and would get this
# vector in place of `h_n[-1]`.
#
# The mean or the maximum of `output` over all steps is right, too. Two other ways run, and are
# wrong.
#
# ### The last slot
#
# The first one is `output[-1]`. We try it on four real lines that differ in their first character
# alone. From the trained reader we take the embedding, the vectors of the characters, and nothing
# else. The LSTM is a new one.

# %%
from lstm_lessons import trained_reader

reader, number = trained_reader()
columns = []
for line in ("f(a, b)", "g(a, b)", "F(a, b)", "8(a, b)"):
    numbers = torch.tensor([number[character] for character in line])
    columns.append(reader.embedding(numbers).double())
vectors = torch.stack(columns, dim=1)  # (T, B, 8)
torch.manual_seed(0)
both = nn.LSTM(8, 3, bidirectional=True)  # H is 3 here
output, (h_n, c_n) = both(vectors)
half = output[-1, :, 3:]
print("reverse half of output[-1]:", half.round(decimals=2).tolist())
print("h_n[1]:                    ", h_n[1].round(decimals=2).tolist())

# %% [markdown]
# The reverse half of `output[-1]` is the same for all four lines: that is the first trap. `h_n[1]`
# differs from line to line.
#
# ### A view of h_n
#
# The other way is `h_n.view(4, -1)`. Here h_n is (2, 4, 3): 2 passes, 4 lines. The result is (4,
# 6), so row 0 should belong to line 0.
#
# **Predict.** Think of `view` in lesson 05. The first half of row 0 is the forward state of line 0.
# Whose state is its second half?

# %%
viewed = h_n.view(4, -1)
for direction, name in enumerate(("forward", "reverse")):
    for b in range(4):
        if same(viewed[0, 3:], h_n[direction, b]):
            print("the", name, "state of line", b)

# %% [markdown]
# It is the forward state of *another line*: `view` reads on along the memory.
#
# ## Layers and directions
#
# With two layers, what does layer 1 read? Follow the arrows upwards from one character.

# %%
pictures.grid(steps="ab", num_layers=2, bidirectional=True)

# %% [markdown]
# It reads the whole slot of layer 0, both halves, in both of its passes. So `weight_ih_l1` has 2H
# columns. `h_n` has L·D = 4 rows, and they go layer by layer. Within a layer, forward comes first:
#
# | row | layer | pass |
# |---|---|---|
# | `h_n[0]` | 0 | forward |
# | `h_n[1]` | 0 | reverse |
# | `h_n[2]` or `h_n[-2]` | 1 | forward |
# | `h_n[3]` or `h_n[-1]` | 1 | reverse |
#
# `all_weights` and the states to start from have the same order. So two layers by hand are two
# calls of `both_ways`. The second one reads the output of the first.

# %%
deep = nn.LSTM(I, H, num_layers=2, bidirectional=True)
zeros = torch.zeros(2, B, H)
lower, _ = both_ways(x, zeros, zeros, deep.all_weights[:2])
upper, _ = both_ways(lower, zeros, zeros, deep.all_weights[2:])
print("weight_ih_l1:", tuple(deep.weight_ih_l1.shape))
print("two layers by hand:", same(upper, deep(x)[0]))


# %% [markdown]
# In the explorer, choose a tensor and a slot. The picture shows which boxes fill it, and each box
# says which words it has seen.
#
# **Try it.**
#
# 1. Press "the last slot". How many steps has each of the two passes made there?
# 2. Press "two layers". How many words has the reverse half of the last slot seen, and in how many
#    steps of its pass?

# %%
from lstm_lessons import explorers

explorers.slots()

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. Six steps forward, one step in reverse.
# 2. All six, in one step: layer 0 below it has read them.
#
# </details>

# %% [markdown]
# ## Two directions, and the next character
#
# Suppose that somebody trains a network to guess the next character, at every step. Two directions
# were better above, so they are switched on. The network learns from pieces of 25 characters, and
# is tried on pieces of other pages. It is made as the reader is: an embedding, an LSTM, and a head
# on `output`. At each slot the head gives a score to every character, and the highest is the guess;
# `argmax(-1)` says which one that is. Slot t guesses character t + 1. So for 4 characters the slots
# 0, 1, 2 are compared with the characters 1, 2, 3.
#
# Both networks are trained here, with one seed each. That takes some seconds, on a busy machine a
# minute.

# %%
from lstm_lessons.data.trials import next_characters, windows

torch.set_num_threads(1)  # faster, for networks as small as these
with torch.enable_grad():
    one = next_characters(bidirectional=False, hidden_size=32, seed=0)
    two = next_characters(bidirectional=True, hidden_size=16, seed=0)

# %% [markdown]
# **Predict.** One direction guesses about a quarter of the next characters right. What share does
# the network with two directions guess right?

# %%
_, others, alphabet = windows()  # others: (25, 210), pieces not trained on
for name, model in {"one direction": one, "two directions": two}.items():
    right = model(others)[:-1].argmax(-1) == others[1:]
    share = right.double().mean()
    print(f"{name:15} {share:.0%} of the next characters are right")

# %% [markdown]
# It guesses 85 %, on pages that it has never seen. But it cheats: the reverse half of slot t has
# read character t + 1, which is the answer. It copies, and after so short a training it does not
# yet copy every time. This is called a *leak*, and a test on other pages does not find it, because
# the test leaks in the same way.
#
# In use, the next character is not there yet. Somebody has typed `whil`, say: the network reads
# these four characters, and the guess is made from its last slot, that of `l`. We do that for
# every t, with all pieces at once, and take the mean.


# %%
def in_use(model):
    """Return the share right if a guess sees only the characters before it."""
    shares = []
    for t in range(24):  # read t + 1 characters, guess from the last slot
        guesses = model(others[: t + 1])[-1].argmax(-1)
        shares.append((guesses == others[t + 1]).double().mean())
    return torch.stack(shares).mean()


# %%
print(f"one direction:  {in_use(one):.0%}")
print(f"two directions: {in_use(two):.0%}")
spaces = (others[1:] == alphabet.index(" ")).double().mean()
print(f"always a space: {spaces:.0%}")

# %% [markdown]
# Two directions fall to 11 %. One direction loses nothing, because its slots never depended on what
# comes later. The network with two directions has learnt to copy, and in its last slot there is
# nothing to copy. That was one seed. Here are five of each, trained beforehand:

# %%
for setting, runs in measured("next characters").items():
    print(f"{setting:15} as above:", [f"{whole:.0%}" for whole, known in runs])
    print(f"{'':15} in use:  ", [f"{known:.0%}" for whole, known in runs])

# %% [markdown]
# In use, two directions have half to two thirds of what one direction has. The last rows are two
# directions once more, trained for forty rounds in place of ten. In use they are no better. So do
# not use `output[t]` of a bidirectional layer to forecast what comes after t, if the layer has been
# given what comes after t.
#
# A probe finds a leak. A reader is *causal* if no slot has seen anything that
# comes after it, and `seen` shows that: slot t has no X after place t. Somebody tries to mend the
# leak by cutting off the reverse half of `output`. With one layer that works: you have seen the
# marks of the forward half.


# %%
def forward_half_of_two(x):
    return deep(x)[0][..., :H]


# %% [markdown]
# **Predict.** Is the forward half causal with *two* layers as well?

# %%
for marks in seen(forward_half_of_two, six):
    print(marks)

# %% [markdown]
# No: slot 0 has seen all six words. Layer 1 reads both halves of layer 0, and the reverse half of
# layer 0 has read what comes after.
#
# So these have no leak:
#
# * one direction, with any number of layers,
# * of two directions, the forward half of a *single* layer,
# * two directions, if you read the line anew for each t, as `in_use` does.
#
# ## When to take two directions
#
# Two directions need the whole line before anything can be said of its first character, and take
# twice the steps. So they are worth a try where the whole line is there before anything has to be
# said of it. They need not win: measure, as we did with the gaps.
#
# For a gap there is one thing more. Take the `l` of `hile` as the gap. As in our training, it
# stands in x. In the picture each half of a slot says what it has read.

# %%
have_read = [("h", "hile"), ("hi", "ile"), ("hil", "le"), ("hile", "e")]
pictures.grid(steps="hile", bidirectional=True, labels=have_read)

# %% [markdown]
# In the slot of the gap *both* halves have read `l`, the answer. So the network took the
# halves beside it: the forward half of the slot of `i`, and the reverse half of the slot of `e`. It
# had one layer. With two, this leaks: in the slot of `i`, layer 1 reads both halves of layer 0, and
# the reverse half of layer 0 has read `l`.
#
# The usual remedy is to put a sign in the letter's place, as in `hi_e`. What is not in x
# cannot leak, so you may take any number of layers, and the slot of the gap itself. The price is
# that one reading guesses the hidden letters alone. Ours guessed 23 of a piece's 25, all but the
# two ends.
#
# ## What we have seen
#
# * The reverse pass is flip, run, flip. `output` is (T, B, 2H), forward half first.
# * The reverse pass begins in `output[-1]` and ends in `output[0]`.
# * `h_n` is (L·D, B, H), layer by layer, forward before reverse. `h_n[-2]` and `h_n[-1]` joined are
#   the vector of a line.
# * In `output[t]` both halves have read step t. To fill gap t, put a sign in its place, or take the
#   forward half of slot t − 1 and the reverse half of slot t + 1, of one layer.
# * To say what comes next, two directions leak the answer. A probe finds the leak.

# %% [markdown]
# **A common mistake.** `output[-1]` as the vector of a line, as with one direction. The shape is
# right and training runs, but half of the vector comes from a pass that has made one step. You
# recognise it by its second half, which is not `h_n[-1]`. (Lines of different lengths need one
# thing more, which lesson 09 has.)
#
# **Exercises:** [07 Both directions](../exercises/07_both_directions.ipynb). Find the vector of a
# line in `output` alone, mend a leak, predict shapes and slots, mend a summary.
#
# **Next:** so far a line was short, and was read from its beginning to its end. A book has a
# million characters, so it is read in pieces. Then a bracket may open in one piece and close in the
# next, and one line of the program decides whether the reader still knows of it. Look for that line
# in [lesson 08](08_state_across_chunks.ipynb).
