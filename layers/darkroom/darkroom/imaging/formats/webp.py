"""WebP: headers read from the RIFF chunks, animations written frame by frame."""

from collections.abc import Iterator

from PIL import Image

from darkroom.geometry import Size
from darkroom.imaging.engine import Engine
from darkroom.imaging.formats.container import ContainerInfo, u16
from darkroom.imaging.formats.format import PictureFormat
from darkroom.imaging.metadata.exif_header import read_exif_header
from darkroom.imaging.picture import Frame, Header, Output
from darkroom.imaging.work import Weight
from darkroom.limits import Limits

_FLAGS, _ALPHA = 20, 0x10
"""Offset of the feature flags in an extended file, and the flag for alpha."""

_TRANSPARENT_RESULT_BYTES = 30
"""Memory per pixel of a still with alpha: the picture, and libwebp's copies of its planes."""


class WebP(PictureFormat, frozen=True, kw_only=True):
    """WebP through libwebp, still and animated."""

    def matches(self, data: bytes) -> bool:
        """Return whether the file starts with a RIFF header of type WEBP."""
        return data[:4] == b"RIFF" and data[8:12] == b"WEBP"

    def read_header(self, data: bytes) -> Header:
        """Read size, frames, loop count and EXIF from the chunks."""
        info = container_info(data)
        orientation, resolution = read_exif_header(info.exif)
        return Header(
            format=self.name,
            size=info.size,
            frames=info.frames,
            loop_count=info.loop_count,
            orientation=orientation,
            resolution=resolution,
            exif=info.exif,
        )

    def check_encoder_memory(self, image: Image.Image, output: Output, limits: Limits) -> None:
        """Raise `ImageTooLarge` for a still with alpha that libwebp lacks memory for."""
        if not output.animated and image.mode in ("LA", "RGBA"):
            what = "written as WebP with transparency"
            limits.check_memory(image.size, _TRANSPARENT_RESULT_BYTES, what)

    def prepare(self, image: Image.Image, output: Output) -> Image.Image:
        """Return the pixels, LA converted to RGBA: libwebp does not take grey with alpha."""
        image = super().prepare(image, output)
        return image.convert("RGBA") if image.mode == "LA" else image

    def encode(
        self, frames: Iterator[Frame], output: Output, engine: Engine | None = None
    ) -> bytes:
        """Encode a still, or an animation without key frames, which only seeking needs."""
        if not output.animated:
            return super().encode(frames, output, engine)
        prepared = (Frame(self.prepare(f.image, output), f.duration) for f in frames)
        sequence = LazyFrameSequence(prepared, output.frames)
        data = self.write(
            sequence,
            output,
            save_all=True,
            duration=sequence.durations,
            loop=output.loop_count,
            kmax=0,
        )
        return with_alpha(data) if sequence.transparent else data


WEBP = WebP(
    name="webp",
    pillow_name="WEBP",
    decoding_weight=20,
    encoding_weight=Weight(opaque=230, alpha=330),
    plugin="PIL.WebPImagePlugin",
    content_type="image/webp",
    animated=True,
    default_quality=75,
    encoder_options={"method": 2},
    max_side=16_383,
    bytes_per_pixel=19,  # a lossy picture with alpha
    ec_damaged="0040-00000010",
    ec_too_large="0040-00000011",
)


class LazyFrameSequence(Image.Image):
    """A sequence image as Pillow's encoders read it, with one frame at a time in memory.

    `seek` loads the next frame and appends to `durations`. After the last frame, `transparent`
    is whether any frame had an alpha channel.
    """

    def __init__(self, frames: Iterator[Frame], n_frames: int) -> None:
        super().__init__()
        self.n_frames = n_frames
        self.durations: list[int] = []
        self.transparent = False
        self._frames = frames
        self.seek(0)

    def seek(self, frame: int) -> None:
        """Load the next frame; a frame that was loaded already is not loaded again."""
        if frame < len(self.durations):
            return
        shown = next(self._frames)
        self.im, self._mode, self._size = shown.image.im, shown.image.mode, shown.image.size
        self.durations.append(shown.duration)
        self.transparent |= "A" in shown.image.mode

    def tell(self) -> int:
        """Return the index of the loaded frame."""
        return len(self.durations) - 1


def container_info(data: bytes) -> ContainerInfo:
    """Read canvas size, frame count, loop count and the EXIF block, if any.

    Raises `IndexError` or `ValueError` for a truncated file.
    """
    size: Size | None = None
    exif: bytes | None = None
    frames, loop_count = 0, 1
    for name, start, length in _riff_chunks(data):
        # The first size counts: a later chunk must not lower what the decoder allocates.
        size = size or _webp_size(data, name, start)
        if name == b"ANIM":
            loop_count = u16(data, start + 4)
        elif name == b"ANMF":
            frames += 1
        elif name == b"EXIF":
            exif = data[start : start + length]
    if size is None:
        raise ValueError("a WebP file without a picture")
    return ContainerInfo(size=size, frames=frames or 1, loop_count=loop_count, exif=exif)


def _webp_size(data: bytes, name: bytes, start: int) -> Size | None:
    """Return the size that a chunk states, None for a chunk without one."""
    match name:
        case b"VP8X":
            return 1 + _u24(data, start + 4), 1 + _u24(data, start + 7)
        case b"VP8 ":
            return u16(data, start + 6) & 0x3FFF, u16(data, start + 8) & 0x3FFF
        case b"VP8L":
            bits = int.from_bytes(data[start + 1 : start + 5], "little")
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case _:
            return None


def _u24(data: bytes, position: int) -> int:
    return u16(data, position) | data[position + 2] << 16


def _riff_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield the type of each chunk, and the offset and length of its content."""
    position = 12
    while position + 8 <= len(data):
        length = int.from_bytes(data[position + 4 : position + 8], "little")
        yield data[position : position + 4], position + 8, length
        position += 8 + length + (length & 1)


def with_alpha(data: bytes) -> bytes:
    """Set the alpha flag of an animation's header.

    libwebp does not set it where frames only clear parts of the canvas; without the flag, viewers
    show these parts in black.
    """
    if data[12:16] != b"VP8X":
        return data
    return data[:_FLAGS] + bytes([data[_FLAGS] | _ALPHA]) + data[_FLAGS + 1 :]
