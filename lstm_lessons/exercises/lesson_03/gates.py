"""What people get wrong up to the four gates of a step: the sum, its cut, the squeezing."""

from collections.abc import Iterable, Iterator
from itertools import combinations, permutations

from lstm_lessons.exercises.engine.slips import Edits, Place, Slip, place, together
from lstm_lessons.exercises.engine.words import listed

GATES = ("i", "f", "g", "o")
ORDERS = tuple("".join(each) for each in permutations(GATES) if each != GATES)
"""The 23 orders in which torch's gates are not stacked."""


def cut(order: str) -> Edits:
    """Return the edit that names the four blocks in another order."""
    return {"z_i, z_f, z_g, z_o": ", ".join(f"z_{gate}" for gate in order)}


def cut_as(order: str) -> str:
    """Return what there is to say of it."""
    return f"cut as {', '.join(order)}; PyTorch stacks i, f, g, o."


def errors(x: str, h: str) -> Place:
    """Return what ends in an error: the same one wherever it stands, so it stands in the sum."""
    z = "(h @ weight_hh.T)"
    return place(
        f"{x} + {h}",
        alone=(
            ("W @ x.T in the sum", "A row of 4H numbers meets a row of B. If you write `W @ x.T`: "
             "that is (4H, B), with a column for each sentence. Write `x @ W.T`, which is (B, "
             "4H). (For h likewise.)", "weight_ih @ x.T + bias_ih", "bias_ih + weight_ih @ x.T"),
            ("blocks of 16", "If you cut blocks of 16: that is the lesson's H, and here H is "
             "another. `chunk(4, dim=-1)` finds it by itself, and `h.shape[-1]` is H.",
             f"{z}[:, 16:] * c", f"c * {z}[:, 16:]"),
            ("slices along the sentences", "If you cut the gates with `z[:H]`: that takes rows, "
             "and a row is a sentence. They lie side by side in the last axis: `z[:, :H]`. (A "
             "gate that is not cut at all has 4H numbers in a row, not H.)", f"{z} * c",
             f"c * {z}", f"{z} * {z}[2:]", f"{z}[2:] * {z}"),
            ("B for H", "B numbers meet H numbers. Did you read H from `h.shape[0]`? That is B, "
             "the number of sentences; H is `h.shape[-1]`. Or did you multiply one gate's weights "
             "the other way round? `W_ii @ x.T` is (H, B); `x @ W_ii.T` is (B, H).",
             f"{z}[:, :2] * c", f"c * {z}[:, :2]"),
            ("a gate that the dict does not have", "A gate is missing in your dict. If you cut z "
             "with `chunk(4)`: that cuts the sentences apart, and there are fewer than four. The "
             "gates lie side by side in the last axis: `z.chunk(4, dim=-1)`.", '{}["g"]',
             '{}["o"]', '{}["f"]', "{}[2]", "{}[3]", "{}[1]"),
            ("the lesson's names", "That line is the lesson's, with the lesson's names. There "
             "`cell` was a module that held the weights; here `cell` is a function of yours. Use "
             "the arguments: `weight_ih` for `cell.weight_ih`.", "cell.weight_ih",
             "cell.weight_hh", "cell.bias_ih", "cell.bias_hh"),
        ),
    )  # fmt: skip


