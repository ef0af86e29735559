"""From the source texts to notebooks that are run, kept, trusted, and copied for learners."""

import sys

# To read a notebook, nbformat imports jsonschema, and that, where it is installed, a grammar of
# addresses in any script: 1.8 s in every process, for a format that no notebook has. Python takes
# a module that is None here for one that is not installed.
sys.modules.setdefault("rfc3987_syntax", None)  # pyrefly: ignore[no-matching-overload]
