"""What broken files make decoders raise, and what the caller is told (C-102)."""

import struct
import zlib

from darkroom.errors import Code, OssError

DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    ZeroDivisionError,
    RuntimeError,  # libavif's and libheif's own complaints
    struct.error,
    zlib.error,
)
"""What Pillow's plugins raise for broken files; nothing else they raise is the file's fault."""

_EC = {"webp": "0040-00000010", "heic": "0040-00000020"}


def damaged(word: str) -> OssError:
    """Say that a file of this format cannot be decoded."""
    return OssError(Code.IMAGE_DAMAGE, ec=_EC.get(word))
