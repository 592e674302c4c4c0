"""Drawn pictures with the sizes and structures of the reference pictures, by their names.

They replace the reference pictures where the folder of these is absent. The service's recorded
figures of a picture (byte counts, colours, EXIF texts) do not hold for its stand-in.
"""

import struct
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from tests.bombs import deflated, gif
from tests.colours import ADOBE_RGB, GREY_ALPHA, png, rgb_profile
from tests.pictures import Size, animation, photographic, stored, with_orientation

SAMPLES = Path(__file__).parents[1] / "local/pictures"

EXAMPLE_SIZE, PHOTO_SIZE = (400, 267), (2725, 2225)

TRANSPOSITIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How a camera stores an upright picture, by the orientation that it writes (EXIF 2.3)."""


@cache
def drawn(name: str) -> bytes | None:
    """Draw the stand-in for a reference picture; None for a picture that has no stand-in."""
    draw = _DRAWINGS.get(name)
    return draw() if draw else None


def as_stored_by_camera(upright: Image.Image, orientation: int) -> Image.Image:
    """Turn an upright picture to how a camera with that orientation stores it."""
    turn = TRANSPOSITIONS.get(orientation)
    return upright if turn is None else upright.transpose(turn)


def _sample(name: str, size: Size) -> Image.Image:
    """Scale a sample picture of the repository to a size, cropped to its ratio."""
    with Image.open(SAMPLES / name) as image:
        return ImageOps.fit(image.convert("RGB"), size)


def _photo() -> bytes:
    return stored(_sample("landscape.jpg", PHOTO_SIZE), "JPEG", quality=90)


def _camera() -> bytes:
    """Encode a JPEG with the EXIF of cameras: orientation, densities, a date and a position."""
    exif = Image.Exif()
    exif[0x0112], exif[0x0131] = 7, "Drawn"
    exif[0x011A], exif[0x011B], exif[0x0128] = 96.0, 96.0, 2
    exif.get_ifd(0x8769)[0x9003] = "2015:02:11 15:38:27"
    exif.get_ifd(0x8825)[0x0012] = "WGS-84"
    return stored(photographic((424, 333)), "JPEG", exif=exif)


def _turned(orientation: int) -> bytes:
    across = Image.linear_gradient("L").rotate(90)
    bands = (across, Image.linear_gradient("L"), Image.radial_gradient("L"))
    upright = Image.merge("RGB", bands).resize((600, 400))
    return with_orientation(as_stored_by_camera(upright, orientation), orientation)


def _wide_gamut() -> bytes:
    """Saturate a picture until its Adobe RGB profile makes a visible difference."""
    profile = rgb_profile(primaries=ADOBE_RGB, gamma=563 / 256)
    vivid = ImageEnhance.Color(_sample("landscape.jpg", (1900, 1263))).enhance(1.5)
    return stored(vivid, "JPEG", icc_profile=profile, quality=95)


def _deep_grey_alpha() -> bytes:
    width, height = 109, 96
    levels = np.linspace(0, 65535, width * height * 2).astype(">u2").reshape(height, -1)
    rows = [row.tobytes() for row in levels]
    return png((width, height), depth=16, colour_type=GREY_ALPHA, rows=rows)


def _animated(size: Size, frames: int, word: str = "GIF", **options: int) -> bytes:
    """Encode frames whose neighbours differ: an encoder would merge equal ones."""
    inks = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (0, 255, 255)]
    images = [Image.new("RGB", size, inks[number % len(inks)]) for number in range(frames)]
    for number, image in enumerate(images):
        image.paste("white", (number, 0, number + size[0] // 4, size[1] // 4))
    return animation(images, word, duration=100, **options)


def _without_frame_header() -> bytes:
    """Truncate a JPEG within its first segment."""
    return b"\xff\xd8\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0"


def _paper() -> bytes:
    paper = photographic((2048, 1536))
    paper.putalpha(Image.radial_gradient("L").resize(paper.size))
    return stored(paper, compress_level=1)


_DRAWINGS: Mapping[str, Callable[[], bytes]] = {
    "example.jpg": (SAMPLES / "example.jpg").read_bytes,
    "f.jpg": _camera,
    "nodejs-1024x768.png": lambda: stored(_sample("landscape.jpg", (1024, 768))),
    "photo-2725x2225.jpg": _photo,
    "truncated.jpg": lambda: _photo()[:10_000],
    "corrupt-header.jpg": _without_frame_header,
    "adobe-rgb.jpg": _wide_gamut,
    "16-bit-grey-alpha.png": _deep_grey_alpha,
    "paper-2048x1536-rgba.png": _paper,
    "bomb-16384x16384.png": lambda: deflated((16_384, 16_384)),
    "bomb-65535x66601.gif": lambda: gif((65_535, 65_535)),
    "animated-loop-3.gif": partial(_animated, (370, 285), 10, loop=2),
    "animated-loop-3.webp": partial(_animated, (370, 285), 10, "WEBP", loop=3),
    "rotating-squares.gif": partial(_animated, (80, 80), 30, loop=0),
    "cogs.gif": partial(_animated, (85, 77), 5, loop=32_760),
    "example.gif": partial(_animated, (500, 300), 3, loop=0),
    "frames-1024.gif": partial(_animated, (1, 1), 1024, loop=0),
    **{f"orientation-{number}.jpg": partial(_turned, number) for number in range(1, 9)},
}
