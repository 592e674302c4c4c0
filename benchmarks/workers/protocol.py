"""What every worker speaks: a JSON object a line in, a JSON object a line out."""

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
    """Answer until the input ends: `ms` and, where `result` names a file, the result in it."""
    answers = taken_over()
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


def taken_over() -> TextIO:
    """Keep the output for answers: what a function prints there, as Lambda has it, goes nowhere."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
    return answers
