"""Bindings of the engine's library: structures, functions, errors.

Calls release the interpreter's lock.
"""

import ctypes
import os
from collections.abc import Mapping
from ctypes import POINTER, c_char_p, c_int32, c_int64, c_size_t, c_uint16, c_void_p
from enum import IntEnum
from pathlib import Path
from typing import Any

# libjpeg is the one that this module of Pillow's brings into the process: the engine is linked
# with that very file (docs/decisions/110-libjpeg-of-pillow.md).
import PIL.Image  # noqa: F401

VERSION = 2
"""Version of the interface, `DARKROOM_ENGINE_VERSION` in the header."""

MESSAGE_BYTES = 200

X86_64_V3 = frozenset({"avx2", "bmi1", "bmi2", "f16c", "fma", "movbe", "abm"})
"""Features, as Linux names them, that the library for x86_64 is built for."""


class Unavailable(Exception):
    """The engine cannot be used; the message says why."""


class Misused(Exception):
    """Arguments out of range: a fault of the caller, never of a file."""


class Damaged(ValueError):
    """A JPEG that is corrupt or ends early."""


class Unsupported(Exception):
    """A JPEG, or a process, that is left to Pillow."""


class Enlarges(Unsupported):
    """The target has more samples than the source."""


class Status(IntEnum):
    """Return values of the functions."""

    OK = 0
    INVALID = 1
    NO_MEMORY = 2
    DAMAGED = 3
    UNSUPPORTED = 4
    ENLARGES = 5


_ERRORS: Mapping[Status, type[Exception]] = {
    Status.INVALID: Misused,
    Status.NO_MEMORY: MemoryError,
    Status.DAMAGED: Damaged,
    Status.UNSUPPORTED: Unsupported,
    Status.ENLARGES: Enlarges,
}


class CPlane(ctypes.Structure):
    """`darkroom_plane`."""

    _fields_ = (("samples", c_void_p), ("width", c_int32), ("height", c_int32))


class CPlanes(ctypes.Structure):
    """`darkroom_planes`."""

    _fields_ = (("count", c_int32), ("chroma_step", c_int32), ("plane", CPlane * 3))


class CScaling(ctypes.Structure):
    """`darkroom_scaling`."""

    _fields_ = (
        ("source_width", c_int32),
        ("source_height", c_int32),
        ("scaled_width", c_int32),
        ("scaled_height", c_int32),
        ("left", c_int32),
        ("top", c_int32),
        ("width", c_int32),
        ("height", c_int32),
    )


class CFile(ctypes.Structure):
    """`darkroom_file`."""

    _fields_ = (
        ("data", c_char_p),
        ("size", c_size_t),
        ("rest", c_void_p),
        ("rest_size", c_size_t),
    )


class CHeader(ctypes.Structure):
    """`darkroom_jpeg_header`."""

    _fields_ = (("width", c_int32), ("height", c_int32), ("channels", c_int32))


_NEW = (POINTER(c_void_p), c_char_p)
_KERNEL = (POINTER(c_uint16), c_int32)

_FALLIBLE: Mapping[str, tuple[Any, ...]] = {
    "jpeg_header": (c_char_p, c_size_t, POINTER(CHeader), c_char_p),
    "jpeg_decode": (POINTER(CFile), c_int32, POINTER(CScaling), POINTER(CPlanes), c_char_p),
    "jpeg_encode": (
        *(POINTER(CPlanes), c_int32, c_int32),
        *(POINTER(c_void_p), POINTER(c_size_t), c_char_p),
    ),
    "planes_to_rgb": (POINTER(CPlanes), c_void_p, c_char_p),
    "average_new": (POINTER(CScaling), c_int32, c_int32, c_void_p, *_NEW),
    "average_rows": (c_void_p, c_char_p, c_int32),
    "convolution_new": (c_int32, c_int32, c_int32, *_KERNEL, *_KERNEL, *_NEW),
    "convolution_rows": (c_void_p, c_void_p, c_int32, c_void_p, POINTER(c_int32)),
    "png_filter": (c_char_p, c_char_p, c_int64, c_int32, c_int32, c_void_p, c_char_p),
}
"""Arguments of the functions that return a status; without their prefix."""

_FREEING = ("free", "average_free", "convolution_free")


class Library:
    """The functions, which raise instead of returning a status."""

    def __init__(self, path: Path) -> None:
        """Load the library; raises `OSError` or `AttributeError` for one of another kind."""
        self._library = ctypes.CDLL(str(path))
        for name, arguments in _FALLIBLE.items():
            self._declare(name, c_int32, arguments)
        for name in _FREEING:
            self._declare(name, None, (c_void_p,))
        self._declare("engine_version", c_int32, ())

    def _declare(self, name: str, result: Any, arguments: tuple[Any, ...]) -> None:
        function = self._library[f"darkroom_{name}"]
        function.restype, function.argtypes = result, list(arguments)
        setattr(self._library, name, function)

    @property
    def version(self) -> int:
        """Version of the interface that the library was built with."""
        return int(self._library.engine_version())

    def call(self, name: str, *arguments: object) -> None:
        """Call a function whose last argument receives a message."""
        message = ctypes.create_string_buffer(MESSAGE_BYTES)
        status = getattr(self._library, name)(*arguments, message)
        if status != Status.OK:
            raise _ERRORS[status](message.value.decode("ascii", "replace"))

    def feed(self, name: str, *arguments: object) -> None:
        """Call a function that takes rows and fails only for too many."""
        if getattr(self._library, name)(*arguments) != Status.OK:
            raise Misused("rows beyond the last")

    def free(self, name: str, memory: c_void_p) -> None:
        """Free memory of the library by the function for it."""
        getattr(self._library, name)(memory)


def library_path() -> Path:
    """Return the path of the library for this processor, next to this module."""
    return Path(__file__).parent / f"libdarkroom_engine.{os.uname().machine}.so"


def open_library(path: Path) -> Library:
    """Load the library.

    Raises `Unavailable` where there is none for this system, the processor lacks instructions
    that it is built with, or Pillow has another libjpeg than it is linked with.
    """
    if not path.is_file():
        raise Unavailable(f"there is no {path.name}")
    if not _has_instructions():
        raise Unavailable("the processor lacks instructions that the engine is built with")
    try:
        library = Library(path)
    except (OSError, AttributeError) as error:
        raise Unavailable(str(error)) from error
    if library.version != VERSION:
        raise Unavailable(f"the library has version {library.version}, not {VERSION}")
    return library


def _has_instructions() -> bool:
    """Return whether this is Linux on a processor that a build is for."""
    system = os.uname()
    if system.sysname != "Linux" or system.machine != "x86_64":
        return system.sysname == "Linux"
    try:
        with Path("/proc/cpuinfo").open(encoding="ascii", errors="replace") as lines:
            flags = next((line for line in lines if line.startswith("flags")), "")
    except OSError:
        return False
    return X86_64_V3.issubset(flags.split())
