"""Tests of the lessons in a real JupyterLab, in a real browser."""
