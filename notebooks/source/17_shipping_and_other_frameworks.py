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
# ## The same numbers, another verdict
#
# A friend wants the reader in her editor: it should judge a line while she types it. Her editor has
# no PyTorch. It has a library that can run an LSTM. So you send her the weights, every number of
# them. She puts them in. No error comes.
#
# Here are the reader and the 242 lines that it was not trained on, as in lesson 15. `count_right`
# says how many of them a model gets right at their end. A model that reads nothing, and always says
# "code", is there to compare with.

# %%
import torch
from lstm_lessons import trained_reader
from lstm_lessons.data import code_or_prose
from lstm_lessons.data.train_reader import padded

reader, number = trained_reader()
lines, rows = code_or_prose()[484:], []
for line in lines:
    rows.append([number[character] for character in line.text])
numbers = padded(rows)  # (242, 40), with zeros behind the shorter lines
lengths = (numbers != 0).sum(dim=1)
is_code = torch.tensor([line.code for line in lines])


# %%
def count_right(model, numbers=numbers):
    """Return how many of the 242 lines the model gets right."""
    with torch.no_grad():
        scores = model(numbers, lengths)[:, 0]
    return ((scores > 0) == is_code).sum().item()


print("the reader: ", count_right(reader), "of", len(lines))
print("always code:", is_code.sum().item())

# %% [markdown]
# The weights of an LSTM are stacked: four blocks of rows, one for each gate. PyTorch stacks them in
# the order i, f, g, o. Her library reads ONNX, a file format for networks, and there the order is
# i, o, f, c. The c is only another name for the news g.
#
# In the picture nobody has moved the rows, so both columns hold the same. What ONNX takes a block
# for stands beside it:

# %%
from lstm_lessons import pictures

pictures.gate_orders("PyTorch", "ONNX")

# %% [markdown]
# We need a function that puts blocks into another order. `zip` pairs each letter with its block.
# Then the blocks are put together again in the new order. We give it one number for each gate,
# i = 10, f = 20, g = 30 and o = 40, and call it twice, with the orders exchanged:


# %%
def reorder(stacked, old, new):
    """Return the four blocks of rows in another order."""
    blocks = dict(zip(old, stacked.chunk(4), strict=True))
    return torch.cat([blocks[gate] for gate in new])


four = torch.tensor([10, 20, 30, 40])
print("put in order:     ", reorder(four, "ifgo", "iofg").tolist())
print("taken as i o f g: ", reorder(four, "iofg", "ifgo").tolist())

# %% [markdown]
# The first line is the cure: what ONNX wants. The second is the mistake. Nobody has moved the rows,
# so her library finds 10, 20, 30, 40, and takes them for i, o, f, g. Her f is 30, which is our g.
# In PyTorch's order, i, f, g, o, her gates have 10, 30, 40, 20.
#
# So PyTorch makes her mistake, too, if its rows lie as in the second line. `taken_as` puts the rows
# of all weights so, in a copy that `deepcopy` makes. The reader itself stays as it is.
#
# **Predict.** A guess: how many lines does the reader get right in her editor?

# %%
from copy import deepcopy


def taken_as(order):
    """Return a reader whose rows are taken to lie in this order."""
    other = deepcopy(reader)
    with torch.no_grad():
        for weight in other.lstm.parameters():
            weight.copy_(reorder(weight, order, "ifgo"))
    return other


print("taken as i, o, f, g:", count_right(taken_as("iofg")))

# %% [markdown]
# Only 163, where the reader gets 217 right. Every shape fits, so nothing complains.
#
# This lesson is about what has to travel with the numbers.
#
# ## Save what a stranger can load
#
# Another friend has PyTorch, and `Reader`, the class of lesson 09. `state_dict()` is a dictionary
# of a model's weights by their names. It holds numbers, and no code. Is this all that has to
# travel? It does not say which character has which number. Ours begin with 1, because 0 is the
# padding.
#
# **Predict.** A guess: the friend numbers the characters in our order, but from 0 on. How many
# lines are right then?

# %%
from_0 = (numbers - 1).clamp(min=0)  # the space, 1, becomes 0, too
print("numbered from 0:", count_right(reader, from_0))

# %% [markdown]
# Only 173. So our dictionary `number` has to travel with the weights. So do the sizes of the layers
# and, for a friend with another library, the order of the gates. One dictionary holds it all, and
# `torch.save` writes it into a file:

# %%
from pathlib import Path
from tempfile import mkdtemp

