"""The glossary has each word of the course once, and pages link to it where a word comes first."""

import inspect
import json
import re
from functools import cache

import pytest
from clone_copies import CLONE
from markdown_it import MarkdownIt

from lstm_lessons.course import LESSONS, PAGES
from lstm_lessons.shapes import GATE_NAMES, Configuration
from lstm_lessons.site import glossary, pages, prose
from lstm_lessons.site.entries import entries
from lstm_lessons.site.glossary import terms

NUMBERS = {each.name: each.number for each in LESSONS} | {each.name: each.name for each in PAGES}
SHEETS = [each.name for each in LESSONS if each.exercise_minutes]
PLACES = [*(f"notebooks/{name}" for name in NUMBERS), *(f"exercises/{name}" for name in SHEETS)]
each_page = pytest.mark.parametrize("place", PLACES)
PLACE = re.compile(rf'<a href="#{glossary.TARGET}[^"]*">(.*?)</a>', re.DOTALL)
LINK = re.compile(rf"\[([^\]\[]*)\]\(#({glossary.TARGET}[a-z0-9-]+)\)")
MARKDOWN = MarkdownIt("commonmark").enable("table")


@cache
def notebook(place):
    return json.loads((CLONE / f"{place}.ipynb").read_text(encoding="utf-8"))


def lesson(name):
    return notebook(f"notebooks/{name}")


def sources(made):
    return ["".join(cell["source"]) for cell in made["cells"]]


@cache
def linked(place):
    return sources(glossary.linked(notebook(place), place))


# --- Its words ----------------------------------------------------------------------------------


def test_no_word_stands_twice_and_they_are_in_order():
    names = [term.name for term in terms()]
    assert names == sorted(names, key=lambda name: (name.lower().replace("_", " "), name))
    said = [each.lower() if len(each) > 1 else each for t in terms() for each in t.spellings]
    assert len(said) == len(set(said))
    assert len({term.target for term in terms()}) == len(names)


def test_each_entry_is_short_and_says_only_what_it_may():
    numbers = {each.number for each in LESSONS}
    for each in entries("glossary.md"):
        allowed = {"lesson", "symbol", "shape", "forms", "before", "elsewhere", "linked"}
        assert set(each.fields) <= allowed, each.name
        assert each.fields["lesson"] in numbers, each.name
        assert 3 <= len(each.text.split()) <= 45 and each.text.endswith((".", ".)")), each.name


SIZES_OF_A_CALL = ("seq_len", "batch")
ARGUMENTS = {*inspect.signature(Configuration).parameters} - {*SIZES_OF_A_CALL}
ARGUMENTS |= {"dropout", "device", "dtype"}  # no shape hangs on these
TENSORS = Configuration(3, 2, proj_size=1)


@pytest.mark.parametrize(
    "name",
    [*GATE_NAMES.values(), *sorted(ARGUMENTS), *(each.name for each in TENSORS.parameters),
     *(each.name for each in TENSORS.tensors)],
)  # fmt: skip
def test_every_gate_argument_and_tensor_has_an_entry(name):
    assert name.removesuffix("_l0") in {term.name for term in terms()}


def test_every_size_has_a_letter_and_it_is_the_ledgers():
    letters = {term.entry.fields.get("symbol"): term for term in terms()}
    sizes = Configuration(3, 2, bidirectional=True, proj_size=1).numbers
    assert set(sizes) - {"R"} <= set(letters), "R is written as H or P: nobody sees it"
    for letter, name in GATE_NAMES.items():
        assert letters[letter].name == name


def test_the_shapes_are_the_ledgers():
    ledger = Configuration(100, 16, num_layers=2, bidirectional=True)
    shapes = {term.name: term.entry.fields.get("shape") for term in terms()}
    for entry in ledger.tensors:
        assert shapes[entry.name] == f"({', '.join(entry.symbols)})"
    projected = Configuration(100, 16, proj_size=4)
    for name, entry in (
        ("weight_ih", ledger["weight_ih_l0"]), ("weight_hh", ledger["weight_hh_l0"]),
        ("bias_ih", ledger["bias_ih_l0"]), ("bias_hh", ledger["bias_hh_l0"]),
        ("weight_hr", projected["weight_hr_l0"]),
    ):  # fmt: skip
        assert shapes[name] == f"({', '.join(entry.symbols)})"


def test_no_sentence_of_a_lesson_is_written_again():
    lessons = " ".join("\n".join(prose.texts(lesson(name))) for name in NUMBERS)
    lessons = " ".join(lessons.split())
    for term in terms():
        for sentence in re.split(r"(?<=\.) ", " ".join(term.entry.text.split())):
            assert sentence not in lessons, f"{term.name}: {sentence}"


