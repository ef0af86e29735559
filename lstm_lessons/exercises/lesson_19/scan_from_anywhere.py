"""19.1: a scan that begins with any c."""

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.returns import OneTensor
from lstm_lessons.exercises.engine.slips import place, together


def _cases() -> tuple[Case, ...]:
    def case(T: int, B: int, H: int, special: str = "") -> Case:
        random = randoms(10 * T + B)
        inputs = {"f": random(T, B, H).sigmoid(), "news": random(T, B, H), "c": random(B, H)}
        return Case(inputs, {"T": T, "B": B, "H": H}, special=special)

    return (
        case(7, 2, 3),
        case(17, 3, 2),
        case(8, 3, 2, "T = 8 is a power of two."),
        case(2, 3, 4, "There are two steps only: one round."),
        case(1, 3, 2, "There is one step only: T = 1. Nothing is to be joined. Its axis stays."),
        case(5, 1, 2, "There is one sentence only: B = 1. Its axis stays, 1 long."),
        case(6, 3, 1, "There is one unit only: H = 1. Its axis stays, 1 long."),
    )


_NEWS = "news = torch.cat([news[:reach], joined])"
_F = "f = torch.cat([f[:reach], f[reach:] * f[:-reach]])"
_JOINED = "joined = f[reach:] * news[:-reach] + news[reach:]"

_SLIPS = (
    place(
        "f[0] * c + news[0]",
        ("c not forgotten", "You add c as it is. Step 0 multiplies it by its f first.",
         "c + news[0]"),
        ("c left out", "You never use c: your scan begins with zeros.", "news[0]"),
        ("news of step 0 lost", "The news of step 0 are lost. After step 0, c is f · c *plus* the "
         "news.", "f[0] * c"),
        also_right=("news[0] + c * f[0]",),
    ),
    place(
        "f[reach:] * news[:-reach] + news[reach:]",
        ("old news not forgotten", "You join news without f. What came before is multiplied by the "
         "f of the later step.", "news[:-reach] + news[reach:]"),
        ("f of the earlier step", "You multiply the earlier news by the f of the *earlier* step. "
         "It is the later step that forgets.", "f[:-reach] * news[:-reach] + news[reach:]"),
        ("the later news forgotten", "You multiply the *later* news by f, not the earlier.",
         "f[reach:] * news[reach:] + news[:-reach]"),
        ("later news lost", "The news of the later step are lost when two are joined.",
         "f[reach:] * news[:-reach]"),
    ),
    place(
        "f[reach:] * f[:-reach]",
        ("f not joined", "You do not join the f. Two steps together forget by the product of both.",
         "f[reach:]"),
        ("f added", "You add up the f of two steps. Together they forget by the *product*.",
         "f[reach:] + f[:-reach]"),
    ),
    place(
        "2 * reach",
        ("reach grows by one", "Your reach grows by 1 from round to round. After a round a dot "
         "stands for twice as many steps, so it doubles.", "reach + 1"),
        ("reach times three", "Your reach becomes three times as large from round to round. It "
         "doubles: a dot stands for twice as many steps.", "3 * reach"),
        also_right=("reach + reach",),
    ),
    place(
        "while reach < len(f):",
        ("one round only", "You make one round. There are as many as it takes until the reach is "
         "T.",
         "if reach < len(f):"),
        ("a round too few", "You stop a round too early: the last dot does not yet stand for all "
         "steps.", "while 2 * reach < len(f):", "while reach < len(f) // 2:"),
    ),
    together("f joined before the news", "You join the f before the news. The news of a round are "
             "made with the f from *before* that round.",
             {_JOINED: _F, _F: "pass", _NEWS: f"{_NEWS}".replace(
                 "joined", "f[reach:] * news[:-reach] + news[reach:]")}, paired=False),
    place(
        "return news",
        alone=(
            ("the last step only", "You return c after the last step. Asked for is c after every "
             "step.", "return news[-1]"),
            ("f returned", "You return the f of all steps. c after every step stands in the news.",
             "return f"),
        ),
    ),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "19.1",
    cases=_cases,
    returns=OneTensor(("c",), axes=("step", "sentence", "unit")),
    slips=_SLIPS,
    axes={name: ("step", "sentence", "unit") for name in ("f", "news")}
    | {"c": ("sentence", "unit")},
    praise="With it a long text can be read in chunks, each by a scan.",
)
