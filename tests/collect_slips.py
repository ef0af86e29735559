"""Compare what wrong answers are told in a notebook and by `collect`: python collect_slips.py 03

For each exercise of the lessons named that asks for a function, some slips are handed in, each in
its first way, and the solution. It prints where name or outcome differ, and how many agree.
"""

import linecache
import sys
import tempfile
from pathlib import Path

from hostile import notebook

from lstm_lessons.exercises import exercise, numbers
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.slips import singles
from lstm_lessons.workshop.collect import run
from lstm_lessons.workshop.collect.limits import Limits
from lstm_lessons.workshop.collect.people import people

MOST = 6


def wrong_texts(asked: FunctionExercise) -> dict[str, str]:
    """Return the text of the first way of each slip, by its name, and the solution."""
    found: dict[str, str] = {"": asked.text.solution}
    for each in singles(asked.text.solution, asked.slips):
        found.setdefault(each.slips[0].name, each.code)
    step = max(1, len(found) // MOST)
    return dict(list(found.items())[::step])


def main(lessons: list[str]) -> int:
    """Compare; return the exit status."""
    told: dict[str, tuple[str, str]] = {}
    with tempfile.TemporaryDirectory() as place:
        for number in numbers():
            asked = exercise(number)
            if number[:2] not in lessons or not isinstance(asked, FunctionExercise):
                continue
            for at, code in enumerate(wrong_texts(asked).values()):
                space = asked.text.namespace()
                lines = code.splitlines(keepends=True)
                linecache.cache["<answer>"] = (len(code), None, lines, "<answer>")
                exec(compile(code, "<answer>", "exec"), space)
                result = asked.judged(space[asked.text.name])
                told[f"{number} {at}"] = (result.outcome, result.misconception or "")
                check = f'exercise("{number}").check({asked.text.name})'
                path = Path(place) / f"{number} {at}" / f"{number[:2]}.ipynb"
                path.parent.mkdir()
                path.write_text(notebook(asked.text.before, code, check))
        same = 0
        for each in run.judged(people(Path(place)), Limits(), True, [], 2):
            number = each.learner.name.split()[0]
            found = {v["exercise"]: (v["outcome"], v["slip"]) for v in each.verdicts}
            if found.get(number) == told[each.learner.name]:
                same += 1
            else:
                print(f"{each.learner.name}: {told[each.learner.name]} became {found.get(number)}")
                print("  ", *each.lines)
    print(f"{same} of {len(told)} are told the same.")
    return 0 if same == len(told) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or sorted({each[:2] for each in numbers()})))
