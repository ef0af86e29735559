"""``python3 -m lstm_lessons build``: makes every notebook from its source text, and runs it."""

import argparse
import os
import re
import shutil
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from time import monotonic

import nbformat

from lstm_lessons.environment.clone import Clone
from lstm_lessons.publishing import notebooks, png, readme
from lstm_lessons.publishing.execute import CellFailed, execute
from lstm_lessons.publishing.notebooks import Target


def main(arguments: list[str]) -> int:
    """Build the notebooks of the lessons asked for, or all; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python3 -m lstm_lessons build",
        description="Make the notebooks from their sources, and run them. Outputs are kept.",
    )
    parser.add_argument("lessons", nargs="*", metavar="NN", help="lessons to build (default: all)")
    parser.add_argument(
        "--check",
        action="store_true",
        help="run nothing; say whether the notebooks agree with their sources",
    )
    asked = parser.parse_args(arguments)
    clone = Clone.here()
    if asked.check:
        return check(clone.root, asked.lessons)
    return build(clone, asked.lessons)


def check(root: Path, numbers: Sequence[str] = ()) -> int:
    """Say whether the committed notebooks, or these lessons', agree with their sources."""
    if unknown := _unknown(numbers, notebooks.targets(root)):
        return _fail(unknown)
    wrong = notebooks.disagreements(root)
    if numbers:  # each line begins with a file: notebooks/03_name.ipynb, or 03_name.py
        wrong = [line for line in wrong if re.split(r"[ :]", line)[0].split("/")[-1][:2] in numbers]
    for line in wrong:
        print(line, file=sys.stderr)
    there = [path for path in notebooks.committed(root) if not numbers or path.name[:2] in numbers]
    if not wrong:
        counts = (notebooks.count_cells(notebooks.read(path)) for path in there)
        total = sum(counts, start=notebooks.Count())
        print(f"{len(there)} notebooks agree with their sources. nbval: {total}.")
    return 1 if wrong else 0


def build(clone: Clone, numbers: list[str]) -> int:
    """Build the notebooks of these lessons, or of all where none is named."""
    made = notebooks.targets(clone.root)
    if unknown := _unknown(numbers, made):
        return _fail(unknown)
    if readme.write(clone.root):
        print("README.md: the table of lessons is brought in step.", flush=True)
    wanted = [target for target in made if not numbers or target.number in numbers]
    workers = min(len(wanted), os.cpu_count() or 1) or 1
    print(f"Building {len(wanted)} notebooks, {workers} at a time.", flush=True)
    failed, started = 0, monotonic()
    with ThreadPoolExecutor(workers) as pool:
        jobs = {pool.submit(_build_one, target, clone.environ()): target for target in wanted}
        try:
            for done, job in enumerate(as_completed(jobs), 1):
                head = f"[{done}/{len(wanted)}] {jobs[job].name}"
                try:
                    print(f"{head}: {job.result()}", flush=True)
                except (CellFailed, notebooks.SourceError) as error:
                    failed += 1
                    _fail(f"{head}: {error}")
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            return _fail("stopped; the notebooks not yet reported are as they were")
    print(f"Built {len(wanted) - failed} of {len(wanted)} in {monotonic() - started:.0f} s.")
    return 1 if failed else 0


def _unknown(numbers: Sequence[str], made: Sequence[Target]) -> str:
    """Return what is wrong with the numbers that were asked for, if anything."""
    there = sorted({target.number for target in made})
    for number in numbers:
        if number not in there:
            known = ", ".join(there) or "none"
            return f"expected the number of a lesson that has a source ({known}), got {number!r}"
    return ""


def _build_one(target: Target, environ: dict[str, str]) -> str:
    """Make, run and write one notebook; return what happened, in words."""
    notebook = notebooks.make(target)
    started = monotonic()
    target.path.parent.mkdir(parents=True, exist_ok=True)
    execute(notebook, cwd=target.path.parent, environ=environ)
    png.add(notebook)
    seconds = f"{monotonic() - started:.1f} s"
    text = nbformat.writes(notebook, version=4).rstrip("\n") + "\n"
    new = text.encode()
    if target.path.exists() and target.path.read_bytes() == new:
        return f"unchanged ({seconds})"
    words = f"written ({seconds})"
    if target.path.exists() and notebooks.is_edited(target.path):
        words += f"; somebody had edited it: their copy is {_keep(target.path).name}"
    # Written whole or not at all: an interrupted build leaves the old notebook.
    draft = target.path.with_suffix(".ipynb.tmp")
    draft.write_bytes(new)
    os.replace(draft, target.path)
    return words


def _keep(path: Path) -> Path:
    """Copy an edited notebook to the first free name beside it, and return that."""
    number = 1
    while (kept := path.with_name(f"{path.stem}.edited-{number}.ipynb")).exists():
        number += 1
    shutil.copy2(path, kept)
    return kept


def _fail(line: str) -> int:
    print(line, file=sys.stderr, flush=True)
    return 1
