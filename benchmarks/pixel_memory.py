"""Peak memory by source format and process: `python -m benchmarks.pixel_memory [FORMAT…]`.

Prints bytes per pixel of the source above a warm process, for the kinds of files that decode to
most bytes and the operations that need most. `bytes_per_pixel` and `animation_bytes_per_pixel` of
the formats (imaging/formats) are these figures, rounded up. MEGAPIXELS sets the size of the
pictures, 16 by default: the larger, the less the fixed costs count.
"""

import os
import struct
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pillow_heif
from PIL import Image

from tests.measure import costs
from tests.pictures import animation, photographic, stored

PIXELS = int(os.environ.get("MEGAPIXELS", "16")) * 1_000_000

STILL_PROCESSES = (
    "format,jpg",
    "format,png",
    "format,webp",
    "format,tiff",
    "format,bmp",
    "resize,w_100",
    "resize,m_pad,w_4000,h_4000,limit_0",
    "crop,x_1,y_1",
    "indexcrop,x_9999,i_0",
    "rotate,30",
    "circle,r_4096",
    "rounded-corners,r_400",
    "blur,r_3,s_3",
    "blur,r_50,s_50",
    "sharpen,100",
    "bright,10",
    "contrast,10",
    "watermark,text_RGFya3Jvb20",
    "watermark,text_RGFya3Jvb20,fill_1",
    "contrast,10/sharpen,100/watermark,text_RGFya3Jvb20/rounded-corners,r_400/format,webp",
)
ANIMATION_PROCESSES = (
    "resize,w_100",
    "crop,x_1,y_1",
    "format,webp",
    "format,png",
    "format,jpg",
    "crop,x_1,y_1/format,webp",
    "watermark,text_RGFya3Jvb20",
    "sharpen,100",
    "rounded-corners,r_400",
)


def _side() -> int:
    return int(PIXELS**0.5)


def _colours(mode: str) -> Image.Image:
    """Draw a picture in a mode, with transparency where it has alpha."""
    size = (_side(), _side())
    image = photographic(size)
    if mode in ("RGBA", "LA"):
        image.putalpha(Image.linear_gradient("L").resize(size))
    return image if image.mode == mode else image.convert(mode)


