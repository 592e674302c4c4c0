"""The base class of picture formats; each format is a subclass in a file of its own.

A format declares its capabilities and limits in fields. The methods read and write through its
Pillow plugin; a format overrides those where its files need something else.
"""

import importlib
import io
import logging
from collections.abc import Collection, Iterator, Mapping
from functools import cache, partial
from itertools import islice
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace
from PIL import Image

from darkroom.errors import Code, OssError
from darkroom.geometry import Size, area, reduced
from darkroom.imaging.colour import to_srgb
from darkroom.imaging.decoder_errors import DECODER_ERRORS
from darkroom.imaging.engine import Engine
from darkroom.imaging.flatten import flatten
from darkroom.imaging.picture import Frame, Header, Output
from darkroom.imaging.work import STEP, Weight
from darkroom.limits import Limits

_NANOSECONDS_PER_BYTE = 150
"""Processor time for the entropy decoder, which depends on the file's bytes."""

_ENCODING = Weight(opaque=60, alpha=60)

EC_UNSUPPORTED = "0040-00000005"

ENCODER_ERRORS = (OSError, ValueError, OverflowError, RuntimeError, SystemError, MemoryError)
"""Exceptions of Pillow's encoders for a picture that they cannot write."""

log = logging.getLogger(__name__)

# `Limits.check_source` replaces Pillow's own check, which raises before the header is returned.
Image.MAX_IMAGE_PIXELS = None


