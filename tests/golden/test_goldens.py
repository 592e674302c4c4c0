"""Every pixel operation on a coordinate-coded picture, exact to the last bit.

`pytest tests/golden --update-goldens` writes them again; look at the difference before you
commit it.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.operation import PixelOperation
from darkroom.imaging.operations import OPERATIONS
from darkroom.process.parameters import encode_base64
from tests.declarations import bounds
from tests.pictures import coded, difference, stored
from tests.unit.operations.applied import applied

GOLDENS = Path(__file__).parent
ROOT = GOLDENS.parents[1]

MARK = encode_base64("mark.png")

CHOSEN = {
    "resize": [
        *("w_20", "h_7", "l_18", "s_9", "p_50", "p_130,limit_0", "w_60", "w_50,limit_0"),
        *("m_mfit,w_15,h_15", "m_fill,w_15,h_15", "m_pad,w_20,h_20,color_FF8800"),
        *("m_pad,w_40,h_30,limit_0", "m_fixed,w_30,h_10", "m_fixed,w_20,h_40,limit_0"),
    ],
    "crop": [
        *("w_10,h_8", "x_5,y_3", "w_10,h_8,g_se", "w_11,h_7,g_center", "x_4,y_2,w_10,h_8,g_north"),
    ],
    "indexcrop": ["x_10,i_1", "x_10,i_3", "y_7,i_2", "y_7,i_9"],
    "circle": ["r_1", "r_8", "r_11", "r_4096"],
    "rounded-corners": ["r_1", "r_5", "r_12", "r_4096"],
    "elliptical-corners": ["x_1,y_3", "x_9,y_4", "x_3,y_10", "x_25p,y_25p", "x_50p,y_10p"],
    "rotate": ["1", "30", "45", "90", "180", "270", "300", "360"],
    "flip": ["0", "1", "2"],
    "blur": ["r_1,s_1", "r_3,s_2", "r_5,s_5", "r_5,s_50", "r_10,s_5"],
    "bright": ["-100", "-30", "0", "50", "100"],
    "contrast": ["-100", "-50", "0", "50", "100"],
    "sharpen": ["50", "100", "399"],
    "watermark": [
        *("text_SGk,size_12,g_nw,x_1,y_1", "text_SGk,size_12,color_FF0000,t_50,g_center"),
        *("text_SGk,size_10,shadow_60,rotate_30,g_south,y_2", "text_5Zu-,size_8,fill_1,padx_2"),
        *(f"image_{MARK},g_east,x_2,voffset_3,t_70", f"image_{MARK},text_SGk,size_9,g_nw,x_0,y_0"),
    ],
}
"""Arguments by operation, for operations that need more cases than the bounds of parameters."""

CASES = {
    operation.name: CHOSEN.get(operation.name) or bounds(operation)
    for operation in OPERATIONS.values()
    if issubclass(operation, PixelOperation)
}
"""Arguments by operation; those of a new operation follow from its declaration."""


def source(mode: str) -> Image.Image:
    """Draw 36×24 pixels: red encodes x, green y, and blue squares of 4 pixels."""
    picture = coded((36, 24), mode)
    red, green, _, *alpha = picture.split()
    squares = Image.new("L", picture.size)
    squares.putdata([255 * ((x // 4 + y // 4) % 2) for y in range(24) for x in range(36)])
    bands = [red.point(lambda x: 7 * x), green.point(lambda y: 10 * y), squares, *alpha]
    return Image.merge(mode, bands)


def mark(_key: str) -> bytes:
    """Draw a watermark object: a white disc with a transparent edge."""
    disc = Image.new("RGBA", (9, 9), "white")
    disc.putalpha(Image.radial_gradient("L").resize((9, 9)).point(lambda far: 255 - far))
    return stored(disc)


CONTEXT = ProcessingContext(fonts=ROOT / "layers/fonts/fonts", load_watermark=mark)


def golden_path(operation: str, text: str, mode: str) -> Path:
    """Return the path of a golden."""
    return GOLDENS / operation / f"{text or 'bare'}.{mode.lower()}.png"


def assert_golden(image: Image.Image, path: Path) -> None:
    """Compare mode and size first, then every pixel."""
    assert path.is_file(), f"the golden {path.name} is missing: --update-goldens, and look at it"
    with Image.open(path) as golden:
        assert (image.mode, image.size) == (golden.mode, golden.size)
        assert difference(image, golden) == 0


RUNS = [
    pytest.param(operation, text, mode, id=f"{operation},{text}-{mode}")
    for operation, texts in CASES.items()
    for text in texts
    for mode in ("RGB", "RGBA")
]


@pytest.mark.parametrize(("operation", "text", "mode"), RUNS)
def test_an_operation_matches_its_golden(
    request: pytest.FixtureRequest, operation: str, text: str, mode: str
) -> None:
    """An operation's output equals its golden in every pixel."""
    action = f"{operation},{text}" if text else operation
    image = applied(source(mode), action, context=CONTEXT)
    path = golden_path(operation, text, mode)
    if request.config.getoption("--update-goldens"):
        path.parent.mkdir(exist_ok=True)
        image.save(path, optimize=True)
    assert_golden(image, path)


def test_every_pixel_operation_has_goldens() -> None:
    """Every pixel operation has cases, and every golden belongs to a case."""
    assert set(CHOSEN) <= set(CASES)
    assert all(CASES.values())
    expected = {golden_path(*run.values) for run in RUNS}  # type: ignore[arg-type]
    assert set(GOLDENS.rglob("*.png")) == expected


def test_a_missing_golden_fails(tmp_path: Path) -> None:
    """The comparison fails if the golden file is missing."""
    with pytest.raises(AssertionError, match=r"none\.png is missing"):
        assert_golden(source("RGB"), tmp_path / "none.png")


@pytest.mark.parametrize("change", ["mode", "size", "one level of one pixel"])
def test_any_change_fails(tmp_path: Path, change: str) -> None:
    """The comparison fails for another mode, another size or one changed level."""
    drawn = source("RGB")
    drawn.save(tmp_path / "golden.png")
    assert_golden(drawn, tmp_path / "golden.png")
    changed = {
        "mode": drawn.convert("RGBA"),
        "size": drawn.crop((0, 0, 36, 23)),
        "one level of one pixel": drawn.copy(),
    }[change]
    if change.startswith("one"):
        changed.putpixel((35, 23), (245, 231, 255))
    with pytest.raises(AssertionError):
        assert_golden(changed, tmp_path / "golden.png")


def test_goldens_are_not_updated_in_ci() -> None:
    """`--update-goldens` is a usage error in CI."""
    finished = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "tests/golden",
            "--update-goldens",
            "-p",
            "no:cacheprovider",
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "CI": "true"},
    )
    assert finished.returncode == pytest.ExitCode.USAGE_ERROR
    assert "refused in CI" in finished.stderr
