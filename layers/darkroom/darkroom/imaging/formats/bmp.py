"""BMP; files with alpha are written here, because Pillow writes no alpha mask."""

import struct
from dataclasses import dataclass

from PIL import Image

from darkroom.imaging.formats.format import PictureFormat
from darkroom.imaging.picture import Output

_HEADER = struct.Struct("<2sIHHI")
"""BITMAPFILEHEADER: signature, file size, two reserved words, offset of the pixels."""

_INFO = struct.Struct("<IiiHHIIiiII4I4s36s3I")
"""BITMAPV4HEADER: the first version with a mask for alpha, which readers need to apply it."""

_BIT_FIELDS = 3
_MASKS = (0x00FF0000, 0x0000FF00, 0x000000FF, 0xFF000000)
"""Bit masks of red, green, blue and alpha in a 32-bit pixel."""

_PER_METRE = 3780
"""96 dpi, as Pillow writes it."""


@dataclass(frozen=True, kw_only=True)
class Bmp(PictureFormat):
    """BMP of 24 bits a pixel, or of 32 if any pixel is transparent (C-109)."""

    def prepare(self, image: Image.Image, output: Output) -> Image.Image:
        """Return RGBA if any pixel is transparent, else RGB."""
        image = super().prepare(image, output)
        if image.mode in ("LA", "RGBA") and image.getchannel("A").getextrema() != (255, 255):
            return image.convert("RGBA")
        return image.convert("RGB")

    def write(self, image: Image.Image, output: Output, **options: object) -> bytes:
        """Encode RGB with Pillow and RGBA with `bgra`."""
        return bgra(image) if image.mode == "RGBA" else super().write(image, output, **options)


BMP = Bmp(
    name="bmp",
    pillow_name="BMP",
    plugin="PIL.BmpImagePlugin",
    content_type="image/bmp",
    signatures=(b"BM",),
    ec_source_side="0040-00000017",
)


def bgra(image: Image.Image) -> bytes:
    """Return an RGBA picture as a 32-bit BMP file, bottom row first (C-109)."""
    pixels = image.tobytes("raw", "BGRA", 0, -1)
    offset = _HEADER.size + _INFO.size
    return b"".join(
        (
            _HEADER.pack(b"BM", offset + len(pixels), 0, 0, offset),
            _INFO.pack(
                *(_INFO.size, *image.size, 1, 32, _BIT_FIELDS, len(pixels)),
                *(_PER_METRE, _PER_METRE, 0, 0),
                *_MASKS,
                *(b"BGRs", b"", 0, 0, 0),  # sRGB, so no primaries and no gamma follow
            ),
            pixels,
        )
    )
