"""Marking notebooks as trusted leaves the rest of the process as it is."""

import logging

import nbformat
from nbformat.sign import NotebookNotary

from lstm_lessons.publishing import trust


class KnowsItsEnd(logging.Handler):
    """A handler that tells that it was closed, as absl's closes the stream that it has."""

    closed = False

    def close(self):
        self.closed = True
        super().close()


def test_what_is_signed_is_trusted_and_no_log_handler_is_closed(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    path = tmp_path / "one.ipynb"
    cell = nbformat.v4.new_code_cell("1 + 1")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    handler = KnowsItsEnd()
    assert trust.sign([path]) is None
    assert not handler.closed
    notebook = nbformat.read(path, as_version=4)
    assert NotebookNotary(data_dir=str(tmp_path / "data")).check_signature(notebook)
