"""AVIF through libavif, which is part of Pillow's wheels."""

from dataclasses import dataclass

from PIL import ExifTags, Image

from darkroom.imaging.formats.iso_media import IsoMedia
from darkroom.imaging.metadata.exif_header import exif_orientation, read_exif
from darkroom.imaging.picture import NORMAL_ORIENTATION, Header, apply_orientation, swap_sides


@dataclass(frozen=True, kw_only=True)
class Avif(IsoMedia):
    """AVIF; Pillow does not rotate it, but puts the container's rotation into EXIF orientation."""

    def read_header(self, data: bytes) -> Header:
        """Read the primary picture; size and EXIF are those of the upright picture."""
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
        """Convert to a working mode and apply the orientation."""
        pixels = super().to_working_mode(image, data)
        return apply_orientation(pixels, exif_orientation(image.getexif()))


AVIF = Avif(
    name="avif",
    pillow_name="AVIF",
    plugin="PIL.AvifImagePlugin",
    content_type="image/avif",
    brands=frozenset({b"avif", b"avis"}),
    default_quality=60,
    # One thread: the result must not depend on the number of cores.
    encoder_options={"speed": 9, "max_threads": 1},
    max_width=4096,
    max_pixels=9_437_184,
)
