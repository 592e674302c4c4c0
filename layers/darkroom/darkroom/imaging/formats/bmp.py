"""BMP: bit fields and run lengths that Pillow does not read, alpha that it does not write."""

import struct
from dataclasses import dataclass
from typing import Self

from PIL import Image, ImageMath

from darkroom.imaging.engine import Engine
from darkroom.imaging.formats.format import PictureFormat
from darkroom.imaging.picture import Header, Output

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

_MASKS = (0x00FF0000, 0x0000FF00, 0x000000FF, 0xFF000000)
"""Bit masks of red, green, blue and alpha in a 32-bit pixel."""

_PER_METRE = 3780
"""96 dpi, as Pillow writes it."""


@dataclass(frozen=True, kw_only=True)
class Bmp(PictureFormat):
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
        if not bitmap.is_read_here:
            return super().read_header(data)
        return Header(format=self.name, size=bitmap.size)

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
    plugin="PIL.BmpImagePlugin",
    content_type="image/bmp",
    signatures=(b"BM",),
    bytes_per_pixel=18,  # 1 bit, with rounded corners
    ec_source_side="0040-00000017",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bitmap:
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

        Raises `ValueError` for a truncated file, and for more runs than the picture has pixels.
        """
        width, height = self.size
        rows = bytearray(width * height)
        place, x, y = self.offset, 0, 0
        most = place + _MOST_BYTES_PER_RUN * (width + 2) * (height + 1)
        while y < height:
            if place + 2 > len(data) and (x, y) == (width, height - 1):
                break
            if place + 2 > len(data) or place > most:
                raise ValueError("run lengths end too early, or not at all")
            count, value = data[place], data[place + 1]
            place += 2
            if count:
                run = _NIBBLES[value] if self.compression == _RLE4 else bytes((value,))
                pixels = (run * count)[:count]
            elif value == _END_OF_ROW:
                x, y = 0, y + 1
                continue
            elif value == _END_OF_PICTURE:
                break
            elif value == _MOVE:
                if place + 2 > len(data):
                    raise ValueError("run lengths end too early")
                x, y, place = x + data[place], y + data[place + 1], place + 2
                continue
            else:
                pixels, place = self._single_pixels(data, place, value)
            pixels = pixels[: max(0, width - x)]
            start = y * width + x
            rows[start : start + len(pixels)] = pixels
            x += len(pixels)
        image = Image.frombytes("L", self.size, bytes(rows))
        return image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)

    def _single_pixels(self, data: bytes, place: int, count: int) -> tuple[bytes, int]:
        """Read an absolute run, which is padded to an even number of bytes."""
        length = -(-count // 2) if self.compression == _RLE4 else count
        packed = data[place : place + length]
        if len(packed) < length:
            raise ValueError("run lengths end too early")
        pixels = packed
        if self.compression == _RLE4:
            pixels = b"".join(_NIBBLES[pair] for pair in packed)[:count]
        return pixels, place + length + (length & 1)


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
