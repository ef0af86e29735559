"""The rule by which slides are made of a lesson. No sentence is written for them.

A slide has the section's heading and one thing to look at: a picture, a formula, a table, a list, a
cell with what it printed, an explorer or a question. All paragraphs go to the speaker's notes. Of
their sentences a slide shows few:

* above the thing, what leads to it: the marked sentences before it (bold, or a word of the
  glossary explained), or else the last one before it; and where such a sentence speaks of what the
  one before it has named, that one as well, if there is room;
* below what a cell printed, and below the answer to a question, the first sentence after it, which
  says what was seen;
* by themselves, where a section goes on for long without anything to look at: its marked sentences,
  or the first of each paragraph.

What a page folds away is in the notes alone, but for answers in a list, each of which waits for a
key.

A question stands with the cell that answers it. What the cell prints or draws, and what is seen in
it, wait for a key: below it where there is room, else on the next slide.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from math import ceil

from lstm_lessons.workshop.deck import room, sentences
from lstm_lessons.workshop.deck.blocks import Block, Cell, Text, items
from lstm_lessons.workshop.deck.slide import (
    Code,
    Explorer,
    Image,
    Part,
    Points,
    Printed,
    Section,
    Slide,
    Words,
)

_LABEL = re.compile(r"^\*\*([^*]+[:.])\*\*\s*")
_CLOSING = ("A common mistake.", "To look things up:", "Exercises:", "Next:")
_TRY = "**Try it.**"
_BREAK = "This is a good place for a break."
_LEADS_ON = re.compile(
    r"(To|Try|Now|Here|How|Take|Let|What|Why|Below|(In )?[Tt]he (next|picture|explorer))\b|.*[:?]$"
)
"""Sentences after a cell that speak of what comes next, not of what was seen."""
_ENDS = ("prose", "heading", "prompt")
"""What may follow a paragraph that looks back at a cell, and not on to what comes."""
_CAPTION = Words("." * room.CAPTION, "small")
"""The longest caption that there may be."""
_LONG = 700
"""Characters of paragraphs without anything to look at, from which on they get a slide."""


def sections(blocks: Iterable[Block]) -> list[Section]:
    """Return the slides of a lesson's blocks, by the sections that its larger headings begin."""
    maker = _Maker()
    given = list(blocks)
    for block, then in zip(given, [*given[1:], None], strict=True):
        maker.take(block, then)
    maker.end_section()
    return [Section(title, tuple(slides)) for title, slides in maker.made if slides]


