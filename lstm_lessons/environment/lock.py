"""One at a time, set-up for one. The operating system frees the lock when its holder dies."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from lstm_lessons.environment.failure import Failure

if sys.platform == "win32":
    import msvcrt

    _FAR = 1 << 20  # Windows keeps others from reading locked bytes: lock one behind the text.

    def _take(handle: IO[str]) -> None:
        handle.seek(_FAR)
        msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(handle: IO[str]) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


_TAKEN = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK)
"""What the system answers where another process holds the lock."""


@contextmanager
def held(path: Path, what: str = "set-up") -> Generator[IO[str], None, None]:
    """Hold the lock file ``path`` while the block runs, and yield it open.

    ``what`` says for what it is held. A file that a killed process left behind is no lock: only a
    living process holds one.

    Raises:
        Failure: another process holds it.
        OSError: it cannot be written, or its file system knows no locks.
    """
    handle = _open_and_take(path, what)
    try:
        handle.seek(0)
        handle.truncate()
        handle.write(f"{os.getpid()}\n")
        handle.flush()
        yield handle
    finally:
        # Windows cannot delete an open file; there the next set-up uses it again.
        if sys.platform != "win32":
            path.unlink(missing_ok=True)
        handle.close()


def _open_and_take(path: Path, what: str) -> IO[str]:
    while True:
        handle = open(path, "a+", encoding="utf-8")
        try:
            _take(handle)
        except OSError as error:
            handle.seek(0)
            holder = handle.readline().strip() or "unknown"
            handle.close()
            if error.errno not in _TAKEN:
                raise
            raise Failure(
                f"Another {what} is at work in this folder (process {holder}).",
                "Wait until it ends, and run the command again.",
            ) from None
        if _same_file(handle, path):
            return handle
        handle.close()  # Its last holder deleted it between our opening and our taking it.


def _same_file(handle: IO[str], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle.fileno()), path.stat())
    except FileNotFoundError:
        return False
