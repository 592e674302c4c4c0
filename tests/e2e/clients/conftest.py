"""The tests of the clients, run with the emulated build as their endpoint."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.functional.clients import conftest as clients

images, example, node = clients.images, clients.example, clients.node


@dataclass(frozen=True, kw_only=True)
class Application:
    """The application of `make run EMULATE=2`: gateway, two sandboxes of each function, stores."""

    url: str
    log: Path

    def invocations(self, function: str) -> int:
        """Return the number of successful invocations of a function."""
        folder = Path(re.findall(r"^logs: (.+)$", self.log.read_text(), re.MULTILINE)[0])
        logs = [path.read_text() for path in folder.glob(f"{function}-*.log")]
        assert len(logs) == 2
        return sum(log.count("INVOKE RTDONE(status: success") for log in logs)


@pytest.fixture(scope="session")
def application(
    build: Path,  # noqa: ARG001 - it has to be there
    tools: dict[str, str],
    images: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Application]:
    """Run the application as `make run EMULATE=2` does."""
    path = tmp_path_factory.mktemp("run") / "log"
    with path.open("w") as log, clients.served(images, "--emulated", "2", log=log, **tools) as url:
        yield Application(url=url, log=path)


@pytest.fixture(scope="session")
def endpoint(application: Application) -> str:
    """Return the URL of the application."""
    return application.url
