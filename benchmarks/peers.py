"""The worker processes of Darkroom and its peers, bound to the same single core."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, cast

from benchmarks.environment import environment

HERE = Path(__file__).parent

_HANDLER = [sys.executable, "-m", "benchmarks.workers.darkroom_handler"]

COMMANDS: Mapping[str, list[str]] = {
    "darkroom": _HANDLER,
    "darkroom, Pillow alone": ["env", "DARKROOM_ENGINE=pillow", *_HANDLER],
    "sharp": ["node", str(HERE / "workers/sharp.mjs")],
    "pyvips": [sys.executable, "-m", "benchmarks.workers.pyvips_thumbnail"],
}


@dataclass(frozen=True, slots=True)
class Measured:
    """One run."""

    milliseconds: float
    cpu_milliseconds: float
    """Of all threads."""
    bytes: int


class PeerProcess:
    """A running worker."""

    def __init__(self, name: str, core: int) -> None:
        """Start the worker on one core."""
        self.name = name
        self._process = subprocess.Popen(
            COMMANDS[name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=HERE.parent,
            env=environment(VIPS_CONCURRENCY="1", UV_THREADPOOL_SIZE="1"),
        )
        self._input: IO[str] = cast("IO[str]", self._process.stdin)
        self._output: IO[str] = cast("IO[str]", self._process.stdout)
        os.sched_setaffinity(self._process.pid, {core})

    def run(self, order: Mapping[str, Any]) -> Measured:
        """Send an order and return its measurement; raise `RuntimeError` if the worker ended."""
        self._input.write(json.dumps(order) + "\n")
        self._input.flush()
        answer = self._output.readline()
        if not answer:
            raise RuntimeError(f"the worker of {self.name} ended")
        measured = json.loads(answer)
        return Measured(measured["ms"], measured["cpu_ms"], measured["bytes"])

    def __enter__(self) -> Self:
        """Return the running worker."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the worker by closing its input."""
        self._input.close()
        self._process.wait(timeout=10)
        self._output.close()
