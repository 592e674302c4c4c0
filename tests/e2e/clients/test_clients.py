"""Assumptions of this folder: every client test is run, and the build answers."""

from pathlib import Path

import oss2

from tests.e2e.clients.conftest import Application
from tests.functional.clients import conftest as clients
from tests.functional.local.test_queues import until

HERE = Path(__file__).parent


def test_every_client_test_is_run() -> None:
    """Each test module of the clients is run here too."""
    modules = {path.name for path in HERE.glob("test_*.py")} - {Path(__file__).name}
    assert modules == {path.name for path in Path(clients.__file__).parent.glob("test_*.py")}


def test_the_build_answers(application: Application) -> None:
    """A request invokes the process function, and an event the persist function."""
    auth = oss2.Auth(clients.KEY_ID, clients.SECRET)
    bucket = oss2.Bucket(auth, application.url, clients.PRIVATE, is_path_style=True)
    process_count, persist_count = map(
        application.invocations, ("ProcessFunction", "PersistFunction")
    )
    bucket.put_object("clients/event.jpg", b"creates an event")
    bucket.delete_object("clients/event.jpg")
    until(
        lambda: application.invocations("ProcessFunction") - process_count == 2 or None, seconds=20
    )
    until(lambda: application.invocations("PersistFunction") - persist_count or None, seconds=20)
