"""`test_parts` through the emulated Lambda."""

from tests.functional.clients.test_parts import *  # noqa: F403 - the same tests, not a copy
