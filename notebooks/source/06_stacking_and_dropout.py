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
# ## Does a second layer help?
#
# The reader of this course has one layer. Many programs put a second one on top of it:
# `num_layers=2`. That costs more numbers, more time, and more mistakes that nobody sees. So before
# we look at how it works, we ask whether it helps.
#
# Two questions are put to the same networks. The first is the reader's: is this line code or prose?
# The second is made up. In a text of random letters there is now and then a *doubled* letter, one
# that is the same as the letter before it. At each letter the network has to say whether it has met
# an odd or an even number of doubled letters:

# %%
from lstm_lessons.data.trials import doubled

text = "abbcddd"
for letter, odd in zip(text, doubled(text)):
    print(letter, "odd" if odd else "even")

# %% [markdown]
# The second `b` is the first doubled letter. The second `d` makes two of them, the third `d` three.
#
# Three networks learn each question:
#
# * one layer of 16 units,
# * two layers of 16 units each,
# * one layer of 26 units. It has about as many weights as the two layers together. So if two layers
#   win against this one, it is not because they are larger.
#
# Each of them was trained five times, from other random weights each time. The lines of code and
# prose were read for 20 *rounds*: a round is all lines once, and libraries say *epoch*. The doubled
# letters were learnt from 500 texts, in 400 batches of 50, which are 40 rounds. That takes some
# minutes, so it was done beforehand, by `lstm_lessons/data/trials.py`, and `measured` reads what
# was found.
#
# While a network learnt, the share of its answers that are right was measured again and again, on
# lines or texts that it was not trained on. This share jumps up and down. So the next function
# prints for each training the mean of the last five that were measured.

# %%
from lstm_lessons.data.trials import measured


def ends(question):
    print(question)
    for network, runs in measured(question).items():
        print(f"   {network:15}", end="")
        for run in runs:
            print(f" {sum(run[-5:]) / 5:.2f}", end="")
        print()


# %% [markdown]
# **Predict.** A guess: does the second layer help with both questions, with one of them, or with
# none?

# %%
ends("code or prose")
ends("doubled letters")

# %% [markdown]
# With one of them. On code or prose two layers end between 0.85 and 0.89, and a single layer
# between 0.86 and 0.92. So we see no gain.
#
# On the doubled letters it is the other way round. With two layers four trainings end at 1.00 and
# the fifth at 0.95. One layer ends near 0.6, and the wider one of 26 is hardly better. To say
# "even" each time would be right at 54 % of the letters, since every text begins even. Here is the
# whole way there.

# %%
from lstm_lessons import pictures

runs = measured("doubled letters")
along, up = "batches of 50 texts", "share that is right"
pictures.runs(runs, along, up, every=10, bounds=(0.4, 1))

# %% [markdown]
# ## What the second layer reads
#
# Here are two layers over three letters. Layers are counted from 0, from the bottom up. That is the
# 0 in `weight_ih_l0`.

# %%
pictures.grid(steps="abb", num_layers=2)

# %% [markdown]
# * Layer 0 reads the letters. Layer 1 reads the h of layer 0, at every step.
# * Only h goes up. c stays in its own layer, as it did with one layer.
# * Each layer has its own weights, its own h and its own c, and hands them on to the right.
# * `output`, along the top, is the h of the **top layer alone**, after every step.
# * `h_n` and `c_n`, at the right, have **one row per layer**: row 0 is layer 0.
#
# Why may this help with doubled letters? At the second `b` there are two questions, one after the
# other. Is this letter the same as the one before? If so, is the number odd now? The second
# question needs the answer to the first.

# %%
pictures.two_ways()

