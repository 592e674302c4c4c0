"""`test_session` through the server."""

from tests.functional.clients.test_session import *  # noqa: F403 - the same tests, not a copy