folder = Path(mkdtemp())  # a new, empty folder
parcel = {"weights": reader.state_dict(), "number": number, "gates": "ifgo"}
parcel["sizes"] = {"num_characters": 87, "embedding_dim": 8, "hidden_size": 16}
torch.save(parcel, folder / "parcel.pt")

# %% [markdown]
# At the other end the friend makes a `Reader` of these sizes (`**` hands them over by their names)
# and loads the weights into it. A new model is in training mode, so `eval()` follows. It matters
# where there is dropout. What `weights_only=True` is for comes in a moment.

# %%
from lstm_lessons import same
from lstm_lessons.lstm.reader import Reader

opened = torch.load(folder / "parcel.pt", weights_only=True)
arrived = Reader(**opened["sizes"])
arrived.load_state_dict(opened["weights"])
arrived.eval()

rows = [[opened["number"][key] for key in line.text] for line in lines]
print("it has a K:", "K" in opened["number"])
same(arrived(padded(rows), lengths), reader(numbers, lengths))

# %% [markdown]
# Everything has arrived. But our 87 characters have no K. Agree on what is read when somebody types
# one: 0, as in lesson 09.
#
# ## Is it only numbers?
#
# Inside such a file is a *pickle*, Python's way to store objects. An object may say how it wants to
# be made again: its method `__reduce__` returns a function and the arguments for it. Ours returns
# `print` and a sentence. It could be a function that deletes files or sends them away. The file has
# the function's name, and the arguments.
#
# The next cell saves such an object, loads it, and uses it. `weights_only=False` allows every
# function. Use it here alone, where you know what the file asks for.
#
# **Predict.** Below which of the three words is the sentence printed?

# %%
from torch import nn


class Surprise:
    def __reduce__(self):
        return print, ("Here I am.",)


print("saving")
torch.save({"weights": Surprise()}, folder / "surprise.pt")
print("loading")
loaded = torch.load(folder / "surprise.pt", weights_only=False)
print("using")
nothing = loaded["weights"]

# %% [markdown]
# Below "loading". We had taken nothing out of the file: to load it *is* to run it. With
# `weights_only=True`, PyTorch calls only functions of a list, such as those that make tensors.
# Texts, numbers, lists and dictionaries need no function.

# %%
from pickle import UnpicklingError

try:
    torch.load(folder / "surprise.pt", weights_only=True)
except UnpicklingError as error:
    start = str(error).index("Unsupported")
    print("refused:", str(error)[start : start + 32])

# %% [markdown]
# Refused, and nothing ran. Some rules follow from this:
#
# * Save the `state_dict`. If you save a whole model, `torch.save(reader, ...)`, the file asks for
#   its class, and `weights_only=True` refuses it as well.
# * Load with `weights_only=True`, and keep PyTorch new: even this check had holes, which
#   versions 2.6 and 2.10 closed.
# * The error message offers two ways out: `weights_only=False`, or to put the function on the list.
#   For a stranger's file, neither is one.
# * The format *safetensors* has no pickle in it: it holds tensors and texts alone.
# * What is loaded safely need not be right. It may still be the wrong weights.

# %% [markdown]
# ## One character at a time
#
# In the editor a line grows while it is typed. To read it from its start at every key would cost
# 1 + 2 + 3 + … steps. But h and c hold all that the reader knows of the characters before. So one
# step per key is enough, if the two are kept, as in lesson 08.
#
# Here is this step as a module, for B lines side by side. Its states come in and go out as
# arguments.


# %%
class OneStep(nn.Module):
    def __init__(self, reader):
        super().__init__()
        self.reader = reader

    def forward(self, numbers, h, c):
        x = self.reader.embedding(numbers)[:, None]  # (B, 1, 8), batch first
        output, (h, c) = self.reader.lstm(x, (h, c))
        return self.reader.head(output)[:, 0, 0], h, c


# %% [markdown]
# The caller carries the states on. `typed` does so for lines of the same length. A common slip is
# to forget that, so that every character meets zeros: `carry=False` does so.


# %%
@torch.no_grad()  # no graph is kept, however long the lines
def typed(step, numbers, carry=True):
    """Return the scores (B, T) after each character of B lines."""
    h = c = torch.zeros(1, len(numbers), 16)
    scores = []
    for characters in numbers.T:  # one character of each line
        score, new_h, new_c = step(characters, h, c)
        if carry:
            h, c = new_h, new_c
        scores.append(score)
    return torch.stack(scores, dim=1)


# %% [markdown]
# Is it what the reader says when it reads the whole line at once?

# %%
step, text = OneStep(reader).eval(), "print(x, y)"
one_line = torch.tensor([[number[character] for character in text]])  # (1, 11)
at_once = reader(one_line, torch.tensor([len(text)]), each_step=True)[..., 0]
same(typed(step, one_line), at_once)

