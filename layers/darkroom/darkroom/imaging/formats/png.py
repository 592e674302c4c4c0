"""PNG: the chunks that pixels depend on, and corrections of what Pillow decodes.

Pillow receives a file of those chunks only. The others, damaged or not, change no pixel (C-180),
and Pillow would parse each of them in Python, and inflate every colour profile (decision 100).
"""

import struct
import zlib
from collections.abc import Iterable, Sequence
from typing import cast

from msgspec import Struct
from PIL import Image, ImageChops, ImageFile

from darkroom.errors import Code, OssError
from darkroom.geometry import area
from darkroom.imaging.coded_colour import coded_profile
from darkroom.imaging.colour import to_srgb
from darkroom.imaging.decoder_errors import DECODER_ERRORS
from darkroom.imaging.engine import Engine
from darkroom.imaging.formats.format import PictureFormat
from darkroom.imaging.metadata.exif_header import exif_orientation, read_exif
from darkroom.imaging.picture import Header, Output
from darkroom.imaging.png_encoder import png
from darkroom.imaging.work import Weight

MAX_CHUNKS = 50_000
"""Chunks of 400 bytes in the largest source; encoders write pixels in chunks of 8 KB or more."""

MAX_PROFILES = 10
"""A valid file has one."""

MAX_PROFILE_BYTES = 4_000_000
"""Of an inflated profile; those of printers take two million."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"

_HEAD = 8
"""Bytes of the file's signature, and of the length and type before each chunk's content."""

_CHECKSUM = 4

_DEPTH, _COLOUR_TYPE = 24, 25
"""Offsets of the bit depth and the colour type in the file."""

_GREY, _RGB, _GREY_ALPHA = 0, 2, 4

_LEVEL_BYTES = {_GREY: 2, _RGB: 6}
"""Bytes of the transparent level or colour, by colour type."""

_WIDE = 16

_RLE = 3
"""zlib's Z_RLE: files as small as OSS's, in a fraction of the default strategy's time (C-106)."""

_ZLIB_HEAD = b"\x78\x9c"

_MOST_BYTES_PER_PIXEL = 9
"""Four samples of 16 bits, and the filter byte of a row of one pixel."""

_ESSENTIAL = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})

_STEP = 1 << 20
"""Bytes that are inflated at once to compute their Adler-32."""


class Png(PictureFormat, frozen=True, kw_only=True):
    """PNG through Pillow, in every mode and bit depth."""

    def read_header(self, data: bytes) -> Header:
        """Read size and orientation."""
        chunks = read_chunks(data)
        pixels = next((n for n, each in enumerate(chunks, 1) if each.name == b"IDAT"), None)
        exif = read_exif(_sound_content(data, chunks, b"eXIf"))
        return Header(
            format=self.name,
            size=self.open(_essential(data, chunks[:pixels])).size,
            orientation=exif_orientation(exif),
            opaque=_is_opaque(data, chunks),
        )

    def decode_still(self, data: bytes, header: Header, reduction: int) -> Image.Image:
        """Decode the chunks that pixels depend on; a wrong Adler-32 after the last is ignored."""
        del reduction
        chunks = read_chunks(data)
        file = _essential(data, chunks)
        most = area(header.size) * _MOST_BYTES_PER_PIXEL
        if is_apple := chunks[0].name == b"CgBI":
            file = _resealed(file, most)
        image = self.open(file)
        try:
            image.load()
        except DECODER_ERRORS:
            file = _resealed(file, most)
            image = self.open(file)
            image.load()
        profile = _profile(data, chunks)
        if profile is not None:
            image.info["icc_profile"] = profile
        return self._detached(from_apple(image) if is_apple else image, file)

    def save(
        self, image: Image.Image, output: Output, engine: Engine | None, **options: object
    ) -> bytes:
        """Encode with libpng's row filters, in C where there is an engine."""
        if engine is None:
            return super().save(image, output, engine, **options)
        return png(image, engine)

    def to_working_mode(self, image: Image.Image, data: bytes) -> Image.Image:
        """Convert to a working mode after `fix_transparency`, with the colour in all 16 bits."""
        if _is_wide_colour(data) and (colour := image.info.pop("transparency", None)) is not None:
            lower = cast("ImageFile.ImageFile", self.open(data))
            # This raw mode takes the second byte of each sample, the file's own the first.
            lower.tile = [tile._replace(args="RGB;16L") for tile in lower.tile]
            lower.load()
            return to_srgb(_without_colour(image, lower, colour))
        return to_srgb(fix_transparency(image, data))


