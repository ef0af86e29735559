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
# ## The queue
#
# An LSTM reads word after word. Step 500 cannot begin before step 499 is done. A graphics card can
# do thousands of small things at the same time. But the steps of an LSTM stand in a queue, and most
# of the card waits.
#
# What makes them wait? Here is the cell once more:

# %%
from lstm_lessons import pictures

pictures.relative()

# %% [markdown]
# Two things come from the step before, c and h. c is only multiplied by f, and then something is
# added. h does more: all four gates read it. So f of step 500 is not known before the h of step 499
# is there.
#
# What if no gate read h? Let us ask the reader of lesson 00. We take the weights for h, and set
# them to zero. Then its gates read the character and the biases alone. It is an ablation, as in
# lesson 15. The reader was trained with h, so this is hard on it.

# %%
from copy import deepcopy

import torch
from torch.nn import functional as F

from lstm_lessons import trained_reader
from lstm_lessons.data import code_or_prose

torch.set_default_dtype(torch.float64)
reader, number = trained_reader()
reader = reader.double()
without_h = deepcopy(reader)
with torch.no_grad():
    without_h.lstm.weight_hh_l0.zero_()

# %%
lines = code_or_prose()[484:]  # those that it was not trained on


def all_verdicts(model):
    """Return for each line whether the model takes it for code."""
    found = []
    for line in lines:
        numbers = torch.tensor([number[character] for character in line.text])
        output, _ = model.lstm(model.embedding(numbers))
        found.append(model.head(output[-1]).item() > 0)
    return found


# %%
is_code = [line.code for line in lines]
before = all_verdicts(reader)
right = sum(a == b for a, b in zip(before, is_code))
print(f"the reader: {right} of {len(lines)} lines are right")

# %% [markdown]
# **Predict.** This is a guess: how many of the 242 lines are right when no gate reads h?

# %%
after = all_verdicts(without_h)
right = sum(a == b for a, b in zip(after, is_code))
changed = sum(a != b for a, b in zip(after, before))
print(f"no gate reads h: {right} are right, and {changed} verdicts have changed")

# %% [markdown]
# Five fewer, but 35 verdicts have changed. So more was lost than the sum tells. And its unit 5,
# which follows brackets? We run both by the loop that you know, with the `lstm_step` of lesson 03,
# and keep c.

# %%
from lstm_lessons.lstm.cell import lstm_step

text = "print(x, y)"


def memory_of_unit_5(model):
    """Return c of unit 5 after each character of the text."""
    h, c, seen = torch.zeros(16), torch.zeros(16), []
    for character in text:
        vector = model.embedding(torch.tensor(number[character]))
        h, c = lstm_step(vector, h, c, *model.lstm.all_weights[0])
        seen.append(c[5].item())
    return seen


# %%
curves = {"as trained": memory_of_unit_5(reader), "no h": memory_of_unit_5(without_h)}
pictures.along(text, curves, title="c of unit 5")

# %% [markdown]
# It still rises at `(` and falls to zero at `)`. But in between it fades, and at the y hardly
# anything is left. So here h had a part in keeping the bracket.
#
# That is a reader that has lost something. A layer that never had it could learn to do without. So
# let us build one.
#
# ## The minimal LSTM
#
# In 2024, Leo Feng and others took the LSTM and left out whatever reads h
# ([arXiv 2410.01201](https://arxiv.org/abs/2410.01201)). They call what is left the *minimal LSTM*:
#
# * i and f read the word alone.
# * g is the weighted sum of the word as it is, without tanh.
# * There is no o. What the layer shows is c itself.
# * i and f are divided by their sum, so that they add up to 1.
#
# The last point you know from the coupled gates of lesson 13. With i = 0.6 and f = 0.9 the sum is
# 1.5, and they become 0.4 and 0.6. So the new c is a mixture of the old c and of g:
#
# $$\begin{aligned}
# \underset{(H)}{c_t} &= \underset{(H)}{\textcolor{#c2560c}{f_t}} \odot \underset{(H)}{c_{t-1}}
#   + \underset{(H)}{\textcolor{#1a75d1}{i_t}} \odot \underset{(H)}{\textcolor{#0f8266}{g_t}}
# \end{aligned}$$
#
# It is the equation of the LSTM, word for word. What is new is that f and the product of i and g,
# which we call the *news*, are known before anything is remembered.


