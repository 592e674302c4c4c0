"""Memory and time of the persist function by picture size: `python -m benchmarks.capacity`.

Prints the table of docs/operate.md, from which the function's memory and timeout in template.yaml
are derived.
"""

import io
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from benchmarks.environment import ROOT, environment
from benchmarks.jobs import SIZES

SIDES = ((3000, 2000), (5000, 5000), (10_000, 10_000), (20_000, 12_500))
"""6, 25, 100 and 250 megapixels: the last is the limit (spec 03 §6)."""

WORK = {
    "JPEG, three sizes": ("RGB.jpeg", SIZES),
    "PNG, three sizes": ("RGB.png", SIZES),
    "JPEG, a corner": ("RGB.jpeg", ("image/crop,w_1000,h_1000",)),
    "JPEG, whole": ("RGB.jpeg", ("image/quality,Q_80",)),
    "PNG with transparency, blurred": ("RGBA.png", ("image/blur,r_10,s_5",)),
}

_ONE = """
import re, sys
from time import perf_counter
from benchmarks.workers.persist_handler import Persist
peak = lambda: int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
persist = Persist(open(sys.argv[1], "rb").read())
began = perf_counter()
persist.run(sys.argv[2:])
print(peak() / 1024, perf_counter() - began)
"""


def main() -> None:
    """Measure each row in a new interpreter and print it."""
    print("| Work | Megapixels | Peak memory, MB | Seconds |\n|---|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as folder:
        for name, (kind, processes) in WORK.items():
            for size in SIDES:
                source = _drawn(Path(folder), kind, size)
                megabytes, seconds = _measured(source, processes)
                pixels = size[0] * size[1] / 1_000_000
                print(f"| {name} | {pixels:.0f} | {megabytes:.0f} | {seconds:.1f} |", flush=True)


def _drawn(folder: Path, kind: str, size: tuple[int, int]) -> Path:
    """Draw a picture that stays below the limit of 20 MB however large it is."""
    mode, _, word = kind.partition(".")
    path = folder / f"{size[0]}x{size[1]}-{kind}"
    if not path.is_file():
        Image.MAX_IMAGE_PIXELS = None
        image = Image.linear_gradient("L").resize(size, Image.Resampling.NEAREST).convert(mode)
        buffer = io.BytesIO()
        image.save(buffer, word.upper(), quality=80)
        path.write_bytes(buffer.getvalue())
    return path


def _measured(source: Path, processes: tuple[str, ...]) -> tuple[float, float]:
    finished = subprocess.run(
        [sys.executable, "-c", _ONE, str(source), *processes],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=environment(),
    )
    megabytes, seconds = map(float, finished.stdout.splitlines()[-1].split())
    return megabytes, seconds


if __name__ == "__main__":
    main()
