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
# ## A story about unit 5
#
# Unit 5 is the hero of this course: it rises at `(`, stays while the bracket is open, and falls at
# `)`. Brackets are a sign of code, and the reader tells code from prose. So here is a story: *the
# reader needs unit 5 to know what is code.*
#
# A story can be tested. We take the lines, and ask the reader again with unit 5 taken out.

# %%
import torch
from lstm_lessons import trained_reader

torch.set_num_threads(1)
reader, number = trained_reader()
reader = reader.double()

# %%
from lstm_lessons.data import code_or_prose
from lstm_lessons.data.train_reader import padded

lines, rows = code_or_prose(), []
for line in lines:
    rows.append([number[character] for character in line.text])
numbers = padded(rows)

# %% [markdown]
# `numbers` has a row for each of the 726 lines, filled up with 0. The first 484 lines were trained
# on, so we judge by the 242 others.

# %%
from copy import deepcopy

trained, others = slice(0, 484), slice(484, None)
lengths = (numbers != 0).sum(dim=1)
is_code = torch.tensor([line.code for line in lines])


def all_verdicts(model):
    """Return whether each of the other lines is taken for code at its end."""
    with torch.no_grad():
        return model(numbers[others], lengths[others])[:, 0] > 0


# %% [markdown]
# What a unit shows is read in two places: by the gates at the next step, through column 5 of
# `weight_hh`, and by the head. If both columns are zero, nothing reads unit 5 any more.
#
# **Predict.** A guess: the whole reader gets 217 lines right. How many does it get right without
# unit 5?

# %%
without_5 = deepcopy(reader)
with torch.no_grad():
    without_5.lstm.weight_hh_l0[:, 5] = 0
    without_5.head.weight[:, 5] = 0
before, after = all_verdicts(reader), all_verdicts(without_5)
print("right with unit 5:   ", (before == is_code[others]).sum().item())
print("right without unit 5:", (after == is_code[others]).sum().item())
print("changed verdicts:    ", (after != before).sum().item())

# %% [markdown]
# As many as before, and only four lines are judged otherwise. A good story about one unit is not
# yet knowledge.
#
# ## Look
#
# Choose a gate and a unit, and type a line. The bar below the letters says where a bracket is open.
# A bracket in double quotation marks does not count, since there it is only a letter of a string.

# %%
from lstm_lessons import explorers

explorers.unit_and_gate()

# %% [markdown]
# **Try it.** Our story is now a smaller one: *c of unit 5 is above one half where a bracket is
# open.*
#
# 1. The line in the box fits the story. At which of its characters is the forget gate f near 0?
# 2. Press "a string". What does the memory c do at the bracket in quotation marks?

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. At `)` alone, where it wipes the memory.
# 2. It rises to 1 and stays, although there is no bar: the unit takes that bracket for one that
#    counts.
#
# </details>

# %% [markdown]
# ## Count
#
# One line proves nothing. `open_brackets` is the rule that draws the bar below the letters: it says
# for each character whether a bracket is open behind it. c comes from `read` of lesson 02: this is
# our reader in plain Python, with the same weights, and it hands out c after every character, where
# `nn.LSTM` hands out only the last one. `marks` asks rule and unit about a line, and puts a `^`
# where they do not agree. Beside it we print how often somebody is right who never looks, and
# always says "shut".

# %%
from lstm_lessons.data import plain_reader
from lstm_lessons.data.train_reader import open_brackets


def marks(text):
    """Return "^" at each character where the story is wrong, else a space."""
    signs, steps = "", plain_reader.read(text)
    for step, open_here in zip(steps, open_brackets(text), strict=True):
        signs += " " if (step.c[5] > 0.5) == open_here else "^"
    return signs


# %%
signs = "".join(marks(line.text) for line in lines[others])
share = signs.count(" ") / len(signs)
print(f"the story:      {share:.1%} of {len(signs)} characters")
brackets = padded([open_brackets(line.text) for line in lines]) > 0
real = numbers != 0  # a character, and no padding
opened = brackets[others][real[others]].double().mean().item()
print(f"always 'shut':  {1 - opened:.1%}")

# %% [markdown]
# 96.2 % is much, beside 78.9 % for an answer that never looks.
#
# Is it unit 5 *alone*? A correlation says how closely two rows of numbers go together along a
# straight line: 1 or −1 is as closely as can be, at 0 there is no such line. One row is h of a
# unit, because h is what the gates and the head read. The other is 1 where a bracket is open, and 0
# elsewhere.


# %%
def states_of(model, part):
    """Return h after each character of some lines, (characters, 16)."""
    with torch.no_grad():
        output, _ = model.lstm(model.embedding(numbers[part]))
    return output[real[part]]


