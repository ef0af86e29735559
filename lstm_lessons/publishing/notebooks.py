"""From the source text of a lesson, page or exercise set to its notebooks, before they are run.

The sources are jupytext's py:percent texts. Everything here is a function of the source and of
``course.py`` alone, so that the same source always gives the same notebook, ids included.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import jupytext
import nbformat
from nbformat import NotebookNode

from lstm_lessons.course import LESSONS, PAGES, Lesson, Page, lesson, page

OPENING = "<!-- opening -->"
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
UNSEEN = {"hints", "solution"}
"""Tags of cells that the checker reads in the source, and that no notebook has."""

EXCUSING_TAGS = ("nbval-ignore-output", "nbval-skip")
EXCUSING_COMMENTS = ("NBVAL_IGNORE_OUTPUT", "NBVAL_SKIP", "PYTEST_VALIDATE_IGNORE_OUTPUT")
EDITED_COPY = re.compile(r"\.edited-\d+\.ipynb$")

Kind = Literal["lesson", "page", "exercises", "solutions"]
FOLDERS: dict[Kind, str] = {
    "lesson": "notebooks",
    "page": "notebooks",  # of reference, beside the lessons
    "exercises": "exercises",
    "solutions": "exercises/solutions",
}
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE = {
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "pygments_lexer": "ipython3",
}
_JUPYTEXT_ONLY = ("cell_marker", "lines_to_next_cell", "lines_to_end_of_cell_marker")


class SourceError(ValueError):
    """A source text that no notebook can be made from; the message is one line."""


@dataclass(frozen=True)
class Target:
    """One notebook to be made: of which kind, from which source, in which course folder."""

    kind: Kind
    source: Path
    root: Path

    @property
    def path(self) -> Path:
        """Where the notebook is written."""
        return self.root / FOLDERS[self.kind] / f"{self.source.stem}.ipynb"

    @property
    def name(self) -> str:
        """The notebook's path as a person types it, from the course's folder."""
        return self.path.relative_to(self.root).as_posix()

    @property
    def number(self) -> str:
        """The two digits of its lesson; of a page, which has none, its name."""
        return self.source.stem if self.kind == "page" else self.source.stem[:2]

    @property
    def opening(self) -> str:
        """The markdown that opens the notebook.

        Raises:
            KeyError: ``course.py`` has no such lesson or page.
        """
        of = page(self.number) if self.kind == "page" else lesson(self.number)
        return opening(of, self.kind)


def targets(root: Path) -> list[Target]:
    """Return every notebook that the sources under ``root`` make, lessons first, in order."""
    made = sorted((root / "notebooks/source").glob("*.py"))
    exercises = sorted((root / "exercises/source").glob("[0-9][0-9]_*.py"))
    return [Target(kind_of(source), source, root) for source in made] + [
        Target(kind, source, root) for source in exercises for kind in ("exercises", "solutions")
    ]


def kind_of(path: Path) -> Kind:
    """Return whether a text or notebook of the folder of lessons is a lesson: it has a number."""
    return "lesson" if path.name[:2].isdigit() else "page"


def read(path: Path) -> NotebookNode:
    """Return a notebook as it is stored, in the fourth version of the format.

    Raises:
        OSError, ValueError, nbformat.ValidationError: it cannot be read.
    """
    return cast(NotebookNode, nbformat.read(path, as_version=4))


def committed(root: Path) -> list[Path]:
    """Return every notebook in the three folders; copies kept of edited ones do not count."""
    found = [
        path
        for folder in FOLDERS.values()
        for path in (root / folder).rglob("*.ipynb")
        if ".ipynb_checkpoints" not in path.parts and not EDITED_COPY.search(path.name)
    ]
    return sorted(set(found))


def make(target: Target) -> NotebookNode:
    """Return the notebook of a target, not yet run.

    Raises:
        SourceError: the source cannot be read, or its solution markers do not pair up.
    """
    try:
        text = target.source.read_text(encoding="utf-8")
        written = cast(NotebookNode, jupytext.reads(text, fmt="py:percent"))
    except (OSError, ValueError, SyntaxError) as error:
        raise SourceError(f"{target.source}: cannot be read as py:percent: {error}") from error
    notebook: NotebookNode = nbformat.v4.new_notebook()
    seen: dict[tuple[str, str], int] = {}
    for cell in written.cells:
        if cell.cell_type not in ("code", "markdown"):
            raise SourceError(
                f"{target.source}: expected code and markdown cells, got a {cell.cell_type} cell"
            )
        if not cell.source.strip() or UNSEEN.intersection(cell.metadata.get("tags", ())):
            continue
        source = _source(target, cell)
        key = (cell.cell_type, source)
        seen[key] = seen.get(key, 0) + 1
        new = getattr(nbformat.v4, f"new_{cell.cell_type}_cell")
        made = new(source, id=_digest([target.name, *key, str(seen[key])])[:8])
        made.metadata.update(
            {name: each for name, each in cell.metadata.items() if name not in _JUPYTEXT_ONLY}
        )
        notebook.cells.append(made)
    notebook.metadata = NotebookNode(
        kernelspec=NotebookNode(KERNELSPEC),
        language_info=NotebookNode(LANGUAGE),
        lstm_lessons=NotebookNode(cells_digest=cells_digest(notebook)),
    )
    notebook.nbformat_minor = 5
    return notebook


def opening(which: Lesson | Page, kind: Kind = "lesson") -> str:
    """Return the markdown that opens a notebook: title, question, objectives, minutes, links."""
    if isinstance(which, Page):
        return f"# {which.title}\n\n**{which.question}**"
    name = f"{which.number}: {which.title}"
    if kind != "lesson":
        up = "../" * (FOLDERS[kind].count("/") + 1)
        solved = " (solved)" if kind == "solutions" else ""
        link = f"[Lesson {name}]({up}notebooks/{which.name}.ipynb)"
        return (
            f"# Exercises {name}{solved}\n\n"
            f"**Minutes:** about {which.exercise_minutes}. **Read first:** {link}."
        )
    objectives = "\n".join(f"* {each}" for each in which.objectives)
    minutes = f"about {which.minutes}"
    if which.exercise_minutes:
        minutes += f", and {which.exercise_minutes} for the exercises"
    before = ", ".join(
        f"[Lesson {each.number}: {each.title}]({each.name}.ipynb)"
        for each in map(lesson, which.prerequisites)
    )
    return (
        f"# Lesson {name}\n\n**{which.question}**\n\nAfter this lesson you can\n\n{objectives}\n\n"
        f"**Minutes:** {minutes}. **Read first:** {before or 'nothing'}."
    )


def without_solutions(source: str) -> str:
    """Return a cell's text as a learner gets it.

    Each region between the markers becomes a line that raises NotImplementedError where the
    region is indented (inside a function), and a comment at the top level.

    Raises:
        SourceError: the markers do not pair up.
    """
    kept, inside = [], False
    for line in source.split("\n"):
        mark = line.strip()
        if mark in (BEGIN, END) and inside == (mark == BEGIN):
            raise SourceError(f"'{BEGIN}' and '{END}' do not pair up")
        if mark == BEGIN:
            indent = line[: len(line) - len(line.lstrip())]
            todo = "raise NotImplementedError  # your code here" if indent else "# your answer here"
            kept.append(indent + todo)
        elif not inside and mark != END:
            kept.append(line)
        inside = mark == BEGIN or (inside and mark != END)
    if inside:
        raise SourceError(f"'{BEGIN}' and '{END}' do not pair up")
    return "\n".join(kept)


def cells_digest(notebook: NotebookNode) -> str:
    """Return a digest of what people write in a notebook: kinds, order and text of the cells.

    Outputs are left out: running a notebook again is no edit, and loses nothing.
    """
    return _digest([text for cell in notebook.cells for text in (cell.cell_type, cell.source)])


def is_edited(path: Path) -> bool:
    """Whether the notebook's cells are other than those that the build last wrote there."""
    try:
        notebook = read(path)
        return notebook.metadata["lstm_lessons"]["cells_digest"] != cells_digest(notebook)
    except (KeyError, TypeError, AttributeError, ValueError, nbformat.ValidationError):
        return True


