"""The map of the course, as data: lessons with objectives and minutes, and pages beside them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

Entry = TypeVar("Entry")


@dataclass(frozen=True)
class Lesson:
    """One lesson of the course.

    ``name`` is the notebook's file name without its ending, ``shows`` what the README says.
    ``objectives`` complete the sentence "After this lesson you can ...". ``minutes`` are a
    reader's minutes, exercises left out; ``exercise_minutes`` are for the exercises.
    ``prerequisites`` are numbers of lessons. A lesson without objectives is planned and has no
    notebook yet.
    """

    name: str
    title: str
    question: str
    shows: str
    objectives: tuple[str, ...] = ()
    minutes: int = 0
    exercise_minutes: int = 0
    prerequisites: tuple[str, ...] = ()

    @property
    def number(self) -> str:
        """The two digits that open the file name."""
        return self.name[:2]

    @property
    def ready(self) -> bool:
        """Whether the lesson's notebook is part of the course today."""
        return bool(self.objectives)


@dataclass(frozen=True)
class Page:
    """A page of reference beside the lessons, without a number, which needs no order.

    ``name`` is the notebook's file name without its ending, ``shows`` what the README says.
    """

    name: str
    title: str
    question: str
    shows: str


PAGES = (
    Page(
        "map_of_nn_lstm",
        "The map of nn.LSTM",
        "What does each argument of nn.LSTM change?",
        "every argument, and with it all shapes, parameters and the code",
    ),
    Page(
        "audit_of_two_posts",
        "An audit of two posts",
        "Which claims of two posts on nn.LSTM are true?",
        "each claim of two posts on `nn.LSTM`, with its verdict and the cell that shows it",
    ),
)

