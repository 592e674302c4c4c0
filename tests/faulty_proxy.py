"""An HTTP proxy on loopback that injects faults between a client and a store."""

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
    """A response of the upstream."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


type Fault = Callable[["ProxiedRequest"], None]
"""Handles one request in place of passing it on."""


@dataclass(kw_only=True)
class FaultyProxy:
    """Passes requests on; each fault of the list handles one request instead, in order."""

    upstream: str
    faults: list[Fault] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    """Methods and targets in the order of arrival."""
    address: str = ""
    connections: list[socket] = field(default_factory=list)
    """All accepted connections, open or closed."""

    def cut(self) -> int:
        """Shut down every open connection and return their number."""
        broken = 0
        while self.connections:
            # A closed socket has no file descriptor.
            if (connection := self.connections.pop()).fileno() >= 0:
                connection.shutdown(SHUT_RDWR)
                broken += 1
        return broken

    @contextmanager
    def open(self) -> Iterator["FaultyProxy"]:
        """Serve on a free port until the block ends."""
        server = ThreadingHTTPServer(
            ("127.0.0.1", 0), type("Bound", (ProxiedRequest,), {"proxy": self})
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
    """One connection to the proxy."""

    protocol_version = "HTTP/1.1"
    proxy: FaultyProxy

    def setup(self) -> None:
        """Record the connection for `cut`."""
        super().setup()
        self.proxy.connections.append(self.connection)

    def _pass(self) -> None:
        self.proxy.requests.append(f"{self.command} {self.path}")
        if self.proxy.faults:
            self.proxy.faults.pop(0)(self)
        else:
            passes(self)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _pass  # noqa: N815 - names of http.server

    def fetch(self) -> Answer:
        """Send the request to the upstream and return its response."""
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        connection = HTTPConnection(urlsplit(self.proxy.upstream).netloc)
        connection.request(self.command, self.path, body, dict(self.headers))
        response = connection.getresponse()
        answer = Answer(status=response.status, headers=response.getheaders(), body=response.read())
        connection.close()
        return answer

    def deliver(self, answer: Answer, *, after: int | None = None) -> None:
        """Send a response, or only the first bytes of its body."""
        self.send_response(answer.status)
        for name, value in answer.headers:
            if name.lower() not in HOP_BY_HOP or self.command == "HEAD":
                self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        with suppress(ConnectionError):  # the client may have closed the connection
            self.wfile.write(answer.body[:after])

    def log_message(self, *_: object) -> None:
        """Log nothing."""


def passes(request: ProxiedRequest) -> None:
    """Pass the request on without a fault, where a later request has one."""
    request.deliver(request.fetch())


def refuses(status: int, code: str) -> Fault:
    """Return a fault that answers with an S3 error."""

    def fault(request: ProxiedRequest) -> None:
        body = f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode()
        request.close_connection = True
        request.deliver(Answer(status=status, headers=[], body=body))

    return fault


def breaks(*, after: int, meanwhile: Callable[[], object] = lambda: None) -> Fault:
    """Return a fault that sends some bytes of the body, calls `meanwhile`, and hangs up."""

    def fault(request: ProxiedRequest) -> None:
        request.deliver(request.fetch(), after=after)
        meanwhile()
        request.close_connection = True

    return fault


def hangs_up(request: ProxiedRequest) -> None:
    """Close the connection without a response."""
    request.close_connection = True


def goes_silent(*, after: int, seconds: float) -> Fault:
    """Return a fault that sends some bytes of the body and then nothing for a while."""

    def fault(request: ProxiedRequest) -> None:
        request.deliver(request.fetch(), after=after)
        request.wfile.flush()
        time.sleep(seconds)
        request.close_connection = True

    return fault


def never_answers(seconds: float) -> Fault:
    """Return a fault that reads the request and sends nothing for a while."""

    def fault(request: ProxiedRequest) -> None:
        time.sleep(seconds)
        request.close_connection = True

    return fault
