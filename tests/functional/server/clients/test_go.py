"""`test_go` through the server."""

from tests.functional.clients.test_go import *  # noqa: F403 - the same tests, not a copy
