"""The cheat sheet: nn.LSTM on one printed side. Nothing on it is written anew.

The equations are lesson 02's, the shapes the ledger's, the arguments those of the map of nn.LSTM,
and each trap is the common mistake with which a lesson closes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from lstm_lessons.course import lesson
from lstm_lessons.shapes import Configuration, Entry
from lstm_lessons.site import prose

TRAPS = ("05", "06", "07", "08", "09")
"""The lessons whose mistake is a trap of a call of nn.LSTM."""

PLAIN = Configuration(100, 16, num_layers=2, bidirectional=True)
PROJECTED = Configuration(100, 16, num_layers=2, bidirectional=True, proj_size=4)
_MISTAKE = "**A common mistake.**"
_HEAD = "| argument | default |"


def page(root: Path) -> str:
    """Return the cheat sheet of a clone, as Sphinx reads it."""
    style = (Path(__file__).parent / "in_page" / "cheat_sheet.css").read_text(encoding="utf-8")
    return _PAGE.format(
        style=style,
        equations="\n\n".join(equations(root)),
        tensors=_table(each.name for each in PLAIN.tensors),
        parameters=_table(_some_parameters()),
        count=PLAIN.formula,
        key=", ".join(f"{letter} `{name}`" for letter, name in _LETTERS.items()),
        arguments="\n".join(arguments(root)),
        traps="\n".join(f"* {trap(root, number)}" for number in TRAPS),
    )


_LETTERS = {
    **{"T": "seq_len", "B": "batch", "I": "input_size", "H": "hidden_size"},
    **{"L": "num_layers", "P": "proj_size"},
}

_PAGE = """# Cheat sheet: nn.LSTM on one page

```{{raw}} html
<style>
{style}</style>
```

{key}; D is 2 with `bidirectional`, else 1.

## Equations

{equations}

## A call

`output, (h_n, c_n) = lstm(input, (h_0, c_0))`

{tensors}

With `batch_first=True`, `input` and `output` begin with B, T. One sequence alone has no B.

## Parameters

{parameters}

The other layers are as layer 1, the other direction has `_reverse` behind its names. In all:
{count}

## Arguments

{arguments}

`device` and `dtype`, both None by default, say where the weights are kept and as what numbers.

## Traps

{traps}
"""


def equations(root: Path) -> list[str]:
    """Return the six equations, as lesson 02 writes them: four gates, and then c and h."""
    found = [
        block
        for text in prose.of(root, lesson("02").name)
        for block in re.findall(r"\$\$.*?\$\$", text, re.DOTALL)
        if r"\begin{aligned}" in block
    ]
    return sorted(found, key=lambda block: "c_{t-1}" in block)


def arguments(root: Path) -> list[str]:
    """Return the map's table of arguments: their names, their defaults and what they change."""
    (table,) = (
        text[text.index(_HEAD) :].split("\n\n")[0]
        for text in prose.of(root, "map_of_nn_lstm")
        if _HEAD in text
    )
    return ["|".join(row.split("|")[:4]) + "|" for row in table.splitlines()]


def trap(root: Path, number: str) -> str:
    """Return the mistake with which a lesson closes, and a link to the lesson."""
    name = lesson(number).name
    told = next(
        part.removeprefix(_MISTAKE)
        for text in prose.of(root, name)
        for part in text.split("\n\n")
        if part.startswith(_MISTAKE)
    )
    aside = re.sub(r"\([^()]*lesson[^()]*\)$", "", " ".join(told.split()))
    return f"{aside.strip()} [Lesson {number}](notebooks/{name}.ipynb)"


def _some_parameters() -> list[str]:
    """Return a name of each kind: those of layer 0, and what differs in layer 1."""
    return [
        each.name
        for each in PROJECTED.parameters
        if each.name.endswith("_l0") or each.name == "weight_ih_l1"
    ]


def _table(names: Iterable[str]) -> str:
    rows = "\n".join(_row(name) for name in names)
    return f"| tensor | shape | with `proj_size` | what it holds |\n|---|---|---|---|\n{rows}"


def _row(name: str) -> str:
    projected = PROJECTED[name]
    plain = _shape(PLAIN[name]) if name in {each.name for each in _all(PLAIN)} else "none"
    other = _shape(projected)
    return f"| `{name}` | {plain} | {'' if other == plain else other} | {projected.why} |"


def _all(configuration: Configuration) -> tuple[Entry, ...]:
    return (*configuration.parameters, *configuration.tensors)


def _shape(entry: Entry) -> str:
    return f"({', '.join(entry.symbols)})"
