"""The protocol of workers: one JSON object a line in, one JSON object a line out."""

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, TextIO

type Work = Callable[[], bytes]
type Prepare = Callable[[bytes, Mapping[str, Any]], Work]


def serve(prepare: Prepare) -> None:
    """Process orders until the input ends: write times, bytes, and the file `result`."""
    answers = redirect_stdout()
    sources: dict[str, bytes] = {}
    for line in sys.stdin:
        order = json.loads(line)
        path = order["source"]
        if path not in sources:
            sources[path] = Path(path).read_bytes()
        work = prepare(sources[path], order)
        began, cpu_began = perf_counter(), process_time()
        result = work()
        spent = {
            "ms": 1000 * (perf_counter() - began),
            "cpu_ms": 1000 * (process_time() - cpu_began),
        }
        if order.get("result"):
            Path(order["result"]).write_bytes(result)
        answers.write(json.dumps({**spent, "bytes": len(result)}) + "\n")
        answers.flush()


def redirect_stdout() -> TextIO:
    """Return the standard output for responses, and discard what else the process prints."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
    return answers
