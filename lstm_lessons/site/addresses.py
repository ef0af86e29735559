"""Where the site and the repository are: the two settings of ``[tool.lstm-lessons]``.

They stand in pyproject.toml. An address that is not set is an empty text, and what needs it is left
out of the site.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from lstm_lessons.environment.failure import Failure

_WANTED = {
    "site": (r"https://[^\s/]+/(?:\S+/)?", "https://name.github.io/repository/"),
    "repository": (r"https://github\.com/[\w.-]+/[\w.-]+", "https://github.com/name/repository"),
}


@dataclass(frozen=True)
class Addresses:
    """The site's own address, with a slash at its end, and the repository's on GitHub."""

    site: str = ""
    repository: str = ""

    def of(self, path: str) -> str:
        """Return the address of a file of the site: whole if the site's is set, else its path."""
        return self.site + path

    @property
    def on_github(self) -> str:
        """The repository as owner/name."""
        return self.repository.removeprefix("https://github.com/")


def addresses(root: Path) -> Addresses:
    """Return the addresses that a clone's pyproject.toml sets.

    Raises:
        Failure: a setting has another name, or is no such address.
    """
    told = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    settings = told.get("tool", {}).get("lstm-lessons", {})
    for name, value in settings.items():
        pattern, example = _WANTED.get(name, ("", ""))
        if not example:
            raise Failure(
                f"[tool.lstm-lessons] in pyproject.toml has no setting {name!r}.",
                f"There are two: {', '.join(_WANTED)}.",
            )
        if value and not re.fullmatch(pattern, value):
            raise Failure(
                f"[tool.lstm-lessons] {name} in pyproject.toml is {value!r}.",
                f"Write an address such as {example}, or leave it empty.",
            )
    return Addresses(**settings)
