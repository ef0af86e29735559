"""Lessons that derive torch.nn.LSTM and build it by hand.

The public names load when they are first used, so that ``import lstm_lessons`` needs neither
torch nor matplotlib, and so that the command line works before either is installed.
"""

# This file is read by every Python that is asked to start the course, old ones too: keep it plain.

__all__ = [
    "ManualLSTM",
    "ManualLSTMCell",
    "cell",
    "compare",
    "course",
    "diagnose",
    "exercise",
    "explorers",
    "pictures",
    "progress",
    "same",
    "shapes",
    "show",
    "trained_reader",
]

# Where a public name is defined; the other names are modules or rooms of the package itself.
_HOMES = {
    "ManualLSTM": "lstm.manual",
    "ManualLSTMCell": "lstm.manual",
    "diagnose": "clinic",
    "exercise": "exercises",
    "progress": "exercises.progress",
    "same": "lstm.same",
    "show": "drawing",
    "trained_reader": "data.train_reader",
}
_MODULES = {"cell": "lstm.cell", "compare": "lstm.compare", "pictures": "drawing.pictures"}


TYPE_CHECKING = False  # a type checker takes it for True, and an old Python has no typing
if TYPE_CHECKING:
    from lstm_lessons import course, explorers, shapes
    from lstm_lessons.clinic import diagnose
    from lstm_lessons.drawing import pictures, show
    from lstm_lessons.exercises import exercise
    from lstm_lessons.exercises.progress import progress
    from lstm_lessons.lstm import cell, compare
    from lstm_lessons.lstm.manual import ManualLSTM, ManualLSTMCell
    from lstm_lessons.lstm.same import same


def __getattr__(name):  # noqa: ANN001, ANN202
    """Import a public name from the module that defines it."""
    if name not in __all__:
        raise AttributeError("module 'lstm_lessons' has no attribute {!r}".format(name))  # noqa: UP032
    import importlib

    if name in _HOMES:
        value = getattr(importlib.import_module("lstm_lessons." + _HOMES[name]), name)
    else:
        value = importlib.import_module("lstm_lessons." + _MODULES.get(name, name))
    globals()[name] = value
    return value


def __dir__():  # noqa: ANN202
    """List the public names, loaded or not."""
    return sorted(list(globals()) + __all__)