# %%
def minimal_gates(x, weight, bias):
    """Return f, and the news i * g, of one word or of all words at once; f and i add up to 1."""
    z_i, z_f, g = F.linear(x, weight, bias).chunk(3, dim=-1)
    i, f = torch.sigmoid(z_i), torch.sigmoid(z_f)
    whole = i + f
    return f / whole, i / whole * g


def minimal_step(x, c, weight, bias):
    """Return the new (c,), which is also what the layer shows."""
    f, news = minimal_gates(x, weight, bias)
    return (f * c + news,)


# %% [markdown]
# There are three blocks of H rows, and one bias. Here are 24 words for 10 sentences, and the gates
# of all words from one call, before any step is made:

# %%
torch.manual_seed(0)
T, B, I, H = 24, 10, 100, 16
x = torch.randn(T, B, I)
weight, bias = torch.randn(3 * H, I) / 10, torch.randn(3 * H)
f, news = minimal_gates(x, weight, bias)
print("f:", tuple(f.shape), "  news:", tuple(news.shape))

# %% [markdown]
# So only this is left to be done, for each unit: multiply by f, add the news, 24 times.
#
# ## Two steps are one step
#
# Take one unit, and two steps. Step A has f = 0.5 and the news 3. Step B has f = 0.8 and the
# news 1. Let c be 10 before them.
#
# * A makes 0.5 · 10 + 3 = 8 of it. B makes 0.8 · 8 + 1 = 7.4 of that.
#
# Now write it as one line: B after A is 0.8 · (0.5 c + 3) + 1, and that is 0.4 c + 3.4. This looks
# like a step again! It has f = 0.4 and the news 3.4. From c = 10 it gives 7.4 at once.
#
# So two steps can be *joined* into one, before anyone knows c:
#
# $$\text{f of both} = \textcolor{#c2560c}{f_B}\;\textcolor{#c2560c}{f_A} \qquad
# \text{news of both} = \textcolor{#c2560c}{f_B} \cdot \text{news}_A + \text{news}_B$$


# %%
def join(first, second):
    """Return the step that does what two steps do, one after the other; a step is (f, news)."""
    f_A, news_A = first
    f_B, news_B = second
    return f_B * f_A, f_B * news_A + news_B


A, B_, C = (0.5, 3.0), (0.8, 1.0), (0.9, -2.0)
f_both, news_both = join(A, B_)
print(f"A and B: f = {f_both:.2f}, news = {news_both:.2f}")

# %% [markdown]
# There is a third step now, C, with f = 0.9 and the news −2. One can join A and B first, and the
# result with C. Or one joins B and C first, and then A with that.
#
# **Predict.** Do the two ways give the same step?

# %%
for f_all, news_all in (join(join(A, B_), C), join(A, join(B_, C))):
    print(f"f = {f_all:.2f}, news = {news_all:.2f}")

# %% [markdown]
# They do. The steps must stay in their order, but it does not matter which neighbours are joined
# first. That is the whole trick. Neighbours may be joined in many places *at the same time*.
#
# It works because a step is a straight line in c: something times c, plus something, and neither of
# the two depends on c. One says that the step is *linear* in c. In `nn.LSTM` it is not: there f is
# made from h, and h from c.
#
# ## The scan
#
# In round 1, each step is joined with the one before it. So each dot of the lower row stands for
# two steps:

# %%
pictures.scan_rounds(8, rounds=1)

# %% [markdown]
# In round 2 we do not join with the neighbour any more, but with the dot that is 2 before. It
# stands for two steps, too, so we have four. In round 3 we join with the one that is 4 before:

# %%
pictures.scan_rounds(8)

# %% [markdown]
# Now all dots are full: each stands for *all* steps up to its own. Its news are c after that step,
# if c was zero at the beginning. This is called a *scan*. In each round all joins can be made at
# the same time.
#
# **Predict.** Eight steps need 3 rounds. How many rounds do 1,000 steps need?

