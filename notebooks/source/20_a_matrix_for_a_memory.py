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
# Somebody reads you a list of names and numbers. Then she says one of the names, and asks for its
# number. Here is such a list for a network. A step is a pair of a *key*, one of 16 letters, and a
# *value*, one of 8 digits. No key comes twice. The last step is a key without a value, and the
# network has to say the value that stood beside it.

# %%
import torch
from torch.nn import functional as F

from lstm_lessons.data.after import pairs

torch.set_default_dtype(torch.float64)
torch.manual_seed(1)
x, wanted = pairs(count=8, rows=1)
for step in x[:8, 0]:
    print("abcdefghijklmnop"[step[:16].argmax()], step[16:].argmax().item(), end="   ")
print("abcdefghijklmnop"[x[8, 0, :16].argmax()], "?", wanted.item())

# %% [markdown]
# Two LSTMs were trained on lists of 8 pairs, with 32 units and with 128. So was a layer of 2024,
# whose memory is a matrix of 16 by 16 numbers. Each had 600 updates, with five seeds (`recall` in
# `lstm_lessons/data/after.py`). A guess is right in one of eight lists, 0.125.

# %%
from lstm_lessons import show
from lstm_lessons.data.trials import measured
from lstm_lessons.drawing import figure

runs = measured("recall")
runs["matrix, 16 × 16"] = measured("recall, looking back")["matrix memory"]
plot, axes = figure(700, 220)
for place, seeds in enumerate(runs.values()):
    axes.plot([shares[1] for shares in seeds], [place] * 5, "ko", alpha=0.6)
axes.set(xlim=(0, 1.03), ylim=(-0.6, 2.6), xlabel="share of lists of 8 pairs that are right")
axes.set_yticks(range(3), list(runs))
alt = """Five seeds of each network as dots. The LSTM with 32 units has 0.29 to 0.32 right, and the
one with 128 units 0.29 to 0.33. The layer with a matrix has 0.99 and more."""
show(plot, alt)

# %% [markdown]
# The LSTMs are better than a guess, and far from right. Perhaps they would come there with more
# training. The other layer is there already. It comes from the paper "xLSTM", by Maximilian Beck
# and others with Sepp Hochreiter ([arXiv 2405.04517](https://arxiv.org/abs/2405.04517)). It has two
# things that the LSTM lacks: gates that are exponentials, and a matrix for a memory. We take them
# one by one.
#
# ## A gate without a ceiling
#
# The sigmoid makes i at most 1. Let f be 1 and i be 1, and let g be −1 five times. Then c is −5.
# Now something comes that matters more than all before, with g = +1. As long as f is 1, the gate i
# cannot say so: with i = 1, c is −4.
#
# In an *sLSTM*, i is the exponential of its weighted sum, $\textcolor{#1a75d1}{i} = e^{z_i}$. For a
# sum of 0 that is 1, and for a sum of 5 it is 148. So c can become very large. That is why a second
# number goes along, the *normaliser* n. It adds up the weights i alone, without g, and c is divided
# by it:
#
# $$\begin{aligned}
# \underset{(H)}{c_t} &= \textcolor{#c2560c}{f_t} \odot c_{t-1}
#   + \textcolor{#1a75d1}{i_t} \odot \textcolor{#0f8266}{g_t} \\
# \underset{(H)}{n_t} &= \textcolor{#c2560c}{f_t} \odot n_{t-1} + \textcolor{#1a75d1}{i_t} \\
# \underset{(H)}{h_t} &= \textcolor{#a64bb0}{o_t} \odot c_t / n_t
# \end{aligned}$$
#
# After the five steps c is −5 and n is 5, so c / n is −1.
#
# **Predict.** Now comes g = +1 with $z_i$ = 5. Is c / n then nearer to −1, to 0, or to +1?

# %%
c, n = -5.0, 5.0
i = torch.tensor(5.0).exp().item()
c, n = c + i * 1.0, n + i
print(f"c = {c:.1f}, n = {n:.1f}, c / n = {c / n:.2f}")

