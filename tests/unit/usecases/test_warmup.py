"""The warm-up before a snapshot."""

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
    warm_up(Path(sys.argv[2]))
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
"""Prints the modules and files that pictures load after the warm-up.

Arguments: the folder of typefaces of the pictures, then optionally that of the warm-up."""


def loaded(*fonts: Path) -> list[str]:
    """Make all kinds of pictures in a new process and tell what they have loaded."""
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
"""What letters are mapped from."""


def test_pictures_load_something() -> None:
    """Without a warm-up, pictures load modules and typefaces."""
    assert {"PIL.JpegImagePlugin", "pillow_heif", *FACES} <= set(loaded(FONTS))


@pytest.mark.parametrize(
    ("fonts", "late"), [(FONTS, ()), (Path("nowhere"), FACES)], ids=["typefaces", "none"]
)
def test_nothing_is_left_to_load(fonts: Path, late: tuple[str, ...]) -> None:
    """After the warm-up no picture loads or maps anything, except typefaces it was not given."""
    assert loaded(FONTS, fonts) == [*late]
