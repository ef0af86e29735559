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
# A friend wants the reader **in her editor**: it should judge a line while she types it. Her editor
# has no PyTorch. It has a library that can run an LSTM. So you send her the weights, every number
# of them. She puts them in. No error comes.
#
# Here are the reader, the 242 lines that it was not trained on, and `batch_of`, all as in lesson
# 09. A model that always says "code" is there to compare with.

# %%
import torch
from lstm_lessons import trained_reader
from lstm_lessons.data import code_or_prose
from lstm_lessons.data.train_reader import batch_of

reader, number = trained_reader()
lines = code_or_prose()[484:]
texts = [line.text for line in lines]
numbers, lengths = batch_of(texts, number)  # (242, 40) and (242,)
is_code = torch.tensor([line.code for line in lines])


# %%
def count_right(scores):
    """Return how many of 242 lines these scores (242, 1) judge rightly."""
    return ((scores[:, 0] > 0) == is_code).sum().item()


print("the reader: ", count_right(reader(numbers, lengths)), "of", len(lines))
print("always code:", is_code.sum().item())

# %% [markdown]
# The weights of an LSTM are **stacked**: four blocks of rows, one for each gate. PyTorch stacks
# them in the order i, f, g, o. Her library reads ONNX, a file format for networks, and there the
# order is i, o, f, c. The c is only another name for the news g.
#
# The picture shows 2 of the 16 rows of each gate, and nobody has moved them. What ONNX takes a
# block for stands beside it:

# %%
from lstm_lessons import pictures

pictures.gate_orders("PyTorch", "ONNX")

# %% [markdown]
# Her library computes each gate with the block that lies where it looks. Follow our f. It lies
# second, and ONNX looks there for o. So her library computes o with our f:
#
# | the gate that her library computes | i | f | g | o |
# |---|---|---|---|---|
# | with our block | i | g | o | f |
#
# We can see this without her library: in a copy of the reader, PyTorch takes the same blocks. Our f
# goes last, where PyTorch looks for o.
#
# **Predict.** A guess: how many of the 242 lines does this copy get right?

# %%
from copy import deepcopy

mistaken = deepcopy(reader)
with torch.no_grad():
    for weight in mistaken.lstm.parameters():
        i, f, g, o = weight.chunk(4)
        weight.copy_(torch.cat([i, g, o, f]))  # the row of the table
print("right:", count_right(mistaken(numbers, lengths)))

# %% [markdown]
# Only 163, where the reader gets 217 right. Every shape fits, so nothing complains.
#
# This lesson is about what has to travel with the numbers.
#
# ## Put in order
#
# The cure is to move the blocks before you send them. `zip` pairs each letter of the old order with
# its block. Here each block is one number:


# %%
def reorder(stacked, old, new):
    """Return the four blocks of rows in another order."""
    blocks = dict(zip(old, stacked.chunk(4), strict=True))
    return torch.cat([blocks[gate] for gate in new])


four = torch.tensor([10, 20, 30, 40])  # i, f, g, o
print("for ONNX:", reorder(four, "ifgo", "iofg").tolist())

# %% [markdown]
# The 40 of o has moved to the second place, where her library looks for it.
#
# Below, carry the reader's rows to other frameworks. At the foot is what the reader then says of
# two texts.
#
# **Try it.** Press "put in order": all 217 are right again. Then press "to TensorFlow 1": this
# button leaves the rows as they lie. Which of the two texts is judged wrongly?

# %%
from lstm_lessons import explorers

explorers.gate_orders()

# %% [markdown]
# <details><summary>Answer</summary>
#
# `The value is a number.`: it is prose, and is now taken for code, with 92 %. `print(x, y)` is
# still taken for code: all 242 lines are now. The 1 of which the picture speaks comes later.
#
# </details>
#
# ## Save what a stranger can load
#
# Another friend has PyTorch, and `Reader`, the class of lesson 09. `state_dict()` is a dictionary
# of a model's weights by their names. It holds numbers, and no code. It does not say which
# character has which number, so our dictionary `number` has to travel with it, and so do the sizes
# of the layers. We add the order of the gates, for whoever carries the weights on to another
# library. `torch.save` writes these four into one file:

