"""04.3: which of six pictures of output, h_n and c_n is right, and what is wrong in the others."""

from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.kinds import OneOf
from lstm_lessons.exercises.engine.question import Row, row, story

_REASONS = (
    "right",
    "too few",
    "too many",
    "memory shown",
    "exchanged",
    "too early",
    "turned round",
)


def _picture(letter: str, look: str, *rows: Row) -> OneOf:
    says = f"In {letter}, no row is turned round: where it has several steps, they go up. {look}"
    turned = row(f"turned round in {letter}", says, "turned round")
    return OneOf(letter, look, (*rows, turned), options=_REASONS)


_COUNTED = "three in `output`, one in each of the others."


def _in_place(letter: str, question: str) -> Row:
    says = f"In {letter}, `h_n` is made of h and `c_n` of c: nothing has changed places. {question}"
    return row(f"exchanged in {letter}", says, "exchanged")


def _shown(letter: str, question: str) -> Row:
    says = f"In {letter}, `output` is made of h, as it should be. {question}"
    return row(f"the memory in {letter}", says, "memory shown")


def _counted(letter: str, question: str) -> Row:
    says = f"The number of slots in {letter} is right: {_COUNTED} {question}"
    return row(f"a number of slots in {letter}", says, "too many", "too few")


def _last(letter: str, question: str) -> Row:
    says = f"In {letter}, `h_n` and `c_n` are of step 2, the last: no row is too early. {question}"
    return row(f"too early in {letter}", says, "too early")


_WHICH_STATE = "Of which state is each slot?"
_WHICH_STEP = "Of which step is each slot of `h_n` and `c_n`?"
_HOW_MANY = "How many slots has each row?"

EXERCISE = DictExercise(
    "04.3",
    questions=(
        _picture("A", "Look at the row of `output`: for which words could you read h?",
            row("output is the last step", "In A, `output` holds the last step alone. That is what "
                "some pages say of it; but in the lesson it had a row for each of three words.",
                "right"),
            row("the start taken for the end", "Nothing in A is of a step that is too early: all "
                "three slots are of step 2, the last.", "too early"),
            row("too many in A", "A has nothing too many. Compare its row `output` with the number "
                "of steps.", "too many"),
            _shown("A", _HOW_MANY), _in_place("A", _HOW_MANY)),
        _picture("B", "Look at the row of `output`: which state is in it?",
            row("output is the memory", "In B, `output` is made of c. `output` is h, what the "
                "output gate lets through of c; c itself is not in it, at no step.", "right"),
            row("rows exchanged in B", "In B, `h_n` and `c_n` are as in PyTorch: h goes to one and "
                "c to the other. The fault is in `output`.", "exchanged"),
            _counted("B", _WHICH_STATE), _last("B", _WHICH_STATE)),
        _picture("C", "Go through its rows: which state, and of which steps?",
            row("no picture is right", "C lacks nothing: three steps in `output`, and the last one "
                "in `h_n` and `c_n`.", "too few"),
            row("too many in C", "C has nothing too many: `output` has a slot for each step, the "
                "others hold the last.", "too many"),
            row("exchanged in C", "In C, `h_n` is made of h and `c_n` of c. Nothing has changed "
                "places.", "exchanged"),
            _shown("C", "c stands in the row of `c_n` alone."),
            _last("C", "`output` begins with step 0 because it has a slot for each step.")),
        _picture("D", "Look at the rows of `h_n` and `c_n`: how many steps are there?",
            row("n for all steps", "In D, `h_n` and `c_n` hold all steps. The n does not mean 'all "
                "n of them', but the last one.", "right"),
            row("the memory in D", "In D, `output` is made of h, as it should be. c stands in the "
                "row of `c_n`, where it belongs; but how many of them?", "memory shown"),
            row("too few in D", "No row of D has too few slots: each has three, one for each step. "
                "How many has it in PyTorch?", "too few"),
            row("too early in D", "In D, `h_n` and `c_n` hold early steps, but the last step as "
                "well: each ends with step 2, which is right. What about the other slots?",
                "too early"),
            _in_place("D", _HOW_MANY)),
        _picture("E", "Look at the rows of `h_n` and `c_n`: which state is in each?",
            row("h_n and c_n not told apart", "In E, `h_n` is made of c and `c_n` of h. The letter "
                "says which state a result holds, the n says of which step.", "right"),
            row("exchanged taken for shown", "In E, `output` is made of h, as it should be. c "
                "stands in the row of `h_n`, and h in that of `c_n`.", "memory shown"),
            _counted("E", _WHICH_STATE), _last("E", _WHICH_STATE)),
        _picture("F", "Look at the rows of `h_n` and `c_n`: of which step are they?",
            row("h_n taken for step 0", "In F, `h_n` and `c_n` hold the states after step 0. The n "
                "stands for the last step.", "right"),
            _counted("F", _WHICH_STEP), _shown("F", _WHICH_STEP), _in_place("F", _WHICH_STEP)),
    ),
    stories=(
        story("output is the last step, so C has too many", "You take `output` for the last step: "
              "so A looks right, and C seems to have too many. But `output[t]` is h after step t, "
              "for every t.", {"A": "right", "C": "too many"}),
        story("output is the memory, so C is wrong", "You take the memory for what is shown: so B "
              "looks right. `output` is made of h, which is what the output gate lets through of "
              "c.", {"B": "right", "C": "exchanged"}),
        story("n for all steps, so C has too few", "You take `h_n` and `c_n` for all steps: so D "
              "looks right, and C seems to have too few. The n stands for the last step.",
              {"D": "right", "C": "too few"}),
        story("h_n taken for step 0, so C is wrong", "You take `h_n` and `c_n` for the states "
              "after step 0, so F looks right. The n stands for the last step, and in C nothing "
              "has changed places.", {"F": "right", "C": "exchanged"}),
    ),
    praise="C is what nn.LSTM does: every h in `output`, the last h in `h_n`, the last c in `c_n`.",
)  # fmt: skip
