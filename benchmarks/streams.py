"""Memory while large objects stream: `python -m benchmarks.streams [--clients N] [--size MB]`.

Clients store an object each, all at once, and read it while others still store. SeaweedFS is the
store. Prints the memory of the server's processes before and at the most.
"""

import argparse
import http.client
import os
import secrets
import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

from benchmarks.environment import ROOT
from benchmarks.processes import descendants, megabytes
from darkroom.auth import AccessKey, SignedRequest
from local import standalone
from tools import oss_client

MEGABYTE = 1_000_000
BLOCK = secrets.token_bytes(MEGABYTE)
MAX_MORE_MEGABYTES = 200
"""Goal: what the server's processes may take more than before."""
SAMPLE_SECONDS = 0.05


def main() -> int:
    """Move the objects; return 1 if the memory exceeds the goal."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.streams", description=__doc__)
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--size", type=int, default=200, help="megabytes of an object")
    parser.add_argument("--workers", type=int, default=2, help="worker processes")
    options = parser.parse_args()
    os.environ["PYTHONPATH"] = str(ROOT / "layers/darkroom")
    with (
        tempfile.TemporaryDirectory(prefix="darkroom-streams-") as folder,
        standalone.running(folder=Path(folder), workers=options.workers) as server,
        sampled(server.process) as memory,
        ThreadPoolExecutor(options.clients) as clients,
    ):
        began = monotonic()
        moves = [clients.submit(_move, server, n, options.size) for n in range(options.clients)]
        for move in moves:
            move.result()
        seconds = monotonic() - began
        after = memory.now()
    moved = 2 * options.clients * options.size
    print(f"{options.clients} clients stored and read {options.size} MB each in {seconds:.0f} s,")
    print(f"{moved / seconds:.0f} MB/s. Megabytes of the server's processes:")
    print(f"  {memory.before} before, {memory.most} at the most, {after} after")
    return int(memory.most - memory.before > MAX_MORE_MEGABYTES)


@dataclass(slots=True, kw_only=True)
class Memory:
    """Megabytes of a process and its descendants: before, and at the most so far."""

    process: int
    before: int = 0
    most: int = 0

    def now(self) -> int:
        """Return the megabytes of all."""
        return sum(map(megabytes, descendants(self.process)))


@contextmanager
def sampled(process: int) -> Iterator[Memory]:
    """Measure the memory again and again until the block ends."""
    memory = Memory(process=process)
    memory.before = memory.most = memory.now()
    ended = threading.Event()

    def sample() -> None:
        while not ended.wait(SAMPLE_SECONDS):
            memory.most = max(memory.most, memory.now())

    sampling = threading.Thread(target=sample)
    sampling.start()
    try:
        yield memory
    finally:
        ended.set()
        sampling.join()


def _move(server: standalone.LocalServer, number: int, size: int) -> None:
    """Store an object and read it."""
    key, address = f"{number}.bin", urlsplit(server.url)
    access = AccessKey(id=server.access_key_id, secret=server.access_key_secret)
    with closing(http.client.HTTPConnection(address.netloc, timeout=600)) as connection:
        for method in ("PUT", "GET"):
            request = SignedRequest(method=method, bucket=server.private_bucket, key=key)
            signed = oss_client.v4_header(request, access, now=datetime.now(UTC), region="any")
            length = size * MEGABYTE if method == "PUT" else 0
            headers = {**signed.headers, "content-length": str(length)}
            connection.request(method, signed.target(), _blocks(length), headers)
            reply = connection.getresponse()
            received = 0
            while block := reply.read(MEGABYTE):
                received += len(block)
            if reply.status != http.client.OK or received != size * MEGABYTE - length:
                raise RuntimeError(f"{method} {key}: {reply.status}, {received} bytes")


def _blocks(length: int) -> Iterator[bytes]:
    return (BLOCK for _ in range(length // MEGABYTE))


if __name__ == "__main__":
    sys.exit(main())
