"""The exceptions that Pillow's plugins raise for damaged files."""

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
"""Exceptions that mean a damaged file; any other exception of a plugin is a server error."""
