"""The process from which judges are forked: it has imported torch once, and runs nobody's code.

It reads a job a line, and writes what each earned a line; it is started with an environment of its
own, so that nothing of the teacher's is in its memory.
"""

import gc
import json
import os
import selectors
import signal
import time
import traceback
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

BIG = (
    "torch",
    "lstm_lessons.workshop.collect.player",
    "lstm_lessons.workshop.collect.judge",
    "lstm_lessons.workshop.collect.remote",
    "lstm_lessons.clinic",
    "lstm_lessons.drawing.pictures",
)
_SPARE = 60.0  # seconds beyond a learner's minutes in which the judge itself is to come to an end


@dataclass
class _Running:
    """A judge at work: its job, its process, the time by which it has to be done."""

    job: dict[str, Any]
    pid: int
    until: float
    said: bytearray = field(default_factory=bytearray)


def serve() -> None:
    """Judge what comes in, each learner in a process of its own, until nothing comes any more."""
    for name in BIG:
        import_module(name)
    import torch

    torch.set_num_threads(1)
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    waiting = selectors.DefaultSelector()
    waiting.register(0, selectors.EVENT_READ)
    asked = bytearray()
    at_work: dict[int, _Running] = {}
    print(json.dumps({"ready": True}), flush=True)
    while True:
        for key, _ in waiting.select(timeout=1):
            if key.fd == 0:
                if not (part := os.read(0, 2**16)):
                    return
                *lines, asked = (asked + part).split(b"\n")
                for line in lines:
                    descriptor, running = _start(json.loads(line))
                    at_work[descriptor] = running
                    waiting.register(descriptor, selectors.EVENT_READ)
                continue
            running = at_work[key.fd]
            if part := os.read(key.fd, 2**16):
                running.said += part
                continue
            waiting.unregister(key.fd)
            os.close(key.fd)
            _tell(at_work.pop(key.fd))
        for running in at_work.values():
            if time.monotonic() > running.until:
                os.kill(running.pid, signal.SIGKILL)


def _start(job: dict[str, Any]) -> tuple[int, _Running]:
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.close(reader)
            _judge(job, writer)
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(writer)
    until = time.monotonic() + 60 * job["limits"]["minutes"] + _SPARE
    return reader, _Running(job, pid, until)


def _judge(job: dict[str, Any], writer: int) -> None:
    from lstm_lessons.workshop.collect import walls
    from lstm_lessons.workshop.collect.judge import judge
    from lstm_lessons.workshop.collect.limits import Limits

    walls.die_with_parent()
    os.dup2(2, 1)  # what is printed here is no result
    hidden = [Path(each) for each in job["hidden"]]
    notebooks = [Path(each) for each in job["notebooks"]]
    found = judge(notebooks, Limits(**job["limits"]), job["walls"], hidden)
    data = json.dumps(found.plain()).encode()
    while data:
        data = data[os.write(writer, data) :]


def _tell(running: _Running) -> None:
    """Write what a judge found; where it came to no end, that it could not be judged."""
    _, status = os.waitpid(running.pid, 0)
    try:
        found = json.loads(bytes(running.said))
    except ValueError:
        how = os.waitstatus_to_exitcode(status)
        found = {"verdicts": [], "lines": [f"could not be judged: the judge ended with {how}"]}
    print(json.dumps({"job": running.job["job"], **found}), flush=True)


if __name__ == "__main__":
    serve()
