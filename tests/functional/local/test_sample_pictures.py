"""The sample pictures have the formats and sizes that local/pictures/CREDITS.md states."""

from itertools import pairwise
from pathlib import Path

import pytest
from PIL import ExifTags, GifImagePlugin, Image, ImageOps, JpegImagePlugin

from tools.sample_pictures.__main__ import DAY_FRAMES, FRAME_TIME, PICTURES

FOLDER = Path(__file__).parents[3] / "local/pictures"
CREDITS = (FOLDER / "CREDITS.md").read_text()

CLAIMS = {
    "landscape.jpg": ("JPEG", "RGB", (3000, 2000)),
    "example.jpg": ("JPEG", "RGB", (400, 267)),
    "night.jpg": ("JPEG", "RGB", (1600, 1067)),
    "dunes.webp": ("WEBP", "RGB", (1600, 1067)),
    "day.gif": ("GIF", "P", (320, 213)),
    "emblem.png": ("PNG", "RGBA", (640, 640)),
    "logo.png": ("PNG", "RGBA", (435, 120)),
    "diagram.png": ("PNG", "RGB", (1280, 800)),
}


def opened(name: str) -> Image.Image:
    """Open a sample and read its pixels."""
    with Image.open(FOLDER / name) as picture:
        picture.load()
        return picture


@pytest.mark.parametrize("name", CLAIMS)
def test_a_sample_has_its_format_and_size(name: str) -> None:
    """Format, mode and size are those in the credits and manuals."""
    picture = opened(name)
    assert (picture.format, picture.mode, picture.size) == CLAIMS[name]


@pytest.mark.parametrize("name", CLAIMS)
def test_every_sample_is_credited(name: str) -> None:
    """CREDITS.md names the origin of every picture."""
    assert f"| `{name}` |" in CREDITS


def test_every_picture_can_be_drawn_again() -> None:
    """Every file of the folder is drawn by code, and none is missing."""
    assert PICTURES.keys() == CLAIMS.keys()
    assert {path.name for path in FOLDER.iterdir()} == {*PICTURES, "CREDITS.md"}


def test_the_samples_stay_small() -> None:
    """All samples together take 4 MB at most; the large one has the size of a photograph."""
    sizes = {path.name: path.stat().st_size for path in FOLDER.iterdir()}
    assert sum(sizes.values()) <= 4_000_000
    assert 1_000_000 <= sizes["landscape.jpg"] <= 2_000_000


def test_the_night_has_an_orientation() -> None:
    """night.jpg has orientation 6, camera and time, and no GPS position."""
    picture = opened("night.jpg")
    exif = picture.getexif()
    assert exif[ExifTags.Base.Orientation] == 6
    assert {ExifTags.Base.Make, ExifTags.Base.Model, ExifTags.Base.DateTime} <= exif.keys()
    assert ExifTags.Base.GPSInfo not in exif
    upright = ImageOps.exif_transpose(picture)
    assert upright.size == (1067, 1600)


def test_the_upright_night_has_the_sky_above_the_lake() -> None:
    """The second quarter of the upright picture is brightest, the lowest darkest."""
    upright = ImageOps.exif_transpose(opened("night.jpg")).convert("L")
    rows = upright.resize((1, 4)).tobytes()
    assert rows[1] == max(rows)
    assert rows[3] == min(rows)


def test_the_day_is_an_endless_animation() -> None:
    """day.gif loops forever; each frame differs from the one before and has the same duration."""
    with GifImagePlugin.GifImageFile(FOLDER / "day.gif") as picture:
        assert picture.n_frames == DAY_FRAMES >= 12
        assert picture.info["loop"] == 0
        frames = []
        for number in range(DAY_FRAMES):
            picture.seek(number)
            assert picture.info["duration"] == FRAME_TIME
            frames.append(picture.convert("RGB").tobytes())
    assert all(one != other for one, other in pairwise(frames))


@pytest.mark.parametrize("name", ["emblem.png", "logo.png"])
def test_marks_have_antialiased_edges(name: str) -> None:
    """Corners are transparent, some pixels opaque, and the edges translucent."""
    picture = opened(name)
    alpha = picture.getchannel("A")
    assert alpha.getpixel((0, 0)) == 0
    assert alpha.getextrema() == (0, 255)
    assert len(set(alpha.tobytes())) > 100


def test_the_landscape_is_encoded_like_a_photograph() -> None:
    """landscape.jpg has quality 90 and 4:2:0, as cameras write."""
    with JpegImagePlugin.JpegImageFile(FOLDER / "landscape.jpg") as picture:
        tables = picture.quantization
        sampling = [(horizontal, vertical) for _, horizontal, vertical, _ in picture.layer]
    assert tables[0][0] == 3
    assert sampling == [(2, 2), (1, 1), (1, 1)]