# %% [markdown]
# c / n is a mean of all g, in which each has its weight. The new one weighs 148, the five old ones
# weigh 1 each. So it is near +1, and f was not needed for that.
#
# ## The stabiliser
#
# An exponential grows fast.
#
# **Predict.** Let $z_i$ be 800 in one step, and g = 1. What is c / n: 1, 0, or something else?

# %%
i = torch.tensor(800.0).exp()
print("i =", i.item(), "  c / n =", (i * 1.0 / i).item())

# %% [markdown]
# `nan`. $e^{800}$ does not fit into a float64, and infinity divided by infinity is nothing. But
# only c / n is shown! So c and n may both be divided by one and the same number. We divide them by
# $e^m$, where m is chosen anew at each step, so that no exponential is larger than 1. It is called
# the *stabiliser*:
#
# * m is the larger one of two numbers: $z_i$, and $\log f$ plus the m before.
# * i becomes $e^{z_i - m}$, and f becomes $e^{\log f + m_{old} - m}$.
#
# With numbers: the old m is 0, $\log f$ is −0.1, and $z_i$ is 800. Then m is 800, i becomes
# $e^0 = 1$, and f becomes $e^{-800.1}$, which is as good as 0.
#
# Before the first step nothing is stored, and m is minus infinity. So at every step one of the two
# factors is 1, and n never falls below 1. f is the sigmoid here, as in the LSTM. `F.logsigmoid` is
# its logarithm.


# %%
def stable_gates(z_i, z_f, m):
    """Return i and f, both divided by the exponential of the new m, and the new m."""
    log_f = F.logsigmoid(z_f)
    new_m = torch.maximum(log_f + m, z_i)
    return torch.exp(z_i - new_m), torch.exp(log_f + m - new_m), new_m


def slstm_step(x, h, c, n, m, weight_ih, weight_hh, bias=None):
    """Return the new (h, c, n, m)."""
    z = F.linear(x, weight_ih, bias) + F.linear(h, weight_hh)
    z_i, z_f, z_g, z_o = z.chunk(4, dim=-1)
    i, f, m = stable_gates(z_i, z_f, m)
    c = f * c + i * torch.tanh(z_g)
    n = f * n + i
    h = torch.sigmoid(z_o) * c / n
    return h, c, n, m


# %% [markdown]
# Does the stabiliser change nothing? Beside it we run the same gates without one, over 20 random
# steps.

# %%
torch.manual_seed(0)
z_i, z_f, g = torch.randn(3, 20, 16)
c = n = plain_c = plain_n = torch.zeros(16)
m = torch.full((16,), -torch.inf)
for t in range(20):
    i, f, m = stable_gates(z_i[t], z_f[t], m)
    c, n = f * c + i * g[t], f * n + i
    plain_i, plain_f = z_i[t].exp(), z_f[t].sigmoid()
    plain_c, plain_n = plain_f * plain_c + plain_i * g[t], plain_f * plain_n + plain_i

# %%
from lstm_lessons import same

print("c:    ", same(c, plain_c))
print("c / n:", same(c / n, plain_c / plain_n))
i, f, m = stable_gates(torch.tensor(800.0), torch.tensor(2.0), torch.tensor(0.0))
print("with 800:", (i * 1.0 / i).item())

# %% [markdown]
# c is another number, and c / n is the same. And 800 does no harm any more.
#
# The gates of an sLSTM read h. So it needs the loop, and no scan can run it.
#
# ## A matrix that keeps pairs
#
# Now the memory. We want to keep pairs, and to find a value by its key. Let both be vectors of two
# numbers. To store the value (3, 5) under the key (1, 0), we make a matrix of all products of a
# number of the value with a number of the key. It has a row for each number of the value. Then we
# store (−2, 4) under (0, 1), and add the two matrices. `torch.outer` makes the products:

