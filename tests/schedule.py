"""The order of test modules and their distribution to workers of pytest-xdist.

A module stays on one worker, so that its fixtures are set up once. So does each folder of
`TOGETHER`: its modules share servers or emulators that are started once.
"""

import pytest
from xdist.scheduler import LoadScopeScheduling

TOGETHER = (
    *("tests/e2e/", "tests/stacks/", "tests/functional/playground/"),
    *("tests/functional/clients/", "tests/functional/server/clients/"),
)

LONG_FIRST = ("tests/e2e/", "tests/stacks/", "tests/functional/", "tests/contract/")
"""Folders whose modules take seconds; they start first, so that short modules end the run."""


class LoadFolderScheduling(LoadScopeScheduling):  # type: ignore[misc] # its base is untyped
    """Assign modules, or whole folders, to workers in the order of collection."""

    def _split_scope(self, nodeid: str) -> str:
        for folder in TOGETHER:
            if nodeid.startswith(folder):
                return folder
        return nodeid.partition("::")[0]


def refuse_unordered_names(items: list[pytest.Item]) -> None:
    """Raise UsageError for a test that is named by a set: each worker would name it otherwise."""
    for item in items:
        for value in _parameters(item).values():
            if isinstance(value, set | frozenset) and value and str(value) in item.nodeid:
                raise pytest.UsageError(f"{item.nodeid}: name it by a list instead of a set")


def sort_for_workers(items: list[pytest.Item]) -> None:
    """Put slow modules before the others, and keep the order within a module."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: _rank(item.nodeid, slow=item.path in slow))


def _rank(nodeid: str, *, slow: bool) -> int:
    """Return the rank of a module: e2e, stacks, slow modules, further folders, all others."""
    folders = [nodeid.startswith(folder) for folder in LONG_FIRST]
    if True in folders[:2]:
        return folders.index(True)
    if slow:
        return 2
    return 3 + (folders.index(True) if any(folders) else len(folders))


def _parameters(item: pytest.Item) -> dict[str, object]:
    """Return the values with which a test is called, none where it has no parameters."""
    called = getattr(item, "callspec", None)
    return dict(called.params) if called else {}
