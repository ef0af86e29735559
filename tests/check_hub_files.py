"""Hold the files that `hub` writes against the schemas of those who read them.

    python tests/check_hub_files.py CHART TLJH

CHART is the folder jupyterhub of Zero to JupyterHub's repository, with values.yaml, which ours are
merged into, and values.schema.yaml. TLJH is tljh/config_schema.py of The Littlest JupyterHub's. A
line for each; 1 where one does not pass.
"""

from __future__ import annotations

import re
import runpy
import shlex
import sys
import tempfile
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from lstm_lessons.workshop.hub import written

ASKED = written.Asked(repository="https://example.org/me/lessons", image="example.org/me/lessons:1")


def set_by_tljh(script: str) -> dict[str, Any]:
    """Return the configuration that a script's `tljh-config set` lines make."""
    made: dict[str, Any] = {}
    for line in script.splitlines():
        words = shlex.split(line) if line.startswith("tljh-config set") else []
        if not words:
            continue
        *parts, last = words[2].split(".")
        place = made
        for part in parts:
            place = place.setdefault(part, {})
        place[last] = _value(words[3])
    return made


def merged(usual: dict[str, Any], ours: dict[str, Any]) -> dict[str, Any]:
    """Return a chart's values with ours over them, as helm does: what is null goes."""
    made = dict(usual)
    for key, value in ours.items():
        if value is None:
            made.pop(key, None)
        elif isinstance(value, dict) and isinstance(made.get(key), dict):
            made[key] = merged(made[key], value)
        else:
            made[key] = value
    return made


def _value(text: str) -> Any:
    """Return what tljh-config makes of a word."""
    if re.fullmatch(r"\d+", text):
        return int(text)
    return {"true": True, "false": False}.get(text.lower(), text)


def main(words: list[str]) -> int:
    """Check both; return the exit status."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "files"
        written.write(ASKED, folder)
        values = yaml.safe_load((folder / "kubernetes" / "values.yaml").read_text("utf-8"))
        tljh = set_by_tljh((folder / "tljh.sh").read_text("utf-8"))
    chart = Path(words[0])
    schema = yaml.safe_load((chart / "values.schema.yaml").read_text("utf-8"))
    usual = yaml.safe_load((chart / "values.yaml").read_text("utf-8"))
    found = {
        f"values.yaml, chart {written.CHART}": (merged(usual, values), schema),
        "tljh.sh": (tljh, runpy.run_path(words[1])["config_schema"]),
    }
    wrong = 0
    for name, (told, schema) in found.items():
        checker = jsonschema.validators.validator_for(schema)(schema)
        errors = [f"{'.'.join(map(str, e.path))}: {e.message}" for e in checker.iter_errors(told)]
        wrong += len(errors)
        print(f"{name}: {'; '.join(errors) or f'{len(told)} parts pass'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
