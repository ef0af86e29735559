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
# `)`. Brackets are a sign of code, and the reader tells code from prose. So here is a story that
# sounds right: *the reader needs unit 5 to know what is code.*
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
# As many as before, and only four lines are judged otherwise. The hero is gone, and nearly nothing
# has changed. A good story about one unit is not yet knowledge.
#
# ## Look
#
# First the picture. Choose a gate and a unit, and type a line. The bar below the letters says where
# a bracket is open. A bracket in double quotation marks does not count. (In Python, one in single
# ones does not count either. Here it does, since in prose `'` is an apostrophe.)

# %%
from lstm_lessons import explorers

explorers.unit_and_gate()

# %% [markdown]
# **Try it.** Our story is now a smaller one: *c of unit 5 is above one half where a bracket is
# open.*
#
# 1. Press "the story". Where is the forget gate f of unit 5 near 0, and where near 1?
# 2. Press "a string". What does the memory c do at the bracket in quotation marks?
# 3. Go back to "the story", and choose units 4 and 8. What do they do at the brackets?

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. Near 0 at `)` alone, where it wipes the memory. Inside the brackets it is 1.0 at every step.
# 2. It rises to 1 and stays, although that bracket is a letter of a string: there is no bar.
# 3. Unit 4 falls at `(`, and climbs again from `)` on. Unit 8 jumps up to 1 at `(`, and falls
#    from `)` on. So unit 5 may not be the only one.
#
# </details>

# %% [markdown]
# ## Count
#
# One line proves nothing. `open_brackets` is the rule that draws the bar below the letters: it says
# for each character whether a bracket is open behind it. `marks` asks rule and unit about a line,
# and puts a `^` where they do not agree. Beside it we print how often one is right who never looks,
# and always says "shut".

# %%
from lstm_lessons.data.plain_reader import read
from lstm_lessons.data.train_reader import open_brackets


def marks(text):
    """Return "^" at each character where the story is wrong, else a space."""
    signs = ""
    for step, open_here in zip(read(text), open_brackets(text), strict=True):
        signs += " " if (step.c[5] > 0.5) == open_here else "^"
    return signs


# %%
signs = "".join(marks(line.text) for line in lines[others])
share = signs.count(" ") / len(signs)
print(f"the story:      {share:.1%} of {len(signs)} characters")
opened = [open_brackets(line.text) for line in lines[others]]
shut = [not open_here for line in opened for open_here in line]
print(f"always 'shut':  {sum(shut) / len(shut):.1%}")

# %% [markdown]
# 96.2 % is much, beside 78.9 % for an answer that never looks. Without that last line you would not
# know what the number is worth.
#
# Is it unit 5 *alone*? A correlation says how closely two rows of numbers go together along a
# straight line: 1 or −1 is as closely as can be, at 0 there is no such line. One row is h of a
# unit, because h is what the gates and the head read. The other is 1 where a bracket is open.
# `ties`, below, stacks the 16 rows of h and the row of the brackets, which is the last. `corrcoef`
# gives a table of each row with each. We take its last row, without its last number, where the
# brackets meet themselves.

# %%
brackets = padded([open_brackets(line.text) for line in lines]) > 0
read_mask = numbers != 0


# %%
def states_of(model, part):
    """Return h after each character of some lines, (characters, 16)."""
    with torch.no_grad():
        output, _ = model.lstm(model.embedding(numbers[part]))
    return output[read_mask[part]]


# %% [markdown]
# **Predict.** A guess: how many of the other 15 units have a correlation of 0.7 or more, without
# its sign?


# %%
def ties(model, part):
    """Return for each unit the correlation of its h with an open bracket."""
    is_open = brackets[part][read_mask[part]].double()
    rows = [*states_of(model, part).T, is_open]  # 17 rows
    return torch.corrcoef(torch.stack(rows))[-1, :-1]


for unit, tie in enumerate(ties(reader, others).tolist()):
    if abs(tie) >= 0.7:
        print(f"unit {unit:2}: {tie:5.2f}")

# %% [markdown]
# Four: units 4, 8, 9 and 10 are *tied* to brackets, too. Unit 4 has a minus, since it falls where a
# bracket opens. So "unit 5 is the bracket unit" was too much. It is the one that we looked at.
#
# ## Look for what breaks it
#
# If you believe in a story, you look for lines that fit. Look for the others.

# %%
failures = []
for line in lines[others]:
    signs = marks(line.text)
    if "^" in signs:
        failures.append((signs.count("^"), line.text, signs))

failures.sort(reverse=True)
print(len(failures), "of", len(lines[others]), "lines")
for place in (1, 3, 7, 8):
    print(failures[place][1], failures[place][2], sep="\n")

