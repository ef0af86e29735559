"""Build the site: lay the pages' sources, let Sphinx make pages of them, add what draws in them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from lstm_lessons.course import LESSONS, PAGES
from lstm_lessons.environment.failure import Failure
from lstm_lessons.publishing import made_folder
from lstm_lessons.site import archive, feeds, glossary, launch, lean, pages, shelf, vendored
from lstm_lessons.site.addresses import Addresses, addresses

_HERE = Path(__file__).parent
_SCRIPTS = (
    *("page.js", "explorers.js", "ahead.js", "redraw.js", "exercises.js"),
    *("shared.js", "worker.js"),
    *("python.js", "answers.js"),
)
_STATIC = (*_SCRIPTS, "page.css", "preview.png")
_ICONS_SCRIPT = re.compile(r'<script defer src="[^"]*/scripts/fontawesome\.js[^"]*"></script>\s*')
_MENUS_SCRIPT = re.compile(
    r'<link rel="preload" as="script" href="[^"]*/scripts/bootstrap\.js[^"]*" />\s*'
    r'|<script defer src="[^"]*/scripts/bootstrap\.js[^"]*"></script>\s*'
)
_SEARCH_SCRIPT = re.compile(
    r'<script src="[^"]*(?:_static/searchtools|_static/language_data|searchindex)\.js"></script>\s*'
)
_MARK = ".lstm-lessons-site"
"""A file in each folder that a site was built into: only such a folder is built anew."""


def build(root: Path, folder: Path) -> None:
    """Make the site of a clone's committed notebooks in ``folder``. Nothing is executed.

    Raises:
        Failure: the folder holds something else, a package cannot be fetched, an address that
            pyproject.toml sets is none, or Sphinx warns.
    """
    made_folder.refuse_another(folder, _MARK)
    told = addresses(root)
    cache = root / "build" / "vendored"
    brought = {
        each.name: vendored.bring(each, cache) for each in (vendored.PYODIDE, vendored.MATHJAX)
    }
    with tempfile.TemporaryDirectory() as place:
        sources, made = Path(place) / "sources", Path(place) / "made"
        lay_sources(root, sources)
        static = sources / "_static"
        for name in _STATIC:
            shutil.copy(archive.IN_PAGE / name, static / name)
        shutil.copytree(brought["pyodide"], static / "pyodide")
        shutil.copytree(brought["mathjax"], static / "mathjax")
        (static / "course.zip").write_bytes(archive.course_zip())
        _run_sphinx(sources, made, told)
        _leave_out_scripts(made)
        lean.make_lean(made)
        lean.write_pictures_as_text(made)
        feeds.write(root, made, told)
        made_folder.put(made, folder, _MARK)


def lay_sources(root: Path, sources: Path) -> None:
    """Lay the pages as Sphinx reads them: the notebooks in their folders, and a first page."""
    for kind in ("notebooks", "exercises"):
        (sources / kind).mkdir(parents=True)
        for path in sorted((root / kind).glob("*.ipynb")):
            made = pages.page(json.loads(path.read_text(encoding="utf-8")), path.stem)
            made = glossary.linked(made, f"{kind}/{path.stem}")
            made = launch.told(made, f"{kind}/{path.name}", addresses(root))
            text = json.dumps(made, ensure_ascii=False)
            (sources / kind / path.name).write_text(text, encoding="utf-8")
    (sources / "_static").mkdir()
    shutil.copy(_HERE / "sphinx" / "conf.py", sources / "conf.py")
    (sources / "index.md").write_text(first_page(root), encoding="utf-8")
    shelf.lay(root, sources)


def first_page(root: Path) -> str:
    """Return the page that opens the site: the reader, moving, and the way into the course."""
    opening = json.loads((root / "notebooks" / f"{LESSONS[0].name}.ipynb").read_text("utf-8"))
    shown = next(
        output["data"]["text/html"]
        for cell in pages.page(opening, LESSONS[0].name)["cells"]
        for output in cell.get("outputs", ())
        if "ll-explorer" in "".join(output.get("data", {}).get("text/html", ""))
    )
    lessons = "\n".join(f"notebooks/{each.name}" for each in LESSONS)
    beside = "\n".join([*(f"notebooks/{each.name}" for each in PAGES), *shelf.MADE])
    sheets = "\n".join(f"exercises/{each.name}" for each in LESSONS if each.exercise_minutes)
    rows = "\n".join(
        f"| [{each.number} {each.title}](notebooks/{each.name}.ipynb) | {each.question} "
        f"| {each.minutes} |"
        for each in LESSONS
    )
    template = (_HERE / "sphinx" / "first_page.md").read_text(encoding="utf-8")
    return template.format(
        explorer=shown, first=f"notebooks/{LESSONS[0].name}.ipynb", lessons=lessons,
        beside=beside, sheets=sheets, rows=rows, count=len(LESSONS),
    )  # fmt: skip


def _run_sphinx(sources: Path, made: Path, told: Addresses) -> None:
    """Let Sphinx build; a warning fails it, as a link that leads nowhere would be one."""
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-q", "-W", "--keep-going"]
    command += ["-D", f"html_baseurl={told.site}"]
    done = subprocess.run(
        [*command, "-j", "auto", str(sources), str(made)], capture_output=True, text=True
    )
    if done.returncode:
        raise Failure(
            "Sphinx found something wrong: " + done.stderr.strip().replace(str(sources), ""),
            "Mend the notebook's source, and build the notebook and the site again.",
        )
    shutil.rmtree(made / ".doctrees", ignore_errors=True)


def _leave_out_scripts(made: Path) -> None:
    """Take out what the theme has its pages load for nothing, or too soon.

    A second way of drawing icons, 1.5 MB a reader: a font draws them all. On all pages but that of
    its results what the search needs, its index included: the box only leads there. The script of
    menus and tips, which ``page.js`` loads once the pictures are there. And where no explorer or no
    exercise is, our own script for it.

    Raises:
        ValueError: a page has no such scripts: the theme has changed, and this can go.
    """
    for path in (path for path in made.rglob("*.html") if "_static" not in path.parts):
        text, icons = _ICONS_SCRIPT.subn("", path.read_text(encoding="utf-8"))
        text, menus = _MENUS_SCRIPT.subn("", text)
        found = [icons, menus]
        if path.name != "search.html":
            text, count = _SEARCH_SCRIPT.subn("", text)
            found.append(count)
        if found not in ([1, 2], [1, 2, 3]):
            raise ValueError(
                "expected one script of icons, one of menus that is named twice, three of search "
                f"in {path.name}: {found}"
            )
        for name, mark in (("explorers", "ll-explorer"), ("exercises", "ll-exercise")):
            if f'class="{mark}"' not in text:
                text, count = re.subn(rf"<script [^>]*/{name}\.js[^>]*></script>\s*", "", text)
                if count != 1:
                    raise ValueError(f"expected {name}.js once in {path.name}: {count}")
        path.write_text(text, encoding="utf-8")
    (made / "_static" / "scripts" / "fontawesome.js").unlink()
