"""The server's processes on real sockets: slow clients, killed workers, stop signals."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest

from tests.functional.server.test_bodies import LARGE, signed

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

ROOT = Path(__file__).parents[3]
IDLE_SECONDS = 2


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running server."""

    process: subprocess.Popen[str]
    port: int

    @property
    def url(self) -> str:
        """The URL of the public bucket."""
        return f"http://127.0.0.1:{self.port}/demo"

    def workers(self) -> set[int]:
        """Return the process ids of the workers that answer requests."""
        found = set()
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                command = (folder / "cmdline").read_text()
            except OSError:
                continue
            if parent == self.process.pid and "spawn_main" in command:
                found.add(int(folder.name))
        return found

    def connect(self) -> socket.socket:
        """Open a connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)


@contextmanager
def serving(variables: Mapping[str, str], *arguments: str, **changes: str) -> Iterator[Server]:
    """Run `darkroom serve` until the block ends."""
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT / "layers/darkroom"),
        "DARKROOM_IDLE_TIMEOUT": str(IDLE_SECONDS),
        "DARKROOM_WORKERS": "2",
        **variables,
        **changes,
    }
    command = [sys.executable, "-m", "darkroom", "serve", "--port", "0", *arguments]
    process = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        ready = re.fullmatch(r"ready: http://127\.0\.0\.1:(\d+)\n", process.stdout.readline())
        assert ready
        yield Server(process=process, port=int(ready[1]))
    finally:
        process.terminate()
        process.communicate(timeout=40)


@pytest.fixture(scope="module")
def server(variables: Mapping[str, str], s3: "S3Client") -> Iterator[Server]:
    """Run a server that the tests share."""
    s3.put_object(Bucket="demo", Key="processes/large", Body=LARGE)
    with serving(variables) as running:
        yield running


def head_of(key: str, body: bytes, **headers: str) -> bytes:
    """Return request line and headers of a signed PUT."""
    request = signed(key, body, **headers)
    lines = [f"PUT {request.target()} HTTP/1.1", "host: api"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def status_in(connection: socket.socket) -> str:
    """Read a response and return its status line."""
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(65_536)
        assert chunk, "the server closed the connection"
        received += chunk
    return received.partition(b"\r\n")[0].decode()


def seconds_until_closed(connection: socket.socket) -> float:
    """Wait until the server closes the connection."""
    started = monotonic()
    try:
        while connection.recv(65_536):
            pass
    except ConnectionResetError:
        pass
    return monotonic() - started


def test_an_announced_body_is_asked_for(server: Server, s3: "S3Client") -> None:
    """`100 Continue` comes after the right was checked, and not at all for a refusal."""
    with closing(server.connect()) as connection:
        connection.sendall(head_of("processes/a", LARGE, expect="100-continue"))
        assert status_in(connection) == "HTTP/1.1 100 Continue"
        connection.sendall(LARGE)
        assert status_in(connection) == "HTTP/1.1 200 OK"
    assert s3.head_object(Bucket="closed", Key="processes/a")["ContentLength"] == len(LARGE)
    with closing(server.connect()) as connection:
        connection.sendall(head_of("processes/b", LARGE, by="reader", expect="100-continue"))
        assert status_in(connection) == "HTTP/1.1 403 Forbidden"
        assert seconds_until_closed(connection) < IDLE_SECONDS


def test_chunks_with_a_length_are_stored(server: Server, s3: "S3Client") -> None:
    """As the C SDK sends a body: libcurl chunks it, and the SDK states its length."""
    with closing(server.connect()) as connection:
        head = head_of("processes/chunks", LARGE, transfer_encoding="chunked")
        connection.sendall(head + f"{len(LARGE):x}\r\n".encode() + LARGE + b"\r\n0\r\n\r\n")
        assert status_in(connection) == "HTTP/1.1 200 OK"
        assert seconds_until_closed(connection) < IDLE_SECONDS
    assert s3.head_object(Bucket="closed", Key="processes/chunks")["ContentLength"] == len(LARGE)


def test_a_client_that_does_not_finish_its_headers_is_cut_off(server: Server) -> None:
    """After the time without progress."""
    with closing(server.connect()) as connection:
        connection.sendall(b"GET /demo/processes/large HTTP/1.1\r\nhost: a")
        assert IDLE_SECONDS - 0.5 < seconds_until_closed(connection) < IDLE_SECONDS + 8


def test_clients_that_do_not_read_hold_no_worker_and_are_cut_off(server: Server) -> None:
    """Others are answered meanwhile."""
    request = b"GET /demo/processes/large HTTP/1.1\r\nhost: a\r\n\r\n"
    stuck = [server.connect() for _ in range(40)]
    try:
        for connection in stuck:
            connection.sendall(request)
        with urlopen(f"{server.url}/processes/large", timeout=10) as response:
            assert response.read() == LARGE
        sleep(IDLE_SECONDS + 3)
        sizes = []
        for connection in stuck:
            size = 0
            try:
                while chunk := connection.recv(1 << 20):
                    size += len(chunk)
            except ConnectionResetError:
                pass
            sizes.append(size)
        assert max(sizes) < len(LARGE)
    finally:
        for connection in stuck:
            connection.close()


def test_a_killed_worker_is_replaced(server: Server, s3: "S3Client") -> None:
    """Its requests end; nothing of a body that it was receiving is stored."""
    before = server.workers()
    assert len(before) == 2
    with closing(server.connect()) as connection:
        connection.sendall(head_of("processes/killed", LARGE) + LARGE[:1_000_000])
        sleep(0.3)
        for worker in before:
            os.kill(worker, signal.SIGKILL)
        assert seconds_until_closed(connection) < 5
    end = monotonic() + 60
    while len(after := server.workers()) < 2 or after & before:
        assert monotonic() < end
        sleep(0.1)
    with urlopen(f"{server.url}/processes/large", timeout=60) as response:
        assert response.read() == LARGE
    stored = s3.list_objects_v2(Bucket="closed", Prefix="processes/killed")
    assert "Contents" not in stored


def test_a_stop_signal_lets_requests_end(variables: Mapping[str, str], s3: "S3Client") -> None:
    """A body that is arriving is received and stored; then the process ends."""
    with serving(variables, DARKROOM_IDLE_TIMEOUT="20") as server:
        with closing(server.connect()) as connection:
            connection.sendall(head_of("processes/stopped", LARGE) + LARGE[:1_000_000])
            sleep(0.5)
            server.process.terminate()
            sleep(1)
            connection.sendall(LARGE[1_000_000:])
            assert status_in(connection) == "HTTP/1.1 200 OK"
        assert server.process.wait(timeout=30) == 0
    found = s3.head_object(Bucket="closed", Key="processes/stopped")
    assert found["ContentLength"] == len(LARGE)


@pytest.mark.parametrize(
    ("arguments", "changes", "complaint"),
    [
        (("--port", "{port}"), {}, "127.0.0.1:{port} cannot be used: Address already in use"),
        ((), {"DARKROOM_WORKERS": "none"}, "DARKROOM_WORKERS must be a whole number, 1 or more"),
        ((), {"DARKROOM_BUCKETS": "[]"}, "DARKROOM_BUCKETS must be an object"),
    ],
    ids=["port", "option", "setting"],
)
def test_a_wrong_start_is_one_line(
    server: Server,
    variables: Mapping[str, str],
    arguments: tuple[str, ...],
    changes: dict[str, str],
    complaint: str,
) -> None:
    """The status is that of wrong input."""
    given = [text.format(port=server.port) for text in arguments]
    finished = subprocess.run(
        [sys.executable, "-m", "darkroom", "serve", *given],
        env={**variables, "PYTHONPATH": str(ROOT / "layers/darkroom"), **changes},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert finished.returncode == 2
    assert finished.stderr.startswith(complaint.format(port=server.port))
    assert finished.stderr.count("\n") == 1
