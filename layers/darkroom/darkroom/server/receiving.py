"""Bodies of requests: received without a thread, into memory or into a file, within limits."""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from fastcrc import crc64

from darkroom.auth import UNSIGNED_PAYLOAD
from darkroom.errors import Code, OssError
from darkroom.ports.bodies import Body, SpooledBody
from darkroom.server.pictures import busy
from darkroom.web.request_checks import WITH_BODY, require_upload_size
from darkroom.web.wire import CONTENT_SHA256

type Receive = Callable[[], Awaitable[Mapping[str, Any]]]
"""ASGI's function that returns the next event of a request."""


class InThread(Protocol):
    """Calls a function in a thread."""

    def __call__[**P, T](
        self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> Awaitable[T]:
        """Return what the function returns."""


SMALL_BYTES = 65_536
"""Bytes of a body that is received before the caller's right is checked."""

WRITE_BYTES = 1 << 20
"""Bytes that are written to the file at once."""

DRAIN_BYTES = 64 << 20
"""Bytes of a refused body that are read, so that the client sees the response."""

DRAIN_SECONDS = 10.0


class ClientGone(Exception):
    """The client closed the connection."""


@dataclass(slots=True, kw_only=True)
class IncomingBody:
    """The body of one request, which may be on its way."""

    receive: Receive
    method: str
    headers: Mapping[str, str]
    idle_timeout: float
    complete: bool = False
    """Whether all of it was read from the connection."""

    @property
    def length(self) -> int | None:
        """Bytes that the client announces; None for chunks without a length."""
        if "transfer-encoding" in self.headers:
            return None
        return int(self.headers.get("content-length", "0"))

    @property
    def is_form(self) -> bool:
        """Whether it is a form, whose fields have the signature."""
        content_type = self.headers.get("content-type", "").lower()
        return self.method == "POST" and content_type.startswith("multipart/form-data")

    @property
    def precedes(self) -> bool:
        """Whether it is received before the caller's right is checked: a form, or a small body."""
        is_small = self.length is not None and self.length <= SMALL_BYTES
        return self.is_form or (is_small and not self.is_expected)

    @property
    def follows(self) -> bool:
        """Whether it is received after that; a large body of another method is never read."""
        return self.method in WITH_BODY and not self.precedes

    @property
    def is_expected(self) -> bool:
        """Whether the client sends it only after `100 Continue` (RFC 9110 §10.1.1)."""
        return self.headers.get("expect", "").lower() == "100-continue" and self.length != 0

    async def read(self, limit: int) -> bytes:
        """Return all of it; raises `EntityTooLarge` for more than `limit` bytes."""
        require_upload_size(self.length or 0, limit=limit)
        received = bytearray()
        async for chunk in self._chunks():
            require_upload_size(len(received) + len(chunk), limit=limit)
            received += chunk
        return bytes(received)

    async def spool(self, limit: int, folder: Path | None, in_thread: InThread) -> Body:
        """Write it to a file, whose digests are computed meanwhile.

        Raises `EntityTooLarge` for more than `limit` bytes, `ServiceUnavailable` on a full disk.
        """
        require_upload_size(self.length or 0, limit=limit)
        signed = self.headers.get(CONTENT_SHA256, UNSIGNED_PAYLOAD) != UNSIGNED_PAYLOAD
        spool = await in_thread(_Spool.in_folder, folder, signed)
        pending = bytearray()
        try:
            async for chunk in self._chunks():
                pending += chunk
                require_upload_size(spool.size + len(pending), limit=limit)
                if len(pending) >= WRITE_BYTES:
                    await in_thread(spool.write, bytes(pending))
                    pending.clear()
            await in_thread(spool.write, bytes(pending))
        except OSError as error:
            spool.file.close()
            raise busy() from error
        except BaseException:
            spool.file.close()
            raise
        return spool.body()

    async def drain(self) -> None:
        """Read the rest of a refused body, up to a limit, so that the client sees the response."""
        if self.complete or self.is_expected:
            return
        size = 0
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                async for chunk in self._chunks():
                    size += len(chunk)
                    if size > DRAIN_BYTES:
                        return
        except (ClientGone, OssError, TimeoutError):
            return

    async def _chunks(self) -> AsyncIterator[bytes]:
        while not self.complete:
            try:
                async with asyncio.timeout(self.idle_timeout):
                    event = await self.receive()
            except TimeoutError as error:
                raise OssError(Code.REQUEST_TIMEOUT) from error
            if event["type"] == "http.disconnect":
                raise ClientGone
            self.complete = not event.get("more_body", False)
            yield event.get("body", b"")


@dataclass(slots=True, kw_only=True)
class _Spool:
    """A file that is being written, with the digests so far."""

    file: BinaryIO
    signed: bool
    """Whether the request states a SHA-256."""
    size: int = 0
    crc64: int = 0
    md5: Any = field(default_factory=lambda: hashlib.md5(usedforsecurity=False))
    sha256: Any = field(default_factory=hashlib.sha256)

    @classmethod
    def in_folder(cls, folder: Path | None, signed: bool) -> "_Spool":
        """Open an unnamed file, which is deleted when it is closed or the process ends."""
        # Closed by the owner of the body.
        file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115
        return cls(file=cast("BinaryIO", file), signed=signed)

    def write(self, data: bytes) -> None:
        """Append bytes to the file and to the digests."""
        self.file.write(data)
        self.size += len(data)
        self.md5.update(data)
        self.crc64 = crc64.xz(data, self.crc64)
        if self.signed:
            self.sha256.update(data)

    def body(self) -> SpooledBody:
        """Return the complete body."""
        return SpooledBody(
            file=self.file,
            size=self.size,
            md5=self.md5.digest(),
            sha256=self.sha256.hexdigest() if self.signed else "",
            crc64=self.crc64,
        )