# %%
def ties(model, part):
    """Return for each unit the correlation of its h with an open bracket."""
    is_open = brackets[part][real[part]].double()
    found = []
    for h in states_of(model, part).T:
        table = torch.corrcoef(torch.stack([h, is_open]))  # each row with each
        found.append(table[0, 1])
    return torch.stack(found)


# %% [markdown]
# **Predict.** A guess: how many of the other 15 units have a correlation of 0.7 or more, or of
# −0.7 or less?

# %%
for unit, tie in enumerate(ties(reader, others).tolist()):
    if abs(tie) >= 0.7:
        print(f"unit {unit:2}: {tie:5.2f}")

# %% [markdown]
# Four: units 4, 8, 9 and 10 are *tied* to brackets, too. Unit 4 has a minus, since it falls where a
# bracket opens. So "unit 5 is the bracket unit" was too much. It is the one that we looked at.
#
# ## Look for what breaks it
#
# If you believe in a story, you look for lines that fit. Look for the others. Here are the four
# with the most wrong characters.

# %%
failures = []
for line in lines[others]:
    signs = marks(line.text)
    if "^" in signs:
        failures.append((signs.count("^"), line.text, signs))

# %%
failures.sort(reverse=True)
print(len(failures), "of", len(lines[others]), "lines")
for _, text, signs in failures[:4]:
    print(text, signs, sep="\n")
begin = [text.startswith("[") for _, text, _ in failures]
print(sum(begin), "of", len(failures), "begin with [")

# %% [markdown]
# Three of these four are lists that begin the line, and so are 13 of all 28. Of the 242 lines, 19
# begin so. What is it in these lists that breaks the story? We change one thing at a time: we take
# all spaces out, or put one space in front.
#
# **Predict.** A guess: which of these two changes leaves fewer lists that break the story?

# %%
lists = [line.text for line in lines[others] if line.text.startswith("[")]
edits = {
    "as they are": lists,
    "without spaces": [text.replace(" ", "") for text in lists],
    "with a space in front": [" " + text for text in lists],
}
for name, texts in edits.items():
    broken = sum("^" in marks(text) for text in texts)
    print(f"{name:24}{broken:3} of {len(texts)} lines")
at_start = [line.text.startswith("[") for line in lines[trained]]
print("trained lines that begin with [:", sum(at_start))

# %% [markdown]
# A single space in front, and only 3 of the 19 lists break it. So what breaks it above all is a `[`
# at the very beginning. A likely reason is that only one of the 484 lines of the training begins
# so. The three lists that are left have brackets in brackets. There an inner bracket that closes
# wipes out the outer one, as in lesson 00: the unit does not count. What is left of the story: *on
# most lines, with one bracket at a time.*
#
# ## Take it out
#
# What goes together with an open bracket need not be *used*. To see what is used, take it out, as
# at the top of the page. That is called *ablation*. There we put zeros. But 0 may be a number that
# a unit hardly ever shows. It is fairer to let the unit show its mean at every step.
#
# This can be done in the weights. A unit that always shows 0.3 adds 0.3 times its column to the
# sums. So we put that into the bias, and set the column to zero. The unit itself goes on, but
# nothing reads it: it is *muted*.


# %%
def muted(model, unit, value):
    """Return a copy in which gates and head read `value` for h of one unit."""
    copy = deepcopy(model)
    lstm, head = copy.lstm, copy.head
    pairs = ((lstm.weight_hh_l0, lstm.bias_hh_l0), (head.weight, head.bias))
    with torch.no_grad():
        for weight, bias in pairs:
            bias += weight[:, unit] * value  # changes the copy's own bias
            weight[:, unit] = 0
    return copy


# %% [markdown]
# And we take out *every* unit, one at a time. That is the *control*: the same measurement where the
# story says nothing, so that you know what is usual.

# %%
states = states_of(reader, trained)
means, changed, right = states.mean(dim=0), [], []
for unit in range(16):
    verdicts = all_verdicts(muted(reader, unit, means[unit]))
    changed.append((verdicts != before).sum().item())
    right.append((verdicts == is_code[others]).sum().item())

# %%
from lstm_lessons import show
from lstm_lessons.drawing import figure

plot, axes = figure(700, 240)
colours = ["#59606b"] * 16
colours[5] = "k"
axes.bar(range(16), changed, color=colours)
axes.set(xlabel="unit that is taken out", ylabel="changed verdicts")
axes.set_xticks(range(16))
alt = """A bar for each unit: how many of 242 verdicts change without it.
Unit 11 has 1, unit 5, the black bar, has 2, most others 4 to 8, unit 12 has 13
and unit 15 has 20."""
show(plot, alt)

# %% [markdown]
# Without unit 5 two verdicts of 242 change, so it is read. Only unit 11 changes fewer. But a change
# need not be a loss. If unit 5 is *needed*, the reader judges worse without it than without most
# other units. So here is how many lines are right:

# %%
print("with all units:        ", (before == is_code[others]).sum().item())
print("without unit 0, 1, ...:", *right)

# %% [markdown]
# 217 without unit 5, as many as with it, and only without units 11 and 15 are there more. Unit 15
# has the tallest bar, and without it 219 are right. *It is read* and *it is needed for the verdict*
# are two stories. The first one stands, the second one is refuted.
#
# ## Ten readers, and another question
#
# But was that fair to unit 5? In training the reader answered a second question, "is a bracket
# open?". Its head for that was thrown away. Perhaps the unit was needed for *that*. So ten readers
# were trained as ours was, each with its own seed, and kept both heads. In each of them every unit
# was muted, one at a time, by `bracket_units` in `lstm_lessons/data/trials.py`.
#
# Always "shut" is right at 78.9 % of the characters, so we do not count right answers. Take a
# character in brackets and one that is not: how often has the first one the higher score? Say that
# two in brackets have the scores −1 and −3, and two others −2 and −4. In the pairs (−1, −2),
# (−1, −4) and (−3, −4) the first is higher, in (−3, −2) it is not. So three of four pairs, 75 %,
# are *told apart*. A coin would have one half. This share is known as AUC.
#
# The picture has a row for each reader. A dot is the share of pairs told apart with one unit muted.
# The black diamond is the unit that is tied most closely to brackets. The upright line is the share
# with all units.
#
# **Predict.** A guess: in how many of the ten rows does the diamond stand farthest to the left, so
# that this unit costs most?

# %%
from lstm_lessons.data.trials import measured

plot, axes = figure(700, 330)
for seed, row in enumerate(measured("bracket units")["40 rounds"]):
    tied, whole, *shares = row
    axes.plot(shares, [seed] * 16, "o", color="#59606b", alpha=0.5)
    axes.plot(shares[tied], seed, "kD", markersize=8)
    axes.plot(whole, seed, "k|", markersize=17)
axes.set_yticks(range(10), [f"seed {seed}" for seed in range(10)])
axes.set(xlabel="pairs told apart, in per cent", xlim=(82, 100.5))
alt = """Ten rows of dots, from 83 to 100 per cent. In the row of seed 8 the
diamond stands far to the left of all dots, at 83.1; with all units it is 95.9.
In each of the other rows one dot or more is left of the diamond."""
show(plot, alt)

# %% [markdown]
# In one, that of seed 8, and seed 8 is our reader. There 95.9 % becomes 83.1 %: for this question
# no unit is needed more than unit 5. Many dots stand right of their line: the heads were
# trained for another measure than pairs, so that muting may also help. But we had chosen our reader
# of these ten, as the one in which a single unit follows brackets most closely on the lines trained
# on. If you had looked at this one alone, you would have told its story as that of all LSTMs.
#
# This is a good place for a break. What follows asks all of h, and no longer single units.
#
# ## A linear probe, and its control
#
# There is another way to ask what a layer knows: fit a small model that reads its states. Such a
# model is called a **linear probe**. It is a weighted sum of the 16 numbers of h, and a bias. We
# fit it to the first 484 lines by least squares, as we fitted AR in lesson 14. The sum should be 1
# where a bracket is open, and −1 where none is. How many of the pairs does it tell apart?


# %%
def linear_probe(states, target, other_states):
    """Fit a linear probe to 1 and −1, and return its sums for other states."""
    table = torch.cat([states, torch.ones(len(states), 1)], dim=1)
    signs = 2 * target[:, None].double() - 1
    weights = torch.linalg.lstsq(table, signs).solution
    return (other_states @ weights[:-1] + weights[-1])[:, 0]


# %%
truth = brackets[others][real[others]]  # at each character of the others


def apart(scores):
    """Return how often a character in brackets has the higher score of two."""
    inside, outside = scores[truth], scores[~truth]
    return (inside[:, None] > outside).float().mean().item()


# %%
def probe_brackets(name, model):
    """Fit a linear probe to open brackets, and print what it tells apart."""
    target = brackets[trained][real[trained]]
    states, other_states = states_of(model, trained), states_of(model, others)
    sums = linear_probe(states, target, other_states)
    print(f"{name:11} {apart(sums):.1%} of the pairs told apart")


probe_brackets("the reader:", reader)
alone = apart(states_of(reader, others)[:, 5])
print(f"unit 5 alone: {alone:.1%}")

# %% [markdown]
# 97.6 %: brackets can be read from the states. But unit 5 alone has more than the sum that was
# fitted to all 16. Neither least squares nor the training of the head, with its 95.9 %, looks for
# the most pairs. So **a probe gives a lower bound** of what can be read.
#
# Or is it the probe that has learnt it? A layer that has learnt nothing also mixes its characters
# into h, and a probe may find something in that. So the control is a layer as it is before any
# training: `train` with 0 rounds.
#
# **Predict.** A guess: what share of the pairs does the probe of an untrained layer tell apart?