# %%
from pathlib import Path
from tempfile import mkdtemp

folder = Path(mkdtemp())  # a new, empty folder
sizes = {"embedding_dim": 8, "hidden_size": 16, "num_characters": len(number)}
parcel = {"weights": reader.state_dict(), "number": number, "sizes": sizes}
parcel["gates"] = "ifgo"
torch.save(parcel, folder / "parcel.pt")

# %% [markdown]
# At the other end the friend makes a `Reader` of these sizes (`**` hands them over by their names)
# and loads the weights into it. A new model is in training mode, so `eval()` ends that. The next
# section says what `weights_only=True` is for.

# %%
from lstm_lessons import same
from lstm_lessons.lstm.reader import Reader

opened = torch.load(folder / "parcel.pt", weights_only=True)
arrived = Reader(**opened["sizes"]).eval()
arrived.load_state_dict(opened["weights"])

same(arrived(*batch_of(texts, opened["number"])), reader(numbers, lengths))

# %% [markdown]
# Everything has arrived. But our 87 characters have no K, and `number["K"]` is an error. So agree
# on what is read for it. `batch_of` reads 0 for a character without a number, and still counts it
# in the length:

# %%
print(*batch_of(["K = 1"], opened["number"]))

# %% [markdown]
# ## Is it only numbers?
#
# Inside such a file is a *pickle*, Python's way to store objects. An object may say how it wants to
# be made again: its method `__reduce__` returns a function and the arguments for it. Ours returns
# `print` and a sentence. It could be a function that deletes files.
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
# `weights_only=True`, PyTorch calls only functions that it has on a list of allowed ones. Texts,
# numbers, lists and dictionaries need no function.

# %%
from pickle import UnpicklingError

try:
    torch.load(folder / "surprise.pt", weights_only=True)
except UnpicklingError:
    print("refused")

# %% [markdown]
# Refused, and nothing ran. So:
#
# * Save the `state_dict`. If you save a whole model, `torch.save(reader, ...)`, the file asks for
#   its class, and `weights_only=True` refuses it as well.
# * Load with `weights_only=True`, the default from version 2.6 on. Keep PyTorch new: even this
#   check had holes, which 2.6 and 2.10 closed (CVE-2025-32434, CVE-2026-24747).
# * The error's message offers `weights_only=False`, or to put the function on the list. For a
#   stranger's file, neither is a way out.
# * The format *safetensors* has no pickle: it holds tensors and texts alone.
# * What is loaded safely may still be the wrong weights.

# %% [markdown]
# ## One character at a time
#
# In the editor a line grows while it is typed. To read it from its start at every key would cost
# 1 + 2 + 3 + … steps. But h and c hold all that the reader knows of the characters before. If these
# two are kept, as in lesson 08, one step per key is enough. To delete a character, go back to the
# states before it: so keep those of every step. A reader in both directions (lesson 07) cannot work
# so: it also begins at the end.
#
# Here is this step, for B lines side by side. Its states come in and go out as arguments.


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
# The caller carries the states on: `typed` does it for lines of the same length. With `carry=False`
# it forgets them.


# %%
@torch.no_grad()  # no graph is kept, however long the lines
def typed(step, numbers, carry=True):
    """Return the scores (B, T) after each character of B lines."""
    h, c = torch.zeros(2, 1, len(numbers), 16)  # two tensors of zeros
    scores = []
    for characters in numbers.T:  # one character of each line
        score, new_h, new_c = step(characters, h, c)
        if carry:
            h, c = new_h, new_c
        scores.append(score)
    return torch.stack(scores, dim=1)


# %% [markdown]
# Are these the scores that the reader gives when it reads the whole line at once?

