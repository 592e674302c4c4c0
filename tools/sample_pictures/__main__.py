"""Render the sample pictures again: python -m tools.sample_pictures [NAME …].

The pictures are committed in local/pictures; no target runs this. All of them take 15 minutes.
Needs numpy, which is a development dependency.
"""

import sys
from collections.abc import Callable
from math import cos, pi
from pathlib import Path

from PIL import ExifTags, Image

from tools.sample_pictures.develop import developed
from tools.sample_pictures.diagram import diagram
from tools.sample_pictures.land import Alps, Dunes
from tools.sample_pictures.marks import emblem, logo
from tools.sample_pictures.sky import Sky
from tools.sample_pictures.view import View

FOLDER = Path(__file__).parents[2] / "local/pictures"

LAKE = Alps(seed=7)
DAY_FRAMES, FRAME_TIME = 24, 120


def draw_landscape(file: Path) -> None:
    """Render a mountain lake on a clear morning, six megapixels."""
    view = View(land=LAKE, sky=Sky(seed=7, azimuth=-78, elevation=15))
    picture = developed(view.drawn(3750, 2500), (3000, 2000), exposure=0.9, grain=1.3)
    picture.save(file, quality=90, subsampling="4:2:0", optimize=True)


def draw_example(file: Path) -> None:
    """Render another lake around noon, in the size that manuals use."""
    land = Alps(seed=39, relief=800, snow_line=900, tree_line=420)
    view = View(land=land, sky=Sky(seed=9, azimuth=62, elevation=20, clouds=0.4))
    picture = developed(view.drawn(1200, 801), (400, 267), exposure=0.8, grain=1)
    picture.save(file, quality=82, subsampling="4:2:0", optimize=True)


def draw_night(file: Path) -> None:
    """Render the Milky Way over a lake in portrait format, stored with EXIF orientation 6."""
    sky = Sky(seed=3, azimuth=0, elevation=-30, clouds=0, mist=0.2)
    view = View(land=Alps(seed=12, relief=800), sky=sky, horizon=0.7, angle=42)
    picture = developed(view.drawn(1400, 2100), (1067, 1600), exposure=3.0, grain=1.5)
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Darkroom"
    exif[ExifTags.Base.Model] = "Drawn by code"
    exif[ExifTags.Base.DateTime] = "2025:08:13 23:40:00"
    exif[ExifTags.Base.Orientation] = 6
    on_its_side = picture.transpose(Image.Transpose.ROTATE_90)
    on_its_side.save(file, quality=85, subsampling="4:2:0", optimize=True, exif=exif)


def draw_dunes(file: Path) -> None:
    """Render sand dunes in the evening, as WebP."""
    sky = Sky(seed=5, azimuth=-70, elevation=13, clouds=0.3, mist=0, haze=9000)
    view = View(land=Dunes(seed=25), sky=sky, eye=45, horizon=0.3, angle=44)
    picture = developed(view.drawn(2400, 1600), (1600, 1067), exposure=0.75, grain=1.2)
    picture.save(file, quality=90, method=6)


def draw_day(file: Path) -> None:
    """Render a day at the lake from midnight to midnight, as an endless animation."""
    frames = [day_frame(number / DAY_FRAMES) for number in range(DAY_FRAMES)]
    rest = frames[1:]
    frames[0].save(file, save_all=True, append_images=rest, duration=FRAME_TIME, loop=0)


def day_frame(time: float) -> Image.Image:
    """Return the frame of a time of day, from 0 at midnight to 1."""
    rise = -cos(2 * pi * time)
    elevation = 40 * rise if rise > 0 else 30 * rise
    sky = Sky(seed=7, azimuth=360 * time - 180, elevation=elevation, mist=0.25)
    dark = min(max((4 - elevation) / 22, 0), 1)
    view = View(land=LAKE, sky=sky, horizon=0.6)
    frame = developed(view.drawn(640, 426), (320, 213), exposure=0.8 + 1.8 * dark)
    return frame.quantize(128, dither=Image.Dither.FLOYDSTEINBERG)


def draw_emblem(file: Path) -> None:
    """Draw an iris with a soft glow on a transparent background."""
    emblem(640).save(file, optimize=True)


def draw_logo(file: Path) -> None:
    """Draw a white image watermark."""
    logo(120).save(file, optimize=True)


def draw_diagram(file: Path) -> None:
    """Draw a diagram with flat colours and small text, as in a screenshot."""
    diagram().save(file, optimize=True)


PICTURES: dict[str, Callable[[Path], None]] = {
    "landscape.jpg": draw_landscape,
    "example.jpg": draw_example,
    "night.jpg": draw_night,
    "dunes.webp": draw_dunes,
    "day.gif": draw_day,
    "emblem.png": draw_emblem,
    "logo.png": draw_logo,
    "diagram.png": draw_diagram,
}

if __name__ == "__main__":
    for name in sys.argv[1:] or PICTURES:
        PICTURES[name](FOLDER / name)
        print(f"{name}: {(FOLDER / name).stat().st_size} bytes")