# --- Where they stand ---------------------------------------------------------------------------


@cache
def lessons_that_use():
    found = {}
    for place in PLACES:
        for term in used_in(notebook(place)):
            found.setdefault(term, set()).add(glossary.page_of(place))
    return found


def used_in(made):
    return {term for text in prose.texts(made) for term in glossary.uses(text)}


@pytest.mark.parametrize("term", [t for t in terms() if t.linked], ids=lambda term: term.name)
def test_a_word_is_first_used_in_the_lesson_that_introduces_it(term):
    used = lessons_that_use().get(term, set())
    assert term.lesson in used, f"used in {sorted(used)}"
    earlier = {each for each in used if each < term.lesson}
    assert earlier == {*term.before, *(each for each in term.elsewhere if each < term.lesson)}
    assert set(term.elsewhere) <= used


@pytest.mark.parametrize("term", [t for t in terms() if t.is_code], ids=lambda term: term.name)
def test_a_name_of_torchs_stands_in_the_lesson_that_introduces_it(term):
    (name,) = (each.name for each in LESSONS if each.number == term.lesson)
    whole = rf"(?<!\w){term.name}(_l\d+\w*)?(?!\w)"
    assert re.search(whole, "\n".join(sources(lesson(name))))


# --- Links --------------------------------------------------------------------------------------


@each_page
def test_without_its_links_a_page_is_the_notebook_character_for_character(place):
    assert [LINK.sub(r"\1", text) for text in linked(place)] == sources(notebook(place))


@each_page
def test_no_link_breaks_the_markdown_round_it(place):
    for was, now in zip(sources(notebook(place)), linked(place), strict=True):
        if was != now:
            assert PLACE.sub(r"\1", MARKDOWN.render(now)) == MARKDOWN.render(was)


@each_page
def test_a_word_is_linked_once_and_where_it_comes_first(place):
    page, is_sheet = glossary.page_of(place), place.startswith(glossary.SHEET)
    text = "\n\n".join(prose.texts(glossary.linked(notebook(place), place)))
    targets = [found[2] for found in LINK.finditer(text)]
    assert len(targets) == len(set(targets)) and len(targets) >= (2 if is_sheet else 5)
    known = {term.target for term in terms() if term.is_known_on(page)}
    used = {term.target for term in used_in(notebook(place))}
    assert set(targets) == known & used
    marked = prose.sentences(LINK.sub(r"\2=\1", text))
    others = [each for term in terms() for each in term.spellings]
    for term in terms():
        alone = not any(term.name in each for each in others if each not in term.spellings)
        if term.target in targets and alone:
            spelt = "|".join(re.escape(each).replace("\\ ", r"\s+") for each in term.spellings)
            plain = rf"(?<![\w.-])({spelt})s?(?![\w(-])"
            first = re.search(rf"(?<![\w-]){term.target}=|{plain}", marked, re.IGNORECASE)
            assert first[0].endswith("="), (term.name, marked[first.start() - 40 : first.end()])


@pytest.mark.parametrize(
    "text",
    [
        "## The forget gate",
        "It is `forget gate` in code.",
        "$$\\text{forget gate}$$ and $forget gate$",
        "[the forget gate](01.ipynb)",
        "![forget gate](x.png)",
        '<img alt="forget gate">',
        "```\nthe forget gate\n```",
        "<details><summary>Answers</summary>\n\nthe forget gate\n\n</details>",
        "**Predict.** Is the forget gate\nopen?",
        "the forget gateway, a half-gate, forget gate(3)",
    ],
)
def test_what_is_no_sentence_is_left_alone(text):
    made = {"cells": [{"cell_type": "markdown", "source": each} for each in ("opening", text)]}
    assert glossary.linked(made, "notebooks/09")["cells"][1]["source"] == text


def test_a_line_that_breaks_in_a_word_and_a_plural_are_linked():
    made = {"cells": [{"cell_type": "markdown", "source": "* *Forget\n  gates* H"}] * 2}
    (_, after) = glossary.linked(made, "notebooks/01")["cells"]
    assert after["source"] == "* *[Forget\n  gates](#term-forget-gate)* H"
    assert glossary.linked(made, "notebooks/00") == made, "before its lesson a word is not linked"


def test_what_is_asked_is_not_touched():
    for name in NUMBERS:
        for text in linked(f"notebooks/{name}"):
            assert "](#term-" not in text.partition(pages.PREDICT)[2], text


def test_the_page_has_every_word_with_its_target():
    text = glossary.page()
    for term in terms():
        assert f"({term.target})=\n" in text
