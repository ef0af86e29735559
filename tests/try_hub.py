"""Learners on a real JupyterHub, 1, 2, 4, 8 … at a time until it breaks.

    python tests/try_hub.py PLACE [--learners 1 2 4 8] [--lesson 01] [--moves 20] [--no-browser]

``PLACE`` keeps what is fetched and made: a stick with the lessons (``PLACE/handed_out``; one that
lies there is taken), its environment with JupyterHub in it, and the proxy from npm. All learners
log in at one moment, wait for their servers, open the lesson, run all its cells, and move a slider
every second. One more does it in a real browser, if one is here.

A line is printed for each load. Memory is in megabytes for one server and one kernel: each shared
page is divided among those that have it, and in brackets is what belongs to that process alone.
Times are of this machine and of what else it does: see the load average before. A load at which
somebody gets an error, or waits for more than five minutes, is the last.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from pathlib import Path
from statistics import median

import httpx
from on_a_hub import in_browser, memory
from on_a_hub.hub import Hub, names, prepared, release_here, running
from on_a_hub.learner import Learner

from lstm_lessons.commands.browser import Browser, find_browser

FREE_MB = 1500
"""No load is tried that would leave this machine with less."""


async def at_once(hub: Hub, count: int, path: str, moves: int, browser: Browser | None) -> str:
    """Let so many learners do a lesson at once; return the line about it.

    Raises:
        RuntimeError: something that a learner asked for went wrong.
    """
    before = os.getloadavg()[0]
    learners = [Learner(hub.address, name) for name in names(count)]
    others = names(count + 1)[count:]
    seen = in_browser.lesson(browser, hub.address, others[0], path) if browser else _nothing()
    looking = asyncio.create_task(seen)
    try:
        await _all(each.log_in_and_start() for each in learners)
        servers = memory.of_learners(names(count))["server"]
        cells = await _all(each.open(path) for each in learners)
        await _all(each.run_all(of) for each, of in zip(learners, cells, strict=True))
        await _all(each.move(moves, 1.0) for each in learners)
        told = await looking
        held = memory.of_learners(names(count + bool(browser)))
        beside = memory.of_hub(hub.process.pid)
    finally:
        looking.cancel()
        await _all(each.close() for each in learners)
    wrong = [f"{each.name}: {line}" for each in learners for line in each.errors]
    if wrong:
        raise RuntimeError("; ".join(wrong[:3]))
    waited = {key: [each.waited[key] for each in learners] for key in ("page", "kernel", "lesson")}
    moved = sorted(1000 * each for learner in learners for each in learner.moves)
    whole = sum(each.shared for each in held.values()) / (count + bool(browser))
    parts = [
        f"{count}{' + 1 in a browser' if browser else ''}",
        f"server {servers} → {held['server']}, kernel {held['kernel']}, a learner {whole:.0f} MB",
        f"hub {beside['hub']}, proxy {beside['proxy']} MB",
        *(f"{key} {median(each):.1f}, worst {max(each):.1f} s" for key, each in waited.items()),
        f"slider {median(moved):.0f}, 95 % {moved[int(0.95 * len(moved))]:.0f},"
        f" worst {moved[-1]:.0f} ms",
    ]
    if told:
        parts.append(
            f"browser: page {told['page']:.1f} s, lesson {told['lesson']:.1f} s, slider"
            f" {told['slider']:.0f} ms"
        )
    return " | ".join([*parts, f"load before {before:.1f}"])


async def stop_all(hub: Hub, count: int) -> None:
    """Stop the learners' servers, and wait until they are gone."""
    told = {"Authorization": f"token {hub.token}"}
    async with httpx.AsyncClient(base_url=f"{hub.address}/hub/api", headers=told) as http:
        for name in names(count):
            await http.delete(f"/users/{name}/server", timeout=60)
    for _ in range(300):
        if not sum(each.processes for each in memory.of_learners(names(count)).values()):
            return
        await asyncio.sleep(0.2)
    raise SystemExit("Servers did not stop within a minute.")


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
    path = next(release.glob(f"notebooks/{asked.lesson}_*.ipynb")).relative_to(release).as_posix()
    files = prepared(place, release, asked.python)
    browser = None if asked.no_browser else find_browser()
    most = max(asked.learners) + 1
    fine = 0
    with running(place, release, files, most, asked.plain) as hub:
        for count in asked.learners:
            free = _free_mb()
            try:
                line = asyncio.run(
                    asyncio.wait_for(at_once(hub, count, path, asked.moves, browser), 1500)
                )
            except Exception as error:
                print(f"{count}: broke: {type(error).__name__}: {error}", flush=True)
                break
            fine += 1
            used = (free - _free_mb()) / (count + bool(browser))
            print(f"{line} | memory that the machine lost {used:.0f} MB a learner", flush=True)
            asyncio.run(stop_all(hub, count + 1))
            time.sleep(2)
            if free - 2 * (count + 1) * used < FREE_MB:
                print(f"{2 * count} would not fit: {free:.0f} MB are free.")
                break
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