# %% [markdown]
# What layer 0 finds out is in its new h. Layer 0 itself can use it only at the next letter. Layer 1
# uses it at this one. So layer 0 can answer the first question, and layer 1 the second.
#
# This can be tried. One layer of 26 units is trained again, from the same five beginnings as
# before. But now its answer about a letter is taken one letter later: in `abbc`, the answer about
# the second `b` is taken when it has read the `c`. So it has time for both questions. Without that
# time none of the five trainings ended above 0.7.
#
# **Predict.** A guess: how many of the five will now end above 0.9?

# %%
ends("doubled letters, one later")

# %% [markdown]
# Two, at 0.98 and 0.97, where there was none. The other three end near 0.65. So time is a part of
# the reason. What the rest of it is, this trial does not say.
#
# A second layer is worth a try where one question, at the same letter, needs the answer to another.
# It does not always help, and we had to search for a task with which it does.
#
# Now with other sizes: a word has 100 numbers, and each layer has 16 units.
#
# **Predict.** `weight_ih_l0` is (64, 100). Which shape has `weight_ih_l1`?

# %%
import torch
from torch import nn

torch.set_default_dtype(torch.float64)
torch.manual_seed(0)

T, B, I, H = 24, 10, 100, 16
lstm = nn.LSTM(input_size=I, hidden_size=H, num_layers=2)
for name, weight in lstm.named_parameters():
    print(f"{name:<13} {tuple(weight.shape)}")

# %% [markdown]
# (64, 16), because layer 1 reads the 16 numbers of an h. All layers above it have the same shapes.
# In symbols, with the layer in brackets above each letter, one step of layer 1 is
#
# $$\underset{(B,\,H)}{h^{(1)}_t},\ \underset{(B,\,H)}{c^{(1)}_t}
#   = \mathrm{step}\big(\underset{(B,\,H)}{h^{(0)}_t},\ \underset{(B,\,H)}{h^{(1)}_{t-1}},\
#   \underset{(B,\,H)}{c^{(1)}_{t-1}}\big)$$
#
# It is the step of lesson 03, which gets $h^{(0)}_t$ where layer 0 gets $x_t$.
#
# ## Two layers by hand
#
# First as small as can be: a word of 2 numbers, 2 units in each layer, a sentence of 3 words.

# %%
torch.manual_seed(0)
small = nn.LSTM(input_size=2, hidden_size=2, num_layers=2)
sentence = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
zeros = torch.zeros(2)

# %% [markdown]
# One layer over time is the loop of lesson 04, `unroll`. It returns the h of every step, and these
# are what the layer above reads. So two layers are two calls of `unroll`. The list `all_weights`
# has an entry for each layer.

# %%
from lstm_lessons import same
from lstm_lessons.lstm.unroll import unroll

below, h_below, c_below = unroll(sentence, zeros, zeros, small.all_weights[0])
above, h_above, c_above = unroll(below, zeros, zeros, small.all_weights[1])

output, (h_n, c_n) = small(sentence)
print("output", same(above, output))
print("h_n[0]", same(h_below, h_n[0]))
print("h_n[1]", same(h_above, h_n[1]))

# %% [markdown]
# `output` has all that layer 1 showed. `h_n[0]` is the last h of layer 0, `h_n[1]` that of layer 1.
# The earlier h of layer 0 are not returned. A third layer would be a third call, which reads
# `above`: you write that for any number of layers in exercise 06.1.
#
# ## Which row of h_n?
#
# You want one verdict per line, and take `h_n[0]` as in the lessons before. With one layer that was
# the only row. With two layers it still has the right shape, so a head on it runs, and can be
# trained.
#
# What does training do then? `backward()` leaves in each weight's `.grad` how a result moves with
# that weight (lesson 01). For the result we take the sum of `h_n[0]`. A weight whose gradient is
# zero learns nothing.
#
# **Predict.** Which of the eight weights and biases have gradients of zero?

# %%
x = torch.randn(T, B, I)
_, (h_n, _) = lstm(x)
h_n[0].sum().backward()
for name, weight in lstm.named_parameters():
    print(f"{name:<13} gradient all zero: {bool((weight.grad == 0).all())}")

