"""Loads the objects that watermarks are made of (spec 02 §15.2)."""

from contextlib import closing

from msgspec import Struct, field
from msgspec.structs import replace

from darkroom.errors import Code, OssError, no_such_key, truncate
from darkroom.imaging.context import ProcessingContext, RequestCache
from darkroom.ports.objects import OpenObject
from darkroom.usecases.authorization import MarkRights
from darkroom.usecases.objects import retry_if_replaced
from darkroom.usecases.services import Services

EC_MISSING = "0040-00000025"


class WatermarkLoader(Struct, frozen=True, kw_only=True):
    """Loads watermark objects of one bucket for one request, each once."""

    rights: MarkRights
    services: Services
    context: ProcessingContext
    etags: dict[str, str] = field(default_factory=dict)
    """ETags of the loaded objects, by key: they are part of the result's identity."""
    closed: set[str] = field(default_factory=set)
    """Keys of the loaded objects that the same process of another caller may not read."""
    _loaded: dict[str, bytes] = field(default_factory=dict)

    def processing_context(self) -> ProcessingContext:
        """Return a context whose operations load watermarks with this loader.

        It has a cache of its own: no other request may use what this one derives from an object.
        """
        return replace(self.context, load_watermark=self.load, cache=RequestCache())

    def load(self, key: str) -> bytes:
        """Return an object's bytes.

        Raises `WatermarkError` for a missing or too large object (C-83); an object that may not be
        read is refused like a missing one (C-21).
        """
        if key not in self._loaded:
            try:
                self._load(key)
            except OssError as error:
                if error.is_server_error:
                    raise
                raise _unusable(key, error) from error
        return self._loaded[key]

    @retry_if_replaced
    def _load(self, key: str) -> None:
        with self.context.stage("store"):
            opened = self._open(key)
            with closing(opened):
                self.rights.require_read(opened.info)
                self.context.limits.check_source_bytes(opened.info.size)
                self._loaded[key] = opened.read()
        self.etags[key] = opened.info.etag
        if not self.rights.open_to_all(opened.info):
            self.closed.add(key)

    def _open(self, key: str) -> OpenObject:
        try:
            return self.services.objects.open(self.rights.bucket.name, key)
        except OssError as error:
            if self.rights.unrestricted or error.is_server_error:
                raise
            # The store's reason, such as an archived object, would reveal that the key exists.
            raise no_such_key(key) from error


def _unusable(key: str, error: OssError) -> OssError:
    return OssError(
        Code.WATERMARK_ERROR,
        f"The watermark object {truncate(key)} cannot be used: {error.message}",
        ec=EC_MISSING if error.code is Code.NO_SUCH_KEY else None,
    )
