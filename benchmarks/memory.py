"""Import time, overhead and peak memory of the process function."""

import json
import re
import statistics
import subprocess
import sys
from pathlib import Path

from benchmarks.environment import ROOT, environment

_IMPORT = """
from time import perf_counter
began = perf_counter()
from benchmarks.workers.darkroom_handler import loaded
loaded()
print(perf_counter() - began)
"""

_PEAK = """
import re, sys
from msgspec.structs import replace
from benchmarks.workers.darkroom_handler import LambdaContext, event, holding, loaded
app = loaded()
source = open(sys.argv[1], "rb").read()
peak = lambda: re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]
before = peak()
app.services = replace(app.services, objects=holding(source))
app.handler(event(sys.argv[2]), LambdaContext())
print(before, peak())
"""

_OVERHEAD = """
import json, re, sys
from msgspec.structs import replace
from benchmarks.workers.darkroom_handler import LambdaContext, event, holding, loaded
from time import perf_counter
app = loaded()
source = open(sys.argv[1], "rb").read()
app.services = replace(app.services, objects=holding(source))
request, spent = event(sys.argv[2]), []
for _ in range(60):
    began = perf_counter()
    reply = app.handler(request, LambdaContext())
    total = 1000 * (perf_counter() - began)
    stages = dict(re.findall(r"(\\w+);dur=([0-9.]+)", reply["headers"]["server-timing"]))
    named = sum(float(stages.get(n, 0)) for n in ("store", "decode", "pixels", "encode"))
    spent.append(total - named)
print(json.dumps(spent))
"""


def _fresh(code: str, *arguments: str, **variables: str) -> str:
    """Run code in a new interpreter, with these environment variables; return its output."""
    finished = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=environment(**variables),
    )
    return finished.stdout


def import_milliseconds(runs: int = 7) -> tuple[float, float]:
    """Return median and minimum of importing the process function from bytecode."""
    spent = [1000 * float(_fresh(_IMPORT)) for _ in range(runs)]
    return statistics.median(spent), min(spent)


def overhead_milliseconds(source: Path, process: str) -> tuple[float, float]:
    """Return median and minimum of a request without store, decode, pixels and encode."""
    spent: list[float] = json.loads(_fresh(_OVERHEAD, str(source), process).splitlines()[-1])
    return statistics.median(spent), min(spent)


def peak_megabytes(source: Path, process: str, *, engine: str) -> float:
    """Return the peak memory that one picture adds, in a new interpreter."""
    printed = _fresh(_PEAK, str(source), process, DARKROOM_ENGINE=engine)
    before, after = re.findall(r"\d+", printed.splitlines()[-1])
    return (int(after) - int(before)) / 1024
