"""JPEG: the segments that pixels depend on, reduced decodes, and bounds on segments and scans.

Pillow receives a file of those segments only: the others, damaged or not, change no pixel (C-180).

A progressive scan of a few bytes costs the decoder a pass over the whole picture, and Pillow reads
segments one by one in Python: a small file of many scans or segments could occupy a decoder for
hours (decision 100).
"""

import math
import re
import struct
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import blake2b

from msgspec import Struct, field
from PIL import Image, ImageChops

from darkroom.errors import too_many
from darkroom.geometry import Size, enlarges
from darkroom.imaging.colour import changes_colours
from darkroom.imaging.decoder_errors import DECODER_ERRORS
from darkroom.imaging.engine import Engine, JpegFile, Planes, Scaling
from darkroom.imaging.engine_library import Damaged, Unsupported
from darkroom.imaging.formats.format import PictureFormat
from darkroom.imaging.metadata.exif_header import read_exif_header
from darkroom.imaging.picture import Frame, Header, Output, Resolution
from darkroom.imaging.work import Weight

OVERSAMPLING = 1.25
"""Least ratio of the sides of a reduced decode to those needed (decision 003)."""

MAX_SCANS = 100
"""As in libtiff for JPEGs in TIFFs; encoders write ten at most."""

MAX_SEGMENTS = 1000
"""Before the first scan; 20 MB of metadata fill 320 segments."""

MAX_SKIPPED = 65_536
"""Bytes between segments, which decoders skip."""

DEFAULT_QUALITY = 75

MIN_PIXELS_OF_PLANES = 500_000
"""Pixels from which on a JPEG is scaled in its own planes."""

_SCAN = re.compile(rb"\xff\xda\0(?:\x08\x01|\x0a\x02|\x0c\x03|\x0e\x04)")
"""SOS marker, length and component count of a scan; libjpeg refuses any other length."""

_SEGMENT = re.compile(rb"\xff([\x02-\xc7\xc9-\xcf\xda-\xef\xfe])")
"""A marker that a length follows."""

_SOI, _EOI, _FILL = b"\xff\xd8", b"\xff\xd9", b"\xff"
_AFTER_SCAN = re.compile(rb"\xff[^\0\xd0-\xd7\xff]")
"""A marker that a scan cannot contain."""

_START_OF_SCAN = 0xDA
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SEQUENTIAL = (0xC0, 0xC1)
"""Frames that one scan may contain completely: Huffman-coded and not progressive."""
_LOSSLESS = (0xC3, 0xC7, 0xCB, 0xCF)
"""Frames that libjpeg does not decode at a reduced scale."""

_APP0, _APP1, _APP2, _APP14, _COMMENT = 0xE0, 0xE1, 0xE2, 0xEE, 0xFE
_JFIF, _EXIF, _ICC, _ADOBE = b"JFIF\0", b"Exif\0\0", b"ICC_PROFILE\0", b"Adobe"
_JFIF_BYTES, _ADOBE_BYTES, _ICC_HEAD = 12, 12, 14

_CHANNELS = (1, 3)
"""Components of the files that the engine decodes: grey, and luma with two colour differences."""

_SMOOTHING, _OPTIMIZE = 0, True
"""Settings of the encoder (C-105)."""

_COEFFICIENT_BYTES = 2
"""Memory per sample of the coefficients, which a decoder keeps until the last of several scans."""

_LARGEST_BLOCK = 16
"""Pixels along each side of the largest block, with chroma at half resolution."""
_MOST_HEADER_BYTES = 65_536
_MOST_SAMPLE_BYTES = 4

_ENDINGS = (b"\0" * 64, b"\xaa" * 64, b"\x55" * 64, b"\xfe" * 64)
"""Replacements of a missing end: if the pixels are the same with each, none is missing."""


_MISSING = (127, 128)
"""Half of the range, and its inverse in CMYK."""


_MAX_JUDGED = 64_000_000
"""Pixels up to which a missing end is judged at full resolution."""

_BAND = 256


