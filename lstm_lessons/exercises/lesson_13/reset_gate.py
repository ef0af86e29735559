"""13.1: the GRU's step with its reset gate in either place."""

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.returns import OneTensor
from lstm_lessons.exercises.engine.slips import place, together


def _cases() -> tuple[Case, ...]:
    def case(B: int, I: int, H: int, first: bool, special: str = "") -> Case:  # noqa: E741
        random = randoms(10 * B + H)
        inputs = {"x": random(B, I), "h": random(B, H)}
        inputs |= {"weight_ih": random(3 * H, I), "weight_hh": random(3 * H, H)}
        inputs |= {"bias_ih": random(3 * H), "bias_hh": random(3 * H), "reset_first": first}
        label = f"B={B}, I={I}, H={H}, reset_first={first}"
        return Case(inputs, {"B": B, "I": I, "H": H}, label, special)

    paper = "Here `reset_first` is True: r multiplies h before the product with W_hn."
    return (
        case(3, 5, 2, False),
        case(3, 5, 2, True, paper),
        case(2, 3, 4, True, paper),
        case(1, 3, 2, False, "There is one sentence only. Its axis stays, 1 long."),
        case(2, 1, 3, True, "A word is one number: I = 1."),
        case(2, 3, 1, False, "There is one unit: H = 1."),
        case(2, 3, 1, True, "There is one unit: H = 1."),
    )


_PAPER = "F.linear(r * h, weight_hh.chunk(3)[2], bias_hh.chunk(3)[2])"
_TORCH = "r * h_n"
_MIX = "(1 - z) * n + z * h"

