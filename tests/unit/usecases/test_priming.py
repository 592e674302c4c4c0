"""The rehearsal before a snapshot."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

LATER = """
import sys
from pathlib import Path
from darkroom.codecs.formats import FORMATS
from darkroom.usecases.priming import DOT, _processed, prime
from darkroom.steps import Context

if sys.argv[2:]:
    prime(Path(sys.argv[2]))
known = set(sys.modules)
context = Context(fonts=Path(sys.argv[1]))
for word in FORMATS:
    written = _processed(DOT, f"image/resize,w_9,limit_0/blur,r_3,s_2/format,{word}", context)
    _processed(written, "image/circle,r_4/rotate,30/sharpen,100/format,png", context)
    _processed(written, "image/info", context)
_processed(DOT, "image/watermark,text_SGVsbG8", context)
print(*sorted(set(sys.modules) - known))
"""
"""Prints what pictures load, with folders of typefaces as arguments: theirs, the rehearsal's."""


def loaded(*fonts: Path) -> list[str]:
    """Make all kinds of pictures in a new process and give the modules that they have loaded."""
    run = subprocess.run(
        [sys.executable, "-c", LATER, *fonts],
        cwd=ROOT / "layers/darkroom",
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.split()


FONTS = ROOT / "layers/fonts/fonts"


def test_pictures_load_modules() -> None:
    """There is something to rehearse."""
    assert "PIL.JpegImagePlugin" in loaded(FONTS)


@pytest.mark.parametrize("fonts", [FONTS, Path("nowhere")], ids=["typefaces", "none"])
def test_nothing_is_left_to_load(fonts: Path) -> None:
    """After it no picture loads a module any more, but for letters where there were no faces."""
    late = {"PIL.ImageFont", "PIL._imagingft"} if fonts is not FONTS else set()
    assert set(loaded(FONTS, fonts)) <= late