class Jpeg(PictureFormat, frozen=True, kw_only=True):
    """JPEG through libjpeg-turbo, 4:2:0 with optimised Huffman tables (C-105)."""

    def read_header(self, data: bytes) -> Header:
        """Read size, orientation, quality and resolution."""
        segments = read_segments(data)
        image = self.open(segments.header(data))
        # An attribute of JPEG images alone.
        tables: dict[int, list[int]] = getattr(image, "quantization", {})
        orientation, resolution = read_exif_header(segments.exif)
        return Header(
            format=self.name,
            size=image.size,
            coefficient_bytes=self._coefficient_bytes(segments, len(image.getbands())),
            orientation=orientation,
            opaque=True,
            quality=estimated_quality(tables[min(tables)]) if tables else None,
            resolution=resolution or segments.resolution,
            exif=segments.exif,
            structure=segments,
        )

    def frames(
        self,
        data: bytes,
        header: Header,
        *,
        needed: Size | None,
        every: bool,
        engine: Engine | None = None,
    ) -> Iterator[Frame]:
        """Decode; with an engine to exactly the needed size, or a small picture whole."""
        image = None
        if engine is not None and needed is not None:
            image = self._decode_exactly(data, header, needed, engine)
            needed = needed if is_scaled_in_planes(header) else None
        if image is None:
            yield from super().frames(data, header, needed=needed, every=every)
        else:
            yield Frame(image)

    def _decode_exactly(
        self, data: bytes, header: Header, size: Size, engine: Engine
    ) -> Image.Image | None:
        """Decode and scale to the size; None for a file that is left to Pillow."""
        if not is_scaled_in_planes(header) or enlarges(header.size, size):
            return None
        file = _segments(header).in_pieces(data)
        try:
            image = engine.decode_jpeg_image(file, Scaling.whole(header.size, size))
        except (Damaged, Unsupported):
            return None
        image.info["icc_profile"] = self.open(file.header).info.get("icc_profile")
        return self._detached(image, data)

    def decode_planes(
        self, data: bytes, header: Header, scaling: Scaling, engine: Engine, *, chroma_step: int
    ) -> Planes | None:
        """Decode to planes of the size that is kept; None for a file that needs Pillow.

        That is one with another colour space than sRGB, too.
        """
        segments = _segments(header)
        if segments.components not in _CHANNELS:
            return None
        file = segments.in_pieces(data)
        if segments.profile and changes_colours(self.open(file.header)):
            return None
        try:
            return engine.decode_jpeg(
                file, scaling, channels=segments.components, chroma_step=chroma_step
            )
        except (Damaged, Unsupported):
            return None

    def encode_planes(self, planes: Planes, output: Output, engine: Engine) -> bytes:
        """Encode planes as they are."""
        quality = output.quality or DEFAULT_QUALITY
        return engine.encode_jpeg(planes, quality=quality, progressive=output.progressive)

    def _coefficient_bytes(self, segments: "Segments", bands: int) -> int:
        """Return the memory per pixel that a reduced decode takes for the whole picture."""
        if segments.frame in _LOSSLESS:
            return self.bytes_per_pixel
        return 0 if segments.is_one_scan else _COEFFICIENT_BYTES * bands

    def decode_still(self, data: bytes, header: Header, reduction: int) -> Image.Image:
        """Decode; a file that lacks only its end marker is whole (C-180).

        Raises `ValueError` for a single scan that ends before the last block.
        """
        segments = _segments(header)
        if segments.frame in _LOSSLESS:
            reduction = 1
        try:
            image = self.load(segments.file(data), header, reduction)
        except DECODER_ERRORS:
            file = segments.without_end(data)
            # A reduced decode may lack the memory for more pixels.
            judged = 1 if math.prod(header.size) <= _MAX_JUDGED else reduction
            if _EOI in file or not self._is_whole(file, header, judged):
                raise
            image = self.load(file + _ENDINGS[0] + _EOI, header, reduction)
        else:
            if segments.is_one_scan and _ends_in_grey(image):
                file = segments.without_end(data) + _ENDINGS[1] + _EOI
                other = self.load(file, header, reduction)
                if ImageChops.difference(image, other).getbbox() is not None:
                    raise ValueError("the scan ends before the last block")
                del other
        return self._detached(image, data)

    def _is_whole(self, file: bytes, header: Header, reduction: int) -> bool:
        """Return whether no pixel depends on what follows the file."""
        first, *others = (
            _digest(self.load(file + ending + _EOI, header, reduction)) for ending in _ENDINGS
        )
        return all(other == first for other in others)

    def reduction(self, header: Header, needed: Size | None) -> int:
        """Return libjpeg's largest reduction that leaves `OVERSAMPLING` times the needed size."""
        if needed is None:
            return 1
        largest = min(
            side // math.ceil(wanted * OVERSAMPLING)
            for side, wanted in zip(header.size, needed, strict=True)
        )
        return next((scale for scale in (8, 4, 2) if scale <= largest), 1)

    def save(
        self,
        image: Image.Image,
        output: Output,
        engine: Engine | None,  # noqa: ARG002 - it encodes planes, not pixels
        **_options: object,
    ) -> bytes:
        """Encode baseline or progressive, with chroma at half or at full resolution.

        Pillow's `save` gives the encoder a buffer of one or two bytes a pixel. Noise in 4:4:4 and
        pictures narrower than a block need more, so the encoder is called directly.
        """
        subsampling = 0 if output.full_chroma else 2
        settings = (
            *(output.quality or DEFAULT_QUALITY, output.progressive, _SMOOTHING, _OPTIMIZE),
            *(False, 0, (0, 0), subsampling, 0, 0, None, b"", b"", b""),
        )
        encoder = Image._getencoder(image.mode, "jpeg", (image.mode,), settings)  # noqa: SLF001
        encoder.setimage(image.im, (0, 0, *image.size))
        _, error, data = encoder.encode(encoded_bytes(image))
        if error < 0:
            raise OSError(f"the JPEG encoder fails with {error}")
        return data


