"""Whether a value is an array, asked without importing what makes arrays: a page has neither."""

import math
from typing import Any

_ARRAYS = {("torch", "Tensor"), ("numpy", "ndarray")}
_NUMPYS_NUMBER = ("numpy", "generic")


def is_array(value: Any) -> bool:
    """Say whether a value is a tensor of torch or an array of numpy."""
    return not _ARRAYS.isdisjoint(_classes(value))


def is_single(value: Any) -> bool:
    """Say whether a value is one number of torch's or numpy's, in however many axes."""
    known = is_array(value) or _NUMPYS_NUMBER in _classes(value)
    return known and math.prod(value.shape) == 1


def _classes(value: Any) -> set[tuple[str, str]]:
    """Return the classes that a value is of, the inherited ones too: where defined, and named."""
    return {(each.__module__, each.__name__) for each in type(value).__mro__}
