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
# ## Where does the 0.98 come from?
#
# This is unit 5 of the reader at the opening bracket of `print(x, y)`. Its memory goes from −0.02
# to 0.98. In lesson 02 we took the values of its gates ready-made.

# %%
from lstm_lessons import pictures
from lstm_lessons.data.plain_reader import read

before, step = read("print(x, y)")[4:6]
numbers = {"c_before": before.c[5], "f": step.f[5], "i": step.i[5], "g": step.g[5], "o": step.o[5]}
pictures.cell("all", numbers=numbers)

# %% [markdown]
# Could you compute all of this from the weights, with nothing but sums, products and two squeezing
# functions? Whoever runs an LSTM on a phone, in a browser or in another library has to. And it is
# easy to get wrong: most wrong steps raise no error. Their shapes are right, and they give numbers,
# but other ones.
#
# So in this lesson you write one step, first on paper, and then as code. Then you make sure that
# nobody can tell it from PyTorch's.
#
# ## A cell on paper
#
# Small first: two units, and a word of two numbers. The word is (1, 2), the old h is (0.5, −1), and
# the old c is (1, −2). Here are all the weights. They are stacked as PyTorch does it, with two rows
# for each gate. To keep it short, there is only one bias.
#
# | row | gate | unit | for the word | for h | bias |
# |---|---|---|---|---|---|
# | 0 | i | 0 | 1, 0 | 2, 1 | 0 |
# | 1 | i | 1 | 0, −1 | 0, 1 | 1 |
# | 2 | f | 0 | 0, 1 | 2, 1 | 0 |
# | 3 | f | 1 | 2, −1 | 0, 1 | 1 |
# | 4 | g | 0 | −2, 1 | 1, 0 | 0 |
# | 5 | g | 1 | 1, −1 | 0, 0 | 0 |
# | 6 | o | 0 | −1, 0 | 2, 0 | 0 |
# | 7 | o | 1 | 0, 1 | 0, 1 | 1 |
#
# The weighted sums are called $z$. Get the one of the forget gate of unit 0 on paper. It is row 2:
#
# 0 · 1 + 1 · 2 + 2 · 0.5 + 1 · (−1) + 0 = 2
#
# The cell computes all eight.

# %%
import torch

torch.set_default_dtype(torch.float64)
x, h, c = torch.tensor([[1.0, 2.0], [0.5, -1.0], [1.0, -2.0]])
weight_ih = torch.tensor([[1.0, 0], [0, -1], [0, 1], [2, -1], [-2, 1], [1, -1], [-1, 0], [0, 1]])
weight_hh = torch.tensor([[2.0, 1], [0, 1], [2, 1], [0, 1], [1, 0], [0, 0], [2, 0], [0, 1]])
bias = torch.tensor([0.0, 1, 0, 1, 0, 0, 0, 1])

z = weight_ih @ x + weight_hh @ h + bias
z_i, z_f, z_g, z_o = z.chunk(4)
print("z_i", z_i.tolist(), "  z_f", z_f.tolist())
print("z_g", z_g.tolist(), "  z_o", z_o.tolist())

# %% [markdown]
# Each gate has two sums, one for unit 0 and one for unit 1. Now squeeze them. g goes through tanh,
# the three taps go through the sigmoid.

# %%
i, f, o = torch.sigmoid(z_i), torch.sigmoid(z_f), torch.sigmoid(z_o)
g = torch.tanh(z_g)
for name, gate in {"i": i, "f": f, "g": g, "o": o}.items():
    print(f"{name}: unit 0 {gate[0]:5.2f}   unit 1 {gate[1]:5.2f}")

# %% [markdown]
# The last two equations are the ones that you know,
#
# $$\begin{aligned}
# \underset{(H)}{c_t} &= \underset{(H)}{\textcolor{#c2560c}{f_t}} \odot \underset{(H)}{c_{t-1}}
#   + \underset{(H)}{\textcolor{#1a75d1}{i_t}} \odot \underset{(H)}{\textcolor{#0f8266}{g_t}} \\
# \underset{(H)}{h_t} &= \underset{(H)}{\textcolor{#a64bb0}{o_t}} \odot
#   \tanh(\underset{(H)}{c_t})
# \end{aligned}$$
#
# and the old memory is 1 in unit 0 and −2 in unit 1.
#
# **Predict.** Is the new memory of unit 0 above 1 or below 1?

# %%
c_new = f * c + i * g
h_new = o * torch.tanh(c_new)
print(f"c: unit 0 {c_new[0]:5.2f}   unit 1 {c_new[1]:5.2f}")
print(f"h: unit 0 {h_new[0]:5.2f}   unit 1 {h_new[1]:5.2f}")

