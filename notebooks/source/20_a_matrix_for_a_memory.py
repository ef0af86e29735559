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
# ## Look it up
#
# You hear a list of names and numbers, then one of the names again, and are asked for its number.
# For a network, a step is a pair of a *key*, one of 16 letters, and a *value*, one of 8 digits. It
# gets 16 + 8 numbers, with a 1 in each part. No key comes twice. The last step is a key alone, and
# the network has to say the value that stood beside it.

# %%
import torch
from torch.nn import functional as F

from lstm_lessons.data.after import pairs, spelled

torch.set_default_dtype(torch.float64)
torch.manual_seed(1)
x, wanted = pairs(count=8, rows=1)
print(spelled(x[:, 0]), wanted.item())

# %% [markdown]
# First a simple rule, as in lesson 14: say the digit that stands most often in the list. It is
# right for a share of 0.325 of the lists. Two layers were trained on lists of 8 pairs: an LSTM with
# 128 units, and the layer of this page, a *matrix memory* of 16 by 16 numbers. Without the head,
# they have 78,848 and 1,250 weights. Each had 600 updates of 64 lists, by Adam, at four rates, with
# five seeds (`recall` in `lstm_lessons/data/after.py`).
#
# **Predict.** A guess: which of the two are clearly better than 0.325, at one rate at least?

# %%
from lstm_lessons.data.trials import measured

print("share of lists of 8 pairs that are right, five seeds each")
for rate in (0.003, 0.01, 0.03, 0.1):
    runs = measured(f"recall, rate {rate}")
    for name in ("LSTM, 128 units", "matrix memory"):
        # each seed has a share for lists of 4, of 8 and of 16 pairs
        shares = (f"{eight:.2f}" for _, eight, _ in runs[name])
        print(f"rate {rate:<6}{name:16}", *shares)

# %% [markdown]
# Both, but this LSTM at one rate alone: at 0.03 it has 64 to 77 of 100 lists right. The matrix, at
# 0.01, has 99 or more right with each seed. But five seeds are few: of thirty at that rate, two
# have 58 and 66 right. So an LSTM *can* look up, but in 600 updates the matrix learns it better.
# The task suits it: keys of 16 numbers can keep 16 letters wholly apart, as we shall see, and a key
# comes in one step with its value.
#
# This layer, with its gates, is from "xLSTM", a paper of 2024 by Maximilian Beck and others with
# Sepp Hochreiter ([arXiv 2405.04517](https://arxiv.org/abs/2405.04517)).
#
# ## A matrix that keeps pairs
#
# Let a key and a value be vectors of two numbers. To store the value (3, 5) under the key (1, 0),
# we make a matrix of all products of a number of the value with a number of the key, with a row for
# each number of the value. `torch.outer` does that. Then we store (−2, 4) under (0, 1), and add the
# matrices. To look up, we multiply the matrix by a key. A key to ask with is a *query*, q:

# %%
key_1, value_1 = torch.tensor([1.0, 0.0]), torch.tensor([3.0, 5.0])
key_2, value_2 = torch.tensor([0.0, 1.0]), torch.tensor([-2.0, 4.0])
C = torch.outer(value_1, key_1) + torch.outer(value_2, key_2)

# %%
from lstm_lessons import pictures

keys, values = ((1, 0), (0, 1)), ((3, 5), (-2, 4))
pictures.matrix_memory(keys, values, query=(1, 0))

# %% [markdown]
# The product C q with q = (1, 0) takes the first column, and there is the value (3, 5).
#
# A third pair finds no column of its own. We store (10, 0) under the key (0.6, 0.8).
#
# **Predict.** What does the query (1, 0) give now?

# %%
key_3, value_3 = torch.tensor([0.6, 0.8]), torch.tensor([10.0, 0.0])
all_three = C + torch.outer(value_3, key_3)
print([round(number, 1) for number in (all_three @ key_1).tolist()])

# %% [markdown]
# (9, 5) in place of (3, 5). The *dot product* of the keys (1, 0) and (0.6, 0.8) is 1 · 0.6 plus
# 0 · 0.8, or 0.6. So 0.6 times the third value is mixed in. Keys do not mix if the dot
# product of any two is 0. There are at most D such keys of D numbers.
#
# In the explorer, each key is a random vector of length 1. A value is one of eight, so C has eight
# rows. A column of the picture shows C q for one key, with a frame at the value that was stored. A
# pair is *found* if the number in the frame is the largest.
#
# **Try it.** Press "many pairs": there are 16. Guess at which size of the keys all of them are
# found for the first time. Then move the size up, as far as it goes.

# %%
from lstm_lessons import explorers

explorers.matrix_lookup()

