"""The chunks of a PNG: what costs time apart from its pixels.

Each is read by Python code, and one that holds a colour profile is inflated, to a megabyte at
most, as often as it comes (docs/decisions/100-structure-bombs.md).
"""

from darkroom.errors import Code, OssError

MOST_CHUNKS = 50_000
"""Of 400 bytes, in the largest file: encoders cut pixels into chunks of 8 KB and more."""

MOST_PROFILES = 10
"""A picture has one."""

_HEAD = 8
"""Bytes of the signature, and of length and name in front of a chunk."""

_CHECKSUM = 4


def check_structure(data: bytes) -> None:
    """Refuse a PNG of more parts than a picture has."""
    position, chunks, profiles = _HEAD, 0, 0
    while position + _HEAD <= len(data) and chunks <= MOST_CHUNKS:
        if data.startswith(b"IEND", position + 4):
            break
        chunks += 1
        profiles += data.startswith(b"iCCP", position + 4)
        position += _HEAD + int.from_bytes(data[position : position + 4]) + _CHECKSUM
    if chunks > MOST_CHUNKS:
        raise _too_many(f"over {MOST_CHUNKS} chunks")
    if profiles > MOST_PROFILES:
        raise _too_many(f"{profiles} colour profiles")


def _too_many(parts: str) -> OssError:
    message = f"The picture has {parts}: a PNG may have {MOST_CHUNKS} and {MOST_PROFILES} of these."
    return OssError(Code.IMAGE_TOO_LARGE, message)
