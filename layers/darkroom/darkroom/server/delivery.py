"""Sending responses: bytes at once, stored objects block by block, at the client's speed."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from darkroom.errors import Code, Failure, OssError
from darkroom.server.receiving import InThread, Receive
from darkroom.web.http import ObjectBody, Response

type Send = Callable[[Mapping[str, Any]], Awaitable[None]]
"""ASGI's function that sends an event of a response."""

BLOCK_BYTES = 1 << 18
"""Bytes that are read from the store at once; each client holds two such blocks."""

CONNECTION_CLOSE = {"connection": "close"}

BODILESS = (204, 304)
"""Statuses of responses that have neither a body nor a length."""

_CLIENT_GONE = Failure(name="ClientGone", is_server_error=False)


class Body(Protocol):
    """The body of a response on its way to the client."""

    @property
    def size(self) -> int:
        """Number of its bytes."""

    async def send(self, receive: Receive, send: Send) -> "Sent":
        """Send all of it."""

    async def close(self) -> None:
        """Release what it is read from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """How much of a body was sent."""

    size: int = 0
    failure: Failure | None = None
    """Why the body broke off."""
    error: Exception | None = None
    """The exception by which the server closes the connection."""


@dataclass(frozen=True, slots=True)
class WholeBody:
    """A body in memory."""

    content: bytes

    @property
    def size(self) -> int:
        """Number of its bytes."""
        return len(self.content)

    async def send(self, receive: Receive, send: Send) -> Sent:
        """Send it at once."""
        del receive
        await send({"type": "http.response.body", "body": self.content})
        return Sent(size=self.size)

    async def close(self) -> None:
        """Do nothing: it is in memory."""


@dataclass(slots=True, kw_only=True)
class StoredBody:
    """A body that is read from the store while it is sent."""

    stored: ObjectBody
    in_thread: InThread
    first: bytes = b""
    blocks: Iterator[bytes] = field(init=False)

    def __post_init__(self) -> None:
        """Begin to read."""
        self.blocks = self.stored.object.blocks(BLOCK_BYTES)

    @property
    def size(self) -> int:
        """Number of its bytes."""
        return self.stored.size

    async def read_first(self) -> None:
        """Read a block before the status is sent: a failure is still an error."""
        self.first = await self.in_thread(_next_block, self.blocks)

    async def send(self, receive: Receive, send: Send) -> Sent:
        """Read the next block while one is sent; stop when the client closes the connection."""
        gone = asyncio.create_task(_until_closed(receive))
        block, size = self.first, 0
        try:
            while block and not gone.done():
                following = asyncio.ensure_future(self.in_thread(_next_block, self.blocks))
                await send({"type": "http.response.body", "body": block, "more_body": True})
                size += len(block)
                block = await following
        except Exception as error:  # noqa: BLE001 - the status was sent, so it cannot be answered
            return Sent(size=size, failure=Failure.of(error), error=error)
        finally:
            was_closed = gone.done()
            gone.cancel()
        if was_closed:
            return Sent(size=size, failure=_CLIENT_GONE)
        if size != self.size:
            short = OssError(Code.SERVICE_UNAVAILABLE)
            return Sent(size=size, failure=Failure.of(short), error=short)
        await send({"type": "http.response.body", "body": b""})
        return Sent(size=size)

    async def close(self) -> None:
        """Close the connection to the store."""
        await self.in_thread(self.stored.object.close)


async def opened(response: Response, in_thread: InThread) -> Body:
    """Return the body, with its first block read."""
    if isinstance(response.body, bytes):
        return WholeBody(response.body)
    if not isinstance(response.body, ObjectBody):
        raise TypeError("a response has bytes, or an object that is read")
    stored = StoredBody(stored=response.body, in_thread=in_thread)
    try:
        await stored.read_first()
    except BaseException:
        await stored.close()
        raise
    return stored


async def send_start(response: Response, size: int | None, send: Send) -> None:
    """Send status and headers; `size` is the length of the body, None after a HEAD."""
    headers = dict(response.headers)
    if size is not None and response.status not in BODILESS:
        headers["content-length"] = str(size)
    await send(
        {
            "type": "http.response.start",
            "status": response.status,
            "headers": [(name.encode("latin-1"), _encoded(text)) for name, text in headers.items()],
        }
    )


def _encoded(text: str) -> bytes:
    """Return a header's value as Latin-1, otherwise as UTF-8."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode(errors="surrogateescape")


async def _until_closed(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _next_block(blocks: Iterator[bytes]) -> bytes:
    """Return the next block, nothing after the last one."""
    return next(blocks, b"")
