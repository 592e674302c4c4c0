"""The engine's functions beside Pillow's: `python -m benchmarks.engine [--runs N] [--only WORD]`.

Steps alone, without handler and store; `python -m benchmarks` has whole requests.
"""

import argparse
import io
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PIL import Image, ImageFilter

from benchmarks.pictures import picture
from benchmarks.quality import scaling_ssim
from benchmarks.tasks import PAPER, PHOTO
from darkroom.imaging.engine import Engine, JpegFile, Scaling, half_resolution, load
from darkroom.imaging.filters.box_blur import gaussian
from darkroom.imaging.png_encoder import png
from darkroom.imaging.resampling import shrink

QUALITY = 80

WIDTHS = (100, 400, 720, 1000, 1500)

RADIUS, DEVIATION = 10, 5

HEADING = (
    f"{'':26}{'Pillow':>9}{'min':>8}{'engine':>9}{'min':>8}{'ratio':>8}{'bytes':>9}{'SSIM':>8}"
)

type Work = Callable[[], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One piece of work, done by both; the files that come of it are compared."""

    name: str
    pillow: Work
    engine: Work
    source: bytes | None = None
    """What the result is a smaller version of, where that is what it is."""
    lossless: Work | None = None
    """The engine's result as PNG: scaling_ssim is about scaling, not about an encoder."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for, alternately, on one core."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine", description=__doc__)
    parser.add_argument("--runs", type=int, default=15, help="runs of each step")
    parser.add_argument("--only", default="", help="steps whose name contains this")
    options = parser.parse_args(arguments)
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as folder:
        photo, paper = (picture(name, Path(folder)).read_bytes() for name in (PHOTO, PAPER))
    print(f"One core, {options.runs} alternated runs, milliseconds; ratio of medians\n{HEADING}")
    for step in steps(load(), photo, paper):
        if options.only in step.name:
            _measure(step, options.runs)
    return 0


def _measure(step: Step, runs: int) -> None:
    spent: dict[str, list[float]] = {"pillow": [], "engine": []}
    result = step.engine()
    step.pillow()
    for _ in range(runs):
        for name, work in (("pillow", step.pillow), ("engine", step.engine)):
            start = time.perf_counter()
            work()
            spent[name].append(1000 * (time.perf_counter() - start))
    pillow, engine = (statistics.median(of) for of in spent.values())
    alike = (
        f"{scaling_ssim(step.source, step.lossless()):8.4f}"
        if step.source and step.lossless
        else ""
    )
    print(
        f"{step.name:26}{pillow:9.2f}{min(spent['pillow']):8.2f}{engine:9.2f}"
        f"{min(spent['engine']):8.2f}{engine / pillow:8.2f}{len(result):9}{alike}"
    )


def steps(engine: Engine, photo: bytes, paper: bytes) -> Iterator[Step]:
    """Give the rows of the table that have a picture's pixels in them."""
    size = engine.jpeg_header(photo).size
    for width in WIDTHS:
        scaling = Scaling.whole(size, (width, round(size[1] * width / size[0])))
        yield Step(
            name=f"photo to {width} wide JPEG",
            pillow=partial(_pillow_jpeg, photo, scaling),
            engine=partial(_engine_jpeg, engine, photo, scaling),
            source=photo,
            lossless=partial(_engine_png, engine, photo, scaling),
        )
    small = Scaling.whole(size, (720, 588))
    for word in ("WebP", "PNG"):
        yield Step(
            name=f"photo to 720 wide {word}",
            pillow=partial(_pillow_other, photo, small, word),
            engine=partial(_engine_other, engine, photo, small, word),
        )
    sheet = _opened(paper)

    def shrunk_sheet() -> bytes:
        scaling = Scaling.whole(sheet.size, (720, 540))
        return png(engine.area_average(sheet, scaling), engine)

    yield Step(
        name="paper to 720 wide PNG",
        pillow=lambda: _saved(_pillow_shrunk(sheet, (720, 540)), "PNG"),
        engine=shrunk_sheet,
        source=paper,
        lossless=shrunk_sheet,
    )
    yield Step(
        name="paper as PNG",
        pillow=lambda: _saved(sheet, "PNG"),
        engine=lambda: png(sheet, engine),
    )
    yield Step(
        name=f"photo blurred, r_{RADIUS},s_{DEVIATION}",
        pillow=lambda: _saved(_pillow_blurred(_opened(photo)), "JPEG"),
        engine=lambda: _engine_blurred(engine, photo),
    )


def _opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def _saved(image: Image.Image, format_: str) -> bytes:
    settings: dict[str, dict[str, object]] = {
        "JPEG": {"quality": QUALITY, "subsampling": "4:2:0", "optimize": True},
        "WebP": {"quality": QUALITY, "method": 2},
        "PNG": {"compress_type": 3},
    }
    file = io.BytesIO()
    image.save(file, format_, **settings[format_])
    return file.getvalue()


def _pillow_scaled(data: bytes, scaling: Scaling) -> Image.Image:
    """Decode at reduced scale while 1.25 times the target is left, and scale."""
    image = Image.open(io.BytesIO(data))
    ratio = int(
        min(scaling.source[0] / scaling.size[0], scaling.source[1] / scaling.size[1]) / 1.25
    )
    reduction = next((scale for scale in (8, 4, 2) if scale <= ratio), 1)
    if reduction > 1:
        image.draft(None, (image.width // reduction, image.height // reduction))
    image.load()
    box = (0, 0, scaling.source[0] / reduction, scaling.source[1] / reduction)
    return shrink(image, scaling.size, box, whole=reduction == 1)


def _pillow_shrunk(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return shrink(image, size, (0, 0, *image.size), whole=True)


def _pillow_jpeg(data: bytes, scaling: Scaling) -> bytes:
    return _saved(_pillow_scaled(data, scaling), "JPEG")


def _pillow_other(data: bytes, scaling: Scaling, word: str) -> bytes:
    return _saved(_pillow_scaled(data, scaling), word)


def _engine_other(engine: Engine, data: bytes, scaling: Scaling, word: str) -> bytes:
    image = engine.decode_jpeg_image(JpegFile(header=data), scaling)
    return png(image, engine) if word == "PNG" else _saved(image, word)


def _engine_jpeg(engine: Engine, data: bytes, scaling: Scaling) -> bytes:
    planes = engine.decode_jpeg(JpegFile(header=data), scaling, channels=3, chroma_step=2)
    return engine.encode_jpeg(planes, quality=QUALITY)


def _engine_png(engine: Engine, data: bytes, scaling: Scaling) -> bytes:
    """Scale colour to half resolution, as in a JPEG, and encode without loss."""
    planes = engine.decode_jpeg(JpegFile(header=data), scaling, channels=3, chroma_step=2)
    return png(engine.image(planes), engine)


def _pillow_blurred(image: Image.Image) -> Image.Image:
    """Blur by boxes at full size, which is not all that the service has for it."""
    return image.filter(ImageFilter.BoxBlur(6)).filter(ImageFilter.BoxBlur(4.5))


def _engine_blurred(engine: Engine, data: bytes) -> bytes:
    """Blur planes, each at its own resolution."""
    size = engine.jpeg_header(data).size
    planes = engine.decode_jpeg(
        JpegFile(header=data), Scaling.whole(size, size), channels=3, chroma_step=2
    )
    kernel = gaussian(RADIUS, DEVIATION)
    engine.convolve_planes(planes, [kernel, *[half_resolution(kernel)] * 2])
    return engine.encode_jpeg(planes, quality=QUALITY)


if __name__ == "__main__":
    sys.exit(main())
