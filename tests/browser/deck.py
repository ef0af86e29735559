"""A deck in a browser: each slide in turn, all of it revealed, and what does not fit on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

SIZES = ((1280, 720), (1920, 1080))
LEAST = 17.9
"""Pixels of the smallest letters of words and code, on a screen of 1280 x 720."""

_ASK = (Path(__file__).parent / "deck.js").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Seen:
    """What was found on a slide; letters in pixels of the screen, those of each picture apart."""

    name: str
    kind: str
    faults: list[str]
    least: float
    letters: list[float]


def count(page: Page) -> int:
    """Return how many slides a deck has."""
    page.wait_for_function("window.Reveal?.isReady()")
    page.evaluate(_ASK + "; Object.assign(window, { showSlide, lookAtSlide })")
    return page.evaluate("Reveal.getSlides().length")


def slides(page: Page) -> Iterator[Seen]:
    """Show all slides of a deck, one after the other, and look at each."""
    for at in range(count(page)):
        page.evaluate("at => showSlide(at)", at)
        yield Seen(**page.evaluate("at => lookAtSlide(at)", at))
