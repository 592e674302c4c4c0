"""`test_first_steps` through the emulated Lambda."""

from tests.functional.clients.test_first_steps import *  # noqa: F403 - the same tests, not a copy
