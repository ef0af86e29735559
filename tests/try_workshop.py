"""A workshop from end to end: stick, release, eight learners on a hub, a correction, results.

    python tests/try_workshop.py PLACE [--learners 8] [--python PYTHON]

``PLACE`` is as for try_hub.py. Learners log in to a real JupyterHub, write an answer to 03.1 (every
second one makes a mistake that has a name), check it and save; a correction of two notebooks comes,
one of which they have written in, and they start anew; what they have is gathered, with submissions
of the hostile kinds among it, which nothing runs but `collect`, behind its walls. A line a step; it
ends with 1 where something of a learner's is lost, or somebody earns what they should not.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from hostile import HOSTILE, RIGHT, WRONG
from on_a_hub.hub import Hub, names, prepared, release_here, running
from on_a_hub.learner import Learner, Message

from lstm_lessons.environment.clone import Clone
from lstm_lessons.publishing.copies import FOLDER
from lstm_lessons.workshop.handout import laying

WRITTEN, UNTOUCHED = "exercises/03_the_cell_by_hand.ipynb", "notebooks/02_gates_and_shapes.ipynb"
CORRECTION = "# A correction"
TOLD = {True: "correct", False: "incorrect"}


def command(*words: str) -> str:
    """Run a command of the course; return what it prints."""
    line = [sys.executable, "-m", "lstm_lessons", *words]
    done = subprocess.run(line, capture_output=True, text=True, cwd=Clone.here().root)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)}: {done.stdout}{done.stderr}")
    return done.stdout


def answering(code: str) -> Callable[[list[Message]], None]:
    """Return what writes an answer to 03.1 into a notebook's cells."""

    def change(cells: list[Message]) -> None:
        (cell,) = (each for each in cells if "".join(each["source"]).startswith("def cell("))
        cell["source"] = code

    return change


async def morning(hub: Hub, learners: list[Learner]) -> None:
    """Let all log in, answer, check and save."""
    await asyncio.gather(*(each.log_in_and_start() for each in learners))
    for number, each in enumerate(learners):
        cells = await each.open(WRITTEN)
        is_right = number % 2 == 0
        code = RIGHT if is_right else WRONG
        await each.run(cells[0])
        await each.run(code)
        said = await each.run('exercise("03.1").check(cell)')
        if ("Correct" in said) != is_right:
            raise RuntimeError(f"{each.name} was told: {said[:200]}")
        await each.write(WRITTEN, answering(code))
    await asyncio.gather(*(each.close() for each in learners))


def correct(release: Path) -> None:
    """Correct two notebooks, as `release` brings a correction."""
    files = {}
    for name in (WRITTEN, UNTOUCHED):
        notebook = json.loads((release / name).read_bytes())
        notebook["cells"][0]["source"] = [f"{CORRECTION}\n", *notebook["cells"][0]["source"]]
        files[name] = json.dumps(notebook, indent=1, ensure_ascii=False).encode() + b"\n"
    known = json.loads((release / laying.RECORD).read_bytes())["last"]
    rest = {name: (release / name).read_bytes() for name in known if name not in files}
    laying.lay(release, rest | files)


def lost(hub: Hub, learners: list[str]) -> list[str]:
    """Return what is missing of what learners wrote, and of the correction."""
    found = []
    for number, name in enumerate(learners):
        own = hub.home(name) / "lessons" / FOLDER
        answer = RIGHT if number % 2 == 0 else WRONG
        wanted = {
            WRITTEN: answer.splitlines()[-1],
            WRITTEN.replace("03_", "03_new_version_"): CORRECTION,
            UNTOUCHED: CORRECTION,
        }
        for path, words in wanted.items():
            there = own / path
            if not there.is_file() or words not in there.read_text("utf-8"):
                found.append(f"{name}: {words!r} is not in {path}")
    return found


def gather(hub: Hub, learners: list[str], folder: Path) -> dict[str, dict[str, str]]:
    """Gather what was handed in, hostile kinds among it; return what each should earn."""
    shutil.rmtree(folder, ignore_errors=True)
    wanted = {}
    for number, name in enumerate(learners):
        shutil.copytree(hub.home(name) / "lessons" / FOLDER, folder / name)
        wanted[name] = {"03.1": TOLD[number % 2 == 0]}
    for kind in HOSTILE:
        if not kind.slow:
            kind.lay(folder)
            wanted[kind.name.replace("\n", "\\n")] = dict(kind.earns)
    return wanted


def misjudged(results: Path, wanted: dict[str, dict[str, str]]) -> list[str]:
    """Return who has earned something else.

    What learners did not attempt earns nothing, nor does a file that could not be judged. Before a
    name that a spreadsheet would compute stands a mark.
    """
    earned: dict[str, dict[str, str]] = {name: {} for name in wanted}
    with (results / "answers.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            name = row["name"].removeprefix("'")
            is_asked = row["exercise"] in wanted.get(name, {})
            if is_asked or row["outcome"] not in ("not attempted", "not judged"):
                earned.setdefault(name, {})[row["exercise"]] = row["outcome"]
    return [f"{n}: {earned[n]} for {wanted.get(n)}" for n in earned if earned[n] != wanted.get(n)]


def main(words: list[str]) -> int:
    """Go through the workshop; return 1 where something went wrong."""
    parser = argparse.ArgumentParser(prog="try_workshop.py")
    parser.add_argument("place", type=Path)
    parser.add_argument("--learners", type=int, default=8)
    base = getattr(sys, "_base_executable", sys.executable)
    parser.add_argument("--python", default=base, help="one without the lessons' packages")
    asked = parser.parse_args(words)
    place = asked.place.absolute()
    place.mkdir(parents=True, exist_ok=True)
    learners = names(asked.learners)
    wrong: list[str] = []
    with Steps() as step:
        release = release_here(place, "half-a-day")
        step(f"stick: {release}")
        shutil.rmtree(place / "told", ignore_errors=True)
        step(command("hub", str(place / "told"), "--learners", str(asked.learners)))
        files = prepared(place, release, asked.python)
        step("prepare.sh")
        with running(place, release, files, asked.learners) as hub:
            asyncio.run(morning(hub, [Learner(hub.address, each) for each in learners]))
            step(f"{asked.learners} learners logged in, answered, checked and saved")
            asyncio.run(hub.stop(learners))
            correct(release)
            prepared(place, release, asked.python)
            again = [Learner(hub.address, each) for each in learners]
            asyncio.run(_started(again))
            wrong += lost(hub, learners)
            step(f"a correction, and a new start: {'; '.join(wrong) or 'nothing is lost'}")
            asyncio.run(hub.stop(learners))
            wanted = gather(hub, learners, place / "handed_in")
        results = place / "results"
        shutil.rmtree(results, ignore_errors=True)
        said = command("collect", str(place / "handed_in"), "--results", str(results))
        step(f"collect: {len(wanted)} folders; {said.strip().splitlines()[-1]}")
        judged = misjudged(results, wanted)
        step("; ".join(judged) or "each has earned what it should")
    return 1 if wrong or judged else 0


async def _started(learners: list[Learner]) -> None:
    await asyncio.gather(*(each.log_in_and_start() for each in learners))
    await asyncio.gather(*(each.close() for each in learners))


class Steps:
    """Prints each step with the seconds that it took."""

    def __enter__(self) -> Steps:
        self.start = time.monotonic()
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def __call__(self, what: str) -> None:
        """Say what was done since the last."""
        now = time.monotonic()
        print(f"{now - self.start:6.1f} s  {what.strip()}", flush=True)
        self.start = now


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