# %% [markdown]
# <details><summary>Answer</summary>
#
# At 18, with these keys; at 26 one is lost again. As a rule, random keys mix less, the more numbers
# they have.
#
# </details>
#
# ## A gate without a ceiling
#
# The pairs need gates: f for how much of C stays, and i for how much a new pair counts. Take the
# smallest matrix, a single number c, whose keys are all 1. Nothing is to be forgotten, so f is 1.
# The value −1 comes five times with i = 1. Then c is −5. Now comes a +1 that matters more than all
# before. To outweigh the five, its i has to be larger than 5. No sigmoid reaches that.
#
# In the paper, i is the exponential of its weighted sum, $\textcolor{#1a75d1}{i} = e^{z_i}$: 148
# for a sum of 5. So c can become very large, and a second number goes along, the *normaliser* n. It
# adds up i alone, and c is divided by it. After the five steps c is −5 and n is 5, so c / n is −1.
#
# **Predict.** Now the +1 comes with $z_i$ = 5. Is c / n then nearer to −1, to 0, or to +1?

# %%
c, n = -5.0, 5.0
i = torch.tensor(5.0).exp().item()
c, n = c + i * 1.0, n + i
print(f"c = {c:.1f}, n = {n:.1f}, c / n = {c / n:.2f}")

# %% [markdown]
# c / n is a mean of all values. The new one weighs 148 in it, and the five old ones 1 each.
#
# ## The mLSTM
#
# From its word, each step makes a query q, a key k and a value v, by weighted sums, and two gates
# of one number each: i is an exponential, f here a sigmoid.
#
# C forgets by f, and stores the products of a value and a key, written $v\,k^{\top}$:
#
# $$\underset{(D \times D)}{C_t} = \textcolor{#c2560c}{f_t}\,C_{t-1}
#   + \textcolor{#1a75d1}{i_t}\;v_t\,k_t^{\top}$$
#
# n, a vector, forgets in the same way, and adds up i k. Take two steps, and ask after each with the
# query (1, 0):
#
# | step | f | i | k | i k | n | n · q |
# |---|---|---|---|---|---|---|
# | 1 | 0.5 | 3 | (0.6, 0.8) | (1.8, 2.4) | (1.8, 2.4) | 1.8 |
# | 2 | 0.5 | 1 | (0.2, 1) | (0.2, 1) | 0.5 · (1.8, 2.4) + (0.2, 1) = (1.1, 2.2) | 1.1 |
#
# After step 2, C q is 0.9 times the first value plus 0.2 times the second: 0.9 is 0.5 · 3 · 0.6.
# These are the *weights* of the values, and n · q is their sum. Both are above 0, so C q divided by
# n · q is a mean again.
#
# But k · q may be below 0, and with a weight below 0 there is no mean: the weights −1 and 3 make
# (−3 + 30) / 2 = 13.5 of the values 3 and 10. If n · q is close to 0, the quotient is huge. So the
# mLSTM divides by 1 at least, and by the absolute value of n · q, to keep the divisor positive:
#
# $$\underset{(D)}{h_t} = C_t\,q_t \;/\; \max(|n_t \cdot q_t|,\, 1)$$
#
# That gives up the mean: the weights −2 and −2 make −26 of 3 and 10. Divided by −4 this is 6.5,
# their mean; the mLSTM divides by 4, and shows −6.5.


# %%
def matrix_step(q, k, v, i, f, C, n):
    """Return h, and the new memory C (D, D) and normaliser n (D,)."""
    C = f * C + i * torch.outer(v, k)
    n = f * n + i * k
    h = C @ q / (n @ q).abs().clamp(min=1)
    return h, C, n


def matrix_loop(q, k, v, i, f):
    """Return h (T, D) of all steps, one after the other."""
    D = k.shape[1]
    C, n, seen = q.new_zeros(D, D), q.new_zeros(D), []
    for t in range(len(q)):
        h, C, n = matrix_step(q[t], k[t], v[t], i[t], f[t], C, n)
        seen.append(h)
    return torch.stack(seen)


# %% [markdown]
# ## All at once
#
# h can be found without a loop, and without ever making C. What is in C after step t? Each pair
# that came so far, times what is *left* of it: it came in with its i, and was multiplied by every f
# since. Let i be 1 and f be 0.5 at each of four steps.
#
# **Predict.** How much is left of the first pair after the fourth step?

# %%
pictures.what_is_left(i=(1, 1, 1, 1), f=(0.5, 0.5, 0.5, 0.5))