# %% [markdown]
# The four of layer 1. `h_n[0]` is the h of layer 0, and layer 1 has no part in it. So layer 1 never
# learns anything, and is carried along for nothing. What you want is `h_n[-1]`, the top layer, for
# any number of layers. `batch_first=True` changes nothing in that: the states stay as they are,
# layers first (lesson 05).

# %% [markdown]
# ## Learnt by heart
#
# This is the other half of the lesson, and a good place for a break.
#
# The two layers that learnt code or prose were trained on 484 lines, and tried on 242 others. What
# happens if the same five trainings go on, from 20 rounds to 40? `measured("dropout")` has three
# numbers after each round: the loss on the lines trained on, the loss on the other lines, and the
# share of the others that is right. `trainings("none", 0)` will be the first of the three,
# `trainings("none", 1)` the second. `"none"` stands for the trainings as they were; other settings
# come later.


# %%
def trainings(setting, which):
    """Return number 0, 1 or 2 of the three: five trainings, 40 rounds each."""
    runs = torch.tensor(measured("dropout")[setting])  # (5, 40, 3)
    return runs[:, :, which]


# %% [markdown]
# If you know overfitting and dropout, go on at [Where nn.LSTM has it](#Where-nn.LSTM-has-it).
#
# Training makes a *loss* small. Suppose that the verdict is 0.2, which means 20 % code, and that
# the line is prose. Then the network gives 0.8 to the right answer, and the loss of this verdict is
# −ln 0.8 = 0.22. If it gives 0.99 to the right answer, the loss is 0.01; with 0.5 it is 0.69, and
# with 0.01 it is 4.6. To be sure and wrong costs much.

# %%
loss = {
    "lines trained on": trainings("none", 0),
    "other lines": trainings("none", 1),
}
pictures.runs(loss, "rounds through all lines", "loss", bounds=(0, 0.8))

# %% [markdown]
# On the lines that it is trained on, the network gets better and better. On other lines the mean
# loss falls for about ten rounds. Then it *rises*.
#
# **Predict.** A guess: at round 40, will it be right on fewer of the other lines than at round 11?

# %%
others = trainings("none", 1).mean(dim=0)
right = trainings("none", 2).mean(dim=0)
for n in (11, 40):
    print(f"round {n}: loss on the other lines {others[n - 1]:.2f}", end="")
    print(f", right {right[n - 1]:.2f}")

# %% [markdown]
# No: it is right as often, with twice the loss. It does not make more mistakes, but it is surer of
# those that it makes. What it learns in these rounds is not what code looks like: it learns its 484
# lines by heart. This is called *overfitting*.
#
# The cheapest remedy is to stop at round 11, where the loss on other lines is lowest: *early
# stopping*. [Lesson 14](14_training_on_real_data.ipynb) tells how to do that honestly.

# %% [markdown]
# ## Take away half of the units
#
# *Dropout* is a remedy: in training, each number is set to zero with probability p, by chance, anew
# at every call. With numbers: h is (2, 4, 6, 8), p is 0.5, and chance keeps the first and the last.
# Then the next layer reads (4, 0, 0, 16). The *survivors*, which are the numbers that are kept, are
# doubled, because on average half of the numbers are missing. So the sum that the next layer makes
# is as large as before, on average. In general survivors are divided by $1 - p$.
#
# The usual explanation of why that helps: to know a line by heart, a few units must work together.
# If half of them are missing each time, that fails. So the network must find signs of code that it
# sees whichever units are missing.
#
# In other words, h is multiplied by a *mask*, here (2, 0, 0, 2).

# %% [markdown]
# When the network is used, nothing should be left to chance. So each PyTorch module has a switch,
# `training`. It is True in a new module. `eval()` makes it False, `train()` makes it True again.
#
# That is all that dropout needs. `torch.rand_like(x)` has the shape of x, and random numbers
# between 0 and 1. With p = 0.2, about one in five of them is below 0.2: those places are zeroed.


