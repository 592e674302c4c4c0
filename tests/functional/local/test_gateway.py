"""The local gateway over HTTP: methods, bodies, and the limits of the real gateways."""

import base64
import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from time import sleep
from typing import Any

import pytest

from local.gateway import MAX_EVENT_BYTES, MAX_RESULT_BYTES, Gateway
from local.sandbox import InProcess
from local.server import MAX_BODY_BYTES, Server, serving
from local.triggers import Event, FunctionError, Invoke, ThrottledError, Trigger


@dataclass
class Recorder:
    """A function that records its events and always returns the same result."""

    result: Any = field(default_factory=lambda: {"statusCode": 200, "body": "fine"})
    events: list[Event] = field(default_factory=list)

    def __call__(self, event: bytes, /) -> bytes:
        """Record an event and return the result."""
        self.events.append(json.loads(event))
        return json.dumps(self.result).encode()


@contextmanager
def gateway(invoke: Invoke, trigger: Trigger = Trigger.HTTP_API) -> Iterator[Server]:
    """Serve a function on a free port."""
    lines: list[str] = []
    with serving(Gateway(invoke=invoke, log=lines.append, trigger=trigger).answer) as server:
        yield server


def connect(server: Server) -> AbstractContextManager[http.client.HTTPConnection]:
    """Open a connection and close it at the end of the block."""
    return closing(http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=20))


def exchange(server: Server, *request: Any, **parts: Any) -> tuple[int, dict[str, str], bytes]:
    """Send one request on a new connection."""
    with connect(server) as connection:
        connection.request(*request, **parts)
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()


def raw(server: Server, *pieces: bytes) -> bytes:
    """Send raw bytes and read until the server closes the connection."""
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=20) as connection:
        for piece in pieces:
            connection.sendall(piece)
        received = b""
        while piece := connection.recv(65536):
            received += piece
        return received


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "PURGE"])
def test_methods(method: str) -> None:
    """Every method reaches the function."""
    function = Recorder()
    with gateway(function) as server:
        assert exchange(server, method, "/a")[0] == 200
    assert function.events[0]["requestContext"]["http"]["method"] == method


def test_target_as_sent() -> None:
    """The target is read as sent, with slashes at its beginning and without decoding."""
    function = Recorder()
    with gateway(function, Trigger.FUNCTION_URL) as server:
        exchange(server, "GET", "//demo/a%20b?x=%2F&y=|")
    assert function.events[0]["rawPath"] == "//demo/a%20b"
    assert function.events[0]["rawQueryString"] == "x=%2F&y=|"


def test_headers_as_sent() -> None:
    """Header values are read as UTF-8."""
    function = Recorder()
    request = "GET / HTTP/1.1\r\nHost: h\r\nX-Oss-Meta-A: 图\r\nConnection: close\r\n\r\n"
    with gateway(function) as server:
        raw(server, request.encode())
    assert function.events[0]["headers"]["x-oss-meta-a"] == "图"


def test_a_connection_is_reused() -> None:
    """One connection carries several requests with bodies."""
    function = Recorder()
    with gateway(function) as server, connect(server) as connection:
        for body in (b"one", b"", b"three"):
            connection.request("POST", "/", body=body)
            assert connection.getresponse().read() == b"fine"
        assert connection.sock is not None
    bodies = [base64.b64decode(event.get("body", "")) for event in function.events]
    assert bodies == [b"one", b"", b"three"]


def test_chunked_body() -> None:
    """Chunks are joined; their extensions and trailers are dropped."""
    function = Recorder()
    head = b"PUT /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    with gateway(function) as server:
        raw(server, head, b"3;x=y\r\nabc\r\n", b"A\r\n0123456789\r\n", b"0\r\nX-T: 1\r\n\r\n")
    assert base64.b64decode(function.events[0]["body"]) == b"abc0123456789"


def test_a_length_next_to_chunks_is_ignored() -> None:
    """The C SDK sends both; the connection is closed afterwards (RFC 9112 §6.3)."""
    function = Recorder()
    head = b"PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
    with gateway(function) as server:
        reply = raw(server, head, b"3\r\nabc\r\n0\r\n\r\n", b"GET /b HTTP/1.1\r\nHost: h\r\n\r\n")
    assert reply.startswith(b"HTTP/1.1 200")
    assert [base64.b64decode(event["body"]) for event in function.events] == [b"abc"]


def test_continue() -> None:
    """`Expect: 100-continue` is answered with a 100 before the body."""
    function = Recorder()
    head = b"PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
    with (
        gateway(function) as server,
        socket.create_connection(("127.0.0.1", server.server_port), timeout=20) as connection,
    ):
        connection.sendall(head)
        assert connection.recv(1000).startswith(b"HTTP/1.1 100")
        connection.sendall(b"abc")
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "request_head",
    [
        b"PUT / HTTP/1.1\r\nContent-Length: x\r\n",
        b"PUT / HTTP/1.1\r\nContent-Length: -1\r\n",
        b"PUT / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: gzip\r\n",
        b"PUT / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n",
        b"GET example HTTP/1.1\r\nConnection: close\r\n",
        b"GET / HTTX/1.1\r\n",
    ],
    ids=repr,
)
def test_bad_requests(request_head: bytes) -> None:
    """An ambiguous or malformed request is a 400, and the connection is closed."""
    function = Recorder()
    with gateway(function) as server:
        assert raw(server, request_head, b"\r\n").startswith(b"HTTP/1.1 400")
    assert not function.events


