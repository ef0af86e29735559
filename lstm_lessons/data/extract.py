"""How code_or_prose.txt was made: lines of Python's documentation, labelled by its own mark-up.

The standard library carries the documentation's main topics as plain text, in
`pydoc_data.topics`. There, a block of code is what is indented by three behind a paragraph that
ends in a colon. ``python -m lstm_lessons.data.extract`` prints the lines for the Python that
runs it.
"""

import re
from collections.abc import Iterator, Mapping

from lstm_lessons.data import Line

SHORTEST, LONGEST = 6, 40
"""Lengths of the lines, in characters."""

_QUOTES = str.maketrans("‘’“”", "''\"\"")
_PROMPT = re.compile(r"(>>>|\.\.\.|\(Pdb\))( |$)")
_NO_CODE = re.compile(r'[+|*"]|\d+\. |.*::=')  # tables, lists, definitions, rules of grammar
_NO_PROSE = re.compile(r"[-*=~]{3}|    ")  # what underlines a heading; what hangs below a term
_SIGNATURE = re.compile(r"[\w.]+\.\w+\(")  # of a method that is described below it


def extract(topics: Mapping[str, str]) -> Iterator[Line]:
    """Yield every line of code of the wanted lengths, and behind it a line of prose as long.

    ``topics`` maps names to texts, as `pydoc_data.topics` does. Nothing that gives the label away
    by its form is kept: no indentation, no prompt, no curly quotation marks. The prose is cut at
    the end of a word, so that both kinds have the same lengths. It is from the same topic, or,
    where that has none left, from the nearest topic behind it (round the end to the first). No
    text occurs twice.
    """
    blocks = {name: _blocks(text) for name, text in sorted(topics.items())}
    prose = [(name, line) for name, (_, lines) in blocks.items() for line in lines]
    seen: set[str] = set()
    for name, (code, _) in blocks.items():
        start = next((n for n, (topic, _) in enumerate(prose) if topic == name), 0)
        for text in code:
            if text in seen:
                continue
            found = _as_long(prose[start:] + prose[:start], len(text), seen)
            if found is not None:
                topic, whole = found
                prose.remove(found)
                seen |= {text, whole[: len(text)]}
                yield Line(name, True, text)
                yield Line(topic, False, whole[: len(text)])


def _as_long(prose: list[tuple[str, str]], length: int, seen: set[str]) -> tuple[str, str] | None:
    """Return the first line of prose in which a word ends at this length."""
    for topic, line in prose:
        if line[length : length + 1] in ("", " ") and len(line) >= length:
            if line[length - 1] != " " and line[:length] not in seen:
                return topic, line
    return None


def _blocks(text: str) -> tuple[list[str], list[str]]:
    """Return the lines of code and the lines of prose of a topic, without indentation."""
    code: list[str] = []
    prose: list[str] = []
    inside, before = None, ""
    for block in re.split(r"\n{2,}", text.translate(_QUOTES).strip("\n")):
        lines = block.split("\n")
        indent = _indent(lines[0])
        opens = before.endswith(":") and indent == _indent(before) + 3
        if inside is not None and indent < inside:
            inside = None
        if inside is None and opens and not _NO_CODE.match(lines[0].strip()):
            inside = indent
        if inside is not None:
            code += [_PROMPT.sub("", line.strip()).strip() for line in lines]
        elif indent == 0 and _is_prose(lines):
            prose += lines
        before = "" if inside is not None else lines[-1]
    return [line for line in code if SHORTEST <= len(line) <= LONGEST], prose


def _is_prose(lines: list[str]) -> bool:
    """Say whether a block that is not indented is a paragraph."""
    opening = lines[0]
    odd = _NO_CODE.match(opening) or _SIGNATURE.match(opening) or _NO_PROSE.match(lines[-1])
    return not odd


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def as_text(lines: Iterator[Line]) -> str:
    """Return the lines as the file has them: topic, label and text, with tabs between."""
    label = {True: "code", False: "prose"}
    return "".join(f"{line.topic}\t{label[line.code]}\t{line.text}\n" for line in lines)


if __name__ == "__main__":
    from pydoc_data.topics import topics

    print(as_text(extract(topics)), end="")