# %%
step, text = OneStep(reader).eval(), "print(x, y)"
one_line, length = batch_of([text], number)  # (1, 11) and (1,)
at_once = reader(one_line, length, each_step=True)[..., 0]
same(typed(step, one_line), at_once)

# %% [markdown]
# They are. Here is what comes out if the state is forgotten:

# %%
curves = {
    "carried": torch.sigmoid(typed(step, one_line)[0]),
    "forgotten": torch.sigmoid(typed(step, one_line, carry=False)[0]),
}
pictures.along(text, curves, "How sure the reader is: 1 is code, 0 is prose")

# %% [markdown]
# They agree at the first character, where the state is zeros. From then on the forgetful one judges
# each character as if the line began with it.
#
# ## Out of Python
#
# Her editor cannot run our class. To *export* a model means to follow it once through an example,
# and to note down which operations are done with the tensors. Before an operation is noted, a
# rehearsal finds the sizes of what comes out. The rehearsal of an LSTM is a loop with a turn for
# each step, in which all lines go side by side, but the notes say only `lstm`.
#
# A size of the example may become fixed. So for each axis you say whether it may vary. First we
# export the LSTM alone, with two lines of eight characters, and want both sizes free. `Dim.AUTO` is
# a wish: leave this size free, if you can. The first call may take a minute.

# %%
from lstm_lessons.data.elsewhere import quiet
from torch.export import Dim, export

x = reader.embedding(numbers).detach()  # (242, 40, 8): what the LSTM reads
free = {"input": {0: Dim.AUTO, 1: Dim.AUTO}}  # axis 0: batch, axis 1: time
with quiet():  # without the warnings: none is about sizes
    exported = export(reader.lstm, (x[:2, :8],), dynamic_shapes=free).module()

# %% [markdown]
# We give `exported` five lines of eight characters, and then two lines of nine.
#
# **Predict.** One of the two wishes was not granted. Is it the free batch or the free length?

# %%
print("five lines:", tuple(exported(x[:5, :8])[0].shape))
try:
    exported(x[:2, :9])
except AssertionError as error:
    print("nine characters:", error)

# %% [markdown]
# The length. The rehearsal took eight turns, and promises nothing for another number. So the eight
# has become a *law*, and nothing was said. The loop has no turn for each line, so the batch stayed
# free.
#
# It is PyTorch's module that refuses, by the *guard* of the message. Her library runs an ONNX file,
# and the one that `torch.onnx.export` makes of these notes reads nine characters. The older
# exporter (`dynamo=False`) fixes each size that its argument `dynamic_axes` does not name. So test
# the file itself, too: try a second length and a second batch.

# %% [markdown]
# ## Export the step
#
# The editor has one character at a time. So we export `OneStep`, and the loop over characters stays
# with the editor.
#
# The batch is axis 0 of `numbers`, (B,), and axis 1 of h and c, (1, B, 16). We name this axis B:
# its size is free, and the same in all three. A name is no wish: if its size cannot be free,
# `torch.export` raises an error. An example of one line would raise it, as by default a size of 1
# becomes a law. So we take two.

# %%
B, zeros = Dim("B"), torch.zeros(1, 2, 16)
free = {"numbers": {0: B}, "h": {1: B}, "c": {1: B}}
example = (torch.tensor([1, 2]), zeros, zeros)
with quiet():
    exported = export(step, example, dynamic_shapes=free).module()

# %% [markdown]
# We hold the score, new h and new c of the exported step against ours, for five characters and
# random states.
#
# **Predict.** A guess: one line of the cell above hides a mistake. How many of the three will
# differ from ours?

# %%
torch.manual_seed(0)
h, c = torch.randn(1, 5, 16), torch.randn(1, 5, 16)
given = torch.tensor([1, 2, 3, 4, 5]), h, c
for theirs, ours in zip(exported(*given), step(*given)):
    print(same(theirs, ours))

# %% [markdown]
# All three. In the notes, the line of the LSTM begins with x, called `unsqueeze`, and two states:

