"""Judge every hostile kind, and honest learners among them: python tests/collect_hostile.py

It prints what each earned and how long it took, and ends with 1 where one earned something else, or
where something of this machine's was touched. Words after its name choose kinds; with ``--fence``
there are no walls, and only the fence: try that in a machine to be thrown away.
"""

import os
import socket
import sys
import tempfile
import time
from pathlib import Path

from hostile import HOSTILE, Hostile, answers

from lstm_lessons.workshop.collect import fence, run, walls
from lstm_lessons.workshop.collect.limits import Limits
from lstm_lessons.workshop.collect.people import people


def main(words: list[str]) -> int:
    """Judge the kinds; return the exit status."""
    fenced = "--fence" in words
    words = [each for each in words if each != "--fence"]
    reason = "" if fenced else walls.missing()
    if reason or not fence.version():
        print(f"No walls here, or no fence, without which it would harm this machine: {reason}.")
        return 1
    kinds = [each for each in HOSTILE if not words or any(word in each.name for word in words)]
    honest = [
        Hostile(f"honest {n}", {"03.ipynb": answers()}, {"03.1": "correct"}) for n in range(2)
    ]
    wrong = 0
    with tempfile.TemporaryDirectory() as place, socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        port = Path("/tmp/lstm-hostile-port")
        port.write_text(str(server.getsockname()[1]))
        guard = Path(place) / "teacher" / "of mine.txt"
        guard.parent.mkdir()
        guard.write_text("as it was")
        folder = Path(place) / "class"
        for each in (*kinds, *honest):
            each.lay(folder)
        known = {each.name.replace("\n", "\\n"): each for each in (*kinds, *honest)}
        start = time.monotonic()
        limits = Limits(seconds=3, minutes=1)
        for earned in run.judged(people(folder), limits, not fenced, [folder], run.at_once(limits)):
            kind = known.pop(earned.learner.name)
            found = {each["exercise"]: each["outcome"] for each in earned.verdicts}
            good = found == kind.earns and (not kind.line or kind.line in " ".join(earned.lines))
            wrong += not good
            took = sum(each["seconds"] for each in earned.verdicts)
            told = "; ".join([*(f"{k} {v}" for k, v in found.items()), *earned.lines])
            print(f"{'ok ' if good else 'NOT'} {took:5.1f} s  {earned.learner.name}: {told}")
        seconds = time.monotonic() - start
        touched = _touched(server, guard, folder, len(kinds) + len(honest))
        port.unlink()
    for each in (*touched, *(f"never judged: {name}" for name in known)):
        print(f"NOT {each}")
    print(
        f"{len(kinds)} kinds and {len(honest)} honest learners in {seconds:.0f} s; {wrong} wrong."
    )
    return 1 if wrong or touched or known else 0


def _touched(server: socket.socket, guard: Path, folder: Path, count: int) -> list[str]:
    """Return what of this machine's was reached, changed or left behind."""
    found = []
    try:
        server.accept()
        found.append("the network was reached")
    except BlockingIOError:
        pass
    if guard.read_text() != "as it was":
        found.append("the teacher's file was changed")
    if len(list(folder.iterdir())) != count:
        found.append("a submission is gone")
    if Path("/tmp/lstm-hostile-was-here").exists():
        found.append("a pickle was run outside")
    time.sleep(2)  # the kernel ends a whole namespace, and takes its time on a busy machine
    left = [path for path in Path("/proc").glob("[0-9]*/environ") if _is_theirs(path)]
    return [*found, *(f"process {path.parent.name} is left" for path in left)]


def _is_theirs(path: Path) -> bool:
    try:
        return os.readlink(path.parent / "cwd") == "/tmp/home"
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
