"""Where a heading is, so that the same links work in JupyterLab and on the site."""

import re


def address(title: str) -> str:
    """Return a heading's address, as JupyterLab makes it."""
    return re.sub(r"\s", "-", title)
