"""The ISO base media file format (ISOBMFF), the container of HEIC and AVIF."""

from dataclasses import dataclass

from PIL import Image

from darkroom.geometry import Size
from darkroom.imaging.formats.format import PictureFormat
from darkroom.imaging.metadata.exif_header import exif_resolution, read_exif
from darkroom.imaging.picture import Header

_STRUCTURAL = frozenset({b"mif1", b"msf1"})
"""Major brands of any coding: the compatible brands name it."""

_CODED = frozenset((b"avif", b"avis", b"heic", b"heix", b"heim", b"heis"))
_CODED |= frozenset((b"hevc", b"hevx", b"hevm", b"hevs"))
"""Brands that name the coding of the picture."""


@dataclass(frozen=True, kw_only=True)
class IsoMedia(PictureFormat):
    """A format whose files are ISOBMFF files of one of its brands."""

    brands: frozenset[bytes] = frozenset()

    def matches(self, data: bytes) -> bool:
        """Return whether the brand in the file's `ftyp` box is one of this format."""
        return _brand(data) in self.brands

    def upright_header(self, image: Image.Image, size: Size, exif: bytes | None) -> Header:
        """Return the header of a picture that is decoded upright; `size` is the upright size."""
        return Header(
            format=self.name,
            size=size,
            alpha=image.mode in ("RGBA", "RGBa", "LA", "La"),
            resolution=exif_resolution(read_exif(exif)),
            exif=exif,
        )


def _brand(data: bytes) -> bytes | None:
    """Return the major brand or, for a structural one, the first compatible brand of a coding."""
    if data[4:8] != b"ftyp":
        return None
    major, end = data[8:12], int.from_bytes(data[:4])
    if major not in _STRUCTURAL:
        return major
    compatible = (data[at : at + 4] for at in range(16, min(end, len(data)), 4))
    return next((brand for brand in compatible if brand in _CODED), None)
