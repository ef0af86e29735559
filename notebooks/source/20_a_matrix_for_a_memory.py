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
# As in lesson 14, a simple rule comes first: say the digit that stands most often in the list. It
# is right in a share of 0.325. Two layers were trained on lists of 8 pairs: an LSTM with 128 units,
# which has 78,848 weights, and a layer with 1,250, whose memory is a matrix of 16 by 16 numbers.
# Each had 600 updates of 64 lists, by Adam, at three rates and with five seeds (`recall` in
# `lstm_lessons/data/after.py`).
#
# **Predict.** A guess: which of the two are clearly better than the rule, at one rate at least?

# %%
from lstm_lessons.data.trials import measured

print("share of lists of 8 pairs that are right, five seeds each")
for rate in (0.003, 0.01, 0.03):
    runs = measured(f"recall, rate {rate}")
    for name in ("LSTM, 128 units", "matrix memory"):
        # each seed has a share for lists of 4, of 8 and of 16 pairs
        shares = (f"{eight:.2f}" for _, eight, _ in runs[name])
        print(f"rate {rate:<6}{name:16}", *shares)

# %% [markdown]
# Both. At the two lower rates nothing shows that the LSTM looks anything up. At 0.03 it is right in
# 64 to 77 of 100 lists. The matrix, at its best rate, is right in 99 or more with each seed. So an
# LSTM *can* look up, but in 600 updates the matrix learns it better. The task suits it: key and
# value come in the same step, and 16 letters are just as many keys as it can keep apart.
#
# People had kept pairs in a matrix before. The paper "xLSTM" of 2024, by Maximilian Beck and others
# with Sepp Hochreiter, gives it exponential gates ([arXiv
# 2405.04517](https://arxiv.org/abs/2405.04517)).
#
# ## A matrix that keeps pairs
#
# Let a key and a value be vectors of two numbers. To store the value (3, 5) under the key (1, 0),
# we make a matrix of all products of a number of the value with a number of the key, with a row for
# each number of the value. `torch.outer` does that. Then we store (−2, 4) under (0, 1), and add the
# two matrices. To look up, multiply the matrix by a key. A key that you ask with is a *query*,
# q:

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
# A third pair does not find a column of its own. We store (10, 0) under the key (0.6, 0.8).
#
# **Predict.** What does the query (1, 0) give now?

# %%
key_3, value_3 = torch.tensor([0.6, 0.8]), torch.tensor([10.0, 0.0])
all_three = C + torch.outer(value_3, key_3)
print([round(number, 1) for number in (all_three @ key_1).tolist()])

# %% [markdown]
# (9, 5) in place of (3, 5). The *dot product* of the keys (1, 0) and (0.6, 0.8) is 1 · 0.6 plus
# 0 · 0.8, which is 0.6. So 0.6 times the third value is mixed in. Keys do not mix if the dot
# product of any two is 0. There are at most D such keys of D numbers.
#
# In the explorer, each key is a random vector of length 1. Its value is one of eight, a vector of
# eight numbers with a single 1. A column shows what one key finds, C q, and frames the value that
# was stored. A pair is *found* if the number in the frame is larger than all others.
#
# **Try it.** Press "many pairs": there are 16. Guess at which size of the keys all of them are
# found for the first time. Then move the size up, as far as it goes.

# %%
from lstm_lessons import explorers

explorers.matrix_lookup()

# %% [markdown]
# <details><summary>Answer</summary>
#
# At 18. But at 26 one is lost again. As a rule, random keys mix less, the more numbers they have.
#
# </details>
#
# ## A gate without a ceiling
#
# The pairs need gates: f for how much of C stays, and i for how much a new pair counts. The sigmoid
# of the LSTM makes i at most 1. Take the smallest matrix, a single number c, whose keys are all 1.
# Nothing is to be forgotten, so f is 1. Let the value −1 come five times with i = 1. Then c is −5.
# Now comes a +1 that matters more than all before. For the +1 to outweigh the five, i has to be
# larger than 5, and no sigmoid reaches that.
#
# In the paper, i is the exponential of its weighted sum, $\textcolor{#1a75d1}{i} = e^{z_i}$. For a
# sum of 5 that is 148. So c can become very large, and a second number goes along, the *normaliser*
# n. It adds up i alone, and c is divided by it. After the five steps c is −5 and n is 5, so c / n
# is −1.
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
# Each step makes a query q, a key k and a value v from its word, by weighted sums, and two gates of
# one number each: i is an exponential, f here a sigmoid.
#
# Where all keys were 1, a value counted i times. Now it counts i times k · q. That is its *weight*,
# and it depends on the query. Under the key (0.6, 0.8) and with i = 3, a value has the weight
# 3 · 0.6 = 1.8 for the query (1, 0). In the next step f = 0.5 makes 0.9 of it, and a second value
# comes with the weight 0.2. So C q is 0.9 times the first value, plus 0.2 times the second. n adds
# up i k, and forgets as C does. So n · q is the sum of the weights, 0.9 + 0.2 = 1.1.
#
# $$\begin{aligned}
# \underset{(D \times D)}{C_t} &= \textcolor{#c2560c}{f_t}\,C_{t-1}
#   + \textcolor{#1a75d1}{i_t}\;v_t\,k_t^{\top} \qquad
# \underset{(D)}{n_t} = \textcolor{#c2560c}{f_t}\,n_{t-1} + \textcolor{#1a75d1}{i_t}\,k_t \\
# \underset{(D)}{h_t} &= C_t\,q_t \;/\; \max(|n_t \cdot q_t|,\, 1)
# \end{aligned}$$
#
# $v\,k^{\top}$ is the matrix of all products. k · q may be below 0, so n · q may be 0 or below. So
# its size is taken, without the sign, and the divisor is never less than 1: else h could become
# huge. The paper divides k by the root of D, and adds an output gate.


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
# There is another way to find h, in which the matrix C is never made.
#
# ## All at once
#
# What is in C after step t? Each pair that came so far, times what is *left* of it: it came in with
# its i, and was multiplied by every f since. Let i be 1 and f be 0.5 at each of four steps.
#
# **Predict.** How much is left of the first pair after the fourth step?

