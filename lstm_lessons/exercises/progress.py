"""What a learner has done of the course, and what comes next."""

from dataclasses import dataclass
from html import escape

from lstm_lessons.course import LESSONS, Lesson
from lstm_lessons.exercises.engine import diary, sources, text


@dataclass(frozen=True)
class Step:
    """A lesson, and what has been done of it; ``solved`` and ``left`` are exercises' numbers."""

    lesson: Lesson
    read: bool
    solved: tuple[str, ...]
    left: tuple[str, ...]

    @property
    def done(self) -> bool:
        """Whether nothing is left of it: a lesson with no exercises has to be noted as read."""
        return not self.left and (self.read or bool(self.solved))

    @property
    def begun(self) -> bool:
        """Whether anything of it has been done."""
        return self.read or bool(self.solved)

    @property
    def words(self) -> str:
        """What has been done, in words."""
        total = len(self.solved) + len(self.left)
        words = f"{len(self.solved)} of {_some(total)}" if total else ""
        if self.left:
            words += f" (left: {', '.join(self.left)})"
        return ", ".join(filter(None, ("read" if self.read else "", words)))


@dataclass(frozen=True)
class Progress:
    """The steps through the course; shown as a list of what was begun, and the next step."""

    steps: tuple[Step, ...]
    remark: str

    @property
    def next(self) -> Step | None:
        """The first lesson in which something is left to do, or None at the end of the course."""
        return next((each for each in self.steps if not each.done), None)

    def __repr__(self) -> str:
        """Return a line for each lesson that was begun, one for the next, and where it is kept."""
        return "\n".join(f"{sign} {words}" for sign, words in self._lines())

    def _repr_html_(self) -> str:
        lines = "".join(
            f"<tr><td style='text-align: left'>{escape(sign)}</td>"
            f"<td style='text-align: left'>{escape(words)}</td></tr>"
            for sign, words in self._lines()
        )
        return f"<table>{lines}</table>"

    def _lines(self) -> list[tuple[str, str]]:
        lines = [
            ("✓" if each.done else "○", f"{each.lesson.number} {each.lesson.title}: {each.words}")
            for each in self.steps
            if each.begun
        ]
        if self.steps:
            lines.append(("→", self._what_is_next()))
        return [*lines, (" ", self.remark)]

    def _what_is_next(self) -> str:
        step = self.next
        if step is None:
            return "You have done all of the course."
        if step.begun:
            what = f"exercise {step.left[0]}" if step.left else "its text"
            return f"Next: {what} of lesson {step.lesson.number}"
        minutes = f"{step.lesson.minutes} minutes to read"
        if step.lesson.exercise_minutes:
            minutes += f", and about {step.lesson.exercise_minutes} for {_some(len(step.left))}"
        return f"Next: {step.lesson.number} {step.lesson.title} ({minutes})"


def progress(read: str | None = None) -> Progress:
    """Show which exercises you have solved and which lessons you have read, and what comes next.

    ``progress("04")`` notes that you have read lesson 04. An exercise is noted when `check` says
    that it is right. All of it stands in ``progress.txt`` in your own folder; nothing is sent
    anywhere.

    Raises:
        ValueError: there is no such lesson; the message lists those there are.
    """
    ready = _lessons()
    if read is not None:
        numbers = [each.number for each in ready]
        if read not in numbers:
            raise ValueError(f"there is no lesson {read!r}; there are {', '.join(numbers)}")
    try:
        if read is not None:
            diary.note(diary.READ, read)
        lessons, solved = diary.done(diary.READ), diary.done(diary.SOLVED)
    except OSError as error:
        return Progress((), f"{diary.FILE} cannot be used ({error}).")
    all_numbers = text.numbers()
    steps = []
    for each in ready:
        numbers = [number for number in all_numbers if number[:2] == each.number]
        done = tuple(number for number in numbers if number in solved)
        left = tuple(number for number in numbers if number not in solved)
        steps.append(Step(each, each.number in lessons, done, left))
    return Progress(tuple(steps), _where_it_is_kept())


def _lessons() -> list[Lesson]:
    """Return the lessons that are here: in a release made for a route, those of the route."""
    release = sources.facts()
    here = [each for each in LESSONS if each.ready]
    return here if release is None else [each for each in here if each.number in release.lessons]


def _where_it_is_kept() -> str:
    path = diary.file()
    if path is None:
        return "Outside of your own folder, this is known until the kernel stops."
    return f"Kept in {path.parent.name}/{path.name}, and nowhere else."


def _some(exercises: int) -> str:
    return "1 exercise" if exercises == 1 else f"{exercises} exercises"