def _segments(header: Header) -> "Segments":
    """Return the segments that `read_header` found."""
    segments: Segments = header.structure
    return segments


def is_scaled_in_planes(header: Header) -> bool:
    """Return whether the engine scales the picture in its planes, while it decodes it.

    Smaller sources are decoded whole and averaged in RGB, which gives the service's bytes exactly
    and takes less than 2 ms.
    """
    return header.size[0] * header.size[1] >= MIN_PIXELS_OF_PLANES


JPEG = Jpeg(
    name="jpg",
    pillow_name="JPEG",
    decoding_weight=15,
    encoding_weight=Weight(opaque=160, alpha=160),
    plugin="PIL.JpegImagePlugin",
    content_type="image/jpeg",
    aliases=("jpeg",),
    signatures=(b"\xff\xd8\xff",),
    alpha=False,
    default_quality=DEFAULT_QUALITY,
    ec_source_side="0040-00000019",
)


class Segments(Struct, kw_only=True):
    """The segments before the first scan."""

    kept: list[slice] = field(default_factory=list)
    """Segments that pixels depend on, with their markers."""
    frame: int = 0
    """Marker of the frame, which states its coding process."""
    components: int = 0
    scan: int = 0
    """Offset of the first scan."""
    scan_components: int = 0
    exif: bytes | None = None
    resolution: Resolution | None = None
    profile: list[tuple[bytes, slice]] = field(default_factory=list)
    """Parts of the colour profile, each with its number and the number of parts."""

    def add(self, data: bytes, marker: int, start: int, end: int) -> None:
        """Add a segment from its marker on; an unreadable one is ignored."""
        content = data[start + 4 : end]
        if marker == _APP0 and content.startswith(_JFIF) and len(content) >= _JFIF_BYTES:
            self.resolution = _jfif_resolution(content)
        elif marker == _APP1 and content.startswith(_EXIF):
            self.exif = content if self.exif is None else self.exif + content[len(_EXIF) :]
        elif marker == _APP2 and content.startswith(_ICC) and len(content) >= _ICC_HEAD:
            self.profile.append((content[len(_ICC) : _ICC_HEAD], slice(start, end)))
        elif marker < _APP0 or _is_adobe(marker, content):
            self.kept.append(slice(start, end))
        if marker in _FRAMES:
            self.frame, self.components = marker, _byte(data, start + 9)

    @property
    def is_one_scan(self) -> bool:
        """Whether the first scan contains the whole frame, so that a decoder stops after it."""
        return self.frame in _SEQUENTIAL and self.components == self.scan_components

    def end_of_pixels(self, data: bytes) -> int:
        """Return the end of a single scan, at the end marker or at a trailer."""
        found = _AFTER_SCAN.search(data, self.scan + 2) if self.is_one_scan else None
        return found.start() if found else len(data)

    def without_end(self, data: bytes) -> bytes:
        """Return the file up to the end of a single scan, without end marker and fill bytes."""
        return self.file(data, self.end_of_pixels(data)).rstrip(_FILL)

    def header(self, data: bytes) -> bytes:
        """Return the file up to the first scan, the header of which ends it."""
        return self.file(data, self._end_of_scan_header(data))

    def in_pieces(self, data: bytes) -> JpegFile:
        """Return the file without the segments that no pixel depends on."""
        return JpegFile(
            header=self.header(data),
            data=data,
            start=min(self._end_of_scan_header(data), len(data)),
        )

    def _end_of_scan_header(self, data: bytes) -> int:
        return self.scan + 2 + int.from_bytes(data[self.scan + 2 : self.scan + 4])

    def file(self, data: bytes, end: int | None = None) -> bytes:
        """Return the file up to `end`, without the segments that no pixel depends on."""
        numbers = sorted(number for number, _ in self.profile)
        whole = numbers == [bytes((part, len(numbers))) for part in range(1, len(numbers) + 1)]
        profile = [part for _, part in self.profile] if whole else []
        view = memoryview(data)
        return b"".join(
            (_SOI, *(view[each] for each in profile + self.kept), view[self.scan : end])
        )


