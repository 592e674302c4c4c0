"""Latency of whole servers over HTTP, compared: `python -m benchmarks.servers [--runs N]`.

Each server runs on one core and reads the same pictures from the same store; client and store
have another core if there is one. The client measures the latency.
"""

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic, sleep

from benchmarks.environment import ROOT, environment
from benchmarks.http_clients import TimedResponse, timed_get
from benchmarks.pictures import picture
from benchmarks.sandboxes import bound, store
from benchmarks.tasks import PAPER, PHOTO
from local.child_processes import ChildProcess, StartError, free_port

HERE = Path(__file__).parent
THUMBOR = ROOT / os.environ.get("THUMBOR_VENV", ".venv-thumbor") / "bin/thumbor"
START_SECONDS = 20.0

THUMBOR_CONF = """
STORAGE = 'thumbor.storages.no_storage'
QUALITY = 80
WEBP_QUALITY = 80
RESPECT_ORIENTATION = True
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A picture, the width to scale it to, and the format of the result."""

    source: str
    width: int
    word: str
    max_ratio: float | None = None
    """Target of the ratio to the fastest other server."""

    @property
    def title(self) -> str:
        """Description for the output."""
        return f"{self.source.partition('-')[0]} to {self.width} wide {self.word}"


# With client, store and server on two cores, medians of equal servers differ by up to 5 %.
ORDERS = (
    Order(source=PHOTO, width=100, word="jpg", max_ratio=1.05),
    Order(source=PHOTO, width=400, word="jpg", max_ratio=1.05),
    Order(source=PHOTO, width=720, word="jpg", max_ratio=1.15),
    Order(source=PHOTO, width=1500, word="jpg"),
    Order(source=PHOTO, width=720, word="webp", max_ratio=1.0),
    Order(source=PAPER, width=720, word="png"),
)

type Command = Sequence[str | Path]


def _darkroom(_store: str, _folder: Path) -> tuple[Command, int]:
    return [sys.executable, "-m", "benchmarks.workers.darkroom_server"], 0


def _container(_store: str, _folder: Path) -> tuple[Command, int]:
    port = free_port()
    return [sys.executable, "-m", "benchmarks.workers.container_server", str(port)], port


def _sharp(store: str, _folder: Path) -> tuple[Command, int]:
    return ["node", HERE / "workers/sharp_server.mjs", store], 0


def _thumbor(_store: str, folder: Path) -> tuple[Command, int]:
    conf, port = folder / "thumbor.conf", free_port()
    conf.write_text(THUMBOR_CONF)
    return [
        THUMBOR,
        "--ip",
        "127.0.0.1",
        "--port",
        str(port),
        "--conf",
        conf,
        "--log-level",
        "critical",
    ], port


def _darkroom_target(order: Order, _store: str) -> str:
    quality = "" if order.word == "png" else "/quality,Q_80"
    process = f"image/resize,w_{order.width}/format,{order.word}{quality}"
    return f"/demo/{order.source}?x-oss-process={process}"


def _sharp_target(order: Order, _store: str) -> str:
    return f"/demo/{order.source}?width={order.width}&format={order.word}"


def _thumbor_target(order: Order, store: str) -> str:
    word = {"jpg": "jpeg"}.get(order.word, order.word)
    place = store.removeprefix("http://")
    return f"/unsafe/{order.width}x0/filters:format({word})/{place}/demo/{order.source}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """The command and the request of a server."""

    start: Callable[[str, Path], tuple[Command, int]]
    """Returns command and port for a store and a folder; port 0 if the server prints its port."""
    target: Callable[[Order, str], str]


PEERS: Mapping[str, Peer] = {
    "darkroom": Peer(start=_darkroom, target=_darkroom_target),
    "darkroom serve": Peer(start=_container, target=_darkroom_target),
    "sharp handler": Peer(start=_sharp, target=_sharp_target),
    "thumbor": Peer(start=_thumbor, target=_thumbor_target),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the measurements; return 1 if a target was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.servers", description=__doc__)
    parser.add_argument("--runs", type=int, default=25, help="runs of each server and picture")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name, ExitStack() as running:
        folder = Path(name)
        _fill(folder)
        with bound({max(os.sched_getaffinity(0))}):
            url = running.enter_context(store(folder))
        connections = {
            name: running.enter_context(_running(peer, url, folder)) for name, peer in PEERS.items()
        }
        print(f"One core each, {options.runs} alternated requests, milliseconds at the client")
        missed = [
            line for order in ORDERS for line in _measure(order, connections, url, options.runs)
        ]
    for line in missed:
        print("missed:", line)
    return 1 if missed else 0


def _fill(folder: Path) -> None:
    for source in {order.source for order in ORDERS}:
        path = picture(source, folder)
        if path != folder / source:
            (folder / source).write_bytes(path.read_bytes())


@contextmanager
def _running(peer: Peer, store: str, folder: Path) -> Iterator[HTTPConnection]:
    command, port = peer.start(store, folder)
    given = environment(UV_THREADPOOL_SIZE="1", AWS_ENDPOINT_URL_S3=store)
    with bound({min(os.sched_getaffinity(0))}):
        process = ChildProcess(command, environment=given, folder=ROOT)
    try:
        port = port or int(process.read_line() or 0)
        if not port:
            raise StartError(f"{command[0]} did not start: `make bench-servers` sets all up")
        with closing(_connected(port)) as connection:
            yield connection
    finally:
        process.stop()


def _connected(port: int) -> HTTPConnection:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    end = monotonic() + START_SECONDS
    while True:
        try:
            connection.connect()
        except OSError:
            if monotonic() > end:
                raise
            sleep(0.05)
        else:
            return connection


def _measure(
    order: Order, connections: Mapping[str, HTTPConnection], store: str, runs: int
) -> list[str]:
    """Print the latencies of a picture; return the missed target."""
    targets = {name: PEERS[name].target(order, store) for name in connections}
    for name, connection in connections.items():
        timed_get(connection, targets[name])  # warms up
    spent: dict[str, list[TimedResponse]] = {name: [] for name in connections}
    for _ in range(runs):
        for name, connection in connections.items():
            spent[name].append(timed_get(connection, targets[name]))
    times = {name: [each.milliseconds for each in of] for name, of in spent.items()}
    medians = {name: statistics.median(of) for name, of in times.items()}
    print(f"\n{order.title}\n{'':28}{'median':>9}{'min':>8}{'ratio':>8}{'bytes':>9}")
    for name, of in spent.items():
        ratio = medians["darkroom"] / medians[name]
        print(f"  {name:26}{medians[name]:9.2f}{min(times[name]):8.2f}{ratio:8.2f}{of[0].bytes:9}")
    others = [name for name in connections if not name.startswith("darkroom")]
    ratio = medians["darkroom"] / min(medians[name] for name in others)
    if order.max_ratio is None or ratio <= order.max_ratio:
        return []
    return [f"{order.title}: {ratio:.2f} of the fastest other, target at most {order.max_ratio}"]


if __name__ == "__main__":
    sys.exit(main())