# %%
pictures.what_is_left(i=(1, 1, 1, 1), f=(0.5, 0.5, 0.5, 0.5))

# %% [markdown]
# An eighth, 0.5 · 0.5 · 0.5. A cross marks a pair that is still to come; it counts as 0.
#
# The code makes this table without a loop. It could divide a product of all f by an earlier one.
# But after 2,000 such steps both are 0, and 0 / 0 is `nan`. So it adds up the logarithms of f, in
# `kept`, and subtracts. Each is −0.69 here. Three of them are −2.08, and $e^{-2.08}$ is 0.125.
# `kept[:, None] - kept` is the table of all such differences. `triu(1)` marks the pairs that are
# still to come, and `masked_fill` puts minus infinity there: $e^{-\infty}$ is 0.


# %%
def left_of(i, f):
    """Return what is left of pair s (column) after step t (row), (T, T)."""
    kept = torch.log(f).cumsum(dim=0)
    later = torch.ones(len(f), len(f), dtype=torch.bool).triu(1)
    return torch.exp((kept[:, None] - kept).masked_fill(later, -torch.inf)) * i


# %% [markdown]
# When (10, 0) was mixed in above, it came times 0.6, which was q · k. So C q at step t is a sum
# over all pairs s: what is left of the pair, times $q_t \cdot k_s$, times its value $v_s$. The
# first two make the weight of the value. And $n_t \cdot q_t$ is the same sum without the values:
# the sum of a row of weights.


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
# The same function, with the same gradients. The loop keeps C and n, 16 · 16 + 16 = 272 numbers,
# however long the text is. The other one makes a table of T by T weights, and all rows at the same
# time. So you can train with the second, and read on and on with the first.
#
# ## The stabiliser
#
# $e^{z_i}$ has no ceiling, but a float64 has one: for a sum of 800 it says infinity. c / n is then
# infinity divided by infinity, which is not a number. But c / n is a mean. It stays the same if all
# its weights are divided by one number. Let $z_i$ be 800, then 801, and f be 1. Both weights are
# divided by $e^{801}$, by a subtraction in the exponent:

# %%
z_i = torch.tensor([800.0, 801.0])
m = z_i.max()
print("as they are:", z_i.exp().tolist())
print("divided:", [round(weight, 2) for weight in (z_i - m).exp().tolist()])

