"""The commands behind ``python3 -m lstm_lessons``.

Whatever runs before the environment exists (all but ``lab``, ``test`` and ``build`` themselves)
uses the standard library alone.
"""

import lstm_lessons.publishing  # noqa: F401 - before anything imports nbformat