def disagreements(root: Path) -> list[str]:
    """Return a line for each way in which sources and committed notebooks disagree."""
    found = []
    made = targets(root)
    names = {each.name for each in (*LESSONS, *PAGES)}
    for target in made:
        if target.source.stem not in names:
            found.append(f"{target.source.name} is no lesson or page of course.py")
        if not target.path.exists():
            found.append(f"{target.name} is missing: its source was never built")
            continue
        found += _disagreements(target)
    sources = {target.path for target in made}
    found += [
        f"{path.relative_to(root).as_posix()} has no source"
        for path in committed(root)
        if path not in sources
    ]
    return found


@dataclass(frozen=True)
class Count:
    """How nbval treats code cells: those compared, with and without outputs, and the excused."""

    with_outputs: int = 0
    without_outputs: int = 0
    excused: int = 0

    def __add__(self, other: "Count") -> "Count":
        """Return the sums."""
        return Count(
            self.with_outputs + other.with_outputs,
            self.without_outputs + other.without_outputs,
            self.excused + other.excused,
        )

    def __str__(self) -> str:
        """Return the count as a sentence."""
        return (
            f"{self.with_outputs + self.without_outputs} code cells compared strictly "
            f"({self.with_outputs} with outputs, {self.without_outputs} without), "
            f"{self.excused} excused"
        )


