"""The map of the course, as data: lessons with objectives and minutes, pages, and routes."""

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


@dataclass(frozen=True)
class Show:
    """Sections of a lesson that a teacher shows, asks and lets try, by their headings.

    Without ``sections`` it is the whole lesson. ``told`` is what the teacher says in place of
    those that the route leaves out.
    """

    lesson: str
    sections: tuple[str, ...] = ()
    told: str = ""


@dataclass(frozen=True)
class Tell:
    """What a teacher says in place of whole lessons that the route leaves out."""

    lessons: tuple[str, ...]
    words: str
    minutes: int


@dataclass(frozen=True)
class Solve:
    """Exercises that are done in the room, by their numbers, such as "03.1"."""

    exercises: tuple[str, ...]


@dataclass(frozen=True)
class Home:
    """Exercises that are set for after the sitting; they take none of its minutes."""

    exercises: tuple[str, ...]


@dataclass(frozen=True)
class Talk:
    """Minutes that belong to no lesson: a welcome, questions at the end."""

    title: str
    minutes: int


@dataclass(frozen=True)
class Break:
    """A break."""

    minutes: int
    title: str = "Break"


Part = Show | Tell | Solve | Home | Talk | Break


@dataclass(frozen=True)
class Sitting:
    """What is done without going home: a morning, a day, a weekly hour."""

    title: str
    minutes: int
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Route:
    """A way through lessons for a room with a teacher, in so much time.

    ``name`` is what a person types, ``goal`` completes the sentence "In the end people can ...".
    """

    name: str
    title: str
    goal: str
    sittings: tuple[Sitting, ...]

    @property
    def minutes(self) -> int:
        """The minutes of all sittings, breaks with them."""
        return sum(each.minutes for each in self.sittings)

    @property
    def lessons(self) -> tuple[str, ...]:
        """The numbers of the lessons that are shown, each once, in the route's order."""
        shown = (each.lesson for each in self.parts if isinstance(each, Show))
        return tuple(dict.fromkeys(shown))

    @property
    def exercises(self) -> tuple[str, ...]:
        """The numbers of the exercises that are set, in the room or for home, in order."""
        given = (each.exercises for each in self.parts if isinstance(each, Solve | Home))
        return tuple(number for numbers in given for number in numbers)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts of all sittings, in order."""
        return tuple(part for each in self.sittings for part in each.parts)


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
        "How far back does training see in a new network, and what is a gate for?",
        "how far back training sees in a new network; the forget gate as a half-life",
        objectives=(
            "measure how far back training sees in a new network, with its gradient as the ruler",
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
        minutes=45,
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
        "the ways of a gradient over time; vanishing, breaking with and without `nan`, clipping",
        objectives=(
            "say on which ways a gradient goes back over time, and by which factor per step",
            "recognise a run that breaks, also without `nan`, and test whether time is the reason "
            "and whether the updates are too long",
            "save it by clipping, and say what clipping changes and what it does not",
        ),
        minutes=45,
        exercise_minutes=25,
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
        minutes=45,
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
            "measure a time so that you may believe it, and say what a GPU needs beside that",
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
            "carry an LSTM's weights to another framework, and prove that it computes the same",
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
            "write a parallel scan, and check that it equals the loop, gradients included",
            "say when a scan beats a loop, and what a minimal LSTM cannot do",
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
            "give gates that are exponentials their normaliser, and say what a stabiliser is for",
            "say which layers of today are one recurrence, and what attention does that a state "
            "does not",
        ),
        minutes=45,
        exercise_minutes=40,
        prerequisites=("19",),
    ),
)


ROUTES = (
    Route(
        "ninety-minutes",
        "Ninety minutes",
        "say what a gate does, what h and c are, what `nn.LSTM` returns, and why swapped axes "
        "raise no error",
        (
            Sitting(
                "Ninety minutes",
                90,
                (
                    Talk("Welcome, and everybody runs the first cell", 5),
                    Show(
                        "00",
                        ("A machine that reads", "What it keeps"),
                        "`nn.LSTM` reads a block of numbers (T, B, I): T words, B sentences side "
                        "by side, I numbers for a word.",
                    ),
                    Show(
                        "01",
                        ("A memory with a tap",),
                        "Along c the gradient is multiplied by f at each step, so an open gate "
                        "lets training see far back. A new `nn.LSTM` has f near 0.5, and keeps "
                        "half of its memory per step.",
                    ),
                    Show(
                        "02",
                        ("One unit, four gates", "Four gates, one product"),
                        "A gate is a weighted sum of the word and of the old h, squeezed by the "
                        "sigmoid. Rows are what comes out, columns are what goes in.",
                    ),
                    Solve(("02.3",)),
                    Tell(
                        ("03",),
                        "Lesson 03 writes one step as six equations in code, and proves that it "
                        "is that of `nn.LSTMCell`, gradients included.",
                        1,
                    ),
                    Show(
                        "04",
                        ("The same step, again and again", "What PyTorch returns"),
                        "`output` is for a verdict at every step, `h_n` for one on the whole "
                        "line. The pair `(h_n, c_n)` lets a layer go on later.",
                    ),
                    Show(
                        "05",
                        (
                            "Six lines, and three verdicts wrong",
                            "Along which axis does the loop walk?",
                        ),
                        "The simpler repair is `batch_first=True`. The last step of every "
                        "sentence is then `output[:, -1]`; states stay (layers, B, H).",
                    ),
                    Talk("Questions, and where to go on", 5),
                ),
            ),
        ),
    ),
    Route(
        "half-a-day",
        "Half a day",
        "compute one step of an LSTM on paper, take the right one of the three results of "
        "`nn.LSTM`, and find swapped axes with a probe",
        (
            Sitting(
                "The morning",
                210,
                (
                    Talk("Welcome, and everybody runs the first cell", 5),
                    Show(
                        "00",
                        (
                            "A machine that reads",
                            "What it keeps",
                            "Words as numbers",
                            "A first call of nn.LSTM",
                        ),
                        "The reader gets 217 of 242 lines right; its last character alone, 217. "
                        "So look at how it keeps what it has read, and do not admire what it says.",
                    ),
                    Show(
                        "01",
                        ("A memory with a tap", "The factor is the gate"),
                        "The gradient is the ruler for how far back training sees. In a plain RNN "
                        "it shrinks by about the same factor per step; in an LSTM that factor is "
                        "f. A new `nn.LSTM` has f near 0.5: open the gates with the forget bias.",
                    ),
                    Show(
                        "02",
                        (
                            "One unit, four gates",
                            "A gate is a weighted sum",
                            "Four gates, one product",
                        ),
                        "c has no bound and is kept. h lies between −1 and 1 and is shown.",
                    ),
                    Break(15),
                    Solve(("02.3",)),
                    Show(
                        "03",
                        ("Where does the 0.98 come from?", "A cell on paper"),
                        "As code these are six equations. A test from states of zero sees no "
                        "mistake in f · c, so test from random states, and gradients as well.",
                    ),
                    Show(
                        "04",
                        (
                            "The same step, again and again",
                            "What PyTorch returns",
                            "What each result is for",
                        ),
                        "The loop, with every h put away in a list, is all of `nn.LSTM`: lesson "
                        "04 proves it, gradients included.",
                    ),
                    Break(15),
                    Solve(("04.2",)),
                    Show(
                        "05",
                        (
                            "Six lines, and three verdicts wrong",
                            "Along which axis does the loop walk?",
                            "Two repairs",
                            "A probe that sees it",
                        ),
                        "A `DataLoader` makes batches with the lines first, (B, T, I). And "
                        "`view` gets the shape, but it moves no axis: take `transpose`.",
                    ),
                    Talk("Questions, and where to go on", 5),
                ),
            ),
        ),
    ),
    Route(
        "one-day",
        "One day",
        "write one step of an LSTM and its loop, take the right state out of what `nn.LSTM` "
        "returns, and read lines of different lengths in one batch",
        (
            Sitting(
                "The day",
                480,
                (
                    Talk("Welcome, and everybody runs the first cell", 10),
                    Show(
                        "00",
                        (
                            "A machine that reads",
                            "What it keeps",
                            "Words as numbers",
                            "A first call of nn.LSTM",
                        ),
                        "The reader gets 217 of 242 lines right; its last character alone, 217. "
                        "So look at how it keeps what it has read, and do not admire what it says.",
                    ),
                    Show(
                        "01",
                        (
                            "What must be remembered, and for how long",
                            "The simplest network that reads",
                            "A memory with a tap",
                            "The factor is the gate",
                            "What a new nn.LSTM keeps",
                            "Turn the knob",
                        ),
                        "The gradient is the ruler: it says how far back training sees now. A "
                        "plain RNN shrinks it by about the same factor per step. Asked for a sign "
                        "of 29 steps before, a new `nn.LSTM` learns it from none of 45 starts; "
                        "with a forget bias of 4 it learns.",
                    ),
                    Break(15),
                    Show(
                        "02",
                        (
                            "Which of 1,664 numbers?",
                            "One unit, four gates",
                            "Why h and c are two things",
                            "A gate that is stuck",
                            "A gate is a weighted sum",
                            "Four gates, one product",
                        ),
                        "By the four symptoms lesson 02 proves the order i, f, g, o, and finds "
                        "the 26 numbers that set the forget gate of unit 5.",
                    ),
                    Solve(("02.1",)),
                    Show(
                        "03",
                        (
                            "Where does the 0.98 come from?",
                            "A cell on paper",
                            "An RNN with three taps",
                            "One step of the reader",
                            "Ten sentences at once",
                            "What a test can see",
                        ),
                        "Lesson 03 makes a module of the step, and compares gradients, too: a "
                        "memory that is detached leaves every result right, and training blind.",
                    ),
                    Break(60, "Lunch"),
                    Solve(("03.1",)),
                    Show(
                        "04",
                        (
                            "Three wishes, one call",
                            "The same step, again and again",
                            "What PyTorch returns",
                            "The loop as a function",
                            "What each result is for",
                        ),
                        "Sentences side by side need no change of the loop. Only the last c is "
                        "returned; for the others, keep c in a loop of your own.",
                    ),
                    Break(15),
                    Solve(("04.2",)),
                    Show(
                        "05",
                        (
                            "Six lines, and three verdicts wrong",
                            "How a batch lies",
                            "Along which axis does the loop walk?",
                            "Two repairs",
                            "A probe that sees it",
                        ),
                        "`view` gets the shape, but it moves no axis: take `transpose`. An input "
                        "with two axes is one sequence.",
                    ),
                    Tell(
                        ("06",),
                        "`num_layers=2` puts a second layer on top, which reads the h of the "
                        "first at the same step. `output` is the top layer alone, and `h_n[-1]` "
                        "is its last state. `dropout` acts between layers, so with one layer it "
                        "does nothing.",
                        2,
                    ),
                    Show(
                        "07",
                        ("Two passes", "One vector for a line", "The last slot"),
                        "`h_n` goes layer by layer, forward before reverse. To say what comes "
                        "next, two directions leak the answer.",
                    ),
                    Break(15),
                    Show(
                        "08",
                        ("A bracket that was opened earlier", "What does a layer keep?"),
                        "In training, hand on `(h.detach(), c.detach())` at each cut: the "
                        "numbers go on, and the gradient ends.",
                    ),
                    Show(
                        "09",
                        (
                            "One line, two verdicts",
                            "The block",
                            "What the zeros do",
                            "The right h is there, in output",
                            "Packing: do not read the padding at all",
                        ),
                    ),
                    Break(15),
                    Show(
                        "09",
                        (
                            "Turn the knob",
                            "The loss is padded, too",
                            "The module to take home",
                            "Does it matter?",
                            "A probe for padding",
                        ),
                        "`nn.LSTM` takes a packed batch as it is, and gives h_n in your order.",
                    ),
                    Solve(("09.2",)),
                    Talk("Questions, and where to go on", 10),
                ),
            ),
        ),
    ),
    Route(
        "two-days",
        "Two days",
        "write an LSTM, use `nn.LSTM` with layers, directions, chunks and ragged lines, train a "
        "reader, and examine a model with six probes",
        (
            Sitting(
                "The first day",
                480,
                (
                    Talk("Welcome, and everybody runs the first cell", 10),
                    Show(
                        "00",
                        (
                            "A machine that reads",
                            "What it keeps",
                            "How good is it?",
                            "Words as numbers",
                            "A first call of nn.LSTM",
                            "Four sizes, four blocks",
                        ),
                        "Cells are run from top to bottom, and a prediction is said aloud before. "
                        "The reader is one box, which is used again at each character.",
                    ),
                    Show(
                        "01",
                        (
                            "What must be remembered, and for how long",
                            "The simplest network that reads",
                            "A memory with a tap",
                            "A ruler: how far back does training see?",
                            "A network that holds a sign",
                            "A real RNN",
                        ),
                    ),
                    Break(15),
                    Show(
                        "01",
                        (
                            "The factor is the gate",
                            "What a new nn.LSTM keeps",
                            "Turn the knob",
                            "Does it matter in training?",
                        ),
                    ),
                    Solve(("01.2",)),
                    Show(
                        "02",
                        (
                            "Which of 1,664 numbers?",
                            "One unit, four gates",
                            "Why h and c are two things",
                            "A gate that is stuck",
                            "A gate is a weighted sum",
                            "Four gates, one product",
                        ),
                    ),
                    Solve(("02.1",)),
                    Break(60, "Lunch"),
                    Show("02", ("Which block is which gate?", "The numbers that wipe the memory")),
                    Show(
                        "03",
                        (
                            "Where does the 0.98 come from?",
                            "A cell on paper",
                            "An RNN with three taps",
                            "One step of the reader",
                        ),
                    ),
                    Break(15),
                    Show(
                        "03",
                        (
                            "Ten sentences at once",
                            "What a test can see",
                            "A cell of our own",
                            "Right results, wrong gradient",
                        ),
                    ),
                    Solve(("03.1", "03.2")),
                    Show(
                        "04",
                        (
                            "Three wishes, one call",
                            "The same step, again and again",
                            "What PyTorch returns",
                            "The loop as a function",
                        ),
                    ),
                    Break(15),
                    Show(
                        "04",
                        (
                            "What each result is for",
                            "Ten sentences side by side",
                            "A c for every step",
                        ),
                    ),
                    Solve(("04.2", "04.1")),
                    Talk("Questions of the day", 10),
                    Home(("01.1", "02.3", "04.3")),
                ),
            ),
            Sitting(
                "The second day",
                480,
                (
                    Talk("Answers to what was done at home", 10),
                    Show("05"),
                    Solve(("05.2",)),
                    Break(15),
                    Show(
                        "06",
                        (
                            "Does a second layer help?",
                            "What the second layer reads",
                            "Two layers by hand",
                            "Which row of h_n?",
                            "Where nn.LSTM has it",
                            "One layer: a warning, and nothing else",
                        ),
                        "Dropout sets numbers to zero in training, and divides the others by "
                        "1 − p, so that nothing has to be changed in use.",
                    ),
                    Show(
                        "07",
                        (
                            "A letter is missing",
                            "Two passes",
                            "By hand: flip, run, flip",
                            "What has each half seen?",
                            "One vector for a line",
                            "The last slot",
                            "A view of h_n",
                            "Layers and directions",
                        ),
                    ),
                    Solve(("07.1",)),
                    Break(60, "Lunch"),
                    Show(
                        "07",
                        ("Two directions, and the next character",),
                        "Take two directions where the whole line is there before anything has "
                        "to be said of it.",
                    ),
                    Show("08"),
                    Solve(("08.1",)),
                    Break(15),
                    Show("09"),
                    Solve(("09.2",)),
                    Break(15),
                    Tell(
                        ("14",),
                        "A number without a baseline says nothing, and all seeds are reported. "
                        "Fit on one part, choose on another, report on the third. Scaling by all "
                        "years, or shuffling before cutting, is a leak.",
                        4,
                    ),
                    Show(
                        "18",
                        (
                            "Three programs, one set of weights",
                            "Change one thing, and see the rest",
                            "Pick a symptom",
                            "The tool",
                            "Gus: a softmax too many",
                        ),
                        "A fault is a fact that hardly anybody wants, a suspicion may be meant so, "
                        "and a property is by design.",
                    ),
                    Solve(("18.1",)),
                    Talk("Questions, and where to go on", 10),
                ),
            ),
        ),
    ),
    Route(
        "twelve-hours",
        "Twelve weekly hours",
        "write an LSTM, use `nn.LSTM` well on data of their own, report honestly what it does, and "
        "find its bugs",
        (
            Sitting(
                "The first week",
                60,
                (
                    Talk("Welcome, and everybody runs the first cell", 8),
                    Show("00"),
                    Home(("00.1",)),
                ),
            ),
            Sitting(
                "The second week",
                60,
                (
                    Talk("What was hard at home", 5),
                    Show(
                        "01",
                        (
                            "What must be remembered, and for how long",
                            "The simplest network that reads",
                            "A memory with a tap",
                            "A ruler: how far back does training see?",
                            "A network that holds a sign",
                            "The factor is the gate",
                            "What a new nn.LSTM keeps",
                            "Turn the knob",
                            "Does it matter in training?",
                        ),
                        "In a real RNN, too, the gradient shrinks by about the same factor per "
                        "step: at lag 20 it is ten million times smaller than at lag 0.",
                    ),
                    Home(("01.1", "01.2", "01.3")),
                ),
            ),
            Sitting(
                "The third week",
                60,
                (
                    Talk("What was hard at home", 5),
                    Show("02"),
                    Home(("02.1", "02.2", "02.3")),
                ),
            ),
            Sitting(
                "The fourth week",
                60,
                (
                    Talk("What was hard at home", 5),
                    Show("03"),
                    Home(("03.1", "03.2", "03.3")),
                ),
            ),
            Sitting(
                "The fifth week",
                60,
                (
                    Talk("What was hard at home", 5),
                    Show("04"),
                    Home(("04.1", "04.2", "04.3", "04.4")),
                ),
            ),
            Sitting(
                "The sixth week",
                60,
                (
                    Talk("What was hard at home", 5),
                    Show("05"),
                    Home(("05.1", "05.2", "05.3")),
                ),
            ),
            Sitting(
                "The seventh week",
                60,
                (
                    Talk("What was hard at home", 5),
                    Show("06"),
                    Home(("06.1", "06.2", "06.3", "06.4")),
                ),
            ),
            Sitting(
                "The eighth week",
                60,
                (
                    Talk("What was hard at home", 5),
                    Show("07"),
                    Home(("07.1", "07.2", "07.3", "07.4")),
                ),
            ),
            Sitting(
                "The ninth week",
                60,
                (
                    Talk("What was hard at home", 5),
                    Show(
                        "08",
                        (
                            "A bracket that was opened earlier",
                            "What does a layer keep?",
                            "Training on chunks",
                            "Cut the graph, keep the numbers",
                            "A long text, read in streams",
                            "Can it learn what is longer than a chunk?",
                            "An echo",
                            "What the cut costs",
                            "When to begin with zeros",
                        ),
                        "The longer a memory lasts, the more of what it does lies across a cut.",
                    ),
                    Home(("08.1", "08.2", "08.3")),
                ),
            ),
            Sitting(
                "The tenth week",
                60,
                (
                    Talk("What was hard at home", 5),
                    Show(
                        "09",
                        (
                            "One line, two verdicts",
                            "The block",
                            "What the zeros do",
                            "The right h is there, in output",
                            "Packing: do not read the padding at all",
                            "Turn the knob",
                            "The loss is padded, too",
                            "The module to take home",
                            "Does it matter?",
                            "A probe for padding",
                        ),
                        "The loop over the stairs leaves the states of ended lines alone, and "
                        "it is what `nn.LSTM` does with a packed batch.",
                    ),
                    Home(("09.1", "09.2", "09.3", "09.4")),
                ),
            ),
            Sitting(
                "The eleventh week",
                60,
                (
                    Talk("What was hard at home", 5),
                    Show(
                        "14",
                        (
                            "Wrong by 18: is that good?",
                            "Baselines first",
                            "The network",
                            "Stopping, honestly",
                            "Luck or skill",
                            "And then somebody takes a root",
                            "Which years?",
                            "Two leaks",
                        ),
                        "On the validation part, 64 units are better than 16: all ten seeds are "
                        "then below AR(9). The table of 18 settings is read at home.",
                    ),
                    Home(("14.1", "14.2", "14.3", "14.4")),
                ),
            ),
            Sitting(
                "The twelfth week",
                60,
                (
                    Talk("What was hard at home", 5),
                    Show("18"),
                    Home(("18.1", "18.2", "18.3", "18.4", "18.5")),
                ),
            ),
        ),
    ),
)


def route(name: str) -> Route:
    """Return the route with this name, such as ``"half-a-day"``.

    Raises:
        KeyError: no route has this name; the message lists those there are.
    """
    return _found({each.name: each for each in ROUTES}, name, "the name of a route")


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
