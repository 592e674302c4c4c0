"""A stored picture as a source of frames, for one process or for several."""

from collections.abc import Iterator
from dataclasses import dataclass

from darkroom.codecs import decode
from darkroom.limits import Size
from darkroom.picture import Frame, Header


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A stored picture whose header has been judged."""

    data: bytes
    header: Header

    def frames(self, *, needed: Size | None, every: bool) -> Iterator[Frame]:
        """Decode the first frame or every one."""
        return decode.frames(self.data, self.header, needed=needed, every=every)


@dataclass(kw_only=True)
class SharedSource:
    """A stored picture that keeps the last still that was decoded of it."""

    data: bytes
    header: Header
    _still: tuple[int, Frame] | None = None

    def frames(self, *, needed: Size | None, every: bool) -> Iterator[Frame]:
        """Decode, unless the same still is at hand; operations leave it as it is."""
        if every:
            yield from decode.frames(self.data, self.header, needed=needed, every=True)
            return
        scale = decode.reduction(self.header, needed)
        if self._still is None or self._still[0] != scale:
            self._still = None
            frames = decode.frames(self.data, self.header, needed=needed, every=False)
            self._still = scale, next(frames)
        yield self._still[1]
