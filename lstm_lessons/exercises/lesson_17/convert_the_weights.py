"""17.1: torch's four tensors become the kernel and the bias of TensorFlow's old cell."""

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.returns import SeveralTensors
from lstm_lessons.exercises.engine.slips import place, together


def _cases() -> tuple[Case, ...]:
    def case(I: int, H: int, special: str = "") -> Case:  # noqa: E741
        random = randoms(10 * I + H)
        inputs = {"weight_ih": random(4 * H, I), "weight_hh": random(4 * H, H)}
        inputs |= {"bias_ih": random(4 * H), "bias_hh": random(4 * H)}
        return Case(inputs, {"I": I, "H": H}, special=special)

    return (
        case(3, 5),
        case(7, 2),
        case(6, 1, "There is one unit only: H = 1. Each gate has one column."),
        case(1, 3, "A word is one number: I = 1."),
        case(1, 1, "There is one unit, and a word is one number: H = 1 and I = 1."),
    )


_BOTH, _BIAS = 'reorder(both, "ifgo", "igfo")', 'reorder(summed, "ifgo", "igfo")'
_KERNEL = "The columns of your kernel"
_ONNX = "are in the order of ONNX, i, o, f, g. The old cell has i, g, f, o: it writes j for g."

_SLIPS = (
    place(
        "torch.cat([weight_ih, weight_hh], dim=1)",
        ("h above x", "In your kernel the rows for h stand above those for x. In the old cell x "
         "comes first.", "torch.cat([weight_hh, weight_ih], dim=1)"),
        also_right=("torch.hstack([weight_ih, weight_hh])",),
    ),
    place(
        "bias_ih + bias_hh",
        ("bias_hh lost", "Your bias has nothing of `bias_hh`. PyTorch adds its two biases, so the "
         "one bias is their sum.", "bias_ih.clone()"),
        ("bias_ih lost", "Your bias has nothing of `bias_ih`. PyTorch adds its two biases, so the "
         "one bias is their sum.", "bias_hh.clone()"),
        ("a mean of the biases", "You take the mean of the two biases. PyTorch adds them.",
         "(bias_ih + bias_hh) / 2"),
        also_right=("bias_hh + bias_ih",),
    ),
    place(
        _BIAS,
        ("the bias not in order", "Your bias still has PyTorch's order, i, f, g, o. It needs the "
         "same order as the columns of the kernel: i, g, f, o.", "summed.clone()"),
        ("the bias in ONNX's order", f"The numbers of your bias {_ONNX}",
         'reorder(summed, "ifgo", "iofg")'),
        also_right=('reorder(summed, "igfo", "ifgo")',),
    ),
    place(
        "2 * H : 3 * H",
        alone=(
            ("the 1 taken off the second block", "You take the 1 off the second block. In the "
             "order of the old cell that is the news; f is the third.", "H : 2 * H"),
            ("the 1 taken off all gates", "You take the 1 off all four gates. The old cell adds it "
             "to f alone.", ":"),
        ),
    ),
    place(
        "-= 1",
        ("the 1 added", "You add 1 to your bias. The old cell adds 1 itself, at every step: so it "
         "has to be taken off.", "+= 1"),
        ("the 1 left in", "You take nothing off the bias. The old cell adds 1 to the sum of f at "
         "every step, and that would be 1 too much.", "-= 0"),
        ("the 1 taken off twice", "You take 2 off. PyTorch has two biases, but the old cell adds "
         "its 1 once, to their sum.", "-= 2"),
    ),
    place(
        _BOTH,
        ("the kernel not in order", f"{_KERNEL} are still in PyTorch's order, i, f, g, o. The old "
         "cell has i, g, f, o: it writes j for g.", "both"),
        ("the kernel in ONNX's order", f"{_KERNEL} {_ONNX}", 'reorder(both, "ifgo", "iofg")'),
        also_right=('reorder(both, "igfo", "ifgo")',),
    ),
    together("the kernel not turned", "Your kernel is (4H, I + H). In the old cell the matrix lies "
             "down, (I + H, 4H), because it stands on the right: `[x, h] @ kernel`.",
             {"    return " + _BOTH + ".T": "    return " + _BOTH}, paired=False),
    together("the blocks looked for in the wrong axis", "You put the kernel in order after it was "
             "turned. `reorder` cuts the first axis into blocks, and there you have x and h by "
             "then: the gates are in the columns.",
             {_BOTH + ".T": 'reorder(both.T, "ifgo", "igfo")'},
             {_BOTH + ".T": 'reorder(both.T, "ifgo", "iofg")'}),
    together("a matrix turned before it is put in order", "`reorder` cuts the first axis into four "
             "blocks, and here it finds fewer. In a matrix that is turned, the gates are in the "
             "columns. So reorder first, then transpose.",
             {_BOTH + ".T": 'torch.cat([reorder(each.T, "ifgo", "igfo") for each in '
                            "(weight_ih, weight_hh)])"}, paired=False),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "17.1",
    cases=_cases,
    returns=SeveralTensors(
        ("kernel", "bias"), axes={"kernel": ("row", "column"), "bias": ("number",)}
    ),
    slips=_SLIPS,
    words={
        ("kernel",): "The bias is right. The kernel is not.",
        ("bias",): "The kernel is right. The bias is not.",
    },
    praise="With these two tensors the old cell of TensorFlow does what PyTorch's layer does.",
)
