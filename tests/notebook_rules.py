"""The lint of the notebooks: each rule a function from a notebook to what is wrong with it.

A rule yields one line a problem. `RULES` says which rules hold for which kind of notebook.
"""

import getpass
import re
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from statistics import median

import nbformat
from nbformat import NotebookNode
from PIL import Image

from lstm_lessons.drawing.picture import KEPT, Picture
from lstm_lessons.publishing import notebooks, png

MOST_LINES, MEDIAN_LINES = 15, 6
MOST_CHARACTERS = 80
PICTURES = 3
MOST_BYTES = 350_000
MOST_EXCUSED = 2
CLOSING = "What we have seen"
MISSING = "No description"
REASON = re.compile(r"differs between machines: \S+")
COMPARED = {"text/plain", "text/html", "text/markdown", "text/latex", KEPT}
CHECK = re.compile(r"""exercise\(["'](\d\d\.\d+)["']\)\.check\(""")
EXERCISE = re.compile(r"""exercise\(["'](\d\d\.\d+)["']\)|[Ee]xercises?\s+(\d\d\.\d+)""")
PROMPT = re.compile(r"^\*\*Predict", re.MULTILINE)
LIST_ITEM = re.compile(r" {0,3}(\d+)[.)] ")
TABLE_HEAD = re.compile(r"^(\|.*\|) *\n\|[-:| ]+\| *$", re.MULTILINE)
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)[^)]*\)")
NOISE = {
    "a path of this machine": re.compile(
        r"(?<![\w.])/(?:home|root|Users|tmp|var|work|private|mnt)/|\b[A-Za-z]:\\\\?Users"
        r"|site-packages|dist-packages|ipykernel_\d|<ipython-input"
    ),
    "a memory address": re.compile(r"\b0x[0-9a-f]{6,}"),
    "that a package was missing when it was built": re.compile(r"not installed here"),
    "a warning": re.compile(r"\b\w*Warning\b"),
}


@dataclass(frozen=True)
class Page:
    """A notebook to be judged: what it holds, where it is, and of which kind it is."""

    path: Path
    root: Path
    kind: notebooks.Kind
    notebook: NotebookNode

    @classmethod
    def read(cls, path: Path, root: Path) -> "Page":
        kind = next(k for k, f in notebooks.FOLDERS.items() if root / f == path.parent)
        if kind == "lesson":
            kind = notebooks.kind_of(path)
        return cls(path, root, kind, nbformat.read(path, as_version=4))

    @property
    def number(self) -> str:
        return self.path.name[:2]

    @property
    def cells(self) -> list[NotebookNode]:
        return self.notebook.cells

    @property
    def code(self) -> list[NotebookNode]:
        return [cell for cell in self.cells if cell.cell_type == "code"]

    @property
    def prose(self) -> list[NotebookNode]:
        return [cell for cell in self.cells if cell.cell_type == "markdown"]

    @cached_property
    def outputs(self) -> list[tuple[int, NotebookNode]]:
        return [(n, output) for n, cell in enumerate(self.code, 1) for output in cell.outputs]

    @cached_property
    def html(self) -> list[tuple[int, "Tags"]]:
        """The tags of every HTML output, with the number of its code cell."""
        found = []
        for number, output in self.outputs:
            tags = Tags()
            tags.feed(output.get("data", {}).get("text/html", ""))
            found.append((number, tags))
        return found

    @cached_property
    def pictures(self) -> list[tuple[int, NotebookNode, Picture]]:
        """Every output that is a picture, with the number of its code cell."""
        kept = ((n, output, kept_in(output)) for n, output in self.outputs)
        return [(n, output, picture) for n, output, picture in kept if picture]


def kept_in(output: NotebookNode) -> Picture | None:
    """Return the picture of an output, if it is one; without words, one that says so."""
    data = output.get("data", {})
    return Picture.kept_in(data | {"text/plain": data.get("text/plain") or MISSING})