_SLIPS = (
    place(
        _MIX,
        ("z and 1 - z exchanged", "z and 1 − z have changed places in the new h. In torch and in "
         "the paper, z is the share of the old h that is kept.", "z * n + (1 - z) * h"),
        ("the news alone", "Your new h is the news alone. z mixes it with the old h.", "n"),
        ("the news not weighed", "The news is taken in whole. Its share is 1 − z.", "n + z * h"),
        ("the old h kept whole", "The old h is kept whole. Its share is z.", "(1 - z) * n + h"),
        ("h left out of the mixture", "In the last line, z stands alone. z multiplies the old h.",
         "(1 - z) * n + z"),
        ("r in the mixture", "You mix with r in place of z. r acts on the way to the news alone.",
         "(1 - r) * n + r * h"),
        ("squeezed at the end", "The new h goes through tanh. A mixture of two numbers needs no "
         "squeezing.", "torch.tanh((1 - z) * n + z * h)"),
        also_right=("n + z * (h - n)",),
    ),
    place(
        _TORCH,
        ("r left out, torch", "For `reset_first=False`, r is left out on the way to n.", "h_n"),
        ("b_hn outside r", "For `reset_first=False`, b_hn is added after r. In torch's form, r "
         "multiplies all that the product gives, with its bias.",
         "r * F.linear(h, weight_hh.chunk(3)[2]) + bias_hh.chunk(3)[2]"),
        ("b_hn left out, torch", "For `reset_first=False`, b_hn is missing. It is added before r "
         "acts.", "r * F.linear(h, weight_hh.chunk(3)[2])"),
        ("r added", "For `reset_first=False`, r is added to the part from h; it multiplies it.",
         "r + h_n"),
        ("1 - r, torch", "For `reset_first=False`, you multiply by 1 − r. Where r is 1, the old h "
         "counts whole.", "(1 - r) * h_n"),
        ("z for r, torch", "For `reset_first=False`, z stands in the place of r.", "z * h_n"),
        alone=(("the paper's form for both", "For `reset_first=False`, r multiplies h before the "
                "product. In torch's form it multiplies what comes out.",
                "F.linear(r * h, weight_hh.chunk(3)[2], bias_hh.chunk(3)[2])"),),
    ),
    place(
        _PAPER,
        alone=(
        ("r left out, paper", "For `reset_first=True`, r is left out on the way to n.",
         "F.linear(h, weight_hh.chunk(3)[2], bias_hh.chunk(3)[2])", "h_n"),
        ("h overwritten", "For `reset_first=True`, r * h has taken the place of h, and the mixture "
         "at the end reads it. It needs the old h.",
         "F.linear((h := r * h), weight_hh.chunk(3)[2], bias_hh.chunk(3)[2])"),
        ("b_hn under r", "For `reset_first=True`, r multiplies b_hn as well. In the paper's form "
         "it multiplies h alone.",
         "F.linear(r * h, weight_hh.chunk(3)[2]) + r * bias_hh.chunk(3)[2]"),
        ("r twice", "For `reset_first=True`, r acts twice: on h, and on what the product has made.",
         "r * F.linear(r * h, weight_hh.chunk(3)[2], bias_hh.chunk(3)[2])"),
        ("b_hn twice", "For `reset_first=True`, b_hn is added twice.",
         "F.linear(r * h, weight_hh.chunk(3)[2], 2 * bias_hh.chunk(3)[2])"),
        ("b_hn left out", "For `reset_first=True`, b_hn is missing. It is added after the product.",
         "F.linear(r * h, weight_hh.chunk(3)[2])"),
        ("1 - r, paper", "For `reset_first=True`, you multiply by 1 − r. Where r is 1, the old h "
         "counts whole.", "F.linear((1 - r) * h, weight_hh.chunk(3)[2], bias_hh.chunk(3)[2])"),
        ("z for r, paper", "For `reset_first=True`, z stands in the place of r.",
         "F.linear(z * h, weight_hh.chunk(3)[2], bias_hh.chunk(3)[2])"),
        ("another block", "For `reset_first=True`, you multiply by a block that is not W_hn. The "
         "blocks are r, z, n; W_hn is the third one.",
         "F.linear(r * h, weight_hh.chunk(3)[0], bias_hh.chunk(3)[2])",
         "F.linear(r * h, weight_hh.chunk(3)[1], bias_hh.chunk(3)[2])"),
        ("torch's form for both", "For `reset_first=True`, r multiplies what the product "
                "has made. In the paper's form it multiplies h, and then comes the product.",
                "r * h_n"),
        ),
    ),
    together("b_hn left out of both", "b_hn is missing, in both forms.",
             {_TORCH: "r * F.linear(h, weight_hh.chunk(3)[2])",
              _PAPER: "F.linear(r * h, weight_hh.chunk(3)[2])"}, paired=False),
    place("if reset_first:", alone=(
        ("the two forms exchanged", "You have exchanged the two forms. `reset_first=True` is the "
         "paper's: r first, then the product.", "if not reset_first:"),
    )),
    place(
        "torch.tanh(x_n + part)",
        ("sigmoid on the news", "n goes through sigmoid. It is a value, not a tap, and goes "
         "through tanh.", "torch.sigmoid(x_n + part)"),
        ("news not squeezed", "n is not squeezed. It goes through tanh.", "(x_n + part)"),
        ("r on the word as well", "r multiplies the part from the word as well. It acts on the "
         "part from h alone.", "torch.tanh(r * x_n + part)", "torch.tanh(r * (x_n + h_n))"),
        ("the word left out of n", "The word has no part in your n. It is x_n plus the part from "
         "h.", "torch.tanh(part)"),
    ),
    place(
        "torch.sigmoid(x_r + h_r)",
        ("tanh on r", "r goes through tanh. It is a tap, between 0 and 1: sigmoid.",
         "torch.tanh(x_r + h_r)"),
        ("r from the word alone", "Your r does not look at h.", "torch.sigmoid(x_r)"),
    ),
    place(
        "torch.sigmoid(x_z + h_z)",
        ("tanh on z", "z goes through tanh. It is a tap, between 0 and 1: sigmoid.",
         "torch.tanh(x_z + h_z)"),
        ("z from the word alone", "Your z does not look at h.", "torch.sigmoid(x_z)"),
    ),
    together("r on the word as well, torch", "For `reset_first=False`, r multiplies the part from "
             "the word as well. It acts on the part from h alone.",
             {_TORCH: "r * (x_n + h_n)",
              "torch.tanh(x_n + part)": "torch.tanh(part + (x_n if reset_first else 0))"},
             paired=False),
    together("blocks read as z, r, n", "You read the blocks as z, r, n. That is how Keras and ONNX "
             "have them; torch's order is r, z, n.",
             {"x_r, x_z, x_n": "x_z, x_r, x_n", "h_r, h_z, h_n": "h_z, h_r, h_n"}, paired=False),
    together("blocks read as n, z, r", "You read the blocks as n, z, r. Torch's order is r, z, n.",
             {"x_r, x_z, x_n": "x_n, x_z, x_r", "h_r, h_z, h_n": "h_n, h_z, h_r"}, paired=False),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "13.1",
    cases=_cases,
    returns=OneTensor(("h",), axes=("sentence", "unit")),
    slips=_SLIPS,
    axes={"x": ("sentence", "number"), "h": ("sentence", "unit")},
    praise="Both forms, from the same weights. One is PyTorch's, the other the paper's.",
)
