"""A wire to a store that can fail: a real server on loopback in front of another one."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR, socket
from threading import Thread
from urllib.parse import urlsplit

HOP_BY_HOP = {"connection", "transfer-encoding", "content-length", "date", "server"}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the store behind the wire said."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


type Fault = Callable[["ProxiedRequest"], None]
"""What happens to one request instead of being passed on."""


@dataclass(kw_only=True)
class FaultyProxy:
    """Passes requests on, but for the faults that are laid in: the first to the next one."""

    upstream: str
    faults: list[Fault] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    """Methods and targets in the order they came in."""
    address: str = ""
    connections: list[socket] = field(default_factory=list)
    """Those that are open, or were."""

    def cut(self) -> int:
        """Break every connection that is open, and tell how many there were."""
        broken = 0
        while self.connections:
            # A closed one has no number any more.
            if (connection := self.connections.pop()).fileno() >= 0:
                connection.shutdown(SHUT_RDWR)
                broken += 1
        return broken

    @contextmanager
    def open(self) -> Iterator["FaultyProxy"]:
        """Serve on a free port until left."""
        server = ThreadingHTTPServer(
            ("127.0.0.1", 0), type("Bound", (ProxiedRequest,), {"wire": self})
        )
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        self.address = f"http://127.0.0.1:{server.server_port}"
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


class ProxiedRequest(BaseHTTPRequestHandler):
    """One connection to the wire."""

    protocol_version = "HTTP/1.1"
    wire: FaultyProxy

    def setup(self) -> None:
        """Note the connection, which may be cut."""
        super().setup()
        self.wire.connections.append(self.connection)

    def _pass(self) -> None:
        self.wire.requests.append(f"{self.command} {self.path}")
        if self.wire.faults:
            self.wire.faults.pop(0)(self)
        else:
            passes(self)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _pass  # noqa: N815 - their names

    def fetch(self) -> Answer:
        """Ask the store behind the wire."""
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        connection = HTTPConnection(urlsplit(self.wire.upstream).netloc)
        connection.request(self.command, self.path, body, dict(self.headers))
        response = connection.getresponse()
        answer = Answer(status=response.status, headers=response.getheaders(), body=response.read())
        connection.close()
        return answer

    def deliver(self, answer: Answer, *, after: int | None = None) -> None:
        """Pass an answer on, or only so many bytes of its body."""
        self.send_response(answer.status)
        for name, value in answer.headers:
            if name.lower() not in HOP_BY_HOP or self.command == "HEAD":
                self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        with suppress(ConnectionError):  # a client may have heard enough
            self.wfile.write(answer.body[:after])

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def passes(passage: ProxiedRequest) -> None:
    """Do no harm to a request that comes before one that is harmed."""
    passage.deliver(passage.fetch())


def refuses(status: int, code: str) -> Fault:
    """Answer an error of S3's own."""

    def fault(passage: ProxiedRequest) -> None:
        body = f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode()
        passage.close_connection = True
        passage.deliver(Answer(status=status, headers=[], body=body))

    return fault


def breaks(*, after: int, meanwhile: Callable[[], object] = lambda: None) -> Fault:
    """Send so many bytes of the body, let something happen, and hang up."""

    def fault(passage: ProxiedRequest) -> None:
        passage.deliver(passage.fetch(), after=after)
        meanwhile()
        passage.close_connection = True

    return fault


def hangs_up(passage: ProxiedRequest) -> None:
    """Close the connection without a word."""
    passage.close_connection = True


def goes_silent(*, after: int, seconds: float) -> Fault:
    """Send so many bytes of the body and then nothing for a while."""

    def fault(passage: ProxiedRequest) -> None:
        passage.deliver(passage.fetch(), after=after)
        passage.wfile.flush()
        time.sleep(seconds)
        passage.close_connection = True

    return fault


def never_answers(seconds: float) -> Fault:
    """Take the request and keep the caller waiting."""

    def fault(passage: ProxiedRequest) -> None:
        time.sleep(seconds)
        passage.close_connection = True

    return fault