# %%
class Dropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        self.p = p  # from 0 to less than 1

    def forward(self, x):
        if not self.training:
            return x
        kept = torch.rand_like(x) >= self.p
        return x * kept / (1 - self.p)


# %% [markdown]
# `nn.Dropout` of PyTorch does the same. (It takes p = 1, too, where ours would divide by zero.)
#
# **Predict.** A hundred thousand ones go through this dropout, with p = 0.75. Which two numbers can
# come out?

# %%
torch.manual_seed(0)
dropout = Dropout(0.75)
dropped = dropout(torch.ones(100_000))
print("values that occur:", dropped.unique().tolist())
zeroed = (dropped == 0).double().mean()
print(f"share of zeros: {zeroed:.2f}   mean: {dropped.mean():.2f}")

# %% [markdown]
# 0 and 1 / 0.25 = 4. Three quarters are zero, and the mean is still 1. That is why nothing needs to
# be multiplied after `eval()`:

# %%
dropout.eval()
print("after eval():", dropout(torch.ones(100_000)).unique().tolist())

# %% [markdown]
# ## Where nn.LSTM has it
#
# `nn.LSTM(..., dropout=0.5)` has dropout **between layers**, and nowhere else.

# %%
pictures.grid(steps="abb", num_layers=2, dropout=True)

# %% [markdown]
# The ways to the right meet no dropout: a layer hands its own h and c on as they are. Only the copy
# of h that goes up gets zeros. And what the top layer shows goes into `output` as it is.
#
# Take three layers in training, and give them the same x twice.
#
# **Predict.** Which of the three rows of `h_n` are the same in both calls?

# %%
noisy = nn.LSTM(I, H, num_layers=3, dropout=0.5)
output_1, (h_1, _) = noisy(x)
output_2, (h_2, _) = noisy(x)
for k in range(3):
    print(f"h_n[{k}] the same: {bool(same(h_1[k], h_2[k]))}")
print("zeros in output:", int((output_1 == 0).sum()))

# %% [markdown]
# Row 0 alone. Layer 0 reads x, in which nothing is zeroed. What layer 1 reads has its zeros in
# other places in each call, so its h is another one, and so is that of layer 2. In `output` there
# are no zeros, because nothing is dropped above the top layer.
#
# Now move it yourself. Every step of every sentence has its own mask; the picture shows those of
# one sentence. Each small square is a unit on its way up, filled if it is kept and hollow if it is
# zeroed.
#
# **Try it.**
#
# 1. Move `seed`. On which arrows does a mask never sit?
# 2. Find three ways to make all masks go away.
# 3. Press "nothing goes up". What does layer 1 read now?

# %%
from lstm_lessons import explorers

explorers.stack_and_dropout()

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. On those to the right, on those from x, and on those into `output`.
# 2. Set `dropout` to 0; or switch `training` off ("in use"); or take one layer ("one layer"), which
#    has no layer to hand up to.
# 3. Zeros, at every step. So nothing of x reaches layer 1. Its output is not zero, because it still
#    has its biases and its own h, but it is the same for every x.
#
# </details>

# %% [markdown]
# ## One layer: a warning, and nothing else
#
# In a post from lesson 00, "torch.nn.LSTM()详解" by Xhsun1997, a program has `num_layers=1` and
# `dropout=0.5`, and is in training. Here is its layer. What PyTorch says when it is made is caught,
# and shown.

# %%
import warnings

words = torch.randn(4, 3, 6)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    one_layer = nn.LSTM(input_size=6, hidden_size=5, num_layers=1, dropout=0.5)
print("two calls:", same(one_layer(words)[0], one_layer(words)[0]))
print("PyTorch said:", caught[0].message)

