"""The clone, what it needs, and the Python that runs it: making it and finding it.

Standard library only, but for what starts a kernel: this runs before anything is installed.
"""
