"""The browser, the JupyterLab and the screenshots of the browser tests."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from lstm_lessons.commands.browser import start_options

from .page import LabPage, PlainPage, browser_or_reason
from .server import CLONE, LearnersLab

VIEW = {"width": 1280, "height": 1000}


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """The folder for screenshots and logs; git ignores it."""
    folder = Path(os.environ.get("LSTM_LESSONS_ARTEFACTS") or CLONE / "tests" / "artefacts")
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("failed-*.png"):  # of an earlier run
        old.unlink()
    return folder


@pytest.fixture(scope="module")
def context() -> Iterator:
    """A browser's fresh profile. Where there is no browser the tests skip, or fail on CI."""
    found = browser_or_reason()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(found.path), args=start_options())
        yield browser.new_context(viewport=VIEW)
        browser.close()


@pytest.fixture(scope="module")
def lab(context, tmp_path_factory, artefacts) -> Iterator[LearnersLab]:
    """JupyterLab as a learner's command starts it, with fresh copies of lessons and exercises."""
    folder = tmp_path_factory.mktemp("jupyter")
    try:
        with LearnersLab(folder, tmp_path_factory.mktemp("course") / "clone") as server:
            yield server
    finally:
        if (folder / "jupyterlab.log").exists():
            shutil.copy(folder / "jupyterlab.log", artefacts / "jupyterlab.log")


@pytest.fixture(scope="module")
def lab_page(context, lab) -> Iterator[LabPage]:
    """JupyterLab in the browser, once for all notebooks; it stands as the command opens it."""
    page = LabPage(context, lab.address(""))  # which notebook opens is the command's own choice
    page.adopt_kernel()
    yield page
    page.page.close()


@pytest.fixture(scope="module")
def plain_page(context) -> Iterator[PlainPage]:
    """A page without JupyterLab."""
    page = PlainPage(context)
    yield page
    page.page.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Keep a screenshot of each page that a test failed on."""
    report = yield
    if report.failed:
        folder = Path(os.environ.get("LSTM_LESSONS_ARTEFACTS") or CLONE / "tests" / "artefacts")
        pages = {getattr(value, "page", None) for value in getattr(item, "funcargs", {}).values()}
        for page in pages - {None}:
            if not page.is_closed():
                folder.mkdir(parents=True, exist_ok=True)
                page.screenshot(path=folder / f"failed-{item.name}.png")
    return report
