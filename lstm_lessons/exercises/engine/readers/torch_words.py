"""What an error of torch's or Python's means, in the course's words: one table for all lessons.

A pattern is matched against the kind of error and the first line of its text. The words say what
the numbers in it are: ``{0}`` is the pattern's first group; ``<0>`` is the same group as a size,
which is given in the symbols of the call as well; ``<0x1>`` is a matrix of so many rows and
columns, with the inputs of the call that are such matrices.
"""

import re

from torch import Tensor

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.symbols import with_symbols

_OF_A_TENSOR = "|".join(name for name in dir(Tensor) if name[0] != "_" and not hasattr((), name))

MEANINGS: tuple[tuple[str, str, str], ...] = (
    (r"mat1 and mat2 shapes cannot be multiplied \((\d+)x(\d+) and (\d+)x\2\)",
     "a product of two with as many columns",
     "A product is to be made of <0x1> and <2x1>: both have as many columns. It takes rows of the "
     "first and columns of the second, so `.T` has to turn one. With a sentence in each row, that "
     "is `x @ W.T`. (`F.linear` turns its weight by itself; and number by number, ⊙, is `*`.)"),
    (r"1D tensors expected, but got 2D and 2D tensors",
     "a product that does not fit",
     "`torch.dot` multiplies two vectors. (Number by number, ⊙, is `*`; of matrices, it is `@`.)"),
    (r"mat1 and mat2 shapes cannot be multiplied \((\d+)x(\d+) and (\d+)x(\d+)\)",
     "a product that does not fit",
     "<0x1> is to be multiplied by <2x3>. The columns of the first have to be as many as the rows "
     "of the second."),
    (r"mat2 must be a matrix, got (\d)-D tensor",
     "a product that does not fit",
     "The second factor of a product of matrices has to have two axes; what you give has {0}."),
    (r"Expected size for first two dimensions of batch2 tensor to be: \[(.*?)\] but got: \[(.*?)\]",
     "two stacks of matrices that do not fit",
     "Matrices are multiplied, one by one, and do not fit: the shape of the second tensor should "
     "begin with <0>, and begins with <1>. (Number by number, ⊙, is `*`, not `@`.)"),
    (r"size mismatch, got input \((\d+)\), mat \((\d+)x(\d+)\), vec \((\d+)\)",
     "a product that does not fit",
     "<1x2> is to be multiplied by a vector of <3> numbers. It needs as many numbers as the matrix "
     "has columns."),
    (r"The size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\) at non-singleton "
     r"dimension (\d+)",
     "sizes that do not go together",
     "Two tensors meet number by number, and on axis {2} the one has <0> places, the other <1>. "
     "(torch lays the last axes over each other. An axis of length 1, such as `[:, None]` makes, "
     "goes with any length.)"),
    (r"Sizes of tensors must match except in dimension (\d+)\. Expected size (\d+) but got size "
     r"(\d+)",
     "pieces that do not fit",
     "The pieces that you join differ on another axis than axis {0}, along which you join them: "
     "one has <1> places there, another <2>."),
    (r"stack expects each tensor to be equal size, but got \[(.*?)\] at entry 0 and \[(.*?)\]",
     "pieces of different shapes",
     "The pieces that you stack have different shapes: ({0}), then ({1}). `torch.stack` wants "
     "pieces of one shape, and gives them a new axis. `torch.cat` joins them along one that they "
     "have."),
    (r"(?:stack|torch\.cat)\(\): expected a non-empty list|stack expects a non-empty TensorList",
     "nothing to put together",
     "The list that you put together is empty: nothing was ever added to it."),
    (r"expected Tensor as element (\d+) in argument 0, but got (\w+)",
     "other things than tensors put together",
     "Place {0} of what you put together is no tensor, but of the type `{1}`. (nn.LSTM returns "
     "`output, (h_n, c_n)`, a tuple.)"),
    (r"(?:cat|stack)\(\): argument 'tensors' \(position 1\) must be tuple of Tensors, not (\w+)",
     "no list of tensors",
     "`torch.cat` and `torch.stack` take a *list* of tensors, and get something of the type `{0}`. "
     "(`list(...)` makes a list of a tensor's rows.)"),
    (r"Tensors must have same number of dimensions: got (\d+) and (\d+)",
     "pieces with different numbers of axes",
     "Of the pieces that you join, one has {0} axes and another {1}. (`squeeze()` takes every axis "
     "of length 1; an index that is one number, as in `x[b]`, takes its axis.)"),
    (r"zero-dimensional tensor.*cannot be concatenated",
     "single numbers joined",
     "What you join are single numbers, without an axis. `torch.stack` makes an axis for them."),
    (r"Expected sequence length to be larger than 0",
     "nothing to read",
     "In one of its calls, the layer gets no step at all. Where does your slice begin, and before "
     "which step does it stop? (`x[:t]` is empty at t = 0.)"),
    (r"index (-?\d+) is out of bounds for dimension (\d+) with size (\d+)",
     "an index too far",
     "You look up place {0} on axis {1}, which is <2> long. Its first place is 0, its last one is "
     "its length less one. Is it the axis that you mean?"),
    (r"(?:list|tuple|string) index out of range|select\(\): index .* out of range",
     "an index too far",
     "You look up a place that a tensor, a list, a tuple or a string does not have. Its first "
     "place is 0, its last one is its length less one."),
    (r"The expanded size of the tensor \((\d+)\) must match the existing size \((\d+)\) at "
     r"non-singleton dimension (\d+)",
     "a piece that does not fit",
     "On axis {2}, what has <1> places is to fill <0>."),
    (r"number of sizes provided \((\d+)\) must be greater or equal to the number of dimensions in "
     r"the tensor \((\d+)\)",
     "a piece with too many axes",
     "What you write there has {1} axes, and its place has {0}."),
    (r"shape mismatch: (?:value tensor|indexing tensors).*",
     "indices that do not go together",
     "The indices in one bracket, or the value that you write there, have lengths that do not go "
     "together."),
    (r"Dimension out of range \(expected to be in range of \[(-?\d+), (-?\d+)\], but got (-?\d+)\)",
     "an axis that is not there",
     "You name axis {2}, and the tensor has the axes 0 to {1}."),
    (r"too many indices for tensor of dimension (\d+)",
     "more indices than axes",
     "You give more indices than the tensor has axes: it has {0}."),
    (r"input\.size\(-1\) must be equal to input_size\. Expected (\d+), got (\d+)",
     "words of another length",
     "The layer's input_size is <0>: so many numbers it reads at a step, from the last axis. What "
     "it gets has <1> there. Which axis should be the last?"),
    (r"Expected hidden(?:\[(\d)\])? size \((.*?)\), got \[(.*?)\]",
     "states of another shape",
     "The layer wants states of the shape <1>, and gets <2>. (The input, too, says how many "
     "sentences there are, by its axis for the batch.)"),
    (r"For (?:batched 3-D|unbatched 2-D) input, hx and cx should also be (\d)-D but got \((\d)-D, "
     r"(\d)-D\)",
     "states with another number of axes",
     "The states should have {0} axes, as the input has; yours have {1} and {2}."),
    (r"LSTM: Expected input to be 2D or 3D, got (\d)D",
     "an input with another number of axes",
     "nn.LSTM reads three axes, or two for one sentence alone; your input has {0}."),
    (r"LSTM\.forward\(\) takes from 2 to 3 positional arguments but \d were given"
     r"|lstm\(\) received an invalid combination of arguments",
     "states in no pair",
     "The layer cannot take what it was given. Its states go in as one pair of two tensors: "
     "`lstm(x, (h, c))`."),
    (r"view size is not compatible with input tensor's size and stride",
     "view after a transpose",
     "`view` reads the numbers in the order in which they lie in memory, and a transposed tensor "
     "lies there otherwise."),
    (r"shape '\[(.*?)\]' is invalid for input of size (\d+)",
     "a shape of another size",
     "You want the shape <0>, and there are <1> numbers: the product of a shape has to be as "
     "many."),
    (r"unflatten: Provided sizes \[(.*?)\] don't multiply up to the size of dim (\d+) \((\d+)\)",
     "a shape of another size",
     "Axis {1} is to be laid out as ({0}), and it has <2> places: the product has to be as many."),
    (r"invalid shape dimension (-\d+)",
     "a size below zero",
     "A shape is wanted with {0} in it. Below zero there is only -1, once: it stands for what is "
     "left over."),
    (r"(?:view|reshape|unflatten)\(\).*(?:but got Tensor|- got \([^)]*Tensor)",
     "a tensor for a size",
     "A shape is made of whole numbers, and a tensor stands in one of its places."),
    (r"grad can be implicitly created only for scalar outputs",
     "a loss of many numbers",
     "`backward()` begins with a single number, and what you call it on holds several. A loss is "
     "one number, such as their sum."),
    (r"(?:split_with_sizes|chunk|split).*(?:sum exactly|expects)",
     "parts that do not add up",
     "The parts into which you cut an axis do not add up to its length."),
    (r"slice indices must be integers|must be (?:tuple of )?ints?, ?(?:not|but (?:got|found).*) "
     r"float|'float' object cannot be interpreted as an integer"
     r"|(?:view|reshape)\(\) received an invalid combination of arguments - got \([^)]*float"
     r"|reshape\(\) takes 1 positional argument but \d+ were given",
     "a size that is no whole number",
     "Sizes and places are whole numbers. (`/` gives a float, `20 / 4` is 5.0; `20 // 4` is 5.)"),
    (r"not enough values to unpack \(expected (\d+), got (\d+)\)",
     "fewer parts than names",
     "There are {0} names on the left, and {1} parts to give to them. (If they come of `chunk` or "
     "`split`: both cut along axis 0 unless told otherwise.)"),
    (r"too many values to unpack \(expected (\d+)",
     "more parts than names",
     "There are {0} names on the left, and more parts than that on the right. (If they come of "
     "`split(n)`: it makes pieces *of* n; `chunk(n)` makes n pieces.)"),
    (r"Trying to backward through the graph a second time",
     "an old graph",
     "A gradient is to go back through a graph that was used and freed already: a state that you "
     "carry on still hangs on the step that made it."),
    (r"modified by an inplace operation",
     "a changed tensor",
     "A tensor was changed after the graph had taken it in: the way back needs the old numbers."),
    (r"a leaf Variable that requires grad is being used in an in-place operation",
     "a parameter written over",
     "You write into a tensor whose gradient is asked for. Make a new one."),
    (r"element 0 of tensors does not require grad",
     "no graph",
     "There is no graph to go back through: it was cut before, or gradients were off."),
    (r"Can't call numpy\(\) on Tensor that requires grad",
     "numpy in a graph",
     "`.numpy()` leaves torch's graph, through which the gradients run. Stay with torch's own "
     "functions."),
    (r"`lengths` array must be sorted in decreasing order",
     "lengths not sorted",
     "`pack_padded_sequence` wants the longest sentence first, or `enforce_sorted=False`."),
    (r"Expected `len\(lengths\)` to be equal to batch_size, but got (\d+) \(batch_size=(\d+)\)",
     "lengths of another batch",
     "There are <0> lengths, and <1> sentences on the axis that is read as the batch. Is it the "
     "right axis?"),
    (r"Length of all samples has to be greater than 0",
     "a length of zero",
     "One of the lengths is 0: every sentence needs a word at least."),
    (r"start \((\d+)\) \+ length \((\d+)\) exceeds dimension size \((\d+)\)",
     "more rows than there are",
     "Rows {0} to {0} + {1} are wanted, and there are {2}."),
    (r"only integer tensors of a single element can be converted to an index",
     "a whole tensor for one number",
     "An index, or an end of a slice, is one number. A tensor of several stands there."),
    (r"only (?:one element tensors) can be converted|a Tensor "
     r"with (\d+) elements cannot be converted to Scalar|only (?:size-1 arrays|0-dimensional "
     r"arrays) can be converted|only one element tensors can be converted to Python scalars",
     "a whole tensor for one number",
     "A tensor of several numbers stands where Python wants one number. (`math.exp` and the other "
     "functions of `math` take one number; torch has its own: `torch.exp`.)"),
    (r"Boolean value of Tensor with (?:more than one value|no values) is ambiguous",
     "a whole tensor for a yes or no",
     "`if`, `and`, `or` and `not` want one yes or no, and get a whole tensor of them. "
     "(Whether there is one at all, `h_0 is None` asks: it looks at no number.)"),
    (r"'(\w+)' object is not callable",
     "brackets behind what is no function",
     "Round brackets behind a name or a number call it, and what you call is of the type `{0}`. Is "
     "a `*` missing, or does a variable have the name of a function?"),
    (r"tuple indices must be integers or slices, not tuple|'tuple' object is not",
     "a tuple for a tensor",
     "What you index is a tuple: take one of the things in it first. (nn.LSTM returns `output, "
     "(h_n, c_n)`. A packed output is a tuple as well: unpack it first.)"),
    (r"tensors used as indices must be long|where expected condition to be a boolean tensor|"
     r"operator\.invert\) is only implemented on integer and Boolean",
     "numbers for True and False",
     "What chooses here has to be a tensor of True and False, and yours holds other numbers. A "
     "comparison makes one: if `mark` holds ones and zeros, `mark == 1` is True at the ones. (In "
     "square brackets, whole numbers are places, and no choice.)"),
    (r"(?:string|list|tuple) indices must be integers",
     "an index that is no whole number",
     "What stands in square brackets has to be a whole number or a slice there. (In those of a "
     "tensor, True and False are a choice.)"),
    (r"'(\w+)' object is not subscriptable",
     "square brackets behind what has no places",
     "Square brackets take something out of a tensor, a list or a dict, and what stands before "
     "them is of the type `{0}`."),
    (r"slice\(\) cannot be applied to a 0-dim tensor|invalid index of a 0-dim tensor",
     "a place in a single number",
     "You look up a place in a tensor that holds a single number: it has no axis."),
    (rf"'(tuple|list)' object has no attribute '({_OF_A_TENSOR})'",
     "a tuple for a tensor",
     "`{1}` is asked of a {0}, and it is a tensor that has one. (Of a pair, such as nn.LSTM's "
     "(h, c), ask each of the two. Of many tensors `torch.cat` or `torch.stack` makes one.)"),
    (r"'(\w+)' object has no attribute '(\w+)'",
     "an attribute that is not there",
     "What is of the type `{0}` has no `{1}`. Is it what you think it is?"),
    (r"unsupported operand type\(s\) for (\S+)(?: or pow\(\))?: '(\w+)' and '(\w+)'",
     "two things that do not go together",
     "`{0}` stands between two things of the types `{1}` and `{2}`, which do not go together."),
    (r"bad operand type for unary (\S+): '(\w+)'",
     "two things that do not go together",
     "`{0}` stands before something of the type `{1}`, and that does not go together."),
    (r"can only concatenate (\w+) \(not \"(\w+)\"\) to \w+",
     "two things that do not go together",
     "`+` stands between two things of the types `{0}` and `{1}`, which do not go together."),
    (r"'(\S+)' not supported between instances of '(\w+)' and '(\w+)'",
     "two things that do not compare",
     "`{0}` compares two things of the types `{1}` and `{2}`, which have no order."),
    (r"(?<![\w.])(\w+)\(\) takes (.+?) positional arguments? but (\d+) (?:was|were) given",
     "too many things in brackets",
     "`{0}` is given {2} things in its brackets, and takes {1}. (A `*` hands over each thing in a "
     "list on its own.)"),
    (r"(?<![\w.])(\w+)\(\) missing \d+ required positional arguments?: (.+)",
     "too few things in brackets",
     "`{0}` gets too little in its brackets. Missing: {1}."),
    (r"object of type '(\w+)' has no len\(\)",
     "a length of what has none",
     "`len` counts what is in a list or on axis 0 of a tensor. What you hand it is of the type "
     "`{0}`, which has no length."),
    (r"math domain error|expected a positive input",
     "a logarithm or root that there is not",
     "A logarithm of 0 or less, or a root of less than 0, is asked for."),
    (r"(?:division|modulo) by zero",
     "a division by zero",
     "You divide by 0 there."),
    (r"expected (?:m1 and m2|scalar type|mat1 and mat2).* (?:same dtype|but (?:got|found))",
     "two kinds of numbers",
     "Numbers of two kinds meet, such as float32 and float64. Make new tensors with the kind of "
     "those that are given: `x.new_zeros(...)`, or `dtype=x.dtype`."),
    (r"could not infer output dtype.* Got: (Bool|Long|Int)",
     "a mean of no floats",
     "A mean wants floats, and gets `{0}`. `.double()` makes them: of True a 1, of False a 0."),
    (r"(\w+)\(\): argument '(\w+)' \(position \d+\) must be ([\w ]+), not (\w+)",
     "an argument of another kind",
     "As its `{1}`, `{0}` takes what is `{2}`, and what it gets is of the type `{3}`."),
    (r"maximum recursion depth exceeded",
     "calls itself without end",
     "Your function calls itself again and again. What should stop it?"),
    (r"^'(j)'$",
     "a gate by another library's letter",
     "A gate is looked for under the letter {0}, and there is none: PyTorch calls the news g."),
)  # fmt: skip


