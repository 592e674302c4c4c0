"""The warm-up before a snapshot loads every module and font that requests need."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

LATER = """
import sys
from pathlib import Path
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.formats import FORMATS
from darkroom.usecases.warmup import ONE_PIXEL_GIF, _process, warm_up

def at_hand():
    lines = Path("/proc/self/maps").read_text().splitlines()
    return {*sys.modules, *(Path(line.split()[5]).name for line in lines if "/" in line)}

if sys.argv[2:]:
    warm_up(Path(sys.argv[2]), None)
known = at_hand()
context = ProcessingContext(fonts=Path(sys.argv[1]))
for word in FORMATS:
    process = f"image/resize,w_9,limit_0/blur,r_3,s_2/format,{word}"
    written = _process(ONE_PIXEL_GIF, process, context)
    _process(written, "image/circle,r_4/rotate,30/sharpen,100/format,png", context)
    _process(written, "image/info", context)
_process(ONE_PIXEL_GIF, "image/watermark,text_SGVsbG8", context)
print(*sorted(at_hand() - known))
"""
"""Prints the modules and files that processing loads after the warm-up.

Arguments: the font folder of the requests, then optionally that of the warm-up."""


def loaded(*fonts: Path) -> list[str]:
    """Process all kinds of pictures in a new process; return the modules and files loaded."""
    run = subprocess.run(
        [sys.executable, "-c", LATER, *fonts],
        cwd=ROOT / "layers/darkroom",
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.split()


FONTS = ROOT / "layers/fonts/fonts"
FACES = ("wqy-microhei.ttf", "wqy-zenhei.ttf")
"""Font files that a text watermark maps."""


def test_without_a_warm_up_processing_loads_modules_and_fonts() -> None:
    """Decoders, encoders and font files are loaded on first use."""
    assert {"PIL.JpegImagePlugin", "pillow_heif", *FACES} <= set(loaded(FONTS))


@pytest.mark.parametrize(
    ("fonts", "late"), [(FONTS, ()), (Path("nowhere"), FACES)], ids=["typefaces", "none"]
)
def test_after_the_warm_up_processing_loads_nothing(fonts: Path, late: tuple[str, ...]) -> None:
    """The font files are an exception if the warm-up had no font folder."""
    assert loaded(FONTS, fonts) == [*late]