# %% [markdown]
# It is. And this comes out if the state is forgotten:

# %%
curves = {
    "carried": torch.sigmoid(typed(step, one_line)[0]),
    "forgotten": torch.sigmoid(typed(step, one_line, carry=False)[0]),
}
pictures.along(text, curves, "How sure the reader is: 1 is code, 0 is prose")

# %% [markdown]
# They agree at the first character, where the state is zeros anyway. From then on the forgetful one
# judges each character as if the line began with it. At `)` both say code: on this line, the end
# alone hardly shows the slip.
#
# ## Out of Python
#
# Her editor cannot run our class. To *export* a model means to follow it once through an example,
# to note down which operations are done with the tensors, and to write that list into a file. A
# size of the example may become a constant in the list. So for each axis you say whether it may
# vary.
#
# First a model that reads whole lines. Our example is two lines of eight characters. We want both
# axes to be free, the batch and the time. `Dim.AUTO` is a wish: leave this size free, if you can.
# The first call may take a minute.

# %%
from lstm_lessons.data.elsewhere import quiet
from torch.export import Dim, export


class WholeLine(OneStep):  # its __init__ is that of OneStep
    def forward(self, numbers):
        output, _ = self.reader.lstm(self.reader.embedding(numbers))
        return self.reader.head(output)[..., 0]  # a score for each step


free = {"numbers": {0: Dim.AUTO, 1: Dim.AUTO}}  # axis 0: batch, axis 1: time
with quiet():  # without the warnings: none is about sizes
    program = export(WholeLine(reader), (numbers[:2, :8],), dynamic_shapes=free)
exported = program.module()  # something that can be called

# %% [markdown]
# We give it five lines of eight characters, and then two lines of nine.
#
# **Predict.** One of the two wishes was not granted. Is it the free batch or the free length?

# %%
for block in (numbers[:5, :8], numbers[:2, :9]):
    try:
        print(tuple(block.shape), "scores:", tuple(exported(block).shape))
    except AssertionError as error:
        print(tuple(block.shape), error)

# %% [markdown]
# The length, and nothing was said when that happened. What was so in the example has become a *law*
# of the exported model: axis 1 has to be 8. The *guard* of the message is the check for it. Another
# exporter may leave the length free. So after each export, try a second length and a second batch.

# %% [markdown]
# ## A step has no length
#
# `OneStep` has no axis of time, so it has no length that could be fixed. The loop over characters
# stays with the editor. So we export the step.
#
# The batch is axis 0 of `numbers`, (B,), and axis 1 of h and c, (1, B, 16). We give this axis a
# name, B. The name says that the size is free, and that it is the same in all three inputs. For
# `torch.export` it is a demand, and not a wish: if it cannot be met, there is an error. One line as
# an example would give that error, because a size of 1 is always made a law. So we take two.

# %%
B, zeros = Dim("B"), torch.zeros(1, 2, 16)
free = {"numbers": {0: B}, "h": {1: B}, "c": {1: B}}
example = (torch.tensor([1, 2]), zeros, zeros)
with quiet():
    exported = export(step, example, dynamic_shapes=free).module()

# %% [markdown]
# We hold its score, new h and new c against ours, for five characters and random states.

# %%
torch.manual_seed(0)
h, c = torch.randn(1, 5, 16), torch.randn(1, 5, 16)
given = torch.tensor([1, 2, 3, 4, 5]), h, c
for theirs, ours in zip(exported(*given), step(*given)):
    print(same(theirs, ours))

# %% [markdown]
# All three are wrong. Look at the example once more: h and c were one and the same tensor, `zeros`,
# handed over twice. Perhaps the exporter made a law of that, too, and reads c in both places:

# %%
for theirs, ours in zip(exported(*given), step(given[0], c, c)):
    print(same(theirs, ours))

# %% [markdown]
# So it does, in every call, and no warning came. One step from zeros would not have shown it. Two
# tensors of zeros mend it:

# %%
example = (torch.tensor([1, 2]), torch.zeros(1, 2, 16), torch.zeros(1, 2, 16))
with quiet():
    program = export(step, example, dynamic_shapes=free)
exported = program.module()
for theirs, ours in zip(exported(*given), step(*given)):
    print(same(theirs, ours))

# %% [markdown]
# So hand over no tensor twice in an example, and test with other values.
#
# ## In her editor
#
# `torch.onnx.export` writes the list as ONNX. It needs packages that are not part of this course.
# Where they are missing, `ready` prints how to get them, and the cells below show what was kept
# from another machine.