class PictureFormat(Struct, frozen=True, kw_only=True):
    """A format's capabilities and limits, and how its files are probed, decoded and written."""

    name: str
    """The documented value of the `format` operation."""
    pillow_name: str
    """Pillow's name of the format."""
    plugin: str
    """The module that registers the format with Pillow, imported at the first use of the format.

    Importing all plugins would add 70 ms to a cold start, the one for HEIC alone 45 ms.
    """
    content_type: str
    aliases: tuple[str, ...] = ()
    """Other values of the `format` operation for the same format."""
    suffixes: tuple[str, ...] = ()
    """File name extensions besides the name and the aliases."""
    signatures: tuple[bytes, ...] = ()
    """The first bytes of its files, for `matches`."""
    alpha: bool = True
    """Whether a result can hold transparency; without alpha, empty areas are white (C-59)."""
    animated: bool = False
    """Whether a result may have several frames."""
    from_same_format_only: bool = False
    """Whether the format is written only for sources of the same format."""
    keeps_alpha_only: bool = False
    """Whether saving a transparent source in a format without alpha is refused (C-112)."""
    default_quality: int | None = None
    """Quality where the source has none on the same scale; None for a lossless encoder."""
    encoder_options: Mapping[str, Any] = field(default_factory=dict)
    """Pillow's options of `save` besides the quality; decisions 020 and 021 measured them."""

    max_source_side: int | None = None
    """Limit of each side of a source in pixels, in place of `Limits.source_side`."""
    max_side: int | None = None
    """Limit of each side of a result in pixels."""
    max_width: int | None = None
    max_pixels: int | None = None
    bytes_per_pixel: int = 16
    """Upper bound of the memory for decoding a frame and for every operation on it.

    16 is what compositing on white for BMP needs. `python -m benchmarks.pixel_memory` measures
    the bounds, and decision 101 lists them.
    """
    animation_bytes_per_pixel: int = 50
    """The same for an animation: the canvas before and after a frame, and the encoder's copy."""
    encoder_bytes_per_pixel: int = 0
    """The same for encoding a still of which the encoder keeps copies; 0: `bytes_per_pixel`."""

    decoding_weight: int = 20
    """Nanoseconds for a decoded pixel, besides `_NANOSECONDS_PER_BYTE` for the file's bytes."""
    encoding_weight: Weight = _ENCODING
    """Nanoseconds for a pixel of the result, at most."""

    ec_source_side: str = "0040-00000009"
    ec_damaged: str | None = None
    ec_too_large: str | None = None

    # --- Capabilities of this installation --------------------------------------------------------

    @property
    def is_readable(self) -> bool:
        """Whether this installation has a decoder (C-100)."""
        return _import_plugin(self.plugin) and self.pillow_name in Image.OPEN

    @property
    def is_writable(self) -> bool:
        """Whether this installation has an encoder (C-111)."""
        return _import_plugin(self.plugin) and self.pillow_name in Image.SAVE

    # --- Reading ----------------------------------------------------------------------------------

    def matches(self, data: bytes) -> bool:
        """Return whether the file's first bytes are a signature of this format."""
        return data.startswith(self.signatures) if self.signatures else False

    def probe(self, data: bytes) -> Header:
        """Read the header without decoding a pixel (spec 03 §1, §6).

        Raises `ImageDamage` for a broken file, and `ImageTooLarge` for one with more segments,
        chunks or scans than the format's limits.
        """
        try:
            header = self.read_header(data)
        except DECODER_ERRORS as error:
            raise self.damaged() from error
        if 0 in header.size:
            raise self.damaged()
        return header

    def read_header(self, data: bytes) -> Header:
        """Read the header; raises one of `DECODER_ERRORS` for a broken file.

        The default reads only the size of the first picture (C-121).
        """
        return Header(format=self.name, size=self.open(data).size)

    def check_source(self, header: Header, limits: Limits) -> None:
        """Raise `ImageTooLarge` for a source over the limits of sides, pixels and frames."""
        limits.check_source(
            header.decoded_size,
            header.frames,
            self.name,
            max_side=self.max_source_side,
            ec_side=self.ec_source_side,
        )

    def check_memory(
        self, header: Header, limits: Limits, *, needed: Size | None, every: bool
    ) -> None:
        """Raise `ImageTooLarge` for a source that `frames` and operations lack memory for."""
        needed_bytes = self.memory_per_pixel(header, needed=needed, every=every)
        limits.check_memory(header.decoded_size, needed_bytes, "processed")

    def memory_per_pixel(self, header: Header, *, needed: Size | None, every: bool) -> float:
        """Return the bytes for a pixel of the source that `frames` and operations take."""
        reduction = self.reduction(header, needed)
        decoded = self.animation_bytes_per_pixel if every else self.bytes_per_pixel
        return decoded / reduction**2 + header.coefficient_bytes

    def reduction(self, header: Header, needed: Size | None) -> int:  # noqa: ARG002 - the default
        """Return how many pixels along each side become one while decoding: 1, 2, 4 or 8.

        `needed` is the least size, in the stored orientation, that the first operation needs;
        None for all pixels. Most decoders only return 1.
        """
        return 1

    def frames(
        self,
        data: bytes,
        header: Header,
        *,
        needed: Size | None,
        every: bool,
        engine: Engine | None = None,  # noqa: ARG002 - for formats that it decodes
    ) -> Iterator[Frame]:
        """Decode the first frame or every frame to the whole canvas in 8-bit sRGB (C-123).

        `needed` bounds the `reduction`; the engine may scale to exactly that size. Raises
        `ImageDamage`, also for pixels of another size than the header's.
        """
        if not every:
            header = replace(header, frames=1)
        reduction = self.reduction(header, needed)
        sizes = header.size, reduced(header.size, reduction)
        try:
            decoded = self.decode(data, header, reduction)
            # `map` has no reference to a frame that it returned.
            yield from map(partial(_with_size, sizes), islice(decoded, header.frames))
        except DECODER_ERRORS as error:
            raise self.damaged() from error

    def decode(self, data: bytes, header: Header, reduction: int) -> Iterator[Frame]:
        """Decode frame by frame; may raise any of `DECODER_ERRORS`."""
        if header.frames == 1:
            yield Frame(self.decode_still(data, header, reduction))
            return
        image = self.open(data)
        for index in range(header.frames):
            if index:
                image.seek(index)
            image.load()
            yield Frame(self._detached(image, data), int(image.info.get("duration", 0)))

    def decode_still(self, data: bytes, header: Header, reduction: int) -> Image.Image:
        """Decode the only picture of a file, or its main one.

        The decoder, which may have a copy of the pixels, is freed before operations begin.
        """
        return self._detached(self.load(data, header, reduction), data)

    def load(self, data: bytes, header: Header, reduction: int) -> Image.Image:
        """Return the decoded picture in the mode and the colours of the file."""
        image = self.open(data)
        if reduction > 1:
            image.draft(None, (header.size[0] // reduction, header.size[1] // reduction))
        image.load()
        return image

    def _detached(self, image: Image.Image, data: bytes) -> Image.Image:
        """Return the pixels in a working mode, independent of the decoder and without metadata."""
        pixels = self.to_working_mode(image, data)
        if pixels is image and getattr(image, "is_animated", False):
            # The decoder draws the next frame on the same canvas.
            pixels = image.copy()
        return bare(pixels)

    def to_working_mode(self, image: Image.Image, data: bytes) -> Image.Image:  # noqa: ARG002
        """Convert decoded pixels to L, LA, RGB or RGBA in sRGB."""
        return to_srgb(image)

    def open(self, data: bytes) -> Image.Image:
        """Open with the plugin of this format only; reads the header and no pixels."""
        _import_plugin(self.plugin)
        return Image.open(io.BytesIO(data), formats=[self.pillow_name])

    def damaged(self) -> OssError:
        """Return the error for a file that cannot be decoded (C-102)."""
        return OssError(Code.IMAGE_DAMAGE, ec=self.ec_damaged)

    def unsupported(self) -> OssError:
        """Return the error for a sound file that this build does not decode (C-180)."""
        return unsupported_format()

    def decoding_work(self, header: Header, reduction: int, length: int) -> int:
        """Return the nanoseconds for decoding the first frame of a file of this length."""
        pixels = area(header.decoded_size) // reduction**2
        return STEP + pixels * self.decoding_weight + length * _NANOSECONDS_PER_BYTE

    # --- Writing ----------------------------------------------------------------------------------

    def check_result(self, size: Size) -> None:
        """Raise `ImageTooLarge` for a result that the format cannot hold."""
        width, height = size
        sides = ((max(size), self.max_side), (width, self.max_width))
        if any(maximum is not None and side > maximum for side, maximum in sides):
            raise self._too_large(
                size, f"a side may be at most {self.max_side or self.max_width} pixels"
            )
        if self.max_pixels is not None and width * height > self.max_pixels:
            raise self._too_large(size, f"the area may be at most {self.max_pixels} pixels")

    def encoding_seconds(self, image: Image.Image) -> float:
        """Return the seconds of one core that encoding takes at most."""
        alpha = image.mode in ("LA", "RGBA")
        return self.encoding_weight.of(area(image.size), alpha=alpha) / 1_000_000_000

    def check_encoder_memory(self, image: Image.Image, output: Output, limits: Limits) -> None:
        """Raise `ImageTooLarge` for a still that the encoder lacks memory for."""
        if not output.animated:
            limits.check_memory(image.size, self.encoder_bytes_per_pixel, f"written as {self.name}")

    def encode(
        self, frames: Iterator[Frame], output: Output, engine: Engine | None = None
    ) -> bytes:
        """Encode a still, or an animation frame by frame; return the file.

        Raises `ImageTooLarge` for a picture that the format cannot hold.
        """
        # Unpacking exhausts the iterator: the decoder's memory is freed before the encoder starts.
        (frame,) = frames
        return self.write(self.prepare(frame.image, output), output, engine)

    def prepare(self, image: Image.Image, output: Output) -> Image.Image:
        """Return the pixels in a mode that the encoder takes; raises `ImageTooLarge`."""
        self.check_result(image.size)
        return flatten(image) if image.mode in ("LA", "RGBA") and not output.alpha else image

    def write(
        self,
        image: Image.Image,
        output: Output,
        engine: Engine | None = None,
        **options: object,
    ) -> bytes:
        """Encode; `options` go to Pillow's `save`.

        Raises `ImageTooLarge` where the encoder fails: it would fail again, so that a server error,
        which clients retry, would be wrong. Encoders have limits that no header shows, such as
        the 512 KB of WebP's first partition.
        """
        try:
            return self.save(image, output, engine, **options)
        except ENCODER_ERRORS as error:
            fields = {"format": self.name, "size": image.size, "error": repr(error)}
            log.warning("encoder failed", extra=fields)
            raise self._too_large(image.size, "the encoder cannot write it") from error

    def save(
        self,
        image: Image.Image,
        output: Output,
        engine: Engine | None,  # noqa: ARG002 - for formats that it encodes
        **options: object,
    ) -> bytes:
        """Encode with the plugin of this format; may raise any of `ENCODER_ERRORS`."""
        _import_plugin(self.plugin)
        quality = {} if output.quality is None else {"quality": output.quality}
        buffer = io.BytesIO()
        image.save(buffer, self.pillow_name, **{**self.encoder_options, **quality, **options})
        return buffer.getvalue()

    def _too_large(self, size: Size, reason: str) -> OssError:
        return OssError(
            Code.IMAGE_TOO_LARGE,
            f"The result measures {size[0]}x{size[1]}: as {self.name}, {reason}.",
            ec=self.ec_too_large,
        )


def _with_size(sizes: Collection[Size], frame: Frame) -> Frame:
    """Return the frame; raises `ValueError` if it has none of the sizes that limits judged."""
    if frame.image.size not in sizes:
        raise ValueError("the pixels have another size than the header")
    return frame


def unsupported_format() -> OssError:
    """Return the error for a file of no readable format."""
    return OssError(Code.BAD_REQUEST, "This image format is not supported.", ec=EC_UNSUPPORTED)


def bare(image: Image.Image) -> Image.Image:
    """Return a plain image with the same pixels and no metadata.

    Encoders read profile, EXIF, TIFF tags and comments from the image that they write, so none of
    a source may be there (C-116).
    """
    pixels = Image.Image()
    # Pillow has no public way to share the pixels of another image.
    pixels.im, pixels._mode, pixels._size = image.im, image.mode, image.size  # noqa: SLF001
    return pixels


@cache
def _import_plugin(plugin: str) -> bool:
    try:
        importlib.import_module(plugin)
    except ImportError:
        return False
    return True
