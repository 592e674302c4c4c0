"""The gateway: HTTP request → event → function → HTTP response, within AWS's limits."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import perf_counter

from local.events import HttpRequest, event, request_id
from local.log_text import logged_target, printable
from local.replies import HttpReply, failed, message, reply, throttled
from local.timeouts import run_with_timeout
from local.triggers import FunctionError, Invoke, ThrottledError, Trigger

MAX_EVENT_BYTES = 6_291_456
"""Largest JSON event of a function."""

MAX_RESULT_BYTES = 6_291_556
"""Largest JSON result of a function."""

SECONDS = 30.0
"""Integration timeout of an HTTP API, as in template.yaml; a function URL has none."""

type Log = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Gateway:
    """Answers HTTP requests by invoking a function."""

    invoke: Invoke
    log: Log
    trigger: Trigger = Trigger.HTTP_API
    seconds: float = SECONDS

    def answer(self, request: HttpRequest) -> HttpReply:
        """Invoke the function and return its reply, or the trigger's own for a failure."""
        started = perf_counter()
        response = self._answer(request)
        milliseconds = (perf_counter() - started) * 1000
        self.log(
            f"{printable(request.method)} {logged_target(request.target)} → {response.status}, "
            f"{len(response.body)} bytes, {milliseconds:.0f} ms"
        )
        request_header = ("apigw-requestid", request_id(self.trigger))
        return replace(response, headers=(request_header, *response.headers))

    def _answer(self, request: HttpRequest) -> HttpReply:
        if not request.target.startswith("/"):
            return message(400, "Bad Request")
        payload = json.dumps(event(request, self.trigger, datetime.now(UTC))).encode()
        if len(payload) > MAX_EVENT_BYTES:
            return message(413, "Request Entity Too Large")
        try:
            return self._invoke(payload)
        except (ThrottledError, TimeoutError):
            return throttled(self.trigger)
        except FunctionError as error:
            self.log(f"the function failed: {printable(str(error))}")
            return failed(self.trigger)

    def _invoke(self, payload: bytes) -> HttpReply:
        if self.trigger is Trigger.HTTP_API:
            result = run_with_timeout(self.seconds, lambda: self.invoke(payload))
        else:
            result = self.invoke(payload)
        if len(result) > MAX_RESULT_BYTES:
            raise FunctionError(f"its result has {len(result)} bytes of {MAX_RESULT_BYTES} allowed")
        return reply(json.loads(result.decode()))
