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
# In lesson 16 no step of `nn.LSTM` could begin before the step before it was done. So 500 steps
# stand in a queue, and more cores can at most share one step. What makes a step wait? Here is the
# cell once more:

# %%
from lstm_lessons import pictures

pictures.relative()

# %% [markdown]
# Two things come from the step before, c and h. c is only multiplied by f, and then something is
# added. h does more: all four gates read it. So f of step 500 is not known before the h of step 499
# is there.
#
# What if no gate read h? Let us ask the reader of lesson 00. In a copy of it we set the weights for
# h to zero, so that its gates read the character alone. We run both with the `lstm_step` of lesson
# 03, and keep c of unit 5, which follows brackets.

# %%
from copy import deepcopy

import torch
from torch.nn import functional as F

from lstm_lessons import trained_reader
from lstm_lessons.lstm.cell import lstm_step

torch.set_default_dtype(torch.float64)
reader, number = trained_reader()
reader = reader.double()
without_h = deepcopy(reader)
with torch.no_grad():
    without_h.lstm.weight_hh_l0.zero_()

# %%
text = "print(x, y)"


def memory_of_unit_5(model):
    """Return c of unit 5 after each character of the text."""
    h, c, seen = torch.zeros(16), torch.zeros(16), []
    for character in text:
        vector = model.embedding(torch.tensor(number[character]))
        h, c = lstm_step(vector, h, c, *model.lstm.all_weights[0])
        seen.append(c[5].item())
    return seen


# %% [markdown]
# **Predict.** With h, unit 5 rises at `(`, keeps the bracket, and falls at `)`. A guess: which of
# the three needs h?

# %%
curves = {
    "as trained": memory_of_unit_5(reader),
    "no h": memory_of_unit_5(without_h),
}
pictures.along(text, curves, title="c of unit 5")

# %% [markdown]
# The keeping. Without h, c still rises at `(`, and it is 0 after `)`. But it leaks. Here most of it
# is gone at the letter `x`; of 80 characters in its place, the median leaves 0.78 of 0.91. Part of
# this is only the missing average of h, which a bias could replace: with that average at each step,
# the median leaves 0.89 of 0.98. And these gates were trained with h. Can a layer learn to do
# without? Let us build one.
#
# ## The minimal LSTM
#
# In 2024, Leo Feng and others took h out of the LSTM's gates ([arXiv
# 2410.01201](https://arxiv.org/abs/2410.01201)). Here is their *minimal LSTM* in its plainest form:
#
# * i, f and g read the word alone.
# * There is no tanh and no o. What the layer shows is c itself.
# * i and f are divided by their sum, so that they add up to 1.
#
# The last point is the coupled gates of lesson 13: i = 0.6 and f = 0.9 have the sum 1.5, and become
# 0.4 and 0.6. So the new c is a mixture of the old c and of g, and stays between 0 and the g's that
# were read:
#
# $$\begin{aligned}
# \underset{(H)}{c_t} &= \underset{(H)}{\textcolor{#c2560c}{f_t}} \odot \underset{(H)}{c_{t-1}}
#   + \underset{(H)}{\textcolor{#1a75d1}{i_t}} \odot \underset{(H)}{\textcolor{#0f8266}{g_t}}
# \end{aligned}$$
#
# It is the equation of the LSTM. What is new is that f and i · g are known before anything is
# remembered. We call the product i · g *what is let in*, in code `let_in`.


# %%
def minimal_gates(x, weight, bias):
    """Return f and what is let in, of one word or all at once; f + i is 1."""
    z_i, z_f, g = F.linear(x, weight, bias).chunk(3, dim=-1)
    i, f = torch.sigmoid(z_i), torch.sigmoid(z_f)
    whole = i + f
    return f / whole, i / whole * g


# %% [markdown]
# Here are the gates of 24 words of 10 sentences, all from one call, before any step is made:

# %%
torch.manual_seed(0)
T, B, I, H = 24, 10, 100, 16
x = torch.randn(T, B, I)
weight, bias = torch.randn(3 * H, I) / 10, torch.randn(3 * H)
f, let_in = minimal_gates(x, weight, bias)
print("f:", tuple(f.shape), "  let_in:", tuple(let_in.shape))

