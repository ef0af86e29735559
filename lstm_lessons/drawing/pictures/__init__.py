"""Still pictures: diagrams that lessons share, the map of the course, those of single exercises.

Each file of this folder that has a function of its own name is a picture: nothing else has to be
told. They are imported at once, so that the name stands for the function, not for the file:

    from lstm_lessons import pictures

    pictures.cell(lit="f")
"""

from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules

from lstm_lessons.drawing.picture import Picture


def _found() -> dict[str, Callable[..., Picture]]:
    names = [each.name for each in iter_modules(__path__)]
    makers = {name: getattr(import_module(f"{__name__}.{name}"), name, None) for name in names}
    return {name: make for name, make in makers.items() if callable(make)}


__all__ = sorted(_found())
globals().update(_found())