# %% [markdown]
# The number m that is subtracted is the *stabiliser*. At each step it is chosen anew, as the
# larger of two exponents: that of what is stored, here 800, and the new $z_i$, here 801. What is
# stored was divided by $e^{800}$ before. So f becomes $e^{800 - 801}$, which is 0.37, and i becomes
# $e^0$, which is 1. Exercise 20.1 has another f, in the paper's other layer: the *sLSTM* is an LSTM
# with such gates that shows o · c / n.
#
# In an mLSTM, the 1 in the divisor has to be divided by $e^m$ as well, so its authors take
# max(|n · q|, $e^{-m}$).
#
# ## One recurrence
#
# Five layers are one recurrence with different gates:
#
# $$C_t = \textcolor{#c2560c}{f_t} \odot C_{t-1}
#   + \textcolor{#1a75d1}{i_t} \odot (v_t\,k_t^{\top})$$
#
# What is shown is made from C q. In the rows with D × 1, k and q are the number 1, and C is one
# column: the c that you know. There f and i are a number for each row of C, in an mLSTM one number
# for all of C. *From x* is short for weighted sums of x.
#
# | layer | C | f | i | v | k and q |
# |---|---|---|---|---|---|
# | LSTM, 2000 | D × 1 | σ, reads h | σ, reads h | g | 1 |
# | minimal LSTM, 2024 | D × 1 | reads x | 1 − f | g | 1 |
# | [linear attention, 2020](https://arxiv.org/abs/2006.16236) | D × D | 1 | 1 | from x | above 0 |
# | mLSTM, 2024 | D × D | σ, reads x | exp, reads x | from x | from x |
# | [Mamba, 2023](https://arxiv.org/abs/2312.00752) | D × N | $e^{-aΔ}$ | Δ, reads x | x | from x |
#
# *Linear attention* has no gates. Its keys and queries are made from x and above 0, so the sum of
# the weights, by which it divides, is above 0 too. *Mamba* is a *state-space layer*. Its keys have
# N numbers, and its value is x. From x it makes a number Δ above 0 for each row of C. a is trained,
# and above 0. So with a large Δ, little stays and much comes in.
#
# Of the five, only the LSTM has gates that read h. The scan of lesson 19 can run the others.
#
# ## Looking back
#
# *Attention* has no C at all. It keeps all keys and values, and looks back at them
# ([Vaswani and others, 2017](https://arxiv.org/abs/1706.03762)). Our three pairs again:
#
# * The query (1, 0) has the products 1, 0 and 0.6 with the three keys. Divided by the root
#   of D, here of 2, they are the *scores*: 0.71, 0 and 0.42. For random numbers of about size 1, of
#   either sign, a sum of D products grows like the root of D.
# * Their exponentials are 2.03, 1 and 1.53, and the sum of these is 4.56. Divided by it, they are
#   the weights: 0.45, 0.22 and 0.34. `F.softmax` does both.
# * What is found is a mean: 0.45 · (3, 5) + 0.22 · (−2, 4) + 0.34 · (10, 0), about (4.3, 3.1).
#
# For the query (10, 0) the first weight is 0.94, and (3.4, 4.7) is found, near (3, 5).


# %%
from lstm_lessons import same


def attention(q, k, v):
    """Return what each step finds, (T, D), in all steps up to its own."""
    T, D = q.shape
    later = torch.ones(T, T, dtype=torch.bool).triu(1)
    scores = (q @ k.T / D**0.5).masked_fill(later, -torch.inf)
    return F.softmax(scores, dim=1) @ v


ready_made = F.scaled_dot_product_attention(q, k, v, is_causal=True)
same(attention(q, k, v), ready_made)

# %% [markdown]
# With D = 16, trained on the lists of 8 pairs, it is right in all of 1,000 lists, at each rate and
# with each seed.
#
# Now parity: are the ones so far odd in number? An LSTM with 8 units, and the matrix and attention
# with D = 16, were trained as in lesson 19, but at three rates.
#
# **Predict.** Chance is a half. Which of the three are clearly better, at one rate at least?

# %%
print("share of rows of 20 bits that are right, five seeds each")
for rate in (0.005, 0.02, 0.05):
    for name, seeds in measured(f"parity, rate {rate}").items():
        shares = (f"{after_20:.2f}" for after_20, after_200 in seeds)
        print(f"rate {rate:<6}{name:16}", *shares)

# %% [markdown]
# The LSTM alone. For long rows no other rate would help the two. Take a row of ones. The gates of
# the matrix read the word alone, so C, n and h creep to one value each, as c did in lesson 19.
# Attention shows a mean, which here is the value of a 1 at every step. No head can tell odd from
# even by that.
#
# A state stays small, while attention keeps a key and a value more at each step. Some large models
# mix the two, such as Qwen3-Next, of 2025 ([S. Raschka's
# gallery](https://sebastianraschka.com/llm-architecture-gallery/hybrid-attention/)).

# %% [markdown]
# ## What we have seen
#
# * A matrix keeps pairs, and mixes them if the dot products of their keys are not 0. The mLSTM can
#   run step by step or all at once.
# * An exponential gate has no ceiling. A normaliser divides by the sum of the weights. A stabiliser
#   divides all of them by one number, so that none is infinite, and the same is shown.
# * LSTM, minimal LSTM, linear attention, mLSTM and Mamba are one recurrence with different gates.
# * Attention keeps everything, and found every pair here. A state stays small, and with gates that
#   read h it can follow parity.

# %% [markdown]
# **A common mistake.** You compare two layers at one rate and on one task, and declare one the
# better. You recognise it by what is missing: other rates for both, a task that the other one
# solves, and a simple rule.
#
# **Exercises:** [20 A matrix for a memory](../exercises/20_a_matrix_for_a_memory.ipynb). Mend a
# stabiliser, write a matrix memory that writes over, count what is kept, and say which layer can do
# what.
#
# **Next:** the lessons end here. You can write an LSTM with a pen, follow its gradients back, and
# prove that your code does what PyTorch does. You can train one, look at what its units keep, and
# find the fault when it does not learn. And before you believe a score, you ask what a simple rule
# reaches, at which rates, and with how many seeds.
#
# Now train something of your own: [lesson 14](14_training_on_real_data.ipynb) has the order of the
# work, and [the map of nn.LSTM](map_of_nn_lstm.ipynb) stays open. Or read the paper on xLSTM: you
# know its equations, and can write the stabilised mLSTM that is missing here.
