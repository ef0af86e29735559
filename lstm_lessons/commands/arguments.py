"""The words of a command line that are ours, and those behind ``--`` for another program."""


def split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Return the words before the first ``--`` and those after it."""
    if "--" not in arguments:
        return arguments, []
    cut = arguments.index("--")
    return arguments[:cut], arguments[cut + 1 :]
