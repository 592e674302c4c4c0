"""`test_large_results` through the emulated Lambda."""

from tests.functional.clients.test_large_results import *  # noqa: F403 - the same tests, not a copy