def _digest(image: Image.Image) -> bytes:
    """Return a digest of the pixels, without a copy of all of them."""
    digest = blake2b()
    for top in range(0, image.height, _BAND):
        band = image.crop((0, top, image.width, min(top + _BAND, image.height)))
        digest.update(band.tobytes())
    return digest.digest()


def _ends_in_grey(image: Image.Image) -> bool:
    """Return whether the last pixel has the colour that libjpeg gives to a missing block."""
    last = image.getpixel((image.width - 1, image.height - 1))
    samples = last if isinstance(last, tuple) else (last,)
    return all(sample in _MISSING for sample in samples)


def _is_adobe(marker: int, content: bytes) -> bool:
    """Return whether this is a readable segment of the colour transform."""
    return marker == _APP14 and content.startswith(_ADOBE) and len(content) >= _ADOBE_BYTES


def read_segments(data: bytes) -> Segments:
    """Read the segments before the first scan; raises `ImageTooLarge` for too many parts."""
    segments = Segments()
    position, count, skipped = 2, 0, 0
    while (found := _SEGMENT.search(data, position)) and found[1][0] != _START_OF_SCAN:
        count, skipped = count + 1, skipped + found.start() - position
        _check_count("segments", count, MAX_SEGMENTS)
        _check_count("bytes between segments", skipped, MAX_SKIPPED)
        position = found.end() + int.from_bytes(data[found.end() : found.end() + 2])
        segments.add(data, found[1][0], found.start(), position)
    segments.scan = found.start() if found else len(data)
    _check_count("bytes between segments", skipped + segments.scan - position, MAX_SKIPPED)
    segments.scan_components = _byte(data, segments.scan + 4)
    if not segments.is_one_scan:
        _check_count("scans", sum(1 for _ in _SCAN.finditer(data)), MAX_SCANS)
    return segments


def encoded_bytes(image: Image.Image) -> int:
    """Return an upper bound of the bytes of a JPEG; the unused part takes no memory.

    A coefficient takes at most 16 bits of Huffman code and 11 bits of value, and each byte 0xFF
    of these a stuffed zero.
    """
    width, height = (side + -side % _LARGEST_BLOCK for side in image.size)
    return _MOST_HEADER_BYTES + width * height * len(image.getbands()) * _MOST_SAMPLE_BYTES


def _byte(data: bytes, position: int) -> int:
    return int.from_bytes(data[position : position + 1])


def _check_count(parts: str, number: int, maximum: int) -> None:
    if number > maximum:
        raise too_many(parts, number, maximum)


def _jfif_resolution(content: bytes) -> Resolution:
    """Number the units as EXIF does: none 1, inch 2, centimetre 3 (spec 02 §16)."""
    unit, x, y = struct.unpack_from(">BHH", content, 7)
    return Resolution(unit=unit + 1, x=(x, 1), y=(y, 1))


# ISO/IEC 10918-1 Annex K.1, the luminance table that the IJG scale is based on.
_LUMINANCE = (
    *(16, 11, 10, 16, 24, 40, 51, 61),
    *(12, 12, 14, 19, 26, 58, 60, 55),
    *(14, 13, 16, 24, 40, 57, 69, 56),
    *(14, 17, 22, 29, 51, 87, 80, 62),
    *(18, 22, 37, 56, 68, 109, 103, 77),
    *(24, 35, 55, 64, 81, 104, 113, 92),
    *(49, 64, 78, 87, 103, 121, 120, 101),
    *(72, 92, 95, 98, 112, 100, 103, 99),
)


def _scaled_sum(quality: int) -> int:
    """Return the sum of the luminance table that libjpeg uses for a quality of 1…100."""
    scale = 5000 // quality if quality < 50 else 200 - 2 * quality
    return sum(min(255, max(1, (step * scale + 50) // 100)) for step in _LUMINANCE)


@cache
def table_sums() -> Sequence[int]:
    """Return the sums for quality 100 down to 1: they increase, so each determines its quality."""
    return [_scaled_sum(quality) for quality in range(100, 0, -1)]


def estimated_quality(luminance: Sequence[int]) -> int:
    """Return the IJG quality whose luminance table has the nearest sum (spec 02 §13).

    Exact for tables on the IJG scale; the order of the 64 values does not matter.
    """
    wanted, sums = sum(luminance), table_sums()
    right = min(bisect_left(sums, wanted), len(sums) - 1)
    left = max(right - 1, 0)
    nearest = left if wanted - sums[left] <= sums[right] - wanted else right
    return 100 - nearest
