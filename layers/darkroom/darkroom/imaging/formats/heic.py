"""HEIC through pillow-heif, which a deployment may leave out (decision 020)."""

from darkroom.imaging.formats.iso_media import IsoMedia
from darkroom.imaging.work import Weight


class Heic(IsoMedia, frozen=True, kw_only=True):
    """HEIC; the decoder applies every rotation, that of EXIF included."""


HEIC = Heic(
    name="heic",
    pillow_name="HEIF",
    decoding_weight=40,
    encoding_weight=Weight(opaque=550, alpha=850),
    plugin="pillow_heif.HeifImagePlugin",
    content_type="image/heic",
    suffixes=("heif",),
    brands=frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}),
    keeps_alpha_only=True,
    default_quality=42,
    # One thread: the result must not depend on the number of cores.
    encoder_options={"enc_params": {"preset": "ultrafast", "x265:pools": "none"}},
    max_side=4096,
    encoder_bytes_per_pixel=40,
    ec_damaged="0040-00000020",
)
