"""`test_opendal` through the server."""

from tests.functional.clients.test_opendal import *  # noqa: F403 - the same tests, not a copy
