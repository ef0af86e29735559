"""One set-up at a time. The operating system frees the lock when its holder dies."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
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


@contextmanager
def held(path: Path) -> Iterator[IO[str]]:
    """Hold the lock file ``path`` while the block runs, and yield it open.

    A file that a killed set-up left behind is no lock: only a living process holds one.

    Raises:
        Failure: another process holds it.
    """
    handle = _open_and_take(path)
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


def _open_and_take(path: Path) -> IO[str]:
    while True:
        handle = open(path, "a+", encoding="utf-8")
        try:
            _take(handle)
        except OSError:
            handle.seek(0)
            holder = handle.readline().strip() or "unknown"
            handle.close()
            raise Failure(
                f"Another set-up is at work in this folder (process {holder}).",
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