def test_head() -> None:
    """The reply to HEAD has the function's Content-Length and no body."""
    result = {"statusCode": 200, "headers": {"Content-Length": "812"}, "body": ""}
    with gateway(Recorder(result)) as server:
        status, headers, body = exchange(server, "HEAD", "/a")
    assert (status, headers["content-length"], body) == (200, "812", b"")


def test_length_is_the_gateways() -> None:
    """Content-Length is that of the body, whatever the function returns."""
    result = {"statusCode": 200, "headers": {"Content-Length": "812"}, "body": "图"}
    with gateway(Recorder(result)) as server:
        status, headers, body = exchange(server, "GET", "/a")
    assert (status, headers["content-length"], body) == (200, "3", "图".encode())


@pytest.mark.parametrize("status", [204, 304])
def test_no_body(status: int) -> None:
    """A 204 or 304 has no Content-Length."""
    with gateway(Recorder({"statusCode": status, "body": ""})) as server:
        answered, headers, body = exchange(server, "GET", "/a")
    assert (answered, body) == (status, b"")
    assert "content-length" not in headers


@pytest.mark.parametrize("chunked", [False, True])
def test_request_limit(chunked: bool) -> None:
    """A body over 10 MB is a 413, chunked or not."""
    function = Recorder()
    body = bytes(MAX_BODY_BYTES + 1)
    with gateway(function) as server:
        sent = iter([body]) if chunked else body
        status, headers, answer = exchange(server, "PUT", "/a", body=sent, encode_chunked=chunked)
    assert status == 413
    assert json.loads(answer) == {"message": "Request Entity Too Large"}
    assert headers["connection"] == "close"
    assert not function.events


def test_event_limit() -> None:
    """A body within 10 MB whose event exceeds 6 MB is a 413 too."""
    function = Recorder()
    with gateway(function) as server:
        assert exchange(server, "PUT", "/a", body=bytes(MAX_EVENT_BYTES * 3 // 4 + 1))[0] == 413
        assert not function.events
        assert exchange(server, "PUT", "/a", body=bytes(MAX_EVENT_BYTES * 3 // 4 - 3000))[0] == 200


def test_result_limit() -> None:
    """A result whose JSON exceeds the limit by a byte is a 500."""
    room = MAX_RESULT_BYTES - len(json.dumps({"statusCode": 200, "body": ""}))
    for size, status in ((room, 200), (room + 1, 500)):
        with gateway(Recorder({"statusCode": 200, "body": "a" * size})) as server:
            assert exchange(server, "GET", "/a")[0] == status


@pytest.mark.parametrize(
    ("trigger", "error", "status", "text"),
    [
        (Trigger.HTTP_API, FunctionError("x"), 500, "Internal Server Error"),
        (Trigger.FUNCTION_URL, FunctionError("x"), 502, "Internal Server Error"),
        (Trigger.HTTP_API, ThrottledError(), 503, "Service Unavailable"),
        (Trigger.FUNCTION_URL, ThrottledError(), 429, "Rate Exceeded."),
    ],
)
def test_failures(trigger: Trigger, error: Exception, status: int, text: str) -> None:
    """When the function fails, the gateway replies with an error that omits the cause."""

    def fail(_: bytes, /) -> bytes:
        raise error

    with gateway(fail, trigger) as server:
        answered, headers, body = exchange(server, "GET", "/a")
    assert (answered, headers["content-type"]) == (status, "application/json")
    assert json.loads(body) == {"message": text}


@pytest.mark.parametrize(
    ("trigger", "status"), [(Trigger.HTTP_API, 503), (Trigger.FUNCTION_URL, 200)]
)
def test_a_trigger_has_its_own_timeout(trigger: Trigger, status: int) -> None:
    """An HTTP API has a timeout of its own; a function URL waits for the function."""
    ended = threading.Event()

    def slow(_: bytes, /) -> bytes:
        sleep(0.3)
        ended.set()
        return b'{"statusCode": 200}'

    gateway = Gateway(invoke=slow, log=lambda _: None, trigger=trigger, seconds=0.1)
    with serving(gateway.answer) as server:
        assert exchange(server, "GET", "/a")[0] == status
    assert ended.wait(5), "the gateway's timeout does not end the function"


def test_in_process_failure(capfd: pytest.CaptureFixture[str]) -> None:
    """An exception of the handler is a 500, and its traceback is printed."""

    def handler(_: Event, __: object) -> Any:
        raise LookupError("no such thing")

    with gateway(InProcess(handler=handler)) as server:
        assert exchange(server, "GET", "/a")[0] == 500
    assert "LookupError: no such thing" in capfd.readouterr().err


def test_in_process_time() -> None:
    """A handler can read its remaining time; after its timeout it is abandoned."""
    release = threading.Event()
    remaining: list[int] = []

    def handler(_: Event, context: Any) -> Any:
        remaining.append(context.get_remaining_time_in_millis())
        release.wait(20)

    with gateway(InProcess(handler=handler, seconds=0.2)) as server:
        assert exchange(server, "GET", "/a")[0] == 500
        assert exchange(server, "GET", "/a")[0] == 503
    release.set()
    assert 0 < remaining[0] <= 200


def test_in_process_one_at_a_time() -> None:
    """A sandbox handles one request at a time; the next one waits."""
    running: list[int] = [0, 0]

    def handler(_: Event, __: object) -> Any:
        running[0] += 1
        running[1] = max(running)
        threading.Event().wait(0.02)
        running[0] -= 1
        return {"statusCode": 200}

    with gateway(InProcess(handler=handler)) as server:
        threads = [threading.Thread(target=exchange, args=(server, "GET", "/a")) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert running == [0, 1]
