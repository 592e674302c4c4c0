"""WebP: chunks read without decoding, animations written frame by frame."""

from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image

from darkroom.geometry import Size
from darkroom.imaging.formats.container import ContainerInfo, u16
from darkroom.imaging.formats.format import Format
from darkroom.imaging.metadata.exif_header import read_exif_header
from darkroom.imaging.picture import Frame, Header, Output
from darkroom.limits import Limits

_FLAGS, _ALPHA = 20, 0x10
"""Where an extended file says what it has, and the flag for transparency."""

_TRANSPARENT_RESULT_BYTES = 26
"""A pixel of a transparent result: the picture, libwebp's copies of colours and transparency."""


@dataclass(frozen=True, kw_only=True)
class WebP(Format):
    """WebP by libwebp, still and animated."""

    def matches(self, data: bytes) -> bool:
        """Tell by the RIFF header."""
        return data[:4] == b"RIFF" and data[8:12] == b"WEBP"

    def read_header(self, data: bytes) -> Header:
        """Read canvas, frames, loop count and EXIF from the chunks."""
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
        """Refuse a transparent still that libwebp has no memory for."""
        if not output.animated and image.mode in ("LA", "RGBA"):
            what = "written as WebP with transparency"
            limits.check_memory(image.size, _TRANSPARENT_RESULT_BYTES, what)

    def prepare(self, image: Image.Image, output: Output) -> Image.Image:
        """Convert grey with alpha, which libwebp does not take."""
        image = super().prepare(image, output)
        return image.convert("RGBA") if image.mode == "LA" else image

    def encode(self, frames: Iterator[Frame], output: Output) -> bytes:
        """Write a picture or an animation, without key frames, which only seeking would need."""
        if not output.animated:
            return super().encode(frames, output)
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
    pillow="WEBP",
    plugin="PIL.WebPImagePlugin",
    content_type="image/webp",
    animated=True,
    default_quality=75,
    encoder_options={"method": 2},
    max_side=16_383,
    ec_damaged="0040-00000010",
    ec_too_large="0040-00000011",
)


class LazyFrameSequence(Image.Image):
    """A row of `n_frames` frames of which one at a time is in memory.

    It is what Pillow calls a sequence: `seek` shows the next frame, `durations` grow with it,
    and in the end `transparent` tells whether a frame had an alpha channel.
    """

    def __init__(self, frames: Iterator[Frame], n_frames: int) -> None:
        super().__init__()
        self.n_frames = n_frames
        self.durations: list[int] = []
        self.transparent = False
        self._frames = frames
        self.seek(0)

    def seek(self, frame: int) -> None:
        """Show the next frame when it is the one asked for; there is no way back."""
        if frame < len(self.durations):
            return
        shown = next(self._frames)
        self.im, self._mode, self._size = shown.image.im, shown.image.mode, shown.image.size
        self.durations.append(shown.duration)
        self.transparent |= "A" in shown.image.mode

    def tell(self) -> int:
        """Number of the frame that is shown."""
        return len(self.durations) - 1


def container_info(data: bytes) -> ContainerInfo:
    """Give canvas, frames, loop_count and the EXIF block, if there is one.

    Raises `IndexError` or `ValueError` where the file ends too early.
    """
    size: Size | None = None
    exif: bytes | None = None
    frames, loop_count = 0, 1
    for name, start, length in _riff_chunks(data):
        # The first of them rules: no later chunk may shrink what the decoder will allocate.
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
    """Read the size from one of the chunks that have one."""
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
    """Name each chunk, with its content's place and length."""
    position = 12
    while position + 8 <= len(data):
        length = int.from_bytes(data[position + 4 : position + 8], "little")
        yield data[position : position + 4], position + 8, length
        position += 8 + length + (length & 1)


def with_alpha(data: bytes) -> bytes:
    """Say that there is transparency in an animation.

    The encoder says so only where a frame brings it, and not where one merely clears what
    the frame before has drawn: viewers would show black there.
    """
    if data[12:16] != b"VP8X":
        return data
    return data[:_FLAGS] + bytes([data[_FLAGS] | _ALPHA]) + data[_FLAGS + 1 :]