# %% [markdown]
# Unit 0 kept 0.88 · 1 = 0.88, and took in 0.73 · 0.46 = 0.34. Together that is 1.22. Unit 1 kept
# 0.50 · (−2) = −1.00, and took in 0.12 · (−0.76) = −0.09. Both h are within −1 and 1.
#
# Below is unit 0 of this cell. Its sliders are its four sums, in the order in which the gates act
# on the memory, and the old memory itself. Three of the buttons show what the reader's unit 5 does
# with a bracket, as far as the sliders reach.
#
# **Try it.** Find settings for which the unit
#
# 1. keeps its memory almost untouched, and shows almost nothing of it,
# 2. throws the old memory away and writes a new value,
# 3. has c near 2, and yet h near 0.

# %%
from lstm_lessons import explorers

explorers.cell_gates()

# %% [markdown]
# <details><summary>Answers</summary>
#
# There are many. One way to do each is:
#
# 1. $z_f$ = 6, $z_i$ = −6 and $z_o$ = −6.
# 2. $z_f$ = −6, and $z_i$ and $z_g$ = 6.
# 3. $z_f$, $z_i$ and $z_g$ = 6, $z_o$ = −6, and an old memory of 1. Then c = 1.995, and h = 0.002.
#
# </details>
#
# ## An RNN with three taps
#
# Look at g alone. It is tanh of a weighted sum of the word and of the h before. In the picture the
# three taps are grey, so nothing of it reaches the memory yet.

# %%
pictures.cell("g")

# %% [markdown]
# You have met this formula: it is the plain recurrent network of lesson 01. PyTorch has one step of
# it ready-made, `nn.RNNCell`. We give it the two rows of g, and compare what it makes with our g.
# `copy_` writes numbers into a parameter.

# %%
from lstm_lessons import same
from torch import nn

rnn = nn.RNNCell(2, 2)
with torch.no_grad():
    rnn.weight_ih.copy_(weight_ih[4:6])
    rnn.weight_hh.copy_(weight_hh[4:6])
    rnn.bias_ih.copy_(bias[4:6])
    rnn.bias_hh.zero_()
same(g, rnn(x, h))

# %% [markdown]
# So there is a whole RNN inside an LSTM, and g is its result. In the RNN, this result becomes the
# new h, and the old one is lost. In the LSTM it has to pass through taps first.
#
# **Predict.** If f is shut (0), and i and o are entirely open (1), what is left as the new h?

# %%
f_shut, i_open, o_open = 0, 1, 1
c_new = f_shut * c + i_open * g
h_new = o_open * torch.tanh(c_new)
same(h_new, torch.tanh(rnn(x, h)))

# %% [markdown]
# What is left is the RNN, squeezed once more. An LSTM is an RNN cell with a memory and three taps:
# f before the old memory, i before the news, o before what is shown. The three taps read the word
# and h as well, each with its own weights. So the network itself decides, at each word, how far it
# is an RNN.
#
# ## One step of the reader
#
# Now the step from the beginning, with the reader's own weights. `double()` makes a module float64,
# so that we can compare to twelve digits. The LSTM reads `print`, which gives h and c before the
# bracket. Then it reads `print(`, which gives the h and c that we have to arrive at. `[0]` takes
# away the axis for layers, since there is only one.

# %%
from lstm_lessons import trained_reader

reader, number = trained_reader()
lstm = reader.double().lstm
numbers = torch.tensor([number[character] for character in "print("])
vectors = reader.embedding(numbers)

_, (h_n, c_n) = lstm(vectors[:5])
x, h, c = vectors[5], h_n[0], c_n[0]
_, (h_wanted, c_wanted) = lstm(vectors)

# %% [markdown]
# Unit 5 has row 5 of each block: rows 5, 21, 37 and 53. Each of its sums has three parts: one from
# the character, one from h, and the two biases.
#
# **Predict.** At the bracket the input gate opens. Is it the character or is it h that opens it?

# %%
print("      from (  from h   biases      z")
for gate, row in {"i": 5, "f": 21, "g": 37, "o": 53}.items():
    from_x = (lstm.weight_ih_l0[row] @ x).item()
    from_h = (lstm.weight_hh_l0[row] @ h).item()
    biases = (lstm.bias_ih_l0[row] + lstm.bias_hh_l0[row]).item()
    z = from_x + from_h + biases
    print(f"{gate}   {from_x:8.2f} {from_h:8.2f} {biases:8.2f} {z:8.2f}")

