"""HEIC through pillow-heif, which a deployment may leave out (decision 020)."""

from dataclasses import dataclass

from darkroom.imaging.formats.iso_media import IsoMedia
from darkroom.imaging.picture import Header


@dataclass(frozen=True, kw_only=True)
class Heic(IsoMedia):
    """HEIC; the decoder applies every rotation, that of EXIF included."""

    def read_header(self, data: bytes) -> Header:
        """Read the primary picture; its size is the upright one."""
        image = self.open(data)
        return self.upright_header(image, image.size, image.info.get("exif"))


HEIC = Heic(
    name="heic",
    pillow_name="HEIF",
    plugin="pillow_heif.HeifImagePlugin",
    content_type="image/heic",
    suffixes=("heif",),
    brands=frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}),
    keeps_alpha_only=True,
    default_quality=42,
    # One thread: the result must not depend on the number of cores.
    encoder_options={"enc_params": {"preset": "ultrafast", "x265:pools": "none"}},
    max_side=4096,
    ec_damaged="0040-00000020",
)
