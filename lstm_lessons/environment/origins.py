"""Where a module would come from: this Python's own packages, or a folder that PYTHONPATH names.

Standard library only. Run as a program with module names, it prints one JSON line.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path


def named_by_pythonpath() -> list[str]:
    """Return the folders that PYTHONPATH puts before this Python's own packages."""
    entries = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return [os.path.abspath(entry) for entry in entries if entry]


def own_path() -> list[str]:
    """Return ``sys.path`` without what PYTHONPATH adds to it."""
    named = set(named_by_pythonpath())
    return [entry for entry in sys.path if os.path.abspath(entry) not in named]


def shadowed(modules: Iterable[str]) -> dict[str, str]:
    """Return the modules that are installed, and would yet be imported from PYTHONPATH's folder.

    One that only PYTHONPATH has (on a cluster, say) is no trouble.
    """
    found = {}
    for module in modules:
        own = next(iter(importlib.metadata.distributions(name=module, path=own_path())), None)
        if own is None:
            continue
        spec = importlib.util.find_spec(module)
        places = [] if spec is None else [spec.origin, *(spec.submodule_search_locations or ())]
        home = Path(str(own.locate_file("")))  # it may itself lie in a folder of PYTHONPATH
        elsewhere = [Path(each) for each in places if each and not Path(each).is_relative_to(home)]
        for folder in named_by_pythonpath():
            if any(place.is_relative_to(folder) for place in elsewhere):
                found[module] = folder
    return found


if __name__ == "__main__":
    print(json.dumps(shadowed(sys.argv[1:])))
