"""`test_limit_advice` through the emulated Lambda."""

from tests.functional.clients.test_limit_advice import *  # noqa: F403 - the same tests, not a copy