# %%
key_1, value_1 = torch.tensor([1.0, 0.0]), torch.tensor([3.0, 5.0])
key_2, value_2 = torch.tensor([0.0, 1.0]), torch.tensor([-2.0, 4.0])
C = torch.outer(value_1, key_1) + torch.outer(value_2, key_2)
print(C.tolist())

# %%
from lstm_lessons import pictures

pictures.matrix_memory(keys=((1, 0), (0, 1)), values=((3, 5), (-2, 4)), query=(1, 0))

# %% [markdown]
# To look up, multiply the matrix by a key. What one asks with is called a *query*, q. The product
# C q with q = (1, 0) takes the first column, and there is the value (3, 5).
#
# A third pair does not find a column of its own. We store (10, 0) under the key (0.6, 0.8).
#
# **Predict.** What does the query (1, 0) give now?

# %%
key_3, value_3 = torch.tensor([0.6, 0.8]), torch.tensor([10.0, 0.0])
all_three = C + torch.outer(value_3, key_3)
print([round(number, 1) for number in (all_three @ key_1).tolist()])

# %% [markdown]
# (9, 5) in place of (3, 5). The keys (1, 0) and (0.6, 0.8) have a product of 0.6, so 0.6 times the
# third value is mixed in. A matrix with D columns can keep D keys apart, if each has a product of 0
# with all others. One more key than that must mix with some of them.
#
# Here random keys are stored, each with one of 8 values. A column of the picture is one stored
# pair, which is looked up again. Its squares say how strongly each of the 8 values comes out, and a
# frame marks the right one.
#
# **Try it.**
#
# 1. Press "few pairs", then move the slider of pairs up. When do the first go wrong?
# 2. Press "many pairs", and move the size of the keys. What helps?
# 3. Press "it forgets". Which pairs are still found?

# %%
from lstm_lessons import explorers

explorers.matrix_lookup()

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. With 6 pairs, one of them is no longer found. With 7 and 8 all are found again: the keys are
#    random, and it is chance which of them lie near to each other.
# 2. Longer keys, which make a larger matrix. With size 4, 8 of 16 are found, with size 8 it is 12,
#    and with size 18 all.
# 3. The last five, 11 to 15, and three of the older ones: 0, 8 and 9. What is left of an old pair
#    is small, and what the others mix in is then often larger. By luck it may still be the right
#    one of the 8 values.
#
# </details>
#
# ## The mLSTM
#
# A matrix memory with gates is the *mLSTM*. Each step makes a query q, a key k and a value v from
# its word, and two gates, which are one number each. i is an exponential, f a sigmoid. The
# normaliser n adds up keys in place of ones.
#
# $$\begin{aligned}
# \underset{(D \times D)}{C_t} &= \textcolor{#c2560c}{f_t}\,C_{t-1}
#   + \textcolor{#1a75d1}{i_t}\;v_t\,k_t^{\top} \qquad
# \underset{(D)}{n_t} = \textcolor{#c2560c}{f_t}\,n_{t-1} + \textcolor{#1a75d1}{i_t}\,k_t \\
# \underset{(D)}{h_t} &= C_t\,q_t \;/\; \max(|n_t \cdot q_t|,\, 1)
# \end{aligned}$$
#
# $v\,k^{\top}$ is the matrix of all products. It is the equation of the LSTM once more, with a pair
# in the place of g. (We leave o out, which comes behind h. In practice there is a stabiliser here
# as well.)


# %%
def matrix_step(q, k, v, i, f, C, n):
    """Return h, and the new memory C (D, D) and normaliser n (D,), after one step."""
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
# No gate reads h. So the step is linear in C, and a scan could run it. But there is another way, in
# which the matrix C is never made.
#
# ## All at once
#
# What is in C at step t? Each pair s that came before, times what is *left* of it: it came in with
# $i_s$, and was multiplied by every f since. Let i be 1 and f be 0.5 at each of four steps.
#
# **Predict.** How much is left of the first pair after the fourth step?


