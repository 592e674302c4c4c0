"""An HTTP/1.1 server on 127.0.0.1 that passes requests on as they were sent.

It uses the standard library's server, which unlike a WSGI server has the request target and the
header fields as sent, and keeps connections open (docs/decisions/070-local-gateway.md).
"""

import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.errors import (
    CloseBoundaryNotFoundDefect,
    MultipartInvariantViolationDefect,
    StartBoundaryNotFoundDefect,
)
from email.message import Message
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

from local.events import HttpRequest
from local.replies import HttpReply, message
from local.triggers import Fields

MAX_BODY_BYTES = 10 * 1024 * 1024
"""Largest body that a trigger accepts."""

MAX_DRAINED_BYTES = 64 * 1024 * 1024
"""Bytes of a refused body that are still read, so that the client receives the response."""

MAX_TRAILERS = 100
"""Trailer fields after a chunked body."""

_CHUNK = 1 << 16
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""A header's name (RFC 9110 §5.6.2)."""
_BODILESS = frozenset((204, 304))
_SERVER_HEADERS = frozenset(("connection", "content-length", "transfer-encoding"))

type Answer = Callable[[HttpRequest], HttpReply]


class RefusedError(Exception):
    """The request cannot be read; the connection is closed after the response."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.reply = message(status, text)


class Server(ThreadingHTTPServer):
    """Listens on 127.0.0.1 and handles each connection in a thread of its own."""

    request_queue_size = 128

    def __init__(self, port: int, answer: Answer) -> None:
        super().__init__(("127.0.0.1", port), _RequestHandler)
        self.answer = answer

    def handle_error(self, request: object, client_address: object) -> None:
        """Log errors, except for a client that closes the connection."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]

    @property
    def url(self) -> str:
        """The server's URL, without a trailing slash."""
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def serving(answer: Answer, port: int = 0) -> Iterator[Server]:
    """Serve in the background until the block ends; port 0 chooses a free port."""
    with Server(port, answer) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class _RequestHandler(BaseHTTPRequestHandler):
    """Handles the requests of one connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = _CHUNK
    timeout = 75
    error_content_type = "application/json"
    error_message_format = '{"message": "Bad Request"}'
    default_request_version = "HTTP/1.0"  # of the response to an invalid request line

    def parse_request(self) -> bool:
        """Parse request line and headers; accept any method."""
        if not super().parse_request():
            return False
        if not _are_sound(self.headers):
            self.close_connection = True
            self.send_error(400)
            return False
        self.method, self.command = self.command, "ANY"
        return True

    def handle_expect_100(self) -> bool:
        """Send 100 Continue and flush the output buffer."""
        expected = super().handle_expect_100()
        self.wfile.flush()
        return expected

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Log nothing: the gateway logs requests."""

    def do_ANY(self) -> None:
        """Handle one request."""
        try:
            reply = cast("Server", self.server).answer(self._request())
        except RefusedError as refused:
            self.close_connection = True
            reply = refused.reply
        self._write(reply)

    def _request(self) -> HttpRequest:
        return HttpRequest(
            method=self.method,
            # Not self.path, which has its leading slashes reduced to one.
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
        size, accepted = 0, []
        for chunk in self._chunks():
            size += len(chunk)
            if size <= MAX_BODY_BYTES:
                accepted.append(chunk)
            elif size > MAX_DRAINED_BYTES:
                break
        if size > MAX_BODY_BYTES:
            raise RefusedError(413, "Request Entity Too Large")
        return b"".join(accepted)

    def _chunks(self) -> Iterator[bytes]:
        lengths = self.headers.get_all("content-length", [])
        codings = self.headers.get_all("transfer-encoding", [])
        if codings:
            if [coding.lower() for coding in codings] != ["chunked"]:
                raise RefusedError(400, "Bad Request")
            # The C SDK sends a length as well, which the coding overrides (RFC 9112 §6.3).
            self.close_connection = self.close_connection or bool(lengths)
            yield from self._chunked()
        elif lengths:
            if len(set(lengths)) > 1:
                raise RefusedError(400, "Bad Request")
            yield from self._sized(_number(lengths[0], r"[0-9]{1,19}", 10))

    def _chunked(self) -> Iterator[bytes]:
        while size := _number(self._line().partition(";")[0], r"[0-9A-Fa-f]{1,16}", 16):
            yield from self._sized(size)
            if self._line():
                raise RefusedError(400, "Bad Request")
        for _ in range(MAX_TRAILERS):
            if not self._line():
                return
        raise RefusedError(400, "Bad Request")

    def _sized(self, size: int) -> Iterator[bytes]:
        if size > MAX_DRAINED_BYTES:
            # Refused at once: the client may never send so many.
            raise RefusedError(413, "Request Entity Too Large")
        while size:
            chunk = self.rfile.read(min(size, _CHUNK))
            if not chunk:
                raise RefusedError(400, "Bad Request")
            size -= len(chunk)
            yield chunk

    def _line(self) -> str:
        return self.rfile.readline(_CHUNK).decode("latin-1").strip()

    def _write(self, reply: HttpReply) -> None:
        names = {name.lower() for name, _ in reply.headers}
        self.send_response_only(reply.status)
        if "date" not in names:
            self.send_header("date", formatdate(usegmt=True))
        for name, value in reply.headers:
            if name.lower() not in _SERVER_HEADERS:
                self.send_header(name, value.encode().decode("latin-1"))
        if reply.status not in _BODILESS:
            self.send_header("content-length", self._length(reply))
        if self.close_connection:
            self.send_header("connection", "close")
        self.end_headers()
        if self.method != "HEAD" and reply.status not in _BODILESS:
            self.wfile.write(reply.body)

    def _length(self, reply: HttpReply) -> str:
        """Return the content length; for HEAD the one that the function states."""
        stated = {name.lower(): value for name, value in reply.headers}.get("content-length")
        return stated if self.method == "HEAD" and stated else str(len(reply.body))


_OF_BODIES = (
    StartBoundaryNotFoundDefect,
    CloseBoundaryNotFoundDefect,
    MultipartInvariantViolationDefect,
)
"""Defects of a body in parts, which is no part of the text that is parsed."""


def _are_sound(headers: Message) -> bool:
    """Return whether every line is one field: none is folded, and none ends the header early."""
    return (
        not [defect for defect in headers.defects if not isinstance(defect, _OF_BODIES)]
        and not headers.get_payload()
        and all(
            _TOKEN.fullmatch(name) and not {"\r", "\n", "\0"} & set(value)
            for name, value in headers.items()
        )
    )


def _number(text: str, digits: str, base: int) -> int:
    if not re.fullmatch(digits, text.strip()):
        raise RefusedError(400, "Bad Request")
    return int(text, base)
