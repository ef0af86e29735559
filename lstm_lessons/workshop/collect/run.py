"""All learners are judged, side by side: as many at once as there are cores and memory for."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lstm_lessons.environment.failure import Failure
from lstm_lessons.workshop.collect import walls
from lstm_lessons.workshop.collect.limits import MIB, Limits
from lstm_lessons.workshop.collect.people import Learner

_WARM = "lstm_lessons.workshop.collect.warm"
_TAKEN = 400  # MiB that a judge and the process behind walls take, beside what an answer may


@dataclass(frozen=True)
class Earned:
    """What a learner earned: verdicts as `judge.Verdict` has them, and lines about the rest."""

    learner: Learner
    verdicts: tuple[dict[str, Any], ...]
    lines: tuple[str, ...]


def at_once(limits: Limits) -> int:
    """Return how many learners can be judged side by side on this machine."""
    cores = len(os.sched_getaffinity(0))
    free = _free()
    return max(1, min(cores, free // (limits.memory + _TAKEN)))


def _free() -> int:
    """Return how many MiB of memory are free, or may be taken in this container."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    (free,) = (int(each.split()[1]) // 1024 for each in lines if each.startswith("MemAvailable:"))
    limit = Path("/sys/fs/cgroup/memory.max")
    text = limit.read_text().strip() if limit.is_file() else ""
    return min(free, int(text) // MIB) if text.isdigit() else free


def judged(
    learners: Sequence[Learner],
    limits: Limits,
    behind_walls: bool,
    hidden: Sequence[Path],
    jobs: int,
) -> Iterator[Earned]:
    """Give what each learner earned, whoever is done first.

    Raises:
        Failure: the process that judges has ended.
    """
    with (
        tempfile.TemporaryDirectory(prefix="lstm-collect-", ignore_cleanup_errors=True) as place,
        subprocess.Popen(
            [sys.executable, "-m", _WARM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=_environ() | {"TMPDIR": place},
            cwd=walls.PACKAGE.parent,
            start_new_session=True,  # an interruption comes to this process alone
        ) as warm,
    ):
        assert warm.stdin is not None and warm.stdout is not None
        try:
            _next(warm)
            left = list(enumerate(learners))
            running = 0
            while left or running:
                while left and running < jobs:
                    number, learner = left.pop(0)
                    job = {
                        "job": number,
                        "notebooks": [str(each.absolute()) for each in learner.notebooks],
                        "limits": asdict(limits),
                        "walls": behind_walls,
                        "hidden": [str(each) for each in hidden],
                    }
                    print(json.dumps(job), file=warm.stdin, flush=True)
                    running += 1
                found = _next(warm)
                running -= 1
                learner = learners[found["job"]]
                lines = (*learner.lines, *found["lines"])
                yield Earned(learner, tuple(found["verdicts"]), lines)
        finally:
            warm.stdin.close()
            warm.kill()


def _next(warm: subprocess.Popen[str]) -> dict[str, Any]:
    assert warm.stdout is not None
    line = warm.stdout.readline()
    if not line:
        raise Failure(
            f"The process that judges has ended (exit status {warm.wait()}).",
            "Nothing is lost: run the command again; with --jobs 1 it needs the least memory.",
        )
    return json.loads(line)


def _environ() -> dict[str, str]:
    """Return the environment of the judging processes: of the teacher's, only where to look."""
    kept = ("PATH", "PYTHONPATH", "LANG", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "CONDA_PREFIX")
    one = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
    found = {name: os.environ[name] for name in kept if name in os.environ}
    found |= {"PYTHONDONTWRITEBYTECODE": "1", "MPLBACKEND": "Agg", "HOME": "/nonexistent"}
    found["PYTHONWARNINGS"] = "ignore"
    return found | dict.fromkeys(one, "1")
