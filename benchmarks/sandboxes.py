"""Built functions in sandboxes of one core each, a static store in place of S3, and clients."""

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from benchmarks.environment import ROOT
from benchmarks.http_clients import TimedResponse, timed_get
from local.child_processes import ChildProcess
from local.emulator import Pool, Sandbox, emulated
from local.gateway import Gateway
from local.moto_server import CREDENTIALS
from local.sam_build import BuiltFunction, read_function
from local.server import serving


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A function of the build and its settings; each of its sandboxes has a core of its own."""

    artefact: BuiltFunction
    settings: Mapping[str, str]
    folder: Path

    @contextmanager
    def running(self, cores: Sequence[int]) -> Iterator[Pool]:
        """Run a sandbox on each of the cores."""
        # Values that only a deployment has are empty: no table, no queue, no keys.
        unknown = [name for name, value in self.artefact.variables.items() if value is None]
        environment = {**CREDENTIALS, **dict.fromkeys(unknown, ""), **self.settings}
        logs = Path(tempfile.mkdtemp(dir=self.folder))
        with ExitStack() as stack:
            sandboxes: list[Sandbox] = []
            for number, core in enumerate(cores):
                (logs / str(number)).mkdir()
                with bound({core}):
                    pool = emulated(self.artefact, environment, logs=logs / str(number))
                    sandboxes += stack.enter_context(pool).sandboxes
            yield Pool(sandboxes, max_wait=self.artefact.seconds)


@contextmanager
def bound(cores: set[int]) -> Iterator[None]:
    """Bind this thread, and processes that it starts, to some cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores or before)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def store(folder: Path) -> Iterator[str]:
    """Serve the files of a folder as S3 does; yield the URL."""
    command = (sys.executable, "-m", "benchmarks.workers.static_store", str(folder))
    server = ChildProcess(command, folder=ROOT)
    try:
        yield f"http://127.0.0.1:{server.read_line()}"
    finally:
        server.stop()


def built(function: str, folder: Path, **settings: str) -> Built:
    """Read a function of the build; raises `StartError` without a build."""
    artefact = read_function(ROOT / ".aws-sam/build", function)
    return Built(artefact=artefact, settings=settings, folder=folder)


def send_requests(pool: Pool, target: str, requests: int) -> list[TimedResponse]:
    """Send requests through a gateway, from as many clients as there are sandboxes."""
    clients = len(pool.sandboxes)
    with (
        serving(Gateway(invoke=pool, log=lambda _: None).answer) as server,
        ThreadPoolExecutor(clients) as threads,
    ):
        each = [(server.server_port, target, requests // clients)] * clients
        return [answer for part in threads.map(_client, each) for answer in part]


def _client(order: tuple[int, str, int]) -> list[TimedResponse]:
    port, target, requests = order
    with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        return [timed_get(connection, target) for _ in range(requests)]
