"""The format by content (C-101): neither key nor content type is asked."""

import pytest

from darkroom.errors import Code, OssError
from darkroom.imaging.formats import detect

STARTS = {
    "jpg": [b"\xff\xd8\xff\xe0", b"\xff\xd8\xff\xdb"],
    "png": [b"\x89PNG\r\n\x1a\n"],
    "gif": [b"GIF87a", b"GIF89a"],
    "bmp": [b"BM" + b"\0" * 12 + bytes((size, 0, 0, 0)) for size in (12, 40, 124)],
    "tiff": [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"],
    "webp": [b"RIFF\x10\0\0\0WEBP"],
}


@pytest.mark.parametrize(
    ("start", "word"),
    [(start, word) for word, starts in STARTS.items() for start in starts],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_first_bytes_name_the_format(start: bytes, word: str) -> None:
    """Whatever follows them."""
    assert detect(start + b"\0" * 20).name == word


OTHERS = {
    "nothing": b"",
    "text": b"no picture at all",
    "PDF": b"%PDF-1.7\n",
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "PSD": b"8BPS\0\1",
    "ICO": b"\0\0\1\0\1\0",
    "RIFF sound": b"RIFF\x10\0\0\0WAVEfmt ",
    "film": b"\0\0\0\x18ftypisom\0\0\0\0isommp42",
    "text that begins like a bitmap": b"BM is short for bitmap, says this text.",
    "half a signature": b"\x89PNG\r\n",
    "two bytes of a JPEG": b"\xff\xd8",
    "a signature behind a space": b" GIF89a",
}


@pytest.mark.parametrize("data", OTHERS.values(), ids=OTHERS)
def test_anything_else_is_not_supported(data: bytes) -> None:
    """BadRequest, EC 0040-00000005, in the measured words."""
    with pytest.raises(OssError) as caught:
        detect(data)
    assert (caught.value.code, caught.value.ec) == (Code.BAD_REQUEST, "0040-00000005")
    assert caught.value.message == "This image format is not supported."
