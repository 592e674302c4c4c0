"""Runs a function in this process, one request at a time, as a Lambda sandbox does."""

import json
import threading
import traceback
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from local.timeouts import run_with_timeout
from local.triggers import Event, FunctionError, ThrottledError

SECONDS, PERSIST_SECONDS = 29.0, 120.0
"""Timeouts of the process and the persist function, as in template.yaml."""

MEGABYTES = 1769
"""Memory of the process function, as in template.yaml; not enforced here."""

type Handler = Callable[[Event, "LambdaContext"], Any]


@dataclass(frozen=True, kw_only=True)
class LambdaContext:
    """The context object that the Lambda runtime passes to a handler."""

    deadline: float = field(default_factory=lambda: monotonic() + SECONDS)
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    function_name: str = "process"
    function_version: str = "$LATEST"
    invoked_function_arn: str = "arn:aws:lambda:local:123456789012:function:process"
    memory_limit_in_mb: int = MEGABYTES

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until the timeout, at least 0."""
        return max(0, round((self.deadline - monotonic()) * 1000))


@dataclass(frozen=True, kw_only=True)
class InProcess:
    """Invokes a handler in this process, with JSON events and results."""

    handler: Handler
    seconds: float = SECONDS
    _free: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, event: bytes, /) -> bytes:
        """Invoke the handler once the request before has ended.

        Raises `ThrottledError` after waiting for the timeout, and `FunctionError` if the handler
        raises or times out.
        """
        if not self._free.acquire(timeout=self.seconds):
            raise ThrottledError
        try:
            return run_with_timeout(self.seconds, lambda: self._run(event))
        except TimeoutError as error:
            raise FunctionError(f"timed out after {self.seconds:.2f} seconds") from error

    def _run(self, event: bytes) -> bytes:
        context = LambdaContext(deadline=monotonic() + self.seconds)
        try:
            return json.dumps(self.handler(json.loads(event), context)).encode()
        except Exception as error:
            traceback.print_exc()
            raise FunctionError(repr(error)) from error
        finally:
            self._free.release()
