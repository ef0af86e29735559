"""The order in which whole files are dealt out to the workers."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put files with long tests first: a long file that comes last leaves the other workers idle.

    The browser's is the longest; then come those with a test marked slow, then those with most
    tests. Within a file the order stays.
    """
    weights: dict[str, tuple[bool, bool, int]] = {}
    for item in items:
        browser, slow, count = weights.get(_file(item), (False, False, 0))
        marks = {mark.name for mark in item.iter_markers()}
        weights[_file(item)] = browser or "browser" in marks, slow or "slow" in marks, count + 1
    items.sort(key=lambda item: weights[_file(item)], reverse=True)


def _file(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]
