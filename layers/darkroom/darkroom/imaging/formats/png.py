"""PNG: what Pillow gets wrong of grey and transparent levels, and bounds on chunks.

Each chunk is read by Python code, and one that holds a colour profile is inflated, to a megabyte
at most, as often as it comes (decision 100).
"""

from dataclasses import dataclass

from PIL import Image

from darkroom.errors import Code, OssError
from darkroom.imaging.colour import to_srgb
from darkroom.imaging.formats.format import Format
from darkroom.imaging.picture import Header

MAX_CHUNKS = 50_000
"""Of 400 bytes, in the largest file: encoders cut pixels into chunks of 8 KB and more."""

MAX_PROFILES = 10
"""A picture has one."""

_HEAD = 8
"""Bytes of the signature, and of length and name in front of a chunk."""

_CHECKSUM = 4

_DEPTH, _COLOUR_TYPE = 24, 25
"""Where the header has them."""

_GREY, _RGB, _GREY_ALPHA = 0, 2, 4

_WIDE = 16

_RLE = 3
"""zlib's Z_RLE: the service's PNG sizes at a fraction of the default strategy's time (C-106)."""


@dataclass(frozen=True, kw_only=True)
class Png(Format):
    """PNG by Pillow, every mode and depth."""

    def read_header(self, data: bytes) -> Header:
        """Read the size."""
        check_structure(data)
        return super().read_header(data)

    def to_working_mode(self, image: Image.Image, data: bytes) -> Image.Image:
        """Convert after giving the picture the transparency that its file means."""
        return to_srgb(fix_transparency(image, data))


PNG = Png(
    name="png",
    pillow="PNG",
    plugin="PIL.PngImagePlugin",
    content_type="image/png",
    signatures=(b"\x89PNG\r\n\x1a\n",),
    encoder_options={"compress_type": _RLE},
)


def check_structure(data: bytes) -> None:
    """Refuse a PNG of more parts than a picture has."""
    position, chunks, profiles = _HEAD, 0, 0
    while position + _HEAD <= len(data) and chunks <= MAX_CHUNKS:
        if data.startswith(b"IEND", position + 4):
            break
        chunks += 1
        profiles += data.startswith(b"iCCP", position + 4)
        position += _HEAD + int.from_bytes(data[position : position + 4]) + _CHECKSUM
    if chunks > MAX_CHUNKS:
        raise _too_many(f"over {MAX_CHUNKS} chunks")
    if profiles > MAX_PROFILES:
        raise _too_many(f"{profiles} colour profiles")


def _too_many(parts: str) -> OssError:
    message = f"The picture has {parts}: a PNG may have {MAX_CHUNKS} and {MAX_PROFILES} of these."
    return OssError(Code.IMAGE_TOO_LARGE, message)


def fix_transparency(image: Image.Image, data: bytes) -> Image.Image:
    """Give a decoded PNG the mode and the transparency that its file means."""
    depth, colour_type = data[_DEPTH], data[_COLOUR_TYPE]
    if colour_type == _GREY_ALPHA:
        return image.convert("LA")  # it comes as RGBA
    level = image.info.get("transparency")
    if level is None or colour_type not in (_GREY, _RGB):
        return image
    if depth == _WIDE and colour_type == _GREY:
        return _without_level(image, level)
    if depth == _WIDE:
        image.info["transparency"] = tuple(sample >> 8 for sample in level)
    elif image.mode == "L":
        # Pixels of 2 and 4 bits are spread over the range, the level is not.
        image.info["transparency"] = level * 255 // ((1 << depth) - 1)
    return image


def _without_level(image: Image.Image, level: int) -> Image.Image:
    """Make one level of 16-bit grey transparent, and keep the upper byte of the others."""
    samples = image.convert("I")
    grey = samples.point(lambda sample: sample / 256).convert("L")
    grey.putalpha(samples.point([0 if value == level else 255 for value in range(1 << 16)], "L"))
    grey.info = {name: value for name, value in image.info.items() if name != "transparency"}
    return grey
