"""A fence round one folder: outside of it a process may read, and neither write, make nor delete.

This is Linux's Landlock. It needs no rights and no namespaces, so that it stands where walls cannot
be built, too; behind walls it is a second line.
"""

import ctypes
import os
import struct
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)
_CREATE, _ADD, _RESTRICT = 444, 445, 446
_VERSION, _PATH_BENEATH = 1, 1
_SET_NO_NEW_PRIVILEGES = 38

_WRITE_FILE = 1 << 1
_CHANGES = _WRITE_FILE | sum(1 << bit for bit in range(4, 13))  # remove and make, of every kind
_LATER = {2: 1 << 13, 3: 1 << 14}  # by version: moving to another folder, cutting a file short


def version() -> int:
    """Return the version of Landlock that this kernel has; 0 for none."""
    return max(0, _LIBC.syscall(_CREATE, None, 0, _VERSION))


def keep_within(folder: Path) -> bool:
    """Let this process change files in a folder alone, for good; say whether the kernel does that.

    Raises:
        OSError: the kernel has Landlock and refuses.
    """
    if not (known := version()):
        return False
    handled = _CHANGES
    for since, bit in _LATER.items():
        handled |= bit if known >= since else 0
    rules = _checked(_LIBC.syscall(_CREATE, struct.pack("Q", handled), 8, 0))
    _allow(rules, folder, handled)
    _allow(rules, Path(os.devnull), _WRITE_FILE)
    _checked(_LIBC.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    _checked(_LIBC.syscall(_RESTRICT, rules, 0))
    os.close(rules)
    return True


def _allow(rules: int, place: Path, what: int) -> None:
    descriptor = os.open(place, os.O_PATH | os.O_CLOEXEC)
    rule = struct.pack("=Qi", what, descriptor)
    _checked(_LIBC.syscall(_ADD, rules, _PATH_BENEATH, rule, 0))
    os.close(descriptor)


def _checked(found: int) -> int:
    if found < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), "Landlock")
    return found
