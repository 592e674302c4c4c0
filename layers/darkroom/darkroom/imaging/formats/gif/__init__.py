"""GIF, composited as browsers do and written with every frame, where Pillow differs."""

from collections.abc import Iterator

from darkroom.imaging.engine import Engine
from darkroom.imaging.formats.format import PictureFormat
from darkroom.imaging.formats.gif.blocks import container_info
from darkroom.imaging.formats.gif.read import composite_frames
from darkroom.imaging.formats.gif.write import write_gif
from darkroom.imaging.picture import Frame, Header, Output
from darkroom.imaging.work import Weight


class Gif(PictureFormat, frozen=True, kw_only=True):
    """GIF, still and animated."""

    def read_header(self, data: bytes) -> Header:
        """Read size, frames and loop count from the blocks."""
        info = container_info(data)
        if not info.frames:
            raise ValueError("a GIF file without a picture")
        (width, height), frame = info.size, info.largest_frame
        return Header(
            format=self.name,
            size=info.size,
            largest_size=(max(width, frame[0]), max(height, frame[1])),
            frames=info.frames,
            loop_count=info.loop_count,
        )

    def decode(self, data: bytes, header: Header, reduction: int) -> Iterator[Frame]:
        """Composite frame by frame; there is no reduced decode."""
        del reduction
        return composite_frames(data, header.size)

    def encode(
        self,
        frames: Iterator[Frame],
        output: Output,
        engine: Engine | None = None,  # noqa: ARG002 - it has no encoder for palettes
    ) -> bytes:
        """Encode frame by frame; a still is written without a duration."""
        prepared = (
            Frame(self.prepare(frame.image, output), frame.duration if output.animated else 0)
            for frame in frames
        )
        return write_gif(prepared, loop_count=output.loop_count)


GIF = Gif(
    name="gif",
    pillow_name="GIF",
    decoding_weight=20,
    encoding_weight=Weight(opaque=90, alpha=90),
    plugin="PIL.GifImagePlugin",
    content_type="image/gif",
    signatures=(b"GIF87a", b"GIF89a"),
    animated=True,
    from_same_format_only=True,
    bytes_per_pixel=24,  # the frame, the canvas and the palette's search
)