# %% [markdown]
# An eighth, 0.5 · 0.5 · 0.5. A cross marks a pair that is still to come; it counts as 0.
#
# To make the table without a loop, we could divide: 0.125 is the product of all four f, divided by
# $f_1$. But the products of 2,000 such f and of 1,999 are both 0, and 0 / 0 is `nan`. So the code
# adds up the logarithms of f, which has to be above 0: `kept` is −0.69, −1.39, −2.08 and −2.77
# here. The fourth minus the first is −2.08, and $e^{-2.08}$ is 0.125. `kept[:, None] - kept` makes
# all such differences. `triu(1)` marks the pairs still to come, and `masked_fill` puts minus
# infinity there: $e^{-\infty}$ is 0.


# %%
def left_of(i, f):
    """Return what is left of pair s (column) after step t (row), (T, T)."""
    kept = torch.log(f).cumsum(dim=0)
    later = torch.ones(len(f), len(f), dtype=torch.bool).triu(1)
    return torch.exp((kept[:, None] - kept).masked_fill(later, -torch.inf)) * i


print(left_of(torch.ones(4), torch.full((4,), 0.5)))

# %% [markdown]
# The weight of the value $v_s$ at step t is what is left of its pair, times $q_t \cdot k_s$. C q is
# the sum of all values, each times its weight, and n · q is the sum of the weights.


# %%
def matrix_at_once(q, k, v, i, f):
    """Return h (T, D) of all steps, without a loop and without a memory."""
    weights = (q @ k.T) * left_of(i, f)
    whole = weights.sum(dim=1).abs().clamp(min=1)
    return weights @ v / whole[:, None]


# %%
from lstm_lessons.lstm.compare import compare

torch.manual_seed(0)
T, D = 24, 16
q, k, v = torch.randn(3, T, D)
i, f = torch.randn(T).exp(), torch.randn(T).sigmoid()
print(compare(matrix_at_once, matrix_loop, q, k, v, i, f).verdict)

# %% [markdown]
# The same function, with the same gradients. The loop keeps 16 · 16 + 16 = 272 numbers, however
# long the text is. The other one makes a table of T by T weights. So you can train with the second,
# and read on and on with the first.
#
# This is the layer that was trained. The mLSTM of the paper also divides k by the root of D, and
# has an output gate and a stabiliser. Ours did without: no $z_i$ rose above 2.
#
# What training made of it is less tidy than the idea. With the first two seeds, each of 1,000 lists
# has a weight below 0 at its question, so h is no mean of the values; the head is trained on such
# an h, and reads it. Nor did these lists need a gate without a ceiling: at the rate 0.01, with a
# sigmoid for i, each of five seeds has 99 or more of 100 right, too.
#
# ## The stabiliser
#
# $e^{800}$ is infinity in a float64, and c / n is then `nan`. But c / n stays the same if all
# weights are divided by one number. Let $z_i$ be 800, then 801, and f be 1. We divide both weights
# by $e^{801}$, with a subtraction in the exponent:

# %%
z_i = torch.tensor([800.0, 801.0])
m = z_i.max()
print("as they are:", z_i.exp().tolist())
print("divided:", [round(weight, 2) for weight in (z_i - m).exp().tolist()])

# %% [markdown]
# The number m that is subtracted is the *stabiliser*. A loop chooses it anew at each step. What is
# stored was divided by $e^m$ with the old m, here 801. Let the logarithm of the next f be −0.7, so
# f is about 0.5, and $z_i$ be 800. f brings what is stored to the exponent 801 − 0.7 = 800.3; what
# comes in has 800. The larger, 800.3, is the new m, and is subtracted from both: f becomes $e^0$,
# or 1, and i becomes $e^{-0.3}$, or 0.74. At first nothing is stored, so m begins at minus
# infinity: then $z_i$ is the larger one in any case.
#
# The mLSTM divides by |n · q|, but by 1 at least. This 1 is no weight, and has to be divided as
# well: with a stabiliser it becomes $e^{-m}$.

# %% [markdown]
# ## One recurrence
#
# Put other gates and keys into the line of C. If k and q are the number 1, and v has H numbers, C
# is one column, as c is in an LSTM. There each row has gates of its own, so f and i are vectors:
#
# | layer | f, i | k, q | v | what is shown |
# |---|---|---|---|---|
# | LSTM | vectors | 1 | g | o · tanh(c) |
# | minimal LSTM | vectors, i = 1 − f | 1 | g | c |
# | mLSTM | numbers | vectors | a vector | C q, divided |
# | linear attention | 1 | vectors above 0 | a vector | C q / (n · q) |
#
# *Linear attention* is of 2020 ([arXiv 2006.16236](https://arxiv.org/abs/2006.16236)). Only the
# LSTM has gates that read h. The scan of lesson 19 can run the others: what is let in is
# $i\,v\,k^{\top}$, and f needs two more axes, `f[:, None, None]`.