# %% [markdown]
# The failures tell what the count does not. We picked four of the 28. Two of them are lists that
# begin the line, and the memory is lost on the way. What is it that breaks it? Change one thing at
# a time, and leave the rest as it is.
#
# **Predict.** A guess: which of the four changes in the next cell leaves the fewest lines that
# break the story?

# %%
lists = [line.text for line in lines[others] if line.text.startswith("[")]
edits = {
    "as they are": lists,
    "without spaces": [text.replace(" ", "") for text in lists],
    "with a space in front": [" " + text for text in lists],
    "without commas": [text.replace(",", "") for text in lists],
    "without quotation marks": [text.replace("'", "") for text in lists],
}
for name, texts in edits.items():
    broken = sum("^" in marks(text) for text in texts)
    print(f"{name:24}{broken:3} of {len(texts)} lines")
at_start = [line.text.startswith("[") for line in lines[trained]]
print("trained lines that begin with [:", sum(at_start))

# %% [markdown]
# A single space in front, and nearly all is well. Fewer lines break without spaces or quotation
# marks inside, and more break without commas. But what breaks it above all is a `[` at the very
# beginning. The reader was trained on 484 lines, and only one of them begins so. The three lines
# that are left have brackets in brackets. In all:
#
# * In a list that begins the line, the memory is often lost.
# * An inner bracket that closes wipes out the outer one, as in lesson 00. The unit does not count.
# * And in lesson 02, a `V` wiped it out.
#
# What is left of the story: *on most lines, with one bracket at a time.*
#
# ## Take it out
#
# What goes together with an open bracket need not be *used*. To see what is used, take it out, as
# at the top of the page. That is called *ablation*. There we put zeros. But 0 may be a number that
# a unit hardly ever shows. It is fairer to let the unit show its mean at every step: it still says
# something, but nothing new.
#
# This can be done in the weights. A unit that always shows 0.3 adds 0.3 times its column to each
# sum. So we put that into the bias, and set the column to zero. The unit itself goes on, but
# nothing reads it: it is *muted*.


# %%
def muted(model, unit, value):
    """Return a copy in which gates and head read `value` for h of one unit."""
    copy = deepcopy(model)
    lstm, head = copy.lstm, copy.head
    pairs = ((lstm.weight_hh_l0, lstm.bias_hh_l0), (head.weight, head.bias))
    with torch.no_grad():
        for weight, bias in pairs:
            bias += weight[:, unit] * value
            weight[:, unit] = 0
    return copy


# %% [markdown]
# And we take out *any* unit, one at a time. That is the *control*: the same measurement where the
# story says nothing, so that you know what is usual.

# %%
means = states_of(reader, trained).mean(dim=0)
right, changed = [], []
for unit in range(16):
    after = all_verdicts(muted(reader, unit, means[unit]))
    right.append((after == is_code[others]).sum().item())
    changed.append((after != before).sum().item())
print(f"right: {min(right)} to {max(right)}, without unit 5: {right[5]}")

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
# Without unit 5 two verdicts of 242 change, fewer than without nearly any other unit. (With zeros
# there were four: a mean disturbs less.)
#
# So is unit 5 not read? We hold it at its mean *inside brackets*, as if one were always open, and
# then every other unit in the same way.

# %%
states = states_of(reader, trained)
is_open = brackets[trained][read_mask[trained]]
in_brackets = states[is_open].mean(dim=0)
held = []
for unit in range(16):
    after = all_verdicts(muted(reader, unit, in_brackets[unit]))
    held.append((after != before).sum().item())
print(f"unit 5, held at {in_brackets[5]:.1f}: {held[5]} verdicts change")
print("all 16 units:", *sorted(held))

# %% [markdown]
# Eleven verdicts, so the reader does read unit 5. Four other units change more, and none of
# those is tied to brackets. Perhaps the five tied units can do each other's work? We mute all five
# at once.


# %%
def verdicts_without(units):
    """Return the reader's verdicts with several units muted at their means."""
    model = reader
    for unit in units:
        model = muted(model, unit, means[unit])
    return all_verdicts(model)


after = verdicts_without([4, 5, 8, 9, 10])
print("right without all five:", (after == is_code[others]).sum().item())
print("changed verdicts:      ", (after != before).sum().item())

# %% [markdown]
# Eleven verdicts change. Is that much for five units? Again, ask what is usual: five of the *other*
# eleven units, drawn 60 times.

# %%
from random import Random

random, eleven, usual = Random(0), [0, 1, 2, 3, 6, 7, 11, 12, 13, 14, 15], []
while len(usual) < 60:
    after = verdicts_without(random.sample(eleven, 5))
    usual.append((after != before).sum().item())
