"""The values of the pipeline: decoded frames, a file's header, the output's options, a picture."""

from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from PIL import Image

from darkroom.geometry import Size

NORMAL_ORIENTATION = 1

SIDEWAYS = frozenset({5, 6, 7, 8})
"""Orientations that swap width and height."""

_TRANSPOSITIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""The transposition that turns each orientation upright."""

_KEEPS_FIRST_CORNER = frozenset({1, 5})
"""Orientations that leave the upper left pixel in its place."""

_LARGEST_REDUCTION = 8
"""Pixels along each side that become one pixel at the smallest scale of a reduced decode."""


class Frame(Struct, frozen=True):
    """A frame of an animation, or a still; `duration` is in milliseconds."""

    image: Image.Image
    duration: int = 0


class Resolution(Struct, frozen=True, kw_only=True):
    """Resolution as the file states it: `info` shows the fractions unreduced."""

    unit: int
    x: tuple[int, int]
    y: tuple[int, int]


class Header(Struct, frozen=True, kw_only=True):
    """The properties of a file that are read without decoding a pixel."""

    format: str
    """The documented name: jpg, png, webp, bmp, gif, tiff, heic, avif."""
    size: Size
    """As stored, before orientation; for HEIC, AVIF and TIFF, whose decoders rotate, upright."""
    largest_size: Size | None = None
    """Width and height of the largest parts that the picture is decoded from, if the file says."""
    frames: int = 1
    loop_count: int = 1
    """How often an animation is played; 0 means for ever."""
    coefficient_bytes: int = 0
    """Memory per pixel of the whole picture that a decoder takes at any reduction."""
    orientation: int = NORMAL_ORIENTATION
    alpha: bool = False
    """Whether a HEIC, AVIF, TIFF or BMP has an alpha channel; False for other formats."""
    opaque: bool = False
    """Whether the file certainly has no transparent pixel."""
    quality: int | None = None
    """Quality of a JPEG on the IJG scale, estimated from its luminance quantisation table."""
    resolution: Resolution | None = None
    exif: bytes | None = None
    """The EXIF block as stored; for a TIFF the whole file, which has the same structure."""
    structure: Any = None
    """Where the format finds the file's parts: decoding does not look for them again."""

    @property
    def decoded_size(self) -> Size:
        """Width and height that decoding allocates at most."""
        return self.largest_size or self.size

    @property
    def upright_size(self) -> Size:
        """Width and height after orientation."""
        return swap_sides(self.size, self.orientation)


class Output(Struct, frozen=True, kw_only=True):
    """The encoder's options, decided before the first pixel is decoded."""

    format: str
    alpha: bool
    """Whether the format can hold transparency; without alpha, empty areas are white."""
    frames: int = 1
    loop_count: int = 1
    """How often an animation is played; 0 means for ever."""
    quality: int | None = None
    """IJG scale for jpg, the encoder's own scale for others; None for lossless formats."""
    progressive: bool = False
    full_chroma: bool = False
    """Whether a JPEG is written without chroma subsampling (docs/decisions/004)."""

    @property
    def animated(self) -> bool:
        """Whether the result has more than one frame."""
        return self.frames > 1


class Picture(Struct, frozen=True, kw_only=True):
    """One frame between two operations: its pixels, its nominal size and the output's options.

    `size` is the picture's size as documented. After a reduced decode, `image` has fewer pixels;
    the first operation, which asked for that scale, returns a picture whose image has its `size`.
    The modes are L, LA, RGB and RGBA with 8 bits a channel.
    """

    image: Image.Image
    size: Size
    output: Output
    header: Header

    def with_image(self, image: Image.Image) -> "Picture":
        """Return a copy with these pixels and their size."""
        return replace(self, image=image, size=image.size)

    @property
    def has_alpha(self) -> bool:
        """Whether the pixels have an alpha channel."""
        return self.image.mode in ("LA", "RGBA")


def apply_orientation(image: Image.Image, orientation: int) -> Image.Image:
    """Rotate and mirror stored pixels upright by their EXIF orientation, 1…8."""
    transposition = _TRANSPOSITIONS.get(orientation)
    return image if transposition is None else image.transpose(transposition)


def swap_sides(size: Size, orientation: int) -> Size:
    """Return the upright size of a stored one, or the stored size of an upright one."""
    return (size[1], size[0]) if orientation in SIDEWAYS else size


def may_reduce(size: Size, orientation: int) -> bool:
    """Return whether a reduced decode, turned upright, stays aligned with the upper left corner.

    The last column and row of a reduced decode may cover fewer source pixels than the others. Where
    the orientation makes them the first ones, all others are shifted by the difference.
    """
    if orientation in _KEEPS_FIRST_CORNER:
        return True
    return not any(side % _LARGEST_REDUCTION for side in size)
