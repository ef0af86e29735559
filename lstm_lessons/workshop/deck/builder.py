"""Make a deck: its slides from the stored notebooks, and a folder that works without a network."""

from __future__ import annotations

import json
import shutil
import tempfile
from base64 import b64encode
from pathlib import Path

from lstm_lessons.publishing import made_folder
from lstm_lessons.site import archive, vendored
from lstm_lessons.workshop.deck import script, write
from lstm_lessons.workshop.deck.subject import Deck, sections

_MARK = ".lstm-lessons-slides"
"""A file in each folder that slides were made into: only such a folder is made anew."""
_STATIC = ("deck.css", "deck.js", "formulas.js")


def build(root: Path, deck: Deck, folder: Path) -> None:
    """Make a deck of a clone's stored notebooks in ``folder``. Nothing is executed.

    Raises:
        Failure: the folder holds something else, or a package cannot be fetched.
    """
    made_folder.refuse_another(folder, _MARK)
    cache = root / "build" / "vendored"
    packages = (vendored.REVEAL, vendored.MATHJAX, vendored.PYODIDE)
    reveal, mathjax, pyodide = (vendored.bring(each, cache) for each in packages)
    with tempfile.TemporaryDirectory() as place:
        made = Path(place) / "made"
        static = made / "static"
        static.mkdir(parents=True)
        (made / "index.html").write_text(page(root, deck), encoding="utf-8")
        for name in _STATIC:
            shutil.copy(script.IN_DECK / name, static / name)
        for name in ("reveal.js", "reveal.css", "plugin/notes.js"):
            shutil.copy(reveal / "dist" / name, static)
        shutil.copy(reveal / "LICENSE", static / "reveal.js.LICENSE")
        shutil.copy(mathjax / "es5" / "tex-svg-full.js", static)
        (static / "code.css").write_text(write.colours(), encoding="utf-8")
        (static / "explorers.js").write_text(script.explorers(), encoding="utf-8")
        (static / "python.js").write_text(python_files(pyodide), encoding="utf-8")
        made_folder.put(made, folder, _MARK)


def page(root: Path, deck: Deck) -> str:
    """Return the page of a deck."""
    return write.page(deck.title, sections(root, deck))


def python_files(pyodide: Path) -> str:
    """Return Python and what of the course draws, as a script that a page can load from a file."""
    files = {name: (pyodide / name).read_bytes() for name in vendored.PYODIDE.files}
    files["course.zip"] = archive.pictures_zip()
    told = {name: b64encode(data).decode() for name, data in files.items()}
    return f"window.pythonFiles = {json.dumps(told)};\n"