# %%
reach, rounds = 1, 0
while reach < 1000:
    reach = 2 * reach
    rounds = rounds + 1
print(rounds, "rounds")

# %% [markdown]
# Ten, since 2 · 2 · ... · 2, ten times, is 1,024. The queue of 1,000 steps has become a queue of
# ten rounds. Here is the scan as code.
#
# * `f[reach:]` leaves out the first `reach` steps, and `news[:-reach]` the last ones. With four
#   steps a, b, c, d and a reach of 1 these are b, c, d and a, b, c. So the two lie side by side as
#   in the picture: each step, and the one that is `reach` before it.
# * The first `reach` steps have nothing before them to be joined with. They stay as they are, and
#   `torch.cat` puts them in front again.


# %%
def scan(f, news):
    """Return c after every step, where a step makes f * c + news, from a c of zeros."""
    reach = 1
    while reach < len(f):
        news = torch.cat([news[:reach], f[reach:] * news[:-reach] + news[reach:]])
        f = torch.cat([f[:reach], f[reach:] * f[:-reach]])
        reach = 2 * reach
    return news


# %% [markdown]
# Mind the order of the two lines: the news are made with the old f. Small first. With f = 0.5 and
# news of 1 at each of four steps, c should be 1, then 0.5 · 1 + 1 = 1.5, then 1.75, then 1.875.

# %%
print(scan(torch.full((4,), 0.5), torch.ones(4)).tolist())

# %% [markdown]
# And for the 24 words of 10 sentences? We hold the scan against the loop. `unroll_step` of
# lesson 12 runs any step over time. `compare` also compares all gradients.

# %%
from lstm_lessons.lstm.compare import compare
from lstm_lessons.lstm.relatives import unroll_step


def by_loop(x, weight, bias):
    return unroll_step(minimal_step, x, (torch.zeros(B, H),), (weight, bias))[0]


def by_scan(x, weight, bias):
    return scan(*minimal_gates(x, weight, bias))


print(compare(by_scan, by_loop, x, weight, bias).verdict)

# %% [markdown]
# The same numbers, and the same gradients. So this layer can be trained without any loop over time.
# The package has it as `MinimalLSTM`, which is called as `nn.LSTM` is.
#
# Eric Martin and Chris Cundy trained recurrent layers by such a scan in 2017
# ([arXiv 1709.04057](https://arxiv.org/abs/1709.04057)). It works for every layer whose step is
# linear in its memory, and lesson 20 meets some of them. (If a step multiplies the memory by a full
# matrix, each join multiplies two matrices, which costs far more.)
#
# ## A shortcut that breaks
#
# Is there no shorter way? Call $P_t$ the product of all f up to step t. Divide the news of each
# step by its $P$, add up, and multiply by $P$ again. For two steps, $P_1 = f_1$ and $P_2 = f_1
# f_2$. The sum of $news_1 / P_1$ and $news_2 / P_2$, times $P_2$, is $f_2\,news_1 + news_2$: just
# what the loop makes. On paper it is the same for any number of steps, and it is one line:


# %%
def shortcut(f, news):
    """Return c after every step, on paper."""
    P = f.cumprod(dim=0)
    return P * (news / P).cumsum(dim=0)


same_for_24 = (shortcut(f, news) - scan(f, news)).abs().max() < 1e-9
print("24 steps, up to 1e-9:", same_for_24.item())

# %% [markdown]
# Let one unit have f = 0.5 and the news 1 at each of 2,000 steps. Then c comes close to 2, and
# stays there.
#
# **Predict.** This is a guess: what does the shortcut give at the end, about 2, 0, or something
# else?

# %%
halves, ones = torch.full((2000,), 0.5), torch.ones(2000)
print("scan:    ", scan(halves, ones)[-1].item())
print("shortcut:", shortcut(halves, ones)[-1].item())