# %% [markdown]
# ## Two steps are one step
#
# Take one unit, and two steps. Step A has f = 0.5 and lets in 3. Step B has f = 0.8 and lets in 1.
# Let c be 10 before them.
#
# * A makes 0.5 · 10 + 3 = 8 of it. B makes 0.8 · 8 + 1 = 7.4 of that.
#
# Now write it as one line: B after A is 0.8 · (0.5 c + 3) + 1, and that is 0.4 c + 3.4. This looks
# like a step again! It has f = 0.4 and lets in 3.4. From c = 10 it gives 7.4 at once.
#
# Two steps can be *joined* into one, before c is known:
#
# $$\text{f of both} = \textcolor{#c2560c}{f_B}\;\textcolor{#c2560c}{f_A} \qquad
# \text{let in by both} = \textcolor{#c2560c}{f_B} \cdot \text{let in by A} + \text{let in by B}$$


# %%
def join(first, second):
    """Return the step that does what both do in turn; a step is (f, let_in)."""
    f_first, in_first = first
    f_second, in_second = second
    return f_second * f_first, f_second * in_first + in_second


step_A, step_B, step_C = (0.5, 3.0), (0.8, 1.0), (0.9, -2.0)
f_both, in_both = join(step_A, step_B)
print(f"A and B: f = {f_both:.2f}, let in {in_both:.2f}")

# %% [markdown]
# Now a third step comes, C: it has f = 0.9 and lets in −2.
#
# **Predict.** Join A and B first, with pen and paper, and the result with C: which step comes out,
# written as (f, let in)?

# %%
first_way = join(join(step_A, step_B), step_C)
second_way = join(step_A, join(step_B, step_C))
for f_all, in_all in (first_way, second_way):
    print(f"f = {f_all:.2f}, let in {in_all:.2f}")

# %% [markdown]
# 0.9 · 0.4 = 0.36, and 0.9 · 3.4 − 2 = 1.06. Joining B and C first gives the same, since both ways
# do A, then B, then C. The steps must stay in their order, but it does not matter which neighbours
# are joined first. So many joins can be made *at the same time*.
#
# It pays because a joined step has the form of a step again: something times c, plus something, and
# neither of the two depends on c. Such a step is called *linear* in c, although something is added.
# In `nn.LSTM` it is not: there f is made from h, and h from c.
#
# ## The scan
#
# We want c after *every* step, not only after the last. So in round 1 *each* step is joined with
# the one before it: 0 with 1, 1 with 2, 2 with 3. These pairs overlap. In the picture a strong line
# leads to each new dot from the step before, a faint one from the step itself. A dot with the
# numbers 1–2 stands for steps 1 and 2.

# %%
pictures.scan_rounds(8, rounds=1)

# %% [markdown]
# In round 2 we join not with the neighbour, but with the dot that is 2 before: 1–2 and 3–4 become
# 1–4. In round 3 we join with the dot that is 4 before:

# %%
pictures.scan_rounds(8)

# %% [markdown]
# A full dot stands for *all* steps up to its own, and now all dots are full. If c was zero at the
# beginning, f · c adds nothing, and what a full dot lets in is c after its step. This is called a
# parallel *scan*.
#
# **Predict.** Eight steps need 3 rounds. How many rounds do 1,000 steps need?

# %%
reach, rounds = 1, 0
while reach < 1000:
    reach = 2 * reach
    rounds = rounds + 1
print(rounds, "rounds")

# %% [markdown]
# Ten, since 2 · 2 · ... · 2, ten times, is 1,024. Here is the code.
#
# * `f[reach:]` leaves out the first `reach` steps, and `let_in[:-reach]` the last ones. Take the
#   steps 0, 1, 2, 3 and a reach of 1: `f[1:]` is that of steps 1, 2, 3, and `let_in[:-1]` that of
#   steps 0, 1, 2. So each step lies beside the one that is `reach` before it, to be joined.
# * The first `reach` steps have nothing before them to be joined with. They stay as they are, and
#   `torch.cat` puts them in front again.


# %%
def scan(f, let_in):
    """Return c after every step, from zeros; a step makes f * c + let_in."""
    reach = 1
    while reach < len(f):
        let_in = torch.cat(
            [let_in[:reach], f[reach:] * let_in[:-reach] + let_in[reach:]],
        )
        f = torch.cat([f[:reach], f[reach:] * f[:-reach]])
        reach = 2 * reach
    return let_in


# %% [markdown]
# Mind the order: `let_in` is joined first, with the old f. First a small case: with f = 0.5 and 1
# let in at each of four steps, c should be 1, 1.5, 1.75, 1.875.

# %%
print(scan(torch.full((4,), 0.5), torch.ones(4)).tolist())

# %% [markdown]
# And for the 24 words of 10 sentences? `compare` compares all gradients as well.

# %%
from lstm_lessons.lstm.compare import compare


