"""Which browser the browser tests drive, and what happens where there is none."""

import sys
from pathlib import Path

import pytest
from browser import page as pages

from lstm_lessons.commands import browser
from lstm_lessons.environment.failure import Failure


def program(path: Path, says: str = "Chromium 1.2.3") -> Path:
    """Write a small program that can be run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {says}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """A machine without a browser."""
    monkeypatch.setattr(browser, "_usual_places", lambda environ: iter(()))
    for name in ("CHROMIUM", "CI", "LSTM_LESSONS_BROWSER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


posix = pytest.mark.skipif(sys.platform == "win32", reason="writes shell scripts")


@posix
def test_the_path_is_searched_in_order_of_names(bare):
    program(bare / "bin/google-chrome")
    program(bare / "bin/chromium")
    assert browser.find_browser() == browser.Browser(bare / "bin/chromium", "the PATH")


@posix
def test_the_variable_comes_first(bare, monkeypatch):
    program(bare / "bin/chromium")
    mine = program(bare / "my own/browser")
    monkeypatch.setenv("CHROMIUM", str(mine))
    assert browser.find_browser() == browser.Browser(mine, "$CHROMIUM")


def test_a_variable_that_names_no_program_is_said_not_passed_over(bare, monkeypatch):
    monkeypatch.setenv("CHROMIUM", str(bare / "nowhere"))
    with pytest.raises(Failure, match="CHROMIUM is set to .*nowhere"):
        browser.find_browser()


@posix
def test_the_folders_of_installers_come_last(bare, monkeypatch):
    place = program(bare / "opt/chrome")
    monkeypatch.setattr(browser, "_usual_places", lambda environ: iter((bare / "none", place)))
    assert browser.find_browser() == browser.Browser(place, "its usual folder")


@posix
def test_a_browser_tells_its_version_or_why_not(bare):
    assert browser.Browser(program(bare / "a", "Chromium 9"), "here").version() == "Chromium 9"
    assert "does not start" in browser.Browser(bare / "none", "here").version()


@pytest.mark.parametrize(
    ("environ", "required"),
    [
        ({}, False),
        ({"CI": "true"}, True),
        ({"CI": "1"}, True),
        ({"CI": "false"}, False),
        ({"CI": ""}, False),
        ({"LSTM_LESSONS_BROWSER": "required"}, True),
        ({"LSTM_LESSONS_BROWSER": "optional"}, False),
    ],
)
def test_where_a_browser_is_required(environ, required):
    assert browser.browser_is_required(environ) == required


def test_without_a_browser_the_tests_are_skipped_and_say_why(bare):
    with pytest.raises(pytest.skip.Exception, match="No browser was found. Install Chromium"):
        pages.browser_or_reason()


def test_without_a_browser_the_tests_fail_where_one_is_required(bare, monkeypatch):
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="No browser was found"):
        pages.browser_or_reason()
