"""`test_ali_oss` through the server."""

from tests.functional.clients.test_ali_oss import *  # noqa: F403 - the same tests, not a copy
