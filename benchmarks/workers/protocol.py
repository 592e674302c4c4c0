"""What every worker speaks: a JSON object a line in, a JSON object a line out."""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter
from typing import Any

type Work = Callable[[], bytes]
type Prepare = Callable[[bytes, Mapping[str, Any]], Work]


def serve(prepare: Prepare) -> None:
    """Answer until the input ends: `ms` and, where `result` names a file, the result in it."""
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
        sys.stdout.write(json.dumps({"ms": milliseconds, "bytes": len(result)}) + "\n")
        sys.stdout.flush()