usual.sort()
print("changed verdicts: fewest", usual[0], " most", usual[-1])
print("in the middle:", usual[30])

# %% [markdown]
# The five bracket units together cost no more than the cheapest of 60 draws. *It is read* and *it
# is needed for the verdict* are two stories. The first one stands, the second one is refuted.
#
# ## A reader that is asked
#
# But was that fair to unit 5? In training the reader answered a second question, "is a bracket
# open?". Its head for that was thrown away. Perhaps the unit was good for *that*. We train a
# **second reader**, which keeps both heads, as `train_reader` does, with 10 rounds in place of 40.
# It takes up to half a minute. With `each_step=True` it returns its scores after every character:
# column 0 is for code, and column 1 for an open bracket.

# %%
from lstm_lessons.data.train_reader import train

second = train(seed=1, rounds=10)
truth = brackets[others][read_mask[others]]  # for each of their characters


# %%
def open_scores(model):
    """Return the score for an open bracket after each character."""
    with torch.no_grad():
        scores = model(numbers[others], lengths[others], each_step=True)[..., 1]
    return scores[read_mask[others]]


# %%
def share_right(scores):
    """Return the share of characters at which a score's sign is right."""
    return ((scores > 0) == truth).double().mean().item()


all_units = open_scores(second)
print(f"the second reader answers right: {share_right(all_units):.1%}")

# %% [markdown]
# Its hero is not unit 5. Another start gives another order of the units. We look for it on the
# lines that were trained on, so that the others have no say in the choice.

# %%
closest = ties(second, trained).abs().argmax().item()
print("tied most closely: unit", closest)

# %% [markdown]
# **Predict.** How many characters are right without unit 10: about 92 %, 86 % or 79 %?

# %%
second_means = states_of(second, trained).mean(dim=0)
no_10 = open_scores(muted(second, closest, second_means[closest]))
print(f"without unit {closest}: {share_right(no_10):.1%}")

# %% [markdown]
# Hardly better than always "shut". So all that it knew of brackets was in that unit? A post could
# end here. But look at what was measured: the sign of a score. Muting holds the unit at its mean.
# Most characters are not in brackets, so its mean is near to what it shows there, "shut", and that
# may pull all scores below 0. Ask a question in which 0 plays no part: take a character in brackets
# and one that is not. How often has the first one the higher score? Say that two in brackets have
# the scores −1 and −3, and two others −2 and −4:
#
# | in brackets | not in brackets | higher in brackets? |
# |---|---|---|
# | −1 | −2 | yes |
# | −1 | −4 | yes |
# | −3 | −2 | no |
# | −3 | −4 | yes |
#
# So they are *told apart* in three of four pairs, 75 %, though all four scores are below 0. A coin
# would have one half. (This share is known as AUC.)


# %%
def apart(scores):
    """Return how often a character in brackets has the higher score of two."""
    inside, outside = scores[truth], scores[~truth]
    return (inside[:, None] > outside).float().mean().item()


print(f"all units:       {apart(all_units):.1%}")
print(f"without unit {closest}: {apart(no_10):.1%}")

# %% [markdown]
# From 97.8 % to 95.9 %: it still tells them apart. The next picture shows where the scores have
# gone. Of each 100 scores a bar leaves out the five lowest and the five highest, and the dot is the
# one in the middle.

# %%
three = torch.tensor([0.05, 0.5, 0.95], dtype=torch.float64)
bars = []
for scores in (no_10, all_units):
    for chosen in (truth, ~truth):
        bars.append(scores[chosen].quantile(three).tolist())

# %%
plot, axes = figure(700, 240)
heights, names = (0.15, -0.15, 1.15, 0.85), ["in brackets", "not in brackets"]
for height, name, bar in zip(heights, names * 2, bars, strict=True):
    low, middle, high = bar
    axes.plot([low, high], [height] * 2, "-", color="#59606b", linewidth=3)
    axes.plot(middle, height, "ko")
    axes.text(low - 0.15, height, name, va="center", ha="right", fontsize=9)
axes.axvline(0, color="k", linestyle=":")
axes.set(xlabel="score for an open bracket", xlim=(-12, 3), ylim=(-0.5, 1.5))
axes.set_yticks((0, 1), (f"without unit {closest}", "all units"))
alt = """Scores as bars. With all units those in brackets go from -2.7 to 1.7,
the middle is 0.6; those not in brackets from -8.0 to -1.8. Without unit 10 both
are below 0: in brackets from -3.0 to -0.4, the others from -7.3 to -2.3."""
show(plot, alt)

