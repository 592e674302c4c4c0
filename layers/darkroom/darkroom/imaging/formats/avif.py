"""AVIF by libavif, which is in Pillow's wheel."""

from dataclasses import dataclass

from PIL import ExifTags, Image

from darkroom.imaging.formats.iso_media import IsoMedia
from darkroom.imaging.metadata.exif_header import exif_orientation, read_exif
from darkroom.imaging.picture import NORMAL_ORIENTATION, Header, apply_orientation, swap_sides


@dataclass(frozen=True, kw_only=True)
class Avif(IsoMedia):
    """AVIF; Pillow leaves a picture to be turned, and says how in place of EXIF's orientation."""

    def read_header(self, data: bytes) -> Header:
        """Read the main picture, as it is once it is upright."""
        image = self.open(data)
        block = image.info.get("exif")
        exif = read_exif(block)
        orientation = exif_orientation(exif)
        if orientation == NORMAL_ORIENTATION:
            return self.upright_header(image, image.size, block)
        exif[ExifTags.Base.Orientation] = NORMAL_ORIENTATION
        size = swap_sides(image.size, orientation)
        return self.upright_header(image, size, exif.tobytes())

    def to_working_mode(self, image: Image.Image, data: bytes) -> Image.Image:
        """Convert and turn upright."""
        pixels = super().to_working_mode(image, data)
        return apply_orientation(pixels, exif_orientation(image.getexif()))


AVIF = Avif(
    name="avif",
    pillow="AVIF",
    plugin="PIL.AvifImagePlugin",
    content_type="image/avif",
    brands=frozenset({b"avif", b"avis"}),
    default_quality=60,
    # One thread, so that a result does not depend on the machine's number of cores.
    encoder_options={"speed": 9, "max_threads": 1},
    max_width=4096,
    max_pixels=9_437_184,
)
