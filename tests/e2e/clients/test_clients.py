"""What the other tests of this folder rest on: they are all, and it is the build that answers."""

from pathlib import Path

import oss2

from tests.e2e.clients.conftest import Application
from tests.functional.clients import conftest as clients
from tests.functional.local.test_queues import until

HERE = Path(__file__).parent


def test_no_test_of_a_client_is_left_out() -> None:
    """Each module of theirs is run here, too."""
    ours = {path.name for path in HERE.glob("test_*.py")} - {Path(__file__).name}
    assert ours == {path.name for path in Path(clients.__file__).parent.glob("test_*.py")}


def test_the_build_answers(application: Application) -> None:
    """A request is one run of the process function in a sandbox; a job is one of persist."""
    auth = oss2.Auth(clients.KEY_ID, clients.SECRET)
    bucket = oss2.Bucket(auth, application.url, clients.PRIVATE, is_path_style=True)
    answered, worked = map(application.invocations, ("ProcessFunction", "PersistFunction"))
    bucket.put_object("clients/told.jpg", b"of which the store tells the queue")
    bucket.delete_object("clients/told.jpg")
    until(lambda: application.invocations("ProcessFunction") - answered == 2 or None, seconds=20)
    until(lambda: application.invocations("PersistFunction") - worked or None, seconds=20)
