"""The objects that watermarks are made of (spec 02 §15.2)."""

from contextlib import closing
from dataclasses import dataclass, field, replace

from darkroom.errors import Code, OssError, shown
from darkroom.steps import Context, Shelf
from darkroom.usecases.consistency import of_one_version
from darkroom.usecases.world import World

EC_MISSING = "0040-00000025"


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """The watermark objects of one bucket, for one request: each is read once."""

    bucket: str
    world: World
    context: Context
    etags: dict[str, str] = field(default_factory=dict)
    """Of what has been read, by key: a result follows from them, too (decision 011)."""
    _read: dict[str, bytes] = field(default_factory=dict)

    def offered(self) -> Context:
        """Let operations load the objects, and use the deployment's fonts.

        A shelf of its own: what one request has made of an object is no other's.
        """
        fonts = self.world.settings.fonts
        return replace(self.context, load_mark=self.load, fonts=fonts, shelf=Shelf())

    def load(self, key: str) -> bytes:
        """Read an object with the service's own right (C-21).

        Raises `WatermarkError` for one that is missing or too large (C-83).
        """
        if key not in self._read:
            try:
                of_one_version(lambda: self._fetch(key))
            except OssError as error:
                if error.ours:
                    raise
                raise _unusable(key, error) from error
        return self._read[key]

    def _fetch(self, key: str) -> None:
        with self.context.stage("store"):
            mark = self.world.objects.open(self.bucket, key)
            with closing(mark):
                self.context.limits.check_source_bytes(mark.info.size)
                self._read[key] = mark.read()
        self.etags[key] = mark.info.etag


def _unusable(key: str, error: OssError) -> OssError:
    return OssError(
        Code.WATERMARK_ERROR,
        f"The watermark object {shown(key)} cannot be used: {error.message}",
        ec=EC_MISSING if error.code is Code.NO_SUCH_KEY else None,
    )
