"""10.3: the gradients of weights and bias, summed over the rows of a batch and over the steps."""

import torch

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.readers.seen import Seen, Told
from lstm_lessons.exercises.engine.returns import SeveralTensors
from lstm_lessons.exercises.engine.slips import other, place, together


def _cases() -> tuple[Case, ...]:
    def case(T: int, B: int, I: int, H: int, special: str = "") -> Case:  # noqa: E741
        random = randoms(100 * T + 10 * B + I + H)
        inputs = {"dz": random(T, B, 4 * H), "x": random(T, B, I)}
        inputs |= {"output": torch.tanh(random(T, B, H)), "h_0": random(B, H)}
        return Case(inputs, {"T": T, "B": B, "I": I, "H": H}, special=special)

    return (
        case(4, 3, 2, 5),
        case(3, 2, 6, 4),
        case(1, 2, 3, 4, "There is one step only: T = 1. The h before it is h_0."),
        case(4, 1, 3, 2, "There is one sentence only: B = 1. Its axis stays, 1 long."),
        case(3, 2, 1, 4, "A word is one number here: I = 1."),
        case(3, 4, 2, 1, "There is one unit only: H = 1."),
    )


def _first_row_alone(dz, x, output, h_0):  # noqa: ANN001, ANN202 - as a learner writes it
    before = torch.cat((h_0[None], output[:-1]))
    found = dz[:, 0].T @ x[:, 0], dz[:, 0].T @ before[:, 0]
    return *found, dz[:, 0].sum(0)


def _last_step_alone(dz, x, output, h_0):  # noqa: ANN001, ANN202
    before = torch.cat((h_0[None], output[:-1]))
    return dz[-1].T @ x[-1], dz[-1].T @ before[-1], dz[-1].sum(0)


def _averaged(dz, x, output, h_0):  # noqa: ANN001, ANN202
    before, count = torch.cat((h_0[None], output[:-1])).flatten(0, 1), len(dz) * dz.shape[1]
    rows = dz.flatten(0, 1)
    return rows.T @ x.flatten(0, 1) / count, rows.T @ before / count, rows.mean(0)


def _averaged_over_steps(dz, x, output, h_0):  # noqa: ANN001, ANN202
    before = torch.cat((h_0[None], output[:-1])).flatten(0, 1)
    rows, T = dz.flatten(0, 1), len(dz)
    return rows.T @ x.flatten(0, 1) / T, rows.T @ before / T, rows.sum(0) / T


def _averaged_over_sentences(dz, x, output, h_0):  # noqa: ANN001, ANN202
    before = torch.cat((h_0[None], output[:-1])).flatten(0, 1)
    rows, B = dz.flatten(0, 1), dz.shape[1]
    return rows.T @ x.flatten(0, 1) / B, rows.T @ before / B, rows.sum(0) / B


def _not_added_over_time(dz, x, output, h_0):  # noqa: ANN001, ANN202
    before = torch.cat((h_0[None], output[:-1]))
    return dz.transpose(1, 2) @ x, dz.transpose(1, 2) @ before, dz.sum(1)


def _a_mean(seen: Seen) -> Told | None:
    """Say over what the numbers are a mean, where they are the right ones divided by a size."""
    if seen.ours.shape != seen.right.shape:
        return None
    over = {"the steps": seen.case.sizes["T"], "the sentences": seen.case.sizes["B"]}
    over["the steps and over the sentences"] = over["the steps"] * over["the sentences"]
    for words, count in over.items():
        if count > 1 and torch.allclose(seen.ours * count, seen.right, rtol=0, atol=1e-9):
            said = f"In `{seen.name}` you take the mean over {words}. What comes back adds up."
            return "a mean for a sum", said
    return None


def _all_steps_at_once(dz, x, output, h_0):  # noqa: ANN001, ANN202
    return dz.permute(2, 1, 0) @ x


def _numbers_summed(dz, x, output, h_0):  # noqa: ANN001, ANN202
    return dz[0] @ x[0].T


def _none_turned(dz, x, output, h_0):  # noqa: ANN001, ANN202
    return dz[0] @ x[0]


