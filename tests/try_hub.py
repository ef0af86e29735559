"""Learners on a real JupyterHub, 1, 2, 4, 8 … at a time until it breaks.

    python tests/try_hub.py PLACE [--learners 1 2 4 8] [--lesson 01] [--moves 20] [--no-browser]

``PLACE`` keeps what is fetched and made: a stick with the lessons (``PLACE/handed_out``; one that
lies there is taken), its environment with JupyterHub in it, and the proxy from npm. All learners
log in at one moment, wait for their servers, open the lesson, run all its cells, move a slider
second, and open its exercises, too. One more does the lesson in a real browser, if there is one.

A line is printed for each load. Memory is in megabytes for one learner: each shared page is divided
among those that have it, and in brackets is what belongs to them alone. A kernel counts with the
process that it was forked from. "page → lesson" is the server before and after.
Times are of this machine and of what else it does: see the load average before. A load at which
somebody gets an error, or waits for more than five minutes, is the last.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from on_a_hub import in_browser, memory
from on_a_hub.hub import Hub, names, prepared, release_here, running
from on_a_hub.learner import Learner

from lstm_lessons.commands.browser import Browser, find_browser

FREE_MB = 1500
"""No load is tried that would leave this machine with less."""


@dataclass
class Seen:
    """What was seen at one load."""

    learners: list[Learner]
    load: float
    held: dict[str, dict[str, memory.Memory]] = field(default_factory=dict)
    browser: dict[str, float] = field(default_factory=dict)

    def told(self) -> str:
        """Return the line about it."""
        parts = [self._memory(), *map(self._waited, ("page", "kernel", "lesson")), self._slider()]
        if self.browser:
            told = "browser: page {page:.1f} s, lesson {lesson:.1f} s, slider {slider:.0f} ms"
            parts.append(told.format(**self.browser))
        return " | ".join([str(len(self.learners)), *parts, f"load before {self.load:.1f}"])

    def _memory(self) -> str:
        count = len(self.learners)
        learner = sum(each.shared for each in self.held["exercises"].values()) / count
        return (
            f"server {self.held['page']['server'].of_each(count)}"
            f" → {self.held['lesson']['server'].of_each(count)},"
            f" kernel {self.held['lesson']['kernels'].of_each(count)},"
            f" with the exercises' {self.held['exercises']['kernels'].of_each(count)},"
            f" a learner {learner:.0f}; hub {self.held['hub']['hub'].of_each(1)},"
            f" proxy {self.held['hub']['proxy'].of_each(1)} MB"
        )

    def _waited(self, key: str) -> str:
        times = [each.waited[key] for each in self.learners]
        return f"{key} {median(times):.1f}, worst {max(times):.1f} s"

    def _slider(self) -> str:
        times = sorted(1000 * each for learner in self.learners for each in learner.moves)
        most = times[int(0.95 * len(times))]
        return f"slider {median(times):.0f}, 95 % {most:.0f}, worst {times[-1]:.0f} ms"


async def at_once(
    hub: Hub, count: int, lesson: str, exercises: str, moves: int, browser: Browser | None
) -> Seen:
    """Let so many learners do a lesson at once, and open its exercises.

    Raises:
        RuntimeError: something that a learner asked for went wrong.
    """
    own = names(count)
    seen = Seen([Learner(hub.address, name) for name in own], os.getloadavg()[0])
    other = names(count + 1)[-1]
    doing = in_browser.lesson(browser, hub.address, other, lesson) if browser else _nothing()
    looking = asyncio.create_task(doing)
    try:
        await _all(each.log_in_and_start() for each in seen.learners)
        seen.held["page"] = memory.of_learners(own)
        cells = await _all(each.open(lesson) for each in seen.learners)
        each_its_cells = zip(seen.learners, cells, strict=True)
        await _all(each.run_all(of) for each, of in each_its_cells)
        await _all(each.move(moves, 1.0) for each in seen.learners)
        seen.held["lesson"] = memory.of_learners(own)
        wrong = [f"{each.name}: {line}" for each in seen.learners for line in each.errors]
        seen.browser = await looking
        cells = await _all(each.open(exercises, timed=False) for each in seen.learners)
        for number in range(len(cells[0])):  # what is to be filled in raises, as it should
            await _all(each.run(of[number]) for each, of in zip(seen.learners, cells, strict=True))
        seen.held["exercises"] = memory.of_learners(own)
        seen.held["hub"] = memory.of_hub(hub.process.pid)
    finally:
        looking.cancel()
        await _all(each.close() for each in seen.learners)
    if wrong:
        raise RuntimeError("; ".join(wrong[:3]))
    return seen


async def _all(waiting) -> list:
    return await asyncio.gather(*waiting)


async def _nothing() -> dict[str, float]:
    return {}


def _free_mb() -> float:
    lines = Path("/proc/meminfo").read_text().splitlines()
    told = {line.split()[0]: float(line.split()[1]) * 1024 / 1e6 for line in lines}
    return told["MemAvailable:"]


def main(words: list[str]) -> int:
    """Try the loads; return 1 where the first breaks."""
    parser = argparse.ArgumentParser(prog="try_hub.py")
    parser.add_argument("place", type=Path)
    parser.add_argument("--learners", type=int, nargs="+", default=[1, 2, 4, 8, 16, 32, 64])
    parser.add_argument("--lesson", default="01")
    parser.add_argument("--route", default="half-a-day")
    parser.add_argument("--moves", type=int, default=20)
    base = getattr(sys, "_base_executable", sys.executable)
    parser.add_argument("--python", default=base, help="one without the lessons' packages")
    parser.add_argument("--no-browser", action="store_true")
    parser.add_argument("--plain", action="store_true", help="without the savings of lab --hub")
    asked = parser.parse_args(words)
    place = asked.place.absolute()
    place.mkdir(parents=True, exist_ok=True)
    release = release_here(place, asked.route)
    lesson, exercises = (
        next(release.glob(f"{folder}/{asked.lesson}_*.ipynb")).relative_to(release).as_posix()
        for folder in ("notebooks", "exercises")
    )
    files = prepared(place, release, asked.python)
    browser = None if asked.no_browser else find_browser()
    most = max(asked.learners) + 1
    fine = 0
    with running(place, release, files, most, asked.plain) as hub:
        for count in asked.learners:
            free = _free_mb()
            try:
                doing = at_once(hub, count, lesson, exercises, asked.moves, browser)
                line = asyncio.run(asyncio.wait_for(doing, 1500)).told()
            except Exception as error:
                print(f"{count}: broke: {type(error).__name__}: {error}", flush=True)
                break
            fine += 1
            used = (free - _free_mb()) / (count + bool(browser))
            print(line, flush=True)
            asyncio.run(hub.stop(names(count + 1)))
            time.sleep(2)
            if free - 2 * (count + 1) * used < FREE_MB:
                print(f"{2 * count} would not fit: {free:.0f} MB are free.")
                break
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