def by_loop(x, weight, bias):
    f, let_in = minimal_gates(x, weight, bias)
    c, seen = torch.zeros_like(let_in[0]), []
    for f_t, let_in_t in zip(f, let_in):
        c = f_t * c + let_in_t
        seen.append(c)
    return torch.stack(seen)


def by_scan(x, weight, bias):
    return scan(*minimal_gates(x, weight, bias))


print(compare(by_scan, by_loop, x, weight, bias).verdict)

# %% [markdown]
# The four tensors are the output, and the gradients of x, weight and bias. So this layer can be
# trained without a loop over time.
#
# ## What it costs
#
# Round 1 of 8 steps joins all dots but the first, which makes 7 joins. Round 2 joins all but the
# first two, and round 3 all but the first four: 7 + 6 + 4 = 17. The loop has only 7 steps after
# step 0, and we count each as a join.
#
# So this plain scan does *more* work: for 4,096 steps 45,057 joins in place of 4,095, eleven times
# as many. Other scans need about two a step, in nearly twice as many rounds. In the explorer a
# *hand* makes one join after the other, and a *turn* is as long as one join takes. With four hands,
# 7 joins take 2 turns, and the next round begins with a new turn.
#
# **Try it.** Press "four hands" (the row then has 32 steps), and add hands. From how many on is
# the scan done first?

# %%
from lstm_lessons import explorers

explorers.loop_and_scan()

# %% [markdown]
# <details><summary>Answer</summary>
#
# From 5 on. With four hands the scan takes 33 turns and the loop 31; with five it is 28.
#
# </details>
#
# ## With a clock
#
# In lesson 16 time was made of calls and of the multiplications in matrix products. Here are both
# for 256 words of 32 sentences, with 256 units:

# %%
from lstm_lessons.ladder.counting import count

words, W, b = torch.randn(256, 32, 256), torch.randn(768, 256), torch.randn(768)
print("by_loop:", count(by_loop, words, W, b))
print("by_scan:", count(by_scan, words, W, b))

# %% [markdown]
# The multiplications are the same. The calls, as many at any B and H, favour the scan. Three
# programs were timed, each beside `nn.LSTM`, on one core of an Intel Xeon, forward only (`scans` in
# `lstm_lessons/data/speed_runs.py`): an LSTM in the `hoisted` of lesson 16, and the minimal LSTM in
# `by_loop` and in `by_scan`.
#
# **Predict.** The large size is that of the counts, a small size has one sentence and 16 units. A
# guess: is `by_scan` quicker than `by_loop` at both sizes, at one of them, or at neither?

# %%
from lstm_lessons.data.speed import scans

print("I = H: how many times as long as nn.LSTM")
for size, programs in scans().items():
    print(f"{size:32} float32  float64")
    for name, ratio in programs.items():
        print(f"  {name:30} {ratio['float32']:7.1f} {ratio['float64']:8.1f}")

# %% [markdown]
# At the small size alone, in float32 and in float64. Other runs give other ratios.
#
# * In the second line the *cell* is cheaper: it has no product with h, and makes 2 calls a step in
#   place of 11. At the large size the product is most of it.
# * In the third line a *scan* takes the place of the loop. At the small size the calls decide. At
#   the large size a third cost decides, which is in neither count: 1,793 joins in place of 255.
#   Most likely memory adds to it, not shown here: a round goes through 8 MB, a step of the loop
#   through 32 KB.
# * `nn.LSTM` is a loop in a library, without calls from Python. In float32 it beat our scan at both
#   sizes. In float64 it lacks the oneDNN of lesson 16.
#
# A GPU has thousands of hands. There Eric Martin and Chris Cundy made networks up to 9 times as
# fast with a scan, where few long rows are read at once ([arXiv
# 1709.04057](https://arxiv.org/abs/1709.04057)). With many rows, a loop too has work for many
# hands.
#
# ## Two tasks
#
# Here is the task of lesson 13, on texts such as `..(...)..`. Three layers of 8 units were trained
# to say whether a bracket is open, with ten seeds each (`open_brackets` in
# `lstm_lessons/data/trials.py`):

# %%
from lstm_lessons.data.trials import measured

runs = measured("relatives")
shown = {
    "LSTM": runs["LSTM"],
    "coupled gates": runs["coupled gates"],
    "minimal LSTM": measured("minimal LSTM")["brackets"],
}
pictures.runs(shown, "training rounds", "share that is right", bounds=(0.4, 1))

