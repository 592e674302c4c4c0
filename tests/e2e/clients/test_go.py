"""`test_go` through the emulated Lambda."""

from tests.functional.clients.test_go import *  # noqa: F403 - the same tests, not a copy
