"""pyproject.toml, environment.yml, constraints.txt, README and CI say one and the same."""

import os
import re
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, metadata

import pytest
import yaml
from clone_copies import CLONE
from packaging.specifiers import SpecifierSet

from lstm_lessons.environment.clone import Clone
from lstm_lessons.environment.environment import Environment, State
from lstm_lessons.environment.requirements import parse, versions_here

CONDA_NAMES = {"pytorch": "torch", "matplotlib-base": "matplotlib"}
TORCH_BUILDS = re.compile(r"\+cpu|\+cu\d")


def text(name):
    return (CLONE / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def needs():
    return Clone(CLONE).requirements("test", "shipping", "site")


@pytest.fixture(scope="module")
def pins():
    lines = [line for line in text("constraints.txt").splitlines() if not line.startswith("#")]
    return dict(line.lower().split("==") for line in lines)


def test_conda_gets_the_same_packages_with_the_same_bounds(needs):
    listed = yaml.safe_load(text("environment.yml"))["dependencies"]
    (by_pip,) = (entry["pip"] for entry in listed if isinstance(entry, dict))
    assert by_pip[-1] == "-e ."
    lines = [entry for entry in listed if isinstance(entry, str)] + by_pip[:-1]
    lines = [line for line in lines if line != "pip" and not line.startswith("python>=")]
    conda = {parse(line) for line in lines}
    renamed = {type(need)(CONDA_NAMES.get(need.name, need.name), need.relation, need.version)
               for need in conda}  # fmt: skip
    assert renamed == set(needs)
    assert len(lines) == len(renamed), "a package is listed twice"


def test_conda_gets_the_same_python():
    asked = tomllib.loads(text("pyproject.toml"))["project"]["requires-python"]
    assert f"python{asked}" in yaml.safe_load(text("environment.yml"))["dependencies"]


def test_each_package_has_a_reason_beside_it(needs):
    for need in needs:
        (line,) = (line for line in text("pyproject.toml").splitlines() if f'"{need}"' in line)
        assert len(line.partition("#")[2].split()) >= 2, line
    entries = [
        line for line in text("environment.yml").splitlines() if re.match(r"\s+- \w.*\d", line)
    ]
    assert len(entries) == len(needs) + 1  # and Python
    for line in entries:
        assert len(line.partition("#")[2].split()) >= 2, line


def test_the_exact_versions_lie_within_the_ranges(needs, pins):
    for need in needs:
        assert need.met_by(pins.get(need.name)), need


def test_the_exact_versions_run_on_the_oldest_python_that_is_promised(pins):
    """Whoever has that Python waits for minutes, and then pip says that nothing fits together."""
    asked = tomllib.loads(text("pyproject.toml"))["project"]["requires-python"]
    oldest = f"{asked.removeprefix('>=')}.0"
    too_new = {
        name: needed
        for name in pins
        if (needed := _python_of(name)) and not SpecifierSet(needed).contains(oldest)
    }
    assert too_new == {}


def _python_of(name):
    """What the installed package asks of Python; None where it is not installed here."""
    try:
        return metadata(name).get("Requires-Python")
    except PackageNotFoundError:
        return None


def test_no_build_of_torch_is_pinned(pins):
    for name in ("pyproject.toml", "constraints.txt", "environment.yml"):
        lines = [line for line in text(name).splitlines() if not line.startswith("#")]
        assert not TORCH_BUILDS.search("\n".join(lines)), name
    assert pins["torch"] == "2.13.0"


@pytest.mark.skipif(
    Environment(Clone(CLONE)).state() is not State.READY
    or not Environment(Clone(CLONE)).is_this_python(),
    reason="this is not the environment that set-up makes, so its versions may differ",
)
def test_the_environment_has_exactly_these_versions(pins):
    has = versions_here(pins)
    assert {name: version.partition("+")[0] for name, version in has.items()} == {
        name: version for name, version in pins.items() if name in has
    }
    assert len(has) > 0.9 * len(pins)


def test_ci_runs_the_readmes_test_command():
    lines = [line.strip() for line in text(".ci/run").splitlines()]
    assert "set -euo pipefail" in lines
    assert lines[-1] == "python3 -m lstm_lessons test"
    assert "python3 -m lstm_lessons test " in text("README.md")
    assert "python3 -m lstm_lessons lab " in text("README.md")
    assert os.access(CLONE / ".ci/run", os.X_OK) or sys.platform == "win32"


def test_no_index_is_named_anywhere():
    """Which index pip asks is the user's to set, so no file names one, nor a flag that does."""
    flags = re.compile(r"--(?:extra-)?index-url|--find-links")
    for path in (CLONE / "lstm_lessons").rglob("*.py"):
        assert not flags.search(path.read_text(encoding="utf-8")), path
    for name in ("README.md", ".ci/run", "pyproject.toml", "environment.yml", "constraints.txt"):
        assert not flags.search(text(name)), name


def test_the_readme_lists_the_lessons_of_the_course():
    from lstm_lessons.publishing import readme

    assert readme.with_tables(text("README.md")) == text("README.md"), "run build"
