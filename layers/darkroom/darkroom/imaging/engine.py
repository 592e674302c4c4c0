"""The native pixel engine: JPEG planes, area averaging, convolution, PNG filters.

`load_engine` returns an `Engine`, or None where there is none: then Pillow does all work. An engine
has no state and may be used by several threads (docs/decisions/113).

Errors are those of `engine_library`: `Damaged` for files, `Unsupported` for what is left to
Pillow, `Misused` for arguments out of range.
"""

import ctypes
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from ctypes import byref, c_char, c_char_p, c_int32, c_size_t, c_uint16, c_void_p
from itertools import accumulate, pairwise
from pathlib import Path

from msgspec import Struct
from PIL import Image

from darkroom.imaging.engine_library import (
    CFile,
    CHeader,
    CPlane,
    CPlanes,
    CScaling,
    Damaged,
    Enlarges,
    Library,
    Misused,
    Unavailable,
    Unsupported,
    library_path,
    open_library,
)

log = logging.getLogger(__name__)

type Size = tuple[int, int]
"""Width and height in pixels."""

KERNEL_SUM = 65_536
"""Sum of the weights of a kernel, both sides included."""

_FULL_SCALE_BELOW = 3.5
"""Ratio below which a JPEG is decoded whole: averaging costs little and keeps more detail."""

_REDUCTIONS = ((1, 1.75), (2, 1.7), (4, 1.7))
"""Reduced scales in eighths, and the least ratio of the sides of such a decode to the target's."""

_BAND_BYTES = 1 << 18
"""Approximate bytes that are copied from a Pillow image at a time."""

_CHANNELS = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}


class Scaling(Struct, frozen=True, kw_only=True):
    """The size that a picture is scaled to, and the part of it that is kept, in pixels."""

    source: Size
    scaled: Size
    left: int = 0
    top: int = 0
    size: Size
    """Of the part that is kept."""

    @classmethod
    def whole(cls, source: Size, scaled: Size) -> "Scaling":
        """Return the scaling that keeps the whole result."""
        return cls(source=source, scaled=scaled, size=scaled)


class JpegHeader(Struct, frozen=True, kw_only=True):
    """Size of a JPEG, and its channels: 1 for grey and 3 for YCbCr."""

    size: Size
    channels: int


class JpegFile(Struct, frozen=True, kw_only=True):
    """A JPEG in two pieces: a file without some of its segments is then no copy of it."""

    header: bytes
    """Up to the header of the first scan, or the whole file."""
    data: bytes = b""
    """Bytes that the file goes on in."""
    start: int = 0
    """Where in `data` it goes on."""


class Planes(Struct, frozen=True, kw_only=True):
    """Grey, or luma and two colour differences; rows from top to bottom without padding.

    `chroma_step` is the number of luma samples per chroma sample in each direction: 1 (4:4:4) or
    2 (4:2:0).
    """

    size: Size
    chroma_step: int
    samples: tuple[bytearray, ...]

    @classmethod
    def empty(cls, size: Size, *, channels: int, chroma_step: int) -> "Planes":
        """Return planes of zeros."""
        areas = [width * height for width, height in _plane_sizes(size, channels, chroma_step)]
        return cls(size=size, chroma_step=chroma_step, samples=tuple(map(bytearray, areas)))

    @property
    def sizes(self) -> Sequence[Size]:
        """Width and height of each plane."""
        return _plane_sizes(self.size, len(self.samples), self.chroma_step)


