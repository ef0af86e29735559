"""Where the graph of a result is cut: said of answers whose numbers are right."""

from lstm_lessons.exercises.engine.gradients import Gradients, same_gradient
from lstm_lessons.exercises.engine.readers.seen import Told
from lstm_lessons.exercises.engine.words import listed


def cut_graph(ours: Gradients, wanted: Gradients) -> Told:
    """Say which gradients are missing, or which one has `nan` in it or is another."""
    missed: dict[str, tuple[str, ...]] = {}  # by result: the inputs that no gradient of it reaches
    for result, leaf in wanted:
        if ours[result, leaf] is None and wanted[result, leaf] is not None:
            missed[result] = (*missed.get(result, ()), leaf)
    if missed:
        said = _said(missed, _in_both(wanted))
        return "detached graph", (
            f"The numbers are right, but the graph is cut: {said}. Look for `.detach()`, `.data`, "
            "`.item()`, `.numpy()`, `torch.no_grad()` or a tensor made anew from old numbers."
        )
    result, leaf = next(key for key in wanted if not same_gradient(ours[key], wanted[key]))
    gradient = ours[result, leaf]
    if gradient is not None and gradient.isnan().any():
        return None, (
            f"The numbers are right, but the gradient of {result} with regard to {leaf} has `nan` "
            "in it. Somewhere on the way a number becomes infinite, or 0 is divided by 0: for one, "
            "in the logarithm of a sigmoid that has become 0, which `F.logsigmoid` avoids."
        )
    return None, (
        f"The numbers are right, but the gradient of {result} with regard to {leaf} is not: a part "
        "of the graph is cut or counted twice. Look for `.detach()` and `.data`."
    )


def _in_both(wanted: Gradients) -> set[str]:
    """Return the names that a result and an input have in common, such as h and c of a cell."""
    return {result for result, _ in wanted} & {leaf for _, leaf in wanted}


def _said(missed: dict[str, tuple[str, ...]], both: set[str]) -> str:
    """Name the results together that miss the same inputs: "no gradient of c reaches x and h".

    A name in ``both`` is said to be the new one or the old one.
    """
    together: dict[tuple[str, ...], list[str]] = {}
    for result, leaves in missed.items():
        old = tuple(f"the old {leaf}" if leaf in both else leaf for leaf in leaves)
        together.setdefault(old, []).append(f"the new {result}" if result in both else result)
    parts = (
        f"no gradient of {listed(results)} reaches {listed(leaves)}"
        for leaves, results in together.items()
    )
    return ", and ".join(parts)
