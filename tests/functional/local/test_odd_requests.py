"""What the local gateway refuses, and what it does not print."""

import json
import socket

import pytest

from local.gateway import Gateway
from local.log_text import logged_target, printable
from local.poller import _object_names, batch_failures
from local.server import serving

HEAD = b"POST / HTTP/1.1\r\nHost: a\r\n"

REFUSED = {
    "two lengths": HEAD + b"Content-Length: 3\r\nContent-Length: 5\r\n\r\nabcde",
    "a list of lengths": HEAD + b"Content-Length: 3, 5\r\n\r\nabcde",
    "a signed length": HEAD + b"Content-Length: +3\r\n\r\nabc",
    "a long length": HEAD + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
    "a huge length": HEAD + b"Content-Length: 99999999999999\r\n\r\n",
    "two codings": HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n",
    "a folded header": HEAD + b"X-A: b\r\n c\r\n\r\n",
    "a header folded with a tab": HEAD + b"X-A: b\r\n\tContent-Length: 5\r\n\r\n",
    "a folded first header": b"POST / HTTP/1.1\r\n X-A: b\r\nHost: a\r\n\r\n",
    "a blank before the colon": HEAD + b"Content-Length : 3\r\n\r\nabc",
    "a line without a colon": HEAD + b"X-A\r\nContent-Length: 3\r\n\r\nabc",
    "a name with a blank": HEAD + b"X A: b\r\n\r\n",
    "a huge chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n",
    "a longer chunk size": HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1" * 17 + b"\r\n",
    "more than the chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n",
    "endless trailers": HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"a: b\r\n" * 200,
}


def answered(request: bytes) -> tuple[bytes, list[str], int]:
    """Return the status line, the log and the number of invocations."""
    lines: list[str] = []
    invocations: list[bytes] = []

    def invoke(event: bytes, /) -> bytes:
        invocations.append(event)
        return json.dumps({"statusCode": 200, "body": "fine"}).encode()

    with (
        serving(Gateway(invoke=invoke, log=lines.append).answer) as server,
        socket.create_connection(("127.0.0.1", server.server_port), timeout=10) as connection,
    ):
        connection.sendall(request)
        status = connection.recv(65536).partition(b"\r\n")[0]
    return status, lines, len(invocations)


@pytest.mark.parametrize("name", REFUSED)
def test_an_ambiguous_message_is_refused_at_once(name: str) -> None:
    """The function is not invoked, and no more bytes are waited for."""
    status, _, invocations = answered(REFUSED[name])
    assert status.split()[1] in (b"400", b"413")
    assert invocations == 0


def test_the_same_length_twice_is_one_length() -> None:
    """And a request without these faults is answered."""
    status, _, invocations = answered(HEAD + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc")
    assert (status.split()[1], invocations) == (b"200", 1)


def test_control_characters_do_not_reach_the_terminal() -> None:
    """In target and method; also those that turn the direction of text."""
    request = b"GE\x1bT /\x1b]0;x\x07\xe2\x80\xae HTTP/1.1\r\nHost: a\r\n\r\n"
    _, lines, _ = answered(request)
    assert lines
    assert all(line.isprintable() for line in lines)
    assert printable("a\x1b[31m\u202eb\n\x9b") == "a\\x1b[31m\\u202eb\\n\\x9b"


@pytest.mark.parametrize(
    "secret",
    [
        "Signature=SECRET",
        "signature=SECRET",
        "x-oss-signature=SECRET",
        "x%2Doss%2Dsignature=SECRET",
        "Signat%75re=SECRET",
        "security-token=SECRET",
        "x-oss-security-token=SECRET",
        "X-Amz-Signature=SECRET",
    ],
)
def test_signatures_do_not_reach_the_terminal(secret: str) -> None:
    """A line of the log cannot be used to repeat the request."""
    target = f"/demo/a.jpg?Expires=1&{secret}&x-oss-process=image/info"
    written = logged_target(target)
    assert "SECRET" not in written
    assert written.startswith("/demo/a.jpg?Expires=1&")
    assert written.endswith("&x-oss-process=image/info")


def test_a_deep_message_does_not_end_the_poller() -> None:
    """Neither as a job nor as the function's reply."""
    deep = "[" * 20_000 + "]" * 20_000
    assert _object_names(deep) == "a message"
    assert batch_failures(deep.encode(), {"a"}) == {"a"}