class Tags(HTMLParser):
    """Collects the tags of a piece of HTML with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


Rule = Callable[[Page], Iterator[str]]
RULES: list[tuple[Rule, tuple[notebooks.Kind, ...]]] = []
EVERY: tuple[notebooks.Kind, ...] = tuple(notebooks.FOLDERS)


def rule(*kinds: notebooks.Kind) -> Callable[[Rule], Rule]:
    """Register a rule for these kinds of notebook; for all where none is named."""

    def register(function: Rule) -> Rule:
        RULES.append((function, kinds or EVERY))
        return function

    return register


# --- What a page says ----------------------------------------------------------------------------


@rule()
def opens_with_the_course(page):
    wanted = notebooks.Target(page.kind, page.path, page.root).opening
    if not page.cells or page.cells[0].source != wanted:
        yield "the first cell is not the opening that course.py gives"


@rule("lesson")
def closes_with_what_we_have_seen(page):
    places = [
        number
        for number, cell in enumerate(page.cells)
        if cell.cell_type == "markdown" and f"## {CLOSING}" in cell.source.split("\n")
    ]
    if len(places) != 1:
        yield f"expected one heading '## {CLOSING}', found {len(places)}"
    elif any(cell.cell_type == "code" for cell in page.cells[places[0] :]):
        yield f"code follows the heading '## {CLOSING}'"


@rule("lesson")
def code_is_short_enough_to_be_read(page):
    """Of lessons; in an exercise the reader is given what takes no reading."""
    lines = [sum(bool(line.strip()) for line in cell.source.split("\n")) for cell in page.code]
    for number, count in enumerate(lines, 1):
        if count > MOST_LINES:
            yield f"code cell {number} has {count} lines, more than {MOST_LINES}"
    if lines and median(lines) > MEDIAN_LINES:
        yield f"half of the code cells have more than {MEDIAN_LINES} lines"


@rule()
def code_is_narrow_enough_for_paper(page):
    """Longer lines are cut off on paper and on phones."""
    for number, cell in enumerate(page.code, 1):
        for line in cell.source.split("\n"):
            if len(line) > MOST_CHARACTERS:
                yield f"code cell {number}: {len(line)} characters, over {MOST_CHARACTERS}: {line}"


@rule()
def every_column_of_a_table_has_a_head(page):
    """Somebody who hears a table is told the head of the column with each entry."""
    for cell in page.prose:
        for head in TABLE_HEAD.findall(cell.source):
            if not all(each.strip() for each in head.strip().strip("|").split("|")):
                yield f"a table has a column without a head: {head}"


@rule()
def no_sentence_is_taken_for_a_list(page):
    """A paragraph that begins with a number and a dot is shown as a list, indented."""
    for cell in page.prose:
        last = 0
        for before, line in pairwise(["", *cell.source.split("\n")]):
            if not (item := LIST_ITEM.match(line)):
                continue
            number = int(item[1])
            if number not in (1, last + 1) and not before.strip():
                yield f"a paragraph begins as a list does: {line[:40]!r}"
            last = number


@rule("lesson")
def a_prompt_asks_one_thing_and_the_next_cell_answers(page):
    for number, cell in enumerate(page.cells):
        if cell.cell_type != "markdown" or not PROMPT.search(cell.source):
            continue
        *before, prompt = cell.source.strip().split("\n\n")
        if not PROMPT.match(prompt) or any(PROMPT.search(each) for each in before):
            yield f"a prompt is not the last paragraph of its cell: {cell.source[-60:]!r}"
        elif prompt.count("?") != 1:
            yield f"a prompt has {prompt.count('?')} questions: {prompt[:60]!r}"
        if number + 1 == len(page.cells) or page.cells[number + 1].cell_type != "code":
            yield f"no code follows the prompt {prompt[:60]!r}"
        elif not page.cells[number + 1].outputs:
            yield f"the cell behind the prompt {prompt[:60]!r} shows nothing"


@rule("lesson")
def tasks_at_a_picture_have_their_answers_in_a_fold(page):
    tasks = [n for n, cell in enumerate(page.cells) if "**Try it.**" in cell.source]
    for number, end in pairwise([*tasks, len(page.cells)]):
        below = page.cells[number + 1 : end]
        if not any(cell.source.lstrip().startswith("<details>") for cell in below):
            yield f"the tasks of cell {number} have no answers that begin a cell with <details>"


@rule("lesson")
def pictures_come_early_and_often(page):
    shown = [place for place, cell in enumerate(page.cells) if _has_picture(cell)]
    if len(shown) < PICTURES:
        yield f"{len(shown)} pictures, fewer than {PICTURES}"
    elif shown[0] > len(page.cells) / 3:
        yield f"the first picture is in cell {shown[0]}, behind the first third of the page"


def _has_picture(cell: NotebookNode) -> bool:
    return any(KEPT in output.get("data", {}) for output in cell.get("outputs", ()))


@rule()
def nothing_is_left_to_be_filled_in(page):
    for cell in page.cells:
        if "TODO" in cell.source:
            yield f"TODO is left in the cell {cell.source[:40]!r}"


@rule()
def headings_step_down_one_at_a_time(page):
    depth = 0
    for cell in page.prose:
        for marks in re.findall(r"^(#{1,6}) ", cell.source, flags=re.MULTILINE):
            if len(marks) > depth + 1:
                yield f"a heading of level {len(marks)} follows one of level {depth}"
            depth = len(marks)


@rule()
def links_lead_somewhere(page):
    targets = [match[3] for cell in page.prose for match in LINK.finditer(cell.source)]
    targets += [tag.get("href") or "" for _, tags in page.html for tag in tags.all("a")]
    headings = {
        heading.strip().replace(" ", "-")
        for cell in page.prose
        for heading in re.findall(r"^#+ (.+)$", cell.source, flags=re.MULTILINE)
    }
    for target in targets:
        if re.match(r"(https?|mailto|attachment|data):", target):
            continue
        file, _, anchor = target.partition("#")
        if file and not (page.path.parent / file).exists():
            yield f"the link {target} leads nowhere"
        if not file and anchor not in headings:
            yield f"the link {target} names no heading of this notebook"


@rule()
def exercises_that_are_named_exist(page):
    known = known_exercises()
    for cell in page.cells:
        for match in EXERCISE.finditer(cell.source):
            if (match[1] or match[2]) not in known:
                yield f"there is no exercise {match[1] or match[2]}"


@rule("exercises", "solutions")
def every_exercise_of_the_lesson_is_checked(page):
    wanted = {each for each in known_exercises() if each.startswith(page.number)}
    found = {match[1] for cell in page.code for match in CHECK.finditer(cell.source)}
    for number in sorted(wanted - found):
        yield f"exercise {number} is checked nowhere"


def known_exercises() -> tuple[str, ...]:
    """Return the numbers of all exercises that the package has."""
    from lstm_lessons.exercises import numbers

    return numbers()


@rule("exercises")
def says_not_attempted(page):
    yield from _checks_say(page, "Not attempted")


@rule("solutions")
def says_correct(page):
    yield from _checks_say(page, "Correct")


def _checks_say(page: Page, verdict: str) -> Iterator[str]:
    seen = 0
    for number, cell in enumerate(page.code, 1):
        asked = CHECK.findall(cell.source)
        text = "\n".join(output.get("data", {}).get("text/plain", "") for output in cell.outputs)
        for exercise in asked:
            seen += 1
            if f"Exercise {exercise} · {verdict}\n" not in text + "\n":
                yield f"code cell {number} does not say '{verdict}' for exercise {exercise}"
    if not seen:
        yield "nothing is checked"


@rule("exercises")
def gives_no_solution_away(page):
    source = page.root / "exercises/source" / f"{page.path.stem}.py"
    inside, outside = solution_lines(source.read_text(encoding="utf-8"))
    said = "".join(str(output) for _, output in page.outputs)
    lines = {line.strip() for cell in page.cells for line in cell.source.split("\n")}
    if "SOLUTION" in said or lines & {notebooks.BEGIN, notebooks.END}:
        yield "a solution marker is left"
    for line in sorted(inside - outside):
        if line in lines or line in said:
            yield f"the solution's line {line!r} is there to be read"


def solution_lines(source: str) -> tuple[set[str], set[str]]:
    """Return the lines of code inside and outside the solutions, without their indentation."""
    inside, outside, solving = set(), set(), False
    for line in map(str.strip, source.split("\n")):
        if line in (notebooks.BEGIN, notebooks.END):
            solving = line == notebooks.BEGIN
        elif len(line) > 3:
            (inside if solving else outside).add(line)
    return inside, outside


# --- Pictures ------------------------------------------------------------------------------------


@rule()
def every_picture_says_what_it_shows(page):
    for number, output, picture in page.pictures:
        if not _says_something(output.data.get("text/plain")):
            yield f"code cell {number}: a picture has no alternative text"
        beside = [each.get("data", {}).get("text/html") for each in page.code[number - 1].outputs]
        if picture.words not in beside:
            yield f"code cell {number}: the words of a picture do not stand by it"
    for cell in page.prose:
        for match in LINK.finditer(cell.source):
            if match[1] and not _says_something(match[2]):
                yield f"the image {match[3]} in prose has no alternative text"
        tags = Tags()
        tags.feed(cell.source)
        if any(not _says_something(image.get("alt")) for image in tags.all("img")):
            yield "an <img> in prose has no alternative text"


@rule()
def pictures_are_kept_in_their_own_form(page):
    """A page that sanitises shows the <img> of an HTML output as text, and no <svg>."""
    for number, tags in page.html:
        for tag in ("img", "svg"):
            if tags.all(tag):
                yield f"code cell {number} has an <{tag}> in its output; use show()"


@rule()
def outputs_are_of_a_kind_that_is_compared(page):
    """Plain images have no alternative text, and nbval does not compare them."""
    for number, output in page.outputs:
        data = output.get("data", {})
        beside = {"image/png"} if KEPT in data else set()
        for kind in set(data) - COMPARED - beside:
            yield f"code cell {number} has an output of type {kind}; use show()"


@rule()
def every_picture_has_a_png(page):
    """What repositories show: it is of this very picture, as large, and not blank."""
    for number, output, picture in page.pictures:
        where = f"code cell {number}: the PNG of its picture"
        try:
            image = Image.open(BytesIO(b64decode(output.data["image/png"])))
            shades = image.convert("L").histogram()
        except (KeyError, OSError, ValueError):
            yield f"{where} is missing or broken; build the notebook"
            continue
        if image.info.get(png.DRAWN_FROM) != png.digest(picture):
            yield f"{where} was drawn from another; build the notebook"
        width, height = png.size(picture)
        told = output.metadata.get("image/png", {})
        if (told.get("width"), told.get("height")) != (width, height):
            yield f"{where} is not said to be {width} by {height}"
        if abs(image.width * height - image.height * width) > image.width + image.height:
            yield f"{where} has other proportions, {image.size}"
        if max(shades) > 0.995 * sum(shades):
            yield f"{where} is blank"


@rule()
def widgets_have_a_picture(page):
    for number, output in page.outputs:
        data = output.get("data", {})
        if re.match(r"\w+\((children|value|description|options)=", data.get("text/plain", "")):
            yield f"code cell {number}: a widget has no picture for places with no kernel"


def _says_something(alt: str | None) -> bool:
    return bool(alt and alt.strip()) and not alt.startswith(MISSING)


# --- What is stored ------------------------------------------------------------------------------


@rule()
def every_cell_was_run_in_order(page):
    counts = [cell.execution_count for cell in page.code]
    if not counts:
        yield "there is no code cell"
    elif counts != list(range(1, len(counts) + 1)):
        yield f"the execution counts are {counts}, not 1 to {len(counts)}"


@rule()
def cells_that_print_have_outputs(page):
    for number, cell in enumerate(page.code, 1):
        shows = re.search(r"^(print|show|display)\(", cell.source, flags=re.MULTILINE)
        if shows and not cell.outputs:
            yield f"code cell {number} calls {shows[1]}, and has no output"
    if not page.outputs:
        yield "no cell has an output"


@rule()
def outputs_are_free_of_noise(page):
    user = getpass.getuser()
    for number, output in page.outputs:
        if output.output_type == "stream" and output.name != "stdout":
            yield f"code cell {number} writes to {output.name}"
        for text in _texts(output):
            for what, pattern in NOISE.items():
                if match := pattern.search(text):
                    yield f"code cell {number} shows {what}: {match[0]!r}"
            if str(Path.home()) in text or (len(user) > 4 and re.search(rf"\b{user}\b", text)):
                yield f"code cell {number} shows the user's name or home"


@rule()
def errors_are_expected(page):
    for number, cell in enumerate(page.code, 1):
        failed = any(output.output_type == "error" for output in cell.outputs)
        if failed != ("raises-exception" in cell.metadata.get("tags", ())):
            yield f"code cell {number}: an error and the tag raises-exception go together"


@rule()
def excuses_are_few_and_have_reasons(page):
    excused = [cell for cell in page.code if notebooks.is_excused(cell)]
    if len(excused) > MOST_EXCUSED:
        yield f"{len(excused)} cells are excused from the comparison, more than {MOST_EXCUSED}"
    for cell in excused:
        if not REASON.search(cell.source):
            yield "an excused cell gives no reason: add '# differs between machines: why'"


@rule()
def holds_nothing_of_the_session(page):
    if "widgets" in page.notebook.metadata:
        yield "it saves the state of widgets"
    if page.notebook.metadata.get("kernelspec", {}).get("name") != "python3":
        yield "its kernel is not python3"
    if "version" in page.notebook.metadata.get("language_info", {}):
        yield "it names the version of one Python"
    for cell in page.cells:
        left = set(cell.metadata) - {"tags", "jp-MarkdownHeadingCollapsed", "jupyter"}
        if left:
            yield f"a cell keeps {', '.join(sorted(left))} in its metadata"


@rule()
def cells_have_ids_of_their_own(page):
    counts = Counter(cell.get("id") for cell in page.cells)
    for name, count in counts.items():
        if name is None or count > 1:
            yield f"the cell id {name} is missing or used {count} times"


@rule()
def is_small(page):
    size = page.path.stat().st_size
    if size > MOST_BYTES:
        yield f"{size} bytes, more than {MOST_BYTES}"


def _texts(output: NotebookNode) -> Iterator[str]:
    """Yield every text of an output, pictures as SVG among them."""
    texts = [output.get("text", ""), output.get("evalue", ""), *output.get("traceback", ())]
    data = output.get("data", {})
    texts += [text for kind, text in data.items() if kind != "image/png" and isinstance(text, str)]
    yield from texts
