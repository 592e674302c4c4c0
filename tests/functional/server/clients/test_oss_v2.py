"""`test_oss_v2` through the server."""

from tests.functional.clients.test_oss_v2 import *  # noqa: F403 - the same tests, not a copy