_SLIPS = (
    place(
        "d_weight_ih + ",
        ("weight_ih, last step alone", "In `d_weight_ih` only one step is left, the last. Every "
         "step used the same weights, so what comes back adds up over the steps.", "0 + "),
        ("weight_ih subtracted", "In `d_weight_ih` there is a minus between the steps. What comes "
         "back adds up.", "d_weight_ih - "),
    ),
    place(
        "dz[t].T @ x[t]",
        ("weight_ih with the first word", "In `d_weight_ih` every dz meets the word of step 0. The "
         "sums of step t were made with the word of step t.", "dz[t].T @ x[0]"),
        ("weight_ih, a mean over the batch", "In `d_weight_ih` you take the mean over the "
         "sentences. What comes back from them adds up.", "dz[t].T @ x[t] / len(x[t])"),
        alone=(("weight_ih turned round", "Your `d_weight_ih` is turned round: a gradient has the "
                "shape of its tensor, (4H, I).", "x[t].T @ dz[t]"),),
    ),
    place(
        "d_weight_hh + ",
        ("weight_hh, last step alone", "In `d_weight_hh` only one step is left, the last. Every "
         "step used the same weights, so what comes back adds up over the steps.", "0 + "),
        ("weight_hh subtracted", "In `d_weight_hh` there is a minus between the steps. What comes "
         "back adds up.", "d_weight_hh - "),
    ),
    place(
        "dz[t].T @ h_before",
        ("the h after the step", "In `d_weight_hh` dz meets the h *after* the step. The sums of "
         "step t were made with the h before it: `output[t - 1]`, and h_0 at step 0.",
         "dz[t].T @ output[t]"),
        ("weight_hh, a mean over the batch", "In `d_weight_hh` you take the mean over the "
         "sentences. What comes back from them adds up.", "dz[t].T @ h_before / len(h_before)"),
        alone=(("weight_hh turned round", "Your `d_weight_hh` is turned round: a gradient has the "
                "shape of its tensor, (4H, H).", "h_before.T @ dz[t]"),),
    ),
    place(
        "d_bias + ",
        ("bias, last step alone", "In `d_bias` only one step is left, the last. The bias took part "
         "in every step.", "0 + "),
        ("bias subtracted", "In `d_bias` there is a minus between the steps. What comes back adds "
         "up.", "d_bias - "),
    ),
    place(
        "dz[t].sum(0)",
        ("bias, a mean over the batch", "In `d_bias` you take the mean over the sentences. What "
         "comes back from them adds up.", "dz[t].mean(0)"),
        ("bias, a mean over the steps", "In `d_bias` you take the mean over the steps. What comes "
         "back from them adds up.", "dz[t].sum(0) / len(dz)"),
        ("bias, a mean over both", "In `d_bias` you take the mean over the steps and over the "
         "sentences. What comes back adds up.", "dz[t].mean(0) / len(dz)"),
        ("bias, one sentence alone", "In `d_bias` there is one sentence only. Every sentence used "
         "the same bias.", "dz[t][0]", "dz[t][-1]"),
        ("bias counted twice", "Your `d_bias` is doubled. Each of the two biases gets the sum of "
         "dz, once.", "2 * dz[t].sum(0)"),
        alone=(("bias for each sentence", "Your `d_bias` has a row for each sentence. All of them "
                "used the same bias, (4H,), so add them up.", "dz[t]"),),
    ),
    place(
        "h_before = output[t]",
        ("h_0 at every step", "In `d_weight_hh` dz meets h_0 at every step. From step 1 on, the h "
         "before a step is the output of the step before.", "pass"),
        ("one step too old", "In `d_weight_hh` the h is one step too old. Before step t stands the "
         "output of step t − 1.", "h_before = output[t - 1]"),
    ),
    place(
        "h_before = h_0",
        ("zeros for h_0", "In `d_weight_hh` step 0 begins with zeros. The h before it is h_0, "
         "which is given.", "h_before = torch.zeros_like(h_0)"),
        ("an output for h_0", "In `d_weight_hh` step 0 begins with an output. The h before it is "
         "h_0.", "h_before = output[0]", "h_before = output[-1]"),
    ),
    place(
        "range(len(x))",
        ("without step 0", "Step 0 is left out. It used the weights too, with h_0.",
         "range(1, len(x))"),
        ("without the last step", "The last step is left out. It used the weights too.",
         "range(len(x) - 1)"),
    ),
    together("two results exchanged", "`d_weight_ih` and `d_weight_hh` have changed places: "
             "d_weight_ih comes first.",
             {"return d_weight_ih, d_weight_hh": "return d_weight_hh, d_weight_ih"}, paired=False),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "10.3",
    cases=_cases,
    returns=SeveralTensors(
        ("d_weight_ih", "d_weight_hh", "d_bias"),
        axes={
            "d_weight_ih": ("sum", "number"),
            "d_weight_hh": ("sum", "unit"),
            "d_bias": ("sum",),
        },
    ),
    slips=_SLIPS,
    others=(
        other("one sentence of each batch", "You take one sentence of the batch. All of them used "
              "the same weights, and what comes back adds up.", _first_row_alone),
        other("the last step alone", "You have used the last step only. Every step used the same "
              "weights, and what comes back adds up.", _last_step_alone),
        other("means for sums", "You take means where sums belong: over the steps and over the "
              "sentences what comes back adds up.", _averaged, _averaged_over_steps,
              _averaged_over_sentences),
        other("a gradient for each step", "You have a gradient for each step, with T in front. "
              "Every step used the same weights, so they add up.", _not_added_over_time),
        other("all steps in one product", "Is it a product of all of dz with all of x? `.T` turns "
              "round all three axes of dz, and `@` takes the last two for a matrix. Take one step "
              "first: `dz[t]` is (B, 4H), and `x[t]` is (B, I).", _all_steps_at_once),
        other("a product of one step that does not fit", "For one step, dz is (B, 4H), x is "
              "(B, I), and the gradient is (4H, I). What comes back from the sentences adds up, so "
              "B has to be the inner axis of the product.", _numbers_summed, _none_turned),
    ),
    axes={
        "dz": ("step", "sentence", "sum"),
        "x": ("step", "sentence", "number"),
        "output": ("step", "sentence", "unit"),
        "h_0": ("sentence", "unit"),
    },
    constants=("dz", "x", "output", "h_0"),
    looks=(_a_mean,),
    praise="Every step and every sentence used the same weights, so all of them have a say.",
)  # fmt: skip