# %% [markdown]
# The two calls are the same, as in the explorer. PyTorch says so once, when the layer is made, and
# that is easily lost among other lines.
#
# ## The other places
#
# If you want dropout elsewhere, you put it there yourself.
#
# | place | how |
# |---|---|
# | on what the LSTM reads | `nn.Dropout` before the LSTM |
# | between layers | `nn.LSTM(..., dropout=p)` |
# | on what the head reads | `nn.Dropout` behind the LSTM |
#
# Dropout was made in 2012, by [Hinton and others](https://arxiv.org/abs/1207.0580). In 2014
# [Zaremba and others](https://arxiv.org/abs/1409.2329) put it into LSTMs, on every arrow that goes
# up and on none to the right: all three places of the table. `Reader`, which you take home from
# lesson 09, has one layer, so it has the first and the last of them. The reader of this course is
# a `Reader`, trained with p = 0.3. As you get it, its p is 0.
#
# And does it help? The same two layers were trained again, from the same weights, with p = 0.5 in
# all three places:

# %%
loss = {
    "in three places": trainings("in three places", 1),
    "no dropout": trainings("none", 1),
}
along, up = "rounds through all lines", "loss on the other lines"
pictures.runs(loss, along, up, bounds=(0, 0.8))

# %% [markdown]
# In three places it helped: at the end the loss is lower in each of the five trainings. The
# argument of `nn.LSTM` puts dropout between the layers alone. Does that help, too? Here are the
# means of the last five rounds, all measured after `eval()`. The last line is for early stopping:
# `amin` finds the lowest loss of each training, and the mean of these five is printed.

# %%
print("                 loss, trained on   loss, others   others right")
for setting in ("none", "between layers", "in three places"):
    trained = trainings(setting, 0)[:, -5:].mean()
    others = trainings(setting, 1)[:, -5:].mean()
    right = trainings(setting, 2)[:, -5:].mean()
    print(f"{setting:16} {trained:16.2f} {others:14.2f} {right:14.2f}")

best = trainings("none", 1).amin(dim=1).mean()
print(f"none, each stopped at its best: {best:16.2f}")

# %% [markdown]
# Between the layers alone, little is changed. In three places the lines trained on are not known by
# heart: their loss is 0.12, and not 0.01. Of the other lines, 92 % are judged right on average, in
# place of 88 %; in one of the five trainings it is no more than before.
#
# The loss on the other lines is 0.60 without dropout, 0.28 with early stopping, and 0.25 with
# dropout in three places. The 0.28 looks a little better than it is, because the best round was
# chosen by these very lines.
#
# ## What we have seen
#
# * Layer 0 reads x. Each layer above reads the h of the layer below, in the same step. c stays
#   inside.
# * `output` is the top layer alone. `h_n` and `c_n` have one row per layer; `h_n[-1]` is the top.
# * Within 400 batches two layers learnt the doubled letters, and one layer did not. On code or
#   prose a second layer was no gain.
# * Dropout sets numbers to zero in training, and divides the others by 1 − p. `nn.LSTM` has it
#   between layers only. With one layer it does nothing.
# * Without dropout the two layers learnt their lines by heart. Dropout between the layers alone
#   changed little of that; on what the LSTM and the head read as well, it lowered the loss in each
#   of five trainings.

# %% [markdown]
# **A common mistake.** `h_n[0]` for "the last state". With one layer it is right, so nobody notices
# when `num_layers=2` is set. You recognise it by this: `h_n[0]` is not the last step of `output`,
# and the gradients of `weight_ih_l1` are all zero.
#
# **Exercises:** [06 Stacking and dropout](../exercises/06_stacking_and_dropout.ipynb). Stack layers
# with given masks, predict what dropout does, choose the right picture, mend a summary.
#
# **Next:** however many layers, at step t the network knows nothing of what comes after t. Guess
# the missing letter in `whi_e True:` from the letters before it alone, and you see the trouble.
# [Lesson 07](07_both_directions.ipynb) lets a second pass read the line from its end.
