"""Every claim of the first edition stands somewhere: each row of the tables says where.

A row has the lesson, the claim, a file of this project, and words that stand there, wherever its
lines break. A claim that was withdrawn has no file; its words say why.
"""

import csv
from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TABLES = sorted(HERE.glob("first_edition_*.csv"))
COLUMNS = ["lesson", "claim", "place", "words"]
PLACES = ("notebooks/source/", "exercises/source/", "tests/")
MOST_WITHDRAWN = 5


def rows(table: Path) -> list[dict[str, str]]:
    with table.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@cache
def text(place: str) -> str:
    lines = (ROOT / place).read_text(encoding="utf-8").splitlines()
    return squeezed("".join(line.removeprefix("# ") for line in lines))


def squeezed(words: str) -> str:
    return "".join(words.split())


def wrong(row: dict[str, str]) -> str | None:
    """Return what is wrong with a row, or None."""
    if list(row) != COLUMNS or not all(isinstance(each, str) for each in row.values()):
        return f"has not the fields {COLUMNS}"
    if not (row["lesson"] and row["claim"] and row["words"]):
        return "has no lesson, no claim or no words"
    place = row["place"]
    if not place:
        return None
    if not place.startswith(PLACES) or not (ROOT / place).is_file():
        return f"no such page or test: {place}"
    if not 15 <= len(row["words"]) <= 60:
        return f"words of {len(row['words'])} characters, not of 15 to 60"
    if squeezed(row["words"]) not in text(place):
        return f"not in {place}: {row['words']}"
    return None


def test_there_are_tables():
    assert TABLES


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.stem)
def test_every_claim_stands_where_its_row_says(table):
    found = [
        f"row {number} ({row['lesson']}, {row['claim']}): {mistake}"
        for number, row in enumerate(rows(table), 2)
        if (mistake := wrong(row))
    ]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.stem)
def test_few_claims_were_withdrawn_and_none_is_told_twice(table):
    told = [(row["lesson"], row["claim"]) for row in rows(table)]
    assert len(told) == len(set(told))
    withdrawn = [row["claim"] for row in rows(table) if not row["place"]]
    assert len(withdrawn) <= MOST_WITHDRAWN, "\n".join(withdrawn)