# %% [markdown]
# With all ten seeds the minimal LSTM has 99 % right by round 3, the LSTM by round 4 to 6. But
# coupled gates that read h take 2 or 3, so the coupling may explain it. h is not needed here: a
# bracket says by itself what is to be done. `(` opens, `)` shuts, a dot keeps.
#
# Another task: the network reads a row of bits, and after each bit it says whether the number of
# ones so far is *odd*. For 1 0 1 1 the answers are yes, yes, no, yes. This is called *parity*.
#
# An LSTM with 8 units and minimal LSTMs with 8 and with 64 were trained on 500 times 32 rows of 20
# bits, with ten seeds each (`parity` in `lstm_lessons/data/after.py`). We look at the answers after
# the last of 20 bits, and of 200.
#
# **Predict.** By chance, half is right. A guess: what share of the rows of 20 bits does the minimal
# LSTM with 8 units get right, about a half, three quarters, or all?

# %%
for name, seeds in measured("parity").items():
    for place, length in enumerate((20, 200)):
        shares = sorted(seed[place] for seed in seeds)
        print(f"{name:22} {length:3} bits: {shares[0]:.2f} to {shares[-1]:.2f}")

# %% [markdown]
# A half, and with 64 units it is no better. The LSTM has learnt it, even for 200 bits. All were
# trained at the rate 0.02. At 0.003 and at 0.1, five minimal LSTMs each, with 8 units, did no
# better.
#
# For long rows there is a reason that no training mends. Take a row of ones alone. f and what is
# let in are the same at each step, such as f = 0.6, let in 0.4:

# %%
c = 0.0
for _ in range(5):
    new = 0.6 * c + 0.4
    print(f"c = {new:.3f}, changed by {new - c:.3f}")
    c = new

# %% [markdown]
# Each change is f times the last: 0.24 is 0.6 · 0.4. So for any f between 0 and 1 the changes
# become smaller, all of the same sign. c creeps towards one value, here 1.
#
# So does every unit, each at its own speed. A head that adds and subtracts many such curves can go
# up and down for a while. But a float has a fixed number of digits. Our c stands still after 71
# ones, and with f = 0.99 after 3,255. Then no head can tell even from odd. It need not be what went
# wrong in our training, but such a layer is not right for rows of *every* length.
#
# An LSTM can swing: its gates read h, so that a 1 does something else when the memory is up than
# when it is down. But joined, such steps have no short form.
#
# A negative f swings, too, and can read the word alone. At a 1 let f be −1, and let in 1; at a 0
# keep c. Here are four ones, scanned:

# %%
print(scan(torch.full((4,), -1.0), torch.ones(4)).tolist())

# %% [markdown]
# But the sigmoid never gives −1. So what fails are gates that read the word alone *and* lie between
# 0 and 1. In 2024, Yash Sarrof and others showed it of every stack of such layers, if numbers have
# a fixed number of digits ([arXiv 2405.17394](https://arxiv.org/abs/2405.17394)).
#
# A tanh comes close to −1. Ten layers of 8 units with f = tanh(z_f), and i undivided, were trained
# as above. Here are the shares of each, for 20 bits and for 200:

# %%
print(*measured("parity, f by tanh")["8 units"])

# %% [markdown]
# All ten have learnt it, without h. With a sigmoid in the place of this tanh, none of five did.

# %% [markdown]
# ## What we have seen
#
# * The steps of an LSTM stand in a queue because its gates read h. The gates of the minimal LSTM
#   read the word alone, and its step is linear in c.
# * Two linear steps can be joined into one. A scan joins neighbours in rounds: 10 rounds for
#   1,000 steps. It gives the loop's numbers and gradients.
# * Our scan makes more joins than a loop, in fewer calls. A scan pays in long rows, with more hands
#   than a loop has work for. On one core, ours beat our loop for a small layer alone.
# * Brackets were learnt without h. Parity was not, with gates that read the word alone and lie
#   between 0 and 1: they cannot do it in rows of every length. With an f by tanh it was learnt.

# %% [markdown]
# **A common mistake.** A gate that reads h slips in, and the layer is run by a scan all the same,
# with zeros in the place of every h. No error comes. You recognise it by the first two steps: from
# zeros, step 0 is what the loop gives, and step 1 is not.
#
# **Exercises:** [19 Gates without a loop](../exercises/19_gates_without_a_loop.ipynb). Write a scan
# that begins with any c, say which layers can be scanned, count joins and turns, and mend a scan.
#
# **Next:** a minimal LSTM with 16 units remembers 16 numbers. How would it keep twenty pairs, such
# as names and numbers, and find one again? [Lesson 20](20_a_matrix_for_a_memory.ipynb) gives it a
# matrix for a memory.