# %%
print(*[row[4:54] for row in exported.code.splitlines() if "aten.lstm" in row])

# %% [markdown]
# c stands in both places. In the example, h and c were the same tensor, `zeros`, and this became a
# law. The length had a guard, and the shared tensor has none. One step from zeros would not have
# shown the mistake. Two tensors of zeros mend it:

# %%
example = (torch.tensor([1, 2]), torch.zeros(1, 2, 16), torch.zeros(1, 2, 16))
with quiet():
    program = export(step, example, dynamic_shapes=free)
for theirs, ours in zip(program.module()(*given), step(*given)):
    print(same(theirs, ours))

# %% [markdown]
# So hand over no tensor twice in an example, and test with other values.
#
# ## In her editor
#
# `torch.onnx.export` writes the notes as an ONNX file, which onnxruntime can run. `ready` says
# whether the packages are installed, and if not, how to get them.

# %% tags=["nbval-ignore-output"]
# differs between machines: which packages they have
from lstm_lessons.data.elsewhere import kept, ready

here = ready("onnx", "onnxscript", "onnxruntime")  # True or False
if here:
    from onnxruntime import InferenceSession

    with quiet():
        torch.onnx.export(program, verbose=False).save(folder / "step.onnx")
    session = InferenceSession(folder / "step.onnx")
    print("Runs here. It takes", *[each.name for each in session.get_inputs()])

# %% [markdown]
# A session takes NumPy arrays, by the names of the arguments of `forward`. It returns a list of
# arrays; `None` asks for all of them.


# %%
def her_step(numbers, h, c):
    arrays = {"numbers": numbers.numpy(), "h": h.numpy(), "c": c.numpy()}
    score, h, c = session.run(None, arrays)
    return torch.tensor(score), torch.tensor(h), torch.tensor(c)


# %% [markdown]
# The example had two lines. We type one, and then five. Without the packages, `kept` brings the
# scores from another machine:

# %%
blocks = one_line, numbers[:5, :8]
for block, stored in zip(blocks, kept("in her editor")):
    scores = typed(her_step, block) if here else torch.tensor(stored)
    print(same(scores, typed(step, block)))

# %% [markdown]
# `number` is not in the file: send it along, as the text `json.dumps(number)`.
#
# The exporter has put the rows in order. With bare weights you do it yourself. ONNX wants W (for
# x), R (for h), and both biases end to end, (1, 8H). The 1 is the axis of directions; `[None]`
# makes it. `run_onnx` puts the three into the LSTM of onnxruntime, as she did at first, and lets it
# read x. h comes back as (T, B, H). Embedding and head are ours.


# %%
from lstm_lessons.data.elsewhere import run_onnx


@torch.no_grad()
def hers(order):
    """Return the scores (242, 1) by her LSTM, with our rows in this order."""
    W, R, *bias = [reorder(w, "ifgo", order) for w in reader.lstm.parameters()]
    x = reader.embedding(numbers).transpose(0, 1)  # (T, B, I): time first
    h = run_onnx(x, (W[None], R[None], torch.cat(bias)[None]))
    return reader.head(h[lengths - 1, range(242)])  # each line's last h


for order in ("ifgo", "iofg"):
    scores = hers(order) if here else torch.tensor(kept("bare weights")[order])
    print(order, count_right(scores), same(scores, reader(numbers, lengths)))

# %% [markdown]
# As the rows lie, 163 lines are right in her library, too. Put in order, 217 are, and every score
# is ours.
#
# ## Keras: one bias, and lying down
#
# In Keras the order is i, f, c, o. Here too c is the news g, so it is PyTorch's order. Two other
# things differ. Keras has x on the left of the product, x W in place of W x, so its matrices lie
# down, transposed: (I, 4H) in place of (4H, I). And it has one bias: PyTorch's two are added
# anyway.


