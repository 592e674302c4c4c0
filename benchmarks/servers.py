"""Whole servers over HTTP, compared: `python -m benchmarks.servers [--runs N]`.

All servers read the same pictures from the same store. For the latency, each runs on one core, and
client and store have another core if there is one. For the requests a second, one server at a time
has all cores, which it shares with clients and store.
"""

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic

from benchmarks.environment import ROOT, environment
from benchmarks.http_clients import TimedResponse, timed_get
from benchmarks.pictures import picture
from benchmarks.sandboxes import bound, store
from benchmarks.tasks import PAPER, PHOTO
from local.child_processes import ChildProcess, StartError, free_port, retried

HERE = Path(__file__).parent
THUMBOR = ROOT / os.environ.get("THUMBOR_VENV", ".venv-thumbor") / "bin/thumbor"
START_SECONDS = 20.0
NOT_SET_UP = "a server did not start: `make bench-servers` installs all of them"
THROUGHPUT = ("darkroom serve", "sharp handler", "thumbor")
CLIENTS_PER_CORE, ROUNDS, ROUND_SECONDS = 2, 7, 4.0

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
    counted: bool = False
    """Whether requests a second are measured."""

    @property
    def title(self) -> str:
        """Description for the output."""
        return f"{self.source.partition('-')[0]} to {self.width} wide {self.word}"


# With client, store and server on two cores, medians of equal servers differ by up to 5 %.
ORDERS = (
    Order(source=PHOTO, width=100, word="jpg", max_ratio=1.05),
    Order(source=PHOTO, width=400, word="jpg", max_ratio=1.05, counted=True),
    Order(source=PHOTO, width=720, word="jpg", max_ratio=1.15),
    Order(source=PHOTO, width=1500, word="jpg"),
    Order(source=PHOTO, width=720, word="webp", max_ratio=1.0, counted=True),
    Order(source=PAPER, width=720, word="png"),
)

type Command = Sequence[str | Path]


def _darkroom(_store: str, _folder: Path, _cores: int) -> tuple[Command, int]:
    return [sys.executable, "-m", "benchmarks.workers.darkroom_server"], 0


def _container(_store: str, _folder: Path, cores: int) -> tuple[Command, int]:
    port = free_port()
    module = "benchmarks.workers.container_server"
    return [sys.executable, "-m", module, str(port), str(cores)], port


def _sharp(store: str, _folder: Path, _cores: int) -> tuple[Command, int]:
    return ["node", HERE / "workers/sharp_server.mjs", store], 0


def _thumbor(_store: str, folder: Path, cores: int) -> tuple[Command, int]:
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
        "--processes",
        str(cores),
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

    start: Callable[[str, Path, int], tuple[Command, int]]
    """Returns command and port for a store, a folder and a number of cores.

    The port is 0 if the server prints it.
    """
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
    parser.add_argument("--only-throughput", action="store_true", help="requests a second only")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name, ExitStack() as running:
        folder = Path(name)
        _fill(folder)
        with bound({max(os.sched_getaffinity(0))}):
            url = running.enter_context(store(folder))
        missed = []
        if not options.only_throughput:
            missed = _compare_latency(url, folder, options.runs)
        _compare_throughput(url, folder)
    for line in missed:
        print("missed:", line)
    return 1 if missed else 0


def _fill(folder: Path) -> None:
    for source in {order.source for order in ORDERS}:
        path = picture(source, folder)
        if path != folder / source:
            (folder / source).write_bytes(path.read_bytes())


def _compare_latency(url: str, folder: Path, runs: int) -> list[str]:
    """Measure the servers on one core each; return the missed targets."""
    with ExitStack() as running:
        ports = {
            name: running.enter_context(_running(peer, url, folder, cores=1))
            for name, peer in PEERS.items()
        }
        connections = {
            name: running.enter_context(closing(_connected(port))) for name, port in ports.items()
        }
        print(f"One core each, {runs} alternated requests, milliseconds at the client")
        return [line for order in ORDERS for line in _measure(order, connections, url, runs)]


@contextmanager
def _running(peer: Peer, store: str, folder: Path, *, cores: int) -> Iterator[int]:
    """Run a server on some cores; yield its port."""
    command, port = peer.start(store, folder, cores)
    given = environment(UV_THREADPOOL_SIZE=str(cores), AWS_ENDPOINT_URL_S3=store)
    with bound(set(sorted(os.sched_getaffinity(0))[:cores])):
        process = ChildProcess(command, environment=given, folder=ROOT)
    try:
        port = port or int(process.read_line() or 0)
        if not port:
            raise StartError(NOT_SET_UP)
        yield port
    finally:
        process.stop()


def _connected(port: int) -> HTTPConnection:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    retried(connection.connect, OSError, seconds=START_SECONDS, failure=NOT_SET_UP)
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


def _compare_throughput(url: str, folder: Path) -> None:
    """Print the requests a second of the servers on all cores, with several clients."""
    cores = len(os.sched_getaffinity(0))
    clients = CLIENTS_PER_CORE * cores
    print(
        f"\n{cores} cores, {clients} clients, {ROUNDS} alternated rounds of {ROUND_SECONDS:.0f} s:"
    )
    print("requests a second, and ratios to them")
    with ExitStack() as running, ThreadPoolExecutor(clients) as threads:
        ports = {
            name: running.enter_context(_running(PEERS[name], url, folder, cores=cores))
            for name in THROUGHPUT
        }
        for order in (order for order in ORDERS if order.counted):
            rates: dict[str, list[float]] = {name: [] for name in ports}
            for _ in range(ROUNDS):
                for name, port in ports.items():
                    ask = partial(_count, PEERS[name].target(order, url))
                    rates[name].append(sum(threads.map(ask, [port] * clients)) / ROUND_SECONDS)
            medians = {name: statistics.median(of) for name, of in rates.items()}
            print(f"\n{order.title}")
            for name, median in medians.items():
                print(f"  {name:26}{median:9.1f}{medians[THROUGHPUT[0]] / median:8.2f}")


def _count(target: str, port: int) -> int:
    """Send requests one after the other for the time of a round; return their number.

    On a connection of its own: servers close one that is idle for some rounds.
    """
    with closing(_connected(port)) as connection:
        end, number = monotonic() + ROUND_SECONDS, 0
        while monotonic() < end:
            timed_get(connection, target)
            number += 1
    return number


if __name__ == "__main__":
    try:
        sys.exit(main())
    except StartError as error:
        sys.exit(str(error))