# %%
from lstm_lessons.data.elsewhere import kept, onnx_weights, ready

onnx_is_here = ready("onnx", "onnxscript", "onnxruntime")
if onnx_is_here:
    with quiet():
        written = torch.onnx.export(program, verbose=False)
    written.save(folder / "step.onnx")

# %% [markdown]
# onnxruntime runs such a file, with numpy's arrays in place of tensors. Her loop has no PyTorch in
# it. The example had two lines. We run one line, and then five side by side:

# %%
import numpy


def in_her_editor(session, numbers):
    h = c = numpy.zeros((1, len(numbers), 16), "float32")
    scores = []
    for characters in numbers.T:
        given = {"numbers": characters, "h": h, "c": c}
        score, h, c = session.run(None, given)  # None: all results
        scores.append(score)
    return numpy.stack(scores, axis=1)


# %%
blocks = one_line, numbers[:5, :8]
if onnx_is_here:
    from onnxruntime import InferenceSession

    session = InferenceSession(folder / "step.onnx")
    hers = [in_her_editor(session, block.numpy()) for block in blocks]
else:
    hers = kept("in her editor")
for theirs, block in zip(hers, blocks):
    print(tuple(block.shape), same(torch.tensor(theirs), typed(step, block)))

# %% [markdown]
# Who has put the rows in order? The exporter. `onnx_weights` takes the three tensors of the LSTM
# out of the file. W is `weight_ih` and R is `weight_hh`, in the order i, o, f, g. B, here not the
# batch, is both biases, one behind the other. The axis of size 1 in front is for the directions.
# `to_onnx` says the same as code:


# %%
def to_onnx(weight_ih, weight_hh, bias_ih, bias_hh):
    """Return W (1, 4H, I), R (1, 4H, H), B (1, 8H)."""
    W = reorder(weight_ih, "ifgo", "iofg")
    R = reorder(weight_hh, "ifgo", "iofg")
    biases = [reorder(bias, "ifgo", "iofg") for bias in (bias_ih, bias_hh)]
    return W[None], R[None], torch.cat(biases)[None]


# %%
weights = reader.lstm.all_weights[0]  # weight_ih, weight_hh, bias_ih, bias_hh
in_file = kept("step.onnx")
if onnx_is_here:
    in_file = onnx_weights(folder / "step.onnx")
for name, ours, theirs in zip("WRB", to_onnx(*weights), in_file):
    print(name, tuple(ours.shape), same(ours, torch.as_tensor(theirs)))

# %% [markdown]
# Below, carry the reader's rows from one framework to another. The stacks show 4 rows of each gate,
# of the reader's 16. At the foot is what the reader then says of two texts.
#
# **Try it.**
#
# 1. Press "PyTorch to ONNX", and then "put in order". Which strokes cross?
# 2. Press "to TensorFlow 1", which writes j for g, and leaves the rows as they lie. Which of the
#    two texts is judged wrongly?

# %%
from lstm_lessons import explorers

explorers.gate_orders()

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. Those of f and g cross that of o, which goes up to the second place.
# 2. `The value is a number.`: it is prose, and the wrong order alone makes it code, with 92 %.
#    `print(x, y)` is still taken for code, so this text alone shows no harm.
#
# </details>
#
# ## Keras: one bias, and lying down
#
# In Keras the order is i, f, c, o. Here too c is the news g, so it is PyTorch's order in other
# letters. Two other things differ. Keras has x on the left of the product, x W in place of W x, so
# its matrices lie down: (I, 4H) in place of (4H, I). And it has one bias. PyTorch has two, which
# are added anyway. `keras_step` is a step as Keras does it:


# %%
def to_keras(weight_ih, weight_hh, bias_ih, bias_hh):
    """Return kernel (I, 4H), recurrent_kernel (H, 4H), bias (4H,)."""
    return weight_ih.T, weight_hh.T, bias_ih + bias_hh


def from_keras(kernel, recurrent_kernel, bias):
    """Return PyTorch's four tensors, with all of the bias in bias_ih."""
    return kernel.T, recurrent_kernel.T, bias, torch.zeros_like(bias)


def keras_step(x, h, c, kernel, recurrent_kernel, bias):
    """Return the new (h, c) of Keras's LSTMCell."""
    z = x @ kernel + h @ recurrent_kernel + bias
    z_i, z_f, z_c, z_o = z.chunk(4, dim=-1)
    c = torch.sigmoid(z_f) * c + torch.sigmoid(z_i) * torch.tanh(z_c)
    h = torch.sigmoid(z_o) * torch.tanh(c)
    return h, c


