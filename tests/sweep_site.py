"""All that the tests try in part: every page by axe-core, and every explorer in many settings.

    python tests/sweep_site.py FOLDER [--settings 500]

FOLDER is a built site. Small explorers are drawn in all settings, of the others as many are drawn
by a seed; the page's picture and words have to be those that this Python draws, character for
character. Pages are looked at in light and dark, 320, 768 and 1280 px wide, all folds open.
"""

import argparse
import sys
from importlib import import_module
from itertools import product
from pathlib import Path
from random import Random

from browser.axe import violations
from browser.server import CLONE
from browser.web import SPARING, Visit, drawn_there, served
from playwright.sync_api import Browser, sync_playwright
from settings import every_value

sys.path.insert(0, str(CLONE))

from lstm_lessons import explorers
from lstm_lessons.commands.browser import MEND, find_browser, start_options
from lstm_lessons.explorers.base import Parameter, Text, parameters

WIDTHS, THEMES = (1280, 768, 320), ("light", "dark")
AT_ONCE = 500
"""Pictures that are asked for in one message: a page holds them all until the last is drawn."""


def values_of(parameter: Parameter) -> list:
    """Return the values to choose from: all; of a text, beginnings of the one it starts with."""
    if isinstance(parameter.allowed, Text):
        lengths = range(max(1, parameter.allowed.least), len(parameter.default) + 1)
        return [parameter.default[:length] for length in lengths]
    return every_value(parameter.allowed)


def settings_of(name: str, most: int) -> list[dict]:
    """Return all settings of an explorer, or the start and others that a seed draws."""
    draw, table = Random(name), parameters(import_module(f"lstm_lessons.explorers.{name}").view)
    values = {key: values_of(each) for key, each in table.items()}
    count = 1
    for each in values.values():
        count *= len(each)
    if count <= most:
        return [dict(zip(values, each, strict=True)) for each in product(*values.values())]
    drawn = [{key: draw.choice(each) for key, each in values.items()} for _ in range(most - 1)]
    return [{key: each.default for key, each in table.items()}, *drawn]


def compare(browser: Browser, site: str, most: int) -> int:
    """Draw here and there; return how many pictures differ."""
    wrong = 0
    visit = Visit(browser.new_context(), site)
    visit.page.add_init_script(SPARING)
    visit.open("search.html")
    for name in explorers.__all__:
        view, asked = import_module(f"lstm_lessons.explorers.{name}").view, settings_of(name, most)
        other = 0
        for at in range(0, len(asked), AT_ONCE):
            part = asked[at : at + AT_ONCE]
            answers = drawn_there(visit.page, site, [(name, values) for values in part])
            for values, answer in zip(part, answers, strict=True):
                picture = view(**values)
                other += (answer.get("svg"), answer.get("alt")) != (picture.inline, picture.alt)
        print(f"{name:<20}{len(asked):>6} settings{other:>6} differ", flush=True)
        wrong += other
    return wrong + len(visit.wrong)


def look(browser: Browser, site: str, pages: list[str]) -> int:
    """Ask axe-core about all pages; return how many different things it finds."""
    context = browser.new_context()
    context.add_init_script(SPARING)
    page, found = context.new_page(), {}
    for path, width in product(pages, WIDTHS):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(site + path)
        page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        for theme in THEMES:
            page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
            for each in violations(page):
                for target, html in each["nodes"]:
                    seen = found.setdefault((each["rule"], html), (set(), path, target))
                    seen[0].add((path, width, theme))
    for (rule, html), (where, path, target) in sorted(found.items()):
        print(f"{rule}: {len(where)} times, first on {path}: {target}\n    {html!r}")
    print(f"axe-core: {len(pages)} pages, {len(WIDTHS)} widths, {len(THEMES)} themes")
    return len(found)


def main() -> None:
    """Read the command line, sweep, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="a built site")
    parser.add_argument("--settings", type=int, default=500, help="of each explorer (default 500)")
    parser.add_argument("--only", choices=("axe", "views"), help="one of the two")
    asked = parser.parse_args()
    found = find_browser()
    if found is None:
        raise SystemExit(f"No browser was found. {MEND}")
    pages = [path for path in asked.folder.rglob("*.html") if "_static" not in path.parts]
    names = sorted(path.relative_to(asked.folder).as_posix() for path in pages)
    with served(asked.folder) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(found.path), args=start_options())
        wrong = 0
        if asked.only != "axe":
            wrong += compare(browser, site, asked.settings)
        if asked.only != "views":
            wrong += look(browser, site, names)
        browser.close()
    raise SystemExit(wrong > 0)


if __name__ == "__main__":
    main()