# %%
def to_keras(weight_ih, weight_hh, bias_ih, bias_hh):
    """Return kernel (I, 4H), recurrent_kernel (H, 4H), bias (4H,)."""
    return weight_ih.T, weight_hh.T, bias_ih + bias_hh


# %% [markdown]
# `layer.set_weights([...])` puts these three, as NumPy arrays, into a Keras layer that is built. So
# Keras has read `print(x, y)`, on another machine. Is its h of each step ours?

# %%
print(*[tuple(each.shape) for each in to_keras(*reader.lstm.all_weights[0])])
output, _ = reader.lstm(reader.embedding(one_line))  # (1, 11, 16)
same(torch.tensor(kept("in Keras")), output)

# %% [markdown]
# On the way back the sum cannot be taken apart: `bias_ih` gets all of it, and `bias_hh` zeros.
#
# ## What is added without being seen
#
# The old cell of TensorFlow 1, `BasicLSTMCell`, stacks i, j, f, o, where j is the news. It also
# adds 1 to the sum of f at every step, and this 1 is in no file: it is the argument `forget_bias`.
# So if you carry weights there, take 1 off the bias of f.
#
# **Predict.** A guess: you forget it, so each sum of f is 1 too large. How many of the 217 right
# lines does that cost?

# %%
forgotten = deepcopy(reader)
with torch.no_grad():
    forgotten.lstm.bias_ih_l0[16:32] += 1  # the rows of f
print("right:", count_right(forgotten(numbers, lengths)))
same(forgotten(numbers, lengths), reader(numbers, lengths))

# %% [markdown]
# Two: the count is 215. A count hardly sees the mistake, and a comparison of the scores sees it at
# once. So whoever sends you weights should send an input and its scores before the sigmoid. The
# input must have several steps: at the first one c is zero, and a wrong f does nothing.
#
# ## Five frameworks
#
# | framework | order, in PyTorch's letters | matrices | biases | mind |
# |---|---|---|---|---|
# | PyTorch | i f g o | (4H, I), (4H, H) | two | |
# | ONNX | i o f g | (1, 4H, I), (1, 4H, H) | two, in one tensor | axis 0: direction |
# | Keras 3 | i f g o | (I, 4H), (H, 4H) | one | its bias of f starts at 1: nothing to take off |
# | Flax, `linen.LSTMCell` | not stacked | eight: (I, H), (H, H) | four, for h | state is (c, h) |
# | TensorFlow 1, `BasicLSTMCell` | i g f o | (I + H, 4H), x above h | one | adds 1 to f |
#
# Each conversion stands in `lstm_lessons/lstm/frameworks.py`, and was tried there and back on
# another machine: all outputs were within 1e-6 of PyTorch's.
#
# ## What we have seen
#
# * With the `state_dict` travel the characters' numbers, the sizes, and the order of the gates. The
#   class does not travel: your friend must have it.
# * To load a pickle is to run it. `weights_only=True` calls only allowed functions.
# * One step with carried states reads a line as it is typed, and exports with a free batch. What
#   holds in an example may become a law: a length, or that two tensors are one. Test the file that
#   you send.
# * Frameworks differ in the order of blocks, in transposed matrices, in the number of biases, and
#   in a 1 that is added unseen. Compare outputs, not tensors and not counts.

# %% [markdown]
# **A common mistake.** Weights are copied because their shapes fit. You recognise it by this: no
# error, and outputs that are off. Four blocks have 4 · 3 · 2 · 1 = 24 orders. Try them all on a
# known output of several steps; for weights from TensorFlow 1, add 1 to the bias of f each time.
# With the weights of our reader only the right one fits.
#
# **Exercises:** [17 Shipping, and other
# frameworks](../exercises/17_shipping_and_other_frameworks.ipynb). Convert weights, find a fixed
# length, say which file is safe, and mend a stream that begins anew.
#
# **Next:** by now you know many mistakes that raise no error. [Lesson 18](18_clinic.ipynb) is a
# clinic: broken programs, and six probes that find what is wrong with most of them.
