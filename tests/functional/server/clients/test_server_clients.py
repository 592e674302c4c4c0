"""Assumption of this folder: every client test that does not show a function's limits is run."""

from pathlib import Path

from tests.functional.clients import conftest as clients

HERE = Path(__file__).parent

OF_FUNCTIONS = {"test_large_results.py", "test_limit_advice.py", "test_parts.py"}
"""Tests of the limits of a function, and of the settings that clients need because of them."""

OF_THE_SERVER = {"test_sizes.py", Path(__file__).name}


def test_every_client_test_is_run() -> None:
    """Each test module of the clients is run here too."""
    modules = {path.name for path in HERE.glob("test_*.py")} - OF_THE_SERVER
    all_modules = {path.name for path in Path(clients.__file__).parent.glob("test_*.py")}
    assert modules == all_modules - OF_FUNCTIONS
