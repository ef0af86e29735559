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
# Write your answer in its cell, run it, then run the cell below it, which checks it. Stuck?
# `exercise("17.1").hint()` gives a hint, and another one at the next call.
# `exercise("17.1").solution()`, called twice, shows a solution. None of the exercises needs a
# package that the course does not have.

# %%
import torch

from lstm_lessons import exercise

# %% [markdown]
# ## 17.1 Convert a set of weights
#
# A colleague still runs TensorFlow's old cell. It has one matrix and one bias:
#
# * `kernel` is (I + H, 4H). It stands on the right, `[x, h] @ kernel`, so the rows for x are above
#   those for h.
# * Its gates come in the order i, j, f, o, in the columns of `kernel` and in `bias`. j is the news,
#   which PyTorch calls g.
# * `bias` is (4H,). To the sum of f the cell adds 1 by itself, at every step.
#
# | argument | shape |
# |---|---|
# | `weight_ih` | (4H, I) |
# | `weight_hh` | (4H, H) |
# | `bias_ih`, `bias_hh` | (4H,) |
#
# These are PyTorch's. Return `kernel, bias`, such that the old cell does what PyTorch's does.
# `reorder(stacked, "ifgo", "iofg")` is the function of the lesson. It cuts the rows into four
# blocks, and a bias too. It finds them by the letters of the first order, so write g for j.

# %%
from lstm_lessons.lstm.frameworks import reorder


# %%
def to_old_cell(weight_ih, weight_hh, bias_ih, bias_hh):
    ### BEGIN SOLUTION
    both = torch.cat([weight_ih, weight_hh], dim=1)
    summed = bias_ih + bias_hh
    bias = reorder(summed, "ifgo", "igfo")
    H = len(bias) // 4
    bias[2 * H : 3 * H] -= 1
    return reorder(both, "ifgo", "igfo").T, bias
    ### END SOLUTION


# %%
exercise("17.1").check(to_old_cell)

# %% [markdown] tags=["hints"]
# 1. Four things differ: where x and h stand, the order of the gates, the number of biases, and the
#    1. Do them one after the other.
# 2. Put the two matrices side by side, (4H, I + H), and the blocks into the new order. Then the
#    matrix is turned once, by `.T`.
# 3. Add the two biases, and put the blocks into the new order. In that order f is the third block,
#    from 2H to 3H. Take 1 off there.

# %% [markdown]
# ## 17.2 Find the length that was fixed
#
# Somebody exported a reader four times. Exports 1, 2 and 4 are from `torch.export`, with an example
# of two lines. Export 3 is from the older exporter, `torch.onnx.export(..., dynamo=False)`, which
# was asked by `dynamic_axes` to leave the length free. Its example was one line. These are the
# sizes of what goes in:

# %%
print("export 1   numbers: (2, 8)")
print("export 2   numbers: (B, 8)")
print("export 3   numbers: (1, T)")
print("export 4   numbers: (B,)   h: (1, B, 16)   c: (1, B, 16)")

# %% [markdown]
# Exports 1 to 3 give the scores of whole lines. Export 4 is a step: it gives the scores and the new
# h and c.
#
# * `"example"`: which shape had the example of export 1?
# * `"five lines"`: which export reads 5 lines of 8 characters in one call? Give its number.
# * `"one long line"`: which export reads 1 line of 30 characters in one call?
# * `"anything"`: which export can be used for 7 lines of 30 characters, side by side?
# * `"calls"`: how many calls does that take?
# * `"h"`: which shape has h in these calls?
# * `"test"`: the maker of export 2 has tested it, and found nothing. Which test would have shown
#   that the length is fixed? `"A"`: five lines in place of two. `"B"`: two lines with other
#   characters. `"C"`: two lines of nine characters. `"D"`: a reader with other weights.

# %%
answer = {
    "example": ...,
    "five lines": ...,
    "one long line": ...,
    "anything": ...,
    "calls": ...,
    "h": ...,
    "test": ...,
}
### BEGIN SOLUTION
answer = {
    "example": (2, 8),
    "five lines": "2",
    "one long line": "3",
    "anything": "4",
    "calls": 30,
    "h": (1, 7, 16),
    "test": "C",
}
### END SOLUTION

# %%
exercise("17.2").check(answer)

# %% [markdown] tags=["hints"]
# 1. A size that is a number was the size of the example, and is fixed. A size that is a letter is
#    free.
# 2. Export 4 has no axis for characters at all. Who makes the loop over characters then?
# 3. One call of export 4 reads one character of all lines. In the shape of h, put 7 for B. And a
#    test sees a fixed length only if it has another length.

