"""The deployed allocator reuses the memory of one picture for the next."""

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.environment import ALLOCATOR
from tests.stack import template

ROOT = Path(__file__).parents[2]

RUN_TWICE = """
import io, resource
from PIL import Image
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.operations import compile_operations
from darkroom.imaging.pipeline import run
from darkroom.process.grammar import parse
buffer = io.BytesIO()
Image.linear_gradient("L").resize((2400, 1600)).convert("RGB").save(buffer, "PNG")
operations = compile_operations(parse("image/resize,w_1500").actions)
faults = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(3):
    began = faults()
    run(buffer.getvalue(), operations, ProcessingContext())
print(faults() - began)
"""


def faults(variables: dict[str, str]) -> int:
    """Return the page faults of the third picture."""
    finished = subprocess.run(
        [sys.executable, "-c", RUN_TWICE],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "layers/darkroom"), **variables},
    )
    return int(finished.stdout)


def test_a_warm_function_reuses_its_memory() -> None:
    """With the template's MALLOC_ variables, a third picture causes few page faults."""
    common = template()["Globals"]["Function"]["Environment"]["Variables"]
    variables = {n: str(value) for n, value in common.items() if n.startswith("MALLOC_")}
    assert variables == ALLOCATOR
    assert len(variables) == 2
    assert faults(variables) < 500
    assert faults(dict.fromkeys(variables, "")) > 3000
