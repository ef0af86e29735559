"""19.4: a scan with roll, which wraps round, and with its two lines in the wrong order."""

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.returns import OneTensor
from lstm_lessons.exercises.engine.slips import place, together


def _cases() -> tuple[Case, ...]:
    def case(T: int, B: int, H: int, special: str = "") -> Case:
        random = randoms(10 * T + H)
        inputs = {"f": random(T, B, H).sigmoid(), "news": random(T, B, H)}
        return Case(inputs, {"T": T, "B": B, "H": H}, special=special)

    return (
        case(7, 2, 3),
        case(18, 3, 2),
        case(4, 3, 2, "T = 4 is a power of two."),
        case(1, 3, 2, "There is one step only: T = 1. Nothing is to be joined. Its axis stays."),
        case(5, 1, 2, "There is one sentence only: B = 1. Its axis stays, 1 long."),
        case(6, 3, 1, "There is one unit only: H = 1. Its axis stays, 1 long."),
    )


_PAIR = "nothing, one = torch.zeros_like(news[:reach]), torch.ones_like(f[:reach])"
_NEWS, _F = "torch.cat([nothing, news[:-reach]])", "torch.cat([one, f[:-reach]])"
_NEWS_LINE, _F_LINE = f"news = f * {_NEWS} + news", f"f = f * {_F}"

_LATER = "joins the first steps with the last ones, so that they know what comes later"
_ORDER = "f is joined before the news. The news of a round are made with the f from *before* it"

_SLIPS = (
    together("both faults left", f"Both faults are still there: `roll` {_LATER}; and {_ORDER}.",
             {_NEWS_LINE: "f = f * f.roll(reach, 0)", _F_LINE:
              "news = f * news.roll(reach, 0) + news"}, paired=False),
    together("rolled", f"`roll` still {_LATER}.",
             {_NEWS: "news.roll(reach, 0)", _F: "f.roll(reach, 0)"}, paired=False),
    together("news rolled", f"`roll` of the news {_LATER}.", {_NEWS: "news.roll(reach, 0)"},
             paired=False),
    together("wrong order", f"In your scan {_ORDER}.",
             {_NEWS_LINE: _F_LINE, _F_LINE: _NEWS_LINE}, paired=False),
    place(
        "torch.zeros_like(news[:reach])",
        ("old news repeated", "The first steps of a round are joined with themselves: they take "
         "in their own news a second time. They have nothing before them.", "news[:reach]"),
        ("ones for the news", "In front of the news you put ones. A step that changes nothing has "
         "the news 0.", "torch.ones_like(news[:reach])"),
    ),
    place(
        "2 * reach",
        ("reach grows by one", "Your reach grows by 1 from round to round. It doubles.",
         "reach + 1"),
        also_right=("reach + reach",),
    ),
    place(
        f"f * {_F}",
        ("f not joined", "You do not join the f any more. Two steps together forget by the product "
         "of both.", "f"),
    ),
    place(
        f"f * {_NEWS} + news",
        ("old news not forgotten", "You add the earlier news without f, by which they are "
         "forgotten.", f"{_NEWS} + news"),
        ("later news lost", "You lose the news of the later step when you join.", f"f * {_NEWS}"),
    ),
    place(
        "return news",
        alone=(("the last step only", "You return c after the last step. Asked for is c after "
                "every step.", "return news[-1]"),),
    ),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "19.4",
    cases=_cases,
    returns=OneTensor(("c",), axes=("step", "sentence", "unit")),
    slips=_SLIPS,
    axes={name: ("step", "sentence", "unit") for name in ("f", "news")},
    praise="Ones and zeros in front are a step that changes nothing, and no step knows what comes "
    "later.",
)