# %% [markdown]
# `nan`. One half to the power 2,000 is too small for a float64, and becomes 0. So the last news are
# divided by 0, which gives infinity, and 0 times infinity is `nan`. The scan never divides. Its
# products may become 0 as well, but then they only say that nothing is left of the oldest steps,
# which is true.
#
# ## What it costs
#
# A scan of 8 steps makes 7 + 6 + 4 = 17 joins. The loop needs only 7: c after step 0 is the news of
# step 0, and then come 7 steps.

# %%
for T_ in (8, 64, 512, 4096):
    reaches = [2**k for k in range(12) if 2**k < T_]
    joins = sum(T_ - reach for reach in reaches)
    print(f"{T_:4} steps: loop {T_ - 1:4} joins in a row; ", end="")
    print(f"scan {joins:5} joins in {len(reaches):2} rounds")

# %% [markdown]
# So a scan does *more* work, for 4,096 steps eleven times as much. It wins only if many joins are
# really made at the same time. In the explorer you choose how many. A *turn* is as long as one join
# takes.
#
# **Try it.**
#
# 1. Press "eight steps", and move the slider "round". With which step is step 7 joined in round 3?
# 2. Press "one hand". How many turns do loop and scan take?
# 3. Press "four hands", and add hands. From how many on is the scan done first?

# %%
from lstm_lessons import explorers

explorers.loop_and_scan()

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. With step 3, which stands for steps 0 to 3 by then.
# 2. The loop takes 31, and the scan 129.
# 3. From 5 on. With four hands the scan takes 33 turns and the loop 31; with five it is 28.
#
# </details>
#
# Now with a clock, on your own machine. Python needs some microseconds for every call into PyTorch,
# however small the tensors are. That is in favour of the scan, which makes few calls. In large
# tensors the numbers themselves cost time, and a processor has few hands. So we measure both ends.
# To stay on the safe side we ask only whether one takes at least twice as long.

# %%
from time import perf_counter


def one_by_one(f, news):
    """Return c after every step, one after the other."""
    c, seen = torch.zeros_like(news[0]), []
    for f_t, news_t in zip(f, news):
        c = f_t * c + news_t
        seen.append(c)
    return torch.stack(seen)


# %%
def seconds(run, f, news):
    """Return the shortest of five times."""
    times = []
    for _ in range(5):
        start = perf_counter()
        run(f, news)
        times.append(perf_counter() - start)
    return min(times)


# %% [markdown]
# **Predict.** One sentence with 16 units, or 32 sentences with 256 units: for which of the two will
# the scan be the faster one?

# %%
torch.set_num_threads(1)
for B_, H_ in ((1, 16), (32, 256)):
    f_, news_ = torch.rand(256, B_, H_), torch.randn(256, B_, H_)
    by_the_loop, by_the_scan = seconds(one_by_one, f_, news_), seconds(scan, f_, news_)
    print(f"256 steps, {B_:2} sentences, {H_:3} units: ", end="")
    print("loop takes twice as long:", by_the_loop > 2 * by_the_scan, end="; ")
    print("scan takes twice as long:", by_the_scan > 2 * by_the_loop)

# %% [markdown]
# For the small one. For the large one the scan is the slower way, on one core of a CPU. So a scan
# is not fast by itself. It trades more work for fewer rounds, and pays off where there are many
# hands, as on a graphics card. This page was made without one. Martin and Cundy wrote a scan for
# one, and report up to 9 times the speed in training and use. There are also scans that make at
# most 2 T joins, in about twice as many rounds as ours.
#
# ## What is lost
#
# First something that is not lost. Here is the task of lesson 13: is a bracket open? The minimal
# LSTM has 8 units as well, and was run with the same ten seeds by `open_brackets` in
# `lstm_lessons/data/trials.py`. An LSTM had learnt it in round 4 to 6.

# %%
from lstm_lessons.data.trials import measured

runs = measured("relatives")
shown = {name: runs[name] for name in ("LSTM", "GRU, torch")}
shown["minimal LSTM"] = measured("minimal LSTM")["brackets"]
pictures.runs(shown, "rounds", "share that is right", bounds=(0.4, 1))