class _Maker:
    """Takes a lesson's blocks one after the other, and makes slides of them."""

    def __init__(self) -> None:
        self.made: list[tuple[str, list[Slide]]] = [("", [])]
        self.heading = self.section = ""
        self.folded: list[str] = []  # what a page folds away, for the next slide's notes
        self.waiting: list[str] = []  # paragraphs since the last slide, not in any notes yet
        self.rest = ""  # the last slide's paragraph whose later sentences may lead on
        self.shown: set[str] = set()  # sentences that a slide has
        self.held: list[str] = []  # code that printed nothing yet
        self.question = ""
        self.open = ""  # what the last slide waits for: "answer", "remark" or nothing

    @property
    def slides(self) -> list[Slide]:
        """The slides of this section."""
        return self.made[-1][1]

    def take(self, block: Block, then: Block | None) -> None:
        """Take the next block; ``then`` is the one after it."""
        if isinstance(block, Cell):
            self.cell(block)
            return
        if block.kind != "prose":
            self.open = ""
        if block.kind != "prompt" or self.held:
            self.end_code()
        match block.kind:
            case "heading":
                self.begin(block)
            case "prose":
                self.prose(block.source, then)
            case "prompt":
                self.question = block.source
            case "list":
                self.points(block.source)
            case "answers":
                self.answers(block.source)
            case "aside":
                self.aside(block.source)
            case "formula":
                self.add("formula", Words(block.source))
            case "table":
                self.table(block.source)
            case "fence":
                mark, *lines, _ = block.source.splitlines()
                self.add("code", Code("\n".join(lines), mark.strip("`~ ")))

    # Sections and paragraphs

    def begin(self, block: Text) -> None:
        """Begin a section, or a part of one."""
        self.end_section()
        self.rest = ""
        self.heading = self.section = block.source.lstrip("# ").strip()
        if block.level <= 2:
            self.made.append((self.heading, []))

    def end_section(self) -> None:
        """See to it that what was said last has a slide, or stands in one's notes."""
        self.end_code()
        if not self.waiting:
            return
        if self.slides and self.slides[-1].heading == self.heading:
            self.slides[-1] = _with_notes(self.slides[-1], self.waiting)
            self.waiting = []
        else:
            self.words()

    def prose(self, paragraph: str, then: Block | None) -> None:
        """Take a paragraph: a closing one gets a slide, others wait for what comes."""
        label = _LABEL.match(paragraph)
        if label and label[1] in _CLOSING:
            self.closing(label[1], paragraph)
            return
        if self.open:
            goes_on = (
                isinstance(then, Cell) or then and then.kind not in ("prose", "heading", "prompt")
            )
            self.verdict(paragraph, leads_on=bool(goes_on))
        else:
            self.waiting.append(paragraph)
        self.open = ""

    def verdict(self, paragraph: str, leads_on: bool) -> None:
        """Show on the last slide what was seen, and give the whole paragraph to its notes.

        A paragraph that leads on to the next thing may speak of that one, and so may a sentence
        that begins as such sentences do. After a question the first sentence is its answer.
        """
        slide, said = self.slides[-1], self.unseen(paragraph)
        if self.open == "answer":
            seen = sentences.first(said, 40, room.VERDICT)
            seen = seen[:-1] if len(seen) > 1 and _LEADS_ON.match(seen[-1]) else seen
        elif self.open == "remark" and said and not (leads_on or _speaks_of_next(said[0])):
            seen = sentences.first(said, 25, room.VERDICT)
        else:
            seen = []
        told = Words(" ".join(seen), "verdict", revealed=self.open == "answer")
        parts = _with_room(slide.parts, told) if seen else None
        if parts:
            self.shown |= set(seen)
            slide = replace(slide, parts=parts)
        self.slides[-1] = _with_notes(slide, [paragraph])
        self.rest = paragraph

    def closing(self, label: str, paragraph: str) -> None:
        """Show a paragraph that closes the lesson: the mistake alone, the others together."""
        said = sentences.of(paragraph)
        shown = " ".join(sentences.first(said, 200, 300) or said[:1])
        if label == "A common mistake.":
            self.heading = label.strip(".")
            words = shown.removeprefix(f"**{label}**").strip()
            self.put("words", (Words(words),), (paragraph,))
            return
        last = self.slides[-1] if self.slides else None
        if last and last.kind == "closing":
            parts = (*last.parts, Words(shown))
            self.slides[-1] = _with_notes(replace(last, parts=parts), [paragraph])
        else:
            self.heading = ""
            self.put("closing", (Words(shown),), (paragraph,))

    # Slides

    def put(self, kind: str, parts: tuple[Part, ...], notes: tuple[str, ...]) -> None:
        """Add a slide as it is."""
        notes = (*notes, *self.folded)
        self.folded = []
        self.slides.append(Slide(kind, self.heading, parts, notes, self.section))

    def aside(self, source: str) -> None:
        """Give what a page has folded away to the notes."""
        if self.slides:
            self.slides[-1] = _with_notes(self.slides[-1], [source])
        else:
            self.folded.append(source)

    def add(self, kind: str, *parts: Part, caption: bool = True) -> None:
        """Add a slide with what leads to it, and with the paragraphs before it as notes."""
        self.words_if_long()
        notes = self.waiting or [" ".join(self.unseen(self.rest))]
        pictures = [each.html for each in parts if isinstance(each, Image)]
        whole_lines = not all(map(room.reads_below_two_lines, pictures))
        lead = self.lead(whole_lines=whole_lines) if caption else []
        before = (Words(" ".join(lead), "small"),) if lead else ()
        told = tuple(each for each in notes if each)
        self.put(kind, (*before, *parts), told)
        self.waiting = []
        self.rest = ""

    def lead(
        self, least: int = 40, most: int = room.CAPTION, *, whole_lines: bool = False
    ) -> list[str]:
        """Return the sentences that lead to the next thing, and note that they are shown.

        With ``whole_lines`` the one that they lean on may fill a line, and begin none: a picture
        would have to be smaller.
        """
        parts = [self.unseen(each) for each in (self.rest, *self.waiting)]
        said = [each for part in parts for each in part]
        self.rest = ""
        points_on = bool(said) and said[-1].endswith(":")
        led = sentences.last(parts[-1] if points_on and parts[-1] else said, least, most)
        line = room.LINE * ceil(sentences.length(*led) / room.LINE)
        led = sentences.with_leaned_on(led, said, min(most, line) if whole_lines else most)
        marked = [each for each in said if sentences.is_marked(each)]
        for found in (sentences.with_leaned_on(marked, said, 10 * most), marked, led):
            with_end = [*found, said[-1]] if points_on and said[-1] not in found else found
            fits = sentences.length(*with_end) <= most
            if found and fits and sentences.want_nothing(marked, with_end, said):
                found = with_end
                break
        self.shown |= set(found)
        return found

    def unseen(self, paragraph: str) -> list[str]:
        """Return the sentences of a paragraph that may be shown and are on no slide yet."""
        return [
            each
            for each in sentences.of(paragraph)
            if each not in self.shown
            and sentences.stands_alone(each)
            and each not in (_TRY, _BREAK)
        ]

    def words_if_long(self) -> None:
        """Give paragraphs that go on for long a slide of their own."""
        if sentences.length(*self.waiting) > _LONG:
            kept = self.waiting.pop()  # it leads to what comes
            self.words()
            self.waiting = [kept]

    def words(self) -> None:
        """Make a slide of sentences: the marked ones, or the first of each paragraph."""
        said = [self.unseen(paragraph) for paragraph in self.waiting]
        chosen = [each for group in said for each in group if sentences.is_marked(each)]
        if len(chosen) < 2:
            each_takes = max(40, 240 // max(1, len(said)))
            chosen = [each for group in said for each in sentences.first(group, each_takes, 300)]
        for group in said:
            chosen = sentences.with_leaned_on(chosen, group, room.WORDS)
        fitting = sentences.first(chosen, room.WORDS, room.WORDS)
        if fitting:
            self.shown |= set(fitting)
            parts = tuple(Words(each) for each in fitting)
            self.put("words", parts, tuple(self.waiting))
        self.waiting = []

    def points(self, source: str) -> None:
        """Show a list: of each item the first sentence, of tasks everything."""
        is_task = bool(self.waiting) and self.waiting[-1].startswith(_TRY)
        whole = items(source)
        short = [" ".join(sentences.first(sentences.of(each), 40, 400)) for each in whole]
        shown = whole if is_task else short
        numbered = source[0].isdigit()
        if not is_task:
            self.words_if_long()
        if is_task:
            lead = [self.waiting[-1]]
        elif sentences.length(*shown) <= room.SHORT:
            lead = self.lead(80, room.LEAD)
        else:
            lead = self.lead()
        before: list[Part] = [Words(" ".join(lead), "small")] if lead else []
        notes = (*self.waiting, *([] if is_task else [source]))
        mistake = self.slides[-1] if self.slides and not lead else None
        if mistake and _waits_for_list(mistake) and mistake.heading == self.heading:
            before, notes = [*mistake.parts], (*mistake.notes, *notes)
            self.slides.pop()
        for at, part in _pages(shown, room.POINTS):
            list_ = Points(tuple(part), numbered, first=at + 1)
            self.put("points", (*before, list_), notes)
        self.waiting = []

    def answers(self, source: str) -> None:
        """Show the answers to tasks, each by a key."""
        numbered = source[0].isdigit()
        for at, part in _pages(items(source), room.POINTS):
            list_ = Points(tuple(part), numbered, revealed=True, first=at + 1)
            self.put("points", (list_,), tuple(self.waiting))
            self.waiting = []

    def table(self, source: str) -> None:
        """Show a table; a long one on several slides, each with its head."""
        head, rule, *rows = source.splitlines()
        for _, part in _pages(rows, room.ROWS - 1, lambda row: 1 + len(row) // 130):
            self.add("table", Words("\n".join([head, rule, *part])))

    # Cells

    def cell(self, cell: Cell) -> None:
        """Show a cell: its explorer, its pictures, or its code with what it printed."""
        self.open = ""
        if cell.explorer:
            self.end_code()
            self.ask()
            self.add("explorer", Explorer(cell.explorer, cell.pictures[0]), caption=False)
            return
        code = to_be_read(cell.source)
        if cell.printed:
            self.printed(code, cell.printed)
            self.open = "answer" if self.slides[-1].kind == "answer" else "remark"
        elif not cell.pictures:
            if code:
                self.hold(code)
            return
        for picture in cell.pictures:
            self.end_code()
            asked = bool(self.question)
            self.ask()
            self.add("answer" if asked else "picture", Image(picture))
            self.open = "answer" if asked else "picture"

    def hold(self, code: str) -> None:
        """Keep code that shows nothing: the next cell may stand on the same slide."""
        if self.held and not room.holds([_CAPTION, Code(_joined(*self.held, code))]):
            self.end_code()
        self.held.append(code)

    def end_code(self) -> None:
        """Show the code that was kept."""
        if self.held:
            code = "\n\n".join(self.held)
            self.held = []
            question, self.question = self.question, ""
            self.add("code", Code(code))
            self.question = question

    def printed(self, code: str, text: str) -> None:
        """Show a cell with what it printed; where a question was asked, that waits for a key.

        Above the question or the cell there may be a caption. Where there is no room for all, what
        was printed gets the next slide.
        """
        asked = bool(self.question)
        kind = "answer" if asked else "code"
        question = [Words(self.question, "question")] if asked else []
        shown = Printed(text, revealed=asked)
        if self.held and not room.holds(
            [_CAPTION, *question, Code(_joined(*self.held, code)), shown]
        ):
            self.end_code()
        both = _joined(*self.held, code)
        self.held, self.question = [], ""
        code_part = [Code(both)] if both else []
        if room.holds([_CAPTION, *question, *code_part, shown]):
            self.add(kind, *question, *code_part, shown)
            return
        self.add("question" if asked else "code", *question, *code_part)
        self.add(kind, _part_of(text))

    def ask(self) -> None:
        """Put a question on a slide of its own."""
        if self.question:
            question, self.question = self.question, ""
            self.add("question", Words(question, "big"))


def _with_room(parts: tuple[Part, ...], told: Words) -> tuple[Part, ...] | None:
    """Return parts with a verdict below them, without the caption if need be, or nothing."""
    if any(isinstance(each, Image) for each in parts):
        return (*parts, told)  # a picture gives way
    caption = tuple(each for each in parts if isinstance(each, Words) and each.size == "small")
    bare = tuple(each for each in parts if each not in caption)
    short = tuple(replace(each, text=sentences.of(each.text)[-1]) for each in caption)
    tried = ((*parts, told), (*short, *bare, told), (*bare, told))
    return next((each for each in tried if room.holds(each)), None)


def _joined(*cells: str) -> str:
    return "\n\n".join(each for each in cells if each)


def _part_of(text: str) -> Printed:
    """Return what is shown of a text that was printed."""
    lines = text.splitlines()
    kept = list(lines)
    while not room.holds([_CAPTION, Printed("\n".join(kept), left=len(lines) - len(kept))]):
        kept.pop()
    return Printed("\n".join(kept), left=len(lines) - len(kept))


def to_be_read(source: str) -> str:
    """Return a cell's code without what nobody reads in a room: imports and marks for tools."""
    tree = ast.parse(source)
    lines = source.splitlines()
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            for at in range(node.lineno - 1, node.end_lineno or node.lineno):
                lines[at] = ""
    text = "\n".join(re.sub(r"\s*# fmt: skip$", "", line) for line in lines).strip("\n")
    return re.sub(r"\n{3,}", "\n\n", text)


def _pages(
    rows: list[str], most: int, size: Callable[[str], int] = sentences.length
) -> Iterator[tuple[int, list[str]]]:
    """Divide rows into parts that fit, each with the place of its first row."""
    begin, used = 0, 0
    for at, row in enumerate(rows):
        if used and used + size(row) > most:
            yield begin, rows[begin:at]
            begin, used = at, 0
        used += size(row)
    if rows[begin:]:
        yield begin, rows[begin:]


def _waits_for_list(slide: Slide) -> bool:
    """Whether a slide of sentences ends with a colon, so that the list after it belongs to it."""
    last = slide.parts[-1]
    return slide.kind == "words" and isinstance(last, Words) and last.text.endswith(":")


def _speaks_of_next(sentence: str) -> bool:
    return sentences.is_marked(sentence) or bool(_LEADS_ON.match(sentence))


def _with_notes(slide: Slide, paragraphs: list[str]) -> Slide:
    return replace(slide, notes=(*slide.notes, *paragraphs))
