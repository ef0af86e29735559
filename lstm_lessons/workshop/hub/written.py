"""The files that set up a hub, with a class's numbers and places filled in."""

from __future__ import annotations

import re
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lstm_lessons.environment.clone import Clone
from lstm_lessons.environment.failure import Failure
from lstm_lessons.publishing import made_folder
from lstm_lessons.workshop.handout import conda
from lstm_lessons.workshop.hub.needs import Needs

TEMPLATES = Path(__file__).with_name("files")
MARK = ".hub.json"
CHART, JUPYTERHUB = "4.4.0", "5.5.0"
"""Zero to JupyterHub's chart that the values were checked against, and the hub in it."""

_ALWAYS = ("README.md", "start_lessons.sh", "prepare.sh", "lessons_config.py", "tljh.sh")
_KUBERNETES = {
    "kubernetes/values.yaml": "kubernetes/values.yaml",
    "kubernetes/environment.yml": "kubernetes/image/environment.yml",
}
_WITH_KUBERNETES = """\
1. Make a release, and push it as a git repository to {repository}.
2. Make learners' image of `kubernetes/image`, and push it. That needs Docker and
   `python3 -m pip install jupyter-repo2docker`:

```
jupyter-repo2docker --no-run --user-id 1000 --user-name jovyan \\
  --image-name {image} kubernetes/image
docker push {image}
```

3. Install the chart, and see the hub's address:

```
helm upgrade --install lessons jupyterhub --repo https://hub.jupyter.org/helm-chart/ \\
  --version {chart} --namespace lessons --create-namespace --values kubernetes/values.yaml
kubectl --namespace lessons get service proxy-public
```

4. The room's password stands in `kubernetes/values.yaml`. Each learner takes a name of their own.

A correction: commit the new release and push it. The values were checked against the chart's own
schema. No cluster was there to try them on."""
_WITHOUT_KUBERNETES = (
    "Not written: run `hub` again with `--repository` (where a release is, as a git repository) and"
    " `--image` (what learners' image is to be called)."
)
_HOLE = re.compile(r"@([A-Z]+)@")
_IMAGE = re.compile(r"[a-z0-9][a-z0-9._/:-]*:[A-Za-z0-9_][A-Za-z0-9._-]*")
_ADDRESS = re.compile(r"(https?|git)://[^\s'\"\\]+")
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none is taken for another


@dataclass(frozen=True)
class Asked:
    """What a hub is wanted for: how many come, and where things are on the hub's machine."""

    learners: int = 30
    files: str = "/srv/hub_files"
    release: str = "/srv/handed_out"
    repository: str | None = None
    branch: str = "main"
    image: str | None = None


def write(asked: Asked, folder: Path) -> list[str]:
    """Make a folder of files, or make it anew where nobody has changed it; return lines to tell.

    Raises:
        Failure: an address or a name is none, or the folder holds something else.
    """
    check(asked)
    made_folder.refuse_another(folder, MARK)
    files = filled(asked, _password(folder) if asked.image else "")
    with tempfile.TemporaryDirectory() as place:
        for name, text in files.items():
            path = Path(place) / "made" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        made_folder.put(Path(place) / "made", folder, MARK)
    return [f"Written to {folder}: {', '.join(files)}."]


def check(asked: Asked) -> None:
    """Make sure that git and Kubernetes can take an address and a name.

    Raises:
        Failure: they cannot.
    """
    if asked.repository and not _ADDRESS.fullmatch(asked.repository):
        raise Failure(
            f"Expected the address of a git repository, got {asked.repository!r}.",
            "Write it as in https://example.org/me/lessons.git",
        )
    if asked.image and not _IMAGE.fullmatch(asked.image):
        raise Failure(
            f"Expected an image's name and tag, got {asked.image!r}.",
            "Write it as in registry.example.org/me/lessons:1",
        )
    if not re.fullmatch(r"[\w./-]+", asked.branch):
        raise Failure(f"Expected a branch, got {asked.branch!r}.", "main is usual.")


def filled(asked: Asked, password: str) -> dict[str, str]:
    """Return the files' texts by their paths."""
    names = {name: name for name in _ALWAYS} | (_KUBERNETES if asked.image else {})
    values = _values(asked, password)
    return {
        name: _fill((TEMPLATES / source).read_text(encoding="utf-8"), values)
        for source, name in names.items()
    }


def _values(asked: Asked, password: str) -> dict[str, str]:
    needs = Needs(asked.learners)
    name, _, tag = (asked.image or "").rpartition(":")
    start = (TEMPLATES / "start_lessons.sh").read_text(encoding="utf-8")
    return {
        "LEARNERS": str(asked.learners),
        "FILES": asked.files,
        "RELEASE": asked.release,
        "REPOSITORY": asked.repository or "",
        "BRANCH": asked.branch,
        "IMAGE": name,
        "TAG": tag,
        "PASSWORD": password,
        "CHART": CHART,
        "JUPYTERHUB": JUPYTERHUB,
        "GUARANTEE": str(needs.learner),
        "LIMIT": str(needs.limit),
        "SUMS": needs.told,
        "KUBERNETES": _WITH_KUBERNETES.format(
            repository=asked.repository, image=asked.image, chart=CHART
        )
        if asked.image
        else _WITHOUT_KUBERNETES,
        "PACKAGES": _packages(),
        "START": "".join(f"        {line}".rstrip() + "\n" for line in start.splitlines())[:-1],
    }


def _fill(text: str, values: Mapping[str, str]) -> str:
    return _HOLE.sub(lambda hole: values[hole[1]], text)


def _packages() -> str:
    """Return what a learner needs, as conda's lines, out of the course's environment.yml."""
    text = conda.environment(Clone.here().root)
    found = re.search(r"^dependencies:\n((?:  - .*\n)+?)(?:  - pip:|\Z)", text, re.MULTILINE)
    assert found is not None
    return found[1].rstrip("\n")


def _password(folder: Path) -> str:
    """Return the password that stands in a folder made before, or a new one."""
    there = folder / "kubernetes" / "values.yaml"
    if there.is_file():
        known = re.search(r'user_password: "(\w+)"', there.read_text(encoding="utf-8"))
        if known:
            return known[1]
    return "".join(secrets.choice(_LETTERS) for _ in range(12))
