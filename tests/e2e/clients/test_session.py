"""`test_session` through the emulated Lambda."""

from tests.functional.clients.test_session import *  # noqa: F403 - the same tests, not a copy