_READ = 500
"""Characters of an error that are read: some of the patterns take the square of the length."""


def meaning(error: BaseException, case: Case | None = None) -> tuple[str, str] | None:
    """Return the name of what is behind an error, and what to tell; nothing where it is unknown.

    ``case`` is the call that ended in it: by its sizes and inputs the numbers are said.
    """
    case = case or Case({})
    try:
        first = str(error).strip().split("\n")[0][:_READ]
    except Exception:
        return None
    for pattern, name, words in MEANINGS:
        if found := re.search(pattern, first):
            said = _said(words, found.groups(""), case)
            return name, said if said.startswith("nn.") else said[0].upper() + said[1:]
    return None


def _said(words: str, groups: tuple[str, ...], case: Case) -> str:
    """Return the words with the numbers of an error filled in."""

    def size(at: re.Match) -> str:
        return with_symbols(groups[int(at[1])], case.sizes)

    def matrix(at: re.Match) -> str:
        return _matrix(int(groups[int(at[1])]), int(groups[int(at[2])]), case)

    words = re.sub(r"<(\d)x(\d)>", matrix, words)
    return re.sub(r"<(\d)>", size, words).format(*groups)


def _matrix(rows: int, columns: int, case: Case) -> str:
    """Say what a matrix is: its sizes, and which inputs, or which turned by ``.T``, are such."""
    given = {name: each.shape for name, each in case.inputs.items() if isinstance(each, Tensor)}
    such = [f"`{name}`" for name, shape in given.items() if shape == (rows, columns)]
    such += [f"`{name}.T`" for name, shape in given.items() if shape[::-1] == (rows, columns)]
    counts = ((rows, "row"), (columns, "column"))
    said = [f"{with_symbols(str(n), case.sizes)} {what}{'s' * (n != 1)}" for n, what in counts]
    return f"a matrix of {' and '.join(said)}" + f" (such as {' or '.join(such)})" * bool(such)
