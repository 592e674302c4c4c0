"""JPEG: reduced decodes, estimated quality, and limits on segments and scans.

A progressive scan of a few bytes costs the decoder a pass over the whole picture, and Pillow reads
segments one by one in Python: a small file of many scans or segments could occupy a decoder for
hours (decision 100).
"""

import math
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from darkroom.errors import too_many
from darkroom.geometry import Size
from darkroom.imaging.formats.format import PictureFormat
from darkroom.imaging.metadata.exif_header import read_exif_header
from darkroom.imaging.picture import NORMAL_ORIENTATION, Header, Output, Resolution

OVERSAMPLING = 1.25
"""Least ratio of the sides of a reduced decode to those needed (decision 003)."""

MAX_SCANS = 100
"""As in libtiff for JPEGs in TIFFs; encoders write ten at most."""

MAX_SEGMENTS = 1000
"""Before the first scan; 20 MB of metadata fill 320 segments."""

MAX_SKIPPED = 65_536
"""Bytes between segments, which decoders skip."""

_SCAN = re.compile(rb"\xff\xda\0(?:\x08\x01|\x0a\x02|\x0c\x03|\x0e\x04)")
"""SOS marker, length and component count of a scan; libjpeg refuses any other length."""

_SEGMENT = re.compile(rb"\xff([\x02-\xc7\xc9-\xcf\xda-\xef\xfe])")
"""A marker after which Pillow reads a length; the other markers have no content."""

_START_OF_SCAN = b"\xda"
_SEQUENTIAL = (b"\xc0", b"\xc1")
"""SOF markers of sequential Huffman-coded frames, of which one scan may be the whole picture."""


@dataclass(frozen=True, kw_only=True)
class Jpeg(PictureFormat):
    """JPEG through libjpeg-turbo, 4:2:0 with optimised Huffman tables (C-105)."""

    def read_header(self, data: bytes) -> Header:
        """Read size, orientation, quality, resolution and EXIF.

        Raises `ImageTooLarge` for too many segments or scans.
        """
        check_structure(data)
        image = self.open(data)
        # Only JpegImageFile and its subclass for multi-picture files have the attribute.
        tables: dict[int, list[int]] = getattr(image, "quantization", {})
        block = image.info.get("exif")
        orientation, resolution = read_exif_header(block) if block else (NORMAL_ORIENTATION, None)
        return Header(
            format=self.name,
            size=image.size,
            orientation=orientation,
            quality=estimated_quality(tables[min(tables)]) if tables else None,
            resolution=resolution or _jfif_resolution(image),
            exif=block,
        )

    def reduction(self, header: Header, needed: Size | None) -> int:
        """Return libjpeg's largest reduction that leaves `OVERSAMPLING` times the needed size."""
        if needed is None:
            return 1
        largest = min(
            side // math.ceil(wanted * OVERSAMPLING)
            for side, wanted in zip(header.size, needed, strict=True)
        )
        return next((scale for scale in (8, 4, 2) if scale <= largest), 1)

    def write(self, image: Image.Image, output: Output, **options: object) -> bytes:
        """Encode as baseline or progressive, with 4:2:0 or 4:4:4 chroma."""
        if output.full_chroma:
            options["subsampling"] = "4:4:4"
        return super().write(image, output, progressive=output.progressive, **options)


JPEG = Jpeg(
    name="jpg",
    pillow_name="JPEG",
    plugin="PIL.JpegImagePlugin",
    content_type="image/jpeg",
    aliases=("jpeg",),
    signatures=(b"\xff\xd8\xff",),
    alpha=False,
    default_quality=75,
    encoder_options={"subsampling": "4:2:0", "optimize": True},
    ec_source_side="0040-00000019",
)


def check_structure(data: bytes) -> None:
    """Raise `ImageTooLarge` for too many segments, scans or bytes between segments."""
    position, segments, skipped, components = 2, 0, 0, 0
    while (found := _SEGMENT.search(data, position)) and found[1] != _START_OF_SCAN:
        segments, skipped = segments + 1, skipped + found.start() - position
        _check_count("segments", segments, MAX_SEGMENTS)
        _check_count("bytes between segments", skipped, MAX_SKIPPED)
        position = found.end() + int.from_bytes(data[found.end() : found.end() + 2])
        if found[1] in _SEQUENTIAL:
            components = _byte(data, found.end() + 7)
    end = found.start() if found else len(data)
    _check_count("bytes between segments", skipped + end - position, MAX_SKIPPED)
    # A first scan of every component is the whole picture: the decoder stops at any other.
    if not found or not components or components != _byte(data, found.end() + 2):
        _check_count("scans", sum(1 for _ in _SCAN.finditer(data)), MAX_SCANS)


def _byte(data: bytes, position: int) -> int:
    return int.from_bytes(data[position : position + 1])


def _check_count(parts: str, number: int, maximum: int) -> None:
    if number > maximum:
        raise too_many(parts, number, maximum)


def _jfif_resolution(image: Image.Image) -> Resolution | None:
    """Return JFIF's density with EXIF's unit: none 1, inch 2, centimetre 3 (spec 02 §16)."""
    density = image.info.get("jfif_density")
    if density is None:
        return None
    x, y = density
    return Resolution(unit=image.info["jfif_unit"] + 1, x=(x, 1), y=(y, 1))


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


_SUMS = [_scaled_sum(quality) for quality in range(100, 0, -1)]
"""Table sums from quality 100 down to 1; strictly increasing, so the sum determines the quality."""


def estimated_quality(luminance: Sequence[int]) -> int:
    """Return the IJG quality whose luminance table has the nearest sum (spec 02 §13).

    Exact for tables on the IJG scale; the order of the 64 values does not matter.
    """
    wanted = sum(luminance)
    right = min(bisect_left(_SUMS, wanted), len(_SUMS) - 1)
    left = max(right - 1, 0)
    nearest = left if wanted - _SUMS[left] <= _SUMS[right] - wanted else right
    return 100 - nearest
