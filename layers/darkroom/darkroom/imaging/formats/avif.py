"""AVIF through libavif, which is part of Pillow's wheels."""

from PIL import Image

from darkroom.geometry import Size
from darkroom.imaging.formats.iso_items import Items, with_one_association_box
from darkroom.imaging.formats.iso_media import IsoMedia
from darkroom.imaging.metadata.exif_header import exif_orientation, read_exif
from darkroom.imaging.picture import apply_orientation, swap_sides
from darkroom.imaging.work import Weight


class Avif(IsoMedia, frozen=True, kw_only=True):
    """AVIF; Pillow does not rotate it, but puts the container's rotation into EXIF orientation."""

    def open(self, data: bytes) -> Image.Image:
        """Open; libavif refuses a file of two `ipma` boxes."""
        return super().open(with_one_association_box(data))

    def upright_size(self, image: Image.Image, items: Items) -> Size:
        """Return width and height of the clean aperture after rotation."""
        size, aperture = image.size, items.main.clean_aperture
        if aperture is not None:
            size = aperture[2] - aperture[0], aperture[3] - aperture[1]
        return swap_sides(size, _orientation(image))

    def to_working_mode(self, image: Image.Image, data: bytes) -> Image.Image:
        """Convert to sRGB, crop to the clean aperture and apply the orientation."""
        pixels = super().to_working_mode(image, data)
        aperture = Items.read(data).main.clean_aperture
        if aperture is not None:
            pixels = pixels.crop(aperture)
        return apply_orientation(pixels, _orientation(image))


def _orientation(image: Image.Image) -> int:
    """Return the container's rotation, which Pillow writes into the EXIF orientation."""
    return exif_orientation(read_exif(image.info.get("exif")))


AVIF = Avif(
    name="avif",
    pillow_name="AVIF",
    decoding_weight=40,
    encoding_weight=Weight(opaque=450, alpha=800),
    plugin="PIL.AvifImagePlugin",
    content_type="image/avif",
    brands=frozenset({b"avif", b"avis"}),
    default_quality=60,
    # One thread: the result must not depend on the number of cores.
    encoder_options={"speed": 9, "max_threads": 1},
    max_width=4096,
    bytes_per_pixel=17,
    max_pixels=9_437_184,
)