# %% [markdown]
# ## Looking back
#
# What became of the LSTM? In 2017, "Attention Is All You Need"
# ([Vaswani and others](https://arxiv.org/abs/1706.03762)) brought the *Transformer*, a network
# without recurrence that learns from all steps at once. In most large language models it has taken
# the LSTM's place. It is built on *attention*, which has no C at all: it keeps all keys and values,
# and looks back at them. Our three pairs again:
#
# * The query (1, 0) has the dot products 1, 0 and 0.6 with the three keys; divided by the root of
#   D, here of 2, they are the *scores*: 0.71, 0 and 0.42.
# * Their exponentials are 2.03, 1 and 1.53; divided by their sum, 4.56, they are the weights: 0.45,
#   0.22 and 0.34. `F.softmax` does both.
# * What is found is the mean of the values with these weights.
#
# **Predict.** Now ask with (10, 0), ten times as long. Does the first weight become smaller than
# 0.45, stay the same, or become larger?

# %%
keys = torch.stack([key_1, key_2, key_3])
values = torch.stack([value_1, value_2, value_3])
for query in (key_1, 10 * key_1):
    weights = F.softmax(keys @ query / 2**0.5, dim=0)
    print("weights:", [round(weight, 2) for weight in weights.tolist()])
    found = weights @ values
    print("found:", [round(number, 1) for number in found.tolist()])

# %% [markdown]
# Larger, 0.94: large differences of scores make one weight almost 1. Two vectors of 256 random
# numbers, of about size 1 and either sign, have a dot product of about size 16: its terms of both
# signs cancel, so it grows only like the root of their number. The root of D takes that out.


# %%
from lstm_lessons import same


def attention(q, k, v):
    """Return what each step finds, (T, D), in all steps up to its own."""
    T, D = q.shape
    later = torch.ones(T, T, dtype=torch.bool).triu(1)
    scores = (q @ k.T / D**0.5).masked_fill(later, -torch.inf)
    return F.softmax(scores, dim=1) @ v


# is_causal: no step looks at later ones
ready_made = F.scaled_dot_product_attention(q, k, v, is_causal=True)
same(attention(q, k, v), ready_made)

# %% [markdown]
# Attention with D = 16, trained on the lists of 8 pairs, is right in all of 1,000 lists, at each
# rate and with each seed. So it is on lists of 16 pairs, where the matrix, at 0.01, has 95 or more
# of 100 right.
#
# For parity, whether the ones so far are odd in number, an LSTM with 8 units, and the matrix and
# attention with D = 16, were trained as in lesson 19, but at three rates with five seeds.
#
# **Predict.** Chance is a half. Which of the three are clearly better, at one rate at least? For
# attention, it is a guess.

# %%
print("share of rows of 20 bits that are right: three rates, five seeds each")
for name in ("LSTM, 8 units", "matrix memory", "attention"):
    runs = []
    for rate in (0.005, 0.02, 0.05):
        runs += measured(f"parity, rate {rate}")[name]
    shares = [after_20 for after_20, after_200 in runs]
    print(f"{name:14} from {min(shares):.2f} to {max(shares):.2f}")

# %% [markdown]
# The LSTM alone. Training did not find parity for the other two, and neither can be right for rows
# of *every* length. Take rows of ones alone. The gates of the matrix do not read h, and f lies
# between 0 and 1, so C, n and h creep to one value each, as c did in lesson 19. Attention shows a
# mean of equal values, which is the same however many they are, unless the places of the steps are
# added to the input. So no linear head can tell odd from even.

# %% [markdown]
# ## What we have seen
#
# * A matrix keeps pairs, and mixes them if the dot products of their keys are not 0; the mLSTM can
#   run step by step or all at once.
# * An exponential gate has no ceiling. A normaliser adds up the weights, to divide by them; the
#   mLSTM divides by 1 at least.
# * A stabiliser divides all weights by one number, so that none is infinite.
# * LSTM, minimal LSTM, linear attention and mLSTM are one recurrence with different gates.
# * Attention keeps everything, and found every pair here; a state stays small, and it can follow
#   parity, if its gates read h, or if f may be negative (lesson 19).

# %% [markdown]
# **A common mistake.** You compare two layers at one rate and on one task, and declare one the
# better. You recognise it by what is missing: other rates for both, a task that the other one
# solves, and a simple rule.
#
# **Exercises:** [20 A matrix for a memory](../exercises/20_a_matrix_for_a_memory.ipynb). Mend the
# stabiliser of the paper's other layer, the *sLSTM*, write over what a matrix keeps, count what is
# kept, and say which layer can do what.
#
# **Next:** the lessons end here. You can write an LSTM with a pen, follow its gradients back, prove
# that your code does what PyTorch does, and find the fault when a network does not learn.
#
# Now train something of your own, in the order of [lesson 14](14_training_on_real_data.ipynb); [the
# map of nn.LSTM](map_of_nn_lstm.ipynb) stays open.
