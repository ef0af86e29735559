"""What is behind a name that there is not: where it comes from, or how it is written."""

import difflib
import re
from collections.abc import Iterable, Mapping

HOMES: Mapping[str, str] = {
    "lstm_step": "`lstm_step` is a function of lesson 03, and this notebook does not have it. To "
    "use the course's own: `from lstm_lessons.lstm.cell import lstm_step`.",
    "unroll": "`unroll` is a function of lesson 04, and this notebook does not have it. Write the "
    "loop here, or import the course's own: `from lstm_lessons.lstm.unroll import unroll`.",
    "half_life": "`half_life` is a function of lesson 01, and this notebook does not have it.",
    "np": "numpy is not imported here: `import numpy as np`. (For a tensor there is a function of "
    "torch's by nearly every name of numpy's.)",
    "F": "`F` is `torch.nn.functional`: `from torch.nn import functional as F`.",
    "nn": "`nn` is `torch.nn`: `from torch import nn`.",
    "torch": "PyTorch is imported by `import torch`: run the notebook's first code cell.",
    "math": "`math` comes with Python: `import math`. For tensors, torch has its own functions.",
    "sigmoid": "The function is `torch.sigmoid` for tensors.",
    "tanh": "The function is `torch.tanh` for tensors.",
    "log": "The natural logarithm is `math.log` for a number, `torch.log` for a tensor.",
    "ln": "The natural logarithm is `math.log` for a number, `torch.log` for a tensor.",
    "exp": "The function is `math.exp` for a number, `torch.exp` for a tensor.",
    "sqrt": "The function is `math.sqrt` for a number, `torch.sqrt` for a tensor.",
}
"""Names of all lessons that people use without having them; an exercise may say more."""


def about_name(
    error: BaseException, known: Iterable[str], advice: Mapping[str, str]
) -> tuple[str, str] | None:
    """Return the name of the mistake and what to do about a name that is missing."""
    if isinstance(error, AttributeError):
        return _about_attribute(str(error), advice)
    quoted = re.search(r"'(\w+)'", str(error)) if isinstance(error, NameError) else None
    if quoted is None:
        return None
    name = quoted[1]
    if isinstance(error, UnboundLocalError) or "free variable" in str(error):
        return "used before it is made", (
            f"`{name}` is used before it is given a value. A name to which your function assigns, "
            "anywhere, is its own: it does not see one of the same name outside."
        )
    if said := advice.get(name) or HOMES.get(name):
        return "a name that is not there", said
    close = difflib.get_close_matches(name, list(known), n=1)
    meant = f" Did you mean `{close[0]}`?" if close else ""
    return "a name that is not there", f"There is no `{name}` in this notebook.{meant}"


def _about_attribute(error: str, advice: Mapping[str, str]) -> tuple[str, str] | None:
    """Return what to do about a name that a module does not have."""
    found = re.search(r"module '([\w.]+)' has no attribute '(\w+)'", error)
    if found is None:
        return None
    module, name = found.groups()
    said = advice.get(name) or HOMES.get(name, "")
    return "a name that is not there", f"`{module}` has no `{name}`. {said}".rstrip()