PNG = Png(
    name="png",
    pillow_name="PNG",
    decoding_weight=20,
    encoding_weight=Weight(opaque=200, alpha=200),
    plugin="PIL.PngImagePlugin",
    content_type="image/png",
    signatures=(_SIGNATURE,),
    bytes_per_pixel=18,  # 16-bit grey with a transparent level
    encoder_options={"compress_type": _RLE},
)


_ALPHA_BIT = 4
"""The bit of a PNG's colour type that stands for an alpha channel."""


class Chunk(Struct, frozen=True, kw_only=True):
    """A chunk's name, and start and end of its content in the file."""

    name: bytes
    start: int
    end: int


def read_chunks(data: bytes) -> list[Chunk]:
    """Return the chunks from the header to IEND.

    The last chunk of a truncated file ends after the file. Raises `ImageTooLarge` for more than
    `MAX_CHUNKS` chunks or `MAX_PROFILES` profiles.
    """
    position, chunks = _HEAD, list[Chunk]()
    while position + _HEAD <= len(data):
        length, name = struct.unpack_from(">I4s", data, position)
        chunks.append(Chunk(name=name, start=position + _HEAD, end=position + _HEAD + length))
        if len(chunks) > MAX_CHUNKS:
            raise _too_many(f"over {MAX_CHUNKS} chunks")
        if name == b"IEND":
            break
        position = chunks[-1].end + _CHECKSUM
    if (profiles := sum(each.name == b"iCCP" for each in chunks)) > MAX_PROFILES:
        raise _too_many(f"{profiles} colour profiles")
    return chunks


def _too_many(parts: str) -> OssError:
    message = f"The picture has {parts}: a PNG may have {MAX_CHUNKS} and {MAX_PROFILES} of these."
    return OssError(Code.IMAGE_TOO_LARGE, message)


def _essential(data: bytes, chunks: Iterable[Chunk]) -> bytes:
    """Return a file of the chunks that pixels depend on."""
    kept = [each for each in chunks if each.name in _ESSENTIAL]
    parts = (
        data[each.start - _HEAD : each.end + _CHECKSUM]
        for each in kept
        if each.name != b"tRNS" or _has_level(data, each)
    )
    return _SIGNATURE + b"".join(parts)


def _has_level(data: bytes, chunk: Chunk) -> bool:
    """Return whether a tRNS chunk can be read; libpng also ignores one that cannot."""
    header = data.find(b"IHDR") - _HEAD - 4 + _COLOUR_TYPE
    least = _LEVEL_BYTES.get(data[header], 0)
    return chunk.end - chunk.start >= least and _is_sound(data, chunk)


def _is_sound(data: bytes, chunk: Chunk) -> bool:
    checksum = zlib.crc32(data[chunk.start - 4 : chunk.end]).to_bytes(_CHECKSUM)
    return data[chunk.end : chunk.end + _CHECKSUM] == checksum


def _sound_content(data: bytes, chunks: Iterable[Chunk], name: bytes) -> bytes | None:
    """Return the content of the first chunk of a name, None where its checksum is wrong."""
    chunk = next((each for each in chunks if each.name == name), None)
    return data[chunk.start : chunk.end] if chunk and _is_sound(data, chunk) else None


def _profile(data: bytes, chunks: Sequence[Chunk]) -> bytes | None:
    """Return the embedded profile, or else the profile that the code points of cICP stand for."""
    content = _sound_content(data, chunks, b"iCCP") or b""
    _, _, packed = content.partition(b"\0")
    profile = _inflated(packed[1:]) if packed[:1] == b"\0" else None
    if profile is None and (coded := _sound_content(data, chunks, b"cICP")):
        profile = coded_profile(*coded[:2]) if len(coded) == 4 else None
    return profile


def _inflated(packed: bytes) -> bytes | None:
    """Return an inflated profile, None for a damaged one or one over `MAX_PROFILE_BYTES`."""
    inflate = zlib.decompressobj()
    try:
        profile = inflate.decompress(packed, MAX_PROFILE_BYTES)
    except zlib.error:
        return None
    return profile if inflate.eof else None


