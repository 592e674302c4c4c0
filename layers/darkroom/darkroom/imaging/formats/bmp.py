"""BMP: transparency, for which Pillow writes no alpha masks."""

import struct
from dataclasses import dataclass

from PIL import Image

from darkroom.imaging.formats.format import Format
from darkroom.imaging.picture import Output

_HEADER = struct.Struct("<2sIHHI")
"""Mark, file size, two reserved words, offset of the pixels."""

_INFO = struct.Struct("<IiiHHIIiiII4I4s36s3I")
"""BITMAPV4HEADER: the first version that names the alpha channel, so that readers see it."""

_BIT_FIELDS = 3
_MASKS = (0x00FF0000, 0x0000FF00, 0x000000FF, 0xFF000000)
"""Where red, green, blue and alpha are in a pixel of 32 bits."""

_PER_METRE = 3780
"""96 to the inch, as Pillow writes it for the other bitmaps."""


@dataclass(frozen=True, kw_only=True)
class Bmp(Format):
    """BMP in 24 bits, or in 32 where a pixel is transparent (C-109)."""

    def prepare(self, image: Image.Image, output: Output) -> Image.Image:
        """Keep alpha only where a pixel is transparent."""
        image = super().prepare(image, output)
        if image.mode in ("LA", "RGBA") and image.getchannel("A").getextrema() != (255, 255):
            return image.convert("RGBA")
        return image.convert("RGB")

    def write(self, image: Image.Image, output: Output, **options: object) -> bytes:
        """Encode with Pillow, unless there is transparency."""
        return bgra(image) if image.mode == "RGBA" else super().write(image, output, **options)


BMP = Bmp(
    name="bmp",
    pillow="BMP",
    plugin="PIL.BmpImagePlugin",
    content_type="image/bmp",
    signatures=(b"BM",),
    ec_source_side="0040-00000017",
)


def bgra(image: Image.Image) -> bytes:
    """Write an RGBA picture as 32-bit BMP, bottom row first (C-109)."""
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
