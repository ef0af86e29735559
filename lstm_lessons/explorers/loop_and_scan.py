"""A loop beside a scan: the tree of joins, and how many turns each takes with so many hands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from lstm_lessons.drawing import Picture, svg
from lstm_lessons.drawing.scan_tree import joins, tree
from lstm_lessons.explorers.base import Explorer, Range, checked

WIDTH, HEIGHT = 760, 540
LEFT, SPAN, TOP, ROW = 190, 530, 66, 58
BARS_Y, BAR_X, BAR_WIDTH = 410, 280, 300

PRESETS = {
    "eight steps": {"steps": 8, "hands": 32},
    "one hand": {"steps": 32, "hands": 1},
    "four hands": {"steps": 32, "hands": 4},
    "many hands": {"steps": 32, "hands": 32},
}


@dataclass(frozen=True)
class Cost:
    """What one way of computing all c needs: how many joins, and how many turns, one by one."""

    joins: int
    turns: int


def loop_and_scan() -> Explorer:
    """Return the explorer: how many steps, how many hands, and the round that is lit."""
    return Explorer(view, presets=PRESETS, play="round_lit")


def costs(steps: int, hands: int) -> dict[str, Cost]:
    """Return the cost of the loop and of the scan, where ``hands`` joins can be made in a turn."""
    rounds = joins(steps)
    return {
        "loop": Cost(steps - 1, steps - 1),
        "scan": Cost(sum(rounds), sum(_turns(count, hands) for count in rounds)),
    }


def _turns(count: int, hands: int) -> int:
    return -(-count // hands)


@checked
def view(
    steps: Annotated[int, Range(2, 32, 1), "steps T"] = 16,
    hands: Annotated[int, Range(1, 32, 1), "hands"] = 8,
    round_lit: Annotated[int, Range(1, 5, 1), "round"] = 1,
) -> Picture:
    """Return the picture: the tree of the scan with one round lit, and bars of turns.

    A ``round_lit`` that the scan does not have is drawn as its last one.

    Raises:
        ValueError: a parameter is outside its range.
    """
    rounds = joins(steps)
    lit = min(round_lit, len(rounds))
    found = costs(steps, hands)
    root = svg.panel(WIDTH, HEIGHT)
    title = f"{steps} steps in {_several(len(rounds), 'round')}"
    svg.label(root, 24, 32, title, 17, "start", font_weight="bold")
    svg.label(root, 24, TOP + 5, "the steps", 14, "start")
    for row, count in enumerate(rounds, 1):
        y, weight = TOP + ROW * row, "bold" if row == lit else "normal"
        svg.label(root, 24, y - 2, f"round {row}", 14, "start", font_weight=weight)
        said = f"{_several(count, 'join')}, {_several(_turns(count, hands), 'turn')}"
        svg.label(root, 24, y + 16, said, 13, "start", fill="muted", data_round=row)
    tree(root, steps, LEFT, SPAN, TOP, ROW, len(rounds), lit)
    _bars(root, found)
    text = _verdict(hands, found)
    svg.label(root, 24, HEIGHT - 24, text, 15, "start", font_weight="bold")
    return Picture(svg.write(root), _alt(steps, hands, rounds, lit, found, text))


def _several(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _bars(root: svg.Element, found: dict[str, Cost]) -> None:
    """Draw a bar of turns for the loop and one for the scan; the longer of them fills the width."""
    most = max(cost.turns for cost in found.values())
    for row, (name, cost) in enumerate(found.items()):
        y = BARS_Y + 38 * row
        said = f"{name}: {_several(cost.joins, 'join')}"
        svg.label(root, 24, y + 6, said, 15, "start", data_joins=name)
        svg.label(root, BAR_X - 14, y + 6, "turns", 13, "end", fill="muted")
        size = max(2, BAR_WIDTH * cost.turns / most), 16
        svg.rect(root, BAR_X, y - 8, *size, fill="ink", data_bar=name)
        x = BAR_X + size[0] + 10
        svg.label(root, x, y + 6, str(cost.turns), 15, "start", data_turns=name)


def _verdict(hands: int, found: dict[str, Cost]) -> str:
    loop, scan = found["loop"].turns, found["scan"].turns
    with_hands = "one hand" if hands == 1 else f"{hands} hands"
    if loop == scan:
        return f"With {with_hands}, loop and scan take equally long."
    first = "the scan" if scan < loop else "the loop"
    return f"With {with_hands}, {first} is done first."


def _alt(
    steps: int, hands: int, rounds: list[int], lit: int, found: dict[str, Cost], text: str
) -> str:
    reach, with_hands = 2 ** (lit - 1), _several(hands, "hand")
    pairs = ", ".join(map(str, rounds))
    loop, scan = found["loop"], found["scan"]
    return (
        f"The tree of a scan over {steps} steps, with these joins in each round: {pairs}. Round "
        f"{lit} is lit: each step is joined with the one {reach} before it. With "
        f"{with_hands} the loop makes {loop.joins} joins in {loop.turns} turns, and the scan "
        f"{scan.joins} joins in {scan.turns} turns. {text}"
    )