# %%
def left_of(i, f):
    """Return what is left of each step at each later one, (T, T): row t, column s; else 0."""
    kept = torch.log(f).cumsum(dim=0)
    later = torch.ones(len(f), len(f), dtype=torch.bool).triu(1)  # pairs still to come
    return torch.exp((kept[:, None] - kept).masked_fill(later, -torch.inf)) * i


left = left_of(torch.ones(4), torch.full((4,), 0.5))
for row in left.tolist():
    print([round(number, 3) for number in row])

# %% [markdown]
# A row is a moment, a column a pair. At the last moment an eighth is left of the first pair, and
# all of the last one. Products of many f are sums of their logarithms here, so that nothing is
# divided; f must be above 0, as that of a sigmoid is. Where a pair is still to come, the exponent
# is minus infinity, and $e^{-\infty}$ is 0. It has to be put there *before* the exponential. Over
# 2,000 steps the exponentials of those places would be infinite, and their gradients `nan`, though
# nobody uses them.
#
# A query meets a pair through the product of q and k. So h at step t is a sum over all pairs: what
# is left, times $q_t \cdot k_s$, times the value $v_s$.


# %%
def matrix_at_once(q, k, v, i, f):
    """Return h (T, D) of all steps, without a loop and without a memory."""
    scores = (q @ k.T) * left_of(i, f)
    whole = scores.sum(dim=1).abs().clamp(min=1)
    return scores @ v / whole[:, None]


# %%
from lstm_lessons.lstm.compare import compare

torch.manual_seed(0)
T, D = 24, 16
q, k, v = torch.randn(3, T, D)
i, f = torch.randn(T).exp(), torch.randn(T).sigmoid()
print(compare(matrix_at_once, matrix_loop, q, k, v, i, f).verdict)

# %% [markdown]
# Two programs, one function, and all gradients are the same. They cost different things. The loop
# keeps 16 by 16 numbers and n, however long the text is, and goes step by step. The other one makes
# a table of T by T scores, and all rows at the same time. So one reads on and on with the first,
# and trains with the second. Where T is large, training goes in pieces: the table inside a piece,
# and C from piece to piece.
#
# The authors publish their own functions in the package `xlstm`. Where it is installed,
# `tests/test_matrix.py` compares them with ours: the sLSTM and the mLSTM agree to 1e-12.
#
# ## One recurrence
#
# Look at the second program again: scores of queries and keys, times values. That is nearly
# attention. And the first one is nearly an LSTM. Between the two stand many recurrent layers of
# today. These five are one recurrence with other gates:
#
# $$C_t = \textcolor{#c2560c}{f_t} \odot C_{t-1} + \textcolor{#1a75d1}{i_t}\;v_t\,k_t^{\top}
#   \qquad \text{shown: } C_t\,q_t$$
#
# | layer | year | f | i | v | k and q | divided by |
# |---|---|---|---|---|---|---|
# | LSTM | 1997, 2000 | σ, reads h | σ, reads h | g, reads h | 1 | |
# | linear attention | 2020 | 1 | 1 | from x | positive, from x | sum of the weights |
# | Mamba | 2023 | $e^{-\Delta a}$ | Δ, from x | x | from x | |
# | minimal LSTM | 2024 | 1 − i | from x | g, from x | 1 | |
# | mLSTM | 2024 | σ, from x | exp, from x | from x | from x | $\max(\lvert n \cdot q \rvert, 1)$ |
#
# Where k and q are 1, C has one column, and is the c that you know. (Δ and a are numbers that are
# above 0. The table leaves out what is done behind C q: an LSTM shows o · tanh(c), and an mLSTM has
# an o as well.) Let us check three rows of the table with one function.


# %%
def recurrence(q, k, v, i, f):
    """Return C q after every step, where C becomes f * C + i * v k^T."""
    C, seen = torch.zeros(v.shape[1], k.shape[1]), []
    for t in range(len(q)):
        C = f[t] * C + i[t] * torch.outer(v[t], k[t])
        seen.append(C @ q[t])
    return torch.stack(seen)


