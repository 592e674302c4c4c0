"""`test_readme` through the server."""

from tests.functional.clients.test_readme import *  # noqa: F403 - the same tests, not a copy