# %% [markdown]
# The characters in brackets have come down below 0, and there the border at 0 is of no use. But
# most of them still stand to the right of the others. An ablation measures what you ask.
#
# ## Ten seeds
#
# We have chosen this seed because its unit follows brackets so closely. `bracket_units` in
# `lstm_lessons/data/trials.py` trained ten seeds for 10 rounds, and once more for 40, as our reader
# was. For each it keeps three things: the unit that is tied most closely, the share told apart with
# all units, and 16 shares, each with one unit muted. The unit with the lowest share costs most, and
# has rank 1.

# %%
from lstm_lessons.data.trials import measured


def rank(shares, unit):
    """Return the place of a unit: 1 for the one that costs most."""
    return sorted(shares).index(shares[unit]) + 1


unit, _, *shares = measured("bracket units")["10 rounds"][1]
print(f"the second reader: unit {unit} has rank {rank(shares, unit)} of 16")

# %% [markdown]
# One other unit costs more. If the closest tie said nothing, that unit could have any rank from 1
# to 16, and the mean of many seeds would be 8.5.
#
# **Predict.** A guess: which mean do the ranks of the ten seeds have after 10 rounds?

# %%
plot, axes = figure(700, 200)
for height, (rounds, kept) in enumerate(measured("bracket units").items()):
    ranks = []
    for unit, _, *shares in kept:
        place = rank(shares, unit)
        axes.plot(place, height + 0.2 * ranks.count(place), "ko")
        ranks.append(place)
    print(rounds, "mean:", sum(ranks) / 10)
axes.axvline(8.5, color="k", linestyle=":")
axes.set(xlabel="rank of the unit that is tied most closely", ylim=(-0.4, 1.7))
axes.set_xticks(range(1, 17))
axes.set_yticks((0, 1), measured("bracket units"))
alt = """Ranks of ten seeds, as dots. 10 rounds: 1 twice, 2, 3 twice, 5, 6, 9,
10, 12. 40 rounds: 1, 2, 3 twice, 7, 8 twice, 9, 14 twice. A line is at 8.5."""
show(plot, alt)

# %% [markdown]
# After 10 rounds it is 5.2, which is 3.3 below 8.5. A rank that is drawn by chance has a standard
# deviation of 4.6, so the mean of ten has a standard error of 4.6 / √10, about 1.5. By the rule of
# lesson 14, a difference says something if it is more than twice as large, here more than 2.9. So
# the tie says something. After 40 rounds the mean is 6.9, only 1.6 below, and that may be chance.
# One of these ten has rank 1: our own reader, with the head for brackets that was thrown away. If
# you had looked at this one alone, you would have told its story as that of all LSTMs.
#
# ## A linear probe, and its control
#
# There is another way to ask what a layer knows: fit a small model that reads its states. Such a
# model is called a **linear probe**. (The word has a second meaning here. The probes of earlier
# lessons change one thing, and look what moves. This one is fitted, and changes nothing.) Ours is a
# weighted sum of the 16 numbers of h, and a bias. It is fitted to the first 484 lines by least
# squares, as AR was in lesson 14. Its target is 1 or 0. Where the sum is above 0.5, the probe says
# yes. We take the 0.5 off, so that its border is 0, as a score's is.


# %%
def linear_probe(states, target, other_states):
    """Fit a linear probe to 1 and 0; return its other sums, less 0.5."""
    table = torch.cat([states, torch.ones(len(states), 1)], dim=1)
    weights = torch.linalg.lstsq(table, target[:, None].double()).solution
    return (other_states @ weights[:-1] + weights[-1])[:, 0] - 0.5


# %%
def probe_brackets(name, model):
    """Fit a linear probe to open brackets, and print what it reaches."""
    target = brackets[trained][read_mask[trained]]
    states, other_states = states_of(model, trained), states_of(model, others)
    sums = linear_probe(states, target, other_states)
    print(f"{name:11} right {share_right(sums):.1%}", end=", ")
    print(f"told apart {apart(sums):.1%}")


probe_brackets("the reader:", reader)

# %% [markdown]
# 94.6 %: the states know of brackets, at least so much. Or is it the probe that has learnt it? A
# layer that has learnt nothing also mixes its characters into h, and a probe may find something in
# that. So the control is a layer as it is before any training: `train` with 0 rounds.
#
# **Predict.** A guess: at which share of the characters is the probe of an untrained layer right?

# %%
for seed in range(5):
    probe_brackets(f"new, {seed}:", train(seed, rounds=0))

