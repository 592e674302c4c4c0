"""The function in this process: as in a Lambda sandbox, one request at a time."""

import json
import threading
import traceback
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from local.http_fronts import Event, FunctionError, ThrottledError
from local.timeouts import run_with_timeout

SECONDS, PERSIST_SECONDS = 29.0, 120.0
"""The time of the process function and of the other, as in template.yaml."""

MEGABYTES = 1769
"""The function's memory, as in template.yaml; nothing is enforced here."""

type Handler = Callable[[Event, "LambdaContext"], Any]


@dataclass(frozen=True, kw_only=True)
class LambdaContext:
    """What the runtime tells a handler of its invocation."""

    deadline: float = field(default_factory=lambda: monotonic() + SECONDS)
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    function_name: str = "process"
    function_version: str = "$LATEST"
    invoked_function_arn: str = "arn:aws:lambda:local:123456789012:function:process"
    memory_limit_in_mb: int = MEGABYTES

    def get_remaining_time_in_millis(self) -> int:
        """Give the time until the function is ended."""
        return max(0, round((self.deadline - monotonic()) * 1000))


@dataclass(frozen=True, kw_only=True)
class InProcess:
    """Runs a handler here, with JSON in and out as on Lambda."""

    handler: Handler
    seconds: float = SECONDS
    _free: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, event: bytes, /) -> bytes:
        """Run the handler, or wait for the request before to end."""
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
