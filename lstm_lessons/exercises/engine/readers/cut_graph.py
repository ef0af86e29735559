"""Where the graph of a result is cut: said of answers whose numbers are right."""

from lstm_lessons.exercises.engine.gradients import Gradients, same_gradient
from lstm_lessons.exercises.engine.readers.seen import Told
from lstm_lessons.exercises.engine.words import listed


def cut_graph(ours: Gradients, wanted: Gradients) -> Told:
    """Say which gradients are missing, or which one is another."""
    cut = [key for key in wanted if ours[key] is None and wanted[key] is not None]
    if cut:
        inputs = tuple(dict.fromkeys(leaf for _, leaf in cut))
        results = tuple(dict.fromkeys(result for result, _ in cut))
        return "detached graph", (
            f"The numbers are right, but the graph is cut: no gradient of {listed(results)} "
            f"reaches {listed(inputs)}. Look for `.detach()`, `.data`, `.item()`, `.numpy()`, "
            "`torch.no_grad()` or a tensor made anew from old numbers."
        )
    result, leaf = next(key for key in wanted if not same_gradient(ours[key], wanted[key]))
    return None, (
        f"The numbers are right, but the gradient of {result} with regard to {leaf} is not: a part "
        "of the graph is cut or counted twice. Look for `.detach()` and `.data`."
    )