def count_cells(notebook: NotebookNode) -> Count:
    """Return how strict nbval treats each code cell of a notebook.

    A cell that was never run (no execution count) is compared with nothing: it counts as excused.
    """
    total = Count()
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        if is_excused(cell) or cell.execution_count is None:
            total += Count(excused=1)
        elif cell.outputs:
            total += Count(with_outputs=1)
        else:
            total += Count(without_outputs=1)
    return total


def is_excused(cell: NotebookNode) -> bool:
    """Whether nbval is told not to run a cell, or not to compare its output."""
    comments = {
        line.strip().lstrip("#").strip()
        for line in cell.source.split("\n")
        if line.strip().startswith("#")
    }
    return bool(
        comments.intersection(EXCUSING_COMMENTS)
        or set(cell.metadata.get("tags", ())).intersection(EXCUSING_TAGS)
    )


def _source(target: Target, cell: NotebookNode) -> str:
    """Return what a cell of the source says in this notebook."""
    source = cell.source
    if cell.cell_type == "markdown":
        if BEGIN in source or END in source:
            raise SourceError(f"{target.source}: solution markers stand in a markdown cell")
        if source.strip() == OPENING:
            try:
                return target.opening
            except KeyError as error:
                raise SourceError(f"{target.source}: {error.args[0]}") from error
        # The twin lies one folder deeper than the notebook whose links the author wrote.
        return source.replace("](../", "](../../") if target.kind == "solutions" else source
    try:
        learner = without_solutions(source)
    except SourceError as error:
        raise SourceError(f"{target.source}: {error} in the cell {source[:40]!r}") from error
    # The twin keeps the markers: nbgrader makes its own assignments from such a notebook.
    return learner if target.kind == "exercises" else source


def _disagreements(target: Target) -> list[str]:
    build = f"run `python3 -m lstm_lessons build {target.number}`"
    try:
        wanted = make(target)
        stored = read(target.path)
    except (SourceError, ValueError, nbformat.ValidationError) as error:
        return [f"{target.name}: {error}"]
    if len(stored.cells) != len(wanted.cells):
        return [
            f"{target.name}: {len(stored.cells)} cells, its source gives {len(wanted.cells)}; "
            + build
        ]
    for number, (ours, theirs) in enumerate(zip(stored.cells, wanted.cells, strict=True), 1):
        for part in ("cell_type", "source", "id", "metadata"):
            if ours.get(part) != theirs.get(part):
                return [f"{target.name}: the {part} of cell {number} differs; {build}"]
    if stored.metadata != wanted.metadata:
        return [f"{target.name}: its metadata is not what the build writes; {build}"]
    return []


def _digest(texts: list[str]) -> str:
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:16]
