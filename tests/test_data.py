"""The data of the lessons: what they are, how they were made, and that they are free to share."""

import ast
import hashlib
import subprocess
import sys
from collections import Counter
from pathlib import Path
from pydoc_data import topics

import pytest

import lstm_lessons.data
from lstm_lessons.data import code_or_prose
from lstm_lessons.data.extract import LONGEST, SHORTEST, Line, as_text, extract

FOLDER = Path(lstm_lessons.data.__file__).parent
LINES = code_or_prose()

# The edition of the topics that the file was made from: that of Python 3.11.7.
EDITION = "6061bdb5e47e53fb"


def edition():
    text = repr(sorted(topics.topics.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@pytest.mark.skipif(edition() != EDITION, reason="this Python has another edition of the topics")
def test_the_file_is_what_the_extract_makes():
    stored = (FOLDER / "code_or_prose.txt").read_text(encoding="utf-8")
    assert as_text(extract(topics.topics)) == stored


def test_the_module_prints_the_lines():
    command = [sys.executable, "-m", "lstm_lessons.data.extract"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
    assert done.stdout == as_text(extract(topics.topics))
    assert done.stderr == ""


def test_half_is_code_in_pairs_of_one_length():
    assert len(LINES) == 726
    for code, prose in zip(LINES[::2], LINES[1::2], strict=True):
        assert (code.code, prose.code) == (True, False)
        assert len(code.text) == len(prose.text)


def test_no_text_occurs_twice_and_none_gives_itself_away():
    assert len({line.text for line in LINES}) == len(LINES)
    for line in LINES:
        assert SHORTEST <= len(line.text) <= LONGEST
        assert line.text == line.text.strip()
        assert not line.text.startswith((">>>", "...", "(Pdb)"))
        assert line.text.isascii()


def test_topics_follow_one_another():
    order = [line.topic for line in LINES[::2]]
    assert order == sorted(order)
    assert len(Counter(order)) > 10


def test_much_of_what_is_code_is_python():
    """Labels are the documentation's; a parser agrees with them far more often than not."""

    def parses(text):
        try:
            ast.parse(text.rstrip(":") if text.startswith(("else", "try")) else text)
        except SyntaxError:
            return False
        return True

    share = {
        code: sum(parses(line.text) for line in LINES if line.code == code) * 2 / len(LINES)
        for code in (True, False)
    }
    assert share[True] > 0.4 > 0.2 > share[False]


TEXT = """Heading
*******

A paragraph of prose that goes on, and
opens a block of code:

   >>> first = 1
   ...
   first = 1
   second_line=22

   third(x)

After it there is prose again. A list:

* this is an item

   not code, as no colon opens it

A rule of grammar:

   rule ::= "word"

str.method(sub)

   What it does.
"""


def test_the_rules_of_the_extract():
    found = list(extract({"topic": TEXT}))
    assert [line.text for line in found if line.code] == [
        "first = 1",
        "second_line=22",
        "third(x)",
    ]
    assert all(len(a.text) == len(b.text) for a, b in zip(found[::2], found[1::2], strict=True))
    prose = " ".join(line.text for line in found if not line.code)
    for absent in ("item", "not code", "word", "method", "does", "***"):
        assert absent not in prose


def test_a_line_of_code_with_no_prose_as_long_is_left_out():
    assert list(extract({"topic": "Short one:\n\n   a_very_long_line_of_code()"})) == []


def test_as_text_and_back(tmp_path):
    lines = [Line("a", True, "x = 1"), Line("a", False, "It is")]
    assert as_text(iter(lines)) == "a\tcode\tx = 1\na\tprose\tIt is\n"


def test_source_and_licence_stand_beside_the_data():
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    licence = (FOLDER / "code_or_prose.licence.txt").read_text(encoding="utf-8")
    for said in ("code_or_prose.txt", "Python 3.11.7", "code_or_prose.licence.txt", "Changed"):
        assert said in readme
    assert "PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2" in licence
    assert "ZERO-CLAUSE BSD LICENSE FOR CODE IN THE PYTHON" in licence