# %% [markdown]
# It learns it as soon as the GRU. A bracket says by itself what is to be done: `(` opens, `)`
# shuts, a dot keeps. No gate has to know what is in the memory.
#
# Now another task. The network reads a row of bits, such as 1 0 1 1, and after each bit it says
# whether the ones so far are an *odd* number. A 1 turns the answer round: from even to odd, and
# from odd to even. This is called *parity*. The networks were trained on rows of 20 bits, and asked
# after the last of 20 bits, and of 200. There are ten seeds of each (`parity` in
# `lstm_lessons/data/after.py`).
#
# **Predict.** A guess would be right for half of the rows. What share has the minimal LSTM with 8
# units right: about a half, three quarters, or all?

# %%
for name, seeds in measured("parity").items():
    for place, length in enumerate((20, 200)):
        shares = sorted(shares[place] for shares in seeds)
        print(f"{name:22} {length:3} bits: from {shares[0]:.2f} to {shares[-1]:.2f}")

# %% [markdown]
# A half, and more units do not help. The LSTM has learnt it, and even for rows that are ten times
# as long as those of its training.
#
# What is the reason? Look at a row of ones alone. The minimal LSTM reads the same word at each
# step, so f and the news are the same at each step. Take f = 0.6 and the news 0.4, and begin with
# c = −1:

# %%
c = -1.0
for _ in range(6):
    c = 0.6 * c + 0.4
    print(f"{c:.3f}", end="  ")

# %% [markdown]
# c creeps towards one value, here 1, and always in the same direction. It cannot swing up and down,
# as the answers even, odd, even, odd do. That holds for any f between 0 and 1: from one step to the
# next the *change* of c is multiplied by f, so it never turns its sign. With many units, each
# creeps to a value of its own. A head with huge weights could still make an answer of them that
# swings for some steps. But after enough ones nothing moves any more, and then no head can tell
# even from odd. So no layer of this kind is right for rows of every length. (That rows of 20 were
# not learnt either is what we have measured.) An LSTM can swing, because its gates read h: at a 1,
# they can do something else when the memory is up than when it is down.
#
# So would a layer need h for parity? Not quite. Let f be −1 at a 1, and +1 at a 0, with no news.
# Then each 1 turns the sign of c. That is still linear, so the scan can run it:

# %%
bits = torch.tensor([1, 0, 1, 1, 0, 1])
signs = 1.0 - 2.0 * bits
first = torch.cat([signs[:1], torch.zeros(5)])  # c is 1 before the first bit
print("c:  ", scan(signs, first).int().tolist())
print("odd:", (bits.cumsum(0) % 2).tolist())

# %% [markdown]
# −1 stands for odd. But the sigmoid never gives −1. Riccardo Grazzi and others, in 2024, are among
# those who proved that layers of this kind cannot do parity with finite precision if their factors
# are all positive, and that negative ones mend it
# ([arXiv 2411.12537](https://arxiv.org/abs/2411.12537)).

# %% [markdown]
# ## What we have seen
#
# * The steps of an LSTM stand in a queue because its gates read h. The minimal LSTM reads the word
#   alone, and its step is linear in c.
# * Two linear steps can be joined into one. A scan joins neighbours in rounds: 10 rounds for 1,000
#   steps. It gives the loop's numbers and gradients.
# * A scan does more work than the loop. It wins where there are many hands, or where calls cost
#   more than numbers.
# * Without h a gate cannot know what is remembered. Brackets are learnt all the same. Parity is
#   not, as long as f is positive.

# %% [markdown]
# **A common mistake.** A gate that reads h slips in, and the layer is run by a scan all the same,
# with zeros for h. No error comes, and it can be trained. You recognise it by the first two steps:
# from zeros, step 0 is what the loop gives, and step 1 is not.
#
# **Exercises:** [19 Gates without a loop](../exercises/19_gates_without_a_loop.ipynb). Write a scan
# that begins with any c, say which layers can be scanned, count joins and turns, and mend a scan.
#
# **Next:** a minimal LSTM with 16 units remembers 16 numbers. How would it keep twenty pairs, such
# as names and numbers, and find one again? [Lesson 20](20_a_matrix_for_a_memory.ipynb) gives it a
# matrix for a memory.