# %% [markdown]
# The character: 16.3 of the sum come from `(`, and the other two parts even pull it down.
#
# Type into a pocket calculator what follows from the four sums:
#
# * f = σ(5.24) = 0.995, i = σ(12.99) = 1.000, g = tanh(10.52) = 1.000, o = σ(4.16) = 0.985
# * c = 0.995 · (−0.023) + 1.000 · 1.000 = 0.977
# * h = 0.985 · tanh(0.977) = 0.985 · 0.752 = 0.74
#
# There is the 0.98. And now all sixteen units at once, which is the same code as on paper:

# %%
z = lstm.weight_ih_l0 @ x + lstm.bias_ih_l0 + lstm.weight_hh_l0 @ h + lstm.bias_hh_l0
z_i, z_f, z_g, z_o = z.chunk(4)
c_new = torch.sigmoid(z_f) * c + torch.sigmoid(z_i) * torch.tanh(z_g)
h_new = torch.sigmoid(z_o) * torch.tanh(c_new)
print(f"unit 5: c = {c_new[5]:.3f}, h = {h_new[5]:.3f}")
print(same(c_new, c_wanted[0]))
print(same(h_new, h_wanted[0]))

# %% [markdown]
# That is one step of `nn.LSTM`, by hand.
#
# ## Ten sentences at once
#
# In practice one step reads a word of many sentences side by side. B is the number of sentences,
# here 10. Then x is a matrix with a row for each sentence, (B, I), and h and c are (B, H).
#
# We take the weights from `nn.LSTMCell`, which is PyTorch's own step. It keeps them as `nn.LSTM`
# does, without `_l0` in their names, since it knows only one layer.
#
# The equations write $W x$, with x as a column. For rows, the same product is `x @ W.T`: here the
# transpose turns W round on purpose. PyTorch has a name for `x @ W.T + b`, which is
# `F.linear(x, W, b)`.
#
# **Predict.** With B = 10, I = 100 and H = 16, what is the shape of z, before it is cut in four?

# %%
from torch.nn import functional as F

torch.manual_seed(0)
B, I, H = 10, 100, 16
cell = nn.LSTMCell(input_size=I, hidden_size=H)
x, h_0, c_0 = torch.randn(B, I), torch.randn(B, H), torch.randn(B, H)

z = F.linear(x, cell.weight_ih, cell.bias_ih) + F.linear(h_0, cell.weight_hh, cell.bias_hh)
print("z:", tuple(z.shape))

# %% [markdown]
# (10, 64): a row for each sentence, and in each row the four gates side by side. The biases have
# the shape (64,), and PyTorch adds them to every row.
#
# So this time we have to cut along the *last* axis, with `dim=-1`. To cut along the first would cut
# the sentences apart.
#
# Here is the step as two functions. One makes the four sums, the other applies the gates. Together
# they are six equations, four for the gates and two for c and h. This is the heart of the course.


# %%
def apply_gates(z, c):
    """Return the new (h, c) from the weighted sums of the four gates and the old c."""
    z_i, z_f, z_g, z_o = z.chunk(4, dim=-1)
    i, f, o = torch.sigmoid(z_i), torch.sigmoid(z_f), torch.sigmoid(z_o)
    g = torch.tanh(z_g)
    c = f * c + i * g
    h = o * torch.tanh(c)
    return h, c


def lstm_step(x, h, c, weight_ih, weight_hh, bias_ih=None, bias_hh=None):
    """Return the new (h, c) after one time step."""
    z = F.linear(x, weight_ih, bias_ih) + F.linear(h, weight_hh, bias_hh)
    return apply_gates(z, c)


# %% [markdown]
# Mind the order of the last two equations: h shows the memory *after* this word, so it needs the
# new c. Is it PyTorch's step?

# %%
h, c = lstm_step(x, h_0, c_0, cell.weight_ih, cell.weight_hh, cell.bias_ih, cell.bias_hh)
h_torch, c_torch = cell(x, (h_0, c_0))
print(same(h, h_torch))
print(same(c, c_torch))

# %% [markdown]
# ## A test that cannot fail
#
# By this test, it is. But how much is such a test worth? Let us break the step on purpose: this one
# leaves out the forget gate. We try it twice, once with states of random numbers and once with
# states of zeros, as at the beginning of a sentence.


# %%
def broken_step(x, h, c):
    z = F.linear(x, cell.weight_ih, cell.bias_ih) + F.linear(h, cell.weight_hh, cell.bias_hh)
    z_i, z_f, z_g, z_o = z.chunk(4, dim=-1)
    c = c + torch.sigmoid(z_i) * torch.tanh(z_g)
    return torch.sigmoid(z_o) * torch.tanh(c), c


