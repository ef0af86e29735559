"""Every slide of every deck, at both sizes: what does not fit; and sheets of all, to look at.

    python tests/sweep_slides.py FOLDER [NAME ...] [--sheets light dark]

Decks of the named lessons and routes, or of all, are made in FOLDER. Printed is each slide with
something outside of it or cut off, with letters that are too small, and the pictures whose letters
are below 14 pixels at 1280 x 720. ``--sheets`` draws sheets of all slides, and each slide, in
FOLDER/sheets.
"""

import argparse
import sys
from pathlib import Path

from browser.deck import LEAST, SIZES, Seen, count, slides
from browser.server import CLONE
from browser.web import SPARING, Visit, served
from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(CLONE))

from lstm_lessons.commands.browser import MEND, find_browser, start_options
from lstm_lessons.workshop.deck import builder, subject

SMALL = 14
ACROSS = 4


def look(browser: Browser, site: str, name: str, size: tuple[int, int], drawn: set[Path]) -> int:
    """Go through a deck; return how many faults it has. ``drawn`` are folders, one a theme."""
    width, height = size
    wrong = 0
    folders = {path.name: path for path in drawn}
    for theme in sorted({"light", *folders}, reverse=True):
        sheets = folders.get(theme)
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme
        )
        visit = Visit(context, site)
        visit.page.add_init_script(SPARING)
        page = visit.open(f"{name}/index.html")
        kept = []
        for seen in slides(page):
            if theme == "light":
                wrong += tell(name, size, seen)
            if sheets:
                kept.append(sheets / name / f"{seen.name}.png")
                kept[-1].parent.mkdir(parents=True, exist_ok=True)
                page.screenshot(path=kept[-1])
        if sheets:
            draw(page, kept, sheets / f"{name}.png")
        print(f"{name} {width} x {height} {theme}: {count(page)} slides", flush=True)
        wrong += len(visit.wrong)
        for each in visit.wrong:
            print(f"    {each}")
        context.close()
    return wrong


def tell(name: str, size: tuple[int, int], seen: Seen) -> int:
    """Print what is wrong with a slide; return how much it is."""
    scale = size[0] / SIZES[0][0]
    faults = list(dict.fromkeys(seen.faults))
    if seen.least / scale < LEAST:
        faults.append(f"letters of {seen.least / scale:.1f} px")
    for each in faults:
        print(f"{name} {seen.name} ({seen.kind}) at {size[0]}: {each}")
    small = [f"{each:.1f}" for each in seen.letters if each / scale < SMALL]
    if small and scale == 1:
        print(f"    {name} {seen.name} ({seen.kind}): a picture's letters of {small[0]} px")
    return len(faults)


def draw(page: Page, kept: list[Path], sheet: Path) -> None:
    """Draw a sheet of pictures, four in a row."""
    from PIL import Image

    width, height = 640, 360
    rows = -(-len(kept) // ACROSS)
    drawn = Image.new("RGB", (ACROSS * (width + 8), rows * (height + 8)), "#808080")
    for at, path in enumerate(kept):
        row, column = divmod(at, ACROSS)
        small = Image.open(path).convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
        drawn.paste(small, (column * (width + 8) + 4, row * (height + 8) + 4))
    drawn.save(sheet)


def main() -> None:
    """Read the command line, make the decks, and go through them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the decks are made")
    parser.add_argument("names", nargs="*", help="lessons and routes (default: all)")
    themes = ("light", "dark")
    parser.add_argument("--sheets", nargs="+", choices=themes, default=[], help="draw all slides")
    asked = parser.parse_args()
    found = find_browser()
    if found is None:
        raise SystemExit(f"No browser was found. {MEND}")
    decks = [subject.deck(each) for each in asked.names or subject.names()]
    for deck in decks:
        builder.build(CLONE, deck, asked.folder / deck.name)
    wrong = 0
    with served(asked.folder) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(found.path), args=start_options())
        for deck in decks:
            for size in SIZES:
                folders = {asked.folder / "sheets" / each for each in asked.sheets}
                wrong += look(
                    browser, site, deck.name, size, folders if size == SIZES[0] else set()
                )
        browser.close()
    print(f"{len(decks)} decks, {wrong} faults")
    raise SystemExit(wrong > 0)


if __name__ == "__main__":
    main()