def of_the_sum(x: str, h: str) -> Iterator[Place | Slip]:
    """Give the slips in the sum of what comes from x and from h."""
    xw, hw, both = "x @ weight_ih.T", "h @ weight_hh.T", f"{x} + {h}"
    tears = (
        "brought to shape {} with reshape or view. These read the numbers row by row and tear the "
        "rows apart; `.T` turns the matrix."
    )
    biases = "bias_ih", "bias_hh"
    half = "Half of the sum is missing: {}. A gate reads the word and the state."
    yield place(
        x,
        ("bias_ih dropped", "`bias_ih` is missing. PyTorch keeps two biases and adds both.", xw),
        ("x left out", "The word x is left out: the product of `x` and `weight_ih` is missing.",
         "bias_ih"),
        ("weight_ih reshaped", f"`weight_ih` was {tears.format('(I, 4H)')}",
         "x @ weight_ih.reshape(weight_ih.shape[::-1]) + bias_ih"),
    )  # fmt: skip
    yield place(
        h,
        ("bias_hh dropped", "`bias_hh` is missing. PyTorch keeps two biases and adds both.", hw),
        ("h left out", "The state h is left out: the product of `h` and `weight_hh` is missing.",
         "bias_hh"),
        ("gates read c", "Your gates read c: `weight_hh` is multiplied with `c`. In this LSTM the "
         "gates see x and h only; c is what they act on.", "c @ weight_hh.T + bias_hh"),
        ("weight_hh reshaped", f"`weight_hh` was {tears.format('(H, 4H)')}",
         "h @ weight_hh.reshape(weight_hh.shape[::-1]) + bias_hh"),
        ("W_h of each gate not transposed", "The blocks of `weight_hh` are used without turning "
         "them. As W_hi, W_hf, W_hg and W_ho are square (H, H), torch cannot notice. A row holds "
         "the weights of one unit: `h @ W_hi.T`.",
         "h @ torch.cat([W.T for W in weight_hh.chunk(4)]).T + bias_hh"),
    )  # fmt: skip
    yield place(
        both,
        ("both biases dropped", "Both biases are missing: `bias_ih` and `bias_hh` are added to "
         "the two products.", f"{xw} + {hw}"),
        ("all that comes from h left out", half.format("`h` with `weight_hh`, and `bias_hh`"), x),
        ("all that comes from x left out", half.format("`x` with `weight_ih`, and `bias_ih`"), h),
        alone=(
            *((f"{bias} used twice", f"`{bias}` is added twice and `{other}` not at all.",
               f"{both} + {bias} - {other}") for bias, other in permutations(biases)),
            *((f"{bias} doubled", f"`{bias}` is added twice. Each bias is added once.",
               f"{both} + {bias}") for bias in biases),
            ("both biases doubled", "Both biases are added twice. Each is added once; does a "
             "function that adds them already do so for you?", f"{both} + bias_ih + bias_hh"),
            ("biases subtracted", "The biases are subtracted; they are added.",
             f"{xw} + {hw} - bias_ih - bias_hh"),
            ("biases averaged", "You take the mean of the two biases. torch takes their sum.",
             f"{xw} + {hw} + (bias_ih + bias_hh) / 2"),
            ("products multiplied", "What comes from x and what comes from h are multiplied; they "
             "are added.", f"({x}) * ({h})"),
            ("products subtracted", "What comes from h is subtracted from what comes from x; the "
             "two are added.", f"{x} - ({h})"),
        ),
    )  # fmt: skip


def squeezed(gates: Iterable[str], now: str) -> Edits:
    """Return the edits that put ``now`` in the place of the squeezing of these gates."""
    squeezes = {"i": "sigmoid", "f": "sigmoid", "g": "tanh", "o": "sigmoid"}
    return {f"torch.{squeezes[gate]}(z_{gate})": now.format(gate) for gate in gates}


def of_the_squeezing() -> Iterator[Slip]:
    """Give the slips in sigmoid and tanh, and in which block a gate is made from."""
    bare = (
        "In the equations, {names} {are} used as {sums}, not squeezed. (If you have squeezed: "
        "write {names} there, not {sums}.)"
    )
    subsets = [each for count in (1, 2, 3, 4) for each in combinations(GATES, count)]
    for gates, name, says, now in (
        *((gates, "{names} not squeezed", bare, "z_{}") for gates in subsets),
        *((gates, "tanh on {names}", "{names} {are} put through tanh. What says how much passes "
           "lies between 0 and 1: sigmoid.", "torch.tanh(z_{})") for gates in (*"ifo", "ifo")),
        ("g", "sigmoid on g", "g goes through sigmoid. g is what may be written into c, below or "
         "above zero: it goes through tanh. Only i, f and o are taps between 0 and 1.",
         "torch.sigmoid(z_{})"),
        ("g", "relu on g", "g goes through relu. In torch's LSTM it goes through tanh, so that c "
         "can also go down.", "torch.relu(z_{})"),
    ):  # fmt: skip
        words = {"names": listed([*gates]), "are": "is" if len(gates) == 1 else "are"}
        words["sums"] = listed([f"z_{gate}" for gate in gates])
        edits, paired = squeezed(gates, now), len(gates) == 1
        yield together(name.format(**words), says.format(**words), edits, paired=paired)
    swapped = {**squeezed("ifo", "torch.tanh(z_{})"), **squeezed("g", "torch.sigmoid(z_{})")}
    said = "sigmoid and tanh have changed places: i, f and o go through sigmoid, g through tanh."
    yield together("sigmoid and tanh exchanged", said, swapped, paired=False)
    for gate, wrong in permutations(GATES, 2):
        (right,) = squeezed(gate, "")
        edits = {right: right.replace(f"z_{gate}", f"z_{wrong}")}
        said = f"{gate} is made from z_{wrong}."
        yield together(f"{gate} from z_{wrong}", said, edits, paired=False)
