"""09.4: four sentences packed and padded; places, shapes and zeros to predict."""

from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.kinds import Index, Quantity, ShapeOf, WholeNumbers
from lstm_lessons.exercises.engine.question import row
from lstm_lessons.shapes import Configuration

_LSTM = Configuration(3, 6, seq_len=5, batch=4)

_QUESTIONS = (
    WholeNumbers("sorted_indices", "Which sentence is the longest?", (
        row("lengths for indices", "`sorted_indices`: these are the lengths, sorted. Asked for is "
            "*which* sentence lies on each stair: sentence 0 has 2 words, sentence 1 has 5, and so "
            "on.", (5, 4, 2, 1)),
        row("the way back", "`sorted_indices`: this is the way back, `unsorted_indices`: on which "
            "stair each sentence lies. Asked for is which sentence lies on each stair.",
            (2, 0, 1, 3)),
        row("shortest first", "`sorted_indices`: the shortest sentence is the first to end, so "
            "those that still run would not be on the upper stairs.", (3, 0, 2, 1)),
        row("not sorted", "`sorted_indices`: `enforce_sorted=False` does not mean unsorted: it "
            "lets PyTorch sort.", (0, 1, 2, 3)),
        row("sentences counted from 1", "`sorted_indices`: sentences count from 0: there is no "
            "sentence 4.", (2, 3, 1, 4), (3, 1, 2, 4), (4, 1, 3, 2), (1, 2, 3, 4)))),
    WholeNumbers("batch_sizes", "At each step: how many sentences still run?", (
        row("lengths for batch_sizes", "`batch_sizes`: these are the lengths, a number for each of "
            "the 4 sentences. There should be one for each of the 5 steps.", (2, 5, 4, 1),
            (5, 4, 2, 1)),
        row("all sentences at every step", "`batch_sizes`: so many sentences the padded block has. "
            "In the packed one, a sentence that has ended takes no part.", (4, 4, 4, 4, 4)),
        row("one step too many", "`batch_sizes`: you count a sentence of n words at step n too. "
            "Its last word is at step n − 1.", (4, 4, 3, 2, 2)),
        row("from the last step on", "`batch_sizes`: the other way round. At step 0 all run, at "
            "the last step the longest alone.", (1, 2, 2, 3, 4)))),
    ShapeOf("data", "A place for each word, none for the padding. How many numbers stand at one?", (
        row("rows alone", "`data`: 12 places are right, one for each word. How many numbers has a "
            "word?", (12,)),
        row("padding in data", "`data`: 20 places are 5 steps of 4 sentences, padding too. Only "
            "the words are in it.", (20, 3)),
        row("the block for data", "`data`: this is the shape of x. Here the words of all steps lie "
            "on one axis.", (5, 4, 3)),
        row("states in data", "`data`: 6 numbers a place has the packed *output*. `packed.data` "
            "holds words.", (12, 6)))),
    Quantity("place", "How many words has step 0? And in which order are those of step 1?", (
        row("the caller's order within a step", "`place`: place 4 is the first one of step 1. "
            "It belongs to the longest sentence: within a step, the words go by their stairs.", 4),
        row("the place before", "`place`: place 5 is word 1 of sentence 2. At step 1 three "
            "sentences run, the longest first: where among them is sentence 0?", 5),
        row("the first word's place", "`place`: place 2 is word 0 of sentence 0. Words count from "
            "0.", 2),
        row("sentence by sentence", "`place`: you lay one sentence behind the other. In `data` all "
            "words of step 0 come first, then all of step 1.", 1, 10),
        row("places counted from 1", "`place`: place 7 is word 2 of sentence 1. Places count from "
            "0.", 7))),
    ShapeOf("h_n", "It is a state, and packing changes no shape of a state. What stands first in "
            "one, and is there an axis for the steps?", (
        row("no axis for the layers", "`h_n`: the axis for the layers is missing. It stands first.",
            (4, 6)),
        row("a state for each word", "`h_n`: 12 states has the packed output. Here there is one "
            "for each sentence.", (12, 6)),
        row("axes in another order", "`h_n`: 1, 4 and 6 are right, but not their order. First in a "
            "state stand the layers, because each layer keeps a block (B, H) of its own. Packing "
            "does not change that.", (4, 1, 6), (4, 6, 1), (1, 6, 4), (6, 4, 1), (6, 1, 4))),
        of=_LSTM),
    Index("step", "At which step is the last word of sentence 0?", (
        row("the last step of the block", "`step`: at step 4, sentence 0 has ended, and `output` "
            "is zero there.", 4),
        row("one step behind the end", "`step`: a sentence of 2 words has the steps 0 and 1.", 2),
        row("the first word", "`step`: step 0 is the first word of sentence 0. It has one more.",
            0)), length=5),
    Quantity("zeros", "There are 20 states, 5 × 4. Which of them belong to no word?", (
        row("words for zeros", "`zeros`: 12 belong to words, and are not zero.", 12),
        row("no zeros", "`zeros`: an LSTM that *reads* padding shows a state there. Here it did "
            "not read it, and `pad_packed_sequence` has filled the block up.", 0),
        row("zeros of one sentence", "`zeros`: 3 has sentence 0. The others have some too, but for "
            "one.", 3),
        row("zeros of two sentences", "`zeros`: 7 have the sentences 0 and 3 together. Is there "
            "another one that is shorter than the block?", 7))),
    Quantity("same", "Behind which sentence is no padding?", (
        row("the shortest", "`same`: `lstm(x)` reads 4 steps behind the end of sentence 3.", 3),
        row("the second longest", "`same`: `lstm(x)` reads 1 step behind the end of sentence 2. "
            "(Sentences count from 0.)", 2),
        row("the first", "`same`: `lstm(x)` reads 3 steps behind the end of sentence 0.", 0))),
)  # fmt: skip

EXERCISE = DictExercise(
    "09.4",
    questions=_QUESTIONS,
    praise="You see through a packing: which place, which step, and what is filled up at the end.",
)
