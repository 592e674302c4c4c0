"""What Pillow's plugins raise for broken files."""

import struct
import zlib

DECODER_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    ZeroDivisionError,
    RuntimeError,  # libavif and libheif
    struct.error,
    zlib.error,
)
"""Errors that are the file's fault; nothing else that a plugin raises is."""
