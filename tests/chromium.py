"""The browser of the tests: Chromium, as Debian packages it."""

import os
import shutil

import pytest


def find_chromium() -> str:
    """Return the program's path; skip without it, fail in CI."""
    found = shutil.which("chromium")
    if not found:
        absent = pytest.fail if os.environ.get("CI") else pytest.skip
        absent("needs Chromium, which `make chromium` installs")
    return found