def _resealed(file: bytes, most: int) -> bytes:
    """Return a file whose compressed pixels have a new zlib header and a new Adler-32.

    Apple's tools write neither, and a wrong Adler-32 after the last pixel changes none. The pixels
    take at most `most` bytes. Raises `ValueError` where the compressed pixels are damaged.
    """
    chunks = read_chunks(file)
    pixels = [each for each in chunks if each.name == b"IDAT"]
    if all(_is_sound(file, each) for each in pixels):
        packed = b"".join(file[each.start : each.end] for each in pixels)
        for head in (0, len(_ZLIB_HEAD)):
            sealed = _sealed(packed[head:], most)
            if sealed is not None:
                others = [each for each in chunks if each.name not in (b"IDAT", b"IEND")]
                return _essential(file, others) + _chunk(b"IDAT", sealed) + _chunk(b"IEND", b"")
    raise ValueError("the compressed pixels are damaged")


def _sealed(packed: bytes, most: int) -> bytes | None:
    """Return a deflate stream as a zlib stream.

    Returns None for a damaged stream, and for one that inflates to more than `most` bytes.
    """
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    checksum, size, rest = zlib.adler32(b""), 0, packed
    try:
        while not inflate.eof and size <= most:
            part = inflate.decompress(rest, _STEP)
            rest = inflate.unconsumed_tail
            checksum, size = zlib.adler32(part, checksum), size + len(part)
            if not part and not rest:
                return None
    except zlib.error:
        return None
    if not inflate.eof or size > most:
        return None
    end = len(packed) - len(inflate.unused_data)
    return _ZLIB_HEAD + packed[:end] + checksum.to_bytes(_CHECKSUM)


def _chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + checksum.to_bytes(_CHECKSUM)


def from_apple(image: Image.Image) -> Image.Image:
    """Return the RGB or RGBA of Apple's BGR or premultiplied BGRA."""
    if image.mode != "RGBA":
        red, green, blue = image.split()
        return Image.merge("RGB", (blue, green, red))
    blue, green, red, alpha = image.split()
    return Image.merge("RGBa", (red, green, blue, alpha)).convert("RGBA")


def fix_transparency(image: Image.Image, data: bytes) -> Image.Image:
    """Return a decoded PNG with the mode and the transparent level that the file specifies.

    Pillow decodes grey with alpha as RGBA, and does not scale the transparent level of 2-bit,
    4-bit and 16-bit grey as it scales the samples.
    """
    depth, colour_type = data[_DEPTH], data[_COLOUR_TYPE]
    if colour_type == _GREY_ALPHA:
        return image.convert("LA")
    level = image.info.get("transparency")
    if level is None or colour_type not in (_GREY, _RGB):
        return image
    if depth == _WIDE and colour_type == _GREY:
        return _without_level(image, level)
    if image.mode == "L":
        # Pillow scales samples of 2 and 4 bits to 0…255, but not the level.
        image.info["transparency"] = level * 255 // ((1 << depth) - 1)
    return image


def _is_wide_colour(data: bytes) -> bool:
    return data[_DEPTH] == _WIDE and data[_COLOUR_TYPE] == _RGB


def _without_colour(
    image: Image.Image, lower: Image.Image, colour: tuple[int, int, int]
) -> Image.Image:
    """Return the upper bytes of 16-bit RGB as RGBA, the pixels of one colour transparent."""
    opaque = Image.new("L", image.size)
    for bytes_, shift in ((image, 8), (lower, 0)):
        for band, sample in zip(bytes_.split(), colour, strict=True):
            expected = sample >> shift & 0xFF
            other = band.point([0 if value == expected else 255 for value in range(256)])
            opaque = ImageChops.lighter(opaque, other)
    image.putalpha(opaque)
    return image


def _without_level(image: Image.Image, level: int) -> Image.Image:
    """Return 16-bit grey as LA, the pixels of one level transparent, others by their upper byte."""
    samples = image.convert("I")
    grey = samples.point(lambda sample: sample / 256).convert("L")
    grey.putalpha(samples.point([0 if value == level else 255 for value in range(1 << 16)], "L"))
    grey.info = {name: value for name, value in image.info.items() if name != "transparency"}
    return grey


def _is_opaque(data: bytes, chunks: list[Chunk]) -> bool:
    """Return whether the colour type has no alpha and no chunk adds transparency."""
    colour_type = next((data[each.start + 9] for each in chunks if each.name == b"IHDR"), 6)
    return not colour_type & _ALPHA_BIT and all(each.name != b"tRNS" for each in chunks)
