"""The ISO base media file format (ISOBMFF), the container of HEIC and AVIF."""

from PIL import Image

from darkroom.geometry import Size
from darkroom.imaging.coded_colour import coded_profile
from darkroom.imaging.colour import to_srgb
from darkroom.imaging.decoder_errors import DECODER_ERRORS
from darkroom.imaging.formats.format import PictureFormat
from darkroom.imaging.formats.iso_items import Items
from darkroom.imaging.metadata.exif_header import exif_resolution, read_exif
from darkroom.imaging.picture import Header

_STRUCTURAL = frozenset({b"mif1", b"msf1"})
"""Major brands of any coding: the compatible brands name it."""

_CODED = frozenset((b"avif", b"avis", b"heic", b"heix", b"heim", b"heis"))
_CODED |= frozenset((b"hevc", b"hevx", b"hevm", b"hevs"))
"""Brands that name the coding of the picture."""


class IsoMedia(PictureFormat, frozen=True, kw_only=True):
    """A format whose files are ISOBMFF files of one of its brands."""

    brands: frozenset[bytes] = frozenset()

    def matches(self, data: bytes) -> bool:
        """Return whether the brand in the file's `ftyp` box is one of this format."""
        return _brand(data) in self.brands

    def read_header(self, data: bytes) -> Header:
        """Read size, EXIF and alpha of the main picture; the size is that after rotation."""
        items = Items.read(data)
        largest = items.largest(data)
        try:
            image = self.open(data)
        except DECODER_ERRORS as error:
            raise self.unsupported() if items.is_whole else self.damaged() from error
        exif = items.exif(data)
        return Header(
            format=self.name,
            size=self.upright_size(image, items),
            largest_size=largest,
            alpha=image.mode in ("RGBA", "RGBa", "LA", "La"),
            opaque=image.mode not in ("RGBA", "RGBa", "LA", "La"),
            resolution=exif_resolution(read_exif(exif)),
            exif=exif,
        )

    def upright_size(self, image: Image.Image, items: Items) -> Size:  # noqa: ARG002 - the default
        """Return width and height of the opened picture after cropping and rotation."""
        return image.size

    def to_working_mode(self, image: Image.Image, data: bytes) -> Image.Image:
        """Convert to sRGB by the profile or, without one, by the code points of `nclx`."""
        coded = Items.read(data).main.coded_colour
        if coded is not None and "icc_profile" not in image.info:
            image.info["icc_profile"] = coded_profile(*coded)
        return to_srgb(image)


def _brand(data: bytes) -> bytes | None:
    """Return the major brand or, for a structural one, the first compatible brand of a coding."""
    if data[4:8] != b"ftyp":
        return None
    major, end = data[8:12], int.from_bytes(data[:4])
    if major not in _STRUCTURAL:
        return major
    compatible = (data[at : at + 4] for at in range(16, min(end, len(data)), 4))
    return next((brand for brand in compatible if brand in _CODED), None)
