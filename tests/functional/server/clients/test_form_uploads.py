"""`test_form_uploads` through the server."""

from tests.functional.clients.test_form_uploads import *  # noqa: F403 - the same tests, not a copy