def _raw_png(
    depth: int, colour: int, bands: int, *, transparent: bytes = b"", interlace: int = 0
) -> bytes:
    """Write a PNG of equal pixels, for the kinds that Pillow does not write."""
    side = _side()
    if interlace:
        passes = ((8, 8), (8, 8), (4, 8), (4, 4), (2, 4), (2, 2), (1, 2))
        starts = ((0, 0), (4, 0), (0, 4), (2, 0), (0, 2), (1, 0), (0, 1))
        rows = [
            (-(-(side - x) // dx), -(-(side - y) // dy))
            for (x, y), (dx, dy) in zip(starts, passes, strict=True)
        ]
    else:
        rows = [(side, side)]
    packer = zlib.compressobj(1)
    body = b"".join(
        packer.compress(b"\0" + bytes(-(-width * depth * bands // 8)))
        for width, height in rows
        for _ in range(height)
    )
    body += packer.flush()
    header = struct.pack(">IIBBBBB", side, side, depth, colour, 0, 0, interlace)

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + (chunk(b"tRNS", transparent) if transparent else b"")
        + chunk(b"IDAT", body)
        + chunk(b"IEND", b"")
    )


def _frames(count: int) -> list[Image.Image]:
    """Draw frames that differ in a corner each."""
    image = _colours("RGBA")
    frames = [image.copy() for _ in range(count)]
    for number, frame in enumerate(frames):
        frame.paste((number * 40, 0, 0, 0), (0, 0, _side(), _side() // 3))
    return frames


KINDS: Mapping[str, Mapping[str, Callable[[], bytes]]] = {
    "jpg": {
        "RGB": lambda: stored(_colours("RGB"), "JPEG", quality=85),
        "RGB 4:4:4 progressive": lambda: stored(
            _colours("RGB"), "JPEG", quality=95, progressive=True, subsampling=0
        ),
        "CMYK": lambda: stored(_colours("CMYK"), "JPEG", quality=85),
        "orientation 6": lambda: stored(_colours("RGB"), "JPEG", exif=_sideways()),
    },
    "png": {
        "RGBA": lambda: stored(_colours("RGBA"), "PNG", compress_level=1),
        "LA": lambda: stored(_colours("LA"), "PNG", compress_level=1),
        "P": lambda: stored(_colours("RGB").quantize(256), "PNG", compress_level=1, transparency=1),
        "RGBA 16 bit": lambda: _raw_png(16, 6, 4),
        "RGB 16 bit, tRNS": lambda: _raw_png(16, 2, 3, transparent=bytes(6)),
        "L 16 bit, tRNS": lambda: _raw_png(16, 0, 1, transparent=bytes(2)),
        "RGBA interlaced": lambda: _raw_png(8, 6, 4, interlace=1),
        "RGBA 16 bit interlaced": lambda: _raw_png(16, 6, 4, interlace=1),
    },
    "webp": {
        "RGBA lossless": lambda: stored(
            _colours("RGBA"), "WEBP", lossless=True, quality=0, method=0
        ),
        "RGBA": lambda: stored(_colours("RGBA"), "WEBP", quality=75, method=0),
        "RGB": lambda: stored(_colours("RGB"), "WEBP", quality=75, method=0),
    },
    # Larger ones with more bits per pixel are over 20 MB.
    "bmp": {
        "1": lambda: stored(_colours("1"), "BMP"),
        "P": lambda: stored(_colours("RGB").quantize(256), "BMP"),
    },
    "tiff": {
        "RGBA": lambda: stored(_colours("RGBA"), "TIFF", compression="tiff_adobe_deflate"),
        "CMYK": lambda: stored(_colours("CMYK"), "TIFF", compression="tiff_adobe_deflate"),
        "LAB": lambda: stored(
            Image.new("LAB", (_side(), _side())), "TIFF", compression="tiff_adobe_deflate"
        ),
        "I;16": lambda: stored(
            Image.new("I;16", (_side(), _side())), "TIFF", compression="tiff_adobe_deflate"
        ),
        "F": lambda: stored(
            Image.new("F", (_side(), _side())), "TIFF", compression="tiff_adobe_deflate"
        ),
        "1": lambda: stored(Image.new("1", (_side(), _side())), "TIFF", compression="group4"),
        "orientation 6": lambda: stored(
            _colours("RGB"), "TIFF", compression="tiff_adobe_deflate", tiffinfo={274: 6}
        ),
    },
    "gif": {"P": lambda: stored(_colours("RGB").quantize(256), "GIF", transparency=1)},
    "heic": {
        "RGB": lambda: stored(_colours("RGB"), "HEIF", quality=50),
        "RGBA": lambda: stored(_colours("RGBA"), "HEIF", quality=50),
    },
    "avif": {
        "RGB": lambda: stored(_colours("RGB"), "AVIF", quality=50, speed=10),
        "RGBA": lambda: stored(_colours("RGBA"), "AVIF", quality=50, speed=10),
    },
}
"""Stills by format and kind."""

ANIMATIONS: Mapping[str, Mapping[str, Callable[[], bytes]]] = {
    "gif": {"3 frames": lambda: animation(_frames(3), "GIF", disposal=2, duration=100)},
    "webp": {
        "3 frames": lambda: animation(
            _frames(3), "WEBP", lossless=True, quality=0, method=0, duration=100
        )
    },
}


def _sideways() -> Image.Exif:
    exif = Image.Exif()
    exif[274] = 6
    return exif


def main(names: list[str]) -> None:
    """Measure the formats of these names, or all, and print a line for each process."""
    pillow_heif.register_heif_opener()
    chosen = names or [*KINDS]
    with tempfile.TemporaryDirectory() as folder:
        for kinds, processes in ((KINDS, STILL_PROCESSES), (ANIMATIONS, ANIMATION_PROCESSES)):
            for name, files in kinds.items():
                if name not in chosen:
                    continue
                for kind, draw in files.items():
                    path = Path(folder, "picture")
                    path.write_bytes(draw())
                    worst = max(_measured(path, name, kind, processes))
                    print(f"{name} {kind}: at most {worst:.1f} bytes per pixel", flush=True)


def _measured(path: Path, name: str, kind: str, processes: tuple[str, ...]) -> Iterator[float]:
    for process in processes:
        (cost,) = costs([(path, f"image/{process}")])
        bytes_per_pixel = (cost.peak - cost.before) * 2**20 / _side() ** 2
        print(
            f"{name:5}{kind:26}{process[:40]:42}{bytes_per_pixel:6.1f} {cost.seconds:6.1f} s "
            f"{cost.outcome}",
            flush=True,
        )
        yield bytes_per_pixel


if __name__ == "__main__":
    main(sys.argv[1:])
