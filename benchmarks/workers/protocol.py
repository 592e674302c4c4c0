"""The protocol of workers: one JSON object a line in, one JSON object a line out."""

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter
from typing import Any, TextIO

type Work = Callable[[], bytes]
type Prepare = Callable[[bytes, Mapping[str, Any]], Work]


def serve(prepare: Prepare) -> None:
    """Process orders until the input ends: write `ms` and `bytes`, and the file `result`."""
    answers = redirect_stdout()
    sources: dict[str, bytes] = {}
    for line in sys.stdin:
        order = json.loads(line)
        path = order["source"]
        if path not in sources:
            sources[path] = Path(path).read_bytes()
        work = prepare(sources[path], order)
        began = perf_counter()
        result = work()
        milliseconds = 1000 * (perf_counter() - began)
        if order.get("result"):
            Path(order["result"]).write_bytes(result)
        answers.write(json.dumps({"ms": milliseconds, "bytes": len(result)}) + "\n")
        answers.flush()


def redirect_stdout() -> TextIO:
    """Return the standard output for responses, and discard what else the process prints."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
    return answers
