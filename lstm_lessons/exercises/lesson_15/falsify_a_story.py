"""15.2: five stories about unit 5, each broken by a line; the reader itself is the judge."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from lstm_lessons.data.plain_reader import Step, alphabet, read
from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.question import Question
from lstm_lessons.exercises.engine.words import Misformed, a_kind_of

UNIT, MOST = 5, 40
OPENING, CLOSING = "([{", ")]}"


@dataclass(frozen=True)
class Seen:
    """What the reader's unit does on a line: behind each character, c and how many are open."""

    steps: tuple[Step, ...]
    c: list[float]
    depth: list[int]

    @classmethod
    def of(cls, line: str) -> "Seen":
        """Let the reader read a line."""
        steps = read(line)
        return cls(steps, [step.c[UNIT] for step in steps], depths(line))

    def any(self, test: Callable[[int], bool]) -> bool:
        """Say whether there is a character, by its place, of which something is true."""
        return any(test(t) for t in range(len(self.steps)))

    def up(self, t: int) -> bool:
        """Say whether the unit is up behind a character."""
        return self.c[t] > 0.5

    def bracket(self, t: int, kinds: str) -> bool:
        """Say whether a character is a bracket of these kinds."""
        return self.steps[t].character in kinds


def depths(line: str) -> list[int]:
    """Return for each character how many brackets are open behind it; below 0 for one too many."""
    return list(accumulate((each in OPENING) - (each in CLOSING) for each in line))


Broken = Callable[[Seen], bool]


@dataclass(frozen=True)
class LineThat(Question):
    """A line that breaks a story. ``tells`` says of a line that does not what it lacks, in order.

    Each of ``tells`` is a name, a test that the line has to pass, and a sentence where it does not.
    """

    tells: tuple[tuple[str, Broken, str], ...] = field(default=(), kw_only=True)

    def read(self, value: Any) -> str:
        """Return the line; raise Misformed where it is none."""
        if not isinstance(value, str):
            raise Misformed(f"`{self.key}` is {a_kind_of(value)}; a line in quotation marks was "
                            "expected.", "no line")  # fmt: skip
        if not 2 <= len(value) <= MOST:
            size = "less than 2" if len(value) < 2 else f"more than {MOST}"
            raise Misformed(f"`{self.key}` has {size} characters; 2 to {MOST} were expected.", size)
        new = [each for each in value if each not in alphabet()]
        if new:
            raise Misformed(f"`{self.key}` has a character that the reader has never met: "
                            f"{new[0]!r}. Write a line without it.", "never met")  # fmt: skip
        if min(depths(value)) < 0:
            raise Misformed(f"`{self.key}` closes a bracket that is not open.", "never opened")
        return value

    def accepts(self, value: str, right: str) -> bool:
        """Say whether the line breaks the story."""
        seen = Seen.of(value)
        return all(test(seen) for _, test, _ in self.tells)

    def about(self, value: str, right: str, asked: Collection[Any] = ()) -> tuple[str, str] | None:
        """Return what the line lacks."""
        seen = Seen.of(value)
        return next(((name, says) for name, test, says in self.tells if not test(seen)), None)


def _never_open(seen: Seen) -> bool:
    return seen.any(lambda t: seen.depth[t] > 0)


def _goes_up(seen: Seen) -> bool:
    return seen.any(seen.up)


def _down_inside(seen: Seen) -> bool:
    return seen.any(lambda t: seen.depth[t] > 0 and not seen.up(t))


def _wiped(seen: Seen) -> bool:
    """Say whether the unit falls at a character that is no bracket."""
    return seen.any(
        lambda t: t > 0 and seen.up(t - 1) and not seen.up(t)
        and not seen.bracket(t, OPENING + CLOSING)
    )  # fmt: skip


def _nested(seen: Seen) -> bool:
    return seen.any(lambda t: seen.bracket(t, CLOSING) and seen.depth[t] > 0)


def _wiped_early(seen: Seen) -> bool:
    return seen.any(
        lambda t: seen.bracket(t, CLOSING) and seen.depth[t] > 0 and not seen.up(t)
    )  # fmt: skip


_OPEN = ("no bracket is open", _never_open, "In your line no bracket is ever open.")
_UP = ("never up", _goes_up, "In your line the unit is never up.")

EXERCISE = DictExercise(
    "15.2",
    questions=(
        LineThat("always up", "In some lists of lesson 15 the bracket is lost on the "
                 "way, and at one letter of lesson 02.", tells=(
            _OPEN,
            ("up throughout", _down_inside, "On your line the unit is up wherever a bracket is "
             "open: the story holds."),
        )),
        LineThat("brackets alone", "Which characters, other than brackets, shut f? "
                 "Lesson 02 has such a letter.", tells=(
            _UP,
            ("falls at brackets alone", _wiped, "On your line the unit falls at brackets alone, or "
             "not at all: the story holds."),
        )),
        LineThat("it counts", "Put brackets into brackets, and let the inner ones close.", tells=(
            ("not nested", _nested, "In your line no bracket closes while another one is left "
             "open."),
            ("up behind the inner one", _wiped_early, "On your line the unit is still up behind "
             "the inner bracket: the story holds."),
        )),
        LineThat("at most 1.5", "What does a second bracket add, while the first is open?", tells=(
            ("never above 1.5", lambda seen: max(seen.c) > 1.5, "On your line c stays below 1.5: "
             "the story holds."),
        )),
        LineThat("the verdict", "Begin as a sentence does.", tells=(
            ("down at the end", lambda seen: seen.up(-1), "At the end of your line the unit is "
             "down, so the story says nothing of it. Leave a bracket open."),
            ("it says code", lambda seen: seen.steps[-1].certainty < 0.5, "The unit is up at the "
             "end of your line, and the reader says code: the story holds."),
        )),
    ),
    praise="A story is as good as the lines that have been tried to break it.",
)  # fmt: skip
