"""Palettes: 24-bit colours → at most 256, and from one palette's indices to another's."""

from PIL import Image

type Palette = tuple[bytes, ...]
"""Colours of three bytes each, by index."""

FULL = 256
"""Entries of the largest palette, a transparent one included."""

_FEW = 4096
"""Number of colours up to which median cut is used, as for a drawing with antialiased edges."""

_NEAR = 4
"""Largest difference of a channel at which another palette's colour is used."""


def quantise(pixels: Image.Image, most: int) -> Image.Image:
    """Return an RGB picture as indices of a palette of at most `most` colours.

    Pictures of few colours are quantised by median cut, without loss if all colours fit. Others
    use an octree and dithering, which is a hundred times faster on a photograph.
    """
    if pixels.getcolors(_FEW):
        return pixels.quantize(most, Image.Quantize.MEDIANCUT)
    palette = pixels.quantize(most, Image.Quantize.FASTOCTREE)
    return pixels.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)


def colours(indices: Image.Image) -> Palette:
    """Return the palette of a picture up to the last index that it uses."""
    used = 1 + max(index for index, count in enumerate(indices.histogram()) if count)
    flat = bytes(indices.getpalette() or ())
    return tuple(flat[3 * index : 3 * index + 3] for index in range(used))


def remap(indices: Image.Image, own: Palette, other: Palette) -> Image.Image | None:
    """Return the picture with another palette's indices, or None if that lacks a colour."""
    exact = {colour: index for index, colour in enumerate(other)}
    candidates = _nearest_candidates(own, other)
    mapping = [exact.get(colour, near) for colour, near in zip(own, candidates, strict=True)]
    for colour, index in zip(own, mapping, strict=True):
        if index >= len(other) or _distance(colour, other[index]) > _NEAR:
            return None
    return indices.point(mapping + [0] * (FULL - len(mapping)))


def _nearest_candidates(own: Palette, other: Palette) -> bytes:
    """Return Pillow's index in the other palette for each colour: close, not always nearest."""
    strip = Image.frombytes("RGB", (len(own), 1), b"".join(own))
    palette = Image.new("P", (1, 1))
    palette.putpalette(b"".join(other))
    return strip.quantize(palette=palette, dither=Image.Dither.NONE).tobytes()


def _distance(one: bytes, other: bytes) -> int:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


def table(palette: Palette) -> bytes:
    """Return a colour table padded to a power of two, with a free entry for a transparent colour.

    A full palette has no free entry.
    """
    size = 1 << max(1, min(len(palette), FULL - 1).bit_length())
    return b"".join(palette).ljust(3 * size, b"\0")
