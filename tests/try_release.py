"""Every exercise in a release: its solution is right, a slip is told by its name, and how fast.

    python tests/try_release.py

The checks run in a process that has the release in place of the course. The seconds are those of
the first check of each exercise, there and in the course.
"""

import tempfile
from pathlib import Path

from clone_copies import CLONE
from shown import shown
from test_release import tried, write

from lstm_lessons.exercises import numbers
from lstm_lessons.exercises.engine.sources import Facts
from lstm_lessons.workshop.handout import contents


def main() -> None:
    """Make a release without solutions, and try all exercises in it and in the course."""
    facts = Facts(contents.lessons(None), None, False)
    with tempfile.TemporaryDirectory() as folder:
        release = write(Path(folder), contents.made(CLONE, facts, None))
        there = tried(release, *numbers())["of"]
        slower = {}
        here = tried(CLONE, *numbers(), home=Path(folder) / "elsewhere")["of"]
        for number, each in there.items():
            same = all(each[what] == here[number][what] for what in ("right", "wrong", "told"))
            named = each["name"] is None or each["name"] in each["told"]
            good = same and named and each["right"] == "correct" != each["wrong"]
            good = good and all("Your instructor has it" in note for note in each["solution"])
            slower[number] = each["seconds"] - here[number]["seconds"]
            if not good or not each["hint"]:
                print(f"{number}: {each}")
        print(f"{len(there)} exercises; shown: {shown(release) or 'nothing'}")
        for name, of in (("release", there), ("course", here)):
            seconds = [each["seconds"] for each in of.values()]
            print(f"first checks, {name}: {sum(seconds):.1f} s, at most {max(seconds):.2f} s")
        most = max(slower, key=slower.get)
        print(f"slower by at most {slower[most]:.2f} s ({most})")


if __name__ == "__main__":
    main()
