"""Which format a file is in, by its content: neither key nor content type is asked (C-101)."""

from darkroom.errors import Code, OssError
from darkroom.imaging.formats.formats import FORMATS
from darkroom.imaging.formats.plugins import readable

_SIGNATURES = (
    ("jpg", b"\xff\xd8\xff"),
    ("png", b"\x89PNG\r\n\x1a\n"),
    ("gif", b"GIF87a"),
    ("gif", b"GIF89a"),
    ("bmp", b"BM"),
    ("tiff", b"II*\0"),
    ("tiff", b"MM\0*"),
    ("tiff", b"II+\0"),
    ("tiff", b"MM\0+"),
)

_BRANDS = {
    **dict.fromkeys((b"avif", b"avis"), "avif"),
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis"), "heic"),
    **dict.fromkeys((b"hevc", b"hevx", b"hevm", b"hevs"), "heic"),
}
"""Brands of ISO media files that say how the picture is coded."""

_STRUCTURAL = frozenset({b"mif1", b"msf1"})
"""Brands that say only that there is a picture: the compatible ones tell how it is coded."""

EC_UNSUPPORTED = "0040-00000005"


def sniff(data: bytes) -> str:
    """Name the format by the first bytes; raise `BadRequest` for one that is not read."""
    word = _by_signature(data) or _by_brand(data)
    if word is None or not readable(FORMATS[word]):
        raise OssError(Code.BAD_REQUEST, "This image format is not supported.", ec=EC_UNSUPPORTED)
    return word


def _by_signature(data: bytes) -> str | None:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return next((word for word, start in _SIGNATURES if data.startswith(start)), None)


def _by_brand(data: bytes) -> str | None:
    """Read the box that an ISO media file starts with: major brand, version, compatible brands."""
    if data[4:8] != b"ftyp":
        return None
    major, end = data[8:12], int.from_bytes(data[:4])
    if major not in _STRUCTURAL:
        return _BRANDS.get(major)
    compatible = (data[at : at + 4] for at in range(16, min(end, len(data)), 4))
    return next((_BRANDS[brand] for brand in compatible if brand in _BRANDS), None)