# %% [markdown]
# The minimal LSTM, against the `scan` of lesson 19. All k and q are 1, and a gate has a number for
# each unit:

# %%
from lstm_lessons.lstm.minimal import scan

one = torch.ones(T, 1)
f_units = torch.rand(T, D)
found = recurrence(one, one, v, 1 - f_units[:, :, None], f_units[:, :, None])
same(found, scan(f_units, (1 - f_units) * v))

# %% [markdown]
# Linear attention (Angelos Katharopoulos and others,
# [arXiv 2006.16236](https://arxiv.org/abs/2006.16236)). Queries and keys are made positive, by
# elu(x) + 1. The sum of the weights comes out as one more number, if each value has a 1 behind it:

# %%
positive_q, positive_k = F.elu(q) + 1, F.elu(k) + 1
with_1 = torch.cat([v, one], dim=1)
found = recurrence(positive_q, positive_k, with_1, torch.ones(T), torch.ones(T))
scores = torch.tril(positive_q @ positive_k.T)
same(found[:, :D] / found[:, D:], scores @ v / scores.sum(dim=1, keepdim=True))

# %% [markdown]
# And the row of Mamba, a *state-space layer* (Albert Gu and Tri Dao,
# [arXiv 2312.00752](https://arxiv.org/abs/2312.00752)). Each channel, a number of x, has a step
# size Δ, which is made from the word. A large Δ takes in much and forgets much. f has an entry for
# each place of C, (T, D, D), so that the scan of lesson 19 can run this row, too:

# %%
delta, a = F.softplus(torch.randn(T, D)), torch.rand(D, D)
f_mamba = torch.exp(-delta[:, :, None] * a)
news = delta[:, :, None] * v[:, :, None] * k[:, None, :]
found = recurrence(q, k, v, delta[:, :, None], f_mamba)
same(found, (scan(f_mamba, news) * q[:, None, :]).sum(dim=2))

# %% [markdown]
# ## Looking back
#
# *Attention* has no C at all. It keeps all keys and values, and looks back at them, each time anew
# ([Vaswani and others, 2017](https://arxiv.org/abs/1706.03762)). A score is the exponential of
# q · k, divided by the sum of all of them: exponential weights and a normaliser once more. (Before
# the exponential, q · k is divided by the root of D, so that it does not grow with D.) Here it is,
# beside PyTorch's own:


# %%
def attention(q, k, v):
    """Return what each step finds (T, D) by looking back at all steps up to its own."""
    T, D = q.shape
    later = torch.ones(T, T, dtype=torch.bool).triu(1)
    scores = (q @ k.T / D**0.5).masked_fill(later, -torch.inf)
    return F.softmax(scores, dim=1) @ v


same(attention(q, k, v), F.scaled_dot_product_attention(q, k, v, is_causal=True))

# %% [markdown]
# Now both tasks for all: the lists of pairs, and the parity of lesson 19. Attention and the matrix
# are one layer with D = 16, and attention is told no positions. The LSTM has 32 units for the
# pairs, and 8 for parity. All were trained on lists of 8 pairs, and are asked about 8 and about 16.
#
# **Predict.** Attention keeps every pair. This is a guess: does it learn the parity of 20 bits?


# %%
def ends(seeds, place):
    """Return the lowest and the highest share as text."""
    shares = [shares[place] for shares in seeds]
    return f"{min(shares):.2f} to {max(shares):.2f}"


recall = measured("recall") | measured("recall, looking back")
parity = measured("parity") | measured("parity, looking back")
names = {"LSTM": "LSTM, 32 units", "matrix": "matrix memory", "attention": "attention"}
print("               8 pairs       16 pairs      parity of 20 bits")
for name, setting in names.items():
    bits = parity["LSTM, 8 units" if name == "LSTM" else setting]
    print(f"{name:12}", *(ends(recall[setting], n) for n in (1, 2)), ends(bits, 0), sep="  ")

