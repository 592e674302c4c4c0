"""The server's application in this process, with the stores of the functions' tests."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from darkroom.server.asgi import Application
from darkroom.server.serve import application_of
from tests.functional.conftest import Ask, environ, signing_sender
from tests.functional.server.asgi_client import sender

OPTIONS = {
    "DARKROOM_WORKERS": "1",
    "DARKROOM_PICTURES": "2",
    "DARKROOM_WAITING_PICTURES": "1",
    "DARKROOM_MAX_UPLOAD_BYTES": "20000000",
    "DARKROOM_MANAGEMENT_PORT": "9999",
    "DARKROOM_IDLE_TIMEOUT": "1",
}


@pytest.fixture(scope="session")
def spool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of bodies that are being received."""
    return tmp_path_factory.mktemp("spool")


@pytest.fixture(scope="session")
def application(variables: Mapping[str, str], spool: Path) -> Application:
    """Build the application of a worker process."""
    with environ(variables):
        return application_of({**variables, **OPTIONS, "DARKROOM_SPOOL": str(spool)})


@pytest.fixture(scope="session")
def ask_server(application: Application) -> Ask:
    """Return a function that sends a request to the server, signed by the key `by` if given."""
    return signing_sender(sender(application))
