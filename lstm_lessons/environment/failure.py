"""A foreseen failure: one line that says what is wrong and how to mend it."""

from __future__ import annotations

import errno


class Failure(Exception):
    """Something foreseen went wrong; ``str()`` of it is the one line to print.

    ``problem`` says what is wrong, ``mend`` what to do about it.
    """

    def __init__(self, problem: str, mend: str) -> None:
        super().__init__(f"{problem} {mend}")
        self.problem = problem
        self.mend = mend


def from_os_error(error: OSError, doing: str) -> Failure:
    """Turn an operating system's refusal while ``doing`` something into one line."""
    place = f" ({error.filename})" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Failure(
            f"The disk is full: {doing} stopped{place}.",
            "Free some space, and run the command again.",
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return Failure(
            f"This folder cannot be written to: {doing} stopped{place}.",
            "Clone the course into a folder of your own, and run the command there.",
        )
    return Failure(
        f"{doing[:1].upper()}{doing[1:]} stopped: {error.strerror or error}{place}.",
        "Mend that, and run the command again.",
    )
