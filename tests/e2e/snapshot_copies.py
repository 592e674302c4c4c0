"""Copies of one imported function by fork, as SnapStart copies its memory.

The runtime's Python runs this in place of `awslambdaric` and calls the hooks at the same points:
`snapshot_copies.py <copies> <file>` with events by name on standard input. The file receives the
replies and the state of every copy. Both are JSON.
"""

import importlib
import json
import os
import random
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

CONTEXT = SimpleNamespace(
    get_remaining_time_in_millis=lambda: 29_000,
    function_name="process",
    memory_limit_in_mb=1769,
    invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:process:live",
    aws_request_id="8f5a3f5e-0000-4000-8000-000000000000",
)


def main(copies: int, path: Path) -> None:
    """Import the function, call the snapshot hooks, fork, and send every copy the same events."""
    events = json.load(sys.stdin)
    app = importlib.import_module("app")
    hooks = importlib.import_module("awslambdaric.lambda_runtime_hooks_runner")
    hooks.run_before_snapshot()
    connected = sorted(_sockets())
    seen = [_copied(app, hooks, events) for _ in range(copies)]
    path.write_text(json.dumps({"connected": connected, "copies": [_read(pipe) for pipe in seen]}))


def _copied(app: Any, hooks: Any, events: dict[str, Any]) -> int:
    """Fork a copy that handles the events; return the read end of its pipe."""
    reading, writing = os.pipe()
    frozen = random.getstate()
    if os.fork():
        os.close(writing)
        return reading
    random.setstate(frozen)  # A fork reseeds the generator, a snapshot does not.
    hooks.run_after_restore()
    seen = {
        "replies": {name: app.handler(event, CONTEXT) for name, event in events.items()},
        "sockets": sorted(_sockets()),
        "drawn": random.random(),
    }
    with os.fdopen(writing, "w") as pipe:
        json.dump(seen, pipe)
    os._exit(0)


def _read(pipe: int) -> Any:
    with os.fdopen(pipe) as file:
        seen = json.load(file)
    os.wait()
    return seen


def _sockets() -> set[str]:
    """Return the names of the open sockets of this process."""
    links = (path.readlink() for path in Path("/proc/self/fd").iterdir() if path.is_symlink())
    return {str(link) for link in links if str(link).startswith("socket:")}


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