# %% [markdown]
# **Predict.** Which of the two tests does not see the mistake?

# %%
zeros = torch.zeros(B, H)
print("random:", same(broken_step(x, h_0, c_0)[0], h_torch))
print("zeros: ", same(broken_step(x, zeros, zeros)[0], cell(x, (zeros, zeros))[0]))

# %% [markdown]
# With a memory of zero there is nothing to forget, so the broken step passes. Such a test cannot
# fail, and it proves nothing. From here on we test with random weights and random states.
#
# ## A cell of our own
#
# Our step is a function, and the weights are somebody else's. Now we make a module of it, like
# `nn.LSTMCell`, in two parts: first the weights, then the step.
#
# A weight that can be trained is an `nn.Parameter`: a tensor that PyTorch knows is to be learnt.
# `torch.empty` makes a tensor of a given shape, and `nn.init.uniform_` fills it with random numbers
# between two bounds.

# %%
weight = nn.Parameter(torch.empty(2, 3))
nn.init.uniform_(weight, -0.25, 0.25)
print(tuple(weight.shape), weight.requires_grad, (weight.abs() <= 0.25).all().item())

# %% [markdown]
# A module is a class that is built upon `nn.Module`. `super().__init__()` has to come first: it
# makes the lists in which a module keeps things. From then on, each `nn.Parameter` that we assign
# to `self` is entered there under its name.
#
# The bounds are PyTorch's: from $-1/\sqrt H$ to $1/\sqrt H$.

# %%
from math import sqrt


class CellParameters(nn.Module):
    """The four parameters of nn.LSTMCell."""

    def __init__(self, input_size, hidden_size):
        super().__init__()
        rows = 4 * hidden_size
        self.weight_ih = nn.Parameter(torch.empty(rows, input_size))
        self.weight_hh = nn.Parameter(torch.empty(rows, hidden_size))
        self.bias_ih = nn.Parameter(torch.empty(rows))
        self.bias_hh = nn.Parameter(torch.empty(rows))
        bound = 1 / sqrt(hidden_size)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)


# %% [markdown]
# If this is right, then both classes draw the same random numbers from the same seed. They have to
# draw as many, in the same order and from the same range. `tolerance=0` asks for the very same
# numbers.

# %%
torch.manual_seed(1)
ours = CellParameters(I, H)
torch.manual_seed(1)
reference = nn.LSTMCell(I, H)
for name, parameter in reference.named_parameters():
    print(f"{name:<10}", same(getattr(ours, name), parameter, tolerance=0))

# %% [markdown]
# The second part is the step. A class in brackets behind the name of another means that it takes
# over all which that one has. So our cell has the parameters, and only `forward` is new. It is what
# runs when a module is called. `hx` is PyTorch's name for the pair (h, c).


# %%
class ManualLSTMCell(CellParameters):
    """A twin of nn.LSTMCell."""

    def forward(self, x, hx):
        h, c = hx
        return lstm_step(x, h, c, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)


torch.manual_seed(1)
manual = ManualLSTMCell(I, H)
h, c = manual(x, (h_0, c_0))
print(same(h, reference(x, (h_0, c_0))[0]))
print(same(c, reference(x, (h_0, c_0))[1]))

# %% [markdown]
# That is a working LSTM cell. PyTorch's has some more options: without states it begins with zeros,
# and it can do without biases. The course's package has a version with all of them, and its tests
# compare that one, too: `from lstm_lessons import ManualLSTMCell`.
#
# ## Gradients too
#
# Equal results are half of the proof. A network is trained by its gradients, so these have to agree
# as well. Here is one of them, done slowly. We add up all results to get a single number, ask for
# its gradient, and look at one parameter.


# %%
def gradient_of_weight_hh(cell):
    cell.zero_grad()  # forget the gradients of earlier calls
    h, c = cell(x, (h_0, c_0))
    (h.sum() + c.sum()).backward()
    return cell.weight_hh.grad


same(gradient_of_weight_hh(manual), gradient_of_weight_hh(reference))

# %% [markdown]
# One down. But there are more parameters, and x, h and c have gradients too. And a sum is a weak
# question: in it, an error in h may be made up for by another in c.
#
# So the course has a function `compare`. You give it two cells with the same parameters, and the
# inputs. It does four things:
#
# 1. It calls both with the same inputs, and compares each result, as `same` does.
# 2. It multiplies all numbers in the results by random numbers, the same for both, and adds up. So
#    no error can hide behind another.
# 3. It takes the gradients of that sum, with respect to each input and each parameter.
# 4. It compares each gradient with its twin. Results may differ by 1e-12, and gradients, in which
#    more rounding adds up, by 1e-10.
#
# **Predict.** How many tensors will it compare for our cell?