def _plane_sizes(size: Size, channels: int, chroma_step: int) -> Sequence[Size]:
    chroma = (-(-size[0] // chroma_step), -(-size[1] // chroma_step))
    return [size, *[chroma] * (channels - 1)]


def jpeg_eighths(scaling: Scaling) -> int:
    """Return the scale, in eighths, at which a JPEG is decoded (docs/decisions/111)."""
    ratio = min(side / wanted for side, wanted in zip(scaling.source, scaling.scaled, strict=True))
    if ratio < _FULL_SCALE_BELOW:
        return 8
    return next(scale for scale, left in _REDUCTIONS if ratio * scale / 8 >= left)


def fixed_point(kernel: Sequence[float]) -> Sequence[int]:
    """Return the middle and one side of a symmetric kernel in units of 1 / `KERNEL_SUM`.

    Sums from the outside in are rounded, not single weights, so that the rounding errors of the
    many small weights of a wide kernel do not add up.
    """
    middle = len(kernel) // 2
    sums = [round(total * KERNEL_SUM) for total in accumulate(kernel[:middle])]
    side = [after - before for before, after in pairwise([0, *sums])]
    return [KERNEL_SUM - 2 * sum(side), *reversed(side)]


def half_resolution(kernel: Sequence[float]) -> Sequence[float]:
    """Return the equivalent of a symmetric kernel for samples of two by two pixels.

    The same as repeating each sample, convolving at full resolution and averaging again.
    """
    middle = len(kernel) // 2
    padded = [*[0.0] * (middle + 2), *kernel, *[0.0] * (middle + 2)]
    reach = (middle + 1) // 2
    places = range(2 * middle + 2 - 2 * reach, 2 * middle + 2 + 2 * reach + 1, 2)
    return [(padded[i - 1] + 2 * padded[i] + padded[i + 1]) / 2 for i in places]


class Engine:
    """The library's functions on Python's and Pillow's objects."""

    def __init__(self, library: Library) -> None:
        """Use a library; `load` also tests it."""
        self._library = library

    def jpeg_header(self, data: bytes) -> JpegHeader:
        """Read a JPEG's header. Raises `Damaged`, or `Unsupported` for a file that Pillow reads."""
        header = CHeader()
        self._library.call("jpeg_header", data, len(data), byref(header))
        return JpegHeader(size=(header.width, header.height), channels=header.channels)

    def decode_jpeg(
        self, file: JpegFile, scaling: Scaling, *, channels: int, chroma_step: int
    ) -> Planes:
        """Decode a JPEG into planes of the size that is kept, each averaged by area.

        Source size and channels must be the header's. Raises `Damaged`, `Unsupported`, or
        `Enlarges` where the file has fewer samples of a plane than are wanted: a larger
        `chroma_step` may then be possible.
        """
        planes = Planes.empty(scaling.size, channels=channels, chroma_step=chroma_step)
        with _borrowed(planes) as target:
            self._library.call(
                "jpeg_decode",
                *(byref(_in_pieces(file)), jpeg_eighths(scaling)),
                *(byref(_described(scaling)), byref(target)),
            )
        return planes

    def decode_jpeg_image(self, file: JpegFile, scaling: Scaling) -> Image.Image:
        """Decode a JPEG into an RGB or L image of the size that is kept.

        Raises `Damaged`, or `Unsupported`, also for a file whose chroma would have to be enlarged
        more than twice.
        """
        channels = self.jpeg_header(file.header).channels
        try:
            planes = self.decode_jpeg(file, scaling, channels=channels, chroma_step=1)
        except Enlarges:
            planes = self.decode_jpeg(file, scaling, channels=channels, chroma_step=2)
        return self.image(planes)

    def encode_jpeg(self, planes: Planes, *, quality: int, progressive: bool = False) -> bytes:
        """Encode planes as 4:2:0 or 4:4:4; `quality` is 1 to 100 on the IJG scale."""
        file, size = c_void_p(), c_size_t()
        with _borrowed(planes) as source:
            self._library.call(
                "jpeg_encode",
                *(byref(source), quality, int(progressive), byref(file), byref(size)),
            )
        try:
            return ctypes.string_at(file, size.value)
        finally:
            self._library.free("free", file)

    def image(self, planes: Planes) -> Image.Image:
        """Convert planes to an RGB image, a single one to L."""
        if len(planes.samples) == 1:
            return _image("L", planes.size, planes.samples[0])
        rgb = bytearray(3 * planes.size[0] * planes.size[1])
        with _borrowed(planes) as source:
            self._library.call("planes_to_rgb", byref(source), _start(rgb))
        return _image("RGB", planes.size, rgb)

    def area_average(self, image: Image.Image, scaling: Scaling) -> Image.Image:
        """Scale an L, LA, RGB or RGBA image down, with colours weighted by alpha.

        Exact area averaging, rounded half to even. Raises `Enlarges`.
        """
        channels, handle = _CHANNELS[image.mode], c_void_p()
        target = bytearray(channels * scaling.size[0] * scaling.size[1])
        self._library.call(
            "average_new",
            *(byref(_described(scaling)), channels, int(channels in (2, 4))),
            *(_start(target), byref(handle)),
        )
        try:
            for rows, count in bands(image):
                self._library.feed("average_rows", handle, rows, count)
        finally:
            self._library.free("average_free", handle)
        return _image(image.mode, scaling.size, target)

    def convolve(self, image: Image.Image, kernel: Sequence[float]) -> Image.Image:
        """Convolve every channel with a symmetric kernel along both axes, edges repeated.

        Modes of 8 bits a channel, RGBa and La included.
        `kernel` has an odd number of weights up to 101, 1 in all. Within one level of the exact
        convolution.
        """
        channels, done = len(image.getbands()), 0
        row_bytes = channels * image.width
        target = bytearray(row_bytes * image.height)
        with self._convolution(image.size, channels, kernel) as handle:
            for rows, count in bands(image):
                # At most as many rows are written as were read, so that there is always room.
                written = c_int32()
                place = _start(target, done * row_bytes)
                self._library.feed(
                    "convolution_rows", *(handle, rows, count, place, byref(written))
                )
                done += written.value
        return _image(image.mode, image.size, target)

    def convolve_planes(self, planes: Planes, kernels: Sequence[Sequence[float]]) -> None:
        """Convolve each plane with its kernel, in place."""
        for samples, size, kernel in zip(planes.samples, planes.sizes, kernels, strict=True):
            with self._convolution(size, 1, kernel) as handle:
                memory, written = _start(samples), c_int32()
                self._library.feed(
                    "convolution_rows", *(handle, memory, size[1], memory, byref(written))
                )

    def png_filter(
        self, rows: bytes, previous: bytes | None, *, row_bytes: int, pixel_bytes: int
    ) -> bytearray:
        """Filter whole rows for PNG; `previous` is the row above, None at the top."""
        count = len(rows) // row_bytes
        filtered = bytearray(count * (row_bytes + 1))
        self._library.call(
            "png_filter", *(rows, previous, row_bytes, pixel_bytes, count, _start(filtered))
        )
        return filtered

    @contextmanager
    def _convolution(
        self, size: Size, channels: int, kernel: Sequence[float]
    ) -> Iterator[c_void_p]:
        weights, handle = fixed_point(kernel), c_void_p()
        if max(weights) >= KERNEL_SUM:
            raise Misused("the kernel consists of its middle")
        half = (c_uint16 * len(weights))(*weights), len(weights) - 1
        self._library.call("convolution_new", *size, channels, *half, *half, byref(handle))
        try:
            yield handle
        finally:
            self._library.free("convolution_free", handle)


def bands(image: Image.Image) -> Iterator[tuple[bytes, int]]:
    """Yield the pixels of an image in bands of rows, each with its number of rows."""
    row_bytes = len(image.getbands()) * image.width
    rows = max(1, _BAND_BYTES // row_bytes)
    for top in range(0, image.height, rows):
        bottom = min(top + rows, image.height)
        yield image.crop((0, top, image.width, bottom)).tobytes(), bottom - top


def _image(mode: str, size: Size, pixels: bytearray) -> Image.Image:
    """Return an image, of the same memory where Pillow has the same layout."""
    return Image.frombuffer(mode, size, pixels, "raw", mode, 0, 1)


def _start(memory: bytearray, offset: int = 0) -> object:
    """Return a pointer into memory that the library writes to."""
    return byref(c_char.from_buffer(memory, offset))


def _described(scaling: Scaling) -> CScaling:
    return CScaling(*scaling.source, *scaling.scaled, *(scaling.left, scaling.top), *scaling.size)


def _in_pieces(file: JpegFile) -> CFile:
    """Return a file as the library takes it, which keeps no bytes alive."""
    described = CFile(data=file.header, size=len(file.header))
    if file.data:
        start = ctypes.cast(c_char_p(file.data), c_void_p).value or 0
        described.rest = start + file.start
        described.rest_size = len(file.data) - file.start
    return described


@contextmanager
def _borrowed(planes: Planes) -> Iterator[CPlanes]:
    """Return planes as the library takes them; their memory is pinned in the block."""
    starts = [c_char.from_buffer(samples) for samples in planes.samples]
    described = [
        CPlane(ctypes.addressof(start), *size)
        for start, size in zip(starts, planes.sizes, strict=True)
    ]
    yield CPlanes(len(described), planes.chroma_step, (CPlane * 3)(*described))
    del starts


def load(path: Path | None = None) -> Engine:
    """Load the library and test every function on a small picture, which takes 1 ms.

    Raises `Unavailable` where it is absent, was built for another machine or Pillow, or gives a
    wrong result.
    """
    engine = Engine(open_library(path or library_path()))
    try:
        right = all(trial(engine) for trial in (_tried_planes, _tried_pixels, _tried_rows))
    except (Damaged, Misused, Unsupported) as error:
        raise Unavailable(f"a trial failed: {error}") from error
    if not right:
        raise Unavailable("a trial gave a wrong result")
    return engine


def load_engine() -> Engine | None:
    """Return the engine, or None where it is not available, which is logged."""
    try:
        return load()
    except Unavailable as error:
        log.info("no native engine: Pillow does its work", extra={"reason": str(error)})
        return None


def _tried_planes(engine: Engine) -> bool:
    """Encode a picture of one colour, and decode it smaller."""
    size, small = (20, 12), (5, 3)
    planes = Planes.empty(size, channels=3, chroma_step=2)
    for samples, level in zip(planes.samples, (76, 85, 255), strict=True):
        samples[:] = bytes([level]) * len(samples)
    engine.convolve_planes(planes, [[0.25, 0.5, 0.25]] * 3)
    file = engine.encode_jpeg(planes, quality=95)
    red = engine.decode_jpeg_image(JpegFile(header=file), Scaling.whole(size, small))
    return (
        engine.jpeg_header(file) == JpegHeader(size=size, channels=3)
        and (red.mode, red.size) == ("RGB", small)
        and all(abs(a - b) <= 4 for a, b in zip(red.tobytes(), (254, 0, 0) * 15, strict=True))
    )


def _tried_pixels(engine: Engine) -> bool:
    """Average two rows of clear and opaque pixels, and smooth one."""
    pixels = bytes([200, 100, 50, 255, 10, 20, 30, 0] * 2)
    image = Image.frombytes("RGBA", (2, 2), pixels)
    point = engine.area_average(image, Scaling.whole((2, 2), (1, 1)))
    grey = Image.frombytes("L", (3, 1), bytes([0, 100, 200]))
    smooth = engine.convolve(grey, [0.25, 0.5, 0.25])
    return point.tobytes() == bytes([200, 100, 50, 128]) and smooth.tobytes() == bytes(
        [25, 100, 175]
    )


def _tried_rows(engine: Engine) -> bool:
    """Filter a ramp, whose differences are all the same, and a row like the one above."""
    ramp = bytes(range(10, 90, 10))
    filtered = engine.png_filter(ramp + ramp, None, row_bytes=8, pixel_bytes=1)
    return filtered == bytes([1, *[10] * 8, 2, *[0] * 8])
