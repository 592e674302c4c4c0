"""Frames as Pillow's writer of animated WebP walks through them, each made when it is asked for."""

from collections.abc import Iterator

from PIL import Image

from darkroom.imaging.picture import Frame


class Reel(Image.Image):
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
