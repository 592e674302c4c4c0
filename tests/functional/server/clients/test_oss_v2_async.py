"""`test_oss_v2_async` through the server."""

from tests.functional.clients.test_oss_v2_async import *  # noqa: F403 - the same tests, not a copy
