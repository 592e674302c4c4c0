"""`test_readme` through the emulated Lambda."""

from tests.functional.clients.test_readme import *  # noqa: F403 - the same tests, not a copy