# %% [markdown]
# ## 17.3 Which file is safe?
#
# Five files were made so:

# %%
from lstm_lessons.lstm.cell import lstm_step
from lstm_lessons.lstm.reader import Reader


class Greeting:
    def __reduce__(self):
        return print, ("hello",)


def make_files(folder):
    reader = Reader(num_characters=87)
    weights = reader.state_dict()
    torch.save(weights, folder / "weights.pt")
    torch.save(reader, folder / "model.pt")
    parcel = {"weights": weights, "alphabet": "abc", "sizes": [8, 16]}
    torch.save(parcel, folder / "parcel.pt")
    greeting = {"weights": weights, "greeting": Greeting()}
    torch.save(greeting, folder / "greeting.pt")
    torch.save({"weights": weights, "step": lstm_step}, folder / "steps.pt")


# %% [markdown]
# * `"weights.pt"` and the four other files: what does `torch.load(file, weights_only=True)` do with
#   it? `"loads"` or `"refuses"`.
# * `"when"`: `greeting.pt` is loaded with `weights_only=False`. At which moment is "hello" printed:
#   at `"saving"`, at `"loading"` or at `"using"`, when the entry is taken out?
# * `"model.pt from a stranger"`: a stranger has sent you a file like `model.pt`, and it is refused.
#   What do you do? `"A"`: load it with `weights_only=False`, as the error message says. `"B"`: put
#   every function that it asks for on the list of what is allowed. `"C"`: ask for the `state_dict`.
#   `"D"`: load it with `weights_only=False`, and look at what is in it before you use it.
# * `"right"`: a file loads with `weights_only=True`. Does that show that its weights are the right
#   ones? `True` or `False`.

# %%
answer = {
    "weights.pt": ...,
    "model.pt": ...,
    "parcel.pt": ...,
    "greeting.pt": ...,
    "steps.pt": ...,
    "when": ...,
    "model.pt from a stranger": ...,
    "right": ...,
}
### BEGIN SOLUTION
answer = {
    "weights.pt": "loads",
    "model.pt": "refuses",
    "parcel.pt": "loads",
    "greeting.pt": "refuses",
    "steps.pt": "refuses",
    "when": "loading",
    "model.pt from a stranger": "C",
    "right": False,
}
### END SOLUTION

# %%
exercise("17.3").check(answer)

# %% [markdown] tags=["hints"]
# 1. Go through what each file holds. Tensors, texts, numbers, lists and dictionaries are loaded.
# 2. An object of a class that is not on the list, or a function, is refused, wherever in the
#    dictionary it stands.
# 3. To load is to run: to look afterwards is to look too late. What does a stranger have to send,
#    so that nothing has to run?

# %% [markdown]
# ## 17.4 A stream that begins anew
#
# B people type side by side, each a line. At every step, one character of each of them comes in.
# When one of them begins a new line, that line has to start from zeros. The others are in the
# middle of theirs, and go on.
#
# | argument | shape | meaning |
# |---|---|---|
# | `x` | (T, B, I) | the vectors of the characters |
# | `new` | (T, B) | floats: 1.0 where a character is the first of a new line, else 0.0 |
# | `h`, `c` | (B, H) | the states before the first step |
# | `weight_ih`, `weight_hh`, `bias` | (4H, I), (4H, H), (4H,) | the layer, with one bias |
#
# The function returns the h of every step, (T, B, H). It runs, and two things are wrong with it.


# %%
def broken_stream(x, new, h, c, weight_ih, weight_hh, bias):
    outputs = []
    for x_t, new_t in zip(x, new, strict=True):
        if new_t.any():
            h = torch.zeros_like(h)
        h, c = lstm_step(x_t, h, c, weight_ih, weight_hh, bias)
        outputs.append(h)
    return torch.stack(outputs)


# %%
def stream(x, new, h, c, weight_ih, weight_hh, bias):
    ### BEGIN SOLUTION
    outputs = []
    for x_t, new_t in zip(x, new, strict=True):
        keep = (1 - new_t)[:, None]
        h, c = lstm_step(x_t, keep * h, keep * c, weight_ih, weight_hh, bias)
        outputs.append(h)
    return torch.stack(outputs)
    ### END SOLUTION


# %%
exercise("17.4").check(stream)

# %% [markdown] tags=["hints"]
# 1. Where one line begins anew, what happens to the h of the others? And what happens to c?
# 2. `new_t` has one number for each line, (B,), and h is (B, H). A column of ones and zeros,
#    `[:, None]`, multiplies each line by its own number.
# 3. Multiply both h and c by `(1 - new_t)[:, None]`, before the step.
