#!/usr/bin/env python3
"""Write docs/images/results.png: results of the service, side by side.

Needs the packages of requirements-dev.txt: .venv/bin/python tools/draw_results.py
"""

import sys
from io import BytesIO
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "layers/darkroom"))

from darkroom.imaging.context import ProcessingContext  # noqa: E402
from darkroom.imaging.operations import compile_operations  # noqa: E402
from darkroom.imaging.pipeline import run  # noqa: E402
from darkroom.process.grammar import parse  # noqa: E402
from darkroom.process.parameters import encode_base64  # noqa: E402

SOURCE = ROOT / "local/pictures/landscape.jpg"
TARGET = ROOT / "docs/images/results.png"

PROCESSES = (
    f"image/resize,w_260/watermark,text_{encode_base64('Darkroom')},color_FFFFFF,size_36,shadow_60",
    "image/resize,h_190/circle,r_95",
    "image/resize,w_210/rotate,20",
    "image/resize,m_fill,w_260,h_174/blur,r_6,s_4/rounded-corners,r_44",
)

GAP, HEIGHT = 24, 210


def main() -> None:
    """Paste the results in a row, vertically centred, and save it."""
    source = SOURCE.read_bytes()
    results = [_result(source, process) for process in PROCESSES]
    width = sum(result.width for result in results) + GAP * (len(results) - 1)
    row = Image.new("RGBA", (width, HEIGHT))
    x = 0
    for result in results:
        row.paste(result, (x, (HEIGHT - result.height) // 2))
        x += result.width + GAP
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    row.save(TARGET, optimize=True)
    print(f"{TARGET.relative_to(ROOT)}: {row.width}x{row.height}, {TARGET.stat().st_size} bytes")


def _result(source: bytes, process: str) -> Image.Image:
    operations = compile_operations(parse(f"{process}/format,png").actions)
    context = ProcessingContext(fonts=ROOT / "layers/fonts/fonts")
    return Image.open(BytesIO(run(source, operations, context).body)).convert("RGBA")


if __name__ == "__main__":
    main()