# %% [markdown]
# No. Each of the two kinds fails where the other one shines.
#
# * Attention finds the pair in all lists, also in lists twice as long as those of its training. The
#   matrix nearly does: for 16 pairs, as many as it has columns, it makes some mistakes. How much a
#   state can keep is limited by its size. Samy Jelassi and others (2024) prove that two layers of
#   attention can copy texts of a length that is exponential in their size, and that a state of a
#   fixed size cannot ([arXiv 2402.01032](https://arxiv.org/abs/2402.01032)).
# * The LSTM follows something that changes with every bit. Attention, which is one layer here with
#   a weighted sum behind it, makes a mean of what it finds, and whether a count is odd is no
#   weighted sum of a mean. The gates of the matrix read the word alone, as those of the minimal
#   LSTM do.
#
# (The LSTM has ten seeds for parity, all others have five.)
#
# And what a state does that attention does not is this: it stays small.

# %%
plot, axes = figure(700, 280)
lengths = [10, 100, 1000, 10000, 100000]
axes.plot(lengths, [2 * 16 * length for length in lengths], "k-", label="attention, D = 16")
axes.plot(lengths, [16 * 16 + 16] * 5, "k--", label="matrix memory, D = 16")
axes.plot(lengths, [2 * 32] * 5, "k:", label="LSTM, 32 units")
axes.set(xscale="log", yscale="log", xlabel="steps read", ylabel="numbers kept")
axes.legend()
alt = """Numbers that are kept after 10 to 100,000 steps. Attention: from 320 to 3.2 million. The
matrix memory has 272 at every length, and the LSTM 64."""
show(plot, alt)

# %% [markdown]
# So some large models of today mix them. Qwen3-Next, a language model of 2025, has three layers
# with a gated matrix memory for each layer of attention
# ([S. Raschka's gallery](https://sebastianraschka.com/llm-architecture-gallery/hybrid-attention/)
# has more). That is why it pays to know gates in 2026: they are back.
#
# ## The reader, once more
#
# In lesson 00 an LSTM read `print(x, y)`, and one of its units went up at `(`, stayed up, and fell
# at `)`. You have written its cell, trained it, taken it apart, and asked what it knows. In the
# words of this lesson: at `(` it stored a 1, with i = 1. In between f kept it. At `)` f was as good
# as 0. It
# kept one thing, in one number, and read it with a key that is always 1. A matrix keeps more, and
# still somebody has to say when to write, when to keep and when to wipe. That is what gates are
# for.
#
# Where can you go on from here?
#
# * Train something of your own. Begin with a baseline, and report all seeds.
# * Read one of the papers that this lesson names, with its equations beside the table.
# * Look into the code of a library, such as `xlstm`. You will know the shapes.
# * When something fails in silence, take the probes of the clinic, lesson 18.

# %% [markdown]
# ## What we have seen
#
# * An exponential gate has no ceiling. A normaliser makes a mean of what was stored, and a
#   stabiliser keeps the numbers small without changing what is shown.
# * A matrix keeps pairs, and mixes them when there are too many. The mLSTM can run step by step or
#   all at once.
# * LSTM, minimal LSTM, linear attention, Mamba and mLSTM are one recurrence with other gates.
# * Attention keeps everything, and found every pair here. A state stays small, and with gates that
#   read h it can follow parity.

# %% [markdown]
# **A common mistake.** One looks at a task that one kind of layer solves, and declares that kind
# the better one. You recognise it by the other task, which is missing.
#
# **Exercises:** [20 A matrix for a memory](../exercises/20_a_matrix_for_a_memory.ipynb). Mend a
# stabiliser, write the matrix memory, count what is kept, and say who can do what.
#
# **Next:** there is no next lesson. [The map of nn.LSTM](map_of_nn_lstm.ipynb) stays open, and
# [lesson 00](00_start_here.ipynb) is a good page to read again: try whether the reader still
# surprises you.
