"""The entry of the server: an ASGI application that answers requests through `darkroom.web`."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from time import monotonic

from msgspec.structs import replace

from darkroom.ports.bodies import SpooledBody
from darkroom.server.delivery import CONNECTION_CLOSE, Body, Send, Sent, opened, send_start
from darkroom.server.metrics import ServerMetrics
from darkroom.server.options import ServerOptions
from darkroom.server.pictures import PictureGate, busy
from darkroom.server.receiving import SMALL_BYTES, ClientGone, IncomingBody, Receive
from darkroom.server.requests import Scope, request_of
from darkroom.telemetry.stopwatch import Stopwatch
from darkroom.usecases.services import Services
from darkroom.web.dispatch import Admitted, answer
from darkroom.web.exchange import Exchange
from darkroom.web.http import Request, Response

RESERVE_SECONDS = 2.0
"""Subtracted from the time for an answer: enough to encode a result or to answer an error."""

TRANSFER_THREADS = 16
"""Threads that read blocks of objects and write blocks of bodies."""

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Application:
    """Answers HTTP requests; the event loop moves bodies, threads do everything else."""

    services: Services
    options: ServerOptions
    metrics: ServerMetrics
    gate: PictureGate
    on_start: Callable[[], None] = lambda: None
    on_stop: Callable[[], None] = lambda: None
    open_requests: int = 0
    _requests: ThreadPoolExecutor = field(init=False)
    _transfers: ThreadPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        """Create the threads, which start when they are needed."""
        self._requests = ThreadPoolExecutor(self.options.request_threads, "request")
        self._transfers = ThreadPoolExecutor(TRANSFER_THREADS, "transfer")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request, or the start and the stop of the process."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["server"][1] == self.options.management_port:
            await self.metrics.respond(scope["path"], send)
        else:
            await self._handle(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            event = await receive()
            if event["type"] == "lifespan.startup":
                await asyncio.to_thread(self.on_start)
                await send({"type": "lifespan.startup.complete"})
            else:
                await asyncio.to_thread(self.on_stop)
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.open_requests += 1
        self.metrics.observe_load(self.open_requests, self.gate)
        try:
            await _Conversation(app=self, scope=scope, receive=receive, send=send).run()
        finally:
            self.open_requests -= 1
            self.metrics.observe_load(self.open_requests, self.gate)

    async def in_request_thread[**P, T](
        self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Call a function that may wait for a store or process a picture."""
        return await _in_thread(self._requests, lambda: function(*args, **kwargs))

    async def in_transfer_thread[**P, T](
        self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Call a function that moves a block of a body."""
        return await _in_thread(self._transfers, lambda: function(*args, **kwargs))


async def _in_thread[T](pool: ThreadPoolExecutor, function: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(pool, function)


@dataclass(slots=True, kw_only=True)
class _Conversation:
    """One request and its response."""

    app: Application
    scope: Scope
    receive: Receive
    send: Send
    deadline: float = field(default_factory=monotonic)

    async def run(self) -> None:
        """Receive, answer, send, log."""
        options, services = self.app.options, self.app.services
        request_id = secrets.token_hex(12).upper()
        request, unreadable = _read(self.scope)
        self._restart_clock()
        stopwatch = Stopwatch()
        processing = services.processing_context(
            self._remaining,
            picture_slot=lambda: self.app.gate.slot(self._remaining),
            pixel_memory=lambda size: self.app.gate.pixels(size, self._remaining),
            stage=stopwatch.stage,
        )
        exchange = Exchange(
            request=request,
            request_id=request_id,
            services=services,
            processing=processing,
            stopwatch=stopwatch,
        )
        incoming = IncomingBody(
            receive=self.receive,
            method=request.method,
            headers=request.headers,
            idle_timeout=options.idle_timeout,
        )
        try:
            self._check_admissible(unreadable)
            response = await self._respond(exchange, incoming)
            body = await opened(response, self.app.in_transfer_thread)
        except ClientGone:
            log.info("client gone", extra={"request_id": request_id})
            return
        except Exception as error:
            response = exchange.refuse(error)
            if response.failure and response.failure.is_server_error:
                log.exception("failed", extra={"request_id": request_id})
            body = await opened(response, self.app.in_transfer_thread)
        finally:
            if exchange.request.spooled is not None:
                exchange.request.spooled.close()
        await self._deliver(exchange, incoming, response, body)

    def _check_admissible(self, unreadable: Exception | None) -> None:
        """Refuse a request that cannot be read, or one too many, before its body is received."""
        if unreadable is not None:
            raise unreadable
        if self.app.open_requests > self.app.options.requests:
            raise busy()

    async def _respond(self, exchange: Exchange, incoming: IncomingBody) -> Response:
        """Answer, receiving the body before or after the caller's right was checked."""
        options = self.app.options
        if not incoming.follows:
            limit = options.form_bytes if incoming.is_form else SMALL_BYTES
            body = await incoming.read(limit) if incoming.precedes else b""
            exchange.request = replace(exchange.request, body=body)
            self._restart_clock()
            return await self.app.in_request_thread(lambda: exchange.fit(answer(exchange.admit())))
        exchange.request = replace(exchange.request, body_follows=True)
        admitted = await self.app.in_request_thread(exchange.admit)
        if isinstance(admitted, Response):
            return exchange.fit(admitted)
        admitted = await self._with_body(exchange, incoming, admitted)
        return await self.app.in_request_thread(lambda: exchange.fit(answer(admitted)))

    async def _with_body(
        self, exchange: Exchange, incoming: IncomingBody, admitted: Admitted
    ) -> Admitted:
        if admitted.route.stores_body:
            received = await incoming.spool(
                admitted.max_body_bytes, self.app.options.spool, self.app.in_transfer_thread
            )
        else:
            received = await incoming.read(admitted.max_body_bytes)
        self._restart_clock()
        if isinstance(received, SpooledBody):
            exchange.request = replace(exchange.request, spooled=received, body_follows=False)
        admitted = admitted.with_body(received)
        exchange.request = admitted.context.request
        return admitted

    async def _deliver(
        self, exchange: Exchange, incoming: IncomingBody, response: Response, body: Body
    ) -> None:
        """Send the response; a body that breaks off closes the connection."""
        try:
            await incoming.drain()
            complete = exchange.complete(response)
            if not incoming.complete or _is_ambiguous(exchange.request.headers):
                headers = {**complete.headers, **CONNECTION_CLOSE}
                complete = replace(complete, headers=headers)
            head = exchange.request.method == "HEAD"
            await send_start(complete, None if head else body.size, self.send)
            sent = await body.send(self.receive, self.send)
        finally:
            await body.close()
        self._record(exchange, response, sent)
        if sent.error is not None:
            raise sent.error

    def _record(self, exchange: Exchange, response: Response, sent: Sent) -> None:
        """Write the log line and the metrics; a body that broke off is a failure of its own."""
        if sent.failure is not None:
            response = replace(response, failure=sent.failure)
        record = exchange.record(response, bytes_sent=sent.size)
        log.info("request", extra={"request_id": exchange.request_id, **record.log_fields()})
        if response.store_error is not None:
            log.warning(
                "result cache failed",
                exc_info=response.store_error,
                extra={"request_id": exchange.request_id},
            )
        self.app.metrics.add(record)

    def _restart_clock(self) -> None:
        """Count the time for the answer from now on: the body has arrived."""
        self.deadline = monotonic() + self.app.options.timeout - RESERVE_SECONDS

    def _remaining(self) -> float:
        return self.deadline - monotonic()


def _read(scope: Scope) -> tuple[Request, Exception | None]:
    """Return the request, and the error of one that cannot be read."""
    try:
        return request_of(scope), None
    except Exception as error:  # noqa: BLE001 - it is answered like one of a handler
        return Request(method=scope["method"], raw_path="/"), error


def _is_ambiguous(headers: Mapping[str, str]) -> bool:
    """Return whether length and chunks are stated: a proxy may have read it in another way.

    The C SDK sends both; the chunks count (RFC 9112 §6.3).
    """
    return "content-length" in headers and "transfer-encoding" in headers
