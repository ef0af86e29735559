"""An archive that is the same, byte for byte, whenever it holds the same."""

from __future__ import annotations

import io
import zipfile


def zipped(held: dict[str, bytes]) -> bytes:
    """Return a compressed archive of files, given by the names that they have in it."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(held.items()):
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return made.getvalue()
