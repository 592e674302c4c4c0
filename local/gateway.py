"""The gateway: HTTP in, payload format 2.0 to the function, its reply out, within AWS's limits."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import perf_counter

from local.events import HttpRequest, event, request_id
from local.http_fronts import Front, FunctionError, Invoke, ThrottledError
from local.replies import HttpReply, failed, message, reply, throttled
from local.timeouts import run_with_timeout

EVENT_LIMIT = 6_291_456
"""Bytes of JSON that may go into a function."""

RESULT_LIMIT = 6_291_556
"""Bytes of JSON that may come out of a function."""

SECONDS = 30.0
"""How long an HTTP API waits for a function, as in template.yaml; a function URL is not asked."""

type Log = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Gateway:
    """Answers requests through a function."""

    invoke: Invoke
    log: Log
    front: Front = Front.HTTP_API
    seconds: float = SECONDS

    def answer(self, request: HttpRequest) -> HttpReply:
        """Answer one request, whatever the function does."""
        started = perf_counter()
        answered = self._answer(request)
        milliseconds = (perf_counter() - started) * 1000
        self.log(
            f"{request.method} {request.target} → {answered.status}, "
            f"{len(answered.body)} bytes, {milliseconds:.0f} ms"
        )
        named = ("apigw-requestid", request_id(self.front))
        return replace(answered, headers=(named, *answered.headers))

    def _answer(self, request: HttpRequest) -> HttpReply:
        if not request.target.startswith("/"):
            return message(400, "Bad Request")
        described = json.dumps(event(request, self.front, datetime.now(UTC))).encode()
        if len(described) > EVENT_LIMIT:
            return message(413, "Request Entity Too Large")
        try:
            return self._invoked(described)
        except (ThrottledError, TimeoutError):
            return throttled(self.front)
        except FunctionError as error:
            self.log(f"the function failed: {error}")
            return failed(self.front)

    def _invoked(self, described: bytes) -> HttpReply:
        if self.front is Front.HTTP_API:
            result = run_with_timeout(self.seconds, lambda: self.invoke(described))
        else:
            result = self.invoke(described)
        if len(result) > RESULT_LIMIT:
            raise FunctionError(f"its result has {len(result)} bytes of {RESULT_LIMIT} allowed")
        return reply(json.loads(result.decode()))
