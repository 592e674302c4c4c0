"""uvicorn's HTTP protocol with time limits for clients that stop sending or reading."""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol


class TimedProtocol(H11Protocol):
    """Closes a connection whose client does not finish its headers or does not read.

    A body that stops is a matter of the application, which can still answer it.
    """

    _headers_timer: asyncio.TimerHandle | None = None
    _reading_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the headers of the first request."""
        super().connection_made(transport)
        self._headers_timer = self._abort_later()

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel both timers."""
        for timer in (self._headers_timer, self._reading_timer):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Wait for the rest of the headers if a request has begun, otherwise for nothing."""
        super().data_received(data)
        # There is no cycle before the first request, whatever the class declares.
        cycle: object = self.cycle
        answering = cycle is not None and not self.cycle.response_complete
        if answering and self._headers_timer is not None:
            self._headers_timer.cancel()
            self._headers_timer = None
        elif not answering and self._headers_timer is None:
            self._headers_timer = self._abort_later()

    def pause_writing(self) -> None:
        """Wait for the client to read what was written."""
        super().pause_writing()
        self._reading_timer = self._abort_later()

    def resume_writing(self) -> None:
        """Stop waiting: the client has read."""
        if self._reading_timer is not None:
            self._reading_timer.cancel()
        super().resume_writing()

    def _abort_later(self) -> asyncio.TimerHandle:
        return self.loop.call_later(self.timeout_keep_alive, self.transport.abort)
