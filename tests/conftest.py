"""Fixtures and options of all tests; the reference pictures are not part of the project."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests import stand_ins
from tests.schedule import LoadFolderScheduling, refuse_unordered_names, sort_for_workers
from tests.stacks.not_emulated import NOT_EMULATED

# Busy machines generate examples slowly, and some operations accept few generated arguments.
SUPPRESSED_CHECKS = (HealthCheck.too_slow, HealthCheck.filter_too_much)
# In CI, the same commit is tested with the same examples.
DERANDOMIZE = bool(os.environ.get("CI"))

settings.register_profile(
    "steady",
    deadline=None,
    suppress_health_check=SUPPRESSED_CHECKS,
    derandomize=DERANDOMIZE,
    print_blob=True,
)
settings.register_profile("thorough", deadline=None, max_examples=5000)
settings.load_profile("steady")  # pytest --hypothesis-profile=thorough runs more examples


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFolderScheduling:
    """Distribute the tests by module; `--dist` has no effect."""
    config.option.loadscopereorder = False
    return LoadFolderScheduling(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Start with the slow modules where several workers share the tests."""
    refuse_unordered_names(items)
    if hasattr(config, "workerinput"):
        sort_for_workers(items)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what the emulated AWS does not show, where its tests have run."""
    reports = (report for found in terminalreporter.stats.values() for report in found)
    if any("tests/stacks/" in getattr(report, "nodeid", "") for report in reports):
        terminalreporter.section("not emulated")
        terminalreporter.write_line(NOT_EMULATED)


type Data = Callable[[str], bytes]
"""Reads a reference picture by file name."""


def data_folder() -> Path:
    """Return the folder of the reference pictures, which may be missing."""
    next_to_checkout = Path(__file__).parents[2] / "shared/data"
    return Path(os.environ.get("DARKROOM_TEST_DATA") or next_to_checkout)


@pytest.fixture(scope="session")
def data() -> Data:
    """Read a reference picture, or skip where the folder of them is absent.

    For tests that compare with a number recorded by the service or need another encoder's file;
    every other test reads through `sample`.
    """
    return recorded


@pytest.fixture(scope="session")
def sample() -> Data:
    """Read a reference picture, or draw its stand-in where the folder of them is absent."""

    def read(name: str) -> bytes:
        present = (data_folder() / name).is_file()
        return (None if present else stand_ins.drawn(name)) or recorded(name)

    return read


def recorded(name: str) -> bytes:
    """Read a reference picture, or skip the test."""
    path = data_folder() / name
    if not path.is_file():
        pytest.skip(f"needs the reference picture {name}: set DARKROOM_TEST_DATA to its folder")
    return path.read_bytes()
