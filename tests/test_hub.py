"""A hub's files: whole, with a class's numbers; and what starts each learner's server."""

import importlib.util
import os
import re
import subprocess

import pytest
import yaml
from clone_copies import CLONE

from lstm_lessons.commands import dispatch, lab_on_a_hub
from lstm_lessons.environment.failure import Failure
from lstm_lessons.workshop.hub import needs, written
from lstm_lessons.workshop.hub.needs import Needs

ON_KUBERNETES = written.Asked(
    learners=50, repository="https://example.org/me/lessons.git", image="example.org:5000/me/a:1.2"
)
needs_sh = pytest.mark.skipif(os.name == "nt", reason="a hub's machine has a shell")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub") / "files"
    written.write(ON_KUBERNETES, folder)
    return folder


def test_every_hole_is_filled(files):
    for path in files.rglob("*"):
        if path.is_file():
            assert not re.search(r"@[A-Z]+@", path.read_text("utf-8")), path


def test_the_sums(files):
    one, many = Needs(1), Needs(50)
    assert one.learner == many.learner == needs.SERVER_MB + needs.FIRST_MB + 2 * needs.FURTHER_MB
    assert many.whole == needs.HUB_MB + round(1.2 * 50 * many.learner)
    assert many.machine_gb * 1000 >= many.whole > many.machine_gb * 500
    assert Needs(2000).machine_gb * 1000 >= Needs(2000).whole
    readme = (files / "README.md").read_text("utf-8")
    assert many.told in readme and f"{many.machine_gb} GB" in many.told
    assert f"limits.memory {many.limit}M" in (files / "tljh.sh").read_text("utf-8")


def test_values_for_kubernetes(files):
    told = yaml.safe_load((files / "kubernetes/values.yaml").read_text("utf-8"))
    server = told["singleuser"]
    assert server["image"] == {"name": "example.org:5000/me/a", "tag": "1.2"}
    assert server["memory"] == {
        "guarantee": f"{Needs(50).learner}M",
        "limit": f"{Needs(50).limit}M",
    }
    assert server["extraEnv"]["LESSONS_REPOSITORY"] == ON_KUBERNETES.repository
    (start,) = server["extraFiles"].values()
    assert start["stringData"] == (files / "start_lessons.sh").read_text("utf-8")
    assert start["mountPath"] == server["cmd"][-1]
    assert len(told["hub"]["config"]["SharedPasswordAuthenticator"]["user_password"]) == 12


def test_the_image_has_what_a_learner_needs(files):
    listed = yaml.safe_load((files / "kubernetes/image/environment.yml").read_text("utf-8"))
    whole = yaml.safe_load((CLONE / "environment.yml").read_text("utf-8"))["dependencies"]
    names = {line.split(">")[0].split("=")[0] for line in listed["dependencies"]}
    assert {"python", "pytorch", "jupyterlab", "ipywidgets", "nbgitpuller"} <= names
    assert not {"pytest", "ruff", "sphinx"} & names
    assert set(listed["dependencies"][:-2]) <= {line for line in whole if isinstance(line, str)}


def test_without_a_repository_there_is_nothing_for_kubernetes(tmp_path):
    written.write(written.Asked(), tmp_path / "files")
    assert not (tmp_path / "files/kubernetes").exists()
    assert "Kubernetes" in (tmp_path / "files/README.md").read_text("utf-8")


def test_made_again_it_keeps_its_password_and_refuses_what_was_changed(files, tmp_path):
    folder = tmp_path / "files"
    written.write(ON_KUBERNETES, folder)
    before = (folder / "kubernetes/values.yaml").read_bytes()
    written.write(ON_KUBERNETES, folder)
    assert (folder / "kubernetes/values.yaml").read_bytes() == before
    (folder / "lessons_config.py").write_text("mine", encoding="utf-8")
    with pytest.raises(Failure, match="is not as this command made it"):
        written.write(ON_KUBERNETES, folder)
    assert (folder / "lessons_config.py").read_text() == "mine"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--learners", "0"], "Expected 1 to 10000 learners, got 0"),
        (["--image", "me/a:1"], "needs both --repository and --image"),
        (["--image", "me/a", "--repository", "https://x.org/y"], "an image's name and tag, got"),
        (["--image", "me/a:1", "--repository", "x y"], "the address of a git repository, got"),
        (["--branch", "a b"], "Expected a branch, got 'a b'"),
        ([], "is not a folder that this command made"),
    ],
)
def test_bad_input_gets_one_line(words, says, tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("mine")
    assert dispatch.dispatch(["hub", str(tmp_path), *words]) == 1
    told = capsys.readouterr().err
    assert says in told and told.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@needs_sh
def test_the_scripts_are_such(files):
    for path in files.glob("*.sh"):
        subprocess.run(["sh", "-n", path], check=True)
    config = (files / "lessons_config.py").read_text("utf-8")
    compile(config, "lessons_config.py", "exec")
    assert f"{ON_KUBERNETES.files}/start_lessons.sh" in config


@needs_sh
@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("pulls", [True, False])
def test_a_pull_that_fails_keeps_nobody_from_their_lessons(files, tmp_path, there, pulls):
    home, tools = tmp_path / "home", tmp_path / "tools"
    (home / "lessons/lstm_lessons").mkdir(parents=True)
    if there:
        (home / "lessons/lstm_lessons/__main__.py").touch()
    tools.mkdir()
    for name, does in {"gitpuller": f"exit {int(not pulls)}", "python": 'echo "$PWD: $*"'}.items():
        (tools / name).write_text(f"#!/bin/sh\n{does}\n")
        (tools / name).chmod(0o755)
    told = {"HOME": str(home), "PATH": os.environ["PATH"], "LESSONS_PYTHON": str(tools / "python"),
            "LESSONS_REPOSITORY": "file:///there", "LESSONS_BRANCH": "main"}  # fmt: skip
    done = subprocess.run(
        ["sh", files / "start_lessons.sh", "--port=1"], env=told, capture_output=True, text=True
    )
    assert done.returncode == (0 if there else 1)
    assert ("could not be pulled" in done.stderr) == (not pulls)
    ours = f"{home}/lessons: -m lstm_lessons lab --hub -- --port=1\n"
    assert done.stdout == (ours if there else "")


def test_the_server_of_a_hub_needs_jupyterhub(monkeypatch, capsys):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Failure, match="This Python has no JupyterHub"):
        lab_on_a_hub.check()


def test_what_the_hub_sets_stays():
    told = lab_on_a_hub.environ({"OMP_NUM_THREADS": "4", "A": "b"})
    assert told["OMP_NUM_THREADS"] == "4" and told["A"] == "b"
    assert lab_on_a_hub.environ({})["OMP_NUM_THREADS"] == "1"
