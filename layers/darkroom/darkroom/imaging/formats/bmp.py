"""BMP: bit fields and run lengths that Pillow does not read, alpha that it does not write."""

import struct
from collections.abc import Iterator
from operator import getitem, mul
from typing import Self

from msgspec import Struct
from PIL import Image, ImageMath

from darkroom.errors import too_many
from darkroom.imaging.engine import Engine
from darkroom.imaging.formats.format import PictureFormat
from darkroom.imaging.picture import Header, Output
from darkroom.imaging.work import Weight

_HEADER = struct.Struct("<2sIHHI")
"""BITMAPFILEHEADER: signature, file size, two reserved words, offset of the pixels."""

_INFO = struct.Struct("<IiiHHIIiiII4I4s36s3I")
"""BITMAPV4HEADER: the first version with a mask for alpha, which readers need to apply it."""

_RAW, _RLE8, _RLE4, _BIT_FIELDS, _ALPHA_BIT_FIELDS = 0, 1, 2, 3, 6
"""Compressions."""

_HEADER_SIZES = (12, 16, 40, 52, 56, 64, 108, 124)
_OS2_HEADER, _FIRST_WITH_MASKS, _FIRST_WITH_ALPHA_MASK = 12, 52, 56
_DEPTHS = (1, 4, 8, 16, 24, 32)

_END_OF_ROW, _END_OF_PICTURE, _MOVE = 0, 1, 2
"""Codes after a zero in run lengths; a greater one is the length of an absolute run."""

_MOST_BYTES_PER_RUN = 4
"""Two bytes of a run or an end of a row, or four of a move."""

_NIBBLES = [bytes((pair >> 4, pair & 15)) for pair in range(256)]
_BYTES = [bytes((value,)) for value in range(256)]
"""The pixels that a run repeats, by its value: two, or one."""

_FIRST = [slice(count) for count in range(256)]

_RUNS_AT_ONCE = 4096
"""Successive runs that are expanded at once, as one code, to at most 255 pixels each."""

_HEX_DIGITS = bytes.maketrans(b"0123456789abcdef", bytes(range(16)))

_TO_FIRST = -(1 << 40)
"""Columns to move to the beginning of a row, from anywhere."""

MAX_CODES = 2_000_000
"""Codes of a picture, each of which takes a step of Python."""

_MASKS = (0x00FF0000, 0x0000FF00, 0x000000FF, 0xFF000000)
"""Bit masks of red, green, blue and alpha in a 32-bit pixel."""

_PER_METRE = 3780
"""96 dpi, as Pillow writes it."""


class Bmp(PictureFormat, frozen=True, kw_only=True):
    """BMP of 24 bits a pixel, or of 32 if any pixel is transparent (C-109)."""

    def matches(self, data: bytes) -> bool:
        """Return whether the signature and the size of the header match: text may start `BM`."""
        return data.startswith(b"BM") and int.from_bytes(data[14:18], "little") in _HEADER_SIZES

    def read_header(self, data: bytes) -> Header:
        """Read the size."""
        bitmap = Bitmap.read(data)
        if bitmap.depth not in _DEPTHS or bitmap.compression not in _COMPRESSIONS:
            raise self.unsupported()
        if any(bitmap.masks) and bitmap.depth not in (16, 32):
            # Compression 3 of OS/2 is Huffman's.
            raise self.unsupported()
        if bitmap.is_read_here:
            return Header(format=self.name, size=bitmap.size, alpha=bitmap.masks[3] != 0)
        opened = self.open(data)
        return Header(format=self.name, size=opened.size, alpha=opened.mode == "RGBA")

    def decode_still(self, data: bytes, header: Header, reduction: int) -> Image.Image:
        """Decode with Pillow, except run lengths and bit fields that Pillow does not support."""
        bitmap = Bitmap.read(data)
        if not bitmap.is_read_here:
            return super().decode_still(data, header, reduction)
        if bitmap.compression in (_RLE4, _RLE8):
            image = self._with_colours(bitmap.run_lengths(data), data)
        else:
            image = bitmap.bit_fields(data)
        return self._detached(image, data)

    def _with_colours(self, indices: Image.Image, data: bytes) -> Image.Image:
        """Return the indices with the palette of the file."""
        opened = self.open(data)
        if opened.mode != "P" or opened.palette is None:
            return indices
        coloured = Image.frombytes("P", indices.size, indices.tobytes())
        coloured.putpalette(opened.palette)
        return coloured

    def prepare(self, image: Image.Image, output: Output) -> Image.Image:
        """Return RGBA if any pixel is transparent, else RGB."""
        image = super().prepare(image, output)
        if image.mode in ("LA", "RGBA") and image.getchannel("A").getextrema() != (255, 255):
            return image.convert("RGBA")
        return image.convert("RGB")

    def save(
        self, image: Image.Image, output: Output, engine: Engine | None, **options: object
    ) -> bytes:
        """Encode RGB with Pillow and RGBA with `bgra`."""
        return (
            bgra(image) if image.mode == "RGBA" else super().save(image, output, engine, **options)
        )


