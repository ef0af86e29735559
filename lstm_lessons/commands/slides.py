"""``slides``: a deck of a lesson or a route, which works offline; ``--serve`` shows it."""

from __future__ import annotations

import argparse
from pathlib import Path

from lstm_lessons.commands.arguments import port
from lstm_lessons.commands.site import serve
from lstm_lessons.environment.clone import Clone


def main(arguments: list[str]) -> int:
    """Make a deck, and show it if that is asked for; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python3 -m lstm_lessons slides",
        description="Make slides of a lesson, or of a route through lessons. They need no network, "
        "and their sliders move.",
    )
    parser.add_argument(
        "subject", metavar="LESSON-OR-ROUTE", help="such as 03, or half-a-day (see routes)"
    )
    parser.add_argument(
        "folder", nargs="?", type=Path, metavar="FOLDER", help="where (default: build/slides/NAME)"
    )
    parser.add_argument("--serve", action="store_true", help="show it on this machine alone")
    parser.add_argument("--port", type=port, default=8000, metavar="N", help="where to serve it")
    asked = parser.parse_args(arguments)
    clone = Clone.here()

    from lstm_lessons.workshop.deck import builder, subject

    deck = subject.deck(asked.subject)
    folder = asked.folder or clone.root / "build" / "slides" / deck.name
    folder = folder.expanduser().absolute()
    builder.build(clone.root, deck, folder)
    print(f"The slides are in {folder}", flush=True)
    print("Open index.html there in a browser. S shows the speaker's notes, ? all keys.")
    if asked.serve:
        serve(folder, asked.port)
    return 0
