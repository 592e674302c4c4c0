"""HTTP/1.1 on loopback: requests read as they were sent, replies written with their length.

On the standard library's server: unlike a WSGI server it shows the request target and the
header fields as sent and keeps connections open (docs/decisions/070-local-gateway.md).
"""

import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

from local.events import HttpRequest
from local.http_fronts import Fields
from local.replies import HttpReply, message

REQUEST_LIMIT = 10 * 1024 * 1024
"""Bytes of body that a front accepts."""

DRAINED = 64 * 1024 * 1024
"""Bytes of a refused body that are read all the same, so that the client hears why."""

_PIECE = 1 << 16
_BODILESS = frozenset((204, 304))
_OWN_HEADERS = frozenset(("connection", "content-length", "transfer-encoding"))

type Answer = Callable[[HttpRequest], HttpReply]


class RefusedError(Exception):
    """The request cannot be read to its end: answer, then close the connection."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.reply = message(status, text)


class Server(ThreadingHTTPServer):
    """Listens on loopback and answers each connection in a thread of its own."""

    request_queue_size = 128

    def __init__(self, port: int, answer: Answer) -> None:
        super().__init__(("127.0.0.1", port), _Exchange)
        self.answer = answer

    def handle_error(self, request: object, client_address: object) -> None:
        """Make no fuss about a client that hangs up."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]

    @property
    def url(self) -> str:
        """Where this server is to be found."""
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def serving(answer: Answer, port: int = 0) -> Iterator[Server]:
    """Serve in the background; port 0 is any free one."""
    with Server(port, answer) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class _Exchange(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = _PIECE
    timeout = 75
    error_content_type = "application/json"
    error_message_format = '{"message": "Bad Request"}'
    default_request_version = "HTTP/1.0"  # what a bad first line is answered in

    def parse_request(self) -> bool:
        """Read request line and headers; any method will do."""
        if not super().parse_request():
            return False
        self.method, self.command = self.command, "ANY"
        return True

    def handle_expect_100(self) -> bool:
        """Ask for the body now, past the buffer."""
        goes_on = super().handle_expect_100()
        self.wfile.flush()
        return goes_on

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Leave logging to the one who answers."""

    def do_ANY(self) -> None:
        """Answer one request."""
        try:
            reply = cast("Server", self.server).answer(self._request())
        except RefusedError as refused:
            self.close_connection = True
            reply = refused.reply
        self._write(reply)

    def _request(self) -> HttpRequest:
        return HttpRequest(
            method=self.method,
            # Not self.path, which has lost slashes at its beginning.
            target=self.requestline.split()[1],
            headers=self._fields(),
            body=self._body(),
            protocol=self.request_version,
            source_ip=self.client_address[0],
            port=cast("Server", self.server).server_port,
        )

    def _fields(self) -> Fields:
        return tuple(
            (name, value.encode("latin-1").decode(errors="replace"))
            for name, value in self.headers.items()
        )

    def _body(self) -> bytes:
        size, kept = 0, []
        for piece in self._pieces():
            size += len(piece)
            if size <= REQUEST_LIMIT:
                kept.append(piece)
            elif size > DRAINED:
                break
        if size > REQUEST_LIMIT:
            raise RefusedError(413, "Request Entity Too Large")
        return b"".join(kept)

    def _pieces(self) -> Iterator[bytes]:
        length = self.headers.get("content-length")
        if (coding := self.headers.get("transfer-encoding")) is not None:
            if length is not None or coding.lower() != "chunked":
                raise RefusedError(400, "Bad Request")
            yield from self._chunked()
        elif length is not None:
            yield from self._sized(_number(length, r"[0-9]+", 10))

    def _chunked(self) -> Iterator[bytes]:
        while size := _number(self._line().partition(";")[0], r"[0-9A-Fa-f]+", 16):
            yield from self._sized(size)
            self._line()
        while self._line():
            pass  # trailer fields

    def _sized(self, size: int) -> Iterator[bytes]:
        while size:
            piece = self.rfile.read(min(size, _PIECE))
            if not piece:
                raise RefusedError(400, "Bad Request")
            size -= len(piece)
            yield piece

    def _line(self) -> str:
        return self.rfile.readline(_PIECE).decode("latin-1").strip()

    def _write(self, reply: HttpReply) -> None:
        names = {name.lower() for name, _ in reply.headers}
        self.send_response_only(reply.status)
        if "date" not in names:
            self.send_header("date", formatdate(usegmt=True))
        for name, value in reply.headers:
            if name.lower() not in _OWN_HEADERS:
                self.send_header(name, value.encode().decode("latin-1"))
        if reply.status not in _BODILESS:
            self.send_header("content-length", self._length(reply))
        if self.close_connection:
            self.send_header("connection", "close")
        self.end_headers()
        if self.method != "HEAD" and reply.status not in _BODILESS:
            self.wfile.write(reply.body)

    def _length(self, reply: HttpReply) -> str:
        """Say the body's length; for HEAD the function knows that of the body it leaves out."""
        stated = {name.lower(): value for name, value in reply.headers}.get("content-length")
        return stated if self.method == "HEAD" and stated else str(len(reply.body))


def _number(text: str, digits: str, base: int) -> int:
    if not re.fullmatch(digits, text.strip()):
        raise RefusedError(400, "Bad Request")
    return int(text, base)
