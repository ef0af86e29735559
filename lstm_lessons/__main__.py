"""The course's commands: ``python3 -m lstm_lessons lab | test | setup | doctor | build``.

Any Python can read this file, even 2.7: an old one must be able to say what is missing. All that
needs a newer Python is imported after that has been checked.
"""

from __future__ import print_function

import sys

NEEDED = (3, 11)

TOO_OLD = (
    "lstm_lessons: this is Python {found} ({where}), and the course needs {needed} or newer. "
    "Install it (python.org, or your system's packages) and start the command with it: "
    "python{needed} -m lstm_lessons {command}"
)


def complaint(version, where, arguments):
    """Return the line to say when this Python is too old, or None when it will do."""
    if tuple(version[:2]) >= NEEDED:
        return None
    return TOO_OLD.format(
        found=".".join(str(part) for part in version[:3]),
        where=where,
        needed=".".join(str(part) for part in NEEDED),
        command=arguments[0] if arguments else "lab",
    )


def main():
    """Run the command that was asked for; return its exit status."""
    line = complaint(sys.version_info, sys.executable, sys.argv[1:])
    if line is not None:
        print(line, file=sys.stderr)
        return 1
    from lstm_lessons.commands.dispatch import dispatch

    return dispatch(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
