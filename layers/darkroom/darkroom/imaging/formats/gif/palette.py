"""Palettes: 24-bit colours → at most 256, and back to those of a palette that exists already."""

from PIL import Image

type Palette = tuple[bytes, ...]
"""Colours of three bytes each, by number."""

FULL = 256
"""Colours of the largest palette; a transparent one takes a place too."""

_FEW = 4096
"""Colours up to which a palette is counted out, as for a drawing with smoothed edges."""

_NEAR = 4
"""Levels by which a channel may be off where another palette's colour is taken."""


def quantise(pixels: Image.Image, most: int) -> Image.Image:
    """Choose at most that many colours for an RGB picture.

    Few are counted out, exactly where they all fit. Many are chosen by an octree and
    dithered: on a photograph that is a hundred times faster, and looks better from afar.
    """
    if pixels.getcolors(_FEW):
        return pixels.quantize(most, Image.Quantize.MEDIANCUT)
    palette = pixels.quantize(most, Image.Quantize.FASTOCTREE)
    return pixels.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)


def colours(indices: Image.Image) -> Palette:
    """List the colours of a palette picture as far as it uses them."""
    used = 1 + max(index for index, count in enumerate(indices.histogram()) if count)
    flat = bytes(indices.getpalette() or ())
    return tuple(flat[3 * index : 3 * index + 3] for index in range(used))


def remap(indices: Image.Image, own: Palette, other: Palette) -> Image.Image | None:
    """Number the colours as another palette does, or give none where that lacks one."""
    places = {colour: place for place, colour in enumerate(other)}
    guesses = _nearest_candidates(own, other)
    numbers = [places.get(colour, guess) for colour, guess in zip(own, guesses, strict=True)]
    for colour, number in zip(own, numbers, strict=True):
        if number >= len(other) or _distance(colour, other[number]) > _NEAR:
            return None
    return indices.point(numbers + [0] * (FULL - len(numbers)))


def _nearest_candidates(own: Palette, other: Palette) -> bytes:
    """Number colours as Pillow finds them in the other palette: nearby, not always nearest."""
    strip = Image.frombytes("RGB", (len(own), 1), b"".join(own))
    palette = Image.new("P", (1, 1))
    palette.putpalette(b"".join(other))
    return strip.quantize(palette=palette, dither=Image.Dither.NONE).tobytes()


def _distance(one: bytes, other: bytes) -> int:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


def table(palette: Palette) -> bytes:
    """Fill up to a power of two, with room for a transparent colour where there can be."""
    size = 1 << max(1, min(len(palette), FULL - 1).bit_length())
    return b"".join(palette).ljust(3 * size, b"\0")
