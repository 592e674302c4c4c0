"""Sends requests to the ASGI application in this process, without an HTTP server."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from darkroom.auth import SignedRequest
from darkroom.server.asgi import Application
from tests.functional.conftest import Reply

CHUNK_BYTES = 100_000


@dataclass(kw_only=True)
class Connection:
    """One request on a connection, and what the application sends on it."""

    chunks: Sequence[bytes]
    """The body, as it arrives."""
    gone_after: int | None = None
    """Bytes of the response after which the client closes the connection."""
    events: list[Mapping[str, Any]] = field(default_factory=list)
    received: int = 0
    """Chunks that the application has asked for."""

    async def receive(self) -> Mapping[str, Any]:
        """Return the next chunk, then wait for the end of the connection."""
        if self.received < len(self.chunks):
            chunk = self.chunks[self.received]
            self.received += 1
            more = self.received < len(self.chunks)
            return {"type": "http.request", "body": chunk, "more_body": more}
        while self.gone_after is None or self.sent < self.gone_after:  # noqa: ASYNC110 - sent by the test
            await asyncio.sleep(0.001)
        return {"type": "http.disconnect"}

    async def send(self, event: Mapping[str, Any]) -> None:
        """Keep an event of the response."""
        self.events.append(event)
        await asyncio.sleep(0.002 if self.gone_after is not None else 0)

    @property
    def sent(self) -> int:
        """Bytes of the body that the application has sent."""
        return sum(len(event.get("body", b"")) for event in self.events)

    def reply(self) -> Reply:
        """Return the response."""
        start, *bodies = self.events
        headers = {name.decode(): value.decode("latin-1") for name, value in start["headers"]}
        body = b"".join(event["body"] for event in bodies)
        return Reply(status=start["status"], headers=headers, body=body)


def scope_of(request: SignedRequest) -> dict[str, Any]:
    """Return what an HTTP server says of a request."""
    path, _, query = request.target().partition("?")
    headers = {"host": "api", **request.headers}
    return {
        "type": "http",
        "method": request.method,
        "scheme": "https",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "server": ("127.0.0.1", 80),
    }


def connection_of(request: SignedRequest) -> Connection:
    """Return a connection on which the body of a request arrives in chunks."""
    body = request.body()
    chunks = [body[first : first + CHUNK_BYTES] for first in range(0, len(body), CHUNK_BYTES)]
    return Connection(chunks=chunks or [b""])


def sender(app: Application) -> Callable[[SignedRequest], Reply]:
    """Return a function that sends a request, signed or not."""

    def send(request: SignedRequest) -> Reply:
        connection = connection_of(request)
        asyncio.run(app(scope_of(request), connection.receive, connection.send))
        return connection.reply()

    return send