# %% [markdown]
# We compare it with the step of lesson 03, and then carry the weights back:

# %%
from lstm_lessons.lstm.cell import lstm_step

states = torch.randn(10, 8), torch.randn(10, 16), torch.randn(10, 16)  # x, h, c
h_torch, _ = lstm_step(*states, *weights)
h_keras, _ = keras_step(*states, *to_keras(*weights))
back = from_keras(*to_keras(*weights))
h_back, _ = lstm_step(*states, *back)
print("there, h:     ", same(h_keras, h_torch))
print("back, h:      ", same(h_back, h_torch))
print("back, bias_ih:", same(back[2], weights[2]))

# %% [markdown]
# The biases come back as other numbers: a sum cannot be taken apart again. But h is the same. So
# compare what a layer *does*, and not its tensors one by one.
#
# `keras_step` is our own, so we agree with ourselves. But Keras itself has had these weights from
# `to_keras`. Its outputs for `print(x, y)`, h at each step, were kept:

# %%
output, _ = reader.lstm(reader.embedding(one_line))  # (1, 11, 16)
print("Keras itself:", same(torch.tensor(kept("in Keras")), output))

# %% [markdown]
# ## What is added without being seen
#
# The old cell of TensorFlow 1, `BasicLSTMCell`, stacks i, j, f, o, where j is the news. It also
# adds 1 to the sum of its forget gate at every step, and this 1 is in no file: it is the argument
# `forget_bias`. If you carry weights there, you have to take 1 off the bias of f.
#
# **Predict.** A guess: you forget it, so each sum of f is 1 too large. How many of the 217 right
# lines does that cost?

# %%
forgotten = deepcopy(reader)
with torch.no_grad():
    forgotten.lstm.bias_ih_l0[16:32] += 1  # the rows of f
print("right:", count_right(forgotten), "and the reader:", count_right(reader))
same(forgotten(numbers, lengths), reader(numbers, lengths))

# %% [markdown]
# Two: the count is 215. A count of right answers hardly sees the mistake, and a comparison of the
# scores sees it at once. So whoever sends you weights should send an input and its raw scores, too.
# The input must have several steps: at the first one c is zero, and a wrong f does nothing.
#
# <details><summary>A table of five frameworks: order, matrices and biases</summary>
#
# | framework | its order | in PyTorch's letters | matrices | biases | mind |
# |---|---|---|---|---|---|
# | PyTorch | i f g o | i f g o | (4H, I), (4H, H) | two | |
# | ONNX | i o f c | i o f g | (1, 4H, I), (1, 4H, H) | two, in one tensor | axis 0: direction |
# | Keras 3 | i f c o | i f g o | (I, 4H), (H, 4H) | one | a new layer has forget bias 1 |
# | Flax | not stacked: ii, …, hi, … | | (I, H), (H, H) | one, in hi, hf, hg, ho | state is (c, h) |
# | TensorFlow 1, `BasicLSTMCell` | i j f o | i g f o | (I + H, 4H), x above h | one | adds 1 to f |
#
# Each of these conversions stands, there and back, in `lstm_lessons/lstm/frameworks.py`. Each
# framework has run its own, Flax and TensorFlow once, as they are large. All gave PyTorch's
# numbers, to within 1e-6.
#
# </details>

# %% [markdown]
# ## What we have seen
#
# * What travels is the `state_dict`, and with it the number of each character, the sizes and the
#   order of the gates. The class does not travel: your friend must have it.
# * To load a pickle is to run it. `weights_only=True` calls only functions of a list.
# * One step with carried states reads a line as it is typed, and exports with a free batch. What
#   holds in an example may become a law: a length, or that two tensors are one.
# * Frameworks differ in the order of blocks, in lying matrices, in the number of biases, and in a 1
#   that is added unseen. Compare outputs, not tensors and not counts.

# %% [markdown]
# **A common mistake.** Weights are copied because their shapes fit. You recognise it by this: no
# error, and outputs that are off. If only `weight_hh` has the wrong order, the first step is right:
# it begins with h = 0. Four blocks have 4 · 3 · 2 · 1 = 24 orders. Try them all on a known output
# of several steps. With the weights of our reader only the right one fits.
#
# **Exercises:** [17 Shipping, and other
# frameworks](../exercises/17_shipping_and_other_frameworks.ipynb). Convert a set of weights, find
# the length that was fixed, say which file is safe, and mend a reader that forgets its state.
#
# **Next:** by now you know many mistakes that raise no error. [Lesson 18](18_clinic.ipynb) is a
# clinic: broken programs, and six probes that find what is wrong with most of them.
