"""A picture on its way through the operations, and what is known of where it came from."""

from dataclasses import dataclass, field, replace

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
"""What turns each orientation upright."""

_KEEPS_FIRST_CORNER = frozenset({1, 5})
"""Orientations that leave the pixel at the upper left where it is."""

_LARGEST_REDUCTION = 8
"""Pixels along each side that become one at the smallest scale of a reduced decode."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of an animation, or the only one; shown for `duration` milliseconds."""

    image: Image.Image
    duration: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """Resolution as the file writes it: `info` shows the numbers unreduced."""

    unit: int
    x: tuple[int, int]
    y: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a file says of itself before any pixel is decoded."""

    format: str
    """The documented word: jpg, png, webp, bmp, gif, tiff, heic, avif."""
    size: Size
    """As stored, before orientation; HEIC, AVIF and TIFF are turned by their decoders."""
    decoded_size: Size | None = None
    """The largest width and height that decoding makes, where these are not the size's."""
    frames: int = 1
    loop_count: int = 1
    """How often an animation is shown; 0 is for ever."""
    orientation: int = NORMAL_ORIENTATION
    alpha: bool = False
    """Whether a HEIC or AVIF has an alpha channel; not looked up for other formats."""
    quality: int | None = None
    """Quality of a JPEG on the IJG scale, estimated from its luminance table."""
    resolution: Resolution | None = None
    exif: bytes | None = None
    """The EXIF block as stored; a TIFF is one as a whole."""

    @property
    def upright_size(self) -> Size:
        """Width and height after orientation."""
        return swap_sides(self.size, self.orientation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """How the result is encoded, decided before the first pixel is."""

    format: str
    alpha: bool
    """Whether the format can hold transparency; without it, empty areas are white."""
    frames: int = 1
    loop_count: int = 1
    """How often an animation is shown; 0 is for ever."""
    quality: int | None = None
    """IJG scale for jpg, the encoder's own scale elsewhere; none where it has no effect."""
    progressive: bool = False
    full_chroma: bool = False
    """Whether a JPEG keeps colour at full resolution (docs/decisions/004)."""

    @property
    def animated(self) -> bool:
        """Whether more than the first frame goes into it."""
        return self.frames > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One frame: its pixels, the size they stand for and where it is going.

    `size` is in pixels of the picture as documented. The pixels themselves may be fewer
    right after decoding at reduced scale; the first operation, which asked for that scale,
    brings both together. Modes are L, LA, RGB and RGBA, 8 bits a channel.
    """

    image: Image.Image
    size: Size
    output: Output
    header: Header = field(repr=False)

    def with_image(self, image: Image.Image) -> "Picture":
        """The same picture with new pixels, and the size that these have."""
        return replace(self, image=image, size=image.size)

    @property
    def has_alpha(self) -> bool:
        """Whether any pixel could be transparent."""
        return self.image.mode in ("LA", "RGBA")


def apply_orientation(image: Image.Image, orientation: int) -> Image.Image:
    """Turn and mirror stored pixels upright."""
    transposition = _TRANSPOSITIONS.get(orientation)
    return image if transposition is None else image.transpose(transposition)


def swap_sides(size: Size, orientation: int) -> Size:
    """Return the stored size of an upright one, or the reverse."""
    return (size[1], size[0]) if orientation in SIDEWAYS else size


def may_reduce(size: Size, orientation: int) -> bool:
    """Tell whether a reduced decode, turned upright, is aligned with the picture's upper left.

    The last column and row of a reduced decode may stand for fewer pixels than the others. If
    they are turned to the front, everything after them is shifted by what they lack.
    """
    if orientation in _KEEPS_FIRST_CORNER:
        return True
    return not any(side % _LARGEST_REDUCTION for side in size)
