"""Of what a vector is made that stands for a sentence: which half of which slot each part is."""

from torch import Tensor

from lstm_lessons.exercises.engine.values import alike
from lstm_lessons.exercises.engine.words import counted


def parts(vector: Tensor, H: int) -> tuple[Tensor, ...]:
    """Return the columns of a vector (B, any), H at a time; nothing where it has no such parts."""
    whole = vector.ndim == 2 and vector.shape[1] > 0 and vector.shape[1] % H == 0
    return vector.detach().split(H, dim=1) if whole else ()


def slot_of(part: Tensor, output: Tensor, directions: int = 2) -> str:
    """Say which half of which slot of output (B, T, D * H) a part (B, H) is, or nothing."""
    T = output.shape[1]
    halves = output.detach().chunk(directions, dim=-1)
    for t in range(T):
        slot = {0: "the first word", T - 1: "the last word"}.get(t, f"word {t}")
        for half, steps in zip(halves, (t + 1, T - t), strict=False):
            if alike(part, half[:, t]):
                whose = ("forward" if half is halves[0] else "reverse") + " half in the "
                made = f"that pass has made {counted(steps, 'step')} there"
                return f"the {whose if directions == 2 else ''}slot of {slot} ({made})"
    return ""
