"""08.2: ten lines that hand on a state where nothing goes on; the error is the visible part."""

from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.kinds import OneOf, Quantity, ShapeOf, TrueOrFalse
from lstm_lessons.exercises.engine.question import row
from lstm_lessons.shapes import Configuration

_LAST = Configuration(input_size=40, hidden_size=64, batch=5, seq_len=6)

_QUESTIONS = (
    Quantity("line", "The last batch holds 5 songs. In which line does something meet it that has "
             "another size?", (
        row("stops where the size is written", "Line 2 holds the fixed size, and is a cause of the "
            "trouble. But it runs without an error: PyTorch stops where the state and the smaller "
            "batch meet.", 2),
        row("stops at the backward pass", "Line 7 would fail in the second batch if the graph "
            "were not cut. Line 8 cuts it. The trouble of the last batch is a size.", 7),
        row("stops at detach", "`detach` works for any size. PyTorch stops before it gets there.",
            8),
    )),
    ShapeOf("expected", "A state is (L, B, H). Which B and which H does this call want?", (
        row("the size that came", "(1, 32, 64) is what the layer is *given*. Asked for is the "
            "shape that it expects for 5 songs.", (1, 32, 64)),
        row("axes in another order", "The sizes in `expected` are right, and stand in the wrong "
            "order. First in a state stand the layers, because each layer keeps a block (B, H) of "
            "its own. Here there is one layer.",
            (5, 1, 64), (5, 64, 1), (1, 64, 5), (64, 5, 1), (64, 1, 5)),
    ), of=_LAST),
    TrueOrFalse("leak", "What does the layer start from in the second batch, and who made it?", (
        row("detach keeps numbers out", "Line 8 takes the graph away, not the numbers. So what "
            "one batch remembered, the next one starts from.", False),
    )),
    OneOf("retain_graph", "Line 8 cuts the state off. Is there any second way back into an old "
          "graph?", (
        row("retain_graph is needed", "It would, if the states still hung on the old graph. After "
            "line 8 they do not, so no `backward()` walks a graph twice.", "A"),
        row("retain_graph reaches further", "The states come without a graph from line 8, so the "
            "gradient ends where its batch begins, with `retain_graph=True` or without.", "C"),
    ), options=("A", "B", "C")),
    OneOf("repair", "Song 33 does not go on where song 1 ended. What should each batch start from?",
          (
        row("state cut to size", "That silences the error. But the five songs would start from "
            "what five *other* songs left behind, as all batches before did.", "D"),
        row("last batch dropped", "That silences the error too, and the 5 songs are never read. "
            "All other batches would still start from what other songs left behind.", "E"),
        row("batch_first as a cure", "`batch_first` says how the input lies. States do not change "
            "with it, and which song goes on from which is not its business.", "G"),
    ), options=("D", "E", "F", "G")),
)  # fmt: skip

EXERCISE = DictExercise(
    "08.2",
    questions=_QUESTIONS,
    praise="The error in the last batch was the visible part. The bug was there from the second "
    "batch on: a memory of other songs, without a word from PyTorch.",
)
