"""Bodies to store: bytes in memory, or a file that was filled while they arrived."""

import hashlib
from typing import BinaryIO

from fastcrc import crc64
from msgspec import Struct


class SpooledBody(Struct, frozen=True, kw_only=True):
    """A body in a temporary file, with the digests that were computed while it arrived."""

    file: BinaryIO
    """Seekable; closing it deletes the file."""
    size: int
    md5: bytes
    sha256: str
    """Hexadecimal."""
    crc64: int

    def __len__(self) -> int:
        """Return the number of bytes."""
        return self.size

    def from_start(self) -> BinaryIO:
        """Return the file at its first byte."""
        self.file.seek(0)
        return self.file

    def close(self) -> None:
        """Delete the file."""
        self.file.close()


type Body = bytes | SpooledBody


def md5_of(body: Body) -> bytes:
    """Return the MD5 of the bytes."""
    if isinstance(body, SpooledBody):
        return body.md5
    return hashlib.md5(body, usedforsecurity=False).digest()


def sha256_of(body: Body) -> str:
    """Return the SHA-256 of the bytes in hexadecimal."""
    return body.sha256 if isinstance(body, SpooledBody) else hashlib.sha256(body).hexdigest()


def crc64_of(body: Body) -> int:
    """Return the CRC-64 (ECMA-182) of the bytes."""
    return body.crc64 if isinstance(body, SpooledBody) else crc64.xz(body)