# %% [markdown]
# About 79 %, which is what always "shut" has. But the border may hide something here as well: told
# apart, the new layers have 66 % to 79 %, more than a coin. So a part of the reader's 97.6 % stands
# in any layer, and the rest was learnt.
#
# ## What can be read, and what is read
#
# A linear probe says what *can* be read from the states. Does the model read it? In one place we
# can know. Behind the end of a line no step follows, so only the head reads h, and it reads one
# sum, with its weights w. So h has two parts: one along w, and the rest, of which the head gets
# nothing. Say that w is (3, 4) and h is (2, 1). The head's sum of h is 6 + 4 = 10. If h were w
# itself, the sum would be 9 + 16 = 25. So the part of h along w is 10 / 25 of w, which is (1.2,
# 1.6). The rest is (0.8, −0.6), and its sum is 2.4 − 2.4 = 0.


# %%
def ends_of(model):
    """Return h at the end of each line, (726, 16)."""
    with torch.no_grad():
        output, _ = model.lstm(model.embedding(numbers))
    return output[torch.arange(len(lines)), lengths - 1]


# %%
ends, w = ends_of(reader), reader.head.weight[0].detach()
rest = ends - (ends @ w / (w @ w))[:, None] * w
scores = reader.head(rest)[:, 0]
low, high = scores.min().item(), scores.max().item()
print(f"the scores of 726 lines, from the rest: {low:.4f} to {high:.4f}")

# %% [markdown]
# The same score for all lines, the bias of the head. Now a linear probe gets the rest, and nothing
# else, and is asked for the verdict. The control: new layers, with all of their h.
#
# **Predict.** A guess: how many of the 242 other lines does the probe get right, from the rest?


# %%
def lines_right(states):
    """Return how many of the other lines a linear probe for code gets right."""
    sums = linear_probe(states[trained], is_code[trained], states[others])
    return ((sums > 0) == is_code[others]).sum().item()


print("the probe, from the rest:", lines_right(rest))
print("the reader:              ", (before == is_code[others]).sum().item())
new = [lines_right(ends_of(train(seed, rounds=0))) for seed in range(5)]
print("new layers:", *new)

# %% [markdown]
# 214, more than from any of the new layers, and nearly as many as the reader itself, whose head
# reads nothing of it. **What can be read need not be read.** Before the end the gates read h as
# well. They make 64 different sums of its 16 numbers, and at least one of them changes with any
# change of h. So there is no such rest. There only taking out tells what is used.
#
# ## What survives
#
# | story | what became of it |
# |---|---|
# | The reader needs unit 5 to know what is code. | Refuted: without it, 2 verdicts change. |
# | It needs the five bracket units. | Refuted: 11 change, as few as with any of 60 other fives. |
# | It reads unit 5. | Stands: held up, the unit changes 11 verdicts. |
# | Unit 5 is up where a bracket is open. | At 96.2 % of the characters, often not in lists. |
# | It is *the* bracket unit. | No. Four more are tied. |
# | The unit that is tied most closely costs most. | In 2 of 10 seeds, later in 1 of 10. |
# | The states know of brackets. | Yes: 97.6 % told apart, and before training 66 % to 79 %. |
# | What a probe finds, the model reads. | Refuted: 214 lines, from what the head never reads. |
#
# It is less than we began with. But it holds.
#
# Others have gone this way before. Karpathy, Johnson and Li (2015) found units for brackets and
# quotation marks. Linear probes come from Alain and Bengio (2016), the control of a new layer from
# Zhang and Bowman (2018). Morcos and others (2018) found that units with a clear meaning need not
# be the ones that count.

# %% [markdown]
# ## What we have seen
#
# * Count, with the best constant answer beside it. Look for lines that break the story, and change
#   one thing at a time. Take the unit out, and others in the same way, with seeds. Fit a linear
#   probe, and the same one to a layer before training.
# * What can be read need not be read, and what is read need not be needed.
# * A unit can be muted in the weights: its mean times its column goes into the bias, the column
#   becomes zero.
# * Two equal counts, such as 217 and 217, and a border at 0 both hide what has changed.

# %% [markdown]
# **A common mistake.** You look through many units, and show the one that fits. Among many,
# something always fits. You recognise it by what is missing: how many were looked at, on which
# lines the unit was chosen, what other units and untrained layers give, and other seeds.
#
# **Exercises:** [15 Reading a trained LSTM](../exercises/15_reading_a_trained_lstm.ipynb). Find a
# unit, falsify a story, mute a unit, and mend a linear probe.
#
# **Next:** `read`, a loop in plain Python, made you wait for its lines, and `nn.LSTM` did not.
# [Lesson 16](16_speed.ipynb) measures what a loop costs, and why the built-in layer is faster.
