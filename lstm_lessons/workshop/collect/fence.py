"""A fence round a process: which files it may read, and where it may write.

This is Linux's Landlock. It needs no rights and no namespaces, so that it stands where walls cannot
be built: in most containers, and where a system lets nobody have namespaces. Behind walls it is a
second line. With the filter of system calls, which refuses sockets and signals, it does nearly what
the walls do; but it counts no bytes, so without walls nothing can be written at all.
"""

import ctypes
import os
import struct
from collections.abc import Iterable
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)
_CREATE, _ADD, _RESTRICT = 444, 445, 446
_VERSION, _PATH_BENEATH = 1, 1
_SET_NO_NEW_PRIVILEGES = 38

_WRITE_FILE, _READ_FILE, _READ_FOLDER = 1 << 1, 1 << 2, 1 << 3
_CHANGES = _WRITE_FILE | sum(1 << bit for bit in range(4, 13))  # remove and make, of every kind
_LATER = {2: 1 << 13, 3: 1 << 14}  # by version: moving to another folder, cutting a file short

_ALSO_READ = ("/proc/cpuinfo", "/proc/meminfo", "/sys/devices/system/cpu", "/dev/null")
_DEVICES = ("/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")


def version() -> int:
    """Return the version of Landlock that this kernel has; 0 for none."""
    return max(0, _LIBC.syscall(_CREATE, None, 0, _VERSION))


def write_within(folder: Path) -> None:
    """Let this process change files in a folder alone, for good; nothing without Landlock.

    Raises:
        OSError: the kernel has Landlock and refuses.
    """
    if version():
        changes = _changes()
        _restrict(changes, [(folder, changes), (Path(os.devnull), _WRITE_FILE)])


def read_within(readable: Iterable[Path], secrets: Iterable[Path]) -> None:
    """Let this process read some files and folders, without the secrets in them, and change none.

    Raises:
        OSError: the kernel has no Landlock, or refuses.
    """
    also = [Path(each) for each in (*_ALSO_READ, *_DEVICES)]
    rules = [(Path(os.devnull), _WRITE_FILE)]
    for path in (*readable, *also):
        rules += _reading(path.resolve(), tuple(each.resolve() for each in secrets))
    _restrict(_changes() | _READ_FILE | _READ_FOLDER, rules)


def _reading(path: Path, secrets: tuple[Path, ...]) -> list[tuple[Path, int]]:
    """Return the rules to read all below a path but the secrets; their names can be listed."""
    if path in secrets or not path.exists():
        return []
    if not path.is_dir():
        return [(path, _READ_FILE)]
    if not any(each.is_relative_to(path) for each in secrets):
        return [(path, _READ_FILE | _READ_FOLDER)]
    inside = (each for each in path.iterdir() if not each.is_symlink())
    below = [rule for each in inside for rule in _reading(each, secrets)]
    return [(path, _READ_FOLDER), *below]


def _changes() -> int:
    known = version()
    return _CHANGES | sum(bit for since, bit in _LATER.items() if known >= since)


def _restrict(handled: int, rules: Iterable[tuple[Path, int]]) -> None:
    made = _checked(_LIBC.syscall(_CREATE, struct.pack("Q", handled), 8, 0))
    for place, what in rules:
        descriptor = os.open(place, os.O_PATH | os.O_CLOEXEC)
        rule = struct.pack("=Qi", what, descriptor)
        _checked(_LIBC.syscall(_ADD, made, _PATH_BENEATH, rule, 0))
        os.close(descriptor)
    _checked(_LIBC.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    _checked(_LIBC.syscall(_RESTRICT, made, 0))
    os.close(made)


def _checked(found: int) -> int:
    if found < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), "Landlock")
    return found
