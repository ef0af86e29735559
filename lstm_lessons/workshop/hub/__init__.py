"""For a class on a JupyterHub: how large a machine has to be, and the files that set one up.

`needs` adds up the memory, `written` fills in the files of `files/`. One script starts each
learner's server everywhere, `start_lessons.sh`: `tests/try_hub.py` runs it on a real hub.
"""
