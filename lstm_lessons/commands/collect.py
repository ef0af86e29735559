"""``collect FOLDER``: learners' notebooks are judged again, and a page says what to explain."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from lstm_lessons.environment.failure import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lstm_lessons.workshop.collect.run import Earned

CONTAINER = """\
For strangers' submissions, run it in a container or a virtual machine that holds nothing else.
Once, in the folder of the course:
  docker build -t lstm-lessons -f lstm_lessons/workshop/collect/Containerfile .
Then, with whole paths for FOLDER and for RESULTS, which is an empty folder of yours:
  docker run --rm --network none --read-only --tmpfs /tmp --user "$(id -u):$(id -g)" --cap-drop ALL
    --security-opt no-new-privileges --pids-limit 1000 --memory 8g
    -v FOLDER:/in:ro -v RESULTS:/out lstm-lessons
    python3 -m lstm_lessons collect /in --results /out
Podman takes the same words."""


def main(arguments: list[str]) -> int:
    """Judge all learners of a folder, and write tables and a page; return the exit status."""
    asked = _parser().parse_args(arguments)
    if not sys.platform.startswith("linux"):
        raise Failure(
            "collect needs Linux, whose walls it puts round learners' code.",
            "Run it there, or in a container: see collect --help.",
        )
    from lstm_lessons.workshop.collect import fence, page, results, run, table, walls
    from lstm_lessons.workshop.collect.limits import Limits, can_refuse_calls
    from lstm_lessons.workshop.collect.people import others, people

    folder = asked.folder.expanduser().absolute()
    learners = people(folder)
    place = results.place(folder, asked.results and asked.results.expanduser())
    no_walls = walls.missing()
    if no_walls and not (fence.version() and can_refuse_calls()):
        raise Failure(
            f"This system puts neither walls ({no_walls}) nor a fence (Landlock, Linux 5.13) round "
            "learners' code.",
            "Run collect on another Linux, or in a virtual machine.",
        )
    limits = Limits(asked.seconds, asked.minutes, asked.memory, asked.files)
    jobs = asked.jobs or run.at_once(limits)
    results.make(place)
    where = f"within a fence, as there can be no walls: {no_walls}" if no_walls else "behind walls"
    print(f"{len(learners)} to judge, {jobs} at a time, {where}.", flush=True)
    if left := others(folder):
        more = f" and {len(left) - 5} more" if len(left) > 5 else ""
        print(f"Not looked at: {', '.join(left[:5])}{more}.", flush=True)
    earned = []
    hidden = [folder, place]
    for each in run.judged(learners, limits, not no_walls, hidden, jobs):
        earned.append(each)
        print(
            f"[{len(earned):{len(str(len(learners)))}}/{len(learners)}] {_told(each)}", flush=True
        )
    order = {each.name: number for number, each in enumerate(learners)}
    earned.sort(key=lambda each: order[each.learner.name])
    now = datetime.now()
    heading = f"{folder.name}, judged on {now:%d %B %Y at %H:%M}"
    how = _how(walls_up=not no_walls)
    results.write(
        place,
        {
            "index.html": page.page(earned, heading, how),
            "for_the_class.html": page.page(earned, heading, how, names=False),
            "answers.csv": table.answers_csv(earned),
            "slips.csv": table.slips_csv(earned),
        },
    )
    print(f"The page is {place / 'index.html'}; for_the_class.html beside it names nobody.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m lstm_lessons collect",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Judge again what learners handed in: FOLDER has a folder, or a notebook, for "
        "each. Their code runs\nbehind walls, without a network, within limits; the checkers run "
        "outside. Stored outputs do not count.",
        epilog=CONTAINER,
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="FOLDER/NAME/... or NAME.ipynb")
    parser.add_argument(
        "--results",
        type=Path,
        metavar="PLACE",
        help="a folder that is new, empty, or of an earlier run (default: FOLDER-results)",
    )
    for name, kind, default, words in (
        ("--seconds", float, 20.0, "for the cells before an answer, and as many for its calls"),
        ("--minutes", float, 10.0, "for all that one learner handed in"),
        ("--memory", int, 1024, "MiB that an answer may take, beside PyTorch"),
        ("--files", int, 64, "MiB that an answer may write"),
        ("--jobs", int, 0, "learners side by side (default: as cores and memory allow)"),
    ):
        help_ = words if not default else f"{words} (default {default:g})"
        parser.add_argument(name, type=_above_zero(kind), default=default, metavar="N", help=help_)
    return parser


def _above_zero(kind: type[int] | type[float]) -> Callable[[str], float]:
    def read(text: str) -> float:
        value = kind(text)
        if not 0 < value < 10**6:
            raise ValueError
        return value

    read.__name__ = "number above zero"
    return read


def _told(each: Earned) -> str:
    """Return a line on what somebody earned."""
    often = Counter(verdict["outcome"] for verdict in each.verdicts)
    told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(often.items()))
    lines = [told, *each.lines]
    return f"{each.learner.name}: {'; '.join(filter(None, lines))}"


def _how(walls_up: bool) -> str:
    """Return what the page says of the way in which was judged, and of who may trust it."""
    walls = (
        "Each learner's code ran in processes of its own without a network, which saw none of your "
        "files, no other learner's, and neither checkers nor solutions."
    )
    fence = (
        "Each learner's code ran in processes of its own, which could open no connection, write no "
        "file, and read Python and the course alone, without checkers and solutions. (This system "
        "builds no walls, so it was a fence: its limit of memory holds for each process, and the "
        "teacher's own processes can be counted.)"
    )
    where = walls if walls_up else fence
    return (
        f"The cells of each notebook were run again; stored outputs do not count. {where} The "
        "checkers ran outside and got numbers alone, so no code could change a verdict, but for "
        "two things that are seen only where the code runs: that 09.1 is done by hand, and that an "
        "answer leaves torch's own functions as they are. Whose code it is, no program can tell."
    )