# %%
from lstm_lessons.lstm.compare import compare

compare(manual, reference, x, (h_0, c_0))

# %% [markdown]
# Nine: two results, and the gradients for three inputs and four parameters. By its numbers, nobody
# can tell our cell from PyTorch's.
#
# ## Right results, wrong gradient
#
# Is the second half of the proof really needed? Here is a cell with a mistake that people do make.
# `detach` gives a tensor's numbers without their history. For the gradient, they are constants.


# %%
class Detached(ManualLSTMCell):
    def forward(self, x, hx):
        h, c = hx
        return super().forward(x, (h, c.detach()))


torch.manual_seed(1)
wrong = Detached(I, H)

# %% [markdown]
# `super().forward` is the step above. From the same seed as before it has the same parameters.
#
# **Predict.** In how many of the nine rows will this cell differ?

# %%
compare(wrong, reference, x, (h_0, c_0))

# %% [markdown]
# In one, and both results are right. No test of results would ever find it. Does it matter? We let
# both cells read 61 random words of 8 numbers, and ask for each word how large the gradient of the
# last h is with respect to it. The forget gate gets a bias of 4.27. With that it rests at 0.986,
# and half of the memory is left after 50 steps. `load_state_dict` copies the parameters of one
# module into another.


# %%
def gradient_by_lag(cell):
    """Return how much the word k steps before the last still matters, for k = 0, 1, 2, ..."""
    torch.manual_seed(4)
    x = torch.randn(61, 8, requires_grad=True)
    h, c = torch.zeros(16), torch.zeros(16)
    for x_t in x:
        h, c = cell(x_t, (h, c))
    h.sum().backward()
    return x.grad.norm(dim=-1).flip(0)


torch.manual_seed(4)
whole, cut = ManualLSTMCell(8, 16), Detached(8, 16)
with torch.no_grad():
    whole.bias_ih[16:32], whole.bias_hh[16:32] = 4.27, 0
    cut.load_state_dict(whole.state_dict())

# %% [markdown]
# Both cells have the same parameters, so they give the same results. Their gradients:

# %%
from lstm_lessons import show
from lstm_lessons.drawing import figure

plot, axes = figure()
for label, cell, style in (("along c and h", whole, "k-"), ("c detached", cut, "k--")):
    gradient = gradient_by_lag(cell)
    factor = (gradient[60] / gradient[10]).item() ** (1 / 50)
    axes.semilogy(gradient, style, label=f"{label}: times {factor:.2f} a step")
axes.set(xlabel="lag k (words back)", ylabel="gradient", title="The same results, other gradients")
axes.legend()
alt = """Two curves of gradient against lag on a logarithmic axis. With the way along c the gradient
drops at first and then stays near 0.05, a factor of 1.00 a step. With c detached it falls in a
straight line to below 1e-50 at lag 60, a factor of 0.13 a step."""
show(plot, alt)

# %% [markdown]
# With the way along c, the gradient goes on at a factor of about 1 a step. With c detached, only
# the way round through h is left, and there it falls to 0.13 of itself at each step. Ten words
# back, next to nothing is left to learn from. And no error, no shape and no result tells you.
#
# When results differ too, read those first, and c before h, because h is made from c. The largest
# number need not be the nearest to the mistake.

# %% [markdown]
# ## What we have seen
#
# * One step is four weighted sums, squeezed: σ for i, f, o and tanh for g. Then
#   $c_t = f_t \odot c_{t-1} + i_t \odot g_t$, and then $h_t = o_t \odot \tanh(c_t)$.
# * The candidate g is a plain RNN step. An LSTM is an RNN cell with a memory and three taps.
# * One stacked product gives all four gates. Cut it along the last axis.
# * A test needs random states, and it has to look at gradients too.
# * Our cell equals `nn.LSTMCell`, gradients included.

# %% [markdown]
# **A common mistake.** h is made from the old c, because somebody wrote the line for h first. You
# can tell by this: c is right and h is wrong, and when the old memory is zero, so is h.
#
# **Exercises:** [03 The cell by hand](../exercises/03_the_cell_by_hand.ipynb). Write the cell
# without looking, mend a broken one, split stacked weights by gate.
#
# **Next:** the cell reads one word. [Lesson 04](04_unrolling_in_time.ipynb) puts it into a loop,
# and then it reads the whole line.
