"""Bodies are received within limits, and their digests are computed on the way."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from fastcrc import crc64

from darkroom.errors import Code, OssError
from darkroom.ports.bodies import SpooledBody
from darkroom.server.receiving import SMALL_BYTES, WRITE_BYTES, ClientGone, IncomingBody

CONTENT = bytes(range(256)) * 9000


async def directly[**P, T](function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function without a thread."""
    return function(*args, **kwargs)


def incoming(
    *chunks: bytes | None,
    headers: Mapping[str, str] | None = None,
    method: str = "PUT",
    asked: list[int] | None = None,
) -> IncomingBody:
    """Return a body that arrives in chunks; None ends the connection, no chunk at all hangs."""
    waiting = list(chunks)

    async def receive() -> Mapping[str, Any]:
        if asked is not None:
            asked.append(len(waiting))
        if not waiting:
            await asyncio.sleep(60)
        chunk = waiting.pop(0)
        if chunk is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": chunk, "more_body": bool(waiting)}

    return IncomingBody(receive=receive, method=method, headers=headers or {}, idle_timeout=0.05)


def code_of(attempt: Awaitable[object]) -> Code:
    """Return the code of the error that is raised."""

    async def run() -> object:
        return await attempt

    with pytest.raises(OssError) as caught:
        asyncio.run(run())
    return caught.value.code


def test_a_spooled_body_has_the_digests_of_its_bytes(tmp_path: Path) -> None:
    """However it is cut; the SHA-256 only where the request states one."""
    cuts = (0, 1, 70_000, WRITE_BYTES, WRITE_BYTES + 70_001, len(CONTENT))
    chunks = [CONTENT[first:last] for first, last in pairwise(cuts)]
    signed = {"x-oss-content-sha256": hashlib.sha256(CONTENT).hexdigest()}
    for headers in ({}, signed):
        body = incoming(*chunks, headers=headers)
        spooled = asyncio.run(body.spool(len(CONTENT), tmp_path, directly))
        assert isinstance(spooled, SpooledBody)
        assert spooled.from_start().read() == CONTENT
        assert (spooled.size, len(spooled)) == (len(CONTENT), len(CONTENT))
        assert spooled.md5 == hashlib.md5(CONTENT, usedforsecurity=False).digest()
        assert spooled.crc64 == crc64.xz(CONTENT)
        assert spooled.sha256 == headers.get("x-oss-content-sha256", "")
        spooled.close()
    assert list(tmp_path.iterdir()) == []


def test_a_body_over_the_limit_is_refused_before_it_is_received(tmp_path: Path) -> None:
    """By its length, otherwise as soon as it is too long; nothing stays in the folder."""
    asked: list[int] = []
    stated = incoming(CONTENT, headers={"content-length": str(len(CONTENT))}, asked=asked)
    assert code_of(stated.spool(len(CONTENT) - 1, tmp_path, directly)) is Code.ENTITY_TOO_LARGE
    assert asked == []
    chunked = incoming(b"a" * 10, b"b", b"c", headers={"transfer-encoding": "chunked"}, asked=asked)
    assert code_of(chunked.spool(10, tmp_path, directly)) is Code.ENTITY_TOO_LARGE
    assert asked == [3, 2]
    small = incoming(b"a" * 10, b"b", b"c", headers={"transfer-encoding": "chunked"})
    assert code_of(small.read(11)) is Code.ENTITY_TOO_LARGE
    assert list(tmp_path.iterdir()) == []


def test_a_client_that_stops_or_goes_away_leaves_nothing(tmp_path: Path) -> None:
    """A pause is an error that can be answered, an end is not."""
    paused = incoming(headers={"transfer-encoding": "chunked"})
    assert code_of(paused.spool(10, tmp_path, directly)) is Code.REQUEST_TIMEOUT
    gone = incoming(b"a", None, headers={"content-length": "5"})
    with pytest.raises(ClientGone):
        asyncio.run(gone.spool(10, tmp_path, directly))
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_refuses_the_body_for_now(tmp_path: Path) -> None:
    """The client may try again."""

    async def full[**P, T](function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        if function.__name__ == "write":
            raise OSError(28, "No space left on device")
        return function(*args, **kwargs)

    body = incoming(CONTENT, headers={"content-length": str(len(CONTENT))})
    assert code_of(body.spool(len(CONTENT), tmp_path, full)) is Code.SERVICE_UNAVAILABLE


@pytest.mark.parametrize(
    ("method", "headers", "follows"),
    [
        ("GET", {"content-length": "9999999"}, False),
        ("PUT", {"content-length": "0"}, False),
        ("PUT", {"content-length": str(SMALL_BYTES)}, False),
        ("PUT", {"content-length": str(SMALL_BYTES + 1)}, True),
        ("PUT", {"content-length": "5", "transfer-encoding": "chunked"}, True),
        ("PUT", {"content-length": "5", "expect": "100-Continue"}, True),
        ("PUT", {"content-length": "0", "expect": "100-continue"}, False),
        ("POST", {"content-length": "9999999", "content-type": "Multipart/form-data; b=1"}, False),
        ("POST", {"content-length": "9999999", "content-type": "text/xml"}, True),
    ],
)
def test_which_bodies_follow(method: str, headers: dict[str, str], *, follows: bool) -> None:
    """Large bodies and those that the client announces; forms contain their signature."""
    body = incoming(b"", method=method, headers=headers)
    assert body.follows is follows
    assert not (body.follows and body.precedes)


def test_a_large_body_that_no_route_takes_is_not_kept() -> None:
    """It neither precedes nor follows: what comes is thrown away."""
    body = incoming(b"", method="GET", headers={"content-length": "9999999"})
    assert (body.precedes, body.follows) == (False, False)
    small = incoming(b"", method="GET", headers={"content-length": "9"})
    assert (small.precedes, small.follows) == (True, False)
