"""`test_form_uploads` through the emulated Lambda."""

from tests.functional.clients.test_form_uploads import *  # noqa: F403 - the same tests, not a copy
