"""The flag that writes goldens anew: for a developer who looks at them, never for CI."""

import os

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--update-goldens`."""
    parser.addoption(
        "--update-goldens", action="store_true", help="write what is drawn now as what is right"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse where nobody would look."""
    if config.getoption("--update-goldens") and os.environ.get("CI"):
        raise pytest.UsageError("--update-goldens is refused in CI: goldens are looked at first")