# %%
from lstm_lessons.data.train_reader import train

for seed in range(5):
    probe_brackets(f"new, {seed}:", train(seed, rounds=0))

# %% [markdown]
# 66 % to 79 %, more than a coin. What the reader has beyond these shares was learnt.
#
# ## What can be read, and what is read
#
# A linear probe says what *can* be read from the states. Does the model read it? In one place we
# can know. Behind the end of a line no step follows, so only the head reads h, and it reads one
# sum, with its weights w. So we can take out of h all that the head reads.
#
# Say that w is (3, 4) and h is (2, 1). The head's sum of h is 6 + 4 = 10. Its sum of w itself is
# 9 + 16 = 25, and its sum of a · w is a · 25. So 0.4 · w = (1.2, 1.6) gets the same 10 as h. Take
# that away from h, and (0.8, −0.6) is left: its sum is 2.4 − 2.4 = 0.


# %%
def ends_of(model):
    """Return h at the end of each line, (726, 16)."""
    with torch.no_grad():
        output, _ = model.lstm(model.embedding(numbers))
    return output[torch.arange(len(lines)), lengths - 1]


# %%
ends, w = ends_of(reader), reader.head.weight[0].detach()
a = (ends @ w) / (w @ w)  # one for each line; 0.4 in the example
rest = ends - a[:, None] * w
scores = reader.head(rest)[:, 0]
low, high = scores.min().item(), scores.max().item()
print(f"the scores of 726 lines, from the rest: {low:.4f} to {high:.4f}")

# %% [markdown]
# The same score for all lines, the bias of the head. Now a linear probe gets the rest, and nothing
# else, and is asked for the verdict: above 0 means code. The control: new layers, with all of their
# h.


# %%
def lines_right(states):
    """Return how many of the other lines a linear probe for code gets right."""
    sums = linear_probe(states[trained], is_code[trained], states[others])
    return ((sums > 0) == is_code[others]).sum().item()


# %% [markdown]
# **Predict.** A guess: how many of the 242 other lines does the probe get right, from the rest?

# %%
print("the probe, from the rest:", lines_right(rest))
print("the reader:              ", (before == is_code[others]).sum().item())
print("always 'code':           ", is_code[others].sum().item())
new = [lines_right(ends_of(train(seed, rounds=0))) for seed in range(10)]
print("new layers:", *new)

# %% [markdown]
# 214, nearly as many as the reader itself, whose head reads nothing of it. **What can be read need
# not be read.** One of ten new layers has even more, 216. So the 214 say nothing of what was
# learnt, only what can be read.
#
# ## What survives
#
# | story | what became of it |
# |---|---|
# | The reader needs unit 5 to know what is code. | Refuted: 217 are right with and without it. |
# | It reads unit 5. | Stands: 2 verdicts change without it. |
# | Unit 5 is up where a bracket is open. | At 96.2 % of the characters, often not in lists. |
# | Asked about brackets, a reader needs most the unit tied most. | In 1 of 10, which is ours. |
# | The states know of brackets. | Yes: a probe tells 97.6 % apart, in new layers at most 79 %. |
# | What a probe finds, the model reads. | Refuted: 214 lines, from what the head never reads. |
#
# <details><summary>Who has gone this way before</summary>
#
# Karpathy, Johnson and Li (2015) found units for brackets and quotation marks. Linear probes come
# from Alain and Bengio (2016), the control of a new layer from Zhang and Bowman (2018). Hewitt and
# Liang (2019) control a probe by random labels, one for each word: "control tasks". Morcos and
# others (2018) found that units with a clear meaning need not be the ones that count.
#
# </details>

# %% [markdown]
# ## What we have seen
#
# * A story about a unit is tested: count, with the best constant answer beside it; look for lines
#   that break it; take the unit out, and others in the same way.
# * A linear probe says what can be read. Its control is the same probe on a layer before training.
# * What can be read need not be read, and what is read need not be needed.
# * Two equal counts, such as 217 and 217, hide what has changed.

# %% [markdown]
# **A common mistake.** You look through many units, and show the one that fits. Among many,
# something always fits. You recognise it by what is missing: how many were looked at, on which
# lines the unit was chosen, what other units and untrained layers give, and other seeds.
#
# **Exercises:** [15 Reading a trained LSTM](../exercises/15_reading_a_trained_lstm.ipynb). Find a
# unit, falsify a story, mute a unit, and mend a linear probe.
#
# **Next:** the plain reader, a loop in Python, made you wait for its lines, and `nn.LSTM` did not.
# [Lesson 16](16_speed.ipynb) measures what a loop costs, and why the built-in layer is faster.