BMP = Bmp(
    name="bmp",
    pillow_name="BMP",
    decoding_weight=5,
    encoding_weight=Weight(opaque=10, alpha=10),
    plugin="PIL.BmpImagePlugin",
    content_type="image/bmp",
    signatures=(b"BM",),
    bytes_per_pixel=18,  # 1 bit, with rounded corners
    ec_source_side="0040-00000017",
)


class Bitmap(Struct, frozen=True, kw_only=True):
    """The header of a bitmap."""

    size: tuple[int, int]
    depth: int
    """Bits a pixel."""
    compression: int
    masks: tuple[int, int, int, int]
    """Bit masks of red, green, blue and alpha; zeros without bit fields."""
    offset: int
    """Offset of the pixels."""
    is_top_down: bool

    @classmethod
    def read(cls, data: bytes) -> Self:
        """Read a header of any version; raises `struct.error` for a truncated one."""
        offset, size = struct.unpack_from("<LL", data, 10)
        if size == _OS2_HEADER:
            width, height, _, depth = struct.unpack_from("<4H", data, 18)
            compression = _RAW
        else:
            width, height, _, depth = struct.unpack_from("<llHH", data, 18)
            compression = struct.unpack_from("<L", data, 30)[0] if size > _OS2_HEADER + 4 else _RAW
        if width < 0:
            raise ValueError("a bitmap of a negative width")
        masks = (0, 0, 0, 0)
        if compression in (_BIT_FIELDS, _ALPHA_BIT_FIELDS):
            has_alpha = size >= _FIRST_WITH_ALPHA_MASK or compression == _ALPHA_BIT_FIELDS
            red, green, blue = struct.unpack_from("<3L", data, 54)
            masks = (red, green, blue, struct.unpack_from("<L", data, 66)[0] if has_alpha else 0)
        return cls(
            size=(width, abs(height)),
            depth=depth,
            compression=compression,
            masks=masks,
            offset=offset,
            is_top_down=height < 0,
        )

    @property
    def is_read_here(self) -> bool:
        """Whether Pillow does not decode the pixels correctly."""
        if self.compression in (_RLE4, _RLE8):
            return True
        return any(self.masks) and (self.depth, self.masks) not in _READ_BY_PILLOW

    def bit_fields(self, data: bytes) -> Image.Image:
        """Decode pixels of 16 or 32 bits by their masks; raises `ValueError` if truncated."""
        width, height = self.size
        row = -(-width * self.depth // 32) * 4
        raw, mode = ("I;16", "I;16") if self.depth == 16 else ("I", "I")
        direction = 1 if self.is_top_down else -1
        pixels = data[self.offset : self.offset + row * height]
        image = Image.frombytes(mode, self.size, pixels, "raw", raw, row, direction)
        samples = image.convert("I")
        channels = [_channel(samples, mask) for mask in self.masks if mask]
        if not all(self.masks[:3]):
            raise ValueError("a colour without a bit field")
        return Image.merge("RGBA" if self.masks[3] else "RGB", channels)

    def run_lengths(self, data: bytes) -> Image.Image:
        """Decode the palette indices; a run that is longer than its row is cut off.

        Raises `ValueError` for a truncated file and for more codes than the picture has pixels, and
        `ImageTooLarge` for more than `MAX_CODES`.
        """
        width, height = self.size
        rows = bytearray(width * height)
        x, y = 0, 0
        for across, down, run in self._codes(data):
            if run:
                shown = run if x + len(run) <= width else run[: max(0, width - x)]
                start = y * width + x
                rows[start : start + len(shown)] = shown
                x += len(shown)
            else:
                x, y = max(0, x + across), y + down
            if y >= height:
                break
        else:
            if (x, y) != (width, height - 1):
                raise ValueError("run lengths end too early")
        image = Image.frombytes("L", self.size, bytes(rows))
        return image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)

    def _codes(self, data: bytes) -> Iterator[tuple[int, int, bytes]]:
        """Yield columns and rows to move, or pixels, up to the end of the file."""
        # Every code takes an even number of bytes.
        counts, values = data[self.offset :: 2], data[self.offset + 1 :: 2]
        pixels, wide = data[self.offset :], 2
        if self.compression == _RLE4:
            pixels, wide = pixels.hex().encode().translate(_HEX_DIGITS), 4
        place, size = 0, len(values)
        most = _MOST_BYTES_PER_RUN // 2 * (self.size[0] + 2) * (self.size[1] + 1)
        for _ in range(MAX_CODES):
            if place >= size:
                return
            if place > most:
                raise ValueError("more run lengths than pixels")
            count, value = counts[place], values[place]
            place += 1
            if count:
                end = counts.find(0, place, place + _RUNS_AT_ONCE)
                end = min(end if end >= 0 else place + _RUNS_AT_ONCE, size)
                yield 0, 0, self._expanded(counts[place - 1 : end], values[place - 1 : end])
                place = end
            elif value > _MOVE:
                run = pixels[wide * place : wide * place + value]
                if len(run) < value:
                    raise ValueError("run lengths end too early")
                yield 0, 0, run
                place += -(-value // wide)
            elif value == _MOVE:
                if place >= size:
                    raise ValueError("run lengths end too early")
                yield counts[place], values[place], b""
                place += 1
            else:
                yield _TO_FIRST, 1 if value == _END_OF_ROW else self.size[1], b""
        raise too_many("run lengths", MAX_CODES + 1, MAX_CODES)

    def _expanded(self, counts: bytes, values: bytes) -> bytes:
        """Return the pixels of runs, without a step of Python for each."""
        units = _BYTES if self.compression == _RLE8 else _NIBBLES
        if len(counts) == 1:
            return (units[values[0]] * counts[0])[: counts[0]]
        runs = map(mul, map(units.__getitem__, values), counts)
        if self.compression == _RLE4:
            # A unit is of two pixels, so that a run is twice as long as it states.
            runs = map(getitem, runs, map(_FIRST.__getitem__, counts))
        return b"".join(runs)


_COMPRESSIONS = (_RAW, _RLE8, _RLE4, _BIT_FIELDS, _ALPHA_BIT_FIELDS)

_READ_BY_PILLOW = frozenset(
    {
        (32, (0xFF0000, 0xFF00, 0xFF, 0)),
        (32, (0xFF000000, 0xFF0000, 0xFF00, 0)),
        (32, (0xFF000000, 0xFF0000, 0xFF00, 0xFF)),
        (32, (0xFF, 0xFF00, 0xFF0000, 0xFF000000)),
        (32, _MASKS),
        (16, (0xF800, 0x7E0, 0x1F, 0)),
        (16, (0x7C00, 0x3E0, 0x1F, 0)),
    }
)


def _channel(samples: Image.Image, mask: int) -> Image.Image:
    """Return the channel of a mask, scaled to eight bits."""
    shift = max((mask & -mask).bit_length() - 1, mask.bit_length() - 8)
    most = mask >> shift
    values = ImageMath.lambda_eval(
        lambda names: (((names["samples"] >> shift) & most) * 255 + most // 2) / most,
        samples=samples,
    )
    channel: Image.Image = values.convert("L")
    return channel


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
