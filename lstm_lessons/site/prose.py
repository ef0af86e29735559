"""Which parts of a page's text are sentences: no heading, code, formula, link, fold or prompt."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

OTHER = r"""(?:
    ^\#{1,6}[ ][^\n]*                       # a heading
  | ^```.*?^```                            # code that stands by itself
  | `[^`]+`
  | \$\$.*?\$\$ | \$[^$\n]+(?:\n[^$\n]+)?\$  # formulas
  | <details.*?</details>                  # what is folded
  | <!--.*?--> | <[^<>\s][^<>]*>           # HTML, with its alternative texts
  | !?\[(?:[^\]\[]|\[[^\]]*\])*\]\([^)]*\) # links and pictures
  | https?://\S+
  | ^\*\*Predict\.\*\*.*?(?:\n\n|\Z)        # what is asked
)"""
"""A pattern of what is no sentence; it wants VERBOSE, MULTILINE and DOTALL."""


def texts(notebook: dict[str, Any]) -> list[str]:
    """Return the text cells of a notebook but its opening, which names what is to come."""
    return [
        "".join(cell["source"]) for cell in notebook["cells"][1:] if cell["cell_type"] == "markdown"
    ]


@cache
def of(root: Path, name: str) -> list[str]:
    """Return the text cells of a lesson or page of a clone, by its file's name."""
    path = root / "notebooks" / f"{name}.ipynb"
    return texts(json.loads(path.read_text(encoding="utf-8")))


def sentences(text: str) -> str:
    """Return a text with a blank in place of all that is no sentence."""
    return re.sub(OTHER, " ", text, flags=re.VERBOSE | re.MULTILINE | re.DOTALL)
