"""The order in which whole files are dealt out to the workers, and a seed that costs nothing."""

import sys

import pytest


def pytest_collection_finish() -> None:
    """Seed the processor's random numbers alone, while no device is in use.

    `torch.manual_seed` notes, for each kind of device, what is to be done should one be started,
    and keeps the whole stack beside each note: two milliseconds inside pytest, each time.
    """
    if (torch := sys.modules.get("torch")) is None:
        return
    everywhere = torch.manual_seed

    def manual_seed(seed: int) -> object:
        if torch.cuda.is_initialized():
            return everywhere(seed)
        return torch.default_generator.manual_seed(int(seed))

    torch.manual_seed = manual_seed


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
