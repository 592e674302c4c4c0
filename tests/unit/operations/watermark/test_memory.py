"""What watermarks need of memory, measured in a process of their own."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.operations.watermark.marking import FONTS, reference, written

ROOT = Path(__file__).parents[4]
SIZE = (6000, 4000)
DECODED = 3 * SIZE[0] * SIZE[1] / 1e6

PEAK = """
import io, re, sys
from pathlib import Path
from PIL import Image
from darkroom.operations import compiled
from darkroom.pipeline import run
from darkroom.query import parse
from darkroom.steps import Context
width, height, process, fonts = sys.argv[1:]
def picture(size):
    drawn = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").resize(size).save(drawn, "JPEG")
    return drawn.getvalue()
marks = {"large": picture((3000, 2000)), "small": picture((30, 20))}
def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1000
def go(size, process):
    context = Context(load_mark=marks.__getitem__, fonts=Path(fonts))
    run(picture(size), compiled(parse(process).actions), context)
go((9, 9), "image/watermark,text_SGVsbG8,rotate_9,shadow_9")
before = peak()
go((int(width), int(height)), process)
print(before, peak())
"""


def measured(size: tuple[int, int], process: str) -> tuple[float, float]:
    """Give the megabytes in use before a picture goes through a process, and at the peak."""
    command = [sys.executable, "-c", PEAK, *map(str, size), process, str(FONTS)]
    environment = {"PYTHONPATH": str(ROOT / "layers/darkroom")}
    done = subprocess.run(command, capture_output=True, check=True, env=environment, text=True)
    before, after = re.findall(r"[\d.]+", done.stdout)
    return float(before), float(after)


LONG = f"{written('W' * 64)},size_1000,g_center"

TURNED = f"{LONG},rotate_33,shadow_50,t_50"

LARGE = {
    "a-text-of-73-megapixels": f"watermark,{TURNED}",
    "a-picture": f"watermark,{reference('large', 'resize,P_80')},x_0,y_0",
    "tiled-picture": f"watermark,{reference('large', 'resize,P_60')},fill_1,t_40",
    "twenty-texts": "/".join(f"watermark,{LONG},x_{x}" for x in range(20)),
}


@pytest.mark.parametrize("process", LARGE.values(), ids=LARGE)
def test_a_large_picture_is_marked_in_four_times_its_own_memory(process: str) -> None:
    """24 megapixels: at most four times the decoded bytes, and 120 MB for all else."""
    _, peak = measured(SIZE, f"image/{process}")
    assert peak <= 4 * DECODED + 120


@pytest.mark.parametrize("arguments", [LONG, TURNED], ids=["straight", "turned"])
def test_what_is_not_seen_needs_no_memory(arguments: str) -> None:
    """A text of 73 megapixels on a small picture: what is seen of it has 0.1."""
    before, peak = measured((400, 267), f"image/watermark,{arguments}")
    assert peak - before <= 10
