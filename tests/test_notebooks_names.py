"""No lesson uses a name of the package before the course has said what it is."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LESSONS = sorted((ROOT / "notebooks/source").glob("[0-9]*.py"))
TOOLS = {
    "explorers": "sliders over a picture",
    "pictures": "still pictures",
    "figure": "an empty plot in the course's style",
    "show": "shows a plot with words for those who do not see it",
    "trained_reader": "the reader of lesson 00, as a module of torch",
    "exercise": "asks, checks and hints",
    "progress": "says what is done and what is next",
}
"""Names for showing and asking, which compute nothing that a lesson is about."""


def cells(path):
    """Return the cells of a source text in order, as (is it prose, text)."""
    parts = re.split(r"^# %%(.*)\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return [
        ("[markdown]" in head, text) for head, text in zip(parts[::2], parts[1::2], strict=True)
    ]


def imports(code):
    """Yield the module and name of each thing that code imports from the package."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("lstm_lessons"):
            yield from ((node.module, alias.name) for alias in node.names)


def unnamed(paths):
    """Return (lesson, name) for names that no prose has named by the first text after their import.

    What a lesson defines or names counts as known from there on. So does what it reads line by
    line: lesson 12 shows the layer of the package with ``piece(run_stack, ...)``. The names of data
    say what they are.
    """
    known, found = set(TOOLS), []
    for path in paths:
        all_cells = cells(path)
        for place, (prose, text) in enumerate(all_cells):
            if prose:
                known |= named(text)
                continue
            defined = {getattr(node, "name", "") for node in ast.parse(text).body}
            after = next((named(each) for prose, each in all_cells[place + 1 :] if prose), set())
            read = set(re.findall(r"^piece\((\w+)", path.read_text(encoding="utf-8"), re.MULTILINE))
            for module, name in imports(text):
                is_data = module.startswith("lstm_lessons.data")
                if not is_data and name not in known | after | read:
                    found.append((path.stem, name))
            known |= defined
    return found


def named(prose):
    """Return the words that stand in backticks in a text cell."""
    spans = re.findall(r"`([^`]+)`", prose.replace("\n# ", " "))
    return {word for span in spans for word in re.findall(r"\w+", span)}


def test_every_name_of_the_package_is_derived_or_named_before_it_is_used():
    assert unnamed(LESSONS) == []


def test_a_tool_is_used():
    used = {
        name for path in LESSONS for p, text in cells(path) if not p for _, name in imports(text)
    }
    assert set(TOOLS) <= used


@pytest.mark.parametrize("prose", ["", "Here is another thing, `lstm_step_2`."])
def test_a_name_that_nobody_told_is_seen(tmp_path, prose):
    path = tmp_path / "01_x.py"
    start = f"# %% [markdown]\n# {prose}\n\n# %%\n"
    path.write_text(f"{start}from lstm_lessons.lstm.cell import lstm_step\n")
    assert unnamed([path]) == [("01_x", "lstm_step")]
    path.write_text(
        f"{start}def lstm_step():\n    pass\n\n\n# %%\n{path.read_text()[len(start) :]}"
    )
    assert unnamed([path]) == []
