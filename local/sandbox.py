"""The function in this process: as in a Lambda sandbox, one request at a time."""

import json
import threading
import traceback
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any

from local.fronts import Event, FunctionError, ThrottledError

SECONDS = 29.0
"""The function's time, as in template.yaml."""

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
        outcome: SimpleQueue[bytes | FunctionError] = SimpleQueue()
        # A daemon: nobody can end a thread, but it need not keep the process.
        run = threading.Thread(target=self._run, args=(event, outcome), daemon=True)
        run.start()
        try:
            result = outcome.get(timeout=self.seconds)
        except Empty as error:
            raise FunctionError(f"timed out after {self.seconds:.2f} seconds") from error
        if isinstance(result, FunctionError):
            raise result
        return result

    def _run(self, event: bytes, outcome: SimpleQueue[bytes | FunctionError]) -> None:
        context = LambdaContext(deadline=monotonic() + self.seconds)
        try:
            outcome.put(json.dumps(self.handler(json.loads(event), context)).encode())
        except Exception as error:  # noqa: BLE001 - this is where Lambda catches it, too
            traceback.print_exc()
            outcome.put(FunctionError(repr(error)))
        finally:
            self._free.release()
