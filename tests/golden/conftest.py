"""The option that overwrites the goldens, for a developer who inspects them; refused in CI."""

import os

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--update-goldens`."""
    parser.addoption(
        "--update-goldens",
        action="store_true",
        help="overwrite the goldens with the current output",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse the option in CI, where nobody inspects the goldens."""
    if config.getoption("--update-goldens") and os.environ.get("CI"):
        raise pytest.UsageError("--update-goldens is refused in CI: goldens are looked at first")
