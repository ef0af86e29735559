"""What people get wrong behind the gates of a step: c, h, and what is returned."""

from collections.abc import Iterator
from itertools import product

from lstm_lessons.exercises.engine.slips import Place, Slip, place, together
from lstm_lessons.exercises.engine.words import listed
from lstm_lessons.exercises.lesson_03.gates import GATES, ORDERS, squeezed

C_LINE = "f * c + i * g"
C_LINES = tuple(each for each in product("ifo", repeat=2) if each != ("f", "i"))
"""What may multiply the old c, and what g, in a wrong line for c."""


def lines_for_c() -> Iterator[Slip]:
    """Give the lines for c in which other gates stand."""
    for keeps, writes in C_LINES:
        yield together(
            "i and f exchanged" if (keeps, writes) == ("i", "f") else f"{keeps} * c + {writes} * g",
            f"In the equation for c, {keeps} multiplies the old c, and {writes} multiplies g.",
            {C_LINE: f"{keeps} * c + {writes} * g"},
            paired=False,
        )


def of_c() -> Place:
    """Return the slips in the line for c but those that take another gate."""
    two = "c is made of two terms: what is kept of the old c, and what is newly written."
    return place(
        C_LINE,
        ("i left out", f"i is left out. {two} g is let in by i.", "f * c + g"),
        ("f left out", f"f is left out: all of the old c stays. {two}", "c + i * g"),
        ("old c left out", f"The old c is left out. {two}", "i * g"),
        ("nothing written", f"Nothing new is written: i and g are missing. {two}", "f * c"),
        ("g subtracted", "The new part of c is subtracted; it is added. g itself may be below "
         "zero.", "f * c - i * g"),
        ("tanh on the new c", "The new c goes through tanh before it is kept. c itself is not "
         "squeezed; tanh is taken only for h.", "torch.tanh(f * c + i * g)"),
        ("h in place of the old c", "The new c is made from the old h; f multiplies the old c.",
         "f * h + i * g"),
        alone=(
            ("f without c", f"f stands alone; it says how much of the old c is kept. {two}",
             "f + i * g"),
            ("terms multiplied", "The two terms of c are multiplied; they are added.",
             "f * c * i * g"),
            ("i and g added", "i and g are added to c; i has to multiply g: it says how much of g "
             "is let in.", "f * c + i + g"),
            ("f over the whole sum", "f multiplies the whole sum. It belongs to the old c alone: "
             "mind the parentheses.", "f * (c + i * g)"),
            ("i over the whole sum", "i multiplies the whole sum. It belongs to g alone: mind the "
             "parentheses.", "i * (f * c + g)"),
            ("coupled gates", "You use 1 - f in place of i. There are LSTMs like this (coupled "
             "gates); torch's has an i of its own.", "f * c + (1 - f) * g"),
            ("1 - f kept", "You keep 1 - f of the old c. f is named after forgetting, but it is "
             "the share that is kept.", "(1 - f) * c + i * g"),
            ("o applied to c", "o multiplies c. The output gate acts on h alone; c goes on "
             "untouched.", "o * (f * c + i * g)"),
        ),
    )  # fmt: skip


def of_h(new_c: str) -> Place:
    """Return the slips in the line for h."""
    return place(
        f"o * torch.tanh({new_c})",
        ("no tanh on c in h", "A tanh is missing in h: c goes through tanh before o lets it out.",
         f"o * {new_c}"),
        ("sigmoid on c in h", "On the way to h, c goes through sigmoid; it should be tanh.",
         f"o * torch.sigmoid({new_c})"),
        ("o left out", "o is left out: it says how much of tanh(c) is let out as h.",
         f"torch.tanh({new_c})"),
        alone=(
            *((f"{gate} in place of o", f"In the equation for h, {gate} stands in place of o.",
               f"{gate} * torch.tanh({new_c})") for gate in "if"),
            ("c left out of h", "Your h is o alone; o says how much of tanh(c) is let out.", "o"),
            ("o added", "o is added to tanh(c); it has to multiply it.",
             f"o + torch.tanh({new_c})"),
            ("o inside tanh", "o sits inside tanh. First tanh of c, then times o: mind the "
             "parentheses.", f"torch.tanh(o * {new_c})"),
            ("tanh of o", "tanh is taken of o; it belongs to c.", f"torch.tanh(o) * {new_c}"),
        ),
    )  # fmt: skip


def exchanged_behind_the_cut(new_c: str) -> Iterator[Slip]:
    """Give the slips behind the cut that make the numbers of a wrong order."""
    h_line = f"o * torch.tanh({new_c})"
    for order in (each for each in ORDERS if each[2] == "g" and each != "figo"):
        i, f, o = now = [GATES[order.index(gate)] for gate in "ifo"]
        moved = listed([a for a, b in zip("ifo", now, strict=True) if a != b])
        said = f"In the equations for c and h, {moved} have changed places."
        edits = {C_LINE: f"{f} * c + {i} * g", h_line: h_line.replace("o *", f"{o} *")}
        yield together(f"{moved} exchanged", said, edits, paired=False)
    said = "i and g have changed their squeezing: sigmoid belongs to i, tanh to g."
    edits = {**squeezed("i", "torch.tanh(z_{})"), **squeezed("g", "torch.sigmoid(z_{})")}
    yield together("squeezing of i and g exchanged", said, edits, paired=False)


def of_the_results(h: str, c: str) -> Iterator[Place | Slip]:
    """Give the slips in what is returned, and those that go back to the states that came in."""
    right, came = f"return {h}, {c}", {"    z = ": "    old_h, old_c = h, c\n    z = "}
    yield place(
        right,
        ("returned c, h", "You return c, h; PyTorch's order is h, c.", f"return {c}, {h}"),
        alone=(("o applied to the c returned", "h is right, but the c that you return was "
                "multiplied by o. c goes on untouched.", f"return {h}, o * {c}"),),
    )  # fmt: skip
    for name, says, *edit in (
        ("h from the old c", "h is made from the old c. First renew c, then make h from the new "
         "one.", f"o * torch.tanh({c})", "o * torch.tanh(old_c)"),
        ("old c returned", "h is right, but the c that you return is the old one, as it came in.",
         right, f"return {h}, old_c"),
        ("old h returned", "c is right, but the h that you return is the old one, as it came in.",
         right, f"return old_h, {c}"),
        ("both h and c old", "You return h and c as they came in: nothing is renewed.", right,
         "return old_h, old_c"),
    ):  # fmt: skip
        yield together(name, says, {**came, edit[0]: edit[1]}, paired=name == "h from the old c")
    said = (
        "h and c have changed roles: the gates read h, and f multiplies c. Did their names change "
        "places where they come in?"
    )
    yield together("h and c swapped as inputs", said, {"(x, h, c, ": "(x, c, h, "}, paired=False)
