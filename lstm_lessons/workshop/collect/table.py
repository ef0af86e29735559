"""Results as tables: a row for each answer, and a row for each slip with how many made it."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lstm_lessons.exercises.engine import text
from lstm_lessons.workshop.collect.run import Earned

NOT_JUDGED = "not judged"
_COLUMNS = ("name", "exercise", "title", "outcome", "slip", "message", "notebook", "seconds")


@dataclass(frozen=True)
class SlipOf:
    """A slip of an exercise: what it is called, what its first maker was told, who made it.

    A wrong answer whose mistake has no name is of the slip that has the name "".
    """

    exercise: str
    name: str
    message: str
    people: tuple[str, ...]


def title(exercise: str) -> str:
    """Return the title of an exercise."""
    return text.text(exercise).title


def slips(earned: Iterable[Earned]) -> list[SlipOf]:
    """Return all slips, those that most people made first; what has no name comes last."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for each in earned:
        for verdict in each.verdicts:
            if verdict["outcome"] in ("incorrect", "error"):
                key = (verdict["exercise"], verdict["slip"])
                found[key].append((each.learner.name, verdict["message"]))
    made = [
        SlipOf(exercise, name, who[0][1], tuple(person for person, _ in who))
        for (exercise, name), who in found.items()
    ]
    return sorted(made, key=lambda slip: (not slip.name, -len(slip.people), slip.exercise))


def answers_csv(earned: Iterable[Earned]) -> str:
    """Return the table of all answers; what could not be judged has a row as well."""
    rows: list[Sequence[object]] = [_COLUMNS]
    for each in earned:
        name = each.learner.name
        for v in each.verdicts:
            rows.append(
                (name, v["exercise"], title(v["exercise"]), v["outcome"], v["slip"], v["message"],
                 v["notebook"], v["seconds"])
            )  # fmt: skip
        rows += [(name, "", "", NOT_JUDGED, "", line, "", "") for line in each.lines]
    return _csv(rows)


def slips_csv(earned: Iterable[Earned]) -> str:
    """Return the table of all slips."""
    rows: list[Sequence[object]] = [("exercise", "title", "slip", "people", "message")]
    for each in slips(earned):
        rows.append(
            (each.exercise, title(each.exercise), each.name, len(each.people), each.message)
        )
    return _csv(rows)


def _csv(rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([_plain(each) for each in row] for row in rows)
    return out.getvalue()


def _plain(value: object) -> object:
    """Return a text that no spreadsheet takes for a formula."""
    if not isinstance(value, str):
        return value
    told = value.encode("utf-8", "backslashreplace").decode()
    told = told.replace("\0", "\\x00").replace("\r", "\\r")
    risky = told.lstrip()[:1] in tuple("=+-@") or told[:1] == "\t"
    return f"'{told}" if risky else told