LESSONS = (
    Lesson(
        "00_start_here",
        "Start here",
        "What does an LSTM keep of what it has read?",
        "a trained LSTM reads your line; what goes into `nn.LSTM` and comes out",
        objectives=(
            "say what a trained LSTM keeps in one unit of its memory, and where that unit fails",
            "say what goes into `nn.LSTM` and what comes out, without yet knowing why",
            "run a cell, move a slider and check an exercise",
        ),
        minutes=35,
    ),
    Lesson(
        "01_why_gates",
        "Why gates",
        "How far back can a recurrent network learn from, and what is a gate for?",
        "how far back a network can learn from; the forget gate as a half-life",
        objectives=(
            "measure how far back a network can learn from, with its gradient as the ruler",
            "read a forget gate as a half-life, and choose the bias for the half-life you want",
            "say how much of its memory a new `nn.LSTM` keeps, and open its gates",
        ),
        minutes=45,
        exercise_minutes=20,
        prerequisites=("00",),
    ),
    Lesson(
        "02_gates_and_shapes",
        "Gates and shapes",
        "What are the four gates, and why has every matrix the shape it has?",
        "four gates, every matrix and its size, and how to count them",
        objectives=(
            "say what each of the gates i, f, g, o does, and what goes wrong when one is stuck",
            "write the equation of a gate with the shape under each symbol",
            "find a gate's rows in PyTorch's stacked weights, and count the parameters",
        ),
        minutes=40,
        exercise_minutes=20,
        prerequisites=("01",),
    ),
    Lesson(
        "03_the_cell_by_hand",
        "The cell by hand",
        "Can we write one step of an LSTM so that nobody can tell it from PyTorch's?",
        "one step on paper and as code; the same numbers and gradients as `nn.LSTMCell`",
        objectives=(
            "write one step of an LSTM, on paper and as code",
            "say in which way an LSTM is an RNN cell with a memory and three taps",
            "test whether your cell equals `nn.LSTMCell`, gradients included",
        ),
        minutes=35,
        exercise_minutes=30,
        prerequisites=("02",),
    ),
    Lesson(
        "04_unrolling_in_time",
        "Unrolling in time",
        "What do output, h_n and c_n hold?",
        "the loop over time; what `output`, `h_n`, `c_n` hold",
        objectives=(
            "write the loop over time, and prove that it is what `nn.LSTM` does",
            "say what `output`, `h_n` and `c_n` hold, and which of them you need for what",
            "stop in the middle of a sequence and go on later, and get at the memory c of every "
            "step",
        ),
        minutes=35,
        exercise_minutes=30,
        prerequisites=("03",),
    ),
    Lesson(
        "05_batches_and_batch_first",
        "Batches and batch_first",
        "Which axis is which?",
        "three axes, how they get swapped, and a probe that sees it",
        objectives=(
            "say which axis `nn.LSTM` takes for time and which for the batch, with `batch_first` "
            "and without, and where each order comes from",
            "find time and batch swapped, which raises no error, with a probe",
            "tell `transpose` from `view`, and one sequence from a batch",
        ),
        minutes=35,
        exercise_minutes=25,
        prerequisites=("04",),
    ),
    Lesson(
        "06_stacking_and_dropout",
        "Stacking and dropout",
        "Does a second layer help, and what does dropout do?",
        "layers on layers; where dropout sits, and where it does not",
        objectives=(
            "say what a second layer reads, and when it may help",
            "stack layers by hand, and say what each row of `h_n` holds",
            "say where dropout sits, what it is for, and when it does nothing",
        ),
        minutes=40,
        exercise_minutes=30,
        prerequisites=("05",),
    ),
    Lesson(
        "07_both_directions",
        "Both directions",
        "What does a second pass, from the end, know, and when does it cheat?",
        "two passes, what each slot has read, and a leak in numbers",
        objectives=(
            "write both passes of a bidirectional LSTM, and prove that they equal `nn.LSTM`",
            "say which words each slot of `output` and `h_n` has seen, and take the right vector",
            "say when two directions help and when they leak, and find a leak with a probe",
        ),
        minutes=40,
        exercise_minutes=30,
        prerequisites=("06",),
    ),
    Lesson(
        "08_state_across_chunks",
        "State across chunks",
        "When to carry, when to cut?",
        "carrying and detaching the state, and what a cut loses",
        objectives=(
            "read a long sequence in chunks, with the result of reading it whole",
            "train on chunks: say what `detach` cuts, and what the cut costs",
            "cut a text into streams, and say when to begin with zeros",
        ),
        minutes=40,
        exercise_minutes=30,
        prerequisites=("05",),
    ),
    Lesson(
        "09_ragged_sequences",
        "Ragged sequences",
        "What if the lengths differ?",
        "padding, masks, packing; the reader, whole and trained",
        objectives=(
            "say which results of a padded batch are right, and take the right ones",
            "pack a batch by hand, and prove that your loop over it equals `nn.LSTM`",
            "write the reader as one module, train it, and find a model that reads its padding",
        ),
        minutes=45,
        exercise_minutes=30,
        prerequisites=("07", "08"),
    ),
    Lesson(
        "10_backpropagation_by_hand",
        "Backpropagation by hand",
        "How is a gradient made?",
        "every gradient by hand, through the gates and over time; which character moved a verdict",
        objectives=(
            "go back through one step of an LSTM with a pocket calculator, by two rules",
            "find every gradient of an LSTM by hand, and prove that they are autograd's",
            "say what a gradient tells, and what it cannot tell",
        ),
        minutes=45,
        exercise_minutes=30,
        prerequisites=("03", "04"),
    ),
    Lesson(
        "11_where_the_gradient_goes",
        "Where the gradient goes",
        "Why does a gradient vanish or explode, and what saves a run?",
        "the ways of a gradient over time; vanishing, an explosion that ends in `nan`, clipping",
        objectives=(
            "say on which ways a gradient goes back over time, and by which factor per step",
            "recognise a run that explodes, and find out whether it explodes through time",
            "save it by clipping, and say what clipping changes and what it does not",
        ),
        minutes=45,
        exercise_minutes=30,
        prerequisites=("10",),
    ),
    Lesson(
        "12_projections",
        "Projections, and the whole layer",
        "Can h be shorter than c, and how is a whole nn.LSTM built?",
        "`proj_size` by hand; the whole layer, read argument by argument",
        objectives=(
            "say what `proj_size` saves, and when it does not",
            "write the projection, and prove that it equals `nn.LSTM`",
            "say of every argument of `nn.LSTM` where it acts in the code of a layer",
        ),
        minutes=45,
        exercise_minutes=30,
        prerequisites=("09",),
    ),
    Lesson(
        "13_relatives",
        "Relatives",
        "What else could a cell be?",
        "peepholes, coupled gates, no forget gate, the GRU in both forms",
        objectives=(
            "turn the LSTM's step into its relatives, and say what each change costs and saves",
            "tell the two forms of the GRU apart, in code and by a test",
            "say what large comparisons found, and what a small one can show",
        ),
        minutes=40,
        exercise_minutes=35,
        prerequisites=("08", "12"),
    ),
    Lesson(
        "14_training_on_real_data",
        "Training on real data",
        "Does it beat the baseline?",
        "yearly sunspots; baselines, seeds, early stopping and leaks",
        objectives=(
            "compare a network, over all seeds, with baselines that were given the same care",
            "read learning curves, and stop and choose without looking at the test part",
            "find a leak by scaling and a leak by shuffling",
        ),
        minutes=45,
        exercise_minutes=30,
        prerequisites=("09",),
    ),
    Lesson(
        "15_reading_a_trained_lstm",
        "Reading a trained LSTM",
        "What does one unit do, and is it needed?",
        "a story about a unit, tested: counterexamples, ablation, a linear probe, controls",
        objectives=(
            "test a story about a unit: count, look for lines that break it, take the unit out",
            "fit a linear probe to the states of a layer, and compare it with its control",
            "tell apart what can be read, what is read, and what is needed",
        ),
        minutes=45,
        exercise_minutes=30,
        prerequisites=("09", "14"),
    ),
    Lesson(
        "16_speed",
        "Speed",
        "Why is the built-in layer faster than the same equations in Python?",
        "the ladder from a slow loop to a fast one, and what each rung costs",
        objectives=(
            "write one layer in four ways, each with fewer calls than the one before, and with "
            "equal results",
            "count multiplications and calls, and predict from them how a cost grows",
            "measure a time so that you may believe it, on a processor and on a GPU",
        ),
        minutes=45,
        exercise_minutes=30,
        prerequisites=("10", "12"),
    ),
    Lesson(
        "17_shipping_and_other_frameworks",
        "Shipping, and other frameworks",
        "How does a model travel?",
        "saving safely, streaming, exporting; weights to ONNX, Keras, Flax, TensorFlow and back",
        objectives=(
            "save a model such that a stranger can load it safely, with all that has to travel",
            "read a line as it is typed, step by step, and export that step with a free batch",
            "carry the weights of an LSTM to another framework and back, and prove it",
        ),
        minutes=45,
        exercise_minutes=30,
        prerequisites=("09",),
    ),
    Lesson(
        "18_clinic",
        "Clinic",
        "Which bug is it?",
        "ten bugs as people write them, and six probes for any model",
        objectives=(
            "choose for a symptom the probe that tests it, and say what the probe changes",
            "examine a model of your own with `diagnose`, and read its report",
            "tell apart a fault, a suspicion and what is by design, and say what no probe sees",
        ),
        minutes=40,
        exercise_minutes=35,
        prerequisites=("07", "09", "14"),
    ),
    Lesson(
        "19_gates_without_a_loop",
        "Gates without a loop",
        "Can all steps of an LSTM be computed at once?",
        "the minimal LSTM and its parallel scan, what it costs, and what is lost",
        objectives=(
            "say what makes the steps of an LSTM wait, and what is left without it",
            "write a parallel scan, and prove that it equals the loop, gradients included",
            "say when a scan is faster than a loop, and what a gate that reads no h cannot do",
        ),
        minutes=45,
        exercise_minutes=30,
        prerequisites=("13", "15", "16"),
    ),
    Lesson(
        "20_a_matrix_for_a_memory",
        "A matrix for a memory",
        "What became of the LSTM?",
        "exponential gates, a matrix for a memory, linear attention and attention, side by side",
        objectives=(
            "build a memory that is a matrix, step by step and all at once, and prove them equal",
            "write gates that are exponentials, with their normaliser and stabiliser",
            "say which layers of today are one recurrence, and what attention does that a state "
            "does not",
        ),
        minutes=45,
        exercise_minutes=35,
        prerequisites=("19",),
    ),
)


def lesson(number: str) -> Lesson:
    """Return the lesson with this number, such as ``"03"``.

    Raises:
        KeyError: no lesson has this number; the message lists those there are.
    """
    return _found({each.number: each for each in LESSONS}, number, "the number of a lesson")


def page(name: str) -> Page:
    """Return the page of reference with this name.

    Raises:
        KeyError: no page has this name; the message lists those there are.
    """
    return _found({each.name: each for each in PAGES}, name, "the name of a page")


def _found(known: Mapping[str, Entry], key: str, what: str) -> Entry:
    if key not in known:
        raise KeyError(f"expected {what} ({', '.join(known)}), got {key!r}")
    return known[key]
